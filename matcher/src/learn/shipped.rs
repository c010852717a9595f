//! The models that ship, learnt from data that may be handed on, and what scores meant on such data.
//!
//! The product ranks by the published policy; a model is used where it is named, as by `backtest --model`. Where
//! the data comes from and under which licences: `api/demo/ATTRIBUTION.md`.

use super::{
    model::{Kind, Model, ModelError, sha256},
    published::Published,
};

/// A model file within the program.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// Name of the file in `matcher/models`.
    pub file: &'static str,
    /// What it ranks.
    pub kind: Kind,
    /// Its text.
    pub text: &'static str,
    /// SHA-256 of its text: another model is another version.
    pub sha256: &'static str,
}

/// Companies for investors, from deals before 2012: `train investments --shippable --cut 2012-01-01`.
pub const INVESTMENTS: Shipped = Shipped {
    file: "investments.json",
    kind: Kind::Investments,
    text: include_str!("../../models/investments.json"),
    sha256: "a29be5a3671938cff958f59a919f103e108e9d7556fa7616471c11b07559b903",
};

/// Partners for cities, from all known links: `train cities`.
pub const CITIES: Shipped = Shipped {
    file: "cities.json",
    kind: Kind::Cities,
    text: include_str!("../../models/cities.json"),
    sha256: "8bc4356ff25705559d0355a363004570603c7a5e627ec6cf7b1c48732ede962d",
};

/// Files of [`calibrations`]: of the published policy, and of the investors' model.
const CALIBRATIONS: [(&str, &str); 2] = [
    ("calibration_policy.json", include_str!("../../models/calibration_policy.json")),
    ("calibration_investments.json", include_str!("../../models/calibration_investments.json")),
];

impl Shipped {
    /// The model.
    ///
    /// # Errors
    /// A file that is not a model of this version; a test reads those that ship.
    pub fn model(&self) -> Result<Model, ModelError> {
        Model::read(self.file, self.text, self.kind)
    }

    /// Whether the text is that of which the hash is told.
    pub fn is_whole(&self) -> bool {
        sha256(self.text) == self.sha256
    }
}

/// What scores meant: of the published policy first, then of the investors' model.
///
/// # Errors
/// A file that is no calibration of this version; a test reads those that ship.
pub fn calibrations() -> Result<Vec<Published>, ModelError> {
    CALIBRATIONS.iter().map(|(file, text)| Published::read(file, text)).collect()
}
