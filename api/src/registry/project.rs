//! Writing a listing's content: facts, answers, justifications, what is shown to whom.

use std::collections::BTreeMap;

use domain::{
    FieldErrors,
    disclosure::{Disclosure, ListingField, Rung},
    duplicate::Fingerprint,
    id::Id,
    listing::{BeginRefusal, Edit, ListingCircumstances, OwnedFacts, begin_listing, edit},
    organisation::Organisation,
    policy::{Action, listing_parties},
    project::{FlagEntry, Project, ProjectFacts},
    questionnaire::{Answer, QuestionKey},
    value::SingleLine,
    vocabulary::{ListingState, RedFlag},
};

use super::{
    import::Outcome,
    listing::{self, Loaded, TIMERS, save_record, with_record},
    required,
};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    store::{ListingRecord, ListingRow, Shadow, Stored},
};

/// Listings that an organisation may have at once.
const MAX_LISTINGS: u64 = 2_000;
/// Listings that an organisation may begin in a day; near-copies in bulk serve nobody (section 4.9.1).
const MAX_A_DAY: u64 = 200;

/// What the owner may write; everything else in the facts is kept or comes from the platform.
#[derive(Debug, Clone)]
pub struct Content(pub ProjectFacts);

impl Content {
    /// The facts as they would be: the owner's parts from the input, the platform's from what is stored.
    fn over(self, old: &ProjectFacts) -> ProjectFacts {
        ProjectFacts {
            flags: old.flags.clone(),
            published_on: old.published_on,
            confirmed_on: old.confirmed_on,
            state: old.state,
            recorded_financier: old.recorded_financier.clone(),
            recorded_year: old.recorded_year,
            disclosure: old.disclosure.clone(),
            provenance: old.provenance.clone(),
            ..self.0
        }
    }
}

/// Raises the flags of today and keeps the justifications that were given.
fn flagged(command: &CommandTx, loaded: &Loaded, mut facts: ProjectFacts) -> Result<Project, FieldErrors> {
    let probe = Loaded {
        stored: crate::store::Stored { value: Project::try_from(facts.clone())?, ..loaded.stored.clone() },
        owner: loaded.owner,
        row: loaded.row.clone(),
    };
    let found = listing::findings(command.now.date_naive(), &command.app, &probe, 0);
    facts.flags = found.iter().map(domain::consistency::Finding::entry).collect();
    Project::try_from(facts)
}

/// Begins a listing as a draft of the organisation for which the actor acts.
///
/// # Errors
/// The actor may not, a field is wrong, or the organisation is frozen or has too many.
pub async fn create(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    content: Content,
) -> Result<Id<Project>, CommandError> {
    app.command(actor, meta, move |command| {
        let content = content.clone();
        Box::pin(async move {
            let owner = command.authorise_new::<Project>().await?;
            within_quota(command, owner, Some(MAX_A_DAY)).await?;
            let stored =
                begin(command, owner, None, content).await.map_err(|error| error.under("project"))?;
            Ok(stored.id)
        })
    })
    .await
}

/// Begins a draft. Nothing is written where it is refused.
async fn begin(
    command: &CommandTx,
    owner: Id<Organisation>,
    key: Option<String>,
    content: Content,
) -> Result<Stored<Project>, CommandError> {
    let organisation = command.tx.get::<Organisation>(owner).await?.ok_or(CommandError::Failed)?;
    let who = command.viewer().await?.relations_to(owner);
    let at = ListingCircumstances {
        owner_not_frozen: !organisation.value.screening.is_frozen(),
        ..ListingCircumstances::default()
    };
    let state = begin_listing(&listing_parties(who), &at, &TIMERS).map_err(|refusal| match refusal {
        BeginRefusal::NotPermitted => Refusal::not_permitted(refusal.to_string()),
        BeginRefusal::Guards(_) => {
            let message = "the organisation is held by the screening: appeal first";
            Refusal::new(UserErrorCode::ScreeningHold, "", message)
        }
    })?;
    let facts = ProjectFacts { state, ..content.0 };
    let stored = command.tx.create(Some(owner), key, Project::try_from(facts)?).await?;
    let row = ListingRow {
        project: stored.id,
        state,
        since: command.tx.now_micros(),
        reviewer: None,
        record: ListingRecord::default(),
    };
    command.tx.put_listing(&row, Fingerprint::of(&stored.value, Some(owner)).key()).await?;
    listing::step(command, &stored, None, state, "CREATE", &[]).await?;
    command.audit(&stored, serde_json::json!({}));
    Ok(stored)
}

/// Takes a row of the organisation's own file: a new draft, or a change as if its people had made it by hand.
///
/// # Errors
/// The actor may not, the organisation has too many, or the state takes no edit.
pub(super) async fn import(
    command: &CommandTx,
    owner: Id<Organisation>,
    key: String,
    known: Option<Stored<Project>>,
    content: Content,
) -> Result<Outcome, CommandError> {
    let Some(stored) = known else {
        command.authorise_new::<Project>().await?;
        within_quota(command, owner, None).await?;
        begin(command, owner, Some(key), content).await?;
        return Ok(Outcome::Created);
    };
    let old = ProjectFacts::from(stored.value.clone());
    if content.clone().over(&old) == old {
        return Ok(Outcome::Unchanged);
    }
    rewrite(command, stored, content).await?;
    Ok(Outcome::Changed)
}

/// Bounds what an organisation has; near-copies in bulk serve nobody, so what is begun by hand is bound by the day too.
async fn within_quota(
    command: &CommandTx,
    owner: Id<Organisation>,
    a_day: Option<u64>,
) -> Result<(), CommandError> {
    if command.tx.count_owned::<Project>(owner, None).await? >= MAX_LISTINGS {
        let message = format!("an organisation has at most {MAX_LISTINGS} listings");
        return Err(Refusal::new(UserErrorCode::RateLimited, "", message).into());
    }
    let Some(most) = a_day else { return Ok(()) };
    let day = command.tx.now_micros().saturating_sub(86_400_000_000);
    if command.tx.count_owned::<Project>(owner, Some(day)).await? >= most {
        let message = format!("an organisation begins at most {most} listings a day by hand");
        return Err(Refusal::new(UserErrorCode::RateLimited, "", message).into());
    }
    Ok(())
}

/// Changes a listing. Of one that the public sees, a material edit waits for a reviewer as a shadow version, and the
/// public version stays.
///
/// # Errors
/// There is no such listing for the actor, it was changed meanwhile, its state takes no edit, or a field is wrong.
pub async fn update(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Id<Project>,
    expected_version: i32,
    content: Content,
) -> Result<Id<Project>, CommandError> {
    app.command(actor, meta, move |command| {
        let content = content.clone();
        Box::pin(async move {
            let stored = command.load("projectId", id, expected_version).await?;
            rewrite(command, stored, content).await.map_err(|error| error.under("project"))?;
            Ok(id)
        })
    })
    .await
}

/// Writes what the owner says in the place of what it said. Nothing is written where it is refused.
async fn rewrite(command: &CommandTx, stored: Stored<Project>, content: Content) -> Result<(), CommandError> {
    editable(command, &stored).await?;
    let mut loaded = with_record(command, stored).await?;
    let old = ProjectFacts::from(loaded.stored.value.clone());
    let new = content.over(&old);
    let reviewed = loaded.row.record.reviewed.clone().unwrap_or_else(|| old.clone());
    let answers = &loaded.row.record.answers;
    let refused = required::taken_away(
        old.state,
        &[(&old, answers), (&reviewed, answers)],
        (&new, answers),
        required::field,
    );
    if !refused.is_empty() {
        return Err(CommandError::Refused(refused));
    }
    let owned = |facts| OwnedFacts { facts, owner: loaded.owner };
    match edit(old.state, owned(&reviewed), owned(&new)) {
        Edit::AtOnce => {
            let value = flagged(command, &loaded, new)?;
            loaded.stored = command.tx.change(&loaded.stored, value).await?;
        }
        Edit::Shadow(changes) => {
            // The shadow must hold together as the public version has to.
            Project::try_from(new.clone())?;
            loaded.row.record.shadow = Some(Shadow { facts: new, changes, at: command.tx.now_micros() });
            let same = loaded.stored.value.clone();
            loaded.stored = command.tx.change(&loaded.stored, same).await?;
        }
    }
    save_record(command, &loaded).await?;
    let waits = loaded.row.record.shadow.is_some();
    command.audit(&loaded.stored, serde_json::json!({"waits": waits}));
    Ok(())
}

/// Whether the actor may edit a listing in its state; a state in which nobody edits is said to be one.
async fn editable(command: &CommandTx, stored: &crate::store::Stored<Project>) -> Result<(), CommandError> {
    let who = command.viewer().await?.relations(stored, false);
    let in_draft = command.allowed::<Project>("projectId", Action::Edit, who, Some(ListingState::Draft));
    let now = command.allowed::<Project>("projectId", Action::Edit, who, Some(stored.value.state));
    match (in_draft, now) {
        (Ok(()), Err(CommandError::Refused(_))) => {
            let message = format!("a listing in the state {} takes no edit", stored.value.state);
            Err(Refusal::new(UserErrorCode::InvalidTransition, "projectId", message).into())
        }
        (_, now) => {
            now?;
            command.not_held(stored.owner).await
        }
    }
}

/// Accepts or refuses a material edit of a public listing.
///
/// # Errors
/// The actor is no reviewer from outside, or nothing waits.
pub async fn decide_change(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Id<Project>,
    accepted: bool,
    reasons: Vec<String>,
) -> Result<Id<Project>, CommandError> {
    app.command(actor, meta, move |command| {
        let reasons = reasons.clone();
        Box::pin(async move {
            let stored = command.find("projectId", id).await?;
            let mut loaded = with_record(command, stored).await?;
            command.authorise("projectId", Action::Decide, &loaded.stored).await?;
            let Some(shadow) = loaded.row.record.shadow.take() else {
                let message = "no change of this listing waits for a decision";
                return Err(Refusal::new(UserErrorCode::InvalidTransition, "projectId", message).into());
            };
            if !accepted && reasons.is_empty() {
                return Err(Refusal::validation("reasons", "name at least one reason").into());
            }
            let old = ProjectFacts::from(loaded.stored.value.clone());
            let value = if accepted {
                let new = Content(shadow.facts).over(&old);
                loaded.row.record.reviewed = Some(new.clone());
                flagged(command, &loaded, new)?
            } else {
                loaded.stored.value.clone()
            };
            loaded.row.record.reasons.clone_from(&reasons);
            loaded.stored = command.tx.change(&loaded.stored, value).await?;
            save_record(command, &loaded).await?;
            let state = loaded.stored.value.state;
            let name = if accepted { "ACCEPT_CHANGE" } else { "REFUSE_CHANGE" };
            listing::step(command, &loaded.stored, Some(state), state, name, &reasons).await?;
            command.audit(&loaded.stored, serde_json::json!({"accepted": accepted}));
            Ok(id)
        })
    })
    .await
}

/// Answers questions that have no fact of their own; an answer that is none takes the earlier one away.
///
/// # Errors
/// There is no such listing for the actor, or an answer does not fit its question.
pub async fn answer(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Id<Project>,
    expected_version: i32,
    answers: Vec<(String, QuestionKey, Option<Answer>)>,
) -> Result<Id<Project>, CommandError> {
    app.command(actor, meta, move |command| {
        let answers = answers.clone();
        Box::pin(async move {
            let stored = command.load("projectId", id, expected_version).await?;
            editable(command, &stored).await?;
            let mut loaded = with_record(command, stored).await?;
            let before = loaded.row.record.answers.clone();
            let mut paths = BTreeMap::new();
            let mut refused = Vec::new();
            for (path, key, answer) in answers {
                paths.insert(key, path.clone());
                match answer {
                    None => loaded.row.record.answers.clear(key),
                    Some(answer) => {
                        if let Err(error) = loaded.row.record.answers.set(key, answer) {
                            refused.push(Refusal::validation(&path, error.message));
                        }
                    }
                }
            }
            let (state, facts) = (loaded.stored.value.state, &*loaded.stored.value);
            let path = |key| paths.get(&key).cloned().unwrap_or_default();
            let after = &loaded.row.record.answers;
            refused.extend(required::taken_away(state, &[(facts, &before)], (facts, after), path));
            if !refused.is_empty() {
                return Err(CommandError::Refused(refused));
            }
            rewritten(command, &mut loaded, |_| {}).await?;
            Ok(id)
        })
    })
    .await
}

/// Justifies a contradiction that the rules found, or takes the justification back.
///
/// # Errors
/// There is no such listing for the actor, or the rules do not raise the flag.
pub async fn justify(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Id<Project>,
    expected_version: i32,
    flag: RedFlag,
    justification: Option<SingleLine>,
) -> Result<Id<Project>, CommandError> {
    app.command(actor, meta, move |command| {
        let justification = justification.clone();
        Box::pin(async move {
            let stored = command.load("projectId", id, expected_version).await?;
            editable(command, &stored).await?;
            let mut loaded = with_record(command, stored).await?;
            let found = listing::findings(command.now.date_naive(), &command.app, &loaded, 1);
            if !found.iter().any(|finding| finding.flag == flag) {
                let message = "the rules do not raise this flag: there is nothing to justify";
                return Err(Refusal::validation("flag", message).into());
            }
            rewritten(command, &mut loaded, |facts| {
                facts.flags.retain(|entry| entry.flag != flag);
                facts.flags.push(FlagEntry { flag, justification });
            })
            .await?;
            Ok(id)
        })
    })
    .await
}

/// Chooses what is shown to whom.
///
/// # Errors
/// There is no such listing for the actor, or a field cannot be on that rung.
pub async fn disclose(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Id<Project>,
    expected_version: i32,
    blind: bool,
    fields: BTreeMap<ListingField, Rung>,
) -> Result<Id<Project>, CommandError> {
    let disclosure = Disclosure::new(blind, fields)?;
    app.command(actor, meta, move |command| {
        let disclosure = disclosure.clone();
        Box::pin(async move {
            let stored = command.load("projectId", id, expected_version).await?;
            editable(command, &stored).await?;
            let mut loaded = with_record(command, stored).await?;
            rewritten(command, &mut loaded, |facts| facts.disclosure = disclosure).await?;
            Ok(id)
        })
    })
    .await
}

/// Writes facts that a small change made, with the flags of today, and the record.
async fn rewritten(
    command: &CommandTx,
    loaded: &mut Loaded,
    change: impl FnOnce(&mut ProjectFacts),
) -> Result<(), CommandError> {
    let mut facts = ProjectFacts::from(loaded.stored.value.clone());
    change(&mut facts);
    loaded.stored.value = Project::try_from(facts.clone())?;
    let value = flagged(command, loaded, facts)?;
    loaded.stored = command.tx.change(&loaded.stored, value).await?;
    save_record(command, loaded).await?;
    command.audit(&loaded.stored, serde_json::json!({}));
    Ok(())
}
