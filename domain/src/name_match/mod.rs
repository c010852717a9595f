//! Which names of sanctions lists a name is like: normalisation, likeness, and an index that finds every one.
//!
//! What comes out is a potential hit and never more: sentences that say what is alike, for the two persons who decide.
//! All scores are whole millionths and the same on every machine.
//!
//! Invariant: [`Screener::screen`] finds what a comparison with every name of every entry would find; no candidate is
//! lost on the way (see [`index`] for the reason, and its tests for the proof by example).

pub mod index;
mod normal;
mod score;
mod sentence;
#[cfg(test)]
mod tests;
mod word;

pub use index::{Basis, Potential, Screener, Subject};
pub use normal::{MAX_LETTERS, MAX_NAME, MAX_TOKENS, Name, identifier};
pub use score::{CONTAINED, CONTAINED_LETTERS, MILLION, REDIVIDED, TOKEN_FLOOR, similarity};
pub use word::jaro_winkler;

/// From here on a name or a strong alias is a potential hit.
///
/// 0.88 admits one word of three spelt as another transliteration would (`Mohamed`, `Muhammad`) and a name that stands
/// whole within a longer one; two names that share all but one short word stay below.
pub const POTENTIAL_HIT: u32 = 880_000;

/// From here on a weak alias is a potential hit.
///
/// The lists mark aliases as weak that are broad or generic and "may generate a large volume of false hits" (OFAC, FAQ
/// 122): nearly the same letters are asked for, and a name that only stands within a longer one never suffices.
pub const POTENTIAL_HIT_WEAK: u32 = 940_000;
