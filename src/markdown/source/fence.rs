//! The lines of a fence: which of them is code, and which one ends it.
//!
//! In: lines without what leads them (blanks, quote marks, list markers). Out: what each is. A fence of markdown may hold fences of its
//! own, as models write them: there, a fence with a word behind it opens an inner one, and the next bare fence closes that. CommonMark
//! would end the outer one there.

use crate::text;

/// An open fence, and those that are open in it.
#[derive(Debug, Clone)]
pub(in crate::markdown) struct Fence {
    mark: u8,
    /// The length of each open fence, and whether it may hold others.
    open: Vec<(usize, bool)>,
}

/// Kinds of lines of a fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::markdown) enum FenceLine {
    Code,
    /// A line that closes an inner fence, or not even that, so it is code; its fence is so long.
    Inner(usize),
    End,
}

/// The fence at the beginning of a line: what it is made of, how long it is, and what follows.
fn split(line: &str) -> Option<(u8, usize, &str)> {
    let mark = *line.as_bytes().first()?;
    let length = super::run_length(line.as_bytes());
    (matches!(mark, b'`' | b'~') && length > 2).then(|| (mark, length, text::from(line, length)))
}

fn is_markdown(info: &str) -> bool {
    let language = info.split_whitespace().next().unwrap_or_default();
    language.eq_ignore_ascii_case("markdown") || language.eq_ignore_ascii_case("md")
}

impl Fence {
    /// The fence that this line opens.
    pub(in crate::markdown) fn opened_by(line: &str) -> Option<Fence> {
        let (mark, length, info) = split(line)?;
        (mark == b'~' || !info.contains('`')).then(|| Fence {
            mark,
            open: vec![(length, is_markdown(info))],
        })
    }

    /// Tells whether the fence may hold others.
    pub(in crate::markdown) fn holds_others(&self) -> bool {
        self.open.first().is_some_and(|&(_, holds)| holds)
    }

    /// Takes in the next line.
    pub(in crate::markdown) fn line(&mut self, line: &str) -> FenceLine {
        let Some((mark, length, info)) = split(line) else {
            return FenceLine::Code;
        };
        let (needed, holds) = self.open.last().copied().unwrap_or((3, false));
        if mark != self.mark {
            return FenceLine::Code;
        }
        // A tab there closes nothing: that is how the parser reads it.
        if length >= needed && info.trim_end_matches(['\n', '\r', ' ']).is_empty() {
            self.open.pop();
            return match self.open.is_empty() {
                true => FenceLine::End,
                false => FenceLine::Inner(length),
            };
        }
        let outer = self.open.first().map_or(3, |&(length, _)| length);
        if length >= outer && info.trim_end_matches(['\n', '\r', ' ']).is_empty() {
            return FenceLine::Inner(length);
        }
        if holds && !info.trim().is_empty() && (mark == b'~' || !info.contains('`')) {
            self.open.push((length, is_markdown(info)));
        }
        FenceLine::Code
    }

    /// Tells whether a line that is not whole yet may end this fence, or an inner one.
    pub(in crate::markdown) fn may_end(&self, line: &str) -> bool {
        let run = line.bytes().take_while(|&b| b == self.mark).count();
        let needed = self.open.last().map_or(3, |&(length, _)| length);
        let behind = text::from(line, run);
        behind.is_empty() || (run >= needed && behind.bytes().all(|b| b == b' '))
    }
}

/// Places behind inner ends in the fence that begins with the line at `start`, where the parser would see the end of the outer one.
pub(in crate::markdown) fn inner_ends(text: &str, start: usize) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut ends = Vec::new();
    let mut lines = text::from(text, start).split_inclusive('\n');
    let Some(first) = lines.next() else {
        return ends;
    };
    let prefix = first.bytes().position(|b| matches!(b, b'`' | b'~'));
    let prefix = prefix.unwrap_or_default();
    let quotes = text::up_to(first, prefix).matches('>').count();
    let indent = columns(text::up_to(first, prefix));
    let Some(mut fence) = Fence::opened_by(text::from(first, prefix)).filter(Fence::holds_others)
    else {
        return ends;
    };
    let mut at = start + first.len();
    for line in lines {
        let (behind, found) = super::formula::behind_quotes(bytes, at, quotes);
        let rest = text::part(text, behind..at + line.len());
        // The quote or the item that it stands in has ended.
        let before = columns(text::part(text, at..behind));
        if found < quotes || (before < indent && indent > 1 && !rest.trim().is_empty()) {
            break;
        }
        // Farther in than its fence it is code.
        let blanks = text::part(text, at..behind);
        let (blanks, own) = match blanks.rfind('>') {
            Some(mark) => (text::from(blanks, mark + 1), 1),
            None => (blanks, indent),
        };
        if columns(blanks) > own + 3 {
            at += line.len();
            continue;
        }
        match fence.line(rest) {
            FenceLine::Code => {}
            FenceLine::Inner(length) => ends.push(behind + length),
            FenceLine::End => break,
        }
        at += line.len();
    }
    ends
}

/// The width of what leads a line, where a tab counts for four.
fn columns(lead: &str) -> usize {
    lead.len() + 3 * lead.matches('\t').count()
}
