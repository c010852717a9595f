//! Imports of small tables, whole and broken ones, and of the demo's own.

mod demo;
mod errors;
mod office;
mod table;
mod written;

use chrono::NaiveDate;

use super::{ImportError, ImportKind, ImportOptions, ImportReport, Table, columns, import_table};
use crate::store::Store;

const WRITE: ImportOptions = ImportOptions {
    dry_run: false,
    keep_good: false,
    today: NaiveDate::from_ymd_opt(2026, 11, 24).unwrap(),
    fill_sample_dates: false,
};

async fn import_as(store: &Store, kind: ImportKind, text: &str, options: ImportOptions) -> ImportReport {
    let table = Table::from_bytes("test", text.as_bytes(), columns(kind)).unwrap();
    import_table(store, kind, &table, options, &mut |_, _| {}).await.unwrap()
}

async fn import(store: &Store, kind: ImportKind, text: &str) -> ImportReport {
    import_as(store, kind, text, WRITE).await
}

/// Row, column and message of each error.
fn errors(report: &ImportReport) -> Vec<(u64, &str, &str)> {
    report.errors.iter().map(|error| (error.row, error.column.as_str(), error.message.as_str())).collect()
}

/// Created, changed, unchanged, wrong cells.
fn counts(report: &ImportReport) -> (u64, u64, u64, u64) {
    (report.created, report.changed, report.unchanged, report.error_count)
}

const ORGANISATIONS: &str = "\
key,name,kind,investor_type
owner,Ministry,GOVERNMENT,
bank,Development bank,INVESTOR,MULTILATERAL_BANK
";

const PROJECTS: &str = "\
key,title,owner,kind,fields,countries,gap_amount,gap_currency,state
a,Backbone,owner,INFRASTRUCTURE,CONN_BACKBONE:100,RS|HU,42000000,EUR,PUBLISHED
b,Clinics,owner,SERVICE_PLATFORM,DX_HEALTH:60|INCL_RURAL:40,KE,0.5,USD,
";
