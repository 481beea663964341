//! The open marks of a paragraph that is still being written: what to append, and what to hide.
//!
//! In: a paragraph, heading, item or cell, as far as it has come. Out: an [`Inline`], which writes it with its open marks closed. It must
//! not know the lines above, nor what kind of block the text stands in.

mod link;

use crate::markdown::source::formula::{self, Formula};
use crate::markdown::source::{address, flank, tags};
use crate::text;
use link::{End, FAR};

/// Changes to a piece of text, so that its open marks have an end.
#[derive(Default)]
pub(super) struct Inline {
    /// Marks to append, inside out.
    closers: String,
    /// Place from which on nothing is shown.
    end: Option<usize>,
    /// Bytes that are not shown: the first brackets of half a link.
    drops: Vec<(usize, usize)>,
    /// Set where letters that follow may belong to what is hidden.
    pub(super) hides: bool,
    /// Set where letters that follow are hidden: the address of half a link.
    pub(super) swallows: bool,
    /// Set where a mark that could begin something has no partner yet.
    pub(super) open: bool,
}

struct Mark {
    letter: u8,
    length: usize,
    /// Index of the last open mark before this one of the same letter.
    before: Option<usize>,
}

struct Bracket {
    start: usize,
    inside: usize,
    marks: usize,
}

impl Inline {
    /// Reads a text. `begins`: it stands at the beginning of a line, where a mark may begin a block.
    pub(super) fn of(text: &str, begins: bool) -> Self {
        let mut scan = Scan {
            text,
            begins,
            bytes: text.as_bytes(),
            marks: Vec::new(),
            last: [None; 3],
            brackets: Vec::new(),
            tags: 0,
            line: (0, 0),
            last_line: super::lines::line_start(text),
            out: Inline::default(),
        };
        let mut at = 0;
        while let Some(next) = scan.step(at) {
            at = next;
        }
        scan.finish()
    }

    pub(super) fn changes_nothing(&self) -> bool {
        self.closers.is_empty() && self.end.is_none() && self.drops.is_empty()
    }

    /// Tells whether something in the middle is not shown.
    pub(super) fn drops(&self) -> bool {
        !self.drops.is_empty()
    }

    /// The place in this text from which the rest is hidden.
    pub(super) fn end(&self, text: &str) -> usize {
        self.end.unwrap_or(text.len())
    }

    pub(super) fn write(&self, text: &str, out: &mut String) {
        let end = self.end(text);
        let mut at = 0;
        for &(from, to) in &self.drops {
            out.push_str(text::part(text, at..from.min(end)));
            at = to.min(end);
        }
        out.push_str(text::part(text, at..end));
        if !self.closers.is_empty() {
            out.truncate(out.trim_end().len());
            out.push_str(&self.closers);
        }
    }
}

struct Scan<'a> {
    text: &'a str,
    begins: bool,
    bytes: &'a [u8],
    marks: Vec<Mark>,
    /// Index of the last open mark of each letter: `*`, `_`, `~`.
    last: [Option<usize>; 3],
    brackets: Vec<Bracket>,
    /// Tags that are taken as such and have no end yet.
    tags: usize,
    /// The beginning of a line, and how far it was looked for.
    line: (usize, usize),
    /// The beginning of the last line.
    last_line: usize,
    out: Inline,
}

fn is_mark(byte: &u8) -> bool {
    matches!(
        byte,
        b'\\' | b'`' | b'<' | b'$' | b'*' | b'_' | b'~' | b'[' | b']' | b':' | b'w' | b'W'
    )
}

impl Scan<'_> {
    /// Reads what is at or behind `at`; gives the place to go on from, or `None` at the end.
    fn step(&mut self, at: usize) -> Option<usize> {
        let at = at + self.bytes.get(at..)?.iter().position(is_mark)?;
        let next = self.bytes.get(at + 1).copied();
        match self.bytes.get(at)? {
            b'\\' => match next {
                None => self.cut(at),
                Some(b'(' | b'[') => Some(self.formula(at)),
                Some(_) => Some(at + 2),
            },
            b'`' => self.code(at),
            b'<' => match tags::tag_behind(text::from(self.text, at + 1)) {
                Some((kind, length)) => {
                    self.tags = match kind {
                        tags::Kind::Break => self.tags,
                        tags::Kind::Open(_) => self.tags + 1,
                        tags::Kind::Close(_) => self.tags.saturating_sub(1),
                    };
                    Some(at + 1 + length)
                }
                None if tags::may_become_tag(text::from(self.text, at)) => self.cut(at),
                None => self.angle(at, next),
            },
            b':' | b'w' | b'W' => {
                let address = address::address_at(self.text, at);
                Some(address.map_or(at + 1, |address| address.end))
            }
            b'$' => Some(self.formula(at)),
            b'[' if next == Some(b'^') => match link::label_end(self.bytes, at + 2) {
                End::At(end) if !self.has_blank(at, end) => Some(end + 1),
                End::Open => self.cut(at),
                // It may be the text of a link that begins like this.
                _ => self.open_bracket(at),
            },
            b'[' => self.open_bracket(at),
            b']' => self.close_bracket(at),
            &letter => self.emphasis(at, letter),
        }
    }

    /// Reads an address in angle brackets, or HTML, which is shown as it is.
    fn angle(&mut self, at: usize, next: Option<u8>) -> Option<usize> {
        match next {
            Some(b'!' | b'?') => {
                let end = self.close(at, ">")?;
                // Who knows where that ends.
                self.out.open = true;
                Some(end + 1)
            }
            Some(b'/' | b'a'..=b'z' | b'A'..=b'Z') => match tags::html_end(self.bytes, at + 1) {
                Ok(Some(end)) => {
                    // A word that begins in it is none.
                    self.out.open |= self.has_blank(at, end);
                    Some(end)
                }
                Ok(None) => Some(at + 1),
                Err(tags::Unfinished) => {
                    self.out.open = true;
                    None
                }
            },
            _ => Some(at + 1),
        }
    }

    fn has_blank(&self, from: usize, to: usize) -> bool {
        let part = self.bytes.get(from..to).unwrap_or_default();
        part.iter().any(u8::is_ascii_whitespace)
    }

    fn open_bracket(&mut self, at: usize) -> Option<usize> {
        let before = at.checked_sub(1).filter(|&at| self.is_at(at, b'!'));
        self.brackets.push(Bracket {
            start: before.unwrap_or(at),
            inside: at + 1,
            marks: self.marks.len(),
        });
        Some(at + 1)
    }

    fn is_at(&self, at: usize, byte: u8) -> bool {
        self.bytes.get(at) == Some(&byte)
    }

    fn finish(mut self) -> Inline {
        self.out.open |= !self.brackets.is_empty() || self.tags > 0;
        // Half the text of a link: an open bracket far back is just a bracket.
        if let Some(open) = self.brackets.pop()
            && self.text.len() < open.start + FAR
            && !self.is_at(open.inside, b'^')
        {
            if self.out.end == Some(open.inside) {
                // Nothing in it is shown yet.
                self.cut(open.start);
            } else if self.may_drop(&open) && self.out.end.is_none_or(|end| end > open.inside) {
                self.out.drops.push((open.start, open.inside));
            }
        }
        for mark in self.marks.iter().rev() {
            for _ in 0..mark.length {
                self.out.closers.push(mark.letter as char);
            }
        }
        self.out.drops.sort_unstable();
        self.out
    }

    /// Tells whether without this bracket its line is still no block of another kind.
    fn may_drop(&self, open: &Bracket) -> bool {
        let Some(&next) = self.bytes.get(open.inside) else {
            return true;
        };
        let before = self.bytes.get(..open.start).unwrap_or_default();
        let line = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
        let leads =
            (line > 0 || self.begins) && formula::is_led(before.get(line..).unwrap_or_default());
        let begins = next.is_ascii_digit() || b"#>-+*=`~|<".contains(&next);
        !(next.is_ascii_whitespace() || leads && begins)
    }

    fn find(&self, from: usize, what: &str) -> Option<usize> {
        memchr::memmem::find(self.bytes.get(from..)?, what.as_bytes()).map(|at| from + at)
    }

    /// The place behind the closing mark `what`, from `from` on.
    fn close(&mut self, from: usize, what: &str) -> Option<usize> {
        let end = self.find(from, what);
        self.out.open |= end.is_none();
        end
    }

    fn run(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        rest.iter()
            .take_while(|&byte| rest.first() == Some(byte))
            .count()
    }

    fn cut(&mut self, at: usize) -> Option<usize> {
        self.out.end = Some(at);
        self.out.hides = true;
        None
    }

    fn code(&mut self, at: usize) -> Option<usize> {
        let length = self.run(at);
        let mut next = at + length;
        while let Some(found) = memchr::memchr(b'`', self.bytes.get(next..)?) {
            next += found;
            let run = self.run(next);
            if run == length {
                return Some(next + run);
            }
            next += run;
        }
        let rest = text::from(self.text, at + length);
        let inside = rest.trim_end_matches('`');
        if inside.trim().is_empty() {
            return self.cut(at);
        }
        self.out.closers.push_str(&"`".repeat(length));
        self.out.end = Some(at + length + inside.trim_end().len());
        self.out.hides = inside.len() < rest.len();
        None
    }

    /// The place behind the formula that begins here, or behind its mark.
    fn formula(&mut self, at: usize) -> usize {
        let since = self.bytes.get(self.line.1..at).unwrap_or_default();
        if let Some(end) = memchr::memrchr(b'\n', since) {
            self.line.0 = self.line.1 + end + 1;
        }
        self.line.1 = at;
        match formula::formula_at(self.text, self.line.0, at) {
            Formula::Whole(whole) => whole.range.end,
            Formula::Open(open) => {
                self.out.open = true;
                open.inside
            }
            Formula::None(end) => {
                // A single dollar may find its partner on the same line.
                self.out.open |= self.is_at(at, b'$') && at >= self.last_line;
                end
            }
        }
    }

    fn close_bracket(&mut self, at: usize) -> Option<usize> {
        let Some(open) = self.brackets.pop() else {
            return Some(at + 1);
        };
        let next = self.bytes.get(at + 1);
        let end = match next {
            Some(b'(') => link::address_end(self.bytes, at + 2),
            // The label behind it is known only with its definition, and that has all of the text read anew.
            None => End::Open,
            Some(_) => End::Never,
        };
        match end {
            End::At(close) => {
                self.close_marks(open.marks);
                Some(close + 1)
            }
            End::Open => {
                self.out.swallows = next == Some(&b'(') && link::is_in_word(self.bytes, at + 2);
                if self.may_drop(&open) {
                    self.out.drops.push((open.start, open.inside));
                }
                self.cut(at)
            }
            other => {
                self.out.open |= matches!(other, End::Far);
                Some(at + 1)
            }
        }
    }

    /// Closes all open marks but the first so many.
    fn close_marks(&mut self, count: usize) {
        while self.marks.len() > count
            && let Some(mark) = self.marks.pop()
        {
            *self.last_of(mark.letter) = mark.before;
        }
    }

    fn last_of(&mut self, letter: u8) -> &mut Option<usize> {
        let [star, line, tilde] = &mut self.last;
        match letter {
            b'*' => star,
            b'_' => line,
            _ => tilde,
        }
    }

    fn emphasis(&mut self, at: usize, letter: u8) -> Option<usize> {
        let mut length = self.run(at);
        let end = at + length;
        let Some(behind) = text::from(self.text, end).chars().next() else {
            return self.cut(at);
        };
        let before = text::up_to(self.text, at).chars().next_back();
        let punctuation = |c: char| !c.is_alphanumeric() && !c.is_whitespace();
        let word = letter == b'_';
        let (left, right) = if word {
            flank::plain_flanks(before, Some(behind))
        } else {
            flank::flanks(before, Some(behind))
        };
        let before = before.unwrap_or(' ');
        if letter == b'~' && length != 2 {
            return Some(end);
        }
        if right && (!word || !left || punctuation(behind)) {
            while length > 0
                && let Some(found) = *self.last_of(letter)
            {
                self.close_marks(found + 1);
                let Some(mark) = self.marks.last_mut() else {
                    break;
                };
                let used = length.min(mark.length);
                length = length.saturating_sub(used);
                mark.length = mark.length.saturating_sub(used);
                if mark.length == 0 {
                    self.close_marks(found);
                }
            }
        }
        if length > 0 && left && (!word || !right || punctuation(before)) {
            let count = self.marks.len();
            let before = self.last_of(letter).replace(count);
            self.marks.push(Mark {
                letter,
                length,
                before,
            });
        }
        Some(end)
    }
}
