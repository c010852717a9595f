//! Refusals of arguments by the library: they name the argument in its words; here it becomes a field that clients
//! can read, and a code that is not in its list is answered with the list.

use std::sync::Arc;

use async_graphql::{
    ServerError, ValidationResult,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation},
    registry::{MetaType, Registry},
};

use super::error::ErrorCode;

/// Names the argument in errors of validation.
#[derive(Debug, Clone, Copy)]
pub struct NamedArguments;

impl ExtensionFactory for NamedArguments {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for NamedArguments {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let named = |error| named(error, &ctx.schema_env.registry);
        next.run(ctx).await.map_err(|errors| errors.into_iter().map(named).collect())
    }
}

/// How the library begins such an error; the argument's path follows, then a quotation mark.
const START: &str = "Invalid value for argument \"";

/// Longest list that is told.
const MAX_CODES: usize = 60;

fn named(mut error: ServerError, registry: &Registry) -> ServerError {
    let Some((argument, reason)) = error.message.strip_prefix(START).and_then(|rest| rest.split_once('"'))
    else {
        return error;
    };
    let mut extensions = error.extensions.take().unwrap_or_default();
    extensions.set("code", ErrorCode::Validation.code());
    extensions.set("argument", argument);
    error.extensions = Some(extensions);
    if let Some(codes) = codes(reason, registry) {
        error.message = format!("{}; it would be one of {codes}", error.message);
    }
    error
}

/// The codes of the list that a reason speaks of.
fn codes(reason: &str, registry: &Registry) -> Option<String> {
    let (_, list) = reason.split_once("enumeration type \"")?;
    let (name, _) = list.split_once('"')?;
    let MetaType::Enum { enum_values, .. } = registry.types.get(name)? else { return None };
    let codes: Vec<&str> = enum_values.keys().map(String::as_str).collect();
    (codes.len() <= MAX_CODES).then(|| codes.join(", "))
}
