//! When people of a hospice find time to write: working mornings, some afternoons, few weekends, hardly a holiday.

use super::dice::Dice;
use hearth_protocol::time::{Span, Timestamp};

/// In milliseconds, as dice count.
pub(crate) const MINUTE: u64 = Span::MINUTE.as_millis();
pub(crate) const HOUR: u64 = Span::HOUR.as_millis();
pub(crate) const DAY: u64 = Span::DAY.as_millis();

/// Monday 1 September 2025, 00:00 UTC: the first day of the story.
const FIRST_DAY: Timestamp = Timestamp::from_millis(1_756_684_800_000);

/// The story's days from 24 December 2025 to 2 January 2026.
const HOLIDAYS: std::ops::RangeInclusive<u64> = 114..=123;

/// The calendar of the story.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calendar {
    days: u64,
}

impl Calendar {
    pub(crate) fn new(days: u64) -> Self {
        Self { days }
    }

    pub(crate) fn days(self) -> u64 {
        self.days
    }

    /// The first moment of the story.
    pub(crate) fn begins() -> Timestamp {
        FIRST_DAY
    }

    /// The first moment after the story.
    pub(crate) fn ends(self) -> Timestamp {
        FIRST_DAY.plus(Span::days(self.days))
    }

    /// How busy a day is, in hundredths of an ordinary working day.
    pub(crate) fn busyness(day: u64) -> u64 {
        let weekend = day % 7 >= 5;
        match (HOLIDAYS.contains(&day), weekend) {
            (true, true) => 0,
            (true, false) => 8,
            (false, true) => 10,
            (false, false) => 100,
        }
    }

    /// A moment of day `day`: mostly the hours before the ward round ends, else the early afternoon.
    pub(crate) fn moment(day: u64, dice: &mut Dice) -> Timestamp {
        let from = if dice.chance(70) { 8 * HOUR } else { 13 * HOUR };
        FIRST_DAY
            .plus(Span::days(day))
            .plus(Span::from_millis(from + dice.below(3 * HOUR + 30 * MINUTE)))
    }

    /// The first moment at which somebody would write who wants to at `wish` at the earliest.
    pub(crate) fn at_or_after(wish: Timestamp, dice: &mut Dice) -> Timestamp {
        let mut day = wish.day() - FIRST_DAY.day();
        loop {
            let moment = Self::moment(day, dice);
            if moment >= wish && dice.chance(Self::busyness(day)) {
                return moment;
            }
            day += 1;
        }
    }
}
