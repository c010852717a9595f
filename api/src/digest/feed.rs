//! The same items without mail: an Atom feed (RFC 4287) of a subscription, at an address that holds a secret. What it
//! tells is authorised for its person whenever it is asked for.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, SecondsFormat, Utc};
use domain::Vocabulary;
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    letter::{inner_date, page_of, plain},
    reader, still_shown,
    subject::{self, Body},
    subscription::is_own,
    time,
    words::{Words, word},
};
use crate::{
    app::App,
    auth::{
        Actor,
        secret::{Secret, SecretKind, hash_of},
    },
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    store::{ItemRow, SubscriptionRow},
};

/// Issues that a feed goes back.
const ISSUES: u64 = 50;
/// Most entries of a feed.
const MAX_ENTRIES: usize = 100;

/// Gives the feed of a subscription an address. It is there once: a repetition under the same idempotency key answers
/// the subscription without it. An earlier address leads nowhere from then on.
///
/// # Errors
/// There is no such subscription of the actor, or it is over.
pub async fn issue(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Uuid,
) -> Result<(Uuid, Option<String>), CommandError> {
    let shown = Arc::new(Mutex::new(None));
    let shown_in = Arc::clone(&shown);
    let id = app
        .command(actor, meta, move |command| {
            let shown_in = Arc::clone(&shown_in);
            Box::pin(async move {
                let row = own(command, id).await?;
                if row.state.is_over() {
                    let message = "the subscription is over: subscribe anew";
                    let code = UserErrorCode::InvalidTransition;
                    return Err(Refusal::new(code, "subscriptionId", message).into());
                }
                let secret = Secret::new(SecretKind::Feed)?;
                command.tx.open_feed(id, secret.hash()).await?;
                command.audit_as("digest_subscription", Some(id), serde_json::json!({"feed": true}));
                *shown_in.lock().unwrap_or_else(PoisonError::into_inner) = Some(secret);
                Ok(id)
            })
        })
        .await?;
    let secret = shown.lock().unwrap_or_else(PoisonError::into_inner).take();
    Ok((id, secret.map(|secret| address(app, secret.expose()))))
}

/// Takes the address of a feed back; nothing happens where it has none.
///
/// # Errors
/// There is no such subscription of the actor.
pub async fn revoke(app: &App, actor: &Actor, meta: &Meta, id: Uuid) -> Result<Uuid, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            own(command, id).await?;
            command.tx.shut_feed(id).await?;
            command.audit_as("digest_subscription", Some(id), serde_json::json!({"feed": false}));
            Ok(id)
        })
    })
    .await
}

async fn own(command: &CommandTx, id: Uuid) -> Result<SubscriptionRow, CommandError> {
    let row = command.tx.lock_subscription(id).await?;
    let row = row.filter(|row| is_own(&command.actor, row));
    row.ok_or_else(|| Refusal::not_found("subscriptionId", "subscription").into())
}

fn address(app: &App, token: &str) -> String {
    format!("{}/feeds/{token}.atom", app.auth.public_url)
}

/// A feed as it is sent.
#[derive(Debug, Clone)]
pub struct Feed {
    /// The document.
    pub xml: String,
    /// Its entity tag, with its quotes.
    pub tag: String,
    /// When it last got an entry.
    pub updated: DateTime<Utc>,
}

/// The feed at an address with a token; none where there is none, where its subscription is over, or where its person
/// has another address now.
///
/// # Errors
/// The database does not answer, or the feed cannot be written.
pub async fn of(app: &App, token: &str) -> Result<Option<Feed>, CommandError> {
    let store = &app.store;
    let Some(hash) = hash_of(SecretKind::Feed, token) else { return Ok(None) };
    let Some(id) = store.subscription_of_feed(&hash).await? else { return Ok(None) };
    let Some(row) = store.subscription(id).await? else { return Ok(None) };
    let actor = reader::of(store, &row).await?;
    if row.state.is_over() || actor.person_id().is_none() {
        return Ok(None);
    }
    let Some(name) = subject::name(app, &actor, &row).await? else { return Ok(None) };
    let issues = store.issues_of(id, ISSUES).await?;
    let ids: Vec<Uuid> = issues.iter().map(|issue| issue.id).collect();
    let mut items = store.items_of(&ids).await?;
    let mut entries = Vec::new();
    for issue in issues {
        let items = items.remove(&issue.id).unwrap_or_default();
        let shown = still_shown(store, actor.clone(), items).await?;
        entries.extend(shown.into_iter().map(|(item, body)| (time(issue.due_at), item, body)));
    }
    entries.truncate(MAX_ENTRIES);
    let updated = entries.first().map_or_else(|| time(row.created_at), |(at, _, _)| *at);
    let xml = written(app, (&row, &name), &address(app, token), updated, &entries);
    let xml = xml.map_err(|error| {
        tracing::error!(%error, "a feed cannot be written");
        CommandError::Failed
    })?;
    let hash: String = Sha256::digest(&xml).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Ok(Some(Feed { xml, tag: format!("\"{hash}\""), updated }))
}

/// One line that XML 1.0 can hold.
fn line(text: &str) -> String {
    plain(text).chars().filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).collect()
}

fn written(
    app: &App,
    (row, name): (&SubscriptionRow, &str),
    address: &str,
    updated: DateTime<Utc>,
    entries: &[(DateTime<Utc>, ItemRow, Body)],
) -> std::io::Result<String> {
    let words = Words::of(row.settings.language);
    let date = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut writer = Writer::new(Vec::new());
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    let feed = writer.create_element("feed");
    let feed = feed.with_attribute(("xmlns", "http://www.w3.org/2005/Atom"));
    let feed = feed.with_attribute(("xml:lang", row.settings.language.tag()));
    feed.write_inner_content(|writer| {
        let mut say = |name: &str, text: &str| {
            writer.create_element(name).write_text_content(BytesText::new(text)).map(|_| ())
        };
        say("id", &format!("urn:uuid:{}", row.id))?;
        say("title", &line(name))?;
        say("subtitle", &line(&words.say("mark")))?;
        say("updated", &date(updated))?;
        say("generator", "Caravanserai")?;
        writer.create_element("author").write_inner_content(|writer| {
            writer.create_element("name").write_text_content(BytesText::new("Caravanserai"))?;
            Ok(())
        })?;
        let this = writer.create_element("link").with_attribute(("rel", "self"));
        this.with_attribute(("type", "application/atom+xml"))
            .with_attribute(("href", address))
            .write_empty()?;
        for (at, item, body) in entries {
            writer.create_element("entry").write_inner_content(|writer| {
                let mut say = |name: &str, text: &str| {
                    writer.create_element(name).write_text_content(BytesText::new(text)).map(|_| ())
                };
                say("id", &format!("urn:uuid:{}", item.id))?;
                say("published", &date(*at))?;
                say("updated", &date(*at))?;
                let title = body.title.as_ref();
                let language = title.map(|title| title.lang.as_str()).filter(|lang| !lang.is_empty());
                let title = title.map_or_else(|| words.say("untitled"), |title| line(&title.value));
                let mut element = writer.create_element("title");
                if let Some(language) = language {
                    element = element.with_attribute(("xml:lang", language));
                }
                element.write_text_content(BytesText::new(&title))?;
                let page = writer.create_element("link").with_attribute(("rel", "alternate"));
                page.with_attribute(("href", page_of(app, item.subject, body).as_str())).write_empty()?;
                let kind = words.say(&word("kind", item.kind));
                let category = writer.create_element("category").with_attribute(("term", item.kind.code()));
                category.with_attribute(("label", kind.as_str())).write_empty()?;
                let content = writer.create_element("content").with_attribute(("type", "text"));
                content.write_text_content(BytesText::new(&said(words, &kind, body)))?;
                Ok(())
            })?;
        }
        Ok(())
    })?;
    String::from_utf8(writer.into_inner()).map_err(std::io::Error::other)
}

/// What is said of an item, line by line, as in the letter.
fn said(words: &Words, kind: &str, body: &Body) -> String {
    let score = body.score.map(|score| words.score(score));
    let deadline =
        body.deadline.map(|day| words.say_with("deadline", &[("date", inner_date(words, day).into())]));
    let machine = body.title.as_ref().filter(|title| title.machine).map(|_| words.say("machine"));
    let first = [Some(kind.to_owned()), score, machine].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let rest = [Some(first), Some(words.reason(body)), words.gap(body), deadline];
    rest.into_iter().flatten().map(|text| line(&text)).collect::<Vec<_>>().join("\n")
}
