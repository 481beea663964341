//! The public surface is one: what `src/surface` says stands in the documents and in the package, and is what the page has. Each name is
//! looked for in the source, and each name in the source is looked for here.
//!
//! In: the source of page, launcher and styles, as text; the files that are made of the surface. With `RILL_SURFACE=write` those files are
//! written: that is `cargo xtask surface`.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use rill::event::{Timings, Usage};
use rill::surface::{
    EVENTS, METHODS, OWN_PROPERTIES, PARTS, PROPERTIES, SLOTS, Shape, Takes, attributes,
    declarations, manifest, marked, types,
};
use support::root;

/// The launcher's file.
const LAUNCHER: &str = "src/page/rill.js";
/// Attributes that the launcher alone reads.
const OF_THE_LAUNCHER: [&str; 3] = ["loading", "label", "open"];

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The code of all files below a folder, without comments of whole lines.
fn code(folder: &str, endings: &[&str]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for file in support::files(&root().join(folder)).unwrap() {
        let name = file.strip_prefix(root()).unwrap().to_str().unwrap();
        let name = name.replace('\\', "/");
        if endings.iter().any(|ending| name.ends_with(ending)) {
            let text = fs::read_to_string(&file).unwrap();
            let lines = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            found.insert(name, lines.collect::<Vec<&str>>().join("\n"));
        }
    }
    assert!(!found.is_empty(), "{folder}");
    found
}

/// The texts behind each `open`, up to the next `close`.
fn between<'t>(text: &'t str, open: &'t str, close: &'t str) -> impl Iterator<Item = &'t str> {
    let parts = text.split(open).skip(1);
    parts.filter_map(move |part| Some(part.split_once(close)?.0))
}

fn same(what: &str, said: &BTreeSet<String>, found: &BTreeSet<String>) {
    let missing: Vec<_> = said.difference(found).collect();
    let unsaid: Vec<_> = found.difference(said).collect();
    assert!(
        missing.is_empty() && unsaid.is_empty(),
        "{what}: in src/surface and nowhere else: {missing:?}; elsewhere and not in src/surface: {unsaid:?}"
    );
}

fn set<T: Into<String>>(names: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    names.into_iter().map(Into::into).collect()
}

#[test]
fn what_is_made_of_the_surface_is_up_to_date() {
    let document = read("docs/embedding.md");
    let made = [
        ("docs/embedding.md", marked(&document).unwrap()),
        ("package/custom-elements.json", manifest()),
        ("package/rill.d.ts", declarations()),
    ];
    let writes = std::env::var_os("RILL_SURFACE").is_some_and(|word| word == "write");
    for (path, text) in made {
        let file = root().join(path);
        let is_same = fs::read_to_string(&file).is_ok_and(|known| known == text);
        if writes && !is_same {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, &text).unwrap();
            println!("{path} is written anew");
        }
        assert!(
            is_same || writes,
            "{path} is not what src/surface says: run `cargo xtask surface`"
        );
    }
}

#[test]
fn attributes_are_those_that_the_page_reads() {
    let said = set(attributes().iter().map(|attribute| attribute.name));
    let read = set(rill::options::names().chain(OF_THE_LAUNCHER));
    same("attributes", &said, &read);
    // What the launcher has of them, tests/launcher.rs holds; which of them are present or absent, it says by itself.
    let launcher = read_launcher();
    let flags = between(&launcher, "const isFlag = [", "]").next().unwrap();
    let found = set(flags.split('"').skip(1).step_by(2));
    let all = attributes();
    let said = all.iter().filter(|one| matches!(one.takes, Takes::Flag));
    same("flags", &set(said.map(|one| one.name)), &found);
}

fn read_launcher() -> String {
    read(LAUNCHER)
}

#[test]
fn languages_are_those_that_the_page_speaks() {
    let mut found: Vec<String> = fs::read_dir(root().join("locales"))
        .unwrap()
        .filter_map(|file| {
            let name = file.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(".json").map(str::to_owned)
        })
        .collect();
    found.sort();
    let all = attributes();
    let lang = all.iter().find(|one| one.name == "lang").unwrap();
    let Takes::Form(_, words) = &lang.takes else {
        panic!("{:?}", lang.takes)
    };
    let mut said: Vec<&str> = words.split('`').skip(1).step_by(2).collect();
    said.sort_unstable();
    assert_eq!(said, found);
}

#[test]
fn properties_and_methods_are_those_of_the_class() {
    let launcher = read_launcher();
    let class = launcher.split_once("extends HTMLElement {").unwrap().1;
    let class = class.split_once("\n}\n").unwrap().0;
    // Members stand two blanks in; what is private begins with a `#`, what the browser calls ends in `Callback`.
    let heads = class.lines().filter_map(|line| {
        let head = line.strip_prefix("  ")?.strip_suffix('{')?;
        let is_public = head.starts_with(|letter: char| letter.is_ascii_lowercase());
        let (name, _) = head.split_once('(').filter(|_| is_public)?;
        (!name.contains(['=', '#'])).then(|| name.to_owned())
    });
    let heads: BTreeSet<String> = heads.filter(|name| !name.ends_with("Callback")).collect();
    let mut said = set(METHODS.iter().map(|method| method.name));
    for property in OWN_PROPERTIES {
        said.insert(format!("get {}", property.name));
        if !property.is_read_only {
            said.insert(format!("set {}", property.name));
        }
    }
    same("properties and methods", &said, &heads);
}

/// The events that the code tells, with the fields of their details, which each file names behind the event.
fn told() -> BTreeMap<String, BTreeSet<String>> {
    let mut events: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for text in code("src/page", &[".rs"]).values() {
        for call in text.split(".tell(").skip(1) {
            let call = call.split_once("]").unwrap_or((call, "")).0;
            let Some((name, fields)) = call.split_once(',') else {
                continue;
            };
            let names: Vec<String> = match name.trim().strip_prefix('"') {
                Some(name) => vec![name.trim_end_matches('"').to_owned()],
                // A name that is chosen a few lines above.
                None if name.trim() == "name" => between(text, "(\"rill-", "\"")
                    .map(|name| format!("rill-{name}"))
                    .collect(),
                None => continue,
            };
            let fields = set(between(fields, "(\"", "\""));
            for name in names.into_iter().filter(|name| name.starts_with("rill-")) {
                events.entry(name).or_default().extend(fields.clone());
            }
        }
        // What is told a moment later.
        for (at, _) in text.match_indices("tell_soon(") {
            let (before, call) = text.split_at(at);
            let call = call.split_once(");").unwrap().0;
            let Some(name) = call.split('"').nth(1) else {
                continue;
            };
            let fields = match call.split_once("vec![") {
                Some((_, fields)) => fields,
                None => before.rsplit_once("vec![").unwrap().1,
            };
            let fields = fields.split_once(']').unwrap().0;
            events.insert(name.to_owned(), set(between(fields, "(\"", "\"")));
        }
        // The one that is dispatched by hand, because it is asked what came of it.
        for call in text.split("new_with_event_init_dict(\"").skip(1) {
            let name = call.split_once('"').unwrap().0;
            let fields = text.split_once("let known: [").unwrap().1;
            let fields = fields.split_once("];").unwrap().0;
            events.insert(name.to_owned(), set(between(fields, "(\"", "\"")));
        }
    }
    let launcher = read_launcher();
    for call in launcher.split("tell(").skip(1) {
        let call = call.split_once(");").unwrap().0;
        let mut texts = call.split('"').skip(1).step_by(2);
        let (fields, names): (Vec<&str>, Vec<&str>) = match call.split_once('{') {
            Some((_, fields)) => (
                fields
                    .split(',')
                    .filter_map(|field| Some(field.split_once(':')?.0.trim()))
                    .collect(),
                texts.next().into_iter().collect(),
            ),
            None => (Vec::new(), texts.collect()),
        };
        for name in names {
            events
                .entry(name.to_owned())
                .or_default()
                .extend(fields.iter().map(|field| (*field).to_owned()));
        }
    }
    events
}

#[test]
fn events_are_those_that_the_code_tells_with_all_of_their_details() {
    let said: BTreeMap<String, BTreeSet<String>> = EVENTS
        .iter()
        .map(|event| {
            let fields = event.detail.iter().filter(|field| !field.is_answer);
            (event.name.to_owned(), set(fields.map(|field| field.name)))
        })
        .collect();
    let told = told();
    same(
        "events",
        &set(said.keys().cloned()),
        &set(told.keys().cloned()),
    );
    for (name, fields) in &said {
        same(name, fields, &told[name]);
    }
}

#[test]
fn slots_are_those_of_the_views() {
    let mut found = BTreeSet::new();
    for text in code("src/page", &[".rs"]).values() {
        found.extend(between(text, "<slot name=\"", "\"").map(str::to_owned));
    }
    if read_launcher().contains("make(\"slot\")") {
        found.insert(String::new());
    }
    same("slots", &set(SLOTS.map(|slot| slot.name)), &found);
}

#[test]
fn parts_are_those_of_the_views_and_the_launcher() {
    let mut found = BTreeSet::new();
    for text in code("src/page", &[".rs"]).values() {
        let named = between(text, " part=\"", "\"").flat_map(str::split_whitespace);
        found.extend(named.map(str::to_owned));
    }
    let launcher = read_launcher();
    found.extend(between(&launcher, ".part = \"", "\"").map(str::to_owned));
    same("parts", &set(PARTS.map(|part| part.name)), &found);
}

/// The custom properties that a style sheet reads, and those that it sets.
fn variables(css: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let name = |text: &str| {
        let end = text.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-'));
        text[..end.unwrap_or(text.len())].to_owned()
    };
    let read = css.split("var(").skip(1).map(name).collect();
    let set = css.split("--").skip(1).filter_map(|rest| {
        let name = name(rest);
        rest[name.len()..]
            .starts_with(':')
            .then(|| format!("--{name}"))
    });
    (read, set.collect())
}

#[test]
fn the_sites_custom_properties_are_those_that_are_named_and_no_other_comes_in() {
    let mut read = BTreeSet::new();
    let mut own = BTreeSet::new();
    let mut sheets = code("style", &[".css"]);
    sheets.insert(LAUNCHER.to_owned(), read_launcher());
    for css in sheets.values() {
        let (names, sets) = variables(css);
        read.extend(names);
        own.extend(sets);
    }
    // What is not set inside is taken from the site, whatever it means there.
    let from_outside: BTreeSet<String> = read.difference(&own).cloned().collect();
    let said = set(PROPERTIES.map(|property| property.name));
    same("custom properties", &said, &from_outside);
    let not_ours = said.intersection(&own);
    assert_eq!(not_ours.count(), 0, "set inside");
}

#[test]
fn high_contrast_leaves_every_colour_of_the_site_out() {
    let tokens = read("style/tokens.css");
    let rule = |css: &str, selector: &str| {
        let rest = css.split_once(&format!("{selector} {{")).unwrap().1;
        rest.split_once('}').unwrap().0.to_owned()
    };
    let base = rule(&tokens, "\n.rill");
    let colours = base.lines().filter_map(|line| {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(": ")?;
        let is_colour = value.starts_with("var(") && !name.starts_with("site-");
        let is_colour = is_colour && (value.contains("oklch(") || value.contains("tint"));
        is_colour.then(|| name.to_owned())
    });
    let colours: BTreeSet<String> = colours.collect();
    assert!(colours.len() > 8, "{colours:?}");
    let aids = read("style/aids.css");
    for mode in ["high", "auto"] {
        let high = rule(&aids, &format!(".rill.rill.rill[data-contrast=\"{mode}\"]"));
        let (_, set) = variables(&high);
        for colour in &colours {
            assert!(set.contains(&format!("--{colour}")), "{mode}: {colour}");
        }
    }
}

#[test]
fn figures_have_the_fields_that_are_told() {
    let usage = serde_json::to_value(Usage::default()).unwrap();
    let timings = serde_json::to_value(Timings::default()).unwrap();
    for (name, value) in [("RillUsage", usage), ("RillServerTimings", timings)] {
        let types = types();
        let found = types.iter().find(|one| one.name == name).unwrap();
        let Shape::Object(fields) = &found.shape else {
            panic!("{name}")
        };
        let said = set(fields.iter().map(|(name, _)| *name));
        same(
            name,
            &said,
            &set(value.as_object().unwrap().keys().cloned()),
        );
    }
    let frame = read("src/page/reply/frame.rs");
    let timings = between(&frame, "\"timings\": {", "}").next().unwrap();
    let types = types();
    let said = types.iter().find(|one| one.name == "RillTimings").unwrap();
    let Shape::Object(fields) = &said.shape else {
        panic!("RillTimings")
    };
    let found = set(timings.split('"').skip(1).step_by(2));
    same(
        "RillTimings",
        &set(fields.iter().map(|(name, _)| *name)),
        &found,
    );
}

#[test]
fn phases_are_those_of_the_line_under_a_reply() {
    let status = read("src/reply/status.rs");
    let phase = between(&status, "fn phase(", "\n    }\n").next().unwrap();
    let found = set(phase.split('"').skip(1).step_by(2));
    let types = types();
    let said = types.iter().find(|one| one.name == "RillPhase").unwrap();
    let Shape::Alias(words) = &said.shape else {
        panic!("RillPhase")
    };
    same("phases", &set(words.split('"').skip(1).step_by(2)), &found);
}
