//! Policies and filters of which every part varies.

use domain::{
    value::{CountrySet, Currency},
    vocabulary::{FieldSet, InvestmentStage},
};
use matcher::{
    Policy,
    policy::{Fusion, InvestorCriterion, Weights},
    rank::OpportunityFilter,
    row::Amount,
};
use proptest::{option, prelude::*, sample::select};

use crate::world::{of, project_id};

pub(crate) fn random_policy() -> impl Strategy<Value = Policy> {
    let own = option::of(select(vec![
        vec![
            ("FIELD".to_owned(), 40.0),
            ("TICKET".to_owned(), 0.0),
            ("TIES".to_owned(), 0.0),
            ("GEO".to_owned(), 9.0),
        ],
        vec![("TICKET".to_owned(), 35.0), ("FIELD".to_owned(), 0.0)],
    ]));
    let fusion = select(vec![Fusion::Harmonic, Fusion::Harmonic, Fusion::Min, Fusion::Arithmetic]);
    (own, fusion, select(vec![400_000, 400_000, 0, 600_000])).prop_map(|(own, fusion, floor)| {
        let mut policy = Policy::current();
        policy.fusion = fusion;
        policy.coverage_floor = floor;
        match own {
            Some(own) => policy.with_investor_weights(Weights::own::<InvestorCriterion>(&own).unwrap()),
            None => policy,
        }
    })
}

pub(crate) fn random_filter() -> impl Strategy<Value = OpportunityFilter> {
    let rare = |some: f64| prop::bool::weighted(some);
    (
        (rare(0.1), rare(0.1), rare(0.1), rare(0.1), rare(0.1), rare(0.1)),
        option::weighted(0.3, 0_u32..90_000_000),
        (of(), of(), of(), of()),
        option::weighted(0.1, proptest::collection::hash_set(0_usize..20, 0..10)),
    )
        .prop_map(|(has, min_score, (field, kind, stage, instrument), only)| OpportunityFilter {
            fields: if has.0 { FieldSet::default().with(field) } else { FieldSet::default() },
            countries: if has.1 {
                ["KE".parse().unwrap()].into_iter().collect()
            } else {
                CountrySet::default()
            },
            kinds: if has.2 { vec![kind] } else { Vec::new() },
            stages: if has.3 { vec![InvestmentStage::Infrastructure(stage)] } else { Vec::new() },
            instruments: if has.4 { vec![instrument] } else { Vec::new() },
            min_gap: has.5.then_some(Amount {
                currency: Currency::EUR,
                minor: 1_500_000_000,
                euro_cents: Some(1_500_000_000),
            }),
            max_gap: None,
            min_score,
            only: only.map(|only| only.into_iter().map(project_id).collect()),
            ..OpportunityFilter::default()
        })
}
