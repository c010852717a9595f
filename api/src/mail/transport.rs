//! Where messages go: to a relay, into files, or into memory where a test looks at them.

use std::{
    fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use super::{attempt::Hold, message::Parcel, relay::Relay};

/// A way out.
#[derive(Debug, Clone)]
pub enum Transport {
    /// A relay.
    Smtp(Relay),
    /// Files `<microseconds>-<id>.eml` in a directory.
    Files(PathBuf),
    /// Memory.
    Memory(Arc<Memory>),
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// It is in other hands.
    Accepted {
        /// What they said.
        queue_id: Option<String>,
    },
    /// Not now, or nobody knows.
    Later {
        /// Why.
        why: String,
    },
    /// Not to this address.
    Never {
        /// Why.
        why: String,
    },
    /// The way out is shut for every message.
    Unreachable {
        /// Why.
        why: String,
    },
}

impl Transport {
    /// Gives a message away, once, as long as it is held.
    pub(super) async fn deliver(&self, parcel: &Parcel, hold: &Hold) -> Delivery {
        match self {
            Self::Smtp(relay) => relay.deliver(parcel, hold).await,
            Self::Files(directory) => {
                let (directory, parcel) = (directory.clone(), parcel.clone());
                let written = tokio::task::spawn_blocking(move || write(&directory, &parcel)).await;
                match written {
                    Ok(Ok(())) => Delivery::Accepted { queue_id: None },
                    Ok(Err(error)) => Delivery::Unreachable { why: format!("no file was written: {error}") },
                    Err(_) => Delivery::Later { why: "no file was written".to_owned() },
                }
            }
            Self::Memory(memory) => memory.take(parcel),
        }
    }
}

/// Writes a message whole or not at all. The name is that of the row, so that a second time makes no second file.
fn write(directory: &Path, parcel: &Parcel) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    if !directory.is_dir() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    let name = format!("{:016}-{}.eml", parcel.date, parcel.id);
    let part = directory.join(format!(".{name}.part"));
    match fs::remove_file(&part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
    file.write_all(parcel.raw.as_bytes())?;
    file.sync_all()?;
    fs::rename(&part, directory.join(name))?;
    fs::File::open(directory)?.sync_all()
}

/// Says what becomes of a message.
type Answer = Box<dyn Fn(&Parcel) -> Delivery + Send + Sync>;

/// Messages in memory.
pub struct Memory {
    answer: Answer,
    taken: Mutex<Vec<Parcel>>,
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

impl Memory {
    /// Takes everything.
    pub fn new() -> Arc<Self> {
        Self::answering(|_| Delivery::Accepted { queue_id: None })
    }

    /// Does with each message what it is told.
    pub fn answering(answer: impl Fn(&Parcel) -> Delivery + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { answer: Box::new(answer), taken: Mutex::default() })
    }

    /// What was accepted, in order.
    pub fn taken(&self) -> Vec<Parcel> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn take(&self, parcel: &Parcel) -> Delivery {
        let delivery = (self.answer)(parcel);
        if matches!(delivery, Delivery::Accepted { .. }) {
            self.taken.lock().unwrap_or_else(PoisonError::into_inner).push(parcel.clone());
        }
        delivery
    }
}
