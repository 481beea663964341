//! A finished piece of markdown to our own tree.
//!
//! In: text that begins where a block begins. Out: its blocks, and where each begins. It must not know what came before, nor that more
//! may come. Raw HTML comes out as letters, addresses pass through `safe`, and nothing is nested deeper than [`MAX_DEPTH`].

use std::ops::Range;

use pulldown_cmark::{Alignment, CodeBlockKind, Event, LinkType, Options, Parser, Tag as Start};

use super::node::{Align, Node, Tag, push_text};
use super::safe;
use super::tex::Masked;
use crate::text;

/// Elements nested deeper than this are left out and their parts shown in the one above. The tree is walked by recursion, on a stack
/// of 1 MB in a browser.
pub const MAX_DEPTH: usize = 100;

/// A top-level block.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Top {
    pub(super) node: Node,
    /// Where its first line begins.
    pub(super) start: usize,
    /// For a list, where the first line of its last item begins.
    pub(super) last_item: usize,
}

/// The blocks of a whole text.
pub fn blocks_of(text: &str) -> Vec<Node> {
    parse(text).into_iter().map(|top| top.node).collect()
}

pub(super) fn parse(text: &str) -> Vec<Top> {
    let masked = Masked::new(text);
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH;
    let mut tree = Tree {
        masked: &masked,
        tops: Vec::new(),
        real: Vec::with_capacity(8),
        open: Vec::with_capacity(8),
    };
    for (event, range) in Parser::new_ext(&masked.source, options).into_offset_iter() {
        tree.event(event, range);
    }
    tree.tops
}

struct Frame {
    tag: Tag,
    children: Vec<Node>,
    start: usize,
    last_item: usize,
}

struct Tree<'a> {
    masked: &'a Masked<'a>,
    tops: Vec<Top>,
    /// The open elements that will be in the tree.
    real: Vec<Frame>,
    /// For every open element of the parser, whether it is in `real`.
    open: Vec<bool>,
}

impl Tree<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(start) => self.start(start, range.start),
            Event::End(_) => {
                if self.open.pop() == Some(true) {
                    self.end();
                }
            }
            Event::Text(text) => {
                let code = self
                    .real
                    .last()
                    .is_some_and(|frame| matches!(frame.tag, Tag::CodeBlock { .. } | Tag::Html));
                self.letters(&text, &range, code);
            }
            Event::Html(text) | Event::InlineHtml(text) => self.letters(&text, &range, true),
            Event::Code(text) => {
                let text = self
                    .masked
                    .restore_letters(&text, &range, true)
                    .into_owned();
                self.holding(Tag::Code, text, range.start);
            }
            Event::InlineMath(text) => self.math(&text, range.start, false),
            Event::DisplayMath(text) => self.math(&text, range.start, true),
            Event::SoftBreak => self.letters("\n", &range, false),
            Event::HardBreak => self.add(Node::leaf(Tag::LineBreak), range.start, 0),
            Event::Rule => self.add(Node::leaf(Tag::Rule), range.start, 0),
            Event::FootnoteReference(label) => {
                let label = self.masked.restore(&label).into_owned();
                self.add(Node::leaf(Tag::FootnoteRef { label }), range.start, 0);
            }
            Event::TaskListMarker(ticked) => {
                let item = self
                    .real
                    .iter_mut()
                    .rev()
                    .find_map(|frame| match &mut frame.tag {
                        Tag::Item { checked } => Some(checked),
                        _ => None,
                    });
                if let Some(checked) = item {
                    *checked = Some(ticked);
                }
            }
        }
    }

    fn start(&mut self, start: Start<'_>, at: usize) {
        let text = |text: &str| self.masked.restore(text).into_owned();
        let tag = match start {
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
            Start::List(start) => Some(Tag::List { start, tight: true }),
            Start::Item => Some(Tag::Item { checked: None }),
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
                    format!("mailto:{dest_url}")
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
        };
        // An image is its own leaf, and the rule for its address must not be left out: at the last level it is dropped to its words.
        let tag = tag.filter(|_| self.real.len() < MAX_DEPTH);
        self.open.push(tag.is_some());
        if let Some(tag) = tag {
            // Only of these it is asked, and a line may be long.
            let start = if self.real.is_empty() || matches!(tag, Tag::Item { .. }) {
                line_start(&self.masked.source, at)
            } else {
                at
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
        match &mut tag {
            Tag::List { tight, .. } => *tight = !children.iter().any(holds_paragraph),
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

    fn letters(&mut self, text: &str, range: &Range<usize>, code: bool) {
        let text = self.masked.restore_letters(text, range, code);
        match self.real.last_mut() {
            Some(frame) => push_text(&mut frame.children, &text),
            None => self.add(Node::Text(text.into_owned()), range.start, range.start),
        }
    }

    fn plain(&mut self, text: &str) {
        if let Some(frame) = self.real.last_mut() {
            push_text(&mut frame.children, text);
        }
    }

    fn math(&mut self, text: &str, at: usize, display: bool) {
        let display = self.masked.is_display(at, display);
        let text = self.masked.restore(text).trim().to_owned();
        self.holding(Tag::Math { display }, text, at);
    }

    fn holding(&mut self, tag: Tag, text: String, at: usize) {
        let children = if text.is_empty() {
            Vec::new()
        } else {
            vec![Node::Text(text)]
        };
        self.add(Node::Element { tag, children }, at, 0);
    }

    fn add(&mut self, node: Node, start: usize, last_item: usize) {
        match self.real.last_mut() {
            Some(frame) => frame.children.push(node),
            None => {
                let start = line_start(&self.masked.source, start);
                self.tops.push(Top {
                    node,
                    start,
                    last_item,
                });
            }
        }
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

pub(super) fn line_start(text: &str, at: usize) -> usize {
    let before = text::up_to(text, at).as_bytes();
    memchr::memrchr2(b'\n', b'\r', before).map_or(0, |end| end + 1)
}

/// What an item of a tight list would be in a loose one: each run of text and inline elements becomes a paragraph.
pub(super) fn loosen(item: &mut Node) {
    let Node::Element { children, .. } = item else {
        return;
    };
    let mut out: Vec<Node> = Vec::with_capacity(children.len());
    let mut running = false;
    for part in children.drain(..) {
        let inline = is_inline(&part);
        match out.last_mut() {
            Some(Node::Element { children, .. }) if inline && running => children.push(part),
            _ if inline => out.push(Node::Element {
                tag: Tag::Paragraph,
                children: vec![part],
            }),
            _ => out.push(part),
        }
        running = inline;
    }
    *children = out;
}

pub(super) fn is_inline(node: &Node) -> bool {
    node.tag().is_none_or(|tag| {
        matches!(
            tag,
            Tag::Code
                | Tag::Emphasis
                | Tag::Strong
                | Tag::Strike
                | Tag::Link { .. }
                | Tag::Image { .. }
                | Tag::LineBreak
                | Tag::FootnoteRef { .. }
                | Tag::Math { .. }
        )
    })
}
