//! What the gate refuses.

use super::super::error::ErrorCode;

/// A bound that a document can be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Bytes.
    Bytes,
    /// Tokens.
    Tokens,
    /// Open brackets.
    Nesting,
    /// Operations and fragments.
    Definitions,
    /// Fragment spreads.
    Spreads,
    /// Aliases.
    Aliases,
    /// Directives at one place.
    Directives,
    /// Selections as written.
    Selections,
    /// Selections, fragments unfolded.
    Unfolded,
    /// Root fields of an operation.
    RootFields,
    /// Depth in fields.
    Depth,
    /// Lists of the schema inside each other.
    IntrospectionLists,
    /// Mutations that test a secret.
    Credentials,
    /// Rankings of the whole catalog.
    Rankings,
    /// Price.
    Cost,
}

impl Bound {
    /// What is bounded, in words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Tokens => "tokens",
            Self::Nesting => "open brackets",
            Self::Definitions => "operations and fragments",
            Self::Spreads => "fragment spreads",
            Self::Aliases => "aliases",
            Self::Directives => "directives at one place",
            Self::Selections => "selections",
            Self::Unfolded => "selections with fragments unfolded",
            Self::RootFields => "root fields",
            Self::Depth => "levels of fields",
            Self::IntrospectionLists => "nested lists of the schema",
            Self::Credentials => "mutations that test a secret",
            Self::Rankings => "rankings",
            Self::Cost => "units of cost",
        }
    }

    /// Refuses a count over its limit.
    pub(super) const fn check(self, found: u64, limit: u64) -> Result<(), GateError> {
        if found > limit { Err(GateError::OverLimit { bound: self, limit }) } else { Ok(()) }
    }
}

/// Why a request does not pass.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// Not a request of GraphQL over HTTP.
    #[error("{0}")]
    Body(&'static str),
    /// A batch of requests.
    #[error("Requests are taken one at a time, not as a list.")]
    Batch,
    /// The text is no document.
    #[error("Syntax error: {reason}.")]
    Syntax {
        /// What was expected.
        reason: String,
        /// Line, from 1; 0 when unknown.
        line: usize,
        /// Column, from 1; 0 when unknown.
        column: usize,
    },
    /// A spread of a fragment that is not there.
    #[error("There is no fragment '{0}'.")]
    UnknownFragment(String),
    /// A fragment that spreads itself.
    #[error("The fragment '{0}' spreads itself.")]
    FragmentCycle(String),
    /// The operation asked for is not there.
    #[error("The document has no operation of that name.")]
    UnknownOperation,
    /// Several operations and no name.
    #[error("The document has several operations: say which by operationName.")]
    OperationNameMissing,
    /// A variable that has to have a value has none.
    #[error("The variable '${0}' has no value.")]
    MissingVariable(String),
    /// A mutation that tests a secret under another name.
    #[error("A mutation that tests a secret takes no alias.")]
    AliasedCredential,
    /// Over a bound.
    #[error("The document has more than {limit} {}.", bound.name())]
    OverLimit {
        /// Which.
        bound: Bound,
        /// The most that is taken.
        limit: u64,
    },
}

impl GateError {
    /// The stable code.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Body(_) | Self::Batch => ErrorCode::BadRequest,
            Self::Syntax { .. } => ErrorCode::ParseError,
            Self::UnknownFragment(_)
            | Self::FragmentCycle(_)
            | Self::MissingVariable(_)
            | Self::UnknownOperation
            | Self::OperationNameMissing => ErrorCode::Validation,
            Self::OverLimit { bound: Bound::Bytes, .. } => ErrorCode::PayloadTooLarge,
            Self::AliasedCredential | Self::OverLimit { .. } => ErrorCode::LimitExceeded,
        }
    }

    /// Whether the request was no request of the protocol at all, which fails whatever is accepted.
    pub const fn is_malformed(&self) -> bool {
        matches!(self, Self::Body(_) | Self::Batch | Self::OverLimit { bound: Bound::Bytes, .. })
    }
}
