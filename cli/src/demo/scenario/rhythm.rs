//! When people of a hospice find time to write: mostly on the two or three days of the week they keep for it, in the morning
//! or after the midday meal; on few weekends, hardly on a holiday.
//!
//! Each day has one stretch of hours in which most happens. So a day of the story is one step of its telling.

use super::dice::Dice;
use hearth_protocol::time::{Span, Timestamp};

/// In milliseconds, as dice count.
pub(crate) const MINUTE: u64 = Span::MINUTE.as_millis();
pub(crate) const HOUR: u64 = Span::HOUR.as_millis();
pub(crate) const DAY: u64 = Span::DAY.as_millis();

/// Monday 1 September 2025, 00:00 UTC: the first day of the story.
const FIRST_DAY: Timestamp = Timestamp::from_millis(1_756_684_800_000);

/// Days of the story on which hardly anybody works: Christmas to New Year, Easter, and both again.
const HOLIDAYS: [std::ops::RangeInclusive<u64>; 3] = [114..=123, 214..=218, 479..=488];
/// August.
const SUMMER: std::ops::RangeInclusive<u64> = 334..=364;

/// How long people write on a day.
const HOURS: u64 = 5 * HOUR - MINUTE;

/// The calendar of the story.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calendar {
    seed: u64,
    days: u64,
}

impl Calendar {
    pub(crate) fn new(seed: u64, days: u64) -> Self {
        Self { seed, days }
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
        Self::day(self.days)
    }

    /// The first moment of a day.
    pub(crate) fn day(day: u64) -> Timestamp {
        FIRST_DAY.plus(Span::days(day))
    }

    /// The day of a moment.
    pub(crate) fn day_of(moment: Timestamp) -> u64 {
        moment.day() - FIRST_DAY.day()
    }

    /// In how many of a hundred cases somebody writes on a day at all.
    fn busyness(day: u64) -> u64 {
        if HOLIDAYS.iter().any(|holidays| holidays.contains(&day)) {
            return if day % 7 >= 5 { 0 } else { 10 };
        }
        match day % 7 {
            5 | 6 => 7,
            _ if SUMMER.contains(&day) => 30,
            1 | 3 => 93,
            0 => 45,
            _ => 18,
        }
    }

    /// Whether anybody writes on that day.
    pub(crate) fn is_open(self, day: u64) -> bool {
        day < 3 || Dice::new(self.seed, 1_000 + day).chance(Self::busyness(day))
    }

    /// When people begin to write on a day: mostly before the ward round ends, else after the midday meal.
    fn opens(self, day: u64) -> Timestamp {
        let early = Dice::new(self.seed, 5_000 + day).chance(75);
        Self::day(day).plus(Span::from_millis(if early { 8 * HOUR } else { 12 * HOUR }))
    }

    /// The first moment at which somebody would write who wants to at `wish` at the earliest.
    pub(crate) fn at_or_after(self, wish: Timestamp, dice: &mut Dice) -> Timestamp {
        let mut day = Self::day_of(wish);
        loop {
            let opens = self.opens(day);
            let from = opens.max(wish);
            let left = opens.plus(Span::from_millis(HOURS)).since(from).as_millis();
            if self.is_open(day) && left > MINUTE && from < opens.plus(Span::from_millis(HOURS)) {
                // Sooner rather than later.
                let wait = dice.below(left).min(dice.below(left));
                return from.plus(Span::from_millis(wait));
            }
            day += 1;
        }
    }

    /// A moment of the first open day from that one on.
    pub(crate) fn open_day(self, day: u64, dice: &mut Dice) -> Timestamp {
        self.at_or_after(Self::day(day), dice)
    }
}
