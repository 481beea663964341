//! The token lens as a lesson: why this word, and what would have come with another.

use crate::talk::chats;
use e2e::page::quote;
use e2e::stage::pictures_folder;
use e2e::{Chat, Stage};
use lab::{Dialect, percent_encode};
use serde_json::json;

const STRIP: &str = "e2e.every(0, '.lens .strip')[0]";
/// The words of the bars, the rest among them.
const BARS: &str =
    "e2e.every(0, '.bars li').map((one) => one.querySelector('.bar-word').textContent)";

/// Opens the lens on the newest reply, and chooses a word of it.
async fn look(chat: &Chat, at: usize) {
    chat.button("Why this word?").await;
    chat.page.click(&format!("{STRIP}?.children[{at}]")).await;
    chat.page
        .until::<bool>("e2e.every(0, '.bars li').length > 0")
        .await;
}

fn options(text: &str) -> String {
    format!("delay=0;first=0;text={}", percent_encode(text))
}

#[e2e::case]
pub async fn the_likeliest_words_of_a_place_are_bars(stage: Stage) {
    for (profile, width) in [("standard", 1000), ("young", 1000), ("young", 360)] {
        let more = format!("profile={profile}&pace=instant&lens");
        let chat = stage
            .chat(Dialect::Vllm, &options("One two three four"), &more)
            .await;
        chat.page.look(width, 800, false, 1.0).await;
        chat.ask("Count").await;
        let body = chats(&stage.lab.log()).last().expect("a request").json();
        assert_eq!(body["top_logprobs"], json!(5), "the lens asks for them");
        look(&chat, 1).await;
        let words: Vec<String> = chat.page.js(BARS).await;
        assert_eq!(
            words,
            [
                " two",
                " two1",
                " two2",
                " two3",
                " two4",
                "all other words"
            ]
        );
        let taken: String = chat
            .page
            .js("e2e.every(0, '.bars .taken')[0].innerText")
            .await;
        assert!(
            taken.contains("78%") && taken.contains("written"),
            "{taken}"
        );
        chat.page
            .says("In 100 tries, the model would write “two” here about 78 times.")
            .await;
        chat.page
            .screenshot(&pictures_folder().join(format!("lesson-{profile}-{width}.png")))
            .await;
        // With the keys as well.
        chat.page.click(&format!("{STRIP}.children[0]")).await;
        chat.page.press("ArrowRight", 0).await;
        chat.page.press("ArrowRight", 0).await;
        chat.page.says("“three”").await;
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn another_word_is_picked_and_the_model_goes_on_from_there(stage: Stage) {
    for (dialect, profile) in [(Dialect::Vllm, "young"), (Dialect::KoboldCpp, "standard")] {
        let chat = stage
            .chat(
                dialect,
                &options("One two three"),
                &format!("profile={profile}&pace=instant&lens"),
            )
            .await;
        let first = chat.ask("Count").await;
        assert_eq!(first.text.trim(), "One two three");
        look(&chat, 1).await;
        let other: String = chat
            .page
            .js("e2e.every(0, '.bars button').filter(e2e.visible).map(e2e.name)[0]")
            .await;
        let word = other
            .trim_start_matches("Go on with “")
            .trim_end_matches('”')
            .to_owned();
        let before = chats(&stage.lab.log()).len();
        chat.button(&other).await;
        let body = stage
            .lab
            .wait_for("the branch", |log| {
                chats(log).get(before).map(|entry| entry.json())
            })
            .await;
        let last = body["messages"]
            .as_array()
            .and_then(|messages| messages.last().cloned())
            .expect("messages");
        assert_eq!(last["role"], "assistant", "{body}");
        assert_eq!(last["content"], format!("One {word}"), "{body}");
        let turn = chat.ended().await;
        assert!(
            turn.text.trim().starts_with(&format!("One {word}"))
                && turn.text.len() > first.text.len(),
            "{turn:?}"
        );
        // The lens stays on the word that was picked; the first answer is a branch beside this one.
        chat.page
            .until::<bool>(&format!(
                "e2e.every(0, '.lens .strip')[0]?.textContent.trimStart().startsWith({})",
                quote(&format!("One {word}"))
            ))
            .await;
        chat.page.says("2 of 2").await;
        chat.button("Earlier version").await;
        chat.page
            .until::<bool>("e2e.turn(0, -1).text.trim() === 'One two three'")
            .await;
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn where_a_server_cannot_go_on_no_word_is_offered_and_a_sentence_says_why(stage: Stage) {
    let server = percent_encode(&stage.lab.url(Dialect::Vllm, &options("One two")));
    let chat = stage
        .open(&format!("server={server}&kind=openai&pace=instant&lens"))
        .await;
    chat.ask("Count").await;
    look(&chat, 0).await;
    chat.page
        .says("This server cannot go on from a word that it did not write.")
        .await;
    let offers: usize = chat.page.js("e2e.every(0, '.bars button').length").await;
    assert_eq!(offers, 0);
}

#[e2e::case]
pub async fn where_nothing_is_known_of_the_words_the_lens_says_so(stage: Stage) {
    let chat = stage
        .chat(Dialect::OpenAi, &options("One two"), "pace=instant&lens")
        .await;
    chat.ask("Count").await;
    chat.button("Why this word?").await;
    chat.page
        .says("Nothing is known of the words of this answer")
        .await;
    // Without the option there is no lens.
    let chat = stage
        .chat(Dialect::Vllm, &options("One two"), "pace=instant")
        .await;
    chat.ask("Count").await;
    let there: bool = chat
        .page
        .js(&format!("!!{}", chat.find("button", "Why this word?")))
        .await;
    assert!(!there);
}
