//! Writes the inputs of pairs as a table, so that other learners can be compared on the same.

use std::io::Write;

use super::{bin::Rows, model::Kind};

/// The header: query, item, came, weight, and the inputs by their names.
///
/// # Errors
/// An output that fails.
pub fn header(out: &mut dyn Write, kind: Kind) -> std::io::Result<()> {
    write!(out, "query\titem\tcame\tweight")?;
    for term in kind.terms() {
        write!(out, "\t{}", term.key)?;
    }
    writeln!(out)
}

/// One pair; an unknown input is an empty cell.
///
/// # Errors
/// An output that fails.
pub fn line(
    out: &mut dyn Write,
    (query, item): (&str, &str),
    came: bool,
    weight: f32,
    inputs: &[f32],
) -> std::io::Result<()> {
    write!(out, "{query}\t{item}\t{}\t{weight}", u8::from(came))?;
    for input in inputs {
        if input.is_nan() {
            write!(out, "\t")?;
        } else {
            write!(out, "\t{input}")?;
        }
    }
    writeln!(out)
}

/// The rows that teach a case; a query is the case's name and the number of its group.
///
/// # Errors
/// An output that fails.
pub fn taught(out: &mut dyn Write, case: &str, learnt_from: &Rows) -> std::io::Result<()> {
    let mut inputs = Vec::new();
    for (group, ends) in learnt_from.starts.windows(2).enumerate() {
        let [from, to] = ends else { continue };
        let query = format!("{case}-{group}");
        for place in *from..*to {
            inputs.clear();
            inputs.extend(
                learnt_from.columns.iter().map(|column| column.get(place).copied().unwrap_or(f32::NAN)),
            );
            let is = learnt_from.came.get(place).copied().unwrap_or_default();
            line(out, (&query, ""), is, learnt_from.weight.get(place).copied().unwrap_or(1.0), &inputs)?;
        }
    }
    Ok(())
}
