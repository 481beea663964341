//! A ZIP archive, written file by file (APPNOTE 6.3.10).
//!
//! In: names, bytes, times. Out: the bytes of the archive, a piece for each file and one at the end, so that no more than one file stands
//! in memory. It must not know what the files are. What is read is read by [`import::zip`](crate::import::zip).

use miniz_oxide::deflate::compress_to_vec;

use crate::import::zip::{DIRECTORY, END, ENTRY, checksum};

/// How hard it is tried to pack a file: a little smaller, from here on, takes far longer.
const LEVEL: u8 = 5;
/// The version of the format that a reader must know: that of deflate (4.4.3).
const VERSION: u16 = 20;
/// The mark of a name in UTF-8 (4.4.4).
const UTF_8: u16 = 1 << 11;

/// A time of day by the clock on the wall, as ZIP has it: since 1980, in steps of two seconds (4.4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    date: u16,
    time: u16,
}

impl Stamp {
    /// A stamp of a day (year, month from 1, day from 1) and a time (hour, minute, second).
    pub fn new([year, month, day]: [u32; 3], [hour, minute, second]: [u32; 3]) -> Stamp {
        let [year, month, day] = match year {
            1980..=2107 => [year - 1980, month.clamp(1, 12), day.clamp(1, 31)],
            _ => [0, 1, 1],
        };
        let [hour, minute, second] = [hour.min(23), minute.min(59), second.min(59)];
        // Each part has room in its bits.
        Stamp {
            date: ((year << 9) | (month << 5) | day) as u16,
            time: ((hour << 11) | (minute << 5) | (second / 2)) as u16,
        }
    }
}

/// An archive that is being written.
#[derive(Debug, Default)]
pub struct Zip {
    directory: Vec<u8>,
    count: u16,
    /// Bytes that were given.
    at: u32,
}

impl Zip {
    /// Packs a file; gives the bytes that come next. `None`, and nothing is changed, where the archive would have more than 65,535 files
    /// or 4 GB.
    pub fn add(&mut self, name: &str, bytes: &[u8], stamp: Stamp) -> Option<Vec<u8>> {
        let count = self
            .count
            .checked_add(1)
            .filter(|count| *count < u16::MAX)?;
        let packed = compress_to_vec(bytes, LEVEL);
        let (method, data) = match packed.len() < bytes.len() {
            true => (8_u16, packed.as_slice()),
            false => (0, bytes),
        };
        let mut head = Vec::new();
        for field in [VERSION, UTF_8, method, stamp.time, stamp.date] {
            head.extend(field.to_le_bytes());
        }
        let length = u32::try_from(data.len()).ok()?;
        for field in [checksum(bytes), length, u32::try_from(bytes.len()).ok()?] {
            head.extend(field.to_le_bytes());
        }
        head.extend(u16::try_from(name.len()).ok()?.to_le_bytes());
        // No further fields.
        head.extend([0; 2]);
        let piece = [ENTRY, &head, name.as_bytes(), data].concat();
        let at = self.at.checked_add(u32::try_from(piece.len()).ok()?)?;
        let line = [
            DIRECTORY,
            &VERSION.to_le_bytes(),
            &head,
            // No comment, the first disk, no attributes.
            &[0; 10],
            &self.at.to_le_bytes(),
            name.as_bytes(),
        ];
        self.directory.extend(line.concat());
        (self.count, self.at) = (count, at);
        Some(piece)
    }

    /// Gives the last bytes: the directory.
    pub fn finish(self) -> Vec<u8> {
        let mut end = self.directory;
        // One of more bytes than this has more files than are taken.
        let length = u32::try_from(end.len()).unwrap_or(u32::MAX);
        end.extend(END);
        // This disk, and that of the directory.
        end.extend([0; 4]);
        end.extend([self.count.to_le_bytes(), self.count.to_le_bytes()].concat());
        end.extend([length.to_le_bytes(), self.at.to_le_bytes()].concat());
        // No comment.
        end.extend([0; 2]);
        end
    }
}
