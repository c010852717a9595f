//! One case from its first request to its verdict.

use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::{Map, Value, json};

use super::{
    Stop, Verdict, answer, assertions,
    case::Case,
    cast::Cast,
    http::Request,
    macros::{self, Context, Gap},
    names::Words,
    process::{self, Figures},
    stage::{Exchange, Stage},
    steps,
};

/// A case that is being played.
pub struct Trial<'a> {
    /// The stage.
    pub stage: &'a Stage,
    /// The people.
    pub cast: &'a mut Cast,
    /// The case.
    pub case: &'a Case,
    /// From which address the attack comes.
    pub source: Ipv4Addr,
    /// What was sent and what came back, setting up left out.
    pub seen: Vec<Exchange>,
    /// Tokens and other words that steps keep for later ones.
    pub saved: BTreeMap<String, String>,
    /// What steps measured or found out; assertions ask for it by name.
    pub facts: BTreeMap<String, Value>,
    /// What the readers of state said before.
    pub state_before: Option<Value>,
    /// Figures before.
    pub before: Option<Figures>,
    /// Most memory during the case, kilobytes.
    pub peak_rss_kb: u64,
    /// Figures after.
    pub after: Option<Figures>,
    /// Whether a step restarted the server, so that its process is another one.
    pub restarted: bool,
    /// Mails before the case.
    pub mails_before: usize,
    /// Length of the server's log before the case.
    pub log_before: usize,
    variant: usize,
    variants: usize,
    /// Headers that the operations wanted which were put in last.
    wanted: Vec<(String, String)>,
}

/// Plays a case and judges it.
pub async fn play(stage: &Stage, people: &mut Cast, case: &Case) -> Verdict {
    if case.expect.is_empty() {
        return Verdict::Unsafe(vec!["the case expects nothing, so it proves nothing".to_owned()]);
    }
    let mut trial = Trial {
        stage,
        cast: people,
        case,
        source: stage.source(),
        seen: Vec::new(),
        saved: BTreeMap::new(),
        facts: BTreeMap::new(),
        state_before: None,
        before: None,
        peak_rss_kb: 0,
        after: None,
        restarted: false,
        mails_before: stage.mails().len(),
        log_before: stage.served.as_ref().map(|served| served.log().len()).unwrap_or_default(),
        variant: 0,
        variants: 1,
        wanted: Vec::new(),
    };
    let pid = stage.served.as_ref().map_or(stage.pid, |_| process::listener(stage.target.address.port()));
    let calls = stage.calls();
    let outcome = trial.perform().await;
    let mut broken = match outcome {
        Err(Stop::Absent(why)) => {
            steps::process::restore(&mut trial);
            let vague = assertions::not_understood(&case.expect);
            return Verdict::Skipped([vec![why], vague].concat().join("; "));
        }
        Err(Stop::Broken(why)) => vec![why],
        Ok(()) => trial.judge().await,
    };
    steps::process::restore(&mut trial);
    let lives = process::listener(stage.target.address.port());
    if pid.is_some() && (lives.is_none() || (lives != pid && !trial.restarted)) {
        broken.push("the server's process is gone".to_owned());
    }
    if stage.calls() > calls {
        broken.push("the server called the attacker's listener".to_owned());
    }
    if broken.is_empty() { Verdict::Safe(trial.note()) } else { Verdict::Unsafe(broken) }
}

impl Trial<'_> {
    /// Sets the scene, then acts.
    async fn perform(&mut self) -> Result<(), Stop> {
        self.scene().await?;
        loop {
            if self.case.path.contains("{{ws}}") {
                steps::ws::play(self).await?;
            } else if self.case.steps.is_empty() {
                self.only_request().await?;
            } else {
                for step in &self.case.steps {
                    steps::run(self, step).await?;
                }
            }
            self.variant = self.variant.saturating_add(1);
            if self.variant >= self.variants {
                break;
            }
        }
        self.after = self.figures();
        Ok(())
    }

    /// Makes all whom and what the case names, so that nothing of it falls into the time of the attack.
    async fn scene(&mut self) -> Result<(), Stop> {
        let case = self.case;
        for value in case.headers.values() {
            self.words_of(value).await?;
        }
        if let Some(body) = &case.body {
            self.words_of(body).await?;
        }
        if case.steps.iter().any(|step| step.keys().any(|verb| verb.starts_with("for_each_"))) {
            steps::walk::make_arguments(self).await?;
        }
        if assertions::wants_state(&case.expect) {
            self.state_before = Some(self.state().await?);
        }
        // A first request opens what opens once.
        let _ = self.cheap().await;
        self.before = self.figures();
        self.peak_rss_kb = self.before.map(|figures| figures.rss_kb).unwrap_or_default();
        Ok(())
    }

    async fn words_of(&mut self, value: &Value) -> Result<(), Stop> {
        self.expand(|words| macros::expand_json(value, words).map(drop)).await
    }

    fn figures(&self) -> Option<Figures> {
        process::figures(
            process::listener(self.stage.target.address.port()).filter(|_| self.stage.pid.is_some())?,
        )
    }

    /// Expands with all that it needs made on the way.
    ///
    /// # Errors
    /// The schema lacks something, or a name is not understood.
    pub async fn expand<T>(&mut self, with: impl Fn(&Words<'_>) -> Result<T, Gap>) -> Result<T, Stop> {
        for _ in 0..64 {
            let gap = {
                let mut words = Words::new(self.stage, self.cast);
                words.variant = self.variant;
                words.nobody = self.saved.contains_key("nobody");
                words.about = self.case.about();
                match with(&words) {
                    Ok(value) => {
                        self.variants = self.variants.max(words.variants.get());
                        self.wanted = words.headers.take();
                        if words.foreign_signature.get() {
                            let note = "the server's key is not at hand, so the token's signature is wrong as well as its claims";
                            self.facts.insert("note".into(), json!(note));
                        }
                        return Ok(value);
                    }
                    Err(gap) => gap,
                }
            };
            match gap {
                Gap::Person(name) if name == "disabled" => {
                    let person = self.cast.person(self.stage, &name).await?;
                    let done = self
                        .cast
                        .act(self.stage, "erase", &person, json!({"password": person.password}))
                        .await?;
                    if !answer::succeeded(&done.reply) {
                        return Err(Stop::Broken(format!(
                            "an account could not be closed: {}",
                            done.reply.text()
                        )));
                    }
                }
                Gap::Person(name) => drop(self.cast.person(self.stage, &name).await?),
                Gap::Thing(name) => drop(self.cast.thing(self.stage, &name).await?),
                Gap::Absent(why) => return Err(Stop::Absent(why)),
                Gap::Unknown(what) => return Err(Stop::Broken(format!("not understood: {what}"))),
            }
        }
        Err(Stop::Broken("the case needs more than 64 things".to_owned()))
    }

    /// A text of a step with its macros worked out.
    ///
    /// # Errors
    /// As [`Trial::expand`].
    pub async fn text(&mut self, text: &str) -> Result<String, Stop> {
        self.expand(|words| macros::expand_text(text, words)).await
    }

    /// The request of a step, or of the whole case: the step's headers go before the case's.
    ///
    /// # Errors
    /// As [`Trial::expand`].
    pub async fn request(
        &mut self,
        method: &str,
        path: &str,
        more: &Map<String, Value>,
        body: Option<&Value>,
    ) -> Result<Request, Stop> {
        let mut headers = Vec::new();
        let differs = |name: &String| !more.keys().any(|other| other.eq_ignore_ascii_case(name));
        let own = self.case.headers.iter().filter(|(name, _)| differs(name));
        for (name, value) in own.chain(more) {
            let (name, value) =
                (self.text(name).await?, self.text(value.as_str().unwrap_or_default()).await?);
            headers.push((name, value));
        }
        let bearer = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        let token = bearer.and_then(|(_, value)| value.strip_prefix("Bearer "));
        if let Some(acting) = token.and_then(|token| self.stage.acting(token)) {
            headers.push(acting);
        }
        self.wanted.clear();
        let body = match body {
            None => Vec::new(),
            Some(Value::String(text)) => {
                let context = if text.contains("\"query\"") { Context::Json } else { Context::Plain };
                self.expand(|words| macros::expand(text, words, context)).await?
            }
            Some(value) => {
                self.expand(|words| macros::expand_json(value, words)).await?.to_string().into_bytes()
            }
        };
        for (name, value) in std::mem::take(&mut self.wanted) {
            headers.retain(|(other, _)| !other.eq_ignore_ascii_case(&name));
            headers.push((name, value));
        }
        Ok(Request { method: method.to_owned(), target: self.text(path).await?, headers, body })
    }

    /// Sends one and keeps what came.
    pub async fn send(&mut self, label: &str, person: &str, request: Request) -> Exchange {
        let watch = self.watch();
        let reply = self.stage.target.send(self.source, &request).await;
        self.unwatch(watch);
        let exchange = Exchange { label: label.to_owned(), person: person.to_owned(), request, reply };
        self.seen.push(exchange.clone());
        exchange
    }

    async fn only_request(&mut self) -> Result<(), Stop> {
        if self.case.method == "RAW" {
            return steps::raw::once(self).await;
        }
        let body = self.case.body.clone();
        let request = self.request(&self.case.method, &self.case.path, &Map::new(), body.as_ref()).await?;
        if self.case.expect.then.is_empty() {
            self.send("request", "", request).await;
            return Ok(());
        }
        let stage = self.stage;
        let cheap = self.cheap_request()?;
        let other = stage.source();
        let watch = self.watch();
        let delayed = async {
            // Let the attack arrive first.
            tokio::time::sleep(Duration::from_millis(5)).await;
            stage.target.send(other, &cheap).await
        };
        let (reply, light) = tokio::join!(stage.target.send(self.source, &request), delayed);
        self.unwatch(watch);
        self.facts.insert("cheap_ms".into(), json!(light.elapsed.as_secs_f64() * 1_000.0));
        self.facts.insert("cheap_ok".into(), json!(answer::succeeded(&light)));
        self.seen.push(Exchange { label: "request".into(), person: String::new(), request, reply });
        Ok(())
    }

    fn cheap_request(&self) -> Result<Request, Stop> {
        let text = self.stage.binding.form(&self.stage.schema, "q.cheap");
        let text =
            text.map_err(|_| Stop::Broken("the binding's q.cheap does not fit the schema".to_owned()))?.text;
        let body = json!({"query": format!("{{ {text} }}")}).to_string().into_bytes();
        let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        Ok(Request {
            method: "POST".into(),
            target: self.stage.binding.path("graphql").into(),
            headers,
            body,
        })
    }

    /// A light query from another address: whether it went well and how long it took.
    ///
    /// # Errors
    /// The binding has none.
    pub async fn cheap(&self) -> Result<(bool, Duration), Stop> {
        let reply = self.stage.target.send(self.stage.source(), &self.cheap_request()?).await;
        Ok((answer::succeeded(&reply), reply.elapsed))
    }

    /// What the readers of state say now: alice and the public.
    ///
    /// # Errors
    /// The binding has no reader.
    pub async fn state(&mut self) -> Result<Value, Stop> {
        let mut out = Map::new();
        let own = self.stage.binding.form(&self.stage.schema, "q.read_back");
        let public = self.stage.binding.form(&self.stage.schema, "q.public_state");
        for (who, form) in [("alice", own), ("", public)] {
            let Ok(form) = form else { continue };
            let token = match who {
                "" => None,
                who => Some(self.cast.person(self.stage, who).await?.access),
            };
            let body = json!({"query": format!("{{ {} }}", form.text)});
            let mut done = self.stage.ask(self.stage.source(), "state", token.as_deref(), &body).await;
            let signed_out = self.stage.binding.code("UNAUTHENTICATED");
            if token.is_some() && answer::has_code(&done.reply, &signed_out) {
                // The case ended her session; what she has is the same.
                let again = self.cast.renew(self.stage, who).await?;
                done = self.stage.ask(self.stage.source(), "state", Some(&again.access), &body).await;
            }
            if !answer::succeeded(&done.reply) {
                return Err(Stop::Broken(format!("the reader of state failed: {}", done.reply.text())));
            }
            out.insert(
                who.to_owned(),
                serde_json::from_str(&answer::shape(&done.reply).2).unwrap_or_default(),
            );
        }
        if out.is_empty() {
            return Err(Stop::Absent("the schema has nothing to read state by".to_owned()));
        }
        Ok(Value::Object(out))
    }

    /// Begins to note the most memory that the server takes.
    pub fn watch(&self) -> Option<(Arc<AtomicBool>, Arc<AtomicU64>)> {
        let pid = process::listener(self.stage.target.address.port()).filter(|_| self.stage.pid.is_some())?;
        let (stop, most) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (stopped, peak) = (Arc::clone(&stop), Arc::clone(&most));
        std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                let rss = process::figures(pid).map(|figures| figures.rss_kb).unwrap_or_default();
                peak.fetch_max(rss, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        Some((stop, most))
    }

    /// Ends that.
    pub fn unwatch(&mut self, watch: Option<(Arc<AtomicBool>, Arc<AtomicU64>)>) {
        if let Some((stop, most)) = watch {
            stop.store(true, Ordering::Relaxed);
            self.peak_rss_kb = self.peak_rss_kb.max(most.load(Ordering::Relaxed));
        }
    }

    async fn judge(&mut self) -> Vec<String> {
        assertions::judge(self).await
    }

    /// What is to be said beside a pass.
    fn note(&self) -> String {
        let mut notes: Vec<String> = Vec::new();
        let figures = self.case.expect.server;
        if self.before.is_none() && (figures.cpu_ms_max.is_some() || figures.rss_growth_mb_max.is_some()) {
            notes.push("processor time and memory not read".to_owned());
        }
        notes.extend(self.facts.get("note").and_then(Value::as_str).map(str::to_owned));
        notes.join("; ")
    }
}
