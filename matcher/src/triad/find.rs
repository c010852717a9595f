//! Finds the first triads of a city or of a mandate: exact, without looking at what cannot come among them.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
};

use domain::{id::Id, project::Project, value::CountryCode};

use super::edge::{CityEdge, Place, city_edge};
use crate::{
    Catalog, MicroPoints, Policy,
    explanation::{Arg, Sentence},
    gate::{all_open, city, investment},
    rank::{
        List, OpportunityFilter, OpportunityQuery, RankBy, RankKey, evaluate, evaluate_city,
        top_opportunities,
    },
    row::{CityRow, MandateRow, ProjectRow},
};

/// An edge of a triad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Edge {
    /// Between the two cities.
    Cities,
    /// Between the first city and the project.
    CityA,
    /// Between the second city and the project.
    CityB,
    /// Between the project and the mandate.
    Money,
}

impl Edge {
    /// The code in the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cities => "CITIES",
            Self::CityA => "CITY_A_PROJECT",
            Self::CityB => "CITY_B_PROJECT",
            Self::Money => "PROJECT_MANDATE",
        }
    }
}

/// Two cities, a project and a mandate that close.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Triad<'a> {
    /// The city that asked; of a mandate's triads the one with the smaller GeoNames id.
    pub a: &'a CityRow,
    /// The other city.
    pub b: &'a CityRow,
    /// The project.
    pub project: &'a ProjectRow,
    /// The mandate.
    pub mandate: &'a MandateRow,
    /// Mutual score of the cities.
    pub cities: MicroPoints,
    /// The first city and the project.
    pub edge_a: CityEdge,
    /// The second city and the project.
    pub edge_b: CityEdge,
    /// Mutual score of project and mandate.
    pub money: MicroPoints,
}

impl Triad<'_> {
    /// The edges with their scores.
    pub const fn edges(&self) -> [(Edge, MicroPoints); 4] {
        [
            (Edge::Cities, self.cities),
            (Edge::CityA, self.edge_a.score),
            (Edge::CityB, self.edge_b.score),
            (Edge::Money, self.money),
        ]
    }

    /// The weakest edge with its score, by which a triad is ranked; the first of equals.
    pub fn weakest(&self) -> (Edge, MicroPoints) {
        let [first, rest @ ..] = self.edges();
        rest.into_iter().fold(first, |least, edge| if edge.1 < least.1 { edge } else { least })
    }

    fn key(&self) -> Key {
        let sum = self.edges().iter().map(|(_, score)| u64::from(*score)).fold(0, u64::saturating_add);
        Key {
            score: self.weakest().1,
            sum,
            ids: Reverse([
                self.a.id.uuid().as_u128(),
                self.b.id.uuid().as_u128(),
                self.project.id.uuid().as_u128(),
                self.mandate.id.uuid().as_u128(),
            ]),
        }
    }
}

/// The place of a triad in the order; greater comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    score: MicroPoints,
    sum: u64,
    ids: Reverse<[u128; 4]>,
}

/// The first triads found so far.
struct First<'a> {
    most: usize,
    found: BTreeMap<Reverse<Key>, Triad<'a>>,
}

impl<'a> First<'a> {
    const fn new(most: usize) -> Self {
        Self { most, found: BTreeMap::new() }
    }

    /// Whether a triad with a weakest edge of at most this can still come among the first.
    fn admits(&self, score: MicroPoints) -> bool {
        score > 0
            && (self.found.len() < self.most
                || self.found.last_key_value().is_some_and(|(last, _)| score >= last.0.score))
    }

    /// Keeps a triad where it comes among the first; false where it does not.
    fn offer(&mut self, triad: Triad<'a>) -> bool {
        let key = triad.key();
        if key.score == 0 || self.most == 0 {
            return false;
        }
        if self.found.len() >= self.most {
            if self.found.last_key_value().is_some_and(|(last, _)| key < last.0) {
                return false;
            }
            self.found.pop_last();
        }
        self.found.insert(Reverse(key), triad);
        true
    }

    fn done(self) -> Vec<Triad<'a>> {
        self.found.into_values().collect()
    }
}

/// Cities that say what they need, by country.
fn seekers(catalog: &Catalog) -> BTreeMap<CountryCode, Vec<&CityRow>> {
    let mut by_country: BTreeMap<CountryCode, Vec<&CityRow>> = BTreeMap::new();
    for city in catalog.cities().rows().iter().filter(|city| !city.needs.is_empty()) {
        by_country.entry(city.country).or_default().push(city);
    }
    by_country
}

/// The score of two cities; nothing where a gate excludes the pair or too little is known of it.
fn cities_edge(catalog: &Catalog, policy: &Policy, a: &CityRow, b: &CityRow) -> MicroPoints {
    let pair = catalog.city_pair(a, b);
    if !all_open(&city::answers(&pair)) {
        return 0;
    }
    let mutual = evaluate_city(policy, policy, &pair).mutual;
    if mutual.coverage < policy.coverage_floor { 0 } else { mutual.point }
}

/// The triad of two cities, a project and a mandate; none where one of its edges is open.
pub fn triad_of<'a>(
    catalog: &'a Catalog,
    policy: &Policy,
    (a, b): (&'a CityRow, &'a CityRow),
    project: &'a ProjectRow,
    mandate: &'a MandateRow,
) -> Option<Triad<'a>> {
    let pair = catalog.pair(mandate, project).filter(|pair| all_open(&investment::answers(pair)))?;
    let mutual = evaluate(policy, &pair).mutual;
    let money = if mutual.coverage < policy.coverage_floor { 0 } else { mutual.point };
    let (edge_a, edge_b) = (city_edge(catalog, a, project), city_edge(catalog, b, project));
    let triad =
        Triad { a, b, project, mandate, cities: cities_edge(catalog, policy, a, b), edge_a, edge_b, money };
    (triad.weakest().1 > 0).then_some(triad)
}

/// The mandates of a project that no gate excludes and of which enough is known, highest score first.
fn money_edges<'a>(
    catalog: &'a Catalog,
    policy: &Policy,
    project: &'a ProjectRow,
) -> Vec<(MicroPoints, &'a MandateRow)> {
    let mut edges: Vec<(MicroPoints, &MandateRow)> = catalog
        .mandates()
        .rows()
        .iter()
        .filter_map(|mandate| catalog.pair(mandate, project))
        .filter(|pair| all_open(&investment::answers(pair)))
        .map(|pair| (evaluate(policy, &pair).mutual, pair.mandate))
        .filter(|(mutual, _)| mutual.coverage >= policy.coverage_floor)
        .map(|(mutual, mandate)| (mutual.point, mandate))
        .collect();
    edges.sort_unstable_by_key(|(score, mandate)| (Reverse(*score), mandate.id));
    edges
}

/// A project with a city's edge to it, and other cities with theirs, highest of the least first.
struct Served<'a> {
    project: &'a ProjectRow,
    edge: CityEdge,
    others: Vec<(MicroPoints, &'a CityRow, CityEdge, MicroPoints)>,
}

/// The first triads of a city.
pub fn triads_of_city<'a>(
    catalog: &'a Catalog,
    policy: &Policy,
    city: &'a CityRow,
    first: usize,
) -> Vec<Triad<'a>> {
    let by_country = seekers(catalog);
    let mut projects: Vec<(CityEdge, &ProjectRow)> = catalog
        .projects()
        .rows()
        .iter()
        .map(|project| (city_edge(catalog, city, project), project))
        .filter(|(edge, _)| edge.score > 0)
        .collect();
    projects.sort_unstable_by_key(|(edge, project)| (Reverse(edge.score), project.id));
    let mut projects = projects.into_iter().peekable();
    let mut partners = Partners { catalog, policy, city, by_country, known: HashMap::new() };
    // Projects by what the cities leave open, which is known before a single mandate is read: most need not be asked.
    let mut served: BTreeMap<(Reverse<MicroPoints>, Id<Project>), Served<'a>> = BTreeMap::new();
    let mut found = First::new(first);
    loop {
        let reach = served.first_key_value().map_or(0, |((Reverse(reach), _), _)| *reach);
        // A project reaches no further than its edge with the city: only those that could come first are worked out.
        if let Some((edge, project)) = projects.next_if(|(edge, _)| edge.score > reach) {
            if !found.admits(edge.score) {
                break;
            }
            let one = partners.of(project, edge);
            if let Some((reach, ..)) = one.others.first() {
                served.insert((Reverse(*reach), project.id), one);
            }
            continue;
        }
        let Some((_, one)) = served.pop_first().filter(|_| found.admits(reach)) else { break };
        close_city(catalog, policy, city, &one, &mut found);
    }
    found.done()
}

/// Other cities of a city, worked out country by country as they are asked for.
struct Partners<'a, 'p> {
    catalog: &'a Catalog,
    policy: &'p Policy,
    city: &'a CityRow,
    by_country: BTreeMap<CountryCode, Vec<&'a CityRow>>,
    /// Those with which a pair is open, with its score.
    known: HashMap<CountryCode, Vec<(MicroPoints, &'a CityRow)>>,
}

impl<'a> Partners<'a, '_> {
    /// The cities that a project serves beside the one that asks.
    fn of(&mut self, project: &'a ProjectRow, edge: CityEdge) -> Served<'a> {
        let (catalog, policy, city) = (self.catalog, self.policy, self.city);
        let mut others = Vec::new();
        for country in project.countries.iter() {
            let there = self.known.entry(*country).or_insert_with(|| {
                let all = self.by_country.get(country).into_iter().flatten();
                let scored = all
                    .filter(|other| other.id != city.id)
                    .map(|other| (cities_edge(catalog, policy, city, other), *other));
                scored.filter(|(score, _)| *score > 0).collect()
            });
            for (score, other) in there {
                let theirs = city_edge(catalog, other, project);
                if theirs.score > 0 {
                    others.push(((*score).min(theirs.score).min(edge.score), *other, theirs, *score));
                }
            }
        }
        others.sort_unstable_by_key(|(least, other, ..)| (Reverse(*least), other.id));
        Served { project, edge, others }
    }
}

/// Offers the triads of a city and one project.
fn close_city<'a>(
    catalog: &'a Catalog,
    policy: &Policy,
    city: &'a CityRow,
    served: &Served<'a>,
    found: &mut First<'a>,
) {
    let Served { project, edge, others } = served;
    let mandates = money_edges(catalog, policy, project);
    for (least, other, theirs, cities) in others {
        if !found.admits(*least) {
            break;
        }
        for (money, mandate) in &mandates {
            let (edge_a, edge_b) = (*edge, *theirs);
            let triad =
                Triad { a: city, b: other, project, mandate, cities: *cities, edge_a, edge_b, money: *money };
            // With the same cities and project, what follows comes later in the order.
            if !found.offer(triad) {
                break;
            }
        }
    }
}

/// Projects of a mandate are read in pages, of which the first has this many and each further one four times as many:
/// every page costs a scan of them all.
const PAGE: usize = 256;

/// The first triads of a mandate; none where its investor is not in the catalog.
pub fn triads_of_mandate<'a>(
    catalog: &'a Catalog,
    policy: &Policy,
    mandate: &'a MandateRow,
    first: usize,
) -> Vec<Triad<'a>> {
    let mut found = First::new(first);
    let Some(investor) = catalog.organisations().get(mandate.investor) else { return Vec::new() };
    let by_country = seekers(catalog);
    let filter = OpportunityFilter::default();
    let mut scores: HashMap<(u32, u32), MicroPoints> = HashMap::new();
    let mut after: Option<RankKey> = None;
    let mut size = PAGE;
    loop {
        let query = OpportunityQuery {
            mandate,
            investor,
            policy,
            filter: &filter,
            by: RankBy::Mutual,
            list: List::Ranked,
            first: size,
            after,
        };
        let page = top_opportunities(catalog, &query);
        for ranked in &page.items {
            let money = ranked.evaluation.mutual.point;
            if !found.admits(money) {
                return found.done();
            }
            close(catalog, policy, &by_country, &mut scores, (ranked.row, mandate, money), &mut found);
        }
        after = page.items.last().map(|ranked| ranked.key);
        size = size.saturating_mul(4);
        if !page.has_next {
            return found.done();
        }
    }
}

/// Whether a city takes partners of its own country.
fn lifted(city: &CityRow) -> bool {
    city.office.is_some_and(|office| office.same_country)
}

/// Offers the triads of one project and one mandate.
fn close<'a>(
    catalog: &'a Catalog,
    policy: &Policy,
    by_country: &BTreeMap<CountryCode, Vec<&'a CityRow>>,
    scores: &mut HashMap<(u32, u32), MicroPoints>,
    (project, mandate, money): (&'a ProjectRow, &'a MandateRow, MicroPoints),
    found: &mut First<'a>,
) {
    let mut served: Vec<(CityEdge, &CityRow)> = project
        .countries
        .iter()
        .filter_map(|country| by_country.get(country))
        .flatten()
        // Two of one country are a pair only where both have lifted that gate.
        .filter(|city| project.countries.len() > 1 || lifted(city))
        .map(|city| (city_edge(catalog, city, project), *city))
        .filter(|(edge, _)| edge.score > 0)
        .collect();
    served.sort_unstable_by_key(|(edge, city)| (Reverse(edge.score), city.geonames));
    for (place, (one_edge, one)) in served.iter().enumerate() {
        if !found.admits(one_edge.score.min(money)) {
            break;
        }
        for (other_edge, other) in served.iter().skip(place.saturating_add(1)) {
            // The other's edge is the smaller of the two.
            let most = other_edge.score.min(money);
            if !found.admits(most) {
                break;
            }
            let ((edge_a, a), (edge_b, b)) = if one.geonames < other.geonames {
                ((*one_edge, *one), (*other_edge, *other))
            } else {
                ((*other_edge, *other), (*one_edge, *one))
            };
            if a.country == b.country && !(lifted(a) && lifted(b)) {
                continue;
            }
            let cities =
                *scores.entry((a.geonames, b.geonames)).or_insert_with(|| cities_edge(catalog, policy, a, b));
            if cities > 0 {
                found.offer(Triad { a, b, project, mandate, cities, edge_a, edge_b, money });
            }
        }
    }
}

/// One edge, said in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EdgeLine {
    /// Which.
    pub edge: Edge,
    /// Its score.
    pub score: MicroPoints,
    /// Whether the triad is ranked by it.
    pub weakest: bool,
    /// What it says.
    pub because: Sentence,
}

/// Says each edge. The two mutual scores have explanations of their own, criterion by criterion.
pub fn explain_triad(triad: &Triad<'_>) -> [EdgeLine; 4] {
    let (weakest, _) = triad.weakest();
    triad.edges().map(|(edge, score)| {
        let of_city = |city: &CityEdge| {
            let key = match city.place {
                Place::City => "triad.city.in",
                Place::Country => "triad.city.country",
                Place::OtherCity | Place::Elsewhere => "triad.city.other",
            };
            Sentence::plain(key).with("overlap", city.overlap.saturating_add(5_000) / 10_000)
        };
        let sentence = match edge {
            Edge::Cities => Sentence::plain("triad.cities"),
            Edge::CityA => of_city(&triad.edge_a),
            Edge::CityB => of_city(&triad.edge_b),
            Edge::Money => Sentence::plain("triad.money"),
        };
        let because = sentence.with("score", Arg::Points(score));
        EdgeLine { edge, score, weakest: edge == weakest, because }
    })
}
