//! The pictures of the young profile that stand in the docs, in English and Arabic: `docs/young-*.png` are what this writes into the folder
//! of pictures.

use crate::languages::words;
use e2e::page::quote;
use e2e::stage::pictures_folder;
use e2e::{Chat, Stage};
use lab::{Dialect, percent_encode};

/// Language, what is asked, what is answered.
const TALKS: [(&str, &str, &str); 2] = [
    (
        "en",
        "Why is a river never straight?",
        "A river looks for the **easiest way** down. Where the ground is soft, it takes a little sand along, and a small bend becomes a \
         big one.\n\n1. Outside it runs fast.\n2. Inside it runs slowly.",
    ),
    (
        "ar",
        "لماذا لا يكون النهر مستقيمًا أبدًا؟",
        "يبحث النهر عن **أسهل طريق** نحو الأسفل. حيث تكون الأرض لينة، يأخذ معه بعض الرمل، فيصير المنعطف الصغير كبيرًا.\n\n1. في الخارج \
         يجري بسرعة.\n2. في الداخل يجري ببطء.",
    ),
];

async fn open(stage: &Stage, dialect: Dialect, options: &str, lang: &str, height: i64) -> Chat {
    let more = format!("profile=young&pace=live&lens&lang={lang}");
    let chat = stage.chat(dialect, options, &more).await;
    chat.page.look(720, height, false, 1.5).await;
    chat
}

async fn ask(chat: &Chat, text: &str) {
    let send = format!("(e2e.host().send({}), null)", quote(text));
    let _: serde_json::Value = chat.page.js(&send).await;
}

async fn picture(chat: &Chat, name: &str, lang: &str) {
    let file = format!("young-{name}-{lang}.png");
    chat.page.screenshot(&pictures_folder().join(file)).await;
    chat.page.close().await;
}

#[e2e::case]
pub async fn the_young_profile_is_pictured_waiting_writing_in_trouble_and_in_a_lesson(
    stage: Stage,
) {
    for (lang, question, answer) in TALKS {
        let text = percent_encode(answer);
        let at =
            |station: &str| format!("e2e.every(0, '.boat')[0]?.dataset.station === '{station}'");

        let slow = format!("first=8000;prefill=20;delay=30;text={text}");
        let chat = open(&stage, Dialect::LlamaCpp, &slow, lang, 620).await;
        ask(&chat, question).await;
        chat.page.until::<bool>(&at("reading")).await;
        let gone = "e2e.every(0, '.gone-by')[0]?.textContent.trim().length > 0";
        chat.page.until::<bool>(gone).await;
        picture(&chat, "waiting", lang).await;

        let writes = format!("first=0;delay=90;text={text}");
        let chat = open(&stage, Dialect::LlamaCpp, &writes, lang, 620).await;
        ask(&chat, question).await;
        chat.page.until::<bool>(&at("writing")).await;
        chat.shows(90).await;
        picture(&chat, "writing", lang).await;

        let chat = open(&stage, Dialect::OpenAi, "error=before:503", lang, 620).await;
        ask(&chat, question).await;
        chat.ended().await;
        let told = "e2e.every(0, '.next > button').filter(e2e.visible).length === 1";
        chat.page.until::<bool>(told).await;
        picture(&chat, "error", lang).await;

        let lesson = format!("first=0;delay=0;text={text}");
        let chat = open(&stage, Dialect::Vllm, &lesson, lang, 860).await;
        ask(&chat, question).await;
        chat.ended().await;
        chat.button(words(lang)["lens"].as_str().expect("a word"))
            .await;
        chat.page
            .click("e2e.every(0, '.lens .strip')[0]?.children[3]")
            .await;
        let bars = "e2e.every(0, '.bars li').length > 0";
        chat.page.until::<bool>(bars).await;
        let _: serde_json::Value = chat
            .page
            .js("(e2e.every(0, '.lens')[0].scrollIntoView({ block: 'end' }), null)")
            .await;
        picture(&chat, "lesson", lang).await;
    }
}
