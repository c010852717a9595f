//! Checks of refusals: codes, statuses, and that no data came.

use serde_json::Value;

use super::{Finding, each, told};
use crate::attack::{answer, http::Reply, trial::Trial};

/// Every error has a code in capitals, and there is one.
pub fn stable_code(trial: &Trial<'_>) -> Finding {
    let is_code = |code: &String| {
        code.len() > 2 && code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    };
    each(trial, |exchange| {
        let codes = answer::codes(&exchange.reply);
        !codes.is_empty() && codes.iter().all(is_code)
    })
}

/// The codes in a text, with what the binding calls them here.
fn named(trial: &Trial<'_>, text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_uppercase() && c != '_').filter(|word| word.len() > 3);
    words.flat_map(|code| trial.stage.binding.code(code)).collect()
}

/// Every answer has one of the codes that the text names.
pub fn codes_said(trial: &Trial<'_>, text: &str) -> Finding {
    let wanted = named(trial, text);
    if wanted.is_empty() {
        return Err("the text names no code".to_owned());
    }
    each(trial, |exchange| answer::has_code(&exchange.reply, &wanted))
}

/// Every answer says that the input was wrong.
pub fn bad_input(trial: &Trial<'_>) -> Finding {
    let wanted = trial.stage.binding.code("BAD_USER_INPUT");
    each(trial, |exchange| answer::has_code(&exchange.reply, &wanted))
}

/// Wrong input is said to be, or taken as it is; the server fails at none.
pub fn bad_input_or_exact(trial: &Trial<'_>) -> Finding {
    let wanted = trial.stage.binding.code("BAD_USER_INPUT");
    let others: Vec<String> = ["UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"]
        .iter()
        .flat_map(|code| trial.stage.binding.code(code))
        .collect();
    each(trial, |exchange| {
        let reply = &exchange.reply;
        answer::has_code(reply, &wanted) || answer::has_code(reply, &others) || answer::succeeded(reply)
    })
}

fn is_refused(reply: &Reply) -> bool {
    reply.status != 0 && (reply.status >= 400 || !answer::codes(reply).is_empty()) && !answer::has_data(reply)
}

/// Every request was refused, and nothing came of it.
pub fn refused(trial: &Trial<'_>) -> Finding {
    each(trial, |exchange| is_refused(&exchange.reply))
}

/// Refused, or rows that anybody may see.
pub fn refused_or_empty(trial: &Trial<'_>) -> Finding {
    let secrets = trial.cast.secrets.values().flatten().cloned().collect::<Vec<_>>();
    each(trial, |exchange| {
        let text = exchange.reply.text();
        is_refused(&exchange.reply)
            || (!text.is_empty() && !secrets.iter().any(|secret| text.contains(secret)))
    })
}

/// No request issued a token or did what it asked for.
pub fn all_fail(trial: &Trial<'_>) -> Finding {
    each(trial, |exchange| {
        is_refused(&exchange.reply) && answer::find(&exchange.reply.json(), "accessToken").is_none()
    })
}

/// Every refusal names the field that was wrong.
pub fn field_errors(trial: &Trial<'_>) -> Finding {
    each(trial, |exchange| {
        let json = exchange.reply.json();
        let named = |object: &Value| {
            object["path"].as_array().is_some_and(|path| !path.is_empty())
                || object["extensions"]["argument"].is_string()
        };
        let refusals: Vec<Value> =
            answer::objects(&json).into_iter().filter(|object| object["message"].is_string()).collect();
        !refusals.is_empty() && refusals.iter().all(named) && !answer::has_data(&exchange.reply)
    })
}

/// Root fields that the binding does not call public say that somebody has to sign in.
pub fn public_list(trial: &Trial<'_>) -> Finding {
    let wanted = trial.stage.binding.code("UNAUTHENTICATED");
    each(trial, |exchange| {
        trial.stage.binding.public_fields.contains(&exchange.label)
            || answer::has_code(&exchange.reply, &wanted)
    })
}

/// Malformed credentials are refused or taken as alice's; never anybody's with data, never bob's.
pub fn bearer_forms(trial: &Trial<'_>) -> Finding {
    let wanted = trial.stage.binding.code("UNAUTHENTICATED");
    let of = |name: &str| trial.cast.people.get(name).map(|person| (person.email.clone(), person.id.clone()));
    let (alice, bob) = (of("alice"), of("bob"));
    let speaks_of = |text: &str, who: &Option<(String, Option<String>)>| {
        who.as_ref().is_some_and(|(email, id)| {
            (!email.is_empty() && text.contains(email)) || id.as_ref().is_some_and(|id| text.contains(id))
        })
    };
    each(trial, |exchange| {
        let text = exchange.reply.text();
        let refused = exchange.reply.status == 400
            || exchange.reply.status == 401
            || answer::has_code(&exchange.reply, &wanted);
        let lower = exchange.label.starts_with("Authorization: bearer");
        !speaks_of(&text, &bob)
            && ((refused && !answer::has_data(&exchange.reply)) || (lower && speaks_of(&text, &alice)))
    })
}

/// The query of the URL was not run: the answer is the body's alone, or a refusal.
pub fn url_ignored(trial: &Trial<'_>) -> Finding {
    each(trial, |exchange| {
        let reply = &exchange.reply;
        let data = &reply.json()["data"];
        let only_own = data.as_object().is_some_and(|map| map.keys().all(|key| key == "__typename"));
        (400..500).contains(&reply.status) || only_own
    })
}

/// The statuses that the text begins with.
pub fn status_said(trial: &Trial<'_>, text: &str) -> Finding {
    let wanted: Vec<u16> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|word| word.len() == 3)
        .filter_map(|word| word.parse().ok())
        .collect();
    if wanted.is_empty() {
        return Err("the text names no status".to_owned());
    }
    each(trial, |exchange| wanted.contains(&exchange.reply.status))
}

/// The schema is not told, unless the binding says that it was decided to be public.
pub fn introspection(trial: &Trial<'_>) -> Finding {
    if trial.stage.binding.decisions.contains_key("introspection is public") {
        let internal = &trial.stage.binding.private_enums;
        return each(trial, |exchange| !internal.iter().any(|name| exchange.reply.text().contains(name)));
    }
    each(trial, |exchange| {
        let json = exchange.reply.json();
        json["data"]["__schema"].is_null() && json["data"]["__type"].is_null() && exchange.reply.status != 0
    })
}

/// The fault is told as one of the server, by its code or status.
pub fn internal(trial: &Trial<'_>) -> Finding {
    let internal = trial.stage.binding.code("INTERNAL");
    each(trial, |exchange| exchange.reply.status >= 500 || answer::has_code(&exchange.reply, &internal))
}

/// Pages are not there, or are of the binding's public ones and have a policy of content.
pub fn pages_closed(trial: &Trial<'_>) -> Finding {
    each(trial, |exchange| {
        let reply = &exchange.reply;
        let path = exchange.request.target.as_str();
        let public = trial.stage.binding.public_pages.iter().any(|page| page == path)
            && reply.status == 200
            && reply.header("content-security-policy").is_some();
        [404, 405].contains(&reply.status) || public
    })
}

/// No answer sends its reader to another site, or from the API to anywhere.
pub fn no_redirect(trial: &Trial<'_>) -> Finding {
    each(trial, |exchange| {
        let to = exchange.reply.header("location");
        let own = to.is_none_or(|to| to.starts_with('/') && !to.starts_with("//") && !to.starts_with("/\\"));
        let api = exchange.request.target.contains("graphql") && (300..400).contains(&exchange.reply.status);
        exchange.reply.status != 0 && own && !api
    })
}

/// Headers that the text names are as they should be.
pub fn headers(trial: &Trial<'_>, text: &str) -> Finding {
    let text = text.to_lowercase();
    let evil = trial.stage.binding.values.get("evil_origin").cloned().unwrap_or_default();
    let checks: &[(&str, &str, &str)] = &[
        ("hsts", "strict-transport-security", "max-age="),
        ("strict-transport", "strict-transport-security", "max-age="),
        ("nosniff", "x-content-type-options", "nosniff"),
        ("csp", "content-security-policy", "default-src"),
        ("content-security-policy", "content-security-policy", "default-src"),
        ("frame-ancestors", "content-security-policy", "frame-ancestors"),
        ("x-frame", "content-security-policy", "frame-ancestors"),
        ("referrer", "referrer-policy", "no-referrer"),
        ("no-store", "cache-control", "no-store"),
    ];
    for (word, name, value) in checks.iter().filter(|(word, _, _)| text.contains(word)) {
        each(trial, |exchange| exchange.reply.header(name).is_some_and(|is| is.contains(value)))
            .map_err(|seen| format!("{word}: {seen}"))?;
    }
    if text.contains("origin")
        || text.contains("cors")
        || text.contains("access-control")
        || text.contains("reflect")
    {
        each(trial, |exchange| {
            exchange
                .reply
                .header("access-control-allow-origin")
                .is_none_or(|is| is != "*" && is != "null" && is != evil)
        })?;
    }
    Ok(())
}

/// No data came: only nulls, refusals and names of types.
pub fn no_data(trial: &Trial<'_>) -> Finding {
    if trial.seen.is_empty() {
        return Err("no answer to look at".to_owned());
    }
    let odd =
        trial.seen.iter().find(|exchange| answer::has_data(&exchange.reply) || exchange.reply.status == 0);
    odd.map_or(Ok(()), |exchange| Err(told(exchange)))
}

/// Every request did what it asked for.
pub fn accepted(trial: &Trial<'_>) -> Finding {
    each(trial, |exchange| answer::succeeded(&exchange.reply))
}

/// Somebody was told that another was faster, or that the key belongs to another request.
pub fn conflict(trial: &Trial<'_>) -> Finding {
    let wanted = trial.stage.binding.code("CONFLICT");
    if trial.seen.iter().any(|exchange| answer::has_code(&exchange.reply, &wanted)) {
        return Ok(());
    }
    Err(trial.seen.last().map_or_else(|| "no answer to look at".to_owned(), told))
}

/// No head of an answer names the server's software.
pub fn no_banner(trial: &Trial<'_>) -> Finding {
    each(trial, |exchange| {
        exchange.reply.status != 0
            && exchange.reply.header("x-powered-by").is_none()
            && exchange.reply.header("server").is_none_or(|name| !name.contains(|c: char| c.is_ascii_digit()))
    })
}
