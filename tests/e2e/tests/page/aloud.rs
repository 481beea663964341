//! Reading aloud, and dictation. Browsers of tests have no voices and hear nothing: before the page loads, a stand-in takes the place of
//! the browser's own speech (`SPEECH`, `HEARING`). It notes what is to be said, with which voice, and ends it after a moment, or when
//! it is told to. All else is the real page, and what it says to a real server.

use crate::aids::picture;
use e2e::{Chat, Stage};
use lab::percent_encode;
use serde_json::{Value, json};

/// Voices that note what they are to say. `speech.held` keeps each from ending until `speech.next()`.
const SPEECH: &str = r#"(() => {
    const voices = [
        { name: "Anna", lang: "de-DE", localService: true, default: false },
        { name: "Samantha", lang: "en-US", localService: true, default: true },
        { name: "Far Away", lang: "en-GB", localService: false, default: false },
    ];
    const speech = globalThis.speech = { said: [], ended: [], cancels: 0, held: false, fails: false, late: false };
    let now = null;
    const over = (kind, why) => {
        const one = now;
        now = null;
        if (!one) return;
        speech.ended.push(kind);
        one.dispatchEvent(Object.assign(new Event(kind), { error: why }));
    };
    speech.next = () => over("end");
    globalThis.SpeechSynthesisUtterance = class extends EventTarget {
        constructor(text) { super(); Object.assign(this, { text, lang: "", rate: 1, voice: null }); }
    };
    const synthesis = Object.assign(new EventTarget(), {
        getVoices: () => speech.late ? [] : voices,
        speak(one) {
            const marked = globalThis.CSS?.highlights?.get("rill-spoken");
            speech.said.push({ text: one.text, lang: one.lang, rate: one.rate, voice: one.voice?.name ?? null,
                marked: marked ? [...marked].map(String).join("") : null, running: !!e2e.turn(0, -1) && e2e.turn(0, -1).end === "running" });
            now = one;
            if (speech.fails) setTimeout(() => over("error", "synthesis-failed"), 5);
            else if (!speech.held) setTimeout(() => now === one && over("end"), 20);
        },
        cancel() { speech.cancels += 1; over("error", "interrupted"); },
    });
    speech.synthesis = synthesis;
    Object.defineProperty(globalThis, "speechSynthesis", { value: synthesis, configurable: true });
})();"#;

async fn said(chat: &Chat) -> Vec<Value> {
    chat.page.js("speech.said").await
}

fn texts(said: &[Value]) -> Vec<&str> {
    said.iter().filter_map(|one| one["text"].as_str()).collect()
}

async fn wait(chat: &Chat, what: &str) {
    chat.page.until::<bool>(what).await;
}

/// Chooses a value in the panel of how to read, which is open.
pub async fn choose(chat: &Chat, label: &str, value: &str) {
    let select = format!("e2e.find(0, 'combobox', /^{label}/)");
    wait(
        chat,
        &format!("!!{select}?.querySelector('option[value=\"{value}\"]')"),
    )
    .await;
    chat.page
        .js::<Value>(&format!(
            "(() => {{ const select = {select}; select.value = '{value}'; select.dispatchEvent(new Event('change', {{ bubbles: true }})); return null; }})()"
        ))
        .await;
}

const RIVER: &str = "# The **Rhine** 🌊\n\nIt begins in the Alps. It is 1233 km long, e.g. by boat!\n\n```rust\nfn main() {}\n```\n\n| River | km |\n|---|---|\n| Elbe | 1094 |\n\nSee [the map](https://a.example/map).";

fn reply(text: &str, delay: u32) -> String {
    format!("delay={delay};text={}", percent_encode(text))
}

#[e2e::case]
pub async fn an_answer_is_read_aloud_sentence_by_sentence_and_each_is_marked(stage: Stage) {
    let chat = stage.chat_with(SPEECH, &reply(RIVER, 0), "lang=en").await;
    chat.ask("Hello").await;
    assert!(said(&chat).await.is_empty(), "nobody asked for it");
    // The voice waits until somebody has looked.
    chat.page.js::<Value>("(speech.held = true, null)").await;
    chat.button("Read aloud").await;
    wait(
        &chat,
        "speech.said.length === 1 && !!e2e.find(0, 'button', 'Stop reading')",
    )
    .await;
    chat.page
        .js::<Value>("(speech.held = false, speech.next(), null)")
        .await;
    wait(
        &chat,
        "speech.said.length >= 7 && !e2e.find(0, 'button', 'Stop reading')",
    )
    .await;
    let said = said(&chat).await;
    assert_eq!(
        texts(&said),
        [
            "The Rhine",
            "It begins in the Alps.",
            "It is 1233 km long, e.g. by boat!",
            "Code in rust.",
            "River, km",
            "Elbe, 1094",
            "See the map."
        ]
    );
    if said[0]["marked"] != Value::Null {
        let marked: Vec<&str> = said
            .iter()
            .filter_map(|one| one["marked"].as_str())
            .collect();
        let flat: Vec<String> = marked
            .iter()
            .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(
            flat[..4],
            [
                "The Rhine",
                "It begins in the Alps",
                "It is 1233 km long, e.g. by boat",
                ""
            ]
        );
        let left: usize = chat.page.js("CSS.highlights.get('rill-spoken').size").await;
        assert_eq!(left, 0, "the mark goes with the voice");
    }
    assert!(
        said.iter()
            .all(|one| one["voice"] == "Samantha" && one["rate"] == 1.0),
        "{said:?}"
    );
}

#[e2e::case]
pub async fn stop_ends_the_voice_and_so_does_another_conversation(stage: Stage) {
    let chat = stage.chat_with(SPEECH, &reply(RIVER, 0), "lang=en").await;
    chat.ask("Hello").await;
    chat.page.js::<Value>("(speech.held = true, null)").await;
    chat.button("Read aloud").await;
    wait(&chat, "speech.said.length === 1").await;
    chat.page.js::<Value>("(speech.next(), null)").await;
    wait(&chat, "speech.said.length === 2").await;
    picture(&chat, "aloud").await;
    chat.button("Stop reading").await;
    wait(
        &chat,
        "speech.cancels === 1 && !e2e.find(0, 'button', 'Stop reading')",
    )
    .await;
    assert_eq!(said(&chat).await.len(), 2);
    // From the beginning, and away.
    chat.button("Read aloud").await;
    wait(&chat, "speech.said.length === 3").await;
    assert_eq!(said(&chat).await[2]["text"], "The Rhine");
    chat.button("New chat").await;
    wait(
        &chat,
        "speech.cancels === 2 && !e2e.find(0, 'button', 'Stop reading')",
    )
    .await;
    let words = chat.page.words().await;
    assert!(!words.contains("could not read"), "{words}");
}

#[e2e::case]
pub async fn a_reply_is_read_as_it_arrives_where_that_is_wished_and_is_silent_when_it_is_stopped(
    stage: Stage,
) {
    let long = "The river runs to the sea. ".repeat(40);
    let chat = stage
        .chat_with(SPEECH, &reply(&long, 60), "lang=en&aloud=on")
        .await;
    assert!(said(&chat).await.is_empty());
    chat.send("Hello").await;
    wait(&chat, "speech.said.length >= 3").await;
    let first = said(&chat).await;
    assert_eq!(texts(&first)[..2], ["The river runs to the sea."; 2]);
    assert_eq!(first[0]["running"], true, "while it arrives");
    chat.page.js::<Value>("(speech.held = true, null)").await;
    chat.button("Stop").await;
    wait(
        &chat,
        "speech.cancels >= 1 && !e2e.find(0, 'button', 'Stop reading')",
    )
    .await;
    chat.ended().await;
    // The page comes back with its conversation, and says nothing by itself.
    chat.reload().await;
    wait(&chat, "!!e2e.find(0, 'button', 'Read aloud')").await;
    assert!(said(&chat).await.is_empty());
}

#[e2e::case]
pub async fn voice_and_speed_are_chosen_and_the_text_tells_the_language(stage: Stage) {
    let text =
        "Der Fluss ist lang und das Wasser ist kalt.\n\nThe river is long and the water is cold.";
    let late = format!("{SPEECH} speech.late = true;");
    let chat = stage.chat_with(&late, &reply(text, 0), "lang=en").await;
    chat.ask("Hello").await;
    chat.button("Reading").await;
    chat.page.says("This browser has no voices yet.").await;
    chat.page
        .js::<Value>("(speech.late = false, speech.synthesis.dispatchEvent(new Event('voiceschanged')), null)")
        .await;
    choose(&chat, "Voice", "Far Away").await;
    choose(&chat, "Voice speed", "150").await;
    chat.page
        .says("Voices marked as online send the text")
        .await;
    chat.close_dialog().await;
    chat.button("Read aloud").await;
    wait(&chat, "speech.said.length === 2").await;
    let said = said(&chat).await;
    let told: Vec<Value> = said
        .iter()
        .map(|one| json!([one["voice"], one["lang"], one["rate"]]))
        .collect();
    assert_eq!(
        told,
        [
            json!(["Anna", "de-DE", 1.5]),
            json!(["Far Away", "en-GB", 1.5])
        ]
    );
}

#[e2e::case]
pub async fn a_voice_that_fails_says_so(stage: Stage) {
    let chat = stage.chat_with(SPEECH, &reply(RIVER, 0), "lang=en").await;
    chat.ask("Hello").await;
    chat.page.js::<Value>("(speech.fails = true, null)").await;
    chat.button("Read aloud").await;
    chat.page
        .says("The browser could not read this aloud.")
        .await;
    assert_eq!(
        said(&chat).await.len(),
        1,
        "it does not try sentence after sentence"
    );
}

/// Hearing that hears what it is told: `hearing.hear("words", final)`, `hearing.fail("network")`.
const HEARING: &str = r#"(() => {
    const hearing = globalThis.hearing = { begun: 0, aborted: 0, lang: null };
    let now = null, results = [];
    globalThis.SpeechRecognition = globalThis.webkitSpeechRecognition = class extends EventTarget {
        start() { now = this; results = []; hearing.begun += 1; hearing.lang = this.lang; }
        stop() { this.abort(); }
        abort() { if (now === this) { now = null; hearing.aborted += 1; } }
    };
    hearing.hear = (transcript, isFinal) => {
        if (results.length && !results.at(-1).isFinal) results.pop();
        results.push(Object.assign([{ transcript }], { isFinal }));
        now.dispatchEvent(Object.assign(new Event("result"), { results }));
    };
    hearing.fail = (error) => {
        const one = now;
        one.dispatchEvent(Object.assign(new Event("error"), { error }));
        one.dispatchEvent(new Event("end"));
    };
})();"#;

async fn hear(chat: &Chat, what: &str) -> String {
    chat.page
        .js::<Value>(&format!("(hearing.{what}, null)"))
        .await;
    let value = format!("{}.value", chat.find("textbox", "Message"));
    chat.page.js(&value).await
}

#[e2e::case]
pub async fn what_is_dictated_goes_to_the_caret_after_the_person_was_told(stage: Stage) {
    let chat = stage
        .chat_with(HEARING, "delay=0;tokens=3", "lang=en")
        .await;
    chat.focus().await;
    chat.page.insert("Hello world").await;
    for _ in 0..6 {
        chat.page.press("ArrowLeft", 0).await;
    }
    chat.button("Dictate").await;
    chat.page.says("It may send the sound to its maker").await;
    assert_eq!(
        chat.page.js::<u32>("hearing.begun").await,
        0,
        "not before that is read"
    );
    picture(&chat, "dictation").await;
    chat.page.look(320, 640, true, 1.0).await;
    picture(&chat, "dictation-narrow").await;
    chat.page.look(1000, 800, false, 1.0).await;
    chat.button("Start dictation").await;
    wait(
        &chat,
        "hearing.begun === 1 && hearing.lang.startsWith('en')",
    )
    .await;
    assert_eq!(hear(&chat, "hear('dear', false)").await, "Hello dear world");
    assert_eq!(
        hear(&chat, "hear('dear old', true)").await,
        "Hello dear old world"
    );
    // Sent is sent.
    chat.button("Send").await;
    wait(&chat, "hearing.aborted === 1").await;
    assert_eq!(chat.ended().await.fate().0, "complete");
    let asked: String = chat
        .page
        .js("e2e.every(0, '.said').at(-1).innerText.trim()")
        .await;
    assert_eq!(asked, "Hello dear old world");
    // Told once.
    chat.button("Dictate").await;
    wait(&chat, "hearing.begun === 2").await;
    hear(&chat, "fail('not-allowed')").await;
    chat.page
        .says("This page may not use the microphone.")
        .await;
    chat.button("Dictate").await;
    wait(&chat, "hearing.begun === 3").await;
    chat.button("Stop dictation").await;
    wait(
        &chat,
        "hearing.aborted >= 2 && !!e2e.find(0, 'button', 'Dictate')",
    )
    .await;
}

#[e2e::case]
pub async fn the_young_are_not_listened_to_unless_the_owner_says_so(stage: Stage) {
    for (query, is_there) in [
        ("lang=en&profile=young&storage=none", false),
        ("lang=en&profile=young&storage=none&dictation=on", true),
        ("lang=en&storage=none&dictation=off", false),
        ("lang=en&storage=none", true),
    ] {
        let chat = stage.chat_with(HEARING, "delay=0;tokens=3", query).await;
        chat.focus().await;
        chat.ask("Hello").await;
        let found: bool = chat.page.js("!!e2e.find(0, 'button', 'Dictate')").await;
        assert_eq!(found, is_there, "{query}");
    }
}
