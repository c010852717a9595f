//! Who has blocked the other is matched with it in neither direction, and nobody learns by it whose a listing is.
#![expect(clippy::arithmetic_side_effects, reason = "tests count in plain numbers")]
#![expect(clippy::unwrap_used, reason = "a test fails by panic")]

#[expect(dead_code, reason = "shared with the other tests")]
mod world;

use std::collections::HashSet;

use domain::{
    disclosure::{Disclosure, ListingField, Rung},
    id::Id,
    organisation::{Organisation, OrganisationFacts},
    project::Project,
    vocabulary::{InvestorType, VerificationLevel},
};
use matcher::{
    Catalog, Policy,
    explanation::gate_lines,
    gate::investment::{Gate, open_but_for_blocks},
    rank::{
        InvestorQuery, List, OpportunityFilter, OpportunityQuery, Page, RankBy, investors, opportunities,
    },
    row::{MandateRow, ProjectRow},
};
use world::{
    Parts, facts, mandate_facts, mandate_id, organisation_facts, project_facts, project_id, today, uuid,
};

const INVESTOR: usize = 0;
const OWNER: usize = 1;
const OTHER: usize = 2;

fn organisation(n: usize) -> Id<Organisation> {
    Id::from_uuid(uuid(4, n))
}

/// An owner with an open listing (0) and one that keeps its owner back until a match (1), another owner's listing (2), and
/// an investor whose mandate all of them suit.
fn catalog() -> Catalog {
    let mut catalog = Catalog::new(facts(1.1), today());
    for n in [INVESTOR, OWNER, OTHER] {
        let facts: OrganisationFacts =
            organisation_facts(VerificationLevel::V3, Some(InvestorType::MultilateralBank));
        catalog.put_organisation(organisation(n), &Organisation::try_from(facts).unwrap());
    }
    let mandate = mandate_facts().try_into().unwrap();
    catalog.put_mandate(mandate_id(0), organisation(INVESTOR), &mandate);
    for (n, owner, hidden) in [(0, OWNER, false), (1, OWNER, true), (2, OTHER, false)] {
        let mut facts = project_facts(&Parts::worked_example());
        if hidden {
            facts.disclosure = Disclosure::new(false, [(ListingField::Owner, Rung::Matched)].into()).unwrap();
        }
        catalog.put_project(project_id(n), organisation(owner), &Project::try_from(facts).unwrap());
    }
    catalog
}

fn block(catalog: &mut Catalog, blocker: usize, others: &[usize]) {
    let others: HashSet<_> = others.iter().map(|n| organisation(*n)).collect();
    catalog.put_blocks(organisation(blocker), &others);
}

fn page<T>(catalog: &Catalog, ask: impl FnOnce(&OpportunityQuery<'_>) -> T) -> T {
    let mandate = catalog.mandates().get(mandate_id(0)).unwrap();
    ask(&OpportunityQuery {
        mandate,
        investor: catalog.organisations().get(mandate.investor).unwrap(),
        policy: &Policy::current(),
        filter: &OpportunityFilter::default(),
        by: RankBy::Mutual,
        list: List::Ranked,
        first: 10,
        after: None,
    })
}

/// The projects that the mandate is shown, and those to which it is.
fn matched(catalog: &Catalog) -> [Vec<usize>; 2] {
    let shown: Vec<Id<Project>> =
        page(catalog, |query| opportunities(catalog, query).items.iter().map(|row| row.row.id).collect());
    let to = |n: &usize| {
        let row: &ProjectRow = catalog.projects().get(project_id(*n)).unwrap();
        let policy = Policy::current();
        let page: Page<_> = investors(
            catalog,
            &InvestorQuery {
                project: row,
                policy: &policy,
                by: RankBy::Mutual,
                list: List::Ranked,
                first: 10,
                after: None,
            },
        );
        page.items.iter().any(|row: &matcher::rank::Ranked<&MandateRow>| row.row.id == mandate_id(0))
    };
    [(0..3).filter(|n| shown.contains(&project_id(*n))).collect(), (0..3).filter(to).collect()]
}

#[test]
fn neither_is_matched_with_the_other() {
    let mut catalog = catalog();
    assert_eq!(matched(&catalog), [vec![0, 1, 2], vec![0, 1, 2]]);
    block(&mut catalog, OWNER, &[INVESTOR]);
    assert_eq!(matched(&catalog), [vec![2], vec![2]]);
    block(&mut catalog, OWNER, &[]);
    assert_eq!(matched(&catalog), [vec![0, 1, 2], vec![0, 1, 2]]);
    // Of others nothing changes.
    block(&mut catalog, OTHER, &[OWNER]);
    assert_eq!(matched(&catalog), [vec![0, 1, 2], vec![0, 1, 2]]);
}

/// An investor that blocks organisations in turn does not see by what goes whose a listing is.
#[test]
fn a_block_of_ones_own_does_not_tell_whose_a_listing_is() {
    let mut catalog = catalog();
    block(&mut catalog, INVESTOR, &[OWNER]);
    assert_eq!(matched(&catalog), [vec![1, 2], vec![1, 2]]);
    // The owner's own block shuts that too, also after the investor has taken its own back.
    block(&mut catalog, OWNER, &[INVESTOR]);
    assert_eq!(matched(&catalog), [vec![2], vec![2]]);
    block(&mut catalog, INVESTOR, &[]);
    assert_eq!(matched(&catalog), [vec![2], vec![2]]);
    block(&mut catalog, OWNER, &[]);
    assert_eq!(matched(&catalog), [vec![0, 1, 2], vec![0, 1, 2]]);
}

/// What a block shuts is counted and said as what a screening shuts that has lapsed.
#[test]
fn a_block_is_not_told_from_a_screening() {
    let told = |catalog: &Catalog| {
        let counts = page(catalog, |query| {
            let page = opportunities(catalog, query);
            (page.total, page.excluded, page.excluded_total)
        });
        let mandate = catalog.mandates().get(mandate_id(0)).unwrap();
        let pair = catalog.pair(mandate, catalog.projects().get(project_id(0)).unwrap()).unwrap();
        let outcomes = Gate::ALL.map(|gate| gate.answer(&pair));
        (counts, outcomes, format!("{:?}", gate_lines(&pair, &outcomes)), open_but_for_blocks(&pair))
    };
    let (mut blocked, mut lapsed) = (catalog(), catalog());
    block(&mut blocked, OWNER, &[INVESTOR]);
    let mut facts = organisation_facts(VerificationLevel::V3, Some(InvestorType::MultilateralBank));
    facts.screening.screened_on = None;
    lapsed.put_organisation(organisation(OWNER), &Organisation::try_from(facts).unwrap());
    let (blocked, lapsed) = (told(&blocked), told(&lapsed));
    assert_eq!((blocked.0, blocked.1, blocked.2), (lapsed.0, lapsed.1, lapsed.2));
    assert_eq!((blocked.3, lapsed.3), (true, false), "a command asks the database for blocks itself");
}
