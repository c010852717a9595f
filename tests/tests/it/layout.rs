//! The direction of dependency: `domain` and `matcher` know no I/O, and `domain` knows nobody. And which lints hold.

use std::process::Command;

fn tree(package: &str) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let args = ["tree", "--package", package, "--edges", "normal", "--prefix", "none", "--format", "{p}"];
    let output = Command::new(cargo).args(args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn domain_and_matcher_do_no_input_and_output() {
    for package in ["domain", "matcher"] {
        let tree = tree(package);
        for forbidden in ["tokio ", "sea-orm ", "async-graphql ", "axum ", "api ", "migrations "] {
            assert!(
                !tree.lines().any(|line| line.starts_with(forbidden)),
                "{package} depends on {forbidden}"
            );
        }
    }
    assert!(!tree("domain").lines().any(|line| line.starts_with("matcher ")));
    assert!(tree("api").lines().any(|line| line.starts_with("matcher ")), "the test sees dependencies");
}

/// The lines of a table of a manifest that say something.
fn table(manifest: &str, name: &str) -> Vec<String> {
    let said = |line: &&str| !line.is_empty() && !line.starts_with('#');
    let text = std::fs::read_to_string(manifest).unwrap();
    let lines = text.lines().skip_while(|line| *line != format!("[{name}]")).skip(1);
    lines.take_while(|line| !line.starts_with('[')).filter(said).map(str::to_owned).collect()
}

/// The matcher has a list of lints of its own, since no single one of the workspace's can be changed.
#[test]
fn the_matchers_lints_are_the_workspaces_but_for_unsafe_code() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let (all, own) = (format!("{root}/Cargo.toml"), format!("{root}/matcher/Cargo.toml"));
    let clippy = table(&all, "workspace.lints.clippy");
    assert!(clippy.len() > 10, "the table is found");
    assert_eq!(table(&own, "lints.clippy"), clippy);
    let denied = |line: String| line.replace("unsafe_code = \"forbid\"", "unsafe_code = \"deny\"");
    let rust: Vec<String> = table(&all, "workspace.lints.rust").into_iter().map(denied).collect();
    assert!(rust.contains(&"unsafe_code = \"deny\"".to_owned()));
    assert_eq!(table(&own, "lints.rust"), rust);
}
