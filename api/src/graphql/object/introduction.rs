//! Introductions, as each of the two sides sees them.
#![expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{
    account::Person,
    disclosure::ListingField,
    document::Document,
    id::Id,
    introduction::{
        AvailableIntroductionTransition, Bindingness, InterestDeclineReason, Introduction, IntroductionGuard,
        IntroductionState, IntroductionTransition, NdaState, Promise, RoomFolder, Side,
    },
    organisation::Organisation,
    vocabulary::Instrument,
};

use super::{
    super::{code::Code, mutation::settled},
    MandateNode, MoneyObject, OrganisationNode, ProjectNode, TextObject,
    common::{find, global, node, number},
    listing::HistoryStep,
    me::{stored, time},
};
use crate::{
    app::App,
    auth::Actor,
    id::encode,
    introduction::{advance, room, timers_of},
    store::{Disclosure, Kind, Note, RoomRead, Stored},
    visible::Visible,
};

/// An introduction.
#[derive(Debug, Clone)]
pub struct IntroductionNode(pub Visible<Introduction>);

/// The three answers of whoever expressed interest.
#[derive(Debug, SimpleObject)]
pub struct InterestAnswers {
    /// What cooperation is sought.
    cooperation_sought: TextObject,
    /// What is unclear in the other side's record.
    what_is_unclear: TextObject,
    /// Who asks.
    about_us: TextObject,
}

/// A contact that was disclosed by the acceptance.
#[derive(Debug, SimpleObject)]
pub struct DisclosedContact {
    /// Of which side.
    side: Code<Side>,
    /// The name; null once the account is erased.
    name: Option<String>,
    /// The address of mail; null once the account is erased.
    email: Option<String>,
}

/// An amount with what stands behind it.
#[derive(Debug, SimpleObject)]
#[graphql(name = "PromisedAmount")]
pub struct PromiseObject {
    /// How much.
    amount: MoneyObject,
    /// Conditions.
    conditions: Option<TextObject>,
    /// How the money comes.
    instrument: Option<Code<Instrument>>,
    /// Ids of the signed document, or of the evidence.
    document_ids: Vec<ID>,
    /// When it was given.
    at: DateTime<Utc>,
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
    side: Option<Code<Side>>,
    /// The reason; null where the listing or the mandate was over.
    reason: Option<Code<InterestDeclineReason>>,
    /// Words that only the two sides see.
    words: Option<TextObject>,
}

/// A first word of two that are needed.
#[derive(Debug, SimpleObject)]
pub struct WaitingWord {
    /// For what.
    transition: Code<IntroductionTransition>,
    /// Of which side.
    side: Option<Code<Side>>,
    /// The amount that it says; the other side agrees by saying none or the same.
    amount: Option<MoneyObject>,
    /// When.
    at: DateTime<Utc>,
}

/// A transition of an introduction that the caller may ask for.
#[derive(Debug, SimpleObject)]
#[graphql(name = "AvailableIntroductionTransition")]
pub struct AvailableObject {
    /// Its name.
    name: Code<IntroductionTransition>,
    /// What still has to hold, beside what comes with the request; empty where it can be asked for at once.
    requires: Vec<Code<IntroductionGuard>>,
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
    reason: Code<InterestDeclineReason>,
    /// How often.
    times: i64,
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
    id: ID,
    /// The words.
    body: String,
    /// When.
    at: DateTime<Utc>,
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
    person_id: Option<ID>,
    /// Of which organisation the person is.
    from_organisation_id: ID,
    /// To which organisation it was shown.
    to_organisation_id: ID,
    /// What was shown.
    what: String,
    /// Why that is lawful.
    basis: String,
    /// Country of the one organisation.
    from_country: Option<String>,
    /// Country of the other.
    to_country: Option<String>,
    /// Whether it went over a border.
    cross_border: bool,
    /// When.
    at: DateTime<Utc>,
}

fn person(id: Option<Id<Person>>) -> Option<ID> {
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
    folder: Code<RoomFolder>,
    /// Until when the owner opened it; null where it is shut.
    open_until: Option<DateTime<Utc>>,
    /// Whether the investor reads it now.
    readable: bool,
    /// Its papers, as far as the caller reads them.
    papers: Vec<PaperObject>,
}

/// A paper in a document room; `openRoomDocument` gives its bytes.
#[derive(Debug, SimpleObject)]
#[graphql(name = "RoomPaper")]
pub struct PaperObject {
    /// Its id.
    id: ID,
    /// What it is, in a line.
    title: String,
    /// Media type.
    media_type: String,
    /// Its length in bytes.
    bytes: i64,
    /// Hash of its bytes (SHA-256) in hex.
    sha256: String,
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
    document_id: ID,
    /// Hash of its bytes (SHA-256) in hex.
    sha256: String,
    /// Who; null once erased.
    person_id: Option<ID>,
    /// Of which organisation.
    organisation_id: ID,
    /// When.
    at: DateTime<Utc>,
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
    nda: Code<NdaState>,
    /// The sides that have signed it.
    nda_signed_by: Vec<Code<Side>>,
    /// Its folders.
    folders: Vec<FolderObject>,
    /// Who opened what, newest first, at most 500; for the owner, and of the own organisation for the investor.
    reads: Vec<ReadObject>,
}

impl IntroductionNode {
    fn record(&self) -> &Introduction {
        &self.0.value
    }

    /// The side for which the caller looks.
    fn my_side(&self, ctx: &Context<'_>) -> Result<Option<Side>> {
        let actor = ctx.data::<Actor>()?;
        let acting = actor.acting().and_then(|id| self.record().side_of(id));
        let by_membership = |side: &Side| actor.role_in(self.record().organisation(*side)).is_some();
        Ok(acting.or_else(|| [Side::Owner, Side::Investor].into_iter().find(by_membership)))
    }

    /// Whether the caller sees what the sides wrote to each other: as one of them, and not while it is held. Whoever
    /// expressed it sees the own words all the same.
    fn details(&self, ctx: &Context<'_>) -> Result<bool> {
        let side = self.my_side(ctx)?;
        let own = side == Some(self.record().initiator);
        Ok(self.0.is_private() && side.is_some() && (own || !advance::is_held(self.record().state)))
    }
}

/// An introduction of an investor to a project. Only its two sides see it, and officers who decide about a hold.
#[Object(name = "Introduction")]
impl IntroductionNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }
    /// Rises with every change; a command names the version that it was seen at.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Where it stands.
    async fn state(&self) -> Code<IntroductionState> {
        Code(self.record().state)
    }
    /// Since when.
    async fn since(&self) -> DateTime<Utc> {
        self.record().since
    }
    /// When interest was expressed.
    async fn expressed_at(&self) -> DateTime<Utc> {
        self.record().expressed_at
    }
    /// When the other side answered.
    async fn answered_at(&self) -> Option<DateTime<Utc>> {
        self.record().answered_at
    }
    /// When a reminder, the expiry or the lapse is next due; null where nothing is.
    async fn next_due_at(&self) -> Option<DateTime<Utc>> {
        self.record().next_due(&timers_of())
    }
    /// Whether what stands so far binds anybody.
    async fn bindingness(&self) -> Code<Bindingness> {
        Code(self.record().state.bindingness())
    }
    /// Which side expressed it.
    async fn initiator(&self) -> Code<Side> {
        Code(self.record().initiator)
    }
    /// The side for which the caller looks; null for officers.
    #[graphql(name = "mySide")]
    async fn side(&self, ctx: &Context<'_>) -> Result<Option<Code<Side>>> {
        Ok(self.my_side(ctx)?.map(Code))
    }
    /// The project, as far as the caller sees it; null where it is no more in sight.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<ProjectNode>> {
        Ok(find(ctx, self.record().project).await?.map(ProjectNode))
    }
    /// The mandate; null where it is gone.
    async fn mandate(&self, ctx: &Context<'_>) -> Result<Option<MandateNode>> {
        Ok(find(ctx, self.record().mandate).await?.map(MandateNode))
    }
    /// The investor.
    async fn investor(&self, ctx: &Context<'_>) -> Result<OrganisationNode> {
        node(ctx, self.record().investor).await.map(OrganisationNode)
    }
    /// The project's owner; null as long as the listing keeps it back from the caller.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        if self.my_side(ctx)? == Some(Side::Investor) {
            let project = find(ctx, self.record().project).await?;
            if !project.is_some_and(|project| project.shows(ListingField::Owner)) {
                return Ok(None);
            }
        }
        node::<Organisation>(ctx, self.record().owner).await.map(OrganisationNode).map(Some)
    }
    /// The three answers; null for officers, and for the other side while it is held.
    async fn answers(&self, ctx: &Context<'_>) -> Result<Option<InterestAnswers>> {
        let answers = &self.record().answers;
        Ok(self.details(ctx)?.then(|| InterestAnswers {
            cooperation_sought: answers.cooperation_sought().into(),
            what_is_unclear: answers.what_is_unclear().into(),
            about_us: answers.about_us().into(),
        }))
    }
    /// The contacts of both sides; empty until it is accepted.
    async fn contacts(&self, ctx: &Context<'_>) -> Result<Vec<DisclosedContact>> {
        let record = self.record();
        let Some(recipient) = record.answered_by.filter(|_| record.state.is_introduced()) else {
            return Ok(Vec::new());
        };
        if !self.details(ctx)? {
            return Ok(Vec::new());
        }
        let app = ctx.data::<App>()?;
        let mut contacts = Vec::new();
        for (side, id) in [(record.initiator, record.sender), (record.recipient(), recipient)] {
            let row = stored(app.store.person(id).await)?;
            let (name, email) = row.map_or((None, None), |row| (row.name, row.email));
            contacts.push(DisclosedContact {
                side: Code(side),
                name: name.map(|name| name.to_string()),
                email: email.map(|email| email.to_string()),
            });
        }
        Ok(contacts)
    }
    /// The terms, which bind nobody.
    async fn terms(&self, ctx: &Context<'_>) -> Result<Option<TextObject>> {
        Ok(self.record().terms.as_ref().filter(|_| self.details(ctx).unwrap_or(false)).map(Into::into))
    }
    /// The pledge.
    async fn pledge(&self, ctx: &Context<'_>) -> Result<Option<PromiseObject>> {
        Ok(self.record().pledge.as_ref().filter(|_| self.details(ctx).unwrap_or(false)).map(Into::into))
    }
    /// The commitment.
    async fn commitment(&self, ctx: &Context<'_>) -> Result<Option<PromiseObject>> {
        Ok(self.record().commitment.as_ref().filter(|_| self.details(ctx).unwrap_or(false)).map(Into::into))
    }
    /// The close.
    async fn close(&self, ctx: &Context<'_>) -> Result<Option<PromiseObject>> {
        Ok(self.record().close.as_ref().filter(|_| self.details(ctx).unwrap_or(false)).map(Into::into))
    }
    /// Why it is over, where somebody gave a reason.
    async fn end(&self, ctx: &Context<'_>) -> Result<Option<IntroductionEnd>> {
        if !self.details(ctx)? {
            return Ok(None);
        }
        Ok(self.record().over.as_ref().map(|over| IntroductionEnd {
            side: over.side.map(Code),
            reason: over.code.map(Code),
            words: over.text.as_ref().map(Into::into),
        }))
    }
    /// First words of two that are needed: of the sides for the sides, of officers for officers.
    async fn waiting_words(&self, ctx: &Context<'_>) -> Result<Vec<WaitingWord>> {
        let is_side = self.my_side(ctx)?.is_some();
        let words = self.record().words.iter().filter(|word| word.side.is_some() == is_side);
        Ok(words
            .map(|word| WaitingWord {
                transition: Code(word.transition),
                side: word.side.map(Code),
                amount: word.content.amount.map(MoneyObject),
                at: word.at,
            })
            .collect())
    }
    /// The document room; null for officers and before it is accepted.
    async fn room(&self, ctx: &Context<'_>) -> Result<Option<DocumentRoom>> {
        let record = self.record();
        let Some(side) = self.my_side(ctx)?.filter(|_| record.state.is_introduced()) else { return Ok(None) };
        let app = ctx.data::<App>()?;
        let now = app.auth.clock.now();
        let papers = stored(app.store.documents(record.owner, Some(record.project)).await)?;
        let seen = |paper: &&Stored<Document>| room::is_seen(record, side, &paper.value, now);
        let folders = <RoomFolder as domain::Vocabulary>::ALL.iter().map(|folder| FolderObject {
            folder: Code(*folder),
            open_until: record
                .grants
                .iter()
                .find(|grant| grant.folder == *folder && grant.until > now)
                .map(|grant| grant.until),
            readable: record.reads(*folder, now),
            papers: papers
                .iter()
                .filter(seen)
                .filter(|paper| paper.value.room_folder() == *folder)
                .map(Into::into)
                .collect(),
        });
        let own = record.organisation(side);
        let reads = stored(app.store.room_reads(self.0.id).await)?;
        Ok(Some(DocumentRoom {
            nda: Code(record.nda),
            nda_signed_by: record.nda_signed.iter().map(|side| Code(*side)).collect(),
            folders: folders.collect(),
            reads: reads
                .into_iter()
                .filter(|read| side == Side::Owner || read.organisation == own)
                .map(Into::into)
                .collect(),
        }))
    }
    /// Notes of the own side, oldest first, at most 500; no other side ever sees them.
    async fn notes(&self, ctx: &Context<'_>) -> Result<Vec<NoteObject>> {
        let Some(side) = self.my_side(ctx)? else { return Ok(Vec::new()) };
        let own = self.record().organisation(side);
        let notes = stored(ctx.data::<App>()?.store.notes(self.0.id, own).await)?;
        Ok(notes.into_iter().map(Into::into).collect())
    }
    /// Which contacts were shown to whom.
    async fn disclosure_log(&self, ctx: &Context<'_>) -> Result<Vec<DisclosureObject>> {
        let rows = stored(ctx.data::<App>()?.store.disclosures(self.0.id).await)?;
        Ok(rows.into_iter().map(Into::into).collect())
    }
    /// The states that it went through. Who of the other side acted is told once it is accepted; who decided about a
    /// hold is not.
    async fn history(&self, ctx: &Context<'_>) -> Result<Vec<HistoryStep>> {
        let own = self.my_side(ctx)?.map(|side| self.record().organisation(side).uuid());
        let known = self.record().answered_at.is_some() && self.record().over.is_none();
        let known = known || self.record().state.is_introduced();
        let mut steps = stored(ctx.data::<App>()?.store.history(self.0.id.uuid()).await)?;
        for past in steps.iter_mut().filter(|_| own.is_some()) {
            let is_own = past.step.organisation == own;
            if !is_own && (!known || past.step.organisation.is_none()) {
                (past.step.organisation, past.step.person) = (None, None);
            }
        }
        Ok(steps.into_iter().map(Into::into).collect())
    }
    /// What the caller may do now.
    async fn available_transitions(&self, ctx: &Context<'_>) -> Result<Vec<AvailableObject>> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let (found, _) = settled(advance::available(app, actor, &self.0).await)?;
        Ok(found.unwrap_or_default().into_iter().map(Into::into).collect())
    }
}

/// An introduction as the viewer of a request sees it.
pub fn seen(viewer: &crate::visible::Viewer, row: Stored<Introduction>) -> Option<IntroductionNode> {
    viewer.see(Arc::new(row)).map(IntroductionNode)
}

super::common::connection!(IntroductionConnection, IntroductionEdge, IntroductionNode, "introductions");
