//! A file of the browser as a source that can be read at any place, in a worker, where reading may wait.
//!
//! In: a file. Out: its bytes. The browser is asked for [`PIECE`] at a time.

use std::cell::Cell;
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::rc::Rc;

use js_sys::Uint8Array;
use web_sys::{Blob, FileReaderSync};

/// Bytes that are asked for at once.
const PIECE: u64 = 256 * 1024;

/// A file.
pub struct Source {
    blob: Blob,
    reader: FileReaderSync,
    size: u64,
    at: u64,
    /// Bytes that are here, and the place of the first of them.
    held: Vec<u8>,
    held_at: u64,
    /// Number of bytes that were read so far.
    done: Rc<Cell<f64>>,
}

impl Source {
    /// Makes a source of a file; it counts the bytes that are read in `done`.
    pub fn new(blob: Blob, done: Rc<Cell<f64>>) -> Option<Source> {
        Some(Source {
            reader: FileReaderSync::new().ok()?,
            size: blob.size() as u64,
            blob,
            at: 0,
            held: Vec::new(),
            held_at: 0,
            done,
        })
    }

    /// The bytes from the place on that are here.
    fn here(&self) -> &[u8] {
        let from = self.at.checked_sub(self.held_at);
        let from = from.and_then(|from| usize::try_from(from).ok());
        from.and_then(|from| self.held.get(from..))
            .unwrap_or_default()
    }

    fn fetch(&mut self) -> Result<()> {
        let end = self.at.saturating_add(PIECE).min(self.size);
        let failed = |_| Error::from(ErrorKind::Other);
        let slice = self
            .blob
            .slice_with_f64_and_f64(self.at as f64, end as f64)
            .map_err(failed)?;
        let bytes = self.reader.read_as_array_buffer(&slice).map_err(failed)?;
        self.held = Uint8Array::new(&bytes).to_vec();
        self.held_at = self.at;
        self.done.set(self.done.get() + self.held.len() as f64);
        Ok(())
    }
}

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        if self.here().is_empty() && self.at < self.size {
            self.fetch()?;
        }
        let here = self.here();
        let count = here.len().min(into.len());
        if let (Some(to), Some(from)) = (into.get_mut(..count), here.get(..count)) {
            to.copy_from_slice(from);
        }
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = place.ok_or(Error::from(ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
