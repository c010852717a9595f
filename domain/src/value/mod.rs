//! Small values that cannot be wrong once made.

mod coded;
mod money;
mod percent;
mod place;
mod text;

pub use coded::Coded;
pub use money::{Currency, Money, MoneyError};
pub use percent::{Pct, PctError, Share, ShareError, Shares};
pub use place::{CountryCode, CountryCodeError, CountrySet, Position, PositionError};
pub use text::{Lang, LangError, Localized, SingleLine, TextError, harmless_cell, plain_cell};
