//! Saved searches of a person. Their keys begin with the person, so that they are found by the index of keys.

use domain::{account::Person, id::Id, saved_search::SavedSearch};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, Order, SelectStatement, SimpleExpr},
};
use uuid::Uuid;

use super::{
    Kind, Store, StoreError, Tx,
    sql::{count, delete, get, select},
};

/// The key of one more search of a person.
pub fn new_search_key(person: Id<Person>) -> String {
    format!("{}{}", prefix(person), Uuid::now_v7())
}

fn prefix(person: Id<Person>) -> String {
    format!("person:{}:", person.uuid())
}

/// The first key beyond those of a person: a semicolon follows a colon.
fn beyond(person: Id<Person>) -> String {
    format!("person:{};", person.uuid())
}

/// What holds for the searches of a person.
fn of(person: Id<Person>) -> [SimpleExpr; 2] {
    let key = || Expr::col(Alias::new("source_key"));
    [key().gte(prefix(person)), key().lt(beyond(person))]
}

fn all<const N: usize>(columns: [&'static str; N], person: Id<Person>) -> SelectStatement {
    let mut rows = select(Kind::SavedSearch.table(), columns, of(person));
    rows.order_by(Alias::new("source_key"), Order::Asc);
    rows
}

impl Store {
    /// Ids of the searches that a person keeps, oldest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn saved_searches(&self, person: Id<Person>) -> Result<Vec<Id<SavedSearch>>, StoreError> {
        let rows = self.reader().query_all(&all(["id"], person)).await?;
        rows.iter().map(|row| Ok(Id::from_uuid(get(row, "id")?))).collect()
    }

    /// The same as documents, for whoever asks for all that is stored about it.
    ///
    /// # Errors
    /// The database does not answer.
    pub(in crate::store) async fn kept_searches(
        &self,
        person: Id<Person>,
    ) -> Result<serde_json::Value, StoreError> {
        let rows = self.reader().query_all(&all(["id", "body", "created_at"], person)).await?;
        let row = |row: &sea_orm::QueryResult| {
            let (body, at): (serde_json::Value, i64) = (get(row, "body")?, get(row, "created_at")?);
            Ok(serde_json::json!({"id": get::<Uuid>(row, "id")?, "search": body, "created_at": at}))
        };
        rows.iter().map(row).collect::<Result<Vec<_>, StoreError>>().map(serde_json::Value::Array)
    }
}

impl Tx {
    /// How many searches a person keeps.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_searches(&self, person: Id<Person>) -> Result<u64, StoreError> {
        count(self.connection(), Kind::SavedSearch.table(), of(person)).await
    }

    /// Forgets all that a person keeps.
    ///
    /// # Errors
    /// The database does not answer.
    pub(in crate::store) async fn forget_searches(&self, person: Id<Person>) -> Result<(), StoreError> {
        self.connection().execute(&delete(Kind::SavedSearch.table(), of(person))).await?;
        Ok(())
    }
}
