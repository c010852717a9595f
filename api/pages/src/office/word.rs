//! What a reviewer says of a listing besides its moves: the word of a second person, that a likeness is none, whether
//! a change of a public listing holds, and why one is suspended.

use axum::{Router, extract::Path, response::Response, routing::post};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    api::Failure,
    desk::Desk,
    form::{Filled, KEY},
};

/// The routes.
pub fn routes() -> Router {
    Router::new().route("/review/{id}/{word}", post(said))
}

/// The command of a word, and its kind of input.
fn command(word: &str) -> Option<(&'static str, &'static str)> {
    Some(match word {
        "second" => ("secondProjectDecision", "SecondProjectDecisionInput"),
        "duplicate" => ("dismissDuplicate", "DismissDuplicateInput"),
        "change" => ("decideProjectChange", "DecideProjectChangeInput"),
        "suspend" => ("suspendProject", "SuspendProjectInput"),
        "take-up" => ("takeUpReview", "TakeUpReviewInput"),
        _ => return None,
    })
}

/// What a form says, as the input of its command.
fn input(word: &str, id: &str, filled: &Filled) -> Value {
    let key = filled.text(KEY);
    match word {
        "second" => {
            json!({ "projectId": id, "transition": filled.text("transition"), "idempotencyKey": key })
        }
        "duplicate" => {
            json!({ "projectId": id, "otherProjectId": filled.text("other"), "idempotencyKey": key })
        }
        "change" => json!({
            "projectId": id, "accepted": filled.text("decision") == "accept",
            "reasons": filled.all("reason"), "idempotencyKey": key,
        }),
        "suspend" => json!({
            "projectId": id, "expectedVersion": filled.whole("version"),
            "reason": filled.text("why"), "idempotencyKey": key,
        }),
        _ => json!({ "projectId": id, "idempotencyKey": key }),
    }
}

async fn said(
    d: Desk,
    Path((id, word)): Path<(String, String)>,
    filled: Filled,
) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Done {}
    let (mutation, kind) = command(&word).ok_or_else(Failure::not_found)?;
    let document = format!(
        "mutation Say($input: {kind}!) {{ {mutation}(input: $input) {{ project {{ id }} userErrors {{ code path message }} }} }}"
    );
    match d.act::<Done>(&document, input(&word, &id, &filled)).await? {
        Ok(Done {}) => Ok(d.go(&format!("/review/{id}"), "moved")),
        Err(faults) => super::page(&d, &id, filled, faults).await,
    }
}

#[cfg(test)]
mod tests {
    use super::{command, input};
    use crate::form::Filled;

    #[test]
    fn each_word_makes_the_input_of_its_command() {
        let filled = Filled::parse(
            b"key=k&version=2&transition=REJECT&other=p2&decision=refuse&reason=DUPLICATE&why=x",
        );
        assert_eq!(input("second", "p", &filled)["transition"], "REJECT");
        assert_eq!(input("duplicate", "p", &filled)["otherProjectId"], "p2");
        assert_eq!(input("change", "p", &filled)["accepted"], false);
        assert_eq!(input("suspend", "p", &filled)["reason"], "x");
        for word in ["second", "duplicate", "change", "suspend", "take-up"] {
            assert!(command(word).is_some(), "{word}");
            assert_eq!(input(word, "p", &filled)["idempotencyKey"], "k", "{word}");
        }
        assert_eq!(command("publish"), None);
    }
}
