//! Times in the reader's terms: the local calendar, and how long ago.

use hearth_protocol::time::{Span, Timestamp};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// `2026-03-04 14:02`, in the time zone of this machine.
pub(crate) fn local(at: Timestamp) -> String {
    in_zone(at, TimeZone::system())
}

fn in_zone(at: Timestamp, zone: TimeZone) -> String {
    let instant = i64::try_from(at.as_millis())
        .ok()
        .and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok());
    match instant {
        Some(instant) => instant
            .to_zoned_datetime(zone)
            .strftime("%Y-%m-%d %H:%M")
            .to_string(),
        None => at.to_string(),
    }
}

/// `3 hours ago`, `in 2 days`, `just now`.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    let (span, future) = if at > now {
        (at.since(now), true)
    } else {
        (now.since(at), false)
    };
    let Some(length) = length(span) else {
        return "just now".to_owned();
    };
    if future {
        format!("in {length}")
    } else {
        format!("{length} ago")
    }
}

/// The instant that a person means by `2d` (so long ago), `yesterday`, `2026-03-04`, `2026-03-04 14:02`, each in the time
/// zone of this machine, or by a time with a zone of its own.
pub(crate) fn read_when(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    when_in_zone(text, now, TimeZone::system())
}

fn when_in_zone(text: &str, now: Timestamp, zone: TimeZone) -> Result<Timestamp, String> {
    if let Ok(span) = text.parse::<Span>() {
        return Ok(now.minus(span));
    }
    let civil = match text {
        "today" => calendar(now, &zone).map(|now| now.date().into()),
        "yesterday" => calendar(now, &zone).and_then(|now| Some(now.date().yesterday().ok()?.into())),
        _ => text.parse::<DateTime>().ok(),
    };
    let instant = civil.and_then(|civil| zone.to_timestamp(civil).ok());
    let millis = instant.and_then(|instant| u64::try_from(instant.as_millisecond()).ok());
    match millis {
        Some(millis) => Ok(Timestamp::from_millis(millis)),
        None => text.parse().map_err(|_| {
            format!("`{text}` is no time: write 2d, 12h, yesterday, 2026-03-04 or \"2026-03-04 14:02\"")
        }),
    }
}

fn calendar(at: Timestamp, zone: &TimeZone) -> Option<DateTime> {
    let millis = i64::try_from(at.as_millis()).ok()?;
    let instant = jiff::Timestamp::from_millisecond(millis).ok()?;
    Some(zone.to_datetime(instant))
}

/// The largest whole unit; none below a minute.
fn length(span: Span) -> Option<String> {
    const UNITS: [(&str, Span); 5] = [
        ("year", Span::days(365)),
        ("month", Span::days(30)),
        ("day", Span::DAY),
        ("hour", Span::HOUR),
        ("minute", Span::MINUTE),
    ];
    UNITS.iter().find(|(_, unit)| span >= *unit).map(|(name, unit)| {
        let count = span.as_millis() / unit.as_millis();
        format!("{count} {name}{}", if count == 1 { "" } else { "s" })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_from_now() {
        let now = Timestamp::from_millis(1_700_000_000_000);
        for (at, told) in [
            (now.minus(Span::SECOND), "just now"),
            (now.minus(Span::MINUTE), "1 minute ago"),
            (now.minus(Span::hours(47)), "1 day ago"),
            (now.minus(Span::days(800)), "2 years ago"),
            (now.plus(Span::hours(3)), "in 3 hours"),
        ] {
            assert_eq!(ago(at, now), told);
        }
    }

    #[test]
    fn a_person_says_when_in_their_own_terms() {
        let read = |text: &str| {
            let now = Timestamp::parse_rfc3339("2026-03-04T23:30:00Z").unwrap();
            when_in_zone(text, now, TimeZone::fixed(jiff::tz::offset(1))).map(|at| at.to_string())
        };
        for (text, at) in [
            ("2d", "2026-03-02T23:30:00.000Z"),
            ("today", "2026-03-04T23:00:00.000Z"),
            ("yesterday", "2026-03-03T23:00:00.000Z"),
            ("2026-03-04", "2026-03-03T23:00:00.000Z"),
            ("2026-03-04 14:02", "2026-03-04T13:02:00.000Z"),
            ("2026-03-04T14:02:00Z", "2026-03-04T14:02:00.000Z"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(at), "{text}");
        }
        assert!(read("soon").unwrap_err().contains("no time"));
    }

    #[test]
    fn the_calendar_is_local() {
        let at = Timestamp::parse_rfc3339("2026-03-04T23:30:00Z").unwrap();
        assert_eq!(
            in_zone(at, TimeZone::fixed(jiff::tz::offset(1))),
            "2026-03-05 00:30"
        );
        assert_eq!(
            in_zone(Timestamp::from_millis(u64::MAX), TimeZone::UTC),
            Timestamp::from_millis(u64::MAX).to_string()
        );
    }
}
