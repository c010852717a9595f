//! `caravanserai digest`: the next issue of a subscription on the terminal, and a round of planning and composing.

use std::{io::IsTerminal, time::Duration};

use chrono::{DateTime, Utc};
use domain::Vocabulary;
use indicatif::{ProgressBar, ProgressStyle};

use super::Failure;
use crate::{
    app::App,
    auth::Clock,
    config::ServeArgs,
    digest::{self, compose},
    id,
    store::Kind,
};

/// How often the lease is asked for, and how long is waited in between: a minute.
const TRIES: u32 = 240;
const PAUSE: Duration = Duration::from_millis(250);

/// What is done.
#[derive(Debug, clap::Subcommand)]
pub(super) enum What {
    /// Print the next issue of a subscription as it would be written now. Nothing is written or sent.
    Preview {
        /// Where links lead to, and the keys that sign them.
        #[command(flatten)]
        serve: Box<ServeArgs>,
        /// Id of the subscription.
        subscription: String,
        /// Print the part in HTML.
        #[arg(long)]
        html: bool,
        /// Print JSON, one document.
        #[arg(long, conflicts_with = "html")]
        json: bool,
        /// As if it were this time (RFC 3339).
        #[arg(long)]
        at: Option<DateTime<Utc>>,
    },
    /// Plan what is due and compose it, once. What it composes is sent by whoever sends mail.
    Run {
        /// Where links lead to, and the keys that sign them.
        #[command(flatten)]
        serve: Box<ServeArgs>,
        /// As if it were this time (RFC 3339): to rehearse on a copy what a later day brings. What it does is done.
        #[arg(long)]
        at: Option<DateTime<Utc>>,
        /// Print JSON, one document.
        #[arg(long)]
        json: bool,
    },
}

impl What {
    /// The options of the server.
    pub(super) fn serve(&self) -> &ServeArgs {
        match self {
            Self::Preview { serve, .. } | Self::Run { serve, .. } => serve,
        }
    }
}

/// Does it. Answers what is to be printed.
pub(super) async fn digest(app: &mut App, what: What) -> Result<String, Failure> {
    let (What::Preview { at, .. } | What::Run { at, .. }) = &what;
    if let Some(at) = at {
        app.auth.clock = Clock::at(*at);
    }
    match what {
        What::Preview { subscription, html, json, .. } => preview(app, &subscription, html, json).await,
        What::Run { json, .. } => run(app, json).await,
    }
}

async fn preview(app: &App, subscription: &str, html: bool, json: bool) -> Result<String, Failure> {
    let Ok((Kind::DigestSubscription, id)) = id::decode(subscription) else {
        return Err("subscription: this is no id of a subscription".into());
    };
    let row = app.store.subscription(id).await?.ok_or("subscription: there is none such")?;
    if row.state.is_over() {
        let state = row.state.code();
        return Err(
            format!("subscription: it has ended ({state}) and has no next issue: subscribe anew").into()
        );
    }
    let written = compose::preview(app, &row).await?.ok_or("what the subscription is about is gone")?;
    Ok(if json {
        let document = serde_json::json!({
            "subject": written.subject,
            "text": written.text,
            "html": written.html,
        });
        serde_json::to_string_pretty(&document)?
    } else if html {
        written.html
    } else {
        format!("{}\n\n{}", written.subject, written.text)
    })
}

async fn run(app: &App, json: bool) -> Result<String, Failure> {
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len} issues, {per_sec}, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut shown = |finished, all| {
        bar.set_length(all);
        bar.set_position(finished);
    };
    let holder = uuid::Uuid::now_v7().to_string();
    let mut tries = TRIES;
    let done = loop {
        if let Some(done) = Box::pin(digest::leased_round(app, &holder, &mut shown)).await? {
            break done;
        }
        tries = tries.saturating_sub(1);
        if tries == 0 {
            return Err("another process plans and composes digests: try again later".into());
        }
        tokio::time::sleep(PAUSE).await;
    };
    bar.finish_and_clear();
    Ok(if json {
        serde_json::to_string(&done)?
    } else {
        format!(
            "{} issues planned, {} composed, {} without news, {} cancelled; {} subscriptions expired or resumed",
            done.planned, done.composed, done.empty, done.cancelled, done.moved
        )
    })
}
