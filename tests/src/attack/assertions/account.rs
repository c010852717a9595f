//! Checks of accounts, sessions and invitations.

use serde_json::{Value, json};

use super::{Finding, told};
use crate::attack::{answer, cast, stage::Exchange, trial::Trial};

fn issued(exchange: &Exchange) -> bool {
    answer::find(&exchange.reply.json(), "accessToken").is_some()
}

/// The first use of a refresh token works; its second use, its successor and the session of both do not.
pub fn family_revoked(trial: &Trial<'_>) -> Finding {
    let [first, later @ ..] = trial.seen.as_slice() else { return Err("no answer to look at".to_owned()) };
    if !issued(first) {
        return Err(format!("the first use failed, so it proves nothing: {}", told(first)));
    }
    match later.iter().find(|exchange| issued(exchange) || answer::has_data(&exchange.reply)) {
        Some(exchange) => Err(told(exchange)),
        None if later.is_empty() => Err("there was no second use".to_owned()),
        None => Ok(()),
    }
}

/// The log has a new line of a security event.
pub fn event_logged(trial: &Trial<'_>) -> Finding {
    let Some(served) = &trial.stage.served else {
        return Err("the server's log is not at hand: give --serve".to_owned());
    };
    let words = trial.stage.binding.values.get("reuse_event").map_or("reuse", String::as_str);
    let log = served.log();
    if log.get(trial.log_before..).unwrap_or_default().contains(words) {
        Ok(())
    } else {
        Err(format!("no line of the log says '{words}'"))
    }
}

/// Somebody whom the case concerns got a mail: more came than the case's own people needed to be there.
pub async fn notified(trial: &mut Trial<'_>, _text: &str) -> Finding {
    if trial.stage.mail_dir.is_none() {
        return Err("mails are not at hand: give --mail-dir or --serve".to_owned());
    }
    let Some(person) = trial.cast.people.get("alice") else { return Err("no alice".to_owned()) };
    let words = trial.stage.binding.values.get("notice_words").cloned().unwrap_or_default();
    for _ in 0..50 {
        let mails = trial.stage.mails();
        let mut own = mails.iter().skip(trial.mails_before).filter(|mail| mail.is_to(&person.email));
        if own.any(|mail| words.split(',').any(|word| mail.body.to_lowercase().contains(word.trim()))) {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    Err(format!("no mail to {} says any of: {words}", person.email))
}

/// One of the requests at the same moment worked, or all that worked gave the same pair of tokens.
pub fn one_success(trial: &Trial<'_>) -> Finding {
    let tokens: Vec<Value> = trial
        .seen
        .iter()
        .filter(|exchange| {
            issued(exchange) || (exchange.label != "refresh" && answer::succeeded(&exchange.reply))
        })
        .map(|exchange| {
            answer::find(&exchange.reply.json(), "refreshToken")
                .cloned()
                .unwrap_or_else(|| json!(exchange.reply.text()))
        })
        .collect();
    match tokens.as_slice() {
        [] => Err("none worked".to_owned()),
        [first, rest @ ..] if rest.iter().all(|other| other == first && *first != Value::Null) => Ok(()),
        several => Err(format!("{} worked", several.len())),
    }
}

/// Signing in gives a token that was not there before.
pub fn new_token(trial: &Trial<'_>) -> Finding {
    let Some(exchange) = trial.seen.iter().find(|exchange| issued(exchange)) else {
        return Err("nobody was signed in".to_owned());
    };
    let json = exchange.reply.json();
    let tokens = ["accessToken", "refreshToken"]
        .map(|name| answer::find(&json, name).and_then(Value::as_str).unwrap_or_default().to_owned());
    let old: Vec<String> = trial
        .cast
        .people
        .values()
        .flat_map(|person| [person.access.clone(), person.refresh.clone()])
        .collect();
    let fixed =
        trial.saved.values().any(|value| value.starts_with("attacker-chosen") && tokens.contains(value));
    if fixed || tokens.iter().any(|token| old.contains(token)) {
        Err("the token was known before".to_owned())
    } else {
        Ok(())
    }
}

/// Forms of one address are one account, whose password is the first one's; a look-alike is another account or none.
pub async fn one_account(trial: &mut Trial<'_>) -> Finding {
    let list = trial.facts.get("addresses").and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let Some(first) = list.first() else { return Err("no address was registered".to_owned()) };
    let password = text(first, "password");
    for (at, one) in list.iter().enumerate() {
        let (email, own) = (text(one, "email"), text(one, "password"));
        let like = email.is_ascii();
        let by_first = sign_in(trial, &email, &password).await?;
        let by_own = sign_in(trial, &email, &own).await?;
        if like && !by_first {
            return Err(format!("'{email}' is not the first account"));
        }
        if like && at > 0 && by_own {
            return Err(format!("'{email}' took a password of its own"));
        }
        if !like && by_first {
            return Err(format!("'{email}' opens the first account"));
        }
    }
    // A reset asked for by the look-alike writes to nobody but the look-alike.
    let Some(look_alike) = list.iter().map(|one| text(one, "email")).find(|email| !email.is_ascii()) else {
        return Ok(());
    };
    let before = trial.stage.mails_to(&text(first, "email"));
    let given = [("email".to_owned(), json!(look_alike))].into_iter().collect();
    let body = trial.stage.mutation("request_reset", &given).map_err(|stop| format!("{stop:?}"))?;
    let _ = trial.stage.ask(trial.stage.source(), "reset", None, &body).await;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    if trial.stage.mails_to(&text(first, "email")) > before {
        return Err("a reset for the look-alike was mailed to the first account".to_owned());
    }
    Ok(())
}

async fn sign_in(trial: &Trial<'_>, email: &str, password: &str) -> Result<bool, String> {
    let done = cast::log_in(trial.stage, trial.stage.source(), email, password).await;
    done.map(|done| issued(&done)).map_err(|stop| format!("{stop:?}"))
}

/// Whoever registered first is shut out after the address's owner came.
pub fn attacker_out(trial: &Trial<'_>) -> Finding {
    match trial.seen.iter().find(|exchange| exchange.label == "attacker login") {
        Some(exchange) if issued(exchange) => {
            Err("the attacker's password still opens the account".to_owned())
        }
        Some(_) => Ok(()),
        None => Err("the attacker did not try".to_owned()),
    }
}

/// No wrong use of an invitation worked, and none gave another role than was stored.
pub fn invitation_held(trial: &Trial<'_>) -> Finding {
    let uses: Vec<_> =
        trial.seen.iter().filter(|exchange| exchange.label.starts_with("invitation")).collect();
    if uses.is_empty() {
        return Err("no invitation was used".to_owned());
    }
    for exchange in uses {
        let tampered = exchange.label.ends_with(' ');
        let role = answer::find(&exchange.reply.json()["data"], "role").cloned();
        if tampered && role.as_ref().is_none_or(|role| role == "VIEWER") {
            continue;
        }
        if answer::succeeded(&exchange.reply) {
            return Err(told(exchange));
        }
    }
    Ok(())
}

/// Whoever registered with a like address belongs to no organisation.
pub async fn no_membership(trial: &mut Trial<'_>) -> Finding {
    let form = trial.stage.binding.form(&trial.stage.schema, "q.own_organisations");
    let form = form.map_err(|gap| format!("{gap:?}"))?;
    for exchange in trial.seen.clone() {
        let sent: Value = serde_json::from_slice(&exchange.request.body).unwrap_or_default();
        let Some(email) = answer::find(&sent, "email").and_then(Value::as_str).map(str::to_owned) else {
            continue;
        };
        if let Some(token) = trial.stage.mail_to(&email, 0).await.and_then(|mail| mail.token()) {
            let given = [("token".to_owned(), json!(token))].into_iter().collect();
            let body = trial.stage.mutation("confirm", &given).map_err(|stop| format!("{stop:?}"))?;
            let _ = trial.stage.ask(trial.stage.source(), "confirm", None, &body).await;
        }
        let person = cast::sign_in(trial.stage, trial.stage.source(), &email, cast::PASSWORD).await;
        let person = person.map_err(|stop| format!("{stop:?}"))?;
        let body = json!({"query": format!("{{ {} }}", form.text)});
        let done = trial.stage.ask(trial.source, "own", Some(&person.access), &body).await;
        if !answer::succeeded(&done.reply) || answer::longest_list(&done.reply.json()["data"]) > 0 {
            return Err(told(&done));
        }
    }
    Ok(())
}

/// All that worked made, and tell of, one and the same row; at least one worked.
pub fn one_row(trial: &Trial<'_>) -> Finding {
    let made: Vec<Option<Value>> = trial
        .seen
        .iter()
        .filter(|exchange| answer::succeeded(&exchange.reply))
        .map(|exchange| answer::find(&exchange.reply.json()["data"], "id").cloned())
        .collect();
    let others = trial.seen.iter().filter(|exchange| !answer::succeeded(&exchange.reply));
    let progress = trial.stage.binding.code("IN_PROGRESS");
    // A connection that was cut in the middle has no answer; the retry's has to be there.
    let odd = others
        .into_iter()
        .find(|exchange| exchange.reply.status != 0 && !answer::has_code(&exchange.reply, &progress));
    if let Some(exchange) = odd {
        return Err(told(exchange));
    }
    match made.as_slice() {
        [] => Err("nothing was made".to_owned()),
        [first, ..] if first.is_some() && made.iter().all(|one| one == first) => Ok(()),
        several => Err(format!("{} rows told of: {several:?}", several.len())),
    }
}
