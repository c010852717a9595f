//! A ZIP archive from outside, with every cap on it before a byte is inflated, and counted while it is.
//!
//! Names of entries are compared and never used as paths. Declared sizes are believed by no one: what comes out is
//! counted. Refused whole: too many entries, entries that share bytes (the "better zip bomb"), two of one name, an
//! archive within, encryption, macros.

use std::io::{self, Cursor, Read};

use zip::{ZipArchive, read::ZipFile};

/// Entries of an archive.
pub const MAX_ENTRIES: usize = 1_000;

/// Bytes that all parts of an archive may come to.
pub const MAX_INFLATED: u64 = 100 * 1024 * 1024;

/// How many times its packed size a part may come to.
pub const MAX_RATIO: u64 = 100;

/// Bytes of a part up to which the ratio is not asked: little text is often packed to nothing.
const RATIO_FROM: u64 = 1024 * 1024;

/// What an archive within an archive begins with.
const NESTED: &[&[u8]] = &[
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1F\x8B",
    b"7z\xBC\xAF",
    b"Rar!",
    b"BZh",
    b"\xFD7zXZ",
    b"\x28\xB5\x2F\xFD",
];

/// An archive that is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// Not a ZIP archive, or a broken one.
    #[error("the archive does not read: {0}")]
    Broken(String),
    /// Too many entries.
    #[error("the archive has more than {MAX_ENTRIES} entries")]
    Entries,
    /// Entries that share bytes.
    #[error("entries of the archive overlap")]
    Overlap,
    /// Two entries of one name.
    #[error("two entries of the archive have one name")]
    Twice,
    /// An archive within.
    #[error("the archive holds another archive, '{0}'")]
    Nested(String),
    /// An encrypted entry.
    #[error("the archive is encrypted: send it without a password")]
    Encrypted,
    /// A workbook with programs in it.
    #[error("the workbook holds macros: save it as XLSX without them")]
    Macros,
    /// It comes to too many bytes.
    #[error("the archive comes to too many bytes when unpacked, at most {} MB are taken", MAX_INFLATED / 1024 / 1024)]
    Inflated,
    /// A part comes to too many times its size.
    #[error("a part of the archive comes to more than {MAX_RATIO} times its packed size")]
    Ratio,
}

fn broken(error: &impl ToString) -> ArchiveError {
    ArchiveError::Broken(error.to_string().chars().take(200).collect())
}

/// An archive that passed.
pub struct Archive<'b> {
    zip: ZipArchive<Cursor<&'b [u8]>>,
    /// Bytes of the archive: no part is packed into more.
    length: u64,
    /// Bytes that may still be inflated, over all parts.
    left: u64,
    stop: Option<ArchiveError>,
}

impl<'b> Archive<'b> {
    /// Opens an archive and looks at every entry's header and first bytes.
    ///
    /// # Errors
    /// It is refused.
    pub fn open(bytes: &'b [u8]) -> Result<Self, ArchiveError> {
        Self::open_within(bytes, MAX_INFLATED)
    }

    /// Opens an archive whose parts may come to so many bytes in all, at most [`MAX_INFLATED`].
    ///
    /// # Errors
    /// It is refused.
    pub fn open_within(bytes: &'b [u8], inflated: u64) -> Result<Self, ArchiveError> {
        // Before the directory is read into memory: entries by what they begin with, not by the number declared.
        let headers = bytes.windows(4).filter(|window| *window == b"PK\x01\x02").count();
        if headers > MAX_ENTRIES {
            return Err(ArchiveError::Entries);
        }
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
        if zip.len() > MAX_ENTRIES {
            return Err(ArchiveError::Entries);
        }
        if zip.has_duplicate_names() {
            return Err(ArchiveError::Twice);
        }
        if zip.has_overlapping_entries().map_err(|error| broken(&error))? {
            return Err(ArchiveError::Overlap);
        }
        for number in 0..zip.len() {
            if zip.by_index_raw(number).map_err(|error| broken(&error))?.encrypted() {
                return Err(ArchiveError::Encrypted);
            }
            let mut entry = zip.by_index(number).map_err(|error| broken(&error))?;
            let name = String::from_utf8_lossy(entry.name_raw()).chars().take(80).collect::<String>();
            if name.to_ascii_lowercase().ends_with("vbaproject.bin") {
                return Err(ArchiveError::Macros);
            }
            let mut first = Vec::new();
            entry.by_ref().take(8).read_to_end(&mut first).map_err(|error| broken(&error))?;
            if NESTED.iter().any(|magic| first.starts_with(magic)) {
                return Err(ArchiveError::Nested(name));
            }
        }
        Ok(Self { zip, length: bytes.len() as u64, left: inflated.min(MAX_INFLATED), stop: None })
    }

    /// Whether it has an entry of that name.
    pub fn has(&self, name: &str) -> bool {
        self.zip.index_for_name(name).is_some()
    }

    /// Reads an entry by its name; none where there is none. What it comes to is taken off what is left for all.
    ///
    /// # Errors
    /// The entry's header is broken.
    pub fn part(&mut self, name: &str) -> Result<Option<Part<'_, 'b>>, ArchiveError> {
        let Some(number) = self.zip.index_for_name(name) else { return Ok(None) };
        let file = self.zip.by_index(number).map_err(|error| broken(&error))?;
        let packed = file.compressed_size().min(self.length);
        Ok(Some(Part { file, packed, inflated: 0, left: &mut self.left, stop: &mut self.stop }))
    }

    /// Why the last part was stopped, where it was.
    pub fn stop(&self) -> Option<ArchiveError> {
        self.stop.clone()
    }
}

/// A part while it is inflated.
pub struct Part<'a, 'b> {
    file: ZipFile<'a, Cursor<&'b [u8]>>,
    packed: u64,
    inflated: u64,
    left: &'a mut u64,
    stop: &'a mut Option<ArchiveError>,
}

impl Part<'_, '_> {
    fn refuse(&mut self, error: ArchiveError) -> io::Error {
        let told = io::Error::other(error.to_string());
        *self.stop = Some(error);
        told
    }
}

impl Read for Part<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(into)?;
        self.inflated = self.inflated.saturating_add(count as u64);
        let Some(left) = self.left.checked_sub(count as u64) else {
            return Err(self.refuse(ArchiveError::Inflated));
        };
        *self.left = left;
        if self.inflated > RATIO_FROM && self.inflated > self.packed.saturating_mul(MAX_RATIO) {
            return Err(self.refuse(ArchiveError::Ratio));
        }
        Ok(count)
    }
}
