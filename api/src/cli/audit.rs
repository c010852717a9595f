//! `caravanserai audit`: whether the chain of what was done holds, and the chain as a file that anybody can check.

use std::{io::Write, process::ExitCode};

use chrono::{DateTime, SecondsFormat};
use serde_json::json;

use super::{Failure, existing};
use crate::{
    config::{CommonArgs, ServeArgs, Settings},
    store::{AuditRow, Store},
};

/// What to do with the chain.
#[derive(Debug, clap::Subcommand)]
pub(super) enum What {
    /// Check every act of the chain: a row that was changed, taken out or put in ends the command with an error.
    Verify,
    /// Write the acts out as lines of JSON, in order, with their hashes.
    Export {
        /// Begin after the act of this number.
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..))]
        after: i64,
    },
}

/// Acts that are read at once.
const PAGE: u64 = 1_000;

pub(super) async fn audit(common: &CommonArgs, what: What) -> Result<ExitCode, Failure> {
    let store = existing(&Settings::new(common, &ServeArgs::default())?).await?;
    let done = match what {
        What::Verify => verify(&store).await,
        What::Export { after } => export(&store, after).await,
    };
    store.close().await?;
    done.map(|()| ExitCode::SUCCESS)
}

async fn verify(store: &Store) -> Result<(), Failure> {
    let acts = store.verify_audit().await??;
    say!("the audit chain holds: {acts} acts");
    Ok(())
}

async fn export(store: &Store, mut after: i64) -> Result<(), Failure> {
    loop {
        let rows = store.acts_after(after, PAGE).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.seq;
        let lines: Vec<String> = rows.iter().map(|row| line(row).to_string()).collect();
        super::written(writeln!(std::io::stdout().lock(), "{}", lines.join("\n")));
    }
}

/// An act as the file has it: its fields in the order in which they are hashed.
fn line(row: &AuditRow) -> serde_json::Value {
    let time = DateTime::from_timestamp_micros(row.at).unwrap_or_default();
    json!({
        "number": row.seq,
        "at": time.to_rfc3339_opts(SecondsFormat::Micros, true),
        "atMicros": row.at,
        "person": row.act.actor,
        "organisation": row.act.organisation,
        "action": row.act.action,
        "kind": row.act.aggregate_kind,
        "target": row.act.aggregate_id,
        "outcome": row.act.outcome,
        "detail": row.act.detail,
        "request": row.act.request_id,
        "previous": row.previous,
        "hash": row.hash,
    })
}
