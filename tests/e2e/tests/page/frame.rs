//! The page for frames on other sites: who is heard, what is answered, what never leaves it.

use crate::talk::chats;
use e2e::Stage;
use e2e::browser::FOREIGN_HOST;
use e2e::page::{Page, SHIFT, quote};
use e2e::stage::pictures_folder;
use lab::{Dialect, StaticSite, percent_encode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// What the host of a frame says and hears, and what a test sees of a frame of another origin: in every window of the tab.
const EYES: &str = r#"
    globalThis.heard = [];
    const looks = {
        words: () => [...(e2e.root()?.children ?? [])].map((child) => child.innerText ?? "").join("\n"),
        place: async (role, name) => { const found = e2e.find(0, role, name); return found ? e2e.middle(found) : null; },
        turn: (at) => e2e.turn(0, at) ?? null,
        turns: () => e2e.turns(0, "assistant").length,
        focus: () => (document.hasFocus() && e2e.active() ? e2e.name(e2e.active()) : null),
        attribute: (name) => e2e.host()?.getAttribute(name) ?? null,
        complaints: () => [...e2e.violations, ...e2e.errors],
        key: () => e2e.find(0, "textbox", "API key")?.value ?? null,
    };
    addEventListener("message", async ({ source, origin, data }) => {
        if (data?.rill === 1) heard.push({ origin, data });
        if (data?.look) source.postMessage({ seen: data.number, value: await looks[data.look](...data.args) }, "*");
    });
    globalThis.look = (frame, look, ...args) => new Promise((resolve) => {
        const number = Math.random();
        addEventListener("message", function hear({ data }) {
            if (data?.seen !== number) return;
            removeEventListener("message", hear);
            resolve(data.value);
        });
        document.querySelectorAll("iframe")[frame].contentWindow.postMessage({ look, args, number }, "*");
    });
    // Says something to the first frame, whatever it is, and gives its answer.
    globalThis.say = (message, target = "*") => new Promise((resolve) => {
        addEventListener("message", function hear({ data }) {
            if (data?.rill !== 1 || data.event) return;
            removeEventListener("message", hear);
            resolve(data);
        });
        document.querySelector("iframe").contentWindow.postMessage(message, target);
    });
    globalThis.events = (name) => heard.filter(({ data }) => data.event === name).map(({ data }) => data.detail);
"#;

/// A page on an origin of its own that holds the frame.
struct Host {
    page: Page,
    /// Its origin.
    origin: String,
    _site: StaticSite,
}

/// The page of the documents, between two buttons of its own, with this frame in it.
fn documented(frame: &str) -> String {
    let text = include_str!("../../../../docs/frame.md");
    let code = text
        .split("```")
        .find_map(|part| part.strip_prefix("html\n<iframe"));
    let code = code.expect("the documents have an example");
    let (before, rest) = code.split_once("https://your.host").expect("an address");
    let (_, after) = rest.split_once('"').expect("its end");
    let code = format!("<iframe{before}{frame}\"{after}");
    let (code, _) = code.split_once("  // await").expect("its last line");
    format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Somebody's page</title><body><button>Before</button>{code}globalThis.tell = tell;</script><button>Behind</button></body></html>"
    )
}

/// A page with one frame, which says nothing by itself; `ORIGIN` in the frame's address is the page's own.
fn plain(frame: &str, attributes: &str) -> String {
    let frame = quote(frame);
    format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Somebody's page</title><body><iframe title=\"Chat\" style=\"width:100%;height:600px\" {attributes}></iframe><script>document.querySelector('iframe').src = {frame}.replace('ORIGIN', encodeURIComponent(location.origin));</script></body></html>"
    )
}

impl Host {
    /// Opens a page on another origin than the frame's.
    async fn open(stage: &Stage, text: String) -> Host {
        let site = StaticSite::of(pictures_folder()).page("host.html", text);
        let site = site.start().await.expect("a site");
        let page = stage.blank().await;
        page.at_start(EYES).await;
        page.goto(&site.url("host.html")).await;
        Host {
            page,
            origin: site.origin(),
            _site: site,
        }
    }

    /// The page of the documents, with a frame of the built page for one of the lab's servers.
    async fn documented(stage: &Stage, options: &str) -> Host {
        let query = stage.query(Dialect::OpenAi, options, "");
        let frame = stage.site.url(&format!("embed.html?{query}"));
        let host = Host::open(stage, documented(&frame)).await;
        host.is_there().await;
        host
    }

    /// Waits until one can write in the frame.
    async fn is_there(&self) {
        self.until::<Value>("look(0, 'place', 'textbox', 'Message')")
            .await;
    }

    async fn js<T: DeserializeOwned>(&self, expression: &str) -> T {
        self.page.js(expression).await
    }

    async fn until<T: DeserializeOwned>(&self, expression: &str) -> T {
        self.page.until(expression).await
    }

    /// What the frame answers to a message.
    async fn say(&self, message: Value) -> Value {
        self.js(&format!("say({message})")).await
    }

    /// Waits until the newest reply has ended.
    async fn ended(&self) -> Value {
        self.until(
            "look(0, 'turn', -1).then((turn) => turn?.end && turn.end !== 'running' ? turn : null)",
        )
        .await
    }

    /// Clicks in the frame.
    async fn click(&self, role: &str, name: &str) {
        let (role, name) = (quote(role), quote(name));
        let place: Value = self
            .until(&format!("look(0, 'place', {role}, {name})"))
            .await;
        let frame: Value = self
            .js("(() => { const { x, y } = document.querySelector('iframe').getBoundingClientRect(); return { x, y }; })()")
            .await;
        let at = |axis: &str| {
            place[axis].as_f64().unwrap_or_default() + frame[axis].as_f64().unwrap_or_default()
        };
        self.page.click_at(at("x"), at("y")).await;
    }

    /// Nothing is wrong in the frame either.
    async fn is_content(&self) {
        let complaints: Vec<String> = self.js("look(0, 'complaints')").await;
        assert!(complaints.is_empty(), "{complaints:?}");
    }
}

#[e2e::case]
pub async fn a_page_talks_with_its_frame_as_the_documents_say(stage: Stage) {
    let host = Host::documented(&stage, "echo;delay=5").await;
    let first: Value = host.js("heard[0]").await;
    assert_eq!(first["data"]["event"], "rill-frame");
    assert!(first["data"]["detail"]["version"].is_string(), "{first}");
    assert_eq!(first["origin"], stage.site.origin());
    assert_eq!(
        host.js::<Value>("tell({ call: 'send', args: ['one, two, three'] })")
            .await,
        Value::Null
    );
    assert_eq!(
        host.ended().await["text"].as_str().map(str::trim),
        Some("one, two, three")
    );
    let end: Value = host.until("events('rill-end')[0]").await;
    assert_eq!(
        (&end["end"], &end["text"]),
        (&json!("complete"), &json!("one, two, three"))
    );
    let came: String = host
        .js("events('rill-delta').map(({ text }) => text).join('')")
        .await;
    assert_eq!(came, "one, two, three");
    let order: Vec<String> = host
        .js("[...new Set(heard.map(({ data }) => data.event).filter((name) => name && name !== 'rill-size'))]")
        .await;
    let known = [
        "rill-frame",
        "rill-ready",
        "rill-before-send",
        "rill-send",
        "rill-delta",
        "rill-end",
    ];
    let found: Vec<&String> = order
        .iter()
        .filter(|name| known.contains(&name.as_str()))
        .collect();
    assert_eq!(found, known, "{order:?}");

    let file: String = host.js("tell({ call: 'export' })").await;
    assert!(file.contains("one, two, three"), "{file}");
    assert_eq!(
        host.js::<Value>("tell({ set: { theme: 'dark', textSize: 125, 'line-width': 'wide' } })")
            .await,
        Value::Null
    );
    for (name, value) in [
        ("theme", "dark"),
        ("text-size", "125"),
        ("line-width", "wide"),
    ] {
        let shown: Value = host
            .js(&format!("look(0, 'attribute', {})", quote(name)))
            .await;
        assert_eq!(shown, value, "{name}");
    }
    let _: Value = host.js("tell({ set: { theme: null } })").await;
    assert_eq!(
        host.js::<Value>("look(0, 'attribute', 'theme')").await,
        Value::Null
    );
    let _: Value = host.js("tell({ call: 'clear' })").await;
    host.until::<bool>("look(0, 'turns').then((turns) => turns === 0)")
        .await;
    let refused: String = host
        .js("tell({ call: 'dance' }).catch((error) => error.message)")
        .await;
    assert!(refused.contains("no such call"), "{refused}");
    host.is_content().await;
}

#[e2e::case]
pub async fn a_frames_reply_can_be_stopped_by_the_page_around(stage: Stage) {
    let host = Host::documented(&stage, "tokens=20000;delay=10").await;
    let _: Value = host.js("tell({ call: 'send', args: ['Hello'] })").await;
    host.until::<bool>("events('rill-delta').length > 2").await;
    let _: Value = host.js("tell({ call: 'stop' })").await;
    let end: Value = host.until("events('rill-end')[0]").await;
    assert_eq!(end["end"], "stopped");
    host.is_content().await;
}

#[e2e::case]
pub async fn what_a_frame_cannot_do_it_answers_by_a_sentence(stage: Stage) {
    let host = Host::documented(&stage, "echo").await;
    for (message, sentence) in [
        (
            json!({ "rill": 1, "id": 1 }),
            "one of `call`, `set` and `answer`",
        ),
        (
            json!({ "rill": 1, "id": 2, "call": "send", "set": {} }),
            "one of `call`, `set` and `answer`",
        ),
        (
            json!({ "rill": 1, "id": {}, "call": "stop" }),
            "`id` of a message",
        ),
        (
            json!({ "rill": 1, "id": 3, "call": "connectedCallback" }),
            "no such call",
        ),
        (
            json!({ "rill": 1, "id": 4, "call": "constructor" }),
            "no such call",
        ),
        (json!({ "rill": 1, "id": 5, "call": 7 }), "no such call"),
        (
            json!({ "rill": 1, "id": 6, "call": "send" }),
            "list of one text",
        ),
        (
            json!({ "rill": 1, "id": 7, "call": "send", "args": [7] }),
            "list of one text",
        ),
        (
            json!({ "rill": 1, "id": 8, "call": "send", "args": "Hi" }),
            "list of one text",
        ),
        (
            json!({ "rill": 1, "id": 9, "call": "stop", "args": ["now"] }),
            "takes no `args`",
        ),
        (
            json!({ "rill": 1, "id": 10, "call": "export", "args": null }),
            "takes no `args`",
        ),
        (
            json!({ "rill": 1, "id": 11, "set": [] }),
            "names and values",
        ),
        (
            json!({ "rill": 1, "id": 12, "set": "theme" }),
            "names and values",
        ),
        (
            json!({ "rill": 1, "id": 13, "set": { "theme": "light", "onclick": "alert(1)" } }),
            "nothing to set",
        ),
        (
            json!({ "rill": 1, "id": 14, "set": { "theme": "light", "key": "k" } }),
            "nothing to set",
        ),
        (
            json!({ "rill": 1, "id": 15, "set": { "layout": "floating" } }),
            "nothing to set",
        ),
        (
            json!({ "rill": 1, "id": 16, "set": { "theme": "light", "lang": {} } }),
            "value of lang",
        ),
        (
            json!({ "rill": 1, "id": 17, "set": { "ask": "yes" } }),
            "`ask` is true or false",
        ),
        (
            json!({ "rill": 1, "id": 18, "answer": 1, "allow": "yes" }),
            "`allow`",
        ),
        (
            json!({ "rill": 1, "id": 19, "answer": 1, "allow": true }),
            "No message waits",
        ),
        (json!({ "rill": 1, "call": "dance" }), "no such call"),
    ] {
        let answer = host.say(message.clone()).await;
        let error = answer["error"].as_str().unwrap_or_default();
        assert!(error.contains(sentence), "{message}: {answer}");
        let id = message["id"].as_u64().map_or(Value::Null, Value::from);
        assert_eq!(answer["id"], id, "{message}");
    }
    // Of a set of which a part is refused, nothing counts.
    assert_eq!(
        host.js::<Value>("look(0, 'attribute', 'theme')").await,
        Value::Null
    );
    // What is no message of this kind is left alone; the next one that is gets its answer.
    let before: usize = host
        .js("heard.filter(({ data }) => !data.event).length")
        .await;
    for other in [
        "null",
        "7",
        "'Hi'",
        "[]",
        "{}",
        "{ rill: 2, call: 'stop' }",
        "{ rill: '1', id: 1, call: 'stop' }",
        "new Map()",
    ] {
        let _: Value = host
            .js(&format!(
                "(document.querySelector('iframe').contentWindow.postMessage({other}, '*'), null)"
            ))
            .await;
    }
    assert_eq!(
        host.say(json!({ "rill": 1, "id": "last", "set": {} }))
            .await,
        json!({ "rill": 1, "id": "last", "value": null })
    );
    let after: usize = host
        .js("heard.filter(({ data }) => !data.event).length")
        .await;
    assert_eq!(after, before + 1);
    host.is_content().await;
}

/// Sends by a message, and expects that nobody hears it.
async fn is_not_heard(host: &Host) {
    let _: Value = host
        .js("(document.querySelector('iframe').contentWindow.postMessage({ rill: 1, id: 1, call: 'send', args: ['Hello'] }, '*'), null)")
        .await;
    // What the frame does of a message it does before it looks.
    for _ in 0..3 {
        assert_eq!(host.js::<usize>("look(0, 'turns')").await, 0);
    }
    let heard: Vec<Value> = host.js("heard").await;
    assert!(heard.is_empty(), "{heard:?}");
}

#[e2e::case]
pub async fn only_the_origin_that_is_named_is_heard_and_hears(stage: Stage) {
    let query = stage.query(Dialect::OpenAi, "echo", "");
    let stranger = "http://127.0.0.1:9";
    let listed = |origins: &str| {
        let text = std::fs::read_to_string(Stage::dist().expect("a page").join("embed.html"))
            .expect("the page for frames");
        text.replace(
            "<title>",
            &format!("<meta name=\"rill-origins\" content=\"{origins}\" /><title>"),
        )
    };
    // Nobody is named, and this page is of another origin; another page is named; or what is named is no origin.
    for origin in [
        "",
        "&origin=http%3A%2F%2F127.0.0.1%3A9",
        "&origin=null",
        "&origin=*",
        "&origin=",
    ] {
        let frame = stage.site.url(&format!("embed.html?{query}{origin}"));
        let host = Host::open(&stage, plain(&frame, "")).await;
        host.is_there().await;
        is_not_heard(&host).await;
        host.page.forgive().await;
        host.page.close().await;
    }
    // The page's owner has listed others.
    let site = StaticSite::of(Stage::dist().expect("a page"))
        .page("listed.html", listed(stranger))
        .start()
        .await
        .expect("a site");
    let frame = site.url(&format!("listed.html?{query}&origin=ORIGIN"));
    let host = Host::open(&stage, plain(&frame, "")).await;
    host.is_there().await;
    is_not_heard(&host).await;
    host.page.forgive().await;
    host.page.close().await;
    // It has listed this one.
    let host = Host::open(&stage, plain("about:blank", "")).await;
    let list = listed(&format!("{stranger} {}", host.origin));
    let site = StaticSite::of(Stage::dist().expect("a page"))
        .page("listed.html", list)
        .start()
        .await
        .expect("a site");
    let frame = site.url(&format!(
        "listed.html?{query}&origin={}",
        percent_encode(&host.origin)
    ));
    let _: Value = host
        .js(&format!(
            "(document.querySelector('iframe').src = {}, null)",
            quote(&frame)
        ))
        .await;
    host.is_there().await;
    assert_eq!(
        host.say(json!({ "rill": 1, "id": 1, "set": {} })).await["value"],
        Value::Null
    );
    host.is_content().await;
    host.page.close().await;
    // A page of the frame's own origin needs no name.
    let site = StaticSite::of(Stage::dist().expect("a page"))
        .page("host.html", plain(&format!("embed.html?{query}"), ""))
        .start()
        .await
        .expect("a site");
    let page = stage.blank().await;
    page.at_start(EYES).await;
    page.goto(&site.url("host.html")).await;
    page.until::<bool>("heard.some(({ data }) => data.event === 'rill-ready')")
        .await;
    let answer: Value = page.js("say({ rill: 1, id: 1, call: 'export' })").await;
    assert!(answer["value"].is_string(), "{answer}");
}

#[e2e::case]
pub async fn a_second_frame_that_poses_as_the_page_around_is_not_heard(stage: Stage) {
    let query = stage.query(Dialect::OpenAi, "echo", "");
    let frame = stage.site.url(&format!("embed.html?{query}&origin=ORIGIN"));
    // Of the same origin as the page around, and in the same window.
    let second = "<iframe srcdoc=\"<p>second</p>\"></iframe></body>";
    let host = Host::open(&stage, plain(&frame, "").replace("</body>", second)).await;
    host.is_there().await;
    host.until::<bool>(
        "frames.length === 2 && frames[1].origin === origin && frames[1].document.body?.innerText === 'second'",
    )
    .await;
    // Its scripts speak from its window: so does a function that is made there.
    let _: Value = host
        .js("(frames[1].Function('frame', 'frame.postMessage({ rill: 1, id: 99, call: \"send\", args: [\"Posed\"] }, \"*\")')(frames[0]), null)")
        .await;
    assert_eq!(
        host.say(json!({ "rill": 1, "id": 100, "set": {} })).await["id"],
        100
    );
    assert_eq!(host.js::<usize>("look(0, 'turns')").await, 0);
    let posed: bool = host
        .js("[...heard, ...frames[1].heard].some(({ data }) => data.id === 99)")
        .await;
    assert!(!posed);
}

#[e2e::case]
pub async fn a_key_that_is_typed_in_a_frame_stays_there(stage: Stage) {
    const KEY: &str = "river-Key-4711-abc";
    let said = format!("You sent me {KEY}. Is {KEY} yours?");
    // The server says it again, in pieces of a few letters.
    let options = format!("key={KEY};delay=1;text={}", percent_encode(&said));
    let host = Host::documented(&stage, &options).await;
    host.click("button", "Server").await;
    host.click("textbox", "API key").await;
    host.page.insert(KEY).await;
    assert_eq!(host.js::<String>("look(0, 'key')").await, KEY);
    host.page.press("Enter", 0).await;
    host.page.press("Escape", 0).await;
    host.until::<bool>("look(0, 'key').then((key) => key === null)")
        .await;
    let _: Value = host
        .js(&format!(
            "tell({{ call: 'send', args: ['My key is {KEY}'] }})"
        ))
        .await;
    assert_eq!(
        host.ended().await["text"].as_str().map(str::trim),
        Some(said.as_str()),
        "the frame itself shows what is said"
    );
    let log = stage.lab.log();
    let bearer = format!("Bearer {KEY}");
    assert!(
        chats(&log)
            .iter()
            .any(|entry| entry.header("authorization") == Some(bearer.as_str())),
        "the key is used"
    );
    host.until::<bool>("events('rill-end').length === 1").await;
    // A server that refuses says the key too, in its error.
    let tries = "(async () => {
        const found = [];
        const attempt = (what) => { try { found.push(what()); } catch (error) { found.push(`thrown: ${error.name}`); } };
        const inside = document.querySelector('iframe').contentWindow;
        attempt(() => inside.document.body.innerHTML);
        attempt(() => inside.localStorage.getItem('rill.keys'));
        attempt(() => inside.sessionStorage.length);
        attempt(() => inside.indexedDB);
        attempt(() => inside.eval('localStorage'));
        attempt(() => inside.location.href);
        attempt(() => inside.name);
        attempt(() => inside[0]?.name);
        attempt(() => document.querySelector('iframe').contentDocument?.body.innerHTML);
        attempt(() => document.cookie);
        attempt(() => JSON.stringify(localStorage));
        attempt(() => JSON.stringify(sessionStorage));
        for (const store of await indexedDB.databases()) found.push(store.name);
        for (const name of await caches.keys()) found.push(name);
        const ask = (message) => tell(message).then(String, (error) => error.message);
        for (const call of ['export', 'key', 'keys', 'token', 'connect', 'curl', 'report', 'toString', 'attributes', 'innerHTML', 'shadowRoot'])
            found.push(await ask({ call }));
        for (const name of ['token', 'context', 'key', 'shadowRoot'])
            found.push(await ask({ set: { [name]: null } }));
        found.push(await ask({ call: 'send', args: ['again'] }));
        return JSON.stringify(found);
    })()";
    let found: String = host.js(tries).await;
    assert_eq!(found.matches("thrown: SecurityError").count(), 8, "{found}");
    host.until::<bool>("events('rill-end').length === 2").await;
    let heard: String = host.js("JSON.stringify(heard)").await;
    for text in [&found, &heard] {
        assert!(!text.contains(KEY), "{text}");
    }
    let (came, end): (String, String) = host
        .js("[events('rill-delta').map(({ text }) => text).join(''), events('rill-end').map(({ text }) => text).join('')]")
        .await;
    assert!(!came.contains(KEY) && came == end, "{came}\n{end}");
    assert!(came.contains("You sent me ****"), "{came}");
    let file: String = host.js("tell({ call: 'export' })").await;
    assert!(
        file.contains("You sent me ****") && !file.contains(KEY),
        "{file}"
    );
    host.is_content().await;
}

#[e2e::case]
pub async fn a_frame_without_an_origin_converses(stage: Stage) {
    let query = stage.query(Dialect::OpenAi, "echo;origins=*", "");
    let site = StaticSite::of(Stage::dist().expect("a page"))
        .header("Access-Control-Allow-Origin", "*")
        .start()
        .await
        .expect("a site");
    let frame = site.url(&format!("embed.html?{query}&origin=ORIGIN"));
    let sandbox = "sandbox=\"allow-scripts allow-popups allow-downloads\"";
    let host = Host::open(&stage, plain(&frame, sandbox)).await;
    host.until::<bool>("events('rill-ready').length === 1")
        .await;
    assert_eq!(host.js::<String>("heard[0].origin").await, "null");
    assert_eq!(
        host.say(json!({ "rill": 1, "id": 1, "call": "send", "args": ["one, two"] }))
            .await["value"],
        Value::Null
    );
    let end: Value = host.until("events('rill-end')[0]").await;
    assert_eq!(
        (&end["end"], &end["text"]),
        (&json!("complete"), &json!("one, two"))
    );
    assert_eq!(
        host.say(json!({ "rill": 1, "id": 2, "set": { "theme": "dark" } }))
            .await["value"],
        Value::Null
    );
    let file = host
        .say(json!({ "rill": 1, "id": 3, "call": "export" }))
        .await;
    assert!(
        file["value"]
            .as_str()
            .is_some_and(|file| file.contains("one, two")),
        "{file}"
    );
}

#[e2e::case]
pub async fn the_focus_goes_into_a_frame_and_out_again(stage: Stage) {
    let host = Host::documented(&stage, "echo").await;
    assert_eq!(
        host.js::<Value>("look(0, 'focus')").await,
        Value::Null,
        "a frame takes no focus"
    );
    let _: Value = host
        .js("(document.querySelector('button').focus(), null)")
        .await;
    host.page.press("Tab", 0).await;
    host.until::<String>("look(0, 'focus')").await;
    let mut names = Vec::new();
    for _ in 0..40 {
        match host.js::<Option<String>>("look(0, 'focus')").await {
            Some(name) => names.push(name),
            None => break,
        }
        host.page.press("Tab", 0).await;
    }
    assert!(names.iter().any(|name| name == "Message"), "{names:?}");
    assert_eq!(
        host.js::<String>("document.activeElement.textContent")
            .await,
        "Behind",
        "{names:?}"
    );
    host.page.press("Tab", SHIFT).await;
    host.until::<String>("look(0, 'focus')").await;
    host.is_content().await;
}

#[e2e::case]
pub async fn a_foreign_server_that_a_frame_is_told_waits_for_the_persons_leave(stage: Stage) {
    let server = format!("http://{FOREIGN_HOST}:{}/openai", stage.lab.port());
    let query = format!(
        "server={}&kind=openai&pace=instant",
        percent_encode(&server)
    );
    let frame = stage.site.url(&format!("embed.html?{query}"));
    let host = Host::open(&stage, documented(&frame)).await;
    host.until::<Value>("look(0, 'place', 'button', 'Connect')")
        .await;
    assert!(
        stage.lab.log().is_empty(),
        "{}",
        stage.lab.logbook().summary()
    );
    host.click("button", "Cancel").await;
    host.until::<bool>("look(0, 'place', 'button', 'Connect').then((place) => place === null)")
        .await;
    // By a message, where somebody may have typed a key meanwhile.
    let wish = json!({ "set": { "server": format!("{server};delay=0") } });
    let _: Value = host.js(&format!("tell({wish})")).await;
    host.until::<Value>("look(0, 'place', 'button', 'Connect')")
        .await;
    assert!(
        stage.lab.log().is_empty(),
        "{}",
        stage.lab.logbook().summary()
    );
    host.click("button", "Connect").await;
    stage
        .lab
        .wait_for("the server is asked", |log| (!log.is_empty()).then_some(()))
        .await;
    host.is_content().await;
}

#[e2e::case]
pub async fn a_message_waits_for_the_page_around_where_that_asks(stage: Stage) {
    let host = Host::documented(&stage, "echo;delay=0").await;
    let _: Value = host.js("tell({ set: { ask: true } })").await;
    host.click("textbox", "Message").await;
    host.page.insert("Hello").await;
    host.page.press("Enter", 0).await;
    let asked: Value = host.until("events('rill-before-send')[0]").await;
    assert_eq!(
        (&asked["text"], &asked["ask"]),
        (&json!("Hello"), &json!(1))
    );
    assert_eq!(host.js::<usize>("look(0, 'turns')").await, 0, "it waits");
    let refused: Value = host
        .js("tell({ answer: 1, allow: false, reason: 'Not in this lesson.' })")
        .await;
    assert_eq!(refused, Value::Null);
    host.until::<bool>("look(0, 'words').then((words) => words.includes('Not in this lesson.'))")
        .await;
    assert_eq!(
        host.js::<usize>("look(0, 'turns')").await,
        0,
        "it is held back"
    );
    // The person sends it once more.
    host.page.press("Enter", 0).await;
    host.until::<bool>("events('rill-before-send').length === 2")
        .await;
    let _: Value = host
        .js("tell({ answer: 2, allow: true, text: 'Good day' })")
        .await;
    assert_eq!(
        host.ended().await["text"].as_str().map(str::trim),
        Some("Good day")
    );
    // What is changed meanwhile is another message.
    host.page.insert("And").await;
    host.page.press("Enter", 0).await;
    host.until::<bool>("events('rill-before-send').length === 3")
        .await;
    host.page.insert(" more").await;
    let late: String = host
        .js("tell({ answer: 3, allow: true }).catch((error) => error.message)")
        .await;
    assert!(late.contains("No message waits"), "{late}");
    assert_eq!(host.js::<usize>("look(0, 'turns')").await, 1);
    // Nobody is asked any more.
    let _: Value = host.js("tell({ set: { ask: false } })").await;
    host.page.press("Enter", 0).await;
    host.until::<bool>("events('rill-end').length === 2").await;
    assert_eq!(
        host.js::<String>("events('rill-end')[1].text").await,
        "And more"
    );
    assert_eq!(chats(&stage.lab.log()).len(), 2);
    host.is_content().await;
}

#[e2e::case]
pub async fn a_page_that_follows_the_height_of_its_frame_comes_to_rest(stage: Stage) {
    let text = "A line of the river.\\n\\n".repeat(12).replace("\\n", "\n");
    let host = Host::documented(&stage, &format!("delay=1;text={}", percent_encode(&text))).await;
    let first: f64 = host.until("events('rill-size').at(-1)?.height").await;
    assert!(first > 150.0, "{first}");
    let _: Value = host.js("tell({ call: 'send', args: ['Hello'] })").await;
    host.ended().await;
    // At rest it is as high as it says, or as high as the page lets it be, and nothing more comes.
    let still = "new Promise((done) => {
        let [left, count] = [30, heard.length];
        const step = () => {
            if (heard.length !== count) [left, count] = [30, heard.length];
            left -= 1;
            if (left) requestAnimationFrame(step); else done(events('rill-size').map(({ height }) => height));
        };
        step();
    })";
    let sizes: Vec<f64> = host.js(still).await;
    let last = sizes.last().copied().unwrap_or_default();
    assert!(last > first + 200.0, "it has grown: {sizes:?}");
    assert!(sizes.len() < 100, "{sizes:?}");
    let height: f64 = host
        .js("document.querySelector('iframe').getBoundingClientRect().height")
        .await;
    assert!(
        (height - last.clamp(320.0, 640.0)).abs() < 1.0,
        "{height}: {sizes:?}"
    );
    // Without a limit it is all there: as high as it says, and the same.
    let _: Value = host
        .js(&format!(
            "(document.querySelector('iframe').style.height = '{last}px', null)"
        ))
        .await;
    let more: Vec<f64> = host.js(still).await;
    assert_eq!(more.last().copied(), Some(last), "{more:?}");
    // Another conversation needs less.
    let _: Value = host.js("tell({ call: 'clear' })").await;
    host.until::<bool>(&format!("events('rill-size').at(-1).height < {last} - 200"))
        .await;
    host.is_content().await;
}
