//! Every vocabulary as a GraphQL enum, without writing it twice.

use std::borrow::Cow;

use async_graphql::{
    ContextSelectionSet, InputType, InputValueError, InputValueResult, OutputType, Positioned, ServerResult,
    Value,
    indexmap::IndexMap,
    parser::types::Field,
    registry::{MetaEnumValue, MetaType, MetaTypeId, Registry},
};
use domain::{Vocabulary, vocabulary::InvestmentStage};

/// A code of a vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code<V>(pub V);

/// A stage of either ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage(pub InvestmentStage);

fn value_of(name: &str, description: &str) -> MetaEnumValue {
    MetaEnumValue {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        deprecation: async_graphql::registry::Deprecation::NoDeprecated,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        directive_invocations: Vec::new(),
    }
}

fn enum_type(name: &str, about: &str, values: Vec<MetaEnumValue>, rust: &'static str) -> MetaType {
    let values: IndexMap<String, MetaEnumValue> = values.into_iter().map(|v| (v.name.clone(), v)).collect();
    MetaType::Enum {
        name: name.to_owned(),
        description: Some(about.to_owned()),
        enum_values: values,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(rust),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn text_of(value: Option<Value>) -> Result<String, &'static str> {
    match value.unwrap_or_default() {
        Value::Enum(name) => Ok(name.to_string()),
        Value::String(text) => Ok(text),
        _ => Err("a code is written as an enum value"),
    }
}

impl<V: Vocabulary> InputType for Code<V> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(V::NAME)
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_input_type::<Self, _>(MetaTypeId::Enum, |_| meta::<V>())
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let text = text_of(value).map_err(InputValueError::custom)?;
        // Codes are given exactly as the schema writes them.
        V::ALL
            .iter()
            .find(|known| known.code() == text)
            .map(|known| Self(*known))
            .ok_or_else(|| InputValueError::custom(format!("'{text}' is not a {}", V::NAME)))
    }

    fn to_value(&self) -> Value {
        Value::Enum(async_graphql::Name::new(self.0.code()))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

fn meta<V: Vocabulary>() -> MetaType {
    let values = V::ALL.iter().map(|value| value_of(value.code(), value.label())).collect();
    enum_type(V::NAME, V::ABOUT.trim(), values, std::any::type_name::<Code<V>>())
}

impl<V: Vocabulary> OutputType for Code<V> {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(V::NAME)
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Enum, |_| meta::<V>())
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(InputType::to_value(self))
    }
}

fn stages() -> impl Iterator<Item = InvestmentStage> {
    use domain::vocabulary::{InfrastructureStage, VentureStage};
    InfrastructureStage::ALL
        .iter()
        .map(|stage| InvestmentStage::Infrastructure(*stage))
        .chain(VentureStage::ALL.iter().map(|stage| InvestmentStage::Venture(*stage)))
}

fn stage_meta() -> MetaType {
    let values = stages().map(|stage| value_of(stage.code(), stage.label())).collect();
    enum_type(
        "InvestmentStage",
        "Stage of the money decisions, on the ladder of infrastructure or of ventures.",
        values,
        std::any::type_name::<Stage>(),
    )
}

impl InputType for Stage {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("InvestmentStage")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_input_type::<Self, _>(MetaTypeId::Enum, |_| stage_meta())
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let text = text_of(value).map_err(InputValueError::custom)?;
        stages()
            .find(|stage| stage.code() == text)
            .map(Self)
            .ok_or_else(|| InputValueError::custom(format!("'{text}' is not an InvestmentStage")))
    }

    fn to_value(&self) -> Value {
        Value::Enum(async_graphql::Name::new(self.0.code()))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl OutputType for Stage {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("InvestmentStage")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Enum, |_| stage_meta())
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(InputType::to_value(self))
    }
}
