//! Verbs that go through the schema: every root field, every mutation, every text, every address.

use serde_json::{Map, Value, json};

use super::{
    super::{
        Stop,
        schema::{Field, Input},
        stage::Exchange,
        trial::Trial,
    },
    Step,
};

/// Takes a step whose verb begins with `for_each_`; `false` where there is none.
///
/// # Errors
/// The schema has nothing to go through, or the walk is not understood.
pub async fn run(trial: &mut Trial<'_>, step: &Step) -> Result<bool, Stop> {
    let Some((verb, what)) = step.iter().find(|(verb, _)| verb.starts_with("for_each_")) else {
        return Ok(false);
    };
    let roots: Vec<(String, Field)> = ["Query", "Mutation", "Subscription"]
        .iter()
        .flat_map(|root| {
            trial.stage.schema.fields(root).iter().map(|field| ((*root).to_owned(), field.clone()))
        })
        .filter(|(root, field)| !trial.stage.binding.left_out.contains_key(&format!("{root}.{}", field.name)))
        .collect();
    let token = authorization(trial).await?;
    match verb.as_str() {
        "for_each_root_field" => {
            for (root, field) in &roots {
                if root == "Subscription" {
                    continue;
                }
                call(trial, root, field, &json!({}), token.as_deref(), &format!("{root}.{}", field.name))
                    .await?;
            }
        }
        "for_each_mutation" => {
            let mutations: Vec<_> = roots.iter().filter(|(root, _)| root == "Mutation").collect();
            if mutations.is_empty() {
                return Err(Stop::Absent("the schema has no Mutation".to_owned()));
            }
            for (root, field) in mutations {
                let path = format!("{root}.{}", field.name);
                // What anybody may do, and what people do with their own account, no role forbids.
                if trial.stage.binding.public_fields.contains(&path) || is_own(trial, &path) {
                    continue;
                }
                // Of what no case can make, such as a hit of the screening, there is no id to ask with.
                if names_unbound(trial, field) {
                    continue;
                }
                call(trial, root, field, &json!({}), token.as_deref(), &path).await?;
            }
        }
        "for_each_string_arg" | "for_each_text_arg" => {
            let words: Vec<String> =
                what.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
            let places = places(trial, &roots, &|input| input.ty == "String" || input.ty == "ID");
            inject(trial, &roots, &places, &words, token.as_deref()).await?;
        }
        "for_each_json_scalar" => {
            let places = places(trial, &roots, &|input| {
                ["JSON", "BigInt", "Float", "Int", "DateTime"].contains(&input.ty.as_str())
            });
            let words: Vec<String> =
                what.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
            if places.is_empty() {
                return Err(Stop::Absent("the schema takes no number".to_owned()));
            }
            inject_json(trial, &roots, &places, &words, token.as_deref()).await?;
        }
        "for_each_url_input" => {
            let url = |input: &Input| {
                let name = input.name.to_lowercase();
                input.ty.to_lowercase().contains("url")
                    || name.ends_with("url")
                    || name.contains("webhook")
                    || name.contains("callback")
            };
            let places = places(trial, &roots, &url);
            if places.is_empty() {
                return Err(Stop::Absent(
                    "the schema takes no address of a page that the server would fetch".to_owned(),
                ));
            }
            let text = trial.text(what.as_str().unwrap_or_default()).await?;
            let words: Vec<String> = text.split(" , ").map(|one| one.trim().to_owned()).collect();
            inject(trial, &roots, &places, &words, token.as_deref()).await?;
            // Time for a worker to fetch.
            tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        }
        other => return Err(Stop::Broken(format!("a walk that is not understood: {other}"))),
    }
    Ok(true)
}

/// Whether a mutation is about one's own account alone.
fn is_own(trial: &Trial<'_>, path: &str) -> bool {
    trial.stage.binding.verbs.get("own_account").is_some_and(|own| own.iter().any(|one| one == path))
}

async fn authorization(trial: &mut Trial<'_>) -> Result<Option<String>, Stop> {
    let header = trial.case.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let Some(text) = header.and_then(|(_, value)| value.as_str()).map(str::to_owned) else { return Ok(None) };
    let text = trial.text(&text).await?;
    Ok(text.strip_prefix("Bearer ").map(str::to_owned))
}

/// Makes the things that made-up arguments name.
///
/// # Errors
/// Making one failed.
pub async fn make_arguments(trial: &mut Trial<'_>) -> Result<(), Stop> {
    for names in trial.stage.binding.arguments.values().filter(|value| trial.stage.names_things(value)) {
        for name in names.as_array().into_iter().flatten().filter_map(|name| name.as_str()?.strip_prefix('@'))
        {
            match trial.cast.thing(trial.stage, name).await {
                Ok(_) => break,
                Err(Stop::Absent(_)) => {}
                Err(broken) => return Err(broken),
            }
        }
    }
    Ok(())
}

async fn call(
    trial: &mut Trial<'_>,
    root: &str,
    field: &Field,
    given: &Value,
    token: Option<&str>,
    label: &str,
) -> Result<(), Stop> {
    let cast = &*trial.cast;
    let stage = trial.stage;
    let values = |name: &str, ty: &str| argument(stage, cast, name, ty);
    let (query, variables) = stage.schema.call(root, field, given, &values);
    // One address would run out of its budget.
    let exchange: Exchange =
        stage.ask(stage.source(), label, token, &json!({"query": query, "variables": variables})).await;
    trial.seen.push(exchange);
    Ok(())
}

/// Whether a mutation needs the id of something that nothing is bound to.
fn names_unbound(trial: &Trial<'_>, field: &Field) -> bool {
    let (stage, cast) = (trial.stage, &*trial.cast);
    let inputs = field.arguments.iter().flat_map(|one| stage.schema.inputs(&one.ty));
    inputs
        .filter(|input| input.required && input.ty == "ID")
        .any(|input| argument(stage, cast, &input.name, &input.ty).is_none())
}

fn argument(
    stage: &super::super::stage::Stage,
    cast: &super::super::cast::Cast,
    name: &str,
    ty: &str,
) -> Option<Value> {
    // A name can mean one thing in one input and another in the next.
    if let Some(value) = stage.binding.arguments.get(&format!("{name}:{ty}")) {
        return Some(value.clone());
    }
    let bound = stage.binding.arguments.get(name).filter(|value| stage.names_things(value));
    let mut things = bound
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str()?.strip_prefix('@'));
    let of = |thing| cast.things.get(thing).or_else(|| cast.people.get(thing)?.id.as_ref());
    things.find_map(|thing| of(thing).map(|id| json!(id))).or_else(|| stage.argument(name))
}

/// A place for a value: which root field, and the path of names to it.
struct Place {
    at: usize,
    path: Vec<String>,
    list: bool,
}

fn places(trial: &Trial<'_>, roots: &[(String, Field)], wanted: &dyn Fn(&Input) -> bool) -> Vec<Place> {
    let schema = &trial.stage.schema;
    let mut found = Vec::new();
    for (at, (root, field)) in roots.iter().enumerate() {
        if root == "Subscription" {
            continue;
        }
        for argument in &field.arguments {
            if wanted(argument) {
                found.push(Place { at, path: vec![argument.name.clone()], list: argument.list });
            }
            for input in schema.inputs(&argument.ty) {
                if wanted(input) && input.name != "idempotencyKey" && input.name != "clientMutationId" {
                    let path = vec![argument.name.clone(), input.name.clone()];
                    found.push(Place { at, path, list: input.list });
                }
            }
        }
    }
    found
}

/// The smallest arguments of a field, with one value in its place.
fn placed(trial: &Trial<'_>, field: &Field, place: &Place, value: Value) -> Value {
    let schema = &trial.stage.schema;
    let values = |name: &str, _: &str| argument(trial.stage, trial.cast, name, "");
    let mut given = Map::new();
    let value = if place.list { json!([value]) } else { value };
    if let [outer, inner] = place.path.as_slice() {
        let argument = field.arguments.iter().find(|argument| &argument.name == outer);
        let mut object = argument.map(|one| schema.smallest(one, &values)).unwrap_or_default();
        if let Some(list) = object.as_array_mut() {
            for one in list {
                one[inner] = value.clone();
            }
        } else {
            object[inner] = value;
        }
        given.insert(outer.clone(), object);
    } else if let [name] = place.path.as_slice() {
        given.insert(name.clone(), value);
    }
    Value::Object(given)
}

async fn inject(
    trial: &mut Trial<'_>,
    roots: &[(String, Field)],
    places: &[Place],
    words: &[String],
    token: Option<&str>,
) -> Result<(), Stop> {
    for place in places {
        let Some((root, field)) = roots.get(place.at) else { continue };
        for word in words {
            let given = placed(trial, field, place, json!(word));
            let label = format!("{root}.{}.{} = {word}", field.name, place.path.join("."));
            call(trial, root, field, &given, token, &label).await?;
        }
    }
    Ok(())
}

/// The same with JSON that no serialiser would write: it is put into the text of the request.
async fn inject_json(
    trial: &mut Trial<'_>,
    roots: &[(String, Field)],
    places: &[Place],
    words: &[String],
    token: Option<&str>,
) -> Result<(), Stop> {
    const MARK: &str = "@@raw@@";
    for place in places {
        let Some((root, field)) = roots.get(place.at) else { continue };
        for word in words {
            let given = placed(trial, field, place, json!(MARK));
            let stage = trial.stage;
            let values = |name: &str, _: &str| argument(stage, trial.cast, name, "");
            let (query, variables) = stage.schema.call(root, field, &given, &values);
            let body = json!({"query": query, "variables": variables})
                .to_string()
                .replace(&format!("\"{MARK}\""), word);
            let mut request = super::plan::empty();
            request.target = stage.binding.path("graphql").to_owned();
            request.headers.push(("Content-Type".into(), "application/json".into()));
            request
                .headers
                .extend(token.map(|token| ("Authorization".to_owned(), format!("Bearer {token}"))));
            request.headers.extend(token.and_then(|token| stage.acting(token)));
            request.body = body.into_bytes();
            let reply = stage.target.send(stage.source(), &request).await;
            let label = format!("{root}.{}.{} = {word}", field.name, place.path.join("."));
            trial.seen.push(Exchange { label, person: String::new(), request, reply });
        }
    }
    Ok(())
}
