#![allow(clippy::unwrap_used)]
use super::*;
use std::io::Cursor;

/// An archive of stored entries, as [`crate::import::testing`] writes them.
fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    crate::import::testing::zip(entries)
}

fn read(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Reason> {
    let mut archive = Archive::open(Cursor::new(bytes))?;
    let entries = archive.entries.clone();
    let mut found = Vec::new();
    for entry in entries {
        let mut bytes = Vec::new();
        archive.read(&entry, &mut |piece| {
            bytes.extend_from_slice(piece);
            ControlFlow::Continue(())
        })?;
        found.push((entry.name, bytes));
    }
    Ok(found)
}

#[test]
fn entries_are_read_also_behind_other_bytes_and_before_a_comment() {
    let long = b"x".repeat(200_000);
    let plain = archive(&[("a.txt", b"hello"), ("b/c", &long), ("d", b"")]);
    let expect = [
        ("a.txt".to_owned(), b"hello".to_vec()),
        ("b/c".to_owned(), long.clone()),
        ("d".to_owned(), Vec::new()),
    ];
    assert_eq!(read(&plain).unwrap(), expect);
    let behind = [&b"a picture PK\x05\x06 "[..], &plain].concat();
    assert_eq!(read(&behind).unwrap(), expect);
    let mut commented = plain.clone();
    let at = commented.len() - 2;
    commented[at] = 3;
    commented.extend(b"hi!");
    assert_eq!(read(&commented).unwrap(), expect);
}

#[test]
fn a_deflated_entry_is_unpacked_in_pieces() {
    let text = "the same again and again. ".repeat(20_000);
    let packed = miniz_oxide::deflate::compress_to_vec(text.as_bytes(), 6);
    let bytes = crate::import::testing::zip_packed("a", &packed, text.as_bytes());
    assert_eq!(
        read(&bytes).unwrap(),
        [("a".to_owned(), text.clone().into_bytes())]
    );
    for cut in [1, packed.len() / 2, packed.len() - 1] {
        let bytes = crate::import::testing::zip_packed("a", &packed[..cut], text.as_bytes());
        assert_eq!(read(&bytes), Err(Reason::BadZip));
    }
}

#[test]
fn what_is_damaged_or_locked_is_refused() {
    let plain = archive(&[("a.txt", b"hello")]);
    assert_eq!(read(b"PK\x03\x04"), Err(Reason::BadZip));
    assert_eq!(read(&plain[..plain.len() - 1]), Err(Reason::BadZip));
    let mut changed = plain.clone();
    changed[36] ^= 1;
    assert_eq!(read(&changed), Err(Reason::BadZip), "the checksum");
    let at = memchr::memmem::rfind(&plain, DIRECTORY).unwrap();
    let mut locked = plain.clone();
    locked[at + 8] = 1;
    assert_eq!(read(&locked), Err(Reason::LockedZip));
    let mut strange = plain;
    strange[at + 10] = 12;
    assert_eq!(read(&strange), Err(Reason::LockedZip));
}

#[test]
fn entries_that_share_their_bytes_end_at_the_budget() {
    let text = vec![0; 4 * 1024 * 1024];
    let packed = miniz_oxide::deflate::compress_to_vec(&text, 9);
    let one = crate::import::testing::zip_packed("a", &packed, &text);
    let mut archive = Archive::open(Cursor::new(&one)).unwrap();
    let entry = archive.entries[0].clone();
    let mut reads = 0;
    while archive
        .read(&entry, &mut |_| ControlFlow::Continue(()))
        .is_ok()
    {
        reads += 1;
        assert!(reads < 9, "no end");
    }
}

#[test]
fn a_checksum_is_the_known_one() {
    let mut checksum = Checksum::default();
    checksum.feed(b"12345");
    checksum.feed(b"6789");
    assert_eq!(checksum.value(), 0xCBF4_3926);
}
