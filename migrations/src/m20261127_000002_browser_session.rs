//! Sessions of browsers.

use sea_orm_migration::{
    prelude::*,
    schema::{string, uuid},
};

/// The migration.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let named = Alias::new::<&str>;
        let mut browser_session = Table::create();
        browser_session
            .table(named("browser_session"))
            // SHA-256 of the secret in the cookie.
            .col(string(named("hash")).primary_key())
            .col(uuid(named("session_id")).unique_key())
            .foreign_key(
                ForeignKey::create()
                    .from(named("browser_session"), named("session_id"))
                    .to(named("session"), named("id")),
            );
        manager.create_table(browser_session).await
    }
}
