//! Projects. Who financed a historical record is its outcome and not part of the listing.
#![expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::NaiveDate;
use domain::{
    disclosure::{ListingField as Field, SizeBand},
    project::{Impact, Project},
    vocabulary::{
        ContractType, CooperationField, HelpKind, InnovationKind, Instrument, InvestorType, LifecycleStatus,
        ListingState, ProjectKind, ReadinessItem, ReadinessStatus, RedFlag, Visibility, Vocabulary,
        WorksType,
    },
};

use super::{
    super::code::{Code, Stage},
    DocumentNode, OrganisationNode,
    common::{BigInt, CountryObject, MoneyObject, ProvenanceObject, TextObject, connection, global, node},
    introduction::ReasonCount,
    listing,
    me::stored,
    unlock,
};
use crate::{
    app::App,
    visible::{Viewer, Visible},
};

/// A project.
#[derive(Debug, Clone)]
pub struct ProjectNode(pub Visible<Project>);

/// A field with its share.
#[derive(Debug, SimpleObject)]
pub struct FieldShare {
    /// The field.
    field: Code<CooperationField>,
    /// Percent of the project.
    share_pct: f64,
    /// Articles of the proposal.
    articles: Vec<i32>,
    /// Targets of the Sustainable Development Goals.
    sdg_targets: Vec<&'static str>,
}

/// An instrument with its share of the gap.
#[derive(Debug, SimpleObject)]
pub struct InstrumentShare {
    /// The instrument.
    instrument: Code<Instrument>,
    /// Percent of the gap.
    share_pct: f64,
}

/// An item of the readiness checklist.
#[derive(Debug, SimpleObject)]
pub struct Readiness {
    /// Which item.
    item: Code<ReadinessItem>,
    /// How far it is shown.
    status: Code<ReadinessStatus>,
    /// The document that shows it.
    evidence: Option<String>,
}

/// A contradiction found in a listing.
#[derive(Debug, SimpleObject)]
pub struct Flag {
    /// Which one.
    flag: Code<RedFlag>,
    /// Whether the owner justified it.
    justified: bool,
}

/// A place of a project.
#[derive(Debug, SimpleObject)]
pub struct Place {
    /// The country.
    country: CountryObject,
    /// GeoNames id of the nearest city.
    city_geonames: Option<u32>,
    /// Degrees north.
    latitude: Option<f64>,
    /// Degrees east.
    longitude: Option<f64>,
}

/// Effects on inclusion; null where not stated.
#[derive(Debug, SimpleObject)]
#[graphql(name = "Impact")]
pub struct ImpactObject {
    /// Price of an entry-level plan in percent of gross national income a head.
    entry_price_pct_gni: Option<f64>,
    /// Whether that is below 2 %.
    affordable: Option<bool>,
    /// People served for the first time.
    population_newly_served: Option<BigInt>,
    /// Schools connected.
    schools_connected: Option<u32>,
    /// Share of women among those served, percent.
    women_share_pct: Option<f64>,
    /// Coverage of households before, percent.
    coverage_baseline_pct: Option<f64>,
    /// Coverage of households after, percent.
    coverage_target_pct: Option<f64>,
}

/// From which rung of the ladder a field of a listing is seen.
#[derive(Debug, SimpleObject)]
pub struct FieldRung {
    /// The field.
    field: Code<Field>,
    /// Who sees it: whoever stands on this rung or above.
    rung: Code<Visibility>,
    /// The lowest rung that the owner can choose.
    lowest: Code<Visibility>,
    /// The highest rung that the owner can choose.
    highest: Code<Visibility>,
}

/// A project that looks for money.
#[Object(name = "Project")]
impl ProjectNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }
    /// Name; null where the owner does not show it to the caller.
    async fn title(&self) -> Option<TextObject> {
        self.0.shows(Field::Title).then(|| (&self.0.value.title).into())
    }
    /// What it does.
    async fn summary(&self) -> Option<TextObject> {
        self.0.value.summary.as_ref().filter(|_| self.0.shows(Field::Summary)).map(Into::into)
    }
    /// Whose it is; null where the owner does not show it to the caller.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        match self.0.owner.filter(|_| self.0.shows(Field::Owner)) {
            Some(owner) => node(ctx, owner).await.map(|owner| Some(OrganisationNode(owner))),
            None => Ok(None),
        }
    }
    /// What it is; null where the owner does not show it to the caller.
    async fn kind(&self) -> Option<Code<ProjectKind>> {
        self.0.shows(Field::Kind).then_some(Code(self.0.value.kind))
    }
    /// Kind of works.
    async fn works(&self) -> Option<Code<WorksType>> {
        self.0.value.works.filter(|_| self.0.shows(Field::Kind)).map(Code)
    }
    /// Kind of innovation.
    async fn innovation(&self) -> Option<Code<InnovationKind>> {
        self.0.value.innovation.filter(|_| self.0.shows(Field::Kind)).map(Code)
    }
    /// From which rung each field is seen, in the order of a listing; empty for those who are not its people.
    async fn disclosure(&self) -> Vec<FieldRung> {
        let disclosure = &self.0.value.disclosure;
        let own = Field::ALL.iter().filter(|_| listing::is_inside(&self.0));
        own.map(|field| {
            let (lowest, highest) = field.bounds();
            FieldRung {
                field: Code(*field),
                rung: Code(disclosure.chosen(*field)),
                lowest: Code(lowest),
                highest: Code(highest),
            }
        })
        .collect()
    }
    /// Whether the owner shows only countries, fields and the size band before an introduction.
    async fn blind(&self) -> bool {
        self.0.value.disclosure.is_blind()
    }
    /// How large the funding gap is, within a power of ten.
    async fn size_band(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let app = ctx.data::<App>()?;
        let today = app.ranking.snapshot().catalog.today;
        let band = |gap| SizeBand::of(gap, Some(&app.reference.fx), today).to_string();
        Ok(self.0.value.gap.filter(|_| self.0.shows(Field::SizeBand)).map(band))
    }
    /// Rises with every change; a change names the version that it was made on.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Where the listing stands.
    async fn state(&self) -> Code<ListingState> {
        Code(self.0.value.state)
    }
    /// What the caller may do with the listing now; empty for those who are not its people.
    async fn available_transitions(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Vec<listing::AvailableTransitionObject>> {
        listing::available(ctx, &self.0).await
    }
    /// Which states it went through; empty for those who are not its people.
    async fn history(&self, ctx: &Context<'_>) -> Result<Vec<listing::HistoryStep>> {
        listing::history(ctx, &self.0).await
    }
    /// What is asked of a listing of this kind, contract, stage and field; empty for those who are not its people.
    async fn questionnaire(&self, ctx: &Context<'_>) -> Result<Vec<listing::QuestionObject>> {
        listing::questionnaire(ctx, &self.0).await
    }
    /// What contradicts itself today; empty for those who are not its people.
    async fn consistency_flags(&self, ctx: &Context<'_>) -> Result<Vec<listing::ConsistencyFlag>> {
        listing::flags(ctx, &self.0).await
    }
    /// What its owner could do next and what that would open; null for those who are not its people.
    async fn unlock_map(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "From this score on a match counts as within reach, 0 to 100.", default = 60.0)]
        min_score: f64,
    ) -> Result<Option<unlock::UnlockMapObject>> {
        unlock::unlock(ctx, &self.0, min_score).await
    }
    /// Its review; null for those who are not its people.
    async fn review(&self, ctx: &Context<'_>) -> Result<Option<listing::ReviewObject>> {
        listing::review(ctx, &self.0).await
    }
    /// Where the work stands.
    async fn lifecycle(&self) -> Option<Code<LifecycleStatus>> {
        self.0.value.lifecycle.filter(|_| self.0.shows(Field::Stage)).map(Code)
    }
    /// Where the money decisions stand.
    async fn stage(&self) -> Option<Stage> {
        self.0.value.stage.filter(|_| self.0.shows(Field::Stage)).map(Stage)
    }
    /// Fields, largest share first.
    async fn fields(&self) -> Vec<FieldShare> {
        let parts = self.0.value.fields.parts();
        parts
            .iter()
            .filter(|_| self.0.shows(Field::Fields))
            .map(|part| FieldShare {
                field: Code(part.of),
                share_pct: f64::from(part.hundredths) / 100.0,
                articles: part.of.codes().articles.iter().map(|a| i32::from(*a)).collect(),
                sdg_targets: part.of.codes().sdg.to_vec(),
            })
            .collect()
    }
    /// Contract with the public side.
    async fn contract(&self) -> Option<Code<ContractType>> {
        self.0.value.contract.filter(|_| self.0.shows(Field::Contract)).map(Code)
    }
    /// Public authority of a partnership.
    async fn public_authority(&self) -> Option<&str> {
        let authority = self.0.value.public_authority.as_ref();
        authority.filter(|_| self.0.shows(Field::PublicAuthority)).map(domain::value::SingleLine::as_str)
    }
    /// Money that is still missing.
    async fn funding_gap(&self) -> Option<MoneyObject> {
        self.0.value.gap.filter(|_| self.0.shows(Field::Gap)).map(MoneyObject)
    }
    /// Smallest part that one investor may take; null where the gap is not divided.
    async fn min_slice(&self) -> Option<MoneyObject> {
        self.0.value.min_slice.filter(|_| self.0.shows(Field::Gap)).map(MoneyObject)
    }
    /// Instruments sought.
    async fn instruments(&self) -> Vec<InstrumentShare> {
        let shares = self.0.value.instruments.as_ref().filter(|_| self.0.shows(Field::Instruments));
        let Some(shares) = shares else { return Vec::new() };
        shares
            .parts()
            .iter()
            .map(|part| InstrumentShare {
                instrument: Code(part.of),
                share_pct: f64::from(part.hundredths) / 100.0,
            })
            .collect()
    }
    /// Whether concessional terms are sought.
    async fn concessional(&self) -> Option<bool> {
        self.0.value.concessional.filter(|_| self.0.shows(Field::Instruments))
    }
    /// Languages the owner works in, ISO 639.
    async fn languages(&self) -> Vec<String> {
        let known = self.0.value.languages.iter().filter(|_| self.0.shows(Field::Languages));
        known.map(ToString::to_string).collect()
    }
    /// Expected return, percent a year.
    async fn return_pct(&self) -> Option<f64> {
        self.0.value.return_pct.filter(|_| self.0.shows(Field::Return)).map(domain::value::Pct::as_f64)
    }
    /// Tenor sought, months.
    async fn tenor_months(&self) -> Option<u16> {
        self.0.value.tenor_months.filter(|_| self.0.shows(Field::Instruments))
    }
    /// Checklist; items that are not named are unknown.
    async fn readiness(&self) -> Vec<Readiness> {
        self.0
            .value
            .readiness
            .iter()
            .filter(|_| self.0.shows(Field::Readiness))
            .map(|entry| Readiness {
                item: Code(entry.item),
                status: Code(entry.status),
                evidence: entry
                    .evidence
                    .as_ref()
                    .filter(|_| self.0.shows(Field::Evidence))
                    .map(ToString::to_string),
            })
            .collect()
    }
    /// Contradictions found.
    async fn flags(&self) -> Vec<Flag> {
        let flags = &self.0.value.flags;
        let flags = flags.iter().filter(|_| self.0.shows(Field::Flags));
        flags.map(|f| Flag { flag: Code(f.flag), justified: f.justification.is_some() }).collect()
    }
    /// Effects on inclusion.
    async fn impact(&self) -> ImpactObject {
        let impact = if self.0.shows(Field::Impact) { self.0.value.impact } else { Impact::default() };
        ImpactObject {
            entry_price_pct_gni: impact.entry_price_pct_gni.map(domain::value::Pct::as_f64),
            affordable: impact.entry_price_pct_gni.map(|price| price.hundredths() < 200),
            population_newly_served: impact
                .population_newly_served
                .map(|people| BigInt(i64::try_from(people).unwrap_or(i64::MAX))),
            schools_connected: impact.schools_connected,
            women_share_pct: impact.women_share.map(domain::value::Pct::as_f64),
            coverage_baseline_pct: impact.coverage_baseline.map(domain::value::Pct::as_f64),
            coverage_target_pct: impact.coverage_target.map(domain::value::Pct::as_f64),
        }
    }
    /// Where it is.
    async fn places(&self, ctx: &Context<'_>) -> Result<Vec<Place>> {
        let position = |at: &domain::project::Location| at.position.filter(|_| self.0.shows(Field::Position));
        self.0
            .value
            .locations
            .iter()
            .map(|location| {
                Ok(Place {
                    country: CountryObject::of(ctx, location.country)?,
                    city_geonames: location.city_geonames.filter(|_| self.0.shows(Field::City)),
                    latitude: position(location).map(domain::value::Position::latitude),
                    longitude: position(location).map(domain::value::Position::longitude),
                })
            })
            .collect()
    }
    /// Kinds of investors that the owner does not want.
    async fn excluded_investors(&self) -> Vec<Code<InvestorType>> {
        let kinds = self.0.value.excluded_investors.iter();
        kinds.filter(|_| self.0.shows(Field::ExcludedInvestors)).map(|kind| Code(*kind)).collect()
    }
    /// Help wanted beside money.
    async fn help_wanted(&self) -> Vec<Code<HelpKind>> {
        let kinds = self.0.value.help_wanted.iter();
        kinds.filter(|_| self.0.shows(Field::HelpWanted)).map(|kind| Code(*kind)).collect()
    }
    /// Last day for an answer.
    async fn deadline(&self) -> Option<NaiveDate> {
        self.0.value.deadline.filter(|_| self.0.shows(Field::Deadline))
    }
    /// First day in public.
    async fn published_on(&self) -> Option<NaiveDate> {
        self.0.value.published_on
    }
    /// Last confirmation.
    async fn confirmed_on(&self) -> Option<NaiveDate> {
        self.0.value.confirmed_on
    }
    /// Year of the historical record, where the listing replays one.
    async fn recorded_year(&self) -> Option<i32> {
        self.0.value.recorded_year.filter(|_| self.0.shows(Field::Provenance))
    }
    /// Documents, as far as the caller may know of them: of a match the titles. Their bytes are for the own people, and
    /// in the document room of an introduction.
    async fn documents(&self, ctx: &Context<'_>) -> Result<Vec<DocumentNode>> {
        let Some(owner) = self.0.owner else { return Ok(Vec::new()) };
        let found = stored(ctx.data::<App>()?.store.documents(owner, Some(self.0.id)).await)?;
        let viewer = ctx.data::<Viewer>()?;
        let seen = found.into_iter().filter_map(|one| viewer.see_document(Arc::new(one), Some(&self.0)));
        Ok(seen.map(DocumentNode).collect())
    }
    /// Why investors said no, the most frequent first, so that a no teaches; for the listing's people, empty for others.
    async fn noes(&self, ctx: &Context<'_>) -> Result<Vec<ReasonCount>> {
        if !super::listing::is_inside(&self.0) {
            return Ok(Vec::new());
        }
        let reasons = stored(ctx.data::<App>()?.store.noes_to(self.0.id).await)?;
        Ok(ReasonCount::of(&reasons))
    }
    /// Origin.
    async fn provenance(&self) -> ProvenanceObject {
        if self.0.shows(Field::Provenance) {
            (&self.0.value.provenance).into()
        } else {
            (&domain::provenance::Provenance::default()).into()
        }
    }
}

connection!(ProjectConnection, ProjectEdge, ProjectNode, "projects");
