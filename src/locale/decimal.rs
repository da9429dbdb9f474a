//! Decimal numbers as they were written.

use std::fmt;

use icu_decimal::input;

use super::ValueError;

/// Digits kept on either side of the point.
const DIGITS: u16 = 40;

/// A decimal number, never a binary float: `0.1` stays `0.1`, and `1.50` keeps its zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Decimal(input::Decimal);

impl Decimal {
    /// Reads a number in JSON's notation: `1234.5`, `-0.10`, `1e3`.
    pub fn parse(text: &str) -> Result<Decimal, ValueError> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let has_edges = |c: fn(&u8) -> bool| {
            digits.as_bytes().first().is_some_and(c) && digits.as_bytes().last().is_some_and(c)
        };
        // The engine would also take `+1`, which prints a plus, and an exponent of thousands.
        if !has_edges(u8::is_ascii_digit) {
            return Err(ValueError::NotADecimal);
        }
        if text.len() > usize::from(2 * DIGITS) {
            return Err(ValueError::DecimalTooLong { limit: DIGITS });
        }
        let plain = text.to_ascii_lowercase().replace("e+", "e");
        let number = input::Decimal::try_from_str(&plain).map_err(|_| ValueError::NotADecimal)?;
        Decimal(number).trimmed()
    }

    fn trimmed(mut self) -> Result<Decimal, ValueError> {
        self.0.absolute.trim_start();
        if self.0.absolute.is_zero() {
            self.0 = self.0.with_sign_display(input::SignDisplay::Negative);
        }
        let range = self.0.absolute.magnitude_range();
        let limit = DIGITS as i16;
        match *range.start() >= -limit && *range.end() < limit {
            true => Ok(self),
            false => Err(ValueError::DecimalTooLong { limit: DIGITS }),
        }
    }

    /// Whether it is below zero.
    pub fn is_negative(&self) -> bool {
        self.0.sign() == input::Decimal::from(-1).sign()
    }

    pub(super) fn engine(&self) -> &input::Decimal {
        &self.0
    }

    pub(super) fn absolute(&self) -> Decimal {
        Decimal(self.0.clone().with_sign_display(input::SignDisplay::Never))
    }

    /// With exactly this many digits behind the point, or `None` where that would lose one.
    pub(super) fn with_fraction(&self, digits: u8) -> Option<Decimal> {
        let mut number = self.0.clone();
        number.absolute.trim_end();
        let smallest = -i16::from(digits);
        if *number.absolute.magnitude_range().start() < smallest {
            return None;
        }
        number.absolute.pad_end(smallest);
        Some(Decimal(number))
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Decimal(number.into())
    }
}

impl From<u64> for Decimal {
    fn from(number: u64) -> Self {
        Decimal(number.into())
    }
}

/// Plain digits, an ASCII point and an ASCII minus: what [`Decimal::parse`] reads.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
