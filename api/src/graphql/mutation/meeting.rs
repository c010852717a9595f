//! Mutations of meetings at exchange events.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result};
use domain::{
    id::Id,
    meeting::{Meeting, MeetingDeclineReason, MeetingOutcome},
};

use super::{aggregate_id, meta, on, payload, seen, settled};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, Refusal},
    event::{
        meeting::{self, Act},
        request::{self, Wish},
    },
    graphql::{code::Code, input::TextInput, object::MeetingNode},
};

payload! {
    /// Answer of a mutation of a meeting.
    MeetingPayload {
        /// The meeting as it is now.
        meeting: MeetingNode,
    }
}

/// A meeting that is asked for.
#[derive(Debug, InputObject)]
pub struct RequestMeetingInput {
    /// At which event.
    event_id: ID,
    /// Whom, a participant of the event.
    organisation_id: ID,
    /// Why, for the other side.
    reason: TextInput,
    /// Numbers of slots that suit; at least one where participants find their times.
    #[graphql(default)]
    slots: Vec<u16>,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// An acceptance.
#[derive(Debug, Clone, InputObject)]
pub struct AcceptMeetingInput {
    /// One of the slots that the request names, where participants find their times; else none.
    slot: Option<u16>,
}

/// A place that the organiser gives a meeting.
#[derive(Debug, Clone, InputObject)]
pub struct ScheduleMeetingInput {
    /// The slot.
    slot: u16,
    /// The table by its number; the first that is free where none is given. Who holds a stand meets there.
    table: Option<u16>,
}

/// What came of a meeting.
#[derive(Debug, Clone, InputObject)]
pub struct MeetingReportInput {
    /// In a word.
    outcome: Code<MeetingOutcome>,
    /// In own words, for both sides.
    words: Option<TextInput>,
    /// Whether public officials took part; such meetings are told in open data.
    #[graphql(default)]
    officials: bool,
}

/// One act on a meeting. Exactly one is given.
#[derive(Debug, Clone, OneofObject)]
pub enum MeetingActInput {
    /// Accept the request; for who was asked.
    Accept(AcceptMeetingInput),
    /// Decline it with a reason; for who was asked.
    Decline(Code<MeetingDeclineReason>),
    /// Withdraw it; for who asked.
    Withdraw(bool),
    /// Give it a place; for the organiser.
    Schedule(ScheduleMeetingInput),
    /// Take it off the schedule; for the organiser.
    Unplace(bool),
    /// Confirm the time.
    Confirm(bool),
    /// Propose another slot.
    ProposeReschedule(u16),
    /// Agree to the other slot.
    AgreeReschedule(bool),
    /// Stay with the old slot.
    KeepTime(bool),
    /// Cancel before it begins.
    Cancel(bool),
    /// Say that the other side did not come, within seven days.
    ReportNoShow(bool),
    /// Contest that one did not come, within 48 hours.
    Contest(TextInput),
    /// Uphold a contested no-show; for the organiser.
    Uphold(bool),
    /// Dismiss it; for the organiser.
    Dismiss(bool),
    /// Say what came of it, once for each side.
    Report(MeetingReportInput),
}

impl MeetingActInput {
    fn parse(&self) -> Result<Act, CommandError> {
        let said = |yes: bool, act: Act| {
            let message = "say true, or ask for something else";
            if yes { Ok(act) } else { Err(CommandError::from(Refusal::validation("act", message))) }
        };
        match self {
            Self::Accept(accept) => Ok(Act::Accept(accept.slot)),
            Self::Decline(reason) => Ok(Act::Decline(reason.0)),
            Self::Withdraw(yes) => said(*yes, Act::Withdraw),
            Self::Schedule(place) => Ok(Act::Schedule(place.slot, place.table)),
            Self::Unplace(yes) => said(*yes, Act::Unplace),
            Self::Confirm(yes) => said(*yes, Act::Confirm),
            Self::ProposeReschedule(slot) => Ok(Act::ProposeReschedule(*slot)),
            Self::AgreeReschedule(yes) => said(*yes, Act::AgreeReschedule),
            Self::KeepTime(yes) => said(*yes, Act::KeepTime),
            Self::Cancel(yes) => said(*yes, Act::Cancel),
            Self::ReportNoShow(yes) => said(*yes, Act::ReportNoShow),
            Self::Contest(words) => words.parse("act.contest").map(Act::Contest),
            Self::Uphold(yes) => said(*yes, Act::Uphold),
            Self::Dismiss(yes) => said(*yes, Act::Dismiss),
            Self::Report(report) => {
                let words = report.words.as_ref().map(|words| words.parse("act.report.words")).transpose()?;
                Ok(Act::Report(report.outcome.0, words, report.officials))
            }
        }
    }
}

/// One act on a meeting.
#[derive(Debug, InputObject)]
pub struct ActOnMeetingInput {
    /// Which one.
    meeting_id: ID,
    /// The version at which it was seen.
    expected_version: i32,
    /// The act.
    act: MeetingActInput,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// Mutations of meetings.
#[derive(Debug, Default)]
pub struct MeetingMutation;

async fn answer(
    ctx: &Context<'_>,
    outcome: Result<Id<Meeting>, CommandError>,
    client_mutation_id: Option<String>,
) -> Result<MeetingPayload> {
    let (done, mut user_errors) = settled(outcome)?;
    let meeting = seen(ctx, done, &mut user_errors).await?.map(MeetingNode);
    Ok(MeetingPayload { meeting, user_errors, client_mutation_id })
}

/// Mutations of meetings.
#[Object]
impl MeetingMutation {
    /// Asks a participant of an event for a meeting. Who asks whoever has asked already says yes by it.
    async fn request_meeting(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: RequestMeetingInput,
    ) -> Result<MeetingPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "requestMeeting", &input.idempotency_key, &input)?;
            let wish = Wish {
                event: aggregate_id("eventId", &input.event_id)?,
                recipient: aggregate_id("organisationId", &input.organisation_id)?,
                reason: input.reason.parse("reason")?,
                slots: input.slots.clone(),
            };
            request::request(app, actor, &meta, wish).await
        };
        answer(ctx, outcome.await, input.client_mutation_id.clone()).await
    }

    /// Does one act of a side or of the organiser. What can be done, and what each still takes, is told by
    /// `availableTransitions`.
    async fn act_on_meeting(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ActOnMeetingInput,
    ) -> Result<MeetingPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "actOnMeeting", &input.idempotency_key, &input)?;
            let on = on("meetingId", &input.meeting_id, input.expected_version)?;
            meeting::act(app, actor, &meta, on, input.act.parse()?).await
        };
        answer(ctx, outcome.await, input.client_mutation_id.clone()).await
    }
}
