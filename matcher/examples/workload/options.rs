//! What is asked for on the command line.

use std::path::PathBuf;

use matcher::engine::InstructionSet;

use super::measure::Failure;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Options {
    /// Folder of the generator's files.
    pub dir: PathBuf,
    /// `tight`, `medium`, `loose` or `batch`; for `all` the first three, one after the other.
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
}

const USAGE: &str = "workload DIR tight|medium|loose|batch|all [--n N] [--threads T] [--top FILE] [--compare LISTS] \
     [--instructions portable|avx2|avx512] [--drifted]";

/// The kinds of mandates that are measured one by one.
const KINDS: [&str; 3] = ["tight", "medium", "loose"];

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
            one => vec![KINDS.into_iter().find(|kind| *kind == one).ok_or_else(usage)?],
        };
        let mut options = Self {
            dir: dir.into(),
            kinds,
            n: 1_000_000,
            threads: 1,
            top: None,
            compare: None,
            set: InstructionSet::best(),
            drifted: false,
        };
        while let Some(flag) = next() {
            match flag.as_str() {
                "--drifted" => {
                    options.drifted = true;
                    continue;
                }
                "--production" => return Err(Failure::Production),
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
                "--compare" => options.compare = Some(number()?),
                _ => return Err(usage()),
            }
        }
        // One file for the lists of three kinds would keep the last alone.
        if options.top.is_some() && options.kinds.len() > 1 {
            return Err(usage());
        }
        Ok(options)
    }
}
