//! What is known of a pair of cities from outside a partnership: gates, packs, other records.

use chrono::DateTime;
use domain::{
    Vocabulary as _,
    city::City,
    id::Id,
    organisation::Organisation,
    partnership::{AgreementTier, CitySide, GateVerdict, PairFacts, Partnership, PartnershipGuard, Sides},
    policy_pack::{ApprovalPath, PathCity, approval_path},
    vocabulary::{AdministrativeLevel, PartnershipTier, VerificationLevel},
};
use matcher::{
    catalog::{Catalog, CityPair},
    explanation::gate_lines_city,
    gate::{
        Outcome,
        city::{Gate, answers, reachable_tier, twin_in},
    },
    row::CityRow,
};

use crate::{
    app::{App, AppError},
    command::{CommandError, CommandTx, Refusal, UserErrorCode},
    partnership::act::LINK_SOURCE,
    store::StoreError,
};

/// The cities, by their GeoNames id, with which a city has something under way or resting, as far as the actor may know
/// of it: all for the office of the city, the one that is asked of for its own office, none for others.
///
/// # Errors
/// The database does not answer.
pub async fn taken(
    app: &App,
    actor: &crate::auth::Actor,
    city: Id<City>,
    asked: Option<Id<City>>,
) -> Result<Vec<u32>, StoreError> {
    // By the catalog: most who ask are of neither office, and for them nothing is read.
    let snapshot = app.ranking.snapshot();
    let catalog = &snapshot.catalog;
    let office_of = |id: Id<City>| catalog.cities().get(id).and_then(|row| row.owner);
    let acts_for = |id: Id<City>| office_of(id).is_some_and(|office| actor.role_in(office).is_some());
    let (own, theirs) = (acts_for(city), asked.filter(|id| acts_for(*id)));
    if !own && theirs.is_none() {
        return Ok(Vec::new());
    }
    let taken = app.store.taken_partners(city, app.auth.clock.now().timestamp_micros()).await?;
    let told = taken.into_iter().filter(|id| own || Some(*id) == theirs);
    let mut busy: Vec<u32> = told.filter_map(|id| catalog.cities().get(id)).map(|row| row.geonames).collect();
    // A block parts two offices too, and which of the two reasons it is is not told.
    if let Some(office) = office_of(city) {
        let partners = catalog.cities().rows().iter().filter(|row| own || Some(row.id) == theirs);
        let parted = partners.filter(|row| row.owner.is_some_and(|other| catalog.parted(office, other)));
        busy.extend(parted.map(|row| row.geonames));
    }
    Ok(busy)
}

/// The lawful route of two cities to a tier, as gates and packs stand today; `busy` as [`taken`] answers it.
///
/// # Errors
/// There is no such city, or it is the same twice.
pub fn path(
    app: &App,
    a: Id<City>,
    b: Id<City>,
    tier: AgreementTier,
    levels: Sides<Option<AdministrativeLevel>>,
    raised: bool,
    busy: &[u32],
) -> Result<ApprovalPath, AppError> {
    let snapshot = app.ranking.snapshot();
    let catalog: &Catalog = &snapshot.catalog;
    let row = |id| catalog.cities().get(id).ok_or(AppError::NotFound { what: "city" });
    let pair = CityPair { busy, ..catalog.city_pair(row(a)?, row(b)?) };
    if a == b {
        return Err(AppError::argument("cityB", "name two cities: a partnership has two sides"));
    }
    let gates = reachable_tier(&gates(&pair, raised));
    let cities = Sides {
        a: city(&pair, pair.viewer, pair.partner, levels.a),
        b: city(&pair, pair.partner, pair.viewer, levels.b),
    };
    Ok(approval_path(&app.packs, &cities, tier, gates))
}

/// What the route depends on, of one city.
fn city(pair: &CityPair<'_>, own: &CityRow, other: &CityRow, level: Option<AdministrativeLevel>) -> PathCity {
    PathCity {
        country: own.country,
        city_geonames: Some(own.geonames),
        level,
        partner_twinned_here: Some(twin_in(pair, other, own)),
    }
}

/// The gates; that the pair is linked is no hindrance to what raises the link.
fn gates(pair: &CityPair<'_>, raised: bool) -> [Outcome; matcher::gate::city::COUNT] {
    let mut found = answers(pair);
    if raised {
        for (gate, answer) in Gate::ALL.iter().zip(&mut found) {
            if *gate == Gate::Pair {
                *answer = Outcome::Pass;
            }
        }
    }
    found
}

/// What is known of a pair now, with the route for its tier.
///
/// # Errors
/// A city is gone, or the database does not answer.
pub async fn pair(
    command: &CommandTx,
    sides: (Id<City>, Id<City>),
    office: Id<Organisation>,
    tier: AgreementTier,
    this: Option<Id<Partnership>>,
    raised: bool,
) -> Result<(PairFacts, ApprovalPath), CommandError> {
    let (a, b) = sides;
    let mut levels = Sides::default();
    for (side, id) in [(CitySide::A, a), (CitySide::B, b)] {
        *levels.get_mut(side) = command.tx.get::<City>(id).await?.and_then(|city| city.value.level);
    }
    let snapshot = command.app.ranking.snapshot();
    let catalog: &Catalog = &snapshot.catalog;
    let rows = catalog.cities().get(a).zip(catalog.cities().get(b));
    let (one, other) = rows.ok_or(CommandError::Failed)?;
    // A link that an agreement made here is that agreement's affair, and the catalog may still know of one that ended.
    let is_linked = catalog.links().linked(one.geonames, other.geonames);
    let raised = raised || (is_linked && !command.tx.is_linked_elsewhere(a, b, LINK_SOURCE).await?);
    let path = path(&command.app, a, b, tier, levels, raised, &[])?;
    let found = gates(&catalog.city_pair(one, other), raised);
    let keys = |wanted: Outcome| -> Vec<String> {
        let of = Gate::ALL.iter().zip(&found).filter(|(_, answer)| **answer == wanted);
        of.map(|(gate, _)| gate.key().to_owned()).collect()
    };
    let record = command.tx.pair_record(a, b, this).await?;
    // While one of the offices has blocked the other nothing new begins between them, and why is not told.
    let blocked = match command.tx.get::<City>(b).await?.and_then(|city| city.owner) {
        Some(other) => command.tx.is_blocked(office, other).await?,
        None => false,
    };
    let level = command.tx.get::<Organisation>(office).await?.map(|office| office.value.verification);
    let facts = PairFacts {
        proposer_level: level.unwrap_or(VerificationLevel::V0),
        gates: GateVerdict {
            reachable: path.reachable.map_or(PartnershipTier::None, AgreementTier::needs),
            failed: keys(Outcome::Fail),
            unknown: keys(Outcome::Unknown),
        },
        other_live: record.other_live || blocked,
        cooling_until: record.cooling_until.and_then(DateTime::from_timestamp_micros),
        upgrade_open: record.upgrade_open,
        trial_demanded_by: path.trial_demanded_by.clone(),
        as_of: command.now,
    };
    Ok((facts, path))
}

/// The gates that are in the way, each by its name and reason; and the tier that is open.
pub fn shut(app: &App, of: &Partnership, guard: PartnershipGuard) -> Vec<Refusal> {
    let snapshot = app.ranking.snapshot();
    let catalog: &Catalog = &snapshot.catalog;
    let row = |id| catalog.cities().get(id);
    let Some((a, b)) = row(of.sides.a.city).zip(row(of.sides.b.city)) else { return Vec::new() };
    let pair = catalog.city_pair(a, b);
    let found = answers(&pair);
    match guard {
        PartnershipGuard::GatesOpen => gate_lines_city(&pair, &found)
            .into_iter()
            .filter(|line| line.outcome == Outcome::Fail)
            .map(|line| Refusal::new(UserErrorCode::GateFailed, "", line.because.english()).by_rule(line.key))
            .collect(),
        PartnershipGuard::TierReachable => {
            let open = reachable_tier(&found).label().to_lowercase();
            vec![Refusal::gate(guard, "", format!("this must hold: {}; open now: {open}", guard.label()))]
        }
        _ => Vec::new(),
    }
}

/// The steps of both sides.
pub fn chains(path: &ApprovalPath) -> Sides<Vec<domain::policy_pack::StepRule>> {
    let of = |side: CitySide| path.lanes.get(side).steps.clone();
    Sides { a: of(CitySide::A), b: of(CitySide::B) }
}
