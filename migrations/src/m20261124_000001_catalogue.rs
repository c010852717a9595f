//! Aggregates as versioned documents with the columns that are looked up, twinnings, and the event log.
//!
//! The number of an event comes from a counter row that is locked in the writing transaction, never from a
//! sequence: a sequence is not a commit order, and a reader that goes by it would skip the late committer.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, integer, json_binary, string, string_null, uuid, uuid_null},
};

/// The migration.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Column {
    Id,
    SourceKey,
    OwnerId,
    Version,
    Name,
    Body,
    CreatedAt,
    UpdatedAt,
    CityA,
    CityB,
    MandateId,
    At,
    Seq,
    Kind,
    AggregateKind,
    AggregateId,
    AggregateVersion,
    Payload,
    Last,
}

#[derive(DeriveIden)]
enum Table {
    Organisation,
    Project,
    Mandate,
    City,
    Twinning,
    MandateVersion,
    Event,
    EventCounter,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, owned) in [
            (Table::Organisation, false),
            (Table::Project, true),
            (Table::Mandate, true),
            (Table::City, false),
        ] {
            manager.create_table(aggregate(&table, owned)).await?;
        }
        for (name, table) in [("project_owner", Table::Project), ("mandate_owner", Table::Mandate)] {
            let mut index = Index::create();
            index.name(name).table(table).col(Column::OwnerId);
            manager.create_index(index).await?;
        }
        let mut twinning = sea_orm_migration::prelude::Table::create();
        twinning
            .table(Table::Twinning)
            .col(uuid(Column::Id).primary_key())
            .col(uuid(Column::CityA))
            .col(uuid(Column::CityB))
            .col(integer(Column::Version))
            .col(json_binary(Column::Body))
            .col(big_integer(Column::CreatedAt))
            .col(big_integer(Column::UpdatedAt))
            .foreign_key(
                ForeignKey::create().from(Table::Twinning, Column::CityA).to(Table::City, Column::Id),
            )
            .foreign_key(
                ForeignKey::create().from(Table::Twinning, Column::CityB).to(Table::City, Column::Id),
            );
        manager.create_table(twinning).await?;
        let mut index = Index::create();
        index.name("twinning_pair").table(Table::Twinning).col(Column::CityA).col(Column::CityB).unique();
        manager.create_index(index).await?;
        let mut index = Index::create();
        index.name("twinning_city_b").table(Table::Twinning).col(Column::CityB);
        manager.create_index(index).await?;

        let mut version = sea_orm_migration::prelude::Table::create();
        version
            .table(Table::MandateVersion)
            .col(uuid(Column::MandateId))
            .col(integer(Column::Version))
            .col(json_binary(Column::Body))
            .col(big_integer(Column::At))
            .primary_key(Index::create().col(Column::MandateId).col(Column::Version))
            .foreign_key(
                ForeignKey::create()
                    .from(Table::MandateVersion, Column::MandateId)
                    .to(Table::Mandate, Column::Id),
            );
        manager.create_table(version).await?;

        let mut event = sea_orm_migration::prelude::Table::create();
        event
            .table(Table::Event)
            .col(big_integer(Column::Seq).primary_key())
            .col(big_integer(Column::At))
            .col(string(Column::Kind))
            .col(string(Column::AggregateKind))
            .col(uuid(Column::AggregateId))
            .col(integer(Column::AggregateVersion))
            .col(json_binary(Column::Payload));
        manager.create_table(event).await?;
        let mut index = Index::create();
        index.name("event_aggregate").table(Table::Event).col(Column::AggregateId).col(Column::Seq);
        manager.create_index(index).await?;

        let mut counter = sea_orm_migration::prelude::Table::create();
        counter
            .table(Table::EventCounter)
            .col(integer(Column::Id).primary_key())
            .col(big_integer(Column::Last));
        manager.create_table(counter).await?;
        let mut first = Query::insert();
        first
            .into_table(Table::EventCounter)
            .columns([Column::Id, Column::Last])
            .values_panic([1.into(), 0_i64.into()]);
        manager.exec_stmt(first).await
    }
}

/// A versioned document with the columns that are looked up. Times are microseconds since 1970, UTC.
fn aggregate(table: &Table, owned: bool) -> TableCreateStatement {
    let mut create = sea_orm_migration::prelude::Table::create();
    let name = table.to_string();
    create
        .table(Alias::new(&name))
        .col(uuid(Column::Id).primary_key())
        .col(string_null(Column::SourceKey).unique_key())
        .col(integer(Column::Version))
        .col(string(Column::Name))
        .col(json_binary(Column::Body))
        .col(big_integer(Column::CreatedAt))
        .col(big_integer(Column::UpdatedAt));
    if owned {
        create.col(uuid(Column::OwnerId)).foreign_key(
            ForeignKey::create().from(Alias::new(&name), Column::OwnerId).to(Table::Organisation, Column::Id),
        );
    } else {
        create.col(uuid_null(Column::OwnerId));
    }
    create
}
