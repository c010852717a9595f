//! What two cities bring in beside the text: a first deed, and the workspace that they share.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{
    document::Document,
    id::Id,
    partnership::{CitySide, DeedEdge, FirstDeed, Partnership, SharedEntry, SharedKind, SharedWith},
};
use matcher::score::points;

use super::super::{
    super::code::Code,
    MandateNode, ProjectNode,
    common::{find, global},
};
use crate::store::Stored;

/// An edge of a first deed.
#[derive(Debug, SimpleObject)]
#[graphql(name = "FirstDeedEdge")]
pub struct DeedEdgeObject {
    /// CITIES, `CITY_A_PROJECT`, `CITY_B_PROJECT` or `PROJECT_MANDATE`.
    key: String,
    /// Its score, 0 to 100.
    score: f64,
    /// Whether the triad is ranked by it.
    weakest: bool,
    /// What it says.
    because: String,
}

impl From<&DeedEdge> for DeedEdgeObject {
    fn from(edge: &DeedEdge) -> Self {
        Self {
            key: edge.key.clone(),
            score: points(edge.score),
            weakest: edge.weakest,
            because: edge.because.clone(),
        }
    }
}

/// A project that serves both cities and a mandate that it fits, with which the partnership would begin.
#[derive(Debug)]
pub struct FirstDeedObject(pub FirstDeed);

/// A project that serves both cities and a mandate that it fits, with which the partnership would begin.
#[Object(name = "FirstDeed")]
impl FirstDeedObject {
    /// The project as it stands now; null where the caller does not see it.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<ProjectNode>> {
        Ok(find(ctx, self.0.project).await?.map(ProjectNode))
    }
    /// The mandate as it stands now; null where the caller does not see it.
    async fn mandate(&self, ctx: &Context<'_>) -> Result<Option<MandateNode>> {
        Ok(find(ctx, self.0.mandate).await?.map(MandateNode))
    }
    /// The four edges of the triad, as they were found.
    async fn triad_edges(&self) -> Vec<DeedEdgeObject> {
        self.0.edges.iter().map(Into::into).collect()
    }
    /// When they were found.
    async fn as_of(&self) -> DateTime<Utc> {
        self.0.as_of
    }
}

/// An entry of the workspace of two cities.
#[derive(Debug, SimpleObject)]
#[graphql(name = "SharedEntry")]
pub struct SharedEntryObject {
    /// Its number, for `takeBackShared` and `openSharedDocument`.
    number: u32,
    /// Whose it is.
    side: Code<CitySide>,
    /// When it was put in.
    at: DateTime<Utc>,
    /// What it is.
    kind: Code<SharedKind>,
    /// What it is, in a line.
    title: String,
    /// The document, which `openSharedDocument` opens; for that kind alone.
    document_id: Option<ID>,
    /// Whom to turn to, or where the data are.
    pointer: Option<String>,
    /// Who sees it.
    with: Code<SharedWith>,
}

impl From<&SharedEntry> for SharedEntryObject {
    fn from(entry: &SharedEntry) -> Self {
        let what = &entry.what;
        Self {
            number: entry.number,
            side: Code(entry.side),
            at: entry.at,
            kind: Code(what.kind),
            title: what.title.to_string(),
            document_id: what.document.map(|id: Id<Document>| global(id)),
            pointer: what.pointer.as_ref().map(ToString::to_string),
            with: Code(what.with),
        }
    }
}

/// The entries that a side sees, or everybody.
pub fn entries(row: &Stored<Partnership>, side: Option<CitySide>) -> Vec<SharedEntryObject> {
    row.value.shared_with(side).map(Into::into).collect()
}
