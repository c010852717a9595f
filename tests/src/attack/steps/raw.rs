//! Below HTTP: bytes as they are, and crowds of slow connections.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{
    super::{
        Stop,
        http::{self, Reply, Request, Target},
        macros::{self, Context},
        stage::Exchange,
        trial::Trial,
    },
    Step,
};

/// How long nothing has to come for the server to be done.
const SILENCE: Duration = Duration::from_secs(3);

/// Sends the case's body as it is over one connection, and counts the answers.
///
/// # Errors
/// The body is not understood, or the server takes no connection.
pub async fn once(trial: &mut Trial<'_>) -> Result<(), Stop> {
    let Some(text) = trial.case.body.as_ref().and_then(Value::as_str).map(str::to_owned) else {
        return Err(Stop::Broken("a raw case without bytes".to_owned()));
    };
    let bytes = trial.expand(|words| macros::expand(&text, words, Context::Plain)).await?;
    let begun = Instant::now();
    let (seen, closed) = exchange(&trial.stage.target, trial.source, &bytes)
        .await
        .map_err(|error| Stop::Broken(format!("no connection: {error}")))?;
    let answers = answers(&seen);
    trial.facts.insert("raw_answers".into(), json!(answers.len()));
    trial
        .facts
        .insert("raw_statuses".into(), json!(answers.iter().map(|reply| reply.status).collect::<Vec<_>>()));
    trial.facts.insert("raw_closed".into(), json!(closed));
    let mut reply = answers.into_iter().next().unwrap_or_default();
    reply.elapsed = begun.elapsed();
    let request = Request { method: "RAW".into(), body: bytes, ..Request::default() };
    trial.seen.push(Exchange { label: "raw".into(), person: String::new(), request, reply });
    Ok(())
}

async fn exchange(
    target: &Target,
    source: std::net::Ipv4Addr,
    bytes: &[u8],
) -> std::io::Result<(Vec<u8>, bool)> {
    let mut stream = target.connect(source).await?;
    stream.write_all(bytes).await?;
    let (mut seen, mut piece) = (Vec::new(), vec![0; 16 * 1024]);
    loop {
        match tokio::time::timeout(SILENCE, stream.read(&mut piece)).await {
            Err(_) => return Ok((seen, false)),
            Ok(Ok(0) | Err(_)) => return Ok((seen, true)),
            Ok(Ok(n)) => seen.extend_from_slice(&piece[..n]),
        }
    }
}

/// The answers that stand one after another in what came.
pub fn answers(mut bytes: &[u8]) -> Vec<Reply> {
    let mut found = Vec::new();
    while let Some(at) = bytes.windows(9).position(|window| window == b"HTTP/1.1 " || window == b"HTTP/1.0 ")
    {
        bytes = &bytes[at..];
        let next =
            bytes[1..].windows(9).position(|window| window == b"HTTP/1.1 ").map(|at| at.saturating_add(1));
        let one = &bytes[..next.unwrap_or(bytes.len())];
        found.extend(http::parse(one, true));
        bytes = &bytes[next.unwrap_or(bytes.len())..];
    }
    found
}

/// What one connection of a crowd came to.
#[derive(Debug, Clone, Copy)]
struct End {
    status: u16,
    closed: bool,
    after: Duration,
}

/// Many connections that are slow to send or to read. Others must be served meanwhile.
///
/// # Errors
/// How they are slow is not understood.
pub async fn crowd(trial: &mut Trial<'_>, step: &Step) -> Result<(), Stop> {
    let count = step.get("open").and_then(Value::as_u64).unwrap_or(1) as usize;
    let seconds = step.get("for_s").and_then(Value::as_u64).unwrap_or(40);
    let until = Duration::from_secs(seconds.min(trial.stage.binding.limit("longest_crowd_s", 60)));
    let slow = ["send_body", "send_headers", "send_head", "send", "read"]
        .into_iter()
        .find(|verb| step.contains_key(*verb));
    let slow = slow.ok_or_else(|| Stop::Broken("a crowd whose slowness is not understood".to_owned()))?;
    let rate = rate(step.get(slow).and_then(Value::as_str).unwrap_or_default());
    let path = trial.stage.binding.path("graphql").to_owned();
    let (first, drip) = match slow {
        "send_body" => {
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
            );
            (head.into_bytes(), Some(b' '))
        }
        "read" => {
            let body = step.get("body").cloned().unwrap_or_else(|| json!({"query": "{ {{q.cheap}} }"}));
            let more: Map<String, Value> =
                [("Content-Type".to_owned(), json!("application/json"))].into_iter().collect();
            let request = trial.request("POST", "{{gql}}", &more, Some(&body)).await?;
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                trial.stage.target.address,
                request.body.len()
            );
            ([head.into_bytes(), request.body].concat(), None)
        }
        _ => (format!("POST {path} HTTP/1.1\r\nHost: h\r\nX-Slow: ").into_bytes(), Some(b'a')),
    };
    let watch = trial.watch();
    let target = trial.stage.target;
    let sources: Vec<_> = (0..count).map(|_| trial.stage.source()).collect();
    let all = sources.into_iter().map(|source| one(target, source, first.clone(), drip, rate, until));
    let others = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        trial.cheap().await
    };
    let (ends, cheap) = tokio::join!(join_all(all), others);
    trial.unwatch(watch);
    let (ok, elapsed) = cheap?;
    trial.facts.insert("cheap_ok".into(), json!(ok));
    trial.facts.insert("cheap_ms".into(), json!(elapsed.as_secs_f64() * 1_000.0));
    let ended = ends.iter().filter(|end| end.closed).count();
    let longest = ends.iter().filter(|end| end.closed).map(|end| end.after).max().unwrap_or_default();
    let timed_out = ends.iter().filter(|end| end.status == 408).count();
    trial.facts.insert(
        "crowd".into(),
        json!({"count": count, "closed": ended, "answered_408": timed_out, "longest_s": longest.as_secs_f64()}),
    );
    Ok(())
}

/// Bytes a second, from `1 byte/s` or `1 kB/s`.
fn rate(text: &str) -> usize {
    let number: usize = text.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or(1);
    if text.contains("kB") || text.contains("KB") { number.saturating_mul(1_000) } else { number }
}

async fn one(
    target: Target,
    source: std::net::Ipv4Addr,
    first: Vec<u8>,
    drip: Option<u8>,
    rate: usize,
    until: Duration,
) -> End {
    let begun = Instant::now();
    let mut seen = Vec::new();
    let ended = async {
        let mut stream = target.connect(source).await.ok()?;
        stream.write_all(&first).await.ok()?;
        let mut piece = vec![0; rate.max(1_024)];
        loop {
            if let Some(byte) = drip {
                let wait = tokio::time::timeout(Duration::from_secs(1), stream.read(&mut piece)).await;
                match wait {
                    Ok(Ok(0) | Err(_)) => return Some(()),
                    Ok(Ok(n)) => seen.extend_from_slice(&piece[..n]),
                    Err(_) => stream.write_all(&vec![byte; rate]).await.ok()?,
                }
            } else {
                match stream.read(&mut piece[..rate]).await {
                    Ok(0) | Err(_) => return Some(()),
                    Ok(n) => seen.extend_from_slice(&piece[..n]),
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    };
    // An error is an end as well: the server cut the connection.
    let closed = tokio::time::timeout(until, ended).await.is_ok();
    let status = http::parse(&seen, true).map(|reply| reply.status).unwrap_or_default();
    End { status, closed, after: begun.elapsed() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_in_a_row_are_counted() {
        let two = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
        let found: Vec<u16> = answers(two).iter().map(|reply| reply.status).collect();
        assert_eq!(found, [200, 404]);
        assert!(answers(b"").is_empty());
        assert_eq!((rate("1 byte/s"), rate("2 kB/s")), (1, 2_000));
    }
}
