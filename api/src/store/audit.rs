//! Who did what: a chain in which every row carries the hash of the one before it, so that no row can be changed,
//! taken out or put in without its being seen.
//!
//! Rows name people by their ids alone. A person who is erased leaves the chain whole: what the ids stood for is
//! gone from the table of persons.

use sea_orm::{
    ConnectionTrait, DatabaseTransaction,
    sea_query::{Alias, Expr, ExprTrait},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    Store, StoreError,
    sql::{above, below, get, insert, is, select, update},
};

/// An act to be written down; it gets its number and its hash at the commit.
#[derive(Debug, Clone)]
pub struct Act {
    /// Who; none for the system.
    pub actor: Option<Uuid>,
    /// For which organisation.
    pub organisation: Option<Uuid>,
    /// What, such as `createProject`.
    pub action: String,
    /// To what kind of thing.
    pub aggregate_kind: String,
    /// To which one.
    pub aggregate_id: Option<Uuid>,
    /// How it ended: `DONE`.
    pub outcome: &'static str,
    /// What else is known; no personal data.
    pub detail: serde_json::Value,
    /// Id of the request.
    pub request_id: Option<String>,
}

/// An act as it stands in the chain.
#[derive(Debug, Clone)]
pub struct AuditRow {
    /// Its number; the chain has no gaps.
    pub seq: i64,
    /// When, microseconds since 1970, UTC.
    pub at: i64,
    /// What.
    pub act: AuditedAct,
    /// Hash of the row before it.
    pub previous: String,
    /// Its own hash.
    pub hash: String,
}

/// The stored form of an [`Act`].
#[derive(Debug, Clone)]
pub struct AuditedAct {
    /// Who.
    pub actor: Option<Uuid>,
    /// For which organisation.
    pub organisation: Option<Uuid>,
    /// What.
    pub action: String,
    /// To what kind of thing.
    pub aggregate_kind: String,
    /// To which one.
    pub aggregate_id: Option<Uuid>,
    /// How it ended.
    pub outcome: String,
    /// What else is known.
    pub detail: serde_json::Value,
    /// Id of the request.
    pub request_id: Option<String>,
}

/// A chain that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the audit chain is broken at number {seq}")]
pub struct BrokenChain {
    /// The first number that does not follow from the one before it.
    pub seq: i64,
}

/// The hash of a row: SHA-256 over its fields, each with its length before it, in the order of the table.
fn chained(seq: i64, at: i64, act: &AuditedAct, previous: &str) -> String {
    let id = |id: Option<Uuid>| id.map_or_else(String::new, |id| id.to_string());
    let mut hasher = Sha256::new();
    for part in [
        seq.to_string(),
        at.to_string(),
        id(act.actor),
        id(act.organisation),
        act.action.clone(),
        act.aggregate_kind.clone(),
        id(act.aggregate_id),
        act.outcome.clone(),
        // Objects are written with their keys in order, whatever order a database keeps them in.
        act.detail.to_string(),
        act.request_id.clone().unwrap_or_default(),
        previous.to_owned(),
    ] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Numbers acts, chains them and appends them. The head is locked from here to the commit.
pub(super) async fn append(tx: &DatabaseTransaction, at: i64, acts: Vec<Act>) -> Result<(), StoreError> {
    let count = i64::try_from(acts.len()).unwrap_or(i64::MAX);
    if count == 0 {
        return Ok(());
    }
    let seq = Alias::new("seq");
    let mut take = update("audit_head", [], [is("id", 1)]);
    take.value(seq.clone(), Expr::col(seq).add(count))
        .returning(sea_orm::sea_query::Query::returning().columns(["seq", "hash"].map(Alias::new)));
    let row = tx.query_one(&take).await?.ok_or(StoreError::CounterLost)?;
    let (last, mut previous): (i64, String) = (get(&row, "seq")?, get(&row, "hash")?);
    let mut seq = last.saturating_sub(count);
    for act in acts {
        seq = seq.saturating_add(1);
        let act = AuditedAct {
            actor: act.actor,
            organisation: act.organisation,
            action: act.action,
            aggregate_kind: act.aggregate_kind,
            aggregate_id: act.aggregate_id,
            outcome: act.outcome.to_owned(),
            detail: act.detail,
            request_id: act.request_id,
        };
        let hash = chained(seq, at, &act, &previous);
        let row = [
            ("seq", seq.into()),
            ("at", at.into()),
            ("actor_id", act.actor.into()),
            ("organisation_id", act.organisation.into()),
            ("action", act.action.into()),
            ("aggregate_kind", act.aggregate_kind.into()),
            ("aggregate_id", act.aggregate_id.into()),
            ("outcome", act.outcome.into()),
            ("detail", act.detail.into()),
            ("request_id", act.request_id.into()),
            ("previous", previous.into()),
            ("hash", hash.clone().into()),
        ];
        tx.execute(&insert("audit", row)).await?;
        previous = hash;
    }
    tx.execute(&update("audit_head", [("hash", previous.into())], [is("id", 1)])).await?;
    Ok(())
}

impl AuditRow {
    /// Whether its hash is that of its fields and of the row before it.
    pub fn holds(&self) -> bool {
        self.hash == chained(self.seq, self.at, &self.act, &self.previous)
    }
}

/// Which acts are looked for; what is none does not matter.
#[derive(Debug, Clone, Copy, Default)]
pub struct ActsBefore {
    /// Acts with a lower number.
    pub seq: Option<i64>,
    /// By a person, for an organisation, or to whatever has this id.
    pub of: Option<Uuid>,
}

const COLUMNS: [&str; 12] = [
    "seq",
    "at",
    "actor_id",
    "organisation_id",
    "action",
    "aggregate_kind",
    "aggregate_id",
    "outcome",
    "detail",
    "request_id",
    "previous",
    "hash",
];

fn read(row: &sea_orm::QueryResult) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        seq: get(row, "seq")?,
        at: get(row, "at")?,
        act: AuditedAct {
            actor: get(row, "actor_id")?,
            organisation: get(row, "organisation_id")?,
            action: get(row, "action")?,
            aggregate_kind: get(row, "aggregate_kind")?,
            aggregate_id: get(row, "aggregate_id")?,
            outcome: get(row, "outcome")?,
            detail: get(row, "detail")?,
            request_id: get(row, "request_id")?,
        },
        previous: get(row, "previous")?,
        hash: get(row, "hash")?,
    })
}

/// Rows that are checked at once.
const PAGE: u64 = 1_000;

impl Store {
    /// At most `limit` acts after a number, in order.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn acts_after(&self, seq: i64, limit: u64) -> Result<Vec<AuditRow>, StoreError> {
        let mut rows = select("audit", COLUMNS, [above("seq", seq)]);
        rows.order_by(Alias::new("seq"), sea_orm::Order::Asc).limit(limit);
        self.reader().query_all(&rows).await?.iter().map(read).collect()
    }

    /// At most `limit` acts that are looked for, the last one first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn acts_before(&self, wanted: ActsBefore, limit: u64) -> Result<Vec<AuditRow>, StoreError> {
        let of = wanted.of.map(|id| {
            // An id is of one thing alone, whatever kind it is of.
            is("actor_id", id).or(is("organisation_id", id)).or(is("aggregate_id", id))
        });
        let below = wanted.seq.map(|seq| below("seq", seq));
        let mut rows = select("audit", COLUMNS, of.into_iter().chain(below));
        rows.order_by(Alias::new("seq"), sea_orm::Order::Desc).limit(limit);
        self.reader().query_all(&rows).await?.iter().map(read).collect()
    }

    /// Whether the chain holds from its beginning to its head. Answers the number of its rows.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn verify_audit(&self) -> Result<Result<i64, BrokenChain>, StoreError> {
        let (mut seq, mut previous) = (0_i64, String::new());
        loop {
            let rows = self.acts_after(seq, PAGE).await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                let wanted = seq.saturating_add(1);
                let hash = chained(wanted, row.at, &row.act, &previous);
                if row.seq != wanted || row.previous != previous || row.hash != hash {
                    return Ok(Err(BrokenChain { seq: wanted }));
                }
                (seq, previous) = (wanted, hash);
            }
        }
        // Rows that were cut off at the end are seen by the head.
        let head = select("audit_head", ["seq", "hash"], [is("id", 1)]);
        let head = self.reader().query_one(&head).await?.ok_or(StoreError::CounterLost)?;
        let (last, hash): (i64, String) = (get(&head, "seq")?, get(&head, "hash")?);
        let holds = last == seq && hash == previous;
        Ok(if holds { Ok(seq) } else { Err(BrokenChain { seq: seq.saturating_add(1) }) })
    }
}
