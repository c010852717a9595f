//! Screening, for compliance officers and administrators.
#![expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    organisation::Screening,
    policy::Relation,
    sanctions::{ListedKind, SanctionsList},
    screening::{ScreeningGuard, ScreeningTransition},
    screening_hit::{HitAppeal, HitDecision, HitWord, ListedMatch, ScreeningHit},
    vocabulary::ScreeningStatus,
};

use super::{
    super::code::Code,
    OrganisationNode, TextObject,
    common::{global, missing, node},
    listing::HistoryStep,
    me::{stored, time},
};
use crate::{app::App, auth::Actor, id::encode, store::Kind, visible::Visible};

/// Screening of an organisation against the lists in force.
#[derive(Debug, SimpleObject)]
#[graphql(name = "Screening")]
pub struct ScreeningObject {
    /// The result.
    status: Code<ScreeningStatus>,
    /// When it was screened; a clear result counts for seven days.
    screened_on: Option<NaiveDate>,
}

impl From<Screening> for ScreeningObject {
    fn from(screening: Screening) -> Self {
        Self { status: Code(screening.status), screened_on: screening.screened_on }
    }
}

/// One name of the organisation that is like one entry of a list.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ScreeningLikeness")]
pub struct LikenessObject {
    /// Whose entry.
    list: Code<SanctionsList>,
    /// Day of the edition that was read.
    published_on: NaiveDate,
    /// The entry's number in the list.
    uid: String,
    /// What the entry names.
    kind: Code<ListedKind>,
    /// The name or number of the entry.
    matched_name: String,
    /// The name or number of the organisation.
    subject_name: String,
    /// How like, 0 to 1.
    likeness: f64,
    /// The list itself calls the alias weak: it cannot confirm a hit alone.
    weak: bool,
    /// Whether the entry names the organisation's country; null where either is unknown.
    country_agrees: Option<bool>,
    /// What is alike, in sentences; no verdict.
    why: Vec<String>,
}

impl From<&ListedMatch> for LikenessObject {
    fn from(alike: &ListedMatch) -> Self {
        Self {
            list: Code(alike.list),
            published_on: alike.published_on,
            uid: alike.uid.clone(),
            kind: Code(alike.kind),
            matched_name: alike.matched_name.clone(),
            subject_name: alike.subject_name.clone(),
            likeness: f64::from(alike.score) / 1_000_000.0,
            weak: alike.weak,
            country_agrees: alike.country_agrees,
            why: alike.why.clone(),
        }
    }
}

/// What one officer found.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ScreeningWord")]
pub struct WordObject {
    /// Who.
    person_id: ID,
    /// What.
    decision: Code<HitDecision>,
    /// Why.
    rationale: String,
    /// What else shows it.
    evidence_text: Option<String>,
    /// When.
    at: DateTime<Utc>,
}

impl From<&HitWord> for WordObject {
    fn from(word: &HitWord) -> Self {
        Self {
            person_id: ID(encode(Kind::Person, word.person.uuid())),
            decision: Code(word.decision),
            rationale: word.rationale.to_string(),
            evidence_text: word.evidence.as_ref().map(ToString::to_string),
            at: time(word.at),
        }
    }
}

/// An appeal of the organisation against its freeze.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ScreeningAppeal")]
pub struct AppealObject {
    /// Which of its owners.
    person_id: ID,
    /// What they say.
    text: TextObject,
    /// When.
    at: DateTime<Utc>,
    /// Whether it was granted; null while it is open.
    granted: Option<bool>,
    /// By whom it was decided.
    decided_by_id: Option<ID>,
    /// Why.
    rationale: Option<String>,
}

impl From<&HitAppeal> for AppealObject {
    fn from(appeal: &HitAppeal) -> Self {
        let decision = appeal.decision.as_ref();
        Self {
            person_id: ID(encode(Kind::Person, appeal.person.uuid())),
            text: (&appeal.text).into(),
            at: time(appeal.at),
            granted: decision.map(|decision| decision.granted),
            decided_by_id: decision.map(|decision| ID(encode(Kind::Person, decision.person.uuid()))),
            rationale: decision.map(|decision| decision.rationale.to_string()),
        }
    }
}

/// A transition of a screening that the caller may ask for.
#[derive(Debug, SimpleObject)]
#[graphql(name = "AvailableScreeningTransition")]
pub struct AvailableScreeningTransition {
    /// Its name.
    name: Code<ScreeningTransition>,
    /// What still has to hold. The first of two officers proposes while `SECOND_PERSON` is open.
    requires: Vec<Code<ScreeningGuard>>,
}

/// The case of an organisation that may be one that a list names.
#[derive(Debug, Clone)]
pub struct ScreeningHitNode(pub Visible<ScreeningHit>);

/// The case of an organisation that may be one that a list names. A list only suspects; two officers decide.
#[Object(name = "ScreeningHit")]
impl ScreeningHitNode {
    /// Global id.
    async fn id(&self) -> ID {
        global(self.0.id)
    }
    /// Rises with every change; a decision names the version that it was made on.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Where it stands.
    async fn state(&self) -> Code<ScreeningStatus> {
        Code(self.0.value.status)
    }
    /// Since when.
    async fn since(&self) -> DateTime<Utc> {
        time(self.0.value.since)
    }
    /// Whose case.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<OrganisationNode> {
        let owner = self.0.owner.ok_or_else(|| missing("organisation"))?;
        node(ctx, owner).await.map(OrganisationNode)
    }
    /// What is alike, the likest first, at most 200.
    async fn likenesses(&self) -> Vec<LikenessObject> {
        self.0.value.matches.iter().map(Into::into).collect()
    }
    /// What the officers found, the latest word of each; for compliance officers, empty for others.
    async fn words(&self) -> Vec<WordObject> {
        let words = self.0.is_private().then_some(&self.0.value.words);
        words.into_iter().flatten().map(Into::into).collect()
    }
    /// Appeals, oldest first; for compliance officers, empty for others.
    async fn appeals(&self) -> Vec<AppealObject> {
        let appeals = self.0.is_private().then_some(&self.0.value.appeals);
        appeals.into_iter().flatten().map(Into::into).collect()
    }
    /// What the caller may do now; for compliance officers, empty for others.
    async fn available_transitions(&self, ctx: &Context<'_>) -> Result<Vec<AvailableScreeningTransition>> {
        let Some(person) = ctx.data::<Actor>()?.person_id() else { return Ok(Vec::new()) };
        if !self.0.relations().contains(Relation::Compliance) {
            return Ok(Vec::new());
        }
        let available = self.0.value.available(person).into_iter();
        Ok(available
            .map(|offer| AvailableScreeningTransition {
                name: Code(offer.transition),
                requires: offer.requires.into_iter().map(Code).collect(),
            })
            .collect())
    }
    /// The states that it went through, oldest first.
    async fn history(&self, ctx: &Context<'_>) -> Result<Vec<HistoryStep>> {
        let steps = stored(ctx.data::<App>()?.store.history(self.0.id.uuid()).await)?;
        Ok(steps.into_iter().map(Into::into).collect())
    }
}
