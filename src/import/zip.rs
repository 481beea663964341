//! ZIP archives (APPNOTE 6.3.10), read entry by entry.
//!
//! In: a source that can be read at any place. Out: names of entries, and the bytes of one at a time, in pieces. Stored and deflated entries
//! are read, also behind other bytes (a picture) and in archives of more than 4 GB. No name is ever used as a path. It must not know what
//! is in an entry.
// By hand, above `miniz_oxide`: the `zip` crate (9.5) brings 8 further crates into a page that reads two methods of packing, `getrandom` with
// its browser glue among them, and it wants to write as well.

use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZFlush, MZStatus};

use super::outcome::Reason;

/// How an entry's own head begins.
pub const ENTRY: &[u8] = b"PK\x03\x04";

/// How an entry's line of the directory begins.
pub const DIRECTORY: &[u8] = b"PK\x01\x02";
/// How the record behind the directory begins.
pub const END: &[u8] = b"PK\x05\x06";
const LOCATOR: &[u8] = b"PK\x06\x07";
const END_64: &[u8] = b"PK\x06\x06";

/// Bytes of the end record, and of the longest comment behind it.
const END_LENGTH: usize = 22;
const COMMENT: usize = 0xFFFF;
/// The most bytes of a directory.
const LONGEST_DIRECTORY: u64 = 256 * 1024 * 1024;
/// The most that deflate makes of one byte.
const RATIO: u64 = 1032;
/// Bytes that are read or unpacked at a time.
const PIECE: usize = 64 * 1024;

/// An entry of an archive.
#[derive(Debug, Clone)]
pub struct Packed {
    /// The name, with folders. Text, and no path.
    pub name: String,
    flags: u16,
    method: u16,
    checksum: u32,
    packed: u64,
    at: u64,
}

/// An archive.
#[derive(Debug)]
pub struct Archive<S> {
    source: S,
    /// The entries, as its directory lists them.
    pub entries: Vec<Packed>,
    /// Bytes that may still be unpacked: entries that share their bytes end here.
    budget: u64,
}

impl<S: Read + Seek> Archive<S> {
    /// Reads the directory of an archive.
    pub fn open(mut source: S) -> Result<Archive<S>, Reason> {
        let length = source.seek(SeekFrom::End(0)).map_err(unreadable)?;
        let tail_at = length.saturating_sub((END_LENGTH + COMMENT) as u64);
        let tail = bytes_at(&mut source, tail_at, length - tail_at)?;
        let end = end_of(&tail).ok_or(Reason::BadZip)?;
        let record = tail.get(end..).unwrap_or_default();
        let mut directory = Directory {
            length: u64::from(u32_at(record, 12)?),
            at: u64::from(u32_at(record, 16)?),
        };
        let mut end_at = tail_at + end as u64;
        let locator = end.checked_sub(20).and_then(|at| tail.get(at..end));
        if let Some(locator) = locator.filter(|locator| locator.starts_with(LOCATOR)) {
            (directory, end_at) = directory_64(&mut source, locator, end_at)?;
        }
        // Whatever stands before the archive moves all places in it.
        let real = end_at.checked_sub(directory.length).ok_or(Reason::BadZip)?;
        let shift = real.checked_sub(directory.at).ok_or(Reason::BadZip)?;
        if directory.length > LONGEST_DIRECTORY {
            return Err(Reason::BadZip);
        }
        let bytes = bytes_at(&mut source, real, directory.length)?;
        Ok(Archive {
            source,
            entries: entries(&bytes, shift)?,
            budget: length.saturating_mul(RATIO),
        })
    }

    /// Another hand on the same source, without a list of entries: it may read one while this one is in the middle of another.
    pub fn beside(&self) -> Archive<S>
    where
        S: Clone,
    {
        Archive {
            source: self.source.clone(),
            entries: Vec::new(),
            budget: self.budget,
        }
    }

    /// Begins to read an entry.
    pub fn begin(&mut self, entry: &Packed) -> Result<Unpacking, Reason> {
        if entry.flags & 1 != 0 || !matches!(entry.method, 0 | 8) {
            return Err(Reason::LockedZip);
        }
        let head = bytes_at(&mut self.source, entry.at, 30)?;
        if !head.starts_with(ENTRY) {
            return Err(Reason::BadZip);
        }
        let skip = u64::from(u16_at(&head, 26)?) + u64::from(u16_at(&head, 28)?);
        let is_deflated = entry.method == 8;
        Ok(Unpacking {
            at: entry.at + 30 + skip,
            left: entry.packed,
            expect: entry.checksum,
            checksum: Checksum::default(),
            inflate: is_deflated.then(|| InflateState::new_boxed(DataFormat::Raw)),
            input: vec![0; PIECE],
            output: vec![0; if is_deflated { PIECE } else { 0 }],
        })
    }

    /// Reads the next piece of an entry; gives what it holds to `each`, which may end the reading by a break. `true` while there is
    /// more of it.
    pub fn go_on(&mut self, of: &mut Unpacking, each: Each<'_>) -> Result<bool, Reason> {
        let moved = self.source.seek(SeekFrom::Start(of.at));
        moved.map_err(unreadable)?;
        let most = of
            .input
            .len()
            .min(usize::try_from(of.left).unwrap_or(PIECE));
        let place = of.input.get_mut(..most).unwrap_or_default();
        let count = self.source.read(place).map_err(unreadable)?;
        of.at += count as u64;
        of.left = of.left.saturating_sub(count as u64);
        let (checksum, budget) = (&mut of.checksum, &mut self.budget);
        let mut give = |piece: &[u8]| -> Result<ControlFlow<()>, Reason> {
            checksum.feed(piece);
            *budget = budget
                .checked_sub(piece.len() as u64)
                .ok_or(Reason::BadZip)?;
            Ok(each(piece))
        };
        let read = of.input.get(..count).unwrap_or_default();
        let goes_on = match &mut of.inflate {
            Some(state) => unpack(state, read, &mut of.output, &mut give)?,
            None if read.is_empty() => Goes::Over,
            None => match give(read)? {
                ControlFlow::Continue(()) => Goes::On,
                ControlFlow::Break(()) => Goes::Stopped,
            },
        };
        match goes_on {
            Goes::On => Ok(true),
            Goes::Stopped => Ok(false),
            Goes::Over if of.checksum.value() == of.expect => Ok(false),
            Goes::Over => Err(Reason::BadZip),
        }
    }

    /// Reads an entry, piece by piece. A break ends the reading.
    pub fn read(&mut self, entry: &Packed, each: Each<'_>) -> Result<(), Reason> {
        let mut unpacking = self.begin(entry)?;
        while self.go_on(&mut unpacking, each)? {}
        Ok(())
    }
}

/// Takes the pieces of an entry; a break ends the reading.
pub type Each<'e> = &'e mut dyn FnMut(&[u8]) -> ControlFlow<()>;

/// An entry of which a part is read.
pub struct Unpacking {
    /// The place of its next byte, and how many of them there are.
    at: u64,
    left: u64,
    expect: u32,
    checksum: Checksum,
    /// `None` for an entry that is stored as it is.
    inflate: Option<Box<InflateState>>,
    input: Vec<u8>,
    output: Vec<u8>,
}

/// Whether there is more of an entry.
enum Goes {
    On,
    /// That was all.
    Over,
    /// Nobody wants more.
    Stopped,
}

/// Where a directory stands, by its own word.
struct Directory {
    at: u64,
    length: u64,
}

/// The directory of an archive of more than 4 GB, and the place behind it.
fn directory_64<S: Read + Seek>(
    source: &mut S,
    locator: &[u8],
    end_at: u64,
) -> Result<(Directory, u64), Reason> {
    let told = u64_at(locator, 8)?;
    // Where it says, or right before the locator if something stands before the archive.
    let before = end_at.checked_sub(20 + 56).ok_or(Reason::BadZip)?;
    for at in [told, before] {
        let Ok(record) = bytes_at(source, at, 56) else {
            continue;
        };
        if record.starts_with(END_64) {
            let directory = Directory {
                length: u64_at(&record, 40)?,
                at: u64_at(&record, 48)?,
            };
            return Ok((directory, at));
        }
    }
    Err(Reason::BadZip)
}

/// The place of the last end record whose comment fits.
fn end_of(tail: &[u8]) -> Option<usize> {
    let mut places = memchr::memmem::rfind_iter(tail, END);
    places.find(|at| {
        let comment = tail.get(at + 20..).and_then(|from| u16_at(from, 0).ok());
        comment.is_some_and(|comment| at + END_LENGTH + usize::from(comment) <= tail.len())
    })
}

fn entries(directory: &[u8], shift: u64) -> Result<Vec<Packed>, Reason> {
    let mut entries = Vec::new();
    let mut rest = directory;
    while rest.starts_with(DIRECTORY) {
        let length = |at: usize| u16_at(rest, at).map(usize::from);
        let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
        let bytes = rest.get(46..46 + name).ok_or(Reason::BadZip)?;
        let extra_bytes = rest
            .get(46 + name..46 + name + extra)
            .ok_or(Reason::BadZip)?;
        let sizes = [u32_at(rest, 24)?, u32_at(rest, 20)?, u32_at(rest, 42)?];
        let [_, packed, at] = wide(sizes, extra_bytes);
        entries.push(Packed {
            name: String::from_utf8_lossy(bytes).into_owned(),
            flags: u16_at(rest, 8)?,
            method: u16_at(rest, 10)?,
            checksum: u32_at(rest, 16)?,
            packed,
            at: at.checked_add(shift).ok_or(Reason::BadZip)?,
        });
        rest = rest.get(46 + name + extra + comment..).unwrap_or_default();
    }
    Ok(entries)
}

/// Sizes and place of an entry: those that do not fit stand in an extra field, in this order.
fn wide(narrow: [u32; 3], extra: &[u8]) -> [u64; 3] {
    let mut rest = extra;
    let mut found: &[u8] = &[];
    while let (Ok(kind), Ok(length)) = (u16_at(rest, 0), u16_at(rest, 2)) {
        let end = 4 + usize::from(length);
        if kind == 1 {
            found = rest.get(4..end).unwrap_or_default();
        }
        rest = rest.get(end..).unwrap_or_default();
    }
    let mut at = 0;
    narrow.map(|value| {
        if value != u32::MAX {
            return u64::from(value);
        }
        let value = u64_at(found, at).unwrap_or(u64::from(value));
        at += 8;
        value
    })
}

type Give<'g> = &'g mut dyn FnMut(&[u8]) -> Result<ControlFlow<()>, Reason>;

/// Unpacks a piece; an empty one is the end.
fn unpack(
    state: &mut InflateState,
    piece: &[u8],
    output: &mut [u8],
    give: Give<'_>,
) -> Result<Goes, Reason> {
    let mut rest = piece;
    loop {
        let done = inflate(state, rest, output, MZFlush::None);
        rest = rest.get(done.bytes_consumed..).unwrap_or_default();
        let made = output.get(..done.bytes_written).unwrap_or_default();
        if !made.is_empty() && give(made)?.is_break() {
            return Ok(Goes::Stopped);
        }
        match done.status {
            Ok(MZStatus::StreamEnd) => return Ok(Goes::Over),
            Ok(_) if done.bytes_consumed > 0 || done.bytes_written > 0 => {}
            // It wants more, and there may be some.
            _ if rest.is_empty() && !piece.is_empty() => return Ok(Goes::On),
            _ => return Err(Reason::BadZip),
        }
    }
}

/// The checksum of a file, as an archive tells it.
pub fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = Checksum::default();
    sum.feed(bytes);
    sum.value()
}

/// CRC-32 as ZIP has it, by half bytes: small, and as fast as unpacking needs.
#[derive(Default)]
struct Checksum(u32);

impl Checksum {
    const TABLE: [u32; 16] = {
        let mut table = [0; 16];
        let mut at = 0;
        while at < 16 {
            let (mut value, mut bit) = (at as u32, 0);
            while bit < 4 {
                value = if value & 1 == 1 {
                    value >> 1 ^ 0xEDB8_8320
                } else {
                    value >> 1
                };
                bit += 1;
            }
            #[allow(clippy::indexing_slicing, reason = "a table that the compiler fills")]
            {
                table[at] = value;
            }
            at += 1;
        }
        table
    };

    fn feed(&mut self, bytes: &[u8]) {
        let step = |sum: u32, half: u32| {
            let place = ((sum ^ half) & 15) as usize;
            sum >> 4 ^ Checksum::TABLE.get(place).copied().unwrap_or_default()
        };
        let sum = bytes.iter().fold(!self.0, |sum, byte| {
            let byte = u32::from(*byte);
            step(step(sum, byte), byte >> 4)
        });
        self.0 = !sum;
    }

    fn value(&self) -> u32 {
        self.0
    }
}

fn bytes_at<S: Read + Seek>(source: &mut S, at: u64, length: u64) -> Result<Vec<u8>, Reason> {
    source.seek(SeekFrom::Start(at)).map_err(unreadable)?;
    let mut bytes = Vec::new();
    source
        .take(length)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    match bytes.len() as u64 == length {
        true => Ok(bytes),
        false => Err(Reason::BadZip),
    }
}

fn unreadable(_: std::io::Error) -> Reason {
    Reason::Unreadable
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], Reason> {
    let field = bytes.get(at..).and_then(|from| from.first_chunk::<N>());
    field.copied().ok_or(Reason::BadZip)
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, Reason> {
    field(bytes, at).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, Reason> {
    field(bytes, at).map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Result<u64, Reason> {
    field(bytes, at).map(u64::from_le_bytes)
}

#[cfg(test)]
mod tests;
