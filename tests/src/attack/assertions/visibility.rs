//! Checks of what may be seen: not visible is not there.

use serde_json::{Map, Value, json};

use super::{Finding, TIME, each, number_after, told};
use crate::attack::{
    Stop, answer,
    http::{Reply, Request},
    steps::plan,
    trial::Trial,
};

fn stopped(stop: Stop) -> String {
    match stop {
        Stop::Absent(why) | Stop::Broken(why) => why,
    }
}

/// The readers of state say what they said before.
pub async fn state_same(trial: &mut Trial<'_>) -> Finding {
    let before = trial.state_before.clone().ok_or("the state was not read before")?;
    let after = trial.state().await.map_err(stopped)?;
    if before == after { Ok(()) } else { Err(format!("it was {before} and is {after}")) }
}

/// The case's request about a thing of the same kind that is not there.
async fn about_nobody(trial: &mut Trial<'_>) -> Result<Request, String> {
    trial.saved.insert("nobody".to_owned(), String::new());
    let body = trial.case.body.clone();
    let case = trial.case;
    let request = trial.request(&case.method, &case.path, &Map::new(), body.as_ref()).await;
    trial.saved.remove("nobody");
    let request = request.map_err(stopped)?;
    let own = trial.seen.first().map(|exchange| exchange.request.body.clone()).unwrap_or_default();
    if own == request.body {
        return Err("the case names nothing that could be put for".to_owned());
    }
    Ok(request)
}

/// The answer is the one for a thing that is not there: status, shape and code.
pub async fn same_as_nobody(trial: &mut Trial<'_>) -> Finding {
    let request = about_nobody(trial).await?;
    let reply = trial.stage.target.send(trial.source, &request).await;
    let Some(first) = trial.seen.first() else { return Err("no answer to look at".to_owned()) };
    let (own, other) = (answer::shape(&first.reply), answer::shape(&reply));
    if own != other {
        return Err(format!("{own:?} here, {other:?} for one that is not there"));
    }
    let not_found = trial.stage.binding.code("NOT_FOUND");
    let says = answer::has_code(&first.reply, &not_found) || !answer::has_data(&first.reply);
    if says { Ok(()) } else { Err(told(first)) }
}

/// No answer says that it is forbidden, which says that it is there.
pub fn no_forbidden(trial: &Trial<'_>) -> Finding {
    let forbidden = trial.stage.binding.code("FORBIDDEN");
    each(trial, |exchange| exchange.reply.status != 403 && !answer::has_code(&exchange.reply, &forbidden))
}

/// Status and time are those for a thing that is not there: means of samples taken in turn, three deviations apart at
/// most.
pub async fn timing_same(trial: &mut Trial<'_>) -> Finding {
    const SAMPLES: usize = 40;
    let request = about_nobody(trial).await?;
    let Some(own) = trial.seen.first().map(|exchange| exchange.request.clone()) else {
        return Err("no answer to look at".to_owned());
    };
    let (mut here, mut there) = (Vec::new(), Vec::new());
    let (mut statuses, mut others) = (Vec::new(), Vec::new());
    for _ in 0..SAMPLES {
        for (request, times, seen) in [(&own, &mut here, &mut statuses), (&request, &mut there, &mut others)]
        {
            let reply: Reply = trial.stage.target.send(trial.source, request).await;
            times.push(reply.elapsed.as_secs_f64() * 1_000.0);
            seen.push(reply.status);
        }
    }
    if statuses != others {
        return Err(format!(
            "status {:?} here, {:?} for one that is not there",
            statuses.first(),
            others.first()
        ));
    }
    let ((a, sa), (b, sb)) = (spread(&here), spread(&there));
    let sigma = f64::midpoint(sa * sa, sb * sb).sqrt();
    if (a - b).abs() <= 3.0 * sigma.max(0.05) {
        Ok(())
    } else {
        Err(format!("{TIME}means {a:.2} and {b:.2} ms, deviation {sigma:.2}"))
    }
}

/// Mean and standard deviation, without the slowest tenth.
fn spread(times: &[f64]) -> (f64, f64) {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.truncate(sorted.len().saturating_sub(sorted.len() / 10).max(1));
    let count = sorted.len() as f64;
    let mean = sorted.iter().sum::<f64>() / count;
    let variance = sorted.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / count;
    (mean, variance.sqrt())
}

/// No word of the thing and no field of it came.
pub fn no_secret(trial: &Trial<'_>) -> Finding {
    let secrets: Vec<&String> = trial.cast.secrets.values().flatten().collect();
    each(trial, |exchange| {
        let text = exchange.reply.text();
        !secrets.iter().any(|secret| text.contains(secret.as_str())) && !answer::has_data(&exchange.reply)
    })
}

/// The count is the public's, and the owner's is another one, or the case would prove nothing.
pub async fn count_as_public(trial: &mut Trial<'_>) -> Finding {
    let private = trial.cast.thing(trial.stage, "private_project_A").await.map_err(stopped)?;
    let Some(first) = trial.seen.first().cloned() else { return Err("no answer to look at".to_owned()) };
    let count = |reply: &Reply| answer::find(&reply.json()["data"], "totalCount").and_then(Value::as_u64);
    let seen = count(&first.reply).ok_or_else(|| told(&first))?;
    let mut request = first.request.clone();
    request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
    let public = trial.stage.target.send(trial.source, &request).await;
    if count(&public) != Some(seen) {
        return Err(format!("{seen} counted, the public counts {:?}", count(&public)));
    }
    if first.reply.text().contains(&private) {
        Err("the private project is listed".to_owned())
    } else {
        Ok(())
    }
}

/// The private thing is neither listed nor counted.
pub async fn private_absent(trial: &mut Trial<'_>) -> Finding {
    let private = trial.cast.thing(trial.stage, "private_project_A").await.map_err(stopped)?;
    let secrets: Vec<String> = trial.cast.secrets.values().flatten().cloned().collect();
    each(trial, |exchange| {
        let text = exchange.reply.text();
        answer::succeeded(&exchange.reply)
            && !text.contains(&private)
            && !secrets.iter().any(|secret| text.contains(secret))
    })?;
    for exchange in trial.seen.clone() {
        let mut request = exchange.request.clone();
        request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
        let public = trial.stage.target.send(trial.source, &request).await;
        let count = |reply: &Reply| answer::find(&reply.json()["data"], "totalCount").cloned();
        if count(&public) != count(&exchange.reply) {
            return Err(format!(
                "{:?} counted, the public counts {:?}",
                count(&exchange.reply),
                count(&public)
            ));
        }
    }
    Ok(())
}

/// Fields that are private are null, or refused.
pub fn null_per_field(trial: &Trial<'_>) -> Finding {
    each(trial, |exchange| {
        let reply = &exchange.reply;
        let refused = !answer::codes(reply).is_empty();
        reply.status != 0 && (refused || !answer::has_data(reply))
    })
}

/// The answer is what the same person gets without the headers that were forged, and names nobody else's.
pub async fn own_only(trial: &mut Trial<'_>) -> Finding {
    for exchange in trial.seen.clone() {
        let mut request = exchange.request.clone();
        request.headers.retain(|(name, _)| !name.to_lowercase().starts_with("x-"));
        let plain = trial.stage.target.send(trial.source, &request).await;
        if answer::shape(&plain) != answer::shape(&exchange.reply) {
            return Err(format!("{} without the headers; {}", plain.text(), told(&exchange)));
        }
        if let Some(foreign) =
            trial.cast.things.get("org_A").filter(|id| exchange.reply.text().contains(id.as_str()))
        {
            return Err(format!("the answer names {foreign}"));
        }
        if !answer::succeeded(&exchange.reply) {
            return Err(told(&exchange));
        }
    }
    Ok(())
}

/// Before, it could be read; afterwards, no way of reading brings it.
pub fn gone(trial: &Trial<'_>) -> Finding {
    let id = trial.saved.get("listing").ok_or("no listing was taken back")?;
    let brings = |label: &str| {
        trial.seen.iter().filter(|one| one.label == label && one.reply.text().contains(id.as_str())).count()
    };
    match (brings("read before"), brings("read after")) {
        (0, _) => Err("it could not be read before, so it proves nothing".to_owned()),
        (_, 0) => Ok(()),
        (_, still) => Err(format!("{still} ways still bring it")),
    }
}

/// All answers are the same, but for ids of requests.
pub fn same_answer(trial: &Trial<'_>) -> Finding {
    let Some(first) = trial.seen.first() else { return Err("no answer to look at".to_owned()) };
    let wanted = skeleton(&first.reply);
    if trial.seen.len() < 2 {
        return Err("there is one answer only, nothing to compare it with".to_owned());
    }
    each(trial, |exchange| skeleton(&exchange.reply) == wanted)
        .map_err(|seen| format!("{} at first, but {seen}", first.reply.text()))
}

/// Status and shape of an answer, with what names the request's own values taken out.
fn skeleton(reply: &Reply) -> (u16, Value) {
    fn hollow(value: &Value, key: &str) -> Value {
        match value {
            Value::Object(map) => {
                map.iter().map(|(key, value)| (key.clone(), hollow(value, key))).collect::<Map<_, _>>().into()
            }
            Value::Array(items) => items.iter().map(|item| hollow(item, key)).collect(),
            Value::String(_) if key == "code" || key == "__typename" || key == "message" => value.clone(),
            Value::String(_) => json!("~"),
            other => other.clone(),
        }
    }
    (reply.status, hollow(&reply.json(), ""))
}

/// Medians of the case's samples lie closer together than the text says.
pub fn medians(trial: &Trial<'_>, text: &str) -> Finding {
    let most = number_after(text, "<").unwrap_or(2.0);
    let samples = trial.facts.get("samples").and_then(Value::as_array).cloned().unwrap_or_default();
    let medians: Vec<f64> = samples
        .iter()
        .map(|times| {
            let mut times: Vec<f64> =
                times.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
            times.sort_by(f64::total_cmp);
            times.get(times.len() / 2).copied().unwrap_or_default()
        })
        .collect();
    let [first, rest @ ..] = medians.as_slice() else { return Err("no samples".to_owned()) };
    if rest.is_empty() {
        return Err("one row of samples only, nothing to compare it with".to_owned());
    }
    match rest.iter().find(|median| (**median - first).abs() >= most) {
        Some(other) => Err(format!("{TIME}medians {first:.2} and {other:.2} ms")),
        None => Ok(()),
    }
}

/// What was imported belongs to the importer's own organisation and is not public, or was refused.
pub async fn import_own(trial: &mut Trial<'_>) -> Finding {
    if super::refusal::refused(trial).is_ok() {
        return Ok(());
    }
    let form = trial.stage.binding.form(&trial.stage.schema, "q.my_org_projects");
    let form = form.map_err(|_| "what was imported cannot be looked at".to_owned())?;
    let body = json!({"query": format!("{{ {} }}", form.text)});
    let bob = plan::ask_as(trial, "bob", "look", &body).await.map_err(stopped)?;
    let rows = answer::strings(&bob.reply.json()["data"]);
    if rows.iter().any(|text| text == "x") {
        return Err("the row went to the other organisation".to_owned());
    }
    let public = trial.state().await.map_err(stopped)?;
    if trial.state_before.as_ref().is_some_and(|before| before.get("") != public.get("")) {
        return Err("the row is public".to_owned());
    }
    Ok(())
}
