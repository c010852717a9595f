//! Codes of other people's lists.

use serde::{Deserialize, Serialize};

/// A code with the list and edition it is from; never a bare string.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Coded {
    /// Whose list, such as `ISIC`.
    pub scheme: String,
    /// Which edition, such as `4`.
    pub version: String,
    /// The code in it.
    pub code: String,
}
