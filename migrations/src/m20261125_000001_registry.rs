//! People, what they may do, what they did, and the mail that was promised to them.
//!
//! Secrets are stored as hashes (tokens, codes, keys) or as a password hash; times are microseconds since 1970, UTC.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, big_integer_null, boolean, integer, json_binary, json_binary_null, string, string_null,
        text, text_null, uuid, uuid_null,
    },
};

/// The migration.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// A column or a table by its name, which is written once, in the lists below.
fn named(name: &str) -> Alias {
    Alias::new(name)
}

fn table(name: &str) -> TableCreateStatement {
    let mut create = Table::create();
    create.table(named(name));
    create
}

/// A column that names a row of another table.
fn refers(create: &mut TableCreateStatement, column: &str, to: &str) {
    let mut key = ForeignKey::create();
    key.from_col(named(column)).to(named(to), named("id"));
    create.foreign_key(&mut key);
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for create in people().into_iter().chain(write_path()).chain(registry()) {
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
        let mut index = Index::create();
        index.name("membership_pair").table(named("membership"));
        index.col(named("person_id")).col(named("organisation_id")).unique();
        manager.create_index(index).await?;
        let mut first = Query::insert();
        first.into_table(named("audit_head")).columns(["id", "seq", "hash"].map(named)).values_panic([
            1.into(),
            0_i64.into(),
            "".into(),
        ]);
        manager.exec_stmt(first).await
    }
}

/// Name, table and columns of what is looked up beside the keys.
const INDICES: &[(&str, &str, &[&str])] = &[
    ("membership_organisation", "membership", &["organisation_id"]),
    ("session_person", "session", &["person_id"]),
    ("refresh_token_session", "refresh_token", &["session_id"]),
    ("one_time_token_person", "one_time_token", &["person_id", "purpose"]),
    ("one_time_token_organisation", "one_time_token", &["organisation_id", "purpose"]),
    ("recovery_code_person", "recovery_code", &["person_id"]),
    ("api_key_organisation", "api_key", &["organisation_id"]),
    ("audit_aggregate", "audit", &["aggregate_id", "seq"]),
    ("audit_actor", "audit", &["actor_id", "seq"]),
    ("idempotency_at", "idempotency", &["at"]),
    ("outbox_due", "outbox", &["state", "next_at"]),
    ("outbox_person", "outbox", &["person_id"]),
    ("listing_state", "listing", &["state", "since"]),
    ("listing_fingerprint", "listing", &["fingerprint"]),
    ("consent_person", "consent", &["person_id"]),
    ("saved_search_owner", "saved_search", &["owner_id"]),
    ("capability_owner", "capability", &["owner_id"]),
    ("verification_owner", "verification", &["owner_id"]),
    ("verification_state", "verification", &["state"]),
    ("screening_hit_owner", "screening_hit", &["owner_id"]),
    ("screening_hit_state", "screening_hit", &["state"]),
    ("import_job_owner", "import_job", &["owner_id"]),
    ("document_owner", "document", &["owner_id"]),
    ("upload_organisation", "upload", &["organisation_id"]),
];

/// Persons, what they may do, and how they prove who they are.
fn people() -> Vec<TableCreateStatement> {
    let mut person = table("person");
    person
        .col(uuid(named("id")).primary_key())
        .col(integer(named("version")))
        // Normalised; none once the person is erased.
        .col(string_null(named("email")).unique_key())
        .col(string_null(named("name")))
        .col(string_null(named("password_hash")))
        .col(string(named("language")))
        .col(string(named("state")))
        // Tokens that were issued before it are void.
        .col(big_integer(named("sessions_valid_after")))
        .col(big_integer_null(named("confirmed_at")))
        .col(big_integer(named("created_at")))
        .col(big_integer(named("updated_at")));

    let mut platform_role = table("platform_role");
    platform_role
        .col(uuid(named("person_id")))
        .col(string(named("role")))
        .col(big_integer(named("created_at")))
        .primary_key(Index::create().col(named("person_id")).col(named("role")));
    refers(&mut platform_role, "person_id", "person");

    let mut membership = table("membership");
    membership
        .col(uuid(named("id")).primary_key())
        .col(integer(named("version")))
        .col(uuid(named("person_id")))
        .col(uuid(named("organisation_id")))
        .col(string(named("role")))
        .col(big_integer(named("created_at")))
        .col(big_integer(named("updated_at")));
    refers(&mut membership, "person_id", "person");
    refers(&mut membership, "organisation_id", "organisation");

    let mut session = table("session");
    session
        .col(uuid(named("id")).primary_key())
        .col(uuid(named("person_id")))
        .col(string_null(named("client")))
        .col(big_integer(named("created_at")))
        .col(big_integer(named("used_at")))
        // The end that no use puts off.
        .col(big_integer(named("expires_at")))
        .col(big_integer_null(named("ended_at")))
        .col(string_null(named("ended_because")));
    refers(&mut session, "person_id", "person");

    let mut refresh_token = table("refresh_token");
    refresh_token
        .col(string(named("hash")).primary_key())
        .col(uuid(named("session_id")))
        .col(big_integer(named("issued_at")))
        .col(big_integer(named("expires_at")))
        .col(big_integer_null(named("used_at")));
    refers(&mut refresh_token, "session_id", "session");

    let mut one_time_token = table("one_time_token");
    one_time_token
        .col(uuid(named("id")).primary_key())
        .col(integer(named("version")))
        .col(string(named("hash")).unique_key())
        .col(string(named("purpose")))
        .col(uuid_null(named("person_id")))
        .col(uuid_null(named("organisation_id")))
        .col(string_null(named("email")))
        .col(json_binary(named("payload")))
        .col(big_integer(named("created_at")))
        .col(big_integer(named("expires_at")))
        .col(big_integer_null(named("used_at")))
        .col(big_integer_null(named("revoked_at")));

    let mut totp = table("totp");
    totp.col(uuid(named("person_id")).primary_key())
        .col(string(named("secret")))
        .col(big_integer(named("created_at")))
        .col(big_integer_null(named("confirmed_at")))
        // A code counts once.
        .col(big_integer(named("last_step")));
    refers(&mut totp, "person_id", "person");

    let mut recovery_code = table("recovery_code");
    recovery_code
        .col(string(named("hash")).primary_key())
        .col(uuid(named("person_id")))
        .col(big_integer(named("created_at")))
        .col(big_integer_null(named("used_at")));
    refers(&mut recovery_code, "person_id", "person");

    let mut api_key = table("api_key");
    api_key
        .col(uuid(named("id")).primary_key())
        .col(integer(named("version")))
        .col(uuid(named("organisation_id")))
        .col(uuid(named("person_id")))
        .col(string(named("name")))
        .col(string(named("hash")).unique_key())
        .col(json_binary(named("scopes")))
        .col(big_integer(named("created_at")))
        .col(big_integer(named("expires_at")))
        .col(big_integer_null(named("used_at")))
        .col(big_integer_null(named("revoked_at")));
    refers(&mut api_key, "organisation_id", "organisation");
    refers(&mut api_key, "person_id", "person");

    let mut consent = table("consent");
    consent
        .col(uuid(named("id")).primary_key())
        .col(uuid(named("person_id")))
        .col(string(named("purpose")))
        .col(string(named("text_version")))
        .col(boolean(named("granted")))
        .col(string(named("channel")))
        .col(big_integer(named("at")));
    refers(&mut consent, "person_id", "person");

    // Counts of attempts by a hash of what is counted, such as an account or an address.
    let mut throttle = table("throttle");
    throttle
        .col(string(named("key")).primary_key())
        .col(integer(named("count")))
        .col(big_integer(named("since")))
        .col(big_integer(named("until")));

    vec![
        person,
        platform_role,
        membership,
        session,
        refresh_token,
        one_time_token,
        totp,
        recovery_code,
        api_key,
        consent,
        throttle,
    ]
}

/// What every command writes beside its aggregate.
fn write_path() -> Vec<TableCreateStatement> {
    let mut idempotency = table("idempotency");
    idempotency
        .col(uuid(named("actor_id")))
        .col(string(named("key")))
        .col(string(named("operation")))
        .col(string(named("input_hash")))
        .col(json_binary_null(named("result")))
        .col(big_integer(named("at")))
        .primary_key(Index::create().col(named("actor_id")).col(named("key")));

    // Each row carries the hash of the one before it.
    let mut audit = table("audit");
    audit
        .col(big_integer(named("seq")).primary_key())
        .col(big_integer(named("at")))
        .col(uuid_null(named("actor_id")))
        .col(uuid_null(named("organisation_id")))
        .col(string(named("action")))
        .col(string(named("aggregate_kind")))
        .col(uuid_null(named("aggregate_id")))
        .col(string(named("outcome")))
        .col(json_binary(named("detail")))
        .col(string_null(named("request_id")))
        .col(string(named("previous")))
        .col(string(named("hash")));

    let mut audit_head = table("audit_head");
    audit_head
        .col(integer(named("id")).primary_key())
        .col(big_integer(named("seq")))
        .col(string(named("hash")));

    let mut history = table("history");
    history
        .col(uuid(named("aggregate_id")))
        .col(integer(named("number")))
        .col(string(named("aggregate_kind")))
        .col(string_null(named("from_state")))
        .col(string(named("to_state")))
        .col(string(named("transition")))
        .col(uuid_null(named("person_id")))
        .col(uuid_null(named("organisation_id")))
        .col(json_binary(named("reasons")))
        .col(big_integer(named("at")))
        .primary_key(Index::create().col(named("aggregate_id")).col(named("number")));

    let mut outbox = table("outbox");
    outbox
        .col(uuid(named("id")).primary_key())
        .col(string(named("message_id")).unique_key())
        .col(string(named("class")))
        .col(uuid_null(named("person_id")))
        .col(string_null(named("recipient")))
        .col(string(named("subject")))
        .col(text(named("body")))
        .col(text_null(named("html")))
        .col(json_binary(named("headers")))
        // The date that the message carries, however often it is sent.
        .col(big_integer(named("date")))
        .col(string(named("state")))
        .col(big_integer(named("fence")))
        .col(big_integer_null(named("lease_until")))
        .col(integer(named("attempts")))
        .col(big_integer(named("next_at")))
        .col(big_integer_null(named("expires_at")))
        .col(string_null(named("queue_id")))
        .col(string_null(named("error")))
        // The bytes as they were first given to a relay.
        .col(text_null(named("raw")))
        .col(big_integer(named("created_at")))
        .col(big_integer(named("updated_at")));

    let mut lease = table("lease");
    lease
        .col(string(named("name")).primary_key())
        .col(string(named("holder")))
        .col(big_integer(named("until")))
        .col(big_integer(named("fence")));

    vec![idempotency, audit, audit_head, history, outbox, lease]
}

/// What people fill the marketplace with.
fn registry() -> Vec<TableCreateStatement> {
    let mut listing = table("listing");
    listing
        .col(uuid(named("project_id")).primary_key())
        .col(string(named("state")))
        .col(big_integer(named("since")))
        .col(uuid_null(named("reviewer_id")))
        // Words of the name and countries, by which duplicates are looked for.
        .col(text(named("fingerprint")))
        .col(json_binary(named("body")))
        .col(big_integer(named("updated_at")));
    refers(&mut listing, "project_id", "project");

    let mut screening_list = table("screening_list");
    screening_list
        .col(string(named("list")).primary_key())
        .col(string(named("published_on")))
        .col(string(named("sha256")))
        .col(integer(named("entries")))
        .col(big_integer(named("imported_at")));

    let mut screening_entry = table("screening_entry");
    screening_entry
        .col(string(named("list")))
        .col(string(named("uid")))
        .col(json_binary(named("body")))
        .primary_key(Index::create().col(named("list")).col(named("uid")));

    let mut upload = table("upload");
    upload
        .col(uuid(named("id")).primary_key())
        .col(uuid(named("organisation_id")))
        .col(uuid(named("person_id")))
        .col(string(named("purpose")))
        .col(string(named("file_name")))
        .col(string_null(named("media_type")))
        .col(big_integer_null(named("bytes")))
        .col(string_null(named("sha256")))
        .col(big_integer(named("created_at")))
        .col(big_integer(named("expires_at")))
        .col(big_integer_null(named("received_at")));
    refers(&mut upload, "organisation_id", "organisation");
    refers(&mut upload, "person_id", "person");

    let mut tables: Vec<TableCreateStatement> =
        ["saved_search", "capability", "verification", "screening_hit", "import_job", "document"]
            .into_iter()
            .map(document)
            .collect();
    tables.extend([listing, screening_list, screening_entry, upload]);
    tables
}

/// A versioned document of an organisation, with its state where it has one.
fn document(name: &str) -> TableCreateStatement {
    let mut create = table(name);
    create
        .col(uuid(named("id")).primary_key())
        .col(string_null(named("source_key")).unique_key())
        .col(integer(named("version")))
        .col(string(named("name")))
        .col(json_binary(named("body")))
        .col(big_integer(named("created_at")))
        .col(big_integer(named("updated_at")))
        .col(uuid_null(named("owner_id")))
        .col(string_null(named("state")));
    refers(&mut create, "owner_id", "organisation");
    create
}
