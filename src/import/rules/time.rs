//! Times as other programs write them, in milliseconds since 1970. None is ever made up.
//!
//! In: a JSON value or a text. Out: the time, or nothing. A time without a zone counts as UTC.

use crate::import::document::Json;

/// Milliseconds since 1970 (UTC).
pub type Moment = i64;

/// The last moment that is taken for one: the end of the year 9999.
const LAST: f64 = 253_402_300_799_999.0;

/// The time in a value: a number of seconds, milliseconds, microseconds or nanoseconds, by its size; or a text.
pub fn of(value: Json<'_>) -> Option<Moment> {
    match value.number() {
        Some(number) => of_number(number),
        None => of_text(&value.text()?),
    }
}

/// The time in a number, by its size.
fn of_number(number: f64) -> Option<Moment> {
    let milliseconds = match number {
        seconds if seconds < 1e11 => seconds * 1e3,
        milliseconds if milliseconds < 1e14 => milliseconds,
        microseconds if microseconds < 1e17 => microseconds / 1e3,
        nanoseconds => nanoseconds / 1e6,
    };
    // What is no number is in no range.
    let is_one = number > 0.0 && (0.5..=LAST).contains(&milliseconds);
    is_one.then(|| milliseconds.round() as Moment)
}

/// The time in a text: digits as a number, ISO 8601, or one of SillyTavern's forms.
pub fn of_text(text: &str) -> Option<Moment> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // Read as a whole number: the standard reader of fractions would cost the page 10 KB.
        return of_number(text.parse::<u64>().ok()? as f64);
    }
    let time = iso(text).or_else(|| with_at(text)).or_else(|| spelt(text));
    time.filter(|time| *time > 0)
}

/// A day and a time of it, not yet judged.
#[derive(Default)]
struct Parts {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    milliseconds: i64,
}

impl Parts {
    fn moment(&self) -> Option<Moment> {
        let is_leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let days = match self.month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        let is_day = (1970..=9999).contains(&self.year) && (1..=days).contains(&self.day);
        // A leap second is the one behind it.
        let is_time = (0..24).contains(&self.hour)
            && (0..60).contains(&self.minute)
            && (0..=60).contains(&self.second)
            && (0..1000).contains(&self.milliseconds);
        if !is_day || !is_time {
            return None;
        }
        // Years that begin in March have their leap day at the end.
        let (year, month) = match self.month {
            1 | 2 => (self.year - 1, self.month + 9),
            month => (self.year, month - 3),
        };
        let days =
            year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + self.day
                - 719_469;
        let seconds = ((days * 24 + self.hour) * 60 + self.minute) * 60 + self.second;
        Some(seconds * 1000 + self.milliseconds)
    }
}

/// Reads a text from its front.
struct Front<'t>(&'t str);

impl<'t> Front<'t> {
    /// A number of `least` to `most` digits.
    fn number(&mut self, least: usize, most: usize) -> Option<i64> {
        let digits = self.digits(least, most)?;
        digits.parse().ok()
    }

    fn digits(&mut self, least: usize, most: usize) -> Option<&'t str> {
        let count = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if !(least..=most).contains(&count) {
            return None;
        }
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(digits)
    }

    /// Passes over a mark; `None` where another stands.
    fn pass(&mut self, mark: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(mark)?;
        Some(())
    }

    fn pass_any(&mut self, marks: &[char]) -> Option<char> {
        let first = self
            .0
            .chars()
            .next()
            .filter(|first| marks.contains(first))?;
        self.0 = self.0.strip_prefix(first)?;
        Some(first)
    }

    fn blanks(&mut self) {
        self.0 = self.0.trim_start();
    }
}

/// `2026-01-02T10:00:00.123456Z`: a day, or a day and a time, with a zone or without.
fn iso(text: &str) -> Option<Moment> {
    let mut front = Front(text);
    let mut parts = day(&mut front)?;
    if front.0.is_empty() {
        return parts.moment();
    }
    front.pass_any(&['T', 't', ' '])?;
    parts.hour = front.number(2, 2)?;
    front.pass(":")?;
    parts.minute = front.number(2, 2)?;
    if front.pass(":").is_some() {
        parts.second = front.number(2, 2)?;
        if front.pass_any(&['.', ',']).is_some() {
            parts.milliseconds = thousandths(front.digits(1, 18)?)?;
        }
    }
    front.blanks();
    let zone = match front.pass_any(&['Z', 'z', '+', '-', '\u{2212}']) {
        None | Some('Z' | 'z') => 0,
        Some(sign) => {
            let hours = front.number(2, 4)?;
            let (hours, minutes) = match front.pass(":") {
                Some(()) => (hours, front.number(2, 2)?),
                None if hours > 99 => (hours / 100, hours % 100),
                None => (hours, 0),
            };
            let minutes = hours * 60 + minutes;
            if sign == '+' { minutes } else { -minutes }
        }
    };
    let is_whole = front.0.is_empty() && zone.abs() < 24 * 60;
    is_whole.then_some(parts.moment()? - zone * 60_000)
}

/// `2026-1-2`.
fn day(front: &mut Front<'_>) -> Option<Parts> {
    let year = front.number(4, 4)?;
    front.pass("-")?;
    let month = front.number(1, 2)?;
    front.pass("-")?;
    let day = front.number(1, 2)?;
    Some(Parts {
        year,
        month,
        day,
        ..Parts::default()
    })
}

/// The first three digits of a fraction.
fn thousandths(digits: &str) -> Option<i64> {
    let three: String = digits.chars().chain("000".chars()).take(3).collect();
    three.parse().ok()
}

/// SillyTavern's `2024-7-12@01h31m37s`, `..s682ms` and `2024-6-5 @14h 56m 50s 682ms`.
fn with_at(text: &str) -> Option<Moment> {
    let mut front = Front(text);
    let mut parts = day(&mut front)?;
    front.blanks();
    front.pass("@")?;
    let mut unit = |unit: &str| {
        front.blanks();
        let before = front.0;
        let number = front.number(1, 3);
        let passed = number.and_then(|number| front.pass(unit).map(|()| number));
        if passed.is_none() {
            front.0 = before;
        }
        passed
    };
    parts.hour = unit("h")?;
    parts.minute = unit("m")?;
    parts.second = unit("s").unwrap_or(0);
    parts.milliseconds = unit("ms").unwrap_or(0);
    let moment = parts.moment()?;
    front.0.trim().is_empty().then_some(moment)
}

/// SillyTavern's `June 19, 2023 2:20pm`.
fn spelt(text: &str) -> Option<Moment> {
    let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let letters = text
        .chars()
        .take_while(|letter| letter.is_ascii_alphabetic())
        .count();
    let (name, rest) = text.split_at_checked(letters)?;
    let begin = name.get(..3)?.to_ascii_lowercase();
    let month = months.iter().position(|month| *month == begin)?;
    let mut front = Front(rest);
    front.blanks();
    let day = front.number(1, 2)?;
    front.pass_any(&[','])?;
    front.blanks();
    let year = front.number(4, 4)?;
    front.blanks();
    let hour = front.number(1, 2)?;
    front.pass(":")?;
    let minute = front.number(2, 2)?;
    front.blanks();
    let half = front.0.to_ascii_lowercase();
    let hour = match (half.as_str(), hour) {
        ("", hour) => hour,
        ("am", 12) => 0,
        ("pm", 12) => 12,
        ("am", hour @ 1..12) => hour,
        ("pm", hour @ 1..12) => hour + 12,
        _ => return None,
    };
    let parts = Parts {
        year,
        month: month as i64 + 1,
        day,
        hour,
        minute,
        ..Parts::default()
    };
    parts.moment()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::document::Document;

    fn check(json: &str, expect: Option<Moment>) {
        let doc = Document::of(json);
        assert_eq!(doc.ok().and_then(|doc| of(doc.root())), expect, "{json}");
    }

    #[test]
    fn a_number_says_its_unit_by_its_size() {
        for number in [
            "1767225601.25",
            "1767225601250",
            "1767225601250000",
            "1767225601250000000",
            "\"1767225601250\"",
        ] {
            check(number, Some(1_767_225_601_250));
        }
        check("\"1767225601\"", Some(1_767_225_601_000));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for nothing in [
            "0",
            "-5",
            "1e300",
            "0.0001",
            "null",
            "\"\"",
            "\"now\"",
            "\"1/1/2026, 10:00:00 AM\"",
            "[]",
            "\"13:18:04 GMT+0100\"",
            "\"2026-02-30\"",
            "\"2026-13-01\"",
            "\"2026-01-01T25:00:00Z\"",
            "\"1970-01-01T00:00:00Z\"",
            "\"1969-12-31\"",
            "\"2026-01-01T00:00:00Zx\"",
            "\"0\"",
            "\"June 31, 2023 2:20pm\"",
            "\"June 19, 2023 13:20pm\"",
            "\"2026-1-1@\"",
            "\"jun\u{e9}\"",
        ] {
            check(nothing, None);
        }
    }

    #[test]
    fn every_form_of_the_same_time_is_read() {
        for text in [
            "2026-01-02T10:00:00.123456Z",
            "2026-01-02T10:00:00.123Z",
            "2026-01-02 10:00:00.123",
            "2026-01-02T12:00:00.123+02:00",
            "2026-01-02T12:00:00.123+0200",
            "2026-01-02T12:00:00.123 +02",
            "2026-01-02T04:30:00.1239-05:30",
            "2026-1-2@10h00m00s123ms",
            "2026-1-2 @10h 0m 0s 123ms",
        ] {
            check(&format!("\"{text}\""), Some(1_767_348_000_123));
        }
        for text in [
            "January 2, 2026 10:00am",
            "Jan 2, 2026 10:00 AM",
            "2026-01-02T10:00Z",
            "2026-1-2@10h00m00s",
        ] {
            check(&format!("\"{text}\""), Some(1_767_348_000_000));
        }
        check("\"2026-01-02\"", Some(1_767_312_000_000));
        check("\"June 19, 2023 2:20pm\"", Some(1_687_184_400_000));
        check("\"June 19, 2023 12:20am\"", Some(1_687_134_000_000));
        check("\"2024-02-29T00:00:00Z\"", Some(1_709_164_800_000));
        check("\"2024-7-12@01h31m37s682ms\"", Some(1_720_747_897_682));
    }
}
