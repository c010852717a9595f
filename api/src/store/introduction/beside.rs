//! What stands beside introductions, in rows of its own.

use std::collections::{HashMap, HashSet};

use domain::{
    account::Person, document::Document, id::Id, introduction::Introduction, organisation::Organisation,
};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, OnConflict, Order},
};
use uuid::Uuid;

use super::super::{
    Store, StoreError, Tx,
    log::Change,
    sql::{count, delete, get, insert, is, select},
};

/// A contact that was shown to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// Of which introduction.
    pub introduction: Id<Introduction>,
    /// Whose; none once erased.
    pub person: Option<Id<Person>>,
    /// Of which organisation the person is.
    pub from: Id<Organisation>,
    /// To which organisation it was shown.
    pub to: Id<Organisation>,
    /// What was shown.
    pub what: String,
    /// Why that is lawful.
    pub basis: String,
    /// The country of the one organisation.
    pub from_country: Option<String>,
    /// The country of the other.
    pub to_country: Option<String>,
    /// When, microseconds since 1970, UTC.
    pub at: i64,
}

/// A note that a side keeps to itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its id.
    pub id: Uuid,
    /// Who wrote it; none once erased.
    pub person: Option<Id<Person>>,
    /// The words.
    pub body: String,
    /// When, microseconds since 1970, UTC.
    pub at: i64,
}

/// A document that somebody opened in a document room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomRead {
    /// Which one.
    pub document: Id<Document>,
    /// Hash of its bytes.
    pub sha256: String,
    /// Who; none once erased.
    pub person: Option<Id<Person>>,
    /// Of which organisation.
    pub organisation: Id<Organisation>,
    /// When, microseconds since 1970, UTC.
    pub at: i64,
}

impl Tx {
    /// Notes that a contact is shown.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn disclose(&self, disclosure: &Disclosure) -> Result<(), StoreError> {
        let row = [
            ("id", Uuid::now_v7().into()),
            ("introduction_id", disclosure.introduction.uuid().into()),
            ("person_id", disclosure.person.map(Id::uuid).into()),
            ("from_organisation_id", disclosure.from.uuid().into()),
            ("to_organisation_id", disclosure.to.uuid().into()),
            ("what", disclosure.what.clone().into()),
            ("basis", disclosure.basis.clone().into()),
            ("from_country", disclosure.from_country.clone().into()),
            ("to_country", disclosure.to_country.clone().into()),
            ("at", disclosure.at.into()),
        ];
        self.connection().execute(&insert("disclosure_log", row)).await?;
        Ok(())
    }

    /// Writes a note of a side. Answers its id.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn add_note(
        &self,
        introduction: Id<Introduction>,
        organisation: Id<Organisation>,
        person: Id<Person>,
        body: &str,
    ) -> Result<Uuid, StoreError> {
        let id = Uuid::now_v7();
        let row = [
            ("id", id.into()),
            ("introduction_id", introduction.uuid().into()),
            ("organisation_id", organisation.uuid().into()),
            ("person_id", person.uuid().into()),
            ("body", body.into()),
            ("at", self.now_micros().into()),
        ];
        self.connection().execute(&insert("introduction_note", row)).await?;
        Ok(id)
    }

    /// How many notes a side has on an introduction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_notes(
        &self,
        introduction: Id<Introduction>,
        organisation: Id<Organisation>,
    ) -> Result<u64, StoreError> {
        let of = [is("introduction_id", introduction.uuid()), is("organisation_id", organisation.uuid())];
        count(self.connection(), "introduction_note", of).await
    }

    /// Takes a note of a side away. Answers whether there was one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn remove_note(&self, note: Uuid, organisation: Id<Organisation>) -> Result<bool, StoreError> {
        let rows = delete("introduction_note", [is("id", note), is("organisation_id", organisation.uuid())]);
        Ok(self.connection().execute(&rows).await?.rows_affected() > 0)
    }

    /// Notes that somebody opened a document in a room.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn note_room_read(
        &self,
        introduction: Id<Introduction>,
        read: &RoomRead,
    ) -> Result<(), StoreError> {
        let row = [
            ("id", Uuid::now_v7().into()),
            ("introduction_id", introduction.uuid().into()),
            ("document_id", read.document.uuid().into()),
            ("sha256", read.sha256.clone().into()),
            ("person_id", read.person.map(Id::uuid).into()),
            ("organisation_id", read.organisation.uuid().into()),
            ("at", read.at.into()),
        ];
        self.connection().execute(&insert("room_read", row)).await?;
        Ok(())
    }

    /// Whether one of two organisations has blocked the other.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn is_blocked(
        &self,
        one: Id<Organisation>,
        other: Id<Organisation>,
    ) -> Result<bool, StoreError> {
        Ok(self.has_blocked(one, other).await? || self.has_blocked(other, one).await?)
    }

    /// Whether an organisation has blocked another one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn has_blocked(
        &self,
        from: Id<Organisation>,
        to: Id<Organisation>,
    ) -> Result<bool, StoreError> {
        let pair = [is("blocker_id", from.uuid()), is("blocked_id", to.uuid())];
        Ok(count(self.connection(), BLOCK, pair).await? > 0)
    }

    /// Blocks an organisation; once is enough. What changed is told by the log, so that every ranking follows.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn block(
        &self,
        blocker: Id<Organisation>,
        other: Id<Organisation>,
        person: Id<Person>,
    ) -> Result<(), StoreError> {
        let row = [
            ("blocker_id", blocker.uuid().into()),
            ("blocked_id", other.uuid().into()),
            ("person_id", person.uuid().into()),
            ("at", self.now_micros().into()),
        ];
        let mut statement = insert(BLOCK, row);
        let mut once = OnConflict::columns(["blocker_id", "blocked_id"].map(Alias::new));
        // The first day counts.
        once.do_nothing();
        let done = self.connection().execute(statement.on_conflict(once)).await?;
        self.tell_block(blocker, done.rows_affected());
        Ok(())
    }

    fn tell_block(&self, blocker: Id<Organisation>, rows: u64) {
        if rows > 0 {
            self.note(Change::new(BLOCK, blocker.uuid(), 2));
        }
    }

    /// Takes a block back.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn unblock(
        &self,
        blocker: Id<Organisation>,
        other: Id<Organisation>,
    ) -> Result<(), StoreError> {
        let pair = [is("blocker_id", blocker.uuid()), is("blocked_id", other.uuid())];
        let done = self.connection().execute(&delete(BLOCK, pair)).await?;
        self.tell_block(blocker, done.rows_affected());
        Ok(())
    }
}

/// The table of blocks, and what the log calls them; it names the organisation that blocks.
pub const BLOCK: &str = "contact_block";

/// Rows of one list beside an introduction.
const MAX_ROWS: u64 = 500;

impl Store {
    /// What was disclosed in an introduction, oldest first, at most 500.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn disclosures(&self, introduction: Id<Introduction>) -> Result<Vec<Disclosure>, StoreError> {
        let columns = [
            "person_id",
            "from_organisation_id",
            "to_organisation_id",
            "what",
            "basis",
            "from_country",
            "to_country",
            "at",
        ];
        let mut rows = select("disclosure_log", columns, [is("introduction_id", introduction.uuid())]);
        rows.order_by(Alias::new("id"), Order::Asc).limit(MAX_ROWS);
        let rows = self.reader().query_all(&rows).await?;
        rows.iter()
            .map(|row| {
                Ok(Disclosure {
                    introduction,
                    person: get::<Option<Uuid>>(row, "person_id")?.map(Id::from_uuid),
                    from: Id::from_uuid(get(row, "from_organisation_id")?),
                    to: Id::from_uuid(get(row, "to_organisation_id")?),
                    what: get(row, "what")?,
                    basis: get(row, "basis")?,
                    from_country: get(row, "from_country")?,
                    to_country: get(row, "to_country")?,
                    at: get(row, "at")?,
                })
            })
            .collect()
    }

    /// The notes of a side on an introduction, oldest first, at most 500.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn notes(
        &self,
        introduction: Id<Introduction>,
        organisation: Id<Organisation>,
    ) -> Result<Vec<Note>, StoreError> {
        let of = [is("introduction_id", introduction.uuid()), is("organisation_id", organisation.uuid())];
        let mut rows = select("introduction_note", ["id", "person_id", "body", "at"], of);
        rows.order_by(Alias::new("id"), Order::Asc).limit(MAX_ROWS);
        let rows = self.reader().query_all(&rows).await?;
        rows.iter()
            .map(|row| {
                Ok(Note {
                    id: get(row, "id")?,
                    person: get::<Option<Uuid>>(row, "person_id")?.map(Id::from_uuid),
                    body: get(row, "body")?,
                    at: get(row, "at")?,
                })
            })
            .collect()
    }

    /// All notes of an organisation by introduction, oldest first, at most 20,000; for an export.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn notes_of(
        &self,
        organisation: Id<Organisation>,
    ) -> Result<HashMap<Id<Introduction>, Vec<String>>, StoreError> {
        let of = [is("organisation_id", organisation.uuid())];
        let mut rows = select("introduction_note", ["introduction_id", "body"], of);
        rows.order_by(Alias::new("id"), Order::Asc).limit(20_000);
        let mut notes: HashMap<Id<Introduction>, Vec<String>> = HashMap::new();
        for row in self.reader().query_all(&rows).await? {
            let id = Id::from_uuid(get(&row, "introduction_id")?);
            notes.entry(id).or_default().push(get(&row, "body")?);
        }
        Ok(notes)
    }

    /// What was opened in a document room, newest first, at most 500.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn room_reads(&self, introduction: Id<Introduction>) -> Result<Vec<RoomRead>, StoreError> {
        let columns = ["document_id", "sha256", "person_id", "organisation_id", "at"];
        let mut rows = select("room_read", columns, [is("introduction_id", introduction.uuid())]);
        rows.order_by(Alias::new("id"), Order::Desc).limit(MAX_ROWS);
        let rows = self.reader().query_all(&rows).await?;
        rows.iter()
            .map(|row| {
                Ok(RoomRead {
                    document: Id::from_uuid(get(row, "document_id")?),
                    sha256: get(row, "sha256")?,
                    person: get::<Option<Uuid>>(row, "person_id")?.map(Id::from_uuid),
                    organisation: Id::from_uuid(get(row, "organisation_id")?),
                    at: get(row, "at")?,
                })
            })
            .collect()
    }

    /// Whom organisations have blocked: those that are named, or all that blocked anybody.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn blocks(
        &self,
        of: Option<&[Uuid]>,
    ) -> Result<HashMap<Id<Organisation>, HashSet<Id<Organisation>>>, StoreError> {
        let mut statement = select(BLOCK, ["blocker_id", "blocked_id"], []);
        let mut blocks: HashMap<_, HashSet<_>> = HashMap::new();
        if let Some(of) = of {
            statement.and_where(Expr::col(Alias::new("blocker_id")).is_in(of.iter().copied()));
            blocks.extend(of.iter().map(|blocker| (Id::from_uuid(*blocker), HashSet::new())));
        }
        for row in self.reader().query_all(&statement).await? {
            let [blocker, other] = ["blocker_id", "blocked_id"].map(|column| get::<Uuid>(&row, column));
            blocks.entry(Id::from_uuid(blocker?)).or_default().insert(Id::from_uuid(other?));
        }
        Ok(blocks)
    }

    /// The organisations that an organisation has blocked, oldest first, at most 500.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn blocked_by(
        &self,
        organisation: Id<Organisation>,
    ) -> Result<Vec<Id<Organisation>>, StoreError> {
        let mut rows = select(BLOCK, ["blocked_id"], [is("blocker_id", organisation.uuid())]);
        rows.order_by(Alias::new("at"), Order::Asc).limit(MAX_ROWS);
        let rows = self.reader().query_all(&rows).await?;
        rows.iter().map(|row| Ok(Id::from_uuid(get(row, "blocked_id")?))).collect()
    }
}
