//! What a list of sanctions says: its editions and their entries, in one shape whatever file they came in.
//!
//! An entry is what a list wrote, no judgement of ours: whether an organisation is the one that is listed, two persons
//! decide.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{value::CountryCode, vocabulary::vocabulary};

vocabulary! {
    /// A published list of sanctions.
    SanctionsList, "CARAVANSERAI-SANCTIONS-LIST", "1", {
        UnSc = "UN_SC": "United Nations Security Council Consolidated List",
        OfacSdn = "OFAC_SDN": "OFAC Specially Designated Nationals and Blocked Persons List",
    }
}
vocabulary! {
    /// What a list names.
    ListedKind, "CARAVANSERAI-LISTED-KIND", "1", {
        Entity = "ENTITY": "Entity",
        Individual = "INDIVIDUAL": "Individual",
        Vessel = "VESSEL": "Vessel",
        Aircraft = "AIRCRAFT": "Aircraft",
    }
}

/// Another name of a listed entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// As the list writes it.
    pub name: String,
    /// Whether the list itself calls it of low quality: broad, generic or a nickname (UN `Low`, OFAC weak AKA).
    pub weak: bool,
}

/// A country as a list writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedCountry {
    /// As the list writes it, such as `Korea, North`.
    pub name: String,
    /// Its code, where the name is known.
    pub code: Option<CountryCode>,
}

/// A number that a list gives: of a register, a tax office, a passport, a hull.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedIdentifier {
    /// What number it is, as the list says it, such as `Registration Number`.
    pub kind: String,
    /// The number.
    pub number: String,
}

/// One entry of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListEntry {
    /// Whose entry.
    pub list: SanctionsList,
    /// The list's own number, which stays when the name changes: `DATAID` of the UN, `uid` of OFAC.
    pub uid: String,
    /// The number by which the publisher cites it, such as `QDe.115`; OFAC has none.
    pub reference: Option<String>,
    /// What it names.
    pub kind: ListedKind,
    /// The name, given names first.
    pub name: String,
    /// Other names.
    pub aliases: Vec<Alias>,
    /// Nationalities, flags and countries of addresses, each once.
    pub countries: Vec<ListedCountry>,
    /// Numbers that the list gives.
    pub identifiers: Vec<ListedIdentifier>,
    /// Programmes or regimes, such as `SDGT`.
    pub programmes: Vec<String>,
    /// When it was listed; OFAC does not say.
    pub listed_on: Option<NaiveDate>,
}

/// One edition of a list, read whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListEdition {
    /// Which list.
    pub list: SanctionsList,
    /// The day that the publisher printed on it.
    pub published_on: NaiveDate,
    /// SHA-256 of the file, in hexadecimal small letters: which bytes were read.
    pub sha256: String,
    /// Entries, in the file's order; none has the number of another.
    pub entries: Vec<ListEntry>,
}
