//! Mail that was promised is sent: by a worker, outside every request and every transaction.
//!
//! Two parties without a shared transaction cannot do a thing exactly once. What is kept: no promise is lost; a row is
//! one message with one id; a further copy arises only where the program dies between the last byte to the relay and
//! the note that it was sent, and is the same, byte for byte.
//!
//! Reading order: [`message`] (the bytes of a row), [`transport`] (where they go) with [`relay`] (over SMTP),
//! [`attempt`] (one row, once), [`worker`] (all of them, as long as the program runs).

pub mod attempt;
pub mod dkim;
pub mod message;
pub mod relay;
#[cfg(test)]
mod tests;
pub mod transport;
pub mod worker;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use lettre::message::Mailbox;

pub use attempt::Outcome;
pub use dkim::{Dkim, DkimError};
pub use message::{MessageError, Parcel, mailbox};
pub use relay::{Relay, RelayError};
pub use transport::{Delivery, Memory, Transport};
pub use worker::Worker;

use crate::{app::App, auth::Clock, store::Store};

/// Why nothing can be sent.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The sender is no address.
    #[error("the sender's address is none")]
    From(#[from] MessageError),
    /// What signs is no key.
    #[error("dkim_key: mail cannot be signed")]
    Dkim(#[from] DkimError),
}

/// How mail is sent.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// The relay that takes it; without one it is written to files.
    pub relay: Option<Relay>,
    /// From whom it is; without one from `no-reply` at the domain of the public URL.
    pub from: Option<Mailbox>,
    /// Selector and file of the key that signs; without one nothing is signed.
    pub dkim: Option<(String, PathBuf)>,
    /// After which time the mail of a worker that died is taken over by another.
    pub lease: Duration,
}

impl MailSettings {
    /// The usual lease.
    pub const LEASE: Duration = Duration::from_mins(1);

    /// The worker of an application. Without a relay it writes into the directory `mail` of the data directory.
    ///
    /// # Errors
    /// The domain of the public URL makes no address, or the key that signs cannot be read.
    pub fn worker(&self, app: &App, data_dir: &Path) -> Result<Worker, WorkerError> {
        self.worker_at(&app.store, &app.auth.clock, &app.auth.mail_domain, data_dir)
    }

    /// As [`Self::worker`], for a process that serves nobody.
    ///
    /// # Errors
    /// As [`Self::worker`].
    pub fn worker_at(
        &self,
        store: &Store,
        clock: &Clock,
        mail_domain: &str,
        data_dir: &Path,
    ) -> Result<Worker, WorkerError> {
        let from = match &self.from {
            Some(from) => from.clone(),
            None => mailbox(&format!("Caravanserai <no-reply@{mail_domain}>"))?,
        };
        let transport = match &self.relay {
            Some(relay) => Transport::Smtp(relay.clone()),
            None => Transport::Files(data_dir.join("mail")),
        };
        // The signature is of the sender's own domain, so that it is aligned (RFC 7489).
        let dkim = self.dkim.as_ref().map(|(selector, file)| Dkim::open(file, selector, from.email.domain()));
        let dkim = dkim.transpose()?;
        let worker = Worker::new(store.clone(), clock.clone(), transport, from);
        Ok(worker.with_lease(self.lease).signing(dkim))
    }
}
