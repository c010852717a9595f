//! Receipts: a match as a small file that anybody can check offline (rulings 11).
//!
//! A receipt holds the facts that the criteria read. Those that its holder may see stand in it by value; of the others
//! there is a salted hash, and the criterion's value. It names policy, model and signing key by hash or id. Verification
//! computes every criterion anew whose facts are all there, and both sums from the criteria's values, and says what it
//! could not compute.
//!
//! A receipt is made by the code that verifies it: the score is computed from the facts that go into it, and where that
//! is not the score of the match no receipt is made. Signing is the caller's: [`Receipt::signed_bytes`] are the bytes.

mod facts;
mod format;
mod subject;
mod verify;

pub use format::{
    CriterionValue, Fact, PolicyName, Receipt, ReceiptError, ReceiptKind, ScoreValue, SideValue, fact_hash,
};
pub use subject::{CitySubject, InvestmentSubject, Issue, city_receipt, investment_receipt};
pub use verify::{Criterion, Verdict, verify, verify_among};
