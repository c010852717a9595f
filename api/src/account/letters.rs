//! What the mail about accounts says: plain text in the reader's language, from templates of each.

use domain::{
    Vocabulary,
    account::{OrgRole, Person},
    digest::DigestLanguage as Language,
    id::Id,
};

use crate::{
    digest::words::{Words, language_of},
    store::{Letter, MailClass, account::PersonRow},
};

/// A letter's subject and what it says.
pub(crate) type Said = (String, String);

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

/// In which language somebody gets mail.
pub(crate) fn language(person: &PersonRow) -> Language {
    language_of(&person.language)
}

/// A letter of three parts: what happened, the link on a line of its own, what else there is to say. Of letters that
/// differ in what happened alone, `lead` names it.
fn letter(
    language: Language,
    (key, lead): (&str, &str),
    link: Option<&str>,
    organisation: Option<&str>,
) -> Said {
    let words = Words::of(language);
    let args: Vec<_> = organisation.map(|name| ("organisation", name.into())).into_iter().collect();
    let said = |key: &str| words.has(key).then(|| words.say_with(key, &args));
    let subject = said(key).unwrap_or_else(|| key.to_owned());
    let mut body = said(&format!("{lead}-lead")).unwrap_or_default();
    if let Some(link) = link {
        body.push('\n');
        body.push_str(link);
    }
    if let Some(rest) = said(&format!("{key}-else")) {
        body.push_str("\n\n");
        body.push_str(&rest);
    }
    (subject, body)
}

fn with_link(language: Language, key: &str, link: &str) -> Said {
    letter(language, (key, key), Some(link), None)
}

/// To confirm the address of a new account.
pub(super) fn confirm(language: Language, link: &str) -> Said {
    with_link(language, "confirm", link)
}

/// Somebody registered an address that has an account.
pub(super) fn registered_already(language: Language, url: &str) -> Said {
    with_link(language, "known", url)
}

/// To set a new password.
pub(super) fn reset(language: Language, link: &str) -> Said {
    with_link(language, "reset", link)
}

/// The password was changed.
pub(super) fn password_changed(language: Language, url: &str) -> Said {
    with_link(language, "password-changed", url)
}

/// Many tried to sign in.
pub(super) fn many_attempts(language: Language, url: &str) -> Said {
    with_link(language, "attempts", url)
}

/// A second factor was set up.
pub(super) fn two_factor_added(language: Language, url: &str) -> Said {
    with_link(language, "factor-added", url)
}

/// A second factor was taken away.
pub(super) fn two_factor_removed(language: Language, url: &str) -> Said {
    with_link(language, "factor-removed", url)
}

/// A refresh token was used twice.
pub(super) fn reuse(language: Language, url: &str) -> Said {
    with_link(language, "reuse", url)
}

/// To confirm a new address of an account.
pub(super) fn change_email(language: Language, link: &str) -> Said {
    with_link(language, "change-email", link)
}

/// Somebody wants to use an address that has an account.
pub(super) fn address_in_use(language: Language) -> Said {
    letter(language, ("in-use", "in-use"), None, None)
}

/// The address of an account was changed.
pub(super) fn email_changed(language: Language, link: &str) -> Said {
    with_link(language, "email-changed", link)
}

/// An invitation.
pub(super) fn invitation(language: Language, organisation: &str, role: OrgRole, link: &str) -> Said {
    let lead = format!("invitation-{}", role.code());
    letter(language, ("invitation", &lead), Some(link), Some(organisation))
}

/// To prove that mail at a domain is an organisation's own.
pub(crate) fn prove_domain(language: Language, organisation: &str, link: &str) -> Said {
    letter(language, ("domain", "domain"), Some(link), Some(organisation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::words::{SOURCES, holes};

    #[test]
    fn every_language_has_every_template_with_the_same_holes() {
        let wanted = holes(SOURCES[0].1[1]);
        for (language, [_, source, _]) in SOURCES {
            assert_eq!(holes(source), wanted, "{}", language.tag());
            for (key, text) in source.lines().filter_map(|line| line.split_once(" = ")) {
                assert_eq!(
                    text.contains('{'),
                    text.contains("{ $organisation }"),
                    "{} {key}",
                    language.tag()
                );
            }
        }
    }

    #[test]
    fn every_letter_is_whole_in_every_language_and_its_link_stands_alone() {
        let link = "https://caravanserai.example/x/token";
        for language in SOURCES.map(|(language, _)| language) {
            let mut all = vec![
                confirm(language, link),
                registered_already(language, link),
                reset(language, link),
                password_changed(language, link),
                many_attempts(language, link),
                two_factor_added(language, link),
                two_factor_removed(language, link),
                reuse(language, link),
                change_email(language, link),
                email_changed(language, link),
                prove_domain(language, "Drina Telekom", link),
            ];
            all.extend(OrgRole::ALL.iter().map(|role| invitation(language, "Drina Telekom", *role, link)));
            for (subject, body) in &all {
                assert!(!subject.contains('{') && !body.contains('{'), "{} {subject} {body}", language.tag());
                assert!(body.lines().any(|line| line == link), "{} {body}", language.tag());
                assert!(body.lines().next().is_some_and(|lead| lead.chars().count() > 10), "{body}");
            }
            let (subject, body) = address_in_use(language);
            assert!(!subject.is_empty() && !body.contains("http"), "{body}");
        }
    }

    #[test]
    fn who_reads_another_language_is_written_to_in_it() {
        let (subject, body) = reset(Language::Sr, "https://x.example/t");
        assert_eq!(subject, "Поставите нову лозинку");
        assert!(body.contains("пола сата"), "{body}");
        let (subject, _) = invitation(Language::Ar, "Drina Telekom", OrgRole::Editor, "https://x.example/t");
        assert!(subject.contains("\u{2068}Drina Telekom\u{2069}"), "a name keeps its direction: {subject}");
    }
}
