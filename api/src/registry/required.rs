//! Refusals of an edit that takes a required answer away, each at the field that it means.

use domain::{
    Vocabulary,
    listing::ListingGuard,
    questionnaire::{Answered, QuestionKey, emptied},
    vocabulary::ListingState,
};

use crate::command::{Refusal, camel};

/// What an edit takes away of what a submitted listing has to say; `path` says where the input has the answer.
pub(super) fn taken_away(
    state: ListingState,
    before: &[Answered<'_>],
    after: Answered<'_>,
    path: impl Fn(QuestionKey) -> String,
) -> Vec<Refusal> {
    let refusal = |key| {
        Refusal::validation(&path(key), "a listing that was submitted needs an answer here")
            .by_rule(ListingGuard::RequiredFields.code())
    };
    emptied(state, before, after).into_iter().map(refusal).collect()
}

/// How the input of a listing names the fact that a question asks for.
pub(super) fn field(key: QuestionKey) -> String {
    let known = match key.as_str() {
        "gap" => "funding_gap",
        "locations" => "places",
        "impact.coverage_baseline" => "impact.coverage_baseline_pct",
        "impact.coverage_target" => "impact.coverage_target_pct",
        "impact.women_share" => "impact.women_share_pct",
        item if item.starts_with("readiness.") => "readiness",
        other => other,
    };
    camel(known)
}

#[cfg(test)]
mod tests {
    use domain::questionnaire::{QUESTIONS, Source};

    use super::*;

    #[test]
    fn a_fact_is_named_as_the_input_names_it() {
        let facts = QUESTIONS.iter().filter(|one| !matches!(one.source, Source::Answer));
        let names: Vec<String> = facts.filter_map(|one| Some(field(one.key.parse().ok()?))).collect();
        for wanted in
            ["title", "publicAuthority", "fundingGap", "places", "impact.womenSharePct", "readiness"]
        {
            assert!(names.iter().any(|name| name == wanted), "{wanted}: {names:?}");
        }
        let sdl = include_str!("../../schema.graphql");
        for name in names {
            let last = name.rsplit('.').next().unwrap_or_default();
            assert!(sdl.contains(&format!("\t{last}: ")), "the API has no input {name}");
        }
    }
}
