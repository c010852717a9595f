//! What somebody may see. Objects of the API are made from [`Visible`] alone, and only this module makes one, after
//! asking the policy; so a node, a list, a search, an export and an event cannot go round it.

use std::{collections::BTreeSet, ops::Deref, sync::Arc};

use domain::{
    account::{Person, PlatformRole},
    capability::Capability,
    city::City,
    demonstration_area::{AreaState, DemonstrationArea},
    disclosure::{Disclosure, ListingField, Rung, rung},
    document::Document,
    exchange_event::{EventRegistration, ExchangeEvent},
    id::Id,
    import_job::ImportJob,
    introduction::{Introduction, IntroductionState},
    mandate::Mandate,
    meeting::Meeting,
    organisation::Organisation,
    partnership::Partnership,
    policy::{Action, AggregateKind, Decision, RelationSet, Standing, decide},
    project::Project,
    saved_search::SavedSearch,
    screening_hit::ScreeningHit,
    verification::VerificationCase,
    vocabulary::ListingState,
};
use matcher::gate::{all_open, investment::answers};

use crate::{
    auth::Actor,
    ranking::Snapshot,
    store::{Aggregate, Stored},
};

/// An aggregate that a policy stands before.
pub trait Guarded: Aggregate {
    /// Its policy.
    const POLICY: AggregateKind;
    /// The state of its listing, where it is one or belongs to one.
    fn listing_state(&self) -> Option<ListingState> {
        None
    }
    /// Whether it is about or for a person.
    fn is_of(&self, _person: Id<Person>) -> bool {
        false
    }
    /// Whether a person has taken it up to judge it.
    fn is_claimed_by(&self, _person: Id<Person>) -> bool {
        false
    }
    /// Whether its people have taken the record over, as far as it says so itself.
    fn is_unclaimed(&self) -> bool {
        false
    }
    /// Of which organisation it is, where it is one itself.
    fn itself(_id: Id<Self>) -> Option<Id<Organisation>> {
        None
    }
    /// Which fields are shown to whom, where it is a listing.
    fn disclosure(&self) -> Option<&Disclosure> {
        None
    }
    /// The further organisations whose it is, where it has more sides than its owner's.
    fn sides(&self) -> Vec<Id<Organisation>> {
        Vec::new()
    }
    /// Whether it is kept from one of its organisations for now.
    fn is_kept_from(&self, _organisation: Id<Organisation>) -> bool {
        false
    }
    /// Whether compliance officers have a part in it: without one they are as anybody else to it.
    fn is_for_compliance(&self) -> bool {
        true
    }
    /// Whether an organisation of somebody was introduced to it, and still is.
    fn is_introduced(_viewer: &Viewer, _stored: &Stored<Self>) -> bool {
        false
    }
    /// Whether somebody's own record has a match with it.
    fn is_matched(_viewer: &Viewer, _stored: &Stored<Self>) -> bool {
        false
    }
}

impl Guarded for Organisation {
    const POLICY: AggregateKind = AggregateKind::Organisation;
    fn is_unclaimed(&self) -> bool {
        !self.claimed
    }
    fn itself(id: Id<Self>) -> Option<Id<Organisation>> {
        Some(id)
    }
}
impl Guarded for Project {
    const POLICY: AggregateKind = AggregateKind::Project;
    fn listing_state(&self) -> Option<ListingState> {
        Some(self.state)
    }
    fn disclosure(&self) -> Option<&Disclosure> {
        Some(&self.disclosure)
    }
    fn is_introduced(viewer: &Viewer, stored: &Stored<Self>) -> bool {
        viewer.actor.person().is_some_and(|person| person.introduced.contains(&stored.id))
    }
    fn is_matched(viewer: &Viewer, stored: &Stored<Self>) -> bool {
        viewer.has_match(stored.id)
    }
}
impl Guarded for Introduction {
    const POLICY: AggregateKind = AggregateKind::Introduction;
    fn sides(&self) -> Vec<Id<Organisation>> {
        vec![self.investor]
    }
    fn is_kept_from(&self, organisation: Id<Organisation>) -> bool {
        // Who was asked does not learn that the screening holds or has refused it.
        let is_held = matches!(self.state, IntroductionState::Held | IntroductionState::Refused);
        is_held && organisation == self.organisation(self.recipient())
    }
    fn is_for_compliance(&self) -> bool {
        self.was_held()
    }
}
impl Guarded for Mandate {
    const POLICY: AggregateKind = AggregateKind::Mandate;
}
impl Guarded for City {
    const POLICY: AggregateKind = AggregateKind::City;
}
impl Guarded for ScreeningHit {
    const POLICY: AggregateKind = AggregateKind::ScreeningHit;
}
impl Guarded for VerificationCase {
    const POLICY: AggregateKind = AggregateKind::Verification;
    fn is_claimed_by(&self, person: Id<Person>) -> bool {
        self.reviewer == Some(person)
    }
}

impl Guarded for Capability {
    const POLICY: AggregateKind = AggregateKind::Capability;
}
impl Guarded for Partnership {
    const POLICY: AggregateKind = AggregateKind::Partnership;
    fn sides(&self) -> Vec<Id<Organisation>> {
        // What was never proposed is the drafting office's alone.
        let was_shown = !self.versions.is_empty() || self.upgrade_of.is_some();
        was_shown.then_some(self.sides.b.office).into_iter().collect()
    }
}
impl Guarded for DemonstrationArea {
    const POLICY: AggregateKind = AggregateKind::DemonstrationArea;
    fn sides(&self) -> Vec<Id<Organisation>> {
        // A draft is its host's alone.
        let others = [Some(self.plan.authority), self.evaluator].into_iter().flatten();
        if self.state == AreaState::Draft { Vec::new() } else { others.collect() }
    }
}
impl Guarded for ExchangeEvent {
    const POLICY: AggregateKind = AggregateKind::ExchangeEvent;
    fn listing_state(&self) -> Option<ListingState> {
        Some(if self.announced { ListingState::Published } else { ListingState::Draft })
    }
}
impl Guarded for EventRegistration {
    const POLICY: AggregateKind = AggregateKind::EventRegistration;
    fn sides(&self) -> Vec<Id<Organisation>> {
        vec![self.organiser]
    }
}
impl Guarded for Meeting {
    const POLICY: AggregateKind = AggregateKind::Meeting;
    fn sides(&self) -> Vec<Id<Organisation>> {
        vec![self.requester, self.recipient]
    }
}
/// Of the organisation itself; what belongs to a listing is seen by [`Viewer::see_document`].
impl Guarded for Document {
    const POLICY: AggregateKind = AggregateKind::Document;
}
impl Guarded for ImportJob {
    const POLICY: AggregateKind = AggregateKind::ImportJob;
}
impl Guarded for SavedSearch {
    const POLICY: AggregateKind = AggregateKind::SavedSearch;
    fn is_of(&self, person: Id<Person>) -> bool {
        self.person == person
    }
}

/// Somebody who looks, with the catalog by which matches are judged.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// Who.
    pub actor: Actor,
    /// None where no match counts.
    snapshot: Option<Arc<Snapshot>>,
}

impl Viewer {
    /// Somebody who looks.
    pub const fn new(actor: Actor, snapshot: Arc<Snapshot>) -> Self {
        Self { actor, snapshot: Some(snapshot) }
    }

    /// Somebody to whom no match shows more of a listing: what is sent by mail stays where it went.
    pub const fn without_matches(actor: Actor) -> Self {
        Self { actor, snapshot: None }
    }

    /// In what relations the actor stands to an aggregate.
    pub fn relations<T: Guarded>(&self, stored: &Stored<T>, claimed_review: bool) -> RelationSet {
        if matches!(self.actor, Actor::System) {
            return RelationSet::SYSTEM;
        }
        let Some(person) = self.actor.person() else { return RelationSet::ANONYMOUS };
        let owner = stored.owner.or_else(|| T::itself(stored.id));
        let role_in = |organisation: Option<Id<Organisation>>| {
            organisation.filter(|id| !stored.value.is_kept_from(*id)).and_then(|id| self.actor.role_in(id))
        };
        let sides = stored.value.sides();
        // Whoever is of several sides stands on the one for which the request acts.
        let acting = self.actor.acting().filter(|acting| sides.contains(acting));
        let role = role_in(acting)
            .or_else(|| role_in(owner))
            .or_else(|| sides.iter().find_map(|side| role_in(Some(*side))));
        // A key never has a role on the platform.
        let mut platform =
            if person.scopes.is_none() { person.platform.clone() } else { BTreeSet::default() };
        if !stored.value.is_for_compliance() {
            platform.remove(&PlatformRole::ComplianceOfficer);
        }
        Standing {
            confirmed: person.confirmed,
            platform,
            role,
            unclaimed: stored.value.is_unclaimed(),
            itself: stored.value.is_of(person.person),
            claimed_review: claimed_review || stored.value.is_claimed_by(person.person),
            matched: role.is_none() && person.confirmed && T::is_matched(self, stored),
            introduced: role.is_none() && person.confirmed && T::is_introduced(self, stored),
            owner_link: false,
        }
        .relations()
    }

    /// In what relations the actor stands to what belongs to an organisation.
    pub fn relations_to(&self, organisation: Id<Organisation>) -> RelationSet {
        if matches!(self.actor, Actor::System) {
            return RelationSet::SYSTEM;
        }
        let Some(person) = self.actor.person() else { return RelationSet::ANONYMOUS };
        Standing {
            confirmed: person.confirmed,
            platform: if person.scopes.is_none() { person.platform.clone() } else { BTreeSet::default() },
            role: self.actor.role_in(organisation),
            ..Standing::default()
        }
        .relations()
    }

    /// Whether a mandate of the organisation for which the actor acts passes every gate with a project.
    fn has_match(&self, project: Id<Project>) -> bool {
        let Some(acting) = self.actor.acting() else { return false };
        let Some(snapshot) = &self.snapshot else { return false };
        let catalog = &snapshot.catalog;
        let Some(project) = catalog.projects().get(project) else { return false };
        let mut mandates = catalog.mandates().rows().iter().filter(|mandate| mandate.investor == acting);
        mandates.any(|mandate| catalog.pair(mandate, project).is_some_and(|pair| all_open(&answers(&pair))))
    }

    /// The aggregate, if the actor may see it.
    pub fn see<T: Guarded>(&self, stored: Arc<Stored<T>>) -> Option<Visible<T>> {
        let who = self.relations(&stored, false);
        let state = stored.value.listing_state();
        let may = |action| decide(T::POLICY, action, who, state) == Decision::Allow;
        may(Action::Read).then(|| Visible { rung: rung(who), private: may(Action::ReadPrivate), stored, who })
    }

    /// A document, if the actor may see it: one of a listing by the relations to that listing and in its state, one of
    /// an organisation by itself.
    pub fn see_document(
        &self,
        stored: Arc<Stored<Document>>,
        listing: Option<&Visible<Project>>,
    ) -> Option<Visible<Document>> {
        if stored.value.project != listing.map(|listing| listing.id) {
            return None;
        }
        let Some(listing) = listing else { return self.see(stored) };
        let who = listing.relations();
        let state = Some(listing.value.state);
        let may = |action| decide(AggregateKind::Document, action, who, state) == Decision::Allow;
        may(Action::Read).then(|| Visible { rung: rung(who), private: may(Action::ReadPrivate), stored, who })
    }
}

/// An aggregate that its viewer may see.
#[derive(Debug, Clone)]
pub struct Visible<T> {
    stored: Arc<Stored<T>>,
    who: RelationSet,
    rung: Rung,
    private: bool,
}

impl<T> Deref for Visible<T> {
    type Target = Stored<T>;
    fn deref(&self) -> &Stored<T> {
        &self.stored
    }
}

impl<T: Guarded> Visible<T> {
    /// In what relations the viewer stands to it.
    pub const fn relations(&self) -> RelationSet {
        self.who
    }

    /// Whether the viewer may see what is private in it.
    pub const fn is_private(&self) -> bool {
        self.private
    }

    /// Whether the viewer may see a field of a listing.
    pub fn shows(&self, field: ListingField) -> bool {
        self.stored.value.disclosure().is_none_or(|disclosure| disclosure.shows(field, self.rung))
    }
}
