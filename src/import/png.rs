//! Texts inside of pictures: PNG's `tEXt` chunks, and the EXIF of WebP.
//!
//! In: the bytes of a picture. Out: the JSON of the character card in it. Lengths that lead out of the file end the reading. It must not know
//! what a card is.

use crate::base64;

/// How a PNG begins.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The card in a PNG: in a chunk called `ccv3`, else in one called `chara`, in any case.
pub fn card_in_png(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut found = None;
    let mut rest = bytes.strip_prefix(PNG)?;
    while let Some((length, behind)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        let Some((kind, behind)) = behind.split_first_chunk::<4>() else {
            break;
        };
        let Some((data, behind)) = behind.split_at_checked(length) else {
            break;
        };
        if kind == b"tEXt"
            && let Some(end) = data.iter().position(|byte| *byte == 0)
            && let (Some(name), Some(value)) = (data.get(..end), data.get(end + 1..))
        {
            let is_newest = name.eq_ignore_ascii_case(b"ccv3");
            let is_card = is_newest || name.eq_ignore_ascii_case(b"chara") && found.is_none();
            if let Some(card) = Some(value).filter(|_| is_card).and_then(text) {
                found = Some(card);
            }
            if is_newest && found.is_some() {
                break;
            }
        }
        // Behind the data stands its checksum.
        rest = behind.get(4..).unwrap_or_default();
    }
    found
}

fn text(value: &[u8]) -> Option<Vec<u8>> {
    base64::decode(std::str::from_utf8(value).ok()?).filter(|card| !card.is_empty())
}

/// The card in a WebP: behind the mark of a comment in its EXIF.
pub fn card_in_webp(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut rest = bytes
        .strip_prefix(b"RIFF")?
        .get(4..)?
        .strip_prefix(b"WEBP")?;
    while let Some((kind, behind)) = rest.split_first_chunk::<4>() {
        let (length, behind) = behind.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        let data = behind.get(..length)?;
        if kind == b"EXIF" {
            let mark = b"ASCII\0\0\0";
            let at = data.windows(mark.len()).position(|window| window == mark)?;
            let comment = data.get(at + mark.len()..)?;
            let begin = comment.iter().position(|byte| *byte == b'{')?;
            let end = comment.iter().rposition(|byte| *byte == b'}')?;
            return Some(comment.get(begin..=end)?.to_vec());
        }
        // Chunks begin at even places.
        rest = behind.get(length.checked_add(length % 2)?..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).unwrap_or_default().to_be_bytes();
        [&length[..], kind, data, b"crc!"].concat()
    }

    fn check(chunks: &[Vec<u8>], expect: Option<&[u8]>) {
        let bytes = [PNG, &chunks.concat()].concat();
        assert_eq!(card_in_png(&bytes).as_deref(), expect);
    }

    #[test]
    fn the_newer_card_counts_wherever_it_stands() {
        let (old, new) = (
            chunk(b"tEXt", b"Chara\0b2xk"),
            chunk(b"tEXt", b"ccv3\0bmV3"),
        );
        let (other, data) = (
            chunk(b"tEXt", b"Title\0bmV3"),
            chunk(b"IDAT", b"tEXtchara\0"),
        );
        check(
            &[other.clone(), old.clone(), data.clone(), new.clone()],
            Some(b"new"),
        );
        check(&[new, old.clone()], Some(b"new"));
        check(&[data, old], Some(b"old"));
        check(&[other], None);
        check(
            &[chunk(b"tEXt", b"chara\0*"), chunk(b"tEXt", b"chara")],
            None,
        );
    }

    #[test]
    fn a_length_that_leads_out_of_the_file_ends_the_reading() {
        let mut bytes = [PNG, &chunk(b"tEXt", b"chara\0b2xk")].concat();
        bytes.extend([0xFF, 0xFF, 0xFF, 0xFF]);
        bytes.extend(b"tEXt");
        assert_eq!(card_in_png(&bytes).as_deref(), Some(&b"old"[..]));
    }

    #[test]
    fn a_comment_in_a_webp_may_hold_a_card() {
        let exif = b"MM\0*xxASCII\0\0\0{\"name\":1}\0";
        let webp = |length: u32| {
            let chunks = [
                &b"VP8 "[..],
                &3_u32.to_le_bytes(),
                b"abc\0EXIF",
                &length.to_le_bytes(),
                exif,
            ]
            .concat();
            [&b"RIFF\0\0\0\0WEBP"[..], &chunks].concat()
        };
        let length = u32::try_from(exif.len()).unwrap_or_default();
        assert_eq!(
            card_in_webp(&webp(length)).as_deref(),
            Some(&b"{\"name\":1}"[..])
        );
        assert_eq!(card_in_webp(&webp(length + 1)), None);
    }
}
