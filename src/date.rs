//! Days of the calendar, without times.

use std::{
    fmt,
    str::FromStr,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

/// A day, as `yyyy-mm-dd`. Days compare as they follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// The text is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a day as `yyyy-mm-dd`")]
pub struct NoDate;

impl Date {
    /// The present day, in UTC.
    #[must_use]
    pub fn today() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let mut days = since.map_or(0, |since| since.as_secs() / 86_400);
        let mut year = 1970;
        while days >= days_in_year(year) {
            days -= days_in_year(year);
            year += 1;
        }
        let mut month = 1;
        while days >= u64::from(days_in_month(year, month)) {
            days -= u64::from(days_in_month(year, month));
            month += 1;
        }
        Self {
            year,
            month,
            day: u8::try_from(days + 1).unwrap_or(1),
        }
    }
}

impl FromStr for Date {
    type Err = NoDate;

    fn from_str(text: &str) -> Result<Self, NoDate> {
        let mut parts = text.split('-');
        let mut number = |len: usize| -> Result<u16, NoDate> {
            let part = parts
                .next()
                .filter(|part| part.len() == len)
                .ok_or(NoDate)?;
            if !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(NoDate);
            }
            part.parse().map_err(|_| NoDate)
        };
        let (year, month, day) = (number(4)?, number(2)?, number(2)?);
        if parts.next().is_some() {
            return Err(NoDate);
        }
        let month = u8::try_from(month).map_err(|_| NoDate)?;
        let day = u8::try_from(day).map_err(|_| NoDate)?;
        let is_day = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        is_day.then_some(Self { year, month, day }).ok_or(NoDate)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
}

fn days_in_year(year: u16) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_and_compared() {
        let day = |text: &str| text.parse::<Date>();
        assert!(day("2026-02-28").expect("a day") < day("2026-03-01").expect("a day"));
        assert_eq!(
            day("2024-02-29").map(|day| day.to_string()),
            Ok("2024-02-29".to_owned())
        );
        for wrong in [
            "2023-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-1-1",
            "2026-01-01-1",
            "26-01-01",
            "+026-01-01",
            "",
        ] {
            assert_eq!(day(wrong), Err(NoDate), "{wrong}");
        }
        assert!(Date::today() > day("2024-01-01").expect("a day"));
    }
}
