//! An issue as a message: the same in plain text and in HTML, without a picture, a script or anything that is fetched.

use chrono::NaiveDate;
use domain::{
    digest::{DigestItemKind, DigestLanguage},
    id::Id,
};
use fluent_bundle::FluentValue;
use uuid::Uuid;

use super::{
    draft::Draft,
    frame::page,
    link::{Deed, ITEM_DAYS, Link},
    subject::{Body, Text},
    words::{Words, word},
};
use crate::{
    app::App,
    id::encode,
    store::{Kind, Letter, ListForm, MailClass, SubscriptionRow},
};

/// Most bytes of the part in HTML: some readers cut longer ones.
pub const MAX_HTML: usize = 60_000;
/// Seconds of a day.
const DAY: i64 = 86_400;
/// Days for which a letter is worth sending: what it tells grows old.
const WORTH_DAYS: i64 = 5;
/// Longest title in characters; what is beyond it is cut.
const MAX_TITLE: usize = 160;

/// Addresses of an item and of what acts on it.
#[derive(Debug, Clone)]
pub struct Links {
    /// Its page.
    pub page: String,
    /// Interested.
    pub interested: String,
    /// Not now.
    pub not_now: String,
    /// Mute its field; none where it has none.
    pub mute: Option<String>,
}

/// An item to be said.
#[derive(Debug)]
pub struct Item<'b> {
    /// Why it is told.
    pub kind: DigestItemKind,
    /// What is told.
    pub body: &'b Body,
    /// What can be done to it; none in a preview.
    pub links: Option<Links>,
}

/// An issue as it is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// HTML.
    pub html: String,
}

/// The letter of an issue, and how many of its items found room.
pub fn write(app: &App, row: &SubscriptionRow, issue: Uuid, draft: &Draft) -> (Letter, ListForm, usize) {
    let now = app.auth.clock.now().timestamp();
    let until = now.saturating_add(ITEM_DAYS.saturating_mul(DAY));
    let address = |deed, to: Uuid, until| Link { deed, to, until }.address(app);
    let items: Vec<Item<'_>> = draft
        .items
        .iter()
        .map(|(item, body)| Item {
            kind: item.kind,
            body,
            links: Some(Links {
                page: page_of(app, item.subject, body),
                interested: address(Deed::Interested, item.id, until),
                not_now: address(Deed::NotNow, item.id, until),
                mute: body.field.as_ref().map(|_| address(Deed::MuteField, item.id, until)),
            }),
        })
        .collect();
    let unsubscribe = address(Deed::Unsubscribe, row.id, i64::MAX);
    let language = row.settings.language;
    let mut room = items.len();
    let written = loop {
        let some = items.get(..room).unwrap_or_default();
        let written = said(language, &draft.name, draft.day, some, Some(&unsubscribe));
        if written.html.len() <= MAX_HTML || room <= 1 {
            break written;
        }
        room = room.saturating_sub(1);
    };
    let keys = &app.auth.keys;
    let domain = &app.auth.mail_domain;
    let form = ListForm {
        message_id: format!("<{}@{domain}>", keys.sign_link("message id", &issue.simple().to_string())),
        html: written.html,
        headers: vec![
            ("List-Unsubscribe".to_owned(), format!("<{unsubscribe}>")),
            ("List-Unsubscribe-Post".to_owned(), "List-Unsubscribe=One-Click".to_owned()),
            ("List-Id".to_owned(), format!("<{}.digests.{domain}>", row.subject_id.simple())),
            ("Content-Language".to_owned(), language.tag().to_owned()),
        ],
    };
    let letter = Letter {
        class: MailClass::Digest,
        person: row.person.map(|person| Id::from_uuid(person.uuid())),
        to: row.address.clone(),
        subject: written.subject,
        body: written.text,
        expires_at: Some(now.saturating_add(WORTH_DAYS.saturating_mul(DAY)).saturating_mul(1_000_000)),
    };
    (letter, form, room)
}

/// The address of the page of what an item tells of.
pub fn page_of(app: &App, subject: Uuid, body: &Body) -> String {
    let (path, kind) = if body.is_listing { ("projects", Kind::Project) } else { ("cities", Kind::City) };
    format!("{}/{path}/{}", app.auth.public_url, encode(kind, subject))
}

/// Says an issue.
pub fn said(
    language: DigestLanguage,
    name: &str,
    day: NaiveDate,
    items: &[Item<'_>],
    unsubscribe: Option<&str>,
) -> Written {
    let words = Words::of(language);
    let name = plain(name);
    let with_name = |key: &str| words.say_with(key, &[("name", name.as_str().into())]);
    let intro =
        words.say_with("intro", &[("name", name.as_str().into()), ("date", inner_date(words, day).into())]);
    let count = FluentValue::from(items.len());
    let subject = words.say_with("subject", &[("name", name.as_str().into()), ("count", count)]);
    let lines: Vec<Lines> = items.iter().map(|item| Lines::of(words, item)).collect();
    let why = with_name("why");
    let mark = words.say("mark");
    let stop = words.say("unsubscribe");

    let mut text = format!("{intro}\n");
    for (number, line) in (1_usize..).zip(&lines) {
        text.push_str(&line.text(number));
    }
    text.extend(["\n", &mark, "\n", &why, "\n"]);
    if let Some(address) = unsubscribe {
        text.extend([&stop, ": ", address, "\n"]);
    }
    let parts: String = lines.iter().map(Lines::html).collect();
    let last = unsubscribe.map_or_else(String::new, |address| {
        format!("<br /><a class=\"l\" href=\"{}\">{}</a>", escaped(address), escaped(&stop))
    });
    let html = page(language, &subject, &format!("<p>{}</p>{parts}", escaped(&intro)), &{
        format!("{}<br />{}{last}", escaped(&mark), escaped(&why))
    });
    Written { subject, text, html }
}

/// A day as it stands in a sentence. The sentence sets it apart as one; were its parts set apart too, nothing in it
/// would say which way it runs, and an Arabic day would stand year first.
pub fn inner_date(words: &Words, day: NaiveDate) -> String {
    words.date(day).replace(['\u{2068}', '\u{2069}'], "")
}

/// What is said of an item, line by line.
struct Lines {
    title: String,
    lang: String,
    note: Option<String>,
    kind: String,
    score: Option<(String, u32)>,
    reason: String,
    facts: Vec<String>,
    deeds: Vec<(String, String)>,
}

impl Lines {
    fn of(words: &Words, item: &Item<'_>) -> Self {
        let body = item.body;
        let (title, lang, machine) = match &body.title {
            Some(Text { lang, value, machine }) => (plain(value), lang.clone(), *machine),
            None => (words.say("untitled"), words.language.tag().to_owned(), false),
        };
        let deadline =
            body.deadline.map(|day| words.say_with("deadline", &[("date", inner_date(words, day).into())]));
        let deeds = item.links.iter().flat_map(|links| {
            [
                Some((words.say("action-look"), links.page.clone())),
                Some((words.say("action-interested"), links.interested.clone())),
                Some((words.say("action-not-now"), links.not_now.clone())),
                links.mute.clone().map(|address| (words.say("action-mute"), address)),
            ]
        });
        Self {
            title,
            lang,
            note: machine.then(|| words.say("machine")),
            kind: words.say(&word("kind", item.kind)),
            // A hundredth of the score's whole is a million micro-points.
            score: body
                .score
                .map(|score| (words.score(score), score.point.checked_div(1_000_000).unwrap_or(0).min(100))),
            reason: words.reason(body),
            facts: words.gap(body).into_iter().chain(deadline).collect(),
            deeds: deeds.flatten().collect(),
        }
    }

    fn text(&self, number: usize) -> String {
        let note = self.note.as_ref().map_or_else(String::new, |note| format!(" [{note}]"));
        let mut text = format!("\n{number}. {}{note}\n   {}", self.title, self.kind);
        if let Some((score, points)) = &self.score {
            let full = usize::try_from(points.div_ceil(10)).unwrap_or(10).min(10);
            let bar: String = "#".repeat(full) + &"-".repeat(10_usize.saturating_sub(full));
            text.extend([" · ", score, " [", &bar, "]"]);
        }
        text.extend(["\n   ", &self.reason, "\n"]);
        for fact in &self.facts {
            text.extend(["   ", fact, "\n"]);
        }
        for (deed, address) in &self.deeds {
            text.extend(["   ", deed, ": ", address, "\n"]);
        }
        text
    }

    fn html(&self) -> String {
        let lang =
            if self.lang.is_empty() { String::new() } else { format!(" lang=\"{}\"", escaped(&self.lang)) };
        let note = self
            .note
            .as_ref()
            .map_or_else(String::new, |note| format!(" <small>[{}]</small>", escaped(note)));
        let score = self.score.as_ref().map_or_else(String::new, |(score, points)| {
            // The bar says nothing that the text beside it does not say.
            format!(
                " · {}<br /><span class=\"b\" style=\"width:{points}px\"></span><span class=\"r\" style=\"width:{}px\"></span>",
                escaped(score),
                100_u32.saturating_sub(*points)
            )
        });
        let facts: Vec<String> = self.facts.iter().map(|fact| escaped(fact)).collect();
        let facts = if facts.is_empty() { String::new() } else { format!("<br />{}", facts.join(" · ")) };
        let deeds: Vec<String> = self
            .deeds
            .iter()
            .map(|(deed, address)| {
                format!("<a class=\"l\" href=\"{}\">{}</a>", escaped(address), escaped(deed))
            })
            .collect();
        let deeds = if deeds.is_empty() { String::new() } else { format!("<br />{}", deeds.join(" · ")) };
        format!(
            "<p><b><bdi dir=\"auto\"{lang}>{}</bdi></b>{note}<br />{}{score}<br />{}{facts}{deeds}</p>",
            escaped(&self.title),
            escaped(&self.kind),
            escaped(&self.reason),
        )
    }
}

/// What people wrote, as one line without marks that turn the direction of what follows.
pub fn one_line(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}');
    let kept: String =
        text.chars().filter(|c| !turns(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What people wrote as one line that is not too long for a list.
pub fn plain(text: &str) -> String {
    let line = one_line(text);
    if line.chars().count() <= MAX_TITLE {
        return line;
    }
    let cut: String = line.chars().take(MAX_TITLE).collect();
    format!("{}…", cut.trim_end())
}

/// Text for HTML.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(c),
        }
    }
    safe
}
