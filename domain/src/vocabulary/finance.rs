//! Money's own words: instruments, contracts, kinds of investors.

use super::vocabulary;

vocabulary! {
    /// Financial instrument (OC4IDS financingArrangementType, widened).
    Instrument, "CARAVANSERAI-INSTRUMENT", "1", {
        Bond = "BOND": "Bond",
        Loan = "LOAN": "Loan",
        Hybrid = "HYBRID": "Mezzanine",
        SharesListed = "SHARES_LISTED": "Listed shares",
        SharesUnlisted = "SHARES_UNLISTED": "Unlisted shares",
        Grant = "GRANT": "Grant",
        Guarantee = "GUARANTEE": "Guarantee",
        TechnicalAssistance = "TECHNICAL_ASSISTANCE": "Technical assistance",
        ConvertibleNote = "CONVERTIBLE_NOTE": "Convertible note",
        RevenueShare = "REVENUE_SHARE": "Revenue share",
        VendorCredit = "VENDOR_CREDIT": "Vendor credit",
        Insurance = "INSURANCE": "Insurance",
        InKind = "IN_KIND": "In kind",
    }
}

impl Instrument {
    /// Whether the money is to be repaid, so that a tenor and a rate mean something.
    pub const fn is_debt(self) -> bool {
        matches!(self, Self::Bond | Self::Loan | Self::Hybrid | Self::ConvertibleNote | Self::VendorCredit)
    }

    /// Whether the giver looks for a return at all.
    pub const fn seeks_return(self) -> bool {
        !matches!(self, Self::Grant | Self::TechnicalAssistance | Self::InKind)
    }

    /// Whether the giver becomes an owner, so that limits on foreign ownership bear on it.
    pub const fn is_equity(self) -> bool {
        matches!(self, Self::SharesListed | Self::SharesUnlisted | Self::ConvertibleNote)
    }
}

vocabulary! {
    /// Contract between the public side and the private side (World Bank PPI families and common additions).
    ContractType, "CARAVANSERAI-CONTRACT", "1", {
        Full = "FULL": "Full concession",
        Brot = "BROT": "Build, rehabilitate, operate, transfer",
        Rot = "ROT": "Rehabilitate, operate, transfer",
        Rlt = "RLT": "Rehabilitate, lease, transfer",
        Blt = "BLT": "Build, lease, transfer",
        Bot = "BOT": "Build, operate, transfer",
        Boo = "BOO": "Build, own, operate",
        Merchant = "MERCHANT": "Merchant",
        Rental = "RENTAL": "Rental",
        ManagementContract = "MANAGEMENT_CONTRACT": "Management contract",
        LeaseContract = "LEASE_CONTRACT": "Lease contract",
        FullDivestiture = "FULL_DIVESTITURE": "Full divestiture",
        PartialDivestiture = "PARTIAL_DIVESTITURE": "Partial divestiture",
        Dbfo = "DBFO": "Design, build, finance, operate",
        Dbfom = "DBFOM": "Design, build, finance, operate, maintain",
        JointVenture = "JOINT_VENTURE": "Joint venture",
        AvailabilityPpp = "AVAILABILITY_PPP": "Availability-based public-private partnership",
        IruLease = "IRU_LEASE": "Indefeasible right of use (dark fibre)",
        NeutralHost = "NEUTRAL_HOST": "Neutral host",
        TraditionalProcurement = "TRADITIONAL_PROCUREMENT": "Traditional procurement",
        Private = "PRIVATE": "Private",
    }
}

impl ContractType {
    /// Whether the contract is a public-private partnership, which needs a public authority.
    pub const fn is_ppp(self) -> bool {
        matches!(
            self,
            Self::Full
                | Self::Brot
                | Self::Rot
                | Self::Rlt
                | Self::Blt
                | Self::Bot
                | Self::ManagementContract
                | Self::LeaseContract
                | Self::Dbfo
                | Self::Dbfom
                | Self::AvailabilityPpp
        )
    }
}

vocabulary! {
    /// Kind of investor (superset of OC4IDS financingPartyType).
    InvestorType, "CARAVANSERAI-INVESTOR-TYPE", "1", {
        MultilateralBank = "MULTILATERAL_BANK": "Multilateral bank",
        BilateralDfi = "BILATERAL_DFI": "Bilateral development finance institution",
        ExportCreditAgency = "EXPORT_CREDIT_AGENCY": "Export credit agency",
        CommercialBank = "COMMERCIAL_BANK": "Commercial bank",
        CommercialEquityFund = "COMMERCIAL_EQUITY_FUND": "Commercial equity fund",
        SocialFund = "SOCIAL_FUND": "Social fund",
        SovereignWealthFund = "SOVEREIGN_WEALTH_FUND": "Sovereign wealth fund",
        PensionFund = "PENSION_FUND": "Pension fund",
        Insurer = "INSURER": "Insurer",
        CorporateStrategic = "CORPORATE_STRATEGIC": "Corporate investor",
        Vendor = "VENDOR": "Vendor",
        FamilyOffice = "FAMILY_OFFICE": "Family office",
        AngelNetwork = "ANGEL_NETWORK": "Angel network",
        Foundation = "FOUNDATION": "Foundation",
        PublicInvestmentFund = "PUBLIC_INVESTMENT_FUND": "Public investment fund",
        BlendedFacility = "BLENDED_FACILITY": "Blended facility",
        Guarantor = "GUARANTOR": "Guarantor",
    }
}
vocabulary! {
    /// Rung of the outcome ladder; the code of IATI transaction types stands in its documentation.
    TransactionRung, "CARAVANSERAI-TRANSACTION-RUNG", "1", {
        Interest = "INTEREST": "Interest",
        Pledge = "PLEDGE": "Pledge (IATI 12)",
        Commitment = "COMMITMENT": "Commitment (IATI 2)",
        Disbursement = "DISBURSEMENT": "Disbursement (IATI 3)",
        EquityPurchase = "EQUITY_PURCHASE": "Equity purchase (IATI 8)",
        Guarantee = "GUARANTEE": "Guarantee (IATI 10)",
    }
}
