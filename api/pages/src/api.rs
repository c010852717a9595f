//! What the pages need of the product: to ask its API as somebody, and to open and end sessions in a browser.

use axum::http::Extensions;
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Who looks at a page, as the request says it.
#[derive(Debug, Clone, Default)]
pub struct Visitor {
    /// Secret of the session in the browser's cookie.
    pub session: Option<String>,
    /// Id of the organisation for which somebody of several acts.
    pub acting: Option<String>,
    /// What the server knows of the request: its id, the address it comes from.
    pub extensions: Extensions,
}

/// What somebody signs in with.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// An address with its password, and a code of the second factor where there is one.
    Password {
        /// Address of mail.
        email: String,
        /// Password.
        password: String,
        /// Six digits, or a recovery code.
        code: Option<String>,
    },
    /// A link that is good once.
    Link(String),
}

/// A session that a browser keeps.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// The secret for the cookie.
    pub secret: String,
    /// Seconds for which a browser keeps it.
    pub seconds: i64,
}

/// Why the API gives no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Failure {
    /// Code of the error, as the API has it: `UNAUTHENTICATED`, `NOT_FOUND`, `VALIDATION`, ….
    pub code: String,
    /// What the API says.
    pub message: String,
    /// Seconds after which to come back.
    pub retry_after: Option<u64>,
}

impl Failure {
    /// A failure with a code, and nothing more to say.
    pub fn of(code: &str) -> Self {
        Self { code: code.to_owned(), message: String::new(), retry_after: None }
    }

    /// What is asked for is not there, or not for this person, which is the same.
    pub fn not_found() -> Self {
        Self::of("NOT_FOUND")
    }

    /// A fault of the server.
    pub fn internal() -> Self {
        Self::of("INTERNAL")
    }
}

/// The product as the pages see it.
pub trait Api: Send + Sync + 'static {
    /// Executes a document of GraphQL as a visitor, at his cost, and answers its `data`.
    ///
    /// # Errors
    /// The first error of the answer.
    fn execute<'a>(
        &'a self,
        who: &'a Visitor,
        document: &'a str,
        variables: Map<String, Value>,
    ) -> BoxFuture<'a, Result<Value, Failure>>;

    /// Opens a session in a browser.
    ///
    /// # Errors
    /// The credentials are wrong, or there were too many attempts.
    fn sign_in<'a>(
        &'a self,
        who: &'a Visitor,
        with: Credentials,
    ) -> BoxFuture<'a, Result<NewSession, Failure>>;

    /// Takes the bytes of a file at the address that `requestUpload` gave.
    ///
    /// # Errors
    /// Nobody waits for it there, or it is too long or none of the kinds that are taken.
    fn receive<'a>(
        &'a self,
        who: &'a Visitor,
        address: &'a str,
        bytes: Vec<u8>,
    ) -> BoxFuture<'a, Result<(), Failure>>;

    /// Ends the session of a browser; one that is over already is none.
    ///
    /// # Errors
    /// The database does not answer.
    fn sign_out<'a>(&'a self, who: &'a Visitor) -> BoxFuture<'a, Result<(), Failure>>;
}

/// What a command refused, and which field it means.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
pub struct UserError {
    /// Code.
    pub code: String,
    /// Names from the input down to the field.
    pub path: Vec<String>,
    /// What would be right, in English.
    pub message: String,
}
