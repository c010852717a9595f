//! Cooperation fields: the articles of the proposal as a taxonomy, with their codes in other lists.

use super::{Vocabulary, vocabulary};

vocabulary! {
    /// Field of cooperation; the first article is its home in the taxonomy.
    CooperationField, "CARAVANSERAI-FIELD", "1", {
        ConnBroadband = "CONN_BROADBAND": "Broadband access and quality",
        ConnBackbone = "CONN_BACKBONE": "Cross-border fibre, submarine cable, internet exchange",
        ConnSatnav = "CONN_SATNAV": "Satellite navigation",
        ConnSatcom = "CONN_SATCOM": "Satellite internet and earth stations",
        ConnDatacentre = "CONN_DATACENTRE": "Data centre and cloud region",
        DxAgri = "DX_AGRI": "Digital agriculture",
        DxAgriDistribution = "DX_AGRI_DISTRIBUTION": "Networked distribution of agricultural products",
        DxManufacturing = "DX_MANUFACTURING": "Linked, networked and smart manufacturing",
        DxEducation = "DX_EDUCATION": "Education and culture services",
        DxHealth = "DX_HEALTH": "Healthcare",
        HealthRemote = "HEALTH_REMOTE": "Long-distance healthcare",
        DxEnvironment = "DX_ENVIRONMENT": "Environmental protection",
        DxUrban = "DX_URBAN": "Urban planning",
        SvcLogistics = "SVC_LOGISTICS": "Smart logistics",
        SvcTourism = "SVC_TOURISM": "Online tourism",
        SvcPayment = "SVC_PAYMENT": "Mobile and cross-border payment",
        SvcCreative = "SVC_CREATIVE": "Digital creativity",
        SvcSharing = "SVC_SHARING": "Shared economy",
        EcomCredit = "ECOM_CREDIT": "E-commerce credit",
        EcomCustoms = "ECOM_CUSTOMS": "E-commerce customs clearance",
        EcomInspection = "ECOM_INSPECTION": "E-commerce inspection",
        EcomQuarantine = "ECOM_QUARANTINE": "E-commerce quarantine",
        EcomConsumer = "ECOM_CONSUMER": "E-commerce consumer protection",
        EcomWarehouse = "ECOM_WAREHOUSE": "E-commerce storage and logistics",
        EcomTechservice = "ECOM_TECHSERVICE": "E-commerce technology services",
        EcomExhibition = "ECOM_EXHIBITION": "Offline exhibitions",
        Startup = "STARTUP": "Internet start-ups and innovation",
        Msme = "MSME": "Small, mid-size and micro enterprises",
        SkillsPublic = "SKILLS_PUBLIC": "Digital skills of the public",
        SkillsWorkplace = "SKILLS_WORKPLACE": "Digital skills at work",
        SkillsProgramme = "SKILLS_PROGRAMME": "Digital skills programmes",
        CitySmart = "CITY_SMART": "Smart city",
        CityInternetplus = "CITY_INTERNETPLUS": "Internet Plus",
        CityIot = "CITY_IOT": "Internet of Things",
        CityAi = "CITY_AI": "Artificial intelligence",
        CityTradeservices = "CITY_TRADESERVICES": "Internet trading services",
        CityInfosharing = "CITY_INFOSHARING": "Information sharing",
        CityPeople = "CITY_PEOPLE": "People-to-people exchange",
        InclSchool = "INCL_SCHOOL": "School broadband and online learning",
        InclRural = "INCL_RURAL": "The divide within a country",
        InclContentGame = "INCL_CONTENT_GAME": "Games",
        InclContentAnimation = "INCL_CONTENT_ANIMATION": "Animation",
        InclContentAv = "INCL_CONTENT_AV": "Audiovisual content",
        InclContentLiterature = "INCL_CONTENT_LITERATURE": "Digital literature",
        InclContentMusic = "INCL_CONTENT_MUSIC": "Digital music",
        InclContentKnowledge = "INCL_CONTENT_KNOWLEDGE": "Knowledge content",
        GovOpendata = "GOV_OPENDATA": "Open government data",
        GovProcurement = "GOV_PROCUREMENT": "Online open tendering",
        Std = "STD": "Standards",
        Sec = "SEC": "Secure infrastructure and trust",
        Policy = "POLICY": "Policy and legislative experience",
        Research = "RESEARCH": "Joint research",
    }
}

/// Codes of one field in the proposal and in other people's lists.
#[derive(Debug, Clone, Copy)]
pub struct FieldCodes {
    /// Articles of the proposal; the first is the field's home.
    pub articles: &'static [u8],
    /// ISIC Rev. 4 classes; empty where any class fits.
    pub isic: &'static [&'static str],
    /// DAC purpose code (CRS, 2016 list).
    pub dac: &'static str,
    /// Targets of the Sustainable Development Goals.
    pub sdg: &'static [&'static str],
}

impl CooperationField {
    /// The field's codes in the proposal, ISIC Rev. 4, DAC and the SDGs.
    pub const fn codes(self) -> FieldCodes {
        use CooperationField as F;
        match self {
            F::ConnBroadband => {
                FieldCodes { articles: &[1, 8], isic: &["6110", "6120"], dac: "22020", sdg: &["9.c", "9.1"] }
            }
            F::ConnBackbone => FieldCodes { articles: &[1, 8], isic: &["6110"], dac: "22020", sdg: &["9.1"] },
            F::ConnSatnav => FieldCodes { articles: &[1], isic: &["6130"], dac: "22020", sdg: &["9.1"] },
            F::ConnSatcom => FieldCodes { articles: &[1], isic: &["6130"], dac: "22020", sdg: &["9.c"] },
            F::ConnDatacentre => {
                FieldCodes { articles: &[1, 12], isic: &["6311"], dac: "22040", sdg: &["9.1"] }
            }
            F::DxAgri => FieldCodes { articles: &[2], isic: &["6201"], dac: "22040", sdg: &["2.a"] },
            F::DxAgriDistribution => {
                FieldCodes { articles: &[2], isic: &["4791"], dac: "33120", sdg: &["2.c"] }
            }
            F::DxManufacturing => {
                FieldCodes { articles: &[2], isic: &["6202"], dac: "32182", sdg: &["8.2", "9.b"] }
            }
            F::DxEducation => FieldCodes { articles: &[2, 9], isic: &["6201"], dac: "22040", sdg: &["4.4"] },
            F::DxHealth | F::HealthRemote => {
                FieldCodes { articles: &[2, 8], isic: &["6201"], dac: "12110", sdg: &["3.8"] }
            }
            F::DxEnvironment => FieldCodes { articles: &[2], isic: &["6209"], dac: "41010", sdg: &["11.6"] },
            F::DxUrban => FieldCodes { articles: &[2], isic: &["6209"], dac: "43030", sdg: &["11.3"] },
            F::SvcLogistics => {
                FieldCodes { articles: &[2, 3, 8], isic: &["5229"], dac: "33120", sdg: &["9.1"] }
            }
            F::SvcTourism => FieldCodes { articles: &[2], isic: &["7911"], dac: "33210", sdg: &["8.9"] },
            F::SvcPayment => FieldCodes { articles: &[2, 3], isic: &["6619"], dac: "24030", sdg: &["8.10"] },
            F::SvcCreative => {
                FieldCodes { articles: &[2, 9], isic: &["5820", "5911"], dac: "16061", sdg: &["8.3"] }
            }
            F::SvcSharing => FieldCodes { articles: &[2], isic: &["6312"], dac: "25010", sdg: &["8.3"] },
            F::EcomCredit | F::EcomCustoms | F::EcomInspection | F::EcomQuarantine | F::EcomConsumer => {
                FieldCodes { articles: &[3], isic: &["4791"], dac: "33120", sdg: &["17.11"] }
            }
            F::EcomWarehouse => FieldCodes { articles: &[3], isic: &["5210"], dac: "33120", sdg: &["9.3"] },
            F::EcomTechservice => FieldCodes { articles: &[3], isic: &["6202"], dac: "33120", sdg: &["9.3"] },
            F::EcomExhibition => FieldCodes { articles: &[3], isic: &["8230"], dac: "33120", sdg: &["9.3"] },
            F::Startup => FieldCodes { articles: &[4], isic: &["6201"], dac: "32130", sdg: &["8.3"] },
            F::Msme => FieldCodes { articles: &[5], isic: &[], dac: "32130", sdg: &["9.3", "8.3"] },
            F::SkillsPublic | F::SkillsWorkplace | F::SkillsProgramme => {
                FieldCodes { articles: &[6], isic: &["8549"], dac: "11330", sdg: &["4.4", "4.3"] }
            }
            F::CitySmart => FieldCodes { articles: &[8], isic: &["6209"], dac: "43030", sdg: &["11.3"] },
            F::CityInternetplus => {
                FieldCodes { articles: &[8], isic: &["6312"], dac: "22040", sdg: &["8.2"] }
            }
            F::CityIot | F::CityAi => {
                FieldCodes { articles: &[8], isic: &["6201"], dac: "22040", sdg: &["9.5"] }
            }
            F::CityTradeservices => {
                FieldCodes { articles: &[8], isic: &["4791"], dac: "33120", sdg: &["17.11"] }
            }
            F::CityInfosharing => {
                FieldCodes { articles: &[8], isic: &["6399"], dac: "22013", sdg: &["16.10"] }
            }
            F::CityPeople => FieldCodes { articles: &[8], isic: &[], dac: "16061", sdg: &["17.16"] },
            F::InclSchool => FieldCodes { articles: &[9], isic: &["6110"], dac: "22040", sdg: &["4.a"] },
            F::InclRural => {
                FieldCodes { articles: &[9], isic: &["6110"], dac: "22040", sdg: &["10.2", "9.c"] }
            }
            F::InclContentGame => {
                FieldCodes { articles: &[9], isic: &["5820"], dac: "16061", sdg: &["11.4"] }
            }
            F::InclContentAnimation | F::InclContentAv => {
                FieldCodes { articles: &[9], isic: &["5911"], dac: "16061", sdg: &["11.4"] }
            }
            F::InclContentLiterature | F::InclContentKnowledge => {
                FieldCodes { articles: &[9], isic: &["5811"], dac: "16061", sdg: &["11.4"] }
            }
            F::InclContentMusic => {
                FieldCodes { articles: &[9], isic: &["5920"], dac: "16061", sdg: &["11.4"] }
            }
            F::GovOpendata | F::GovProcurement => {
                FieldCodes { articles: &[10], isic: &["8411"], dac: "22010", sdg: &["16.10", "12.7"] }
            }
            F::Std => FieldCodes { articles: &[11], isic: &["7120"], dac: "32182", sdg: &["17.6"] },
            F::Sec => FieldCodes { articles: &[12, 14], isic: &["6202"], dac: "15130", sdg: &["16.10"] },
            F::Policy => FieldCodes { articles: &[13, 15], isic: &["8413"], dac: "22010", sdg: &["17.14"] },
            F::Research => FieldCodes { articles: &[15], isic: &["7210"], dac: "32182", sdg: &["9.5"] },
        }
    }

    /// The article that is the field's home.
    pub const fn article(self) -> u8 {
        match self.codes().articles.first() {
            Some(article) => *article,
            None => 0,
        }
    }

    /// How near two fields are (product policy, section 5.3 of the feature list).
    pub fn similarity(self, other: Self) -> Similarity {
        if self == other {
            Similarity::SameField
        } else if self.article() == other.article() {
            Similarity::SameArticle
        } else if adjacent(self, other) || adjacent(other, self) {
            Similarity::Adjacent
        } else {
            Similarity::None
        }
    }

    /// The families between which 'related' holds, each pair once.
    fn family(self) -> &'static str {
        let code = self.code();
        match code {
            _ if code.starts_with("INCL_CONTENT") => "CONTENT",
            _ if code.starts_with("CONN_") => "CONN",
            _ if code.starts_with("INCL_") => "INCL",
            _ if code.starts_with("ECOM_") => "ECOM",
            _ if code.starts_with("SKILLS_") => "SKILLS",
            _ => code,
        }
    }
}

/// Families of fields that lie next to each other across articles.
const ADJACENT: &[(&str, &str)] = &[
    ("CONN", "INCL"),
    ("CONN", "CONTENT"),
    ("CONN_DATACENTRE", "CITY_AI"),
    ("CITY_IOT", "CITY_SMART"),
    ("CITY_SMART", "DX_URBAN"),
    ("ECOM", "SVC_LOGISTICS"),
    ("SVC_LOGISTICS", "SVC_PAYMENT"),
    ("SVC_PAYMENT", "CITY_TRADESERVICES"),
    ("ECOM_WAREHOUSE", "DX_AGRI_DISTRIBUTION"),
    ("DX_HEALTH", "CITY_AI"),
    ("HEALTH_REMOTE", "CITY_AI"),
    ("DX_EDUCATION", "SKILLS"),
    ("DX_EDUCATION", "INCL_SCHOOL"),
    ("SKILLS", "INCL_SCHOOL"),
    ("SVC_CREATIVE", "CONTENT"),
    ("STARTUP", "MSME"),
];

fn adjacent(a: CooperationField, b: CooperationField) -> bool {
    ADJACENT.iter().any(|(x, y)| (a.family() == *x || a.code() == *x) && (b.family() == *y || b.code() == *y))
}

/// How near two fields are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Similarity {
    /// Nothing in common.
    None,
    /// Related across articles: 0.35.
    Adjacent,
    /// Another field of the same article: 0.6.
    SameArticle,
    /// The same field: 1.
    SameField,
}

impl Similarity {
    /// The value of the nearness in millionths, 0..=1,000,000.
    pub const fn micro(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Adjacent => 350_000,
            Self::SameArticle => 600_000,
            Self::SameField => 1_000_000,
        }
    }
}

/// A set of fields as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FieldSet(pub u64);

impl FieldSet {
    /// Adds a field.
    #[must_use]
    pub fn with(self, field: CooperationField) -> Self {
        Self(self.0 | 1_u64.checked_shl(u32::from(field as u8)).unwrap_or(0))
    }

    /// Whether the field is in the set.
    pub fn contains(self, field: CooperationField) -> bool {
        self.0 & Self::default().with(field).0 != 0
    }
}

impl FromIterator<CooperationField> for FieldSet {
    fn from_iter<I: IntoIterator<Item = CooperationField>>(fields: I) -> Self {
        fields.into_iter().fold(Self::default(), Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarity_is_symmetric_and_as_published() {
        use CooperationField as F;
        for a in CooperationField::ALL {
            for b in CooperationField::ALL {
                assert_eq!(a.similarity(*b), b.similarity(*a), "{a} {b}");
            }
        }
        assert_eq!(F::DxAgriDistribution.similarity(F::EcomWarehouse), Similarity::Adjacent);
        assert_eq!(F::ConnBroadband.similarity(F::InclRural), Similarity::Adjacent);
        assert_eq!(F::ConnBroadband.similarity(F::ConnBackbone), Similarity::SameArticle);
        assert_eq!(F::CityIot.similarity(F::DxUrban), Similarity::None);
        assert_eq!(F::Msme.similarity(F::Startup), Similarity::Adjacent);
    }

    #[test]
    fn all_fields_fit_a_set() {
        let all: FieldSet = CooperationField::ALL.iter().copied().collect();
        assert_eq!(all.0.count_ones() as usize, CooperationField::ALL.len());
    }
}
