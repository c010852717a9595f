//! Who may do what, as data. What no row allows is refused.

use super::{Action as A, AggregateKind, Relation as R};
use crate::vocabulary::ListingState as S;

/// One row: whoever stands in one of the relations may, in these states.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// What is asked.
    pub action: A,
    /// Whoever stands in one of these may.
    pub allow: &'static [R],
    /// Not whoever also stands in one of these: nobody judges the own record.
    pub except: &'static [R],
    /// In which states of the listing.
    pub states: When,
}

/// For which states a row counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Any, also where there is no listing.
    Always,
    /// Only in these.
    In(&'static [S]),
    /// Only where there is no listing: a document of the organisation itself.
    Stateless,
}

impl When {
    /// Whether the row counts.
    pub fn holds(self, state: Option<S>) -> bool {
        match self {
            Self::Always => true,
            Self::In(states) => state.is_some_and(|state| states.contains(&state)),
            Self::Stateless => state.is_none(),
        }
    }
}

const fn row(action: A, allow: &'static [R]) -> Row {
    Row { action, allow, except: &[], states: When::Always }
}

impl Row {
    const fn except(self, except: &'static [R]) -> Self {
        Self { except, ..self }
    }

    const fn when(self, states: &'static [S]) -> Self {
        Self { states: When::In(states), ..self }
    }

    const fn stateless(self) -> Self {
        Self { states: When::Stateless, ..self }
    }
}

/// Everybody of the owning organisation; the other roles imply this one.
const MEMBER: &[R] = &[R::MemberViewer];
const STAFF: &[R] = &[R::Compliance, R::Administrator, R::System];

/// States in which a listing is public.
pub const PUBLIC_STATES: &[S] = &[S::Published, S::Stale, S::UnderOffer, S::Funded];

/// A paused listing is out of sight, but its introductions go on.
const INTRODUCED_STATES: &[S] = &[S::Published, S::Paused, S::Stale, S::UnderOffer, S::Funded];

/// All but a draft: what nobody has submitted is nobody else's to see.
const SUBMITTED_ONCE: &[S] = &[
    S::Submitted,
    S::InReview,
    S::ChangesRequested,
    S::Published,
    S::Paused,
    S::Stale,
    S::UnderOffer,
    S::Funded,
    S::Suspended,
    S::Withdrawn,
    S::Archived,
    S::Rejected,
];

/// What lies with a reviewer stays as it was submitted; what is over stays as it ended.
const EDITABLE: &[S] = &[S::Draft, S::ChangesRequested, S::Published, S::Paused, S::Stale, S::UnderOffer];

const ORGANISATION: &[Row] = &[
    row(A::Read, &[R::Public]),
    row(A::ReadPrivate, &[R::MemberViewer, R::Reviewer, R::Compliance, R::Administrator, R::System]),
    row(A::Create, &[R::Registered]),
    row(A::Edit, &[R::MemberEditor]),
    row(A::ConfirmCurrent, &[R::MemberEditor]),
    row(A::Invite, &[R::MemberOwner]),
    row(A::Export, &[R::MemberEditor]),
    row(A::TakeOver, &[R::Registered]),
    row(A::Verify, &[R::Reviewer, R::System]).except(MEMBER),
    row(A::Decide, &[R::Reviewer, R::Administrator]).except(MEMBER),
    row(A::Appeal, &[R::MemberOwner]),
    row(A::Endorse, &[R::Observer]).except(MEMBER),
    row(A::Suspend, &[R::Compliance, R::System]).except(MEMBER),
];

const PROJECT: &[Row] = &[
    row(A::Read, &[R::Public]).when(PUBLIC_STATES),
    row(A::Read, &[R::Introduced]).when(INTRODUCED_STATES),
    row(A::Read, &[R::Reviewer]).when(SUBMITTED_ONCE),
    row(A::Read, MEMBER),
    row(A::Read, STAFF),
    row(A::Read, &[R::OwnerLink]).when(&[S::Paused]),
    row(A::ReadPrivate, MEMBER),
    row(A::ReadPrivate, &[R::Reviewer]).when(SUBMITTED_ONCE),
    row(A::ReadPrivate, STAFF),
    row(A::Create, &[R::MemberEditor]),
    row(A::Edit, &[R::MemberEditor]).when(EDITABLE),
    row(A::Delete, &[R::MemberOwner]).when(&[S::Draft]),
    row(A::ConfirmCurrent, &[R::MemberEditor, R::OwnerLink]).when(&[
        S::Published,
        S::Paused,
        S::Stale,
        S::UnderOffer,
    ]),
    row(A::Invite, &[R::MemberEditor]).when(&[S::Published, S::Stale]),
    row(A::Export, &[R::MemberEditor]),
    row(A::Decide, &[R::Reviewer, R::Administrator]).except(MEMBER).when(SUBMITTED_ONCE),
    row(A::Appeal, &[R::MemberOwner]).when(&[S::Rejected, S::Suspended]),
    row(A::Endorse, &[R::Observer]).except(MEMBER).when(PUBLIC_STATES),
];

const MANDATE: &[Row] = &[
    row(A::Read, &[R::Public]),
    row(A::ReadPrivate, &[R::MemberViewer, R::Compliance, R::Administrator, R::System]),
    row(A::Create, &[R::MemberEditor]),
    row(A::Edit, &[R::MemberEditor]),
    row(A::Delete, &[R::MemberEditor]),
    row(A::ConfirmCurrent, &[R::MemberEditor]),
    row(A::Export, &[R::MemberEditor]),
];

const CITY: &[Row] = &[
    row(A::Read, &[R::Public]),
    row(A::ReadPrivate, &[R::MemberViewer, R::Compliance, R::Administrator, R::System]),
    // Cities come from a gazetteer; an office takes one over and does not make one.
    row(A::Create, &[R::Administrator, R::System]),
    row(A::Edit, &[R::MemberEditor]),
    row(A::ConfirmCurrent, &[R::MemberEditor]),
    row(A::Export, &[R::MemberEditor]),
    row(A::TakeOver, &[R::Registered]),
    row(A::Verify, &[R::Reviewer, R::System]).except(MEMBER),
    row(A::Endorse, &[R::Observer]).except(MEMBER),
];

const SAVED_SEARCH: &[Row] = &[
    row(A::Read, &[R::Itself, R::System]),
    row(A::ReadPrivate, &[R::Itself, R::System]),
    row(A::Create, &[R::Registered]),
    row(A::Edit, &[R::Itself]),
    row(A::Delete, &[R::Itself]),
    row(A::Export, &[R::Itself]),
];

const CAPABILITY: &[Row] = &[
    row(A::Read, &[R::Public]),
    row(A::ReadPrivate, &[R::MemberViewer, R::Compliance, R::Administrator, R::System]),
    row(A::Create, &[R::MemberEditor]),
    row(A::Edit, &[R::MemberEditor]),
    row(A::Delete, &[R::MemberEditor]),
    row(A::ConfirmCurrent, &[R::MemberEditor]),
    row(A::Export, &[R::MemberEditor]),
];

const VERIFICATION: &[Row] = &[
    row(A::Read, &[R::MemberViewer, R::Reviewer, R::Compliance, R::Administrator, R::System]),
    // Papers of an officer are for whoever handed them in and whoever has to judge them.
    row(A::ReadPrivate, &[R::MemberOwner]),
    row(A::ReadPrivate, &[R::ClaimingReviewer, R::Compliance]).except(MEMBER),
    row(A::Create, &[R::MemberOwner]),
    row(A::Edit, &[R::MemberOwner]),
    row(A::Delete, &[R::MemberOwner]),
    row(A::TakeUp, &[R::Reviewer]).except(MEMBER),
    row(A::Decide, &[R::ClaimingReviewer]).except(MEMBER),
    row(A::Decide, &[R::System]),
    row(A::Appeal, &[R::MemberOwner]),
];

/// Nobody of an organisation may learn from here that it was hit, not even an officer of the platform.
const SCREENING_HIT: &[Row] = &[
    row(A::Read, &[R::Compliance, R::Administrator]).except(MEMBER),
    row(A::Read, &[R::System]),
    row(A::ReadPrivate, &[R::Compliance]).except(MEMBER),
    row(A::Create, &[R::System]),
    row(A::Decide, &[R::Compliance]).except(MEMBER),
];

const IMPORT_JOB: &[Row] = &[
    row(A::Read, &[R::MemberViewer, R::Administrator, R::System]),
    row(A::ReadPrivate, &[R::MemberViewer, R::Administrator, R::System]),
    row(A::Create, &[R::MemberEditor, R::Administrator]),
    row(A::Edit, &[R::MemberEditor]),
    row(A::Delete, &[R::MemberEditor]),
];

/// A document of a listing follows its state; one of the organisation itself has none.
const DOCUMENT: &[Row] = &[
    row(A::Read, &[R::Matched]).when(PUBLIC_STATES),
    row(A::Read, &[R::Introduced]).when(INTRODUCED_STATES),
    row(A::Read, &[R::Reviewer]).when(SUBMITTED_ONCE),
    row(A::Read, MEMBER),
    row(A::Read, STAFF),
    // An introduced investor reads the bytes in the document room, where there is a grant and who read is noted.
    row(A::ReadPrivate, &[R::Reviewer]).when(SUBMITTED_ONCE),
    row(A::ReadPrivate, &[R::MemberViewer, R::Compliance, R::System]),
    row(A::Create, &[R::MemberEditor]),
    row(A::Edit, &[R::MemberEditor]).when(EDITABLE),
    row(A::Delete, &[R::MemberEditor]).when(EDITABLE),
    row(A::Read, &[R::Reviewer]).stateless(),
    row(A::ReadPrivate, &[R::Reviewer]).stateless(),
    row(A::Edit, &[R::MemberEditor]).stateless(),
    row(A::Delete, &[R::MemberEditor]).stateless(),
];

const PERSON: &[Row] = &[
    row(A::Read, &[R::Itself, R::MemberViewer, R::Compliance, R::Administrator, R::System]),
    row(A::ReadPrivate, &[R::Itself, R::System]),
    // An account is opened by the platform for whoever asks, before there is anybody to whom a right could be given.
    row(A::Create, &[R::System]),
    row(A::Edit, &[R::Itself]),
    row(A::Delete, &[R::Itself, R::Administrator]),
    row(A::Export, &[R::Itself]),
    row(A::Suspend, &[R::Administrator]).except(&[R::Itself]),
    row(A::GrantRole, &[R::Administrator]).except(&[R::Itself]),
];

const SESSION: &[Row] = &[
    row(A::Read, &[R::Itself, R::System]),
    row(A::ReadPrivate, &[R::Itself, R::System]),
    row(A::Create, &[R::System]),
    row(A::Delete, &[R::Itself, R::System]),
];

const MEMBERSHIP: &[Row] = &[
    row(A::Read, &[R::MemberViewer, R::Itself, R::Compliance, R::Administrator, R::System]),
    // One is made when an invitation is accepted or a record is taken over.
    row(A::Create, &[R::System]),
    row(A::Edit, &[R::MemberOwner]),
    row(A::Delete, &[R::MemberOwner, R::Itself, R::Administrator]),
];

const INVITATION: &[Row] = &[
    row(A::Read, &[R::MemberOwner, R::Itself, R::Administrator, R::System]),
    row(A::Create, &[R::MemberOwner]),
    row(A::Delete, &[R::MemberOwner]),
    row(A::Accept, &[R::Itself]),
];

const API_KEY: &[Row] = &[
    row(A::Read, &[R::MemberOwner, R::Itself, R::System]),
    row(A::Create, &[R::MemberOwner]),
    row(A::Delete, &[R::MemberOwner, R::Itself]),
];

/// Of both sides. What a side keeps to itself, such as its notes, is not of the record. Compliance officers stand in
/// their relation only to what the screening holds or once held (features 4.9.2).
const INTRODUCTION: &[Row] = &[
    row(A::Read, &[R::MemberViewer, R::Compliance, R::System]),
    // What the sides wrote to each other is theirs; who judges a hold sees who they are.
    row(A::ReadPrivate, &[R::MemberViewer, R::System]),
    row(A::Create, &[R::MemberEditor]),
    row(A::Edit, &[R::MemberEditor]),
    row(A::Move, &[R::MemberEditor, R::System]),
    row(A::Move, &[R::Compliance]).except(MEMBER),
    row(A::Export, &[R::MemberViewer]),
];

/// Of both offices, once it was proposed; its public side, once it is in force, is shown by its cities.
const PARTNERSHIP: &[Row] = &[
    row(A::Read, &[R::MemberViewer, R::System]),
    row(A::ReadPrivate, &[R::MemberViewer, R::System]),
    row(A::Create, &[R::MemberEditor]),
    row(A::Move, &[R::MemberEditor, R::System]),
    row(A::Export, &[R::MemberViewer]),
];

/// In public from its approval on; before that of its host's office.
const DEMONSTRATION_AREA: &[Row] = &[
    row(A::Read, &[R::MemberViewer, R::System]),
    row(A::ReadPrivate, &[R::MemberViewer, R::System]),
    row(A::Create, &[R::MemberEditor]),
    row(A::Move, &[R::MemberEditor, R::System]),
    row(A::Export, &[R::MemberViewer]),
];

/// In public once it is announced; before that of its organiser.
const EXCHANGE_EVENT: &[Row] = &[
    row(A::Read, &[R::MemberViewer, R::System]),
    row(A::Read, &[R::Public]).when(&[S::Published]),
    row(A::ReadPrivate, &[R::MemberViewer, R::System]),
    row(A::Create, &[R::MemberEditor]),
    row(A::Move, &[R::MemberEditor, R::System]),
];

/// Of who takes part, and of the organiser.
const EVENT_REGISTRATION: &[Row] = &[
    row(A::Read, &[R::MemberViewer, R::System]),
    row(A::ReadPrivate, &[R::MemberViewer, R::System]),
    row(A::Create, &[R::MemberEditor]),
];

/// Of both sides, and of the organiser, who sees when and where but not what they write to each other.
const MEETING: &[Row] = &[
    row(A::Read, &[R::MemberViewer, R::System]),
    row(A::ReadPrivate, &[R::MemberViewer, R::System]),
    row(A::Create, &[R::MemberEditor]),
    row(A::Move, &[R::MemberEditor, R::System]),
];

/// The table of a kind.
pub const fn rows(kind: AggregateKind) -> &'static [Row] {
    match kind {
        AggregateKind::Organisation => ORGANISATION,
        AggregateKind::Project => PROJECT,
        AggregateKind::Mandate => MANDATE,
        AggregateKind::City => CITY,
        AggregateKind::SavedSearch => SAVED_SEARCH,
        AggregateKind::Capability => CAPABILITY,
        AggregateKind::Verification => VERIFICATION,
        AggregateKind::ScreeningHit => SCREENING_HIT,
        AggregateKind::ImportJob => IMPORT_JOB,
        AggregateKind::Document => DOCUMENT,
        AggregateKind::Person => PERSON,
        AggregateKind::Session => SESSION,
        AggregateKind::Membership => MEMBERSHIP,
        AggregateKind::Invitation => INVITATION,
        AggregateKind::ApiKey => API_KEY,
        AggregateKind::Introduction => INTRODUCTION,
        AggregateKind::Partnership => PARTNERSHIP,
        AggregateKind::DemonstrationArea => DEMONSTRATION_AREA,
        AggregateKind::ExchangeEvent => EXCHANGE_EVENT,
        AggregateKind::EventRegistration => EVENT_REGISTRATION,
        AggregateKind::Meeting => MEETING,
    }
}
