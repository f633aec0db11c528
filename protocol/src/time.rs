//! Points and lengths of time as integers of milliseconds, and the calendar around them. Nothing here reads a clock.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

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
        let exists = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        (exists && year >= 1970).then(|| Timestamp(days_from_civil(year, month, day) * Span::DAY.0))
    }

    /// Reads RFC 3339. A bare date is its midnight, a time without a zone is UTC, digits below the millisecond are cut.
    pub fn parse_rfc3339(text: &str) -> Result<Timestamp, BadTime> {
        parse(text)
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
        civil_from_days(self.day())
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
        parse(text)
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

fn parse(text: &str) -> Result<Timestamp, BadTime> {
    let form = || BadTime::Form(text.to_owned());
    let calendar = || BadTime::Calendar(text.to_owned());

    let (date, rest) = text.split_at_checked(10).ok_or_else(form)?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2]).ok_or_else(form)?;
    if year < 1970 {
        return Err(BadTime::BeforeEpoch(text.to_owned()));
    }
    let midnight = Timestamp::from_date(year, month, day).ok_or_else(calendar)?;
    let Some(rest) = rest.strip_prefix('T') else {
        return if rest.is_empty() {
            Ok(midnight)
        } else {
            Err(form())
        };
    };

    let (clock, rest) = rest.split_at_checked(8).ok_or_else(form)?;
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2]).ok_or_else(form)?;
    if hour > 23 || minute > 59 || second > 59 {
        return Err(calendar());
    }
    let (millis, zone) = fraction(rest).ok_or_else(form)?;
    let offset_minutes = offset(zone).ok_or_else(form)?;
    let seconds = u64::from(hour * 3600 + minute * 60 + second);
    let local = midnight.0 + seconds * 1000 + millis;
    local
        .checked_add_signed(-offset_minutes * 60_000)
        .map(Timestamp)
        .ok_or_else(|| BadTime::BeforeEpoch(text.to_owned()))
}

/// Three decimal numbers of fixed widths between separators.
fn numbers(text: &str, separator: char, widths: [usize; 3]) -> Option<[u32; 3]> {
    let mut parts = text.split(separator);
    let mut values = [0; 3];
    for (value, width) in values.iter_mut().zip(widths) {
        let part = parts.next()?;
        if part.len() != width || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        *value = part.parse().ok()?;
    }
    parts.next().is_none().then_some(values)
}

/// Milliseconds of an optional `.123…`, and what follows it.
fn fraction(text: &str) -> Option<(u64, &str)> {
    let Some(text) = text.strip_prefix('.') else {
        return Some((0, text));
    };
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() {
        return None;
    }
    let millis = digits
        .bytes()
        .chain(*b"00")
        .take(3)
        .fold(0, |n, digit| n * 10 + u64::from(digit - b'0'));
    Some((millis, rest))
}

/// Minutes east of UTC of nothing, `Z` or `±hh:mm`.
fn offset(zone: &str) -> Option<i64> {
    if zone.is_empty() || zone == "Z" {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = zone.strip_prefix(['+', '-'])?.split_once(':')?;
    let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    if !two_digits(hours) || !two_digits(minutes) {
        return None;
    }
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

fn days_in_month(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date not before it. (Years begin in March, so that the leap day is the last of its year;
/// 719,468 days lie between 0000-03-01 and 1970-01-01.)
fn days_from_civil(year: u32, month: u32, day: u32) -> u64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let (year, month, day) = (u64::from(year), u64::from(month), u64::from(day));
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

/// The inverse of [`days_from_civil`].
fn civil_from_days(days: u64) -> (u64, u32, u32) {
    const ERA: u64 = 146_097; // days in 400 years
    let days = days + 719_468;
    let (era, day_of_era) = (days / ERA, days % ERA);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let small = |n: u64| u32::try_from(n).expect("months and days are small");
    let (month, carry) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (era * 400 + year_of_era + carry, small(month), small(day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn millis(text: &str) -> u64 {
        text.parse::<Timestamp>().unwrap().as_millis()
    }

    #[test]
    fn known_times_are_read() {
        assert_eq!(millis("1970-01-01"), 0);
        assert_eq!(millis("2000-02-29"), 951_782_400_000);
        assert_eq!(millis("2026-09-30T12:34:56Z"), 1_790_771_696_000);
        assert_eq!(millis("2014-01-14T09:05:03.477"), 1_389_690_303_477);
        assert_eq!(millis("2026-09-30T12:34:56.7899Z"), 1_790_771_696_789);
        assert_eq!(
            millis("2026-09-30T12:34:56.5+02:00"),
            millis("2026-09-30T10:34:56.500Z")
        );
    }

    #[test]
    fn what_is_no_time_is_refused_with_its_reason() {
        for form in [
            "",
            "2026",
            "2026-9-30",
            "30/09/2026",
            "2026-09-30 12:00:00",
            "2026-09-30T12:00",
            "+026-09-30",
        ] {
            assert!(
                matches!(form.parse::<Timestamp>(), Err(BadTime::Form(_))),
                "{form}"
            );
        }
        for day in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "1900-01-00",
            "2026-09-30T24:00:00Z",
        ] {
            let error = day.parse::<Timestamp>().unwrap_err();
            assert!(!matches!(error, BadTime::Form(_)), "{day}");
        }
        assert!(matches!(
            "1969-12-31".parse::<Timestamp>(),
            Err(BadTime::BeforeEpoch(_))
        ));
        assert!(matches!(
            "1970-01-01T00:00:00+00:01".parse::<Timestamp>(),
            Err(BadTime::BeforeEpoch(_))
        ));
        assert!("é026-09-30".parse::<Timestamp>().is_err());
    }

    #[test]
    fn a_day_ends_one_millisecond_before_the_next() {
        let day: Timestamp = "2012-02-29".parse().unwrap();
        assert_eq!(day.end_of_day().to_string(), "2012-02-29T23:59:59.999Z");
        assert_eq!(
            day.end_of_day().plus(Span::from_millis(1)).to_string(),
            "2012-03-01T00:00:00.000Z"
        );
        assert_eq!(day.end_of_day().start_of_day(), day);
    }

    #[test]
    fn spans_are_read_and_written() {
        assert_eq!("90d".parse(), Ok(Span::days(90)));
        assert_eq!("72h".parse(), Ok(Span::hours(72)));
        assert_eq!("500ms".parse(), Ok(Span::from_millis(500)));
        for bad in [
            "",
            "90",
            "d",
            "-1d",
            "1.5h",
            "90 d",
            "90w",
            "99999999999999999999d",
            "18446744073709551615d",
        ] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
        assert_eq!(Span::hours(72).to_string(), "3d");
        assert_eq!(Span::from_millis(90_000).to_string(), "90s");
        assert_eq!(Span::ZERO.to_string(), "0ms");
    }

    #[test]
    fn differences_never_go_below_zero() {
        let (early, late) = (Timestamp::from_millis(5), Timestamp::from_millis(9));
        assert_eq!(late.since(early), Span::from_millis(4));
        assert_eq!(early.since(late), Span::ZERO);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(millis in 0_u64..253_402_300_800_000) {
            let time = Timestamp::from_millis(millis);
            prop_assert_eq!(time.to_string().parse(), Ok(time));
        }

        #[test]
        fn the_next_day_has_the_next_date(day in 0_u64..2_900_000) {
            let (today, tomorrow) = (civil_from_days(day), civil_from_days(day + 1));
            prop_assert!(today < tomorrow);
            prop_assert_eq!(days_from_civil(u32::try_from(today.0).unwrap(), today.1, today.2), day);
        }

        #[test]
        fn any_time_is_written_without_panic(millis: u64) {
            prop_assert!(!Timestamp::from_millis(millis).to_string().is_empty());
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC*") {
            let _ = text.parse::<Timestamp>();
            let _ = text.parse::<Span>();
        }

        #[test]
        fn spans_are_read_back(millis: u64) {
            let span = Span::from_millis(millis);
            prop_assert_eq!(span.to_string().parse(), Ok(span));
        }
    }
}
