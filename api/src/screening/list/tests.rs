//! The formats as they are published, with made-up names, and what is none of them.

use std::fmt::Write as _;

use domain::{
    name_match::{Basis, Screener, Subject},
    sanctions::SanctionsList,
};
use proptest::prelude::*;

use super::*;

const UN: &str = include_str!("samples/un.xml");
const SDN: &str = include_str!("samples/sdn.xml");
const CSV: [&str; 4] = [
    include_str!("samples/sdn.csv"),
    include_str!("samples/alt.csv"),
    include_str!("samples/add.csv"),
    include_str!("samples/sdn_comments.csv"),
];

fn un(text: &str) -> Result<ListEdition, ListError> {
    read_list(ListFormat::UnXml, text.as_bytes())
}

fn ofac(text: &str) -> Result<ListEdition, ListError> {
    read_list(ListFormat::OfacXml, text.as_bytes())
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn csv([sdn, alt, add, comments]: [&str; 4]) -> Result<ListEdition, ListError> {
    let files = SdnFiles {
        sdn: sdn.as_bytes(),
        alt: alt.as_bytes(),
        add: add.as_bytes(),
        comments: Some(comments.as_bytes()),
    };
    read_sdn_csv(files, day(2026, 11, 20))
}

/// An entry on one line, for comparison.
fn line(entry: &ListEntry) -> String {
    let mut line = format!("{} {} {}", entry.uid, entry.kind, entry.name);
    for alias in &entry.aliases {
        let _ = write!(line, " | {}{}", if alias.weak { "weak " } else { "" }, alias.name);
    }
    for country in &entry.countries {
        let _ = write!(line, " @ {}={}", country.name, country.code.map_or("?", |code| code.alpha2()));
    }
    for identifier in &entry.identifiers {
        let _ = write!(line, " # {}: {}", identifier.kind, identifier.number);
    }
    let _ = write!(line, " [{}]", entry.programmes.join(", "));
    line
}

fn lines(edition: &ListEdition) -> Vec<String> {
    edition.entries.iter().map(line).collect()
}

#[test]
fn the_united_nations_list_is_read() {
    let edition = un(UN).unwrap();
    assert_eq!((edition.list, edition.published_on), (SanctionsList::UnSc, day(2026, 11, 20)));
    assert_eq!(
        lines(&edition),
        [
            "9900001 INDIVIDUAL SAMPLON FICTIVUS EXAMPLEBERG | Самплон Фиктивус Экзамплеберг | Samplon Beispielberg \
             | weak The Placeholder @ Democratic Republic of the Congo=CD @ Kenya=KE # Passport: ZZ0000001 [SAMPLE]",
            "9900002 ENTITY SAMPLETON CABLE & WIRE WORKS | Sampleton Kabelwerke @ Nowhereland=? [SAMPLE]",
        ]
    );
    assert_eq!(edition.entries[0].reference.as_deref(), Some("XXi.001"));
    assert_eq!(edition.entries[0].listed_on, Some(day(2020, 2, 29)));
    let hash = <sha2::Sha256 as sha2::Digest>::digest(UN.as_bytes());
    assert_eq!(edition.sha256, hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
}

#[test]
fn the_ofac_list_is_read_as_xml() {
    let edition = ofac(SDN).unwrap();
    assert_eq!((edition.list, edition.published_on), (SanctionsList::OfacSdn, day(2026, 11, 20)));
    assert_eq!(
        lines(&edition),
        [
            "990001 INDIVIDUAL Fictivus MUSTERMAN | Fiktivus MUSTERMANN | weak THE EXAMPLE @ Kenya=KE \
             @ Korea, North=KP # Passport: ZZ0000002 [SAMPLE1, SAMPLE2]",
            "990002 ENTITY SAMPLETON CABLE WORKS, LTD. # Tax ID No.: 00-0000003 [SAMPLE1]",
            "990003 VESSEL FICTIONAL LANTERN @ Panama=PA [SAMPLE1]",
            "990004 AIRCRAFT ZZ-000 [SAMPLE1]",
        ]
    );
}

#[test]
fn the_ofac_list_is_read_as_csv_with_weak_aliases_and_numbers_from_the_remarks() {
    let edition = csv(CSV).unwrap();
    assert_eq!(
        lines(&edition),
        [
            "990001 INDIVIDUAL Fictivus MUSTERMAN | weak THE EXAMPLE | weak PLACEHOLDER | Fiktivus MUSTERMANN \
             @ Kenya=KE @ Korea, North=KP # Passport: ZZ0000002 [SAMPLE1, SAMPLE2]",
            "990002 ENTITY SAMPLETON CABLE WORKS, LTD. | SAMPLETON WIRE, INC. @ Nowhereland=? \
             # Tax ID No.: 00-0000003 # Tax ID No.: 00-0000004 [SAMPLE1]",
            "990003 VESSEL FICTIONAL LANTERN @ Panama=PA # Vessel Registration Identification: IMO 0000001 \
             # MMSI: 000000001 [SAMPLE1]",
            "990004 AIRCRAFT ZZ-000 [SAMPLE1]",
        ]
    );
}

#[test]
fn both_forms_of_one_edition_find_the_same() {
    let [xml, csv] = [ofac(SDN).unwrap(), csv(CSV).unwrap()].map(|edition| Screener::new(edition.entries));
    for name in ["Sampleton Kable Works", "Fiktivus Mustermann", "The Example", "Fictional Lanterns"] {
        let subject = Subject { name, ..Subject::default() };
        let hits = |screener: &Screener| -> Vec<(String, u32, Basis)> {
            screener.screen(&subject).into_iter().map(|hit| (hit.uid, hit.score, hit.basis)).collect()
        };
        assert_eq!(hits(&xml).len(), 1, "{name}");
        assert_eq!(hits(&xml), hits(&csv), "{name}");
    }
}

#[test]
fn a_malformed_entry_is_named_and_refuses_the_list() {
    for (from, to, told) in [
        ("<DATAID>9900002</DATAID>", "", "entry XXe.002 (line 45, byte "),
        ("<DATAID>9900002</DATAID>", "<DATAID>9900001</DATAID>", "DATAID: another entry has this number"),
        ("<LISTED_ON>2021-01-01</LISTED_ON>", "<LISTED_ON>soon</LISTED_ON>", "entry 9900002 (line 45, byte "),
        (
            "<FIRST_NAME>SAMPLETON CABLE &amp; WIRE WORKS</FIRST_NAME>",
            "<FIRST_NAME/>",
            "FIRST_NAME: it must not be empty",
        ),
        ("Sampleton Kabelwerke", &"x".repeat(2_000), "ALIAS_NAME: longer than 1000 characters"),
        ("Sampleton Kabelwerke", "a&#129;b", "ALIAS_NAME: a control character"),
        ("Sampleton Kabelwerke", "&lol;", "the entity '&lol;' is not accepted"),
        ("2026-11-20T23:00:04.871Z", "yesterday", "does not say when it was published"),
        ("<CONSOLIDATED_LIST", "<!DOCTYPE x><CONSOLIDATED_LIST", "DOCTYPE"),
        ("<ENTITIES>", "<VESSELS/><ENTITIES>", "'VESSELS' is no element of this list"),
        ("</ENTITIES>\n</CONSOLIDATED_LIST>", "", "is the file whole?"),
    ] {
        assert!(UN.contains(from), "{from}");
        let error = un(&UN.replace(from, to)).unwrap_err().to_string();
        assert!(error.contains(told), "{to}: {error}");
    }
    for (from, to, told) in [
        ("<sdnType>Vessel</sdnType>", "<sdnType>Balloon</sdnType>", "entry 990003 (line 83, byte "),
        ("<category>weak</category>", "", "entry 990001 (line 8, byte 394), category: write strong or weak"),
        ("<uid>990004</uid>", "", "entry #4 (line"),
        ("</sdnList>", "<sdnentry/></sdnList>", "'sdnentry' is no element of this list"),
        ("11/20/2026", "2026-11-20", "Publish_Date is missing or no day"),
    ] {
        assert!(SDN.contains(from), "{from}");
        let error = ofac(&SDN.replace(from, to)).unwrap_err().to_string();
        assert!(error.contains(told), "{to}: {error}");
    }
}

#[test]
fn another_document_or_an_empty_one_is_told_from_a_list() {
    assert!(un(SDN).unwrap_err().to_string().contains("begins with 'sdnList'"));
    assert!(ofac(UN).unwrap_err().to_string().contains("begins with 'CONSOLIDATED_LIST'"));
    assert!(matches!(un("<CONSOLIDATED_LIST dateGenerated='2026-01-01'/>"), Err(ListError::NoEntry)));
    assert!(matches!(un(""), Err(ListError::Xml(_))));
    assert!(matches!(csv(["", "", "", ""]), Err(ListError::NoEntry)));
}

#[test]
fn files_of_csv_that_do_not_belong_together_are_refused() {
    let [sdn, alt, add, comments] = CSV;
    for (files, told) in [
        (
            [sdn, "1,2,\"aka\",\"X\",-0- \n", add, comments],
            "entry 1 (line 1, byte 1), ent_num: sdn.csv has no entry",
        ),
        ([sdn, alt, "990001,1\n", comments], "add.csv, line 1: the row has 2 cells and not 6"),
        (["ent_num,a,b,c,d,e,f,g,h,i,j,k\n", "", "", ""], "the file has no header"),
        ([sdn, sdn, add, comments], "alt.csv, line 1: the row has 12 cells and not 5"),
    ] {
        let error = csv(files).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
    let files = SdnFiles { sdn: &b"1,\"\xFF\"\n"[..], alt: &b""[..], add: &b""[..], comments: None };
    assert!(matches!(read_sdn_csv(files, day(2026, 1, 1)), Err(ListError::Csv { file: "sdn.csv", .. })));
}

fn mutated(sample: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0_usize..40);
    prop::collection::vec(change, 1..6).prop_map(move |changes| {
        let mut bytes = sample.as_bytes().to_vec();
        for (place, byte, cut) in changes {
            let place = place.index(bytes.len().max(1));
            let end = place.saturating_add(cut).min(bytes.len());
            bytes.splice(place.min(end)..end, [byte]);
        }
        bytes
    })
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(read_list(ListFormat::UnXml, &bytes[..]).is_err());
        prop_assert!(read_list(ListFormat::OfacXml, &bytes[..]).is_err());
        let files = SdnFiles { sdn: &bytes[..], alt: &bytes[..], add: &bytes[..], comments: None };
        prop_assert!(read_sdn_csv(files, day(2026, 1, 1)).is_err());
    }

    #[test]
    fn no_change_of_a_list_makes_a_reader_panic_or_gives_an_entry_without_name(
        un in mutated(UN), sdn in mutated(SDN), csv in mutated(CSV[0]),
    ) {
        if let Ok(edition) = read_list(ListFormat::UnXml, &un[..]) {
            prop_assert!(edition.entries.iter().all(|entry| !entry.name.is_empty() && !entry.uid.is_empty()));
        }
        if let Ok(edition) = read_list(ListFormat::OfacXml, &sdn[..]) {
            prop_assert!(edition.entries.iter().all(|entry| !entry.name.is_empty() && !entry.uid.is_empty()));
        }
        let files = SdnFiles { sdn: &csv[..], alt: &b""[..], add: &b""[..], comments: None };
        let _ = read_sdn_csv(files, day(2026, 1, 1));
    }
}
