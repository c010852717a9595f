//! The word that the log has grown, so that who follows it looks at once and not at the next turn.
//!
//! A write of this process says it after its commit. On PostgreSQL the commit itself tells every node. On SQLite other
//! processes say nothing, so that followers look by themselves a few times a second. The word only says `look`: what
//! there is to see is read from the log, so that one that is lost, or comes twice, does no harm.

use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend,
    sea_query::Expr,
    sqlx::{
        self,
        postgres::{PgListener, PgPoolOptions},
    },
};
use tokio::sync::watch;

use super::Store;

/// Channel of PostgreSQL on which commits tell all nodes.
const CHANNEL: &str = "caravanserai_log";
/// After this time a follower looks although nothing was said, where other processes write unheard.
const SQLITE_POLL: Duration = Duration::from_millis(250);
/// The same where all of them are heard, for the time in which the listening connection is lost.
const POSTGRES_POLL: Duration = Duration::from_secs(1);
/// Before the listening connection is made anew.
const RECONNECT_PAUSE: Duration = Duration::from_secs(1);

/// Says within this process that the log has grown. Clones say it to the same followers.
#[derive(Debug, Clone)]
pub(super) struct Signal(watch::Sender<()>);

impl Default for Signal {
    fn default() -> Self {
        Self(watch::Sender::new(()))
    }
}

impl Signal {
    /// Says it.
    pub(super) fn tell(&self) {
        self.0.send_replace(());
    }
}

/// Waits for the log to grow.
#[derive(Debug)]
pub struct Changes {
    told: watch::Receiver<()>,
    poll: Duration,
}

impl Changes {
    /// Returns when the log may have grown since the last call, and now and then although it has not. What is said
    /// between two calls is not missed.
    pub async fn next(&mut self) {
        match tokio::time::timeout(self.poll, self.told.changed()).await {
            Ok(Ok(())) | Err(_) => {}
            // Nobody is left to say anything.
            Ok(Err(_)) => tokio::time::sleep(self.poll).await,
        }
    }
}

/// What a statement of a write answers besides so that its commit tells all nodes, where the database can. Part of the
/// write: a rollback tells nobody.
pub(super) fn told_at_commit(tx: &DatabaseTransaction) -> Option<Expr> {
    let tells = tx.get_database_backend() == DbBackend::Postgres;
    tells.then(|| Expr::cust(format!("pg_notify('{CHANNEL}', '')")))
}

impl Store {
    /// What a follower of the log waits on.
    pub fn changes(&self) -> Changes {
        let is_sqlite = self.read.get_database_backend() == DbBackend::Sqlite;
        Changes { told: self.signal.0.subscribe(), poll: if is_sqlite { SQLITE_POLL } else { POSTGRES_POLL } }
    }

    /// Passes on what other nodes say, until the process ends. Holds one connection of its own on PostgreSQL, and
    /// does nothing on SQLite.
    pub async fn listen(&self) {
        if self.read.get_database_backend() != DbBackend::Postgres {
            return std::future::pending().await;
        }
        let options = (*self.read.get_postgres_connection_pool().connect_options()).clone();
        loop {
            if let Err(error) = self.listen_once(options.clone()).await {
                tracing::warn!(error = ?error, "the database's notifications cannot be listened to");
            }
            tokio::time::sleep(RECONNECT_PAUSE).await;
        }
    }

    async fn listen_once(&self, options: sqlx::postgres::PgConnectOptions) -> Result<(), sqlx::Error> {
        let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
        let mut listener = PgListener::connect_with(&pool.connect_with(options).await?).await?;
        listener.listen(CHANNEL).await?;
        loop {
            // Said before the connection stood, or while it was lost: all of it is in the log.
            self.signal.tell();
            listener.try_recv().await?;
        }
    }
}
