//! Importing an edition of a list: read whole, then put in the place of the one in force in one transaction.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
};

use chrono::NaiveDate;
use domain::sanctions::ListEdition;

use super::list::{ListError, ListFormat, SdnFiles, read_list, read_sdn_csv};
use crate::{
    app::App,
    auth::Actor,
    store::{Replaced, StoreError},
};

/// Whose list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Publisher {
    /// United Nations Security Council: the Consolidated List as XML.
    Un,
    /// OFAC: the SDN List as `sdn.xml`, or as `sdn.csv` with its companions.
    Ofac,
}

/// The other files of a list in CSV.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Companions {
    /// Aliases, `alt.csv`. Default: beside the file.
    #[arg(long, value_name = "FILE")]
    pub alt: Option<PathBuf>,
    /// Addresses, `add.csv`. Default: beside the file.
    #[arg(long, value_name = "FILE")]
    pub add: Option<PathBuf>,
    /// Remarks that were cut, `sdn_comments.csv`. Default: beside the file, where it is there.
    #[arg(long, value_name = "FILE")]
    pub comments: Option<PathBuf>,
    /// Day of publication, such as 2026-11-20: CSV files do not say it.
    #[arg(long, value_name = "DAY")]
    pub published_on: Option<NaiveDate>,
}

/// A file that is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The list is malformed.
    #[error("{}: {source}", path.display())]
    List {
        /// Which file.
        path: PathBuf,
        /// What is wrong, and where.
        #[source]
        source: ListError,
    },
    /// CSV where the publisher has none.
    #[error("{}: the list of the United Nations is read as XML, and this is none", .0.display())]
    NotXml(PathBuf),
    /// CSV without its day.
    #[error("{}: CSV files do not say when they were published: give the day with --published-on", .0.display())]
    NoDay(PathBuf),
    /// XML says its day itself.
    #[error("{}: this is XML, which has no companions and says its day itself", .0.display())]
    NotCsv(PathBuf),
}

fn open(path: &Path) -> Result<BufReader<File>, ReadError> {
    let file = File::open(path).map_err(|source| ReadError::File { path: path.to_owned(), source })?;
    Ok(BufReader::new(file))
}

/// Whether a file begins as XML does: with a `<` after spaces and a mark of the byte order.
fn is_xml(path: &Path, reader: &mut impl BufRead) -> Result<bool, ReadError> {
    let start = reader.fill_buf().map_err(|source| ReadError::File { path: path.to_owned(), source })?;
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
    Ok(start.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<'))
}

/// Reads an edition; the format is told by the content.
///
/// # Errors
/// A file cannot be read, is another list or is malformed; the error names the file and the place.
pub fn read_edition(
    publisher: Publisher,
    path: &Path,
    companions: &Companions,
) -> Result<ListEdition, ReadError> {
    let mut reader = open(path)?;
    let list = |source| ReadError::List { path: path.to_owned(), source };
    if is_xml(path, &mut reader)? {
        let Companions { alt: None, add: None, comments: None, published_on: None } = companions else {
            return Err(ReadError::NotCsv(path.to_owned()));
        };
        let format = match publisher {
            Publisher::Un => ListFormat::UnXml,
            Publisher::Ofac => ListFormat::OfacXml,
        };
        return read_list(format, reader).map_err(list);
    }
    if publisher == Publisher::Un {
        return Err(ReadError::NotXml(path.to_owned()));
    }
    let published_on = companions.published_on.ok_or_else(|| ReadError::NoDay(path.to_owned()))?;
    let beside =
        |given: &Option<PathBuf>, name: &str| given.clone().unwrap_or_else(|| path.with_file_name(name));
    let comments = beside(&companions.comments, "sdn_comments.csv");
    let files = SdnFiles {
        sdn: reader,
        alt: open(&beside(&companions.alt, "alt.csv"))?,
        add: open(&beside(&companions.add, "add.csv"))?,
        comments: (companions.comments.is_some() || comments.exists())
            .then(|| open(&comments))
            .transpose()?,
    };
    read_sdn_csv(files, published_on).map_err(list)
}

/// Puts an edition in the place of the one in force, whole or not at all.
///
/// # Errors
/// The database does not answer.
pub async fn import(app: &App, edition: &ListEdition, older: bool) -> Result<Replaced, StoreError> {
    let command = app.begin(&Actor::System, "importScreeningList", None).await?;
    let replaced = command.tx.replace_list(edition, older).await?;
    if matches!(replaced, Replaced::Same | Replaced::Newer(_)) {
        command.tx.rollback().await?;
        return Ok(replaced);
    }
    let detail = serde_json::json!({
        "list": edition.list,
        "published_on": edition.published_on,
        "sha256": edition.sha256,
        "entries": edition.entries.len(),
    });
    command.audit_as("screening_list", None, detail);
    command.tx.commit().await?;
    Ok(replaced)
}
