//! The public surface of `<rill-chat>` as data: attributes, properties, methods, events, slots, custom properties, parts.
//!
//! In: what the house has elsewhere (settings, kinds, ends, verdicts, the style sheet); the rest is written here and nowhere else. Out: the
//! tables of `docs/embedding.md` ([`tables`]), the manifest that tools read ([`mod@manifest`]), the declarations for TypeScript
//! ([`declarations`]). Types are TypeScript's, sentences are markdown. It must not know the page: `tests/surface.rs` holds it against the
//! page's source, and `cargo xtask surface` writes the files.

mod attributes;
mod events;
mod look;
mod manifest;
mod members;
mod tables;
mod types;
mod typescript;

pub use attributes::{Attribute, Takes, attributes};
pub use events::{EVENTS, Event, Field};
pub use look::{CustomProperty, PARTS, PROPERTIES, Part, SLOTS, Slot};
pub use manifest::manifest;
pub use members::{Argument, METHODS, Method, OWN_PROPERTIES, Property};
pub use tables::{TABLES, marked};
pub use types::{Shape, Type, types};
pub use typescript::declarations;

/// The element's name.
pub const TAG: &str = "rill-chat";
/// The element's class.
pub const CLASS: &str = "RillChat";
/// The file that a site includes, and that defines the element.
pub const SCRIPT: &str = "rill.js";

/// A list of texts in TypeScript: `"auto" | "light" | "dark"`.
fn union(texts: &[&str]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| format!("\"{text}\"")).collect();
    quoted.join(" | ")
}

/// A sentence without the marks of markdown: links are their words.
fn plain(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut rest = words;
    while let Some((before, link)) = rest.split_once('[') {
        out.push_str(before);
        match link.split_once("](") {
            Some((name, target)) => {
                out.push_str(name);
                rest = target.split_once(')').map_or("", |(_, behind)| behind);
            }
            None => {
                out.push('[');
                rest = link;
            }
        }
    }
    out.push_str(rest);
    out.replace('`', "").replace("\\|", "|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_sentence_has_no_marks() {
        assert_eq!(
            plain("a [kind of server](servers.md), `one` of [2"),
            "a kind of server, one of [2"
        );
        assert_eq!(union(&["a", "b"]), "\"a\" | \"b\"");
    }
}
