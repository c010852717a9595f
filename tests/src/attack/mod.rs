//! The attack runner: plays written attacks against a running server and says which of them it stood.
//!
//! A case is safe only where all that it expects was looked at and holds, and the server's process is the same
//! afterwards. What the runner does not understand is a failure; what the schema does not have is left out, with the
//! reason. Cases know no schema: [`binding`] ties their words to it.
//!
//! The way of a case: [`case`] → [`macros`] with [`names`] → [`steps`] over [`http`], raw sockets and WebSocket →
//! [`assertions`].

pub mod answer;
pub mod assertions;
pub mod binding;
pub mod case;
pub mod cast;
pub mod collaborator;
pub mod files;
pub mod http;
pub mod ids;
pub mod jwt;
pub mod macros;
pub mod mail;
pub mod names;
pub mod process;
pub mod schema;
pub mod spec;
pub mod stage;
pub mod steps;
pub mod trial;

use case::Case;
use cast::Cast;
use stage::Stage;

/// Why a case ends before its expectations are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The server does not have what the case asks for; the reason.
    Absent(String),
    /// The case cannot be played, or the server failed on the way.
    Broken(String),
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All expectations hold; a note, mostly empty.
    Safe(String),
    /// Some do not; which, and what was seen.
    Unsafe(Vec<String>),
    /// It was not played; the reason.
    Skipped(String),
}

/// Counts of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Safe.
    pub passed: usize,
    /// Unsafe.
    pub failed: usize,
    /// Not played.
    pub skipped: usize,
}

/// Steps that change people or their things, so that the next case needs others.
const HARMFUL: &[&str] = &[
    "logout",
    "refresh",
    "erase",
    "remove",
    "repeat",
    "exhaust",
    "publish",
    "unpublish",
    "parallel",
    "restart",
    "faketime",
    "register_password",
    "invite",
    "set",
    "key",
    "mutation",
    "cause_each",
    "change",
    "open_sockets",
    "create_and_publish",
    "create_with_dates",
    "for_each_mutation",
    "for_each_root_field",
    "for_each_string_arg",
    "login",
    "use",
    "reset",
    "demote",
    "disable",
    "delete",
    "promote",
    "anon_session",
    "password",
];

/// Plays cases one after another, and tells each line as it comes.
pub async fn run(stage: &Stage, cases: &[Case], tell: &mut dyn FnMut(&Case, &Verdict)) -> Summary {
    let mut summary = Summary::default();
    let mut company = Cast::default();
    for case in cases {
        let harmful = case.steps.iter().any(|step| step.keys().any(|verb| HARMFUL.contains(&verb.as_str())));
        let mut own = Cast::default();
        let cast = if harmful { &mut own } else { &mut company };
        let mut verdict = trial::play(stage, cast, case).await;
        // Other programs of the machine take time too: a figure of time counts when it is over three times.
        for _ in 0..2 {
            if !matches!(&verdict, Verdict::Unsafe(why) if why.iter().all(|one| assertions::is_timing(one)))
                || !case.steps.is_empty()
            {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            verdict = trial::play(stage, cast, case).await;
        }
        match &verdict {
            Verdict::Safe(_) => summary.passed = summary.passed.saturating_add(1),
            Verdict::Unsafe(_) => summary.failed = summary.failed.saturating_add(1),
            Verdict::Skipped(_) => summary.skipped = summary.skipped.saturating_add(1),
        }
        tell(case, &verdict);
    }
    summary
}

/// The line of a case.
pub fn line(case: &Case, verdict: &Verdict) -> String {
    let (word, reason) = match verdict {
        Verdict::Safe(note) => ("ok", note.clone()),
        Verdict::Unsafe(why) => ("FAIL", why.join("; ")),
        Verdict::Skipped(why) => ("skip", why.clone()),
    };
    let head = format!("{word:<4} {} {}: {}", case.id, case.category, case.description);
    let reason: String = reason.chars().take(600).collect();
    if reason.is_empty() { head } else { format!("{head} — {}", reason.replace(['\n', '\r'], " ")) }
}
