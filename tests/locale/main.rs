//! Locales, their negotiation, and how they write values: tables of what goes in and comes out.

mod formats;
mod negotiate;
mod parse;
mod tag;

use hongyan::locale::{Formats, Locale};

fn locale(tag: &str) -> Locale {
    Locale::parse(tag).unwrap()
}

fn formats(tag: &str) -> Formats {
    Formats::new(&locale(tag))
}
