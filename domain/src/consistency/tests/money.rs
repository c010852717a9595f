//! Of the money: for each flag a dossier that raises it and one that comes near but does not.

use super::*;

/// For each flag: what raises it, and what comes near but does not.
pub(super) const CASES: &[Row] = {
    use InfrastructureStage as S;
    use RedFlag as F;
    &[
        (
            F::ReturnAboveSector,
            fibre,
            |c| c.facts.return_pct = pct(25.01),
            |c| c.facts.return_pct = pct(25.0),
        ),
        (
            F::ReturnAboveSector,
            venture,
            |c| c.facts.return_pct = pct(61.0),
            |c| c.facts.return_pct = pct(30.0),
        ),
        (
            F::GapAboveCost,
            fibre,
            |c| c.answer("total_cost", Answer::Money(eur("41999999"))),
            |c| {
                // The same in dinars, at the day's rate.
                let cost = Money::parse("5000000000", Currency::RSD).unwrap();
                c.answer("total_cost", Answer::Money(cost));
            },
        ),
        (
            F::TenorBeyondAsset,
            fibre,
            |c| c.answer("asset_life_months", Answer::Count(179)),
            |c| {
                c.answer("asset_life_months", Answer::Count(180));
            },
        ),
        (
            F::SliceAboveGap,
            fibre,
            |c| c.facts.min_slice = Some(eur("42000001")),
            |c| c.facts.min_slice = c.facts.gap,
        ),
        (
            F::SliceInOtherCurrency,
            fibre,
            |c| c.facts.min_slice = Some(Money::parse("900000000", Currency::RSD).unwrap()),
            |c| c.facts.min_slice = None,
        ),
        (
            F::SliceTooSmall,
            fibre,
            |c| c.facts.min_slice = Some(eur("419999")),
            |c| c.facts.min_slice = Some(eur("420000")),
        ),
        (
            F::GapLargeForStage,
            venture,
            |c| c.facts.gap = Some(eur("10001000")),
            |c| c.facts.gap = Some(eur("10000000")),
        ),
        (
            F::GapSmallForStage,
            venture,
            |c| c.facts.gap = Some(eur("49000")),
            |c| c.facts.gap = Some(eur("50000")),
        ),
        (
            F::GapAfterClose,
            fibre,
            |c| c.facts.stage = at(S::FinancialClose),
            |c| {
                (c.facts.stage, c.facts.gap) = (at(S::FinancialClose), Some(eur("40000000")));
            },
        ),
        (
            F::TenorBeyondConcession,
            fibre,
            |c| c.facts.tenor_months = Some(241),
            |c| c.facts.tenor_months = Some(240),
        ),
        (
            F::TenorWithoutDebt,
            fibre,
            |c| c.facts.instruments = Some(Shares::whole(Instrument::Grant)),
            |c| {
                (c.facts.instruments, c.facts.tenor_months) = (Some(Shares::whole(Instrument::Grant)), None);
            },
        ),
        (
            F::DebtWithoutTenor,
            fibre,
            |c| c.facts.tenor_months = None,
            |c| {
                (c.facts.tenor_months, c.facts.stage) = (None, at(S::Feasibility));
            },
        ),
        (
            F::GrantWithReturn,
            fibre,
            |c| c.facts.instruments = Some(Shares::whole(Instrument::Grant)),
            |c| {
                let parts = vec![
                    Share { of: Instrument::Grant, hundredths: 9_900 },
                    Share { of: Instrument::Loan, hundredths: 100 },
                ];
                c.facts.instruments = Some(Shares::new(parts).unwrap());
            },
        ),
        (
            F::ReturnNotPositive,
            fibre,
            |c| c.facts.return_pct = pct(0.0),
            |c| {
                c.facts.return_pct = pct(0.0);
                c.facts.instruments = Some(Shares::whole(Instrument::Grant));
            },
        ),
        (
            F::ConcessionalWithHighReturn,
            fibre,
            |c| (c.facts.concessional, c.facts.return_pct) = (Some(true), pct(10.5)),
            |c| (c.facts.concessional, c.facts.return_pct) = (Some(true), pct(4.0)),
        ),
        (
            F::CoverWithoutMoney,
            fibre,
            |c| c.facts.instruments = Some(Shares::whole(Instrument::Guarantee)),
            |_| {},
        ),
        (
            F::InstrumentWithoutInvestor,
            fibre,
            |c| {
                c.facts.instruments = Some(Shares::whole(Instrument::VendorCredit));
                c.facts.excluded_investors = vec![
                    InvestorType::Vendor,
                    InvestorType::ExportCreditAgency,
                    InvestorType::CorporateStrategic,
                ];
            },
            |c| {
                c.facts.instruments = Some(Shares::whole(Instrument::VendorCredit));
                c.facts.excluded_investors = vec![InvestorType::Vendor];
            },
        ),
        (
            F::CostsAboveRevenue,
            fibre,
            |c| c.answer("annual_cost", Answer::Money(eur("12000000"))),
            |c| {
                c.answer("annual_cost", Answer::Money(eur("12000000")));
                c.facts.return_pct = None;
            },
        ),
        (
            F::ReturnBeyondRevenue,
            fibre,
            |c| c.answer("annual_revenue", Answer::Money(eur("3359999"))),
            |c| {
                c.answer("annual_revenue", Answer::Money(eur("3360000")));
            },
        ),
        (
            F::RevenueInOtherCurrency,
            fibre,
            |c| c.answer("annual_revenue", Answer::Money(Money::parse("2000000000", Currency::RSD).unwrap())),
            |_| {},
        ),
        (
            F::ValuationBelowRound,
            venture,
            |c| c.answer("valuation", Answer::Money(eur("1999999"))),
            |c| {
                c.answer("valuation", Answer::Money(eur("2000000")));
            },
        ),
    ]
};
