//! The commands `train` and `backtest` without the rest of the product, for quick measuring:
//!
//! `cargo run --release -p matcher --example backtest -- DIR KIND WHAT [name=value ...]`, where KIND is
//! `investments` or `cities` and WHAT is `train`, `rank`, `split` (of cities, into the directory `out`), `features`,
//! `calibration` (of investments) or `curves` (of `model`, into the directory `out`). Values: `out=FILE`, `model=FILE`, `cut=DATE`, `judged=EVERY`, `queries=FILE`, `top=N`, `off=KEY,KEY`, and of learning `seed`, `rounds`, `pair_rounds`, `pairs`, `rate`, `ridge`,
//! `least`, `share`, `even`, `bags`; `shippable=yes` learns from, or judges on, the files that may ship. A calibration is
//! written as JSON into a file that ends so, as a table otherwise.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::PathBuf,
};

use flate2::read::GzDecoder;
use matcher::learn::{
    boost::Options,
    curve,
    files::Licence,
    model::{Kind, Model},
    switch::Switches,
    task::{self, ModelText, Ranking},
};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let typed: Vec<String> = std::env::args().skip(1).collect();
    let [dir, kind, what, rest @ ..] = typed.as_slice() else {
        return Err("DIR KIND WHAT [name=value ...]".into());
    };
    let values: HashMap<&str, &str> = rest.iter().filter_map(|text| text.split_once('=')).collect();
    let dir = PathBuf::from(dir);
    let open = |name: &str| -> std::io::Result<Box<dyn BufRead>> {
        let plain = dir.join(name);
        Ok(if plain.exists() {
            Box::new(BufReader::new(File::open(plain)?))
        } else {
            Box::new(BufReader::new(GzDecoder::new(File::open(dir.join(format!("{name}.gz")))?)))
        })
    };
    if what == "curves" {
        let file = *values.get("model").ok_or("model=FILE")?;
        let wanted = if kind == "cities" { Kind::Cities } else { Kind::Investments };
        let model = Model::read(file, &std::fs::read_to_string(file)?, wanted)?;
        for (name, page) in curve::pages(&model) {
            std::fs::write(PathBuf::from(*values.get("out").ok_or("out=DIR")?).join(name), page)?;
        }
        return Ok(());
    }
    let cut = values.get("cut").map(|text| text.parse()).transpose()?;
    let out = *values.get("out").ok_or("out=FILE")?;
    let off: Vec<String> =
        values.get("off").iter().flat_map(|keys| keys.split(',')).map(str::to_owned).collect();
    let licence = if values.contains_key("shippable") { Licence::Ship } else { Licence::Measure };
    let ranked = if kind == "cities" { Kind::Cities } else { Kind::Investments };
    let mut options = options(ranked, &values)?;
    if what == "train" {
        let terms = ranked.terms();
        options.without = Switches::off(terms, off.iter().map(String::as_str))?.bits(terms);
    }
    if what == "train" {
        let model = match kind.as_str() {
            "investments" => task::train_investments(&open, licence, cut, options)?,
            _ => task::train_cities(&open, options)?,
        };
        std::fs::write(out, model.to_json())?;
        return Ok(());
    }
    if what == "split" {
        if kind == "investments" {
            return Ok(std::fs::write(out, task::split_investments(&open, cut.ok_or("cut=DATE")?)?)?);
        }
        for (name, text) in task::split_cities(&open, options.seed)? {
            std::fs::write(PathBuf::from(out).join(name), text)?;
        }
        return Ok(());
    }
    if what == "features" {
        let judged = values.get("judged").map(|text| text.parse::<usize>()).transpose()?;
        let mut writer = BufWriter::new(File::create(out)?);
        match (kind.as_str(), judged, values.get("queries")) {
            ("investments", judged, _) => {
                let cut = cut.ok_or("cut=DATE")?;
                task::investment_features(&open, cut, judged, options.seed, &mut writer)?;
            }
            (_, Some(every), Some(name)) => {
                let queries = Box::new(BufReader::new(File::open(name)?));
                task::judged_city_features(&open, (name, queries), every, &mut writer)?;
            }
            _ => task::city_features(&open, options.seed, &mut writer)?,
        }
        return Ok(writer.flush()?);
    }
    let file = values.get("model").copied();
    let text = file.map(std::fs::read_to_string).transpose()?;
    let ranking = Ranking {
        model: file.zip(text.as_deref()).map(|(file, text)| ModelText { file, text }),
        off: &off,
        top: values.get("top").map_or(Ok(100), |text| text.parse())?,
    };
    if what == "calibration" {
        let table = task::calibrate_investments(&open, licence, cut.ok_or("cut=DATE")?, ranking)?;
        let json = PathBuf::from(out).extension().is_some_and(|ending| ending == "json");
        let text = if json { table.to_json() } else { table.to_tsv() };
        return Ok(std::fs::write(out, text)?);
    }
    let mut writer = BufWriter::new(File::create(out)?);
    let exposure = if kind == "investments" {
        task::backtest_investments(&open, licence, cut, ranking, &mut writer)?
    } else {
        let name = *values.get("queries").ok_or("queries=FILE")?;
        task::backtest_cities(
            &open,
            (name, Box::new(BufReader::new(File::open(name)?))),
            ranking,
            &mut writer,
        )?
    };
    writer.flush()?;
    println!(
        "{{\"lists\":{},\"gini\":{:.4},\"never_shown\":{:.4}}}",
        exposure.lists(),
        exposure.gini(),
        exposure.never()
    );
    Ok(())
}

fn options(ranked: Kind, values: &HashMap<&str, &str>) -> Result<Options, Failure> {
    let mut options = ranked.options();
    for (name, value) in values {
        match *name {
            "seed" => options.seed = value.parse()?,
            "rounds" => options.rounds = value.parse()?,
            "pair_rounds" => options.pair_rounds = value.parse()?,
            "pairs" => options.pairs = value.parse()?,
            "rate" => options.rate = value.parse()?,
            "ridge" => options.ridge = value.parse()?,
            "least" => options.least = value.parse()?,
            "share" => options.share = value.parse()?,
            "even" => options.even = value.parse()?,
            "bags" => options.bags = value.parse()?,
            _ => {}
        }
    }
    Ok(options)
}
