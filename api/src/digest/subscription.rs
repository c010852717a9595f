//! Who gets a digest of what: subscriptions by address, confirmed from the mailbox, changed by whoever has an account
//! under it, and ended by whoever holds a letter.

use std::sync::Arc;

use domain::{
    city::City,
    digest::{
        CONFIRM_DAYS, DigestSettings, DigestState, DigestSubjectKind, DigestTransition, SUBSCRIPTION_RULES,
        digest_transition,
    },
    id::Id,
    mandate::Mandate,
    saved_search::SavedSearch,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    letter::plain,
    link::{Deed, Link},
    plan, subject,
    words::Words,
};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    store::{Kind, Letter, MailClass, SubscriptionRow, account::Throttle, address_hash},
    visible::{Guarded, Viewer},
};

/// Seconds of an hour.
const HOUR: i64 = 3_600;
/// Confirmed subscriptions of an address; what a stranger asked for takes no room.
const MAX_LIVE: usize = 100;
/// Days for which a mailbox that said no to a question is not asked again by others.
const NO_DAYS: i64 = 182;
/// The longest pause, in days.
pub const MAX_PAUSE_DAYS: i64 = 366;

/// What somebody subscribes to.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Where letters go.
    pub email: String,
    /// What they are about.
    pub subject: DigestSubjectKind,
    /// Which one.
    pub subject_id: Uuid,
    /// How they come.
    pub settings: DigestSettings,
}

/// What a link asks to confirm: who holds its letter agrees to these settings and to none that somebody asked for before
/// or after.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Asked {
    /// The version that the subscription had.
    version: i32,
    /// How letters would come.
    pub settings: DigestSettings,
}

impl Asked {
    /// What was asked of a subscription by the link with this beside it; none where its reader has set it otherwise since,
    /// or it was confirmed before.
    pub fn of(row: &SubscriptionRow, more: &[u8]) -> Option<Self> {
        let asked: Self = serde_json::from_slice(more).ok()?;
        (row.state == DigestState::Pending && row.version == asked.version).then_some(asked)
    }
}

async fn sees<T: Guarded>(app: &App, viewer: &Viewer, id: Uuid) -> Result<bool, CommandError> {
    let id = Id::<T>::from_uuid(id);
    let found = app.store.find(&[id]).await?.remove(&id);
    Ok(found.and_then(|stored| viewer.see(Arc::new(stored))).is_some())
}

/// Subscribes an address, which is asked by mail to confirm it. The answer is the same whether the address is known,
/// is subscribed already, or takes no mail; only the person whose address it is is told which subscription it became.
///
/// # Errors
/// A field is wrong, there is no such subject for the actor, or there were too many attempts.
pub async fn subscribe(
    app: &App,
    actor: &Actor,
    from: &str,
    wanted: Wanted,
) -> Result<Option<Uuid>, CommandError> {
    let email = crate::account::address("email", &wanted.email)?;
    let viewer = Viewer::new(actor.clone(), app.ranking.snapshot());
    let id = wanted.subject_id;
    let (path, what, is_there) = match wanted.subject {
        DigestSubjectKind::Mandate => ("mandateId", "mandate", sees::<Mandate>(app, &viewer, id).await?),
        DigestSubjectKind::City => ("cityId", "city", sees::<City>(app, &viewer, id).await?),
        DigestSubjectKind::SavedSearch => {
            ("savedSearchId", "saved_search", sees::<SavedSearch>(app, &viewer, id).await?)
        }
    };
    if !is_there {
        return Err(Refusal::not_found(path, what).into());
    }
    let now = app.auth.clock.now().timestamp_micros();
    // Who has an account is counted by it, and pays for nobody else behind the same address of the network.
    let asker = actor.person_id().map_or_else(|| from.to_owned(), |person| person.uuid().to_string());
    if let Some(wait) = app.store.throttle(&Throttle::new("subscribe from", &asker, 30, HOUR), now).await? {
        return Err(Refusal::rate_limited(wait.div_euclid(1_000_000).saturating_add(1)).into());
    }
    let person = app.store.person_by_email(&email).await?;
    let own = person.as_ref().map(|person| person.id).filter(|id| actor.person_id() == Some(*id));
    if !has_room(app, &email.identity(), own.is_none().then_some(&asker), now).await? {
        return Ok(None);
    }
    let command = app.begin(actor, "subscribeDigest", None).await?;
    let mut row = SubscriptionRow {
        id: Uuid::now_v7(),
        version: 1,
        state: DigestState::Pending,
        person: person.map(|person| person.id),
        address: email.as_str().to_owned(),
        subject: wanted.subject,
        subject_id: id,
        settings: wanted.settings,
        due_at: None,
        paused_until: None,
        confirmed_at: None,
        created_at: now,
    };
    let Some(row) = asked(&command, &mut row, own.is_some()).await? else { return Ok(None) };
    match command.tx.commit().await {
        Ok(()) => Ok(own.map(|_| row)),
        Err(error) if error.is_taken("live_key") => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Whether a mailbox may be written to once more. Others share ten letters a day, of which none of them has more than
/// three; who asks for the own address is not bound by what others asked for.
async fn has_room(
    app: &App,
    identity: &str,
    stranger: Option<&String>,
    now: i64,
) -> Result<bool, CommandError> {
    let mailbox = mailbox(identity);
    let bounds = match stranger {
        Some(asker) => {
            let one = Throttle::new("subscribe mailbox from", &format!("{asker} {mailbox}"), 3, 24 * HOUR);
            vec![one, Throttle::new("subscribe mailbox", &mailbox, 10, 24 * HOUR)]
        }
        None => vec![Throttle::new("subscribe own mailbox", &mailbox, 5, HOUR)],
    };
    for bound in bounds {
        if app.store.throttle(&bound, now).await?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The mailbox behind an address: what stands after a plus sign is a mark of its owner's own.
fn mailbox(identity: &str) -> String {
    match identity.rsplit_once('@') {
        Some((local, domain)) => format!("{}@{domain}", local.split('+').next().unwrap_or(local)),
        None => identity.to_owned(),
    }
}

/// By which it is remembered that a mailbox does not want to be asked by others.
fn said_no(app: &App, address: &str) -> String {
    let mailbox = mailbox(&address.to_ascii_lowercase());
    app.auth.keys.sign_link("no more questions", &mailbox)
}

/// Makes the subscription, or takes up the one that there is, and promises the mail that asks for its confirmation.
/// Answers its id; none where nothing is to be done.
async fn asked(
    command: &CommandTx,
    row: &mut SubscriptionRow,
    is_own: bool,
) -> Result<Option<Uuid>, CommandError> {
    let hash = address_hash(&row.address);
    if command.tx.has_complained(&hash).await? {
        return Ok(None);
    }
    let at_address = command.tx.subscriptions_at(&hash).await?;
    if !is_own && command.tx.is_link_kept(&said_no(&command.app, &row.address), row.created_at).await? {
        return Ok(None);
    }
    let settings = row.settings.clone();
    match command.tx.live_subscription(&row.address, row.subject, row.subject_id).await? {
        Some(mut known) if matches!(known.state, DigestState::Pending | DigestState::Bounced) => {
            // Whose address it is may ask otherwise, and nobody else; a letter that bounced may get through now.
            if known.state == DigestState::Pending && is_own {
                known.settings = settings.clone();
                command.tx.save_subscription(&known).await?;
                known.version = known.version.saturating_add(1);
            }
            *row = known;
        }
        Some(known) => return Ok(Some(known.id)),
        None => {
            let lives = |row: &&SubscriptionRow| !row.state.is_over() && row.state != DigestState::Pending;
            if at_address.iter().filter(lives).count() >= MAX_LIVE {
                return Ok(None);
            }
            match command.tx.insert_subscription(row).await {
                Err(error) if error.is_taken("live_key") => return Ok(None),
                done => done?,
            }
            command.audit_as("digest_subscription", Some(row.id), serde_json::json!({}));
        }
    }
    let name = if is_own || row.subject == DigestSubjectKind::City {
        subject::name(&command.app, &command.actor, row).await?.unwrap_or_default()
    } else {
        // Words that somebody chose go in no letter to somebody who has not asked for them; the page behind the link
        // says them.
        let kind = match row.subject {
            DigestSubjectKind::SavedSearch => Kind::SavedSearch,
            DigestSubjectKind::Mandate | DigestSubjectKind::City => Kind::Mandate,
        };
        crate::id::encode(kind, row.subject_id)
    };
    command
        .tx
        .promise(confirmation(&command.app, row, settings, &name)?, &command.app.auth.mail_domain)
        .await?;
    Ok(Some(row.id))
}

fn confirmation(
    app: &App,
    row: &SubscriptionRow,
    settings: DigestSettings,
    name: &str,
) -> Result<Letter, CommandError> {
    // A subscription that bounced keeps how it was confirmed.
    let is_new = row.state == DigestState::Pending;
    let words = Words::of(if is_new { settings.language } else { row.settings.language });
    let asked = Asked { version: row.version, settings };
    let asked =
        if is_new { serde_json::to_vec(&asked).map_err(|_| CommandError::Failed)? } else { Vec::new() };
    let until = app.auth.clock.now().timestamp().saturating_add(CONFIRM_DAYS.saturating_mul(24 * HOUR));
    let link = Link { deed: Deed::Confirm, to: row.id, until }.address_with(app, &asked);
    let no = Link { deed: Deed::Unsubscribe, to: row.id, until: i64::MAX }.address(app);
    let args = [("name", plain(name).into()), ("days", CONFIRM_DAYS.to_string().into())];
    let body = words.say_with("confirm-body", &args);
    Ok(Letter {
        class: MailClass::Notice,
        person: None,
        to: row.address.clone(),
        subject: words.say("confirm-subject"),
        body: format!("{body}\n{link}\n\n{}\n{no}\n", words.say("confirm-ignore")),
        expires_at: Some(until.saturating_mul(1_000_000)),
    })
}

/// Confirms a subscription from its mailbox by a link, once, as the link asks for it. Answers whether it was to be
/// confirmed.
///
/// # Errors
/// The database does not answer.
pub async fn confirm(app: &App, id: Uuid, token: &str, more: &[u8]) -> Result<bool, CommandError> {
    let command = app.begin(&Actor::Anonymous, "confirmDigest", None).await?;
    let Some(mut row) = command.tx.lock_subscription(id).await? else { return Ok(false) };
    let now = command.tx.now_micros();
    let transition = match row.state {
        DigestState::Bounced => DigestTransition::Reconfirm,
        _ => DigestTransition::Confirm,
    };
    if let Some(asked) = Asked::of(&row, more) {
        row.settings = asked.settings;
    }
    if !plan::go(&mut row, transition, now) || !command.tx.use_link(&Link::hash(token)).await? {
        command.tx.rollback().await?;
        return Ok(false);
    }
    command.tx.unsuppress(&address_hash(&row.address)).await?;
    command.tx.save_subscription(&row).await?;
    command.audit_by(
        row.person.map(Id::uuid),
        "digest_subscription",
        Some(id),
        serde_json::json!({"link": true}),
    );
    command.tx.commit().await?;
    Ok(true)
}

/// Whether a subscription was asked for and never confirmed, so that its link to end it says no to the question.
pub fn was_only_asked(row: &SubscriptionRow) -> bool {
    row.confirmed_at.is_none() && matches!(row.state, DigestState::Pending | DigestState::Expired)
}

/// Ends a subscription by whoever holds one of its letters. Answers whether it is ended now, also where it was before.
///
/// # Errors
/// The database does not answer.
pub async fn unsubscribe(app: &App, id: Uuid) -> Result<bool, CommandError> {
    let command = app.begin(&Actor::Anonymous, "unsubscribeDigest", None).await?;
    let Some(mut row) = command.tx.lock_subscription(id).await? else { return Ok(false) };
    let now = command.tx.now_micros();
    if was_only_asked(&row) {
        let until = now.saturating_add(NO_DAYS.saturating_mul(24 * HOUR).saturating_mul(1_000_000));
        command.tx.keep_link(&said_no(app, &row.address), until).await?;
    }
    if row.state.is_over() {
        command.tx.commit().await?;
        return Ok(true);
    }
    if !plan::go(&mut row, DigestTransition::Unsubscribe, now) {
        return Ok(false);
    }
    command.tx.save_subscription(&row).await?;
    command.audit_by(
        row.person.map(Id::uuid),
        "digest_subscription",
        Some(id),
        serde_json::json!({"link": true}),
    );
    command.tx.commit().await?;
    Ok(true)
}

/// A change that the person under whose address a subscription is asks for.
#[derive(Debug, Clone)]
pub struct On {
    /// Which subscription.
    pub id: Uuid,
    /// The version that the change is made on.
    pub expected_version: i32,
}

async fn own(command: &CommandTx, on: &On) -> Result<SubscriptionRow, CommandError> {
    let row = command.tx.lock_subscription(on.id).await?;
    let row = row.filter(|row| is_own(&command.actor, row));
    let row = row.ok_or_else(|| Refusal::not_found("subscriptionId", "subscription"))?;
    if row.version != on.expected_version {
        let message = format!(
            "it is at version {} now, and you saw version {}: look at it again",
            row.version, on.expected_version
        );
        return Err(Refusal::new(UserErrorCode::VersionConflict, "expectedVersion", message).into());
    }
    Ok(row)
}

/// Whether a subscription is somebody's own, to see and to change. A key of an integrator reads no mailbox.
pub fn is_own(actor: &Actor, row: &SubscriptionRow) -> bool {
    let is_themselves = actor.person().is_some_and(|person| person.scopes.is_none());
    is_themselves && row.person.is_some() && row.person == actor.person_id()
}

/// Sets how the letters of a subscription come.
///
/// # Errors
/// There is none such for the actor, it was changed meanwhile, or it is over.
pub async fn set(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    on: On,
    settings: DigestSettings,
) -> Result<Uuid, CommandError> {
    app.command(actor, meta, move |command| {
        let (on, settings) = (on.clone(), settings.clone());
        Box::pin(async move {
            let mut row = own(command, &on).await?;
            if row.state.is_over() {
                let message = "the subscription is over: subscribe anew";
                return Err(Refusal::new(UserErrorCode::InvalidTransition, "subscriptionId", message).into());
            }
            row.settings = settings;
            if row.state == DigestState::Active {
                row.due_at = plan::next(&row, command.tx.now_micros());
            }
            command.tx.save_subscription(&row).await?;
            command.audit_as("digest_subscription", Some(row.id), serde_json::json!({"settings": true}));
            Ok(row.id)
        })
    })
    .await
}

/// Transitions that a person may ask for; the others follow from mail and from the clock.
pub const BY_PERSON: [DigestTransition; 3] =
    [DigestTransition::Pause, DigestTransition::Resume, DigestTransition::Unsubscribe];

/// What a person may do with a subscription now.
pub fn available(state: DigestState) -> Vec<DigestTransition> {
    let from = |transition: &DigestTransition| {
        SUBSCRIPTION_RULES.iter().any(|rule| rule.0 == state && rule.1 == *transition)
    };
    BY_PERSON.into_iter().filter(from).collect()
}

/// Moves a subscription; a pause may have an end, microseconds since 1970, UTC.
///
/// # Errors
/// There is none such for the actor, it was changed meanwhile, or its state has no such transition.
pub async fn go(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    on: On,
    (transition, until): (DigestTransition, Option<i64>),
) -> Result<Uuid, CommandError> {
    app.command(actor, meta, move |command| {
        let on = on.clone();
        Box::pin(async move {
            let mut row = own(command, &on).await?;
            let now = command.tx.now_micros();
            let refused = |path: &str, message: String| {
                CommandError::from(Refusal::new(UserErrorCode::InvalidTransition, path, message))
            };
            if !BY_PERSON.contains(&transition) {
                let message = "confirm it by the link in mail; the rest follows from the clock".to_owned();
                return Err(refused("transition", message));
            }
            if let Err(error) = digest_transition(row.state, transition) {
                return Err(refused("transition", error.to_string()));
            }
            let furthest =
                now.saturating_add(MAX_PAUSE_DAYS.saturating_mul(24 * HOUR).saturating_mul(1_000_000));
            if until.is_some_and(|until| until <= now || until > furthest) {
                let message = format!("an instant ahead, within {MAX_PAUSE_DAYS} days");
                return Err(Refusal::validation("until", message).into());
            }
            plan::go(&mut row, transition, now);
            if transition == DigestTransition::Pause {
                row.paused_until = until;
            }
            command.tx.save_subscription(&row).await?;
            let detail = serde_json::json!({"transition": transition});
            command.audit_as("digest_subscription", Some(row.id), detail);
            Ok(row.id)
        })
    })
    .await
}
