//! What a listing had to say to be submitted it keeps saying: an edit may change a required answer, and never empties it.

use super::{Answers, Question, QuestionKey, questions};
use crate::{project::ProjectFacts, vocabulary::ListingState};

/// A listing with its answers, as it is compared.
pub type Answered<'a> = (&'a ProjectFacts, &'a Answers);

/// The required questions that were answered and would not be any more, in a state. A draft may be emptied: all is asked
/// again when it is submitted. What was public without an answer, as in an import, is not held against an edit. `before`
/// are the versions that stand: the one that is edited, and the one that was reviewed, so that two steps, of which the
/// first is to a stage that asks for less, are no way round.
pub fn emptied(state: ListingState, before: &[Answered<'_>], after: Answered<'_>) -> Vec<QuestionKey> {
    if matches!(state, ListingState::Draft | ListingState::ChangesRequested) {
        return Vec::new();
    }
    let is_taken_away = |question: &Question| {
        let is_answered = |(facts, answers): Answered<'_>| question.is_answered(facts, answers);
        question.required && before.iter().copied().any(is_answered) && !is_answered(after)
    };
    questions(after.0).iter().filter(|question| is_taken_away(question)).map(Question::key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fixture::bare,
        questionnaire::Answer,
        value::{Currency, Money},
        vocabulary::{CooperationField, ProjectKind, Vocabulary},
    };

    #[test]
    fn only_what_was_answered_and_is_required_is_kept_and_a_draft_keeps_nothing() {
        let mut before = bare(ProjectKind::Infrastructure, None, CooperationField::ConnBroadband);
        before.gap = Some(Money::parse("100", Currency::EUR).unwrap());
        before.min_slice = Some(Money::parse("10", Currency::EUR).unwrap());
        let mut after = before.clone();
        (after.gap, after.min_slice) = (None, None);
        let none = Answers::default();
        for state in ListingState::ALL {
            let found = emptied(*state, &[(&before, &none)], (&after, &none));
            let keys: Vec<&str> = found.iter().map(|key| key.as_str()).collect();
            let is_free = matches!(state, ListingState::Draft | ListingState::ChangesRequested);
            let wanted: &[&str] = if is_free { &[] } else { &["gap"] };
            assert_eq!(keys, wanted, "{state}");
        }
        let again = emptied(ListingState::Published, &[(&after, &none)], (&after, &none));
        assert_eq!(again, [], "what had no answer is not taken away");
        let reviewed =
            emptied(ListingState::Published, &[(&after, &none), (&before, &none)], (&after, &none));
        assert_eq!(reviewed.len(), 1, "but what a reviewer saw an answer of is");
    }

    #[test]
    fn an_answer_beside_the_facts_is_kept_too() {
        let facts = bare(ProjectKind::Infrastructure, None, CooperationField::ConnBackbone);
        let key: QuestionKey = "answers.cross_border".parse().unwrap();
        let mut answers = Answers::default();
        answers.set(key, Answer::YesNo(true)).unwrap();
        let left = Answers::default();
        assert_eq!(emptied(ListingState::Published, &[(&facts, &answers)], (&facts, &left)), [key]);
    }
}
