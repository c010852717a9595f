//! Made-up data in which habits are planted: investors keep to a field and a state, cities link by language and size.

use std::{
    fmt::Write,
    io::{BufRead, Cursor},
};

use matcher::draw::Draw;

const FIELDS: [&str; 6] = ["fibre", "health", "games", "energy", "maps", "water"];
const STATES: [&str; 5] = ["N", "S", "E", "W", "M"];

/// Files by their names.
pub(crate) struct Made(pub(crate) Vec<(&'static str, String)>);

impl Made {
    pub(crate) fn open(&self, name: &str) -> std::io::Result<Box<dyn BufRead>> {
        let file = self.0.iter().find(|(known, _)| *known == name);
        let (_, text) = file.ok_or_else(|| std::io::Error::from(std::io::ErrorKind::NotFound))?;
        Ok(Box::new(Cursor::new(text.clone())))
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        &self.0.iter().find(|(known, _)| *known == name).unwrap().1
    }

    pub(crate) fn replaced(mut self, name: &str, text: String) -> Self {
        self.0.iter_mut().find(|(known, _)| *known == name).unwrap().1 = text;
        self
    }
}

/// Seven years of deals: each investor takes nine of ten from its own field and state.
pub(crate) fn investments() -> Made {
    let mut draw = Draw(11);
    let mut below = |n: u64| (draw.next() % n) as usize;
    let mut companies = "company_id\tname\ttags\tcountry\tstate_code\tcity\tfounded_at\tcategory_2013\tlat\tlon\tgeonames_id\n"
        .to_owned();
    let mut rounds = "company_id\tdate\tstage\tamount_usd\n".to_owned();
    let mut deals = "company_id\tinvestor_id\tdate\tstage\tround_amount_usd\n".to_owned();
    for company in 0..700 {
        let (field, state) = (below(6), below(5));
        let _ = writeln!(
            companies,
            "c{company}\tFirm {company}\t{}\tXX\t{}\tTown {state}\t\t\t{}\t{}\t",
            FIELDS[field],
            STATES[state],
            state * 5,
            state * 7
        );
        let date = format!("{}-{:02}-{:02}", 2005 + company % 7, 1 + below(12), 1 + below(28));
        let amount = 100_000 * (1 + below(40));
        let _ = writeln!(rounds, "c{company}\t{date}\tseed\t{amount}");
        let mut taken = Vec::new();
        for _ in 0..2 {
            // Forty investors; the first thirty are one for each field and state.
            let investor = if below(10) < 9 { field * 5 + state } else { 30 + below(10) };
            if !taken.contains(&investor) {
                let _ = writeln!(deals, "c{company}\ti{investor}\t{date}\tseed\t{amount}");
                taken.push(investor);
            }
        }
    }
    Made(vec![
        ("companies.tsv", companies),
        ("rounds_train.tsv", rounds),
        ("investor_company_train.tsv", deals),
    ])
}

/// Four countries; a city's partners are of its country's friend and about its size, and neighbours have them alike.
pub(crate) fn cities() -> Made {
    let mut draw = Draw(5);
    let countries = "iso2\tiso3\tregion\tsubregion\tlanguages\twb_income_group\tcapital\n\
                     AA\tAAA\tR\tR1\tl1\tHigh income\tc0\nBB\tBBB\tR\tR1\tl1\tLow income\tc1\n\
                     CC\tCCC\tR\tR2\tl2\tHigh income\tc2\nDD\tDDD\tR\tR2\tl2\t\tc3\n";
    let pairs = "iso_o\tiso_d\tcontig\tcomlang_off\tcomlang_ethno\tcolony\nAAA\tBBB\t1\t1\t1\t0\nBBB\tAAA\t1\t1\t1\t0\n";
    let mut cities = "city_id\tname\tcountry\tadmin1\tlat\tlon\tpopulation\n".to_owned();
    let mut links = "link_id\tcity_a\tcity_b\tsources\n".to_owned();
    for city in 0..400 {
        let (country, place) = (city % 4, city / 4);
        let _ = writeln!(
            cities,
            "g{city}\tc{city}\t{}\t{}\t{:.3}\t{:.3}\t{}",
            ["AA", "BB", "CC", "DD"][country],
            place / 20,
            place as f64 * 0.1,
            country as f64 * 20.0 + draw.unit(),
            5_000 + 4_000 * place
        );
    }
    let mut number = 0;
    for place in 0..100_u64 {
        for [a, b] in [[0, 1], [2, 3]] {
            for _ in 0..4 {
                let other = (place + draw.next() % 7).saturating_sub(3).min(99);
                let _ = writeln!(links, "t{number}\tg{}\tg{}\tmade", place * 4 + a, other * 4 + b);
                number += 1;
            }
        }
    }
    Made(vec![
        ("countries.tsv", countries.to_owned()),
        ("country_pairs.tsv", pairs.to_owned()),
        ("cities.tsv", cities),
        ("city_links_train.tsv", links),
    ])
}
