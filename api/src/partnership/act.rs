//! The one place where a partnership changes: what is wanted is completed with what is known outside, the machine is
//! wanted, and what follows is written in the same transaction.

use chrono::NaiveDate;
use domain::{
    city::{City, Twinning},
    document::Document,
    id::Id,
    mandate::Mandate,
    partnership::{
        Activity, Actor, AgreementText, AgreementTier, AvailablePartnershipTransition, Closing, FirstYear,
        Partnership, PartnershipCommand as C, PartnershipEffect as E, PartnershipEvent, PartnershipState,
        PartnershipTransition, PlannedActivity, ReviewReport, Signing, WorkItem,
    },
    policy::Action,
    project::Project,
    value::Localized,
};
use futures::future::BoxFuture;

use super::{actor, check_papers, facts, letters, office, shared, step, timers_of};
use crate::{
    app::App,
    auth::Actor as Asker,
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    registry::record::On,
    store::Stored,
};

/// What a client asks of a partnership. What is known outside of it, such as the gates, is added here.
#[derive(Debug, Clone)]
pub enum Act {
    /// Write the draft anew.
    Edit(AgreementText),
    /// Name the triad with which it would begin, by its project and mandate, or none.
    FirstDeed(Option<(Id<Project>, Id<Mandate>)>),
    /// Propose it.
    Propose,
    /// Accept to negotiate.
    Accept,
    /// Put another text on the table.
    Counter(AgreementText),
    /// Say no.
    Decline(Closing),
    /// Leave.
    Withdraw(Closing),
    /// Record the own side's signature under the letter of intent.
    SignLoi(Signing),
    /// Ask for a trial, or agree to one.
    StartTrial(u32, Vec<PlannedActivity>),
    /// Declare the side's formal will.
    DeclareWill(Id<Document>),
    /// Plan and budget the first year.
    PlanFirstYear(FirstYear),
    /// Record an activity.
    RecordActivity(Activity),
    /// Go before the authorities.
    RequestApprovals,
    /// Record a step of the own chain as granted.
    Grant(usize, Option<Id<Document>>),
    /// Record a step of the own chain as refused.
    Refuse(usize, Closing, Option<Id<Document>>, Option<AgreementTier>),
    /// Record the signature of the own side's highest official.
    SignAgreement(Signing),
    /// Put an item of the work plan in.
    ChangeWorkPlan(WorkItem),
    /// Begin a review now.
    RequestReview,
    /// File the report.
    FileReport(ReviewReport),
    /// Renew.
    Renew,
    /// Call it dormant.
    MarkDormant,
    /// Wake it.
    Revive(Option<Localized>),
    /// Suspend it.
    Suspend(Closing, Option<NaiveDate>),
    /// Go on after a suspension.
    Resume,
    /// End it.
    End(Closing),
    /// Ask for a higher tier, or agree to it.
    UpgradeTier(AgreementText),
}

impl Act {
    /// The papers that come with it.
    fn papers(&self) -> Vec<Id<Document>> {
        match self {
            Self::SignLoi(signing) | Self::SignAgreement(signing) => signing.document.into_iter().collect(),
            Self::DeclareWill(document) => vec![*document],
            Self::Grant(_, document) | Self::Refuse(_, _, document, _) => document.iter().copied().collect(),
            Self::RecordActivity(activity) => activity.documents.clone(),
            _ => Vec::new(),
        }
    }
}

/// Does what a client asks.
///
/// # Errors
/// There is no such partnership for the actor, it was changed meanwhile, or it is refused.
pub async fn act(
    app: &App,
    asker: &Asker,
    meta: &Meta,
    on: On<Partnership>,
    wanted: Act,
) -> Result<Id<Partnership>, CommandError> {
    app.command(asker, meta, move |command| {
        let wanted = wanted.clone();
        Box::pin(async move {
            let stored = command.load(on.path, on.id, on.expected_version).await?;
            command.authorise(on.path, Action::Move, &stored).await?;
            let actor = actor(command, &stored.value).await?;
            check_papers(command, "act", &wanted.papers()).await?;
            let wanted = completed(command, &stored, wanted).await?;
            apply(command, stored, wanted, &actor).await?;
            Ok(on.id)
        })
    })
    .await
}

/// What is wanted, with what is known outside the record.
async fn completed(
    command: &CommandTx,
    stored: &Stored<Partnership>,
    wanted: Act,
) -> Result<C, CommandError> {
    let it = &stored.value;
    let cities = (it.sides.a.city, it.sides.b.city);
    let facts = async |tier: AgreementTier, raised: bool| {
        facts::pair(command, cities, it.sides.a.office, tier, Some(stored.id), raised).await
    };
    Ok(match wanted {
        Act::Edit(text) => C::Edit(text),
        Act::FirstDeed(None) => C::SetFirstDeed(None),
        Act::FirstDeed(Some((project, mandate))) => {
            C::SetFirstDeed(Some(shared::first_deed(command, cities, project, mandate).await?))
        }
        Act::Propose => {
            let deed = match &it.first_deed {
                Some(deed) => Some(shared::first_deed(command, cities, deed.project, deed.mandate).await?),
                None => None,
            };
            let (pair, _) = facts(it.text.tier, false).await?;
            let city = async |id| command.tx.get::<City>(id).await?.ok_or(CommandError::Failed);
            let (a, b) = (city(cities.0).await?, city(cities.1).await?);
            let receipt = crate::app::receipt::of_cities(&command.app, &a, &b)?;
            let receipt = serde_json::to_value(receipt).map_err(|_| CommandError::Failed)?;
            C::Propose { pair, receipt: Some(receipt), deed }
        }
        Act::Accept => C::Accept,
        Act::Counter(text) => C::Counter(text),
        Act::Decline(closing) => C::Decline(closing),
        Act::Withdraw(closing) => C::Withdraw(closing),
        Act::SignLoi(signing) => C::SignLoi(signing),
        Act::StartTrial(months, planned) => C::StartTrial { months, planned },
        Act::DeclareWill(document) => C::DeclareWill(Some(document)),
        Act::PlanFirstYear(plan) => C::PlanFirstYear(plan),
        Act::RecordActivity(activity) => C::RecordActivity(activity),
        Act::RequestApprovals => {
            let (pair, path) = facts(it.text.tier, it.upgrade_of.is_some()).await?;
            C::RequestApprovals { chains: facts::chains(&path), trial_demanded_by: pair.trial_demanded_by }
        }
        Act::Grant(step, document) => C::GrantApproval { step, document },
        Act::Refuse(step, closing, document, lower) => C::RefuseApproval { step, closing, document, lower },
        Act::SignAgreement(signing) => C::SignAgreement(signing),
        Act::ChangeWorkPlan(item) => C::ChangeWorkPlan(item),
        Act::RequestReview => C::RequestReview,
        Act::FileReport(report) => C::FileReport(report),
        Act::Renew => C::Renew,
        Act::MarkDormant => C::MarkDormant,
        Act::Revive(plan) => C::Revive(plan),
        Act::Suspend(closing, review_on) => C::Suspend { closing, review_on },
        Act::Resume => C::Resume,
        Act::End(closing) => C::End(closing),
        Act::UpgradeTier(text) => {
            let (pair, _) = facts(text.tier, true).await?;
            C::UpgradeTier { text, pair }
        }
    })
}

/// Asks the machine, writes what came of it, and does what follows. Answers it as stored.
///
/// # Errors
/// It is refused, or the database does not answer.
pub(super) fn apply<'c>(
    command: &'c CommandTx,
    stored: Stored<Partnership>,
    wanted: C,
    actor: &'c Actor,
) -> BoxFuture<'c, Result<Stored<Partnership>, CommandError>> {
    Box::pin(async move {
        let mut next = stored.value.clone();
        let events = next.act(wanted, actor, command.now, &timers_of()).map_err(|refusal| {
            CommandError::told(refusal, |guard| facts::shut(&command.app, &stored.value, guard))
        })?;
        let changed = match command.tx.change(&stored, next).await {
            // The other city proposed at the same moment.
            Err(error) if error.is_taken("live_key") => {
                let message = "the two cities have another partnership or proposal";
                return Err(Refusal::new(UserErrorCode::Duplicate, "", message)
                    .by_rule("NO_LIVE_PAIR")
                    .into());
            }
            done => done?,
        };
        for event in &events {
            step(command, &changed, event).await?;
        }
        let detail = serde_json::json!({"events": events.iter().map(|event| {
            serde_json::json!({"transition": event.transition, "from": event.from, "to": event.to})
        }).collect::<Vec<_>>()});
        command.audit(&changed, detail);
        for event in events {
            for effect in &event.effects {
                follow(command, &changed, &event, effect).await?;
            }
        }
        Ok(changed)
    })
}

/// Does what follows outside the record.
async fn follow(
    command: &CommandTx,
    stored: &Stored<Partnership>,
    event: &PartnershipEvent,
    effect: &E,
) -> Result<(), CommandError> {
    let url = &command.app.auth.public_url;
    match effect {
        E::Tell { side } => {
            // A draft is the own office's affair.
            if stored.value.versions.is_empty() && stored.value.upgrade_of.is_none() {
                return Ok(());
            }
            command.tell(office(&stored.value, *side), letters::moved(event, url)).await
        }
        E::AwaitOther { side } => {
            command.tell(office(&stored.value, *side), letters::awaited(event, url)).await
        }
        E::Warn { number } => {
            for (_, seat) in stored.value.sides.iter() {
                command.tell(seat.office, letters::warned(*number, url)).await?;
            }
            Ok(())
        }
        E::Publish { .. } if stored.value.state == PartnershipState::Active => {
            link(command, &stored.value, true).await
        }
        E::BeginUpgrade { text } => {
            let it = &stored.value;
            let cities = (it.sides.a.city, it.sides.b.city);
            let (_, path) =
                facts::pair(command, cities, it.sides.a.office, text.tier, Some(stored.id), true).await?;
            let chains = facts::chains(&path);
            let (higher, events) = it.upgrade(stored.id, text.clone(), chains, command.now)?;
            let higher = command.tx.create(Some(it.sides.a.office), None, higher).await?;
            for event in &events {
                step(command, &higher, event).await?;
            }
            Ok(())
        }
        E::ReplacePredecessor { partnership } => {
            let Some(before) = command.tx.lock(*partnership).await? else { return Ok(()) };
            if !matches!(before.value.state, PartnershipState::Active | PartnershipState::UnderReview) {
                let message = format!(
                    "a higher tier grows out of an agreement in force, and that of the two is {}: bring it back first",
                    before.value.state
                );
                return Err(Refusal::new(UserErrorCode::GateFailed, "act", message)
                    .by_rule("PREDECESSOR_IN_FORCE")
                    .into());
            }
            let successor = stored.value.state;
            apply(command, before, C::Replace { successor }, &Actor::system()).await?;
            Ok(())
        }
        // What follows it is in force; what ended links the two no more.
        E::Archive if event.transition != PartnershipTransition::Replace => {
            link(command, &stored.value, false).await
        }
        // The receipt is in the record, the cool-down in a column of its row, and the record itself is the archive.
        E::FreezeReceipt | E::CoolDown { .. } | E::Archive | E::Publish { .. } => Ok(()),
    }
}

/// What the link of two cities is known by that agreed here.
pub(crate) const LINK_SOURCE: &str = "agreement signed on this platform";

/// An agreement that both have signed is one of the links between cities that rankings and gates read, until it ends.
async fn link(command: &CommandTx, it: &Partnership, holds: bool) -> Result<(), CommandError> {
    // What is below a twinning is no link between cities of which registers of twins speak.
    let is_twinning = matches!(it.text.tier, AgreementTier::Twin | AgreementTier::Strategic);
    if it.active_since.is_none() || !is_twinning {
        return Ok(());
    }
    let mut geonames = Vec::new();
    for (_, seat) in it.sides.iter() {
        let city = command.tx.get::<City>(seat.city).await?.ok_or(CommandError::Failed)?;
        geonames.push(city.value.geonames_id);
    }
    let [a, b] = geonames.as_slice() else { return Err(CommandError::Failed) };
    let pair = Twinning::new(*a, *b, Vec::new(), None)?;
    Ok(command.tx.link_by(&pair, LINK_SOURCE, holds).await?)
}

/// What the actor may do now, each with what still has to hold.
///
/// # Errors
/// The database does not answer.
pub async fn available(
    app: &App,
    asker: &Asker,
    stored: &Stored<Partnership>,
) -> Result<Vec<AvailablePartnershipTransition>, CommandError> {
    let command = app.look(asker, "availableTransitions").await?;
    let found = match actor(&command, &stored.value).await {
        Ok(actor) => stored.value.available(&actor, command.now, &timers_of()),
        Err(_) => Vec::new(),
    };
    command.tx.rollback().await?;
    Ok(found)
}
