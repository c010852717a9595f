//! What the owner of a listing could do next, and what it would open.

use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use domain::{
    project::Project,
    value::{Currency, Money},
};
use matcher::{
    MicroPoints,
    score::points,
    unlock::{Deed, Fact, Unknown, UnlockMap, Volume},
};

use super::{
    super::{
        code::Lang,
        error::{ErrorCode, client_error},
        query::refused,
    },
    common::{MoneyObject, number},
    listing::is_inside,
    matching::ChangeParts,
    score::ScoreInterval,
};
use crate::{
    app::{App, unlock_map},
    auth::Actor,
    visible::Visible,
};

/// A fact of a project that somebody may not have stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ProjectFact", remote = "Fact")]
pub enum FactOutput {
    /// The funding gap.
    Gap,
    /// The stage.
    Stage,
    /// The instruments sought.
    Instruments,
    /// The expected return.
    Return,
    /// The tenor.
    Tenor,
    /// The price of an entry-level plan.
    EntryPrice,
    /// People who get service for the first time.
    NewlyServed,
    /// Schools that are connected.
    Schools,
    /// The share of women.
    Women,
    /// Help wanted beside money.
    Help,
}

/// Mandates, and how much they have to give.
#[derive(Debug, SimpleObject)]
pub struct MandateVolume {
    /// How many mandates.
    count: i64,
    /// The sum of their largest tickets, at the rates of the catalog; null where it cannot be counted.
    largest_tickets: Option<MoneyObject>,
    /// Of them so many whose ticket is unknown or has no rate: the sum is without them.
    without_ticket: i64,
}

impl From<&Volume> for MandateVolume {
    fn from(volume: &Volume) -> Self {
        let cents = i64::try_from(volume.euro_cents).ok();
        let money = cents.and_then(|cents| Money::from_minor(cents, Currency::EUR).ok());
        Self {
            count: number(volume.mandates),
            largest_tickets: money.map(MoneyObject),
            without_ticket: number(volume.without_ticket),
        }
    }
}

/// Something that the owner could do, with what the scorer then gives: exact, as everything stands today.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub struct UnlockDeed {
    #[graphql(flatten)]
    parts: ChangeParts,
    /// Mandates that come within reach by it.
    opens: MandateVolume,
    /// Mandates, within reach or not, whose score it lifts.
    lifts: i64,
    /// By how many points at most.
    largest_lift: f64,
}

#[ComplexObject]
impl UnlockDeed {
    /// The change in words.
    async fn change(
        &self,
        #[graphql(desc = "Language.", default_with = "Some(Lang::En)")] lang: Option<Lang>,
    ) -> String {
        self.parts.told(lang)
    }
}

impl From<&Deed> for UnlockDeed {
    fn from(deed: &Deed) -> Self {
        Self {
            parts: deed.change.into(),
            opens: (&deed.opens).into(),
            lifts: number(deed.lifts),
            largest_lift: points(deed.most),
        }
    }
}

/// A fact that is not stated. To learn it can lower a score as well as lift it, so nothing is promised.
#[derive(Debug, SimpleObject)]
pub struct UnlockUnknown {
    /// Which fact.
    fact: FactOutput,
    /// Mandates on whose score or gates it bears.
    bears_on: i64,
    /// Mandates that are open now and that some values would shut out.
    may_shut: i64,
    /// Mandates that could come within reach, each at the value that fits it best.
    may_open: MandateVolume,
    /// The score with the mandate that fits best today.
    now: Option<ScoreInterval>,
    /// The same at the value of the fact that fits that mandate least.
    worst: Option<ScoreInterval>,
    /// The same at the value that fits it best.
    best: Option<ScoreInterval>,
}

impl From<&Unknown> for UnlockUnknown {
    fn from(unknown: &Unknown) -> Self {
        let score = |of: &Option<matcher::rank::Evaluation>| of.as_ref().map(|of| (&of.mutual).into());
        Self {
            fact: unknown.fact.into(),
            bears_on: number(unknown.bears_on),
            may_shut: number(unknown.may_shut),
            may_open: (&unknown.may_open).into(),
            now: score(&unknown.now),
            worst: score(&unknown.worst),
            best: score(&unknown.best),
        }
    }
}

/// A price list of what the owner could do next, against all mandates, as if the listing were in public.
#[derive(Debug, SimpleObject)]
#[graphql(name = "UnlockMap")]
pub struct UnlockMapObject {
    /// From this score on a match counts as within reach.
    min_score: f64,
    /// Mandates whose gates are open.
    open: i64,
    /// Mandates within reach today.
    reached: MandateVolume,
    /// What can be done, what opens most first.
    deeds: Vec<UnlockDeed>,
    /// What is not known, what could open most first.
    unknown: Vec<UnlockUnknown>,
}

impl UnlockMapObject {
    fn new(map: &UnlockMap, reach: MicroPoints) -> Self {
        Self {
            min_score: points(reach),
            open: number(map.open),
            reached: (&map.reached).into(),
            deeds: map.deeds.iter().map(Into::into).collect(),
            unknown: map.unknown.iter().map(Into::into).collect(),
        }
    }
}

/// The map, for the listing's people and its reviewers.
pub(super) async fn unlock(
    ctx: &Context<'_>,
    project: &Visible<Project>,
    min_score: f64,
) -> Result<Option<UnlockMapObject>> {
    if !is_inside(project) {
        return Ok(None);
    }
    if !(0.0..=100.0).contains(&min_score) {
        let message = "a score lies between 0 and 100";
        return Err(client_error(ErrorCode::Validation, Some("minScore"), message));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100")]
    let reach = (min_score * 1e6).round() as MicroPoints;
    let stored = (**project).clone();
    let actor = ctx.data::<Actor>()?;
    let parted = stored.owner.is_some_and(|owner| actor.role_in(owner).is_some());
    let map = ctx
        .data::<App>()?
        .compute(move |app| unlock_map(app, &stored, parted, reach))
        .await
        .map_err(refused)?;
    Ok(Some(UnlockMapObject::new(&map, reach)))
}
