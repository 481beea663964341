//! The rooms that know the browser, in a real one (wasm-bindgen-test in headless Chromium).
#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, clippy::unwrap_used)]

use leptos::prelude::Owner;
use rill::chat::request::{ChatRequest, Message, Role};
use rill::database::Db;
use rill::dialect::Kind;
use rill::history::{Batch, Head};
use rill::markdown::Markdown;
use rill::options::Options;
use rill::page::app::{Chat, Command};
use rill::page::clock::{PageClock, sleep};
use rill::page::net::demo::{Demo, Script};
use rill::page::painter::Painter;
use rill::page::store::Store;
use rill::session::{Plan, Report, drive};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlElement, ShadowRootInit, ShadowRootMode};

wasm_bindgen_test_configure!(run_in_browser);

fn document() -> web_sys::Document {
    web_sys::window().unwrap().document().unwrap()
}

fn element(name: &str) -> HtmlElement {
    document().create_element(name).unwrap().unchecked_into()
}

/// A chat without a view, for what needs its words; it lives as long as the owner.
fn chat() -> (Owner, Chat) {
    let host = element("div");
    let root = host
        .attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open))
        .unwrap();
    let (options, _) = Options::read(|name| (name == "lang").then(|| "en".to_owned()));
    let owner = Owner::new();
    let chat = owner.with(|| Chat::new(host, root, options, Vec::new()));
    (owner, chat)
}

fn painted(text: &str) -> Element {
    let (_owner, chat) = chat();
    let place: Element = element("div").unchecked_into();
    let mut markdown = Markdown::new();
    markdown.append(text);
    markdown.finish();
    Painter::new(place.clone(), chat).paint(&mut markdown);
    place
}

#[wasm_bindgen_test]
fn what_a_model_writes_never_becomes_markup() {
    let check =
        |text: &str, expect: &str| assert_eq!(painted(text).text_content().unwrap().trim(), expect);
    check(
        "<img src=x onerror=alert(1)>",
        "<img src=x onerror=alert(1)>",
    );
    check("a <b>bold</b> b", "a <b>bold</b> b");
    let place = painted("[x](javascript:alert(1)) <script>1</script> <a href=//x>y</a>");
    for name in ["a", "script", "img", "b"] {
        assert!(
            place.query_selector(name).unwrap().is_none(),
            "{name}: {}",
            place.inner_html()
        );
    }
}

#[wasm_bindgen_test]
fn each_part_of_an_answer_runs_as_its_own_first_letter() {
    let text = "README\n\nهذه فقرة بالعربية.\n\n- أولا: `a`.\n- two\n\n1. שלום\n\n   and\n\n2. סוף\n\n# כותרת\n\n\
                | א | b |\n|---|---|\n| c | ד |\n\n```sh\nls\n```\n\n```\nשלום\n```";
    let (_owner, chat) = chat();
    let place: Element = element("div").unchecked_into();
    document().body().unwrap().append_child(&place).unwrap();
    let mut painter = Painter::new(place.clone(), chat);
    let mut markdown = Markdown::new();
    for piece in text.split_inclusive(|_: char| true) {
        markdown.append(piece);
        painter.paint(&mut markdown);
    }
    markdown.finish();
    painter.paint(&mut markdown);
    let check = |selector: &str, rtl: &[bool]| {
        let found = place.query_selector_all(selector).unwrap();
        let found: Vec<bool> = (0..found.length())
            .filter_map(|at| found.item(at)?.dyn_into::<Element>().ok())
            .map(|element| element.matches(":dir(rtl)").unwrap())
            .collect();
        assert_eq!(found, rtl, "{selector}");
    };
    check(".stretch > p", &[false, true]);
    check("ul", &[true]);
    check("ul > li", &[true, false]);
    check("ol", &[true]);
    check("ol > li", &[true, true]);
    check("ol p", &[true, false, true]);
    check("h2", &[true]);
    check("td", &[true, false, false, true]);
    check("pre", &[false, false]);
    place.remove();
}

#[wasm_bindgen_test]
fn growing_text_keeps_the_nodes_that_are_there() {
    let (_owner, chat) = chat();
    let place: Element = element("div").unchecked_into();
    let mut painter = Painter::new(place.clone(), chat);
    let mut markdown = Markdown::new();
    markdown.append("One two");
    painter.paint(&mut markdown);
    let first = || place.query_selector("p").unwrap().unwrap();
    let paragraph = first();
    let text = paragraph.first_child().unwrap();
    for piece in [" three", " four", ".\n\nAnother", " one"] {
        markdown.append(piece);
        painter.paint(&mut markdown);
    }
    assert!(first().is_same_node(Some(&paragraph)));
    assert!(paragraph.first_child().unwrap().is_same_node(Some(&text)));
    assert_eq!(
        place.text_content().unwrap(),
        "One two three four.Another one"
    );
}

#[wasm_bindgen_test]
fn the_cost_of_a_token_does_not_grow_with_the_reply() {
    let (_owner, chat) = chat();
    let place: Element = element("div").unchecked_into();
    let mut painter = Painter::new(place, chat);
    let mut markdown = Markdown::new();
    let mut quarters = Vec::new();
    for _ in 0..4 {
        let before = painter.touched();
        for section in 0..40 {
            for piece in [
                "## Head ",
                "ing\n\n",
                "Some *text* ",
                "and more ",
                "of it.\n\n",
                "- one\n",
                "- two\n\n",
            ] {
                markdown.append(piece);
                painter.paint(&mut markdown);
            }
            let _ = section;
        }
        quarters.push(painter.touched() - before);
    }
    assert!(
        quarters[3] <= quarters[0] + 8,
        "nodes touched by quarter: {quarters:?}"
    );
    let tokens = 4 * 40 * 7;
    assert!(
        painter.touched() <= 4 * tokens,
        "{} nodes for {tokens} tokens",
        painter.touched()
    );
}

/// Markup whose tasks have no number of their own: each is another on the page.
fn unnumbered(html: &str) -> String {
    let mut parts = html.split("rill-task-");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| {
        all + "rill-task" + part.trim_start_matches(|letter: char| letter.is_ascii_digit())
    })
}

#[wasm_bindgen_test]
fn what_the_painter_draws_bit_by_bit_is_what_it_draws_at_once() {
    const TEXT: &str = "# A\n\nText with **bold**, `code` and [a link](https://example.org).\n\n1. one\n2. two\n   - deep\n\n\
                        | a | b |\n|---|--:|\n| 1 | 2 |\n| 3 | 4 |\n\n```rust\nfn x() {}\n```\n\n> quoted\n\n- [x] done\n- [ ] open\n\nlast.";
    let whole = unnumbered(&painted(TEXT).inner_html());
    for size in [1, 3, 7, 50] {
        let (_owner, chat) = chat();
        let place: Element = element("div").unchecked_into();
        let mut painter = Painter::new(place.clone(), chat);
        let mut markdown = Markdown::new();
        let letters: Vec<char> = TEXT.chars().collect();
        for piece in letters.chunks(size) {
            markdown.append(&piece.iter().collect::<String>());
            painter.paint(&mut markdown);
        }
        markdown.finish();
        painter.paint(&mut markdown);
        assert_eq!(
            unnumbered(&place.inner_html()),
            whole,
            "in pieces of {size}"
        );
    }
}

#[wasm_bindgen_test]
fn a_key_is_kept_for_its_origin_only_and_nothing_lasts_where_nothing_may() {
    let window = web_sys::window().unwrap();
    let local = window.local_storage().unwrap().unwrap();
    let session = window.session_storage().unwrap().unwrap();
    local.clear().unwrap();
    session.clear().unwrap();
    let (base, key) = ("http://a.test", Some("secret"));
    let passing = Store::new(false, "");
    for lasting in [false, true] {
        passing.keep_key(base, "secret", lasting);
        assert_eq!(passing.key(base).as_deref(), key);
        assert!(!passing.keeps_key(base));
        assert_eq!(passing.key("http://a.test:81"), None);
        passing.keep_allowed(base);
        assert_eq!(local.length().unwrap() + session.length().unwrap(), 0);
    }
    // For the session alone, unless the person wishes more; and in one place at a time.
    let held = |storage: &web_sys::Storage| {
        let kept = storage.get_item("rill.keys").unwrap();
        kept.is_some_and(|kept| kept.contains("secret"))
    };
    let lasting = Store::new(true, "");
    let again = Store::new(true, "");
    for (on_device, expect) in [
        (false, (false, true)),
        (true, (true, false)),
        (false, (false, true)),
    ] {
        lasting.keep_key(base, "secret", on_device);
        assert_eq!((held(&local), held(&session)), expect);
        assert_eq!(again.key(base).as_deref(), key);
        assert_eq!(again.keeps_key(base), on_device);
    }
    // One that an earlier version has kept stays kept; the session's own comes before it.
    local
        .set_item(
            "rill.keys",
            r#"{"http://a.test":"older","http://b.test":"kept"}"#,
        )
        .unwrap();
    assert_eq!(again.key(base).as_deref(), key);
    assert!(again.keeps_key("http://b.test"));
    again.keep_key(base, "", false);
    assert_eq!(lasting.key(base), None);
    assert_eq!(lasting.key("http://b.test").as_deref(), Some("kept"));
    assert!(!held(&session));
    lasting.keep_draft("half a sen");
    assert_eq!(again.draft(), "half a sen");
    local.clear().unwrap();
    session.clear().unwrap();
}

#[wasm_bindgen_test]
fn what_another_version_left_in_the_browser_is_read_without_harm() {
    let local = web_sys::window().unwrap().local_storage().unwrap().unwrap();
    let names = [
        "server", "keys", "allowed", "json", "kinds", "rungs", "profiles", "wishes", "look",
        "draft.",
    ];
    let base = "http://a.test";
    let deep = format!("{}1{}", "[".repeat(2_000), "]".repeat(2_000));
    for odd in [
        "",
        "{",
        "null",
        "7",
        "-1",
        "1e999",
        "[]",
        "[[]]",
        "\"x\"",
        "\u{fffd}",
        "{\"http://a.test\":-1}",
        "{\"http://a.test\":1e30}",
        "{\"http://a.test\":{\"temperature\":\"hot\",\"stop\":7,\"fields\":[],\"tokens\":9}}",
        "{\"server\":7,\"kind\":[],\"model\":{}}",
        "{\"server\":\"not an address\",\"kind\":\"nobody's\"}",
        "{\"theme\":\"odd\",\"pace\":\"-1wpm\",\"lang\":\"\"}",
        &deep,
    ] {
        local.clear().unwrap();
        for name in names {
            local.set_item(&format!("rill.{name}"), odd).unwrap();
        }
        let store = Store::new(true, "");
        let _ = (
            store.last_server().and_then(|last| last.kind),
            (store.key(base), store.allows(base)),
            store.wants_json(base),
            store.kind(base),
            store.transport(base, Kind::KoboldCpp.dialect().transports()),
            store.preferences(base),
            store.draft(),
            store.appearance(),
        );
        // A whole chat begins with it, and what is written takes its place.
        let (_owner, chat) = chat();
        chat.start();
        drop((_owner, chat));
        store.keep_key(base, "secret", true);
        assert_eq!(store.key(base).as_deref(), Some("secret"), "{odd}");
    }
    local.clear().unwrap();
}

#[wasm_bindgen_test]
async fn a_chat_forgets_work_that_is_over_and_ends_what_is_not() {
    let (owner, chat) = chat();
    for _ in 0..100 {
        chat.spawn(async { sleep(0.0).await });
    }
    assert_eq!(chat.busy(), 100);
    let (done, over) = futures_channel::oneshot::channel();
    let (wakes, waits) = futures_channel::oneshot::channel::<()>();
    chat.spawn(async move {
        // Whatever work holds, it does not keep the chat.
        let shared = chat.shared();
        let _ = waits.await;
        chat.run(Command::Draft("x".to_owned()));
        drop(shared);
        let _ = done.send(());
    });
    while chat.busy() > 1 {
        sleep(0.0).await;
    }
    assert_eq!(chat.busy(), 1);
    owner.cleanup();
    let _ = wakes.send(());
    assert!(over.await.is_err(), "it went on without its chat");
    // Nothing begins any more.
    chat.spawn(async { unreachable!() });
    assert_eq!(chat.busy(), 0);
}

#[wasm_bindgen_test]
async fn the_database_is_opened_again_where_its_connection_is_gone() {
    let db = Db::default();
    let work = db.work(true).await.unwrap();
    work.clear();
    work.put_left("a", "left");
    work.finish().await.unwrap();
    let work = db.work(true).await.unwrap();
    assert_eq!(work.all_left().await.unwrap(), ["left"]);
    let head = Head {
        id: "a".to_owned(),
        ..Head::default()
    };
    let batch = Batch {
        expect: 0,
        head: head.clone(),
        turns: vec![(0, "turn".to_owned())],
    };
    work.put(&batch, None);
    work.finish().await.unwrap();
    db.forget();
    let work = db.work(false).await.unwrap();
    let known = work.head("a").await.unwrap().unwrap();
    assert_eq!(Head::read(&known), Some(head));
    let work = db.work_at_once(false).unwrap();
    assert_eq!(work.count("a").await, Ok(1));
    assert_eq!(work.left("a").await, Ok(None), "what was left is written");
    // What is no name of a conversation finds nothing.
    let work = db.work(true).await.unwrap();
    assert_eq!(work.count("a0").await, Ok(0));
    work.put_left("a", "left again");
    let deleted = work.delete("a").await.unwrap();
    let work = db.work(true).await.unwrap();
    assert_eq!(work.head("a").await, Ok(None));
    assert!(work.all_left().await.unwrap().is_empty());
    work.put_back(&deleted, "a");
    work.finish().await.unwrap();
    let work = db.work(true).await.unwrap();
    assert_eq!(work.turns("a", 0, 9).await.unwrap(), ["turn"]);
    assert_eq!(work.left("a").await.unwrap().as_deref(), Some("left again"));
    work.clear();
    work.finish().await.unwrap();
}

#[wasm_bindgen_test]
async fn the_demo_speaks_through_the_same_river() {
    let request = ChatRequest {
        messages: vec![Message::new(Role::User, "sky")],
        model: None,
        continues: false,
        generation: "RILL1".to_owned(),
        ..ChatRequest::default()
    };
    let dialect = Kind::OpenAi.dialect();
    let plan = Plan::new(dialect, &request);
    let (_sender, controls) = futures_channel::mpsc::unbounded();
    let mut turn = rill::chat::turn::Turn::reply();
    let mut ends = Vec::new();
    let demo = Demo {
        script: Script::Here(
            "=== hello\nHello there.\n=== sky\nhm\n---8<---\nThe sky is *blue*.\n",
        ),
    };
    drive(
        plan,
        &demo,
        &PageClock,
        controls,
        &mut |report| match report {
            Report::Events(events) => events.iter().for_each(|event| turn.apply(event)),
            Report::End(end) => ends.push(end.word()),
            _ => {}
        },
    )
    .await;
    assert_eq!(ends, ["complete"]);
    assert_eq!(
        (turn.text.as_str(), turn.reasoning.as_str()),
        ("The sky is *blue*.", "hm")
    );
}
