//! `caravanserai user`: the first administrator, who can be made by nobody else.

use std::{io::BufRead, path::PathBuf, process::ExitCode};

use clap::Subcommand;
use domain::account::{EmailAddress, PersonName};

use super::Failure;
use crate::{account::platform, app::App, command::CommandError};

/// What is done with users.
#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Make an administrator. The password is read from a file or from standard input, never from the line.
    CreateAdmin {
        /// Address.
        #[arg(long)]
        email: EmailAddress,
        /// Name.
        #[arg(long)]
        name: String,
        /// File whose first line is the password. Default: standard input.
        #[arg(long)]
        password_file: Option<PathBuf>,
    },
}

pub(super) async fn user(app: &App, command: UserCommand) -> Result<ExitCode, Failure> {
    let UserCommand::CreateAdmin { email, name, password_file } = command;
    let name = PersonName::new(&name).map_err(|error| format!("--name: {error}"))?;
    let password = first_line(password_file)?;
    match platform::create_administrator(app, email, name, password).await {
        Ok(id) => {
            say!("made the administrator {}", crate::id::encode(crate::store::Kind::Person, id.uuid()));
            Ok(ExitCode::SUCCESS)
        }
        Err(CommandError::Refused(refusals)) => {
            let lines: Vec<String> = refusals
                .iter()
                .map(|refusal| format!("{}: {}", refusal.path.join("."), refusal.message))
                .collect();
            Err(lines.join("; ").into())
        }
        Err(other) => Err(other.into()),
    }
}

fn first_line(file: Option<PathBuf>) -> Result<String, Failure> {
    let mut line = String::new();
    match file {
        Some(path) => {
            let file = std::fs::File::open(&path)?;
            std::io::BufReader::new(file).read_line(&mut line)?;
        }
        None => {
            std::io::stdin().lock().read_line(&mut line)?;
        }
    }
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() { Err("the password is empty".into()) } else { Ok(password.to_owned()) }
}
