//! A growing text, cut into extended grapheme clusters as it grows, and a mark up to where it is shown.
//!
//! In: pieces of text. Out: the place of the mark, moved by whole clusters. It must not know of time.
//!
//! Between two clusters nothing of the first matters for the second (UAX #29: every rule that looks back, looks back within one cluster,
//! and flags are counted from a boundary), so each step may look at the text from the last boundary on, and at nothing before it.

use unicode_segmentation::GraphemeCursor;

use crate::text;

#[derive(Debug, Clone, Default)]
pub(super) struct Clusters {
    text: String,
    /// Start of the last cluster, which may still grow; the end of the text once it is closed.
    open: usize,
    /// Bytes shown.
    shown: usize,
    /// Start of the cluster that `shown` is in; equal to `shown` but where the last cluster was shown before it was closed.
    at: usize,
    /// Whole clusters shown, ever.
    count_shown: u64,
    /// Whole clusters between `at` and `open`.
    waiting: u64,
}

impl Clusters {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn shown(&self) -> usize {
        self.shown
    }

    /// The byte at which the last cluster begins.
    pub(super) fn open(&self) -> usize {
        self.open
    }

    pub(super) fn count_shown(&self) -> u64 {
        self.count_shown
    }

    /// Whole clusters that are not shown and can no longer grow.
    pub(super) fn waiting(&self) -> u64 {
        self.waiting
    }

    pub(super) fn push(&mut self, piece: &str) {
        let seen = self.text.len();
        self.text.push_str(piece);
        self.scan(seen);
    }

    /// The last cluster does not grow any more.
    pub(super) fn close(&mut self) {
        if self.open < self.text.len() {
            self.open = self.text.len();
            self.waiting += 1;
            self.catch_up();
        }
    }

    /// Takes this text for the old one; how many first bytes both share.
    pub(super) fn replace(&mut self, text: &str) -> usize {
        if let Some(more) = text.strip_prefix(self.text.as_str()) {
            let same = self.text.len();
            if self.open == same && same > 0 {
                // It was closed; with more behind it, its last cluster may be longer than it seemed.
                let mut cursor = GraphemeCursor::new(same, text.len(), true);
                if !more.is_empty() && cursor.is_boundary(text, 0) == Ok(false) {
                    self.text = text.to_owned();
                    self.rescan(same);
                    return same;
                }
            }
            self.push(more);
            return same;
        }
        let mut same = self
            .text
            .bytes()
            .zip(text.bytes())
            .take_while(|(a, b)| a == b)
            .count();
        same = text.floor_char_boundary(same);
        self.text = text.to_owned();
        self.rescan(same);
        same
    }

    /// Shows one more whole cluster.
    pub(super) fn show_next(&mut self) -> bool {
        if self.waiting == 0 {
            return false;
        }
        let tail = text::part(&self.text, self.at..self.open.max(self.shown));
        let mut cursor = GraphemeCursor::new(self.shown.saturating_sub(self.at), tail.len(), true);
        let next = cursor.next_boundary(tail, 0).ok().flatten();
        self.shown = next.map_or(self.open, |next| self.at + next);
        self.at = self.shown;
        self.count_shown += 1;
        self.waiting = self.waiting.saturating_sub(1);
        true
    }

    /// Shows whole clusters until at least `end` bytes are shown; the last cluster as it is, if `end` lies in it.
    pub(super) fn show_to(&mut self, end: usize) {
        while self.shown < end.min(self.open) && self.show_next() {}
        if end > self.open {
            self.show_all();
        }
    }

    pub(super) fn show_all(&mut self) {
        self.count_shown += self.waiting;
        self.waiting = 0;
        self.shown = self.text.len();
        self.at = self.open;
    }

    /// Finds the boundaries behind `from`, which is not before `open`.
    fn scan(&mut self, from: usize) {
        let base = self.open;
        let tail = text::from(&self.text, base);
        if tail.is_empty() {
            return;
        }
        let begin = from.saturating_sub(base).min(tail.len());
        let mut cursor = GraphemeCursor::new(begin, tail.len(), true);
        let mut found = |at: usize| {
            self.open = base + at;
            self.waiting += 1;
        };
        if begin > 0 && begin < tail.len() && cursor.is_boundary(tail, 0) == Ok(true) {
            found(begin);
        }
        while let Ok(Some(next)) = cursor.next_boundary(tail, 0) {
            if next == tail.len() {
                break;
            }
            found(next);
        }
        self.catch_up();
    }

    /// Moves `at` to the boundary behind the last cluster, where that was shown before it was closed.
    fn catch_up(&mut self) {
        if self.at < self.shown && self.shown <= self.open {
            let tail = text::from(&self.text, self.at);
            let mut cursor =
                GraphemeCursor::new(self.shown.saturating_sub(self.at), tail.len(), true);
            if self.shown == self.open || cursor.is_boundary(tail, 0) == Ok(true) {
                self.at = self.shown;
                self.count_shown += 1;
                self.waiting = self.waiting.saturating_sub(1);
            }
        }
    }

    /// Cuts the text anew behind the first `same` bytes, or behind what is shown of them.
    fn rescan(&mut self, same: usize) {
        let mut keep = self.at.min(same);
        let mut cursor = GraphemeCursor::new(keep, self.text.len(), true);
        if keep > 0 && keep < self.text.len() && cursor.is_boundary(&self.text, 0) != Ok(true) {
            keep = cursor
                .prev_boundary(&self.text, 0)
                .ok()
                .flatten()
                .unwrap_or(0);
        }
        self.shown = keep;
        self.at = keep;
        self.open = keep;
        self.waiting = 0;
        self.scan(keep);
    }
}
