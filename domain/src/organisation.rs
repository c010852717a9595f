//! Organisations, among them investors with their track record.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    FieldErrors,
    provenance::Provenance,
    value::{CountryCode, Lang, Money, Pct, SingleLine},
    vocabulary::{
        CooperationField, HelpKind, Instrument, InvestmentStage, InvestorType, OrganisationKind,
        ScreeningStatus, VerificationLevel,
    },
};

/// Screening of an organisation against sanctions lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screening {
    /// The result.
    pub status: ScreeningStatus,
    /// When it was screened; a clear result counts for seven days.
    pub screened_on: Option<NaiveDate>,
}

/// One past deal of an investor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deal {
    /// When it was done.
    pub date: NaiveDate,
    /// What was financed.
    pub title: SingleLine,
    /// Its field, where known.
    pub field: Option<CooperationField>,
    /// Its country, where known.
    pub country: Option<CountryCode>,
    /// Its stage, where known.
    pub stage: Option<InvestmentStage>,
    /// The investor's own share, where known.
    pub amount: Option<Money>,
    /// The amount of the whole round, where known.
    pub round_amount: Option<Money>,
    /// The instrument, where known.
    pub instrument: Option<Instrument>,
}

/// How an organisation answers: what 'reply' and 'trust' read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReplyRecord {
    /// Share of requests that were answered in time.
    pub reply_rate: Option<Pct>,
    /// Median days to a reply.
    pub median_reply_days: Option<u16>,
    /// Deals that were closed on the platform.
    pub closed_deals: Option<u32>,
    /// Deals that were pledged on the platform.
    pub pledged_deals: Option<u32>,
}

/// Fewest requests of which a reply record is told: one or two answers say little of the next.
pub const REPLIES_MIN: usize = 3;

impl ReplyRecord {
    /// The record with what became of requests: after how long each was answered, in whole days rounded up, or that
    /// nobody answered in time. Below [`REPLIES_MIN`] it stays as it was; the median of an even number is the greater of the two
    /// in the middle.
    #[must_use]
    pub fn with_replies(self, requests: &[Option<u16>]) -> Self {
        let mut days: Vec<u16> = requests.iter().copied().flatten().collect();
        days.sort_unstable();
        if requests.len() < REPLIES_MIN {
            return self;
        }
        let hundredths = days.len().saturating_mul(10_000).checked_div(requests.len()).unwrap_or(0);
        Self {
            reply_rate: i32::try_from(hundredths).ok().and_then(|part| Pct::from_hundredths(part).ok()),
            median_reply_days: days.get(days.len() / 2).copied(),
            ..self
        }
    }
}

/// An organisation's facts. Build an [`Organisation`] from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrganisationFacts {
    /// Its name.
    pub name: SingleLine,
    /// What it is.
    pub kind: OrganisationKind,
    /// Where its seat is.
    pub country: Option<CountryCode>,
    /// GeoNames id of the seat's city.
    pub city_geonames: Option<u32>,
    /// Kind of investor; none for others.
    pub investor_type: Option<InvestorType>,
    /// How far its identity is proved.
    pub verification: VerificationLevel,
    /// When it was proved.
    pub verified_on: Option<NaiveDate>,
    /// The last day on which the proof holds; none where it is not known, as for what was imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_until: Option<NaiveDate>,
    /// Screening.
    pub screening: Screening,
    /// Whether it takes part now.
    pub active: bool,
    /// Whether its people have taken the record over. Nobody acts for an unclaimed record.
    pub claimed: bool,
    /// Countries with an office.
    pub presence: Vec<CountryCode>,
    /// Working languages.
    pub languages: Vec<Lang>,
    /// Help that it offers beside money.
    pub help_offered: Vec<HelpKind>,
    /// How it answers.
    pub replies: ReplyRecord,
    /// Beneficial owners by name; for the gate on related parties.
    pub beneficial_owners: Vec<SingleLine>,
    /// Past deals, oldest first.
    pub deals: Vec<Deal>,
    /// Origin.
    pub provenance: Provenance,
}

/// An organisation whose facts hold together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "OrganisationFacts", into = "OrganisationFacts")]
pub struct Organisation(OrganisationFacts);

impl std::ops::Deref for Organisation {
    type Target = OrganisationFacts;
    fn deref(&self) -> &OrganisationFacts {
        &self.0
    }
}

impl TryFrom<OrganisationFacts> for Organisation {
    type Error = FieldErrors;

    fn try_from(mut facts: OrganisationFacts) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        errors.check(
            facts.kind != OrganisationKind::Investor || facts.investor_type.is_some(),
            "investor_type",
            "an investor names its kind, such as MULTILATERAL_BANK",
        );
        errors.check(
            facts.replies.reply_rate.is_none_or(|rate| (0..=10_000).contains(&rate.hundredths())),
            "reply_rate_pct",
            "a rate lies between 0 and 100",
        );
        errors.check(facts.deals.len() <= 10_000, "deals", "at most 10000 deals");
        facts.deals.sort_by(|a, b| a.date.cmp(&b.date).then_with(|| a.title.cmp(&b.title)));
        errors.into_result(Self(facts))
    }
}

impl From<Organisation> for OrganisationFacts {
    fn from(organisation: Organisation) -> Self {
        organisation.0
    }
}

impl Organisation {
    /// Whether it looks for projects to finance.
    pub fn is_investor(&self) -> bool {
        self.investor_type.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_record_counts_answers_in_time_from_three_requests_on() {
        let before = ReplyRecord { closed_deals: Some(2), ..ReplyRecord::default() };
        let of = |requests: &[Option<u16>]| before.with_replies(requests);
        assert_eq!(of(&[]), before);
        assert_eq!(of(&[Some(1), None]), before);
        let told = of(&[Some(9), None, Some(2), Some(4)]);
        assert_eq!(told.reply_rate, Pct::from_hundredths(7_500).ok());
        assert_eq!((told.median_reply_days, told.closed_deals), (Some(4), Some(2)));
        let silent = of(&[None, None, None]);
        assert_eq!((silent.reply_rate, silent.median_reply_days), (Pct::from_hundredths(0).ok(), None));
    }
}
