//! Rows of persons and of their roles on the platform.

use std::collections::BTreeSet;

use domain::{
    Vocabulary,
    account::{EmailAddress, Person, PersonName, PlatformRole},
    id::Id,
};
use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::super::{
    Store, StoreError, Tx,
    aggregate::CHUNK,
    log,
    sql::{delete, get, insert, is, select, update},
};

/// Where an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonState {
    /// In use.
    Active,
    /// Shut by an administrator.
    Disabled,
    /// Erased at the person's own wish; what is left says nothing of the person.
    Erased,
}

impl PersonState {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Active, "ACTIVE"), (Self::Disabled, "DISABLED"), (Self::Erased, "ERASED")];

    /// The stored code.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(state, _)| *state == self).map_or("ERASED", |(_, code)| code)
    }

    /// What is not known is treated as erased: it holds no power.
    fn of(code: &str) -> Self {
        Self::ALL.iter().find(|(_, known)| *known == code).map_or(Self::Erased, |(state, _)| *state)
    }
}

/// A person as stored. Times are microseconds since 1970, UTC.
#[derive(Clone)]
pub struct PersonRow {
    /// Its id.
    pub id: Id<Person>,
    /// Rises with every change, from 1.
    pub version: i32,
    /// Where mail goes; none once erased.
    pub email: Option<EmailAddress>,
    /// The name; none once erased.
    pub name: Option<PersonName>,
    /// The password as a PHC string; none before one was set.
    pub password_hash: Option<String>,
    /// ISO 639 code of the language of mail.
    pub language: String,
    /// Where the account stands.
    pub state: PersonState,
    /// Tokens that were issued before it are void.
    pub sessions_valid_after: i64,
    /// When the address was confirmed.
    pub confirmed_at: Option<i64>,
    /// When the account was made.
    pub created_at: i64,
}

impl std::fmt::Debug for PersonRow {
    /// Without the address, the name and the password's hash.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PersonRow").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

const COLUMNS: [&str; 10] = [
    "id",
    "version",
    "email",
    "name",
    "password_hash",
    "language",
    "state",
    "sessions_valid_after",
    "confirmed_at",
    "created_at",
];

fn read(row: &QueryResult) -> Result<PersonRow, StoreError> {
    let text = |column: &str| get::<Option<String>>(row, column);
    Ok(PersonRow {
        id: Id::from_uuid(get(row, "id")?),
        version: get(row, "version")?,
        email: text("email")?.and_then(|address| address.parse().ok()),
        name: text("name")?.and_then(|name| PersonName::new(&name).ok()),
        password_hash: text("password_hash")?,
        language: get(row, "language")?,
        state: PersonState::of(&get::<String>(row, "state")?),
        sessions_valid_after: get(row, "sessions_valid_after")?,
        confirmed_at: get(row, "confirmed_at")?,
        created_at: get(row, "created_at")?,
    })
}

impl Store {
    /// The person of an id.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn person(&self, id: Id<Person>) -> Result<Option<PersonRow>, StoreError> {
        let rows = select("person", COLUMNS, [is("id", id.uuid())]);
        self.reader().query_one(&rows).await?.as_ref().map(read).transpose()
    }

    /// The persons of some ids.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn persons(&self, ids: &[Id<Person>]) -> Result<Vec<PersonRow>, StoreError> {
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(CHUNK) {
            let those = Expr::col(Alias::new("id")).is_in(some.iter().map(|id| id.uuid()));
            for row in self.reader().query_all(&select("person", COLUMNS, [those])).await? {
                found.push(read(&row)?);
            }
        }
        Ok(found)
    }

    /// The person of an address.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn person_by_email(&self, email: &EmailAddress) -> Result<Option<PersonRow>, StoreError> {
        let rows = select("person", COLUMNS, [is("email", email.identity())]);
        self.reader().query_one(&rows).await?.as_ref().map(read).transpose()
    }

    /// A person's roles on the platform.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn platform_roles(&self, id: Id<Person>) -> Result<BTreeSet<PlatformRole>, StoreError> {
        let rows = select("platform_role", ["role"], [is("person_id", id.uuid())]);
        let rows = self.reader().query_all(&rows).await?;
        let codes: Result<Vec<String>, _> = rows.iter().map(|row| get(row, "role")).collect();
        Ok(codes?.iter().filter_map(|code| PlatformRole::from_code(code).ok()).collect())
    }
}

impl Tx {
    /// The person of an id, locked against other writes until this one ends.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn lock_person(&self, id: Id<Person>) -> Result<Option<PersonRow>, StoreError> {
        let mut rows = select("person", COLUMNS, [is("id", id.uuid())]);
        self.connection().query_one(rows.lock_exclusive()).await?.as_ref().map(read).transpose()
    }

    /// The person of an address, locked against other writes until this one ends.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn lock_person_by_email(&self, email: &EmailAddress) -> Result<Option<PersonRow>, StoreError> {
        let mut rows = select("person", COLUMNS, [is("email", email.identity())]);
        self.connection().query_one(rows.lock_exclusive()).await?.as_ref().map(read).transpose()
    }

    /// A new person.
    ///
    /// # Errors
    /// The address is taken, or the database does not answer.
    pub async fn insert_person(&self, person: &PersonRow) -> Result<(), StoreError> {
        let row = [
            ("id", person.id.uuid().into()),
            ("version", 1.into()),
            ("email", person.email.as_ref().map(EmailAddress::identity).into()),
            ("name", person.name.as_ref().map(ToString::to_string).into()),
            ("password_hash", person.password_hash.clone().into()),
            ("language", person.language.clone().into()),
            ("state", person.state.code().into()),
            ("sessions_valid_after", person.sessions_valid_after.into()),
            ("confirmed_at", person.confirmed_at.into()),
            ("created_at", self.now_micros().into()),
            ("updated_at", self.now_micros().into()),
        ];
        self.connection().execute(&insert("person", row)).await?;
        self.note(log::Change::new("person", person.id.uuid(), 1));
        Ok(())
    }

    /// Writes a person that was locked before, as the next version.
    ///
    /// # Errors
    /// The address is taken, somebody was quicker, or the database does not answer.
    pub async fn update_person(&self, person: &PersonRow) -> Result<(), StoreError> {
        let version = person.version.saturating_add(1);
        let set = [
            ("version", version.into()),
            ("email", person.email.as_ref().map(EmailAddress::identity).into()),
            ("name", person.name.as_ref().map(ToString::to_string).into()),
            ("password_hash", person.password_hash.clone().into()),
            ("language", person.language.clone().into()),
            ("state", person.state.code().into()),
            ("sessions_valid_after", person.sessions_valid_after.into()),
            ("confirmed_at", person.confirmed_at.into()),
            ("updated_at", self.now_micros().into()),
        ];
        let one = [is("id", person.id.uuid()), is("version", person.version)];
        if self.connection().execute(&update("person", set, one)).await?.rows_affected() == 1 {
            self.note(log::Change::new("person", person.id.uuid(), version));
            Ok(())
        } else {
            Err(StoreError::Stale { kind: "person", id: person.id.uuid() })
        }
    }

    /// Gives a person a role on the platform; a role that is there already stays.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn grant_platform_role(&self, id: Id<Person>, role: PlatformRole) -> Result<(), StoreError> {
        self.revoke_platform_role(id, role).await?;
        let row = [
            ("person_id", id.uuid().into()),
            ("role", role.code().into()),
            ("created_at", self.now_micros().into()),
        ];
        self.connection().execute(&insert("platform_role", row)).await?;
        Ok(())
    }

    /// Takes a role on the platform away.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn revoke_platform_role(&self, id: Id<Person>, role: PlatformRole) -> Result<(), StoreError> {
        let rows = delete("platform_role", [is("person_id", id.uuid()), is("role", role.code())]);
        self.connection().execute(&rows).await?;
        Ok(())
    }

    /// Who has a role on the platform.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn holders_of(&self, role: PlatformRole) -> Result<Vec<Uuid>, StoreError> {
        let rows = select("platform_role", ["person_id"], [is("role", role.code())]);
        let rows = self.connection().query_all(&rows).await?;
        rows.iter().map(|row| get(row, "person_id")).collect()
    }
}
