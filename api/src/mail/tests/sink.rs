//! A relay that does what it is told, and remembers what it took.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// What the relay does with an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    Accept,
    /// Answers RCPT with this code.
    RefusesRecipient(u16),
    /// Answers the final dot with this code.
    RefusesMessage(u16),
    /// Goes away in the middle of the text.
    CutsBeforeDot,
    /// Takes the message and goes away without a word.
    CutsAfterDot,
    /// Says nothing more once it is told the recipient.
    Hangs,
}

/// What it took: to whom, and the bytes.
pub(super) type Taken = Vec<(String, String)>;

type Script = Box<dyn Fn(&str, usize) -> Does + Send + Sync>;

pub(super) struct Sink {
    pub(super) port: u16,
    taken: Mutex<Taken>,
    /// Attempts a recipient.
    attempts: Mutex<HashMap<String, usize>>,
    script: Script,
    /// What every connection is greeted with.
    greeting: Mutex<&'static str>,
    pause: Duration,
}

impl Sink {
    /// Begins to listen. The script is asked with the recipient and the number of the attempt, from 1; each reply
    /// waits for the pause.
    pub(super) async fn start(
        pause: Duration,
        script: impl Fn(&str, usize) -> Does + Send + Sync + 'static,
    ) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sink = Arc::new(Self {
            port: listener.local_addr().unwrap().port(),
            taken: Mutex::default(),
            attempts: Mutex::default(),
            script: Box::new(script),
            greeting: Mutex::new("220 sink"),
            pause,
        });
        let serving = Arc::clone(&sink);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let sink = Arc::clone(&serving);
                tokio::spawn(async move {
                    let _ = sink.converse(stream).await;
                });
            }
        });
        sink
    }

    pub(super) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    pub(super) fn taken(&self) -> Taken {
        self.taken.lock().unwrap().clone()
    }

    pub(super) fn attempts(&self, to: &str) -> usize {
        self.attempts.lock().unwrap().get(to).copied().unwrap_or(0)
    }

    pub(super) fn greet_with(&self, greeting: &'static str) {
        *self.greeting.lock().unwrap() = greeting;
    }

    async fn converse(&self, stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read);
        let greeting = *self.greeting.lock().unwrap();
        write.write_all(format!("{greeting}\r\n").as_bytes()).await?;
        let (mut to, mut does) = (String::new(), Does::Accept);
        let mut line = Vec::new();
        loop {
            line.clear();
            if lines.read_until(b'\n', &mut line).await? == 0 {
                return Ok(());
            }
            tokio::time::sleep(self.pause).await;
            let command = String::from_utf8_lossy(&line).trim_end().to_owned();
            let verb: String = command.chars().take(4).collect::<String>().to_ascii_uppercase();
            let reply = match verb.as_str() {
                "EHLO" => "250-sink\r\n250 8BITMIME".to_owned(),
                "MAIL" | "RSET" | "NOOP" => "250 ok".to_owned(),
                "RCPT" => {
                    to = command.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    let attempt = {
                        let mut attempts = self.attempts.lock().unwrap();
                        let count = attempts.entry(to.clone()).or_default();
                        *count += 1;
                        *count
                    };
                    does = (self.script)(&to, attempt);
                    match does {
                        Does::RefusesRecipient(code) => format!("{code} <{to}> is not wanted"),
                        Does::Hangs => std::future::pending().await,
                        _ => "250 ok".to_owned(),
                    }
                }
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await?;
                    let Some(text) = self.text(&mut lines, does).await? else { return Ok(()) };
                    if let Does::RefusesMessage(code) = does {
                        format!("{code} not this message")
                    } else {
                        let number = {
                            let mut taken = self.taken.lock().unwrap();
                            taken.push((to.clone(), text));
                            taken.len()
                        };
                        if does == Does::CutsAfterDot {
                            return Ok(());
                        }
                        format!("250 2.0.0 queued as {number}")
                    }
                }
                "QUIT" => {
                    write.write_all(b"221 bye\r\n").await?;
                    return Ok(());
                }
                _ => "500 what?".to_owned(),
            };
            write.write_all(format!("{reply}\r\n").as_bytes()).await?;
        }
    }

    /// The text up to the dot, without its transparency; none where the relay goes away before.
    async fn text(
        &self,
        lines: &mut BufReader<tokio::net::tcp::OwnedReadHalf>,
        does: Does,
    ) -> std::io::Result<Option<String>> {
        let mut text = String::new();
        let mut line = Vec::new();
        loop {
            line.clear();
            if lines.read_until(b'\n', &mut line).await? == 0 || does == Does::CutsBeforeDot {
                return Ok(None);
            }
            if line == b".\r\n" {
                tokio::time::sleep(self.pause).await;
                return Ok(Some(text));
            }
            let kept = line.strip_prefix(b".").unwrap_or(&line);
            text.push_str(&String::from_utf8_lossy(kept));
        }
    }
}
