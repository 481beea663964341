//! The bytes as they came, as many as there is room for, and the frames in them.
//!
//! Kept in memory alone. Once the room is full no more is kept, so that what is there is a whole beginning that can be replayed.

use crate::event::Millis;
use crate::session::Chunk;
use crate::text;
use crate::wire::{Frame, Framer};

/// Room for bytes.
pub const ROOM: usize = 2 * 1024 * 1024;
/// Room for pieces.
pub const PIECES: usize = 8192;
/// The longest excerpt of a frame that is shown, in bytes.
const EXCERPT: usize = 4096;

/// The carrier of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carried {
    /// Part of a stream, cut anywhere.
    Bytes,
    /// A whole text message.
    Text,
    /// A whole binary message.
    Binary,
}

/// One read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// The time.
    pub at: Millis,
    /// The end in the bytes.
    pub end: usize,
    /// The carrier.
    pub carried: Carried,
}

/// The kept beginning of a reply.
#[derive(Debug, Clone, Default)]
pub struct Raw {
    bytes: Vec<u8>,
    pieces: Vec<Piece>,
    full: bool,
}

/// One frame, for people to look at.
#[derive(Debug, Clone, PartialEq)]
pub struct RawFrame {
    /// The time at which the last byte came.
    pub at: Millis,
    /// The name of an event, or what sort of frame it is: `json`, `comment`, `binary`, `retry`, `html`, `odd`.
    pub name: String,
    /// The text, at most 4 KiB of it.
    pub text: String,
    /// Bytes of what it held.
    pub bytes: usize,
}

impl Raw {
    /// Takes in a read, if there is room.
    pub fn keep(&mut self, at: Millis, chunk: &Chunk) {
        let (bytes, carried) = match chunk {
            Chunk::Bytes(bytes) => (bytes.as_slice(), Carried::Bytes),
            Chunk::Text(text) => (text.as_bytes(), Carried::Text),
            Chunk::Binary(bytes) => (bytes.as_slice(), Carried::Binary),
        };
        self.push(at, bytes, carried);
    }

    /// Takes in a piece: when it came, its bytes, and what carried them.
    pub fn push(&mut self, at: Millis, bytes: &[u8], carried: Carried) {
        let has_room = self.bytes.len() + bytes.len() <= ROOM && self.pieces.len() < PIECES;
        if self.full || !has_room {
            self.full = true;
            return;
        }
        self.bytes.extend_from_slice(bytes);
        self.pieces.push(Piece {
            at,
            end: self.bytes.len(),
            carried,
        });
    }

    /// Returns the kept bytes, one read behind the other.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The reads, with their bytes.
    pub fn pieces(&self) -> impl Iterator<Item = (Piece, &[u8])> {
        let mut start = 0;
        self.pieces.iter().map(move |piece| {
            let bytes = self.bytes.get(start..piece.end).unwrap_or_default();
            start = piece.end;
            (*piece, bytes)
        })
    }

    /// Number of reads that are kept.
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Bytes that it holds.
    pub fn memory(&self) -> usize {
        self.bytes.len() + self.pieces.len() * std::mem::size_of::<Piece>()
    }

    /// Tells whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Tells whether there was more than there is room for.
    pub fn is_cut(&self) -> bool {
        self.full
    }

    /// The frames that hold `sought` (in any case; all, where it is empty), `skip` of them left out, `most` at most; and how many
    /// there are in all.
    pub fn frames(&self, sought: &str, skip: usize, most: usize) -> (Vec<RawFrame>, usize) {
        let sought = sought.to_lowercase();
        let (mut found, mut count) = (Vec::new(), 0);
        let mut framer = Framer::new();
        let mut at = 0.0;
        let mut keep = |at: Millis, name: &str, text: &str| {
            if !sought.is_empty()
                && !text.to_lowercase().contains(&sought)
                && !name.to_lowercase().contains(&sought)
            {
                return;
            }
            if count >= skip && found.len() < most {
                found.push(RawFrame {
                    at,
                    name: name.to_owned(),
                    text: text::up_to(text, EXCERPT).to_owned(),
                    bytes: text.len(),
                });
            }
            count += 1;
        };
        for (piece, bytes) in self.pieces() {
            at = piece.at;
            match piece.carried {
                Carried::Bytes => framer.feed(bytes, &mut |frame| named(at, frame, &mut keep)),
                Carried::Text => keep(at, "text", &String::from_utf8_lossy(bytes)),
                Carried::Binary => named(at, Frame::Binary(bytes), &mut keep),
            }
        }
        framer.finish(&mut |frame| named(at, frame, &mut keep));
        (found, count)
    }
}

fn named(at: Millis, frame: Frame<'_>, keep: &mut dyn FnMut(Millis, &str, &str)) {
    match frame {
        Frame::Event { name: "", data, .. } => keep(at, "data", data),
        Frame::Event { name, data, .. } => keep(at, name, data),
        Frame::Json(text) => keep(at, "json", text),
        Frame::Binary(bytes) => keep(at, "binary", &hex(bytes)),
        Frame::Comment(text) => keep(at, "comment", text),
        Frame::Retry(ms) => keep(at, "retry", &ms.to_string()),
        Frame::Html(text) => keep(at, "html", text),
        Frame::Odd(_, text) => keep(at, "odd", text),
    }
}

/// The first bytes, two digits each.
fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    let digits = bytes.iter().take(64);
    digits
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15), ' '])
        .collect()
}
