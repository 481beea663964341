//! The entries of a text file: items of its outer array, lines, or the whole.
//!
//! In: UTF-8 in pieces, cut anywhere. Out: the bytes of one entry at a time. It goes over each byte once and keeps nothing but the entry
//! that it is in: of an array the longest item, of lines the longest line, of anything else the whole. It must not know what an entry
//! says; brackets and quotation marks are all that it sees.

use memchr::{memchr, memchr2};

/// The most bytes of one entry. A longer one is passed over.
pub const LONGEST: usize = 512 * 1024 * 1024;

/// Whatever an entry is of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// An item of the outer array.
    Item,
    /// A line, or the first of several values.
    Line,
    /// All there is.
    Whole,
}

/// One entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'b> {
    /// What it is of its file.
    pub shape: Shape,
    /// Its bytes, without blanks around them.
    pub bytes: &'b [u8],
    /// The place of its first byte in the text.
    pub at: u64,
    /// It was longer than [`LONGEST`], and its bytes are not here.
    pub is_too_long: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    /// Nothing but blanks so far.
    #[default]
    Begin,
    /// In a page, before the array in it.
    Page,
    /// Between items.
    Between,
    /// In an item.
    Item,
    /// Behind the array: nothing counts.
    After,
    /// In the first value, or in what is none.
    First,
    /// Behind the first value.
    Behind,
    /// In or before a line.
    Lines,
}

/// Words before the array in ChatGPT's `chat.html`.
const PAGE: &[u8] = b"var jsonData";

/// Finds the entries of a text.
#[derive(Debug, Default)]
pub struct Splitter {
    state: State,
    /// Bytes of the entry so far.
    entry: Vec<u8>,
    /// The place in the text of the next byte, and that of the entry's first.
    at: u64,
    begin: u64,
    depth: usize,
    in_text: bool,
    escaped: bool,
    is_too_long: bool,
    /// Bytes of [`PAGE`] that were just passed.
    matched: usize,
    /// Bytes that were looked at, for a test that none is looked at again and again.
    #[cfg(test)]
    pub(super) work: u64,
    /// The most bytes that were kept.
    #[cfg(test)]
    pub(super) most: usize,
}

impl Splitter {
    /// Takes the next piece.
    pub fn feed(&mut self, mut piece: &[u8], each: &mut dyn FnMut(Entry<'_>)) {
        while !piece.is_empty() {
            let taken = self.take(piece, each).clamp(1, piece.len());
            #[cfg(test)]
            {
                self.work += taken as u64;
                self.most = self.most.max(self.entry.capacity());
            }
            self.at += taken as u64;
            piece = piece.get(taken..).unwrap_or_default();
        }
    }

    /// Tells whether there was nothing but blanks so far.
    pub fn is_blank(&self) -> bool {
        self.state == State::Begin
    }

    /// Tells whether the text is a page in which no array was found so far.
    pub fn is_page(&self) -> bool {
        self.state == State::Page
    }

    /// Ends the text: what was begun is an entry as it stands.
    pub fn finish(&mut self, each: &mut dyn FnMut(Entry<'_>)) {
        match self.state {
            State::Begin | State::Page | State::Between | State::After => {}
            State::Item => self.give(Shape::Item, each),
            State::First | State::Behind => self.give(Shape::Whole, each),
            State::Lines => self.give(Shape::Line, each),
        }
        self.state = State::After;
    }

    /// Takes some of a piece; gives how much.
    fn take(&mut self, piece: &[u8], each: &mut dyn FnMut(Entry<'_>)) -> usize {
        let Some(&byte) = piece.first() else { return 0 };
        match self.state {
            State::Begin => match byte {
                _ if byte.is_ascii_whitespace() => {}
                b'[' => self.state = State::Between,
                b'<' => self.state = State::Page,
                _ => {
                    self.open(State::First);
                    return self.value(piece, each);
                }
            },
            State::Page => return self.page(piece),
            State::Between => match byte {
                b']' => self.state = State::After,
                b',' => {}
                _ if byte.is_ascii_whitespace() => {}
                _ => {
                    self.open(State::Item);
                    return self.value(piece, each);
                }
            },
            State::Item | State::First => return self.value(piece, each),
            State::Behind if byte.is_ascii_whitespace() => {}
            State::Behind => {
                self.give(Shape::Line, each);
                self.open(State::Lines);
                return self.line(piece, each);
            }
            State::Lines => return self.line(piece, each),
            State::After => return piece.len(),
        }
        1
    }

    fn open(&mut self, state: State) {
        self.state = state;
        self.begin = self.at;
        (self.depth, self.in_text, self.escaped) = (0, false, false);
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.entry.len() + bytes.len() > LONGEST {
            self.is_too_long = true;
            self.entry = Vec::new();
        }
        if !self.is_too_long {
            self.entry.extend_from_slice(bytes);
        }
    }

    fn give(&mut self, shape: Shape, each: &mut dyn FnMut(Entry<'_>)) {
        let bytes = self.entry.trim_ascii();
        if !bytes.is_empty() || self.is_too_long {
            each(Entry {
                shape,
                bytes,
                at: self.begin,
                is_too_long: self.is_too_long,
            });
        }
        self.entry.clear();
        self.is_too_long = false;
    }

    /// Passes over a page up to the bracket behind [`PAGE`].
    fn page(&mut self, piece: &[u8]) -> usize {
        for (at, byte) in piece.iter().enumerate() {
            if self.matched == PAGE.len() {
                match byte {
                    b'[' => {
                        self.state = State::Between;
                        return at + 1;
                    }
                    b'=' => continue,
                    _ if byte.is_ascii_whitespace() => continue,
                    _ => self.matched = 0,
                }
            }
            // Its first letter stands in it once.
            self.matched = match PAGE.get(self.matched) == Some(byte) {
                true => self.matched + 1,
                false => usize::from(PAGE.first() == Some(byte)),
            };
        }
        piece.len()
    }

    /// Takes what belongs to a value, up to what may end it.
    fn value(&mut self, piece: &[u8], each: &mut dyn FnMut(Entry<'_>)) -> usize {
        if self.in_text {
            let taken = self.inside_text(piece);
            self.keep(piece.get(..taken).unwrap_or(piece));
            return taken;
        }
        for (at, byte) in piece.iter().enumerate() {
            let is_outside = self.depth == 0;
            let ends = match byte {
                b'"' => {
                    self.in_text = true;
                    true
                }
                b'{' | b'[' => {
                    self.depth += 1;
                    false
                }
                b',' | b']' if is_outside && self.state == State::Item => {
                    self.keep(piece.get(..at).unwrap_or_default());
                    self.give(Shape::Item, each);
                    self.state = match byte {
                        b']' => State::After,
                        _ => State::Between,
                    };
                    return at + 1;
                }
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    let is_first = self.state == State::First && self.depth == 0 && !is_outside;
                    if is_first {
                        self.state = State::Behind;
                    }
                    is_first
                }
                _ => false,
            };
            if ends {
                self.keep(piece.get(..=at).unwrap_or(piece));
                return at + 1;
            }
        }
        self.keep(piece);
        piece.len()
    }

    /// The length of what belongs to a text, with its quotation mark.
    fn inside_text(&mut self, piece: &[u8]) -> usize {
        let mut at = 0;
        if std::mem::take(&mut self.escaped) {
            at = 1;
        }
        while let Some(rest) = piece.get(at..).filter(|rest| !rest.is_empty()) {
            let Some(found) = memchr2(b'"', b'\\', rest) else {
                break;
            };
            at += found + 1;
            if rest.get(found) == Some(&b'"') {
                self.in_text = false;
                return at;
            }
            if at == piece.len() {
                self.escaped = true;
            }
            at += 1;
        }
        piece.len()
    }

    /// Takes a line, or as much of it as is here.
    fn line(&mut self, piece: &[u8], each: &mut dyn FnMut(Entry<'_>)) -> usize {
        match memchr(b'\n', piece) {
            Some(end) => {
                self.keep(piece.get(..end).unwrap_or_default());
                self.give(Shape::Line, each);
                self.begin = self.at + end as u64 + 1;
                end + 1
            }
            None => {
                self.keep(piece);
                piece.len()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The entries of a text that comes in pieces of this size; the most bytes kept, and the work.
    fn split(text: &str, size: usize) -> (Vec<(Shape, String, u64)>, usize, u64) {
        let mut found = Vec::new();
        let mut each = |entry: Entry<'_>| {
            let text = String::from_utf8_lossy(entry.bytes).into_owned();
            found.push((entry.shape, text, entry.at));
        };
        let mut splitter = Splitter::default();
        text.as_bytes()
            .chunks(size)
            .for_each(|piece| splitter.feed(piece, &mut each));
        splitter.finish(&mut each);
        (found, splitter.most, splitter.work)
    }

    fn check(text: &str, shape: Shape, expect: &[&str]) {
        for size in 1..=text.len().max(1) {
            let (found, ..) = split(text, size);
            let texts: Vec<&str> = found.iter().map(|(_, text, _)| text.as_str()).collect();
            assert_eq!(texts, expect, "{text}, {size}");
            for (found, entry, at) in &found {
                assert_eq!(*found, shape, "{text}");
                let at = usize::try_from(*at).unwrap_or_default();
                let from = text.get(at..).map(str::trim_start);
                assert!(
                    from.is_some_and(|from| from.starts_with(entry.as_str())),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn an_array_is_its_items() {
        check(
            r#" [ {"a":"],[\"" } ,null,[1,[2]], "x\\" ] "#,
            Shape::Item,
            &[r#"{"a":"],[\"" }"#, "null", "[1,[2]]", r#""x\\""#],
        );
        check("[]", Shape::Item, &[]);
        check("[,1,]", Shape::Item, &["1"]);
        check("[1,{\"a\":", Shape::Item, &["1", "{\"a\":"]);
        check("[1] [2]", Shape::Item, &["1"]);
        check(
            "[\"\\\\\",\"\\\"\"]",
            Shape::Item,
            &["\"\\\\\"", "\"\\\"\""],
        );
    }

    #[test]
    fn several_values_are_lines_and_one_is_the_whole() {
        check(
            "{\"a\":1}\r\n\n{\"b\":2}\nx\n",
            Shape::Line,
            &["{\"a\":1}", "{\"b\":2}", "x"],
        );
        check(
            "{\n\"a\": [\"}\"]\n}\n",
            Shape::Whole,
            &["{\n\"a\": [\"}\"]\n}"],
        );
        check("{\"a\":\n", Shape::Whole, &["{\"a\":"]);
        check("hello\n{}", Shape::Whole, &["hello\n{}"]);
        check("x\n{}\n{}", Shape::Line, &["x\n{}", "{}"]);
    }

    #[test]
    fn a_page_is_the_array_in_it() {
        check(
            "<html><script>var var jsonData = [{\"a\":1},2];\nvar x = [3]</script>",
            Shape::Item,
            &["{\"a\":1}", "2"],
        );
        check("<html>var jsonData is [1]", Shape::Item, &[]);
    }

    #[test]
    fn only_the_longest_item_is_kept_and_each_byte_is_seen_once() {
        let item = format!("{{\"a\":\"{}\"}}", "x".repeat(1000));
        let text = format!("[{}]", vec![item.as_str(); 5000].join(","));
        let (found, most, work) = split(&text, 64 * 1024);
        assert_eq!(found.len(), 5000);
        assert!(most <= 4 * item.len(), "{most}");
        assert_eq!(work, text.len() as u64);
    }
}
