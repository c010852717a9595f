//! Packed view of an organisation, as owner or as investor.

use domain::{
    Vocabulary,
    id::Id,
    name_match::Name,
    organisation::{Deal, Organisation},
    value::{CountryCode, CountrySet},
    vocabulary::{CooperationField, HelpKind, InvestorType, ScreeningStatus, VerificationLevel},
};

use super::{Day, day, stage_slot};
use crate::grade::{Micro, ratio};

const FIELDS: usize = CooperationField::ALL.len();

/// Counts of an investor's past deals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DealSummary {
    /// Deals of the last five years of the record, by field.
    pub by_field: [u16; FIELDS],
    /// Deals of those years that name a field.
    pub with_field: u32,
    /// Deals by stage: infrastructure 0..9, venture 9..18.
    pub by_stage: [u16; 18],
    /// Deals within a rung of each stage on its ladder.
    pub near_stage: [u16; 18],
    /// Deals that name a stage.
    pub with_stage: u32,
    /// Countries of all deals.
    pub countries: CountrySet,
    /// All deals.
    pub total: u32,
    /// Last year of the record.
    pub last_year: Option<i32>,
    /// Field and country of each holding, for the gate on competitors.
    pub holdings: Vec<(CooperationField, CountryCode)>,
}

impl DealSummary {
    /// Counts deals. 'The last five years' end with the last deal on record, so that a replayed history says
    /// the same whenever it is replayed.
    fn new(deals: &[Deal]) -> Self {
        let mut summary = Self {
            by_field: [0; FIELDS],
            with_field: 0,
            by_stage: [0; 18],
            near_stage: [0; 18],
            with_stage: 0,
            countries: CountrySet::default(),
            total: u32::try_from(deals.len()).unwrap_or(u32::MAX),
            last_year: None,
            holdings: Vec::new(),
        };
        let Some(last) = deals.iter().map(|deal| deal.date).max() else { return summary };
        summary.last_year = Some(chrono::Datelike::year(&last));
        let since = day(last).saturating_sub(5 * 365 + 1);
        for deal in deals {
            if let Some(country) = deal.country {
                summary.countries.insert(country);
                if let Some(field) = deal.field {
                    summary.holdings.push((field, country));
                }
            }
            if let Some(slot) = deal.stage.and_then(|stage| summary.by_stage.get_mut(stage_slot(stage))) {
                *slot = slot.saturating_add(1);
                summary.with_stage = summary.with_stage.saturating_add(1);
            }
            if day(deal.date) > since
                && let Some(slot) = deal.field.and_then(|field| summary.by_field.get_mut(field.index()))
            {
                *slot = slot.saturating_add(1);
                summary.with_field = summary.with_field.saturating_add(1);
            }
        }
        for (slot, near) in summary.near_stage.iter_mut().enumerate() {
            let ladder = if slot < 9 { 0..9 } else { 9..18 };
            *near = ladder
                .filter(|other: &usize| other.abs_diff(slot) <= 1)
                .filter_map(|other| summary.by_stage.get(other))
                .fold(0, |sum, count| sum.saturating_add(*count));
        }
        summary.holdings.sort_unstable();
        summary.holdings.dedup();
        summary
    }
}

/// Packed view of an organisation.
#[derive(Debug, Clone, PartialEq)]
pub struct OrganisationRow {
    /// Its id.
    pub id: Id<Organisation>,
    /// Whether it takes part.
    pub active: bool,
    /// How far its identity is proved.
    pub verification: VerificationLevel,
    /// Result of screening.
    pub screening: ScreeningStatus,
    /// Day of screening.
    pub screened_on: Option<Day>,
    /// Kind of investor.
    pub investor_type: Option<InvestorType>,
    /// Seat.
    pub country: Option<CountryCode>,
    /// City of the seat.
    pub city: Option<u32>,
    /// Countries with an office, the seat among them; empty where unknown.
    pub presence: CountrySet,
    /// Help offered, as bits by [`HelpKind`]; none where not said.
    pub help_offered: u8,
    /// Share of requests answered.
    pub reply_rate: Option<Micro>,
    /// Median days to a reply.
    pub reply_days: Option<u16>,
    /// Closed over pledged deals, where there are five pledges or more.
    pub kept: Option<Micro>,
    /// Fingerprints of beneficial owners, sorted.
    pub owners: Vec<u64>,
    /// Past deals.
    pub deals: DealSummary,
}

impl OrganisationRow {
    /// Packs an organisation.
    pub fn new(id: Id<Organisation>, organisation: &Organisation) -> Self {
        let replies = organisation.replies;
        let mut owners: Vec<u64> =
            organisation.beneficial_owners.iter().map(|name| fingerprint(name.as_str())).collect();
        owners.sort_unstable();
        let mut presence: CountrySet = organisation.presence.iter().copied().collect();
        if let Some(country) = organisation.country {
            presence.insert(country);
        }
        Self {
            id,
            active: organisation.active,
            verification: organisation.verification,
            screening: organisation.screening.status,
            screened_on: organisation.screening.screened_on.map(day),
            investor_type: organisation.investor_type,
            country: organisation.country,
            city: organisation.city_geonames,
            presence,
            help_offered: bits(organisation.help_offered.iter().copied()),
            reply_rate: replies
                .reply_rate
                .map(|rate| ratio(u64::try_from(rate.hundredths()).unwrap_or(0), 10_000)),
            reply_days: replies.median_reply_days,
            kept: match (replies.closed_deals, replies.pledged_deals) {
                (Some(closed), Some(pledged)) if pledged >= 5 => {
                    Some(ratio(u64::from(closed), u64::from(pledged)))
                }
                _ => None,
            },
            owners,
            deals: DealSummary::new(&organisation.deals),
        }
    }
}

/// Kinds of help as bits.
pub(super) fn bits(help: impl Iterator<Item = HelpKind>) -> u8 {
    help.fold(0, |set, kind| set | 1_u8.checked_shl(kind as u32).unwrap_or(0))
}

/// FNV-1a over the words of a name as screening compares them, sorted. It tells apart, it does not keep secret.
fn fingerprint(name: &str) -> u64 {
    // Legal forms, accents and letters of other scripts that look alike make no other owner.
    Name::new(name)
        .tokens()
        .iter()
        .flat_map(|word| word.bytes().chain([b' ']))
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}
