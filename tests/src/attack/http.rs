//! A client that sends what it is told, byte by byte: paths that climb, headers that stand twice, foreign hosts.
//!
//! The usual clients put all that right before it leaves. Each request goes over a connection of its own, from a
//! loopback address that the caller chooses, so that one case does not spend another's budget.

use std::{
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

/// One request.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Method.
    pub method: String,
    /// What stands in the request line.
    pub target: String,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// Status; 0 where nothing came that could be read as an answer.
    pub status: u16,
    /// Headers, names in small letters.
    pub headers: Vec<(String, String)>,
    /// Body, without its chunks.
    pub body: Vec<u8>,
    /// From the first byte sent to the last byte read.
    pub elapsed: Duration,
}

impl Reply {
    /// A header by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// Where requests go.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The server's address.
    pub address: SocketAddr,
}

/// Longest wait for an answer.
pub const PATIENCE: Duration = Duration::from_secs(30);

impl Target {
    /// A connection from a source address.
    ///
    /// # Errors
    /// The system's.
    pub async fn connect(&self, source: Ipv4Addr) -> std::io::Result<TcpStream> {
        if self.address.ip().is_loopback() && self.address.is_ipv4() {
            let socket = TcpSocket::new_v4()?;
            socket.set_reuseaddr(true)?;
            socket.bind(SocketAddrV4::new(source, 0).into())?;
            return socket.connect(self.address).await;
        }
        TcpStream::connect(self.address).await
    }

    /// Sends a request and waits for its answer.
    pub async fn send(&self, source: Ipv4Addr, request: &Request) -> Reply {
        let begun = Instant::now();
        let answered = tokio::time::timeout(PATIENCE, self.exchange(source, request)).await;
        let mut reply = answered.ok().and_then(Result::ok).flatten().unwrap_or_default();
        reply.elapsed = begun.elapsed();
        reply
    }

    async fn exchange(&self, source: Ipv4Addr, request: &Request) -> std::io::Result<Option<Reply>> {
        let stream = self.connect(source).await?;
        stream.set_nodelay(true)?;
        let (mut read, mut write) = stream.into_split();
        let head = self.head(request);
        let body = request.body.clone();
        // The server may answer before it has read all: so both at once.
        let writer = tokio::spawn(async move {
            let _ = write.write_all(head.as_bytes()).await;
            let _ = write.write_all(&body).await;
            let _ = write.flush().await;
            write
        });
        let mut bytes = Vec::new();
        let mut piece = vec![0; 64 * 1024];
        let reply = loop {
            match read.read(&mut piece).await {
                Ok(0) | Err(_) => break parse(&bytes, true),
                Ok(n) => bytes.extend_from_slice(&piece[..n]),
            }
            if let Some(reply) = parse(&bytes, false) {
                break Some(reply);
            }
        };
        writer.abort();
        Ok(reply)
    }

    fn head(&self, request: &Request) -> String {
        let has = |name: &str| request.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
        let own = [
            ("Host", self.address.to_string(), !has("host")),
            (
                "Content-Length",
                request.body.len().to_string(),
                !has("content-length") && (!request.body.is_empty() || request.method == "POST"),
            ),
            ("Connection", "close".to_owned(), !has("connection")),
        ];
        let own = own.iter().filter(|(_, _, wanted)| *wanted).map(|(name, value, _)| (*name, value.as_str()));
        let given = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let lines: String = own.chain(given).map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("{} {} HTTP/1.1\r\n{lines}\r\n", request.method, request.target)
    }
}

/// An answer that is all there; at the end of the stream, what is there is all.
pub fn parse(bytes: &[u8], at_end: bool) -> Option<Reply> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) = head.parse(bytes).ok()? else { return None };
    let status = head.code?;
    let headers: Vec<(String, String)> = head
        .headers
        .iter()
        .map(|header| (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned()))
        .collect();
    let rest = bytes.get(length..)?;
    let value = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let body = if value("transfer-encoding").is_some_and(|coding| coding.contains("chunked")) {
        let (body, whole) = unchunked(rest);
        (whole || at_end).then_some(body)?
    } else if let Some(length) = value("content-length").and_then(|text| text.parse::<usize>().ok()) {
        (rest.len() >= length || at_end).then(|| rest[..length.min(rest.len())].to_vec())?
    } else if status == 101 || status == 204 || status == 304 {
        Vec::new()
    } else {
        at_end.then(|| rest.to_vec())?
    };
    Some(Reply { status, headers, body, elapsed: Duration::ZERO })
}

/// The content of chunks, and whether the last one is there.
fn unchunked(mut bytes: &[u8]) -> (Vec<u8>, bool) {
    let mut out = Vec::new();
    while let Ok(httparse::Status::Complete((start, size))) = httparse::parse_chunk_size(bytes) {
        let size = size as usize;
        if size == 0 {
            return (out, true);
        }
        let Some(chunk) = bytes.get(start..start.saturating_add(size)) else { break };
        out.extend_from_slice(chunk);
        bytes = bytes.get(start.saturating_add(size).saturating_add(2)..).unwrap_or_default();
    }
    (out, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_whole() {
        let plain = b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nX-A: b\r\n\r\nabc";
        let reply = parse(plain, false).unwrap();
        assert_eq!((reply.status, reply.text().as_str(), reply.header("x-a")), (413, "abc", Some("b")));
        assert!(parse(&plain[..plain.len() - 1], false).is_none());
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
        assert_eq!(parse(chunked, false).unwrap().text(), "abc");
        assert!(parse(&chunked[..chunked.len() - 5], false).is_none());
        assert!(parse(b"HTTP/1.1 200 OK\r\n\r\nx", false).is_none());
        assert_eq!(parse(b"HTTP/1.1 200 OK\r\n\r\nx", true).unwrap().text(), "x");
        assert!(parse(b"", true).is_none());
    }
}
