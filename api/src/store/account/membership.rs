//! Who belongs to which organisation, in which role.

use domain::{
    Vocabulary,
    account::{OrgRole, Person},
    id::Id,
    organisation::Organisation,
};
use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::super::{
    Store, StoreError, Tx,
    aggregate::CHUNK,
    log,
    sql::{delete, get, insert, is, select, update},
};

/// A membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Its id.
    pub id: Uuid,
    /// Rises with every change, from 1.
    pub version: i32,
    /// Who.
    pub person: Id<Person>,
    /// Of what.
    pub organisation: Id<Organisation>,
    /// As what.
    pub role: OrgRole,
}

/// A member with what the organisation's own people see of it.
#[derive(Debug, Clone)]
pub struct Member {
    /// The membership.
    pub membership: Membership,
    /// The name; none once erased.
    pub name: Option<String>,
    /// The address; none once erased.
    pub email: Option<String>,
    /// The tag of the language that mail is written in.
    pub language: String,
}

const COLUMNS: [&str; 5] = ["id", "version", "person_id", "organisation_id", "role"];

fn read(row: &QueryResult) -> Result<Membership, StoreError> {
    let role: String = get(row, "role")?;
    Ok(Membership {
        id: get(row, "id")?,
        version: get(row, "version")?,
        person: Id::from_uuid(get(row, "person_id")?),
        organisation: Id::from_uuid(get(row, "organisation_id")?),
        // A role that this version does not know gives the least.
        role: OrgRole::from_code(&role).unwrap_or(OrgRole::Viewer),
    })
}

impl Store {
    /// A person's memberships in the order in which they began.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn memberships(&self, person: Id<Person>) -> Result<Vec<Membership>, StoreError> {
        let mut rows = select("membership", COLUMNS, [is("person_id", person.uuid())]);
        rows.order_by(Alias::new("id"), sea_orm::Order::Asc);
        self.reader().query_all(&rows).await?.iter().map(read).collect()
    }

    /// The memberships of some persons in the order in which they began.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn memberships_of_all(&self, persons: &[Id<Person>]) -> Result<Vec<Membership>, StoreError> {
        let mut found = Vec::new();
        for some in persons.chunks(CHUNK) {
            let those = Expr::col(Alias::new("person_id")).is_in(some.iter().map(|id| id.uuid()));
            let mut rows = select("membership", COLUMNS, [those]);
            rows.order_by(Alias::new("id"), sea_orm::Order::Asc);
            for row in self.reader().query_all(&rows).await? {
                found.push(read(&row)?);
            }
        }
        Ok(found)
    }

    /// The members of an organisation in the order in which they joined, at most 200.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn members(&self, organisation: Id<Organisation>) -> Result<Vec<Member>, StoreError> {
        let column = |table: &str, name: &str| Expr::col((Alias::new(table), Alias::new(name)));
        let mut rows = Query::select();
        rows.columns(COLUMNS.map(|name| (Alias::new("membership"), Alias::new(name))))
            .columns(["name", "email", "language"].map(|name| (Alias::new("person"), Alias::new(name))))
            .from(Alias::new("membership"))
            .inner_join(
                Alias::new("person"),
                column("person", "id").equals((Alias::new("membership"), Alias::new("person_id"))),
            )
            .and_where(column("membership", "organisation_id").eq(organisation.uuid()))
            .order_by((Alias::new("membership"), Alias::new("id")), sea_orm::Order::Asc)
            .limit(200);
        let rows = self.reader().query_all(&rows).await?;
        rows.iter()
            .map(|row| {
                Ok(Member {
                    membership: read(row)?,
                    name: get(row, "name")?,
                    email: get(row, "email")?,
                    language: get(row, "language")?,
                })
            })
            .collect()
    }
}

impl Tx {
    /// A membership by its id, locked against other writes.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn lock_membership(&self, id: Uuid) -> Result<Option<Membership>, StoreError> {
        let mut rows = select("membership", COLUMNS, [is("id", id)]);
        self.connection().query_one(rows.lock_exclusive()).await?.as_ref().map(read).transpose()
    }

    /// All memberships of an organisation, locked against other writes in one order.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn lock_memberships(
        &self,
        organisation: Id<Organisation>,
    ) -> Result<Vec<Membership>, StoreError> {
        let mut rows = select("membership", COLUMNS, [is("organisation_id", organisation.uuid())]);
        rows.order_by(Alias::new("id"), sea_orm::Order::Asc).lock_exclusive();
        self.connection().query_all(&rows).await?.iter().map(read).collect()
    }

    /// A person's memberships as this write sees them.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn memberships_of(&self, person: Id<Person>) -> Result<Vec<Membership>, StoreError> {
        let mut rows = select("membership", COLUMNS, [is("person_id", person.uuid())]);
        rows.order_by(Alias::new("id"), sea_orm::Order::Asc);
        self.connection().query_all(&rows).await?.iter().map(read).collect()
    }

    /// A new membership. Answers its id.
    ///
    /// # Errors
    /// The person is a member already, or the database does not answer.
    pub async fn insert_membership(
        &self,
        person: Id<Person>,
        organisation: Id<Organisation>,
        role: OrgRole,
    ) -> Result<Uuid, StoreError> {
        let id = Uuid::now_v7();
        let row = [
            ("id", id.into()),
            ("version", 1.into()),
            ("person_id", person.uuid().into()),
            ("organisation_id", organisation.uuid().into()),
            ("role", role.code().into()),
            ("created_at", self.now_micros().into()),
            ("updated_at", self.now_micros().into()),
        ];
        self.connection().execute(&insert("membership", row)).await?;
        self.note(log::Change::new("membership", id, 1));
        Ok(id)
    }

    /// Gives a member another role.
    ///
    /// # Errors
    /// Somebody was quicker, or the database does not answer.
    pub async fn set_role(&self, old: &Membership, role: OrgRole) -> Result<(), StoreError> {
        let version = old.version.saturating_add(1);
        let set = [
            ("version", version.into()),
            ("role", role.code().into()),
            ("updated_at", self.now_micros().into()),
        ];
        let one = [is("id", old.id), is("version", old.version)];
        if self.connection().execute(&update("membership", set, one)).await?.rows_affected() == 1 {
            self.note(log::Change::new("membership", old.id, version));
            Ok(())
        } else {
            Err(StoreError::Stale { kind: "membership", id: old.id })
        }
    }

    /// Ends a membership.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn delete_membership(&self, old: &Membership) -> Result<(), StoreError> {
        self.connection().execute(&delete("membership", [is("id", old.id)])).await?;
        self.note(log::Change::new("membership", old.id, old.version.saturating_add(1)));
        Ok(())
    }
}
