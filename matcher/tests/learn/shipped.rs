//! The models that ship: whole, coming apart exactly, and the same bits on each instruction set.

use std::fmt::Write;

use matcher::{
    Policy,
    draw::Draw,
    learn::{
        curve,
        files::Licence,
        model::{Model, sha256},
        published::Judged,
        shipped::{CITIES, INVESTMENTS, Shipped, calibrations},
        switch::Switches,
        task,
    },
};

use super::{CUT, investors_model, made, options, ranked};

/// Inputs in and around a model's own cuts, some of them unknown.
fn drawn(model: &Model, draw: &mut Draw) -> Vec<f32> {
    let terms = model.kind.terms();
    let mut inputs = vec![f32::NAN; terms.len()];
    for part in model.cases.iter().flat_map(|case| &case.parts).filter(|part| part.keys.len() == 1) {
        let place = terms.iter().position(|term| *term.key == part.keys[0]).unwrap();
        let cuts = &part.cuts[0];
        if !cuts.is_empty() && !draw.next().is_multiple_of(6) {
            let cut = cuts[(draw.next() % cuts.len() as u64) as usize];
            inputs[place] = cut + (draw.unit() as f32 - 0.5) * cut.abs();
        }
    }
    inputs
}

#[test]
fn models_that_ship_are_those_of_their_hash_and_small() {
    for shipped in [INVESTMENTS, CITIES] {
        assert!(shipped.is_whole(), "{}: SHA-256 is {}", shipped.file, sha256(shipped.text));
        assert!(shipped.text.len() < 300_000, "{}", shipped.text.len());
        let model = shipped.model().unwrap();
        assert_eq!(model.to_json(), shipped.text, "{} is written as it was read", shipped.file);
        let other = Shipped { text: "{}", ..shipped };
        assert!(!other.is_whole() && other.model().is_err());
    }
    assert_eq!(INVESTMENTS.model().unwrap().cut, Some("2012-01-01".parse().unwrap()));
}

#[test]
fn scores_of_models_that_ship_come_apart_exactly() {
    for shipped in [INVESTMENTS, CITIES] {
        let model = shipped.model().unwrap();
        let mut draw = Draw(5);
        for case in &model.cases {
            let scorer = case.scorer(model.kind, &Switches::default());
            let mut seen = Vec::new();
            for _ in 0..300 {
                let inputs = drawn(&model, &mut draw);
                let parts = scorer.contributions(&inputs);
                let score = scorer.score(&inputs);
                assert_eq!(parts.iter().map(|part| part.points).sum::<u32>(), score);
                assert!(parts.iter().all(|part| part.points <= part.most && !part.sentence.is_empty()));
                seen.push(score);
            }
            seen.sort_unstable();
            seen.dedup();
            assert!(seen.len() > 250 && seen[seen.len() - 1] <= 100_000_000, "{}", case.name);
        }
    }
}

#[test]
fn calibrations_that_ship_are_of_what_they_say() {
    let tables = calibrations().unwrap();
    assert_eq!(tables.len(), 2);
    assert_eq!(tables[0].ranker, Judged::policy(&Policy::current()), "the policy moved: calibrate it again");
    let model = INVESTMENTS.model().unwrap();
    let sha256 = INVESTMENTS.sha256.to_owned();
    assert_eq!(tables[1].ranker, Judged::Model { sha256, cut: model.cut, off: Vec::new() });
    for table in tables {
        assert!(table.open_data && table.cut >= model.cut.unwrap() && table.until > table.cut);
        assert_eq!(table.bands.iter().map(|band| band.pairs).sum::<u64>(), table.pairs);
        assert_eq!(table.bands.iter().map(|band| band.outcomes).sum::<u64>(), table.outcomes);
        assert!(table.bands.iter().all(|band| band.outcomes >= 20), "thin bands are merged");
        let mean: f64 =
            table.bands.iter().map(|band| band.lift * band.pairs as f64).sum::<f64>() / table.pairs as f64;
        assert!((mean - 1.0).abs() < 0.01, "times weigh to one: {mean}");
    }
}

#[test]
fn the_curves_in_the_documentation_are_those_of_the_models() {
    for shipped in [INVESTMENTS, CITIES] {
        for (name, page) in curve::pages(&shipped.model().unwrap()) {
            let path = format!("{}/docs/curves/{name}", env!("CARGO_MANIFEST_DIR"));
            if std::env::var_os("UPDATE_GOLDEN").is_some() {
                std::fs::write(&path, &page).unwrap();
            }
            assert!(
                std::fs::read_to_string(&path).unwrap() == page,
                "{name}: draw it again by `train curves`"
            );
            assert!(page.len() < 250_000, "{name}: {}", page.len());
        }
    }
}

#[test]
fn golden_models_and_their_scores_are_the_same_bits_everywhere() {
    let made = made::investments();
    let model = investors_model(&made, CUT);
    let cities = made::cities();
    let of_cities = task::train_cities(&|name| cities.open(name), options(3)).unwrap();
    let mut text = String::from("# models learnt from made-up data, and a ranking by one\n");
    writeln!(text, "investments {}", sha256(&model.to_json())).unwrap();
    writeln!(text, "cities {}", sha256(&of_cities.to_json())).unwrap();
    writeln!(text, "ranking {}", sha256(&ranked(&made, Some(&model), &[]).unwrap())).unwrap();
    let cut = CUT.parse().unwrap();
    let mut inputs = Vec::new();
    task::investment_features(&|name| made.open(name), cut, Some(5), 3, &mut inputs).unwrap();
    writeln!(text, "inputs {}", sha256(&String::from_utf8(inputs).unwrap())).unwrap();
    let off = [];
    let ranking = task::Ranking { model: None, off: &off, top: 100 };
    let table = task::calibrate_investments(&|name| made.open(name), Licence::Measure, cut, ranking).unwrap();
    writeln!(text, "calibration {}", sha256(&table.to_tsv())).unwrap();
    for shipped in [INVESTMENTS, CITIES] {
        let model = shipped.model().unwrap();
        let mut draw = Draw(9);
        writeln!(text, "# {}: scores in micro-points of inputs drawn around the cuts", shipped.file).unwrap();
        for case in &model.cases {
            let scorer = case.scorer(model.kind, &Switches::default());
            for _ in 0..50 {
                let score = scorer.score(&drawn(&model, &mut draw));
                writeln!(text, "{} {score}", case.name).unwrap();
            }
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/models.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let golden = std::fs::read_to_string(path).unwrap();
    assert_eq!(text, golden, "when the change is meant: UPDATE_GOLDEN=1 cargo test -p matcher --test learn");
}
