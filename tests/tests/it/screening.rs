//! Lists of sanctions by the command line, and what they do to organisations, on both databases.

use std::{fmt::Write as _, fs, path::PathBuf};

use tests::run;

/// An edition of the United Nations' list with made-up entities.
fn un(day: &str, entities: &[(&str, &str)]) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CONSOLIDATED_LIST dateGenerated=\"{day}T00:00:00.000Z\">\n\
         <INDIVIDUALS/>\n<ENTITIES>\n"
    );
    for (number, name) in entities {
        let _ = writeln!(
            text,
            "<ENTITY><DATAID>{number}</DATAID><VERSIONNUM>1</VERSIONNUM><FIRST_NAME>{name}</FIRST_NAME>\
             <UN_LIST_TYPE>SAMPLE</UN_LIST_TYPE><REFERENCE_NUMBER>XXe.{number}</REFERENCE_NUMBER>\
             <LISTED_ON>2020-02-29</LISTED_ON></ENTITY>"
        );
    }
    text.push_str("</ENTITIES>\n</CONSOLIDATED_LIST>\n");
    text
}

struct Files(tempfile::TempDir);

impl Files {
    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

fn screening(database: &str, more: &[&str]) -> (i32, String, String) {
    let mut args = vec!["--database", database, "screening"];
    args.extend(more);
    run(&args)
}

fn import(database: &str, list: &str, file: &std::path::Path, more: &[&str]) -> (i32, String, String) {
    let file = file.display().to_string();
    let mut args = vec!["import", "--list", list, &file];
    args.extend(more);
    screening(database, &args)
}

const ORGANISATIONS: &str = "key,name,kind,investor_type,verification,screening,country\n\
    o1,Sampleton Cable & Wire Works,COMPANY,,V2,,RS\no2,Quiet Water Office,COMPANY,,V1,,TR\n";

fn lists(database: &str) {
    let files = Files(tempfile::tempdir().unwrap());
    let organisations = files.write("organisations.csv", ORGANISATIONS);
    let path = organisations.display().to_string();
    let (code, _, err) = run(&["--database", database, "import", "organisations", &path]);
    assert_eq!(code, 0, "{err}");

    // Without a list nobody is cleared.
    let (code, _, err) = screening(database, &["run"]);
    assert!(code != 0 && err.contains("import one first"), "{err}");

    // What is no such list is refused with the place, and nothing of it is in force.
    let whole = un("2026-11-20", &[("1", "SAMPLETON CABLE AND WIRE WORKS"), ("2", "Nothing Alike")]);
    let torn = files.write("torn.xml", &whole.replace("<DATAID>2</DATAID>", ""));
    let (code, _, err) = import(database, "un", &torn, &[]);
    assert!(code != 0 && err.contains("DATAID") && err.contains("line"), "{err}");
    let cut = files.write("cut.xml", whole.split_at(whole.len() / 2).0);
    assert_ne!(import(database, "UN", &cut, &[]).0, 0);
    let edition = files.write("un.xml", &whole);
    let (code, _, err) = import(database, "OFAC", &edition, &[]);
    assert!(code != 0 && err.contains("CONSOLIDATED_LIST"), "{err}");
    let table = files.write("sdn.csv", "1,\"X\"\n");
    assert!(import(database, "UN", &table, &[]).2.contains("this is none"));
    let (_, _, err) = import(database, "OFAC", &table, &[]);
    assert!(err.contains("--published-on"), "{err}");
    let (_, out, _) = screening(database, &["lists"]);
    assert_eq!(out, "");

    // The first edition: one organisation is like an entry, the other is clear.
    let (code, out, err) = import(database, "UN", &edition, &[]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("2 entries: in force"), "{out}");
    assert!(out.contains("2 organisations: 1 clear, 1 new hits"), "{out}");
    assert!(screening(database, &["lists"]).1.starts_with("UN_SC\t2026-11-20\t2 entries\t"));
    // The same bytes change nothing, and a second run finds nothing new.
    let (_, out, _) = import(database, "UN", &edition, &[]);
    assert!(out.contains("unchanged") && out.contains("1 clear, 0 new hits, 1 waiting"), "{out}");

    // An older edition is not taken by mistake.
    let older = files.write("older.xml", &un("2026-01-01", &[("2", "Nothing Alike")]));
    let (code, _, err) = import(database, "UN", &older, &[]);
    assert!(code != 0 && err.contains("--older"), "{err}");
    // The next edition moves the name elsewhere; a possible hit is for persons to decide, not for a list to take back.
    let next =
        files.write("next.xml", &un("2026-11-21", &[("2", "Nothing Alike"), ("3", "Quiet Water Office")]));
    let (_, out, _) = import(database, "UN", &next, &["--no-run"]);
    assert!(out.contains("before it that of 2026-11-20") && out.contains("not screened"), "{out}");
    let (_, out, _) = screening(database, &["run"]);
    assert!(out.contains("0 clear, 1 new hits, 1 waiting"), "{out}");
}

#[test]
fn lists_are_imported_whole_and_screen_everybody_on_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    lists(&format!("sqlite:{}", dir.path().join("lists.sqlite").display()));
}

#[test]
fn lists_are_imported_whole_and_screen_everybody_on_postgres() {
    lists(&tests::postgres::database());
}
