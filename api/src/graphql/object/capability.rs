//! Needs and offers of enterprises.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::NaiveDate;
use domain::{
    capability::{Capability, CapabilityDirection, ValueChainRole},
    vocabulary::{CooperationField, HelpKind, Similarity},
};

use super::{
    super::{code::Code, cursor},
    OrganisationNode, TextObject,
    common::{ProvenanceObject, connection, find, global, missing, node},
};
use crate::{app::App, auth::Actor, visible::Visible};

/// A need or an offer of an enterprise.
#[derive(Debug, Clone)]
pub struct CapabilityNode(pub Visible<Capability>);

/// What answers a need or an offer.
#[derive(Debug, SimpleObject)]
pub struct Counterpart {
    /// The other one.
    capability: CapabilityNode,
    /// How near the nearest two fields are: 1 the same, 0.6 of the same article, 0.35 related across articles.
    nearness: f64,
    /// Whether they share a language; null where one does not say.
    shared_language: Option<bool>,
    /// The reason in a sentence.
    because: String,
}

fn because(nearness: Similarity, shared_language: Option<bool>) -> String {
    let fields = match nearness {
        Similarity::SameField => "It is in the same field",
        Similarity::SameArticle => "It is in another field of the same article",
        Similarity::Adjacent => "It is in a related field",
        Similarity::None => "It is in another field",
    };
    let language = match shared_language {
        Some(true) => ", and you share a language.",
        Some(false) => ", and you share no language.",
        None => "; of a shared language nothing is said.",
    };
    format!("{fields}{language}")
}

/// What an enterprise needs or can supply beyond money.
#[Object(name = "Capability")]
impl CapabilityNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }
    /// Rises with every change; a change names the version that it was made on.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Whose it is.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<OrganisationNode> {
        let owner = self.0.owner.ok_or_else(|| missing("organisation"))?;
        node(ctx, owner).await.map(OrganisationNode)
    }
    /// Which way it goes.
    async fn direction(&self) -> Code<CapabilityDirection> {
        Code(self.0.value.direction)
    }
    /// What it is, in a line.
    async fn title(&self) -> TextObject {
        (&self.0.value.title).into()
    }
    /// What it is, at length.
    async fn description(&self) -> Option<TextObject> {
        self.0.value.description.as_ref().map(Into::into)
    }
    /// Its fields.
    async fn fields(&self) -> Vec<Code<CooperationField>> {
        self.0.value.fields.iter().map(|field| Code(*field)).collect()
    }
    /// Place in a value chain: of a need that of whoever is looked for, of an offer the own one.
    async fn role(&self) -> Option<Code<ValueChainRole>> {
        self.0.value.role.map(Code)
    }
    /// Help that is looked for or given, where it is that.
    async fn help(&self) -> Option<Code<HelpKind>> {
        self.0.value.help.map(Code)
    }
    /// Where it is needed or can be had, by ISO code; empty for anywhere.
    async fn countries(&self) -> Vec<&str> {
        self.0.value.countries.iter().map(|country| country.alpha2()).collect()
    }
    /// Languages in which it can be talked about.
    async fn languages(&self) -> Vec<String> {
        self.0.value.languages.iter().map(ToString::to_string).collect()
    }
    /// The last day on which it holds; null where it holds until it is taken back.
    async fn valid_until(&self) -> Option<NaiveDate> {
        self.0.value.valid_until
    }
    /// When its people last said that it holds.
    async fn confirmed_on(&self) -> NaiveDate {
        self.0.value.confirmed_on
    }
    /// What answers it: offers for a need, needs for an offer, of others, nearest first. Empty where it holds no more.
    async fn counterparts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(20)")] first: Option<i32>,
    ) -> Result<Vec<Counterpart>> {
        let first = cursor::page_size(first)?;
        // Blocks part the two for their own people, and nobody else can tell them.
        let actor = ctx.data::<Actor>()?;
        let parted = self.0.owner.is_some_and(|owner| actor.role_in(owner).is_some());
        let snapshot = ctx.data::<App>()?.ranking.snapshot_for(parted);
        let catalog = &snapshot.catalog;
        let Some(row) = catalog.capabilities().get(self.0.id).filter(|row| row.is_open(catalog)) else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for one in matcher::capability::counterparts(catalog, row, first) {
            // One that went away since the catalog was made is left out.
            if let Some(capability) = find(ctx, one.row.id).await? {
                found.push(Counterpart {
                    capability: CapabilityNode(capability),
                    nearness: f64::from(one.nearness.micro()) / 1e6,
                    shared_language: one.shared_language,
                    because: because(one.nearness, one.shared_language),
                });
            }
        }
        Ok(found)
    }
    /// Origin.
    async fn provenance(&self) -> ProvenanceObject {
        (&self.0.value.provenance).into()
    }
}

connection!(CapabilityConnection, CapabilityEdge, CapabilityNode, "capabilities");
