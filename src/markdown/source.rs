//! What the parser is given in the place of a text.
//!
//! In: a text. Out: the same with marks in it that only this room knows, so that the parser reads it as people mean it in a chat; and
//! the way back for every piece that the parser returns. Lines stay lines.
//!
//! - Formulas and bare addresses stand between two marks, and what would mean something to the parser in there is replaced by letters
//!   that stand in for it ([`formula`], [`address`]).
//! - A mark that is no letter's neighbour beside CJK characters gets one ([`flank`]); a single tilde is a tilde.
//! - The tags that are taken as such are no HTML to the parser ([`tags`]).
//!
//! All of these are noncharacters of Unicode, which no text holds. Wherever the parser sees code or an address after all, they are
//! taken out again and nothing has happened: so each decision looks at one paragraph at most, and a part of a text is read like the
//! whole. It must not know where blocks begin.

pub(super) mod address;
pub(super) mod fence;
pub(super) mod flank;
pub(super) mod formula;
pub(super) mod tags;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use self::fence::Fence;
use crate::text;
pub(super) use formula::{Formula, OpenFormula};

/// A letter that is nothing: it stands between a mark and a CJK character, and before what could begin a block in a formula.
const NOTHING: char = '\u{fdda}';
/// The character behind the `<` of a tag that is taken as such.
pub(super) const TAG: char = '\u{fddb}';
/// Marks before and behind a formula or an address.
pub(super) const OPEN: char = '\u{fddc}';
pub(super) const CLOSE: char = '\u{fddd}';
/// The backslash before a bar in a formula in a row of a table: there it only says that the bar parts no cells.
const ESCAPE: char = '\u{fddf}';

/// Characters that mean something to the parser in a line; the first of those that stand in for them follows.
const SPECIAL: &[u8; 10] = b"\\`*_~[]<&|";
const FIRST: u32 = 0xfdd0;
/// The first two bytes, in UTF-8, of every character that is put in here.
const LEAD: [u8; 2] = *b"\xef\xb7";

/// Places at which the text is to be read otherwise, as a parse has told.
#[derive(Default)]
pub(super) struct But {
    /// Fences behind which a letter is put, so that they close nothing.
    pub(super) fences: BTreeSet<usize>,
    /// Places at which no formula and no address begins: its end would be in another block.
    pub(super) marks: BTreeSet<usize>,
}

pub(super) struct Source<'a> {
    /// The text for the parser.
    pub(super) text: Cow<'a, str>,
    /// Places behind each change, in the text for the parser, and by how many bytes it is longer so far.
    longer: Vec<(usize, usize)>,
    /// Ends and beginnings of formulas and addresses, in the original.
    marks: Vec<(usize, usize)>,
}

impl<'a> Source<'a> {
    pub(super) fn new(original: &'a str, but: &But) -> Self {
        let mut scan = Scan::new(original, &but.marks);
        scan.run();
        let mut changes = scan.changes;
        if !but.fences.is_empty() {
            changes.extend(but.fences.iter().map(|&at| (at, Change::Add(NOTHING))));
            changes.sort_by_key(|&(at, _)| at);
        }
        if changes.is_empty() {
            return Source {
                text: Cow::Borrowed(original),
                longer: Vec::new(),
                marks: Vec::new(),
            };
        }
        let mut out = String::with_capacity(original.len() + 3 * changes.len());
        let mut longer = Vec::with_capacity(changes.len());
        let mut from = 0;
        for (at, change) in changes {
            out.push_str(text::part(original, from..at));
            let (letter, length) = match change {
                Change::Add(letter) => (letter, 0),
                Change::Put(letter, length) => (letter, length),
            };
            out.push(letter);
            from = at + length;
            longer.push((out.len(), out.len().saturating_sub(from)));
        }
        out.push_str(text::from(original, from));
        Source {
            text: Cow::Owned(out),
            longer,
            marks: scan.marks,
        }
    }

    /// The beginning, in the original, of the formula or the address that ends at this place for the parser.
    pub(super) fn begin_of(&self, end: usize) -> Option<usize> {
        let end = self.original(end);
        let nth = self
            .marks
            .binary_search_by_key(&end, |&(end, _)| end)
            .ok()?;
        self.marks.get(nth).map(|&(_, start)| start)
    }

    /// The place in the original of what stands here for the parser.
    pub(super) fn original(&self, at: usize) -> usize {
        let before = self.longer.partition_point(|&(from, _)| from <= at);
        let longer = before
            .checked_sub(1)
            .and_then(|last| self.longer.get(last))
            .map_or(0, |&(_, longer)| longer);
        at.saturating_sub(longer)
    }
}

/// A formula in this text that may yet be closed behind it.
pub(super) fn open_formula(original: &str) -> Option<OpenFormula> {
    let bytes = original.as_bytes();
    let begins = |at: usize| {
        matches!(
            bytes.get(at..),
            Some([b'$', b'$', ..] | [b'\\', b'(' | b'[', ..])
        )
    };
    if !memchr::memchr2_iter(b'$', b'\\', bytes).any(begins) {
        return None;
    }
    let none = BTreeSet::new();
    let mut scan = Scan::new(original, &none);
    scan.run();
    scan.open
}

/// Makes of what the parser returned what it was.
pub(super) fn restore(read: &str) -> Cow<'_, str> {
    restored(read, false)
}

/// Makes of what stood in a formula what it was.
pub(super) fn restore_formula(read: &str) -> Cow<'_, str> {
    restored(read, true)
}

fn restored(read: &str, formula: bool) -> Cow<'_, str> {
    if !is_marked(read) {
        return Cow::Borrowed(read);
    }
    let mut out = String::with_capacity(read.len());
    for letter in read.chars() {
        let special = (letter as u32)
            .checked_sub(FIRST)
            .and_then(|nth| SPECIAL.get(nth as usize));
        match (special, letter) {
            (Some(&byte), _) => out.push(byte as char),
            (None, ESCAPE) if !formula => out.push('\\'),
            (None, NOTHING | TAG | OPEN | CLOSE | ESCAPE) => {}
            _ => out.push(letter),
        }
    }
    Cow::Owned(out)
}

/// Tells whether a piece of text holds what [`restore`] would change.
pub(super) fn is_marked(read: &str) -> bool {
    let bytes = read.as_bytes();
    memchr::memchr_iter(LEAD[0], bytes).any(|at| bytes.get(at + 1) == Some(&LEAD[1]))
}

#[derive(Clone, Copy)]
enum Change {
    Add(char),
    /// A character in the place of so many bytes.
    Put(char, usize),
}

struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// Places at which no formula and no address begins.
    none: &'a BTreeSet<usize>,
    changes: Vec<(usize, Change)>,
    marks: Vec<(usize, usize)>,
    /// The beginning of the line.
    line: usize,
    /// The place behind the last change.
    done: usize,
    /// Place up to which it is code, in which no formula begins.
    code: usize,
    open: Option<OpenFormula>,
}

/// Tells whether something may begin with this byte.
fn begins(byte: &u8) -> bool {
    matches!(
        byte,
        b'\\' | b'`' | b'$' | b'*' | b'~' | b'<' | b':' | b'@' | b'w' | b'W' | b'\n'
    )
}

impl<'a> Scan<'a> {
    fn new(text: &'a str, none: &'a BTreeSet<usize>) -> Self {
        Scan {
            text,
            bytes: text.as_bytes(),
            none,
            changes: Vec::new(),
            marks: Vec::new(),
            line: 0,
            done: 0,
            code: 0,
            open: None,
        }
    }

    fn run(&mut self) {
        let mut at = 0;
        while let Some(found) = self
            .bytes
            .get(at..)
            .and_then(|rest| rest.iter().position(begins))
        {
            at = self.step(at + found);
        }
    }

    /// Reads what begins here; gives the place to go on from.
    fn step(&mut self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        match rest {
            [b'\\', b'(' | b'[', ..] | [b'$', ..] => self.formula(at),
            [b'\\', b'\n', ..] => at + 1,
            [b'\\', ..] => at + 2,
            [b'`', ..] => {
                let run = run_length(rest);
                if at >= self.code {
                    self.code = self.code_end(at, run).unwrap_or(self.code);
                }
                // Tags and addresses in there are letters again, once the parser has seen it.
                at + run
            }
            [b'*' | b'~', ..] => self.mark(at, run_length(rest)),
            [b'<', ..] => {
                let tag = tags::tag_behind(text::from(self.text, at + 1));
                tag.map_or(at + 1, |(_, length)| {
                    self.add(at + 1, TAG);
                    at + 1 + length
                })
            }
            [b'\n', ..] => {
                self.line = at + 1;
                at + 1
            }
            _ => match address::address_at(self.text, at) {
                Some(address)
                    if address.start >= self.done && !self.none.contains(&address.start) =>
                {
                    let end = address.end;
                    self.marks.push((end, address.start));
                    self.add(address.start, OPEN);
                    self.hide(address, Hidden::Address);
                    self.add(end, CLOSE);
                    end
                }
                _ => at + 1,
            },
        }
    }

    /// The end of the code that begins with so many back quotes here; of a fence, the end of its first line.
    fn code_end(&self, at: usize, run: usize) -> Option<usize> {
        let before = self.bytes.get(self.line..at).unwrap_or_default();
        if run > 2 && formula::is_led(before) {
            let rest = text::from(self.text, at);
            let end = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
            if Fence::opened_by(text::up_to(rest, end)).is_some() {
                return Some(at + end);
            }
        }
        formula::closing_run(self.bytes, at + run, b'`', run).map(|close| close + run)
    }

    fn add(&mut self, at: usize, letter: char) {
        self.changes.push((at, Change::Add(letter)));
        self.done = at;
    }

    fn put(&mut self, at: usize, letter: char, length: usize) {
        self.changes.push((at, Change::Put(letter, length)));
        self.done = at + length;
    }

    fn mark(&mut self, at: usize, length: usize) -> usize {
        let end = at + length;
        if self.bytes.get(at) == Some(&b'~') && length != 2 {
            if length == 1 {
                self.put(at, stand_in(b'~').unwrap_or('~'), 1);
            }
            return end;
        }
        let before = text::up_to(self.text, at).chars().next_back();
        let behind = text::from(self.text, end).chars().next();
        match flank::letter_for(before, behind) {
            Some(flank::Side::Before) => self.add(at, NOTHING),
            Some(flank::Side::Behind) => self.add(end, NOTHING),
            None => {}
        }
        end
    }

    fn formula(&mut self, at: usize) -> usize {
        match formula::formula_at(self.text, self.line, at) {
            _ if at < self.code || self.none.contains(&at) => {
                at + 1 + usize::from(self.bytes.get(at) == Some(&b'\\'))
            }
            Formula::Whole(formula) => {
                let (range, end) = (formula.range.clone(), formula.range.end);
                self.marks.push((end, at));
                self.add(at, OPEN);
                let hidden = Hidden::Formula {
                    quotes: formula.quotes,
                    in_row: formula.in_row,
                };
                self.hide(range, hidden);
                self.add(end, CLOSE);
                end
            }
            Formula::Open(open) => {
                let end = open.inside;
                self.open.get_or_insert(open);
                end
            }
            Formula::None(end) => end,
        }
    }

    /// Hides a formula or an address: nothing in it means anything to the parser.
    fn hide(&mut self, range: Range<usize>, what: Hidden) {
        let (quotes, in_row) = match what {
            Hidden::Formula { quotes, in_row } => (quotes, in_row),
            Hidden::Address => (None, false),
        };
        let mut at = range.start;
        while at < range.end
            && let Some(&byte) = self.bytes.get(at)
        {
            match byte {
                b'\n' => {
                    self.line = at + 1;
                    at = formula::behind_quotes(self.bytes, at + 1, quotes.unwrap_or(0)).0;
                    self.add(at, NOTHING);
                    continue;
                }
                b'\\' if in_row && self.bytes.get(at + 1) == Some(&b'|') => self.put(at, ESCAPE, 1),
                // `&amp;` in an address is what it is elsewhere.
                b'&' if what == Hidden::Address => {}
                _ => {
                    if let Some(letter) = stand_in(byte) {
                        self.put(at, letter, 1);
                    }
                }
            }
            at += 1;
        }
    }
}

/// Things that are hidden from the parser.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hidden {
    Address,
    Formula {
        /// The number of quote marks behind which its lines go on; `None` where it has but one line.
        quotes: Option<usize>,
        in_row: bool,
    },
}

fn stand_in(byte: u8) -> Option<char> {
    let nth = SPECIAL.iter().position(|&special| special == byte)?;
    char::from_u32(FIRST + nth as u32)
}

/// The number of times that the first byte is repeated.
fn run_length(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take_while(|&byte| bytes.first() == Some(byte))
        .count()
}

/// The text, byte for byte as long, with a line feed for each carriage return that ends a line by itself (the parser takes that
/// for a line end in some places and not in others), and without noncharacters.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let bare = |at: usize| !matches!(bytes.get(at..), Some([b'\r', b'\n', ..]));
    let feeds = memchr::memchr_iter(b'\r', bytes).any(bare);
    if !feeds && !is_marked(text) {
        return Cow::Borrowed(text);
    }
    let clean = |(at, c)| match c {
        '\r' if bare(at) => '\n',
        '\u{fdd0}'..='\u{fdef}' => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    Cow::Owned(text.char_indices().map(clean).collect())
}
