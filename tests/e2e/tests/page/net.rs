//! What must never happen, and what holds where it does: a page that stops, a text that no page survived, a key that no header takes,
//! a text that was told in pieces and is another in the end.

use crate::look::embedded;
use e2e::{Chat, Stage};
use lab::{Dialect, Lab, percent_encode, recordings};
use serde_json::Value;

/// Takes the wasm's functions away, so that whatever runs next traps, as a panic does in the page that is shipped. Nothing that is
/// said to a page can do this: the test takes the table from the module itself.
const RUIN: &str = "(async () => {
    const [script] = performance.getEntriesByType('resource').map((one) => one.name).filter((name) => name.endsWith('/rill-page.js'));
    const wasm = await (await import(script)).default();
    const tables = Object.values(wasm).filter((one) => one instanceof WebAssembly.Table);
    for (const table of tables) for (let at = 0; at < table.length; at++) table.set(at, null);
    return tables.length > 0;
})()";

/// Stops the page, and waits until it has said so.
async fn ruin(chat: &Chat) {
    let _: bool = chat.page.js(RUIN).await;
    chat.page
        .until::<bool>(&format!("e2e.every({}, '.fault').length === 1", chat.at))
        .await;
}

/// A trap is an error of the console, and shall be one.
async fn forgive_the_trap(chat: &Chat) {
    let complaints = chat.page.complaints().await;
    let is_trap = |one: &String| one.contains("RuntimeError");
    assert!(
        !complaints.is_empty() && complaints.iter().all(is_trap),
        "{complaints:?}"
    );
    assert!(complaints.len() <= 3, "it is told once: {complaints:?}");
    chat.page.forgive().await;
}

#[e2e::case]
pub async fn a_page_that_stops_says_so_and_a_click_brings_back_what_came(stage: Stage) {
    // Shown slowly: more has come than is on screen.
    let chat = stage
        .chat(
            Dialect::OpenAi,
            "tokens=4000;delay=10;think=Hm%20so;text=The%20river%20flows%20on%20",
            "pace=60",
        )
        .await;
    chat.send("Hello there").await;
    let shown = chat.shows(40).await.text;
    ruin(&chat).await;
    let stopped = chat.turn(-1).await.expect("the reply is still there");
    assert_eq!(stopped.fate(), ("broken", Some("page-fault")));
    assert!(stopped.text.starts_with(&shown), "what is on screen stays");
    let said: String = chat.page.js("e2e.every(0, '.fault p')[0].innerText").await;
    assert!(said.contains("stopped working"), "{said}");
    // Timers and listeners of the dead page are silent.
    let _: Value = chat
        .page
        .js("(document.dispatchEvent(new Event('visibilitychange')), e2e.host().send('x'), e2e.host().stop(), null)")
        .await;
    chat.button("Copy a report").await;
    let report: String = chat
        .page
        .until("e2e.every(0, '.fault textarea')[0]?.value")
        .await;
    let browser: String = chat.page.js("navigator.userAgent").await;
    for word in [
        "Rill 0.",
        &browser,
        "RuntimeError",
        "wasm",
        "sent: ",
        "headers: 200",
    ] {
        assert!(report.contains(word), "{word} is not in:\n{report}");
    }
    for word in ["Hello", "river", "Hm", &stage.lab.url(Dialect::OpenAi, "")] {
        assert!(!report.contains(word), "{word} is in:\n{report}");
    }
    let copied: bool = chat
        .page
        .within(
            std::time::Duration::from_secs(5),
            "!!e2e.find(0, 'button', 'Copied')",
        )
        .await
        .unwrap_or(false);
    assert!(copied);
    forgive_the_trap(&chat).await;

    let _: Value = chat.page.js("(globalThis.dead = true, null)").await;
    chat.button("Load the page anew").await;
    chat.page.until::<bool>("!globalThis.dead").await;
    let back = chat.ended().await;
    assert_eq!(back.fate(), ("broken", Some("page-fault")), "{back:?}");
    assert!(
        back.text.len() > stopped.text.len() && back.text.starts_with(shown.trim()),
        "what had come and was not shown is there as well: {back:?}"
    );
    assert_eq!(back.reasoning, "Hm so");
    assert!(back.all.contains("stopped working"), "{}", back.all);
    let asked: String = chat.page.js("e2e.text(e2e.every(0, '.said')[0])").await;
    assert_eq!(asked.trim(), "Hello there");
    // It is a conversation as any: it goes on, and is kept.
    chat.send("And then?").await;
    chat.shows(20).await;
    chat.button("Stop").await;
    assert_eq!(chat.ended().await.fate(), ("stopped", None));
}

#[e2e::case]
pub async fn a_page_that_stops_at_once_keeps_the_question(stage: Stage) {
    let chat = stage
        .chat(Dialect::OpenAi, "first=60000;headers=60000", "")
        .await;
    // Before anything could be written.
    let ruin = format!("(async () => {{ e2e.host().send('Where to?'); return {RUIN}; }})()");
    chat.focus().await;
    let _: bool = chat.page.js("(e2e.host().send('first'), true)").await;
    chat.page
        .until::<bool>("e2e.turns(0, 'assistant').length === 1")
        .await;
    let _: bool = chat.page.js(&ruin).await;
    chat.page
        .until::<bool>("e2e.every(0, '.fault').length === 1")
        .await;
    forgive_the_trap(&chat).await;
    chat.button("Load the page anew").await;
    chat.page
        .until::<bool>("e2e.turns(0, 'user').length === 2")
        .await;
    let back = chat.ended().await;
    assert_eq!(back.fate(), ("broken", Some("page-fault")), "{back:?}");
}

#[e2e::case]
pub async fn where_nothing_may_be_kept_a_page_that_stops_keeps_nothing(stage: Stage) {
    let chat = stage
        .chat(
            Dialect::OpenAi,
            "tokens=4000;delay=10",
            "storage=none&lang=de",
        )
        .await;
    let _: Value = chat.page.js("(e2e.host().send('Hallo'), null)").await;
    chat.shows(20).await;
    ruin(&chat).await;
    let said: String = chat.page.js("e2e.every(0, '.fault p')[0].innerText").await;
    assert!(said.contains("ausgefallen"), "{said}");
    let kept: Vec<String> = chat
        .page
        .js("indexedDB.databases().then((all) => [...all.map((one) => one.name), ...Object.keys(sessionStorage), ...Object.keys(localStorage)])")
        .await;
    assert!(kept.is_empty(), "{kept:?}");
    forgive_the_trap(&chat).await;
}

#[e2e::case]
pub async fn elements_on_somebodys_page_say_it_inside_and_its_own_errors_are_its_own(stage: Stage) {
    let chats = embedded(
        &stage,
        &[
            (Dialect::OpenAi, "tokens=4000;delay=10"),
            (Dialect::Ollama, "tokens=4000;delay=10"),
        ],
    )
    .await;
    let page = &chats[0].page;
    // Their page fails, also in a listener that we call.
    let _: Value = page
        .js("(document.addEventListener('rill-delta', () => { throw new Error('theirs') }, { once: true }), \
              setTimeout(() => { throw new WebAssembly.RuntimeError('theirs') }), null)")
        .await;
    chats[0].send("Hello").await;
    chats[0].shows(40).await;
    let none: usize = page.js("e2e.every(0, '.fault').length").await;
    assert_eq!(none, 0, "no fault of ours");
    page.forgive().await;
    ruin(&chats[0]).await;
    for chat in &chats {
        assert!(
            page.js::<bool>(&format!("e2e.every({}, '.fault').length === 1", chat.at))
                .await
        );
    }
    forgive_the_trap(&chats[0]).await;
}

/// The letters of a text, without marks of markdown and blanks.
fn letters(text: &str) -> String {
    let is_letter =
        |letter: &char| letter.is_alphanumeric() || !letter.is_ascii() && !letter.is_whitespace();
    text.chars().filter(is_letter).collect()
}

#[e2e::case]
pub async fn texts_that_stopped_a_page_are_shown_to_their_last_letter(stage: Stage) {
    for (name, stream) in recordings::STREAMS {
        let options = format!("recording=crash%2F{name}");
        let chat = stage.chat(Dialect::OpenAi, &options, "storage=none").await;
        let turn = chat.ask("Hello").await;
        assert_eq!(turn.fate(), ("complete", Some("stop")), "{name}");
        let events = stream
            .lines()
            .filter_map(|line| line.strip_prefix("data: "));
        let said: String = events
            .filter_map(|event| serde_json::from_str::<Value>(event).ok())
            .filter_map(|event| Some(event["choices"][0]["delta"]["content"].as_str()?.to_owned()))
            .collect();
        assert_eq!(letters(&turn.text), letters(&said), "{name}");
        chat.page.close().await;
    }
}

/// Joins what is told, as docs/embedding.md says that a page may; and notes every `rill-end`.
const HEAR: &str = "(() => {
    const heard = globalThis.heard = { text: '', ends: [], replaced: 0 };
    const host = e2e.host();
    host.addEventListener('rill-delta', (event) => heard.text += event.detail.text);
    host.addEventListener('rill-replace', (event) => { heard.text = event.detail.text; heard.replaced += 1; });
    host.addEventListener('rill-end', (event) => { heard.ends.push([heard.text, event.detail.text]); heard.text = ''; });
    return true;
})()";

/// Asks once; what was joined of the reply is its text. How often it was told anew.
async fn told(chat: &Chat) -> usize {
    let _: bool = chat.page.js(HEAR).await;
    chat.ask("Say it.").await;
    let heard: Value = chat.page.js("heard").await;
    let ends = heard["ends"].as_array().cloned().unwrap_or_default();
    assert_eq!(ends.len(), 1, "{heard}");
    assert_eq!(ends[0][0], ends[0][1], "{heard}");
    assert_ne!(ends[0][1], "", "{heard}");
    heard["replaced"].as_u64().unwrap_or_default() as usize
}

#[e2e::case]
pub async fn what_a_page_is_told_of_a_reply_is_its_text_also_where_it_is_said_anew(stage: Stage) {
    // Longer than what was streamed, with a letter of two bytes where that ended.
    let other =
        "delay=600;text=Hallo%20kleine%20liebe%20Leute;final=Hall%C3%B6chen%2C%20liebe%20Kinder";
    let chat = stage
        .chat(Dialect::Ai4ArtsEd, &format!("origins=*;{other}"), "")
        .await;
    assert_eq!(told(&chat).await, 1, "the last word is another");
    assert_eq!(chat.ended().await.text.trim(), "Hallöchen, liebe Kinder");

    let server = stage.lab.url(Dialect::Jarvis, other);
    stage.site.proxy("/jarvis-told", &server);
    let chat = stage
        .open("server=/jarvis-told&kind=jarvis&pace=instant")
        .await;
    assert_eq!(told(&chat).await, 1);
    assert_eq!(chat.ended().await.text.trim(), "Hallöchen, liebe Kinder");

    // Nothing streams, and the answer is asked after, or watched.
    for (dialect, options) in [
        (
            Dialect::KoboldCpp,
            "delay=20;missing=%2Fapi%2Fextra%2Fgenerate%2Fstream,%2Fv1",
        ),
        (
            Dialect::LlamaChat,
            "delay=20;missing=%2Fws%2Fchat%2Fstream,%2Fapi%2Fchat%2Fstream",
        ),
    ] {
        let chat = stage
            .chat(
                dialect,
                options,
                "deadlines=connect:5,first-token:10,silence:2&grace=1",
            )
            .await;
        told(&chat).await;
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn a_reply_that_goes_on_is_told_from_its_beginning(stage: Stage) {
    let chat = stage
        .chat(Dialect::LlamaCpp, "tokens=4000;delay=10", "")
        .await;
    chat.send("Hello").await;
    chat.shows(20).await;
    chat.button("Stop").await;
    chat.ended().await;
    let _: bool = chat.page.js(HEAR).await;
    chat.button("Continue").await;
    chat.page.until::<bool>("heard.text.length > 60").await;
    chat.button("Stop").await;
    let heard: Value = chat.page.until("heard.ends.length === 1 && heard").await;
    assert_eq!(heard["ends"][0][0], heard["ends"][0][1]);
    assert_eq!(heard["replaced"], 1);
}

#[e2e::case]
pub async fn a_key_that_no_header_takes_gets_a_sentence_and_nothing_hangs(stage: Stage) {
    let own = Lab::start_root(Dialect::OpenAi, "key=sk-river-4711", 0)
        .await
        .expect("a port");
    let server = percent_encode(&own.origin());
    let chat = stage
        .open(&format!("server={server}&kind=openai&pace=instant"))
        .await;
    let put = async |key: &str| {
        chat.button("Server").await;
        let field = chat.find("textbox", "API key");
        chat.page.click(&field).await;
        let _: Value = chat.page.js(&format!("({field}.select(), null)")).await;
        chat.page.insert(key).await;
        chat.page.press("Enter", 0).await;
        chat.page.press("Escape", 0).await;
        chat.page.until::<bool>(&format!("!{field}")).await;
    };
    put("\u{200b}sk-river\u{2019}4711").await;
    let turn = chat.ask("Hello").await;
    assert_eq!(turn.fate(), ("refused", None), "{turn:?}");
    assert!(turn.all.contains("U+2019"), "{}", turn.all);
    // What nobody sees is taken off.
    put("\u{200b} \u{201c}sk-river-4711\u{201d}\u{a0}").await;
    let turn = chat.ask("Hello").await;
    assert_eq!(turn.fate(), ("complete", Some("stop")), "{turn:?}");
}
