//! Who reads otherwise: with a screen reader, in another language, what a model only thought.

use e2e::access::heard;
use e2e::{Chat, Stage};
use lab::{Dialect, percent_encode};
use serde_json::Value;

/// Puts elements in the place of all text on the page, as a browser does that translates it; of what asks to be left alone only with
/// `boldly`.
pub async fn translate(chat: &Chat, boldly: bool) {
    let script = format!(
        "(() => {{
            const walker = document.createTreeWalker(e2e.root(), NodeFilter.SHOW_TEXT);
            const all = [];
            while (walker.nextNode()) all.push(walker.currentNode);
            for (const text of all) {{
                if (!text.data.trim() || !{boldly} && text.parentElement.closest('[translate=no]')) continue;
                const [outer, inner] = [document.createElement('font'), document.createElement('font')];
                inner.textContent = text.data;
                outer.append(inner);
                text.replaceWith(outer);
            }}
            return all.length;
        }})()"
    );
    assert!(chat.page.js::<usize>(&script).await > 4);
}

#[e2e::case]
pub async fn a_browser_that_translates_loses_no_word(stage: Stage) {
    let thought = "First it thinks about the river, and then about where it goes in the end.";
    let text = "The river begins in the hills.\n\n- It is cold.\n- It is **quick and bold** there.\n\n```\nlet code = 1;\nlet more = 2;\n```\n\nIt ends in the sea, *far from* here, after a long and quiet way through the plains.";
    for boldly in [false, true] {
        let options = format!(
            "delay=40;think={};text={}",
            percent_encode(thought),
            percent_encode(text)
        );
        let chat = stage.chat(Dialect::OpenAi, &options, "").await;
        chat.send("Hello").await;
        chat.page
            .until::<bool>("e2e.turn(0, -1)?.reasoning.length > 10")
            .await;
        translate(&chat, boldly).await;
        for letters in [10, 60, 95, 130, 170] {
            chat.shows(letters).await;
            if letters == 60 {
                // What is finished may be translated; what still grows may not, nor may code.
                let may: Vec<bool> = chat
                    .page
                    .js("(() => { const blocks = e2e.every(0, '.answer .stretch > *'); return [blocks[0].translate, blocks.at(-1).translate]; })()")
                    .await;
                assert_eq!(may, [true, false]);
            }
            translate(&chat, boldly).await;
        }
        let turn = chat.ended().await;
        assert_eq!(turn.fate(), ("complete", Some("stop")));
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let shown = flat(&turn.text);
        for words in [
            "The river begins in the hills.",
            "It is cold.",
            "It is quick and bold there.",
            "let code = 1; let more = 2;",
            "It ends in the sea, far from here, after a long and quiet way through the plains.",
        ] {
            assert_eq!(shown.matches(words).count(), 1, "{words}: {shown}");
        }
        assert_eq!(turn.reasoning, thought);
        // Nor is what the page itself says.
        assert!(turn.all.contains("Complete"), "{}", turn.all);
        chat.page
            .until::<bool>(&format!("!!{}", chat.find("button", "Send")))
            .await;
        // By now all of the answer may be, but for code.
        let kept: Vec<String> = chat
            .page
            .js("e2e.every(0, '.answer [translate=no], .reasoning[translate]').map((one) => one.localName)")
            .await;
        assert_eq!(kept, ["code"]);
        chat.page.close().await;
    }
}

/// Listens, once the page has said whom it talks to.
async fn listen(chat: &Chat) {
    chat.page
        .until::<bool>("e2e.every(0, '.who')[0]?.textContent.startsWith('Talking with')")
        .await;
    heard::listen(&chat.page).await;
    let _: Value = chat
        .page
        .js("(Object.defineProperty(globalThis, 'said', { get: () => heard.map(({ words }) => words) }), null)")
        .await;
}

/// What was said so far.
async fn said(chat: &Chat) -> Vec<String> {
    heard::words(&chat.page).await
}

#[e2e::case]
pub async fn those_who_listen_hear_each_sentence_once_and_the_end(stage: Stage) {
    // Twenty tokens a second, for twenty seconds.
    let words = [
        "North", "South", "East", "West", "Upper", "Lower", "Old", "New",
    ];
    let sentences: Vec<String> = words
        .iter()
        .flat_map(|one| words.map(|other| format!("The {one} {other} bends.")))
        .collect();
    let paragraphs: Vec<String> = sentences.chunks(6).map(|part| part.join(" ")).collect();
    let text = paragraphs.join("\n\n");
    let options = format!("delay=50;text={}", percent_encode(&text));
    let chat = stage.chat(Dialect::OpenAi, &options, "").await;
    listen(&chat).await;
    chat.send("Hello").await;
    chat.page.until::<bool>("said.length > 0").await;
    chat.shows(200).await;
    let early = said(&chat).await;
    assert!(
        early.iter().any(|text| text.contains(&sentences[0])),
        "the first sentence is heard while the others come: {early:?}"
    );
    assert_eq!(chat.ended().await.fate(), ("complete", Some("stop")));
    chat.page
        .until::<bool>("said.at(-1).includes('Complete')")
        .await;
    let heard = said(&chat).await;
    assert!((3..=7).contains(&heard.len()), "{heard:?}");
    let all = heard.join("\n");
    for sentence in &sentences {
        assert_eq!(
            all.matches(sentence.as_str()).count(),
            1,
            "{sentence}: {heard:?}"
        );
    }
    assert!(
        !all.contains(|letter: char| letter.is_ascii_digit()),
        "{heard:?}"
    );
    for text in heard.iter().take(heard.len() - 1) {
        assert!(
            text.ends_with('.') || text == "Waiting for the first word",
            "only what is done: {heard:?}"
        );
    }
}

#[e2e::case]
pub async fn those_who_listen_hear_text_and_not_marks(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "delay=0", "").await;
    listen(&chat).await;
    chat.ask("Hello").await;
    chat.page
        .until::<bool>("said.at(-1)?.includes('Complete')")
        .await;
    let mut heard = said(&chat).await;
    // A busy machine keeps the first word waiting.
    heard.retain(|text| text != "Waiting for the first word");
    let heard = heard.join("\n");
    assert_eq!(
        heard.lines().collect::<Vec<_>>().join("|"),
        "A river begins small.|Three rivers|The Rhine, 1233 km|The Danube, 2850 km|The Elbe, 1094 km|rust|river, sea|Rhine, North Sea|Danube, Black Sea|It ends in the sea. 🌊|Complete"
    );
}

#[e2e::case]
pub async fn the_question_before_a_reply_is_given_up_is_heard_and_stays_until_it_is_answered(
    stage: Stage,
) {
    let clocks = "grace=4&deadlines=connect:9,first-token:9,silence:1,total:0";
    let chat = stage.chat(Dialect::OpenAi, "stall=4000", clocks).await;
    listen(&chat).await;
    chat.send("Hello").await;
    let told = |words: &str, count: usize| {
        format!("said.filter((text) => text.includes('{words}')).length === {count}")
    };
    let asks = "Nothing has come for a while.";
    chat.page.until::<bool>(&told(asks, 1)).await;
    // Frames and figures go on, and leave it there.
    let _: Value = chat
        .page
        .js("new Promise((done) => setTimeout(() => requestAnimationFrame(() => done(null)), 700))")
        .await;
    chat.button("Keep waiting").await;
    let gone = format!("!{}", chat.find("button", "Keep waiting"));
    chat.page.until::<bool>(&gone).await;
    chat.page.until::<bool>(&told(asks, 2)).await;
    // Nobody answers.
    let turn = chat.ended().await;
    assert_eq!(turn.fate(), ("stalled", Some("silence")));
    chat.page.until::<bool>(&told("Given up", 1)).await;
}

#[e2e::case]
pub async fn where_there_is_only_thinking_it_can_be_read(stage: Stage) {
    let seen = "(() => { const turn = e2e.turns(0, 'assistant').at(-1); return [...turn.querySelectorAll('.reasoning, .answer')].some((one) => e2e.visible(one) && one.innerText.includes('The ferry leaves at nine.')); })()";
    let options = "delay=0;empty;think=The%20ferry%20leaves%20at%20nine.";
    let chat = stage.chat(Dialect::OpenAi, options, "").await;
    let turn = chat.ask("When?").await;
    chat.page.until::<bool>(seen).await;
    assert!(!turn.all.contains("Nothing came"), "{}", turn.all);
    chat.page.close().await;
    // So it is where the person stopped it.
    let options = "delay=20;tokens=3000;think=The%20ferry%20leaves%20at%20nine.%20".to_owned()
        + &percent_encode(&"And so on it thinks. ".repeat(400));
    let chat = stage.chat(Dialect::OpenAi, &options, "").await;
    chat.send("When?").await;
    chat.page
        .until::<bool>("e2e.turn(0, -1)?.reasoning.length > 60")
        .await;
    let is_seen: bool = chat.page.js(seen).await;
    assert!(!is_seen, "while it runs it is folded up");
    chat.button("Stop").await;
    let turn = chat.ended().await;
    assert_eq!((turn.fate(), turn.text.as_str()), (("stopped", None), ""));
    chat.page.until::<bool>(seen).await;
    // Where an answer came, it stays folded up.
    let chat = stage
        .chat(
            Dialect::OpenAi,
            "delay=0;tokens=3;think=The%20ferry%20leaves%20at%20nine.",
            "",
        )
        .await;
    chat.ask("When?").await;
    let is_seen: bool = chat.page.js(seen).await;
    assert!(!is_seen);
}
