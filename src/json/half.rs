//! Halves of characters, which JSON can escape and UTF-8 cannot hold.
//!
//! In: pieces of text, some with stand-ins for halves. Out: text in which two halves that met are their character, and every other
//! one is U+FFFD. This file must not know JSON's marks, nor where a piece comes from.

use std::borrow::Cow;

use serde_json::Value;

/// The first of the stand-ins, at the end of the last private plane: one for each half that there is.
const STAND_INS: u32 = 0x10_F800;
/// The first of the halves that come first, and of those that come second.
const HIGH: u16 = 0xD800;
const LOW: u16 = 0xDC00;

/// Half of a character, kept until the text goes on: the other half may come first in what follows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Half(Option<u16>);

impl Half {
    /// The next piece of a text, from JSON that has stand-ins if `halves`. Two halves that meet are their character; one that meets
    /// anything else is U+FFFD; one at the end is kept.
    pub fn join<'p>(&mut self, piece: &'p str, halves: bool) -> Cow<'p, str> {
        if piece.is_empty() || (self.0.is_none() && !halves) {
            return Cow::Borrowed(piece);
        }
        let mut out = String::with_capacity(piece.len() + 4);
        for letter in piece.chars() {
            let half = if halves { half_of(letter) } else { None };
            match (self.0.take(), half) {
                (Some(high), Some(low)) if is_low(low) => out.push(joined(high, low)),
                (before, half) => {
                    if before.is_some() {
                        out.push(char::REPLACEMENT_CHARACTER);
                    }
                    match half {
                        Some(high) if !is_low(high) => self.0 = Some(high),
                        Some(_) => out.push(char::REPLACEMENT_CHARACTER),
                        None => out.push(letter),
                    }
                }
            }
        }
        Cow::Owned(out)
    }

    /// The text is over: a half that is left is U+FFFD.
    pub fn finish(&mut self) -> Option<char> {
        self.0.take().map(|_| char::REPLACEMENT_CHARACTER)
    }
}

/// A text of its own, from JSON that has stand-ins if `halves`: those become U+FFFD.
pub fn whole(text: &str, halves: bool) -> Cow<'_, str> {
    if halves && text.contains(is_stand_in) {
        Cow::Owned(text.replace(is_stand_in, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Replaces all stand-ins. Values are no deeper than the strict reader lets them be, 128 levels.
pub(super) fn replace_halves(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(other) = whole(text, true) {
                *text = other;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(replace_halves),
        Value::Object(fields) => fields.values_mut().for_each(replace_halves),
        _ => {}
    }
}

/// Tells whether a UTF-16 unit is half of a character.
pub(super) fn is_half(unit: u16) -> bool {
    (HIGH..0xE000).contains(&unit)
}

/// Tells whether a UTF-16 unit is a half that comes second.
pub(super) fn is_low(unit: u16) -> bool {
    (LOW..0xE000).contains(&unit)
}

/// Tells whether a character stands for a half.
pub(super) fn is_stand_in(letter: char) -> bool {
    half_of(letter).is_some()
}

/// The half that a character stands for.
fn half_of(letter: char) -> Option<u16> {
    let place = u32::from(letter).checked_sub(STAND_INS)?;
    Some(HIGH + u16::try_from(place).ok()?)
}

/// The character that stands for a half.
pub(super) fn stand_in(half: u16) -> char {
    let place = u32::from(half.saturating_sub(HIGH));
    char::from_u32(STAND_INS + place).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The character of two halves, the first of them high.
pub(super) fn joined(high: u16, low: u16) -> char {
    let mut letters = char::decode_utf16([high, low]);
    let first = letters.next().and_then(Result::ok);
    first.unwrap_or(char::REPLACEMENT_CHARACTER)
}
