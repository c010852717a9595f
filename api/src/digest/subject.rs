//! What may be told of a row of a list, as far as the reader of the letter may see it, and by which its news are told
//! from what is known.

use std::collections::HashSet;

use chrono::NaiveDate;
use domain::{
    Vocabulary,
    city::City,
    digest::{
        Told,
        item::{BAND_POINTS, hash},
    },
    disclosure::ListingField as Field,
    project::Project,
};
use matcher::{
    explanation::Sentence,
    score::{Interval, MicroPoints},
};
use serde::{Deserialize, Serialize};

use super::list::{Row, Subjects};
use crate::{
    app::App,
    auth::Actor,
    command::CommandError,
    store::SubscriptionRow,
    visible::{Viewer, Visible},
};

/// Micro-points of a point.
pub const POINT: u32 = 1_000_000;

/// A text with its language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// ISO 639 code.
    pub lang: String,
    /// The text.
    pub value: String,
    /// Whether a machine translated it.
    pub machine: bool,
}

/// A score in micro-points, with the known share of it in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// With all that is unknown at its worst.
    pub low: u32,
    /// By which the list is ordered.
    pub point: u32,
    /// With all that is unknown at its best.
    pub high: u32,
    /// Known share.
    pub coverage: u32,
}

impl From<Interval> for Score {
    fn from(score: Interval) -> Self {
        Self { low: score.low, point: score.point, high: score.high, coverage: score.coverage }
    }
}

/// Why something stands in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Reason {
    /// As the scorer says it, in the sentence of the API's explanation.
    Scored(Sentence),
    /// In words of the letter's own, where nothing is scored; or as issues kept sentences of the scorer before they kept
    /// what is in them, by text.
    Plain {
        /// The key.
        key: String,
        /// Named arguments.
        args: Vec<(String, String)>,
    },
}

/// What is kept of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// What its reader knows after it.
    pub told: Told,
    /// Its name; none where the owner does not show it.
    pub title: Option<Text>,
    /// The score; none where the list is not ranked.
    pub score: Option<Score>,
    /// Why it stands in the list.
    pub reason: Reason,
    /// Money that is missing: minor units and currency.
    pub gap: Option<(i64, String)>,
    /// Last day for an answer.
    pub deadline: Option<NaiveDate>,
    /// Its largest field.
    pub field: Option<String>,
    /// Whether it is a listing; else a city.
    pub is_listing: bool,
    /// Fields of the listing that it shows.
    pub shown: Vec<Field>,
}

/// A row of a list as its reader sees it.
#[derive(Debug)]
pub enum Found<'l> {
    /// A project, with its score and its row where the list is ranked.
    Project(Visible<Project>, Option<(Interval, &'l Row)>),
    /// A partner city, with its score and its row.
    City(Visible<City>, Interval, &'l Row),
}

/// The name of what a subscription is about, as its reader may see it; none where it is gone.
///
/// # Errors
/// The database does not answer.
pub async fn name(app: &App, actor: &Actor, row: &SubscriptionRow) -> Result<Option<String>, CommandError> {
    let subjects = Subjects::of(&app.store, &[row]).await?;
    Ok(subjects.name(&Viewer::without_matches(actor.clone()), row))
}

/// The band of a score.
pub fn band(point: MicroPoints) -> u32 {
    point.checked_div(BAND_POINTS.saturating_mul(POINT)).unwrap_or_default()
}

/// What would be told of a listing, of what its reader may see.
pub fn told(seen: &Visible<Project>, score: Option<MicroPoints>) -> Told {
    let (project, shows) = (&seen.value, |field| seen.shows(field));
    let countries: HashSet<_> = project.locations.iter().map(|at| at.country.alpha2()).collect();
    let mut countries: Vec<_> = countries.into_iter().collect();
    countries.sort_unstable();
    let money = (project.gap, project.min_slice);
    let material = serde_json::json!([
        shows(Field::Gap).then_some(money),
        shows(Field::Instruments).then_some((&project.instruments, project.tenor_months)),
        shows(Field::Return).then_some(project.return_pct),
        shows(Field::Contract).then_some(project.contract),
        shows(Field::Fields).then_some(&project.fields),
        countries,
    ]);
    Told {
        band: score.map(band),
        stage: project
            .stage
            .filter(|_| shows(Field::Stage))
            .and_then(|stage| u8::try_from(stage.rung()).ok()),
        deadline: project.deadline.filter(|_| shows(Field::Deadline)),
        near: None,
        material: hash(&material.to_string()),
    }
}

/// What would be told of a city.
pub fn told_of_city(city: &City, score: Interval) -> Told {
    let aims = serde_json::json!([city.needs, city.offers, city.commitment]);
    Told { band: Some(band(score.point)), material: hash(&aims.to_string()), ..Told::default() }
}

impl Found<'_> {
    /// What is kept and told of it.
    pub fn body(&self, told: Told) -> Body {
        match self {
            Self::Project(seen, score) => listing(*score, seen, told),
            Self::City(seen, score, row) => Body {
                told,
                title: Some(Text { lang: String::new(), value: seen.value.name.to_string(), machine: false }),
                score: Some((*score).into()),
                reason: row.because().clone(),
                gap: None,
                deadline: None,
                field: None,
                is_listing: false,
                shown: Vec::new(),
            },
        }
    }

    /// The largest field of cooperation that it is about, as far as it is shown.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Project(seen, _) if seen.shows(Field::Fields) => {
                seen.value.fields.parts().first().map(|part| part.of.code())
            }
            Self::Project(..) | Self::City(..) => None,
        }
    }
}

fn listing(score: Option<(Interval, &Row)>, seen: &Visible<Project>, told: Told) -> Body {
    let project = &seen.value;
    let shown = |field: Field| seen.shows(field).then_some(field);
    let mut fields: Vec<Field> =
        [Field::Title, Field::Gap, Field::Deadline, Field::Fields].into_iter().filter_map(shown).collect();
    if score.is_some() {
        fields.extend(Field::SCORED);
    }
    let text = |text: &domain::value::Localized| Text {
        lang: text.lang().to_string(),
        value: text.value().to_owned(),
        machine: text.machine_translated(),
    };
    Body {
        told,
        title: seen.shows(Field::Title).then(|| text(&project.title)),
        score: score.map(|(score, _)| score.into()),
        reason: score.map_or_else(|| Reason::plain("listing"), |(_, row)| row.because().clone()),
        gap: project
            .gap
            .filter(|_| seen.shows(Field::Gap))
            .map(|gap| (gap.minor(), gap.currency().code().to_owned())),
        deadline: project.deadline.filter(|_| seen.shows(Field::Deadline)),
        field: project
            .fields
            .parts()
            .first()
            .filter(|_| seen.shows(Field::Fields))
            .map(|part| part.of.code().to_owned()),
        is_listing: true,
        shown: fields,
    }
}

impl Reason {
    /// The strongest sentence of the scorer.
    pub fn of(because: Vec<Sentence>) -> Self {
        because.into_iter().next().map_or_else(|| Self::plain("other"), Self::Scored)
    }

    fn plain(key: &str) -> Self {
        Self::Plain { key: key.to_owned(), args: Vec::new() }
    }
}
