//! The proleptic Gregorian calendar as integers, from 1970 on.

/// Days of a month, 1 to 12.
pub(super) fn days_in_month(year: u32, month: u32) -> u32 {
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
pub(super) fn days_from_civil(year: u32, month: u32, day: u32) -> u64 {
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
pub(super) fn civil_from_days(days: u64) -> (u64, u32, u32) {
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
