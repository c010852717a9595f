//! One's listings, and one of them with all that may be done: questions, flags, the price list, investors, its state.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use chrono::{DateTime, NaiveDate, Utc};
use domain::questionnaire::{AnswerType, QuestionKey, Source};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    api::Failure,
    desk::Desk,
    form::{Faults, Filled, KEY, Reads},
    investor::lang,
    public::ProjectRow,
    view::{
        Available, Connection, Counterfactual, Explanation, Money, Named, Score, Text, big_option,
        money_input,
    },
};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/listings", get(list))
        .route("/listings/{id}", get(shown))
        .route("/listings/{id}/answers", post(answer))
        .route("/listings/{id}/justify", post(justify))
        .route("/listings/{id}/move", post(moved))
        .route("/listings/{id}/investors", get(investors))
        .route("/listings/{id}/invite/{mandate}", get(invite_form).post(invite))
}

#[derive(Debug, Clone, Deserialize)]
struct Row {
    #[serde(flatten)]
    project: ProjectRow,
    state: String,
}

#[derive(Template)]
#[template(path = "owner/listings.html")]
struct ListingsPage {
    d: Desk,
    listings: Vec<Row>,
}

async fn list(d: Desk) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Own {
        listings: Option<Vec<Row>>,
    }
    #[derive(Deserialize)]
    struct Answer {
        organisation: Option<Own>,
    }
    let acting = d.signed_in()?.acting().ok_or_else(Failure::not_found)?.id.clone();
    let variables = json!({ "id": acting, "after": d.parameter("after") });
    let answer: Answer = d.ask(include_str!("../../queries/owner/listings.graphql"), variables).await?;
    let own = answer.organisation.ok_or_else(Failure::not_found)?;
    d.page(&ListingsPage { d: d.clone(), listings: own.listings.unwrap_or_default() })
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listing {
    #[serde(flatten)]
    project: ProjectRow,
    state: String,
    version: i64,
    questionnaire: Vec<Question>,
    consistency_flags: Vec<Flag>,
    unlock_map: Option<Unlock>,
    review: Option<Review>,
    noes: Vec<No>,
    history: Vec<Step>,
    available_transitions: Vec<Available>,
}

#[derive(Debug, Clone, Deserialize)]
struct Question {
    key: String,
    text: String,
    help: String,
    required: bool,
    answered: bool,
    answer: Option<Given>,
    feeds: Vec<String>,
}

/// What was answered; one part is given.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given {
    text: Option<Text>,
    line: Option<String>,
    money: Option<Money>,
    percent: Option<f64>,
    #[serde(deserialize_with = "big_option")]
    count: Option<i64>,
    date: Option<NaiveDate>,
    yes_no: Option<bool>,
    choice: Option<String>,
}

impl Given {
    /// The answer as its field shows it.
    fn written(&self) -> String {
        let yes_no = self.yes_no.map(|yes| if yes { "yes" } else { "no" }.to_owned());
        let text = self.text.as_ref().map(|text| text.value.clone());
        let parts = [
            text,
            self.line.clone(),
            self.money.as_ref().map(Money::written),
            self.percent.map(|number| number.to_string()),
            self.count.map(|number| number.to_string()),
            self.date.map(|day| day.to_string()),
            yes_no,
            self.choice.clone(),
        ];
        parts.into_iter().flatten().next().unwrap_or_default()
    }
}

impl Question {
    /// What kind of field takes the answer here; nothing for what the form of the listing itself asks.
    fn input(&self) -> Option<Input> {
        let spec = self.key.parse::<QuestionKey>().ok()?.question();
        if !matches!(spec.source, Source::Answer) {
            return None;
        }
        Some(match spec.answer {
            AnswerType::Text => Input::Text,
            AnswerType::Line => Input::Line,
            AnswerType::Money => Input::Money,
            AnswerType::Percent => Input::Percent,
            AnswerType::Count | AnswerType::Months => Input::Whole,
            AnswerType::Date => Input::Day,
            AnswerType::YesNo => Input::YesNo,
            AnswerType::Choice(codes) => Input::Choice(codes),
            _ => return None,
        })
    }
}

/// A field of the form of questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Input {
    Text,
    Line,
    Money,
    Percent,
    Whole,
    Day,
    YesNo,
    Choice(&'static [&'static str]),
}

impl Input {
    const fn choices(self) -> &'static [&'static str] {
        if let Self::Choice(codes) = self { codes } else { &[] }
    }
}

#[derive(Debug, Clone, Deserialize)]
struct Flag {
    flag: String,
    severity: String,
    message: String,
    mend: String,
    justification: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Unlock {
    open: i64,
    deeds: Vec<Deed>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deed {
    change: String,
    opens: Volume,
    lifts: i64,
    largest_lift: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Volume {
    count: i64,
    largest_tickets: Option<Money>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Review {
    reasons: Vec<String>,
    waiting_changes: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct No {
    reason: String,
    times: i64,
}

#[derive(Debug, Clone, Deserialize)]
struct Step {
    to: String,
    transition: Option<String>,
    at: DateTime<Utc>,
}

impl Listing {
    /// The questions that are answered here, those that are required and open first.
    fn questions(&self) -> Vec<(&Question, Input)> {
        let mut all: Vec<_> = self.questionnaire.iter().filter_map(|one| Some((one, one.input()?))).collect();
        all.sort_by_key(|(one, _)| (one.answered, !one.required));
        all
    }

    /// Whether it is in the catalogue, so that investors are ranked for it.
    fn is_public(&self) -> bool {
        matches!(self.state.as_str(), "PUBLISHED" | "STALE" | "UNDER_OFFER")
    }

    /// Whether it can still be submitted.
    fn is_draft(&self) -> bool {
        matches!(self.state.as_str(), "DRAFT" | "RETURNED")
    }

    /// Required questions without an answer.
    fn open(&self) -> Vec<&Question> {
        self.questionnaire.iter().filter(|one| one.required && !one.answered).collect()
    }
}

/// Moves that need nothing but a press, and the mutation of each.
const MOVES: [(&str, &str); 8] = [
    ("SUBMIT", "submitProject"),
    ("RECALL", "recallProject"),
    ("PAUSE", "pauseProject"),
    ("RESUME", "resumeProject"),
    ("CONFIRM", "confirmProjectCurrent"),
    ("WITHDRAW", "withdrawProject"),
    ("REVIVE", "reviveProject"),
    ("RELEASE_OFFER", "releaseProjectOffer"),
];

#[derive(Template)]
#[template(path = "owner/listing.html")]
struct ListingPage {
    d: Desk,
    l: Listing,
    key: String,
    filled: Filled,
    faults: Faults,
}

impl ListingPage {
    /// Whether the form of answers was sent and is shown again.
    fn is_again(&self) -> bool {
        self.filled.get("question").is_some()
    }

    /// Whether the answer to a question was refused.
    fn is_wrong(&self, one: &Question) -> bool {
        self.faults.of(&format!("q-{}", one.key)).is_some()
    }

    /// What stands in the field of a question: what was typed, or the answer.
    fn answer(&self, one: &Question) -> String {
        if self.is_again() {
            return self.filled.text(&format!("q-{}", one.key)).to_owned();
        }
        one.answer.as_ref().map(Given::written).unwrap_or_default()
    }

    /// The currency of an amount: what was typed, that of the answer, or the usual one.
    fn currency(&self, one: &Question) -> String {
        let answer = one.answer.as_ref().and_then(|answer| answer.money.as_ref());
        let known = answer.map_or("USD", |money| money.currency.as_str());
        self.filled.get(&format!("c-{}", one.key)).unwrap_or(known).to_owned()
    }
}

async fn page(d: &Desk, id: &str, filled: Filled, faults: Faults) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        project: Option<Listing>,
    }
    d.signed_in()?;
    let answer: Answer = d
        .ask(include_str!("../../queries/owner/listing.graphql"), json!({ "id": id, "lang": lang(d) }))
        .await?;
    let l = answer.project.ok_or_else(Failure::not_found)?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    d.page_with(status, &ListingPage { d: d.clone(), l, key: d.new_key(), filled, faults })
}

async fn shown(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    page(&d, &id, Filled::default(), Faults::default()).await
}

#[derive(Deserialize)]
struct Done {}

/// Runs a command of a listing and shows its page: with what was done, or with what was refused.
async fn run(d: &Desk, id: &str, document: &str, input: Value, filled: Filled) -> Result<Response, Failure> {
    match d.act::<Done>(document, input).await? {
        Ok(Done {}) => Ok(d.go(&format!("/listings/{id}"), "moved")),
        Err(faults) => page(d, id, filled, faults).await,
    }
}

/// The answers of a form, as the API takes them.
fn answers(d: &Desk, filled: &Filled) -> Vec<Value> {
    filled
        .all("question")
        .into_iter()
        .filter_map(|key| {
            // An empty field says nothing of a question without an answer, and takes an answer away.
            let Some(value) = filled.get(&format!("q-{key}")) else {
                return filled.has("answered", key).then(|| json!({ "question": key }));
            };
            let spec = key.parse::<QuestionKey>().ok()?.question();
            let mut answer = json!({ "question": key });
            let (name, value) = match spec.answer {
                AnswerType::Text => ("text", json!({ "lang": d.tag(), "value": value })),
                AnswerType::Money => {
                    let currency = filled.get(&format!("c-{key}")).unwrap_or("USD");
                    ("money", money_input(value, currency)?)
                }
                AnswerType::Percent => ("percent", json!(filled.number(&format!("q-{key}"))?)),
                AnswerType::Count | AnswerType::Months => {
                    ("count", json!(filled.whole(&format!("q-{key}"))?.to_string()))
                }
                AnswerType::Date => ("date", json!(value)),
                AnswerType::YesNo => ("yesNo", json!(value == "yes")),
                AnswerType::Choice(_) => ("choice", json!(value)),
                _ => ("line", json!(value)),
            };
            answer.as_object_mut()?.insert(name.to_owned(), value);
            Some(answer)
        })
        .collect()
}

/// The fields of a form of answers that hold something else than the number that is asked for.
fn unreadable(filled: &Filled) -> Faults {
    let mut wrong = Faults::default();
    for key in filled.all("question") {
        let Ok(known) = key.parse::<QuestionKey>() else { continue };
        let reads = match known.question().answer {
            AnswerType::Money => Reads::Amount,
            AnswerType::Percent => Reads::Number,
            AnswerType::Count | AnswerType::Months => Reads::Whole,
            _ => continue,
        };
        wrong.0.extend(filled.unreadable(&[(&format!("q-{key}"), reads)]).0);
    }
    wrong
}

async fn answer(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let wrong = unreadable(&filled);
    if !wrong.is_empty() {
        return page(&d, &id, filled, wrong).await;
    }
    let answers = answers(&d, &filled);
    let input = json!({
        "projectId": id,
        "expectedVersion": filled.whole("version"),
        "answers": answers,
        "idempotencyKey": filled.text(KEY),
    });
    match d.act::<Done>(include_str!("../../queries/owner/answer.graphql"), input).await? {
        Ok(Done {}) => Ok(d.go(&format!("/listings/{id}"), "moved")),
        Err(faults) => page(&d, &id, filled, of_questions(faults, &answers)).await,
    }
}

/// Refusals of answers, each with the question that it means instead of its place among those that were sent.
fn of_questions(mut faults: Faults, answers: &[Value]) -> Faults {
    for error in &mut faults.0 {
        let mut path = error.path.iter().skip_while(|part| *part != "answers").skip(1);
        let place = path.next().and_then(|place| place.parse::<usize>().ok());
        let question = place.and_then(|place| answers.get(place)?.get("question")?.as_str());
        if let Some(key) = question {
            error.path = vec![format!("q-{key}")];
        }
    }
    faults
}

async fn justify(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let input = json!({
        "projectId": id,
        "expectedVersion": filled.whole("version"),
        "flag": filled.text("flag"),
        "justification": filled.get("justification"),
        "idempotencyKey": filled.text(KEY),
    });
    run(&d, &id, include_str!("../../queries/owner/justify.graphql"), input, filled).await
}

async fn moved(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let name = filled.text("transition");
    let (_, mutation) =
        MOVES.iter().find(|(known, _)| *known == name).ok_or_else(|| Failure::of("VALIDATION"))?;
    let document = format!(
        "mutation Move($input: ProjectTransitionInput!) {{ {mutation}(input: $input) {{ project {{ id }} userErrors {{ code path message }} }} }}"
    );
    let input = json!({
        "projectId": id,
        "expectedVersion": filled.whole("version"),
        "idempotencyKey": filled.text(KEY),
    });
    run(&d, &id, &document, input, filled).await
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fit {
    mandate: Option<Named>,
    investor: Option<Named>,
    score: Score,
    rank: Option<i64>,
    explanation: Explanation,
    other_side: Explanation,
    counterfactuals: Vec<Counterfactual>,
}

#[derive(Template)]
#[template(path = "owner/investors.html")]
struct InvestorsPage {
    d: Desk,
    project: ProjectRow,
    list: Connection<Fit>,
}

impl InvestorsPage {
    fn more(&self) -> Option<String> {
        crate::public::next(&self.d, &self.list.page_info)
    }
}

async fn investors(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        project: Option<ProjectRow>,
        project_investors: Connection<Fit>,
    }
    d.signed_in()?;
    let variables = json!({ "id": id, "after": d.parameter("after"), "lang": lang(&d) });
    let answer: Answer = d.ask(include_str!("../../queries/owner/investors.graphql"), variables).await?;
    let project = answer.project.ok_or_else(Failure::not_found)?;
    d.page(&InvestorsPage { d: d.clone(), project, list: answer.project_investors })
}

#[derive(Template)]
#[template(path = "owner/invite.html")]
struct InvitePage {
    d: Desk,
    project: ProjectRow,
    mandate: Named,
    left: i64,
    key: String,
    filled: Filled,
    faults: Faults,
}

async fn invite_page(
    d: &Desk,
    (id, mandate): (String, String),
    filled: Filled,
    faults: Faults,
) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Budget {
        left: i64,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        project: Option<ProjectRow>,
        mandate: Option<Named>,
        contact_budget: Budget,
    }
    d.signed_in()?;
    let variables = json!({ "id": id, "mandate": mandate });
    let answer: Answer = d.ask(include_str!("../../queries/owner/invite_form.graphql"), variables).await?;
    let (Some(project), Some(mandate)) = (answer.project, answer.mandate) else {
        return Err(Failure::not_found());
    };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let key = d.new_key();
    let left = answer.contact_budget.left;
    d.page_with(status, &InvitePage { d: d.clone(), project, mandate, left, key, filled, faults })
}

async fn invite_form(d: Desk, Path(of): Path<(String, String)>) -> Result<Response, Failure> {
    invite_page(&d, of, Filled::default(), Faults::default()).await
}

async fn invite(d: Desk, Path(of): Path<(String, String)>, filled: Filled) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Made {
        id: String,
    }
    #[derive(Deserialize)]
    struct Payload {
        introduction: Made,
    }
    let input = json!({
        "projectId": of.0,
        "mandateId": of.1,
        "answers": {
            "lang": d.tag(),
            "cooperationSought": filled.text("cooperationSought"),
            "whatIsUnclear": filled.text("whatIsUnclear"),
            "aboutUs": filled.text("aboutUs"),
        },
        "idempotencyKey": filled.text(KEY),
    });
    match d.act::<Payload>(include_str!("../../queries/owner/invite.graphql"), input).await? {
        Ok(made) => Ok(d.go(&format!("/introductions/{}", made.introduction.id), "invitation-sent")),
        Err(faults) => invite_page(&d, of, filled, faults).await,
    }
}
