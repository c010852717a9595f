//! The capital stack: which mandates together could fill a project's gap, each with how much in which instrument
//! (rulings 12).
//!
//! It maximises the sum of amount times mutual score over the gap, in steps of one percent of it, under the rules of a
//! [`Problem`]: tickets, the shares of the instruments sought, a lead, the largest share of one counterparty, the
//! largest concessional share, and at most eight counterparties. One counterparty is one investor, with one mandate in
//! one instrument.
//!
//! How it is solved: the limits on instruments and on concessional money are priced (Lagrange), which leaves a dynamic
//! programme over counterparties and units; its value is an upper bound whatever the prices are. Where an allowed stack
//! reaches the bound it is optimal, and the prices are its certificate. Where it does not, a search over all stacks
//! that the bound leaves open decides, and only where that search grows too large is the bound handed out instead: the
//! lower of two, for another bound is exact instrument by instrument and lets an investor stand in several.

mod bound;
mod catalog;
mod improve;
mod problem;
mod search;
mod split;

pub use catalog::{LeftOut, Proposal, SliceLine, StackRefusal, StackRules, propose};
pub use problem::{Candidate, Limit, Problem, ProblemError, Rules, Slice};
pub use search::{Certificate, Prices, Stack, solve};
