//! Base64 (RFC 4648, section 4) as people write it.
//!
//! In: a text, or bytes in pieces. Out: the bytes, or the text. It must not know what they are.
// Kept by hand: a general decoder has to be told to pass over blanks and padding, and these few lines are all that is needed of one.

/// Bytes of base64; blanks and missing padding are forgiven, anything else is `None`.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' | b' ' | b'\n' | b'\r' => continue,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(out)
}

/// Bytes on their way to base64, piece by piece.
#[derive(Debug, Default)]
pub struct Encoder {
    text: String,
    bits: u32,
    count: u32,
}

impl Encoder {
    /// Takes the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.text.reserve(bytes.len() / 3 * 4 + 4);
        for byte in bytes {
            self.bits = self.bits << 8 | u32::from(*byte);
            self.count += 8;
            while self.count >= 6 {
                self.count -= 6;
                self.text.push(letter(self.bits >> self.count));
            }
        }
    }

    /// Number of letters so far.
    pub fn count(&self) -> usize {
        self.text.len()
    }

    /// The whole text, with padding.
    pub fn finish(mut self) -> String {
        if self.count > 0 {
            self.text.push(letter(self.bits << (6 - self.count)));
        }
        while !self.text.len().is_multiple_of(4) {
            self.text.push('=');
        }
        self.text
    }
}

/// The letter for the lowest six bits.
fn letter(six: u32) -> char {
    let six = (six & 63) as u8;
    char::from(match six {
        0..=25 => b'A' + six,
        26..=51 => b'a' + six - 26,
        52..=61 => b'0' + six - 52,
        62 => b'+',
        _ => b'/',
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_base64_however_they_are_cut() {
        let bytes: Vec<u8> = (0..=255).chain(b"tail".iter().copied()).collect();
        for length in [0, 1, 2, 3, bytes.len()] {
            let bytes = &bytes[..length];
            for size in 1..5 {
                let mut encoder = Encoder::default();
                bytes.chunks(size).for_each(|piece| encoder.feed(piece));
                let text = encoder.finish();
                assert_eq!(
                    (text.len(), decode(&text).as_deref()),
                    (length.div_ceil(3) * 4, Some(bytes))
                );
            }
        }
        let mut encoder = Encoder::default();
        encoder.feed(b"foob");
        assert_eq!(encoder.finish(), "Zm9vYg==");
    }

    #[test]
    fn base64_comes_back_as_bytes() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("Zg==", b"f"),
            ("Zm8=", b"fo"),
            ("Zm9v", b"foo"),
            ("Zm9vYg", b"foob"),
            ("/+8\n=", &[0xff, 0xef]),
        ] {
            assert_eq!(decode(text).as_deref(), Some(bytes), "{text}");
        }
        assert_eq!(decode("Zm9*"), None);
    }
}
