//! How a partnership begins: an office drafts it for its city.

use domain::{
    city::City,
    id::Id,
    partnership::{Actor, AgreementText, CitySeat, CitySide, Partnership, Sides},
};

use super::{facts, roles};
use crate::{
    app::App,
    auth::Actor as Asker,
    command::{CommandError, Meta, Refusal, UserErrorCode},
    store::Step,
};

/// Drafts that an office may have at once.
const MAX_DRAFTS: u64 = 100;

/// Drafts a partnership of the own city with another one.
///
/// # Errors
/// The actor may not, there is no such city, nobody has taken the other one over, or something of what it takes does
/// not hold.
pub async fn draft(
    app: &App,
    asker: &Asker,
    meta: &Meta,
    own: Id<City>,
    other: Id<City>,
    text: AgreementText,
) -> Result<Id<Partnership>, CommandError> {
    app.command(asker, meta, move |command| {
        let text = text.clone();
        Box::pin(async move {
            let office = command.authorise_new::<Partnership>().await?;
            let mine = command.find("cityId", own).await?;
            let theirs = command.find("partnerId", other).await?;
            if mine.owner != Some(office) {
                let message = "this is not the city of the office for which you act";
                return Err(Refusal::not_permitted(message).at("cityId").into());
            }
            // Nobody can write to a city whose office has not taken its record over.
            let Some(partner) = theirs.owner else {
                let message = "no office has taken over the record of this city, so that nobody could answer";
                return Err(Refusal::new(UserErrorCode::GateFailed, "partnerId", message)
                    .by_rule("OTHER_SIDE_CLAIMED")
                    .into());
            };
            if partner == office {
                let message = "both cities are of the same office";
                return Err(Refusal::validation("partnerId", message).into());
            }
            if command.tx.count_owned::<Partnership>(office, None).await? >= MAX_DRAFTS.saturating_mul(10) {
                let message = "an office keeps at most 1000 partnerships on record";
                return Err(Refusal::new(UserErrorCode::RateLimited, "", message).into());
            }
            let person = command.actor.person_id().ok_or(CommandError::Unauthenticated)?;
            let actor = Actor::of(person, CitySide::A, &roles(command, office).await?);
            let sides =
                Sides { a: CitySeat { city: own, office }, b: CitySeat { city: other, office: partner } };
            let (pair, _) = facts::pair(command, (own, other), office, text.tier, None, false).await?;
            let draft = Partnership::draft(&actor, sides, text, pair, command.now)?;
            let stored = command.tx.create(Some(office), None, draft).await?;
            let step = Step {
                from: None,
                to: domain::Vocabulary::code(stored.value.state).to_owned(),
                transition: "DRAFT".to_owned(),
                person: Some(person.uuid()),
                organisation: Some(office.uuid()),
                reasons: Vec::new(),
            };
            command.tx.add_step(stored.id, step).await?;
            command.audit(&stored, serde_json::json!({"with": other}));
            Ok(stored.id)
        })
    })
    .await
}
