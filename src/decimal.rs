//! Plain decimal numbers as people write them in attributes: `30`, `0.5`.
//!
//! The standard library reads every float there is, and brings tables of 10 KB for that; here a sign, digits and a point are
//! all there is. Exact for up to 15 digits.

/// Reads a number; `None` for anything else (an exponent, blanks inside, no digit at all, more than 15 digits).
pub fn decimal(text: &str) -> Option<f64> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all = || whole.bytes().chain(part.bytes());
    let count = all().count();
    if count == 0 || count > 15 || !all().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let value = all().fold(0.0, |value, digit| value * 10.0 + f64::from(digit - b'0'));
    let scale = part.bytes().fold(1.0, |scale, _| scale * 10.0);
    let value = value / scale;
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        let check = |text: &str, expect| assert_eq!(decimal(text), expect, "{text:?}");
        check("30", Some(30.0));
        check(" 0.5 ", Some(0.5));
        check("-1.25", Some(-1.25));
        check(".5", Some(0.5));
        check("5.", Some(5.0));
        check("0.1", Some(0.1));
        check("123456.789", Some(123_456.789));
        for bad in [
            "",
            "-",
            ".",
            "1e3",
            "1 0",
            "inf",
            "NaN",
            "٣",
            "1.2.3",
            "1234567890123456",
        ] {
            check(bad, None);
        }
    }
}
