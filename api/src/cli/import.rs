//! `caravanserai import`.

use std::{path::Path, process::ExitCode};

use indicatif::{ProgressBar, ProgressStyle};

use super::Failure;
use crate::{
    import::{ImportKind, ImportOptions, import_file},
    store::Store,
};

/// Imports a file with a progress bar, and prints wrong cells and counts.
pub(super) async fn import(
    store: &Store,
    kind: ImportKind,
    file: &Path,
    dry_run: bool,
    keep_good: bool,
) -> Result<ExitCode, Failure> {
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} rows")?);
    let options = ImportOptions { dry_run, keep_good, today: super::today(), fill_sample_dates: false };
    let mut progress = |done: u64, total: u64| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let report = import_file(store, kind, file, options, &mut progress).await?;
    bar.finish_and_clear();
    for error in &report.errors {
        eprintln!("{error}");
    }
    let hidden = report.error_count.saturating_sub(report.errors.len() as u64);
    if hidden > 0 {
        eprintln!("… and {hidden} more");
    }
    say!(
        "{} rows: {} created, {} changed, {} unchanged, {} wrong cells; {}",
        report.rows,
        report.created,
        report.changed,
        report.unchanged,
        report.error_count,
        match (report.written, dry_run) {
            (true, _) => "written",
            (false, true) => "dry run, nothing written",
            (false, false) => "nothing written",
        }
    );
    Ok(if report.error_count > 0 && !keep_good { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
