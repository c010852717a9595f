//! The verbs of steps.
//!
//! A step is an object whose keys are verbs. [`plan`] makes requests of those that ask once, [`walk`] of those that
//! go through the schema; [`flow`], [`link`] and [`process`] do what takes several requests or the process itself; [`raw`] and
//! [`ws`] speak below and beside HTTP. A verb without code here is a failure, not a pass.

pub mod flow;
pub mod link;
pub mod plan;
pub mod process;
pub mod raw;
pub mod walk;
pub mod ws;

use futures::future::join_all;
use serde_json::{Map, Value, json};

use super::{Stop, http::Request, stage::Exchange, trial::Trial};

/// A request that is ready to be sent.
#[derive(Debug, Clone)]
pub struct Planned {
    /// What it is for.
    pub label: String,
    /// Who sends it; empty for nobody, or for whom the case's headers name.
    pub person: String,
    /// The request.
    pub request: Request,
}

/// A step's object.
pub type Step = Map<String, Value>;

/// Takes a step.
///
/// # Errors
/// The schema lacks what a verb needs, a verb is not understood, or setting up failed.
pub async fn run(trial: &mut Trial<'_>, step: &Step) -> Result<(), Stop> {
    for verb in step.keys() {
        if let Some(why) = trial.stage.binding.lacks(&trial.stage.schema, verb) {
            return Err(Stop::Absent(why));
        }
    }
    if step.contains_key("open") {
        return raw::crowd(trial, step).await;
    }
    if let Some(at_once) = step.get("parallel") {
        return together(trial, step, at_once).await;
    }
    if let Some(times) = step.get("repeat").and_then(Value::as_u64) {
        return repeated(trial, step, times as usize).await;
    }
    if let Some(times) = step.get("sample").and_then(Value::as_u64) {
        return sampled(trial, step, times as usize).await;
    }
    if walk::run(trial, step).await? || process::run(trial, step).await? || flow::run(trial, step).await? {
        return Ok(());
    }
    let Some(planned) = plan::plan(trial, step, 0).await? else {
        let verbs: Vec<&str> = step.keys().map(String::as_str).collect();
        return Err(Stop::Broken(format!("a step that is not understood: {}", verbs.join(", "))));
    };
    for one in planned {
        let exchange = trial.send(&one.label, &one.person, one.request).await;
        plan::keep(trial, step, &exchange);
    }
    Ok(())
}

/// Many requests at the same moment, each from an address of its own.
async fn together(trial: &mut Trial<'_>, step: &Step, at_once: &Value) -> Result<(), Stop> {
    let rounds = step.get("repeat").and_then(Value::as_u64).unwrap_or(1);
    for round in 0..rounds as usize {
        let mut planned = Vec::new();
        let steps: Vec<Step> = match at_once {
            Value::Array(steps) => steps.iter().filter_map(|step| step.as_object().cloned()).collect(),
            count => vec![step.clone(); count.as_u64().unwrap_or(2) as usize],
        };
        for (at, one) in steps.iter().enumerate() {
            for verb in one.keys() {
                if let Some(why) = trial.stage.binding.lacks(&trial.stage.schema, verb) {
                    return Err(Stop::Absent(why));
                }
            }
            let made = plan::plan(trial, one, round.saturating_add(at)).await?;
            planned.extend(
                made.ok_or_else(|| Stop::Broken("a parallel step that is not understood".to_owned()))?,
            );
        }
        let stage = trial.stage;
        let sources: Vec<_> = planned.iter().map(|_| stage.source()).collect();
        let watch = trial.watch();
        let sends = planned.iter().zip(sources).map(|(one, source)| stage.target.send(source, &one.request));
        let replies = join_all(sends).await;
        trial.unwatch(watch);
        for (one, reply) in planned.into_iter().zip(replies) {
            let exchange = Exchange { label: one.label, person: one.person, request: one.request, reply };
            plan::keep(trial, step, &exchange);
            trial.seen.push(exchange);
        }
    }
    Ok(())
}

/// The same again and again from one address, each time with its number.
async fn repeated(trial: &mut Trial<'_>, step: &Step, times: usize) -> Result<(), Stop> {
    for i in 0..times {
        let planned = plan::plan(trial, step, i).await?;
        if i == 0 {
            // Whom the step is about has registered by now, and the mails of that are not the attack's.
            trial.mails_before = trial.stage.mails().len();
        }
        let planned =
            planned.ok_or_else(|| Stop::Broken("a repeated step that is not understood".to_owned()))?;
        for one in planned {
            trial.send(&one.label, &one.person, one.request).await;
        }
    }
    Ok(())
}

/// Times of many requests; those of the case's later samples stand beside, taken in turn with the first ones.
async fn sampled(trial: &mut Trial<'_>, step: &Step, times: usize) -> Result<(), Stop> {
    let planned = plan::plan(trial, step, 0).await?;
    let planned = planned.ok_or_else(|| Stop::Broken("a sampled step that is not understood".to_owned()))?;
    let mut taken = Vec::with_capacity(times);
    for _ in 0..times {
        for one in &planned {
            // One address would run out of its budget.
            let source = if taken.len() % 50 == 0 { trial.stage.source() } else { trial.source };
            trial.source = source;
            let reply = trial.stage.target.send(source, &one.request).await;
            taken.push(reply.elapsed.as_secs_f64() * 1_000.0);
            if taken.len() == 1 {
                let exchange = Exchange {
                    label: one.label.clone(),
                    person: one.person.clone(),
                    request: one.request.clone(),
                    reply,
                };
                trial.seen.push(exchange);
            }
        }
    }
    let samples = trial.facts.entry("samples".to_owned()).or_insert_with(|| json!([]));
    if let Some(list) = samples.as_array_mut() {
        list.push(json!(taken));
    }
    Ok(())
}
