//! The pages over a server that runs elsewhere: for work on them, since it builds in seconds.
//!
//! `cargo run -p pages --example proxy -- http://127.0.0.1:8080 127.0.0.1:8081` serves the pages of this tree at the
//! second address over the API at the first.

use std::{collections::HashMap, sync::Arc, sync::Mutex, time::Instant};

use futures::{FutureExt, future::BoxFuture};
use pages::{Api, Credentials, Failure, NewSession, Visitor};
use serde_json::{Map, Value, json};

struct Elsewhere {
    url: String,
    client: reqwest::Client,
    /// Access token, refresh token and when they were got, by the secret of the cookie.
    sessions: Mutex<HashMap<String, (String, String, Instant)>>,
}

impl Elsewhere {
    async fn post(&self, token: Option<&str>, acting: Option<&str>, body: Value) -> Result<Value, Failure> {
        let mut request = self.client.post(format!("{}/graphql", self.url)).json(&body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(acting) = acting {
            request = request.header("caravanserai-organisation", acting);
        }
        let answer: Value = request
            .send()
            .await
            .map_err(|_| Failure::internal())?
            .json()
            .await
            .map_err(|_| Failure::internal())?;
        if let Some(error) = answer.pointer("/errors/0") {
            let text =
                |pointer: &str| error.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
            return Err(Failure {
                code: text("/extensions/code"),
                message: text("/message"),
                retry_after: None,
            });
        }
        Ok(answer.get("data").cloned().unwrap_or_default())
    }

    fn keep(&self, secret: &str, tokens: &Value) -> Option<()> {
        let text = |key: &str| tokens.get(key)?.as_str().map(str::to_owned);
        let kept = (text("accessToken")?, text("refreshToken")?, Instant::now());
        self.sessions.lock().ok()?.insert(secret.to_owned(), kept);
        Some(())
    }

    async fn token(&self, who: &Visitor) -> Result<Option<String>, Failure> {
        let Some(secret) = &who.session else { return Ok(None) };
        let held = self.sessions.lock().ok().and_then(|all| all.get(secret).cloned());
        let (access, refresh, since) = held.ok_or_else(|| Failure::of("UNAUTHENTICATED"))?;
        if since.elapsed().as_secs() < 600 {
            return Ok(Some(access));
        }
        let query = "mutation($t: String!) { refreshSession(input: {refreshToken: $t}) { tokens { accessToken refreshToken } } }";
        let data = self.post(None, None, json!({"query": query, "variables": {"t": refresh}})).await?;
        let tokens = tokens_of(&data);
        self.keep(secret, &tokens).ok_or_else(|| Failure::of("UNAUTHENTICATED"))?;
        Ok(tokens.get("accessToken").and_then(Value::as_str).map(str::to_owned))
    }
}

/// The tokens in the answer of a mutation of one field; those may not be given other names.
fn tokens_of(data: &Value) -> Value {
    let done = data.as_object().and_then(|fields| fields.values().next());
    done.and_then(|done| done.get("tokens")).cloned().unwrap_or_default()
}

impl Api for Elsewhere {
    fn execute<'a>(
        &'a self,
        who: &'a Visitor,
        document: &'a str,
        variables: Map<String, Value>,
    ) -> BoxFuture<'a, Result<Value, Failure>> {
        async move {
            let token = self.token(who).await?;
            let body = json!({"query": document, "variables": variables});
            self.post(token.as_deref(), who.acting.as_deref(), body).await
        }
        .boxed()
    }

    fn sign_in<'a>(
        &'a self,
        _who: &'a Visitor,
        with: Credentials,
    ) -> BoxFuture<'a, Result<NewSession, Failure>> {
        async move {
            let fields = "{ tokens { accessToken refreshToken } userErrors { code message } }";
            let body = match with {
                Credentials::Password { email, password, code } => json!({
                    "query": format!("mutation($i: SignInInput!) {{ signIn(input: $i) {fields} }}"),
                    "variables": {"i": {"email": email, "password": password, "code": code}},
                }),
                Credentials::Link(token) => json!({
                    "query": format!("mutation($i: LinkInput!) {{ signInWithLink(input: $i) {fields} }}"),
                    "variables": {"i": {"token": token}},
                }),
            };
            let data = self.post(None, None, body).await?;
            let secret = format!("proxy-{}", uuid::Uuid::now_v7());
            let tokens = tokens_of(&data);
            self.keep(&secret, &tokens).ok_or_else(|| Failure::of("UNAUTHENTICATED"))?;
            Ok(NewSession { secret, seconds: 3600 })
        }
        .boxed()
    }

    fn receive<'a>(
        &'a self,
        who: &'a Visitor,
        address: &'a str,
        bytes: Vec<u8>,
    ) -> BoxFuture<'a, Result<(), Failure>> {
        async move {
            let token = self.token(who).await?.ok_or_else(|| Failure::of("UNAUTHENTICATED"))?;
            let sent = self.client.put(address).bearer_auth(token).body(bytes).send().await;
            match sent {
                Ok(answer) if answer.status().is_success() => Ok(()),
                _ => Err(Failure::of("VALIDATION")),
            }
        }
        .boxed()
    }

    fn sign_out<'a>(&'a self, who: &'a Visitor) -> BoxFuture<'a, Result<(), Failure>> {
        if let (Some(secret), Ok(mut all)) = (&who.session, self.sessions.lock()) {
            all.remove(secret);
        }
        async { Ok(()) }.boxed()
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(url), Some(listen)) = (args.next(), args.next()) else {
        return Err("give the address of a server and the one to listen at".into());
    };
    let (client, sessions) = (reqwest::Client::new(), Mutex::default());
    let listener = tokio::net::TcpListener::bind(&listen).await?;
    let router = pages::router(Arc::new(Elsewhere { url, client, sessions }));
    axum::serve(listener, router).await?;
    Ok(())
}
