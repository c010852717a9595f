//! What a look at the lists means for an organisation: the transition of its screening, and the case that officers
//! decide. There is one place where a run or a registration moves a screening, `judge`.

use std::collections::BTreeSet;

use domain::{
    Vocabulary,
    id::Id,
    machine::Machine as _,
    organisation::{Organisation, OrganisationFacts, Screening},
    screening::{
        ScreeningCircumstances, ScreeningMachine, ScreeningParty, ScreeningRefusal, ScreeningTransition,
    },
    screening_hit::{ListedMatch, ScreeningHit},
    vocabulary::ScreeningStatus,
};

use super::Names;
use crate::{
    app::App,
    command::{CommandError, CommandTx},
    server::compute,
    store::{ListInForce, Step, Stored},
};

/// Cases of one organisation that are looked at.
const MAX_CASES: u64 = 1_000;

/// What was found before a write began, so that the write is not held up: it counts if the same lists are in force.
#[derive(Debug, Clone)]
pub struct Ahead {
    lists: Vec<ListInForce>,
    names: Names,
    matches: Vec<ListedMatch>,
}

/// Holds names against the lists before a write begins.
///
/// # Errors
/// The database does not answer, or too much work waits already.
pub async fn ahead(app: &App, names: Names) -> Result<Option<Ahead>, CommandError> {
    let Some(loaded) = app.sanctions.current(&app.store).await? else { return Ok(None) };
    let found = compute::run(move || {
        let matches = loaded.matches(&names);
        Ahead { lists: loaded.lists.clone(), names, matches }
    });
    Ok(Some(found.await?))
}

/// What came of a look at the lists; written down once the organisation is.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The status before.
    pub from: ScreeningStatus,
    /// The status now.
    pub to: ScreeningStatus,
    by: ScreeningTransition,
    case: CaseChange,
}

#[derive(Debug, Clone)]
enum CaseChange {
    None,
    Open(Vec<ListedMatch>),
    More(Box<Stored<ScreeningHit>>, Vec<ListedMatch>),
}

impl Judged {
    /// Whether something of it is to be written beside the day.
    pub const fn is_change(&self) -> bool {
        self.from as u8 != self.to as u8 || !matches!(self.case, CaseChange::None)
    }
}

/// Screens an organisation as it is about to be written, by the lists in force, and sets its screening.
///
/// `id` is none where it is only now registered. Answers none where nothing was done: no list is in force, or the
/// organisation is frozen, which no run touches.
///
/// # Errors
/// The database does not answer, or a case does not read.
pub async fn screen(
    command: &CommandTx,
    id: Option<Id<Organisation>>,
    facts: &mut OrganisationFacts,
    ahead: Option<&Ahead>,
) -> Result<Option<Judged>, CommandError> {
    let Some(loaded) = command.app.sanctions.held(&command.tx).await? else { return Ok(None) };
    let numbers = match id {
        Some(id) => command.tx.register_numbers(id).await?,
        None => Vec::new(),
    };
    let names = Names::of(facts, numbers);
    let matches = match ahead.filter(|ahead| ahead.lists == loaded.lists && ahead.names == names) {
        Some(ahead) => ahead.matches.clone(),
        None => compute::run(move || loaded.matches(&names)).await?,
    };
    judge(command, id, facts, matches).await
}

/// The same with what is alike already known for these very facts and the lists that the write holds.
pub(super) async fn judge(
    command: &CommandTx,
    id: Option<Id<Organisation>>,
    facts: &mut OrganisationFacts,
    matches: Vec<ListedMatch>,
) -> Result<Option<Judged>, CommandError> {
    use {ScreeningStatus as S, ScreeningTransition as T};
    let from = facts.screening.status;
    if facts.screening.is_frozen() {
        return Ok(None);
    }
    let cases = match id {
        Some(id) if !matches.is_empty() || from == S::PotentialHit => {
            command.tx.owned::<ScreeningHit>(id, MAX_CASES).await?
        }
        _ => Vec::new(),
    };
    let known: BTreeSet<&str> = cases
        .iter()
        .filter(|case| case.value.is_remembered())
        .flat_map(|case| case.value.matches.iter().map(|alike| alike.fingerprint.as_str()))
        .collect();
    let is_like = !matches.is_empty();
    let fresh: Vec<ListedMatch> =
        matches.into_iter().filter(|alike| !known.contains(alike.fingerprint.as_str())).collect();
    let today = command.now.date_naive();
    let at = ScreeningCircumstances { new_hit: !fresh.is_empty(), ..ScreeningCircumstances::default() };
    let go = |transition| {
        ScreeningMachine::transition(from, transition, &[ScreeningParty::System], &at)
            .map(|to| (to, transition))
            .map_err(|_: ScreeningRefusal| CommandError::Failed)
    };
    let ((to, by), case) = match (from, fresh.is_empty()) {
        // What lies with the officers stays with them; it can only become more.
        (S::PotentialHit, _) => {
            let open = cases.into_iter().find(|case| case.value.status == S::PotentialHit);
            let case = match open {
                Some(open) => {
                    let mut more = open.value.clone();
                    if more.add(fresh.clone()) {
                        CaseChange::More(Box::new(open), fresh)
                    } else {
                        CaseChange::None
                    }
                }
                None => CaseChange::Open(fresh),
            };
            ((S::PotentialHit, T::FindHit), case)
        }
        (_, false) => (go(T::FindHit)?, CaseChange::Open(fresh)),
        // Nothing but what was dismissed, and it is still alike: the dismissal stands, and is not said to be nothing.
        (S::FalsePositive, true) if is_like => ((S::FalsePositive, T::FindNothing), CaseChange::None),
        (_, true) => (go(T::FindNothing)?, CaseChange::None),
    };
    facts.screening = Screening { status: to, screened_on: Some(today) };
    Ok(Some(Judged { from, to, by, case }))
}

/// Writes down what came of a look at the lists: the case, and the steps of both histories. The organisation must be
/// locked or made by this write.
///
/// # Errors
/// The database does not answer.
pub async fn record(
    command: &CommandTx,
    stored: &Stored<Organisation>,
    judged: Judged,
) -> Result<(), CommandError> {
    let step = |from: Option<ScreeningStatus>, to: ScreeningStatus| Step {
        from: from.map(|status| status.code().to_owned()),
        to: to.code().to_owned(),
        transition: judged.by.code().to_owned(),
        // Found by the platform, whoever's change led to the look.
        person: None,
        organisation: None,
        reasons: Vec::new(),
    };
    let (case, before, matches) = match judged.case {
        CaseChange::None => (None, None, 0),
        CaseChange::Open(ref matches) => {
            let case =
                ScreeningHit::open(stored.value.name.clone(), matches.clone(), command.tx.now_micros());
            (Some(command.tx.create(Some(stored.id), None, case).await?), None, matches.len())
        }
        CaseChange::More(ref open, ref matches) => {
            let mut case = open.value.clone();
            case.add(matches.clone());
            let status = Some(open.value.status);
            (Some(command.tx.change(open, case).await?), status, matches.len())
        }
    };
    if let Some(case) = case {
        command.tx.add_step(case.id, step(before, ScreeningStatus::PotentialHit)).await?;
        let detail = serde_json::json!({"matches": matches});
        command.audit_by(None, "screening_hit", Some(case.id.uuid()), detail);
    }
    if judged.from != judged.to {
        command.tx.add_step(stored.id, step(Some(judged.from), judged.to)).await?;
        if judged.to == ScreeningStatus::PotentialHit {
            Box::pin(crate::introduction::hold_all(command, stored.id)).await?;
        }
    }
    Ok(())
}
