//! Verbs that ask once: a path, a body, a sign-in, a mutation by its part.

use serde_json::{Map, Value, json};

use super::{
    super::{Stop, answer, http::Request, macros, stage::Exchange, trial::Trial},
    Planned, Step,
};

/// The requests of a step; nothing where no verb of it asks. `i` counts repetitions.
///
/// # Errors
/// The schema lacks something, or a word is not understood.
pub async fn plan(trial: &mut Trial<'_>, step: &Step, i: usize) -> Result<Option<Vec<Planned>>, Stop> {
    let text = |name: &str| {
        step.get(name).and_then(Value::as_str).map(|text| {
            let mut out = String::new();
            macros::numbered(text, i, &mut out);
            out
        })
    };
    let mut more = headers(trial, step).await?;
    let signed = |name: &String| name.eq_ignore_ascii_case("authorization");
    if step.contains_key("invite") && !trial.case.headers.keys().chain(more.keys()).any(signed) {
        // Where the case does not say who invites, it is who may.
        let token = trial.text("{{tok.admin_A}}").await?;
        more.insert("Authorization".to_owned(), json!(format!("Bearer {token}")));
    }
    let person = text("as").unwrap_or_default();
    if let Some(path) = text("get") {
        return http(trial, "GET", &path, &more, None).await.map(Some);
    }
    if let Some(path) = text("post") {
        return post(trial, step, &path, more).await.map(Some);
    }
    if let Some(pair) = step.get("duplicate_header").and_then(Value::as_array) {
        let mut planned = http(trial, "POST", "{{gql}}", &more, Some(&own_question())).await?;
        for line in pair.iter().filter_map(Value::as_str) {
            let line = trial.text(line).await?;
            let (name, value) = line.split_once(':').unwrap_or((&line, ""));
            for one in &mut planned {
                one.request.headers.push((name.trim().to_owned(), value.trim().to_owned()));
                "duplicate_header".clone_into(&mut one.label);
            }
        }
        return Ok(Some(planned));
    }
    if step.contains_key("body") || step.contains_key("headers") || step.contains_key("query") {
        let body = step.get("body").cloned();
        let body = body.or_else(|| step.get("query").map(|query| json!({"query": query})));
        let body = body.or_else(|| trial.case.body.clone()).unwrap_or_else(own_question);
        let mut numbered = String::new();
        macros::numbered(&body.to_string(), i, &mut numbered);
        let body = if i > 0 { serde_json::from_str(&numbered).unwrap_or(body) } else { body };
        let method = if trial.case.method == "RAW" { "POST" } else { &trial.case.method.clone() };
        let path = trial.case.path.clone();
        let mut planned = http(trial, method, &path, &more, Some(&body)).await?;
        for one in &mut planned {
            one.person.clone_from(&person);
            one.label = label(step);
        }
        return Ok(Some(planned));
    }
    if let Some(id) = text("node") {
        let body = json!({"query": "query($i:ID!){ node(id:$i){ id __typename } }", "variables": {"i": id}});
        return http(trial, "POST", "{{gql}}", &more, Some(&body)).await.map(Some);
    }
    if let Some(search) = step.get("search").and_then(Value::as_str) {
        let search = trial.text(search).await?;
        let form = trial.stage.binding.form(&trial.stage.schema, "q.search_by");
        let form = form.map_err(|_| Stop::Absent("the schema has no search".to_owned()))?;
        let body = json!({"query": form.text, "variables": {"text": search}});
        let mut planned = http(trial, "POST", "{{gql}}", &more, Some(&body)).await?;
        for one in &mut planned {
            one.label = format!("search {search}");
        }
        return Ok(Some(planned));
    }
    let Some((part, input)) = part(trial, step, &text).await? else { return Ok(None) };
    let body = trial.stage.mutation(&part, &input)?;
    let named: Vec<&String> = more.keys().collect();
    let mut planned = if named.is_empty()
        && ["login", "refresh", "register", "request_reset", "reset"].contains(&part.as_str())
    {
        let anonymous: Map<String, Value> = Map::new();
        let mut planned = http(trial, "POST", "{{gql}}", &anonymous, Some(&json!({}))).await?;
        for one in &mut planned {
            one.request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
        }
        planned
    } else {
        http(trial, "POST", "{{gql}}", &more, Some(&json!({}))).await?
    };
    for one in &mut planned {
        one.request.body = body.to_string().into_bytes();
        one.label.clone_from(&part);
        one.person.clone_from(&person);
    }
    Ok(Some(planned))
}

/// Which mutation a verb means, and what it is given.
async fn part(
    trial: &mut Trial<'_>,
    step: &Step,
    text: &impl Fn(&str) -> Option<String>,
) -> Result<Option<(String, Map<String, Value>)>, Stop> {
    let object = |value: Value| value.as_object().cloned().unwrap_or_default();
    if let Some(name) = text("refresh") {
        let token = refresh_token(trial, &name).await?;
        return Ok(Some(("refresh".into(), object(json!({"refreshToken": token})))));
    }
    if let Some(how) = text("login") {
        let (email, password) = credentials(trial, &how).await?;
        return Ok(Some(("login".into(), object(json!({"email": email, "password": password})))));
    }
    if let Some(who) = text("reset") {
        let email = address(trial, &who).await?;
        return Ok(Some(("request_reset".into(), object(json!({"email": email})))));
    }
    if let Some(word) = text("register") {
        let word = trial.text(&word).await?;
        let is_address = word.contains('@') || word.ends_with("email");
        let (email, password) = if is_address {
            (address(trial, &word).await?, super::super::cast::PASSWORD.to_owned())
        } else {
            (format!("policy-{}@attacks.example", trial.stage.number()), word)
        };
        return Ok(Some(("register".into(), object(json!({"email": email, "password": password})))));
    }
    if let Some(who) = text("invite") {
        let email = address(trial, &who).await?;
        trial.facts.insert("mails_before_invitation".into(), json!(trial.stage.mails_to(&email)));
        return Ok(Some(("invite".into(), object(json!({"email": email})))));
    }
    if let Some(number) = text("register_org_number") {
        let number = trial.text(&number).await?;
        let name = format!("Other {}", trial.stage.number());
        let input = json!({"name": name, "registrationNumber": number});
        return Ok(Some(("register_organisation".into(), object(input))));
    }
    if step.contains_key("mutation") || step.contains_key("key") {
        let mut input = json!({"title": "One row"});
        if let Some(key) = step.get("key") {
            let key = match key.as_str() {
                Some(key) if step.contains_key("mutation") => {
                    json!(format!("{key}-{}", trial.log_before.max(1)))
                }
                Some(key) => json!(trial.text(key).await?),
                None => Value::Null,
            };
            input["idempotencyKey"] = key;
        }
        return Ok(Some(("create".into(), object(input))));
    }
    if let Some(dates) = text("create_with_dates") {
        let dates = dates.split_once('=').map_or(dates.clone(), |(_, date)| date.to_owned());
        let date = if dates == "yesterday" { "2020-01-01".to_owned() } else { dates };
        return Ok(Some(("create_project".into(), object(json!({"title": "Dates", "deadline": date})))));
    }
    Ok(None)
}

/// Keeps tokens that a step asks to keep.
pub fn keep(trial: &mut Trial<'_>, step: &Step, exchange: &Exchange) {
    let data = exchange.reply.json();
    let token = |name: &str| answer::find(&data["data"], name).and_then(Value::as_str).map(str::to_owned);
    let (Some(access), refresh) = (token("accessToken"), token("refreshToken").unwrap_or_default()) else {
        return;
    };
    let name = step.get("save").and_then(Value::as_str).unwrap_or("latest").to_owned();
    trial.saved.insert(format!("access:{name}"), access);
    trial.saved.insert(name, refresh);
}

/// The first question of somebody signed in.
fn own_question() -> Value {
    json!({"query": "{{q.me}}"})
}

/// Headers of the step, and the token of whom it is taken as.
async fn headers(trial: &mut Trial<'_>, step: &Step) -> Result<Map<String, Value>, Stop> {
    let mut more = step.get("headers").and_then(Value::as_object).cloned().unwrap_or_default();
    let Some(who) = step.get("as").and_then(Value::as_str) else { return Ok(more) };
    let saved = who.strip_prefix("access issued with ").map(|name| format!("access:{name}"));
    let token = match trial.saved.get(saved.as_deref().unwrap_or(who)) {
        Some(token) => token.clone(),
        None if saved.is_some() => "none".to_owned(),
        None if who == "anon" => return Ok(more),
        None => trial.text(&format!("{{{{tok.{who}}}}}")).await?,
    };
    more.insert("Authorization".to_owned(), json!(format!("Bearer {token}")));
    Ok(more)
}

async fn http(
    trial: &mut Trial<'_>,
    method: &str,
    path: &str,
    more: &Map<String, Value>,
    body: Option<&Value>,
) -> Result<Vec<Planned>, Stop> {
    let mut request = trial.request(method, path, more, body).await?;
    let here = format!("http://{}", trial.stage.target.address);
    if let Some(path) = request.target.clone().strip_prefix(&here) {
        path.clone_into(&mut request.target);
    }
    // What no request line can carry stands in it escaped, as a browser would.
    request.target = request.target.replace(' ', "%20").replace(['\r', '\n'], "");
    Ok(vec![Planned { label: format!("{method} {path}"), person: String::new(), request }])
}

async fn post(
    trial: &mut Trial<'_>,
    step: &Step,
    path: &str,
    mut more: Map<String, Value>,
) -> Result<Vec<Planned>, Stop> {
    let mut body = step.get("body").cloned();
    if let Some(parts) = step.get("multipart").and_then(Value::as_object) {
        let part = |(name, value): (&String, &Value)| {
            let value = value.as_str().unwrap_or_default();
            format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        body = Some(json!(parts.iter().map(part).chain(["--X--\r\n".to_owned()]).collect::<String>()));
        more.insert("Content-Type".to_owned(), json!("multipart/form-data; boundary=X"));
    } else if body.as_ref().is_some_and(Value::is_string) && trial.case.headers.contains_key("Content-Type") {
        let multipart =
            trial.case.headers["Content-Type"].as_str().is_some_and(|ty| ty.starts_with("multipart"));
        if multipart {
            more.insert("Content-Type".to_owned(), json!("application/x-www-form-urlencoded"));
        }
    }
    http(trial, "POST", path, &more, body.as_ref()).await
}

fn label(step: &Step) -> String {
    let headers = step.get("headers").and_then(Value::as_object).into_iter().flatten();
    let named: Vec<String> =
        headers.map(|(name, value)| format!("{name}: {}", value.as_str().unwrap_or_default())).collect();
    if named.is_empty() { "request".to_owned() } else { named.join(", ") }
}

/// `alice_email`, `alice`, `fresh`, `victim`, or an address itself.
pub async fn address(trial: &mut Trial<'_>, word: &str) -> Result<String, Stop> {
    let word = trial.text(word).await?;
    if word.contains('@') {
        return Ok(word);
    }
    let name = word.trim_end_matches("_email").trim_end_matches(" email").to_owned();
    if trial.stage.binding.people.contains_key(&name) {
        return trial.text(&format!("{{{{{name}_email}}}}")).await;
    }
    let known = format!("address:{name}");
    if let Some(email) = trial.saved.get(&known) {
        return Ok(email.clone());
    }
    let email = format!("{}-{}@attacks.example", name.replace(' ', "-"), trial.stage.number());
    trial.saved.insert(known, email.clone());
    Ok(email)
}

/// Who signs in with what: `alice wrong`, `user7 same pw`, or a password of the case's last account.
async fn credentials(trial: &mut Trial<'_>, how: &str) -> Result<(String, String), Stop> {
    if let Some(who) = how.strip_suffix(" wrong") {
        return Ok((address(trial, who).await?, "wrong horse battery 12".to_owned()));
    }
    if let Some(who) = how.strip_suffix(" same pw") {
        return Ok((format!("{who}@attacks.example"), super::super::cast::PASSWORD.to_owned()));
    }
    if trial.stage.binding.people.contains_key(how) || how.starts_with("with ") || how.ends_with(" right") {
        let who = if trial.stage.binding.people.contains_key(how) { how } else { "alice" };
        let password = trial
            .expand(|words| Ok(words.cast.people.get(who).map(|person| person.password.clone())))
            .await?;
        let email = trial.text(&format!("{{{{{who}_email}}}}")).await?;
        return Ok((email, password.unwrap_or_else(|| super::super::cast::PASSWORD.to_owned())));
    }
    let lower = how.strip_prefix("lower(").and_then(|rest| rest.strip_suffix(')'));
    let upper = how.strip_prefix("upper(").and_then(|rest| rest.strip_suffix(')'));
    let mut password = trial.text(lower.or(upper).unwrap_or(how)).await?;
    if lower.is_some() {
        password = password.to_lowercase();
    } else if upper.is_some() {
        password = password.to_uppercase();
    }
    // `{{pw}}` is alice's; any other password was given to the case's own account.
    let own = trial.saved.get("email").cloned().filter(|_| !how.contains("{{pw}}"));
    let email = match own {
        Some(email) => email,
        None => trial.text("{{alice_email}}").await?,
    };
    Ok((email, password))
}

/// The refresh token of a name: `R1` is a fresh sign-in's.
async fn refresh_token(trial: &mut Trial<'_>, name: &str) -> Result<String, Stop> {
    if let Some(token) = trial.saved.get(name).or_else(|| trial.saved.get(&format!("{name} refresh"))) {
        return Ok(token.clone());
    }
    if trial.seen.iter().any(|exchange| exchange.label == "refresh") && name != "latest" {
        // A token that an earlier step should have issued and did not.
        return Ok("none".to_owned());
    }
    let token = trial.text("{{refresh.alice}}").await?;
    trial.saved.insert(name.to_owned(), token.clone());
    Ok(token)
}

/// A plain GraphQL request as somebody, for steps that look at the result themselves.
///
/// # Errors
/// The person cannot sign in.
pub async fn ask_as(trial: &mut Trial<'_>, who: &str, label: &str, body: &Value) -> Result<Exchange, Stop> {
    let token = match who {
        "" | "anon" => None,
        who => Some(trial.text(&format!("{{{{tok.{who}}}}}")).await?),
    };
    Ok(trial.stage.ask(trial.source, label, token.as_deref(), body).await)
}

/// A request of nothing, for callers that fill it in.
pub fn empty() -> Request {
    Request { method: "POST".to_owned(), ..Request::default() }
}
