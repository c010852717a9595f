//! Partnerships of cities, and who may do what for a city.

use std::collections::BTreeSet;

use chrono::Days;
use domain::{
    Vocabulary,
    account::Person,
    city::City,
    id::Id,
    organisation::Organisation,
    partnership::{CityRole, CitySide, Partnership, PartnershipState, PartnershipTimers},
};
use sea_orm::{
    ConnectionTrait, Value,
    sea_query::{Alias, Expr, ExprTrait, Order, SimpleExpr},
};
use uuid::Uuid;

use super::{
    Aggregate, Kind, Store, StoreError, Stored, Tx,
    aggregate::{read, select as select_documents},
    sql::{count, delete, get, insert, is, select},
};

const TABLE: &str = "partnership";

fn column(name: &str) -> Expr {
    Expr::col(Alias::new(name))
}

fn live() -> SimpleExpr {
    let states = PartnershipState::ALL.iter().filter(|state| !state.is_final()).map(|state| state.code());
    column("state").is_in(states)
}

/// Both cities in one order.
fn pair_key(one: Id<City>, other: Id<City>) -> String {
    let (first, second) = if one <= other { (one, other) } else { (other, one) };
    format!("{}:{}", first.uuid().simple(), second.uuid().simple())
}

impl Aggregate for Partnership {
    const KIND: Kind = Kind::Partnership;
    const HAS_STATE: bool = true;
    fn name(&self) -> String {
        self.text.tier.code().to_owned()
    }
    fn state(&self) -> Option<String> {
        Some(self.state.code().to_owned())
    }
    fn columns(&self) -> Vec<(&'static str, Value)> {
        let (a, b) = (self.sides.a, self.sides.b);
        let key = pair_key(a.city, b.city);
        // A draft is nobody else's affair, and two cities may draft at once; whoever proposes first has the pair.
        let is_live =
            !self.state.is_final() && self.state != PartnershipState::Draft && self.upgrade_of.is_none();
        let timers = PartnershipTimers::default();
        let refused = matches!(self.state, PartnershipState::Declined | PartnershipState::Withdrawn)
            && !self.versions.is_empty()
            && self.upgrade_of.is_none();
        let cooling = self.since.checked_add_days(Days::new(u64::from(timers.cool_down_days)));
        let cooling = cooling.filter(|_| refused).map(|until| until.timestamp_micros());
        vec![
            ("other_id", b.office.uuid().into()),
            ("city_a", a.city.uuid().into()),
            ("city_b", b.city.uuid().into()),
            ("live_key", is_live.then(|| key.clone()).into()),
            ("pair_key", key.into()),
            ("upgrade_of", self.upgrade_of.map(Id::uuid).into()),
            ("cooling_until", cooling.into()),
            ("due_at", self.wakes(&timers).map(|at| at.timestamp_micros()).into()),
        ]
    }
}

/// What other records say of a pair of cities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PairRecord {
    /// Another partnership of the pair is under way or active.
    pub other_live: bool,
    /// Until when the pair rests, microseconds since 1970, UTC.
    pub cooling_until: Option<i64>,
    /// An upgrade of the partnership is under way.
    pub upgrade_open: bool,
}

impl Tx {
    /// What other records say of a pair of cities, beside the partnership that is asked for.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn pair_record(
        &self,
        one: Id<City>,
        other: Id<City>,
        but: Option<Id<Partnership>>,
    ) -> Result<PairRecord, StoreError> {
        let key = pair_key(one, other);
        let not_it = || but.map(|id| column("id").ne(id.uuid()));
        let held = std::iter::once(is("live_key", key.clone())).chain(not_it());
        let other_live = count(self.connection(), TABLE, held).await? > 0;
        let mut cooling = select(TABLE, [], [is("pair_key", key)]);
        cooling.expr(column("cooling_until").max());
        let cooling_until = match self.connection().query_one(&cooling).await? {
            Some(row) => row.try_get_by_index(0)?,
            None => None,
        };
        let upgrade_open = match but {
            Some(id) => count(self.connection(), TABLE, [is("upgrade_of", id.uuid()), live()]).await? > 0,
            None => false,
        };
        Ok(PairRecord { other_live, cooling_until, upgrade_open })
    }

    /// Partnerships of which a timer is due, longest first, at most `limit`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn partnerships_due(&self, now: i64, limit: u64) -> Result<Vec<Id<Partnership>>, StoreError> {
        let mut rows = select(TABLE, ["id"], [column("due_at").lte(now)]);
        rows.order_by(Alias::new("due_at"), Order::Asc).limit(limit);
        let rows = self.connection().query_all(&rows).await?;
        rows.iter().map(|row| Ok(Id::from_uuid(get(row, "id")?))).collect()
    }

    /// What a person may do for a city, beside what its role in the office's organisation gives.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn city_roles(
        &self,
        organisation: Id<Organisation>,
        person: Id<Person>,
    ) -> Result<BTreeSet<CityRole>, StoreError> {
        city_roles(self.connection(), organisation, person).await
    }

    /// Sets what a person may do for a city.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn set_city_roles(
        &self,
        organisation: Id<Organisation>,
        person: Id<Person>,
        roles: &BTreeSet<CityRole>,
    ) -> Result<(), StoreError> {
        let of = [is("organisation_id", organisation.uuid()), is("person_id", person.uuid())];
        self.connection().execute(&delete("city_role", of)).await?;
        for role in roles {
            let row = [
                ("organisation_id", organisation.uuid().into()),
                ("person_id", person.uuid().into()),
                ("role", role.code().into()),
                ("created_at", self.now_micros().into()),
            ];
            self.connection().execute(&insert("city_role", row)).await?;
        }
        Ok(())
    }
}

async fn city_roles<C: ConnectionTrait>(
    connection: &C,
    organisation: Id<Organisation>,
    person: Id<Person>,
) -> Result<BTreeSet<CityRole>, StoreError> {
    let of = [is("organisation_id", organisation.uuid()), is("person_id", person.uuid())];
    let rows = connection.query_all(&select("city_role", ["role"], of)).await?;
    let codes: Result<Vec<String>, StoreError> = rows.iter().map(|row| get(row, "role")).collect();
    // A role that this program does not know gives nothing.
    Ok(codes?.iter().filter_map(|code| CityRole::from_code(code).ok()).collect())
}

impl Store {
    /// What a person may do for a city, beside what its role in the office's organisation gives.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn city_roles(
        &self,
        organisation: Id<Organisation>,
        person: Id<Person>,
    ) -> Result<BTreeSet<CityRole>, StoreError> {
        city_roles(self.reader(), organisation, person).await
    }

    /// The partnerships of an office, newest first, at most `limit`; those of the other side's drafts are left to the
    /// policy.
    ///
    /// # Errors
    /// The database does not answer, or a record does not read.
    pub async fn partnerships_of(
        &self,
        office: Id<Organisation>,
        states: &[PartnershipState],
        after: Option<Uuid>,
        limit: u64,
    ) -> Result<Vec<Stored<Partnership>>, StoreError> {
        let mut rows = select_documents::<Partnership>();
        let mine = column("owner_id").eq(office.uuid());
        let asked = column("other_id").eq(office.uuid());
        rows.and_where(mine.or(asked));
        if !states.is_empty() {
            rows.and_where(column("state").is_in(states.iter().map(|state| state.code())));
        }
        if let Some(after) = after {
            rows.and_where(column("id").lt(after));
        }
        rows.order_by(Alias::new("id"), Order::Desc).limit(limit);
        self.reader().query_all(&rows).await?.iter().map(read).collect()
    }

    /// The agreements of a city that are in public: active, under review, dormant or suspended; at most 200.
    ///
    /// # Errors
    /// The database does not answer, or a record does not read.
    pub async fn agreements_of(&self, city: Id<City>) -> Result<Vec<Stored<Partnership>>, StoreError> {
        let states = PartnershipState::ALL.iter().filter(|state| state.is_in_force());
        let mut rows = select_documents::<Partnership>();
        let (a, b) = (column("city_a").eq(city.uuid()), column("city_b").eq(city.uuid()));
        rows.and_where(a.or(b))
            .and_where(column("state").is_in(states.map(|state| state.code())))
            .order_by(Alias::new("id"), Order::Asc)
            .limit(200);
        self.reader().query_all(&rows).await?.iter().map(read).collect()
    }

    /// The cities with which a city has a partnership that was proposed and is not over, or with which it rests after one
    /// that came to nothing. It is the affair of the two alone, until an agreement is in force.
    ///
    /// # Errors
    /// The database does not answer, or a record does not read.
    pub async fn taken_partners(&self, city: Id<City>, now: i64) -> Result<Vec<Id<City>>, StoreError> {
        let mut rows = select(TABLE, ["city_a", "city_b"], []);
        let (a, b) = (column("city_a").eq(city.uuid()), column("city_b").eq(city.uuid()));
        rows.and_where(a.or(b))
            .and_where(column("live_key").is_not_null().or(column("cooling_until").gt(now)));
        let rows = self.reader().query_all(&rows).await?;
        let mut cities = Vec::with_capacity(rows.len().saturating_mul(2));
        for row in &rows {
            cities.extend([Id::from_uuid(get(row, "city_a")?), Id::from_uuid(get(row, "city_b")?)]);
        }
        cities.retain(|one| *one != city);
        Ok(cities)
    }

    /// The side of an office in a partnership.
    pub fn side_of(partnership: &Partnership, office: Id<Organisation>) -> Option<CitySide> {
        partnership.sides.iter().find(|(_, seat)| seat.office == office).map(|(side, _)| side)
    }
}
