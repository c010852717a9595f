//! The kit: a real binary, a real SQLite file or a real PostgreSQL, real HTTP, and the attack runner.
#![expect(
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test kit fails by panic, at the place that says why"
)]

pub mod attack;
pub mod postgres;
pub mod server;
pub mod sink;
pub mod socket;
pub mod sql;

use std::{path::PathBuf, process::Command, sync::OnceLock};

/// The binary under test, built once a test process, so that no test runs an old one. `CARAVANSERAI_BINARY` names
/// another one, such as a release build.
pub fn binary() -> &'static PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(path) = std::env::var_os("CARAVANSERAI_BINARY") {
            return path.into();
        }
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args([
            "build",
            "--package",
            "api",
            "--bin",
            "caravanserai",
            "--message-format",
            "json-render-diagnostics",
        ]);
        let output = cargo.output().expect("cargo runs");
        assert!(output.status.success(), "the binary builds: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout);
        let path = text
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .find_map(|message| message["executable"].as_str().map(PathBuf::from));
        path.expect("cargo names the binary")
    })
}

/// Runs a command of the binary to its end: (exit code, standard output, standard error).
pub fn run(args: &[&str]) -> (i32, String, String) {
    run_with(&[], args)
}

/// Runs a command with variables in its environment.
pub fn run_with(variables: &[(&str, &str)], args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(binary());
    command.args(args).envs(variables.iter().copied());
    let output = command.output().expect("the binary runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}
