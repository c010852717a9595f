//! People: who they are, what they may do, how they prove it. Secrets are stored as hashes only.

mod key;
mod membership;
mod person;
pub(in crate::store) mod privacy;
mod session;
mod throttle;
mod token;
mod two_factor;

pub use key::{ApiKeyRow, NewApiKey};
pub use membership::{Member, Membership};
pub use person::{PersonRow, PersonState};
pub use privacy::{TAGGED, Tag};
pub use session::{Refresh, RefreshClaim, SessionRow};
pub use throttle::Throttle;
pub use token::{NewToken, OneTimeToken, Purpose};
pub use two_factor::TotpRow;
