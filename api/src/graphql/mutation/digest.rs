//! Mutations of subscriptions to digests.

use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    Vocabulary,
    city::City,
    digest::{
        DigestCadence, DigestLanguage, DigestSettings, DigestSettingsInput, DigestSubjectKind,
        DigestTransition, DigestWeekday,
    },
    mandate::Mandate,
    saved_search::SavedSearch,
};
use uuid::Uuid;

use super::{UserError, account_id, aggregate_id, meta, origin, payload, settled};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, Refusal},
    digest::{
        feed,
        subscription::{self, On, Wanted},
    },
    graphql::{code::Code, object::DigestSubscriptionNode},
    store::Kind,
};

payload! {
    /// Answer of `subscribeDigest`; the same whether the address is known, is subscribed already, or takes no mail.
    SubscribeDigestPayload {
        /// True where the request was taken. Nothing but the request to confirm is sent before it is confirmed.
        accepted: bool,
        /// The subscription, where the address is the caller's own.
        subscription: DigestSubscriptionNode,
    }
}

payload! {
    /// Answer of a mutation of a subscription.
    DigestSubscriptionPayload {
        /// The subscription as it is now.
        subscription: DigestSubscriptionNode,
    }
}

payload! {
    /// Answer of a mutation of a feed.
    DigestFeedPayload {
        /// The address of the feed. It is a secret, and there this once.
        feed_url: String,
        /// The subscription as it is now.
        subscription: DigestSubscriptionNode,
    }
}

/// How the letters of a subscription come; what is left out has its default.
#[derive(Debug, Clone, Default, InputObject)]
#[graphql(name = "DigestSettingsInput")]
pub struct SettingsInput {
    /// How often; weekly.
    cadence: Option<Code<DigestCadence>>,
    /// On which day of the week; the first of the zone's working week. A daily digest takes none.
    weekday: Option<Code<DigestWeekday>>,
    /// At which hour of the zone, 0 to 23; 8.
    hour: Option<i32>,
    /// Zone of the IANA database, such as `Europe/Belgrade`; `Etc/UTC`.
    zone: Option<String>,
    /// Most items of an issue, 1 to 30; 10.
    max_items: Option<i32>,
    /// Least score in points, 0 to 100; 60.
    min_score: Option<i32>,
    /// Least known share of a score in percent, 0 to 100; 60.
    min_coverage: Option<i32>,
    /// Days of the zone on which nothing is sent, at most 60.
    quiet_dates: Option<Vec<NaiveDate>>,
    /// In which language; English.
    language: Option<Code<DigestLanguage>>,
}

impl SettingsInput {
    fn parse(self) -> Result<DigestSettings, CommandError> {
        let code = |code: &'static str| code.to_owned();
        let given = DigestSettingsInput {
            cadence: self.cadence.map(|given| code(given.0.code())),
            weekday: self.weekday.map(|given| code(given.0.code())),
            hour: self.hour.map(Into::into),
            zone: self.zone,
            max_items: self.max_items.map(Into::into),
            min_score: self.min_score.map(Into::into),
            min_coverage: self.min_coverage.map(Into::into),
            quiet_dates: self.quiet_dates.unwrap_or_default(),
            language: self.language.map(|given| code(given.0.code())),
        };
        DigestSettings::try_from(given).map_err(|errors| {
            let refusal = |error: domain::FieldError| {
                Refusal::validation(&format!("settings.{}", error.path), error.message)
            };
            CommandError::Refused(errors.0.into_iter().map(refusal).collect())
        })
    }
}

/// What somebody subscribes to: give one of the ids.
#[derive(Debug, InputObject)]
pub struct SubscribeDigestInput {
    /// Where letters go; the request to confirm goes there first.
    email: String,
    /// Projects for this mandate.
    mandate_id: Option<ID>,
    /// What this search of the caller finds.
    saved_search_id: Option<ID>,
    /// Partners for this city.
    city_id: Option<ID>,
    /// How the letters come.
    settings: Option<SettingsInput>,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

impl SubscribeDigestInput {
    fn parse(self) -> Result<Wanted, CommandError> {
        let (subject, subject_id) = match (&self.mandate_id, &self.saved_search_id, &self.city_id) {
            (Some(id), None, None) => {
                (DigestSubjectKind::Mandate, aggregate_id::<Mandate>("mandateId", id)?.uuid())
            }
            (None, Some(id), None) => {
                (DigestSubjectKind::SavedSearch, aggregate_id::<SavedSearch>("savedSearchId", id)?.uuid())
            }
            (None, None, Some(id)) => (DigestSubjectKind::City, aggregate_id::<City>("cityId", id)?.uuid()),
            _ => {
                let message = "give one of mandateId, savedSearchId and cityId";
                return Err(Refusal::validation("mandateId", message).into());
            }
        };
        let settings = self.settings.unwrap_or_default().parse()?;
        Ok(Wanted { email: self.email, subject, subject_id, settings })
    }
}

/// New settings of a subscription.
#[derive(Debug, InputObject)]
pub struct SetDigestInput {
    /// Which one.
    subscription_id: ID,
    /// The version that the change is made on.
    expected_version: i32,
    /// All settings; what is left out has its default.
    settings: SettingsInput,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A move of a subscription.
#[derive(Debug, InputObject)]
pub struct MoveDigestInput {
    /// Which one.
    subscription_id: ID,
    /// The version that the move is made on.
    expected_version: i32,
    /// `PAUSE`, `RESUME` or `UNSUBSCRIBE`.
    transition: Code<DigestTransition>,
    /// The end of a pause, within a year; without one it lasts until it is resumed.
    until: Option<DateTime<Utc>>,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A feed that is to have an address.
#[derive(Debug, InputObject)]
pub struct IssueDigestFeedInput {
    /// Of which subscription.
    subscription_id: ID,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A feed whose address is to be taken back.
#[derive(Debug, InputObject)]
pub struct RevokeDigestFeedInput {
    /// Of which subscription.
    subscription_id: ID,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// What a command changed, as its person sees it now.
async fn seen(
    ctx: &Context<'_>,
    done: Option<Uuid>,
    errors: &mut Vec<UserError>,
) -> Result<Option<DigestSubscriptionNode>> {
    let Some(id) = done else { return Ok(None) };
    let found = DigestSubscriptionNode::find(ctx, id).await?;
    if found.is_none() {
        errors.push(Refusal::not_found("", "subscription").into());
    }
    Ok(found)
}

/// Mutations of subscriptions to digests.
#[derive(Debug, Default)]
pub struct DigestMutation;

/// Mutations of subscriptions to digests.
#[Object]
impl DigestMutation {
    /// Subscribes an address to what is new for a mandate, a saved search of the caller, or a city. Anybody may ask; a
    /// letter asks the address to confirm within a week. To ask again gives one subscription.
    async fn subscribe_digest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: SubscribeDigestInput,
    ) -> Result<SubscribeDigestPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let client_mutation_id = input.client_mutation_id.clone();
        let outcome = async { subscription::subscribe(app, actor, origin(ctx), input.parse()?).await };
        let (done, user_errors) = settled(outcome.await)?;
        let accepted = done.map(|_| true);
        let subscription = match done.flatten() {
            Some(id) => DigestSubscriptionNode::find(ctx, id).await?,
            None => None,
        };
        Ok(SubscribeDigestPayload { accepted, subscription, user_errors, client_mutation_id })
    }

    /// Sets how the letters of one of the caller's subscriptions come.
    async fn set_digest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: SetDigestInput,
    ) -> Result<DigestSubscriptionPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "setDigest", &input.idempotency_key, &input)?;
            let id = account_id(Kind::DigestSubscription, "subscriptionId", &input.subscription_id)?;
            let on = On { id, expected_version: input.expected_version };
            subscription::set(app, actor, &meta, on, input.settings.clone().parse()?).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let subscription = seen(ctx, done, &mut user_errors).await?;
        let client_mutation_id = input.client_mutation_id;
        Ok(DigestSubscriptionPayload { subscription, user_errors, client_mutation_id })
    }

    /// Gives one of the caller's subscriptions an Atom feed of the same items, at an address that is a secret. An earlier
    /// address of it leads nowhere from then on.
    async fn issue_digest_feed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: IssueDigestFeedInput,
    ) -> Result<DigestFeedPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "issueDigestFeed", &input.idempotency_key, &input)?;
            let id = account_id(Kind::DigestSubscription, "subscriptionId", &input.subscription_id)?;
            feed::issue(app, actor, &meta, id).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let (id, feed_url) = done.map_or((None, None), |(id, address)| (Some(id), address));
        let subscription = seen(ctx, id, &mut user_errors).await?;
        let client_mutation_id = input.client_mutation_id;
        Ok(DigestFeedPayload { feed_url, subscription, user_errors, client_mutation_id })
    }

    /// Takes the address of a feed back: it leads nowhere from then on.
    async fn revoke_digest_feed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: RevokeDigestFeedInput,
    ) -> Result<DigestFeedPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "revokeDigestFeed", &input.idempotency_key, &input)?;
            let id = account_id(Kind::DigestSubscription, "subscriptionId", &input.subscription_id)?;
            feed::revoke(app, actor, &meta, id).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let subscription = seen(ctx, done, &mut user_errors).await?;
        let client_mutation_id = input.client_mutation_id;
        Ok(DigestFeedPayload { feed_url: None, subscription, user_errors, client_mutation_id })
    }

    /// Pauses, resumes or ends one of the caller's subscriptions.
    async fn move_digest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: MoveDigestInput,
    ) -> Result<DigestSubscriptionPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "moveDigest", &input.idempotency_key, &input)?;
            let id = account_id(Kind::DigestSubscription, "subscriptionId", &input.subscription_id)?;
            let on = On { id, expected_version: input.expected_version };
            let until = input.until.map(|until| until.timestamp_micros());
            subscription::go(app, actor, &meta, on, (input.transition.0, until)).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let subscription = seen(ctx, done, &mut user_errors).await?;
        let client_mutation_id = input.client_mutation_id;
        Ok(DigestSubscriptionPayload { subscription, user_errors, client_mutation_id })
    }
}
