//! What a change of an introduction does beside its record: contacts are disclosed, rungs of the ladder noted, the gap
//! falls, people are told.

use domain::{
    account::Person,
    document::Document,
    id::Id,
    introduction::{
        Asker, Introduction, IntroductionParty, IntroductionState, IntroductionTransition, Move, Side,
        Surroundings,
    },
    listing::{ListingParty, ListingTransition},
    organisation::{Deal, Organisation, OrganisationFacts},
    project::{Project, ProjectFacts},
    value::{Currency, Money, SingleLine},
    vocabulary::{ListingState, TransactionRung},
};

use super::{advance::by_platform, letters};
use crate::{
    command::{CommandError, CommandTx, Refusal},
    registry::listing,
    store::{Disclosure, Outcome, Stored, Subject},
};

/// Introductions of one subject that are closed with it.
const MAX_OPEN: u64 = 10_000;

/// Whether the papers that come with a request are the asker's own.
///
/// # Errors
/// One of them is not there for the asker, or there are too many.
pub(super) async fn check_papers(
    command: &CommandTx,
    stored: &Stored<Introduction>,
    asker: &Asker,
    request: &Move,
) -> Result<(), CommandError> {
    if request.documents.len() > 20 {
        return Err(Refusal::validation("documentIds", "at most 20 documents").into());
    }
    let own = asker.side.map(|side| stored.value.organisation(side));
    for id in &request.documents {
        let document = command.tx.get::<Document>(*id).await?;
        if document.is_none_or(|document| document.owner.is_none() || document.owner != own) {
            return Err(Refusal::not_found("documentIds", "document").into());
        }
    }
    Ok(())
}

/// Notes that an introduction reached a rung of the outcome ladder.
///
/// # Errors
/// The database does not answer.
pub(super) async fn reach(
    command: &CommandTx,
    stored: &Stored<Introduction>,
    rung: TransactionRung,
    amount: Option<Money>,
) -> Result<(), CommandError> {
    let (fx, today) = (&command.app.reference.fx, command.now.date_naive());
    let euro = amount.and_then(|amount| {
        if amount.currency() == Currency::EUR {
            return Some(amount.minor());
        }
        fx.convert(amount, Currency::EUR, today).map(|converted| converted.money.minor())
    });
    let outcome = Outcome {
        introduction: stored.id,
        pair: (stored.value.investor, stored.value.project),
        rung,
        field: stored.value.field,
        from: stored.value.investor_country,
        to: stored.value.project_country,
        amount,
        euro_cents: euro,
        at: command.tx.now_micros(),
    };
    Ok(command.tx.reach(&outcome).await?)
}

/// What follows a change of state.
///
/// # Errors
/// The gap cannot be lowered, or the database does not answer.
pub(super) async fn after(
    command: &CommandTx,
    stored: &Stored<Introduction>,
    transition: IntroductionTransition,
    asker: &Asker,
) -> Result<(), CommandError> {
    use IntroductionTransition as T;
    let introduction = &stored.value;
    if let Some((rung, amount)) = introduction.rung() {
        reach(command, stored, rung, amount).await?;
    }
    if matches!(transition, T::Accept | T::Decline | T::Expire) {
        count_reply(command, introduction.organisation(introduction.recipient())).await?;
    }
    match transition {
        T::Accept => return introduce(command, stored).await,
        T::Pledge => count_deal(command, introduction, false).await?,
        T::ConfirmClose => {
            count_deal(command, introduction, true).await?;
            lower_gap(command, introduction).await?;
        }
        _ => {}
    }
    let message = || letters::moved(transition, introduction, &command.app.auth.public_url);
    match (transition, asker.side) {
        // Neither side is told of a hold, nor what was decided about it; an interest that comes back is told anew.
        (T::Hold | T::Refuse, _) => {}
        (T::Clear, _) => {
            let initiator = introduction.organisation(introduction.initiator);
            let name = command
                .tx
                .get::<Organisation>(initiator)
                .await?
                .ok_or(CommandError::Failed)?
                .value
                .name
                .clone();
            let to = introduction.organisation(introduction.recipient());
            let url = &command.app.auth.public_url;
            command.tell(to, letters::expressed(introduction.initiator, name.as_str(), url)).await?;
        }
        // Only who expressed it has something to be told: the other side never answered.
        (T::Expire, _) => command.tell(introduction.organisation(introduction.initiator), message()).await?,
        (_, Some(side)) => command.tell(introduction.organisation(side.other()), message()).await?,
        (_, None) => {
            for side in [Side::Investor, Side::Owner] {
                command.tell(introduction.organisation(side), message()).await?;
            }
        }
    }
    Ok(())
}

/// Discloses the contacts of both sides to each other, notes it, and writes to both.
async fn introduce(command: &CommandTx, stored: &Stored<Introduction>) -> Result<(), CommandError> {
    let introduction = &stored.value;
    let recipient = introduction.answered_by.ok_or(CommandError::Failed)?;
    let contacts: [(Side, Id<Person>); 2] =
        [(introduction.initiator, introduction.sender), (introduction.recipient(), recipient)];
    for (side, person) in contacts {
        let (from, to) = (introduction.organisation(side), introduction.organisation(side.other()));
        let organisation = command.tx.get::<Organisation>(from).await?.ok_or(CommandError::Failed)?;
        let other = command.tx.get::<Organisation>(to).await?.ok_or(CommandError::Failed)?;
        let country = |it: &Stored<Organisation>| it.value.country.map(|country| country.alpha2().to_owned());
        command
            .tx
            .disclose(&Disclosure {
                introduction: stored.id,
                person: Some(person),
                from,
                to,
                what: "name and address of mail".to_owned(),
                basis: "mutual consent: one side expressed interest, the other accepted".to_owned(),
                from_country: country(&organisation),
                to_country: country(&other),
                at: command.tx.now_micros(),
            })
            .await?;
        let row = command.app.store.person(person).await?;
        let (name, email) = row.map_or((None, None), |row| (row.name, row.email));
        let letter = letters::accepted(
            organisation.value.name.as_str(),
            &name.map(|name| name.to_string()).unwrap_or_default(),
            &email.map(|email| email.to_string()).unwrap_or_default(),
        );
        command.tell(to, letter).await?;
    }
    Ok(())
}

/// Days for which answers bear on a reply record.
const REPLIES_DAYS: i64 = 730;

/// Counts how an organisation answers into its record, which the criteria 'reply' and 'trust' read.
async fn count_reply(command: &CommandTx, recipient: Id<Organisation>) -> Result<(), CommandError> {
    let since = command.tx.now_micros().saturating_sub(REPLIES_DAYS.saturating_mul(86_400_000_000));
    let replies = command.tx.replies_of(recipient, since).await?;
    let stored = command.tx.lock::<Organisation>(recipient).await?.ok_or(CommandError::Failed)?;
    let mut facts = OrganisationFacts::from(stored.value.clone());
    let counted = facts.replies.with_replies(&replies);
    if counted != facts.replies {
        facts.replies = counted;
        command.tx.change(&stored, Organisation::try_from(facts)?).await?;
    }
    Ok(())
}

/// Counts a pledge or a close in the investor's record, which the criteria 'trust' and 'ties' read. A closed deal
/// becomes one of its deals.
async fn count_deal(
    command: &CommandTx,
    introduction: &Introduction,
    closed: bool,
) -> Result<(), CommandError> {
    let stored = command.tx.lock::<Organisation>(introduction.investor).await?.ok_or(CommandError::Failed)?;
    let mut facts = OrganisationFacts::from(stored.value.clone());
    let one_more = |count: Option<u32>| Some(count.unwrap_or(0).saturating_add(1));
    if closed {
        let project = command.tx.get::<Project>(introduction.project).await?.ok_or(CommandError::Failed)?;
        facts.replies.closed_deals = one_more(facts.replies.closed_deals);
        let title: String = project.value.title.value().chars().take(SingleLine::MAX).collect();
        facts.deals.push(Deal {
            date: command.now.date_naive(),
            title: SingleLine::new(&title.replace(['\n', '\t'], " ")).map_err(|_| CommandError::Failed)?,
            field: introduction.field,
            country: introduction.project_country,
            stage: project.value.stage,
            amount: introduction.close.as_ref().map(|close| close.amount),
            round_amount: None,
            instrument: introduction.close.as_ref().and_then(|close| close.instrument),
        });
    } else {
        facts.replies.pledged_deals = one_more(facts.replies.pledged_deals);
    }
    command.tx.change(&stored, Organisation::try_from(facts)?).await?;
    Ok(())
}

/// Lowers the project's gap by what was closed. A gap that is filled makes the listing funded; one that is not leaves
/// it in public, with what is missing still.
async fn lower_gap(command: &CommandTx, introduction: &Introduction) -> Result<(), CommandError> {
    let Some(close) = &introduction.close else { return Ok(()) };
    let project = command.tx.lock::<Project>(introduction.project).await?.ok_or(CommandError::Failed)?;
    let Some(gap) = project.value.gap else { return Ok(()) };
    let left = gap.minor().saturating_sub(close.amount.minor()).max(0);
    let left = Money::from_minor(left, gap.currency()).map_err(|_| CommandError::Failed)?;
    let change = move |facts: &mut ProjectFacts| {
        if left.minor() == 0 {
            // A gap is above zero, or there is none.
            (facts.gap, facts.min_slice) = (None, None);
        } else {
            facts.gap = Some(left);
            facts.min_slice =
                facts.min_slice.map(|slice| if slice.minor() > left.minor() { left } else { slice });
        }
    };
    let loaded = listing::with_record(command, project).await?;
    if matches!(loaded.stored.value.state, ListingState::Published | ListingState::UnderOffer) {
        let request = listing::Request {
            reasons: Vec::new(),
            evidence: u32::try_from(close.documents.len()).unwrap_or(u32::MAX),
            counterparty_confirmed: true,
            gap_remains: left.minor() > 0,
        };
        let record = ListingTransition::RecordClose;
        listing::advance_as(command, loaded, record, &[ListingParty::Owner], &request, |facts, row| {
            change(facts);
            row.record.exclusive_until = None;
            // What a reviewer saw is what later edits are measured against; a close is no edit of the owner's.
            if let Some(reviewed) = &mut row.record.reviewed {
                change(reviewed);
            }
        })
        .await?;
    } else {
        let mut facts = ProjectFacts::from(loaded.stored.value.clone());
        change(&mut facts);
        command.tx.change(&loaded.stored, Project::try_from(facts)?).await?;
    }
    Ok(())
}

/// Closes the open introductions of a listing or a mandate that is over, with notice to both sides.
///
/// # Errors
/// The database does not answer.
pub async fn subject_over(command: &CommandTx, subject: Subject) -> Result<(), CommandError> {
    let open: Vec<IntroductionState> = <IntroductionState as domain::Vocabulary>::ALL
        .iter()
        .copied()
        .filter(|state| !state.is_over())
        .collect();
    for id in command.tx.introductions_about(subject, &open, MAX_OPEN).await? {
        let Some(stored) = command.tx.lock(id).await? else { continue };
        let transition = match stored.value.state {
            IntroductionState::Expressed | IntroductionState::Held => IntroductionTransition::Withdraw,
            _ => IntroductionTransition::End,
        };
        let around = Surroundings { subject_over: true, ..Surroundings::default() };
        by_platform(command, &stored, transition, IntroductionParty::System, &around).await?;
    }
    Ok(())
}

/// Holds the interests of an organisation that may stand on a list, until officers have decided.
///
/// # Errors
/// The database does not answer.
pub async fn hold_all(command: &CommandTx, organisation: Id<Organisation>) -> Result<(), CommandError> {
    let open = [IntroductionState::Expressed];
    for id in command.tx.introductions_about(Subject::Organisation(organisation), &open, MAX_OPEN).await? {
        let Some(stored) = command.tx.lock(id).await? else { continue };
        let around = Surroundings { screening_clear: false, ..Surroundings::default() };
        let (hold, screening) = (IntroductionTransition::Hold, IntroductionParty::Screening);
        by_platform(command, &stored, hold, screening, &around).await?;
    }
    Ok(())
}
