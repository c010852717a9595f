//! Companies, rounds and deals as they stand in the files; what was derived later is not read.

use std::io::BufRead;

use crate::learn::table::{DataError, Day, Names, Wrong, read};

/// A stage or kind of a round, in the order of a company's growth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Stage {
    /// Not recorded.
    Unknown,
    /// Many small givers.
    Crowd,
    /// A grant.
    Grant,
    /// The first money.
    Seed,
    /// A round of venture capital without a letter.
    Venture,
    /// Series A.
    A,
    /// Series B.
    B,
    /// Series C and later.
    C,
    /// Private equity.
    PrivateEquity,
    /// Debt.
    Debt,
    /// After the company went public.
    PostIpo,
    /// Another kind.
    Other,
}

impl Stage {
    /// How many there are.
    pub const COUNT: usize = 12;

    /// The stage of a word of the files: of the column `stage`, or of `round_type` where there is no such column.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "" => Self::Unknown,
            "crowd" | "crowdfunding" => Self::Crowd,
            "grant" => Self::Grant,
            "seed" | "angel" => Self::Seed,
            "venture" => Self::Venture,
            "A" | "series-a" => Self::A,
            "B" | "series-b" => Self::B,
            "C+" | "series-c+" => Self::C,
            "pe" | "private-equity" => Self::PrivateEquity,
            "debt" => Self::Debt,
            "post_ipo" | "post-ipo" => Self::PostIpo,
            "other" => Self::Other,
            _ => return None,
        })
    }

    /// The place on the ladder from seed to private equity, where there is one.
    pub const fn step(self) -> Option<f32> {
        match self {
            Self::Seed => Some(0.0),
            Self::Venture => Some(1.2),
            Self::A => Some(1.0),
            Self::B => Some(2.0),
            Self::C => Some(3.0),
            Self::PrivateEquity => Some(4.0),
            _ => None,
        }
    }
}

/// A point on the unit sphere.
pub type Point = [f32; 3];

/// The point of a latitude and a longitude in degrees.
pub fn point(latitude: f64, longitude: f64) -> Point {
    let rad = std::f64::consts::PI / 180.0;
    let (lat, lon) = (latitude * rad, longitude * rad);
    let flat = libm::cos(lat);
    [(flat * libm::cos(lon)) as f32, (flat * libm::sin(lon)) as f32, libm::sin(lat) as f32]
}

/// Kilometres between two points on a sphere of the earth's mean radius, by the length of the chord, which keeps
/// its precision where points are near.
pub fn km(a: Point, b: Point) -> f32 {
    let square: f64 = a
        .iter()
        .zip(&b)
        .map(|(p, q)| {
            let apart = f64::from(p - q);
            apart * apart
        })
        .sum();
    let half = libm::sqrt(square) / 2.0;
    (2.0 * crate::criterion::city::EARTH_KM * libm::asin(half.min(1.0))) as f32
}

/// A company. Numbers of tags and places are those of [`Market`]'s names; 0 is unknown.
#[derive(Debug, Clone, Default)]
pub struct Company {
    /// What it does, sorted, each once.
    pub tags: Vec<u32>,
    /// ISO 3166 country.
    pub country: u32,
    /// Country and state.
    pub state: u32,
    /// The city.
    pub city: u32,
    /// Its first day.
    pub founded: Option<Day>,
    /// Where it is.
    pub at: Option<Point>,
}

/// A round that a company raised.
#[derive(Debug, Clone, Copy)]
pub struct Round {
    /// The company.
    pub company: u32,
    /// When.
    pub day: Day,
    /// What kind.
    pub stage: Stage,
    /// US dollars of the whole round.
    pub amount: Option<f32>,
}

/// An investor's part in a round.
#[derive(Debug, Clone, Copy)]
pub struct Deal {
    /// The investor.
    pub investor: u32,
    /// The round.
    pub round: Round,
}

/// All that the files say, by the numbers of the names.
#[derive(Debug, Default, Clone)]
pub struct Market {
    /// Ids of companies.
    pub company_ids: Names,
    /// Ids of investors.
    pub investor_ids: Names,
    /// Tags; 0 is none.
    pub tags: Names,
    /// Countries, states and cities in one list; 0 is none.
    pub places: Names,
    /// Companies by number.
    pub companies: Vec<Company>,
    /// Rounds in the order of day, company and file.
    pub rounds: Vec<Round>,
    /// Deals in the order of day, company, investor and file.
    pub deals: Vec<Deal>,
    /// Rounds of companies that the companies' file has not; nobody on record held them.
    pub rounds_left_out: usize,
}

/// Highest amount that is taken for one, in US dollars.
const AMOUNT_MAX: f64 = 1e13;

impl Market {
    /// Nothing yet.
    pub fn new() -> Self {
        let mut market = Self::default();
        market.tags.intern("");
        market.places.intern("");
        market
    }

    /// The market as it stood before a day: no later round and no later deal is in it.
    #[must_use]
    pub fn before(&self, day: Day) -> Self {
        let mut known = self.clone();
        known.rounds.retain(|round| round.day < day);
        known.deals.retain(|deal| deal.round.day < day);
        known
    }

    fn company(&mut self, id: &str) -> (u32, &mut Company) {
        let number = self.company_ids.intern(id);
        let place = number as usize;
        if place >= self.companies.len() {
            self.companies.resize(place.saturating_add(1), Company::default());
        }
        (
            number,
            self.companies.get_mut(place).unwrap_or_else(|| unreachable!("the list was made long enough")),
        )
    }

    /// Words of a name that may tell a trade, such as `pharma`; they count as tags, marked so that none is taken for
    /// a tag of the files.
    fn words(&mut self, name: &str, into: &mut Vec<u32>) {
        for word in name.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 3) {
            into.push(self.tags.intern(&format!("name:{}", word.to_lowercase())));
        }
    }

    /// Reads `companies.tsv`.
    ///
    /// # Errors
    /// A malformed file, an id that stands twice, or a position that is none.
    pub fn read_companies(&mut self, file: &str, source: impl BufRead) -> Result<(), DataError> {
        let columns = [
            "company_id",
            "name",
            "tags",
            "country",
            "state_code",
            "city",
            "founded_at",
            "category_2013",
            "lat",
            "lon",
            "geonames_id",
        ];
        read(file, source, &columns, |row| {
            let id = row.needed(0)?;
            if self.company_ids.id(id).is_some() {
                return Err(row.wrong(0, Wrong::Twice(id.to_owned())));
            }
            let mut tags: Vec<u32> = Vec::new();
            for tag in row.text(2).split('|').map(str::trim).filter(|tag| !tag.is_empty()) {
                tags.push(self.tags.intern(tag));
            }
            if !row.text(7).is_empty() {
                tags.push(self.tags.intern(&format!("category:{}", row.text(7))));
            }
            self.words(row.text(1), &mut tags);
            tags.sort_unstable();
            tags.dedup();
            let at = match (row.number(8, -90.0, 90.0)?, row.number(9, -180.0, 180.0)?) {
                (Some(latitude), Some(longitude)) => Some(point(latitude, longitude)),
                _ => None,
            };
            let founded = row.day(6)?;
            let (country, state, city) = (row.text(3), row.text(4), row.text(5));
            let place = [
                self.place(country, "", ""),
                if state.is_empty() { 0 } else { self.place(country, state, "") },
                match (city, row.text(10)) {
                    ("", _) => 0,
                    (city, "") => self.place(country, state, city),
                    (_, id) => self.places.intern(&format!("geonames {id}")),
                },
            ];
            let [country, state, city] = place;
            let (_, company) = self.company(id);
            *company = Company { tags, country, state, city, founded, at };
            Ok(())
        })
    }

    fn place(&mut self, country: &str, state: &str, city: &str) -> u32 {
        if country.is_empty() { 0 } else { self.places.intern(&format!("{country}/{state}/{city}")) }
    }

    /// Reads `ccby_companies.tsv`: one category each, no positions.
    ///
    /// # Errors
    /// A malformed file or an id that stands twice.
    pub fn read_open_companies(&mut self, file: &str, source: impl BufRead) -> Result<(), DataError> {
        let columns =
            ["company_id", "name", "category_code", "country_code", "state_code", "city", "founded_at"];
        read(file, source, &columns, |row| {
            let id = row.needed(0)?;
            if self.company_ids.id(id).is_some() {
                return Err(row.wrong(0, Wrong::Twice(id.to_owned())));
            }
            let mut tags = Vec::new();
            if !row.text(2).is_empty() {
                tags.push(self.tags.intern(&format!("category:{}", row.text(2))));
            }
            self.words(row.text(1), &mut tags);
            tags.sort_unstable();
            tags.dedup();
            let founded = row.day(6)?;
            let (country, state, city) = (row.text(3), row.text(4), row.text(5));
            let [country, state, city] = [
                self.place(country, "", ""),
                if state.is_empty() { 0 } else { self.place(country, state, "") },
                if city.is_empty() { 0 } else { self.place(country, state, city) },
            ];
            let (_, company) = self.company(id);
            *company = Company { tags, country, state, city, founded, at: None };
            Ok(())
        })
    }

    /// Reads `rounds_train.tsv` or `ccby_rounds.tsv` (whose stage is the `round_type`).
    ///
    /// # Errors
    /// A malformed file or a stage that is none. Rounds of companies without a row are counted and left out.
    pub fn read_rounds(&mut self, file: &str, source: impl BufRead, open: bool) -> Result<(), DataError> {
        let columns = ["company_id", "date", if open { "round_type" } else { "stage" }, "amount_usd"];
        read(file, source, &columns, |row| {
            let day = row.day(1)?.ok_or_else(|| row.wrong(1, Wrong::Missing))?;
            let stage = stage(row, 2)?;
            let amount = amount(row, 3)?;
            let Some(company) = self.company_ids.id(row.needed(0)?) else {
                self.rounds_left_out = self.rounds_left_out.saturating_add(1);
                return Ok(());
            };
            self.rounds.push(Round { company, day, stage, amount });
            Ok(())
        })?;
        self.rounds.sort_by_key(|round| (round.day, round.company));
        Ok(())
    }

    /// Reads `investor_company_train.tsv` or `ccby_deals.tsv`.
    ///
    /// # Errors
    /// A malformed file, a company that the companies' file has not, or a stage that is none.
    pub fn read_deals(&mut self, file: &str, source: impl BufRead, open: bool) -> Result<(), DataError> {
        let columns = if open {
            ["company_id", "investor_name", "funded_when", "round_type", "round_amount_usd"]
        } else {
            ["company_id", "investor_id", "date", "stage", "round_amount_usd"]
        };
        read(file, source, &columns, |row| {
            let company = self.known_company(row, 0)?;
            let investor = self.investor_ids.intern(row.needed(1)?);
            let day = row.day(2)?.ok_or_else(|| row.wrong(2, Wrong::Missing))?;
            let stage = stage(row, 3)?;
            let amount = amount(row, 4)?;
            self.deals.push(Deal { investor, round: Round { company, day, stage, amount } });
            Ok(())
        })?;
        self.number_investors_by_id();
        self.deals.sort_by_key(|deal| (deal.round.day, deal.round.company, deal.investor));
        Ok(())
    }

    /// Numbers investors in the order of their ids: what is drawn and summed in the order of numbers then depends
    /// neither on the order of a file's lines nor on who first appears after a cut.
    fn number_investors_by_id(&mut self) {
        let count = self.investor_ids.len() as u32;
        let mut ids: Vec<&str> = (0..count).map(|number| self.investor_ids.text(number)).collect();
        ids.sort_unstable();
        let mut sorted = Names::default();
        for id in ids {
            sorted.intern(id);
        }
        for deal in &mut self.deals {
            deal.investor = sorted.id(self.investor_ids.text(deal.investor)).unwrap_or(deal.investor);
        }
        self.investor_ids = sorted;
    }

    fn known_company(&self, row: &crate::learn::table::Row<'_>, column: usize) -> Result<u32, DataError> {
        let id = row.needed(column)?;
        self.company_ids
            .id(id)
            .ok_or_else(|| row.wrong(column, Wrong::UnknownId(id.to_owned(), "the companies' file")))
    }

    /// Reads `investor_company_candidates.tsv`: what companies sought.
    ///
    /// # Errors
    /// A malformed file, or a company that the companies' file has not.
    pub fn read_asks(&self, file: &str, source: impl BufRead) -> Result<Vec<Round>, DataError> {
        let mut asks = Vec::new();
        let mut seen = std::collections::HashSet::new();
        read(file, source, &["company_id", "ask_date", "ask_stage", "ask_amount_usd"], |row| {
            let company = self.known_company(row, 0)?;
            if !seen.insert(company) {
                return Err(row.wrong(0, Wrong::Twice(row.text(0).to_owned())));
            }
            let day = row.day(1)?.ok_or_else(|| row.wrong(1, Wrong::Missing))?;
            asks.push(Round { company, day, stage: stage(row, 2)?, amount: amount(row, 3)? });
            Ok(())
        })?;
        Ok(asks)
    }

    /// Reads `investor_company_queries.tsv`.
    ///
    /// # Errors
    /// A malformed file, an investor twice, or one without any deal.
    pub fn read_queries(&self, file: &str, source: impl BufRead) -> Result<Vec<u32>, DataError> {
        let mut queries = Vec::new();
        read(file, source, &["investor_id"], |row| {
            let id = row.needed(0)?;
            let investor = self
                .investor_ids
                .id(id)
                .ok_or_else(|| row.wrong(0, Wrong::UnknownId(id.to_owned(), "the deals' file")))?;
            if queries.contains(&investor) {
                return Err(row.wrong(0, Wrong::Twice(id.to_owned())));
            }
            queries.push(investor);
            Ok(())
        })?;
        Ok(queries)
    }
}

fn stage(row: &crate::learn::table::Row<'_>, column: usize) -> Result<Stage, DataError> {
    Stage::parse(row.text(column))
        .ok_or_else(|| row.wrong(column, Wrong::Value(crate::learn::table::short(row.text(column)))))
}

/// An amount; nothing where it is unknown or zero.
fn amount(row: &crate::learn::table::Row<'_>, column: usize) -> Result<Option<f32>, DataError> {
    Ok(row.number(column, 0.0, AMOUNT_MAX)?.filter(|amount| *amount >= 1.0).map(|amount| amount as f32))
}
