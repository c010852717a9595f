//! `caravanserai mail`: what was promised, dead letters, and a worker without a server.

use std::{io::Read, process::ExitCode};

use chrono::{DateTime, SecondsFormat, Utc};
use comfy_table::{ContentArrangement, Table, presets::UTF8_HORIZONTAL_ONLY};
use domain::account::EmailAddress;
use serde_json::json;
use uuid::Uuid;

use super::{Failure, existing};
use crate::{
    auth::{Clock, mail_domain},
    config::{CommonArgs, MailArgs, ServeArgs, Settings},
    digest::bounce,
    server::{listen, origin::Origin},
    store::{ListedMail, MailState, Store, address_hash},
};

/// What to do with mail.
#[derive(Debug, clap::Subcommand)]
pub(super) enum What {
    /// Print mail, newest first.
    List {
        /// Only mail in this state.
        #[arg(long, ignore_case = true)]
        state: Option<MailState>,
        /// Rows.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=10_000))]
        first: u16,
        /// Print JSON, one document.
        #[arg(long)]
        json: bool,
    },
    /// Let dead letters be tried again, with the same bytes.
    Retry {
        /// Which one.
        #[arg(required_unless_present = "dead", conflicts_with = "dead")]
        id: Option<Uuid>,
        /// All of them.
        #[arg(long)]
        dead: bool,
        /// Print JSON, one document.
        #[arg(long)]
        json: bool,
    },
    /// Count what came back: reports of failed deliveries and complaints, from a file in the format mbox, from one
    /// message, or from a pipe.
    Ingest {
        /// The file; - for standard input.
        file: std::path::PathBuf,
        /// Print JSON, one document.
        #[arg(long)]
        json: bool,
    },
    /// Let an address have mail again that took none or whose reader complained. Its subscriptions do not come back: it
    /// has to subscribe and confirm anew.
    Lift {
        /// The address.
        address: String,
        /// Print JSON, one document.
        #[arg(long)]
        json: bool,
    },
    /// Send what was promised, without a server, until told to end.
    Send {
        /// Send what is due, and end.
        #[arg(long)]
        once: bool,
        /// Where browsers find the server: its host is that of the sender's address.
        #[arg(long)]
        public_url: Option<Origin>,
        #[command(flatten)]
        mail: MailArgs,
    },
}

pub(super) async fn mail(common: &CommonArgs, what: What) -> Result<ExitCode, Failure> {
    let mut serve = ServeArgs::default();
    if let What::Send { mail, public_url, .. } = &what {
        crate::telemetry::init("info");
        serve.mail = mail.clone();
        serve.public_url.clone_from(public_url);
    }
    let settings = Settings::new(common, &serve)?;
    let store = existing(&settings).await?;
    let pending = store.pending().await?;
    if !pending.is_empty() {
        return Err("database: migrations are pending: run 'caravanserai migrate' first".into());
    }
    let code = match what {
        What::List { state, first, json } => {
            let rows = store.list_mail(state, u64::from(first)).await?;
            say!("{}", if json { as_json(&rows)? } else { table(&rows) });
            ExitCode::SUCCESS
        }
        What::Retry { id, json, .. } => retry(&store, id, json).await?,
        What::Ingest { file, json } => {
            say!("{}", ingest(&store, &file, json).await?);
            ExitCode::SUCCESS
        }
        What::Lift { address, json } => lift(&store, &address, json).await?,
        What::Send { once, .. } => {
            let domain = mail_domain(settings.public_url.as_ref().map_or("", Origin::as_str));
            let worker = settings.mail.worker_at(&store, &Clock::System, domain, &settings.data_dir)?;
            if once {
                worker.drain().await;
            } else {
                worker.run(listen::terminated()?).await;
            }
            ExitCode::SUCCESS
        }
    };
    store.close().await?;
    Ok(code)
}

async fn lift(store: &Store, address: &str, json: bool) -> Result<ExitCode, Failure> {
    let email: EmailAddress = address.parse().map_err(|error| format!("{address}: {error}"))?;
    let tx = store.begin().await?.caused_by("liftMailSuppression");
    let lifted = tx.lift_suppression(&address_hash(email.as_str())).await?;
    tx.commit().await?;
    if json {
        say!("{}", json!({"lifted": lifted}));
    } else if lifted {
        say!("{address} can have mail again, once it has confirmed a new subscription");
    }
    if lifted {
        Ok(ExitCode::SUCCESS)
    } else {
        Err(format!("{address}: nothing is held back from it").into())
    }
}

/// Most bytes of a mailbox that is read at once.
const MAX_MAILBOX: u64 = 256 * 1024 * 1024;

async fn ingest(store: &Store, file: &std::path::Path, json: bool) -> Result<String, Failure> {
    let mut mailbox = Vec::new();
    let name = file.display();
    let read = if file == std::path::Path::new("-") {
        std::io::stdin().lock().take(MAX_MAILBOX.saturating_add(1)).read_to_end(&mut mailbox)
    } else {
        std::fs::File::open(file)
            .and_then(|opened| opened.take(MAX_MAILBOX.saturating_add(1)).read_to_end(&mut mailbox))
    };
    read.map_err(|error| format!("{name} cannot be read: {error}"))?;
    if u64::try_from(mailbox.len()).unwrap_or(u64::MAX) > MAX_MAILBOX {
        return Err(format!(
            "{name} has more than 256 MiB: cut it between two messages, nothing of it was counted"
        )
        .into());
    }
    let done = bounce::ingest(store, Utc::now().timestamp_micros(), &mailbox).await?;
    Ok(if json {
        serde_json::to_string(&done)?
    } else {
        format!(
            "{} addresses that take no mail, {} soft bounces, {} complaints; {} counted before, {} of no letter here",
            done.hard, done.soft, done.complaints, done.known, done.ignored
        )
    })
}

async fn retry(store: &Store, id: Option<Uuid>, json: bool) -> Result<ExitCode, Failure> {
    let retried = store.retry_mail(id, Utc::now().timestamp_micros()).await?;
    if json {
        say!("{}", json!({"retried": retried}));
    } else {
        say!("letters that will be tried again: {retried}");
    }
    match id {
        Some(id) if retried == 0 => Err(format!("{id}: there is no dead letter with this id").into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn time(micros: i64) -> String {
    let time: Option<DateTime<Utc>> = DateTime::from_timestamp_micros(micros);
    time.map_or_else(String::new, |time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
}

fn table(rows: &[ListedMail]) -> String {
    let mut table = Table::new();
    table.load_preset(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    if !table.is_tty() {
        table.set_width(160);
    }
    table.set_header(["id", "state", "kind", "to", "subject", "tries", "promised", "next", "why"]);
    for row in rows {
        let next = if row.state == MailState::Deferred { time(row.next_at) } else { String::new() };
        table.add_row([
            row.id.to_string(),
            row.state.code().to_owned(),
            row.class.clone(),
            row.recipient.clone().unwrap_or_default(),
            row.subject.clone(),
            row.attempts.to_string(),
            time(row.created_at),
            next,
            row.error.clone().or_else(|| row.queue_id.clone()).unwrap_or_default(),
        ]);
    }
    format!("{table}\n{} rows", rows.len())
}

fn as_json(rows: &[ListedMail]) -> Result<String, Failure> {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            json!({
                "id": row.id,
                "state": row.state.code(),
                "class": row.class,
                "recipient": row.recipient,
                "subject": row.subject,
                "attempts": row.attempts,
                "promisedAt": time(row.created_at),
                "nextAt": time(row.next_at),
                "queueId": row.queue_id,
                "error": row.error,
            })
        })
        .collect();
    Ok(serde_json::to_string_pretty(&json!({"mail": rows}))?)
}
