//! Mutations of exchange events: the organiser's, and the participants' registration.

mod input;

use async_graphql::{Context, Object, Result};
use domain::{exchange_event::ExchangeEvent, id::Id};

use super::{aggregate_id, meta, on, payload, seen, settled};
use crate::{
    app::App,
    auth::Actor,
    command::CommandError,
    event::{
        act::{self},
        draft,
        register::{self},
        schedule,
    },
    graphql::object::{ExchangeEventNode, ScheduleObject},
};

pub use self::input::{
    ActOnEventInput, ComputeScheduleInput, CreateEventInput, EventActInput, EventPlanInput, EventQuotaInput,
    EventSlotInput, RegisterForEventInput, WithdrawFromEventInput,
};

payload! {
    /// Answer of a mutation of an exchange event.
    ExchangeEventPayload {
        /// The event as it is now.
        event: ExchangeEventNode,
    }
}

payload! {
    /// Answer of the computation of a schedule.
    ComputeSchedulePayload {
        /// What the schedule comes to.
        schedule: ScheduleObject,
    }
}

/// Mutations of exchange events.
#[derive(Debug, Default)]
pub struct EventMutation;

async fn answer(
    ctx: &Context<'_>,
    outcome: Result<Id<ExchangeEvent>, CommandError>,
    client_mutation_id: Option<String>,
) -> Result<ExchangeEventPayload> {
    let (done, mut user_errors) = settled(outcome)?;
    let event = seen(ctx, done, &mut user_errors).await?.map(ExchangeEventNode);
    Ok(ExchangeEventPayload { event, user_errors, client_mutation_id })
}

/// Mutations of exchange events.
#[Object]
impl EventMutation {
    /// Drafts an exchange event of the own organisation, which has to be of level V2. A draft is seen by its people alone.
    async fn create_event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: CreateEventInput,
    ) -> Result<ExchangeEventPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "createEvent", &input.idempotency_key, &input)?;
            draft::draft(app, actor, &meta, input.plan.parse("plan")?).await
        };
        answer(ctx, outcome.await, input.client_mutation_id.clone()).await
    }

    /// Does one act of the organiser. What can be done, and what each still takes, is told by `availableTransitions`.
    async fn act_on_event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ActOnEventInput,
    ) -> Result<ExchangeEventPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "actOnEvent", &input.idempotency_key, &input)?;
            let on = on("eventId", &input.event_id, input.expected_version)?;
            act::act(app, actor, &meta, on, input.act.parse()?).await
        };
        answer(ctx, outcome.await, input.client_mutation_id.clone()).await
    }

    /// Registers the organisation for which the caller acts, or writes its registration anew. Quotas by level and kind
    /// hold (article 15).
    async fn register_for_event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: RegisterForEventInput,
    ) -> Result<ExchangeEventPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "registerForEvent", &input.idempotency_key, &input)?;
            register::register(app, actor, &meta, input.parse()?).await
        };
        answer(ctx, outcome.await, input.client_mutation_id.clone()).await
    }

    /// Withdraws the registration of the organisation for which the caller acts, before the event begins; its meetings are
    /// cancelled.
    async fn withdraw_from_event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: WithdrawFromEventInput,
    ) -> Result<ExchangeEventPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "withdrawFromEvent", &input.idempotency_key, &input)?;
            let event = aggregate_id("eventId", &input.event_id)?;
            register::withdraw(app, actor, &meta, event).await
        };
        answer(ctx, outcome.await, input.client_mutation_id.clone()).await
    }

    /// Computes the schedule of an event, for the organiser: the best one that can be found, with a bound that none can
    /// pass, and why a meeting has no place. What was published keeps its place as far as it can, and nobody is moved more
    /// than twice. A dry run writes nothing.
    async fn compute_schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ComputeScheduleInput,
    ) -> Result<ComputeSchedulePayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "computeSchedule", &input.idempotency_key, &input)?;
            let on = on("eventId", &input.event_id, input.expected_version)?;
            schedule::compute(app, actor, &meta, on, input.dry_run).await
        };
        let (done, user_errors) = settled(outcome.await)?;
        crate::graphql::loader::forget(ctx)?;
        let schedule = done.map(Into::into);
        Ok(ComputeSchedulePayload { schedule, user_errors, client_mutation_id: input.client_mutation_id })
    }
}
