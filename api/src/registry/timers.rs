//! What the clock does to listings: it asks their owners whether they are still current, marks those as stale of which
//! nobody said so for 90 days, and archives those that stayed stale. One node at a time does it, under a lease.

use std::time::Duration;

use domain::{
    account::OrgRole,
    id::Id,
    listing::{ListingRefusal, ListingTransition},
    project::{Project, ProjectFacts},
    vocabulary::ListingState,
};

use super::listing::{Request, TIMERS, advance, advance_as, save_record, step, with_record};
use super::{standing, upload::sweep_files};
use crate::{
    account::{dead_link, known_token, letters, live_token, new_token},
    app::App,
    auth::Actor,
    command::{CommandError, UserErrorCode},
    digest::{
        link::ITEM_DAYS,
        words::{language_of, still_current},
    },
    screening::run,
    store::{
        ListingRow, StoreError,
        account::{NewToken, Purpose},
    },
};

/// Days without a confirmation after which the owner is asked.
const ASK_AFTER_DAYS: i64 = 80;
/// Days for which the link in that mail confirms.
const LINK_DAYS: i64 = 60;
/// Listings that one round looks at.
const ROUND: u64 = 500;
/// Between two rounds.
const EVERY: Duration = Duration::from_mins(5);
/// Microseconds for which a round may hold the lease.
const LEASE: i64 = 600_000_000;
const DAY: i64 = 86_400_000_000;
/// Microseconds between two rounds over organisations: days are what they count by, and a round reads all of them.
const ORGANISATIONS_EVERY: i64 = 3_600_000_000;

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Owners who were asked.
    pub asked: u32,
    /// Listings that became stale.
    pub stale: u32,
    /// Listings that were archived.
    pub archived: u32,
    /// Offers whose exclusivity was over.
    pub released: u32,
}

/// Does rounds until the process ends.
pub async fn run(app: App) {
    let holder = uuid::Uuid::now_v7().to_string();
    let mut organisations_due = 0_i64;
    loop {
        let now = app.auth.clock.now().timestamp_micros();
        match app.store.take_lease("listing timers", &holder, now, LEASE).await {
            Ok(true) => match Box::pin(both(&app)).await {
                Ok(done) if done != Round::default() => tracing::info!(?done, "the clock moved listings"),
                Ok(_) => {}
                Err(error) => tracing::warn!(error = ?error, "a round of timers failed"),
            },
            Ok(false) => {}
            Err(error) => tracing::warn!(error = ?error, "the lease of the timers cannot be taken"),
        }
        if now >= organisations_due {
            organisations_due = now.saturating_add(ORGANISATIONS_EVERY);
            organisations(&app, &holder, now).await;
            match sweep_files(&app).await {
                Ok(0) => {}
                Ok(files) => tracing::info!(files, "files of documents that are gone were swept"),
                Err(error) => tracing::warn!(error = ?error, "files cannot be swept"),
            }
        }
        sweep(&app, now).await;
        tokio::time::sleep(EVERY).await;
    }
}

/// Forgets rows that bear on nothing any more at a time, microseconds since 1970, UTC.
pub(crate) async fn sweep(app: &App, now: i64) {
    for swept in [
        app.store.sweep_throttles(now).await,
        // Keys are kept for a week; who repeats a request does so sooner.
        app.store.sweep_keys(now.saturating_sub(DAY.saturating_mul(7))).await,
        // Tables are kept as long, for imports that are asked for again.
        app.store.sweep_uploads(now.saturating_sub(DAY.saturating_mul(7))).await,
        // A link that was used is remembered for as long as it would act, and a day.
        app.store.sweep_links(now.saturating_sub(DAY.saturating_mul(ITEM_DAYS.saturating_add(1)))).await,
    ] {
        if let Err(error) = swept {
            tracing::warn!(error = ?error, "old rows cannot be swept");
        }
    }
}

/// What is due to organisations: levels and screenings that are over, and once a day a run over all of them, so that a
/// clear result does not grow old while no list changes, and that a run which was cut off is made up for.
async fn organisations(app: &App, holder: &str, now: i64) {
    match app.store.take_lease("organisation timers", holder, now, LEASE).await {
        Ok(true) => {}
        Ok(false) => return,
        Err(error) => return tracing::warn!(error = ?error, "the lease of the timers cannot be taken"),
    }
    match screening_due(app, now).await {
        Ok(true) => match Box::pin(run::run(app, &mut |_, _| ())).await {
            Ok(ran) => tracing::info!(?ran, "every organisation was screened"),
            Err(error) => tracing::warn!(error = ?error, "the daily screening failed"),
        },
        Ok(false) => {}
        Err(error) => tracing::warn!(error = ?error, "whether a screening is due cannot be told"),
    }
    // After the run: what it made fresh does not lapse.
    match Box::pin(standing::round(app)).await {
        Ok(done) if done != standing::Round::default() => {
            tracing::info!(?done, "the clock moved organisations");
        }
        Ok(_) => {}
        Err(error) => tracing::warn!(error = ?error, "a round of timers failed"),
    }
}

/// Whether the run of the day is to be made now, and by this node. The lease is in nobody's name, so that not even this
/// process takes it again before a day is over.
async fn screening_due(app: &App, now: i64) -> Result<bool, StoreError> {
    if app.store.lists_in_force().await?.is_empty() {
        return Ok(false);
    }
    let nobody = uuid::Uuid::now_v7().to_string();
    app.store.take_lease("daily screening", &nobody, now, DAY).await
}

/// A round over introductions, then one over listings.
async fn both(app: &App) -> Result<Round, CommandError> {
    let moved = Box::pin(crate::introduction::timers::round(app)).await?;
    if moved != crate::introduction::timers::Round::default() {
        tracing::info!(?moved, "the clock moved introductions");
    }
    let moved = Box::pin(crate::area::timers::round(app)).await?;
    if moved > 0 {
        tracing::info!(moved, "the clock moved demonstration areas");
    }
    let moved = Box::pin(crate::partnership::timers::round(app)).await?;
    if moved > 0 {
        tracing::info!(moved, "the clock moved partnerships");
    }
    let moved = Box::pin(crate::event::timers::round(app)).await?;
    if moved != crate::event::timers::Round::default() {
        tracing::info!(?moved, "the clock moved exchange events and meetings");
    }
    Box::pin(round(app)).await
}

/// One round: looks at the listings that may be due, each in a write of its own.
///
/// # Errors
/// The database does not answer.
pub async fn round(app: &App) -> Result<Round, CommandError> {
    let now = app.auth.clock.now().timestamp_micros();
    let before = |days: i64| now.saturating_sub(days.saturating_mul(DAY));
    let command = app.begin(&Actor::System, "timers", None).await?;
    let open = [ListingState::Published];
    let public = command.tx.listings_since(&open, before(ASK_AFTER_DAYS), ROUND).await?;
    let stale_days = i64::from(TIMERS.archive_days);
    let stale = command.tx.listings_since(&[ListingState::Stale], before(stale_days), ROUND).await?;
    let offers = command.tx.listings_since(&[ListingState::UnderOffer], before(0), ROUND).await?;
    command.tx.rollback().await?;
    let mut done = Round::default();
    for row in public {
        match due(app, row.project, ListingTransition::GoStale).await {
            Ok(true) => done.stale = done.stale.saturating_add(1),
            Ok(false) => done.asked = done.asked.saturating_add(u32::from(ask(app, &row).await?)),
            Err(error) => tracing::warn!(error = ?error, "a listing cannot be moved"),
        }
    }
    for row in stale {
        match due(app, row.project, ListingTransition::Archive).await {
            Ok(moved) => done.archived = done.archived.saturating_add(u32::from(moved)),
            Err(error) => tracing::warn!(error = ?error, "a listing cannot be moved"),
        }
    }
    for row in offers {
        match due(app, row.project, ListingTransition::ReleaseOffer).await {
            Ok(moved) => done.released = done.released.saturating_add(u32::from(moved)),
            Err(error) => tracing::warn!(error = ?error, "a listing cannot be moved"),
        }
    }
    Ok(done)
}

/// Moves a listing if it is time. Answers whether it was.
async fn due(app: &App, id: Id<Project>, transition: ListingTransition) -> Result<bool, CommandError> {
    let command = app.begin(&Actor::System, "timers", None).await?;
    let Some(stored) = command.tx.lock(id).await? else { return Ok(false) };
    let loaded = with_record(&command, stored).await?;
    match advance(&command, loaded, transition, &Request::default(), |_, _| {}).await {
        Ok(_) => {
            command.tx.commit().await?;
            Ok(true)
        }
        // Not yet, or somebody was quicker.
        Err(CommandError::Refused(refusals))
            if refusals.iter().all(|refusal| {
                matches!(refusal.code, UserErrorCode::GateFailed | UserErrorCode::InvalidTransition)
            }) =>
        {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Asks the owners of a listing, once a period, whether it is still current. Answers whether they were asked now.
async fn ask(app: &App, row: &ListingRow) -> Result<bool, CommandError> {
    let command = app.begin(&Actor::System, "askWhetherCurrent", None).await?;
    let Some(stored) = command.tx.lock(row.project).await? else { return Ok(false) };
    let mut loaded = with_record(&command, stored).await?;
    let today = command.now.date_naive();
    let is_due = loaded
        .stored
        .value
        .confirmed_on
        .is_some_and(|on| today.signed_duration_since(on).num_days() >= ASK_AFTER_DAYS);
    if !is_due || loaded.row.record.asked_at.is_some() {
        return Ok(false);
    }
    let expires_at = command.tx.now_micros().saturating_add(LINK_DAYS.saturating_mul(DAY));
    let title = loaded.stored.value.title.value().to_owned();
    for member in app.store.members(loaded.owner).await? {
        let (Some(email), true) = (member.email, member.membership.role != OrgRole::Viewer) else { continue };
        let token = new_token()?;
        command
            .tx
            .insert_token(NewToken {
                hash: token.hash(),
                purpose: Purpose::ConfirmListing,
                person: Some(member.membership.person),
                organisation: Some(loaded.owner),
                email: Some(email.clone()),
                payload: serde_json::json!({"project": loaded.stored.id}),
                expires_at,
            })
            .await?;
        // A page of the server itself: it asks once more, and only a POST confirms.
        let address = format!("{}/c/{}", app.auth.public_url, token.expose());
        let (subject, body) = still_current(language_of(&member.language), &title, &address);
        let letter = letters::notice(member.membership.person, &email, &subject, body, Some(expires_at));
        command.tx.promise(letter, &app.auth.mail_domain).await?;
    }
    loaded.row.record.asked_at = Some(command.tx.now_micros());
    save_record(&command, &loaded).await?;
    command.tx.commit().await?;
    Ok(true)
}

/// The title of the listing that a link in mail would confirm, and in which language its reader gets mail; none where
/// the link cannot be used. Nothing is changed.
///
/// # Errors
/// The database does not answer.
pub async fn asked_about(app: &App, token: &str) -> Result<Option<(String, String)>, CommandError> {
    let Some(found) = known_token(app, Purpose::ConfirmListing, token).await? else { return Ok(None) };
    let project = found.payload.get("project").cloned().unwrap_or_default();
    let Ok(id) = serde_json::from_value::<Id<Project>>(project) else { return Ok(None) };
    let Some(stored) = app.store.find(&[id]).await?.remove(&id) else { return Ok(None) };
    let person = match found.person {
        Some(person) => app.store.person(person).await?,
        None => None,
    };
    let language = person.map_or_else(String::new, |person| person.language);
    Ok(Some((stored.value.title.value().to_owned(), language)))
}

/// Confirms by the link in mail that a listing is current. Answers which one.
///
/// # Errors
/// The link cannot be used, or the listing takes no confirmation any more.
pub async fn confirm_by_link(app: &App, token: &str) -> Result<Id<Project>, CommandError> {
    use domain::listing::ListingParty;
    known_token(app, Purpose::ConfirmListing, token).await?.ok_or_else(|| dead_link("token"))?;
    let command = app.begin(&Actor::Anonymous, "confirmListing", None).await?;
    let found = live_token(&command, Purpose::ConfirmListing, "token", token).await?;
    let project = found.payload.get("project").cloned().unwrap_or_default();
    let id: Id<Project> = serde_json::from_value(project).map_err(|_| dead_link("token"))?;
    let stored = command.tx.lock(id).await?.ok_or_else(|| dead_link("token"))?;
    if !command.tx.claim_token(found.id).await? {
        return Err(dead_link("token"));
    }
    let mut loaded = with_record(&command, stored).await?;
    let today = command.now.date_naive();
    match loaded.stored.value.state {
        ListingState::Stale => {
            let change = move |facts: &mut ProjectFacts, row: &mut ListingRow| {
                facts.confirmed_on = Some(today);
                row.record.asked_at = None;
            };
            let who = [ListingParty::OwnerLink];
            let confirm = ListingTransition::Confirm;
            advance_as(&command, loaded, confirm, &who, &Request::default(), change).await?;
        }
        state @ (ListingState::Published | ListingState::Paused | ListingState::UnderOffer) => {
            let mut facts = ProjectFacts::from(loaded.stored.value.clone());
            facts.confirmed_on = Some(today);
            loaded.stored = command.tx.change(&loaded.stored, Project::try_from(facts)?).await?;
            loaded.row.record.asked_at = None;
            save_record(&command, &loaded).await?;
            step(&command, &loaded.stored, Some(state), state, "CONFIRM", &[]).await?;
        }
        from => {
            let transition = ListingTransition::Confirm;
            return Err(ListingRefusal::InvalidTransition { from, transition }.into());
        }
    }
    command.audit_by(
        found.person.map(Id::uuid),
        "project",
        Some(id.uuid()),
        serde_json::json!({"link": true}),
    );
    command.tx.commit().await?;
    Ok(id)
}
