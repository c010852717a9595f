//! Files on disk are looked for by their hash.

use sea_orm_migration::prelude::*;

/// The migration.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::create();
        index.name("upload_sha256").table(Alias::new("upload")).col(Alias::new("sha256"));
        manager.create_index(index).await
    }
}
