//! One operation of a socket: who asks, the gate, the budget, execution.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use async_graphql::{Executor, Request, Response, Value, parser::types::OperationType};
use axum::http::request::Parts;
use futures::{FutureExt, StreamExt};
use tokio::sync::mpsc;

use super::{
    super::{
        error::ErrorCode,
        gate::CheckedDocument,
        http::{Answer, Caller, REFUSAL_COST, execute},
    },
    Gateway,
    message::{Close, ServerMessage},
};
use crate::server::{budget::Principal, request_id::RequestId};

/// A message of an operation, to be sent.
#[derive(Debug)]
pub(super) struct Out {
    /// Which run of which operation; an id can be used again.
    pub(super) run: u64,
    /// The operation.
    pub(super) id: Arc<str>,
    /// The message.
    pub(super) text: String,
    /// Whether nothing comes after it.
    pub(super) is_last: bool,
}

/// What an operation needs besides its request.
pub(super) struct Operation<E> {
    pub(super) gateway: Arc<Gateway<E>>,
    pub(super) parts: Arc<Parts>,
    /// Who was admitted at the init.
    pub(super) caller: Principal,
    pub(super) request_id: RequestId,
    pub(super) run: u64,
    pub(super) id: Arc<str>,
    pub(super) out: mpsc::Sender<Out>,
    /// Closes the socket, past all messages that wait.
    pub(super) close: mpsc::Sender<Close>,
    /// Set where the operation turns out to be a subscription, which has no end to wait for.
    pub(super) is_stream: Arc<AtomicBool>,
}

/// Looks the caller up again.
///
/// # Errors
/// The caller is refused now, or is another one than was admitted: the socket is to be closed. Any other refusal is
/// of the moment and is given inside.
pub(super) async fn caller<E>(
    gateway: &Gateway<E>,
    parts: &Parts,
    admitted: Principal,
) -> Result<Result<Caller, ErrorCode>, Close> {
    match gateway.endpoint.callers.caller(parts).await {
        Ok(caller) if caller.principal != admitted => Err(Close::FORBIDDEN),
        Ok(caller) => Ok(Ok(caller)),
        Err(code) if is_final(code) => Err(Close::FORBIDDEN),
        Err(code) => Ok(Err(code)),
    }
}

/// Whether a refusal is one of the caller and not of the moment.
pub(super) const fn is_final(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::Unauthenticated | ErrorCode::Forbidden | ErrorCode::NotFound)
}

/// Errors end an operation early; what they carry was sent already or is sent by the caller.
enum End {
    Refused(Box<Answer>),
    Socket(Close),
    /// Nobody takes messages any more.
    Left,
}

impl From<ErrorCode> for End {
    fn from(code: ErrorCode) -> Self {
        Self::Refused(Box::new(Answer::refused(code)))
    }
}

impl<E: Executor> Operation<E> {
    /// Runs the operation to its end. A panic ends it and nothing else.
    pub(super) async fn run(self, request: Request) {
        let ran = AssertUnwindSafe(self.serve(request)).catch_unwind().await;
        let end = ran.unwrap_or_else(|_| Err(ErrorCode::Internal.into()));
        // Who is not there any more needs no end.
        let _ = match end {
            Ok(()) => self.send(&ServerMessage::Complete { id: &self.id }, true).await,
            Err(End::Refused(answer)) => {
                self.send(&ServerMessage::Error { id: &self.id, payload: answer.errors() }, true).await
            }
            Err(End::Socket(close)) => {
                // Where it is full the socket is being closed already.
                let _ = self.close.try_send(close);
                Ok(())
            }
            Err(End::Left) => Ok(()),
        };
    }

    async fn serve(&self, request: Request) -> Result<(), End> {
        let endpoint = &self.gateway.endpoint;
        let caller = caller(&self.gateway, &self.parts, self.caller).await.map_err(End::Socket)??;
        let document = match endpoint.gate.check(request) {
            Ok(document) => document,
            Err(error) => {
                tracing::info!(code = error.code().code(), "the gate refused a document");
                metrics::counter!("graphql_refusals_total", "code" => error.code().code()).increment(1);
                self.charge(REFUSAL_COST)?;
                return Err(End::Refused(Box::new(Answer::gate(&error))));
            }
        };
        self.charge(document.cost())?;
        let kind = document.kind();
        let document = document.with_data(caller.data);
        if kind == OperationType::Subscription {
            self.is_stream.store(true, Ordering::Relaxed);
            return self.stream(document).await;
        }
        let Ok(_turn) = self.gateway.turns.try_acquire() else { return Err(ErrorCode::Overloaded.into()) };
        let answer = execute(endpoint, document).await;
        self.answer(answer).await
    }

    fn charge(&self, cost: u64) -> Result<(), End> {
        self.gateway.endpoint.budget.charge(&self.caller, cost).map_err(|_| {
            tracing::info!(cost, "a budget is used up");
            ErrorCode::RateLimited.into()
        })
    }

    /// Sends what execution gave: a refusal as an error, all else as a result.
    async fn answer(&self, answer: Answer) -> Result<(), End> {
        if answer.is_refusal() {
            return Err(End::Refused(Box::new(answer)));
        }
        let payload = answer.body(self.request_id.as_str());
        self.send(&ServerMessage::Next { id: &self.id, payload }, false).await
    }

    /// Sends events as they come. Each is paid for; one that the budget does not hold waits until it does, and what
    /// happens meanwhile is told together.
    async fn stream(&self, document: CheckedDocument) -> Result<(), End> {
        let cost = document.cost();
        let name = document.name().unwrap_or_default().chars().take(64).collect::<String>();
        tracing::info!(operation = name, shape = document.shape(), cost, "a subscription begins");
        metrics::counter!("graphql_subscriptions_total").increment(1);
        let mut events = document.execute_stream(&self.gateway.endpoint.executor, None);
        let mut is_paid = true;
        while let Some(event) = events.next().await {
            if !std::mem::take(&mut is_paid) {
                while let Err(after) = self.gateway.endpoint.budget.charge(&self.caller, cost) {
                    tokio::time::sleep(after).await;
                }
            }
            metrics::counter!("graphql_events_total").increment(1);
            if is_end(&event) {
                return Err(End::Refused(Box::new(Answer::executed(event))));
            }
            self.answer(Answer::executed(event)).await?;
        }
        Ok(())
    }

    async fn send(&self, message: &ServerMessage<'_>, is_last: bool) -> Result<(), End> {
        let text = message.text().ok_or(End::Socket(Close::FAILED))?;
        let out = Out { run: self.run, id: Arc::clone(&self.id), text, is_last };
        self.out.send(out).await.map_err(|_| End::Left)
    }
}

/// Whether an answer of a subscription ends it: the field at the root refused, and not one of an event's.
fn is_end(event: &Response) -> bool {
    event.data == Value::Null
        && !event.errors.is_empty()
        && event.errors.iter().all(|error| error.path.len() <= 1)
}
