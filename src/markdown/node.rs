//! The words of our own markup: what a page may draw, and nothing else.
//!
//! There is no word for raw HTML as markup, for a script, or for a link target that `safe` did not let through.

/// A part of a text: letters, or an element with parts of its own. Never deeper than [`MAX_DEPTH`](super::MAX_DEPTH).
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// Letters to show as they are. A line feed stands only in those of code and formulas.
    Text(String),
    /// An element.
    Element {
        /// The kind of element.
        tag: Tag,
        /// The parts, in order.
        children: Vec<Node>,
    },
}

/// Kinds of elements.
#[derive(Debug, Clone, PartialEq)]
pub enum Tag {
    /// A paragraph.
    Paragraph,
    /// A heading, level 1 to 6.
    Heading(u8),
    /// A block quote.
    Quote,
    /// A list of [`Tag::Item`].
    List {
        /// The first number; `None` for bullets.
        start: Option<u64>,
        /// Items hold their text directly, not in paragraphs.
        tight: bool,
        /// `true` if the first item runs from right to left.
        rtl: bool,
    },
    /// An item of a list.
    Item {
        /// `true` if the item's box is ticked; `None` where it has no box.
        checked: Option<bool>,
        /// `true` if the first letter runs from right to left.
        rtl: bool,
    },
    /// A block of code; at most one child, the text.
    CodeBlock {
        /// The first word behind the fence.
        language: Option<String>,
    },
    /// A block of HTML, as text to read.
    Html,
    /// A span of code; at most one child, the text.
    Code,
    /// Emphasis.
    Emphasis,
    /// Strong emphasis.
    Strong,
    /// Struck through.
    Strike,
    /// Below the line.
    Sub,
    /// Above the line.
    Sup,
    /// A key of a keyboard.
    Key,
    /// Marked as with a pen.
    Mark,
    /// A link.
    Link {
        /// An `http`, `https` or `mailto` address.
        href: String,
        /// The link's title; may be empty.
        title: String,
    },
    /// An image. No children.
    Image {
        /// An `http` or `https` address (ask before it is loaded), or a raster image as `data:`.
        src: String,
        /// The words to read instead of the picture.
        alt: String,
        /// The picture's title; may be empty.
        title: String,
    },
    /// A table: one [`Tag::TableHead`], then rows.
    Table {
        /// The alignment of each column.
        align: Vec<Align>,
    },
    /// The first row of a table; its children are cells.
    TableHead,
    /// A row of a table; its children are cells.
    TableRow,
    /// A cell.
    TableCell {
        /// The alignment of the cell's column.
        align: Align,
    },
    /// A thematic break. No children.
    Rule,
    /// A line break. No children.
    LineBreak,
    /// A mark that points to a footnote. No children.
    FootnoteRef {
        /// The label of the footnote.
        label: String,
    },
    /// A footnote.
    FootnoteDefinition {
        /// The footnote's label.
        label: String,
    },
    /// A formula; one child, its TeX source.
    Math {
        /// On its own, not in a line of text.
        display: bool,
    },
}

/// The alignment of a table's column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// The language's own direction.
    #[default]
    None,
    /// To the left.
    Left,
    /// Centred.
    Center,
    /// To the right.
    Right,
}

impl Node {
    pub(super) fn leaf(tag: Tag) -> Node {
        Node::Element {
            tag,
            children: Vec::new(),
        }
    }

    /// An element that holds letters.
    pub(super) fn holding(tag: Tag, text: String) -> Node {
        let children = if text.is_empty() {
            Vec::new()
        } else {
            vec![Node::Text(text)]
        };
        Node::Element { tag, children }
    }

    /// The tag, if it is an element.
    pub fn tag(&self) -> Option<&Tag> {
        match self {
            Node::Text(_) => None,
            Node::Element { tag, .. } => Some(tag),
        }
    }

    /// Tells whether it stands on lines of its own.
    pub fn is_block(&self) -> bool {
        matches!(
            self.tag(),
            Some(
                Tag::Paragraph
                    | Tag::Heading(_)
                    | Tag::Quote
                    | Tag::List { .. }
                    | Tag::CodeBlock { .. }
                    | Tag::Html
                    | Tag::Table { .. }
                    | Tag::Rule
                    | Tag::FootnoteDefinition { .. }
                    | Tag::Math { display: true }
            )
        )
    }

    /// The parts; none for text.
    pub fn children(&self) -> &[Node] {
        match self {
            Node::Text(_) => &[],
            Node::Element { children, .. } => children,
        }
    }

    /// Makes of an item of a tight list what it would be in a loose one: each run of text and inline elements becomes a
    /// paragraph.
    pub(super) fn loosen(&mut self) {
        let Node::Element { children, .. } = self else {
            return;
        };
        let mut out: Vec<Node> = Vec::with_capacity(children.len());
        let mut running = false;
        for part in children.drain(..) {
            let inline = part.is_inline();
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

    /// Tells whether this is a part of a line of text: letters, or an element that is no block.
    pub(super) fn is_inline(&self) -> bool {
        self.tag().is_none_or(|tag| {
            matches!(
                tag,
                Tag::Code
                    | Tag::Emphasis
                    | Tag::Strong
                    | Tag::Strike
                    | Tag::Sub
                    | Tag::Sup
                    | Tag::Key
                    | Tag::Mark
                    | Tag::Link { .. }
                    | Tag::Image { .. }
                    | Tag::LineBreak
                    | Tag::FootnoteRef { .. }
                    | Tag::Math { .. }
            )
        })
    }

    /// Tells of the first letter that has a direction whether it runs from right to left; `None` where there is no such letter.
    pub(super) fn first_direction(&self) -> Option<bool> {
        match self {
            Node::Text(text) => text.chars().find(|c| c.is_alphabetic()).map(runs_left),
            Node::Element { children, .. } => children.iter().find_map(Node::first_direction),
        }
    }

    /// Returns all letters in the node, images by what they say instead.
    pub fn plain_text(&self) -> String {
        let mut out = String::new();
        self.write_plain(&mut out);
        out
    }

    fn write_plain(&self, out: &mut String) {
        match self {
            Node::Text(text) => out.push_str(text),
            Node::Element {
                tag: Tag::Image { alt, .. },
                ..
            } => out.push_str(alt),
            Node::Element {
                tag: Tag::LineBreak,
                ..
            } => out.push('\n'),
            Node::Element { children, .. } => {
                children.iter().for_each(|child| child.write_plain(out))
            }
        }
    }
}

/// Tells whether a letter runs from right to left: Hebrew, Arabic, Syriac, Thaana, N'Ko or one of the old scripts of their kind.
fn runs_left(letter: char) -> bool {
    matches!(
        letter as u32,
        0x590..=0x8ff | 0xfb1d..=0xfdff | 0xfe70..=0xfeff | 0x1_0800..=0x1_0fff | 0x1_e800..=0x1_efff
    )
}

/// Appends letters to the last text among `children`, or as a new one.
pub(super) fn push_text(children: &mut Vec<Node>, text: &str) {
    if text.is_empty() {
        return;
    }
    match children.last_mut() {
        Some(Node::Text(last)) => last.push_str(text),
        _ => {
            // Texts come in pieces, and no allocator gives less than this.
            let mut first = String::with_capacity(text.len().max(24));
            first.push_str(text);
            children.push(Node::Text(first));
        }
    }
}
