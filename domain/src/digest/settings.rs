//! What a reader sets, checked: every refusal names the field and says what would be right.

use std::collections::BTreeSet;

use chrono::{NaiveDate, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::code::{DigestCadence, DigestLanguage, DigestWeekday};
use crate::{FieldError, FieldErrors, Vocabulary};

/// The most items of an issue that can be asked for.
pub const MAX_ITEMS: u8 = 30;
/// The most quiet dates.
pub const MAX_QUIET: usize = 60;

/// Settings as they are given; what is left out has a default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DigestSettingsInput {
    /// How often; weekly.
    pub cadence: Option<String>,
    /// On which day of the week; the first of the zone's working week.
    pub weekday: Option<String>,
    /// At which hour of the zone, 0 to 23; 8.
    pub hour: Option<i64>,
    /// Name of a zone in the IANA database; `Etc/UTC`.
    pub zone: Option<String>,
    /// Most items of an issue, 1 to 30; 10.
    pub max_items: Option<i64>,
    /// Least score in points, 0 to 100; 60.
    pub min_score: Option<i64>,
    /// Least known share of a score in percent, 0 to 100; 60.
    pub min_coverage: Option<i64>,
    /// Days of the zone on which nothing is sent.
    pub quiet_dates: Vec<NaiveDate>,
    /// In which language; English.
    pub language: Option<String>,
}

/// Settings that hold together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "DigestSettingsInput", into = "DigestSettingsInput")]
pub struct DigestSettings {
    /// How often.
    pub cadence: DigestCadence,
    /// On which day of the week; none for the first of the zone's working week. A daily digest has none.
    pub weekday: Option<DigestWeekday>,
    /// At which hour of the zone.
    pub hour: u8,
    /// The zone.
    pub zone: Tz,
    /// Most items of an issue.
    pub max_items: u8,
    /// Least score in points.
    pub min_score: u8,
    /// Least known share of a score in percent.
    pub min_coverage: u8,
    /// Days of the zone on which nothing is sent.
    pub quiet_dates: BTreeSet<NaiveDate>,
    /// In which language.
    pub language: DigestLanguage,
}

fn number(
    errors: &mut FieldErrors,
    path: &str,
    given: Option<i64>,
    usual: u8,
    range: std::ops::RangeInclusive<u8>,
) -> u8 {
    let Some(given) = given else { return usual };
    if let Some(number) = u8::try_from(given).ok().filter(|n| range.contains(n)) {
        return number;
    }
    errors.0.push(FieldError::new(path, format!("between {} and {}", range.start(), range.end())));
    usual
}

fn word<V: Vocabulary>(errors: &mut FieldErrors, path: &str, given: Option<&str>) -> Option<V> {
    match V::from_code(given?) {
        Ok(value) => Some(value),
        Err(error) => {
            errors.0.push(FieldError::new(path, error.to_string()));
            None
        }
    }
}

impl TryFrom<DigestSettingsInput> for DigestSettings {
    type Error = FieldErrors;

    fn try_from(given: DigestSettingsInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let cadence = word(&mut errors, "cadence", given.cadence.as_deref()).unwrap_or(DigestCadence::Weekly);
        let weekday = word(&mut errors, "weekday", given.weekday.as_deref());
        errors.check(
            !(weekday.is_some() && cadence == DigestCadence::Daily),
            "weekday",
            "a daily digest comes on every working day: leave the weekday out",
        );
        let hour = number(&mut errors, "hour", given.hour, 8, 0..=23);
        let zone = match given.zone.as_deref().map(str::parse::<Tz>) {
            None => Tz::Etc__UTC,
            Some(Ok(zone)) => zone,
            Some(Err(_)) => {
                let message = "name a zone of the IANA database, such as Europe/Belgrade";
                errors.0.push(FieldError::new("zone", message));
                Tz::Etc__UTC
            }
        };
        let max_items = number(&mut errors, "maxItems", given.max_items, 10, 1..=MAX_ITEMS);
        let min_score = number(&mut errors, "minScore", given.min_score, 60, 0..=100);
        let min_coverage = number(&mut errors, "minCoverage", given.min_coverage, 60, 0..=100);
        errors.check(given.quiet_dates.len() <= MAX_QUIET, "quietDates", "at most 60 quiet dates");
        let is_near = |date: &NaiveDate| (2020..=2100).contains(&chrono::Datelike::year(date));
        errors.check(
            given.quiet_dates.iter().all(is_near),
            "quietDates",
            "dates between the years 2020 and 2100",
        );
        let quiet_dates = given.quiet_dates.into_iter().take(MAX_QUIET).collect();
        let language = word(&mut errors, "language", given.language.as_deref()).unwrap_or(DigestLanguage::En);
        errors.into_result(Self {
            cadence,
            weekday,
            hour,
            zone,
            max_items,
            min_score,
            min_coverage,
            quiet_dates,
            language,
        })
    }
}

impl From<DigestSettings> for DigestSettingsInput {
    fn from(settings: DigestSettings) -> Self {
        Self {
            cadence: Some(settings.cadence.code().to_owned()),
            weekday: settings.weekday.map(|day| day.code().to_owned()),
            hour: Some(settings.hour.into()),
            zone: Some(settings.zone.name().to_owned()),
            max_items: Some(settings.max_items.into()),
            min_score: Some(settings.min_score.into()),
            min_coverage: Some(settings.min_coverage.into()),
            quiet_dates: settings.quiet_dates.into_iter().collect(),
            language: Some(settings.language.code().to_owned()),
        }
    }
}

impl DigestSettings {
    /// Whether a day is of the working week of the zone. Friday and Saturday are the weekend where the zone is Saudi
    /// Arabia's, Saturday and Sunday elsewhere (vocabularies, section 5).
    pub const fn is_working(&self, day: Weekday) -> bool {
        match self.zone {
            Tz::Asia__Riyadh => !matches!(day, Weekday::Fri | Weekday::Sat),
            _ => !matches!(day, Weekday::Sat | Weekday::Sun),
        }
    }

    /// The day of the week on which it comes: the one that was set, or the first of the zone's working week.
    pub fn weekday(&self) -> Weekday {
        let first = if self.is_working(Weekday::Sun) { Weekday::Sun } else { Weekday::Mon };
        self.weekday.map_or(first, DigestWeekday::weekday)
    }
}
