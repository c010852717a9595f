//! Combinations beyond a pair: triads and capital stacks.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, Result, SimpleObject};
use domain::{
    disclosure::ListingField, id::Id, mandate::Mandate, project::Project, value::Money,
    vocabulary::Instrument,
};
use matcher::{
    explanation::Sentence,
    score::points,
    stack::{Proposal, SliceLine, StackRules},
    triad::EdgeLine,
};

use super::{
    super::{
        code::{Code, Lang},
        cursor,
        error::{ErrorCode, client_error},
        object::{CityNode, MandateNode, MoneyObject, OrganisationNode, ProjectNode, find, score::told},
    },
    id_of, refused,
};
use crate::{
    app::{
        App,
        combination::{self, FoundTriad, TriadOf},
    },
    auth::Actor,
};

/// An edge of a triad, said in a sentence.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub struct TriadEdge {
    /// CITIES, `CITY_A_PROJECT`, `CITY_B_PROJECT` or `PROJECT_MANDATE`.
    key: &'static str,
    /// Its score, 0 to 100.
    score: f64,
    /// Whether the triad is ranked by it.
    weakest: bool,
    #[graphql(skip)]
    line: Sentence,
}

#[ComplexObject]
impl TriadEdge {
    /// What it says.
    async fn because(
        &self,
        #[graphql(desc = "Language.", default_with = "Some(Lang::En)")] lang: Option<Lang>,
    ) -> String {
        told(&self.line, lang.unwrap_or(Lang::En))
    }
}

impl From<&EdgeLine> for TriadEdge {
    fn from(line: &EdgeLine) -> Self {
        Self {
            key: line.edge.code(),
            score: points(line.score),
            weakest: line.weakest,
            line: line.because.clone(),
        }
    }
}

/// Two cities, a project that serves both and a mandate that it fits.
#[derive(Debug)]
pub struct TriadObject(FoundTriad);

/// Two cities whose needs and offers mesh, a project that serves both, and a mandate that it fits.
#[Object(name = "Triad")]
impl TriadObject {
    /// The one city.
    async fn city_a(&self, ctx: &Context<'_>) -> Result<Option<CityNode>> {
        Ok(find(ctx, self.0.a).await?.map(CityNode))
    }
    /// The other city.
    async fn city_b(&self, ctx: &Context<'_>) -> Result<Option<CityNode>> {
        Ok(find(ctx, self.0.b).await?.map(CityNode))
    }
    /// The project.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<ProjectNode>> {
        Ok(find(ctx, self.0.project).await?.map(ProjectNode))
    }
    /// The mandate.
    async fn mandate(&self, ctx: &Context<'_>) -> Result<Option<MandateNode>> {
        Ok(find(ctx, self.0.mandate).await?.map(MandateNode))
    }
    /// The score of its weakest edge, 0 to 100, by which it is ranked.
    async fn weakest_score(&self) -> f64 {
        points(self.0.weakest)
    }
    /// The four edges.
    async fn triad_edges(&self) -> Vec<TriadEdge> {
        self.0.edges.iter().map(Into::into).collect()
    }
}

/// What an owner asks of a stack, in percent of the gap.
#[derive(Debug, Clone, Copy, InputObject)]
pub struct StackRulesInput {
    /// The most counterparties, 1 to 8.
    #[graphql(default = 8)]
    counterparties: u8,
    /// The least share of a lead; 0 where none is asked for.
    #[graphql(default = 0)]
    lead_pct: u8,
    /// The largest share of one counterparty.
    #[graphql(default = 100)]
    concentration_pct: u8,
    /// The largest share of money that looks for no return.
    #[graphql(default = 100)]
    concessional_pct: u8,
}

impl From<StackRulesInput> for StackRules {
    fn from(rules: StackRulesInput) -> Self {
        Self {
            counterparties: rules.counterparties,
            lead_pct: rules.lead_pct,
            concentration_pct: rules.concentration_pct,
            concessional_pct: rules.concessional_pct,
        }
    }
}

/// A slice of a capital stack.
#[derive(Debug)]
pub struct SliceObject(SliceLine);

fn money(amount: matcher::row::Amount) -> Option<MoneyObject> {
    Money::from_minor(amount.minor, amount.currency).ok().map(MoneyObject)
}

/// A slice of a capital stack, with why.
#[Object(name = "StackSlice")]
impl SliceObject {
    /// The mandate.
    async fn mandate(&self, ctx: &Context<'_>) -> Result<Option<MandateNode>> {
        Ok(find(ctx, self.0.mandate).await?.map(MandateNode))
    }
    /// Whose it is.
    async fn investor(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        Ok(find(ctx, self.0.investor).await?.map(OrganisationNode))
    }
    /// In which instrument.
    async fn instrument(&self) -> Code<Instrument> {
        Code(self.0.instrument)
    }
    /// Percent of the gap.
    async fn percent(&self) -> i32 {
        i32::from(self.0.percent)
    }
    /// The amount, in the gap's currency.
    async fn amount(&self) -> Option<MoneyObject> {
        money(self.0.amount)
    }
    /// Mutual score with the project, 0 to 100.
    async fn pair_score(&self) -> f64 {
        points(self.0.score)
    }
    /// Its place by score among the mandates that could be asked, from 1.
    async fn place(&self) -> u32 {
        self.0.rank
    }
    /// What keeps it from having more, by code.
    async fn limit(&self) -> &'static str {
        self.0.limit.code()
    }
    /// Why this mandate, this instrument and this amount.
    async fn because(
        &self,
        #[graphql(desc = "Language.", default_with = "Some(Lang::En)")] lang: Option<Lang>,
    ) -> Vec<String> {
        vec![told(&self.0.because, lang.unwrap_or(Lang::En))]
    }
}

/// Mandates that could not be asked, by why.
#[derive(Debug, SimpleObject)]
pub struct StackLeftOut {
    /// A gate excludes the pair.
    gate_shut: u32,
    /// Not enough is known of the pair to list it.
    coverage: u32,
    /// The mandate states no ticket, or no rate makes it comparable with the gap.
    ticket_unknown: u32,
    /// The smallest ticket is above the gap, or the largest is too small.
    ticket_outside: u32,
    /// The mandate states no instrument, or none that is sought.
    instrument: u32,
}

/// Mandates that would fill a project's gap together. It binds nobody, and nobody was asked.
#[derive(Debug)]
pub struct StackObject(Proposal);

/// Mandates that would fill a project's gap together, with the proof of how good the combination is. It binds nobody,
/// and nobody was asked.
#[Object(name = "CapitalStack")]
impl StackObject {
    /// The gap.
    async fn gap(&self) -> Option<MoneyObject> {
        money(self.0.gap)
    }
    /// Its slices, highest score first.
    async fn slices(&self) -> Vec<SliceObject> {
        self.0.slices.iter().cloned().map(SliceObject).collect()
    }
    /// Percent of the gap that they fill.
    async fn filled_percent(&self) -> i32 {
        i32::from(self.0.filled_percent)
    }
    /// The sum of percent times score in millionths of a point, as text.
    async fn objective(&self) -> String {
        self.0.value.to_string()
    }
    /// No allowed combination has more.
    async fn upper_bound(&self) -> String {
        self.0.certificate.upper.to_string()
    }
    /// Whether it is proved to be the best.
    async fn optimal(&self) -> bool {
        self.0.certificate.optimal
    }
    /// How far from the best it can be, in percent.
    async fn slack_pct(&self) -> f64 {
        f64::from(self.0.certificate.slack_micro(self.0.value)) / 10_000.0
    }
    /// Mandates that could be asked.
    async fn candidates(&self) -> u32 {
        self.0.asked
    }
    /// Mandates that could not.
    async fn left_out(&self) -> StackLeftOut {
        let left = self.0.left_out;
        StackLeftOut {
            gate_shut: left.gates,
            coverage: left.coverage,
            ticket_unknown: left.ticket_unknown,
            ticket_outside: left.ticket_outside,
            instrument: left.instrument,
        }
    }
}

/// Combinations beyond a pair.
#[derive(Debug, Default)]
pub struct CombinationQuery;

/// Combinations beyond a pair.
#[Object]
impl CombinationQuery {
    /// Two cities whose needs and offers mesh, a project that serves both and a mandate that it fits: of a city or of a
    /// mandate, ranked by the weakest of their edges. Listings that keep back what a score is made of are left out.
    async fn triads(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The city; or name a mandate.")] city_id: Option<ID>,
        #[graphql(desc = "The mandate; or name a city.")] mandate_id: Option<ID>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(10)")] first: Option<i32>,
    ) -> Result<Vec<TriadObject>> {
        let first = cursor::page_size(first)?;
        let of = match (city_id, mandate_id) {
            (Some(city), None) => TriadOf::City(id_of("cityId", &city)?),
            (None, Some(mandate)) => TriadOf::Mandate(id_of::<Mandate>("mandateId", &mandate)?),
            _ => {
                let message = "Name a city or a mandate, and not both.";
                return Err(client_error(ErrorCode::Validation, Some("cityId"), message));
            }
        };
        let app = ctx.data::<App>()?;
        let found = app.compute(move |app| combination::triads(app, of, first)).await.map_err(refused)?;
        Ok(found.into_iter().map(TriadObject).collect())
    }

    /// Which mandates together would fill a project's gap: senior debt, mezzanine, equity, guarantees and grants, in
    /// steps of one percent, by every gate and within every ticket, with the sum of amount times score as large as it
    /// can be and the proof of it.
    async fn capital_stack(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The project.")] project_id: ID,
        #[graphql(desc = "What the owner asks of it.")] rules: Option<StackRulesInput>,
    ) -> Result<StackObject> {
        let id: Id<Project> = id_of("projectId", &project_id)?;
        let Some(seen) = find(ctx, id).await? else {
            return Err(client_error(ErrorCode::NotFound, Some("projectId"), "There is no such project."));
        };
        if !ListingField::SCORED.iter().all(|field| seen.shows(*field)) {
            let message = "The owner shows which investors fit after an introduction.";
            return Err(client_error(ErrorCode::Forbidden, Some("projectId"), message));
        }
        let rules = rules.map_or_else(StackRules::default, Into::into);
        let app = ctx.data::<App>()?;
        let actor = ctx.data::<Actor>()?;
        let parted = seen.owner.is_some_and(|owner| actor.role_in(owner).is_some());
        let stack = move |app: &App| combination::capital_stack(app, (id, &seen.value), parted, &rules);
        let found = app.compute(stack).await;
        Ok(StackObject(found.map_err(refused)?))
    }
}
