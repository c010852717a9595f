//! The database's schema, as migrations that only go forward. A migration that has been released is never edited;
//! a change is a new one, first wider, then narrower.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::{MigrationTrait, async_trait};

mod m20261124_000001_catalogue;
mod m20261125_000001_registry;
mod m20261126_000002_upload;
mod m20261126_000003_introduction;
mod m20261126_000004_partnership;
mod m20261126_000005_digest;
mod m20261126_000006_event;
mod m20261126_000007_files;
mod m20261127_000001_feed;
mod m20261127_000002_browser_session;
mod m20261127_000003_introduction_index;
mod m20261127_000004_waiting_change;

/// All migrations, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_000001_catalogue::Migration),
            Box::new(m20261125_000001_registry::Migration),
            Box::new(m20261126_000002_upload::Migration),
            Box::new(m20261126_000003_introduction::Migration),
            Box::new(m20261126_000004_partnership::Migration),
            Box::new(m20261126_000005_digest::Migration),
            Box::new(m20261126_000006_event::Migration),
            Box::new(m20261126_000007_files::Migration),
            Box::new(m20261127_000001_feed::Migration),
            Box::new(m20261127_000002_browser_session::Migration),
            Box::new(m20261127_000003_introduction_index::Migration),
            Box::new(m20261127_000004_waiting_change::Migration),
        ]
    }
}
