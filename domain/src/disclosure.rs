//! How much of a listing somebody sees: the ladder from everyone to the owner, a rung for each field, and what a
//! blind listing keeps back.
//!
//! [`crate::policy`] says whether somebody sees a listing at all; this says which of its fields.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    FieldErrors,
    fx::FxSeries,
    policy::{Relation, RelationSet},
    value::{Currency, Money},
    vocabulary::{Visibility, Vocabulary, vocabulary},
};

/// A rung of the ladder: a field is seen by whoever stands on its rung or higher.
pub type Rung = Visibility;

/// The rung on which somebody stands. Those who judge a listing stand where its owner does.
pub fn rung(who: RelationSet) -> Rung {
    const INSIDE: &[Relation] = &[
        Relation::MemberViewer,
        Relation::Reviewer,
        Relation::Compliance,
        Relation::Administrator,
        Relation::System,
    ];
    if who.any(INSIDE) {
        Rung::Private
    } else if who.contains(Relation::Introduced) {
        Rung::Introduced
    } else if who.contains(Relation::Matched) {
        Rung::Matched
    } else if who.contains(Relation::Registered) {
        Rung::Registered
    } else {
        Rung::Public
    }
}

vocabulary! {
    /// A field of a listing that has a rung of its own.
    ListingField, "CARAVANSERAI-LISTING-FIELD", "1", {
        Title = "TITLE": "Title",
        Summary = "SUMMARY": "Summary",
        Owner = "OWNER": "Owning organisation",
        Kind = "KIND": "Kind, works and innovation",
        Country = "COUNTRY": "Countries",
        City = "CITY": "Cities",
        Position = "POSITION": "Position on the map",
        Fields = "FIELDS": "Fields of cooperation",
        Stage = "STAGE": "Stage and lifecycle",
        Contract = "CONTRACT": "Contract",
        PublicAuthority = "PUBLIC_AUTHORITY": "Public authority",
        SizeBand = "SIZE_BAND": "Size band",
        Gap = "GAP": "Funding gap and smallest slice",
        Instruments = "INSTRUMENTS": "Instruments and terms sought",
        Return = "RETURN": "Expected return",
        Readiness = "READINESS": "Checklist of readiness",
        Evidence = "EVIDENCE": "Names of the documents that show it",
        Documents = "DOCUMENTS": "The documents themselves",
        Flags = "FLAGS": "Contradictions and their justifications",
        Impact = "IMPACT": "Effects on inclusion",
        Languages = "LANGUAGES": "Working languages",
        HelpWanted = "HELP_WANTED": "Help wanted beside money",
        ExcludedInvestors = "EXCLUDED_INVESTORS": "Kinds of investors not wanted",
        Deadline = "DEADLINE": "Deadline",
        Provenance = "PROVENANCE": "Source and licence",
        Answers = "ANSWERS": "Answers to further questions",
        BudgetNotes = "BUDGET_NOTES": "Notes on the budget",
        InternalNotes = "INTERNAL_NOTES": "Internal notes",
        Contact = "CONTACT": "Contact person",
    }
}

impl ListingField {
    /// Fields that a score is made of and of which its sentences speak.
    pub const SCORED: [Self; 12] = [
        Self::Owner,
        Self::Kind,
        Self::Country,
        Self::Fields,
        Self::Stage,
        Self::Contract,
        Self::Gap,
        Self::Instruments,
        Self::Return,
        Self::Readiness,
        Self::Impact,
        Self::HelpWanted,
    ];

    /// The rung at which it is shown unless the owner chooses another.
    ///
    /// What a ranking is made of is public, because a score that cannot be checked is not worth much. Names of
    /// documents help whoever has a match; documents and contacts wait for an accepted introduction. Notes, flags and
    /// the list of unwanted investors are the owner's own affair.
    pub const fn default_rung(self) -> Rung {
        match self {
            Self::Title
            | Self::Summary
            | Self::Owner
            | Self::Kind
            | Self::Country
            | Self::City
            | Self::Fields
            | Self::Stage
            | Self::Contract
            | Self::PublicAuthority
            | Self::SizeBand
            | Self::Gap
            | Self::Instruments
            | Self::Return
            | Self::Readiness
            | Self::Impact
            | Self::Languages
            | Self::HelpWanted
            | Self::Deadline
            | Self::Provenance => Rung::Public,
            Self::Position => Rung::Registered,
            Self::Evidence | Self::Answers => Rung::Matched,
            Self::Documents | Self::Contact => Rung::Introduced,
            Self::Flags | Self::ExcludedInvestors | Self::BudgetNotes | Self::InternalNotes => Rung::Private,
        }
    }

    /// The lowest and the highest rung that an owner can choose.
    ///
    /// A contact is disclosed by mutual consent and never before; notes never leave. What a blind listing shows, and
    /// where data come from, cannot be hidden: of a listing without any of it nobody could say what it is.
    pub const fn bounds(self) -> (Rung, Rung) {
        match self {
            Self::Country | Self::Fields | Self::SizeBand | Self::Provenance => (Rung::Public, Rung::Public),
            Self::Contact | Self::Documents => (Rung::Introduced, Rung::Private),
            Self::BudgetNotes | Self::InternalNotes => (Rung::Private, Rung::Private),
            _ => (Rung::Public, Rung::Private),
        }
    }

    /// Whether a blind listing shows it below an introduction. Where data come from is shown wherever a record is,
    /// but of a blind listing it would name the source's record and with it the project.
    pub const fn shown_blind(self) -> bool {
        matches!(self, Self::Country | Self::Fields | Self::SizeBand)
    }
}

/// What the owner of a listing shows to whom.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "RawDisclosure")]
pub struct Disclosure {
    blind: bool,
    fields: BTreeMap<ListingField, Rung>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct RawDisclosure {
    blind: bool,
    fields: BTreeMap<ListingField, Rung>,
}

impl TryFrom<RawDisclosure> for Disclosure {
    type Error = FieldErrors;
    fn try_from(raw: RawDisclosure) -> Result<Self, FieldErrors> {
        Self::new(raw.blind, raw.fields)
    }
}

impl Disclosure {
    /// Checks the rungs that an owner chose; fields not named keep their default.
    ///
    /// # Errors
    /// A field lower or higher than it can be.
    pub fn new(blind: bool, fields: BTreeMap<ListingField, Rung>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        for (field, rung) in &fields {
            let (low, high) = field.bounds();
            let message = if low == high {
                format!("{field} is always {low}")
            } else {
                format!("{field} lies between {low} and {high}")
            };
            errors.check((low..=high).contains(rung), "disclosure", &message);
        }
        errors.into_result(Self { blind, fields })
    }

    /// Whether it shows only country, field and size band before an introduction.
    pub const fn is_blind(&self) -> bool {
        self.blind
    }

    /// Whether every field stands where it stands unless the owner chooses otherwise.
    pub fn is_plain(&self) -> bool {
        !self.blind && self.fields.is_empty()
    }

    /// The rung that the owner chose for a field, or the one where it stands by itself; what a blind listing keeps back
    /// beside it is not counted in.
    pub fn chosen(&self, field: ListingField) -> Rung {
        self.fields.get(&field).copied().unwrap_or_else(|| field.default_rung())
    }

    /// The rung from which a field is seen.
    pub fn rung_of(&self, field: ListingField) -> Rung {
        let chosen = self.chosen(field);
        if self.blind && !field.shown_blind() { chosen.max(Rung::Introduced) } else { chosen }
    }

    /// Whether somebody on a rung sees a field.
    pub fn shows(&self, field: ListingField, rung: Rung) -> bool {
        rung >= self.rung_of(field)
    }

    /// The fields that somebody on a rung sees.
    pub fn shown_at(&self, rung: Rung) -> impl Iterator<Item = ListingField> {
        ListingField::ALL.iter().copied().filter(move |field| self.shows(*field, rung))
    }
}

/// How large a funding gap is, within a power of ten.
///
/// In euro, at a dated reference rate, where there is one. Where there is none the band is one of the own currency,
/// and says so; bands of two currencies are then not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SizeBand {
    /// In which currency the bounds are.
    pub currency: Currency,
    /// The lower bound is ten to this power, of the major unit; 0 for everything below the first bound.
    pub decade: u8,
}

impl SizeBand {
    /// The first bound is 100,000. Below it a band would say more than a band should.
    const FIRST: u8 = 5;
    /// The last bound: above a thousand million there are too few projects for another one.
    const LAST: u8 = 9;

    /// The band of a gap, converted at the last rate up to a day.
    pub fn of(gap: Money, fx: Option<&FxSeries>, day: NaiveDate) -> Self {
        let euro = fx.and_then(|fx| fx.convert(gap, Currency::EUR, day)).map(|converted| converted.money);
        let in_euro = euro.is_some() || gap.currency() == Currency::EUR;
        let money = euro.unwrap_or(gap);
        let unit = 10_i64.saturating_pow(money.currency().decimals());
        let mut major = money.minor().checked_div(unit).unwrap_or(0);
        let mut decade = 0_u8;
        while major >= 10 {
            major /= 10;
            decade = decade.saturating_add(1);
        }
        // An own currency may count in millions what a euro counts in ones, so its bands go on upwards.
        let last = if in_euro { Self::LAST } else { u8::MAX };
        let decade = if decade < Self::FIRST { 0 } else { decade.min(last) };
        Self { currency: money.currency(), decade }
    }

    /// The bounds in whole major units: at least the first, below the second; no second where the band is open.
    pub fn bounds(self) -> (u64, Option<u64>) {
        let power = |decade: u8| 10_u64.saturating_pow(u32::from(decade));
        if self.decade == 0 {
            return (0, Some(power(Self::FIRST)));
        }
        let open = self.currency == Currency::EUR && self.decade >= Self::LAST;
        (power(self.decade), (!open).then(|| power(self.decade.saturating_add(1))))
    }
}

impl std::fmt::Display for SizeBand {
    /// `EUR 10.0 m to 100.0 m`, `below EUR 100 k`, `EUR 1.00 bn and more`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scale = 10_u64.saturating_pow(self.currency.decimals());
        let money = |major: u64| {
            let minor = i64::try_from(major.saturating_mul(scale)).unwrap_or(i64::MAX);
            Money::from_minor(minor, self.currency)
                .map_or_else(|_| format!("{} {major}", self.currency), |money| money.to_string())
        };
        match self.bounds() {
            (0, Some(high)) => write!(f, "below {}", money(high)),
            (low, Some(high)) => write!(f, "{} to {}", money(low), money(high)),
            (low, None) => write!(f, "{} and more", money(low)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::policy::Standing;

    #[test]
    fn the_rung_follows_from_the_relations() {
        let base = Standing { confirmed: true, ..Standing::default() };
        let cases = [
            (Standing::default(), Rung::Public),
            (base.clone(), Rung::Registered),
            (Standing { matched: true, ..base.clone() }, Rung::Matched),
            (Standing { introduced: true, ..base.clone() }, Rung::Introduced),
            (Standing { role: Some(crate::account::OrgRole::Viewer), ..base.clone() }, Rung::Private),
            (Standing { owner_link: true, ..Standing::default() }, Rung::Public),
            (
                Standing { platform: [crate::account::PlatformRole::Observer].into(), ..base },
                Rung::Registered,
            ),
        ];
        for (standing, expect) in cases {
            assert_eq!(rung(standing.relations()), expect, "{standing:?}");
        }
    }

    #[test]
    fn a_blind_listing_shows_country_field_and_size_until_an_introduction() {
        let blind = Disclosure::new(true, BTreeMap::new()).unwrap();
        for below in [Rung::Public, Rung::Registered, Rung::Matched] {
            let shown: Vec<_> = blind.shown_at(below).collect();
            assert_eq!(shown, [ListingField::Country, ListingField::Fields, ListingField::SizeBand]);
        }
        assert!(blind.shows(ListingField::Title, Rung::Introduced));
        assert!(!blind.shows(ListingField::InternalNotes, Rung::Introduced));
        assert_eq!(blind.shown_at(Rung::Private).count(), ListingField::ALL.len());
    }

    #[test]
    fn an_owner_can_hide_a_gap_but_not_show_a_contact() {
        let chosen = Disclosure::new(false, [(ListingField::Gap, Rung::Matched)].into()).unwrap();
        assert!(!chosen.shows(ListingField::Gap, Rung::Registered));
        assert!(chosen.shows(ListingField::SizeBand, Rung::Public));
        let wrong = [(ListingField::Contact, Rung::Public), (ListingField::Country, Rung::Private)];
        assert_eq!(Disclosure::new(false, wrong.into()).unwrap_err().0.len(), 2);
        assert!(serde_json::from_str::<Disclosure>(r#"{"fields":{"CONTACT":"PUBLIC"}}"#).is_err());
        let json = serde_json::to_string(&chosen).unwrap();
        assert_eq!(serde_json::from_str::<Disclosure>(&json).unwrap(), chosen);
        for field in ListingField::ALL {
            let (low, high) = field.bounds();
            assert!((low..=high).contains(&field.default_rung()), "{field}");
        }
    }

    #[test]
    fn bands_are_decades_and_say_in_what() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        let mut fx = FxSeries::new("ECB");
        fx.insert(day, Currency::IDR, 19_000.0).unwrap();
        let band =
            |amount: &str, currency, fx| SizeBand::of(Money::parse(amount, currency).unwrap(), fx, day);
        assert_eq!(band("42000000", Currency::EUR, None).to_string(), "EUR 10.0 m to EUR 100.0 m");
        assert_eq!(band("99999.99", Currency::EUR, None).to_string(), "below EUR 100 k");
        assert_eq!(band("100000", Currency::EUR, None).to_string(), "EUR 100 k to EUR 1.0 m");
        assert_eq!(band("9000000000", Currency::EUR, None).to_string(), "EUR 1.00 bn and more");
        assert_eq!(band("1900000000", Currency::IDR, Some(&fx)).to_string(), "EUR 100 k to EUR 1.0 m");
        assert_eq!(band("1900000000", Currency::IDR, None).to_string(), "IDR 1.00 bn to IDR 10.00 bn");
    }

    proptest! {
        #[test]
        fn higher_rungs_see_more(
            blind: bool, field in proptest::sample::select(ListingField::ALL),
            chosen in proptest::sample::select(Visibility::ALL),
            low in proptest::sample::select(Visibility::ALL), high in proptest::sample::select(Visibility::ALL),
        ) {
            if let Ok(disclosure) = Disclosure::new(blind, [(field, chosen)].into()) {
                for field in ListingField::ALL {
                    if low <= high && disclosure.shows(*field, low) {
                        prop_assert!(disclosure.shows(*field, high));
                    }
                }
            }
        }

        #[test]
        fn every_gap_lies_in_its_band(minor in 0..=Money::MAX_MINOR) {
            let day = NaiveDate::default();
            for currency in [Currency::EUR, Currency::VND, Currency::KWD] {
                let gap = Money::from_minor(minor, currency).unwrap();
                let (low, high) = SizeBand::of(gap, None, day).bounds();
                prop_assert!(gap.major() >= low as f64 && high.is_none_or(|high| gap.major() < high as f64));
            }
        }
    }
}
