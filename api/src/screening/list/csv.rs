//! The SDN List of OFAC as CSV: four files that belong together, joined by the entry's number.
//!
//! No file has a header, `-0-` stands for nothing, several programmes are written `SDGT] [IFSR`. Weak aliases and
//! identifiers stand in the remarks: `a.k.a. 'NAME'`, `Tax ID No. 12-345 (Country)`. Remarks are cut at a thousand
//! characters; the rest is in `sdn_comments.csv`.

use std::{
    collections::HashMap,
    io::{BufRead, Read},
};

use ::csv::StringRecord;
use chrono::NaiveDate;
use domain::sanctions::{Alias, ListEdition, ListEntry, ListedIdentifier, ListedKind, SanctionsList};
use sha2::{Digest, Sha256};

use super::{At, Entries, ListError, ofac::kind};

/// Bytes of one file.
const MAX_BYTES: u64 = 200 * 1024 * 1024;

/// Rows of one file.
const MAX_ROWS: usize = 1_000_000;

/// The files of one edition.
#[derive(Debug)]
pub struct SdnFiles<R> {
    /// `sdn.csv`: entries.
    pub sdn: R,
    /// `alt.csv`: aliases.
    pub alt: R,
    /// `add.csv`: addresses.
    pub add: R,
    /// `sdn_comments.csv`: what the remarks had no room for.
    pub comments: Option<R>,
}

/// Kinds of identifiers in remarks, as OFAC begins them; longer ones first where one begins another.
const IDENTIFIERS: &[&str] = &[
    "Vessel Registration Identification",
    "Business Registration Number",
    "Commercial Registry Number",
    "Identification Number",
    "Registration Number",
    "Company Number",
    "UK Company Number",
    "Registration ID",
    "National ID No.",
    "Tax ID No.",
    "V.A.T. Number",
    "Legal Entity Number",
    "Government Gazette Number",
    "Enterprise Number",
    "Unified Social Credit Code (USCC)",
    "Passport",
    "MMSI",
    "SWIFT/BIC",
    "D-U-N-S Number",
];

/// Reads the files of one edition, which do not say when it was published. The hash is of the files one after the
/// other, in the order of [`SdnFiles`].
///
/// # Errors
/// A file is no such table, or an entry is malformed, or an alias or address has no entry.
pub fn read_sdn_csv<R: BufRead>(
    files: SdnFiles<R>,
    published_on: NaiveDate,
) -> Result<ListEdition, ListError> {
    let mut hash = Sha256::new();
    let sdn = rows("sdn.csv", files.sdn, 12, &mut hash)?;
    let alt = rows("alt.csv", files.alt, 5, &mut hash)?;
    let add = rows("add.csv", files.add, 6, &mut hash)?;
    let comments = match files.comments {
        Some(comments) => rows("sdn_comments.csv", comments, 2, &mut hash)?,
        None => Vec::new(),
    };
    let mut more: HashMap<&str, String> = HashMap::new();
    for row in &comments {
        let text = more.entry(row.cell(0).unwrap_or_default()).or_default();
        text.push_str(row.cell(1).unwrap_or_default());
    }
    let mut entries = Entries::default();
    let mut places = HashMap::new();
    for row in &sdn {
        let at = row.at(&entries.unnumbered());
        let mut remarks = row.cell(11).unwrap_or_default().to_owned();
        remarks.push_str(more.get(row.cell(0).unwrap_or_default()).map_or("", String::as_str));
        let entry = entry(&at, row, &remarks)?;
        places.insert(entry.uid.clone(), entries.entries.len());
        entries.push(&at, "ent_num", entry)?;
    }
    let mut entries = entries.finish()?;
    for row in &alt {
        let (at, entry) = owner(row, &places, &mut entries)?;
        let name = name_of(&at.required("alt_name", row.cell(3))?, entry.kind);
        at.push("alt_name", &mut entry.aliases, Alias { name, weak: false })?;
    }
    for row in &add {
        let (at, entry) = owner(row, &places, &mut entries)?;
        at.country("Country", row.cell(4).unwrap_or_default(), &mut entry.countries)?;
    }
    let sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(ListEdition { list: SanctionsList::OfacSdn, published_on, sha256, entries })
}

/// A row and where it stands.
#[derive(Debug)]
struct FileRow {
    record: StringRecord,
    line: u64,
    byte: u64,
}

impl FileRow {
    /// A cell; none where it is empty or `-0-`.
    fn cell(&self, place: usize) -> Option<&str> {
        let text = self.record.get(place)?.trim();
        (!text.is_empty() && text != "-0-").then_some(text)
    }

    fn at(&self, unnumbered: &str) -> At {
        let entry = self.cell(0).unwrap_or(unnumbered).chars().take(40).collect();
        At { entry, line: self.line, byte: self.byte }
    }
}

fn owner<'a>(
    row: &FileRow,
    places: &HashMap<String, usize>,
    entries: &'a mut [ListEntry],
) -> Result<(At, &'a mut ListEntry), ListError> {
    let at = row.at("without number");
    let place = row.cell(0).and_then(|number| places.get(number));
    match place.and_then(|place| entries.get_mut(*place)) {
        Some(entry) => Ok((at, entry)),
        None => {
            Err(at.error("ent_num", "sdn.csv has no entry of this number: are the files of one edition?"))
        }
    }
}

fn rows<R: Read>(
    file: &'static str,
    reader: R,
    width: usize,
    hash: &mut Sha256,
) -> Result<Vec<FileRow>, ListError> {
    let wrong = |line: u64, message: String| ListError::Csv { file, line, message };
    let mut bytes = Vec::new();
    let read = reader.take(MAX_BYTES.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| wrong(1, format!("the file does not read: {error}")))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(wrong(1, format!("the file has more than {MAX_BYTES} bytes")));
    }
    hash.update(&bytes);
    let mut text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    // The files end as those of CP/M did, with the character SUB.
    while let Some(rest) = text.strip_suffix(b"\x1A").or_else(|| text.strip_suffix(b"\n")) {
        text = rest.strip_suffix(b"\r").unwrap_or(rest);
    }
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(1, ::csv::Position::line);
            wrong(line, format!("not in UTF-8 or no table: {error}"))
        })?;
        let position = record.position();
        let line = position.map_or(1, ::csv::Position::line);
        if record.len() != width {
            return Err(wrong(line, format!("the row has {} cells and not {width}", record.len())));
        }
        if rows.len() >= MAX_ROWS {
            return Err(wrong(line, format!("more than {MAX_ROWS} rows")));
        }
        let byte = position.map_or(0, ::csv::Position::byte).saturating_add(1);
        rows.push(FileRow { record, line, byte });
    }
    Ok(rows)
}

/// `DOE, John` as `John DOE`, of persons; a comma in another name is part of it.
fn name_of(text: &str, kind: ListedKind) -> String {
    match (kind, text.split_once(", ")) {
        (ListedKind::Individual, Some((family, given))) => format!("{given} {family}"),
        _ => text.to_owned(),
    }
}

fn entry(at: &At, row: &FileRow, remarks: &str) -> Result<ListEntry, ListError> {
    let uid = at.required("ent_num", row.cell(0))?;
    if !uid.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(at.error("ent_num", "write a whole number; the file has no header"));
    }
    // Nothing stands for an entity.
    let kind = match row.cell(2) {
        None => ListedKind::Entity,
        Some(word) => {
            let wrong = || at.error("SDN_Type", "write individual, vessel, aircraft, or -0- for an entity");
            kind(word).ok_or_else(wrong)?
        }
    };
    let mut programmes = Vec::new();
    for programme in row.cell(3).unwrap_or_default().split("] [") {
        let programme = at.text("Program", programme.trim_matches(['[', ']', ' ']))?;
        if !programme.is_empty() {
            at.push("Program", &mut programmes, programme)?;
        }
    }
    let mut entry = ListEntry {
        list: SanctionsList::OfacSdn,
        uid,
        reference: None,
        kind,
        name: name_of(&at.required("SDN_Name", row.cell(1))?, kind),
        aliases: Vec::new(),
        countries: Vec::new(),
        identifiers: Vec::new(),
        programmes,
        listed_on: None,
    };
    at.country("Vess_flag", row.cell(9).unwrap_or_default(), &mut entry.countries)?;
    remarked(at, remarks, &mut entry)?;
    Ok(entry)
}

/// Takes weak aliases, identifiers and nationalities out of the remarks.
fn remarked(at: &At, remarks: &str, entry: &mut ListEntry) -> Result<(), ListError> {
    for remark in remarks.split(';') {
        let remark = remark.trim();
        let remark = remark.strip_suffix('.').unwrap_or(remark);
        if let Some(alias) =
            ["a.k.a. '", "f.k.a. '", "n.k.a. '"].iter().find_map(|form| remark.strip_prefix(form))
        {
            let name = at.text("Remarks", alias.strip_suffix('\'').unwrap_or(alias))?;
            at.push("Remarks", &mut entry.aliases, Alias { name: name_of(&name, entry.kind), weak: true })?;
            continue;
        }
        let remark = remark.strip_prefix("alt. ").unwrap_or(remark);
        if let Some(country) = remark.strip_prefix("nationality ").or_else(|| remark.strip_prefix("citizen "))
        {
            at.country("Remarks", country, &mut entry.countries)?;
            continue;
        }
        let found =
            IDENTIFIERS.iter().find_map(|kind| Some((*kind, remark.strip_prefix(kind)?.strip_prefix(' ')?)));
        let Some((kind, number)) = found else { continue };
        // What stands in brackets is who gave the number out, or until when.
        let number = number.split_once(" (").map_or(number, |(number, _)| number);
        let number = at.text("Remarks", number)?;
        if !number.is_empty() {
            let identifier = ListedIdentifier { kind: kind.to_owned(), number };
            at.push("Remarks", &mut entry.identifiers, identifier)?;
        }
    }
    Ok(())
}
