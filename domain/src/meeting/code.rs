//! The code lists of meetings.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// Where a meeting stands.
    MeetingState, "CARAVANSERAI-MEETING-STATE", "1", {
        Requested = "REQUESTED": "Requested",
        Accepted = "ACCEPTED": "Accepted, without a time yet",
        Scheduled = "SCHEDULED": "Has a slot and a table",
        Confirmed = "CONFIRMED": "Its time is confirmed",
        RescheduleProposed = "RESCHEDULE_PROPOSED": "One side proposes another slot",
        Unplaced = "UNPLACED": "No slot was found for it",
        Held = "HELD": "Took place",
        NoShow = "NO_SHOW": "One side did not come, as the other says",
        Declined = "DECLINED": "Declined",
        Withdrawn = "WITHDRAWN": "Withdrawn by who asked",
        Expired = "EXPIRED": "Not answered before requests closed",
        Cancelled = "CANCELLED": "Cancelled",
    }
}

impl MeetingState {
    /// Whether it has a slot and a table.
    pub const fn is_placed(self) -> bool {
        matches!(self, Self::Scheduled | Self::Confirmed | Self::RescheduleProposed)
    }

    /// Whether it waits for a slot.
    pub const fn waits(self) -> bool {
        matches!(self, Self::Accepted | Self::Unplaced)
    }

    /// Whether it counts for how full somebody is.
    pub const fn is_agreed(self) -> bool {
        self.is_placed() || self.waits()
    }

    /// Whether it is under way: it could still come to a meeting.
    pub const fn is_live(self) -> bool {
        self.is_agreed() || matches!(self, Self::Requested)
    }

    /// Whether its time came.
    pub const fn is_past(self) -> bool {
        matches!(self, Self::Held | Self::NoShow)
    }
}

vocabulary! {
    /// A named change of a meeting.
    MeetingTransition, "CARAVANSERAI-MEETING-TRANSITION", "1", {
        Accept = "ACCEPT": "Accept",
        Decline = "DECLINE": "Decline",
        Withdraw = "WITHDRAW": "Withdraw the request",
        Expire = "EXPIRE": "Expire",
        Schedule = "SCHEDULE": "Give it a slot and a table",
        Unplace = "UNPLACE": "Take its slot away",
        Confirm = "CONFIRM": "Confirm the time",
        ProposeReschedule = "PROPOSE_RESCHEDULE": "Propose another slot",
        AgreeReschedule = "AGREE_RESCHEDULE": "Agree to the other slot",
        KeepTime = "KEEP_TIME": "Stay with the old slot",
        Cancel = "CANCEL": "Cancel",
        Hold = "HOLD": "Its time has come",
        ReportNoShow = "REPORT_NO_SHOW": "Say that the other side did not come",
        Contest = "CONTEST": "Contest that one did not come",
        Uphold = "UPHOLD": "Uphold that one side did not come",
        Dismiss = "DISMISS": "Dismiss that one side did not come",
        Report = "REPORT": "Say what came of it",
    }
}

vocabulary! {
    /// In what relation to a meeting somebody asks for a transition.
    MeetingParty, "CARAVANSERAI-MEETING-PARTY", "1", {
        Requester = "REQUESTER": "The side that asked",
        Recipient = "RECIPIENT": "The side that was asked",
        Organiser = "ORGANISER": "The organiser of the event",
        System = "SYSTEM": "The platform: timers, schedule, what follows by itself",
    }
}

vocabulary! {
    /// A side of a meeting.
    MeetingSide, "CARAVANSERAI-MEETING-SIDE", "1", {
        Requester = "REQUESTER": "The side that asked",
        Recipient = "RECIPIENT": "The side that was asked",
    }
}

impl MeetingSide {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Requester => Self::Recipient,
            Self::Recipient => Self::Requester,
        }
    }

    /// As what the side acts.
    pub const fn party(self) -> MeetingParty {
        match self {
            Self::Requester => MeetingParty::Requester,
            Self::Recipient => MeetingParty::Recipient,
        }
    }
}

vocabulary! {
    /// What has to hold for a transition of a meeting.
    MeetingGuard, "CARAVANSERAI-MEETING-GUARD", "1", {
        Room = "ROOM": "The side that accepts has room for one more meeting",
        RequestsOpen = "REQUESTS_OPEN": "The event takes requests and answers",
        RequestsOver = "REQUESTS_OVER": "Requests have closed, or a side takes part no more",
        SlotFree = "SLOT_FREE": "Both sides are free in the slot, and a table or their stand is",
        Available = "AVAILABLE": "Both sides can meet in the slot",
        Reason = "REASON": "A reason is given",
        Draft = "DRAFT": "The schedule is not published",
        Published = "PUBLISHED": "The schedule is published",
        BeforeStart = "BEFORE_START": "It has not begun",
        Begun = "BEGUN": "Its slot has begun",
        NotYetSaid = "NOT_YET_SAID": "The side has not said so already",
        OtherProposed = "OTHER_PROPOSED": "The other side proposed it",
        ReportOpen = "REPORT_OPEN": "Its slot began at most seven days ago, and nothing was decided about it",
        OfWhoAsks = "OF_WHO_ASKS": "It is told of the side that asks",
        Within48Hours = "WITHIN_48_HOURS": "It was told at most 48 hours ago",
        NotContested = "NOT_CONTESTED": "It is not contested",
        Contested = "CONTESTED": "It is contested and not decided",
        Apart = "APART": "The organiser is not one of its sides",
    }
}

vocabulary! {
    /// Why a request for a meeting was declined.
    MeetingDeclineReason, "CARAVANSERAI-MEETING-DECLINE", "1", {
        NotRelevant = "NOT_RELEVANT": "Not what we look for",
        WrongStage = "WRONG_STAGE": "Too early or too late",
        CapacityFull = "CAPACITY_FULL": "We have no more room",
        AlreadyInContact = "ALREADY_IN_CONTACT": "We are in contact already",
        Language = "LANGUAGE": "No language in common",
        OtherPerson = "OTHER_PERSON": "Somebody else of ours should be asked",
        OtherPrivate = "OTHER_PRIVATE": "Another reason",
    }
}

vocabulary! {
    /// Why no slot was found for a meeting.
    UnplacedReason, "CARAVANSERAI-MEETING-UNPLACED", "1", {
        NoCommonSlot = "NO_COMMON_SLOT": "There is no slot in which both sides can meet",
        ParticipantFull = "PARTICIPANT_FULL": "One side has as many meetings as it wants or has slots for",
        BothBusy = "BOTH_BUSY": "Whenever one side is free, the other is not",
        NoTable = "NO_TABLE": "Whenever both sides are free, all tables are taken",
        TakenOff = "TAKEN_OFF": "The organiser has taken it off the schedule",
    }
}

vocabulary! {
    /// What came of a meeting.
    MeetingOutcome, "CARAVANSERAI-MEETING-OUTCOME", "1", {
        FollowUp = "FOLLOW_UP": "They meet again",
        Introduction = "INTRODUCTION": "An introduction follows",
        LetterOfIntent = "LETTER_OF_INTENT": "A letter of intent is drawn up",
        Agreement = "AGREEMENT": "They have agreed",
        Learnt = "LEARNT": "Something was learnt",
        NoInterest = "NO_INTEREST": "Nothing follows",
    }
}
