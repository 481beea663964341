//! Places in a folded text, and the same places in the text as it was written.
//!
//! In: how many bytes each piece takes here and there, in order. Out: a few bytes that tell it again. It must not know why a piece is
//! longer or shorter.
//!
//! Most letters take the same bytes in both. Only a piece that does not is written down: the number of bytes since the last such
//! piece, and eight times its bytes as written, plus its folded ones (0 for what search overlooks). Both are numbers of seven bits a
//! byte, so that a piece mostly takes two bytes.

use std::ops::Range;

/// Writes places down.
#[derive(Debug, Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    /// Bytes that are the same in both texts, since the last piece that was written down.
    same: usize,
    /// The last piece, which may still grow: its folded bytes, and those as written.
    last: (usize, usize),
    /// `true` where the last piece is of several folded letters, of which none has a place of its own.
    is_joined: bool,
}

impl Writer {
    /// Adds a piece: its folded letters, 7 bytes at most, and its bytes as written.
    pub(super) fn piece(&mut self, folded: &str, written: usize) {
        self.flush();
        self.last = (folded.len(), written);
        self.is_joined = folded.chars().nth(1).is_some();
    }

    /// Adds a run of so many letters of one byte each, the same in both.
    pub(super) fn run(&mut self, bytes: usize) {
        let Some(all_but_last) = bytes.checked_sub(1) else {
            return;
        };
        self.flush();
        self.same += all_but_last;
        self.last = (1, 1);
    }

    /// Adds bytes as written to the last piece.
    pub(super) fn more(&mut self, written: usize) {
        self.last.1 += written;
    }

    /// Adds bytes as written that stand for nothing.
    pub(super) fn nothing(&mut self, written: usize) {
        if self.last.0 > 0 {
            self.flush();
        }
        self.more(written);
    }

    fn flush(&mut self) {
        let (folded, written) = std::mem::take(&mut self.last);
        let is_joined = std::mem::take(&mut self.is_joined);
        if folded == written && !is_joined {
            self.same += folded;
            return;
        }
        put(&mut self.bytes, std::mem::take(&mut self.same));
        put(&mut self.bytes, written * 8 + folded.min(7));
    }

    /// The bytes that tell the places; none where both texts have the same.
    pub(super) fn finish(mut self) -> Box<[u8]> {
        // What is the same up to the end needs no word.
        self.flush();
        self.bytes.into_boxed_slice()
    }
}

/// Appends a number, seven bits a byte, the low ones first.
pub(super) fn put(bytes: &mut Vec<u8>, mut number: usize) {
    while number > 0x7f {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Takes a number off the beginning of these bytes; `None` where there is none.
pub(super) fn take(bytes: &mut &[u8]) -> Option<usize> {
    let mut number = 0_usize;
    for shift in (0..usize::BITS).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        let low = usize::from(first & 0x7f);
        number |= low.checked_shl(shift).filter(|high| high >> shift == low)?;
        if first & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// The pieces that were written down: where each begins in the folded text and as written, and its bytes in both.
fn pieces(mut bytes: &[u8]) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
    let (mut folded, mut written) = (0_usize, 0_usize);
    std::iter::from_fn(move || {
        let same = take(&mut bytes)?;
        let lengths = take(&mut bytes)?;
        let here = folded.checked_add(same)?;
        let there = written.checked_add(same)?;
        folded = here.checked_add(lengths % 8)?;
        written = there.checked_add(lengths / 8)?;
        Some((here..folded, there..written))
    })
}

/// The range as written of one of a folded text.
pub(super) fn as_written(places: &[u8], range: &Range<usize>) -> Range<usize> {
    let (mut start, mut end) = (range.start, range.end);
    for (folded, written) in pieces(places) {
        if folded.start > range.end {
            break;
        }
        // Behind a piece all is moved by what it takes more or less.
        let behind = |at: usize| written.end + at.saturating_sub(folded.end);
        if folded.end <= range.start {
            start = behind(range.start);
        } else if folded.start < range.start {
            start = written.start;
        }
        if folded.end < range.end || (folded.end == range.end && !folded.is_empty()) {
            end = behind(range.end);
        } else if folded.start < range.end {
            end = written.end;
        }
    }
    start..end.max(start)
}

/// Tells whether these bytes are places of a folded text of this length.
pub(super) fn fits(mut places: &[u8], length: usize) -> bool {
    let pieces = pieces(places);
    let is_within = pieces.last().is_none_or(|(folded, _)| folded.end <= length);
    while !places.is_empty() {
        if take(&mut places).and(take(&mut places)).is_none() {
            return false;
        }
    }
    is_within
}
