//! The mutation root. Every mutation takes one input and answers one payload: the object, what was refused, and the
//! client's own mark.

pub mod account;
pub mod area;
pub mod capability;
pub mod city;
pub mod digest;
pub mod document;
pub mod event;
pub mod import;
pub mod introduction;
pub mod mandate;
pub mod meeting;
pub mod member;
pub mod organisation;
pub mod partnership;
pub mod project;
pub mod saved_search;
pub mod screening;
pub mod verification;

use async_graphql::{Context, Error, InputType, MergedObject, Result, SimpleObject};
use domain::{account::IdempotencyKey, id::Id};

pub use account::AccountMutation;
pub use area::AreaMutation;
pub use capability::CapabilityMutation;
pub use city::CityMutation;
pub use digest::DigestMutation;
pub use document::DocumentMutation;
pub use event::EventMutation;
pub use import::ImportMutation;
pub use introduction::IntroductionMutation;
pub use mandate::MandateMutation;
pub use meeting::MeetingMutation;
pub use member::MemberMutation;
pub use organisation::OrganisationMutation;
pub use partnership::PartnershipMutation;
pub use project::ProjectMutation;
pub use saved_search::SavedSearchMutation;
pub use screening::ScreeningMutation;
pub use verification::VerificationMutation;

use super::{
    error::{ErrorCode, client_error},
    loader::forget,
    object::find,
};
use crate::{
    auth::Actor,
    command::{CommandError, Meta, Refusal, UserErrorCode},
    registry::record::On,
    store::Kind,
    visible::{Guarded, Visible},
};

/// What can be done.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(
    AccountMutation,
    MemberMutation,
    OrganisationMutation,
    ProjectMutation,
    MandateMutation,
    CityMutation,
    CapabilityMutation,
    SavedSearchMutation,
    DigestMutation,
    ImportMutation,
    DocumentMutation,
    IntroductionMutation,
    PartnershipMutation,
    AreaMutation,
    EventMutation,
    MeetingMutation,
    ScreeningMutation,
    VerificationMutation,
);

/// Where a request comes from, for counts of attempts and for the log.
#[derive(Debug, Clone)]
pub struct Asker {
    /// Network address, or its network; not logged.
    pub address: String,
    /// Id of the request.
    pub request_id: String,
}

/// One refusal.
#[derive(Debug, Clone, SimpleObject)]
pub struct UserError {
    /// Stable code.
    code: UserErrorCode,
    /// The field of the input, in parts; empty for the whole.
    path: Vec<String>,
    /// What is wrong and what would be right.
    message: String,
    /// The rule that says so.
    rule_ref: Option<String>,
}

impl From<Refusal> for UserError {
    fn from(refusal: Refusal) -> Self {
        Self { code: refusal.code, path: refusal.path, message: refusal.message, rule_ref: refusal.rule_ref }
    }
}

/// What came of a command: its result, or what was refused. Faults of the server are errors of the request.
///
/// # Errors
/// Nobody known acts, the server is busy, or it failed.
pub fn settled<R>(outcome: Result<R, CommandError>) -> Result<(Option<R>, Vec<UserError>)> {
    match outcome {
        Ok(result) => Ok((Some(result), Vec::new())),
        Err(CommandError::Refused(refusals)) => Ok((None, refusals.into_iter().map(Into::into).collect())),
        Err(other) => Err(failure(other)),
    }
}

fn failure(error: CommandError) -> Error {
    match error {
        CommandError::Unauthenticated => {
            client_error(ErrorCode::Unauthenticated, None, ErrorCode::Unauthenticated.public_text())
        }
        CommandError::Overloaded => {
            client_error(ErrorCode::Overloaded, None, ErrorCode::Overloaded.public_text())
        }
        CommandError::Store(crate::store::StoreError::Stale { .. }) => {
            client_error(ErrorCode::Overloaded, None, "Somebody changed the same thing; try again.")
        }
        failure => {
            tracing::error!(error = ?failure, "a command failed");
            client_error(ErrorCode::Internal, None, ErrorCode::Internal.public_text())
        }
    }
}

/// What comes with a command, from its input. Somebody unknown learns nothing of what else is wrong with it.
///
/// # Errors
/// Nobody known acts, or the idempotency key is none.
pub fn meta<I: InputType>(
    ctx: &Context<'_>,
    operation: &'static str,
    key: &str,
    input: &I,
) -> Result<Meta, CommandError> {
    if matches!(ctx.data_opt::<Actor>(), None | Some(Actor::Anonymous)) {
        return Err(CommandError::Unauthenticated);
    }
    let key: IdempotencyKey = key.parse().map_err(|error| Refusal::validation("idempotencyKey", error))?;
    let mut input = input.to_value().into_json().map_err(|_| CommandError::Failed)?;
    if let Some(fields) = input.as_object_mut() {
        // Neither is part of what is asked for.
        fields.remove("idempotencyKey");
        fields.remove("clientMutationId");
    }
    let request_id = ctx.data_opt::<Asker>().map(|asker| asker.request_id.clone());
    Ok(Meta { operation, key, input, request_id })
}

/// Where the request comes from, for counts of attempts.
pub fn origin<'c>(ctx: &'c Context<'_>) -> &'c str {
    ctx.data_opt::<Asker>().map_or("unknown", |asker| asker.address.as_str())
}

/// What a command made or changed, read again as its actor sees it now. Whoever lost sight of it, as in a repetition
/// after leaving the organisation, is told that it is not there.
///
/// # Errors
/// The database does not answer.
pub async fn seen<T: Guarded>(
    ctx: &Context<'_>,
    done: Option<Id<T>>,
    errors: &mut Vec<UserError>,
) -> Result<Option<Visible<T>>> {
    // What this request has read is old, since it has written.
    forget(ctx)?;
    let Some(id) = done else { return Ok(None) };
    let found = find(ctx, id).await?;
    if found.is_none() {
        errors.push(Refusal::not_found("", T::KIND.table()).into());
    }
    Ok(found)
}

/// A payload: the fields given, each null where the command was refused, with what was refused.
macro_rules! payload {
    ($(#[doc = $about:literal])+ $name:ident { $($(#[doc = $doc:literal])+ $field:ident: $type:ty,)* }) => {
        $(#[doc = $about])+
        #[derive(Debug, async_graphql::SimpleObject)]
        pub struct $name {
            $($(#[doc = $doc])+ $field: Option<$type>,)*
            /// What was refused, and why; empty where all was done.
            user_errors: Vec<$crate::graphql::mutation::UserError>,
            /// The client's own mark, as it was given.
            client_mutation_id: Option<String>,
        }
    };
}
pub(crate) use payload;

/// An input that queries take too, refused as mutations refuse.
fn named(error: Error) -> CommandError {
    let of = |key: &str| match error.extensions.as_ref().and_then(|extensions| extensions.get(key)) {
        Some(async_graphql::Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    if of("code").as_deref() != Some(ErrorCode::Validation.code()) {
        return CommandError::Failed;
    }
    Refusal::validation(&of("argument").unwrap_or_default(), &error.message).into()
}

/// An id of a kind that is no aggregate, such as a membership.
///
/// # Errors
/// It is no id, or one of another kind.
pub fn account_id(kind: Kind, path: &str, id: &async_graphql::ID) -> Result<uuid::Uuid, CommandError> {
    match crate::id::decode(id.as_str()) {
        Ok((found, uuid)) if found == kind => Ok(uuid),
        Ok(_) | Err(_) => {
            Err(Refusal::validation(path, format!("this is no id of a {}", kind.table().replace('_', " ")))
                .into())
        }
    }
}

/// On which version of which record a mutation is asked.
///
/// # Errors
/// It is no id, or one of another kind.
fn on<T: Guarded>(path: &'static str, id: &async_graphql::ID, version: i32) -> Result<On<T>, CommandError> {
    Ok(On { path, id: aggregate_id(path, id)?, expected_version: version })
}

/// The typed id of an aggregate.
///
/// # Errors
/// It is no id, or one of another kind.
pub fn aggregate_id<T: Guarded>(path: &str, id: &async_graphql::ID) -> Result<Id<T>, CommandError> {
    crate::id::decode_as(id.as_str()).map_err(|error| Refusal::validation(path, error).into())
}
