//! Blocks of markup become elements of the page. The only place where a model's words turn into a document.
//!
//! In: [`Markdown`]. Out: DOM nodes, made with `createElement` and text nodes alone, never from HTML text.
//! The open tail grows in place: text is appended to text nodes, so that a selection inside it survives.
//! Committed blocks are not touched again, and may be translated by the browser; what still grows may not, and where it was all the
//! same, so that its text stands on no page any more, the answer is drawn anew. The blocks stand in stretches of a few: a stretch whose blocks are all committed is
//! left out of layout and painting while it is out of view (style/answer.css).

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, Node as DomNode, Text};

use super::app::Chat;
use super::words::say;
use super::{annex, clipboard, diagram, plain};
use crate::markdown::draw::{Drawing, Page};
use crate::markdown::{Align, Markdown, Tag};
use crate::text;

/// So many blocks stand in one stretch: few enough that what is in view is little, enough that watching them costs little.
const STRETCH: usize = 8;

/// So many stretches make an answer long; a short one needs no watching.
const MANY: usize = 3;

/// Draws one answer into its element.
pub struct Painter {
    drawing: Drawing<Paper>,
    paper: Paper,
    /// The first so many stretches stay as they are.
    still: usize,
}

/// The element of an answer.
struct Paper {
    root: Element,
    document: Document,
    chat: Chat,
    stretches: Vec<Element>,
    touched: u64,
    /// Somebody else has put something in the place of what is to change.
    torn: bool,
}

impl Painter {
    /// A painter for an empty element.
    pub fn new(root: Element, chat: Chat) -> Painter {
        // An element has a document unless it is one.
        let document = root
            .owner_document()
            .unwrap_or_else(leptos::prelude::document);
        root.set_text_content(None);
        Painter {
            drawing: Drawing::default(),
            paper: Paper {
                root,
                document,
                chat,
                stretches: Vec::new(),
                touched: 0,
                torn: false,
            },
            still: 0,
        }
    }

    /// DOM nodes that were made or changed so far; for tests and the bench.
    pub fn touched(&self) -> u64 {
        self.paper.touched
    }

    /// Draws what is new since the last time.
    pub fn paint(&mut self, markdown: &mut Markdown) {
        self.drawing.draw(markdown, &mut self.paper);
        if std::mem::take(&mut self.paper.torn) {
            self.paper.root.set_text_content(None);
            self.paper.stretches.clear();
            (self.drawing, self.still) = (Drawing::default(), 0);
            self.drawing.draw(markdown, &mut self.paper);
            self.paper.torn = false;
        }
        annex::painted();
        let still = markdown.committed() / STRETCH;
        self.settle(if still < MANY { 0 } else { still });
    }

    /// A block as it stands on the page.
    pub fn block(&self, at: usize) -> Option<Element> {
        let stretch = self.paper.stretches.get(at / STRETCH)?;
        stretch.children().item((at % STRETCH) as u32)
    }

    /// From now on the first so many stretches stay as they are.
    fn settle(&mut self, still: usize) {
        let (from, to) = (self.still.min(still), self.still.max(still));
        let stretches = self.paper.stretches.iter().enumerate();
        for (at, stretch) in stretches.take(to).skip(from) {
            let class = if at < still {
                "stretch still"
            } else {
                "stretch"
            };
            set(stretch, "class", class);
        }
        self.still = still;
    }
}

impl Page for Paper {
    type Part = DomNode;
    type Text = Text;
    type Element = Element;

    fn text(&mut self, text: &str) -> Text {
        self.touched += 1;
        self.document.create_text_node(text)
    }

    fn element(&mut self, tag: &Tag) -> (Element, Element) {
        self.touched += 1;
        let (outer, inner) = self.element_of(tag);
        if matches!(tag, Tag::Code | Tag::CodeBlock { .. } | Tag::Math { .. }) {
            untranslated(&inner);
        }
        (outer, inner)
    }

    fn extend(&mut self, text: &Text, more: &str) {
        self.touched += 1;
        self.torn |= text.parent_node().is_none();
        let _ = text.append_data(more);
    }

    fn rewrite(&mut self, text: &Text, old: &str, new: &str) {
        self.touched += 1;
        self.torn |= text.parent_node().is_none();
        rewrite(text, old, new);
    }

    fn retag(&mut self, outer: &Element, new: &Tag) {
        set_block(outer, new);
    }

    fn append(&mut self, inner: &Element, part: &DomNode) {
        let _ = inner.append_child(part);
    }

    fn replace(&mut self, inner: &Element, new: &DomNode, old: &DomNode) {
        self.torn |= inner.replace_child(new, old).is_err();
    }

    fn remove(&mut self, inner: &Element, part: &DomNode) {
        self.torn |= inner.remove_child(part).is_err();
    }

    fn place(&mut self, at: usize, new: &DomNode, old: Option<&DomNode>) {
        if at / STRETCH == self.stretches.len() {
            let stretch = self.make("div");
            set(&stretch, "class", "stretch");
            let _ = self.root.append_child(&stretch);
            self.touched += 1;
            self.stretches.push(stretch);
        }
        let Some(stretch) = self.stretches.get(at / STRETCH) else {
            return;
        };
        if let Some(block) = new.dyn_ref() {
            untranslated(block);
        }
        let _ = match old {
            Some(old) => stretch.replace_child(new, old),
            None => stretch.append_child(new),
        };
    }

    fn take_away(&mut self, at: usize, block: &DomNode) {
        if let Some(stretch) = self.stretches.get(at / STRETCH) {
            let _ = stretch.remove_child(block);
        }
        if at.is_multiple_of(STRETCH)
            && let Some(empty) = self.stretches.pop()
        {
            let _ = self.root.remove_child(&empty);
        }
    }

    fn settled(&mut self, part: &DomNode) {
        // Code that settles by itself, within a paragraph, stays code.
        if let Some(part) = part
            .dyn_ref::<Element>()
            .filter(|part| part.local_name() != "code")
        {
            let _ = part.remove_attribute("translate");
        }
        annex::settled(self.chat, part);
    }
}

impl Paper {
    fn make(&self, name: &str) -> Element {
        // The names below are all valid; createElement fails on no other account.
        self.document
            .create_element(name)
            .unwrap_or_else(|_| self.root.clone())
    }

    /// The element for a tag, and the one inside it that takes the children.
    fn element_of(&self, tag: &Tag) -> (Element, Element) {
        let one = |name: &str| {
            let element = self.make(name);
            (element.clone(), element)
        };
        match tag {
            Tag::Paragraph => self.of_own_direction("p"),
            // The page's own headings stand above those of an answer.
            Tag::Heading(level) => self.of_own_direction(match level {
                1 => "h2",
                2 => "h3",
                3 => "h4",
                4 => "h5",
                _ => "h6",
            }),
            Tag::Quote => one("blockquote"),
            Tag::List { start, .. } => {
                let (list, inner) = one(if start.is_some() { "ol" } else { "ul" });
                set_block(&list, tag);
                (list, inner)
            }
            Tag::Item { checked: None, .. } => {
                let (item, inner) = one("li");
                set_block(&item, tag);
                (item, inner)
            }
            Tag::Item {
                checked: Some(checked),
                ..
            } => {
                let (item, inner) = one("li");
                set_block(&item, tag);
                set(&item, "class", "task");
                let mark = self.make("input");
                set(&mark, "type", "checkbox");
                set(&mark, "disabled", "");
                if *checked {
                    set(&mark, "checked", "");
                }
                let _ = item.append_child(&mark);
                (item, inner)
            }
            Tag::CodeBlock { language } => self.code_block(language.as_deref()),
            Tag::Html => {
                let (html, inner) = one("pre");
                set(&html, "class", "html");
                set(&html, "dir", "ltr");
                (html, inner)
            }
            Tag::Code => one("code"),
            Tag::Emphasis => one("em"),
            Tag::Strong => one("strong"),
            Tag::Strike => one("del"),
            Tag::Sub => one("sub"),
            Tag::Sup => one("sup"),
            Tag::Key => one("kbd"),
            Tag::Mark => one("mark"),
            Tag::Link { href, title } => {
                let (link, inner) = one("a");
                set(&link, "href", href);
                set(&link, "target", "_blank");
                set(&link, "rel", "noopener noreferrer nofollow");
                if !title.is_empty() {
                    set(&link, "title", title);
                }
                (link, inner)
            }
            Tag::Image { src, alt, title } => self.image(src, alt, title),
            Tag::Table { .. } => {
                let sheet = self.make("figure");
                set(&sheet, "class", "sheet");
                let frame = self.make("div");
                set(&frame, "class", "table");
                set(&frame, "tabindex", "0");
                set(&frame, "role", "region");
                set(&frame, "aria-label", &say!(self.chat, table));
                let table = self.make("table");
                let copy = self.button("data-copy", &say!(self.chat, copy_table));
                let _ = frame.append_child(&table);
                let _ = sheet.append_child(&frame);
                let _ = sheet.append_child(&copy);
                (sheet, table)
            }
            Tag::TableHead => {
                let head = self.make("thead");
                let row = self.make("tr");
                let _ = head.append_child(&row);
                (head, row)
            }
            Tag::TableRow => one("tr"),
            Tag::TableCell { align } => {
                let (cell, inner) = self.of_own_direction("td");
                let align = match align {
                    Align::None => "",
                    Align::Left => "left",
                    Align::Center => "center",
                    Align::Right => "right",
                };
                if !align.is_empty() {
                    set(&cell, "data-align", align);
                }
                (cell, inner)
            }
            Tag::Rule => one("hr"),
            Tag::LineBreak => one("br"),
            Tag::FootnoteRef { label } => {
                let (mark, inner) = one("sup");
                set(&mark, "class", "footnote-mark");
                mark.set_text_content(Some(label));
                (mark, inner)
            }
            Tag::FootnoteDefinition { label } => {
                let note = self.make("aside");
                set(&note, "class", "footnote");
                let mark = self.make("sup");
                mark.set_text_content(Some(label));
                let _ = note.append_child(&mark);
                let text = self.make("div");
                let _ = note.append_child(&text);
                (note, text)
            }
            Tag::Math { display } => {
                let (math, inner) = one("code");
                set(
                    &math,
                    "class",
                    if *display { "math display" } else { "math" },
                );
                (math, inner)
            }
        }
    }

    /// An element that runs as its first letter does. (A list and its items say it themselves: what has a direction of its own does
    /// not count for that of the element around it.)
    fn of_own_direction(&self, name: &str) -> (Element, Element) {
        let element = self.make(name);
        set(&element, "dir", "auto");
        (element.clone(), element)
    }

    fn code_block(&self, language: Option<&str>) -> (Element, Element) {
        let figure = self.make("figure");
        set(&figure, "class", "code");
        let caption = self.make("figcaption");
        let name = self.make("span");
        name.set_text_content(Some(
            language
                .filter(|name| !name.is_empty())
                .unwrap_or(&say!(self.chat, code)),
        ));
        let copy = self.button("data-copy", &say!(self.chat, copy_code));
        let buttons = self.make("span");
        if diagram::is_diagram(language) {
            let draw = self.button("data-draw", &say!(self.chat, draw_diagram));
            let _ = buttons.append_child(&draw);
        }
        let pre = self.make("pre");
        set(&pre, "tabindex", "0");
        set(&pre, "dir", "ltr");
        let code = self.make("code");
        if let Some(language) = language {
            annex::code(&code, language);
        }
        for (parent, child) in [
            (&caption, &name),
            (&caption, &buttons),
            (&buttons, &copy),
            (&pre, &code),
            (&figure, &caption),
            (&figure, &pre),
        ] {
            let _ = parent.append_child(child);
        }
        (figure, code)
    }

    /// A raster image that came with the text is shown; one from elsewhere waits behind a button, since loading it
    /// would tell that host who reads what.
    fn image(&self, src: &str, alt: &str, title: &str) -> (Element, Element) {
        let frame = self.make("span");
        set(&frame, "class", "image");
        if src.starts_with("data:") {
            let _ = frame.append_child(&self.loaded(src, alt));
        } else {
            let host = src
                .split("//")
                .nth(1)
                .and_then(|rest| rest.split(['/', '?', '#']).next())
                .unwrap_or(src);
            let words = say!(self.chat, load_image, host = host.to_owned());
            let button = self.button("data-image", &words);
            set(&button, "data-image", src);
            set(&button, "data-alt", alt);
            let _ = frame.append_child(&button);
        }
        if !title.is_empty() {
            set(&frame, "title", title);
        }
        (frame.clone(), frame)
    }

    /// A button that [`clicked`] knows by this attribute.
    fn button(&self, name: &str, words: &str) -> Element {
        let button = self.make("button");
        set(&button, "type", "button");
        set(&button, name, "");
        button.set_text_content(Some(words));
        button
    }

    fn loaded(&self, src: &str, alt: &str) -> Element {
        loaded(&self.document, src, alt).unwrap_or_else(|| self.make("span"))
    }
}

/// A click inside an answer: copy a block of code or a table, load an image. `true` where it was one of these.
pub fn clicked(chat: Chat, target: &Element) -> bool {
    if let Ok(Some(button)) = target.closest("[data-copy]") {
        if let Ok(Some(figure)) = button.closest("figure") {
            copy(chat, &figure, button);
        }
        return true;
    }
    if let Ok(Some(button)) = target.closest("[data-draw]") {
        diagram::toggle(chat, &button);
        return true;
    }
    if let Ok(Some(button)) = target.closest("[data-image]") {
        let src = button.get_attribute("data-image").unwrap_or_default();
        let alt = button.get_attribute("data-alt").unwrap_or_default();
        if let Some(image) = button
            .owner_document()
            .and_then(|document| loaded(&document, &src, &alt))
        {
            let _ = button.replace_with_with_node_1(&image);
        }
        return true;
    }
    false
}

/// Copies what a figure holds, and says whether that went well.
fn copy(chat: Chat, figure: &Element, button: Element) {
    let (text, html) = if let Ok(Some(table)) = figure.query_selector("table") {
        let (values, html) = plain::table(&table);
        (values, Some(html))
    } else if let Ok(Some(code)) = figure.query_selector("code") {
        let mut code = code.text_content().unwrap_or_default();
        // The line feed before the closing fence is the fence's: in a terminal it would run the command at once.
        if code.ends_with('\n') {
            code.pop();
        }
        (code, None)
    } else {
        return;
    };
    clipboard::put(chat, text, html, move |went| {
        let word = if went {
            say!(chat, copied)
        } else {
            say!(chat, not_copied)
        };
        button.set_text_content(Some(&word));
    });
}

fn loaded(document: &Document, src: &str, alt: &str) -> Option<Element> {
    let image = document.create_element("img").ok()?;
    set(&image, "alt", alt);
    set(&image, "referrerpolicy", "no-referrer");
    set(&image, "loading", "lazy");
    set(&image, "src", src);
    Some(image.unchecked_into())
}

/// A browser that translates the page leaves it as it is.
fn untranslated(element: &Element) {
    set(element, "translate", "no");
}

/// Changes no more than the end of a text that differs. The node may hold only the end of `old`, where the rest is coloured.
fn rewrite(node: &Text, old: &str, new: &str) {
    let units = |text: &str| text.encode_utf16().count() as u32;
    let same = old
        .chars()
        .zip(new.chars())
        .take_while(|(old, new)| old == new)
        .map(|(same, _)| same.len_utf8())
        .sum();
    let gone = units(text::from(old, same));
    match node.length().checked_sub(gone) {
        Some(kept) => {
            let _ = node.replace_data(kept, gone, text::from(new, same));
        }
        None => {
            annex::forget(node);
            node.set_data(new);
        }
    }
}

/// What may change of a list, of an item or of a link.
fn set_block(element: &Element, tag: &Tag) {
    match tag {
        Tag::List { start, tight, rtl } => {
            set(element, "data-tight", if *tight { "true" } else { "false" });
            set(element, "dir", direction(*rtl));
            let _ = match start.filter(|start| *start != 1) {
                Some(start) => element.set_attribute("start", &start.to_string()),
                None => element.remove_attribute("start"),
            };
        }
        Tag::Item { rtl, .. } => set(element, "dir", direction(*rtl)),
        Tag::Link { href, .. } => set(element, "href", href),
        _ => {}
    }
}

fn direction(rtl: bool) -> &'static str {
    if rtl { "rtl" } else { "ltr" }
}

fn set(element: &Element, name: &str, value: &str) {
    // It fails only on names that are no names.
    let _ = element.set_attribute(name, value);
}
