//! What the owner of a listing could do next, priced against the mandates of the catalog.

use domain::{project::Project, vocabulary::ListingState};
use matcher::{
    MicroPoints, Policy,
    row::ProjectRow,
    unlock::{UnlockMap, unlock},
};

use super::{App, AppError};
use crate::store::Stored;

/// Prices what is open to the owner. A listing that is not in public is taken as if it were, so that preparation has a
/// price before it is over. `parted` as in [`super::PairRequest`]. Keeps a core busy where there are many mandates.
///
/// # Errors
/// The listing has no owner in the catalog.
pub fn unlock_map(
    app: &App,
    stored: &Stored<Project>,
    parted: bool,
    reach: MicroPoints,
) -> Result<UnlockMap, AppError> {
    let missing = || AppError::NotFound { what: "project" };
    let catalog = &app.ranking.snapshot_for(parted).catalog;
    let id = stored.owner.ok_or_else(missing)?;
    let owner = catalog.organisations().get(id).ok_or_else(missing)?;
    let mut row = ProjectRow::whole(stored.id, id, &stored.value, &catalog.world);
    if !row.state.is_ranked() {
        row.state = ListingState::Published;
    }
    Ok(unlock(catalog, &Policy::current(), (&row, owner), reach))
}
