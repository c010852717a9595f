//! A server under test, and a client of it.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

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
