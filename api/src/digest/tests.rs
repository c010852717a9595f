//! What is said, in each language: nothing is missing, nothing is put in that turns a line, and one digest of each is
//! kept as it was read over (`UPDATE_GOLDEN=1` writes them anew).

use std::{collections::BTreeSet, path::PathBuf};

use chrono::NaiveDate;
use domain::{
    Vocabulary,
    digest::{DigestItemKind, DigestLanguage, Told},
    value::{CountryCode, Currency, Money},
    vocabulary::{CooperationField, InfrastructureStage, VerificationLevel},
};
use matcher::explanation::{Arg, Sentence};

use super::{
    letter::{Item, Links, MAX_HTML, plain, said},
    subject::{Body, Reason, Score, Text},
    words::{Words, language_of, still_current},
};

fn source(language: DigestLanguage) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("src/digest/locale")
        .join(format!("{}.ftl", language.tag()));
    std::fs::read_to_string(path).unwrap()
}

/// Keys of the messages of a language, each with the names that it puts in.
fn messages(language: DigestLanguage) -> BTreeSet<(String, BTreeSet<String>)> {
    let text = source(language);
    let mut found: Vec<(String, BTreeSet<String>)> = Vec::new();
    for line in text.lines() {
        if let Some((key, _)) = line.split_once(" = ").filter(|_| !line.starts_with(' ')) {
            found.push((key.to_owned(), BTreeSet::new()));
        }
        let names = line.split("{ $").skip(1).filter_map(|rest| rest.split([' ', '}']).next());
        if let Some((_, put_in)) = found.last_mut() {
            put_in.extend(names.map(str::to_owned));
        }
    }
    found.into_iter().collect()
}

#[test]
fn every_language_says_all_that_english_says_with_the_same_facts() {
    let english = messages(DigestLanguage::En);
    assert!(english.len() > 60, "{}", english.len());
    for language in DigestLanguage::ALL {
        let own = messages(*language);
        // Where a form of a number says it in a word, the number is not put in again.
        let missing: Vec<_> = english.difference(&own).collect();
        assert!(missing.is_empty(), "{} lacks {missing:?}", language.tag());
        let words = Words::of(*language);
        for (key, _) in &english {
            assert!(words.has(key), "{} does not read {key}", language.tag());
        }
    }
}

fn body(title: &str, machine: bool, reason: Sentence) -> Body {
    Body {
        told: Told::default(),
        title: Some(Text { lang: "en".to_owned(), value: title.to_owned(), machine }),
        score: Some(Score { low: 74_000_000, point: 79_100_000, high: 84_500_000, coverage: 910_000 }),
        reason: Reason::Scored(reason),
        gap: Some((4_200_000_000, "EUR".to_owned())),
        deadline: NaiveDate::from_ymd_opt(2026, 12, 4),
        field: Some("CONN_BROADBAND".to_owned()),
        is_listing: true,
        shown: Vec::new(),
    }
}

fn links() -> Links {
    let address = |what: &str| format!("https://caravanserai.example/d/{what}");
    Links {
        page: address("page"),
        interested: address("one"),
        not_now: address("two"),
        mute: Some(address("three")),
    }
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 30).unwrap()
}

/// One digest with all kinds of items.
fn digest() -> Vec<(DigestItemKind, Body)> {
    let euros = |whole: i64| Arg::Money(Money::from_minor(whole.saturating_mul(100), Currency::EUR).unwrap());
    let fields = |all: &[CooperationField]| {
        let names = all.iter().map(|field| Arg::inside(*field)).collect();
        Arg::from(Sentence::plain("said.brackets").with("names", Arg::All(names)))
    };
    let needs = Sentence::plain("city.complement.known")
        .with("theirs", 2_u32)
        .with("my_needs", 3_u32)
        .with("their_fields", fields(&[CooperationField::CitySmart, CooperationField::HealthRemote]))
        .with("mine", 2_u32)
        .with("their_needs", 4_u32)
        .with("my_fields", fields(&[CooperationField::CityIot]));
    let mut city = body("Novi Sad", false, needs);
    (city.gap, city.deadline, city.field, city.is_listing) = (None, None, None, false);
    let trust =
        Sentence::plain("said.level").with("level", "V3").with("name", Arg::inside(VerificationLevel::V3));
    let mut blind = body(
        "",
        false,
        Sentence::plain("investor.trust.known").with("level", trust).with("confirmed", Arg::Day(day())),
    );
    blind.title = None;
    let ticket = Sentence::plain("investor.ticket.known")
        .with("min", euros(5_000_000))
        .with("max", euros(30_000_000))
        .with("gap", euros(42_000_000))
        .with("share", Arg::Percent(714));
    let stage = Sentence::plain("investor.stage.known")
        .with("stage", Arg::name(InfrastructureStage::Feasibility))
        .with("rungs", Arg::said("said.rungs.one"));
    let rs = "RS".parse::<CountryCode>().unwrap();
    let place = Sentence::plain("investor.geo.known")
        .with("countries", Arg::All(vec![Arg::Country(rs, "Serbia".to_owned())]))
        .with("fit", Arg::said("said.fit.country"));
    vec![
        (DigestItemKind::New, body("Rural fibre of the Drina valley", false, ticket)),
        (DigestItemKind::ScoreUp, body("智慧港口数据平台", true, stage)),
        (DigestItemKind::StageAdvanced, blind),
        (DigestItemKind::Deadline14d, body("منصة التطبيب عن بعد", false, place)),
        (DigestItemKind::MaterialChange, city),
    ]
}

fn written(language: DigestLanguage, items: &[(DigestItemKind, Body)]) -> super::letter::Written {
    let items: Vec<Item<'_>> =
        items.iter().map(|(kind, body)| Item { kind: *kind, body, links: Some(links()) }).collect();
    said(language, "Rural fibre <b>& more", day(), &items, Some("https://caravanserai.example/u/four"))
}

#[test]
fn one_digest_in_each_language_is_as_it_was_read_over() {
    let golden = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/digest/golden");
    let updates = std::env::var_os("UPDATE_GOLDEN").is_some();
    for language in DigestLanguage::ALL {
        let written = written(*language, &digest());
        for (end, now) in
            [("txt", format!("{}\n\n{}", written.subject, written.text)), ("html", written.html.clone())]
        {
            let path = golden.join(format!("{}.{end}", language.tag()));
            if updates {
                std::fs::write(&path, &now).unwrap();
            }
            let kept = std::fs::read_to_string(&path).unwrap();
            assert_eq!(kept, now, "{} is another: UPDATE_GOLDEN=1 writes it", path.display());
        }
    }
}

#[test]
fn html_fetches_nothing_is_complete_and_short_enough() {
    for language in DigestLanguage::ALL {
        let thirty: Vec<_> = digest().into_iter().cycle().take(30).collect();
        let written = written(*language, &thirty);
        let html = &written.html;
        assert!(html.len() <= MAX_HTML, "{} has {} bytes", language.tag(), html.len());
        assert!(!html.contains("<img") && !html.contains("<script") && !html.contains("@import"), "{html}");
        // Addresses are those of links, and names of what a document is made of.
        let others: Vec<_> = html
            .match_indices("http")
            .map(|(at, _)| &html[at..])
            .filter(|rest| !rest.starts_with("https://caravanserai.example/"))
            .map(|rest| rest.chars().take(40).collect::<String>())
            .filter(|rest| !rest.starts_with("http://www.w3.org/") && !rest.starts_with("http-equiv"))
            .collect();
        assert!(others.is_empty(), "{others:?}");
        assert!(html.contains(&format!("lang=\"{}\"", language.tag())), "{html}");
        assert_eq!(html.contains("dir=\"rtl\""), language.is_rtl());
        assert!(!html.contains("<b>& more") && html.contains("&lt;b&gt;&amp; more"), "names are escaped");
        // What stands in HTML stands in the text.
        assert!(written.text.contains("https://caravanserai.example/u/four"));
        assert_eq!(written.text.matches("https://caravanserai.example/d/one").count(), 30);
    }
}

#[test]
fn what_people_wrote_turns_no_line_and_ends_none() {
    assert_eq!(plain("Fibre\r\nBcc: all@example.org"), "Fibre Bcc: all@example.org");
    assert_eq!(plain("a\u{202e}dcb\u{2066}e\u{200f}"), "adcbe");
    assert!(plain(&"wide ".repeat(100)).chars().count() <= 161);
}

#[test]
fn numbers_and_days_are_written_as_the_language_writes_them() {
    let said = |language| {
        let words = Words::of(language);
        (words.whole(42_000_000), words.date(day()))
    };
    let own = |number: &str, day: &str| (number.to_owned(), day.to_owned());
    assert_eq!(said(DigestLanguage::En), own("42,000,000", "30 November 2026"));
    assert_eq!(said(DigestLanguage::Tr), own("42.000.000", "30 Kasım 2026"));
    assert_eq!(said(DigestLanguage::Ru), own("42\u{a0}000\u{a0}000", "30 ноября 2026 г."));
    assert_eq!(said(DigestLanguage::Zh), own("42,000,000", "2026年11月30日"));
    assert_eq!(said(DigestLanguage::Th).1, "30 พฤศจิกายน 2569");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_link_is_remembered_for_as_long_as_it_would_act_and_then_forgotten() {
    use super::link::ITEM_DAYS;
    use crate::{app::App, registry::timers::sweep, store::tests::Place};
    const DAY: i64 = 86_400_000_000;
    for place in [Place::sqlite(), Place::postgres()] {
        let store = place.migrated().await;
        let reference = std::sync::Arc::new(crate::reference::Reference::embedded().unwrap());
        let app = App::load(store, reference, chrono::Utc::now().date_naive()).await.unwrap();
        let used = 1_795_608_000_000_000;
        let tx = app.store.begin_at(super::time(used)).await.unwrap();
        assert!(tx.use_link("one").await.unwrap() && !tx.use_link("one").await.unwrap(), "once");
        tx.commit().await.unwrap();
        let tx = app.store.begin_at(super::time(used.saturating_add(DAY.saturating_mul(30)))).await.unwrap();
        assert!(tx.use_link("another").await.unwrap());
        tx.commit().await.unwrap();
        let is_used = async |hash| app.store.is_link_used(hash).await.unwrap();
        // The link of a letter acts for some days from its letter, so it is over at the latest that long after its use.
        sweep(&app, used.saturating_add(DAY.saturating_mul(ITEM_DAYS))).await;
        assert!(is_used("one").await && is_used("another").await, "still kept: the link would act");
        sweep(&app, used.saturating_add(DAY.saturating_mul(ITEM_DAYS.saturating_add(2)))).await;
        assert!(!is_used("one").await, "forgotten");
        assert!(is_used("another").await, "that of a later day is kept");
    }
}

fn failure(status: &str, action: &str, letter: &str) -> Vec<u8> {
    format!(
        "From: MAILER-DAEMON@mail.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nIt failed.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example\r\n\r\n\
         Final-Recipient: rfc822; reader@mail.example\r\nAction: {action}\r\nStatus: {status}\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: News\r\nMessage-ID: {letter}\r\n--b--\r\n"
    )
    .into_bytes()
}

fn complaint(letter: &str) -> Vec<u8> {
    format!(
        "From: fbl@mail.example\r\nSubject: Complaint\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=feedback-report; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nUnwanted.\r\n\
         --b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\n\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\nSubject: News\r\nMessage-ID: {letter}\r\n\r\nText\r\n--b--\r\n"
    )
    .into_bytes()
}

#[test]
fn reports_are_told_apart_and_other_mail_is_none() {
    use super::bounce::{messages, report};
    use crate::store::ReportKind as R;
    let of = |raw: &[u8]| report(raw);
    let own = "<one@caravanserai.example>";
    let found = |kind| Some((kind, own.to_owned()));
    assert_eq!(of(&failure("5.1.1", "failed", own)), found(R::Hard));
    assert_eq!(of(&failure("5.2.2", "failed", own)), found(R::Soft));
    assert_eq!(of(&failure("4.4.1", "failed", own)), found(R::Soft));
    assert_eq!(of(&failure("4.4.1", "delayed", own)), found(R::Soft));
    assert_eq!(of(&failure("2.0.0", "delivered", own)), None);
    assert_eq!(of(&complaint(own)), found(R::Complaint));
    assert_eq!(of(b"Subject: Out of office\r\n\r\nI am away. Message-ID: <one@caravanserai.example>"), None);
    let mut mailbox = Vec::new();
    for raw in [failure("5.1.1", "failed", own), complaint(own)] {
        mailbox.extend_from_slice(b"From MAILER-DAEMON Thu Nov 26 12:00:00 2026\n");
        mailbox.extend_from_slice(&raw);
        mailbox.extend_from_slice(b"\n");
    }
    let kinds: Vec<_> = messages(&mailbox).iter().filter_map(|raw| of(raw)).map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [R::Hard, R::Complaint]);
}

mod back {
    use super::{complaint, failure};
    use crate::{
        digest::bounce::{Ingested, ingest},
        store::{
            Letter, ListForm, MailClass, Store, SubscriptionRow, address_hash,
            tests::{Place, on_both},
        },
    };
    use domain::digest::{DigestSettings, DigestSettingsInput, DigestState, DigestSubjectKind};
    use uuid::Uuid;

    on_both! {
        reports_of_letters_that_were_sent_count_once_and_end_what_they_must,
    }

    const DAY: i64 = 86_400_000_000;

    async fn subscribed(store: &Store, address: &str, letter: &str) -> Uuid {
        let tx = store.begin().await.unwrap();
        let row = SubscriptionRow {
            id: Uuid::now_v7(),
            version: 1,
            state: DigestState::Active,
            person: None,
            address: address.to_owned(),
            subject: DigestSubjectKind::City,
            subject_id: Uuid::now_v7(),
            settings: DigestSettings::try_from(DigestSettingsInput::default()).unwrap(),
            due_at: Some(1),
            paused_until: None,
            confirmed_at: Some(0),
            created_at: 0,
        };
        tx.insert_subscription(&row).await.unwrap();
        for number in 0..4 {
            let mail = Letter {
                class: MailClass::Digest,
                person: None,
                to: address.to_owned(),
                subject: "News".to_owned(),
                body: "News".to_owned(),
                expires_at: None,
            };
            let message_id = format!("<{letter}{number}@caravanserai.example>");
            let form = ListForm { message_id, html: String::new(), headers: Vec::new() };
            tx.promise_of_lists(vec![(Uuid::now_v7(), mail, form)]).await.unwrap();
        }
        tx.commit().await.unwrap();
        row.id
    }

    async fn reports_of_letters_that_were_sent_count_once_and_end_what_they_must(place: Place) {
        let store = place.migrated().await;
        let (hard, soft, annoyed) = (
            subscribed(&store, "gone@mail.example", "hard").await,
            subscribed(&store, "full@mail.example", "soft").await,
            subscribed(&store, "Annoyed@mail.example", "annoyed").await,
        );
        let state = async |id| store.subscription(id).await.unwrap().unwrap().state;
        let now = 1_795_608_000_000_000;
        let made_up = failure("5.1.1", "failed", "<nobody@caravanserai.example>");
        let done = ingest(&store, now, &made_up).await.unwrap();
        assert_eq!(done, Ingested { ignored: 1, ..Ingested::default() });
        let report = failure("5.1.1", "failed", "<hard0@caravanserai.example>");
        let done = ingest(&store, now, &report).await.unwrap();
        assert_eq!(done, Ingested { hard: 1, ..Ingested::default() });
        let done = ingest(&store, now, &report).await.unwrap();
        assert_eq!(done, Ingested { known: 1, ..Ingested::default() });
        assert_eq!(state(hard).await, DigestState::Bounced);
        assert!(store.is_suppressed(&address_hash("GONE@mail.example")).await.unwrap());

        // Two soft ones of long ago do not count among three.
        for (number, at) in [(0, now.saturating_sub(DAY.saturating_mul(40))), (1, now), (2, now)] {
            let letter = format!("<soft{number}@caravanserai.example>");
            ingest(&store, at, &failure("4.2.2", "failed", &letter)).await.unwrap();
        }
        assert_eq!(state(soft).await, DigestState::Active);
        // Nor do further reports of one letter, such as its delays.
        for status in ["4.4.1", "4.4.7"] {
            let again = failure(status, "delayed", "<soft2@caravanserai.example>");
            let done = ingest(&store, now, &again).await.unwrap();
            assert_eq!(done, Ingested { known: 1, ..Ingested::default() });
        }
        assert_eq!(state(soft).await, DigestState::Active);
        ingest(&store, now, &failure("4.2.2", "delayed", "<soft3@caravanserai.example>")).await.unwrap();
        assert_eq!(state(soft).await, DigestState::Bounced);

        ingest(&store, now, &complaint("<annoyed1@caravanserai.example>")).await.unwrap();
        assert_eq!(state(annoyed).await, DigestState::Complained);
        assert!(store.is_suppressed(&address_hash("annoyed@mail.example")).await.unwrap());
        // What bounced may be confirmed anew, what complained may not.
        let tx = store.begin().await.unwrap();
        for address in ["gone@mail.example", "annoyed@mail.example"] {
            tx.unsuppress(&address_hash(address)).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert!(!store.is_suppressed(&address_hash("gone@mail.example")).await.unwrap());
        assert!(store.is_suppressed(&address_hash("annoyed@mail.example")).await.unwrap());
    }
}

#[test]
fn a_reason_that_was_kept_as_text_is_still_told() {
    let kept = |json: &str| serde_json::from_str::<Reason>(json).unwrap();
    let mut told = body("A", false, Sentence::plain("investor.stage.unknown"));
    let said = |told: &Body| Words::of(DigestLanguage::Ru).reason(told);
    told.reason = kept(r#"{"key":"project.reply.known","args":[["rate","92 %"],["days","4"]]}"#);
    assert_eq!(said(&told), "Отвечает на 92 % запросов; медиана в днях: 4.");
    told.reason = kept(r#"{"key":"listing","args":[]}"#);
    assert_eq!(said(&told), "Проходит фильтр вашего поиска.");
    let now = Sentence::plain("project.reply.known").with("rate", Arg::Percent(920)).with("days", 4_u32);
    let text = serde_json::to_string(&Reason::Scored(now.clone())).unwrap();
    assert_eq!(kept(&text), Reason::Scored(now));
}

#[test]
fn owners_are_asked_in_their_language_whether_a_listing_is_current() {
    let link = "https://caravanserai.example/c/one";
    let (subject, body) = still_current(DigestLanguage::En, "Fibre", link);
    assert_eq!(subject, "Is your listing still current?");
    assert_eq!(
        body,
        "Your listing \"Fibre\" was last confirmed some time ago. If all of it is still true, confirm it with this link:\n\
         https://caravanserai.example/c/one\n\nAfter 90 days without a word it is marked as stale, and after 60 more it is \
         archived."
    );
    let mut subjects = BTreeSet::new();
    for language in DigestLanguage::ALL {
        let (subject, body) = still_current(*language, "Fibre\r\nBcc: all@example.org", link);
        assert!(subjects.insert(subject), "{} has words of its own", language.tag());
        assert!(body.lines().any(|line| line == link), "the link stands alone: {body}");
        assert!(body.contains("Fibre Bcc") && body.contains("90") && body.contains("60"), "{body}");
        assert_eq!(language_of(language.tag()), *language);
    }
    assert_eq!(language_of("zh-Hans"), DigestLanguage::Zh);
    assert_eq!(language_of("fr"), DigestLanguage::En);
}
