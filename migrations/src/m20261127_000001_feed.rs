//! Addresses of feeds.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, string, uuid},
};

/// The migration.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let named = Alias::new::<&str>;
        let mut feed = Table::create();
        feed.table(named("digest_feed"))
            .col(uuid(named("subscription_id")).primary_key())
            // SHA-256 of the token in the address.
            .col(string(named("hash")).unique_key())
            .col(big_integer(named("created_at")))
            .foreign_key(
                ForeignKey::create()
                    .from(named("digest_feed"), named("subscription_id"))
                    .to(named("digest_subscription"), named("id")),
            );
        manager.create_table(feed).await
    }
}
