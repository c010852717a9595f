//! The life of a listing as commands: each names a transition, asks the policy and the machine, and writes what came
//! of it. There is one place where a state changes, [`advance`].

mod decision;
mod look;

use chrono::{DateTime, NaiveDate};
use domain::{
    Vocabulary,
    account::Person,
    consistency::{Dossier, Finding, flags, unjustified},
    duplicate::{DuplicateClass, Fingerprint, similarity},
    id::Id,
    listing::{
        ListingCircumstances, ListingGuard, ListingMachine, ListingParty, ListingTimers, ListingTransition,
    },
    machine::Machine as _,
    organisation::Organisation,
    policy::{Action, RelationSet, listing_parties},
    project::{Project, ProjectFacts},
    questionnaire::{QuestionKey, missing_required},
    vocabulary::ListingState,
};

use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, Refusal},
    store::{ListingRow, Step, Stored, Subject},
};

pub use decision::{dismiss_duplicate, second, take_up};
pub use look::{Checked, available, check};

/// The timers of every listing.
pub const TIMERS: ListingTimers =
    ListingTimers { confirm_days: 90, archive_days: 60, appeal_days: 30, exclusivity_days: 180 };

/// Days for which a second person's word holds.
const WORD_DAYS: i64 = 7;

/// What comes with a transition.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Codes and words that say why.
    pub reasons: Vec<String>,
    /// Pieces of evidence.
    pub evidence: u32,
    /// Whether the counterparty of a close has confirmed it.
    pub counterparty_confirmed: bool,
    /// Whether a close leaves a part of the gap open.
    pub gap_remains: bool,
}

/// A listing with all that its guards look at.
pub struct Loaded {
    /// The project, locked.
    pub stored: Stored<Project>,
    /// Its owner.
    pub owner: Id<Organisation>,
    /// Its record; made where there was none, as for what was imported.
    pub row: ListingRow,
}

fn day(micros: i64) -> NaiveDate {
    DateTime::from_timestamp_micros(micros).unwrap_or_default().date_naive()
}

fn days_between(from: NaiveDate, to: NaiveDate) -> u32 {
    u32::try_from(to.signed_duration_since(from).num_days().max(0)).unwrap_or(u32::MAX)
}

/// The record of a listing, or a fresh one.
pub async fn with_record(command: &CommandTx, stored: Stored<Project>) -> Result<Loaded, CommandError> {
    let owner = stored.owner.ok_or(CommandError::Failed)?;
    let row = command.tx.listing(stored.id).await?.unwrap_or_else(|| ListingRow {
        project: stored.id,
        state: stored.value.state,
        since: stored.updated_at,
        reviewer: None,
        record: crate::store::ListingRecord::default(),
    });
    Ok(Loaded { stored, owner, row })
}

/// The flags of a listing today.
pub fn findings(command_day: NaiveDate, app: &App, loaded: &Loaded, duplicates: u32) -> Vec<Finding> {
    flags(&Dossier {
        facts: &loaded.stored.value,
        answers: &loaded.row.record.answers,
        today: command_day,
        fx: Some(&app.reference.fx),
        populations: None,
        duplicate_suspected: duplicates > 0,
    })
}

/// Other listings that look like the same project and of which no reviewer said that they are not.
pub async fn duplicates(command: &CommandTx, loaded: &Loaded) -> Result<Vec<Id<Project>>, CommandError> {
    let own = Fingerprint::of(&loaded.stored.value, Some(loaded.owner));
    let name = loaded.stored.value.title.value();
    let mut same = Vec::new();
    for id in command.tx.namesakes(loaded.stored.id, &own.key(), name).await? {
        if loaded.row.record.not_duplicates.contains(&id) {
            continue;
        }
        let Some(other) = command.tx.get::<Project>(id).await? else { continue };
        let is_over = matches!(
            other.value.state,
            ListingState::Draft | ListingState::Withdrawn | ListingState::Archived | ListingState::Rejected
        );
        let class = similarity(&own, &Fingerprint::of(&other.value, other.owner)).class();
        if !is_over && class == DuplicateClass::Same {
            same.push(id);
        }
    }
    Ok(same)
}

/// What the guards look at, for whoever asks.
pub async fn circumstances(
    command: &CommandTx,
    loaded: &Loaded,
    transition: Option<ListingTransition>,
    request: &Request,
) -> Result<ListingCircumstances, CommandError> {
    let today = command.now.date_naive();
    let owner = command.tx.get::<Organisation>(loaded.owner).await?.ok_or(CommandError::Failed)?;
    let same = duplicates(command, loaded).await?;
    let same = u32::try_from(same.len()).unwrap_or(u32::MAX);
    let found = findings(today, &command.app, loaded, same);
    let record = &loaded.row.record;
    let asker = command.actor.person_id();
    let is_fresh = |at: i64| {
        at.saturating_add(WORD_DAYS.saturating_mul(86_400_000_000)) > command.tx.now_micros()
            && at >= loaded.row.since
    };
    let second_person = record
        .second_words
        .iter()
        .any(|word| Some(word.transition) == transition && Some(word.person) != asker && is_fresh(word.at));
    let since = day(loaded.row.since);
    Ok(ListingCircumstances {
        missing_fields: u32::try_from(missing_required(&loaded.stored.value, &record.answers).len())
            .unwrap_or(u32::MAX),
        unjustified_flags: unjustified(&found),
        owner_level: Some(owner.value.verification),
        screening_clear: owner.value.screening.opens_introductions(today),
        duplicates: same,
        reasons: u32::try_from(request.reasons.len()).unwrap_or(u32::MAX),
        second_person,
        other_reviewer: record.rejected_by != asker,
        days_in_state: days_between(since, today),
        days_since_confirmed: loaded.stored.value.confirmed_on.map(|on| days_between(on, today)),
        live_introduction: crate::introduction::has_terms(command, loaded.stored.id).await?,
        exclusivity_days_left: record
            .exclusive_until
            .map(|until| i32::try_from(until.signed_duration_since(today).num_days()).unwrap_or(i32::MAX)),
        counterparty_confirmed: request.counterparty_confirmed,
        evidence: request.evidence,
        gap_remains: request.gap_remains,
        owner_not_frozen: !owner.value.screening.is_frozen(),
        before_suspension: record.before_suspension,
    })
}

/// The parties to a listing that the actor is, by the relations to it.
pub async fn parties(
    command: &CommandTx,
    loaded: &Loaded,
) -> Result<(RelationSet, Vec<ListingParty>), CommandError> {
    let is_claimer = loaded.row.reviewer.is_some() && loaded.row.reviewer == command.actor.person_id();
    let who = command.viewer().await?.relations(&loaded.stored, is_claimer);
    Ok((who, listing_parties(who)))
}

/// Moves a listing: asks the policy and the machine, writes state, history and event. Answers it as stored.
///
/// # Errors
/// The actor may not, the state has no such transition, or a guard does not hold.
pub async fn advance(
    command: &CommandTx,
    loaded: Loaded,
    transition: ListingTransition,
    request: &Request,
    change: impl FnOnce(&mut ProjectFacts, &mut ListingRow),
) -> Result<Stored<Project>, CommandError> {
    let (who, parties) = parties(command, &loaded).await?;
    let state = loaded.stored.value.state;
    command.allowed::<Project>("projectId", Action::Listing(transition), who, Some(state))?;
    advance_as(command, loaded, transition, &parties, request, change).await
}

/// Moves a listing for parties that the caller knows, such as the owner by a signed link.
///
/// # Errors
/// The state has no such transition, it is for others, or a guard does not hold.
pub async fn advance_as(
    command: &CommandTx,
    mut loaded: Loaded,
    transition: ListingTransition,
    parties: &[ListingParty],
    request: &Request,
    change: impl FnOnce(&mut ProjectFacts, &mut ListingRow),
) -> Result<Stored<Project>, CommandError> {
    let at = circumstances(command, &loaded, Some(transition), request).await?;
    let to = ListingMachine::transition(loaded.stored.value.state, transition, parties, (&at, &TIMERS))
        .map_err(|refusal| CommandError::told(refusal, |guard| open(command, &loaded, guard)))?;
    write(command, &mut loaded, transition, to, request, change).await
}

/// Each question that has no answer, and each flag that is not justified, by itself.
fn open(command: &CommandTx, loaded: &Loaded, guard: ListingGuard) -> Vec<Refusal> {
    match guard {
        ListingGuard::RequiredFields => {
            let told = |key: QuestionKey| {
                let message = format!("not answered yet: {}", key.question().text);
                Refusal::gate(guard, key.as_str(), message)
            };
            let missing = missing_required(&loaded.stored.value, &loaded.row.record.answers);
            missing.into_iter().map(told).collect()
        }
        ListingGuard::FlagsJustified => {
            let told = |flag: Finding| Refusal::gate(guard, "", format!("{} {}", flag.message, flag.mend));
            let found = findings(command.now.date_naive(), &command.app, loaded, 0);
            found.into_iter().filter(Finding::counts).map(told).collect()
        }
        _ => Vec::new(),
    }
}

/// Writes a new state that the machine allowed.
async fn write(
    command: &CommandTx,
    loaded: &mut Loaded,
    transition: ListingTransition,
    to: ListingState,
    request: &Request,
    change: impl FnOnce(&mut ProjectFacts, &mut ListingRow),
) -> Result<Stored<Project>, CommandError> {
    let from = loaded.stored.value.state;
    let mut facts = ProjectFacts::from(loaded.stored.value.clone());
    facts.state = to;
    if matches!(to, ListingState::Withdrawn | ListingState::Archived | ListingState::Draft) {
        // A change of what is over waits for nobody, and is not accepted over newer facts when the listing comes back.
        loaded.row.record.shadow = None;
    }
    loaded.row.state = to;
    loaded.row.since = command.tx.now_micros();
    loaded.row.record.reasons.clone_from(&request.reasons);
    loaded.row.record.second_words.retain(|word| word.transition != transition);
    if transition == ListingTransition::Suspend {
        loaded.row.record.before_suspension = Some(from);
    }
    change(&mut facts, &mut loaded.row);
    let stored = command.tx.change(&loaded.stored, Project::try_from(facts)?).await?;
    let key = Fingerprint::of(&stored.value, Some(loaded.owner)).key();
    command.tx.put_listing(&loaded.row, key).await?;
    step(command, &stored, Some(from), to, transition.code(), &request.reasons).await?;
    let detail = serde_json::json!({"from": from, "to": to, "transition": transition});
    command.audit(&stored, detail);
    if matches!(to, ListingState::Withdrawn | ListingState::Archived) {
        // Boxed: what is closed with the listing is written by the same commands.
        Box::pin(crate::introduction::subject_over(command, Subject::Project(stored.id))).await?;
    }
    Ok(stored)
}

/// Writes a change of state into the history.
pub async fn step(
    command: &CommandTx,
    stored: &Stored<Project>,
    from: Option<ListingState>,
    to: ListingState,
    transition: &str,
    reasons: &[String],
) -> Result<(), CommandError> {
    let step = Step {
        from: from.map(|state| state.code().to_owned()),
        to: to.code().to_owned(),
        transition: transition.to_owned(),
        person: command.actor.person_id().map(Id::uuid),
        organisation: command.actor.acting().map(Id::uuid),
        reasons: reasons.to_vec(),
    };
    Ok(command.tx.add_step(stored.id, step).await?)
}

/// A transition that a client asks for.
///
/// # Errors
/// There is no such listing for the actor, it was changed meanwhile, or it is refused.
pub async fn transition(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Id<Project>,
    expected_version: i32,
    transition: ListingTransition,
    request: Request,
) -> Result<Id<Project>, CommandError> {
    app.command(actor, meta, move |command| {
        let request = request.clone();
        Box::pin(async move {
            let stored = command.load("projectId", id, expected_version).await?;
            let loaded = with_record(command, stored).await?;
            let today = command.now.date_naive();
            let person = command.actor.person_id();
            let done = advance(command, loaded, transition, &request, |facts, row| {
                effect(facts, row, transition, person, today);
            });
            Ok(done.await?.id)
        })
    })
    .await
}

/// Marks a listing as under offer until a day: an introduction has come to terms, and no other is sought meanwhile.
///
/// # Errors
/// There is no such listing for the actor, it was changed meanwhile, or no introduction has come so far, or the day is
/// not 1 to 180 days away.
pub async fn mark_under_offer(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Id<Project>,
    expected_version: i32,
    until: NaiveDate,
) -> Result<Id<Project>, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            let stored = command.load("projectId", id, expected_version).await?;
            let mut loaded = with_record(command, stored).await?;
            loaded.row.record.exclusive_until = Some(until);
            let mark = ListingTransition::MarkUnderOffer;
            Ok(advance(command, loaded, mark, &Request::default(), |_, _| {}).await?.id)
        })
    })
    .await
}

/// What a transition changes beside the state.
fn effect(
    facts: &mut ProjectFacts,
    row: &mut ListingRow,
    transition: ListingTransition,
    person: Option<Id<Person>>,
    today: NaiveDate,
) {
    use ListingTransition as T;
    match transition {
        T::Claim => {
            row.reviewer = person;
            row.record.claimed_on = Some(today);
        }
        T::Publish => {
            facts.published_on = facts.published_on.or(Some(today));
            facts.confirmed_on = Some(today);
            row.record.reviewed = Some(facts.clone());
            row.reviewer = None;
            row.record.claimed_on = None;
        }
        T::Return => {
            row.reviewer = None;
            row.record.claimed_on = None;
        }
        T::Reject => {
            row.record.rejected_by = person;
            row.reviewer = None;
            row.record.claimed_on = None;
        }
        // Whoever grants an appeal hands it to the next reviewer, who is not the one that rejected it.
        T::GrantAppeal => {
            row.reviewer = None;
            row.record.claimed_on = Some(today);
        }
        T::ReleaseOffer => row.record.exclusive_until = None,
        T::Confirm | T::Resume => {
            facts.confirmed_on = Some(today);
            row.record.asked_at = None;
        }
        _ => {}
    }
}

/// Writes the record of a listing whose project stays as it is.
pub async fn save_record(command: &CommandTx, loaded: &Loaded) -> Result<(), CommandError> {
    let key = Fingerprint::of(&loaded.stored.value, Some(loaded.owner)).key();
    Ok(command.tx.put_listing(&loaded.row, key).await?)
}
