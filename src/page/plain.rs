//! What is drawn of an answer, as others take it: words for those who listen, a table for a spreadsheet or a document.
//!
//! In: elements that the painter made. Out: plain text; tab-separated values; HTML of a few safe elements and no attribute but a
//! link's. It must not know markdown: what stands on the page is what is taken.

use wasm_bindgen::JsCast;
use web_sys::{Element, Node, NodeList};

/// Elements that stay in a table that is copied, as they are named there.
const KEPT: [&str; 10] = [
    "strong", "em", "del", "code", "sub", "sup", "kbd", "mark", "br", "a",
];

/// Adds the words of a part of an answer: a block by itself is a line, or several. Buttons say nothing, pictures and formulas
/// what they are called; code is not read out but for the name of its language.
pub fn words(node: &Node, out: &mut String) {
    let Some(element) = node.dyn_ref::<Element>() else {
        out.push_str(&node.node_value().unwrap_or_default());
        return;
    };
    let name = element.local_name();
    match name.as_str() {
        "pre" | "button" | "input" | "iframe" => {}
        "br" => out.push('\n'),
        _ => match spelled(element, &name) {
            Some(spelled) => out.push_str(&spelled),
            None => each(&node.child_nodes(), |child| words(child, out)),
        },
    }
    match name.as_str() {
        "td" => out.push_str(", "),
        "tr" => out.truncate(out.trim_end_matches([',', ' ']).len()),
        _ => {}
    }
    let is_line = matches!(
        name.as_str(),
        "p" | "li" | "tr" | "figcaption" | "h2" | "h3" | "h4" | "h5" | "h6" | "pre"
    );
    if is_line && !out.ends_with('\n') {
        out.push('\n');
    }
}

/// Returns the words that stand for an element without letters of its own: what a picture or a formula is called.
fn spelled(element: &Element, name: &str) -> Option<String> {
    element.get_attribute(match name {
        "img" => "alt",
        "math" => "alttext",
        _ => return None,
    })
}

/// Writes a table as tab-separated values, and as HTML.
pub fn table(table: &Element) -> (String, String) {
    let (mut values, mut html) = (String::new(), String::from("<table>"));
    let rows = table.query_selector_all("tr");
    for (at, row) in list(rows.ok().as_ref()).enumerate() {
        html.push_str("<tr>");
        if at > 0 {
            values.push('\n');
        }
        let is_head = row
            .parent_element()
            .is_some_and(|parent| parent.local_name() == "thead");
        let tag = if is_head { "th" } else { "td" };
        for (at, cell) in list(Some(&row.child_nodes())).enumerate() {
            if at > 0 {
                values.push('\t');
            }
            let mut text = String::new();
            each(&cell.child_nodes(), |child| words(child, &mut text));
            let line: Vec<&str> = text.split_whitespace().collect();
            values.push_str(&line.join(" "));
            html.push_str(&format!("<{tag}>"));
            each(&cell.child_nodes(), |child| markup(child, &mut html));
            html.push_str(&format!("</{tag}>"));
        }
        html.push_str("</tr>");
    }
    html.push_str("</table>");
    (values, html)
}

/// Adds the HTML of a part of a cell.
fn markup(node: &Node, out: &mut String) {
    let Some(element) = node.dyn_ref::<Element>() else {
        return escape(&node.node_value().unwrap_or_default(), out);
    };
    let name = element.local_name();
    if let Some(spelled) = spelled(element, &name) {
        return escape(&spelled, out);
    }
    // A formula's code is its frame.
    let is_kept = KEPT.contains(&name.as_str()) && !element.class_list().contains("math");
    if name == "button" || name == "input" {
        return;
    }
    if is_kept {
        out.push('<');
        out.push_str(&name);
        if let Some(address) = element.get_attribute("href") {
            out.push_str(" href=\"");
            escape(&address, out);
            out.push('"');
        }
        out.push('>');
    }
    each(&node.child_nodes(), |child| markup(child, out));
    if is_kept && name != "br" {
        out.push_str(&format!("</{name}>"));
    }
}

fn escape(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            letter => out.push(letter),
        }
    }
}

fn each(nodes: &NodeList, mut work: impl FnMut(&Node)) {
    (0..nodes.length())
        .filter_map(|at| nodes.get(at))
        .for_each(|node| work(&node));
}

/// Returns the elements of a list of nodes.
fn list(nodes: Option<&NodeList>) -> impl Iterator<Item = Element> {
    let all = nodes.into_iter();
    let all = all.flat_map(|nodes| (0..nodes.length()).filter_map(|at| nodes.get(at)));
    all.filter_map(|node| node.dyn_into().ok())
}
