//! What a scan reads of a project in fewer bytes, for the engine, which keeps a row of its own for each.

use domain::value::Currency;

use super::{
    Day, ScanRow,
    scan::{Estimate, Packed},
};

/// A grade's point and known share; the topmost bit of the latter says that the criterion applies.
#[derive(Debug, Clone, Copy)]
struct Short {
    point: u32,
    known: u32,
}

/// Topmost bit; a known share stays far below it.
const APPLIES: u32 = 1 << 31;

impl Short {
    const fn of(estimate: Estimate) -> Self {
        let applies = if estimate.applicable { APPLIES } else { 0 };
        Self { point: estimate.point, known: estimate.known | applies }
    }

    const fn estimate(self) -> Estimate {
        Estimate { point: self.point, known: self.known & !APPLIES, applicable: self.known & APPLIES != 0 }
    }
}

/// No return, no day: percentages end long before, and so do days.
const NONE: i32 = i32::MIN;

/// A [`ScanRow`] but for the day of publication, which bears on the neutral order alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CompactRow {
    gap: Packed,
    slice: Packed,
    fields: u32,
    countries: u32,
    instruments: u32,
    cities: u32,
    owner: u32,
    ready: Short,
    inclusion: Short,
    return_hundredths: i32,
    confirmed_on: Day,
    excluded_investors: u32,
    contract: u32,
    tenor_months: u16,
    kind: u16,
    gap_currency: Option<Currency>,
    slice_currency: Option<Currency>,
    stage: u8,
    help_wanted: u8,
    flags: u8,
}

/// Flags of a [`CompactRow`].
const RANKED: u8 = 1;
/// See [`RANKED`].
const VEILED: [u8; 2] = [2, 4];
/// See [`RANKED`].
const HIDES_OWNER: u8 = 8;
/// See [`RANKED`].
const HAS_TENOR: u8 = 16;

fn flags(row: &ScanRow) -> u8 {
    let [public, registered] = row.veiled;
    let [to_public, to_registered] = VEILED;
    let flag = |is: bool, bit: u8| if is { bit } else { 0 };
    flag(row.ranked, RANKED)
        | flag(public, to_public)
        | flag(registered, to_registered)
        | flag(row.hides_owner, HIDES_OWNER)
        | flag(row.tenor_months.is_some(), HAS_TENOR)
}

fn or_none(x: Option<i32>) -> i32 {
    x.unwrap_or(NONE)
}

fn some(x: i32) -> Option<i32> {
    (x != NONE).then_some(x)
}

impl CompactRow {
    /// Packs a row.
    pub(crate) fn of(row: &ScanRow) -> Self {
        Self {
            gap: row.gap,
            slice: row.slice,
            fields: row.fields,
            countries: row.countries,
            instruments: row.instruments,
            cities: row.cities,
            owner: row.owner,
            ready: Short::of(row.ready),
            inclusion: Short::of(row.inclusion),
            return_hundredths: or_none(row.return_hundredths),
            confirmed_on: or_none(row.confirmed_on),
            excluded_investors: row.excluded_investors,
            contract: row.contract,
            tenor_months: row.tenor_months.unwrap_or(0),
            kind: row.kind,
            gap_currency: row.gap_currency,
            slice_currency: row.slice_currency,
            stage: row.stage,
            help_wanted: row.help_wanted,
            flags: flags(row),
        }
    }

    const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// The row, but for its day of publication.
    #[inline]
    pub(crate) fn row(&self) -> ScanRow {
        ScanRow {
            gap: self.gap,
            slice: self.slice,
            fields: self.fields,
            countries: self.countries,
            instruments: self.instruments,
            cities: self.cities,
            owner: self.owner,
            ready: self.ready.estimate(),
            inclusion: self.inclusion.estimate(),
            return_hundredths: some(self.return_hundredths),
            published_on: None,
            confirmed_on: some(self.confirmed_on),
            excluded_investors: self.excluded_investors,
            tenor_months: self.has(HAS_TENOR).then_some(self.tenor_months),
            contract: self.contract,
            kind: self.kind,
            gap_currency: self.gap_currency,
            slice_currency: self.slice_currency,
            stage: self.stage,
            help_wanted: self.help_wanted,
            ranked: self.has(RANKED),
            veiled: VEILED.map(|flag| self.has(flag)),
            hides_owner: self.has(HIDES_OWNER),
        }
    }
}
