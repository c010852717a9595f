//! What the server can be asked, from its SDL: whether an operation is there, and the smallest call of it.

use std::collections::BTreeMap;

use async_graphql_parser::{
    parse_schema,
    types::{BaseType, InputValueDefinition, Type, TypeKind, TypeSystemDefinition},
};
use serde_json::{Value, json};

/// A field or an argument's type without its brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Name.
    pub name: String,
    /// Name of the type inside lists.
    pub ty: String,
    /// As the SDL writes it, such as `[ID!]!`.
    pub written: String,
    /// Whether a value has to be given.
    pub required: bool,
    /// Whether it is a list.
    pub list: bool,
}

/// A field with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Name.
    pub name: String,
    /// Name of the type inside lists.
    pub ty: String,
    /// Arguments.
    pub arguments: Vec<Input>,
}

/// A type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Object or interface.
    Object(Vec<Field>),
    /// Input object.
    Input(Vec<Input>),
    /// Enum with its values.
    Enum(Vec<String>),
    /// Union with its members.
    Union(Vec<String>),
    /// Scalar.
    Scalar,
}

/// The schema.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    types: BTreeMap<String, Kind>,
}

fn base(ty: &Type) -> (String, bool) {
    match &ty.base {
        BaseType::Named(name) => (name.to_string(), false),
        BaseType::List(inner) => (base(inner).0, true),
    }
}

fn input(definition: &InputValueDefinition) -> Input {
    let ty = &definition.ty.node;
    let (name, list) = base(ty);
    Input {
        name: definition.name.node.to_string(),
        ty: name,
        written: ty.to_string(),
        required: !ty.nullable && definition.default_value.is_none(),
        list,
    }
}

/// Arguments that are looked for by name when a call is made up: ids, words.
pub type Values<'a> = &'a dyn Fn(&str, &str) -> Option<Value>;

impl Schema {
    /// Reads an SDL.
    ///
    /// # Errors
    /// It does not parse.
    pub fn read(sdl: &str) -> Result<Self, String> {
        let document = parse_schema(sdl).map_err(|error| format!("the schema does not parse: {error}"))?;
        let mut types = BTreeMap::new();
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let definition = definition.node;
            let fields = |fields: Vec<async_graphql_parser::Positioned<_>>| {
                fields
                    .into_iter()
                    .map(
                        |field: async_graphql_parser::Positioned<
                            async_graphql_parser::types::FieldDefinition,
                        >| {
                            let field = field.node;
                            Field {
                                name: field.name.node.to_string(),
                                ty: base(&field.ty.node).0,
                                arguments: field.arguments.iter().map(|one| input(&one.node)).collect(),
                            }
                        },
                    )
                    .collect()
            };
            let kind = match definition.kind {
                TypeKind::Object(object) => Kind::Object(fields(object.fields)),
                TypeKind::Interface(interface) => Kind::Object(fields(interface.fields)),
                TypeKind::InputObject(object) => {
                    Kind::Input(object.fields.iter().map(|field| input(&field.node)).collect())
                }
                TypeKind::Enum(values) => {
                    Kind::Enum(values.values.iter().map(|value| value.node.value.node.to_string()).collect())
                }
                TypeKind::Union(union) => {
                    Kind::Union(union.members.iter().map(|member| member.node.to_string()).collect())
                }
                TypeKind::Scalar => Kind::Scalar,
            };
            types.insert(definition.name.node.to_string(), kind);
        }
        Ok(Self { types })
    }

    /// A type by its name.
    pub fn kind(&self, name: &str) -> Option<&Kind> {
        self.types.get(name)
    }

    /// Every type.
    pub fn types(&self) -> impl Iterator<Item = (&String, &Kind)> {
        self.types.iter()
    }

    /// Fields of an object; none where it is not there.
    pub fn fields(&self, ty: &str) -> &[Field] {
        match self.types.get(ty) {
            Some(Kind::Object(fields)) => fields,
            _ => &[],
        }
    }

    /// A field by its path, such as `Mutation.signIn`.
    pub fn field(&self, path: &str) -> Option<&Field> {
        let (ty, name) = path.split_once('.')?;
        self.fields(ty).iter().find(|field| field.name == name)
    }

    /// Fields of an input object; none where it is not one.
    pub fn inputs(&self, ty: &str) -> &[Input] {
        match self.types.get(ty) {
            Some(Kind::Input(fields)) => fields,
            _ => &[],
        }
    }

    /// The first of some paths (`Type`, `Type.field` or `Input.field`) that is not there.
    pub fn missing<'a>(&self, paths: &'a [String]) -> Option<&'a str> {
        let there = |path: &str| match path.split_once('.') {
            Some((ty, name)) => {
                self.field(path).is_some() || self.inputs(ty).iter().any(|input| input.name == name)
            }
            None => self.types.contains_key(path),
        };
        paths.iter().map(String::as_str).find(|path| !there(path))
    }

    /// Whether values of a type have no fields.
    pub fn is_leaf(&self, ty: &str) -> bool {
        !matches!(self.types.get(ty), Some(Kind::Object(_) | Kind::Union(_)))
    }

    /// What to select of a type: its leaves without needed arguments, and of objects below it the same, so deep.
    pub fn selection(&self, ty: &str, depth: usize) -> String {
        let mut out = vec!["__typename".to_owned()];
        for field in self.fields(ty) {
            if field.arguments.iter().any(|argument| argument.required) {
                continue;
            }
            if self.is_leaf(&field.ty) {
                out.push(field.name.clone());
            } else if depth > 0 && !field.arguments.iter().any(|argument| argument.name == "first") {
                out.push(format!(
                    "{} {{ {} }}",
                    field.name,
                    self.selection(&field.ty, depth.saturating_sub(1))
                ));
            }
        }
        out.join(" ")
    }

    /// The smallest valid value of an input: needed parts alone, ids and words from `values`.
    pub fn smallest(&self, argument: &Input, values: Values<'_>) -> Value {
        if let Some(value) = values(&argument.name, &argument.ty) {
            return if argument.list && !value.is_array() { json!([value]) } else { value };
        }
        let one = match self.types.get(&argument.ty) {
            Some(Kind::Enum(names)) => json!(names.first()),
            Some(Kind::Input(fields)) => Value::Object(
                fields
                    .iter()
                    .filter(|field| field.required)
                    .map(|field| (field.name.clone(), self.smallest(field, values)))
                    .collect(),
            ),
            _ => match argument.ty.as_str() {
                "Int" => json!(1),
                "Float" => json!(1.0),
                "Boolean" => json!(true),
                "BigInt" => json!("1"),
                "NaiveDate" | "Date" => json!("2030-01-01"),
                "DateTime" => json!("2030-01-01T00:00:00Z"),
                _ => json!("x"),
            },
        };
        if argument.list { json!([one]) } else { one }
    }

    /// A document that calls a root field with arguments by name, and its variables. What is not given is left to its
    /// default, or made up where it is needed.
    pub fn call(&self, root: &str, field: &Field, given: &Value, values: Values<'_>) -> (String, Value) {
        let mut variables = serde_json::Map::new();
        for argument in &field.arguments {
            match given.get(&argument.name) {
                Some(value) => drop(variables.insert(argument.name.clone(), value.clone())),
                None if argument.required => {
                    variables.insert(argument.name.clone(), self.smallest(argument, values));
                }
                None => {}
            }
        }
        let used = || field.arguments.iter().filter(|argument| variables.contains_key(&argument.name));
        let declared: Vec<_> = used().map(|one| format!("${}: {}", one.name, one.written)).collect();
        let passed: Vec<_> = used().map(|one| format!("{0}: ${0}", one.name)).collect();
        let wrap =
            |list: &[String]| if list.is_empty() { String::new() } else { format!("({})", list.join(", ")) };
        let selection = if self.is_leaf(&field.ty) {
            String::new()
        } else {
            format!(" {{ {} }}", self.selection(&field.ty, 1))
        };
        let document = format!(
            "{}{} {{ {}{}{selection} }}",
            root.to_ascii_lowercase(),
            wrap(&declared),
            field.name,
            wrap(&passed)
        );
        (document, Value::Object(variables))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDL: &str = "type Query { node(id: ID!): Node me: Me }
        interface Node { id: ID! } type Me { id: ID! name: String friends(first: Int): [Me!]! home: City }
        type City { id: ID! name: String! } enum Kind { A B }
        input PutInput { kind: Kind! tags: [String!]! note: String }
        type Payload { me: Me userErrors: [UserError!]! } type UserError { code: String! }
        type Mutation { put(input: PutInput!, dry: Boolean = false): Payload! }";

    #[test]
    fn calls_are_as_small_as_they_can_be() {
        let schema = Schema::read(SDL).unwrap();
        let put = schema.field("Mutation.put").unwrap();
        let (document, variables) = schema.call("Mutation", put, &json!({}), &|_, _| None);
        assert_eq!(variables, json!({"input": {"kind": "A", "tags": ["x"]}}));
        assert!(document.starts_with("mutation($input: PutInput!) { put(input: $input) {"), "{document}");
        assert!(document.contains("userErrors { __typename code }"), "{document}");
        async_graphql_parser::parse_query(&document).unwrap();
        assert_eq!(schema.selection("Me", 0), "__typename id name");
        assert_eq!(schema.missing(&["Query.me".to_owned(), "Query.you".to_owned()]), Some("Query.you"));
        assert!(schema.is_leaf("Kind") && !schema.is_leaf("Node"));
    }
}
