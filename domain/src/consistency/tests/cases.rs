//! For each flag a dossier that raises it and one that comes near but does not.

use super::*;

pub(super) type Base = fn() -> Case;
pub(super) type Change = fn(&mut Case);

/// For each flag: what raises it, and what comes near but does not.
pub(super) const CASES: &[(RedFlag, Base, Change, Change)] = {
    use InfrastructureStage as S;
    use ReadinessItem as R;
    use ReadinessStatus::{Claimed, Missing};
    use RedFlag as F;
    #[expect(clippy::unnecessary_wraps, reason = "the fact is an option")]
    const fn at(stage: S) -> Option<InvestmentStage> {
        Some(InvestmentStage::Infrastructure(stage))
    }
    &[
        (
            F::ReturnAboveSector,
            fibre,
            |c| c.facts.return_pct = pct(25.01),
            |c| c.facts.return_pct = pct(25.0),
        ),
        (
            F::ReturnAboveSector,
            venture,
            |c| c.facts.return_pct = pct(61.0),
            |c| c.facts.return_pct = pct(30.0),
        ),
        (
            F::CoverageBelowBaseline,
            fibre,
            |c| c.facts.impact.coverage_target = pct(39.0),
            |c| {
                c.facts.impact.coverage_target = pct(40.0);
            },
        ),
        (
            F::GapAboveCost,
            fibre,
            |c| c.answer("total_cost", Answer::Money(eur("41999999"))),
            |c| {
                // The same in dinars, at the day's rate.
                let cost = Money::parse("5000000000", Currency::RSD).unwrap();
                c.answer("total_cost", Answer::Money(cost));
            },
        ),
        (
            F::TenorBeyondAsset,
            fibre,
            |c| c.answer("asset_life_months", Answer::Count(179)),
            |c| {
                c.answer("asset_life_months", Answer::Count(180));
            },
        ),
        (
            F::PppWithoutAuthority,
            fibre,
            |c| c.facts.public_authority = None,
            |c| {
                (c.facts.public_authority, c.facts.contract) = (None, Some(ContractType::Private));
            },
        ),
        (
            F::DemandUnverified,
            fibre,
            |c| c.item(R::DemandStudy, Claimed),
            |c| {
                c.item(R::DemandStudy, Claimed);
                c.facts.stage = at(S::Prefeasibility);
            },
        ),
        (
            F::StageWithoutEvidence,
            fibre,
            |c| c.drop_item(R::FeasibilityStudy),
            |c| c.item(R::FeasibilityStudy, Claimed),
        ),
        (F::StageWithoutEvidence, venture, |c| c.facts.stage = stage("SERIES_A"), |_| {}),
        (F::DuplicateSuspected, fibre, |c| c.duplicate = true, |_| {}),
        (
            F::SliceAboveGap,
            fibre,
            |c| c.facts.min_slice = Some(eur("42000001")),
            |c| c.facts.min_slice = c.facts.gap,
        ),
        (
            F::SliceInOtherCurrency,
            fibre,
            |c| c.facts.min_slice = Some(Money::parse("900000000", Currency::RSD).unwrap()),
            |c| c.facts.min_slice = None,
        ),
        (
            F::SliceTooSmall,
            fibre,
            |c| c.facts.min_slice = Some(eur("419999")),
            |c| c.facts.min_slice = Some(eur("420000")),
        ),
        (
            F::GapLargeForStage,
            venture,
            |c| c.facts.gap = Some(eur("10001000")),
            |c| c.facts.gap = Some(eur("10000000")),
        ),
        (
            F::GapSmallForStage,
            venture,
            |c| c.facts.gap = Some(eur("49000")),
            |c| c.facts.gap = Some(eur("50000")),
        ),
        (
            F::GapAfterClose,
            fibre,
            |c| c.facts.stage = at(S::FinancialClose),
            |c| {
                (c.facts.stage, c.facts.gap) = (at(S::FinancialClose), Some(eur("40000000")));
            },
        ),
        (
            F::TenorBeyondConcession,
            fibre,
            |c| c.facts.tenor_months = Some(241),
            |c| c.facts.tenor_months = Some(240),
        ),
        (
            F::TenorWithoutDebt,
            fibre,
            |c| c.facts.instruments = Some(Shares::whole(Instrument::Grant)),
            |c| {
                (c.facts.instruments, c.facts.tenor_months) = (Some(Shares::whole(Instrument::Grant)), None);
            },
        ),
        (
            F::DebtWithoutTenor,
            fibre,
            |c| c.facts.tenor_months = None,
            |c| {
                (c.facts.tenor_months, c.facts.stage) = (None, at(S::Feasibility));
            },
        ),
        (
            F::GrantWithReturn,
            fibre,
            |c| c.facts.instruments = Some(Shares::whole(Instrument::Grant)),
            |c| {
                let parts = vec![
                    Share { of: Instrument::Grant, hundredths: 9_900 },
                    Share { of: Instrument::Loan, hundredths: 100 },
                ];
                c.facts.instruments = Some(Shares::new(parts).unwrap());
            },
        ),
        (
            F::ReturnNotPositive,
            fibre,
            |c| c.facts.return_pct = pct(0.0),
            |c| {
                c.facts.return_pct = pct(0.0);
                c.facts.instruments = Some(Shares::whole(Instrument::Grant));
            },
        ),
        (
            F::ConcessionalWithHighReturn,
            fibre,
            |c| (c.facts.concessional, c.facts.return_pct) = (Some(true), pct(10.5)),
            |c| (c.facts.concessional, c.facts.return_pct) = (Some(true), pct(4.0)),
        ),
        (
            F::CoverWithoutMoney,
            fibre,
            |c| c.facts.instruments = Some(Shares::whole(Instrument::Guarantee)),
            |_| {},
        ),
        (
            F::InstrumentWithoutInvestor,
            fibre,
            |c| {
                c.facts.instruments = Some(Shares::whole(Instrument::VendorCredit));
                c.facts.excluded_investors = vec![
                    InvestorType::Vendor,
                    InvestorType::ExportCreditAgency,
                    InvestorType::CorporateStrategic,
                ];
            },
            |c| {
                c.facts.instruments = Some(Shares::whole(Instrument::VendorCredit));
                c.facts.excluded_investors = vec![InvestorType::Vendor];
            },
        ),
        (
            F::CostsAboveRevenue,
            fibre,
            |c| c.answer("annual_cost", Answer::Money(eur("12000000"))),
            |c| {
                c.answer("annual_cost", Answer::Money(eur("12000000")));
                c.facts.return_pct = None;
            },
        ),
        (
            F::ReturnBeyondRevenue,
            fibre,
            |c| c.answer("annual_revenue", Answer::Money(eur("3359999"))),
            |c| {
                c.answer("annual_revenue", Answer::Money(eur("3360000")));
            },
        ),
        (
            F::RevenueInOtherCurrency,
            fibre,
            |c| c.answer("annual_revenue", Answer::Money(Money::parse("2000000000", Currency::RSD).unwrap())),
            |_| {},
        ),
        (
            F::ValuationBelowRound,
            venture,
            |c| c.answer("valuation", Answer::Money(eur("1999999"))),
            |c| {
                c.answer("valuation", Answer::Money(eur("2000000")));
            },
        ),
        (
            F::EquityInProcurement,
            fibre,
            |c| {
                c.facts.contract = Some(ContractType::TraditionalProcurement);
                c.facts.instruments = Some(Shares::whole(Instrument::SharesUnlisted));
            },
            |c| c.facts.contract = Some(ContractType::TraditionalProcurement),
        ),
        (
            F::VentureWithConcession,
            venture,
            |c| c.facts.contract = Some(ContractType::Boo),
            |c| {
                c.facts.contract = Some(ContractType::Private);
            },
        ),
        (
            F::SoftKindWithConcession,
            fibre,
            |c| (c.facts.kind, c.facts.contract) = (ProjectKind::Research, Some(ContractType::Bot)),
            |c| c.facts.kind = ProjectKind::Research,
        ),
        (
            F::DivestitureBeforeOperation,
            fibre,
            |c| c.facts.contract = Some(ContractType::PartialDivestiture),
            |c| {
                (c.facts.contract, c.facts.stage) =
                    (Some(ContractType::PartialDivestiture), at(S::Operation));
            },
        ),
        (
            F::OldWorksContractOnNewWorks,
            fibre,
            |c| c.facts.contract = Some(ContractType::Rot),
            |c| {
                (c.facts.contract, c.facts.works) =
                    (Some(ContractType::Rot), Some(WorksType::Rehabilitation));
            },
        ),
        (
            F::NewWorksContractOnOldWorks,
            fibre,
            |c| (c.facts.contract, c.facts.works) = (Some(ContractType::Bot), Some(WorksType::Replacement)),
            |c| c.facts.contract = Some(ContractType::Bot),
        ),
        (F::AuthorityWithoutContract, fibre, |c| c.facts.contract = Some(ContractType::Merchant), |_| {}),
        (
            F::LifecycleAgainstStage,
            fibre,
            |c| c.facts.lifecycle = Some(LifecycleStatus::Identification),
            |c| {
                c.facts.lifecycle = Some(LifecycleStatus::Maintenance);
                c.facts.works = Some(WorksType::Expansion);
            },
        ),
        (
            F::LifecycleEnded,
            fibre,
            |c| c.facts.lifecycle = Some(LifecycleStatus::Cancelled),
            |c| {
                c.facts.lifecycle = Some(LifecycleStatus::Decommissioning);
                c.facts.works = Some(WorksType::Decommissioning);
            },
        ),
        (
            F::SharesAgainstStage,
            venture,
            |c| c.facts.instruments = Some(Shares::whole(Instrument::SharesListed)),
            |_| {},
        ),
        (F::IdeaWithRevenue, venture, |c| c.facts.stage = stage("IDEA"), |_| {}),
        (F::RevenueWithoutCustomers, venture, |c| c.answer("customers", Answer::Count(0)), |_| {}),
        (
            F::EvidenceMissing,
            fibre,
            |c| c.item(R::Licences, ReadinessStatus::Evidenced),
            |c| c.item(R::Licences, Claimed),
        ),
        (
            F::EvidenceShared,
            fibre,
            |c| {
                for entry in c.facts.readiness.iter_mut().take(4) {
                    entry.evidence = Some(SingleLine::new("All.pdf").unwrap());
                }
            },
            |c| {
                for entry in c.facts.readiness.iter_mut().take(3) {
                    entry.evidence = Some(SingleLine::new("All.pdf").unwrap());
                }
            },
        ),
        (
            F::WorksWithoutEnvironment,
            fibre,
            |c| {
                c.facts.stage = at(S::FinancialClose);
                c.item(R::EnvironmentalAssessment, Missing);
            },
            |c| c.item(R::EnvironmentalAssessment, Missing),
        ),
        (
            F::WorksWithoutLand,
            fibre,
            |c| {
                c.facts.stage = at(S::Construction);
                c.drop_item(R::LandAndRights);
            },
            |c| c.drop_item(R::LandAndRights),
        ),
        (
            F::SpectrumWithoutLicence,
            fibre,
            |c| {
                c.facts.stage = at(S::Procurement);
                c.drop_item(R::Licences);
                c.answer("spectrum_needed", Answer::YesNo(true));
            },
            |c| {
                c.facts.stage = at(S::Procurement);
                c.drop_item(R::Licences);
            },
        ),
        (
            F::CloseWithoutApproval,
            fibre,
            |c| {
                c.facts.stage = at(S::FinancialClose);
                c.drop_item(R::GovernmentApproval);
            },
            |c| c.drop_item(R::GovernmentApproval),
        ),
        (
            F::EntryPriceNotAffordable,
            fibre,
            |c| c.facts.impact.entry_price_pct_gni = pct(2.0),
            |c| c.facts.impact.entry_price_pct_gni = pct(1.99),
        ),
        (
            F::EntryPriceImplausible,
            fibre,
            |c| c.facts.impact.entry_price_pct_gni = pct(-1.0),
            |c| c.facts.impact.entry_price_pct_gni = pct(100.0),
        ),
        (
            F::ServedAboveArea,
            fibre,
            |c| c.facts.impact.population_newly_served = Some(200_001),
            |c| {
                c.facts.impact.population_newly_served = Some(200_000);
            },
        ),
        (
            F::ServedAboveCountry,
            fibre,
            |c| c.facts.impact.population_newly_served = Some(6_600_001),
            |c| {
                // One country has no figure.
                c.facts.impact.population_newly_served = Some(6_600_001);
                c.facts.locations.push(Location {
                    country: "BA".parse().unwrap(),
                    city_geonames: None,
                    position: None,
                });
            },
        ),
        (
            F::CoverageWithoutPeople,
            fibre,
            |c| c.facts.impact.population_newly_served = Some(0),
            |c| {
                c.facts.impact.population_newly_served = None;
            },
        ),
        (F::PeopleWithoutCoverage, fibre, |c| c.facts.impact.coverage_target = pct(40.0), |_| {}),
        (
            F::SchoolsMissing,
            fibre,
            |c| {
                c.facts.fields = Shares::whole(CooperationField::InclSchool);
                c.facts.impact.schools_connected = Some(0);
            },
            |c| c.facts.impact.schools_connected = Some(0),
        ),
        (
            F::KindAgainstFields,
            fibre,
            |c| c.facts.kind = ProjectKind::ContentProduction,
            |c| {
                c.facts.kind = ProjectKind::TrainingProgramme;
                c.facts.fields = Shares::whole(CooperationField::SkillsPublic);
            },
        ),
        (
            F::BorderInOneCountry,
            fibre,
            |c| c.answer("cross_border", Answer::YesNo(true)),
            |c| c.answer("cross_border", Answer::YesNo(false)),
        ),
        (
            F::DeadlinePassed,
            fibre,
            |c| c.facts.deadline = Some(day(2026, 3, 1)),
            |c| c.facts.deadline = Some(today()),
        ),
        (
            F::DeadlineNear,
            fibre,
            |c| c.facts.deadline = Some(today()),
            |c| c.facts.deadline = Some(day(2026, 3, 16)),
        ),
        (
            F::DateInFuture,
            venture,
            |c| c.answer("founded_on", Answer::Date(day(2026, 3, 3))),
            |c| {
                c.answer("founded_on", Answer::Date(today()));
            },
        ),
        (
            F::ContactInText,
            fibre,
            |c| c.facts.summary = Some(text("Ask (ana@city.example).")),
            |c| {
                c.facts.summary = Some(text("Fibre at 10 + 2 sites, EUR 42 000 000, @ home."));
            },
        ),
        (
            F::PromiseInText,
            fibre,
            |c| c.facts.title = text("Fibre, risk-free"),
            |c| {
                c.facts.title = text("Fibre with guaranteed minimum revenue");
            },
        ),
        (
            F::SummaryRepeatsTitle,
            fibre,
            |c| c.facts.summary = Some(text("a PROJECT")),
            |c| c.facts.summary = None,
        ),
    ]
};
