//! What is sent, to every family.

use std::collections::BTreeMap;

use rill::chat::request::{ChatRequest, Knob, Message, Role, Sampling};
use rill::dialect::{BodyRule, Call, Kind, Method};
use serde_json::{Value, json};

fn request(continues: bool) -> ChatRequest {
    let says = |role, text: &str| Message::new(role, text);
    let mut messages = vec![says(Role::System, "Be brief."), says(Role::User, "Hi")];
    if continues {
        messages.push(says(Role::Assistant, "Hello, my"));
    }
    ChatRequest {
        messages,
        model: Some("m".to_owned()),
        continues,
        generation: "RILL7".to_owned(),
        ..ChatRequest::default()
    }
}

fn sampled() -> ChatRequest {
    let sampling = Sampling {
        knobs: BTreeMap::from([
            (Knob::Temperature, 0.5),
            (Knob::TopP, 0.9),
            (Knob::Seed, 7.0),
            (Knob::MaxTokens, 80.0),
        ]),
        stop: vec!["END".to_owned()],
        ..Sampling::default()
    };
    ChatRequest {
        sampling,
        ..request(false)
    }
}

fn body(call: &Call) -> Value {
    serde_json::from_str(call.body.as_deref().unwrap()).unwrap()
}

/// Checks method, path, rule and whole body of a chat.
fn check(
    kind: Kind,
    rung: usize,
    request: &ChatRequest,
    path: &str,
    rule: BodyRule,
    expect: Value,
) {
    let call = kind
        .dialect()
        .chat(request, &kind.dialect().transports()[rung]);
    assert_eq!(
        (call.method, call.path.as_str(), call.rule),
        (Method::Post, path, rule),
        "{kind:?}"
    );
    assert_eq!(body(&call), expect, "{kind:?} {rung}");
}

fn messages(continues: bool) -> Value {
    let mut messages =
        json!([{ "role": "system", "content": "Be brief." }, { "role": "user", "content": "Hi" }]);
    if continues {
        messages
            .as_array_mut()
            .unwrap()
            .push(json!({ "role": "assistant", "content": "Hello, my" }));
    }
    messages
}

fn openai(continues: bool, more: Value) -> Value {
    let mut body = json!({ "model": "m", "messages": messages(continues), "stream": true, "stream_options": { "include_usage": true } });
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    body
}

const V1: &str = "/v1/chat/completions";

#[test]
fn a_chat_is_asked_for_in_each_familys_words() {
    use BodyRule::{JsonOnly, PlainFirst};
    check(
        Kind::OpenAi,
        0,
        &request(false),
        V1,
        PlainFirst,
        openai(false, json!({})),
    );
    check(
        Kind::LiteLlm,
        0,
        &request(false),
        V1,
        PlainFirst,
        openai(false, json!({})),
    );
    check(
        Kind::LmStudio,
        1,
        &request(false),
        V1,
        JsonOnly,
        openai(false, json!({})),
    );
    check(
        Kind::TextGen,
        0,
        &request(false),
        V1,
        JsonOnly,
        openai(false, json!({})),
    );
    check(
        Kind::Vllm,
        0,
        &request(false),
        V1,
        JsonOnly,
        openai(false, json!({})),
    );
    check(
        Kind::LlamaCpp,
        0,
        &request(false),
        V1,
        PlainFirst,
        openai(
            false,
            json!({ "return_progress": true, "timings_per_token": true }),
        ),
    );
    check(
        Kind::KoboldCpp,
        0,
        &request(false),
        V1,
        PlainFirst,
        openai(false, json!({ "genkey": "RILL7" })),
    );
    check(
        Kind::KoboldCpp,
        1,
        &request(false),
        "/api/extra/generate/stream",
        PlainFirst,
        json!({
            "prompt": "Be brief.\n### Instruction:\nHi\n### Response:\n",
            "genkey": "RILL7",
            "stop_sequence": ["\n### Instruction:", "\n### Response:"],
            "trim_stop": true,
        }),
    );
    check(
        Kind::Ollama,
        0,
        &request(false),
        "/api/chat",
        PlainFirst,
        json!({ "model": "m", "messages": messages(false), "stream": true }),
    );
}

#[test]
fn llamacpp_takes_a_template_of_ones_own_at_its_native_endpoint() {
    let mut chosen = request(false);
    chosen.template = Some("gemma".to_owned());
    chosen.alternatives = 2;
    chosen.sampling.stop = vec!["END".to_owned()];
    chosen.sampling.knobs.insert(Knob::MaxTokens, 9.0);
    check(
        Kind::LlamaCpp,
        0,
        &chosen,
        "/completion",
        BodyRule::PlainFirst,
        json!({
            "prompt": "<start_of_turn>user\nBe brief.\n\nHi<end_of_turn>\n<start_of_turn>model\n",
            "stream": true,
            "stop": ["<end_of_turn>", "<start_of_turn>", "END"],
            "n_predict": 9,
            "n_probs": 2,
            "return_progress": true,
            "timings_per_token": true,
        }),
    );
    let count = Kind::LlamaCpp.dialect().count(&chosen).unwrap().call;
    assert_eq!(count.path, "/tokenize");
}

#[test]
fn the_model_goes_on_from_its_last_letter() {
    use BodyRule::{JsonOnly, PlainFirst};
    check(
        Kind::Vllm,
        0,
        &request(true),
        V1,
        JsonOnly,
        openai(
            true,
            json!({ "continue_final_message": true, "add_generation_prompt": false }),
        ),
    );
    check(
        Kind::TextGen,
        0,
        &request(true),
        V1,
        JsonOnly,
        openai(true, json!({ "continue_": true })),
    );
    check(
        Kind::LlamaCpp,
        0,
        &request(true),
        V1,
        PlainFirst,
        openai(
            true,
            json!({ "return_progress": true, "timings_per_token": true }),
        ),
    );
    check(
        Kind::KoboldCpp,
        0,
        &request(true),
        V1,
        PlainFirst,
        openai(
            true,
            json!({ "genkey": "RILL7", "continue_assistant_turn": true }),
        ),
    );
    let native = Kind::KoboldCpp
        .dialect()
        .chat(&request(true), &Kind::KoboldCpp.dialect().transports()[1]);
    assert_eq!(
        body(&native)["prompt"],
        "Be brief.\n### Instruction:\nHi\n### Response:\nHello, my"
    );
    check(
        Kind::Ollama,
        0,
        &request(true),
        "/api/chat",
        PlainFirst,
        json!({ "model": "m", "messages": messages(true), "stream": true }),
    );
}

#[test]
fn sampling_goes_by_each_familys_names() {
    let v1 =
        json!({ "temperature": 0.5, "top_p": 0.9, "seed": 7, "max_tokens": 80, "stop": ["END"] });
    check(
        Kind::OpenAi,
        0,
        &sampled(),
        V1,
        BodyRule::PlainFirst,
        openai(false, v1),
    );
    let native = body(
        &Kind::KoboldCpp
            .dialect()
            .chat(&sampled(), &Kind::KoboldCpp.dialect().transports()[1]),
    );
    assert_eq!(
        (
            &native["temperature"],
            &native["top_p"],
            &native["sampler_seed"],
            &native["max_length"],
            &native["stop_sequence"][2]
        ),
        (
            &json!(0.5),
            &json!(0.9),
            &json!(7),
            &json!(80),
            &json!("END")
        )
    );
    let ollama = body(
        &Kind::Ollama
            .dialect()
            .chat(&sampled(), &Kind::Ollama.dialect().transports()[0]),
    );
    assert_eq!(
        ollama["options"],
        json!({ "temperature": 0.5, "top_p": 0.9, "seed": 7, "num_predict": 80, "stop": ["END"] })
    );
}

#[test]
fn figures_and_stops_have_their_own_calls() {
    let shown = |call: Option<Call>| {
        call.map(|call| {
            format!(
                "{:?} {} {}",
                call.method,
                call.path,
                call.body.unwrap_or_default()
            )
            .trim()
            .to_owned()
        })
    };
    let row = |kind: Kind| {
        let dialect = kind.dialect();
        [
            Some(dialect.models().call),
            dialect.context(None).map(|asked| asked.call),
            dialect.stop("RILL7", None),
            dialect.perf().map(|asked| asked.call),
            Some(dialect.alive()),
        ]
        .map(shown)
    };
    let some = |text: &str| Some(text.to_owned());
    let models = some("Get /v1/models");
    assert_eq!(
        row(Kind::OpenAi),
        [models.clone(), None, None, None, models.clone()]
    );
    assert_eq!(
        row(Kind::LlamaCpp),
        [
            models.clone(),
            some("Get /props"),
            None,
            None,
            some("Get /health")
        ]
    );
    assert_eq!(
        row(Kind::KoboldCpp),
        [
            models,
            some("Get /api/extra/true_max_context_length"),
            some(r#"Post /api/extra/abort {"genkey":"RILL7"}"#),
            some("Get /api/extra/perf"),
            some("Get /api/extra/version"),
        ]
    );
    assert_eq!(
        row(Kind::Ollama),
        [
            some("Get /api/tags"),
            some("Get /api/ps"),
            None,
            None,
            some("Get /api/version")
        ]
    );

    let count = |kind: Kind| {
        kind.dialect()
            .count(&request(false))
            .map(|asked| (asked.call.path.clone(), asked.call.rule, body(&asked.call)))
    };
    let path = str::to_owned;
    assert_eq!(count(Kind::OpenAi), None);
    assert_eq!(count(Kind::Ollama), None);
    assert_eq!(
        count(Kind::LlamaCpp),
        Some((
            path("/v1/chat/completions/input_tokens"),
            BodyRule::PlainFirst,
            json!({ "messages": messages(false), "model": "m" })
        ))
    );
    assert_eq!(
        count(Kind::Vllm),
        Some((
            path("/tokenize"),
            BodyRule::JsonOnly,
            json!({ "messages": messages(false), "add_generation_prompt": true, "model": "m" })
        ))
    );
    let prompt = "Be brief.\n### Instruction:\nHi\n### Response:\n";
    assert_eq!(
        count(Kind::KoboldCpp),
        Some((
            path("/api/extra/tokencount"),
            BodyRule::PlainFirst,
            json!({ "prompt": prompt, "messages": messages(false) })
        ))
    );
}

#[test]
fn the_context_of_a_loaded_model_is_found_by_its_name() {
    let ollama = Kind::Ollama.dialect();
    let ps = r#"{"models":[{"name":"a:latest","model":"a:latest","context_length":2048},{"name":"b:7b","context_length":4096}]}"#;
    let context = |model| ollama.context(model).unwrap().read(ps);
    assert_eq!(context(Some("a")), Some(2048));
    assert_eq!(context(Some("a:latest")), Some(2048));
    assert_eq!(context(Some("b:7b")), Some(4096));
    assert_eq!(context(Some("b")), None);
    let asked = ollama.context(None).unwrap();
    assert_eq!(asked.read(r#"{"models":[]}"#), None);
}
