//! A document that passed the gate.

use std::{fmt, future::Future, sync::Arc};

use async_graphql::{
    Data, Executor, Request, Response, futures_util::stream::BoxStream, parser::types::OperationType,
};

use super::Measure;

/// A request whose document was measured and priced. Only the gate makes one, and only one can be executed.
pub struct CheckedDocument {
    request: Request,
    kind: OperationType,
    name: Option<String>,
    shape: String,
    measure: Measure,
}

impl fmt::Debug for CheckedDocument {
    /// Without variables and text, which may be personal.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CheckedDocument")
            .field("kind", &self.kind)
            .field("name", &self.name)
            .field("shape", &self.shape)
            .field("measure", &self.measure)
            .finish_non_exhaustive()
    }
}

impl CheckedDocument {
    pub(super) const fn new(
        request: Request,
        kind: OperationType,
        name: Option<String>,
        shape: String,
        measure: Measure,
    ) -> Self {
        Self { request, kind, name, shape, measure }
    }

    /// Kind of the operation that will run.
    pub const fn kind(&self) -> OperationType {
        self.kind
    }

    /// Name of the operation that will run.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// A short hash of the document without its literals, to tell documents apart in logs.
    pub fn shape(&self) -> &str {
        &self.shape
    }

    /// Counts and price.
    pub const fn measure(&self) -> Measure {
        self.measure
    }

    /// Price of the operation in units of cost.
    pub const fn cost(&self) -> u64 {
        self.measure.cost
    }

    /// The same with data for resolvers, such as the actor and the loaders.
    #[must_use]
    pub fn with_data(mut self, data: Data) -> Self {
        self.request.data = data;
        self
    }

    /// Runs the operation.
    pub fn execute<E: Executor>(self, executor: &E) -> impl Future<Output = Response> + Send {
        let executor = executor.clone();
        async move { executor.execute(self.request).await }
    }

    /// Runs the operation as a stream of answers: of events for a subscription, of one otherwise.
    pub fn execute_stream<E: Executor>(
        self,
        executor: &E,
        session: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        executor.execute_stream(self.request, session)
    }
}
