//! Demonstration areas of cities as commands (article 8 of the proposal): one for each host city, linked in pairs, with
//! numbered tasks and an independent evaluation.

pub mod act;
pub mod draft;
pub mod timers;

use domain::{
    account::OrgRole,
    demonstration_area::{AreaActor, AreaEvent, AreaParty, DemonstrationArea},
    id::Id,
    organisation::Organisation,
    partnership::CityRole,
};

use crate::{
    command::{CommandError, CommandTx, News, Refusal},
    partnership::roles,
    store::{Step, Stored},
};

/// As what the actor acts: officer of the host, its approving authority, or the evaluator. Where the host's office is its
/// own authority, that takes an owner of a step or its highest official.
///
/// # Errors
/// The actor acts for none of them, or the database does not answer.
async fn actor(command: &CommandTx, area: &DemonstrationArea) -> Result<AreaActor, CommandError> {
    let (acting, role) = command.acting().await?;
    let is_editor = matches!(role, OrgRole::Owner | OrgRole::Editor);
    // Whoever is of two of them acts for the first alone: an authority or an evaluator that is the host's own people in
    // another coat decides nothing.
    let person = &command.viewer().await?.actor;
    let is_of =
        |organisation: Id<Organisation>| acting != organisation && person.role_in(organisation).is_some();
    let is_hosts = is_of(area.host.office);
    let mut parties = Vec::new();
    if is_editor && acting == area.host.office {
        parties.push(AreaParty::HostOfficer);
    }
    if is_editor && acting == area.plan.authority && !is_hosts {
        let own = roles(command, acting).await?;
        let decides = own.contains(&CityRole::StepOwner) || own.contains(&CityRole::HighestOfficial);
        if acting != area.host.office || decides {
            parties.push(AreaParty::HostAuthority);
        }
    }
    if is_editor && Some(acting) == area.evaluator && !is_hosts && !is_of(area.plan.authority) {
        parties.push(AreaParty::Evaluator);
    }
    if parties.is_empty() {
        let message = "this is for the host city, its authority or the evaluator to do";
        return Err(Refusal::not_permitted(message).into());
    }
    Ok(AreaActor { person: command.actor.person_id(), organisation: Some(acting), parties })
}

async fn tell(
    command: &CommandTx,
    organisation: Id<Organisation>,
    event: &AreaEvent,
) -> Result<(), CommandError> {
    let news = News::of("area")
        .done("area-deed", event.transition)
        .stands("area", event.to)
        .see(&command.app.auth.public_url);
    command.tell(organisation, news).await
}

async fn step(
    command: &CommandTx,
    stored: &Stored<DemonstrationArea>,
    event: &AreaEvent,
) -> Result<(), CommandError> {
    use domain::Vocabulary;
    let step = Step {
        from: Some(event.from.code().to_owned()),
        to: event.to.code().to_owned(),
        transition: event.transition.code().to_owned(),
        person: event.person.map(Id::uuid),
        organisation: command.actor.acting().map(Id::uuid),
        reasons: Vec::new(),
    };
    Ok(command.tx.add_step(stored.id, step).await?)
}
