//! What the pages need of the product: the schema, asked as the person of a browser's session, and those sessions.

use std::sync::Arc;

use domain::id::Id;
use futures::{FutureExt, future::BoxFuture};
use pages::{Credentials, Failure, NewSession, Visitor};
use serde_json::{Map, Value};

use crate::{
    account::session::{self, BrowserSession},
    app::App,
    auth::{Actor, AuthFailure, authenticate_browser},
    command::{CommandError, UserErrorCode},
    graphql::{
        ApiSchema, Asker,
        error::ErrorCode,
        http::{Caller, Endpoint, Refused, ask},
        request_data,
    },
    registry::upload,
    server::{budget::Principal, peer::ClientAddress, request_id::RequestId},
};

/// The product as its pages see it.
#[derive(Debug)]
pub struct Product {
    app: App,
    endpoint: Arc<Endpoint<ApiSchema>>,
}

impl Product {
    /// Over an application and the endpoint that other clients ask.
    pub fn new(app: App, endpoint: Arc<Endpoint<ApiSchema>>) -> Self {
        Self { app, endpoint }
    }

    async fn actor(&self, who: &Visitor) -> Result<Actor, ErrorCode> {
        let Some(secret) = &who.session else { return Ok(Actor::Anonymous) };
        let found =
            authenticate_browser(&self.app.store, &self.app.auth, secret, who.acting.as_deref()).await;
        found.map_err(|failure| match failure {
            AuthFailure::Unauthenticated => ErrorCode::Unauthenticated,
            AuthFailure::NoSuchOrganisation => ErrorCode::NotFound,
            AuthFailure::Store(error) => {
                tracing::error!(error = ?error, "nobody can be authenticated");
                ErrorCode::Internal
            }
        })
    }

    async fn caller(&self, who: &Visitor) -> Result<Caller, ErrorCode> {
        let actor = self.actor(who).await?;
        let address = ClientAddress::of(&who.extensions).principal();
        let principal = actor.person_id().map_or(address, |id| Principal::Account(Id::uuid(id)));
        let mut data = request_data(&self.app, actor);
        data.insert(Asker {
            address: format!("{address:?}"),
            request_id: RequestId::of(&who.extensions).as_str().to_owned(),
        });
        Ok(Caller { principal, data })
    }
}

fn failure(refused: Refused) -> Failure {
    let retry_after = refused.after.map(|after| after.as_secs().saturating_add(1));
    // Who comes when the server is full is told to come back soon, as by the API.
    let retry_after = retry_after.or((refused.code == ErrorCode::Overloaded).then_some(1));
    Failure { code: refused.code.code().to_owned(), message: refused.message, retry_after }
}

fn refused(error: CommandError) -> Failure {
    match error {
        CommandError::Unauthenticated => Failure::of("UNAUTHENTICATED"),
        CommandError::Refused(refusals) => {
            let first = refusals.into_iter().next();
            first.map_or_else(Failure::internal, |refusal| Failure {
                code: if refusal.code == UserErrorCode::RateLimited { "RATE_LIMITED" } else { "VALIDATION" }
                    .to_owned(),
                message: refusal.message,
                retry_after: refusal.retry_after,
            })
        }
        CommandError::Overloaded => failure(ErrorCode::Overloaded.into()),
        error => {
            tracing::error!(error = ?error, "a browser cannot sign in or out");
            Failure::internal()
        }
    }
}

impl pages::Api for Product {
    fn execute<'a>(
        &'a self,
        who: &'a Visitor,
        document: &'a str,
        variables: Map<String, Value>,
    ) -> BoxFuture<'a, Result<Value, Failure>> {
        async move {
            let caller = self.caller(who).await.map_err(|code| failure(code.into()))?;
            ask(&self.endpoint, caller, document, variables).await.map_err(failure)
        }
        .boxed()
    }

    fn sign_in<'a>(
        &'a self,
        who: &'a Visitor,
        with: Credentials,
    ) -> BoxFuture<'a, Result<NewSession, Failure>> {
        async move {
            let from = format!("{:?}", ClientAddress::of(&who.extensions).principal());
            let before = who.session.as_deref();
            let opened = match with {
                Credentials::Password { email, password, code } => {
                    let client = Some("browser".to_owned());
                    let input = session::Credentials { email, password, code, client };
                    session::sign_in_browser(&self.app, &from, input, before).await
                }
                Credentials::Link(token) => {
                    session::sign_in_browser_with_link(&self.app, &from, &token, before).await
                }
            };
            let BrowserSession { secret, seconds } = opened.map_err(refused)?;
            Ok(NewSession { secret: secret.expose().to_owned(), seconds })
        }
        .boxed()
    }

    fn receive<'a>(
        &'a self,
        who: &'a Visitor,
        address: &'a str,
        bytes: Vec<u8>,
    ) -> BoxFuture<'a, Result<(), Failure>> {
        async move {
            let actor = self.actor(who).await.map_err(|code| failure(code.into()))?;
            // The last part of the address is the signed id.
            let signed = address.rsplit('/').next().unwrap_or_default();
            upload::receive(&self.app, &actor, signed, bytes).await.map_err(refused).map(|_| ())
        }
        .boxed()
    }

    fn sign_out<'a>(&'a self, who: &'a Visitor) -> BoxFuture<'a, Result<(), Failure>> {
        async move {
            match self.actor(who).await {
                Ok(actor @ Actor::Person(_)) => {
                    session::sign_out(&self.app, &actor, false).await.map_err(refused).map(|_| ())
                }
                // There is nothing to end.
                Ok(_) | Err(ErrorCode::Unauthenticated) => Ok(()),
                Err(code) => Err(failure(code.into())),
            }
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Refusal;

    #[test]
    fn who_has_to_wait_is_told_how_long() {
        let told = |error: CommandError| {
            let failure = refused(error);
            (failure.code, failure.retry_after)
        };
        assert_eq!(told(CommandError::Overloaded), ("OVERLOADED".to_owned(), Some(1)));
        assert_eq!(told(Refusal::rate_limited(90).into()), ("RATE_LIMITED".to_owned(), Some(90)));
        assert_eq!(told(CommandError::Failed), ("INTERNAL".to_owned(), None));
    }
}
