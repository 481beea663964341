//! The languages of the page: each by itself and whole, fetched when it is spoken and not before.

use crate::list::{said, seed};
use crate::ways::choose;
use e2e::page::quote;
use e2e::{Chat, Stage};
use lab::Dialect;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

/// The files of languages that the page has asked for.
const ASKED: &str = "performance.getEntriesByType('resource').flatMap(({ name }) => name.match(/locales\\/(.+)$/)?.[1] ?? [])";

/// The language and the direction of the page.
const SPOKEN: &str = "(({ lang, dir }) => `${lang} ${dir}`)(e2e.root().querySelector('.rill'))";

fn locales() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../locales"))
}

/// The words of a language.
pub fn words(tag: &str) -> Value {
    let text = fs::read_to_string(locales().join(format!("{tag}.json"))).expect("its words");
    serde_json::from_str(&text).expect("JSON")
}

/// The tags of all languages but English, and their words.
fn languages() -> Vec<(String, Value)> {
    let files = fs::read_dir(locales()).expect("the languages");
    let names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
    let tags = names.filter_map(|name| Some(name.strip_suffix(".json")?.to_owned()));
    let with_words = |tag: String| {
        let words = words(&tag);
        (tag, words)
    };
    let mut all: Vec<_> = tags.filter(|tag| tag != "en").map(with_words).collect();
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all
}

fn demo(tag: &str) -> String {
    fs::read_to_string(locales().join(format!("demo.{tag}.md"))).expect("its demo")
}

async fn speaks(chat: &Chat, tag: &str) {
    let direction = if matches!(tag, "ar" | "he") {
        "rtl"
    } else {
        "ltr"
    };
    let spoken = format!("{SPOKEN} === '{tag} {direction}'");
    chat.page.until::<bool>(&spoken).await;
}

/// Whether the field for the message is called so.
async fn writes_into(chat: &Chat, name: &str) {
    let field = format!("!!{}", chat.find("textbox", name));
    chat.page.until::<bool>(&field).await;
}

#[e2e::case]
pub async fn each_language_comes_alone_and_whole(stage: Stage) {
    let all = languages();
    assert_eq!(all.len(), 15);
    for (tag, words) in all {
        let chat = stage.open(&format!("server=demo&lang={tag}")).await;
        speaks(&chat, &tag).await;
        writes_into(&chat, words["message"].as_str().expect("a word")).await;
        let asked: Vec<String> = chat.page.js(ASKED).await;
        assert_eq!(asked, [format!("{tag}.json")]);
        // The second half speaks it too, and no word of English is left on a button.
        chat.button(words["settings"].as_str().expect("a word"))
            .await;
        let title = format!(
            "e2e.every(0, 'dialog[open] h2').some(({{ textContent }}) => textContent.includes({}))",
            quote(words["settings"].as_str().expect("a word"))
        );
        chat.page.until::<bool>(&title).await;
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn the_demo_speaks_the_language_of_the_page(stage: Stage) {
    let all = languages().into_iter();
    for (tag, words) in all.filter(|(tag, _)| ["ar", "ja", "uk"].contains(&tag.as_str())) {
        let chat = stage
            .open(&format!("server=demo&pace=instant&lang={tag}"))
            .await;
        speaks(&chat, &tag).await;
        let field = chat.find("textbox", words["message"].as_str().expect("a word"));
        chat.page.click(&field).await;
        chat.page.insert("Hello").await;
        chat.page.press("Enter", 0).await;
        let turn = chat.ended().await;
        assert_eq!(turn.fate(), ("complete", Some("stop")));
        let script = demo(&tag);
        let heading = script.lines().find_map(|line| line.strip_prefix("## "));
        let heading = heading.expect("a heading");
        assert!(turn.text.contains(heading), "{tag}: {}", turn.text);
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn a_language_is_chosen_without_a_reload_and_stays(stage: Stage) {
    let chat = stage.open("server=demo").await;
    speaks(&chat, "en").await;
    assert!(chat.page.js::<Vec<String>>(ASKED).await.is_empty());
    chat.button("Server").await;
    choose(&chat, "Language", "he").await;
    speaks(&chat, "he").await;
    assert_eq!(chat.page.js::<Vec<String>>(ASKED).await, ["he.json"]);
    chat.close_dialog().await;
    // The first words of the next load are in it.
    chat.page.reload().await;
    let hebrew = languages().into_iter().find(|(tag, _)| tag == "he");
    let (_, words) = hebrew.expect("Hebrew");
    writes_into(&chat, words["message"].as_str().expect("a word")).await;
    speaks(&chat, "he").await;
}

#[e2e::case(Network)]
pub async fn a_language_that_cannot_be_had_leaves_the_words_as_they_are(stage: Stage) {
    let chat = stage.open("server=demo&pace=instant").await;
    chat.page.block(&["tr.json"]).await;
    chat.button("Server").await;
    choose(&chat, "Language", "tr").await;
    choose(&chat, "Language", "fr").await;
    speaks(&chat, "fr").await;
    chat.close_dialog().await;
    chat.page.forgive().await;
    // An element whose language does not come speaks English.
    let chat = stage.open("server=demo&pace=instant").await;
    chat.page.block(&["tr.json"]).await;
    let _: Value = chat
        .page
        .js("(e2e.host().setAttribute('lang', 'tr'), null)")
        .await;
    assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
    speaks(&chat, "en").await;
    chat.page.forgive().await;
}

#[e2e::case]
pub async fn numbers_choose_the_form_of_a_word(stage: Stage) {
    let chat = stage
        .open(&stage.query(Dialect::LlamaCpp, "delay=0;tokens=3", "lang=pl"))
        .await;
    let one = |id: &'static str, turns: usize| {
        let words: Vec<String> = (0..turns).map(|at| format!("{id} {at}")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        (id, id, 0.0, said(&words))
    };
    seed(&chat, &[one("ala", 1), one("ola", 2), one("ela", 5)]).await;
    let (_, words) = languages()
        .into_iter()
        .find(|(tag, _)| tag == "pl")
        .expect("Polish");
    chat.button(words["conversations"].as_str().expect("a word"))
        .await;
    for (form, count) in [("one", "1"), ("few", "2"), ("many", "5")] {
        let turns = words["conversation_turns"][form].as_str().expect("a form");
        chat.page.says(&turns.replace("{{ count }}", count)).await;
    }
}

/// The parts of the header that stand on each other or outside of it.
const CROWDED: &str = "(() => {
    const row = e2e.every(0, '.head')[0];
    const edge = row.getBoundingClientRect();
    const parts = [...row.querySelectorAll('button, .link-name')].filter(e2e.visible).map((one) => [one.textContent.trim(), one.getBoundingClientRect()]);
    const out = parts.filter(([, box]) => box.left < edge.left - 1 || box.right > edge.right + 1);
    const on = parts.filter(([, box], at) => parts.some(([, other], n) => n < at && box.left < other.right - 1 && other.left < box.right - 1));
    return [...out, ...on].map(([name]) => name);
})()";

#[e2e::case]
pub async fn the_header_has_room_in_every_language(stage: Stage) {
    for tag in ["en", "de", "ar", "hi", "uk"] {
        for profile in ["standard", "young"] {
            let query = format!("server=demo&pace=instant&profile={profile}&lang={tag}");
            let chat = stage.open(&query).await;
            speaks(&chat, tag).await;
            let send = "(e2e.host().send('Hello'), null)";
            let _: Value = chat.page.js(send).await;
            chat.ended().await;
            for width in [320, 390, 560, 640, 720, 1000] {
                chat.page.look(width, 700, false, 1.0).await;
                let fits = format!("innerWidth === {width} && {CROWDED}.length === 0");
                chat.page.until::<bool>(&fits).await;
            }
            // Where there is room, words are not withheld.
            let words = "!e2e.every(0, '.head')[0].classList.contains('tight')";
            chat.page.until::<bool>(words).await;
            chat.page.close().await;
        }
    }
}
