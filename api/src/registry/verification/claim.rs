//! How a case of verification begins: an organisation claims a domain, a number or papers, or a verified body speaks for
//! it; and the link in mail by which a domain is proved.

use chrono::NaiveDate;
use domain::{
    Vocabulary,
    account::EmailAddress,
    digest::DigestLanguage,
    id::Id,
    organisation::{Organisation, OrganisationFacts},
    policy::Action,
    value::SingleLine,
    verification::{CaseState, CaseTransition, Evidence, RegisterIdentifier, VerificationCase, WebDomain},
    vocabulary::{ScreeningStatus, VerificationLevel},
};
use uuid::Uuid;

use super::{
    super::organisation::{TERMS, level_held},
    DAY, advance,
};
use crate::{
    account::{dead_link, letters, link, live_token, new_token, seen_token},
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    screening::judge::{record, screen},
    store::{
        Step, Stored,
        account::{NewToken, Purpose, Throttle},
    },
};

/// Cases that an organisation may begin in a day; each of a domain sends a mail.
const MAX_A_DAY: u64 = 10;
/// Links that one address is sent in a day.
const MAILS_A_DAY: i32 = 5;
const SECONDS_A_DAY: i64 = 86_400;
/// Days for which the link in the mail proves the domain.
const LINK_DAYS: i64 = 3;
/// Papers of one case.
const MAX_DOCUMENTS: usize = 20;
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
    if let Claim::Domain(address) = &claim {
        // Nobody's mailbox is filled by those who have many organisations.
        let of = Throttle::new("prove domain", &address.to_string(), MAILS_A_DAY, SECONDS_A_DAY);
        if let Some(wait) = app.store.throttle(&of, app.auth.clock.now().timestamp_micros()).await? {
            return Err(Refusal::rate_limited(wait.div_euclid(1_000_000).saturating_add(1)).into());
        }
    }
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
    // Whoever reads mail at the domain is unknown; a colleague asks, whose language is the best guess.
    let colleague = match command.actor.person_id() {
        Some(person) => command.app.store.person(person).await?,
        None => None,
    };
    let language = colleague.as_ref().map_or(DigestLanguage::En, letters::language);
    let (subject, body) = letters::prove_domain(language, name, &link(&command.app, "prove-domain", &token));
    let letter = letters::security(None, &to, &subject, body, Some(expires_at));
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
pub async fn prove_domain(app: &App, from: &str, token: &str) -> Result<Id<Organisation>, CommandError> {
    seen_token(app, from, Purpose::ProveDomain, "token", token).await?;
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
