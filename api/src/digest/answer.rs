//! What is done from a letter: a page says what would be done, and only a POST does it, so that a program which opens
//! every link of a letter changes nothing. A link about an item acts once.

use domain::{
    Vocabulary,
    digest::{DigestLanguage, DigestNoReason, DigestSettings, DigestState},
};

use super::{
    letter::plain,
    link::{Deed, Link},
    reader, still_shown,
    subject::{self, Body},
    subscription::{self, Asked},
    words::{Words, language_of, word},
};
use crate::{
    app::App,
    auth::Actor,
    command::CommandError,
    registry::timers,
    store::{IssueRow, ItemRow, Muted, SubscriptionRow},
};

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;
/// Days for which something is left out that is not for now.
const NOT_NOW_DAYS: i64 = 182;
/// Days for which a field is left out.
const MUTE_DAYS: i64 = 365;

/// A page to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// In which language.
    pub language: DigestLanguage,
    /// What it says.
    pub text: String,
    /// The button that acts; none where there is nothing to do.
    pub button: Option<String>,
    /// What may be chosen with it: codes and words.
    pub choices: Vec<(String, String)>,
}

/// The page of every link that does nothing, whatever the reason.
pub fn dead(language: DigestLanguage) -> Page {
    said(language, Words::of(language).say("page-dead"))
}

const fn said(language: DigestLanguage, text: String) -> Page {
    Page { language, text, button: None, choices: Vec::new() }
}

/// An item with what it belongs to.
struct Told {
    item: ItemRow,
    issue: IssueRow,
    row: SubscriptionRow,
    body: Body,
}

async fn told(app: &App, link: Link) -> Result<Option<Told>, CommandError> {
    let Some((item, issue)) = app.store.item(link.to).await? else { return Ok(None) };
    let Some(row) = app.store.subscription(issue.subscription).await? else { return Ok(None) };
    let mut body: Body = serde_json::from_value(item.body.clone()).map_err(|_| CommandError::Failed)?;
    let actor = reader::of(&app.store, &row).await?;
    if still_shown(&app.store, actor, vec![item.clone()]).await?.is_empty() {
        // What its owner has taken back since the letter is not told by the letter's links.
        body.title = None;
    }
    Ok(Some(Told { item, issue, row, body }))
}

fn title(words: &Words, body: &Body) -> String {
    body.title.as_ref().map_or_else(|| words.say("untitled"), |title| plain(&title.value))
}

/// What a link would do, to be shown before it is done.
///
/// # Errors
/// The database does not answer.
pub async fn look(app: &App, token: &str) -> Result<Page, CommandError> {
    let Some((link, more)) = Link::read_with(app, token) else { return Ok(dead(DigestLanguage::En)) };
    let key = match link.deed {
        Deed::Confirm | Deed::Unsubscribe => return about_subscription(app, link, token, &more).await,
        Deed::Interested => "page-interested",
        Deed::NotNow => "page-not-now",
        Deed::MuteField => "page-mute",
    };
    let Some(told) = told(app, link).await? else { return Ok(dead(DigestLanguage::En)) };
    let language = told.row.settings.language;
    let words = Words::of(language);
    if told.row.state.is_over() || app.store.is_link_used(&Link::hash(token)).await? {
        return Ok(dead(language));
    }
    let choices = DigestNoReason::ALL.iter().filter(|_| link.deed == Deed::NotNow);
    Ok(Page {
        language,
        text: words.say_with(key, &[("title", title(words, &told.body).into())]),
        button: Some(words.say(&format!("{key}-button"))),
        choices: choices.map(|reason| (reason.code().to_owned(), words.say(&word("no", *reason)))).collect(),
    })
}

async fn about_subscription(app: &App, link: Link, token: &str, more: &[u8]) -> Result<Page, CommandError> {
    let Some(row) = app.store.subscription(link.to).await? else { return Ok(dead(DigestLanguage::En)) };
    let asked = Asked::of(&row, more).filter(|_| link.deed == Deed::Confirm);
    let settings = asked.as_ref().map_or(&row.settings, |asked| &asked.settings);
    let language = settings.language;
    let words = Words::of(language);
    let is_used = link.deed == Deed::Confirm && app.store.is_link_used(&Link::hash(token)).await?;
    let key = match (link.deed, row.state) {
        _ if is_used => return Ok(dead(language)),
        (Deed::Confirm, DigestState::Pending | DigestState::Bounced) => "page-confirm",
        (Deed::Unsubscribe, state) if !state.is_over() || subscription::was_only_asked(&row) => {
            "page-unsubscribe"
        }
        _ => return Ok(dead(language)),
    };
    let actor = reader::of(&app.store, &row).await?;
    let name = subject::name(app, &actor, &row).await?.unwrap_or_default();
    let mut text = words.say_with(key, &[("name", plain(&name).into())]);
    if link.deed == Deed::Confirm {
        text = format!("{text} {}", how(words, settings));
    }
    Ok(Page { language, text, button: Some(words.say(&format!("{key}-button"))), choices: Vec::new() })
}

/// How letters would come, in a sentence.
fn how(words: &Words, settings: &DigestSettings) -> String {
    let cadence = words.say(&word("cadence", settings.cadence));
    let cadence = match settings.weekday {
        Some(day) => format!("{cadence} · {}", words.say(&word("weekday", day))),
        None => cadence,
    };
    words.say_with(
        "page-confirm-how",
        &[
            ("cadence", cadence.into()),
            ("hour", format!("{:02}:00", settings.hour).into()),
            ("zone", settings.zone.name().into()),
            ("items", settings.max_items.to_string().into()),
            ("score", settings.min_score.to_string().into()),
        ],
    )
}

/// What the link in the letter to an owner would do: confirm that a listing is current.
///
/// # Errors
/// The database does not answer.
pub async fn look_at_listing(app: &App, token: &str) -> Result<Page, CommandError> {
    let Some((title, language)) = timers::asked_about(app, token).await? else {
        return Ok(dead(DigestLanguage::En));
    };
    let language = language_of(&language);
    let words = Words::of(language);
    Ok(Page {
        language,
        text: words.say_with("page-current", &[("title", plain(&title).into())]),
        button: Some(words.say("page-current-button")),
        choices: Vec::new(),
    })
}

/// Confirms that a listing is current, once.
///
/// # Errors
/// The database does not answer.
pub async fn confirm_listing(app: &App, token: &str) -> Result<Page, CommandError> {
    let Some((_, language)) = timers::asked_about(app, token).await? else {
        return Ok(dead(DigestLanguage::En));
    };
    let language = language_of(&language);
    match timers::confirm_by_link(app, token).await {
        Ok(_) => Ok(said(language, Words::of(language).say("page-current-done"))),
        // Somebody was quicker, or the listing takes no confirmation any more.
        Err(CommandError::Refused(_)) => Ok(dead(language)),
        Err(error) => Err(error),
    }
}

/// Does what a link says; `reason` is the code of a chosen reason, where there is one.
///
/// # Errors
/// The database does not answer.
pub async fn act(app: &App, token: &str, reason: Option<&str>) -> Result<Page, CommandError> {
    let Some((link, more)) = Link::read_with(app, token) else { return Ok(dead(DigestLanguage::En)) };
    let done = match link.deed {
        Deed::Confirm => subscription::confirm(app, link.to, token, &more).await?.then_some("page-confirmed"),
        Deed::Unsubscribe => subscription::unsubscribe(app, link.to).await?.then_some("page-unsubscribed"),
        Deed::Interested | Deed::NotNow | Deed::MuteField => {
            return answered(app, link, token, reason).await;
        }
    };
    let row = app.store.subscription(link.to).await?;
    let language = row.map_or(DigestLanguage::En, |row| row.settings.language);
    Ok(done.map_or_else(|| dead(language), |key| said(language, Words::of(language).say(key))))
}

async fn answered(app: &App, link: Link, token: &str, reason: Option<&str>) -> Result<Page, CommandError> {
    let Some(told) = told(app, link).await? else { return Ok(dead(DigestLanguage::En)) };
    let language = told.row.settings.language;
    let command = app.begin(&Actor::Anonymous, "actOnDigestItem", None).await?;
    let locked = command.tx.lock_subscription(told.row.id).await?;
    if locked.is_none_or(|row| row.state.is_over()) || !command.tx.use_link(&Link::hash(token)).await? {
        command.tx.rollback().await?;
        return Ok(dead(language));
    }
    let now = command.tx.now_micros();
    let until = |days: i64| Some(now.saturating_add(days.saturating_mul(DAY)));
    let (answer, key, why) = match link.deed {
        Deed::Interested => ("INTERESTED", "page-noted", None),
        Deed::NotNow => {
            let subject = Muted::Subject(told.item.subject);
            command.tx.mute(told.issue.subscription, &subject, until(NOT_NOW_DAYS)).await?;
            let known = reason.and_then(|code| DigestNoReason::from_code(code).ok());
            ("NOT_NOW", "page-left-out", Some(known.unwrap_or(DigestNoReason::OtherPrivate)))
        }
        Deed::MuteField | Deed::Confirm | Deed::Unsubscribe => {
            let Some(field) = told.body.field.clone() else { return Ok(dead(language)) };
            command.tx.mute(told.issue.subscription, &Muted::Field(field), until(MUTE_DAYS)).await?;
            ("MUTE_FIELD", "page-left-out", None)
        }
    };
    command.tx.answer_item(told.item.id, answer, why.map(DigestNoReason::code)).await?;
    command.tx.commit().await?;
    Ok(said(language, Words::of(language).say(key)))
}
