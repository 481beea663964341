//! Conversations that are kept: a reload, a closed tab, a file bring them back; and a long one is opened without waiting.

use crate::talk::STORY;
use e2e::page::quote;
use e2e::{Chat, Stage};
use lab::Dialect;
use serde_json::{Value, json};
use std::time::Duration;

/// The names of the databases that the page has made.
const DATABASES: &str = "indexedDB.databases().then((all) => all.map((one) => one.name))";

/// How many turns of a conversation are kept, and the first question of each.
const KEPT: &str = "new Promise((resolve) => {
    const open = indexedDB.open('rill', 1);
    open.onupgradeneeded = () => open.transaction.abort();
    open.onerror = () => resolve([]);
    open.onsuccess = () => {
        const heads = open.result.transaction('conversations').objectStore('conversations').getAll();
        heads.onsuccess = () => {
            open.result.close();
            resolve(heads.result.map(JSON.parse).map(({ title, turns }) => [title, turns]));
        };
    };
})";

/// Whether a record of some turn holds these words.
const RECORDS: &str = "new Promise((resolve) => {
    const open = indexedDB.open('rill', 1);
    open.onerror = () => resolve(false);
    open.onsuccess = () => {
        const all = open.result.transaction('turns').objectStore('turns').getAll();
        all.onsuccess = () => {
            open.result.close();
            resolve(all.result.some((record) => JSON.stringify(record).includes(WORDS)));
        };
    };
})";

/// Waits until so many turns of the conversation with this first question are kept.
pub async fn kept(chat: &Chat, title: &str, turns: usize) {
    let wanted = json!([title, turns]);
    for _ in 0..100 {
        let all: Value = chat.page.js(KEPT).await;
        let all = all.as_array().cloned().unwrap_or_default();
        if all.contains(&wanted) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let all: Value = chat.page.js(KEPT).await;
    panic!("{wanted} is not among {all}");
}

/// Waits until the record of some turn holds these words.
pub async fn kept_records(chat: &Chat, words: &str) {
    let look = RECORDS.replace("WORDS", &quote(words));
    chat.page.until::<bool>(&look).await;
}

/// The words of all turns on the page, oldest first.
async fn said(chat: &Chat) -> Vec<String> {
    chat.page
        .js("e2e.every(0, 'article').map((turn) => e2e.text(turn.querySelector('.said, .answer')).trim())")
        .await
}

/// Reloads, and waits until the conversation is there again.
async fn reload(chat: &Chat, turns: usize) {
    chat.page.reload().await;
    chat.page
        .until::<bool>(&format!("e2e.every(0, 'article').length >= {turns}"))
        .await;
}

/// The titles in the list.
pub async fn titles(chat: &Chat, count: usize) -> Vec<String> {
    chat.page
        .until::<Value>(&format!(
            "e2e.every(0, '.kept li').length === {count} && {{}}"
        ))
        .await;
    chat.page
        .js("e2e.every(0, '.kept .title').map((title) => title.textContent)")
        .await
}

/// Hands a file to the field in the list.
pub async fn give(chat: &Chat, name: &str, text: &str) {
    let give = format!(
        "(() => {{
            const field = e2e.every(0, 'dialog[open] input[type=file]')[0];
            if (!field) return false;
            const data = new DataTransfer();
            data.items.add(new File([{}], {}));
            field.files = data.files;
            field.dispatchEvent(new Event('change', {{ bubbles: true }}));
            return true;
        }})()",
        quote(text),
        quote(name)
    );
    chat.page.until::<bool>(&give).await;
}

/// A conversation of so many turns, as a file.
pub fn file(turns: usize) -> String {
    let nodes: Vec<Value> = (0..turns)
        .map(|at| {
            let (role, text) = match at % 2 {
                0 => ("user", format!("Question {at}?")),
                _ => (
                    "assistant",
                    format!("Answer {at} has a *second* line.\n\n- one\n- two\n\n```rust\nfn main() {{}}\n```\n\nThe end."),
                ),
            };
            let end = (role == "assistant").then(|| json!({ "end": "complete", "reason": "stop" }));
            json!({ "turn": { "role": role, "text": text, "end": end }, "parent": at.checked_sub(1) })
        })
        .collect();
    json!({ "rill": 1, "conversation": { "nodes": nodes } }).to_string()
}

#[e2e::case]
pub async fn the_end_of_a_reply_is_kept_that_ran_when_its_conversation_was_first_written(
    stage: Stage,
) {
    let chat = stage
        .chat(Dialect::OpenAi, "delay=40;tokens=20", "pace=instant")
        .await;
    chat.ask("Hello").await;
    chat.page.reload().await;
    assert_eq!(chat.ended().await.fate(), ("complete", Some("stop")));
}

#[e2e::case]
pub async fn a_reload_brings_the_conversation_back_with_its_branches(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "delay=0;tokens=3", "").await;
    chat.ask("Hello").await;
    chat.ask("And then?").await;
    chat.button("Retry").await;
    chat.page
        .until::<bool>("e2e.every(0, '.branches').length === 1")
        .await;
    chat.ended().await;
    // The first of the two answers is shown, which is not what a tree shows by itself.
    chat.button("Earlier version").await;
    let branch = "e2e.every(0, '.branches')[0]?.innerText.trim().startsWith('1 of 2')";
    chat.page.until::<bool>(branch).await;
    let before = said(&chat).await;
    kept(&chat, "Hello", 4).await;
    // What was switched a moment ago is kept at the latest when the page goes.
    reload(&chat, 4).await;
    assert_eq!(said(&chat).await, before);
    chat.page.until::<bool>(branch).await;
    assert_eq!(
        chat.turns()
            .await
            .last()
            .map(|turn| turn.fate().0.to_owned()),
        Some("complete".to_owned())
    );
    // It goes on where it was, and the server hears all of it.
    chat.ask("Go on").await;
    let log = stage.lab.log();
    let last = crate::talk::chats(&log).last().map(|entry| entry.json());
    let heard = last.map_or(0, |body| body["messages"].as_array().map_or(0, Vec::len));
    assert_eq!(heard, 5);
    kept(&chat, "Hello", 6).await;
    // A new one begins anew, and stays so.
    chat.button("New chat").await;
    chat.page
        .until::<bool>("e2e.every(0, 'article').length === 0")
        .await;
    chat.page.reload().await;
    chat.page
        .until::<bool>("e2e.every(0, '.welcome').some(e2e.visible)")
        .await;
    chat.list().await;
    assert_eq!(titles(&chat, 1).await, ["Hello"]);
    chat.page.click("e2e.every(0, '.kept .title')[0]").await;
    chat.page
        .until::<bool>("e2e.every(0, 'article').length === 6")
        .await;
    chat.page.until::<bool>(branch).await;
}

#[e2e::case]
pub async fn a_reply_that_ran_when_the_page_closed_is_cut_and_can_go_on(stage: Stage) {
    let chat = stage.chat(Dialect::LlamaCpp, STORY, "").await;
    chat.send("Tell me a long story.").await;
    let shown = chat.shows(60).await.text;
    reload(&chat, 2).await;
    let turn = chat.ended().await;
    assert_eq!(turn.fate(), ("cut", Some("page-closed")));
    assert!(
        turn.text.starts_with(shown.trim_end()),
        "all that was shown is there again: {:?} is not the beginning of {:?}",
        shown,
        turn.text
    );
    // As a tab that is closed and opened again.
    let other = turn.text.clone();
    reload(&chat, 2).await;
    assert_eq!(chat.ended().await.text, other);
    chat.button("Continue").await;
    chat.page
        .until::<bool>(&format!(
            "e2e.turn(0, -1).text.length > {}",
            other.len() + 20
        ))
        .await;
    chat.button("Stop").await;
    let turn = chat.ended().await;
    assert!(turn.text.starts_with(other.trim_end()), "{turn:?}");
    assert_eq!(turn.end.as_deref(), Some("stopped"));
}

#[e2e::case]
pub async fn what_the_database_does_not_take_in_time_comes_back_all_the_same(stage: Stage) {
    let chat = stage.chat(Dialect::LlamaCpp, STORY, "").await;
    // As on a busy machine, where the page is gone before it is opened.
    let late = "(IDBDatabase.prototype.transaction = () => { throw new Error('too late'); }, null)";
    let _: Option<Value> = chat.page.js(late).await;
    chat.send("Tell me a long story.").await;
    let shown = chat.shows(60).await.text;
    reload(&chat, 2).await;
    let turn = chat.ended().await;
    assert_eq!(turn.fate(), ("cut", Some("page-closed")));
    assert!(turn.text.starts_with(shown.trim_end()), "{turn:?}");
    // And now it is there.
    kept(&chat, "Tell me a long story.", 2).await;
    reload(&chat, 2).await;
    assert_eq!(chat.ended().await.text, turn.text);
}

/// A browser without locks, as at a plain http address of the local network.
const WITHOUT_LOCKS: &str =
    "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })";

#[e2e::case]
pub async fn without_locks_each_tab_keeps_its_own_conversation(stage: Stage) {
    let chat = stage.chat_with(WITHOUT_LOCKS, "delay=0;tokens=3", "").await;
    chat.ask("In the first tab").await;
    kept(&chat, "In the first tab", 2).await;
    // Another tab of the same person, which the browser makes as a copy of the first: it knows the same conversation.
    let frame = "(async () => {
        const copy = document.createElement('rill-chat');
        for (const { name, value } of e2e.host().attributes) if (name !== 'data-standalone') copy.setAttribute(name, value);
        copy.setAttribute('server', new URLSearchParams(location.search).get('server'));
        copy.setAttribute('kind', 'openai');
        copy.setAttribute('pace', 'instant');
        const mine = Object.keys(sessionStorage).find((key) => key.startsWith('rill.conversation'));
        sessionStorage.setItem(mine + '+', sessionStorage.getItem(mine));
        document.body.append(copy);
    })()";
    let _: Option<Value> = chat.page.js(frame).await;
    let other = Chat {
        page: chat.page.clone(),
        at: 1,
    };
    other
        .page
        .until::<bool>("e2e.turns(1, 'user').length === 1")
        .await;
    let ask = |at: usize, text: &str| {
        format!(
            "(async () => {{
                const ended = new Promise((resolve) => addEventListener('rill-end', resolve, {{ once: true }}));
                e2e.host({at}).send({});
                await ended;
            }})()",
            quote(text)
        )
    };
    // Both go on with it: nothing of the one may get into the other.
    let _: Option<Value> = chat.page.js(&ask(0, "On in the first")).await;
    kept(&chat, "In the first tab", 4).await;
    let _: Option<Value> = chat.page.js(&ask(1, "On in the second")).await;
    let _: Option<Value> = chat.page.js(&ask(1, "And on")).await;
    kept(&chat, "In the first tab", 6).await;
    kept(&chat, "In the first tab", 4).await;
    reload(&chat, 4).await;
    let words = said(&chat).await;
    assert_eq!(words.len(), 4, "{words:?}");
    assert_eq!(words[2], "On in the first");
    // A fresh tab begins anew, and finds both in the list.
    let fresh = chat
        .page
        .js::<Option<Value>>("(sessionStorage.clear(), null)");
    fresh.await;
    chat.page.goto("about:blank").await;
    chat.page.goto(&stage.site.url("?server=demo")).await;
    chat.page
        .until::<bool>("e2e.every(0, '.welcome').some(e2e.visible)")
        .await;
    chat.list().await;
    assert_eq!(
        titles(&chat, 2).await,
        ["In the first tab", "In the first tab"]
    );
}

#[e2e::case]
pub async fn where_nothing_may_be_kept_nothing_is_written(stage: Stage) {
    let chat = stage
        .chat(Dialect::OpenAi, "delay=0;tokens=3", "storage=none")
        .await;
    chat.ask("Hello").await;
    chat.list().await;
    chat.page.says("Nothing is kept here").await;
    // Files can be saved and opened all the same.
    give(&chat, "long.json", &file(4)).await;
    chat.page
        .until::<bool>("e2e.every(0, 'article').length === 4")
        .await;
    let names: Vec<String> = chat.page.js(DATABASES).await;
    assert!(names.is_empty(), "{names:?}");
    let stored: usize = chat
        .page
        .js("localStorage.length + sessionStorage.length")
        .await;
    assert_eq!(stored, 0);
}

#[e2e::case]
pub async fn a_file_that_is_no_conversation_gets_a_sentence(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "delay=0;tokens=3", "").await;
    chat.ask("Hello").await;
    chat.list().await;
    for (text, words) in [
        ("<html>", "page.html is no conversation: it is not JSON."),
        ("{\"rill\": 99}", "was written by a newer Rill"),
        ("[]", "Nobody says anything in page.html"),
    ] {
        give(&chat, "page.html", text).await;
        chat.page
            .until::<bool>(&format!(
                "e2e.every(0, '[role=alert]').some((one) => one.textContent.includes({}))",
                quote(words)
            ))
            .await;
    }
    // What was there stays.
    assert_eq!(said(&chat).await[0], "Hello");
    // What the page writes itself it reads again.
    let own: String = chat.page.js("e2e.host().export()").await;
    give(&chat, "own.json", &own).await;
    chat.page
        .until::<bool>("!e2e.every(0, 'dialog[open]').length")
        .await;
    assert_eq!(said(&chat).await.len(), 2);
    kept(&chat, "Hello", 2).await;
}

#[e2e::case]
pub async fn a_conversation_is_opened_from_the_list_and_deleted(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "delay=0;tokens=3", "").await;
    for question in ["The first", "The second", "The third"] {
        chat.ask(question).await;
        kept(&chat, question, 2).await;
        if question != "The third" {
            chat.button("New chat").await;
        }
    }
    chat.list().await;
    assert_eq!(
        titles(&chat, 3).await,
        ["The third", "The second", "The first"]
    );
    chat.page
        .click("e2e.every(0, '.kept .title').find((title) => title.textContent === 'The first')")
        .await;
    chat.page
        .until::<bool>("e2e.every(0, '.said')[0]?.textContent === 'The first' && !e2e.every(0, 'dialog[open]').length")
        .await;
    // The focus is back where it came from.
    assert_eq!(
        chat.page.js::<String>("e2e.name(e2e.active())").await,
        "Conversations"
    );
    chat.list().await;
    titles(&chat, 3).await;
    let here: Vec<String> = chat
        .page
        .js("e2e.every(0, '.kept [aria-current] .title').map((title) => title.textContent)")
        .await;
    assert_eq!(here, ["The first"]);
    chat.button("Delete: The second").await;
    assert_eq!(titles(&chat, 2).await, ["The third", "The first"]);
    // The focus is where the way back is.
    chat.page
        .until::<bool>("e2e.name(e2e.active()) === 'Undo'")
        .await;
    chat.page.press("Enter", 0).await;
    assert_eq!(titles(&chat, 3).await[1], "The second");
    // The one that is open can go as well; the page begins anew.
    chat.button("Delete: The first").await;
    titles(&chat, 2).await;
    assert!(said(&chat).await.is_empty());
    chat.button("Delete all").await;
    chat.page
        .until::<bool>("e2e.name(e2e.active()) === 'Cancel'")
        .await;
    chat.page
        .click("e2e.every(0, '[role=alertdialog] button').at(-1)")
        .await;
    titles(&chat, 0).await;
    let all: Value = chat.page.js(KEPT).await;
    assert_eq!(all, json!([]));
}

/// Notes every connection to the database that the page opens.
const CONNECTIONS: &str = "
    const open = IDBFactory.prototype.open;
    globalThis.connections = [];
    IDBFactory.prototype.open = function (...all) {
        const request = open.apply(this, all);
        request.addEventListener('success', () => connections.push(request.result));
        return request;
    };
";

#[e2e::case]
pub async fn a_connection_that_the_browser_has_closed_is_opened_anew(stage: Stage) {
    let chat = stage.chat_with(CONNECTIONS, "delay=0;tokens=3", "").await;
    chat.ask("One").await;
    kept(&chat, "One", 2).await;
    // As browsers do to a page that was away.
    let close = "(connections.forEach((one) => one.close()), connections.length)";
    assert!(chat.page.js::<usize>(close).await > 0);
    chat.ask("Two").await;
    kept(&chat, "One", 4).await;
    // Reading opens it as well.
    chat.page.js::<usize>(close).await;
    chat.list().await;
    assert_eq!(titles(&chat, 1).await, ["One"]);
    chat.page.press("Escape", 0).await;
    // Somebody deletes the site's data: nobody is kept waiting, and what is on the page is kept again.
    let delete = "new Promise((done, failed) => {
        const request = indexedDB.deleteDatabase('rill');
        request.onsuccess = () => done(true);
        request.onblocked = () => failed('the page holds it open');
    })";
    assert!(chat.page.js::<bool>(delete).await);
    chat.ask("Three").await;
    kept(&chat, "One", 6).await;
    reload(&chat, 6).await;
    assert_eq!(said(&chat).await.len(), 6);
}

#[e2e::case]
pub async fn an_old_page_gives_way_to_a_newer_one_and_says_so(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "delay=0;tokens=3", "").await;
    chat.ask("One").await;
    kept(&chat, "One", 2).await;
    // A newer version of the page makes another database of it, in another tab.
    let newer = "new Promise((done, failed) => {
        const request = indexedDB.open('rill', 2);
        request.onsuccess = () => (request.result.close(), done(true));
        request.onblocked = () => failed('the page holds it open');
    })";
    assert!(chat.page.js::<bool>(newer).await);
    chat.ask("Two").await;
    chat.page
        .until::<bool>("e2e.every(0, '.notice [role=alert]').some((one) => e2e.visible(one) && one.textContent.includes('newer version'))")
        .await;
    // What was said meanwhile waits for it in this tab.
    chat.page
        .js::<Value>("(dispatchEvent(new Event('pagehide')), null)")
        .await;
    let left: String = chat
        .page
        .js("Object.entries(sessionStorage).find(([name]) => name.endsWith('.left'))?.[1] ?? ''")
        .await;
    assert!(left.contains("Two"), "{left}");
}

#[e2e::case]
pub async fn what_cannot_be_written_is_told_and_written_as_soon_as_it_can_be(stage: Stage) {
    for (broken, words) in [
        (
            "IDBDatabase.prototype.transaction = () => { throw new DOMException('x', 'InvalidStateError'); }",
            "cannot be kept just now",
        ),
        (
            "IDBObjectStore.prototype.put = () => { throw new DOMException('x', 'QuotaExceededError'); }",
            "There is no room left",
        ),
    ] {
        let chat = stage.chat(Dialect::OpenAi, "delay=0;tokens=3", "").await;
        chat.ask("One").await;
        kept(&chat, "One", 2).await;
        let save = "(globalThis.whole = [IDBDatabase.prototype.transaction, IDBObjectStore.prototype.put], null)";
        let _: Option<Value> = chat.page.js(save).await;
        let _: Option<Value> = chat.page.js(&format!("({broken}, null)")).await;
        chat.ask("Two").await;
        let told = format!(
            "e2e.every(0, '.notice [role=alert]').some((one) => e2e.visible(one) && one.textContent.includes({}))",
            quote(words)
        );
        chat.page.until::<bool>(&told).await;
        let picture = format!("unkept-{}.png", words.len());
        chat.page
            .screenshot(&e2e::stage::pictures_folder().join(picture))
            .await;
        // Another conversation begins meanwhile: the one that is left waits as well.
        chat.button("New chat").await;
        chat.ask("Elsewhere").await;
        let mend =
            "([IDBDatabase.prototype.transaction, IDBObjectStore.prototype.put] = whole, null)";
        let _: Option<Value> = chat.page.js(mend).await;
        kept(&chat, "One", 4).await;
        kept(&chat, "Elsewhere", 2).await;
        chat.page
            .until::<bool>("!e2e.every(0, '.notice [role=alert]').length")
            .await;
        let all: Value = chat.page.js(KEPT).await;
        assert_eq!(all.as_array().map(Vec::len), Some(2), "no copies: {all}");
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn a_conversation_that_is_left_while_its_reply_runs_keeps_all_that_came(stage: Stage) {
    let chat = stage.chat(Dialect::LlamaCpp, STORY, "").await;
    chat.send("One").await;
    let shown = chat.shows(60).await.text;
    chat.button("New chat").await;
    let left = stage.lab.logbook().now();
    let closed = stage
        .lab
        .wait_for("the closed connection", |log| {
            crate::talk::chats(log).first()?.ended_at
        })
        .await;
    assert!(closed - left < 1000.0, "{} ms", closed - left);
    chat.send("Two").await;
    let second = chat.shows(60).await.text;
    let open = |title: &'static str| {
        let chat = chat.clone();
        async move {
            chat.list().await;
            let title = format!(
                "e2e.every(0, '.kept .title').find((title) => title.textContent === '{title}')"
            );
            chat.page.click(&title).await;
            chat.page
                .until::<bool>("!e2e.every(0, 'dialog[open]').length && e2e.turns(0, 'assistant').length === 1")
                .await;
            chat.ended().await
        }
    };
    // The second runs while the first is opened from the list, and the other way round.
    for (title, shown) in [("One", &shown), ("Two", &second)] {
        let turn = open(title).await;
        assert_eq!(turn.fate(), ("superseded", None), "{title}");
        assert!(
            turn.text.starts_with(shown.trim_end()),
            "{title}: {shown:?} is not the beginning of {turn:?}"
        );
    }
    chat.page.reload().await;
    let turn = chat.ended().await;
    assert_eq!(turn.fate(), ("superseded", None));
    assert!(turn.text.starts_with(second.trim_end()), "{turn:?}");
}

/// Calls [`hook`] when the page first calls this method of the database, before it is answered.
fn at_call(method: &str) -> String {
    format!(
        "(() => {{
            const [face, name] = {}.split('.');
            const whole = globalThis[face].prototype[name];
            globalThis[face].prototype[name] = function (...all) {{
                globalThis[face].prototype[name] = whole;
                hook();
                return whole.apply(this, all);
            }};
            return null;
        }})()",
        quote(method)
    )
}

#[e2e::case]
pub async fn an_element_that_goes_while_its_conversation_comes_back_goes_quietly(stage: Stage) {
    let page = stage.blank().await;
    page.goto(&stage.site.url("empty.html")).await;
    let server = stage.lab.url(Dialect::OpenAi, "delay=0;tokens=3");
    let make = format!(
        "(async () => {{
            await customElements.whenDefined('rill-chat');
            globalThis.chat = document.createElement('rill-chat');
            chat.style.cssText = 'display:block;height:380px';
            for (const [name, value] of Object.entries({{ server: {}, kind: 'openai', pace: 'instant' }})) chat.setAttribute(name, value);
            return null;
        }})()",
        quote(&server)
    );
    let _: Option<Value> = page.js(&make).await;
    let _: Option<Value> = page.js("(document.body.append(chat), null)").await;
    let chat = Chat { page, at: 0 };
    chat.ask("Hello").await;
    kept(&chat, "Hello", 2).await;
    for method in [
        "IDBFactory.open",
        "IDBObjectStore.get",
        "IDBObjectStore.getAll",
    ] {
        for hook in [
            "chat.remove()",
            "queueMicrotask(() => chat.remove())",
            "setTimeout(() => chat.remove())",
            // Moved within the page: it is the same chat, and has the same conversation.
            "document.body.append(chat)",
        ] {
            let _: Option<Value> = chat.page.js("(chat.remove(), null)").await;
            // Nothing of it is left: what comes back does so from the database.
            chat.page.reload().await;
            let _: Option<Value> = chat.page.js(&make).await;
            let arm = format!(
                "(globalThis.hook = () => {{ globalThis.hooked = true; {hook}; }}, globalThis.hooked = false, {}, document.body.append(chat), null)",
                at_call(method)
            );
            let _: Option<Value> = chat.page.js(&arm).await;
            chat.page.until::<bool>("hooked").await;
            // What was on its way then is over.
            let rest = "new Promise((done) => { const open = indexedDB.open('rill', 1); open.onsuccess = () => { const all = open.result.transaction('turns').objectStore('turns').getAll(); all.onsuccess = () => { open.result.close(); setTimeout(() => done(null), 20); }; }; })";
            let _: Option<Value> = chat.page.js(rest).await;
            let _: Option<Value> = chat
                .page
                .js("(chat.isConnected || document.body.append(chat), null)")
                .await;
            let back = chat
                .page
                .within::<bool>(
                    Duration::from_secs(20),
                    "e2e.every(0, 'article').length === 2",
                )
                .await;
            assert!(
                back.is_some(),
                "{method}, {hook}: {:?}",
                chat.page.complaints().await
            );
        }
    }
    // A listener may take it away in the middle of what it does itself.
    for event in ["rill-send", "rill-delta", "rill-end"] {
        let take = format!(
            "(chat.isConnected || document.body.append(chat), chat.addEventListener('{event}', () => {{ chat.remove(); globalThis.gone = true; }}, {{ once: true }}), globalThis.gone = false, chat.send('On'), null)"
        );
        chat.page
            .until::<bool>("(chat.isConnected || document.body.append(chat), e2e.every(0, 'article').length >= 2)")
            .await;
        let _: Option<Value> = chat.page.js(&take).await;
        chat.page.until::<bool>("gone").await;
    }
    let _: Option<Value> = chat.page.js("(document.body.append(chat), null)").await;
    chat.page
        .until::<bool>("e2e.every(0, 'article').length >= 2")
        .await;
    assert_eq!(chat.ask("And on").await.fate(), ("complete", Some("stop")));
}

/// Notes what is there when the newest turn is seen first, and every task that took the page longer than 50 ms. As soon as the end
/// is in view and there is something to go up to, the reader goes up a little: while the turns above are still being made.
const WATCH: &str = "
    globalThis.opened = { first: null, long: [], place: null };
    new PerformanceObserver((list) => opened.long.push(...list.getEntries().map((one) => one.duration))).observe({ type: 'longtask' });
    const look = () => {
        const turns = e2e.every(0, 'article');
        if (turns.at(-1)?.innerText.includes('1999')) {
            opened.first ??= turns.length;
            const main = e2e.every(0, 'main')[0];
            const turn = turns.find((one) => one.textContent.includes('Answer 1981'));
            if (turn && main.scrollHeight - main.scrollTop - main.clientHeight < 40) {
                turn.scrollIntoView();
                // A reader's own scrolling is told in the same frame.
                main.dispatchEvent(new Event('scroll'));
                opened.place = Math.round(turn.getBoundingClientRect().top);
                return;
            }
        }
        requestAnimationFrame(look);
    };
    look();
";

#[e2e::case]
pub async fn two_thousand_turns_are_opened_without_waiting(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "delay=0;tokens=3", "").await;
    let watch = format!("(() => {{ {WATCH} return null; }})()");
    let _: Option<Value> = chat.page.js(&watch).await;
    chat.list().await;
    give(&chat, "long.json", &file(2_000)).await;
    opened(&chat).await;
    kept(&chat, "Question 0?", 2_000).await;
    // The same out of the store.
    chat.page.at_start(WATCH).await;
    chat.page.reload().await;
    opened(&chat).await;
}

async fn opened(chat: &Chat) {
    let first: usize = chat.page.until("opened.first").await;
    assert!(first <= 64, "{first} turns were made before the first look");
    // The reader reads: what is made meanwhile moves nothing.
    let before: i64 = chat.page.until("opened.place").await;
    // In the end all are there, for those who search: they are made while the machine has nothing else to do, on a busy one slowly.
    let mut made: usize = 0;
    while made < 2000 {
        let more = format!(
            "(() => {{ const made = e2e.every(0, 'article').length; return made > {made} && made; }})()"
        );
        let more = chat.page.within(Duration::from_secs(20), &more).await;
        made = more.unwrap_or_else(|| panic!("{made} turns were made, and no more"));
    }
    assert_eq!(made, 2000);
    let frames = "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(null)))))";
    for _ in 0..3 {
        let _: Option<Value> = chat.page.js(frames).await;
    }
    let after: i64 = chat
        .page
        .js("Math.round(e2e.every(0, 'article').find((one) => one.textContent.includes('Answer 1981')).getBoundingClientRect().top)")
        .await;
    assert!(
        (before - after).abs() <= 2,
        "the reader's place moved from {before} to {after}"
    );
    let wrong: Vec<String> = chat
        .page
        .js("e2e.every(0, 'article').flatMap((turn, at) => turn.textContent.includes(`${at % 2 ? 'Answer' : 'Question'} ${at}`) ? [] : [`${at}: ${turn.textContent}`])")
        .await;
    assert_eq!(wrong, [""; 0]);
    // What is far from view is not drawn.
    let drawn: usize = chat
        .page
        .js("e2e.every(0, 'article').filter((turn) => turn.checkVisibility({ contentVisibilityAuto: true })).length")
        .await;
    assert!(drawn <= 200, "{drawn} turns are drawn");
    // At the top stands the first.
    let _: Option<Value> = chat
        .page
        .js("(e2e.every(0, 'main')[0].scrollTop = 0, null)")
        .await;
    chat.page
        .until::<bool>("(() => { const box = e2e.every(0, 'article')[0].getBoundingClientRect(); return box.top >= 0 && box.top < 300 && e2e.every(0, 'article')[0].checkVisibility({ contentVisibilityAuto: true }); })()")
        .await;
    let long: Vec<f64> = chat.page.js("opened.long").await;
    println!("tasks over 50 ms while 2,000 turns were opened: {long:?}");
    let _: Option<Value> = chat
        .page
        .js("(opened.first = null, opened.long.length = 0, null)")
        .await;
}
