//! How the letters of a digest come: as the API has it, and as a form shows and sends it.

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    api::UserError,
    desk::Desk,
    form::{Faults, Filled},
    view::day_of,
};

/// The settings that stand.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// How often.
    pub cadence: String,
    weekday: Option<String>,
    hour: i64,
    zone: String,
    max_items: i64,
    min_score: i64,
    min_coverage: i64,
    quiet_dates: Vec<NaiveDate>,
    language: String,
}

impl Settings {
    /// Each with its name, to be shown beside what was typed.
    pub fn lines(&self, d: &Desk) -> Vec<(&'static str, String)> {
        let typed = Typed::of(self);
        let weekday = match &self.weekday {
            Some(day) => d.code("weekday", day),
            None => d.say("weekday-usual"),
        };
        vec![
            ("cadence", d.code("cadence", &self.cadence)),
            ("weekday", weekday),
            ("hour", typed.hour),
            ("city-zone", typed.zone),
            ("max-items", typed.max_items),
            ("min-score", typed.min_score),
            ("min-coverage", typed.min_coverage),
            ("quiet-dates", typed.quiet_dates),
            ("language", typed.language),
        ]
    }
}

/// What stands in the fields of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// How often.
    pub cadence: String,
    /// Day of the week, nothing for the usual one.
    pub weekday: String,
    /// Hour.
    pub hour: String,
    /// Time zone.
    pub zone: String,
    /// Most items of a letter.
    pub max_items: String,
    /// Least score.
    pub min_score: String,
    /// Least known share.
    pub min_coverage: String,
    /// Days without a letter, one after the other.
    pub quiet_dates: String,
    /// Language.
    pub language: String,
}

impl Typed {
    /// What stands.
    pub fn of(settings: &Settings) -> Self {
        let days: Vec<String> = settings.quiet_dates.iter().map(NaiveDate::to_string).collect();
        Self {
            cadence: settings.cadence.clone(),
            weekday: settings.weekday.clone().unwrap_or_default(),
            hour: settings.hour.to_string(),
            zone: settings.zone.clone(),
            max_items: settings.max_items.to_string(),
            min_score: settings.min_score.to_string(),
            min_coverage: settings.min_coverage.to_string(),
            quiet_dates: days.join(" "),
            language: settings.language.clone(),
        }
    }

    /// What somebody sent.
    pub fn filled(filled: &Filled) -> Self {
        let text = |name: &str| filled.text(name).to_owned();
        Self {
            cadence: text("cadence"),
            weekday: text("weekday"),
            hour: text("hour"),
            zone: text("zone"),
            max_items: text("maxItems"),
            min_score: text("minScore"),
            min_coverage: text("minCoverage"),
            quiet_dates: text("quietDates"),
            language: text("language"),
        }
    }

    /// What is usual, in the language of the page.
    pub fn usual(d: &Desk) -> Self {
        let text = str::to_owned;
        Self {
            cadence: text("WEEKLY"),
            weekday: String::new(),
            hour: text("8"),
            zone: text("UTC"),
            max_items: text("10"),
            min_score: text("60"),
            min_coverage: text("60"),
            quiet_dates: String::new(),
            language: text(d.language_code()),
        }
    }

    /// The fields of numbers: name, sentence, value, least and most.
    pub fn numbers(&self) -> [(&'static str, &'static str, &str, u8, u8); 4] {
        [
            ("hour", "hour", &self.hour, 0, 23),
            ("maxItems", "max-items", &self.max_items, 1, 50),
            ("minScore", "min-score", &self.min_score, 0, 100),
            ("minCoverage", "min-coverage", &self.min_coverage, 0, 100),
        ]
    }
}

/// The days of a field, as they were written: divided by spaces, commas or lines.
fn days(text: &str) -> Vec<&str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '،' | '、'))
        .filter(|day| !day.is_empty())
        .collect()
}

/// What is wrong with the days before they are sent: the API says only that it does not read them.
pub fn wrong_days(filled: &Filled) -> Faults {
    let is_right = days(filled.text("quietDates")).into_iter().all(|day| day_of(day).is_some());
    let wrong = || UserError {
        code: "VALIDATION".to_owned(),
        path: vec!["settings".to_owned(), "quietDates".to_owned()],
        message: "write each day like 2026-12-25".to_owned(),
    };
    Faults(if is_right { Vec::new() } else { vec![wrong()] })
}

/// The settings of a form, as the API takes them.
pub fn settings(filled: &Filled) -> Value {
    json!({
        "cadence": filled.get("cadence"),
        "weekday": filled.get("weekday"),
        "hour": filled.whole("hour"),
        "zone": filled.get("zone"),
        "maxItems": filled.whole("maxItems"),
        "minScore": filled.whole("minScore"),
        "minCoverage": filled.whole("minCoverage"),
        "quietDates": days(filled.text("quietDates")),
        "language": filled.get("language"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_however_they_are_divided() {
        assert_eq!(days(" 2026-12-24,2026-12-25\n2027-01-01 、"), ["2026-12-24", "2026-12-25", "2027-01-01"]);
        assert!(days("  ").is_empty());
    }

    #[test]
    fn what_was_typed_stands_in_the_form_again_and_is_sent() {
        let filled = Filled::parse(b"cadence=DAILY&hour=7&minScore=x&quietDates=2026-12-24&language=ZH");
        let typed = Typed::filled(&filled);
        assert_eq!((typed.min_score.as_str(), typed.quiet_dates.as_str()), ("x", "2026-12-24"));
        let sent = settings(&filled);
        assert_eq!(sent["hour"], 7);
        assert_eq!(sent["minScore"], Value::Null);
        assert_eq!(sent["quietDates"], json!(["2026-12-24"]));
    }
}
