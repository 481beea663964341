//! Pictures: chosen, pasted and dropped, sent the way that each server takes them, refused with a word.

use crate::talk::chats;
use e2e::stage::pictures_folder;
use e2e::{Chat, Stage};
use lab::Dialect;
use serde_json::Value;

/// A file as a page's script would have it: `png`, `text`, `svg`, `big`.
pub async fn give(chat: &Chat, how: &str, what: &str) {
    let way = match how {
        "choose" => {
            "const field = e2e.every(0, 'input[type=file]')[0]; field.files = data.files; field.dispatchEvent(new Event('change', { bubbles: true }));"
        }
        "paste" => "e2e.paste(data);",
        _ => {
            "e2e.every(0, 'main')[0].dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true, composed: true }));"
        }
    };
    let make = format!(
        "(async () => {{
            const canvas = new OffscreenCanvas(120, 80);
            const pen = canvas.getContext('2d');
            pen.fillStyle = 'teal';
            pen.fillRect(0, 0, 120, 80);
            const files = {{
                png: new File([await canvas.convertToBlob()], 'river.png', {{ type: 'image/png' }}),
                text: new File(['no picture'], 'river.png', {{ type: 'image/png' }}),
                svg: new File(['<svg/>'], 'river.svg', {{ type: 'image/svg+xml' }}),
                big: new File([new Uint8Array(11e6)], 'sea.png', {{ type: 'image/png' }}),
            }};
            const data = new DataTransfer();
            data.items.add(files.{what});
            {way}
            return null;
        }})()"
    );
    let _: Value = chat.page.js(&make).await;
}

pub async fn previews(chat: &Chat, count: usize) {
    chat.page
        .until::<bool>(&format!(
            "e2e.every(0, '.previews img').filter((image) => image.naturalWidth === 120).length === {count}"
        ))
        .await;
}

#[e2e::case]
pub async fn pictures_go_out_as_each_server_takes_them(stage: Stage) {
    for (dialect, options) in [
        (Dialect::OpenAi, "delay=0"),
        (Dialect::Ollama, "delay=0;models=llava"),
    ] {
        let chat = stage.chat(dialect, options, "").await;
        chat.page
            .until::<bool>(&format!("!!{}", chat.find("button", "Add image")))
            .await;
        for (how, count) in [("choose", 1), ("paste", 2), ("drop", 3)] {
            give(&chat, how, "png").await;
            previews(&chat, count).await;
        }
        chat.page
            .screenshot(&pictures_folder().join("images.png"))
            .await;
        chat.button("Remove image").await;
        previews(&chat, 2).await;
        let turn = chat.ask("What is this?").await;
        assert_eq!(turn.fate(), ("complete", Some("stop")), "{turn:?}");
        previews(&chat, 0).await;
        let shown: usize = chat
            .page
            .js("e2e.every(0, 'article[data-role=user] img').length")
            .await;
        assert_eq!(shown, 2);
        let log = stage.lab.log();
        let body = chats(&log).last().expect("a request").json();
        let message = &body["messages"][0];
        let sent: Vec<&str> = if dialect == Dialect::Ollama {
            let images = message["images"].as_array().expect("images");
            images.iter().filter_map(Value::as_str).collect()
        } else {
            let parts = message["content"].as_array().expect("parts");
            let urls = parts
                .iter()
                .filter_map(|part| part["image_url"]["url"].as_str());
            urls.filter_map(|url| url.strip_prefix("data:image/png;base64,"))
                .collect()
        };
        assert_eq!(sent.len(), 2, "{message}");
        assert!(sent.iter().all(|image| image.starts_with("iVBORw")));
        // They stay with their question.
        chat.button("Retry").await;
        chat.ended().await;
        let log = stage.lab.log();
        let again = chats(&log).last().expect("a request").json();
        assert_eq!(again["messages"][0], *message);
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn what_cannot_be_seen_is_refused_with_a_word(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "delay=0", "").await;
    let says = async |chat: &Chat, words: &str| {
        chat.page
            .until::<bool>(&format!(
                "e2e.every(0, '[role=alert]').some((one) => one.innerText.includes({}))",
                e2e::page::quote(words)
            ))
            .await;
    };
    chat.page
        .until::<bool>(&format!("!!{}", chat.find("button", "Add image")))
        .await;
    for (what, words) in [
        ("text", "river.png is no picture"),
        ("svg", "river.svg is no picture"),
        ("big", "sea.png is bigger than 10 MB"),
    ] {
        give(&chat, "drop", what).await;
        says(&chat, words).await;
    }
    previews(&chat, 0).await;
    // A picture that can be taken takes the word away.
    give(&chat, "paste", "png").await;
    previews(&chat, 1).await;
    let silent: bool = chat
        .page
        .js("e2e.every(0, '.previews [role=alert]').every((one) => !e2e.visible(one))")
        .await;
    assert!(silent);

    // A model that cannot see, and a server that takes no pictures at all.
    let chat = stage
        .chat(Dialect::OpenRouter, "delay=0", "model=lab%2Flake")
        .await;
    chat.page
        .until::<bool>(&format!("!!{}", chat.find("button", "Add image")))
        .await;
    let blind: String = chat
        .page
        .js("e2e.every(0, '.link-name')[0].innerText")
        .await;
    chat.button("Add image").await;
    says(&chat, &format!("{blind} cannot see pictures")).await;
    let chat = stage.chat(Dialect::Jarvis, "origins=*", "").await;
    give(&chat, "paste", "png").await;
    says(&chat, "cannot see pictures").await;
    let there: bool = chat
        .page
        .js(&format!("!!{}", chat.find("button", "Add image")))
        .await;
    assert!(!there);
}
