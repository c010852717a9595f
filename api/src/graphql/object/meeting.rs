//! Meetings at exchange events, as each side and the organiser see them.
#![expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, FixedOffset, Utc};
use domain::{
    exchange_event::SchedulingMode,
    meeting::{
        AvailableMeetingTransition, Meeting, MeetingDeclineReason, MeetingGuard, MeetingOutcome,
        MeetingPlace, MeetingSide, MeetingState, MeetingTransition, UnplacedReason,
    },
};

use super::{
    super::{code::Code, mutation::settled},
    ExchangeEventNode, IntroductionNode, OrganisationNode, TextObject,
    common::{global, node},
    event::local,
    listing::HistoryStep,
    me::stored,
};
use crate::{
    app::App,
    auth::Actor,
    event::meeting,
    visible::{Viewer, Visible},
};

/// A meeting.
#[derive(Debug, Clone)]
pub struct MeetingNode(pub Visible<Meeting>);

/// When and where a meeting takes place.
#[derive(Debug, SimpleObject)]
#[graphql(name = "MeetingPlace")]
pub struct PlaceObject {
    /// The number of the slot.
    slot: u16,
    /// The number of the table, or that of the stand.
    table: u16,
    /// Whether it is a stand.
    at_stand: bool,
    /// Its beginning.
    starts: DateTime<Utc>,
    /// Its beginning on the clocks of the place.
    starts_local: DateTime<FixedOffset>,
    /// Its end.
    ends: DateTime<Utc>,
}

/// Another slot that one side proposes.
#[derive(Debug, SimpleObject)]
pub struct RescheduleProposal {
    /// Which side.
    side: Code<MeetingSide>,
    /// The slot.
    slot: u16,
    /// Its beginning.
    starts: DateTime<Utc>,
}

/// That one side did not come, as the other says.
#[derive(Debug, SimpleObject)]
#[graphql(name = "MeetingNoShow")]
pub struct NoShowObject {
    /// Who did not come.
    side: Code<MeetingSide>,
    /// When the other side said so; it can be contested for 48 hours.
    at: DateTime<Utc>,
    /// What the side that is told of says to it.
    contest: Option<TextObject>,
    /// Whether the organiser upheld it; null while it is not decided.
    upheld: Option<bool>,
}

/// What one side says came of a meeting.
#[derive(Debug, SimpleObject)]
pub struct MeetingWord {
    /// Which side.
    side: Code<MeetingSide>,
    /// In a word.
    outcome: Code<MeetingOutcome>,
    /// In its own words; null for the organiser.
    said: Option<TextObject>,
    /// Whether public officials took part.
    officials: bool,
    /// When.
    at: DateTime<Utc>,
}

/// A transition of a meeting that the caller may ask for.
#[derive(Debug, SimpleObject)]
#[graphql(name = "AvailableMeetingTransition")]
pub struct AvailableObject {
    /// Its name.
    name: Code<MeetingTransition>,
    /// What still has to hold; what the request itself brings is named too, but for a free slot.
    requires: Vec<Code<MeetingGuard>>,
}

impl From<AvailableMeetingTransition> for AvailableObject {
    fn from(available: AvailableMeetingTransition) -> Self {
        Self {
            name: Code(available.transition),
            requires: available.requires.into_iter().map(Code).collect(),
        }
    }
}

impl MeetingNode {
    /// The side of which the caller is; the one for which it acts where it is of both.
    fn side(&self, ctx: &Context<'_>) -> Result<Option<MeetingSide>> {
        let actor = ctx.data::<Actor>()?;
        let value = &self.0.value;
        let is_of = |side: &MeetingSide| actor.role_in(value.organisation(*side)).is_some();
        let acting = actor.acting().and_then(|acting| value.side_of(acting));
        Ok(acting.or_else(|| [MeetingSide::Requester, MeetingSide::Recipient].into_iter().find(is_of)))
    }

    async fn event(&self, ctx: &Context<'_>) -> Result<ExchangeEventNode> {
        node(ctx, self.0.value.event).await.map(ExchangeEventNode)
    }

    /// Whether the caller may know the place: the organiser always, the sides once it is published or where they found it.
    async fn shows_place(&self, ctx: &Context<'_>, event: &ExchangeEventNode) -> Result<bool> {
        let is_organiser = ctx.data::<Actor>()?.role_in(self.0.value.organiser).is_some();
        let is_theirs = event.0.value.plan.scheduling == SchedulingMode::Participant;
        Ok(self.0.value.published || is_organiser || is_theirs)
    }
}

fn place(event: &ExchangeEventNode, place: MeetingPlace) -> PlaceObject {
    PlaceObject {
        slot: place.slot,
        table: place.table,
        at_stand: place.stand,
        starts: place.starts,
        starts_local: local(place.starts, &event.0.value.plan.time_zone),
        ends: place.ends,
    }
}

/// A meeting of two participants of an exchange event.
#[Object(name = "Meeting")]
impl MeetingNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }
    /// Rises with every change; a command names the version that it was seen at.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Where it stands.
    async fn state(&self) -> Code<MeetingState> {
        Code(self.0.value.state)
    }
    /// Since when.
    async fn since(&self) -> DateTime<Utc> {
        self.0.value.since
    }
    /// At which event.
    async fn exchange_event(&self, ctx: &Context<'_>) -> Result<ExchangeEventNode> {
        self.event(ctx).await
    }
    /// Who asked.
    async fn requester(&self, ctx: &Context<'_>) -> Result<OrganisationNode> {
        node(ctx, self.0.value.requester).await.map(OrganisationNode)
    }
    /// Who was asked.
    async fn recipient(&self, ctx: &Context<'_>) -> Result<OrganisationNode> {
        node(ctx, self.0.value.recipient).await.map(OrganisationNode)
    }
    /// The caller's side; null for the organiser.
    #[graphql(name = "myMeetingSide")]
    async fn my_side(&self, ctx: &Context<'_>) -> Result<Option<Code<MeetingSide>>> {
        Ok(self.side(ctx)?.map(Code))
    }
    /// Why, for the other side; null for the organiser.
    async fn purpose(&self, ctx: &Context<'_>) -> Result<Option<TextObject>> {
        Ok(self.side(ctx)?.map(|_| (&self.0.value.reason).into()))
    }
    /// Whether both sides have said themselves that they want it.
    async fn mutual(&self) -> bool {
        self.0.value.mutual
    }
    /// Numbers of the slots that were named with the request, from 1.
    async fn wanted_slots(&self) -> &[u16] {
        &self.0.value.wanted
    }
    /// When and where; null for the sides until the schedule is published.
    async fn place(&self, ctx: &Context<'_>) -> Result<Option<PlaceObject>> {
        let Some(at) = self.0.value.place else { return Ok(None) };
        let event = self.event(ctx).await?;
        Ok(self.shows_place(ctx, &event).await?.then(|| place(&event, at)))
    }
    /// The sequence of its calendar entry (RFC 5545).
    async fn calendar_sequence(&self) -> u32 {
        self.0.value.sequence
    }
    /// Sides that have confirmed the time.
    async fn confirmed_by(&self) -> Vec<Code<MeetingSide>> {
        self.0.value.confirmed_by.iter().map(|side| Code(*side)).collect()
    }
    /// Another slot that one side proposes.
    async fn proposed(&self) -> Option<RescheduleProposal> {
        self.0.value.proposed.map(|proposal| RescheduleProposal {
            side: Code(proposal.side),
            slot: proposal.place.slot,
            starts: proposal.place.starts,
        })
    }
    /// Why it has no slot.
    async fn unplaced(&self) -> Option<Code<UnplacedReason>> {
        self.0.value.unplaced.map(Code)
    }
    /// Why it was declined; null for the organiser.
    async fn declined(&self, ctx: &Context<'_>) -> Result<Option<Code<MeetingDeclineReason>>> {
        Ok(self.side(ctx)?.and(self.0.value.declined).map(Code))
    }
    /// That one side did not come.
    async fn no_show(&self) -> Option<NoShowObject> {
        self.0.value.no_show.as_ref().map(|told| NoShowObject {
            side: Code(told.side),
            at: told.at,
            contest: told.contest.as_ref().map(Into::into),
            upheld: told.upheld,
        })
    }
    /// What the sides say came of it.
    async fn meeting_words(&self, ctx: &Context<'_>) -> Result<Vec<MeetingWord>> {
        let side = self.side(ctx)?;
        let word = |word: &domain::meeting::OutcomeWord| MeetingWord {
            side: Code(word.side),
            outcome: Code(word.outcome),
            said: side.and(word.words.as_ref()).map(Into::into),
            officials: word.officials,
            at: word.at,
        };
        Ok(self.0.value.outcomes.iter().map(word).collect())
    }
    /// The introductions of both sides to each other that were expressed since the meeting began; for the sides, and empty
    /// for the organiser.
    async fn introductions(&self, ctx: &Context<'_>) -> Result<Vec<IntroductionNode>> {
        let value = &self.0.value;
        let (Some(_), Some(at)) = (self.side(ctx)?, value.place.filter(|_| value.state.is_past())) else {
            return Ok(Vec::new());
        };
        let sides = (value.requester, value.recipient);
        let found = stored(ctx.data::<App>()?.store.introductions_between(sides, at.starts).await)?;
        let viewer = ctx.data::<Viewer>()?;
        Ok(found.into_iter().filter_map(|it| viewer.see(Arc::new(it))).map(IntroductionNode).collect())
    }
    /// The states that it went through.
    async fn history(&self, ctx: &Context<'_>) -> Result<Vec<HistoryStep>> {
        let steps = stored(ctx.data::<App>()?.store.history(self.0.id.uuid()).await)?;
        Ok(steps.into_iter().map(Into::into).collect())
    }
    /// What the caller may do now.
    async fn available_transitions(&self, ctx: &Context<'_>) -> Result<Vec<AvailableObject>> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let (found, _) = settled(meeting::available(app, actor, &self.0).await)?;
        Ok(found.unwrap_or_default().into_iter().map(Into::into).collect())
    }
}
