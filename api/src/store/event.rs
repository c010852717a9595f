//! Exchange events, registrations and meetings.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    Vocabulary,
    exchange_event::{EventRegistration, ExchangeEvent},
    id::Id,
    introduction::Introduction,
    meeting::{Meeting, MeetingState},
    organisation::Organisation,
    vocabulary::TransactionRung,
};
use sea_orm::{
    ConnectionTrait, Value,
    sea_query::{Alias, Expr, ExprTrait, Order, SelectStatement, SimpleExpr},
};

use super::{
    Aggregate, Kind, Store, StoreError, Stored, Tx,
    aggregate::{CHUNK, read, select as select_documents},
    sql::{get, is, select},
};

/// Registrations and meetings of one event that are read at most; both are bounded well below by the domain, but for
/// meetings that are over.
const MOST: u64 = 5_000;

fn column(name: &str) -> Expr {
    Expr::col(Alias::new(name))
}

impl Aggregate for ExchangeEvent {
    const KIND: Kind = Kind::ExchangeEvent;
    const HAS_STATE: bool = true;
    fn name(&self) -> String {
        self.plan.title.value().chars().take(300).collect()
    }
    fn state(&self) -> Option<String> {
        Some(self.state.code().to_owned())
    }
    fn columns(&self) -> Vec<(&'static str, Value)> {
        let starts = self.plan.starts().map(|at| at.timestamp_micros());
        vec![
            ("starts_at", starts.into()),
            ("listed_at", starts.filter(|_| self.announced).into()),
            ("due_at", self.wakes().map(|at| at.timestamp_micros()).into()),
        ]
    }
}

fn entry_key(event: Id<ExchangeEvent>, organisation: Id<Organisation>) -> String {
    format!("{}:{}", event.uuid().simple(), organisation.uuid().simple())
}

impl Aggregate for EventRegistration {
    const KIND: Kind = Kind::EventRegistration;
    const HAS_STATE: bool = true;
    fn name(&self) -> String {
        self.state.code().to_owned()
    }
    fn state(&self) -> Option<String> {
        Some(self.state.code().to_owned())
    }
    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("event_id", self.event.uuid().into()),
            ("live_key", entry_key(self.event, self.organisation).into()),
        ]
    }
}

fn pair_key(event: Id<ExchangeEvent>, one: Id<Organisation>, other: Id<Organisation>) -> String {
    let (first, second) = if one.uuid() < other.uuid() { (one, other) } else { (other, one) };
    format!("{}:{}", entry_key(event, first), second.uuid().simple())
}

impl Aggregate for Meeting {
    const KIND: Kind = Kind::Meeting;
    const HAS_STATE: bool = true;
    fn name(&self) -> String {
        self.state.code().to_owned()
    }
    fn state(&self) -> Option<String> {
        Some(self.state.code().to_owned())
    }
    fn columns(&self) -> Vec<(&'static str, Value)> {
        let live = self.state.is_live().then(|| pair_key(self.event, self.requester, self.recipient));
        vec![
            ("event_id", self.event.uuid().into()),
            ("requester_id", self.requester.uuid().into()),
            ("recipient_id", self.recipient.uuid().into()),
            ("live_key", live.into()),
            ("due_at", self.wakes().map(|at| at.timestamp_micros()).into()),
        ]
    }
}

async fn all<C: ConnectionTrait, T: Aggregate>(
    connection: &C,
    conditions: Vec<SimpleExpr>,
) -> Result<Vec<Stored<T>>, StoreError> {
    let mut rows = select_documents::<T>();
    for condition in conditions {
        rows.and_where(condition);
    }
    rows.order_by(Alias::new("id"), Order::Asc).limit(MOST);
    connection.query_all(&rows).await?.iter().map(read).collect()
}

/// The registrations of an event, withdrawn ones with them, in the order in which they came.
async fn registrations<C: ConnectionTrait>(
    connection: &C,
    event: Id<ExchangeEvent>,
) -> Result<Vec<Stored<EventRegistration>>, StoreError> {
    all(connection, vec![is("event_id", event.uuid())]).await
}

/// The meetings of an event that are under way or were held, in the order in which they were asked for.
async fn meetings<C: ConnectionTrait>(
    connection: &C,
    event: Id<ExchangeEvent>,
) -> Result<Vec<Stored<Meeting>>, StoreError> {
    let states = MeetingState::ALL.iter().filter(|state| state.is_live() || state.is_past());
    let states = column("state").is_in(states.map(|state| state.code()));
    all(connection, vec![is("event_id", event.uuid()), states]).await
}

fn due(table: &str, now: i64, limit: u64) -> SelectStatement {
    let mut rows = select(table, ["id"], [column("due_at").lte(now)]);
    rows.order_by(Alias::new("due_at"), Order::Asc).limit(limit);
    rows
}

impl Tx {
    /// The registration of an organisation for an event, withdrawn or not.
    ///
    /// # Errors
    /// The database does not answer, or the record does not read.
    pub async fn registration_of(
        &self,
        event: Id<ExchangeEvent>,
        organisation: Id<Organisation>,
    ) -> Result<Option<Stored<EventRegistration>>, StoreError> {
        let key = is("live_key", entry_key(event, organisation));
        Ok(all(self.connection(), vec![key]).await?.into_iter().next())
    }

    /// The meeting of two organisations at an event that is under way.
    ///
    /// # Errors
    /// The database does not answer, or the record does not read.
    pub async fn live_meeting(
        &self,
        event: Id<ExchangeEvent>,
        (one, other): (Id<Organisation>, Id<Organisation>),
    ) -> Result<Option<Stored<Meeting>>, StoreError> {
        let key = is("live_key", pair_key(event, one, other));
        Ok(all(self.connection(), vec![key]).await?.into_iter().next())
    }

    /// The registrations of an event, withdrawn ones with them, in the order in which they came.
    ///
    /// # Errors
    /// The database does not answer, or a record does not read.
    pub async fn registrations(
        &self,
        event: Id<ExchangeEvent>,
    ) -> Result<Vec<Stored<EventRegistration>>, StoreError> {
        registrations(self.connection(), event).await
    }

    /// The meetings of an event that are under way or were held. The event must be locked by this write, so that none
    /// changes meanwhile.
    ///
    /// # Errors
    /// The database does not answer, or a record does not read.
    pub async fn meetings(&self, event: Id<ExchangeEvent>) -> Result<Vec<Stored<Meeting>>, StoreError> {
        meetings(self.connection(), event).await
    }

    /// Events of which a timer is due, longest first, at most `limit`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn exchange_events_due(
        &self,
        now: i64,
        limit: u64,
    ) -> Result<Vec<Id<ExchangeEvent>>, StoreError> {
        let rows = self.connection().query_all(&due("exchange_event", now, limit)).await?;
        rows.iter().map(|row| Ok(Id::from_uuid(get(row, "id")?))).collect()
    }

    /// Meetings whose time has come, longest first, at most `limit`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn meetings_due(&self, now: i64, limit: u64) -> Result<Vec<Id<Meeting>>, StoreError> {
        let rows = self.connection().query_all(&due("meeting", now, limit)).await?;
        rows.iter().map(|row| Ok(Id::from_uuid(get(row, "id")?))).collect()
    }
}

impl Store {
    /// Events that were announced and begin after a time, the next one first.
    ///
    /// # Errors
    /// The database does not answer, or a record does not read.
    pub async fn listed_events(
        &self,
        after: (i64, Option<Id<ExchangeEvent>>),
        limit: u64,
    ) -> Result<Vec<Stored<ExchangeEvent>>, StoreError> {
        let (from, last) = after;
        let mut rows = select_documents::<ExchangeEvent>();
        let later = column("listed_at").gt(from);
        rows.and_where(match last {
            Some(id) => later.or(column("listed_at").eq(from).and(column("id").gt(id.uuid()))),
            None => later.or(column("listed_at").eq(from)),
        });
        rows.order_by(Alias::new("listed_at"), Order::Asc)
            .order_by(Alias::new("id"), Order::Asc)
            .limit(limit);
        self.reader().query_all(&rows).await?.iter().map(read).collect()
    }

    /// The registrations of an event, withdrawn ones with them, in the order in which they came.
    ///
    /// # Errors
    /// The database does not answer, or a record does not read.
    pub async fn registrations(
        &self,
        event: Id<ExchangeEvent>,
    ) -> Result<Vec<Stored<EventRegistration>>, StoreError> {
        registrations(self.reader(), event).await
    }

    /// The meetings of an event that are under way or were held, in the order in which they were asked for.
    ///
    /// # Errors
    /// The database does not answer, or a record does not read.
    pub async fn meetings(&self, event: Id<ExchangeEvent>) -> Result<Vec<Stored<Meeting>>, StoreError> {
        meetings(self.reader(), event).await
    }

    /// The meetings of an organisation at an event in every state, the oldest first, at most 1,000.
    ///
    /// # Errors
    /// The database does not answer, or a record does not read.
    pub async fn meetings_of(
        &self,
        event: Id<ExchangeEvent>,
        organisation: Id<Organisation>,
    ) -> Result<Vec<Stored<Meeting>>, StoreError> {
        let own =
            column("requester_id").eq(organisation.uuid()).or(column("recipient_id").eq(organisation.uuid()));
        all(self.reader(), vec![is("event_id", event.uuid()), own]).await
    }

    /// How many meetings of an event stand in each state.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn meeting_counts(
        &self,
        event: Id<ExchangeEvent>,
    ) -> Result<BTreeMap<MeetingState, u64>, StoreError> {
        let mut rows = select("meeting", ["state"], [is("event_id", event.uuid())]);
        rows.expr_as(Expr::cust("COUNT(*)"), Alias::new("n")).group_by_col(Alias::new("state"));
        let rows = self.reader().query_all(&rows).await?;
        let mut counts = BTreeMap::new();
        for row in &rows {
            let (code, n): (String, i64) = (get(row, "state")?, get(row, "n")?);
            let state = MeetingState::ALL.iter().find(|state| state.code() == code);
            counts.extend(state.map(|state| (*state, u64::try_from(n).unwrap_or(0))));
        }
        Ok(counts)
    }

    /// The introductions between two organisations that were expressed after a time, the oldest first, at most 20.
    ///
    /// # Errors
    /// The database does not answer, or a record does not read.
    pub async fn introductions_between(
        &self,
        (one, other): (Id<Organisation>, Id<Organisation>),
        since: DateTime<Utc>,
    ) -> Result<Vec<Stored<Introduction>>, StoreError> {
        let pair = |investor: Id<Organisation>, owner: Id<Organisation>| {
            column("investor_id").eq(investor.uuid()).and(column("owner_id").eq(owner.uuid()))
        };
        let mut rows = select_documents::<Introduction>();
        rows.and_where(pair(one, other).or(pair(other, one)))
            .and_where(column("created_at").gte(since.timestamp_micros()))
            .order_by(Alias::new("id"), Order::Asc)
            .limit(20);
        self.reader().query_all(&rows).await?.iter().map(read).collect()
    }

    /// The introductions among some organisations that were expressed after a time: both sides, and since when.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn introductions_among(
        &self,
        organisations: &[Id<Organisation>],
        since: DateTime<Utc>,
    ) -> Result<Vec<Among>, StoreError> {
        let ids: Vec<uuid::Uuid> = organisations.iter().map(|id| id.uuid()).collect();
        let mut found = Vec::new();
        for chunk in ids.chunks(CHUNK) {
            let mut rows = select(
                "introduction",
                ["id", "investor_id", "owner_id", "created_at"],
                [
                    column("investor_id").is_in(chunk.iter().copied()),
                    column("created_at").gte(since.timestamp_micros()),
                ],
            );
            rows.order_by(Alias::new("id"), Order::Asc).limit(MOST);
            for row in self.reader().query_all(&rows).await? {
                let Some(owner) = get::<Option<uuid::Uuid>>(&row, "owner_id")? else { continue };
                if ids.contains(&owner) {
                    found.push(Among {
                        introduction: Id::from_uuid(get(&row, "id")?),
                        sides: [Id::from_uuid(get(&row, "investor_id")?), Id::from_uuid(owner)],
                        at: get(&row, "created_at")?,
                    });
                }
            }
        }
        Ok(found)
    }

    /// How many of some introductions have reached each rung.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn rungs_of(
        &self,
        introductions: &[Id<Introduction>],
    ) -> Result<BTreeMap<TransactionRung, u64>, StoreError> {
        let mut counts = BTreeMap::new();
        for chunk in introductions.chunks(CHUNK) {
            let ids = column("introduction_id").is_in(chunk.iter().map(|id| id.uuid()));
            let rows = self.reader().query_all(&select("outcome", ["rung"], [ids])).await?;
            for row in &rows {
                let code: String = get(row, "rung")?;
                let rung = TransactionRung::ALL.iter().find(|rung| rung.code() == code);
                if let Some(rung) = rung {
                    let count: &mut u64 = counts.entry(*rung).or_default();
                    *count = count.saturating_add(1);
                }
            }
        }
        Ok(counts)
    }
}

/// An introduction between two organisations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Among {
    /// Which one.
    pub introduction: Id<Introduction>,
    /// Both sides.
    pub sides: [Id<Organisation>; 2],
    /// When it was expressed, microseconds since 1970, UTC.
    pub at: i64,
}
