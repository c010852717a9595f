//! A relay that fails wherever a script says, that kills its client, and that remembers every message and by whom it
//! came. Each worker has a port of its own, so that the relay knows who speaks.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

use super::life::Lives;

/// Where a conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Point {
    Banner,
    Ehlo,
    Mail,
    Rcpt,
    Data,
    /// In the text.
    Text,
    /// The whole message is there, and not answered.
    Dot,
    /// It was answered with 250.
    Answered,
}

/// What the relay does there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Go,
    /// Answers with this code.
    Say(u16),
    /// Says nothing more.
    Hang,
    /// Goes away.
    Cut,
    /// Kills who speaks, and goes away.
    Kill,
    /// Answers byte by byte, with so many milliseconds between them.
    Drip(u64),
}

/// What a script is asked.
#[derive(Debug)]
pub(super) struct Talk<'t> {
    pub(super) point: Point,
    pub(super) slot: usize,
    /// Number of the connection, from 0.
    pub(super) connection: usize,
    /// To whom; empty before it is said.
    pub(super) to: &'t str,
    /// Messages to that address that came to RCPT, with this one.
    pub(super) attempt: usize,
}

/// A message as it was taken.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    pub(super) to: String,
    pub(super) raw: String,
    /// Number of the life of the worker that brought it.
    pub(super) life: usize,
    pub(super) at: Instant,
    /// The relay took it and went away without a word.
    pub(super) is_cut: bool,
}

type Script = Box<dyn Fn(&Talk<'_>) -> Act + Send + Sync>;

pub(super) struct Sink {
    ports: Vec<u16>,
    pub(super) lives: Arc<Lives>,
    script: Mutex<Arc<Script>>,
    taken: Mutex<Vec<Taken>>,
    attempts: Mutex<HashMap<String, usize>>,
    connections: AtomicUsize,
    /// Nobody is at home.
    is_down: AtomicBool,
    pause: Duration,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sink {
    /// Listens on one port a worker; each reply waits for the pause.
    pub(super) async fn start(slots: usize, pause: Duration) -> Arc<Self> {
        let mut listeners = Vec::new();
        for _ in 0..slots {
            listeners.push(TcpListener::bind("127.0.0.1:0").await.unwrap());
        }
        let sink = Arc::new(Self {
            ports: listeners.iter().map(|listener| listener.local_addr().unwrap().port()).collect(),
            lives: Arc::new(Lives::new(slots)),
            script: Mutex::new(Arc::new(Box::new(|_| Act::Go))),
            taken: Mutex::default(),
            attempts: Mutex::default(),
            connections: AtomicUsize::new(0),
            is_down: AtomicBool::new(false),
            pause,
        });
        for (slot, listener) in listeners.into_iter().enumerate() {
            let serving = Arc::clone(&sink);
            tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let sink = Arc::clone(&serving);
                    let connection = sink.connections.fetch_add(1, Relaxed);
                    if sink.is_down.load(Relaxed) {
                        continue;
                    }
                    tokio::spawn(async move {
                        let _ = sink.converse(stream, slot, connection).await;
                    });
                }
            });
        }
        sink
    }

    pub(super) fn url(&self, slot: usize) -> String {
        format!("smtp://127.0.0.1:{}", self.ports[slot])
    }

    pub(super) fn script(&self, script: impl Fn(&Talk<'_>) -> Act + Send + Sync + 'static) {
        *locked(&self.script) = Arc::new(Box::new(script));
    }

    /// From now on nobody is at home, or somebody is again.
    pub(super) fn set_down(&self, is_down: bool) {
        self.is_down.store(is_down, Relaxed);
    }

    pub(super) fn taken(&self) -> Vec<Taken> {
        locked(&self.taken).clone()
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Relaxed)
    }

    /// Attempts by address.
    pub(super) fn attempts(&self) -> HashMap<String, usize> {
        locked(&self.attempts).clone()
    }

    async fn converse(&self, stream: TcpStream, slot: usize, connection: usize) -> std::io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read);
        let life = self.lives.current(slot);
        let (mut to, mut attempt, mut line) = (String::new(), 0, Vec::new());
        let mut point = Point::Banner;
        let mut said = "220 sink".to_owned();
        loop {
            tokio::time::sleep(self.pause).await;
            if !self.answers(&mut write, point, (slot, connection), (&to, attempt), &said).await? {
                return Ok(());
            }
            line.clear();
            if lines.read_until(b'\n', &mut line).await? == 0 {
                return Ok(());
            }
            let command = String::from_utf8_lossy(&line).trim_end().to_owned();
            "250 ok".clone_into(&mut said);
            point = match command.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
                "EHLO" => Point::Ehlo,
                "RCPT" => {
                    command.split(['<', '>']).nth(1).unwrap_or_default().clone_into(&mut to);
                    let mut attempts = locked(&self.attempts);
                    let count = attempts.entry(to.clone()).or_default();
                    *count += 1;
                    attempt = *count;
                    Point::Rcpt
                }
                "DATA" => {
                    let talk = Talk { point: Point::Data, slot, connection, to: &to, attempt };
                    if self.asked(&talk) == Act::Go {
                        write.write_all(b"354 go on\r\n").await?;
                        let Some(raw) = self.text(&mut lines, &talk).await? else { return Ok(()) };
                        let talk = Talk { point: Point::Dot, ..talk };
                        let act = self.asked(&talk);
                        if !matches!(act, Act::Say(_)) {
                            let is_cut = matches!(act, Act::Cut | Act::Hang);
                            let taken = Taken { to: to.clone(), raw, life, at: Instant::now(), is_cut };
                            locked(&self.taken).push(taken);
                        }
                        let with = (slot, connection);
                        let whom = (to.as_str(), attempt);
                        if !self.does(&mut write, act, slot, "250 2.0.0 taken").await?
                            || !self.answers(&mut write, Point::Answered, with, whom, "").await?
                        {
                            return Ok(());
                        }
                        line.clear();
                        lines.read_until(b'\n', &mut line).await?;
                        return Ok(());
                    }
                    Point::Data
                }
                "QUIT" => return write.write_all(b"221 bye\r\n").await,
                _ => Point::Mail,
            };
        }
    }

    fn asked(&self, talk: &Talk<'_>) -> Act {
        let script = Arc::clone(&locked(&self.script));
        script(talk)
    }

    /// Answers at a point as the script says; `false` where the conversation is over.
    async fn answers(
        &self,
        write: &mut OwnedWriteHalf,
        point: Point,
        (slot, connection): (usize, usize),
        (to, attempt): (&str, usize),
        said: &str,
    ) -> std::io::Result<bool> {
        let act = self.asked(&Talk { point, slot, connection, to, attempt });
        self.does(write, act, slot, said).await
    }

    async fn does(
        &self,
        write: &mut OwnedWriteHalf,
        act: Act,
        slot: usize,
        said: &str,
    ) -> std::io::Result<bool> {
        match act {
            Act::Go if said.is_empty() => {}
            Act::Go => write.write_all(format!("{said}\r\n").as_bytes()).await?,
            Act::Say(code) => write.write_all(format!("{code} no\r\n").as_bytes()).await?,
            Act::Hang => std::future::pending().await,
            Act::Cut => return Ok(false),
            Act::Kill => {
                self.lives.kill(slot);
                return Ok(false);
            }
            Act::Drip(pause) => {
                for byte in format!("{said}\r\n").bytes() {
                    write.write_all(&[byte]).await?;
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
            }
        }
        Ok(true)
    }

    /// The text up to the dot, without its transparency; none where it does not come to its end.
    async fn text(
        &self,
        lines: &mut BufReader<OwnedReadHalf>,
        talk: &Talk<'_>,
    ) -> std::io::Result<Option<String>> {
        let (mut text, mut line) = (String::new(), Vec::new());
        loop {
            line.clear();
            if lines.read_until(b'\n', &mut line).await? == 0 {
                return Ok(None);
            }
            if text.is_empty() {
                match self.asked(&Talk { point: Point::Text, ..*talk }) {
                    Act::Kill => {
                        self.lives.kill(talk.slot);
                        return Ok(None);
                    }
                    Act::Cut => return Ok(None),
                    Act::Hang => std::future::pending().await,
                    _ => {}
                }
            }
            if line == b".\r\n" {
                return Ok(Some(text));
            }
            let kept = line.strip_prefix(b".").unwrap_or(&line);
            text.push_str(&String::from_utf8_lossy(kept));
        }
    }
}
