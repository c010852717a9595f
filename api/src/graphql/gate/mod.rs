//! The gate in front of the schema: a document is measured and priced before the library sees it.
//!
//! Validation and execution walk a document as it unfolds: a fragment is visited once for every spread, so a
//! document of a kilobyte can ask for billions of visits. The gate walks it as it is written, each fragment once,
//! and refuses what unfolds too far. What passes is a [`CheckedDocument`], the only thing that can be executed.
//!
//! Reading order: [`limits`] (the bounds), [`body`] (bytes to a request), `scan` (tokens and nesting, before the
//! parser), `written` (counts of the text), `unfold` (counts through fragments), [`cost`] (the price list),
//! `price` (the price), [`document`].
//!
//! Invariant: time is linear in the length of the document.
//! Invariant: every count saturates; a count that cannot be held is over every limit.

pub mod body;
pub mod cost;
pub mod document;
mod error;
pub mod limits;
mod price;
mod scan;
#[cfg(test)]
mod tests;
mod unfold;
mod written;

use async_graphql::{
    Request, Value, Variables,
    parser::{
        self, parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
    },
};

pub use self::{
    cost::{CostTable, FieldCost, Rows, SERVED_COSTS},
    document::CheckedDocument,
    error::{Bound, GateError},
    limits::GateLimits,
};

/// What a document was measured to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measure {
    /// Tokens of the text.
    pub tokens: usize,
    /// Operations and fragments.
    pub definitions: usize,
    /// Fragment spreads as written.
    pub spreads: usize,
    /// Aliases as written.
    pub aliases: usize,
    /// Fields, spreads and inline fragments as written.
    pub selections: usize,
    /// The same of all operations, fragments unfolded.
    pub unfolded: u64,
    /// Fields at the root of the widest operation, fragments unfolded.
    pub root_fields: u64,
    /// Fields on the longest way from a root to a leaf, of all operations.
    pub depth: u64,
    /// Rankings of the whole catalog that the operation asks for.
    pub rankings: u64,
    /// Price of the operation.
    pub cost: u64,
}

/// The gate: bounds and a price list.
#[derive(Debug, Clone, Copy)]
pub struct Gate {
    limits: GateLimits,
    costs: CostTable,
}

impl Default for Gate {
    /// The gate with the bounds and prices that are served.
    fn default() -> Self {
        Self::new(GateLimits::SERVED, SERVED_COSTS)
    }
}

impl Gate {
    /// A gate with these bounds and prices.
    pub const fn new(limits: GateLimits, costs: CostTable) -> Self {
        Self { limits, costs }
    }

    /// The bounds.
    pub const fn limits(&self) -> &GateLimits {
        &self.limits
    }

    /// Reads the JSON body of a request and checks its document.
    ///
    /// # Errors
    /// The body is no request, the document does not parse, or it is over a limit.
    pub fn check_json(&self, body: &[u8]) -> Result<CheckedDocument, GateError> {
        self.check(body::parse(body, &self.limits)?)
    }

    /// Checks the document of a request.
    ///
    /// Variables count: a page size in a variable is priced at its value.
    ///
    /// # Errors
    /// The document does not parse, names no operation to run, or is over a limit.
    pub fn check(&self, mut request: Request) -> Result<CheckedDocument, GateError> {
        let limits = &self.limits;
        let scanned = scan::scan(&request.query, limits)?;
        let document = parse_query(&request.query).map_err(|error| syntax(&error))?;
        let definitions = document.operations.iter().len().saturating_add(document.fragments.len());
        Bound::Definitions.check(definitions as u64, limits.definitions as u64)?;
        let written = written::count(&document, limits)?;
        let unfolded = unfold::unfold(&document, limits)?;
        let (name, operation) = chosen(&document, request.operation_name.as_deref())?;
        let name = name.map(str::to_owned);
        given(operation, &request.variables)?;
        let kind = operation.ty;
        let price = price::price(&document, operation, &request.variables, &self.costs, limits);
        Bound::Rankings.check(price.rankings, limits.rankings)?;
        Bound::Cost.check(price.cost, limits.cost)?;
        let measure = Measure {
            tokens: scanned.tokens,
            definitions,
            spreads: written.spreads,
            aliases: written.aliases,
            selections: written.selections,
            unfolded: unfolded.selections,
            root_fields: unfolded.root_fields,
            depth: unfolded.depth,
            rankings: price.rankings,
            cost: price.cost,
        };
        request.operation_name.clone_from(&name);
        request.set_parsed_query(document);
        Ok(CheckedDocument::new(request, kind, name, scanned.shape, measure))
    }
}

/// The operation to run: the named one, or the only one. An empty name is none, as some clients send it.
fn chosen<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<(Option<&'a str>, &'a OperationDefinition), GateError> {
    match (&document.operations, name.filter(|name| !name.is_empty())) {
        (DocumentOperations::Single(operation), None) => Ok((None, &operation.node)),
        (DocumentOperations::Single(_), Some(_)) => Err(GateError::UnknownOperation),
        // An operation with a name arrives as one of many, even when it is alone.
        (DocumentOperations::Multiple(operations), Some(name)) => operations
            .get_key_value(name)
            .map(|(name, operation)| (Some(name.as_str()), &operation.node))
            .ok_or(GateError::UnknownOperation),
        (DocumentOperations::Multiple(operations), None) => match operations.iter().next() {
            Some((name, operation)) if operations.len() == 1 => Ok((Some(name.as_str()), &operation.node)),
            _ => Err(GateError::OperationNameMissing),
        },
    }
}

/// Refuses a variable that must have a value and has none, which the library finds only in the midst of execution.
fn given(operation: &OperationDefinition, variables: &Variables) -> Result<(), GateError> {
    let missing =
        operation.variable_definitions.iter().map(|definition| &definition.node).find(|definition| {
            let is_needed = !definition.var_type.node.nullable;
            let is_null = match variables.get(&definition.name.node) {
                Some(value) => *value == Value::Null,
                None => definition.default_value.is_none(),
            };
            is_needed && is_null
        });
    missing.map_or(Ok(()), |definition| Err(GateError::MissingVariable(definition.name.node.to_string())))
}

/// What the parser refused, without the excerpt of the text that its message carries.
fn syntax(error: &parser::Error) -> GateError {
    let position = error.positions().next();
    let text = error.to_string();
    let reason = match error {
        parser::Error::Syntax { .. } => {
            let last = text.lines().last().unwrap_or_default().trim();
            last.strip_prefix('=').unwrap_or(last).trim().to_owned()
        }
        _ => text,
    };
    GateError::Syntax {
        reason,
        line: position.map_or(0, |at| at.line),
        column: position.map_or(0, |at| at.column),
    }
}

/// Whether a field of a root asks what the schema is, which nests deeper than data does.
fn is_introspection(name: &str) -> bool {
    matches!(name, "__schema" | "__type")
}

/// Name of an operation's root type, as the schema has it.
const fn root_type(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}
