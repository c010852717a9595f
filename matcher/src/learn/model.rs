//! A model as a file: named curves and tables in whole micro-points, so that a score comes apart exactly.
//!
//! A model's score lies from 0 to 100 points. Each criterion adds between nothing and the most that its curve gives;
//! the sum of what all can give at most is 100 points, so that no criterion and no candidate bends another's.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "kernel: places are checked against the lists when a model is read; points sum to at most 100 million"
)]

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    bin::Cuts,
    boost::{Learnt, Options},
    city, investment,
    switch::Switches,
    table::{DataError, Wrong},
    term::Term,
};
use crate::score::{FULL, MicroPoints};

/// What a model file is named inside.
pub const FORMAT: &str = "caravanserai-model";
/// The version of the format; a file of another version is refused.
pub const VERSION: u32 = 1;

/// What a model ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Companies for an investor.
    Investments,
    /// Partners for a city.
    Cities,
}

impl Kind {
    /// How it is learnt. Investors' models are the mean of four on samples of their own: on the window of 2011 one was not
    /// above a linear model.
    pub fn options(self) -> Options {
        let bags = match self {
            Self::Investments => 4,
            Self::Cities => 1,
        };
        Options { bags, ..Options::default() }
    }

    /// Its inputs.
    pub const fn terms(self) -> &'static [Term] {
        match self {
            Self::Investments => investment::signal::Signal::TERMS,
            Self::Cities => city::signal::Signal::TERMS,
        }
    }

    /// Names of its cases, in their order: a query falls in exactly one.
    pub const fn cases(self) -> &'static [&'static str] {
        match self {
            Self::Investments => &["all"],
            Self::Cities => &["cold", "linked"],
        }
    }
}

/// A curve of one input, or a table of two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Names of its inputs: one for a curve, two for a table.
    pub keys: Vec<String>,
    /// Ascending cuts between the bins of each input; below the first lies bin 1, bin 0 is the unknown.
    pub cuts: Vec<Vec<f32>>,
    /// Micro-points for each bin, at least nothing; a table's by the bins of the first input.
    pub points: Vec<u32>,
}

/// What was learnt for one kind of query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// Curves, then tables.
    pub parts: Vec<Part>,
}

/// A model file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// What it ranks.
    pub kind: Kind,
    /// No deal of this day or later was seen; links have no dates.
    pub cut: Option<NaiveDate>,
    /// How many deals or links were seen.
    pub links: usize,
    /// SHA-256 of the deals or links seen, by [`hash_of`].
    pub links_sha256: String,
    /// The seed.
    pub seed: u64,
    /// How it was learnt, for whoever makes it again.
    pub learnt: String,
    /// By kind of query.
    pub cases: Vec<Case>,
}

/// Why a model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Not a model file.
    #[error(transparent)]
    Malformed(#[from] DataError),
    /// Of another format or version.
    #[error("{file} is {found}; this program reads {FORMAT} version {VERSION}: train it again")]
    Version {
        /// The file.
        file: String,
        /// What it says it is.
        found: String,
    },
    /// For something else.
    #[error("{file} ranks {found:?}, not {wanted:?}")]
    Kind {
        /// The file.
        file: String,
        /// What it ranks.
        found: Kind,
        /// What was asked for.
        wanted: Kind,
    },
    /// Its parts do not fit its inputs.
    #[error("{file}, case {case:?}, part {part}: {wrong}")]
    Part {
        /// The file.
        file: String,
        /// The case.
        case: String,
        /// Its names.
        part: String,
        /// What is wrong.
        wrong: &'static str,
    },
    /// It saw deals of the time that it is judged on.
    #[error(
        "the model saw deals before {seen}, the back-test begins at {cut}: it would judge what it was taught"
    )]
    SeenPast {
        /// Its cut.
        seen: NaiveDate,
        /// The back-test's.
        cut: NaiveDate,
    },
    /// It saw other links than those that are known here.
    #[error(
        "the model saw {seen} links, of which the hash is not that of the {known} known here: it may have seen hidden ones"
    )]
    SeenHidden {
        /// Links that it saw.
        seen: usize,
        /// Links that are known.
        known: usize,
    },
}

#[derive(Deserialize)]
struct Header {
    format: Option<String>,
    version: Option<u64>,
}

/// SHA-256 of lines that are sorted first, each ended by a line feed, in hexadecimal.
pub fn hash_of(mut lines: Vec<String>) -> String {
    lines.sort_unstable();
    let mut text = lines.join("\n");
    if !lines.is_empty() {
        text.push('\n');
    }
    sha256(&text)
}

/// SHA-256 of a text, in hexadecimal.
pub fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How a model was learnt, for whoever makes it again.
fn told(kind: Kind, options: &Options) -> String {
    let without: Vec<&str> = kind
        .terms()
        .iter()
        .enumerate()
        .filter(|(input, _)| !options.learns(*input))
        .map(|(_, term)| term.key)
        .collect();
    let without =
        if without.is_empty() { String::new() } else { format!(", without {}", without.join(" and ")) };
    format!(
        "explainable boosting, softmax of a query's list: {} rounds, {} tables in {} rounds, rate {}, ridge {}, \
         least curvature {}, share {}, evening {}, bags {}{without}",
        options.rounds,
        options.pairs,
        options.pair_rounds,
        options.rate,
        options.ridge,
        options.least,
        options.share,
        options.even,
        options.bags
    )
}

impl Part {
    /// What it gives at most.
    pub fn most(&self) -> MicroPoints {
        self.points.iter().copied().max().unwrap_or(0)
    }

    fn bin(&self, axis: usize, value: f32) -> usize {
        if value.is_nan() { 0 } else { self.cuts[axis].partition_point(|cut| *cut <= value) + 1 }
    }

    /// Whether its lists fit one another and the criteria's names.
    fn fault(&self, terms: &[Term]) -> Option<&'static str> {
        if self.keys.is_empty() || self.keys.len() > 2 || self.cuts.len() != self.keys.len() {
            return Some("it has one or two inputs, each with its cuts");
        }
        if self.keys.iter().any(|key| terms.iter().all(|term| term.key != key)) {
            return Some("an input is not among the criteria");
        }
        if self.cuts.iter().any(|cuts| {
            cuts.iter().any(|cut| !cut.is_finite()) || cuts.windows(2).any(|pair| pair[0] >= pair[1])
        }) {
            return Some("its cuts do not ascend");
        }
        let bins = self.cuts.iter().try_fold(1_usize, |bins, cuts| bins.checked_mul(cuts.len() + 2));
        (bins != Some(self.points.len())).then_some("its points are not one for each bin")
    }
}

/// What one part adds to a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution<'m> {
    /// Names of the inputs.
    pub keys: &'m [String],
    /// The inputs.
    pub inputs: Vec<f32>,
    /// What it adds.
    pub points: MicroPoints,
    /// What it adds at most.
    pub most: MicroPoints,
    /// The inputs in words.
    pub sentence: String,
}

/// A case ready to score: inputs by their numbers, without what a policy switched off.
#[derive(Debug)]
pub struct Scorer<'m> {
    terms: &'static [Term],
    parts: Vec<(&'m Part, [usize; 2])>,
}

impl<'m> Scorer<'m> {
    fn points(part: &Part, places: [usize; 2], inputs: &[f32]) -> MicroPoints {
        let first = part.bin(0, inputs[places[0]]);
        if part.keys.len() == 1 {
            return part.points[first];
        }
        part.points[first * (part.cuts[1].len() + 2) + part.bin(1, inputs[places[1]])]
    }

    /// The score of a pair with these inputs, in the order of the kind's terms.
    pub fn score(&self, inputs: &[f32]) -> MicroPoints {
        self.parts.iter().map(|(part, places)| Self::points(part, *places, inputs)).sum()
    }

    /// What each part adds, most first; the sum is the score.
    pub fn contributions(&self, inputs: &[f32]) -> Vec<Contribution<'m>> {
        let mut list: Vec<Contribution<'m>> = self
            .parts
            .iter()
            .map(|(part, places)| {
                let own = &places[..part.keys.len()];
                let sentences: Vec<String> = own.iter().map(|i| self.terms[*i].say(inputs[*i])).collect();
                Contribution {
                    keys: &part.keys,
                    inputs: own.iter().map(|place| inputs[*place]).collect(),
                    points: Self::points(part, *places, inputs),
                    most: part.most(),
                    sentence: sentences.join(" "),
                }
            })
            .collect();
        list.sort_by(|a, b| b.points.cmp(&a.points).then(a.keys.cmp(b.keys)));
        list
    }
}

impl Case {
    /// The case ready to score.
    pub fn scorer(&self, kind: Kind, switches: &Switches) -> Scorer<'_> {
        let terms = kind.terms();
        let place = |key: &String| terms.iter().position(|term| term.key == key).unwrap_or(0);
        let parts = self
            .parts
            .iter()
            .filter(|part| part.keys.iter().all(|key| switches.is_on(&terms[place(key)])))
            .map(|part| (part, [place(&part.keys[0]), part.keys.last().map_or(0, place)]))
            .collect();
        Scorer { terms, parts }
    }

    /// What was learnt, shifted and scaled: least of each part nothing, the sum of the most 100 points.
    pub fn of(name: &str, terms: &[Term], learnt: &Learnt) -> Self {
        let mut raw: Vec<(Vec<usize>, Vec<&Cuts>, &[f64])> = Vec::new();
        for curve in &learnt.curves {
            raw.push((vec![curve.input], vec![&curve.cuts], &curve.values));
        }
        for table in &learnt.tables {
            raw.push((table.inputs.to_vec(), table.cuts.iter().collect(), &table.values));
        }
        let ends = |values: &[f64]| {
            values
                .iter()
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(*x), high.max(*x)))
        };
        let spans: f64 = raw.iter().map(|(_, _, values)| ends(values)).map(|(low, high)| high - low).sum();
        // Rounding may add half a micro-point a part: the scale leaves room for it.
        let scale = if spans > 0.0 { (f64::from(FULL) - raw.len() as f64) / spans } else { 0.0 };
        let parts = raw
            .into_iter()
            .filter(|(_, _, values)| ends(values).1 > ends(values).0)
            .map(|(inputs, cuts, values)| {
                let low = ends(values).0;
                Part {
                    keys: inputs.iter().map(|input| terms[*input].key.to_owned()).collect(),
                    cuts: cuts.into_iter().map(|cuts| cuts.0.clone()).collect(),
                    points: values.iter().map(|value| libm::round((value - low) * scale) as u32).collect(),
                }
            })
            .collect();
        Self { name: name.to_owned(), parts }
    }
}

impl Model {
    /// A model of what was learnt, a case each in the kind's order.
    pub fn new(
        kind: Kind,
        cut: Option<NaiveDate>,
        lines: Vec<String>,
        options: &Options,
        learnt: &[Learnt],
    ) -> Self {
        let cases = kind
            .cases()
            .iter()
            .zip(learnt)
            .map(|(name, learnt)| Case::of(name, kind.terms(), learnt))
            .collect();
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            kind,
            cut,
            links: lines.len(),
            links_sha256: hash_of(lines),
            seed: options.seed,
            learnt: told(kind, options),
            cases,
        }
    }

    /// The model as text, the same bytes for the same model.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).map(|text| text + "\n").unwrap_or_default()
    }

    /// Reads a model and checks that it is whole.
    ///
    /// # Errors
    /// A file that is no model, of another version, for something else, or whose lists do not fit.
    pub fn read(file: &str, text: &str, wanted: Kind) -> Result<Self, ModelError> {
        let malformed = |error: serde_json::Error| {
            ModelError::Malformed(DataError {
                file: file.to_owned(),
                line: error.line(),
                column: error.column().to_string(),
                wrong: Wrong::Value(error.to_string()),
            })
        };
        let header: Header = serde_json::from_str(text).map_err(malformed)?;
        let version = header.version.unwrap_or(0);
        if header.format.as_deref() != Some(FORMAT) || version != u64::from(VERSION) {
            let found =
                header.format.map_or("no model".to_owned(), |format| format!("{format} version {version}"));
            return Err(ModelError::Version { file: file.to_owned(), found });
        }
        let model: Self = serde_json::from_str(text).map_err(malformed)?;
        if model.kind != wanted {
            return Err(ModelError::Kind { file: file.to_owned(), found: model.kind, wanted });
        }
        let fault = |case: &str, part: &str, wrong| ModelError::Part {
            file: file.to_owned(),
            case: case.to_owned(),
            part: part.to_owned(),
            wrong,
        };
        if !model.cases.iter().map(|case| case.name.as_str()).eq(wanted.cases().iter().copied()) {
            return Err(fault("", "", "its cases are not those of this version"));
        }
        for case in &model.cases {
            let mut most = 0_u64;
            for part in &case.parts {
                if let Some(wrong) = part.fault(wanted.terms()) {
                    return Err(fault(&case.name, &part.keys.join(" and "), wrong));
                }
                most += u64::from(part.most());
            }
            if most > u64::from(FULL) {
                return Err(fault(&case.name, "", "its parts sum to more than 100 points"));
            }
        }
        Ok(model)
    }
}
