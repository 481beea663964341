//! Hundreds of hostile answers, in the page, in an element on another site's page, and in a frame: no script runs, no request goes
//! anywhere but to the server, nothing becomes an element but what the painter makes, and the page around stays as it is.

#[path = "../../../hostile/corpus.rs"]
mod corpus;

use corpus::answers;
use e2e::browser::FOREIGN_HOST;
use e2e::{Chat, Stage};
use lab::{Dialect, StaticSite, percent_encode};
use serde_json::{Value, json};

/// The host of all that must not be asked for.
const HOST: &str = "http://hostile.example";

const PLAY: &str = include_str!("../../../hostile/play.js");
/// The server says what it is told.
const ECHO: &str = "echo;first=0;delay=0";
/// So many answers are one message where they are short: each stands by itself, and the least of them come last.
const TOGETHER: usize = 4;
/// The answers of one conversation.
const CHUNK: usize = 30;

/// All answers as they are played: their names, and their texts, whose requests the lab would hear.
fn messages(stage: &Stage) -> Vec<[String; 2]> {
    let heard = format!("http://{FOREIGN_HOST}:{}", stage.lab.port());
    let mut messages: Vec<[String; 2]> = Vec::new();
    let mut room = 0;
    for hostile in answers() {
        let text = hostile.text.replace(HOST, &heard);
        let is_alone = text.contains("```") || text.contains("~~~") || text.len() > 400;
        match messages.last_mut().filter(|_| room > 0 && !is_alone) {
            Some([name, said]) => {
                *name += &format!(" + {}", hostile.name);
                *said += &format!("\n\n{text}");
                room -= 1;
            }
            None => {
                messages.push([hostile.name, text]);
                room = if is_alone { 0 } else { TOGETHER - 1 };
            }
        }
    }
    messages
}

/// Plays all answers to the chat of a window, which is an expression.
async fn plays(stage: &Stage, chat: &Chat, window: &str, origins: &[String]) {
    let ready = format!(
        "!!{window}?.document?.querySelector('rill-chat')?.shadowRoot?.querySelector('textarea')"
    );
    chat.page.until::<bool>(&ready).await;
    // The second half of the page is here with the first reply.
    let begin = json!([["Hello", "Hello"]]);
    let messages = messages(stage);
    assert!(messages.len() >= 200, "{}", messages.len());
    let chunks = messages.chunks(CHUNK).map(|chunk| json!(chunk));
    for (number, chunk) in std::iter::once(begin).chain(chunks).enumerate() {
        let allowed = json!(origins);
        let play = format!(
            "(globalThis.wrong = null, hostile.play({window}, {chunk}, {allowed}).then((found) => {{ wrong = found; }}, (error) => {{ wrong = [String(error)]; }}), null)"
        );
        let _: Value = chat.page.js(&play).await;
        let wrong: Vec<String> = chat.page.until("globalThis.wrong").await;
        // What is loaded with the first reply is not yet of the page as it was before.
        let wrong = wrong
            .iter()
            .filter(|one| number > 0 || !one.starts_with("changed"));
        let wrong: Vec<&String> = wrong.collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
    let asked = stage.lab.log();
    let strange = asked.iter().filter(|entry| {
        let host = entry.header("host").unwrap_or_default();
        host.starts_with(FOREIGN_HOST) || !entry.path.starts_with("/v1/")
    });
    let strange: Vec<String> = strange.map(|entry| format!("{entry:?}")).collect();
    assert!(strange.is_empty(), "{strange:#?}");
}

#[e2e::case]
pub async fn no_hostile_answer_is_more_than_text_in_the_page(stage: Stage) {
    let page = stage.blank().await;
    page.at_start(PLAY).await;
    let query = stage.query(Dialect::OpenAi, ECHO, "storage=none&lang=en");
    page.goto(&stage.site.url(&format!("?{query}"))).await;
    let chat = Chat { page, at: 0 };
    let origins = [stage.site.origin(), stage.lab.origin()];
    plays(&stage, &chat, "window", &origins).await;
}

#[e2e::case]
pub async fn no_hostile_answer_reaches_out_of_the_element_on_another_sites_page(stage: Stage) {
    let ours = StaticSite::of(Stage::dist().expect("a built page"))
        .header("access-control-allow-origin", "*")
        .start()
        .await
        .expect("a host");
    let server = stage.lab.url(Dialect::OpenAi, ECHO);
    let page = format!(
        "<!doctype html><title>Theirs</title><script type=\"module\" src=\"{}\"></script><form id=f action=/stolen><input name=secret value=theirs></form><p class=answer>Their words</p><rill-chat style=\"height: 600px\" loading=\"eager\" server=\"{server}\" kind=\"openai\" pace=\"instant\" lang=\"en\" storage=\"none\"></rill-chat>",
        ours.url("rill.js")
    );
    let theirs = StaticSite::of(std::env::temp_dir().join("rill-nothing"))
        .page("theirs.html", page)
        .start()
        .await
        .expect("a host");
    let page = stage.blank().await;
    page.at_start(PLAY).await;
    page.goto(&theirs.url("theirs.html")).await;
    let chat = Chat { page, at: 0 };
    let origins = [theirs.origin(), ours.origin(), stage.lab.origin()];
    plays(&stage, &chat, "window", &origins).await;
}

#[e2e::case]
pub async fn no_hostile_answer_reaches_out_of_the_frame(stage: Stage) {
    let folder = Stage::dist().expect("a built page");
    if !folder.join("embed.html").is_file() {
        println!("     (this build has no page for frames: nothing is played in one)");
        return;
    }
    let page = stage.blank().await;
    page.at_start(PLAY).await;
    page.goto(&stage.site.url("empty.html")).await;
    let query = stage.query(Dialect::OpenAi, ECHO, "storage=none&lang=en");
    let frame = format!(
        "embed.html?origin={}&{query}",
        percent_encode(&stage.site.origin())
    );
    let open = format!(
        "(() => {{
            const frame = document.createElement('iframe');
            frame.style.cssText = 'inline-size: 100%; block-size: 600px';
            frame.src = {};
            document.body.append(frame);
            return null;
        }})()",
        json!(frame)
    );
    let _: Value = page.js(&open).await;
    let chat = Chat { page, at: 0 };
    let around = "[document.documentElement.outerHTML, document.title, location.href]";
    let before: Vec<String> = chat.page.js(around).await;
    let origins = [stage.site.origin(), stage.lab.origin()];
    plays(&stage, &chat, "frames[0]", &origins).await;
    assert_eq!(chat.page.js::<Vec<String>>(around).await, before);
    let traps: Vec<String> = chat.page.js("hostile.traps").await;
    assert!(traps.is_empty(), "{traps:?}");
}
