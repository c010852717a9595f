//! Every document that a page asks is right by the schema: its fields, arguments, variables and fragments. A page whose
//! document is not fails for everybody, and only when somebody opens it.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use async_graphql_parser::{
    parse_query, parse_schema,
    types::{
        BaseType, Directive, ExecutableDocument, FieldDefinition, InputValueDefinition, OperationType,
        Selection, SelectionSet, Type, TypeKind, TypeSystemDefinition,
    },
};
use async_graphql_value::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// The names of what a type holds: an object's fields are looked up in it, and all else has none.
struct Schema(BTreeMap<String, TypeKind>);

fn base(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => base(inner),
    }
}

impl Schema {
    fn read() -> Self {
        let text = std::fs::read_to_string(root().join("../schema.graphql")).unwrap();
        let types = parse_schema(text).unwrap().definitions.into_iter().filter_map(|one| match one {
            TypeSystemDefinition::Type(one) => Some((one.node.name.node.to_string(), one.node.kind)),
            TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
        });
        Self(types.collect())
    }

    fn field(&self, of: &str, name: &str) -> Option<&FieldDefinition> {
        let fields = match self.0.get(of)? {
            TypeKind::Object(object) => &object.fields,
            TypeKind::Interface(interface) => &interface.fields,
            _ => return None,
        };
        fields.iter().map(|field| &field.node).find(|field| field.name.node == name)
    }

    fn has_fields(&self, of: &str) -> bool {
        matches!(self.0.get(of), Some(TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_)))
    }

    fn inputs(&self, of: &str) -> Option<Vec<&InputValueDefinition>> {
        match self.0.get(of)? {
            TypeKind::InputObject(input) => Some(input.fields.iter().map(|field| &field.node).collect()),
            _ => None,
        }
    }
}

/// Variables with their types, and whether each has a default.
type Variables = BTreeMap<String, (Type, bool)>;

struct Check<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    variables: Variables,
    used: BTreeSet<String>,
    wrong: Vec<String>,
}

impl Check<'_> {
    /// Whether a variable of a type can stand where another is wanted.
    fn fits(have: &Type, has_default: bool, want: &Type, want_default: bool) -> bool {
        if !want.nullable && have.nullable && !has_default && !want_default {
            return false;
        }
        match (&have.base, &want.base) {
            (BaseType::Named(have), BaseType::Named(want)) => have == want,
            (BaseType::List(have), BaseType::List(want)) => Self::fits(have, false, want, false),
            _ => false,
        }
    }

    fn value(&mut self, at: &str, value: &Value, want: &Type, want_default: bool) {
        match value {
            Value::Variable(name) => {
                self.used.insert(name.to_string());
                match self.variables.get(name.as_str()) {
                    Some((have, default)) if Self::fits(have, *default, want, want_default) => {}
                    Some((have, _)) => {
                        self.wrong.push(format!("{at}: ${name} is {have}, and {want} is wanted"));
                    }
                    None => self.wrong.push(format!("{at}: there is no ${name}")),
                }
            }
            Value::List(values) => {
                let inner =
                    if let BaseType::List(inner) = &want.base { (**inner).clone() } else { want.clone() };
                for value in values {
                    self.value(at, value, &inner, false);
                }
            }
            Value::Object(fields) => {
                let Some(inputs) = self.schema.inputs(base(want)) else {
                    return self.wrong.push(format!("{at}: {want} is no object"));
                };
                for (name, value) in fields {
                    match inputs.iter().find(|input| input.name.node == *name) {
                        Some(input) => {
                            let default = input.default_value.is_some();
                            self.value(&format!("{at}.{name}"), value, &input.ty.node, default);
                        }
                        None => self.wrong.push(format!("{at}: {want} has no {name}")),
                    }
                }
            }
            Value::Enum(code) => {
                let known = matches!(self.schema.0.get(base(want)), Some(TypeKind::Enum(list))
                    if list.values.iter().any(|one| one.node.value.node == *code));
                if !known {
                    self.wrong.push(format!("{at}: {want} has no {code}"));
                }
            }
            Value::Null | Value::Number(_) | Value::String(_) | Value::Boolean(_) | Value::Binary(_) => {}
        }
    }

    fn directives<'b>(&mut self, at: &str, all: impl Iterator<Item = &'b Directive>) {
        let wanted = Type::new("Boolean!").unwrap();
        for directive in all {
            for (_, value) in &directive.arguments {
                self.value(at, &value.node, &wanted, false);
            }
        }
    }

    fn selections(&mut self, at: &str, of: &str, set: &SelectionSet) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    self.directives(at, field.directives.iter().map(|one| &one.node));
                    let name = field.name.node.as_str();
                    if name == "__typename" {
                        continue;
                    }
                    let at = format!("{at}.{name}");
                    let schema = self.schema;
                    let Some(known) = schema.field(of, name) else {
                        self.wrong.push(format!("{at}: {of} has no such field"));
                        continue;
                    };
                    for (name, value) in &field.arguments {
                        let wanted = known.arguments.iter().find(|one| one.node.name.node == name.node);
                        match wanted {
                            Some(one) => {
                                let default = one.node.default_value.is_some();
                                self.value(&at, &value.node, &one.node.ty.node, default);
                            }
                            None => self.wrong.push(format!("{at}: no argument {}", name.node)),
                        }
                    }
                    for one in &known.arguments {
                        let one = &one.node;
                        let is_given = field.arguments.iter().any(|(name, _)| name.node == one.name.node);
                        if !one.ty.node.nullable && one.default_value.is_none() && !is_given {
                            self.wrong.push(format!("{at}: lacks {}", one.name.node));
                        }
                    }
                    let ty = base(&known.ty.node);
                    if schema.has_fields(ty) == field.selection_set.node.items.is_empty() {
                        self.wrong.push(format!("{at}: fields are asked of a scalar, or none of {ty}"));
                    }
                    self.selections(&at, ty, &field.selection_set.node);
                }
                Selection::FragmentSpread(spread) => {
                    let document = self.document;
                    match document.fragments.get(&spread.node.fragment_name.node) {
                        Some(fragment) => {
                            let on = fragment.node.type_condition.node.on.node.as_str();
                            self.selections(at, on, &fragment.node.selection_set.node);
                        }
                        None => {
                            self.wrong.push(format!("{at}: no fragment {}", spread.node.fragment_name.node));
                        }
                    }
                }
                Selection::InlineFragment(inline) => {
                    let on = inline.node.type_condition.as_ref().map_or(of, |on| on.node.on.node.as_str());
                    if !self.schema.has_fields(on) {
                        self.wrong.push(format!("{at}: there is no {on}"));
                    }
                    self.selections(at, on, &inline.node.selection_set.node);
                }
            }
        }
    }
}

/// What is wrong with a document.
fn wrong(schema: &Schema, text: &str) -> Vec<String> {
    let document = match parse_query(text) {
        Ok(document) => document,
        Err(error) => return vec![error.to_string()],
    };
    let mut wrong = Vec::new();
    for (_, operation) in document.operations.iter() {
        let operation = &operation.node;
        let variables: Variables = operation
            .variable_definitions
            .iter()
            .map(|one| {
                let one = &one.node;
                (one.name.node.to_string(), (one.var_type.node.clone(), one.default_value.is_some()))
            })
            .collect();
        let of = match operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let names: BTreeSet<String> = variables.keys().cloned().collect();
        let used = BTreeSet::new();
        let mut check = Check { schema, document: &document, variables, used, wrong: Vec::new() };
        check.selections(of, of, &operation.selection_set.node);
        wrong.extend(check.wrong);
        wrong.extend(names.difference(&check.used).map(|name| format!("${name} is not used")));
    }
    wrong
}

#[test]
fn every_document_is_right_by_the_schema() {
    let schema = Schema::read();
    let mut all = Vec::new();
    files(&root().join("queries"), &mut all);
    assert!(all.len() > 50);
    let mut found = Vec::new();
    for path in all {
        let text = std::fs::read_to_string(&path).unwrap();
        found.extend(wrong(&schema, &text).into_iter().map(|what| format!("{}: {what}", path.display())));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_document_is_asked_by_a_page() {
    let (mut documents, mut sources) = (Vec::new(), Vec::new());
    files(&root().join("queries"), &mut documents);
    files(&root().join("src"), &mut sources);
    let source: String = sources.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    for path in documents {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        assert!(source.contains(&name), "nobody asks {name}");
    }
}

#[test]
fn what_is_not_right_is_found() {
    let schema = Schema::read();
    let right = "query A($id: ID!) { city(id: $id) { id needs { field } } }";
    assert_eq!(wrong(&schema, right), Vec::<String>::new());
    for text in [
        "query A($id: ID!) { city(id: $id) { nothing } }",
        "query A($id: ID!) { city(id: $id) }",
        "query A($id: ID!) { city(id: $id) { id { id } } }",
        "query A($id: ID) { city(id: $id) { id } }",
        "query A($id: String!) { city(id: $id) { id } }",
        "query A { city(id: $id) { id } }",
        "query A { city { id } }",
        "query A($id: ID!, $more: Int) { city(id: $id) { id } }",
        "query A($id: ID!) { city(id: $id, more: 1) { id } }",
        "query A($id: ID!) { city(id: $id) { ...Lost } }",
        "query A { search(text: \"a\", kinds: [NOTHING]) { __typename } }",
        "query A { node(id: \"a\") { ... on Nothing { id } } }",
        "query A {",
    ] {
        assert!(!wrong(&schema, text).is_empty(), "{text}");
    }
}
