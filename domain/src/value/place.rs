//! Countries by ISO 3166 and positions in degrees.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Alpha-2 and alpha-3 codes of ISO 3166-1, sorted by alpha-2, with the user-assigned code of Kosovo.
const COUNTRIES: &[&[u8; 5]] = &[
    b"ADAND", b"AEARE", b"AFAFG", b"AGATG", b"AIAIA", b"ALALB", b"AMARM", b"AOAGO", b"AQATA", b"ARARG",
    b"ASASM", b"ATAUT", b"AUAUS", b"AWABW", b"AXALA", b"AZAZE", b"BABIH", b"BBBRB", b"BDBGD", b"BEBEL",
    b"BFBFA", b"BGBGR", b"BHBHR", b"BIBDI", b"BJBEN", b"BLBLM", b"BMBMU", b"BNBRN", b"BOBOL", b"BQBES",
    b"BRBRA", b"BSBHS", b"BTBTN", b"BVBVT", b"BWBWA", b"BYBLR", b"BZBLZ", b"CACAN", b"CCCCK", b"CDCOD",
    b"CFCAF", b"CGCOG", b"CHCHE", b"CICIV", b"CKCOK", b"CLCHL", b"CMCMR", b"CNCHN", b"COCOL", b"CRCRI",
    b"CUCUB", b"CVCPV", b"CWCUW", b"CXCXR", b"CYCYP", b"CZCZE", b"DEDEU", b"DJDJI", b"DKDNK", b"DMDMA",
    b"DODOM", b"DZDZA", b"ECECU", b"EEEST", b"EGEGY", b"EHESH", b"ERERI", b"ESESP", b"ETETH", b"FIFIN",
    b"FJFJI", b"FKFLK", b"FMFSM", b"FOFRO", b"FRFRA", b"GAGAB", b"GBGBR", b"GDGRD", b"GEGEO", b"GFGUF",
    b"GGGGY", b"GHGHA", b"GIGIB", b"GLGRL", b"GMGMB", b"GNGIN", b"GPGLP", b"GQGNQ", b"GRGRC", b"GSSGS",
    b"GTGTM", b"GUGUM", b"GWGNB", b"GYGUY", b"HKHKG", b"HMHMD", b"HNHND", b"HRHRV", b"HTHTI", b"HUHUN",
    b"IDIDN", b"IEIRL", b"ILISR", b"IMIMN", b"ININD", b"IOIOT", b"IQIRQ", b"IRIRN", b"ISISL", b"ITITA",
    b"JEJEY", b"JMJAM", b"JOJOR", b"JPJPN", b"KEKEN", b"KGKGZ", b"KHKHM", b"KIKIR", b"KMCOM", b"KNKNA",
    b"KPPRK", b"KRKOR", b"KWKWT", b"KYCYM", b"KZKAZ", b"LALAO", b"LBLBN", b"LCLCA", b"LILIE", b"LKLKA",
    b"LRLBR", b"LSLSO", b"LTLTU", b"LULUX", b"LVLVA", b"LYLBY", b"MAMAR", b"MCMCO", b"MDMDA", b"MEMNE",
    b"MFMAF", b"MGMDG", b"MHMHL", b"MKMKD", b"MLMLI", b"MMMMR", b"MNMNG", b"MOMAC", b"MPMNP", b"MQMTQ",
    b"MRMRT", b"MSMSR", b"MTMLT", b"MUMUS", b"MVMDV", b"MWMWI", b"MXMEX", b"MYMYS", b"MZMOZ", b"NANAM",
    b"NCNCL", b"NENER", b"NFNFK", b"NGNGA", b"NINIC", b"NLNLD", b"NONOR", b"NPNPL", b"NRNRU", b"NUNIU",
    b"NZNZL", b"OMOMN", b"PAPAN", b"PEPER", b"PFPYF", b"PGPNG", b"PHPHL", b"PKPAK", b"PLPOL", b"PMSPM",
    b"PNPCN", b"PRPRI", b"PSPSE", b"PTPRT", b"PWPLW", b"PYPRY", b"QAQAT", b"REREU", b"ROROU", b"RSSRB",
    b"RURUS", b"RWRWA", b"SASAU", b"SBSLB", b"SCSYC", b"SDSDN", b"SESWE", b"SGSGP", b"SHSHN", b"SISVN",
    b"SJSJM", b"SKSVK", b"SLSLE", b"SMSMR", b"SNSEN", b"SOSOM", b"SRSUR", b"SSSSD", b"STSTP", b"SVSLV",
    b"SXSXM", b"SYSYR", b"SZSWZ", b"TCTCA", b"TDTCD", b"TFATF", b"TGTGO", b"THTHA", b"TJTJK", b"TKTKL",
    b"TLTLS", b"TMTKM", b"TNTUN", b"TOTON", b"TRTUR", b"TTTTO", b"TVTUV", b"TWTWN", b"TZTZA", b"UAUKR",
    b"UGUGA", b"UMUMI", b"USUSA", b"UYURY", b"UZUZB", b"VAVAT", b"VCVCT", b"VEVEN", b"VGVGB", b"VIVIR",
    b"VNVNM", b"VUVUT", b"WFWLF", b"WSWSM", b"XKUNK", b"YEYEM", b"YTMYT", b"ZAZAF", b"ZMZMB", b"ZWZWE",
];

/// A country's ISO 3166-1 alpha-2 code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CountryCode(u8);

/// Not a country's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("name a country by its ISO 3166 code of two or three capitals, such as RS or SRB")]
pub struct CountryCodeError;

impl CountryCode {
    /// Number of codes.
    pub const COUNT: usize = COUNTRIES.len();

    /// Every country, by code.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..COUNTRIES.len()).filter_map(|i| u8::try_from(i).ok().map(Self))
    }

    /// The place in the list of codes, below [`Self::COUNT`].
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The code at a place in the list.
    pub fn from_index(index: usize) -> Option<Self> {
        (index < Self::COUNT).then(|| u8::try_from(index).ok().map(Self)).flatten()
    }

    fn entry(self) -> &'static [u8; 5] {
        COUNTRIES.get(self.index()).copied().unwrap_or(b"ZZZZZ")
    }

    /// Alpha-2, such as `RS`.
    pub fn alpha2(self) -> &'static str {
        self.entry().get(..2).and_then(|code| std::str::from_utf8(code).ok()).unwrap_or("ZZ")
    }

    /// Alpha-3, such as `SRB`.
    pub fn alpha3(self) -> &'static str {
        self.entry().get(2..).and_then(|code| std::str::from_utf8(code).ok()).unwrap_or("ZZZ")
    }
}

impl FromStr for CountryCode {
    type Err = CountryCodeError;
    fn from_str(s: &str) -> Result<Self, CountryCodeError> {
        let s = s.trim();
        // Codes as they are stored are found at once: a start reads hundreds of thousands of them.
        if let Ok(place) = COUNTRIES.binary_search_by(|code| code.get(..2).unwrap_or(&[]).cmp(s.as_bytes())) {
            return Self::from_index(place).ok_or(CountryCodeError);
        }
        Self::all()
            .find(|c| c.alpha2().eq_ignore_ascii_case(s) || c.alpha3().eq_ignore_ascii_case(s))
            .ok_or(CountryCodeError)
    }
}
impl TryFrom<String> for CountryCode {
    type Error = CountryCodeError;
    fn try_from(s: String) -> Result<Self, CountryCodeError> {
        s.parse()
    }
}
impl From<CountryCode> for String {
    fn from(code: CountryCode) -> Self {
        code.alpha2().to_owned()
    }
}
impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.alpha2())
    }
}
impl fmt::Debug for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.alpha2())
    }
}

/// A set of countries as 256 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CountrySet([u64; 4]);

impl CountrySet {
    /// Adds a country.
    pub fn insert(&mut self, country: CountryCode) {
        if let Some(word) = self.0.get_mut(country.index() / 64) {
            *word |= 1_u64 << (country.index() % 64);
        }
    }

    /// Whether the country is in the set.
    pub fn contains(&self, country: CountryCode) -> bool {
        self.0.get(country.index() / 64).is_some_and(|word| word & (1_u64 << (country.index() % 64)) != 0)
    }

    /// Whether a country is in both sets.
    pub fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).any(|(mine, theirs)| mine & theirs != 0)
    }

    /// Whether no country is in the set.
    pub fn is_empty(&self) -> bool {
        self.0 == [0; 4]
    }
}

impl FromIterator<CountryCode> for CountrySet {
    fn from_iter<I: IntoIterator<Item = CountryCode>>(countries: I) -> Self {
        let mut set = Self::default();
        countries.into_iter().for_each(|country| set.insert(country));
        set
    }
}

/// A point on the globe in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "(f64, f64)", into = "(f64, f64)")]
pub struct Position {
    latitude: f64,
    longitude: f64,
}

/// Not on the globe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("latitude lies between -90 and 90, longitude between -180 and 180, in degrees")]
pub struct PositionError;

impl Position {
    /// Checks the degrees.
    ///
    /// # Errors
    /// Not finite or off the globe.
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, PositionError> {
        ((-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude))
            .then_some(Self { latitude, longitude })
            .ok_or(PositionError)
    }

    /// Degrees north.
    pub const fn latitude(self) -> f64 {
        self.latitude
    }

    /// Degrees east.
    pub const fn longitude(self) -> f64 {
        self.longitude
    }
}

impl TryFrom<(f64, f64)> for Position {
    type Error = PositionError;
    fn try_from((latitude, longitude): (f64, f64)) -> Result<Self, PositionError> {
        Self::new(latitude, longitude)
    }
}
impl From<Position> for (f64, f64) {
    fn from(p: Position) -> Self {
        (p.latitude, p.longitude)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_parse_both_ways_and_are_sorted() {
        assert!(COUNTRIES.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!("SRB".parse::<CountryCode>().unwrap().alpha2(), "RS");
        assert_eq!("rs".parse::<CountryCode>().unwrap().alpha3(), "SRB");
        assert!("XX".parse::<CountryCode>().is_err());
        for country in CountryCode::all() {
            assert_eq!(CountryCode::from_index(country.index()), Some(country));
        }
        let set: CountrySet = CountryCode::all().collect();
        assert!(CountryCode::all().all(|country| set.contains(country)));
        assert!(Position::new(f64::NAN, 0.0).is_err());
    }
}
