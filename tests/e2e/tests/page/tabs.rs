//! One conversation in several tabs of a person: one writes it, the others follow, and any of them takes over.

use crate::conversations::{kept, kept_records, titles};
use crate::talk::{STORY, chats};
use e2e::{Chat, Stage};
use lab::Dialect;
use serde_json::Value;

/// The line that says that another tab writes.
const FOLLOWS: &str = "e2e.every(0, '.notice [role=status]').some((one) => e2e.visible(one) && one.textContent.includes('goes on in another tab'))";

/// Notes how long the newest answer is, whenever that changes.
const LENGTHS: &str = "
    globalThis.lengths = [];
    const look = () => {
        const text = globalThis.e2e?.turn(0, -1)?.text.length;
        if (text && text !== lengths.at(-1)) lengths.push(text);
        requestAnimationFrame(look);
    };
    look();
";

/// Opens the conversation of that title in another tab, which then follows.
async fn follower(stage: &Stage, chat: &Chat, options: &str, title: &str, turns: usize) -> Chat {
    kept(chat, title, turns).await;
    let dialect = match options == STORY {
        true => Dialect::LlamaCpp,
        false => Dialect::OpenAi,
    };
    let query = stage.query(dialect, options, "");
    let other = stage.beside(chat, &query).await;
    open(&other, title).await;
    other.page.until::<bool>(FOLLOWS).await;
    other
}

/// Opens a conversation from the list.
async fn open(chat: &Chat, title: &str) {
    chat.list().await;
    let title =
        format!("e2e.every(0, '.kept .title').find((title) => title.textContent === '{title}')");
    chat.page.click(&title).await;
    chat.page
        .until::<bool>("!e2e.every(0, 'dialog[open]').length && e2e.every(0, 'article').length > 0")
        .await;
}

async fn writes(chat: &Chat) {
    chat.page.until::<bool>(&format!("!{FOLLOWS}")).await;
}

#[e2e::case(Tabs)]
pub async fn a_tab_follows_the_other_token_by_token_and_can_stop_it(stage: Stage) {
    let chat = stage.chat(Dialect::LlamaCpp, STORY, "").await;
    chat.send("Tell me a story.").await;
    chat.shows(60).await;
    let other = follower(&stage, &chat, STORY, "Tell me a story.", 2).await;
    let begun = other.shows(60).await;
    assert_eq!(begun.end.as_deref(), Some("running"));
    let _: Option<Value> = other
        .page
        .js(&format!("(() => {{ {LENGTHS} return null; }})()"))
        .await;
    other.shows(begun.text.len() + 200).await;
    let lengths: Vec<usize> = other.page.js("lengths").await;
    // Not second by second, as the records are written.
    assert!(lengths.len() > 10, "{lengths:?}");
    let picture = e2e::stage::pictures_folder().join("tab-follows.png");
    other.page.screenshot(&picture).await;
    // Both are the same reply: one request, one end, one text.
    other.button("Stop").await;
    let (here, there) = (other.ended().await, chat.ended().await);
    assert_eq!(here.fate(), ("stopped", None));
    assert_eq!((&here.end, &here.text), (&there.end, &there.text));
    assert_eq!(chats(&stage.lab.log()).len(), 1);
    // What is asked next is there too, with its answer.
    chat.send("And then?").await;
    other
        .page
        .until::<bool>("e2e.turns(0, 'user').length === 2 && e2e.turn(0, -1).text.length > 60")
        .await;
    chat.button("Stop").await;
    assert_eq!(other.ended().await.text, chat.ended().await.text);
    assert!(chats(&stage.lab.log()).len() == 2);
}

#[e2e::case(Tabs)]
pub async fn a_follower_takes_over_and_the_other_follows(stage: Stage) {
    let options = "delay=0;tokens=3";
    let chat = stage.chat(Dialect::OpenAi, options, "").await;
    chat.ask("One").await;
    let other = follower(&stage, &chat, options, "One", 2).await;
    other.button("Continue here").await;
    writes(&other).await;
    chat.page.until::<bool>(FOLLOWS).await;
    other.ask("Two").await;
    chat.page
        .until::<bool>("e2e.turns(0, 'user').length === 2 && e2e.turn(0, -1).end === 'complete'")
        .await;
    // Who just writes takes over as well.
    chat.ask("Three").await;
    writes(&chat).await;
    other.page.until::<bool>(FOLLOWS).await;
    other
        .page
        .until::<bool>("e2e.turns(0, 'user').length === 3 && e2e.turn(0, -1).end === 'complete'")
        .await;
    kept(&chat, "One", 6).await;
    chat.list().await;
    assert_eq!(titles(&chat, 1).await, ["One"], "no copies");
    chat.close_dialog().await;
    // A reload goes to the end of the line, and loses nothing.
    chat.reload().await;
    chat.page
        .until::<bool>("e2e.every(0, 'article').length === 6")
        .await;
    writes(&other).await;
    other.ask("Four").await;
    chat.page
        .until::<bool>("e2e.turns(0, 'user').length === 4 && e2e.turn(0, -1).end === 'complete'")
        .await;
    chat.list().await;
    assert_eq!(titles(&chat, 1).await, ["One"], "no copies");
}

#[e2e::case(Tabs)]
pub async fn a_message_from_a_follower_supersedes_the_others_reply(stage: Stage) {
    let chat = stage.chat(Dialect::LlamaCpp, STORY, "").await;
    chat.send("One").await;
    chat.shows(60).await;
    let other = follower(&stage, &chat, STORY, "One", 2).await;
    let shown = other.shows(60).await.text;
    other.send("Two").await;
    other.shows(60).await;
    let turns = other.turns().await;
    assert_eq!(turns[0].fate(), ("superseded", None));
    assert!(turns[0].text.starts_with(shown.trim_end()), "{turns:?}");
    chat.page
        .until::<bool>("e2e.turns(0, 'user').length === 2 && e2e.turn(0, 0).end === 'superseded'")
        .await;
    other.button("Stop").await;
    assert_eq!(other.ended().await.text, chat.ended().await.text);
}

#[e2e::case(Tabs)]
pub async fn what_another_tab_deletes_is_gone_in_both_and_undone_in_both(stage: Stage) {
    let options = "delay=0;tokens=3";
    let chat = stage.chat(Dialect::OpenAi, options, "").await;
    chat.ask("Rivers").await;
    kept(&chat, "Rivers", 2).await;
    let query = stage.query(Dialect::OpenAi, options, "");
    let other = stage.beside(&chat, &query).await;
    let gone = "e2e.every(0, 'article').length === 0 && e2e.every(0, '.notice [role=status]').some((one) => one.textContent.includes('Deleted in another tab: Rivers'))";
    for undone_here in [true, false] {
        other.list().await;
        assert_eq!(titles(&other, 1).await, ["Rivers"]);
        other.button("Delete: Rivers").await;
        titles(&other, 0).await;
        chat.page.until::<bool>(gone).await;
        let picture = e2e::stage::pictures_folder().join("tab-deleted.png");
        chat.page.screenshot(&picture).await;
        let undo = if undone_here { &chat } else { &other };
        undo.button("Undo").await;
        for each in [&chat, &other] {
            each.page
                .until::<bool>("!e2e.find(0, 'button', 'Undo')")
                .await;
        }
        chat.page
            .until::<bool>("e2e.every(0, 'article').length === 2")
            .await;
        // The list that is open says so at once.
        assert_eq!(titles(&other, 1).await, ["Rivers"]);
        other.close_dialog().await;
    }
    // It goes on as if nothing had been.
    chat.ask("And on").await;
    kept(&chat, "Rivers", 4).await;
}

#[e2e::case(Tabs)]
pub async fn where_the_writers_tab_dies_the_follower_keeps_all_that_it_saw(stage: Stage) {
    let chat = stage.chat(Dialect::LlamaCpp, STORY, "").await;
    chat.send("Tell me a story.").await;
    chat.shows(60).await;
    let other = follower(&stage, &chat, STORY, "Tell me a story.", 2).await;
    let shown = other.shows(300).await.text;
    chat.page.crash().await;
    let turn = other.ended().await;
    assert_eq!(turn.fate(), ("cut", Some("page-closed")));
    assert!(turn.text.starts_with(shown.trim_end()), "{turn:?}");
    writes(&other).await;
    // It is written as it is seen, and goes on.
    kept_records(&other, turn.text.trim_end()).await;
    other.page.reload().await;
    let again = other.ended().await;
    assert_eq!((again.fate(), &again.text), (turn.fate(), &turn.text));
    other.button("Continue").await;
    other.shows(turn.text.len() + 60).await;
    other.button("Stop").await;
    assert!(other.ended().await.text.starts_with(turn.text.trim_end()));
}

#[e2e::case(Tabs)]
pub async fn settings_the_server_and_the_list_follow_at_once(stage: Stage) {
    let chat = stage.open("pace=instant").await;
    let other = stage.beside(&chat, "pace=instant").await;
    for each in [&chat, &other] {
        // What answers comes as one goes to write.
        each.focus().await;
        each.page
            .until::<bool>("e2e.every(0, '[data-link]').some((one) => one.dataset.link === 'demo')")
            .await;
    }
    chat.list().await;
    // How to read.
    other.button("Server").await;
    let choose = |value: &str| {
        format!(
            "(() => {{
                const select = e2e.find(0, 'combobox', /^Theme/);
                if (!select) return false;
                select.value = '{value}';
                select.dispatchEvent(new Event('change', {{ bubbles: true }}));
                return true;
            }})()"
        )
    };
    other.page.until::<bool>(&choose("dark")).await;
    chat.page
        .until::<bool>("e2e.every(0, '.rill')[0].dataset.theme === 'dark'")
        .await;
    // Whom to talk to.
    let server = stage.lab.url(Dialect::OpenAi, "delay=0;tokens=3");
    other.put("textbox", "Server address", &server).await;
    other.page.press("Enter", 0).await;
    for each in [&other, &chat] {
        each.page
            .until::<bool>("e2e.every(0, '[data-link]')[0].dataset.link === 'connected'")
            .await;
    }
    if other
        .page
        .js::<bool>("e2e.every(0, 'dialog[open]').length > 0")
        .await
    {
        other.close_dialog().await;
    }
    // And the list, which is open all the time.
    other.ask("Rivers").await;
    assert_eq!(titles(&chat, 1).await, ["Rivers"]);
}

#[e2e::case]
async fn where_tabs_cannot_know_of_each_other_that_is_said(stage: Stage) {
    let sentence = "Tabs of this page do not know of each other here";
    for (script, is_said) in [
        (
            "Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined });",
            true,
        ),
        ("", false),
    ] {
        let chat = stage.chat_with(script, "delay=0", "lang=en").await;
        let turn = chat.ask("Hello").await;
        assert_eq!(
            turn.fate(),
            ("complete", Some("stop")),
            "it converses all the same"
        );
        chat.list().await;
        chat.page.says("In use:").await;
        let said: bool = chat
            .page
            .js(&format!(
                "e2e.every(0, '.hint').some((one) => one.textContent.includes('{sentence}'))"
            ))
            .await;
        assert_eq!(said, is_said, "with {script:?}");
        chat.page.close().await;
    }
}
