//! The examples that need no tool: each opened as somebody's own site, and talked to. Those that a tool has to make: `tests/examples.rs`.

use crate::talk::chats;
use e2e::example::RILL;
use e2e::page::quote;
use e2e::{Chat, Example, Stage};
use lab::Dialect;
use serde_json::Value;
use support::root;

/// A conversation with the demo, which says that it is one.
async fn converses(chat: &Chat) {
    let turn = chat.ask("Hello").await;
    assert_eq!(turn.end.as_deref(), Some("complete"), "{turn:?}");
    assert!(
        turn.text.contains("What Rill can draw"),
        "the demo: {turn:?}"
    );
}

/// An element of the page around, by a selector.
fn around(selector: &str) -> String {
    format!("document.querySelector({})", quote(selector))
}

/// The text of an element of the page around.
fn text(selector: &str) -> String {
    format!("{}.textContent", around(selector))
}

#[e2e::case]
pub async fn the_plain_page_converses(stage: Stage) {
    let site = Example::named("plain").start().await;
    let chat = site.open(&stage).await;
    chat.page.says("What would you like to know").await;
    converses(&chat).await;
    // Its own words are as they were.
    let font = format!("getComputedStyle({}).fontFamily", around("h1"));
    assert!(chat.page.js::<String>(&font).await.contains("Georgia"));
}

#[e2e::case]
pub async fn the_five_lines_of_the_readme_converse(stage: Stage) {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md");
    let (before, lines) = readme.split_once("```html\n").expect("a block of HTML");
    let (lines, _) = lines.split_once("```").expect("its end");
    assert_eq!(lines.lines().count(), 5, "{lines}");
    let first = before.lines().count();
    assert!(first < 16, "on the first screen, not in line {first}");
    assert!(lines.contains(RILL), "{lines}");
    let page = format!("<!doctype html><title>Mine</title><body>\n{lines}</body>");
    let site = Example::bare().page("index.html", page).start().await;
    let server = stage.lab.url(Dialect::OpenAi, "delay=0");
    site.page.proxy("/llm", &server);
    let chat = site.look(&stage, "").await;
    opens(&chat, "Ask us").await;
    assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
    assert_eq!(chats(&stage.lab.log()).len(), 1);
}

/// Opens the panel by its button in the corner, and waits until one can write.
async fn opens(chat: &Chat, label: &str) {
    chat.button(label).await;
    chat.ready().await;
}

#[e2e::case]
pub async fn the_help_corner_opens_closes_and_converses(stage: Stage) {
    let site = Example::named("floating").start().await;
    let chat = site.look(&stage, "").await;
    let button = format!("!!{}", chat.find("button", "Help"));
    chat.page.until::<bool>(&button).await;
    let asked = site.rill.asked();
    let heavy = asked.iter().find(|path| path.ends_with(".wasm"));
    assert_eq!(heavy, None, "nothing heavy before it is opened: {asked:?}");
    opens(&chat, "Help").await;
    converses(&chat).await;
    chat.page.press("Escape", 0).await;
    let closed = format!("!{}", chat.find("textbox", "Message"));
    chat.page.until::<bool>(&closed).await;
    // The page's own button opens it too, with what was said.
    chat.page.click(&around("#help")).await;
    chat.ready().await;
    assert_eq!(chat.turns().await.len(), 1);
}

#[e2e::case]
pub async fn the_locked_young_page_converses_and_stays_locked(stage: Stage) {
    let site = Example::named("young").start().await;
    let chat = site.open(&stage).await;
    chat.page.says("Tell it no names and no addresses.").await;
    for name in ["Server", "Settings"] {
        let found = format!("!!{}", chat.find("button", name));
        assert!(!chat.page.js::<bool>(&found).await, "{name}");
    }
    chat.put("textbox", "Message", "My address is a street")
        .await;
    chat.page.press("Enter", 0).await;
    chat.page.says("“My address”").await;
    chat.put("textbox", "Message", "Hello").await;
    chat.page.press("Enter", 0).await;
    // At a child's pace it takes long; what is asked for is that it flows.
    let turn = chat.shows(20).await;
    assert!(
        turn.text.contains("Hello") || turn.text.contains("Hi"),
        "{turn:?}"
    );
}

#[e2e::case]
pub async fn two_servers_answer_one_question_side_by_side(stage: Stage) {
    let left = stage.lab.url(Dialect::LlamaCpp, "delay=0;text=Left");
    let right = stage.lab.url(Dialect::Ollama, "delay=0;text=Right");
    let site = Example::named("two-servers")
        .swap("http://127.0.0.1:8080", &left)
        .swap("http://127.0.0.1:11434", &right)
        .start()
        .await;
    let left = site.open(&stage).await;
    let right = Chat {
        at: 1,
        ..left.clone()
    };
    right.ready().await;
    left.page.click(&around("input")).await;
    left.page.insert("Where does a river begin?").await;
    left.page.press("Enter", 0).await;
    assert_eq!(left.ended().await.text.trim(), "Left");
    assert_eq!(right.ended().await.text.trim(), "Right");
    assert_eq!(chats(&stage.lab.log()).len(), 2);
}

#[e2e::case]
pub async fn a_page_drives_the_chat_and_hears_it(stage: Stage) {
    let site = Example::named("driven").start().await;
    let chat = site.open(&stage).await;
    chat.page.click(&around("[data-ask]")).await;
    chat.page
        .until::<bool>(&format!(
            "{}.includes('rill-end: complete')",
            text("#heard")
        ))
        .await;
    let heard: String = chat.page.js(&text("#heard")).await;
    assert!(heard.contains("rill-send: Why is the sky blue?"), "{heard}");
    let words: String = chat.page.js(&text("#words")).await;
    assert_ne!(words, "0", "it was counted as it came");
    chat.page.click(&around("#dark")).await;
    let theme = "e2e.host().getAttribute('theme')";
    assert_eq!(chat.page.js::<String>(theme).await, "dark");
    // What the page changes on the way is what is sent.
    chat.ask("My number is 12345678").await;
    let said: String = chat.page.js(&text("#heard")).await;
    assert!(said.contains("rill-send: My number is …"), "{said}");
    let saved: String = chat.page.js("e2e.host().export()").await;
    assert!(saved.contains("Why is the sky blue?"), "{saved}");
    chat.page.click(&around("[data-call=clear]")).await;
    chat.page
        .until::<bool>("!e2e.every(0, 'article').length")
        .await;
}

#[e2e::case]
pub async fn a_page_brings_the_reply_itself(stage: Stage) {
    let site = Example::named("transport").start().await;
    let chat = site.open(&stage).await;
    let turn = chat.ask("one two three").await;
    assert_eq!(turn.end.as_deref(), Some("complete"), "{turn:?}");
    assert_eq!(turn.text.trim(), "three two one");
    assert!(turn.reasoning.contains("The last word"), "{turn:?}");
    chat.send(&"long ".repeat(400)).await;
    chat.shows(20).await;
    chat.button("Stop").await;
    assert_eq!(chat.ended().await.fate(), ("stopped", None));
}

/// That no policy was violated is asked of every case.
#[e2e::case]
pub async fn under_a_strict_policy_all_of_it_works(stage: Stage) {
    let site = Example::named("csp").start().await;
    let chat = site.open(&stage).await;
    converses(&chat).await;
    // Colours come from a worker, whose file is on the other host.
    chat.ask("Show me some code").await;
    chat.page
        .until::<bool>("e2e.every(0, 'pre code span').length > 0")
        .await;
    let _: Value = chat
        .page
        .js("(() => { const one = document.createElement('div'); try { one.innerHTML = '<b>x</b>'; } catch {} return null; })()")
        .await;
}

#[e2e::case]
pub async fn below_github_pages_sub_path_the_page_and_its_chat_work(stage: Stage) {
    let folder = root().join("examples/github-pages");
    assert!(folder.join(".nojekyll").is_file());
    let dist = Stage::dist().expect("a built page");
    let site = Example::named("github-pages")
        .under("/rill/")
        .header("Cache-Control", "max-age=600")
        .header("Access-Control-Allow-Origin", "*")
        .beside("chat/", dist)
        .start()
        .await;
    let chat = site.open(&stage).await;
    converses(&chat).await;
    let alone = site.look(&stage, "chat/?server=demo&pace=instant").await;
    alone.ready().await;
    converses(&alone).await;
    let outside: Vec<String> = site.page.asked();
    let outside: Vec<&String> = outside
        .iter()
        .filter(|path| !path.starts_with("/rill/") && *path != "/favicon.ico")
        .collect();
    assert!(outside.is_empty(), "below its folder alone: {outside:?}");
    assert!(site.rill.asked().is_empty(), "it names no other host");
}

#[e2e::case]
pub async fn the_block_for_wordpress_converses_as_it_is_pasted(stage: Stage) {
    let block = std::fs::read_to_string(root().join("examples/wordpress/block.html"));
    let post = format!(
        "<!doctype html><title>A post</title><body><p>Below is a chat.</p>\n{}</body>",
        block.expect("the block")
    );
    let site = Example::named("wordpress").page("index.html", post);
    let site = site.start().await;
    let chat = site.open(&stage).await;
    chat.page.says("What did the post leave open?").await;
    converses(&chat).await;
}
