//! Bytes, cut anywhere, to [`Frame`]s: SSE by the WHATWG standard, NDJSON and whole JSON documents, told apart line by line.
//!
//! In: bytes. Out: frames, borrowed from the bytes where a line is whole in them. It must not know what a frame means; what one line
//! completes, [`line`](mod@line) tells.
//!
//! Where it goes beyond the standard (<https://html.spec.whatwg.org/multipage/server-sent-events.html>), on purpose:
//! - The event that is pending at the end of the stream is dispatched: KoboldCpp up to 1.101 sends `data: [DONE]` with one line
//!   feed and closes.
//! - A line that begins with `{` is JSON, also between events: jarvis mixes both in one answer. The event pending before it is
//!   dispatched first, so that nothing changes places.
//! - Where a whole JSON object stands on a `data:` line and another one (or `[DONE]`) on the next, they are an event each: some
//!   servers part their events by a single line feed. Once that has happened, none of them waits for the next.
//! - A line of an unknown field is told to the trace, not dropped in silence.

mod line;
#[cfg(test)]
mod tests;

use memchr::memchr2;

use super::Frame;
use super::json::{Document, Scan};
use super::utf8::{SAMPLE_BYTES, lossy, sample};
use crate::event::Odd;
use line::Pending;

/// The longest line, and the longest event, in bytes. Halo's attention frames have about a million; nothing real comes near this.
pub const CEILING: usize = 32 * 1024 * 1024;

/// The most bytes that are kept of a markup document.
const HTML_KEPT: usize = 64 * 1024;

const BOM: &[u8; 3] = b"\xef\xbb\xbf";

/// The receiver of the frames.
type Sink<'s> = &'s mut dyn FnMut(Frame<'_>);

/// Decodes one stream.
#[derive(Debug)]
pub struct Framer {
    ceiling: usize,
    stage: Stage,
    /// The unfinished line; in [`Stage::Html`] the document so far.
    line: Vec<u8>,
    /// The unfinished line is over the ceiling: it was reported, its rest is dropped.
    dropping: bool,
    /// The bytes so far ended in CR: an LF that follows belongs to it.
    after_cr: bool,
    /// No line had anything in it yet.
    opening: bool,
    event: Pending,
    document: Document,
    /// Looks for the end of JSON values on one line.
    scan: Scan,
    work: u64,
    copied: u64,
}

/// Knowledge of the stream as a whole.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Stage {
    /// Only blanks so far, and this many bytes of a byte order mark.
    Start { bom: usize },
    /// Lines.
    Lines,
    /// Markup.
    Html,
}

impl Default for Framer {
    fn default() -> Framer {
        Framer::new()
    }
}

impl Framer {
    /// A decoder at the beginning of a stream, with the usual [`CEILING`].
    pub fn new() -> Framer {
        Framer::with_ceiling(CEILING)
    }

    /// A decoder with its own ceiling for one line or event, in bytes; at least 1024.
    pub fn with_ceiling(ceiling: usize) -> Framer {
        Framer {
            ceiling: ceiling.max(1024),
            stage: Stage::Start { bom: 0 },
            line: Vec::new(),
            dropping: false,
            after_cr: false,
            opening: true,
            event: Pending::default(),
            document: Document::default(),
            scan: Scan::default(),
            work: 0,
            copied: 0,
        }
    }

    /// Takes the next bytes of the stream and gives `sink` every frame that they complete.
    pub fn feed(&mut self, bytes: &[u8], sink: &mut dyn FnMut(Frame<'_>)) {
        // Servers that write letter by letter through a proxy that hands them on one by one: nothing to search for.
        if let (&[byte], Stage::Lines, false, false) =
            (bytes, self.stage, self.after_cr, self.dropping)
            && !matches!(byte, b'\n' | b'\r')
            && self.line.len() < self.ceiling
        {
            self.line.push(byte);
            self.work += 2;
            self.copied += 1;
            return;
        }
        let mut rest = self.begin(bytes);
        if self.stage == Stage::Html {
            return self.keep_html(rest);
        }
        if self.after_cr && !rest.is_empty() {
            self.after_cr = false;
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        self.work += rest.len() as u64;
        while !rest.is_empty() {
            let Some(at) = memchr2(b'\n', b'\r', rest) else {
                return self.keep(rest, sink);
            };
            let (line, behind) = rest.split_at_checked(at).unwrap_or((rest, b""));
            let Some((&end, mut after)) = behind.split_first() else {
                return;
            };
            if end == b'\r' {
                self.after_cr = after.is_empty();
                after = after.strip_prefix(b"\n").unwrap_or(after);
            }
            if self.dropping {
                self.dropping = false;
            } else if self.line.is_empty() && line.len() <= self.ceiling {
                after = self.take_line(line, after, sink);
            } else {
                self.keep(line, sink);
                if self.dropping {
                    self.dropping = false;
                } else {
                    let mut whole = std::mem::take(&mut self.line);
                    after = self.take_line(&whole, after, sink);
                    whole.clear();
                    self.line = whole;
                }
            }
            rest = after;
        }
    }

    /// The stream is over: gives what is pending. A second call gives nothing.
    pub fn finish(&mut self, sink: &mut dyn FnMut(Frame<'_>)) {
        if let Stage::Start { bom: bom @ 1..=2 } = self.stage {
            self.line.extend(BOM.iter().take(bom));
        }
        let whole = std::mem::take(&mut self.line);
        if self.stage == Stage::Html {
            if !whole.is_empty() {
                sink(Frame::Html(&lossy(&whole).0));
            }
            return;
        }
        self.stage = Stage::Lines;
        if !whole.is_empty() {
            self.take_line(&whole, b"", sink);
        }
        self.give_up(sink);
        self.dispatch(sink);
        self.dropping = false;
    }

    /// Bytes looked at and bytes copied since the beginning: the cost of the work, for tests that it is linear.
    #[doc(hidden)]
    pub fn work(&self) -> u64 {
        self.work
    }

    /// Bytes copied since the beginning, for tests that nothing is copied that need not be: what is whole in the bytes of one call
    /// is handed on from there.
    #[doc(hidden)]
    pub fn copied(&self) -> u64 {
        self.copied
    }

    /// Skips a byte order mark, and tells markup from lines by the first byte that is not blank.
    fn begin<'b>(&mut self, mut bytes: &'b [u8]) -> &'b [u8] {
        let Stage::Start { mut bom } = self.stage else {
            return bytes;
        };
        while let Some(mark) = BOM.get(bom) {
            match bytes.split_first() {
                None => {
                    self.stage = Stage::Start { bom };
                    return bytes;
                }
                Some((first, after)) if first == mark => {
                    bytes = after;
                    bom += 1;
                }
                Some(_) => {
                    if bom > 0 {
                        self.line.extend(BOM.iter().take(bom));
                        self.stage = Stage::Lines;
                        return bytes;
                    }
                    break;
                }
            }
        }
        let said = bytes.trim_ascii_start();
        self.stage = match said.first() {
            None => Stage::Start { bom: BOM.len() },
            Some(b'<') => {
                self.line.clear();
                bytes = said;
                Stage::Html
            }
            Some(_) => Stage::Lines,
        };
        bytes
    }

    fn keep_html(&mut self, bytes: &[u8]) {
        let room = HTML_KEPT.saturating_sub(self.line.len());
        self.line
            .extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }

    /// Adds to the unfinished line.
    fn keep(&mut self, part: &[u8], sink: Sink<'_>) {
        if self.dropping {
            return;
        }
        if self.line.len() + part.len() <= self.ceiling {
            self.line.extend_from_slice(part);
            self.work += part.len() as u64;
            self.copied += part.len() as u64;
            return;
        }
        let room = SAMPLE_BYTES.saturating_sub(self.line.len());
        self.line
            .extend_from_slice(part.get(..room).unwrap_or(part));
        let head = std::mem::take(&mut self.line);
        self.dropping = true;
        self.opening = false;
        self.give_up(sink);
        if head.starts_with(b"data:") {
            self.event.overflow();
        }
        sink(Frame::Odd(Odd::TooLong, &sample(&head)));
    }
}
