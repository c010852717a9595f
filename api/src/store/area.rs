//! Demonstration areas of cities.

use domain::{
    Vocabulary,
    city::City,
    demonstration_area::{AreaState, DemonstrationArea},
    id::Id,
};
use sea_orm::{
    ConnectionTrait, Value,
    sea_query::{Alias, Expr, ExprTrait, Order},
};

use super::{
    Aggregate, Kind, Store, StoreError, Stored, Tx,
    aggregate::{read, select as select_documents},
    sql::{count, get, is, select},
};

const TABLE: &str = "demonstration_area";

fn column(name: &str) -> Expr {
    Expr::col(Alias::new(name))
}

impl Aggregate for DemonstrationArea {
    const KIND: Kind = Kind::DemonstrationArea;
    const HAS_STATE: bool = true;
    fn name(&self) -> String {
        self.plan.title.value().chars().take(300).collect()
    }
    fn state(&self) -> Option<String> {
        Some(self.state.code().to_owned())
    }
    fn columns(&self) -> Vec<(&'static str, Value)> {
        let is_live = self.state != AreaState::Draft && !self.state.is_final();
        let live = is_live.then(|| self.host.city.uuid().simple().to_string());
        vec![
            ("city_id", self.host.city.uuid().into()),
            ("mirror_id", self.mirror.map(Id::uuid).into()),
            ("live_key", live.into()),
            ("due_at", self.wakes().map(|at| at.timestamp_micros()).into()),
        ]
    }
}

impl Tx {
    /// Whether a city has another area that was proposed and is not over.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn has_other_area(
        &self,
        city: Id<City>,
        but: Id<DemonstrationArea>,
    ) -> Result<bool, StoreError> {
        let live = is("live_key", city.uuid().simple().to_string());
        Ok(count(self.connection(), TABLE, [live, column("id").ne(but.uuid())]).await? > 0)
    }

    /// Areas of which a timer is due, longest first, at most `limit`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn areas_due(&self, now: i64, limit: u64) -> Result<Vec<Id<DemonstrationArea>>, StoreError> {
        let mut rows = select(TABLE, ["id"], [column("due_at").lte(now)]);
        rows.order_by(Alias::new("due_at"), Order::Asc).limit(limit);
        let rows = self.connection().query_all(&rows).await?;
        rows.iter().map(|row| Ok(Id::from_uuid(get(row, "id")?))).collect()
    }
}

impl Store {
    /// The areas of a city, oldest first, at most 100.
    ///
    /// # Errors
    /// The database does not answer, or a record does not read.
    pub async fn areas_of(&self, city: Id<City>) -> Result<Vec<Stored<DemonstrationArea>>, StoreError> {
        let mut rows = select_documents::<DemonstrationArea>();
        rows.and_where(is("city_id", city.uuid())).order_by(Alias::new("id"), Order::Asc).limit(100);
        self.reader().query_all(&rows).await?.iter().map(read).collect()
    }
}
