use proptest::prelude::*;

use super::calendar::{civil_from_days, days_from_civil};
use super::*;

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
