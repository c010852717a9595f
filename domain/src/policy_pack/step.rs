//! Steps of approval: what an authority has to say, on which papers, in what time, and who says that it must.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{value::SingleLine, vocabulary::vocabulary};

vocabulary! {
    /// What kind of authority has to approve.
    ApprovalStepKind, "CARAVANSERAI-APPROVAL-STEP", "1", {
        CityExecutive = "CITY_EXECUTIVE": "The city's executive",
        CouncilResolution = "COUNCIL_RESOLUTION": "Resolution of the council",
        CouncilBudgetLine = "COUNCIL_BUDGET_LINE": "Budget line of the council",
        ProvincialForeignAffairs = "PROVINCIAL_FOREIGN_AFFAIRS": "Foreign affairs office of the province",
        NationalFriendshipAssociation = "NATIONAL_FRIENDSHIP_ASSOCIATION": "National friendship association",
        ForeignMinistryNoObjection = "FOREIGN_MINISTRY_NO_OBJECTION": "Foreign ministry has no objection",
        NetworkRecognition = "NETWORK_RECOGNITION": "Recognition by a network of cities",
        LegalReview = "LEGAL_REVIEW": "Legal review",
    }
}

/// Typical weeks, from a short case to a long one. What is typical binds nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeekRange {
    /// Weeks of a short case.
    pub from: u16,
    /// Weeks of a long case.
    pub to: u16,
}

/// Who says that a rule holds. A rule without a source is marked, and is to be asked about, not relied on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Sourcing {
    /// Somebody does.
    Sourced {
        /// Who.
        source: SingleLine,
        /// When it was read; none where the date is not on record.
        as_of: Option<NaiveDate>,
    },
    /// Nobody whom we could name.
    Unverified,
}

/// One step of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRule {
    /// What kind of authority.
    pub kind: ApprovalStepKind,
    /// Papers that it wants to see.
    pub documents: Vec<SingleLine>,
    /// Typical weeks; none where unknown.
    pub weeks: Option<WeekRange>,
    /// Who says so.
    pub sourcing: Sourcing,
}
