//! The editor of a proposal: the text of an agreement clause by clause, its languages side by side.

use std::collections::BTreeSet;

use askama::Template;
use axum::{Router, extract::Path, http::StatusCode, response::Response, routing::get};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    api::Failure,
    desk::Desk,
    form::{Faults, Filled, KEY},
    view::{Named, Text},
    words::{Language, Words},
};

/// The routes.
pub fn routes() -> Router {
    Router::new().route("/cities/{id}/partners/{other}/propose", get(form).post(draft))
}

/// The text of an agreement.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AgreementText {
    pub(super) tier: String,
    pub(super) fixed_term_months: Option<i64>,
    pub(super) clauses: Vec<Clause>,
    #[serde(default)]
    pub(super) hash: String,
}

/// A clause in all its languages.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Clause {
    pub(super) key: String,
    pub(super) heading: Vec<Text>,
    pub(super) body: Vec<Text>,
}

impl Clause {
    /// Heading and body language by language.
    pub(super) fn editions(&self) -> Vec<(&Text, &Text)> {
        self.heading
            .iter()
            .filter_map(|heading| Some((heading, self.body.iter().find(|body| body.lang == heading.lang)?)))
            .collect()
    }
}

/// Most clauses that a form has.
const MOST: usize = 60;

/// Reads the text of a form: what the editor sent.
pub(super) fn text_input(filled: &Filled) -> Value {
    let langs = filled.all("lang");
    let texts = |name: &str| -> Vec<Value> {
        langs
            .iter()
            .filter_map(|lang| {
                let value = filled.get(&format!("{name}-{lang}"))?;
                let was = filled.text(&format!("{name}-{lang}-was"));
                // A translation that somebody has changed is not the machine's any more.
                let machine = filled.ticked(&format!("{name}-{lang}-machine")) && value == was;
                Some(json!({ "lang": lang, "value": value, "machineTranslated": machine }))
            })
            .collect()
    };
    let clauses: Vec<Value> = (0..MOST)
        .filter(|at| !filled.ticked(&format!("drop-{at}")))
        .filter_map(|at| {
            let key = filled.get(&format!("clause-{at}"))?;
            Some(json!({
                "key": key,
                "heading": texts(&format!("heading-{at}")),
                "body": texts(&format!("body-{at}")),
            }))
        })
        .collect();
    json!({
        "tier": filled.text("tier"),
        "fixedTermMonths": filled.whole("fixedTermMonths"),
        "binding": false,
        "clauses": clauses,
    })
}

/// The text of a form as the editor shows it again.
pub(super) fn text_again(filled: &Filled) -> Option<AgreementText> {
    let mut all = text_input(filled);
    let force = all.get_mut("clauses").map(|clauses| !clauses.as_array().is_none_or(Vec::is_empty));
    force.filter(|has| *has)?;
    serde_json::from_value(all).ok()
}

/// Kinds of document, with the tier that each is for.
const KINDS: [(&str, &str); 3] = [
    ("LETTER_OF_INTENT", "EXPLORATORY_LOI"),
    ("FRIENDLY_EXCHANGE", "FRIENDLY_EXCHANGE"),
    ("TWIN_AGREEMENT", "TWIN"),
];

#[derive(Debug, Clone, Deserialize)]
struct SpeakingCity {
    id: String,
    name: String,
    languages: Vec<String>,
    needs: Vec<Aim>,
    offers: Vec<Aim>,
}

#[derive(Debug, Clone, Deserialize)]
struct Aim {
    field: String,
}

/// The fields in which one of two cities offers what the other needs, in the order of the needs; those that either
/// names where there are none, at most four.
fn common_fields(a: &SpeakingCity, b: &SpeakingCity) -> Vec<String> {
    let meets = |needs: &[Aim], offers: &[Aim]| -> Vec<String> {
        let met = needs.iter().filter(|need| offers.iter().any(|offer| offer.field == need.field));
        met.map(|need| need.field.clone()).collect()
    };
    let mut found =
        [meets(&a.needs, &b.offers), meets(&b.needs, &a.offers), meets(&a.needs, &b.needs)].concat();
    if found.is_empty() {
        found = a.needs.iter().chain(&b.needs).map(|aim| aim.field.clone()).collect();
    }
    let mut seen = BTreeSet::new();
    found.retain(|field| seen.insert(field.clone()));
    found.truncate(4);
    found
}

/// The fields as a phrase in a language.
fn phrase(fields: &[String], lang: &str) -> Option<String> {
    let language = Language::of_tag(lang)?;
    let names: Vec<String> =
        fields.iter().map(|field| crate::desk::name_in(language, "CooperationField", field)).collect();
    (!names.is_empty()).then(|| names.join(&Words::of(language).list_mark()))
}

#[derive(Debug, Clone, Deserialize)]
struct Edition {
    lang: String,
}

#[derive(Template)]
#[template(path = "city/propose.html")]
struct ProposePage {
    d: Desk,
    a: SpeakingCity,
    b: SpeakingCity,
    kind: String,
    langs: Vec<String>,
    all_langs: Vec<String>,
    /// The fields in words, language by language.
    phrases: Vec<(String, String)>,
    term: String,
    trial: String,
    text: AgreementText,
    key: String,
    faults: Faults,
}

async fn page(
    d: &Desk,
    (a, b): (String, String),
    again: Option<AgreementText>,
    faults: Faults,
) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Library {
        editions: Vec<Edition>,
    }
    #[derive(Deserialize)]
    struct Sides {
        a: Option<SpeakingCity>,
        b: Option<SpeakingCity>,
        library: Library,
    }
    #[derive(Deserialize)]
    struct Template {
        text: AgreementText,
    }
    d.signed_in()?;
    let sides: Sides =
        d.ask(include_str!("../../queries/city/sides.graphql"), json!({ "a": a, "b": b })).await?;
    let (Some(a), Some(b)) = (sides.a, sides.b) else { return Err(Failure::not_found()) };
    let all_langs: Vec<String> = sides.library.editions.into_iter().map(|edition| edition.lang).collect();
    let kind = d.parameter("kind").filter(|kind| KINDS.iter().any(|(known, _)| known == kind));
    let kind = kind.unwrap_or_else(|| "LETTER_OF_INTENT".to_owned());
    let chosen = d.parameters("lang-of");
    let langs: Vec<String> = all_langs
        .iter()
        .filter(|lang| {
            if chosen.is_empty() {
                *lang == "en" || a.languages.contains(lang) || b.languages.contains(lang)
            } else {
                chosen.contains(lang)
            }
        })
        .cloned()
        .collect();
    let fields = common_fields(&a, &b);
    let phrases: Vec<(String, String)> = langs
        .iter()
        .map(|lang| {
            let own = d.parameter(&format!("fields-{lang}"));
            (lang.clone(), own.or_else(|| phrase(&fields, lang)).unwrap_or_default())
        })
        .collect();
    let months = |name: &str| d.parameter(name).and_then(|text| text.parse::<i64>().ok());
    let (term, trial) = (months("term"), months("trial"));
    let text = if let Some(text) = again {
        text
    } else {
        let said = phrases.iter().filter(|(_, phrase)| !phrase.is_empty());
        let said: Vec<Value> = said
            .map(|(lang, phrase)| json!({ "lang": lang, "value": phrase, "machineTranslated": lang != "en" }))
            .collect();
        let more: Vec<&str> = [("TERM", term), ("TRIAL", trial)]
            .iter()
            .filter(|(_, months)| months.is_some())
            .map(|(key, _)| *key)
            .collect();
        let template = json!({
            "kind": kind, "cityA": a.id, "cityB": b.id, "langs": langs,
            "fields": said, "termMonths": term, "trialMonths": trial, "more": more,
        });
        let made: Template = d
            .ask(include_str!("../../queries/city/template.graphql"), json!({ "template": template }))
            .await?;
        made.text
    };
    let shown = |months: Option<i64>| months.map(|months| months.to_string()).unwrap_or_default();
    let (term, trial) = (shown(term), shown(trial));
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let key = d.new_key();
    d.page_with(
        status,
        &ProposePage { d: d.clone(), a, b, kind, langs, all_langs, phrases, term, trial, text, key, faults },
    )
}

async fn form(d: Desk, Path(of): Path<(String, String)>) -> Result<Response, Failure> {
    page(&d, of, None, Faults::default()).await
}

async fn draft(d: Desk, Path(of): Path<(String, String)>, filled: Filled) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Made {
        id: String,
    }
    #[derive(Deserialize)]
    struct Payload {
        partnership: Made,
    }
    let input = json!({
        "cityId": of.0,
        "partnerId": of.1,
        "text": text_input(&filled),
        "idempotencyKey": filled.text(KEY),
    });
    match d.act::<Payload>(include_str!("../../queries/city/draft.graphql"), input).await? {
        Ok(made) => Ok(d.go(&format!("/partnerships/{}", made.partnership.id), "drafted")),
        Err(faults) => page(&d, of, text_again(&filled), faults).await,
    }
}

/// The name of a party, for a heading.
pub(super) fn pair_name(a: &Named, b: &Named) -> String {
    format!("{} – {}", a.name, b.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_as_it_was_shown_but_for_what_was_dropped_or_changed() {
        let filled = Filled::parse(
            "tier=TWIN&lang=en&lang=sr&clause-0=purpose&heading-0-en=H&heading-0-sr=N&body-0-en=B&body-0-sr=T\
             &body-0-sr-machine=on&body-0-sr-was=T&clause-1=term&drop-1=on&heading-1-en=X"
                .as_bytes(),
        );
        let text = text_input(&filled);
        assert_eq!(text.pointer("/clauses/0/body/1/machineTranslated"), Some(&json!(true)));
        assert_eq!(text.pointer("/clauses/1"), None);
        let changed = Filled::parse(
            "tier=TWIN&lang=sr&clause-0=purpose&body-0-sr=T2&body-0-sr-machine=on&body-0-sr-was=T".as_bytes(),
        );
        assert_eq!(text_input(&changed).pointer("/clauses/0/body/0/machineTranslated"), Some(&json!(false)));
        assert_eq!(text_again(&filled).unwrap().clauses.len(), 1);
        assert!(text_again(&Filled::default()).is_none());
    }
}
