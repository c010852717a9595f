//! How a demonstration area begins: an office drafts it for its city.

use domain::{
    city::City,
    demonstration_area::{AreaActor, AreaParty, AreaPlan, DemonstrationArea},
    id::Id,
    partnership::CitySeat,
};
use uuid::Uuid;

use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, Meta, Refusal, UserErrorCode},
    store::Step,
};

/// Areas that an office keeps on record.
const MAX_AREAS: u64 = 100;

/// Drafts a demonstration area of the own city.
///
/// # Errors
/// The actor may not, there is no such city or authority, or there are too many.
pub async fn draft(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    city: Id<City>,
    plan: AreaPlan,
) -> Result<Id<DemonstrationArea>, CommandError> {
    app.command(actor, meta, move |command| {
        let plan = plan.clone();
        Box::pin(async move {
            let office = command.authorise_new::<DemonstrationArea>().await?;
            let host = command.find("cityId", city).await?;
            if host.owner != Some(office) {
                let message = "this is not the city of the office for which you act";
                return Err(Refusal::not_permitted(message).at("cityId").into());
            }
            command.find("plan.authorityId", plan.authority).await?;
            if command.tx.count_owned::<DemonstrationArea>(office, None).await? >= MAX_AREAS {
                let message = "an office keeps at most 100 demonstration areas on record";
                return Err(Refusal::new(UserErrorCode::RateLimited, "", message).into());
            }
            let person = command.actor.person_id();
            let who = AreaActor { person, organisation: Some(office), parties: vec![AreaParty::HostOfficer] };
            let id = Uuid::now_v7();
            let seat = CitySeat { city, office };
            let area = DemonstrationArea::draft(Id::from_uuid(id), &who, seat, plan, command.now)?;
            let stored = command.tx.create_as(id, Some(office), None, area).await?;
            let step = Step {
                from: None,
                to: domain::Vocabulary::code(stored.value.state).to_owned(),
                transition: "DRAFT".to_owned(),
                person: person.map(Id::uuid),
                organisation: Some(office.uuid()),
                reasons: Vec::new(),
            };
            command.tx.add_step(stored.id, step).await?;
            command.audit(&stored, serde_json::json!({}));
            Ok(stored.id)
        })
    })
    .await
}
