//! One conversation of the index as bytes, for a store.
//!
//! In: an index. Out: a piece for each conversation; and the index again. It must not know where pieces are kept. One that is broken,
//! or was written by another version, is refused: the conversation is then handed in anew.
//!
//! ```text
//! "rsp" FORM   checksum of all that follows (FNV-1a, 64 bits)
//! name, title: length and text; places of the title: length and bytes
//! time of the last change (f64), version (u64), number of turns
//! for each turn: its number, bytes of its folded text, bytes of its places
//! the folded texts, the places
//! ```
//!
//! Numbers without a width are of seven bits a byte; those with one have the low byte first.

use super::index::{Conversation, Index, Turn};
use super::places::{fits, put, take};

/// The version of the form, and of what folding does to a text: a piece that was folded otherwise would not be found.
pub const FORM: u8 = 1;

const MARK: &[u8; 3] = b"rsp";

/// Reasons why a piece is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// Written by another version.
    OtherForm,
    /// Cut off, changed, or no piece at all.
    Broken,
}

impl Index {
    /// Writes the piece of a conversation; `None` where the index has none of that name.
    pub fn write(&self, id: &str) -> Option<Vec<u8>> {
        let conversation = self.conversations.get(id)?;
        let mut bytes = Vec::with_capacity(conversation.text.len() + 16 * conversation.turns.len());
        let (title, places) = &conversation.title;
        for part in [id.as_bytes(), title.as_bytes(), places] {
            put(&mut bytes, part.len());
            bytes.extend(part);
        }
        bytes.extend(conversation.at.to_le_bytes());
        bytes.extend(conversation.version.to_le_bytes());
        put(&mut bytes, conversation.turns.len());
        let mut start = 0;
        for turn in &conversation.turns {
            put(&mut bytes, turn.number);
            put(&mut bytes, turn.end.saturating_sub(start));
            put(&mut bytes, turn.places.len());
            start = turn.end;
        }
        bytes.extend(conversation.text.as_bytes());
        for turn in &conversation.turns {
            bytes.extend(&turn.places);
        }
        let mut piece = Vec::with_capacity(bytes.len() + 12);
        piece.extend(MARK);
        piece.push(FORM);
        piece.extend(checksum(&bytes).to_le_bytes());
        piece.extend(bytes);
        Some(piece)
    }

    /// Takes a piece in, in the place of what the index holds of its conversation; gives the conversation's name.
    ///
    /// # Errors
    /// The reason why the piece is of no use; the index is as it was.
    pub fn read(&mut self, piece: &[u8]) -> Result<String, Unusable> {
        let rest = piece.strip_prefix(MARK).ok_or(Unusable::Broken)?;
        let (form, rest) = rest.split_first().ok_or(Unusable::Broken)?;
        if *form != FORM {
            return Err(Unusable::OtherForm);
        }
        let (sum, bytes) = rest.split_first_chunk().ok_or(Unusable::Broken)?;
        if u64::from_le_bytes(*sum) != checksum(bytes) {
            return Err(Unusable::Broken);
        }
        let (id, conversation) = conversation(bytes).ok_or(Unusable::Broken)?;
        self.insert(id.clone(), conversation);
        Ok(id)
    }
}

/// Reads what stands behind the checksum; a sum that is right does not make it true.
fn conversation(bytes: &[u8]) -> Option<(String, Conversation)> {
    let rest = &mut &*bytes;
    let id = text(rest)?;
    let title = text(rest)?;
    let title_places = part(rest)?;
    let at = f64::from_le_bytes(fixed(rest)?);
    let version = u64::from_le_bytes(fixed(rest)?);
    let count = take(rest)?;
    let mut turns: Vec<Turn> = Vec::new();
    let mut lengths = Vec::new();
    let mut end = 0_usize;
    for _ in 0..count {
        let (number, length) = (take(rest)?, take(rest)?);
        if turns.last().is_some_and(|last| last.number >= number) {
            return None;
        }
        end = end.checked_add(length)?;
        lengths.push((length, take(rest)?));
        turns.push(Turn {
            number,
            end,
            places: Box::default(),
        });
    }
    let text = std::str::from_utf8(cut(rest, end)?).ok()?;
    let mut start = 0;
    for (turn, (length, places)) in turns.iter_mut().zip(lengths) {
        turn.places = cut(rest, places)?.into();
        let own = text.get(start..turn.end)?.strip_suffix('\n')?;
        if own.contains('\n') || !fits(&turn.places, length) {
            return None;
        }
        start = turn.end;
    }
    let conversation = Conversation {
        version,
        at,
        title: (title.to_owned(), title_places.into()),
        text: text.to_owned(),
        turns,
    };
    let is_whole = rest.is_empty() && fits(title_places, title.len());
    is_whole.then(|| (id.to_owned(), conversation))
}

fn cut<'b>(bytes: &mut &'b [u8], length: usize) -> Option<&'b [u8]> {
    let (part, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(part)
}

fn part<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = take(bytes)?;
    cut(bytes, length)
}

fn text<'b>(bytes: &mut &'b [u8]) -> Option<&'b str> {
    std::str::from_utf8(part(bytes)?).ok()
}

fn fixed(bytes: &mut &[u8]) -> Option<[u8; 8]> {
    let (fixed, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*fixed)
}

/// FNV-1a of 64 bits: a store's slip of a byte is seen. (G. Fowler, L. Noll, P. Vo: RFC 9923.)
fn checksum(bytes: &[u8]) -> u64 {
    let step = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}
