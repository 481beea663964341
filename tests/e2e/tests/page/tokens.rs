//! Tokens looked into: how likely they were, what could have stood there, what they looked at.

use crate::talk::chats;
use e2e::stage::pictures_folder;
use e2e::{Chat, Stage};
use lab::{Dialect, percent_encode};
use serde_json::{Value, json};

/// Turns them on, as a person does.
async fn look_into_tokens(chat: &Chat) {
    chat.button("Settings").await;
    chat.page
        .click("e2e.every(0, 'input[role=switch]:enabled')[0]")
        .await;
    chat.page.press("Escape", 0).await;
    chat.page
        .until::<bool>("!e2e.every(0, 'dialog[open]').length")
        .await;
}

const STRIP: &str = "e2e.every(0, '.strip')[0]";

#[e2e::case]
pub async fn probabilities_grow_with_the_text_that_is_shown(stage: Stage) {
    let text = "One two three four five six seven eight nine ten.";
    let options = format!("delay=0;text={}", percent_encode(text));
    let chat = stage.chat(Dialect::Vllm, &options, "pace=60").await;
    let plain = chat.ask("Count").await;
    assert_eq!(plain.fate(), ("complete", Some("stop")));
    assert!(
        chats(&stage.lab.log())[0].json().get("logprobs").is_none(),
        "nobody asked for them yet"
    );
    look_into_tokens(&chat).await;
    chat.send("Count again").await;
    stage
        .lab
        .wait_for("the end of the stream", |log| chats(log).get(1)?.ended_at)
        .await;
    // All has come; the strip shows no more than the answer does.
    let early: Value = chat
        .page
        .until(&format!(
            "(() => {{ const strip = {STRIP}; return strip && {{ strip: strip.textContent, answer: e2e.turn(0, -1).text, end: e2e.turn(0, -1).end }}; }})()"
        ))
        .await;
    let (strip, answer) = (
        early["strip"].as_str().unwrap_or_default(),
        early["answer"].as_str().unwrap_or_default(),
    );
    assert_eq!(early["end"], "running", "{early}");
    assert!(
        !strip.is_empty() && answer.starts_with(strip.trim_end()) && strip.len() < text.len(),
        "{early}"
    );
    assert_eq!(chat.ended().await.text.trim(), text);
    let body = chats(&stage.lab.log())[1].json();
    assert_eq!(
        (&body["logprobs"], &body["top_logprobs"]),
        (&json!(true), &json!(5))
    );
    let whole: String = chat.page.js(&format!("{STRIP}.textContent")).await;
    assert_eq!(whole, text);
    // e^-0.25 is 78 %: all of them have the same colour.
    let colours: Vec<String> = chat
        .page
        .js(&format!(
            "[...new Set([...{STRIP}.children].map((one) => one.dataset.p))]"
        ))
        .await;
    assert_eq!(colours, ["7"]);

    // With the mouse, and with the keys.
    let says = async |words: &str| -> String {
        chat.page
            .until(&format!(
                "(() => {{ const words = e2e.every(0, '.token-detail')[0].innerText; return words.includes({}) && words; }})()",
                e2e::page::quote(words)
            ))
            .await
    };
    chat.page.click(&format!("{STRIP}.children[1]")).await;
    let words = says("two1").await;
    assert!(
        words.contains("77.9%") && words.contains("39.1%"),
        "{words}"
    );
    chat.page.press("ArrowRight", 0).await;
    says("three1").await;
    chat.page
        .screenshot(&pictures_folder().join("tokens.png"))
        .await;
    chat.page.press("End", 0).await;
    says(".1").await;
}

#[e2e::case]
pub async fn attention_is_shown_as_the_words_that_were_looked_at(stage: Stage) {
    for options in ["delay=0;first=0", "delay=0;first=0;nosse;layers=3"] {
        let options = format!(
            "{options};text={}",
            percent_encode("Rhine Danube Elbe Oder")
        );
        let chat = stage.chat(Dialect::Halo, &options, "").await;
        look_into_tokens(&chat).await;
        let turn = chat.ask("Name rivers").await;
        assert_eq!(turn.text.trim(), "Rhine Danube Elbe Oder", "{turn:?}");
        assert_eq!(
            chats(&stage.lab.log())
                .last()
                .map(|entry| entry.json()["output_attentions"].clone()),
            Some(json!(true))
        );
        chat.page
            .click(&format!("[...{STRIP}.children].at(-1)"))
            .await;
        let words: String = chat
            .page
            .until("(() => { const words = e2e.every(0, '.token-detail')[0].innerText; return words.includes('Looked at the prompt') && words; })()")
            .await;
        assert!(words.contains("Elbe"), "the nearest, the most: {words}");
        chat.page
            .screenshot(&pictures_folder().join("attention.png"))
            .await;
        let steps: Vec<u8> = chat
            .page
            .js(&format!(
                "[...{STRIP}.children].map((one) => Number(one.dataset.looked ?? 0))"
            ))
            .await;
        let last = steps.len() - 1;
        assert_eq!(steps[last], 0, "it looks at earlier ones only: {steps:?}");
        assert_eq!(steps[last - 1], 9, "{steps:?}");
        assert!(steps[..last].is_sorted() && steps[0] > 0, "{steps:?}");
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn koboldcpp_is_asked_for_its_tokens_at_the_end(stage: Stage) {
    let chat = stage
        .chat(Dialect::KoboldCpp, "delay=0;first=0;text=Rhine%20Elbe", "")
        .await;
    look_into_tokens(&chat).await;
    let turn = chat.ask("Name rivers").await;
    assert_eq!(turn.fate(), ("complete", Some("stop")), "{turn:?}");
    let strip: String = chat.page.until(&format!("{STRIP}?.textContent")).await;
    assert_eq!(strip, "Rhine Elbe");
    assert!(
        stage
            .lab
            .log()
            .iter()
            .all(|entry| entry.method != "OPTIONS")
    );
}
