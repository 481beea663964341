//! How one comes to a server: the demo, the address, a link, what runs on this computer.

use crate::talk::chats;
use e2e::Stage;
use e2e::browser::FOREIGN_HOST;
use e2e::stage::pictures_folder;
use lab::{Dialect, Lab, percent_encode};
use serde_json::Value;
use std::time::Duration;

#[e2e::case]
pub async fn the_demo_answers_without_any_server(stage: Stage) {
    let chat = stage.open("server=demo&pace=instant").await;
    let turn = chat.ask("What can you do?").await;
    assert_eq!(turn.end.as_deref(), Some("complete"));
    assert!(
        turn.text.to_lowercase().contains("demo"),
        "honest about being one: {}",
        turn.text
    );
    let elsewhere: Vec<String> = chat.page.js("performance.getEntriesByType('resource').map((one) => one.name).filter((name) => !name.startsWith(location.origin) && !name.startsWith('data:'))").await;
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
}

#[e2e::case]
pub async fn the_address_decides_what_the_page_does(stage: Stage) {
    let more = "model=river-large&system=Speak%20like%20a%20river.&placeholder=Ask%20the%20river&greeting=Welcome%20to%20the%20shore&theme=dark";
    let chat = stage.chat(Dialect::OpenAi, "", more).await;
    chat.page.says("Welcome to the shore").await;
    assert_eq!(
        chat.page
            .js::<String>(&format!("{}.placeholder", chat.find("textbox", "Message")))
            .await,
        "Ask the river"
    );
    let dark: bool = chat.page.js(
        "(() => {
            const canvas = new OffscreenCanvas(1, 1).getContext('2d');
            for (let at = e2e.find(0, 'textbox', 'Message'); at; at = at.parentElement ?? at.getRootNode().host) {
                const colour = getComputedStyle(at).backgroundColor;
                canvas.clearRect(0, 0, 1, 1);
                canvas.fillStyle = colour;
                canvas.fillRect(0, 0, 1, 1);
                const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
                if (alpha > 200) return red + green + blue < 300;
            }
            return false;
        })()",
    ).await;
    assert!(dark, "the theme is dark though the system's is light");
    assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
    let log = stage.lab.log();
    let body = chats(&log)[0].json();
    assert_eq!(body["model"], "river-large");
    assert_eq!(
        (
            body["messages"][0]["role"].as_str(),
            body["messages"][0]["content"].as_str()
        ),
        (Some("system"), Some("Speak like a river."))
    );

    // With or without `/v1`, the same server is asked.
    stage.lab.logbook().clear();
    let server = percent_encode(&format!("{}/v1/", stage.lab.url(Dialect::OpenAi, "")));
    let chat = stage
        .open(&format!("server={server}&kind=openai&pace=instant"))
        .await;
    assert_eq!(chat.ask("Hello").await.end.as_deref(), Some("complete"));
    assert_eq!(chats(&stage.lab.log())[0].path, "/v1/chat/completions");

    // German words, and the page says that it is German.
    let german = stage.chat(Dialect::OpenAi, "", "lang=de").await;
    assert!(
        german
            .page
            .js::<bool>(
                "!e2e.find(0, 'textbox', 'Message') && e2e.every(0, 'textarea').some(e2e.visible)"
            )
            .await
    );
    assert!(german.page.js::<bool>("e2e.every(0, 'textarea')[0].closest('[lang]')?.lang.startsWith('de') ?? (e2e.host().lang || document.documentElement.lang).startsWith('de')").await);
}

#[e2e::case]
pub async fn a_link_to_a_foreign_server_asks_first(stage: Stage) {
    let server = format!("http://{FOREIGN_HOST}:{}/openai", stage.lab.port());
    let query = format!(
        "server={}&kind=openai&pace=instant",
        percent_encode(&server)
    );
    for answer in ["Cancel", "Connect"] {
        let page = stage.blank().await;
        page.goto(&stage.site.url(&format!("?{query}"))).await;
        let chat = e2e::Chat { page, at: 0 };
        chat.page
            .until::<bool>(&format!("!!{}", chat.find("button", "Connect")))
            .await;
        chat.page.says(FOREIGN_HOST).await;
        // Long enough for a request that should not be made.
        let _: Value = chat
            .page
            .js("new Promise((resolve) => setTimeout(resolve, 600))")
            .await;
        assert!(
            stage.lab.log().is_empty(),
            "{}",
            stage.lab.logbook().summary()
        );
        chat.button(answer).await;
        chat.page
            .until::<bool>(&format!("!{}", chat.find("button", "Connect")))
            .await;
        if answer == "Cancel" {
            let _: Value = chat
                .page
                .js("new Promise((resolve) => setTimeout(resolve, 600))")
                .await;
            assert!(
                stage.lab.log().is_empty(),
                "{}",
                stage.lab.logbook().summary()
            );
        } else {
            assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
        }
        chat.page.close().await;
    }
}

/// Whether the element that has the focus lets a key pass: a button does what it is there for unless somebody keeps it from that.
const KEYS: &str = "
    globalThis.passes = (type, key, more = {}) => e2e.active().dispatchEvent(new KeyboardEvent(type, { key, bubbles: true, composed: true, cancelable: true, ...more }));
    globalThis.quiet = () => new Promise((done) => setTimeout(done, 650));
    const show = HTMLDialogElement.prototype.showModal;
    globalThis.early = [];
    HTMLDialogElement.prototype.showModal = function () {
        show.call(this);
        early.push(passes('keydown', 'Enter'), passes('keyup', ' '), passes('keydown', 'Escape'));
    };
";

#[e2e::case]
pub async fn a_links_dialog_is_deaf_to_keys_that_were_meant_for_something_else(stage: Stage) {
    let server = format!("http://{FOREIGN_HOST}:{}/openai", stage.lab.port());
    let server = percent_encode(&server);
    for (query, wanted) in [
        (format!("server={server}&kind=openai"), "Cancel"),
        (format!("check={server}"), "Close"),
    ] {
        let page = stage.blank().await;
        page.at_start(KEYS).await;
        page.goto(&stage.site.url(&format!("?{query}"))).await;
        page.until::<bool>("e2e.every(0, 'dialog[open]').some(e2e.visible)")
            .await;
        let focus: String = page.js("e2e.name(e2e.active())").await;
        assert_eq!(focus, wanted, "{query}");
        // A key that was pressed before it could be seen, one let go that was held already, Escape.
        assert_eq!(page.js::<Vec<bool>>("early").await, [false; 3], "{query}");
        let late: Vec<bool> = page
            .js("(async () => {
                await quiet();
                const held = passes('keydown', ' ', { repeat: true });
                const typing = passes('keydown', ' ');
                await quiet();
                const released = passes('keyup', ' ');
                return [held, typing, released, passes('keydown', ' '), passes('keyup', ' ')];
            })()")
            .await;
        assert_eq!(late, [false, false, false, true, true], "{query}");
        assert!(
            stage.lab.log().is_empty(),
            "{}",
            stage.lab.logbook().summary()
        );
        page.close().await;
    }
    // The keys of a keyboard, to whom the page's clock says that they were all pressed long ago.
    let page = stage.blank().await;
    page.at_start("const now = Performance.prototype.now; Performance.prototype.now = function () { return now.call(this) + 1e7; };")
        .await;
    page.goto(&stage.site.url(&format!("?server={server}&kind=openai")))
        .await;
    let chat = e2e::Chat { page, at: 0 };
    let open = "e2e.every(0, 'dialog[open]').some(e2e.visible)";
    chat.page.until::<bool>(open).await;
    for key in ["Enter", " ", "Escape", "Tab", "Enter"] {
        chat.page.press(key, 0).await;
    }
    assert!(
        chat.page.js::<bool>(open).await,
        "it still waits for an answer"
    );
    for (name, width, query) in [
        ("wide", 1000, ""),
        ("narrow", 360, "&theme=dark"),
        ("young", 360, "&profile=young"),
    ] {
        let page = stage.blank().await;
        page.look(width, 740, false, 1.0).await;
        page.goto(
            &stage
                .site
                .url(&format!("?server={server}&kind=openai{query}")),
        )
        .await;
        page.until::<bool>(open).await;
        page.screenshot(&pictures_folder().join(format!("ask-{name}.png")))
            .await;
        page.close().await;
    }
    assert!(
        stage.lab.log().is_empty(),
        "{}",
        stage.lab.logbook().summary()
    );
}

#[e2e::case]
pub async fn whoever_opens_the_page_can_write_at_once(stage: Stage) {
    let message = "e2e.name(e2e.active())";
    let chat = stage.open("server=demo&pace=instant").await;
    assert_eq!(chat.page.js::<String>(message).await, "Message");
    for (name, width, query) in [
        ("wide", 1000, ""),
        ("narrow", 360, "&theme=dark"),
        ("young", 360, "&profile=young"),
    ] {
        let page = stage.blank().await;
        page.look(width, 740, false, 1.0).await;
        page.goto(&stage.site.url(&format!("?server=demo{query}")))
            .await;
        page.until::<bool>("e2e.every(0, 'textarea').some(e2e.visible)")
            .await;
        page.screenshot(&pictures_folder().join(format!("first-{name}.png")))
            .await;
        page.close().await;
    }
    let loaded = format!(
        "performance.getEntriesByType('resource').some((one) => one.name.endsWith('{}'))",
        crate::look::LATER
    );
    assert!(
        !chat.page.js::<bool>(&loaded).await,
        "nobody has written yet"
    );
    chat.page.press("h", 0).await;
    chat.page.insert("ello").await;
    chat.page.press("Enter", 0).await;
    assert_eq!(chat.ended().await.fate(), ("complete", Some("stop")));
    let said: String = chat
        .page
        .js("e2e.turns(0, 'user')[0].querySelector('.said').textContent")
        .await;
    assert_eq!(said, "hello");

    // A link's question has the focus first, and gives it back.
    let server = format!("http://{FOREIGN_HOST}:{}/openai", stage.lab.port());
    let page = stage.blank().await;
    page.goto(
        &stage
            .site
            .url(&format!("?server={}", percent_encode(&server))),
    )
    .await;
    page.until::<bool>(&format!("{message} === 'Cancel'")).await;
    let cancel = page.js::<Value>("(e2e.active().click(), null)");
    cancel.await;
    page.until::<bool>(&format!("{message} === 'Message'"))
        .await;

    // A finger would be shown a keyboard that covers the page.
    let page = stage.blank().await;
    page.at_start("const ask = matchMedia; globalThis.matchMedia = (query) => query === '(pointer: coarse)' ? { matches: true } : ask.call(globalThis, query);")
        .await;
    page.goto(&stage.site.url("?server=demo")).await;
    page.until::<bool>("e2e.every(0, 'textarea').some(e2e.visible)")
        .await;
    assert_eq!(page.js::<String>("e2e.active().tagName").await, "BODY");

    // Somebody else's page keeps its focus, wherever it is: an element in it, or the page itself in a frame.
    let page = stage.blank().await;
    page.goto(&stage.site.url("empty.html")).await;
    let embed = "(async () => {
        await customElements.whenDefined('rill-chat');
        const chat = document.createElement('rill-chat'), frame = document.createElement('iframe');
        chat.setAttribute('server', 'demo');
        chat.style.cssText = 'display:block;height:300px';
        frame.src = './?server=demo';
        document.body.append(chat, frame);
        await new Promise((done) => frame.addEventListener('load', done));
        while (!frame.contentDocument.querySelector('rill-chat')?.shadowRoot?.querySelector('textarea')) await new Promise(requestAnimationFrame);
        return [document.activeElement.tagName, frame.contentDocument.activeElement.tagName];
    })()";
    assert_eq!(page.js::<Vec<String>>(embed).await, ["BODY", "BODY"]);
}

#[e2e::case]
pub async fn servers_on_this_computer_are_found_by_simple_gets(stage: Stage) {
    let mut labs = Vec::new();
    for (dialect, port, name) in [
        (Dialect::KoboldCpp, 5001, "KoboldCpp"),
        (Dialect::LlamaCpp, 9931, "llama.cpp"),
        (Dialect::Ollama, 11434, "Ollama"),
    ] {
        match Lab::start_root(dialect, "first=0", port).await {
            Ok(lab) => labs.push((lab, name)),
            Err(error) => {
                println!("     (port {port} is not free here, {name} is left out: {error})")
            }
        }
    }
    let chat = stage.open("pace=instant").await;
    chat.button("Server").await;
    for (_, name) in &labs {
        let found = chat
            .page
            .within::<bool>(
                Duration::from_secs(15),
                &format!(
                    "e2e.root().textContent.includes({})",
                    e2e::page::quote(name)
                ),
            )
            .await;
        assert!(
            found.is_some(),
            "{name} is not found; the page says:\n{}",
            chat.page.words().await
        );
    }
    chat.page.press("Escape", 0).await;
    for (lab, name) in &labs {
        let log = lab.log();
        assert!(
            log.iter()
                .all(|entry| entry.method == "GET" && entry.header("content-type").is_none()),
            "{name}: {}",
            lab.logbook().summary()
        );
        assert!(log.len() <= 12, "{name}: a storm of {} requests", log.len());
    }
    if labs.iter().all(|(_, name)| *name != "KoboldCpp") {
        return;
    }
    // Nothing was chosen by hand: the first in the order of probing answers.
    assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
    assert_eq!(chats(&labs[0].0.log()).len(), 1);
    assert!(
        labs[0]
            .0
            .log()
            .iter()
            .all(|entry| entry.method != "OPTIONS")
    );
}

#[e2e::case]
pub async fn a_bad_address_gets_a_sentence(stage: Stage) {
    for server in [
        "ftp://example.org",
        "http://user:secret@example.org",
        "http://",
        "not an address",
    ] {
        let page = stage.blank().await;
        page.goto(
            &stage
                .site
                .url(&format!("?server={}", percent_encode(server))),
        )
        .await;
        let words: String = page.until("(() => { const words = e2e.root()?.textContent ?? ''; return words.length > 40 && words; })()").await;
        assert!(
            !words.contains("secret")
                && !words.contains("Failed to fetch")
                && !words.contains("undefined"),
            "{words}"
        );
        assert!(
            !page
                .js::<bool>("[...document.querySelectorAll('dialog[open]')].length > 0")
                .await
        );
        page.close().await;
    }
}
