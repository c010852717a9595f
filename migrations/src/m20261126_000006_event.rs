//! Exchange events, who takes part in them, and their meetings.

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

fn refers(create: &mut TableCreateStatement, column: &str, to: &str) {
    let mut key = ForeignKey::create();
    key.from_col(named(column)).to(named(to), named("id"));
    create.foreign_key(&mut key);
}

/// A versioned document with its state.
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
        .col(string(named("state")));
    refers(&mut create, "owner_id", "organisation");
    create
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut event = document("exchange_event");
        event
            // When its first slot begins.
            .col(big_integer_null(named("starts_at")))
            // The same once it is announced, and nothing before.
            .col(big_integer_null(named("listed_at")))
            // When a timer is next due.
            .col(big_integer_null(named("due_at")));
        manager.create_table(event).await?;

        // Its owner is who takes part.
        let mut registration = document("event_registration");
        registration
            .col(uuid(named("event_id")))
            // Event and organisation: one registration each, that can be withdrawn and taken up again.
            .col(string(named("live_key")).unique_key());
        refers(&mut registration, "event_id", "exchange_event");
        manager.create_table(registration).await?;

        // Its owner is the organiser.
        let mut meeting = document("meeting");
        meeting
            .col(uuid(named("event_id")))
            .col(uuid(named("requester_id")))
            .col(uuid(named("recipient_id")))
            // Event and both sides in one order while it is under way: so that there are not two at once.
            .col(string_null(named("live_key")).unique_key())
            .col(big_integer_null(named("due_at")));
        refers(&mut meeting, "event_id", "exchange_event");
        refers(&mut meeting, "requester_id", "organisation");
        refers(&mut meeting, "recipient_id", "organisation");
        manager.create_table(meeting).await?;

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
    ("exchange_event_owner", "exchange_event", &["owner_id", "id"]),
    ("exchange_event_listed", "exchange_event", &["listed_at", "id"]),
    ("exchange_event_due", "exchange_event", &["due_at"]),
    ("event_registration_event", "event_registration", &["event_id", "state"]),
    ("event_registration_owner", "event_registration", &["owner_id"]),
    ("meeting_event", "meeting", &["event_id", "state"]),
    ("meeting_requester", "meeting", &["requester_id", "event_id"]),
    ("meeting_recipient", "meeting", &["recipient_id", "event_id"]),
    ("meeting_due", "meeting", &["due_at"]),
];
