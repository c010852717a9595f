//! Digests: subscriptions, issues, what was told, and addresses that take no more mail.

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

fn refers(table: &mut TableCreateStatement, column: &str, to: &str) {
    let mut key = ForeignKey::create();
    key.from_col(named(column)).to(named(to), named("id"));
    table.foreign_key(&mut key);
}

fn subscription() -> TableCreateStatement {
    let mut subscription = Table::create();
    subscription
        .table(named("digest_subscription"))
        .col(uuid(named("id")).primary_key())
        .col(integer(named("version")))
        .col(string(named("state")))
        // Whose address it is, where somebody has an account under it.
        .col(uuid_null(named("person_id")))
        .col(string(named("address")))
        // SHA-256 of the address in lower case.
        .col(string(named("address_hash")))
        .col(string(named("subject_kind")))
        .col(uuid(named("subject_id")))
        // Address and subject while it is not over: one to an address.
        .col(string_null(named("live_key")).unique_key())
        .col(json_binary(named("settings")))
        .col(big_integer_null(named("due_at")))
        .col(big_integer_null(named("paused_until")))
        .col(big_integer_null(named("confirmed_at")))
        .col(big_integer(named("created_at")))
        .col(big_integer(named("updated_at")));
    refers(&mut subscription, "person_id", "person");
    subscription
}

fn issue() -> TableCreateStatement {
    let mut issue = Table::create();
    issue
        .table(named("digest_issue"))
        .col(uuid(named("id")).primary_key())
        .col(uuid(named("subscription_id")))
        .col(string(named("period")))
        .col(string(named("state")))
        .col(big_integer(named("due_at")))
        .col(uuid_null(named("outbox_id")))
        .col(integer(named("items")))
        .col(big_integer(named("created_at")))
        .col(big_integer(named("updated_at")));
    refers(&mut issue, "subscription_id", "digest_subscription");
    issue
}

fn item() -> TableCreateStatement {
    let mut item = Table::create();
    item.table(named("digest_item"))
        .col(uuid(named("id")).primary_key())
        .col(uuid(named("issue_id")))
        .col(uuid(named("subscription_id")))
        .col(uuid(named("subject_id")))
        .col(string(named("kind")))
        // The event that is told.
        .col(string(named("fingerprint")))
        .col(integer(named("place")))
        .col(json_binary(named("body")))
        // What its reader answered from the mail.
        .col(string_null(named("answer")))
        .col(string_null(named("reason")))
        .col(big_integer(named("created_at")));
    refers(&mut item, "issue_id", "digest_issue");
    item
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [subscription(), issue(), item()] {
            manager.create_table(table).await?;
        }
        let mut mute = Table::create();
        mute.table(named("digest_mute"))
            .col(uuid(named("subscription_id")))
            .col(string(named("what")))
            .col(string(named("code")))
            .col(big_integer_null(named("until")))
            .col(big_integer(named("created_at")))
            .primary_key(Index::create().col(named("subscription_id")).col(named("what")).col(named("code")));
        refers(&mut mute, "subscription_id", "digest_subscription");
        manager.create_table(mute).await?;

        let mut used = Table::create();
        used.table(named("digest_link"))
            // SHA-256 of a link that was used.
            .col(string(named("hash")).primary_key())
            .col(big_integer(named("used_at")));
        manager.create_table(used).await?;

        let mut suppression = Table::create();
        suppression
            .table(named("mail_suppression"))
            .col(string(named("address_hash")).primary_key())
            .col(string(named("reason")))
            .col(big_integer(named("created_at")));
        manager.create_table(suppression).await?;

        let mut report = Table::create();
        report
            .table(named("mail_report"))
            // SHA-256 of the report and the address, so that a report counts once.
            .col(string(named("hash")).primary_key())
            .col(string(named("address_hash")))
            .col(string(named("kind")))
            .col(big_integer(named("created_at")));
        manager.create_table(report).await?;

        for (name, table, columns, unique) in INDICES {
            let mut index = Index::create();
            index.name(*name).table(named(table));
            for column in *columns {
                index.col(named(column));
            }
            if *unique {
                index.unique();
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

/// Name, table, columns and whether it is unique.
const INDICES: &[(&str, &str, &[&str], bool)] = &[
    ("digest_subscription_due", "digest_subscription", &["state", "due_at"], false),
    ("digest_subscription_person", "digest_subscription", &["person_id"], false),
    ("digest_subscription_address", "digest_subscription", &["address_hash"], false),
    ("digest_issue_period", "digest_issue", &["subscription_id", "period"], true),
    ("digest_issue_state", "digest_issue", &["state", "due_at"], false),
    ("digest_issue_outbox", "digest_issue", &["outbox_id"], false),
    ("digest_item_event", "digest_item", &["subscription_id", "subject_id", "kind", "fingerprint"], true),
    ("digest_item_issue", "digest_item", &["issue_id", "place"], false),
    ("mail_report_address", "mail_report", &["address_hash", "created_at"], false),
];
