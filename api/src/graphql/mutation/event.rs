//! Mutations of exchange events: the organiser's, and the participants' registration.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result};
use chrono::{DateTime, Utc};
use domain::{
    exchange_event::{
        AcceptanceMode, EventIntent, EventKind, EventPlan, EventQuota, EventSlot, ExchangeEvent,
        ExchangeLevel, QuotaOf, RegistrationFacts, SchedulingMode,
    },
    id::Id,
    value::{Lang, SingleLine},
    vocabulary::OrganisationKind,
};

use super::{aggregate_id, meta, on, payload, seen, settled};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, Refusal},
    event::{
        act::{self, Act},
        draft,
        register::{self, Entry},
        schedule,
    },
    graphql::{
        code::Code,
        input::TextInput,
        object::{ExchangeEventNode, ScheduleObject},
    },
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

/// When meetings take place.
#[derive(Debug, Clone, InputObject)]
pub struct EventSlotInput {
    /// Its beginning.
    starts: DateTime<Utc>,
    /// Its end.
    ends: DateTime<Utc>,
}

/// How many of a level or of a kind take part at most; one of the two is given.
#[derive(Debug, Clone, InputObject)]
pub struct EventQuotaInput {
    /// Of which level of exchange.
    level: Option<Code<ExchangeLevel>>,
    /// Of which kind of organisation.
    kind: Option<Code<OrganisationKind>>,
    /// How many; nought keeps them out.
    max: u16,
}

/// What an organiser plans.
#[derive(Debug, Clone, InputObject)]
pub struct EventPlanInput {
    /// Its name.
    title: TextInput,
    /// What it is about.
    about: Option<TextInput>,
    /// Its kind.
    kind: Code<EventKind>,
    /// Where it takes place.
    venue: String,
    /// In which city, where it is one of ours.
    city_id: Option<ID>,
    /// The zone of its place, a name of the IANA list, such as Asia/Bangkok.
    time_zone: String,
    /// Who finds the times of meetings.
    scheduling: Code<SchedulingMode>,
    /// What silence to a request means.
    acceptance: Code<AcceptanceMode>,
    /// When requests close: before the first slot begins.
    freeze_at: DateTime<Utc>,
    /// Slots in order, at most 96; none overlaps another, and each is at most eight hours long.
    slots: Vec<EventSlotInput>,
    /// Tables by name, at most 200.
    tables: Vec<String>,
    /// Stands that participants can hold, at most 400; who holds one meets there.
    #[graphql(default)]
    stands: u16,
    /// Quotas by level and kind, at most 20.
    #[graphql(default)]
    quotas: Vec<EventQuotaInput>,
    /// Organisations that take part at most, 1 to 400.
    max_participants: u16,
    /// Meetings that each has at most, 1 to 96.
    meetings_each: u16,
}

fn line(path: &str, text: &str) -> Result<SingleLine, CommandError> {
    SingleLine::new(text).map_err(|error| Refusal::validation(path, error).into())
}

/// What is wrong with a part of an input, under the path of the part.
fn under(path: &str, error: CommandError) -> CommandError {
    let CommandError::Refused(mut refusals) = error else { return error };
    for refusal in &mut refusals {
        let mut whole: Vec<String> =
            path.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        whole.append(&mut refusal.path);
        refusal.path = whole;
    }
    CommandError::Refused(refusals)
}

impl EventPlanInput {
    fn parse(&self, path: &str) -> Result<EventPlan, CommandError> {
        let at = |field: &str| format!("{path}.{field}");
        if self.time_zone.parse::<chrono_tz::Tz>().is_err() {
            let message = "give a zone of the IANA list, such as Asia/Bangkok";
            return Err(Refusal::validation(&at("timeZone"), message).into());
        }
        for (field, count, most) in [
            ("slots", self.slots.len(), 96),
            ("tables", self.tables.len(), 200),
            ("quotas", self.quotas.len(), 20),
        ] {
            if count > most {
                return Err(Refusal::validation(&at(field), format!("at most {most}")).into());
            }
        }
        let tables = self.tables.iter().enumerate().map(|(n, name)| line(&at(&format!("tables.{n}")), name));
        let quotas = self.quotas.iter().enumerate().map(|(n, quota)| {
            let of = match (quota.level, quota.kind) {
                (Some(level), None) => QuotaOf::Level(level.0),
                (None, Some(kind)) => QuotaOf::Kind(kind.0),
                _ => {
                    let message = "give a level or a kind, and not both";
                    return Err(Refusal::validation(&at(&format!("quotas.{n}")), message).into());
                }
            };
            Ok(EventQuota { of, max: quota.max })
        });
        let plan = EventPlan {
            title: self.title.parse(&at("title"))?,
            about: self.about.as_ref().map(|about| about.parse(&at("about"))).transpose()?,
            kind: self.kind.0,
            venue: line(&at("venue"), &self.venue)?,
            city: self.city_id.as_ref().map(|id| aggregate_id(&at("cityId"), id)).transpose()?,
            time_zone: line(&at("timeZone"), &self.time_zone)?,
            scheduling: self.scheduling.0,
            acceptance: self.acceptance.0,
            freeze_at: self.freeze_at,
            slots: self.slots.iter().map(|slot| EventSlot { starts: slot.starts, ends: slot.ends }).collect(),
            tables: tables.collect::<Result<_, CommandError>>()?,
            stands: self.stands,
            quotas: quotas.collect::<Result<_, CommandError>>()?,
            max_participants: self.max_participants,
            meetings_each: self.meetings_each,
        };
        plan.checked().map_err(|errors| under(path, errors.into()))
    }
}

/// An exchange event that is drafted.
#[derive(Debug, InputObject)]
pub struct CreateEventInput {
    /// What is planned.
    plan: EventPlanInput,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// One act of an organiser. Exactly one is given.
#[derive(Debug, Clone, OneofObject)]
pub enum EventActInput {
    /// Write the draft anew.
    Edit(Box<EventPlanInput>),
    /// Announce it: from then on it is in public.
    Announce(bool),
    /// Open the registration.
    OpenRegistration(bool),
    /// Open the requests for meetings.
    OpenRequests(bool),
    /// Close the requests before their time; what nobody answered expires.
    Freeze(bool),
    /// Publish the schedule; refused while anything is booked twice.
    PublishSchedule(bool),
    /// Publish the report, with what came of it in short.
    Report(TextInput),
    /// Cancel it with a reason, before it begins; its meetings are cancelled with it.
    Cancel(TextInput),
}

impl EventActInput {
    fn parse(&self) -> Result<Act, CommandError> {
        let said = |yes: bool, act: Act| {
            let message = "say true, or ask for something else";
            if yes { Ok(act) } else { Err(CommandError::from(Refusal::validation("act", message))) }
        };
        match self {
            Self::Edit(plan) => plan.parse("act.edit").map(|plan| Act::Edit(Box::new(plan))),
            Self::Announce(yes) => said(*yes, Act::Announce),
            Self::OpenRegistration(yes) => said(*yes, Act::OpenRegistration),
            Self::OpenRequests(yes) => said(*yes, Act::OpenRequests),
            Self::Freeze(yes) => said(*yes, Act::Freeze),
            Self::PublishSchedule(yes) => said(*yes, Act::PublishSchedule),
            Self::Report(summary) => summary.parse("act.report").map(Act::Report),
            Self::Cancel(reason) => reason.parse("act.cancel").map(Act::Cancel),
        }
    }
}

/// One act on an exchange event.
#[derive(Debug, InputObject)]
pub struct ActOnEventInput {
    /// Which one.
    event_id: ID,
    /// The version at which it was seen.
    expected_version: i32,
    /// The act.
    act: EventActInput,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// The registration of the own organisation. A second one writes the first anew.
#[derive(Debug, InputObject)]
pub struct RegisterForEventInput {
    /// For which event.
    event_id: ID,
    /// Why it comes; at least one.
    intents: Vec<Code<EventIntent>>,
    /// Numbers of the slots in which it can meet, from 1; at least one.
    available: Vec<u16>,
    /// Languages in which it can talk, by ISO 639; at least one.
    languages: Vec<String>,
    /// A project of the own organisation that it brings.
    project_id: Option<ID>,
    /// A mandate of the own organisation that it brings.
    mandate_id: Option<ID>,
    /// Meetings that it wants at most; those that the event gives each where none is named.
    limit: Option<u16>,
    /// Whether it wants a stand.
    #[graphql(default)]
    stand: bool,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

impl RegisterForEventInput {
    fn parse(&self) -> Result<Entry, CommandError> {
        if self.languages.len() > 20 || self.intents.len() > 20 || self.available.len() > 96 {
            return Err(Refusal::validation("", "at most 20 intents, 96 slots and 20 languages").into());
        }
        let languages = self.languages.iter().enumerate().map(|(n, code)| {
            let refused = |error| CommandError::from(Refusal::validation(&format!("languages.{n}"), error));
            code.parse::<Lang>().map_err(refused)
        });
        Ok(Entry {
            event: aggregate_id("eventId", &self.event_id)?,
            facts: RegistrationFacts {
                intents: self.intents.iter().map(|intent| intent.0).collect(),
                available: self.available.clone(),
                languages: languages.collect::<Result<_, _>>()?,
                project: self.project_id.as_ref().map(|id| aggregate_id("projectId", id)).transpose()?,
                mandate: self.mandate_id.as_ref().map(|id| aggregate_id("mandateId", id)).transpose()?,
                limit: self.limit,
            },
            stand: self.stand,
        })
    }
}

/// The registration of the own organisation that is withdrawn.
#[derive(Debug, InputObject)]
pub struct WithdrawFromEventInput {
    /// From which event.
    event_id: ID,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A schedule that is computed.
#[derive(Debug, InputObject)]
pub struct ComputeScheduleInput {
    /// Of which event.
    event_id: ID,
    /// The version at which it was seen.
    expected_version: i32,
    /// Whether nothing is to be written.
    #[graphql(default)]
    dry_run: bool,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
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
