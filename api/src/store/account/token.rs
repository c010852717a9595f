//! Tokens that are sent by mail and used once: bound to a purpose, an address and a time.

use domain::{account::Person, id::Id, organisation::Organisation};
use sea_orm::{ConnectionTrait, QueryResult, sea_query::Alias};
use uuid::Uuid;

use super::super::{
    Store, StoreError, Tx,
    sql::{above, get, insert, is, is_null, select, update},
};

/// What a token is for. A token of one purpose is worth nothing for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Confirms the address of a new account.
    ConfirmEmail,
    /// Sets a new password.
    ResetPassword,
    /// Confirms the new address of an account.
    ChangeEmail,
    /// Takes a change of address back.
    RevertEmail,
    /// Joins an organisation.
    Invitation,
    /// Signs in once, for the people of the demo.
    SignIn,
    /// Confirms that a listing is current.
    ConfirmListing,
    /// Proves an organisation's domain.
    ProveDomain,
}

impl Purpose {
    /// The stored code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ConfirmEmail => "CONFIRM_EMAIL",
            Self::ResetPassword => "RESET_PASSWORD",
            Self::ChangeEmail => "CHANGE_EMAIL",
            Self::RevertEmail => "REVERT_EMAIL",
            Self::Invitation => "INVITATION",
            Self::SignIn => "SIGN_IN",
            Self::ConfirmListing => "CONFIRM_LISTING",
            Self::ProveDomain => "PROVE_DOMAIN",
        }
    }
}

/// A token to be stored.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// SHA-256 of the token, in hexadecimal.
    pub hash: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Whose account it acts on.
    pub person: Option<Id<Person>>,
    /// Whose organisation it acts on.
    pub organisation: Option<Id<Organisation>>,
    /// To which address it was sent.
    pub email: Option<String>,
    /// What else it carries, such as the role of an invitation.
    pub payload: serde_json::Value,
    /// Its end, microseconds since 1970, UTC.
    pub expires_at: i64,
}

/// A stored token.
#[derive(Debug, Clone)]
pub struct OneTimeToken {
    /// Its id; the token itself is not stored.
    pub id: Uuid,
    /// Rises with every change, from 1.
    pub version: i32,
    /// Whose account it acts on.
    pub person: Option<Id<Person>>,
    /// Whose organisation it acts on.
    pub organisation: Option<Id<Organisation>>,
    /// To which address it was sent.
    pub email: Option<String>,
    /// What else it carries.
    pub payload: serde_json::Value,
    /// When it was made, microseconds since 1970, UTC.
    pub created_at: i64,
    /// Its end.
    pub expires_at: i64,
    /// When it was used.
    pub used_at: Option<i64>,
    /// When it was taken back.
    pub revoked_at: Option<i64>,
}

impl OneTimeToken {
    /// Whether it can still be used at a time.
    pub const fn is_live(&self, now_micros: i64) -> bool {
        self.used_at.is_none() && self.revoked_at.is_none() && now_micros < self.expires_at
    }
}

const COLUMNS: [&str; 10] = [
    "id",
    "version",
    "person_id",
    "organisation_id",
    "email",
    "payload",
    "created_at",
    "expires_at",
    "used_at",
    "revoked_at",
];

fn read(row: &QueryResult) -> Result<OneTimeToken, StoreError> {
    Ok(OneTimeToken {
        id: get(row, "id")?,
        version: get(row, "version")?,
        person: get::<Option<Uuid>>(row, "person_id")?.map(Id::from_uuid),
        organisation: get::<Option<Uuid>>(row, "organisation_id")?.map(Id::from_uuid),
        email: get(row, "email")?,
        payload: get(row, "payload")?,
        created_at: get(row, "created_at")?,
        expires_at: get(row, "expires_at")?,
        used_at: get(row, "used_at")?,
        revoked_at: get(row, "revoked_at")?,
    })
}

impl Store {
    /// Invitations of an organisation that nobody has used or taken back, oldest first, at most 200.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn invitations(
        &self,
        organisation: Id<Organisation>,
        now: i64,
    ) -> Result<Vec<OneTimeToken>, StoreError> {
        let open = [
            is("organisation_id", organisation.uuid()),
            is("purpose", Purpose::Invitation.code()),
            is_null("used_at"),
            is_null("revoked_at"),
            above("expires_at", now),
        ];
        let mut rows = select("one_time_token", COLUMNS, open);
        rows.order_by(Alias::new("id"), sea_orm::Order::Asc).limit(200);
        self.reader().query_all(&rows).await?.iter().map(read).collect()
    }

    /// The token of a hash and a purpose, as it is now: to look before a write is begun, which looks again.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn token(&self, purpose: Purpose, hash: &str) -> Result<Option<OneTimeToken>, StoreError> {
        let one = [is("hash", hash), is("purpose", purpose.code())];
        let rows = select("one_time_token", COLUMNS, one);
        self.reader().query_one(&rows).await?.as_ref().map(read).transpose()
    }

    /// An invitation by its id.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn invitation(&self, id: Uuid) -> Result<Option<OneTimeToken>, StoreError> {
        let one = [is("id", id), is("purpose", Purpose::Invitation.code())];
        let rows = select("one_time_token", COLUMNS, one);
        self.reader().query_one(&rows).await?.as_ref().map(read).transpose()
    }
}

impl Tx {
    /// Stores a token. Answers its id.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn insert_token(&self, token: NewToken) -> Result<Uuid, StoreError> {
        let id = Uuid::now_v7();
        let row = [
            ("id", id.into()),
            ("version", 1.into()),
            ("hash", token.hash.into()),
            ("purpose", token.purpose.code().into()),
            ("person_id", token.person.map(Id::uuid).into()),
            ("organisation_id", token.organisation.map(Id::uuid).into()),
            ("email", token.email.into()),
            ("payload", token.payload.into()),
            ("created_at", self.now_micros().into()),
            ("expires_at", token.expires_at.into()),
        ];
        self.connection().execute(&insert("one_time_token", row)).await?;
        Ok(id)
    }

    /// The token of a hash and a purpose, locked against other writes.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn find_token(&self, purpose: Purpose, hash: &str) -> Result<Option<OneTimeToken>, StoreError> {
        let one = [is("hash", hash), is("purpose", purpose.code())];
        let mut rows = select("one_time_token", COLUMNS, one);
        self.connection().query_one(rows.lock_exclusive()).await?.as_ref().map(read).transpose()
    }

    /// The invitation of an id, locked against other writes.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn lock_invitation(&self, id: Uuid) -> Result<Option<OneTimeToken>, StoreError> {
        let one = [is("id", id), is("purpose", Purpose::Invitation.code())];
        let mut rows = select("one_time_token", COLUMNS, one);
        self.connection().query_one(rows.lock_exclusive()).await?.as_ref().map(read).transpose()
    }

    /// Uses a token, if nobody has and nobody took it back.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn claim_token(&self, id: Uuid) -> Result<bool, StoreError> {
        let set = [("used_at", self.now_micros().into())];
        let one = [is("id", id), is_null("used_at"), is_null("revoked_at")];
        Ok(self.connection().execute(&update("one_time_token", set, one)).await?.rows_affected() == 1)
    }

    /// Takes an open token back.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn revoke_token(&self, id: Uuid) -> Result<bool, StoreError> {
        let set = [("revoked_at", self.now_micros().into()), ("version", 2.into())];
        let one = [is("id", id), is_null("used_at"), is_null("revoked_at")];
        Ok(self.connection().execute(&update("one_time_token", set, one)).await?.rows_affected() == 1)
    }

    /// Takes back all open tokens of a person for a purpose, so that a new one voids the old.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn revoke_tokens(&self, person: Id<Person>, purpose: Purpose) -> Result<(), StoreError> {
        let set = [("revoked_at", self.now_micros().into())];
        let open = [
            is("person_id", person.uuid()),
            is("purpose", purpose.code()),
            is_null("used_at"),
            is_null("revoked_at"),
        ];
        self.connection().execute(&update("one_time_token", set, open)).await?;
        Ok(())
    }
}
