//! The public surface, as a site uses it: slots, custom properties, parts, and the details of events.

use crate::look::embedded;
use e2e::Stage;
use e2e::page::Page;
use lab::{Dialect, percent_encode};
use serde_json::Value;
use support::root;

async fn run(page: &Page, script: &str) -> Value {
    page.js(&format!("(() => {{ {script} }})()")).await
}

/// Puts a style sheet into the site's page.
async fn site_style(page: &Page, css: &str) {
    let css = e2e::page::quote(css);
    run(
        page,
        &format!("document.head.append(Object.assign(document.createElement('style'), {{ textContent: {css} }})); return null;"),
    )
    .await;
}

/// An expression for the first element inside with this part.
fn part(name: &str) -> String {
    format!("e2e.every(0, '[part~={name}]')[0]")
}

/// A computed colour as red, green and blue, whatever words it has.
async fn colour(page: &Page, element: &str, of: &str) -> [f64; 3] {
    page.js(&format!(
        "(() => {{
            const paper = new OffscreenCanvas(1, 1).getContext('2d');
            paper.fillStyle = getComputedStyle({element})[{}];
            paper.fillRect(0, 0, 1, 1);
            return [...paper.getImageData(0, 0, 1, 1).data].slice(0, 3);
        }})()",
        e2e::page::quote(of)
    ))
    .await
}

/// Contrast as WCAG 2.2 measures it.
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let light = |colour: [f64; 3]| {
        let [red, green, blue] = colour.map(|part| match part / 255.0 {
            part if part <= 0.040_45 => part / 12.92,
            part => ((part + 0.055) / 1.055).powf(2.4),
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    };
    let (one, other) = (light(one), light(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[e2e::case]
async fn slots_show_the_sites_content_and_give_the_place_back(stage: Stage) {
    let chat = embedded(&stage, &[(Dialect::OpenAi, "delay=0")])
        .await
        .remove(0);
    let page = &chat.page;
    // The site's own rules hold for what is its own.
    site_style(page, "rill-chat b { letter-spacing: 3px }").await;
    for (slot, rills) in [
        ("header", "[part~=title]"),
        ("empty", ".welcome h1"),
        ("empty", ".examples button"),
        ("footer", ""),
    ] {
        let seen = |is_there: bool| match rills {
            "" => "true".to_owned(),
            rills => format!("e2e.every(0, '{rills}').some(e2e.visible) === {is_there}"),
        };
        page.until::<bool>(&seen(true)).await;
        let put = format!(
            "globalThis.own = Object.assign(document.createElement('b'), {{ slot: '{slot}', textContent: 'Our own words' }}); e2e.host().append(own); return null;"
        );
        run(page, &put).await;
        page.until::<bool>(&format!("e2e.visible(own) && {}", seen(false)))
            .await;
        let spacing: String = page.js("getComputedStyle(own).letterSpacing").await;
        assert_eq!(spacing, "3px", "{slot}");
        if slot == "footer" {
            let place = "own.getBoundingClientRect().top >= e2e.every(0, '.composer')[0].getBoundingClientRect().bottom && own.getBoundingClientRect().bottom <= e2e.host().getBoundingClientRect().bottom";
            assert!(page.js::<bool>(place).await, "it is not below the composer");
        }
        if slot == "empty" {
            // Who answers is still said.
            let who = "e2e.every(0, '.welcome [role=status]').some(e2e.visible)";
            assert!(page.js::<bool>(who).await);
        }
        run(page, "own.remove(); return null;").await;
        page.until::<bool>(&seen(true)).await;
    }
    // What is there from the beginning needs no event to be seen.
    run(
        page,
        "e2e.host().append(Object.assign(own, { slot: 'empty' })); return null;",
    )
    .await;
    chat.ask("Hello").await;
    page.until::<bool>("!e2e.visible(own)").await;
    run(page, "e2e.host().clear(); return null;").await;
    page.until::<bool>("e2e.visible(own) && !e2e.every(0, '.examples button').some(e2e.visible)")
        .await;
}

#[e2e::case]
async fn a_sites_colours_sizes_and_parts_are_seen(stage: Stage) {
    let chat = embedded(&stage, &[(Dialect::OpenAi, "delay=0")])
        .await
        .remove(0);
    let page = &chat.page;
    run(
        page,
        "e2e.host().setAttribute('theme', 'light'); return null;",
    )
    .await;
    let before = colour(page, &part("page"), "backgroundColor").await;
    site_style(
        page,
        "body { --scale: 3; --site-soft: red; --room: 9px }
         rill-chat {
            --rill-ground: light-dark(rgb(250, 240, 220), rgb(40, 20, 60)); --rill-text: light-dark(rgb(60, 0, 0), rgb(250, 230, 250));
            --rill-accent: rgb(255, 225, 60); --rill-own: rgb(200, 220, 255);
            --rill-font: monospace; --rill-size: 20px; --rill-radius: 3px; --rill-measure: 30ch;
         }
         rill-chat::part(composer) { border-top-width: 7px }
         rill-chat::part(turn user) { outline: 3px solid rgb(1, 2, 3) }
         rill-chat::part(assistant) { outline: 4px solid rgb(1, 2, 3) }",
    )
    .await;
    assert_ne!(before, [250.0, 240.0, 220.0]);
    chat.ask("Hello").await;
    chat.focus().await;
    page.insert("More").await;
    let look = |part_name: &str, of: &str| {
        format!(
            "getComputedStyle({})[{}]",
            part(part_name),
            e2e::page::quote(of)
        )
    };
    for (part_name, of, expect) in [
        ("page", "backgroundColor", "rgb(250, 240, 220)"),
        ("page", "color", "rgb(60, 0, 0)"),
        ("page", "fontSize", "20px"),
        ("page", "fontFamily", "monospace"),
        ("send", "backgroundColor", "rgb(255, 225, 60)"),
        ("send", "borderTopLeftRadius", "3px"),
        ("composer", "borderTopWidth", "7px"),
        ("user", "outlineWidth", "3px"),
        ("assistant", "outlineWidth", "4px"),
    ] {
        let wish = format!("{} === {}", look(part_name, of), e2e::page::quote(expect));
        if page
            .within::<bool>(std::time::Duration::from_secs(20), &wish)
            .await
            .is_none()
        {
            let found: String = page.js(&look(part_name, of)).await;
            panic!("{part_name}: {of} is {found}, not {expect}");
        }
    }
    let said = "e2e.every(0, '.said')[0]";
    assert_eq!(
        colour(page, said, "backgroundColor").await,
        [200.0, 220.0, 255.0]
    );
    // What is not named follows: text on the accent, fields, quiet words.
    for theme in ["light", "dark"] {
        run(
            page,
            &format!("e2e.host().setAttribute('theme', '{theme}'); return null;"),
        )
        .await;
        page.until::<bool>(&format!(
            "e2e.every(0, '.rill')[0].dataset.theme === '{theme}'"
        ))
        .await;
        // Colours fade into each other.
        page.until::<bool>(
            "document.getAnimations().length === 0 && e2e.root().getAnimations().length === 0",
        )
        .await;
        for (front, back) in [
            (part("send"), part("send")),
            (part("field"), part("composer")),
            (part("status"), part("page")),
        ] {
            let (ink, ground) = (
                colour(page, &front, "color").await,
                colour(page, &back, "backgroundColor").await,
            );
            let found = contrast(ink, ground);
            assert!(
                found >= 4.5,
                "{theme}: {front} {ink:?} on {ground:?}: {found:.2}"
            );
        }
    }
    // The reader comes first.
    run(page, "e2e.host().setAttribute('theme', 'light'); e2e.host().setAttribute('contrast', 'high'); e2e.host().setAttribute('text-size', '150'); e2e.host().setAttribute('font', 'serif'); return null;").await;
    for (part_name, of, expect) in [
        ("page", "backgroundColor", "rgb(255, 255, 255)"),
        ("page", "color", "rgb(0, 0, 0)"),
        ("page", "fontSize", "30px"),
    ] {
        let wish = format!("{} === {}", look(part_name, of), e2e::page::quote(expect));
        page.until::<bool>(&wish).await;
    }
    assert_ne!(
        colour(page, said, "backgroundColor").await,
        [200.0, 220.0, 255.0]
    );
    let serif = format!("{}.includes('serif')", look("page", "fontFamily"));
    assert!(page.js::<bool>(&serif).await);
}

#[e2e::case(Media, Forced)]
async fn forced_colours_leave_those_of_the_site_out(stage: Stage) {
    let chat = embedded(&stage, &[(Dialect::OpenAi, "delay=0")])
        .await
        .remove(0);
    site_style(
        &chat.page,
        "rill-chat { --rill-ground: rgb(250, 240, 220); --rill-text: rgb(60, 0, 0) }",
    )
    .await;
    chat.page.forced_colors(false).await;
    run(&chat.page, "globalThis.plain = Object.assign(document.createElement('p'), { textContent: 'x' }); plain.style.cssText = 'background: Canvas; color: CanvasText'; document.body.append(plain); return null;").await;
    for of in ["backgroundColor", "color"] {
        assert_eq!(
            colour(&chat.page, &part("page"), of).await,
            colour(&chat.page, "plain", of).await,
            "{of}"
        );
    }
}

/// The events of the table, each with the names and types of its detail's fields.
fn table() -> Vec<(String, Vec<(String, String)>)> {
    let file = root().join("package/custom-elements.json");
    let text = std::fs::read_to_string(file).expect("the manifest");
    let manifest: Value = serde_json::from_str(&text).expect("JSON");
    let events = manifest["modules"][0]["declarations"][0]["events"].as_array();
    let events = events.expect("events").iter().map(|event| {
        let takes = event["type"]["text"].as_str().unwrap_or_default();
        let fields = takes
            .split_once("{ ")
            .and_then(|(_, rest)| rest.split_once(" }"));
        let fields = fields.map_or("", |(fields, _)| fields).split("; ");
        let fields = fields.filter_map(|field| field.split_once(": "));
        let fields = fields.map(|(name, takes)| (name.to_owned(), takes.to_owned()));
        (
            event["name"].as_str().unwrap_or_default().to_owned(),
            fields.collect(),
        )
    });
    events.collect()
}

/// Whether a value is of a type of the table.
fn fits(value: &Value, takes: &str) -> bool {
    takes.split(" | ").any(|takes| match takes {
        "null" => value.is_null(),
        "number" => value.is_number(),
        "RillUsage" | "RillTimings" => value.is_object(),
        _ => value.is_string(),
    })
}

/// Notes every event that an element tells, also one that nobody knows.
const LISTEN: &str = "
    globalThis.told = [];
    const dispatch = EventTarget.prototype.dispatchEvent;
    EventTarget.prototype.dispatchEvent = function (event) {
        if (this.localName === 'rill-chat' && event.type.startsWith('rill-')) told.push([event.type, structuredClone(event.detail), event.bubbles && event.composed, event.cancelable]);
        return dispatch.call(this, event);
    };
";

#[e2e::case]
async fn events_come_with_the_details_of_the_table(stage: Stage) {
    let options = format!(
        "delay=5;think={};text=It+is+blue.",
        percent_encode("Let me see.")
    );
    let chat = stage.chat_with(LISTEN, &options, "").await;
    chat.ask("Hello").await;
    let broken = stage
        .chat_with(LISTEN, "first=0;error=before:500", "")
        .await;
    broken.ask("Hello").await;
    let table = table();
    let mut heard = Vec::new();
    for page in [&chat.page, &broken.page] {
        page.until::<bool>("told.some(([name]) => name === 'rill-end')")
            .await;
        let told: Vec<(String, Value, bool, bool)> = page.js("told").await;
        for (name, detail, crosses, can_be_cancelled) in told {
            let (_, fields) = table
                .iter()
                .find(|(known, _)| *known == name)
                .unwrap_or_else(|| panic!("{name} is in no table"));
            let detail = detail.as_object().cloned().unwrap_or_default();
            for (field, takes) in fields {
                // What a listener may answer is there only if one did.
                if let Some(field) = field.strip_suffix('?') {
                    assert!(!detail.contains_key(field), "{name}: {field}");
                    continue;
                }
                let value = detail.get(field);
                let value = value.unwrap_or_else(|| panic!("{name} has no {field}: {detail:?}"));
                assert!(
                    fits(value, takes),
                    "{name}: {field} is {value}, not {takes}"
                );
            }
            let unknown: Vec<&String> = detail
                .keys()
                .filter(|key| !fields.iter().any(|(field, _)| field == *key))
                .collect();
            assert!(unknown.is_empty(), "{name}: {unknown:?}");
            assert!(crosses, "{name}");
            assert_eq!(can_be_cancelled, name == "rill-before-send", "{name}");
            if !heard.contains(&name) {
                heard.push(name);
            }
        }
    }
    for name in COMES {
        assert!(
            heard.iter().any(|heard| heard == name),
            "{name} did not come: {heard:?}"
        );
    }
}

/// What a conversation brings, and one that fails.
const COMES: [&str; 10] = [
    "rill-ready",
    "rill-connect",
    "rill-before-send",
    "rill-send",
    "rill-status",
    "rill-reasoning",
    "rill-delta",
    "rill-verdict",
    "rill-end",
    "rill-error",
];
