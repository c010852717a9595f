//! A listener of the attacker's on this machine, which must never hear of the server.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// Counts who calls.
#[derive(Debug)]
pub struct Collaborator {
    /// Its port on 127.0.0.1.
    pub port: u16,
    calls: Arc<AtomicUsize>,
}

impl Collaborator {
    /// Starts to listen. A call for `/redirect?to=…` is sent on, any other is answered with an empty page.
    ///
    /// # Errors
    /// The system's.
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut head = vec![0; 4096];
                    let read = stream.read(&mut head).await.unwrap_or_default();
                    let text = String::from_utf8_lossy(&head[..read]).into_owned();
                    let to =
                        text.split_once("redirect?to=").and_then(|(_, rest)| rest.split_whitespace().next());
                    let answer = to.map_or_else(
                        || "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned(),
                        |to| format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
                    );
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        Ok(Self { port, calls })
    }

    /// Connections so far.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_counts() {
        let collaborator = Collaborator::start().await.unwrap();
        assert_eq!(collaborator.calls(), 0);
        let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", collaborator.port)).await.unwrap();
        stream.write_all(b"GET /redirect?to=http://x/ HTTP/1.1\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.contains("Location: http://x/"));
        assert_eq!(collaborator.calls(), 1);
    }
}
