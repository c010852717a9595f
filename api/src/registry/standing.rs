//! What the clock does to organisations: a level whose proof is over falls by one, and a clear screening that is older
//! than seven days lapses. One node at a time does it, under a lease.

use domain::{
    Vocabulary,
    id::Id,
    organisation::{Organisation, OrganisationFacts},
    screening::{
        CLEAR_DAYS, ScreeningCircumstances, ScreeningParty, ScreeningTransition, screening_transition,
    },
};
use futures::TryStreamExt;

use super::{
    organisation::{TERMS, hold, level_held},
    screening::tell_owners,
    verification::level_step,
};
use crate::{app::App, auth::Actor, command::CommandError, store::Step};

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Organisations whose level fell.
    pub lapsed: u32,
    /// Organisations whose clear screening lapsed.
    pub expired: u32,
}

/// One round: looks at every organisation, and writes those that are due, each in a write of its own.
///
/// # Errors
/// The database does not answer.
pub async fn round(app: &App) -> Result<Round, CommandError> {
    let today = app.auth.clock.now().date_naive();
    let mut done = Round::default();
    let mut rows = Box::pin(app.store.stream::<Organisation>().await?);
    while let Some(stored) = rows.try_next().await? {
        let facts = &stored.value;
        let age = facts.screening.screened_on.map(|on| today.signed_duration_since(on).num_days());
        let is_old = facts.screening.status == domain::vocabulary::ScreeningStatus::Clear
            && age.is_some_and(|age| age > i64::from(CLEAR_DAYS));
        let is_over = facts.verified_until.is_some_and(|until| until < today);
        if !is_old && !is_over {
            continue;
        }
        match fall(app, stored.id).await {
            Ok(one) => {
                done.lapsed = done.lapsed.saturating_add(one.lapsed);
                done.expired = done.expired.saturating_add(one.expired);
            }
            Err(error) => tracing::warn!(error = ?error, "an organisation cannot be moved"),
        }
    }
    Ok(done)
}

/// Writes what is over of one organisation.
async fn fall(app: &App, id: Id<Organisation>) -> Result<Round, CommandError> {
    let command = app.begin(&Actor::System, "timers", None).await?;
    let Some(stored) = command.tx.lock(id).await? else { return Ok(Round::default()) };
    let today = command.now.date_naive();
    let mut facts = OrganisationFacts::from(stored.value.clone());
    let mut done = Round::default();
    let held = level_held(&facts, today);
    let now = held.on(today, &TERMS);
    if now != held {
        hold(&mut facts, now);
        done.lapsed = 1;
        level_step(&command, id, (held.level, now.level), "LAPSE").await?;
        let body = format!(
            "The proof of your organisation's level {} is over, and the level is {} now. Prove it again to have it \
             back.",
            held.level, now.level
        );
        tell_owners(&command, id, "Your organisation's verification lapsed", &body).await?;
    }
    let from = facts.screening.status;
    let age = facts.screening.screened_on.map_or(0, |on| today.signed_duration_since(on).num_days());
    let at = ScreeningCircumstances {
        age_days: u32::try_from(age.max(0)).unwrap_or(u32::MAX),
        ..ScreeningCircumstances::default()
    };
    let expire = ScreeningTransition::Expire;
    // Refused where it is not old, or not clear any more: then there is nothing to do.
    if let Ok(to) = screening_transition(from, expire, ScreeningParty::System, &at) {
        facts.screening.status = to;
        done.expired = 1;
        let step = Step {
            from: Some(from.code().to_owned()),
            to: to.code().to_owned(),
            transition: expire.code().to_owned(),
            person: None,
            organisation: None,
            reasons: Vec::new(),
        };
        command.tx.add_step(id, step).await?;
    }
    if done == Round::default() {
        return Ok(done);
    }
    let stored = command.tx.change(&stored, Organisation::try_from(facts)?).await?;
    command.audit(&stored, serde_json::json!({"lapsed": done.lapsed, "expired": done.expired}));
    command.tx.commit().await?;
    Ok(done)
}
