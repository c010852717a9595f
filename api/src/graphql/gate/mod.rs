//! The gate before the schema: a document is counted in linear time before anything walks it for real.
//!
//! Stock validation walks a document through its fragments, so that twenty fragments which each spread the next
//! one twice cost a million visits. Here each fragment is counted once. Only a [`CheckedDocument`] can be executed.

mod cost;
mod scan;

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned, Variables,
    parser::{
        parse_query,
        types::{
            DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition, OperationType,
            Selection, SelectionSet,
        },
    },
};

use super::error::ErrorCode;

pub use cost::{Fan, fan_of, weight_of};

/// Bounds of a document.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of the document.
    pub bytes: usize,
    /// Tokens.
    pub tokens: usize,
    /// Brackets of all kinds inside each other.
    pub nesting: usize,
    /// Operations and fragments.
    pub definitions: usize,
    /// Fragment spreads as written.
    pub spreads: usize,
    /// Aliases as written.
    pub aliases: usize,
    /// Fields of the root, through fragments.
    pub root_fields: u64,
    /// Directives of one field.
    pub directives: usize,
    /// Selections as written.
    pub selections: usize,
    /// Selections with fragments spread out.
    pub expanded: u64,
    /// Fields inside each other, through fragments.
    pub depth: u64,
    /// The same for a document that asks for the schema only.
    pub introspection_depth: u64,
    /// Cost.
    pub cost: u64,
}

/// The bounds in force.
pub const LIMITS: Limits = Limits {
    bytes: 64 * 1024,
    tokens: 2_000,
    nesting: 60,
    definitions: 20,
    spreads: 100,
    aliases: 50,
    root_fields: 20,
    directives: 5,
    selections: 500,
    expanded: 2_000,
    depth: 10,
    introspection_depth: 18,
    cost: 100_000,
};

/// A refusal of the gate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The code.
    pub code: ErrorCode,
    /// What is wrong and what would be right.
    pub message: String,
}

/// A document that may be executed.
#[derive(Debug)]
pub struct CheckedDocument {
    document: ExecutableDocument,
    text: String,
    operation_name: Option<String>,
    variables: Variables,
    /// What the operation costs at most.
    pub cost: u64,
    /// Whether the operation may change something.
    pub is_query: bool,
}

impl CheckedDocument {
    /// Counts a document and the operation of it that is to be executed.
    ///
    /// # Errors
    /// It is over a limit, does not parse, or names no operation of its own.
    pub fn check(text: &str, operation_name: Option<&str>, variables: Variables) -> Result<Self, Refusal> {
        scan::scan(text, &LIMITS)?;
        let document = parse_query(text).map_err(|error| Refusal {
            code: ErrorCode::ParseError,
            message: error.to_string().chars().take(300).collect(),
        })?;
        let operation = operation(&document.operations, operation_name)?;
        let mut count = Count::new(&document.fragments, operation, &variables);
        count.written(&document)?;
        let root = count.set(&operation.selection_set.node)?;
        let introspection = is_introspection(&operation.selection_set.node);
        let depth = if introspection { LIMITS.introspection_depth } else { LIMITS.depth };
        at_most("fields inside each other", root.depth, depth)?;
        at_most("selections with fragments spread out", root.expanded, LIMITS.expanded)?;
        at_most("root fields", root.fields, LIMITS.root_fields)?;
        at_most("cost", root.cost, LIMITS.cost)?;
        let is_query = operation.ty == OperationType::Query;
        Ok(Self {
            text: text.to_owned(),
            operation_name: operation_name.map(str::to_owned),
            variables,
            cost: root.cost,
            is_query,
            document,
        })
    }

    /// The request; the document is not parsed a second time.
    pub fn into_request(self) -> async_graphql::Request {
        let mut request = async_graphql::Request::new(self.text).variables(self.variables);
        request.operation_name = self.operation_name;
        request.set_parsed_query(self.document);
        request
    }
}

fn at_most(what: &str, found: impl Into<u64>, limit: impl Into<u64>) -> Result<(), Refusal> {
    let (found, limit) = (found.into(), limit.into());
    if found <= limit {
        return Ok(());
    }
    Err(Refusal {
        code: ErrorCode::LimitExceeded,
        message: format!("The document has more than {limit} {what}: ask for less at once."),
    })
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal { code: ErrorCode::Validation, message: message.into() }
}

/// The operation to execute. A single named one stands among 'several' in the parsed document too.
fn operation<'a>(
    operations: &'a DocumentOperations,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, Refusal> {
    match (operations, name) {
        (DocumentOperations::Single(operation), None | Some("")) => Ok(&operation.node),
        (DocumentOperations::Single(_), Some(_)) => {
            Err(invalid("operationName names no operation of the document."))
        }
        (DocumentOperations::Multiple(all), Some(name)) if !name.is_empty() => all
            .get(name)
            .map(|operation| &operation.node)
            .ok_or_else(|| invalid("operationName names no operation of the document.")),
        (DocumentOperations::Multiple(all), _) => {
            let mut all = all.values();
            match (all.next(), all.next()) {
                (Some(only), None) => Ok(&only.node),
                _ => Err(invalid("Name the operation to execute in operationName.")),
            }
        }
    }
}

fn is_introspection(set: &SelectionSet) -> bool {
    !set.items.is_empty()
        && set.items.iter().all(
            |item| matches!(&item.node, Selection::Field(field) if field.node.name.node.starts_with("__")),
        )
}

/// What lies below a selection set.
#[derive(Debug, Clone, Copy, Default)]
struct Below {
    /// Selections with fragments spread out.
    expanded: u64,
    /// Fields directly in it, through fragments.
    fields: u64,
    /// Fields inside each other.
    depth: u64,
    /// Cost.
    cost: u64,
}

impl Below {
    fn add(&mut self, other: Self) {
        self.expanded = self.expanded.saturating_add(other.expanded);
        self.fields = self.fields.saturating_add(other.fields);
        self.depth = self.depth.max(other.depth);
        self.cost = self.cost.saturating_add(other.cost);
    }
}

struct Count<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    values: cost::Values<'a>,
    known: HashMap<&'a str, Below>,
    open: HashSet<&'a str>,
}

impl<'a> Count<'a> {
    fn new(
        fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
        operation: &'a OperationDefinition,
        variables: &'a Variables,
    ) -> Self {
        let values = cost::Values::new(operation, variables);
        Self { fragments, values, known: HashMap::new(), open: HashSet::new() }
    }

    /// Counts what is written, each definition once.
    fn written(&self, document: &'a ExecutableDocument) -> Result<(), Refusal> {
        let operations: Vec<&SelectionSet> = match &document.operations {
            DocumentOperations::Single(operation) => vec![&operation.node.selection_set.node],
            DocumentOperations::Multiple(all) => all.values().map(|o| &o.node.selection_set.node).collect(),
        };
        let definitions = operations.len().saturating_add(self.fragments.len());
        at_most("definitions", definitions as u64, LIMITS.definitions as u64)?;
        let mut open: Vec<&SelectionSet> = operations;
        open.extend(self.fragments.values().map(|fragment| &fragment.node.selection_set.node));
        let (mut selections, mut spreads, mut aliases) = (0_u64, 0_u64, 0_u64);
        while let Some(set) = open.pop() {
            for item in &set.items {
                selections = selections.saturating_add(1);
                match &item.node {
                    Selection::Field(field) => {
                        aliases = aliases.saturating_add(u64::from(field.node.alias.is_some()));
                        let directives = field.node.directives.len() as u64;
                        at_most("directives on one field", directives, LIMITS.directives as u64)?;
                        open.push(&field.node.selection_set.node);
                    }
                    Selection::FragmentSpread(_) => spreads = spreads.saturating_add(1),
                    Selection::InlineFragment(fragment) => open.push(&fragment.node.selection_set.node),
                }
            }
        }
        at_most("selections", selections, LIMITS.selections as u64)?;
        at_most("fragment spreads", spreads, LIMITS.spreads as u64)?;
        at_most("aliases", aliases, LIMITS.aliases as u64)
    }

    /// Counts below a selection set; each fragment is counted once and remembered. The recursion is bounded by the
    /// nesting of the text and by the number of definitions.
    fn set(&mut self, set: &'a SelectionSet) -> Result<Below, Refusal> {
        let mut sum = Below::default();
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let below = self.set(&field.node.selection_set.node)?;
                    let fan = self.values.fan(&field.node);
                    sum.add(Below {
                        expanded: below.expanded.saturating_add(1),
                        fields: 1,
                        depth: below.depth.saturating_add(1),
                        cost: weight_of(&field.node.name.node).saturating_add(fan.saturating_mul(below.cost)),
                    });
                }
                Selection::InlineFragment(fragment) => {
                    let below = self.set(&fragment.node.selection_set.node)?;
                    sum.add(below);
                }
                Selection::FragmentSpread(spread) => {
                    let below = self.fragment(spread.node.fragment_name.node.as_str())?;
                    sum.add(below);
                }
            }
        }
        Ok(sum)
    }

    fn fragment(&mut self, name: &str) -> Result<Below, Refusal> {
        // A fragment that does not exist is left to validation, which says so.
        let Some((name, fragment)) = self.fragments.get_key_value(name) else { return Ok(Below::default()) };
        let name = name.as_str();
        if let Some(below) = self.known.get(name) {
            return Ok(*below);
        }
        if !self.open.insert(name) {
            return Err(invalid("A fragment spreads itself."));
        }
        let below = self.set(&fragment.node.selection_set.node)?;
        self.open.remove(name);
        self.known.insert(name, below);
        Ok(below)
    }
}

#[cfg(test)]
mod tests;
