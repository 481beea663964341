//! What the parser tells of a text, one event after the other, as a tree of our own markup.
//!
//! In: the text, and where a mark of a formula or a fence is none. Out: its blocks; and which other marks turned out to be none. It
//! must not know how often the text is read. Raw HTML comes out as letters, addresses pass through `safe`, and nothing is nested deeper
//! than [`MAX_DEPTH`].

use std::ops::Range;

use pulldown_cmark::{Alignment, CodeBlockKind, Event, LinkType, Options, Parser, Tag as Start};

use super::{MAX_DEPTH, Top};
use crate::markdown::node::{Align, Node, Tag, push_text};
use crate::markdown::source::{self, But, CLOSE, OPEN, Source, restore};
use crate::markdown::{inline, safe};
use crate::text;

/// The blocks; and what was told on the way: where formulas begin that have no end in their block, and the lines at which fences
/// begin that may hold others.
pub(super) fn parse_but(text: &str, but: &But) -> (Vec<Top>, But) {
    let source = Source::new(text, but);
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    let mut tree = Tree {
        text,
        source: &source,
        tops: Vec::new(),
        real: Vec::with_capacity(8),
        open: Vec::with_capacity(8),
        marked: None,
        told: But::default(),
    };
    for (event, range) in Parser::new_ext(&source.text, options).into_offset_iter() {
        tree.event(event, range);
    }
    (tree.tops, tree.told)
}

struct Frame {
    tag: Tag,
    children: Vec<Node>,
    start: usize,
    last_item: usize,
}

struct Tree<'a> {
    text: &'a str,
    source: &'a Source<'a>,
    tops: Vec<Top>,
    /// The open elements that will be in the tree.
    real: Vec<Frame>,
    /// Open elements of the parser: for each whether it is in `real`.
    open: Vec<bool>,
    /// Beginning of the formula or address that is open, if one is: line feeds belong to it.
    marked: Option<usize>,
    told: But,
}

impl Tree<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(start) => self.start(start, range.start),
            Event::End(_) => {
                self.end_mark();
                if self.open.pop() == Some(true) {
                    self.end();
                }
            }
            Event::Text(text) => {
                let code = self
                    .real
                    .last()
                    .is_some_and(|frame| matches!(frame.tag, Tag::CodeBlock { .. } | Tag::Html));
                self.letters(&text, range.start, code);
            }
            Event::Html(text) | Event::InlineHtml(text) => self.letters(&text, range.start, true),
            Event::Code(text) => {
                let code = Node::holding(Tag::Code, restore(&text).into_owned());
                self.add(code, range.start, 0);
            }
            Event::SoftBreak | Event::HardBreak => self.line_break(range.start),
            Event::Rule => {
                let at = self.source.original(range.start);
                self.add(Node::leaf(Tag::Rule), at, 0);
            }
            Event::FootnoteReference(label) => {
                let label = restore(&label).into_owned();
                self.add(Node::leaf(Tag::FootnoteRef { label }), range.start, 0);
            }
            Event::TaskListMarker(ticked) => {
                let item = self
                    .real
                    .iter_mut()
                    .rev()
                    .find_map(|frame| match &mut frame.tag {
                        Tag::Item { checked, .. } => Some(checked),
                        _ => None,
                    });
                if let Some(checked) = item {
                    *checked = Some(ticked);
                }
            }
            // Not enabled.
            Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }

    fn start(&mut self, start: Start<'_>, at: usize) {
        self.end_mark();
        // An image is its own leaf, and the rule for its address must not be left out: at the last level it is dropped to its words.
        let tag = self.tag_of(start).filter(|_| self.real.len() < MAX_DEPTH);
        self.open.push(tag.is_some());
        let Some(tag) = tag else {
            return;
        };
        if may_hold_fences(&tag) {
            self.told.fences.insert(self.line_of(at));
        }
        // Only of these it is asked, and a line may be long.
        let start = if self.real.is_empty() || matches!(tag, Tag::Item { .. }) {
            self.line_of(at)
        } else {
            0
        };
        if let (Tag::Item { .. }, Some(list)) = (&tag, self.real.last_mut()) {
            list.last_item = start;
        }
        self.real.push(Frame {
            tag,
            children: Vec::new(),
            start,
            last_item: start,
        });
    }

    /// The element of our own for one of the parser; `None` where its parts stand alone.
    fn tag_of(&self, start: Start<'_>) -> Option<Tag> {
        let text = |text: &str| restore(text).into_owned();
        match start {
            Start::Paragraph => Some(Tag::Paragraph),
            Start::Heading { level, .. } => Some(Tag::Heading(level as u8)),
            Start::BlockQuote(_) => Some(Tag::Quote),
            Start::CodeBlock(kind) => Some(Tag::CodeBlock {
                language: match kind {
                    CodeBlockKind::Fenced(info) => info.split_whitespace().next().map(text),
                    CodeBlockKind::Indented => None,
                },
            }),
            Start::HtmlBlock => Some(Tag::Html),
            Start::List(start) => Some(Tag::List {
                start,
                tight: true,
                rtl: false,
            }),
            Start::Item => Some(Tag::Item {
                checked: None,
                rtl: false,
            }),
            Start::FootnoteDefinition(label) => Some(Tag::FootnoteDefinition {
                label: text(&label),
            }),
            Start::Table(align) => Some(Tag::Table {
                align: align.into_iter().map(to_align).collect(),
            }),
            Start::TableHead => Some(Tag::TableHead),
            Start::TableRow => Some(Tag::TableRow),
            Start::TableCell => Some(Tag::TableCell {
                align: self.cell_align(),
            }),
            Start::Emphasis => Some(Tag::Emphasis),
            Start::Strong => Some(Tag::Strong),
            Start::Strikethrough => Some(Tag::Strike),
            Start::Link {
                link_type,
                dest_url,
                title,
                ..
            } => {
                let address = if link_type == LinkType::Email {
                    format!("mailto:{}", text(&dest_url))
                } else {
                    text(&dest_url)
                };
                safe::link(&address).map(|href| Tag::Link {
                    href,
                    title: text(&title),
                })
            }
            // The address is judged at the end, when the words to show instead are known.
            Start::Image {
                dest_url, title, ..
            } => Some(Tag::Image {
                src: text(&dest_url),
                alt: String::new(),
                title: text(&title),
            }),
            // Not enabled.
            _ => None,
        }
    }

    fn end(&mut self) {
        let Some(Frame {
            mut tag,
            mut children,
            start,
            last_item,
        }) = self.real.pop()
        else {
            return;
        };
        if !matches!(tag, Tag::CodeBlock { .. } | Tag::Html) {
            let in_link = |frame: &Frame| matches!(frame.tag, Tag::Link { .. });
            let in_link = matches!(tag, Tag::Link { .. }) || self.real.iter().any(in_link);
            let room = MAX_DEPTH.saturating_sub(self.real.len());
            children = inline::resolve(children, in_link, room);
        }
        match &mut tag {
            Tag::List { tight, rtl, .. } => {
                *tight = !children.iter().any(holds_paragraph);
                let first = children.first().and_then(Node::first_direction);
                *rtl = first.unwrap_or(false);
            }
            Tag::Item { rtl, .. } => {
                let first = children.iter().find_map(Node::first_direction);
                *rtl = first.unwrap_or(false);
            }
            Tag::Html => trim_end(&mut children),
            Tag::Image { src, title, .. } => {
                let alt: String = children.drain(..).map(|child| child.plain_text()).collect();
                match safe::image(src) {
                    Some(src) => {
                        tag = Tag::Image {
                            src,
                            alt,
                            title: std::mem::take(title),
                        }
                    }
                    None => return self.plain(&alt),
                }
            }
            _ => {}
        }
        self.add(Node::Element { tag, children }, start, last_item);
    }

    fn letters(&mut self, read: &str, at: usize, code: bool) {
        if code || self.real.is_empty() {
            let text = restore(read);
            match self.real.last_mut() {
                Some(frame) => push_text(&mut frame.children, &text),
                None => self.add(Node::Text(text.into_owned()), at, at),
            }
        } else if let Some(frame) = self.real.last_mut() {
            // The marks stay until the whole of the element is known.
            push_text(&mut frame.children, read);
            if source::is_marked(read) {
                self.mark(read, at);
            }
        }
    }

    /// Notes whether a formula or an address is open behind these letters.
    fn mark(&mut self, read: &str, at: usize) {
        let mark = [OPEN, CLOSE];
        if let Some(first) = read.find(mark)
            && self.marked.is_none()
            && text::from(read, first).starts_with(CLOSE)
        {
            // It begins in code, or in another block.
            self.told.marks.extend(self.source.begin_of(at + first));
        }
        if let Some(last) = read.rfind(mark) {
            let opens = text::from(read, last).starts_with(OPEN);
            self.marked = opens.then(|| self.source.original(at + last));
        }
    }

    /// Notes that a formula or an address that was begun has no end in this element.
    fn end_mark(&mut self) {
        self.told.marks.extend(self.marked.take());
    }

    /// Breaks the line at each of its ends, but in a formula and behind the tag of a break.
    fn line_break(&mut self, at: usize) {
        let last = self
            .real
            .last_mut()
            .and_then(|frame| match frame.children.last_mut() {
                Some(Node::Text(last)) => Some(last),
                _ => None,
            });
        match last {
            Some(last) if self.marked.is_some() => last.push('\n'),
            Some(last) if inline::ends_in_break(last) => {}
            _ => self.add(Node::leaf(Tag::LineBreak), at, 0),
        }
    }

    fn plain(&mut self, text: &str) {
        if let Some(frame) = self.real.last_mut() {
            push_text(&mut frame.children, text);
        }
    }

    fn add(&mut self, node: Node, start: usize, last_item: usize) {
        match self.real.last_mut() {
            Some(frame) => frame.children.push(node),
            None => {
                let start = line_start(self.text, start);
                self.tops.push(Top {
                    node,
                    start,
                    last_item,
                });
            }
        }
    }

    /// The beginning of the line that this place for the parser is in.
    fn line_of(&self, at: usize) -> usize {
        line_start(self.text, self.source.original(at))
    }

    fn cell_align(&self) -> Align {
        let cell = self.real.last().map_or(0, |row| row.children.len());
        let align = self.real.iter().rev().find_map(|frame| match &frame.tag {
            Tag::Table { align } => align.get(cell).copied(),
            _ => None,
        });
        align.unwrap_or_default()
    }
}

fn to_align(align: Alignment) -> Align {
    match align {
        Alignment::None => Align::None,
        Alignment::Left => Align::Left,
        Alignment::Center => Align::Center,
        Alignment::Right => Align::Right,
    }
}

/// Tells whether an element is a fence of markdown, which may hold fences of its own.
fn may_hold_fences(tag: &Tag) -> bool {
    let Tag::CodeBlock {
        language: Some(language),
    } = tag
    else {
        return false;
    };
    ["md", "markdown"]
        .iter()
        .any(|name| language.eq_ignore_ascii_case(name))
}

fn holds_paragraph(item: &Node) -> bool {
    item.children()
        .iter()
        .any(|part| part.tag() == Some(&Tag::Paragraph))
}

fn trim_end(children: &mut Vec<Node>) {
    if let Some(Node::Text(last)) = children.last_mut() {
        last.truncate(last.trim_end_matches(['\n', '\r']).len());
        if last.is_empty() {
            children.pop();
        }
    }
}

fn line_start(text: &str, at: usize) -> usize {
    let before = text::up_to(text, at).as_bytes();
    memchr::memrchr2(b'\n', b'\r', before).map_or(0, |end| end + 1)
}
