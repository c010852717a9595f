//! The lists of sanctions that are in force, one edition of each and replaced as a whole; and the cases of screening and
//! of verification.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::{
    Vocabulary,
    id::Id,
    organisation::Organisation,
    sanctions::{ListEdition, ListEntry, SanctionsList},
    screening_hit::ScreeningHit,
    verification::{CaseState, Evidence, ProofKind, VerificationCase},
};
use sea_orm::{
    ConnectionTrait, DbBackend, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, OnConflict, Order, Query},
};
use uuid::Uuid;

use super::{
    Aggregate, Kind, Store, StoreError, Stored, Tx,
    aggregate::{self, CHUNK},
    sql::{delete, get, insert, is, select},
    tx::values,
};

/// In the column of a case against whose freeze an appeal is open.
const APPEALED: &str = "APPEALED";

/// What waits for compliance officers.
pub const WAITING_HITS: [&str; 2] = ["POTENTIAL_HIT", APPEALED];

/// What waits for reviewers.
pub const WAITING_CASES: [&str; 2] = ["SUBMITTED", "IN_REVIEW"];

impl Aggregate for ScreeningHit {
    const KIND: Kind = Kind::ScreeningHit;
    const HAS_STATE: bool = true;
    fn name(&self) -> String {
        self.name.to_string()
    }
    /// A freeze against which an appeal is open waits for an officer, and one without waits for nobody: the column
    /// tells them apart for the queue.
    fn state(&self) -> Option<String> {
        let code = self.status.code();
        Some(if self.open_appeal().is_some() { APPEALED.to_owned() } else { code.to_owned() })
    }
}
impl Aggregate for VerificationCase {
    const KIND: Kind = Kind::Verification;
    const HAS_STATE: bool = true;
    /// What only one organisation can be proved by, so that others who claim it are found; else the kind of proof.
    fn name(&self) -> String {
        self.evidence.exclusive().unwrap_or_else(|| self.evidence.proof().code().to_owned())
    }
    fn state(&self) -> Option<String> {
        Some(self.state.code().to_owned())
    }
}

/// The edition of a list that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListInForce {
    /// Which list.
    pub list: SanctionsList,
    /// The day that the publisher printed on it.
    pub published_on: NaiveDate,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Its entries.
    pub entries: i32,
    /// When it was imported, microseconds since 1970, UTC.
    pub imported_at: i64,
}

/// What came of an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replaced {
    /// There was none of this list.
    First,
    /// It took the place of this one.
    Before(ListInForce),
    /// The very same bytes are in force already: nothing was written.
    Same,
    /// A later edition is in force: nothing was written.
    Newer(ListInForce),
}

const COLUMNS: [&str; 5] = ["list", "published_on", "sha256", "entries", "imported_at"];

fn corrupt(source: serde_json::Error) -> StoreError {
    StoreError::Corrupt { kind: "screening_list", id: Uuid::nil(), source }
}

fn read(row: &QueryResult) -> Result<ListInForce, StoreError> {
    let text = |column| get::<String>(row, column);
    Ok(ListInForce {
        list: serde_json::from_value(text("list")?.into()).map_err(corrupt)?,
        published_on: serde_json::from_value(text("published_on")?.into()).map_err(corrupt)?,
        sha256: text("sha256")?,
        entries: get(row, "entries")?,
        imported_at: get(row, "imported_at")?,
    })
}

async fn entries<C: ConnectionTrait>(connection: &C) -> Result<Vec<ListEntry>, StoreError> {
    let mut rows = select("screening_entry", ["body"], []);
    rows.order_by(Alias::new("list"), Order::Asc).order_by(Alias::new("uid"), Order::Asc);
    let rows = connection.query_all(&rows).await?;
    rows.iter().map(|row| serde_json::from_value(get(row, "body")?).map_err(corrupt)).collect()
}

impl Store {
    /// The lists in force, in the order of their codes.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn lists_in_force(&self) -> Result<Vec<ListInForce>, StoreError> {
        let mut rows = select("screening_list", COLUMNS, []);
        rows.order_by(Alias::new("list"), Order::Asc);
        self.reader().query_all(&rows).await?.iter().map(read).collect()
    }

    /// All entries of the lists in force.
    ///
    /// # Errors
    /// The database does not answer, or an entry does not read.
    pub async fn list_entries(&self) -> Result<Vec<ListEntry>, StoreError> {
        entries(self.reader()).await
    }

    /// Cases of some states, longest waiting first: at most `limit` after one. A domain waits for mail and for nobody
    /// here, so such cases are left out.
    ///
    /// # Errors
    /// The database does not answer, or a case does not read.
    pub async fn cases<T: Aggregate>(
        &self,
        states: &[&str],
        after: Option<Id<T>>,
        limit: u64,
    ) -> Result<Vec<Id<T>>, StoreError> {
        let states = Expr::col(Alias::new("state")).is_in(states.iter().copied());
        let by_mail = Expr::col(Alias::new("name")).ne(ProofKind::EmailDomain.code());
        let mut rows = select(T::KIND.table(), ["id"], [states, by_mail]);
        // Ids rise with the time at which a case was opened.
        rows.order_by(Alias::new("id"), Order::Asc).limit(limit);
        if let Some(after) = after {
            rows.and_where(super::sql::above("id", after.uuid()));
        }
        let rows = self.reader().query_all(&rows).await?;
        rows.iter().map(|row| Ok(Id::from_uuid(get(row, "id")?))).collect()
    }

    /// Register numbers that organisations claim or have proved, for the screening.
    ///
    /// # Errors
    /// The database does not answer, or a case does not read.
    pub async fn register_numbers(
        &self,
        owners: &[Id<Organisation>],
    ) -> Result<HashMap<Id<Organisation>, Vec<String>>, StoreError> {
        numbers(self.reader(), owners).await
    }
}

async fn numbers<C: ConnectionTrait>(
    connection: &C,
    owners: &[Id<Organisation>],
) -> Result<HashMap<Id<Organisation>, Vec<String>>, StoreError> {
    let mut found: HashMap<Id<Organisation>, Vec<String>> = HashMap::new();
    for chunk in owners.chunks(CHUNK) {
        let mut rows = aggregate::select::<VerificationCase>();
        rows.and_where(Expr::col(Alias::new("owner_id")).is_in(chunk.iter().map(|id| id.uuid())));
        for row in connection.query_all(&rows).await? {
            let case = aggregate::read::<VerificationCase>(&row)?;
            let is_over = matches!(case.value.state, CaseState::Refused | CaseState::Withdrawn);
            if let (Evidence::Register { identifier }, Some(owner), false) =
                (&case.value.evidence, case.owner, is_over)
            {
                found.entry(owner).or_default().push(identifier.value().to_owned());
            }
        }
    }
    Ok(found)
}

impl Tx {
    /// Register numbers that an organisation claims or has proved, for the screening.
    ///
    /// # Errors
    /// The database does not answer, or a case does not read.
    pub async fn register_numbers(&self, owner: Id<Organisation>) -> Result<Vec<String>, StoreError> {
        Ok(numbers(self.connection(), &[owner]).await?.remove(&owner).unwrap_or_default())
    }

    /// The cases of this name, locked in the order of their ids: who grants a register number looks at all who claim
    /// it, and two who do so at once wait for each other.
    ///
    /// # Errors
    /// The database does not answer, or a case does not read.
    pub async fn lock_namesakes<T: Aggregate>(&self, name: &str) -> Result<Vec<Stored<T>>, StoreError> {
        let mut rows = aggregate::select::<T>();
        rows.and_where(is("name", name)).order_by(Alias::new("id"), Order::Asc).lock_exclusive();
        self.connection().query_all(&rows).await?.iter().map(aggregate::read).collect()
    }

    /// Whether all of these documents are stored and belong to an organisation.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn owns_documents(
        &self,
        owner: Id<Organisation>,
        documents: &[Uuid],
    ) -> Result<bool, StoreError> {
        let mut wanted = documents.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let among = Expr::col(Alias::new("id")).is_in(wanted.iter().copied());
        let rows = select("document", ["id"], [is("owner_id", owner.uuid()), among]);
        Ok(self.connection().query_all(&rows).await?.len() == wanted.len())
    }

    /// The lists in force, in the order of their codes. No other one takes their place until this write ends: what
    /// was screened here is in sight of the run that follows the next import.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn hold_lists(&self) -> Result<Vec<ListInForce>, StoreError> {
        let mut rows = select("screening_list", COLUMNS, []);
        // On PostgreSQL this takes ROW SHARE on the table, which an import waits for; SQLite has one writer.
        rows.order_by(Alias::new("list"), Order::Asc).lock_shared();
        self.connection().query_all(&rows).await?.iter().map(read).collect()
    }

    /// All entries of the lists in force.
    ///
    /// # Errors
    /// The database does not answer, or an entry does not read.
    pub async fn list_entries(&self) -> Result<Vec<ListEntry>, StoreError> {
        entries(self.connection()).await
    }

    /// Puts an edition in the place of the one in force. Writes that screen by the old one end before.
    ///
    /// An edition that was published before the one in force is refused, unless `older` is allowed.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn replace_list(&self, edition: &ListEdition, older: bool) -> Result<Replaced, StoreError> {
        let connection = self.connection();
        if connection.get_database_backend() == DbBackend::Postgres {
            connection.execute_unprepared("LOCK TABLE screening_list IN EXCLUSIVE MODE").await?;
        }
        let code = edition.list.code();
        let row = connection.query_one(&select("screening_list", COLUMNS, [is("list", code)])).await?;
        let before = row.as_ref().map(read).transpose()?;
        if let Some(before) = &before {
            if before.sha256 == edition.sha256 && before.published_on == edition.published_on {
                return Ok(Replaced::Same);
            }
            if before.published_on > edition.published_on && !older {
                return Ok(Replaced::Newer(before.clone()));
            }
        }
        connection.execute(&delete("screening_entry", [is("list", code)])).await?;
        for chunk in edition.entries.chunks(CHUNK) {
            let mut rows = Query::insert();
            rows.into_table(Alias::new("screening_entry")).columns(["list", "uid", "body"].map(Alias::new));
            for entry in chunk {
                let body = super::tx::document(entry)?;
                rows.values_panic(values([code.into(), entry.uid.clone().into(), body.into()]));
            }
            connection.execute(&rows).await?;
        }
        let row = [
            ("list", code.into()),
            ("published_on", edition.published_on.to_string().into()),
            ("sha256", edition.sha256.clone().into()),
            ("entries", i32::try_from(edition.entries.len()).unwrap_or(i32::MAX).into()),
            ("imported_at", self.now_micros().into()),
        ];
        let mut row = insert("screening_list", row);
        let mut conflict = OnConflict::column(Alias::new("list"));
        conflict.update_columns(["published_on", "sha256", "entries", "imported_at"].map(Alias::new));
        connection.execute(row.on_conflict(conflict)).await?;
        Ok(before.map_or(Replaced::First, Replaced::Before))
    }
}
