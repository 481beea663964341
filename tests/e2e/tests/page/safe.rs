//! Nothing that a model writes becomes markup, a script, or a request, but through our own renderer.

use e2e::Stage;
use lab::{Dialect, percent_encode};
use serde_json::Value;

async fn answer(stage: &Stage, text: &str) -> (e2e::Chat, e2e::chat::Turn) {
    let chat = stage
        .chat(
            Dialect::OpenAi,
            &format!("delay=0;text={}", percent_encode(text)),
            "",
        )
        .await;
    let turn = chat.ask("Hello").await;
    assert_eq!(turn.fate(), ("complete", Some("stop")));
    (chat, turn)
}

#[e2e::case]
pub async fn markup_of_a_model_is_text(stage: Stage) {
    let text = "Before <b>bold?</b> <img src=x onerror=\"globalThis.owned=1\"> after.\n\n<script>globalThis.owned=2</script>\n\n<iframe src=\"https://example.org\"></iframe>\n\n<style>* { display: none }</style>\n\n<svg onload=\"globalThis.owned=3\"></svg>\n\nThe end.";
    let (chat, turn) = answer(&stage, text).await;
    for shown in [
        "<b>bold?</b>",
        "onerror=",
        "<script>globalThis.owned=2</script>",
        "<iframe",
        "<svg onload",
        "The end.",
    ] {
        assert!(
            turn.text.contains(shown),
            "{shown} is not shown in {}",
            turn.text
        );
    }
    let made: Vec<String> = chat.page.js("e2e.every(0, '.answer :is(b, img, script, iframe, style, object, embed, form, base, meta, link)').map((element) => element.outerHTML)").await;
    assert!(made.is_empty(), "{made:?}");
    assert!(chat.page.js::<bool>("globalThis.owned === undefined").await);
    // What the person writes is text, too.
    chat.ask("<img src=x onerror=\"globalThis.owned=4\"> [me](javascript:globalThis.owned=5)")
        .await;
    let made: Vec<String> = chat.page.js("e2e.every(0, 'article :is(img, script), article a[href^=javascript]').map((element) => element.outerHTML)").await;
    assert!(made.is_empty(), "{made:?}");
    assert!(chat.page.js::<bool>("globalThis.owned === undefined").await);
}

#[e2e::case]
pub async fn only_safe_links_are_links(stage: Stage) {
    let text = "[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](data:text/html,<script>alert(1)</script>) [d](vbscript:x) [e](file:///etc/passwd) <javascript:alert(1)> [f](https://example.org/f) [g](mailto:river@example.org) [h](http://example.org/h)";
    let (chat, turn) = answer(&stage, text).await;
    for word in ["a", "b", "c", "d", "e", "f", "g", "h"] {
        assert!(turn.text.contains(word));
    }
    let links: Vec<Value> = chat.page.js("e2e.every(0, '.answer a[href]').map((link) => ({ href: link.getAttribute('href'), rel: link.rel, target: link.target }))").await;
    let addresses: Vec<&str> = links
        .iter()
        .filter_map(|link| link["href"].as_str())
        .collect();
    assert_eq!(
        addresses,
        [
            "https://example.org/f",
            "mailto:river@example.org",
            "http://example.org/h"
        ]
    );
    for link in links.iter().filter(|link| {
        link["href"]
            .as_str()
            .is_some_and(|href| href.starts_with("http"))
    }) {
        assert_eq!(link["target"], "_blank", "{link}");
        let rel = link["rel"].as_str().unwrap_or("");
        assert!(
            rel.contains("noopener") || rel.contains("noreferrer"),
            "{link}"
        );
    }
}

#[e2e::case]
pub async fn images_from_elsewhere_wait_for_a_click(stage: Stage) {
    let image = format!("{}/river.png", stage.lab.url(Dialect::LlamaCpp, ""));
    let pixel = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
    let svg = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=";
    let (chat, _) = answer(&stage, &format!("A river: ![the river]({image})\n\nA dot: ![a dot]({pixel})\n\nA drawing: ![a drawing]({svg})")).await;
    let asked = || {
        stage
            .lab
            .log()
            .iter()
            .filter(|entry| entry.path == "/river.png")
            .count()
    };
    let shown: Vec<String> = chat
        .page
        .js("e2e.every(0, '.answer img').map((image) => image.src)")
        .await;
    assert_eq!(shown, [pixel], "only raster images that come with the text");
    assert_eq!(asked(), 0);
    chat.button(&format!("Load image from 127.0.0.1:{}", stage.lab.port()))
        .await;
    stage
        .lab
        .wait_for("the image", |log| {
            log.iter()
                .find(|entry| entry.path == "/river.png")
                .map(drop)
        })
        .await;
    assert_eq!(asked(), 1);
}
