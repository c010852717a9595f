//! How a mandate answers to what projects share, and how a pair's answers come together: gates, the sums of both sides,
//! and the score. A scan answers each list once ([`super::prepared`]); the engine answers those of the few projects that it
//! scores exactly. What two projects have in common is graded by the same functions that grade a pair.

use domain::{
    value::CountryCode,
    vocabulary::{CooperationField, Instrument, InvestmentStage, StageLadder, VerificationLevel},
};

use crate::{
    Catalog,
    criterion::{investor as seen, project as offers},
    gate::{
        GateBits, Outcome,
        investment::{self as gate, Foreign, Gate},
    },
    grade::{Grade, ONE},
    policy::Policy,
    row::{BlocksOf, Day, MandateRow, OrganisationRow, OwnerFacts, ScanRow, contract_bit},
    score::{Sum, Term},
};

/// What a list of fields says.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfFields {
    gates: GateBits,
    investor: Term,
    project: Term,
    priorities: Grade,
}

/// What a list of countries says.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfCountries {
    pub(super) gates: GateBits,
    pub(super) investor: Term,
    pub(super) project: Term,
    pub(super) foreign: Foreign,
}

/// What a list of instruments says.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfInstruments {
    gates: GateBits,
    fit: seen::InstrumentFit,
    seeks_equity: Option<bool>,
}

/// What an owner says.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfOwner {
    gates: GateBits,
    /// The same of a listing that keeps back whose it is.
    gates_where_hidden: GateBits,
    pub(super) level: VerificationLevel,
}

/// What a stage says.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfStage {
    pub(super) gates: GateBits,
    pub(super) investor: Term,
    pub(super) project: Term,
}

/// What of a question bears on every project alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Constants {
    /// Gates that no fact of a project opens or shuts.
    takes_part: bool,
    investor_clear: bool,
    excluded_contracts: u32,
    investor_kind: u32,
    /// What the project's side owes to the investor alone.
    investor_alone: Sum,
}

/// Who asks, and under which policy.
#[derive(Clone, Copy)]
pub(super) struct Asker<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) mandate: &'a MandateRow,
    pub(super) investor: &'a OrganisationRow,
    pub(super) policy: &'a Policy,
    pub(super) today: Day,
    pub(super) constants: Constants,
    /// Blocks that the investor has a part in.
    pub(super) blocks: Option<&'a BlocksOf>,
}

/// The answers to what a project shares with others.
#[derive(Clone, Copy)]
pub(super) struct Answers<'a> {
    pub(super) owner: &'a OfOwner,
    pub(super) fields: &'a OfFields,
    pub(super) countries: &'a OfCountries,
    pub(super) instruments: &'a OfInstruments,
    pub(super) stage: &'a OfStage,
}

/// The answers of a pair's gates with what its score needs further.
pub(super) struct Met<'a> {
    gates: GateBits,
    ticket: Option<seen::TicketFit>,
    pub(super) answers: Answers<'a>,
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

impl Constants {
    /// What bears on every project alike.
    pub(super) fn new(
        catalog: &Catalog,
        mandate: &MandateRow,
        investor: &OrganisationRow,
        policy: &Policy,
    ) -> Self {
        let [_, _, _, _, _, to_reply, to_trust, _] = *policy.project.hundredths();
        Self {
            takes_part: gate::takes_part(investor),
            investor_clear: gate::clear(investor, catalog.day()),
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

    /// What the project's side owes to the investor alone.
    pub(super) const fn investor_alone(&self) -> Sum {
        self.investor_alone
    }

    /// Whether the gates that no project opens are open.
    pub(super) const fn opens(&self) -> bool {
        self.takes_part && self.investor_clear
    }
}

impl<'a> Asker<'a> {
    /// Who asks.
    pub(super) fn new(
        catalog: &'a Catalog,
        mandate: &'a MandateRow,
        investor: &'a OrganisationRow,
        policy: &'a Policy,
    ) -> Self {
        let constants = Constants::new(catalog, mandate, investor, policy);
        Self::with(catalog, mandate, investor, policy, constants)
    }

    /// The same with what was answered before.
    pub(super) fn with(
        catalog: &'a Catalog,
        mandate: &'a MandateRow,
        investor: &'a OrganisationRow,
        policy: &'a Policy,
        constants: Constants,
    ) -> Self {
        let blocks = catalog.blocks().of(investor.id);
        Self { catalog, mandate, investor, policy, today: catalog.day(), constants, blocks }
    }

    /// The answer to a list of fields.
    pub(super) fn fields(&self, list: &[(CooperationField, u16)]) -> OfFields {
        let [of_field, ..] = *self.policy.investor.hundredths();
        let [to_field, ..] = *self.policy.project.hundredths();
        let mandate = self.mandate;
        let nearness = seen::nearness(mandate, list);
        let excluded = list.iter().any(|(field, _)| mandate.excluded_fields.contains(*field));
        OfFields {
            gates: GateBits::of(Gate::Field, gate::field_of(mandate, nearness))
                .and(GateBits::of(Gate::Exclusions, shut(excluded))),
            investor: Term::new(of_field, nearness),
            project: Term::new(to_field, offers::field(mandate, self.investor, list)),
            priorities: seen::priorities(mandate, list),
        }
    }

    /// The answer to a list of countries.
    pub(super) fn countries(&self, list: &[CountryCode]) -> OfCountries {
        let [_, _, _, _, of_geo, ..] = *self.policy.investor.hundredths();
        let [_, _, _, _, to_local, ..] = *self.policy.project.hundredths();
        OfCountries {
            gates: GateBits::of(Gate::Exclusions, gate::places(self.mandate, list)),
            investor: Term::new(of_geo, seen::geo(self.mandate, self.investor, list)),
            project: Term::new(to_local, offers::local(self.investor, list)),
            foreign: gate::foreign_ownership(self.mandate, self.investor, list, self.catalog),
        }
    }

    /// The answer to a list of instruments.
    pub(super) fn instruments(&self, list: &[(Instrument, u16)]) -> OfInstruments {
        OfInstruments {
            gates: GateBits::of(Gate::Instrument, gate::instrument_of(self.mandate, list)),
            fit: seen::InstrumentFit::new(self.mandate, list),
            seeks_equity: (!list.is_empty()).then(|| list.iter().any(|(i, _)| i.is_equity())),
        }
    }

    /// The answer to a list of cities.
    pub(super) fn cities(&self, list: &[u32]) -> Term {
        let [.., of_ties] = *self.policy.investor.hundredths();
        Term::new(of_ties, seen::ties(seen::twinned_with(self.investor, list, self.catalog.links())))
    }

    /// The answer to an owner; none where it is not in the catalog.
    pub(super) fn owner(&self, facts: &OwnerFacts) -> Option<OfOwner> {
        let clear =
            self.constants.investor_clear && gate::screened(facts.screening, facts.screened_on, self.today);
        // Most owners name no beneficial owner; only of those that do the whole row is read.
        let related = if facts.names_owners || facts.id == self.investor.id {
            gate::related(self.investor, self.catalog.organisations().get(facts.id)?)
        } else {
            Outcome::Unknown
        };
        let gates = |hidden: bool| {
            let parted = self.blocks.is_some_and(|blocks| blocks.part_from(facts.id, hidden));
            GateBits::of(Gate::Screening, shut(!clear || parted))
                .and(GateBits::of(Gate::RelatedParty, related))
        };
        Some(OfOwner { gates: gates(false), gates_where_hidden: gates(true), level: facts.verification })
    }

    /// The answer to a stage of a ladder.
    pub(super) fn stage(&self, ladder: StageLadder, stage: Option<InvestmentStage>) -> OfStage {
        let [_, _, of_stage, ..] = *self.policy.investor.hundredths();
        let [_, _, _, to_stage, ..] = *self.policy.project.hundredths();
        OfStage {
            gates: GateBits::of(Gate::Stage, gate::stage_of(self.mandate, ladder, stage)),
            investor: Term::new(of_stage, seen::stage(self.mandate, ladder, stage)),
            project: Term::new(to_stage, Grade::of(seen::stage_share(self.investor, stage))),
        }
    }

    /// Trust in an owner of a level whose listing was confirmed on a day.
    pub(super) fn trust(&self, level: VerificationLevel, confirmed_on: Option<Day>) -> Term {
        let [_, _, _, _, _, _, of_trust, ..] = *self.policy.investor.hundredths();
        Term::new(of_trust, seen::trust(level, seen::freshness(confirmed_on, self.today)))
    }

    /// The answer to help that is wanted, as bits.
    pub(super) fn help(&self, wanted: u8) -> Term {
        let [.., to_value] = *self.policy.project.hundredths();
        Term::new(to_value, offers::value(self.investor, wanted))
    }

    /// Asks the gates of a project. Its lists are read only where the mandate will not stand beside a competitor.
    #[inline]
    pub(super) fn meet<'m>(&self, row: &ScanRow, answers: Answers<'m>) -> Met<'m> {
        let (mandate, constants) = (self.mandate, &self.constants);
        let Answers { owner, fields, countries, instruments, stage } = answers;
        let ticket = seen::TicketFit::new(row.gap(), row.slice(), mandate.ticket);
        let excluded = row.contract & constants.excluded_contracts != 0
            || (mandate.kinds != 0 && mandate.kinds & row.kind == 0)
            || row.excluded_investors & constants.investor_kind != 0;
        let of_owner = if row.hides_owner { owner.gates_where_hidden } else { owner.gates };
        let mut gates = of_owner
            .and(fields.gates)
            .and(countries.gates)
            .and(instruments.gates)
            .and(stage.gates)
            .and(GateBits::of(Gate::Live, shut(!(row.ranked && constants.takes_part))))
            .and(GateBits::of(Gate::Exclusions, shut(excluded)))
            .and(GateBits::of(Gate::Ticket, gate::ticket_of(mandate, ticket.map(seen::TicketFit::off))))
            .and(GateBits::of(Gate::Law, gate::law_of(instruments.seeks_equity, || countries.foreign)));
        if mandate.no_competitors {
            let scan = self.catalog.scan();
            let fields = scan.fields.lists().get(row.fields as usize);
            let countries = scan.countries.lists().get(row.countries as usize);
            if let (Some(fields), Some(countries)) = (fields, countries) {
                let conflict = gate::conflict_of(mandate, self.investor, fields, countries);
                gates = gates.and(GateBits::of(Gate::Conflict, conflict));
            }
        }
        Met { gates, ticket, answers }
    }

    /// Both sides, without the two criteria that measure money against money: they are dear, and a project that would
    /// not reach the page with the best of both need not be measured.
    #[inline]
    pub(super) fn sides(&self, row: &ScanRow, met: &Met<'_>, trust: Term, cities: Term, help: Term) -> Sides {
        let mandate = self.mandate;
        let [_, _, _, of_terms, _, of_ready, _, of_impact, _] = *self.policy.investor.hundredths();
        let [_, _, to_terms, ..] = *self.policy.project.hundredths();
        let Answers { fields, countries, instruments, stage, .. } = met.answers;
        let fit = instruments.fit;
        let tenor = fit.tenor(mandate, row.tenor_months);
        let terms = |from_owner: bool| {
            seen::terms_of(fit.offered, fit.rate(mandate, row.return_hundredths, from_owner), tenor)
        };
        let investor_terms = terms(false);
        let project_terms = if seen::same_terms(mandate) { investor_terms } else { terms(true) };
        let impact = seen::impact(fields.priorities, row.inclusion());
        let investor = Sum::default()
            .with(fields.investor)
            .with(stage.investor)
            .with(Term::new(of_terms, investor_terms))
            .with(countries.investor)
            .with(Term::new(of_ready, row.ready()))
            .with(trust)
            .with(Term::new(of_impact, impact))
            .with(cities);
        let project = self
            .constants
            .investor_alone
            .with(fields.project)
            .with(Term::new(to_terms, project_terms))
            .with(stage.project)
            .with(countries.project)
            .with(help);
        Sides { investor, project }
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

fn shut(excluded: bool) -> Outcome {
    if excluded { Outcome::Fail } else { Outcome::Pass }
}
