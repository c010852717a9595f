//! The price of an operation: its fields' weights, each times the rows on the way to it.

use std::collections::HashMap;

use async_graphql::{
    Value as ConstValue, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;

use super::{CostTable, GateLimits, Rows, root_type};

/// What an operation asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Price {
    /// Units.
    pub(super) cost: u64,
    /// Rankings of the whole catalog.
    pub(super) rankings: u64,
}

impl Price {
    const fn plus(self, other: Self) -> Self {
        Self {
            cost: self.cost.saturating_add(other.cost),
            rankings: self.rankings.saturating_add(other.rankings),
        }
    }

    const fn times(self, rows: u64) -> Self {
        Self { cost: self.cost.saturating_mul(rows), rankings: self.rankings.saturating_mul(rows) }
    }
}

/// Prices an operation of a document whose fragments are known to exist and to be acyclic.
///
/// The price of a fragment does not depend on where it is spread, except by a factor, so it is found once.
pub(super) fn price(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
    costs: &CostTable,
    limits: &GateLimits,
) -> Price {
    let known = HashMap::with_capacity(document.fragments.len());
    let mut pricer = Pricer { document, operation, variables, costs, limits, known };
    pricer.selection_set(&operation.selection_set.node, Some(root_type(operation.ty)))
}

struct Pricer<'a> {
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    costs: &'a CostTable,
    limits: &'a GateLimits,
    known: HashMap<&'a str, Price>,
}

impl<'a> Pricer<'a> {
    fn selection_set(&mut self, set: &'a SelectionSet, parent: Option<&str>) -> Price {
        let mut total = Price::default();
        for selection in &set.items {
            let one = match &selection.node {
                Selection::Field(field) => self.field(&field.node, parent),
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref().map(|on| on.node.on.node.as_str());
                    self.selection_set(&inline.node.selection_set.node, condition.or(parent))
                }
                Selection::FragmentSpread(spread) => self.fragment(spread.node.fragment_name.node.as_str()),
            };
            total = total.plus(one);
        }
        total
    }

    fn fragment(&mut self, name: &str) -> Price {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let Some((key, fragment)) = self.document.fragments.get_key_value(name) else {
            return Price::default();
        };
        let condition = fragment.node.type_condition.node.on.node.as_str();
        let price = self.selection_set(&fragment.node.selection_set.node, Some(condition));
        self.known.insert(key.as_str(), price);
        price
    }

    fn field(&mut self, field: &'a Field, parent: Option<&str>) -> Price {
        let listed = self.costs.price_of(parent, field.name.node.as_str());
        let below = self.selection_set(&field.selection_set.node, None);
        let rows = self.rows(field, listed.rows);
        let itself = Price { cost: u64::from(listed.weight), rankings: u64::from(listed.ranks) };
        itself.plus(below.times(rows))
    }

    fn rows(&self, field: &Field, rows: Rows) -> u64 {
        match rows {
            Rows::One => 1,
            Rows::Short(rows) => u64::from(rows),
            Rows::Page => match (self.count(field, "first"), self.count(field, "last")) {
                (None, None) => self.limits.default_page,
                (first, last) => first.unwrap_or(0).max(last.unwrap_or(0)),
            },
            Rows::Count(argument) => self.count(field, argument).unwrap_or(self.limits.default_page),
            Rows::Items(argument) => self.items(field, argument).unwrap_or(self.limits.default_page),
        }
    }

    /// Rows that a number asks for; none where it is absent or null. What is no whole number is refused later, and
    /// priced at the most until then.
    fn count(&self, field: &Field, argument: &str) -> Option<u64> {
        let most = self.limits.max_page;
        let value = match &field.get_argument(argument)?.node {
            Value::Variable(name) => match self.variable(name.as_str())? {
                ConstValue::Null => return None,
                ConstValue::Number(number) => number.as_i64(),
                _ => None,
            },
            Value::Null => return None,
            Value::Number(number) => number.as_i64(),
            _ => None,
        };
        // Below zero is refused by the field before it reads a row.
        Some(value.map_or(most, |value| u64::try_from(value).unwrap_or(0).min(most)))
    }

    fn items(&self, field: &Field, argument: &str) -> Option<u64> {
        let items = match &field.get_argument(argument)?.node {
            Value::Variable(name) => match self.variable(name.as_str())? {
                ConstValue::Null => return None,
                ConstValue::List(items) => items.len(),
                _ => 1,
            },
            Value::Null => return None,
            Value::List(items) => items.len(),
            // One value stands for a list of one.
            _ => 1,
        };
        Some((items as u64).min(self.limits.max_page))
    }

    /// A variable's value, or its default.
    fn variable(&self, name: &str) -> Option<&'a ConstValue> {
        let given: Option<&'a ConstValue> = self.variables.get(name);
        given.or_else(|| {
            let definitions = &self.operation.variable_definitions;
            let definition =
                definitions.iter().find(|definition| definition.node.name.node.as_str() == name)?;
            definition.node.default_value.as_ref().map(|value| &value.node)
        })
    }
}
