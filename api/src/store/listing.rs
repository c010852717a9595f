//! The record of a listing beside its project: where it stands, who reviews it, and what only its people see.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::{
    account::Person,
    id::Id,
    listing::{ListingTransition, is_shown},
    project::{Project, ProjectFacts},
    questionnaire::Answers,
    value::SingleLine,
    vocabulary::{ListingState, Vocabulary},
};
use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, OnConflict},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Store, StoreError, Tx,
    sql::{get, insert, is, select},
};

/// A second person's word for a decision that needs two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondWord {
    /// For which transition.
    pub transition: ListingTransition,
    /// Whose word.
    pub person: Id<Person>,
    /// When, microseconds since 1970, UTC.
    pub at: i64,
}

/// A material edit that waits for a reviewer while the public version stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shadow {
    /// The facts as they would be.
    pub facts: ProjectFacts,
    /// In what it is material.
    pub changes: BTreeSet<domain::listing::MaterialChange>,
    /// When it was made, microseconds since 1970, UTC.
    pub at: i64,
}

/// What a listing's people and its reviewers know of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListingRecord {
    /// Answers to further questions.
    pub answers: Answers,
    /// Notes of the owner, for the owner's people alone.
    pub internal_notes: Option<SingleLine>,
    /// The facts as a reviewer last saw them; material edits are measured against them.
    pub reviewed: Option<ProjectFacts>,
    /// A material edit that waits.
    pub shadow: Option<Shadow>,
    /// When the reviewer claimed it.
    pub claimed_on: Option<NaiveDate>,
    /// Who rejected it.
    pub rejected_by: Option<Id<Person>>,
    /// Second persons' words.
    pub second_words: Vec<SecondWord>,
    /// In which state it was before it was suspended.
    pub before_suspension: Option<ListingState>,
    /// Other listings that a reviewer found to be of another project.
    pub not_duplicates: BTreeSet<Id<Project>>,
    /// When the owner was last asked whether it is still current, microseconds since 1970, UTC.
    pub asked_at: Option<i64>,
    /// The last day of an offer's exclusivity.
    pub exclusive_until: Option<NaiveDate>,
    /// Codes with which it was last returned or rejected, and the words that came with them.
    pub reasons: Vec<String>,
}

/// A listing's record as stored.
#[derive(Debug, Clone)]
pub struct ListingRow {
    /// The project.
    pub project: Id<Project>,
    /// Where it stands.
    pub state: ListingState,
    /// Since when, microseconds since 1970, UTC.
    pub since: i64,
    /// Who reviews it.
    pub reviewer: Option<Id<Person>>,
    /// The record.
    pub record: ListingRecord,
}

const COLUMNS: [&str; 5] = ["project_id", "state", "since", "reviewer_id", "body"];

fn read(row: &QueryResult) -> Result<ListingRow, StoreError> {
    let id: Uuid = get(row, "project_id")?;
    let corrupt = |source| StoreError::Corrupt { kind: "listing", id, source };
    let state: String = get(row, "state")?;
    let body: serde_json::Value = get(row, "body")?;
    Ok(ListingRow {
        project: Id::from_uuid(id),
        state: serde_json::from_value(state.into()).map_err(corrupt)?,
        since: get(row, "since")?,
        reviewer: get::<Option<Uuid>>(row, "reviewer_id")?.map(Id::from_uuid),
        record: serde_json::from_value(body).map_err(corrupt)?,
    })
}

impl Tx {
    /// The record of a listing, as this write sees it. The project must be locked by this write.
    ///
    /// # Errors
    /// The database does not answer, or the record does not read.
    pub async fn listing(&self, project: Id<Project>) -> Result<Option<ListingRow>, StoreError> {
        let rows = select("listing", COLUMNS, [is("project_id", project.uuid())]);
        self.connection().query_one(&rows).await?.as_ref().map(read).transpose()
    }

    /// Writes the record of a listing.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn put_listing(&self, row: &ListingRow, fingerprint: String) -> Result<(), StoreError> {
        let values = [
            ("project_id", row.project.uuid().into()),
            ("state", row.state.code().into()),
            ("since", row.since.into()),
            ("reviewer_id", row.reviewer.map(Id::uuid).into()),
            ("fingerprint", fingerprint.into()),
            ("change_since", row.record.shadow.as_ref().map(|shadow| shadow.at).into()),
            ("body", super::tx::document(&row.record)?.into()),
            ("updated_at", self.now_micros().into()),
        ];
        let mut statement = insert("listing", values);
        let mut conflict = OnConflict::column(Alias::new("project_id"));
        conflict.update_columns(
            ["state", "since", "reviewer_id", "fingerprint", "change_since", "body", "updated_at"]
                .map(Alias::new),
        );
        self.connection().execute(statement.on_conflict(conflict)).await?;
        Ok(())
    }

    /// Other listings that may be of the same project: those with the same words in the same countries, and those of
    /// the same name. At most 50.
    ///
    /// # Errors
    /// The database does not answer, or a document does not read.
    pub async fn namesakes(
        &self,
        project: Id<Project>,
        fingerprint: &str,
        name: &str,
    ) -> Result<Vec<Id<Project>>, StoreError> {
        let mut found = BTreeSet::new();
        let mut by_words = select("listing", ["project_id"], [is("fingerprint", fingerprint)]);
        for row in self.connection().query_all(by_words.limit(50)).await? {
            found.insert(get::<Uuid>(&row, "project_id")?);
        }
        let mut by_name = select("project", ["id"], [is("name", name)]);
        for row in self.connection().query_all(by_name.limit(50)).await? {
            found.insert(get::<Uuid>(&row, "id")?);
        }
        found.remove(&project.uuid());
        Ok(found.into_iter().map(Id::from_uuid).collect())
    }

    /// Listings in some states since before a time, oldest first, at most `limit`; for timers.
    ///
    /// # Errors
    /// The database does not answer, or a record does not read.
    pub async fn listings_since(
        &self,
        states: &[ListingState],
        before: i64,
        limit: u64,
    ) -> Result<Vec<ListingRow>, StoreError> {
        let codes: Vec<&str> = states.iter().map(|state| state.code()).collect();
        let column = |name: &str| Expr::col(Alias::new(name));
        let mut rows =
            select("listing", COLUMNS, [column("state").is_in(codes), column("since").lte(before)]);
        rows.order_by(Alias::new("since"), sea_orm::Order::Asc).limit(limit);
        self.connection().query_all(&rows).await?.iter().map(read).collect()
    }
}

impl Store {
    /// The record of a listing.
    ///
    /// # Errors
    /// The database does not answer, or the record does not read.
    pub async fn listing(&self, project: Id<Project>) -> Result<Option<ListingRow>, StoreError> {
        let rows = select("listing", COLUMNS, [is("project_id", project.uuid())]);
        self.reader().query_one(&rows).await?.as_ref().map(read).transpose()
    }

    /// Listings that wait for a reviewer, longest first, at most `limit`: those that were submitted, those that somebody
    /// reviews, and public ones with a change that waits.
    ///
    /// # Errors
    /// The database does not answer, or a record does not read.
    pub async fn review_queue(&self, limit: u64) -> Result<Vec<ListingRow>, StoreError> {
        let states = [ListingState::Submitted.code(), ListingState::InReview.code()];
        let is_new = Expr::col(Alias::new("state")).is_in(states);
        // A change of a public listing waits for the same reviewers.
        let public = ListingState::ALL.iter().filter(|state| is_shown(**state)).map(|state| state.code());
        let is_changed = Expr::col(Alias::new("change_since"))
            .is_not_null()
            .and(Expr::col(Alias::new("state")).is_in(public));
        let mut rows = select("listing", COLUMNS, [is_new.or(is_changed)]);
        rows.order_by_expr(Expr::cust("COALESCE(change_since, since)"), sea_orm::Order::Asc).limit(limit);
        self.reader().query_all(&rows).await?.iter().map(read).collect()
    }

    /// The records of an owner's listings, newest first, at most `limit`, with the ids of their projects.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn projects_of(
        &self,
        owner: Id<domain::organisation::Organisation>,
        after: Option<Uuid>,
        limit: u64,
    ) -> Result<Vec<Id<Project>>, StoreError> {
        let mut rows = select("project", ["id"], [is("owner_id", owner.uuid())]);
        if let Some(after) = after {
            rows.and_where(Expr::col(Alias::new("id")).gt(after));
        }
        rows.order_by(Alias::new("id"), sea_orm::Order::Asc).limit(limit);
        let rows = self.reader().query_all(&rows).await?;
        rows.iter().map(|row| Ok(Id::from_uuid(get(row, "id")?))).collect()
    }
}
