//! A server under test, and a client of it.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// A key that no other request of this process has.
fn fresh_key() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A running `caravanserai demo`.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// Address of its database.
    pub database: String,
    /// Ids that the demo gave: mandate, project, city.
    pub ids: Value,
    /// Access tokens that the demo gave, by persona.
    pub tokens: Value,
    /// Refresh tokens that the demo gave, by persona.
    pub refresh: Value,
    /// Links that sign a browser in once, by persona.
    pub links: Value,
    client: reqwest::Client,
    dir: Arc<tempfile::TempDir>,
}

/// Which database stands behind a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    /// A file.
    Sqlite,
    /// A throw-away PostgreSQL.
    Postgres,
}

impl Server {
    /// Starts the demo over a fresh database and waits until it is ready.
    pub fn demo(behind: Behind, more: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let database = match behind {
            Behind::Sqlite => format!("sqlite:{}", dir.path().join("demo.sqlite").display()),
            Behind::Postgres => crate::postgres::database(),
        };
        Self::start(database, Arc::new(dir), more)
    }

    /// Starts one more server over the database of this one.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self::start(self.database.clone(), Arc::new(tempfile::tempdir().expect("a directory")), &[])
    }

    /// Starts it again over its own database and directory, after it was killed.
    #[must_use]
    pub fn again(&self) -> Self {
        Self::start(self.database.clone(), Arc::clone(&self.dir), &[])
    }

    /// Its directory of data, with the documents in `files`.
    pub fn data_dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// Kills it as a failing machine would, without a word, in the middle of whatever it does.
    pub fn kill(&self) {
        let sent = Command::new("kill").args(["-KILL", &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "the signal is sent");
    }

    fn start(database: String, dir: Arc<tempfile::TempDir>, more: &[&str]) -> Self {
        let mut command = Command::new(crate::binary());
        command.args(["demo", "--json", "--listen", "127.0.0.1:0", "--data-dir"]).arg(dir.path()).args(more);
        command.args(["--database", &database]);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the server starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("its output");
        BufReader::new(out).read_line(&mut line).expect("its first line");
        let ready: Value =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("one line of JSON: {error}: {line}"));
        let url = ready["url"].as_str().expect("an address").to_owned();
        Self {
            child,
            url,
            database,
            ids: ready["ids"].clone(),
            tokens: ready["tokens"].clone(),
            refresh: ready["refresh"].clone(),
            links: ready["links"].clone(),
            client: reqwest::Client::new(),
            dir,
        }
    }

    /// Sends a query and answers the whole response; it must be a GraphQL one.
    pub async fn query(&self, query: &str, variables: Value) -> Value {
        let (status, body) = self.post(&json!({"query": query, "variables": variables})).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    /// Sends a query that must succeed, and answers its data.
    pub async fn data(&self, query: &str, variables: Value) -> Value {
        let body = self.query(query, variables).await;
        assert!(body["errors"].is_null(), "{}", body["errors"]);
        body["data"].clone()
    }

    /// Sends a query as a persona of the demo; it must succeed. Answers its data.
    pub async fn data_as(&self, persona: &str, query: &str, variables: Value) -> Value {
        let token = self.tokens[persona].as_str().expect("a persona of the demo").to_owned();
        let body = self.query_with(&token, query, variables).await;
        assert!(body["errors"].is_null(), "{} for {query}", body["errors"]);
        body["data"].clone()
    }

    /// Asks for a mutation as a persona and answers its payload: the fields of `selection` and what was refused. The
    /// input gets a fresh idempotency key where it has none; `NAME:INPUT` names a type that is not the mutation's own.
    pub async fn mutate(&self, persona: &str, mutation: &str, selection: &str, mut input: Value) -> Value {
        let (name, given) = mutation.split_once(':').unwrap_or((mutation, ""));
        let (first, rest) = name.split_at(1);
        let own = format!("{}{rest}Input", first.to_uppercase());
        let ty = if given.is_empty() { &own } else { given };
        let fields = input.as_object_mut().expect("an input is an object");
        fields.entry("idempotencyKey").or_insert_with(|| fresh_key().into());
        let query =
            format!("mutation($i:{ty}!){{{name}(input:$i){{{selection} userErrors{{code path message}}}}}}");
        self.data_as(persona, &query, json!({"i": input})).await[name].clone()
    }

    /// The same of a mutation that must be done.
    pub async fn done(&self, persona: &str, mutation: &str, selection: &str, input: Value) -> Value {
        let payload = self.mutate(persona, mutation, selection, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{mutation} as {persona}");
        payload
    }

    /// The code and the path of the first refusal of a mutation that must be refused.
    pub async fn refused(&self, persona: &str, mutation: &str, input: Value) -> (String, String) {
        let payload = self.mutate(persona, mutation, "", input).await;
        let error = &payload["userErrors"][0];
        let code = error["code"].as_str().unwrap_or_else(|| panic!("{mutation} was not refused: {payload}"));
        let path: Vec<&str> =
            error["path"].as_array().expect("a path").iter().filter_map(Value::as_str).collect();
        (code.to_owned(), path.join("."))
    }

    /// Asks a query again until what it finds is as wanted; rankings follow a commit within a second, and a machine
    /// that is busy gets thirty.
    pub async fn until(&self, query: &str, variables: &Value, wanted: impl Fn(&Value) -> bool) -> Value {
        self.until_as("observer", query, variables, wanted).await
    }

    /// The same as a persona.
    pub async fn until_as(
        &self,
        persona: &str,
        query: &str,
        variables: &Value,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let begun = Instant::now();
        loop {
            // What is asked for by its id may not be in the ranking yet.
            let token = self.tokens[persona].as_str().expect("a persona of the demo");
            let body = self.query_with(token, query, variables.clone()).await;
            if body["errors"].is_null() && wanted(&body["data"]) {
                return body["data"].clone();
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "never as wanted: {query}: {body}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Sends a query with a token and answers the whole response.
    pub async fn query_with(&self, token: &str, query: &str, variables: Value) -> Value {
        let request = self
            .client
            .post(format!("{}/graphql", self.url))
            .bearer_auth(token)
            .json(&json!({"query": query, "variables": variables}));
        request.send().await.expect("an answer").json().await.expect("a JSON answer")
    }

    /// Posts JSON to the endpoint.
    pub async fn post(&self, body: &Value) -> (u16, Value) {
        let request = self.client.post(format!("{}/graphql", self.url)).json(body);
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        (status, response.json().await.expect("a JSON answer"))
    }

    /// Gets a path: status and text.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let response = self.client.get(format!("{}{path}", self.url)).send().await.expect("an answer");
        (response.status().as_u16(), response.text().await.expect("text"))
    }

    /// Where it writes mail.
    pub fn mail_dir(&self) -> std::path::PathBuf {
        self.dir.path().join("mail")
    }

    /// Sends a file as a persona to an address: status and answer.
    pub async fn send_file(&self, persona: &str, address: &str, bytes: Vec<u8>) -> (u16, Value) {
        let token = self.tokens[persona].as_str().expect("a persona of the demo");
        let request = self.client.put(address).bearer_auth(token).body(bytes);
        let response = request.send().await.expect("an answer");
        (response.status().as_u16(), response.json().await.expect("a JSON answer"))
    }

    /// The client, for requests of another kind.
    pub const fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// Tells the server to end and answers its exit code and how long it took.
    pub fn terminate(mut self) -> (Option<i32>, Duration) {
        let begun = Instant::now();
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "the signal is sent");
        let status = self.child.wait().expect("it ends");
        (status.code(), begun.elapsed())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
