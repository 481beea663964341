//! Conversations as files of each form, alone and as an archive; and on paper.

use crate::conversations::kept;
use e2e::page::quote;
use e2e::{Chat, Stage};
use lab::{Dialect, percent_encode};
use serde_json::Value;

/// Catches the files that the page hands to the browser: `saved`, each with its name, its media type and its text by bytes.
const SAVED: &str = "(() => {
    globalThis.saved = [];
    const blobs = new Map();
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
        const url = make(blob);
        blobs.set(url, blob);
        return url;
    };
    const click = HTMLAnchorElement.prototype.click;
    HTMLAnchorElement.prototype.click = function () {
        const blob = blobs.get(this.href);
        if (!this.download || !blob) return click.call(this);
        const read = (bytes) => [...new Uint8Array(bytes)].map((byte) => String.fromCharCode(byte)).join('');
        blob.arrayBuffer().then(async (bytes) => saved.push([this.download, blob.type, await blob.text(), read(bytes)]));
    };
    return null;
})()";

/// A chat whose server answers with a heading, a list, code and a table.
async fn opened(stage: &Stage) -> Chat {
    let text = percent_encode(
        "## Bends\n\nA river *bends*:\n\n- one\n- two\n\n```rust\nfn main() { println!(\"a long line, a long line, a long line, a long line, a long line, a long line, a long line\"); }\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    );
    let chat = stage
        .chat(Dialect::OpenAi, &format!("delay=0;text={text}"), "lang=en")
        .await;
    let _: Value = chat.page.js(SAVED).await;
    chat
}

/// Chooses a form, presses a button, and gives name, media type, text and bytes of the file.
async fn save(chat: &Chat, form: &str, button: &str) -> [String; 4] {
    let choose = format!(
        "(() => {{
            const field = e2e.find(0, 'combobox', /^Format/);
            field.value = {};
            field.dispatchEvent(new Event('change', {{ bubbles: true }}));
            saved.length = 0;
            return field.value;
        }})()",
        quote(form)
    );
    assert_eq!(chat.page.js::<String>(&choose).await, form);
    chat.button(button).await;
    chat.page.until::<[String; 4]>("saved[0]").await
}

#[e2e::case]
pub async fn a_conversation_is_saved_in_each_form(stage: Stage) {
    let chat = opened(&stage).await;
    chat.ask("Why <b>bend</b>?").await;
    kept(&chat, "Why <b>bend</b>?", 2).await;
    chat.list().await;
    for (form, ending, media_type, begins, holds) in [
        (
            "rill",
            "json",
            "application/json",
            "{\n  \"rill\": 1,\n  \"id\": \"",
            "\"title\": \"Why <b>bend</b>?\"",
        ),
        (
            "markdown",
            "md",
            "text/markdown;charset=utf-8",
            "# Why \\<b\\>bend\\<\\/b\\>\\?\n\n## You\n\nWhy <b>bend</b>?\n\n## ",
            "## Bends\n\nA river *bends*:",
        ),
        (
            "plain",
            "txt",
            "text/plain;charset=utf-8",
            "Why <b>bend</b>?\n================\n\nYou:\n\nWhy <b>bend</b>?\n\n",
            "A river bends:\n\n- one\n- two\n",
        ),
        (
            "html",
            "html",
            "text/html;charset=utf-8",
            "<!doctype html>\n<html lang=\"en\">",
            "<p dir=\"auto\">A river <em>bends</em>:</p>",
        ),
    ] {
        let [name, media, text, _] = save(&chat, form, "Save this conversation").await;
        assert_eq!(name, format!("Why -b-bend--b.{ending}"));
        assert_eq!(media, media_type);
        assert!(text.starts_with(begins) && text.contains(holds), "{text}");
    }
}

#[e2e::case]
pub async fn all_conversations_are_saved_as_one_archive(stage: Stage) {
    let chat = opened(&stage).await;
    for title in ["One", "Two", "one"] {
        chat.ask(title).await;
        kept(&chat, title, 2).await;
        chat.button("New chat").await;
    }
    chat.list().await;
    let [name, media, _, bytes] = save(&chat, "markdown", "Save all (ZIP)").await;
    assert!(
        name.starts_with("Rill 2") && name.ends_with(".zip"),
        "{name}"
    );
    assert_eq!(media, "application/zip");
    assert!(bytes.starts_with("PK\u{3}\u{4}"), "{name}");
    for name in ["one.md", "Two.md", "One (2).md"] {
        // Before the file, and in the directory.
        assert_eq!(bytes.matches(name).count(), 2, "{name}");
    }
    chat.page
        .until::<bool>("!e2e.find(0, 'button', 'Cancel')")
        .await;
}

/// What is wrong with the page on paper: things that can be pressed, code that is cut, turns that are out of sight.
const WRONG: &str = "(() => {
    const wrong = [];
    const shown = (one) => one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
    for (const one of e2e.every(0, 'button, textarea, header, footer, dialog')) if (shown(one)) wrong.push(one.outerHTML.slice(0, 80));
    for (const one of e2e.every(0, 'pre, .table')) if (one.scrollWidth > one.clientWidth + 1) wrong.push('cut: ' + one.textContent.slice(0, 40));
    for (const one of e2e.every(0, 'article')) if (!shown(one)) wrong.push('unseen: ' + one.textContent.slice(0, 40));
    const main = e2e.every(0, 'main')[0];
    if (getComputedStyle(main).overflowY !== 'visible') wrong.push('it scrolls');
    if (document.documentElement.scrollHeight < main.scrollHeight) wrong.push('it ends early');
    return wrong;
})()";

#[e2e::case(Costs)]
pub async fn a_conversation_reads_well_on_paper(stage: Stage) {
    let chat = opened(&stage).await;
    chat.page.look(794, 1000, true, 1.0).await;
    chat.ask("Why?").await;
    chat.list().await;
    // A long one, of which not all is made before somebody prints it.
    let file = crate::conversations::file(300);
    crate::conversations::give(&chat, "long.json", &file).await;
    chat.page
        .until::<bool>("e2e.every(0, 'article').length >= 4")
        .await;
    chat.page.as_printed().await;
    let turns: usize = chat.page.js("e2e.every(0, 'article').length").await;
    assert_eq!(turns, 300);
    assert_eq!(chat.page.js::<Vec<String>>(WRONG).await, [""; 0]);
    let picture = e2e::stage::pictures_folder().join("paper.png");
    chat.page.screenshot(&picture).await;
}
