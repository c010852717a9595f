//! Who takes part.

use super::vocabulary;

vocabulary! {
    /// Kind of organisation (IATI organisation types, with article 15's sector bodies).
    OrganisationKind, "CARAVANSERAI-ORGANISATION", "1", {
        Government = "GOVERNMENT": "Government",
        LocalGovernment = "LOCAL_GOVERNMENT": "Local government",
        PublicAgency = "PUBLIC_AGENCY": "Public agency",
        Company = "COMPANY": "Company",
        Investor = "INVESTOR": "Investor",
        Ngo = "NGO": "Non-governmental organisation",
        Multilateral = "MULTILATERAL": "Multilateral organisation",
        Foundation = "FOUNDATION": "Foundation",
        Academic = "ACADEMIC": "Academic, training or research body",
        SectorAssociation = "SECTOR_ASSOCIATION": "Sector association",
        CityOffice = "CITY_OFFICE": "City office",
        Other = "OTHER": "Other",
    }
}

impl OrganisationKind {
    /// The code of IATI's `OrganisationType` list.
    pub const fn iati(self) -> &'static str {
        match self {
            Self::Government => "10",
            Self::LocalGovernment | Self::CityOffice => "11",
            Self::PublicAgency => "15",
            Self::Company | Self::Investor => "70",
            Self::Ngo => "21",
            Self::Multilateral => "40",
            Self::Foundation => "60",
            Self::Academic => "80",
            Self::SectorAssociation | Self::Other => "90",
        }
    }
}

vocabulary! {
    /// Role in a project (IATI organisation roles 1 to 4).
    OrganisationRole, "IATI-ORGANISATION-ROLE", "2.03", {
        Funding = "FUNDING": "Funding (1)",
        Accountable = "ACCOUNTABLE": "Accountable (2)",
        Extending = "EXTENDING": "Extending (3)",
        Implementing = "IMPLEMENTING": "Implementing (4)",
    }
}
vocabulary! {
    /// Help beside money (article 15).
    HelpKind, "CARAVANSERAI-HELP", "1", {
        TechnicalAssistance = "TECHNICAL_ASSISTANCE": "Technical assistance",
        MarketAccess = "MARKET_ACCESS": "Market access",
        Standards = "STANDARDS": "Standards",
        Training = "TRAINING": "Training",
        Research = "RESEARCH": "Research",
        Policy = "POLICY": "Policy experience",
    }
}
vocabulary! {
    /// World Bank income group.
    IncomeGroup, "WORLD-BANK-INCOME-GROUP", "2024", {
        Low = "LOW": "Low income",
        LowerMiddle = "LOWER_MIDDLE": "Lower middle income",
        UpperMiddle = "UPPER_MIDDLE": "Upper middle income",
        High = "HIGH": "High income",
    }
}
