//! The words of the machine: states, transitions, parties, guards and the reasons for a no.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// Where an introduction of an investor to a project stands.
    IntroductionState, "CARAVANSERAI-INTRODUCTION-STATE", "1", {
        Expressed = "EXPRESSED": "Interest expressed, not answered",
        Held = "HELD": "Held by the screening",
        Refused = "REFUSED": "Refused by the screening",
        Accepted = "ACCEPTED": "Accepted, contacts disclosed",
        Declined = "DECLINED": "Declined with a reason",
        Withdrawn = "WITHDRAWN": "Withdrawn by who expressed it",
        Expired = "EXPIRED": "Not answered in time",
        InDiscussion = "IN_DISCUSSION": "In discussion",
        DueDiligence = "DUE_DILIGENCE": "Due diligence, the document room is open",
        Terms = "TERMS": "Terms proposed, non-binding",
        Pledged = "PLEDGED": "Pledged (IATI 12)",
        Committed = "COMMITTED": "Committed by a signed document (IATI 2)",
        Closed = "CLOSED": "Closed with evidence (IATI 3, 8 or 10)",
        Ended = "ENDED": "Ended by one side",
        Lapsed = "LAPSED": "Lapsed in silence",
    }
}

vocabulary! {
    /// A named change of an introduction's state.
    IntroductionTransition, "CARAVANSERAI-INTRODUCTION-TRANSITION", "1", {
        Hold = "HOLD": "Hold: one side may stand on a list",
        Clear = "CLEAR": "Clear the hold",
        Refuse = "REFUSE": "Confirm the hit and refuse",
        Accept = "ACCEPT": "Accept",
        Decline = "DECLINE": "Decline",
        Withdraw = "WITHDRAW": "Withdraw",
        Expire = "EXPIRE": "Expire without an answer",
        LogContact = "LOG_CONTACT": "Log the first contact",
        OpenDataRoom = "OPEN_DATA_ROOM": "Open the document room",
        ProposeTerms = "PROPOSE_TERMS": "Propose terms, which bind nobody",
        Pledge = "PLEDGE": "Pledge an amount under conditions",
        Commit = "COMMIT": "Commit by a document that both sides signed",
        ConfirmClose = "CONFIRM_CLOSE": "Confirm the close",
        End = "END": "End",
        Lapse = "LAPSE": "Lapse after silence",
        Reopen = "REOPEN": "Reopen",
    }
}

vocabulary! {
    /// In what relation to an introduction somebody asks for a transition. One person can stand in several.
    IntroductionParty, "CARAVANSERAI-INTRODUCTION-PARTY", "1", {
        Initiator = "INITIATOR": "The side that expressed it",
        Recipient = "RECIPIENT": "The other side",
        Investor = "INVESTOR": "The investor",
        Owner = "OWNER": "The project's owner",
        Compliance = "COMPLIANCE": "Compliance officer of neither side",
        Screening = "SCREENING": "The screening of sanctions lists",
        System = "SYSTEM": "A timer, or the end of the listing or the mandate",
    }
}

vocabulary! {
    /// What has to hold for a transition.
    IntroductionGuard, "CARAVANSERAI-INTRODUCTION-GUARD", "1", {
        GatesPass = "GATES_PASS": "No gate of the match excludes the pair",
        ContactBudget = "CONTACT_BUDGET": "The month's contact budget is not used up",
        NotBlocked = "NOT_BLOCKED": "Neither side has blocked the other",
        NoLivePair = "NO_LIVE_PAIR": "No other introduction of this investor to this project is under way",
        ThreeAnswers = "THREE_ANSWERS": "The three questions are answered",
        OtherSideClaimed = "OTHER_SIDE_CLAIMED": "People of the other side have taken over its record",
        ScreeningClear = "SCREENING_CLEAR": "The screening of both sides is clear and at most seven days old",
        PotentialHit = "POTENTIAL_HIT": "One side may stand on a list",
        SecondPerson = "SECOND_PERSON": "A second compliance officer agrees",
        Reason = "REASON": "A reason is given",
        AnswerOverdue = "ANSWER_OVERDUE": "Nobody answered for 21 days",
        NdaSettled = "NDA_SETTLED": "The confidentiality agreement is signed or waived",
        TermsText = "TERMS_TEXT": "The terms are written down",
        Amount = "AMOUNT": "An amount above zero is given, in the currency of the project's gap and at most as large",
        SignedDocument = "SIGNED_DOCUMENT": "The signed document is attached",
        Evidence = "EVIDENCE": "Evidence is attached",
        OtherSideAgrees = "OTHER_SIDE_AGREES": "The other side has said the same",
        SilentLong = "SILENT_60_DAYS": "Neither side was heard of for 60 days",
        ReopenInTime = "REOPEN_IN_TIME": "It lapsed at most 90 days ago",
        SubjectOver = "SUBJECT_OVER": "The listing or the mandate is over",
    }
}

vocabulary! {
    /// Why interest is declined or an introduction ended, so that a no always teaches.
    InterestDeclineReason, "CARAVANSERAI-INTEREST-DECLINE-REASON", "1", {
        SectorOutOfMandate = "SECTOR_OUT_OF_MANDATE": "The sector is out of the mandate",
        GeographyOutOfMandate = "GEOGRAPHY_OUT_OF_MANDATE": "The place is out of the mandate",
        TicketTooSmall = "TICKET_TOO_SMALL": "The ticket is too small",
        TicketTooLarge = "TICKET_TOO_LARGE": "The ticket is too large",
        StageTooEarly = "STAGE_TOO_EARLY": "The stage is too early",
        StageTooLate = "STAGE_TOO_LATE": "The stage is too late",
        InstrumentMismatch = "INSTRUMENT_MISMATCH": "The instruments do not fit",
        ReturnTooLow = "RETURN_TOO_LOW": "The return is too low",
        TenorMismatch = "TENOR_MISMATCH": "The tenor does not fit",
        FxRisk = "FX_RISK": "The currency risk is too high",
        Regulatory = "REGULATORY": "A rule of law stands against it",
        ReadinessInsufficient = "READINESS_INSUFFICIENT": "The project is not ready",
        ConflictPortfolio = "CONFLICT_PORTFOLIO": "It conflicts with the portfolio",
        CapacityFull = "CAPACITY_FULL": "No capacity for it now",
        CounterpartyConcern = "COUNTERPARTY_CONCERN": "A concern about the counterparty",
        OtherPrivate = "OTHER_PRIVATE": "Another reason, kept private",
    }
}

vocabulary! {
    /// Where the confidentiality agreement of an introduction stands.
    NdaState, "CARAVANSERAI-NDA-STATE", "1", {
        Open = "OPEN": "Neither signed nor waived",
        Signed = "SIGNED": "Signed by both sides",
        Waived = "WAIVED": "Waived by the owner",
    }
}

vocabulary! {
    /// One of the two sides of an introduction.
    Side, "CARAVANSERAI-INTRODUCTION-SIDE", "1", {
        Investor = "INVESTOR": "The investor",
        Owner = "OWNER": "The project's owner",
    }
}

vocabulary! {
    /// Whether what stands so far binds the sides.
    Bindingness, "CARAVANSERAI-BINDINGNESS", "1", {
        NonBinding = "NON_BINDING": "Non-binding: each side may leave",
        SignedInstrument = "SIGNED_INSTRUMENT": "Bound by the signed document alone",
    }
}

vocabulary! {
    /// A folder of a document room; each opens with a stage of the introduction.
    RoomFolder, "CARAVANSERAI-ROOM-FOLDER", "1", {
        Overview = "OVERVIEW": "Overview, from due diligence on",
        Technical = "TECHNICAL": "Technical papers, from due diligence on",
        Financial = "FINANCIAL": "Financial model and statements, from due diligence on",
        Legal = "LEGAL": "Legal papers, from due diligence on",
        Terms = "TERMS": "Papers on terms, from the proposal of terms on",
        Closing = "CLOSING": "Closing papers, from the pledge on",
    }
}

impl Side {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Investor => Self::Owner,
            Self::Owner => Self::Investor,
        }
    }
}

impl IntroductionState {
    /// Whether nothing more comes of it, unless it lapsed and is reopened.
    pub const fn is_over(self) -> bool {
        matches!(
            self,
            Self::Refused
                | Self::Declined
                | Self::Withdrawn
                | Self::Expired
                | Self::Closed
                | Self::Ended
                | Self::Lapsed
        )
    }

    /// Whether it was accepted and goes on: the sides see each other's contacts and what is shown on introduction.
    pub const fn is_introduced(self) -> bool {
        matches!(
            self,
            Self::Accepted
                | Self::InDiscussion
                | Self::DueDiligence
                | Self::Terms
                | Self::Pledged
                | Self::Committed
                | Self::Closed
        )
    }

    /// Whether it has come to terms or further and goes on, which lets the owner mark the listing as under offer.
    pub const fn is_at_terms(self) -> bool {
        matches!(self, Self::Terms | Self::Pledged | Self::Committed)
    }

    /// Whether what stands binds anybody. Before a signed document nothing does (the preamble of the proposal:
    /// 'on the basis of voluntarity and non-restraint').
    pub const fn bindingness(self) -> Bindingness {
        match self {
            Self::Committed | Self::Closed => Bindingness::SignedInstrument,
            _ => Bindingness::NonBinding,
        }
    }
}

impl RoomFolder {
    /// The states in which the investor reads it, given a grant.
    pub const fn is_open_in(self, state: IntroductionState) -> bool {
        use IntroductionState as S;
        match self {
            Self::Overview | Self::Technical | Self::Financial | Self::Legal => {
                matches!(state, S::DueDiligence | S::Terms | S::Pledged | S::Committed | S::Closed)
            }
            Self::Terms => matches!(state, S::Terms | S::Pledged | S::Committed | S::Closed),
            Self::Closing => matches!(state, S::Pledged | S::Committed | S::Closed),
        }
    }
}
