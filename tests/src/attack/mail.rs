//! Mails that the server wrote to a directory instead of sending: who got which, and the token inside.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use base64::{Engine, engine::general_purpose::STANDARD};

/// A mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Head, lines joined.
    pub head: String,
    /// All parts decoded, one after another.
    pub body: String,
    /// When the file was written.
    pub at: SystemTime,
    /// Whether every line ends with CR and LF, and neither stands alone.
    pub is_well_lined: bool,
}

impl Mail {
    /// Reads one.
    pub fn read(text: &str, at: SystemTime) -> Self {
        let is_well_lined = !text.replace("\r\n", "").contains(['\r', '\n']);
        let text = text.replace("\r\n", "\n");
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let head = head.replace("\n ", " ").replace("\n\t", " ");
        let encoding = encoding(&head);
        let mut out = String::new();
        if let Some(boundary) = parameter(&head, "boundary") {
            for part in body.split(&format!("--{boundary}")) {
                let (head, body) = part.trim_start_matches('\n').split_once("\n\n").unwrap_or_default();
                out.push_str(&decoded(body, self::encoding(head)));
                out.push('\n');
            }
        } else {
            out = decoded(body, encoding);
        }
        Self { head, body: out, at, is_well_lined }
    }

    /// A field of the head.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// Whether it goes to an address.
    pub fn is_to(&self, address: &str) -> bool {
        self.field("to").is_some_and(|to| to.to_lowercase().contains(&address.to_lowercase()))
    }

    /// The secret in it: what follows `token=`, else the longest word of 24 letters and more that is a secret's.
    pub fn token(&self) -> Option<String> {
        let secret = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        if let Some((_, rest)) = self.body.split_once("token=") {
            let token: String = rest.chars().take_while(|c| secret(*c)).collect();
            if token.len() >= 16 {
                return Some(token);
            }
        }
        let words = self.body.split(|c: char| !secret(c)).filter(|word| word.len() >= 24);
        words.max_by_key(|word| word.len()).map(str::to_owned)
    }

    /// Addresses of pages in it.
    pub fn links(&self) -> Vec<&str> {
        let begins = self.body.match_indices("http").map(|(at, _)| &self.body[at..]);
        begins
            .filter(|rest| rest.starts_with("http://") || rest.starts_with("https://"))
            .filter_map(|rest| rest.split(|c: char| c.is_whitespace() || "<>\"'".contains(c)).next())
            .collect()
    }
}

fn parameter<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = head.split_once(&format!("{name}="))?;
    let rest = rest.trim_start();
    Some(match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => rest.split(|c: char| c.is_whitespace() || c == ';').next()?,
    })
}

fn encoding(head: &str) -> &'static str {
    let head = head.to_lowercase();
    let (_, rest) = head.split_once("content-transfer-encoding:").unwrap_or_default();
    match rest.split_whitespace().next() {
        Some("base64") => "base64",
        Some("quoted-printable") => "quoted-printable",
        _ => "",
    }
}

fn decoded(body: &str, encoding: &str) -> String {
    match encoding {
        "base64" => {
            let letters: String = body.chars().filter(|c| !c.is_whitespace()).collect();
            String::from_utf8_lossy(&STANDARD.decode(letters).unwrap_or_default()).into_owned()
        }
        "quoted-printable" => {
            let body = body.replace("=\n", "");
            let mut out = Vec::with_capacity(body.len());
            let mut bytes = body.bytes();
            while let Some(byte) = bytes.next() {
                let pair = (byte == b'=').then(|| bytes.as_slice_two()).flatten();
                match pair {
                    Some(value) => {
                        out.push(value);
                        bytes.next();
                        bytes.next();
                    }
                    None => out.push(byte),
                }
            }
            String::from_utf8_lossy(&out).into_owned()
        }
        _ => body.to_owned(),
    }
}

/// The next two letters as a byte in hexadecimal, without taking them.
trait Ahead {
    fn as_slice_two(&self) -> Option<u8>;
}

impl Ahead for std::str::Bytes<'_> {
    fn as_slice_two(&self) -> Option<u8> {
        let mut ahead = self.clone();
        let digits = [ahead.next()?, ahead.next()?];
        u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()
    }
}

/// Every mail below a directory, the oldest first.
pub fn all(directory: &Path) -> Vec<Mail> {
    let mut mails = Vec::new();
    let mut open: Vec<PathBuf> = vec![directory.to_owned()];
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "eml")
                && let Ok(text) = fs::read(&path)
            {
                let at = entry.metadata().and_then(|meta| meta.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
                mails.push(Mail::read(&String::from_utf8_lossy(&text), at));
            }
        }
    }
    mails.sort_by_key(|mail| mail.at);
    mails
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_are_decoded() {
        let text = "To: Alice <a@x.example>\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGo to https://x.example/confirm?token=3Dabcdefghijkl=\r\nmnopqrst now=2E\r\n";
        let mail = Mail::read(text, SystemTime::UNIX_EPOCH);
        assert!(mail.is_to("A@x.example"));
        assert_eq!(mail.token().unwrap(), "abcdefghijklmnopqrst");
        assert_eq!(mail.links(), ["https://x.example/confirm?token=abcdefghijklmnopqrst"]);
        assert!(mail.body.contains("now.") && mail.is_well_lined);
        assert!(!Mail::read("To: a@x\r\n\r\nx\n.\r\n", SystemTime::UNIX_EPOCH).is_well_lined);
        let parts = "Content-Type: multipart/alternative;\r\n boundary=\"b\"\r\nTo: b@x\r\n\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\naGVs\r\nbG8=\r\n--b--\r\n";
        assert!(Mail::read(parts, SystemTime::UNIX_EPOCH).body.contains("hello"));
    }
}
