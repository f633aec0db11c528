//! Months of the calendar, UTC, written `2026-03`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// A month from January 1970 to December 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    year: u32,
    month: u32,
}

/// Text that names no month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no month such as 2026-03")]
pub struct BadMonth(String);

impl Month {
    /// The month that an instant lies in; none after the year 9999.
    pub fn of(at: Timestamp) -> Option<Month> {
        let (year, month, _) = at.date();
        let year = u32::try_from(year).ok().filter(|year| *year <= 9999)?;
        Some(Month { year, month })
    }

    /// Its first instant.
    pub fn begins(self) -> Timestamp {
        Timestamp::from_date(self.year, self.month, 1).expect("every month has a first day")
    }

    /// The first instant after it.
    pub fn ends(self) -> Timestamp {
        self.next().begins()
    }

    /// The month after it.
    #[must_use]
    pub const fn next(self) -> Month {
        if self.month == 12 {
            Month {
                year: self.year + 1,
                month: 1,
            }
        } else {
            Month {
                year: self.year,
                month: self.month + 1,
            }
        }
    }
}

impl FromStr for Month {
    type Err = BadMonth;

    fn from_str(text: &str) -> Result<Month, BadMonth> {
        let bad = || BadMonth(text.to_owned());
        let (year, month) = text.split_once('-').ok_or_else(bad)?;
        let digits = |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(bad());
        }
        let year: u32 = year.parse().map_err(|_| bad())?;
        let month: u32 = month.parse().map_err(|_| bad())?;
        if year < 1970 || !(1..=12).contains(&month) {
            return Err(bad());
        }
        Ok(Month { year, month })
    }
}

impl TryFrom<String> for Month {
    type Error = BadMonth;

    fn try_from(text: String) -> Result<Month, BadMonth> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> String {
        month.to_string()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_written_one_way_and_has_its_ends() {
        let december: Month = "2026-12".parse().unwrap();
        assert_eq!(december.to_string(), "2026-12");
        assert_eq!(december.begins().to_string(), "2026-12-01T00:00:00.000Z");
        assert_eq!(december.ends().to_string(), "2027-01-01T00:00:00.000Z");
        assert_eq!(Month::of(december.begins()), Some(december));
        assert_eq!(Month::of(december.ends()), Some(december.next()));
        assert!("9999-12".parse::<Month>().unwrap().ends() > december.ends());
        for text in [
            "2026-13",
            "2026-00",
            "2026-3",
            "26-03",
            "2026-03-01",
            "1969-12",
            "+026-03",
            "",
        ] {
            assert!(text.parse::<Month>().is_err(), "{text}");
        }
    }
}
