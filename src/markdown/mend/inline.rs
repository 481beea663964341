//! The open marks of a paragraph that is still being written: what to append, and what to hide.

/// What to do with a piece of text.
#[derive(Default)]
pub(super) struct Inline {
    /// To append, inside out.
    closers: String,
    /// Nothing from here on is shown.
    end: Option<usize>,
    /// Bytes that are not shown: the first brackets of half a link.
    drops: Vec<(usize, usize)>,
    /// Letters that follow may belong to what is hidden.
    pub(super) hides: bool,
    /// Letters that follow are hidden: the address of half a link.
    pub(super) swallows: bool,
    /// A mark that could begin something has no partner yet.
    pub(super) open: bool,
}

struct Mark {
    letter: u8,
    length: usize,
}

struct Bracket {
    start: usize,
    inside: usize,
    marks: usize,
}

impl Inline {
    pub(super) fn of(text: &str) -> Self {
        let mut scan = Scan {
            text,
            bytes: text.as_bytes(),
            marks: Vec::new(),
            brackets: Vec::new(),
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

    pub(super) fn write(&self, text: &str, out: &mut String) {
        let end = self.end.unwrap_or(text.len());
        let mut at = 0;
        for &(from, to) in &self.drops {
            out.push_str(&text[at..from.min(end)]);
            at = to.min(end);
        }
        out.push_str(&text[at..end]);
        if !self.closers.is_empty() {
            out.truncate(out.trim_end().len());
            out.push_str(&self.closers);
        }
    }
}

struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    marks: Vec<Mark>,
    brackets: Vec<Bracket>,
    out: Inline,
}

impl Scan<'_> {
    /// Reads what is at or behind `at`; where to go on, or `None` at the end.
    fn step(&mut self, at: usize) -> Option<usize> {
        let marks = |byte: &u8| {
            matches!(
                byte,
                b'\\' | b'`' | b'<' | b'$' | b'*' | b'_' | b'~' | b'[' | b']'
            )
        };
        let at = at + self.bytes.get(at..)?.iter().position(marks)?;
        let rest = &self.bytes[at + 1..];
        match self.bytes[at] {
            b'\\' => match rest.first() {
                None => self.cut(at),
                Some(b'(') => Some(self.close(at + 2, "\\)")? + 2),
                Some(b'[') => Some(self.close(at + 2, "\\]")? + 2),
                Some(_) => Some(at + 2),
            },
            b'`' => self.code(at),
            b'<' => match rest.first() {
                Some(b) if b.is_ascii_alphabetic() || matches!(b, b'/' | b'!' | b'?') => {
                    Some(self.close(at, ">")? + 1)
                }
                _ => Some(at + 1),
            },
            b'$' if rest.first() == Some(&b'$') => Some(self.close(at + 2, "$$")? + 2),
            b'$' => {
                let end = self.dollar(at);
                self.out.open |= end.is_none();
                Some(end.unwrap_or(at + 1))
            }
            b'[' if rest.first() == Some(&b'^') => match self.find(at, "]") {
                Some(end) => Some(end + 1),
                None => self.cut(at),
            },
            b'[' => {
                let start = if at > 0 && self.bytes[at - 1] == b'!' {
                    at - 1
                } else {
                    at
                };
                self.brackets.push(Bracket {
                    start,
                    inside: at + 1,
                    marks: self.marks.len(),
                });
                Some(at + 1)
            }
            b']' => self.close_bracket(at),
            _ => self.emphasis(at),
        }
    }

    fn finish(mut self) -> Inline {
        self.out.open |= !self.brackets.is_empty();
        // Half the text of a link: an open bracket far back is just a bracket.
        if let Some(open) = self.brackets.pop()
            && self.text.len() - open.start < 300
            && self.out.end.is_none_or(|end| end > open.inside)
        {
            self.out.drops.push((open.start, open.inside));
        }
        for mark in self.marks.iter().rev() {
            for _ in 0..mark.length {
                self.out.closers.push(mark.letter as char);
            }
        }
        self.out.drops.sort_unstable();
        self.out
    }

    fn find(&self, from: usize, what: &str) -> Option<usize> {
        memchr::memmem::find(self.bytes.get(from..)?, what.as_bytes()).map(|at| from + at)
    }

    /// Behind `from`, what closes the mark there.
    fn close(&mut self, from: usize, what: &str) -> Option<usize> {
        let end = self.find(from, what);
        self.out.open |= end.is_none();
        end
    }

    fn run(&self, at: usize) -> usize {
        self.bytes[at..]
            .iter()
            .take_while(|&&b| b == self.bytes[at])
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
        while let Some(found) = memchr::memchr(b'`', &self.bytes[next..]) {
            next += found;
            let run = self.run(next);
            if run == length {
                return Some(next + run);
            }
            next += run;
        }
        let inside = self.text[at + length..].trim_end_matches('`');
        if inside.trim().is_empty() {
            return self.cut(at);
        }
        self.out.closers.push_str(&"`".repeat(length));
        self.out.end = Some(at + length + inside.trim_end().len());
        self.out.hides = inside.len() < self.text.len() - at - length;
        None
    }

    fn dollar(&self, at: usize) -> Option<usize> {
        let line = &self.bytes[at + 1..];
        let close = memchr::memchr2(b'$', b'\n', line)?;
        let fits = line[close] == b'$'
            && close > 0
            && !line[0].is_ascii_whitespace()
            && !line[close - 1].is_ascii_whitespace();
        fits.then_some(at + close + 2)
    }

    fn close_bracket(&mut self, at: usize) -> Option<usize> {
        let Some(open) = self.brackets.pop() else {
            return Some(at + 1);
        };
        let close = match self.bytes.get(at + 1) {
            Some(b'(') => self.destination_end(at + 2),
            Some(b'[') => self.find(at + 2, "]"),
            None => None,
            Some(_) => return Some(at + 1),
        };
        match close {
            Some(close) => {
                self.marks.truncate(open.marks);
                Some(close + 1)
            }
            None => {
                self.out.drops.push((open.start, open.inside));
                self.out.swallows = self.bytes.get(at + 1) == Some(&b'(');
                self.cut(at)
            }
        }
    }

    /// The bracket that closes the address of a link.
    fn destination_end(&self, from: usize) -> Option<usize> {
        let mut depth = 0;
        let mut at = from;
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b'\\' => at += 1,
                b'(' => depth += 1,
                b')' if depth == 0 => return Some(at),
                b')' => depth -= 1,
                _ => {}
            }
            at += 1;
        }
        None
    }

    fn emphasis(&mut self, at: usize) -> Option<usize> {
        let letter = self.bytes[at];
        let mut length = self.run(at);
        let end = at + length;
        let Some(behind) = self.text[end..].chars().next() else {
            return self.cut(at);
        };
        let before = self.text[..at].chars().next_back().unwrap_or(' ');
        let punctuation = |c: char| !c.is_alphanumeric() && !c.is_whitespace();
        let left = !behind.is_whitespace()
            && (!punctuation(behind) || before.is_whitespace() || punctuation(before));
        let right = !before.is_whitespace()
            && (!punctuation(before) || behind.is_whitespace() || punctuation(behind));
        let word = letter == b'_';
        if letter == b'~' && length > 2 {
            return Some(end);
        }
        if right && (!word || !left || punctuation(behind)) {
            while length > 0 {
                let Some(found) = self.marks.iter().rposition(|mark| mark.letter == letter) else {
                    break;
                };
                self.marks.truncate(found + 1);
                let used = length.min(self.marks[found].length);
                length -= used;
                self.marks[found].length -= used;
                if self.marks[found].length == 0 {
                    self.marks.pop();
                }
            }
        }
        if length > 0 && left && (!word || !right || punctuation(before)) {
            self.marks.push(Mark { letter, length });
        }
        Some(end)
    }
}
