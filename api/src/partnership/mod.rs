//! Partnerships of cities as commands: a draft, every act of both sides to the agreement and after it, and what the
//! clock does.
//!
//! Reading order: [`facts`] (what is known of a pair), [`draft`], [`mod@act`] (the one place where a partnership
//! changes), [`role`] (who may do what for a city), [`shared`] (the first deed and the workspace), [`timers`].

pub mod act;
pub mod draft;
pub mod facts;
mod letters;
pub mod role;
pub mod shared;
pub mod timers;

use domain::{
    Vocabulary,
    account::OrgRole,
    document::Document,
    id::Id,
    organisation::Organisation,
    partnership::{Actor, CityRole, CitySide, Partnership, PartnershipTimers},
};

use crate::{
    account::letters::notice,
    command::{CommandError, CommandTx, Refusal},
    store::{Step, Store, Stored},
};

/// The spans of time of every partnership.
pub fn timers_of() -> PartnershipTimers {
    PartnershipTimers::default()
}

/// As what the actor acts, and for which city: an editor of the office is an officer, an owner of it heads it, and what
/// else it takes is given by name.
///
/// # Errors
/// The actor acts for neither city, or the database does not answer.
pub async fn actor(command: &CommandTx, partnership: &Partnership) -> Result<Actor, CommandError> {
    let viewer = command.viewer().await?;
    let acting = viewer.actor.acting();
    let side = acting.and_then(|office| Store::side_of(partnership, office));
    let (Some(office), Some(side), Some(person)) = (acting, side, viewer.actor.person_id()) else {
        let message = "say for which office you act, in the header Caravanserai-Organisation";
        return Err(Refusal::not_permitted(message).into());
    };
    // Nobody agrees with himself in the name of two cities.
    if viewer.actor.role_in(partnership.sides.get(side.other()).office).is_some() {
        let message = "you are of both offices: somebody who is of one alone has to act";
        return Err(Refusal::not_permitted(message).into());
    }
    Ok(Actor::of(person, side, &roles(command, office).await?))
}

/// What the actor may do for the city of an office.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn roles(
    command: &CommandTx,
    office: Id<Organisation>,
) -> Result<Vec<CityRole>, CommandError> {
    let viewer = command.viewer().await?;
    let Some(person) = viewer.actor.person_id() else { return Ok(Vec::new()) };
    let mut roles: Vec<CityRole> = match viewer.actor.role_in(office) {
        Some(OrgRole::Owner) => vec![CityRole::Officer, CityRole::HeadOfOffice],
        Some(OrgRole::Editor) => vec![CityRole::Officer],
        Some(OrgRole::Viewer) | None => return Ok(Vec::new()),
    };
    roles.extend(command.tx.city_roles(office, person).await?);
    Ok(roles)
}

/// The papers that come with a request are the acting office's own.
///
/// # Errors
/// One of them is not there for the actor.
pub(crate) async fn check_papers(
    command: &CommandTx,
    path: &str,
    papers: &[Id<Document>],
) -> Result<(), CommandError> {
    if papers.len() > 20 {
        return Err(Refusal::validation(path, "at most 20 documents").into());
    }
    let own = command.viewer().await?.actor.acting();
    for id in papers {
        let paper = command.tx.get::<Document>(*id).await?;
        if paper.is_none_or(|paper| paper.owner.is_none() || paper.owner != own) {
            return Err(Refusal::not_found(path, "document").into());
        }
    }
    Ok(())
}

/// Promises mail to the people of an office who can act for it.
async fn tell(
    command: &CommandTx,
    office: Id<Organisation>,
    (subject, body): (&str, String),
) -> Result<(), CommandError> {
    for member in command.app.store.members(office).await? {
        let (Some(email), true) = (member.email, member.membership.role != OrgRole::Viewer) else { continue };
        let letter = notice(member.membership.person, &email, subject, body.clone(), None);
        command.tx.promise(letter, &command.app.auth.mail_domain).await?;
    }
    Ok(())
}

/// Writes a change, also one that leaves the state as it is, into the history.
async fn step(
    command: &CommandTx,
    stored: &Stored<Partnership>,
    event: &domain::partnership::PartnershipEvent,
) -> Result<(), CommandError> {
    let closing = stored.value.closing.as_ref().filter(|_| event.from != event.to);
    let reasons = closing.map(|closing| closing.reasons.iter().map(|code| code.code().to_owned()).collect());
    let step = Step {
        from: Some(event.from.code().to_owned()),
        to: event.to.code().to_owned(),
        transition: event.transition.code().to_owned(),
        person: event.person.map(Id::uuid),
        organisation: event.side.map(|side| stored.value.sides.get(side).office.uuid()),
        reasons: reasons.unwrap_or_default(),
    };
    Ok(command.tx.add_step(stored.id, step).await?)
}

/// The office of a side.
fn office(partnership: &Partnership, side: CitySide) -> Id<Organisation> {
    partnership.sides.get(side).office
}
