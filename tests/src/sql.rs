//! What stands in the database of a server under test, past the server itself.

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};

/// A connection of its own.
#[derive(Debug)]
pub struct Sql(DatabaseConnection);

impl Sql {
    /// Connects to the database of an address.
    pub async fn connect(address: &str) -> Self {
        Self(Database::connect(address).await.expect("the database is there"))
    }

    /// The only number that a query answers.
    pub async fn number(&self, query: &str) -> i64 {
        let statement = Statement::from_string(self.0.get_database_backend(), query);
        let row = self.0.query_one_raw(statement).await.unwrap_or_else(|error| panic!("{query}: {error}"));
        row.and_then(|row| row.try_get_by_index(0).ok()).unwrap_or_else(|| panic!("no number: {query}"))
    }

    /// The texts of a query with one column.
    pub async fn texts(&self, query: &str) -> Vec<String> {
        let statement = Statement::from_string(self.0.get_database_backend(), query);
        let rows = self.0.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{query}: {error}"));
        rows.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
    }

    /// Does a statement, such as one that moves rows back in time.
    pub async fn execute(&self, statement: &str) {
        let done = self.0.execute_unprepared(statement).await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    /// Lets go of the database.
    pub async fn close(self) {
        self.0.close().await.expect("it closes");
    }
}
