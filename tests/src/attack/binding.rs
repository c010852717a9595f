//! What ties the cases to one version of the schema: operations, types, things, codes, and who is who.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{macros::Gap, schema::Schema, spec};

/// The binding file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// Paths of the server: `graphql`, `websocket`, `jwks`, and others that cases name.
    pub paths: BTreeMap<String, String>,
    /// Texts for names without a rule of their own.
    pub values: BTreeMap<String, String>,
    /// Operations that cases name: `q.`, `m.`, `s.`; the first form whose fields are in the schema is taken.
    pub operations: BTreeMap<String, Forms>,
    /// Types that cases name by `t.`.
    pub types: BTreeMap<String, String>,
    /// Mutations by the part that they play in the steps.
    pub mutations: BTreeMap<String, Mutation>,
    /// What each step's verb needs of the schema. A step whose needs are not there is left out, and says so.
    pub verbs: BTreeMap<String, Vec<String>>,
    /// People.
    pub people: BTreeMap<String, Role>,
    /// Things that belong to people.
    pub things: BTreeMap<String, Thing>,
    /// What the server calls the codes that cases name.
    pub codes: BTreeMap<String, Vec<String>>,
    /// Root fields that anybody may ask.
    pub public_fields: Vec<String>,
    /// Fields of a type that only its owners see.
    pub private_fields: BTreeMap<String, Vec<String>>,
    /// Enums whose values strangers are not to learn.
    #[serde(default)]
    pub private_enums: Vec<String>,
    /// Values for arguments of made-up calls, by the argument's name: names of things after `@`, of which the first
    /// that is there is taken, or a value.
    pub arguments: Map<String, Value>,
    /// Root fields that walks over the schema leave out, with the reason.
    #[serde(default)]
    pub left_out: BTreeMap<String, String>,
    /// Pages that anybody may see.
    #[serde(default)]
    pub public_pages: Vec<String>,
    /// Decisions that cases ask to be documented.
    #[serde(default)]
    pub decisions: BTreeMap<String, String>,
    /// Seconds and counts that cases ask for.
    pub limits: BTreeMap<String, u64>,
}

/// One form of an operation, or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Forms {
    /// One.
    One(Form),
    /// Several, the best first.
    Several(Vec<Form>),
}

/// Text of an operation.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Fields or types that have to be in the schema.
    #[serde(default)]
    pub needs: Vec<String>,
    /// The text: `<args>` stands for the arguments in brackets, `<1>`, `<2>` for those without a name, `<key>` for a
    /// fresh key of idempotency, `<@thing>` for the id of a thing.
    pub text: String,
    /// Arguments where the case gives none.
    #[serde(default)]
    pub args: String,
    /// Headers of the request that carries it, with the same names in brackets.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// A mutation by the part that it plays.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutation {
    /// Its field.
    pub field: String,
    /// What it is given beside what the step gives.
    #[serde(default)]
    pub input: Map<String, Value>,
    /// What the schema calls what the step gives: names of fields, from the input's own inwards, with points between.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
}

/// A person.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Organisations, by a letter, with the role there; `OWNER` of one that is not there yet registers it.
    #[serde(default)]
    pub organisations: BTreeMap<String, String>,
    /// Whose token of the demo stands in where nobody can register.
    #[serde(default)]
    pub demo: Option<String>,
    /// Whether the demo's is the only way to be that person, such as for roles of the platform.
    #[serde(default)]
    pub only_demo: bool,
}

/// A thing of somebody's.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thing {
    /// Its type in the schema.
    #[serde(rename = "type")]
    pub ty: String,
    /// Who makes it.
    #[serde(default)]
    pub owner: String,
    /// The parts played, one after another, each with what the one before answered; the first one makes it.
    #[serde(default)]
    pub make: Vec<Making>,
    /// An id that the demo names, instead.
    #[serde(default)]
    pub demo: Option<String>,
    /// A query of the owner's that finds it, instead, and where in the data its id stands.
    #[serde(default)]
    pub find: Option<Find>,
}

/// One step to make a thing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Making {
    /// The mutation's part.
    pub part: String,
    /// Who; the owner where empty.
    #[serde(default)]
    pub by: String,
    /// What it is given.
    #[serde(default)]
    pub input: Map<String, Value>,
}

/// A query that finds a thing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Find {
    /// Fields that have to be in the schema.
    pub needs: Vec<String>,
    /// The document.
    pub query: String,
    /// Where the list stands of which one is meant, as a JSON pointer into the data; empty where there is no choice.
    #[serde(default)]
    pub list: String,
    /// What the one has in its fields; values as cases write names.
    #[serde(default)]
    pub with: BTreeMap<String, String>,
    /// Where the id stands, as a JSON pointer into the data or the one of the list.
    pub pointer: String,
}

/// Puts a value at a place of an object: names from outside inwards, with points between. Objects are joined.
pub fn place(object: &mut Map<String, Value>, path: &str, value: Value) {
    let Some((outer, inner)) = path.split_once('.') else {
        return join(object.entry(path.to_owned()).or_insert(Value::Null), value);
    };
    let entry = object.entry(outer.to_owned()).or_insert_with(|| Value::Object(Map::new()));
    if let Some(entry) = entry.as_object_mut() {
        place(entry, inner, value);
    }
}

fn join(into: &mut Value, value: Value) {
    match (into, value) {
        (Value::Object(into), Value::Object(more)) => {
            for (name, value) in more {
                join(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, value) => *into = value,
    }
}

/// A name and its arguments: `q.conn(first=5)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call<'a> {
    /// Name.
    pub name: &'a str,
    /// Arguments as they were written.
    pub arguments: Vec<&'a str>,
}

impl<'a> Call<'a> {
    /// Takes a name apart.
    pub fn read(text: &'a str) -> Self {
        match text.split_once('(').and_then(|(name, rest)| Some((name, rest.trim_end().strip_suffix(')')?))) {
            Some((name, inner)) => {
                let arguments =
                    spec::split(inner, ',').into_iter().map(str::trim).filter(|one| !one.is_empty());
                Self { name: name.trim(), arguments: arguments.collect() }
            }
            None => Self { name: text.trim(), arguments: Vec::new() },
        }
    }
}

impl Binding {
    /// Reads a binding.
    ///
    /// # Errors
    /// It is no JSON of that form.
    pub fn read(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| format!("the binding: {error}"))
    }

    /// A path of the server.
    pub fn path(&self, name: &str) -> &str {
        self.paths.get(name).map_or("/graphql", String::as_str)
    }

    /// A limit.
    pub fn limit(&self, name: &str, usual: u64) -> u64 {
        self.limits.get(name).copied().unwrap_or(usual)
    }

    /// What a code is called here; itself where nothing is said.
    pub fn code(&self, name: &str) -> Vec<String> {
        self.codes.get(name).cloned().unwrap_or_else(|| vec![name.to_owned()])
    }

    /// What a verb lacks, in words.
    pub fn lacks(&self, schema: &Schema, verb: &str) -> Option<String> {
        let missing = schema.missing(self.verbs.get(verb)?)?;
        Some(format!("the schema has no {missing}"))
    }

    /// The form of an operation that the schema allows, or the reason why there is none.
    ///
    /// # Errors
    /// The schema lacks what every form needs, or nothing is bound to the name and the schema has no root field
    /// of that name.
    pub fn form(&self, schema: &Schema, name: &str) -> Result<Form, Gap> {
        let forms: &[Form] = match self.operations.get(name) {
            Some(Forms::One(form)) => std::slice::from_ref(form),
            Some(Forms::Several(forms)) => forms,
            None => return derived(schema, name),
        };
        if let Some(form) = forms.iter().find(|form| schema.missing(&form.needs).is_none()) {
            return Ok(form.clone());
        }
        let missing = forms.iter().find_map(|form| schema.missing(&form.needs)).unwrap_or("such operation");
        Err(Gap::Absent(format!("the schema has no {missing}")))
    }
}

/// An operation that nothing is bound to may still be a root field of the schema under its own name.
fn derived(schema: &Schema, name: &str) -> Result<Form, Gap> {
    let (kind, rest) = name.split_once('.').unwrap_or(("", name));
    let root = match kind {
        "m" => "Mutation",
        "s" => "Subscription",
        _ => "Query",
    };
    let camel = camel(rest.strip_suffix("_field").or_else(|| rest.strip_suffix("_open")).unwrap_or(rest));
    match schema.field(&format!("{root}.{camel}")) {
        Some(field) if rest.ends_with("_open") || schema.is_leaf(&field.ty) => {
            Ok(Form { text: camel, ..Form::default() })
        }
        Some(field) => {
            let text = format!("{camel}<args> {{ {} }}", schema.selection(&field.ty, 1));
            Ok(Form { text, ..Form::default() })
        }
        None => Err(Gap::Absent(format!("nothing is bound to {name}, and the schema has no {root}.{camel}"))),
    }
}

/// `create_project` as `createProject`.
pub fn camel(text: &str) -> String {
    let mut out = String::new();
    let mut up = false;
    for c in text.chars() {
        match c {
            '_' | '-' | ' ' => up = true,
            c if up => {
                out.extend(c.to_uppercase());
                up = false;
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_binding_reads_and_fits_its_own_words() {
        let binding = Binding::read(include_str!("../../attacks/binding.json")).unwrap();
        for thing in binding.things.values() {
            for making in &thing.make {
                assert!(binding.mutations.contains_key(&making.part), "{}", making.part);
                assert!(making.by.is_empty() || binding.people.contains_key(&making.by), "{}", making.by);
            }
            assert!(thing.owner.is_empty() || binding.people.contains_key(&thing.owner), "{}", thing.owner);
        }
        for code in ["UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "BAD_USER_INPUT", "CONFLICT"] {
            assert!(!binding.code(code).is_empty());
        }
    }

    #[test]
    fn values_are_put_in_their_place_beside_others() {
        let mut object = serde_json::json!({"project": {"kind": "A", "title": {"lang": "en"}}});
        let object = object.as_object_mut().unwrap();
        place(object, "project.title.value", "T".into());
        place(object, "project", serde_json::json!({"kind": "B"}));
        place(object, "key", 1.into());
        let wanted =
            serde_json::json!({"key": 1, "project": {"kind": "B", "title": {"lang": "en", "value": "T"}}});
        assert_eq!(*object, *wanted.as_object().unwrap());
    }

    #[test]
    fn names_are_taken_apart_and_derived() {
        let call = Call::read("q.conn(first=100, filter={a:1,b:2})");
        assert_eq!((call.name, call.arguments), ("q.conn", vec!["first=100", "filter={a:1,b:2}"]));
        assert_eq!(Call::read("q.me").arguments.len(), 0);
        let schema =
            Schema::read("type Query { publicThings(first: Int): [Thing!]! } type Thing { id: ID! }")
                .unwrap();
        assert_eq!(derived(&schema, "q.public_things").unwrap().text, "publicThings<args> { __typename id }");
        assert!(
            matches!(derived(&schema, "m.drop_all"), Err(Gap::Absent(why)) if why.contains("Mutation.dropAll"))
        );
    }
}
