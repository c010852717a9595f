//! What is asked for on the command line.

use std::path::PathBuf;

use super::measure::Failure;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Options {
    /// Folder of the generator's files.
    pub dir: PathBuf,
    /// `tight`, `medium`, `loose` or `batch`.
    pub kind: String,
    /// Projects.
    pub n: usize,
    /// Threads, each with queries of its own.
    pub threads: usize,
    /// Where to write the lists.
    pub top: Option<PathBuf>,
    /// Learn the layout from mandates unlike those that are measured.
    pub drifted: bool,
}

const USAGE: &str = "workload DIR tight|medium|loose|batch [--n N] [--threads T] [--top FILE] [--drifted]";

impl Options {
    /// Reads the arguments.
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut arguments = arguments;
        let mut next = || arguments.next();
        let usage = || Failure::Usage(USAGE);
        let (dir, kind) = (next().ok_or_else(usage)?, next().ok_or_else(usage)?);
        if !["tight", "medium", "loose", "batch"].contains(&kind.as_str()) {
            return Err(usage());
        }
        let mut options = Self { dir: dir.into(), kind, n: 1_000_000, threads: 1, top: None, drifted: false };
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
                _ => return Err(usage()),
            }
        }
        Ok(options)
    }
}
