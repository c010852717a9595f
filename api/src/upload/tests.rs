//! Files as people send them, and as they are made to harm.

use std::io::{Cursor, Write};

use proptest::prelude::*;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::{
    archive::{Archive, ArchiveError, MAX_ENTRIES},
    xlsx::{XlsxError, read_xlsx},
    *,
};
use crate::import::Table;

const ALL: &[FileKind] = &[FileKind::Text, FileKind::Xlsx, FileKind::Pdf, FileKind::Png, FileKind::Jpeg];
const KNOWN: &[(&str, bool)] = &[("key", true), ("name", true), ("day", false), ("amount", false)];

fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const BOOK: &str = r#"<workbook xmlns:r="r"><workbookPr/><sheets><sheet name="Data" sheetId="7" r:id="rId3"/></sheets></workbook>"#;
const RELATIONS: &str =
    r#"<Relationships><Relationship Id="rId3" Target="worksheets/sheet1.xml"/></Relationships>"#;
const STYLES: &str = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/><numFmt numFmtId="165" formatCode="0.00&quot;day&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/><xf numFmtId="165"/></cellXfs></styleSheet>"#;
const STRINGS: &str = r#"<sst><si><t>key</t></si><si><r><t>na</t></r><r><t>me</t></r><rPh><t>spoken</t></rPh></si><si><t xml:space="preserve">Cable &amp; Wire</t></si></sst>"#;

fn book(sheet: &str) -> Vec<u8> {
    book_of(sheet, STRINGS)
}

fn book_of(sheet: &str, strings: &str) -> Vec<u8> {
    zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/styles.xml", STYLES.as_bytes()),
        ("xl/sharedStrings.xml", strings.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

const HEADER: &str = r#"<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="C2" t="inlineStr"><is><t>day</t></is></c><c r="D2" t="str"><f>"amount"</f><v>amount</v></c></row>"#;

fn sheet(rows: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><worksheet><dimension ref="A1:XFD1048576"/><sheetData>{HEADER}{rows}</sheetData></worksheet>"#
    )
}

fn rows(table: &Table) -> Vec<String> {
    table
        .records()
        .map(|(row, record)| format!("{row}: {}", record.iter().collect::<Vec<_>>().join("|")))
        .collect()
}

fn error(bytes: &[u8]) -> String {
    read_xlsx("a.xlsx", bytes, KNOWN).unwrap_err().to_string()
}

#[test]
fn a_sheet_is_read_as_the_table_that_its_csv_would_be() {
    let sheet = sheet(
        r#"<row r="3"><c r="A3"><v>1</v></c><c r="B3" t="s"><v>2</v></c><c r="C3" s="1"><v>46350</v></c><c r="D3" s="3"><v>0.10000000000000001</v></c></row>
           <row r="4"/><row r="5"><c r="A5" t="b"><v>1</v></c><c r="D5"><v>4.2E7</v></c></row>
           <row><c t="str"><v>x</v></c><c t="inlineStr"><is><r><t>y</t></r><r><t>z</t></r></is></c><c s="2"><v>46350.75</v></c></row>"#,
    );
    let table = read_xlsx("a.xlsx", &book(&sheet), KNOWN).unwrap();
    assert_eq!(
        rows(&table),
        ["3: 1|Cable & Wire|2026-11-24|0.1", "5: true|||42000000", "6: x|yz|2026-11-24|"]
    );
    let csv =
        Table::from_bytes("a.csv", b"key,name,day,amount\n1,Cable & Wire,2026-11-24,0.1\n", KNOWN).unwrap();
    let first = |table: &Table| table.records().next().map(|(_, record)| record.clone());
    assert_eq!(first(&table), first(&csv));
    assert_eq!(sniff(&book(&sheet), ALL), Ok(FileKind::Xlsx));
}

#[test]
fn cells_that_do_not_read_are_named_by_row_and_column() {
    for (cell, told) in [
        (r#"<c r="B3" t="s"><v>99</v></c>"#, "row 3, column B: the cell's shared string is missing"),
        (r#"<c r="D3" t="e"><v>#DIV/0!</v></c>"#, "row 3, column D: the cell shows an error"),
        (r#"<c r="C3" s="1"><v>-5</v></c>"#, "row 3, column C: the cell is no day"),
        (r#"<c r="A3"><v>1e999</v></c>"#, "row 3, column A: the cell is no number"),
        (r#"<c r="XFD3"><v>1</v></c>"#, "row 3, column XFD: a cell stands outside"),
        (r#"<c r="B3"><v>1</v></c><c r="A3"><v>1</v></c>"#, "row 3, column A: a cell stands outside"),
        (r#"<c r="A3" t="??"><v>1</v></c>"#, "row 3, column A: the cell is of an unknown kind"),
    ] {
        let error = error(&book(&sheet(&format!("<row r=\"3\">{cell}</row>"))));
        assert!(error.contains(told), "{error}");
    }
    assert!(error(&book(&sheet("<row r=\"2\"/>"))).contains("rows are not in order"));
    assert!(error(&book("<worksheet><sheetData/></worksheet>")).contains("empty"));
    assert!(
        error(&book(
            "<worksheet><sheetData><row><c t=\"str\"><v>colour</v></c></row></sheetData></worksheet>"
        ))
        .contains("unknown column 'colour'")
    );
}

#[test]
fn a_document_type_in_any_part_is_refused() {
    let xxe = r#"<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet><sheetData><row><c t="str"><v>&e;</v></c></row></sheetData></worksheet>"#;
    assert!(error(&book(xxe)).contains("DOCTYPE"));
    let strings = r#"<!DOCTYPE sst [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><sst><si><t>&b;</t></si></sst>"#;
    assert!(error(&book_of(&sheet(""), strings)).contains("DOCTYPE"));
    assert!(error(&book_of(&sheet(""), "<sst><si><t>&b;</t></si></sst>")).contains("the entity '&b;'"));
}

#[test]
fn bombs_are_stopped_while_they_unpack() {
    // Two megabytes of spaces pack to some two thousand bytes.
    let spaces = " ".repeat(2 * 1024 * 1024);
    let bomb = book(&sheet(&format!("<row r=\"3\"><c t=\"str\"><v>x</v></c></row>{spaces}")));
    assert!(matches!(read_xlsx("a", &bomb, KNOWN), Err(XlsxError::Archive(ArchiveError::Ratio))));
    // One string of a hundred thousand letters in two thousand cells.
    let strings =
        format!("<sst><si><t>key</t></si><si><t>name</t></si><si><t>{}</t></si></sst>", "x".repeat(100_000));
    let cells: String = (3..2_000)
        .map(|row| format!("<row r=\"{row}\"><c r=\"A{row}\" t=\"s\"><v>2</v></c></row>"))
        .collect();
    let header = "<row r=\"2\"><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c></row>";
    let sheet = format!("<worksheet><sheetData>{header}{cells}</sheetData></worksheet>");
    assert!(
        matches!(read_xlsx("a", &book_of(&sheet, &strings), KNOWN), Err(XlsxError::TooMuch(told)) if told.contains("100 MB"))
    );
}

#[expect(clippy::arithmetic_side_effects, reason = "places within a small archive")]
/// Sets every declared size of inflated bytes, in local headers and the directory.
fn lie(mut archive: Vec<u8>, size: u32) -> Vec<u8> {
    for (magic, offset) in [(b"PK\x03\x04", 22), (b"PK\x01\x02", 24)] {
        let places: Vec<usize> = archive
            .windows(4)
            .enumerate()
            .filter(|(_, w)| w == magic)
            .map(|(place, _)| place + offset)
            .collect();
        for place in places {
            archive[place..place + 4].copy_from_slice(&size.to_le_bytes());
        }
    }
    archive
}

#[test]
fn declared_sizes_are_not_believed() {
    let spaces = " ".repeat(3 * 1024 * 1024);
    let bomb = lie(book(&sheet(&spaces)), 1);
    assert!(read_xlsx("a", &bomb, KNOWN).is_err());
    // A claim of four gigabytes reserves nothing and breaks nothing that it need not.
    let honest = book(&sheet("<row r=\"3\"><c t=\"str\"><v>x</v></c></row>"));
    let claimed = lie(honest, u32::MAX - 1);
    match read_xlsx("a", &claimed, KNOWN) {
        Ok(table) => assert_eq!(rows(&table), ["3: x|||"]),
        Err(error) => assert!(matches!(error, XlsxError::Archive(_) | XlsxError::Xml { .. }), "{error}"),
    }
}

#[test]
fn the_sum_over_all_parts_is_counted() {
    let text = "the cable lies on the ground of the sea\n".repeat(1_000);
    let bytes = zip(&[("a", text.as_bytes()), ("b", text.as_bytes()), ("c", text.as_bytes())]);
    let mut archive = Archive::open_within(&bytes, 100_000).unwrap();
    let mut read = |name: &str| {
        let mut part = archive.part(name).unwrap().unwrap();
        std::io::copy(&mut part, &mut std::io::sink()).is_ok()
    };
    assert_eq!(["a", "b", "c"].map(&mut read), [true, true, false]);
    assert_eq!(archive.stop(), Some(ArchiveError::Inflated));
}

#[test]
fn archives_of_too_many_entries_or_of_archives_are_refused() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for i in 0..100_000 {
        writer.start_file(format!("{i}"), stored).unwrap();
    }
    let many = writer.finish().unwrap().into_inner();
    assert_eq!(Archive::open(&many).err(), Some(ArchiveError::Entries));
    let names: Vec<String> = (0..MAX_ENTRIES).map(|i| i.to_string()).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert!(Archive::open(&zip(&parts)).is_ok());
    let inner = zip(&[("a", b"b")]);
    let nested = zip(&[("xl/workbook.xml", BOOK.as_bytes()), ("xl/media/image1.png", &inner)]);
    assert_eq!(sniff(&nested, ALL), Err(ArchiveError::Nested("xl/media/image1.png".to_owned()).into()));
    let macros = zip(&[("xl/workbook.xml", BOOK.as_bytes()), ("xl/vbaProject.bin", b"x")]);
    assert_eq!(sniff(&macros, ALL), Err(ArchiveError::Macros.into()));
    assert!(matches!(Archive::open(b"PK\x03\x04nothing"), Err(ArchiveError::Broken(_))));
}

#[test]
fn entries_that_share_bytes_or_names_are_refused() {
    // Two entries of the directory lead to the same local header.
    let mut bytes = zip(&[("a", b"aaaa"), ("b", b"aaaa")]);
    let second = bytes.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    bytes[second + 42..second + 46].copy_from_slice(&0_u32.to_le_bytes());
    assert_eq!(Archive::open(&bytes).err(), Some(ArchiveError::Overlap));
    let mut bytes = zip(&[("a", b"aaaa"), ("b", b"bbbb")]);
    let place = bytes.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    bytes[place + 46] = b'a';
    assert!(matches!(
        Archive::open(&bytes).err(),
        Some(ArchiveError::Twice | ArchiveError::Overlap | ArchiveError::Broken(_))
    ));
}

#[test]
fn names_of_entries_lead_to_no_file() {
    let relations = RELATIONS.replace("worksheets/sheet1.xml", "../../../../etc/passwd");
    let bytes =
        zip(&[("xl/workbook.xml", BOOK.as_bytes()), ("xl/_rels/workbook.xml.rels", relations.as_bytes())]);
    assert_eq!(error(&bytes), "the workbook has no part xl/../../../../etc/passwd: save it as XLSX again");
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend(b"\x08\x02\0\0\0");
    bytes
}

fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = b"\xFF\xD8\xFF\xE0\0\x04JF\xFF\xFF\xC4\0\x03x\xFF\xC2\0\x0B\x08".to_vec();
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes.extend(b"\x03");
    bytes
}

#[test]
fn kinds_are_told_by_their_bytes() {
    assert_eq!(sniff(b"key,name\n", ALL), Ok(FileKind::Text));
    assert_eq!(sniff("\u{FEFF}ключ\tимя\r\n".as_bytes(), ALL), Ok(FileKind::Text));
    assert_eq!(sniff(b"%PDF-1.7\n\xE2", ALL), Ok(FileKind::Pdf));
    assert_eq!(sniff(&png(8_000, 5_000), ALL), Ok(FileKind::Png));
    assert_eq!(sniff(&jpeg(640, 480), ALL), Ok(FileKind::Jpeg));
    assert_eq!(sniff(b"", ALL), Err(UploadError::Empty));
    for (bytes, told) in [
        (&b"\x1F\x8B\x08"[..], "a gzip archive; here CSV or TSV in UTF-8, XLSX, PDF, PNG, JPEG is taken"),
        (b"MZ\x90", "a program"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "save it as XLSX"),
        (b"\xFF\xFEk\0", "UTF-16"),
        (b"caf\xE9,name\n", "not in UTF-8 (byte 4)"),
        (b"a\0b", "no known kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG and HTML are not taken"),
        (b"\xEF\xBB\xBF \n<?xml version='1.0'?><svg onload='x'/>", "SVG and HTML are not taken"),
        (b"<!doctype html>", "SVG and HTML are not taken"),
    ] {
        let error = sniff(bytes, ALL).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
    assert!(matches!(
        sniff(&zip(&[("a", b"b")]), ALL),
        Err(UploadError::NotAllowed { found: "a zip archive", .. })
    ));
    assert!(matches!(sniff(&png(1, 1), &[FileKind::Pdf]), Err(UploadError::NotAllowed { found: "PNG", .. })));
}

#[test]
fn floods_of_pixels_and_broken_headers_are_refused_without_decoding() {
    assert_eq!(sniff(&png(50_000, 50_000), ALL), Err(UploadError::Pixels { width: 50_000, height: 50_000 }));
    assert_eq!(sniff(&png(20_000, 1), ALL), Err(UploadError::Pixels { width: 20_000, height: 1 }));
    assert_eq!(
        sniff(&png(u32::MAX, u32::MAX), ALL),
        Err(UploadError::Pixels { width: u32::MAX, height: u32::MAX })
    );
    assert_eq!(sniff(&jpeg(16_000, 16_000), ALL), Err(UploadError::Pixels { width: 16_000, height: 16_000 }));
    assert_eq!(sniff(&png(0, 1), ALL), Err(UploadError::Image("it has no pixels")));
    assert!(matches!(sniff(&png(1, 1)[..18], ALL), Err(UploadError::Image(_))));
    assert!(matches!(sniff(b"\xFF\xD8\xFF", ALL), Err(UploadError::Image(_))));
    assert!(matches!(sniff(b"\xFF\xD8\xFF\xDA\0\x02", ALL), Err(UploadError::Image(_))));
}

proptest! {
    #[test]
    fn no_bytes_make_the_sniffer_panic(
        start in prop::sample::select(vec![&b""[..], b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR", b"\xFF\xD8\xFF", b"PK\x03\x04", b"%PDF-"]),
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let _ = sniff(&[start, &rest].concat(), ALL);
    }

    #[test]
    fn no_change_of_a_workbook_makes_the_reader_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = book(&sheet("<row r=\"3\"><c t=\"str\"><v>x</v></c></row>"));
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let _ = sniff(&bytes, ALL);
        let _ = read_xlsx("a", &bytes, KNOWN);
    }

    #[test]
    fn columns_have_letters_and_letters_columns(place in 0_usize..16_384) {
        prop_assert_eq!(xlsx::column(&format!("{}7", xlsx::letters(place))), Some(place));
    }
}
