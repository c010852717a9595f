//! `caravanserai timers`: what the clock does to listings and introductions, once and now, or as if it were a later time.

use chrono::{DateTime, Utc};

use super::Failure;
use crate::{app::App, area, auth::Clock, event, introduction, partnership, registry::timers};

/// When, and where links in mail lead to.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// As if it were this time (RFC 3339): to rehearse on a copy what a later day brings. What it does is done.
    #[arg(long)]
    at: Option<DateTime<Utc>>,
}

/// Does rounds until nothing is due. Answers what was done, a line each.
pub(super) async fn timers(app: &mut App, args: &Args) -> Result<Vec<String>, Failure> {
    if let Some(at) = args.at {
        app.auth.clock = Clock::at(at);
    }
    let mut lines = Vec::new();
    let mut all = introduction::timers::Round::default();
    loop {
        let done = Box::pin(introduction::timers::round(app)).await?;
        if done == introduction::timers::Round::default() {
            break;
        }
        all.reminded = all.reminded.saturating_add(done.reminded);
        all.moved = all.moved.saturating_add(done.moved);
    }
    lines.push(format!("introductions: {} reminders, {} expired or lapsed", all.reminded, all.moved));
    let moved = Box::pin(partnership::timers::round(app)).await?;
    lines.push(format!("partnerships: {moved} moved"));
    let moved = Box::pin(area::timers::round(app)).await?;
    lines.push(format!("demonstration areas: {moved} moved"));
    let mut all = event::timers::Round::default();
    loop {
        let done = Box::pin(event::timers::round(app)).await?;
        if done == event::timers::Round::default() {
            break;
        }
        all.events = all.events.saturating_add(done.events);
        all.meetings = all.meetings.saturating_add(done.meetings);
    }
    lines.push(format!("exchange events: {} moved, {} meetings held", all.events, all.meetings));
    let done = Box::pin(timers::round(app)).await?;
    lines.push(format!(
        "listings: {} asked, {} stale, {} archived, {} offers released",
        done.asked, done.stale, done.archived, done.released
    ));
    Ok(lines)
}
