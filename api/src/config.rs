//! Settings: command line over environment over file over default, checked once at the start.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::Args;
use serde::Deserialize;

/// Options that every command takes. Each is also a variable `CARAVANSERAI_…` and a key of the file.
#[derive(Debug, Clone, Default, Args)]
pub struct CommonArgs {
    /// Settings file (TOML); its keys are the options' names with underscores.
    #[arg(long, env = "CARAVANSERAI_CONFIG", global = true)]
    pub config: Option<PathBuf>,
    /// Database: `sqlite:PATH` or `postgres://USER@HOST/NAME`. Default: a SQLite file in the data directory.
    #[arg(long, env = "CARAVANSERAI_DATABASE", global = true)]
    pub database: Option<String>,
    /// Directory of the program's files.
    #[arg(long, env = "CARAVANSERAI_DATA_DIR", global = true)]
    pub data_dir: Option<PathBuf>,
}

/// Options of the server.
#[derive(Debug, Clone, Default, Args)]
pub struct ServeArgs {
    /// Address to listen on.
    #[arg(long, env = "CARAVANSERAI_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Development: `GraphiQL`, introspection and suggestions. Only on a loopback address.
    #[arg(long, env = "CARAVANSERAI_DEVELOPMENT")]
    pub development: bool,
    /// Cost units that one caller may spend a minute.
    #[arg(long, env = "CARAVANSERAI_COST_PER_MINUTE")]
    pub cost_per_minute: Option<u32>,
    /// Requests that are worked on at once; more are told to come back.
    #[arg(long, env = "CARAVANSERAI_MAX_CONCURRENT")]
    pub max_concurrent: Option<usize>,
}

/// The file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    database: Option<String>,
    data_dir: Option<PathBuf>,
    listen: Option<SocketAddr>,
    development: Option<bool>,
    cost_per_minute: Option<u32>,
    max_concurrent: Option<usize>,
}

/// Settings that hold together.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Database.
    pub database: String,
    /// Directory of the program's files.
    pub data_dir: PathBuf,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Development mode.
    pub development: bool,
    /// Cost units a minute and caller.
    pub cost_per_minute: u32,
    /// Requests at once.
    pub max_concurrent: usize,
}

/// Settings that are wrong or unsafe.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file does not read.
    #[error("the settings file {path} does not read")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: config::ConfigError,
    },
    /// A setting is wrong.
    #[error("{name}: {message}")]
    Wrong {
        /// Which setting.
        name: &'static str,
        /// What would be right.
        message: String,
    },
}

impl Settings {
    /// Puts the sources together.
    ///
    /// # Errors
    /// The file does not read, or a setting is wrong or unsafe.
    pub fn new(common: &CommonArgs, serve: &ServeArgs) -> Result<Self, SettingsError> {
        let file = common.config.as_deref().map_or(Ok(File::default()), read)?;
        let data_dir =
            common.data_dir.clone().or(file.data_dir).unwrap_or_else(|| PathBuf::from("caravanserai-data"));
        let database = common
            .database
            .clone()
            .or(file.database)
            .unwrap_or_else(|| format!("sqlite:{}", data_dir.join("caravanserai.sqlite").display()));
        let settings = Self {
            database,
            data_dir,
            listen: serve.listen.or(file.listen).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            development: serve.development || file.development.unwrap_or(false),
            cost_per_minute: serve.cost_per_minute.or(file.cost_per_minute).unwrap_or(600_000),
            max_concurrent: serve.max_concurrent.or(file.max_concurrent).unwrap_or(256),
        };
        settings.checked()
    }

    fn checked(self) -> Result<Self, SettingsError> {
        let wrong = |name, message: &str| Err(SettingsError::Wrong { name, message: message.to_owned() });
        if self.development && !self.listen.ip().is_loopback() {
            return wrong(
                "development",
                "development mode listens on a loopback address only, such as 127.0.0.1:8080",
            );
        }
        if self.cost_per_minute < 1_000 {
            return wrong("cost_per_minute", "at least 1000, or no ranked page could be asked for");
        }
        if !(1..=100_000).contains(&self.max_concurrent) {
            return wrong("max_concurrent", "between 1 and 100000");
        }
        if let Some(rest) = self.database.strip_prefix("postgres") {
            let host = rest.split('@').nth(1).unwrap_or(rest);
            let is_local =
                ["localhost", "127.0.0.1", "[::1]", "%2F", "/"].iter().any(|local| host.starts_with(local));
            if !is_local && !rest.contains("sslmode=verify-full") && !rest.contains("sslmode=require") {
                return wrong(
                    "database",
                    "a PostgreSQL on another host needs sslmode=verify-full or sslmode=require",
                );
            }
        }
        Ok(self)
    }
}

fn read(path: &Path) -> Result<File, SettingsError> {
    config::Config::builder()
        .add_source(config::File::from(path).format(config::FileFormat::Toml))
        .build()
        .and_then(config::Config::try_deserialize)
        .map_err(|source| SettingsError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsafe_settings_are_refused_and_named() {
        let serve = ServeArgs {
            listen: Some(SocketAddr::from(([0, 0, 0, 0], 80))),
            development: true,
            ..ServeArgs::default()
        };
        let error = Settings::new(&CommonArgs::default(), &serve).unwrap_err().to_string();
        assert!(error.starts_with("development:"), "{error}");
        let common =
            CommonArgs { database: Some("postgres://u@db.example/x".into()), ..CommonArgs::default() };
        assert!(Settings::new(&common, &ServeArgs::default()).is_err());
        let local = CommonArgs { database: Some("postgres://u@localhost/x".into()), ..CommonArgs::default() };
        assert!(Settings::new(&local, &ServeArgs::default()).is_ok());
    }

    #[test]
    fn a_file_with_an_unknown_key_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("settings.toml");
        std::fs::write(&path, "listen = \"127.0.0.1:9\"\nlisen = 3\n").unwrap();
        let common = CommonArgs { config: Some(path.clone()), ..CommonArgs::default() };
        assert!(matches!(Settings::new(&common, &ServeArgs::default()), Err(SettingsError::File { .. })));
        std::fs::write(&path, "listen = \"127.0.0.1:9\"\n").unwrap();
        let settings = Settings::new(&common, &ServeArgs::default()).unwrap();
        assert_eq!(settings.listen.port(), 9);
    }
}
