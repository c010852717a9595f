//! Links in mail that act: what they do, to what, and until when, under a signature. They hold no secret of the store,
//! and whoever changes a letter of one has none.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::App;

/// What the signature is for.
const PURPOSE: &str = "digest";
/// Days for which a link about an item acts.
pub const ITEM_DAYS: i64 = 60;
/// Longest text that is looked at: the settings of a subscription stand in the link that confirms it.
const MAX: usize = 2_000;

/// What a link does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Confirms a subscription.
    Confirm,
    /// Ends a subscription.
    Unsubscribe,
    /// Says of an item that its reader is interested.
    Interested,
    /// Says of an item that it is not for now.
    NotNow,
    /// Leaves out the field of an item.
    MuteField,
}

impl Deed {
    const ALL: [(Self, u8); 5] = [
        (Self::Confirm, b'c'),
        (Self::Unsubscribe, b'u'),
        (Self::Interested, b'i'),
        (Self::NotNow, b'n'),
        (Self::MuteField, b'm'),
    ];
}

/// A link as it was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// What it does.
    pub deed: Deed,
    /// To which subscription or item.
    pub to: Uuid,
    /// Until when, seconds since 1970, UTC; the greatest number for ever.
    pub until: i64,
}

impl Link {
    /// The last part of the link's address.
    pub fn token(&self, app: &App) -> String {
        self.token_with(app, &[])
    }

    /// The same with more that is signed with it.
    pub fn token_with(&self, app: &App, more: &[u8]) -> String {
        let letter =
            Deed::ALL.iter().find(|(deed, _)| *deed == self.deed).map_or(b'?', |(_, letter)| *letter);
        let mut bytes = vec![letter];
        bytes.extend_from_slice(self.to.as_bytes());
        bytes.extend_from_slice(&self.until.to_be_bytes());
        bytes.extend_from_slice(more);
        let payload = URL_SAFE_NO_PAD.encode(bytes);
        let signature = app.auth.keys.sign_link(PURPOSE, &payload);
        format!("{payload}.{signature}")
    }

    /// The whole address.
    pub fn address(&self, app: &App) -> String {
        self.address_with(app, &[])
    }

    /// The same with more that is signed with it.
    pub fn address_with(&self, app: &App, more: &[u8]) -> String {
        let path = if self.deed == Deed::Unsubscribe { "u" } else { "d" };
        format!("{}/{path}/{}", app.auth.public_url, self.token_with(app, more))
    }

    /// Reads a token; none where it was not signed here, or is over.
    pub fn read(app: &App, token: &str) -> Option<Self> {
        Self::read_with(app, token).map(|(link, _)| link)
    }

    /// The same with what more was signed.
    pub fn read_with(app: &App, token: &str) -> Option<(Self, Vec<u8>)> {
        if token.len() > MAX {
            return None;
        }
        let (payload, signature) = token.split_once('.')?;
        if !app.auth.keys.link_is_signed(PURPOSE, payload, signature) {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(payload).ok()?;
        let (letter, rest) = bytes.split_first()?;
        let (to, rest) = rest.split_at_checked(16)?;
        let (until, more) = rest.split_at_checked(8)?;
        let deed = Deed::ALL.iter().find(|(_, known)| known == letter)?.0;
        let to = Uuid::from_slice(to).ok()?;
        let until = i64::from_be_bytes(until.try_into().ok()?);
        (until > app.auth.clock.now().timestamp()).then(|| (Self { deed, to, until }, more.to_vec()))
    }

    /// By which a used link is remembered.
    pub fn hash(token: &str) -> String {
        Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
