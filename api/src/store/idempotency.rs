//! What a command answered, by the key that its client chose: the same key gives the same answer and one effect.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, OnConflict},
};
use uuid::Uuid;

use super::{
    Store, StoreError, Tx,
    sql::{delete, get, insert, is, select, update},
};

/// What is known of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum KnownKey {
    /// Nothing: this write holds it now, and others with the same key wait for its end.
    Fresh,
    /// A command was done with it.
    Done {
        /// Which command.
        operation: String,
        /// SHA-256 of its input, in hexadecimal.
        input_hash: String,
        /// What it answered.
        result: serde_json::Value,
    },
}

impl Tx {
    /// Takes a key for an actor, or tells what was done with it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn take_key(
        &self,
        actor: Uuid,
        key: &str,
        operation: &str,
        input_hash: &str,
    ) -> Result<KnownKey, StoreError> {
        let row = [
            ("actor_id", actor.into()),
            ("key", key.into()),
            ("operation", operation.into()),
            ("input_hash", input_hash.into()),
            ("at", self.now_micros().into()),
        ];
        let mut row = insert("idempotency", row);
        // Another write with the same key is waited for here; then its row is found below.
        row.on_conflict(OnConflict::columns(["actor_id", "key"].map(Alias::new)).do_nothing().to_owned());
        if self.connection().execute(&row).await?.rows_affected() == 1 {
            return Ok(KnownKey::Fresh);
        }
        let one = [is("actor_id", actor), is("key", key)];
        let row = select("idempotency", ["operation", "input_hash", "result"], one);
        let row = self.connection().query_one(&row).await?.ok_or(StoreError::CounterLost)?;
        Ok(KnownKey::Done {
            operation: get(&row, "operation")?,
            input_hash: get(&row, "input_hash")?,
            result: get::<Option<serde_json::Value>>(&row, "result")?.unwrap_or_default(),
        })
    }

    /// Stores what a command answered under its key.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keep_result(
        &self,
        actor: Uuid,
        key: &str,
        result: serde_json::Value,
    ) -> Result<(), StoreError> {
        let one = [is("actor_id", actor), is("key", key)];
        self.connection().execute(&update("idempotency", [("result", result.into())], one)).await?;
        Ok(())
    }
}

impl Store {
    /// Forgets keys that are older than a time.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep_keys(&self, before: i64) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let old = delete("idempotency", [Expr::col(Alias::new("at")).lt(before)]);
        tx.connection().execute(&old).await?;
        tx.commit().await
    }
}
