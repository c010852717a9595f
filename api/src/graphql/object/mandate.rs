//! Mandates, saved and proposed.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{
    mandate::{Mandate, Strictness, WantedField},
    portfolio::ProposedMandate,
    vocabulary::{ContractType, CooperationField, Instrument, ProjectKind},
};

use super::{
    super::code::{Code, Stage},
    OrganisationNode,
    common::{MoneyObject, ProvenanceObject, connection, global, missing, node},
    me::{stored, time},
};
use crate::{app::App, visible::Visible};

/// A mandate.
#[derive(Debug, Clone)]
pub struct MandateNode(pub Visible<Mandate>);

/// The terms of a mandate.
#[derive(Debug, Clone)]
pub struct MandateTerms(pub Mandate);

/// A field that is looked for.
#[derive(Debug, SimpleObject)]
#[graphql(name = "WantedField")]
pub struct WantedFieldObject {
    /// The field.
    field: Code<CooperationField>,
    /// 1 to 100; the strongest counts in full.
    weight: i32,
}

/// A version of a mandate.
#[derive(Debug, SimpleObject)]
pub struct MandateVersion {
    /// Its number, from 1.
    version: i32,
    /// When it was written.
    at: DateTime<Utc>,
    /// The name then.
    name: String,
    /// The terms then.
    terms: MandateTerms,
}

/// What an investor looks for.
#[Object(name = "Mandate")]
impl MandateNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }
    /// Name.
    async fn name(&self) -> &str {
        self.0.value.name.as_str()
    }
    /// Version, from 1.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Whose it is.
    async fn investor(&self, ctx: &Context<'_>) -> Result<OrganisationNode> {
        let owner = self.0.owner.ok_or_else(|| missing("organisation"))?;
        node(ctx, owner).await.map(OrganisationNode)
    }
    /// Its terms.
    async fn terms(&self) -> MandateTerms {
        MandateTerms(self.0.value.clone())
    }
    /// Its versions, newest first, at most 100; for the investor's own people, null for others.
    async fn versions(&self, ctx: &Context<'_>) -> Result<Option<Vec<MandateVersion>>> {
        if !self.0.is_private() {
            return Ok(None);
        }
        let versions = stored(ctx.data::<App>()?.store.mandate_versions(self.0.id, 100).await)?;
        let of = |(version, at, value): (i32, i64, Mandate)| MandateVersion {
            version,
            name: value.name.to_string(),
            at: time(at),
            terms: MandateTerms(value),
        };
        Ok(Some(versions.into_iter().map(of).collect()))
    }
    /// Whether it was inferred from records and not stated by the institution.
    async fn inferred(&self) -> bool {
        self.0.value.inferred
    }
    /// What an inferred mandate rests on.
    async fn basis(&self) -> Option<&str> {
        self.0.value.basis.as_ref().map(domain::value::SingleLine::as_str)
    }
    /// Origin.
    async fn provenance(&self) -> ProvenanceObject {
        (&self.0.value.provenance).into()
    }
}

/// Terms of a mandate; the names are those of `MandateInput`.
#[Object]
impl MandateTerms {
    /// Fields looked for.
    async fn fields(&self) -> Vec<WantedFieldObject> {
        let of = |wanted: &WantedField| WantedFieldObject {
            field: Code(wanted.field),
            weight: i32::from(wanted.weight),
        };
        self.0.fields.iter().map(of).collect()
    }
    /// Any field will do.
    async fn generalist(&self) -> bool {
        self.0.generalist
    }
    /// Fields excluded.
    async fn excluded_fields(&self) -> Vec<Code<CooperationField>> {
        self.0.excluded_fields.iter().map(|field| Code(*field)).collect()
    }
    /// Kinds of projects; empty for any.
    async fn kinds(&self) -> Vec<Code<ProjectKind>> {
        self.0.kinds.iter().map(|kind| Code(*kind)).collect()
    }
    /// Countries by ISO code.
    async fn countries(&self) -> Vec<&str> {
        self.0.places.countries.iter().map(|country| country.alpha2()).collect()
    }
    /// Subregions of the United Nations.
    async fn regions(&self) -> &[String] {
        &self.0.places.regions
    }
    /// Anywhere.
    async fn global(&self) -> bool {
        self.0.places.global
    }
    /// Countries excluded, by ISO code.
    async fn excluded_countries(&self) -> Vec<&str> {
        self.0.excluded_countries.iter().map(|country| country.alpha2()).collect()
    }
    /// Contracts excluded.
    async fn excluded_contracts(&self) -> Vec<Code<ContractType>> {
        self.0.excluded_contracts.iter().map(|contract| Code(*contract)).collect()
    }
    /// Smallest ticket.
    async fn ticket_min(&self) -> Option<MoneyObject> {
        self.0.ticket.map(|ticket| MoneyObject(ticket.min))
    }
    /// Largest ticket.
    async fn ticket_max(&self) -> Option<MoneyObject> {
        self.0.ticket.map(|ticket| MoneyObject(ticket.max))
    }
    /// Stages; empty where not said.
    async fn stages(&self) -> Vec<Stage> {
        self.0.stages.iter().map(|stage| Stage(*stage)).collect()
    }
    /// Instruments offered; empty where not said.
    async fn instruments(&self) -> Vec<Code<Instrument>> {
        self.0.instruments.iter().map(|instrument| Code(*instrument)).collect()
    }
    /// Return looked for, percent a year.
    async fn target_return_pct(&self) -> Option<f64> {
        self.0.target_return_pct.map(domain::value::Pct::as_f64)
    }
    /// Longest tenor, months.
    async fn max_tenor_months(&self) -> Option<u16> {
        self.0.max_tenor_months
    }
    /// Smallest stake, percent.
    async fn min_stake_pct(&self) -> Option<f64> {
        self.0.min_stake_pct.map(domain::value::Pct::as_f64)
    }
    /// Targets of the Sustainable Development Goals put first.
    async fn sdg_targets(&self) -> &[String] {
        &self.0.sdg_targets
    }
    /// Will not stand beside a competitor of a holding.
    async fn no_competitors(&self) -> bool {
        self.0.no_competitors
    }
    /// Articles of the proposal put first.
    async fn articles(&self) -> Vec<i32> {
        self.0.articles.iter().map(|article| i32::from(*article)).collect()
    }
    /// Terms that are wishes only; the others are hard.
    async fn soft_terms(&self) -> Vec<super::super::input::MandateTerm> {
        use super::super::input::MandateTerm as T;
        let terms = &self.0.terms;
        [
            (terms.fields, T::Fields),
            (terms.places, T::Places),
            (terms.ticket, T::Ticket),
            (terms.stages, T::Stages),
            (terms.instruments, T::Instruments),
        ]
        .into_iter()
        .filter(|(strictness, _)| *strictness == Strictness::Soft)
        .map(|(_, term)| term)
        .collect()
    }
}

/// What a term rests on.
#[derive(Debug, SimpleObject)]
pub struct TermBasis {
    /// The term.
    term: String,
    /// What it rests on.
    basis: String,
}

/// A mandate proposed from past deals.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ProposedMandate")]
pub struct ProposedMandateObject {
    /// Its name.
    name: String,
    /// Its terms; they can be sent back as a `MandateInput`.
    terms: MandateTerms,
    /// What each term rests on.
    basis: Vec<TermBasis>,
    /// Said wherever the mandate is shown.
    label: Option<String>,
}

impl From<ProposedMandate> for ProposedMandateObject {
    fn from(proposed: ProposedMandate) -> Self {
        let basis = proposed.basis.into_iter().map(|(term, basis)| TermBasis { term, basis }).collect();
        let name = proposed.mandate.name.to_string();
        let label = proposed.mandate.provenance.label.as_ref().map(ToString::to_string);
        Self { name, label, terms: MandateTerms(proposed.mandate), basis }
    }
}

connection!(MandateConnection, MandateEdge, MandateNode, "mandates");
