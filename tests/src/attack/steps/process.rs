//! Verbs that are about the server's process: its end and its begin, its clock, its database, its faults.

use std::{path::Path, process::Command, time::Duration};

use serde_json::{Value, json};

use super::{
    super::{Stop, answer, process::Served, trial::Trial},
    Step, plan,
};

/// Where Debian's libfaketime lies.
const FAKETIME: &[&str] = &[
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
];

/// Takes a step of these; `false` where it is none.
///
/// # Errors
/// The runner did not start the server itself, or lacks a tool.
pub async fn run(trial: &mut Trial<'_>, step: &Step) -> Result<bool, Stop> {
    let Some(verb) = ["restart", "kill", "failpoint", "faketime", "sql", "run", "exhaust", "wait_s"]
        .into_iter()
        .find(|verb| step.contains_key(*verb))
    else {
        // Values that an earlier step took from the database.
        if step.get("refresh").and_then(Value::as_str) == Some("each dumped value") {
            each_dumped(trial).await?;
            return Ok(true);
        }
        return Ok(false);
    };
    let text = step.get(verb).and_then(Value::as_str).unwrap_or_default().to_owned();
    match verb {
        "restart" => restart(trial, "TERM", &[])?,
        "kill" => restart(trial, "KILL", &[])?,
        "failpoint" => {
            if !trial.stage.binding.values.contains_key("failpoints") {
                return Err(Stop::Absent("the server has no failpoints".to_owned()));
            }
            let variable = trial.stage.binding.values["failpoints"].clone();
            let before = served(trial)?.log().len();
            restart(trial, "TERM", &[(variable, text)])?;
            // A build for use has none, and fails at none.
            let log = served(trial)?.log();
            if !log.get(before..).is_some_and(|log| log.contains("\"event\":\"failpoint\"")) {
                return Err(Stop::Absent(
                    "this build of the server has no failpoints; a debug build has".to_owned(),
                ));
            }
        }
        "faketime" => {
            // What the step is about has to be there before the clock moves.
            if step_needs_tokens(trial) {
                let _ = trial.text("{{refresh.alice}}").await?;
            }
            let shift = seconds(&trial.text(&text).await?);
            let shift =
                shift.ok_or_else(|| Stop::Broken(format!("a time that is not understood: {text}")))?;
            faketime(trial, shift)?;
        }
        "sql" => dump(trial)?,
        // Workers run by themselves; this waits for them.
        "run" => tokio::time::sleep(Duration::from_secs(3)).await,
        "wait_s" => {
            let seconds = step.get(verb).and_then(Value::as_u64).unwrap_or(1);
            tokio::time::sleep(Duration::from_secs(seconds.min(60))).await;
        }
        _ => exhaust(trial).await?,
    }
    Ok(true)
}

/// Starts the server again so many seconds later by its own clock.
///
/// # Errors
/// The runner did not start the server itself, or the library that shifts clocks is not there.
pub fn faketime(trial: &mut Trial<'_>, shift: u64) -> Result<(), Stop> {
    let library = FAKETIME.iter().find(|path| Path::new(path).exists());
    let library = library.ok_or_else(|| Stop::Absent("libfaketime is not installed".to_owned()))?;
    let variables = [
        ("LD_PRELOAD".to_owned(), (*library).to_owned()),
        ("FAKETIME".to_owned(), format!("+{shift}s")),
        ("FAKETIME_DONT_FAKE_MONOTONIC".to_owned(), "1".to_owned()),
    ];
    restart(trial, "TERM", &variables)
}

fn step_needs_tokens(trial: &Trial<'_>) -> bool {
    trial.case.steps.iter().any(|step| step.contains_key("refresh"))
}

fn served<'a>(trial: &Trial<'a>) -> Result<&'a Served, Stop> {
    trial.stage.served.as_ref().ok_or_else(|| {
        Stop::Absent(
            "the runner did not start the server: give --serve for restarts, clocks and faults".to_owned(),
        )
    })
}

fn restart(trial: &mut Trial<'_>, signal: &str, variables: &[(String, String)]) -> Result<(), Stop> {
    let served = served(trial)?;
    served
        .restart(signal, variables)
        .map_err(|error| Stop::Broken(format!("the server did not start again: {error}")))?;
    trial.restarted = true;
    if !variables.is_empty() {
        trial.facts.insert("restore".into(), json!(true));
    }
    Ok(())
}

/// Sum of seconds, minutes, hours and days: `+30d+1s`.
fn seconds(text: &str) -> Option<u64> {
    let mut sum = 0_u64;
    for part in text.split('+').map(str::trim).filter(|part| !part.is_empty()) {
        let digits = part.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = match part.get(digits.len()..)? {
            "" | "s" => 1,
            "m" | "min" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return None,
        };
        sum = sum.checked_add(digits.trim().parse::<u64>().ok()?.checked_mul(unit)?)?;
    }
    Some(sum)
}

/// Every value of the tables that hold sessions and tokens, as somebody would see it who got a copy of the database.
fn dump(trial: &mut Trial<'_>) -> Result<(), Stop> {
    let directory = served(trial)?.directory();
    let database = std::fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
    let database =
        database.into_iter().find(|path| path.extension().is_some_and(|ext| ext == "sqlite" || ext == "db"));
    let database =
        database.ok_or_else(|| Stop::Absent("no SQLite file lies in the server's directory".to_owned()))?;
    let query = |sql: &str| -> Result<String, Stop> {
        let output = Command::new("sqlite3").arg("-readonly").arg(&database).arg(sql).output();
        let output = output.map_err(|_| Stop::Absent("the program sqlite3 is not installed".to_owned()))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let tables = query(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND (name LIKE '%session%' OR name LIKE '%token%')",
    )?;
    let mut values = Vec::new();
    for table in tables.lines().filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')) {
        let columns = query(&format!("SELECT name FROM pragma_table_info('{table}')"))?;
        for column in columns.lines() {
            for select in [format!("\"{column}\""), format!("lower(hex(\"{column}\"))")] {
                values.extend(query(&format!("SELECT {select} FROM {table}"))?.lines().map(str::to_owned));
            }
        }
    }
    values.retain(|value| value.len() >= 16);
    values.sort();
    values.dedup();
    if values.is_empty() {
        return Err(Stop::Broken("the dump of the sessions holds nothing, so it proves nothing".to_owned()));
    }
    trial.facts.insert("dump".into(), json!(values));
    Ok(())
}

/// Offers each value of the dump as a refresh token: as it stands, and as the bytes that hexadecimal may stand for.
async fn each_dumped(trial: &mut Trial<'_>) -> Result<(), Stop> {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let dumped: Vec<String> = trial
        .facts
        .get("dump")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|v| v.as_str().map(str::to_owned))
        .collect();
    for value in dumped.iter().take(300) {
        let hex: Option<Vec<u8>> = value
            .as_bytes()
            .chunks(2)
            .map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .collect();
        for token in std::iter::once(value.clone()).chain(hex.map(|bytes| URL_SAFE_NO_PAD.encode(bytes))) {
            let given = [("refreshToken".to_owned(), json!(token))].into_iter().collect();
            let body = trial.stage.mutation("refresh", &given)?;
            let exchange = trial.stage.ask(trial.stage.source(), "refresh", None, &body).await;
            trial.seen.push(exchange);
        }
    }
    Ok(())
}

/// Signs in with wrong passwords until the server says that it is enough.
async fn exhaust(trial: &mut Trial<'_>) -> Result<(), Stop> {
    let step: Step = [("login".to_owned(), json!("alice wrong"))].into_iter().collect();
    let limited = trial.stage.binding.code("RATE_LIMITED");
    for i in 0..120 {
        for one in plan::plan(trial, &step, i).await?.unwrap_or_default() {
            let reply = trial.stage.target.send(trial.source, &one.request).await;
            if reply.status == 429 || answer::has_code(&reply, &limited) {
                return Ok(());
            }
        }
    }
    Err(Stop::Broken("120 wrong passwords did not exhaust the budget".to_owned()))
}

/// Sets back what a case changed of the process.
pub fn restore(trial: &mut Trial<'_>) {
    if trial.facts.remove("restore").is_some()
        && let Some(served) = &trial.stage.served
        && let Err(error) = served.restart("TERM", &[])
    {
        trial.facts.insert("note".into(), json!(error));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_summed() {
        assert_eq!(seconds("+30d+1s"), Some(2_592_001));
        assert_eq!(seconds("+2592000+1s"), Some(2_592_001));
        assert_eq!(seconds("+1 year"), None);
    }
}
