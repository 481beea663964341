//! When the text of a reply came, and in what pieces: whether it was made as it came, or held back until all of it was made.
//!
//! In: each piece with its time. Out: figures of constant size. It must not know what the text means.

use crate::event::Millis;

/// Milliseconds below which nobody minds that a reply came at once.
const WAITED: Millis = 1_000.0;
/// Share of the time in whose last part a reply came that was held back: its first text comes after more than this share.
const LATE: f64 = 0.8;
/// Bytes of one piece that is a whole answer; behind it, the bytes that are one where the headers call it one document.
const WHOLE: usize = 120;
const WHOLE_DOCUMENT: usize = 40;
/// Fewer pieces than this say nothing about how fast they were made.
const ENOUGH: u32 = 16;
/// Milliseconds of waiting after which a page that is slow to read is likelier than a model that writes so fast.
const LONG_WAIT: Millis = 1_500.0;

/// Figures of the pieces that came.
#[derive(Debug, Clone, Default)]
pub(super) struct Arrivals {
    pieces: u32,
    bytes: usize,
    longest: usize,
    /// The headers call the answer one document.
    is_document: bool,
    /// Milliseconds for which the page itself was held up: nobody saw then what came.
    held_up: Millis,
}

impl Arrivals {
    /// Notes that a piece of text or of thinking has come.
    pub(super) fn piece(&mut self, piece: &str) {
        self.pieces = self.pieces.saturating_add(1);
        self.bytes = self.bytes.saturating_add(piece.len());
        self.longest = self.longest.max(piece.len());
    }

    /// Notes that headers have come: an answer of this type follows.
    pub(super) fn headers(&mut self, content_type: &str) {
        self.is_document = content_type.starts_with("application/json");
    }

    /// Notes that the page could see nothing for so many milliseconds.
    pub(super) fn held_up(&mut self, span: Millis) {
        self.held_up += span;
    }

    /// Tells whether nothing came until all was made, though there was time to tell: the first text and the last came so many
    /// milliseconds after the beginning, and what lies between is faster than models write.
    pub(super) fn were_held_back(&self, first: Millis, last: Millis) -> bool {
        let (waited, took) = (first - self.held_up, last - self.held_up);
        let is_late = took > WAITED && waited > LATE * took;
        is_late && (self.are_whole() || self.are_a_burst(waited, last - first))
    }

    /// Tells whether the answer came as one piece: thinking and answer of one document are two pieces; a last word on the whole
    /// text is a third.
    fn are_whole(&self) -> bool {
        let is_long = self.longest >= WHOLE && self.longest >= self.bytes.div_ceil(2);
        self.pieces <= 3 && (is_long || self.is_document && self.bytes >= WHOLE_DOCUMENT)
    }

    /// Tells whether the pieces came faster than models write: a thousand pieces a second; half as many after a long wait.
    fn are_a_burst(&self, waited: Millis, span: Millis) -> bool {
        let most = if waited >= LONG_WAIT { 2.0 } else { 1.0 };
        self.pieces >= ENOUGH && f64::from(self.pieces) * most >= span.max(4.0)
    }
}
