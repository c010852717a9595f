//! Cases of verification, for the organisation's people and those who judge them.
#![expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    value::SingleLine,
    verification::{CaseGuard, CaseState, CaseTransition, Evidence, FormCheck, ProofKind, VerificationCase},
};

use super::{
    super::code::Code,
    OrganisationNode,
    common::{global, missing, node},
    listing::HistoryStep,
    me::{stored, time},
};
use crate::{app::App, auth::Actor, id::encode, registry::verification, store::Kind, visible::Visible};

/// A transition of a case that the caller may ask for.
#[derive(Debug, SimpleObject)]
#[graphql(name = "AvailableCaseTransition")]
pub struct AvailableCaseTransition {
    /// Its name.
    name: Code<CaseTransition>,
    /// What still has to hold; empty where it can be asked for at once.
    requires: Vec<Code<CaseGuard>>,
}

/// A number in a register.
#[derive(Debug, SimpleObject)]
#[graphql(name = "RegisterIdentifier")]
pub struct IdentifierObject {
    /// The register by its org-id.guide code, such as `CN-USCI`.
    scheme: String,
    /// The number.
    number: String,
    /// Whether check digits were checked; the register's numbers may have none.
    check_digits: bool,
}

/// A case of verification.
#[derive(Debug, Clone)]
pub struct VerificationCaseNode(pub Visible<VerificationCase>);

/// A case of verification: what is claimed, what shows it, and who judges it.
#[Object(name = "VerificationCase")]
impl VerificationCaseNode {
    /// Global id.
    async fn id(&self) -> ID {
        global(self.0.id)
    }
    /// Rises with every change; a transition names the version that it was made on.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// What is to be proved.
    async fn proof(&self) -> Code<ProofKind> {
        Code(self.0.value.evidence.proof())
    }
    /// Where it stands.
    async fn state(&self) -> Code<CaseState> {
        Code(self.0.value.state)
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
    /// The domain that is to be proved; null for other proofs.
    async fn domain(&self) -> Option<&str> {
        match &self.0.value.evidence {
            Evidence::Domain { domain, .. } => Some(domain.as_str()),
            _ => None,
        }
    }
    /// The number in a register; null for other proofs.
    async fn identifier(&self) -> Option<IdentifierObject> {
        match &self.0.value.evidence {
            Evidence::Register { identifier } => Some(IdentifierObject {
                scheme: identifier.scheme().to_owned(),
                number: identifier.value().to_owned(),
                check_digits: identifier.form_check() == FormCheck::CheckDigits,
            }),
            _ => None,
        }
    }
    /// Stored documents that were handed in; for the organisation's owners, the reviewer who took the case up and
    /// compliance officers, empty for others.
    async fn documents(&self) -> Vec<ID> {
        match &self.0.value.evidence {
            Evidence::Documents { documents } if self.0.is_private() => {
                documents.iter().map(|id| ID(encode(Kind::Document, *id))).collect()
            }
            _ => Vec::new(),
        }
    }
    /// The body that endorses; null for other proofs.
    async fn endorsed_by(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        match &self.0.value.evidence {
            Evidence::Endorsement { by, .. } => node(ctx, *by).await.map(OrganisationNode).map(Some),
            _ => Ok(None),
        }
    }
    /// What that body says.
    async fn statement(&self) -> Option<&str> {
        match &self.0.value.evidence {
            Evidence::Endorsement { statement, .. } => Some(statement.as_str()),
            _ => None,
        }
    }
    /// The last day on which its word holds, where it says so.
    async fn until(&self) -> Option<NaiveDate> {
        self.0.value.evidence.until()
    }
    /// What the organisation added when more was asked for; for those who see its documents.
    async fn supplied(&self) -> Vec<&str> {
        let supplied = self.0.is_private().then_some(&self.0.value.supplied);
        supplied.into_iter().flatten().map(SingleLine::as_str).collect()
    }
    /// Why more was asked for, or why it was refused.
    async fn reasons(&self) -> Vec<&str> {
        self.0.value.reasons.iter().map(SingleLine::as_str).collect()
    }
    /// Whether a reviewer has taken it up.
    async fn claimed(&self) -> bool {
        self.0.value.reviewer.is_some()
    }
    /// Whether that is the caller.
    async fn mine(&self, ctx: &Context<'_>) -> Result<bool> {
        let reviewer = self.0.value.reviewer;
        Ok(reviewer.is_some() && reviewer == ctx.data::<Actor>()?.person_id())
    }
    /// What the caller may do now.
    async fn available_transitions(&self, ctx: &Context<'_>) -> Result<Vec<AvailableCaseTransition>> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let available = verification::available(app, actor, &self.0, self.0.relations()).await;
        Ok(stored(available)?
            .into_iter()
            .map(|offer| AvailableCaseTransition {
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
