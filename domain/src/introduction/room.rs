//! The document room of an introduction: the confidentiality agreement before it, and the folders that the owner opens.

use chrono::{DateTime, Days, Utc};
use serde::{Deserialize, Serialize};

use super::{
    code::{IntroductionState, NdaState, RoomFolder, Side},
    record::Introduction,
};
use crate::{account::Person, id::Id};

/// A folder of the document room that is open to the investor until a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomGrant {
    /// Which folder.
    pub folder: RoomFolder,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Who opened it.
    pub person: Id<Person>,
    /// When.
    pub at: DateTime<Utc>,
}

impl Introduction {
    /// A side signs the confidentiality agreement, or the owner waives it. It is settled once and for all.
    ///
    /// # Errors
    /// The introduction is not accepted and going on, it is settled already, or the investor asks to waive.
    pub fn settle_nda(&self, side: Side, waive: bool, now: DateTime<Utc>) -> Result<Self, NdaRefusal> {
        if !self.state.is_introduced() || self.state.is_over() {
            return Err(NdaRefusal::NotIntroduced(self.state));
        }
        if self.nda != NdaState::Open {
            return Err(NdaRefusal::Settled(self.nda));
        }
        if waive && side != Side::Owner {
            return Err(NdaRefusal::OwnerWaives);
        }
        let mut next = self.clone();
        if waive {
            next.nda = NdaState::Waived;
        } else if !next.nda_signed.contains(&side) {
            next.nda_signed.push(side);
        }
        if next.nda_signed.contains(&Side::Investor) && next.nda_signed.contains(&Side::Owner) {
            next.nda = NdaState::Signed;
        }
        next.heard(now);
        Ok(next)
    }

    /// The owner opens a folder of the document room until a time, or shuts it by a time that is past. A later word
    /// about a folder takes the place of an earlier one.
    ///
    /// # Errors
    /// The introduction is not accepted, or over; or the time is more than [`Self::LONGEST_GRANT`] days away.
    pub fn grant(
        &self,
        folder: RoomFolder,
        until: DateTime<Utc>,
        person: Id<Person>,
        now: DateTime<Utc>,
    ) -> Result<Self, GrantRefusal> {
        if !self.state.is_introduced() || self.state.is_over() {
            return Err(GrantRefusal::NotIntroduced(self.state));
        }
        if now.checked_add_days(Days::new(Self::LONGEST_GRANT)).is_none_or(|latest| until > latest) {
            return Err(GrantRefusal::TooLong);
        }
        let mut next = self.clone();
        next.grants.retain(|grant| grant.folder != folder);
        next.grants.push(RoomGrant { folder, until, person, at: now });
        next.heard(now);
        Ok(next)
    }

    /// The longest time for which a folder is opened, in days.
    pub const LONGEST_GRANT: u64 = 180;

    /// Whether the investor reads a folder now: its stage is reached, the confidentiality agreement is settled, and
    /// the owner's grant holds.
    pub fn reads(&self, folder: RoomFolder, now: DateTime<Utc>) -> bool {
        folder.is_open_in(self.state)
            && self.nda != NdaState::Open
            && self.grants.iter().any(|grant| grant.folder == folder && grant.until > now)
    }
}

/// Why a confidentiality agreement is not settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NdaRefusal {
    /// The introduction is not accepted, or over.
    #[error("an introduction in the state {0} has no confidentiality agreement to settle")]
    NotIntroduced(IntroductionState),
    /// It is settled.
    #[error("the confidentiality agreement is {0} already")]
    Settled(NdaState),
    /// Only the owner waives.
    #[error("the owner of the papers waives the agreement, and nobody else")]
    OwnerWaives,
}

/// Why a folder is not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GrantRefusal {
    /// The introduction is not accepted, or over.
    #[error("an introduction in the state {0} has no document room")]
    NotIntroduced(IntroductionState),
    /// Too far away.
    #[error("a folder is opened for at most 180 days")]
    TooLong,
}
