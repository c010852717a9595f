//! Parts of the API's answers that many pages read, as they are laid out.

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

/// An amount.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Money {
    amount_minor: Value,
    /// ISO 4217 code.
    pub currency: String,
}

impl Money {
    /// The amount in minor units, such as cents.
    pub fn minor(&self) -> i64 {
        whole(&self.amount_minor).unwrap_or_default()
    }

    /// The amount in whole units; parts of a unit are left out.
    pub fn units(&self) -> i64 {
        let unit = 10_i64.saturating_pow(decimals(&self.currency));
        self.minor().checked_div(unit).unwrap_or_default()
    }

    /// The amount as a form shows it, to the last part of a unit, so that saving it again changes nothing.
    pub fn written(&self) -> String {
        let unit = 10_i64.saturating_pow(decimals(&self.currency));
        let places = usize::try_from(decimals(&self.currency)).unwrap_or_default();
        match self.minor().checked_rem(unit).map(i64::abs) {
            None | Some(0) => self.units().to_string(),
            Some(part) => format!("{}.{part:0>places$}", self.units()),
        }
    }
}

/// How many places an amount has after the point.
fn decimals(currency: &str) -> u32 {
    let known = domain::value::Currency::ALL.iter().find(|known| known.code() == currency);
    known.map_or(2, |currency| currency.decimals())
}

/// An amount as the API takes it, of units of a currency as people write them: blanks between thousands, and a point or
/// a comma before parts of a unit. Nothing where it is no amount, or has more places than the currency.
pub fn money_input(units: &str, currency: &str) -> Option<Value> {
    let plain = units.replace([' ', '\u{a0}', '\u{202f}'], "");
    let (whole, part) = plain.split_once(['.', ',']).unwrap_or((&plain, ""));
    let places = usize::try_from(decimals(currency)).ok()?;
    let is_number = whole.strip_prefix('-').unwrap_or(whole).bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty()
        || !is_number
        || !part.bytes().all(|byte| byte.is_ascii_digit())
        || part.len() > places
    {
        return None;
    }
    let minor: i64 = format!("{whole}{part:0<places$}").parse().ok()?;
    Some(serde_json::json!({ "amountMinor": minor.to_string(), "currency": currency }))
}

/// A whole number that the API writes as text.
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// Reads a whole number that the API writes as text.
///
/// # Errors
/// It is none.
pub fn big<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let value = Value::deserialize(deserializer)?;
    whole(&value).ok_or_else(|| serde::de::Error::custom("no whole number"))
}

/// The same where there may be none.
///
/// # Errors
/// It is neither a number nor nothing.
pub fn big_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    if value.is_null() {
        Ok(None)
    } else {
        whole(&value).map(Some).ok_or_else(|| serde::de::Error::custom("no whole number"))
    }
}

/// Text that somebody wrote, in its language.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Text {
    /// Tag of the language.
    pub lang: String,
    /// The text.
    pub value: String,
    /// Whether a machine translated it.
    pub machine_translated: bool,
}

/// A country.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub struct Country {
    /// ISO 3166 code of two letters.
    pub code: String,
    /// English name.
    pub name: String,
}

/// Something with a name and a page of its own.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
pub struct Named {
    /// Global id.
    pub id: String,
    /// Name.
    pub name: String,
}

/// A score between 0 and 100 with what is not known of it.
#[derive(Debug, Clone, Deserialize, PartialEq)]
pub struct Score {
    /// Where all that is unknown counts nothing.
    pub low: f64,
    /// The score.
    pub point: f64,
    /// Where all that is unknown counts full.
    pub high: f64,
    /// Share of the weights that is known, 0 to 1.
    pub coverage: f64,
}

impl Score {
    /// The score drawn.
    pub fn bar(&self) -> String {
        crate::draw::interval(self.low, self.point, self.high)
    }
}

impl Criterion {
    /// The criterion drawn.
    pub fn bar(&self) -> String {
        crate::draw::criterion(self.weight, self.low, self.value, self.high)
    }
}

/// What one side sees in the other.
#[derive(Debug, Clone, Deserialize)]
pub struct Side {
    /// Its value, 0 to 100.
    pub point: f64,
    /// Its criteria.
    pub criteria: Vec<Criterion>,
}

/// A criterion.
#[derive(Debug, Clone, Deserialize)]
pub struct Criterion {
    /// Key.
    pub key: String,
    /// Share of the side's weight, 0 to 100.
    pub weight: f64,
    /// Value, 0 to 1.
    pub value: Option<f64>,
    /// Least value.
    pub low: f64,
    /// Greatest value.
    pub high: f64,
    /// Whether it is known.
    pub status: String,
    /// What it says.
    pub sentence: String,
}

/// A gate.
#[derive(Debug, Clone, Deserialize)]
pub struct Gate {
    /// Key.
    pub key: String,
    /// `PASS`, `SOFT_FAIL`, `FAIL` or `UNKNOWN`.
    pub outcome: String,
    /// What it says.
    pub because: String,
    /// Whether somebody can change it.
    pub fixable: bool,
}

/// The reasons in words.
#[derive(Debug, Clone, Deserialize)]
pub struct Explanation {
    /// In one sentence.
    pub headline: String,
    /// For it.
    pub because: Vec<String>,
    /// Against it.
    pub against: Vec<String>,
    /// Not known.
    pub unknown: Vec<String>,
}

/// A change that would lift a score.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counterfactual {
    /// What would change.
    pub change: String,
    /// The score then.
    pub new_score: Score,
    /// By how much more.
    pub lift: f64,
}

/// A page of a list.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "T: DeserializeOwned"))]
pub struct Connection<T> {
    /// The rows.
    pub edges: Vec<Edge<T>>,
    /// What comes after.
    pub page_info: PageInfo,
    /// Rows of the whole list.
    #[serde(default)]
    pub total_count: i64,
}

/// A row of a list.
#[derive(Debug, Clone, Deserialize)]
#[serde(bound(deserialize = "T: DeserializeOwned"))]
pub struct Edge<T> {
    /// What it is of.
    pub node: T,
}

/// What comes after a page of a list.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageInfo {
    /// Whether there is more.
    pub has_next_page: bool,
    /// Where it goes on.
    pub end_cursor: Option<String>,
}

/// What can be done with a record now.
#[derive(Debug, Clone, Deserialize)]
pub struct Available {
    /// Name of the transition.
    pub name: String,
    /// What it asks for.
    #[serde(default)]
    pub requires: Vec<String>,
}

impl Available {
    /// Whether it is the transition of a name.
    pub fn is(&self, name: &str) -> bool {
        self.name == name
    }
}

/// Transitions that break something off; what goes on stands before them.
const ENDS: [&str; 10] = [
    "DECLINE",
    "WITHDRAW",
    "END",
    "SUSPEND",
    "REFUSE",
    "REFUSE_APPROVAL",
    "REJECT",
    "CANCEL",
    "CLOSE",
    "REPORT_NO_SHOW",
];

/// What may be done, with what breaks something off at the end; otherwise in the order of the API.
pub fn onward_first(available: &[Available]) -> Vec<&Available> {
    let mut all: Vec<&Available> = available.iter().collect();
    all.sort_by_key(|one| ENDS.contains(&one.name.as_str()));
    all
}

/// Where a record comes from.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provenance {
    /// Whose record it is.
    pub source: Option<String>,
    /// Under which licence.
    pub licence: Option<String>,
    /// A mark such as 'sample'.
    pub label: Option<String>,
    /// Facts of it that are samples.
    pub sample_facts: Vec<String>,
}

/// The day of a form's field, as browsers write it.
pub fn day_of(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

/// How many more somebody may write to this month.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Budget {
    /// So many.
    pub left: i64,
}
