//! Introductions as commands: expressing interest, every step to the close, the document room, notes and blocks.
//!
//! Reading order: [`express`] (the begin), [`mod@advance`] (the one place where a state changes), `effect` (what a
//! change does beside the record), [`room`], [`beside`] (notes and blocks), [`timers`], [`export`].

pub mod advance;
pub mod beside;
mod effect;
pub mod export;
pub mod express;
mod letters;
pub mod room;
pub mod timers;

use domain::{
    Vocabulary,
    account::PlatformRole,
    id::Id,
    introduction::{
        Asker, Introduction, IntroductionParty, IntroductionTimers, IntroductionTransition, Side,
        Surroundings,
    },
    mandate::Mandate,
    organisation::Organisation,
    project::Project,
    value::{Currency, Money},
    vocabulary::ListingState,
};

pub use effect::{hold_all, subject_over};

use crate::{
    command::{CommandError, CommandTx, Refusal},
    store::{Step, Stored, Subject},
};

/// The timers of every introduction.
pub fn timers_of() -> IntroductionTimers {
    IntroductionTimers::default()
}

/// For which side the actor asks, and in which relations.
///
/// # Errors
/// The person acts for neither side and is no officer of neither, or the database does not answer.
pub async fn asker(command: &CommandTx, introduction: &Introduction) -> Result<Asker, CommandError> {
    let actor = &command.viewer().await?.actor;
    let person = actor.person_id();
    if let Some(side) = actor.acting().and_then(|acting| introduction.side_of(acting)) {
        if actor.role_in(introduction.organisation(side.other())).is_some() {
            let message = "you are of both sides: somebody who is of one alone has to act";
            return Err(Refusal::not_permitted(message).into());
        }
        return Ok(Asker { person, side: Some(side), parties: introduction.parties(side) });
    }
    let is_of_a_side =
        [introduction.owner, introduction.investor].into_iter().any(|id| actor.role_in(id).is_some());
    if is_of_a_side {
        let message = "say for which side you act, in the header Caravanserai-Organisation";
        return Err(Refusal::not_permitted(message).into());
    }
    if actor.has(PlatformRole::ComplianceOfficer) {
        return Ok(Asker { person, side: None, parties: vec![IntroductionParty::Compliance] });
    }
    Err(Refusal::not_permitted("this is for the two sides to do").into())
}

/// What of the world the machine looks at.
///
/// # Errors
/// The database does not answer, or a record does not read.
pub async fn surroundings(
    command: &CommandTx,
    id: Option<Id<Introduction>>,
    introduction: &Introduction,
) -> Result<Surroundings, CommandError> {
    let today = command.now.date_naive();
    let mut screening_clear = true;
    for side in Side::ALL {
        let organisation = command.tx.get::<Organisation>(introduction.organisation(*side)).await?;
        screening_clear &= organisation.is_some_and(|it| it.value.screening.opens_introductions(today));
    }
    let project = command.tx.get::<Project>(introduction.project).await?;
    let is_over = project
        .as_ref()
        .is_none_or(|it| matches!(it.value.state, ListingState::Withdrawn | ListingState::Archived));
    let no_mandate = command.tx.get::<Mandate>(introduction.mandate).await?.is_none();
    // Of a gap that is filled nothing is missing: no amount is within it.
    let is_funded = project.as_ref().is_some_and(|it| it.value.state == ListingState::Funded);
    let nothing = is_funded.then(|| Money::from_minor(0, Currency::EUR).ok()).flatten();
    Ok(Surroundings {
        blocked: command.tx.is_blocked(introduction.owner, introduction.investor).await?,
        live_pair: command.tx.has_live_pair(introduction.investor, introduction.project, id).await?,
        screening_clear,
        subject_over: is_over || no_mandate,
        gap: project.and_then(|it| it.value.gap).or(nothing),
    })
}

/// Writes a change of state into the history.
async fn step(
    command: &CommandTx,
    stored: &Stored<Introduction>,
    from: Option<domain::introduction::IntroductionState>,
    transition: &str,
) -> Result<(), CommandError> {
    let reason = stored.value.over.as_ref().and_then(|over| over.code);
    let step = Step {
        from: from.map(|state| state.code().to_owned()),
        to: stored.value.state.code().to_owned(),
        transition: transition.to_owned(),
        person: command.actor.person_id().map(Id::uuid),
        organisation: command.actor.acting().map(Id::uuid),
        reasons: reason.map(|reason| reason.code().to_owned()).into_iter().collect(),
    };
    Ok(command.tx.add_step(stored.id, step).await?)
}

/// Whether an introduction to a project has come to terms or further and goes on.
///
/// # Errors
/// The database does not answer.
pub async fn has_terms(command: &CommandTx, project: Id<Project>) -> Result<bool, CommandError> {
    use domain::introduction::IntroductionState as S;
    let states: Vec<S> = S::ALL.iter().copied().filter(|state| state.is_at_terms()).collect();
    Ok(!command.tx.introductions_about(Subject::Project(project), &states, 1).await?.is_empty())
}

/// The transitions that a side cannot ask for by itself: they are the platform's.
const fn is_of_the_platform(transition: IntroductionTransition) -> bool {
    matches!(
        transition,
        IntroductionTransition::Hold | IntroductionTransition::Expire | IntroductionTransition::Lapse
    )
}
