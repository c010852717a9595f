//! A pack: what the rules of a country or of one city say of partnerships.

use chrono::Weekday;

use super::{
    error::{PackError, PackErrors, PackProblem},
    step::{ApprovalStepKind, Sourcing, StepRule},
};
use crate::{
    partnership::AgreementTier,
    value::{CountryCode, Currency, Lang, SingleLine},
    vocabulary::{AdministrativeLevel, CooperationField, vocabulary},
};

vocabulary! {
    /// What a rule says to a city whose partner has a twin in the same country already.
    Exclusivity, "CARAVANSERAI-EXCLUSIVITY", "1", {
        None = "NONE": "It says nothing against another",
        CapsAtFriendlyExchange = "CAPS_AT_FRIENDLY_EXCHANGE": "Friendly exchange is the most",
        Forbids = "FORBIDS": "No partnership at all",
    }
}

/// A rule with who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruled<T> {
    /// What it says.
    pub value: T,
    /// Who says so.
    pub sourcing: Sourcing,
}

/// The steps to an agreement of a tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// Of which tier.
    pub tier: AgreementTier,
    /// Whether these are all the steps; else more may be asked for.
    pub complete: bool,
    /// The steps, in the order in which they are taken.
    pub steps: Vec<StepRule>,
}

/// What the rules of a country or of one city say. What a pack does not say, nobody has told us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyPack {
    /// The country.
    pub country: CountryCode,
    /// The city, by GeoNames id; none where it is the country's pack.
    pub city_geonames: Option<u32>,
    /// Name of the country or city.
    pub name: SingleLine,
    /// Edition of the pack.
    pub version: SingleLine,
    /// SHA-256 of its file, in hexadecimal digits.
    pub sha256: String,
    /// Currency.
    pub currency: Option<Ruled<Currency>>,
    /// Languages of its offices.
    pub languages: Option<Ruled<Vec<Lang>>>,
    /// IANA time zone.
    pub zone: Option<Ruled<SingleLine>>,
    /// Days on which no office works.
    pub weekend: Option<Ruled<Vec<Weekday>>>,
    /// Days on which offices work for half a day.
    pub half_days: Option<Ruled<Vec<Weekday>>>,
    /// Law on personal data, by name.
    pub privacy: Option<Ruled<SingleLine>>,
    /// Prefixes of its registers of companies; empty where no register is listed.
    pub registers: Option<Ruled<Vec<SingleLine>>>,
    /// Whether a trial must come before the approvals.
    pub trial: Option<Ruled<bool>>,
    /// Whether the two countries must have diplomatic relations.
    pub relations: Option<Ruled<bool>>,
    /// Levels of administration whose cities are limited in what they can agree on.
    pub limited_levels: Option<Ruled<Vec<AdministrativeLevel>>>,
    /// What it says of a partner that has a twin in the country already.
    pub exclusivity: Option<Ruled<Exclusivity>>,
    /// Fields in which its cities do not cooperate.
    pub excluded_fields: Option<Ruled<Vec<CooperationField>>>,
    /// Chains of approval.
    pub chains: Vec<Chain>,
}

impl PolicyPack {
    /// What a city's pack says goes before what its country's says, rule by rule and chain by chain.
    #[must_use]
    fn over(mut self, country: &Self) -> Self {
        fn fall_back<T: Clone>(rule: &mut Option<T>, from: Option<&T>) {
            if rule.is_none() {
                *rule = from.cloned();
            }
        }
        fall_back(&mut self.currency, country.currency.as_ref());
        fall_back(&mut self.languages, country.languages.as_ref());
        fall_back(&mut self.zone, country.zone.as_ref());
        fall_back(&mut self.weekend, country.weekend.as_ref());
        fall_back(&mut self.half_days, country.half_days.as_ref());
        fall_back(&mut self.privacy, country.privacy.as_ref());
        fall_back(&mut self.registers, country.registers.as_ref());
        fall_back(&mut self.trial, country.trial.as_ref());
        fall_back(&mut self.relations, country.relations.as_ref());
        fall_back(&mut self.limited_levels, country.limited_levels.as_ref());
        fall_back(&mut self.exclusivity, country.exclusivity.as_ref());
        fall_back(&mut self.excluded_fields, country.excluded_fields.as_ref());
        for chain in &country.chains {
            if self.chain(chain.tier).is_none() {
                self.chains.push(chain.clone());
            }
        }
        self
    }

    /// The chain to a tier; none where nobody has told us.
    pub fn chain(&self, tier: AgreementTier) -> Option<&Chain> {
        self.chains.iter().find(|chain| chain.tier == tier)
    }
}

/// The step of a side whose chain is unknown or may have more: its own lawyers say who has to approve. It is the
/// platform's rule, so that silence of the packs is never taken for a permission.
pub fn own_lawyers() -> StepRule {
    StepRule {
        kind: ApprovalStepKind::LegalReview,
        documents: Vec::new(),
        weeks: None,
        sourcing: Sourcing::Unverified,
    }
}

/// The packs that are in force.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PackSet {
    packs: Vec<PolicyPack>,
}

/// The files that are shipped: the seven signatories, and a city as an example of a city's pack.
const SHIPPED: &[(&str, &str)] = &[
    ("CN.toml", include_str!("../../packs/CN.toml")),
    ("CN-qingdao.toml", include_str!("../../packs/CN-qingdao.toml")),
    ("LA.toml", include_str!("../../packs/LA.toml")),
    ("SA.toml", include_str!("../../packs/SA.toml")),
    ("RS.toml", include_str!("../../packs/RS.toml")),
    ("TH.toml", include_str!("../../packs/TH.toml")),
    ("TR.toml", include_str!("../../packs/TR.toml")),
    ("AE.toml", include_str!("../../packs/AE.toml")),
];

impl PackSet {
    /// The packs that are shipped with the product.
    ///
    /// # Errors
    /// None where the product was tested: a test loads them.
    pub fn shipped() -> Result<Self, PackErrors> {
        Self::from_files(SHIPPED.iter().copied())
    }

    /// Reads packs from files, given as names and texts.
    ///
    /// # Errors
    /// All that is wrong in all of them, and two packs of one place.
    pub fn from_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, PackErrors> {
        let (mut packs, mut errors) = (Vec::<PolicyPack>::new(), PackErrors::default());
        for (file, text) in files {
            match PolicyPack::from_toml(file, text) {
                Err(wrong) => errors.0.extend(wrong.0),
                Ok(pack) => {
                    let place = |pack: &PolicyPack| (pack.country, pack.city_geonames);
                    if packs.iter().any(|other| place(other) == place(&pack)) {
                        let field = if pack.city_geonames.is_some() { "city_geonames" } else { "country" };
                        let problem = PackProblem::Twice(format!("a pack of {}", pack.name));
                        errors.0.push(PackError { file: file.to_owned(), field: field.to_owned(), problem });
                    }
                    packs.push(pack);
                }
            }
        }
        if errors.0.is_empty() { Ok(Self { packs }) } else { Err(errors) }
    }

    /// The packs, in the order of their files.
    pub fn iter(&self) -> impl Iterator<Item = &PolicyPack> {
        self.packs.iter()
    }

    /// What holds in a city: its own pack over its country's. None where neither is there.
    pub fn of(&self, country: CountryCode, city_geonames: Option<u32>) -> Option<PolicyPack> {
        let find = |city: Option<u32>| {
            self.packs.iter().find(|pack| pack.country == country && pack.city_geonames == city)
        };
        let national = find(None);
        match (city_geonames.and_then(|city| find(Some(city))), national) {
            (Some(city), Some(national)) => Some(city.clone().over(national)),
            (city, national) => city.or(national).cloned(),
        }
    }
}
