//! What a person's hands do: copy, paste, write with an input method or on a touch screen, stop.

use crate::talk::chats;
use e2e::page::quote;
use e2e::{Chat, Stage};
use lab::{Dialect, Way};
use serde_json::{Value, json};

async fn run(chat: &Chat, script: &str) -> Value {
    chat.page.js(&format!("(() => {{ {script} }})()")).await
}

async fn users(chat: &Chat) -> usize {
    chat.page.js("e2e.turns(0, 'user').length").await
}

/// Notes what goes to the clipboard, in each of its forms.
const TOOK: &str = "
    globalThis.took = [];
    document.addEventListener('copy', (event) => took.push(['text/plain', 'text/html'].map((form) => event.clipboardData.getData(form))));
    Clipboard.prototype.writeText = (text) => (took.push([text, '']), Promise.resolve());
";
/// A page on plain http has no such thing.
const PLAIN: &str =
    "Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined });";
/// A browser that does not copy the old way.
const NO_OLD_WAY: &str = "Document.prototype.execCommand = () => false;";

/// The button of the reply by this name.
fn of_reply(name: &str) -> String {
    let name = quote(name);
    format!(
        "e2e.every(0, 'article[data-role=assistant] button').find((button) => e2e.name(button) === {name})"
    )
}

#[e2e::case]
pub async fn what_is_copied_is_what_was_written(stage: Stage) {
    for script in [TOOK.to_owned(), format!("{PLAIN}{TOOK}")] {
        let chat = stage.chat_with(&script, "delay=0", "").await;
        chat.ask("Hello").await;
        for (name, text, html) in [
            ("Copy", lab::reply::DEFAULT_TEXT, ""),
            // Without the line feed that a terminal would take for Enter.
            ("Copy code", "fn main() {\n    println!(\"flow\");\n}", ""),
            (
                "Copy table",
                "river\tsea\nRhine\tNorth Sea\nDanube\tBlack Sea",
                "<table><tr><th>river</th><th>sea</th></tr><tr><td>Rhine</td><td>North Sea</td></tr><tr><td>Danube</td><td>Black Sea</td></tr></table>",
            ),
        ] {
            chat.page.click(&of_reply(name)).await;
            let took: Value = chat.page.until("took.pop()").await;
            assert_eq!(took, json!([text, html]), "{name}");
            let said = format!("!!{}", of_reply("Copied"));
            chat.page.until::<bool>(&said).await;
            // Says it of the next one, and not of this.
            let _ = run(&chat, "e2e.active().blur(); e2e.every(0, 'article .answer button').filter((one) => e2e.name(one) === 'Copied').forEach((one) => one.remove()); return null;").await;
        }
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn a_copied_table_keeps_what_its_cells_say_and_nothing_else(stage: Stage) {
    let table = "| a & b | *c* |\n|---|---|\n| `x < y` | [link](https://example.org/?a=1&b=2) |\n| **bold** \"d\" | ![picture](https://example.org/p.png) |\n";
    let options = format!("delay=0;text={}", lab::percent_encode(table));
    let chat = stage.chat_with(TOOK, &options, "").await;
    chat.ask("Hello").await;
    chat.page.click(&of_reply("Copy table")).await;
    let took: Value = chat.page.until("took.pop()").await;
    assert_eq!(took[0], "a & b\tc\nx < y\tlink\nbold \"d\"\t");
    assert_eq!(
        took[1],
        "<table><tr><th>a &amp; b</th><th><em>c</em></th></tr><tr><td><code>x &lt; y</code></td><td><a href=\"https://example.org/?a=1&amp;b=2\">link</a></td></tr><tr><td><strong>bold</strong> &quot;d&quot;</td><td></td></tr></table>"
    );
    // What is selected is copied without the words of buttons.
    let selected = run(&chat, "const range = document.createRange(); range.selectNodeContents(e2e.every(0, '.answer')[0]); getSelection().removeAllRanges(); getSelection().addRange(range); return document.execCommand('copy');").await;
    assert_eq!(selected, json!(true));
    let all: String = chat.page.js("getSelection().toString()").await;
    assert!(
        all.contains("a & b") && !all.contains("Copy") && !all.contains("Load"),
        "{all}"
    );
}

#[e2e::case]
pub async fn copied_is_said_only_where_it_was(stage: Stage) {
    let refuses = "Clipboard.prototype.writeText = () => Promise.reject(new Error('no'));";
    for (script, word) in [
        (format!("{TOOK}{PLAIN}{NO_OLD_WAY}"), "Not copied"),
        (format!("{TOOK}{refuses}{NO_OLD_WAY}"), "Not copied"),
        // Either way, where there is no other.
        (format!("{TOOK}{NO_OLD_WAY}"), "Copied"),
        (format!("{TOOK}{refuses}"), "Copied"),
    ] {
        let chat = stage.chat_with(&script, "delay=0", "").await;
        chat.ask("Hello").await;
        for name in ["Copy", "Copy code", "Copy table"] {
            chat.page.click(&of_reply(name)).await;
            let count = format!(
                "e2e.every(0, 'article[data-role=assistant] button').filter((button) => e2e.name(button) === {}).length > 0",
                quote(word)
            );
            chat.page.until::<bool>(&count).await;
            let _ = run(&chat, "e2e.active().blur(); e2e.every(0, 'article .answer button').filter((one) => e2e.name(one).endsWith('opied')).forEach((one) => one.remove()); return null;").await;
        }
        let took: usize = chat.page.js("took.length").await;
        assert_eq!(took > 0, word == "Copied", "{script}");
        chat.page.close().await;
    }
}

/// Pastes these forms and these files, by their names; whether the page took it.
async fn paste(chat: &Chat, forms: &Value, names: &[&str]) -> bool {
    let script = format!(
        "(async () => {{
            const canvas = new OffscreenCanvas(120, 80);
            canvas.getContext('2d').fillRect(0, 0, 120, 80);
            const png = await canvas.convertToBlob();
            const data = new DataTransfer();
            for (const [form, text] of Object.entries({forms})) data.setData(form, text);
            for (const name of {names}) data.items.add(new File([png], name, {{ type: 'image/png' }}));
            return e2e.paste(data);
        }})()",
        names = json!(names),
    );
    chat.page.js(&script).await
}

#[e2e::case]
pub async fn text_that_comes_with_its_picture_is_pasted_as_text(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "delay=0", "").await;
    chat.page
        .until::<bool>(&format!("!!{}", chat.find("button", "Add image")))
        .await;
    let cells = json!({ "text/plain": "a\tb\n1\t2\n", "text/html": "<table><tr><td>a</td><td>b</td></tr></table>" });
    let picture = json!({ "text/html": "<img src='https://example.org/p.png'>" });
    let file = json!({ "text/plain": "river.png\r\nsea.png" });
    for (forms, names, pictures) in [
        (cells, &["image.png"][..], 0),
        (json!({ "text/plain": "Some words." }), &["image.png"], 0),
        (json!({}), &["image.png"], 1),
        (picture, &["image.png"], 1),
        // Files that are copied come with their names.
        (file, &["river.png", "sea.png"], 2),
    ] {
        let is_taken = paste(&chat, &forms, names).await;
        assert_eq!(is_taken, pictures > 0, "{forms}");
        let count = format!(
            "e2e.every(0, '.previews img').filter((image) => image.naturalWidth === 120).length === {pictures}"
        );
        chat.page.until::<bool>(&count).await;
        for left in (0..pictures).rev() {
            chat.button("Remove image").await;
            let gone = format!("e2e.every(0, '.previews img').length === {left}");
            chat.page.until::<bool>(&gone).await;
        }
    }
}

/// What Safari tells of a word that is confirmed, or taken back, with this key; then what others tell.
fn composed(field: &str, key: &str) -> String {
    let key = quote(key);
    format!(
        "const field = {field};
        const press = (more) => field.dispatchEvent(new KeyboardEvent('keydown', {{ bubbles: true, cancelable: true, composed: true, key: {key}, ...more }}));
        field.focus();
        field.dispatchEvent(new CompositionEvent('compositionstart', {{ bubbles: true }}));
        field.value = '東京';
        field.dispatchEvent(new InputEvent('input', {{ bubbles: true }}));
        press({{ keyCode: 229, isComposing: true }});
        press({{ keyCode: 13, isComposing: true }});
        field.dispatchEvent(new CompositionEvent('compositionend', {{ bubbles: true, data: '東京' }}));
        press({{ keyCode: 229, isComposing: false }});
        return field.value;"
    )
}

#[e2e::case]
pub async fn the_keys_of_an_input_method_are_its_own(stage: Stage) {
    let chat = stage
        .chat(Dialect::OpenAi, "delay=20;tokens=20000", "")
        .await;
    chat.focus().await;
    let message = chat.find("textbox", "Message");
    let value: Value = run(&chat, &composed(&message, "Enter")).await;
    assert_eq!((value, users(&chat).await), (json!("東京"), 0));
    chat.page.press("Enter", 0).await;
    chat.shows(20).await;
    assert_eq!(users(&chat).await, 1);
    // Its Escape takes letters back, and stops nothing.
    let _ = run(&chat, &composed(&message, "Escape")).await;
    let now = chat.turn(-1).await.map_or(0, |turn| turn.text.len());
    let turn = chat.shows(now + 60).await;
    assert_eq!(turn.fate().0, "running");
    chat.page.press("Escape", 0).await;
    assert_eq!(chat.ended().await.fate(), ("stopped", None));

    // The field in which a turn is put in other words.
    chat.page
        .click("e2e.every(0, 'article[data-role=user] button').find((button) => e2e.name(button) === 'Edit')")
        .await;
    let edit = "e2e.every(0, '.edit')[0]";
    chat.page.until::<bool>(&format!("!!{edit}")).await;
    for key in ["Enter", "Escape"] {
        let value = run(&chat, &composed(edit, key)).await;
        assert_eq!(value, json!("東京"));
        let is_open: bool = chat.page.js(&format!("!!{edit}")).await;
        assert!(is_open, "{key}");
    }
    assert_eq!(chat.turns().await.len(), 1);
    chat.page.press("Enter", 0).await;
    chat.page
        .until::<bool>("e2e.turn(0, -1)?.end === 'running'")
        .await;
    let asked: String = chat.page.js("e2e.text(e2e.every(0, '.said')[0])").await;
    assert_eq!(asked, "東京");
    chat.focus().await;
    chat.page.press("Escape", 0).await;
    assert_eq!(chat.ended().await.fate(), ("stopped", None));

    // A field of the settings.
    let before = stage.lab.log().len();
    chat.button("Server").await;
    let address = chat.find("textbox", "Server address");
    chat.page.until::<bool>(&format!("!!{address}")).await;
    let _ = run(&chat, &composed(&address, "Enter")).await;
    let _ = run(&chat, &composed(&address, "Escape")).await;
    let is_open: bool = chat
        .page
        .js("e2e.every(0, 'dialog[open]').length === 1 && !e2e.every(0, 'dialog .trouble').filter(e2e.visible).length")
        .await;
    assert!(is_open);
    assert_eq!(stage.lab.log().len(), before);
}

/// A screen under a finger.
const TOUCH: &str = "
    const ask = matchMedia;
    globalThis.matchMedia = (query) => ask.call(globalThis, /pointer: coarse|hover: none/.test(query) ? 'all' : query);
";
/// The modifier key of the DevTools protocol.
const CONTROL: i64 = 2;

#[e2e::case]
pub async fn on_a_touch_screen_enter_breaks_the_line(stage: Stage) {
    let chat = stage.chat_with(TOUCH, "delay=0;tokens=3", "").await;
    let two_lines = async |field: &str| {
        chat.page.insert("one").await;
        chat.page.press("Enter", 0).await;
        chat.page.insert("two").await;
        let state: Value = chat
            .page
            .js(&format!("[{field}.value, {field}.enterKeyHint]"))
            .await;
        assert_eq!(state, json!(["one\ntwo", "enter"]));
    };
    chat.focus().await;
    let message = chat.find("textbox", "Message");
    two_lines(&message).await;
    assert_eq!(users(&chat).await, 0);
    chat.button("Send").await;
    assert_eq!(chat.ended().await.fate(), ("complete", Some("stop")));
    // Whoever has other keys there sends with Control.
    chat.focus().await;
    two_lines(&message).await;
    chat.page.press("Enter", CONTROL).await;
    chat.page
        .until::<bool>("e2e.turns(0, 'user').length === 2")
        .await;
    chat.ended().await;
    chat.page
        .click("e2e.every(0, 'article[data-role=user]:last-of-type button, article[data-role=user] button').filter((button) => e2e.name(button) === 'Edit').at(-1)")
        .await;
    let edit = "e2e.every(0, '.edit')[0]";
    chat.page.until::<bool>(&format!("!!{edit}")).await;
    let _ = run(&chat, &format!("{edit}.select(); return null;")).await;
    two_lines(edit).await;
    assert_eq!(chat.turns().await.len(), 2);
    chat.button("Send edited").await;
    chat.page
        .until::<bool>("e2e.every(0, '.branches').length > 0")
        .await;
    chat.ended().await;

    // Under a mouse it sends.
    let desk = stage.chat(Dialect::OpenAi, "delay=0;tokens=3", "").await;
    let hint: String = desk
        .page
        .js(&format!("{}.enterKeyHint", desk.find("textbox", "Message")))
        .await;
    assert_eq!(hint, "send");
    desk.ask("one").await;
}

#[e2e::case]
pub async fn stop_closes_the_connection_before_anything_came(stage: Stage) {
    // No headers; headers and silence behind them.
    for (options, count) in [("headers=30000", 1), ("first=30000", 2)] {
        let chat = stage.chat(Dialect::OpenAi, options, "").await;
        chat.send("Hello").await;
        stage
            .lab
            .wait_for("the request", |log| {
                (chats(log).len() == count).then_some(())
            })
            .await;
        chat.page
            .until::<bool>("e2e.turn(0, -1)?.end === 'running'")
            .await;
        let pressed = stage.lab.logbook().now();
        chat.button("Stop").await;
        let (way, ended) = stage
            .lab
            .wait_for("the closed connection", |log| {
                let asked = *chats(log).last()?;
                Some((asked.way?, asked.ended_at?))
            })
            .await;
        assert_eq!(way, Way::ClosedByClient, "{options}");
        assert!(
            ended - pressed < 1000.0,
            "{options}: {} ms",
            ended - pressed
        );
        assert_eq!(chat.ended().await.fate(), ("stopped", None), "{options}");
        chat.page.close().await;
    }
}
