//! The direction of dependency: `domain` and `matcher` know no I/O, and `domain` knows nobody.

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
