//! A project as the engine keeps it: the facts that its exact score needs, and the columns of its block.

use domain::{
    Vocabulary,
    id::Id,
    project::Project,
    value::CountryCode,
    vocabulary::{CooperationField, Instrument},
};

use super::block::Columns;
use crate::{
    Catalog,
    criterion::investor as seen,
    gate::investment as gate,
    grade::ONE,
    row::{Amount, CompactRow, Day, OwnerFacts, ProjectRow, ScanRow},
};

/// In place of a field, an instrument or a country: one of which nothing is said, which may be any.
pub(super) const ANY: u8 = 63;
/// In place of a field: there is none. In place of a city: none is named.
pub(super) const NONE: u8 = 62;
/// In place of a country: any. Countries have numbers below 250.
pub(super) const ANYWHERE: u8 = 255;
/// In place of an instrument: none is stated.
pub(super) const UNSTATED: u8 = 13;
/// In place of an instrument: there is no second.
pub(super) const NO_INSTRUMENT: u8 = 14;
/// In place of an instrument: any.
pub(super) const ANY_INSTRUMENT: u8 = 15;
/// In place of a kind: it is kept back.
pub(super) const ANY_KIND: u8 = 14;
/// In place of a kind: no question lets the project through.
pub(super) const SHUT: u8 = 15;
/// Portions of a whole. All multiples of four tenths of a percent are exact.
pub(super) const PORTIONS: u32 = 250;
/// Cities by remainder; it parts most cities from most others.
pub(super) const CITIES: u32 = 62;
/// Merits are in so many parts of one, rounded up.
pub(super) const MERIT: u32 = 65_535;
/// What stands for a return of nothing; returns are held between -200 and 450 percent.
pub(super) const RETURN_ZERO: i32 = 20_001;
/// The highest return that is told from higher ones; who looks for more is taken to look for this.
pub(super) const MOST_RETURN: i32 = 45_000;
/// In place of a tenor: not known.
pub(super) const NO_TENOR: u16 = u16::MAX;
/// Amounts below so many euro cents are not measured by columns: the rounding of a conversion weighs too much.
pub(super) const LEAST_EUROS: i64 = 10_000;
/// The least reciprocal of a gap: two to the power of -45, one over 350,000 million euros.
pub(super) const LEAST_PART: f32 = 1.0 / (1_u64 << 45) as f32;
/// The least slice: two to the power of 13, which is less than every ticket that is measured.
pub(super) const LEAST_SLICE: f32 = (1 << 13) as f32;

/// Of a project: whether it seeks money that looks for a return, and that is to be repaid.
pub(super) const SEEKS_RETURN: u8 = 1;
/// See [`SEEKS_RETURN`].
pub(super) const DEBT: u8 = 2;
/// Inclusion does not apply.
pub(super) const NO_INCLUSION: u8 = 4;
/// The gap is not known, or known in a currency without a rate.
pub(super) const NO_GAP: u8 = 8;
/// The gap is known, and its column says nothing of it.
pub(super) const UNMEASURED: u8 = 16;
/// Keeps back from the public what a score is made of.
pub(super) const VEILED_PUBLIC: u8 = 32;
/// Keeps it back from those with an account.
pub(super) const VEILED_REGISTERED: u8 = 64;
/// Whoever gives the money becomes an owner.
pub(super) const EQUITY: u8 = 128;

/// A project as the engine keeps it.
#[derive(Debug, Clone)]
pub struct Listed {
    id: Id<Project>,
    facts: CompactRow,
    pub(super) columns: Columns,
}

impl Listed {
    /// A project of a catalog; none where it is not in.
    pub(crate) fn of(catalog: &Catalog, place: usize) -> Option<Self> {
        let project = catalog.projects().rows().get(place)?;
        let row = catalog.scan().rows().get(place)?;
        let owner = catalog.scan().owners().get(row.owner as usize)?.as_ref();
        let rated = |gap: Amount| gap.euro_cents.is_some() || catalog.world.has_rate(gap.currency);
        let rated = project.gap.is_some_and(rated);
        let columns = columns(project, row, owner, catalog.day(), rated);
        Some(Self { id: project.id, facts: CompactRow::of(row), columns })
    }

    /// The project's id.
    pub const fn project(&self) -> Id<Project> {
        self.id
    }

    /// The project's id as a number, by which ties are broken.
    pub const fn id(&self) -> u128 {
        self.id.uuid().as_u128()
    }

    /// What a scan reads of it, but for the day of publication.
    #[inline]
    pub(super) fn facts(&self) -> ScanRow {
        self.facts.row()
    }
}

/// The numbers of a listing's columns.
fn columns(
    project: &ProjectRow,
    row: &ScanRow,
    owner: Option<&OwnerFacts>,
    today: Day,
    rated: bool,
) -> Columns {
    let open = project.state.is_ranked()
        && owner.is_some_and(|owner| gate::screened(owner.screening, owner.screened_on, today));
    let (fields, shares) = fields(&project.fields);
    let (instruments, portions) = instruments(&project.instruments);
    let unstated = project.instruments.is_empty();
    let trust = owner
        .map(|owner| seen::trust(owner.verification, seen::freshness(project.confirmed_on, today)).point);
    let flag = |is: bool, bit: u8| if is { bit } else { 0 };
    let money = money(row);
    let traits = flag(unstated || project.instruments.iter().any(|(i, _)| i.seeks_return()), SEEKS_RETURN)
        | flag(unstated || project.instruments.iter().any(|(i, _)| i.is_debt()), DEBT)
        | flag(!project.inclusion.applicable, NO_INCLUSION)
        // A gap without a rate is compared with tickets of its own currency alone, which are not measured either.
        | flag(!rated, NO_GAP)
        | flag(rated && money.is_none(), UNMEASURED)
        | flag(row.veiled.first() == Some(&true), VEILED_PUBLIC)
        | flag(row.veiled.get(1) == Some(&true), VEILED_REGISTERED)
        | flag(project.seeks_equity() == Some(true), EQUITY);
    let (gap, slice) = money.unwrap_or((0, 0));
    Columns {
        fields,
        shares,
        stage: row.stage,
        instruments,
        portions,
        traits,
        kind: if open {
            project.kind.map_or(ANY_KIND, |kind| u8::try_from(kind.index()).unwrap_or(0))
        } else {
            SHUT
        },
        help: project.help_wanted & 63,
        city: city(&project.cities),
        countries: countries(&project.countries),
        ret: project.return_hundredths.map_or(0, return_step),
        tenor: project.tenor_months.map_or(NO_TENOR, |months| months.min(NO_TENOR.saturating_sub(1))),
        gap,
        slice,
        ready: merit(project.ready.point),
        trust: merit(trust.unwrap_or(0)),
        inclusion: if project.inclusion.applicable { merit(project.inclusion.point) } else { 0 },
    }
}

fn merit(point: u32) -> u16 {
    let parts = u64::from(point.min(ONE)).saturating_mul(u64::from(MERIT)).div_ceil(u64::from(ONE));
    u16::try_from(parts).unwrap_or(u16::MAX)
}

/// A return as a step above nothing; what is not known is nothing.
fn return_step(hundredths: i32) -> u16 {
    u16::try_from(hundredths.clamp(1 - RETURN_ZERO, MOST_RETURN).saturating_add(RETURN_ZERO))
        .unwrap_or(u16::MAX)
}

fn portion(hundredths: u32) -> u8 {
    u8::try_from(hundredths.saturating_mul(PORTIONS).div_ceil(10_000)).unwrap_or(u8::MAX)
}

/// The four fields with the largest shares; of more than four the rest stands as one that may be any.
fn fields(list: &[(CooperationField, u16)]) -> ([u8; 4], [u8; 4]) {
    let number = |field: CooperationField| u8::try_from(field.index()).unwrap_or(ANY).min(ANY);
    slots(list.iter().map(|(field, share)| (number(*field), u32::from(*share))).collect(), NONE, ANY)
}

/// The three instruments with the largest shares; of more than three the rest stands as one that may be any.
fn instruments(list: &[(Instrument, u16)]) -> ([u8; 3], [u8; 3]) {
    if list.is_empty() {
        return ([UNSTATED, NO_INSTRUMENT, NO_INSTRUMENT], [portion(10_000), 0, 0]);
    }
    let number = |i: Instrument| u8::try_from(i.index()).unwrap_or(ANY_INSTRUMENT);
    let parts = list.iter().map(|(i, share)| (number(*i), u32::from(*share))).collect();
    slots(parts, NO_INSTRUMENT, ANY_INSTRUMENT)
}

/// The largest parts in slots; where there are more than slots, what is left stands as one that may be any.
fn slots<const N: usize>(mut parts: Vec<(u8, u32)>, none: u8, any: u8) -> ([u8; N], [u8; N]) {
    parts.sort_unstable_by_key(|(part, share)| (std::cmp::Reverse(*share), *part));
    if parts.len() > N {
        let kept = N.saturating_sub(1);
        let rest = parts.iter().skip(kept).map(|(_, share)| *share).fold(0, u32::saturating_add);
        parts.truncate(kept);
        parts.push((any, rest));
    }
    let slot = |n: usize| parts.get(n).map_or((none, 0), |(part, share)| (*part, portion(*share)));
    (std::array::from_fn(|n| slot(n).0), std::array::from_fn(|n| slot(n).1))
}

fn city(list: &[u32]) -> u8 {
    match list {
        [] => NONE,
        // Several places in one city are one city.
        [one, rest @ ..] if rest.iter().all(|other| other == one) => city_step(*one),
        _ => ANY,
    }
}

/// The remainder by which a city is told from most others.
pub(super) fn city_step(geonames: u32) -> u8 {
    u8::try_from(geonames.checked_rem(CITIES).unwrap_or(0)).unwrap_or(ANY)
}

fn countries(list: &[CountryCode]) -> [u8; 2] {
    let number = |country: CountryCode| u8::try_from(country.index()).unwrap_or(ANYWHERE);
    match list {
        [] => [ANYWHERE; 2],
        [one] => [number(*one); 2],
        [one, two] => [number(*one), number(*two)],
        [one, ..] => [number(*one), ANYWHERE],
    }
}

/// The reciprocal of the gap, rounded up, and the slice in euro cents, rounded down, as short numbers; none where there is
/// no measure of both.
fn money(row: &ScanRow) -> Option<(u16, u16)> {
    let (gap, slice) = (row.gap()?, row.slice()?);
    let (gap_cents, slice_cents) = (gap.euro_cents?, slice.euro_cents?);
    if gap.currency != slice.currency || gap_cents < LEAST_EUROS {
        return None;
    }
    // Bits from the twelfth on, counted from those of the least; nothing below it.
    let short = |x: f64, least: f32| (x as f32).to_bits().saturating_sub(least.to_bits()) >> 12;
    let part = short(1.0 / gap_cents as f64, LEAST_PART);
    // What is less than the least, or not less than the most, has no measure.
    let part = u16::try_from(part.saturating_add(1)).ok().filter(|part| *part > 1)?;
    Some((part, u16::try_from(short(slice_cents.min(gap_cents) as f64, LEAST_SLICE)).unwrap_or(u16::MAX)))
}

/// Orders by which projects can be parted.
pub(super) const DIMENSIONS: usize = 31;

impl Listed {
    /// The country; projects of several are together.
    pub(super) fn partition(&self) -> u32 {
        let [one, two] = self.columns.countries;
        u32::from(if one == two { one } else { ANYWHERE })
    }

    /// The place in an order.
    pub(super) fn place(&self, dimension: usize) -> u32 {
        let of = &self.columns;
        let has = |bit: u8| u32::from(of.traits & bit != 0);
        let [first, second, third, _] = of.fields.map(u32::from);
        match dimension {
            0 => first,
            1 => second,
            2 => third,
            3 => u32::from(of.stage),
            4 => u32::from(of.instruments[0]),
            5 => u32::from(of.instruments[1]),
            6 => u32::from(of.kind),
            7 => u32::from(of.help),
            8 => u32::from(of.gap),
            9 => u32::from(of.slice),
            10 => u32::from(of.ret),
            11 => u32::from(of.tenor),
            12 => u32::from(of.ready),
            13 => u32::from(of.trust),
            14 => u32::from(of.inclusion),
            15 => u32::from(of.ready).saturating_add(u32::from(of.trust)),
            16 => has(SEEKS_RETURN),
            17 => has(DEBT),
            18 => has(NO_INCLUSION),
            19 => has(NO_GAP),
            20 => u32::from(of.countries[0]),
            21 => u32::from(of.countries[1]),
            22 => u32::from(of.city),
            23 => u32::from(of.shares[0]),
            24 => u32::from(of.ret == 0),
            25..31 => {
                let bit = u32::try_from(dimension).unwrap_or(0).saturating_sub(25);
                u32::from(of.help.checked_shr(bit).unwrap_or(0) & 1)
            }
            _ => 0,
        }
    }
}
