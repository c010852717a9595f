//! Who belongs to an organisation: invitations, roles, departures.

use domain::{
    Vocabulary,
    account::{OrgRole, PersonName},
    digest::DigestLanguage,
    id::Id,
    organisation::Organisation,
    policy::{Action, AggregateKind, Decision, Standing, decide},
    value::Lang,
};
use uuid::Uuid;

use super::{
    DAY, HOUR, MINUTE, address, dead_link, letters, link, live_token, micros, new_token, register,
    seen_token, throttled, weak,
};
use crate::{
    app::App,
    auth::{Actor, password},
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    store::account::{Membership, NewToken, PersonState, Purpose, Throttle},
};

/// Open invitations that an organisation may have.
const MAX_OPEN: usize = 50;

/// Asks the policy about a membership, an invitation or a key of the organisation for which the actor acts.
pub(super) async fn authorised(
    command: &CommandTx,
    kind: AggregateKind,
    action: Action,
    itself: bool,
    organisation: Id<Organisation>,
) -> Result<(), CommandError> {
    let viewer = command.viewer().await?;
    let role = viewer.actor.role_in(organisation);
    let is_key = viewer.actor.person().is_some_and(|person| person.scopes.is_some());
    let standing = Standing { confirmed: true, role, itself, ..Standing::default() };
    match decide(kind, action, standing.relations(), None) {
        Decision::Allow if !is_key => Ok(()),
        Decision::Hide => Err(Refusal::not_found("", kind.code()).into()),
        Decision::Allow | Decision::Deny => {
            Err(Refusal::not_permitted("this is for the owners of the organisation").into())
        }
    }
}

/// Invites an address to the organisation for which the actor acts. Answers the invitation's id; whether the address
/// has an account makes no difference.
///
/// # Errors
/// The actor may not, a field is wrong, or there are too many.
pub async fn invite(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    email: &str,
    role: OrgRole,
) -> Result<Uuid, CommandError> {
    let email = address("email", email)?;
    if let Some(acting) = actor.acting() {
        throttled(app, &Throttle::new("invite", &acting.uuid().to_string(), 60, HOUR)).await?;
    }
    // However many organisations somebody has, and whoever asks: nobody's box is filled.
    if let Some(person) = actor.person_id() {
        throttled(app, &Throttle::new("invite by", &person.uuid().to_string(), 60, HOUR)).await?;
        throttled(app, &Throttle::new("invite to", &email.identity(), 3, HOUR)).await?;
    }
    app.command(actor, meta, move |command| {
        let email = email.clone();
        Box::pin(async move {
            let app = &command.app;
            let (organisation, _) = command.acting().await?;
            authorised(command, AggregateKind::Invitation, Action::Create, false, organisation).await?;
            let stored = command.tx.get::<Organisation>(organisation).await?;
            let stored = stored.ok_or_else(|| Refusal::not_found("", "organisation"))?;
            let open = app.store.invitations(organisation, command.tx.now_micros()).await?;
            if open.len() >= MAX_OPEN {
                let message = format!("an organisation has at most {MAX_OPEN} open invitations");
                return Err(Refusal::new(UserErrorCode::RateLimited, "", message).into());
            }
            let token = new_token()?;
            let expires_at = command.tx.now_micros().saturating_add(micros(7 * DAY));
            let id = command
                .tx
                .insert_token(NewToken {
                    hash: token.hash(),
                    purpose: Purpose::Invitation,
                    person: None,
                    organisation: Some(organisation),
                    email: Some(email.as_str().to_owned()),
                    payload: serde_json::json!({"role": role}),
                    expires_at,
                })
                .await?;
            let name = stored.value.name.to_string();
            // Who is known reads the own language, who is not that of whoever invites.
            let known = app.store.person_by_email(&email).await?;
            let reader = match (known, command.actor.person_id()) {
                (Some(known), _) => Some(known),
                (None, Some(inviter)) => app.store.person(inviter).await?,
                (None, None) => None,
            };
            let language = reader.as_ref().map_or(DigestLanguage::En, letters::language);
            let address = link(app, "accept-invitation", &token);
            let (subject, body) = letters::invitation(language, &name, role, &address);
            let letter = letters::security(None, email.as_str(), &subject, body, Some(expires_at));
            command.tx.promise(letter, &app.auth.mail_domain).await?;
            command.audit_as("invitation", Some(id), serde_json::json!({"role": role}));
            Ok(id)
        })
    })
    .await
}

/// Takes an invitation back.
///
/// # Errors
/// There is none, the actor may not, or it was used or taken back already.
pub async fn revoke_invitation(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Uuid,
) -> Result<Uuid, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            let missing = || Refusal::not_found("invitationId", "invitation");
            let found = command.tx.lock_invitation(id).await?.ok_or_else(missing)?;
            let organisation = found.organisation.ok_or_else(missing)?;
            authorised(command, AggregateKind::Invitation, Action::Delete, false, organisation).await?;
            if !command.tx.revoke_token(id).await? {
                let message = "the invitation was accepted or taken back already";
                return Err(Refusal::new(UserErrorCode::InvalidTransition, "invitationId", message).into());
            }
            command.audit_as("invitation", Some(id), serde_json::json!({}));
            Ok(id)
        })
    })
    .await
}

/// What somebody without an account accepts an invitation with.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Name.
    pub name: String,
    /// Password.
    pub password: String,
}

/// Joins an organisation with the link of an invitation: as the invited person who is signed in, or with a new
/// account for the invited address, which the link proves. Answers the membership.
///
/// # Errors
/// The link cannot be used, is for another address, or the account exists and is not signed in.
pub async fn accept_invitation(
    app: &App,
    actor: &Actor,
    from: &str,
    token: &str,
    account: Option<NewAccount>,
) -> Result<Uuid, CommandError> {
    let seen = seen_token(app, from, Purpose::Invitation, "token", token).await?;
    let invited = seen.email.as_deref().unwrap_or_default().parse().map_err(|_| dead_link("token"))?;
    // A password is hashed for an account that can be made; the write looks at the same things again.
    let account = match account {
        Some(_) if actor.person().is_some() || app.store.person_by_email(&invited).await?.is_some() => None,
        Some(NewAccount { name, password }) => {
            let name = PersonName::new(&name).map_err(|error| Refusal::validation("name", error))?;
            password::check(&password, &[name.as_str()]).map_err(weak("password"))?;
            throttled(app, &Throttle::new("hash by link", &seen.id.to_string(), 10, 15 * MINUTE)).await?;
            Some((name, app.auth.passwords.hash(password).await?))
        }
        None => None,
    };
    let command = app.begin(actor, "acceptInvitation", None).await?;
    let found = live_token(&command, Purpose::Invitation, "token", token).await?;
    let email = found.email.as_deref().unwrap_or_default().parse().map_err(|_| dead_link("token"))?;
    let organisation = found.organisation.ok_or_else(|| dead_link("token"))?;
    let role: OrgRole = serde_json::from_value(found.payload.get("role").cloned().unwrap_or_default())
        .map_err(|_| dead_link("token"))?;
    let known = command.tx.lock_person_by_email(&email).await?;
    let person = match (known, actor.person(), account) {
        (Some(known), Some(signed_in), _) if known.id == signed_in.person => known.id,
        (Some(known), None, _) if known.state == PersonState::Active => {
            let message = "this address has an account: sign in with it, then accept";
            return Err(Refusal::not_permitted(message).into());
        }
        // Somebody else's link does not exist for who is signed in now, nor does one of an account that is shut.
        (_, Some(_), _) | (Some(_), None, _) => return Err(dead_link("token")),
        (None, None, Some((name, hash))) => {
            let person = register::new_person(&command, email, name, Lang::EN, Some(hash));
            register::insert(&command, &person).await?;
            person.id
        }
        (None, None, None) => {
            let message = "there is no account for this address yet: give a name and a password";
            return Err(Refusal::validation("password", message).into());
        }
    };
    if !command.tx.claim_token(found.id).await? {
        return Err(dead_link("token"));
    }
    let membership = match command.tx.insert_membership(person, organisation, role).await {
        Err(error) if error.is_taken("membership") => {
            let message = "this person is a member already";
            return Err(Refusal::new(UserErrorCode::Duplicate, "token", message).into());
        }
        id => id?,
    };
    let detail = serde_json::json!({"role": role});
    command.audit_by(Some(person.uuid()), "membership", Some(membership), detail);
    command.tx.commit().await?;
    Ok(membership)
}

/// Finds a membership of an organisation of which the actor is, with all of its memberships locked.
async fn membership(
    command: &CommandTx,
    id: Uuid,
    action: Action,
) -> Result<(Membership, Vec<Membership>), CommandError> {
    let missing = || Refusal::not_found("membershipId", "membership");
    let found = command.tx.lock_membership(id).await?.ok_or_else(missing)?;
    let all = command.tx.lock_memberships(found.organisation).await?;
    let itself = command.actor.person_id() == Some(found.person);
    match authorised(command, AggregateKind::Membership, action, itself, found.organisation).await {
        Err(CommandError::Refused(refusals))
            if refusals.iter().any(|r| r.code == UserErrorCode::NotFound) =>
        {
            Err(missing().into())
        }
        done => done.map(|()| (found, all)),
    }
}

/// The last owner stays: an organisation without one could not be helped by anybody.
fn keeps_an_owner(all: &[Membership], changed: Uuid) -> Result<(), CommandError> {
    if all.iter().any(|membership| membership.role == OrgRole::Owner && membership.id != changed) {
        return Ok(());
    }
    let message = "an organisation keeps at least one owner: make another member one first";
    Err(Refusal::new(UserErrorCode::GateFailed, "membershipId", message).into())
}

/// Gives a member another role.
///
/// # Errors
/// There is no such member, the actor may not, or the last owner would go.
pub async fn set_role(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Uuid,
    expected_version: i32,
    role: OrgRole,
) -> Result<Uuid, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            let (found, all) = membership(command, id, Action::Edit).await?;
            if found.version != expected_version {
                let message = format!("the membership is at version {} now", found.version);
                return Err(Refusal::new(UserErrorCode::VersionConflict, "expectedVersion", message).into());
            }
            if role != OrgRole::Owner {
                keeps_an_owner(&all, id)?;
            }
            command.tx.set_role(&found, role).await?;
            command.audit_as("membership", Some(id), serde_json::json!({"from": found.role, "to": role}));
            Ok(id)
        })
    })
    .await
}

/// Ends a membership; one's own too.
///
/// # Errors
/// There is no such member, the actor may not, or the last owner would go.
pub async fn remove(app: &App, actor: &Actor, meta: &Meta, id: Uuid) -> Result<Uuid, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            let (found, all) = membership(command, id, Action::Delete).await?;
            keeps_an_owner(&all, id)?;
            command.tx.delete_membership(&found).await?;
            command.audit_as("membership", Some(id), serde_json::json!({"role": found.role}));
            Ok(id)
        })
    })
    .await
}
