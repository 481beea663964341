//! Hands for the tests of this room: a file in, lines out; small archives.
#![allow(clippy::unwrap_used)]

use std::io::Cursor;
use std::ops::ControlFlow;

use super::outcome::{Conversation, Reason, Refusal, Report};

/// All conversations of a file called `file`.
pub fn bytes_of(bytes: &[u8]) -> Result<(Vec<Conversation>, Report), Refusal> {
    let mut found = Vec::new();
    let mut sink = |conversation: Conversation| {
        found.push(conversation);
        ControlFlow::Continue(())
    };
    let report = super::read("file", Cursor::new(bytes), &mut sink)?;
    Ok((found, report))
}

/// All conversations of a text, each whole.
pub fn all(file: &str) -> (Vec<Conversation>, Report) {
    let (found, report) = bytes_of(file.as_bytes()).unwrap();
    assert_eq!(found.len(), report.conversations);
    for read in &found {
        assert_eq!(read.tree.len(), read.times.len());
    }
    (found, report)
}

/// The only conversation of a text.
pub fn one(file: &str) -> Conversation {
    let (mut found, _) = all(file);
    assert_eq!(found.len(), 1, "{file}");
    found.remove(0)
}

/// The reason why a text is refused.
pub fn refused(file: &str) -> Reason {
    bytes_of(file.as_bytes()).unwrap_err().reason
}

/// The turns that are shown, each as `role: text | thinking + pictures`.
pub fn lines(read: &Conversation) -> Vec<String> {
    let line = |id| {
        let turn = read.tree.turn(id).unwrap();
        let mut line = format!("{}: {}", turn.role.word(), turn.text);
        if !turn.reasoning.is_empty() {
            line += &format!(" | {}", turn.reasoning);
        }
        if !turn.images.is_empty() {
            line += &format!(" + {}", turn.images.len());
        }
        line
    };
    read.tree.path().map(line).collect()
}

/// An archive of stored entries.
pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let entries: Vec<_> = entries
        .iter()
        .map(|(name, bytes)| (*name, 0, *bytes, *bytes))
        .collect();
    written(&entries)
}

/// An archive of one deflated entry.
pub fn zip_packed(name: &str, packed: &[u8], plain: &[u8]) -> Vec<u8> {
    written(&[(name, 8, packed, plain)])
}

fn written(entries: &[(&str, u16, &[u8], &[u8])]) -> Vec<u8> {
    let number = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, method, packed, plain) in entries {
        let at = number(out.len());
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        let mut head = vec![20, 0, 0, 0];
        head.extend(method.to_le_bytes());
        head.extend([0; 4]);
        head.extend(crc32(plain).to_le_bytes());
        head.extend(number(packed.len()));
        head.extend(number(plain.len()));
        head.extend(length);
        head.extend([0; 2]);
        out.extend([&b"PK\x03\x04"[..], &head, name.as_bytes(), packed].concat());
        directory.extend(
            [
                &b"PK\x01\x02\x14\0"[..],
                &head,
                &[0; 10],
                &at,
                name.as_bytes(),
            ]
            .concat(),
        );
    }
    let count = u16::try_from(entries.len()).unwrap().to_le_bytes();
    let sizes = [number(directory.len()), number(out.len())].concat();
    let end = [&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &sizes, &[0, 0]].concat();
    [out, directory, end].concat()
}

/// The checksum by its definition, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = !0_u32;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 {
                sum >> 1 ^ 0xEDB8_8320
            } else {
                sum >> 1
            };
        }
    }
    !sum
}
