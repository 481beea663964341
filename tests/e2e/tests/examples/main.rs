//! The examples that a tool makes, each opened and talked to. `cargo xtask test --examples` makes what can be made, and names the folder
//! in `RILL_EXAMPLES`: the cases of what is not there are not run.

use e2e::page::quote;
use e2e::{Case, Chat, Example, Stage};
use std::path::PathBuf;

fn main() -> std::process::ExitCode {
    let made = std::env::var_os("RILL_EXAMPLES").map(PathBuf::from);
    assert!(
        made.is_some_and(|folder| folder.is_dir()),
        "RILL_EXAMPLES names no folder: `cargo xtask test --examples` makes one"
    );
    e2e::suite::main_of(is_made)
}

/// A case is here if its example was made: its name begins with that of the folder.
fn is_made(case: &Case) -> bool {
    let folder = std::env::var_os("RILL_EXAMPLES").map(PathBuf::from);
    let name = case.name().split('_').next().unwrap_or_default();
    folder.is_some_and(|folder| folder.join(name).is_dir())
}

/// A conversation with the demo, which says that it is one.
async fn converses(chat: &Chat) {
    let turn = chat.ask("Hello").await;
    assert_eq!(turn.end.as_deref(), Some("complete"), "{turn:?}");
    assert!(turn.text.contains("What Rill can draw"), "{turn:?}");
}

/// The text of an element of the page around, by a selector.
fn text(selector: &str) -> String {
    format!("document.querySelector({}).textContent", quote(selector))
}

/// What pages in React and Vue have in common: methods by a reference, attributes that follow the state, events heard.
async fn is_driven(site: &e2e::example::Site, stage: &Stage) {
    let chat = site.open(stage).await;
    chat.page.click("document.querySelector('button')").await;
    let turn = chat.ended().await;
    assert_eq!(turn.end.as_deref(), Some("complete"), "{turn:?}");
    let ends = format!("{} === 'complete'", text("output"));
    chat.page.until::<bool>(&ends).await;
    let words: String = chat.page.js(&text("main p:last-of-type")).await;
    let heard: usize = words
        .split_whitespace()
        .next()
        .and_then(|count| count.parse().ok())
        .unwrap_or_default();
    assert!(heard > 50, "the text was heard as it came: {words}");
    let theme = |is: &str| format!("e2e.host().getAttribute('theme') === '{is}'");
    assert!(chat.page.js::<bool>(&theme("light")).await);
    chat.page.click("document.querySelector('input')").await;
    chat.page.until::<bool>(&theme("dark")).await;
    // A function arrives as a property, and not as a text.
    let context: String = chat.page.js("e2e.host().context()").await;
    assert_eq!(context, "The page is dark.");
    converses(&chat).await;
    let ends = format!("{} === 'complete, complete'", text("output"));
    chat.page.until::<bool>(&ends).await;
}

#[e2e::case]
async fn react_sets_properties_calls_methods_and_hears_events(stage: Stage) {
    let site = Example::named("react").built().start().await;
    is_driven(&site, &stage).await;
}

#[e2e::case]
async fn vue_sets_properties_calls_methods_and_hears_events(stage: Stage) {
    let site = Example::named("vue").built().start().await;
    is_driven(&site, &stage).await;
}

#[e2e::case]
async fn mkdocs_keeps_the_element_and_its_module(stage: Stage) {
    let site = Example::named("mkdocs").built().start().await;
    let chat = site.open(&stage).await;
    chat.page.says("What does the handbook not say?").await;
    converses(&chat).await;
}

#[e2e::case]
async fn hugo_hands_the_attributes_of_its_shortcode_on(stage: Stage) {
    let site = Example::named("hugo").built().start().await;
    let chat = site.open(&stage).await;
    chat.page.says("What would you like to know?").await;
    converses(&chat).await;
}

#[e2e::case]
async fn wordpress_prints_what_its_plugin_allows_and_nothing_else(stage: Stage) {
    let site = Example::named("wordpress").built().start().await;
    let chat = site.open(&stage).await;
    chat.page.says("What is <left> open?").await;
    let names: Vec<String> = chat.page.js("e2e.host().getAttributeNames()").await;
    assert!(names.contains(&"lock".to_owned()), "{names:?}");
    assert!(!names.contains(&"onfocus".to_owned()), "{names:?}");
    let style: String = chat.page.js("e2e.host().getAttribute('style')").await;
    assert_eq!(style, "block-size: 32rem", "an author's own is left out");
    converses(&chat).await;
}
