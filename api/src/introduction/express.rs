//! How an introduction begins: an investor expresses interest in a project, or an owner invites an investor.

use domain::{
    id::Id,
    introduction::{
        ExpressionOfInterest, Introduction, IntroductionBeginRefusal, IntroductionCircumstances,
        IntroductionGuard as G, IntroductionParty, IntroductionState, Side, ThreeAnswers, begin_introduction,
    },
    mandate::Mandate,
    organisation::Organisation,
    project::Project,
    vocabulary::TransactionRung,
};
use matcher::gate::investment::open_but_for_blocks;

use super::{effect, letters, step, timers_of};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    store::Stored,
};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Expression {
    /// Which side asks.
    pub side: Side,
    /// The project.
    pub project: Id<Project>,
    /// The mandate that it fits.
    pub mandate: Id<Mandate>,
    /// The three answers.
    pub answers: ThreeAnswers,
}

/// Expresses interest, or invites.
///
/// # Errors
/// The actor may not, there is no such project or mandate for it, or something of what it takes does not hold.
pub async fn express(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    expression: Expression,
) -> Result<Id<Introduction>, CommandError> {
    app.command(actor, meta, move |command| {
        let expression = expression.clone();
        Box::pin(begin(command, expression))
    })
    .await
}

async fn begin(command: &CommandTx, asked: Expression) -> Result<Id<Introduction>, CommandError> {
    let project = command.find("projectId", asked.project).await?;
    let mandate = command.find("mandateId", asked.mandate).await?;
    let acting = command.authorise_new::<Introduction>().await?;
    let owner = project.owner.ok_or(CommandError::Failed)?;
    let investor = mandate.owner.ok_or(CommandError::Failed)?;
    let (own, path, what) = match asked.side {
        Side::Investor => (investor, "mandateId", "mandate"),
        Side::Owner => (owner, "projectId", "project"),
    };
    if own != acting {
        let message = format!("this is not a {what} of the organisation for which you act");
        return Err(Refusal::not_permitted(message).at(path).into());
    }
    if owner == investor {
        let message = "a project is not introduced to its own owner";
        return Err(Refusal::validation("mandateId", message).into());
    }
    // Locked, so that two at once do not pass the budget together.
    let own = command.tx.lock::<Organisation>(acting).await?.ok_or(CommandError::Failed)?;
    let other_id = if acting == owner { investor } else { owner };
    let other = command.tx.get::<Organisation>(other_id).await?.ok_or(CommandError::Failed)?;
    let at = circumstances(command, &own, &other, &project, asked.mandate, investor).await?;
    let party = match asked.side {
        Side::Investor => IntroductionParty::Investor,
        Side::Owner => IntroductionParty::Owner,
    };
    let state = match begin_introduction(&[party], &at, &timers_of(), command.now) {
        Ok(state) => state,
        Err(refusal) => {
            let own_is_clear = own_is_clear(command, &own);
            // Of one that the screening holds, who was asked does not learn by asking either.
            let is_kept = command.tx.is_live_pair_kept(investor, asked.project, acting).await?;
            return Err(refused(refusal, own_is_clear, is_kept));
        }
    };
    let person = command.actor.person_id().ok_or(CommandError::Unauthenticated)?;
    let (investor_country, project_country) = match asked.side {
        Side::Investor => (own.value.country, project.value.countries().first().copied()),
        Side::Owner => (other.value.country, project.value.countries().first().copied()),
    };
    let interest = ExpressionOfInterest {
        project: asked.project,
        owner,
        mandate: asked.mandate,
        investor,
        initiator: asked.side,
        sender: person,
        answers: asked.answers,
        // The largest comes first.
        field: project.value.fields.parts().first().map(|part| part.of),
        investor_country,
        project_country,
    };
    let introduction = Introduction::begun(interest, state, command.now);
    let stored = match command.tx.create(Some(owner), None, introduction).await {
        Err(error) if error.is_taken("live_key") => return Err(duplicate().into()),
        done => done?,
    };
    step(command, &stored, None, "EXPRESS").await?;
    effect::reach(command, &stored, TransactionRung::Interest, None).await?;
    let url = &command.app.auth.public_url;
    command.tell(other_id, letters::expressed(asked.side, own.value.name.as_str(), url)).await?;
    command.audit(&stored, serde_json::json!({"to": IntroductionState::Expressed}));
    Ok(stored.id)
}

async fn circumstances(
    command: &CommandTx,
    own: &Stored<Organisation>,
    other: &Stored<Organisation>,
    project: &Stored<Project>,
    mandate: Id<Mandate>,
    investor: Id<Organisation>,
) -> Result<IntroductionCircumstances, CommandError> {
    let today = command.now.date_naive();
    let snapshot = command.app.ranking.snapshot();
    let catalog = &snapshot.catalog;
    let pair = catalog
        .mandates()
        .get(mandate)
        .zip(catalog.projects().get(project.id))
        .and_then(|(mandate, project)| catalog.pair(mandate, project));
    Ok(IntroductionCircumstances {
        gates_pass: pair.is_some_and(|pair| open_but_for_blocks(&pair)),
        budget_left: command.tx.contact_budget(own.id, command.now).await?.left(),
        // Whoever asks has lifted the own block by asking; to look at it would tell who the other side is.
        blocked: command.tx.has_blocked(other.id, own.id).await?,
        live_pair: command.tx.has_live_pair(investor, project.id, None).await?,
        both_claimed: own.value.claimed && other.value.claimed,
        screening_clear: [own, other]
            .iter()
            .all(|organisation| organisation.value.screening.opens_introductions(today)),
        three_answers: true,
        ..IntroductionCircumstances::default()
    })
}

fn own_is_clear(command: &CommandTx, own: &Stored<Organisation>) -> bool {
    own.value.screening.opens_introductions(command.now.date_naive())
}

fn duplicate() -> Refusal {
    let message = "an introduction of this investor to this project is under way: look into the pipeline";
    Refusal::new(UserErrorCode::Duplicate, "projectId", message).by_rule("NO_LIVE_PAIR")
}

/// What is told of what does not hold. That the other side is screened, or has blocked somebody, is not told apart from
/// a gate that is shut.
fn refused(refusal: IntroductionBeginRefusal, own_is_clear: bool, is_kept: bool) -> CommandError {
    use domain::Vocabulary;
    let IntroductionBeginRefusal::Guards(open) = refusal else {
        return Refusal::not_permitted(refusal.to_string()).into();
    };
    // What else does not hold would by a block of one's own, whose project a blind listing is.
    if open.contains(&G::NoLivePair) && !is_kept {
        return duplicate().into();
    }
    let mut refusals: Vec<Refusal> = Vec::new();
    for guard in open {
        let refusal = match guard {
            G::ContactBudget => {
                let message = "the contact budget of this month is used up: answers that you give add to it, and the \
                               next month brings ten more";
                Refusal::new(UserErrorCode::RateLimited, "", message).by_rule(guard.code())
            }
            G::ScreeningClear if !own_is_clear => {
                let message = "your own organisation has no clear screening of the last seven days";
                Refusal::new(UserErrorCode::ScreeningHold, "", message).by_rule(guard.code())
            }
            G::ScreeningClear | G::NotBlocked | G::GatesPass | G::NoLivePair => {
                let message = "an introduction of these two is not available: whyNot says which gate is shut";
                Refusal::new(UserErrorCode::GateFailed, "", message).by_rule(G::GatesPass.code())
            }
            _ => {
                let message = format!("this must hold: {}", guard.label());
                Refusal::new(UserErrorCode::GateFailed, "", message).by_rule(guard.code())
            }
        };
        if !refusals.contains(&refusal) {
            refusals.push(refusal);
        }
    }
    CommandError::Refused(refusals)
}
