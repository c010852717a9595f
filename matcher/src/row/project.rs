//! Packed view of a project.

use std::sync::Arc;

use domain::{
    Vocabulary,
    disclosure::{Disclosure, ListingField, Rung},
    id::Id,
    organisation::Organisation,
    project::Project,
    value::CountryCode,
    vocabulary::{
        ContractType, CooperationField, FieldSet, Instrument, InvestmentStage, ListingState, ProjectKind,
        ReadinessItem, ReadinessStatus, StageLadder,
    },
};

use super::{Amount, Day, World, day, organisation::bits};
use crate::grade::Grade;

/// The place of a stage in tables of both ladders: infrastructure 0..9, venture 9..18.
pub fn stage_slot(stage: InvestmentStage) -> usize {
    match stage.ladder() {
        StageLadder::Infrastructure => stage.rung(),
        StageLadder::Venture => stage.rung().saturating_add(InvestmentStage::RUNGS),
    }
}

/// What a listing keeps from those outside, by what a filter or a score would tell of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Veil(u8);

impl Veil {
    /// Nothing is kept back.
    pub const NONE: Self = Self(0);
    /// The kind.
    pub const KIND: Self = Self(1);
    /// The stage.
    pub const STAGE: Self = Self(2);
    /// The gap.
    pub const GAP: Self = Self(4);
    /// The instruments.
    pub const INSTRUMENTS: Self = Self(8);
    /// Something that a score is made of.
    pub const SCORED: Self = Self(16);
    /// Whose it is.
    pub const OWNER: Self = Self(32);

    fn new(disclosure: &Disclosure, rung: Rung) -> Self {
        let hides = |fields: &[ListingField]| !fields.iter().all(|field| disclosure.shows(*field, rung));
        [
            (Self::KIND, &[ListingField::Kind][..]),
            (Self::STAGE, &[ListingField::Stage]),
            (Self::GAP, &[ListingField::Gap]),
            (Self::INSTRUMENTS, &[ListingField::Instruments]),
            (Self::SCORED, &ListingField::SCORED),
            (Self::OWNER, &[ListingField::Owner]),
        ]
        .into_iter()
        .filter(|(_, fields)| hides(fields))
        .fold(Self::default(), |veil, (part, _)| Self(veil.0 | part.0))
    }

    /// Whether a part is kept back.
    pub const fn hides(self, part: Self) -> bool {
        self.0 & part.0 != 0
    }
}

/// Packed view of a project.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectRow {
    /// What is kept from those without an account.
    pub veil_public: Veil,
    /// What is kept from those who have one.
    pub veil_registered: Veil,
    /// Its id.
    pub id: Id<Project>,
    /// Its owner.
    pub owner: Id<Organisation>,
    /// Where the listing stands.
    pub state: ListingState,
    /// What it is; none where the owner keeps it back.
    pub kind: Option<ProjectKind>,
    /// Which ladder.
    pub ladder: StageLadder,
    /// Its stage.
    pub stage: Option<InvestmentStage>,
    /// Fields with shares in hundredths of a percent.
    pub fields: Arc<[(CooperationField, u16)]>,
    /// The same fields as a set.
    pub field_set: FieldSet,
    /// Contract.
    pub contract: Option<ContractType>,
    /// Funding gap.
    pub gap: Option<Amount>,
    /// Smallest slice; the gap itself where none is stated, since an undivided gap is taken whole.
    pub slice: Option<Amount>,
    /// Instruments with shares in hundredths of a percent; empty where not stated.
    pub instruments: Arc<[(Instrument, u16)]>,
    /// Expected return in hundredths of a percent.
    pub return_hundredths: Option<i32>,
    /// Tenor in months.
    pub tenor_months: Option<u16>,
    /// Items of the checklist that are evidenced, claimed and known to be missing, as bits.
    pub evidenced: u32,
    /// Claimed without evidence.
    pub claimed: u32,
    /// Known to be missing.
    pub absent: u32,
    /// Flags without justification, as bits.
    pub flags: u64,
    /// Price of an entry-level plan, hundredths of a percent of income a head.
    pub entry_price: Option<i32>,
    /// People served for the first time.
    pub newly_served: Option<u64>,
    /// Schools connected.
    pub schools: Option<u32>,
    /// Share of women in hundredths of a percent.
    pub women: Option<i32>,
    /// Countries, each once.
    pub countries: Arc<[CountryCode]>,
    /// Cities by GeoNames id.
    pub cities: Arc<[u32]>,
    /// Kinds of investors not wanted, as bits.
    pub excluded_investors: u32,
    /// Help wanted, as bits; none where not said.
    pub help_wanted: u8,
    /// First day in public.
    pub published_on: Option<Day>,
    /// Last confirmation.
    pub confirmed_on: Option<Day>,
    /// Grade of readiness; made from the fields above by [`Self::refresh`].
    pub ready: Grade,
    /// Grade of inclusion; made from the fields above by [`Self::refresh`].
    pub inclusion: Grade,
}

impl ProjectRow {
    /// Whether the listing keeps back from those with an account whose it is.
    pub const fn hides_owner(&self) -> bool {
        self.veil_registered.hides(Veil::OWNER)
    }

    /// Packs a project as a score may read it, for everybody.
    pub fn new(id: Id<Project>, owner: Id<Organisation>, project: &Project, world: &World) -> Self {
        if project.disclosure.is_plain() {
            return Self::whole(id, owner, project, world);
        }
        let kind = project.disclosure.shows(ListingField::Kind, Rung::Matched).then_some(project.kind);
        Self { kind, ..Self::whole(id, owner, &project.as_scored(), world) }
    }

    /// Packs a project with all that it is, for its owner.
    pub fn whole(id: Id<Project>, owner: Id<Organisation>, project: &Project, world: &World) -> Self {
        let fields: Box<[_]> = project.fields.parts().iter().map(|part| (part.of, part.hundredths)).collect();
        let gap = project.gap.map(|gap| world.amount(gap));
        let items = |status: ReadinessStatus| {
            project
                .readiness
                .iter()
                .filter(|entry| entry.status == status)
                .fold(0, |set, entry| set | item_bit(entry.item))
        };
        let mut row = Self {
            veil_public: Veil::new(&project.disclosure, Rung::Public),
            veil_registered: Veil::new(&project.disclosure, Rung::Registered),
            id,
            owner,
            state: project.state,
            kind: Some(project.kind),
            ladder: project.ladder,
            stage: project.stage,
            field_set: fields.iter().map(|(field, _)| *field).collect(),
            fields: fields.into(),
            contract: project.contract,
            gap,
            slice: project.min_slice.map(|slice| world.amount(slice)).or(gap),
            instruments: project
                .instruments
                .as_ref()
                .map(|shares| shares.parts().iter().map(|part| (part.of, part.hundredths)).collect())
                .unwrap_or_default(),
            return_hundredths: project.return_pct.map(domain::value::Pct::hundredths),
            tenor_months: project.tenor_months,
            evidenced: items(ReadinessStatus::Evidenced),
            claimed: items(ReadinessStatus::Claimed),
            absent: items(ReadinessStatus::Missing),
            flags: project
                .flags
                .iter()
                .filter(|entry| entry.counts())
                .fold(0, |set, entry| set | 1_u64.checked_shl(entry.flag as u32).unwrap_or(0)),
            entry_price: project.impact.entry_price_pct_gni.map(domain::value::Pct::hundredths),
            newly_served: project.impact.population_newly_served,
            schools: project.impact.schools_connected,
            women: project.impact.women_share.map(domain::value::Pct::hundredths),
            countries: project.countries().into(),
            cities: project.locations.iter().filter_map(|location| location.city_geonames).collect(),
            excluded_investors: project
                .excluded_investors
                .iter()
                .fold(0, |set, kind| set | 1_u32.checked_shl(*kind as u32).unwrap_or(0)),
            help_wanted: bits(project.help_wanted.iter().copied()),
            published_on: project.published_on.map(day),
            confirmed_on: project.confirmed_on.map(day),
            ready: Grade::MISSING,
            inclusion: Grade::MISSING,
        };
        row.refresh();
        row
    }

    /// Makes the grades that depend on the project alone, once and not for every mandate.
    pub fn refresh(&mut self) {
        self.ready = crate::criterion::investor::ready(self);
        self.inclusion = crate::criterion::investor::inclusion(self);
    }

    /// The stage's checklist; none where the stage is unknown.
    pub fn checklist(&self) -> Option<&'static [ReadinessItem]> {
        self.stage.map(ReadinessItem::checklist)
    }

    /// Whether any of the instruments sought makes the giver an owner; unknown where none is stated.
    pub fn seeks_equity(&self) -> Option<bool> {
        (!self.instruments.is_empty()).then(|| self.instruments.iter().any(|(i, _)| i.is_equity()))
    }

    /// The kind as a bit; all of them where it is kept back, so that it is in nobody's way.
    pub fn kind_bits(&self) -> u16 {
        self.kind.map_or(u16::MAX, Self::kind_bit)
    }

    /// The place of the kind in its list, as a bit.
    pub fn kind_bit(kind: ProjectKind) -> u16 {
        1_u16.checked_shl(u32::try_from(kind.index()).unwrap_or(u32::MAX)).unwrap_or(0)
    }
}

/// An item of the checklist as a bit.
pub(crate) fn item_bit(item: ReadinessItem) -> u32 {
    1_u32.checked_shl(item as u32).unwrap_or(0)
}
