//! The SDN List of OFAC as `sdn.xml`.

use std::io::Read;

use chrono::NaiveDate;
use domain::sanctions::{Alias, ListEdition, ListEntry, ListedIdentifier, ListedKind, SanctionsList};

use super::{At, Entries, ListError, unknown};
use crate::xml::{Element, Token, XmlReader};

const ROOT: &str = "sdnList";

pub(super) fn read<R: Read>(mut xml: XmlReader<R>) -> Result<ListEdition, ListError> {
    xml.next_token()?;
    if xml.name() != ROOT {
        return Err(ListError::AnotherDocument {
            found: xml.name().chars().take(40).collect(),
            expected: ROOT,
        });
    }
    let mut published_on = None;
    let mut entries = Entries::default();
    loop {
        let (line, byte) = xml.position();
        match xml.next_token()? {
            Token::End => break,
            Token::Open => match xml.name() {
                // The publisher's own spelling.
                "publshInformation" => {
                    let element = Element::read(&mut xml)?;
                    published_on = element.text_of("Publish_Date").and_then(american_day);
                }
                "sdnEntry" => {
                    let element = Element::read(&mut xml)?;
                    let number = element.text_of("uid");
                    let number =
                        number.map_or_else(|| entries.unnumbered(), |text| text.chars().take(40).collect());
                    let at = At { entry: number, line, byte };
                    let entry = entry(&at, &element)?;
                    entries.push(&at, "uid", entry)?;
                }
                _ => return Err(unknown(xml.name(), line, byte)),
            },
            Token::Close | Token::Text => {}
        }
    }
    let published_on = published_on.ok_or(ListError::NoDate { expected: "Publish_Date" })?;
    let entries = entries.finish()?;
    Ok(ListEdition { list: SanctionsList::OfacSdn, published_on, sha256: xml.sha256(), entries })
}

/// A day written like 02/29/2020.
fn american_day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%m/%d/%Y").ok()
}

/// What kind of entry it is, by the word of the XML and of the CSV.
pub(super) fn kind(text: &str) -> Option<ListedKind> {
    [
        ("entity", ListedKind::Entity),
        ("individual", ListedKind::Individual),
        ("vessel", ListedKind::Vessel),
        ("aircraft", ListedKind::Aircraft),
    ]
    .into_iter()
    .find_map(|(word, kind)| text.eq_ignore_ascii_case(word).then_some(kind))
}

/// The given name before the family name, of persons; the others have one alone.
fn name(element: &Element) -> String {
    let parts = [element.text_of("firstName"), element.text_of("lastName")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Elements of a list within an element.
fn each<'a>(element: &'a Element, list: &'a str, item: &'a str) -> impl Iterator<Item = &'a Element> {
    element.all(list).flat_map(move |list| list.all(item))
}

fn entry(at: &At, element: &Element) -> Result<ListEntry, ListError> {
    let uid = at.required("uid", element.text_of("uid"))?;
    let kind = element
        .text_of("sdnType")
        .and_then(kind)
        .ok_or_else(|| at.error("sdnType", "write Entity, Individual, Vessel or Aircraft"))?;
    let mut aliases = Vec::new();
    for aka in each(element, "akaList", "aka") {
        let name = at.required("aka", Some(&name(aka)))?;
        let weak = match aka.text_of("category") {
            Some(category) if category.eq_ignore_ascii_case("weak") => true,
            Some(category) if category.eq_ignore_ascii_case("strong") => false,
            _ => return Err(at.error("category", "write strong or weak")),
        };
        at.push("aka", &mut aliases, Alias { name, weak })?;
    }
    let mut countries = Vec::new();
    for (list, item) in
        [("nationalityList", "nationality"), ("citizenshipList", "citizenship"), ("addressList", "address")]
    {
        for of in each(element, list, item) {
            at.country("country", of.text_of("country").unwrap_or_default(), &mut countries)?;
        }
    }
    if let Some(flag) = element.first("vesselInfo").and_then(|vessel| vessel.text_of("vesselFlag")) {
        at.country("vesselFlag", flag, &mut countries)?;
    }
    let mut identifiers = Vec::new();
    for id in each(element, "idList", "id") {
        // Some ids are remarks that have a kind and no number, and some numbers have no kind.
        let Some(number) = id.text_of("idNumber") else { continue };
        let kind = id.text_of("idType").unwrap_or("identifier");
        let identifier =
            ListedIdentifier { kind: at.text("idType", kind)?, number: at.text("idNumber", number)? };
        at.push("idNumber", &mut identifiers, identifier)?;
    }
    let mut programmes = Vec::new();
    for programme in each(element, "programList", "program").filter_map(Element::text) {
        let programme = at.text("program", programme)?;
        at.push("program", &mut programmes, programme)?;
    }
    Ok(ListEntry {
        list: SanctionsList::OfacSdn,
        uid,
        reference: None,
        kind,
        name: at.required("lastName", Some(&name(element)))?,
        aliases,
        countries,
        identifiers,
        programmes,
        listed_on: None,
    })
}
