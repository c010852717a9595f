//! Settings: command line over environment over file over default, checked once at the start.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use clap::Args;

use crate::{
    mail::{self, MailSettings, Relay},
    server::origin::Origin,
};

/// Options that every command takes. Each is also a variable `CARAVANSERAI_…` and a key of the file.
#[derive(Debug, Clone, Default, Args)]
pub struct CommonArgs {
    /// Settings file (TOML); its keys are the options' names with underscores.
    #[arg(long, global = true)]
    pub config: Option<PathBuf>,
    /// Database: `sqlite:PATH` or `postgres://USER@HOST/NAME`. Default: a SQLite file in the data directory.
    #[arg(long, global = true)]
    pub database: Option<String>,
    /// Directory of the program's files.
    #[arg(long, global = true)]
    pub data_dir: Option<PathBuf>,
}

/// Directory of the program's files where none is said.
pub const DATA_DIR: &str = "caravanserai-data";

/// Options of the server.
#[derive(Debug, Clone, Default, Args)]
pub struct ServeArgs {
    /// Address to listen on.
    #[arg(long)]
    pub listen: Option<SocketAddr>,
    /// Development: `GraphiQL` and introspection. Only on a loopback address.
    #[arg(long)]
    pub development: bool,
    /// Cost units that one caller may spend a minute.
    #[arg(long)]
    pub cost_per_minute: Option<u32>,
    /// Requests that are worked on at once; more are told to come back.
    #[arg(long)]
    pub max_concurrent: Option<usize>,
    /// Where browsers find the server, such as `https://caravanserai.example`. Default: the address it listens on,
    /// where that is a loopback address.
    #[arg(long)]
    pub public_url: Option<Origin>,
    /// Other sites whose scripts may read answers, separated by commas.
    #[arg(long, value_delimiter = ',')]
    pub shared_origins: Vec<Origin>,
    /// Proxies whose word on a client's address is taken, separated by commas.
    #[arg(long, value_delimiter = ',')]
    pub trusted_proxies: Vec<IpAddr>,
    /// Tell browsers to use TLS only. Default: where the public URL is https.
    #[arg(long)]
    pub hsts: Option<bool>,
    /// Serve `/metrics`. Default: on a loopback address, where the public URL is on this machine too and no proxy is
    /// trusted: behind a proxy everybody could read it.
    #[arg(long)]
    pub metrics: Option<bool>,
    /// Directory of the keys that sign tokens and links; nodes of one service share it. Default: `keys` in the data
    /// directory.
    #[arg(long)]
    pub keys: Option<PathBuf>,
    /// Directory of documents, each under the hash of its content; nodes of one service share it. Default: `files` in
    /// the data directory.
    #[arg(long)]
    pub files: Option<PathBuf>,
    /// How mail is sent.
    #[command(flatten)]
    pub mail: MailArgs,
}

/// An address that may hold a password: it is not shown.
#[derive(Clone)]
pub struct Hidden(String);

impl From<String> for Hidden {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("hidden")
    }
}

/// How mail is sent.
#[derive(Debug, Clone, Default, Args)]
pub struct MailArgs {
    /// Relay that takes mail: `smtps://USER@HOST` (TLS), `smtp://USER@HOST` (STARTTLS), or without encryption on this
    /// machine `smtp://127.0.0.1:25`. Default: mail is written to files in the data directory.
    #[arg(long, value_name = "URL")]
    pub smtp: Option<Hidden>,
    /// File that holds the password for the relay.
    #[arg(long, value_name = "FILE")]
    pub smtp_password_file: Option<PathBuf>,
    /// From whom mail is. Default: `Caravanserai <no-reply@HOST>`, with the host of the public URL.
    #[arg(long, value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// File of the RSA key that signs mail (DKIM), PEM; with --dkim-selector. Default: mail is not signed.
    #[arg(long, value_name = "FILE")]
    pub dkim_key: Option<PathBuf>,
    /// Name under which the key that signs mail is published, such as `s2026`. Leave the old one published for three
    /// days after a change.
    #[arg(long, value_name = "NAME")]
    pub dkim_selector: Option<String>,
    /// Seconds after which the mail of a process that died is sent by another, 1 to 600. Default: 60.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(1..=600))]
    pub mail_lease: Option<u16>,
}

impl MailArgs {
    /// Reads them.
    ///
    /// # Errors
    /// An address is wrong or unsafe, or the file cannot be read. No message repeats the relay's address.
    pub fn settings(&self) -> Result<MailSettings, SettingsError> {
        let wrong = |name, message: String| SettingsError::Wrong { name, message };
        let password = match &self.smtp_password_file {
            None => None,
            Some(_) if self.smtp.is_none() => {
                return Err(wrong("smtp_password_file", "say with --smtp for which relay".to_owned()));
            }
            Some(path) => Some(
                std::fs::read_to_string(path)
                    .map_err(|error| wrong("smtp_password_file", format!("it cannot be read: {error}")))?,
            ),
        };
        let password = password.as_deref().map(|text| text.trim_end_matches(['\r', '\n']));
        let relay = self.smtp.as_ref().map(|Hidden(address)| Relay::new(address, password));
        let from = self.mail_from.as_deref().map(mail::mailbox);
        let dkim = match (&self.dkim_selector, &self.dkim_key) {
            (None, None) => None,
            (Some(selector), Some(file)) => Some((selector.clone(), file.clone())),
            _ => {
                return Err(wrong("dkim_key", "a key and a selector come together or not at all".to_owned()));
            }
        };
        Ok(MailSettings {
            relay: relay.transpose().map_err(|error| wrong("smtp", error.to_string()))?,
            from: from.transpose().map_err(|_| {
                wrong("mail_from", "write it as \"Name <name@example.org>\" or name@example.org".to_owned())
            })?,
            dkim,
            lease: self.mail_lease.map_or(MailSettings::LEASE, |s| Duration::from_secs(u64::from(s))),
        })
    }
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
    /// Where browsers find the server, if said.
    pub public_url: Option<Origin>,
    /// Sites whose scripts may read answers.
    pub shared_origins: Vec<Origin>,
    /// Proxies that are believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Browsers are told to use TLS only.
    pub hsts: bool,
    /// `/metrics` is served.
    pub metrics: bool,
    /// Directory of the keys that sign tokens and links.
    pub keys: PathBuf,
    /// Directory of documents.
    pub files: PathBuf,
    /// How mail is sent.
    pub mail: MailSettings,
}

/// Settings that are wrong or unsafe.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
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
    /// Fills up with the defaults and checks the whole.
    ///
    /// # Errors
    /// A setting is wrong or unsafe.
    pub fn new(common: &CommonArgs, serve: &ServeArgs) -> Result<Self, SettingsError> {
        let data_dir = common.data_dir.clone().unwrap_or_else(|| PathBuf::from(DATA_DIR));
        let database = common
            .database
            .clone()
            .unwrap_or_else(|| format!("sqlite:{}", data_dir.join("caravanserai.sqlite").display()));
        let keys = serve.keys.clone().unwrap_or_else(|| data_dir.join("keys"));
        let files = serve.files.clone().unwrap_or_else(|| data_dir.join("files"));
        let listen = serve.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
        let settings = Self {
            database,
            data_dir,
            listen,
            development: serve.development,
            cost_per_minute: serve.cost_per_minute.unwrap_or(600_000),
            max_concurrent: serve.max_concurrent.unwrap_or(256),
            public_url: serve.public_url.clone(),
            shared_origins: serve.shared_origins.clone(),
            trusted_proxies: serve.trusted_proxies.clone(),
            hsts: serve.hsts.unwrap_or_else(|| serve.public_url.as_ref().is_some_and(Origin::is_secure)),
            metrics: serve.metrics.unwrap_or_else(|| {
                // A proxy on this machine makes what listens here open to everybody.
                let is_here = serve.public_url.as_ref().is_none_or(Origin::is_local);
                listen.ip().is_loopback() && is_here && serve.trusted_proxies.is_empty()
            }),
            keys,
            files,
            mail: serve.mail.settings()?,
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
        let is_secure = |origin: &Origin| origin.is_secure() || origin.is_local();
        if self.public_url.as_ref().is_some_and(|origin| !is_secure(origin)) {
            return wrong("public_url", "https, or http on this machine only, such as http://localhost:8080");
        }
        if !self.shared_origins.iter().all(is_secure) {
            return wrong("shared_origins", "https, or http on this machine only");
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
    fn behind_a_proxy_metrics_are_served_only_where_it_is_said() {
        let served = |serve: &ServeArgs| Settings::new(&CommonArgs::default(), serve).unwrap().metrics;
        let url = |text: &str| Some(text.parse().unwrap());
        assert!(served(&ServeArgs::default()));
        assert!(served(&ServeArgs { public_url: url("http://localhost:8080"), ..ServeArgs::default() }));
        let behind = ServeArgs { public_url: url("https://caravanserai.example"), ..ServeArgs::default() };
        assert!(!served(&behind));
        assert!(served(&ServeArgs { metrics: Some(true), ..behind }));
        let trusting =
            ServeArgs { trusted_proxies: vec!["127.0.0.1".parse().unwrap()], ..ServeArgs::default() };
        assert!(!served(&trusting));
        let open = ServeArgs { listen: Some(SocketAddr::from(([0, 0, 0, 0], 80))), ..ServeArgs::default() };
        assert!(!served(&open));
    }

    #[test]
    fn settings_of_mail_are_checked_and_no_password_shows() {
        let refused = |mail: MailArgs| {
            let shown = format!("{mail:?}");
            assert!(!shown.contains("hunter2"), "{shown}");
            let serve = ServeArgs { mail, ..ServeArgs::default() };
            Settings::new(&CommonArgs::default(), &serve).map(|_| ()).unwrap_err().to_string()
        };
        let smtp = |text: &str| Some(Hidden(text.to_owned()));
        let error = refused(MailArgs { smtp: smtp("ftp://user:hunter2@host"), ..MailArgs::default() });
        assert!(error.starts_with("smtp:") && !error.contains("hunter2"), "{error}");
        let error = refused(MailArgs { mail_from: Some("nobody".into()), ..MailArgs::default() });
        assert!(error.starts_with("mail_from:"), "{error}");
        let file = Some(PathBuf::from("no such file"));
        let error = refused(MailArgs { smtp_password_file: file.clone(), ..MailArgs::default() });
        assert!(error.contains("--smtp"), "{error}");
        let relay = smtp("smtp://user@127.0.0.1");
        let error = refused(MailArgs { smtp: relay, smtp_password_file: file, ..MailArgs::default() });
        assert!(error.starts_with("smtp_password_file:"), "{error}");
    }
}
