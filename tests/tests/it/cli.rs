//! The command line: import, rank, and refusals, on both databases.

use std::{fs, path::Path};

use tests::{run, run_with};

fn import(database: &str, kind: &str, file: &Path, more: &[&str]) -> (i32, String, String) {
    let file = file.display().to_string();
    let mut args = vec!["--database", database, "import", kind, &file];
    args.extend(more);
    run(&args)
}

const ORGANISATIONS: &str = "key,name,kind,investor_type,verification,screening,country\n\
    o1,\"Owner, Ltd\",COMPANY,,V2,CLEAR,RS\ni1,Bank,INVESTOR,COMMERCIAL_BANK,V1,CLEAR,TR\n";
const PROJECTS: &str = "key\ttitle\towner\tkind\tfields\tgap_amount\tgap_currency\tcountries\tstate\n\
    p1\tFibre\to1\tINFRASTRUCTURE\tCONN_BACKBONE:100\t1000000\tEUR\tRS\tPUBLISHED\n";

fn everything(database: &str) {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let organisations = write("organisations.csv", ORGANISATIONS);
    let projects = write("projects.tsv", PROJECTS);

    // A project whose owner is not there is refused, and nothing of the file is kept.
    let (code, out, err) = import(database, "projects", &projects, &[]);
    assert_ne!(code, 0);
    assert!(err.contains("row 2, column owner") && err.contains("o1"), "{err}");
    assert!(out.contains("nothing written"), "{out}");

    // A dry run counts and writes nothing; a second run changes nothing.
    let (code, out, _) = import(database, "organisations", &organisations, &["--dry-run"]);
    assert_eq!(code, 0);
    assert!(out.contains("2 created") && out.contains("dry run"), "{out}");
    assert!(import(database, "organisations", &organisations, &[]).1.contains("2 created"));
    assert!(import(database, "organisations", &organisations, &[]).1.contains("2 unchanged"));
    assert!(import(database, "projects", &projects, &[]).1.contains("1 created"));

    // Each wrong cell is named with what would be right; good rows are kept only where that is asked for.
    let bad = write(
        "bad.tsv",
        "key\ttitle\towner\tkind\tfields\tgap_amount\tgap_currency\tcountries\tcontract\n\
         p2\tGood\to1\tINFRASTRUCTURE\tCONN_BACKBONE:100\t\t\tRS\t\n\
         p3\tBad\to1\tBRIDGE\tCONN_BACKBONE:60\t12,5\tEUR\tXX\t\n\
         p4\tPartnership\to1\tINFRASTRUCTURE\tCONN_BACKBONE:100\t\t\tRS\tBOT\n",
    );
    let (code, out, err) = import(database, "projects", &bad, &[]);
    assert_ne!(code, 0);
    for (place, says) in [
        ("row 3, column kind", "INFRASTRUCTURE"),
        ("row 3, column fields", "100"),
        ("row 3, column gap_amount", "42000000"),
        ("row 3, column countries", "ISO 3166"),
        ("row 4, column public_authority", "public authority"),
    ] {
        let line =
            err.lines().find(|line| line.starts_with(place)).unwrap_or_else(|| panic!("{place} in {err}"));
        assert!(line.contains(says), "{line}");
    }
    assert!(out.contains("nothing written"), "{out}");
    let (_, out, _) = import(database, "projects", &bad, &["--keep-good"]);
    assert!(out.contains("1 created") && out.contains("written"), "{out}");
    assert!(import(database, "projects", &bad, &["--keep-good"]).1.contains("1 unchanged"));

    // A changed row is a new version; a column that does not exist is named.
    let changed = write("changed.tsv", &PROJECTS.replace("1000000", "2000000"));
    assert!(import(database, "projects", &changed, &[]).1.contains("1 changed"));
    let unknown = write("unknown.csv", "key,name,kind,colour\n");
    let (code, _, err) = import(database, "organisations", &unknown, &[]);
    assert!(code != 0 && err.contains("'colour'") && err.contains("investor_type"), "{err}");

    let twice = write("twice.csv", "key,name,name,kind\n");
    let (code, _, err) = import(database, "organisations", &twice, &[]);
    assert!(code != 0 && err.contains("column 'name' twice"), "{err}");

    // A mandate, and the ranking of it as a document.
    let mandates = write(
        "mandates.csv",
        "key,organisation,name,fields,global,ticket_min,ticket_max,currency\nm1,i1,Backbones,CONN_BACKBONE:100,yes,500000,5000000,EUR\n",
    );
    assert!(import(database, "mandates", &mandates, &[]).1.contains("1 created"));
    let (code, out, err) = run(&["--database", database, "rank", "opportunities", "m1", "--json"]);
    assert_eq!(code, 0, "{err}");
    let shown: serde_json::Value = serde_json::from_str(&out).unwrap();
    // Screening without a date does not hold: the safety gate never passes on what is not known.
    let gate = shown["gates"].as_array().unwrap().iter().find(|gate| gate["gate"] == "G2_SCREENING").unwrap();
    assert_eq!(gate["failed"], 1, "{shown}");
    let (code, _, err) = run(&["--database", database, "rank", "opportunities", "m1", "--lang", "fr"]);
    assert!(code != 0 && err.contains("one of en, zh"), "{err}");
    let (code, _, err) = run(&["--database", database, "rank", "opportunities", "nothing"]);
    assert!(code != 0 && err.contains("no such mandate"), "{err}");
}

#[test]
fn import_and_rank_on_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    everything(&format!("sqlite:{}", dir.path().join("x.sqlite").display()));
    // Each command closes the database: no write-ahead log is left beside the file.
    assert!(dir.path().join("x.sqlite").exists());
    assert!(!dir.path().join("x.sqlite-wal").exists());
}

#[test]
fn import_and_rank_on_postgresql() {
    everything(&tests::postgres::database());
}

#[test]
fn the_demo_prints_three_rankings_of_real_names_with_their_coverage() {
    let dir = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", dir.path().join("x.sqlite").display());
    let (code, out, err) = run(&["--database", &database, "demo", "--once"]);
    assert_eq!(code, 0, "{err}");
    for title in [
        "Projects for the mandate: China Eximbank",
        "Investors for the project:",
        "Partner cities for Novi Sad",
    ] {
        assert!(out.contains(title), "{out}");
    }
    assert_eq!(out.matches("known share of the rows shown").count(), 3);
    assert!(out.contains("not stated by the") && out.contains("sample needs and offers"));
    // The same sentences in another language, and none of them in English.
    let told = |what, id, lang| run(&["--database", &database, "rank", what, id, "--json", "--lang", lang]).1;
    let russian = told("opportunities", "mandate-bank-china-eximbank", "ru");
    assert!(russian.contains("Неизвестно:") && !russian.contains("Unknown:"), "{russian}");
    let chinese = told("cities", "geonames:3194360", "zh");
    assert!(chinese.contains("未知：") && !chinese.contains("Unknown:"), "{chinese}");
}

#[test]
fn a_wrong_configuration_does_not_start_and_says_why() {
    for (args, says) in [
        (vec!["--database", "mysql://x", "migrate"], "sqlite:PATH"),
        (vec!["--database", "postgres://u@db.example/x", "migrate"], "sslmode"),
        (vec!["serve", "--listen", "0.0.0.0:0", "--development"], "loopback"),
        (vec!["serve", "--listen", "127.0.0.1:0", "--public-url", "http://caravanserai.example"], "https"),
        (vec!["--config", "/nonexistent.toml", "migrate"], "settings file"),
    ] {
        let (code, _, err) = run(&args);
        assert!(code != 0 && err.contains(says), "{args:?}: {err}");
    }
    // A database without its schema is not served.
    let dir = tempfile::tempdir().unwrap();
    let (code, _, err) =
        run(&["serve", "--listen", "127.0.0.1:0", "--data-dir", &dir.path().display().to_string()]);
    assert!(code != 0 && err.contains("caravanserai migrate"), "{err}");
}

/// What holds secrets is for the eyes of the program's own user alone.
#[cfg(unix)]
#[test]
fn the_data_directory_and_the_database_are_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("new").join("data");
    let (code, _, err) = run(&["migrate", "--data-dir", &data.display().to_string()]);
    assert_eq!(code, 0, "{err}");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for entry in fs::read_dir(&data).unwrap() {
        let path = entry.unwrap().path();
        let wanted = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(&path), wanted, "{}", path.display());
    }
    assert!(data.join("caravanserai.sqlite").exists());
}

#[test]
fn every_option_is_also_a_variable_and_a_key_of_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let organisations = dir.path().join("organisations.csv");
    fs::write(&organisations, ORGANISATIONS).unwrap();
    let settings = dir.path().join("settings.toml");
    let database = format!("sqlite:{}", dir.path().join("x.sqlite").display());
    fs::write(&settings, format!("database = \"{database}\"\ndry_run = true\nmetrics = false\n")).unwrap();
    let (settings, organisations) = (settings.display().to_string(), organisations.display().to_string());

    let args = ["import", "organisations", &organisations];
    let (code, out, err) = run_with(&[("CARAVANSERAI_CONFIG", &settings)], &args);
    assert!(code == 0 && out.contains("dry run"), "the file says: dry run; {out}{err}");
    // The environment goes before the file.
    let variables = [("CARAVANSERAI_CONFIG", settings.as_str()), ("CARAVANSERAI_DRY_RUN", "false")];
    let (_, out, _) = run_with(&variables, &args);
    assert!(out.contains("2 created") && !out.contains("dry run"), "{out}");
    // The command line goes before the environment, and what is wrong is named.
    let variables = [("CARAVANSERAI_FIRST", "none")];
    let (code, _, err) = run_with(&variables, &["--config", &settings, "rank", "cities", "x"]);
    assert!(code != 0 && err.contains("--first"), "{err}");
    let (_, _, err) = run_with(&variables, &["--config", &settings, "rank", "cities", "x", "--first", "2"]);
    assert!(err.contains("no such city"), "{err}");
    // Help names the variables and shows no value: one can hold a password.
    let (_, out, _) =
        run_with(&[("CARAVANSERAI_DATABASE", "postgres://u:secret@db/x")], &["serve", "--help"]);
    assert!(out.contains("CARAVANSERAI_DATABASE") && !out.contains("secret"), "{out}");
    fs::write(&settings, "lisen = 1\n").unwrap();
    let (code, _, err) = run(&["--config", &settings, "migrate"]);
    assert!(code != 0 && err.contains("lisen: no such setting") && err.contains("listen"), "{err}");
}

#[test]
fn the_schema_is_the_committed_one() {
    let committed =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../api/schema.graphql")).unwrap();
    let (_, out, _) = run(&["schema"]);
    assert_eq!(out, committed, "when the change is meant: cargo run -- schema > api/schema.graphql");
}

/// The first policy's receipt, made on the day it was published, holds under whatever policy is in force; with one
/// character of it changed it does not.
#[test]
fn a_receipt_of_the_first_policy_holds_for_ever_and_with_one_character_changed_it_does_not() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let keys = golden.join("receipt-of-policy-1.jwks.json").display().to_string();
    let receipt = golden.join("receipt-of-policy-1.json");
    let check = |file: &Path| run(&["verify-receipt", &file.display().to_string(), "--jwks", &keys]);
    let (code, out, err) = check(&receipt);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("policy 1\n") && out.contains("holds: yes"), "{out}");
    // Anybody can sign with a key of one's own: without the issuer's keys it is said, with others it does not hold.
    let bare = run(&["verify-receipt", &receipt.display().to_string()]);
    assert!(bare.0 == 0 && bare.1.contains("not held against the issuer's keys"), "{}", bare.1);
    let dir = tempfile::tempdir().unwrap();
    let others = dir.path().join("others.json");
    fs::write(&others, "{\"keys\":[]}").unwrap();
    let others = others.display().to_string();
    let (code, out, _) = run(&["verify-receipt", &receipt.display().to_string(), "--jwks", &others]);
    assert!(code != 0 && out.contains("NONE of the keys") && out.contains("holds: NO"), "{out}");
    let text = fs::read_to_string(&receipt).unwrap();
    let digits: Vec<usize> =
        text.char_indices().filter(|(_, letter)| letter.is_ascii_digit()).map(|(place, _)| place).collect();
    let other = dir.path().join("changed.json");
    for place in digits.iter().step_by(digits.len() / 40) {
        let mut bytes = text.clone().into_bytes();
        bytes[*place] = if bytes[*place] == b'9' { b'8' } else { bytes[*place].saturating_add(1) };
        fs::write(&other, &bytes).unwrap();
        let (code, out, _) = check(&other);
        assert_ne!(code, 0, "byte {place} was changed: {out}");
    }
}
