//! Partnerships of cities and demonstration areas, and who may do what for a city.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, integer, json_binary, string, string_null, uuid, uuid_null},
};

/// The migration.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

fn named(name: &str) -> Alias {
    Alias::new(name)
}

/// A versioned document with its state, and when a timer is next due.
fn document(name: &str) -> TableCreateStatement {
    let mut create = Table::create();
    create
        .table(named(name))
        .col(uuid(named("id")).primary_key())
        .col(string_null(named("source_key")).unique_key())
        .col(integer(named("version")))
        .col(string(named("name")))
        .col(json_binary(named("body")))
        .col(big_integer(named("created_at")))
        .col(big_integer(named("updated_at")))
        .col(uuid_null(named("owner_id")))
        .col(string(named("state")))
        .col(big_integer_null(named("due_at")));
    let mut key = ForeignKey::create();
    key.from_col(named("owner_id")).to(named("organisation"), named("id"));
    create.foreign_key(&mut key);
    create
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut partnership = document("partnership");
        partnership
            // The office of the city that was asked.
            .col(uuid(named("other_id")))
            .col(uuid(named("city_a")))
            .col(uuid(named("city_b")))
            // Both cities in one order.
            .col(string(named("pair_key")))
            // The same while it is under way and once it is active; none for an upgrade, which stands beside.
            .col(string_null(named("live_key")).unique_key())
            // The agreement that this one would raise.
            .col(uuid_null(named("upgrade_of")))
            // Until when the pair rests after a refusal.
            .col(big_integer_null(named("cooling_until")));
        manager.create_table(partnership).await?;

        let mut area = document("demonstration_area");
        area.col(uuid(named("city_id")))
            // The area of the other city to which it is linked.
            .col(uuid_null(named("mirror_id")))
            // The city while the area is not over: one to a city.
            .col(string_null(named("live_key")).unique_key());
        manager.create_table(area).await?;

        let mut role = Table::create();
        role.table(named("city_role"))
            .col(uuid(named("organisation_id")))
            .col(uuid(named("person_id")))
            .col(string(named("role")))
            .col(big_integer(named("created_at")))
            .primary_key(
                Index::create().col(named("organisation_id")).col(named("person_id")).col(named("role")),
            );
        for (column, to) in [("organisation_id", "organisation"), ("person_id", "person")] {
            let mut key = ForeignKey::create();
            key.from_col(named(column)).to(named(to), named("id"));
            role.foreign_key(&mut key);
        }
        manager.create_table(role).await?;
        for (name, table, columns) in INDICES {
            let mut index = Index::create();
            index.name(*name).table(named(table));
            for column in *columns {
                index.col(named(column));
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

/// Name, table and columns of what is looked up beside the keys.
const INDICES: &[(&str, &str, &[&str])] = &[
    ("partnership_owner", "partnership", &["owner_id", "id"]),
    ("partnership_other", "partnership", &["other_id", "id"]),
    ("partnership_pair", "partnership", &["pair_key"]),
    ("partnership_city_a", "partnership", &["city_a", "state"]),
    ("partnership_city_b", "partnership", &["city_b", "state"]),
    ("partnership_upgrade", "partnership", &["upgrade_of"]),
    ("partnership_due", "partnership", &["due_at"]),
    ("demonstration_area_owner", "demonstration_area", &["owner_id"]),
    ("demonstration_area_city", "demonstration_area", &["city_id", "state"]),
    ("demonstration_area_mirror", "demonstration_area", &["mirror_id"]),
    ("demonstration_area_due", "demonstration_area", &["due_at"]),
    ("city_role_person", "city_role", &["person_id"]),
];
