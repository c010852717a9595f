//! Verbs that take several requests: to sign out, to register and confirm, to publish and take back, to import.

use serde_json::{Value, json};

use super::{
    super::{
        Stop, answer,
        cast::{self, PASSWORD},
        files,
        macros::{self, Context},
        process::Served,
        stage::Exchange,
        trial::Trial,
    },
    Step, link, plan,
};

/// Takes a step of these; `false` where it is none.
///
/// # Errors
/// The schema lacks something, or setting up failed.
pub async fn run(trial: &mut Trial<'_>, step: &Step) -> Result<bool, Stop> {
    const VERBS: &[&str] = &[
        "logout",
        "anon_session",
        "register_password",
        "register_email",
        "register_unverified",
        "victim_accepts",
        "attacker_login",
        "accept_with",
        "use",
        "erase",
        "remove",
        "publish",
        "unpublish",
        "read",
        "import",
        "upload",
        "export",
        "set",
        "cause_each",
        "create_and_publish",
    ];
    let Some(verb) = VERBS.iter().find(|verb| step.contains_key(**verb)) else { return Ok(false) };
    let value = step.get(*verb).cloned().unwrap_or_default();
    let text = value.as_str().unwrap_or_default().to_owned();
    match *verb {
        "logout" => logout(trial, &text).await?,
        "anon_session" => drop(trial.saved.insert(text, "attacker-chosen-session-0123456789".to_owned())),
        "register_password" => {
            let password = trial.text(&text).await?;
            let email = format!("own-{}@attacks.example", trial.stage.number());
            cast::register(trial.stage, &email, &password).await?;
            trial.saved.insert("email".to_owned(), email);
        }
        "register_email" => register_email(trial, &text).await?,
        "register_unverified" => {
            let email = plan::address(trial, &text).await?;
            registration(trial, "attacker registers", &email, "attacker lantern 99 moss").await?;
        }
        "victim_accepts" => link::victim_accepts(trial).await?,
        "attacker_login" => {
            let email = plan::address(trial, "victim").await?;
            let done =
                cast::log_in(trial.stage, trial.stage.source(), &email, "attacker lantern 99 moss").await?;
            trial.seen.push(Exchange { label: "attacker login".into(), ..done });
        }
        "use" | "accept_with" => link::invitation(trial, step, &text).await?,
        "erase" => {
            let person = trial.cast.person(trial.stage, &text).await?;
            trial.saved.insert("erased".to_owned(), person.email.clone());
            let done =
                trial.cast.act(trial.stage, "erase", &person, json!({"password": person.password})).await?;
            must(&done, "erase")?;
        }
        "remove" => {
            let owner = trial.cast.person(trial.stage, "admin_A").await?;
            let _ = trial.cast.person(trial.stage, &text).await?;
            let membership = trial.cast.thing(trial.stage, &format!("membership_{text}")).await?;
            let done = trial
                .cast
                .act(trial.stage, "remove_member", &owner, json!({"membershipId": membership}))
                .await?;
            must(&done, "remove_member")?;
            // What worked before is what the case takes away; only what comes after is to be refused.
            for before in std::mem::take(&mut trial.seen) {
                must(&before, &before.label)?;
            }
            if trial.state_before.is_some() {
                trial.state_before = Some(trial.state().await?);
            }
        }
        "publish" | "unpublish" => listing(trial, verb, &text).await?,
        "read" => read(trial, step, &value).await?,
        "import" => {
            let content = step.get("content").and_then(Value::as_str).unwrap_or_default().to_owned();
            let content = trial.expand(|words| macros::expand(&content, words, Context::Plain)).await?;
            deliver(trial, "import", &text, content).await?;
        }
        "upload" => {
            let content = files::make(&text)
                .ok_or_else(|| Stop::Broken(format!("a file that is not known: {text}")))?;
            deliver(trial, "upload", &text, content).await?;
        }
        "export" => export(trial, &value).await?,
        "set" => {
            let written = step.get("value").and_then(Value::as_str).unwrap_or_default().to_owned();
            let written = trial.text(&written).await?;
            let editor = trial.cast.person(trial.stage, "alice").await?;
            let mut input = json!({"title": "Text of an attack"});
            input[text.as_str()] = json!(written);
            let done = trial.cast.act(trial.stage, "create_project", &editor, input).await?;
            trial.seen.push(Exchange { label: format!("set {written}"), ..done });
        }
        "cause_each" => cause_each(trial).await?,
        _ => quota(trial, value.as_u64().unwrap_or(1)).await?,
    }
    Ok(true)
}

pub(super) fn must(done: &Exchange, what: &str) -> Result<(), Stop> {
    if answer::succeeded(&done.reply) {
        return Ok(());
    }
    Err(Stop::Broken(format!("'{what}' failed on the way: {} {}", done.reply.status, done.reply.text())))
}

async fn logout(trial: &mut Trial<'_>, who: &str) -> Result<(), Stop> {
    let person = trial.cast.person(trial.stage, who).await?;
    trial.saved.insert("old access".to_owned(), person.access.clone());
    trial.saved.insert("old".to_owned(), person.refresh.clone());
    let done = trial.cast.act(trial.stage, "logout", &person, json!({})).await?;
    must(&done, "logout")
}

async fn registration(trial: &mut Trial<'_>, label: &str, email: &str, password: &str) -> Result<(), Stop> {
    let given = json!({"email": email, "password": password});
    let body = trial.stage.mutation("register", given.as_object().unwrap_or(&serde_json::Map::new()))?;
    let done = trial.stage.ask(trial.stage.source(), label, None, &body).await;
    trial.seen.push(done);
    Ok(())
}

/// Registers an address as it is written, with a password of its own, and confirms whatever mail comes of it.
async fn register_email(trial: &mut Trial<'_>, email: &str) -> Result<(), Stop> {
    // The case's addresses may be taken by an earlier run: a number makes them its own.
    let number =
        trial.saved.entry("number".to_owned()).or_insert_with(|| trial.stage.now().to_string()).clone();
    let (name, host) = email.split_once('@').unwrap_or((email, ""));
    let email = format!("{name}{number}@{host}");
    let at = trial.facts.get("addresses").and_then(Value::as_array).map(Vec::len).unwrap_or_default();
    let password = format!("{PASSWORD} {at}");
    let before = trial.stage.mails().len();
    registration(trial, "register_email", &email, &password).await?;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    for mail in trial.stage.mails().iter().skip(before) {
        if let Some(token) = mail.token() {
            let given = [("token".to_owned(), json!(token))].into_iter().collect();
            let body = trial.stage.mutation("confirm", &given)?;
            let _ = trial.stage.ask(trial.stage.source(), "confirm", None, &body).await;
        }
    }
    let addresses = trial.facts.entry("addresses".to_owned()).or_insert_with(|| json!([]));
    if let Some(list) = addresses.as_array_mut() {
        list.push(json!({"email": email, "password": password}));
    }
    Ok(())
}

async fn listing(trial: &mut Trial<'_>, verb: &str, name: &str) -> Result<(), Stop> {
    let thing = if trial.stage.binding.things.contains_key(name) { name } else { "published_project_A" };
    let id = trial.cast.thing(trial.stage, thing).await?;
    let owner = trial.stage.binding.things.get(thing).map(|thing| thing.owner.clone()).unwrap_or_default();
    trial.saved.insert("listing".to_owned(), id.clone());
    if verb == "publish" {
        return Ok(());
    }
    let editor = trial.cast.person(trial.stage, &owner).await?;
    let form = trial.stage.binding.form(&trial.stage.schema, "q.project_version");
    let form = form.map_err(|_| Stop::Absent("the schema tells no version of a project".to_owned()))?;
    let question = json!({"query": form.text, "variables": {"id": id}});
    let asked = plan::ask_as(trial, &owner, "version", &question).await?;
    let version = answer::find(&asked.reply.json()["data"], "version").cloned().unwrap_or_else(|| json!(1));
    let done = trial
        .cast
        .act(trial.stage, "withdraw_project", &editor, json!({"projectId": id, "expectedVersion": version}))
        .await?;
    must(&done, "withdraw_project")
}

/// Reads a listing in every way that there is.
async fn read(trial: &mut Trial<'_>, step: &Step, what: &Value) -> Result<(), Stop> {
    let who = step.get("as").and_then(Value::as_str).unwrap_or_default().to_owned();
    if what.as_str().is_some_and(|what| what.contains("log")) {
        let log = trial.stage.served.as_ref().map(Served::log);
        let log =
            log.ok_or_else(|| Stop::Absent("the server's log is not at hand: give --serve".to_owned()))?;
        trial.facts.insert("log".into(), json!(log.get(trial.log_before..).unwrap_or_default()));
        return Ok(());
    }
    if what.as_str().is_some_and(|what| what.contains("contact")) {
        return Err(Stop::Absent("the schema has no type Contact".to_owned()));
    }
    let id = match trial.saved.get("listing") {
        Some(id) => id.clone(),
        None => trial.cast.thing(trial.stage, "published_project_A").await?,
    };
    let word = trial
        .cast
        .words
        .get("published_project_A")
        .and_then(|words| words.first())
        .cloned()
        .unwrap_or_default();
    for form in ["q.read_node", "q.read_project", "q.read_page", "q.read_search"] {
        let Ok(form) = trial.stage.binding.form(&trial.stage.schema, form) else { continue };
        let body = json!({"query": form.text, "variables": {"id": id, "text": word}});
        let done = plan::ask_as(trial, &who, "read", &body).await?;
        let label = if what.is_array() { "read after" } else { "read before" };
        trial.seen.push(Exchange { label: label.to_owned(), ..done });
    }
    Ok(())
}

/// Gives a file to the server by the mutation that takes one.
async fn deliver(trial: &mut Trial<'_>, part: &str, kind: &str, content: Vec<u8>) -> Result<(), Stop> {
    let person = trial.cast.person(trial.stage, "alice").await?;
    let name = format!("attack.{}", kind.split('_').next().unwrap_or("bin"));
    let purpose = if part == "import" { "IMPORT" } else { "DOCUMENT" };
    let watch = trial.watch();
    let (file, sent) = trial.cast.hand_in(trial.stage, &person, (&name, purpose), content).await?;
    // A file that was taken has not come in yet: what is made of it is the answer that counts.
    let answered = match file {
        Some(file) if part == "import" => {
            trial.cast.act(trial.stage, part, &person, json!({"uploadId": file})).await?
        }
        Some(file) => {
            let input = json!({"uploadId": file, "title": "Of an attack"});
            trial.cast.act(trial.stage, part, &person, input).await?
        }
        None => sent,
    };
    trial.unwatch(watch);
    trial.seen.push(Exchange { label: format!("{part} {kind}"), ..answered });
    Ok(())
}

async fn export(trial: &mut Trial<'_>, what: &Value) -> Result<(), Stop> {
    let person = if trial
        .case
        .headers
        .get("Authorization")
        .and_then(Value::as_str)
        .is_some_and(|text| text.contains("bob"))
    {
        "bob"
    } else {
        "alice"
    };
    if let Some(formats) = what.as_array() {
        return Err(Stop::Absent(format!("the schema exports no {}", json!(formats))));
    }
    let form = trial.stage.binding.form(&trial.stage.schema, "q.export");
    let form = form.map_err(|_| Stop::Absent("the schema exports no data of a person".to_owned()))?;
    // Another person can be asked for where the operation takes one.
    let mut text = form.text.clone();
    if let Some(target) = what.as_str().filter(|what| *what != "self") {
        if !text.contains("<1>") {
            return Err(Stop::Absent(
                "the schema exports one's own data alone and takes no person".to_owned(),
            ));
        }
        text = text.replace("<1>", &trial.text(target).await?);
    }
    let done = plan::ask_as(trial, person, "export", &json!({"query": format!("{{ {text} }}")})).await?;
    trial.seen.push(done);
    Ok(())
}

/// Something happens that subscribers would hear of.
///
/// # Errors
/// The schema has no way to cause it.
pub async fn cause(trial: &mut Trial<'_>) -> Result<(), Stop> {
    let person = trial.cast.person(trial.stage, "admin_A").await?;
    let done = trial.cast.act(trial.stage, "create_project", &person, json!({"title": "An event"})).await?;
    must(&done, "create_project")
}

/// One of each event that security wants logged.
async fn cause_each(trial: &mut Trial<'_>) -> Result<(), Stop> {
    let person = trial.cast.person(trial.stage, "alice").await?;
    let _ = cast::log_in(trial.stage, trial.stage.source(), &person.email, &person.password).await?;
    let _ = cast::log_in(trial.stage, trial.stage.source(), &person.email, "wrong horse battery 12").await?;
    for _ in 0..2 {
        let given = [("refreshToken".to_owned(), json!(person.refresh))].into_iter().collect();
        let body = trial.stage.mutation("refresh", &given)?;
        let _ = trial.stage.ask(trial.stage.source(), "refresh", None, &body).await;
    }
    // That ended her session.
    let _ = trial.cast.renew(trial.stage, "alice").await?;
    let id = trial.cast.thing(trial.stage, "private_project_A").await?;
    let body = json!({"query": "query($i:ID!){ node(id:$i){ id } }", "variables": {"i": id}});
    let _ = plan::ask_as(trial, "bob", "denied", &body).await?;
    // An organisation's viewer, who knows of it, may not invite.
    let viewer = trial.cast.person(trial.stage, "viewer").await?;
    let _ = trial.cast.act(trial.stage, "invite", &viewer, json!({"email": "x@attacks.example"})).await?;
    let aliases: String = (0..200).map(|i| format!("a{i}:__typename ")).collect();
    let _ = plan::ask_as(trial, "bob", "dear", &json!({"query": format!("{{{aliases}}}")})).await?;
    Ok(())
}

/// Makes listings until a quota says that it is enough.
async fn quota(trial: &mut Trial<'_>, wanted: u64) -> Result<(), Stop> {
    let person = trial.cast.person(trial.stage, "alice").await?;
    for i in 0..wanted.min(trial.stage.binding.limit("most_listings", 2_000)) {
        let input = json!({"title": format!("Near copy {i}")});
        let done = trial.cast.act(trial.stage, "create_project", &person, input).await?;
        if !answer::succeeded(&done.reply) {
            trial.seen.push(Exchange { label: "quota".into(), ..done });
            trial.facts.insert("made".into(), json!(i));
            return Ok(());
        }
    }
    Ok(())
}
