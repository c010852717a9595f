//! The second factor: a shared secret for one-time codes, and recovery codes.

use domain::{account::Person, id::Id};
use sea_orm::ConnectionTrait;

use super::super::{
    Store, StoreError, Tx,
    sql::{delete, get, insert, is, is_null, select, update},
};

/// A second factor. Its secret must be known to compare codes, so that it is stored as it is.
#[derive(Clone)]
pub struct TotpRow {
    /// The shared secret in base 32.
    pub secret: String,
    /// When its first code was given; before that it does not count. Microseconds since 1970, UTC.
    pub confirmed_at: Option<i64>,
    /// The step of the last code that counted; a code counts once.
    pub last_step: i64,
}

impl std::fmt::Debug for TotpRow {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TotpRow").field("confirmed_at", &self.confirmed_at).finish_non_exhaustive()
    }
}

fn read(row: &sea_orm::QueryResult) -> Result<TotpRow, StoreError> {
    Ok(TotpRow {
        secret: get(row, "secret")?,
        confirmed_at: get(row, "confirmed_at")?,
        last_step: get(row, "last_step")?,
    })
}

const COLUMNS: [&str; 3] = ["secret", "confirmed_at", "last_step"];

impl Store {
    /// A person's second factor.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn totp(&self, person: Id<Person>) -> Result<Option<TotpRow>, StoreError> {
        let rows = select("totp", COLUMNS, [is("person_id", person.uuid())]);
        self.reader().query_one(&rows).await?.as_ref().map(read).transpose()
    }
}

impl Tx {
    /// A person's second factor, locked against other writes.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn lock_totp(&self, person: Id<Person>) -> Result<Option<TotpRow>, StoreError> {
        let mut rows = select("totp", COLUMNS, [is("person_id", person.uuid())]);
        self.connection().query_one(rows.lock_exclusive()).await?.as_ref().map(read).transpose()
    }

    /// Stores a second factor in place of an earlier one; it does not count before its first code.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn put_totp(&self, person: Id<Person>, secret: String) -> Result<(), StoreError> {
        self.delete_totp(person).await?;
        let row = [
            ("person_id", person.uuid().into()),
            ("secret", secret.into()),
            ("created_at", self.now_micros().into()),
            ("last_step", 0_i64.into()),
        ];
        self.connection().execute(&insert("totp", row)).await?;
        Ok(())
    }

    /// Notes the step of a code that counts; none before it counts again. The first one confirms the factor.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn note_totp_step(
        &self,
        person: Id<Person>,
        step: i64,
        confirmed_at: i64,
    ) -> Result<(), StoreError> {
        let set = [("last_step", step.into()), ("confirmed_at", confirmed_at.into())];
        self.connection().execute(&update("totp", set, [is("person_id", person.uuid())])).await?;
        Ok(())
    }

    /// Takes the second factor away, with its recovery codes.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn delete_totp(&self, person: Id<Person>) -> Result<(), StoreError> {
        for table in ["totp", "recovery_code"] {
            self.connection().execute(&delete(table, [is("person_id", person.uuid())])).await?;
        }
        Ok(())
    }

    /// Stores recovery codes by their hashes.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn insert_recovery_codes(
        &self,
        person: Id<Person>,
        hashes: Vec<String>,
    ) -> Result<(), StoreError> {
        for hash in hashes {
            let row = [
                ("hash", hash.into()),
                ("person_id", person.uuid().into()),
                ("created_at", self.now_micros().into()),
            ];
            self.connection().execute(&insert("recovery_code", row)).await?;
        }
        Ok(())
    }

    /// Uses a recovery code, if it is one of the person's and nobody has.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn claim_recovery_code(&self, person: Id<Person>, hash: &str) -> Result<bool, StoreError> {
        let set = [("used_at", self.now_micros().into())];
        let one = [is("person_id", person.uuid()), is("hash", hash), is_null("used_at")];
        Ok(self.connection().execute(&update("recovery_code", set, one)).await?.rows_affected() == 1)
    }
}
