//! What came of an event: from registrations to meetings, introductions and commitments, and between which countries.
//!
//! An introduction counts where its two sides held a meeting at the event and it was expressed after that meeting began.
//! That two organisations were introduced is theirs: for everybody, the organiser too, groups of fewer than five are held
//! back. What the meetings came to is exact for the organiser, who sees the meetings, and held back likewise for others.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Vocabulary,
    exchange_event::{EventRegistration, ExchangeEvent},
    id::Id,
    introduction::Introduction,
    meeting::{Meeting, MeetingOutcome, MeetingState},
    organisation::Organisation,
    value::CountryCode,
    vocabulary::TransactionRung,
};

use crate::{
    app::App,
    store::{StoreError, Stored},
};

/// Groups below this are held back.
const SMALL: u64 = 5;

/// A count, or that it is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// How many; none where it is held back.
    pub count: Option<u64>,
}

impl Count {
    const fn of(count: u64, exact: bool) -> Self {
        let held = !exact && count > 0 && count < SMALL;
        Self { count: if held { None } else { Some(count) } }
    }
}

/// A step on the way from registration to commitment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
pub enum FunnelStep {
    /// Organisations that take part.
    Registered,
    /// Meetings that were asked for.
    Requested,
    /// Meetings that both sides agreed to, or that silence agreed to.
    Agreed,
    /// Meetings that had a place.
    Placed,
    /// Meetings that were held.
    Held,
    /// Meetings to which one side did not come, as it stands.
    NoShow,
    /// Introductions after a meeting.
    Introduced,
    /// Of those, accepted and pledged.
    Pledged,
    /// Of those, committed.
    Committed,
    /// Of those, paid out.
    Disbursed,
}

/// What came of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The steps in order.
    pub funnel: Vec<(FunnelStep, Count)>,
    /// What the sides say came of the meetings, each side's word once.
    pub outcomes: Vec<(MeetingOutcome, Count)>,
    /// Meetings that were held with public officials.
    pub with_officials: Count,
    /// Meetings that were held, by the countries of both sides in the order of their codes.
    pub pairs: Vec<(CountryCode, CountryCode, Count)>,
}

/// What came of an event; exact in what the organiser sees where it is the organiser who asks.
///
/// # Errors
/// The database does not answer, or a record does not read.
pub async fn report(app: &App, event: &Stored<ExchangeEvent>, exact: bool) -> Result<Report, StoreError> {
    let entries = app.store.registrations(event.id).await?;
    let meetings = app.store.meetings(event.id).await?;
    let counts = app.store.meeting_counts(event.id).await?;
    let held: Vec<&Meeting> =
        meetings.iter().map(|it| &it.value).filter(|it| it.state == MeetingState::Held).collect();
    let introductions = introductions(app, event, &held).await?;
    let rungs = app.store.rungs_of(&introductions).await?;
    let sum = |of: &dyn Fn(MeetingState) -> bool| {
        counts.iter().filter(|(state, _)| of(**state)).fold(0_u64, |sum, (_, n)| sum.saturating_add(*n))
    };
    // Cancelled ones were agreed to, except where the event was: then nothing of it was.
    let agreed =
        |state: MeetingState| state.is_agreed() || state.is_past() || state == MeetingState::Cancelled;
    let places = meetings.iter().filter(|it| it.value.place.is_some()).count();
    let no_shows = meetings.iter().filter(|it| {
        it.value.state == MeetingState::NoShow
            && it.value.no_show.as_ref().is_some_and(domain::meeting::NoShow::counts)
    });
    let rung = |rung: TransactionRung| Count::of(rungs.get(&rung).copied().unwrap_or(0), false);
    let funnel = vec![
        (
            FunnelStep::Registered,
            Count::of(number(entries.iter().filter(|it| it.value.takes_part()).count()), exact),
        ),
        (FunnelStep::Requested, Count::of(sum(&|_| true), exact)),
        (FunnelStep::Agreed, Count::of(sum(&agreed), exact)),
        (FunnelStep::Placed, Count::of(number(places), exact)),
        (FunnelStep::Held, Count::of(number(held.len()), exact)),
        (FunnelStep::NoShow, Count::of(number(no_shows.count()), exact)),
        (FunnelStep::Introduced, Count::of(number(introductions.len()), false)),
        (FunnelStep::Pledged, rung(TransactionRung::Pledge)),
        (FunnelStep::Committed, rung(TransactionRung::Commitment)),
        (FunnelStep::Disbursed, rung(TransactionRung::Disbursement)),
    ];
    let words = || held.iter().flat_map(|it| it.outcomes.iter());
    let outcomes = MeetingOutcome::ALL.iter().filter_map(|outcome| {
        let count = number(words().filter(|word| word.outcome == *outcome).count());
        (count > 0).then(|| (*outcome, Count::of(count, exact)))
    });
    let officials = held.iter().filter(|it| it.outcomes.iter().any(|word| word.officials)).count();
    Ok(Report {
        funnel,
        outcomes: outcomes.collect(),
        with_officials: Count::of(number(officials), exact),
        pairs: pairs(&entries, &held, exact),
    })
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn pairs(
    entries: &[Stored<EventRegistration>],
    held: &[&Meeting],
    exact: bool,
) -> Vec<(CountryCode, CountryCode, Count)> {
    let country = |organisation: Id<Organisation>| {
        entries.iter().find(|it| it.value.organisation == organisation).and_then(|it| it.value.country)
    };
    let mut counts: BTreeMap<(CountryCode, CountryCode), u64> = BTreeMap::new();
    for meeting in held {
        let (Some(a), Some(b)) = (country(meeting.requester), country(meeting.recipient)) else { continue };
        let count = counts.entry(if a <= b { (a, b) } else { (b, a) }).or_default();
        *count = count.saturating_add(1);
    }
    counts.into_iter().map(|((a, b), count)| (a, b, Count::of(count, exact))).collect()
}

/// The introductions that followed a meeting of their two sides.
async fn introductions(
    app: &App,
    event: &Stored<ExchangeEvent>,
    held: &[&Meeting],
) -> Result<Vec<Id<Introduction>>, StoreError> {
    let Some(begin) = event.value.plan.starts() else { return Ok(Vec::new()) };
    let met: BTreeSet<Id<Organisation>> = held.iter().flat_map(|it| [it.requester, it.recipient]).collect();
    let met: Vec<Id<Organisation>> = met.into_iter().collect();
    let followed = |among: &crate::store::Among| {
        held.iter().any(|meeting| {
            let of_both = among.sides.iter().all(|side| meeting.side_of(*side).is_some());
            of_both && meeting.place.is_some_and(|place| place.starts.timestamp_micros() <= among.at)
        })
    };
    let found = app.store.introductions_among(&met, begin).await?;
    Ok(found.into_iter().filter(followed).map(|among| among.introduction).collect())
}
