//! The bytes of files that were handed in, in the database, so that every node of a service has them.

use sea_orm_migration::{
    prelude::*,
    schema::{blob, uuid},
};

/// The migration.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let named = Alias::new;
        let mut create = Table::create();
        create
            .table(named("upload_body"))
            .col(uuid(named("upload_id")).primary_key())
            .col(blob(named("bytes")));
        let mut key = ForeignKey::create();
        key.from_col(named("upload_id")).to(named("upload"), named("id"));
        create.foreign_key(&mut key);
        manager.create_table(create).await?;
        let mut index = Index::create();
        index.name("import_job_state").table(named("import_job")).col(named("state"));
        manager.create_index(index).await
    }
}
