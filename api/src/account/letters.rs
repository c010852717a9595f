//! What the mail about accounts says. Plain text in English.

use domain::{account::Person, id::Id};

use crate::store::{Letter, MailClass};

/// Security mail with a link that lives for a time.
pub(crate) fn security(
    person: Option<Id<Person>>,
    to: &str,
    subject: &str,
    body: String,
    expires_at: Option<i64>,
) -> Letter {
    Letter {
        class: MailClass::Security,
        person,
        to: to.to_owned(),
        subject: subject.to_owned(),
        body: format!("{body}\n\nCaravanserai\n"),
        expires_at,
    }
}

/// Mail about something that happened.
pub(crate) fn notice(
    person: Id<Person>,
    to: &str,
    subject: &str,
    body: String,
    expires_at: Option<i64>,
) -> Letter {
    Letter { class: MailClass::Notice, ..security(Some(person), to, subject, body, expires_at) }
}

/// To confirm the address of a new account.
pub(super) fn confirm(link: &str) -> (&'static str, String) {
    let body = format!(
        "Somebody, and we hope it was you, registered this address.\n\nConfirm it within a day:\n{link}\n\n\
         If it was not you, do nothing: there is no account until it is confirmed."
    );
    ("Confirm your address", body)
}

/// Somebody registered an address that has an account.
pub(super) fn registered_already(url: &str) -> (&'static str, String) {
    let body = format!(
        "Somebody registered this address, and it has an account already. If it was you, sign in, or set a new \
         password:\n{url}\n\nIf it was not you, do nothing: nothing was changed."
    );
    ("You have an account already", body)
}

/// To set a new password.
pub(super) fn reset(link: &str) -> (&'static str, String) {
    let body = format!(
        "Somebody, and we hope it was you, asked for a new password.\n\nSet it within half an hour:\n{link}\n\n\
         If it was not you, do nothing: your password stays as it is."
    );
    ("Set a new password", body)
}

/// The password was changed.
pub(super) fn password_changed(url: &str) -> (&'static str, String) {
    let body = format!(
        "The password of your account was changed, and its other sessions were ended.\n\nIf it was not you, set a \
         new one at once:\n{url}"
    );
    ("Your password was changed", body)
}

/// Many tried to sign in.
pub(super) fn many_attempts(url: &str) -> (&'static str, String) {
    let body = format!(
        "Somebody has tried many wrong passwords or codes for your account today. None of them opened it. Until \
         tomorrow a password opens it only from where you have signed in before; from anywhere else, set a new \
         password by mail first:\n{url}\n\nIf that was not you, and your password is used nowhere else, you need do \
         nothing."
    );
    ("Many attempts to sign in", body)
}

/// A second factor was set up.
pub(super) fn two_factor_added(url: &str) -> (&'static str, String) {
    let body = format!(
        "Your account asks for a code of your device now when you sign in, and its other sessions were ended.\n\nIf it \
         was not you, set a new password at once, and write to us:\n{url}"
    );
    ("A second factor was set up", body)
}

/// A second factor was taken away.
pub(super) fn two_factor_removed(url: &str) -> (&'static str, String) {
    let body = format!(
        "Your account asks for no code any more when you sign in, and its other sessions were ended.\n\nIf it was not \
         you, set a new password at once:\n{url}"
    );
    ("The second factor was taken away", body)
}

/// A refresh token was used twice.
pub(super) fn reuse(url: &str) -> (&'static str, String) {
    let body = format!(
        "A key of one of your sessions was used twice. That happens when somebody has copied it, so the session was \
         ended. Sign in again, and set a new password if you do not know why:\n{url}"
    );
    ("One of your sessions was ended", body)
}

/// To confirm a new address of an account.
pub(super) fn change_email(link: &str) -> (&'static str, String) {
    let body = format!(
        "Somebody, and we hope it was you, wants to use this address for an account.\n\nConfirm it within a day:\n\
         {link}\n\nIf it was not you, do nothing."
    );
    ("Confirm your new address", body)
}

/// Somebody wants to use an address that has an account.
pub(super) fn address_in_use() -> (&'static str, String) {
    let body =
        "Somebody wanted to use this address for another account. It has an account already, so nothing was \
                changed."
            .to_owned();
    ("This address has an account", body)
}

/// The address of an account was changed.
pub(super) fn email_changed(link: &str) -> (&'static str, String) {
    let body = format!(
        "Your account has another address now. If it was not you, take it back within a week; that also ends all \
         sessions:\n{link}"
    );
    ("Your address was changed", body)
}

/// An invitation.
pub(super) fn invitation(organisation: &str, role: &str, link: &str) -> (String, String) {
    let body = format!(
        "You are invited to work for {organisation} as {role}.\n\nAccept within a week:\n{link}\n\nIf you do not \
         know why, do nothing."
    );
    (format!("Invitation to {organisation}"), body)
}
