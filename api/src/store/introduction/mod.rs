//! Introductions and what stands beside them: blocks, the log of disclosures, notes, what was read in a document room,
//! and the rungs of the outcome ladder.

mod beside;
mod outcome;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{
    Vocabulary,
    id::Id,
    introduction::{
        ContactBudget, InterestDeclineReason, Introduction, IntroductionState, Side, blocks_counted,
        month_begins,
    },
    mandate::Mandate,
    organisation::Organisation,
    project::Project,
};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Condition, Expr, ExprTrait, Order, SimpleExpr},
};
use uuid::Uuid;

pub use beside::{BLOCK, Disclosure, Note, RoomRead};
pub use outcome::{Contribution, FlowRow, Outcome};

use super::{
    Store, StoreError, Stored, Tx,
    aggregate::{CHUNK, read, select as select_documents},
    sql::{above, count, get, is, select},
};

const TABLE: &str = "introduction";

fn column(name: &str) -> Expr {
    Expr::col(Alias::new(name))
}

/// Projects of introductions that are looked at, for the rung on which their investors stand.
const MOST_INTRODUCED: usize = 10_000;

fn in_states(states: &[IntroductionState]) -> SimpleExpr {
    column("state").is_in(states.iter().map(|state| state.code()))
}

/// The states of which who was asked does not learn.
const KEPT: [IntroductionState; 2] = [IntroductionState::Held, IntroductionState::Refused];

/// The states in which an introduction is accepted and goes on, or was closed.
fn introduced() -> Vec<IntroductionState> {
    IntroductionState::ALL.iter().copied().filter(|state| state.is_introduced()).collect()
}

/// Which introductions of an organisation.
#[derive(Debug, Clone, Default)]
pub struct PipelineFilter {
    /// As which side; none for both.
    pub side: Option<Side>,
    /// In which states; empty for all.
    pub states: Vec<IntroductionState>,
    /// To which project.
    pub project: Option<Id<Project>>,
    /// Of which mandate.
    pub mandate: Option<Id<Mandate>>,
}

impl PipelineFilter {
    fn conditions(&self, organisation: Id<Organisation>) -> Vec<SimpleExpr> {
        let own = |name: &str| column(name).eq(organisation.uuid());
        let side = match self.side {
            Some(Side::Investor) => own("investor_id"),
            Some(Side::Owner) => own("owner_id"),
            None => own("investor_id").or(own("owner_id")),
        };
        let states = (!self.states.is_empty()).then(|| in_states(&self.states));
        let project = self.project.map(|id| is("project_id", id.uuid()));
        let mandate = self.mandate.map(|id| is("mandate_id", id.uuid()));
        // Who was asked does not learn that the screening holds or has refused it, not by a number either.
        let asked = column("recipient_id");
        let told = asked.clone().is_null().or(asked.ne(organisation.uuid())).or(in_states(&KEPT).not());
        [side, told].into_iter().chain(states).chain(project).chain(mandate).collect()
    }
}

/// What is unique among the introductions that are under way.
fn live_key(investor: Id<Organisation>, project: Id<Project>) -> String {
    format!("{}:{}", investor.uuid().simple(), project.uuid().simple())
}

impl Tx {
    /// Whether an introduction of this investor to this project is under way, other than one that is known.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn has_live_pair(
        &self,
        investor: Id<Organisation>,
        project: Id<Project>,
        but: Option<Id<Introduction>>,
    ) -> Result<bool, StoreError> {
        let other = but.map(|id| column("id").ne(id.uuid()));
        Ok(count(
            self.connection(),
            TABLE,
            std::iter::once(is("live_key", live_key(investor, project))).chain(other),
        )
        .await?
            > 0)
    }

    /// Whether the introduction of this investor to this project that is under way is one that is kept from this
    /// organisation for now.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn is_live_pair_kept(
        &self,
        investor: Id<Organisation>,
        project: Id<Project>,
        from: Id<Organisation>,
    ) -> Result<bool, StoreError> {
        let live = is("live_key", live_key(investor, project));
        let kept = [live, is("recipient_id", from.uuid()), in_states(&KEPT)];
        Ok(count(self.connection(), TABLE, kept).await? > 0)
    }

    /// What an organisation did this month of what its contact budget counts. The organisation must be locked by this
    /// write, so that two at once do not pass the bound together.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn contact_budget(
        &self,
        organisation: Id<Organisation>,
        now: DateTime<Utc>,
    ) -> Result<ContactBudget, StoreError> {
        budget(self.connection(), organisation, now).await
    }

    /// The introductions of a project or of a mandate in some states, oldest first, at most `limit`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn introductions_about(
        &self,
        subject: Subject,
        states: &[IntroductionState],
        limit: u64,
    ) -> Result<Vec<Id<Introduction>>, StoreError> {
        let about = match subject {
            Subject::Project(id) => is("project_id", id.uuid()),
            Subject::Mandate(id) => is("mandate_id", id.uuid()),
            Subject::Organisation(id) => {
                column("investor_id").eq(id.uuid()).or(column("owner_id").eq(id.uuid()))
            }
        };
        let mut rows = select(TABLE, ["id"], [about, in_states(states)]);
        rows.order_by(Alias::new("id"), Order::Asc).limit(limit);
        let rows = self.connection().query_all(&rows).await?;
        rows.iter().map(|row| Ok(Id::from_uuid(get(row, "id")?))).collect()
    }

    /// Introductions of which a reminder or a timer is due, longest first, at most `limit`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn introductions_due(&self, now: i64, limit: u64) -> Result<Vec<Id<Introduction>>, StoreError> {
        let mut rows = select(TABLE, ["id"], [column("due_at").lte(now)]);
        rows.order_by(Alias::new("due_at"), Order::Asc).limit(limit);
        let rows = self.connection().query_all(&rows).await?;
        rows.iter().map(|row| Ok(Id::from_uuid(get(row, "id")?))).collect()
    }

    /// The projects to which the organisations were introduced and still are, at most 10,000.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn introduced_to(
        &self,
        organisations: &[Id<Organisation>],
    ) -> Result<Vec<Id<Project>>, StoreError> {
        introduced_to(self.connection(), organisations).await
    }

    /// What became of the requests to an organisation that were made since a time, the latest 1,000: after how many
    /// days each was answered, begun days counted, or that it expired.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn replies_of(
        &self,
        organisation: Id<Organisation>,
        since: i64,
    ) -> Result<Vec<Option<u16>>, StoreError> {
        let over = column("answered_at").is_not_null().or(in_states(&[IntroductionState::Expired]));
        let of = [is("recipient_id", organisation.uuid()), above("created_at", since), over];
        let mut rows = select(TABLE, ["created_at", "answered_at"], of);
        rows.order_by(Alias::new("created_at"), Order::Desc).limit(1_000);
        let mut found = Vec::new();
        for row in self.connection().query_all(&rows).await? {
            let (asked, answered): (i64, Option<i64>) = (get(&row, "created_at")?, get(&row, "answered_at")?);
            found.push(answered.map(|answered| days_between(asked, answered)));
        }
        Ok(found)
    }
}

/// Days from one time in microseconds to another, begun days counted.
fn days_between(from: i64, to: i64) -> u16 {
    const DAY: i64 = 86_400_000_000;
    let begun = to.saturating_sub(from).saturating_add(DAY).saturating_sub(1).checked_div(DAY).unwrap_or(0);
    u16::try_from(begun.clamp(0, i64::from(u16::MAX))).unwrap_or(u16::MAX)
}

/// What introductions are about.
#[derive(Debug, Clone, Copy)]
pub enum Subject {
    /// A project.
    Project(Id<Project>),
    /// A mandate.
    Mandate(Id<Mandate>),
    /// An organisation, as one side or the other.
    Organisation(Id<Organisation>),
}

async fn budget<C: ConnectionTrait>(
    connection: &C,
    organisation: Id<Organisation>,
    now: DateTime<Utc>,
) -> Result<ContactBudget, StoreError> {
    let since = month_begins(now).timestamp_micros().saturating_sub(1);
    let (from, until) = blocks_counted(now);
    let id = organisation.uuid();
    let number = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let expressed = count(connection, TABLE, [is("initiator_id", id), above("created_at", since)]).await?;
    let replies = count(connection, TABLE, [is("recipient_id", id), above("answered_at", since)]).await?;
    // A block counts where it is the answer to being written to: else whoever founds organisations to block with could
    // take the budget away.
    let written_to = select(
        TABLE,
        ["id"],
        [
            is("initiator_id", id),
            column("recipient_id").eq(Expr::col((Alias::new(BLOCK), Alias::new("blocker_id")))),
        ],
    );
    let at = column("at").gte(from.timestamp_micros()).and(column("at").lt(until.timestamp_micros()));
    let blocks = count(connection, BLOCK, [is("blocked_id", id), at, Expr::exists(written_to)]).await?;
    Ok(ContactBudget { expressed: number(expressed), replies: number(replies), blocks: number(blocks) })
}

async fn introduced_to<C: ConnectionTrait>(
    connection: &C,
    organisations: &[Id<Organisation>],
) -> Result<Vec<Id<Project>>, StoreError> {
    if organisations.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = organisations.iter().map(|id| id.uuid()).collect();
    let mut rows =
        select(TABLE, ["project_id"], [column("investor_id").is_in(ids), in_states(&introduced())]);
    rows.limit(MOST_INTRODUCED as u64);
    let rows = connection.query_all(&rows).await?;
    rows.iter().map(|row| Ok(Id::from_uuid(get(row, "project_id")?))).collect()
}

impl Store {
    /// The projects to which the organisations were introduced and still are, at most 10,000.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn introduced_to(
        &self,
        organisations: &[Id<Organisation>],
    ) -> Result<Vec<Id<Project>>, StoreError> {
        introduced_to(self.reader(), organisations).await
    }

    /// The projects to which each of some organisations was introduced and still is.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn introduced_to_each(
        &self,
        organisations: &[Id<Organisation>],
    ) -> Result<HashMap<Id<Organisation>, Vec<Id<Project>>>, StoreError> {
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for some in organisations.chunks(CHUNK) {
            let those = column("investor_id").is_in(some.iter().map(|id| id.uuid()));
            let rows = select(TABLE, ["investor_id", "project_id"], [those, in_states(&introduced())]);
            for row in self.reader().query_all(&rows).await? {
                let of = found.entry(Id::from_uuid(get(&row, "investor_id")?)).or_default();
                if of.len() < MOST_INTRODUCED {
                    of.push(Id::from_uuid(get(&row, "project_id")?));
                }
            }
        }
        Ok(found)
    }

    /// What an organisation did this month of what its contact budget counts.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn contact_budget(
        &self,
        organisation: Id<Organisation>,
        now: DateTime<Utc>,
    ) -> Result<ContactBudget, StoreError> {
        budget(self.reader(), organisation, now).await
    }

    /// The introductions of an organisation, newest first, at most `limit`.
    ///
    /// # Errors
    /// The database does not answer, or a record does not read.
    pub async fn pipeline(
        &self,
        organisation: Id<Organisation>,
        filter: &PipelineFilter,
        after: Option<Uuid>,
        limit: u64,
    ) -> Result<Vec<Stored<Introduction>>, StoreError> {
        let mut rows = select_documents::<Introduction>();
        let mut all = Condition::all();
        for condition in filter.conditions(organisation) {
            all = all.add(condition);
        }
        rows.cond_where(all);
        if let Some(after) = after {
            rows.and_where(column("id").lt(after));
        }
        rows.order_by(Alias::new("id"), Order::Desc).limit(limit);
        self.reader().query_all(&rows).await?.iter().map(read).collect()
    }

    /// How many introductions of an organisation there are.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn pipeline_count(
        &self,
        organisation: Id<Organisation>,
        filter: &PipelineFilter,
    ) -> Result<u64, StoreError> {
        count(self.reader(), TABLE, filter.conditions(organisation)).await
    }

    /// With which reasons introductions to a project were declined or ended by the investors' side, at most the last
    /// 1,000.
    ///
    /// # Errors
    /// The database does not answer, or a record does not read.
    pub async fn noes_to(&self, project: Id<Project>) -> Result<Vec<InterestDeclineReason>, StoreError> {
        let over = [IntroductionState::Declined, IntroductionState::Ended];
        let mut rows = select_documents::<Introduction>();
        rows.and_where(is("project_id", project.uuid()))
            .and_where(in_states(&over))
            .order_by(Alias::new("id"), Order::Desc)
            .limit(1_000);
        let rows = self.reader().query_all(&rows).await?;
        let found: Result<Vec<Stored<Introduction>>, StoreError> = rows.iter().map(read).collect();
        let of_investor = |stored: Stored<Introduction>| {
            stored.value.over.filter(|over| over.side == Some(Side::Investor)).and_then(|over| over.code)
        };
        Ok(found?.into_iter().filter_map(of_investor).collect())
    }

    /// The introductions that the screening holds, longest first, at most `limit`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn held_introductions(&self, limit: u64) -> Result<Vec<Id<Introduction>>, StoreError> {
        let mut rows = select(TABLE, ["id"], [in_states(&[IntroductionState::Held])]);
        rows.order_by(Alias::new("updated_at"), Order::Asc).limit(limit);
        let rows = self.reader().query_all(&rows).await?;
        rows.iter().map(|row| Ok(Id::from_uuid(get(row, "id")?))).collect()
    }
}
