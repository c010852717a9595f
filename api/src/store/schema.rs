//! Bringing the schema up to date, and refusing one that is newer than the program.

use migrations::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectionTrait, DbBackend, Statement,
    sea_query::{Alias, Query},
};

use super::{Store, StoreError};

/// Key of the lock that one migrating node holds against the others: 'caravans' as a number.
const LOCK: i64 = i64::from_be_bytes(*b"caravans");

impl Store {
    /// Brings the schema up to date: all pending migrations or, where one fails or the process dies, none. Nodes
    /// that start together wait for each other.
    ///
    /// # Errors
    /// A migration fails, or the database has migrations that this program does not know.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let connection = tx.connection();
        if connection.get_database_backend() == DbBackend::Postgres {
            // A migration may take longer than a request; both settings hold for this transaction alone.
            for sql in ["SET LOCAL statement_timeout = 0", "SET LOCAL lock_timeout = '60s'"] {
                connection.execute_unprepared(sql).await?;
            }
            let lock = "SELECT pg_advisory_xact_lock($1)";
            let lock = Statement::from_sql_and_values(DbBackend::Postgres, lock, [LOCK.into()]);
            connection.execute_raw(lock).await?;
        }
        refuse_newer(&applied(connection).await?)?;
        Migrator::up(connection, None).await?;
        tx.commit().await
    }

    /// Names of migrations that are still to be applied, oldest first. Nothing is written.
    ///
    /// # Errors
    /// The database does not answer, or has migrations that this program does not know.
    pub async fn pending(&self) -> Result<Vec<String>, StoreError> {
        let applied = applied(self.reader()).await?;
        refuse_newer(&applied)?;
        Ok(known().into_iter().filter(|name| !applied.contains(name)).collect())
    }
}

fn known() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}

/// Names of the migrations that were applied; none in an empty database.
async fn applied<C: ConnectionTrait>(connection: &C) -> Result<Vec<String>, StoreError> {
    let table = Migrator::migration_table_name();
    if !has_table(connection, &table.to_string()).await? {
        return Ok(Vec::new());
    }
    let mut select = Query::select();
    select.column(Alias::new("version")).from(table);
    let rows = connection.query_all(&select).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

async fn has_table<C: ConnectionTrait>(connection: &C, name: &str) -> Result<bool, StoreError> {
    let backend = connection.get_database_backend();
    let sql = if backend == DbBackend::Postgres {
        "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1"
    } else {
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1"
    };
    let row = connection.query_one_raw(Statement::from_sql_and_values(backend, sql, [name.into()])).await?;
    Ok(row.is_some())
}

fn refuse_newer(applied: &[String]) -> Result<(), StoreError> {
    let known = known();
    applied
        .iter()
        .find(|name| !known.contains(name))
        .map_or(Ok(()), |name| Err(StoreError::Newer(name.clone())))
}
