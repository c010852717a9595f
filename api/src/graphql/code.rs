//! Every vocabulary as a GraphQL enum, without writing it twice.

use std::borrow::Cow;

use async_graphql::{
    ContextSelectionSet, Enum, InputType, InputValueError, InputValueResult, OutputType, Positioned,
    ServerResult, Value,
    parser::types::Field,
    registry::{Deprecation, MetaEnumValue, MetaType, MetaTypeId, Registry},
};
use domain::{
    Vocabulary,
    digest::DigestLanguage,
    value::Currency,
    vocabulary::{InfrastructureStage, InvestmentStage, VentureStage},
};

/// A code of a vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code<V>(pub V);

/// A stage of either ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage(pub InvestmentStage);

/// A currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurrencyCode(pub Currency);

/// Language of sentences that the server makes. Other than English they are translated by machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum Lang {
    /// English.
    En,
    /// Chinese, simplified.
    Zh,
    /// Arabic.
    Ar,
    /// Turkish.
    Tr,
    /// Serbian, in Cyrillic letters.
    Sr,
    /// Thai.
    Th,
    /// Lao.
    Lo,
    /// Russian.
    Ru,
}

impl From<Lang> for DigestLanguage {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::En => Self::En,
            Lang::Zh => Self::Zh,
            Lang::Ar => Self::Ar,
            Lang::Tr => Self::Tr,
            Lang::Sr => Self::Sr,
            Lang::Th => Self::Th,
            Lang::Lo => Self::Lo,
            Lang::Ru => Self::Ru,
        }
    }
}

/// A closed list of codes as the schema shows it.
trait Listed: Copy + Send + Sync + 'static {
    const NAME: &'static str;
    const ABOUT: &'static str;
    fn all() -> impl Iterator<Item = Self>;
    fn code(self) -> &'static str;
    fn label(self) -> &'static str;
}

impl<V: Vocabulary> Listed for Code<V> {
    const NAME: &'static str = V::NAME;
    const ABOUT: &'static str = V::ABOUT;
    fn all() -> impl Iterator<Item = Self> {
        V::ALL.iter().map(|value| Self(*value))
    }
    fn code(self) -> &'static str {
        self.0.code()
    }
    fn label(self) -> &'static str {
        self.0.label()
    }
}

impl Listed for Stage {
    const NAME: &'static str = "InvestmentStage";
    const ABOUT: &'static str = "Stage of the money decisions, on the ladder of infrastructure or on that of ventures, each in order.";
    fn all() -> impl Iterator<Item = Self> {
        let infrastructure = InfrastructureStage::ALL.iter().map(|s| InvestmentStage::Infrastructure(*s));
        let venture = VentureStage::ALL.iter().map(|s| InvestmentStage::Venture(*s));
        infrastructure.chain(venture).map(Self)
    }
    fn code(self) -> &'static str {
        self.0.code()
    }
    fn label(self) -> &'static str {
        self.0.label()
    }
}

impl Listed for CurrencyCode {
    const NAME: &'static str = "Currency";
    const ABOUT: &'static str = "Currency by its ISO 4217 code.";
    fn all() -> impl Iterator<Item = Self> {
        Currency::ALL.iter().map(|currency| Self(*currency))
    }
    fn code(self) -> &'static str {
        self.0.code()
    }
    fn label(self) -> &'static str {
        match self.0.decimals() {
            0 => "The currency has no minor unit.",
            3 => "The minor unit is a thousandth.",
            _ => "The minor unit is a hundredth.",
        }
    }
}

fn meta<T: Listed>() -> MetaType {
    let value = |value: T| MetaEnumValue {
        name: value.code().to_owned(),
        description: Some(value.label().to_owned()),
        deprecation: Deprecation::NoDeprecated,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        directive_invocations: Vec::new(),
    };
    MetaType::Enum {
        name: T::NAME.to_owned(),
        description: Some(T::ABOUT.trim().to_owned()),
        enum_values: T::all().map(|each| (each.code().to_owned(), value(each))).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(std::any::type_name::<T>()),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

/// Codes are given exactly as the schema writes them.
fn parse<T: Listed + InputType>(value: Option<Value>) -> InputValueResult<T> {
    let text = match value.unwrap_or_default() {
        Value::Enum(name) => name.to_string(),
        Value::String(text) => text,
        other => return Err(InputValueError::expected_type(other)),
    };
    T::all().find(|known| known.code() == text).ok_or_else(|| {
        let given: String = text.chars().take(40).collect();
        let known: Vec<&str> = T::all().map(Listed::code).collect();
        InputValueError::custom(format!(
            "'{given}' is not a {}; it would be one of {}",
            T::NAME,
            known.join(", ")
        ))
    })
}

macro_rules! graphql_enum {
    ([$($generics:tt)*] $type:ty) => {
        impl $($generics)* InputType for $type {
            type RawValueType = Self;
            fn type_name() -> Cow<'static, str> {
                Cow::Borrowed(<Self as Listed>::NAME)
            }
            fn create_type_info(registry: &mut Registry) -> String {
                registry.create_input_type::<Self, _>(MetaTypeId::Enum, |_| meta::<Self>())
            }
            fn parse(value: Option<Value>) -> InputValueResult<Self> {
                parse::<Self>(value)
            }
            fn to_value(&self) -> Value {
                Value::Enum(async_graphql::Name::new(self.code()))
            }
            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }
        }

        impl $($generics)* OutputType for $type {
            fn type_name() -> Cow<'static, str> {
                Cow::Borrowed(<Self as Listed>::NAME)
            }
            fn create_type_info(registry: &mut Registry) -> String {
                registry.create_output_type::<Self, _>(MetaTypeId::Enum, |_| meta::<Self>())
            }
            async fn resolve(
                &self,
                _: &ContextSelectionSet<'_>,
                _: &Positioned<Field>,
            ) -> ServerResult<Value> {
                Ok(InputType::to_value(self))
            }
        }
    };
}

graphql_enum!([<V: Vocabulary>] Code<V>);
graphql_enum!([] Stage);
graphql_enum!([] CurrencyCode);
