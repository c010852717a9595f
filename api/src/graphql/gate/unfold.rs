//! Counts of the document as it unfolds, without unfolding it.
//!
//! A fragment has one [`Shape`], found once; a spread adds it. The graph of fragments is acyclic or refused.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, Field, OperationType, Selection, SelectionSet};

use super::{Bound, GateError, GateLimits, is_introspection};

/// What a selection set unfolds to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Shape {
    /// Fields, spreads and inline fragments.
    selections: u64,
    /// Fields on the longest way down.
    depth: u64,
    /// Fields of this level.
    fields: u64,
    /// Of them, those that ask for the schema.
    schema_fields: u64,
    /// Of them, `__typename`, which any operation may ask for.
    name_fields: u64,
    /// Of them, mutations that test a secret, if this level is the root of a mutation.
    credentials: u64,
    /// Whether one of those has an alias.
    has_aliased_credential: bool,
    /// Most lists of the schema inside each other, if this level is inside the schema.
    lists: u64,
    /// The same where a way below this level enters the schema.
    entered_lists: u64,
}

impl Shape {
    /// Both, side by side.
    fn beside(self, other: Self) -> Self {
        Self {
            selections: self.selections.saturating_add(other.selections),
            depth: self.depth.max(other.depth),
            fields: self.fields.saturating_add(other.fields),
            schema_fields: self.schema_fields.saturating_add(other.schema_fields),
            name_fields: self.name_fields.saturating_add(other.name_fields),
            credentials: self.credentials.saturating_add(other.credentials),
            has_aliased_credential: self.has_aliased_credential || other.has_aliased_credential,
            lists: self.lists.max(other.lists),
            entered_lists: self.entered_lists.max(other.entered_lists),
        }
    }
}

/// Counts of a document, fragments unfolded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Unfolded {
    pub(super) selections: u64,
    pub(super) root_fields: u64,
    pub(super) depth: u64,
}

/// Counts a document and refuses one over a limit.
pub(super) fn unfold(document: &ExecutableDocument, limits: &GateLimits) -> Result<Unfolded, GateError> {
    let mut walk = Walk { document, limits, known: HashMap::with_capacity(document.fragments.len()) };
    let mut total = Unfolded::default();
    let mut credentials = 0_u64;
    for (_, operation) in document.operations.iter() {
        let shape = walk.selection_set(&operation.node.selection_set.node)?;
        total.selections = total.selections.saturating_add(shape.selections);
        total.root_fields = total.root_fields.max(shape.fields);
        total.depth = total.depth.max(shape.depth);
        let is_schema_only =
            shape.schema_fields > 0 && shape.schema_fields.saturating_add(shape.name_fields) == shape.fields;
        let depth = if is_schema_only { limits.introspection_depth } else { limits.depth };
        Bound::Depth.check(shape.depth, depth)?;
        Bound::IntrospectionLists.check(shape.entered_lists, limits.introspection_lists)?;
        // A subscription is one stream of events; with two roots it would be two.
        let roots = if operation.node.ty == OperationType::Subscription { 1 } else { limits.root_fields };
        Bound::RootFields.check(shape.fields, roots)?;
        if operation.node.ty == OperationType::Mutation {
            if shape.has_aliased_credential {
                return Err(GateError::AliasedCredential);
            }
            credentials = credentials.saturating_add(shape.credentials);
        }
    }
    Bound::Unfolded.check(total.selections, limits.unfolded)?;
    Bound::Credentials.check(credentials, 1)?;
    // Validation walks fragments that no operation spreads, too.
    for name in document.fragments.keys() {
        let shape = walk.fragment(name.as_str())?;
        Bound::Unfolded.check(shape.selections, limits.unfolded)?;
    }
    Ok(total)
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    limits: &'a GateLimits,
    /// `None` while a fragment is being walked: meeting it again is a cycle.
    known: HashMap<&'a str, Option<Shape>>,
}

impl<'a> Walk<'a> {
    fn fragment(&mut self, name: &str) -> Result<Shape, GateError> {
        match self.known.get(name) {
            Some(Some(shape)) => return Ok(*shape),
            Some(None) => return Err(GateError::FragmentCycle(name.to_owned())),
            None => {}
        }
        let Some((key, fragment)) = self.document.fragments.get_key_value(name) else {
            return Err(GateError::UnknownFragment(name.to_owned()));
        };
        self.known.insert(key.as_str(), None);
        let shape = self.selection_set(&fragment.node.selection_set.node)?;
        self.known.insert(key.as_str(), Some(shape));
        Ok(shape)
    }

    /// Recursion is as deep as definitions times open brackets, both of which are bounded by now.
    fn selection_set(&mut self, set: &'a SelectionSet) -> Result<Shape, GateError> {
        let mut shape = Shape::default();
        for selection in &set.items {
            let one = match &selection.node {
                Selection::Field(field) => self.field(&field.node)?,
                Selection::InlineFragment(inline) => self.selection_set(&inline.node.selection_set.node)?,
                Selection::FragmentSpread(spread) => {
                    self.fragment(spread.node.fragment_name.node.as_str())?
                }
            };
            shape = shape.beside(Shape { selections: one.selections.saturating_add(1), ..one });
        }
        Ok(shape)
    }

    fn field(&mut self, field: &'a Field) -> Result<Shape, GateError> {
        let below = self.selection_set(&field.selection_set.node)?;
        let name = field.name.node.as_str();
        let is_credential = self.limits.credential_fields.contains(&name);
        Ok(Shape {
            selections: below.selections,
            depth: below.depth.saturating_add(1),
            fields: 1,
            schema_fields: u64::from(is_introspection(name)),
            name_fields: u64::from(name == "__typename"),
            credentials: u64::from(is_credential),
            has_aliased_credential: is_credential && field.alias.is_some(),
            lists: below.lists.saturating_add(u64::from(is_schema_list(name))),
            entered_lists: if is_introspection(name) { below.lists } else { below.entered_lists },
        })
    }
}

/// Lists of the schema that lead from a type to types: inside each other they multiply.
fn is_schema_list(name: &str) -> bool {
    matches!(name, "fields" | "inputFields" | "interfaces" | "possibleTypes")
}
