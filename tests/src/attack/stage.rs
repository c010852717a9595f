//! Where cases are played: the server, its process, what is known of it, and the attacker's listeners.

use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use base64::Engine;
use serde_json::{Map, Value, json};

use super::{
    Stop,
    binding::{self, Binding},
    collaborator::Collaborator,
    http::{Reply, Request, Target},
    mail::{self, Mail},
    process::{self, Served},
    schema::Schema,
};

/// A request with its answer, and what it was for.
#[derive(Debug, Clone, Default)]
pub struct Exchange {
    /// What it was for, in a word or two.
    pub label: String,
    /// Who sent it; empty for nobody.
    pub person: String,
    /// The request.
    pub request: Request,
    /// The answer.
    pub reply: Reply,
}

/// All that cases have in common.
#[derive(Debug)]
pub struct Stage {
    /// Where requests go.
    pub target: Target,
    /// The binding.
    pub binding: Binding,
    /// The schema.
    pub schema: Schema,
    /// The server, where the runner started it.
    pub served: Option<Served>,
    /// Its process, where it is on this machine.
    pub pid: Option<u32>,
    /// Where it writes mails.
    pub mail_dir: Option<PathBuf>,
    /// The attacker's listeners.
    pub collaborators: Vec<Collaborator>,
    /// What `demo --json` printed: ids, tokens.
    pub demo: Value,
    /// The first published key.
    pub public_key: Value,
    /// For which organisation the bearer of a token acts, where the person belongs to several.
    acting: Mutex<BTreeMap<String, String>>,
    next: AtomicU32,
}

impl Stage {
    /// Sets the stage; asks the server for its published keys.
    ///
    /// # Errors
    /// The attacker's listeners do not start.
    pub async fn new(
        target: Target,
        binding: Binding,
        schema: Schema,
        served: Option<Served>,
    ) -> Result<Self, String> {
        let mut collaborators = Vec::new();
        for _ in 0..2 {
            collaborators.push(Collaborator::start().await.map_err(|error| error.to_string())?);
        }
        let pid =
            target.address.ip().is_loopback().then(|| process::listener(target.address.port())).flatten();
        let demo = served.as_ref().map(|served| served.ready.clone()).unwrap_or_default();
        let mail_dir = served.as_ref().map(|served| served.directory().to_owned());
        let mut stage = Self {
            target,
            binding,
            schema,
            served,
            pid,
            mail_dir,
            collaborators,
            demo,
            public_key: Value::Null,
            acting: Mutex::default(),
            next: AtomicU32::new(1),
        };
        let request =
            Request { method: "GET".into(), target: stage.binding.path("jwks").into(), ..Request::default() };
        let keys = stage.target.send(stage.source(), &request).await.json();
        stage.public_key = keys["keys"][0].clone();
        Ok(stage)
    }

    /// A number that was not given before.
    pub fn number(&self) -> u32 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// A loopback address that nothing was sent from yet: budgets are kept by address.
    pub fn source(&self) -> Ipv4Addr {
        let number = self.number();
        let part = |value: u32| (value % 250).saturating_add(1) as u8;
        Ipv4Addr::new(127, part(number / 62_500).saturating_add(1), part(number / 250), part(number))
    }

    /// A key of idempotency that was not used before.
    pub fn key(&self) -> String {
        format!("attack-{}-{}", std::process::id(), self.number())
    }

    /// Posts a GraphQL request as whoever the token belongs to.
    pub async fn ask(&self, source: Ipv4Addr, label: &str, token: Option<&str>, body: &Value) -> Exchange {
        let mut headers = vec![
            ("Content-Type".to_owned(), "application/json".to_owned()),
            ("Accept".to_owned(), "application/graphql-response+json".to_owned()),
        ];
        headers.extend(token.map(|token| ("Authorization".to_owned(), format!("Bearer {token}"))));
        headers.extend(token.and_then(|token| self.acting(token)));
        let request = Request {
            method: "POST".into(),
            target: self.binding.path("graphql").into(),
            headers,
            body: body.to_string().into_bytes(),
        };
        let reply = self.target.send(source, &request).await;
        Exchange { label: label.to_owned(), person: String::new(), request, reply }
    }

    /// Keeps for which organisation the bearer of a token acts.
    pub fn act_for(&self, token: &str, organisation: &str) {
        self.acting.lock().expect("one user").insert(token.to_owned(), organisation.to_owned());
    }

    /// The header that says for which organisation the bearer of a token acts.
    pub fn acting(&self, token: &str) -> Option<(String, String)> {
        let organisation = self.acting.lock().expect("one user").get(token).cloned()?;
        Some((self.binding.values.get("acting_header")?.clone(), organisation))
    }

    /// The call of a mutation by the part that it plays: what is given under the binding's names, the rest made up.
    ///
    /// # Errors
    /// Nothing is bound to the part, the schema has no such mutation, or its input has no such field.
    pub fn mutation(&self, part: &str, given: &Map<String, Value>) -> Result<Value, Stop> {
        let Some(bound) = self.binding.mutations.get(part) else {
            return Err(Stop::Broken(format!("no mutation is bound to '{part}'")));
        };
        let path = format!("Mutation.{}", bound.field);
        let Some(field) = self.schema.field(&path) else {
            return Err(Stop::Absent(format!("the schema has no {path}")));
        };
        let mut values = bound.input.clone();
        for (name, value) in given {
            binding::place(&mut values, bound.names.get(name).unwrap_or(name), value.clone());
        }
        let wrapped = field.arguments.iter().find(|argument| argument.name == "input");
        let inputs = wrapped.map_or(field.arguments.as_slice(), |argument| self.schema.inputs(&argument.ty));
        if let Some(odd) = values.keys().find(|name| !inputs.iter().any(|input| &input.name == *name)) {
            return Err(Stop::Broken(format!("{path} takes no '{odd}': correct the binding")));
        }
        for input in inputs {
            if !values.contains_key(&input.name) && (input.required || input.name == "idempotencyKey") {
                values
                    .insert(input.name.clone(), self.schema.smallest(input, &|name, _| self.argument(name)));
            }
        }
        let given = if wrapped.is_some() { json!({"input": values}) } else { Value::Object(values) };
        let (query, variables) = self.schema.call("Mutation", field, &given, &|name, _| self.argument(name));
        Ok(json!({"query": query, "variables": variables}))
    }

    /// A value for an argument of a made-up call, by its name.
    pub fn argument(&self, name: &str) -> Option<Value> {
        if name == "idempotencyKey" {
            return Some(Value::String(self.key()));
        }
        let value = self.binding.arguments.get(name)?;
        (!self.names_things(value)).then(|| value.clone())
    }

    /// Whether a bound argument is names of things, and not a value.
    pub fn names_things(&self, value: &Value) -> bool {
        value
            .as_array()
            .is_some_and(|names| names.iter().any(|name| name.as_str().is_some_and(|n| n.starts_with('@'))))
    }

    /// Mails so far; none where the runner does not know the directory.
    pub fn mails(&self) -> Vec<Mail> {
        self.mail_dir.as_deref().map(mail::all).unwrap_or_default()
    }

    /// Waits for one more mail to an address than there were, and answers it.
    pub async fn mail_to(&self, address: &str, before: usize) -> Option<Mail> {
        for _ in 0..100 {
            let mails: Vec<Mail> = self.mails().into_iter().filter(|mail| mail.is_to(address)).collect();
            if mails.len() > before {
                return mails.last().cloned();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        None
    }

    /// How many mails an address got.
    pub fn mails_to(&self, address: &str) -> usize {
        self.mails().iter().filter(|mail| mail.is_to(address)).count()
    }

    /// Seconds since 1970.
    pub fn now(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map(|since| since.as_secs() as i64).unwrap_or_default()
    }

    /// The server's own signing key (PKCS #8), where it lies in the directory that the runner gave it.
    pub fn private_key(&self) -> Option<Vec<u8>> {
        let mut open = vec![self.served.as_ref()?.directory().to_owned()];
        while let Some(directory) = open.pop() {
            for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    open.push(path);
                } else if path.extension().is_some_and(|extension| extension == "pk8") {
                    return std::fs::read(path).ok();
                } else if entry.metadata().is_ok_and(|meta| meta.len() < 10_000)
                    && let Ok(text) = std::fs::read_to_string(&path)
                    && let Some((_, rest)) = text.split_once("-----BEGIN PRIVATE KEY-----")
                {
                    let letters = rest.split("-----END").next().unwrap_or_default();
                    let letters: String = letters.chars().filter(|c| !c.is_whitespace()).collect();
                    return base64::engine::general_purpose::STANDARD.decode(letters).ok();
                }
            }
        }
        None
    }

    /// Calls that the attacker's listeners got.
    pub fn calls(&self) -> usize {
        self.collaborators.iter().map(Collaborator::calls).sum()
    }
}
