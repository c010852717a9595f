//! The one write path: a command is one transaction that takes its key, loads at the expected version, authorises,
//! checks the transition, writes, appends its events, fills the outbox and writes down who did it.
//!
//! What is refused leaves nothing behind, its key included, so that it can be asked for again once it is mended.

mod news;
mod refusal;
mod tell;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::{
    account::{IdempotencyKey, OrgRole},
    id::Id,
    organisation::Organisation,
    policy::{Action, Decision, Relation, RelationSet, decide},
    vocabulary::ListingState,
};
use futures::future::BoxFuture;
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;
use uuid::Uuid;

pub(crate) use news::{News, Put};
pub(crate) use refusal::camel;
pub use refusal::{CommandError, Refusal, UserErrorCode};

use crate::{
    app::App,
    auth::Actor,
    store::{Act, Aggregate, KnownKey, StoreError, Stored, Tx},
    visible::{Guarded, Viewer},
};

/// What comes with every command.
#[derive(Debug, Clone)]
pub struct Meta {
    /// Its name in the API.
    pub operation: &'static str,
    /// The client's key: the same key gives the same answer and one effect.
    pub key: IdempotencyKey,
    /// All of its input, to tell a repetition from another command under the same key.
    pub input: serde_json::Value,
    /// Id of the request.
    pub request_id: Option<String>,
}

impl Meta {
    fn input_hash(&self) -> String {
        let text = self.input.to_string();
        Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A command under way.
#[derive(Debug)]
pub struct CommandTx {
    /// The write.
    pub tx: Tx,
    /// Who acts.
    pub actor: Actor,
    /// When.
    pub now: DateTime<Utc>,
    /// What all use cases share.
    pub app: App,
    operation: &'static str,
    request_id: Option<String>,
    viewer: OnceCell<Viewer>,
}

/// What a command does in its transaction. It may be run again where two writes met.
pub type Work<'t, R> = BoxFuture<'t, Result<R, CommandError>>;

/// What the people of a frozen organisation may still do: appeal, and take out of the market what is theirs.
const FROZEN_MAY: [Action; 2] = [Action::Appeal, Action::Delete];

/// Times that a command is tried where writes meet.
const TRIES: u32 = 5;

impl App {
    /// Runs a command of a person.
    ///
    /// # Errors
    /// Nobody known acts, something is refused, or the database does not answer.
    pub async fn command<R, F>(&self, actor: &Actor, meta: &Meta, work: F) -> Result<R, CommandError>
    where
        R: Serialize + DeserializeOwned + Send,
        F: for<'t> Fn(&'t CommandTx) -> Work<'t, R> + Send + Sync,
    {
        let Some(person) = actor.person() else { return Err(CommandError::Unauthenticated) };
        if !person.confirmed {
            return Err(Refusal::not_permitted("confirm your address first: the link is in your mail").into());
        }
        let actor_id = person.person.uuid();
        let hash = meta.input_hash();
        let mut tries = TRIES;
        loop {
            tries = tries.saturating_sub(1);
            match self.try_command(actor, actor_id, &hash, meta, &work).await {
                Err(CommandError::Store(error)) if error.is_retryable() && tries > 0 => {}
                Err(error) => return Err(error.logged(meta.operation, actor_id)),
                done => return done,
            }
        }
    }

    async fn try_command<R, F>(
        &self,
        actor: &Actor,
        actor_id: Uuid,
        hash: &str,
        meta: &Meta,
        work: &F,
    ) -> Result<R, CommandError>
    where
        R: Serialize + DeserializeOwned + Send,
        F: for<'t> Fn(&'t CommandTx) -> Work<'t, R> + Send + Sync,
    {
        let command = self.begin(actor, meta.operation, meta.request_id.clone()).await?;
        let known = command.tx.take_key(actor_id, meta.key.as_str(), meta.operation, hash).await?;
        if let KnownKey::Done { operation, input_hash, result } = known {
            command.tx.rollback().await?;
            if operation != meta.operation || input_hash != hash {
                let message = "this key was used for another request: choose a new one";
                return Err(
                    Refusal::new(UserErrorCode::IdempotencyConflict, "idempotencyKey", message).into()
                );
            }
            return serde_json::from_value(result).map_err(|_| CommandError::Failed);
        }
        let result = work(&command).await?;
        let stored = serde_json::to_value(&result).map_err(|_| CommandError::Failed)?;
        command.tx.keep_result(actor_id, meta.key.as_str(), stored).await?;
        command.tx.commit().await?;
        crate::failpoint::pass("after_commit");
        Ok(result)
    }

    /// Begins a write in the name of somebody, without a key: for the platform's own acts and for those of people
    /// who have no account yet.
    ///
    /// # Errors
    /// No connection in time.
    pub async fn begin(
        &self,
        actor: &Actor,
        operation: &'static str,
        request_id: Option<String>,
    ) -> Result<CommandTx, StoreError> {
        let now = self.auth.clock.now();
        let tx = self.store.begin_at(now).await?.caused_by(operation);
        Ok(self.within(tx, actor, now, operation, request_id))
    }

    /// Looks with the eyes of a command, without being one: no other write waits for it, and nothing of it is kept.
    ///
    /// # Errors
    /// No connection in time.
    pub async fn look(&self, actor: &Actor, operation: &'static str) -> Result<CommandTx, StoreError> {
        let now = self.auth.clock.now();
        let tx = self.store.look_at(now).await?;
        Ok(self.within(tx, actor, now, operation, None))
    }

    fn within(
        &self,
        tx: Tx,
        actor: &Actor,
        now: DateTime<Utc>,
        operation: &'static str,
        request_id: Option<String>,
    ) -> CommandTx {
        let (actor, app) = (actor.clone(), self.clone());
        CommandTx { tx, actor, now, app, operation, request_id, viewer: OnceCell::new() }
    }
}

impl CommandTx {
    /// Who acts, with the power that this write sees: memberships are read again inside the transaction, once, so that a
    /// role that was taken away meanwhile is gone.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn viewer(&self) -> Result<&Viewer, StoreError> {
        self.viewer.get_or_try_init(|| self.read_viewer()).await
    }

    async fn read_viewer(&self) -> Result<Viewer, StoreError> {
        let mut actor = self.actor.clone();
        if let Actor::Person(person) = &mut actor {
            let memberships = self.tx.memberships_of(person.person).await?;
            let mut fresh = (**person).clone();
            fresh.memberships.retain(|(id, _)| memberships.iter().any(|m| m.organisation == *id));
            for (id, role) in &mut fresh.memberships {
                if let Some(membership) = memberships.iter().find(|m| m.organisation == *id) {
                    *role = membership.role;
                }
            }
            fresh.acting = fresh.acting.filter(|id| fresh.memberships.iter().any(|(known, _)| known == id));
            let own: Vec<_> = fresh.memberships.iter().map(|(id, _)| *id).collect();
            fresh.introduced = self.tx.introduced_to(&own).await?;
            *person = Arc::new(fresh);
        }
        Ok(Viewer::new(actor, self.app.ranking.snapshot()))
    }

    /// The organisation for which the person acts, with the person's role there as this write sees it.
    ///
    /// # Errors
    /// The person acts for none, or the database does not answer.
    pub async fn acting(&self) -> Result<(Id<Organisation>, OrgRole), CommandError> {
        let viewer = self.viewer().await?;
        let acting = viewer.actor.acting();
        acting.and_then(|id| Some((id, viewer.actor.role_in(id)?))).ok_or_else(|| {
            let message = "say for which organisation you act, in the header Caravanserai-Organisation";
            Refusal::not_permitted(message).into()
        })
    }

    /// Loads an aggregate for a change: locked, seen by the actor, and at the expected version.
    ///
    /// # Errors
    /// It does not exist for the actor, was changed meanwhile, or the database does not answer.
    pub async fn load<T: Guarded>(
        &self,
        path: &str,
        id: Id<T>,
        expected_version: i32,
    ) -> Result<Stored<T>, CommandError> {
        let stored = self.find(path, id).await?;
        if stored.version == expected_version {
            return Ok(stored);
        }
        let message = format!(
            "it is at version {} now, and you saw version {expected_version}: look at it again",
            stored.version
        );
        Err(Refusal::new(UserErrorCode::VersionConflict, "expectedVersion", message).into())
    }

    /// Loads an aggregate, locked, as far as the actor sees it.
    ///
    /// # Errors
    /// It does not exist for the actor, or the database does not answer.
    pub async fn find<T: Guarded>(&self, path: &str, id: Id<T>) -> Result<Stored<T>, CommandError> {
        let missing = || Refusal::not_found(path, T::KIND.table());
        let stored = self.tx.lock(id).await?.ok_or_else(missing)?;
        let who = self.viewer().await?.relations(&stored, false);
        match decide(T::POLICY, Action::Read, who, stored.value.listing_state()) {
            Decision::Allow => Ok(stored),
            Decision::Deny | Decision::Hide => Err(missing().into()),
        }
    }

    /// Asks the policy whether the actor may do something to an aggregate.
    ///
    /// # Errors
    /// It does not exist for the actor, or the actor may not.
    pub async fn authorise<T: Guarded>(
        &self,
        path: &str,
        action: Action,
        stored: &Stored<T>,
    ) -> Result<RelationSet, CommandError> {
        let viewer = self.viewer().await?;
        let who = viewer.relations(stored, false);
        self.allowed::<T>(path, action, who, stored.value.listing_state())?;
        if action.writes() && !FROZEN_MAY.contains(&action) && who.contains(Relation::MemberViewer) {
            // Of a record with two sides the side counts for which the person acts.
            let sides = stored.value.sides();
            let side = viewer.actor.acting().filter(|acting| sides.contains(acting));
            self.not_held(side.or(stored.owner).or_else(|| T::itself(stored.id))).await?;
        }
        Ok(who)
    }

    /// Refuses what the people of an organisation ask for that the screening has frozen: it may do nothing but appeal.
    ///
    /// # Errors
    /// It is frozen, or the database does not answer.
    pub async fn not_held(&self, organisation: Option<Id<Organisation>>) -> Result<(), CommandError> {
        let Some(id) = organisation else { return Ok(()) };
        let stored = self.tx.get(id).await?;
        if stored.is_some_and(|stored| stored.value.screening.is_frozen()) {
            let message = "the organisation is held by the screening: appeal first";
            return Err(Refusal::new(UserErrorCode::ScreeningHold, "", message).into());
        }
        Ok(())
    }

    /// Asks the policy whether the actor may make something for the organisation that it acts for.
    ///
    /// # Errors
    /// The actor acts for no organisation, or may not.
    pub async fn authorise_new<T: Guarded>(&self) -> Result<Id<Organisation>, CommandError> {
        let (organisation, _) = self.acting().await?;
        let who = self.viewer().await?.relations_to(organisation);
        self.allowed::<T>("", Action::Create, who, None)?;
        self.not_held(Some(organisation)).await?;
        Ok(organisation)
    }

    /// Asks the policy with relations that the caller knows.
    ///
    /// # Errors
    /// It does not exist for the actor, or the actor may not.
    pub fn allowed<T: Guarded>(
        &self,
        path: &str,
        action: Action,
        who: RelationSet,
        state: Option<ListingState>,
    ) -> Result<(), CommandError> {
        let in_scope = match action.scope(T::POLICY) {
            Some(scope) => self.actor.in_scope(scope),
            // What no scope stands for no key can do.
            None => self.actor.person().is_none_or(|person| person.scopes.is_none()),
        };
        match decide(T::POLICY, action, who, state) {
            Decision::Allow if in_scope => Ok(()),
            Decision::Hide => Err(Refusal::not_found(path, T::KIND.table()).into()),
            Decision::Allow => Err(Refusal::not_permitted("the key has no scope for this").into()),
            Decision::Deny => Err(Refusal::not_permitted("this is for others to do").into()),
        }
    }

    /// Writes down who did this command, to what.
    pub fn audit<T: Aggregate>(&self, stored: &Stored<T>, detail: serde_json::Value) {
        self.audit_as(T::KIND.table(), Some(stored.id.uuid()), detail);
    }

    /// Writes down who did this command, to what.
    pub fn audit_as(&self, kind: &str, id: Option<Uuid>, detail: serde_json::Value) {
        self.audit_by(self.actor.person_id().map(Id::uuid), kind, id, detail);
    }

    /// Writes down that somebody did this command who is not the actor of the request, such as a person who signs in.
    pub fn audit_by(&self, who: Option<Uuid>, kind: &str, id: Option<Uuid>, detail: serde_json::Value) {
        self.tx.audit(Act {
            actor: who,
            organisation: self.actor.acting().map(Id::uuid),
            action: self.operation.to_owned(),
            aggregate_kind: kind.to_owned(),
            aggregate_id: id,
            outcome: "DONE",
            detail,
            request_id: self.request_id.clone(),
        });
    }
}
