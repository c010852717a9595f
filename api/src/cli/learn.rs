//! `caravanserai train` and `caravanserai backtest`: learn from past deals and links, and judge on what came after.
//! No database is opened.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

use chrono::{Datelike, NaiveDate};
use flate2::read::GzDecoder;
use matcher::learn::{
    boost::Options,
    curve,
    exposure::Exposure,
    files::Licence,
    investment::window::years_later,
    model::{Kind, Model},
    switch::Switches,
    task::{self, ModelText, Ranking},
};

use super::Failure;

/// What is read and what is written.
#[derive(Debug, clap::Args)]
pub(super) struct Files {
    /// Directory of the data files.
    #[arg(long)]
    data: PathBuf,
    /// The file that is written: a model, or a table with a header, such as `query item rank score` of a ranking.
    #[arg(long)]
    out: PathBuf,
}

/// What is learnt.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Train {
    /// Learn which companies investors come to hold.
    Investments {
        #[command(flatten)]
        files: Files,
        /// Nothing of this day or later is seen; the day after the last deal by default.
        #[arg(long)]
        cut: Option<NaiveDate>,
        /// Seed of all draws.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Learn only from the files that may ship (`ccby_*`).
        #[arg(long)]
        shippable: bool,
        /// Learnt criteria or groups of them that are left out of the model.
        #[arg(long, value_delimiter = ',')]
        without: Vec<String>,
    },
    /// Learn which cities become partners, from the known links.
    Cities {
        #[command(flatten)]
        files: Files,
        /// Seed of all draws.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Learnt criteria or groups of them that are left out of the model.
        #[arg(long, value_delimiter = ',')]
        without: Vec<String>,
    },
    /// Draw the curve of each criterion of a model: a picture for each of its cases, and a page that says all in words.
    Curves {
        /// The model file.
        #[arg(long)]
        model: PathBuf,
        /// The directory, made if need be, into which they are written.
        #[arg(long)]
        out: PathBuf,
    },
}

/// What ranks.
#[derive(Debug, clap::Args)]
pub(super) struct Ranked {
    /// A model file, or `none` for the published policy alone.
    #[arg(long, default_value = "none")]
    model: PathBuf,
    /// Learnt criteria or groups of them that are switched off.
    #[arg(long, value_delimiter = ',')]
    off: Vec<String>,
    /// Judge on the files that may ship alone (`ccby_*`); of cities all may.
    #[arg(long)]
    shippable: bool,
    /// Lines written of each list.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..))]
    top: u16,
}

/// What is judged.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Backtest {
    /// Rank companies for investors from what was known before a day.
    Investments {
        #[command(flatten)]
        files: Files,
        /// Rank the companies that raised in the year after this day; without it, those of the candidates' file.
        #[arg(long)]
        cut: Option<NaiveDate>,
        #[command(flatten)]
        ranked: Ranked,
    },
    /// Rank cities of other countries for cities.
    Cities {
        #[command(flatten)]
        files: Files,
        /// The cities judged: a table with the column `city_id`.
        #[arg(long)]
        queries: PathBuf,
        #[command(flatten)]
        ranked: Ranked,
    },
    /// Cut earlier windows and hide links, so that open data can judge.
    Split {
        /// Directory of the data files.
        #[arg(long)]
        data: PathBuf,
        /// Directory that is made: outcomes of earlier years, and a data directory `cities` with hidden links.
        #[arg(long)]
        out: PathBuf,
        /// How many earlier years.
        #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=10))]
        years: u8,
        /// Seed of the draws.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Tell how many times as often as average pairs of each ten-point band came about: as a table, or as JSON where
    /// the file's name ends in `.json`.
    Calibration {
        #[command(flatten)]
        files: Files,
        /// Judge on the year after this day.
        #[arg(long)]
        cut: NaiveDate,
        #[command(flatten)]
        ranked: Ranked,
    },
    /// Write the inputs of the rows that a model is taught on, for other learners to be compared.
    Features {
        /// Of what.
        kind: Rows,
        #[command(flatten)]
        files: Files,
        /// For investments: rows of the years before this day, or with `--judged` of the year after it.
        #[arg(long)]
        cut: Option<NaiveDate>,
        /// Write all pairs that are judged in place of the rows that teach: those of every so-many-th query.
        #[arg(long, value_name = "EVERY", value_parser = clap::value_parser!(u16).range(1..))]
        judged: Option<u16>,
        /// For cities: the cities judged.
        #[arg(long)]
        queries: Option<PathBuf>,
        /// Seed of all draws.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

/// Whose rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Rows {
    /// Of investors and companies.
    Investments,
    /// Of cities.
    Cities,
}

/// Does something with a file and names it where that fails.
fn named<T>(path: &Path, done: io::Result<T>) -> Result<T, Failure> {
    done.map_err(|error| format!("{}: {error}", path.display()).into())
}

/// Writes what is made once it is whole: what is refused leaves a file as it was.
fn whole<T>(out: &Path, make: impl FnOnce(&mut Vec<u8>) -> Result<T, Failure>) -> Result<T, Failure> {
    let mut text = Vec::new();
    let answer = make(&mut text)?;
    named(out, fs::write(out, text))?;
    Ok(answer)
}

/// Opens a file as text, unpacking what ends in `.gz`.
fn read(path: &Path) -> io::Result<Box<dyn BufRead>> {
    let file = File::open(path)?;
    let packed = path.extension().is_some_and(|ending| ending == "gz");
    Ok(if packed { Box::new(BufReader::new(GzDecoder::new(file))) } else { Box::new(BufReader::new(file)) })
}

/// Opens the files of a directory by their names, with `.gz` behind them where only that is there.
fn opener(data: &Path) -> impl Fn(&str) -> io::Result<Box<dyn BufRead>> {
    move |name: &str| {
        let packed = data.join(format!("{name}.gz"));
        read(&if packed.exists() { packed } else { data.join(name) })
    }
}

/// Runs `train`.
pub(super) fn train(what: Train) -> Result<(), Failure> {
    match what {
        Train::Investments { files: Files { data, out }, cut, seed, shippable, without } => {
            let options = options(seed, Kind::Investments, &without)?;
            write_model(&task::train_investments(&opener(&data), licence(shippable), cut, options)?, &out)
        }
        Train::Cities { files: Files { data, out }, seed, without } => {
            let options = options(seed, Kind::Cities, &without)?;
            write_model(&task::train_cities(&opener(&data), options)?, &out)
        }
        Train::Curves { model, out } => {
            let text = named(&model, fs::read_to_string(&model))?;
            let name = model.to_string_lossy();
            let read = Model::read(&name, &text, Kind::Investments)
                .or_else(|_| Model::read(&name, &text, Kind::Cities))?;
            named(&out, fs::create_dir_all(&out))?;
            for (name, page) in curve::pages(&read) {
                let path = out.join(name);
                named(&path, fs::write(&path, page))?;
                say!("{}", path.display());
            }
            Ok(())
        }
    }
}

/// How to learn without what is named.
fn options(seed: u64, kind: Kind, without: &[String]) -> Result<Options, Failure> {
    let off = Switches::off(kind.terms(), without.iter().map(String::as_str))?;
    Ok(Options { seed, without: off.bits(kind.terms()), ..kind.options() })
}

fn write_model(model: &Model, out: &Path) -> Result<(), Failure> {
    named(out, fs::write(out, model.to_json()))?;
    let parts: usize = model.cases.iter().map(|case| case.parts.len()).sum();
    say!(
        "{}: {} criteria and tables from {} links ({})",
        out.display(),
        parts,
        model.links,
        model.links_sha256
    );
    Ok(())
}

const fn licence(shippable: bool) -> Licence {
    if shippable { Licence::Ship } else { Licence::Measure }
}

impl Ranked {
    /// Reads the model and hands the ranking on.
    fn with<T>(&self, each: impl FnOnce(Ranking<'_>) -> Result<T, task::TaskError>) -> Result<T, Failure> {
        let top = usize::from(self.top);
        if self.model.as_os_str() == "none" {
            return Ok(each(Ranking { model: None, off: &self.off, top })?);
        }
        let text = named(&self.model, fs::read_to_string(&self.model))?;
        let file = self.model.to_string_lossy();
        let model = Some(ModelText { file: &file, text: &text });
        Ok(each(Ranking { model, off: &self.off, top })?)
    }
}

fn say_exposure(exposure: &Exposure) {
    let (lists, gini, never) = (exposure.lists(), exposure.gini(), exposure.never());
    say!("{{\"lists\":{lists},\"gini_top20\":{gini:.4},\"never_in_top20\":{never:.4}}}");
}

/// Runs `backtest`.
pub(super) fn backtest(what: Backtest) -> Result<(), Failure> {
    match what {
        Backtest::Investments { files: Files { data, out }, cut, ranked } => {
            let open = opener(&data);
            let exposure = whole(&out, |text| {
                let licence = licence(ranked.shippable);
                ranked.with(|ranking| task::backtest_investments(&open, licence, cut, ranking, text))
            })?;
            say_exposure(&exposure);
        }
        Backtest::Cities { files: Files { data, out }, queries, ranked } => {
            let (open, name) = (opener(&data), queries.to_string_lossy().into_owned());
            let source = named(&queries, read(&queries))?;
            let exposure = whole(&out, |text| {
                ranked.with(|ranking| task::backtest_cities(&open, (&name, source), ranking, text))
            })?;
            say_exposure(&exposure);
        }
        Backtest::Split { data, out, years, seed } => split(&data, &out, years, seed)?,
        Backtest::Calibration { files: Files { data, out }, cut, ranked } => {
            let open = opener(&data);
            let licence = licence(ranked.shippable);
            let table = ranked.with(|ranking| task::calibrate_investments(&open, licence, cut, ranking))?;
            let json = out.extension().is_some_and(|ending| ending == "json");
            named(&out, fs::write(&out, if json { table.to_json() } else { table.to_tsv() }))?;
            say!("{} outcomes of {} pairs, {} investors", table.outcomes, table.pairs, table.investors);
        }
        Backtest::Features { kind, files: Files { data, out }, cut, judged, queries, seed } => {
            let mut text = BufWriter::new(named(&out, File::create(&out))?);
            let open = opener(&data);
            let judged = judged.map(usize::from);
            match (kind, judged) {
                (Rows::Investments, judged) => {
                    let cut = cut.ok_or("--cut is needed")?;
                    task::investment_features(&open, cut, judged, seed, &mut text)?;
                }
                (Rows::Cities, None) => task::city_features(&open, seed, &mut text)?,
                (Rows::Cities, Some(every)) => {
                    let queries = queries.ok_or("--queries is needed")?;
                    let name = queries.to_string_lossy().into_owned();
                    task::judged_city_features(
                        &open,
                        (&name, named(&queries, read(&queries))?),
                        every,
                        &mut text,
                    )?;
                }
            }
            text.flush()?;
        }
    }
    Ok(())
}

/// Writes outcomes of earlier years and a data directory with hidden links.
fn split(data: &Path, out: &Path, years: u8, seed: u64) -> Result<(), Failure> {
    let open = opener(data);
    let cities = out.join("cities");
    named(&cities, fs::create_dir_all(&cities))?;
    let end = task::last_deal(&open)?;
    let end = end.and_then(|day| NaiveDate::from_ymd_opt(day.year(), 1, 1)).ok_or("there is no deal")?;
    for before in 0..i32::from(years) {
        let cut = years_later(end, before.saturating_neg());
        let name = out.join(format!("outcomes_{cut}.tsv"));
        named(&name, fs::write(&name, task::split_investments(&open, cut)?))?;
        say!("{}: outcomes of the year after {cut}", name.display());
    }
    for name in ["cities.tsv", "countries.tsv", "country_pairs.tsv"] {
        let (from, to) = (data.join(name), cities.join(name));
        let copied = open(name).and_then(|mut text| io::copy(&mut text, &mut File::create(to)?));
        named(&from, copied)?;
    }
    for (name, text) in task::split_cities(&open, seed)? {
        let name = cities.join(name);
        named(&name, fs::write(&name, &text))?;
        say!("{}: {} lines", name.display(), text.lines().count().saturating_sub(1));
    }
    Ok(())
}
