//! GraphQL: the schema, and the way a request takes to it.

pub mod argument;
pub mod code;
pub mod cost;
pub mod cursor;
pub mod error;
pub mod gate;
pub mod http;
pub mod input;
pub mod loader;
pub mod mutation;
pub mod object;
pub mod query;
pub mod subscription;
pub mod ws;

use async_graphql::Schema;

pub use loader::request_data;
pub use mutation::Asker;

use crate::app::App;

/// The schema with its roots.
pub type ApiSchema = Schema<query::Query, mutation::Mutation, subscription::SubscriptionRoot>;

/// The schema over an application. Introspection is for development only.
pub fn schema(app: App, introspection: bool) -> ApiSchema {
    let mut builder =
        Schema::build(query::Query::default(), mutation::Mutation::default(), subscription::SubscriptionRoot)
            .data(app)
            .extension(argument::NamedArguments)
            // The gate has counted already; these are a second line.
            .limit_depth(20)
            .limit_recursive_depth(32)
            .limit_directives(5)
            .disable_suggestions();
    if !introspection {
        builder = builder.disable_introspection();
    }
    builder.finish()
}

/// The schema in its own language.
pub fn sdl() -> String {
    Schema::build(query::Query::default(), mutation::Mutation::default(), subscription::SubscriptionRoot)
        .finish()
        .sdl()
}

#[cfg(test)]
pub(crate) use query::tests as world;

#[cfg(test)]
mod tests {
    use async_graphql::parser::{
        parse_schema,
        types::{TypeKind, TypeSystemDefinition},
    };

    use super::*;

    #[test]
    fn the_schema_is_the_one_in_the_repository() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
        let now = sdl();
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(&path, &now).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == now, "the schema changed: look at it, then run the test with UPDATE_SCHEMA=1");
    }

    #[test]
    fn everything_in_the_schema_is_described() {
        let document = parse_schema(sdl()).unwrap();
        let mut bare = Vec::new();
        let mut note = |described: bool, name: String| {
            if !described {
                bare.push(name);
            }
        };
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let definition = definition.node;
            let name = definition.name.node.as_str();
            note(definition.description.is_some(), name.to_owned());
            let fields = match &definition.kind {
                TypeKind::Object(object) => &object.fields,
                TypeKind::Interface(interface) => &interface.fields,
                TypeKind::Enum(of) => {
                    of.values.iter().for_each(|value| {
                        note(value.node.description.is_some(), format!("{name}.{}", value.node.value.node));
                    });
                    continue;
                }
                TypeKind::InputObject(input) => {
                    input.fields.iter().for_each(|field| {
                        note(field.node.description.is_some(), format!("{name}.{}", field.node.name.node));
                    });
                    continue;
                }
                _ => continue,
            };
            for field in fields.iter().map(|field| &field.node) {
                let path = format!("{name}.{}", field.name.node);
                note(field.description.is_some(), path.clone());
                for argument in &field.arguments {
                    note(argument.node.description.is_some(), format!("{path}({})", argument.node.name.node));
                }
            }
        }
        assert!(bare.is_empty(), "without a description: {bare:?}");
    }
}
