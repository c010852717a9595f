//! English templates of all sentences, by key. A test finds a key without a template.

/// The English template of a key; the key itself where there is none.
pub(super) fn english(key: &'static str) -> &'static str {
    TEMPLATES.iter().find(|(known, _)| *known == key).map_or(key, |(_, text)| text)
}

/// A key as the table has it.
pub(super) fn known(key: &str) -> Option<&'static str> {
    TEMPLATES.iter().find(|(known, _)| *known == key).map(|(known, _)| *known)
}

/// Keys and templates, sorted by key. Keys of `said.` are parts of sentences.
pub(super) const TEMPLATES: &[(&str, &str)] = &[
    ("change.confirm", "Confirm that the listing is current"),
    ("change.evidence", "Show evidence for: {item}"),
    ("change.justify", "Justify the flag: {flag}"),
    ("change.verify", "Prove the owner's identity up to level {level}"),
    ("city.area.known", "Focus of demonstration areas in common: {focus}."),
    ("city.area.none", "Both plan demonstration areas, with no focus in common."),
    ("city.area.unknown", "Unknown: focus of a demonstration area."),
    ("city.challenge.known", "Both put first: {fields}."),
    ("city.challenge.none", "Neither of the needs that one puts first is among the other's."),
    ("city.challenge.unknown", "Unknown: what one of them needs."),
    ("city.commit.known", "Of the partner's commitment, on record: {facts}."),
    ("city.commit.none", "No budget line, coordinator or first-year plan is on record."),
    ("city.commit.unknown", "Unknown: budget line, coordinator, first-year plan, reply record."),
    (
        "city.complement.known",
        "They offer {theirs} of your {my_needs} needs{their_fields}; you offer {mine} of their {their_needs}{my_fields}.",
    ),
    ("city.complement.unknown", "Unknown: needs or offers of one of them."),
    ("city.digital.known", "Digital level {own} against {other} ({what})."),
    ("city.digital.unknown", "Unknown: digital level."),
    ("city.economy.unknown", "Unknown: industry shares and openness."),
    ("city.headline", "{score} of 100 ({low} to {high}), {coverage} known. Reachable now: {tier}."),
    ("city.legal.unknown", "Unknown: bases for data transfer, e-signature, shared standards, treaty."),
    ("city.practical.known", "{language}; {hours} common office hours a day."),
    ("city.practical.unknown", "Unknown: languages and office hours."),
    ("city.size.known", "{a} against {b} inhabitants."),
    ("city.size.unknown", "Unknown: inhabitants."),
    (
        "city.ties.unknown",
        "Unknown: former cooperation, joint projects, trade, transport, diaspora, universities.",
    ),
    (
        "gate.city.country.fail",
        "Both are in {country}; partners are in different countries unless both offices lift the rule.",
    ),
    ("gate.city.country.pass", "Different countries: {a} and {b}."),
    ("gate.city.exclusivity.pass", "Neither has a twin in the other's country."),
    (
        "gate.city.exclusivity.soft",
        "One of them already has a twin in the other's country: capped at friendly exchange.",
    ),
    ("gate.city.level.unknown", "No dated rule on administrative levels is on record: ask."),
    ("gate.city.office.fail", "In the way: {faults}."),
    ("gate.city.office.pass", "Both offices are verified and accepting."),
    ("gate.city.office.unknown", "No office on the platform: {whose}."),
    (
        "gate.city.pair.fail",
        "They are partners already, are about to be, or rest after a proposal that came to nothing.",
    ),
    ("gate.city.pair.pass", "No partnership between them in public, and none that you may know of."),
    ("gate.city.programme.fail", "One of them is below the programme's fewest inhabitants."),
    ("gate.city.programme.pass", "No programme's minimum stands against it."),
    ("gate.city.programme.unknown", "The number of inhabitants is not known."),
    ("gate.city.relations.unknown", "No dated source on diplomatic relations is on record: ask."),
    ("gate.city.screening.fail", "Not available."),
    ("gate.city.screening.pass", "Both offices are screened."),
    ("gate.city.screening.unknown", "One office is not screened yet."),
    (
        "gate.conflict.fail",
        "The investor holds an interest in the same field and country and takes no competitors.",
    ),
    ("gate.conflict.pass", "No holding competes."),
    ("gate.exclusions.fail", "Excluded by {what}."),
    ("gate.exclusions.outside", "Outside the mandate's places: the project is in {countries}."),
    ("gate.exclusions.pass", "Nothing in it is excluded."),
    ("gate.field.fail", "Its fields ({fields}) are too far from the mandate's."),
    ("gate.field.pass", "Its fields are near the mandate's."),
    ("gate.field.unknown", "The mandate names no field."),
    ("gate.instrument.fail", "It seeks {sought}; the mandate offers {offered}."),
    ("gate.instrument.pass", "At least one instrument sought is offered."),
    ("gate.instrument.unknown", "The instruments of one side are not stated."),
    (
        "gate.law.fail",
        "The mandate's smallest stake is {stake} %, the country's cap {cap} % ({law}, checked {as_of}). This is a rule, not a judgement of the project.",
    ),
    ("gate.law.pass", "Limits on foreign ownership do not stand against it."),
    (
        "gate.law.unknown",
        "No dated source on foreign ownership in {countries}, or no smallest stake, is on record.",
    ),
    ("gate.live.fail", "Not available."),
    ("gate.live.pass", "The listing is in public; the investor is active and verified."),
    ("gate.related.fail", "Both sides have an owner in common: never ranked."),
    ("gate.related.pass", "No owner in common."),
    ("gate.related.unknown", "Beneficial owners of one side are not on record."),
    ("gate.screening.fail", "Not available."),
    ("gate.screening.pass", "Both sides are screened."),
    (
        "gate.stage.fail",
        "Its stage ({stage}) is two rungs or more from the mandate's, or on the other ladder.",
    ),
    ("gate.stage.pass", "Its stage ({stage}) is in the mandate."),
    ("gate.stage.soft", "Its stage ({stage}) is a rung from the mandate's, or only wished for."),
    ("gate.stage.unknown", "The stage of one side is not stated."),
    (
        "gate.ticket.fail",
        "The gap of {gap} is off the ticket of {min} to {max} by more than a factor of two.",
    ),
    ("gate.ticket.pass", "The gap of {gap} is within a factor of two of the ticket of {min} to {max}."),
    ("gate.ticket.unknown", "The gap, the ticket or an exchange rate is not known."),
    ("headline", "{score} of 100 ({low} to {high}), {coverage} known."),
    ("investor.field.known", "Fields: {fields}; nearness to the mandate {value}."),
    ("investor.field.unknown", "Unknown: the mandate's fields."),
    ("investor.geo.known", "In {countries}: {fit}."),
    ("investor.geo.unknown", "Unknown: the mandate's places."),
    ("investor.impact.known", "Priorities and inclusion: {value} of what is known."),
    ("investor.impact.unknown", "Unknown: impact data."),
    (
        "investor.ready.known",
        "{evidenced} of {asked} items of the stage's checklist are evidenced, {open} are not spoken of; {flags} flags without justification.",
    ),
    ("investor.ready.unknown", "Unknown: stage or checklist."),
    ("investor.stage.known", "Stage: {stage}; {rungs} from the mandate's."),
    ("investor.stage.unknown", "Unknown: the stage."),
    ("investor.terms.known", "Sought: {sought}; offered: {offered}."),
    ("investor.terms.unknown", "Unknown: instruments, return, tenor."),
    ("investor.ticket.known", "A ticket of {min} to {max} against a gap of {gap}: it can cover {share}."),
    ("investor.ticket.unknown", "Unknown: the gap, the ticket or an exchange rate."),
    ("investor.ties.known", "Twinned cities of both sides: {twinned}; no introductions on record."),
    ("investor.ties.unknown", "Unknown: a city of one side."),
    ("investor.trust.known", "Owner at {level}; listing confirmed {confirmed}."),
    ("investor.trust.unknown", "Unknown: verification."),
    ("not_applicable", "Does not bear on this pair; its weight goes to the others."),
    ("project.field.deals", "{inside} of {all} deals of the last five years on record were in these fields."),
    ("project.field.mandate", "No deals on record name a field; the mandate's nearness counts for 0.7."),
    ("project.field.unknown", "Unknown: past deals and the mandate's fields."),
    ("project.local.known", "Presence in the country: {presence}; past deals there: {deals}."),
    ("project.local.unknown", "Unknown: presence and past deals."),
    ("project.money.known", "The largest ticket of {max} closes {share} of the gap of {gap}."),
    ("project.money.unknown", "Unknown: the gap, the ticket or an exchange rate."),
    ("project.reply.known", "Answers {rate} of requests, median {days} days."),
    ("project.reply.unknown", "Unknown: reply record; a new investor has none."),
    ("project.stage.known", "{value} of its deals that name a stage were within a rung of this one."),
    ("project.stage.unknown", "Unknown: this stage or the stages of past deals."),
    ("project.terms.known", "Sought: {sought}; offered: {offered}."),
    ("project.terms.unknown", "Unknown: instruments, cost, tenor."),
    ("project.trust.known", "Investor at {level}; kept promises: {kept}."),
    ("project.trust.unknown", "Unknown: verification."),
    ("project.value.known", "It offers {met} of {wanted} kinds of help wanted."),
    ("project.value.unknown", "Unknown: help wanted or offered."),
    ("said.brackets", " ({names})"),
    ("said.commit.budget", "a budget line"),
    ("said.commit.coordinator", "a named coordinator"),
    ("said.commit.plan", "a first-year plan"),
    ("said.digital.city", "household internet access"),
    ("said.digital.country", "internet users of the countries, since the cities have no measurement"),
    ("said.excluded.contracts", "the mandate's excluded contracts"),
    ("said.excluded.countries", "the mandate's excluded countries"),
    ("said.excluded.fields", "the mandate's excluded fields"),
    ("said.excluded.investors", "the owner's excluded kinds of investors"),
    ("said.excluded.kinds", "the mandate's kinds of projects"),
    ("said.fault.theirs.closed", "their office is not looking for partners now"),
    ("said.fault.theirs.full", "their office has no capacity left this year"),
    ("said.fault.theirs.unverified", "their office is not verified up to V2"),
    ("said.fault.yours.closed", "your office is not looking for partners now"),
    ("said.fault.yours.full", "your office has no capacity left this year"),
    ("said.fault.yours.unverified", "your office is not verified up to V2"),
    ("said.few", "fewer than five on record"),
    ("said.fit.anywhere", "the mandate invests anywhere"),
    ("said.fit.country", "named in the mandate"),
    ("said.fit.outside", "outside the mandate's places"),
    ("said.fit.region", "in a region of the mandate"),
    ("said.languages.none", "No shared working language"),
    ("said.languages.shared", "Shared working language: {languages}"),
    ("said.languages.unknown", "Languages of one of them are not known"),
    ("said.level", "{level} ({name})"),
    ("said.no", "no"),
    ("said.no_date", "on no known date"),
    ("said.not_stated", "not stated"),
    ("said.office.both", "yours and theirs"),
    ("said.office.theirs", "theirs"),
    ("said.office.yours", "yours"),
    ("said.part", "{name} {share}"),
    ("said.rungs.many", "{n} rungs"),
    ("said.rungs.none", "no rung"),
    ("said.rungs.one", "one rung"),
    ("said.rungs.other", "on another ladder"),
    ("said.share", "{name} ({share})"),
    ("said.unknown", "unknown"),
    ("said.yes", "yes"),
    (
        "stack.concentration",
        "{score} of 100, {rank}. of {of}: {percent} % as {instrument} ({amount}), the largest share of one counterparty.",
    ),
    (
        "stack.concessional",
        "{score} of 100, {rank}. of {of}: {percent} % as {instrument} ({amount}), up to the concessional share.",
    ),
    (
        "stack.gap",
        "{score} of 100, {rank}. of {of}: {percent} % as {instrument} ({amount}); the gap is filled.",
    ),
    (
        "stack.instrument",
        "{score} of 100, {rank}. of {of}: {percent} % as {instrument} ({amount}), up to the share sought in it.",
    ),
    (
        "stack.smallest",
        "{score} of 100, {rank}. of {of}: {percent} % as {instrument} ({amount}), the least that it takes part with.",
    ),
    (
        "stack.ticket_max",
        "{score} of 100, {rank}. of {of}: {percent} % as {instrument} ({amount}), its largest ticket.",
    ),
    ("triad.cities", "The two cities: {score} of 100."),
    (
        "triad.city.country",
        "{overlap} % of the project meets what the city needs, in its country as a whole: {score} of 100.",
    ),
    (
        "triad.city.in",
        "{overlap} % of the project meets what the city needs, in the city itself: {score} of 100.",
    ),
    (
        "triad.city.other",
        "{overlap} % of the project meets what the city needs, in another city of its country: {score} of 100.",
    ),
    ("triad.money", "The project and the mandate: {score} of 100."),
    ("unknown", "Unknown: {what}."),
    ("withheld", "{score} of 100. The owner shows what the score is made of after an introduction."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_sorted_and_promise_nothing() {
        assert!(TEMPLATES.windows(2).all(|pair| pair[0].0 < pair[1].0), "sort by key");
        for (key, text) in TEMPLATES {
            for word in ["best", "perfect", "guarantee", "excellent"] {
                assert!(!text.to_lowercase().contains(word), "{key}: {word}");
            }
        }
    }

    #[test]
    fn every_key_in_the_code_has_a_template() {
        let sources = [
            include_str!("investment.rs"),
            include_str!("city.rs"),
            include_str!("mod.rs"),
            include_str!("../stack/catalog.rs"),
            include_str!("../triad/find.rs"),
        ]
        .concat();
        for piece in sources.split('"').skip(1).step_by(2) {
            let is_key = ["investor.", "project.", "gate.", "city.", "change.", "stack.", "triad.", "said."]
                .iter()
                .any(|p| piece.starts_with(p));
            if is_key {
                assert!(TEMPLATES.iter().any(|(key, _)| *key == piece), "no template for {piece}");
            }
        }
    }
}
