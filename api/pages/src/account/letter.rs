//! Where links of letters lead: a page that says what they do, and does it when somebody presses; and the forms for
//! those who have no account yet or forgot its password.

use askama::Template;
use axum::{Router, extract::Path, http::StatusCode, response::Response, routing::get};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    api::Failure,
    desk::Desk,
    form::{Faults, Filled},
};

/// The routes.
pub fn routes() -> Router {
    let mut routes = Router::new()
        .route("/register", get(register_form).post(register))
        .route("/reset-password", get(forgot_form).post(forgot))
        .route("/reset-password/{token}", get(reset_form).post(reset))
        .route("/accept-invitation/{token}", get(invitation_form).post(accept));
    for link in LINKS {
        let shown = async move |d: Desk| page(&d, link, Step::Asked);
        let done =
            async move |d: Desk, Path(token): Path<String>, _filled: Filled| follow(d, link, token).await;
        routes = routes.route(&format!("/{}/{{token}}", link.path), get(shown).post(done));
    }
    routes
}

/// A link that needs nothing but a press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Link {
    /// The first part of its address.
    path: &'static str,
    /// The mutation.
    document: &'static str,
}

const LINKS: [Link; 4] = [
    Link {
        path: "confirm-email",
        document: "mutation Confirm($input: LinkInput!) { confirmEmail(input: $input) { accepted userErrors { code path message } } }",
    },
    Link {
        path: "confirm-email-change",
        document: "mutation Confirm($input: LinkInput!) { confirmEmailChange(input: $input) { accepted userErrors { code path message } } }",
    },
    Link {
        path: "revert-email-change",
        document: "mutation Revert($input: LinkInput!) { revertEmailChange(input: $input) { accepted userErrors { code path message } } }",
    },
    Link {
        path: "prove-domain",
        document: "mutation Prove($input: LinkInput!) { proveDomain(input: $input) { accepted userErrors { code path message } } }",
    },
];

/// How far a link was followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Asked,
    Done,
    Dead,
}

#[derive(Template)]
#[template(path = "account/letter.html")]
struct LetterPage {
    d: Desk,
    link: &'static str,
    step: Step,
}

fn page(d: &Desk, link: Link, step: Step) -> Result<Response, Failure> {
    let status = if step == Step::Dead { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    d.page_with(status, &LetterPage { d: d.clone(), link: link.path, step })
}

/// Seconds within which a place may follow links again that sent too many that were none.
const LINKS_WAIT: u64 = 15 * 60;

#[derive(Deserialize)]
struct Done {}

async fn follow(d: Desk, link: Link, token: String) -> Result<Response, Failure> {
    let step = match d.act::<Done>(link.document, json!({ "token": token })).await? {
        Ok(Done {}) => Step::Done,
        // Not a word of the link: it may be good.
        Err(faults) if faults.0.iter().any(|error| error.code == "RATE_LIMITED") => {
            return Err(Failure { retry_after: Some(LINKS_WAIT), ..Failure::of("RATE_LIMITED") });
        }
        Err(_) => Step::Dead,
    };
    page(&d, link, step)
}

/// A form for somebody without a session, by its name.
#[derive(Template)]
#[template(path = "account/outside.html")]
struct OutsidePage {
    d: Desk,
    /// Which form: its words begin with it.
    name: &'static str,
    /// Fields: their names, and how browsers take them.
    fields: &'static [(&'static str, &'static str, &'static str)],
    is_done: bool,
    filled: Filled,
    faults: Faults,
}

const REGISTER: &[(&str, &str, &str)] =
    &[("name", "text", "name"), ("email", "email", "username"), ("password", "password", "new-password")];
const FORGOT: &[(&str, &str, &str)] = &[("email", "email", "username")];
const RESET: &[(&str, &str, &str)] = &[("newPassword", "password", "new-password")];
const INVITED: &[(&str, &str, &str)] = &[("name", "text", "name"), ("password", "password", "new-password")];

fn outside(
    d: &Desk,
    name: &'static str,
    fields: &'static [(&'static str, &'static str, &'static str)],
    is_done: bool,
    filled: Filled,
    faults: Faults,
) -> Result<Response, Failure> {
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    d.page_with(status, &OutsidePage { d: d.clone(), name, fields, is_done, filled, faults })
}

/// Runs a command of a form and shows that it was done, or the form again.
async fn run(
    d: &Desk,
    (name, fields): (&'static str, &'static [(&'static str, &'static str, &'static str)]),
    document: &str,
    input: Value,
    filled: Filled,
) -> Result<Response, Failure> {
    match d.act::<Done>(document, input).await? {
        Ok(Done {}) => outside(d, name, fields, true, filled, Faults::default()),
        Err(faults) => outside(d, name, fields, false, filled, faults),
    }
}

async fn register_form(d: Desk) -> Result<Response, Failure> {
    outside(&d, "register", REGISTER, false, Filled::default(), Faults::default())
}

async fn register(d: Desk, filled: Filled) -> Result<Response, Failure> {
    let document = "mutation Register($input: RegisterInput!) { register(input: $input) { accepted userErrors { code path message } } }";
    let input = json!({
        "email": filled.text("email"), "password": filled.text("password"),
        "name": filled.text("name"), "language": d.tag(),
    });
    run(&d, ("register", REGISTER), document, input, filled).await
}

async fn forgot_form(d: Desk) -> Result<Response, Failure> {
    outside(&d, "forgot", FORGOT, false, Filled::default(), Faults::default())
}

async fn forgot(d: Desk, filled: Filled) -> Result<Response, Failure> {
    let document = "mutation Forgot($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { accepted userErrors { code path message } } }";
    run(&d, ("forgot", FORGOT), document, json!({ "email": filled.text("email") }), filled).await
}

async fn reset_form(d: Desk) -> Result<Response, Failure> {
    outside(&d, "reset", RESET, false, Filled::default(), Faults::default())
}

async fn reset(d: Desk, Path(token): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let document = "mutation Reset($input: ResetPasswordInput!) { resetPassword(input: $input) { accepted userErrors { code path message } } }";
    let input = json!({ "token": token, "newPassword": filled.text("newPassword") });
    run(&d, ("reset", RESET), document, input, filled).await
}

async fn invitation_form(d: Desk) -> Result<Response, Failure> {
    let fields = if d.person.is_some() { &[] } else { INVITED };
    outside(&d, "invited", fields, false, Filled::default(), Faults::default())
}

async fn accept(d: Desk, Path(token): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let document = "mutation Accept($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { membershipId userErrors { code path message } } }";
    let fields = if d.person.is_some() { &[] } else { INVITED };
    let input = json!({ "token": token, "name": filled.get("name"), "password": filled.get("password") });
    run(&d, ("invited", fields), document, input, filled).await
}
