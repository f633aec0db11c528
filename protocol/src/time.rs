//! Points and lengths of time as integers of milliseconds, and the calendar around them. Nothing here reads a clock.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

mod calendar;
mod month;
mod rfc3339;

pub use month::{BadMonth, Month};

/// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted. Arithmetic saturates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(u64);

/// A length of time in milliseconds. Arithmetic saturates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Span(u64);

/// Text that names no point in time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTime {
    /// Not `2026-01-31`, `2026-01-31T12:00:00` or the latter with a fraction and `Z` or an offset.
    #[error("`{0}` is neither a date (2026-01-31) nor an RFC 3339 time (2026-01-31T12:00:00Z)")]
    Form(String),
    /// A month, day, hour, minute, second or offset that does not exist.
    #[error("`{0}` is not in the calendar")]
    Calendar(String),
    /// Before 1970.
    #[error("`{0}` is before 1970")]
    BeforeEpoch(String),
}

/// Text that names no length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no span of time such as 90d, 72h, 30m, 10s or 500ms")]
pub struct BadSpan(String);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Timestamp = Timestamp(0);

    /// That many milliseconds after the epoch.
    pub const fn from_millis(millis: u64) -> Timestamp {
        Timestamp(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Midnight UTC at the start of a day of the (proleptic Gregorian) calendar; none if it does not exist or is before
    /// 1970.
    pub fn from_date(year: u32, month: u32, day: u32) -> Option<Timestamp> {
        let exists = (1..=12).contains(&month) && (1..=calendar::days_in_month(year, month)).contains(&day);
        (exists && year >= 1970).then(|| Timestamp(calendar::days_from_civil(year, month, day) * Span::DAY.0))
    }

    /// Reads RFC 3339. A bare date is its midnight, a time without a zone is UTC, digits below the millisecond are cut.
    pub fn parse_rfc3339(text: &str) -> Result<Timestamp, BadTime> {
        rfc3339::parse(text)
    }

    /// 00:00:00.000 UTC of the same day.
    pub fn start_of_day(self) -> Timestamp {
        Timestamp(self.0 - self.0 % Span::DAY.0)
    }

    /// 23:59:59.999 UTC of the same day: what a source that gives only a date means.
    pub fn end_of_day(self) -> Timestamp {
        self.start_of_day().plus(Span(Span::DAY.0 - 1))
    }

    /// This point moved later.
    pub const fn plus(self, span: Span) -> Timestamp {
        Timestamp(self.0.saturating_add(span.0))
    }

    /// This point moved earlier, not before the epoch.
    pub const fn minus(self, span: Span) -> Timestamp {
        Timestamp(self.0.saturating_sub(span.0))
    }

    /// How long after `earlier` this is; zero if it is not after.
    pub const fn since(self, earlier: Timestamp) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// Days since 1970-01-01, for counting distinct days.
    pub const fn day(self) -> u64 {
        self.0 / Span::DAY.0
    }

    /// Year, month and day, UTC.
    pub fn date(self) -> (u64, u32, u32) {
        calendar::civil_from_days(self.day())
    }
}

impl Span {
    /// No time.
    pub const ZERO: Span = Span(0);
    /// A second.
    pub const SECOND: Span = Span(1000);
    /// A minute.
    pub const MINUTE: Span = Span(60 * 1000);
    /// An hour.
    pub const HOUR: Span = Span(60 * 60 * 1000);
    /// Twenty-four hours.
    pub const DAY: Span = Span(24 * 60 * 60 * 1000);

    /// That many milliseconds.
    pub const fn from_millis(millis: u64) -> Span {
        Span(millis)
    }

    /// That many hours.
    pub const fn hours(count: u64) -> Span {
        Span::HOUR.times(count)
    }

    /// That many days of 24 hours.
    pub const fn days(count: u64) -> Span {
        Span::DAY.times(count)
    }

    /// Milliseconds.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// This span, `count` times.
    pub const fn times(self, count: u64) -> Span {
        Span(self.0.saturating_mul(count))
    }
}

/// Units of a written span, largest first.
const UNITS: [(&str, Span); 5] = [
    ("d", Span::DAY),
    ("h", Span::HOUR),
    ("m", Span::MINUTE),
    ("s", Span::SECOND),
    ("ms", Span(1)),
];

impl FromStr for Span {
    type Err = BadSpan;

    fn from_str(text: &str) -> Result<Span, BadSpan> {
        let bad = || BadSpan(text.to_owned());
        let unit_at = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(bad)?;
        let (count, unit) = text.split_at(unit_at);
        let count: u64 = count.parse().map_err(|_| bad())?;
        let (_, span) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(bad)?;
        count.checked_mul(span.0).map(Span).ok_or_else(bad)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, unit) = UNITS
            .iter()
            .find(|(_, unit)| self.0 >= unit.0 && self.0.is_multiple_of(unit.0))
            .unwrap_or(&UNITS[UNITS.len() - 1]);
        write!(f, "{}{name}", self.0 / unit.0)
    }
}

impl FromStr for Timestamp {
    type Err = BadTime;

    fn from_str(text: &str) -> Result<Timestamp, BadTime> {
        rfc3339::parse(text)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        let of_day = self.0 % Span::DAY.0;
        let (seconds, millis) = (of_day / 1000, of_day % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z"
        )
    }
}

#[cfg(test)]
mod tests;
