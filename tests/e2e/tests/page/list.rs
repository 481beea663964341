//! The list of conversations as a place to live in, and the search over all of them.

use crate::conversations::kept;
use crate::talk::chats;
use e2e::page::quote;
use e2e::{Chat, Stage};
use lab::Dialect;
use serde_json::{Value, json};

const CTRL: i64 = 2;

/// Puts conversations into the store as an earlier day wrote them: name, title, days ago, what was said.
pub async fn seed(chat: &Chat, conversations: &[(&str, &str, f64, Vec<String>)]) {
    let all = json!(conversations);
    let write = format!(
        "new Promise((resolve, reject) => {{
            const open = indexedDB.open('rill', 1);
            open.onupgradeneeded = () => ['conversations', 'turns'].forEach((store) => open.result.createObjectStore(store));
            open.onerror = () => reject(open.error);
            open.onsuccess = () => {{
                const work = open.result.transaction(['conversations', 'turns'], 'readwrite');
                for (const [id, title, days, said] of {all}) {{
                    const at = Date.now() - days * 86400000;
                    const count = said.length;
                    const head = {{ id, title, turns: count, count, at, version: at, aside: [], server: null, called: null, by: 'seed' }};
                    work.objectStore('conversations').put(JSON.stringify(head), id);
                    said.forEach((text, turn) => {{
                        const role = turn % 2 ? 'assistant' : 'user';
                        const end = turn % 2 ? {{ end: 'complete', reason: 'stop' }} : null;
                        const record = {{ parent: turn ? turn - 1 : null, turn: {{ role, text, end }} }};
                        work.objectStore('turns').put(JSON.stringify(record), `${{id}}/${{String(turn).padStart(8, '0')}}`);
                    }});
                }}
                work.oncomplete = () => {{ open.result.close(); resolve(true); }};
            }};
        }})"
    );
    assert!(chat.page.js::<bool>(&write).await);
}

pub fn said(words: &[&str]) -> Vec<String> {
    words.iter().map(|words| (*words).to_owned()).collect()
}

/// A page that is wide, with a few conversations of several days.
async fn wide(stage: &Stage) -> Chat {
    let chat = stage.chat(Dialect::LlamaCpp, "delay=0;tokens=3", "").await;
    chat.page.look(1280, 860, false, 1.0).await;
    seed(
        &chat,
        &[
            ("a", "Of springs", 0.0, said(&["Of springs", "They rise."])),
            ("b", "Of brooks", 0.001, said(&["Of brooks", "They run."])),
            ("c", "Of lakes", 3.0, said(&["Of lakes", "They rest."])),
            ("d", "Of seas", 90.0, said(&["Of seas", "They are wide."])),
        ],
    )
    .await;
    chat
}

/// Opens the list beside the conversation.
async fn side(chat: &Chat) {
    chat.button("Conversations").await;
    chat.page
        .until::<bool>("e2e.every(0, '.side').some(e2e.visible)")
        .await;
}

/// Waits until these are the titles of the list, in order.
async fn titles(chat: &Chat, wanted: &[&str]) {
    let wanted = json!(wanted).to_string();
    chat.page
        .until::<bool>(&format!(
            "JSON.stringify(e2e.every(0, '.kept .title').map((title) => title.textContent)) === {}",
            quote(&wanted)
        ))
        .await;
}

/// An expression for the row of that title.
fn row(title: &str) -> String {
    format!(
        "e2e.every(0, '.kept .row').find((row) => row.querySelector('.title').textContent === {})",
        quote(title)
    )
}

/// Opens the commands of a conversation.
async fn more(chat: &Chat, title: &str) {
    let hover = format!("({}.focus(), true)", row(title));
    chat.page.until::<bool>(&hover).await;
    chat.button(&format!("More: {title}")).await;
}

/// The record of a conversation, or of a folder, in the store.
pub async fn records(chat: &Chat) -> Vec<Value> {
    chat.page
        .js("new Promise((resolve) => {
            const open = indexedDB.open('rill', 1);
            open.onsuccess = () => {
                const all = open.result.transaction('conversations').objectStore('conversations').getAll();
                all.onsuccess = () => { open.result.close(); resolve(all.result.map(JSON.parse)); };
            };
        })")
        .await
}

/// Waits until the page says these words to those who listen.
async fn announced(chat: &Chat, words: &str) {
    chat.page
        .until::<bool>(&format!(
            "e2e.every(0, '.gone [role=status]').some((one) => one.textContent === {})",
            quote(words)
        ))
        .await;
}

#[e2e::case]
pub async fn the_list_stands_beside_the_conversation_in_groups_and_is_there_after_a_reload(
    stage: Stage,
) {
    let chat = wide(&stage).await;
    side(&chat).await;
    titles(&chat, &["Of springs", "Of brooks", "Of lakes", "Of seas"]).await;
    let month: String = chat
        .page
        .js("new Date(Date.now() - 90 * 86400000).toLocaleDateString('en', { year: 'numeric', month: 'long' })")
        .await;
    let headings: Vec<String> = chat
        .page
        .js("e2e.every(0, '.kept h3').map((one) => one.textContent)")
        .await;
    // A minute and a half ago may be yesterday.
    assert_eq!(headings.last(), Some(&month), "{headings:?}");
    assert!(
        headings.contains(&"Previous 7 days".to_owned()),
        "{headings:?}"
    );
    assert_eq!(headings[0], "Today");
    chat.page.click(&row("Of lakes")).await;
    chat.page
        .until::<bool>("e2e.every(0, '.said')[0]?.textContent.includes('Of lakes')")
        .await;
    let here = "e2e.every(0, '.kept [aria-current] .title').map((one) => one.textContent).join() === 'Of lakes'";
    chat.page.until::<bool>(here).await;
    // It takes no room from what is said, and goes on beside it.
    let apart = "e2e.every(0, '.side')[0].getBoundingClientRect().right <= e2e.every(0, 'main')[0].getBoundingClientRect().left";
    assert!(chat.page.js::<bool>(apart).await);
    chat.page.reload().await;
    chat.page
        .until::<bool>("e2e.every(0, '.side').some(e2e.visible)")
        .await;
    chat.page.until::<bool>(here).await;
    chat.page
        .screenshot(&e2e::stage::pictures_folder().join("list-wide.png"))
        .await;
    chat.button("Close sidebar").await;
    chat.page
        .until::<bool>("!e2e.every(0, '.side').length")
        .await;
    assert_eq!(
        chat.page.js::<String>("e2e.name(e2e.active())").await,
        "Conversations"
    );
    chat.page.reload().await;
    chat.page
        .until::<bool>("e2e.every(0, 'article').length === 2")
        .await;
    assert_eq!(
        chat.page.js::<usize>("e2e.every(0, '.side').length").await,
        0
    );
}

#[e2e::case]
pub async fn a_conversation_is_renamed_pinned_archived_and_all_of_it_is_undone(stage: Stage) {
    let chat = wide(&stage).await;
    side(&chat).await;
    more(&chat, "Of lakes").await;
    chat.button("Rename").await;
    chat.page
        .until::<bool>("e2e.name(e2e.active()) === 'Name'")
        .await;
    chat.page.insert("Still waters").await;
    chat.page.press("Enter", 0).await;
    titles(
        &chat,
        &["Of springs", "Of brooks", "Still waters", "Of seas"],
    )
    .await;
    announced(&chat, "Renamed: Of lakes").await;
    // The focus is where it was.
    chat.page
        .until::<bool>("e2e.active().dataset.id === 'c'")
        .await;
    chat.button("Undo").await;
    titles(&chat, &["Of springs", "Of brooks", "Of lakes", "Of seas"]).await;
    more(&chat, "Of seas").await;
    chat.button("Pin").await;
    titles(&chat, &["Of seas", "Of springs", "Of brooks", "Of lakes"]).await;
    announced(&chat, "Pinned: Of seas").await;
    let first: String = chat
        .page
        .js("e2e.every(0, '.kept h3')[0].textContent")
        .await;
    assert_eq!(first, "Pinned");
    more(&chat, "Of springs").await;
    chat.button("Archive").await;
    titles(&chat, &["Of seas", "Of brooks", "Of lakes"]).await;
    chat.button("Show archive").await;
    titles(&chat, &["Of springs"]).await;
    chat.button("All conversations").await;
    chat.button("Undo").await;
    titles(&chat, &["Of seas", "Of springs", "Of brooks", "Of lakes"]).await;
    // It stands in the store, and is there after a reload.
    chat.page.reload().await;
    titles(&chat, &["Of seas", "Of springs", "Of brooks", "Of lakes"]).await;
    let all = records(&chat).await;
    let seas = all
        .iter()
        .find(|one| one["id"] == "d")
        .unwrap_or(&Value::Null);
    assert_eq!(seas["pinned"], true, "{seas}");
    // Deleted by its key, and brought back.
    chat.page
        .until::<bool>(&format!("({}.focus(), true)", row("Of brooks")))
        .await;
    chat.page.press("Delete", 0).await;
    titles(&chat, &["Of seas", "Of springs", "Of lakes"]).await;
    announced(&chat, "Deleted: Of brooks").await;
    chat.page
        .until::<bool>("e2e.name(e2e.active()) === 'Undo'")
        .await;
    chat.page.press("Enter", 0).await;
    titles(&chat, &["Of seas", "Of springs", "Of brooks", "Of lakes"]).await;
}

#[e2e::case]
pub async fn several_conversations_are_selected_and_deleted_at_once(stage: Stage) {
    let chat = wide(&stage).await;
    side(&chat).await;
    chat.button("Select").await;
    chat.page.click(&row("Of springs")).await;
    let range = format!(
        "({}.dispatchEvent(new MouseEvent('click', {{ bubbles: true, shiftKey: true }})), true)",
        row("Of lakes")
    );
    chat.page.until::<bool>(&range).await;
    chat.page.says("3 selected").await;
    let boxes: usize = chat
        .page
        .js("e2e.every(0, '.kept .pick').filter((one) => one.checked).length")
        .await;
    assert_eq!(boxes, 3);
    chat.page
        .click(
            "e2e.every(0, '.selected button').find((one) => one.textContent.trim() === 'Delete')",
        )
        .await;
    titles(&chat, &["Of seas"]).await;
    announced(&chat, "Deleted: 3 conversations").await;
    assert_eq!(records(&chat).await.len(), 1);
    chat.button("Undo").await;
    titles(&chat, &["Of springs", "Of brooks", "Of lakes", "Of seas"]).await;
    // What they said is there as well.
    chat.page.click(&row("Of brooks")).await;
    chat.page.says("They run.").await;
}

#[e2e::case]
pub async fn a_folder_tells_the_server_its_own_system_prompt(stage: Stage) {
    let chat = wide(&stage).await;
    side(&chat).await;
    chat.button("New folder").await;
    chat.page
        .until::<bool>("e2e.name(e2e.active()) === 'Name'")
        .await;
    chat.page.insert("Rivers").await;
    chat.put("textbox", "System prompt", "Speak like a river.")
        .await;
    chat.button("Save").await;
    let folder =
        "e2e.every(0, '.folders button').find((one) => one.textContent.startsWith('Rivers'))";
    chat.page.click(folder).await;
    chat.button("New chat in this folder").await;
    chat.page.says("In the folder Rivers").await;
    chat.ask("Where do you begin?").await;
    kept(&chat, "Where do you begin?", 2).await;
    let system = |log: &[lab::Entry]| {
        let body = chats(log).last().map(|entry| entry.json());
        body.unwrap_or_default()["messages"][0].clone()
    };
    let told = json!({ "role": "system", "content": "Speak like a river." });
    assert_eq!(system(&stage.lab.log()), told);
    titles(&chat, &["Where do you begin?"]).await;
    // So it is after a reload, and for a conversation that is moved there.
    chat.reload().await;
    chat.page.says("In the folder Rivers").await;
    chat.ask("And then?").await;
    assert_eq!(system(&stage.lab.log()), told);
    chat.page.click(&row("Of lakes")).await;
    chat.page.hides("In the folder Rivers").await;
    more(&chat, "Of lakes").await;
    let choose = "(() => {
        const select = e2e.every(0, '.commands select')[0];
        if (!select) return false;
        select.value = [...select.options].find((one) => one.textContent === 'Rivers').value;
        select.dispatchEvent(new Event('change', { bubbles: true }));
        return true;
    })()";
    chat.page.until::<bool>(choose).await;
    announced(&chat, "Moved: Of lakes").await;
    chat.page.says("In the folder Rivers").await;
    chat.ask("On").await;
    assert_eq!(system(&stage.lab.log()), told);
    // Without the folder there is no prompt of its own; its conversations stay.
    chat.page.click(folder).await;
    chat.button("Edit folder").await;
    chat.button("Delete folder").await;
    announced(&chat, "Folder deleted: Rivers").await;
    chat.page.hides("In the folder Rivers").await;
    chat.ask("And on").await;
    assert_ne!(system(&stage.lab.log()), told);
    chat.button("Undo").await;
    chat.page.says("In the folder Rivers").await;
}

#[e2e::case]
pub async fn the_search_finds_a_word_in_an_old_turn_and_goes_there(stage: Stage) {
    let chat = wide(&stage).await;
    let long: Vec<String> = (0..200)
        .map(|at| match at {
            51 => "Rivers *carve* the valley, and the Kingfisher waits.\n\n- one\n- two".to_owned(),
            _ => format!("Turn {at} tells of water that goes on and on, and of nothing else."),
        })
        .collect();
    seed(&chat, &[("e", "Of birds", 200.0, long)]).await;
    chat.focus().await;
    chat.page.press("k", CTRL).await;
    chat.page
        .until::<bool>("e2e.name(e2e.active()) === 'Search conversations'")
        .await;
    chat.page.insert("kingfisher wait").await;
    chat.page.says("1 result").await;
    let marks = "e2e.every(0, '.hits mark').map((one) => one.textContent).join()";
    chat.page
        .until::<bool>(&format!("{marks} === 'Kingfisher,wait'"))
        .await;
    chat.page
        .screenshot(&e2e::stage::pictures_folder().join("search.png"))
        .await;
    chat.page.press("Enter", 0).await;
    let place = "(() => {
        const ranges = [...(CSS.highlights.get('rill-found') ?? [])];
        if (ranges.map((one) => one.toString()).join() !== 'Kingfisher,wait') return false;
        const place = ranges[0].getBoundingClientRect();
        const seen = e2e.every(0, 'main')[0].getBoundingClientRect();
        return place.height > 0 && place.top >= seen.top && place.bottom <= seen.bottom;
    })()";
    chat.page.until::<bool>(place).await;
    chat.page
        .until::<bool>(
            "e2e.active().matches('article') && e2e.active().textContent.includes('Kingfisher')",
        )
        .await;
    // It stays where it is while the rest is made.
    chat.page
        .until::<bool>("e2e.every(0, 'article').length === 200")
        .await;
    chat.page.until::<bool>(place).await;
    chat.page
        .screenshot(&e2e::stage::pictures_folder().join("search-there.png"))
        .await;
    // What was said since is found as well, and titles come first.
    chat.ask("Is the kingfisher blue?").await;
    let title = "Turn 0 tells of water that goes on and on, and of nothing else.";
    kept(&chat, title, 202).await;
    chat.page.press("k", CTRL).await;
    chat.page
        .until::<bool>("e2e.name(e2e.active()) === 'Search conversations'")
        .await;
    chat.page.insert("kingfisher").await;
    chat.page.says("2 results").await;
    chat.put("textbox", "Search conversations", "Seas").await;
    chat.page
        .until::<bool>("e2e.every(0, '.hits li').length === 2 && e2e.every(0, '.hits .hint')[0].textContent === ''")
        .await;
    chat.page.press("ArrowDown", 0).await;
    chat.page
        .until::<bool>("e2e.every(0, '.hits [aria-selected=true]')[0]?.id === e2e.active().getAttribute('aria-activedescendant') && e2e.active().getAttribute('aria-activedescendant').endsWith('-1')")
        .await;
    chat.put("textbox", "Search conversations", "wolverine")
        .await;
    chat.page.says("Nothing found").await;
    chat.page.press("Escape", 0).await;
    chat.page
        .until::<bool>("!e2e.every(0, 'dialog[open]').length")
        .await;
}

/// The names of the conversations of which the search keeps a piece, joined; a page may ask for nothing to be written by it.
const PIECES: &str = "new Promise((resolve) => {
    const open = indexedDB.open('rill', 1);
    open.onsuccess = () => {
        const asked = open.result.transaction('turns').objectStore('turns').getAllKeys(IDBKeyRange.bound('piece/', 'piece0'));
        asked.onsuccess = () => {
            open.result.close();
            resolve(asked.result.map((name) => name.slice(6)).join());
        };
    };
})";

#[e2e::case]
pub async fn the_index_of_the_search_is_kept_and_goes_with_its_conversation(stage: Stage) {
    let chat = wide(&stage).await;
    let search = async || {
        chat.focus().await;
        chat.page.press("k", CTRL).await;
        chat.page
            .until::<bool>("e2e.name(e2e.active()) === 'Search conversations'")
            .await;
        chat.page.insert("they").await;
        chat.page.says("4 results").await;
    };
    search().await;
    let kept = |ids: &str| format!("{PIECES}.then((names) => names === '{ids}')");
    chat.page.until::<bool>(&kept("a,b,c,d")).await;
    // One that is damaged is made anew.
    let damage = "new Promise((resolve) => {
        const open = indexedDB.open('rill', 1);
        open.onsuccess = () => {
            const work = open.result.transaction('turns', 'readwrite');
            work.objectStore('turns').put(new Uint8Array([114, 115, 112]), 'piece/b');
            work.oncomplete = () => (open.result.close(), resolve(null));
        };
    })";
    let _: Value = chat.page.js(damage).await;
    chat.page.reload().await;
    search().await;
    chat.page.press("Escape", 0).await;
    side(&chat).await;
    chat.page
        .until::<bool>(&format!("({}.focus(), true)", row("Of lakes")))
        .await;
    chat.page.press("Delete", 0).await;
    chat.page.until::<bool>(&kept("a,b,d")).await;
}

#[e2e::case]
pub async fn the_search_finds_as_much_where_there_can_be_no_worker(stage: Stage) {
    let chat = stage
        .chat_with("globalThis.Worker = undefined;", "delay=0;tokens=3", "")
        .await;
    let said = said(&["Of springs", "They rise, and the kingfisher waits."]);
    seed(&chat, &[("a", "Of springs", 0.0, said)]).await;
    chat.focus().await;
    chat.page.press("k", CTRL).await;
    chat.page
        .until::<bool>("e2e.name(e2e.active()) === 'Search conversations'")
        .await;
    chat.page.insert("kingfisher").await;
    chat.page.says("1 result").await;
    let marks = "e2e.every(0, '.hits mark').map((one) => one.textContent).join()";
    chat.page
        .until::<bool>(&format!("{marks} === 'kingfisher'"))
        .await;
}

#[e2e::case]
pub async fn the_list_is_walked_with_the_arrow_keys(stage: Stage) {
    let chat = wide(&stage).await;
    side(&chat).await;
    titles(&chat, &["Of springs", "Of brooks", "Of lakes", "Of seas"]).await;
    chat.page
        .until::<bool>(&format!("({}.focus(), true)", row("Of springs")))
        .await;
    for (key, there) in [
        ("ArrowDown", "b"),
        ("ArrowDown", "c"),
        ("ArrowUp", "b"),
        ("End", "d"),
        ("ArrowDown", "d"),
        ("Home", "a"),
    ] {
        chat.page.press(key, 0).await;
        chat.page
            .until::<bool>(&format!("e2e.active().dataset.id === '{there}'"))
            .await;
    }
    chat.page.press("ArrowRight", 0).await;
    chat.page
        .until::<bool>("e2e.name(e2e.active()) === 'More: Of springs'")
        .await;
    let lists: Vec<String> = chat
        .page
        .js("e2e.every(0, '.side').map((one) => `${one.localName} ${one.ariaLabel}`)")
        .await;
    assert_eq!(lists, ["nav Conversations"]);
}

#[e2e::case]
pub async fn many_conversations_come_as_one_scrolls(stage: Stage) {
    let chat = wide(&stage).await;
    let ids: Vec<String> = (0..200).map(|at| format!("many{at:03}")).collect();
    let many: Vec<(&str, &str, f64, Vec<String>)> = ids
        .iter()
        .enumerate()
        .map(|(at, id)| (id.as_str(), "One of many", 400.0 + at as f64, said(&["x"])))
        .collect();
    seed(&chat, &many).await;
    side(&chat).await;
    let rows = "e2e.every(0, '.kept li').length";
    // More than the window shows, and no more than that.
    let side = "e2e.every(0, '.side')[0]";
    chat.page
        .until::<bool>(&format!("{side}.scrollHeight > {side}.clientHeight"))
        .await;
    let first: usize = chat.page.js(rows).await;
    assert!(first < 100, "{first} rows were made at once");
    let end = "(e2e.every(0, '.side')[0].scrollTop = 1e9, true)";
    for _ in 0..10 {
        let before: usize = chat.page.js(rows).await;
        chat.page.js::<bool>(end).await;
        if before < 204 {
            chat.page
                .until::<bool>(&format!("{rows} > {before} || {rows} === 204"))
                .await;
        }
    }
    chat.page.until::<bool>(&format!("{rows} === 204")).await;
}

#[e2e::case]
pub async fn where_there_is_no_room_the_list_is_a_sheet(stage: Stage) {
    let chat = wide(&stage).await;
    side(&chat).await;
    // It gives way as the window narrows, and comes back with the room.
    chat.page.look(390, 844, false, 1.0).await;
    chat.page
        .until::<bool>("!e2e.every(0, '.side').length")
        .await;
    chat.button("Conversations").await;
    titles(&chat, &["Of springs", "Of brooks", "Of lakes", "Of seas"]).await;
    assert_eq!(
        chat.page
            .js::<usize>("e2e.every(0, 'dialog[open]').length")
            .await,
        1
    );
    chat.page
        .screenshot(&e2e::stage::pictures_folder().join("list-narrow.png"))
        .await;
    let wide = "e2e.every(0, 'dialog[open] *').filter((one) => one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML)";
    assert_eq!(chat.page.js::<Vec<String>>(wide).await, [""; 0]);
    chat.button("Search").await;
    chat.page
        .until::<bool>("e2e.name(e2e.active()) === 'Search conversations'")
        .await;
    chat.page.insert("wide").await;
    chat.page
        .until::<bool>("e2e.every(0, '.hits li').length === 1")
        .await;
    chat.page.click("e2e.every(0, '.hits li')[0]").await;
    chat.page.says("They are wide.").await;
    chat.page.look(1280, 860, false, 1.0).await;
    chat.page
        .until::<bool>("e2e.every(0, '.side').some(e2e.visible)")
        .await;
}
