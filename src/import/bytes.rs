//! Bytes of a text file, in pieces, as UTF-8.
//!
//! In: pieces, cut anywhere. Out: the same in UTF-8, without a byte order mark. UTF-16 is known by its mark. What is broken becomes
//! U+FFFD where it is UTF-16; broken UTF-8 passes, and whoever makes a text of it replaces it. It must not know what the text says.

/// How a file spells its letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    Utf8,
    Utf16 { is_big: bool },
}

/// Spells a file anew in UTF-8. It keeps at most four bytes.
#[derive(Debug, Default)]
pub struct Utf8 {
    /// `None` before the mark could stand.
    spelling: Option<Spelling>,
    /// Bytes of which it is not known what they are.
    held: Vec<u8>,
    /// The first half of a character.
    half: Option<u16>,
}

impl Utf8 {
    /// Takes the next piece.
    pub fn feed(&mut self, piece: &[u8], each: &mut dyn FnMut(&[u8])) {
        if self.spelling.is_none() {
            self.held.extend_from_slice(piece);
            if self.held.len() < 3 {
                return;
            }
            return self.begin(each);
        }
        self.spell(piece, each);
    }

    /// Ends the file.
    pub fn finish(&mut self, each: &mut dyn FnMut(&[u8])) {
        if self.spelling.is_none() {
            self.begin(each);
        }
        let is_left = !self.held.is_empty() || self.half.is_some();
        if is_left {
            each("\u{fffd}".as_bytes());
        }
    }

    /// Looks for a mark.
    fn begin(&mut self, each: &mut dyn FnMut(&[u8])) {
        let held = std::mem::take(&mut self.held);
        let (spelling, mark) = match held.as_slice() {
            [0xEF, 0xBB, 0xBF, ..] => (Spelling::Utf8, 3),
            [0xFF, 0xFE, ..] => (Spelling::Utf16 { is_big: false }, 2),
            [0xFE, 0xFF, ..] => (Spelling::Utf16 { is_big: true }, 2),
            _ => (Spelling::Utf8, 0),
        };
        self.spelling = Some(spelling);
        self.spell(held.get(mark..).unwrap_or_default(), each);
    }

    fn spell(&mut self, piece: &[u8], each: &mut dyn FnMut(&[u8])) {
        let Some(Spelling::Utf16 { is_big }) = self.spelling else {
            return each(piece);
        };
        let held = std::mem::take(&mut self.held);
        let mut out = String::with_capacity(piece.len());
        let mut first = None;
        for &byte in held.iter().chain(piece) {
            let Some(before) = first.take() else {
                first = Some(byte);
                continue;
            };
            let pair = [before, byte];
            let unit = match is_big {
                true => u16::from_be_bytes(pair),
                false => u16::from_le_bytes(pair),
            };
            self.unit(unit, &mut out);
        }
        self.held.extend(first);
        each(out.as_bytes());
    }

    fn unit(&mut self, unit: u16, out: &mut String) {
        if let Some(high) = self.half.take() {
            if let Some(Ok(letter)) = char::decode_utf16([high, unit]).next() {
                return out.push(letter);
            }
            out.push(char::REPLACEMENT_CHARACTER);
        }
        match unit {
            // The other half is still to come.
            0xD800..0xDC00 => self.half = Some(unit),
            unit => out.push(char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8], size: usize) -> String {
        let mut out = Vec::new();
        let mut each = |piece: &[u8]| out.extend_from_slice(piece);
        let mut utf8 = Utf8::default();
        bytes
            .chunks(size)
            .for_each(|piece| utf8.feed(piece, &mut each));
        utf8.finish(&mut each);
        String::from_utf8_lossy(&out).into_owned()
    }

    fn utf16(text: &str, is_big: bool) -> Vec<u8> {
        let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
        let pair = |unit: u16| {
            if is_big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        };
        units.flat_map(pair).collect()
    }

    #[test]
    fn a_mark_says_how_a_file_is_spelt_and_cuts_do_not_matter() {
        let letters = "aé字😀{}";
        for size in 1..8 {
            assert_eq!(text(letters.as_bytes(), size), letters);
            assert_eq!(text(format!("\u{feff}{letters}").as_bytes(), size), letters);
            assert_eq!(text(&utf16(letters, true), size), letters);
            assert_eq!(text(&utf16(letters, false), size), letters);
            assert_eq!(text(b"a", size), "a");
            assert_eq!(text(b"", size), "");
        }
    }

    #[test]
    fn what_is_broken_is_replaced() {
        let mut cut = utf16("a😀", false);
        cut.pop();
        assert_eq!(text(&cut, 1), "a\u{fffd}");
        // Two first halves, then a whole letter; then a second half.
        let bytes = [0xFF, 0xFE, 0x3D, 0xD8, 0x3D, 0xD8, 0x62, 0, 0, 0xDE];
        for size in 1..11 {
            assert_eq!(text(&bytes, size), "\u{fffd}\u{fffd}b\u{fffd}");
        }
        assert_eq!(text(b"a\xffb", 2), "a\u{fffd}b");
    }
}
