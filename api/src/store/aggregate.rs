//! Reading aggregates: by id, by the source's own key, and all of them as a stream.

use std::collections::HashMap;

use domain::{
    Vocabulary,
    capability::Capability,
    city::City,
    document::Document,
    id::Id,
    import_job::ImportJob,
    introduction::{Introduction, IntroductionTimers},
    mandate::Mandate,
    organisation::Organisation,
    project::Project,
    saved_search::SavedSearch,
};
use futures::{Stream, TryStreamExt, stream};
use sea_orm::{
    ConnectionTrait, QueryResult, TryGetableFromJson, Value,
    sea_query::{Alias, Expr, ExprTrait, Order, Query, SelectStatement},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{Store, StoreError};

/// Kind of aggregate, as in ids, events and tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Organisations.
    Organisation,
    /// Projects.
    Project,
    /// Mandates.
    Mandate,
    /// Cities.
    City,
    /// Saved searches.
    SavedSearch,
    /// Needs and offers of enterprises.
    Capability,
    /// Cases of verification.
    Verification,
    /// Hits of the screening.
    ScreeningHit,
    /// Imports.
    ImportJob,
    /// Files that were handed in.
    Document,
    /// Persons; rows of their own.
    Person,
    /// Memberships; rows of their own.
    Membership,
    /// Invitations; rows of their own.
    Invitation,
    /// Sessions; rows of their own.
    Session,
    /// Keys of integrators; rows of their own.
    ApiKey,
    /// Files that were handed in; rows of their own.
    Upload,
    /// Introductions of investors to projects.
    Introduction,
    /// Partnerships of cities.
    Partnership,
    /// Demonstration areas of cities.
    DemonstrationArea,
    /// Exchange events.
    ExchangeEvent,
    /// Registrations for exchange events.
    EventRegistration,
    /// Meetings at exchange events.
    Meeting,
    /// Subscriptions to digests; rows of their own.
    DigestSubscription,
}

impl Kind {
    /// The table's name.
    pub const fn table(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Project => "project",
            Self::Mandate => "mandate",
            Self::City => "city",
            Self::SavedSearch => "saved_search",
            Self::Capability => "capability",
            Self::Verification => "verification",
            Self::ScreeningHit => "screening_hit",
            Self::ImportJob => "import_job",
            Self::Document => "document",
            Self::Person => "person",
            Self::Membership => "membership",
            Self::Invitation => "invitation",
            Self::Session => "session",
            Self::ApiKey => "api_key",
            Self::Upload => "upload",
            Self::Introduction => "introduction",
            Self::Partnership => "partnership",
            Self::DemonstrationArea => "demonstration_area",
            Self::ExchangeEvent => "exchange_event",
            Self::EventRegistration => "event_registration",
            Self::Meeting => "meeting",
            Self::DigestSubscription => "digest_subscription",
        }
    }
}

/// An aggregate that is stored as a document.
pub trait Aggregate:
    Serialize + DeserializeOwned + Clone + PartialEq + Send + Sync + Unpin + 'static
{
    /// Its kind.
    const KIND: Kind;
    /// Whether its table has a column for the state of its machine.
    const HAS_STATE: bool = false;
    /// Its name, for people who look into the database.
    fn name(&self) -> String;
    /// The state of its machine, where its table has a column for it.
    fn state(&self) -> Option<String> {
        None
    }
    /// What else of it has a column of its own, so that it can be looked up.
    fn columns(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }
}

impl Aggregate for Organisation {
    const KIND: Kind = Kind::Organisation;
    fn name(&self) -> String {
        self.name.to_string()
    }
}
impl Aggregate for Project {
    const KIND: Kind = Kind::Project;
    fn name(&self) -> String {
        self.title.value().to_owned()
    }
}
impl Aggregate for Mandate {
    const KIND: Kind = Kind::Mandate;
    fn name(&self) -> String {
        self.name.to_string()
    }
}
impl Aggregate for City {
    const KIND: Kind = Kind::City;
    fn name(&self) -> String {
        self.name.to_string()
    }
}

impl Aggregate for Capability {
    const KIND: Kind = Kind::Capability;
    fn name(&self) -> String {
        self.title.value().to_owned()
    }
}
impl Aggregate for SavedSearch {
    const KIND: Kind = Kind::SavedSearch;
    fn name(&self) -> String {
        self.name.to_string()
    }
}

impl Aggregate for Document {
    const KIND: Kind = Kind::Document;
    fn name(&self) -> String {
        self.title.to_string()
    }
}
impl Aggregate for ImportJob {
    const KIND: Kind = Kind::ImportJob;
    const HAS_STATE: bool = true;
    fn name(&self) -> String {
        self.file_name.to_string()
    }
    fn state(&self) -> Option<String> {
        Some(self.state.code().to_owned())
    }
}

impl Aggregate for Introduction {
    const KIND: Kind = Kind::Introduction;
    const HAS_STATE: bool = true;
    fn name(&self) -> String {
        self.state.code().to_owned()
    }
    fn state(&self) -> Option<String> {
        Some(self.state.code().to_owned())
    }
    fn columns(&self) -> Vec<(&'static str, Value)> {
        let (investor, project) = (self.investor.uuid(), self.project.uuid());
        let live = (!self.state.is_over()).then(|| format!("{}:{}", investor.simple(), project.simple()));
        let due = self.next_due(&IntroductionTimers::default()).map(|due| due.timestamp_micros());
        vec![
            ("project_id", project.into()),
            ("mandate_id", self.mandate.uuid().into()),
            ("investor_id", investor.into()),
            ("initiator_id", self.organisation(self.initiator).uuid().into()),
            ("recipient_id", self.organisation(self.recipient()).uuid().into()),
            ("live_key", live.into()),
            ("answered_at", self.answered_at.map(|at| at.timestamp_micros()).into()),
            ("due_at", due.into()),
        ]
    }
}

/// A stored aggregate.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<T> {
    /// Its id.
    pub id: Id<T>,
    /// Rises with every change, from 1.
    pub version: i32,
    /// The key under which its source knows it.
    pub source_key: Option<String>,
    /// The organisation whose it is; none for organisations and cities.
    pub owner: Option<Id<Organisation>>,
    /// Last change, microseconds since 1970, UTC.
    pub updated_at: i64,
    /// The aggregate.
    pub value: T,
}

/// Rows asked for at once, well under the limits on bound values.
pub(super) const CHUNK: usize = 500;

/// Documents on a page of a stream.
const PAGE: usize = 1_000;

pub(super) fn select<T: Aggregate>() -> SelectStatement {
    let mut select = Query::select();
    select
        .columns(["id", "version", "source_key", "owner_id", "updated_at", "body"].map(Alias::new))
        .from(Alias::new(T::KIND.table()));
    select
}

pub(super) fn read<T: Aggregate>(row: &QueryResult) -> Result<Stored<T>, StoreError> {
    let id: Uuid = row.try_get("", "id")?;
    let value = body(row, T::KIND.table(), id)?;
    Ok(Stored {
        id: Id::from_uuid(id),
        version: row.try_get("", "version")?,
        source_key: row.try_get("", "source_key")?,
        owner: row.try_get::<Option<Uuid>>("", "owner_id")?.map(Id::from_uuid),
        updated_at: row.try_get("", "updated_at")?,
        value,
    })
}

/// A document that is read from its text at once, without a tree of it between.
#[derive(Deserialize)]
#[serde(transparent)]
struct Body<T>(T);

impl<T: DeserializeOwned> TryGetableFromJson for Body<T> {}

/// What stands in the column `body` of a row.
fn body<T: DeserializeOwned>(row: &QueryResult, kind: &'static str, id: Uuid) -> Result<T, StoreError> {
    match row.try_get::<Body<T>>("", "body") {
        Ok(Body(value)) => Ok(value),
        // The driver does not tell what is wrong with a document from what is wrong with the connection.
        Err(_) => serde_json::from_value(row.try_get("", "body")?).map_err(|source| StoreError::Corrupt {
            kind,
            id,
            source,
        }),
    }
}

impl Store {
    /// The aggregates of these ids that exist.
    ///
    /// # Errors
    /// The database does not answer, or a document does not read.
    pub async fn find<T: Aggregate>(&self, ids: &[Id<T>]) -> Result<HashMap<Id<T>, Stored<T>>, StoreError> {
        let mut found = HashMap::with_capacity(ids.len());
        for chunk in ids.chunks(CHUNK) {
            let mut select = select::<T>();
            select.and_where(Expr::col(Alias::new("id")).is_in(chunk.iter().map(|id| id.uuid())));
            for row in self.reader().query_all(&select).await? {
                let stored = read::<T>(&row)?;
                found.insert(stored.id, stored);
            }
        }
        Ok(found)
    }

    /// The aggregate of a source's key.
    ///
    /// # Errors
    /// The database does not answer, or the document does not read.
    pub async fn find_by_key<T: Aggregate>(&self, key: &str) -> Result<Option<Stored<T>>, StoreError> {
        let mut select = select::<T>();
        select.and_where(Expr::col(Alias::new("source_key")).eq(key));
        self.reader().query_one(&select).await?.as_ref().map(read).transpose()
    }

    /// All aggregates of a kind in the order of their ids, read page by page: a slow reader holds no lock and no
    /// statement open, and never more than two pages in memory. What is written meanwhile may or may not be in it;
    /// the log tells.
    ///
    /// # Errors
    /// The database does not answer; the stream ends with an error where a document does not read.
    pub async fn stream<T: Aggregate>(
        &self,
    ) -> Result<impl Stream<Item = Result<Stored<T>, StoreError>> + Send + '_, StoreError> {
        let first = self.page::<T>(None).await?;
        let pages = stream::try_unfold(Some(first), move |page| async move {
            let Some(page) = page else { return Ok(None) };
            let next = match page.last() {
                Some(last) if page.len() >= PAGE => Some(self.page(Some(last.id)).await?),
                _ => None,
            };
            Ok::<_, StoreError>(Some((page, next)))
        });
        Ok(pages.map_ok(|page| stream::iter(page.into_iter().map(Ok))).try_flatten())
    }

    async fn page<T: Aggregate>(&self, after: Option<Id<T>>) -> Result<Vec<Stored<T>>, StoreError> {
        let mut select = select::<T>();
        select.order_by(Alias::new("id"), Order::Asc).limit(PAGE as u64);
        if let Some(after) = after {
            select.and_where(Expr::col(Alias::new("id")).gt(after.uuid()));
        }
        self.reader().query_all(&select).await?.iter().map(read).collect()
    }

    /// The versions of a mandate, newest first: number, time in microseconds since 1970 UTC, and what it was.
    ///
    /// # Errors
    /// The database does not answer, or a document does not read.
    pub async fn mandate_versions(
        &self,
        id: Id<Mandate>,
        limit: u64,
    ) -> Result<Vec<(i32, i64, Mandate)>, StoreError> {
        let mut rows = Query::select();
        rows.columns(["version", "at", "body"].map(Alias::new))
            .from(Alias::new("mandate_version"))
            .and_where(Expr::col(Alias::new("mandate_id")).eq(id.uuid()))
            .order_by(Alias::new("version"), Order::Desc)
            .limit(limit);
        let rows = self.reader().query_all(&rows).await?;
        rows.iter()
            .map(|row| {
                let value = body(row, "mandate_version", id.uuid())?;
                Ok((row.try_get("", "version")?, row.try_get("", "at")?, value))
            })
            .collect()
    }

    /// Ids of the aggregates of an owner, newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn newest_of<T: Aggregate>(
        &self,
        owner: Id<Organisation>,
        limit: u64,
    ) -> Result<Vec<Id<T>>, StoreError> {
        let mut rows = Query::select();
        rows.column(Alias::new("id"))
            .from(Alias::new(T::KIND.table()))
            .and_where(Expr::col(Alias::new("owner_id")).eq(owner.uuid()))
            .order_by(Alias::new("id"), Order::Desc)
            .limit(limit);
        let rows = self.reader().query_all(&rows).await?;
        rows.iter().map(|row| Ok(Id::from_uuid(row.try_get("", "id")?))).collect()
    }

    /// How many aggregates of a kind there are.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count(&self, kind: Kind) -> Result<u64, StoreError> {
        super::sql::count(self.reader(), kind.table(), []).await
    }
}
