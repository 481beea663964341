//! The page without its host: it starts all the same, takes a new build whole, and leaves model servers alone. And the texts that its
//! address begins a message with.

use crate::talk::STORY;
use e2e::page::quote;
use e2e::{Chat, Stage};
use lab::{Dialect, StaticSite, percent_encode};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use support::files;

/// `true` once the browser keeps the page, and the page has its parts from there.
const READY: &str = "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller ?? new Promise((done) => {
    navigator.serviceWorker.addEventListener('controllerchange', done, { once: true });
})).then(() => true)";

/// The names of what is kept, each with the addresses below it.
const KEPT: &str = "(async () => {
    const all = {};
    for (const name of await caches.keys()) {
        const keys = await (await caches.open(name)).keys();
        all[name] = keys.map(({ url }) => new URL(url).pathname);
    }
    return all;
})()";

/// Asks for the host's newest build, and waits until it is kept or given up; gives what became of its worker. The browser asks by itself
/// as well, whenever it likes: where it was first, nothing comes of it here.
const UPDATE: &str = "navigator.serviceWorker.ready.then(async (known) => {
    const end = (worker) => new Promise((done) => {
        const look = () => ['activated', 'redundant'].includes(worker.state) && done(worker.state);
        worker.addEventListener('statechange', look);
        look();
    });
    const next = () => known.installing ?? known.waiting;
    const found = new Promise((done) => known.addEventListener('updatefound', () => done(next()), { once: true }));
    const worker = next() ?? (await Promise.race([found, known.update().then(next)]));
    return worker ? end(worker) : 'nothing';
})";

/// Asks for the newest build until this one is kept.
async fn takes(chat: &Chat, build: &str) {
    let taken = format!(
        "{UPDATE}.then(async (became) => became !== 'redundant' && JSON.stringify(await {KEPT}).includes('{build}'))"
    );
    chat.page.until::<bool>(&taken).await;
}

/// The parts that the page has loaded, by the folder of their build.
const BUILDS: &str = "[...new Set(performance.getEntriesByType('resource').flatMap(({ name }) => name.match(/app-[0-9a-f]{16}/) ?? []))]";

/// The second half of the page has come, from whichever build.
const WHOLE: &str = "performance.getEntriesByType('resource').some(({ name, responseEnd }) => name.includes('split_later') && responseEnd > 0)";

/// A code block has its colours.
const COLOURED: &str = "e2e.every(0, '.answer pre code span').length > 3";

/// A host of the built page, whose files can be changed.
struct Host {
    site: StaticSite,
    folder: tempfile::TempDir,
}

impl Host {
    async fn start() -> Host {
        let folder = tempfile::tempdir().expect("a folder");
        let dist = Stage::dist().expect("a built page");
        for file in files(&dist).expect("its files") {
            let ending = file.extension().and_then(|ending| ending.to_str());
            if !matches!(ending, Some("br" | "gz")) {
                let name = file.strip_prefix(&dist).expect("a file of it");
                write(&folder.path().join(name), &fs::read(&file).expect("a file"));
            }
        }
        let site = StaticSite::of(folder.path())
            .under("/chat/")
            .page(
                "theirs.html",
                "<!doctype html><title>Theirs</title><script type=\"module\" src=\"rill.js\"></script><rill-chat style=\"height: 600px\" server=\"demo\" storage=\"none\"></rill-chat>",
            )
            .start()
            .await
            .expect("a host");
        Host { site, folder }
    }

    /// The folder of the build's parts.
    fn build(&self) -> String {
        let entries = fs::read_dir(self.folder.path()).expect("a folder");
        let mut names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        names.find(|name| name.starts_with("app-")).expect("parts")
    }

    /// Puts another build, with another title, in the place of the one that is there; gives the name of its folder.
    fn renew(&self) -> String {
        let old = self.build();
        let new = format!("app-{:016x}", 7);
        let path = |name: &str| self.folder.path().join(name);
        fs::rename(path(&old), path(&new)).expect("parts that can be moved");
        for name in ["index.html", "rill.js", "sw.js"] {
            let text = fs::read_to_string(path(name)).expect(name);
            let text = text.replace(&old, &new);
            write(
                &path(name),
                text.replace("<title>Rill</title>", "<title>Rill, anew</title>")
                    .as_bytes(),
            );
        }
        new
    }

    fn part(&self, name: &str) -> PathBuf {
        self.folder.path().join(self.build()).join(name)
    }

    /// Opens the page, and waits until one can write.
    async fn open(&self, stage: &Stage, query: &str) -> Chat {
        let page = stage.blank().await;
        page.goto(&self.site.url(&format!("?{query}"))).await;
        let chat = Chat { page, at: 0 };
        let field = format!("!!{}", chat.find("textbox", "Message"));
        chat.page.until::<bool>(&field).await;
        chat
    }
}

fn write(to: &Path, bytes: &[u8]) {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).expect("a folder");
    }
    fs::write(to, bytes).expect("a file that can be written");
}

/// A query for a server that answers with code.
fn with_code(stage: &Stage) -> String {
    let text = percent_encode("```rust\nfn main() { let x = 1; }\n```\n\nDone.");
    stage.query(Dialect::OpenAi, &format!("delay=0;text={text}"), "")
}

#[e2e::case]
pub async fn the_page_starts_without_its_host(stage: Stage) {
    let host = Host::start().await;
    // An element on somebody's page keeps nothing.
    let theirs = stage.blank().await;
    theirs.goto(&host.site.url("theirs.html")).await;
    theirs
        .until::<bool>("e2e.every(0, 'textarea').some(e2e.visible)")
        .await;
    let workers = "navigator.serviceWorker.getRegistrations().then((all) => all.length)";
    assert_eq!(theirs.js::<usize>(workers).await, 0);
    theirs.close().await;

    let chat = host.open(&stage, &with_code(&stage)).await;
    assert!(chat.page.js::<bool>(READY).await);
    drop(host);
    // The second half, and the worker for code, were never asked for before.
    assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
    chat.reload().await;
    assert_eq!(chat.ask("Again").await.fate(), ("complete", Some("stop")));
    chat.page.until::<bool>(COLOURED).await;
    assert_eq!(chat.turns().await.len(), 2);
}

#[e2e::case]
pub async fn a_language_that_was_spoken_once_is_there_without_the_host(stage: Stage) {
    let host = Host::start().await;
    let chat = host.open(&stage, "server=demo&lang=en").await;
    assert!(chat.page.js::<bool>(READY).await);
    chat.page.goto(&host.site.url("?server=demo&lang=nl")).await;
    let spoken = "e2e.root()?.querySelector('.rill')?.lang === 'nl' && e2e.every(0, 'textarea').some(e2e.visible)";
    chat.page.until::<bool>(spoken).await;
    let kept = format!(
        "{KEPT}.then((all) => Object.values(all).flat().filter((path) => path.includes('/locales/')).map((path) => path.split('/').at(-1)).join())"
    );
    let languages = |expect: &str| format!("{kept}.then((kept) => kept === {})", quote(expect));
    chat.page.until::<bool>(&languages("nl.json")).await;
    // A new build brings it along.
    let old = host.build();
    let new = host.renew();
    takes(&chat, &new).await;
    chat.page.until::<bool>(&languages("nl.json,nl.json")).await;
    drop(host);
    chat.page.reload().await;
    chat.page.until::<bool>(spoken).await;
    let builds: Vec<String> = chat.page.js(BUILDS).await;
    assert!(!builds.contains(&old), "{builds:?}");
}

#[e2e::case]
pub async fn a_new_build_is_taken_whole_and_at_the_next_load(stage: Stage) {
    let host = Host::start().await;
    let old = host.build();
    let query = stage.query(Dialect::LlamaCpp, STORY, "");
    let chat = host.open(&stage, &query).await;
    assert!(chat.page.js::<bool>(READY).await);
    chat.reload().await;

    // A build of which a part is missing yet, as while it is being put up.
    let new = host.renew();
    let missing = host.part("split_later.wasm");
    let bytes = fs::read(&missing).expect("the second half");
    fs::remove_file(&missing).expect("a part that can be removed");
    let given_up = format!("{UPDATE}.then((became) => became === 'redundant')");
    chat.page.until::<bool>(&given_up).await;
    let kept: Value = chat.page.js(KEPT).await;
    assert!(!kept.to_string().contains(&new), "{kept}");
    chat.reload().await;
    assert_eq!(chat.page.js::<String>("document.title").await, "Rill");
    assert_eq!(
        chat.page.js::<Vec<String>>(BUILDS).await,
        std::slice::from_ref(&old)
    );

    // All of it is there, while a reply runs: which goes on, and the page has what it had not loaded yet from its own build.
    chat.send("Tell me a long story.").await;
    let shown = chat.shows(40).await.text;
    write(&missing, &bytes);
    takes(&chat, &new).await;
    let turn = chat.shows(shown.len() + 20).await;
    assert_eq!(turn.end.as_deref(), Some("running"));
    let worker = format!("fetch('{old}/annex.js').then(({{ ok }}) => ok)");
    assert!(chat.page.js::<bool>(&worker).await);
    assert_eq!(
        chat.page.js::<Vec<String>>(BUILDS).await,
        std::slice::from_ref(&old)
    );
    chat.button("Stop").await;
    chat.ended().await;

    // The next load is of the new one, and of nothing else; then nobody needs the old one.
    chat.reload().await;
    assert_eq!(chat.page.js::<String>("document.title").await, "Rill, anew");
    assert_eq!(
        chat.page.js::<Vec<String>>(BUILDS).await,
        std::slice::from_ref(&new)
    );
    chat.page.until::<bool>(WHOLE).await;
    chat.reload().await;
    let gone = format!(
        "(async () => {{
            for (;;) {{
                if (!(await caches.keys()).some((name) => name.includes('{old}'))) return true;
                await new Promise((done) => requestAnimationFrame(done));
            }}
        }})()"
    );
    assert!(chat.page.js::<bool>(&gone).await);
    assert_eq!(chat.page.js::<String>("document.title").await, "Rill, anew");
}

#[e2e::case]
pub async fn a_model_server_on_the_same_host_is_left_alone(stage: Stage) {
    let host = Host::start().await;
    // Below the page's own folder, where the worker hears of each request.
    let server = stage.lab.url(Dialect::OpenAi, "delay=0;tokens=3");
    host.site.proxy("/chat/llm", &server);
    let query = "server=/chat/llm&kind=openai&pace=instant";
    let chat = host.open(&stage, query).await;
    assert!(chat.page.js::<bool>(READY).await);
    chat.reload().await;
    let is_heard = "!!navigator.serviceWorker.controller";
    assert!(chat.page.js::<bool>(is_heard).await);
    let count = |word: &str| {
        let asked = host.site.asked();
        asked.iter().filter(|path| path.contains(word)).count()
    };
    for round in 1..=2 {
        assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
        assert_eq!(count("/chat/llm/v1/chat/completions"), round);
    }
    let models = count("/chat/llm/v1/models");
    let ask = "fetch('/chat/llm/v1/models').then((answer) => answer.text())";
    let _: String = chat.page.js(ask).await;
    let _: String = chat.page.js(ask).await;
    assert_eq!(count("/chat/llm/v1/models"), models + 2);
    let kept: Value = chat.page.js(KEPT).await;
    let all = kept.as_object().expect("what is kept");
    assert_eq!(all.len(), 1, "{kept}");
    let paths = all.values().flat_map(|all| all.as_array().expect("paths"));
    for path in paths.filter_map(Value::as_str) {
        let is_ours = path == "/chat/"
            || path.starts_with(&format!("/chat/{}/", host.build()))
            || path.starts_with("/chat/open-page/");
        assert!(is_ours, "{path}");
    }
}

#[e2e::case]
pub async fn the_address_begins_the_next_message(stage: Stage) {
    let value = |chat: &Chat| format!("{}.value", chat.find("textbox", "Message"));
    let query = |more: &str| stage.query(Dialect::OpenAi, "delay=0;tokens=3", more);
    let chat = stage.open(&query("q=Why%3F+And%0Ahow%3F&lang=en")).await;
    let begun = format!("{} === {}", value(&chat), quote("Why? And\nhow?"));
    chat.page.until::<bool>(&begun).await;
    // Nothing is sent before the person does, and a reload brings nothing twice.
    assert_eq!(
        stage
            .lab
            .log()
            .iter()
            .filter(|one| one.method == "POST")
            .count(),
        0
    );
    let address = chat.page.address().await;
    assert!(
        address.contains("lang=en") && !address.contains("q="),
        "{address}"
    );
    chat.page.press("Enter", 0).await;
    assert_eq!(chat.ended().await.fate(), ("complete", Some("stop")));
    chat.reload().await;
    let empty = format!(
        "{} === '' && e2e.turns(0, 'user').length === 1",
        value(&chat)
    );
    chat.page.until::<bool>(&empty).await;

    // What another program shares comes below what was written.
    chat.focus().await;
    chat.page.insert("Read this:").await;
    let shared =
        "title=Rivers&text=They+bend.+https%3A%2F%2Fa.test%2Fx&url=https%3A%2F%2Fa.test%2Fx";
    chat.page
        .goto(&stage.site.url(&format!("?{}", query(shared))))
        .await;
    let text = "Read this:\n\nRivers\nThey bend. https://a.test/x";
    let begun = format!("{} === {}", value(&chat), quote(text));
    chat.page.until::<bool>(&begun).await;
}
