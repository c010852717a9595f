//! Rules about money: the gap, its parts, its terms, and what is to pay for it.

use super::{Dossier, Rule, plain};
use crate::{
    value::{Currency, Money},
    vocabulary::{
        FlagSeverity::{Amber, Red},
        InfrastructureStage, Instrument, InvestorType, RedFlag as F, StageLadder, VentureStage,
    },
};

/// Above it, percent a year in hundredths, a return to an investor in infrastructure is not one that the field shows;
/// of ventures, where the odds are worse, more can be promised.
const HIGH_RETURN: i32 = 2_500;
const HIGH_RETURN_VENTURE: i32 = 6_000;
/// Above it, money is priced by the market and not by a concession.
const MARKET_RETURN: i32 = 1_000;
/// Of the total cost, in hundredths, that may still be open after a financial close.
const OPEN_AFTER_CLOSE: i64 = 50;

/// Usual sizes of a round by stage, in thousands of euro; wide on purpose.
const fn usual_round(stage: VentureStage) -> (i64, i64) {
    match stage {
        VentureStage::Idea => (0, 500),
        VentureStage::PreSeed => (0, 2_000),
        VentureStage::Seed => (50, 10_000),
        VentureStage::SeriesA => (500, 40_000),
        VentureStage::SeriesB => (2_000, 150_000),
        VentureStage::Growth => (5_000, 1_000_000),
        VentureStage::Late | VentureStage::PreIpo | VentureStage::Listed => (5_000, i64::MAX),
    }
}

/// The gap in thousands of euro with the usual round of the stage.
fn round(at: &Dossier) -> Option<(Money, i64, (i64, i64), VentureStage)> {
    let (gap, stage) = (at.facts.gap?, at.venture()?);
    let thousands = at.euro(gap)?.minor() / 100_000;
    Some((gap, thousands, usual_round(stage), stage))
}

/// The kinds of investors that give an instrument as a rule; empty where any may.
const fn givers(instrument: Instrument) -> &'static [InvestorType] {
    use InvestorType as I;
    match instrument {
        Instrument::Grant => &[
            I::MultilateralBank,
            I::BilateralDfi,
            I::SocialFund,
            I::Foundation,
            I::BlendedFacility,
            I::PublicInvestmentFund,
        ],
        Instrument::Guarantee | Instrument::Insurance => {
            &[I::MultilateralBank, I::BilateralDfi, I::ExportCreditAgency, I::Guarantor, I::Insurer]
        }
        Instrument::VendorCredit => &[I::Vendor, I::ExportCreditAgency, I::CorporateStrategic],
        _ => &[],
    }
}

pub(super) const RULES: &[Rule] = &[
    Rule {
        flag: F::ReturnAboveSector,
        severity: Red,
        compares: "return with what the ladder's projects pay",
        message: "A return of {} % a year is far above what such projects pay",
        mend: "Correct the return, or justify it by the financial model",
        check: |at| {
            let limit = match at.facts.ladder {
                StageLadder::Infrastructure => HIGH_RETURN,
                StageLadder::Venture => HIGH_RETURN_VENTURE,
            };
            at.facts.return_pct.filter(|pct| pct.hundredths() > limit).map(|pct| vec![pct.to_string()])
        },
    },
    Rule {
        flag: F::GapAboveCost,
        severity: Red,
        compares: "gap with total cost",
        message: "The gap of {} is above the total cost of {}",
        mend: "Correct the gap or the total cost",
        check: |at| {
            let (gap, cost) = (at.facts.gap?, at.answers.money("answers.total_cost")?);
            let (a, b) = at.compared(gap, cost)?;
            (a > b).then(|| vec![gap.to_string(), cost.to_string()])
        },
    },
    Rule {
        flag: F::GapAfterClose,
        severity: Amber,
        compares: "gap with total cost after the financial close",
        message: "The financial close is past, but {} of {} are still open",
        mend: "Correct the stage, or say which new part the gap is for",
        check: |at| {
            let (gap, cost) = (at.facts.gap?, at.answers.money("answers.total_cost")?);
            let (open, all) = at.compared(gap, cost)?;
            let most = open.saturating_mul(100) > all.saturating_mul(OPEN_AFTER_CLOSE);
            (most && at.reached(InfrastructureStage::FinancialClose))
                .then(|| vec![gap.to_string(), cost.to_string()])
        },
    },
    Rule {
        flag: F::SliceAboveGap,
        severity: Red,
        compares: "smallest slice with gap",
        message: "The smallest slice of {} is above the gap of {}",
        mend: "Lower the slice, or leave it out where one investor takes all",
        check: |at| {
            let (slice, gap) = (at.facts.min_slice?, at.facts.gap?);
            let (a, b) = at.compared(slice, gap)?;
            (a > b).then(|| vec![slice.to_string(), gap.to_string()])
        },
    },
    Rule {
        flag: F::SliceInOtherCurrency,
        severity: Red,
        compares: "currencies of slice and gap",
        message: "The slice is in {}, the gap in {}",
        mend: "Give both in one currency",
        check: |at| {
            let (slice, gap) = (at.facts.min_slice?.currency(), at.facts.gap?.currency());
            (slice != gap).then(|| vec![slice.to_string(), gap.to_string()])
        },
    },
    Rule {
        flag: F::SliceTooSmall,
        severity: Amber,
        compares: "smallest slice with gap",
        message: "A slice of {} would make more than a hundred investors of a gap of {}",
        mend: "Raise the smallest slice",
        check: |at| {
            let (slice, gap) = (at.facts.min_slice?, at.facts.gap?);
            let (a, b) = at.compared(slice, gap)?;
            (a.saturating_mul(100) < b).then(|| vec![slice.to_string(), gap.to_string()])
        },
    },
    Rule {
        flag: F::GapLargeForStage,
        severity: Amber,
        compares: "size of the round with the venture's stage",
        message: "A round of {} is larger than is usual at the stage {}",
        mend: "Correct the stage or the gap, or say what the money is for",
        check: |at| {
            let (gap, thousands, (_, most), stage) = round(at)?;
            (thousands > most).then(|| vec![gap.to_string(), stage.to_string()])
        },
    },
    Rule {
        flag: F::GapSmallForStage,
        severity: Amber,
        compares: "size of the round with the venture's stage",
        message: "A round of {} is smaller than is usual at the stage {}",
        mend: "Correct the stage or the gap",
        check: |at| {
            let (gap, thousands, (least, _), stage) = round(at)?;
            (thousands < least).then(|| vec![gap.to_string(), stage.to_string()])
        },
    },
    Rule {
        flag: F::TenorBeyondAsset,
        severity: Red,
        compares: "tenor with the life of the assets",
        message: "Debt over {} months outlives assets of {} months",
        mend: "Shorten the tenor, or correct the life of the assets",
        check: |at| {
            let (tenor, life) = (at.facts.tenor_months?, at.answers.count("answers.asset_life_months")?);
            (u64::from(tenor) > life).then(|| vec![tenor.to_string(), life.to_string()])
        },
    },
    Rule {
        flag: F::TenorBeyondConcession,
        severity: Red,
        compares: "tenor with the term of the contract",
        message: "Debt over {} months outlives a contract of {} months",
        mend: "Shorten the tenor, or lengthen the contract",
        check: |at| {
            let (tenor, term) = (at.facts.tenor_months?, at.answers.count("answers.concession_months")?);
            (u64::from(tenor) > term).then(|| vec![tenor.to_string(), term.to_string()])
        },
    },
    Rule {
        flag: F::TenorWithoutDebt,
        severity: Amber,
        compares: "tenor with the instruments",
        message: "A tenor of {} months is given, but none of the instruments is repaid",
        mend: "Leave the tenor out, or name the debt",
        check: |at| {
            let tenor = at.facts.tenor_months?;
            (at.sought(Instrument::is_debt)? == 0).then(|| vec![tenor.to_string()])
        },
    },
    Rule {
        flag: F::DebtWithoutTenor,
        severity: Amber,
        compares: "instruments with tenor, from structuring on",
        message: "Debt is sought at a stage at which its tenor is settled, but none is given",
        mend: "Give the tenor",
        check: |at| {
            let debt = at.sought(Instrument::is_debt)? > 0;
            (debt && at.facts.tenor_months.is_none() && at.reached(InfrastructureStage::Structuring))
                .then(plain)
        },
    },
    Rule {
        flag: F::GrantWithReturn,
        severity: Red,
        compares: "return with the instruments",
        message: "A return of {} % is offered, but only money that looks for none is sought",
        mend: "Leave the return out, or name the instrument that earns it",
        check: |at| {
            let pct = at.facts.return_pct.filter(|pct| pct.hundredths() > 0)?;
            (at.sought(Instrument::seeks_return)? == 0).then(|| vec![pct.to_string()])
        },
    },
    Rule {
        flag: F::ReturnNotPositive,
        severity: Red,
        compares: "return with the instruments",
        message: "{} % of the money looks for a return, but the return is {} %",
        mend: "Correct the return, or look for grants",
        check: |at| {
            let pct = at.facts.return_pct.filter(|pct| pct.hundredths() <= 0)?;
            let share = at.sought(Instrument::seeks_return)?;
            (share > 0).then(|| vec![(share / 100).to_string(), pct.to_string()])
        },
    },
    Rule {
        flag: F::ConcessionalWithHighReturn,
        severity: Amber,
        compares: "concessional terms with the return",
        message: "Concessional terms are sought beside a return of {} %",
        mend: "Correct one of them, or say which part is concessional",
        check: |at| {
            let pct = at.facts.return_pct.filter(|pct| pct.hundredths() > MARKET_RETURN)?;
            (at.facts.concessional == Some(true)).then(|| vec![pct.to_string()])
        },
    },
    Rule {
        flag: F::CoverWithoutMoney,
        severity: Amber,
        compares: "instruments with the gap",
        message: "A gap of {} is in money, but only guarantees, insurance or assistance are sought",
        mend: "Name the instrument that brings the money",
        check: |at| {
            let gap = at.facts.gap?;
            let cover = at.sought(|one| {
                matches!(one, Instrument::Guarantee | Instrument::Insurance | Instrument::TechnicalAssistance)
            })?;
            (cover == 10_000).then(|| vec![gap.to_string()])
        },
    },
    Rule {
        flag: F::InstrumentWithoutInvestor,
        severity: Red,
        compares: "instruments with the excluded investors",
        message: "{} is sought, but all who give it are excluded",
        mend: "Take an exclusion back, or leave the instrument out",
        check: |at| {
            let parts = at.facts.instruments.as_ref()?.parts();
            let excluded = &at.facts.excluded_investors;
            parts
                .iter()
                .map(|part| (part.of, givers(part.of)))
                .find(|(_, givers)| !givers.is_empty() && givers.iter().all(|giver| excluded.contains(giver)))
                .map(|(instrument, _)| vec![instrument.to_string()])
        },
    },
    Rule {
        flag: F::CostsAboveRevenue,
        severity: Red,
        compares: "running costs with revenue, beside a return",
        message: "It costs {} a year to run and earns {}, yet offers a return",
        mend: "Correct the figures, or name the support that pays the difference",
        check: |at| {
            let cost = at.answers.money("answers.annual_cost")?;
            let revenue = at.answers.money("answers.annual_revenue")?;
            let (a, b) = at.compared(cost, revenue)?;
            let offers = at.facts.return_pct.is_some_and(|pct| pct.hundredths() > 0);
            (offers && a >= b).then(|| vec![cost.to_string(), revenue.to_string()])
        },
    },
    Rule {
        flag: F::ReturnBeyondRevenue,
        severity: Red,
        compares: "return on the gap with revenue",
        message: "{} % a year on {} is more than the revenue of {}",
        mend: "Correct the return, the gap or the revenue",
        check: |at| {
            let (gap, pct) = (at.facts.gap?, at.facts.return_pct?);
            let revenue = at.answers.money("answers.annual_revenue")?;
            let (a, b) = at.compared(gap, revenue)?;
            let yearly = i128::from(a).saturating_mul(i128::from(pct.hundredths()));
            (yearly > i128::from(b).saturating_mul(10_000))
                .then(|| vec![pct.to_string(), gap.to_string(), revenue.to_string()])
        },
    },
    Rule {
        flag: F::RevenueInOtherCurrency,
        severity: Amber,
        compares: "currency of debt with currency of revenue",
        message: "It borrows in {} and earns in {}",
        mend: "Say who bears the risk of the exchange rate",
        check: |at| {
            let gap: Currency = at.facts.gap?.currency();
            let revenue = at.answers.money("answers.annual_revenue")?.currency();
            (gap != revenue && at.sought(Instrument::is_debt)? > 0)
                .then(|| vec![gap.to_string(), revenue.to_string()])
        },
    },
    Rule {
        flag: F::ValuationBelowRound,
        severity: Red,
        compares: "valuation with the round, where shares are sold",
        message: "A round of {} would buy more than half of a company valued at {}",
        mend: "Correct the valuation or the gap",
        check: |at| {
            let (gap, valuation) = (at.facts.gap?, at.answers.money("answers.valuation")?);
            let (a, b) = at.compared(gap, valuation)?;
            (a > b && at.sought(Instrument::is_equity)? > 0)
                .then(|| vec![gap.to_string(), valuation.to_string()])
        },
    },
];
