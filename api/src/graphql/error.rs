//! Errors as clients see them: a stable code, a safe text, and the argument that was wrong.

use async_graphql::{Error, ErrorExtensions};

use crate::app::AppError;

/// Stable codes of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// The request is no GraphQL request.
    BadRequest,
    /// The document does not parse.
    ParseError,
    /// The document does not fit the schema, or an argument is wrong.
    Validation,
    /// The document is larger or dearer than is taken.
    LimitExceeded,
    /// The body is longer than is taken.
    PayloadTooLarge,
    /// The request did not arrive in time.
    RequestTimeout,
    /// The answer was not ready in time.
    Timeout,
    /// Nobody, or somebody unknown, asks for what needs an account.
    Unauthenticated,
    /// Not from this origin, or not by this account.
    Forbidden,
    /// Not there, or not visible.
    NotFound,
    /// Too many requests.
    RateLimited,
    /// Too much work at once.
    Overloaded,
    /// The method is not taken.
    MethodNotAllowed,
    /// The media type of the body is not taken.
    UnsupportedMediaType,
    /// None of the media types asked for can be given.
    NotAcceptable,
    /// A fault of the server.
    Internal,
}

impl ErrorCode {
    /// The code, the HTTP status for a request that fails as a whole, and the public text.
    pub const fn row(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::BadRequest => ("BAD_REQUEST", 400, "The request is not a GraphQL request."),
            Self::ParseError => ("PARSE_ERROR", 400, "The document does not parse."),
            Self::Validation => ("VALIDATION", 400, "The document or an argument is not valid."),
            Self::LimitExceeded => ("LIMIT_EXCEEDED", 400, "The document is over a limit."),
            Self::PayloadTooLarge => ("PAYLOAD_TOO_LARGE", 413, "The request is too long."),
            Self::RequestTimeout => ("REQUEST_TIMEOUT", 408, "The request did not arrive in time."),
            Self::Timeout => ("TIMEOUT", 503, "The answer was not ready in time; ask for less."),
            Self::Unauthenticated => (
                "UNAUTHENTICATED",
                401,
                "The credentials are not valid, or there are none: sign in, or refresh the session.",
            ),
            Self::Forbidden => ("FORBIDDEN", 403, "This is not allowed."),
            Self::NotFound => ("NOT_FOUND", 404, "There is no such thing."),
            Self::RateLimited => ("RATE_LIMITED", 429, "Too many requests; try again later."),
            Self::Overloaded => ("OVERLOADED", 503, "The server is busy; try again later."),
            Self::MethodNotAllowed => ("METHOD_NOT_ALLOWED", 405, "The method is not taken here."),
            Self::UnsupportedMediaType => ("UNSUPPORTED_MEDIA_TYPE", 415, "Send application/json."),
            Self::NotAcceptable => {
                ("NOT_ACCEPTABLE", 406, "Accept application/graphql-response+json or application/json.")
            }
            Self::Internal => ("INTERNAL", 500, "The server failed; the request's id is in the log."),
        }
    }

    /// Every code.
    pub const ALL: [Self; 16] = [
        Self::BadRequest,
        Self::ParseError,
        Self::Validation,
        Self::LimitExceeded,
        Self::PayloadTooLarge,
        Self::RequestTimeout,
        Self::Timeout,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::RateLimited,
        Self::Overloaded,
        Self::MethodNotAllowed,
        Self::UnsupportedMediaType,
        Self::NotAcceptable,
        Self::Internal,
    ];

    /// The code that is written so.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.code() == code)
    }

    /// The code.
    pub const fn code(self) -> &'static str {
        self.row().0
    }

    /// HTTP status of a request that fails as a whole.
    pub const fn http_status(self) -> u16 {
        self.row().1
    }

    /// The text for clients.
    pub const fn public_text(self) -> &'static str {
        self.row().2
    }
}

/// A client's error with a code and, where one is to blame, the argument.
pub fn client_error(code: ErrorCode, argument: Option<&str>, message: impl Into<String>) -> Error {
    let argument = argument.map(str::to_owned);
    Error::new(message.into()).extend_with(|_, extensions| {
        extensions.set("code", code.code());
        if let Some(argument) = &argument {
            extensions.set("argument", argument.as_str());
        }
    })
}

/// A use case's refusal as a client's error. What the database said goes to the log.
pub fn refusal(error: AppError) -> Error {
    match error {
        AppError::NotFound { what } => {
            client_error(ErrorCode::NotFound, None, format!("There is no such {what}."))
        }
        AppError::Argument { argument, message } => {
            client_error(ErrorCode::Validation, Some(argument), message)
        }
        AppError::Overloaded => {
            client_error(ErrorCode::Overloaded, None, ErrorCode::Overloaded.public_text())
        }
        failure @ (AppError::Store(_) | AppError::Index(_) | AppError::Failed) => {
            tracing::error!(error = ?failure, "a query failed");
            client_error(ErrorCode::Internal, None, ErrorCode::Internal.row().2)
        }
    }
}
