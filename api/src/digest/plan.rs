//! What the clock does to subscriptions: it makes the issue of a period that is due, ends what was never confirmed, and
//! ends pauses. Each is a write of its own, under the lock of its subscription.

use domain::digest::{
    CONFIRM_DAYS, DigestState, DigestTransition, calendar::FURTHEST_DAYS, digest_transition,
};
use uuid::Uuid;

use super::{Round, time};
use crate::{
    app::App,
    auth::Actor,
    command::CommandError,
    failpoint,
    store::{StoreError, SubscriptionRow, Tx},
};

/// Subscriptions that are read at once.
const BATCH: u64 = 500;
/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;
/// Periods that are passed over at most where nobody planned for long: more than two years of days.
const MISSED: usize = 800;

/// Plans all that is due.
///
/// # Errors
/// The database does not answer.
pub async fn round(app: &App) -> Result<Round, CommandError> {
    let mut done = Round::default();
    let now = app.auth.clock.now().timestamp_micros();
    let furthest = now.saturating_add(FURTHEST_DAYS.saturating_mul(DAY));
    let made_before = now.saturating_sub(CONFIRM_DAYS.saturating_mul(DAY));
    loop {
        let due = app.store.subscriptions_due(now, furthest, made_before, BATCH).await?;
        if due.is_empty() {
            return Ok(done);
        }
        let mut is_stuck = true;
        for chunk in due.chunks(50) {
            // Some at once: a commit costs more than what is written.
            let command = app.begin(&Actor::System, "planDigests", None).await?;
            let mut planned = done;
            for id in chunk {
                if one(&command.tx, *id, now, &mut planned).await? {
                    is_stuck = false;
                }
            }
            failpoint::pass("digest_planned");
            command.tx.commit().await?;
            done = planned;
        }
        if is_stuck {
            return Ok(done);
        }
    }
}

/// Does what is due to one subscription. Answers whether something was.
async fn one(tx: &Tx, id: Uuid, now: i64, done: &mut Round) -> Result<bool, StoreError> {
    let Some(mut row) = tx.lock_subscription(id).await? else { return Ok(false) };
    match row.state {
        DigestState::Pending if row.created_at.saturating_add(CONFIRM_DAYS.saturating_mul(DAY)) <= now => {
            go(&mut row, DigestTransition::Expire, now);
            done.moved = done.moved.saturating_add(1);
        }
        DigestState::Paused if row.paused_until.is_some_and(|until| until <= now) => {
            go(&mut row, DigestTransition::Resume, now);
            done.moved = done.moved.saturating_add(1);
        }
        DigestState::Active => {
            let Some(due) = row.due_at else { return Ok(false) };
            if due <= now {
                let last = last_due(&row, due, now);
                let mut period = row.settings.period_at(time(last));
                if failpoint::is_planted("twice_a_period") {
                    period.push_str(&Uuid::new_v4().simple().to_string());
                }
                if tx.plan_issue(row.id, &period, last).await? {
                    done.planned = done.planned.saturating_add(1);
                }
            } else if due <= now.saturating_add(FURTHEST_DAYS.saturating_mul(DAY)) {
                return Ok(false);
            }
            row.due_at = next(&row, now);
        }
        DigestState::Pending
        | DigestState::Paused
        | DigestState::Expired
        | DigestState::Unsubscribed
        | DigestState::Bounced
        | DigestState::Complained => return Ok(false),
    }
    tx.save_subscription(&row).await?;
    Ok(true)
}

/// The last time at which an issue was due, where several periods went by: they are told in one.
fn last_due(row: &SubscriptionRow, due: i64, now: i64) -> i64 {
    let mut last = due;
    for _ in 0..MISSED {
        match row.settings.next_due(time(last)).map(|next| next.timestamp_micros()) {
            Some(next) if next <= now => last = next,
            _ => break,
        }
    }
    last
}

/// When the next issue of an active subscription is due.
pub(super) fn next(row: &SubscriptionRow, now: i64) -> Option<i64> {
    row.settings.next_due(time(now)).map(|due| due.timestamp_micros())
}

/// Moves a subscription, and sets when its next issue is due. Answers whether the table has such a transition.
pub(super) fn go(row: &mut SubscriptionRow, transition: DigestTransition, now: i64) -> bool {
    let Ok(to) = digest_transition(row.state, transition) else { return false };
    row.state = to;
    row.due_at = if to == DigestState::Active { next(row, now) } else { None };
    if to != DigestState::Paused {
        row.paused_until = None;
    }
    if matches!(transition, DigestTransition::Confirm | DigestTransition::Reconfirm) {
        row.confirmed_at = Some(now);
    }
    true
}
