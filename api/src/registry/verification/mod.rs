//! Cases of verification: an organisation claims, mail or a reviewer finds it proved, and the level rises by one. How a
//! case begins stands in `claim`; there is one place where its state changes, `advance`.
//!
//! Who claims a number that another organisation is proved by learns nothing of it: the case is taken like any other,
//! and the reviewer alone is told.

mod claim;

use domain::{
    Vocabulary,
    id::Id,
    machine::Machine as _,
    organisation::{Organisation, OrganisationFacts},
    policy::{Action, Relation, RelationSet},
    value::SingleLine,
    verification::{
        AvailableCaseTransition, CaseCircumstances, CaseGuard, CaseMachine, CaseParty, CaseState,
        CaseTransition, Evidence, VerificationCase,
    },
    vocabulary::VerificationLevel,
};

pub use claim::{Claim, endorse, prove_domain, start};

use super::organisation::{TERMS, hold, level_held};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    store::{Step, StoreError, Stored},
};

const DAY: i64 = 86_400_000_000;
/// Words that may be added when more is asked for.
const MAX_SUPPLIED: usize = 20;

/// The parties to a case that somebody is, by the relations to it. Members are never also judges of it.
fn parties(who: RelationSet) -> Vec<CaseParty> {
    const PARTIES: [(Relation, CaseParty, bool); 5] = [
        (Relation::MemberOwner, CaseParty::Owner, true),
        (Relation::Reviewer, CaseParty::Reviewer, false),
        (Relation::ClaimingReviewer, CaseParty::ClaimingReviewer, false),
        (Relation::Administrator, CaseParty::Administrator, false),
        (Relation::System, CaseParty::System, false),
    ];
    let own = who.contains(Relation::MemberViewer);
    let holds = |(relation, _, of_members): &&(Relation, CaseParty, bool)| {
        who.contains(*relation) && (!own || *of_members)
    };
    PARTIES.iter().filter(holds).map(|(_, party, _)| *party).collect()
}

/// What the guards look at.
fn circumstances(
    organisation: &Organisation,
    case: &VerificationCase,
    now: chrono::DateTime<chrono::Utc>,
    (asker, reasons): (Option<Id<domain::account::Person>>, usize),
) -> CaseCircumstances {
    let today = now.date_naive();
    let held = level_held(organisation, today);
    let evidence = &case.evidence;
    let days = now.timestamp_micros().saturating_sub(case.since).max(0).div_euclid(DAY);
    CaseCircumstances {
        evidence: evidence.pieces(),
        found_by_platform: matches!(evidence, Evidence::Domain { proved: true, .. }),
        step_fits: held.proved(evidence.proof(), today, evidence.until(), &TERMS).is_ok(),
        not_frozen: !organisation.screening.is_frozen(),
        reasons: u32::try_from(reasons).unwrap_or(u32::MAX),
        // Who grants an appeal judges nothing by it; the reviewer who then takes it up is asked again.
        other_reviewer: case.refused_by != asker,
        days_in_state: u32::try_from(days).unwrap_or(u32::MAX),
    }
}

/// Moves a case: asks policy and machine, writes state, history and event, and raises the level where it is granted.
async fn advance(
    command: &CommandTx,
    organisation: &Stored<Organisation>,
    stored: &Stored<VerificationCase>,
    transition: CaseTransition,
    reasons: &[SingleLine],
    change: impl FnOnce(&mut VerificationCase),
) -> Result<Stored<VerificationCase>, CommandError> {
    let person = command.actor.person_id();
    let is_key = command.actor.person().is_some_and(|person| person.scopes.is_some());
    let who = command.viewer().await?.relations(stored, false);
    // A key judges nothing and proves nothing.
    let parties = if is_key { Vec::new() } else { parties(who) };
    let at = circumstances(&organisation.value, &stored.value, command.now, (person, reasons.len()));
    let from = stored.value.state;
    let to = CaseMachine::transition(from, transition, &parties, &at)?;
    let action = match transition {
        CaseTransition::TakeUp => Some(Action::TakeUp),
        CaseTransition::Grant | CaseTransition::Refuse | CaseTransition::AskMore => Some(Action::Decide),
        CaseTransition::Supply => Some(Action::Edit),
        CaseTransition::Withdraw => Some(Action::Delete),
        // For administrators too, who have no action of their own on a case: the machine alone says who may.
        CaseTransition::LayDown | CaseTransition::GrantAppeal => None,
    };
    if let Some(action) = action {
        command.allowed::<VerificationCase>("caseId", action, who, None)?;
    }
    let mut case = stored.value.clone();
    case.state = to;
    case.since = command.tx.now_micros();
    match transition {
        CaseTransition::TakeUp => case.reviewer = person,
        CaseTransition::LayDown | CaseTransition::GrantAppeal => case.reviewer = None,
        CaseTransition::AskMore => case.reasons = reasons.to_vec(),
        CaseTransition::Refuse => {
            case.reasons = reasons.to_vec();
            case.refused_by = person;
        }
        CaseTransition::Supply | CaseTransition::Grant | CaseTransition::Withdraw => {}
    }
    change(&mut case);
    if transition == CaseTransition::Grant {
        raise(command, organisation, stored.id, &case).await?;
    }
    let stored = command.tx.change(stored, case).await?;
    let step = Step {
        from: Some(from.code().to_owned()),
        to: to.code().to_owned(),
        transition: transition.code().to_owned(),
        person: person.map(Id::uuid),
        organisation: command.actor.acting().map(Id::uuid),
        reasons: reasons.iter().map(ToString::to_string).collect(),
    };
    command.tx.add_step(stored.id, step).await?;
    command.audit(&stored, serde_json::json!({"from": from, "to": to, "transition": transition}));
    Ok(stored)
}

/// Raises an organisation by what a case proves.
async fn raise(
    command: &CommandTx,
    organisation: &Stored<Organisation>,
    id: Id<VerificationCase>,
    case: &VerificationCase,
) -> Result<(), CommandError> {
    if let Some(name) = case.evidence.exclusive() {
        let others = command.tx.lock_namesakes::<VerificationCase>(&name).await?;
        let holds = |other: &Stored<VerificationCase>| {
            other.id != id && other.owner != Some(organisation.id) && other.value.state == CaseState::Granted
        };
        if others.iter().any(holds) {
            let message =
                "another organisation is proved by this number: refuse, or look at the other one first";
            return Err(Refusal::new(UserErrorCode::Duplicate, "caseId", message).into());
        }
    }
    let today = command.now.date_naive();
    let proof = case.evidence.proof();
    let held = level_held(&organisation.value, today);
    let raised = held.proved(proof, today, case.evidence.until(), &TERMS).map_err(|_| {
        CommandError::from(domain::verification::CaseRefusal::Guards(vec![CaseGuard::StepBelow]))
    })?;
    let mut facts = OrganisationFacts::from(organisation.value.clone());
    let from = facts.verification;
    hold(&mut facts, raised);
    let changed = command.tx.change(organisation, Organisation::try_from(facts)?).await?;
    level_step(command, changed.id, (from, raised.level), proof.code()).await
}

/// Writes a change of level into the history of an organisation.
pub(super) async fn level_step(
    command: &CommandTx,
    id: Id<Organisation>,
    (from, to): (VerificationLevel, VerificationLevel),
    transition: &str,
) -> Result<(), CommandError> {
    let step = Step {
        from: Some(from.code().to_owned()),
        to: to.code().to_owned(),
        transition: transition.to_owned(),
        // Who judged stands in the case.
        person: None,
        organisation: None,
        reasons: Vec::new(),
    };
    Ok(command.tx.add_step(id, step).await?)
}

/// What is asked of a case.
#[derive(Debug, Clone)]
pub struct Request {
    /// Which transition.
    pub transition: CaseTransition,
    /// Why, for the organisation to read.
    pub reasons: Vec<SingleLine>,
    /// What the organisation adds.
    pub supplied: Vec<SingleLine>,
}

/// A transition that a client asks for. A review that an appeal opened again is taken up by another reviewer than the one
/// who refused.
///
/// # Errors
/// There is no such case for the actor, it was changed meanwhile, or it is refused.
pub async fn transition(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Id<VerificationCase>,
    expected_version: i32,
    request: Request,
) -> Result<Id<VerificationCase>, CommandError> {
    app.command(actor, meta, move |command| {
        let Request { transition, reasons, supplied } = request.clone();
        Box::pin(async move {
            let missing = || Refusal::not_found("caseId", "verification");
            let owner = command.tx.get(id).await?.and_then(|case| case.owner).ok_or_else(missing)?;
            let organisation = command.tx.lock(owner).await?.ok_or_else(missing)?;
            let stored = command.load("caseId", id, expected_version).await?;
            let case = &stored.value;
            if matches!(transition, CaseTransition::Supply) {
                command.not_held(Some(owner)).await?;
                if supplied.is_empty() || case.supplied.len().saturating_add(supplied.len()) > MAX_SUPPLIED {
                    let message = format!("say what you add; at most {MAX_SUPPLIED} words on one case");
                    return Err(Refusal::validation("supplied", message).into());
                }
            }
            if transition == CaseTransition::TakeUp {
                if case.evidence.proof().is_automatic() {
                    let message = "a domain is proved by the mail that was sent to it, and by no reviewer";
                    return Err(Refusal::new(UserErrorCode::InvalidTransition, "caseId", message).into());
                }
                if case.state == CaseState::InReview && case.reviewer.is_none() {
                    return take_up_again(command, &stored).await;
                }
            }
            let add = |case: &mut VerificationCase| case.supplied.extend(supplied);
            Ok(advance(command, &organisation, &stored, transition, &reasons, add).await?.id)
        })
    })
    .await
}

/// Takes up a review that an appeal opened again; never by who refused.
async fn take_up_again(
    command: &CommandTx,
    stored: &Stored<VerificationCase>,
) -> Result<Id<VerificationCase>, CommandError> {
    command.authorise("caseId", Action::TakeUp, stored).await?;
    let person = command.actor.person_id();
    if stored.value.refused_by == person {
        let refusal = domain::verification::CaseRefusal::Guards(vec![CaseGuard::OtherReviewer]);
        return Err(refusal.into());
    }
    let case = VerificationCase { reviewer: person, ..stored.value.clone() };
    let stored = command.tx.change(stored, case).await?;
    command.audit(&stored, serde_json::json!({}));
    Ok(stored.id)
}

/// What somebody may do with a case now, each with what still has to hold. Reasons come with the request.
///
/// # Errors
/// The database does not answer.
pub async fn available(
    app: &App,
    actor: &Actor,
    stored: &Stored<VerificationCase>,
    who: RelationSet,
) -> Result<Vec<AvailableCaseTransition>, StoreError> {
    let is_key = actor.person().is_some_and(|person| person.scopes.is_some());
    let Some(owner) = stored.owner.filter(|_| !is_key) else { return Ok(Vec::new()) };
    let found = app.store.find(&[owner]).await?;
    let Some(organisation) = found.get(&owner) else { return Ok(Vec::new()) };
    let at = circumstances(&organisation.value, &stored.value, app.auth.clock.now(), (actor.person_id(), 1));
    let offered = CaseMachine::available(stored.value.state, &parties(who), &at);
    let by_mail = stored.value.evidence.proof().is_automatic();
    Ok(offered.into_iter().filter(|one| !(by_mail && one.transition == CaseTransition::TakeUp)).collect())
}
