//! Where the last line of an open block stands: in code, in a table, behind a list marker, or nowhere yet.

use crate::markdown::source::fence::{Fence, FenceLine};
use crate::markdown::source::tags;
use crate::text;

/// The end of an open block, by its lines.
pub(super) struct Place<'a> {
    /// The beginning of the last paragraph, heading or row.
    pub(super) start: usize,
    pub(super) last: Line<'a>,
    /// Inside a fence.
    pub(super) in_code: bool,
    /// Indented code.
    pub(super) is_indented: bool,
    /// Indented code or HTML: marks are letters there.
    pub(super) is_raw: bool,
}

/// The last line.
pub(super) struct Line<'a> {
    pub(super) start: usize,
    /// Quote marks, list markers and blanks.
    prefix: &'a str,
    /// The text behind the lead.
    rest: &'a str,
    /// `true` if there is text above the line.
    below: bool,
    boxed: bool,
}

impl<'a> Place<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let lead = Lead::of(text);
        let last = Line::last_of(text);
        let (in_code, behind_code) = fences(text, lead);
        let mut start = last.start;
        let mut end = last.start;
        if !last.begins_block(lead.nested) {
            while let Some(line_end) = end.checked_sub(1) {
                let above = text::up_to(text, line_end);
                let line_start = line_start(above);
                let (prefix, rest) = lead.split(text::from(above, line_start), line_start);
                // An item without a text does not end a paragraph.
                let is_bare = rest.trim_end().is_empty();
                let goes_on = is_bare && !lead.counts(line_start) && has_marker(prefix);
                if is_bare && !goes_on || is_heading(prefix, rest, lead.nested) {
                    break;
                }
                start = line_start;
                end = line_start;
                if has_marker(prefix) && !goes_on {
                    break;
                }
            }
        }
        start = start.max(behind_code);
        let html = text::from(text, start).strip_prefix('<');
        let is_code = |line: &str| line.starts_with("    ") || line.starts_with('\t');
        let mut lines = text.lines().filter(|line| !line.trim_ascii().is_empty());
        let is_indented = !text.trim_ascii().is_empty() && lines.all(is_code);
        let is_raw = is_indented
            || html.is_some_and(|html| {
                html.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
                    && tags::tag_behind(html).is_none()
                    && !tags::may_become_tag(text::from(text, start))
            });
        Place {
            start,
            last,
            in_code,
            is_indented,
            is_raw,
        }
    }
}

impl<'a> Line<'a> {
    pub(super) fn last_of(text: &'a str) -> Self {
        let start = line_start(text);
        let (prefix, rest) = Lead::of(text).split(text::from(text, start), start);
        let above = text::up_to(text, start.saturating_sub(1));
        let below = !text::from(above, line_start(above)).trim_ascii().is_empty();
        let boxed = has_marker(prefix)
            && matches!(rest.trim_end(), "[" | "[ ]" | "[x" | "[x]" | "[X" | "[X]");
        Line {
            start,
            prefix,
            rest,
            below,
            boxed,
        }
    }

    /// Tells whether the line may still become a heading, an item, a rule, a fence, an underline of the text above, or simply text.
    pub(super) fn is_undecided(&self) -> bool {
        let rest = self.rest.trim_end();
        let only = match rest.as_bytes() {
            [mark, more @ ..] if b"#-+*_=`~$<![\\|".contains(mark) => {
                more.iter().all(|byte| byte == mark)
            }
            _ => false,
        };
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let number = rest.len().saturating_sub(digits.len());
        (rest.is_empty() && !self.prefix.trim().is_empty())
            || only
            || matches!(rest, "![" | "[^" | "\\[" | "\\(")
            || (number > 0 && matches!(digits, "." | ")"))
            || (self.below && (1..4).contains(&number) && digits.is_empty())
            || self.boxed
    }

    /// Tells whether there is no text in the line.
    pub(super) fn is_bare(&self) -> bool {
        self.rest.is_empty()
    }

    /// Two dollars.
    pub(super) fn closes_formula(&self) -> bool {
        self.rest.trim_end() == "$$"
    }

    /// Tells whether the line will stay what it is, whatever follows on it, where it is shown up to this place.
    pub(super) fn is_known(&self, end: usize) -> bool {
        let shown = end.saturating_sub(self.start + self.prefix.len());
        let rest = text::up_to(self.rest, shown);
        rest.contains(char::is_alphabetic)
            && !rest.starts_with('<')
            && !opens_code(rest)
            && memchr::memmem::find(self.rest.as_bytes(), b"]:").is_none()
    }

    pub(super) fn may_close_code(&self) -> bool {
        let rest = self.rest.trim_end();
        !rest.is_empty() && (rest.bytes().all(|b| b == b'`') || rest.bytes().all(|b| b == b'~'))
    }

    /// A fence with its language half written.
    pub(super) fn opens_code(&self) -> bool {
        opens_code(self.rest)
    }

    pub(super) fn is_row(&self) -> bool {
        self.rest.starts_with('|')
    }

    fn begins_block(&self, nested: bool) -> bool {
        has_marker(self.prefix) || is_heading(self.prefix, self.rest, nested)
    }
}

fn opens_code(rest: &str) -> bool {
    rest.starts_with("~~~")
        || (rest.starts_with("```") && !rest.trim_start_matches('`').contains('`'))
}

/// The most columns of a table that somebody reads.
const MOST_CELLS: usize = 100;

/// The rule between head and rows that a table will have.
pub(super) struct TableRule {
    /// `true` if it takes the place of the last line.
    pub(super) instead: bool,
    close: bool,
    line: String,
}

impl TableRule {
    pub(super) fn write(&self, out: &mut String) {
        if self.close {
            // The line may have its end already.
            out.truncate(out.trim_ascii_end().len());
            out.push_str(" |");
        }
        if !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(&self.line);
    }
}

/// A row that begins with a bar and has nothing above it will be the head of a table: it is shown as one from its first letter on.
pub(super) fn table_rule(text: &str, start: usize) -> Option<TableRule> {
    let mut lines = text::from(text, start).split_inclusive('\n');
    let lead = Lead::of(text);
    let (prefix, head) = lead.split(lines.next()?.trim_end(), start);
    let second = lines.next();
    if lines.next().is_some() || !head.starts_with('|') || head.len() < 2 {
        return None;
    }
    // A second line that is whole says for itself what it is.
    let begins = |line: &str| {
        let rest = lead.split(line, text.len()).1;
        rest.starts_with('|') && is_of_rule(rest) && !line.ends_with('\n')
    };
    if !second.is_none_or(begins) {
        return None;
    }
    let bars = bars(head).count();
    let closed = head.ends_with('|') && !head.ends_with("\\|");
    let cells = if closed { bars.saturating_sub(1) } else { bars };
    if cells > MOST_CELLS {
        return None;
    }
    let blanks: String = prefix
        .chars()
        .map(|c| if c == '>' { '>' } else { ' ' })
        .collect();
    let line = format!("{blanks}|{}", "---|".repeat(cells.max(1)));
    Some(TableRule {
        instead: second.is_some(),
        close: !closed,
        line,
    })
}

/// Tells whether the last line makes a table of the one above it, which is the first of its block and begins without a bar: no mark in
/// that is open, then.
pub(super) fn is_rule(text: &str, start: usize) -> bool {
    let mut lines = text::from(text, start).lines();
    let (Some(head), Some(rule), None) = (lines.next(), lines.next(), lines.next()) else {
        return false;
    };
    !Lead::of(text).split(head, start).1.starts_with('|')
        && rule.contains('-')
        && rule.contains('|')
        && is_of_rule(rule)
}

fn is_of_rule(line: &str) -> bool {
    line.trim().chars().all(|c| "|-: ".contains(c))
}

/// Tells whether nothing but a list marker is left of the last line.
pub(super) fn is_bare_item(text: &str) -> bool {
    let last = text.trim_ascii_end();
    let start = line_start(last);
    let (prefix, rest) = Lead::of(text).split(text::from(text, start), start);
    has_marker(prefix) && rest.trim_ascii().is_empty()
}

/// The beginning of the last cell of the row that begins here.
pub(super) fn last_cell(text: &str, row: usize) -> usize {
    bars(text::from(text, row))
        .next_back()
        .map_or(row, |at| row + at + 1)
}

/// The bars of a row that part its cells.
fn bars(row: &str) -> impl DoubleEndedIterator<Item = usize> {
    row.match_indices('|')
        .map(|(at, _)| at)
        .filter(|&at| !text::up_to(row, at).ends_with('\\'))
}

/// Tells whether the text ends inside a fence, and where its last closed fence ends.
fn fences(text: &str, lead: Lead) -> (bool, usize) {
    let bytes = text.as_bytes();
    let begins = |at: usize| matches!(bytes.get(at..at + 3), Some(b"```" | b"~~~"));
    if !memchr::memchr2_iter(b'`', b'~', bytes).any(begins) {
        return (false, 0);
    }
    let mut open: Option<Fence> = None;
    let mut indent = 0;
    // Where the text of the last item begins, which a line of its code is not before.
    let mut item = 0;
    let mut behind = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let (prefix, rest) = lead.split(line, at);
        at += line.len();
        let bare = line.trim_start_matches([' ', '\t', '>']);
        let bare = prefix.len().min(line.len().saturating_sub(bare.len()));
        if bare < item.min(indent) && !line.trim_ascii().is_empty() {
            open = None;
        }
        if open.is_none() && has_marker(prefix) {
            item = prefix.len();
        }
        if !line.ends_with('\n') {
            continue;
        }
        match &mut open {
            None => {
                // Too far in it is code, or goes on with a paragraph.
                open = Fence::opened_by(rest).filter(|_| lead.nested || blanks(prefix, 0) < 4);
                indent = prefix.len();
            }
            // Behind a list marker, or too far in, it is a line of the code.
            Some(_) if has_marker(prefix) || blanks(prefix, indent) > 3 => {}
            Some(fence) => {
                if fence.line(rest) == FenceLine::End {
                    open = None;
                    behind = at;
                }
            }
        }
    }
    (open.is_some(), behind)
}

/// The blanks at the end of what leads a line, behind the first so many bytes; a tab counts for four.
fn blanks(prefix: &str, from: usize) -> usize {
    let blanks = text::from(prefix, from.min(prefix.len()));
    let blanks = blanks.rsplit('>').next().unwrap_or_default();
    blanks.len() + 3 * blanks.matches('\t').count()
}

pub(super) fn line_start(text: &str) -> usize {
    memchr::memrchr(b'\n', text.as_bytes()).map_or(0, |at| at + 1)
}

fn is_heading(prefix: &str, rest: &str, nested: bool) -> bool {
    let text = rest.trim_start_matches('#');
    (nested || blanks(prefix, 0) < 4)
        && (1..=6).contains(&rest.len().saturating_sub(text.len()))
        && text.starts_with([' ', '\t'])
}

fn has_marker(prefix: &str) -> bool {
    prefix.contains(|c: char| !matches!(c, ' ' | '\t' | '>'))
}

/// The lead of the first line of an open block, which holds for all of its lines.
#[derive(Clone, Copy)]
struct Lead {
    /// `true` if the block begins a list or a quote, in which a line may be farther in.
    nested: bool,
    /// The beginning of the line.
    first: usize,
}

impl Lead {
    fn of(text: &str) -> Lead {
        let blanks = text.len().saturating_sub(text.trim_ascii_start().len());
        let first = line_start(text::up_to(text, blanks));
        let prefix = split(text::from(text, first), false, true).0;
        Lead {
            nested: has_marker(prefix) || prefix.contains('>'),
            first,
        }
    }

    /// Tells whether a list may begin at this line with any number: it ends no paragraph.
    fn counts(self, line: usize) -> bool {
        self.nested || line <= self.first
    }

    /// The line that begins at this place, as what stands before its text and its text.
    fn split(self, line: &str, at: usize) -> (&str, &str) {
        split(line, self.nested, self.counts(at))
    }
}

/// A line as what stands before its text (blanks, quote marks, list markers) and its text. But in a list, four blanks before a mark make
/// it text, and so does a paragraph above for a list that does not count from one.
fn split(line: &str, nested: bool, counts: bool) -> (&str, &str) {
    let bytes = line.as_bytes();
    let mut at = 0;
    let mut blanks = 0;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let (length, blank) = match rest {
            [b' ', ..] => (1, 1),
            [b'\t', ..] => (1, 4),
            _ if !nested && blanks > 3 => return line.split_at(at),
            [b'>', ..] => (1, 0),
            [b'-' | b'+' | b'*', b' ' | b'\t', ..] => (2, 0),
            _ if (1..10).contains(&digits)
                && matches!(rest.get(digits..), Some([b'.' | b')', b' ' | b'\t', ..]))
                && (counts || rest.get(..digits) == Some(b"1")) =>
            {
                (digits + 2, 0)
            }
            _ => return line.split_at(at),
        };
        at += length;
        blanks = if blank > 0 { blanks + blank } else { 0 };
    }
}
