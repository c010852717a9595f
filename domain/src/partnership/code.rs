//! The partnership's own code lists: states, transitions, who asks, what has to hold.

use crate::vocabulary::{PartnershipTier, VerificationLevel, vocabulary};

vocabulary! {
    /// Where a partnership of two cities stands.
    PartnershipState, "CARAVANSERAI-PARTNERSHIP-STATE", "1", {
        Draft = "DRAFT": "Draft of one city",
        Proposed = "PROPOSED": "Proposed to the other city",
        Negotiating = "NEGOTIATING": "The text is negotiated",
        LoiSigned = "LOI_SIGNED": "The letter of intent is signed",
        Trial = "TRIAL": "Trial with recorded activities",
        Approvals = "APPROVALS": "Before the authorities of both sides",
        Approved = "APPROVED": "Approved, to be signed",
        Active = "ACTIVE": "Active",
        UnderReview = "UNDER_REVIEW": "Under its yearly review",
        Dormant = "DORMANT": "Dormant",
        Suspended = "SUSPENDED": "Suspended",
        Declined = "DECLINED": "Declined",
        Withdrawn = "WITHDRAWN": "Withdrawn",
        Expired = "EXPIRED": "Expired without an answer",
        Ended = "ENDED": "Ended and kept on record",
    }
}

impl PartnershipState {
    /// Whether both highest officials have not signed yet, so that nothing is agreed and each side can leave.
    pub const fn is_before_signature(self) -> bool {
        matches!(
            self,
            Self::Draft
                | Self::Proposed
                | Self::Negotiating
                | Self::LoiSigned
                | Self::Trial
                | Self::Approvals
                | Self::Approved
        )
    }

    /// Whether an agreement that both have signed stands, and is in public.
    pub const fn is_in_force(self) -> bool {
        matches!(self, Self::Active | Self::UnderReview | Self::Dormant | Self::Suspended)
    }

    /// Whether nothing follows.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Declined | Self::Withdrawn | Self::Expired | Self::Ended)
    }
}

vocabulary! {
    /// A named change of a partnership. What leaves the state as it is stands here too, so that one table says who
    /// may what and when.
    PartnershipTransition, "CARAVANSERAI-PARTNERSHIP-TRANSITION", "1", {
        Edit = "EDIT": "Edit the draft",
        Propose = "PROPOSE": "Propose",
        Accept = "ACCEPT": "Accept to negotiate",
        Counter = "COUNTER": "Counter with another text",
        Decline = "DECLINE": "Decline",
        Withdraw = "WITHDRAW": "Withdraw",
        Expire = "EXPIRE": "Expire without an answer",
        SignLoi = "SIGN_LOI": "Sign the letter of intent",
        StartTrial = "START_TRIAL": "Start a trial",
        DeclareWill = "DECLARE_WILL": "Declare the formal will",
        PlanFirstYear = "PLAN_FIRST_YEAR": "Plan and budget the first year",
        RecordActivity = "RECORD_ACTIVITY": "Record an activity",
        RequestApprovals = "REQUEST_APPROVALS": "Request the approvals",
        GrantApproval = "GRANT_APPROVAL": "Grant a step of approval",
        RefuseApproval = "REFUSE_APPROVAL": "Refuse a step of approval",
        CompleteApprovals = "COMPLETE_APPROVALS": "All steps are granted",
        SignAgreement = "SIGN_AGREEMENT": "Sign the agreement",
        ChangeWorkPlan = "CHANGE_WORK_PLAN": "Change the work plan",
        RequestReview = "REQUEST_REVIEW": "Request a review",
        ReviewDue = "REVIEW_DUE": "The yearly review is due",
        FileReport = "FILE_REPORT": "File the report of the review",
        Renew = "RENEW": "Renew after the review",
        MarkDormant = "MARK_DORMANT": "Mark as dormant",
        ReportOverdue = "REPORT_OVERDUE": "No report came",
        WarnDormant = "WARN_DORMANT": "Warn both sides of dormancy",
        GoDormant = "GO_DORMANT": "Go dormant after silence",
        Revive = "REVIVE": "Revive with a new plan",
        Suspend = "SUSPEND": "Suspend",
        Resume = "RESUME": "Resume",
        End = "END": "End",
        TermOver = "TERM_OVER": "The fixed term is over",
        UpgradeTier = "UPGRADE_TIER": "Go for a higher tier",
        Replace = "REPLACE": "Replaced by an agreement of a higher tier",
    }
}

vocabulary! {
    /// One of the two cities: A proposed, B was asked.
    CitySide, "CARAVANSERAI-CITY-SIDE", "1", {
        A = "A": "The city that proposed",
        B = "B": "The city that was asked",
    }
}

impl CitySide {
    /// The other city.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

vocabulary! {
    /// As what somebody acts for a city. One person can be several.
    CityRole, "CARAVANSERAI-CITY-ROLE", "1", {
        Officer = "OFFICER": "Officer of the city's office",
        HeadOfOffice = "HEAD_OF_OFFICE": "Head of the city's office",
        Signatory = "SIGNATORY": "Authorised to sign letters of intent",
        HighestOfficial = "HIGHEST_OFFICIAL": "Highest official of the city",
        StepOwner = "STEP_OWNER": "Owner of a step in the city's chain of approval",
    }
}

vocabulary! {
    /// In what relation to a partnership somebody asks for a transition.
    PartnershipParty, "CARAVANSERAI-PARTNERSHIP-PARTY", "1", {
        OfficerA = "OFFICER_A": "Officer of city A",
        HeadA = "HEAD_A": "Head of the office of city A",
        SignatoryA = "SIGNATORY_A": "Authorised signatory of city A",
        OfficialA = "OFFICIAL_A": "Highest official of city A",
        StepOwnerA = "STEP_OWNER_A": "Owner of a step in the chain of city A",
        OfficerB = "OFFICER_B": "Officer of city B",
        HeadB = "HEAD_B": "Head of the office of city B",
        SignatoryB = "SIGNATORY_B": "Authorised signatory of city B",
        OfficialB = "OFFICIAL_B": "Highest official of city B",
        StepOwnerB = "STEP_OWNER_B": "Owner of a step in the chain of city B",
        System = "SYSTEM": "A timer, or what follows by itself",
    }
}

impl PartnershipParty {
    /// Who acts as what for which city.
    pub const fn of(side: CitySide, role: CityRole) -> Self {
        match (side, role) {
            (CitySide::A, CityRole::Officer) => Self::OfficerA,
            (CitySide::A, CityRole::HeadOfOffice) => Self::HeadA,
            (CitySide::A, CityRole::Signatory) => Self::SignatoryA,
            (CitySide::A, CityRole::HighestOfficial) => Self::OfficialA,
            (CitySide::A, CityRole::StepOwner) => Self::StepOwnerA,
            (CitySide::B, CityRole::Officer) => Self::OfficerB,
            (CitySide::B, CityRole::HeadOfOffice) => Self::HeadB,
            (CitySide::B, CityRole::Signatory) => Self::SignatoryB,
            (CitySide::B, CityRole::HighestOfficial) => Self::OfficialB,
            (CitySide::B, CityRole::StepOwner) => Self::StepOwnerB,
        }
    }
}

vocabulary! {
    /// What has to hold for a transition of a partnership.
    PartnershipGuard, "CARAVANSERAI-PARTNERSHIP-GUARD", "1", {
        OfficeRegistered = "OFFICE_V2": "The proposing office is verified at level V2 or higher",
        GatesOpen = "GATES_OPEN": "No gate between the two cities fails",
        TierReachable = "TIER_REACHABLE": "The gates leave the chosen tier open",
        TierBegins = "TIER_BEGINS": "The tier can be begun with; strategic grows only out of an active twin",
        NoLivePair = "NO_LIVE_PAIR": "The two cities have no other live partnership or proposal",
        CooledDown = "COOLED_DOWN": "180 days have gone by since the pair's last refusal",
        Receipt = "RECEIPT": "The receipt of the score goes with the proposal",
        Clauses = "CLAUSES": "The document has clauses",
        YourTurn = "YOUR_TURN": "The last version is the other side's",
        NewText = "NEW_TEXT": "The text differs from the last version",
        Reason = "REASON": "A reason is given",
        Unanswered = "UNANSWERED_60_DAYS": "Nobody answered for 60 days",
        SameText = "SAME_TEXT": "The hash is that of the current text, and the one that the other side signed",
        OtherPerson = "OTHER_PERSON": "Another person has spoken for the other side",
        TrialLength = "TRIAL_6_TO_24_MONTHS": "A trial lasts 6 to 24 months",
        ActivitiesPlanned = "TWO_ACTIVITIES_PLANNED": "At least two activities are planned",
        SameTerms = "SAME_TERMS": "Both sides say the same",
        ActivityInTime = "ACTIVITY_IN_TIME": "The activity has taken place, and not before the partnership began",
        ActivitiesRecorded = "TWO_ACTIVITIES_RECORDED": "At least two activities of the trial are recorded",
        BothWill = "BOTH_DECLARED_WILL": "Both sides have declared their formal will",
        FirstYear = "FIRST_YEAR_PLAN_AND_BUDGET": "The first year has a plan and a budget",
        NoTrialDemanded = "NO_TRIAL_DEMANDED": "Neither side's rules demand a trial",
        StepInOrder = "STEP_IN_ORDER": "The step is the first of its side that is not decided",
        Document = "DOCUMENT": "A document is attached",
        AllGranted = "ALL_GRANTED": "Every step of both sides is granted",
        ReviewDue = "REVIEW_12_MONTHS": "Twelve months have gone by since the signing or the last review",
        ReportFiled = "REPORT_FILED": "The report of this review is filed",
        HealthLow = "HEALTH_BELOW_20": "The health index is below 20",
        ReportOverdue = "NO_REPORT_120_DAYS": "No report came for 120 days",
        WarningDue = "WARNING_DUE": "After 16 months of silence a first warning is due, after 17 a second",
        Silent = "SILENT_18_MONTHS": "There was no activity for 18 months",
        ToldTwice = "TOLD_TWICE": "Both sides were told twice, last at least 28 days ago",
        NewPlan = "NEW_PLAN": "A new plan is given",
        ReviewDate = "REVIEW_DATE": "A date is set on which the suspension is looked at again",
        TermOver = "TERM_OVER": "The fixed term is over",
        TierHigher = "TIER_HIGHER": "The tier is the next above, or of the steps below twin any above",
        NoUpgradeOpen = "NO_UPGRADE_OPEN": "No other upgrade is under way",
        LowerTier = "LOWER_TIER": "A tier to fall back to, where one is named, lies below the present one",
        RoomLeft = "ROOM_LEFT": "The record has room for it",
        Successor = "SUCCESSOR_ACTIVE": "The agreement of the higher tier is active",
    }
}

vocabulary! {
    /// How close the agreement brings two cities.
    AgreementTier, "CARAVANSERAI-AGREEMENT-TIER", "1", {
        ExploratoryLoi = "EXPLORATORY_LOI": "Letter of intent",
        FixedField = "FIXED_FIELD": "Cooperation in a single field, which makes no sister city",
        FriendlyExchange = "FRIENDLY_EXCHANGE": "Friendly exchange",
        Twin = "TWIN": "Twin city",
        Strategic = "STRATEGIC": "Strategic partnership",
    }
}

impl AgreementTier {
    /// What the gates between the two cities must leave open. A single field makes no sister city, so that rules on
    /// exclusive twins do not stand against it; but who can sign nothing above a letter of intent cannot sign it.
    pub const fn needs(self) -> PartnershipTier {
        match self {
            Self::ExploratoryLoi => PartnershipTier::ExploratoryLoi,
            Self::FixedField | Self::FriendlyExchange => PartnershipTier::FriendlyExchange,
            // A strategic partnership grows out of a twinning, so that a pair that can be twins can come to it.
            Self::Twin | Self::Strategic => PartnershipTier::Twin,
        }
    }

    /// Whether a proposal can begin with it (article 8: strategic is reachable only from an active partnership).
    pub const fn can_begin(self) -> bool {
        !matches!(self, Self::Strategic)
    }

    /// Whether an active agreement of this tier can go up to another.
    pub const fn rises_to(self, higher: Self) -> bool {
        match self {
            Self::ExploratoryLoi => matches!(higher, Self::FixedField | Self::FriendlyExchange | Self::Twin),
            Self::FixedField => matches!(higher, Self::FriendlyExchange | Self::Twin),
            Self::FriendlyExchange => matches!(higher, Self::Twin),
            Self::Twin => matches!(higher, Self::Strategic),
            Self::Strategic => false,
        }
    }

    /// Whether a refused approval can fall back from this tier to a lower one.
    pub fn falls_to(self, lower: Self) -> bool {
        lower < self && lower.can_begin()
    }
}

vocabulary! {
    /// Whether an agreement binds. It does not, unless a party declares otherwise.
    AgreementForce, "CARAVANSERAI-AGREEMENT-FORCE", "1", {
        NonBinding = "NON_BINDING": "Voluntary; it binds nobody",
        Binding = "BINDING": "A party declares that it binds",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that makes code lists derives no default")]
impl Default for AgreementForce {
    fn default() -> Self {
        Self::NonBinding
    }
}

vocabulary! {
    /// What two cities do together.
    ActivityType, "CARAVANSERAI-ACTIVITY", "1", {
        StudyTour = "STUDY_TOUR": "Study tour",
        StaffExchange = "STAFF_EXCHANGE": "Exchange of staff",
        Training = "TRAINING": "Training",
        Seminar = "SEMINAR": "Seminar",
        TechnicalVisit = "TECHNICAL_VISIT": "Technical visit",
        JointProject = "JOINT_PROJECT": "Joint project",
        TradeMission = "TRADE_MISSION": "Trade mission",
        Exhibition = "EXHIBITION": "Exhibition",
        Cultural = "CULTURAL": "Cultural exchange",
        Academic = "ACADEMIC": "Academic exchange",
        PolicyExchange = "POLICY_EXCHANGE": "Exchange on policy",
        MayoralVisit = "MAYORAL_VISIT": "Visit of a mayor",
    }
}

vocabulary! {
    /// Why a city does not go on, so that a no teaches.
    PartnershipDeclineReason, "CARAVANSERAI-PARTNERSHIP-DECLINE-REASON", "1", {
        NoCapacity = "NO_CAPACITY": "No capacity",
        NoBudget = "NO_BUDGET": "No budget",
        TopicMismatch = "TOPIC_MISMATCH": "The topics do not meet",
        LevelMismatch = "LEVEL_MISMATCH": "The levels of administration do not meet",
        ExclusivityRule = "EXCLUSIVITY_RULE": "A rule on exclusivity",
        NationalApprovalRefused = "NATIONAL_APPROVAL_REFUSED": "A national authority refused",
        Language = "LANGUAGE": "Language",
        Timing = "TIMING": "Timing",
        ExistingPartner = "EXISTING_PARTNER": "There is a partner already",
        OtherPrivate = "OTHER_PRIVATE": "Another reason, which is not told",
    }
}

/// The level from which an office can propose (K1).
pub(super) const PROPOSER_LEVEL: VerificationLevel = VerificationLevel::V2;
