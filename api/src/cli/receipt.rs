//! `caravanserai verify-receipt`: checks a receipt offline, without a database.

use std::{path::Path, process::ExitCode};

use super::Failure;
use crate::app::receipt::{Checked, MAX_BYTES, check};

/// Checks a file and prints what was found. Answers whether nothing speaks against it.
pub(super) fn verify(file: &Path, jwks: Option<&Path>) -> Result<ExitCode, Failure> {
    let read = |path: &Path| {
        let size = std::fs::metadata(path).map_or(0, |file| file.len());
        if usize::try_from(size).unwrap_or(usize::MAX) > MAX_BYTES {
            return Err(format!("{} has more than {MAX_BYTES} bytes", path.display()));
        }
        std::fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
    };
    let known = match jwks {
        Some(path) => Some(
            serde_json::from_str(&read(path)?)
                .map_err(|error| format!("{} holds no keys: {error}", path.display()))?,
        ),
        None => None,
    };
    let checked = check(&read(file)?, known.as_ref())?;
    for line in lines(&checked) {
        say!("{line}");
    }
    Ok(if checked.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn lines(checked: &Checked) -> Vec<String> {
    let yes = |holds: bool| if holds { "yes" } else { "NO" };
    let verdict = &checked.verdict;
    let key = match checked.key_known {
        Some(true) => "one of the keys that were given",
        Some(false) => "NONE of the keys that were given",
        None => "not held against the issuer's keys: give them with --jwks",
    };
    let names = |criteria: &[matcher::receipt::Criterion]| -> String {
        let names: Vec<String> =
            criteria.iter().map(|criterion| format!("{} {}", criterion.side, criterion.key)).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    vec![
        format!("receipt of {} and {}", checked.receipt.subjects[0], checked.receipt.subjects[1]),
        format!("as of {}, policy {}", checked.receipt.as_of, checked.receipt.policy.version),
        format!("signature: {}", yes(checked.signature)),
        format!("key {}: {key}", checked.receipt.key),
        format!("policy known and as stated: {}", yes(verdict.policy)),
        format!("sums: {}", yes(verdict.sums)),
        format!("computed again and as stated: {}", names(&verdict.confirmed)),
        format!("computed again and NOT as stated: {}", names(&verdict.wrong)),
        format!("could not be computed, for facts that are hidden: {}", names(&verdict.hidden)),
        match checked.key_known {
            None if checked.holds() => {
                "holds: within itself; that the issuer made it is known with --jwks alone".to_owned()
            }
            _ => format!("holds: {}", yes(checked.holds())),
        },
    ]
}
