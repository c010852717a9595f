//! What the clock does to organisations: a level whose proof is over falls by one, and a clear screening that is older
//! than seven days lapses. One node at a time does it, under a lease.

use domain::{
    Vocabulary,
    id::Id,
    machine::Machine as _,
    organisation::{Organisation, OrganisationFacts},
    screening::{CLEAR_DAYS, ScreeningCircumstances, ScreeningMachine, ScreeningParty, ScreeningTransition},
};
use futures::TryStreamExt;

use super::{
    organisation::{TERMS, hold, level_held},
    verification::level_step,
};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, News, Put},
    store::Step,
};

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
        let put = [("old", held.level), ("now", now.level)].map(|(name, level)| (name, Put::text(level)));
        command.tell_owners(id, News::of("lapsed").say_with("lapsed-text", put.to_vec())).await?;
    }
    let from = facts.screening.status;
    let age = facts.screening.screened_on.map_or(0, |on| today.signed_duration_since(on).num_days());
    let at = ScreeningCircumstances {
        age_days: u32::try_from(age.max(0)).unwrap_or(u32::MAX),
        ..ScreeningCircumstances::default()
    };
    let expire = ScreeningTransition::Expire;
    // Refused where it is not old, or not clear any more: then there is nothing to do.
    if let Ok(to) = ScreeningMachine::transition(from, expire, &[ScreeningParty::System], &at) {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::{DateTime, NaiveDate, Utc};
    use domain::{
        organisation::Screening,
        vocabulary::{ScreeningStatus, VerificationLevel},
    };

    use super::*;
    use crate::{
        auth::Clock,
        graphql::world,
        reference::Reference,
        store::{
            Change,
            tests::{Place, on_both},
        },
    };

    on_both!(levels_and_clear_results_lapse_by_the_day);

    fn day(month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, month, day).unwrap()
    }

    async fn seen(app: &App) -> (VerificationLevel, Option<NaiveDate>, ScreeningStatus) {
        let stored = app.store.find_by_key::<Organisation>("o").await.unwrap().unwrap();
        let facts = stored.value;
        (facts.verification, facts.verified_until, facts.screening.status)
    }

    async fn levels_and_clear_results_lapse_by_the_day(place: Place) {
        let store = place.migrated().await;
        let mut facts = OrganisationFacts::from(world::plain_organisation("Lime Tree Bakery"));
        facts.verification = VerificationLevel::V3;
        facts.verified_on = Some(day(1, 1));
        facts.verified_until = Some(day(3, 1));
        facts.screening = Screening { status: ScreeningStatus::Clear, screened_on: Some(day(2, 22)) };
        let value = Organisation::try_from(facts).unwrap();
        let tx = store.begin().await.unwrap();
        tx.put(vec![Change { source_key: "o".to_owned(), owner: None, value }]).await.unwrap();
        tx.commit().await.unwrap();
        let reference = Arc::new(Reference::embedded().unwrap());
        let mut app = App::load(store, reference, day(3, 1)).await.unwrap();
        let noon = DateTime::<Utc>::from_naive_utc_and_offset(day(3, 1).and_hms_opt(12, 0, 0).unwrap(), Utc);
        app.auth.clock = Clock::at(noon);

        // On its seventh day a clear result counts, and so does the last day of a proof.
        assert_eq!(round(&app).await.unwrap(), Round::default());
        app.auth.clock.advance(chrono::Duration::days(1));
        assert_eq!(round(&app).await.unwrap(), Round { lapsed: 1, expired: 1 });
        let until = day(3, 2).checked_add_days(chrono::Days::new(TERMS.register_days));
        assert_eq!(seen(&app).await, (VerificationLevel::V2, until, ScreeningStatus::Expired));
        assert_eq!(round(&app).await.unwrap(), Round::default(), "once");
        let id = app.store.find_by_key::<Organisation>("o").await.unwrap().unwrap().id;
        let steps = app.store.history(id.uuid()).await.unwrap();
        let steps: Vec<&str> = steps.iter().map(|past| past.step.transition.as_str()).collect();
        assert_eq!(steps, ["LAPSE", "EXPIRE"]);
        // A node that slept for years comes down as far as one that did not.
        app.auth.clock.advance(chrono::Duration::days(4_000));
        assert_eq!(round(&app).await.unwrap(), Round { lapsed: 1, expired: 0 });
        assert_eq!(seen(&app).await, (VerificationLevel::V0, None, ScreeningStatus::Expired));
    }
}
