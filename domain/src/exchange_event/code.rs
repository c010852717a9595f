//! The code lists of exchange events.

use crate::vocabulary::{OrganisationKind, vocabulary};

vocabulary! {
    /// What kind of event it is.
    EventKind, "CARAVANSERAI-EVENT-KIND", "1", {
        InvestmentForum = "INVESTMENT_FORUM": "Investment information exchange (article 7)",
        Matchmaking = "MATCHMAKING": "Matchmaking of enterprises",
        Exhibition = "EXHIBITION": "Exhibition with stands (article 3)",
        Cultural = "CULTURAL": "Cultural exchange, such as a festival (article 9)",
        Policy = "POLICY": "Policy exchange (articles 13 and 15)",
        Training = "TRAINING": "Training (article 6)",
        Academic = "ACADEMIC": "Research exchange (article 15)",
        Delegation = "DELEGATION": "Delegation of a city or a country",
    }
}

vocabulary! {
    /// Who finds the time of a meeting.
    SchedulingMode, "CARAVANSERAI-SCHEDULING-MODE", "1", {
        Participant = "PARTICIPANT": "The two sides: the request names slots, the answer takes one",
        Organiser = "ORGANISER": "The organiser places each meeting by hand",
        Optimised = "OPTIMISED": "The platform computes the schedule",
    }
}

vocabulary! {
    /// What silence means.
    AcceptanceMode, "CARAVANSERAI-ACCEPTANCE-MODE", "1", {
        OptIn = "OPT_IN": "A request waits for a yes",
        OptOut = "OPT_OUT": "A request is accepted at once, and can be cancelled",
    }
}

vocabulary! {
    /// Why somebody comes.
    EventIntent, "CARAVANSERAI-EVENT-INTENT", "1", {
        Invest = "INVEST": "To invest",
        Raise = "RAISE": "To raise money",
        Partner = "PARTNER": "To find a partner",
        Learn = "LEARN": "To learn",
        Train = "TRAIN": "To train others",
    }
}

impl EventIntent {
    /// What the other side would come for, so that both get what they want.
    pub const fn counterpart(self) -> Self {
        match self {
            Self::Invest => Self::Raise,
            Self::Raise => Self::Invest,
            Self::Partner => Self::Partner,
            Self::Learn => Self::Train,
            Self::Train => Self::Learn,
        }
    }
}

vocabulary! {
    /// A level of exchange (article 15: governments, enterprises, research bodies, sector bodies, international
    /// organisations).
    ExchangeLevel, "CARAVANSERAI-EXCHANGE-LEVEL", "1", {
        Government = "GOVERNMENT": "Governments, their agencies and cities",
        Enterprise = "ENTERPRISE": "Enterprises and investors",
        Research = "RESEARCH": "Academic and research bodies",
        SectorBody = "SECTOR_BODY": "Sector associations",
        International = "INTERNATIONAL": "International organisations",
        Society = "SOCIETY": "Foundations, non-governmental organisations and others",
    }
}

impl ExchangeLevel {
    /// The level of an organisation.
    pub const fn of(kind: OrganisationKind) -> Self {
        match kind {
            OrganisationKind::Government
            | OrganisationKind::LocalGovernment
            | OrganisationKind::PublicAgency
            | OrganisationKind::CityOffice => Self::Government,
            OrganisationKind::Company | OrganisationKind::Investor => Self::Enterprise,
            OrganisationKind::Academic => Self::Research,
            OrganisationKind::SectorAssociation => Self::SectorBody,
            OrganisationKind::Multilateral => Self::International,
            OrganisationKind::Ngo | OrganisationKind::Foundation | OrganisationKind::Other => Self::Society,
        }
    }
}

vocabulary! {
    /// Where an exchange event stands.
    EventState, "CARAVANSERAI-EVENT-STATE", "1", {
        Draft = "DRAFT": "Draft of its organiser",
        Announced = "ANNOUNCED": "Announced",
        Registration = "REGISTRATION": "Registration is open",
        Requesting = "REQUESTING": "Meetings can be requested",
        Scheduling = "SCHEDULING": "Requests are over, and the schedule is made",
        Published = "PUBLISHED": "The schedule is published",
        Live = "LIVE": "It takes place",
        Closed = "CLOSED": "It is over",
        Reported = "REPORTED": "Its report is published",
        Cancelled = "CANCELLED": "Cancelled",
    }
}

impl EventState {
    /// Whether organisations can register.
    pub const fn takes_registrations(self) -> bool {
        matches!(self, Self::Registration | Self::Requesting)
    }

    /// Whether the schedule is made or published, and meetings have times.
    pub const fn has_schedule(self) -> bool {
        matches!(self, Self::Scheduling | Self::Published | Self::Live | Self::Closed | Self::Reported)
    }

    /// Whether its schedule was published.
    pub const fn is_published(self) -> bool {
        matches!(self, Self::Published | Self::Live | Self::Closed | Self::Reported)
    }

    /// Whether nothing follows.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Reported | Self::Cancelled)
    }
}

vocabulary! {
    /// A named change of an exchange event.
    EventTransition, "CARAVANSERAI-EVENT-TRANSITION", "1", {
        Edit = "EDIT": "Edit the draft",
        Announce = "ANNOUNCE": "Announce",
        Open = "OPEN": "Open the registration",
        OpenRequests = "OPEN_REQUESTS": "Open the requests for meetings",
        Freeze = "FREEZE": "Close the requests",
        Publish = "PUBLISH": "Publish the schedule",
        Start = "START": "Begin",
        End = "END": "End",
        Report = "REPORT": "Publish the report",
        Cancel = "CANCEL": "Cancel",
    }
}

vocabulary! {
    /// In what relation to an exchange event somebody asks for a transition.
    EventParty, "CARAVANSERAI-EVENT-PARTY", "1", {
        Organiser = "ORGANISER": "The organiser",
        System = "SYSTEM": "A timer",
    }
}

vocabulary! {
    /// What has to hold for a transition of an exchange event.
    EventGuard, "CARAVANSERAI-EVENT-GUARD", "1", {
        Slots = "SLOTS": "It has at least one slot",
        Tables = "TABLES": "It has at least one table or stand",
        FreezeAhead = "FREEZE_AHEAD": "The time at which requests close lies ahead",
        StartAhead = "START_AHEAD": "Its first slot lies ahead",
        FreezeReached = "FREEZE_REACHED": "The time at which requests close has come",
        StartReached = "START_REACHED": "Its first slot has begun",
        EndReached = "END_REACHED": "Its last slot is over",
        NoDoubleBooking = "NO_DOUBLE_BOOKING": "No participant, table or stand is booked twice in a slot",
        Summary = "SUMMARY": "The report says in short what came of it",
        Reason = "REASON": "A reason is given",
    }
}

vocabulary! {
    /// Where a registration stands.
    RegistrationState, "CARAVANSERAI-EVENT-REGISTRATION-STATE", "1", {
        Registered = "REGISTERED": "Takes part",
        Withdrawn = "WITHDRAWN": "Takes part no more",
    }
}
