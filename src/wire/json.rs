//! Where a JSON value ends, told from its brackets and strings alone.
//!
//! In: lines. Out: the place where the outermost bracket closes, or the lines of a document that spreads over several.
//! This file must not know what the JSON says, nor judge whether it is valid: the dialect's parser does.

use memchr::memchr2;

/// Brackets deeper than this are broken by definition: no parser of ours would read them.
const DEEPEST: usize = 1024;

/// Tells whether bytes are one whole JSON object, by its brackets.
pub(super) fn is_object(bytes: &[u8]) -> bool {
    bytes.starts_with(b"{")
        && bytes.ends_with(b"}")
        && Scan::default().run(bytes) == Some(bytes.len())
}

/// The end of the JSON object that a text begins with, as a place behind its last bracket.
pub fn end_of_object(text: &str) -> Option<usize> {
    if !text.starts_with('{') {
        return None;
    }
    Scan::default().run(text.as_bytes())
}

/// Follows brackets and strings through bytes that come line by line.
#[derive(Debug, Default)]
pub(super) struct Scan {
    open: Vec<u8>,
    in_string: bool,
    mismatch: bool,
    /// The last byte that was not blank, outside strings.
    last: u8,
}

impl Scan {
    /// Begins anew, with the memory that it has.
    pub fn reset(&mut self) {
        self.open.clear();
        (self.in_string, self.mismatch, self.last) = (false, false, 0);
    }

    /// Goes on through `bytes`; the place behind the bracket that closes the outermost one, if it is among them.
    pub fn run(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if self.in_string {
                let rest = bytes.get(at..)?;
                at += memchr2(b'"', b'\\', rest)?;
                if bytes.get(at) == Some(&b'"') {
                    self.in_string = false;
                    self.last = b'"';
                    at += 1;
                } else {
                    at += 2;
                }
                continue;
            }
            at += 1;
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => {
                    self.open.push(byte);
                    if self.open.len() > DEEPEST {
                        self.mismatch = true;
                        return None;
                    }
                }
                b'}' | b']' => {
                    // In ASCII a closing bracket stands two behind its opening one.
                    if self.open.pop() != Some(byte - 2) {
                        self.mismatch = true;
                        return None;
                    }
                    if self.open.is_empty() {
                        return Some(at);
                    }
                }
                b' ' | b'\t' => continue,
                _ => {}
            }
            self.last = byte;
        }
        None
    }

    /// Tells whether no further line can mend this: a string may not hold a line break, and brackets must match.
    pub fn is_broken(&self) -> bool {
        self.in_string || self.mismatch
    }

    /// Tells whether an element of a list may begin here.
    fn wants_element(&self) -> bool {
        self.open.last() == Some(&b'[') && matches!(self.last, b'[' | b',')
    }
}

/// A document that spreads over several lines.
#[derive(Debug, Default)]
pub(super) struct Document {
    text: Vec<u8>,
    scan: Scan,
    /// Places in `text` at which lines begin that could be values of their own.
    starts: Vec<usize>,
}

impl Document {
    /// Tells whether the object's end is still to come.
    pub fn is_open(&self) -> bool {
        !self.text.is_empty()
    }

    /// The length so far, in bytes.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Begins with the line that `scan` ran through without finding an end.
    pub fn begin(&mut self, line: &[u8], scan: &mut Scan) {
        self.clear();
        self.text.extend_from_slice(line);
        std::mem::swap(&mut self.scan, scan);
    }

    /// Tells whether this line can go on with the object. A field of SSE cannot; a new object only where a list waits for one, or
    /// else a broken line of NDJSON would swallow the good ones after it.
    pub fn admits(&self, line: &[u8]) -> bool {
        let field = [&b"data:"[..], b"event:", b"id:", b"retry:", b":"];
        if field.iter().any(|field| line.starts_with(field)) {
            return false;
        }
        !line.starts_with(b"{") || self.scan.wants_element()
    }

    /// Adds a line. If it closes the document: the document's length in [`Document::text`].
    pub fn push(&mut self, line: &[u8]) -> Option<usize> {
        self.text.push(b'\n');
        let before = self.text.len();
        if line.starts_with(b"{") {
            self.starts.push(before);
        }
        self.text.extend_from_slice(line);
        self.scan.run(line).map(|end| before + end)
    }

    /// Tells whether no further line can mend the object.
    pub fn is_broken(&self) -> bool {
        self.scan.is_broken()
    }

    /// The object so far.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Pieces of the object so far, cut where a line could be a value of its own, so that nothing good hides behind something
    /// broken.
    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let froms = std::iter::once(0).chain(self.starts.iter().copied());
        let tos = self
            .starts
            .iter()
            .copied()
            .chain(std::iter::once(self.text.len()));
        froms
            .zip(tos)
            .map(|(from, to)| self.text.get(from..to).unwrap_or_default().trim_ascii())
    }

    /// Forgets the object so far.
    pub fn clear(&mut self) {
        self.text.clear();
        self.starts.clear();
        self.scan.reset();
    }
}
