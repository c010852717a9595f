//! Why a command is refused, for whoever asked: a code, the field, what would be right.

use domain::{
    FieldErrors, Vocabulary,
    demonstration_area::AreaMachine,
    exchange_event::{EventMachine, QuotaFull},
    introduction::{GrantRefusal, IntroductionGuard, IntroductionMachine, NdaRefusal},
    listing::ListingMachine,
    machine::{self, Machine},
    meeting::MeetingMachine,
    partnership::{PartnershipMachine, ShareRefusal},
    screening::ScreeningMachine,
    verification::CaseMachine,
};

use crate::{
    app::AppError,
    store::{FileError, StoreError},
};

/// Stable codes of refusals (section 4.0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
pub enum UserErrorCode {
    /// The state has no such transition.
    InvalidTransition,
    /// Something that must hold for the transition does not.
    GateFailed,
    /// Others may.
    NotPermitted,
    /// It was changed since it was read.
    VersionConflict,
    /// Too often.
    RateLimited,
    /// A field is wrong.
    Validation,
    /// The screening has to be decided first.
    ScreeningHold,
    /// There is one already.
    Duplicate,
    /// Not there, or not visible, which is the same.
    NotFound,
    /// The idempotency key was used for another request.
    IdempotencyConflict,
}

/// One refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The code.
    pub code: UserErrorCode,
    /// The field of the input, in parts; empty for the whole.
    pub path: Vec<String>,
    /// What is wrong and what would be right.
    pub message: String,
    /// Which rule says so.
    pub rule_ref: Option<String>,
    /// Seconds after which to come back, where it was too often.
    pub retry_after: Option<u64>,
}

impl Refusal {
    /// A refusal that names a field; its parts are separated by dots.
    pub fn new(code: UserErrorCode, path: &str, message: impl Into<String>) -> Self {
        let path = path.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Self { code, path, message: message.into(), rule_ref: None, retry_after: None }
    }

    /// A wrong field.
    pub fn validation(path: &str, message: impl ToString) -> Self {
        Self::new(UserErrorCode::Validation, path, message.to_string())
    }

    /// Something does not hold, at a field or at none.
    pub fn gate(guard: impl Vocabulary, path: &str, message: impl Into<String>) -> Self {
        Self::new(UserErrorCode::GateFailed, path, message).by_rule(guard.code())
    }

    /// Others may.
    pub fn not_permitted(message: impl Into<String>) -> Self {
        Self::new(UserErrorCode::NotPermitted, "", message)
    }

    /// Not there, or not visible.
    pub fn not_found(path: &str, what: &str) -> Self {
        Self::new(UserErrorCode::NotFound, path, format!("there is no such {}", what.replace('_', " ")))
    }

    /// Too often; come back later.
    pub fn rate_limited(seconds: i64) -> Self {
        let seconds = seconds.max(1);
        let message = format!("too many attempts: try again in {seconds} s");
        Self {
            retry_after: Some(seconds.unsigned_abs()),
            ..Self::new(UserErrorCode::RateLimited, "", message)
        }
    }

    /// The same, at a field.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        self.path = path.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        self
    }

    /// The same with the rule that says so.
    #[must_use]
    pub fn by_rule(mut self, rule: impl Into<String>) -> Self {
        self.rule_ref = Some(rule.into());
        self
    }
}

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It is refused; all reasons are named.
    #[error("refused: {0:?}")]
    Refused(Vec<Refusal>),
    /// Nobody known acts.
    #[error("nobody known acts")]
    Unauthenticated,
    /// Too much work waits already.
    #[error("too much work waits already")]
    Overloaded,
    /// The database does not answer.
    #[error("the database did not answer")]
    Store(#[from] StoreError),
    /// The disk does not keep or give a file.
    #[error("the disk did not answer")]
    File(#[from] FileError),
    /// A fault of the server.
    #[error("the server failed")]
    Failed,
}

impl CommandError {
    /// The same with the wrong fields below a part of the input: those of an aggregate name its own fields alone.
    #[must_use]
    pub fn under(self, part: &str) -> Self {
        let Self::Refused(mut refusals) = self else { return self };
        for refusal in &mut refusals {
            let is_below = refusal.path.first().is_none_or(|first| first == part);
            if refusal.code == UserErrorCode::Validation && !is_below {
                refusal.path.insert(0, part.to_owned());
            }
        }
        Self::Refused(refusals)
    }

    /// Says in the log that somebody was refused what others may.
    pub(super) fn logged(self, operation: &'static str, actor: uuid::Uuid) -> Self {
        if let Self::Refused(refusals) = &self
            && refusals.iter().any(|r| r.code == UserErrorCode::NotPermitted)
        {
            tracing::warn!(event = "denied", operation, %actor, "somebody may not");
        }
        self
    }
}

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

impl From<FieldErrors> for CommandError {
    /// The paths of facts are written with underscores, those of inputs are not.
    fn from(errors: FieldErrors) -> Self {
        let refusal = |error: domain::FieldError| Refusal::validation(&camel(&error.path), error.message);
        Self::Refused(errors.0.into_iter().map(refusal).collect())
    }
}

/// A machine that commands move.
pub(crate) trait Asked: Machine {
    /// The part of the input that names the transition; empty where the mutation itself does.
    const FIELD: &'static str = "";

    /// Whether a guard speaks of the other side, and so is not told apart from others of its kind.
    fn is_discreet(_: Self::Guard) -> bool {
        false
    }
}

impl Asked for ListingMachine {}
impl Asked for CaseMachine {}
impl Asked for ScreeningMachine {}

impl Asked for IntroductionMachine {
    const FIELD: &'static str = "transition";

    fn is_discreet(guard: IntroductionGuard) -> bool {
        matches!(guard, IntroductionGuard::ScreeningClear | IntroductionGuard::NotBlocked)
    }
}

impl Asked for PartnershipMachine {
    const FIELD: &'static str = "act";
}

impl Asked for AreaMachine {
    const FIELD: &'static str = "act";
}

impl Asked for EventMachine {
    const FIELD: &'static str = "act";
}

impl Asked for MeetingMachine {
    const FIELD: &'static str = "act";
}

impl CommandError {
    /// The refusal of a machine. What does not hold comes each by its rule, or as `tells` has it more closely; where that
    /// is nothing, by its rule.
    pub(crate) fn told<M: Asked>(
        refusal: machine::Refusal<M>,
        tells: impl Fn(M::Guard) -> Vec<Refusal>,
    ) -> Self {
        let message = refusal.to_string();
        match refusal {
            machine::Refusal::InvalidTransition { .. } => {
                Refusal::new(UserErrorCode::InvalidTransition, M::FIELD, message).into()
            }
            machine::Refusal::NotPermitted { .. } => Refusal::not_permitted(message).into(),
            machine::Refusal::Guards(guards) if guards.iter().any(|guard| M::is_discreet(*guard)) => {
                Refusal::new(UserErrorCode::ScreeningHold, "", "this is not available now").into()
            }
            machine::Refusal::Guards(guards) => {
                let each = |guard: M::Guard| {
                    let told = tells(guard);
                    let plain = || Refusal::gate(guard, "", format!("this must hold: {}", guard.label()));
                    if told.is_empty() { vec![plain()] } else { told }
                };
                Self::Refused(guards.into_iter().flat_map(each).collect())
            }
        }
    }
}

impl<M: Asked> From<machine::Refusal<M>> for CommandError {
    fn from(refusal: machine::Refusal<M>) -> Self {
        Self::told(refusal, |_| Vec::new())
    }
}

impl From<ShareRefusal> for CommandError {
    fn from(refusal: ShareRefusal) -> Self {
        let message = refusal.to_string();
        match refusal {
            ShareRefusal::NotTogether(_) => Refusal::new(UserErrorCode::GateFailed, "partnershipId", message)
                .by_rule("WORKSPACE_OPEN")
                .into(),
            ShareRefusal::Document => Refusal::validation("documentId", message).into(),
            ShareRefusal::Pointer | ShareRefusal::Script => Refusal::validation("pointer", message).into(),
            ShareRefusal::Full => Refusal::new(UserErrorCode::RateLimited, "", message).into(),
            ShareRefusal::NoEntry(_) => Refusal::new(UserErrorCode::NotFound, "number", message).into(),
        }
    }
}

impl From<QuotaFull> for CommandError {
    fn from(full: QuotaFull) -> Self {
        Refusal::new(UserErrorCode::GateFailed, "", full.to_string()).by_rule("QUOTA").into()
    }
}

impl From<NdaRefusal> for CommandError {
    fn from(refusal: NdaRefusal) -> Self {
        let code = match refusal {
            NdaRefusal::OwnerWaives => UserErrorCode::NotPermitted,
            NdaRefusal::NotIntroduced(_) | NdaRefusal::Settled(_) => UserErrorCode::InvalidTransition,
        };
        Refusal::new(code, "", refusal.to_string()).into()
    }
}

impl From<GrantRefusal> for CommandError {
    fn from(refusal: GrantRefusal) -> Self {
        match refusal {
            GrantRefusal::NotIntroduced(_) => {
                Refusal::new(UserErrorCode::InvalidTransition, "", refusal.to_string()).into()
            }
            GrantRefusal::TooLong => Refusal::validation("until", refusal).into(),
        }
    }
}

impl From<AppError> for CommandError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::NotFound { what } => Refusal::not_found("", what).into(),
            AppError::Argument { argument, message } => Refusal::validation(argument, message).into(),
            AppError::Store(error) => Self::Store(error),
            AppError::Overloaded => Self::Overloaded,
            AppError::Index(_) | AppError::Failed => Self::Failed,
        }
    }
}

/// `gap_amount` as `gapAmount`.
pub(crate) fn camel(path: &str) -> String {
    let mut words = path.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}
