//! Plays a file of attacks against a running server, one line a case, and ends with 1 where any was not stood.
//!
//! ```text
//! attacks FILE --url http://127.0.0.1:8080 --schema api/schema.graphql --binding tests/attacks/binding.json
//! attacks FILE --serve target/release/caravanserai --binding tests/attacks/binding.json
//! ```
//!
//! With `--serve` it starts the server itself, over a directory of its own: only then can cases restart it, move its
//! clock, and read its log and mails.

use std::{net::ToSocketAddrs, path::PathBuf, process::ExitCode};

use clap::Parser;
use tests::attack::{
    self, Verdict, binding::Binding, case, http::Target, process::Served, schema::Schema, stage::Stage,
};

#[derive(Debug, Parser)]
#[command(about = "Plays written attacks against a server and says which of them it stood")]
struct Args {
    /// File of cases, one JSON object a line.
    file: PathBuf,
    /// A running server, such as `http://127.0.0.1:8080`.
    #[arg(long, required_unless_present_any = ["serve", "check"])]
    url: Option<String>,
    /// Or its program: the runner starts `PROGRAM demo` itself.
    #[arg(long, conflicts_with = "url")]
    serve: Option<PathBuf>,
    /// Further arguments of the program, each given so: `--with=--cost-per-minute=1000000`.
    #[arg(long)]
    with: Vec<String>,
    /// The binding.
    #[arg(long, default_value = "tests/attacks/binding.json")]
    binding: PathBuf,
    /// The schema as SDL. Default: what the program of `--serve` prints, else `api/schema.graphql`.
    #[arg(long)]
    schema: Option<PathBuf>,
    /// The server's process, where it is not found by its port.
    #[arg(long)]
    pid: Option<u32>,
    /// Where the server writes mails.
    #[arg(long)]
    mail_dir: Option<PathBuf>,
    /// The line that `demo --json` printed, in a file.
    #[arg(long)]
    demo: Option<PathBuf>,
    /// Plays nothing; tells which assertions no check is bound to.
    #[arg(long)]
    check: bool,
    /// Plays only cases whose id begins so.
    #[arg(long)]
    only: Vec<String>,
}

fn read(path: &std::path::Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

async fn stage(args: &Args, directory: &std::path::Path) -> Result<Stage, String> {
    let binding = Binding::read(&read(&args.binding)?)?;
    let sdl = match (&args.schema, &args.serve) {
        (Some(path), _) => read(path)?,
        (None, Some(program)) => {
            let output = std::process::Command::new(program).arg("schema").output();
            let output = output.map_err(|error| format!("{}: {error}", program.display()))?;
            String::from_utf8_lossy(&output.stdout).into_owned()
        }
        (None, None) => read("api/schema.graphql".as_ref())?,
    };
    let schema = Schema::read(&sdl)?;
    let served =
        args.serve.as_ref().map(|program| Served::start(program, directory, &args.with)).transpose()?;
    let address = match (&served, &args.url) {
        (Some(served), _) => served.address(),
        (None, url) => {
            let url = url.as_deref().unwrap_or_default();
            let host = url.trim_start_matches("http://").trim_end_matches('/');
            let mut found = host
                .to_socket_addrs()
                .map_err(|error| format!("{url}: {error}; http://HOST:PORT is right"))?;
            found.next().ok_or_else(|| format!("{url}: no such host"))?
        }
    };
    let mut stage = Stage::new(Target { address }, binding, schema, served).await?;
    if let Some(path) = &args.demo {
        stage.demo =
            serde_json::from_str(&read(path)?).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    stage.pid = args.pid.or(stage.pid);
    if args.mail_dir.is_some() {
        stage.mail_dir.clone_from(&args.mail_dir);
    }
    Ok(stage)
}

async fn run(args: &Args) -> Result<bool, String> {
    let mut cases = case::read(&read(&args.file)?)?;
    if !args.only.is_empty() {
        cases.retain(|case| args.only.iter().any(|begin| case.id.starts_with(begin)));
    }
    if args.check {
        let vague: Vec<String> = cases
            .iter()
            .flat_map(|case| {
                let texts = attack::assertions::not_understood(&case.expect);
                texts.into_iter().map(|text| format!("{}: {text}", case.id)).collect::<Vec<_>>()
            })
            .collect();
        for line in &vague {
            println!("{line}");
        }
        println!("{} cases, {} assertions not understood", cases.len(), vague.len());
        return Ok(vague.is_empty());
    }
    let directory = tempfile::tempdir().map_err(|error| error.to_string())?;
    let stage = stage(args, directory.path()).await?;
    match stage.pid.and_then(attack::process::figures) {
        Some(figures) => println!("Process {}: {} MB", stage.pid.unwrap_or_default(), figures.rss_kb / 1_024),
        None => {
            println!("The server's process is not on this machine: processor time and memory are not read.");
        }
    }
    let mut tell = |case: &case::Case, verdict: &Verdict| println!("{}", attack::line(case, verdict));
    let summary = attack::run(&stage, &cases, &mut tell).await;
    println!("{} passed, {} failed, {} skipped", summary.passed, summary.failed, summary.skipped);
    Ok(summary.failed == 0)
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Args::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("attacks: {error}");
            ExitCode::from(2)
        }
    }
}
