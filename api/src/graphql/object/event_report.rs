//! What came of an event, and what a computed schedule comes to.

use async_graphql::{ID, SimpleObject};
use domain::{
    Vocabulary,
    meeting::{MeetingOutcome, UnplacedReason},
    value::CountryCode,
};

use super::{
    super::code::Code,
    common::{global, number},
};
use crate::event::{
    report::{Count, FunnelStep, Report},
    schedule::Computed,
};

/// A step on the way from registration to commitment.
#[derive(Debug, SimpleObject)]
pub struct EventFunnelRow {
    /// Which step.
    step: FunnelStep,
    /// How many; null where fewer than five are held back.
    count: Option<i64>,
    /// Whether the count is held back.
    suppressed: bool,
}

/// How often something came of a meeting, each side's word once.
#[derive(Debug, SimpleObject)]
pub struct EventOutcomeRow {
    /// What.
    outcome: Code<MeetingOutcome>,
    /// How often; null where fewer than five are held back.
    count: Option<i64>,
    /// Whether the count is held back.
    suppressed: bool,
}

/// Meetings that were held between two countries.
#[derive(Debug, SimpleObject)]
pub struct EventCountryPair {
    /// ISO 3166-1 alpha-2 of the one, the first in the alphabet.
    country_a: String,
    /// Of the other.
    country_b: String,
    /// How many; null where fewer than five are held back.
    count: Option<i64>,
    /// Whether the count is held back.
    suppressed: bool,
}

/// What came of an event.
#[derive(Debug, SimpleObject)]
#[graphql(name = "EventReport")]
pub struct EventReportObject {
    /// From registrations to money, in order. Introductions count that were expressed after a meeting of both sides; groups
    /// of fewer than five are held back, and of introductions for the organiser too.
    funnel: Vec<EventFunnelRow>,
    /// What the sides say came of their meetings.
    meeting_outcomes: Vec<EventOutcomeRow>,
    /// Meetings that were held with public officials; null where fewer than five are held back.
    with_officials: Option<i64>,
    /// Meetings that were held, by the countries of both sides.
    by_country_pair: Vec<EventCountryPair>,
}

const fn parts(count: Count) -> (Option<u64>, bool) {
    (count.count, count.count.is_none())
}

impl From<Report> for EventReportObject {
    fn from(report: Report) -> Self {
        let code = |country: CountryCode| country.alpha2().to_owned();
        Self {
            funnel: report
                .funnel
                .into_iter()
                .map(|(step, count)| {
                    let (count, suppressed) = parts(count);
                    EventFunnelRow { step, count: count.map(number), suppressed }
                })
                .collect(),
            meeting_outcomes: report
                .outcomes
                .into_iter()
                .map(|(outcome, count)| {
                    let (count, suppressed) = parts(count);
                    EventOutcomeRow { outcome: Code(outcome), count: count.map(number), suppressed }
                })
                .collect(),
            with_officials: report.with_officials.count.map(number),
            by_country_pair: report
                .pairs
                .into_iter()
                .map(|(a, b, count)| {
                    let (count, suppressed) = parts(count);
                    EventCountryPair {
                        country_a: code(a),
                        country_b: code(b),
                        count: count.map(number),
                        suppressed,
                    }
                })
                .collect(),
        }
    }
}

/// A meeting that has no place.
#[derive(Debug, SimpleObject)]
pub struct UnscheduledMeeting {
    /// Which one.
    meeting_id: ID,
    /// Why.
    why: Option<Code<UnplacedReason>>,
}

/// How evenly the meetings fall.
#[derive(Debug, SimpleObject)]
pub struct ScheduleFairness {
    /// Jain's index of the participants' shares of the meetings that they could have, 0 to 1: 1 where all are equal.
    jain: f64,
    /// The smallest share, 0 to 1.
    smallest_share: f64,
    /// Participants who could have a meeting and have none.
    without: i64,
}

/// What a computed schedule comes to.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ComputedSchedule")]
pub struct ScheduleObject {
    /// What was maximised: the scores of the placed meetings, two hundred more for each that both sides asked for, and
    /// fifty, twenty-five and so on for each participant's first, second and further meetings.
    objective: f64,
    /// No schedule has a larger objective.
    bound: f64,
    /// Whether it is proved that none is better.
    proved: bool,
    /// Meetings that have a place.
    placed: i64,
    /// Meetings that have none, and why.
    unscheduled: Vec<UnscheduledMeeting>,
    /// How evenly the meetings fall.
    fairness: ScheduleFairness,
    /// Published meetings that get another slot.
    moved: i64,
    /// Whether nothing was written.
    dry_run: bool,
}

/// Micro-points as points. Sums of schedules are far below the whole numbers that a float holds.
fn points(micro: i64) -> f64 {
    let whole = micro.checked_div(1_000_000).and_then(|whole| i32::try_from(whole).ok()).unwrap_or(i32::MAX);
    let rest = micro.checked_rem(1_000_000).and_then(|rest| i32::try_from(rest).ok()).unwrap_or(0);
    f64::from(whole) + f64::from(rest) / 1e6
}

impl From<Computed> for ScheduleObject {
    fn from(it: Computed) -> Self {
        let known =
            |code: &str| UnplacedReason::ALL.iter().find(|why| why.code() == code).map(|why| Code(*why));
        Self {
            objective: points(it.objective),
            bound: points(it.bound),
            proved: it.proved,
            placed: i64::from(it.placed),
            unscheduled: it
                .unscheduled
                .iter()
                .map(|(id, why)| UnscheduledMeeting { meeting_id: global(*id), why: known(why) })
                .collect(),
            fairness: ScheduleFairness {
                jain: f64::from(it.jain) / 1e6,
                smallest_share: f64::from(it.smallest) / 1e6,
                without: i64::from(it.without),
            },
            moved: i64::from(it.moved),
            dry_run: it.dry_run,
        }
    }
}
