//! Exchange events, as their organiser, their participants and everybody see them.

use std::{collections::BTreeSet, sync::Arc};

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, FixedOffset, Utc};
use domain::{
    exchange_event::{
        AcceptanceMode, AvailableEventTransition, EventGuard, EventIntent, EventKind, EventRegistration,
        EventState, EventTransition, ExchangeEvent, ExchangeLevel, QuotaOf, SchedulingMode,
    },
    id::Id,
    organisation::Organisation,
    value::SingleLine,
    vocabulary::OrganisationKind,
};

use super::{
    super::{code::Code, cursor, mutation::settled, query::id_of},
    CityNode, MeetingNode, OrganisationNode, TextObject,
    common::{find, global, node, number},
    event_report::EventReportObject,
    listing::HistoryStep,
    me::stored,
};
use crate::{
    app::App,
    auth::Actor,
    event::{
        act,
        calendar::calendar,
        fit::{Fit, FitBasis, fit},
        report::report,
    },
    store::Stored,
    visible::{Viewer, Visible},
};

/// An exchange event, as far as whoever asked may know of it: its own people, or everybody once it is announced.
#[derive(Debug, Clone)]
pub struct ExchangeEventNode(pub Visible<ExchangeEvent>);

/// When meetings take place.
#[derive(Debug, SimpleObject)]
#[graphql(name = "EventSlot")]
pub struct SlotObject {
    /// Its number, from 1.
    number: u16,
    /// Its beginning.
    starts: DateTime<Utc>,
    /// Its end.
    ends: DateTime<Utc>,
    /// Its beginning on the clocks of the place.
    starts_local: DateTime<FixedOffset>,
}

/// A time on the clocks of a zone; zones are checked when an event is planned.
pub(super) fn local(at: DateTime<Utc>, zone: &SingleLine) -> DateTime<FixedOffset> {
    let zone: chrono_tz::Tz = zone.as_str().parse().unwrap_or(chrono_tz::UTC);
    at.with_timezone(&zone).fixed_offset()
}

/// How many of a level or a kind take part at most.
#[derive(Debug, SimpleObject)]
#[graphql(name = "EventQuota")]
pub struct QuotaObject {
    /// Of which level; null where it is of a kind.
    level: Option<Code<ExchangeLevel>>,
    /// Of which kind; null where it is of a level.
    kind: Option<Code<OrganisationKind>>,
    /// How many.
    max: u16,
    /// How many take part now.
    taken: i64,
}

/// The own registration for an event.
#[derive(Debug, SimpleObject)]
#[graphql(name = "EventRegistration")]
pub struct RegistrationObject {
    /// Why it comes.
    intents: Vec<Code<EventIntent>>,
    /// Numbers of the slots in which it can meet, from 1.
    available: Vec<u16>,
    /// Languages, by ISO 639.
    languages: Vec<String>,
    /// The project that it brings.
    project_id: Option<ID>,
    /// The mandate that it brings.
    mandate_id: Option<ID>,
    /// The number of its stand.
    stand: Option<u16>,
    /// Meetings that it has at most.
    limit: u16,
    /// Since when.
    since: DateTime<Utc>,
}

impl From<&EventRegistration> for RegistrationObject {
    fn from(entry: &EventRegistration) -> Self {
        let facts = &entry.facts;
        Self {
            intents: facts.intents.iter().map(|intent| Code(*intent)).collect(),
            available: facts.available.clone(),
            languages: facts.languages.iter().map(ToString::to_string).collect(),
            project_id: facts.project.map(global),
            mandate_id: facts.mandate.map(global),
            stand: entry.stand,
            limit: entry.limit,
            since: entry.since,
        }
    }
}

/// A participant, as the others see it.
#[derive(Debug)]
pub struct ParticipantObject(EventRegistration);

/// A participant of an event, as the organiser and the other participants see it.
#[Object(name = "EventParticipant")]
impl ParticipantObject {
    /// Who.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<OrganisationNode> {
        node(ctx, self.0.organisation).await.map(OrganisationNode)
    }
    /// Its level of exchange.
    async fn level(&self) -> Code<ExchangeLevel> {
        Code(ExchangeLevel::of(self.0.kind))
    }
    /// Why it comes.
    async fn intents(&self) -> Vec<Code<EventIntent>> {
        self.0.facts.intents.iter().map(|intent| Code(*intent)).collect()
    }
    /// Languages in which it can talk, by ISO 639.
    async fn languages(&self) -> Vec<String> {
        self.0.facts.languages.iter().map(ToString::to_string).collect()
    }
    /// The number of its stand.
    async fn stand(&self) -> Option<u16> {
        self.0.stand
    }
}

/// A participant whom to meet, and why.
#[derive(Debug)]
pub struct SuggestionObject {
    other: EventRegistration,
    fit: Fit,
    slots: usize,
}

/// A participant whom to meet, and why.
#[Object(name = "SuggestedMeeting")]
impl SuggestionObject {
    /// Whom.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<OrganisationNode> {
        node(ctx, self.other.organisation).await.map(OrganisationNode)
    }
    /// How well the two fit, of a hundred; the schedule goes by it.
    async fn score(&self) -> f64 {
        f64::from(self.fit.score) / 1e6
    }
    /// By what.
    async fn basis(&self) -> FitBasis {
        self.fit.basis
    }
    /// Whether they have a language in common.
    async fn common_language(&self) -> bool {
        self.fit.language
    }
    /// Slots in which both can meet.
    async fn common_slots(&self) -> i64 {
        number(u64::try_from(self.slots).unwrap_or(u64::MAX))
    }
}

/// A transition of an event that the caller may ask for.
#[derive(Debug, SimpleObject)]
#[graphql(name = "AvailableEventTransition")]
pub struct AvailableObject {
    /// Its name.
    name: Code<EventTransition>,
    /// What still has to hold; what the request itself brings is named too.
    requires: Vec<Code<EventGuard>>,
}

impl From<AvailableEventTransition> for AvailableObject {
    fn from(available: AvailableEventTransition) -> Self {
        Self {
            name: Code(available.transition),
            requires: available.requires.into_iter().map(Code).collect(),
        }
    }
}

impl ExchangeEventNode {
    fn is_organiser(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(ctx.data::<Actor>()?.role_in(self.0.value.organiser).is_some())
    }

    async fn entries(&self, ctx: &Context<'_>) -> Result<Vec<EventRegistration>> {
        let found = stored(ctx.data::<App>()?.store.registrations(self.0.id).await)?;
        Ok(found.into_iter().map(|entry| entry.value).filter(EventRegistration::takes_part).collect())
    }

    /// The registrations with the own one, where the caller acts for a participant.
    async fn mine(&self, ctx: &Context<'_>) -> Result<Option<(EventRegistration, Vec<EventRegistration>)>> {
        let actor = ctx.data::<Actor>()?;
        let Some(own) = actor.acting().filter(|own| actor.role_in(*own).is_some()) else { return Ok(None) };
        let entries = self.entries(ctx).await?;
        Ok(entries.iter().find(|entry| entry.organisation == own).cloned().map(|mine| (mine, entries)))
    }
}

/// An exchange event (article 7 of the proposal).
#[Object(name = "ExchangeEvent")]
impl ExchangeEventNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }
    /// Rises with every change; a command names the version that it was seen at.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Where it stands.
    async fn state(&self) -> Code<EventState> {
        Code(self.0.value.state)
    }
    /// Since when.
    async fn since(&self) -> DateTime<Utc> {
        self.0.value.since
    }
    /// Who organises it.
    async fn organiser(&self, ctx: &Context<'_>) -> Result<OrganisationNode> {
        node(ctx, self.0.value.organiser).await.map(OrganisationNode)
    }
    /// Its name.
    async fn title(&self) -> TextObject {
        (&self.0.value.plan.title).into()
    }
    /// What it is about.
    async fn about(&self) -> Option<TextObject> {
        self.0.value.plan.about.as_ref().map(Into::into)
    }
    /// Its kind.
    #[graphql(name = "eventKind")]
    async fn kind(&self) -> Code<EventKind> {
        Code(self.0.value.plan.kind)
    }
    /// Where it takes place.
    async fn venue(&self) -> &str {
        self.0.value.plan.venue.as_str()
    }
    /// In which city, where it is one of ours.
    async fn city(&self, ctx: &Context<'_>) -> Result<Option<CityNode>> {
        match self.0.value.plan.city {
            Some(id) => Ok(find(ctx, id).await?.map(CityNode)),
            None => Ok(None),
        }
    }
    /// The zone of its place, a name of the IANA list.
    async fn time_zone(&self) -> &str {
        self.0.value.plan.time_zone.as_str()
    }
    /// Who finds the times of meetings.
    async fn scheduling(&self) -> Code<SchedulingMode> {
        Code(self.0.value.plan.scheduling)
    }
    /// What silence to a request means.
    async fn acceptance(&self) -> Code<AcceptanceMode> {
        Code(self.0.value.plan.acceptance)
    }
    /// When requests close.
    async fn freeze_at(&self) -> DateTime<Utc> {
        self.0.value.plan.freeze_at
    }
    /// Its slots, in order.
    async fn slots(&self) -> Vec<SlotObject> {
        let plan = &self.0.value.plan;
        let object = |(number, slot): (u16, &domain::exchange_event::EventSlot)| SlotObject {
            number,
            starts: slot.starts,
            ends: slot.ends,
            starts_local: local(slot.starts, &plan.time_zone),
        };
        plan.slot_numbers().zip(&plan.slots).map(object).collect()
    }
    /// Its tables by name; their numbers are their places, from 1.
    async fn tables(&self) -> Vec<String> {
        self.0.value.plan.tables.iter().map(ToString::to_string).collect()
    }
    /// Stands that participants can hold.
    async fn stands(&self) -> u16 {
        self.0.value.plan.stands
    }
    /// How many of a level or a kind take part at most.
    async fn quotas(&self, ctx: &Context<'_>) -> Result<Vec<QuotaObject>> {
        let entries = self.entries(ctx).await?;
        let object = |quota: &domain::exchange_event::EventQuota| {
            let taken = entries.iter().filter(|entry| quota.of.counts(entry.kind)).count();
            let (level, kind) = match quota.of {
                QuotaOf::Level(level) => (Some(Code(level)), None),
                QuotaOf::Kind(kind) => (None, Some(Code(kind))),
            };
            QuotaObject {
                level,
                kind,
                max: quota.max,
                taken: number(u64::try_from(taken).unwrap_or(u64::MAX)),
            }
        };
        Ok(self.0.value.plan.quotas.iter().map(object).collect())
    }
    /// Organisations that take part at most.
    async fn max_participants(&self) -> u16 {
        self.0.value.plan.max_participants
    }
    /// Meetings that each has at most.
    async fn meetings_each(&self) -> u16 {
        self.0.value.plan.meetings_each
    }
    /// What came of it, in the organiser's words.
    async fn summary(&self) -> Option<TextObject> {
        self.0.value.summary.as_ref().map(Into::into)
    }
    /// Why it was cancelled.
    async fn reason(&self) -> Option<TextObject> {
        self.0.value.reason.as_ref().map(Into::into)
    }
    /// The registration of the organisation for which the caller acts; null where it takes no part.
    async fn my_registration(&self, ctx: &Context<'_>) -> Result<Option<RegistrationObject>> {
        Ok(self.mine(ctx).await?.map(|(mine, _)| (&mine).into()))
    }
    /// Who takes part, in the order of registration; for the organiser and for participants, and empty for others.
    async fn participants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(cursor::DEFAULT_PAGE)")] first: Option<i32>,
        #[graphql(desc = "The id of an organisation: begin after it.")] after: Option<ID>,
    ) -> Result<Vec<ParticipantObject>> {
        let size = cursor::page_size(first)?;
        let after = after.map(|id| id_of::<Organisation>("after", &id)).transpose()?;
        let entries = if self.is_organiser(ctx)? {
            self.entries(ctx).await?
        } else {
            self.mine(ctx).await?.map(|(_, entries)| entries).unwrap_or_default()
        };
        let begin = after.and_then(|id| entries.iter().position(|entry| entry.organisation == id));
        let skip = begin.map_or(0, |at| at.saturating_add(1));
        Ok(entries.into_iter().skip(skip).take(size).map(ParticipantObject).collect())
    }
    /// Whom the participant for which the caller acts may want to meet, the best fit first; whom it has asked or was
    /// asked by is left out, and who has blocked whom. Empty for who takes no part.
    async fn suggested_meetings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(cursor::DEFAULT_PAGE)")] first: Option<i32>,
    ) -> Result<Vec<SuggestionObject>> {
        let size = cursor::page_size(first)?;
        let app = ctx.data::<App>()?;
        let Some((mine, entries)) = self.mine(ctx).await? else { return Ok(Vec::new()) };
        let met = stored(app.store.meetings_of(self.0.id, mine.organisation).await)?;
        let met: BTreeSet<Id<Organisation>> = met
            .iter()
            .filter(|meeting| meeting.value.state.is_live() || meeting.value.state.is_past())
            .flat_map(|meeting| [meeting.value.requester, meeting.value.recipient])
            .collect();
        let snapshot = app.ranking.snapshot();
        let others = entries.into_iter().filter(|entry| entry.organisation != mine.organisation);
        let mut found: Vec<SuggestionObject> = others
            .filter(|entry| !met.contains(&entry.organisation))
            .filter(|entry| !snapshot.catalog.parted(mine.organisation, entry.organisation))
            .map(|other| SuggestionObject {
                fit: fit(&snapshot, &mine, &other),
                slots: other.facts.available.iter().filter(|slot| mine.is_available(**slot)).count(),
                other,
            })
            .collect();
        found.sort_by_key(|it| (std::cmp::Reverse(it.fit.score), it.other.organisation.uuid()));
        found.truncate(size);
        Ok(found)
    }
    /// The meetings of the participant for which the caller acts, in every state, the oldest first.
    async fn my_meetings(&self, ctx: &Context<'_>) -> Result<Vec<MeetingNode>> {
        let actor = ctx.data::<Actor>()?;
        let Some(own) = actor.acting().filter(|own| actor.role_in(*own).is_some()) else {
            return Ok(Vec::new());
        };
        let found = stored(ctx.data::<App>()?.store.meetings_of(self.0.id, own).await)?;
        let viewer = ctx.data::<Viewer>()?;
        Ok(found.into_iter().filter_map(|it| viewer.see(Arc::new(it))).map(MeetingNode).collect())
    }
    /// All meetings that are under way or were held, the oldest first; for the organiser, and empty for others.
    async fn meetings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(cursor::DEFAULT_PAGE)")] first: Option<i32>,
        #[graphql(desc = "The id of a meeting: begin after it.")] after: Option<ID>,
    ) -> Result<Vec<MeetingNode>> {
        let size = cursor::page_size(first)?;
        let after = after.map(|id| id_of::<domain::meeting::Meeting>("after", &id)).transpose()?;
        if !self.is_organiser(ctx)? {
            return Ok(Vec::new());
        }
        let found = stored(ctx.data::<App>()?.store.meetings(self.0.id).await)?;
        let viewer = ctx.data::<Viewer>()?;
        let later = found.into_iter().filter(|it| after.is_none_or(|after| it.id.uuid() > after.uuid()));
        Ok(later.take(size).filter_map(|it| viewer.see(Arc::new(it))).map(MeetingNode).collect())
    }
    /// The own meetings as a calendar (RFC 5545), once the schedule is published; null for who takes no part.
    async fn calendar(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let app = ctx.data::<App>()?;
        let Some((mine, _)) = self.mine(ctx).await? else { return Ok(None) };
        let found = stored(app.store.meetings_of(self.0.id, mine.organisation).await)?;
        let mut rows: Vec<(Stored<domain::meeting::Meeting>, String)> = Vec::with_capacity(found.len());
        for meeting in found {
            let Some(side) = meeting.value.side_of(mine.organisation) else { continue };
            let other = find(ctx, meeting.value.organisation(side.other())).await?;
            let name = other.map(|other| other.value.name.to_string()).unwrap_or_default();
            rows.push((meeting, name));
        }
        Ok(Some(calendar(&self.0.value, &rows, &app.auth.mail_domain)))
    }
    /// What came of it: for the organiser at any time, for everybody once the report is published.
    async fn report(&self, ctx: &Context<'_>) -> Result<Option<EventReportObject>> {
        let exact = self.is_organiser(ctx)?;
        if !exact && self.0.value.state != EventState::Reported {
            return Ok(None);
        }
        let found = stored(report(ctx.data::<App>()?, &self.0, exact).await)?;
        Ok(Some(found.into()))
    }
    /// The states that it went through; for the organiser.
    async fn history(&self, ctx: &Context<'_>) -> Result<Vec<HistoryStep>> {
        let inside = self.is_organiser(ctx)?;
        let steps = stored(ctx.data::<App>()?.store.history(self.0.id.uuid()).await)?;
        Ok(steps.into_iter().filter(|_| inside).map(Into::into).collect())
    }
    /// What the caller may do now.
    async fn available_transitions(&self, ctx: &Context<'_>) -> Result<Vec<AvailableObject>> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let (found, _) = settled(act::available(app, actor, &self.0).await)?;
        Ok(found.unwrap_or_default().into_iter().map(Into::into).collect())
    }
}

super::common::connection!(ExchangeEventConnection, ExchangeEventEdge, ExchangeEventNode, "exchange events");
