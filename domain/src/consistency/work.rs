//! Rules about the work: contract, stage, lifecycle, and the documents that a stage stands on.

use super::{Dossier, Rule, plain};
use crate::vocabulary::{
    ContractType as C, CooperationField,
    FlagSeverity::{Amber, Red},
    InfrastructureStage as S, Instrument, LifecycleStatus as L, ProjectKind, ReadinessItem as R,
    ReadinessStatus, RedFlag as F, StageLadder, VentureStage as V, WorksType as W,
};

/// Contracts about what is there already.
const OLD_WORKS: &[C] = &[C::Brot, C::Rot, C::Rlt];
/// Contracts about what is to be built.
const NEW_WORKS: &[C] = &[C::Blt, C::Bot, C::Boo];

/// The documents without which a stage was not reached.
fn documents(at: &Dossier) -> &'static [R] {
    match (at.infrastructure(), at.venture()) {
        (Some(stage), _) if stage >= S::Procurement => {
            &[R::FeasibilityStudy, R::FinancialModel, R::RiskAllocation]
        }
        (Some(S::Structuring), _) => &[R::FeasibilityStudy],
        (_, Some(stage)) if stage >= V::SeriesA => &[R::IncorporationCertificate, R::CapTable],
        _ => &[],
    }
}

/// The stages at which a project can be, by its lifecycle; none where any is possible.
const fn stages(lifecycle: L) -> Option<(S, S)> {
    match lifecycle {
        L::Identification => Some((S::Concept, S::Feasibility)),
        L::Preparation => Some((S::Concept, S::FinancialClose)),
        L::Implementation => Some((S::Procurement, S::Operation)),
        L::Completion => Some((S::Construction, S::Operation)),
        L::Maintenance => Some((S::Operation, S::Operation)),
        L::Decommissioning | L::Decommissioned | L::Cancelled => None,
    }
}

/// How many items one document may show before it looks like a stand-in.
const ITEMS_OF_ONE_DOCUMENT: usize = 3;

pub(super) const RULES: &[Rule] = &[
    Rule {
        flag: F::PppWithoutAuthority,
        severity: Red,
        compares: "contract with the public authority",
        message: "The contract {} is with a public authority, but none is named",
        mend: "Name the authority",
        check: |at| {
            let contract = at.facts.contract.filter(|contract| contract.is_ppp())?;
            at.facts.public_authority.is_none().then(|| vec![contract.to_string()])
        },
    },
    Rule {
        flag: F::AuthorityWithoutContract,
        severity: Amber,
        compares: "public authority with the contract",
        message: "An authority is named, but the contract is {}",
        mend: "Correct the contract, or name the authority as a party of another kind",
        check: |at| {
            let contract = at.facts.contract.filter(|one| matches!(one, C::Private | C::Merchant))?;
            at.facts.public_authority.is_some().then(|| vec![contract.to_string()])
        },
    },
    Rule {
        flag: F::EquityInProcurement,
        severity: Red,
        compares: "contract with the instruments",
        message: "Under traditional procurement the public side owns all; there are no shares to sell",
        mend: "Correct the contract or the instruments",
        check: |at| {
            let equity = at.sought(Instrument::is_equity)? > 0;
            (equity && at.facts.contract == Some(C::TraditionalProcurement)).then(plain)
        },
    },
    Rule {
        flag: F::VentureWithConcession,
        severity: Red,
        compares: "ladder with the contract",
        message: "A venture stands under the contract {}, which is one of infrastructure",
        mend: "Leave the contract out, or list it as infrastructure",
        check: |at| {
            let contract = at.facts.contract.filter(|one| one.is_ppp() || NEW_WORKS.contains(one))?;
            (at.facts.ladder == StageLadder::Venture).then(|| vec![contract.to_string()])
        },
    },
    Rule {
        flag: F::SoftKindWithConcession,
        severity: Amber,
        compares: "kind with the contract",
        message: "A project of the kind {} stands under the contract {}, which is one of works",
        mend: "Correct the kind or the contract",
        check: |at| {
            let contract =
                at.facts.contract.filter(|one| OLD_WORKS.contains(one) || NEW_WORKS.contains(one))?;
            let soft = matches!(
                at.facts.kind,
                ProjectKind::TrainingProgramme | ProjectKind::ContentProduction | ProjectKind::Research
            );
            soft.then(|| vec![at.facts.kind.to_string(), contract.to_string()])
        },
    },
    Rule {
        flag: F::DivestitureBeforeOperation,
        severity: Red,
        compares: "contract with the stage",
        message: "What is sold has to run, but the stage is {}",
        mend: "Correct the contract or the stage",
        check: |at| {
            let stage = at.infrastructure()?;
            let sale = matches!(at.facts.contract, Some(C::FullDivestiture | C::PartialDivestiture));
            (sale && stage < S::Operation).then(|| vec![stage.to_string()])
        },
    },
    Rule {
        flag: F::OldWorksContractOnNewWorks,
        severity: Amber,
        compares: "contract with the works",
        message: "The contract {} is about what is there already, but the works are new",
        mend: "Correct the contract or the works",
        check: |at| {
            let contract = at.facts.contract.filter(|one| OLD_WORKS.contains(one))?;
            (at.facts.works == Some(W::Construction)).then(|| vec![contract.to_string()])
        },
    },
    Rule {
        flag: F::NewWorksContractOnOldWorks,
        severity: Amber,
        compares: "contract with the works",
        message: "The contract {} is about new works, but the works are {}",
        mend: "Correct the contract or the works",
        check: |at| {
            let contract = at.facts.contract.filter(|one| NEW_WORKS.contains(one))?;
            let works = at
                .facts
                .works
                .filter(|one| matches!(one, W::Rehabilitation | W::Replacement | W::Decommissioning))?;
            Some(vec![contract.to_string(), works.to_string()])
        },
    },
    Rule {
        flag: F::LifecycleAgainstStage,
        severity: Red,
        compares: "lifecycle with the stage",
        message: "The work stands at {}, the money at {}; these cannot go together",
        mend: "Correct one of them; where old works are rebuilt, name the works",
        check: |at| {
            let (lifecycle, stage) = (at.facts.lifecycle?, at.infrastructure()?);
            // What stands can need new money from the first stage on.
            let rebuilt = matches!(at.facts.works, Some(W::Rehabilitation | W::Replacement | W::Expansion));
            let (first, last) = stages(lifecycle)?;
            (!rebuilt && !(first..=last).contains(&stage))
                .then(|| vec![lifecycle.to_string(), stage.to_string()])
        },
    },
    Rule {
        flag: F::LifecycleEnded,
        severity: Red,
        compares: "lifecycle with the gap",
        message: "The work is {}, but money is sought",
        mend: "Correct the lifecycle, or withdraw the listing",
        check: |at| {
            let lifecycle = at.facts.lifecycle?;
            let over = match lifecycle {
                L::Cancelled | L::Decommissioned => true,
                L::Decommissioning => at.facts.works != Some(W::Decommissioning),
                _ => false,
            };
            (over && at.facts.gap.is_some()).then(|| vec![lifecycle.to_string()])
        },
    },
    Rule {
        flag: F::SharesAgainstStage,
        severity: Red,
        compares: "listed shares with the venture's stage",
        message: "Listed shares are offered by a venture at the stage {}",
        mend: "Correct the instrument or the stage",
        check: |at| {
            let stage = at.venture()?;
            let listed = at.sought(|one| one == Instrument::SharesListed)? > 0;
            (listed && stage < V::PreIpo).then(|| vec![stage.to_string()])
        },
    },
    Rule {
        flag: F::IdeaWithRevenue,
        severity: Amber,
        compares: "revenue with the venture's stage",
        message: "An idea already earned {} in twelve months",
        mend: "Correct the stage or the revenue",
        check: |at| {
            let revenue = at.answers.money("answers.revenue_12_months").filter(|money| money.minor() > 0)?;
            (at.venture()? == V::Idea).then(|| vec![revenue.to_string()])
        },
    },
    Rule {
        flag: F::RevenueWithoutCustomers,
        severity: Amber,
        compares: "revenue with customers",
        message: "{} were earned in twelve months, but there is no paying customer",
        mend: "Correct one of them, or say what was earned otherwise",
        check: |at| {
            let revenue = at.answers.money("answers.revenue_12_months").filter(|money| money.minor() > 0)?;
            (at.answers.count("answers.customers")? == 0).then(|| vec![revenue.to_string()])
        },
    },
    Rule {
        flag: F::DemandUnverified,
        severity: Red,
        compares: "demand study with the stage, from feasibility on",
        message: "The demand study is claimed, but no document shows it",
        mend: "Name the study",
        check: |at| {
            let entry = at.item(R::DemandStudy)?;
            (entry.status == ReadinessStatus::Claimed && at.reached(S::Feasibility)).then(plain)
        },
    },
    Rule {
        flag: F::StageWithoutEvidence,
        severity: Red,
        compares: "stage with the documents that it stands on",
        message: "The stage is {}, but of what it stands on is missing: {}",
        mend: "Claim or show these items, or correct the stage",
        check: |at| {
            let missing: Vec<String> =
                documents(at).iter().filter(|item| !at.claimed(**item)).map(ToString::to_string).collect();
            let stage = at.facts.stage?;
            (!missing.is_empty()).then(|| vec![stage.code().to_owned(), missing.join(", ")])
        },
    },
    Rule {
        flag: F::EvidenceMissing,
        severity: Red,
        compares: "checklist with its evidence",
        message: "{} is said to be evidenced, but no document is named",
        mend: "Name the document, or call the item claimed",
        check: |at| {
            let shown = |status| status == ReadinessStatus::Evidenced;
            at.facts
                .readiness
                .iter()
                .find(|entry| shown(entry.status) && entry.evidence.is_none())
                .map(|entry| vec![entry.item.to_string()])
        },
    },
    Rule {
        flag: F::EvidenceShared,
        severity: Amber,
        compares: "documents of the checklist with each other",
        message: "'{}' stands for {} items of the checklist",
        mend: "Name the document of each item",
        check: |at| {
            let mut uses = std::collections::BTreeMap::new();
            for evidence in at.facts.readiness.iter().filter_map(|entry| entry.evidence.as_ref()) {
                let count: &mut usize = uses.entry(evidence.as_str().to_lowercase()).or_default();
                *count = count.saturating_add(1);
            }
            let (name, count) = uses.into_iter().find(|(_, count)| *count > ITEMS_OF_ONE_DOCUMENT)?;
            Some(vec![name, count.to_string()])
        },
    },
    Rule {
        flag: F::WorksWithoutEnvironment,
        severity: Red,
        compares: "works at or after the financial close with the environmental study",
        message: "Works of the kind {} are financed, but there is no environmental study",
        mend: "Claim or show the study, or say why the law asks for none",
        check: |at| {
            let works = at.facts.works.filter(|one| matches!(one, W::Construction | W::Expansion))?;
            (at.reached(S::FinancialClose) && !at.claimed(R::EnvironmentalAssessment))
                .then(|| vec![works.to_string()])
        },
    },
    Rule {
        flag: F::WorksWithoutLand,
        severity: Red,
        compares: "construction with land and rights of way",
        message: "It is being built, but land and rights of way are not secured",
        mend: "Claim or show the rights, or correct the stage",
        check: |at| {
            let built = at.facts.kind == ProjectKind::Infrastructure && at.reached(S::Construction);
            (built && !at.claimed(R::LandAndRights)).then(plain)
        },
    },
    Rule {
        flag: F::SpectrumWithoutLicence,
        severity: Red,
        compares: "spectrum with licences, from procurement on",
        message: "It needs spectrum and has come to {}, but no licence is claimed",
        mend: "Claim or show the licence",
        check: |at| {
            let stage = at.infrastructure().filter(|stage| *stage >= S::Procurement)?;
            let satellite = |field| matches!(field, CooperationField::ConnSatcom);
            let needed = at.answers.yes_no("answers.spectrum_needed").unwrap_or(at.fields(satellite) > 0);
            (needed && !at.claimed(R::Licences)).then(|| vec![stage.to_string()])
        },
    },
    Rule {
        flag: F::CloseWithoutApproval,
        severity: Red,
        compares: "financial close of a partnership with the government's approval",
        message: "A contract {} has come to {} without the government's approval",
        mend: "Claim or show the approval, or correct the stage",
        check: |at| {
            let contract = at.facts.contract.filter(|contract| contract.is_ppp())?;
            let stage = at.infrastructure().filter(|stage| *stage >= S::FinancialClose)?;
            (!at.claimed(R::GovernmentApproval)).then(|| vec![contract.to_string(), stage.to_string()])
        },
    },
];
