//! What a command about an introduction looks up, by an index of its own: with many introductions of the past, the
//! reply record and the blocks of one organisation were read row by row.

use sea_orm_migration::prelude::*;

/// The migration.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Name and columns.
const INDICES: &[(&str, &[&str])] = &[
    // Whether somebody who blocks was written to by whom it blocks.
    ("introduction_pair", &["initiator_id", "recipient_id"]),
    // The latest answers of an organisation, all of it in the index.
    ("introduction_replies", &["recipient_id", "created_at", "answered_at", "state"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, columns) in INDICES {
            let mut index = Index::create();
            index.name(*name).table(Alias::new("introduction"));
            for column in *columns {
                index.col(Alias::new(*column));
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
