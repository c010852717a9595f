//! Checks of limits: time, memory, rates, connections.

use serde_json::Value;

use super::{Finding, TIME, each, number, number_after, told};
use crate::attack::{answer, cast, trial::Trial};

/// One answer came over the connection, or the server refused and closed.
pub fn one_response(trial: &Trial<'_>) -> Finding {
    let count = number(trial, "raw_answers").unwrap_or_default() as usize;
    let statuses = trial.facts.get("raw_statuses").cloned().unwrap_or_default();
    match count {
        1 => Ok(()),
        0 if trial.facts.get("raw_closed").is_some_and(|closed| closed == true) => Ok(()),
        _ => Err(format!("{count} answers: {statuses}")),
    }
}

/// The server closed the connection.
pub fn closed(trial: &Trial<'_>) -> Finding {
    let closed = trial.facts.get("raw_closed").or_else(|| trial.facts.get("ws_ended"));
    if closed.is_some_and(|closed| closed == true) {
        Ok(())
    } else {
        Err("the connection stays open".to_owned())
    }
}

/// Every slow connection came to its end in time, and others were served meanwhile.
pub fn crowd(trial: &Trial<'_>) -> Finding {
    let Some(crowd) = trial.facts.get("crowd") else { return Err("there was no crowd".to_owned()) };
    let (count, ended) = (crowd["count"].as_u64().unwrap_or(1), crowd["closed"].as_u64().unwrap_or_default());
    if ended < count {
        return Err(format!("{ended} of {count} connections came to an end: {crowd}"));
    }
    if trial.facts.get("cheap_ok").is_none_or(|ok| *ok != true) {
        return Err(format!("nobody else was served meanwhile; {crowd}"));
    }
    Ok(())
}

/// Memory grew by less than the text says; 64 MB where it says no figure.
pub fn rss_below(trial: &Trial<'_>, text: &str) -> Finding {
    let most = number_after(text, "<").unwrap_or_else(|| trial.stage.binding.limit("bounded_mb", 64) as f64);
    let Some(before) = trial.before else {
        return Err("memory was not read: the process is not on this machine".to_owned());
    };
    let grown = trial.peak_rss_kb.saturating_sub(before.rss_kb) as f64 / 1_024.0;
    if grown < most { Ok(()) } else { Err(format!("memory grew by {grown:.0} MB")) }
}

/// A light query that was sent at the same moment was answered in time.
pub fn cheap(trial: &Trial<'_>, text: &str) -> Finding {
    let most = number_after(text, "within").unwrap_or(200.0);
    if trial.facts.get("cheap_ok").is_none_or(|ok| *ok != true) {
        return Err("the light query was not answered".to_owned());
    }
    match number(trial, "cheap_ms") {
        Some(took) if took <= most => Ok(()),
        Some(took) => Err(format!("{TIME}{took:.0} ms")),
        None => Err("no light query was sent".to_owned()),
    }
}

/// Refused, or answered at once.
pub fn cap_or_fast(trial: &Trial<'_>, text: &str) -> Finding {
    let most = number_after(text, "<").unwrap_or(50.0);
    each(trial, |exchange| {
        let reply = &exchange.reply;
        reply.status != 0
            && (!answer::codes(reply).is_empty() || reply.elapsed.as_secs_f64() * 1_000.0 < most)
    })
    .map_err(|seen| format!("{TIME}{seen}"))
}

/// A batch is refused as a whole.
pub fn batch(trial: &Trial<'_>) -> Finding {
    each(trial, |exchange| {
        let reply = &exchange.reply;
        (400..500).contains(&reply.status) && !answer::codes(reply).is_empty() && !answer::has_data(reply)
    })
}

/// Processor time does not suffice for a hundred hashes: less than ten of them at 20 ms each.
pub fn no_hashes(trial: &Trial<'_>) -> Finding {
    let (Some(before), Some(after)) = (trial.before, trial.after) else {
        // Without figures, the refusal before execution is what shows it.
        return each(trial, |exchange| {
            !answer::has_data(&exchange.reply) && !answer::codes(&exchange.reply).is_empty()
        });
    };
    let spent = after.cpu_us.saturating_sub(before.cpu_us) / 1_000;
    if spent < 200 { Ok(()) } else { Err(format!("{spent} ms of processor time")) }
}

/// The server answers the next request.
pub async fn alive(trial: &Trial<'_>) -> Finding {
    match trial.cheap().await {
        Ok((true, _)) => Ok(()),
        _ => Err("the next request was not answered".to_owned()),
    }
}

fn is_limited(trial: &Trial<'_>, exchange: &crate::attack::stage::Exchange) -> bool {
    let codes = trial.stage.binding.code("RATE_LIMITED");
    exchange.reply.status == 429 || answer::has_code(&exchange.reply, &codes)
}

/// Refusals for too many begin no later than the text says, and none got through.
pub fn throttled(trial: &Trial<'_>, text: &str) -> Finding {
    let most = number_after(text, "<=").or_else(|| number_after(text, "")).unwrap_or(100.0) as usize;
    let first = trial.seen.iter().position(|exchange| is_limited(trial, exchange));
    let through =
        trial.seen.iter().find(|exchange| answer::find(&exchange.reply.json(), "accessToken").is_some());
    if let Some(exchange) = through {
        return Err(told(exchange));
    }
    match first {
        Some(at) if at <= most => Ok(()),
        Some(at) => Err(format!("the first refusal came after {at}")),
        None => Err(format!("none of {} was refused for too many", trial.seen.len())),
    }
}

/// The right password still opens the account, from another address.
pub async fn other_address(trial: &mut Trial<'_>) -> Finding {
    let Some(person) = trial.cast.people.get("alice").cloned() else { return Err("no alice".to_owned()) };
    let done = cast::log_in(trial.stage, trial.stage.source(), &person.email, &person.password).await;
    match done {
        Ok(done) if answer::find(&done.reply.json(), "accessToken").is_some() => Ok(()),
        Ok(done) => Err(told(&done)),
        Err(stop) => Err(format!("{stop:?}")),
    }
}

/// The last request was refused for too many, and says when to come back.
pub fn rate_limited(trial: &Trial<'_>) -> Finding {
    let limited: Vec<_> = trial.seen.iter().filter(|exchange| is_limited(trial, exchange)).collect();
    let Some(last) = limited.last() else {
        return Err(format!("none of {} was refused for too many", trial.seen.len()));
    };
    let says = last.reply.header("retry-after").is_some() || last.reply.status != 429;
    if says { Ok(()) } else { Err("429 without Retry-After".to_owned()) }
}

/// Somebody else is served as fast as always.
pub async fn others_served(trial: &mut Trial<'_>) -> Finding {
    let mut times = Vec::new();
    for _ in 0..20 {
        match trial.cheap().await {
            Ok((true, took)) => times.push(took),
            _ => return Err("somebody else is not served".to_owned()),
        }
    }
    times.sort_unstable();
    let slow = times.get(18).copied().unwrap_or_default();
    if slow.as_millis() < 200 { Ok(()) } else { Err(format!("{TIME}{} ms", slow.as_millis())) }
}

/// No more mails were written than the text says.
pub fn mail_cap(trial: &Trial<'_>, text: &str) -> Finding {
    let most = number_after(text, "<=").unwrap_or(3.0) as usize;
    if trial.stage.mail_dir.is_none() {
        return Err("mails are not at hand: give --mail-dir or --serve".to_owned());
    }
    let came = trial.stage.mails().len().saturating_sub(trial.mails_before);
    if came <= most { Ok(()) } else { Err(format!("{came} mails")) }
}

/// A quota stopped the maker.
pub fn quota(trial: &Trial<'_>) -> Finding {
    let limited = trial.stage.binding.code("RATE_LIMITED");
    match trial.seen.iter().find(|exchange| exchange.label == "quota") {
        Some(exchange) if answer::has_code(&exchange.reply, &limited) => Ok(()),
        Some(exchange) => Err(told(exchange)),
        None => Err("no quota stopped it".to_owned()),
    }
}

/// Refused, and within the time that the text says.
pub fn rejected_fast(trial: &Trial<'_>, text: &str) -> Finding {
    super::refusal::refused(trial)?;
    let most = number_after(text, "<").unwrap_or(100.0);
    each(trial, |exchange| exchange.reply.elapsed.as_secs_f64() * 1_000.0 < most)
        .map_err(|seen| format!("{TIME}{seen}"))
}

/// Nobody called the attacker's listener.
pub fn no_call(trial: &Trial<'_>) -> Finding {
    let calls = trial.stage.calls();
    if calls == 0 { Ok(()) } else { Err(format!("{calls} calls")) }
}

/// The socket was closed with the code that the text names, within the time it names.
pub fn ws_close(trial: &Trial<'_>, text: &str) -> Finding {
    let code = text
        .split(|c: char| !c.is_ascii_digit())
        .find(|word| word.len() == 4)
        .and_then(|word| word.parse::<u64>().ok());
    let closed = trial.facts.get("ws_close").and_then(Value::as_u64);
    let ended = trial.facts.get("ws_ended").is_some_and(|ended| *ended == true);
    let refused = trial.facts.contains_key("ws_refused");
    let after = number(trial, "ws_after_s").unwrap_or_default();
    let most =
        number_after(text, "<=").or_else(|| number_after(text, "within")).filter(|most| *most < 1_000.0);
    if refused && code.is_none() {
        return Ok(());
    }
    if !ended || (code.is_some() && closed != code) {
        return Err(format!("closed: {ended}, with {closed:?}"));
    }
    match most {
        Some(most) if after > most + 1.0 => Err(format!("closed after {after:.1} s")),
        _ => Ok(()),
    }
}

/// After what should end it, the socket brought no event.
pub fn ws_silent(trial: &Trial<'_>) -> Finding {
    let before = number(trial, "ws_before_cause").unwrap_or(0.0) as usize;
    let messages =
        trial.seen.iter().find(|exchange| exchange.label == "ws").map(|exchange| exchange.reply.json());
    let messages = messages.and_then(|messages| messages.as_array().cloned()).unwrap_or_default();
    match messages.iter().skip(before).find(|message| message["type"] == "next") {
        Some(message) => Err(format!("an event came: {message}")),
        None => Ok(()),
    }
}

/// Every hostile document was answered by an error and no data.
pub fn ws_refusals(trial: &Trial<'_>) -> Finding {
    let count = number(trial, "ws_each").unwrap_or_default() as usize;
    let messages =
        trial.seen.iter().find(|exchange| exchange.label == "ws").map(|exchange| exchange.reply.json());
    let messages = messages.and_then(|messages| messages.as_array().cloned()).unwrap_or_default();
    for at in 0..count {
        let id = format!("each{at}");
        let answers: Vec<_> = messages.iter().filter(|message| message["id"] == id.as_str()).collect();
        let refused = answers
            .iter()
            .any(|message| message["type"] == "error" || message["payload"]["errors"].is_array());
        let empty = answers.iter().all(|message| {
            let data = &message["payload"]["data"];
            data.is_null() || data.as_object().is_some_and(|map| map.values().all(Value::is_null))
        });
        if answers.is_empty()
            || !empty
            || (!refused && !answers.iter().any(|message| message["payload"]["data"]["node"].is_null()))
        {
            return Err(format!("document {at} was answered by {answers:?}"));
        }
    }
    if count == 0 { Err("no document was sent".to_owned()) } else { Ok(()) }
}

/// Sockets of one person are capped, and the first one was closed for what it did.
pub fn ws_caps(trial: &Trial<'_>) -> Finding {
    let refused = number(trial, "ws_sockets_refused").unwrap_or_default();
    let ended = trial.facts.get("ws_ended").is_some_and(|ended| *ended == true);
    if refused > 0.0 && ended {
        Ok(())
    } else {
        Err(format!("{refused} sockets refused; the flooding one closed: {ended}"))
    }
}

/// A second after the last request, the server does next to nothing.
pub async fn idle(trial: &Trial<'_>) -> Finding {
    let Some(pid) = trial.stage.pid else {
        return Err("processor time is not read: the process is not on this machine".to_owned());
    };
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let before = crate::attack::process::figures(pid);
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let after = crate::attack::process::figures(pid);
    let (Some(before), Some(after)) = (before, after) else { return Err("the process is gone".to_owned()) };
    let spent = after.cpu_us.saturating_sub(before.cpu_us) / 1_000;
    if spent < 200 { Ok(()) } else { Err(format!("{TIME}{spent} ms of processor time within a second")) }
}
