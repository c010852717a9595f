//! Tables as files come: separators, quotes, marks, compression, and what is none.

use std::io::Write;

use proptest::prelude::*;

use super::{
    super::{
        Row, TableError,
        table::{MAX_BYTES, MAX_CELL},
    },
    ImportKind, Table, columns,
};

const KNOWN: &[(&str, bool)] = &[("key", true), ("name", true), ("note", false)];

fn rows(text: &[u8]) -> Vec<(u64, Option<String>, Option<String>)> {
    let table = Table::from_bytes("test", text, KNOWN).unwrap();
    let cell = |record, column| table.cell(record, column).map(str::to_owned);
    table.records().map(|(row, record)| (row, cell(record, "key"), cell(record, "note"))).collect()
}

fn some(row: u64, key: &str, note: &str) -> (u64, Option<String>, Option<String>) {
    (row, Some(key.to_owned()), (!note.is_empty()).then(|| note.to_owned()))
}

#[test]
fn commas_tabs_quotes_marks_and_line_ends_are_read() {
    assert_eq!(rows(b"key,name,note\na,n,x\n"), [some(2, "a", "x")]);
    assert_eq!(rows(b"key\tname\tnote\r\na\tn\tx,\"y\r\n"), [some(2, "a", "x,\"y")]);
    assert_eq!(rows("\u{FEFF}note,key,name\nx,a,n".as_bytes()), [some(2, "a", "x")]);
    assert_eq!(rows(b"key,name,note\n a , n ,\"x, \"\"y\"\"\"\n"), [some(2, "a", "x, \"y\"")]);
    assert_eq!(rows(b"key,name\na,n\n"), [some(2, "a", "")]);
    assert_eq!(rows(b"key,name,note\n"), []);
    // An export that guards against formulas.
    assert_eq!(rows(b"key,name,note\na,n,'=1+1\nb,n,'tis\n"), [some(2, "a", "=1+1"), some(3, "b", "'tis")]);
}

#[test]
fn rows_are_counted_as_a_spreadsheet_shows_them() {
    let text = b"key,name,note\na,n,\"two\nlines\"\nb,n,x\n\n\nc,n,y\n";
    assert_eq!(rows(text), [some(2, "a", "two\nlines"), some(3, "b", "x"), some(6, "c", "y")]);
    let text = b"key\tname\tnote\r\n\r\na\tn\tx\r\n\r\nb\tn\ty\r\n";
    assert_eq!(rows(text), [some(3, "a", "x"), some(5, "b", "y")]);
    let text = b"key,name,note\r\na,n,\"two\r\n\r\nlines\"\r\nb,n,y\rc,n,z";
    assert_eq!(rows(text), [some(2, "a", "two\r\n\r\nlines"), some(3, "b", "y"), some(4, "c", "z")]);
}

#[test]
fn files_that_are_no_table_of_the_kind_are_refused_with_the_reason() {
    for (text, told) in [
        (&b"key,name,colour\n"[..], "unknown column 'colour'; the columns are key, name, note"),
        (b"key,note\n", "no column 'name'; the required columns are key, name"),
        (b"key,name,key\n", "the column 'key' twice"),
        (b"", "no column 'key'"),
        (b"key,name\na,\xFF\n", "row 2"),
        (b"\xFF\xFEk\0e\0y\0", "no table in UTF-8, row 1"),
    ] {
        let error = Table::from_bytes("a.csv", text, KNOWN).unwrap_err().to_string();
        assert!(error.contains(told) && error.contains("a.csv"), "{error}");
    }
}

#[test]
fn compressed_files_are_unpacked_and_bombs_are_not() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(bytes).unwrap();
        std::fs::write(&path, packed.finish().unwrap()).unwrap();
        path
    };
    assert_eq!(Table::from_path(&write("a.tsv.gz", b"key\tname\na\tn\n"), KNOWN).unwrap().len(), 1);
    let bomb = write("bomb.GZ", &vec![b'\n'; usize::try_from(MAX_BYTES).unwrap() + 1]);
    assert!(matches!(Table::from_path(&bomb, KNOWN), Err(TableError::TooLarge { .. })));
    let cut = write("cut.gz", b"key\tname\na\tn\n");
    let bytes = std::fs::read(&cut).unwrap();
    std::fs::write(&cut, &bytes[..bytes.len() - 9]).unwrap();
    assert!(matches!(Table::from_path(&cut, KNOWN), Err(TableError::Read { .. })));
    assert!(matches!(Table::from_path(&dir.path().join("none.csv"), KNOWN), Err(TableError::Read { .. })));
}

#[test]
fn rows_that_are_wrong_as_a_whole_are_told_apart() {
    let long = "x".repeat(MAX_CELL + 1);
    let text = format!("key,name\na\nb,n,m\nc,n\0\nd,{long}\ne,n\n");
    let table = Table::from_bytes("test", text.as_bytes(), KNOWN).unwrap();
    let faults: Vec<Option<String>> = table.records().map(|(_, record)| table.fault(record)).collect();
    let told: Vec<&str> = faults.iter().map(|fault| fault.as_deref().unwrap_or("good")).collect();
    assert_eq!(
        told,
        [
            "the row has 1 cells and the header 2",
            "the row has 3 cells and the header 2",
            "a cell holds the character NUL",
            "a cell is longer than 100000 bytes",
            "good",
        ]
    );
}

/// Reads a table of any kind as its importer does, without a database.
fn read(kind: ImportKind, bytes: &[u8]) {
    let Ok(table) = Table::from_bytes("test", bytes, columns(kind)) else { return };
    for (number, record) in table.records() {
        if table.fault(record).is_some() {
            continue;
        }
        let mut row = Row::new(&table, number, record);
        super::super::read_row(kind, &mut row, super::WRITE);
        for error in row.into_errors() {
            assert!(!error.column.is_empty() && !error.message.is_empty());
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Table::from_bytes("test", &bytes, KNOWN);
    }

    #[test]
    fn no_cells_make_an_importer_panic(
        kind in proptest::sample::select(&[
            ImportKind::Organisations, ImportKind::Deals, ImportKind::Projects,
            ImportKind::Mandates, ImportKind::Cities, ImportKind::Twinnings,
        ][..]),
        cells in proptest::collection::vec(
            prop_oneof![
                Just(String::new()), "[A-Z_]{1,12}(:[0-9.]{1,4})?(\\|[A-Z]{2,5}:[-0-9]{1,3})?", "[-+0-9.e]{1,12}",
                "(yes|no|RS|KE|USD|EUR|NaN|inf|-0|1e999|2026-02-30|\\|\\|!=@)", "\\PC{0,12}",
            ],
            60,
        ),
    ) {
        let names: Vec<&str> = columns(kind).iter().map(|(name, _)| *name).collect();
        let clean: Vec<String> = cells.iter().take(names.len()).map(|cell| cell.replace(['\t', '\n', '\r'], " ")).collect();
        read(kind, format!("{}\n{}\n", names.join("\t"), clean.join("\t")).as_bytes());
    }
}
