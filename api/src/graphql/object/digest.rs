//! Subscriptions to digests, for the person under whose address they are, and their issues.
#![expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    Vocabulary,
    digest::{
        DigestCadence, DigestIssueState, DigestItemKind, DigestLanguage, DigestNoReason, DigestState,
        DigestSubjectKind, DigestTransition, DigestWeekday,
    },
    id::Id,
};

use super::{
    super::{
        code::Code,
        error::{ErrorCode, client_error},
    },
    CityNode, MandateNode, ProjectNode, SavedSearchNode,
    common::find,
    me::stored,
};
use crate::{
    app::App,
    auth::Actor,
    digest::{compose, letter, subject::Body, subscription, words::Words},
    id::encode,
    store::{IssueRow, ItemRow, Kind, SubscriptionRow},
};

/// Issues of one page.
pub const MAX_ISSUES: i32 = 50;

fn time(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

/// A subscription that its person may see; there is no other way to make one.
#[derive(Debug, Clone)]
pub struct DigestSubscriptionNode(SubscriptionRow);

impl DigestSubscriptionNode {
    /// The subscription, if it is the caller's own.
    pub fn own(actor: &Actor, row: SubscriptionRow) -> Option<Self> {
        subscription::is_own(actor, &row).then_some(Self(row))
    }

    /// The subscription of an id, if it is the caller's own.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn find(ctx: &Context<'_>, id: uuid::Uuid) -> Result<Option<Self>> {
        let found = stored(ctx.data::<App>()?.store.subscription(id).await)?;
        let actor = ctx.data::<Actor>()?;
        Ok(found.and_then(|row| Self::own(actor, row)))
    }

    /// Its issues, newest first.
    ///
    /// # Errors
    /// The page is too long, or the database does not answer.
    pub async fn issues_of(&self, ctx: &Context<'_>, first: Option<i32>) -> Result<Vec<DigestIssueObject>> {
        let first = first.unwrap_or(10);
        if !(1..=MAX_ISSUES).contains(&first) {
            let message = format!("Ask for 1 to {MAX_ISSUES} issues.");
            return Err(client_error(ErrorCode::Validation, Some("first"), message));
        }
        let store = &ctx.data::<App>()?.store;
        let issues = stored(store.issues_of(self.0.id, u64::try_from(first).unwrap_or(1)).await)?;
        let ids: Vec<_> = issues.iter().map(|issue| issue.id).collect();
        let mut items = stored(store.items_of(&ids).await)?;
        let language = self.0.settings.language;
        Ok(issues
            .into_iter()
            .map(|issue| {
                let items = items.remove(&issue.id).unwrap_or_default();
                DigestIssueObject { issue, items, language }
            })
            .collect())
    }

    /// The next issue as it would be written now; none where the subscription has ended or what it is about is gone.
    ///
    /// # Errors
    /// The server is busy, or it failed.
    pub async fn next_issue(&self, ctx: &Context<'_>) -> Result<Option<DigestPreview>> {
        let written = compose::preview(ctx.data::<App>()?, &self.0).await;
        let (written, refused) = super::super::mutation::settled(written)?;
        if !refused.is_empty() {
            return Err(client_error(ErrorCode::Internal, None, ErrorCode::Internal.public_text()));
        }
        Ok(written.flatten().map(Into::into))
    }
}

/// How the letters of a subscription come.
#[derive(Debug, SimpleObject)]
#[graphql(name = "DigestSettings")]
pub struct DigestSettingsObject {
    /// How often.
    cadence: Code<DigestCadence>,
    /// On which day of the week; null for the first of the zone's working week, and for a daily digest.
    weekday: Option<Code<DigestWeekday>>,
    /// At which hour of the zone.
    hour: i32,
    /// Zone of the IANA database.
    zone: String,
    /// Most items of an issue.
    max_items: i32,
    /// Least score, in points.
    min_score: i32,
    /// Least known share of a score, in percent.
    min_coverage: i32,
    /// Days of the zone on which nothing is sent.
    quiet_dates: Vec<NaiveDate>,
    /// In which language.
    language: Code<DigestLanguage>,
}

/// A subscription to a digest, under the caller's own address.
#[Object(name = "DigestSubscription")]
impl DigestSubscriptionNode {
    /// Global id.
    async fn id(&self) -> ID {
        ID(encode(Kind::DigestSubscription, self.0.id))
    }
    /// Rises with every change and every issue; a change names the version that it was made on.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Where it stands.
    async fn state(&self) -> Code<DigestState> {
        Code(self.0.state)
    }
    /// What the caller may do with it now, by `moveDigest`.
    async fn available_moves(&self) -> Vec<Code<DigestTransition>> {
        subscription::available(self.0.state).into_iter().map(Code).collect()
    }
    /// Where its letters go.
    async fn email(&self) -> &str {
        &self.0.address
    }
    /// What it is about.
    async fn about(&self) -> Code<DigestSubjectKind> {
        Code(self.0.subject)
    }
    /// The mandate that it is about; null where it is about something else, or the mandate is gone.
    async fn mandate(&self, ctx: &Context<'_>) -> Result<Option<MandateNode>> {
        match self.0.subject {
            DigestSubjectKind::Mandate => {
                Ok(find(ctx, Id::from_uuid(self.0.subject_id)).await?.map(MandateNode))
            }
            DigestSubjectKind::City | DigestSubjectKind::SavedSearch => Ok(None),
        }
    }
    /// The city whose partners it is about; null where it is about something else.
    async fn city(&self, ctx: &Context<'_>) -> Result<Option<CityNode>> {
        match self.0.subject {
            DigestSubjectKind::City => Ok(find(ctx, Id::from_uuid(self.0.subject_id)).await?.map(CityNode)),
            DigestSubjectKind::Mandate | DigestSubjectKind::SavedSearch => Ok(None),
        }
    }
    /// The saved search that it is about; null where it is about something else, or the search is gone.
    async fn saved_search(&self, ctx: &Context<'_>) -> Result<Option<SavedSearchNode>> {
        match self.0.subject {
            DigestSubjectKind::SavedSearch => {
                Ok(find(ctx, Id::from_uuid(self.0.subject_id)).await?.map(SavedSearchNode))
            }
            DigestSubjectKind::Mandate | DigestSubjectKind::City => Ok(None),
        }
    }
    /// How its letters come.
    async fn settings(&self) -> DigestSettingsObject {
        let settings = &self.0.settings;
        DigestSettingsObject {
            cadence: Code(settings.cadence),
            weekday: settings.weekday.map(Code),
            hour: settings.hour.into(),
            zone: settings.zone.name().to_owned(),
            max_items: settings.max_items.into(),
            min_score: settings.min_score.into(),
            min_coverage: settings.min_coverage.into(),
            quiet_dates: settings.quiet_dates.iter().copied().collect(),
            language: Code(settings.language),
        }
    }
    /// When the next issue is due; null while none comes.
    async fn next_due_at(&self) -> Option<DateTime<Utc>> {
        self.0.due_at.map(time)
    }
    /// When its feed got the address that it has now; null where it has none.
    async fn feed_since(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(stored(ctx.data::<App>()?.store.feed_since(self.0.id).await)?.map(time))
    }
    /// Until when it is paused; null for until it is resumed.
    async fn paused_until(&self) -> Option<DateTime<Utc>> {
        self.0.paused_until.map(time)
    }
    /// When it was confirmed from its mailbox.
    async fn confirmed_at(&self) -> Option<DateTime<Utc>> {
        self.0.confirmed_at.map(time)
    }
}

/// An issue of a digest.
#[derive(Debug)]
pub struct DigestIssueObject {
    issue: IssueRow,
    items: Vec<ItemRow>,
    language: DigestLanguage,
}

/// An issue of a digest.
#[Object(name = "DigestIssue")]
impl DigestIssueObject {
    /// Its period, such as `2026-W48`.
    async fn period(&self) -> &str {
        &self.issue.period
    }
    /// Where it stands.
    async fn state(&self) -> Code<DigestIssueState> {
        Code(self.issue.state)
    }
    /// When it was due.
    async fn due_at(&self) -> DateTime<Utc> {
        time(self.issue.due_at)
    }
    /// What it told, in its order.
    async fn items(&self) -> Result<Vec<DigestItemObject>> {
        let language = self.language;
        let item = |item: &ItemRow| {
            let body = serde_json::from_value(item.body.clone()).map_err(|error| {
                tracing::error!(error = ?error, "an item of a digest does not read");
                client_error(ErrorCode::Internal, None, ErrorCode::Internal.public_text())
            })?;
            Ok(DigestItemObject { item: item.clone(), body, language })
        };
        self.items.iter().map(item).collect()
    }
}

/// An item of an issue.
#[derive(Debug)]
pub struct DigestItemObject {
    item: ItemRow,
    body: Body,
    language: DigestLanguage,
}

/// An item of an issue. The thing itself is shown as the caller may see it now.
#[Object(name = "DigestItem")]
impl DigestItemObject {
    /// Why it was told.
    async fn kind(&self) -> Code<DigestItemKind> {
        Code(self.item.kind)
    }
    /// The project; null where it is a city, or is not to be seen any more.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<ProjectNode>> {
        if !self.body.is_listing {
            return Ok(None);
        }
        Ok(find(ctx, Id::from_uuid(self.item.subject)).await?.map(ProjectNode))
    }
    /// The partner city; null where it is a project.
    async fn partner(&self, ctx: &Context<'_>) -> Result<Option<CityNode>> {
        if self.body.is_listing {
            return Ok(None);
        }
        Ok(find(ctx, Id::from_uuid(self.item.subject)).await?.map(CityNode))
    }
    /// The score as it was told, 0 to 100; null where the list is not ranked.
    async fn told_score(&self) -> Option<f64> {
        self.body.score.map(|score| matcher::score::points(score.point))
    }
    /// Why it stood in the list, as it was told.
    async fn reason(&self) -> String {
        Words::of(self.language).reason(&self.body)
    }
    /// What its reader answered from the mail: `INTERESTED`, `NOT_NOW` or `MUTE_FIELD`.
    async fn answer(&self) -> Option<&str> {
        self.item.answer.as_deref()
    }
    /// Why it was not for now.
    async fn answer_reason(&self) -> Option<Code<DigestNoReason>> {
        let reason = self.item.reason.as_deref()?;
        DigestNoReason::from_code(reason).ok().map(Code)
    }
}

/// The next issue as it would be written now.
#[derive(Debug, SimpleObject)]
pub struct DigestPreview {
    /// One line.
    subject: String,
    /// Plain text.
    text: String,
    /// HTML.
    html: String,
}

impl From<letter::Written> for DigestPreview {
    fn from(written: letter::Written) -> Self {
        Self { subject: written.subject, text: written.text, html: written.html }
    }
}
