//! Cases of verification: an organisation claims, mail or a reviewer finds it proved, and the level rises by one.
//!
//! Who claims a number that another organisation is proved by learns nothing of it: the case is taken like any other,
//! and the reviewer alone is told.

use chrono::NaiveDate;
use domain::{
    Vocabulary,
    account::EmailAddress,
    id::Id,
    organisation::{Organisation, OrganisationFacts},
    policy::{Action, Relation, RelationSet},
    value::SingleLine,
    verification::{
        CaseCircumstances, CaseGuard, CaseParty, CaseState, CaseTransition, Evidence, RegisterIdentifier,
        VerificationCase, WebDomain, available_case_transitions, case_transition,
    },
    vocabulary::{ScreeningStatus, VerificationLevel},
};
use uuid::Uuid;

use super::organisation::{TERMS, hold, level_held};
use crate::{
    account::{dead_link, letters, link, live_token, new_token},
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    screening::judge::{record, screen},
    store::{
        Step, StoreError, Stored,
        account::{NewToken, Purpose},
    },
};

/// Cases that an organisation may begin in a day; each of a domain sends a mail.
const MAX_A_DAY: u64 = 10;
const DAY: i64 = 86_400_000_000;
/// Days for which the link in the mail proves the domain.
const LINK_DAYS: i64 = 3;
/// Papers of one case.
const MAX_DOCUMENTS: usize = 20;
/// Words that may be added when more is asked for.
const MAX_SUPPLIED: usize = 20;
/// The longest that an endorsement may say that it holds, in days.
const MAX_ENDORSED_DAYS: i64 = 1_830;
/// The level that a body has to have that endorses others.
const ENDORSER: VerificationLevel = VerificationLevel::V3;

/// What an organisation claims.
#[derive(Debug, Clone)]
pub enum Claim {
    /// That mail at this address is its own.
    Domain(EmailAddress),
    /// That this number in a register is its own.
    Register(RegisterIdentifier),
    /// That these stored documents show who acts for it.
    Documents(Vec<Uuid>),
}

/// Begins a case. A new one for a domain takes the place of the one before, whose link is then dead.
///
/// # Errors
/// The actor is none of its owners, a field is wrong, such a case is open already, or there were too many today.
pub async fn start(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Id<Organisation>,
    expected_version: i32,
    claim: Claim,
) -> Result<Id<VerificationCase>, CommandError> {
    app.command(actor, meta, move |command| {
        let claim = claim.clone();
        Box::pin(async move {
            let stored = command.load("organisationId", id, expected_version).await?;
            let who = command.viewer().await?.relations(&stored, false);
            command.allowed::<VerificationCase>("organisationId", Action::Create, who, None)?;
            command.not_held(Some(id)).await?;
            let since = command.tx.now_micros().saturating_sub(DAY);
            if command.tx.count_owned::<VerificationCase>(id, Some(since)).await? >= MAX_A_DAY {
                let message = format!("at most {MAX_A_DAY} cases a day");
                return Err(Refusal::new(UserErrorCode::RateLimited, "", message).into());
            }
            let evidence = evidence(command, id, &claim).await?;
            for open in command.tx.owned::<VerificationCase>(id, 1_000).await? {
                if !open.value.is_open() || open.value.evidence.proof() != evidence.proof() {
                    continue;
                }
                if !evidence.proof().is_automatic() {
                    let message = "a case of this kind is open already";
                    return Err(Refusal::new(UserErrorCode::Duplicate, "", message).into());
                }
                advance(command, &stored, &open, CaseTransition::Withdraw, &[], |_| ()).await?;
            }
            let case = open_case(command, id, evidence).await?;
            match &claim {
                Claim::Domain(address) => mail_link(command, &stored, &case, address).await?,
                // A number can be that of an entry of a list, whatever the name is.
                Claim::Register(_) => rescreen(command, &stored).await?,
                Claim::Documents(_) => {}
            }
            Ok(case.id)
        })
    })
    .await
}

/// What a claim is in the case.
async fn evidence(
    command: &CommandTx,
    owner: Id<Organisation>,
    claim: &Claim,
) -> Result<Evidence, CommandError> {
    Ok(match claim {
        Claim::Domain(address) => {
            let domain: WebDomain =
                address.domain().parse().map_err(|error| Refusal::validation("email", error))?;
            Evidence::Domain { domain, proved: false }
        }
        Claim::Register(identifier) => Evidence::Register { identifier: identifier.clone() },
        Claim::Documents(documents) => {
            if documents.is_empty() || documents.len() > MAX_DOCUMENTS {
                return Err(
                    Refusal::validation("documents", format!("1 to {MAX_DOCUMENTS} documents")).into()
                );
            }
            if !command.tx.owns_documents(owner, documents).await? {
                return Err(Refusal::not_found("documents", "document").into());
            }
            Evidence::Documents { documents: documents.clone() }
        }
    })
}

async fn open_case(
    command: &CommandTx,
    owner: Id<Organisation>,
    evidence: Evidence,
) -> Result<Stored<VerificationCase>, CommandError> {
    let proof = evidence.proof();
    let case = VerificationCase::submitted(evidence, command.tx.now_micros());
    let case = command.tx.create(Some(owner), None, case).await?;
    let step = Step {
        from: None,
        to: CaseState::Submitted.code().to_owned(),
        transition: "START".to_owned(),
        person: command.actor.person_id().map(Id::uuid),
        organisation: command.actor.acting().map(Id::uuid),
        reasons: Vec::new(),
    };
    command.tx.add_step(case.id, step).await?;
    command.audit(&case, serde_json::json!({"proof": proof}));
    Ok(case)
}

/// Mails the link that proves a domain. The address is in the mail and with its token, and not in the case.
async fn mail_link(
    command: &CommandTx,
    organisation: &Stored<Organisation>,
    case: &Stored<VerificationCase>,
    address: &EmailAddress,
) -> Result<(), CommandError> {
    let token = new_token()?;
    let expires_at = command.tx.now_micros().saturating_add(LINK_DAYS.saturating_mul(DAY));
    let to = address.to_string();
    command
        .tx
        .insert_token(NewToken {
            hash: token.hash(),
            purpose: Purpose::ProveDomain,
            person: None,
            organisation: Some(organisation.id),
            email: Some(to.clone()),
            payload: serde_json::json!({"case": case.id}),
            expires_at,
        })
        .await?;
    let name = organisation.value.name.as_str();
    let body = format!(
        "{name} wants to prove that mail at this domain is its own.\n\nIf you work for it, confirm within three \
         days:\n{}\n\nIf you do not, do nothing: nothing is proved.",
        link(&command.app, "prove-domain", &token)
    );
    let letter = letters::security(None, &to, "Confirm your organisation's domain", body, Some(expires_at));
    command.tx.promise(letter, &command.app.auth.mail_domain).await?;
    Ok(())
}

/// Screens an organisation that claims another number than before.
async fn rescreen(command: &CommandTx, stored: &Stored<Organisation>) -> Result<(), CommandError> {
    let mut facts = OrganisationFacts::from(stored.value.clone());
    let Some(judged) = screen(command, Some(stored.id), &mut facts, None).await? else { return Ok(()) };
    let stored = if judged.from == ScreeningStatus::PotentialHit {
        stored.clone()
    } else {
        command.tx.change(stored, Organisation::try_from(facts)?).await?
    };
    record(command, &stored, judged).await
}

/// Proves a domain by the link in mail. Answers which organisation it was.
///
/// # Errors
/// The link cannot be used, or the organisation stands where the proof does not lead up from.
pub async fn prove_domain(app: &App, token: &str) -> Result<Id<Organisation>, CommandError> {
    let command = app.begin(&Actor::System, "proveDomain", None).await?;
    let found = live_token(&command, Purpose::ProveDomain, "token", token).await?;
    let dead = || dead_link("token");
    let case = found.payload.get("case").cloned().unwrap_or_default();
    let case: Id<VerificationCase> = serde_json::from_value(case).map_err(|_| dead())?;
    let owner = found.organisation.ok_or_else(dead)?;
    let organisation = command.tx.lock(owner).await?.ok_or_else(dead)?;
    let case = command.tx.lock(case).await?.ok_or_else(dead)?;
    // One that was withdrawn for a newer one, and one that is done.
    if case.value.state != CaseState::Submitted || !command.tx.claim_token(found.id).await? {
        return Err(dead());
    }
    let mut proved = case;
    if let Evidence::Domain { proved, .. } = &mut proved.value.evidence {
        *proved = true;
    }
    advance(&command, &organisation, &proved, CaseTransition::Grant, &[], |_| ()).await?;
    command.tx.commit().await?;
    Ok(owner)
}

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
    let to = case_transition(from, transition, &parties, &at)?;
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
) -> Result<Vec<(CaseTransition, Vec<CaseGuard>)>, StoreError> {
    let is_key = actor.person().is_some_and(|person| person.scopes.is_some());
    let Some(owner) = stored.owner.filter(|_| !is_key) else { return Ok(Vec::new()) };
    let found = app.store.find(&[owner]).await?;
    let Some(organisation) = found.get(&owner) else { return Ok(Vec::new()) };
    let at = circumstances(&organisation.value, &stored.value, app.auth.clock.now(), (actor.person_id(), 1));
    let offered = available_case_transitions(stored.value.state, &parties(who), &at);
    let by_mail = stored.value.evidence.proof().is_automatic();
    Ok(offered.into_iter().filter(|(one, _)| !(by_mail && *one == CaseTransition::TakeUp)).collect())
}

/// Says in the name of a verified body that it stands behind an organisation; a reviewer then judges the case.
///
/// # Errors
/// The actor speaks for no international body, the body is not verified enough or is the organisation itself, a field is
/// wrong, or its word waits already.
pub async fn endorse(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Id<Organisation>,
    (statement, until): (SingleLine, Option<NaiveDate>),
) -> Result<Id<VerificationCase>, CommandError> {
    app.command(actor, meta, move |command| {
        let statement = statement.clone();
        Box::pin(async move {
            let stored = command.find("organisationId", id).await?;
            command.authorise("organisationId", Action::Endorse, &stored).await?;
            let (by, _) = command.acting().await?;
            let body = command.tx.get::<Organisation>(by).await?.ok_or(CommandError::Failed)?;
            let today = command.now.date_naive();
            if level_held(&body.value, today).on(today, &TERMS).level < ENDORSER {
                let message = format!("a body that endorses others is verified up to {ENDORSER} itself");
                let refusal = Refusal::new(UserErrorCode::GateFailed, "", message);
                return Err(refusal.by_rule("ENDORSER_LEVEL").into());
            }
            command.not_held(Some(by)).await?;
            let is_odd = |until: NaiveDate| {
                !(1..=MAX_ENDORSED_DAYS).contains(&until.signed_duration_since(today).num_days())
            };
            if until.is_some_and(is_odd) {
                return Err(
                    Refusal::validation("until", "a day after today, at most five years ahead").into()
                );
            }
            let waits = |case: &Stored<VerificationCase>| {
                let of = &case.value.evidence;
                case.value.is_open() && matches!(of, Evidence::Endorsement { by: other, .. } if *other == by)
            };
            if command.tx.owned::<VerificationCase>(id, 1_000).await?.iter().any(waits) {
                let message = "the word of your organisation waits for a reviewer already";
                return Err(Refusal::new(UserErrorCode::Duplicate, "organisationId", message).into());
            }
            Ok(open_case(command, id, Evidence::Endorsement { by, statement, until }).await?.id)
        })
    })
    .await
}
