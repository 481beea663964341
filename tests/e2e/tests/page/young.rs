//! The young profile: what a reply is doing is drawn and told, errors have one thing to do, links say where they lead.

use crate::talk::chats;
use e2e::Stage;
use e2e::page::quote;
use e2e::stage::pictures_folder;
use lab::{Dialect, percent_encode};
use serde_json::Value;

/// The station of the boat; nothing where there is none.
const STATION: &str = "(e2e.every(0, '.boat')[0]?.dataset.station ?? null)";
/// The line under the newest reply.
const STATUS: &str =
    "(e2e.turns(0, 'assistant').at(-1)?.querySelector('.status')?.innerText ?? '')";
/// Names of the buttons for what there is to do.
const NEXT: &str = "e2e.every(0, '.next > button').filter(e2e.visible).map(e2e.name)";

#[e2e::case]
pub async fn what_the_machine_does_is_drawn_and_told_in_friendly_words(stage: Stage) {
    for width in [1000, 360] {
        let chat = stage
            .chat(
                Dialect::LlamaCpp,
                "first=6000;prefill=20;delay=30;tokens=60",
                "profile=young&pace=live",
            )
            .await;
        chat.page.look(width, 740, false, 1.0).await;
        chat.send("Tell me about rivers").await;
        chat.page
            .until::<bool>(&format!("{STATION} === 'reading'"))
            .await;
        chat.page
            .until::<bool>(&format!("/reading what you wrote: \\d+ %/.test({STATUS})"))
            .await;
        chat.page
            .until::<bool>("/^\\d+ s$/.test(e2e.every(0, '.gone-by')[0]?.textContent.trim() ?? '')")
            .await;
        chat.page
            .screenshot(&pictures_folder().join(format!("young-waiting-{width}.png")))
            .await;
        chat.page
            .until::<bool>(&format!("{STATION} === 'writing'"))
            .await;
        chat.shows(60).await;
        chat.page
            .screenshot(&pictures_folder().join(format!("young-writing-{width}.png")))
            .await;
        chat.ended().await;
        chat.page
            .until::<bool>("e2e.every(0, '.boat').length === 0")
            .await;
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn the_boat_lies_still_for_those_who_want_less_motion(stage: Stage) {
    let moves = "e2e.every(0, '.boat *').flatMap((one) => one.getAnimations()).length";
    for (still, expect) in [(false, true), (true, false)] {
        let chat = stage
            .chat(Dialect::OpenAi, "first=60000", "profile=young&pace=live")
            .await;
        chat.page.media(false, still).await;
        chat.send("Hello").await;
        chat.page
            .until::<bool>("e2e.every(0, '.boat').length === 1")
            .await;
        chat.page
            .until::<bool>(&format!("({moves} > 0) === {expect}"))
            .await;
        chat.button("Stop").await;
        chat.ended().await;
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn each_error_has_one_sentence_and_one_thing_to_do(stage: Stage) {
    for (options, words, button) in [
        ("error=before:500", "said no", "Ask again"),
        ("error=before:503", "busy with other questions", "Ask again"),
        ("key=secret", "a key is missing", "Ask again"),
        ("delay=0;empty", "Nothing came this time", "Ask again"),
        (
            "delay=0;empty;think=Hmm",
            "thought for a while",
            "Ask again",
        ),
        ("delay=0;cut=1500", "broke off in the middle", "Go on"),
        ("delay=0;finish=length", "in one go", "Go on"),
        ("delay=0;context=1", "too long for it", "Begin a new talk"),
    ] {
        let chat = stage
            .chat(Dialect::OpenAi, options, "profile=young&pace=instant")
            .await;
        let turn = chat.ask("Hello there, how are you today?").await;
        chat.page
            .until::<bool>(&format!("{STATUS}.includes({})", quote(words)))
            .await;
        let next: Vec<String> = chat.page.js(NEXT).await;
        assert_eq!(next, [button], "{options}: {turn:?}");
        for foreign in ["token", "stream", "HTTP", "status", "server"] {
            assert!(
                !turn.all.to_lowercase().contains(&foreign.to_lowercase())
                    || turn.all.contains("grown-up"),
                "{options}: {foreign} in {}",
                turn.all
            );
        }
        if options == "error=before:500" {
            chat.page
                .screenshot(&pictures_folder().join("young-error.png"))
                .await;
        }
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn the_one_thing_to_do_is_done(stage: Stage) {
    let chat = stage
        .chat(
            Dialect::OpenAi,
            "error=before:500",
            "profile=young&pace=instant",
        )
        .await;
    chat.ask("Hello").await;
    assert_eq!(chats(&stage.lab.log()).len(), 1);
    chat.button("Ask again").await;
    stage
        .lab
        .wait_for("the second request", |log| chats(log).get(1)?.ended_at)
        .await;
    let chat = stage
        .chat(
            Dialect::OpenAi,
            "delay=0;cut=1500",
            "profile=young&pace=instant",
        )
        .await;
    chat.ask("Hello").await;
    chat.button("Go on").await;
    let last = stage
        .lab
        .wait_for("the request that goes on", |log| {
            chats(log).get(3).map(|entry| entry.json())
        })
        .await;
    let messages = last["messages"].as_array().expect("messages");
    assert_eq!(messages.last().expect("a message")["role"], "assistant");
}

#[e2e::case]
pub async fn where_nobody_is_there_a_grown_up_is_called(stage: Stage) {
    // Nothing listens at the discard port.
    let chat = stage
        .open("server=http%3A%2F%2F127.0.0.1%3A9&kind=openai&profile=young&lock")
        .await;
    chat.page.says("not there right now").await;
    chat.page.says("For a grown-up").await;
    let names: Vec<String> = chat
        .page
        .js("e2e.every(0, '.welcome button').filter(e2e.visible).map(e2e.name)")
        .await;
    assert!(names.iter().any(|name| name == "Try again"), "{names:?}");
    assert!(
        !names.iter().any(|name| name == "Server" || name == "Demo"),
        "{names:?}"
    );
    chat.page
        .screenshot(&pictures_folder().join("young-nobody.png"))
        .await;
}

#[e2e::case]
pub async fn thinking_and_raw_data_are_not_there_for_young_readers(stage: Stage) {
    let chat = stage
        .chat(
            Dialect::OpenAi,
            "delay=0;think=Deep%20thoughts;text=Short.",
            "profile=young&pace=instant",
        )
        .await;
    let turn = chat.ask("Hello").await;
    assert!(!turn.all.contains("Deep thoughts"), "{}", turn.all);
    let seen: bool = chat
        .page
        .js("e2e.every(0, '.thinking, .doctor button, .meter').some(e2e.visible)")
        .await;
    assert!(!seen);
}

#[e2e::case]
pub async fn a_link_says_where_it_leads_before_it_opens(stage: Stage) {
    let text = percent_encode("Look at [this](https://example.org/rivers?a=1) and there.");
    let page = stage.blank().await;
    page.at_start("globalThis.opened = []; window.open = (...all) => (opened.push(all), null);")
        .await;
    let query = stage.query(
        Dialect::OpenAi,
        &format!("delay=0;text={text}"),
        "profile=young&pace=instant",
    );
    page.goto(&stage.site.url(&format!("?{query}"))).await;
    let chat = e2e::Chat { page, at: 0 };
    let field = format!("!!{}", chat.find("textbox", "Message"));
    chat.page.until::<bool>(&field).await;
    chat.ask("Where?").await;
    let link = "e2e.every(0, '.answer a')[0]";
    chat.page.click(link).await;
    chat.page
        .until::<bool>("!!e2e.find(0, 'dialog', 'This link leads to example.org')")
        .await;
    chat.page
        .screenshot(&pictures_folder().join("young-link.png"))
        .await;
    let focused: String = chat.page.js("e2e.name(e2e.active())").await;
    assert_eq!(focused, "Stay here");
    chat.button("Stay here").await;
    chat.page
        .until::<bool>("!e2e.every(0, 'dialog[open]').length")
        .await;
    assert_eq!(chat.page.js::<usize>("opened.length").await, 0);
    chat.page.click(link).await;
    chat.button("Open example.org").await;
    let opened: Value = chat.page.until("opened[0]").await;
    assert_eq!(opened[0], "https://example.org/rivers?a=1");
    assert_eq!(opened[2], "noopener,noreferrer");
}

#[e2e::case]
pub async fn a_long_wait_is_asked_about_in_friendly_words(stage: Stage) {
    let chat = stage
        .chat(
            Dialect::OpenAi,
            "first=60000",
            "profile=young&pace=instant&deadlines=first-token:1&grace=30",
        )
        .await;
    chat.send("Hello").await;
    chat.page
        .until::<bool>(&format!("{STATUS}.includes('Shall we wait a bit more?')"))
        .await;
    chat.button("Wait a bit more").await;
    chat.page
        .until::<bool>(&format!("!{STATUS}.includes('Shall we wait')"))
        .await;
    chat.button("Stop").await;
    assert_eq!(chat.ended().await.fate(), ("stopped", None));
    chat.page.says("You stopped it here.").await;
}

#[e2e::case]
pub async fn what_i_wrote_stands_beside_what_it_became(stage: Stage) {
    let text = percent_encode("A red house by a wild river, with smoke and a dog.");
    let chat = stage
        .chat(
            Dialect::Ai4ArtsEd,
            &format!("origins=*;delay=0;first=0;text={text}"),
            "profile=young&pace=instant",
        )
        .await;
    chat.page.look(1000, 740, false, 1.0).await;
    chat.ask("My house is red.").await;
    chat.page.says("What I wrote").await;
    chat.page.says("What it became").await;
    let marked: Vec<String> = chat
        .page
        .until("(() => { const all = e2e.every(0, '.mine mark').map((one) => one.textContent); return all.length && all; })()")
        .await;
    assert_eq!(marked, ["house", "red"]);
    chat.page
        .says("Words of mine that are still there: 2 of 4")
        .await;
    let beside: bool = chat
        .page
        .js("(() => { const [mine, answer] = ['.mine', '.answer'].map((one) => e2e.every(0, one)[0].getBoundingClientRect()); return mine.right <= answer.left && mine.top < answer.bottom; })()")
        .await;
    assert!(beside);
    chat.page
        .screenshot(&pictures_folder().join("young-beside.png"))
        .await;
    chat.button("Side by side").await;
    chat.page
        .until::<bool>("e2e.every(0, '.mine').length === 0")
        .await;
}
