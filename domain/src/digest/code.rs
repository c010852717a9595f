//! The words of digests.

use chrono::Weekday;

use crate::vocabulary::vocabulary;

vocabulary! {
    /// Where a subscription to digests stands.
    DigestState, "CARAVANSERAI-DIGEST-STATE", "1", {
        Pending = "PENDING": "Not confirmed yet",
        Expired = "EXPIRED": "Not confirmed in time",
        Active = "ACTIVE": "Active",
        Paused = "PAUSED": "Paused until a day, or until it is resumed",
        Unsubscribed = "UNSUBSCRIBED": "Ended by its reader",
        Bounced = "BOUNCED": "The address takes no mail",
        Complained = "COMPLAINED": "Ended by a complaint",
    }
}

vocabulary! {
    /// A named change of a subscription's state.
    DigestTransition, "CARAVANSERAI-DIGEST-TRANSITION", "1", {
        Confirm = "CONFIRM": "Confirm by the link in mail",
        Expire = "EXPIRE": "Expire without a confirmation",
        Pause = "PAUSE": "Pause",
        Resume = "RESUME": "Resume",
        Unsubscribe = "UNSUBSCRIBE": "Unsubscribe",
        Bounce = "BOUNCE": "Suppress after a hard bounce, or after three soft ones in 30 days",
        Reconfirm = "RECONFIRM": "Confirm the address again after bounces",
        Complain = "COMPLAIN": "Suppress after a complaint",
    }
}

vocabulary! {
    /// Where an issue of a digest stands.
    DigestIssueState, "CARAVANSERAI-DIGEST-ISSUE-STATE", "1", {
        Planned = "PLANNED": "Due, not composed yet",
        Composed = "COMPOSED": "Composed; its mail is in the outbox",
        SkippedEmpty = "SKIPPED_EMPTY": "Nothing was new, so nothing was sent",
        Sent = "SENT": "A relay has it",
        Failed = "FAILED": "Given up",
        Cancelled = "CANCELLED": "No longer wanted when it was to be sent",
    }
}

vocabulary! {
    /// A named change of an issue's state.
    DigestIssueTransition, "CARAVANSERAI-DIGEST-ISSUE-TRANSITION", "1", {
        Compose = "COMPOSE": "Compose",
        Skip = "SKIP": "Skip, since nothing is new",
        Deliver = "DELIVER": "A relay took it",
        Fail = "FAIL": "Give up",
        Retry = "RETRY": "Try a dead letter again, with the same bytes",
        Cancel = "CANCEL": "Cancel",
    }
}

vocabulary! {
    /// Why something stands in a digest.
    DigestItemKind, "CARAVANSERAI-DIGEST-ITEM-KIND", "1", {
        New = "NEW": "The reader was never told of it",
        Deadline14d = "DEADLINE_14D": "Its deadline is at most 14 days away",
        StageAdvanced = "STAGE_ADVANCED": "It stands on a later stage than the reader was told",
        ScoreUp = "SCORE_UP": "Its score rose into a higher band of five points",
        MaterialChange = "MATERIAL_CHANGE": "Money, terms, fields or places changed",
    }
}

vocabulary! {
    /// How often a digest comes.
    DigestCadence, "CARAVANSERAI-DIGEST-CADENCE", "1", {
        Daily = "DAILY": "Each working day of the zone's week",
        Weekly = "WEEKLY": "Once a week",
        Monthly = "MONTHLY": "On the first such weekday of a month",
    }
}

vocabulary! {
    /// A day of the week.
    DigestWeekday, "ISO-8601-WEEKDAY", "2019", {
        Monday = "MONDAY": "Monday",
        Tuesday = "TUESDAY": "Tuesday",
        Wednesday = "WEDNESDAY": "Wednesday",
        Thursday = "THURSDAY": "Thursday",
        Friday = "FRIDAY": "Friday",
        Saturday = "SATURDAY": "Saturday",
        Sunday = "SUNDAY": "Sunday",
    }
}

vocabulary! {
    /// A language in which digests are written.
    DigestLanguage, "ISO-639-1", "2002", {
        En = "EN": "English",
        Zh = "ZH": "Chinese",
        Ar = "AR": "Arabic",
        Tr = "TR": "Turkish",
        Sr = "SR": "Serbian",
        Th = "TH": "Thai",
        Lo = "LO": "Lao",
        Ru = "RU": "Russian",
    }
}

vocabulary! {
    /// What a digest is about.
    DigestSubjectKind, "CARAVANSERAI-DIGEST-SUBJECT", "1", {
        Mandate = "MANDATE": "Projects for a mandate",
        SavedSearch = "SAVED_SEARCH": "What a saved search finds",
        City = "CITY": "Partners for a city",
    }
}

vocabulary! {
    /// Why a reader does not want to hear of a project now; a part of the reasons for declining interest.
    DigestNoReason, "CARAVANSERAI-INTEREST-DECLINE-REASON", "1", {
        SectorOutOfMandate = "SECTOR_OUT_OF_MANDATE": "Not our field",
        GeographyOutOfMandate = "GEOGRAPHY_OUT_OF_MANDATE": "Not our places",
        TicketTooSmall = "TICKET_TOO_SMALL": "Too small",
        TicketTooLarge = "TICKET_TOO_LARGE": "Too large",
        StageTooEarly = "STAGE_TOO_EARLY": "Too early",
        StageTooLate = "STAGE_TOO_LATE": "Too late",
        CapacityFull = "CAPACITY_FULL": "No capacity now",
        OtherPrivate = "OTHER_PRIVATE": "Another reason",
    }
}

impl DigestWeekday {
    /// As the calendar knows it.
    pub const fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Mon,
            Self::Tuesday => Weekday::Tue,
            Self::Wednesday => Weekday::Wed,
            Self::Thursday => Weekday::Thu,
            Self::Friday => Weekday::Fri,
            Self::Saturday => Weekday::Sat,
            Self::Sunday => Weekday::Sun,
        }
    }
}

impl DigestLanguage {
    /// The code as mail and pages name it (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
            Self::Ar => "ar",
            Self::Tr => "tr",
            Self::Sr => "sr",
            Self::Th => "th",
            Self::Lo => "lo",
            Self::Ru => "ru",
        }
    }

    /// The language of a tag (BCP 47) such as `zh`, `zh-Hans-CN` or `srp`, in capitals or not; none where there are no words
    /// in it. Tags of three letters are those of ISO 639-2 and of the individual languages of ISO 639-3.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?.to_ascii_lowercase();
        Some(match primary.as_str() {
            "en" | "eng" => Self::En,
            "zh" | "zho" | "chi" | "cmn" => Self::Zh,
            "ar" | "ara" | "arb" => Self::Ar,
            "tr" | "tur" => Self::Tr,
            "sr" | "srp" => Self::Sr,
            "th" | "tha" => Self::Th,
            "lo" | "lao" => Self::Lo,
            "ru" | "rus" => Self::Ru,
            _ => return None,
        })
    }

    /// Whether it is written from right to left.
    pub const fn is_rtl(self) -> bool {
        matches!(self, Self::Ar)
    }
}
