//! Files that stand behind what is said: of a listing, or of an organisation itself.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    account::Person, id::Id, introduction::RoomFolder, project::Project, value::SingleLine,
    vocabulary::vocabulary,
};

vocabulary! {
    /// What a file is handed in for.
    UploadPurpose, "CARAVANSERAI-UPLOAD-PURPOSE", "1", {
        Import = "IMPORT": "A table of own records, to be imported",
        Document = "DOCUMENT": "A document of a listing or of the organisation",
    }
}

/// A document. Its bytes are the file's, and never change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// What it is, in a line.
    pub title: SingleLine,
    /// The file.
    pub upload: Uuid,
    /// The name that the file had.
    pub file_name: SingleLine,
    /// Media type, told from its bytes.
    pub media_type: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Hash of its bytes (SHA-256) in hex.
    pub sha256: String,
    /// The listing whose it is; none where it is the organisation's own.
    pub project: Option<Id<Project>>,
    /// Who handed it in.
    pub person: Id<Person>,
    /// In which folder of a document room it lies; papers that were handed in without one lie in the overview.
    #[serde(default)]
    pub folder: Option<RoomFolder>,
}

impl Document {
    /// The folder in which it lies.
    pub fn room_folder(&self) -> RoomFolder {
        self.folder.unwrap_or(RoomFolder::Overview)
    }
}
