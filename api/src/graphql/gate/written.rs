//! Counts of the document as it is written, each node once.

use async_graphql::{
    Positioned,
    parser::types::{Directive, ExecutableDocument, Selection, SelectionSet},
};

use super::{Bound, GateError, GateLimits};

/// Counts of the text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) spreads: usize,
    pub(super) aliases: usize,
    pub(super) selections: usize,
}

/// Counts a document and refuses one over a limit.
pub(super) fn count(document: &ExecutableDocument, limits: &GateLimits) -> Result<Written, GateError> {
    let mut counter = Counter { written: Written::default(), limits };
    for (_, operation) in document.operations.iter() {
        counter.directives(&operation.node.directives)?;
        for variable in &operation.node.variable_definitions {
            counter.directives(&variable.node.directives)?;
        }
        counter.selection_set(&operation.node.selection_set.node)?;
    }
    for fragment in document.fragments.values() {
        counter.directives(&fragment.node.directives)?;
        counter.selection_set(&fragment.node.selection_set.node)?;
    }
    Ok(counter.written)
}

struct Counter<'a> {
    written: Written,
    limits: &'a GateLimits,
}

impl Counter<'_> {
    fn directives(&self, directives: &[Positioned<Directive>]) -> Result<(), GateError> {
        Bound::Directives.check(directives.len() as u64, self.limits.directives as u64)
    }

    /// Recursion is as deep as the scan let brackets be.
    fn selection_set(&mut self, set: &SelectionSet) -> Result<(), GateError> {
        for selection in &set.items {
            self.written.selections = self.written.selections.saturating_add(1);
            Bound::Selections.check(self.written.selections as u64, self.limits.selections as u64)?;
            self.directives(selection.node.directives())?;
            match &selection.node {
                Selection::Field(field) => {
                    if field.node.alias.is_some() {
                        self.written.aliases = self.written.aliases.saturating_add(1);
                        Bound::Aliases.check(self.written.aliases as u64, self.limits.aliases as u64)?;
                    }
                    self.selection_set(&field.node.selection_set.node)?;
                }
                Selection::InlineFragment(inline) => self.selection_set(&inline.node.selection_set.node)?,
                Selection::FragmentSpread(_) => {
                    self.written.spreads = self.written.spreads.saturating_add(1);
                    Bound::Spreads.check(self.written.spreads as u64, self.limits.spreads as u64)?;
                }
            }
        }
        Ok(())
    }
}
