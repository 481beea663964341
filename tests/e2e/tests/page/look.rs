//! What a person sees and does: pace, selection, keys, narrow windows, several chats on a page.

use crate::talk::chats;
use e2e::page::SHIFT;
use e2e::stage::pictures_folder;
use e2e::{Chat, Stage};
use lab::{Dialect, Way, percent_encode};
use serde_json::Value;
use std::time::Duration;

/// Families, flags, a skin tone, combining marks, Hangul parts, Devanagari: nothing here may be split.
const GRAPHEMES: &str =
    "Hallo 👩‍👩‍👧‍👦 und 👨🏽‍🚀! Fahnen: 🇩🇪🇫🇷🇯🇵 und 🏴󠁧󠁢󠁳󠁣󠁴󠁿. Zeichen: e\u{301}a\u{308}o\u{302} 각 क्षि. Ende 🌈";

#[e2e::case]
pub async fn a_paced_young_reply_is_shown_to_its_last_letter(stage: Stage) {
    let chat = stage
        .chat(
            Dialect::OpenAi,
            &format!("delay=0;text={}", percent_encode(GRAPHEMES)),
            "profile=young&pace=30",
        )
        .await;
    let _: Value = chat.page.js("(e2e.watch(), null)").await;
    chat.send("Hallo").await;
    let ended = stage
        .lab
        .wait_for("the server's end", |log| {
            chats(log).first().and_then(|entry| entry.ended_at)
        })
        .await;
    chat.shows(1).await;
    let early = chat.turn(-1).await.expect("a turn");
    assert_eq!(
        early.end.as_deref(),
        Some("running"),
        "the server has ended, the text has not been shown: {early:?}"
    );
    let turn = chat.ended().await;
    let shown = stage.lab.logbook().now();
    assert_eq!(turn.fate(), ("complete", Some("stop")));
    assert_eq!(turn.text.trim(), GRAPHEMES);
    // 30 ms for each of its characters.
    assert!(
        shown - ended > 1000.0,
        "the end came {} ms before the last letter",
        shown - ended
    );
    let odd: Vec<String> = chat.page.js(&format!(
        "(() => {{
            const whole = {whole};
            const starts = new Set([...new Intl.Segmenter('de', {{ granularity: 'grapheme' }}).segment(whole)].map((part) => part.index));
            starts.add(whole.length);
            const lengths = seen.map((text) => text.trimEnd());
            return lengths.filter((text, at) => !whole.startsWith(text) || !(starts.has(text.length) || starts.has(text.length + 1)) || (at > 0 && text.length < lengths[at - 1].length));
        }})()",
        whole = e2e::page::quote(GRAPHEMES)
    )).await;
    assert!(odd.is_empty(), "split, taken back or changed: {odd:?}");
    // A machine that is at work paints a few times a second.
    let steps: usize = chat.page.js("seen.length").await;
    assert!(steps > 5, "it came in {steps} steps");
}

#[e2e::case(Media)]
pub async fn less_motion_means_no_pacing(stage: Stage) {
    let page = stage.blank().await;
    page.media(false, true).await;
    let query = stage.query(Dialect::OpenAi, "delay=0;tokens=400", "pace=200");
    page.goto(&stage.site.url(&format!("?{query}"))).await;
    let chat = Chat { page, at: 0 };
    let asked = stage.lab.logbook().now();
    let turn = chat.ask("Hello").await;
    let took = stage.lab.logbook().now() - asked;
    assert_eq!(turn.fate(), ("complete", Some("stop")));
    let paced = 200.0 * turn.text.trim().chars().count() as f64;
    assert!(
        took < paced / 20.0,
        "{took} ms; at the pace asked for it would take {paced}"
    );
}

#[e2e::case]
pub async fn a_selection_in_a_finished_paragraph_survives(stage: Stage) {
    let text = percent_encode(&format!(
        "First paragraph, finished.\n\n{}",
        "and more words come ".repeat(100)
    ));
    let chat = stage
        .chat(Dialect::OpenAi, &format!("delay=15;text={text}"), "")
        .await;
    chat.send("Hello").await;
    chat.shows(80).await;
    let picked = "(() => {
        const paragraph = e2e.every(0, '.answer p')[0];
        const range = document.createRange();
        range.selectNodeContents(paragraph);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        globalThis.kept = { paragraph, text: e2e.text(paragraph) };
        return kept.text;
    })()";
    assert_eq!(
        chat.page.js::<String>(picked).await.trim(),
        "First paragraph, finished."
    );
    let now = chat.turn(-1).await.map_or(0, |turn| turn.text.len());
    chat.shows(now + 400).await;
    let still: String = chat
        .page
        .js("(e2e.root().getSelection?.() ?? getSelection()).toString().trim()")
        .await;
    assert_eq!(still, "First paragraph, finished.");
    assert!(
        chat.page
            .js::<bool>(
                "kept.paragraph.isConnected && e2e.every(0, '.answer p')[0] === kept.paragraph"
            )
            .await,
        "it was made anew"
    );
    chat.button("Stop").await;
    chat.ended().await;
}

/// A page of somebody else's with elements that the test makes.
pub async fn embedded(stage: &Stage, servers: &[(Dialect, &str)]) -> Vec<Chat> {
    let page = stage.blank().await;
    page.goto(&stage.site.url("empty.html")).await;
    page.until::<bool>("!!customElements.get('rill-chat')")
        .await;
    for (dialect, options) in servers {
        let attributes = format!(
            "{{ server: {}, kind: {}, pace: 'instant', storage: 'none' }}",
            e2e::page::quote(&stage.lab.url(*dialect, options)),
            e2e::page::quote(dialect.word())
        );
        let make = format!(
            "(() => {{ const chat = document.createElement('rill-chat'); chat.style.cssText = 'display:block;height:380px'; for (const [name, value] of Object.entries({attributes})) chat.setAttribute(name, value); document.body.append(chat); return null; }})()"
        );
        page.js::<Value>(&make).await;
    }
    let chats: Vec<Chat> = (0..servers.len())
        .map(|at| Chat {
            page: page.clone(),
            at,
        })
        .collect();
    for chat in &chats {
        chat.page
            .until::<bool>(&format!("!!{}", chat.find("textbox", "Message")))
            .await;
    }
    chats
}

#[e2e::case]
pub async fn two_elements_on_one_page_do_not_meet(stage: Stage) {
    let chats = embedded(
        &stage,
        &[
            (Dialect::OpenAi, "echo;delay=5"),
            (Dialect::Ollama, "echo;delay=5"),
        ],
    )
    .await;
    chats[0].send("one, one, one").await;
    chats[1].send("two, two, two").await;
    let (first, second) = (chats[0].ended().await, chats[1].ended().await);
    assert_eq!(
        (first.text.trim(), second.text.trim()),
        ("one, one, one", "two, two, two")
    );
    assert_eq!(
        (chats[0].turns().await.len(), chats[1].turns().await.len()),
        (1, 1)
    );
    let log = stage.lab.log();
    let asked: Vec<(&str, bool)> = self::chats(&log)
        .iter()
        .map(|entry| (entry.dialect.as_str(), entry.body.contains("one")))
        .collect();
    assert!(
        asked.contains(&("openai", true)) && asked.contains(&("ollama", false)) && asked.len() == 2,
        "{asked:?}"
    );
}

#[e2e::case]
pub async fn removal_drops_everything(stage: Stage) {
    let running = embedded(&stage, &[(Dialect::LlamaCpp, "tokens=20000;delay=10")])
        .await
        .remove(0);
    running.send("Hello").await;
    running.shows(20).await;
    let removed = stage.lab.logbook().now();
    let _: Value = running
        .page
        .js("(globalThis.gone = e2e.host(), gone.remove(), null)")
        .await;
    let (way, end) = stage
        .lab
        .wait_for("the closed connection", |log| {
            let asked = *chats(log).first()?;
            Some((asked.way?, asked.ended_at?))
        })
        .await;
    assert_eq!(way, Way::ClosedByClient);
    assert!(end - removed < 1000.0, "{} ms", end - removed);
    // Nothing goes on: no request comes later, none is open.
    let before = stage.lab.log().len();
    let _: Value = running
        .page
        .js("new Promise((resolve) => setTimeout(resolve, 700))")
        .await;
    assert_eq!(stage.lab.log().len(), before);
    assert!(
        stage.lab.log().iter().all(|entry| entry.way.is_some()),
        "{}",
        stage.lab.logbook().summary()
    );
    // Put back, it works again.
    let _: Value = running.page.js("(document.body.append(gone), null)").await;
    running
        .page
        .until::<bool>(&format!("!!{}", running.find("textbox", "Message")))
        .await;
    running.send("Hello again").await;
    running.shows(5).await;
    running.button("Stop").await;
}

#[e2e::case]
pub async fn a_narrow_window_never_scrolls_sideways(stage: Stage) {
    let wide = format!(
        "A very long word: {}\n\n| {} |\n|{}|\n| {} |\n\n```\n{}\n```\n\n> quoted `{}`\n\n1. a list\n   - in a list\n     - in a list",
        "W".repeat(200),
        ["column"; 14].join(" | "),
        ["---"; 14].join("|"),
        ["value"; 14].join(" | "),
        "let long = code; ".repeat(20),
        "inline_code_".repeat(12),
    );
    let chat = stage
        .chat(
            Dialect::LlamaCpp,
            &format!("delay=0;text={}", percent_encode(&wide)),
            "",
        )
        .await;
    assert_eq!(
        chat.ask("Show me everything wide, and say Donaudampfschifffahrtsgesellschaftskapitän.")
            .await
            .fate(),
        ("complete", Some("stop"))
    );
    for (width, height, dark, scale) in [
        (320, 568, false, 2.0),
        (390, 844, true, 2.0),
        (1280, 800, false, 1.0),
        (1280, 800, true, 1.0),
        (3840, 2160, false, 1.0),
    ] {
        chat.page.look(width, height, dark, scale).await;
        let _: Value = chat.page.js("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(null))))").await;
        let shade = if dark { "dark" } else { "light" };
        chat.page
            .screenshot(&pictures_folder().join(format!("wide-{width}-{shade}.png")))
            .await;
        let too_wide: Vec<String> = chat.page.js(
            "(() => {
                const doc = document.scrollingElement;
                const out = doc.scrollWidth > innerWidth ? [`page: ${doc.scrollWidth}`] : [];
                const clipped = (element) => {
                    for (let up = element.parentElement; up; up = up.parentElement)
                        if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(up).overflowX) && up.getBoundingClientRect().right <= innerWidth + 1) return true;
                    return false;
                };
                for (const element of e2e.every(0, '*'))
                    if (e2e.visible(element) && element.getBoundingClientRect().right > innerWidth + 1 && !clipped(element))
                        out.push(`${element.localName}.${element.className}: ${element.getBoundingClientRect().right}`);
                return out;
            })()",
        ).await;
        assert!(too_wide.is_empty(), "at {width}: {too_wide:?}");
        let small: Vec<String> = chat.page.js(
            "innerWidth > 500 ? [] : e2e.every(0, 'button').filter(e2e.visible).map((button) => [e2e.name(button), button.getBoundingClientRect()])
                .filter(([, box]) => box.width < 24 || box.height < 24).map(([name, box]) => `${name}: ${box.width} x ${box.height}`)",
        ).await;
        assert!(small.is_empty(), "too small to touch at {width}: {small:?}");
    }
}

#[e2e::case]
pub async fn everything_can_be_done_with_the_keyboard(stage: Stage) {
    let chat = stage
        .chat(Dialect::OpenAi, "delay=10;tokens=20000", "")
        .await;
    let to = async |name: &str, held: i64| {
        for _ in 0..40 {
            if chat
                .page
                .js::<String>(
                    "(() => { const at = e2e.active(); return at ? e2e.name(at) : ''; })()",
                )
                .await
                == name
            {
                return;
            }
            chat.page.press("Tab", held).await;
        }
        panic!("Tab never comes to {name}");
    };
    to("Message", 0).await;
    chat.page.insert("first line").await;
    chat.page.press("Enter", SHIFT).await;
    chat.page.insert("second line").await;
    assert_eq!(
        chat.page.js::<usize>("e2e.turns(0, 'user').length").await,
        0,
        "Shift and Enter send nothing"
    );
    chat.page.press("Enter", 0).await;
    chat.shows(20).await;
    let log = stage.lab.log();
    assert!(
        chats(&log)[0].body.contains("first line\\nsecond line"),
        "{}",
        chats(&log)[0].body
    );
    to("Stop", 0).await;
    chat.page.press("Enter", 0).await;
    assert_eq!(chat.ended().await.fate(), ("stopped", None));
    // Backwards: what follows the last button of the page is the browser's own, and Firefox's driver does not come back from there.
    to("Server", SHIFT).await;
    chat.page.press("Enter", 0).await;
    chat.page
        .until::<bool>(&format!("!!{}", chat.find("textbox", "API key")))
        .await;
    chat.page.press("Escape", 0).await;
    chat.page
        .until::<bool>(&format!("!{}", chat.find("textbox", "API key")))
        .await;
}

#[e2e::case]
pub async fn a_person_who_scrolls_up_is_left_alone(stage: Stage) {
    let text = percent_encode(
        &"A paragraph of some length, so that many of them are higher than the window.\n\n"
            .repeat(60),
    );
    let chat = stage
        .chat(Dialect::OpenAi, &format!("delay=4;text={text}"), "")
        .await;
    chat.page.look(800, 500, false, 1.0).await;
    chat.send("Hello").await;
    // The element that scrolls, whichever it is.
    let scroller = "(() => { globalThis.scroller = [document.scrollingElement, ...e2e.every(0, '*')].find((one) => one.scrollHeight > one.clientHeight + 300 && ['auto', 'scroll', 'visible'].includes(getComputedStyle(one).overflowY)); return !!globalThis.scroller; })()";
    chat.page.until::<bool>(scroller).await;
    let bottom =
        "Math.abs(scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop) < 60";
    assert!(
        chat.page
            .within::<bool>(Duration::from_secs(3), bottom)
            .await
            .is_some(),
        "it follows the stream"
    );
    let _: Value = chat
        .page
        .js("(scroller.scrollBy({ top: -250, behavior: 'instant' }), null)")
        .await;
    let place: f64 = chat
        .page
        .js("new Promise((resolve) => requestAnimationFrame(() => resolve(scroller.scrollTop)))")
        .await;
    let now = chat.turn(-1).await.map_or(0, |turn| turn.text.len());
    chat.shows(now + 300).await;
    let later: f64 = chat.page.js("scroller.scrollTop").await;
    assert!(
        (later - place).abs() < 2.0,
        "it was pulled from {place} to {later}"
    );
    chat.ended().await;
}

#[e2e::case]
pub async fn the_page_tells_what_it_does_while_the_prompt_is_read(stage: Stage) {
    let chat = stage
        .chat(Dialect::LlamaCpp, "first=4000;prefill=20", "")
        .await;
    chat.send("Hello, this is a prompt of some length, with some more words.")
        .await;
    let percent = chat.page.within::<bool>(Duration::from_secs(4), "/\\d+\\s?%/.test(e2e.turns(0, 'assistant').at(-1).innerText) && e2e.turn(0, -1).text === ''").await;
    assert!(percent.is_some(), "reading the prompt, so many percent");
    assert_eq!(chat.ended().await.fate(), ("complete", Some("stop")));
}

#[e2e::case]
pub async fn nothing_moves_beside_text_that_comes(stage: Stage) {
    let chat = stage
        .chat(Dialect::OpenAi, "first=1500;delay=40;tokens=60", "")
        .await;
    chat.page.media(false, false).await;
    // An animation has the browser work out styles at every frame: while text comes there is none.
    let moves = |phase: &str| {
        format!(
            "e2e.every(0, '[data-phase={phase}]').length && [e2e.every(0, '.rill')[0].getAnimations({{ subtree: true }}).filter((one) => one.playState === 'running' && one instanceof CSSAnimation).length]"
        )
    };
    chat.send("Hello").await;
    let waits: Vec<usize> = chat.page.until(&moves("waiting")).await;
    assert_eq!(waits, [1], "a sign of life while nothing comes");
    let writes: Vec<usize> = chat.page.until(&moves("writing")).await;
    assert_eq!(writes, [0]);
    assert_eq!(chat.ended().await.fate(), ("complete", Some("stop")));
}

#[e2e::case]
pub async fn a_huge_line_and_very_many_tokens_lose_nothing(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "huge=1000000", "").await;
    let length = "(() => { const turn = e2e.turn(0, -1); return turn?.end === 'complete' && turn.text.trim().length; })()";
    chat.send("Hello").await;
    assert_eq!(chat.page.until::<usize>(length).await, 1_000_000);
    chat.page.close().await;
    let chat = stage
        .chat(Dialect::OpenAi, "tokens=20000;delay=0;text=ab%20", "")
        .await;
    chat.send("Hello").await;
    let shown: usize = chat.page.until("(() => { const turn = e2e.turn(0, -1); return turn?.end === 'complete' && turn.text.replace(/\\s/g, '').length; })()").await;
    // Tokens are "ab" and a blank in turn: every blank but the last stands before the next "ab".
    let letters = lab::reply::tokens("ab ")
        .iter()
        .cycle()
        .take(20_000)
        .flat_map(|token| token.chars())
        .filter(|letter| !letter.is_whitespace())
        .count();
    assert_eq!(shown, letters);
}

/// The file that the first view does without.
pub const LATER: &str = "split_later.wasm";

#[e2e::case]
pub async fn the_first_view_loads_nothing_that_only_a_conversation_needs(stage: Stage) {
    let chat = stage.open("server=demo&pace=instant").await;
    let loaded = "performance.getEntriesByType('resource').map((entry) => entry.name)";
    let names: Vec<String> = chat.page.js(loaded).await;
    assert!(
        names.iter().any(|name| name.ends_with("rill-page_bg.wasm")),
        "{names:?}"
    );
    assert!(!names.iter().any(|name| name.ends_with(LATER)), "{names:?}");
    // Whoever goes where one writes is about to: what answers is fetched before the first word is sent.
    chat.focus().await;
    let _: bool = chat
        .page
        .until(&format!(
            "{loaded}.some((name) => name.endsWith('{LATER}'))"
        ))
        .await;
    assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
}

#[e2e::case(Network)]
pub async fn a_part_that_cannot_be_loaded_is_named_and_the_words_are_kept(stage: Stage) {
    let chat = stage.open("server=demo&pace=instant").await;
    chat.page.block(&[LATER]).await;
    chat.focus().await;
    chat.page.insert("Are you there?").await;
    chat.page.press("Enter", 0).await;
    let _: bool = chat
        .page
        .until("e2e.root().querySelector('.who').textContent.includes('could not be loaded')")
        .await;
    let kept: String = chat
        .page
        .js("e2e.root().querySelector('.composer textarea').value")
        .await;
    assert_eq!(kept, "Are you there?");
    chat.page.block(&[]).await;
    chat.page.press("Enter", 0).await;
    assert_eq!(chat.ended().await.fate(), ("complete", Some("stop")));
    chat.page.forgive().await;
}

#[e2e::case(Network)]
pub async fn what_is_sent_while_the_page_still_loads_is_sent_once(stage: Stage) {
    let chat = stage.open("server=demo&pace=instant").await;
    chat.page.delay(Duration::from_secs(1)).await;
    chat.focus().await;
    chat.page.insert("Are you there?").await;
    for _ in 0..2 {
        chat.page.press("Enter", 0).await;
    }
    let here: bool = chat.page.js("e2e.turns(0, 'user').length > 0").await;
    assert!(!here, "the network was not slow: this shows nothing");
    assert_eq!(chat.ended().await.fate(), ("complete", Some("stop")));
    let asked: Vec<String> = chat
        .page
        .js("e2e.turns(0, 'user').map((turn) => turn.querySelector('.said').textContent)")
        .await;
    assert_eq!(asked, ["Are you there?"]);
    let left: String = chat
        .page
        .js("e2e.root().querySelector('.composer textarea').value")
        .await;
    assert_eq!(left, "");
}
