//! `<rill-chat>` on other people's pages: what is loaded, and when; layouts; what reaches in and out; policies, hashes, frames.

use e2e::page::quote;
use e2e::{Chat, Page, Stage};
use lab::{Dialect, SiteBuilder, StaticSite};
use serde_json::Value;
use std::collections::HashMap;

/// A page of somebody's, with the launcher and what else stands in its body.
fn theirs(body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Theirs</title><link rel=\"icon\" href=\"data:,\"><script type=\"module\" src=\"rill.js\"></script><body>{body}</body></html>"
    )
}

/// Attributes of an element that talks to a server of the lab.
fn talks(stage: &Stage, options: &str) -> String {
    let server = stage.lab.url(Dialect::OpenAi, options);
    format!("server=\"{server}\" kind=\"openai\" pace=\"instant\" storage=\"none\"")
}

/// A host of the built page.
fn host() -> SiteBuilder {
    StaticSite::of(Stage::dist().expect("a built page")).page("sw.js", "")
}

/// A host with one more page, and that page opened.
async fn opened(stage: &Stage, site: SiteBuilder, body: &str) -> (StaticSite, Page) {
    let site = site.page("theirs.html", theirs(body));
    let site = site.start().await.expect("a host");
    let page = stage.blank().await;
    page.goto(&site.url("theirs.html")).await;
    (site, page)
}

/// The chat of the page's first element, once one can write.
async fn chat(page: &Page) -> Chat {
    let chat = Chat {
        page: page.clone(),
        at: 0,
    };
    page.until::<bool>(&format!("!!{}", chat.find("textbox", "Message")))
        .await;
    chat
}

/// Waits until whatever an observer has to say of this moment is said.
async fn settle(page: &Page) {
    let settled = "customElements.whenDefined('rill-chat').then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(null))))))";
    let _: Option<Value> = page.js(settled).await;
}

/// The files of the build that a host was asked for.
fn parts(site: &StaticSite) -> Vec<String> {
    let asked = site.asked().into_iter();
    asked.filter(|path| path.contains("/app-")).collect()
}

#[e2e::case]
pub async fn nothing_but_the_launcher_is_loaded_before_an_element_comes_near(stage: Stage) {
    let body = format!(
        "<p>Far above.</p><rill-chat {} style=\"position:absolute;top:3000px;height:500px;inline-size:90%\"><p id=\"own\">Write to us.</p></rill-chat><rill-chat layout=\"floating\"></rill-chat>",
        talks(&stage, "echo;delay=0")
    );
    let (site, page) = opened(&stage, host(), &body).await;
    settle(&page).await;
    assert_eq!(site.asked(), ["/theirs.html", "/rill.js"]);
    assert!(page.js::<bool>("own.checkVisibility()").await);
    // It has the room that it will take: nothing moves when it comes.
    let room = "document.querySelector('rill-chat').getBoundingClientRect().height";
    assert_eq!(page.js::<f64>(room).await, 500.0);
    let _: Option<Value> = page.js("(scrollTo(0, 2700), null)").await;
    let chat = chat(&page).await;
    assert_eq!(page.js::<f64>(room).await, 500.0);
    assert!(!page.js::<bool>("own.checkVisibility()").await);
    assert_eq!(chat.ask("Hello").await.text.trim(), "Hello");
}

#[e2e::case]
pub async fn ten_elements_share_one_wasm(stage: Stage) {
    let body = format!(
        "<rill-chat {} loading=\"eager\"></rill-chat>",
        talks(&stage, "echo;delay=0")
    );
    let (site, page) = opened(&stage, host(), &body.repeat(10)).await;
    settle(&page).await;
    let all = "Promise.all([...document.querySelectorAll('rill-chat')].map((chat) => chat.ready)).then((all) => all.length)";
    assert_eq!(page.js::<usize>(all).await, 10);
    let parts = parts(&site);
    let count = |name: &str| parts.iter().filter(|part| part.ends_with(name)).count();
    assert_eq!(
        (count("/rill-page_bg.wasm"), count("/rill-page.js")),
        (1, 1),
        "{parts:?}"
    );
    for at in [0, 9] {
        let said = format!("to {at}");
        let chat = Chat {
            page: page.clone(),
            at,
        };
        let _: Option<Value> = page
            .js(&format!("(e2e.host({at}).send({}), null)", quote(&said)))
            .await;
        assert_eq!(chat.ended().await.text.trim(), said);
        assert_eq!(chat.turns().await.len(), 1);
    }
}

#[e2e::case]
pub async fn what_is_called_before_it_is_loaded_happens_once_it_is(stage: Stage) {
    let body = format!(
        "<div style=\"height:3000px\"></div><rill-chat {}></rill-chat>",
        talks(&stage, "echo;delay=0")
    );
    let (site, page) = opened(&stage, host(), &body).await;
    settle(&page).await;
    let calls = "(() => {
        globalThis.ends = [];
        const chat = e2e.host();
        chat.addEventListener('rill-end', ({ detail }) => ends.push(detail.text.trim()));
        const before = chat.export();
        chat.stop();
        return before;
    })()";
    let empty: String = page.js(calls).await;
    assert!(empty.contains("\"nodes\": []"), "{empty}");
    assert_eq!(parts(&site), Vec::<String>::new(), "neither needs it");
    let calls = "(() => { const chat = e2e.host(); chat.send('Not this'); chat.clear(); chat.send('But this'); return chat.ready.then((it) => it === chat); })()";
    assert!(page.js::<bool>(calls).await);
    page.until::<bool>("ends.includes('But this')").await;
    let words: Vec<String> = page.js("e2e.turns(0, 'user').map(e2e.text)").await;
    assert_eq!(
        words.iter().map(|word| word.trim()).collect::<Vec<_>>(),
        ["But this"]
    );
    assert!(
        page.js::<bool>("e2e.host().export().includes('But this')")
            .await
    );
}

#[e2e::case]
pub async fn attributes_are_properties_and_both_are_live(stage: Stage) {
    let before = "<rill-chat storage=\"none\"></rill-chat><script>
        // Before there is a class.
        const early = document.querySelector('rill-chat');
        early.server = 'demo';
        early.textSize = 125;
        early.context = 'of the page';
    </script>";
    let (_site, page) = opened(&stage, host(), before).await;
    let chat = chat(&page).await;
    let looks = "(() => {
        const chat = e2e.host();
        const seen = [chat.getAttribute('server'), chat.getAttribute('text-size'), chat.textSize, chat.context, chat.lock, chat.getAttribute('context')];
        chat.theme = 'dark';
        chat.lock = true;
        seen.push(chat.getAttribute('theme'), chat.getAttribute('lock'), chat.layout, chat.lang);
        chat.setAttribute('lang', 'de');
        seen.push(chat.lang);
        chat.textSize = null;
        seen.push(chat.hasAttribute('text-size'));
        chat.lock = false;
        seen.push(chat.hasAttribute('lock'));
        return seen;
    })()";
    let seen: Value = page.js(looks).await;
    let expect = serde_json::json!([
        "demo",
        "125",
        "125",
        "of the page",
        false,
        null,
        "dark",
        "",
        "",
        "",
        "de",
        false,
        false
    ]);
    assert_eq!(seen, expect);
    let dark = "e2e.every(0, '.rill')[0].dataset.theme === 'dark'";
    page.until::<bool>(dark).await;
    chat.page.says("Was möchtest du wissen?").await;
}

/// Where the panel is, and how.
const PANEL: &str = "(() => {
    const panel = e2e.every(0, '.corner-panel')[0], { left, top, right, bottom } = panel.getBoundingClientRect();
    return { box: [left, top, right, bottom], open: e2e.host().open, isModal: panel.matches(':modal'), active: e2e.name(e2e.active()), told };
})()";

/// A page with a corner button, and whoever listens to it.
async fn floating(stage: &Stage, more: &str) -> (StaticSite, Page) {
    let body = format!(
        "<h1>Their page</h1><a href=\"#\">Their link</a><rill-chat layout=\"floating\" {} {more}></rill-chat>",
        talks(stage, "echo;delay=0")
    );
    let (site, page) = opened(stage, host(), &body).await;
    settle(&page).await;
    let listen = "(globalThis.told = [], ['rill-open', 'rill-close'].map((name) => addEventListener(name, (event) => told.push(event.target.localName + event.type.slice(4)))), null)";
    let _: Option<Value> = page.js(listen).await;
    (site, page)
}

#[e2e::case]
pub async fn a_floating_chat_is_opened_and_closed_with_the_keyboard(stage: Stage) {
    let (site, page) = floating(&stage, "label=\"Ask us\"").await;
    assert_eq!(parts(&site), Vec::<String>::new());
    let corner = "(() => { const { width, height, right, bottom } = e2e.find(0, 'button', 'Ask us').getBoundingClientRect(); return [width >= 44, height >= 44, innerWidth - right < 40, innerHeight - bottom < 40]; })()";
    assert_eq!(page.js::<Vec<bool>>(corner).await, [true; 4]);
    page.press("Tab", 0).await;
    page.press("Tab", 0).await;
    assert_eq!(page.js::<String>("e2e.name(e2e.active())").await, "Ask us");
    page.press("Enter", 0).await;
    page.until::<bool>("e2e.name(e2e.active()) === 'Message'")
        .await;
    let panel: Value = page.js(PANEL).await;
    assert_eq!(
        (&panel["open"], &panel["isModal"]),
        (&Value::Bool(true), &Value::Bool(false))
    );
    let side = |at: usize| panel["box"][at].as_f64().unwrap_or_default();
    assert!(
        side(0) > 400.0 && side(1) >= 0.0 && side(2) <= 1000.0 && side(3) <= 800.0,
        "{panel}"
    );
    // It talks, and Escape closes it: the focus goes back, and what was said stays.
    let chat = chat(&page).await;
    page.insert("Hello").await;
    page.press("Enter", 0).await;
    assert_eq!(chat.ended().await.text.trim(), "Hello");
    page.press("Escape", 0).await;
    let closed: Value = page.js(PANEL).await;
    assert_eq!(
        (&closed["open"], &closed["active"], &closed["told"]),
        (
            &Value::Bool(false),
            &"Ask us".into(),
            &serde_json::json!(["rill-chat-open", "rill-chat-close"])
        )
    );
    page.press("Enter", 0).await;
    page.until::<bool>("e2e.turns(0, 'user').some(e2e.visible)")
        .await;
    chat.button("Close").await;
    page.until::<bool>("e2e.name(e2e.active()) === 'Ask us'")
        .await;
    // A dialog of the chat's own closes first.
    let _: Option<Value> = page.js("(e2e.host().show(), null)").await;
    chat.button("Settings").await;
    page.until::<bool>("e2e.every(0, 'dialog:modal').length === 1")
        .await;
    page.press("Escape", 0).await;
    page.until::<bool>("e2e.every(0, 'dialog:modal').length === 0")
        .await;
    assert!(page.js::<bool>("e2e.host().open").await);
}

#[e2e::case]
pub async fn on_a_phone_the_panel_is_the_window(stage: Stage) {
    let (_site, page) = floating(&stage, "lang=\"de\"").await;
    page.look(390, 844, false, 2.0).await;
    page.click("e2e.find(0, 'button', 'Chat öffnen')").await;
    page.until::<bool>("e2e.every(0, 'textarea').some(e2e.visible)")
        .await;
    let panel: Value = page.js(PANEL).await;
    assert_eq!(panel["isModal"], true, "{panel}");
    assert_eq!(panel["box"], serde_json::json!([0, 0, 390, 844]));
    // Nothing behind it can be come to: once round, the browser's own stops among them.
    let stop = "(() => {
        const one = e2e.active();
        globalThis.stops ??= new Set();
        const isOld = one !== document.body && stops.has(one);
        stops.add(one);
        return [document.activeElement.localName, isOld];
    })()";
    for count in 0.. {
        page.press("Tab", 0).await;
        let (at, is_old): (String, bool) = page.js(stop).await;
        assert!(["rill-chat", "body"].contains(&at.as_str()), "{at}");
        assert!(count < 60, "no way back to the first");
        if is_old {
            assert!(count > 3, "{count} stops");
            break;
        }
    }
    page.press("Escape", 0).await;
    page.until::<bool>("!e2e.host().open && told.length === 2")
        .await;
    page.until::<bool>("e2e.name(e2e.active()) === 'Chat öffnen'")
        .await;
    page.click("e2e.find(0, 'button', 'Chat öffnen')").await;
    page.click("e2e.find(0, 'button', 'Schließen')").await;
    page.until::<bool>("!e2e.host().open && told.length === 4")
        .await;
}

#[e2e::case]
pub async fn open_is_an_attribute_and_a_layout_can_be_another(stage: Stage) {
    let (_site, page) = floating(&stage, "open").await;
    let chat = chat(&page).await;
    let focused: String = page.js("document.activeElement.localName").await;
    assert_eq!(focused, "body", "nobody has asked for the focus");
    assert_eq!(chat.ask("Hello").await.text.trim(), "Hello");
    let _: Option<Value> = page.js("(e2e.host().open = false, null)").await;
    assert!(
        !page
            .js::<bool>("e2e.every(0, 'textarea').some(e2e.visible)")
            .await
    );
    for layout in ["full", "inline", "floating", "inline"] {
        let change = format!(
            "(e2e.host().layout = {}, e2e.host().open = true, null)",
            quote(layout)
        );
        let _: Option<Value> = page.js(&change).await;
        page.until::<bool>("e2e.turns(0, 'assistant').some(e2e.visible)")
            .await;
        let fills = "(() => { const { width, height } = e2e.every(0, '.rill')[0].getBoundingClientRect(); return width === innerWidth && height === innerHeight; })()";
        assert_eq!(page.js::<bool>(fills).await, layout == "full", "{layout}");
    }
}

/// Counts, from the beginning of a page on, what its scripts have put at the window and the document and not taken away, and which
/// timers and frames scripts of Rill have asked for.
const COUNT: &str = "globalThis.counts = { kept: new Map(), timers: [], intervals: new Set() };
for (const [name, place] of [['window', globalThis], ['document', document], ['motion', MediaQueryList.prototype], ['any', EventTarget.prototype]]) {
    for (const [method, by] of [['addEventListener', 1], ['removeEventListener', -1]]) {
        const whole = place[method];
        place[method] = function (type, hears, ...more) {
            const where = this === globalThis || this === undefined ? 'window' : this === document ? 'document' : this instanceof MediaQueryList ? 'motion' : null;
            const isOnce = typeof more[0] === 'object' && more[0]?.once;
            if (where && !isOnce && name !== 'any') counts.kept.set(where + type, (counts.kept.get(where + type) ?? 0) + by);
            return whole.call(this, type, hears, ...more);
        };
    }
}
for (const name of ['setTimeout', 'setInterval', 'requestAnimationFrame', 'requestIdleCallback']) {
    const whole = globalThis[name];
    if (whole) globalThis[name] = function (...all) {
        const stack = Error().stack;
        const isOurs = /rill\\.js|app-[0-9a-f]{16}/.test(stack);
        if (isOurs) counts.timers.push(name);
        const timer = whole.apply(this, all);
        if (isOurs && name === 'setInterval') counts.intervals.add(timer);
        return timer;
    };
}
const clear = clearInterval;
globalThis.clearInterval = function (timer) {
    counts.intervals.delete(timer);
    return clear.call(this, timer);
};";

/// A page on which everything that is left running is counted, with a chat behind this.
async fn counted(stage: &Stage, before: &str) -> (StaticSite, Page) {
    let page = stage.blank().await;
    page.at_start(COUNT).await;
    let body = format!(
        "{before}<rill-chat {} style=\"height:500px\"></rill-chat>",
        talks(stage, "echo;delay=0")
    );
    let site = host()
        .page("theirs.html", theirs(&body))
        .start()
        .await
        .expect("a host");
    page.goto(&site.url("theirs.html")).await;
    (site, page)
}

#[e2e::case]
pub async fn an_element_that_comes_and_goes_leaves_nothing_behind(stage: Stage) {
    let (_site, page) = counted(&stage, "").await;
    let chat = chat(&page).await;
    assert_eq!(chat.ask("Hello").await.text.trim(), "Hello");
    let round = "(async () => {
        const chat = e2e.host(), said = new Promise((done) => chat.addEventListener('rill-end', done, { once: true }));
        chat.remove();
        // What is taken away at the end of a chat is taken away in tasks of its own.
        await new Promise((done) => setTimeout(done));
        document.body.append(chat);
        await chat.ready;
        chat.send('Again');
        await said;
        const root = chat.shadowRoot;
        return [root.childNodes.length, root.adoptedStyleSheets.length, root.querySelectorAll('article').length, document.querySelectorAll('*').length, ...[...counts.kept].sort().map(([name, many]) => `${name}: ${many}`)];
    })()";
    let first: Value = page.js(round).await;
    for _ in 0..19 {
        let _: Value = page.js(round).await;
    }
    let last: Value = page.js(round).await;
    assert_eq!(first, last);
    let _: Option<Value> = page.js("(e2e.host().remove(), null)").await;
}

#[e2e::case(Costs)]
pub async fn twenty_rounds_leave_no_nodes_and_no_listeners(stage: Stage) {
    let body = format!(
        "<rill-chat {} style=\"height:500px\"></rill-chat>",
        talks(&stage, "echo;delay=0")
    );
    let (_site, page) = opened(&stage, host(), &body).await;
    let chat = chat(&page).await;
    assert_eq!(chat.ask("Hello").await.text.trim(), "Hello");
    page.count_costs().await;
    let rounds = |many: usize| {
        format!(
            "(async () => {{
                const chat = document.querySelector('rill-chat');
                for (let round = 0; round < {many}; round += 1) {{
                    chat.remove();
                    await new Promise((done) => setTimeout(done));
                    document.body.append(chat);
                    await chat.ready;
                    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
                }}
                return null;
            }})()"
        )
    };
    let _: Option<Value> = page.js(&rounds(5)).await;
    let before = rested(&page).await;
    let _: Option<Value> = page.js(&rounds(20)).await;
    let mut grown = None;
    // What the last rounds left for later goes with its time; what is kept for good stays, however long one waits.
    for _ in 0..50 {
        let after = rested(&page).await;
        let mosts = [
            ("Nodes", 60.0),
            ("JSEventListeners", 8.0),
            ("Documents", 0.5),
        ];
        grown = mosts.into_iter().find_map(|(name, most)| {
            let (before, after) = (before[name], after[name]);
            (after - before >= most).then(|| format!("{name}: {before} and {after}"))
        });
        if grown.is_none() {
            break;
        }
    }
    assert_eq!(grown, None);
}

/// What the page costs once the browser has had time for what waited, and has taken away what is not used any more.
async fn rested(page: &Page) -> HashMap<String, f64> {
    let rest = "new Promise((done) => requestIdleCallback(() => setTimeout(() => done(null))))";
    let _: Option<Value> = page.js(rest).await;
    page.tidy().await;
    page.costs().await
}

#[e2e::case]
pub async fn an_element_that_waits_and_one_that_rests_have_no_timer(stage: Stage) {
    let (_site, page) = counted(&stage, "<div style=\"height:3000px\"></div>").await;
    settle(&page).await;
    settle(&page).await;
    assert_eq!(
        page.js::<Vec<String>>("counts.timers").await,
        Vec::<String>::new()
    );
    let kept = "[...counts.kept].filter(([name]) => /rill/.test(name))";
    assert_eq!(page.js::<Vec<Value>>(kept).await, Vec::<Value>::new());
    let _: Option<Value> = page.js("(scrollTo(0, 2900), null)").await;
    let chat = chat(&page).await;
    assert_eq!(chat.ask("Hello").await.text.trim(), "Hello");
    // What prepares later things comes to its end, and then there is nothing for so many frames.
    page.until::<bool>(
        "(() => {
        const now = counts.timers.length;
        if (globalThis.was !== now) [globalThis.was, globalThis.still] = [now, 0];
        return (globalThis.still += 1) > 120;
    })()",
    )
    .await;
    assert_eq!(page.js::<usize>("counts.intervals.size").await, 0);
}

/// What a page's styles could reach of an element: of each part that has a name, the name and its looks. What comes and goes, as what is
/// said to a screen reader, has none.
const LOOKS: &str = "e2e.every(0, '.rill, .rill [class]').map((element) => {
    const style = getComputedStyle(element);
    const names = ['color', 'font', 'letterSpacing', 'wordSpacing', 'textTransform', 'textIndent', 'textShadow', 'whiteSpace', 'textAlign', 'fontVariant', 'cursor', 'listStyle', 'direction', 'quotes', 'tabSize', 'margin', 'padding', 'border', 'background', 'display', 'position'];
    return [`${element.localName}.${element.className?.baseVal ?? element.className}`, names.map((name) => style[name]).join(' ')];
})";

#[e2e::case]
pub async fn styles_reach_neither_in_nor_out(stage: Stage) {
    let element = format!(
        "<p>Their words</p><button>Theirs</button><rill-chat {} style=\"height:500px\"></rill-chat>",
        talks(&stage, "echo;delay=0")
    );
    let loud = "<style>
        html { font-size: 16px; }
        body, * { letter-spacing: 4px; word-spacing: 9px; text-transform: uppercase; text-indent: 30px; font: italic 31px/3 serif; color: rgb(255, 0, 0); text-shadow: 2px 2px red; text-align: right; cursor: help; white-space: pre; list-style: square; tab-size: 3; font-variant: small-caps; }
        div, p, main, header, footer, button, textarea, h1, h2, svg, section { margin: 33px !important; padding: 11px !important; border: 7px solid blue !important; background: yellow !important; display: inline !important; }
        .rill, .head, .place, .composer { position: fixed !important; }
    </style>";
    let mut looks = Vec::new();
    for body in [element.clone(), format!("{loud}{element}")] {
        let (_site, page) = opened(&stage, host(), &body).await;
        let outside = "JSON.stringify([...document.querySelectorAll('html, body, p, button')].map((element) => [...getComputedStyle(element)].map((name) => getComputedStyle(element)[name])))";
        let _: Option<Value> = page
            .js(&format!("(globalThis.before = {outside}, null)"))
            .await;
        let chat = chat(&page).await;
        assert_eq!(chat.ask("Hello").await.text.trim(), "Hello");
        let _: Option<Value> = page.js("(e2e.active().blur(), null)").await;
        assert!(page.js::<bool>(&format!("before === {outside}")).await);
        let none = "[document.adoptedStyleSheets.length, document.head.querySelectorAll('style, link:not([rel=icon])').length, document.body.children.length]";
        let children = if body.starts_with("<style>") { 4 } else { 3 };
        assert_eq!(page.js::<Vec<usize>>(none).await, [0, 0, children]);
        let rests = "!e2e.root().getAnimations().some((one) => one instanceof CSSTransition)";
        page.until::<bool>(rests).await;
        looks.push(page.js::<Vec<(String, String)>>(LOOKS).await);
    }
    let quiet = |name: &String| looks[0].iter().any(|(known, _)| known == name);
    let other: Vec<_> = looks[1]
        .iter()
        .filter(|look| quiet(&look.0) && !looks[0].contains(look))
        .collect();
    assert!(other.is_empty(), "{other:#?}");
    assert!(looks[1].iter().filter(|look| quiet(&look.0)).count() > 20);
}

#[e2e::case]
pub async fn no_name_of_rills_is_the_pages(stage: Stage) {
    let page = stage.blank().await;
    let body = format!(
        "<script>globalThis.names = new Set(Reflect.ownKeys(globalThis)); globalThis.html = new Set(Reflect.ownKeys(Object.prototype));</script><rill-chat {} style=\"height:500px\"></rill-chat>",
        talks(&stage, "echo;delay=0")
    );
    let site = host()
        .page("theirs.html", theirs(&body))
        .start()
        .await
        .expect("a host");
    page.goto(&site.url("theirs.html")).await;
    let chat = chat(&page).await;
    assert_eq!(chat.ask("Hello").await.text.trim(), "Hello");
    let new: Vec<String> = page
        .js("Reflect.ownKeys(globalThis).filter((name) => !names.has(name)).map(String).filter((name) => !['names', 'html'].includes(name))")
        .await;
    assert_eq!(new, Vec::<String>::new());
    assert!(
        page.js::<bool>("Reflect.ownKeys(Object.prototype).every((name) => html.has(name))")
            .await
    );
    // The launcher once more, from another address: nothing happens.
    let again = "import('./rill.js?again').then(() => [customElements.get('rill-chat') === e2e.host().constructor, e2e.turns(0, 'user').length])";
    assert_eq!(page.js::<Value>(again).await, serde_json::json!([true, 1]));
}

/// A policy that allows a page of its own host, a lab, and a CDN.
fn policy(scripts: &str, servers: &str) -> String {
    format!(
        "default-src 'none'; script-src {scripts} 'wasm-unsafe-eval'; connect-src {scripts} {servers}; worker-src 'self' blob:; img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types default"
    )
}

#[e2e::case]
pub async fn a_strict_policy_with_trusted_types_is_enough(stage: Stage) {
    let body = format!(
        "<rill-chat {}></rill-chat><rill-chat layout=\"floating\" {}></rill-chat>",
        talks(&stage, "echo;delay=0"),
        talks(&stage, "echo;delay=0")
    );
    let lab = format!("http://127.0.0.1:{}", stage.lab.port());
    let site = host().header("content-security-policy", &policy("'self'", &lab));
    let (_site, page) = opened(&stage, site, &body).await;
    assert_eq!(chat(&page).await.ask("Hello").await.text.trim(), "Hello");
    page.click("e2e.find(1, 'button', 'Open chat')").await;
    let floating = Chat {
        page: page.clone(),
        at: 1,
    };
    page.until::<bool>(&format!("!!{}", floating.find("textbox", "Message")))
        .await;
    assert_eq!(floating.ask("You too").await.text.trim(), "You too");
}

/// Puts the launcher of another host into a page, with the hash that it has, and gives that; `globalThis.said` notes what it says.
fn include(address: &str, hash: &str) -> String {
    format!(
        "(async () => {{
            globalThis.said = [];
            addEventListener('rill-error', ({{ detail }}) => said.push(detail.code));
            const bytes = await (await fetch({address})).arrayBuffer();
            const hash = new Uint8Array(await crypto.subtle.digest('SHA-384', bytes));
            const script = Object.assign(document.createElement('script'), {{ type: 'module', crossOrigin: 'anonymous' }});
            script.integrity = 'sha384-' + ({hash} || btoa(String.fromCharCode(...hash)));
            const loaded = new Promise((done) => {{ script.onload = () => done(true); script.onerror = () => done(false); }});
            // A page that names it in its markup needs no leave.
            script.src = globalThis.trustedTypes ? trustedTypes.createPolicy('page', {{ createScriptURL: (url) => url }}).createScriptURL({address}) : {address};
            document.head.append(script);
            return loaded;
        }})()",
        address = quote(address),
        hash = quote(hash),
    )
}

/// A page of one host that takes Rill from another, whose files may be other than they were.
async fn from_elsewhere(
    stage: &Stage,
    cdn: SiteBuilder,
    hash: &str,
) -> (StaticSite, StaticSite, Page, bool) {
    let cdn = cdn
        .header("access-control-allow-origin", "*")
        .start()
        .await
        .expect("a host");
    let lab = format!("http://127.0.0.1:{}", stage.lab.port());
    let body = format!(
        "<rill-chat {}><p id=\"own\">Ours</p></rill-chat>",
        talks(stage, "echo;delay=0")
    );
    let policy =
        policy(&cdn.origin(), &lab).replace("trusted-types default", "trusted-types default page");
    let site = StaticSite::of(std::env::temp_dir().join("rill-nothing"))
        .header("content-security-policy", &policy)
        .page(
            "theirs.html",
            theirs(&body).replace("<script type=\"module\" src=\"rill.js\"></script>", ""),
        )
        .start()
        .await
        .expect("a host");
    let page = stage.blank().await;
    page.goto(&site.url("theirs.html")).await;
    let loaded = page.js(&include(&cdn.url("rill.js"), hash)).await;
    (cdn, site, page, loaded)
}

#[e2e::case]
pub async fn from_another_host_it_comes_with_its_hashes(stage: Stage) {
    let (_cdn, _site, page, loaded) = from_elsewhere(&stage, host(), "").await;
    assert!(loaded);
    assert_eq!(chat(&page).await.ask("Hello").await.text.trim(), "Hello");
}

#[e2e::case]
pub async fn what_is_not_what_it_was_is_not_run_and_that_is_said(stage: Stage) {
    let dist = Stage::dist().expect("a built page");
    let files = support::files(&dist).expect("its files");
    let first = |name: &str| {
        let mut found = files.iter().filter(|file| file.ends_with(name));
        let file = found.next().expect("a part of the build");
        let path = file
            .strip_prefix(&dist)
            .expect("a file of it")
            .to_str()
            .expect("a name");
        (path.to_owned(), file.clone())
    };
    // A byte more in a script that is imported, in one that that one imports, in the wasm.
    for name in ["rill-page.js", "src/page/element.js", "rill-late.js"] {
        let (path, file) = first(name);
        let script = std::fs::read_to_string(file).expect("a script");
        let other = format!("{script}\nglobalThis.owned = true;\n");
        let (_cdn, _site, page, loaded) =
            from_elsewhere(&stage, host().page(&path, other), "").await;
        assert!(loaded, "the launcher is what it was");
        page.says("The chat could not be loaded.").await;
        let said: Value = page.js("e2e.host().ready.then(() => 'ready', () => 'refused').then((ready) => [said[0], ready, globalThis.owned ?? null])").await;
        assert_eq!(said, serde_json::json!(["load", "refused", null]), "{name}");
        page.forgive().await;
    }
    let (path, _) = first("rill-page_bg.wasm");
    let (_cdn, _site, page, _) = from_elsewhere(&stage, host().page(&path, "not wasm"), "").await;
    page.says("The chat could not be loaded.").await;
    page.forgive().await;
    // The launcher itself: the browser takes it not, and the page's own words stay.
    let (_cdn, _site, page, loaded) = from_elsewhere(&stage, host(), &"A".repeat(64)).await;
    assert!(
        !loaded
            && page
                .js::<bool>("!customElements.get('rill-chat') && own.checkVisibility()")
                .await
    );
    page.forgive().await;
}

#[e2e::case]
pub async fn in_a_frame_that_may_do_nothing_but_scripts_it_converses(stage: Stage) {
    // Nothing can be read in such a frame from without: its page tells what it sees.
    let inner = theirs(&format!(
        "<rill-chat {} style=\"height:400px\"></rill-chat>
        <script type=\"module\">
            const chat = document.querySelector('rill-chat');
            const tell = (word) => parent.postMessage(word, '*');
            addEventListener('error', (event) => tell(`error: ${{event.message}}`));
            addEventListener('unhandledrejection', (event) => tell(`error: ${{event.reason}}`));
            chat.addEventListener('rill-end', ({{ detail }}) => tell(`${{detail.end}}: ${{detail.text.trim()}}`));
            tell(self.origin);
            await chat.ready;
            chat.send('Hello');
        </script>",
        talks(&stage, "echo;delay=0").replace("storage=\"none\"", "")
    ));
    let site = host()
        .header("access-control-allow-origin", "*")
        .page("inner.html", inner.replace("<script type=\"module\" src=\"rill.js\">", "<script type=\"module\" crossorigin src=\"rill.js\">"))
        .page(
            "theirs.html",
            "<!doctype html><title>Theirs</title><link rel=\"icon\" href=\"data:,\"><script>globalThis.heard = []; addEventListener('message', ({ data }) => heard.push(data));</script><iframe sandbox=\"allow-scripts\" src=\"inner.html\" style=\"width:600px;height:500px\"></iframe>",
        )
        .start()
        .await
        .expect("a host");
    let page = stage.blank().await;
    page.goto(&site.url("theirs.html")).await;
    page.until::<bool>("heard.some((word) => /^(error|complete)/.test(word))")
        .await;
    assert_eq!(
        page.js::<Vec<String>>("heard").await,
        ["null", "complete: Hello"]
    );
}

#[e2e::case]
pub async fn below_a_path_it_finds_its_files(stage: Stage) {
    let body = format!("<rill-chat {}></rill-chat>", talks(&stage, "echo;delay=0"));
    let text = theirs(&body).replace("src=\"rill.js\"", "src=\"../rill.js\"");
    let site = host()
        .under("/site/tools/")
        .page("deep/theirs.html", text)
        .start()
        .await
        .expect("a host");
    let page = stage.blank().await;
    page.goto(&site.url("deep/theirs.html")).await;
    assert_eq!(chat(&page).await.ask("Hello").await.text.trim(), "Hello");
    assert!(
        parts(&site)
            .iter()
            .all(|part| part.starts_with("/site/tools/app-"))
    );
}
