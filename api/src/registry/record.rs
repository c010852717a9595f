//! Changing and taking away one record, for records without a machine of their own.

use std::sync::Arc;

use domain::{id::Id, policy::Action};

use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta},
    store::Stored,
    visible::Guarded,
};

/// On which version of which record something is asked; the path names it in the input.
#[derive(Debug)]
pub struct On<T> {
    /// Where the input names the record.
    pub path: &'static str,
    /// Which one.
    pub id: Id<T>,
    /// The version that was seen.
    pub expected_version: i32,
}

impl<T> Clone for On<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for On<T> {}

/// Writes what `make` makes of a record.
///
/// # Errors
/// There is no such record for the actor, it may not, it was changed meanwhile, or what `make` refuses.
pub(super) async fn change<T, F>(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    on: On<T>,
    make: F,
) -> Result<Id<T>, CommandError>
where
    T: Guarded,
    F: Fn(&CommandTx, &Stored<T>) -> Result<T, CommandError> + Send + Sync + 'static,
{
    let make = Arc::new(make);
    app.command(actor, meta, move |command| {
        let make = Arc::clone(&make);
        Box::pin(async move {
            let stored = command.load(on.path, on.id, on.expected_version).await?;
            command.authorise(on.path, Action::Edit, &stored).await?;
            let stored = command.tx.change(&stored, make(command, &stored)?).await?;
            command.audit(&stored, serde_json::json!({}));
            Ok(stored.id)
        })
    })
    .await
}

/// Takes a record away. Who reads the audit finds what `last` tells of it.
///
/// # Errors
/// There is no such record for the actor, it may not, or it was changed meanwhile.
pub(super) async fn remove<T: Guarded>(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    on: On<T>,
    last: fn(&T) -> serde_json::Value,
) -> Result<Id<T>, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            let stored = command.load(on.path, on.id, on.expected_version).await?;
            command.authorise(on.path, Action::Delete, &stored).await?;
            command.tx.remove(&stored).await?;
            command.audit(&stored, last(&stored.value));
            Ok(stored.id)
        })
    })
    .await
}
