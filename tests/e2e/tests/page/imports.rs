//! Files of other programs: every sample comes out as its table says, nothing is there twice, and nothing is written unasked.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use e2e::page::quote;
use e2e::{Chat, Stage};
use lab::Dialect;
use serde_json::{Value, json};

use crate::conversations::{kept, titles};
use crate::list::records;

/// A file that is given to the page.
pub type Given<'a> = (&'a str, &'a [u8]);

/// Files as the page's own JavaScript makes them.
fn files(files: &[Given]) -> String {
    let file = |(name, bytes): &Given| {
        let bytes = quote(&STANDARD.encode(bytes));
        format!(
            "data.items.add(new File([Uint8Array.from(atob({bytes}), (c) => c.charCodeAt(0))], {}));",
            quote(name)
        )
    };
    let files: String = files.iter().map(file).collect();
    format!("const data = new DataTransfer(); {files}")
}

/// Gives files to the button of the list, and waits until they are looked at.
pub async fn choose(chat: &Chat, given: &[Given<'_>]) {
    hand_over(chat, &files(given)).await;
    seen(chat, given.len()).await;
}

/// Gives the files of a script that makes `data` to the button of the list.
async fn hand_over(chat: &Chat, data: &str) {
    let choose = format!(
        "(() => {{
            const field = e2e.every(0, 'dialog[open] input[type=file]').find((one) => e2e.name(one) === 'Import files');
            if (!field) return false;
            {data}
            field.files = data.files;
            field.dispatchEvent(new Event('change', {{ bubbles: true }}));
            return true;
        }})()"
    );
    chat.page.until::<bool>(&choose).await;
}

/// Waits until so many files are looked at; gives the words on each.
async fn seen(chat: &Chat, count: usize) -> Vec<String> {
    let rows = "e2e.every(0, '.brought [data-import]')";
    chat.page
        .until::<bool>(&format!("{rows}.length === {count}"))
        .await;
    chat.page
        .js(&format!("{rows}.map((row) => row.innerText)"))
        .await
}

/// Writes what is new, and closes the dialog of the import.
async fn import(chat: &Chat, count: usize) {
    chat.button("Import").await;
    let conversations = if count == 1 {
        "conversation"
    } else {
        "conversations"
    };
    chat.page
        .until::<bool>(&format!(
            "e2e.every(0, '[data-import=done]').some((one) => one.innerText === '{count} {conversations} imported')"
        ))
        .await;
    close(chat).await;
}

async fn close(chat: &Chat) {
    chat.page
        .click("e2e.every(0, '.import .ways button').at(-1)")
        .await;
    chat.page
        .until::<bool>("!e2e.every(0, '.import').length")
        .await;
}

/// Takes everything out of the database, so that the next sample stands alone.
const FORGET: &str = "new Promise((resolve) => {
    const open = indexedDB.open('rill');
    open.onsuccess = () => {
        const stores = ['conversations', 'turns'];
        const all = open.result.transaction(stores, 'readwrite');
        stores.forEach((name) => all.objectStore(name).clear());
        all.oncomplete = () => (open.result.close(), resolve(true));
    };
})";

/// A sample: its folder, its file, and the row of the table for it.
fn samples() -> Vec<(String, PathBuf, Value)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/imports");
    let mut samples = Vec::new();
    for folder in std::fs::read_dir(root).expect("the samples") {
        let folder = folder.expect("a folder").path();
        let table = std::fs::read_to_string(folder.join("expected.json")).expect("a table");
        let table: Value = serde_json::from_str(&table).expect("JSON");
        for row in table["cases"].as_array().expect("cases") {
            let file = row["file"].as_str().expect("a file");
            samples.push((file.to_owned(), folder.join(file), row.clone()));
        }
    }
    samples.sort_by(|one, other| one.1.cmp(&other.1));
    samples
}

/// What the table says of a conversation, as the page's own file says it.
fn told(title: &str, file: &Value, expect: &Value) -> Value {
    let conversation = &file["conversation"];
    let nodes = conversation["nodes"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let at = |list: &Value, at: &Value| list[at.as_u64().unwrap_or(0) as usize].as_u64();
    let mut path: Vec<&Value> = Vec::new();
    let mut next = at(&conversation["roots"], &conversation["chosen_root"]);
    while let Some(node) = next.and_then(|id| nodes.get(id as usize)) {
        path.push(&node["turn"]);
        next = at(&node["children"], &node["chosen"]);
    }
    let said = |turn: &&Value| {
        let words = |name: &str| turn[name].as_str().unwrap_or_default().trim().to_owned();
        let mut row = vec![words("role"), words("text")];
        row.extend(Some(words("reasoning")).filter(|thinking| !thinking.is_empty()));
        json!(row)
    };
    let is_leaf = |node: &&Value| node["children"].as_array().is_none_or(Vec::is_empty);
    let images = |node: &Value| node["turn"]["images"].as_array().map_or(0, Vec::len);
    let system = conversation["system"].as_str();
    let mut contains = expect["system_contains"].as_array().cloned();
    if let Some(parts) = &mut contains {
        parts.retain(|part| {
            system
                .unwrap_or_default()
                .contains(part.as_str().unwrap_or("?"))
        });
    }
    let first = path.first().filter(|turn| turn["role"] == "user");
    let first = first
        .and_then(|turn| turn["text"].as_str())
        .unwrap_or_default();
    json!({
        // What has no title of its own is called by its first words.
        "title": if expect["title"].is_null() && (title == first || title == "Without words") { Value::Null } else { json!(title) },
        "path": path.iter().map(said).collect::<Vec<_>>(),
        "turns": nodes.len(),
        "leaves": nodes.iter().filter(is_leaf).count(),
        "system": system,
        "system_contains": contains,
        "times": path.iter().map(|turn| turn["time"].clone()).collect::<Vec<_>>(),
        "models": path.iter().map(|turn| turn["model"].clone()).collect::<Vec<_>>(),
        "images": nodes.iter().map(images).sum::<usize>(),
    })
}

/// The first field of the table that is otherwise.
fn differs(expect: &Value, found: &Value) -> Option<String> {
    let fields = expect.as_object()?;
    let wrong = fields.iter().find(|(name, value)| found[*name] != **value);
    wrong.map(|(name, value)| format!("{name} is {}, not {value}", found[name]))
}

/// Every conversation of the list: its title there, and the file that the page makes of it.
async fn listed(chat: &Chat, count: usize) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for at in 0..count {
        let title = titles(chat, count).await.remove(at);
        let before: String = chat.page.js("e2e.host().export()").await;
        chat.page
            .click(&format!("e2e.every(0, '.kept .title')[{at}]"))
            .await;
        chat.page
            .until::<bool>("!e2e.every(0, 'dialog[open]').length")
            .await;
        let file: String = chat
            .page
            .until(&format!(
                "(() => {{ const file = e2e.host().export(); return file !== {} && file; }})()",
                quote(&before)
            ))
            .await;
        all.push((title, serde_json::from_str(&file).expect("JSON")));
        chat.list().await;
    }
    all
}

#[e2e::case]
pub async fn every_sample_is_imported_as_its_table_says(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "delay=0;tokens=3", "").await;
    let mut wrong = Vec::new();
    for (name, path, row) in samples() {
        let bytes = std::fs::read(&path).expect("a sample");
        let expect = row["conversations"].as_array().cloned().unwrap_or_default();
        chat.list().await;
        choose(&chat, &[(&name, &bytes)]).await;
        let format: Value = chat
            .page
            .js("e2e.every(0, '[data-import=seen]').map((one) => one.dataset.format)[0] ?? null")
            .await;
        assert_eq!(format, row["format"], "{name}");
        import(&chat, expect.len()).await;
        let found = listed(&chat, expect.len()).await;
        for expect in &expect {
            let differences: Vec<String> = found
                .iter()
                .map(|(title, file)| {
                    differs(expect, &told(title, file, expect)).unwrap_or_default()
                })
                .collect();
            if differences.iter().all(|difference| !difference.is_empty()) {
                wrong.push(format!("{}: {}", path.display(), differences.join(" | ")));
            }
        }
        // The same once more: all is here.
        choose(&chat, &[(&name, &bytes)]).await;
        let words = seen(&chat, 1).await.concat();
        let known = format!("here already: {}", expect.len());
        if !words.contains(&known) || words.contains("new:") {
            wrong.push(format!("{}, again: {words}", path.display()));
        }
        close(&chat).await;
        chat.page.press("Escape", 0).await;
        chat.page
            .until::<bool>("!e2e.every(0, 'dialog[open]').length")
            .await;
        chat.button("New chat").await;
        chat.page
            .until::<bool>("e2e.every(0, 'article').length === 0")
            .await;
        let _: bool = chat.page.js(FORGET).await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A conversation as Open WebUI's server and others list it.
fn conversation(id: &str, title: &str, text: &str, updated: u64) -> String {
    json!([{
        "uuid": id, "name": title, "updated_at": format!("2026-01-01T00:00:{updated:02}Z"),
        "chat_messages": [
            { "uuid": format!("{id}1"), "sender": "human", "text": "Where does the river go?" },
            { "uuid": format!("{id}2"), "sender": "assistant", "text": text }
        ]
    }])
    .to_string()
}

#[e2e::case]
pub async fn several_files_are_looked_at_before_anything_is_written(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "delay=0;tokens=3", "").await;
    chat.list().await;
    let one = conversation("a", "The river", "To the sea.", 1);
    let newer = conversation("a", "The river", "To the sea, at last.", 2);
    let other = conversation("b", "The lake", "Nowhere.", 1);
    let given: [Given; 4] = [
        ("one.json", one.as_bytes()),
        ("newer.json", newer.as_bytes()),
        ("other.json", other.as_bytes()),
        ("broken.json", b"{\"a\":1,]}"),
    ];
    choose(&chat, &given).await;
    let words = seen(&chat, 4).await;
    assert!(words[0].contains("twice in these files (1)"), "{words:?}");
    assert!(
        words[1].contains("Claude · conversations: 1 · turns: 2\n\nnew: 1")
            || words[1].contains("new: 1"),
        "{words:?}"
    );
    assert_eq!(words[3].trim(), "broken.json: this is not JSON (byte 7)");
    // Nothing is written before the person says so, and Cancel writes nothing.
    chat.button("Cancel").await;
    chat.page
        .until::<bool>("!e2e.every(0, '.import').length")
        .await;
    titles(&chat, 0).await;
    choose(&chat, &given).await;
    import(&chat, 2).await;
    let found = listed(&chat, 2).await;
    let said = |title: &str| {
        let (_, file) = found.iter().find(|(found, _)| found == title)?;
        Some(file["conversation"]["nodes"][1]["turn"]["text"].clone())
    };
    assert_eq!(said("The river"), Some(json!("To the sea, at last.")));
    assert_eq!(said("The lake"), Some(json!("Nowhere.")));
    // An older state changes nothing; a newer one takes its place.
    choose(&chat, &[("one.json", one.as_bytes())]).await;
    assert!(seen(&chat, 1).await[0].contains("here already: 1"));
    chat.page.says("There is nothing new").await;
    close(&chat).await;
    let newest = conversation("a", "The river", "Home.", 3);
    choose(&chat, &[("newest.json", newest.as_bytes())]).await;
    assert!(seen(&chat, 1).await[0].contains("newer than here: 1"));
    import(&chat, 1).await;
    let found = listed(&chat, 2).await;
    let texts: Vec<&Value> = found
        .iter()
        .map(|(_, file)| &file["conversation"]["nodes"][1]["turn"]["text"])
        .collect();
    assert!(texts.contains(&&json!("Home.")), "{texts:?}");
}

/// Everything that the database holds of conversations, by its names.
const STORED: &str = "new Promise((resolve) => {
    const open = indexedDB.open('rill', 1);
    open.onsuccess = () => {
        const work = open.result.transaction(['conversations', 'turns']);
        const all = ['conversations', 'turns'].map((name) => {
            const store = work.objectStore(name);
            return [store.getAllKeys(), store.getAll()];
        });
        work.oncomplete = () => { open.result.close(); resolve(JSON.stringify(all.map((one) => one.map((asked) => asked.result)))); };
    };
})";

#[e2e::case]
pub async fn an_import_that_is_cancelled_halfway_leaves_everything_as_it_was(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "delay=0;tokens=3", "").await;
    chat.list().await;
    let here = conversation("a", "The river", "To the sea.", 1);
    choose(&chat, &[("here.json", here.as_bytes())]).await;
    import(&chat, 1).await;
    titles(&chat, 1).await;
    let before: String = chat.page.js(STORED).await;
    // A newer state of it, and what takes seconds to be written.
    let newer = conversation("a", "The river", "Home.", 2);
    let many = format!(
        "const text = 'What the river said of the sea. '.repeat(32);
            const said = (id, at) => ({{ uuid: `${{id}}${{at}}`, sender: at % 2 ? 'assistant' : 'human', text: `${{id}} ${{at}} ${{text}}` }});
            const all = {newer};
            for (let n = 0; n < 1500; n += 1)
                all.push({{ uuid: `c${{n}}`, name: `Talk ${{n}}`, chat_messages: Array.from({{ length: 20 }}, (_, at) => said(`c${{n}}.`, at)) }});
            const data = new DataTransfer();
            data.items.add(new File([JSON.stringify(all)], 'many.json'));"
    );
    hand_over(&chat, &many).await;
    let words = seen(&chat, 1).await;
    assert!(words[0].contains("newer than here: 1"), "{words:?}");
    chat.button("Import").await;
    chat.page
        .until::<bool>("e2e.every(0, '.import progress').some((one) => one.value > 2)")
        .await;
    chat.button("Cancel").await;
    chat.page
        .until::<bool>("!e2e.every(0, '.import').length")
        .await;
    let is_back = format!("{STORED}.then((stored) => stored === {})", quote(&before));
    chat.page.until::<bool>(&is_back).await;
    titles(&chat, 1).await;
    // Nothing comes behind it, and the next import is one like any other.
    choose(&chat, &[("newer.json", newer.as_bytes())]).await;
    import(&chat, 1).await;
    let found = listed(&chat, 1).await;
    assert_eq!(
        found[0].1["conversation"]["nodes"][1]["turn"]["text"],
        "Home."
    );
}

#[e2e::case]
pub async fn a_long_conversation_is_there_whole_or_not_at_all(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "delay=0;tokens=3", "").await;
    chat.list().await;
    let turns: Vec<Value> = (0..1500)
        .map(|at| {
            let sender = if at % 2 == 0 { "human" } else { "assistant" };
            json!({ "uuid": format!("long{at}"), "sender": sender, "text": format!("Turn {at} of the river.") })
        })
        .collect();
    let long = json!([{ "uuid": "long", "name": "The long river", "chat_messages": turns }]);
    choose(&chat, &[("long.json", long.to_string().as_bytes())]).await;
    // Who looks meanwhile sees none of it, or all: so does who comes after the browser has died.
    let look = "globalThis.counts = new Set();
        indexedDB.open('rill', 1).onsuccess = ({ target }) => {
            const look = () => {
                const turns = target.result.transaction('turns').objectStore('turns');
                turns.getAllKeys().onsuccess = ({ target }) => {
                    counts.add(target.result.filter((key) => !/^(left|own|piece)\\//.test(key)).length);
                    setTimeout(look);
                };
            };
            look();
        };";
    let _: Option<Value> = chat
        .page
        .js(&format!("(() => {{ {look}; return null; }})()"))
        .await;
    chat.page.until::<bool>("counts.has(0)").await;
    chat.button("Import").await;
    chat.page.until::<bool>("counts.has(1500)").await;
    let counts: Vec<usize> = chat.page.js("[...counts]").await;
    assert_eq!(counts, [0, 1500]);
}

/// Drops the files of a script that makes `data`; gives whether anybody took them.
fn drop(data: &str) -> String {
    format!(
        "(() => {{ {data}
            const event = new DragEvent('drop', {{ dataTransfer: data, bubbles: true, cancelable: true, composed: true }});
            e2e.every(0, 'main')[0].dispatchEvent(event);
            return event.defaultPrevented; }})()"
    )
}

/// A script that makes `data` of PNGs, in base64.
fn pngs(pictures: &[&str]) -> String {
    let picture = |png: &&str| {
        format!(
            "data.items.add(new File([Uint8Array.from(atob('{png}'), (c) => c.charCodeAt(0))], 'a.png', {{ type: 'image/png' }}));"
        )
    };
    let pictures: String = pictures.iter().map(picture).collect();
    format!("const data = new DataTransfer(); {pictures}")
}

/// A picture of one dot.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

#[e2e::case]
pub async fn a_character_card_is_imported_and_any_other_picture_stays_one(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "delay=0;tokens=3", "").await;
    chat.page
        .until::<bool>(&format!("!!{}", chat.find("button", "Add image")))
        .await;
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/imports/character-cards/v3.png");
    let card = STANDARD.encode(std::fs::read(path).expect("a card"));
    assert!(chat.page.js::<bool>(&drop(&pngs(&[&card, PNG]))).await);
    let words = seen(&chat, 1).await.concat();
    assert!(words.contains("new: 1"), "{words}");
    let format: String = chat
        .page
        .js("e2e.every(0, '[data-import=seen]')[0].dataset.format")
        .await;
    assert_eq!(format, "card");
    import(&chat, 1).await;
    // The card went nowhere else.
    chat.page
        .until::<bool>("e2e.every(0, '.previews img').length === 1")
        .await;
    let url: String = chat.page.js("e2e.every(0, '.previews img')[0].src").await;
    assert_eq!(url, format!("data:image/png;base64,{PNG}"));
}

#[e2e::case]
pub async fn files_are_dropped_anywhere_and_pictures_stay_pictures(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "delay=0;tokens=3", "").await;
    chat.page
        .until::<bool>(&format!("!!{}", chat.find("button", "Add image")))
        .await;
    let one = conversation("a", "The river", "To the sea.", 1);
    let given = files(&[("one.json", one.as_bytes()), ("none.txt", b"")]);
    assert!(chat.page.js::<bool>(&drop(&given)).await);
    let words = seen(&chat, 2).await.concat();
    assert!(words.contains("none.txt: the file is empty"), "{words}");
    import(&chat, 1).await;
    chat.list().await;
    assert_eq!(titles(&chat, 1).await, ["The river"]);
    chat.close_dialog().await;
    assert!(chat.page.js::<bool>(&drop(&pngs(&[PNG]))).await);
    chat.page
        .until::<bool>("e2e.every(0, '.previews img').length === 1")
        .await;
    assert!(
        chat.page
            .js::<bool>("!e2e.every(0, '.import').length")
            .await
    );
}

#[e2e::case]
pub async fn a_system_prompt_that_came_along_is_sent(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "delay=0;tokens=3", "").await;
    chat.list().await;
    let file = json!([
        { "role": "system", "content": "Answer like a river." },
        { "role": "user", "content": "Hello" },
        { "role": "assistant", "content": "Splash." }
    ])
    .to_string();
    choose(&chat, &[("talk.json", file.as_bytes())]).await;
    import(&chat, 1).await;
    chat.page.click("e2e.every(0, '.kept .title')[0]").await;
    chat.page
        .until::<bool>("e2e.every(0, 'article').length === 2")
        .await;
    chat.ask("And now?").await;
    let log = stage.lab.log();
    let body = crate::talk::chats(&log).last().expect("a request").json();
    let system = &body["messages"][0];
    assert_eq!(
        *system,
        json!({ "role": "system", "content": "Answer like a river." })
    );
    assert_eq!(body["messages"].as_array().map(Vec::len), Some(4));
    // It stays with the conversation.
    chat.reload().await;
    chat.page
        .until::<bool>("e2e.every(0, 'article').length === 4")
        .await;
    let file: String = chat.page.js("e2e.host().export()").await;
    assert!(file.contains("Answer like a river."), "{file}");
}

/// The name in the database of the only conversation there.
const ID: &str = "new Promise((resolve) => {
    const open = indexedDB.open('rill');
    open.onsuccess = () => {
        const ids = open.result.transaction('conversations').objectStore('conversations').getAllKeys();
        ids.onsuccess = () => (open.result.close(), resolve(ids.result[0]));
    };
})";

#[e2e::case]
pub async fn a_backup_beside_its_original_adds_what_is_missing_and_makes_nothing_double(
    stage: Stage,
) {
    let chat = stage.chat(Dialect::OpenAi, "delay=0;tokens=3", "").await;
    chat.ask("Hello").await;
    kept(&chat, "Hello", 2).await;
    let file: String = chat.page.js("e2e.host().export()").await;
    let mut file: Value = serde_json::from_str(&file).expect("JSON");
    file["id"] = chat.page.js(ID).await;
    // An older state by its time, in which somebody went on elsewhere.
    file["updated"] = json!(1);
    let nodes = file["conversation"]["nodes"].as_array_mut();
    nodes
        .expect("turns")
        .push(json!({ "turn": { "role": "user", "text": "From the backup" }, "parent": 1 }));
    let file = file.to_string();
    for (missing, turns) in [(1, 3), (0, 3)] {
        chat.list().await;
        choose(&chat, &[("backup.json", file.as_bytes())]).await;
        let words = seen(&chat, 1).await.concat();
        assert!(
            words.contains("here already, what is missing is added: 1"),
            "{words}"
        );
        import(&chat, missing).await;
        titles(&chat, 1).await;
        chat.close_dialog().await;
        let articles: usize = chat.page.js("e2e.every(0, 'article').length").await;
        assert_eq!(articles, turns);
    }
    kept(&chat, "Hello", 3).await;
}

#[e2e::case]
pub async fn marks_come_along_and_a_folder_is_made_once(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "delay=0;tokens=3", "").await;
    let file = |id: &str, marks: Value| {
        let turn = json!({ "turn": { "role": "user", "text": format!("Of {id}") } });
        json!({ "rill": 1, "id": id, "marks": marks, "conversation": { "nodes": [turn] } })
            .to_string()
    };
    let one = file("rivers", json!({ "pinned": true, "folder": "Water" }));
    let two = file("lakes", json!({ "archived": true, "folder": "Water" }));
    // The second one finds the folder that the first one made.
    for (name, text) in [("one.json", &one), ("two.json", &two)] {
        chat.list().await;
        choose(&chat, &[(name, text.as_bytes())]).await;
        import(&chat, 1).await;
        chat.close_dialog().await;
    }
    let records = records(&chat).await;
    let folders: Vec<&Value> = records
        .iter()
        .filter(|record| record["is_folder"].is_string())
        .collect();
    let [folder] = folders.as_slice() else {
        panic!("{records:?}");
    };
    assert_eq!(folder["name"], "Water");
    let marks = |id: &str| {
        let record = records.iter().find(|record| record["id"] == id);
        let record = record.expect("a record");
        assert_eq!(record["folder"], folder["is_folder"], "{record}");
        (record["pinned"] == true, record["archived"] == true)
    };
    assert_eq!(
        (marks("rivers"), marks("lakes")),
        ((true, false), (false, true))
    );
}
