//! Measures the engine on workload W:
//! `workload DIR tight|medium|loose|batch|all [--n N] [--threads T] [--top FILE] [--compare LISTS]
//! [--instructions portable|avx2|avx512] [--drifted]
//! [--production] [--missing 0|30|60] [--repeat R]`.
//!
//! Reads the files of the generator, learns the layout from a sample of the batch's mandates, runs every mandate of the
//! kind once, compares the lists with the plain scan in double precision over the same single-precision columns, and
//! prints one line of JSON a kind. A query's time runs from the written mandate to the list: its preparation is in.
//! `--drifted` learns the layout from mandates with other sectors, countries and weights than those measured.
//!
//! `--production` does the same for the score of the product (`mutual`): the catalog is made up in the example, of the real
//! schema, and the folder is not read; there is one kind more, `open`, of mandates that let everything through. `cities
//! --production` finds the best partners of every city of a made-up catalog. What is compared is compared with the scan of
//! the product, `matcher::rank::opportunities` or `matcher::rank::partner_cities`.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a measuring program over files whose lengths were checked"
)]
#![expect(clippy::print_stdout, reason = "prints what it measured")]

mod files;
mod mandate;
mod measure;
mod mutual;
mod options;
mod production;
mod row;
mod score;

use std::process::ExitCode;

fn main() -> ExitCode {
    let run = |options: options::Options| {
        if options.production { mutual::run(&options) } else { measure::run(&options) }
    };
    match options::Options::parse(std::env::args().skip(1)).and_then(run) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
