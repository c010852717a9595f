//! From the headers of a request to an actor. Everything but the token is read from the database, each time.

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use domain::organisation::Organisation;

use super::{
    Actor, Auth, PersonActor, access_token,
    secret::{SecretKind, hash_of},
};
use crate::{
    id::decode_as,
    store::{
        Store, StoreError,
        account::{PersonState, SessionRow},
    },
};

/// Header that names the organisation for which a person acts.
pub const ORGANISATION_HEADER: &str = "caravanserai-organisation";

/// Why there is no actor.
#[derive(Debug, thiserror::Error)]
pub enum AuthFailure {
    /// The credentials are not in order.
    #[error("the credentials are not valid")]
    Unauthenticated,
    /// The organisation named is not one of the person's.
    #[error("there is no such organisation")]
    NoSuchOrganisation,
    /// The database does not answer.
    #[error("the database did not answer")]
    Store(#[from] StoreError),
}

/// Who asks. Without credentials it is nobody; with wrong ones it is a refusal, never somebody else.
///
/// # Errors
/// The credentials are not in order, or the database does not answer.
pub async fn authenticate(store: &Store, auth: &Auth, headers: &HeaderMap) -> Result<Actor, AuthFailure> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let credentials = match (given.next(), given.next()) {
        (None, _) => return Ok(Actor::Anonymous),
        (Some(one), None) => one.to_str().map_err(|_| AuthFailure::Unauthenticated)?,
        (Some(_), Some(_)) => return Err(AuthFailure::Unauthenticated),
    };
    let (scheme, token) = credentials.split_once(' ').ok_or(AuthFailure::Unauthenticated)?;
    let is_one_word = !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic() && b != b',');
    if !scheme.eq_ignore_ascii_case("bearer") || !is_one_word {
        return Err(AuthFailure::Unauthenticated);
    }
    let named = named_organisation(headers)?;
    let mut actor = match hash_of(SecretKind::ApiKey, token) {
        Some(hash) => by_key(store, auth, &hash).await?,
        None => by_token(store, auth, token).await?,
    };
    if let Some(named) = named {
        if !actor.memberships.iter().any(|(id, _)| *id == named) {
            return Err(AuthFailure::NoSuchOrganisation);
        }
        actor.acting = Some(named);
    }
    Ok(Actor::Person(Arc::new(actor)))
}

/// Who asks with the cookie of a browser's session, and for which organisation of several.
///
/// # Errors
/// The session is over or was never one, or the database does not answer.
pub async fn authenticate_browser(
    store: &Store,
    auth: &Auth,
    secret: &str,
    acting: Option<&str>,
) -> Result<Actor, AuthFailure> {
    let hash = hash_of(SecretKind::Browser, secret).ok_or(AuthFailure::Unauthenticated)?;
    let session = store.browser_session(&hash).await?.ok_or(AuthFailure::Unauthenticated)?;
    let issued_at = session.created_at;
    let mut actor = of_session(store, auth, session, issued_at).await?;
    if let Some(text) = acting {
        let named = decode_as::<Organisation>(text).map_err(|_| AuthFailure::NoSuchOrganisation)?;
        if !actor.memberships.iter().any(|(id, _)| *id == named) {
            return Err(AuthFailure::NoSuchOrganisation);
        }
        actor.acting = Some(named);
    }
    Ok(Actor::Person(Arc::new(actor)))
}

fn named_organisation(headers: &HeaderMap) -> Result<Option<domain::id::Id<Organisation>>, AuthFailure> {
    let mut given = headers.get_all(ORGANISATION_HEADER).iter();
    let Some(text) = given.next() else { return Ok(None) };
    if given.next().is_some() {
        return Err(AuthFailure::NoSuchOrganisation);
    }
    let text = text.to_str().map_err(|_| AuthFailure::NoSuchOrganisation)?;
    decode_as::<Organisation>(text).map(Some).map_err(|_| AuthFailure::NoSuchOrganisation)
}

async fn by_token(store: &Store, auth: &Auth, token: &str) -> Result<PersonActor, AuthFailure> {
    let now = auth.clock.now().timestamp();
    let verified = access_token::verify(&auth.keys, &auth.public_url, token, now)
        .map_err(|_| AuthFailure::Unauthenticated)?;
    let session = store.session(verified.session).await?.ok_or(AuthFailure::Unauthenticated)?;
    if session.person != verified.person {
        return Err(AuthFailure::Unauthenticated);
    }
    let issued_at = verified.issued_at.saturating_mul(1_000_000).saturating_add(999_999);
    of_session(store, auth, session, issued_at).await
}

/// The person of a session, if the session is not over and its credentials were issued (microseconds) after the person
/// last ended all of them.
async fn of_session(
    store: &Store,
    auth: &Auth,
    session: SessionRow,
    issued_at: i64,
) -> Result<PersonActor, AuthFailure> {
    let (person, memberships, platform) = tokio::try_join!(
        store.person(session.person),
        store.memberships(session.person),
        store.platform_roles(session.person),
    )?;
    let Some(person) = person else { return Err(AuthFailure::Unauthenticated) };
    let is_live = session.ended_at.is_none()
        && auth.clock.now().timestamp_micros() < session.expires_at
        && issued_at >= person.sessions_valid_after;
    if !is_live || person.state != PersonState::Active {
        return Err(AuthFailure::Unauthenticated);
    }
    let memberships: Vec<_> = memberships.iter().map(|m| (m.organisation, m.role)).collect();
    let acting = match memberships.as_slice() {
        [(only, _)] => Some(*only),
        _ => None,
    };
    let own: Vec<_> = memberships.iter().map(|(id, _)| *id).collect();
    let introduced = store.introduced_to(&own).await?;
    Ok(PersonActor {
        introduced,
        person: person.id,
        session: Some(session.id),
        confirmed: true,
        platform,
        memberships,
        acting,
        scopes: None,
    })
}

/// A key acts for its organisation alone, while its person is a member there, and never with a role on the platform.
async fn by_key(store: &Store, auth: &Auth, hash: &str) -> Result<PersonActor, AuthFailure> {
    let key = store.api_key(hash).await?.ok_or(AuthFailure::Unauthenticated)?;
    let (person, memberships) = tokio::try_join!(store.person(key.person), store.memberships(key.person))?;
    let person = person.filter(|person| person.state == PersonState::Active);
    let membership = memberships.iter().find(|membership| membership.organisation == key.organisation);
    let (Some(person), Some(membership)) = (person, membership) else {
        return Err(AuthFailure::Unauthenticated);
    };
    if key.expires_at <= auth.clock.now().timestamp_micros() {
        return Err(AuthFailure::Unauthenticated);
    }
    let introduced = store.introduced_to(&[key.organisation]).await?;
    Ok(PersonActor {
        introduced,
        person: person.id,
        session: None,
        confirmed: true,
        platform: std::collections::BTreeSet::new(),
        memberships: vec![(key.organisation, membership.role)],
        acting: Some(key.organisation),
        scopes: Some(key.scopes),
    })
}
