//! A project for tests: only what every project has is known.

use crate::{
    project::{Impact, Location, ProjectFacts},
    provenance::Provenance,
    value::{Lang, Localized, Shares},
    vocabulary::{CooperationField, InvestmentStage, ListingState, ProjectKind, StageLadder},
};

/// A project of a kind, at a stage, in one field, in Serbia.
pub(crate) fn bare(
    kind: ProjectKind,
    stage: Option<InvestmentStage>,
    field: CooperationField,
) -> ProjectFacts {
    let venture = kind == ProjectKind::StartupVenture;
    ProjectFacts {
        title: Localized::new(Lang::EN, "A project").unwrap(),
        summary: None,
        kind,
        works: None,
        innovation: None,
        lifecycle: None,
        ladder: if venture { StageLadder::Venture } else { StageLadder::Infrastructure },
        stage,
        fields: Shares::whole(field),
        contract: None,
        public_authority: None,
        gap: None,
        min_slice: None,
        instruments: None,
        concessional: None,
        return_pct: None,
        tenor_months: None,
        readiness: Vec::new(),
        flags: Vec::new(),
        impact: Impact::default(),
        locations: vec![Location { country: "RS".parse().unwrap(), city_geonames: None, position: None }],
        languages: vec![Lang::EN],
        excluded_investors: Vec::new(),
        help_wanted: Vec::new(),
        deadline: None,
        published_on: None,
        confirmed_on: None,
        state: ListingState::Draft,
        recorded_financier: None,
        recorded_year: None,
        disclosure: crate::disclosure::Disclosure::default(),
        provenance: Provenance::default(),
    }
}
