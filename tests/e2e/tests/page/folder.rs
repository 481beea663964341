//! A folder of the person's own: conversations stand there as files, and what another device wrote comes here. The origin's own file system
//! stands for the folder that a person would choose; its handles are real ones.

use e2e::page::quote;
use e2e::{Chat, Stage};
use serde_json::Value;

/// What a person answers who chooses a folder, and is asked again: yes. The browser forgets the answer where `allowed` is taken away.
const FOLDER: &str = "
    globalThis.showDirectoryPicker = async () => {
        sessionStorage.allowed = 1;
        return navigator.storage.getDirectory();
    };
    FileSystemHandle.prototype.queryPermission = async () => (sessionStorage.allowed ? 'granted' : 'prompt');
    FileSystemHandle.prototype.requestPermission = async () => {
        sessionStorage.allowed = 1;
        return 'granted';
    };
    globalThis.files = async () => {
        const all = {};
        const folder = await navigator.storage.getDirectory();
        for await (const [name, one] of folder.entries()) {
            try {
                all[name] = await (await one.getFile()).text();
            } catch {
                // It is being written.
            }
        }
        return all;
    };
    globalThis.texts = (file) => {
        try {
            return JSON.parse(file).conversation.nodes.map(({ turn }) => turn.text);
        } catch {
            return [];
        }
    };
    globalThis.put = async (name, text) => {
        const folder = await navigator.storage.getDirectory();
        const stream = await (await folder.getFileHandle(name, { create: true })).createWritable();
        await stream.write(text);
        await stream.close();
    };
    globalThis.patient = async (look) => {
        for (let looks = 0; looks < 200; looks += 1) {
            const found = await look();
            if (found) return found;
            await new Promise((done) => setTimeout(done, 50));
        }
        return JSON.stringify(await files());
    };
";

/// Waits until a file of the page's own holds turns with these texts, in this order; gives its name.
async fn stands(chat: &Chat, wanted: &[&str]) -> String {
    let wanted = serde_json::to_string(wanted).expect("a list of words");
    let look = format!(
        "patient(async () => {{
            const wanted = {wanted};
            const all = Object.entries(await files());
            const found = all.find(([name, file]) => {{
                const said = texts(file).filter((text) => wanted.includes(text));
                return name.endsWith('.json') && !name.includes('(conflict)') && String(said) === String(wanted);
            }});
            return found && {{ name: found[0] }};
        }})"
    );
    let found: Value = chat.page.js(&look).await;
    match found["name"].as_str() {
        Some(name) => name.to_owned(),
        None => panic!("{wanted} is in no file: {found}"),
    }
}

/// Writes a copy of a file as another device would, with one more turn behind the turn of that number.
async fn written_elsewhere(chat: &Chat, from: &str, to: &str, behind: usize, text: &str) {
    let script = format!(
        "(async () => {{
            const file = JSON.parse((await files())[{}]);
            file.conversation.nodes.push({{ turn: {{ role: 'user', text: {} }}, parent: {behind}, children: [], chosen: 0 }});
            await put({}, JSON.stringify(file));
            return null;
        }})()",
        quote(from),
        quote(text),
        quote(to)
    );
    let _: Value = chat.page.js(&script).await;
}

/// Has the page look, as when somebody comes back to it.
async fn come_back(chat: &Chat) {
    let _: Value = chat
        .page
        .js("(document.dispatchEvent(new Event('visibilitychange')), null)")
        .await;
}

async fn shows(chat: &Chat, text: &str) {
    let shows = format!(
        "e2e.every(0, 'article').some((turn) => turn.textContent.includes({}))",
        quote(text)
    );
    chat.page.until::<bool>(&shows).await;
}

/// A chat with one question and its answer, whose conversations are kept in a folder; gives the name of the file too.
async fn kept_in_folder(stage: &Stage) -> (Chat, String) {
    let chat = stage.chat_with(FOLDER, "delay=0;text=So.", "lang=en").await;
    chat.ask("Hello").await;
    chat.list().await;
    // The last that comes; nothing moves after it.
    chat.page.says("In use: ").await;
    chat.button("Keep in a folder…").await;
    chat.page
        .says("All conversations are kept in the folder")
        .await;
    let name = stands(&chat, &["Hello", "So."]).await;
    assert!(
        name.starts_with("Hello ") && name.ends_with(".json"),
        "{name}"
    );
    chat.page.says("Last written: ").await;
    (chat, name)
}

#[e2e::case]
pub async fn conversations_stand_in_a_folder_and_come_from_it(stage: Stage) {
    let (chat, name) = kept_in_folder(&stage).await;
    chat.close_dialog().await;
    chat.ask("And then?").await;
    assert_eq!(
        stands(&chat, &["Hello", "So.", "And then?", "So."]).await,
        name
    );
    // Another device goes on with it.
    written_elsewhere(&chat, &name, &name, 3, "From there").await;
    come_back(&chat).await;
    shows(&chat, "From there").await;
    // Both write at once: each gets a branch, and nothing is written over.
    written_elsewhere(&chat, &name, &name, 1, "Aside").await;
    chat.ask("Third?").await;
    let both = ["Hello", "And then?", "From there", "Aside", "Third?"];
    let both_here = ["Hello", "And then?", "From there", "Third?", "Aside"];
    let said = format!(
        "patient(async () => {{
            const said = texts((await files())[{}]).filter((text) => text !== 'So.');
            const wanted = {:?};
            return wanted.every((text) => said.includes(text)) && said;
        }})",
        quote(&name),
        both
    );
    let said: Value = chat.page.js(&said).await;
    let said: Vec<&str> = said
        .as_array()
        .expect("turns")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(said == both || said == both_here, "{said:?}");
    // What is shown stayed, and the other branch is beside it.
    shows(&chat, "Third?").await;
    chat.page
        .until::<bool>("e2e.every(0, '.branches').length === 1")
        .await;
}

#[e2e::case]
pub async fn a_folder_is_asked_for_again_after_a_reload_with_one_click(stage: Stage) {
    let (chat, name) = kept_in_folder(&stage).await;
    // A browser asks again, and this page does not write before it is allowed to.
    let _: Value = chat.page.js("(delete sessionStorage.allowed, null)").await;
    chat.page.reload().await;
    shows(&chat, "Hello").await;
    chat.page.says("The browser wants to ask you again").await;
    chat.ask("Later").await;
    let before: Value = chat.page.js("files()").await;
    assert!(!before[&name].to_string().contains("Later"), "{before}");
    chat.button("Allow again").await;
    chat.page.hides("The browser wants to ask you again").await;
    assert_eq!(stands(&chat, &["Hello", "So.", "Later", "So."]).await, name);
    // Another reload asks for nothing.
    chat.page.reload().await;
    shows(&chat, "Later").await;
    chat.ask("At last").await;
    stands(&chat, &["Hello", "So.", "Later", "So.", "At last", "So."]).await;
}

#[e2e::case]
pub async fn copies_of_a_sync_program_are_read_and_what_cannot_be_read_stays(stage: Stage) {
    let (chat, name) = kept_in_folder(&stage).await;
    let copy = name.replace(".json", " (conflict).json");
    written_elsewhere(&chat, &name, &copy, 1, "From the copy").await;
    let other = r#"{"rill":1,"id":"FROMELSEWHERE","title":"Brooks","conversation":{"nodes":[{"turn":{"role":"user","text":"Which brook?"}}]}}"#;
    let put = format!(
        "Promise.all([put('Brooks.json', {}), put('broken.json', '{{\"rill\":1,\"conv')]).then(() => null)",
        quote(other)
    );
    let _: Value = chat.page.js(&put).await;
    come_back(&chat).await;
    shows(&chat, "From the copy").await;
    chat.page.says("broken.json stays as it is").await;
    // The turn of the copy is in the conversation's own file; the copy and what cannot be read stay.
    assert_eq!(
        stands(&chat, &["Hello", "So.", "From the copy"]).await,
        name
    );
    let broken: String = chat
        .page
        .js("files().then((all) => all['broken.json'])")
        .await;
    assert_eq!(broken, "{\"rill\":1,\"conv");
    chat.page
        .until::<bool>(
            "e2e.every(0, '.kept .title').some((title) => title.textContent === 'Brooks')",
        )
        .await;
    chat.button("Stop using the folder").await;
    chat.page
        .until::<bool>(&format!("!!{}", chat.find("button", "Keep in a folder…")))
        .await;
    let left: Value = chat.page.js("files()").await;
    assert_eq!(left.as_object().map(|all| all.len()), Some(4), "{left}");
}

#[e2e::case]
pub async fn a_browser_without_folders_says_what_there_is_instead(stage: Stage) {
    let none =
        "delete globalThis.showDirectoryPicker; delete Window.prototype.showDirectoryPicker;";
    let chat = stage.chat_with(none, "delay=0;text=So.", "lang=en").await;
    chat.ask("Hello").await;
    chat.list().await;
    chat.page
        .says("This browser lets no page keep conversations in a folder. “Save all (ZIP)” takes them along.")
        .await;
    let offers = format!("!!{}", chat.find("button", "Keep in a folder…"));
    assert!(!chat.page.js::<bool>(&offers).await);
}
