//! Times in the reader's terms: the local calendar, and how long ago.

use hearth_protocol::time::{Span, Timestamp};
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
