//! Feeds of subscriptions: the hash of the token in a feed's address, one at a time.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, OnConflict},
};
use uuid::Uuid;

use super::super::{
    Store, StoreError, Tx,
    sql::{delete, get, insert, is, select},
};

const TABLE: &str = "digest_feed";

impl Store {
    /// The subscription whose feed has a token of this hash.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn subscription_of_feed(&self, hash: &str) -> Result<Option<Uuid>, StoreError> {
        let rows = select(TABLE, ["subscription_id"], [is("hash", hash)]);
        self.reader().query_one(&rows).await?.as_ref().map(|row| get(row, "subscription_id")).transpose()
    }

    /// When the feed of a subscription got its address, microseconds since 1970, UTC; none where it has none.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn feed_since(&self, subscription: Uuid) -> Result<Option<i64>, StoreError> {
        let rows = select(TABLE, ["created_at"], [is("subscription_id", subscription)]);
        self.reader().query_one(&rows).await?.as_ref().map(|row| get(row, "created_at")).transpose()
    }
}

impl Tx {
    /// Gives the feed of a subscription an address; an earlier one leads nowhere from then on.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn open_feed(&self, subscription: Uuid, hash: String) -> Result<(), StoreError> {
        let row = [
            ("subscription_id", subscription.into()),
            ("hash", hash.into()),
            ("created_at", self.now_micros().into()),
        ];
        let mut row = insert(TABLE, row);
        let mut known = OnConflict::column(Alias::new("subscription_id"));
        row.on_conflict(known.update_columns(["hash", "created_at"].map(Alias::new)).to_owned());
        self.connection().execute(&row).await?;
        Ok(())
    }

    /// Takes the address of a feed back, where it has one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn shut_feed(&self, subscription: Uuid) -> Result<(), StoreError> {
        self.connection().execute(&delete(TABLE, [is("subscription_id", subscription)])).await?;
        Ok(())
    }
}
