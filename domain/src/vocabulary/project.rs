//! What a project is, where it stands, and what makes it bankable.

use serde::{Deserialize, Serialize};

use super::{UnknownCode, Vocabulary, vocabulary};

vocabulary! {
    /// Kind of project; article 7 names infrastructure and applications.
    ProjectKind, "CARAVANSERAI-PROJECT-KIND", "1", {
        Infrastructure = "INFRASTRUCTURE": "Infrastructure",
        Application = "APPLICATION": "Application",
        ServicePlatform = "SERVICE_PLATFORM": "Service platform",
        StartupVenture = "STARTUP_VENTURE": "Start-up venture",
        TrainingProgramme = "TRAINING_PROGRAMME": "Training programme",
        ContentProduction = "CONTENT_PRODUCTION": "Content production",
        Research = "RESEARCH": "Research",
    }
}
vocabulary! {
    /// Kind of works (OC4IDS projectType).
    WorksType, "OC4IDS-PROJECT-TYPE", "0.9", {
        Construction = "CONSTRUCTION": "Construction",
        Rehabilitation = "REHABILITATION": "Rehabilitation",
        Replacement = "REPLACEMENT": "Replacement",
        Expansion = "EXPANSION": "Expansion",
        Decommissioning = "DECOMMISSIONING": "Decommissioning",
    }
}
vocabulary! {
    /// Where the work itself stands (OC4IDS projectStatus); not the listing and not the money.
    LifecycleStatus, "OC4IDS-PROJECT-STATUS", "0.9", {
        Identification = "IDENTIFICATION": "Identification",
        Preparation = "PREPARATION": "Preparation",
        Implementation = "IMPLEMENTATION": "Implementation",
        Completion = "COMPLETION": "Completion",
        Maintenance = "MAINTENANCE": "Maintenance",
        Decommissioning = "DECOMMISSIONING": "Decommissioning",
        Decommissioned = "DECOMMISSIONED": "Decommissioned",
        Cancelled = "CANCELLED": "Cancelled",
    }
}
vocabulary! {
    /// Stages of an infrastructure project, in the order in which money decisions fall.
    InfrastructureStage, "CARAVANSERAI-INFRASTRUCTURE-STAGE", "1", {
        Concept = "CONCEPT": "Concept",
        Prefeasibility = "PREFEASIBILITY": "Prefeasibility",
        Feasibility = "FEASIBILITY": "Feasibility",
        Structuring = "STRUCTURING": "Structuring",
        Procurement = "PROCUREMENT": "Procurement",
        PreferredBidder = "PREFERRED_BIDDER": "Preferred bidder",
        FinancialClose = "FINANCIAL_CLOSE": "Financial close",
        Construction = "CONSTRUCTION": "Construction",
        Operation = "OPERATION": "Operation",
    }
}
vocabulary! {
    /// Stages of a venture, in order.
    VentureStage, "CARAVANSERAI-VENTURE-STAGE", "1", {
        Idea = "IDEA": "Idea",
        PreSeed = "PRE_SEED": "Pre-seed",
        Seed = "SEED": "Seed",
        SeriesA = "SERIES_A": "Series A",
        SeriesB = "SERIES_B": "Series B",
        Growth = "GROWTH": "Growth",
        Late = "LATE": "Late",
        PreIpo = "PRE_IPO": "Before a public offering",
        Listed = "LISTED": "Listed",
    }
}
vocabulary! {
    /// Which of the two ladders of stages applies.
    StageLadder, "CARAVANSERAI-STAGE-LADDER", "1", {
        Infrastructure = "INFRASTRUCTURE": "Infrastructure",
        Venture = "VENTURE": "Venture",
    }
}
vocabulary! {
    /// Kind of innovation (article 4).
    InnovationKind, "CARAVANSERAI-INNOVATION", "1", {
        Product = "PRODUCT": "Product",
        Service = "SERVICE": "Service",
        Process = "PROCESS": "Process",
        Organisation = "ORGANISATION": "Organisation",
        BusinessModel = "BUSINESS_MODEL": "Business model",
    }
}
vocabulary! {
    /// Where a listing stands on the platform.
    ListingState, "CARAVANSERAI-LISTING-STATE", "1", {
        Draft = "DRAFT": "Draft",
        Submitted = "SUBMITTED": "Submitted",
        InReview = "IN_REVIEW": "In review",
        ChangesRequested = "CHANGES_REQUESTED": "Changes requested",
        Published = "PUBLISHED": "Published",
        Paused = "PAUSED": "Paused",
        Stale = "STALE": "Stale",
        UnderOffer = "UNDER_OFFER": "Under offer",
        Funded = "FUNDED": "Funded",
        Suspended = "SUSPENDED": "Suspended",
        Withdrawn = "WITHDRAWN": "Withdrawn",
        Archived = "ARCHIVED": "Archived",
        Rejected = "REJECTED": "Rejected",
    }
}

impl ListingState {
    /// Whether anyone may see the listing in a ranking. A stale listing keeps its rank, with a badge.
    pub const fn is_ranked(self) -> bool {
        matches!(self, Self::Published | Self::Stale | Self::UnderOffer)
    }
}

vocabulary! {
    /// Item of the readiness checklist.
    ReadinessItem, "CARAVANSERAI-READINESS", "1", {
        NeedsAssessment = "NEEDS_ASSESSMENT": "Needs assessment",
        DemandStudy = "DEMAND_STUDY": "Demand study",
        FeasibilityStudy = "FEASIBILITY_STUDY": "Feasibility study",
        TechnicalDesign = "TECHNICAL_DESIGN": "Technical design",
        FinancialModel = "FINANCIAL_MODEL": "Financial model",
        EnvironmentalAssessment = "ENVIRONMENTAL_ASSESSMENT": "Environmental assessment",
        SocialAssessment = "SOCIAL_ASSESSMENT": "Social assessment",
        LandAndRights = "LAND_AND_RIGHTS": "Land and rights of way",
        Licences = "LICENCES": "Licences and spectrum",
        ProcurementPlan = "PROCUREMENT_PLAN": "Procurement plan",
        RiskAllocation = "RISK_ALLOCATION": "Allocation of risks",
        GovernmentApproval = "GOVERNMENT_APPROVAL": "Government approval",
        BudgetApproval = "BUDGET_APPROVAL": "Budget approval",
        SecurityPlan = "SECURITY_PLAN": "Security plan and CERT contact",
        BusinessPlan = "BUSINESS_PLAN": "Business plan",
        IncorporationCertificate = "INCORPORATION_CERTIFICATE": "Incorporation certificate",
        CapTable = "CAP_TABLE": "Capitalisation table",
        AuditedAccounts = "AUDITED_ACCOUNTS": "Audited accounts",
        CustomerEvidence = "CUSTOMER_EVIDENCE": "Evidence of customers",
        IntellectualProperty = "INTELLECTUAL_PROPERTY": "Intellectual property",
    }
}

impl ReadinessItem {
    /// The items that a stage asks for. Later stages ask for all that earlier ones did.
    pub fn checklist(stage: InvestmentStage) -> &'static [Self] {
        use ReadinessItem as R;
        const INFRASTRUCTURE: &[ReadinessItem] = &[
            R::NeedsAssessment,
            R::DemandStudy,
            R::FeasibilityStudy,
            R::TechnicalDesign,
            R::FinancialModel,
            R::EnvironmentalAssessment,
            R::SocialAssessment,
            R::GovernmentApproval,
            R::RiskAllocation,
            R::LandAndRights,
            R::Licences,
            R::ProcurementPlan,
            R::BudgetApproval,
            R::SecurityPlan,
        ];
        const VENTURE: &[ReadinessItem] = &[
            R::BusinessPlan,
            R::IncorporationCertificate,
            R::CapTable,
            R::CustomerEvidence,
            R::IntellectualProperty,
            R::FinancialModel,
            R::AuditedAccounts,
            R::SecurityPlan,
        ];
        let (items, asked) = match stage {
            InvestmentStage::Infrastructure(stage) => {
                (INFRASTRUCTURE, [2, 4, 8, 11, 14, 14, 14, 14, 14].get(stage.index()))
            }
            InvestmentStage::Venture(stage) => (VENTURE, [2, 3, 4, 6, 7, 8, 8, 8, 8].get(stage.index())),
        };
        asked.and_then(|n| items.get(..*n)).unwrap_or(items)
    }
}

vocabulary! {
    /// How far an item of the checklist is shown.
    ReadinessStatus, "CARAVANSERAI-READINESS-STATUS", "1", {
        Missing = "MISSING": "Known to be missing",
        Claimed = "CLAIMED": "Claimed without evidence",
        Evidenced = "EVIDENCED": "Evidenced",
    }
}
vocabulary! {
    /// How much a contradiction weighs. Only a red one costs readiness and stops a listing until it is justified.
    FlagSeverity, "CARAVANSERAI-FLAG-SEVERITY", "1", {
        Red = "RED": "Red: stops a submission until it is mended or justified",
        Amber = "AMBER": "Amber: shown to the owner and the reviewer",
    }
}
vocabulary! {
    /// A contradiction in a listing; each red one that is not justified takes a tenth from readiness.
    RedFlag, "CARAVANSERAI-RED-FLAG", "2", {
        ReturnAboveSector = "RETURN_ABOVE_SECTOR": "Return far above what the field shows",
        CoverageBelowBaseline = "COVERAGE_BELOW_BASELINE": "Coverage target below the baseline",
        GapAboveCost = "GAP_ABOVE_COST": "Funding gap above the total cost",
        TenorBeyondAsset = "TENOR_BEYOND_ASSET": "Tenor beyond the life of the asset",
        PppWithoutAuthority = "PPP_WITHOUT_AUTHORITY": "Public-private partnership without public authority",
        DemandUnverified = "DEMAND_UNVERIFIED": "Demand study unverified",
        StageWithoutEvidence = "STAGE_WITHOUT_EVIDENCE": "Stage claimed without its documents",
        DuplicateSuspected = "DUPLICATE_SUSPECTED": "Likely duplicate of another listing",
        SliceAboveGap = "SLICE_ABOVE_GAP": "Smallest slice above the funding gap",
        SliceInOtherCurrency = "SLICE_IN_OTHER_CURRENCY": "Slice and gap in different currencies",
        SliceTooSmall = "SLICE_TOO_SMALL": "Smallest slice below a hundredth of the gap",
        GapLargeForStage = "GAP_LARGE_FOR_STAGE": "Round larger than the venture's stage",
        GapSmallForStage = "GAP_SMALL_FOR_STAGE": "Round smaller than the venture's stage",
        GapAfterClose = "GAP_AFTER_CLOSE": "Most of the cost still open after the financial close",
        TenorBeyondConcession = "TENOR_BEYOND_CONCESSION": "Tenor beyond the end of the contract",
        TenorWithoutDebt = "TENOR_WITHOUT_DEBT": "Tenor without anything to repay",
        DebtWithoutTenor = "DEBT_WITHOUT_TENOR": "Debt without a tenor",
        GrantWithReturn = "GRANT_WITH_RETURN": "Return offered on grants alone",
        ReturnNotPositive = "RETURN_NOT_POSITIVE": "No return for money that looks for one",
        ConcessionalWithHighReturn = "CONCESSIONAL_WITH_HIGH_RETURN": "Concessional terms beside a market return",
        CoverWithoutMoney = "COVER_WITHOUT_MONEY": "Only cover sought for a gap in money",
        InstrumentWithoutInvestor = "INSTRUMENT_WITHOUT_INVESTOR": "Every giver of the instrument excluded",
        CostsAboveRevenue = "COSTS_ABOVE_REVENUE": "Running costs above revenue beside a return",
        ReturnBeyondRevenue = "RETURN_BEYOND_REVENUE": "Yearly return above the yearly revenue",
        RevenueInOtherCurrency = "REVENUE_IN_OTHER_CURRENCY": "Debt and revenue in different currencies",
        ValuationBelowRound = "VALUATION_BELOW_ROUND": "Valuation below the round",
        EquityInProcurement = "EQUITY_IN_PROCUREMENT": "Shares sought under traditional procurement",
        VentureWithConcession = "VENTURE_WITH_CONCESSION": "Venture under a contract of infrastructure",
        SoftKindWithConcession = "SOFT_KIND_WITH_CONCESSION": "Training, content or research under a concession",
        DivestitureBeforeOperation = "DIVESTITURE_BEFORE_OPERATION": "Sale of what does not run yet",
        OldWorksContractOnNewWorks = "OLD_WORKS_CONTRACT_ON_NEW_WORKS": "Contract for rehabilitation on new works",
        NewWorksContractOnOldWorks = "NEW_WORKS_CONTRACT_ON_OLD_WORKS": "Contract for new works on old ones",
        AuthorityWithoutContract = "AUTHORITY_WITHOUT_CONTRACT": "Public authority beside a private contract",
        LifecycleAgainstStage = "LIFECYCLE_AGAINST_STAGE": "Lifecycle and stage that cannot go together",
        LifecycleEnded = "LIFECYCLE_ENDED": "Money sought for what is over",
        SharesAgainstStage = "SHARES_AGAINST_STAGE": "Listed shares of a venture that is not listed",
        IdeaWithRevenue = "IDEA_WITH_REVENUE": "Revenue at the stage of an idea",
        RevenueWithoutCustomers = "REVENUE_WITHOUT_CUSTOMERS": "Revenue without a customer",
        EvidenceMissing = "EVIDENCE_MISSING": "Evidenced without naming evidence",
        EvidenceShared = "EVIDENCE_SHARED": "One document for many items",
        WorksWithoutEnvironment = "WORKS_WITHOUT_ENVIRONMENT": "Construction without an environmental study",
        WorksWithoutLand = "WORKS_WITHOUT_LAND": "Construction without land and rights of way",
        SpectrumWithoutLicence = "SPECTRUM_WITHOUT_LICENCE": "Spectrum needed but no licence",
        CloseWithoutApproval = "CLOSE_WITHOUT_APPROVAL": "Financial close without the government's approval",
        EntryPriceNotAffordable = "ENTRY_PRICE_NOT_AFFORDABLE": "Inclusion at a price that is not affordable",
        EntryPriceImplausible = "ENTRY_PRICE_IMPLAUSIBLE": "Entry price outside what can be",
        ServedAboveArea = "SERVED_ABOVE_AREA": "More people served than live in the area",
        ServedAboveCountry = "SERVED_ABOVE_COUNTRY": "More people served than live in the countries",
        CoverageWithoutPeople = "COVERAGE_WITHOUT_PEOPLE": "More coverage but nobody newly served",
        PeopleWithoutCoverage = "PEOPLE_WITHOUT_COVERAGE": "People newly served but no more coverage",
        SchoolsMissing = "SCHOOLS_MISSING": "School broadband without schools",
        KindAgainstFields = "KIND_AGAINST_FIELDS": "Kind and fields that do not meet",
        BorderInOneCountry = "BORDER_IN_ONE_COUNTRY": "Crosses a border within one country",
        DeadlinePassed = "DEADLINE_PASSED": "Deadline in the past",
        DeadlineNear = "DEADLINE_NEAR": "Deadline too near for a review",
        DateInFuture = "DATE_IN_FUTURE": "Date in the future of what has happened",
        ContactInText = "CONTACT_IN_TEXT": "Contact details in a public text",
        PromiseInText = "PROMISE_IN_TEXT": "Promise that nobody can keep",
        SummaryRepeatsTitle = "SUMMARY_REPEATS_TITLE": "Summary that only repeats the title",
    }
}

/// A stage on one of the two ladders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "ladder", content = "stage", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InvestmentStage {
    /// Infrastructure and other projects.
    Infrastructure(InfrastructureStage),
    /// Ventures.
    Venture(VentureStage),
}

impl InvestmentStage {
    /// Number of stages on each ladder.
    pub const RUNGS: usize = 9;

    /// Parses a stage's code on its ladder.
    ///
    /// # Errors
    /// The code is not on that ladder.
    pub fn parse(ladder: StageLadder, code: &str) -> Result<Self, UnknownCode> {
        match ladder {
            StageLadder::Infrastructure => InfrastructureStage::from_code(code).map(Self::Infrastructure),
            StageLadder::Venture => VentureStage::from_code(code).map(Self::Venture),
        }
    }

    /// Finds the code on either ladder.
    ///
    /// # Errors
    /// The code is on neither ladder.
    pub fn from_code(code: &str) -> Result<Self, UnknownCode> {
        Self::parse(StageLadder::Infrastructure, code).or_else(|_| Self::parse(StageLadder::Venture, code))
    }

    /// Which ladder.
    pub const fn ladder(self) -> StageLadder {
        match self {
            Self::Infrastructure(_) => StageLadder::Infrastructure,
            Self::Venture(_) => StageLadder::Venture,
        }
    }

    /// The place on the ladder, 0..9.
    pub fn rung(self) -> usize {
        match self {
            Self::Infrastructure(stage) => stage.index(),
            Self::Venture(stage) => stage.index(),
        }
    }

    /// The code on its ladder.
    pub fn code(self) -> &'static str {
        match self {
            Self::Infrastructure(stage) => stage.code(),
            Self::Venture(stage) => stage.code(),
        }
    }

    /// The English name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Infrastructure(stage) => stage.label(),
            Self::Venture(stage) => stage.label(),
        }
    }

    /// Rungs between two stages; `None` across ladders, which cannot be compared.
    pub fn distance(self, other: Self) -> Option<usize> {
        (self.ladder() == other.ladder()).then(|| self.rung().abs_diff(other.rung()))
    }
}
