//! What is sent to the systems whose wire is their own: routes, fields, headers, stops.

use std::collections::BTreeMap;

use rill::chat::request::{ChatRequest, Knob, Message, Role, Sampling};
use rill::dialect::{BodyRule, Call, Kind, Method, TASK};
use serde_json::{Value, json};

fn says(role: Role, text: &str) -> Message {
    Message::new(role, text)
}

fn first() -> ChatRequest {
    ChatRequest {
        messages: vec![
            says(Role::System, "Be brief."),
            says(Role::User, "Größe & mehr?"),
        ],
        model: Some("m".to_owned()),
        generation: "RILL7".to_owned(),
        conversation: "own".to_owned(),
        ..ChatRequest::default()
    }
}

fn later() -> ChatRequest {
    let mut request = first();
    request.messages.push(says(Role::Assistant, ""));
    request.messages.push(says(Role::User, "Go on"));
    request
}

fn knobs(knobs: &[(Knob, f64)]) -> Sampling {
    Sampling {
        knobs: BTreeMap::from_iter(knobs.iter().copied()),
        ..Sampling::default()
    }
}

fn body(call: &Call) -> Value {
    serde_json::from_str(call.body.as_deref().unwrap()).unwrap()
}

#[test]
fn qolaba_gets_json_without_empty_messages_and_no_more_than_it_knows() {
    let request = ChatRequest {
        sampling: knobs(&[(Knob::Temperature, 0.5), (Knob::MaxTokens, 80.0)]),
        ..later()
    };
    let call = Kind::Qolaba
        .dialect()
        .chat(&request, &Kind::Qolaba.dialect().transports()[0]);
    assert_eq!(
        (call.path.as_str(), call.rule),
        ("/v1/chat/completions", BodyRule::JsonOnly)
    );
    let expect = json!({
        "model": "m",
        "messages": [
            { "role": "system", "content": "Be brief." },
            { "role": "user", "content": "Größe & mehr?" },
            { "role": "user", "content": "Go on" },
        ],
        "stream": true,
        "temperature": 0.5,
    });
    assert_eq!(body(&call), expect);
}

#[test]
fn ai4artsed_is_asked_by_get_with_fields_of_their_own() {
    let dialect = Kind::Ai4ArtsEd.dialect();
    let check = |request: &ChatRequest, rung, expect: &str| {
        let call = dialect.chat(request, &dialect.transports()[rung]);
        assert_eq!((call.method, call.body.as_deref()), (Method::Get, None));
        assert_eq!(call.path, expect);
    };
    let stage2 = "/api/text_stream/stage2/RILL7?prompt=Gr%C3%B6%C3%9Fe%20%26%20mehr%3F";
    check(
        &first(),
        0,
        &format!("{stage2}&context=Be%20brief.&model=m"),
    );
    let mut request = first();
    request.model = None;
    request.fields = BTreeMap::from(
        [("context", "a garden"), ("style", "as a poem")]
            .map(|(name, text)| (name.to_owned(), text.to_owned())),
    );
    check(
        &request,
        0,
        &format!("{stage2}&context=a%20garden&style_prompt=as%20a%20poem"),
    );
    check(
        &request,
        1,
        "/api/schema/pipeline/interception?prompt=Gr%C3%B6%C3%9Fe%20%26%20mehr%3F&input_text=Gr%C3%B6%C3%9Fe%20%26%20mehr%3F\
         &context=a%20garden&context_prompt=a%20garden&style_prompt=as%20a%20poem&schema=user_defined&enable_streaming=true",
    );
    let task = |name: &str| {
        let mut request = first();
        request.fields.insert(TASK.to_owned(), name.to_owned());
        request
    };
    let prompt = "Gr%C3%B6%C3%9Fe%20%26%20mehr%3F";
    check(
        &task("stage3"),
        0,
        &format!("/api/text_stream/stage3/RILL7?text={prompt}"),
    );
    check(
        &task("optimize"),
        0,
        &format!(
            "/api/text_stream/optimize/RILL7?input_text={prompt}&optimization_instruction=Be%20brief.&model=m"
        ),
    );
    let today = dialect.chat(&task("stage4"), &dialect.transports()[1]).path;
    assert!(today.starts_with("/api/schema/pipeline/generation?"));
    // A task that nobody knows is the usual one.
    check(
        &task("../x"),
        0,
        &format!("{stage2}&context=Be%20brief.&model=m"),
    );
    // Only what is said last is asked.
    assert!(
        dialect
            .chat(&later(), &dialect.transports()[0])
            .path
            .contains("?prompt=Go%20on&")
    );
    assert_eq!(dialect.takes().fields, ["context", "style"]);
    assert_eq!(
        dialect.models().read("<!doctype html>"),
        Some(Ok(Vec::new()))
    );
    assert_eq!(dialect.stop("RILL7", Some("r1")), None);
}

#[test]
fn jarvis_hears_its_own_ids_and_none_of_ours() {
    let dialect = Kind::Jarvis.dialect();
    let call = dialect.chat(&first(), &dialect.transports()[0]);
    assert_eq!(
        (call.path.as_str(), call.rule, call.headers.len()),
        ("/v1/chat/completions", BodyRule::PlainFirst, 0)
    );
    let known = ChatRequest {
        server_conversation: Some("s1".to_owned()),
        ..first()
    };
    let call = dialect.chat(&known, &dialect.transports()[0]);
    assert_eq!(call.headers, [("X-Session-Id", "s1".to_owned())]);
    assert!(!call.body.unwrap().contains("own"));

    assert_eq!(dialect.stop("RILL7", None), None);
    let stop = dialect.stop("RILL7", Some("t1")).unwrap();
    assert_eq!(
        (stop.path.as_str(), stop.rule, body(&stop)),
        (
            "/v1/chat/stop",
            BodyRule::JsonOnly,
            json!({ "trace_id": "t1" })
        )
    );
    assert_eq!(dialect.models().call.path, "/models");
    assert_eq!(dialect.alive().path, "/status");
}

#[test]
fn lm_studio_is_asked_in_its_own_words_where_they_say_all() {
    let dialect = Kind::LmStudio.dialect();
    let request = ChatRequest {
        sampling: knobs(&[(Knob::TopK, 40.0), (Knob::MaxTokens, 80.0)]),
        ..first()
    };
    let call = dialect.chat(&request, &dialect.transports()[0]);
    assert_eq!(
        (call.path.as_str(), call.rule),
        ("/api/v1/chat", BodyRule::JsonOnly)
    );
    let expect = json!({
        "model": "m",
        "input": "Größe & mehr?",
        "system_prompt": "Be brief.",
        "stream": true,
        "store": false,
        "top_k": 40,
        "max_output_tokens": 80,
    });
    assert_eq!(body(&call), expect);

    let mut image = first();
    image.messages[1].images.push(rill::chat::request::Image {
        media_type: "image/png".to_owned(),
        base64: "AA==".to_owned(),
    });
    let seed = ChatRequest {
        sampling: knobs(&[(Knob::Seed, 7.0)]),
        ..first()
    };
    let stop = ChatRequest {
        sampling: Sampling {
            stop: vec!["END".to_owned()],
            ..Sampling::default()
        },
        ..first()
    };
    let unnamed = ChatRequest {
        model: None,
        ..first()
    };
    let looked_into = ChatRequest {
        alternatives: 3,
        ..first()
    };
    for request in [later(), image, seed, stop, unnamed, looked_into] {
        let call = dialect.chat(&request, &dialect.transports()[0]);
        assert_eq!(call.path, "/v1/chat/completions", "{request:?}");
        assert_eq!(call, dialect.chat(&request, &dialect.transports()[1]));
    }
    assert_eq!(
        dialect.chat(&first(), &dialect.transports()[1]).path,
        "/v1/chat/completions",
        "an older server has nothing else"
    );
}

#[test]
fn the_compatible_ones_count_and_live_at_their_own_places() {
    let count = |kind: Kind| {
        let call = kind.dialect().count(&first());
        call.map(|asked| (asked.call.path.clone(), asked.call.rule, body(&asked.call)))
    };
    let messages = json!([{ "role": "system", "content": "Be brief." }, { "role": "user", "content": "Größe & mehr?" }]);
    assert_eq!(
        count(Kind::LiteLlm),
        Some((
            "/utils/token_counter".to_owned(),
            BodyRule::PlainFirst,
            json!({ "model": "m", "messages": messages, "add_generation_prompt": true })
        ))
    );
    assert_eq!(
        count(Kind::TextGen),
        Some((
            "/v1/internal/token-count".to_owned(),
            BodyRule::JsonOnly,
            json!({ "text": "system: Be brief.\nuser: Größe & mehr?\n" })
        ))
    );
    assert_eq!(
        count(Kind::LlamaCppPython),
        Some((
            "/extras/tokenize/count".to_owned(),
            BodyRule::JsonOnly,
            json!({ "input": "system: Be brief.\nuser: Größe & mehr?\n" })
        ))
    );
    for kind in [
        Kind::OpenRouter,
        Kind::LmStudio,
        Kind::Qolaba,
        Kind::Jarvis,
        Kind::Ai4ArtsEd,
    ] {
        assert_eq!(count(kind), None, "{kind:?}");
    }
    let alive = |kind: Kind| kind.dialect().alive().path;
    assert_eq!(alive(Kind::Vllm), "/health");
    assert_eq!(alive(Kind::LiteLlm), "/health/liveliness");
    assert_eq!(alive(Kind::TextGen), "/v1/internal/health");
    assert_eq!(alive(Kind::Qolaba), "/health");
}

#[test]
fn lists_tell_which_models_see() {
    let sees = |kind: Kind, body: &str| -> Vec<Option<bool>> {
        let models = kind.dialect().models().read(body).unwrap().unwrap();
        models.iter().map(|model| model.sees).collect()
    };
    use crate::cases::text;
    assert_eq!(
        sees(Kind::OpenRouter, &text("openrouter/openrouter-models")),
        [Some(true), Some(false)]
    );
    assert_eq!(
        sees(Kind::LmStudio, &text("lmstudio/lmstudio-v1-models")),
        [Some(false), Some(true)]
    );
    assert_eq!(
        sees(Kind::LmStudio, &text("lmstudio/lmstudio-v0-models")),
        [None, Some(true)]
    );
    assert_eq!(sees(Kind::OpenAi, &text("litellm/models")), [None]);
}
