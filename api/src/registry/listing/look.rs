//! What can be told of a listing without changing it.

use domain::{
    consistency::Finding,
    id::Id,
    listing::{AvailableTransition, ListingMachine},
    machine::Machine as _,
    project::Project,
};

use super::{Request, TIMERS, circumstances, duplicates, findings, parties, with_record};
use crate::{app::App, auth::Actor, command::CommandError, store::Stored};

/// What the rules say of a listing today.
pub struct Checked {
    /// Contradictions.
    pub findings: Vec<Finding>,
    /// Listings that look like the same project.
    pub duplicates: Vec<Id<Project>>,
}

/// Checks a listing by the rules of today.
///
/// # Errors
/// The database does not answer.
pub async fn check(app: &App, actor: &Actor, stored: Stored<Project>) -> Result<Checked, CommandError> {
    let command = app.look(actor, "consistencyFlags").await?;
    let loaded = with_record(&command, stored).await?;
    let duplicates = duplicates(&command, &loaded).await?;
    let same = u32::try_from(duplicates.len()).unwrap_or(u32::MAX);
    let findings = findings(command.now.date_naive(), app, &loaded, same);
    command.tx.rollback().await?;
    Ok(Checked { findings, duplicates })
}

/// What somebody may do with a listing now, each with what still has to hold.
///
/// # Errors
/// The database does not answer.
pub async fn available(
    app: &App,
    actor: &Actor,
    stored: Stored<Project>,
) -> Result<Vec<AvailableTransition>, CommandError> {
    let command = app.look(actor, "availableTransitions").await?;
    let loaded = with_record(&command, stored).await?;
    let (_, parties) = parties(&command, &loaded).await?;
    let state = loaded.row.state;
    // Reasons and evidence come with the request, so that they are not said to be missing before there is one.
    let request = Request { reasons: vec![String::new()], evidence: 1, ..Request::default() };
    let mut at = circumstances(&command, &loaded, None, &request).await?;
    let words = loaded.row.record.second_words.clone();
    at.second_person = words.iter().any(|word| Some(word.person) != command.actor.person_id());
    command.tx.rollback().await?;
    Ok(ListingMachine::available(state, &parties, (&at, &TIMERS)))
}
