//! One city's view of another (section 5.5).

use domain::{Vocabulary, vocabulary::CooperationField, vocabulary::FieldSet};

use super::project::reply_speed;
use crate::{
    catalog::{CityPair, DigitalMode},
    grade::{Grade, Micro, ONE, harmonic, micro, ratio},
    row::CityRow,
};

/// The grades of all criteria, in the policy's order.
pub fn grades(pair: &CityPair<'_>) -> [Grade; 10] {
    [
        complement(pair),
        challenge(pair),
        commit(pair),
        // No open source tells of former cooperation, joint projects, trade, transport, diaspora and universities
        // between cities, nor of industry shares, openness and legal bases: they stay unknown until offices say.
        Grade::MISSING,
        digital(pair),
        Grade::MISSING,
        Grade::MISSING,
        practical(pair),
        area(pair),
        size(pair),
    ]
}

/// How many of the needs the offers meet: (met, needs).
pub fn cover(needs: &CityRow, offers: &CityRow) -> (u32, u32) {
    let met = FieldSet(needs.need_set.0 & offers.offer_set.0);
    (met.0.count_ones(), needs.need_set.0.count_ones())
}

/// The harmonic mean of both covers; the same from both sides.
fn complement(pair: &CityPair<'_>) -> Grade {
    let (a, b) = (pair.viewer, pair.partner);
    if [&a.needs, &b.needs, &a.offers, &b.offers].iter().any(|aims| aims.is_empty()) {
        return Grade::MISSING;
    }
    let share = |(met, needs): (u32, u32)| ratio(u64::from(met), u64::from(needs));
    Grade::known(harmonic(share(cover(a, b)), share(cover(b, a))))
}

/// Weighted likeness of what both put first: the sum of the smaller priorities over that of the larger ones.
fn challenge(pair: &CityPair<'_>) -> Grade {
    let (a, b) = (pair.viewer, pair.partner);
    if a.needs.is_empty() || b.needs.is_empty() {
        return Grade::MISSING;
    }
    let priority = |city: &CityRow, field: CooperationField| {
        city.needs.iter().find(|(need, _)| *need == field).map_or(0, |(_, priority)| u64::from(*priority))
    };
    let (mut smaller, mut larger) = (0_u64, 0_u64);
    for field in CooperationField::ALL {
        let (x, y) = (priority(a, *field), priority(b, *field));
        smaller = smaller.saturating_add(x.min(y));
        larger = larger.saturating_add(x.max(y));
    }
    Grade::known(ratio(smaller, larger))
}

/// The partner's 0.35 budget line, 0.25 named coordinator, 0.2 first-year plan, 0.2 reply record.
fn commit(pair: &CityPair<'_>) -> Grade {
    commitment(pair.partner)
}

/// The same of a city alone.
pub(crate) fn commitment(city: &CityRow) -> Grade {
    let facts = city.commitment;
    let yes = |fact: Option<bool>| Grade::of(fact.map(|is| if is { ONE } else { 0 }));
    let replies = city.office.map(|office| office.replies).unwrap_or_default();
    let rate = replies.reply_rate.map(|rate| ratio(u64::try_from(rate.hundredths()).unwrap_or(0), 10_000));
    let reply =
        Grade::mean(&[(50, Grade::of(rate)), (50, Grade::of(reply_speed(replies.median_reply_days)))]);
    Grade::mean(&[
        (35, yes(facts.budget_line)),
        (25, yes(facts.coordinator)),
        (20, yes(facts.first_year_plan)),
        (20, reply),
    ])
}

/// With an equal: 1 less the difference of levels over a half. With a mentor: 1 where the partner is ahead by
/// 0.15 to 0.45 and the viewer needs skills, else 0.
fn digital(pair: &CityPair<'_>) -> Grade {
    let (Some((own, _)), Some((other, _))) = (pair.viewer.digital, pair.partner.digital) else {
        return Grade::MISSING;
    };
    match pair.mode {
        DigitalMode::Peer => Grade::known(ONE.saturating_sub(own.abs_diff(other).saturating_mul(2))),
        DigitalMode::Mentor => {
            let ahead = (150_000..=450_000).contains(&other.saturating_sub(own));
            let skills = pair.viewer.needs.iter().any(|(field, _)| field.code().starts_with("SKILLS"));
            Grade::known(if ahead && skills { ONE } else { 0 })
        }
    }
}

/// Half a shared working language, half common office hours (all at four). Without a shared language an
/// interpreter would give half of it; whether there is one is not known.
fn practical(pair: &CityPair<'_>) -> Grade {
    let (a, b) = (pair.viewer, pair.partner);
    let language = if a.languages.is_empty() || b.languages.is_empty() {
        Grade::MISSING
    } else if a.languages.iter().any(|lang| b.languages.contains(lang)) {
        Grade::known(ONE)
    } else {
        Grade::between(0, ONE / 2, ONE / 2)
    };
    let hours = common_office_minutes(a, b).map(|minutes| ratio(u64::from(minutes), 240));
    Grade::mean(&[(50, language), (50, Grade::of(hours))])
}

/// Minutes of a day in which both offices are open, 9 to 17 local time; none where a time zone is unknown.
pub fn common_office_minutes(a: &CityRow, b: &CityRow) -> Option<u32> {
    let apart = a.utc_offset_minutes?.abs_diff(b.utc_offset_minutes?).rem_euclid(24 * 60);
    let apart = apart.min((24_u32 * 60).saturating_sub(apart));
    Some((8_u32 * 60).saturating_sub(apart))
}

/// A shared focus of demonstration areas 1, a site on both sides without one 0.5.
fn area(pair: &CityPair<'_>) -> Grade {
    let (a, b) = (pair.viewer, pair.partner);
    if a.focus == 0 || b.focus == 0 {
        return Grade::MISSING;
    }
    Grade::known(if a.focus & b.focus != 0 {
        ONE
    } else if a.site == Some(true) && b.site == Some(true) {
        ONE / 2
    } else {
        0
    })
}

/// Likeness of size: 1 less the logarithm of the ratio over that of twenty.
fn size(pair: &CityPair<'_>) -> Grade {
    let value = |a: u32, b: u32| -> Micro {
        let ratio = f64::from(a.max(b)) / f64::from(a.min(b).max(1));
        micro(1.0 - libm::log(ratio) / libm::log(20.0))
    };
    Grade::of(pair.viewer.population.zip(pair.partner.population).map(|(a, b)| value(a, b)))
}

/// The earth's mean radius in kilometres (IUGG).
pub const EARTH_KM: f64 = 6371.0088;

/// Kilometres between two cities on a sphere of the earth's mean radius; shown, never scored.
pub fn distance_km(a: &CityRow, b: &CityRow) -> f64 {
    let rad = std::f64::consts::PI / 180.0;
    let ((lat_a, lon_a), (lat_b, lon_b)) = (a.position, b.position);
    let half = |x: f64| {
        let sine = libm::sin(x * rad / 2.0);
        sine * sine
    };
    let h = half(lat_b - lat_a) + libm::cos(lat_a * rad) * libm::cos(lat_b * rad) * half(lon_b - lon_a);
    2.0 * EARTH_KM * libm::asin(libm::sqrt(h.clamp(0.0, 1.0)))
}
