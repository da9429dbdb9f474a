//! Amounts of money.

use super::data::Tables;
use super::{Decimal, ValueError};

/// An amount in a currency of ISO 4217, with exactly the digits that the currency has.
#[derive(Clone, Debug, PartialEq)]
pub struct Money {
    amount: Decimal,
    currency: &'static str,
}

impl Money {
    /// Reads an amount as [`Decimal::parse`] does. Missing digits are filled up with zeros (`12.5`
    /// in CNY is `12.50`); more digits than the currency has are a fault unless they are zeros,
    /// since rounding is for whoever keeps the books.
    pub fn new(amount: &str, currency: &str) -> Result<Money, ValueError> {
        let (currency, digits) =
            Tables::shipped().currency(currency).ok_or(ValueError::UnknownCurrency)?;
        let too_many = || ValueError::TooManyDigits { currency: currency.to_owned(), digits };
        let amount = Decimal::parse(amount)?.with_fraction(digits).ok_or_else(too_many)?;
        Ok(Money { amount, currency })
    }

    /// The amount, with the currency's digits.
    pub fn amount(&self) -> &Decimal {
        &self.amount
    }

    /// The currency's code.
    pub fn currency(&self) -> &str {
        self.currency
    }
}
