//! The command line: parses, calls the same use cases as the server, prints.

/// Writes a line for whoever called. A reader that has seen enough, such as `head`, ends the program without noise.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write;
        $crate::cli::written(writeln!(std::io::stdout().lock(), $($text)*));
    }};
}

/// What became of a line that was written.
fn written(outcome: std::io::Result<()>) {
    let Err(error) = outcome else { return };
    if error.kind() != std::io::ErrorKind::BrokenPipe {
        eprintln!("error: the output cannot be written: {error}");
    }
    std::process::exit(i32::from(error.kind() != std::io::ErrorKind::BrokenPipe));
}

mod audit;
mod demo;
mod digest;
mod import;
mod learn;
mod mail;
mod personas;
mod rank;
mod receipt;
mod screening;
mod serve;
mod sources;
mod timers;
mod user;

use std::{path::Path, process::ExitCode, sync::Arc};

use chrono::{NaiveDate, Utc};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use domain::digest::DigestLanguage;

use crate::{
    app::App,
    config::{CommonArgs, ServeArgs, Settings, SettingsError},
    import::ImportKind,
    reference::Reference,
    store::{Store, make_closed_directory, sqlite_path},
};

/// The open marketplace where digital-economy projects meet the money, and cities meet their twins.
#[derive(Debug, Parser)]
#[command(name = "caravanserai", version, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    common: CommonArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve GraphQL over HTTP.
    Serve {
        #[command(flatten)]
        serve: ServeArgs,
    },
    /// Load real, attributed data and serve it, or print three rankings.
    Demo {
        #[command(flatten)]
        serve: ServeArgs,
        /// Print one line of JSON when ready.
        #[arg(long)]
        json: bool,
        /// Print the three rankings and exit.
        #[arg(long, conflicts_with = "json")]
        once: bool,
    },
    /// Bring the database's schema up to date.
    Migrate,
    /// Import a table.
    Import {
        /// What the file holds.
        kind: ImportKind,
        /// CSV or TSV with a header, perhaps .gz.
        file: std::path::PathBuf,
        /// Check and count, write nothing.
        #[arg(long)]
        dry_run: bool,
        /// Import the good rows of a file that has wrong ones.
        #[arg(long)]
        keep_good: bool,
    },
    /// Rank and print.
    Rank {
        /// What to rank.
        what: rank::What,
        /// Id or source key: of a mandate for opportunities, of a project for investors, of a city for cities.
        id: String,
        /// Rows.
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
        first: u16,
        /// The language of the sentences: en, zh, ar, tr, sr, th, lo or ru.
        #[arg(long, default_value = "en", value_parser = rank::language)]
        lang: DigestLanguage,
        /// Print JSON, one document.
        #[arg(long)]
        json: bool,
    },
    /// Users.
    User {
        /// What is done.
        #[command(subcommand)]
        command: user::UserCommand,
    },
    /// Lists of sanctions, and runs over all organisations.
    Screening {
        /// What is done.
        #[command(subcommand)]
        what: screening::What,
    },
    /// Look at mail that was promised, try dead letters again, or send.
    Mail {
        #[command(subcommand)]
        what: mail::What,
    },
    /// The audit: check the chain of what was done, or write it out.
    Audit {
        /// What is done.
        #[command(subcommand)]
        what: audit::What,
    },
    /// Digests: look at the next issue of a subscription, or plan and compose what is due.
    Digest {
        /// What is done.
        #[command(subcommand)]
        what: digest::What,
    },
    /// Do once what the clock does to listings and introductions: reminders, expiry, lapse.
    Timers {
        #[command(flatten)]
        serve: ServeArgs,
        #[command(flatten)]
        args: timers::Args,
    },
    /// Check a receipt of a score offline: its signature, and all that can be computed again.
    VerifyReceipt {
        /// The file, as it was given.
        file: std::path::PathBuf,
        /// Keys of the issuer (JSON Web Key Set), as /.well-known/jwks.json gives them.
        #[arg(long)]
        jwks: Option<std::path::PathBuf>,
    },
    /// Learn a model from past deals or links, or draw its curves.
    Train {
        /// What is learnt.
        #[command(subcommand)]
        what: learn::Train,
    },
    /// Judge a ranking on what came after.
    Backtest {
        /// What is judged.
        #[command(subcommand)]
        what: learn::Backtest,
    },
    /// Print the GraphQL schema.
    Schema,
    /// Print completions for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// What ends the program with a message.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs the command line and answers the exit code.
pub fn main() -> ExitCode {
    let cli = match parse() {
        Ok(cli) => cli,
        Err(error) => return fail(&error),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    match runtime.block_on(run(cli)) {
        Ok(code) => code,
        Err(error) => fail(error.as_ref()),
    }
}

/// The command line as typed, filled up from the environment and the settings file. Ends the process where what was
/// typed is wrong, or where help was asked for.
fn parse() -> Result<Cli, sources::FileError> {
    let mut command = command();
    for name in sources::unknown_variables(&command, std::env::vars_os().map(|(name, _)| name)) {
        eprintln!("warning: {name} is the variable of no option, so it says nothing");
    }
    let typed = sources::with_file(&command, std::env::args_os().collect())?;
    let matches = command.try_get_matches_from_mut(typed).unwrap_or_else(|error| error.exit());
    Ok(Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut command).exit()))
}

/// All commands with their options and variables.
fn command() -> clap::Command {
    sources::with_variables(Cli::command())
}

/// Prints an error with what caused it.
fn fail(error: &(dyn std::error::Error + 'static)) -> ExitCode {
    eprintln!("error: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        eprintln!("  because: {cause}");
        source = cause.source();
    }
    ExitCode::FAILURE
}

async fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let none = ServeArgs::default();
    match cli.command {
        Command::Serve { serve } => {
            crate::telemetry::init("info");
            let settings = Settings::new(&cli.common, &serve)?;
            let store = existing(&settings).await?;
            let pending = store.pending().await?;
            if !pending.is_empty() {
                let message = format!(
                    "migrations are pending ({}): run 'caravanserai migrate' first",
                    pending.join(", ")
                );
                return Err(SettingsError::Wrong { name: "database", message }.into());
            }
            serve::serve(&settings, app(store).await?, async |_, _| Ok(())).await?;
        }
        Command::Demo { serve, json, once } => return demo::demo(&cli.common, &serve, json, once).await,
        Command::Migrate => {
            let store = open(&Settings::new(&cli.common, &none)?).await?;
            let pending = store.pending().await?;
            store.migrate().await?;
            say!("applied {} migrations", pending.len());
            store.close().await?;
        }
        Command::Import { kind, file, dry_run, keep_good } => {
            let store = migrated(&Settings::new(&cli.common, &none)?).await?;
            let done = import::import(&store, kind, &file, dry_run, keep_good).await;
            store.close().await?;
            return done;
        }
        Command::Rank { what, id, first, lang, json } => {
            let settings = Settings::new(&cli.common, &none)?;
            let store = existing(&settings).await?;
            store.migrate().await?;
            let app = app(store).await?;
            let print = rank::Print { first: usize::from(first), lang, as_json: json };
            // Closed also where it is refused, so that no log is left beside the file.
            let ranked = rank::rank(&app, what, &id, print).await;
            app.store.close().await?;
            say!("{}", ranked?);
        }
        Command::User { command } => {
            let store = migrated(&Settings::new(&cli.common, &none)?).await?;
            let app = app(store).await?;
            let done = user::user(&app, command).await;
            app.store.close().await?;
            return done;
        }
        Command::Screening { what } => {
            let store = migrated(&Settings::new(&cli.common, &none)?).await?;
            let app = app(store).await?;
            let done = screening::screening(&app, what).await;
            app.store.close().await?;
            return done;
        }
        Command::Timers { serve, args } => {
            let settings = Settings::new(&cli.common, &serve)?;
            let store = existing(&settings).await?;
            store.migrate().await?;
            let mut app = app(store).await?;
            if let Some(origin) = &settings.public_url {
                app.auth.addressed(origin.as_str());
            }
            let done = Box::pin(timers::timers(&mut app, &args)).await;
            app.store.close().await?;
            for line in done? {
                say!("{line}");
            }
        }
        Command::Digest { what } => {
            let settings = Settings::new(&cli.common, what.serve())?;
            let store = existing(&settings).await?;
            store.migrate().await?;
            let mut app = app(store).await?;
            // Links in letters are signed with the keys of the server, and lead to it.
            let public = settings
                .public_url
                .as_ref()
                .map_or_else(|| format!("http://{}", settings.listen), |origin| origin.as_str().to_owned());
            app.auth = crate::auth::Auth::open(&settings.keys, &public)?;
            let done = Box::pin(digest::digest(&mut app, what)).await;
            app.store.close().await?;
            say!("{}", done?);
        }
        Command::VerifyReceipt { file, jwks } => return receipt::verify(&file, jwks.as_deref()),
        Command::Audit { what } => return audit::audit(&cli.common, what).await,
        Command::Mail { what } => return mail::mail(&cli.common, what).await,
        Command::Train { what } => tokio::task::spawn_blocking(move || learn::train(what)).await??,
        Command::Backtest { what } => tokio::task::spawn_blocking(move || learn::backtest(what)).await??,
        Command::Schema => print!("{}", crate::graphql::sdl()),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut command(), "caravanserai", &mut std::io::stdout());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Today in universal time.
fn today() -> NaiveDate {
    Utc::now().date_naive()
}

/// Opens a database that is there: who only reads makes none.
async fn existing(settings: &Settings) -> Result<Store, Failure> {
    if let Some(path) = sqlite_path(&settings.database).filter(|path| !Path::new(path).exists()) {
        let message =
            format!("there is none at {path}: make it with 'caravanserai migrate', or name another");
        return Err(SettingsError::Wrong { name: "database", message }.into());
    }
    open(settings).await
}

async fn open(settings: &Settings) -> Result<Store, Failure> {
    if settings.database.starts_with("sqlite:") {
        make_closed_directory(&settings.data_dir)
            .map_err(|error| format!("{} cannot be made: {error}", settings.data_dir.display()))?;
    }
    Ok(Store::open(&settings.database).await?)
}

async fn migrated(settings: &Settings) -> Result<Store, Failure> {
    let store = open(settings).await?;
    store.migrate().await?;
    Ok(store)
}

async fn app(store: Store) -> Result<App, Failure> {
    let reference = Arc::new(Reference::embedded()?);
    Ok(App::load(store, reference, today()).await?)
}

/// The demo's data, for a test that needs a catalog like it.
#[cfg(test)]
pub(crate) async fn demo_data(store: &Store) -> Result<(), Failure> {
    demo::load(store).await
}
