//! A phone: a narrow window, and a finger in the place of the mouse. In every engine.

use e2e::engine::Kind;
use e2e::{Chat, Stage};
use lab::{Dialect, percent_encode};

/// Counts how the person points, from now on.
const POINTERS: &str = "(globalThis.pointers = [], addEventListener('pointerdown', (event) => pointers.push(event.pointerType), true), true)";

/// What is wider than the window.
const WIDE: &str = "[document.documentElement, ...e2e.every(0, '.head, .head button, .answer, .said, .composer, .composer button, .status, dialog[open]')]
    .filter(e2e.visible).filter((one) => { const box = one.getBoundingClientRect(); return box.right > innerWidth + 1 || box.left < -1; })
    .map((one) => `${one.localName}.${one.className}`)";

async fn fits(chat: &Chat, state: &str) {
    let none = format!("({WIDE}).length === 0");
    let fits = chat.page.within(std::time::Duration::from_secs(20), &none);
    if fits.await != Some(true) {
        let wide: Vec<String> = chat.page.js(WIDE).await;
        panic!("{state}: wider than the window: {wide:?}");
    }
}

#[e2e::case]
async fn fingers_converse_stop_and_look_around(stage: Stage) {
    let text = percent_encode(
        "A river is **long**, and `code` is beside it.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    );
    let quick = format!("delay=0;text={text}");
    let chat = stage
        .phone(&stage.query(Dialect::LlamaCpp, &quick, "lang=en"))
        .await;
    let width: i64 = chat.page.js("innerWidth").await;
    assert!(width <= 480, "a phone's width, not {width}");
    chat.page.js::<bool>(POINTERS).await;
    fits(&chat, "the first screen").await;

    chat.focus().await;
    chat.page.insert("Tell me of the river.").await;
    chat.button("Send").await;
    let turn = chat.ended().await;
    assert_eq!(turn.fate(), ("complete", Some("stop")), "{turn:?}");
    fits(&chat, "a reply").await;

    for name in ["Conversations", "Server"] {
        chat.button(name).await;
        chat.page
            .until::<bool>("e2e.every(0, 'dialog[open]').length > 0")
            .await;
        fits(&chat, name).await;
        chat.close_dialog().await;
    }
    let pointers: Vec<String> = chat.page.js("pointers").await;
    // WebKitGTK's driver takes a finger, and has the mouse do what it does.
    let kind = match stage.browser.kind() {
        Kind::WebKit => "mouse",
        _ => "touch",
    };
    assert!(
        pointers.len() >= 4 && pointers.iter().all(|one| one == kind),
        "it was a finger each time: {pointers:?}"
    );
}

#[e2e::case]
async fn a_finger_stops_a_reply(stage: Stage) {
    let slow = "first=0;delay=20;tokens=6000";
    let chat = stage
        .phone(&stage.query(Dialect::LlamaCpp, slow, "lang=en"))
        .await;
    // With a finger, Enter breaks the line.
    chat.focus().await;
    chat.page.insert("Tell me of the river.").await;
    chat.button("Send").await;
    chat.shows(20).await;
    chat.button("Stop").await;
    let turn = chat.ended().await;
    assert_eq!(turn.fate(), ("stopped", None), "{turn:?}");
    fits(&chat, "a stopped reply").await;
}
