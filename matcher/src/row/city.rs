//! Packed view of a city.

use chrono::{NaiveDate, Offset, TimeZone};
use domain::{
    city::{City, Commitment},
    id::Id,
    organisation::{Organisation, ReplyRecord},
    value::{CountryCode, Lang},
    vocabulary::{CooperationField, FieldSet, ScreeningStatus, VerificationLevel},
};

use super::{Day, OrganisationRow, World, day};
use crate::grade::{Micro, ratio};

/// A city's office as the gates read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfficeRow {
    /// How far its identity is proved.
    pub verification: VerificationLevel,
    /// Result of screening.
    pub screening: ScreeningStatus,
    /// Day of screening.
    pub screened_on: Option<Day>,
    /// Looks for partners now.
    pub accepting: bool,
    /// Has no capacity left this year.
    pub full: bool,
    /// Accepts partners in its own country.
    pub same_country: bool,
    /// How it answers.
    pub replies: ReplyRecord,
    /// Last confirmation.
    pub confirmed_on: Option<Day>,
}

impl OfficeRow {
    /// What of gate K1 does not hold of the office: it is not verified up to V2, does not accept, has no capacity left.
    pub fn faults(&self) -> [bool; 3] {
        [self.verification < VerificationLevel::V2, !self.accepting, self.full]
    }
}

/// Packed view of a city.
#[derive(Debug, Clone, PartialEq)]
pub struct CityRow {
    /// Its id.
    pub id: Id<City>,
    /// GeoNames id.
    pub geonames: u32,
    /// Country.
    pub country: CountryCode,
    /// Degrees north and east.
    pub position: (f64, f64),
    /// Inhabitants.
    pub population: Option<u32>,
    /// Minutes ahead of universal time on the catalog's day.
    pub utc_offset_minutes: Option<i32>,
    /// The organisation that runs the office; none where nobody has taken the city over.
    pub owner: Option<Id<Organisation>>,
    /// The office.
    pub office: Option<OfficeRow>,
    /// Fields needed, with priority 3 to 1.
    pub needs: Box<[(CooperationField, u8)]>,
    /// Fields offered.
    pub offers: Box<[(CooperationField, u8)]>,
    /// Needs as a set.
    pub need_set: FieldSet,
    /// Offers as a set.
    pub offer_set: FieldSet,
    /// What shows that it means it.
    pub commitment: Commitment,
    /// Languages of the office, or the official ones of the country.
    pub languages: Box<[Lang]>,
    /// Whether the languages are the country's and not the office's own statement.
    pub languages_of_country: bool,
    /// Digital level in millionths, with its year.
    pub digital: Option<(Micro, i32)>,
    /// Whether the digital level is the country's internet users and not the city's indicator.
    pub digital_of_country: bool,
    /// Focuses of its demonstration area as bits.
    pub focus: u8,
    /// Whether a site is set aside.
    pub site: Option<bool>,
    /// Whether needs and offers are samples.
    pub sample: bool,
}

impl CityRow {
    /// Packs a city; facts of its country fill in where they bear on a criterion.
    pub fn new(id: Id<City>, city: &City, world: &World, today: NaiveDate) -> Self {
        let country = world.countries.get(&city.country);
        let aims = |aims: &[domain::city::Aim]| aims.iter().map(|aim| (aim.field, aim.priority)).collect();
        let own = |code: &str| {
            city.indicators
                .iter()
                .filter(|indicator| indicator.code == code)
                .max_by_key(|indicator| indicator.year)
                .map(|indicator| (pct_micro(indicator.value.hundredths()), indicator.year))
        };
        // U4SSC: household internet access; the country's internet users where the city has no measurement.
        let own_digital = own("EC:ICT:ICT:1C");
        let digital = own_digital
            .or_else(|| country?.internet_users.map(|(pct, year)| (pct_micro(pct.hundredths()), year)));
        let languages_of_country = city.languages.is_empty();
        let languages = if languages_of_country {
            country.map(|facts| facts.languages.clone()).unwrap_or_default()
        } else {
            city.languages.clone()
        };
        Self {
            id,
            geonames: city.geonames_id,
            country: city.country,
            owner: None,
            position: (city.position.latitude(), city.position.longitude()),
            population: city.population.filter(|people| *people > 0),
            utc_offset_minutes: city.time_zone.as_deref().and_then(|zone| offset(zone, today)),
            office: city.office.as_ref().map(|office| OfficeRow {
                verification: office.verification,
                screening: office.screening.status,
                screened_on: office.screening.screened_on.map(day),
                accepting: office.accepting,
                full: office.capacity_left == Some(0),
                same_country: office.same_country,
                replies: office.replies,
                confirmed_on: office.confirmed_on.map(day),
            }),
            needs: aims(&city.needs),
            offers: aims(&city.offers),
            need_set: city.needs.iter().map(|aim| aim.field).collect(),
            offer_set: city.offers.iter().map(|aim| aim.field).collect(),
            commitment: city.commitment,
            languages: languages.into(),
            languages_of_country,
            digital,
            digital_of_country: own_digital.is_none(),
            focus: city.area_focus.iter().fold(0, |set, f| set | 1_u8.checked_shl(*f as u32).unwrap_or(0)),
            site: city.area_site,
            sample: city.provenance.is_sample("needs"),
        }
    }

    /// Takes over what is proved of the organisation that runs the office: an office is known as far as it is, and not
    /// as far as its profile once said.
    pub(crate) fn follow_owner(&mut self, owner: &OrganisationRow) {
        self.owner = Some(owner.id);
        if let Some(office) = &mut self.office {
            office.verification = owner.verification;
            office.screening = owner.screening;
            office.screened_on = owner.screened_on;
            office.accepting &= owner.active;
        }
    }
}

fn pct_micro(hundredths: i32) -> Micro {
    ratio(u64::try_from(hundredths).unwrap_or(0), 10_000)
}

/// Minutes ahead of universal time at noon of a day.
fn offset(zone: &str, today: NaiveDate) -> Option<i32> {
    let zone: chrono_tz::Tz = zone.parse().ok()?;
    let noon = today.and_hms_opt(12, 0, 0)?;
    zone.from_utc_datetime(&noon).offset().fix().local_minus_utc().checked_div(60)
}
