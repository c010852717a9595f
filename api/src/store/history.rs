//! Which states a thing went through, by whom and why.

use domain::id::Id;
use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::{
    Aggregate, Store, StoreError, Tx,
    sql::{get, insert, is, select},
};

/// One change of a state.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// From which state; none for the first.
    pub from: Option<String>,
    /// To which state.
    pub to: String,
    /// By which transition.
    pub transition: String,
    /// Who; none for a timer.
    pub person: Option<Uuid>,
    /// For which organisation.
    pub organisation: Option<Uuid>,
    /// Codes and words that came with it.
    pub reasons: Vec<String>,
}

/// A change of a state with its number and time.
#[derive(Debug, Clone, PartialEq)]
pub struct PastStep {
    /// Its number, from 1.
    pub number: i32,
    /// What.
    pub step: Step,
    /// When, microseconds since 1970, UTC.
    pub at: i64,
}

impl Tx {
    /// Writes a change of a state down. The aggregate must be locked by this write, so that numbers do not meet.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn add_step<T: Aggregate>(&self, id: Id<T>, step: Step) -> Result<(), StoreError> {
        let mut last = Query::select();
        last.expr(Expr::col(Alias::new("number")).max())
            .from(Alias::new("history"))
            .and_where(Expr::col(Alias::new("aggregate_id")).eq(id.uuid()));
        let last: Option<i32> = match self.connection().query_one(&last).await? {
            Some(row) => row.try_get_by_index(0)?,
            None => None,
        };
        let row = [
            ("aggregate_id", id.uuid().into()),
            ("number", last.unwrap_or(0).saturating_add(1).into()),
            ("aggregate_kind", T::KIND.table().into()),
            ("from_state", step.from.into()),
            ("to_state", step.to.into()),
            ("transition", step.transition.into()),
            ("person_id", step.person.into()),
            ("organisation_id", step.organisation.into()),
            ("reasons", super::tx::document(&step.reasons)?.into()),
            ("at", self.now_micros().into()),
        ];
        self.connection().execute(&insert("history", row)).await?;
        Ok(())
    }
}

impl Store {
    /// The states that a thing went through, oldest first, at most 500.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn history(&self, id: Uuid) -> Result<Vec<PastStep>, StoreError> {
        let columns = [
            "number",
            "from_state",
            "to_state",
            "transition",
            "person_id",
            "organisation_id",
            "reasons",
            "at",
        ];
        let mut rows = select("history", columns, [is("aggregate_id", id)]);
        rows.order_by(Alias::new("number"), sea_orm::Order::Asc).limit(500);
        let rows = self.reader().query_all(&rows).await?;
        rows.iter()
            .map(|row| {
                let reasons: serde_json::Value = get(row, "reasons")?;
                Ok(PastStep {
                    number: get(row, "number")?,
                    step: Step {
                        from: get(row, "from_state")?,
                        to: get(row, "to_state")?,
                        transition: get(row, "transition")?,
                        person: get(row, "person_id")?,
                        organisation: get(row, "organisation_id")?,
                        reasons: serde_json::from_value(reasons).unwrap_or_default(),
                    },
                    at: get(row, "at")?,
                })
            })
            .collect()
    }
}
