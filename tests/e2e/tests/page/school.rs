//! What a school decides: which messages are sent, how long a session takes, what stays closed, and that nothing is kept.

use crate::talk::chats;
use e2e::page::quote;
use e2e::{Chat, Stage};
use lab::{Dialect, StaticSite, percent_encode};
use serde_json::{Value, json};

/// The sentence on why a message was held back.
const HELD: &str = "e2e.every(0, '.school [role=alert]').map((one) => one.textContent).join('')";
/// The text in the field.
const FIELD: &str = "e2e.find(0, 'textbox', 'Message').value";
/// The word on the time that is left.
const LEFT: &str = "e2e.every(0, '.time-left').map((one) => one.textContent.trim()).join('')";

/// Writes a text in place of what stands in the field, and presses Enter.
async fn write(chat: &Chat, text: &str) {
    chat.put("textbox", "Message", text).await;
    chat.page.press("Enter", 0).await;
}

async fn held(chat: &Chat, words: &str) {
    chat.page
        .until::<bool>(&format!("{HELD}.includes({})", quote(words)))
        .await;
}

/// A page around that listens to what is about to be sent; `does` is what it does with the `event`.
fn around(does: &str) -> String {
    format!(
        "globalThis.heard = []; addEventListener('rill-before-send', (event) => {{ heard.push({{ ...event.detail }}); {does} }});"
    )
}

#[e2e::case]
pub async fn words_that_are_refused_stay_in_the_field(stage: Stage) {
    let list = percent_encode("my address, Passwort");
    let more = format!("pace=instant&refused-words={list}");
    let chat = stage.chat(Dialect::OpenAi, "delay=0", &more).await;
    for (text, word) in [
        ("Here is MY  Address: a street", "MY  Address"),
        ("Mein passwort?", "passwort"),
    ] {
        write(&chat, text).await;
        held(&chat, &format!("“{word}”")).await;
        assert_eq!(chat.page.js::<String>(FIELD).await, text);
    }
    assert!(chats(&stage.lab.log()).is_empty(), "nothing was sent");
    let turns: usize = chat.page.js("e2e.turns(0, 'user').length").await;
    assert_eq!(turns, 0, "and nothing was said");
    chat.put("textbox", "Message", "Passwortlos").await;
    chat.page.until::<bool>(&format!("{HELD} === ''")).await;
    chat.page.press("Enter", 0).await;
    assert_eq!(chat.ended().await.fate(), ("complete", Some("stop")));
}

#[e2e::case]
pub async fn the_page_around_holds_a_message_back_and_says_why(stage: Stage) {
    let script = around(
        "if (event.detail.text.includes('?')) { event.preventDefault(); event.detail.reason = heard.length > 1 ? 'No questions today.' : undefined; }",
    );
    let chat = stage.chat_with(&script, "delay=0", "pace=instant").await;
    write(&chat, "Why?").await;
    held(&chat, "holds this message back").await;
    write(&chat, "Why not?").await;
    held(&chat, "No questions today.").await;
    assert_eq!(chat.page.js::<String>(FIELD).await, "Why not?");
    assert!(chats(&stage.lab.log()).is_empty());
    write(&chat, "Tell me.").await;
    assert_eq!(chat.ended().await.fate(), ("complete", Some("stop")));
    write(&chat, "More.").await;
    chat.page.until::<bool>("heard.length === 4").await;
    let heard: Value = chat.page.js("heard").await;
    assert_eq!(
        heard[2],
        json!({"text": "Tell me.", "images": 0, "messages": 0})
    );
    assert_eq!(
        heard[3],
        json!({"text": "More.", "images": 0, "messages": 2})
    );
}

#[e2e::case]
pub async fn the_page_around_may_change_what_is_sent(stage: Stage) {
    let script = around(
        "event.detail.text = event.detail.text.replace(/\\d+/g, 'many').replace('secret', 'hush');",
    );
    let chat = stage
        .chat_with(&script, "delay=0", "pace=instant&refused-words=hush")
        .await;
    write(&chat, "I have 12 rivers").await;
    chat.ended().await;
    let said: String = chat
        .page
        .js("e2e.turns(0, 'user')[0].querySelector('.said').textContent")
        .await;
    assert_eq!(said, "I have many rivers", "what is shown is what is sent");
    let body = chats(&stage.lab.log())[0].json();
    assert_eq!(body["messages"][0]["content"], "I have many rivers");
    // What it makes of a text is looked through as well.
    write(&chat, "A secret").await;
    held(&chat, "“hush”").await;
    assert_eq!(chats(&stage.lab.log()).len(), 1);
}

#[e2e::case]
pub async fn what_is_put_in_other_words_is_asked_for_too(stage: Stage) {
    let script = around("if (event.detail.text.includes('bad')) event.preventDefault();");
    let chat = stage.chat_with(&script, "delay=0", "pace=instant").await;
    chat.ask("Good").await;
    chat.button("Edit").await;
    chat.page
        .until::<bool>("!!e2e.find(0, 'textbox', 'Edit')")
        .await;
    chat.put("textbox", "Edit", "All bad").await;
    chat.page.press("Enter", 0).await;
    held(&chat, "holds this message back").await;
    assert_eq!(
        chat.page.js::<String>(FIELD).await,
        "All bad",
        "it is not lost"
    );
    assert_eq!(chats(&stage.lab.log()).len(), 1);
    // So is what a script sends.
    let _: Value = chat
        .page
        .js("(document.querySelector('rill-chat').send('also bad'), null)")
        .await;
    chat.page
        .until::<bool>(&format!("{FIELD} === 'All bad\\n\\nalso bad'"))
        .await;
    assert_eq!(chats(&stage.lab.log()).len(), 1);
}

#[e2e::case]
pub async fn a_note_stands_above_the_composer(stage: Stage) {
    let note = "Be kind.\nTell it no names.";
    let more = format!("pace=instant&note={}", percent_encode(note));
    let chat = stage.chat(Dialect::OpenAi, "delay=0", &more).await;
    let shown: String = chat
        .page
        .until("e2e.every(0, '[role=note]').filter(e2e.visible)[0]?.textContent")
        .await;
    assert_eq!(shown, note);
}

/// Has the session begun so many seconds before its 45 minutes are over, once.
fn nearly_over(seconds: f64) -> String {
    format!(
        "if (location.search && !sessionStorage['rill.conversation..began']) sessionStorage['rill.conversation..began'] = String(Math.round(Date.now() - (45 * 60 - {seconds}) * 1000));"
    )
}

#[e2e::case]
pub async fn a_word_is_said_when_the_time_is_nearly_over(stage: Stage) {
    for (seconds, word) in [
        (600.0, ""),
        (240.0, "5 minutes left"),
        (50.0, "1 minute left"),
    ] {
        let chat = stage
            .chat_with(
                &nearly_over(seconds),
                "delay=0",
                "pace=instant&time-limit=45",
            )
            .await;
        chat.page
            .until::<bool>("e2e.every(0, '.time-left').length === 1")
            .await;
        chat.page
            .until::<bool>(&format!("{LEFT} === {}", quote(word)))
            .await;
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn when_the_time_is_over_the_composer_rests_and_no_reply_is_cut(stage: Stage) {
    // A machine that is at work takes seconds to be ready.
    let options = "first=0;delay=40;tokens=320;text=The%20river%20flows%20on.%20";
    let chat = stage
        .chat_with(&nearly_over(8.0), options, "pace=instant&time-limit=45")
        .await;
    chat.send("Tell me a story").await;
    chat.shows(10).await;
    chat.page
        .until::<bool>("e2e.find(0, 'textbox', 'Message').disabled")
        .await;
    let running = chat.turn(-1).await.expect("a turn");
    assert_eq!(running.end.as_deref(), Some("running"), "{running:?}");
    assert!(
        !chat
            .page
            .js::<bool>(&format!("{}.disabled", chat.find("button", "Stop")))
            .await,
        "it can still be stopped"
    );
    assert_eq!(chat.ended().await.fate(), ("complete", Some("stop")));
    chat.page.says("The time for this session is over").await;
    let offers: bool = chat
        .page
        .js("!!(e2e.find(0, 'button', 'Retry') ?? e2e.find(0, 'button', 'Continue'))")
        .await;
    assert!(!offers, "nothing more can be asked for");
    // A reload does not begin it anew, and what was said is still there.
    chat.page.reload().await;
    chat.page
        .until::<bool>("e2e.find(0, 'textbox', 'Message')?.disabled")
        .await;
    chat.page
        .until::<bool>("e2e.turns(0, 'assistant').length === 1")
        .await;
    let _: Value = chat
        .page
        .js("(document.querySelector('rill-chat').send('More'), null)")
        .await;
    assert_eq!(chats(&stage.lab.log()).len(), 1);
}

/// A page of the school's own, whose element is locked; the address may say what it likes.
async fn locked(stage: &Stage, attributes: &str, query: &str) -> Chat {
    let server = stage.lab.url(Dialect::OpenAi, "delay=0");
    let html = format!(
        "<!doctype html><title>School</title><script type=\"module\" src=\"rill.js\"></script><rill-chat data-standalone style=\"height: 700px\" server=\"{server}\" kind=\"openai\" pace=\"instant\" lock {attributes}></rill-chat>"
    );
    let site = StaticSite::of(Stage::dist().expect("a built page"))
        .page("school.html", html)
        .start()
        .await
        .expect("a host");
    let page = stage.blank().await;
    page.goto(&format!("{}?{query}", site.url("school.html")))
        .await;
    let chat = Chat { page, at: 0 };
    let field = format!("!!{}", chat.find("textbox", "Message"));
    chat.page.until::<bool>(&field).await;
    // It serves the page as long as the test runs.
    std::mem::forget(site);
    chat
}

#[e2e::case]
pub async fn no_address_opens_a_page_whose_element_is_locked(stage: Stage) {
    let other = percent_encode(&stage.lab.url(Dialect::Ollama, "delay=0"));
    let query = format!(
        "lock=false&profile=standard&server={other}&kind=ollama&system=Pirate&check={other}&storage=local&theme=dark"
    );
    let chat = locked(&stage, "profile=\"young\" storage=\"none\"", &query).await;
    let turn = chat.ask("Hello").await;
    assert_eq!(turn.fate(), ("complete", Some("stop")), "{turn:?}");
    let log = stage.lab.log();
    assert!(
        log.iter().all(|entry| !entry.path.starts_with("/api/")),
        "the other server was not spoken to: {}",
        stage.lab.logbook().summary()
    );
    assert_eq!(chats(&log)[0].json()["messages"][0]["role"], "user");
    let look: Value = chat
        .page
        .js("(() => { const page = e2e.every(0, '.rill')[0]; return [page.classList.contains('young'), page.dataset.theme, e2e.every(0, 'dialog[open]').length]; })()")
        .await;
    assert_eq!(look, json!([true, "dark", 0]), "how one reads is free");
}

#[e2e::case]
pub async fn a_locked_young_page_has_no_door_to_keys_servers_settings_or_raw_data(stage: Stage) {
    let chat = locked(&stage, "profile=\"young\"", "").await;
    chat.ask("Hello").await;
    let names: Vec<String> = chat
        .page
        .js("e2e.every(0, 'button, [role=button], summary, a, select').filter(e2e.visible).map(e2e.name)")
        .await;
    for name in [
        "Server",
        "Settings",
        "Details",
        "More",
        "Image",
        "Server address",
    ] {
        assert!(!names.iter().any(|one| one == name), "{name} in {names:?}");
    }
    // Every button that there is, and the keys.
    for (key, modifiers) in [("k", 2), ("k", 4), (",", 2), ("Escape", 0)] {
        chat.page.press(key, modifiers).await;
    }
    let found: bool = chat
        .page
        .js("e2e.every(0, 'dialog[open] input').some((one) => one.type === 'password' || /address|key/i.test(e2e.name(one)))")
        .await;
    assert!(!found);
    chat.page.press("Escape", 0).await;
    // A file that is dropped is not taken, and the browser does not leave the page for it.
    let stays: bool = chat
        .page
        .js("(() => { const data = new DataTransfer(); data.items.add(new File(['{\"format\":\"rill\"}'], 'talk.json')); const event = new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true, composed: true }); e2e.every(0, 'main')[0].dispatchEvent(event); return event.defaultPrevented; })()")
        .await;
    assert!(stays);
    let dialogs: usize = chat.page.js("e2e.every(0, 'dialog[open]').length").await;
    assert_eq!(dialogs, 0);
}

#[e2e::case]
pub async fn without_storage_nothing_at_all_is_kept(stage: Stage) {
    let more = "profile=young&pace=instant&lock&storage=none&time-limit=45&lens&refused-words=x";
    let chat = stage.chat(Dialect::OpenAi, "delay=0", more).await;
    chat.ask("Hello").await;
    chat.put("textbox", "Message", "half a sentence").await;
    let kept: Value = chat
        .page
        .ask("(async () => [Object.keys(localStorage), Object.keys(sessionStorage), (await indexedDB.databases()).map((one) => one.name)])()")
        .await;
    assert_eq!(kept, json!([[], [], []]));
    chat.reload().await;
    assert_eq!(chat.page.js::<String>(FIELD).await, "");
    let turns: usize = chat.page.js("e2e.turns(0, 'user').length").await;
    assert_eq!(turns, 0);
}
