//! The servers that speak OpenAI's wire, each with its own rules: vLLM, text-generation-webui, LiteLLM, OpenRouter, LM Studio.

use crate::talk::chats;
use e2e::Stage;
use lab::{Dialect, Entry};

const V1: &str = "/v1/chat/completions";
const NATIVE: &str = "/api/v1/chat";

fn media(entry: &Entry) -> &str {
    let media = entry.header("content-type").unwrap_or_default();
    media.split(';').next().unwrap_or_default()
}

/// Two turns, whole and with what was said before; all that is sent is called `expect`.
async fn conversation(stage: &Stage, dialect: Dialect, expect: &str) {
    let chat = stage.chat(dialect, "delay=2", "").await;
    for question in ["Where does a river begin?", "And where does it end?"] {
        let turn = chat.ask(question).await;
        assert_eq!(
            turn.fate(),
            ("complete", Some("stop")),
            "{dialect:?} {turn:?}"
        );
        assert!(
            turn.text.contains("It ends in the sea. 🌊"),
            "{dialect:?} {turn:?}"
        );
    }
    let log = stage.lab.log();
    for entry in log.iter().filter(|entry| entry.method == "POST") {
        assert_eq!(media(entry), expect, "{dialect:?} {}", entry.path);
    }
    if expect == "text/plain" {
        assert!(
            log.iter().all(|entry| entry.method != "OPTIONS"),
            "{}",
            stage.lab.logbook().summary()
        );
    }
    let asked = chats(&log);
    assert_eq!(asked.len(), 2, "{}", stage.lab.logbook().summary());
    assert!(
        asked[1].body.contains("A river begins small."),
        "{}",
        asked[1].body
    );
}

#[e2e::case]
pub async fn vllm_is_asked_in_json(stage: Stage) {
    conversation(&stage, Dialect::Vllm, "application/json").await;
}

#[e2e::case]
pub async fn textgen_is_asked_in_json(stage: Stage) {
    conversation(&stage, Dialect::TextGen, "application/json").await;
}

#[e2e::case]
pub async fn llama_cpp_python_is_asked_in_json(stage: Stage) {
    conversation(&stage, Dialect::LlamaCppPython, "application/json").await;
}

#[e2e::case]
pub async fn litellm_is_asked_without_a_preflight(stage: Stage) {
    conversation(&stage, Dialect::LiteLlm, "text/plain").await;
}

#[e2e::case]
pub async fn openrouter_is_asked_without_a_preflight(stage: Stage) {
    conversation(&stage, Dialect::OpenRouter, "text/plain").await;
}

#[e2e::case]
pub async fn lm_studio_streams_in_its_own_words_first(stage: Stage) {
    let chat = stage
        .chat(
            Dialect::LmStudio,
            "delay=2;think=Let%20me%20see.",
            "model=openai/gpt-oss-20b",
        )
        .await;
    for question in ["Where does a river begin?", "And where does it end?"] {
        let turn = chat.ask(question).await;
        assert_eq!(turn.fate(), ("complete", Some("stop")), "{turn:?}");
        assert!(turn.text.contains("It ends in the sea. 🌊"), "{turn:?}");
        assert!(turn.reasoning.contains("Let me see."), "{turn:?}");
    }
    let log = stage.lab.log();
    let asked = chats(&log);
    let paths: Vec<&str> = asked.iter().map(|entry| entry.path.as_str()).collect();
    // What was said before can only be told in OpenAI's words.
    assert_eq!(paths, [NATIVE, V1]);
    assert!(asked[1].body.contains("A river begins small."));
    assert!(asked.iter().all(|entry| media(entry) == "application/json"));
}

#[e2e::case]
pub async fn an_older_lm_studio_is_asked_in_openais_words(stage: Stage) {
    let options = format!("delay=2;missing={}", lab::percent_encode(NATIVE));
    let chat = stage
        .chat(Dialect::LmStudio, &options, "model=openai/gpt-oss-20b")
        .await;
    let turn = chat.ask("Hello").await;
    assert_eq!(turn.fate(), ("complete", Some("stop")), "{turn:?}");
    let log = stage.lab.log();
    let paths: Vec<&str> = chats(&log)
        .iter()
        .map(|entry| entry.path.as_str())
        .collect();
    assert_eq!(paths, [NATIVE, V1]);
}

#[e2e::case]
pub async fn lm_studio_tells_how_the_prompt_is_read(stage: Stage) {
    let quick =
        "model=openai/gpt-oss-20b&grace=0&deadlines=connect:1,first-token:1,silence:1,total:0";
    let chat = stage
        .chat(Dialect::LmStudio, "first=2500;prefill=10", quick)
        .await;
    let turn = chat.ask("A long prompt").await;
    assert_eq!(
        turn.fate(),
        ("complete", Some("stop")),
        "its progress is a sign of life: {turn:?}"
    );
}

#[e2e::case]
pub async fn failures_in_the_middle_are_told_as_each_server_tells_them(stage: Stage) {
    let table = [
        (Dialect::Vllm, "broken", "The engine died"),
        (
            Dialect::LiteLlm,
            "broken",
            "The upstream model ran out of memory",
        ),
        (
            Dialect::OpenRouter,
            "broken",
            "The provider ran out of memory",
        ),
        // An exception there just ends the stream.
        (Dialect::TextGen, "cut", ""),
    ];
    for (dialect, end, words) in table {
        let chat = stage.chat(dialect, "error=inside", "").await;
        let turn = chat.ask("Hello").await;
        assert_eq!(turn.end.as_deref(), Some(end), "{dialect:?} {turn:?}");
        assert!(turn.text.starts_with("A river"), "{dialect:?} {turn:?}");
        assert!(turn.all.contains(words), "{dialect:?}: {}", turn.all);
    }
    let chat = stage
        .chat(
            Dialect::LmStudio,
            "error=inside",
            "model=openai/gpt-oss-20b",
        )
        .await;
    let turn = chat.ask("Hello").await;
    assert_eq!(
        turn.fate(),
        ("broken", Some("out_of_memory")),
        "the end behind the error does not hide it: {turn:?}"
    );
    let chat = stage.chat(Dialect::Vllm, "", "model=nope").await;
    let turn = chat.ask("Hello").await;
    assert_eq!(turn.fate(), ("refused", Some("404")));
    assert!(turn.all.contains("nope"), "{}", turn.all);
}

#[e2e::case]
pub async fn comments_and_pings_hold_the_clocks_back(stage: Stage) {
    // Ten signs of life to a deadline: a busy machine may be late with a few.
    let quick = "grace=0&deadlines=connect:2,first-token:2,silence:2,total:0";
    for dialect in [Dialect::OpenRouter, Dialect::TextGen] {
        let chat = stage.chat(dialect, "first=4500;comments=200", quick).await;
        let turn = chat.ask("Hello").await;
        assert_eq!(
            turn.fate(),
            ("complete", Some("stop")),
            "{dialect:?} {turn:?}"
        );
        assert!(!turn.text.contains("PROCESSING") && !turn.text.contains("ping"));
    }
}

#[e2e::case]
pub async fn each_servers_field_of_thinking_is_read_once(stage: Stage) {
    let options = "delay=2;think=Let%20me%20see.;text=It%20is%20blue.";
    for dialect in [
        Dialect::Vllm,
        Dialect::TextGen,
        Dialect::LiteLlm,
        Dialect::OpenRouter,
        Dialect::LmStudio,
    ] {
        let chat = stage.chat(dialect, options, "").await;
        let turn = chat.ask("What colour is it?").await;
        assert_eq!(turn.text.trim(), "It is blue.", "{dialect:?}");
        let times = turn.reasoning.matches("Let me see.").count();
        assert_eq!(times, 1, "{dialect:?}: {turn:?}");
    }
}
