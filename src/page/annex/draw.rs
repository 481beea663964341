//! Draws what the annex found out: colours around letters that are there already, and the elements of a formula.
//!
//! In: the worker's answers. Out: elements made one by one, from a list of those that a formula may have. No text becomes markup
//! here, and no letter of code is changed, added or lost.

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, Node, Text};

use crate::page::dom::set_style;

/// Classes of the colours, by the worker's numbers; what is nothing in particular has none.
const PAINTS: [&str; 10] = [
    "",
    "c-comment",
    "c-text",
    "c-value",
    "c-keyword",
    "c-function",
    "c-type",
    "c-name",
    "c-added",
    "c-removed",
];
/// Class of a box of whole lines that are coloured: what follows is laid out without them.
const LINES: &str = "lines";

const MATHML: &str = "http://www.w3.org/1998/Math/MathML";
/// Elements of MathML that a formula may be made of.
const ELEMENTS: [&str; 26] = [
    "math",
    "menclose",
    "merror",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
];
/// Elements of HTML that a formula may hold, as words inside `mtext`.
const WORDS: [&str; 7] = ["b", "code", "em", "i", "s", "span", "u"];
const ATTRIBUTES: [&str; 24] = [
    "accent",
    "accentunder",
    "columnalign",
    "depth",
    "display",
    "displaystyle",
    "fence",
    "form",
    "height",
    "intent",
    "largeop",
    "linethickness",
    "lspace",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "notation",
    "rspace",
    "scriptlevel",
    "separator",
    "stretchy",
    "symmetric",
    "width",
];
const STYLES: [&str; 19] = [
    "border-bottom",
    "border-left",
    "border-right",
    "border-top",
    "color",
    "font-size",
    "font-variant-caps",
    "justify-items",
    "margin-left",
    "margin-right",
    "math-depth",
    "math-style",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "text-align",
    "vertical-align",
    "width",
];

/// Tells whether the annex made this node.
pub fn is_ours(node: &Node) -> bool {
    node.dyn_ref::<Element>()
        .is_some_and(|element| element.class_name() == LINES)
}

/// Colours the first letters of the text that is last in its place: whole lines, which go into a box of their own before it. Each
/// run is a number: its letters, in UTF-16 units, times 16, and its colour. The text's node stays the same, and last: it may
/// still grow.
pub fn code(place: &Element, rest: &Text, runs: &[u32]) {
    let Some(document) = place.owner_document() else {
        return;
    };
    let total: u32 = runs.iter().map(|run| run / 16).sum();
    // The letters go from node to node without ever coming here.
    let (Ok(lines), Ok(copy)) = (document.create_element("span"), rest.clone_node()) else {
        return;
    };
    let mut letters: Text = copy.unchecked_into();
    if total == 0 || letters.length() < total || rest.delete_data(0, total).is_err() {
        return;
    }
    let _ = letters.delete_data(total, letters.length() - total);
    lines.set_class_name(LINES);
    let mut spans: [Option<Element>; PAINTS.len()] = Default::default();
    for (at, run) in runs.iter().enumerate() {
        let next = if at + 1 < runs.len() {
            letters.split_text(run / 16).ok()
        } else {
            None
        };
        let coloured = span(&document, &mut spans, (run % 16) as usize);
        let _ = match &coloured {
            Some(span) => span
                .append_child(&letters)
                .and_then(|_| lines.append_child(span)),
            None => lines.append_child(&letters),
        };
        match next {
            Some(next) => letters = next,
            None => break,
        }
    }
    let _ = place.insert_before(&lines, Some(rest));
}

/// Makes an element for this paint: a copy of the one that was made first. `None` for what has no colour.
fn span(document: &Document, made: &mut [Option<Element>], paint: usize) -> Option<Element> {
    let class = PAINTS.get(paint).filter(|class| !class.is_empty())?;
    let first = made.get_mut(paint)?;
    if first.is_none() {
        let span = document.create_element("span").ok()?;
        span.set_class_name(class);
        *first = Some(span);
    }
    let copy = first.as_ref()?.clone_node().ok()?;
    Some(copy.unchecked_into())
}

/// Puts a formula in the place of its TeX, which stays with it as what the formula is in words. Where it holds anything that a
/// formula does not, all stays as it is.
pub fn formula(place: &Element, steps: &Array) {
    let Some(document) = place.owner_document() else {
        return;
    };
    let Some(math) = build(&document, steps) else {
        return;
    };
    let tex = place.text_content().unwrap_or_default();
    let _ = math.set_attribute("alttext", &tex);
    place.set_text_content(None);
    let _ = place.append_child(&math);
    let _ = place.class_list().add_1("set");
}

fn build(document: &Document, steps: &Array) -> Option<Element> {
    let mut open: Vec<Element> = Vec::new();
    let mut done: Option<Element> = None;
    for step in steps.iter() {
        let step = step.as_string()?;
        let what = step.get(1..).unwrap_or_default();
        match step.as_bytes().first()? {
            b'<' => {
                let element = make(document, what)?;
                match open.last() {
                    Some(parent) => drop(parent.append_child(&element).ok()?),
                    None if done.is_none() && what == "math" => {}
                    None => return None,
                }
                open.push(element);
            }
            b'@' => {
                let (name, value) = what.split_once('=')?;
                set(open.last()?, name, value);
            }
            b'=' => {
                let letters = document.create_text_node(what);
                open.last()?.append_child(&letters).ok()?;
            }
            _ => done = open.pop(),
        }
    }
    done.filter(|_| open.is_empty())
}

fn make(document: &Document, name: &str) -> Option<Element> {
    if ELEMENTS.contains(&name) {
        document.create_element_ns(Some(MATHML), name).ok()
    } else if WORDS.contains(&name) {
        document.create_element(name).ok()
    } else {
        None
    }
}

/// Sets one attribute of a part of a formula. What is not known is left out: the formula can be read without it.
fn set(element: &Element, name: &str, value: &str) {
    match name {
        "class" if value.starts_with("menclose-") || value.starts_with("math-core-") => {
            element.set_class_name(value);
        }
        "style" => {
            for (name, value) in value.split(';').filter_map(|one| one.split_once(':')) {
                if STYLES.contains(&name.trim()) && value.bytes().all(is_plain) {
                    set_style(element, name.trim(), value.trim());
                }
            }
        }
        _ if ATTRIBUTES.contains(&name) => {
            let _ = element.set_attribute(name, value);
        }
        _ => {}
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" .%#-".contains(&byte)
}
