//! What the links in mails are for: to accept an invitation, and to set a new password.

use serde_json::{Value, json};

use super::{
    super::{
        Stop, answer,
        cast::{self, PASSWORD},
        http::Request,
        stage::Exchange,
        trial::Trial,
    },
    Step,
    flow::must,
    plan, process,
};

/// The victim gets the invitation by mail, accepts it and sets an own password.
pub(super) async fn victim_accepts(trial: &mut Trial<'_>) -> Result<(), Stop> {
    let email = plan::address(trial, "victim").await?;
    let before = trial.facts.get("mails_before_invitation").and_then(Value::as_u64).unwrap_or_default();
    let mut token = None;
    // A mail about the account may come between the invitation and the request for it.
    for before in before as usize..before.saturating_add(3) as usize {
        let mail = trial.stage.mail_to(&email, before).await;
        token = mail.filter(|mail| mail.links().iter().any(|link| link.contains("invitation")));
        if token.is_some() {
            break;
        }
    }
    let token = token
        .and_then(|mail| mail.token())
        .ok_or_else(|| Stop::Broken("no invitation in the mails".to_owned()))?;
    let given = json!({"token": token, "password": PASSWORD});
    let given = given.as_object().cloned().unwrap_or_default();
    let body = trial.stage.mutation("accept_invitation_new", &given)?;
    let done = trial.stage.ask(trial.stage.source(), "accept", None, &body).await;
    must(&done, "accept_invitation_new")
}

/// Looks at a link to set a new password, as a browser or a program that checks mail does, which changes nothing, and
/// then sets one with the token.
async fn reset_page(trial: &mut Trial<'_>) -> Result<(), Stop> {
    let person = trial.cast.person(trial.stage, "alice").await?;
    let before = trial.stage.mails_to(&person.email);
    let given = [("email".to_owned(), json!(person.email))].into_iter().collect();
    let body = trial.stage.mutation("request_reset", &given)?;
    let asked = trial.stage.ask(trial.stage.source(), "request_reset", None, &body).await;
    must(&asked, "request_reset")?;
    let mail = trial.stage.mail_to(&person.email, before).await;
    let mail = mail.ok_or_else(|| Stop::Broken("no mail to set a new password".to_owned()))?;
    let token = mail.token().ok_or_else(|| Stop::Broken("no token in the mail".to_owned()))?;
    let links: Vec<String> = mail.links().into_iter().map(str::to_owned).collect();
    let link = links.iter().find(|link| link.contains(&token));
    let link = link.ok_or_else(|| Stop::Broken("no link in the mail has the token".to_owned()))?;
    let path = link.splitn(4, '/').nth(3).unwrap_or_default();
    let request = Request { method: "GET".into(), target: format!("/{path}"), ..Default::default() };
    trial.send("the page of the link", "", request).await;
    let given = json!({"token": token, "password": format!("{PASSWORD} again")});
    let body =
        trial.stage.mutation("reset_password", given.as_object().unwrap_or(&serde_json::Map::new()))?;
    let done = trial.stage.ask(trial.stage.source(), "reset_password", None, &body).await;
    must(&done, "reset_password")?;
    trial.seen.push(done);
    trial.saved.insert("secret".to_owned(), token);
    Ok(())
}

/// Uses of an invitation that must not work, and one that must.
pub(super) async fn invitation(trial: &mut Trial<'_>, step: &Step, how: &str) -> Result<(), Stop> {
    if how.contains("page") {
        return reset_page(trial).await;
    }
    let owner = trial.cast.person(trial.stage, "admin_A").await?;
    let guest = format!("guest-{}@attacks.example", trial.stage.number());
    let person = cast::register(trial.stage, &guest, PASSWORD).await?;
    let before = trial.stage.mails_to(&guest);
    let done =
        trial.cast.act(trial.stage, "invite", &owner, json!({"email": guest, "role": "VIEWER"})).await?;
    must(&done, "invite")?;
    let invited = done.reply.json();
    let mail = trial.stage.mail_to(&guest, before).await;
    let token = mail
        .and_then(|mail| mail.token())
        .ok_or_else(|| Stop::Broken("no invitation in the mails".to_owned()))?;
    let mut input = json!({"token": token});
    let mut who = person;
    match how {
        "revoked" => {
            let id = ["id", "invitationId"].iter().find_map(|name| answer::find(&invited["data"], name));
            let id = id.cloned().unwrap_or_default();
            let version = answer::find(&invited["data"], "version").cloned().unwrap_or_else(|| json!(1));
            let revoked = trial
                .cast
                .act(
                    trial.stage,
                    "revoke_invitation",
                    &owner,
                    json!({"invitationId": id, "expectedVersion": version}),
                )
                .await?;
            must(&revoked, "revoke_invitation")?;
        }
        "expired" => {
            // A day longer than an invitation lives; a session may not last so long, so the guest signs in again.
            process::faketime(trial, 8 * 86_400)?;
            who = cast::sign_in(trial.stage, trial.stage.source(), &guest, PASSWORD).await?;
        }
        "twice" => {
            let first = trial.cast.act(trial.stage, "accept_invitation", &who, input.clone()).await?;
            must(&first, "accept_invitation")?;
        }
        _ if step.contains_key("accept_with") => {
            let more = step.get("accept_with").and_then(Value::as_object).cloned().unwrap_or_default();
            for (name, value) in more {
                input[name.as_str()] = value;
            }
        }
        _ => {
            let other = step.get("as").and_then(Value::as_str).unwrap_or("carol").to_owned();
            who = trial.cast.person(trial.stage, &other).await?;
        }
    }
    let result = trial.cast.act(trial.stage, "accept_invitation", &who, input).await;
    process::restore(trial);
    match result {
        Ok(done) => trial.seen.push(Exchange { label: format!("invitation {how}"), ..done }),
        // The input has no such field: closed structs leave nothing to tamper with.
        Err(Stop::Broken(why)) if step.contains_key("accept_with") && why.contains("takes no") => {
            trial.facts.insert("closed_input".into(), json!(true));
        }
        Err(other) => return Err(other),
    }
    Ok(())
}
