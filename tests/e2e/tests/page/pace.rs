//! The reader's pace: kept from the first letter to the last, hurried by the reader alone, page by page, and found by three lines.

use crate::talk::chats;
use crate::ways::choose;
use e2e::page::quote;
use e2e::{Chat, Stage};
use lab::{Dialect, percent_encode};
use serde_json::Value;

/// Notes when the text of each chat grows: `paces[n]` holds pairs of milliseconds and letters.
const CLOCK: &str = "(() => {
    const count = document.querySelectorAll('rill-chat').length;
    globalThis.paces = Array.from({ length: count }, () => []);
    const step = () => {
        for (let n = 0; n < count; n += 1) {
            const letters = e2e.turn(n, -1)?.text.length ?? 0;
            if (letters > (paces[n].at(-1)?.[1] ?? 0)) paces[n].push([performance.now(), letters]);
        }
        requestAnimationFrame(step);
    };
    step();
    return null;
})()";

/// Texts, each with its letters in a second at 190 words a minute, letters of one of the lab's tokens, and the words a minute at which a
/// hundred and twenty letters are read in a second.
const TEXTS: [(&str, f64, f64, &str); 4] = [
    (
        "The river is slow here. A boat floats by, and nobody rows it; the current does. ",
        19.0,
        3.6,
        "1200wpm",
    ),
    (
        "Der Fluss ist langsam hier. Ein Boot treibt vorbei, und niemand rudert es zum Meer. ",
        19.0,
        3.6,
        "1200wpm",
    ),
    (
        "河流在这里很慢。一条小船漂过,没有人划桨。水带着它走向大海,鸟儿在岸上歌唱。",
        7.0 * 190.0 / 170.0,
        1.0,
        "2914wpm",
    ),
    (
        "النهر بطيء هنا. يمر قارب صغير ولا أحد يجدف؛ التيار يحمله إلى البحر. ",
        19.0,
        1.2,
        "1200wpm",
    ),
];

/// The young page for each of the texts on one page; 3,000 letters of each come, 160 in a second. `more` are attributes of each.
async fn young(stage: &Stage, more: impl Fn(usize) -> String) -> Vec<Chat> {
    let page = stage.blank().await;
    page.goto(&stage.site.url("empty.html")).await;
    page.until::<bool>("!!customElements.get('rill-chat')")
        .await;
    let mut all = Vec::new();
    for (at, (text, _, token, _)) in TEXTS.iter().enumerate() {
        let (delay, tokens) = (token * 1000.0 / 160.0, (3000.0 / token) as usize);
        let options = format!(
            "delay={delay};tokens={tokens};text={}",
            percent_encode(text)
        );
        let make = format!(
            "(() => {{
                const chat = document.createElement('rill-chat');
                chat.style.cssText = 'display:block;height:420px';
                const attributes = {{ server: {}, kind: 'openai', profile: 'young', storage: 'none', loading: 'eager', {} }};
                for (const [name, value] of Object.entries(attributes)) chat.setAttribute(name, value);
                document.body.append(chat);
                return null;
            }})()",
            quote(&stage.lab.url(Dialect::OpenAi, &options)),
            more(at),
        );
        page.js::<Value>(&make).await;
        let chat = Chat {
            page: page.clone(),
            at,
        };
        let field = format!("!!{}", chat.find("textbox", "Message"));
        chat.page.until::<bool>(&field).await;
        all.push(chat);
    }
    all
}

/// The letters in a second that a chat showed from its first to its last step, or to the last in this many milliseconds.
async fn rate(chat: &Chat, within: &str) -> f64 {
    let rate = format!(
        "(() => {{
            const [first] = paces[{at}];
            const last = paces[{at}].filter(([when]) => when <= first[0] + {within}).at(-1);
            return 1000 * (last[1] - first[1]) / (last[0] - first[0]);
        }})()",
        at = chat.at
    );
    chat.page.js(&rate).await
}

fn is_near(rate: f64, wished: f64) -> bool {
    (rate / wished - 1.0).abs() < 0.1
}

#[e2e::case]
async fn a_young_page_keeps_its_pace_in_every_script_however_fast_the_server(stage: Stage) {
    let all = young(&stage, |_| String::new()).await;
    for chat in &all {
        chat.send("Tell me of the river").await;
    }
    all[0].page.js::<Value>(CLOCK).await;
    // Twenty seconds from the first word of the last of them.
    all[0]
        .page
        .until::<bool>("paces.every((pace) => pace.length && pace.at(-1)[0] > pace[0][0] + 20000)")
        .await;
    for (chat, (text, wished, ..)) in all.iter().zip(TEXTS) {
        let rate = rate(chat, "20000").await;
        assert!(is_near(rate, wished), "{rate} letters a second of {text:?}");
    }
}

#[e2e::case]
async fn three_thousand_letters_take_their_time_from_first_to_last(stage: Stage) {
    let all = young(&stage, |at| format!("pace: {}", quote(TEXTS[at].3))).await;
    for chat in &all {
        chat.send("Tell me of the river").await;
    }
    all[0].page.js::<Value>(CLOCK).await;
    for (chat, (text, ..)) in all.iter().zip(TEXTS) {
        let turn = chat.ended().await;
        assert_eq!(turn.fate(), ("complete", Some("stop")));
        let letters = turn.text.chars().count();
        assert!(letters > 2500, "{letters} of {text:?}");
        let rate = rate(chat, "1e9").await;
        assert!(is_near(rate, 120.0), "{rate} letters a second of {text:?}");
    }
}

/// A reply of many short paragraphs, all of it here before much is shown; the focus is in no field.
async fn paced(stage: &Stage, options: &str, more: &str) -> Chat {
    let text = percent_encode("The river is slow here. A boat floats by.\n\n");
    let options = format!("{options};text={text}");
    let chat = stage.chat(Dialect::OpenAi, &options, more).await;
    chat.send("Tell me of the river").await;
    let _: Value = chat.page.js("(e2e.active()?.blur(), null)").await;
    let _: Value = chat.page.js(CLOCK).await;
    chat
}

async fn server_is_done(stage: &Stage) {
    let ended = stage.lab.wait_for("the server's end", |log| {
        chats(log).first().and_then(|entry| entry.ended_at)
    });
    ended.await;
}

async fn letters(chat: &Chat) -> usize {
    chat.turn(-1)
        .await
        .map_or(0, |turn| turn.text.chars().count())
}

/// Waits for so many frames.
async fn frames(chat: &Chat, count: u32) {
    let wait = format!(
        "new Promise((done) => {{ let left = {count}; const step = () => (left -= 1) > 0 ? requestAnimationFrame(step) : done(null); step(); }})"
    );
    let _: Value = chat.page.js(&wait).await;
}

/// Sends a key's event to the page.
async fn key(chat: &Chat, kind: &str) {
    let send = format!(
        "(dispatchEvent(new KeyboardEvent('{kind}', {{ key: 'ArrowRight', bubbles: true, cancelable: true }})), performance.now())"
    );
    let _: f64 = chat.page.js(&send).await;
}

/// Milliseconds that it took from so many letters to so many.
async fn span(chat: &Chat, from: usize, to: usize) -> f64 {
    let span = format!(
        "(() => {{ const at = (letters) => paces[0].find(([, count]) => count >= letters)?.[0]; return at({to}) && at({to}) - at({from}); }})()"
    );
    chat.page.until(&span).await
}

#[e2e::case]
async fn the_arrow_key_that_is_held_doubles_the_pace(stage: Stage) {
    let chat = paced(&stage, "delay=0;tokens=400", "pace=50").await;
    chat.shows(20).await;
    key(&chat, "keydown").await;
    let before = letters(&chat).await;
    let (from, to) = (before + 5, before + 65);
    let hurried = span(&chat, from, to).await;
    key(&chat, "keyup").await;
    let after = letters(&chat).await;
    let calm = span(&chat, after + 5, after + 65).await;
    assert!(
        (hurried / 1500.0 - 1.0).abs() < 0.15 && (calm / 3000.0 - 1.0).abs() < 0.15,
        "{hurried} ms, then {calm} ms"
    );
}

#[e2e::case]
async fn a_press_on_the_text_that_is_held_doubles_the_pace_and_is_no_tap(stage: Stage) {
    let chat = paced(&stage, "delay=0;tokens=400", "pace=50").await;
    chat.shows(20).await;
    let press = |kinds: &str| {
        format!(
            "(() => {{
                const answer = e2e.every(0, '.answer').at(-1);
                for (const kind of [{kinds}]) answer.dispatchEvent(new PointerEvent(kind, {{ bubbles: true, composed: true, button: 0, detail: 1 }}));
                return null;
            }})()"
        )
    };
    let _: Value = chat.page.js(&press("'pointerdown'")).await;
    let before = letters(&chat).await;
    let hurried = span(&chat, before + 5, before + 65).await;
    assert!((hurried / 1500.0 - 1.0).abs() < 0.15, "{hurried} ms");
    let _: Value = chat.page.js(&press("'pointerup', 'click'")).await;
    frames(&chat, 5).await;
    let turn = chat.turn(-1).await.expect("a turn");
    assert_eq!(turn.end.as_deref(), Some("running"), "it was no tap");
    assert!(turn.text.len() < 200, "{} letters", turn.text.len());
}

#[e2e::case]
async fn a_tap_on_the_text_shows_what_is_here(stage: Stage) {
    let chat = paced(&stage, "delay=0;tokens=400", "profile=young").await;
    server_is_done(&stage).await;
    chat.shows(20).await;
    chat.page.click("e2e.every(0, '.answer p')[0]").await;
    let tapped = chat.ended().await;
    assert_eq!(tapped.fate(), ("complete", Some("stop")));
    let took: f64 = chat.page.js("paces[0].at(-1)[0] - paces[0][0][0]").await;
    // At 190 words a minute it is well over a minute.
    assert!(took < 30_000.0, "{took} ms");
}

const READ_ON: &str = "Read on";

#[e2e::case]
async fn page_by_page_it_waits_at_the_end_of_each(stage: Stage) {
    let chat = paced(&stage, "delay=0;tokens=1500", "pace=6000wpm&pages=on").await;
    let button = chat.find("button", READ_ON);
    let held = format!("!!{button}");
    let read = format!("!{button}");
    chat.page.until::<bool>(&held).await;
    server_is_done(&stage).await;
    let first = letters(&chat).await;
    frames(&chat, 60).await;
    assert_eq!(letters(&chat).await, first, "it waits");
    let is_seen = "(() => { const first = e2e.every(0, '.answer p')[0].getBoundingClientRect(); const window = e2e.every(0, 'main')[0].getBoundingClientRect(); return first.top >= window.top - 1; })()";
    assert!(
        chat.page.js::<bool>(is_seen).await,
        "the page begins in the window"
    );
    chat.button(READ_ON).await;
    chat.shows(first + 100).await;
    chat.page.until::<bool>(&held).await;
    let second = letters(&chat).await;
    // Where the focus is on no button, Space goes on as well.
    let _: Value = chat.page.js("(e2e.active()?.blur(), null)").await;
    chat.page.press(" ", 0).await;
    chat.shows(second + 100).await;
    chat.page.until::<bool>(&held).await;
    // To have done with pages goes on, too.
    chat.button("Reading").await;
    choose(&chat, "Page by page", "off").await;
    chat.close_dialog().await;
    chat.page.until::<bool>(&read).await;
    let turn = chat.ended().await;
    assert_eq!(turn.fate(), ("complete", Some("stop")));
}

#[e2e::case]
async fn stop_shows_what_has_come_while_a_page_is_held(stage: Stage) {
    let chat = paced(&stage, "delay=4;tokens=20000", "pace=6000wpm&pages=on").await;
    let held = format!("!!{}", chat.find("button", READ_ON));
    chat.page.until::<bool>(&held).await;
    let first = letters(&chat).await;
    frames(&chat, 60).await;
    assert_eq!(letters(&chat).await, first, "it waits");
    chat.button("Stop").await;
    let turn = chat.ended().await;
    assert_eq!(turn.fate(), ("stopped", None));
    assert!(turn.text.len() > first, "what came meanwhile is there");
    assert!(!chat.page.js::<bool>(&held).await);
}

#[e2e::case]
async fn an_attribute_that_changes_paces_the_reply_that_runs(stage: Stage) {
    let all = young(&stage, |_| "pace: '60wpm'".to_owned()).await;
    let chat = &all[0];
    chat.send("Tell me of the river").await;
    chat.shows(20).await;
    let set = "(e2e.host(0).setAttribute('pace', 'instant'), null)";
    let _: Value = chat.page.js(set).await;
    let turn = chat.ended().await;
    assert_eq!(turn.fate(), ("complete", Some("stop")));
}

#[e2e::case]
async fn the_time_that_is_left_is_shown_and_not_announced(stage: Stage) {
    let chat = paced(&stage, "delay=0;tokens=700", "profile=young&age=9").await;
    server_is_done(&stage).await;
    let line = "e2e.every(0, '.status').at(-1)";
    chat.page
        .until::<bool>(&format!(
            "/about \\d+\\s?min left/.test({line}?.textContent ?? '')"
        ))
        .await;
    let is_live: bool = chat
        .page
        .js(&format!(
            "!!{line}.closest('[aria-live], [role=status], [role=log], [role=alert]')"
        ))
        .await;
    assert!(!is_live);
    let said: String = chat
        .page
        .js("e2e.every(0, '.spoken').map((one) => one.textContent).join()")
        .await;
    assert!(!said.contains("left"), "{said}");
    chat.button("Show all at once").await;
    let turn = chat.ended().await;
    assert!(!turn.all.contains(" left"), "{}", turn.all);
}

/// A clock that can be set on: nobody waits for a reader.
const LATER: &str = "(() => {
    const now = performance.now.bind(performance);
    let ahead = 0;
    performance.now = () => now() + ahead;
    globalThis.later = (ms) => { ahead += ms; return null; };
})();";

/// What the list of paces shows.
async fn pace_of(chat: &Chat) -> String {
    chat.page
        .until("e2e.find(0, 'combobox', /^Pace/)?.selectedOptions[0]?.textContent")
        .await
}

#[e2e::case]
async fn three_lines_set_ones_own_pace(stage: Stage) {
    for (more, lasts) in [("", true), ("storage=none", false)] {
        let chat = stage.chat_with(LATER, "delay=0", more).await;
        chat.button("Server").await;
        chat.button("Find your pace").await;
        chat.button("Start").await;
        // Nobody reads so fast.
        for _ in 0..3 {
            chat.button("I have read this").await;
        }
        chat.page.says("That was very quick.").await;
        chat.button("Try again").await;
        for line in 1..=3 {
            chat.page.says(&format!("Line {line} of 3")).await;
            let _: Value = chat.page.js("later(4000)").await;
            chat.button("I have read this").await;
        }
        chat.page.says("You read about 1").await;
        chat.button("Use this pace").await;
        chat.page
            .until::<bool>("!e2e.every(0, 'dialog[open]').length")
            .await;
        chat.button("Server").await;
        let own = pace_of(&chat).await;
        let words: Option<u32> = own
            .strip_prefix("My own, ")
            .and_then(|own| own.split(' ').next()?.parse().ok());
        assert!(
            words.is_some_and(|words| (100..=200).contains(&words)),
            "{own}"
        );
        chat.close_dialog().await;
        chat.reload().await;
        chat.button("Server").await;
        let now = pace_of(&chat).await;
        assert_eq!(now == own, lasts, "{now}");
        chat.page.close().await;
    }
}
