//! Where options come from: the command line over the environment over the file over the defaults.
//!
//! Each option `--some-name` is also a variable `CARAVANSERAI_SOME_NAME` and a key `some_name` of the file. The rule
//! is written once, for all options, those of later commands too.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use clap::{ArgMatches, Command, parser::ValueSource};
use toml::{Table, Value};

/// What a variable's name begins with.
const PREFIX: &str = "CARAVANSERAI_";

/// Variables that are no option: of the log, and of the project's own tests.
const NO_OPTIONS: [&str; 5] = ["LOG", "FAILPOINT", "BINARY", "KILL_ROUNDS", "TENANT_READS"];

/// A settings file that cannot be followed.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    /// It cannot be read.
    #[error("the settings file {path} cannot be read")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is not TOML.
    #[error("the settings file {path} is not TOML")]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: toml::de::Error,
    },
    /// A key is no option.
    #[error("{key}: no such setting in {path}; there are {known}")]
    Unknown {
        /// Which key.
        key: String,
        /// Which file.
        path: PathBuf,
        /// The keys that there are.
        known: String,
    },
    /// A value is of a kind that no option takes.
    #[error("{key}: a text, a number, true, false, or a list of texts is right here, in {path}")]
    Kind {
        /// Which key.
        key: String,
        /// Which file.
        path: PathBuf,
    },
}

/// Adds the variables to a command and all below it.
pub(super) fn with_variables(command: Command) -> Command {
    command
        .mut_args(|arg| match arg.get_long() {
            Some(long) => {
                let variable = format!("{PREFIX}{}", long.replace('-', "_").to_ascii_uppercase());
                // A database's address can hold a password, which help must not show.
                arg.env(variable).hide_env_values(true)
            }
            None => arg,
        })
        .mut_subcommands(with_variables)
}

/// Variables that look like ours and say nothing to any command, such as misspelt ones.
pub(super) fn unknown_variables(command: &Command, set: impl IntoIterator<Item = OsString>) -> Vec<String> {
    let mut known = BTreeSet::from(["config".to_owned()]);
    keys(command, &mut known);
    let mut unknown: Vec<String> = set
        .into_iter()
        .filter_map(|name| name.into_string().ok())
        .filter(|name| {
            let ours = name.strip_prefix(PREFIX);
            ours.is_some_and(|ours| {
                !NO_OPTIONS.contains(&ours) && !known.contains(&ours.to_ascii_lowercase())
            })
        })
        .collect();
    unknown.sort();
    unknown
}

/// The arguments as typed, followed by what the file says and neither they nor the environment do.
///
/// # Errors
/// The file cannot be read or has a key that is no option of any command.
pub(super) fn with_file(command: &Command, typed: Vec<OsString>) -> Result<Vec<OsString>, FileError> {
    // A line that does not parse is left to the caller, who prints what clap says of it.
    let Ok(matches) = command.clone().try_get_matches_from(&typed) else { return Ok(typed) };
    let chosen = chain(command, &matches);
    let Some(path) = chosen.iter().find_map(|(_, matches)| matches.get_one::<PathBuf>("config").cloned())
    else {
        return Ok(typed);
    };
    let table = read(&path)?;
    let mut known = BTreeSet::new();
    keys(command, &mut known);
    let mut added = Vec::new();
    for (key, value) in &table {
        if !known.contains(key) {
            let known = known.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(FileError::Unknown { key: key.clone(), path, known });
        }
        let long = key.replace('_', "-");
        let is_set = chosen.iter().any(|(_, matches)| {
            // Asked first: the parser panics at a name it does not have.
            matches.ids().any(|id| id.as_str() == key)
                && matches!(
                    matches.value_source(key),
                    Some(ValueSource::CommandLine | ValueSource::EnvVariable)
                )
        });
        let Some(arg) = chosen
            .iter()
            .flat_map(|(command, _)| command.get_arguments())
            .find(|arg| arg.get_long() == Some(&long))
        else {
            continue; // An option of another command.
        };
        if is_set {
            continue;
        }
        let takes_values = arg.get_action().takes_values();
        match value {
            Value::Boolean(true) if !takes_values => added.push(format!("--{long}")),
            Value::Boolean(false) if !takes_values => {}
            _ => added.push(format!("--{long}={}", text(key, value, &path)?)),
        }
    }
    Ok(insert(typed, added))
}

/// The commands that were chosen, from the program on, each with what it was given.
fn chain<'a>(command: &'a Command, matches: &'a ArgMatches) -> Vec<(&'a Command, &'a ArgMatches)> {
    let mut chain = vec![(command, matches)];
    let mut at = (command, matches);
    while let Some((name, below)) = at.1.subcommand()
        && let Some(command) = at.0.find_subcommand(name)
    {
        at = (command, below);
        chain.push(at);
    }
    chain
}

fn keys(command: &Command, known: &mut BTreeSet<String>) {
    known.extend(
        command
            .get_arguments()
            .filter_map(|arg| arg.get_long())
            // A file that names another file would be a riddle.
            .filter(|long| *long != "config")
            .map(|long| long.replace('-', "_")),
    );
    for below in command.get_subcommands() {
        keys(below, known);
    }
}

fn read(path: &Path) -> Result<Table, FileError> {
    let text =
        fs::read_to_string(path).map_err(|source| FileError::Read { path: path.to_owned(), source })?;
    toml::from_str(&text).map_err(|source| FileError::Syntax { path: path.to_owned(), source })
}

fn text(key: &str, value: &Value, path: &Path) -> Result<String, FileError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        Value::Boolean(truth) => Ok(truth.to_string()),
        Value::Array(items) if items.iter().all(Value::is_str) => {
            Ok(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","))
        }
        _ => Err(FileError::Kind { key: key.to_owned(), path: path.to_owned() }),
    }
}

/// Before the mark after which nothing is an option any more.
fn insert(mut typed: Vec<OsString>, added: Vec<String>) -> Vec<OsString> {
    let end = typed.iter().position(|arg| arg == "--").unwrap_or(typed.len());
    typed.splice(end..end, added.into_iter().map(OsString::from));
    typed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command() -> Command {
        use clap::{Arg, ArgAction};
        let config = Arg::new("config").long("config").global(true);
        let data_dir = Arg::new("data_dir").long("data-dir").global(true);
        let first = Arg::new("first").long("first").default_value("10");
        let json = Arg::new("json").long("json").action(ArgAction::SetTrue);
        let other = Command::new("other").arg(Arg::new("listen").long("listen"));
        with_variables(
            Command::new("program")
                .arg(config.value_parser(clap::value_parser!(PathBuf)))
                .arg(data_dir)
                .subcommand(Command::new("rank").arg(Arg::new("id")).arg(first).arg(json))
                .subcommand(other),
        )
    }

    fn lines(file: &str, typed: &str) -> Result<String, FileError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("settings.toml");
        fs::write(&path, file).unwrap();
        let mut args: Vec<OsString> = typed.split(' ').map(OsString::from).collect();
        args.splice(1..1, ["--config".into(), path.into_os_string()]);
        let args = with_file(&command(), args)?;
        Ok(args.iter().skip(3).map(|arg| arg.to_string_lossy()).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn the_file_gives_what_the_line_does_not() {
        let file = "first = 3\njson = true\ndata_dir = \"d\"\nlisten = \"127.0.0.1:1\"\n";
        assert_eq!(lines(file, "program rank x").unwrap(), "rank x --data-dir=d --first=3 --json");
        assert_eq!(lines(file, "program rank --first 5 x").unwrap(), "rank --first 5 x --data-dir=d --json");
        assert_eq!(
            lines(file, "program --data-dir e other").unwrap(),
            "--data-dir e other --listen=127.0.0.1:1"
        );
        assert_eq!(lines(file, "program rank -- x").unwrap(), "rank --data-dir=d --first=3 --json -- x");
    }

    #[test]
    fn a_variable_that_is_misspelt_is_named() {
        let set =
            ["CARAVANSERAI_LISTEN", "CARAVANSERAI_LISTN", "CARAVANSERAI_CONFIG", "CARAVANSERAI_LOG", "PATH"];
        let unknown = unknown_variables(&command(), set.map(OsString::from));
        assert_eq!(unknown, ["CARAVANSERAI_LISTN"]);
    }

    #[test]
    fn an_unknown_key_and_an_odd_value_are_named() {
        let error = lines("fisrt = 3\n", "program rank x").unwrap_err().to_string();
        assert!(error.starts_with("fisrt: no such setting") && error.contains("data_dir, first"), "{error}");
        let error = lines("first = { a = 1 }\n", "program rank x").unwrap_err().to_string();
        assert!(error.starts_with("first: "), "{error}");
        assert!(matches!(lines("first = ", "program rank x"), Err(FileError::Syntax { .. })));
    }
}
