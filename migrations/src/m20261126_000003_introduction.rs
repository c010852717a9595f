//! Introductions, with what each side keeps beside them, what was disclosed, and what came of them.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, big_integer_null, integer, json_binary, string, string_null, text, uuid, uuid_null,
    },
};

/// The migration.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

fn named(name: &str) -> Alias {
    Alias::new(name)
}

fn table(name: &str) -> TableCreateStatement {
    let mut create = Table::create();
    create.table(named(name));
    create
}

fn refers(create: &mut TableCreateStatement, column: &str, to: &str) {
    let mut key = ForeignKey::create();
    key.from_col(named(column)).to(named(to), named("id"));
    create.foreign_key(&mut key);
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for create in tables() {
            manager.create_table(create).await?;
        }
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
    ("introduction_owner", "introduction", &["owner_id", "id"]),
    ("introduction_investor", "introduction", &["investor_id", "id"]),
    ("introduction_investor_state", "introduction", &["investor_id", "state"]),
    ("introduction_owner_state", "introduction", &["owner_id", "state"]),
    ("introduction_project", "introduction", &["project_id", "state"]),
    ("introduction_mandate", "introduction", &["mandate_id", "state"]),
    ("introduction_initiator", "introduction", &["initiator_id", "created_at"]),
    ("introduction_recipient", "introduction", &["recipient_id", "answered_at"]),
    ("introduction_due", "introduction", &["due_at"]),
    ("contact_block_blocked", "contact_block", &["blocked_id", "at"]),
    ("disclosure_log_introduction", "disclosure_log", &["introduction_id"]),
    ("disclosure_log_person", "disclosure_log", &["person_id"]),
    ("introduction_note_of", "introduction_note", &["introduction_id", "organisation_id"]),
    ("room_read_introduction", "room_read", &["introduction_id", "at"]),
    ("outcome_countries", "outcome", &["from_country", "to_country"]),
    ("outcome_rung", "outcome", &["rung", "field"]),
];

fn tables() -> Vec<TableCreateStatement> {
    let mut introduction = table("introduction");
    introduction
        .col(uuid(named("id")).primary_key())
        .col(string_null(named("source_key")).unique_key())
        .col(integer(named("version")))
        .col(string(named("name")))
        .col(json_binary(named("body")))
        .col(big_integer(named("created_at")))
        .col(big_integer(named("updated_at")))
        // The project's owner.
        .col(uuid_null(named("owner_id")))
        .col(string(named("state")))
        .col(uuid(named("project_id")))
        .col(uuid(named("mandate_id")))
        .col(uuid(named("investor_id")))
        .col(uuid(named("initiator_id")))
        .col(uuid(named("recipient_id")))
        // The pair while it is under way, and nothing afterwards: so that there are not two at once.
        .col(string_null(named("live_key")).unique_key())
        .col(big_integer_null(named("answered_at")))
        // When a reminder or a timer is next due.
        .col(big_integer_null(named("due_at")));
    refers(&mut introduction, "owner_id", "organisation");
    refers(&mut introduction, "investor_id", "organisation");

    let mut block = table("contact_block");
    block
        .col(uuid(named("blocker_id")))
        .col(uuid(named("blocked_id")))
        .col(uuid_null(named("person_id")))
        .col(big_integer(named("at")))
        .primary_key(Index::create().col(named("blocker_id")).col(named("blocked_id")));
    refers(&mut block, "blocker_id", "organisation");
    refers(&mut block, "blocked_id", "organisation");

    // Whose contact was shown to whom, when, and why that was lawful.
    let mut disclosure = table("disclosure_log");
    disclosure
        .col(uuid(named("id")).primary_key())
        .col(uuid(named("introduction_id")))
        .col(uuid_null(named("person_id")))
        .col(uuid(named("from_organisation_id")))
        .col(uuid(named("to_organisation_id")))
        .col(string(named("what")))
        .col(string(named("basis")))
        .col(string_null(named("from_country")))
        .col(string_null(named("to_country")))
        .col(big_integer(named("at")));

    // What a side keeps to itself.
    let mut note = table("introduction_note");
    note.col(uuid(named("id")).primary_key())
        .col(uuid(named("introduction_id")))
        .col(uuid(named("organisation_id")))
        .col(uuid_null(named("person_id")))
        .col(text(named("body")))
        .col(big_integer(named("at")));
    refers(&mut note, "introduction_id", "introduction");

    // Who read what in a document room.
    let mut read = table("room_read");
    read.col(uuid(named("id")).primary_key())
        .col(uuid(named("introduction_id")))
        .col(uuid(named("document_id")))
        .col(string(named("sha256")))
        .col(uuid_null(named("person_id")))
        .col(uuid(named("organisation_id")))
        .col(big_integer(named("at")));
    refers(&mut read, "introduction_id", "introduction");

    // A row for each rung of the outcome ladder that an introduction reached.
    let mut outcome = table("outcome");
    outcome
        .col(uuid(named("introduction_id")))
        .col(string(named("rung")))
        .col(string_null(named("field")))
        .col(string_null(named("from_country")))
        .col(string_null(named("to_country")))
        .col(string_null(named("currency")))
        .col(big_integer_null(named("minor")))
        // In cents of the euro at the rate of the day; none where no rate is known.
        .col(big_integer_null(named("euro_cents")))
        .col(big_integer(named("at")))
        .primary_key(Index::create().col(named("introduction_id")).col(named("rung")));
    refers(&mut outcome, "introduction_id", "introduction");

    vec![introduction, block, disclosure, note, read, outcome]
}
