//! The rules of the views, read from their source: what the kit has is taken from the kit, and only few make elements by hand.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// The kit's own rooms.
const KIT: &str = "src/page/ui/kit/";
/// Who makes elements by hand, because something else than a view decides when.
const BY_HAND: [&str; 4] = [
    "src/page/ui/dom.rs",
    "src/page/painter/",
    "src/page/annex/",
    "src/page/diagram/",
];
/// Who is helped by `dom.rs`.
const HELPED: [&str; 9] = [
    "src/page/ui/boat.rs",
    "src/page/ui/turns.rs",
    "src/page/ui/tokens.rs",
    "src/page/ui/file.rs",
    "src/page/ui/list/rows.rs",
    "src/page/ui/side.rs",
    "src/page/embed.rs",
    "src/page/history/",
    "src/page/rehearsal.rs",
];

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push(path);
        }
    }
}

/// What a file does that it may not.
fn faults(path: &str, source: &str) -> Vec<String> {
    let code: String = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let is_in = |rooms: &[&str]| rooms.iter().any(|room| path.starts_with(room));
    let mut faults = Vec::new();
    let mut forbid = |found: bool, why: &str| {
        if found {
            faults.push(format!("{path}: {why}"));
        }
    };
    let imports = |name: &str| {
        code.split(';').any(|line| {
            let names = line.split_once("kit::").map(|(_, names)| names);
            line.trim_start().starts_with("use ")
                && names.is_some_and(|names| {
                    names
                        .split(|letter: char| !letter.is_alphanumeric())
                        .any(|word| word == name)
                })
        })
    };
    for name in ["Show", "For"] {
        let tag = format!("<{name}");
        let uses = code.match_indices(&tag).any(|(at, _)| {
            let next = code
                .get(at + tag.len()..)
                .and_then(|rest| rest.chars().next());
            next.is_some_and(|next| next.is_whitespace() || next == '>')
        });
        forbid(
            uses && !imports(name) && !is_in(&[KIT]),
            &format!("<{name}> is the prelude's; take it from ui::kit"),
        );
    }
    for (tag, instead) in [("<select", "Select"), ("<dialog", "Panel or Dialog")] {
        forbid(
            code.contains(tag) && !is_in(&[KIT]),
            &format!("{tag}> stands outside of the kit; take {instead}"),
        );
    }
    for call in ["create_element", "create_text_node", "create_comment"] {
        forbid(
            code.contains(call) && !is_in(&BY_HAND),
            &format!("{call} makes by hand what a view can make"),
        );
    }
    let asks_for_help = code.contains("dom::");
    forbid(
        asks_for_help && !is_in(&BY_HAND) && !is_in(&HELPED),
        "dom.rs is for what must be made by hand",
    );
    faults
}

#[test]
fn views_are_made_of_the_kit() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    files(&root.join("src/page"), &mut all);
    let faults: Vec<String> = all
        .iter()
        .flat_map(|file| {
            let name = file.strip_prefix(root).unwrap().display().to_string();
            faults(&name, &fs::read_to_string(file).unwrap())
        })
        .collect();
    assert!(all.len() > 40, "the views stand elsewhere");
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn what_breaks_a_rule_is_found() {
    let check = |path: &str, source: &str, count: usize| {
        let found = faults(path, source);
        assert_eq!(found.len(), count, "{path}: {source}: {found:?}");
    };
    let ui = "src/page/ui/some.rs";
    check(ui, "view! { <Show when=on>\"\"</Show> }", 1);
    check(
        ui,
        "use super::kit::{For, Hint}; view! { <Show when=on>\"\"</Show> }",
        1,
    );
    check(
        ui,
        "use super::kit::{For, Show}; view! { <Show when=on>\"\"</Show> }",
        0,
    );
    check(
        ui,
        "use super::kit::Forms; view! { <For\n each=all key let:one>{one}</For> }",
        1,
    );
    check(ui, "use super::kit::Form; view! { <Form chat /> }", 0);
    check(
        ui,
        "view! { <select></select> <dialog class=\"panel\"></dialog> }",
        2,
    );
    check("src/page/ui/kit/field.rs", "view! { <select></select> }", 0);
    check(ui, "// a <select> of the kit", 0);
    check(ui, "document().create_element(\"p\")", 1);
    check("src/page/painter/", "document().create_element(\"p\")", 0);
    check(ui, "use super::dom::el;", 1);
    check("src/page/ui/tokens.rs", "use super::dom::el;", 0);
}
