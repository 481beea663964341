//! The bridge to the page around: a transport of the site's own, its keys, its context, and what it is told.

use crate::talk::chats;
use e2e::page::quote;
use e2e::{Chat, Stage};
use lab::{Dialect, Lab};
use serde_json::{Value, json};

/// What the tests of a page around have at hand: all that is told, and a stream of these bytes, each by itself.
const AROUND: &str = "
    globalThis.heard = { text: '', reasoning: '', phases: [], verdicts: [], connects: [], ends: [], details: '' };
    const hear = (name, take) => addEventListener(name, ({ detail }) => { take(detail); heard.details += JSON.stringify(detail); });
    hear('rill-send', () => { heard.text = ''; heard.reasoning = ''; heard.phases = []; });
    hear('rill-delta', ({ text }) => heard.text += text);
    hear('rill-replace', ({ text }) => heard.text = text);
    hear('rill-reasoning', ({ text }) => heard.reasoning += text);
    hear('rill-status', ({ phase }) => heard.phases.push(phase));
    hear('rill-verdict', ({ verdict }) => heard.verdicts.push(verdict));
    hear('rill-connect', (detail) => heard.connects.push(detail));
    hear('rill-end', ({ end, text }) => heard.ends.push([end, text]));
    hear('rill-error', () => {});
    globalThis.bytes = (text) => {
        const all = new TextEncoder().encode(text);
        let at = 0;
        return new ReadableStream({ pull(way) { if (at < all.length) way.enqueue(all.slice(at, ++at)); else way.close(); } });
    };
    globalThis.never = () => new Promise(() => {});
";

/// A page of somebody's with one element, which `script` sets up as `chat` before it stands in the page.
async fn around(stage: &Stage, attributes: Value, script: &str) -> Chat {
    let page = stage.blank().await;
    page.at_start(AROUND).await;
    page.goto(&stage.site.url("empty.html")).await;
    let make = format!(
        "(async () => {{
            await customElements.whenDefined('rill-chat');
            const chat = document.createElement('rill-chat');
            for (const [name, value] of Object.entries({attributes})) chat.setAttribute(name, value);
            chat.style.cssText = 'display:block;height:600px';
            document.title = 'A red kayak';
            {script}
            if (!chat.isConnected) document.body.append(chat);
            return null;
        }})()"
    );
    let _: Value = page.js(&make).await;
    let chat = Chat { page, at: 0 };
    let field = format!("!!{}", chat.find("textbox", "Message"));
    chat.page.until::<bool>(&field).await;
    chat
}

/// A page of somebody's with a transport of its own.
async fn connected(stage: &Stage, source: &str) -> Chat {
    let attributes = json!({ "pace": "instant", "system": "Be brief.", "model": "river" });
    around(
        stage,
        attributes,
        &format!("chat.connect({source}, {{ name: 'The shop' }});"),
    )
    .await
}

/// The first example of the document.
fn example() -> String {
    let document = support::root().join("docs/bridge.md");
    let document = std::fs::read_to_string(document).expect("the document");
    let code = document
        .split("```js\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    code.expect("an example").to_owned()
}

#[e2e::case]
pub async fn the_documents_example_is_a_conversation(stage: Stage) {
    let own = "
        globalThis.asked = [];
        const theirs = globalThis.fetch;
        globalThis.fetch = (url, init) => {
            if (url !== '/shop/answer') return theirs(url, init);
            asked.push(JSON.parse(init.body));
            return Promise.resolve(asked.length > 1 ? new Response('', { status: 503 }) : new Response(bytes('Río **seco** 🦞 河流')));
        };
        document.body.append(chat);";
    // The example declares names of its own: in a scope of its own.
    let script = format!("{own} {{ {} }}", example());
    let chat = around(
        &stage,
        json!({ "system": "Be brief.", "pace": "live" }),
        &script,
    )
    .await;
    chat.page.says("The shop").await;
    let turn = chat.ask("What is it?").await;
    assert_eq!(turn.fate(), ("complete", Some("stop")), "{turn:?}");
    assert_eq!(turn.text.trim(), "Río seco 🦞 河流");
    assert!(turn.reasoning.contains("They ask: What is it?"), "{turn:?}");
    let heard: Value = chat.page.js("heard").await;
    assert_eq!(heard["text"], "Río **seco** 🦞 河流");
    assert_eq!(heard["reasoning"], "They ask: What is it?");
    assert_eq!(heard["ends"], json!([["complete", "Río **seco** 🦞 河流"]]));
    let asked: Value = chat.page.js("asked[0]").await;
    assert_eq!(
        asked,
        json!({
            "messages": [{ "role": "system", "content": "Be brief." }, { "role": "user", "content": "What is it?" }],
            "context": "The visitor looks at: A red kayak",
        })
    );
    // What is for the model alone is no part of the conversation.
    let file: String = chat.page.js("e2e.host().export()").await;
    assert!(
        file.contains("What is it?") && !file.contains("kayak"),
        "{file}"
    );
    // What it throws are its own words; it has thought before.
    let turn = chat.ask("And now?").await;
    assert_eq!(turn.end.as_deref(), Some("broken"), "{turn:?}");
    assert!(
        turn.all.contains("The shop does not answer (503)."),
        "{turn:?}"
    );
    // Nobody asks for a server, and none is remembered.
    let server: bool = chat
        .page
        .js(&format!("!!{}", chat.find("button", "Server")))
        .await;
    assert!(!server, "there is no server to be chosen");
    let kept: String = chat.page.js("JSON.stringify(localStorage)").await;
    assert!(
        !kept.contains("The shop") && !kept.contains("rill.server"),
        "{kept}"
    );
}

#[e2e::case]
pub async fn a_generator_streams_token_by_token(stage: Stage) {
    let source = "async function* () {
        for (const word of ['One ', 'two ', 'three']) { yield word; await new Promise((next) => globalThis.next = next); }
    }";
    let chat = connected(&stage, source).await;
    chat.send("Count").await;
    for text in ["One ", "One two ", "One two three"] {
        chat.page
            .until::<bool>(&format!("heard.text === {}", quote(text)))
            .await;
        let running: Option<String> = chat.turn(-1).await.expect("a turn").end;
        assert_eq!(running.as_deref(), Some("running"));
        let _: Value = chat.page.js("(next(), null)").await;
    }
    assert_eq!(chat.ended().await.fate(), ("complete", Some("stop")));
}

#[e2e::case]
pub async fn whatever_a_site_gives_is_read(stage: Stage) {
    let chunk = "{ choices: [{ index: 0, delta: { content: 'Río' } }] }";
    let wire = format!("bytes('data: ' + JSON.stringify({chunk}) + '\\n\\ndata: [DONE]\\n\\n')");
    let cases: [(&str, &str, &str, &str); 17] = [
        ("", "() => bytes('Río 🦞 河')", "complete", "Río 🦞 河"),
        ("", "() => new Response('Río')", "complete", "Río"),
        (
            "",
            "() => new Response('{\"error\":{\"message\":\"No boat\"}}', { status: 500 })",
            "refused",
            "",
        ),
        (
            "",
            "() => Promise.resolve(['Rí', { text: 'o' }, { end: 'length' }])",
            "complete",
            "Río",
        ),
        ("", "() => 'Río'", "complete", "Río"),
        ("", "bytes('Río')", "complete", "Río"),
        ("", "() => []", "empty", ""),
        ("", "async function* () {}", "empty", ""),
        ("", "() => [{ reasoning: 'Hm' }]", "empty", ""),
        ("", "() => [{ error: 'No boat' }]", "refused", ""),
        (
            "",
            "() => Promise.reject(new Error('No boat'))",
            "refused",
            "",
        ),
        ("", "() => { throw 'No boat'; }", "refused", ""),
        (
            "",
            "async function* () { yield 'Río'; throw new Error('No boat'); }",
            "broken",
            "Río",
        ),
        ("openai", &format!("() => {wire}"), "complete", "Río"),
        (
            "openai",
            &format!("() => new Response({wire})"),
            "complete",
            "Río",
        ),
        (
            "openai",
            &format!("async function* () {{ yield {chunk}; }}"),
            "cut",
            "Río",
        ),
        (
            "openai",
            &format!("async function* () {{ yield {chunk}; yield {{ end: 'stop' }}; }}"),
            "complete",
            "Río",
        ),
    ];
    let chat = connected(&stage, "() => []").await;
    for (kind, source, end, text) in cases {
        let set = format!(
            "(e2e.host().setAttribute('kind', '{}'), e2e.host().connect({source}), null)",
            if kind.is_empty() { "auto" } else { kind }
        );
        let _: Value = chat.page.js(&set).await;
        let turn = chat.ask("Say").await;
        assert_eq!(
            (turn.end.as_deref(), turn.text.trim()),
            (Some(end), text),
            "{source}: {turn:?}"
        );
        if source.contains("No boat") {
            assert!(turn.all.contains("No boat"), "{source}: {turn:?}");
        }
    }
}

/// Each reply says which one it is, and then nothing; what becomes of it is noted.
const HANGS: &str = "(() => {
    globalThis.fates = [];
    let count = 0;
    return async function* ({ signal }) {
        const number = ++count;
        signal.addEventListener('abort', () => fates.push('aborted ' + number));
        try {
            yield 'Reply ' + number;
            await new Promise((_, fail) => signal.addEventListener('abort', () => fail(new Error('too late'))));
        } finally {
            fates.push('over ' + number);
        }
    };
})()";

#[e2e::case]
pub async fn stop_and_a_newer_message_end_the_sites_code(stage: Stage) {
    let chat = connected(&stage, HANGS).await;
    chat.send("First").await;
    chat.page.until::<bool>("heard.text === 'Reply 1'").await;
    chat.button("Stop").await;
    let turn = chat.ended().await;
    assert_eq!(
        (turn.end.as_deref(), turn.text.trim()),
        (Some("stopped"), "Reply 1")
    );
    chat.page
        .until::<bool>("fates.join() === 'aborted 1,over 1'")
        .await;
    chat.send("Second").await;
    chat.page.until::<bool>("heard.text === 'Reply 2'").await;
    chat.send("Third").await;
    chat.page.until::<bool>("heard.text === 'Reply 3'").await;
    chat.page
        .until::<bool>("fates.join() === 'aborted 1,over 1,aborted 2,over 2'")
        .await;
    let ends: Vec<Option<String>> = chat
        .turns()
        .await
        .into_iter()
        .map(|turn| turn.end)
        .collect();
    let ends: Vec<&str> = ends.iter().flatten().map(String::as_str).collect();
    assert_eq!(ends, ["stopped", "superseded", "running"]);
    // Code that hears nothing of all that keeps nobody waiting.
    let _: Value = chat.page.js("(e2e.host().connect(() => ({ [Symbol.asyncIterator]: () => ({ next: never, return: never }) })), null)").await;
    chat.send("Fourth").await;
    chat.page
        .until::<bool>("heard.phases.includes('waiting')")
        .await;
    chat.button("Stop").await;
    assert_eq!(chat.ended().await.end.as_deref(), Some("stopped"));
    // Nor does code that has not even begun to answer.
    let _: Value = chat.page.js("(e2e.host().connect(never), null)").await;
    chat.send("Fifth").await;
    chat.page
        .until::<bool>("heard.phases.includes('connecting')")
        .await;
    chat.button("Stop").await;
    assert_eq!(chat.ended().await.end.as_deref(), Some("stopped"));
}

#[e2e::case]
pub async fn the_site_lets_go_of_its_transport(stage: Stage) {
    let chat = around(
        &stage,
        json!({ "server": "demo", "pace": "instant" }),
        "chat.connect(() => 'From the shop');",
    )
    .await;
    assert_eq!(chat.ask("Who are you?").await.text.trim(), "From the shop");
    // The page's host stands in the place of a name.
    chat.page
        .until::<bool>("e2e.every(0, '.link-name')[0].textContent === location.host")
        .await;
    let _: Value = chat.page.js("(e2e.host().connect(null), null)").await;
    chat.page.says("Demo").await;
    assert!(
        chat.ask("What can you do?")
            .await
            .text
            .to_lowercase()
            .contains("demo")
    );
    let connects: Value = chat
        .page
        .js("heard.connects.map(({ server }) => server)")
        .await;
    assert_eq!(connects, json!(["site", "demo"]));
}

/// Everything that a page may keep or show, as one text; keys are looked for in it.
const TRACES: &str = "(async () => {
    let all = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), location.href, e2e.host().export(), heard.details, document.documentElement.outerHTML, e2e.root().innerHTML];
    all.push(...performance.getEntriesByType('resource').map(({ name }) => name));
    for (const { name } of await indexedDB.databases()) {
        const database = await new Promise((done) => indexedDB.open(name).onsuccess = ({ target }) => done(target.result));
        for (const store of database.objectStoreNames) {
            const records = await new Promise((done) => database.transaction(store).objectStore(store).getAll().onsuccess = ({ target }) => done(target.result));
            all.push(JSON.stringify(records));
        }
        database.close();
    }
    return all.join('\\n');
})()";

#[e2e::case]
pub async fn a_token_is_asked_for_and_once_more_after_a_401_and_kept_nowhere(stage: Stage) {
    // A server of its own: the address of the stage's would hold the key.
    let own = Lab::start_root(Dialect::OpenAi, "key=short-lived-2;first=0;delay=0", 0)
        .await
        .expect("a port");
    let origin = own.origin();
    let attributes = json!({ "server": origin, "kind": "openai", "pace": "instant" });
    let script = "
        globalThis.asks = [];
        chat.token = async ({ server }) => { asks.push(server); return 'short-lived-' + asks.length; };";
    let chat = around(&stage, attributes, script).await;
    let turn = chat.ask("Hello").await;
    assert_eq!(turn.fate(), ("complete", Some("stop")), "{turn:?}");
    let asks: Value = chat.page.js("asks").await;
    assert_eq!(asks, json!([origin, origin]), "the first was refused");
    // It is held: the next message asks nobody.
    assert_eq!(chat.ask("More").await.end.as_deref(), Some("complete"));
    assert_eq!(chat.page.js::<usize>("asks.length").await, 2);
    let log = own.log();
    let said: Vec<_> = chats(&log)
        .iter()
        .map(|entry| entry.header("authorization"))
        .collect();
    assert_eq!(said, [Some("Bearer short-lived-2"); 2]);
    let traces: String = chat.page.js(TRACES).await;
    assert!(traces.contains("Hello"), "the conversation is there");
    assert!(!traces.contains("short-lived"), "{traces}");
    // One that is refused in the middle of a conversation is asked for once more, and once only.
    let refuse = "(() => {
        const theirs = fetch;
        globalThis.refused = 0;
        globalThis.fetch = (request) => request.url?.endsWith('/chat/completions') && refused < globalThis.most
            ? (refused += 1, Promise.resolve(new Response('{\"error\":{\"message\":\"expired\"}}', { status: 401 }))) : theirs(request);
        const ask = e2e.host().token;
        e2e.host().token = (about) => (ask(about), 'short-lived-2');
        return null;
    })()";
    let _: Value = chat.page.js(refuse).await;
    for (most, end, asked) in [(1, "complete", 4), (9, "refused", 5)] {
        let _: Value = chat
            .page
            .js(&format!("(globalThis.most = {most}, null)"))
            .await;
        let turn = chat.ask("Again").await;
        assert_eq!(turn.end.as_deref(), Some(end), "{turn:?}");
        assert_eq!(chat.page.js::<usize>("asks.length").await, asked);
    }
    // A site that has none says why, and what there is to do.
    let _: Value = chat
        .page
        .js("(e2e.host().token = () => Promise.reject(new Error('You are signed out')), null)")
        .await;
    let turn = chat.ask("Once more").await;
    assert_eq!(turn.end.as_deref(), Some("refused"), "{turn:?}");
    assert!(
        turn.all.contains("You are signed out") && turn.all.contains("Sign in to the site again"),
        "{turn:?}"
    );
    chat.page.forgive().await;
}

#[e2e::case]
pub async fn context_reaches_the_server_within_the_system_prompt_and_no_export(stage: Stage) {
    let server = stage.lab.url(Dialect::OpenAi, "first=0;delay=0");
    let attributes = json!({ "server": server, "kind": "openai", "pace": "instant", "system": "Be brief.", "storage": "none" });
    let chat = around(&stage, attributes, "chat.context = 'A red kayak';").await;
    let sent = |at: usize| {
        let log = stage.lab.log();
        chats(&log)[at].json()["messages"].clone()
    };
    chat.ask("Hello").await;
    assert_eq!(
        sent(0),
        json!([{ "role": "system", "content": "Be brief.\n\nA red kayak" }, { "role": "user", "content": "Hello" }])
    );
    let _: Value = chat
        .page
        .js("(e2e.host().context = async () => 'A blue kayak', null)")
        .await;
    chat.ask("More").await;
    assert_eq!(sent(1)[0]["content"], "Be brief.\n\nA blue kayak");
    let _: Value = chat
        .page
        .js("(e2e.host().context = () => null, null)")
        .await;
    chat.ask("Nothing").await;
    assert_eq!(sent(2)[0]["content"], "Be brief.");
    let file: String = chat.page.js("e2e.host().export()").await;
    assert!(file.contains("Hello") && !file.contains("kayak"), "{file}");
    // What throws ends the reply, and the next one can be asked for.
    let _: Value = chat
        .page
        .js("(e2e.host().context = () => { throw new Error('No basket'); }, null)")
        .await;
    let turn = chat.ask("Broken").await;
    assert_eq!(turn.end.as_deref(), Some("refused"), "{turn:?}");
    assert!(turn.all.contains("No basket"), "{turn:?}");
    // One that never comes keeps nobody from stopping.
    let _: Value = chat.page.js("(e2e.host().context = never, null)").await;
    chat.send("Never").await;
    chat.page
        .until::<bool>("heard.phases.includes('connecting')")
        .await;
    chat.button("Stop").await;
    assert_eq!(chat.ended().await.end.as_deref(), Some("stopped"));
    assert_eq!(chats(&stage.lab.log()).len(), 3);
}

#[e2e::case]
pub async fn the_page_around_hears_phases_verdicts_and_connections(stage: Stage) {
    let server = stage.lab.url(Dialect::OpenAi, "first=50;delay=10;think=5");
    let attributes = json!({ "server": server, "kind": "openai", "pace": "instant" });
    let chat = around(&stage, attributes, "").await;
    let turn = chat.ask("Hello").await;
    assert_eq!(turn.end.as_deref(), Some("complete"), "{turn:?}");
    let heard: Value = chat.page.js("heard").await;
    let phases: Vec<&str> = heard["phases"]
        .as_array()
        .expect("phases")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(phases.first(), Some(&"connecting"), "{phases:?}");
    assert_eq!(phases.last(), Some(&"ended"), "{phases:?}");
    assert!(phases.contains(&"writing"), "{phases:?}");
    assert!(
        phases.windows(2).all(|two| two[0] != two[1]),
        "only what changes: {phases:?}"
    );
    assert_eq!(heard["verdicts"][0], "flowing", "{heard}");
    let origin = server.split("/openai").next().unwrap_or_default();
    assert_eq!(
        heard["connects"].as_array().map(Vec::len),
        Some(1),
        "{heard}"
    );
    assert_eq!(
        (
            heard["connects"][0]["server"].as_str(),
            heard["connects"][0]["kind"].as_str()
        ),
        (Some(origin), Some("openai")),
        "{heard}"
    );
    assert!(heard["connects"][0]["model"].is_string(), "{heard}");
}
