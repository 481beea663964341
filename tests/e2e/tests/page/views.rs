//! What a view promises without a word: typed text stays, rows keep their elements, the focus comes back, choices are shown, words
//! change in place.

use crate::conversations::{kept, titles};
use crate::images::{give, previews};
use crate::ways::choose;
use e2e::page::quote;
use e2e::{Chat, Stage};
use lab::Dialect;
use serde_json::Value;

/// Holds every request to the lab back until `gate.open()`.
fn gate(port: u16) -> String {
    format!(
        "globalThis.gate = {{}};
        gate.opened = new Promise((open) => {{ gate.open = open; }});
        const ask = fetch;
        globalThis.fetch = async (...all) => {{
            if (String(all[0].url ?? all[0]).includes(':{port}/')) await gate.opened;
            return ask(...all);
        }};"
    )
}

/// What stands in a field.
async fn value(chat: &Chat, field: &str) -> String {
    chat.page.js(&format!("{field}.value")).await
}

/// Waits until the element with the focus has this name.
async fn focused(chat: &Chat, name: &str) {
    let focused = format!("e2e.name(e2e.active()) === {}", quote(name));
    chat.page.until::<bool>(&focused).await;
}

/// Puts a mark on elements, and gives how many got one.
async fn mark(chat: &Chat, selector: &str) -> usize {
    let mark = format!(
        "e2e.every(0, '{selector}').map((one) => (one.marked = true)).filter(Boolean).length"
    );
    chat.page.js(&mark).await
}

/// How many of these elements carry the mark.
async fn marked(chat: &Chat, selector: &str) -> usize {
    let marked = format!("e2e.every(0, '{selector}').filter((one) => one.marked).length");
    chat.page.js(&marked).await
}

#[e2e::case]
async fn a_field_keeps_what_is_typed_whatever_becomes_of_the_link(stage: Stage) {
    let page = stage.blank().await;
    page.at_start(&gate(stage.lab.port())).await;
    let query = stage.query(Dialect::OpenAi, "delay=0", "");
    page.goto(&stage.site.url(&format!("?{query}"))).await;
    page.until::<bool>("e2e.every(0, 'textarea').some(e2e.visible)")
        .await;
    let chat = Chat { page, at: 0 };
    chat.button("Server").await;
    let (address, key) = (
        chat.find("textbox", "Server address"),
        chat.find("textbox", "API key"),
    );
    chat.page
        .until::<bool>(&format!("!!{address}?.value"))
        .await;
    chat.put("textbox", "API key", "a").await;
    chat.put("textbox", "Server address", "http://127.0").await;
    // The server that the page knew all along does not answer in time, whatever is typed meanwhile.
    chat.page
        .until::<bool>("e2e.every(0, '.link[data-link=failed]').length === 1")
        .await;
    for letter in [".", "0", ".", "1"] {
        chat.page.insert(letter).await;
    }
    assert_eq!(value(&chat, &address).await, "http://127.0.0.1");
    assert_eq!(value(&chat, &key).await, "a");
    // A look for others changes neither.
    chat.button("Look for servers on this computer").await;
    chat.page
        .until::<bool>(&format!("!!{}", chat.find("button", "Look again")))
        .await;
    assert_eq!(value(&chat, &address).await, "http://127.0.0.1");
    assert_eq!(value(&chat, &key).await, "a");
    // Another server is another address.
    let _: Value = chat.page.js("(gate.open(), null)").await;
    let other = stage.lab.url(Dialect::OpenAi, "delay=1");
    chat.put("textbox", "Server address", &other).await;
    chat.page.press("Enter", 0).await;
    chat.page
        .until::<bool>("e2e.every(0, '.link[data-link=connected]').length === 1")
        .await;
    chat.page
        .until::<bool>(&format!("{address}?.value === {}", quote(&other)))
        .await;
}

#[e2e::case]
async fn a_row_keeps_its_element_when_its_list_changes(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "delay=0;tokens=3", "").await;
    for question in ["One", "Two", "Three"] {
        chat.ask(question).await;
        kept(&chat, question, 2).await;
        chat.button("New chat").await;
    }
    chat.list().await;
    titles(&chat, 3).await;
    assert_eq!(mark(&chat, ".kept li").await, 3);
    chat.button("Delete: Three").await;
    assert_eq!(titles(&chat, 2).await, ["Two", "One"]);
    assert_eq!(marked(&chat, ".kept li").await, 2);
    // The line that tells of it is another one for each: it is read out anew, and the focus is on its button.
    focused(&chat, "Undo").await;
    assert_eq!(mark(&chat, ".gone").await, 1);
    chat.button("Delete: Two").await;
    assert_eq!(titles(&chat, 1).await, ["One"]);
    chat.page
        .until::<bool>("e2e.every(0, '.gone')[0]?.textContent.includes('Two')")
        .await;
    assert_eq!(marked(&chat, ".gone").await, 0);
    focused(&chat, "Undo").await;
    chat.page.press("Enter", 0).await;
    assert_eq!(titles(&chat, 2).await, ["Two", "One"]);
    assert_eq!(marked(&chat, ".kept li").await, 1);
    chat.close_dialog().await;

    // Two that are the same are two; and who stands on one of them stays there.
    chat.page
        .until::<bool>(&format!("!!{}", chat.find("button", "Add image")))
        .await;
    give(&chat, "choose", "png").await;
    previews(&chat, 1).await;
    assert_eq!(mark(&chat, ".previews li").await, 1);
    let _: Value = chat
        .page
        .js("(e2e.every(0, '.previews button')[0].focus(), null)")
        .await;
    for count in [2, 3] {
        give(&chat, "paste", "png").await;
        previews(&chat, count).await;
    }
    assert_eq!(marked(&chat, ".previews li").await, 1);
    let stays: bool = chat
        .page
        .js("e2e.active() === e2e.every(0, '.previews button')[0]")
        .await;
    assert!(stays, "the focus was lost");
    chat.page.press("Enter", 0).await;
    previews(&chat, 2).await;
}

#[e2e::case]
async fn the_focus_comes_back_when_a_panel_closes(stage: Stage) {
    let chat = stage.open("server=demo&pace=instant").await;
    assert_eq!(chat.ask("Hello").await.end.as_deref(), Some("complete"));
    for opener in ["Server", "Conversations", "Settings", "Server"] {
        for close in ["Escape", "Close"] {
            chat.button(opener).await;
            chat.page
                .until::<bool>("e2e.every(0, 'dialog[open]').length === 1")
                .await;
            let inside: bool = chat
                .page
                .until("e2e.every(0, 'dialog[open]')[0]?.contains(e2e.active())")
                .await;
            assert!(inside);
            match close {
                "Escape" => chat.page.press("Escape", 0).await,
                _ => {
                    chat.page
                        .click("e2e.every(0, 'dialog[open] .panel-head button')[0]")
                        .await;
                }
            }
            chat.page
                .until::<bool>("!e2e.every(0, 'dialog[open]').length")
                .await;
            focused(&chat, opener).await;
        }
    }
    // The panel beside the conversation is no dialog; it takes the focus and gives it back all the same.
    chat.button("Details").await;
    chat.page
        .until::<bool>("e2e.active()?.matches('aside.exam')")
        .await;
    chat.page.press("Escape", 0).await;
    focused(&chat, "Details").await;
    // A question that comes in the panel has the focus on the way out.
    chat.button("Edit").await;
    focused(&chat, "Edit").await;
    let typed: String = chat.page.js("e2e.active().value").await;
    assert_eq!(typed, "Hello");
}

/// What a `<select>` of the open panel shows, by its label's first words.
async fn chosen(chat: &Chat, label: &str) -> String {
    chat.page
        .until(&format!(
            "(() => {{ const select = e2e.find(0, 'combobox', /^{label}/); return select && select.selectedOptions[0]?.textContent; }})()"
        ))
        .await
}

#[e2e::case]
async fn a_choice_shows_what_is_chosen(stage: Stage) {
    let chat = stage
        .chat(Dialect::LlamaCpp, "delay=0", "model=river-large")
        .await;
    chat.button("Server").await;
    for (label, value, words) in [
        ("Pace", "120wpm", "Slow, 120 words a minute"),
        ("Theme", "dark", "Dark"),
    ] {
        choose(&chat, label, value).await;
        assert_eq!(chosen(&chat, label).await, words);
    }
    chat.close_dialog().await;
    chat.button("Settings").await;
    choose(&chat, "Chat template", "gemma").await;
    chat.close_dialog().await;
    for again in [false, true] {
        if again {
            chat.reload().await;
        }
        chat.button("Server").await;
        assert_eq!(chosen(&chat, "Pace").await, "Slow, 120 words a minute");
        assert_eq!(chosen(&chat, "Theme").await, "Dark");
        assert_eq!(chosen(&chat, "Kind").await, "Find out");
        chat.close_dialog().await;
        chat.button("Settings").await;
        assert_eq!(chosen(&chat, "Chat template").await, "Gemma");
        chat.close_dialog().await;
    }

    // One of several models, whose list comes with the server.
    let chat = stage
        .chat(Dialect::OpenAi, "delay=0", "model=river-large")
        .await;
    chat.button("Server").await;
    assert_eq!(chosen(&chat, "Model").await, "river-large");
    choose(&chat, "Model", "river-small").await;
    assert_eq!(chosen(&chat, "Model").await, "river-small");

    // And what stands beside the prompt.
    let chat = stage
        .chat(Dialect::Ai4ArtsEd, "origins=*;delay=0", "")
        .await;
    let first = chosen(&chat, "Task").await;
    choose(&chat, "Task", "optimize").await;
    let now = chosen(&chat, "Task").await;
    assert_ne!(first, now);
    // Another language words the choices anew, and none of them is lost.
    let german: Value = chat
        .page
        .js("(e2e.host().lang = 'de', e2e.host().setAttribute('lang', 'de'), null)")
        .await;
    assert!(german.is_null());
    chat.page
        .until::<bool>(&format!(
            "e2e.every(0, '.fields select')[0].selectedOptions[0].textContent !== {}",
            quote(&now)
        ))
        .await;
    let kept: String = chat
        .page
        .js("e2e.every(0, '.fields select')[0].value")
        .await;
    assert_eq!(kept, "optimize");
}

#[e2e::case]
async fn words_that_stay_as_they_are_keep_a_selection(stage: Stage) {
    let chat = stage.open("server=demo&pace=instant").await;
    chat.ask("Hello").await;
    let selected = "String(range)";
    for place in [".status span", ".link-name", ".actions .swap", ".brand"] {
        let select = format!(
            "(() => {{
                const words = e2e.every(0, '{place}')[0].firstChild;
                globalThis.range = new Range();
                range.setStart(words, 1);
                range.setEnd(words, 3);
                return {selected};
            }})()"
        );
        let before: String = chat.page.js(&select).await;
        assert_eq!(before.chars().count(), 2, "{place}");
        // All words are asked for once more, and are the same.
        let _: Value = chat
            .page
            .js("(e2e.host().setAttribute('lang', 'en'), new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null)))))")
            .await;
        assert_eq!(chat.page.js::<String>(selected).await, before, "{place}");
    }
}

/// All words of the page, each element's own in a line, blanks left out; without answers, which are their model's.
const WORDS: &str = "(() => {
    const walker = document.createTreeWalker(e2e.root(), NodeFilter.SHOW_TEXT);
    let out = '';
    while (walker.nextNode()) if (!walker.currentNode.parentElement.closest('article')) out += walker.currentNode.data;
    return out.replace(/\\s+/g, ' ');
})()";

#[e2e::case]
async fn words_that_a_browser_has_translated_change_all_the_same(stage: Stage) {
    let open = async |lang: &str| {
        let chat = stage.open(&format!("server=demo&lang={lang}")).await;
        chat.button("Server").await;
        chat.page
            .until::<bool>("e2e.every(0, 'dialog[open] select').length > 3")
            .await;
        chat
    };
    let expected: String = open("de").await.page.js(WORDS).await;
    let chat = open("en").await;
    crate::reading::translate(&chat, true).await;
    choose(&chat, "Language", "de").await;
    chat.page
        .until::<bool>(&format!("{WORDS} === {}", quote(&expected)))
        .await;
    // And once more, and back.
    let english: String = open("en").await.page.js(WORDS).await;
    crate::reading::translate(&chat, true).await;
    choose(&chat, "Sprache", "en").await;
    chat.page
        .until::<bool>(&format!("{WORDS} === {}", quote(&english)))
        .await;
}

#[e2e::case]
async fn what_is_made_anew_is_empty_again(stage: Stage) {
    let chat = stage.chat(Dialect::LlamaCpp, "delay=0", "").await;
    chat.button("Settings").await;
    chat.put("textbox", "Temperature", "hot").await;
    let wrong = format!(
        "{}?.getAttribute('aria-invalid')",
        chat.find("textbox", "Temperature")
    );
    chat.page
        .until::<bool>(&format!("{wrong} === 'true'"))
        .await;
    chat.put("textbox", "System prompt", "Be brief.").await;
    chat.button("Reset").await;
    for name in ["Temperature", "System prompt"] {
        let field = chat.find("textbox", name);
        chat.page
            .until::<bool>(&format!("{field}?.value === ''"))
            .await;
    }
    let wrong: Option<String> = chat.page.js(&wrong).await;
    assert_eq!(wrong, None, "what was wrong is gone with what was typed");
    assert_eq!(
        chat.page
            .js::<usize>("e2e.every(0, '.hint.trouble').length")
            .await,
        0
    );
    // What is typed while the settings are open stays, whatever else follows from it.
    chat.put("textbox", "Temperature", "0,").await;
    chat.page.press("7", 0).await;
    chat.page.press("0", 0).await;
    let field = chat.find("textbox", "Temperature");
    assert_eq!(value(&chat, &field).await, "0,70");
}

#[e2e::case]
pub async fn what_is_prepared_for_the_first_reply_is_seen_and_heard_by_nobody(stage: Stage) {
    let page = stage.blank().await;
    page.at_start(
        "globalThis.told = [];
        ['rill-send', 'rill-delta', 'rill-replace', 'rill-end', 'rill-error'].forEach((name) => addEventListener(name, () => told.push(name)));",
    )
    .await;
    let query = stage.query(Dialect::OpenAi, "", "");
    page.goto(&stage.site.url(&format!("?{query}"))).await;
    page.until::<bool>("performance.getEntriesByName('rill-rehearsed').length === 1")
        .await;
    let told: Vec<String> = page.js("told").await;
    assert!(told.is_empty(), "{told:?}");
    let drawn: usize = page
        .js("e2e.every(0, '.turn').length + e2e.every(0, '.stretch').length")
        .await;
    assert_eq!(drawn, 0);
    let kept: Vec<String> = page
        .js("Object.keys(localStorage).concat(Object.keys(sessionStorage)).filter((key) => key.includes('session'))")
        .await;
    assert!(kept.is_empty(), "{kept:?}");
    let annex: usize = page
        .js("performance.getEntriesByType('resource').filter(({ name }) => name.includes('annex')).length")
        .await;
    assert_eq!(annex, 0, "what colours code is fetched once there is code");
    assert!(!stage.lab.log().iter().any(lab::Entry::is_chat));
    page.close().await;
}
