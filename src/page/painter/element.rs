//! The elements of an answer, each with the one inside it that takes the children.
//!
//! In: a [`Tag`]. Out: elements that are made with `createElement`; nothing of a model's is an element's or an attribute's name.

use std::cell::Cell;

use wasm_bindgen::JsCast;
use web_sys::{Document, Element};

use super::Paper;
use crate::markdown::{Align, Tag};
use crate::page::words::say;
use crate::page::{annex, diagram, plain};

impl Paper {
    pub(super) fn make(&self, name: &str) -> Element {
        // The names below are all valid; createElement fails on no other account.
        self.document
            .create_element(name)
            .unwrap_or_else(|_| self.root.clone())
    }

    /// Makes the element for a tag; returns it, and the one inside it that takes the children.
    pub(super) fn element_of(&self, tag: &Tag) -> (Element, Element) {
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
            } => self.task(tag, *checked),
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
            Tag::Link { href, title } => self.link(href, title),
            Tag::Image { src, alt, title } => self.image(src, alt, title),
            Tag::Table { .. } => self.table(),
            Tag::TableHead => {
                self.in_head.set(true);
                self.around("thead", "tr")
            }
            Tag::TableRow => {
                self.in_head.set(false);
                one("tr")
            }
            Tag::TableCell { align } => self.cell(*align),
            Tag::Rule => one("hr"),
            Tag::LineBreak => one("br"),
            Tag::FootnoteRef { label } => {
                let (mark, inner) = one("sup");
                set(&mark, "class", "footnote-mark");
                mark.set_text_content(Some(label));
                (mark, inner)
            }
            Tag::FootnoteDefinition { label } => self.footnote(label),
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

    /// Makes the item of a task that is to be done, or is done.
    fn task(&self, tag: &Tag, checked: bool) -> (Element, Element) {
        let item = self.make("li");
        set_block(&item, tag);
        set(&item, "class", "task");
        let mark = self.make("input");
        set(&mark, "type", "checkbox");
        set(&mark, "disabled", "");
        if checked {
            set(&mark, "checked", "");
        }
        // Its name is what stands beside it, however far that has come.
        let name = task_name();
        set(&item, "id", &name);
        set(&mark, "aria-labelledby", &name);
        let _ = item.append_child(&mark);
        (item.clone(), item)
    }

    fn link(&self, href: &str, title: &str) -> (Element, Element) {
        let link = self.make("a");
        set(&link, "href", href);
        set(&link, "target", "_blank");
        set(&link, "rel", "noopener noreferrer nofollow");
        if !title.is_empty() {
            set(&link, "title", title);
        }
        (link.clone(), link)
    }

    /// Makes a table in a frame that scrolls, and the button that copies it.
    fn table(&self) -> (Element, Element) {
        let sheet = self.make("figure");
        set(&sheet, "class", "sheet");
        let (frame, table) = self.around("div", "table");
        set(&frame, "class", "table");
        set(&frame, "tabindex", "0");
        // Not a region: a landmark for each table would be one too many.
        set(&frame, "role", "group");
        set(&frame, "aria-label", &say!(self.chat, table));
        let copy = self.button("data-copy", &say!(self.chat, copy_table));
        let _ = sheet.append_child(&frame);
        let _ = sheet.append_child(&copy);
        (sheet, table)
    }

    fn cell(&self, align: Align) -> (Element, Element) {
        let cell = self.of_own_direction("td");
        if self.in_head.get() {
            // Those who listen hear it before each cell below.
            set(&cell.0, "role", "columnheader");
        }
        let align = match align {
            Align::None => "",
            Align::Left => "left",
            Align::Center => "center",
            Align::Right => "right",
        };
        if !align.is_empty() {
            set(&cell.0, "data-align", align);
        }
        cell
    }

    fn footnote(&self, label: &str) -> (Element, Element) {
        let note = self.make("aside");
        set(&note, "class", "footnote");
        let mark = self.make("sup");
        mark.set_text_content(Some(label));
        let _ = note.append_child(&mark);
        let text = self.make("div");
        let _ = note.append_child(&text);
        (note, text)
    }

    /// Makes an element with another one inside it; returns both.
    fn around(&self, outer: &str, inner: &str) -> (Element, Element) {
        let (outer, inner) = (self.make(outer), self.make(inner));
        let _ = outer.append_child(&inner);
        (outer, inner)
    }

    /// Makes an element that runs as its first letter does. (A list and its items say it themselves: what has a direction of its
    /// own does not count for that of the element around it.)
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

    /// Makes the place of an image. A raster image that came with the text is shown; one from elsewhere waits behind a button,
    /// since loading it would tell that host who reads what.
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

    /// Makes a button that [`clicked`](super::clicked) knows by this attribute.
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

/// Makes a name for the item of a task, which no other element of the page has.
fn task_name() -> String {
    thread_local! {
        static COUNT: Cell<u32> = const { Cell::new(0) };
    }
    let count = COUNT.get().wrapping_add(1);
    COUNT.set(count);
    format!("rill-task-{count}")
}

/// Names the check boxes in a part that stays as it is where tasks stand below tasks: a box is called as its own item is, without
/// those below it.
pub(super) fn name_tasks(part: &Element) {
    let Ok(marks) = part.query_selector_all(".task:has(ul, ol) > input") else {
        return;
    };
    for mark in (0..marks.length()).filter_map(|at| marks.get(at)) {
        let (Some(item), Ok(mark)) = (mark.parent_node(), mark.dyn_into::<Element>()) else {
            continue;
        };
        let mut name = String::new();
        let parts = item.child_nodes();
        for part in (0..parts.length()).filter_map(|at| parts.get(at)) {
            if !matches!(part.node_name().as_str(), "UL" | "OL") {
                plain::words(&part, &mut name);
            }
        }
        set(&mark, "aria-label", name.trim());
        let _ = mark.remove_attribute("aria-labelledby");
    }
}

/// Makes the picture of this address; its host is not told which page shows it.
pub(super) fn loaded(document: &Document, src: &str, alt: &str) -> Option<Element> {
    let image = document.create_element("img").ok()?;
    set(&image, "alt", alt);
    set(&image, "referrerpolicy", "no-referrer");
    set(&image, "loading", "lazy");
    set(&image, "src", src);
    Some(image.unchecked_into())
}

/// Marks an element as not to be translated: a browser that translates the page leaves it as it is.
pub(super) fn untranslated(element: &Element) {
    set(element, "translate", "no");
}

/// Sets what may change of a list (tight, direction, first number), of an item (direction) or of a link (address).
pub(super) fn set_block(element: &Element, tag: &Tag) {
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

/// Sets an attribute of an element.
pub(super) fn set(element: &Element, name: &str, value: &str) {
    // It fails only on names that are no names.
    let _ = element.set_attribute(name, value);
}
