//! What the clock does to subscriptions: it makes the issue of a period that is due, ends what was never confirmed, and
//! ends pauses, under the lock of each subscription.

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
    store::{NewIssue, StoreError, SubscriptionRow, Tx},
};

/// Subscriptions that are read at once.
const BATCH: u64 = 5_000;
/// Subscriptions of one transaction. Other writes wait for it.
const CHUNK: usize = 250;
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
        let mut is_stuck = true;
        for chunk in due.chunks(CHUNK) {
            // Some at once: a commit costs more than what is written.
            let command = app.begin(&Actor::System, "planDigests", None).await?;
            let (touched, did) = some(&command.tx, chunk, now).await?;
            failpoint::pass("digest_planned");
            command.tx.commit().await?;
            is_stuck &= touched == 0;
            metrics::counter!("caravanserai_digest_issues_planned").increment(did.planned);
            done.moved = done.moved.saturating_add(did.moved);
            done.planned = done.planned.saturating_add(did.planned);
        }
        if is_stuck {
            return Ok(done);
        }
    }
}

/// Does what is due to some subscriptions. Answers to how many something was.
async fn some(tx: &Tx, ids: &[Uuid], now: i64) -> Result<(usize, Round), StoreError> {
    let (mut touched, mut done, mut issues) = (0_usize, Round::default(), Vec::new());
    for (id, mut row) in tx.lock_subscriptions(ids).await? {
        let version = row.version;
        match due(&mut row, now) {
            None => continue,
            Some(Due::Moved) => {
                tx.save_subscription(&row).await?;
                done.moved = done.moved.saturating_add(1);
            }
            Some(Due::Issue(issue)) => {
                issues.extend(issue);
                tx.reschedule(id, version, row.due_at).await?;
            }
        }
        touched = touched.saturating_add(1);
    }
    done.planned = tx.plan_issues(issues).await?;
    Ok((touched, done))
}

/// What was due to a subscription.
enum Due {
    /// It moves.
    Moved,
    /// An issue, and the next one later; none where it was due at a time that only a wrong clock can have written.
    Issue(Option<NewIssue>),
}

fn due(row: &mut SubscriptionRow, now: i64) -> Option<Due> {
    match row.state {
        DigestState::Pending if row.created_at.saturating_add(CONFIRM_DAYS.saturating_mul(DAY)) <= now => {
            go(row, DigestTransition::Expire, now);
            Some(Due::Moved)
        }
        DigestState::Paused if row.paused_until.is_some_and(|until| until <= now) => {
            go(row, DigestTransition::Resume, now);
            Some(Due::Moved)
        }
        DigestState::Active => {
            let due = row.due_at?;
            if due > now && due <= now.saturating_add(FURTHEST_DAYS.saturating_mul(DAY)) {
                return None;
            }
            let issue = (due <= now).then(|| {
                let due_at = last_due(row, due, now);
                let mut period = row.settings.period_at(time(due_at));
                if failpoint::is_planted("twice_a_period") {
                    period.push_str(&Uuid::new_v4().simple().to_string());
                }
                NewIssue { subscription: row.id, period, due_at }
            });
            row.due_at = next(row, now);
            Some(Due::Issue(issue))
        }
        DigestState::Pending
        | DigestState::Paused
        | DigestState::Expired
        | DigestState::Unsubscribed
        | DigestState::Bounced
        | DigestState::Complained => None,
    }
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
