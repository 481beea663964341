//! Where the last line of an open block stands: in code, in a table, behind a list marker, or nowhere yet.

use crate::text;

/// The end of an open block, by its lines.
pub(super) struct Place<'a> {
    /// Where the last paragraph, heading or row begins.
    pub(super) start: usize,
    pub(super) last: Line<'a>,
    /// Inside a fence.
    pub(super) in_code: bool,
    /// Indented code or HTML: marks are letters there.
    pub(super) is_raw: bool,
}

/// The last line.
pub(super) struct Line<'a> {
    pub(super) start: usize,
    /// Quote marks, list markers and blanks.
    prefix: &'a str,
    /// What follows them.
    rest: &'a str,
    /// There is text above it.
    below: bool,
    boxed: bool,
}

impl<'a> Place<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let last = Line::last_of(text);
        let (in_code, behind_code) = fences(text);
        let mut start = last.start;
        let mut end = last.start;
        if !last.begins_block() {
            while let Some(line_end) = end.checked_sub(1) {
                let above = text::up_to(text, line_end);
                let line_start = line_start(above);
                let (prefix, rest) = split(text::from(above, line_start));
                if rest.trim_end().is_empty() || is_heading(rest) {
                    break;
                }
                start = line_start;
                end = line_start;
                if has_marker(prefix) {
                    break;
                }
            }
        }
        start = start.max(behind_code);
        let html = text::from(text, start).strip_prefix('<');
        let blank = text.len().saturating_sub(text.trim_ascii_start().len());
        let first = text::from(text, line_start(text::up_to(text, blank)));
        let is_raw = first.starts_with("    ")
            || first.starts_with('\t')
            || html.is_some_and(|html| {
                html.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
            });
        Place {
            start,
            last,
            in_code,
            is_raw,
        }
    }
}

impl<'a> Line<'a> {
    pub(super) fn last_of(text: &'a str) -> Self {
        let start = line_start(text);
        let (prefix, rest) = split(text::from(text, start));
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

    /// It may become a heading, an item, a rule, a fence, an underline of the text above, or simply text.
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

    pub(super) fn may_close_code(&self) -> bool {
        let rest = self.rest.trim_end();
        !rest.is_empty() && (rest.bytes().all(|b| b == b'`') || rest.bytes().all(|b| b == b'~'))
    }

    /// A fence with its language half written.
    pub(super) fn opens_code(&self) -> bool {
        self.rest.starts_with("~~~")
            || (self.rest.starts_with("```") && !self.rest.trim_start_matches('`').contains('`'))
    }

    pub(super) fn is_row(&self) -> bool {
        self.rest.starts_with('|')
    }

    fn begins_block(&self) -> bool {
        has_marker(self.prefix) || is_heading(self.rest)
    }
}

/// More columns than this are no table that somebody reads.
const MOST_CELLS: usize = 100;

/// The rule between head and rows that a table will have.
pub(super) struct TableRule {
    /// It takes the place of the last line.
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
    let (prefix, head) = split(lines.next()?.trim_end());
    let second = lines.next();
    if lines.next().is_some() || !head.starts_with('|') || head.len() < 2 {
        return None;
    }
    // A second line that is whole says for itself what it is.
    let begins = |line: &str| {
        let rest = split(line).1;
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

/// Whether the last line makes a table of the one above it, which is the first of its block and begins without a bar: no mark in
/// that is open, then.
pub(super) fn is_rule(text: &str, start: usize) -> bool {
    let mut lines = text::from(text, start).lines();
    let (Some(head), Some(rule), None) = (lines.next(), lines.next(), lines.next()) else {
        return false;
    };
    !split(head).1.starts_with('|') && rule.contains('-') && rule.contains('|') && is_of_rule(rule)
}

fn is_of_rule(line: &str) -> bool {
    line.trim().chars().all(|c| "|-: ".contains(c))
}

/// Where the last cell of the row that begins here begins.
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

/// Whether the text ends inside a fence, and where its last closed fence ends.
fn fences(text: &str) -> (bool, usize) {
    let bytes = text.as_bytes();
    let found = |mark: &[u8]| memchr::memmem::find(bytes, mark).is_some();
    if !found(b"```") && !found(b"~~~") {
        return (false, 0);
    }
    let mut open: Option<(u8, usize)> = None;
    let mut behind = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        let (prefix, rest) = split(line);
        let mark = rest.as_bytes().first().copied().unwrap_or(b' ');
        let run = rest.bytes().take_while(|&b| b == mark).count();
        if !matches!(mark, b'`' | b'~') || run < 3 || !line.ends_with('\n') {
            continue;
        }
        let info = text::from(rest, run).trim();
        match open {
            None if mark == b'~' || !info.contains('`') => open = Some((mark, run)),
            Some((by, length))
                if by == mark && run >= length && info.is_empty() && !has_marker(prefix) =>
            {
                open = None;
                behind = at;
            }
            _ => {}
        }
    }
    (open.is_some(), behind)
}

fn line_start(text: &str) -> usize {
    memchr::memrchr(b'\n', text.as_bytes()).map_or(0, |at| at + 1)
}

fn is_heading(rest: &str) -> bool {
    let text = rest.trim_start_matches('#');
    (1..=6).contains(&rest.len().saturating_sub(text.len())) && text.starts_with([' ', '\t'])
}

fn has_marker(prefix: &str) -> bool {
    prefix.contains(|c: char| !matches!(c, ' ' | '\t' | '>'))
}

/// A line as what stands before its text (blanks, quote marks, list markers) and its text.
fn split(line: &str) -> (&str, &str) {
    let bytes = line.as_bytes();
    let mut at = 0;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        at += match rest {
            [b' ' | b'\t' | b'>', ..] => 1,
            [b'-' | b'+' | b'*', b' ' | b'\t', ..] => 2,
            _ if (1..10).contains(&digits)
                && matches!(rest.get(digits..), Some([b'.' | b')', b' ' | b'\t', ..])) =>
            {
                digits + 2
            }
            _ => return line.split_at(at),
        };
    }
}
