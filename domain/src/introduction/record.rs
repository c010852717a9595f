//! The record of an introduction.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    advance::Move,
    code::{
        InterestDeclineReason, IntroductionParty, IntroductionState, IntroductionTransition, NdaState, Side,
    },
    room::RoomGrant,
};
use crate::{
    FieldErrors,
    account::Person,
    document::Document,
    id::Id,
    mandate::Mandate,
    organisation::Organisation,
    project::Project,
    value::{CountryCode, Localized, Money},
    vocabulary::{CooperationField, Instrument},
};

/// The three questions that whoever expresses interest answers.
///
/// Source: the questions of an expression of interest in the Enterprise Europe Network, as named in the features.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawAnswers", into = "RawAnswers")]
pub struct ThreeAnswers {
    cooperation_sought: Localized,
    what_is_unclear: Localized,
    about_us: Localized,
}

#[derive(Serialize, Deserialize)]
struct RawAnswers {
    cooperation_sought: Localized,
    what_is_unclear: Localized,
    about_us: Localized,
}

impl TryFrom<RawAnswers> for ThreeAnswers {
    type Error = FieldErrors;
    fn try_from(raw: RawAnswers) -> Result<Self, FieldErrors> {
        Self::new(raw.cooperation_sought, raw.what_is_unclear, raw.about_us)
    }
}

impl From<ThreeAnswers> for RawAnswers {
    fn from(answers: ThreeAnswers) -> Self {
        let ThreeAnswers { cooperation_sought, what_is_unclear, about_us } = answers;
        Self { cooperation_sought, what_is_unclear, about_us }
    }
}

impl ThreeAnswers {
    /// The longest answer, in characters.
    pub const MAX: usize = 2_000;

    /// Checks the answers.
    ///
    /// # Errors
    /// One is longer than [`Self::MAX`] characters.
    pub fn new(
        cooperation_sought: Localized,
        what_is_unclear: Localized,
        about_us: Localized,
    ) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let fits = |text: &Localized| text.value().chars().count() <= Self::MAX;
        errors.check(fits(&cooperation_sought), "answers.cooperationSought", "at most 2000 characters");
        errors.check(fits(&what_is_unclear), "answers.whatIsUnclear", "at most 2000 characters");
        errors.check(fits(&about_us), "answers.aboutUs", "at most 2000 characters");
        errors.into_result(Self { cooperation_sought, what_is_unclear, about_us })
    }

    /// What cooperation is sought.
    pub const fn cooperation_sought(&self) -> &Localized {
        &self.cooperation_sought
    }

    /// What is unclear in the other side's record.
    pub const fn what_is_unclear(&self) -> &Localized {
        &self.what_is_unclear
    }

    /// Who asks.
    pub const fn about_us(&self) -> &Localized {
        &self.about_us
    }
}

/// A word that needs a second one: of the other side, or of another officer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// For what.
    pub transition: IntroductionTransition,
    /// Of which side; none for compliance.
    pub side: Option<Side>,
    /// Whose.
    pub person: Id<Person>,
    /// When.
    pub at: DateTime<Utc>,
    /// What it says.
    pub content: Move,
}

/// A no, or an end, with its reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// Of which side; none for the system and for compliance.
    pub side: Option<Side>,
    /// The code; none where the listing or the mandate was over.
    pub code: Option<InterestDeclineReason>,
    /// Words that the side that gave them keeps to itself and the other side.
    pub text: Option<Localized>,
}

/// An amount with what stands behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    /// How much.
    pub amount: Money,
    /// Conditions of a pledge.
    pub text: Option<Localized>,
    /// How the money comes.
    pub instrument: Option<Instrument>,
    /// The signed document or the evidence.
    pub documents: Vec<Id<Document>>,
    /// When it was given.
    pub at: DateTime<Utc>,
}

/// An introduction of an investor's mandate to a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Introduction {
    /// The project.
    pub project: Id<Project>,
    /// Its owner, when interest was expressed.
    pub owner: Id<Organisation>,
    /// The mandate.
    pub mandate: Id<Mandate>,
    /// Whose mandate it is.
    pub investor: Id<Organisation>,
    /// Which side expressed it.
    pub initiator: Side,
    /// Who of that side.
    pub sender: Id<Person>,
    /// Where it stands.
    pub state: IntroductionState,
    /// Since when.
    pub since: DateTime<Utc>,
    /// When interest was expressed.
    pub expressed_at: DateTime<Utc>,
    /// When one of the sides was last heard of.
    pub last_contact: DateTime<Utc>,
    /// Reminders sent since then.
    pub nudges: u8,
    /// The three answers.
    pub answers: ThreeAnswers,
    /// When the other side answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// Who answered.
    pub answered_by: Option<Id<Person>>,
    /// Where the confidentiality agreement stands.
    pub nda: NdaState,
    /// The sides that have signed it.
    pub nda_signed: Vec<Side>,
    /// Folders of the document room that the owner opened, each until a time.
    pub grants: Vec<RoomGrant>,
    /// First words of what needs two.
    pub words: Vec<Word>,
    /// The terms, which bind nobody.
    pub terms: Option<Localized>,
    /// The pledge.
    pub pledge: Option<Promise>,
    /// The commitment.
    pub commitment: Option<Promise>,
    /// The close.
    pub close: Option<Promise>,
    /// Why it was declined, refused or ended.
    pub over: Option<Reason>,
    /// The project's main field when interest was expressed; for public counts.
    pub field: Option<CooperationField>,
    /// The investor's country then.
    pub investor_country: Option<CountryCode>,
    /// The project's first country then.
    pub project_country: Option<CountryCode>,
    /// When the screening last held it; none where it never did.
    #[serde(default)]
    pub held_at: Option<DateTime<Utc>>,
}

/// What an introduction begins with.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpressionOfInterest {
    /// The project.
    pub project: Id<Project>,
    /// Whose project it is.
    pub owner: Id<Organisation>,
    /// The mandate.
    pub mandate: Id<Mandate>,
    /// Whose mandate it is.
    pub investor: Id<Organisation>,
    /// Who began it.
    pub initiator: Side,
    /// The person who began it.
    pub sender: Id<Person>,
    /// The three answers.
    pub answers: ThreeAnswers,
    /// The project's first field.
    pub field: Option<CooperationField>,
    /// Where the investor is.
    pub investor_country: Option<CountryCode>,
    /// Where the project is.
    pub project_country: Option<CountryCode>,
}

impl Introduction {
    /// One that begins, in the state that the table gave it.
    pub fn begun(interest: ExpressionOfInterest, state: IntroductionState, at: DateTime<Utc>) -> Self {
        let ExpressionOfInterest {
            project,
            owner,
            mandate,
            investor,
            initiator,
            sender,
            answers,
            field,
            investor_country,
            project_country,
        } = interest;
        Self {
            project,
            owner,
            mandate,
            investor,
            initiator,
            sender,
            state,
            since: at,
            expressed_at: at,
            last_contact: at,
            nudges: 0,
            answers,
            answered_at: None,
            answered_by: None,
            nda: NdaState::Open,
            nda_signed: Vec::new(),
            grants: Vec::new(),
            words: Vec::new(),
            terms: None,
            pledge: None,
            commitment: None,
            close: None,
            over: None,
            field,
            investor_country,
            project_country,
            held_at: None,
        }
    }

    /// The side that is asked.
    pub const fn recipient(&self) -> Side {
        self.initiator.other()
    }

    /// The organisation of a side.
    pub const fn organisation(&self, side: Side) -> Id<Organisation> {
        match side {
            Side::Investor => self.investor,
            Side::Owner => self.owner,
        }
    }

    /// The side of an organisation.
    pub fn side_of(&self, organisation: Id<Organisation>) -> Option<Side> {
        [Side::Investor, Side::Owner].into_iter().find(|side| self.organisation(*side) == organisation)
    }

    /// The parties that a side is.
    pub fn parties(&self, side: Side) -> Vec<IntroductionParty> {
        let role =
            if side == self.initiator { IntroductionParty::Initiator } else { IntroductionParty::Recipient };
        let of = match side {
            Side::Investor => IntroductionParty::Investor,
            Side::Owner => IntroductionParty::Owner,
        };
        vec![role, of]
    }

    /// Whether the screening holds it or once did: only then compliance officers have a part in it (features 4.9.2).
    pub const fn was_held(&self) -> bool {
        // Records from before the time was noted tell by their state.
        self.held_at.is_some() || matches!(self.state, IntroductionState::Held | IntroductionState::Refused)
    }

    /// One of the sides was heard of.
    pub const fn heard(&mut self, at: DateTime<Utc>) {
        self.last_contact = at;
        self.nudges = 0;
    }
}
