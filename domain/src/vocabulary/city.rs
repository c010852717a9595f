//! Cities and what they can agree on.

use super::vocabulary;

vocabulary! {
    /// Level of a city's administration.
    AdministrativeLevel, "CARAVANSERAI-ADMINISTRATIVE-LEVEL", "1", {
        NationalCapital = "NATIONAL_CAPITAL": "National capital",
        ProvinceLevel = "PROVINCE_LEVEL": "Province level",
        PrefectureLevel = "PREFECTURE_LEVEL": "Prefecture level",
        Municipality = "MUNICIPALITY": "Municipality",
        CountyLevel = "COUNTY_LEVEL": "County level",
        District = "DISTRICT": "District",
        MetroAuthority = "METRO_AUTHORITY": "Metropolitan authority",
    }
}
vocabulary! {
    /// The seven focuses of a demonstration area (article 8).
    AreaFocus, "CARAVANSERAI-AREA-FOCUS", "1", {
        InformationInfrastructure = "INFORMATION_INFRASTRUCTURE": "Information infrastructure",
        SmartCity = "SMART_CITY": "Smart city",
        Ecommerce = "ECOMMERCE": "E-commerce",
        RemoteHealthcare = "REMOTE_HEALTHCARE": "Long-distance healthcare",
        InternetPlus = "INTERNET_PLUS": "Internet Plus",
        Iot = "IOT": "Internet of Things",
        Ai = "AI": "Artificial intelligence",
    }
}
vocabulary! {
    /// How close two cities can become, lowest first.
    PartnershipTier, "CARAVANSERAI-PARTNERSHIP-TIER", "1", {
        None = "NONE": "None",
        ExploratoryLoi = "EXPLORATORY_LOI": "Letter of intent",
        FriendlyExchange = "FRIENDLY_EXCHANGE": "Friendly exchange",
        Twin = "TWIN": "Twin city",
        Strategic = "STRATEGIC": "Strategic partnership",
    }
}
