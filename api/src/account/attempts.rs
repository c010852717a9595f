//! Counts of attempts to sign in: by place, by account and place, and by account alone.
//!
//! By account and place, so that strangers elsewhere cannot lock anybody out; by place alone, so that one password cannot
//! be tried on many accounts; by account alone, so that many places together cannot try many passwords on one. When
//! the last is used up, a password alone opens the account only from a place from which it was opened before
//! (SP 800-63B-4, 3.2.2); anywhere else its person sets a new password by mail, which begins the count anew. So
//! strangers keep nobody out for good, and the owner, who is told, mostly notices nothing.

use domain::account::EmailAddress;

use super::{DAY, MINUTE, letters, throttled, waits};
use crate::{
    app::App,
    auth::Actor,
    command::CommandError,
    store::{
        StoreError,
        account::{PersonState, Throttle},
    },
};

/// Wrong passwords and codes of one account within a day, from wherever they come.
const OF_ACCOUNT: i32 = 100;
/// Days for which a place is known from which an account was opened.
const KNOWN_DAYS: i64 = 30;

/// The counts of one attempt.
#[derive(Debug)]
pub(super) struct Attempts {
    email: EmailAddress,
    place: Throttle,
    account_here: Throttle,
    account: Throttle,
    /// Of a known place when the count of the account is used up.
    known_day: Throttle,
    /// Not a count of failures: it stands while the place is known.
    known: Throttle,
    /// The letter to the owner, once a day.
    told: Throttle,
    /// Whether this attempt was let through, and counted, because its place is known.
    by_place: bool,
}

impl Attempts {
    /// Of an address of mail, whether it has an account or not, from a place.
    pub(super) fn new(email: &EmailAddress, from: &str) -> Self {
        let account = email.identity();
        let both = format!("{account}\n{from}");
        Self {
            email: email.clone(),
            place: Throttle::new("sign in from", from, 30, 15 * MINUTE),
            account_here: Throttle::new("sign in", &both, 10, 15 * MINUTE),
            account: Throttle::new("sign in to", &account, OF_ACCOUNT, DAY),
            known_day: Throttle::new("sign in known", &both, OF_ACCOUNT, DAY),
            known: Throttle::new("signed in from", &both, 1, KNOWN_DAYS * DAY),
            told: Throttle::new("sign in told", &account, 1, DAY),
            by_place: false,
        }
    }

    /// Counts an attempt before it is looked at, so that many at once do not pass the bounds together.
    pub(super) async fn counted(&mut self, app: &App) -> Result<(), CommandError> {
        throttled(app, &self.place).await?;
        throttled(app, &self.account_here).await?;
        let now = app.auth.clock.now().timestamp_micros();
        let Some(wait) = app.store.throttle(&self.account, now).await? else { return Ok(()) };
        if app.store.throttled(&self.known, now).await?.is_none() {
            return Err(waits(wait));
        }
        self.by_place = true;
        throttled(app, &self.known_day).await
    }

    /// After a wrong password or a wrong code: tells the owner where it was the last that is free.
    pub(super) async fn failed(&self, app: &App) -> Result<(), CommandError> {
        let now = app.auth.clock.now().timestamp_micros();
        let is_used_up = app.store.throttled(&self.account, now).await?.is_some();
        if !is_used_up || app.store.throttle(&self.told, now).await?.is_some() {
            return Ok(());
        }
        tracing::warn!(event = "sign_in_bound", "too many wrong passwords for one account");
        let command = app.begin(&Actor::Anonymous, "signIn", None).await?;
        let person = command.tx.lock_person_by_email(&self.email).await?;
        let Some(person) = person.filter(|person| person.state == PersonState::Active) else {
            return Ok(command.tx.rollback().await?);
        };
        let url = format!("{}/reset-password", app.auth.public_url);
        let (subject, body) = letters::many_attempts(letters::language(&person), &url);
        let letter = letters::security(Some(person.id), self.email.as_str(), &subject, body, None);
        command.tx.promise(letter, &app.auth.mail_domain).await?;
        Ok(command.tx.commit().await?)
    }

    /// After the account was opened: the attempt was none of those that are counted, and the place is known. What
    /// others tried elsewhere stays counted.
    pub(super) async fn succeeded(&self, app: &App) {
        let done = async {
            app.store.forgive(&self.account_here).await?;
            app.store.give_back(if self.by_place { &self.known_day } else { &self.account }).await?;
            self.seen_here(app).await
        };
        noted(done.await);
    }

    /// After a new password was set by mail: the count begins anew, and the place is known.
    pub(super) async fn proved_by_mail(&self, app: &App) {
        let done = async {
            for count in [&self.account_here, &self.account, &self.told] {
                app.store.forgive(count).await?;
            }
            self.seen_here(app).await
        };
        noted(done.await);
    }

    async fn seen_here(&self, app: &App) -> Result<(), StoreError> {
        let now = app.auth.clock.now().timestamp_micros();
        if app.store.throttled(&self.known, now).await?.is_none() {
            app.store.throttle(&self.known, now).await?;
        }
        Ok(())
    }
}

/// A count that could not be set right takes nothing back of what was done before: somebody is signed in by then.
fn noted(done: Result<(), StoreError>) {
    if let Err(error) = done {
        tracing::warn!(error = ?error, "counts of attempts stay as they are");
    }
}
