//! What an introduction is made of, as clients see it.

use async_graphql::{ID, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{
    account::Person,
    document::Document,
    id::Id,
    introduction::{
        AvailableIntroductionTransition, InterestDeclineReason, IntroductionGuard, IntroductionTransition,
        NdaState, Promise, RoomFolder, Side,
    },
    vocabulary::Instrument,
};

use super::super::{
    super::code::Code,
    MoneyObject, TextObject,
    common::{global, number},
    me::time,
};
use crate::{
    id::encode,
    store::{Disclosure, Kind, Note, RoomRead, Stored},
};

/// The three answers of whoever expressed interest.
#[derive(Debug, SimpleObject)]
pub struct InterestAnswers {
    /// What cooperation is sought.
    pub(super) cooperation_sought: TextObject,
    /// What is unclear in the other side's record.
    pub(super) what_is_unclear: TextObject,
    /// Who asks.
    pub(super) about_us: TextObject,
}

/// A contact that was disclosed by the acceptance.
#[derive(Debug, SimpleObject)]
pub struct DisclosedContact {
    /// Of which side.
    pub(super) side: Code<Side>,
    /// The name; null once the account is erased.
    pub(super) name: Option<String>,
    /// The address of mail; null once the account is erased.
    pub(super) email: Option<String>,
}

/// An amount with what stands behind it.
#[derive(Debug, SimpleObject)]
#[graphql(name = "PromisedAmount")]
pub struct PromiseObject {
    /// How much.
    pub(super) amount: MoneyObject,
    /// Conditions.
    pub(super) conditions: Option<TextObject>,
    /// How the money comes.
    pub(super) instrument: Option<Code<Instrument>>,
    /// Ids of the signed document, or of the evidence.
    pub(super) document_ids: Vec<ID>,
    /// When it was given.
    pub(super) at: DateTime<Utc>,
}

impl From<&Promise> for PromiseObject {
    fn from(promise: &Promise) -> Self {
        Self {
            amount: MoneyObject(promise.amount),
            conditions: promise.text.as_ref().map(Into::into),
            instrument: promise.instrument.map(Code),
            document_ids: promise.documents.iter().map(|id| global(*id)).collect(),
            at: promise.at,
        }
    }
}

/// Why an introduction is over.
#[derive(Debug, SimpleObject)]
pub struct IntroductionEnd {
    /// Which side ended it; null where neither did.
    pub(super) side: Option<Code<Side>>,
    /// The reason; null where the listing or the mandate was over.
    pub(super) reason: Option<Code<InterestDeclineReason>>,
    /// Words that only the two sides see.
    pub(super) words: Option<TextObject>,
}

/// A first word of two that are needed.
#[derive(Debug, SimpleObject)]
pub struct WaitingWord {
    /// For what.
    pub(super) transition: Code<IntroductionTransition>,
    /// Of which side.
    pub(super) side: Option<Code<Side>>,
    /// The amount that it says; the other side agrees by saying none or the same.
    pub(super) amount: Option<MoneyObject>,
    /// When.
    pub(super) at: DateTime<Utc>,
}

/// A transition of an introduction that the caller may ask for.
#[derive(Debug, SimpleObject)]
#[graphql(name = "AvailableIntroductionTransition")]
pub struct AvailableObject {
    /// Its name.
    pub(super) name: Code<IntroductionTransition>,
    /// What still has to hold, beside what comes with the request; empty where it can be asked for at once.
    pub(super) requires: Vec<Code<IntroductionGuard>>,
}

impl From<AvailableIntroductionTransition> for AvailableObject {
    fn from(available: AvailableIntroductionTransition) -> Self {
        Self {
            name: Code(available.transition),
            requires: available.requires.into_iter().map(Code).collect(),
        }
    }
}

/// How often a reason was given.
#[derive(Debug, SimpleObject)]
pub struct ReasonCount {
    /// The reason.
    pub(super) reason: Code<InterestDeclineReason>,
    /// How often.
    pub(super) times: i64,
}

impl ReasonCount {
    /// Counts reasons, the most frequent first, equals in the order of the list.
    pub fn of(reasons: &[InterestDeclineReason]) -> Vec<Self> {
        let count = |reason: &InterestDeclineReason| {
            let times = reasons.iter().filter(|given| *given == reason).count();
            Self { reason: Code(*reason), times: number(u64::try_from(times).unwrap_or(u64::MAX)) }
        };
        let mut counts: Vec<Self> =
            <InterestDeclineReason as domain::Vocabulary>::ALL.iter().map(count).collect();
        counts.retain(|count| count.times > 0);
        counts.sort_by_key(|count| std::cmp::Reverse(count.times));
        counts
    }
}

/// A note that only the own side sees.
#[derive(Debug, SimpleObject)]
#[graphql(name = "IntroductionNote")]
pub struct NoteObject {
    /// Id, for `removeIntroductionNote`.
    pub(super) id: ID,
    /// The words.
    pub(super) body: String,
    /// When.
    pub(super) at: DateTime<Utc>,
}

impl From<Note> for NoteObject {
    fn from(note: Note) -> Self {
        Self { id: ID(note.id.to_string()), body: note.body, at: time(note.at) }
    }
}

/// A contact that was shown to somebody, and why that was lawful.
#[derive(Debug, SimpleObject)]
#[graphql(name = "DisclosureLogRow")]
pub struct DisclosureObject {
    /// Whose; null once erased.
    pub(super) person_id: Option<ID>,
    /// Of which organisation the person is.
    pub(super) from_organisation_id: ID,
    /// To which organisation it was shown.
    pub(super) to_organisation_id: ID,
    /// What was shown.
    pub(super) what: String,
    /// Why that is lawful.
    pub(super) basis: String,
    /// Country of the one organisation.
    pub(super) from_country: Option<String>,
    /// Country of the other.
    pub(super) to_country: Option<String>,
    /// Whether it went over a border.
    pub(super) cross_border: bool,
    /// When.
    pub(super) at: DateTime<Utc>,
}

pub(super) fn person(id: Option<Id<Person>>) -> Option<ID> {
    id.map(|id| ID(encode(Kind::Person, id.uuid())))
}

impl From<Disclosure> for DisclosureObject {
    fn from(row: Disclosure) -> Self {
        Self {
            person_id: person(row.person),
            from_organisation_id: global(row.from),
            to_organisation_id: global(row.to),
            cross_border: row.from_country != row.to_country,
            what: row.what,
            basis: row.basis,
            from_country: row.from_country,
            to_country: row.to_country,
            at: time(row.at),
        }
    }
}

/// A folder of a document room, as the caller sees it.
#[derive(Debug, SimpleObject)]
#[graphql(name = "RoomFolderView")]
pub struct FolderObject {
    /// Which one.
    pub(super) folder: Code<RoomFolder>,
    /// Until when the owner opened it; null where it is shut.
    pub(super) open_until: Option<DateTime<Utc>>,
    /// Whether the investor reads it now.
    pub(super) readable: bool,
    /// Its papers, as far as the caller reads them.
    pub(super) papers: Vec<PaperObject>,
}

/// A paper in a document room; `openRoomDocument` gives its bytes.
#[derive(Debug, SimpleObject)]
#[graphql(name = "RoomPaper")]
pub struct PaperObject {
    /// Its id.
    pub(super) id: ID,
    /// What it is, in a line.
    pub(super) title: String,
    /// Media type.
    pub(super) media_type: String,
    /// Its length in bytes.
    pub(super) bytes: i64,
    /// Hash of its bytes (SHA-256) in hex.
    pub(super) sha256: String,
}

impl From<&Stored<Document>> for PaperObject {
    fn from(paper: &Stored<Document>) -> Self {
        Self {
            id: global(paper.id),
            title: paper.value.title.to_string(),
            media_type: paper.value.media_type.clone(),
            bytes: number(paper.value.bytes),
            sha256: paper.value.sha256.clone(),
        }
    }
}

/// Who opened what in a document room.
#[derive(Debug, SimpleObject)]
#[graphql(name = "RoomRead")]
pub struct ReadObject {
    /// The paper.
    pub(super) document_id: ID,
    /// Hash of its bytes (SHA-256) in hex.
    pub(super) sha256: String,
    /// Who; null once erased.
    pub(super) person_id: Option<ID>,
    /// Of which organisation.
    pub(super) organisation_id: ID,
    /// When.
    pub(super) at: DateTime<Utc>,
}

impl From<RoomRead> for ReadObject {
    fn from(read: RoomRead) -> Self {
        Self {
            document_id: global(read.document),
            sha256: read.sha256,
            person_id: person(read.person),
            organisation_id: global(read.organisation),
            at: time(read.at),
        }
    }
}

/// The document room of an introduction.
#[derive(Debug, SimpleObject)]
pub struct DocumentRoom {
    /// Where the confidentiality agreement stands.
    pub(super) nda: Code<NdaState>,
    /// The sides that have signed it.
    pub(super) nda_signed_by: Vec<Code<Side>>,
    /// Its folders.
    pub(super) folders: Vec<FolderObject>,
    /// Who opened what, newest first, at most 500; for the owner, and of the own organisation for the investor.
    pub(super) reads: Vec<ReadObject>,
}
