//! Connecting, and reading back the settings on which the promises of durability and consistency rest: a database
//! that ignores them must not be written to.

use std::{fmt, path::Path, sync::Arc, time::Duration};

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

use super::{Store, StoreError, signal::Signal};

/// Which database, and how it is used.
#[derive(Clone)]
pub struct StoreOptions {
    /// `sqlite:PATH` of a local file, or `postgres://USER@HOST/NAME`.
    pub url: String,
    /// Connections for reading on SQLite, for everything on PostgreSQL; 4 and 16 where none is given. On PostgreSQL a
    /// server holds one more, to listen. All nodes together must stay below PostgreSQL's `max_connections`.
    pub connections: Option<u32>,
    /// Longest time of one statement on PostgreSQL.
    pub statement_timeout: Duration,
    /// How long a write waits for another one.
    pub lock_timeout: Duration,
    /// How long to wait for a connection, and for the database to come up when the program starts.
    pub connect_timeout: Duration,
}

impl StoreOptions {
    /// The usual settings for an address.
    pub fn new(url: impl Into<String>) -> Self {
        let url = url.into();
        // SQLite has one writer for all processes, and a large import keeps it for some seconds.
        let lock_timeout = Duration::from_secs(if scheme(&url) == "sqlite" { 10 } else { 5 });
        Self {
            url,
            connections: None,
            statement_timeout: Duration::from_secs(10),
            lock_timeout,
            connect_timeout: Duration::from_secs(10),
        }
    }
}

impl fmt::Debug for StoreOptions {
    /// Without the address: it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreOptions")
            .field("scheme", &scheme(&self.url))
            .field("connections", &self.connections)
            .field("statement_timeout", &self.statement_timeout)
            .field("lock_timeout", &self.lock_timeout)
            .field("connect_timeout", &self.connect_timeout)
            .finish_non_exhaustive()
    }
}

fn scheme(url: &str) -> &str {
    url.split_once(':').map_or("", |(scheme, _)| scheme)
}

/// Of a write that is begun and then left alone, on PostgreSQL.
const IDLE_TIMEOUT_MS: u128 = 30_000;
/// Bytes that the write-ahead log keeps on disk after a checkpoint.
const WAL_BYTES: &str = "67108864";

pub(super) async fn open(options: &StoreOptions) -> Result<Store, StoreError> {
    match scheme(&options.url) {
        "sqlite" => {
            let path = sqlite_path(&options.url).ok_or_else(|| StoreError::Address("sqlite:".to_owned()))?;
            let write = sqlite(path, options, Access::Write).await?;
            let read = sqlite(path, options, Access::Read).await?;
            for (connection, name) in [(&write, "writer"), (&read, "reader")] {
                assert_sqlite(connection, name, options).await?;
            }
            Ok(Store { read, write, signal: Signal::default(), mail: Arc::default(), moves: Arc::default() })
        }
        "postgres" | "postgresql" => {
            let pool = postgres(options).await?;
            assert_postgres(&pool, options).await?;
            Ok(Store {
                read: pool.clone(),
                write: pool,
                signal: Signal::default(),
                mail: Arc::default(),
                moves: Arc::default(),
            })
        }
        other => Err(StoreError::Address(other.to_owned())),
    }
}

/// The path of `sqlite:PATH`, `sqlite://PATH` or either with `?mode=rwc`; none for databases in memory, which a
/// second connection would not see.
pub(crate) fn sqlite_path(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let path = rest.strip_suffix("?mode=rwc").unwrap_or(rest);
    (!path.is_empty() && !path.contains(":memory:") && !path.contains('?')).then_some(path)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    /// One connection: SQLite has one writer, and who waits in our queue does not meet a busy database.
    Write,
    /// A pool that cannot write.
    Read,
}

/// Makes the file of a new database so that only its owner reads it; SQLite gives its log and its index the same mode.
/// One that is there stays as it is: its mode is the operator's. Where it cannot be made, SQLite says why.
fn make_closed(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let _ = options.open(path);
}

/// Makes a directory, and those above it that are missing, into which only their owner sees.
///
/// # Errors
/// It cannot be made.
pub(crate) fn make_closed_directory(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

async fn sqlite(
    path: &str,
    options: &StoreOptions,
    access: Access,
) -> Result<DatabaseConnection, StoreError> {
    if access == Access::Write {
        make_closed(Path::new(path));
    }
    let connections = if access == Access::Write { 1 } else { options.connections.unwrap_or(4).max(1) };
    // The path is given as a path: in an address its percent signs would be read as escapes.
    let file = Path::new(path).to_owned();
    let busy = options.lock_timeout;
    let mut connect = ConnectOptions::new("sqlite:");
    connect
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(options.connect_timeout)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            let sqlite = sqlite
                .filename(&file)
                .create_if_missing(access == Access::Write)
                .foreign_keys(true)
                .busy_timeout(busy)
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("secure_delete", "ON")
                .pragma("journal_size_limit", WAL_BYTES);
            if access == Access::Read { sqlite.pragma("query_only", "ON") } else { sqlite }
        });
    Ok(Database::connect(connect).await?)
}

pub(super) async fn assert_sqlite(
    connection: &DatabaseConnection,
    name: &str,
    options: &StoreOptions,
) -> Result<(), StoreError> {
    let busy = options.lock_timeout.as_millis().to_string();
    for (pragma, wanted) in [
        ("journal_mode", "wal"),
        ("synchronous", "2"),
        ("foreign_keys", "1"),
        ("secure_delete", "1"),
        ("busy_timeout", busy.as_str()),
    ] {
        let statement = Statement::from_string(DbBackend::Sqlite, format!("PRAGMA {pragma}"));
        let found = match connection.query_one_raw(statement).await? {
            Some(row) => row
                .try_get_by_index::<String>(0)
                .or_else(|_| row.try_get_by_index::<i64>(0).map(|number| number.to_string()))?,
            None => "nothing".to_owned(),
        };
        expect(format!("{pragma} of the {name}"), wanted, found)?;
    }
    Ok(())
}

async fn postgres(options: &StoreOptions) -> Result<DatabaseConnection, StoreError> {
    let lock = options.lock_timeout.as_millis().to_string();
    let mut connect = ConnectOptions::new(options.url.as_str());
    connect
        .max_connections(options.connections.unwrap_or(16).max(2))
        .min_connections(1)
        .acquire_timeout(options.connect_timeout)
        .connect_timeout(options.connect_timeout)
        .statement_timeout(options.statement_timeout)
        .test_before_acquire(true)
        .sqlx_logging(false)
        .map_sqlx_postgres_opts(move |postgres| {
            postgres.options([
                ("lock_timeout", lock.clone()),
                ("idle_in_transaction_session_timeout", IDLE_TIMEOUT_MS.to_string()),
            ])
        });
    Ok(Database::connect(connect).await?)
}

async fn assert_postgres(connection: &DatabaseConnection, options: &StoreOptions) -> Result<(), StoreError> {
    for (name, wanted) in [
        ("statement_timeout", options.statement_timeout.as_millis()),
        ("lock_timeout", options.lock_timeout.as_millis()),
        ("idle_in_transaction_session_timeout", IDLE_TIMEOUT_MS),
    ] {
        expect(name.to_owned(), &wanted.to_string(), setting(connection, name).await?)?;
    }
    expect("server_encoding".to_owned(), "UTF8", setting(connection, "server_encoding").await?)?;
    // Everything but 'off' waits for the local disk; which standbys are waited for is the operator's choice.
    let commit = setting(connection, "synchronous_commit").await?;
    if commit == "off" {
        expect("synchronous_commit".to_owned(), "on", commit)?;
    }
    Ok(())
}

/// A setting of PostgreSQL in its own unit, which is milliseconds for time-outs.
async fn setting(connection: &DatabaseConnection, name: &str) -> Result<String, StoreError> {
    let statement = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT setting FROM pg_settings WHERE name = $1",
        [name.into()],
    );
    let row = connection.query_one_raw(statement).await?;
    Ok(row.map_or_else(|| Ok("nothing".to_owned()), |row| row.try_get_by_index(0))?)
}

fn expect(name: String, wanted: &str, found: String) -> Result<(), StoreError> {
    if found == wanted { Ok(()) } else { Err(StoreError::Setting { name, wanted: wanted.to_owned(), found }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_files_are_read_and_those_of_memory_refused() {
        for (url, path) in [
            ("sqlite:a.db", Some("a.db")),
            ("sqlite://a.db", Some("a.db")),
            ("sqlite:/data/a 100%.db", Some("/data/a 100%.db")),
            ("sqlite:///data/a.db?mode=rwc", Some("/data/a.db")),
            ("sqlite::memory:", None),
            ("sqlite://:memory:?mode=rwc", None),
            ("sqlite:a.db?mode=memory", None),
            ("sqlite:", None),
        ] {
            assert_eq!(sqlite_path(url), path, "{url}");
        }
        let options = StoreOptions::new("postgres://user:secret@host/name");
        assert!(!format!("{options:?}").contains("secret"));
    }
}
