//! What is asked for on the command line.

use std::path::PathBuf;

use matcher::engine::InstructionSet;

use super::measure::Failure;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Options {
    /// Folder of the generator's files.
    pub dir: PathBuf,
    /// `tight`, `medium`, `loose` or `batch`, and of the production score `open`; for `all` those but `batch`, one after the
    /// other.
    pub kinds: Vec<&'static str>,
    /// Projects.
    pub n: usize,
    /// Threads, each with queries of its own.
    pub threads: usize,
    /// Where to write the lists.
    pub top: Option<PathBuf>,
    /// Lists that are compared with the plain scan, at most.
    pub compare: Option<usize>,
    /// Instruction set; the widest that the machine has where none is named.
    pub set: InstructionSet,
    /// Learn the layout from mandates unlike those that are measured.
    pub drifted: bool,
    /// The score of the product and not that of W.
    pub production: bool,
    /// A query runs so many times, and the least of its times counts: on a machine that is shared, the others are not the
    /// query's own.
    pub repeat: usize,
    /// Of the production's catalog: hundredths of the facts that are missing.
    pub missing: u32,
}

const USAGE: &str = "workload DIR tight|medium|loose|batch|all [--n N] [--threads T] [--top FILE] [--compare LISTS] \
     [--instructions portable|avx2|avx512] [--drifted] | workload DIR tight|medium|loose|open|batch|all|cities --production \
     [--missing 0|30|60] [--repeat R] [the other flags but --drifted]";

/// The kinds of mandates that are measured one by one.
const KINDS: [&str; 4] = ["tight", "medium", "loose", "open"];

impl Options {
    /// Reads the arguments.
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut arguments = arguments;
        let mut next = || arguments.next();
        let usage = || Failure::Usage(USAGE);
        let (dir, kind) = (next().ok_or_else(usage)?, next().ok_or_else(usage)?);
        let kinds = match kind.as_str() {
            "all" => KINDS.to_vec(),
            "batch" => vec!["batch"],
            "cities" => vec!["cities"],
            one => vec![KINDS.into_iter().find(|kind| *kind == one).ok_or_else(usage)?],
        };
        let mut options = Self {
            dir: dir.into(),
            kinds,
            // Of cities all pairs are looked at, and there are not so many in the world.
            n: if kind == "cities" { 40_000 } else { 1_000_000 },
            threads: 1,
            top: None,
            compare: None,
            set: InstructionSet::best(),
            drifted: false,
            production: false,
            missing: 0,
            repeat: 1,
        };
        while let Some(flag) = next() {
            match flag.as_str() {
                "--drifted" => {
                    options.drifted = true;
                    continue;
                }
                "--production" => {
                    options.production = true;
                    continue;
                }
                _ => {}
            }
            let value = next().ok_or_else(usage)?;
            let number = || value.parse::<usize>().ok().filter(|number| *number > 0).ok_or_else(usage);
            match flag.as_str() {
                "--n" => options.n = number()?,
                "--threads" => options.threads = number()?.min(1024),
                "--top" => options.top = Some(value.into()),
                "--instructions" => {
                    let named = |set: &&InstructionSet| set.name() == value;
                    options.set = *InstructionSet::all().iter().find(named).ok_or_else(usage)?;
                }
                "--missing" => {
                    options.missing =
                        value.parse::<u32>().ok().filter(|missing| *missing <= 100).ok_or_else(usage)?;
                }
                "--repeat" => options.repeat = number()?,
                "--compare" => options.compare = Some(number()?),
                _ => return Err(usage()),
            }
        }
        if options.production && options.drifted {
            return Err(usage());
        }
        if !options.production {
            // W has no mandates that everything passes, and no facts that are missing.
            if ["open", "cities"].contains(&kind.as_str()) || options.missing != 0 || options.repeat != 1 {
                return Err(usage());
            }
            options.kinds.retain(|kind| *kind != "open");
        }
        // One file for the lists of three kinds would keep the last alone.
        if options.top.is_some() && options.kinds.len() > 1 {
            return Err(usage());
        }
        Ok(options)
    }
}
