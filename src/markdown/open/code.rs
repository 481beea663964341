//! An open fence: code goes into its block line by line, without the parser.

use super::{Fence, Kind, Leaf, Open};
use crate::markdown::node::{Node, push_text};
use crate::markdown::tex::PRICE;
use crate::markdown::{Block, Markdown};
use crate::text;

impl Markdown {
    /// Code goes straight into its block. `true` when the block was closed and committed, or cannot go on like this: the rest is for
    /// the parser.
    pub(super) fn extend_code(&mut self) -> bool {
        let index = self.committed;
        let Kind::Fence(fence) = &mut self.open.kind else {
            return true;
        };
        if is_odd(text::from(&self.text, fence.shown.min(self.seen)).as_bytes()) {
            self.open = Open {
                slow: true,
                ..Open::at(self.open.start)
            };
            return true;
        }
        if self.blocks.len() > index + 1 {
            self.blocks.truncate(index + 1);
            self.changed = self.changed.min(index + 1);
        }
        let Some(Block {
            node: Node::Element { children, .. },
            ..
        }) = self.blocks.get_mut(index)
        else {
            return true;
        };
        let bytes = self.text.as_bytes();
        let mut grown = false;
        let mut closed = None;
        while closed.is_none() {
            let search = fence.shown.max(fence.line);
            let fresh = bytes.get(search..).unwrap_or_default();
            let Some(end) = memchr::memchr(b'\n', fresh).map(|at| search + at) else {
                break;
            };
            let line = text::part(&self.text, fence.line..end);
            if closes(line.trim_end_matches('\r'), fence, true) {
                closed = Some(end + 1);
            } else {
                push_code(children, text::part(&self.text, search..end), true);
                fence.line = end + 1;
                fence.shown = end + 1;
                grown = true;
            }
        }
        let rest = text::from(&self.text, fence.line);
        if closed.is_none() && !closes(rest.trim_end_matches('\r'), fence, false) {
            // A carriage return at the end may belong to a line end that is not here yet.
            let end = fence.line + rest.trim_end_matches('\r').len();
            if end > fence.shown {
                push_code(children, text::part(&self.text, fence.shown..end), false);
                fence.shown = end;
                grown = true;
            }
        }
        if grown {
            self.touch(index);
        }
        self.seen = self.text.len();
        let Some(end) = closed else {
            self.open.leaf = Leaf::Parse;
            return false;
        };
        self.committed += 1;
        self.open = Open::at(end);
        true
    }
}

/// A fence at the very start of its line, and the length of that line with its end. Other fences are left to the parser, and so are
/// texts with odd bytes.
pub(super) fn opening_fence(text: &str) -> Option<(Fence, usize)> {
    let mark = *text.as_bytes().first()?;
    let length = text.bytes().take_while(|&b| b == mark).count();
    let end = text.find('\n')? + 1;
    let fits = matches!(mark, b'`' | b'~') && length >= 3 && !is_odd(text.as_bytes());
    fits.then_some((
        Fence {
            mark,
            length,
            line: 0,
            shown: 0,
        },
        end,
    ))
}

/// What the parser is not given as it is: a carriage return that ends a line by itself (but at the very end, where a line feed may
/// follow), and the stand-in for dollars.
fn is_odd(bytes: &[u8]) -> bool {
    memchr::memchr2_iter(b'\r', PRICE, bytes).any(|at| match bytes.get(at..) {
        Some([b'\r', next, ..]) => *next != b'\n',
        Some([b'\r']) => false,
        _ => true,
    })
}

/// Whether a line closes the code; of a line that is not whole, whether it still may.
fn closes(line: &str, fence: &Fence, whole: bool) -> bool {
    let indent = line.bytes().take(4).take_while(|&b| b == b' ').count();
    let inner = text::from(line, indent);
    let run = inner.bytes().take_while(|&b| b == fence.mark).count();
    // A tab there closes nothing: that is how the parser reads it, and the whole must not differ from its parts.
    let blank = text::from(inner, run).bytes().all(|b| b == b' ');
    indent < 4
        && blank
        && if whole {
            run >= fence.length
        } else {
            run == inner.len() || run >= fence.length
        }
}

fn push_code(children: &mut Vec<Node>, code: &str, whole: bool) {
    if whole {
        push_text(children, code.trim_end_matches('\r'));
        push_text(children, "\n");
    } else {
        push_text(children, code);
    }
}
