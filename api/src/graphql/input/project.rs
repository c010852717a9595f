//! What an owner writes about a project. Nothing of it is the platform's to say: state, verification, dates of
//! publication and flags are in no input.

use async_graphql::InputObject;
use chrono::NaiveDate;
use domain::{
    disclosure::Disclosure,
    project::{Impact, Location, ProjectFacts, ReadinessEntry},
    provenance::Provenance,
    value::{Lang, Localized, Money, Pct, Position, Share, Shares, SingleLine},
    vocabulary::{
        ContractType, CooperationField, HelpKind, InnovationKind, Instrument, InvestorType, LifecycleStatus,
        ListingState, ProjectKind, ReadinessItem, ReadinessStatus, StageLadder, WorksType,
    },
};

use super::{
    super::{
        code::{Code, Stage},
        object::BigInt,
    },
    MoneyInput,
};
use crate::{
    command::{CommandError, Refusal},
    registry::project::Content,
};

/// Text with its language.
#[derive(Debug, Clone, InputObject)]
pub struct TextInput {
    /// ISO 639 code; English where none is given.
    pub lang: Option<String>,
    /// The text.
    pub value: String,
    /// Whether a machine translated it; it is marked wherever it is shown.
    #[graphql(default = false)]
    pub machine_translated: bool,
}

impl TextInput {
    pub(crate) fn parse(&self, path: &str) -> Result<Localized, CommandError> {
        let lang = match &self.lang {
            Some(code) => code.parse().map_err(|e| Refusal::validation(&format!("{path}.lang"), e))?,
            None => Lang::EN,
        };
        let text = Localized::new(lang, &self.value)
            .map_err(|error| Refusal::validation(&format!("{path}.value"), error))?;
        Ok(if self.machine_translated { text.by_machine() } else { text })
    }
}

/// A field with its share.
#[derive(Debug, Clone, InputObject)]
pub struct FieldShareInput {
    /// The field.
    pub field: Code<CooperationField>,
    /// Percent of the project; all sum to 100.
    pub share_pct: f64,
}

/// An instrument with its share.
#[derive(Debug, Clone, InputObject)]
pub struct InstrumentShareInput {
    /// The instrument.
    pub instrument: Code<Instrument>,
    /// Percent of the gap; all sum to 100.
    pub share_pct: f64,
}

/// A place of a project.
#[derive(Debug, Clone, InputObject)]
pub struct PlaceInput {
    /// Country, ISO 3166-1 alpha-2.
    pub country: String,
    /// GeoNames id of the nearest city.
    pub city_geonames: Option<u32>,
    /// Degrees north; given together with the longitude.
    pub latitude: Option<f64>,
    /// Degrees east; given together with the latitude.
    pub longitude: Option<f64>,
}

/// An item of the checklist.
#[derive(Debug, Clone, InputObject)]
pub struct ReadinessInput {
    /// Which item.
    pub item: Code<ReadinessItem>,
    /// How far it is shown.
    pub status: Code<ReadinessStatus>,
    /// The document that shows it.
    pub evidence: Option<String>,
}

/// Effects on inclusion.
#[derive(Debug, Clone, Default, InputObject)]
pub struct ImpactInput {
    /// Price of an entry-level plan in percent of gross national income a head.
    pub entry_price_pct_gni: Option<f64>,
    /// People served for the first time.
    pub population_newly_served: Option<BigInt>,
    /// Schools connected.
    pub schools_connected: Option<u32>,
    /// Share of women among those served, percent.
    pub women_share_pct: Option<f64>,
    /// Coverage of households before, percent.
    pub coverage_baseline_pct: Option<f64>,
    /// Coverage of households after, percent.
    pub coverage_target_pct: Option<f64>,
}

/// What an owner writes about a project.
#[derive(Debug, Clone, InputObject)]
pub struct ProjectInput {
    /// Its name.
    pub title: TextInput,
    /// What it does.
    pub summary: Option<TextInput>,
    /// What it is.
    pub kind: Code<ProjectKind>,
    /// Kind of works.
    pub works: Option<Code<WorksType>>,
    /// Kind of innovation.
    pub innovation: Option<Code<InnovationKind>>,
    /// Where the work stands.
    pub lifecycle: Option<Code<LifecycleStatus>>,
    /// Where the money decisions stand.
    pub stage: Option<Stage>,
    /// Fields with their shares, at most ten.
    pub fields: Vec<FieldShareInput>,
    /// Contract with the public side.
    pub contract: Option<Code<ContractType>>,
    /// Public authority of a partnership.
    pub public_authority: Option<String>,
    /// Money that is still missing.
    pub funding_gap: Option<MoneyInput>,
    /// Smallest part of it that one investor may take.
    pub min_slice: Option<MoneyInput>,
    /// Instruments sought.
    pub instruments: Option<Vec<InstrumentShareInput>>,
    /// Whether concessional terms are sought.
    pub concessional: Option<bool>,
    /// Expected return to the investor, percent a year.
    pub return_pct: Option<f64>,
    /// Tenor sought, 1 to 1200 months.
    pub tenor_months: Option<u16>,
    /// Checklist; items that are not named are unknown.
    pub readiness: Option<Vec<ReadinessInput>>,
    /// Effects on inclusion.
    pub impact: Option<ImpactInput>,
    /// Where it is; at least one country, at most 50 places.
    pub places: Vec<PlaceInput>,
    /// Languages the owner works in, ISO 639.
    pub languages: Option<Vec<String>>,
    /// Kinds of investors that the owner does not want.
    pub excluded_investors: Option<Vec<Code<InvestorType>>>,
    /// Help wanted beside money.
    pub help_wanted: Option<Vec<Code<HelpKind>>>,
    /// Last day for an answer; today or later.
    pub deadline: Option<NaiveDate>,
}

/// Longest list of an input.
const MAX_ITEMS: usize = 100;

/// How far ahead a deadline may lie: twenty years, which no call for investment outlasts.
const MAX_DEADLINE: chrono::Months = chrono::Months::new(240);

/// Gathers what is wrong, so that all of it is told at once.
#[derive(Default)]
struct Wrong(Vec<Refusal>);

impl Wrong {
    fn keep<T>(&mut self, result: Result<T, CommandError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(CommandError::Refused(refusals)) => {
                self.0.extend(refusals);
                None
            }
            Err(_) => None,
        }
    }

    fn keep_as<T, E: ToString>(&mut self, path: &str, result: Result<T, E>) -> Option<T> {
        self.keep(result.map_err(|error| Refusal::validation(path, error.to_string()).into()))
    }

    fn pct(&mut self, path: &str, value: Option<f64>) -> Option<Pct> {
        value.and_then(|value| self.keep_as(path, Pct::from_f64(value)))
    }

    fn money(&mut self, path: &str, value: Option<&MoneyInput>) -> Option<Money> {
        let value = value?;
        self.keep_as(path, Money::from_minor(value.amount_minor.0, value.currency.0))
    }

    fn shares<V: domain::Vocabulary>(&mut self, path: &str, parts: Vec<(V, f64)>) -> Option<Shares<V>> {
        let mut shares = Vec::with_capacity(parts.len());
        for (place, (of, pct)) in parts.into_iter().enumerate() {
            let hundredths = Pct::from_f64(pct).ok().and_then(|pct| u16::try_from(pct.hundredths()).ok());
            let Some(hundredths) = hundredths else {
                self.0.push(Refusal::validation(&format!("{path}.{place}.sharePct"), "0 to 100 percent"));
                return None;
            };
            shares.push(Share { of, hundredths });
        }
        self.keep_as(path, Shares::new(shares))
    }
}

impl ProjectInput {
    /// The owner's part of the facts.
    ///
    /// # Errors
    /// All fields that are wrong, each with what would be right.
    pub fn parse(self, today: NaiveDate) -> Result<Content, CommandError> {
        let mut wrong = Wrong::default();
        for (path, length) in [
            ("project.places", self.places.len()),
            ("project.fields", self.fields.len()),
            ("project.readiness", self.readiness.as_ref().map_or(0, Vec::len)),
            ("project.languages", self.languages.as_ref().map_or(0, Vec::len)),
            ("project.instruments", self.instruments.as_ref().map_or(0, Vec::len)),
        ] {
            if length > MAX_ITEMS {
                return Err(Refusal::validation(path, format!("at most {MAX_ITEMS} items")).into());
            }
        }
        let latest = today.checked_add_months(MAX_DEADLINE).unwrap_or(today);
        if self.deadline.is_some_and(|deadline| !(today..=latest).contains(&deadline)) {
            let message = format!("the deadline is today or later, and no later than {latest}");
            wrong.0.push(Refusal::validation("project.deadline", message));
        }
        let title = wrong.keep(self.title.parse("project.title"));
        let summary = self.summary.as_ref().and_then(|text| wrong.keep(text.parse("project.summary")));
        let fields = self.fields.iter().map(|part| (part.field.0, part.share_pct)).collect();
        let fields = wrong.shares("project.fields", fields);
        let instruments = self.instruments.as_ref().and_then(|parts| {
            let parts = parts.iter().map(|part| (part.instrument.0, part.share_pct)).collect();
            wrong.shares("project.instruments", parts)
        });
        let line = |wrong: &mut Wrong, path: &str, text: Option<&String>| {
            text.and_then(|text| wrong.keep_as(path, SingleLine::new(text)))
        };
        let public_authority = line(&mut wrong, "project.publicAuthority", self.public_authority.as_ref());
        let mut readiness = Vec::new();
        for (place, entry) in self.readiness.iter().flatten().enumerate() {
            let path = format!("project.readiness.{place}.evidence");
            let evidence = line(&mut wrong, &path, entry.evidence.as_ref());
            readiness.push(ReadinessEntry { item: entry.item.0, status: entry.status.0, evidence });
        }
        let mut locations = Vec::new();
        for (place, given) in self.places.iter().enumerate() {
            let path = format!("project.places.{place}");
            let country = wrong.keep_as(&format!("{path}.country"), given.country.parse());
            let position = match (given.latitude, given.longitude) {
                (Some(latitude), Some(longitude)) => wrong.keep_as(&path, Position::new(latitude, longitude)),
                (None, None) => None,
                _ => {
                    let message = "give both latitude and longitude, or neither";
                    wrong.0.push(Refusal::validation(&path, message));
                    None
                }
            };
            if let Some(country) = country {
                locations.push(Location { country, city_geonames: given.city_geonames, position });
            }
        }
        let mut languages = Vec::new();
        for (place, code) in self.languages.iter().flatten().enumerate() {
            languages.extend(wrong.keep_as(&format!("project.languages.{place}"), code.parse::<Lang>()));
        }
        let impact = self.impact.unwrap_or_default();
        let population = impact.population_newly_served.and_then(|people| {
            wrong.keep_as(
                "project.impact.populationNewlyServed",
                u64::try_from(people.0).map_err(|_| "a number of people is 0 or more"),
            )
        });
        let impact = Impact {
            entry_price_pct_gni: wrong.pct("project.impact.entryPricePctGni", impact.entry_price_pct_gni),
            population_newly_served: population,
            schools_connected: impact.schools_connected,
            women_share: wrong.pct("project.impact.womenSharePct", impact.women_share_pct),
            coverage_baseline: wrong.pct("project.impact.coverageBaselinePct", impact.coverage_baseline_pct),
            coverage_target: wrong.pct("project.impact.coverageTargetPct", impact.coverage_target_pct),
        };
        let gap = wrong.money("project.fundingGap", self.funding_gap.as_ref());
        let min_slice = wrong.money("project.minSlice", self.min_slice.as_ref());
        let return_pct = wrong.pct("project.returnPct", self.return_pct);
        let (Some(title), Some(fields), true) = (title, fields, wrong.0.is_empty()) else {
            return Err(CommandError::Refused(wrong.0));
        };
        let kind = self.kind.0;
        let is_venture = kind == ProjectKind::StartupVenture;
        Ok(Content(ProjectFacts {
            title,
            summary,
            kind,
            works: self.works.map(|code| code.0),
            innovation: self.innovation.map(|code| code.0),
            lifecycle: self.lifecycle.map(|code| code.0),
            ladder: if is_venture { StageLadder::Venture } else { StageLadder::Infrastructure },
            stage: self.stage.map(|stage| stage.0),
            fields,
            contract: self.contract.map(|code| code.0),
            public_authority,
            gap,
            min_slice,
            instruments,
            concessional: self.concessional,
            return_pct,
            tenor_months: self.tenor_months,
            readiness,
            flags: Vec::new(),
            impact,
            locations,
            languages,
            excluded_investors: self.excluded_investors.iter().flatten().map(|code| code.0).collect(),
            help_wanted: self.help_wanted.iter().flatten().map(|code| code.0).collect(),
            deadline: self.deadline,
            published_on: None,
            confirmed_on: None,
            state: ListingState::Draft,
            recorded_financier: None,
            recorded_year: None,
            disclosure: Disclosure::default(),
            provenance: Provenance::default(),
        }))
    }
}
