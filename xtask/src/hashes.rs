//! Hashes of files, as browsers and lists of parts take them; the same on every machine and with every compiler.
//!
//! In: bytes. Out: words. It must not know which files there are.

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256, Sha384};

/// The hash that a tag carries in `integrity` (Subresource Integrity, 3.5).
pub(crate) fn sha384(bytes: &[u8]) -> String {
    format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(bytes)))
}

/// The same, shorter: where there are many, and the list is loaded.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(bytes)))
}

/// SHA-256 in hexadecimal digits, as Cargo.lock has it.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A name of sixteen letters for pieces of bytes in their order: other pieces have another, also where the same bytes are cut elsewhere.
pub(crate) fn name<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = Sha256::new();
    for piece in pieces {
        hasher.update((piece.len() as u64).to_le_bytes());
        hasher.update(piece);
    }
    let digest = hasher.finalize();
    let digits = digest.iter().take(8);
    digits.map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_of_abc_are_those_of_the_standard() {
        // FIPS 180-4, B.1 and D.1.
        assert_eq!(
            sha256(b"abc"),
            "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
        );
        assert_eq!(
            sha384(b"abc"),
            "sha384-ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP/W+2AhgcroefMI1i67KE0yCWn"
        );
        assert!(hex(b"abc").starts_with("ba7816bf8f01cfea414140de5dae2223"));
    }

    #[test]
    fn names_tell_pieces_apart() {
        let name_of = |pieces: &[&[u8]]| name(pieces.iter().copied());
        assert_eq!(name_of(&[b"ab", b"c"]).len(), 16);
        assert_eq!(name_of(&[b"ab", b"c"]), name_of(&[b"ab", b"c"]));
        assert_ne!(name_of(&[b"ab", b"c"]), name_of(&[b"a", b"bc"]));
    }
}
