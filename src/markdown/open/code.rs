//! An open fence: code goes into its block line by line, without the parser.

use super::lines::skip_lines;
use super::{Cut, Open};
use crate::markdown::node::{Node, push_text};
use crate::markdown::source::clean;
use crate::markdown::source::fence::{Fence, FenceLine};
use crate::markdown::{Block, Markdown};
use crate::text;

#[derive(Debug, Clone)]
pub(super) struct Code {
    fence: Fence,
    /// The beginning of the line at which the code is.
    pub(super) line: usize,
    /// Code up to here is in the block.
    pub(super) shown: usize,
}

impl Code {
    /// The code behind the first line of a fence that begins at the very start of its line. Other fences are left to the parser.
    pub(super) fn begin(text: &str, start: usize) -> Option<Code> {
        let line = skip_lines(text, start, 1);
        let first = text::part(text, start..line);
        let fence = Fence::opened_by(first).filter(|_| first.ends_with(['\n', '\r']))?;
        Some(Code {
            fence,
            line,
            shown: line,
        })
    }
}

impl Markdown {
    /// Puts code straight into its block. `true` when the block was closed and committed: the rest is for the parser.
    pub(super) fn extend_code(&mut self) -> bool {
        let index = self.committed;
        self.truncate(index + 1);
        let Cut::Code(code) = &mut self.open.cut else {
            return true;
        };
        let Some(Block {
            node: Node::Element { children, .. },
            ..
        }) = self.blocks.get_mut(index)
        else {
            return true;
        };
        let from = code.shown;
        let mut closed = None;
        // A carriage return at the end may belong to a line end that is not here yet.
        let end = self.text.strip_suffix('\r').unwrap_or(&self.text).len();
        let fresh = clean(text::part(&self.text, from..end));
        for piece in fresh.split_inclusive('\n') {
            let whole = piece.ends_with('\n');
            let line = inner(text::part(&self.text, code.line..code.shown + piece.len()));
            // What is shown of a line already is no end.
            let begins = code.shown == code.line;
            if !whole {
                if !begins || !line.is_some_and(|line| code.fence.may_end(line)) {
                    push_text(children, piece);
                    code.shown += piece.len();
                }
                break;
            }
            let line = line.map(|line| code.fence.line(line));
            if line == Some(FenceLine::End) {
                closed = Some(code.shown + piece.len());
                break;
            }
            push_text(children, piece.trim_end_matches(['\r', '\n']));
            push_text(children, "\n");
            code.shown += piece.len();
            code.line = code.shown;
        }
        let grown = code.shown > from;
        self.open.reach = code.shown;
        if grown {
            self.touch(index);
        }
        let Some(end) = closed else {
            return false;
        };
        self.commit(index + 1);
        self.open = Open::at(end);
        true
    }
}

/// The part of a line that may be a fence, behind its indentation.
fn inner(line: &str) -> Option<&str> {
    let indent = line.bytes().take(4).take_while(|&b| b == b' ').count();
    (indent < 4).then(|| text::from(line, indent))
}
