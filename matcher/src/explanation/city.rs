//! A match of two cities, said in sentences.

use domain::{
    Vocabulary,
    digest::DigestLanguage,
    vocabulary::{AreaFocus, CooperationField, FieldSet, PartnershipTier},
};

use super::{Arg, CriterionLine, Evidence, GateLine, Sentence, investment::said, lines, unknown};
use crate::{
    catalog::CityPair,
    criterion::city::{common_office_minutes, cover, distance_km},
    gate::{
        Outcome,
        city::{COUNT, Gate, reachable_tier},
    },
    grade::Grade,
    policy::{CityCriterion, Policy},
    rank::CityEvaluation,
    row::CityRow,
};

/// A match of cities taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct CityExplanation {
    /// Score, interval, coverage and tier.
    pub headline: Sentence,
    /// What speaks for it, strongest first.
    pub because: Vec<Sentence>,
    /// What speaks against it, strongest first.
    pub against: Vec<Sentence>,
    /// What is not known, heaviest first.
    pub unknown: Vec<Sentence>,
    /// The viewer's criteria.
    pub mine: Vec<CriterionLine>,
    /// The partner's criteria, as the partner reads them.
    pub theirs: Vec<CriterionLine>,
    /// Gates.
    pub gates: Vec<GateLine>,
    /// Kilometres; shown, never scored.
    pub distance_km: f64,
    /// The highest tier that is open.
    pub reachable_tier: PartnershipTier,
}

/// Takes a match of cities apart.
pub fn explain_city(
    policy: &Policy,
    partner_policy: &Policy,
    pair: &CityPair<'_>,
    evaluation: &CityEvaluation,
    gates: &[Outcome; COUNT],
) -> CityExplanation {
    let turned = pair.turned();
    let mine = lines(&policy.city, &evaluation.my_grades, |c, grade| line(pair, c, grade));
    let theirs = lines(&partner_policy.city, &evaluation.their_grades, |c, grade| line(&turned, c, grade));
    let score = &evaluation.mutual;
    let tier = reachable_tier(gates);
    CityExplanation {
        headline: Sentence::plain("city.headline")
            .with("score", Arg::Points(score.point))
            .with("low", Arg::Points(score.low))
            .with("high", Arg::Points(score.high))
            .with("coverage", Arg::percent(score.coverage))
            .with("tier", Arg::inside(tier)),
        because: said(&mine, &[], true),
        against: said(&mine, &[], false),
        unknown: unknown(&mine)
            .into_iter()
            .map(|line| line.sentence.clone())
            .filter(|sentence| sentence.key.ends_with(".unknown"))
            .take(4)
            .collect(),
        mine,
        theirs,
        gates: gate_lines_city(pair, gates),
        distance_km: distance_km(pair.viewer, pair.partner),
        reachable_tier: tier,
    }
}

fn names(set: FieldSet) -> Vec<Arg> {
    let named = CooperationField::ALL.iter().filter(|field| set.contains(**field));
    named.map(|field| Arg::inside(*field)).collect()
}

fn in_brackets(names: Vec<Arg>) -> Arg {
    if names.is_empty() {
        return "".into();
    }
    Sentence::plain("said.brackets").with("names", Arg::All(names)).into()
}

fn people(city: &CityRow) -> Arg {
    city.population.map_or_else(|| "?".into(), Arg::People)
}

fn line(pair: &CityPair<'_>, criterion: CityCriterion, grade: &Grade) -> (Sentence, Vec<Evidence>) {
    use CityCriterion as C;
    let (a, b) = (pair.viewer, pair.partner);
    let known = grade.known > 0;
    let mut evidence = Vec::new();
    let sentence = match criterion {
        C::Complement if known => {
            let (theirs, my_needs) = cover(a, b);
            let (mine, their_needs) = cover(b, a);
            Sentence::plain("city.complement.known")
                .with("theirs", theirs)
                .with("my_needs", my_needs)
                .with("their_fields", in_brackets(names(FieldSet(a.need_set.0 & b.offer_set.0))))
                .with("mine", mine)
                .with("their_needs", their_needs)
                .with("my_fields", in_brackets(names(FieldSet(b.need_set.0 & a.offer_set.0))))
        }
        C::Complement => Sentence::plain("city.complement.unknown"),
        C::Challenge if known => {
            let shared = names(FieldSet(a.need_set.0 & b.need_set.0));
            if shared.is_empty() {
                Sentence::plain("city.challenge.none")
            } else {
                Sentence::plain("city.challenge.known").with("fields", Arg::All(shared))
            }
        }
        C::Challenge => Sentence::plain("city.challenge.unknown"),
        C::Commit if known => commit(b),
        C::Commit => Sentence::plain("city.commit.unknown"),
        C::Ties => Sentence::plain("city.ties.unknown"),
        C::Digital => digital(pair, &mut evidence),
        C::Economy => Sentence::plain("city.economy.unknown"),
        C::Legal => Sentence::plain("city.legal.unknown"),
        C::Practical if known => practical(pair, &mut evidence),
        C::Practical => Sentence::plain("city.practical.unknown"),
        C::Area if known => {
            let shared: Vec<Arg> = AreaFocus::ALL
                .iter()
                .filter(|focus| a.focus & b.focus & 1_u8.checked_shl(**focus as u32).unwrap_or(0) != 0)
                .map(|focus| Arg::inside(*focus))
                .collect();
            if shared.is_empty() {
                Sentence::plain("city.area.none")
            } else {
                Sentence::plain("city.area.known").with("focus", Arg::All(shared))
            }
        }
        C::Area => Sentence::plain("city.area.unknown"),
        C::Size if known => Sentence::plain("city.size.known").with("a", people(a)).with("b", people(b)),
        C::Size => Sentence::plain("city.size.unknown"),
    };
    if matches!(criterion, C::Complement | C::Challenge) && known && (a.sample || b.sample) {
        evidence.push(Evidence {
            fact: "needs and offers are samples of the demo".to_owned(),
            source: "sample".to_owned(),
            as_of: String::new(),
        });
    }
    (sentence, evidence)
}

fn commit(partner: &CityRow) -> Sentence {
    let facts = partner.commitment;
    let on_record: Vec<Arg> = [
        (facts.budget_line, "said.commit.budget"),
        (facts.coordinator, "said.commit.coordinator"),
        (facts.first_year_plan, "said.commit.plan"),
    ]
    .into_iter()
    .filter(|(fact, _)| *fact == Some(true))
    .map(|(_, name)| Arg::said(name))
    .collect();
    if on_record.is_empty() {
        Sentence::plain("city.commit.none")
    } else {
        Sentence::plain("city.commit.known").with("facts", Arg::All(on_record))
    }
}

fn digital(pair: &CityPair<'_>, evidence: &mut Vec<Evidence>) -> Sentence {
    let (a, b) = (pair.viewer, pair.partner);
    let (Some((own, own_year)), Some((other, other_year))) = (a.digital, b.digital) else {
        return Sentence::plain("city.digital.unknown");
    };
    for (city, value, year) in [(a, own, own_year), (b, other, other_year)] {
        let (what, source) = if city.digital_of_country {
            ("internet users in the country", "Our World in Data after the ITU")
        } else {
            ("household internet access in the city", "city, U4SSC EC:ICT:ICT:1C")
        };
        evidence.push(Evidence {
            fact: format!(
                "{}: {what} {}",
                pair.catalog.world.country_name(city.country),
                Arg::percent(value).tell(DigestLanguage::En)
            ),
            source: source.to_owned(),
            as_of: year.to_string(),
        });
    }
    let what = if a.digital_of_country || b.digital_of_country {
        "said.digital.country"
    } else {
        "said.digital.city"
    };
    Sentence::plain("city.digital.known")
        .with("own", Arg::percent(own))
        .with("other", Arg::percent(other))
        .with("what", Arg::said(what))
}

fn practical(pair: &CityPair<'_>, evidence: &mut Vec<Evidence>) -> Sentence {
    let (a, b) = (pair.viewer, pair.partner);
    let shared: Vec<&str> = a
        .languages
        .iter()
        .filter(|lang| b.languages.contains(lang))
        .map(domain::value::Lang::as_str)
        .collect();
    let language = if a.languages.is_empty() || b.languages.is_empty() {
        Arg::said("said.languages.unknown")
    } else if shared.is_empty() {
        Arg::said("said.languages.none")
    } else {
        Sentence::plain("said.languages.shared").with("languages", shared.join(", ")).into()
    };
    for city in [a, b].into_iter().filter(|city| city.languages_of_country) {
        evidence.push(Evidence {
            fact: format!("official languages of {}", pair.catalog.world.country_name(city.country)),
            source: "world-countries".to_owned(),
            as_of: String::new(),
        });
    }
    let hours = common_office_minutes(a, b).map_or_else(|| Arg::said("said.unknown"), Arg::Hours);
    Sentence::plain("city.practical.known").with("language", language).with("hours", hours)
}

/// Every gate's answer with its reason.
pub fn gate_lines_city(pair: &CityPair<'_>, outcomes: &[Outcome; COUNT]) -> Vec<GateLine> {
    Gate::ALL
        .iter()
        .zip(outcomes)
        .map(|(gate, outcome)| GateLine {
            key: gate.key(),
            outcome: *outcome,
            because: because(pair, *gate, *outcome),
            fixable: gate.fixable(),
        })
        .collect()
}

fn because(pair: &CityPair<'_>, gate: Gate, outcome: Outcome) -> Sentence {
    use Outcome as O;
    let country =
        |city: &CityRow| Arg::Country(city.country, pair.catalog.world.country_name(city.country).to_owned());
    match (gate, outcome) {
        (Gate::Office, O::Pass) => Sentence::plain("gate.city.office.pass"),
        (Gate::Office, O::Unknown) => {
            let whose = match (pair.viewer.office.is_none(), pair.partner.office.is_none()) {
                (true, true) => "said.office.both",
                (true, false) => "said.office.yours",
                (false, _) => "said.office.theirs",
            };
            Sentence::plain("gate.city.office.unknown").with("whose", Arg::said(whose))
        }
        (Gate::Office, _) => {
            const YOURS: [&str; 3] =
                ["said.fault.yours.unverified", "said.fault.yours.closed", "said.fault.yours.full"];
            const THEIRS: [&str; 3] =
                ["said.fault.theirs.unverified", "said.fault.theirs.closed", "said.fault.theirs.full"];
            let faults: Vec<Arg> = [(pair.viewer, YOURS), (pair.partner, THEIRS)]
                .into_iter()
                .flat_map(|(city, said)| {
                    let found = city.office.map_or([false; 3], |office| office.faults());
                    found.into_iter().zip(said).filter(|(is, _)| *is).map(|(_, key)| Arg::said(key))
                })
                .collect();
            Sentence::plain("gate.city.office.fail").with("faults", Arg::Apart(faults))
        }
        (Gate::Country, O::Pass | O::Unknown) => Sentence::plain("gate.city.country.pass")
            .with("a", country(pair.viewer))
            .with("b", country(pair.partner)),
        (Gate::Country, _) => Sentence::plain("gate.city.country.fail").with("country", country(pair.viewer)),
        (Gate::Relations, _) => Sentence::plain("gate.city.relations.unknown"),
        (Gate::Level, _) => Sentence::plain("gate.city.level.unknown"),
        (Gate::Exclusivity, O::Pass | O::Unknown) => Sentence::plain("gate.city.exclusivity.pass"),
        (Gate::Exclusivity, _) => Sentence::plain("gate.city.exclusivity.soft"),
        (Gate::Pair, O::Pass | O::Unknown) => Sentence::plain("gate.city.pair.pass"),
        (Gate::Pair, _) => Sentence::plain("gate.city.pair.fail"),
        (Gate::Programme, O::Pass) => Sentence::plain("gate.city.programme.pass"),
        (Gate::Programme, O::Unknown) => Sentence::plain("gate.city.programme.unknown"),
        (Gate::Programme, _) => Sentence::plain("gate.city.programme.fail"),
        (Gate::Screening, O::Pass) => Sentence::plain("gate.city.screening.pass"),
        (Gate::Screening, O::Unknown) => Sentence::plain("gate.city.screening.unknown"),
        (Gate::Screening, _) => Sentence::plain("gate.city.screening.fail"),
    }
}
