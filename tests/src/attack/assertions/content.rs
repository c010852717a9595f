//! Checks of what stands in answers, mails and logs.

use serde_json::{Value, json};

use super::{Finding, each};
use crate::attack::{answer, schema::Kind, stage::Exchange, trial::Trial};

/// Words by which the inside of a server is known.
const INNER: &[&str] = &[
    "panicked at",
    "stack backtrace",
    "rust_backtrace",
    "unwrap()",
    "called `",
    "sqlx",
    "sea-orm",
    "sea_orm",
    "sqlite error",
    "(code: ",
    "no such table",
    "no such column",
    "syntax error near",
    "near \"",
    "select ",
    "insert into",
    "pg_catalog",
    "/src/",
    ".cargo",
    "async_graphql",
    "thread '",
    "dberr",
];

/// No answer lets the inside be seen.
pub fn no_inner(trial: &Trial<'_>) -> Finding {
    each(trial, |exchange| {
        let text = exchange.reply.text().to_lowercase();
        // What the request itself said may come back.
        let sent = String::from_utf8_lossy(&exchange.request.body).to_lowercase();
        !INNER.iter().any(|word| text.contains(word) && !sent.contains(word))
    })
}

/// The server failed at no request.
pub fn no_500(trial: &Trial<'_>) -> Finding {
    let internal = trial.stage.binding.code("INTERNAL");
    each(trial, |exchange| {
        let reply = &exchange.reply;
        reply.status != 0 && reply.status < 500 && !answer::has_code(reply, &internal)
    })
}

/// A word is in no answer and in no mail of the case.
pub fn no_word(trial: &Trial<'_>, word: &str) -> Finding {
    each(trial, |exchange| !exchange.reply.text().contains(word))?;
    match trial.stage.mails().iter().skip(trial.mails_before).find(|mail| mail.body.contains(word)) {
        Some(mail) => Err(format!("a mail to {} says it", mail.field("to").unwrap_or_default())),
        None => Ok(()),
    }
}

/// No answer proposes names of the schema.
pub fn no_suggestion(trial: &Trial<'_>) -> Finding {
    each(trial, |exchange| !exchange.reply.text().to_lowercase().contains("did you mean"))
}

/// No answer lists the values of an enum that is private.
pub fn no_enum_list(trial: &Trial<'_>) -> Finding {
    let private = &trial.stage.binding.private_enums;
    let values: Vec<&Vec<String>> = trial
        .stage
        .schema
        .types()
        .filter(|(name, _)| private.contains(name))
        .filter_map(|(_, kind)| if let Kind::Enum(values) = kind { Some(values) } else { None })
        .collect();
    each(trial, |exchange| {
        let text = exchange.reply.text();
        !values.iter().any(|values| values.iter().filter(|value| text.contains(value.as_str())).count() > 1)
    })
}

/// Texts that were written come back as they were, or were refused.
pub fn literal(trial: &Trial<'_>) -> Finding {
    let refused = trial.stage.binding.code("BAD_USER_INPUT");
    each(trial, |exchange| {
        let Some(written) = exchange.label.strip_prefix("set ") else { return true };
        answer::has_code(&exchange.reply, &refused)
            || answer::strings(&exchange.reply.json()["data"]).iter().any(|text| text == written)
    })
}

/// Whether an answer was no failure of the server: data, or a refusal with a code of the client's doing.
fn in_order(trial: &Trial<'_>, exchange: &Exchange) -> bool {
    let reply = &exchange.reply;
    let codes = answer::codes(reply);
    let internal = trial.stage.binding.code("INTERNAL");
    (200..500).contains(&reply.status)
        && !codes.iter().any(|code| internal.contains(code) || code == "(no code)")
}

/// Special letters are letters: nothing fails, and a search finds no more than rows that hold them.
pub fn literal_search(trial: &Trial<'_>) -> Finding {
    each(trial, |exchange| in_order(trial, exchange))?;
    each(trial, |exchange| {
        let Some(text) = exchange.label.strip_prefix("search ") else { return true };
        let json = exchange.reply.json();
        // A search of words finds by letters and digits; one without any finds nothing.
        let has_word = text.chars().any(char::is_alphanumeric);
        has_word || answer::longest_list(&json["data"]) == 0
    })?;
    let secret = trial.cast.secrets.values().flatten().next();
    each(trial, |exchange| secret.is_none_or(|secret| !exchange.reply.text().contains(secret)))
}

/// The search answered, and found nothing. Where the case asks for fields that hits do not have, it is asked again for
/// what they have.
pub async fn zero_hits(trial: &mut Trial<'_>) -> Finding {
    let wrong = trial.stage.binding.code("BAD_USER_INPUT");
    if trial.seen.iter().all(|exchange| answer::has_code(&exchange.reply, &wrong)) {
        let form = trial.stage.binding.form(&trial.stage.schema, "q.search_by");
        let text = form.map_err(|_| "the binding has no search of its own".to_owned())?.text;
        for mut exchange in std::mem::take(&mut trial.seen) {
            let words = trial.cast.secrets.values().flatten();
            let sent = String::from_utf8_lossy(&exchange.request.body).into_owned();
            let word = words.into_iter().find(|word| sent.contains(word.as_str()));
            let word = word.ok_or("the case searches for none of the words that are private")?;
            let body = json!({"query": text, "variables": {"text": word}});
            exchange.request.body = body.to_string().into_bytes();
            exchange.reply = trial.stage.target.send(trial.source, &exchange.request).await;
            trial.seen.push(exchange);
        }
    }
    each(trial, |exchange| {
        let json = exchange.reply.json();
        let valid = answer::codes(&exchange.reply).is_empty() && !json["data"].is_null();
        valid && answer::longest_list(&json["data"]) == 0
    })
}

/// No list is longer than a page.
pub fn whole_table(trial: &Trial<'_>) -> Finding {
    let page = trial.stage.binding.limit("page", 100) as usize;
    each(trial, |exchange| answer::longest_list(&exchange.reply.json()) <= page)
}

/// The case's secret is not in the server's log.
pub async fn log_clean(trial: &Trial<'_>) -> Finding {
    let Some(served) = &trial.stage.served else {
        return Err("the server's log is not at hand: give --serve".to_owned());
    };
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let log = served.log();
    let marks = ["marker_pw", "marker"].iter().filter_map(|name| trial.stage.binding.values.get(*name));
    let people =
        trial.cast.people.values().flat_map(|person| [&person.password, &person.access, &person.refresh]);
    for secret in marks.chain(people).chain(trial.saved.get("secret")).filter(|secret| secret.len() >= 8) {
        if log.contains(secret.as_str()) {
            return Err("a secret of the case stands in the log".to_owned());
        }
    }
    Ok(())
}

/// The log tells each security event with its time, its name and the id of its request.
pub fn log_events(trial: &Trial<'_>) -> Finding {
    let log = trial.facts.get("log").and_then(Value::as_str).unwrap_or_default();
    let lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let wanted = trial.stage.binding.values.get("log_events").cloned().unwrap_or_default();
    if wanted.is_empty() || lines.is_empty() {
        return Err(format!("{} lines of log to look at, events bound: '{wanted}'", lines.len()));
    }
    for event in wanted.split(',').map(str::trim) {
        let line = lines.iter().find(|line| line.to_string().contains(event));
        let line = line.ok_or_else(|| format!("no line of {event}"))?;
        let has = |names: &[&str]| names.iter().any(|name| answer::find(line, name).is_some());
        if !has(&["timestamp", "time", "at"]) || !has(&["request_id", "requestId"]) {
            return Err(format!("a line of {event} without its time or its request: {line}"));
        }
    }
    Ok(())
}

/// The export is an object with every section that the binding names.
pub fn export(trial: &Trial<'_>) -> Finding {
    let sections = trial.stage.binding.values.get("export_sections").cloned().unwrap_or_default();
    each(trial, |exchange| {
        let text = exchange.reply.json().to_string();
        let all = sections.split(',').map(str::trim).all(|section| text.contains(section));
        answer::succeeded(&exchange.reply) && !sections.is_empty() && all
    })
}

/// The export holds nobody else's address, no hash of a password and no token.
pub fn export_clean(trial: &Trial<'_>, _text: &str) -> Finding {
    let others: Vec<&String> = trial
        .cast
        .people
        .iter()
        .filter(|(name, _)| *name != "alice")
        .map(|(_, person)| &person.email)
        .filter(|email| !email.is_empty())
        .collect();
    let secrets: Vec<&String> = trial
        .cast
        .people
        .values()
        .flat_map(|person| [&person.access, &person.refresh])
        .filter(|s| !s.is_empty())
        .collect();
    each(trial, |exchange| {
        let text = exchange.reply.text();
        !text.contains("$argon2")
            && !others.iter().any(|email| text.contains(email.as_str()))
            && !secrets.iter().any(|secret| text.contains(secret.as_str()))
    })
}

/// Links in mails lead to the server's own address, whatever the request's head said.
pub async fn link_origin(trial: &Trial<'_>) -> Finding {
    if trial.stage.mail_dir.is_none() {
        return Err("mails are not at hand: give --mail-dir or --serve".to_owned());
    }
    for _ in 0..50 {
        let mails = trial.stage.mails();
        let links: Vec<String> =
            mails.iter().skip(trial.mails_before).flat_map(|mail| mail.links()).map(str::to_owned).collect();
        if links.is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            continue;
        }
        return match links.iter().find(|link| link.contains("evil")) {
            Some(link) => Err(format!("a mail leads to {link}")),
            None => Ok(()),
        };
    }
    Err("no mail with a link came within 5 s".to_owned())
}

/// Every line of the log is one object, whatever a request put into its head.
pub fn log_lines(trial: &Trial<'_>) -> Finding {
    let Some(served) = &trial.stage.served else {
        return Err("the server's log is not at hand: give --serve".to_owned());
    };
    let log = served.log();
    let new = log.get(trial.log_before..).unwrap_or_default();
    match new.lines().find(|line| serde_json::from_str::<Value>(line).is_err() || line.contains('\u{1b}')) {
        Some(line) => Err(format!("a line that is no event: {}", line.chars().take(120).collect::<String>())),
        None => Ok(()),
    }
}

/// Where there is no digest, nothing can be wrong with it, and the line says that it was not looked at.
pub fn digest(trial: &mut Trial<'_>, text: &str) -> Finding {
    let lacks = trial.stage.binding.lacks(&trial.stage.schema, "queue");
    let Some(why) = lacks else { return Err("digests are there, and no check of them is".to_owned()) };
    trial.facts.insert("note".into(), Value::String(format!("'{text}' not looked at: {why}")));
    Ok(())
}
