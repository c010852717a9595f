//! `caravanserai screening`: lists of sanctions, and runs over all organisations.

use std::{path::PathBuf, process::ExitCode};

use domain::Vocabulary;
use indicatif::{ProgressBar, ProgressStyle};

use super::Failure;
use crate::{
    app::App,
    screening::{
        import::{Companions, Publisher, import, read_edition},
        run::run,
    },
    store::Replaced,
};

/// What is done with the screening.
#[derive(Debug, clap::Subcommand)]
pub(super) enum What {
    /// Put an edition of a list in force, whole or not at all, and screen every organisation by it.
    Import {
        /// Whose list.
        #[arg(long, ignore_case = true)]
        list: Publisher,
        /// The file: XML, or OFAC's sdn.csv. The content tells which.
        file: PathBuf,
        #[command(flatten)]
        companions: Companions,
        /// Take an edition that was published before the one in force.
        #[arg(long)]
        older: bool,
        /// Do not screen the organisations afterwards.
        #[arg(long)]
        no_run: bool,
    },
    /// Screen every organisation by the lists in force.
    Run,
    /// Print the lists in force.
    Lists,
}

pub(super) async fn screening(app: &App, what: What) -> Result<ExitCode, Failure> {
    match what {
        What::Import { list, file, companions, older, no_run } => {
            let edition =
                tokio::task::spawn_blocking(move || read_edition(list, &file, &companions)).await??;
            let of = format!(
                "{} of {}, {} entries",
                edition.list.label(),
                edition.published_on,
                edition.entries.len()
            );
            match import(app, &edition, older).await? {
                Replaced::First => say!("{of}: in force"),
                Replaced::Before(before) => {
                    say!("{of}: in force; before it that of {}", before.published_on);
                }
                Replaced::Same => say!("{of}: unchanged, these very bytes are in force"),
                Replaced::Newer(newer) => {
                    let message = format!(
                        "{of}: an edition of {} is in force, which is later; --older takes this one all the same",
                        newer.published_on
                    );
                    return Err(message.into());
                }
            }
            if no_run {
                say!("organisations are not screened by it yet: run 'caravanserai screening run'");
                return Ok(ExitCode::SUCCESS);
            }
            run_all(app).await
        }
        What::Run => run_all(app).await,
        What::Lists => {
            for list in app.store.lists_in_force().await? {
                say!(
                    "{}\t{}\t{} entries\t{}",
                    list.list.code(),
                    list.published_on,
                    list.entries,
                    list.sha256
                );
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn run_all(app: &App) -> Result<ExitCode, Failure> {
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} organisations")?);
    let mut progress = |done: u64, total: u64| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let ran = run(app, &mut progress).await?;
    bar.finish_and_clear();
    say!(
        "{} organisations: {} clear, {} new hits, {} waiting, {} dismissed before, {} frozen",
        ran.organisations,
        ran.clear,
        ran.hits,
        ran.waiting,
        ran.dismissed,
        ran.frozen
    );
    Ok(ExitCode::SUCCESS)
}
