//! What officers decide of a hit of the screening, and what the organisation can say against a freeze.
//!
//! An organisation is locked before its case, here as in a run, so that two writes never wait for each other.

use domain::{
    Vocabulary,
    id::Id,
    machine::Machine as _,
    organisation::{Organisation, OrganisationFacts, Screening},
    policy::Action,
    screening::{ScreeningCircumstances, ScreeningMachine, ScreeningParty, ScreeningTransition},
    screening_hit::{AppealDecision, HitAppeal, HitDecision, HitWord, MAX_APPEALS, Said, ScreeningHit},
    value::{Localized, SingleLine},
    vocabulary::ScreeningStatus,
};

use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, News, Refusal, UserErrorCode},
    store::{Step, Stored},
};

/// An officer's word.
#[derive(Debug, Clone)]
pub struct Word {
    /// What the officer found.
    pub decision: HitDecision,
    /// Why.
    pub rationale: SingleLine,
    /// What else shows it; asked for where only aliases that the list calls weak are alike.
    pub evidence: Option<SingleLine>,
}

/// A case with its organisation, both locked.
struct Loaded {
    organisation: Stored<Organisation>,
    hit: Stored<ScreeningHit>,
}

/// Loads a case at a version for an officer who decides.
async fn load(command: &CommandTx, id: Id<ScreeningHit>, version: i32) -> Result<Loaded, CommandError> {
    let missing = || Refusal::not_found("hitId", "screening hit");
    let owner = command.tx.get(id).await?.and_then(|hit| hit.owner).ok_or_else(missing)?;
    let organisation = command.tx.lock(owner).await?.ok_or_else(missing)?;
    // Who may not know of it is told that it is not there, whatever the version.
    let hit = command.find("hitId", id).await?;
    command.authorise("hitId", Action::Decide, &hit).await?;
    if hit.version != version {
        let message =
            format!("it is at version {} now, and you saw version {version}: look at it again", hit.version);
        return Err(Refusal::new(UserErrorCode::VersionConflict, "expectedVersion", message).into());
    }
    Ok(Loaded { organisation, hit })
}

/// Takes an officer's word on a hit. The first proposes, the second confirms or disagrees; two who agree dismiss the hit
/// or confirm it, and what is confirmed is frozen in the same transaction.
///
/// # Errors
/// There is no such case for the actor, it was changed meanwhile, it takes no decision, or the same officer says the
/// same twice.
pub async fn decide(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Id<ScreeningHit>,
    expected_version: i32,
    word: Word,
) -> Result<Id<ScreeningHit>, CommandError> {
    app.command(actor, meta, move |command| {
        let word = word.clone();
        Box::pin(async move {
            let Loaded { organisation, hit } = load(command, id, expected_version).await?;
            let person = command.actor.person_id().ok_or(CommandError::Unauthenticated)?;
            if word.decision == HitDecision::Confirmed && hit.value.is_weak() && word.evidence.is_none() {
                let message =
                    "only aliases that the list itself calls weak are alike: say what else shows it";
                let refusal = Refusal::new(UserErrorCode::GateFailed, "evidence", message);
                return Err(refusal.by_rule("WEAK_ALIAS").into());
            }
            let decision = word.decision;
            let mut case = hit.value.clone();
            let said = case.say(HitWord {
                person,
                decision,
                rationale: word.rationale.clone(),
                evidence: word.evidence,
                at: command.tx.now_micros(),
            })?;
            let reasons = vec![decision.code().to_owned(), word.rationale.to_string()];
            let loaded = Loaded { organisation, hit };
            match said {
                Said::First => {
                    command.tx.change(&loaded.hit, case).await?;
                }
                Said::Agreed(to) => agreed(command, loaded, case, decision.transition(), to, reasons).await?,
            }
            let detail = serde_json::json!({"decision": decision, "agreed": said != Said::First});
            command.audit_as("screening_hit", Some(id.uuid()), detail);
            Ok(id)
        })
    })
    .await
}

/// Moves case and organisation after two officers agreed; freezes what they confirmed.
async fn agreed(
    command: &CommandTx,
    loaded: Loaded,
    mut case: ScreeningHit,
    transition: ScreeningTransition,
    to: ScreeningStatus,
    reasons: Vec<String>,
) -> Result<(), CommandError> {
    let Loaded { organisation, hit } = loaded;
    let mut path = vec![(transition, to)];
    if to == ScreeningStatus::ConfirmedHit {
        let at = ScreeningCircumstances::default();
        let freeze = ScreeningTransition::Freeze;
        path.push((freeze, ScreeningMachine::transition(to, freeze, &[ScreeningParty::System], &at)?));
    }
    let last = path.last().map_or(to, |(_, to)| *to);
    case.status = last;
    case.since = command.tx.now_micros();
    let hit = command.tx.change(&hit, case).await?;
    moved(command, &organisation, &hit, &path, &reasons).await?;
    if last == ScreeningStatus::Frozen {
        command.tell_owners(organisation.id, News::of("held").say("held-text")).await?;
    }
    Ok(())
}

/// Writes the new status of an organisation, and the steps of both histories.
async fn moved(
    command: &CommandTx,
    organisation: &Stored<Organisation>,
    hit: &Stored<ScreeningHit>,
    path: &[(ScreeningTransition, ScreeningStatus)],
    reasons: &[String],
) -> Result<(), CommandError> {
    let mut from = organisation.value.screening.status;
    for (transition, to) in path {
        let is_officers = *transition != ScreeningTransition::Freeze;
        let step = Step {
            from: Some(from.code().to_owned()),
            to: to.code().to_owned(),
            transition: transition.code().to_owned(),
            person: command.actor.person_id().filter(|_| is_officers).map(Id::uuid),
            organisation: None,
            reasons: if is_officers { reasons.to_vec() } else { Vec::new() },
        };
        command.tx.add_step(hit.id, step.clone()).await?;
        // Why stands in the case; the organisation's own history says what became of it.
        command.tx.add_step(organisation.id, Step { reasons: Vec::new(), person: None, ..step }).await?;
        from = *to;
    }
    let mut facts = OrganisationFacts::from(organisation.value.clone());
    facts.screening = Screening { status: from, screened_on: Some(command.now.date_naive()) };
    command.tx.change(organisation, Organisation::try_from(facts)?).await?;
    Ok(())
}

/// Appeals against the freeze of an organisation.
///
/// # Errors
/// The actor is none of its owners, it is not frozen, or an appeal is open already.
pub async fn appeal(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Id<Organisation>,
    text: Localized,
) -> Result<Id<Organisation>, CommandError> {
    app.command(actor, meta, move |command| {
        let text = text.clone();
        Box::pin(async move {
            let stored = command.find("organisationId", id).await?;
            command.authorise("organisationId", Action::Appeal, &stored).await?;
            let person = command.actor.person_id().ok_or(CommandError::Unauthenticated)?;
            if stored.value.screening.status != ScreeningStatus::Frozen {
                // The same for one that is clear and for one that officers look at.
                let message = "the organisation is not held: there is nothing to appeal against";
                return Err(Refusal::new(UserErrorCode::InvalidTransition, "organisationId", message).into());
            }
            let hit = frozen_case(command, &stored).await?;
            if hit.value.open_appeal().is_some() {
                let message = "an appeal is open already: it is decided first";
                return Err(Refusal::new(UserErrorCode::Duplicate, "organisationId", message).into());
            }
            if hit.value.appeals.len() >= MAX_APPEALS {
                let message = format!("at most {MAX_APPEALS} appeals against one freeze");
                return Err(Refusal::new(UserErrorCode::RateLimited, "", message).into());
            }
            let mut case = hit.value.clone();
            case.appeals.push(HitAppeal { person, text, at: command.tx.now_micros(), decision: None });
            command.tx.change(&hit, case).await?;
            command.audit(&stored, serde_json::json!({}));
            Ok(id)
        })
    })
    .await
}

/// The case by which an organisation is frozen; made where it was imported as frozen.
async fn frozen_case(
    command: &CommandTx,
    stored: &Stored<Organisation>,
) -> Result<Stored<ScreeningHit>, CommandError> {
    let cases = command.tx.owned::<ScreeningHit>(stored.id, 1_000).await?;
    if let Some(case) = cases.into_iter().find(|case| case.value.status == ScreeningStatus::Frozen) {
        return Ok(case);
    }
    let mut case = ScreeningHit::open(stored.value.name.clone(), Vec::new(), command.tx.now_micros());
    case.status = ScreeningStatus::Frozen;
    Ok(command.tx.create(Some(stored.id), None, case).await?)
}

/// Decides an appeal: an officer who had no part in the confirmation lifts the freeze, or lets it stand.
///
/// # Errors
/// There is no such case for the actor, it was changed meanwhile, no appeal is open, or the actor confirmed the hit.
pub async fn decide_appeal(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Id<ScreeningHit>,
    expected_version: i32,
    (granted, rationale): (bool, SingleLine),
) -> Result<Id<ScreeningHit>, CommandError> {
    app.command(actor, meta, move |command| {
        let rationale = rationale.clone();
        Box::pin(async move {
            let Loaded { organisation, hit } = load(command, id, expected_version).await?;
            let person = command.actor.person_id().ok_or(CommandError::Unauthenticated)?;
            let reasons = vec![rationale.to_string()];
            let mut case = hit.value.clone();
            let decision = AppealDecision { person, granted, rationale, at: command.tx.now_micros() };
            let lifted = case.decide_appeal(decision)?;
            let news = match lifted {
                Some(_) => News::of("unheld").say("unheld-text"),
                None => News::of("appeal").say("appeal-text"),
            };
            if let Some(to) = lifted {
                case.status = to;
                case.since = command.tx.now_micros();
                let hit = command.tx.change(&hit, case).await?;
                let path = [(ScreeningTransition::GrantAppeal, to)];
                moved(command, &organisation, &hit, &path, &reasons).await?;
            } else {
                command.tx.change(&hit, case).await?;
            }
            command.tell_owners(organisation.id, news).await?;
            command.audit_as("screening_hit", Some(id.uuid()), serde_json::json!({"granted": granted}));
            Ok(id)
        })
    })
    .await
}
