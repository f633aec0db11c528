//! Reads times as RFC 3339 writes them, and bare dates.

use super::{BadTime, Timestamp};

/// See [`Timestamp::parse_rfc3339`].
pub(super) fn parse(text: &str) -> Result<Timestamp, BadTime> {
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
