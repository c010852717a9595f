//! Reads a pack from TOML, field by field, so that every error names its field.

use chrono::{NaiveDate, Weekday};
use sha2::{Digest, Sha256};
use toml::{Table, Value};

use super::{
    error::{PackError, PackErrors, PackProblem},
    pack::{Chain, Exclusivity, PolicyPack, Ruled},
    step::{ApprovalStepKind, Sourcing, StepRule, WeekRange},
};
use crate::{
    partnership::AgreementTier,
    value::{CountryCode, Currency, Lang, SingleLine},
    vocabulary::{AdministrativeLevel, CooperationField},
};

/// The largest file that is read, in bytes.
const FILE_MAX: usize = 100_000;

/// A table of the file, with the names of the fields that were asked for.
struct Fields<'a> {
    path: String,
    table: &'a Table,
    asked: Vec<&'static str>,
}

/// Gathers errors under the file's name.
struct Reader<'a> {
    file: &'a str,
    errors: Vec<PackError>,
}

/// What a value has to be.
type Parse<T> = fn(&Value) -> Result<T, String>;

impl PolicyPack {
    /// Reads a pack from the text of a file.
    ///
    /// # Errors
    /// The text is no TOML, or fields are missing, unknown, wrong or without a source; all of them are named.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, PackErrors> {
        let mut reader = Reader { file, errors: Vec::new() };
        if text.len() > FILE_MAX {
            reader.wrong("", PackProblem::Syntax(format!("it has more than {FILE_MAX} bytes")));
            return Err(PackErrors(reader.errors));
        }
        let table = match text.parse::<Table>() {
            Ok(table) => table,
            Err(error) => {
                reader.wrong("", PackProblem::Syntax(error.message().to_owned()));
                return Err(PackErrors(reader.errors));
            }
        };
        let mut fields = Fields { path: String::new(), table: &table, asked: Vec::new() };
        let country = reader.needed(&mut fields, "country", parsed::<CountryCode>);
        let city_geonames = reader.value(&mut fields, "city_geonames", geonames);
        let name = reader.needed(&mut fields, "name", parsed_line);
        let version = reader.needed(&mut fields, "version", parsed_line);
        let currency = reader.rule(&mut fields, "currency", parsed::<Currency>);
        let languages = reader.rule(&mut fields, "languages", list::<Lang>);
        let zone = reader.rule(&mut fields, "zone", zone);
        let weekend = reader.rule(&mut fields, "weekend", weekdays);
        let half_days = reader.rule(&mut fields, "half_days", weekdays);
        let privacy = reader.rule(&mut fields, "privacy", parsed_line);
        let registers = reader.rule(&mut fields, "registers", list_of_lines);
        let trial = reader.rule(&mut fields, "trial", boolean);
        let relations = reader.rule(&mut fields, "relations", boolean);
        let limited_levels = reader.rule(&mut fields, "limited_levels", list::<AdministrativeLevel>);
        let exclusivity = reader.rule(&mut fields, "exclusivity", parsed::<Exclusivity>);
        let excluded_fields = reader.rule(&mut fields, "excluded_fields", list::<CooperationField>);
        let chains = reader.chains(&mut fields);
        reader.no_others(&fields);
        // A country's pack is what a city's falls back on: it says at least where and when its offices work.
        if !table.contains_key("city_geonames") {
            for field in ["currency", "languages", "zone", "weekend", "privacy", "registers"] {
                if !table.contains_key(field) {
                    reader.wrong(field, PackProblem::Missing);
                }
            }
        }
        match (country, name, version) {
            (Some(country), Some(name), Some(version)) if reader.errors.is_empty() => Ok(Self {
                country,
                city_geonames,
                name,
                version,
                sha256: Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect(),
                currency,
                languages,
                zone,
                weekend,
                half_days,
                privacy,
                registers,
                trial,
                relations,
                limited_levels,
                exclusivity,
                excluded_fields,
                chains,
            }),
            _ => Err(PackErrors(reader.errors)),
        }
    }
}

impl Fields<'_> {
    fn at(&self, field: &str) -> String {
        if self.path.is_empty() { field.to_owned() } else { format!("{}.{field}", self.path) }
    }
}

impl Reader<'_> {
    fn wrong(&mut self, field: impl Into<String>, problem: PackProblem) {
        self.errors.push(PackError { file: self.file.to_owned(), field: field.into(), problem });
    }

    /// A field that may be left out.
    fn value<T>(&mut self, fields: &mut Fields<'_>, field: &'static str, parse: Parse<T>) -> Option<T> {
        fields.asked.push(field);
        match fields.table.get(field).map(parse)? {
            Ok(value) => Some(value),
            Err(problem) => {
                self.wrong(fields.at(field), PackProblem::Value(problem));
                None
            }
        }
    }

    /// A field that must be there.
    fn needed<T>(&mut self, fields: &mut Fields<'_>, field: &'static str, parse: Parse<T>) -> Option<T> {
        if !fields.table.contains_key(field) {
            fields.asked.push(field);
            self.wrong(fields.at(field), PackProblem::Missing);
            return None;
        }
        self.value(fields, field, parse)
    }

    /// A rule with who says so.
    fn rule<T>(&mut self, fields: &mut Fields<'_>, field: &'static str, parse: Parse<T>) -> Option<Ruled<T>> {
        fields.asked.push(field);
        let Some(table) = fields.table.get(field)?.as_table() else {
            self.wrong(
                fields.at(field),
                PackProblem::Value("write a table with a value and its source".to_owned()),
            );
            return None;
        };
        let mut rule = Fields { path: fields.at(field), table, asked: Vec::new() };
        let value = self.needed(&mut rule, "value", parse);
        let sourcing = self.sourcing(&mut rule);
        self.no_others(&rule);
        Some(Ruled { value: value?, sourcing: sourcing? })
    }

    fn sourcing(&mut self, fields: &mut Fields<'_>) -> Option<Sourcing> {
        let source = self.value(fields, "source", parsed_line);
        let as_of = self.value(fields, "as_of", date);
        let unverified = self.value(fields, "unverified", boolean).unwrap_or(false);
        match (source, unverified) {
            (Some(source), false) => Some(Sourcing::Sourced { source, as_of }),
            (None, true) => Some(Sourcing::Unverified),
            (Some(_), true) => {
                self.wrong(fields.path.clone(), PackProblem::SourcedAndUnverified);
                None
            }
            (None, false) => {
                if !fields.table.contains_key("source") {
                    self.wrong(fields.path.clone(), PackProblem::Unsourced);
                }
                None
            }
        }
    }

    fn no_others(&mut self, fields: &Fields<'_>) {
        for field in fields.table.keys().filter(|field| !fields.asked.contains(&field.as_str())) {
            self.wrong(fields.at(field), PackProblem::Unknown);
        }
    }

    /// The tables of a list, each with its path.
    fn tables<'a>(&mut self, fields: &mut Fields<'a>, field: &'static str) -> Vec<Fields<'a>> {
        fields.asked.push(field);
        let Some(value) = fields.table.get(field) else { return Vec::new() };
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let tables: Vec<Fields<'a>> = items
            .iter()
            .enumerate()
            .filter_map(|(n, item)| {
                let path = format!("{}.{n}", fields.at(field));
                Some(Fields { path, table: item.as_table()?, asked: Vec::new() })
            })
            .collect();
        if tables.is_empty() || tables.len() != items.len() || tables.len() > 20 {
            self.wrong(fields.at(field), PackProblem::Value("write a list of 1 to 20 tables".to_owned()));
        }
        tables
    }

    fn chains(&mut self, fields: &mut Fields<'_>) -> Vec<Chain> {
        let mut chains: Vec<Chain> = Vec::new();
        for mut fields in self.tables(fields, "chain") {
            let tier = self.needed(&mut fields, "tier", parsed::<AgreementTier>);
            let complete = self.needed(&mut fields, "complete", boolean);
            let steps = self.steps(&mut fields);
            self.no_others(&fields);
            let (Some(tier), Some(complete)) = (tier, complete) else { continue };
            if chains.iter().any(|chain| chain.tier == tier) {
                self.wrong(fields.at("tier"), PackProblem::Twice(tier.to_string()));
            }
            chains.push(Chain { tier, complete, steps });
        }
        chains
    }

    fn steps(&mut self, chain: &mut Fields<'_>) -> Vec<StepRule> {
        let mut steps = Vec::new();
        for mut fields in self.tables(chain, "step") {
            let kind = self.needed(&mut fields, "kind", parsed::<ApprovalStepKind>);
            let documents = self.value(&mut fields, "documents", list_of_lines).unwrap_or_default();
            let weeks = self.value(&mut fields, "weeks", weeks);
            let sourcing = self.sourcing(&mut fields);
            self.no_others(&fields);
            if let (Some(kind), Some(sourcing)) = (kind, sourcing) {
                steps.push(StepRule { kind, documents, weeks, sourcing });
            }
        }
        steps
    }
}

fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| "write a text in quotation marks".to_owned())
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(value: &Value) -> Result<T, String> {
    text(value)?.parse().map_err(|error: T::Err| error.to_string())
}

fn parsed_line(value: &Value) -> Result<SingleLine, String> {
    SingleLine::new(text(value)?).map_err(|error| error.to_string())
}

fn each<T>(value: &Value, parse: impl Fn(&Value) -> Result<T, String>) -> Result<Vec<T>, String> {
    let items = value.as_array().filter(|items| items.len() <= 60);
    items.ok_or_else(|| "write a list of at most 60 texts".to_owned())?.iter().map(parse).collect()
}

fn list<T: std::str::FromStr<Err: std::fmt::Display>>(value: &Value) -> Result<Vec<T>, String> {
    each(value, parsed)
}

fn list_of_lines(value: &Value) -> Result<Vec<SingleLine>, String> {
    each(value, parsed_line)
}

fn weekdays(value: &Value) -> Result<Vec<Weekday>, String> {
    let day =
        |value: &Value| text(value)?.parse().map_err(|_| "name days of the week, such as Fri".to_owned());
    each(value, day)
}

fn boolean(value: &Value) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| "write true or false".to_owned())
}

fn date(value: &Value) -> Result<NaiveDate, String> {
    let wrong = || "write a date such as 2026-03-02".to_owned();
    // TOML has dates of its own; both ways to write one are read.
    let text = value.as_datetime().map(ToString::to_string).or_else(|| value.as_str().map(str::to_owned));
    text.ok_or_else(wrong)?.parse().map_err(|_| wrong())
}

fn geonames(value: &Value) -> Result<u32, String> {
    let id = value.as_integer().and_then(|id| u32::try_from(id).ok()).filter(|id| *id > 0);
    id.ok_or_else(|| "write the city's GeoNames id, a whole number above 0".to_owned())
}

fn zone(value: &Value) -> Result<SingleLine, String> {
    let line = parsed_line(value)?;
    let shaped = line.as_str().split_once('/').is_some_and(|(area, city)| {
        let named = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "_-+/".contains(c))
        };
        named(area) && named(city)
    });
    if shaped { Ok(line) } else { Err("name an IANA time zone, such as Asia/Bangkok".to_owned()) }
}

fn weeks(value: &Value) -> Result<WeekRange, String> {
    let number = |value: Option<&Value>| value?.as_integer().and_then(|weeks| u16::try_from(weeks).ok());
    let bounds = value.as_array().filter(|bounds| bounds.len() == 2);
    let range = bounds.and_then(|bounds| Some((number(bounds.first())?, number(bounds.last())?)));
    match range {
        Some((from, to)) if from <= to && to <= 520 => Ok(WeekRange { from, to }),
        _ => Err("write weeks from and to, such as [4, 12]".to_owned()),
    }
}
