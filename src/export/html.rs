//! A conversation as a page of HTML that stands alone: no scripts, and nothing that is fetched.
//!
//! In: turns, and the blocks of a reply. Out: HTML. Tags and attributes are written by [`Sheet`] alone, which escapes whatever stands
//! in them; of a model's words none becomes either. A picture from elsewhere is a link, since loading it would tell its host
//! who reads what.

use super::{Document, Words, calls, is_unfinished, speaker};
use crate::chat::request::Role;
use crate::chat::turn::Turn;
use crate::markdown::{Align, Node, Tag, blocks_of};

const STYLE: &str = include_str!("sheet.css");
/// What the page may do: use its own style, and show the pictures that it holds.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

pub(super) fn write(document: &Document, words: &Words) -> String {
    let title = document.title(words);
    let mut sheet = Sheet {
        out: String::from("<!doctype html>\n"),
        turn: 0,
    };
    let language = [("lang", words.language.as_str())];
    sheet.element("html", &language, |sheet| {
        sheet.element("head", &[], |sheet| {
            sheet.open("meta", &[("charset", "utf-8")]);
            sheet.open(
                "meta",
                &[
                    ("http-equiv", "Content-Security-Policy"),
                    ("content", POLICY),
                ],
            );
            sheet.open(
                "meta",
                &[
                    ("name", "viewport"),
                    ("content", "width=device-width, initial-scale=1"),
                ],
            );
            sheet.holding("title", &[], &title);
            sheet.out.push_str("<style>\n");
            sheet.out.push_str(STYLE);
            sheet.out.push_str("</style>");
        });
        sheet.element("body", &[], |sheet| {
            sheet.holding("h1", &[("dir", "auto")], &title);
            for turn in document.turns() {
                sheet.turn += 1;
                sheet.turn(turn, words);
            }
        });
    });
    sheet.out.push('\n');
    sheet.out
}

/// A page that is being written.
struct Sheet {
    out: String,
    /// The number of the turn, for the names of its footnotes.
    turn: usize,
}

impl Sheet {
    /// Writes the opening tag of an element. Attributes without a value are left out.
    fn open(&mut self, name: &'static str, attributes: &[(&'static str, &str)]) {
        self.out.push('<');
        self.out.push_str(name);
        for (attribute, value) in attributes {
            if !value.is_empty() {
                self.out.push(' ');
                self.out.push_str(attribute);
                self.out.push_str("=\"");
                self.text(value);
                self.out.push('"');
            }
        }
        self.out.push('>');
    }

    fn close(&mut self, name: &'static str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// Writes letters.
    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                '\'' => self.out.push_str("&#39;"),
                '\t' | '\n' => self.out.push(c),
                // HTML has no place for these (Living Standard, 13.1.4).
                c if c.is_control() => self.out.push('\u{fffd}'),
                c => self.out.push(c),
            }
        }
    }

    fn element(
        &mut self,
        name: &'static str,
        attributes: &[(&'static str, &str)],
        work: impl FnOnce(&mut Sheet),
    ) {
        self.open(name, attributes);
        work(self);
        self.close(name);
    }

    /// Writes an element that holds letters.
    fn holding(&mut self, name: &'static str, attributes: &[(&'static str, &str)], text: &str) {
        self.element(name, attributes, |sheet| sheet.text(text));
    }

    fn turn(&mut self, turn: &Turn, words: &Words) {
        self.out.push('\n');
        self.element("article", &[("class", turn.role.word())], |sheet| {
            sheet.holding("h2", &[("dir", "auto")], &speaker(turn, words));
            if !turn.reasoning.trim().is_empty() {
                sheet.element("details", &[], |sheet| {
                    sheet.holding("summary", &[], &words.thinking);
                    let as_typed = [("class", "typed"), ("dir", "auto")];
                    sheet.holding("div", &as_typed, turn.reasoning.trim());
                });
            }
            for image in &turn.images {
                sheet.picture(&image.url(), &words.picture, "");
            }
            match turn.role {
                Role::Assistant => sheet.nodes(&blocks_of(&turn.text)),
                _ => {
                    let as_typed = [("class", "typed"), ("dir", "auto")];
                    sheet.holding("div", &as_typed, turn.text.trim_end());
                }
            }
            for call in calls(turn) {
                sheet.holding("pre", &[("dir", "ltr")], &call);
            }
            if is_unfinished(turn) {
                sheet.holding("p", &[("class", "note")], &words.unfinished);
            }
        });
    }

    fn nodes(&mut self, nodes: &[Node]) {
        nodes.iter().for_each(|node| self.node(node));
    }

    fn node(&mut self, node: &Node) {
        let (tag, children) = match node {
            Node::Text(text) => return self.text(text),
            Node::Element { tag, children } => (tag, children),
        };
        let auto = [("dir", "auto")];
        let simple = |name| (name, &[][..]);
        let (name, attributes) = match tag {
            Tag::Paragraph => ("p", &auto[..]),
            // The conversation's title and those who speak stand above the headings of a reply.
            Tag::Heading(1) => ("h3", &auto[..]),
            Tag::Heading(2) => ("h4", &auto[..]),
            Tag::Heading(3) => ("h5", &auto[..]),
            Tag::Heading(_) => ("h6", &auto[..]),
            Tag::Quote => simple("blockquote"),
            Tag::Code => simple("code"),
            Tag::Emphasis => simple("em"),
            Tag::Strong => simple("strong"),
            Tag::Strike => simple("del"),
            Tag::Sub => simple("sub"),
            Tag::Sup => simple("sup"),
            Tag::Key => simple("kbd"),
            Tag::Mark => simple("mark"),
            Tag::TableRow => simple("tr"),
            Tag::Html => ("pre", &[("dir", "ltr")][..]),
            Tag::Math { display: true } => ("code", &[("class", "display")][..]),
            Tag::Math { display: false } => simple("code"),
            _ => return self.special(tag, children),
        };
        self.element(name, attributes, |sheet| sheet.nodes(children));
    }

    /// Writes an element that says more than its name.
    fn special(&mut self, tag: &Tag, children: &[Node]) {
        match tag {
            Tag::List { start, rtl, .. } => {
                let number = start.filter(|start| *start != 1);
                let number = number.map(|start| start.to_string()).unwrap_or_default();
                let name = if start.is_some() { "ol" } else { "ul" };
                let attributes = [("start", number.as_str()), ("dir", direction(*rtl))];
                self.element(name, &attributes, |sheet| sheet.nodes(children));
            }
            Tag::Item { checked, rtl } => {
                self.element("li", &[("dir", direction(*rtl))], |sheet| {
                    match checked {
                        Some(true) => sheet.text("☑ "),
                        Some(false) => sheet.text("☐ "),
                        None => {}
                    }
                    sheet.nodes(children);
                });
            }
            Tag::CodeBlock { .. } => self.element("pre", &[("dir", "ltr")], |sheet| {
                sheet.element("code", &[], |sheet| sheet.nodes(children));
            }),
            Tag::Link { href, title } => self.link(href, title, |sheet| sheet.nodes(children)),
            Tag::Image { src, alt, title } => self.picture(src, alt, title),
            Tag::Table { .. } => self.element("table", &[], |sheet| sheet.nodes(children)),
            Tag::TableHead => self.element("thead", &[], |sheet| {
                sheet.element("tr", &[], |sheet| sheet.nodes(children));
            }),
            Tag::TableCell { align } => {
                let class = match align {
                    Align::None => "",
                    Align::Left => "left",
                    Align::Center => "center",
                    Align::Right => "right",
                };
                let attributes = [("class", class), ("dir", "auto")];
                self.element("td", &attributes, |sheet| sheet.nodes(children));
            }
            Tag::Rule => self.open("hr", &[]),
            Tag::LineBreak => self.open("br", &[]),
            Tag::FootnoteRef { label } => {
                let place = format!("#{}", self.note(label));
                self.element("sup", &[], |sheet| {
                    sheet.holding("a", &[("href", &place)], label);
                });
            }
            Tag::FootnoteDefinition { label } => {
                let place = self.note(label);
                self.element("aside", &[("id", &place)], |sheet| {
                    sheet.holding("sup", &[], label);
                    sheet.nodes(children);
                });
            }
            _ => self.nodes(children),
        }
    }

    fn link(&mut self, href: &str, title: &str, work: impl FnOnce(&mut Sheet)) {
        let attributes = [
            ("href", href),
            ("title", title),
            ("rel", "noopener noreferrer nofollow"),
        ];
        self.element("a", &attributes, work);
    }

    fn picture(&mut self, src: &str, alt: &str, title: &str) {
        if src.starts_with("data:") {
            return self.open("img", &[("src", src), ("alt", alt), ("title", title)]);
        }
        let words = if alt.trim().is_empty() { src } else { alt };
        self.link(src, title, |sheet| sheet.text(words));
    }

    /// The name of a footnote of this turn; a blank would end it.
    fn note(&self, label: &str) -> String {
        let label: String = label
            .chars()
            .map(|c| if c.is_whitespace() { '_' } else { c })
            .collect();
        format!("note-{}-{label}", self.turn)
    }
}

fn direction(rtl: bool) -> &'static str {
    if rtl { "rtl" } else { "ltr" }
}
