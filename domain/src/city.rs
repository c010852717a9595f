//! Cities that look for partners: needs, offers, commitment, and the twinnings that exist.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    FieldErrors,
    organisation::{ReplyRecord, Screening},
    provenance::Provenance,
    value::{CountryCode, Lang, Pct, Position, SingleLine},
    vocabulary::{AdministrativeLevel, AreaFocus, CooperationField, VerificationLevel},
};

/// A need or an offer, with how much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aim {
    /// The field.
    pub field: CooperationField,
    /// 3 is first, 1 is last.
    pub priority: u8,
}

/// A measured indicator of a city, such as U4SSC `EC:ICT:ICT:1C`, in percent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Indicator {
    /// The code in its list.
    pub code: String,
    /// The value in percent.
    pub value: Pct,
    /// The year it was measured.
    pub year: i32,
}

/// What shows that a city means it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Commitment {
    /// A budget line exists.
    pub budget_line: Option<bool>,
    /// A coordinator is named.
    pub coordinator: Option<bool>,
    /// A plan for the first year exists.
    pub first_year_plan: Option<bool>,
}

/// The city's office on the platform; none where nobody has opened one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Office {
    /// How far its identity is proved.
    pub verification: VerificationLevel,
    /// Screening.
    pub screening: Screening,
    /// Whether it looks for partners now.
    pub accepting: bool,
    /// New partnerships that it can still begin this year; none where it does not say.
    pub capacity_left: Option<u16>,
    /// How it answers.
    pub replies: ReplyRecord,
    /// When its profile was last confirmed.
    pub confirmed_on: Option<NaiveDate>,
    /// Whether it will have a partner in its own country.
    pub same_country: bool,
}

/// The facts of a city. Build a [`City`] from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CityFacts {
    /// GeoNames id.
    pub geonames_id: u32,
    /// Wikidata id, such as `Q3711`.
    pub wikidata: Option<String>,
    /// Its name.
    pub name: SingleLine,
    /// Its country.
    pub country: CountryCode,
    /// First-level division, GeoNames code.
    pub admin1: Option<String>,
    /// Where it is.
    pub position: Position,
    /// Inhabitants; none where unknown.
    pub population: Option<u32>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// Level of administration.
    pub level: Option<AdministrativeLevel>,
    /// The office.
    pub office: Option<Office>,
    /// Working languages of the office; the country's are used where none are given.
    pub languages: Vec<Lang>,
    /// What it looks for.
    pub needs: Vec<Aim>,
    /// What it can give.
    pub offers: Vec<Aim>,
    /// What shows that it means it.
    pub commitment: Commitment,
    /// Measured indicators.
    pub indicators: Vec<Indicator>,
    /// Focuses of its demonstration area.
    pub area_focus: Vec<AreaFocus>,
    /// Whether a site for a demonstration area is set aside.
    pub area_site: Option<bool>,
    /// Whom traders turn to: a role address, a telephone number of the desk or its page; nobody's own (article row 8.7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trade_desk: Option<SingleLine>,
    /// Origin.
    pub provenance: Provenance,
}

/// A city whose facts hold together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "CityFacts", into = "CityFacts")]
pub struct City(CityFacts);

impl std::ops::Deref for City {
    type Target = CityFacts;
    fn deref(&self) -> &CityFacts {
        &self.0
    }
}

impl TryFrom<CityFacts> for City {
    type Error = FieldErrors;

    fn try_from(facts: CityFacts) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        for (path, aims) in [("needs", &facts.needs), ("offers", &facts.offers)] {
            errors.check(
                aims.iter().all(|aim| (1..=3).contains(&aim.priority)),
                path,
                "a priority is 3, 2 or 1",
            );
            let fields: std::collections::BTreeSet<_> = aims.iter().map(|aim| aim.field).collect();
            errors.check(fields.len() == aims.len(), path, "name each field once");
            errors.check(aims.len() <= 20, path, "at most 20 fields");
        }
        errors.check(facts.geonames_id > 0, "geonames_id", "a GeoNames id is above 0");
        errors.check(
            facts.wikidata.as_deref().is_none_or(|q| {
                q.strip_prefix('Q').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
            }),
            "wikidata",
            "a Wikidata id is written like Q3711",
        );
        errors.into_result(Self(facts))
    }
}

impl From<City> for CityFacts {
    fn from(city: City) -> Self {
        city.0
    }
}

/// Two cities that are twinned, by GeoNames id, the smaller first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Twinning {
    /// The smaller GeoNames id.
    pub a: u32,
    /// The larger GeoNames id.
    pub b: u32,
    /// Who records it.
    pub sources: Vec<String>,
    /// Licence of the data.
    pub licence: Option<SingleLine>,
}

impl Twinning {
    /// Puts the ends in order.
    ///
    /// # Errors
    /// A city with itself.
    pub fn new(
        x: u32,
        y: u32,
        sources: Vec<String>,
        licence: Option<SingleLine>,
    ) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        errors.check(x != y, "b_geonames", "a city is not its own twin");
        errors.check(x > 0 && y > 0, "a_geonames", "a GeoNames id is above 0");
        errors.into_result(Self { a: x.min(y), b: x.max(y), sources, licence })
    }
}
