//! Where the last line of an open block stands: in code, in a table, behind a list marker, or nowhere yet.

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
            while end > 0 {
                let line_end = end - 1;
                let line_start =
                    memchr::memrchr(b'\n', &text.as_bytes()[..line_end]).map_or(0, |at| at + 1);
                let (prefix, rest) = split(&text[line_start..line_end]);
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
        let first = &text[start..];
        let is_raw = text.starts_with("    ")
            || text.starts_with('\t')
            || (first.starts_with('<')
                && first[1..].starts_with(|c: char| {
                    c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')
                }));
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
        let start = memchr::memrchr(b'\n', text.as_bytes()).map_or(0, |at| at + 1);
        let (prefix, rest) = split(&text[start..]);
        let below = text[..start].trim_end_matches('\n').len() + 1 >= start && start > 0;
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
        let number = rest.len() - digits.len();
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

    /// Where the last cell of a row begins.
    pub(super) fn last_cell(&self, text: &str) -> usize {
        let bytes = text.as_bytes();
        let mut bars = memchr::memrchr_iter(b'|', &bytes[self.start..]).map(|at| at + self.start);
        bars.find(|&at| at == 0 || bytes[at - 1] != b'\\')
            .map_or(self.start, |at| at + 1)
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
            out.push_str(" |");
        }
        if !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(&self.line);
    }
}

/// A row that begins with a bar and has nothing above it will be the head of a table: it is shown as one from its first letter on.
pub(super) fn table_rule(text: &str, place: &Place<'_>) -> Option<TableRule> {
    let lines: Vec<&str> = text[place.start..].split_inclusive('\n').take(3).collect();
    let (prefix, head) = split(lines.first()?.trim_end());
    if lines.len() > 2 || !head.starts_with('|') || head.len() < 2 {
        return None;
    }
    let instead = match lines.get(1) {
        Some(second) => {
            let second = second.trim();
            if second.ends_with('\n')
                || !second.starts_with('|')
                || !second.chars().all(|c| "|-: ".contains(c))
            {
                return None;
            }
            true
        }
        None => false,
    };
    // A second line that is whole says for itself what it is.
    if lines.get(1).is_some_and(|second| second.ends_with('\n')) {
        return None;
    }
    let bars = head
        .bytes()
        .enumerate()
        .filter(|&(at, b)| b == b'|' && (at == 0 || head.as_bytes()[at - 1] != b'\\'))
        .count();
    let closed = head.ends_with('|') && !head.ends_with("\\|");
    let cells = if closed { bars - 1 } else { bars };
    if cells > MOST_CELLS {
        return None;
    }
    let blanks: String = prefix
        .chars()
        .map(|c| if c == '>' { '>' } else { ' ' })
        .collect();
    let line = format!("{blanks}|{}", "---|".repeat(cells.max(1)));
    Some(TableRule {
        instead,
        close: !closed,
        line,
    })
}

/// Whether the text ends inside a fence, and where its last closed fence ends.
fn fences(text: &str) -> (bool, usize) {
    let bytes = text.as_bytes();
    let mut marks = memchr::memchr2_iter(b'`', b'~', bytes);
    if !marks.any(|at| bytes[at..].starts_with(b"```") || bytes[at..].starts_with(b"~~~")) {
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
        let info = rest[run..].trim();
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

fn is_heading(rest: &str) -> bool {
    let text = rest.trim_start_matches('#');
    (1..=6).contains(&(rest.len() - text.len())) && text.starts_with([' ', '\t'])
}

fn has_marker(prefix: &str) -> bool {
    prefix.contains(|c: char| !matches!(c, ' ' | '\t' | '>'))
}

/// A line as what stands before its text (blanks, quote marks, list markers) and its text.
fn split(line: &str) -> (&str, &str) {
    let bytes = line.as_bytes();
    let mut at = 0;
    loop {
        let rest = &bytes[at..];
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        at += match rest {
            [b' ' | b'\t' | b'>', ..] => 1,
            [b'-' | b'+' | b'*', b' ' | b'\t', ..] => 2,
            _ if (1..10).contains(&digits)
                && matches!(rest[digits..], [b'.' | b')', b' ' | b'\t', ..]) =>
            {
                digits + 2
            }
            _ => return line.split_at(at),
        };
    }
}
