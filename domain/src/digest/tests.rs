#![expect(clippy::arithmetic_side_effects, reason = "a test fails by panic, at the place that says why")]

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Datelike, Duration, NaiveDate, TimeZone, Timelike, Utc, Weekday};
use chrono_tz::Tz;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::Vocabulary;

fn settings(given: DigestSettingsInput) -> DigestSettings {
    given.try_into().unwrap()
}

fn of(cadence: &str, zone: &str, hour: i64) -> DigestSettings {
    settings(DigestSettingsInput {
        cadence: Some(cadence.into()),
        zone: Some(zone.into()),
        hour: Some(hour),
        ..DigestSettingsInput::default()
    })
}

fn at(y: i32, m: u32, d: u32, h: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(y, m, d, h, 0, 0).unwrap()
}

/// All issues due in a year.
fn year(settings: &DigestSettings, year: i32) -> Vec<DateTime<Utc>> {
    let (mut now, end) = (at(year, 1, 1, 0), at(year.saturating_add(1), 1, 1, 0));
    let mut due = Vec::new();
    while let Some(next) = settings.next_due(now).filter(|next| *next < end) {
        due.push(next);
        now = next;
    }
    due
}

#[test]
fn every_pair_is_as_in_the_features_and_all_others_are_refused() {
    let written = "
        PENDING CONFIRM ACTIVE
        PENDING EXPIRE EXPIRED
        PENDING UNSUBSCRIBE UNSUBSCRIBED
        ACTIVE PAUSE PAUSED
        PAUSED PAUSE PAUSED
        PAUSED RESUME ACTIVE
        ACTIVE UNSUBSCRIBE UNSUBSCRIBED
        PAUSED UNSUBSCRIBE UNSUBSCRIBED
        BOUNCED UNSUBSCRIBE UNSUBSCRIBED
        ACTIVE BOUNCE BOUNCED
        PAUSED BOUNCE BOUNCED
        BOUNCED RECONFIRM ACTIVE
        ACTIVE COMPLAIN COMPLAINED
        PAUSED COMPLAIN COMPLAINED
        BOUNCED COMPLAIN COMPLAINED";
    let allowed: BTreeMap<(String, String), String> = written
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace().map(str::to_owned);
            Some(((words.next()?, words.next()?), words.next()?))
        })
        .collect();
    assert_eq!(allowed.len(), SUBSCRIPTION_RULES.len());
    for from in DigestState::ALL {
        for transition in DigestTransition::ALL {
            let found = digest_transition(*from, *transition).ok().map(|to| to.code().to_owned());
            let key = (from.code().to_owned(), transition.code().to_owned());
            assert_eq!(found.as_ref(), allowed.get(&key), "{from} {transition}");
            assert!(found.is_none() || !from.is_over(), "{from} is over");
        }
    }
    let mut leads = 0;
    for from in DigestIssueState::ALL {
        for transition in DigestIssueTransition::ALL {
            leads += usize::from(issue_transition(*from, *transition).is_some());
        }
    }
    assert_eq!(leads, ISSUE_RULES.len());
    assert_eq!(issue_transition(DigestIssueState::Sent, DigestIssueTransition::Retry), None);
}

#[test]
fn a_year_has_one_issue_a_period_at_the_local_hour_whatever_the_clocks_do() {
    let zones = [
        "Europe/Belgrade",
        "Asia/Shanghai",
        "Asia/Riyadh",
        "Europe/Istanbul",
        "Asia/Bangkok",
        "Asia/Vientiane",
        "Asia/Dubai",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/Santiago",
        "Africa/Cairo",
        "Pacific/Chatham",
        "America/St_Johns",
        "Etc/UTC",
        "Africa/Casablanca",
        "Pacific/Kiritimati",
    ];
    for zone in zones {
        let tz: Tz = zone.parse().unwrap();
        for hour in 0..24 {
            for (cadence, expected) in [("WEEKLY", 52..=53), ("MONTHLY", 12..=12)] {
                let settings = of(cadence, zone, hour);
                let due = year(&settings, 2026);
                assert!(expected.contains(&due.len()), "{zone} {hour} {cadence}: {}", due.len());
                let periods: BTreeSet<_> = due.iter().map(|at| settings.period_at(*at)).collect();
                assert_eq!(periods.len(), due.len(), "{zone} {hour} {cadence}: one issue a period");
                for at in &due {
                    let local = at.with_timezone(&tz);
                    assert_eq!(local.weekday(), settings.weekday(), "{zone} {local}");
                    let shown = i64::from(local.hour());
                    // Where the hour is skipped it is the first instant after it.
                    let skipped =
                        tz.from_local_datetime(&local.date_naive().and_hms_opt(hour as u32, 0, 0).unwrap());
                    if skipped.earliest().is_some() {
                        assert_eq!((shown, local.minute()), (hour, 0), "{zone} {local}");
                    } else {
                        assert!(
                            shown == hour + 1 || (shown == hour && local.minute() == 30),
                            "{zone} {local}"
                        );
                    }
                }
            }
        }
        let daily = year(&of("DAILY", zone, 2), 2026);
        assert!((260..=262).contains(&daily.len()), "{zone}: {}", daily.len());
    }
}

#[test]
fn a_gap_is_passed_at_its_end_and_a_fold_is_taken_once_and_first() {
    // Clocks in New York skip 02:00 on Sunday 8 March 2026 and show 01:00 twice on 1 November.
    let sunday = |hour| {
        settings(DigestSettingsInput {
            weekday: Some("SUNDAY".into()),
            zone: Some("America/New_York".into()),
            hour: Some(hour),
            ..DigestSettingsInput::default()
        })
    };
    assert_eq!(sunday(2).next_due(at(2026, 3, 8, 0)), Some(at(2026, 3, 8, 7)), "03:00 summer time");
    let fold = sunday(1).next_due(at(2026, 11, 1, 0)).unwrap();
    assert_eq!(fold, at(2026, 11, 1, 5), "01:00 summer time");
    assert_eq!(sunday(1).next_due(fold), Some(at(2026, 11, 8, 6)), "not again an hour later");
    // Samoa had no 30 December 2011.
    let samoa = of("DAILY", "Pacific/Apia", 8);
    let due = samoa.next_due(at(2011, 12, 29, 20)).unwrap();
    assert_eq!(samoa.local_day(due), NaiveDate::from_ymd_opt(2011, 12, 31).unwrap());
}

#[test]
fn the_working_week_is_that_of_the_zone() {
    assert_eq!(of("WEEKLY", "Asia/Riyadh", 8).weekday(), Weekday::Sun);
    assert_eq!(of("WEEKLY", "Asia/Dubai", 8).weekday(), Weekday::Mon);
    let days: BTreeSet<u32> = year(&of("DAILY", "Asia/Riyadh", 9), 2026)
        .iter()
        .map(|at| at.with_timezone(&Tz::Asia__Riyadh).weekday().num_days_from_monday())
        .collect();
    assert_eq!(days, BTreeSet::from([0, 1, 2, 3, 6]), "neither Friday nor Saturday");
}

#[test]
fn quiet_dates_put_an_issue_off_within_its_period_or_skip_it() {
    let day = |d| NaiveDate::from_ymd_opt(2026, 11, d).unwrap();
    let mut weekly = of("WEEKLY", "Etc/UTC", 8);
    weekly.quiet_dates = BTreeSet::from([day(23), day(24)]);
    assert_eq!(weekly.next_due(at(2026, 11, 22, 0)), Some(at(2026, 11, 25, 8)));
    weekly.quiet_dates = (23..=29).map(day).collect();
    assert_eq!(weekly.next_due(at(2026, 11, 22, 0)), Some(at(2026, 11, 30, 8)), "the week is skipped");
    let mut daily = of("DAILY", "Etc/UTC", 8);
    daily.quiet_dates = BTreeSet::from([day(24)]);
    assert_eq!(daily.next_due(at(2026, 11, 23, 9)), Some(at(2026, 11, 25, 8)));
}

#[test]
fn wrong_settings_are_refused_and_named() {
    let refused = |given: DigestSettingsInput| {
        let errors = DigestSettings::try_from(given).unwrap_err();
        errors.0.into_iter().map(|error| error.path).collect::<Vec<_>>()
    };
    let absurd = DigestSettingsInput {
        cadence: Some("HOURLY".into()),
        weekday: Some("FUNDAY".into()),
        hour: Some(24),
        zone: Some("Mars/Olympus\r\nBcc: x@y.example".into()),
        max_items: Some(0),
        min_score: Some(i64::MAX),
        min_coverage: Some(-1),
        quiet_dates: vec![NaiveDate::MAX; 61],
        language: Some("xx".into()),
    };
    let all = [
        "cadence",
        "weekday",
        "hour",
        "zone",
        "maxItems",
        "minScore",
        "minCoverage",
        "quietDates",
        "quietDates",
        "language",
    ];
    assert_eq!(refused(absurd), all);
    let daily = DigestSettingsInput {
        cadence: Some("daily".into()),
        weekday: Some("MONDAY".into()),
        ..DigestSettingsInput::default()
    };
    assert_eq!(refused(daily), ["weekday"]);
    let usual = settings(DigestSettingsInput::default());
    let text = serde_json::to_string(&usual).unwrap();
    assert_eq!(serde_json::from_str::<DigestSettings>(&text).unwrap(), usual);
}

fn told(band: u32, stage: u8, material: &str) -> Told {
    Told { band: Some(band), stage: Some(stage), material: material.into(), ..Told::default() }
}

#[test]
fn news_are_what_the_reader_was_not_told() {
    use DigestItemKind::{Deadline14d, MaterialChange, ScoreUp, StageAdvanced};
    let today = NaiveDate::from_ymd_opt(2026, 11, 26).unwrap();
    let before = told(12, 3, "a");
    assert_eq!(news(&before, None, today), [DigestItemKind::New]);
    assert_eq!(news(&before, Some(&before), today), []);
    let mut now = told(13, 4, "b");
    now.deadline = today.checked_add_days(chrono::Days::new(14));
    assert_eq!(news(&now, Some(&before), today), [Deadline14d, StageAdvanced, ScoreUp, MaterialChange]);
    let after = now.clone().after_telling(Some(&before), today);
    assert_eq!(news(&now, Some(&after), today), []);
    assert_eq!(news(&told(11, 2, "b"), Some(&after), today), [], "falling is not told");
    let back = told(11, 2, "b").after_telling(Some(&after), today);
    assert_eq!(news(&now, Some(&back), today), [], "nor is coming back");
    now.deadline = today.checked_add_days(chrono::Days::new(15));
    assert!(!news(&now, Some(&before), today).contains(&Deadline14d), "not near yet");
    now.deadline = today.pred_opt();
    assert!(!news(&now, Some(&before), today).contains(&Deadline14d), "over");
    assert_ne!(fingerprint(ScoreUp, &told(13, 0, "")), fingerprint(ScoreUp, &told(14, 0, "")));
}

proptest! {
    #[test]
    fn an_issue_holds_its_bounds_and_tells_nothing_twice(
        rows in prop::collection::vec((0_u128..40, 0_u128..6, 0_u32..20, any::<bool>()), 0..80),
        most in 1_usize..30,
        old in prop::collection::vec(0_u128..40, 0..10),
    ) {
        let today = NaiveDate::from_ymd_opt(2026, 11, 26).unwrap();
        let mut seen = HashSet::new();
        let candidates: Vec<_> = rows.into_iter().filter(|row| seen.insert(row.0)).map(|(id, owner, band, was)| {
            let now = told(band, 1, "x");
            let before = was.then(|| told(5, 1, "x"));
            Candidate { subject: Uuid::from_u128(id), owner: Some(Uuid::from_u128(owner)), now, before, with: () }
        }).collect();
        let known: HashSet<_> = old.into_iter()
            .map(|id| (Uuid::from_u128(id), fingerprint(DigestItemKind::New, &Told::default()))).collect();
        let chosen = select(candidates, &known, most, today);
        prop_assert!(chosen.len() <= most);
        for ten in chosen.windows(10.min(chosen.len().max(1))) {
            let mut owners: BTreeMap<_, usize> = BTreeMap::new();
            for one in ten { *owners.entry(one.candidate.owner).or_default() += 1; }
            prop_assert!(owners.values().all(|n| *n <= 3));
        }
        for one in &chosen {
            prop_assert!(!known.contains(&(one.candidate.subject, one.fingerprint.clone())));
        }
    }

    #[test]
    fn the_next_issue_is_after_now_and_before_long(seconds in 1_700_000_000_i64..1_900_000_000, zone in 0_usize..597, hour in 0_i64..24, cadence in 0_usize..3) {
        let zone = chrono_tz::TZ_VARIANTS[zone % chrono_tz::TZ_VARIANTS.len()];
        let settings = of(["DAILY", "WEEKLY", "MONTHLY"][cadence], zone.name(), hour);
        let now = Utc.timestamp_opt(seconds, 0).unwrap();
        let due = settings.next_due(now).unwrap();
        prop_assert!(due > now && due < now + Duration::days([5, 9, 40][cadence]));
        let next = settings.next_due(due).unwrap();
        prop_assert_ne!(settings.period_at(due), settings.period_at(next));
    }
}
