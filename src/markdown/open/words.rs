//! The end of a paragraph, from the last word before which no mark is open: of a long paragraph only this is parsed for the next token.
//! The parse that commits the block makes anew what is shown here.
//!
//! In: the parts of the paragraph, and the text behind them. Out: its last parts.

use super::{Cut, LONG};
use crate::markdown::mend::mend_tail;
use crate::markdown::node::{Node, Tag, push_text};
use crate::markdown::parse::Top;
use crate::markdown::source::flank::is_cjk;
use crate::markdown::{Block, Markdown};
use crate::text;

/// A word that is longer is none that a parse could begin with.
const WORD: usize = 512;

/// Stands before the word, so that nothing in it is taken for the beginning of a block.
const BLANK: &str = "x ";
const MARK: &str = "x。";

#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    /// The beginning of the word, behind a blank or a line feed.
    pub(super) from: usize,
    /// Number of parts before the word; where the last of them is a text, the number of its bytes.
    keep: (usize, usize),
    /// A text that is to the parser like what stands before the word.
    lead: &'static str,
    /// No mark is open in it.
    quiet: bool,
}

impl Words {
    /// The last word of these parts, which end where the text does, or what follows them behind a blank.
    pub(super) fn begin(parts: &[Node], text: &str) -> Option<Words> {
        let bare = text.trim_end_matches(' ');
        let last = match parts.last()? {
            Node::Text(last) => last,
            Node::Element { tag, .. } => {
                let breaks = matches!(tag, Tag::LineBreak | Tag::Math { display: true });
                return (!breaks && bare.len() < text.len()).then_some(Words {
                    from: text.len(),
                    keep: (parts.len(), 0),
                    lead: BLANK,
                    quiet: true,
                });
            }
        };
        let near = text::from(last, last.len().saturating_sub(WORD));
        // A sentence of a script without blanks is as good as a word.
        let parts_words = |c: char| c == ' ' || (is_cjk(c) && !c.is_alphanumeric());
        let (word, lead) = match near
            .char_indices()
            .rev()
            .skip(1)
            .find(|&(_, c)| parts_words(c))
        {
            Some((at, ' ')) => (text::from(near, at + 1), BLANK),
            Some((at, mark)) => (text::from(near, at + mark.len_utf8()), MARK),
            None if near.len() == last.len() => (near, BLANK),
            None => return None,
        };
        let length = last.len().saturating_sub(word.len());
        let before = bare.strip_suffix(word)?;
        let broken = parts.iter().rev().nth(1).and_then(Node::tag) == Some(&Tag::LineBreak);
        let begins = match length {
            0 if parts.len() == 1 => before.is_empty() || before.ends_with(['\n', ' ']),
            0 => broken && before.ends_with('\n'),
            // A text that is nothing but a blank shows only once something follows.
            _ => before.ends_with(parts_words) && !text::up_to(last, length).trim().is_empty(),
        };
        if begins && !word.is_empty() && bare.len() + 1 == text.len() {
            return Some(Words {
                from: text.len(),
                keep: (parts.len(), last.len() + 1),
                lead: BLANK,
                quiet: true,
            });
        }
        // A text of which nothing is kept may be no text the next time.
        let kept = parts.len().saturating_sub(usize::from(length == 0));
        (begins && !word.is_empty()).then_some(Words {
            from: before.len(),
            keep: (kept, length),
            lead,
            quiet: true,
        })
    }

    /// Tells whether the text behind `seen` belongs to the paragraph.
    fn go_on(text: &str, seen: usize) -> bool {
        let bytes = text.as_bytes();
        let is = |at: Option<usize>, byte| at.and_then(|at| bytes.get(at)) == Some(&byte);
        // A line end that came last time is judged by what follows it now.
        let from = match seen.checked_sub(1) {
            Some(last) if is(Some(last), b'\n') => last,
            _ => seen,
        };
        let fresh = bytes.get(from..).unwrap_or_default();
        memchr::memchr2_iter(b'\n', b'\r', fresh).all(|at| {
            let at = from + at;
            let next = bytes.get(at + 1);
            is(Some(at), b'\n')
                && !is(at.checked_sub(1), b'\n')
                && next.is_none_or(|next| next.is_ascii_alphabetic() || *next >= 0x80)
        })
    }

    /// Puts these parts behind those that are kept.
    fn put(&self, parts: &mut Vec<Node>, fresh: Vec<Node>) {
        let (count, length) = self.keep;
        parts.truncate(count);
        let breaks = |part: Option<&Node>| part.and_then(Node::tag) == Some(&Tag::LineBreak);
        let broken = breaks(parts.last()) || breaks(fresh.first());
        match parts.last_mut() {
            Some(Node::Text(last)) => {
                last.truncate(length);
                // The blank at the end of a line shows nowhere.
                if fresh.is_empty() || breaks(fresh.first()) {
                    last.truncate(last.trim_end().len());
                } else {
                    last.extend(std::iter::repeat_n(' ', length.saturating_sub(last.len())));
                }
            }
            // The blank behind it shows only once something follows.
            Some(_) if !fresh.is_empty() && !broken => {
                parts.push(Node::Text(" ".to_owned()));
            }
            _ => {}
        }
        for part in fresh {
            match part {
                Node::Text(text) => push_text(parts, &text),
                part => parts.push(part),
            }
        }
    }
}

impl Markdown {
    /// Cuts the open block before its last word, where it is a paragraph.
    pub(super) fn begin_words(&mut self) {
        let block = self.blocks.get(self.committed).map(|block| &block.node);
        if let Some(Node::Element {
            tag: Tag::Paragraph,
            children,
        }) = block
            && let Some(words) = Words::begin(children, &self.text)
        {
            self.open.cut = Cut::Words(words);
        }
    }

    /// Shows what came by a parse of the last word alone; `false` where it needs the whole open block.
    pub(super) fn extend_words(&mut self) -> bool {
        let Cut::Words(mut words) = self.open.cut else {
            return false;
        };
        if !Words::go_on(&self.text, self.seen) {
            return false;
        }
        let index = self.committed;
        if words.quiet {
            self.settle(index, &mut words);
        }
        let end = self.text.len();
        let source = text::from(&self.text, words.from).to_owned();
        let fresh = end.saturating_sub(self.open.parsed.max(words.from));
        if source.len() > LONG && fresh < source.len() / 16 {
            // Nobody knows what is open in there.
            words.quiet = false;
            self.open.cut = Cut::Words(words);
            self.show_raw();
            return true;
        }
        // What a bracket is called may be told in the block itself.
        if self.definitions && source.contains('[') {
            return false;
        }
        let (fresh, reach, quiet) = if is_plain(&source) {
            let word = source.trim_end();
            (vec![Node::Text(word.to_owned())], word.len(), true)
        } else {
            let mended = mend_tail(words.lead, &source);
            let tops = self.parse(&mended.text, words.lead.len());
            let Some(fresh) = behind_lead(tops, words.lead) else {
                return false;
            };
            (fresh, mended.reach, mended.settled)
        };
        let Some(Block {
            node: Node::Element { children, .. },
            ..
        }) = self.blocks.get_mut(index)
        else {
            return false;
        };
        words.put(children, fresh);
        words.quiet = quiet;
        self.open.reach = words.from + reach;
        self.open.parsed = end;
        self.open.cut = Cut::Words(words);
        self.touch(index);
        true
    }

    /// Moves on to the last word of what is shown.
    fn settle(&mut self, index: usize, words: &mut Words) {
        let Some(block) = self.blocks.get_mut(index) else {
            return;
        };
        self.counters.scanned_bytes += WORD.min(self.seen.saturating_sub(words.from)) as u64;
        let text = text::up_to(&self.text, self.seen);
        if let Some(last) = Words::begin(block.node.children(), text) {
            *words = last;
            // The last of these may yet grow.
            block.frozen = block.frozen.max(last.keep.0.saturating_sub(1));
        }
    }
}

/// Tells whether letters mean nothing but themselves, neither to the parser nor to us.
fn is_plain(letters: &str) -> bool {
    let plain = |byte: u8| {
        byte.is_ascii_alphanumeric() || byte >= 0x80 || b" ,.:'\"?!()-+=#%{}^;/".contains(&byte)
    };
    letters.bytes().all(plain)
        && memchr::memchr_iter(b':', letters.as_bytes())
            .all(|at| letters.as_bytes().get(at + 1) != Some(&b'/'))
        && memchr::memchr2_iter(b'w', b'W', letters.as_bytes()).all(|at| {
            let next = letters.as_bytes().get(at + 1);
            !next.is_some_and(|next| next.eq_ignore_ascii_case(&b'w'))
        })
}

/// The parts of a paragraph that begins with this, without it.
fn behind_lead(tops: Vec<Top>, lead: &str) -> Option<Vec<Node>> {
    let mut tops = tops.into_iter().map(|top| top.node);
    let (
        Some(Node::Element {
            tag: Tag::Paragraph,
            children: mut parts,
        }),
        None,
    ) = (tops.next(), tops.next())
    else {
        return None;
    };
    match parts.first_mut() {
        Some(Node::Text(first)) if first.starts_with(lead) => drop(first.drain(..lead.len())),
        // The blank is gone where nothing follows it.
        Some(Node::Text(first)) if *first == lead.trim_end() => first.clear(),
        _ => return None,
    }
    parts.retain(|part| !matches!(part, Node::Text(text) if text.is_empty()));
    Some(parts)
}
