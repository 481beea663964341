//! The built page in Chromium, against real servers, and against one that misbehaves on demand and judges its client.
//! `cargo xtask test --servers` fetches and starts what can be had, and names it in `RILL_SERVERS` (`litellm=http://...,mlx=...`): the
//! cases of what is not named there are not run.

use e2e::chat::Turn;
use e2e::{Chat, Stage};
use lab::percent_encode;
use serde_json::{Value, json};
use std::time::Duration;

/// A small model on two cores that others use too takes its time.
const PATIENCE: Duration = Duration::from_secs(150);

fn main() -> std::process::ExitCode {
    assert!(
        !servers().is_empty(),
        "RILL_SERVERS names no server: `cargo xtask test --servers` starts some"
    );
    e2e::suite::main_of(|case| {
        let servers = servers();
        let mut names = servers.iter().map(|(name, _)| name);
        names.any(|name| case.name().starts_with(name.as_str()))
    })
}

/// Names and addresses.
fn servers() -> Vec<(String, String)> {
    let named = std::env::var("RILL_SERVERS").unwrap_or_default();
    let pairs = named.split(',').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, address)| (name.to_owned(), address.to_owned()))
        .collect()
}

fn server(name: &str) -> String {
    let found = servers().into_iter().find(|(known, _)| known == name);
    found.map(|(_, address)| address).expect("main saw it")
}

/// The page for this server, whose language it finds out by itself.
async fn open(stage: &Stage, name: &str, more: &str) -> Chat {
    let address = percent_encode(&server(name));
    let query = format!("server={address}&storage=none&{more}");
    let chat = stage.open(&query).await;
    let known = "/Talking with/.test(e2e.root().textContent)";
    let known = chat.page.within::<bool>(PATIENCE, known).await;
    assert!(
        known.is_some(),
        "not connected:\n{}",
        chat.page.words().await
    );
    chat
}

/// Sends, and waits until the reply to it has begun.
async fn send(chat: &Chat, text: &str) {
    let replies = "e2e.turns(0, 'assistant').length";
    let before: usize = chat.page.js(replies).await;
    chat.send(text).await;
    chat.page
        .until::<bool>(&format!("{replies} > {before}"))
        .await;
}

/// Waits for the end of the newest reply.
async fn ended(chat: &Chat) -> Turn {
    let over = "(e2e.turn(0, -1)?.end ?? 'running') !== 'running'";
    let over = chat.page.within::<bool>(PATIENCE, over).await;
    assert!(
        over.is_some(),
        "it does not end:\n{}",
        chat.page.words().await
    );
    chat.ended().await
}

/// Waits until the newest reply shows so many characters.
async fn shows(chat: &Chat, characters: usize) {
    let enough = format!("(e2e.turn(0, -1)?.text.length ?? 0) >= {characters}");
    let enough = chat.page.within::<bool>(PATIENCE, &enough).await;
    assert!(
        enough.is_some(),
        "nothing comes:\n{}",
        chat.page.words().await
    );
}

/// A conversation as people have it: an answer that comes in steps, a long one that is stopped, and one more.
async fn streams_stops_and_goes_on(chat: &Chat) {
    let _: Value = chat.page.js("(e2e.watch(), null)").await;
    send(chat, "Say hello in one short sentence.").await;
    let turn = ended(chat).await;
    assert_eq!(turn.end.as_deref(), Some("complete"), "{turn:?}");
    let steps: usize = chat.page.js("seen.length").await;
    assert!(steps > 3, "it came in {steps} steps: {turn:?}");
    send(
        chat,
        "Tell me a very long story about a fish, with many chapters.",
    )
    .await;
    shows(chat, 40).await;
    chat.button("Stop").await;
    let turn = ended(chat).await;
    assert_eq!(turn.fate(), ("stopped", None));
    send(chat, "Say hello.").await;
    let turn = ended(chat).await;
    assert_eq!(
        turn.end.as_deref(),
        Some("complete"),
        "after the stop: {turn:?}"
    );
}

#[e2e::case]
async fn litellm_streams_stops_and_goes_on(stage: Stage) {
    let chat = open(&stage, "litellm", "model=smollm2&pace=live").await;
    streams_stops_and_goes_on(&chat).await;
}

/// Its second model leads to a port where nothing listens.
#[e2e::case]
async fn litellm_tells_that_its_server_is_gone(stage: Stage) {
    let chat = open(&stage, "litellm", "model=nobody&pace=instant").await;
    send(&chat, "Hello").await;
    let turn = ended(&chat).await;
    assert_eq!(turn.end.as_deref(), Some("refused"), "{turn:?}");
    assert!(turn.all.contains("Connection error"), "{turn:?}");
}

#[e2e::case]
async fn mlx_streams_stops_and_goes_on(stage: Stage) {
    let chat = open(&stage, "mlx", "pace=live").await;
    streams_stops_and_goes_on(&chat).await;
}

/// It looks for a model that it does not have in its own store, where there is none.
#[e2e::case]
async fn mlx_without_the_wanted_model_says_so(stage: Stage) {
    let chat = open(&stage, "mlx", "model=no-such-model&pace=instant").await;
    send(&chat, "Hello").await;
    let turn = ended(&chat).await;
    assert_eq!(turn.fate(), ("refused", Some("404")), "{turn:?}");
    assert!(turn.all.contains("snapshot"), "its own words: {turn:?}");
}

/// llmock, under a path of the page's own host, for it knows no CORS.
struct Mock {
    chat: Chat,
}

impl Mock {
    async fn open(stage: &Stage) -> Mock {
        stage.site.proxy("/llmock", &server("llmock"));
        let query = "server=/llmock&kind=openai&model=gpt-4o&pace=instant&storage=none";
        Mock {
            chat: stage.open(query).await,
        }
    }

    /// Asks its own interface.
    async fn tell(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let options = match body {
            None => json!({ "method": method }),
            Some(body) => json!({
                "method": method,
                "headers": { "content-type": "application/json" },
                "body": body.to_string(),
            }),
        };
        let ask =
            format!("fetch('/llmock/_llmock/{path}', {options}).then((answer) => answer.json())");
        self.chat.page.js(&ask).await
    }

    /// Sends while the next request meets this; the reply as it ended, and then, by the person's hand, the whole answer.
    async fn meets(&self, behaviour: Value, end: &str) -> Turn {
        let queue = json!({ "behaviors": [behaviour.clone()] });
        self.tell("POST", "scenario", Some(&queue)).await;
        send(&self.chat, &format!("What about {}?", behaviour["type"])).await;
        let turn = ended(&self.chat).await;
        assert_eq!(turn.end.as_deref(), Some(end), "{behaviour}: {turn:?}");
        turn
    }

    /// The person tries again, and now it is whole.
    async fn again(&self) {
        let buttons = "e2e.every(0, 'article[data-role=\"assistant\"] button')";
        let retry = format!("{buttons}.filter((one) => e2e.name(one) === 'Retry').at(-1)");
        self.chat.page.click(&retry).await;
        let whole = "e2e.turn(0, -1)?.end === 'complete'";
        let whole = self.chat.page.within::<bool>(PATIENCE, whole).await;
        assert!(whole.is_some(), "{}", self.chat.page.words().await);
    }
}

#[e2e::case]
async fn llmock_finds_no_fault_with_the_page(stage: Stage) {
    let mock = Mock::open(&stage).await;
    // The first send finds out what the body must be called; a judge of retries would take that for one.
    send(&mock.chat, "Hello").await;
    assert_eq!(ended(&mock.chat).await.end.as_deref(), Some("complete"));
    mock.tell("POST", "reset", None).await;

    let turn = mock
        .meets(
            json!({"type": "fail", "status": 503, "retry_after": 0}),
            "refused",
        )
        .await;
    assert!(
        turn.all.contains("503") || turn.reason.as_deref() == Some("503"),
        "{turn:?}"
    );
    mock.again().await;
    mock.meets(
        json!({"type": "fail", "status": 429, "retry_after": 0}),
        "refused",
    )
    .await;
    mock.again().await;
    let fault = |kind: &str| json!({"type": "stream_fault", "kind": kind, "after_chunks": 4});
    let turn = mock.meets(fault("disconnect"), "broken").await;
    assert!(!turn.text.is_empty(), "what came is kept: {turn:?}");
    mock.again().await;
    let turn = mock.meets(fault("truncate"), "cut").await;
    assert!(!turn.text.is_empty(), "what came is kept: {turn:?}");
    mock.again().await;
    let turn = mock.meets(fault("malformed"), "complete").await;
    assert!(
        !turn.text.is_empty(),
        "the stream goes on behind it: {turn:?}"
    );
    mock.meets(
        json!({"type": "slow_first_token", "seconds": 2}),
        "complete",
    )
    .await;

    // A stream that hangs is the person's to end.
    let stall =
        json!({"type": "stream_fault", "kind": "stall", "after_chunks": 4, "stall_seconds": 60});
    mock.tell("POST", "scenario", Some(&json!({ "behaviors": [stall] })))
        .await;
    send(&mock.chat, "And if it hangs?").await;
    shows(&mock.chat, 1).await;
    mock.chat.button("Stop").await;
    assert_eq!(ended(&mock.chat).await.fate(), ("stopped", None));

    let verdict = mock.tell("GET", "verdict", None).await;
    assert_eq!(verdict["errors"], 0, "{verdict:#}");
    // What is slow is no fault to it, and the one that hung it may not have noted yet.
    let faults = verdict["faults_injected"].as_u64();
    assert!(faults >= Some(5), "{verdict:#}");
}
