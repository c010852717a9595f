//! A mandate's answers to the lists that projects share, made once for a query. What two projects have in common is
//! then graded once, by the same functions that grade a pair.

use domain::{
    Vocabulary,
    value::CountryCode,
    vocabulary::{CooperationField, Instrument, InvestmentStage, StageLadder, VerificationLevel},
};

use super::{OpportunityQuery, parts::in_parts};
use crate::{
    Catalog,
    catalog::Pair,
    criterion::{investor as seen, project as offers},
    gate::{
        GateBits, Outcome,
        investment::{self as gate, Foreign, Gate},
    },
    grade::{Grade, ONE},
    policy::Policy,
    row::{Day, MandateRow, OrganisationRow, OwnerFacts, ProjectRow, ScanRow, contract_bit, stages},
    score::{Sum, Term},
};

/// What a list of fields says.
#[derive(Debug, Clone, Copy)]
struct OfFields {
    gates: GateBits,
    investor: Term,
    project: Term,
    priorities: Grade,
}

/// What a list of countries says.
#[derive(Debug, Clone, Copy)]
struct OfCountries {
    gates: GateBits,
    investor: Term,
    project: Term,
    foreign: Foreign,
}

/// What a list of instruments says.
#[derive(Debug, Clone, Copy)]
struct OfInstruments {
    gates: GateBits,
    fit: seen::InstrumentFit,
    seeks_equity: Option<bool>,
}

/// What an owner says.
#[derive(Debug, Clone, Copy)]
struct OfOwner {
    gates: GateBits,
    level: usize,
}

/// What a stage says.
#[derive(Debug, Clone, Copy)]
struct OfStage {
    gates: GateBits,
    investor: Term,
    project: Term,
}

/// A query with its answers.
pub(super) struct Prepared<'a> {
    catalog: &'a Catalog,
    mandate: &'a MandateRow,
    investor: &'a OrganisationRow,
    policy: &'a Policy,
    today: Day,
    fields: Vec<OfFields>,
    countries: Vec<OfCountries>,
    instruments: Vec<OfInstruments>,
    cities: Vec<Term>,
    owners: Vec<Option<OfOwner>>,
    /// Trust in the owner by level and by days since the last confirmation; see [`trust_place`].
    trust: Vec<Term>,
    stages: Vec<OfStage>,
    /// By the help that is wanted, as bits.
    help: Vec<Term>,
    /// Gates that no fact of a project opens or shuts.
    takes_part: bool,
    excluded_contracts: u32,
    investor_kind: u32,
    /// What the project's side owes to the investor alone.
    investor_alone: Sum,
}

/// The answers of a pair's gates with what its score needs further.
pub(super) struct Met<'a> {
    gates: GateBits,
    ticket: Option<seen::TicketFit>,
    fields: &'a OfFields,
    countries: &'a OfCountries,
    instruments: &'a OfInstruments,
    level: usize,
}

/// Both sides of a pair but for what measures money against money.
pub(super) struct Sides {
    investor: Sum,
    project: Sum,
}

impl Met<'_> {
    /// The answers of the gates.
    pub(super) const fn gates(&self) -> GateBits {
        self.gates
    }
}

impl<'a> Prepared<'a> {
    /// Answers everything that projects share.
    pub(super) fn new(catalog: &'a Catalog, query: &OpportunityQuery<'a>) -> Self {
        let (mandate, investor, policy) = (query.mandate, query.investor, query.policy);
        let [of_field, _, of_stage, _, of_geo, _, of_trust, _, of_ties] = *policy.investor.hundredths();
        let [to_field, _, _, to_stage, to_local, to_reply, to_trust, to_value] = *policy.project.hundredths();
        let today = catalog.day();
        let scan = catalog.scan();
        let fields = |list: &[(CooperationField, u16)]| {
            let nearness = seen::nearness(mandate, list);
            let excluded = list.iter().any(|(field, _)| mandate.excluded_fields.contains(*field));
            OfFields {
                gates: GateBits::of(Gate::Field, gate::field_of(mandate, nearness))
                    .and(GateBits::of(Gate::Exclusions, shut(excluded))),
                investor: Term::new(of_field, nearness),
                project: Term::new(to_field, offers::field(mandate, investor, list)),
                priorities: seen::priorities(mandate, list),
            }
        };
        let countries = |list: &[CountryCode]| OfCountries {
            gates: GateBits::of(Gate::Exclusions, gate::places(mandate, list)),
            investor: Term::new(of_geo, seen::geo(mandate, investor, list)),
            project: Term::new(to_local, offers::local(investor, list)),
            foreign: gate::foreign_ownership(mandate, investor, list, catalog),
        };
        let instruments = |list: &[(Instrument, u16)]| OfInstruments {
            gates: GateBits::of(Gate::Instrument, gate::instrument_of(mandate, list)),
            fit: seen::InstrumentFit::new(mandate, list),
            seeks_equity: (!list.is_empty()).then(|| list.iter().any(|(i, _)| i.is_equity())),
        };
        let cities = |list: &[u32]| {
            Term::new(of_ties, seen::ties(seen::twinned_with(investor, list, catalog.links())))
        };
        let stage = |(ladder, stage): (StageLadder, Option<InvestmentStage>)| OfStage {
            gates: GateBits::of(Gate::Stage, gate::stage_of(mandate, ladder, stage)),
            investor: Term::new(of_stage, seen::stage(mandate, ladder, stage)),
            project: Term::new(to_stage, Grade::of(seen::stage_share(investor, stage))),
        };
        let investor_clear = gate::clear(investor, today);
        let owner = |facts: &Option<OwnerFacts>| {
            let facts = (*facts)?;
            let clear = investor_clear && gate::screened(facts.screening, facts.screened_on, today);
            // Most owners name no beneficial owner; only of those that do the whole row is read.
            let related = if facts.names_owners || facts.id == investor.id {
                gate::related(investor, catalog.organisations().get(facts.id)?)
            } else {
                Outcome::Unknown
            };
            Some(OfOwner {
                gates: GateBits::of(Gate::Screening, shut(!clear))
                    .and(GateBits::of(Gate::RelatedParty, related)),
                level: facts.verification.index(),
            })
        };
        Self {
            catalog,
            mandate,
            investor,
            policy,
            today,
            fields: each(scan.fields.lists(), |list| fields(list)),
            countries: each(scan.countries.lists(), |list| countries(list)),
            instruments: each(scan.instruments.lists(), |list| instruments(list)),
            cities: each(scan.cities.lists(), |list| cities(list)),
            owners: each(scan.owners(), owner),
            trust: VerificationLevel::ALL
                .iter()
                .flat_map(|level| (0..CONFIRMATIONS).map(move |days| (*level, days)))
                .map(|(level, days)| {
                    let confirmed = (days < STALE + 1).then(|| today.saturating_sub(days));
                    Term::new(of_trust, seen::trust(level, seen::freshness(confirmed, today)))
                })
                .collect(),
            stages: stages().map(stage).collect(),
            help: (0..=u8::MAX).map(|wanted| Term::new(to_value, offers::value(investor, wanted))).collect(),
            takes_part: gate::takes_part(investor),
            excluded_contracts: mandate
                .excluded_contracts
                .iter()
                .fold(0, |set, contract| set | contract_bit(*contract)),
            investor_kind: gate::investor_bit(investor),
            investor_alone: Sum::default()
                .with(Term::new(to_reply, offers::reply(investor)))
                .with(Term::new(to_trust, offers::trust(investor))),
        }
    }

    /// Asks the gates of a project; none where its owner is not in the catalog. The whole row is read only where the
    /// mandate will not stand beside a competitor.
    #[inline]
    pub(super) fn meet(&self, row: &ScanRow, whole: &ProjectRow) -> Option<Met<'_>> {
        let mandate = self.mandate;
        let owner = self.owners.get(row.owner as usize)?.as_ref()?;
        let fields = self.fields.get(row.fields as usize)?;
        let countries = self.countries.get(row.countries as usize)?;
        let instruments = self.instruments.get(row.instruments as usize)?;
        let stage = self.stages.get(usize::from(row.stage))?;
        let ticket = seen::TicketFit::new(row.gap(), row.slice(), mandate.ticket);
        let excluded = row.contract & self.excluded_contracts != 0
            || (mandate.kinds != 0 && mandate.kinds & row.kind == 0)
            || row.excluded_investors & self.investor_kind != 0;
        let mut gates = owner
            .gates
            .and(fields.gates)
            .and(countries.gates)
            .and(instruments.gates)
            .and(stage.gates)
            .and(GateBits::of(Gate::Live, shut(!(row.ranked && self.takes_part))))
            .and(GateBits::of(Gate::Exclusions, shut(excluded)))
            .and(GateBits::of(Gate::Ticket, gate::ticket_of(mandate, ticket.map(seen::TicketFit::off))))
            .and(GateBits::of(Gate::Law, gate::law_of(instruments.seeks_equity, || countries.foreign)));
        if mandate.no_competitors {
            let owner = self.catalog.organisations().get(whole.owner)?;
            let pair =
                Pair { mandate, investor: self.investor, project: whole, owner, catalog: self.catalog };
            gates = gates.and(GateBits::of(Gate::Conflict, gate::conflict(&pair)));
        }
        Some(Met { gates, ticket, fields, countries, instruments, level: owner.level })
    }

    /// Both sides, without the two criteria that measure money against money: they are dear, and a project that would
    /// not reach the page with the best of both need not be measured.
    #[inline]
    pub(super) fn sides(&self, row: &ScanRow, met: &Met<'_>) -> Option<Sides> {
        let mandate = self.mandate;
        let [_, _, _, of_terms, _, of_ready, _, of_impact, _] = *self.policy.investor.hundredths();
        let [_, _, to_terms, ..] = *self.policy.project.hundredths();
        let stage = self.stages.get(usize::from(row.stage))?;
        let fit = met.instruments.fit;
        let tenor = fit.tenor(mandate, row.tenor_months);
        let terms = |from_owner: bool| {
            seen::terms_of(fit.offered, fit.rate(mandate, row.return_hundredths, from_owner), tenor)
        };
        let investor_terms = terms(false);
        let project_terms = if seen::same_terms(mandate) { investor_terms } else { terms(true) };
        let trust = *self.trust.get(trust_place(met.level, row.confirmed_on, self.today))?;
        let impact = seen::impact(met.fields.priorities, row.inclusion());
        let investor = Sum::default()
            .with(met.fields.investor)
            .with(stage.investor)
            .with(Term::new(of_terms, investor_terms))
            .with(met.countries.investor)
            .with(Term::new(of_ready, row.ready()))
            .with(trust)
            .with(Term::new(of_impact, impact))
            .with(*self.cities.get(row.cities as usize)?);
        let project = self
            .investor_alone
            .with(met.fields.project)
            .with(Term::new(to_terms, project_terms))
            .with(stage.project)
            .with(met.countries.project)
            .with(*self.help.get(usize::from(row.help_wanted))?);
        Some(Sides { investor, project })
    }

    /// Point and coverage of the investor's side and of the project's side, at the best that they can be.
    #[inline]
    pub(super) fn at_best(&self, row: &ScanRow, met: &Met<'_>, sides: &Sides) -> [(u32, u32); 2] {
        let best = |known: bool| if known { Grade::known(ONE) } else { Grade::MISSING };
        let largest = self.mandate.ticket.map(|(_, max)| max);
        self.with_money(sides, best(met.ticket.is_some()), best(offers::measures(largest, row.gap())))
    }

    /// Point and coverage of both sides, as a pair alone has them.
    #[inline]
    pub(super) fn exact(&self, row: &ScanRow, met: &Met<'_>, sides: &Sides) -> [(u32, u32); 2] {
        let ticket = met.ticket.map_or(Grade::MISSING, seen::TicketFit::grade);
        self.with_money(sides, ticket, offers::money(self.mandate.ticket.map(|(_, max)| max), row.gap()))
    }

    #[inline]
    fn with_money(&self, sides: &Sides, ticket: Grade, money: Grade) -> [(u32, u32); 2] {
        let [_, of_ticket, ..] = *self.policy.investor.hundredths();
        let [_, to_money, ..] = *self.policy.project.hundredths();
        [
            sides.investor.with(Term::new(of_ticket, ticket)).point_and_coverage(),
            sides.project.with(Term::new(to_money, money)).point_and_coverage(),
        ]
    }
}

/// Days after which a confirmation counts for nothing.
const STALE: Day = 180;

/// Confirmations of each age up to [`STALE`], and one that is not known.
const CONFIRMATIONS: Day = STALE + 2;

/// The place of a level with a confirmation in the table of trust.
#[inline]
fn trust_place(level: usize, confirmed_on: Option<Day>, today: Day) -> usize {
    let days = confirmed_on.map_or(STALE + 1, |on| today.saturating_sub(on).clamp(0, STALE));
    level.saturating_mul(CONFIRMATIONS as usize).saturating_add(days as usize)
}

fn shut(excluded: bool) -> Outcome {
    if excluded { Outcome::Fail } else { Outcome::Pass }
}

/// Answers every list, on several cores where there are many.
fn each<T: Sync, R: Send>(lists: &[T], answer: impl Fn(&T) -> R + Sync) -> Vec<R> {
    in_parts(lists, |_, part| part.iter().map(&answer).collect::<Vec<R>>())
        .into_iter()
        .reduce(|mut whole, part| {
            whole.extend(part);
            whole
        })
        .unwrap_or_default()
}
