//! A relay that takes mail over SMTP, and one conversation with it.
//!
//! The conversation is led command by command: each has the time that RFC 5321 4.5.3.2 gives it, and a refusal is
//! known to be of the sender, of the recipient or of the message. A refused password must not kill a letter.

use std::{fmt, net::IpAddr, time::Duration};

use lettre::transport::smtp::{
    Error as SmtpError,
    authentication::{Credentials, DEFAULT_MECHANISMS},
    client::{AsyncSmtpConnection, TlsParameters},
    commands::{Data, Mail, Rcpt},
    extension::ClientId,
    response::{Response, Severity},
};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::{attempt::Hold, message::Parcel, transport::Delivery};
use crate::failpoint;

/// A relay's address that is wrong or unsafe. It does not repeat the address, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RelayError(String);

fn wrong(message: &str) -> RelayError {
    RelayError(message.to_owned())
}

/// How long each part of a conversation may take.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// Until the connection stands.
    pub connect: Duration,
    /// Until the relay has greeted, is encrypted and knows us.
    pub open: Duration,
    /// From a command to its reply.
    pub command: Duration,
    /// From DATA to the permission to go on.
    pub data: Duration,
    /// From the permission to the reply to the final dot: the text, then ten minutes, in which the relay may deliver.
    pub message: Duration,
}

impl Default for Times {
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(minutes.saturating_mul(60));
        Self {
            connect: Duration::from_secs(30),
            open: minutes(6),
            command: minutes(5),
            data: minutes(2),
            message: minutes(13),
        }
    }
}

impl Times {
    /// The same number of seconds for each part.
    const fn all(seconds: u64) -> Self {
        let time = Duration::from_secs(seconds);
        Self { connect: time, open: time, command: time, data: time, message: time }
    }
}

/// After the message is gone, the relay gets this long to say good-bye.
const FAREWELL: Duration = Duration::from_secs(5);

#[derive(Clone)]
enum Security {
    /// None: the relay is on this machine.
    Plain,
    /// STARTTLS, or nothing is sent.
    StartTls(TlsParameters),
    /// TLS from the first byte.
    Tls(TlsParameters),
}

/// A relay.
#[derive(Clone)]
pub struct Relay {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
    times: Times,
}

impl fmt::Debug for Relay {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let security = match self.security {
            Security::Plain => "none",
            Security::StartTls(_) => "STARTTLS",
            Security::Tls(_) => "TLS",
        };
        f.debug_struct("Relay")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &security)
            .finish_non_exhaustive()
    }
}

impl Relay {
    /// Reads `smtps://[USER[:PASSWORD]@]HOST[:PORT]` (TLS, port 465) or `smtp://…` (STARTTLS, port 587). On this
    /// machine `smtp://` is not encrypted (port 25) unless `?tls=required` says so. The password may come from
    /// elsewhere. Certificates are verified against those of the system.
    ///
    /// # Errors
    /// The address is none of these, or name and password do not come together.
    pub fn new(address: &str, password: Option<&str>) -> Result<Self, RelayError> {
        let shape = || wrong("write it as smtps://USER@mail.example.org or smtp://127.0.0.1:25");
        let url = Url::parse(address.trim()).map_err(|_| shape())?;
        let host = match url.host() {
            Some(Host::Domain(name)) if !name.is_empty() && !name.contains('%') => name.to_owned(),
            Some(Host::Ipv4(ip)) => ip.to_string(),
            Some(Host::Ipv6(ip)) => ip.to_string(),
            _ => return Err(shape()),
        };
        let ip = host.parse::<IpAddr>();
        let is_here = ip.map_or_else(|_| host.eq_ignore_ascii_case("localhost"), |ip| ip.is_loopback());
        let is_asked = match url.query() {
            None => false,
            Some("tls=required") => true,
            Some(_) => return Err(wrong("the only thing after a question mark is tls=required")),
        };
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(wrong("nothing stands behind the host and the port"));
        }
        let tls = || {
            TlsParameters::new(host.clone()).map_err(|_| {
                wrong("TLS is not possible: are there certificates of authorities on this system?")
            })
        };
        let (security, port) = match url.scheme() {
            "smtps" => (Security::Tls(tls()?), 465),
            "smtp" if is_here && !is_asked => (Security::Plain, 25),
            "smtp" => (Security::StartTls(tls()?), 587),
            _ => return Err(shape()),
        };
        let decode = |text: &str| {
            let text = percent_decode_str(text).decode_utf8();
            text.map(std::borrow::Cow::into_owned).map_err(|_| wrong("name and password are not UTF-8"))
        };
        let written = url.password().map(decode).transpose()?;
        let name = decode(url.username())?;
        let password = match (written, password) {
            (Some(_), Some(_)) => return Err(wrong("the password stands in the address and in a file")),
            (written, given) => written.or_else(|| given.map(str::to_owned)),
        };
        let credentials = match (name.is_empty(), password) {
            (true, None) => None,
            (false, Some(password)) => Some(Credentials::new(name, password)),
            _ => return Err(wrong("a user name and a password come together or not at all")),
        };
        let port = url.port().unwrap_or(port);
        // A test of a relay that says nothing does not wait for minutes.
        let times = failpoint::seconds("smtp_seconds").map_or_else(Times::default, Times::all);
        Ok(Self { host, port, security, credentials, times })
    }

    /// With other times.
    #[must_use]
    pub const fn with_times(mut self, times: Times) -> Self {
        self.times = times;
        self
    }

    /// One conversation with one message; its text goes out only as long as it is held.
    pub(super) async fn deliver(&self, parcel: &Parcel, hold: &Hold) -> Delivery {
        let mut connection = match step("connecting", self.times.open, self.open(parcel)).await {
            Ok(connection) => connection,
            Err(failure) => return Delivery::Unreachable { why: failure.why },
        };
        let delivery = self.converse(&mut connection, parcel, hold).await;
        // The outcome is known: nobody waits for the good-bye.
        tokio::spawn(async move {
            let _ = tokio::time::timeout(FAREWELL, connection.quit()).await;
        });
        delivery
    }

    /// A connection that is encrypted where it must be, and on which we are known.
    async fn open(&self, parcel: &Parcel) -> Result<AsyncSmtpConnection, SmtpError> {
        let hello = ClientId::Domain(parcel.from.domain().to_owned());
        let server = (self.host.as_str(), self.port);
        let wrapped = if let Security::Tls(tls) = &self.security { Some(tls.clone()) } else { None };
        let connect = Some(self.times.connect);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, connect, &hello, wrapped, None).await?;
        if let Security::StartTls(tls) = &self.security {
            connection.starttls(tls.clone(), &hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    async fn converse(&self, connection: &mut AsyncSmtpConnection, parcel: &Parcel, hold: &Hold) -> Delivery {
        let mail = Mail::new(Some(parcel.from.clone()), Vec::new());
        if let Err(failure) = step("MAIL", self.times.command, connection.command(mail)).await {
            // Whom it refuses is us, not the recipient.
            return Delivery::Later { why: failure.why };
        }
        let rcpt = Rcpt::new(parcel.to.clone(), Vec::new());
        if let Err(failure) = step("RCPT", self.times.command, connection.command(rcpt)).await {
            return failure.delivery();
        }
        match step("DATA", self.times.data, connection.command(Data)).await {
            Ok(response) if response.has_code(354) => {}
            Ok(_) => return Delivery::Later { why: "DATA: the relay answered beside the point".to_owned() },
            Err(failure) => return failure.delivery(),
        }
        if hold.is_over() {
            return Delivery::Later { why: "the lease was over before the message went out".to_owned() };
        }
        // The line end before the dot belongs to both.
        let raw = parcel.raw.strip_suffix("\r\n").unwrap_or(&parcel.raw);
        if failpoint::is_next("mail_mid_data") {
            // Half of it goes out, and then nothing more.
            let half = raw.split_at_checked(raw.len() / 2).map_or("", |(half, _)| half);
            let _ = tokio::time::timeout(Duration::from_millis(50), connection.command(half)).await;
            failpoint::pass("mail_mid_data");
        }
        match step("the message", self.times.message, connection.message(raw.as_bytes())).await {
            Ok(response) if response.code().severity == Severity::PositiveCompletion => {
                Delivery::Accepted { queue_id: queue_id(&response) }
            }
            Ok(_) => Delivery::Later { why: "the message: the relay answered beside the point".to_owned() },
            Err(failure) => failure.delivery(),
        }
    }
}

fn queue_id(response: &Response) -> Option<String> {
    response.first_line().map(str::to_owned).filter(|line| !line.is_empty())
}

/// A part of a conversation that failed.
struct Failure {
    code: Option<u16>,
    why: String,
}

impl Failure {
    /// For the recipient and the message: what is refused for good is not tried again, unless it is we who are not
    /// known (RFC 4954).
    fn delivery(self) -> Delivery {
        match self.code {
            Some(530 | 534 | 535 | 538) => Delivery::Unreachable { why: self.why },
            Some(500..=599) => Delivery::Never { why: self.why },
            _ => Delivery::Later { why: self.why },
        }
    }
}

async fn step<T>(
    name: &str,
    limit: Duration,
    work: impl Future<Output = Result<T, SmtpError>>,
) -> Result<T, Failure> {
    match tokio::time::timeout(limit, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => {
            Err(Failure { code: error.status().map(u16::from), why: format!("{name}: {error}") })
        }
        Err(_) => Err(Failure { code: None, why: format!("{name}: no answer in {} s", limit.as_secs()) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(address: &str) -> Result<String, String> {
        match Relay::new(address, None) {
            Ok(relay) => Ok(format!("{relay:?} {}", relay.credentials.is_some())),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn only_this_machine_is_spoken_to_in_the_open() {
        for (address, port, security) in [
            ("smtp://127.0.0.1:25", 25, "none"),
            ("smtp://localhost", 25, "none"),
            ("smtp://[::1]:2525", 2525, "none"),
            ("smtp://127.0.0.1?tls=required", 587, "STARTTLS"),
            ("smtp://mail.example.org", 587, "STARTTLS"),
            ("smtp://192.0.2.1:25", 25, "STARTTLS"),
            ("smtp://localhost.example.org", 587, "STARTTLS"),
            ("smtps://mail.example.org", 465, "TLS"),
            ("smtps://127.0.0.1", 465, "TLS"),
        ] {
            let shown = read(address).unwrap();
            assert!(shown.contains(&format!("port: {port}, security: \"{security}\"")), "{address}: {shown}");
        }
    }

    #[test]
    fn wrong_addresses_are_refused_without_being_repeated() {
        for address in [
            "",
            "mail.example.org",
            "http://mail.example.org",
            "smtp://",
            "smtp://host?tls=opportunistic",
            "smtp://host/name",
            "smtps://user@host",
            "smtps://:hunter2@host",
            "smtp://user:hunter2@host:99999",
        ] {
            let error = read(address).unwrap_err();
            assert!(!error.contains("hunter2") && !error.is_empty(), "{address}: {error}");
        }
        let shown = read("smtps://us%40er:hun%3ater2@host").unwrap();
        assert!(shown.ends_with("true") && !shown.contains("hun"), "{shown}");
        assert!(Relay::new("smtps://user@host", Some("secret")).is_ok());
        assert!(Relay::new("smtps://user:secret@host", Some("secret")).is_err());
    }
}
