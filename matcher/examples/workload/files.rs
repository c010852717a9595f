//! The files of the generator of workload W.

use std::{fs, io, path::Path};

use serde_json::Value;

use super::{
    mandate::Terms,
    row::{COUNTRIES, Facts, Refused, Row},
};

/// Why the files cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// No such file, or it cannot be read.
    #[error("{0}: {1}")]
    Io(String, #[source] io::Error),
    /// Its length is not that of so many records.
    #[error(
        "{0}: {1} bytes, which is not a whole number of records of {2} bytes or not as many as its neighbours"
    )]
    Length(String, usize, usize),
    /// It is not the JSON that the generator writes.
    #[error("{file}, line {line}, column {column}: not JSON")]
    Json {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A field of a mandate is missing or of another kind.
    #[error("{file}: mandate {mandate} of {kind}: no usable `{field}`")]
    Field {
        /// The file.
        file: String,
        /// The kind of mandates.
        kind: String,
        /// The mandate, from 0.
        mandate: usize,
        /// The field.
        field: &'static str,
    },
    /// A number that cannot enter.
    #[error(transparent)]
    Refused(#[from] Refused),
}

fn bytes(path: &Path) -> Result<Vec<u8>, FileError> {
    fs::read(path).map_err(|cause| FileError::Io(path.display().to_string(), cause))
}

fn column<const B: usize, T>(
    dir: &Path,
    name: &str,
    n: Option<usize>,
    make: impl Fn([u8; B]) -> T,
) -> Result<Vec<T>, FileError> {
    let path = dir.join(format!("{name}.bin"));
    let bytes = bytes(&path)?;
    let (records, rest) = bytes.as_chunks::<B>();
    if !rest.is_empty() || n.is_some_and(|n| n != records.len()) {
        return Err(FileError::Length(path.display().to_string(), bytes.len(), B));
    }
    Ok(records.iter().map(|record| make(*record)).collect())
}

/// The projects of a folder of columns.
pub(crate) fn projects(dir: &Path) -> Result<Vec<Row>, FileError> {
    let country = column(dir, "country", None, u8::from_le_bytes)?;
    let n = Some(country.len());
    let byte = |name| column(dir, name, n, u8::from_le_bytes);
    let float = |name| column(dir, name, n, f32::from_le_bytes);
    let (stage, instr, verified) = (byte("stage")?, byte("instr")?, byte("verified")?);
    let (ask, log_ask, ret) = (float("ask")?, float("log_ask")?, float("ret")?);
    let (readiness, inclusion) = (float("readiness")?, float("inclusion")?);
    let days = column(dir, "days", n, u16::from_le_bytes)?;
    let sectors = column(dir, "sectors", n, u32::from_le_bytes)?;
    country
        .iter()
        .enumerate()
        .map(|(at, country)| {
            let facts = Facts {
                id: at as u32,
                sectors: sectors[at],
                ask: ask[at],
                log_ask: log_ask[at],
                ret: ret[at],
                readiness: readiness[at],
                inclusion: inclusion[at],
                days: days[at],
                country: *country,
                stage: stage[at],
                instr: instr[at],
                verified: verified[at] != 0,
            };
            Ok(Row::new(facts)?)
        })
        .collect()
}

/// The mandates of one kind, in double precision, from `queries.json`.
pub(crate) fn mandates(dir: &Path, kind: &str) -> Result<Vec<Terms>, FileError> {
    let path = dir.join("queries.json");
    let file = path.display().to_string();
    let json: Value = serde_json::from_slice(&bytes(&path)?).map_err(|error| FileError::Json {
        file: file.clone(),
        line: error.line(),
        column: error.column(),
    })?;
    let none = || FileError::Field { file: file.clone(), kind: kind.to_owned(), mandate: 0, field: "kind" };
    let list = json.get(kind).and_then(Value::as_array).ok_or_else(none)?;
    let make = |(at, value): (usize, &Value)| {
        terms(value).map_err(|field| FileError::Field {
            file: file.clone(),
            kind: kind.to_owned(),
            mandate: at,
            field,
        })
    };
    list.iter().enumerate().map(make).collect()
}

fn terms(value: &Value) -> Result<Terms, &'static str> {
    let number = |field: &'static str| value.get(field).and_then(Value::as_f64).ok_or(field);
    let bits = |field: &'static str| {
        value.get(field).and_then(Value::as_u64).and_then(|x| u8::try_from(x).ok()).ok_or(field)
    };
    let list = |field: &'static str, n: usize| -> Result<Vec<f64>, &'static str> {
        let values = value.get(field).and_then(Value::as_array).ok_or(field)?;
        let values: Option<Vec<f64>> = values.iter().map(Value::as_f64).collect();
        values.filter(|values| n == 0 || values.len() == n).ok_or(field)
    };
    let preferences = list("cpref", COUNTRIES)?;
    let mut countries = vec![None; COUNTRIES];
    for country in list("countries", 0)? {
        let slot = countries.get_mut(country as usize).ok_or("countries")?;
        *slot = preferences.get(country as usize).copied();
    }
    let array = |field| list(field, 0);
    let ticket = (number("tmin")?, number("tmax")?);
    Ok(Terms {
        sectors: array("sw")?.try_into().map_err(|_| "sw")?,
        sector_max: number("smax")?,
        countries,
        stage_weights: array("stw")?.try_into().map_err(|_| "stw")?,
        stages: bits("stages")?,
        instr: bits("instr")?,
        ticket,
        ticket_ln: (libm::log(ticket.0), libm::log(ticket.1)),
        min_return: value.get("minret").and_then(Value::as_f64),
        target_return: number("tgtret")?,
        verified: value.get("reqver").and_then(Value::as_bool).ok_or("reqver")?,
        weights: array("w")?.try_into().map_err(|_| "w")?,
    })
}

/// Bytes of a mandate in `q_<kind>.bin`.
const RECORD: usize = 1224;

/// The mandates of a file of fixed records in single precision.
pub(crate) fn records(path: &Path) -> Result<Vec<Terms>, FileError> {
    let bytes = bytes(path)?;
    let (records, rest) = bytes.as_chunks::<RECORD>();
    if !rest.is_empty() {
        return Err(FileError::Length(path.display().to_string(), bytes.len(), RECORD));
    }
    Ok(records.iter().map(record_terms).collect())
}

fn record_terms(record: &[u8; RECORD]) -> Terms {
    let word = |at: usize| u32::from_le_bytes(std::array::from_fn(|byte| record[at + byte]));
    let number = |at: usize| f64::from(f32::from_bits(word(at)));
    let preference = |country: usize| number(128 + 4 * country);
    let after = 128 + 800 + 200;
    let (stages, rest) = (after + 24, after + 32);
    let least = number(rest + 16);
    Terms {
        sectors: std::array::from_fn(|sector| number(4 * sector)),
        countries: (0..COUNTRIES)
            .map(|country| (record[928 + country] != 0).then(|| preference(country)))
            .collect(),
        stage_weights: std::array::from_fn(|stage| number(after + 4 * stage)),
        stages: word(stages) as u8,
        instr: word(stages + 4) as u8,
        ticket: (number(rest), number(rest + 4)),
        ticket_ln: (number(rest + 8), number(rest + 12)),
        min_return: (least > -1e8).then_some(least),
        target_return: number(rest + 20),
        verified: word(rest + 24) != 0,
        sector_max: number(rest + 28),
        weights: std::array::from_fn(|weight| number(rest + 32 + 4 * weight)),
    }
}
