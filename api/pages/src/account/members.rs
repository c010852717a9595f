//! Who works for one's organisation, who is invited, and the keys of its programs.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    api::Failure,
    desk::Desk,
    form::{Faults, Filled, KEY},
};

/// The routes.
pub fn routes() -> Router {
    Router::new().route("/account/members", get(shown)).route("/account/members/{act}", post(act))
}

#[derive(Debug, Clone, Deserialize)]
struct Member {
    id: String,
    version: i64,
    name: Option<String>,
    email: Option<String>,
    role: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invitation {
    id: String,
    email: String,
    role: Option<String>,
    expires_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProgramKey {
    id: String,
    name: String,
    scopes: Vec<String>,
    expires_at: DateTime<Utc>,
}

/// What of an organisation only those see who belong to it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Own {
    name: String,
    members: Option<Vec<Member>>,
    invitations: Option<Vec<Invitation>>,
    api_keys: Option<Vec<ProgramKey>>,
}

const ROLES: [&str; 3] = ["VIEWER", "EDITOR", "OWNER"];
const SCOPES: [&str; 9] = [
    "READ",
    "WRITE_ORGANISATION",
    "WRITE_PROJECTS",
    "WRITE_MANDATES",
    "WRITE_CITIES",
    "WRITE_CAPABILITIES",
    "WRITE_SEARCHES",
    "IMPORT",
    "EXPORT",
];

#[derive(Template)]
#[template(path = "account/members.html")]
struct MembersPage {
    d: Desk,
    own: Own,
    key: String,
    secret: Option<String>,
    filled: Filled,
    faults: Faults,
}

async fn page(d: &Desk, secret: Option<String>, filled: Filled, faults: Faults) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        organisation: Option<Own>,
    }
    let id = d.signed_in()?.acting().map(|own| own.id.clone()).ok_or_else(Failure::not_found)?;
    let document = include_str!("../../queries/account/members.graphql");
    let answer: Answer = d.ask(document, json!({ "id": id })).await?;
    let own = answer.organisation.ok_or_else(Failure::not_found)?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    d.page_with(status, &MembersPage { d: d.clone(), own, key: d.new_key(), secret, filled, faults })
}

async fn shown(d: Desk) -> Result<Response, Failure> {
    page(&d, None, Filled::default(), Faults::default()).await
}

/// The command of a form, its kind of input and what of its answer is read.
fn command(act: &str) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match act {
        "invite" => ("invite", "InviteInput", "invitationId"),
        "revoke" => ("revokeInvitation", "RevokeInvitationInput", "invitationId"),
        "role" => ("setMemberRole", "SetMemberRoleInput", "membershipId"),
        "remove" => ("removeMember", "RemoveMemberInput", "membershipId"),
        "key" => ("createApiKey", "CreateApiKeyInput", "secret"),
        "key-end" => ("revokeApiKey", "RevokeApiKeyInput", "apiKeyId"),
        _ => return None,
    })
}

/// What a form says, as the input of its command.
fn input(act: &str, filled: &Filled) -> Value {
    let key = filled.text(KEY);
    let of = filled.text("of");
    match act {
        "invite" => {
            json!({ "email": filled.text("email"), "role": filled.text("role"), "idempotencyKey": key })
        }
        "revoke" => json!({ "invitationId": of, "idempotencyKey": key }),
        "role" => json!({
            "membershipId": of, "role": filled.text("role"),
            "expectedVersion": filled.whole("version"), "idempotencyKey": key,
        }),
        "remove" => json!({ "membershipId": of, "idempotencyKey": key }),
        "key" => json!({
            "name": filled.text("name"), "scopes": filled.all("scope"),
            "expiresInDays": filled.whole("days"), "idempotencyKey": key,
        }),
        _ => json!({ "apiKeyId": of, "idempotencyKey": key }),
    }
}

async fn act(d: Desk, Path(act): Path<String>, filled: Filled) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Done {
        secret: Option<String>,
    }
    let (mutation, kind, read) = command(&act).ok_or_else(Failure::not_found)?;
    let document = format!(
        "mutation Act($input: {kind}!) {{ {mutation}(input: $input) {{ {read} userErrors {{ code path message }} }} }}"
    );
    match d.act::<Done>(&document, input(&act, &filled)).await? {
        Ok(Done { secret: Some(secret) }) => {
            page(&d, Some(secret), Filled::default(), Faults::default()).await
        }
        Ok(Done { secret: None }) => Ok(d.go("/account/members", "moved")),
        Err(faults) => page(&d, None, filled, faults).await,
    }
}

#[cfg(test)]
mod tests {
    use super::{command, input};
    use crate::form::Filled;

    #[test]
    fn each_form_makes_the_input_of_its_command() {
        let filled =
            Filled::parse(b"of=m1&role=EDITOR&version=3&key=k&scope=READ&scope=EXPORT&days=30&name=n");
        assert_eq!(input("role", &filled)["expectedVersion"], 3);
        assert_eq!(input("key", &filled)["scopes"], serde_json::json!(["READ", "EXPORT"]));
        assert_eq!(input("remove", &filled)["membershipId"], "m1");
        for act in ["invite", "revoke", "role", "remove", "key", "key-end"] {
            assert!(command(act).is_some(), "{act}");
            assert_eq!(input(act, &filled)["idempotencyKey"], "k", "{act}");
        }
        assert_eq!(command("erase"), None);
    }
}
