//! Since when a change of a public listing waits for a reviewer, so that the queue of reviews finds it: the change itself
//! stands in the record, which no index reads.

use sea_orm_migration::prelude::*;

/// The migration.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let listing = || Alias::new("listing");
        let change_since = || Alias::new("change_since");
        manager
            .alter_table(
                Table::alter()
                    .table(listing())
                    .add_column(ColumnDef::new(change_since()).big_integer().null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("listing_change_since").table(listing()).col(change_since()).to_owned(),
            )
            .await?;
        // What waits already has waited since its record was written. Databases differ in the blank of a document.
        let waiting = "UPDATE listing SET change_since = updated_at WHERE CAST(body AS TEXT) LIKE '%\"shadow\":{%' \
                       OR CAST(body AS TEXT) LIKE '%\"shadow\": {%'";
        manager.get_connection().execute_unprepared(waiting).await?;
        Ok(())
    }
}
