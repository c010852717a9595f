//! A past deal, from which a mandate can be proposed.

use async_graphql::{InputObject, Result};
use chrono::NaiveDate;
use domain::{
    organisation::Deal,
    value::SingleLine,
    vocabulary::{CooperationField, Instrument},
};

use super::{
    super::code::{Code, Stage},
    MoneyInput, wrong,
};

/// A past deal.
#[derive(Debug, Clone, InputObject)]
pub struct DealInput {
    /// When it was done.
    pub date: NaiveDate,
    /// What was financed.
    pub title: String,
    /// Its field.
    pub field: Option<Code<CooperationField>>,
    /// Its country, by ISO code.
    pub country: Option<String>,
    /// Its stage.
    pub stage: Option<Stage>,
    /// The investor's own share.
    pub amount: Option<MoneyInput>,
    /// The amount of the whole round, where the own share is not known.
    pub round_amount: Option<MoneyInput>,
    /// The instrument.
    pub instrument: Option<Code<Instrument>>,
}

impl DealInput {
    /// The deal.
    ///
    /// # Errors
    /// A part is wrong.
    pub fn parse(self) -> Result<Deal> {
        let money =
            |money: Option<MoneyInput>, argument| money.map(|money| money.parse(argument)).transpose();
        Ok(Deal {
            date: self.date,
            title: SingleLine::new(&self.title).map_err(|error| wrong("deals.title", error))?,
            field: self.field.map(|code| code.0),
            country: self
                .country
                .map(|code| code.parse().map_err(|error| wrong("deals.country", error)))
                .transpose()?,
            stage: self.stage.map(|stage| stage.0),
            amount: money(self.amount, "deals.amount")?,
            round_amount: money(self.round_amount, "deals.roundAmount")?,
            instrument: self.instrument.map(|code| code.0),
        })
    }
}
