//! Time zones by name, from the tz database that is compiled in.

use std::fmt;
use std::sync::{Arc, LazyLock};

use jiff::tz::{self, TimeZoneDatabase};

use super::ValueError;
use super::data::Tables;
use crate::diagnostic::nearest;

/// The database of the machine is not asked: the same mail comes out everywhere.
static BUNDLED: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A zone of the tz database, such as `Asia/Shanghai`. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct TimeZone {
    name: Arc<str>,
    zone: tz::TimeZone,
}

impl TimeZone {
    /// Finds a zone by its name, in any letter case.
    pub fn parse(name: &str) -> Result<TimeZone, ValueError> {
        let unknown = || ValueError::UnknownTimeZone {
            name: name.chars().filter(|c| !c.is_control()).take(40).collect(),
        };
        let zone = BUNDLED.get(name).map_err(|_| unknown())?;
        let known = zone.iana_name().filter(|_| !zone.is_unknown()).ok_or_else(unknown)?;
        Ok(TimeZone { name: known.into(), zone })
    }

    /// Coordinated universal time.
    pub fn utc() -> TimeZone {
        TimeZone { name: "UTC".into(), zone: tz::TimeZone::UTC }
    }

    /// The zone that a project is in unless it says so.
    pub fn asia_shanghai() -> TimeZone {
        TimeZone::parse("Asia/Shanghai").unwrap_or_else(|_| TimeZone::utc())
    }

    /// The name, as the database spells it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name that was probably meant: `Asia/Shanghai` for `Asia/Beijing`.
    pub(super) fn suggest(wrong: &str) -> Option<String> {
        let names: Vec<String> = BUNDLED.available().map(|name| name.to_string()).collect();
        let meant = Tables::shipped().meant_zone(wrong).map(str::to_owned);
        meant.or_else(|| nearest(wrong, names.iter().map(String::as_str)))
    }

    pub(super) fn engine(&self) -> &tz::TimeZone {
        &self.zone
    }
}

impl fmt::Debug for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TimeZone({})", self.name)
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}
