//! Introductions, as each of the two sides sees them.
#![expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]

mod part;

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};
use domain::{
    disclosure::ListingField,
    document::Document,
    introduction::{Bindingness, Introduction, IntroductionState, RoomFolder, Side},
    organisation::Organisation,
};

use super::{
    super::{code::Code, mutation::settled},
    MandateNode, MoneyObject, OrganisationNode, ProjectNode, TextObject,
    common::{find, global, node},
    listing::HistoryStep,
    me::stored,
};
use crate::{
    app::App,
    auth::Actor,
    introduction::{advance, room, timers_of},
    store::Stored,
    visible::Visible,
};

pub use self::part::{
    AvailableObject, DisclosedContact, DisclosureObject, DocumentRoom, FolderObject, InterestAnswers,
    IntroductionEnd, NoteObject, PaperObject, PromiseObject, ReadObject, ReasonCount, WaitingWord,
};

/// An introduction.
#[derive(Debug, Clone)]
pub struct IntroductionNode(pub Visible<Introduction>);

impl IntroductionNode {
    fn record(&self) -> &Introduction {
        &self.0.value
    }

    /// The side for which the caller looks.
    fn my_side(&self, ctx: &Context<'_>) -> Result<Option<Side>> {
        let actor = ctx.data::<Actor>()?;
        let acting = actor.acting().and_then(|id| self.record().side_of(id));
        let by_membership = |side: &Side| actor.role_in(self.record().organisation(*side)).is_some();
        Ok(acting.or_else(|| [Side::Owner, Side::Investor].into_iter().find(by_membership)))
    }

    /// Whether the caller sees what the sides wrote to each other: as one of them, and not while it is held. Whoever
    /// expressed it sees the own words all the same.
    fn details(&self, ctx: &Context<'_>) -> Result<bool> {
        let side = self.my_side(ctx)?;
        let own = side == Some(self.record().initiator);
        Ok(self.0.is_private() && side.is_some() && (own || !advance::is_held(self.record().state)))
    }
}

/// An introduction of an investor to a project. Only its two sides see it, and officers who decide about a hold.
#[Object(name = "Introduction")]
impl IntroductionNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }
    /// Rises with every change; a command names the version that it was seen at.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Where it stands.
    async fn state(&self) -> Code<IntroductionState> {
        Code(self.record().state)
    }
    /// Since when.
    async fn since(&self) -> DateTime<Utc> {
        self.record().since
    }
    /// When interest was expressed.
    async fn expressed_at(&self) -> DateTime<Utc> {
        self.record().expressed_at
    }
    /// When the other side answered.
    async fn answered_at(&self) -> Option<DateTime<Utc>> {
        self.record().answered_at
    }
    /// When a reminder, the expiry or the lapse is next due; null where nothing is.
    async fn next_due_at(&self) -> Option<DateTime<Utc>> {
        self.record().next_due(&timers_of())
    }
    /// Whether what stands so far binds anybody.
    async fn bindingness(&self) -> Code<Bindingness> {
        Code(self.record().state.bindingness())
    }
    /// Which side expressed it.
    async fn initiator(&self) -> Code<Side> {
        Code(self.record().initiator)
    }
    /// The side for which the caller looks; null for officers.
    #[graphql(name = "mySide")]
    async fn side(&self, ctx: &Context<'_>) -> Result<Option<Code<Side>>> {
        Ok(self.my_side(ctx)?.map(Code))
    }
    /// The project, as far as the caller sees it; null where it is no more in sight.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<ProjectNode>> {
        Ok(find(ctx, self.record().project).await?.map(ProjectNode))
    }
    /// The mandate; null where it is gone.
    async fn mandate(&self, ctx: &Context<'_>) -> Result<Option<MandateNode>> {
        Ok(find(ctx, self.record().mandate).await?.map(MandateNode))
    }
    /// The investor.
    async fn investor(&self, ctx: &Context<'_>) -> Result<OrganisationNode> {
        node(ctx, self.record().investor).await.map(OrganisationNode)
    }
    /// The project's owner; null as long as the listing keeps it back from the caller.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        if self.my_side(ctx)? == Some(Side::Investor) {
            let project = find(ctx, self.record().project).await?;
            if !project.is_some_and(|project| project.shows(ListingField::Owner)) {
                return Ok(None);
            }
        }
        node::<Organisation>(ctx, self.record().owner).await.map(OrganisationNode).map(Some)
    }
    /// The three answers; null for officers, and for the other side while it is held.
    async fn answers(&self, ctx: &Context<'_>) -> Result<Option<InterestAnswers>> {
        let answers = &self.record().answers;
        Ok(self.details(ctx)?.then(|| InterestAnswers {
            cooperation_sought: answers.cooperation_sought().into(),
            what_is_unclear: answers.what_is_unclear().into(),
            about_us: answers.about_us().into(),
        }))
    }
    /// The contacts of both sides; empty until it is accepted.
    async fn contacts(&self, ctx: &Context<'_>) -> Result<Vec<DisclosedContact>> {
        let record = self.record();
        let Some(recipient) = record.answered_by.filter(|_| record.state.is_introduced()) else {
            return Ok(Vec::new());
        };
        if !self.details(ctx)? {
            return Ok(Vec::new());
        }
        let app = ctx.data::<App>()?;
        let mut contacts = Vec::new();
        for (side, id) in [(record.initiator, record.sender), (record.recipient(), recipient)] {
            let row = stored(app.store.person(id).await)?;
            let (name, email) = row.map_or((None, None), |row| (row.name, row.email));
            contacts.push(DisclosedContact {
                side: Code(side),
                name: name.map(|name| name.to_string()),
                email: email.map(|email| email.to_string()),
            });
        }
        Ok(contacts)
    }
    /// The terms, which bind nobody.
    async fn terms(&self, ctx: &Context<'_>) -> Result<Option<TextObject>> {
        Ok(self.record().terms.as_ref().filter(|_| self.details(ctx).unwrap_or(false)).map(Into::into))
    }
    /// The pledge.
    async fn pledge(&self, ctx: &Context<'_>) -> Result<Option<PromiseObject>> {
        Ok(self.record().pledge.as_ref().filter(|_| self.details(ctx).unwrap_or(false)).map(Into::into))
    }
    /// The commitment.
    async fn commitment(&self, ctx: &Context<'_>) -> Result<Option<PromiseObject>> {
        Ok(self.record().commitment.as_ref().filter(|_| self.details(ctx).unwrap_or(false)).map(Into::into))
    }
    /// The close.
    async fn close(&self, ctx: &Context<'_>) -> Result<Option<PromiseObject>> {
        Ok(self.record().close.as_ref().filter(|_| self.details(ctx).unwrap_or(false)).map(Into::into))
    }
    /// Why it is over, where somebody gave a reason.
    async fn end(&self, ctx: &Context<'_>) -> Result<Option<IntroductionEnd>> {
        if !self.details(ctx)? {
            return Ok(None);
        }
        Ok(self.record().over.as_ref().map(|over| IntroductionEnd {
            side: over.side.map(Code),
            reason: over.code.map(Code),
            words: over.text.as_ref().map(Into::into),
        }))
    }
    /// First words of two that are needed: of the sides for the sides, of officers for officers.
    async fn waiting_words(&self, ctx: &Context<'_>) -> Result<Vec<WaitingWord>> {
        let is_side = self.my_side(ctx)?.is_some();
        let words = self.record().words.iter().filter(|word| word.side.is_some() == is_side);
        Ok(words
            .map(|word| WaitingWord {
                transition: Code(word.transition),
                side: word.side.map(Code),
                amount: word.content.amount.map(MoneyObject),
                at: word.at,
            })
            .collect())
    }
    /// The document room; null for officers and before it is accepted.
    async fn room(&self, ctx: &Context<'_>) -> Result<Option<DocumentRoom>> {
        let record = self.record();
        let Some(side) = self.my_side(ctx)?.filter(|_| record.state.is_introduced()) else { return Ok(None) };
        let app = ctx.data::<App>()?;
        let now = app.auth.clock.now();
        let papers = stored(app.store.documents(record.owner, Some(record.project)).await)?;
        let seen = |paper: &&Stored<Document>| room::is_seen(record, side, &paper.value, now);
        let folders = <RoomFolder as domain::Vocabulary>::ALL.iter().map(|folder| FolderObject {
            folder: Code(*folder),
            open_until: record
                .grants
                .iter()
                .find(|grant| grant.folder == *folder && grant.until > now)
                .map(|grant| grant.until),
            readable: record.reads(*folder, now),
            papers: papers
                .iter()
                .filter(seen)
                .filter(|paper| paper.value.room_folder() == *folder)
                .map(Into::into)
                .collect(),
        });
        let own = record.organisation(side);
        let reads = stored(app.store.room_reads(self.0.id).await)?;
        Ok(Some(DocumentRoom {
            nda: Code(record.nda),
            nda_signed_by: record.nda_signed.iter().map(|side| Code(*side)).collect(),
            folders: folders.collect(),
            reads: reads
                .into_iter()
                .filter(|read| side == Side::Owner || read.organisation == own)
                .map(Into::into)
                .collect(),
        }))
    }
    /// Notes of the own side, oldest first, at most 500; no other side ever sees them.
    async fn notes(&self, ctx: &Context<'_>) -> Result<Vec<NoteObject>> {
        let Some(side) = self.my_side(ctx)? else { return Ok(Vec::new()) };
        let own = self.record().organisation(side);
        let notes = stored(ctx.data::<App>()?.store.notes(self.0.id, own).await)?;
        Ok(notes.into_iter().map(Into::into).collect())
    }
    /// Which contacts were shown to whom.
    async fn disclosure_log(&self, ctx: &Context<'_>) -> Result<Vec<DisclosureObject>> {
        let rows = stored(ctx.data::<App>()?.store.disclosures(self.0.id).await)?;
        Ok(rows.into_iter().map(Into::into).collect())
    }
    /// The states that it went through. Who of the other side acted is told once it is accepted; who decided about a
    /// hold is not.
    async fn history(&self, ctx: &Context<'_>) -> Result<Vec<HistoryStep>> {
        let own = self.my_side(ctx)?.map(|side| self.record().organisation(side).uuid());
        let known = self.record().answered_at.is_some() && self.record().over.is_none();
        let known = known || self.record().state.is_introduced();
        let mut steps = stored(ctx.data::<App>()?.store.history(self.0.id.uuid()).await)?;
        for past in steps.iter_mut().filter(|_| own.is_some()) {
            let is_own = past.step.organisation == own;
            if !is_own && (!known || past.step.organisation.is_none()) {
                (past.step.organisation, past.step.person) = (None, None);
            }
        }
        Ok(steps.into_iter().map(Into::into).collect())
    }
    /// What the caller may do now.
    async fn available_transitions(&self, ctx: &Context<'_>) -> Result<Vec<AvailableObject>> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let (found, _) = settled(advance::available(app, actor, &self.0).await)?;
        Ok(found.unwrap_or_default().into_iter().map(Into::into).collect())
    }
}

/// An introduction as the viewer of a request sees it.
pub fn seen(viewer: &crate::visible::Viewer, row: Stored<Introduction>) -> Option<IntroductionNode> {
    viewer.see(Arc::new(row)).map(IntroductionNode)
}

super::common::connection!(IntroductionConnection, IntroductionEdge, IntroductionNode, "introductions");
