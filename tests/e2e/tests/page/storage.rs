//! The browser's storage tells the truth: how much is used, whether it lasts, and what is wrong with it.

use crate::conversations::{kept, titles};
use e2e::page::quote;
use e2e::{Chat, Stage};
use lab::Dialect;
use serde_json::Value;

const SHORT: &str = "delay=0;tokens=3";

/// Counts how often the browser is asked to delete nothing.
const COUNTS: &str = "
    globalThis.asked = 0;
    const persist = StorageManager.prototype.persist;
    StorageManager.prototype.persist = function () { asked += 1; return persist.call(this); };
";

/// Puts texts that are no records in the place of some: of the conversation, or of a turn.
fn damage(store: &str, number: usize) -> String {
    format!(
        "new Promise((resolve) => {{
            const open = indexedDB.open('rill', 1);
            open.onsuccess = () => {{
                const work = open.result.transaction('{store}', 'readwrite');
                const keys = work.objectStore('{store}').getAllKeys();
                keys.onsuccess = () => work.objectStore('{store}').put('{{\"half', keys.result[{number}]);
                work.oncomplete = () => {{ open.result.close(); resolve(true); }};
            }};
        }})"
    )
}

/// Waits for a line above the composer that says these words, and offers the conversation as a file.
async fn told(chat: &Chat, words: &str) {
    let look = format!(
        "e2e.every(0, '.notice .trouble').some((one) => e2e.visible(one) && one.textContent.includes({}) && one.querySelector('button'))",
        quote(words)
    );
    chat.page.until::<bool>(&look).await;
}

#[e2e::case]
pub async fn how_much_is_used_is_told_and_the_browser_is_asked_once_to_keep_it(stage: Stage) {
    let chat = stage.chat_with(COUNTS, SHORT, "").await;
    chat.focus().await;
    assert_eq!(chat.page.js::<u32>("asked").await, 0, "nothing is kept yet");
    chat.ask("One").await;
    kept(&chat, "One", 2).await;
    chat.page.until::<bool>("asked === 1").await;
    chat.list().await;
    let line = "e2e.every(0, '.hint').some((one) => e2e.visible(one) && /^In use: .*B of the .*B that this browser grants\\./.test(one.textContent.trim()))";
    chat.page.until::<bool>(line).await;
    let picture = e2e::stage::pictures_folder().join("room.png");
    chat.page.screenshot(&picture).await;
    chat.close_dialog().await;
    chat.button("New chat").await;
    chat.ask("Two").await;
    kept(&chat, "Two", 2).await;
    assert_eq!(chat.page.js::<u32>("asked").await, 1);
    // Nor again after a reload.
    chat.reload().await;
    chat.button("New chat").await;
    chat.ask("Three").await;
    kept(&chat, "Three", 2).await;
    assert_eq!(chat.page.js::<u32>("asked").await, 0);
}

#[e2e::case]
pub async fn a_damaged_record_is_told_and_the_rest_is_there(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, SHORT, "").await;
    chat.ask("One").await;
    chat.ask("Two").await;
    kept(&chat, "One", 4).await;
    chat.page.until::<bool>(&damage("turns", 0)).await;
    chat.page.reload().await;
    told(&chat, "is damaged").await;
    let users: Vec<String> = chat
        .page
        .js("e2e.turns(0, 'user').map((turn) => e2e.text(turn).trim())")
        .await;
    assert_eq!(users.last().map(String::as_str), Some("Two"));
    let picture = e2e::stage::pictures_folder().join("damaged.png");
    chat.page.screenshot(&picture).await;
    // Of another conversation nothing is wrong.
    chat.button("New chat").await;
    chat.ask("Elsewhere").await;
    kept(&chat, "Elsewhere", 2).await;
    chat.page
        .until::<bool>("!e2e.every(0, '.notice .trouble').length")
        .await;
}

#[e2e::case]
pub async fn a_conversation_whose_own_record_is_damaged_is_in_the_list_and_opens(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, SHORT, "").await;
    chat.ask("One").await;
    kept(&chat, "One", 2).await;
    chat.page.until::<bool>(&damage("conversations", 0)).await;
    chat.button("New chat").await;
    chat.list().await;
    assert_eq!(titles(&chat, 1).await, ["Without words"]);
    chat.page.click("e2e.every(0, '.kept .title')[0]").await;
    told(&chat, "is damaged").await;
    // With the next words it is whole again.
    chat.ask("Two").await;
    kept(&chat, "One", 4).await;
    chat.page.reload().await;
    chat.page
        .until::<bool>("e2e.every(0, 'article').length === 4")
        .await;
    assert_eq!(
        chat.page
            .js::<u32>("e2e.every(0, '.notice .trouble').length")
            .await,
        0
    );
}

/// Holds the database as a tab does that never lets go of it, while somebody wants it gone.
const HOLD: &str = "new Promise((resolve) => {
    const open = indexedDB.open('rill', 1);
    open.onsuccess = () => {
        globalThis.held = open.result;
        const gone = indexedDB.deleteDatabase('rill');
        gone.onblocked = () => resolve(true);
    };
})";

#[e2e::case]
pub async fn an_old_tab_that_holds_the_storage_is_told(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, SHORT, "").await;
    chat.ask("One").await;
    kept(&chat, "One", 2).await;
    chat.page.until::<bool>(HOLD).await;
    // It goes on all the same.
    chat.ask("Two").await;
    told(&chat, "an older tab of this page may hold it").await;
    let _: Option<Value> = chat.page.js("(held.close(), null)").await;
    chat.page
        .until::<bool>("!e2e.every(0, '.notice .trouble').length")
        .await;
}
