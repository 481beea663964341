//! Nobody is shut out: the rules of WCAG 2.2 A and AA, and good practice, in every state and look of the page; headings, keys, focus, room.

use e2e::access::{Look, clean, findings, heard};
use e2e::page::SHIFT;
use e2e::{Chat, Stage};
use lab::{Dialect, percent_encode};
use serde_json::Value;

const LOOKS: [Look; 3] = [Look::Light, Look::Dark, Look::Forced];
const CTRL: i64 = 2;
const ALT: i64 = 1;

/// Every kind of block and of words in a line.
pub const MARKDOWN: &str = "# A river\n\nIt *begins* **small**, ~~dry~~ wet, with `code`, H~2~O, <kbd>Ctrl</kbd>, <mark>a mark</mark>, [a link](https://example.org/) and a note[^1].\n\n## Kinds\n\n1. One\n2. Two\n   - below\n\n- [ ] To be done\n- [x] Done already\n  - [ ] Below it\n\n> Said by somebody else.\n\n---\n\n```rust\n// A comment.\nfn main() {\n    println!(\"flow {}\", 42);\n}\n```\n\n| river | sea |\n|:--|--:|\n| Rhine | North Sea |\n| Danube | Black Sea |\n\n$$a^2 + b^2 = c^2$$\n\n![A picture](https://example.org/p.png)\n\n```mermaid\ngraph TD; A-->B\n```\n\n[^1]: The note.";

fn text(text: &str) -> String {
    format!("delay=0;first=0;text={}", percent_encode(text))
}

/// What is wrong in each of the looks.
async fn look(chat: &Chat, state: &str) -> Vec<String> {
    findings(&chat.page, state, &LOOKS).await
}

async fn is_open(chat: &Chat, title: &str) {
    chat.page
        .until::<bool>(&format!("!!{}", chat.find("dialog", title)))
        .await;
}

#[e2e::case(Axe, Media, Forced)]
async fn the_first_screen_and_the_dialogs_shut_nobody_out(stage: Stage) {
    let mut found = Vec::new();
    let demo = stage.open("server=demo").await;
    found.extend(look(&demo, "the demo's hint").await);
    demo.page.close().await;
    let chat = stage.chat(Dialect::LlamaCpp, "delay=0", "").await;
    found.extend(look(&chat, "the first screen").await);
    chat.button("Server").await;
    is_open(&chat, "Server").await;
    found.extend(look(&chat, "Server, with Reading").await);
    chat.button("Check a server").await;
    is_open(&chat, "Check a server").await;
    found.extend(look(&chat, "the check").await);
    chat.close_dialog().await;
    chat.button("Settings").await;
    chat.button("More settings").await;
    found.extend(look(&chat, "Settings").await);
    chat.close_dialog().await;
    chat.page.press("/", CTRL).await;
    is_open(&chat, "Keyboard shortcuts").await;
    found.extend(look(&chat, "the sheet of shortcuts").await);
    clean(&found);
}

#[e2e::case(Axe, Media, Forced)]
async fn a_conversation_shuts_nobody_out(stage: Stage) {
    let mut found = Vec::new();
    let chat = stage.chat(Dialect::OpenAi, &text(MARKDOWN), "").await;
    chat.ask("Tell me about rivers").await;
    // What the worker draws is there.
    chat.page
        .until::<bool>("e2e.every(0, '.c-keyword').length > 0 && e2e.every(0, 'math').length > 0")
        .await;
    found.extend(look(&chat, "a conversation").await);
    chat.button("Details").await;
    chat.page
        .until::<bool>("e2e.every(0, 'aside.exam').some(e2e.visible)")
        .await;
    found.extend(look(&chat, "the Doctor's panel").await);
    chat.page.press("Escape", 0).await;
    // A branch, and the map of all.
    chat.button("Retry").await;
    chat.page
        .until::<bool>("e2e.every(0, '.branches').length > 0")
        .await;
    chat.ended().await;
    chat.page
        .click("e2e.every(0, 'article[data-role=assistant] button.more').at(-1)")
        .await;
    chat.page
        .until::<bool>("e2e.every(0, 'article [aria-expanded=true]').length > 0")
        .await;
    found.extend(look(&chat, "what else can be done, and branches").await);
    chat.list().await;
    found.extend(look(&chat, "the list as a dialog").await);
    chat.close_dialog().await;
    chat.page.press("k", CTRL).await;
    is_open(&chat, "Search conversations").await;
    chat.page.insert("river").await;
    chat.page
        .until::<bool>("e2e.every(0, '.hits li').length > 0")
        .await;
    found.extend(look(&chat, "the search").await);
    chat.close_dialog().await;
    chat.page.look(1280, 860, false, 1.0).await;
    chat.button("Conversations").await;
    chat.page
        .until::<bool>("e2e.every(0, 'aside .kept, nav .kept').some(e2e.visible)")
        .await;
    found.extend(look(&chat, "the list beside the conversation").await);
    clean(&found);
}

#[e2e::case(Axe, Media, Forced)]
async fn a_reply_that_runs_or_fails_shuts_nobody_out(stage: Stage) {
    let mut found = Vec::new();
    let thinks = format!(
        "delay=60;first=0;tokens=4000;think={}",
        percent_encode(&"It thinks of a river. ".repeat(300))
    );
    let chat = stage.chat(Dialect::OpenAi, &thinks, "").await;
    chat.send("Think").await;
    chat.page
        .until::<bool>("e2e.turn(0, -1)?.reasoning.length > 20")
        .await;
    found.extend(look(&chat, "thinking").await);
    chat.page.close().await;
    let runs = format!(
        "delay=40;first=0;tokens=4000;text={}",
        percent_encode(MARKDOWN)
    );
    let chat = stage.chat(Dialect::OpenAi, &runs, "").await;
    chat.send("Write").await;
    chat.shows(250).await;
    found.extend(look(&chat, "writing").await);
    chat.focus().await;
    chat.page.insert("And then?").await;
    chat.page.press("Enter", ALT).await;
    chat.page
        .until::<bool>("e2e.every(0, '.queue li').length > 0")
        .await;
    found.extend(look(&chat, "a message that waits").await);
    chat.page.close().await;
    let chat = stage.chat(Dialect::OpenAi, "error=before:500", "").await;
    chat.ask("Fail").await;
    found.extend(look(&chat, "an error").await);
    clean(&found);
}

#[e2e::case(Axe, Media, Forced)]
async fn tokens_and_files_shut_nobody_out(stage: Stage) {
    let mut found = Vec::new();
    let chat = stage.chat(Dialect::Vllm, &text("One two three."), "").await;
    chat.button("Settings").await;
    chat.page
        .click("e2e.every(0, 'input[role=switch]:enabled')[0]")
        .await;
    chat.close_dialog().await;
    chat.ask("Count").await;
    chat.page.click("e2e.every(0, '.strip')[0]").await;
    chat.page.press("ArrowRight", 0).await;
    chat.page
        .until::<bool>("e2e.every(0, '.token-detail .chip').length > 0")
        .await;
    found.extend(look(&chat, "tokens").await);
    let file = "[{\"title\":\"Rivers\",\"create_time\":1,\"mapping\":{\"a\":{\"id\":\"a\",\"parent\":null,\"children\":[],\"message\":{\"id\":\"a\",\"author\":{\"role\":\"user\"},\"content\":{\"content_type\":\"text\",\"parts\":[\"Hello\"]}}}}}]";
    chat.list().await;
    crate::imports::choose(&chat, &[("conversations.json", file.as_bytes())]).await;
    found.extend(look(&chat, "what is in a file").await);
    clean(&found);
}

#[e2e::case(Axe, Media, Forced)]
async fn the_young_profile_shuts_nobody_out(stage: Stage) {
    let mut found = Vec::new();
    let young = "profile=young&pace=instant";
    let chat = stage.chat(Dialect::OpenAi, &text(MARKDOWN), young).await;
    found.extend(look(&chat, "young, the first screen").await);
    chat.ask("Hello").await;
    found.extend(look(&chat, "young, a conversation").await);
    chat.list().await;
    found.extend(look(&chat, "young, the list").await);
    chat.page.close().await;
    let chat = stage
        .chat(Dialect::OpenAi, "delay=40;first=0;tokens=4000", young)
        .await;
    chat.send("Hello").await;
    chat.shows(30).await;
    found.extend(look(&chat, "young, a reply that runs").await);
    chat.page.close().await;
    let chat = stage.chat(Dialect::OpenAi, "error=before:500", young).await;
    chat.ask("Hello").await;
    found.extend(look(&chat, "young, an error").await);
    clean(&found);
}

/// The headings of a level, by their names.
async fn headings(chat: &Chat, level: i64) -> Vec<String> {
    let tree = heard::tree(&chat.page).await;
    let all = tree.into_iter().filter(|part| part.role == "heading");
    all.filter(|part| part.level == Some(level))
        .map(|part| part.name)
        .collect()
}

#[e2e::case(Tree)]
async fn a_page_has_one_first_heading_and_leaves_that_of_somebodys_page_alone(stage: Stage) {
    let chat = stage
        .chat(Dialect::OpenAi, &text("# One\n\nTwo."), "")
        .await;
    assert_eq!(headings(&chat, 1).await.len(), 1, "the first screen");
    chat.ask("Tell me about rivers").await;
    assert_eq!(headings(&chat, 1).await, ["Tell me about rivers"]);
    assert_eq!(headings(&chat, 2).await, ["One"]);
    chat.page.close().await;
    let page = stage.blank().await;
    page.goto(&stage.site.url("empty.html")).await;
    let server = stage.lab.url(Dialect::OpenAi, &text("Two."));
    let _: Value = page
        .js(&format!(
            "(() => {{ document.body.innerHTML = '<h1>My page</h1>'; const chat = document.createElement('rill-chat'); chat.setAttribute('server', {}); chat.setAttribute('kind', 'openai'); chat.setAttribute('pace', 'instant'); document.body.append(chat); return null; }})()",
            e2e::page::quote(&server)
        ))
        .await;
    let chat = Chat { page, at: 0 };
    chat.page
        .until::<bool>(&format!("!!{}", chat.find("textbox", "Message")))
        .await;
    assert_eq!(headings(&chat, 1).await, ["My page"]);
    chat.ask("Tell me about rivers").await;
    assert_eq!(headings(&chat, 1).await, ["My page"]);
    assert_eq!(headings(&chat, 2).await, ["Tell me about rivers"]);
}

#[e2e::case(Tree)]
async fn what_stands_in_an_answer_has_its_role_and_its_name(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, &text(MARKDOWN), "").await;
    chat.ask("Hello").await;
    let tree = heard::tree(&chat.page).await;
    let of = |role: &str| -> Vec<&str> {
        let all = tree.iter().filter(|part| part.role == role);
        all.map(|part| part.name.trim()).collect()
    };
    assert_eq!(of("checkbox"), ["To be done", "Done already", "Below it"]);
    assert_eq!(of("columnheader"), ["river", "sea"]);
    assert!(of("link").contains(&"a link"));
    for role in ["button", "textbox", "checkbox", "link", "combobox"] {
        assert!(of(role).iter().all(|name| !name.is_empty()), "{role}");
    }
}

/// Whether this dialog is open.
async fn shows(chat: &Chat, title: &str) -> bool {
    chat.page
        .js(&format!("!!{}", chat.find("dialog", title)))
        .await
}

const SHEET: &str = "Keyboard shortcuts";

#[e2e::case]
async fn a_question_mark_opens_the_sheet_where_it_is_no_text(stage: Stage) {
    let chat = stage.open("server=demo").await;
    chat.focus().await;
    chat.page.press("?", SHIFT).await;
    let typed = format!("{}.value", chat.find("textbox", "Message"));
    assert_eq!(chat.page.js::<String>(&typed).await, "?");
    assert!(!shows(&chat, SHEET).await, "it is text here");
    // With Control it works here too.
    chat.page.press("/", CTRL).await;
    is_open(&chat, SHEET).await;
    let rows: usize = chat.page.js("e2e.every(0, '[data-shortcut]').length").await;
    assert!(rows > 15, "{rows}");
    chat.close_dialog().await;
    assert_eq!(
        chat.page.js::<String>("e2e.name(e2e.active())").await,
        "Message",
        "the focus is back where it was"
    );
    let on_a_button = async |chat: &Chat| {
        let focus = format!("({}.focus(), null)", chat.find("button", "Settings"));
        let _: Value = chat.page.js(&focus).await;
        chat.page.press("?", SHIFT).await;
    };
    on_a_button(&chat).await;
    is_open(&chat, SHEET).await;
    chat.close_dialog().await;
    // It can be switched off, and on again.
    let host = "e2e.host()";
    for (value, opens) in [("off", false), ("on", true)] {
        let _: Value = chat
            .page
            .js(&format!(
                "({host}.setAttribute('shortcuts', '{value}'), null)"
            ))
            .await;
        on_a_button(&chat).await;
        match opens {
            true => is_open(&chat, SHEET).await,
            false => {
                let _: Value = chat
                    .page
                    .js("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))")
                    .await;
                assert!(!shows(&chat, SHEET).await, "it is switched off");
            }
        }
    }
}

/// Goes along the page by Tab, once around, and names every stop that shows no mark of the focus.
async fn unmarked(chat: &Chat) -> Vec<String> {
    let stop = "(() => {
        const one = e2e.active();
        const has = (element) => { const { outlineStyle, outlineWidth } = getComputedStyle(element); return outlineStyle !== 'none' && parseFloat(outlineWidth) > 0; };
        const frame = one.closest('.composer, .fields label, .file');
        const isOld = stops.has(one);
        stops.add(one);
        return [one.localName + ' ' + e2e.name(one), has(one) || (frame !== null && has(frame)), isOld];
    })()";
    let _: Value = chat.page.js("(globalThis.stops = new Set(), null)").await;
    let mut bad = Vec::new();
    for count in 0..120 {
        chat.page.press("Tab", 0).await;
        let (name, is_marked, is_old): (String, bool, bool) = chat.page.js(stop).await;
        if is_old {
            assert!(count > 5, "{count} stops");
            return bad;
        }
        // Between the last and the first the focus is the browser's.
        if !is_marked && !name.starts_with("body") {
            bad.push(name);
        }
    }
    panic!("there is no way around");
}

#[e2e::case(Media, Forced)]
async fn the_focus_is_seen_everywhere_in_forced_colours_too(stage: Stage) {
    let chat = stage
        .chat(Dialect::Ai4ArtsEd, "origins=*;delay=0", "")
        .await;
    chat.ask("Hello").await;
    for forced in [false, true] {
        match forced {
            true => chat.page.forced_colors(true).await,
            false => chat.page.media(false, true).await,
        }
        let bad = unmarked(&chat).await;
        assert!(bad.is_empty(), "forced {forced}: {bad:?}");
        let seen = "[...stops].some((one) => one.matches('.composer textarea'))";
        assert!(chat.page.js::<bool>(seen).await, "the field is on the way");
        for name in ["Server", "Settings", "Conversations"] {
            chat.button(name).await;
            chat.page
                .until::<bool>("e2e.every(0, 'dialog[open]').length > 0")
                .await;
            let bad = unmarked(&chat).await;
            assert!(bad.is_empty(), "{name}, forced {forced}: {bad:?}");
            chat.close_dialog().await;
        }
    }
}

#[e2e::case]
async fn a_reply_steals_the_focus_from_nobody(stage: Stage) {
    let chat = stage
        .chat(Dialect::OpenAi, "delay=10;first=0;tokens=60", "")
        .await;
    chat.send("Hello").await;
    let focus = format!("({}.focus(), null)", chat.find("button", "Settings"));
    let _: Value = chat.page.js(&focus).await;
    let _: Value = chat
        .page
        .js("(globalThis.moved = [], e2e.root().addEventListener('focusin', (event) => moved.push(e2e.name(event.target))), null)")
        .await;
    chat.ended().await;
    assert_eq!(
        chat.page.js::<Vec<String>>("moved").await,
        Vec::<String>::new()
    );
}

/// What can be pressed and is smaller than this many pixels, in either direction. A link in a text, and a box whose row or label can be
/// pressed as well, count as that.
async fn small(chat: &Chat, least: u32) -> Vec<String> {
    chat.page
        .js(&format!(
            "e2e.every(0, 'button, select, summary, input, textarea').filter(e2e.visible)
                .filter((one) => !one.closest('.task, label.switch, label.file') && !one.matches('.pick'))
                .map((one) => [one, one.getBoundingClientRect()])
                .filter(([, box]) => box.width > 0 && (box.width < {least} - 0.5 || box.height < {least} - 0.5))
                .map(([one, box]) => `${{one.localName}}.${{one.className}} ${{e2e.name(one)}}: ${{Math.round(box.width)}} x ${{Math.round(box.height)}}`)"
        ))
        .await
}

async fn small_anywhere(chat: &Chat, least: u32) -> Vec<String> {
    let mut all = small(chat, least).await;
    chat.focus().await;
    chat.page.insert("Hello").await;
    // Under a finger Enter begins a new line.
    chat.button("Send").await;
    chat.ended().await;
    all.extend(small(chat, least).await);
    chat.page
        .click("e2e.every(0, 'article[data-role=assistant] button.more').at(-1)")
        .await;
    all.extend(small(chat, least).await);
    chat.button("Details").await;
    chat.page
        .until::<bool>("e2e.every(0, 'aside.exam').some(e2e.visible)")
        .await;
    all.extend(small(chat, least).await);
    chat.page.press("Escape", 0).await;
    for name in ["Server", "Settings", "Conversations"] {
        chat.button(name).await;
        chat.page
            .until::<bool>("e2e.every(0, 'dialog[open]').length > 0")
            .await;
        all.extend(small(chat, least).await);
        chat.close_dialog().await;
    }
    all
}

#[e2e::case(Touch)]
async fn what_can_be_pressed_has_room_for_a_finger(stage: Stage) {
    let options = format!("{};think=It%20thinks.", text(MARKDOWN));
    let chat = stage.chat(Dialect::OpenAi, &options, "").await;
    let bad = small_anywhere(&chat, 24).await;
    assert!(bad.is_empty(), "for a mouse: {bad:#?}");
    chat.page.close().await;
    let chat = stage.chat(Dialect::OpenAi, &options, "").await;
    chat.page.touch().await;
    chat.page.look(390, 800, false, 1.0).await;
    assert!(
        chat.page
            .js::<bool>("matchMedia('(pointer: coarse)').matches")
            .await
    );
    let bad = small_anywhere(&chat, 44).await;
    assert!(bad.is_empty(), "for a finger: {bad:#?}");
}

/// What is cut off or makes the page scroll sideways.
const LOST: &str = "(() => {
    const out = [];
    for (const one of [document.documentElement, ...e2e.every(0, '.stream, dialog[open], .exam, .foot')])
        if (e2e.visible(one) && one.scrollWidth > one.clientWidth + 1) out.push(`${one.localName}.${one.className}: ${one.scrollWidth} > ${one.clientWidth}`);
    const stream = e2e.every(0, '.stream')[0].getBoundingClientRect();
    if (stream.height < 60) out.push(`stream: ${stream.height} high`);
    for (const one of e2e.every(0, 'button').filter(e2e.visible)) {
        const box = one.getBoundingClientRect();
        if (!one.closest('.table, pre') && (box.right > innerWidth + 1 || box.left < -1)) out.push(`${e2e.name(one)}: ${box.left} to ${box.right}`);
    }
    return out;
})()";

/// Gives the page the distances that 1.4.12 names.
const SPACED: &str = "(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }');
    e2e.root().adoptedStyleSheets.push(sheet);
    return null;
})()";

#[e2e::case(Media)]
async fn nothing_is_lost_at_320_pixels_and_at_200_percent(stage: Stage) {
    // Twice as big is half as wide and half as high, at two pixels for each. The last has the person's own distances between letters,
    // words and lines (WCAG 2.2, 1.4.12).
    for (width, height, scale, spaced) in [
        (320, 640, 1.0, false),
        (640, 400, 2.0, false),
        (390, 800, 1.0, true),
    ] {
        let chat = stage.chat(Dialect::OpenAi, &text(MARKDOWN), "").await;
        chat.page.look(width, height, false, scale).await;
        if spaced {
            let _: Value = chat.page.js(SPACED).await;
        }
        let lost = async |state: &str| {
            let lost: Vec<String> = chat.page.js(LOST).await;
            assert!(lost.is_empty(), "{state} at {width} x {height}: {lost:?}");
        };
        lost("the first screen").await;
        chat.ask("Tell me about rivers").await;
        lost("a conversation").await;
        for name in ["Server", "Settings", "Conversations"] {
            chat.button(name).await;
            chat.page
                .until::<bool>("e2e.every(0, 'dialog[open]').length > 0")
                .await;
            lost(name).await;
            chat.close_dialog().await;
        }
        chat.page.press("/", CTRL).await;
        is_open(&chat, SHEET).await;
        lost(SHEET).await;
        chat.close_dialog().await;
        chat.page.close().await;
    }
}
