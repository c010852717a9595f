//! Counts of what is in public, with small groups held back.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    Vocabulary,
    value::{CountryCode, Currency, Money},
    vocabulary::{CooperationField, InvestmentStage, ProjectKind},
};
use matcher::row::{ProjectRow, Veil};

use super::App;
use crate::ranking::Snapshot;

/// By what projects are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupBy {
    /// By field; a project counts at each of its fields.
    Field,
    /// By country; a project counts in each of its countries.
    Country,
    /// By stage.
    Stage,
    /// By kind.
    Kind,
}

/// A group of projects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Of a field.
    Field(CooperationField),
    /// In a country.
    Country(CountryCode),
    /// At a stage.
    Stage(InvestmentStage),
    /// Of a kind.
    Kind(ProjectKind),
    /// The listing does not say.
    Unknown,
}

/// A group's figures; those that would tell of single projects are held back.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The group.
    pub group: Group,
    /// Projects.
    pub count: Option<u32>,
    /// Sum of the gaps in euro, where a dated rate is known.
    pub gap_total: Option<Money>,
    /// Projects of the sum.
    pub gap_count: Option<u32>,
}

/// Groups below this are held back.
const SMALL: u32 = 5;

#[derive(Default)]
struct Sum {
    count: u32,
    cents: i64,
    with_gap: u32,
}

/// What a listing keeps from the public is in no figure of the public.
fn groups(row: &ProjectRow, by: GroupBy) -> Vec<Group> {
    let told = |part| !row.veil_public.hides(part);
    let groups: Vec<Group> = match by {
        GroupBy::Field => row.fields.iter().map(|(field, _)| Group::Field(*field)).collect(),
        GroupBy::Country => row.countries.iter().map(|country| Group::Country(*country)).collect(),
        GroupBy::Stage => {
            told(Veil::STAGE).then_some(row.stage).flatten().map(Group::Stage).into_iter().collect()
        }
        GroupBy::Kind => {
            told(Veil::KIND).then_some(row.kind).flatten().map(Group::Kind).into_iter().collect()
        }
    };
    if groups.is_empty() { vec![Group::Unknown] } else { groups }
}

/// Counts the projects in public.
pub fn statistics(app: &App, by: GroupBy) -> (Vec<Cell>, Arc<Snapshot>) {
    let snapshot = app.ranking.snapshot();
    let mut sums: BTreeMap<Group, Sum> = BTreeMap::new();
    for row in snapshot.catalog.projects().rows() {
        for group in groups(row, by) {
            let sum = sums.entry(group).or_default();
            sum.count = sum.count.saturating_add(1);
            let gap = row.gap.filter(|_| !row.veil_public.hides(Veil::GAP));
            if let Some(cents) = gap.and_then(|gap| gap.euro_cents) {
                sum.cents = sum.cents.saturating_add(cents);
                sum.with_gap = sum.with_gap.saturating_add(1);
            }
        }
    }
    let cell = |(group, sum): (Group, Sum)| {
        let told = |n: u32| (n >= SMALL).then_some(n);
        let gap_count = told(sum.with_gap);
        let total = gap_count.and_then(|_| Money::from_minor(sum.cents, Currency::EUR).ok());
        Cell { group, count: told(sum.count), gap_total: total, gap_count }
    };
    (sums.into_iter().map(cell).collect(), snapshot)
}

impl Group {
    /// The group's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Field(field) => field.code(),
            Self::Country(country) => country.alpha2(),
            Self::Stage(stage) => stage.code(),
            Self::Kind(kind) => kind.code(),
            Self::Unknown => "UNKNOWN",
        }
    }

    /// The group's English name.
    pub fn label(self, snapshot: &Snapshot) -> String {
        match self {
            Self::Field(field) => field.label().to_owned(),
            Self::Country(country) => snapshot.catalog.world.country_name(country).to_owned(),
            Self::Stage(stage) => stage.label().to_owned(),
            Self::Kind(kind) => kind.label().to_owned(),
            Self::Unknown => "Not stated".to_owned(),
        }
    }
}
