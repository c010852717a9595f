//! The person who asks: its own account, and what only it sees.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::account::{OrgRole, PlatformRole, Scope};

use super::{
    super::{
        code::Code,
        error::{ErrorCode, client_error},
    },
    OrganisationNode, SavedSearchNode,
    common::{find, node},
};
use crate::{
    app::App,
    auth::{Actor, PersonActor},
    id::encode,
    store::{
        Kind, StoreError,
        account::{ApiKeyRow, Member, OneTimeToken, PersonRow},
    },
};

/// The person who asks.
#[derive(Debug)]
pub struct Me {
    /// The stored person.
    pub row: PersonRow,
    /// Its power at this request.
    pub actor: std::sync::Arc<PersonActor>,
}

/// A session of the person who asks.
#[derive(Debug, SimpleObject)]
#[graphql(name = "Session")]
pub struct SessionObject {
    /// Id, for `endSession`.
    id: ID,
    /// What the client said that it is.
    client: Option<String>,
    /// Its beginning.
    created_at: DateTime<Utc>,
    /// Its last refresh.
    used_at: DateTime<Utc>,
    /// The end that no use puts off.
    expires_at: DateTime<Utc>,
    /// Whether it is the one of this request.
    current: bool,
}

/// One of the caller's own memberships.
#[derive(Debug)]
pub struct MyMembership {
    organisation: domain::id::Id<domain::organisation::Organisation>,
    role: OrgRole,
    acting: bool,
}

/// One of the caller's own memberships.
#[Object]
impl MyMembership {
    /// Of what.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<OrganisationNode> {
        node(ctx, self.organisation).await.map(OrganisationNode)
    }
    /// As what.
    async fn role(&self) -> Code<OrgRole> {
        Code(self.role)
    }
    /// Whether this request acts for it.
    async fn acting(&self) -> bool {
        self.acting
    }
}

/// A member of an organisation, for its own people.
#[derive(Debug, SimpleObject)]
#[graphql(name = "Member")]
pub struct MemberObject {
    /// Id of the membership.
    id: ID,
    /// Rises with every change.
    version: i32,
    /// Id of the person.
    person_id: ID,
    /// Name; null once erased.
    name: Option<String>,
    /// Address; null once erased.
    email: Option<String>,
    /// As what.
    role: Code<OrgRole>,
}

impl From<Member> for MemberObject {
    fn from(member: Member) -> Self {
        Self {
            id: ID(encode(Kind::Membership, member.membership.id)),
            version: member.membership.version,
            person_id: ID(encode(Kind::Person, member.membership.person.uuid())),
            name: member.name,
            email: member.email,
            role: Code(member.membership.role),
        }
    }
}

/// An open invitation, for the owners of its organisation.
#[derive(Debug, SimpleObject)]
#[graphql(name = "Invitation")]
pub struct InvitationObject {
    /// Id, for `revokeInvitation`.
    id: ID,
    /// To which address it went.
    email: String,
    /// As what.
    role: Option<Code<OrgRole>>,
    /// Its end.
    expires_at: DateTime<Utc>,
}

impl From<OneTimeToken> for InvitationObject {
    fn from(token: OneTimeToken) -> Self {
        let role = token.payload.get("role").cloned().unwrap_or_default();
        Self {
            id: ID(encode(Kind::Invitation, token.id)),
            email: token.email.unwrap_or_default(),
            role: serde_json::from_value(role).ok().map(Code),
            expires_at: time(token.expires_at),
        }
    }
}

/// A key of an integrator, for the owners of its organisation; never the key itself.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ApiKey")]
pub struct ApiKeyObject {
    /// Id, for `revokeApiKey`.
    id: ID,
    /// What it is for.
    name: String,
    /// What it may be used for.
    scopes: Vec<Code<Scope>>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// Its end.
    expires_at: DateTime<Utc>,
}

impl From<ApiKeyRow> for ApiKeyObject {
    fn from(key: ApiKeyRow) -> Self {
        Self {
            id: ID(encode(Kind::ApiKey, key.id)),
            name: key.name,
            scopes: key.scopes.iter().map(Code).collect(),
            created_at: time(key.created_at),
            expires_at: time(key.expires_at),
        }
    }
}

/// Microseconds since 1970 as a time.
pub(crate) fn time(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

/// What the database refused, without what it said.
pub(crate) fn stored<R>(result: Result<R, StoreError>) -> Result<R> {
    result.map_err(|error| {
        tracing::error!(error = ?error, "a query failed");
        client_error(ErrorCode::Internal, None, ErrorCode::Internal.public_text())
    })
}

/// The person who asks.
#[Object]
impl Me {
    /// Global id.
    async fn id(&self) -> ID {
        ID(encode(Kind::Person, self.row.id.uuid()))
    }
    /// Name.
    async fn name(&self) -> Option<String> {
        self.row.name.as_ref().map(ToString::to_string)
    }
    /// Address; null for a key, which is not the person.
    async fn email(&self) -> Option<String> {
        self.row.email.as_ref().filter(|_| self.actor.scopes.is_none()).map(ToString::to_string)
    }
    /// Language of mail.
    async fn language(&self) -> &str {
        &self.row.language
    }
    /// Roles on the platform.
    async fn platform_roles(&self) -> Vec<Code<PlatformRole>> {
        self.actor.platform.iter().map(|role| Code(*role)).collect()
    }
    /// Organisations, with the role in each.
    async fn memberships(&self) -> Vec<MyMembership> {
        let acting = self.actor.acting;
        let mine = self.actor.memberships.iter();
        mine.map(|(organisation, role)| MyMembership {
            organisation: *organisation,
            role: *role,
            acting: acting == Some(*organisation),
        })
        .collect()
    }
    /// Sessions that have not ended, newest first; none for a key.
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<SessionObject>> {
        if self.actor.scopes.is_some() {
            return Ok(Vec::new());
        }
        let sessions = stored(ctx.data::<App>()?.store.sessions(self.row.id).await)?;
        Ok(sessions
            .into_iter()
            .map(|session| SessionObject {
                id: ID(encode(Kind::Session, session.id)),
                client: session.client,
                created_at: time(session.created_at),
                used_at: time(session.used_at),
                expires_at: time(session.expires_at),
                current: self.actor.session == Some(session.id),
            })
            .collect())
    }
    /// Whether a second factor counts.
    async fn two_factor(&self, ctx: &Context<'_>) -> Result<bool> {
        let totp = stored(ctx.data::<App>()?.store.totp(self.row.id).await)?;
        Ok(totp.is_some_and(|totp| totp.confirmed_at.is_some()))
    }
    /// Searches that the caller keeps, oldest first.
    async fn saved_searches(&self, ctx: &Context<'_>) -> Result<Vec<SavedSearchNode>> {
        let ids = stored(ctx.data::<App>()?.store.saved_searches(self.row.id).await)?;
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.extend(find(ctx, id).await?.map(SavedSearchNode));
        }
        Ok(found)
    }
    /// All that is stored about the caller, table by table; null for a key.
    async fn data(&self, ctx: &Context<'_>) -> Result<Option<async_graphql::Json<serde_json::Value>>> {
        if self.actor.scopes.is_some() {
            return Ok(None);
        }
        let data = stored(ctx.data::<App>()?.store.personal_data(self.row.id).await)?;
        Ok(Some(async_graphql::Json(data)))
    }
}

/// The person who asks, if somebody known asks.
///
/// # Errors
/// Nobody known asks, or the database does not answer.
pub async fn me(ctx: &Context<'_>) -> Result<Me> {
    let nobody = || client_error(ErrorCode::Unauthenticated, None, ErrorCode::Unauthenticated.public_text());
    let Actor::Person(actor) = ctx.data::<Actor>()? else { return Err(nobody()) };
    crate::failpoint::pass("resolver");
    let row = stored(ctx.data::<App>()?.store.person(actor.person).await)?.ok_or_else(nobody)?;
    Ok(Me { row, actor: std::sync::Arc::clone(actor) })
}
