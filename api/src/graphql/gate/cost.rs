//! What fields cost: a weight each, times the sizes of the pages above it.

use async_graphql::{Value as ConstValue, parser::types::VariableDefinition};
use async_graphql::{
    Variables,
    parser::types::{Field, OperationDefinition},
};
use async_graphql_value::Value;

/// How many rows lie below a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fan {
    /// As many as the argument asks for, 20 where it does not.
    Page(&'static str),
    /// As many as the list argument has.
    Items(&'static str),
    /// A list whose length the schema bounds or that is short by nature.
    Short(u64),
}

/// Fields with more than one row below them, by name.
pub(super) const FANS: &[(&str, Fan)] = &[
    ("against", Fan::Short(4)),
    ("areaFocus", Fan::Short(7)),
    ("articles", Fan::Short(3)),
    ("basis", Fan::Short(5)),
    ("because", Fan::Short(4)),
    ("cells", Fan::Short(60)),
    ("cities", Fan::Page("first")),
    ("cityWeights", Fan::Short(10)),
    ("compareProjects", Fan::Short(1)),
    ("counterfactuals", Fan::Page("max")),
    ("countries", Fan::Short(10)),
    ("criteria", Fan::Short(10)),
    ("differences", Fan::Short(9)),
    ("edges", Fan::Short(1)),
    ("evidence", Fan::Short(2)),
    ("excluded", Fan::Short(10)),
    ("excludedContracts", Fan::Short(3)),
    ("excludedCountries", Fan::Short(5)),
    ("excludedFields", Fan::Short(3)),
    ("excludedInvestors", Fan::Short(3)),
    ("fields", Fan::Short(4)),
    ("flags", Fan::Short(4)),
    ("gates", Fan::Short(10)),
    ("helpOffered", Fan::Short(6)),
    ("helpWanted", Fan::Short(6)),
    ("instruments", Fan::Short(4)),
    ("investorWeights", Fan::Short(9)),
    ("kinds", Fan::Short(7)),
    ("mandates", Fan::Page("first")),
    ("matches", Fan::Short(6)),
    ("needs", Fan::Short(6)),
    ("neverCounted", Fan::Short(3)),
    ("nodes", Fan::Items("ids")),
    ("offers", Fan::Short(6)),
    ("opportunities", Fan::Page("first")),
    ("partnerCities", Fan::Page("first")),
    ("places", Fan::Short(2)),
    ("projectInvestors", Fan::Page("first")),
    ("projectWeights", Fan::Short(8)),
    ("projects", Fan::Page("first")),
    ("readiness", Fan::Short(14)),
    ("regions", Fan::Short(6)),
    ("sampleFacts", Fan::Short(3)),
    ("sdgTargets", Fan::Short(3)),
    ("search", Fan::Page("first")),
    ("softTerms", Fan::Short(5)),
    ("stages", Fan::Short(5)),
    ("unknown", Fan::Short(4)),
];

/// Fields that cost more than one unit themselves, by name.
pub(super) const WEIGHTS: &[(&str, u64)] = &[
    ("compareProjects", 20),
    ("counterfactuals", 20),
    ("explanation", 5),
    ("forA", 5),
    ("forB", 5),
    ("forInvestor", 5),
    ("forProject", 5),
    ("gates", 5),
    ("mandateFromPortfolio", 50),
    ("opportunities", 100),
    ("partnerCities", 100),
    ("projectInvestors", 50),
    ("search", 50),
    ("stability", 1_000),
    ("statistics", 100),
    ("whyNot", 10),
    ("whyNotCities", 10),
];

/// Rows of a page where the argument is not given.
const DEFAULT_PAGE: u64 = 20;

/// Largest page; a larger argument is refused by the resolver and counted as this.
const LARGEST_PAGE: u64 = 100;

/// The weight of a field.
pub fn weight_of(field: &str) -> u64 {
    WEIGHTS.iter().find(|(name, _)| *name == field).map_or(1, |(_, weight)| *weight)
}

/// The fan of a field; none where it has one row.
pub fn fan_of(field: &str) -> Option<Fan> {
    FANS.binary_search_by_key(&field, |(name, _)| name)
        .ok()
        .and_then(|place| FANS.get(place))
        .map(|(_, fan)| *fan)
}

/// Values of arguments, seen through variables and their defaults.
pub(super) struct Values<'a> {
    definitions: Vec<&'a VariableDefinition>,
    variables: &'a Variables,
}

impl<'a> Values<'a> {
    pub(super) fn new(operation: &'a OperationDefinition, variables: &'a Variables) -> Self {
        Self { definitions: operation.variable_definitions.iter().map(|d| &d.node).collect(), variables }
    }

    /// How many rows lie below a field.
    pub(super) fn fan(&self, field: &Field) -> u64 {
        match fan_of(&field.name.node) {
            None => 1,
            Some(Fan::Short(rows)) => rows,
            Some(Fan::Page(argument)) => self.size(field, argument).unwrap_or(DEFAULT_PAGE).min(LARGEST_PAGE),
            Some(Fan::Items(argument)) => self.size(field, argument).unwrap_or(0).min(LARGEST_PAGE),
        }
    }

    /// A number as itself, a list as its length. Anything else counts as the largest page: it will be refused.
    fn size(&self, field: &Field, argument: &str) -> Option<u64> {
        match &field.get_argument(argument)?.node {
            Value::Variable(name) => {
                let given = self.variables.get(name);
                let default = || {
                    let definition = self.definitions.iter().find(|d| d.name.node == *name)?;
                    definition.default_value.as_ref().map(|value| &value.node)
                };
                match given.or_else(default)? {
                    ConstValue::Null => None,
                    ConstValue::Number(number) => Some(number.as_u64().unwrap_or(LARGEST_PAGE)),
                    ConstValue::List(items) => Some(items.len() as u64),
                    _ => Some(LARGEST_PAGE),
                }
            }
            Value::Null => None,
            Value::Number(number) => Some(number.as_u64().unwrap_or(LARGEST_PAGE)),
            Value::List(items) => Some(items.len() as u64),
            _ => Some(LARGEST_PAGE),
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::{
        parse_schema,
        types::{BaseType, TypeKind, TypeSystemDefinition},
    };

    use super::*;

    #[test]
    fn every_list_of_the_schema_has_a_fan_and_every_fan_a_field() {
        let document = parse_schema(crate::graphql::sdl()).unwrap();
        let mut names = std::collections::BTreeSet::new();
        for definition in &document.definitions {
            let TypeSystemDefinition::Type(ty) = definition else { continue };
            let TypeKind::Object(object) = &ty.node.kind else { continue };
            for field in &object.fields {
                let field = &field.node;
                names.insert(field.name.node.to_string());
                let is_list = matches!(field.ty.node.base, BaseType::List(_));
                let is_page = field.ty.node.to_string().contains("Connection");
                if is_list || is_page {
                    assert!(
                        fan_of(&field.name.node).is_some(),
                        "{}.{} has no fan",
                        ty.node.name.node,
                        field.name.node
                    );
                }
            }
        }
        assert!(FANS.windows(2).all(|pair| pair[0].0 < pair[1].0), "FANS is searched: sort it");
        for name in FANS.iter().map(|(name, _)| *name).chain(WEIGHTS.iter().map(|(name, _)| *name)) {
            assert!(names.contains(name), "{name} is no field of the schema");
        }
    }
}
