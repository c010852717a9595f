//! Money: whole minor units and an ISO 4217 code. No floats are stored.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

macro_rules! currencies {
    ($($code:ident $minor:literal),+ $(,)?) => {
        /// ISO 4217 currency.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[repr(u8)]
        pub enum Currency { $(#[doc = stringify!($code)] $code,)+ }

        impl Currency {
            /// Every currency that the product knows.
            pub const ALL: &'static [Self] = &[$(Self::$code,)+];
            /// The ISO code.
            pub const fn code(self) -> &'static str { match self { $(Self::$code => stringify!($code),)+ } }
            /// Decimals of the minor unit: 2 for cents, 0 where there is none.
            pub const fn decimals(self) -> u32 { match self { $(Self::$code => $minor,)+ } }
        }
    };
}

currencies! {
    AED 2, ARS 2, AUD 2, BDT 2, BGN 2, BHD 3, BRL 2, CAD 2, CHF 2, CLP 0, CNY 2, COP 2, CZK 2, DKK 2, DZD 2,
    EGP 2, ETB 2, EUR 2, GBP 2, GHS 2, HKD 2, HUF 2, IDR 2, ILS 2, INR 2, IQD 3, IRR 2, ISK 0, JOD 3, JPY 0,
    KES 2, KHR 2, KRW 0, KWD 3, KZT 2, LAK 2, LKR 2, MAD 2, MMK 2, MNT 2, MXN 2, MYR 2, NGN 2, NOK 2, NPR 2,
    NZD 2, OMR 3, PEN 2, PHP 2, PKR 2, PLN 2, QAR 2, RON 2, RSD 2, RUB 2, RWF 0, SAR 2, SEK 2, SGD 2, THB 2,
    TND 3, TRY 2, TWD 2, TZS 2, UAH 2, UGX 0, USD 2, UZS 2, VND 0, XAF 0, XOF 0, ZAR 2, ZMW 2,
}

/// What is wrong with an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The code is not one the product knows.
    #[error("name an ISO 4217 currency in capitals, such as EUR or USD")]
    Currency,
    /// Not a number, or negative, or too large.
    #[error(
        "an amount lies between 0 and 10,000,000,000,000 of the major unit, written like 42000000 or 0.5"
    )]
    Amount,
    /// More decimals than the currency has.
    #[error("the currency has fewer decimals than were given")]
    Decimals,
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(s: &str) -> Result<Self, MoneyError> {
        Self::ALL
            .iter()
            .copied()
            .find(|c| c.code().eq_ignore_ascii_case(s.trim()))
            .ok_or(MoneyError::Currency)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount of money, at least 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawMoney", into = "RawMoney")]
pub struct Money {
    minor: i64,
    currency: Currency,
}

#[derive(Serialize, Deserialize)]
struct RawMoney {
    minor: i64,
    currency: Currency,
}

impl TryFrom<RawMoney> for Money {
    type Error = MoneyError;
    fn try_from(raw: RawMoney) -> Result<Self, MoneyError> {
        Self::from_minor(raw.minor, raw.currency)
    }
}
impl From<Money> for RawMoney {
    fn from(money: Money) -> Self {
        Self { minor: money.minor, currency: money.currency }
    }
}

impl Money {
    /// The largest amount in minor units, of a currency with two decimals ten million million.
    pub const MAX_MINOR: i64 = 1_000_000_000_000_000;

    /// From minor units, such as cents.
    ///
    /// # Errors
    /// Negative or above [`Self::MAX_MINOR`].
    pub fn from_minor(minor: i64, currency: Currency) -> Result<Self, MoneyError> {
        (0..=Self::MAX_MINOR).contains(&minor).then_some(Self { minor, currency }).ok_or(MoneyError::Amount)
    }

    /// From text in major units, such as `42000000` or `0.5`.
    ///
    /// # Errors
    /// Not a plain decimal, out of range, or with more decimals than the currency has.
    pub fn parse(amount: &str, currency: Currency) -> Result<Self, MoneyError> {
        let amount = amount.trim();
        let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 15 || !digits(whole) || !digits(part) {
            return Err(MoneyError::Amount);
        }
        let decimals = currency.decimals() as usize;
        let part = part.trim_end_matches('0');
        if part.len() > decimals {
            return Err(MoneyError::Decimals);
        }
        let minor: i64 = format!("{whole}{part:0<decimals$}").parse().map_err(|_| MoneyError::Amount)?;
        Self::from_minor(minor, currency)
    }

    /// Minor units, such as cents.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Major units for display and ratios; never stored.
    pub fn major(self) -> f64 {
        let scale = [1.0, 10.0, 100.0, 1000.0];
        self.minor as f64 / scale.get(self.currency.decimals() as usize).copied().unwrap_or(100.0)
    }
}

impl fmt::Display for Money {
    /// `USD 42.0 m`, `EUR 650 k`, `USD 12`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let major = self.major();
        let code = self.currency.code();
        if major >= 999_500_000.0 {
            write!(f, "{code} {:.2} bn", major / 1e9)
        } else if major >= 999_500.0 {
            write!(f, "{code} {:.1} m", major / 1e6)
        } else if major >= 999.5 {
            write!(f, "{code} {:.0} k", major / 1e3)
        } else {
            write!(f, "{code} {major:.0}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_exact_and_refusals_say_why() {
        assert_eq!(Money::parse("99999999999.99", Currency::EUR).unwrap().minor(), 9_999_999_999_999);
        assert_eq!(Money::parse("0.5", Currency::USD).unwrap().minor(), 50);
        assert_eq!(Money::parse("7.000", Currency::JPY).unwrap().minor(), 7);
        assert_eq!(Money::parse("1.005", Currency::USD), Err(MoneyError::Decimals));
        for bad in ["", "-1", "1e9", "1,000", "NaN", "99999999999999999", ".5"] {
            assert_eq!(Money::parse(bad, Currency::USD), Err(MoneyError::Amount), "{bad}");
        }
        assert!(serde_json::from_str::<Money>(r#"{"minor":-1,"currency":"EUR"}"#).is_err());
    }

    proptest! {
        #[test]
        fn text_and_minor_units_agree(minor in 0..=Money::MAX_MINOR) {
            let text = format!("{}.{:02}", minor / 100, minor % 100);
            prop_assert_eq!(Money::parse(&text, Currency::EUR).unwrap().minor(), minor);
        }

        #[test]
        fn parsing_never_panics(text in ".{0,40}") {
            let _ = Money::parse(&text, Currency::KWD);
        }
    }
}
