//! The UN Security Council Consolidated List as XML.

use std::io::Read;

use domain::sanctions::{Alias, ListEdition, ListEntry, ListedIdentifier, ListedKind, SanctionsList};

use super::{At, Entries, ListError, iso_day, unknown};
use crate::xml::{Element, Token, XmlReader};

const ROOT: &str = "CONSOLIDATED_LIST";

/// Parts of a name, in the order in which they are said.
const NAMES: [&str; 4] = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"];

pub(super) fn read<R: Read>(mut xml: XmlReader<R>) -> Result<ListEdition, ListError> {
    xml.next_token()?;
    if xml.name() != ROOT {
        return Err(ListError::AnotherDocument {
            found: xml.name().chars().take(40).collect(),
            expected: ROOT,
        });
    }
    let date = xml.attribute("dateGenerated").and_then(iso_day);
    let published_on = date.ok_or(ListError::NoDate { expected: "dateGenerated" })?;
    let mut entries = Entries::default();
    loop {
        let (line, byte) = xml.position();
        match xml.next_token()? {
            Token::End => break,
            // INDIVIDUALS and ENTITIES hold the entries, and nothing else is there.
            Token::Open => match (xml.depth(), xml.name()) {
                (2, "INDIVIDUALS" | "ENTITIES") => {}
                (3, "INDIVIDUAL") => {
                    let element = Element::read(&mut xml)?;
                    push(&mut entries, &element, ListedKind::Individual, line, byte)?;
                }
                (3, "ENTITY") => {
                    let element = Element::read(&mut xml)?;
                    push(&mut entries, &element, ListedKind::Entity, line, byte)?;
                }
                _ => return Err(unknown(xml.name(), line, byte)),
            },
            Token::Close | Token::Text => {}
        }
    }
    let entries = entries.finish()?;
    Ok(ListEdition { list: SanctionsList::UnSc, published_on, sha256: xml.sha256(), entries })
}

fn push(
    entries: &mut Entries,
    element: &Element,
    kind: ListedKind,
    line: u64,
    byte: u64,
) -> Result<(), ListError> {
    let number = element.text_of("DATAID").or_else(|| element.text_of("REFERENCE_NUMBER"));
    let number = number.map_or_else(|| entries.unnumbered(), |text| text.chars().take(40).collect());
    let at = At { entry: number, line, byte };
    let entry = entry(&at, element, kind)?;
    entries.push(&at, "DATAID", entry)
}

fn entry(at: &At, element: &Element, kind: ListedKind) -> Result<ListEntry, ListError> {
    let individual = kind == ListedKind::Individual;
    let uid = at.required("DATAID", element.text_of("DATAID"))?;
    let parts: Vec<&str> = NAMES.iter().filter_map(|part| element.text_of(part)).collect();
    let name = at.required("FIRST_NAME", Some(&parts.join(" ")))?;
    let reference = element.text_of("REFERENCE_NUMBER");
    let reference = reference.map(|text| at.text("REFERENCE_NUMBER", text)).transpose()?;
    let listed_on = match element.text_of("LISTED_ON") {
        None => None,
        Some(text) => {
            let wrong = || at.error("LISTED_ON", "write a day like 2020-02-29");
            Some(iso_day(text).ok_or_else(wrong)?)
        }
    };
    let mut aliases = Vec::new();
    // The name in the script of its country is as good as the name.
    if let Some(original) = element.text_of("NAME_ORIGINAL_SCRIPT") {
        let name = at.text("NAME_ORIGINAL_SCRIPT", original)?;
        at.push("NAME_ORIGINAL_SCRIPT", &mut aliases, Alias { name, weak: false })?;
    }
    for alias in element.all(if individual { "INDIVIDUAL_ALIAS" } else { "ENTITY_ALIAS" }) {
        // Empty aliases stand for "none".
        let Some(name) = alias.text_of("ALIAS_NAME") else { continue };
        // Good, Low; of entities a.k.a. and f.k.a.
        let weak = alias.text_of("QUALITY").is_some_and(|quality| quality.eq_ignore_ascii_case("low"));
        let name = at.text("ALIAS_NAME", name)?;
        at.push("ALIAS_NAME", &mut aliases, Alias { name, weak })?;
    }
    let mut countries = Vec::new();
    for value in element.all("NATIONALITY").flat_map(|nationality| nationality.all("VALUE")) {
        at.country("NATIONALITY", value.text().unwrap_or_default(), &mut countries)?;
    }
    for address in element.all(if individual { "INDIVIDUAL_ADDRESS" } else { "ENTITY_ADDRESS" }) {
        at.country("COUNTRY", address.text_of("COUNTRY").unwrap_or_default(), &mut countries)?;
    }
    let mut identifiers = Vec::new();
    for document in element.all("INDIVIDUAL_DOCUMENT") {
        let Some(number) = document.text_of("NUMBER") else { continue };
        let kind = document.text_of("TYPE_OF_DOCUMENT").unwrap_or("document");
        let identifier =
            ListedIdentifier { kind: at.text("TYPE_OF_DOCUMENT", kind)?, number: at.text("NUMBER", number)? };
        at.push("NUMBER", &mut identifiers, identifier)?;
    }
    let mut programmes = Vec::new();
    if let Some(programme) = element.text_of("UN_LIST_TYPE") {
        let programme = at.text("UN_LIST_TYPE", programme)?;
        at.push("UN_LIST_TYPE", &mut programmes, programme)?;
    }
    Ok(ListEntry {
        list: SanctionsList::UnSc,
        uid,
        reference,
        kind,
        name,
        aliases,
        countries,
        identifiers,
        programmes,
        listed_on,
    })
}
