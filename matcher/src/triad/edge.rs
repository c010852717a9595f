//! How far a project serves a city.

use crate::{
    Catalog,
    grade::{Micro, ONE, ratio, times},
    row::{CityRow, ProjectRow},
    score::{FULL, MicroPoints},
};

/// Where a project is, seen from a city.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// In no country of the city's.
    Elsewhere,
    /// In another city of its country.
    OtherCity,
    /// In its country, with no city of it named.
    Country,
    /// In the city.
    City,
}

impl Place {
    /// The value in millionths.
    pub const fn micro(self) -> Micro {
        match self {
            Self::Elsewhere => 0,
            Self::OtherCity => 300_000,
            Self::Country => 700_000,
            Self::City => ONE,
        }
    }

    /// The code in the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Elsewhere => "ELSEWHERE",
            Self::OtherCity => "OTHER_CITY",
            Self::Country => "COUNTRY",
            Self::City => "CITY",
        }
    }

    fn of(catalog: &Catalog, city: &CityRow, project: &ProjectRow) -> Self {
        if !project.countries.contains(&city.country) {
            return Self::Elsewhere;
        }
        if project.cities.contains(&city.geonames) {
            return Self::City;
        }
        // A city that the catalog does not know could be in any of the project's countries.
        let named = project.cities.iter().any(|geonames| {
            catalog.city_by_geonames(*geonames).is_none_or(|other| other.country == city.country)
        });
        if named { Self::OtherCity } else { Self::Country }
    }
}

/// The edge of a city and a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CityEdge {
    /// Overlap of needs and fields, in millionths.
    pub overlap: Micro,
    /// Where the project is.
    pub place: Place,
    /// Overlap times place, in micro-points.
    pub score: MicroPoints,
}

/// The edge of a city and a project.
pub fn city_edge(catalog: &Catalog, city: &CityRow, project: &ProjectRow) -> CityEdge {
    let place = Place::of(catalog, city, project);
    if place == Place::Elsewhere || city.needs.is_empty() {
        return CityEdge { overlap: 0, place, score: 0 };
    }
    let sum = project.fields.iter().fold(0_u64, |sum, (field, share)| {
        let needs = city.needs.iter();
        let best =
            needs.map(|(need, priority)| times(field.similarity(*need).micro(), third(*priority))).max();
        sum.saturating_add(u64::from(*share).saturating_mul(u64::from(best.unwrap_or(0))))
    });
    let overlap = ratio(sum, 10_000_u64.saturating_mul(u64::from(ONE)));
    // A millionth is a hundred micro-points.
    let score = times(overlap, place.micro()).saturating_mul(FULL / ONE);
    CityEdge { overlap, place, score }
}

fn third(priority: u8) -> Micro {
    ratio(u64::from(priority.min(3)), 3)
}
