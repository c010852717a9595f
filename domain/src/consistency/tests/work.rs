//! Of the work and its papers: for each flag a dossier that raises it and one that comes near but does not.

use super::*;

/// For each flag: what raises it, and what comes near but does not.
pub(super) const CASES: &[Row] = {
    use InfrastructureStage as S;
    use ReadinessItem as R;
    use ReadinessStatus::{Claimed, Missing};
    use RedFlag as F;
    &[
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
    ]
};
