//! The field that a refusal means: its label, as the form has it, and where it stands there.
//!
//! The API names a field by the names of its input, from the outside to the inside: `project.places.0.country`. The forms
//! have labels for these in every language; this table says which, and under which id the page has the field. A field
//! that stands in several places of a page, or in rows with numbers, has a label alone. A name that is not here is no
//! field of a form, such as the version that a form carries along, and nothing is said of it.

use domain::questionnaire::QuestionKey;

use super::Named;
use crate::words::Words;

/// A field by its name: the sentence that is its label, and its id in a form; an empty one where it has none.
type Row = (&'static str, &'static str, &'static str);

/// Fields whose label or place depends on what they are part of, which comes first; the innermost part counts.
const WITHIN: &[(&str, Row)] = &[
    ("startTrial", ("kind", "activity-kind", "")),
    ("startTrial", ("title", "title", "")),
    ("recordActivity", ("kind", "activity-kind", "kind")),
    ("recordActivity", ("title", "title", "activity-title")),
    ("changeWorkPlan", ("title", "title", "work-title")),
    ("changeWorkPlan", ("status", "project-status", "status")),
    ("planFirstYear", ("plan", "first-year-plan", "plan")),
    ("planFirstYear", ("amount", "amount-whole", "amount")),
    ("planFirstYear", ("currency", "currency", "currency")),
    ("submitAnnualReview", ("text", "report", "report")),
    ("project", ("fields", "project-fields", "field-1")),
    ("project", ("field", "field", "")),
    ("project", ("instruments", "project-instruments", "instrument-1")),
    ("readiness", ("status", "project-status", "")),
    ("mandate", ("field", "field", "")),
    ("text", ("fixedTermMonths", "fixed-term", "term")),
    ("clauses", ("heading", "field-heading", "")),
    ("clauses", ("body", "field-body", "")),
    ("filter", ("text", "search-words", "text")),
    // Demonstration areas.
    ("tasks", ("title", "area-task-what", "")),
    ("tasks", ("owner", "area-task-owner", "")),
    ("tasks", ("due", "area-task-due", "")),
    ("tasks", ("number", "work-number", "")),
    ("reportTask", ("status", "project-status", "status")),
    ("publishEvaluation", ("summary", "area-summary", "summary")),
    // Exchange events: a plan is of an event or of an area, and both are changed by an edit.
    ("plan", ("kind", "event-kind", "kind")),
    ("plan", ("cityId", "city", "cityId")),
    ("plan", ("slots", "event-slots", "slots")),
    ("edit", ("kind", "event-kind", "kind")),
    ("edit", ("cityId", "city", "cityId")),
    ("edit", ("slots", "event-slots", "slots")),
    ("quotas", ("kind", "event-quota-kind", "")),
    ("quotas", ("level", "event-quota-level", "")),
    ("quotas", ("max", "event-quota-max", "")),
    ("act", ("report", "event-summary", "")),
];

/// All other fields of the forms.
const FIELDS: &[Row] = &[
    // An account, its members and its papers.
    ("email", "email", "email"),
    ("password", "password", "password"),
    ("currentPassword", "password-now", "currentPassword"),
    ("newPassword", "password-new", "newPassword"),
    ("name", "ask-name", "name"),
    ("code", "factor-code", "code"),
    ("language", "language", "language"),
    ("role", "member-role", "role"),
    ("scopes", "key-scopes", ""),
    ("expiresInDays", "key-days", "days"),
    ("file", "paper-file", "file"),
    ("fileName", "paper-file", "file"),
    ("uploadId", "paper-file", "file"),
    ("title", "title", "title"),
    // A mandate.
    ("ticketMin", "term-ticketMin", "ticketMin"),
    ("ticketMax", "term-ticketMax", "ticketMax"),
    ("currency", "currency", "currency"),
    ("targetReturnPct", "term-targetReturnPct", "targetReturnPct"),
    ("maxTenorMonths", "term-maxTenorMonths", "maxTenorMonths"),
    ("minStakePct", "term-minStakePct", "minStakePct"),
    ("global", "term-global", ""),
    ("countries", "term-countries", "countries"),
    ("regions", "term-regions", "regions"),
    ("excludedCountries", "term-excludedCountries", "excludedCountries"),
    ("fields", "term-fields", ""),
    ("generalist", "term-generalist", ""),
    ("weight", "criterion-weight", ""),
    ("stages", "term-stages", ""),
    ("instruments", "term-instruments", ""),
    ("kinds", "term-kinds", ""),
    ("excludedFields", "term-excludedFields", ""),
    ("excludedContracts", "term-excludedContracts", ""),
    ("softTerms", "term-softTerms", ""),
    ("sdgTargets", "term-sdgTargets", "sdgTargets"),
    ("articles", "term-articles", "articles"),
    ("noCompetitors", "term-noCompetitors", ""),
    // What is asked of a capital stack.
    ("counterparties", "stack-rule-counterparties", "counterparties"),
    ("leadPct", "stack-rule-leadPct", "leadPct"),
    ("concentrationPct", "stack-rule-concentrationPct", "concentrationPct"),
    ("concessionalPct", "stack-rule-concessionalPct", "concessionalPct"),
    // A listing.
    ("summary", "summary", "summary"),
    ("kind", "fact-kind", "kind"),
    ("stage", "fact-stage", "stage"),
    ("lifecycle", "fact-lifecycle", "lifecycle"),
    ("works", "fact-works", "works"),
    ("innovation", "fact-innovation", "innovation"),
    ("contract", "fact-contract", "contract"),
    ("publicAuthority", "project-authority", "publicAuthority"),
    ("places", "project-places", "countries"),
    ("country", "project-places", "countries"),
    ("cityGeonames", "project-places", "countries"),
    ("latitude", "project-places", "countries"),
    ("longitude", "project-places", "countries"),
    ("languages", "languages-spoken", "languages"),
    ("deadline", "project-deadline", "deadline"),
    ("sharePct", "share-percent", ""),
    ("instrument", "stack-instrument", ""),
    ("fundingGap", "project-gap", "fundingGap"),
    ("minSlice", "project-slice", "minSlice"),
    ("returnPct", "project-return", "returnPct"),
    ("tenorMonths", "tenor-months", "tenorMonths"),
    ("concessional", "concessional", "concessional"),
    ("helpWanted", "project-help", ""),
    ("excludedInvestors", "investors-unwanted", ""),
    ("impact", "project-impact", ""),
    ("populationNewlyServed", "impact-ask-populationNewlyServed", "populationNewlyServed"),
    ("schoolsConnected", "impact-ask-schoolsConnected", "schoolsConnected"),
    ("womenSharePct", "impact-ask-womenSharePct", "womenSharePct"),
    ("entryPricePctGni", "impact-ask-entryPricePctGni", "entryPricePctGni"),
    ("coverageBaselinePct", "impact-ask-coverageBaselinePct", "coverageBaselinePct"),
    ("coverageTargetPct", "impact-ask-coverageTargetPct", "coverageTargetPct"),
    ("readiness", "project-readiness", ""),
    ("item", "project-item", ""),
    ("status", "project-status", ""),
    ("evidence", "evidence", ""),
    ("answers", "questions", ""),
    ("flag", "project-flags", ""),
    ("justification", "justification", ""),
    ("blind", "disclosure-blind", ""),
    ("rung", "disclosure-rung", ""),
    // An introduction.
    ("cooperationSought", "interest-cooperationSought", "cooperationSought"),
    ("whatIsUnclear", "interest-whatIsUnclear", "whatIsUnclear"),
    ("aboutUs", "interest-aboutUs", "aboutUs"),
    ("amount", "amount-whole", ""),
    ("reason", "reason", ""),
    ("reasons", "reason", ""),
    ("text", "words", ""),
    ("note", "words", ""),
    ("folder", "room-folder", "folder"),
    ("until", "field-until", "until"),
    ("mandateId", "mandate", ""),
    ("projectId", "column-project", ""),
    ("waive", "nda-how", "settlement"),
    // A city and its partnerships.
    ("cityId", "city", ""),
    ("partnerId", "field-partner", ""),
    ("accepting", "city-accepting", ""),
    ("tradeDesk", "city-trade-desk", "tradeDesk"),
    ("needs", "city-needs", ""),
    ("offers", "city-offers", ""),
    ("field", "field", "field"),
    ("priority", "priority", "priority"),
    ("tier", "tier-asked", "tier"),
    ("fixedTermMonths", "fixed-term", "fixedTermMonths"),
    ("termMonths", "fixed-term", "term"),
    ("trialMonths", "document-trial", "trial"),
    ("clauses", "field-clauses", ""),
    ("heading", "field-heading", ""),
    ("official", "official", ""),
    ("documentId", "paper", ""),
    ("documentIds", "paper", ""),
    ("declareWill", "paper", ""),
    ("months", "trial-months", "months"),
    ("planned", "activities", ""),
    ("plannedFor", "day", ""),
    ("heldAt", "day", "activity-day"),
    ("purpose", "budget-purpose", "purpose"),
    ("payer", "budget-payer", "payer"),
    ("number", "work-number", "number"),
    ("owner", "work-owner", "owner"),
    ("due", "day", "due"),
    ("revive", "new-plan", "new-plan"),
    ("reviewOn", "review-on", "reviewOn"),
    ("lowerTier", "lower-tier", "lowerTier"),
    // A demonstration area.
    ("focus", "area-focuses", ""),
    ("tasks", "area-tasks", ""),
    ("targetDate", "area-target", "targetDate"),
    ("authorityId", "area-authority", "authorityId"),
    ("nameEvaluator", "area-evaluator", "organisation"),
    ("linkMirror", "area-twin", "mirror"),
    ("extend", "area-target", ""),
    ("returnToDraft", "reason", ""),
    ("reject", "reason", ""),
    ("close", "reason", ""),
    ("suspend", "reason", ""),
    // An exchange event and its meetings.
    ("about", "event-about", "about"),
    ("venue", "event-venue", "venue"),
    ("timeZone", "city-zone", "timeZone"),
    ("scheduling", "event-scheduling", "scheduling"),
    ("acceptance", "event-acceptance", "acceptance"),
    ("freezeAt", "event-freeze", "freezeAt"),
    ("starts", "event-slots", "slots"),
    ("ends", "event-slots", "slots"),
    ("first", "event-row-first", "first"),
    ("tables", "event-tables", "tables"),
    ("stands", "event-stands", "stands"),
    ("quotas", "event-quotas", ""),
    ("maxParticipants", "event-max", "maxParticipants"),
    ("meetingsEach", "event-each", "meetingsEach"),
    ("intents", "event-intents", ""),
    ("available", "event-available", ""),
    ("limit", "event-limit", "limit"),
    ("stand", "event-want-stand", ""),
    ("organisationId", "meeting-whom", "organisation"),
    ("slots", "meeting-slots", ""),
    ("slot", "meeting-slot", ""),
    ("proposeReschedule", "meeting-slot", ""),
    ("table", "meeting-table", "table"),
    ("decline", "reason", ""),
    ("cancel", "reason", ""),
    ("outcome", "meeting-outcome", "outcome"),
    ("words", "words", ""),
    ("contest", "words", ""),
    // A digest.
    ("savedSearchId", "field-search", ""),
    ("cadence", "cadence", "cadence"),
    ("weekday", "weekday", "weekday"),
    ("hour", "hour", "hour"),
    ("zone", "city-zone", "zone"),
    ("maxItems", "max-items", "maxItems"),
    ("minScore", "min-score", "minScore"),
    ("minCoverage", "min-coverage", "minCoverage"),
    ("quietDates", "quiet-dates", "quietDates"),
    // What decides.
    ("decision", "decision", ""),
    ("rationale", "justification", ""),
];

/// Parts of what one field of a form holds: a text with its language, an amount.
const INNER: [&str; 4] = ["value", "lang", "machineTranslated", "amountMinor"];

/// Whether a part of a path is the place in a list.
fn is_place(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// The field that a path means; nothing where no form has one of its name.
pub(super) fn named(words: &Words, path: &[String]) -> Option<Named> {
    let names: Vec<&str> = path.iter().map(String::as_str).filter(|part| !is_place(part)).collect();
    let at = names.iter().rposition(|name| !INNER.contains(name))?;
    let (outer, name) = (names.get(..at)?, *names.get(at)?);
    if let Some(key) = name.strip_prefix("q-") {
        // Of many questions the label is what is asked.
        let asked = key.parse::<QuestionKey>().map(|key| key.question().text);
        let label = match asked {
            Ok(text) => super::translated(words, text).unwrap_or_else(|| text.to_owned()),
            Err(_) => words.say("questions"),
        };
        return Some(Named { label, anchor: Some(name.to_owned()) });
    }
    let row_of = |name: &str| {
        let in_part = |outer: &&str| WITHIN.iter().find(|(part, row)| row.0 == name && part == outer);
        let within = outer.iter().rev().find_map(in_part);
        within.map(|(_, row)| row).or_else(|| FIELDS.iter().find(|row| row.0 == name))
    };
    // The pages themselves name a field of a row by its id, such as `due-2`.
    if let Some((list, _)) = name.rsplit_once('-').filter(|(_, place)| is_place(place)) {
        return row_of(list).map(|row| Named { label: words.say(row.1), anchor: Some(name.to_owned()) });
    }
    let (_, key, anchor) = row_of(name)?;
    let anchor = (!anchor.is_empty()).then(|| (*anchor).to_owned());
    Some(Named { label: words.say(key), anchor })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{LANGUAGES, Language};

    fn of(path: &str) -> Option<Named> {
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        named(Words::of(Language::En), &path)
    }

    fn field(label: &str, anchor: &str) -> Named {
        Named { label: label.to_owned(), anchor: Some(anchor.to_owned()) }
    }

    #[test]
    fn the_last_name_is_the_field_and_what_holds_it_says_which() {
        assert_eq!(of("mandate.ticketMin"), Some(field("Smallest ticket, in whole units", "ticketMin")));
        assert_eq!(of("project.places.0.country"), Some(field("Where", "countries")));
        assert_eq!(of("project.title.lang"), Some(field("Title", "title")));
        assert_eq!(of("act.changeWorkPlan.title"), Some(field("Title", "work-title")));
        assert_eq!(of("project.kind"), Some(field("Kind", "kind")));
        assert_eq!(of("act.startTrial.planned.0.kind").and_then(|field| field.anchor), None);
        assert_eq!(of("plan.kind").map(|field| field.anchor), Some(Some("kind".to_owned())));
        assert_eq!(of("plan.quotas.0.kind"), of("act.edit.quotas.0.kind"));
        assert_eq!(of("plan.quotas.0.kind").and_then(|field| field.anchor), None);
        assert_eq!(of("due-2"), Some(field("Day", "due-2")));
        assert_eq!(of("q-people"), Some(field("Questions", "q-people")));
    }

    #[test]
    fn what_is_no_field_is_not_named() {
        for path in ["expectedVersion", "idempotencyKey", "act", "nothing.of.ours", "0", "value", ""] {
            assert_eq!(of(path), None, "{path}");
        }
        assert_eq!(named(Words::of(Language::En), &[]), None);
    }

    #[test]
    fn every_name_is_there_once_and_has_a_label_in_every_language() {
        let mut seen = std::collections::BTreeSet::new();
        let rows = FIELDS.iter().map(|row| ("", row)).chain(WITHIN.iter().map(|(part, row)| (*part, row)));
        for (part, (name, key, _)) in rows {
            assert!(seen.insert((part, name)), "{part} {name} is there twice");
            for language in LANGUAGES {
                assert!(Words::of(language).has(key), "{} has no sentence {key}", language.tag());
            }
        }
    }

    /// What the templates hold, and the sources, which name the fields that a template goes through.
    fn texts(folder: &str, found: &mut String) {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut folders = vec![root];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with("refusal/field.rs") {
                    found.push_str(&std::fs::read_to_string(path).unwrap());
                }
            }
        }
    }

    #[test]
    fn every_anchor_is_the_id_of_a_field() {
        let (mut templates, mut sources) = (String::new(), String::new());
        texts("templates", &mut templates);
        texts("src", &mut sources);
        for anchor in FIELDS.iter().chain(WITHIN.iter().map(|(_, row)| row)).map(|row| row.2) {
            let is_id = templates.contains(&format!(" id=\"{anchor}\""));
            // Fields that a loop makes have the names that it goes through; rows begin with the name of their list.
            let looped = format!("\"{}\"", anchor.trim_end_matches("-1"));
            let is_looped = templates.contains(&looped) || sources.contains(&looped);
            assert!(anchor.is_empty() || is_id || is_looped, "no field has the id {anchor}");
        }
    }
}
