//! Keys: where one is kept, and that it is nowhere else. And who is asked before a server hears of anybody.

use crate::talk::chats;
use e2e::browser::FOREIGN_HOST;
use e2e::page::quote;
use e2e::{Chat, Stage};
use lab::{Dialect, Lab, percent_encode};
use serde_json::Value;

/// A key that its server takes, and one that it does not: no other text of the page has a word of them.
const KEY: &str = "sk-r1ght-Tamarind-3141592653";
const WRONG: &str = "sk-wr0ng-Kumquat-2718281828";
const MARKS: [&str; 2] = ["Tamarind", "Kumquat"];

/// Notes all that leaves the page but requests: events, the console, copies, files, other windows.
const HEARD: &str = "
    globalThis.heard = [];
    const text = (value) => { try { return typeof value === 'string' ? value : JSON.stringify(value) ?? String(value); } catch { return String(value); } };
    for (const name of ['ready', 'open', 'close', 'before-send', 'send', 'delta', 'reasoning', 'replace', 'status', 'verdict', 'connect', 'end', 'error'])
        addEventListener('rill-' + name, (event) => heard.push(`${event.type} ${text(event.detail)}`));
    for (const name of ['log', 'info', 'warn', 'error', 'debug']) {
        const say = console[name];
        console[name] = (...words) => { heard.push(`console ${words.map(text).join(' ')}`); say.apply(console, words); };
    }
    addEventListener('error', (event) => heard.push(`error ${event.message}`));
    const post = BroadcastChannel.prototype.postMessage;
    BroadcastChannel.prototype.postMessage = function (value) { heard.push(`channel ${text(value)}`); post.call(this, value); };
    const make = URL.createObjectURL;
    globalThis.saved = 0;
    URL.createObjectURL = (blob) => {
        blob.text().then((words) => { heard.push(`file ${words}`); saved += 1; });
        return make(blob);
    };
    HTMLAnchorElement.prototype.click = function () {};
    globalThis.copied = 0;
    Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (words) => { heard.push(`copy ${words}`); copied += 1; } } });
";

/// All that the browser keeps of the page, and all that was heard: by place.
const PLACES: &str = "(async () => {
    const records = [];
    for (const { name } of await indexedDB.databases()) {
        const base = await new Promise((done, fail) => {
            const open = indexedDB.open(name);
            open.onsuccess = () => done(open.result);
            open.onerror = fail;
        });
        for (const store of base.objectStoreNames) {
            const all = base.transaction(store).objectStore(store).getAll();
            records.push(await new Promise((done) => { all.onsuccess = () => done(all.result); }));
        }
        base.close();
    }
    const caught = [];
    for (const name of await (globalThis.caches?.keys() ?? [])) caught.push(...(await (await caches.open(name)).keys()).map(({ url }) => url));
    return {
        local: JSON.stringify({ ...localStorage }),
        session: JSON.stringify({ ...sessionStorage }),
        records: JSON.stringify(records),
        heard: heard.join('\\n'),
        address: [location.href, document.referrer, document.cookie, name, JSON.stringify(history.state), document.title, ...caught,
            ...performance.getEntries().map(({ name }) => name)].join('\\n'),
        exported: e2e.host().export?.() ?? '',
        words: e2e.root().textContent + [...e2e.root().querySelectorAll('*')].flatMap((one) => [...one.attributes].map(({ value }) => value)).join('\\n'),
    };
})()";

/// The places in which a key stands.
async fn places(chat: &Chat) -> Vec<String> {
    let all: serde_json::Map<String, Value> = chat.page.js(PLACES).await;
    let holds = |text: &Value| {
        let text = text.as_str().unwrap_or_default();
        MARKS.iter().any(|mark| text.contains(mark))
    };
    let found = all.iter().filter(|(_, text)| holds(text));
    found.map(|(place, _)| place.clone()).collect()
}

/// Opens the dialog of the server, puts a key in and connects.
async fn put(chat: &Chat, key: &str) {
    chat.button("Server").await;
    chat.put("textbox", "API key", key).await;
    chat.page.press("Enter", 0).await;
}

const BOX: &str = "e2e.every(0, '.by-hand input[type=checkbox]')[0]";

async fn save(chat: &Chat, button: &str) {
    let before: usize = chat.page.js("saved + copied").await;
    chat.button(button).await;
    chat.page
        .until::<bool>(&format!("saved + copied > {before}"))
        .await;
}

/// A chat of a server that wants the key.
async fn opened(stage: &Stage, own: &Lab, more: &str) -> Chat {
    let page = stage.blank().await;
    page.at_start(HEARD).await;
    let server = percent_encode(&own.origin());
    let query = format!("?server={server}&kind=openai&pace=instant&lang=en{more}");
    page.goto(&stage.site.url(&query)).await;
    let chat = Chat { page, at: 0 };
    let ready = format!("!!{}", chat.find("textbox", "Message"));
    chat.page.until::<bool>(&ready).await;
    chat
}

async fn keyed() -> Lab {
    let options = format!("key={KEY};first=0;delay=0;tokens=20");
    let own = Lab::start_root(Dialect::OpenAi, &options, 0).await;
    own.expect("a port")
}

/// Waits until the server has answered a request with the key.
async fn connected(chat: &Chat) {
    let link = "e2e.every(0, '.link[data-link=connected]').length === 1";
    chat.page.until::<bool>(link).await;
}

#[e2e::case]
pub async fn a_key_is_in_the_header_of_its_servers_requests_and_nowhere_else(stage: Stage) {
    let own = keyed().await;
    let chat = opened(&stage, &own, "").await;
    // One that is refused, by a server that repeats it.
    put(&chat, WRONG).await;
    chat.close_dialog().await;
    let refused = chat.ask("Hello").await;
    assert_eq!(refused.fate(), ("refused", Some("401")));
    assert!(refused.all.contains("provided: "), "{}", refused.all);
    put(&chat, KEY).await;
    connected(&chat).await;
    chat.close_dialog().await;
    assert_eq!(chat.ask("Again").await.fate(), ("complete", Some("stop")));
    assert_eq!(chat.ask("More").await.fate(), ("complete", Some("stop")));
    // What the Doctor lets one take along.
    chat.button("Details").await;
    save(&chat, "Copy as curl").await;
    save(&chat, "Copy report").await;
    save(&chat, "Save recording").await;
    chat.page
        .click("e2e.every(0, 'aside input[type=checkbox]')[0]")
        .await;
    save(&chat, "Save recording").await;
    // Every form of a file, and all as an archive.
    crate::conversations::kept(&chat, "Hello", 6).await;
    chat.list().await;
    for form in ["rill", "markdown", "plain", "html"] {
        let choose = format!(
            "(() => {{
                const field = e2e.find(0, 'combobox', /^Format/);
                field.value = {};
                field.dispatchEvent(new Event('change', {{ bubbles: true }}));
                return null;
            }})()",
            quote(form)
        );
        let _: Value = chat.page.js(&choose).await;
        save(&chat, "Save this conversation").await;
        save(&chat, "Save all (ZIP)").await;
    }
    assert_eq!(places(&chat).await, ["session"]);
    // A reload has it still, and the same holds.
    chat.reload().await;
    assert_eq!(chat.ask("Still").await.fate(), ("complete", Some("stop")));
    assert_eq!(places(&chat).await, ["session"]);
    let bearers = [KEY, WRONG].map(|key| format!("Bearer {key}"));
    for entry in own.log() {
        let key = entry.header("authorization");
        assert!(
            key.is_none_or(|key| bearers.iter().any(|one| one == key)),
            "{entry:?}"
        );
        let others = entry
            .headers
            .iter()
            .filter(|(name, _)| name != "authorization");
        let others: Vec<_> = others.collect();
        let all = format!(
            "{} {} {others:?} {:?}",
            entry.method, entry.target, entry.body
        );
        assert!(MARKS.iter().all(|mark| !all.contains(mark)), "{all}");
    }
    let asked = stage.site.asked().join("\n") + &stage.lab.logbook().summary();
    assert!(MARKS.iter().all(|mark| !asked.contains(mark)), "{asked}");
    let complaints = chat.page.complaints().await.join("\n");
    assert!(MARKS.iter().all(|mark| !complaints.contains(mark)));
    // The browser's own console tells of a request that was refused.
    chat.page.forgive().await;
}

#[e2e::case(Tabs)]
pub async fn a_key_is_kept_on_the_device_only_where_the_person_says_so(stage: Stage) {
    let own = keyed().await;
    let chat = opened(&stage, &own, "").await;
    put(&chat, KEY).await;
    connected(&chat).await;
    assert!(!chat.page.js::<bool>(&format!("{BOX}.checked")).await);
    assert_eq!(places(&chat).await, ["session"]);
    // It counts at once, both ways.
    for (checked, place) in [(true, "local"), (false, "session"), (true, "local")] {
        chat.page.click(BOX).await;
        let moved = format!("{place}Storage.getItem('rill.keys')?.includes('Tamarind') === true");
        chat.page.until::<bool>(&moved).await;
        connected(&chat).await;
        assert_eq!(places(&chat).await, [place]);
        assert_eq!(
            chat.page.js::<bool>(&format!("{BOX}.checked")).await,
            checked
        );
    }
    chat.close_dialog().await;
    // Another tab of the same person has what is kept, and one that was there before sees the box ticked.
    let query = format!(
        "server={}&kind=openai&pace=instant&lang=en",
        percent_encode(&own.origin())
    );
    let beside = stage.beside(&chat, &query).await;
    assert_eq!(beside.ask("Hello").await.fate(), ("complete", Some("stop")));
    beside.button("Server").await;
    beside
        .page
        .until::<bool>(&format!("{BOX}?.checked === true"))
        .await;
    // What is not kept is the tab's own.
    beside.page.click(BOX).await;
    let gone = "localStorage.getItem('rill.keys')?.includes('Tamarind') !== true";
    beside.page.until::<bool>(gone).await;
    beside.close_dialog().await;
    assert_eq!(beside.ask("Hello").await.fate(), ("complete", Some("stop")));
    assert_eq!(
        chat.ask("Hello").await.fate(),
        ("refused", Some("401")),
        "it was kept on the device alone"
    );
    // And it can be forgotten.
    beside.button("Server").await;
    beside.button("Remove key").await;
    beside
        .page
        .until::<bool>("!sessionStorage.getItem('rill.keys')?.includes('Tamarind')")
        .await;
    assert_eq!(
        beside
            .page
            .js::<String>(&format!("{}.value", beside.find("textbox", "API key")))
            .await,
        ""
    );
    for chat in [&chat, &beside] {
        chat.page.forgive().await;
    }
}

#[e2e::case]
pub async fn without_storage_nothing_at_all_is_written(stage: Stage) {
    let own = keyed().await;
    let chat = opened(&stage, &own, "&storage=none").await;
    put(&chat, KEY).await;
    connected(&chat).await;
    assert!(chat.page.js::<bool>(&format!("!{BOX}")).await);
    chat.close_dialog().await;
    assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
    assert_eq!(places(&chat).await, [""; 0]);
    let kept = "[localStorage.length, sessionStorage.length]";
    assert_eq!(chat.page.js::<[usize; 2]>(kept).await, [0, 0]);
    chat.reload().await;
    assert_eq!(chat.ask("Hello").await.fate(), ("refused", Some("401")));
    chat.page.forgive().await;
}

#[e2e::case]
pub async fn the_key_in_the_field_does_not_go_to_another_address(stage: Stage) {
    let own = keyed().await;
    let chat = opened(&stage, &own, "").await;
    put(&chat, KEY).await;
    connected(&chat).await;
    let other = Lab::start_root(Dialect::OpenAi, "first=0;delay=0;tokens=5", 0)
        .await
        .expect("a port");
    chat.put("textbox", "Server address", &other.origin()).await;
    chat.page.press("Enter", 0).await;
    other
        .wait_for("a list of models", |log| {
            log.iter()
                .find(|entry| entry.path == "/v1/models")
                .map(drop)
        })
        .await;
    connected(&chat).await;
    chat.close_dialog().await;
    assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
    for entry in other.log() {
        assert!(!format!("{entry:?}").contains("Tamarind"), "{entry:?}");
    }
    // Nor is it gone: whoever comes back need not put it in once more.
    chat.button("Server").await;
    chat.put("textbox", "Server address", &own.origin()).await;
    chat.page.press("Enter", 0).await;
    let back = format!(
        "{}?.value === {}",
        chat.find("textbox", "API key"),
        quote(KEY)
    );
    chat.page.until::<bool>(&back).await;
    connected(&chat).await;
    chat.close_dialog().await;
    assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
}

/// An element with these attributes, on a page of its own.
async fn element(stage: &Stage, attributes: &str) -> Chat {
    let page = stage.blank().await;
    page.goto(&stage.site.url("empty.html")).await;
    let make = format!(
        "(document.body.insertAdjacentHTML('beforeend', {}), null)",
        quote(&format!(
            "<rill-chat style='display: block; height: 600px' loading=eager kind=openai pace=instant lang=en {attributes}></rill-chat>"
        ))
    );
    let _: Value = page.js(&make).await;
    Chat { page, at: 0 }
}

const ASKS: &str = "e2e.every(0, 'dialog.ask[open]').some(e2e.visible)";

/// Waits for the question, and makes sure that nobody was asked for anything.
async fn is_asked(stage: &Stage, chat: &Chat) {
    chat.page.until::<bool>(ASKS).await;
    chat.page.says(FOREIGN_HOST).await;
    assert_eq!(
        chat.page.js::<String>("e2e.name(e2e.active())").await,
        "Cancel"
    );
    let _: Value = chat
        .page
        .js("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(null)))))")
        .await;
    let log = stage.lab.logbook().summary();
    assert!(stage.lab.log().is_empty(), "{log}");
}

/// Answers the question.
async fn answer(chat: &Chat, with: &str) {
    chat.button(with).await;
    chat.page.until::<bool>(&format!("!{ASKS}")).await;
}

#[e2e::case]
pub async fn an_attribute_that_names_a_foreign_server_asks_first_and_once(stage: Stage) {
    let foreign = format!("http://{FOREIGN_HOST}:{}/openai", stage.lab.port());
    let chat = element(&stage, &format!("server={foreign}")).await;
    is_asked(&stage, &chat).await;
    answer(&chat, "Cancel").await;
    // One that is changed asks as well, and so does one that comes back to what was refused.
    let set = |server: &str| {
        format!(
            "(e2e.host().setAttribute('server', {}), null)",
            quote(server)
        )
    };
    for server in ["demo", &foreign] {
        let _: Value = chat.page.js(&set(server)).await;
    }
    is_asked(&stage, &chat).await;
    answer(&chat, "Connect").await;
    connected(&chat).await;
    assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
    // The leave is for the server's origin, and lasts.
    for server in ["demo", &format!("{foreign};tokens=3")] {
        let _: Value = chat.page.js(&set(server)).await;
    }
    connected(&chat).await;
    chat.page.reload().await;
    let again = format!(
        "(document.body.insertAdjacentHTML('beforeend', {}), null)",
        quote(&format!(
            "<rill-chat style='display: block; height: 600px' loading=eager server={foreign} kind=openai lang=en></rill-chat>"
        ))
    );
    let _: Value = chat.page.js(&again).await;
    connected(&chat).await;
    // For its other ports nobody has given leave.
    let _: Value = chat
        .page
        .js(&set(&format!("http://{FOREIGN_HOST}:9/openai")))
        .await;
    chat.page.until::<bool>(ASKS).await;
}

#[e2e::case]
pub async fn leave_lasts_for_the_page_where_nothing_may_be_kept(stage: Stage) {
    let foreign = format!("http://{FOREIGN_HOST}:{}/openai", stage.lab.port());
    let attributes = format!("server={foreign} storage=none profile=young lock");
    let chat = element(&stage, &attributes).await;
    is_asked(&stage, &chat).await;
    chat.page.says("ask a grown-up").await;
    // Who may choose no server talks to none of this computer instead.
    answer(&chat, "Cancel").await;
    chat.page
        .until::<bool>("e2e.every(0, '.link[data-link=demo]').length === 1")
        .await;
    let again = "(() => { const chat = e2e.host(); chat.remove(); document.body.append(chat); return null; })()";
    let _: Value = chat.page.js(again).await;
    is_asked(&stage, &chat).await;
    answer(&chat, "Connect").await;
    connected(&chat).await;
    let _: Value = chat.page.js(again).await;
    connected(&chat).await;
    assert!(!chat.page.js::<bool>(ASKS).await);
    let kept = "[localStorage.length, sessionStorage.length]";
    assert_eq!(chat.page.js::<[usize; 2]>(kept).await, [0, 0]);
}

#[e2e::case]
pub async fn of_two_elements_that_ask_the_same_one_answer_is_enough(stage: Stage) {
    let foreign = format!("http://{FOREIGN_HOST}:{}/openai", stage.lab.port());
    let one = format!("server={foreign}");
    let chat = element(&stage, &one).await;
    chat.page.until::<bool>(ASKS).await;
    let more = format!(
        "(document.body.insertAdjacentHTML('beforeend', {}), null)",
        quote(&format!(
            "<rill-chat id=two style='display: block; height: 400px' loading=eager kind=openai lang=en {one}></rill-chat>"
        ))
    );
    let _: Value = chat.page.js(&more).await;
    let second = Chat {
        page: chat.page.clone(),
        at: 1,
    };
    let asks = "e2e.every(1, 'dialog.ask[open]').length === 1";
    chat.page.until::<bool>(asks).await;
    second.button("Connect").await;
    for at in [0, 1] {
        let talks = format!("e2e.every({at}, '.link[data-link=connected]').length === 1");
        chat.page.until::<bool>(&talks).await;
        let asks = format!("e2e.every({at}, 'dialog[open]').length === 0");
        chat.page.until::<bool>(&asks).await;
    }
}

#[e2e::case]
pub async fn an_attribute_never_gets_another_servers_key(stage: Stage) {
    let own = keyed().await;
    let chat = opened(&stage, &own, "").await;
    put(&chat, KEY).await;
    connected(&chat).await;
    chat.page.click(BOX).await;
    let kept = "localStorage.getItem('rill.keys')?.includes('Tamarind') === true";
    chat.page.until::<bool>(kept).await;
    // A link, and an attribute of an element on the same site.
    let foreign = format!("http://{FOREIGN_HOST}:{}/openai", stage.lab.port());
    let query = format!(
        "?server={}&kind=openai&pace=instant&lang=en",
        percent_encode(&foreign)
    );
    chat.page.goto(&stage.site.url(&query)).await;
    is_asked(&stage, &chat).await;
    answer(&chat, "Connect").await;
    connected(&chat).await;
    assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
    chat.page.goto(&stage.site.url("empty.html")).await;
    let make = format!(
        "(document.body.insertAdjacentHTML('beforeend', {}), null)",
        quote(&format!(
            "<rill-chat style='display: block; height: 600px' loading=eager server={foreign};tokens=4 kind=openai lang=en pace=instant></rill-chat>"
        ))
    );
    let _: Value = chat.page.js(&make).await;
    connected(&chat).await;
    assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
    assert_eq!(chats(&stage.lab.log()).len(), 2);
    for entry in stage.lab.log() {
        assert!(entry.header("authorization").is_none(), "{entry:?}");
        assert!(!format!("{entry:?}").contains("Tamarind"), "{entry:?}");
    }
}
