//! Receipts of matches, and their check.

use std::sync::Arc;

use async_graphql::{Context, ID, Json, Object, Result, SimpleObject};
use domain::{city::City, disclosure::ListingField, mandate::Mandate, project::Project};
use matcher::receipt::Criterion;
use serde_json::Value;

use super::{
    super::{
        error::{ErrorCode, client_error},
        object::{common::missing, find, me::stored},
    },
    id_of, refused,
};
use crate::{
    app::{
        App,
        receipt::{self, Checked, MatchRecords, SignedReceipt},
    },
    auth::Actor,
};

/// What a check of a receipt found.
#[derive(Debug, SimpleObject)]
pub struct ReceiptVerdict {
    /// Whether nothing speaks against it, as far as it could be computed.
    holds: bool,
    /// Whether the signature is that of the key which the file names.
    signature: bool,
    /// Whether that key is one of this issuer's.
    key_known: bool,
    /// Whether the policy of that day is known here and has the stated hash.
    policy_known: bool,
    /// Whether both sides and the score follow from the criteria's values and weights.
    sums: bool,
    /// Criteria that were computed again and are as stated.
    confirmed: Vec<String>,
    /// Criteria that were computed again and are not as stated.
    wrong: Vec<String>,
    /// Criteria that could not be computed again, for facts that are hidden.
    hidden: Vec<String>,
}

impl From<Checked> for ReceiptVerdict {
    fn from(checked: Checked) -> Self {
        let holds = checked.holds();
        let names = |criteria: Vec<Criterion>| {
            criteria.into_iter().map(|criterion| format!("{} {}", criterion.side, criterion.key)).collect()
        };
        Self {
            holds,
            signature: checked.signature,
            key_known: checked.key_known == Some(true),
            policy_known: checked.verdict.policy,
            sums: checked.verdict.sums,
            confirmed: names(checked.verdict.confirmed),
            wrong: names(checked.verdict.wrong),
            hidden: names(checked.verdict.hidden),
        }
    }
}

/// Receipts of matches, and their check.
#[derive(Debug, Default)]
pub struct ReceiptQuery;

/// Receipts of matches, and their check.
#[Object]
impl ReceiptQuery {
    /// The score of a mandate and a project as a small signed file: facts that the caller may see by value, others as a
    /// salted hash with the criterion's value. `caravanserai verify-receipt` checks it offline.
    async fn match_receipt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The mandate.")] mandate_id: ID,
        #[graphql(desc = "The project.")] project_id: ID,
    ) -> Result<Json<SignedReceipt>> {
        let mandate = find(ctx, id_of::<Mandate>("mandateId", &mandate_id)?).await?;
        let mandate = mandate.ok_or_else(|| missing("mandate"))?;
        let project = find(ctx, id_of::<Project>("projectId", &project_id)?).await?;
        let project = project.ok_or_else(|| missing("project"))?;
        if !ListingField::SCORED.iter().all(|field| project.shows(*field)) {
            // The value of a criterion tells of the fact that it was made of.
            let message = "The owner shows what the score is made of after an introduction.";
            return Err(client_error(ErrorCode::Forbidden, Some("projectId"), message));
        }
        let owners = [mandate.owner, project.owner];
        let actor = ctx.data::<Actor>()?;
        let parted = owners.iter().flatten().any(|owner| actor.role_in(*owner).is_some());
        let [Some(investor), Some(owner)] = owners else { return Err(missing("organisation")) };
        let app = ctx.data::<App>()?;
        let found = stored(app.store.find(&[investor, owner]).await)?;
        let (Some(investor), Some(owner)) = (found.get(&investor), found.get(&owner)) else {
            return Err(missing("organisation"));
        };
        let inside = mandate.is_private();
        let records = MatchRecords { mandate: &mandate, investor, project: &project, owner, inside, parted };
        Ok(Json(receipt::of_match(app, &records).map_err(refused)?))
    }

    /// The score of two cities as a small signed file.
    async fn city_receipt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who looks.")] city_id: ID,
        #[graphql(desc = "The other city.")] partner_id: ID,
    ) -> Result<Json<SignedReceipt>> {
        let (a, b) = (id_of::<City>("cityId", &city_id)?, id_of::<City>("partnerId", &partner_id)?);
        if a == b {
            let message = "A city is not its own partner: name another one.";
            return Err(client_error(ErrorCode::Validation, Some("partnerId"), message));
        }
        let app = ctx.data::<App>()?;
        let found = stored(app.store.find(&[a, b]).await)?;
        let (Some(a), Some(b)) = (found.get(&a), found.get(&b)) else { return Err(missing("city")) };
        Ok(Json(receipt::of_cities(app, a, b).map_err(refused)?))
    }

    /// Checks a receipt: its signature, and all that can be computed again under the policy of its day.
    async fn verify_receipt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file as it was given, as JSON text; a request has at most 64 kB.")]
        receipt: String,
    ) -> Result<ReceiptVerdict> {
        let app = ctx.data::<App>()?;
        let keys: Arc<Value> = Arc::new(app.auth.keys.jwks());
        let found = app.compute(move |_| receipt::check(&receipt, Some(&keys))).await;
        Ok(found.map_err(refused)?.into())
    }
}
