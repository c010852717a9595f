//! Trust: who was verified and screened, and who may see what.

use super::vocabulary;

vocabulary! {
    /// How far an organisation's identity was proved.
    VerificationLevel, "CARAVANSERAI-VERIFICATION", "1", {
        V0 = "V0": "Self-declared",
        V1 = "V1": "E-mail domain proved",
        V2 = "V2": "Matched in a register",
        V3 = "V3": "Documents verified",
        V4 = "V4": "Endorsed",
    }
}
vocabulary! {
    /// Result of screening against sanctions lists.
    ScreeningStatus, "CARAVANSERAI-SCREENING", "2", {
        NotScreened = "NOT_SCREENED": "Not screened",
        Clear = "CLEAR": "Clear",
        PotentialHit = "POTENTIAL_HIT": "Potential hit",
        FalsePositive = "FALSE_POSITIVE": "False positive",
        ConfirmedHit = "CONFIRMED_HIT": "Confirmed hit",
        Expired = "EXPIRED": "Expired",
        Frozen = "FROZEN": "Frozen after a confirmed hit",
    }
}
vocabulary! {
    /// Who may see a field, from everyone to the owner alone.
    Visibility, "CARAVANSERAI-VISIBILITY", "1", {
        Public = "PUBLIC": "Everyone",
        Registered = "REGISTERED": "Registered users",
        Matched = "MATCHED": "Counterparties of a match",
        Introduced = "INTRODUCED": "Counterparties of an accepted introduction",
        Private = "PRIVATE": "The owner alone",
    }
}
