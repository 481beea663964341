//! Our tree and CommonMark's HTML in one form, to be compared: elements with their attributes, and letters.
//!
//! What CommonMark leaves to the writer (line feeds between blocks, the order of attributes, how an entity is spelled) is the same in
//! this form; all else differs where it differs. The one policy that is applied to both sides is that for addresses
//! ([`with_our_addresses`]): most examples have relative ones, and what they are about would be lost.

use rill::markdown::{Align, Node, Tag};

/// A part of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Html {
    Text(String),
    Element {
        name: String,
        /// Sorted by name.
        attributes: Vec<(String, String)>,
        children: Vec<Html>,
    },
}

const VOID: [&str; 4] = ["br", "hr", "img", "input"];

const BLOCKS: [&str; 23] = [
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "ul",
    "ol",
    "li",
    "pre",
    "hr",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "div",
    "section",
    "html-as-text",
    "footnote",
];

fn element(name: &str, attributes: &[(&str, &str)], children: Vec<Html>) -> Html {
    let mut attributes: Vec<_> = attributes
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    attributes.sort();
    Html::Element {
        name: name.to_owned(),
        attributes,
        children,
    }
}

/// Our tree as CommonMark (and GFM, for its extensions) would write it.
pub fn of_nodes(nodes: &[Node]) -> Vec<Html> {
    tidy(nodes.iter().map(|node| of_node(node, false)).collect())
}

fn of_all(nodes: &[Node], tight: bool) -> Vec<Html> {
    nodes.iter().map(|node| of_node(node, tight)).collect()
}

fn of_node(node: &Node, tight: bool) -> Html {
    let Node::Element { tag, children } = node else {
        return Html::Text(node.plain_text());
    };
    let all = |tight| of_all(children, tight);
    let plain = |name: &str| element(name, &[], all(false));
    match tag {
        Tag::Paragraph => plain("p"),
        Tag::Heading(level) => plain(&format!("h{level}")),
        Tag::Quote => plain("blockquote"),
        Tag::List { start, tight, .. } => match start {
            None => element("ul", &[], all(*tight)),
            Some(1) => element("ol", &[], all(*tight)),
            Some(start) => element("ol", &[("start", &start.to_string())], all(*tight)),
        },
        Tag::Item { checked, .. } => {
            let mut inside = all(false);
            if let Some(checked) = checked {
                let mut attributes = vec![("type", "checkbox"), ("disabled", "")];
                if *checked {
                    attributes.push(("checked", ""));
                }
                let tick = [
                    element("input", &attributes, Vec::new()),
                    Html::Text(" ".to_owned()),
                ];
                match inside.first_mut() {
                    Some(Html::Element { name, children, .. }) if !tight && name == "p" => {
                        children.splice(0..0, tick);
                    }
                    _ => {
                        inside.splice(0..0, tick);
                    }
                }
            }
            element("li", &[], inside)
        }
        Tag::CodeBlock { language } => {
            let class = language
                .as_ref()
                .map(|language| format!("language-{language}"));
            let class: Vec<_> = class
                .iter()
                .map(|class| ("class", class.as_str()))
                .collect();
            element("pre", &[], vec![element("code", &class, all(false))])
        }
        Tag::Html => plain("html-as-text"),
        Tag::Code => plain("code"),
        Tag::Emphasis => plain("em"),
        Tag::Strong => plain("strong"),
        Tag::Strike => plain("del"),
        Tag::Sub => plain("sub"),
        Tag::Sup => plain("sup"),
        Tag::Key => plain("kbd"),
        Tag::Mark => plain("mark"),
        Tag::Link { href, title } => {
            let href = encoded(href);
            let mut attributes = vec![("href", href.as_str())];
            if !title.is_empty() {
                attributes.push(("title", title));
            }
            element("a", &attributes, all(false))
        }
        Tag::Image { src, alt, title } => {
            let src = encoded(src);
            let mut attributes = vec![("src", src.as_str()), ("alt", alt)];
            if !title.is_empty() {
                attributes.push(("title", title));
            }
            element("img", &attributes, Vec::new())
        }
        Tag::Table { .. } => {
            let mut rows = all(false);
            let body = rows.split_off(rows.len().min(1));
            if !body.is_empty() {
                rows.push(element("tbody", &[], body));
            }
            element("table", &[], rows)
        }
        Tag::TableHead => {
            let cells = children.iter().map(|cell| of_cell("th", cell)).collect();
            element("thead", &[], vec![element("tr", &[], cells)])
        }
        Tag::TableRow => {
            let cells = children.iter().map(|cell| of_cell("td", cell)).collect();
            element("tr", &[], cells)
        }
        Tag::TableCell { .. } => of_cell("td", node),
        Tag::Rule => element("hr", &[], Vec::new()),
        Tag::LineBreak => element("br", &[], Vec::new()),
        Tag::FootnoteRef { label } => element("footnote-ref", &[("label", label)], Vec::new()),
        Tag::FootnoteDefinition { label } => element("footnote", &[("label", label)], all(false)),
        Tag::Math { display } => {
            let display = if *display { "block" } else { "inline" };
            element("math", &[("display", display)], all(false))
        }
    }
}

fn of_cell(name: &str, cell: &Node) -> Html {
    let align = match cell.tag() {
        Some(Tag::TableCell { align: Align::Left }) => "left",
        Some(Tag::TableCell {
            align: Align::Center,
        }) => "center",
        Some(Tag::TableCell {
            align: Align::Right,
        }) => "right",
        _ => "",
    };
    let attributes: &[_] = if align.is_empty() {
        &[]
    } else {
        &[("align", align)]
    };
    element(name, attributes, of_all(cell.children(), false))
}

/// An address as CommonMark writes it.
fn encoded(address: &str) -> String {
    let mut out = String::new();
    for byte in address.bytes() {
        match byte {
            byte if byte.is_ascii_alphanumeric() => out.push(byte as char),
            byte if b"-_.+!*'(),%#@?=;:/&$~".contains(&byte) => out.push(byte as char),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The HTML that an example expects.
pub fn parse(html: &str) -> Vec<Html> {
    // The open elements, the document itself first.
    let mut open = vec![(String::new(), Vec::new(), Vec::new())];
    let mut rest = html;
    while !rest.is_empty() {
        let at = rest.find('<').unwrap_or(rest.len());
        let (letters, more) = rest.split_at(at);
        if !letters.is_empty() {
            push(&mut open, Html::Text(decoded(letters)));
        }
        let Some(end) = end_of_tag(more) else {
            if !more.is_empty() {
                push(&mut open, Html::Text(decoded(more)));
            }
            break;
        };
        let (tag, more) = more.split_at(end);
        rest = more;
        let inside = tag.trim_start_matches('<').trim_end_matches('>');
        if let Some(name) = inside.strip_prefix('/') {
            if let Some(depth) = open.iter().rposition(|(open, ..)| open == name.trim()) {
                while open.len() > depth.max(1) {
                    close(&mut open);
                }
            }
        } else if inside.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let (name, attributes) = read_tag(inside.trim_end_matches('/'));
            let void = VOID.contains(&name.as_str());
            open.push((name, attributes, Vec::new()));
            if void {
                close(&mut open);
            }
        } else {
            // A comment, a declaration: of the examples on raw HTML.
            push(&mut open, element("raw", &[("is", tag)], Vec::new()));
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    tidy(open.remove(0).2)
}

type Open = Vec<(String, Vec<(String, String)>, Vec<Html>)>;

fn push(open: &mut Open, part: Html) {
    if let Some((_, _, children)) = open.last_mut() {
        children.push(part);
    }
}

fn close(open: &mut Open) {
    if let Some((name, mut attributes, children)) = open.pop() {
        attributes.sort();
        push(
            open,
            Html::Element {
                name,
                attributes,
                children,
            },
        );
    }
}

/// Behind the `>` that ends the tag at the beginning, one in quotes aside.
fn end_of_tag(tag: &str) -> Option<usize> {
    if tag.starts_with("<!--") {
        return tag.find("-->").map(|at| at + 3);
    }
    let mut quoted = false;
    for (at, c) in tag.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '>' if !quoted => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn read_tag(inside: &str) -> (String, Vec<(String, String)>) {
    let (name, mut rest) = inside
        .split_once(char::is_whitespace)
        .unwrap_or((inside, ""));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        let Some((name, more)) = rest.split_once("=\"") else {
            break;
        };
        let (value, more) = more.split_once('"').unwrap_or((more, ""));
        attributes.push((name.to_owned(), decoded(value)));
        rest = more;
    }
    if !rest.is_empty() {
        attributes.push((rest.to_owned(), String::new()));
    }
    (name.to_owned(), attributes)
}

fn decoded(text: &str) -> String {
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (entity, letter)| {
        text.replace(entity, letter)
    })
}

/// The policy for addresses, applied to what is expected: a link elsewhere than to the web or a mailbox is its words alone, an image
/// from elsewhere what it says instead.
pub fn with_our_addresses(parts: Vec<Html>) -> Vec<Html> {
    tidy(addressed(parts))
}

fn addressed(parts: Vec<Html>) -> Vec<Html> {
    let mut out = Vec::new();
    for part in parts {
        let Html::Element {
            name,
            attributes,
            children,
        } = part
        else {
            out.push(part);
            continue;
        };
        let children = addressed(children);
        let value = |wanted: &str| {
            let found = attributes.iter().find(|(name, _)| name == wanted);
            found.map_or("", |(_, value)| value)
        };
        match name.as_str() {
            "a" if !leads(value("href"), &["http", "https", "mailto"]) => out.extend(children),
            "img" if !leads(value("src"), &["http", "https"]) => {
                out.push(Html::Text(value("alt").to_owned()));
            }
            _ => out.push(Html::Element {
                name,
                attributes,
                children,
            }),
        }
    }
    out
}

/// Whether the address has one of these schemes, and more than that.
fn leads(address: &str, schemes: &[&str]) -> bool {
    address.split_once(':').is_some_and(|(scheme, rest)| {
        let known = schemes
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known));
        known && !rest.trim_start_matches('/').is_empty()
    })
}

/// Joins letters, and takes away the line feeds that only lay out the HTML: beside blocks, and behind a line break.
fn tidy(parts: Vec<Html>) -> Vec<Html> {
    tidy_in(parts, true)
}

fn tidy_in(parts: Vec<Html>, in_block: bool) -> Vec<Html> {
    let mut out: Vec<Html> = Vec::new();
    for part in parts {
        match (part, out.last_mut()) {
            (Html::Text(text), Some(Html::Text(last))) => last.push_str(&text),
            (Html::Text(text), last) => {
                let behind = match last {
                    None => in_block,
                    Some(last) => is_block(last) || is_break(last),
                };
                let text = if behind {
                    text.trim_start_matches('\n')
                } else {
                    &text
                };
                out.push(Html::Text(text.to_owned()));
            }
            (part, _) => out.push(part),
        }
    }
    for at in 0..out.len() {
        let before = match out.get(at + 1) {
            None => in_block,
            Some(next) => is_block(next),
        };
        match &mut out[at] {
            Html::Text(text) if before => text.truncate(text.trim_end_matches('\n').len()),
            Html::Text(_) => {}
            Html::Element { name, children, .. } => {
                if name == "pre" {
                    continue;
                }
                let in_block = BLOCKS.contains(&name.as_str());
                *children = tidy_in(std::mem::take(children), in_block);
            }
        }
    }
    out.retain(|part| !matches!(part, Html::Text(text) if text.is_empty()));
    out
}

fn is_block(part: &Html) -> bool {
    matches!(part, Html::Element { name, .. } if BLOCKS.contains(&name.as_str()))
}

fn is_break(part: &Html) -> bool {
    matches!(part, Html::Element { name, .. } if name == "br")
}

/// For people to read.
pub fn write(parts: &[Html]) -> String {
    let mut out = String::new();
    for part in parts {
        match part {
            Html::Text(text) => out += &format!("{text:?}"),
            Html::Element {
                name,
                attributes,
                children,
            } => {
                out += &format!("<{name}");
                for (name, value) in attributes {
                    out += &format!(" {name}={value:?}");
                }
                out += &format!(">{}</{name}>", write(children));
            }
        }
    }
    out
}
