//! What a person sent: which kind of file it is, told from its bytes and not from its name, and whether it may come in.
//!
//! Nothing here opens a path, and nothing is decoded that need not be: of images the header, of spreadsheets the parts
//! with text, behind the caps of [`archive`]. How a file is served again (another host, or `attachment`) is the route's
//! to say. Not built: a virus scanner; its place is between [`sniff`] and the store.

pub mod archive;
mod image;
#[cfg(test)]
mod tests;
pub mod xlsx;

pub use image::{MAX_PIXELS, MAX_SIDE};

/// Kinds of files that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// A table as text in UTF-8, separated by commas or tabs.
    Text,
    /// A workbook of Office Open XML without macros.
    Xlsx,
    /// A document.
    Pdf,
    /// An image.
    Png,
    /// A photograph.
    Jpeg,
}

impl FileKind {
    /// What a person calls it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Text => "CSV or TSV in UTF-8",
            Self::Xlsx => "XLSX",
            Self::Pdf => "PDF",
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
        }
    }

    /// The media type to store and to serve.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Text => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }
}

/// A file that is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// No bytes.
    #[error("the file is empty")]
    Empty,
    /// A kind that is known and not taken here.
    #[error("the file is {found}; here {allowed} is taken")]
    NotAllowed {
        /// What it is.
        found: &'static str,
        /// What would be right.
        allowed: String,
    },
    /// Text with code in it that browsers run.
    #[error("SVG and HTML are not taken, for they can hold programs: send {allowed}")]
    Markup {
        /// What would be right.
        allowed: String,
    },
    /// Text in another encoding.
    #[error("the text is not in UTF-8 (byte {byte}): save it as CSV UTF-8")]
    Encoding {
        /// The first byte, from 1, that is none of UTF-8.
        byte: usize,
    },
    /// None of the kinds that are known.
    #[error("the file is of no known kind: send {allowed}")]
    Unknown {
        /// What would be right.
        allowed: String,
    },
    /// An image whose header does not read.
    #[error("the image's header is broken: {0}")]
    Image(&'static str),
    /// An image of more pixels than anyone needs to see.
    #[error("the image has {width} x {height} pixels: at most {MAX_PIXELS} in all and {MAX_SIDE} on a side")]
    Pixels {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// A container that is refused.
    #[error(transparent)]
    Archive(#[from] archive::ArchiveError),
}

/// Files that are known by their first bytes and never taken; so that what is said of them helps.
const REFUSED: &[(&[u8], &str)] = &[
    (b"\x1F\x8B", "a gzip archive"),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xFD7zXZ\0", "an xz archive"),
    (b"\x28\xB5\x2F\xFD", "a zstd archive"),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old office document (XLS, DOC): save it as XLSX"),
    (b"MZ", "a program"),
    (b"\x7FELF", "a program"),
    (b"GIF8", "a GIF image"),
    (b"\xFF\xFE", "text in UTF-16: save it as CSV UTF-8"),
    (b"\xFE\xFF", "text in UTF-16: save it as CSV UTF-8"),
];

/// Tells the kind of a file by its bytes, and refuses what is not allowed or harmful.
///
/// A workbook is told from other archives by its parts, an image has its pixels counted in its header, and text is
/// looked through whole: UTF-8, no control characters, no markup.
///
/// # Errors
/// The file is not of an allowed kind, or is harmful.
pub fn sniff(bytes: &[u8], allowed: &[FileKind]) -> Result<FileKind, UploadError> {
    let named = || allowed.iter().map(|kind| kind.label()).collect::<Vec<_>>().join(", ");
    let not_allowed = |found| UploadError::NotAllowed { found, allowed: named() };
    let take = |kind: FileKind| {
        if allowed.contains(&kind) { Ok(kind) } else { Err(not_allowed(kind.label())) }
    };
    if bytes.is_empty() {
        return Err(UploadError::Empty);
    }
    if bytes.starts_with(image::PNG) {
        take(FileKind::Png)?;
        image::check(image::png(bytes)?)?;
        return Ok(FileKind::Png);
    }
    if bytes.starts_with(image::JPEG) {
        take(FileKind::Jpeg)?;
        image::check(image::jpeg(bytes)?)?;
        return Ok(FileKind::Jpeg);
    }
    if bytes.starts_with(b"%PDF-") {
        return take(FileKind::Pdf);
    }
    if bytes.starts_with(b"PK") {
        if !allowed.contains(&FileKind::Xlsx) {
            return Err(not_allowed("a zip archive or an office document"));
        }
        let archive = archive::Archive::open(bytes)?;
        return if archive.has(xlsx::WORKBOOK) {
            Ok(FileKind::Xlsx)
        } else {
            Err(not_allowed("a zip archive"))
        };
    }
    if let Some((_, found)) = REFUSED.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(not_allowed(found));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| UploadError::Encoding { byte: error.valid_up_to().saturating_add(1) });
    let printable = |byte: &u8| *byte >= 0x20 || matches!(byte, b'\t' | b'\r' | b'\n');
    if !bytes.iter().all(printable) {
        return Err(UploadError::Unknown { allowed: named() });
    }
    if text?.trim_start_matches('\u{FEFF}').trim_start().starts_with('<') {
        return Err(UploadError::Markup { allowed: named() });
    }
    take(FileKind::Text)
}
