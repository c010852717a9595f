//! The questions, as one table: what is asked of whom, from which stage on, and which criterion reads the answer.

use super::{AnswerType as A, ContractWhen as W, CriterionKey as C, MoneyWhen as M, QuestionSpec, Source};
use crate::vocabulary::{CooperationField as F, ProjectKind as K, ReadinessItem as R, StageLadder as L};

const fn fact(
    key: &'static str,
    text: &'static str,
    answer: A,
    given: fn(&crate::project::ProjectFacts) -> bool,
) -> QuestionSpec {
    QuestionSpec {
        key,
        text,
        help: "",
        answer,
        criteria: &[],
        source: Source::Fact(given),
        ladder: None,
        kinds: &[],
        fields: &[],
        contract: W::Any,
        money: M::Any,
        from: 0,
        required_infrastructure: None,
        required_venture: None,
    }
}

const fn asked(key: &'static str, text: &'static str, answer: A) -> QuestionSpec {
    QuestionSpec { source: Source::Answer, ..fact(key, text, answer, |_| false) }
}

const fn item(key: &'static str, text: &'static str, item: R) -> QuestionSpec {
    QuestionSpec {
        source: Source::Readiness(item),
        criteria: &[C::Ready],
        help: "Say MISSING where you know that there is none: it is no worse than silence and lets others help.",
        ..fact(key, text, A::Evidence, |_| false)
    }
}

impl QuestionSpec {
    const fn help(self, help: &'static str) -> Self {
        Self { help, ..self }
    }
    const fn feeds(self, criteria: &'static [C]) -> Self {
        Self { criteria, ..self }
    }
    const fn ladder(self, ladder: L) -> Self {
        Self { ladder: Some(ladder), ..self }
    }
    const fn kinds(self, kinds: &'static [K]) -> Self {
        Self { kinds, ..self }
    }
    const fn fields(self, fields: &'static [F]) -> Self {
        Self { fields, ..self }
    }
    const fn contract(self, contract: W) -> Self {
        Self { contract, ..self }
    }
    const fn money(self, money: M) -> Self {
        Self { money, ..self }
    }
    const fn from(self, from: usize) -> Self {
        Self { from, ..self }
    }
    /// Required on both ladders, from the first stage on.
    const fn required(self) -> Self {
        Self { required_infrastructure: Some(0), required_venture: Some(0), ..self }
    }
    const fn required_infrastructure(self, since: usize) -> Self {
        Self { required_infrastructure: Some(since), ..self }
    }
    const fn required_venture(self, since: usize) -> Self {
        Self { required_venture: Some(since), ..self }
    }
}

/// Rungs of the ladder of infrastructure.
const PREFEASIBILITY: usize = 1;
const FEASIBILITY: usize = 2;
const STRUCTURING: usize = 3;
const PROCUREMENT: usize = 4;
/// Rungs of the ladder of ventures.
const SEED: usize = 2;
const SERIES_A: usize = 3;
const GROWTH: usize = 5;

const ACCESS: &[F] = &[F::ConnBroadband, F::ConnSatcom, F::InclRural, F::InclSchool];
const NETWORKS: &[F] = &[F::ConnBroadband, F::ConnBackbone, F::ConnSatcom, F::InclRural, F::InclSchool];
const RADIO: &[F] = &[F::ConnBroadband, F::ConnSatcom, F::ConnSatnav, F::InclRural];
const LEARNING: &[F] =
    &[F::SkillsPublic, F::SkillsWorkplace, F::SkillsProgramme, F::DxEducation, F::InclSchool];
const CONTENT: &[F] = &[
    F::InclContentGame,
    F::InclContentAnimation,
    F::InclContentAv,
    F::InclContentLiterature,
    F::InclContentMusic,
    F::InclContentKnowledge,
    F::SvcCreative,
];
const PERSONAL_DATA: &[F] = &[
    F::DxHealth,
    F::HealthRemote,
    F::DxEducation,
    F::InclSchool,
    F::SvcPayment,
    F::SvcSharing,
    F::EcomCredit,
    F::EcomConsumer,
    F::CitySmart,
    F::CityAi,
    F::CityIot,
];
const BORDER_TRADE: &[F] = &[
    F::EcomCredit,
    F::EcomCustoms,
    F::EcomInspection,
    F::EcomQuarantine,
    F::EcomConsumer,
    F::CityTradeservices,
];

/// Every question, in the order of the form.
pub const QUESTIONS: &[QuestionSpec] = &[
    // What it is.
    fact("title", "What is the project called?", A::Text, |_| true)
        .required()
        .help("Up to ten words that say what is built or offered, and where."),
    fact("summary", "What does it do, for whom, and what is the money for?", A::Text, |f| {
        f.summary.is_some()
    })
    .required()
    .help("No contact details: they are disclosed when an introduction is accepted."),
    fact("kind", "What kind of project is it?", A::Code("ProjectKind"), |_| true).required(),
    fact(
        "fields",
        "Which fields of cooperation does it serve, with which shares?",
        A::Shares("CooperationField"),
        |_| true,
    )
    .required()
    .feeds(&[C::Field]),
    fact("locations", "Where is it?", A::Places, |f| !f.locations.is_empty())
        .required()
        .feeds(&[C::Geo, C::Local])
        .help("A project across borders names a place in each country."),
    fact("languages", "In which languages do you work?", A::Languages, |f| !f.languages.is_empty())
        .required(),
    fact("innovation", "What is new about it?", A::Code("InnovationKind"), |f| f.innovation.is_some())
        .required_venture(0),
    fact("works", "What kind of works is it?", A::Code("WorksType"), |f| f.works.is_some())
        .ladder(L::Infrastructure)
        .kinds(&[K::Infrastructure]),
    fact("lifecycle", "Where does the work itself stand?", A::Code("LifecycleStatus"), |f| {
        f.lifecycle.is_some()
    })
    .ladder(L::Infrastructure)
    .required_infrastructure(0)
    .help("The work, not the money: a network that is already built can still look for money."),
    // Where the money decisions stand.
    fact("stage", "Where do the money decisions stand?", A::Code("InvestmentStage"), |f| f.stage.is_some())
        .required()
        .feeds(&[C::Stage, C::Ready]),
    fact("contract", "Under which contract does the private side work?", A::Code("ContractType"), |f| {
        f.contract.is_some()
    })
    .ladder(L::Infrastructure)
    .required_infrastructure(FEASIBILITY)
    .feeds(&[C::Terms]),
    fact("public_authority", "Which public authority is the other side of the contract?", A::Line, |f| {
        f.public_authority.is_some()
    })
    .ladder(L::Infrastructure)
    .contract(W::Ppp)
    .required_infrastructure(0),
    fact("gap", "How much money is still missing?", A::Money, |f| f.gap.is_some())
        .required()
        .feeds(&[C::Ticket, C::Money]),
    fact("min_slice", "What is the smallest part that one investor may take?", A::Money, |f| {
        f.min_slice.is_some()
    })
    .feeds(&[C::Ticket])
    .help("With a smallest part several investors can share; without one the whole gap counts."),
    fact(
        "instruments",
        "In which instruments do you look for it, with which shares?",
        A::Shares("Instrument"),
        |f| f.instruments.is_some(),
    )
    .required()
    .feeds(&[C::Terms]),
    fact("return_pct", "What return can an investor expect, percent a year?", A::Percent, |f| {
        f.return_pct.is_some()
    })
    .money(M::SeeksReturn)
    .required_infrastructure(STRUCTURING)
    .feeds(&[C::Terms]),
    fact("tenor_months", "Over how many months is debt to be repaid?", A::Months, |f| {
        f.tenor_months.is_some()
    })
    .money(M::Debt)
    .required_infrastructure(FEASIBILITY)
    .feeds(&[C::Terms]),
    fact("concessional", "Do you look for terms softer than the market's?", A::YesNo, |f| {
        f.concessional.is_some()
    })
    .money(M::Debt)
    .feeds(&[C::Terms]),
    fact("excluded_investors", "Which kinds of investors do you not want?", A::Codes("InvestorType"), |f| {
        !f.excluded_investors.is_empty()
    }),
    fact("help_wanted", "Which help beside money do you want?", A::Codes("HelpKind"), |f| {
        !f.help_wanted.is_empty()
    })
    .feeds(&[C::Value]),
    fact("deadline", "Until which day do you take answers?", A::Date, |f| f.deadline.is_some()),
    // Money, in more depth.
    asked("answers.total_cost", "What does the whole project cost?", A::Money)
        .ladder(L::Infrastructure)
        .from(PREFEASIBILITY)
        .required_infrastructure(PREFEASIBILITY)
        .feeds(&[C::Ready])
        .help("All of it, also what is already paid for."),
    asked("answers.asset_life_months", "How many months will the assets last?", A::Months)
        .ladder(L::Infrastructure)
        .money(M::Debt)
        .from(FEASIBILITY)
        .required_infrastructure(STRUCTURING)
        .feeds(&[C::Terms]),
    asked("answers.annual_revenue", "What will it earn in a usual year?", A::Money)
        .ladder(L::Infrastructure)
        .money(M::SeeksReturn)
        .from(FEASIBILITY)
        .required_infrastructure(STRUCTURING)
        .feeds(&[C::Terms, C::Ready])
        .help("In the currency in which it is earned."),
    asked("answers.annual_cost", "What will it cost to run in a usual year?", A::Money)
        .ladder(L::Infrastructure)
        .money(M::SeeksReturn)
        .from(FEASIBILITY)
        .feeds(&[C::Terms, C::Ready]),
    asked("answers.concession_months", "For how many months does the contract run?", A::Months)
        .ladder(L::Infrastructure)
        .contract(W::Ppp)
        .from(FEASIBILITY)
        .required_infrastructure(STRUCTURING)
        .feeds(&[C::Terms]),
    asked(
        "answers.demand_risk",
        "Who bears the risk that fewer people use it than planned?",
        A::Choice(&["PUBLIC", "PRIVATE", "SHARED"]),
    )
    .ladder(L::Infrastructure)
    .contract(W::Ppp)
    .from(FEASIBILITY)
    .required_infrastructure(STRUCTURING)
    .feeds(&[C::Terms]),
    asked("answers.government_support", "Which support does the government give?", A::Text)
        .ladder(L::Infrastructure)
        .contract(W::Ppp)
        .from(FEASIBILITY)
        .feeds(&[C::Terms]),
    asked("answers.demand_evidence", "What shows that there is demand?", A::Text)
        .from(PREFEASIBILITY)
        .required_infrastructure(PREFEASIBILITY)
        .feeds(&[C::Ready]),
    asked("answers.local_partner", "Is a partner from the country part of it?", A::YesNo)
        .feeds(&[C::Geo, C::Local]),
    // Fields of their own.
    asked(
        "answers.medium",
        "Over which medium?",
        A::Choice(&["FIBRE", "COPPER", "FIXED_WIRELESS", "MOBILE", "SATELLITE", "SUBMARINE", "MIXED"]),
    )
    .fields(NETWORKS)
    .required_infrastructure(PREFEASIBILITY),
    asked("answers.route_km", "How many kilometres of route?", A::Count).fields(&[
        F::ConnBroadband,
        F::ConnBackbone,
        F::InclRural,
    ]),
    asked("answers.sites", "How many sites?", A::Count).fields(NETWORKS),
    asked("answers.cross_border", "Does it cross a border?", A::YesNo)
        .fields(&[F::ConnBackbone])
        .required_infrastructure(0)
        .feeds(&[C::Geo])
        .help("Then name a place in each of the countries."),
    asked("answers.spectrum_needed", "Does it need radio spectrum?", A::YesNo)
        .fields(RADIO)
        .required_infrastructure(FEASIBILITY)
        .feeds(&[C::Ready]),
    asked("answers.data_centre_kw", "What is the capacity of the data centre, in kilowatts?", A::Count)
        .fields(&[F::ConnDatacentre])
        .required_infrastructure(FEASIBILITY),
    asked("answers.personal_data", "Does it process personal data, and under which law?", A::Text)
        .fields(PERSONAL_DATA)
        .required_infrastructure(FEASIBILITY)
        .feeds(&[C::Ready]),
    asked("answers.mechanism", "On which agreement between authorities does it rest?", A::Text)
        .fields(BORDER_TRADE),
    asked("answers.payment_licence", "Under which licence are payments made?", A::Line)
        .fields(&[F::SvcPayment])
        .required_infrastructure(STRUCTURING)
        .feeds(&[C::Ready]),
    asked("answers.rights_territory", "For which territories and languages do you hold the rights?", A::Line)
        .fields(CONTENT)
        .required_infrastructure(PREFEASIBILITY),
    asked("answers.learners", "How many people will learn in a year?", A::Count)
        .fields(LEARNING)
        .required_infrastructure(PREFEASIBILITY)
        .feeds(&[C::Impact]),
    asked("answers.employer_partner", "Which employer takes part?", A::Line).fields(&[F::SkillsWorkplace]),
    asked("answers.msme_tariff", "What does a small enterprise pay in a month?", A::Money)
        .fields(&[F::Msme])
        .feeds(&[C::Impact]),
    asked("answers.security_contact", "Who answers for security incidents (a role, not a person)?", A::Line)
        .from(PROCUREMENT)
        .ladder(L::Infrastructure)
        .feeds(&[C::Ready]),
    // Inclusion.
    fact(
        "impact.entry_price_pct_gni",
        "What does an entry-level plan cost, in percent of national income a head?",
        A::Percent,
        |f| f.impact.entry_price_pct_gni.is_some(),
    )
    .fields(ACCESS)
    .required_infrastructure(FEASIBILITY)
    .feeds(&[C::Impact])
    .help("Less than 2 is affordable."),
    fact(
        "impact.population_newly_served",
        "How many people get service for the first time?",
        A::Count,
        |f| f.impact.population_newly_served.is_some(),
    )
    .fields(ACCESS)
    .required_infrastructure(FEASIBILITY)
    .feeds(&[C::Impact]),
    asked("answers.population_in_area", "How many people live in the area?", A::Count)
        .fields(ACCESS)
        .ladder(L::Infrastructure)
        .feeds(&[C::Impact]),
    fact("impact.coverage_baseline", "What share of households is covered now?", A::Percent, |f| {
        f.impact.coverage_baseline.is_some()
    })
    .fields(ACCESS)
    .ladder(L::Infrastructure)
    .feeds(&[C::Impact]),
    fact("impact.coverage_target", "What share of households will be covered?", A::Percent, |f| {
        f.impact.coverage_target.is_some()
    })
    .fields(ACCESS)
    .ladder(L::Infrastructure)
    .feeds(&[C::Impact]),
    fact("impact.schools_connected", "How many schools are connected?", A::Count, |f| {
        f.impact.schools_connected.is_some()
    })
    .fields(&[F::InclSchool])
    .required_infrastructure(PREFEASIBILITY)
    .feeds(&[C::Impact]),
    fact("impact.women_share", "What share of those served or taught are women?", A::Percent, |f| {
        f.impact.women_share.is_some()
    })
    .feeds(&[C::Impact]),
    // Ventures.
    asked("answers.founded_on", "When was the company founded?", A::Date).ladder(L::Venture),
    asked("answers.team_size", "How many people work on it full time?", A::Count).ladder(L::Venture),
    asked("answers.customers", "How many paying customers are there?", A::Count)
        .ladder(L::Venture)
        .from(SEED)
        .required_venture(SEED)
        .feeds(&[C::Ready]),
    asked("answers.revenue_12_months", "What did it earn in the last twelve months?", A::Money)
        .ladder(L::Venture)
        .required_venture(SERIES_A)
        .feeds(&[C::Ready]),
    asked("answers.valuation", "At which valuation, before the new money?", A::Money)
        .ladder(L::Venture)
        .from(SERIES_A)
        .feeds(&[C::Terms]),
    asked("answers.audited_by", "Who audits the accounts?", A::Line)
        .ladder(L::Venture)
        .from(GROWTH)
        .feeds(&[C::Ready]),
    // The checklist; each item is asked from the stage on that asks for it.
    item("readiness.NEEDS_ASSESSMENT", "Is there an assessment of needs?", R::NeedsAssessment),
    item("readiness.DEMAND_STUDY", "Is there a study of demand?", R::DemandStudy),
    item("readiness.FEASIBILITY_STUDY", "Is there a feasibility study?", R::FeasibilityStudy),
    item("readiness.TECHNICAL_DESIGN", "Is there a technical design?", R::TechnicalDesign),
    item("readiness.FINANCIAL_MODEL", "Is there a financial model?", R::FinancialModel),
    item(
        "readiness.ENVIRONMENTAL_ASSESSMENT",
        "Is there an environmental assessment?",
        R::EnvironmentalAssessment,
    ),
    item("readiness.SOCIAL_ASSESSMENT", "Is there a social assessment?", R::SocialAssessment),
    item("readiness.LAND_AND_RIGHTS", "Are land and rights of way secured?", R::LandAndRights),
    item("readiness.LICENCES", "Are licences and spectrum granted?", R::Licences),
    item("readiness.PROCUREMENT_PLAN", "Is there a procurement plan?", R::ProcurementPlan),
    item("readiness.RISK_ALLOCATION", "Is it settled who bears which risk?", R::RiskAllocation),
    item("readiness.GOVERNMENT_APPROVAL", "Has the government approved it?", R::GovernmentApproval),
    item("readiness.BUDGET_APPROVAL", "Has the public share of the budget been approved?", R::BudgetApproval),
    item(
        "readiness.SECURITY_PLAN",
        "Is there a security plan with a contact for incidents?",
        R::SecurityPlan,
    ),
    item("readiness.BUSINESS_PLAN", "Is there a business plan?", R::BusinessPlan),
    item(
        "readiness.INCORPORATION_CERTIFICATE",
        "Is there a certificate of incorporation?",
        R::IncorporationCertificate,
    ),
    item("readiness.CAP_TABLE", "Is there a table of who owns what?", R::CapTable),
    item("readiness.AUDITED_ACCOUNTS", "Are there audited accounts?", R::AuditedAccounts),
    item("readiness.CUSTOMER_EVIDENCE", "Is there evidence of customers?", R::CustomerEvidence),
    item(
        "readiness.INTELLECTUAL_PROPERTY",
        "Is the intellectual property documented?",
        R::IntellectualProperty,
    ),
];
