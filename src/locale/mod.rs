//! Which language a mail is in, and how numbers, dates, money and durations are written in it.
//!
//! [`Locale`] is a checked tag, [`negotiate`] picks one of those that a project has, and
//! [`Formats`] writes values the way its readers expect. The values are small types that are
//! checked where they come in: [`Date`], [`Instant`], [`TimeZone`], [`Duration`], [`Decimal`],
//! [`Money`].
//!
//! Plurals, digits and lists come from CLDR, so they work for every language. Patterns for dates,
//! money and durations are data in `formats.yaml`; a language that has none there gets dates as
//! `2026-11-21`, durations as `10 min` and money as `CNY 1,234.56`. This module knows no clock, no
//! files and no message texts.
//!
//! ```
//! use hongyan::locale::{Duration, Formats, Instant, Locale, TimeZone};
//!
//! let chinese = Formats::new(&Locale::parse("zh_CN")?);
//! let at = Instant::parse("2026-11-21T12:55:00Z")?;
//! assert_eq!(
//!     chinese.datetime(at, &TimeZone::parse("Asia/Shanghai")?),
//!     "2026 年 11 月 21 日 20:55（北京时间，UTC+8）",
//! );
//! assert_eq!(chinese.duration(Duration::parse("10m")?), "10 分钟");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod data;
mod decimal;
mod duration;
mod error;
mod formats;
mod moment;
mod money;
mod negotiate;
mod tag;
mod zone;

pub use decimal::Decimal;
pub use duration::Duration;
pub use error::{LocaleError, ValueError};
pub use formats::{Formats, PluralCategory};
pub use moment::{Date, Instant};
pub use money::Money;
pub use negotiate::{Offered, negotiate};
pub use tag::{Direction, Locale};
pub use zone::TimeZone;
