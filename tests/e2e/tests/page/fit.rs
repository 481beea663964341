//! Conversations that are longer than the model's context: what is sent of them, and what the page shows of that.

use crate::conversations::{file, give};
use crate::talk::chats;
use e2e::{Chat, Stage};
use lab::{Dialect, Entry};

/// The border between what is sent and what is not.
const BORDER: &str = "e2e.every(0, '[data-window=begins]')[0]";
/// A short reply, at once.
const QUICK: &str = "delay=0;first=0;tokens=8;context=2048";

/// Brings a conversation of so many turns to the page.
async fn with_turns(stage: &Stage, dialect: Dialect, options: &str, turns: usize) -> Chat {
    let chat = stage.chat(dialect, options, "pace=instant").await;
    chat.list().await;
    give(&chat, "long.json", &file(turns)).await;
    chat.page
        .until::<bool>(&format!("e2e.every(0, 'article').length === {turns}"))
        .await;
    chat
}

/// The number of turns above the border.
async fn above(chat: &Chat) -> usize {
    chat.page.until::<bool>(&format!("!!{BORDER}")).await;
    chat.page
        .js(&format!(
            "e2e.every(0, 'article').filter((turn) => turn.compareDocumentPosition({BORDER}) & 4).length"
        ))
        .await
}

/// Waits until the border says this; it may stand far out of view.
async fn border_says(chat: &Chat, words: &str) {
    chat.page
        .until::<bool>(&format!("{BORDER}?.textContent.includes('{words}')"))
        .await;
}

fn newest(log: &[Entry]) -> String {
    chats(log)
        .last()
        .map(|entry| entry.body.clone())
        .unwrap_or_default()
}

/// Chooses a rule at the border.
async fn choose(chat: &Chat, rule: &str) {
    let choose = format!(
        "(() => {{
            const select = {BORDER}?.querySelector('select');
            if (!select) return false;
            select.value = '{rule}';
            select.dispatchEvent(new Event('change', {{ bubbles: true }}));
            return true;
        }})()"
    );
    chat.page.until::<bool>(&choose).await;
}

/// Opens what else can be done with a turn.
async fn more(chat: &Chat, turn: usize) {
    let button = format!("e2e.every(0, 'article')[{turn}]?.querySelector('button.more')");
    chat.page.click(&button).await;
}

#[e2e::case]
pub async fn a_talk_of_two_hundred_turns_fits_into_2048_tokens(stage: Stage) {
    let chat = with_turns(&stage, Dialect::LlamaCpp, QUICK, 160).await;
    let mut border = 0;
    for turn in 0..20 {
        let question = format!(
            "Number {turn}: {}",
            "and what then? ".repeat(5 + 3 * turn % 40)
        );
        let reply = chat.ask(&question).await;
        assert_eq!(reply.fate(), ("complete", Some("stop")), "{reply:?}");
        let next = above(&chat).await;
        assert!(
            next >= border,
            "the border went back from {border} to {next}"
        );
        border = next;
    }
    assert!(border > 120, "{border}");
    let log = stage.lab.log();
    assert_eq!(chats(&log).len(), 20, "no request was made twice");
    assert!(chats(&log).iter().all(|entry| entry.status == Some(200)));
    // Whatever is left out, the newest question is sent, and the border says what is not.
    assert!(newest(&log).contains("Number 19:"));
    assert!(!newest(&log).contains("Question 0?"));
    border_says(&chat, "Earlier messages that are no longer sent").await;
}

#[e2e::case]
pub async fn a_refusal_for_length_is_followed_by_one_request_with_less(stage: Stage) {
    // Nothing tells how much fits, but the refusal.
    let chat = with_turns(&stage, Dialect::OpenAi, QUICK, 200).await;
    let reply = chat.ask("And then?").await;
    assert_eq!(reply.fate(), ("complete", Some("stop")), "{reply:?}");
    let statuses = |log: &[Entry]| -> Vec<Option<u16>> {
        chats(log).iter().map(|entry| entry.status).collect()
    };
    assert_eq!(statuses(&stage.lab.log()), [Some(400), Some(200)]);
    above(&chat).await;
    // What it said is known from now on.
    let reply = chat.ask("And what after that?").await;
    assert_eq!(reply.fate(), ("complete", Some("stop")), "{reply:?}");
    assert_eq!(
        statuses(&stage.lab.log()),
        [Some(400), Some(200), Some(200)]
    );
}

#[e2e::case]
pub async fn a_message_that_alone_is_too_long_is_refused_and_said(stage: Stage) {
    let chat = stage
        .chat(Dialect::OpenAi, "context=256", "pace=instant")
        .await;
    let reply = chat.ask(&"word ".repeat(600)).await;
    assert_eq!(reply.fate(), ("refused", Some("400")));
    assert_eq!(
        chats(&stage.lab.log()).len(),
        1,
        "there is nothing to leave out"
    );
}

#[e2e::case]
pub async fn a_turn_can_always_be_sent(stage: Stage) {
    let chat = with_turns(&stage, Dialect::LlamaCpp, QUICK, 160).await;
    chat.ask("Hello").await;
    above(&chat).await;
    assert!(!newest(&stage.lab.log()).contains("Question 2?"));
    more(&chat, 2).await;
    chat.button("Always send").await;
    chat.ask("Hello again").await;
    let sent = newest(&stage.lab.log());
    assert!(
        sent.contains("Question 2?") && sent.contains("Answer 3 "),
        "{sent}"
    );
    assert!(!sent.contains("Question 4?"));
    // The rule is the person's.
    choose(&chat, "oldest").await;
    chat.ask("And once more").await;
    assert!(!newest(&stage.lab.log()).contains("Question 2?"));
}

#[e2e::case]
pub async fn a_summary_stands_in_for_what_is_left_out(stage: Stage) {
    let chat = with_turns(&stage, Dialect::LlamaCpp, QUICK, 100).await;
    chat.ask("Hello").await;
    above(&chat).await;
    choose(&chat, "summary").await;
    chat.ask("And now?").await;
    let log = stage.lab.log();
    let asked = chats(&log);
    assert_eq!(asked.len(), 3, "one of them is for the summary");
    assert!(asked[1].body.contains("Sum up the following conversation"));
    assert!(asked[1].body.contains("Question"));
    assert!(
        newest(&log).contains("Summary of the conversation so far:\\n"),
        "{}",
        newest(&log)
    );
    let summary = "e2e.every(0, '.turn.summary')[0]";
    let words = format!("e2e.text({summary}?.querySelector('.summed-up')).trim()");
    let made: String = chat.page.until(&words).await;
    assert!(made.starts_with("A river begins"), "{made}");
    border_says(&chat, "Earlier messages that are sent as a summary").await;

    // It is edited, and the edit is undone, as with any turn.
    let button = |name: &str| {
        format!(
            "[...{summary}.querySelectorAll('button')].find((one) => e2e.name(one) === '{name}')"
        )
    };
    chat.page.click(&button("Edit")).await;
    chat.page
        .until::<bool>("!!e2e.find(0, 'textbox', 'Edit')")
        .await;
    chat.put("textbox", "Edit", "They spoke of rivers.").await;
    chat.page.click(&button("Save")).await;
    chat.page
        .until::<bool>(&format!("{words} === 'They spoke of rivers.'"))
        .await;
    chat.ask("What was it about?").await;
    assert!(newest(&stage.lab.log()).contains("They spoke of rivers."));
    chat.page.click(&button("Remove")).await;
    chat.page.until::<bool>(&format!("!{summary}")).await;
    chat.button("Undo").await;
    chat.page
        .until::<bool>(&format!("{words} === 'They spoke of rivers.'"))
        .await;
    // And it is kept.
    crate::conversations::kept_records(&chat, "They spoke of rivers.").await;
}
