//! Of effects, places, dates and words: for each flag a dossier that raises it and one that comes near but does not.

use super::*;

/// For each flag: what raises it, and what comes near but does not.
pub(super) const CASES: &[Row] = {
    use RedFlag as F;
    &[
        (
            F::CoverageBelowBaseline,
            fibre,
            |c| c.facts.impact.coverage_target = pct(39.0),
            |c| {
                c.facts.impact.coverage_target = pct(40.0);
            },
        ),
        (F::DuplicateSuspected, fibre, |c| c.duplicate = true, |_| {}),
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
