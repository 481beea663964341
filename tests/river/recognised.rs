//! Servers are recognised by what they answer to a few simple GETs.

use rill::dialect::{Answer, BodyRule, Kind, Method, Recogniser, Recognition};
use rill::event::ErrorCause;

use crate::cases::text;

/// A server as its answers by path; every other path is answered by the last one.
type Server<'s> = &'s [(&'s str, u16, String)];

/// The verdict, and how many GETs it took.
fn ask(server: Server<'_>) -> (Recognition, usize) {
    let mut recogniser = Recogniser::new();
    let mut asked = Vec::new();
    while let Some(call) = recogniser.next() {
        assert_eq!(
            (call.method, call.body.as_deref(), call.rule),
            (Method::Get, None, BodyRule::PlainFirst)
        );
        assert!(!asked.contains(&call.path), "{} twice", call.path);
        let found = server
            .iter()
            .find(|answer| answer.0 == call.path)
            .or(server.last());
        recogniser.answer(match found {
            Some((_, status, body)) if *status > 0 => Answer::Got {
                status: *status,
                body: body.clone(),
            },
            _ => Answer::Failed,
        });
        asked.push(call.path);
    }
    (recogniser.recognition().unwrap().clone(), asked.len())
}

fn check(server: Server<'_>, kind: Kind, model: Option<&str>, context: Option<u32>, gets: usize) {
    let (verdict, asked) = ask(server);
    let Recognition::Recognised(found) = verdict else {
        panic!("{kind:?}: {verdict:?}");
    };
    assert_eq!(
        (found.kind, found.model.as_deref(), found.context, asked),
        (kind, model, context, gets)
    );
}

fn missing() -> (&'static str, u16, String) {
    ("", 404, r#"{"detail":"Not Found"}"#.to_owned())
}

#[test]
fn each_family_is_known_by_its_own_answers() {
    let kobold = [
        ("/api/extra/version", 200, text("koboldcpp/version")),
        ("/api/v1/model", 200, text("koboldcpp/model")),
        ("", 404, text("koboldcpp/props")),
    ];
    check(
        &kobold,
        Kind::KoboldCpp,
        Some("SmolLM2-135M-Instruct.Q4_1"),
        None,
        2,
    );
    let error =
        r#"{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}"#.to_owned();
    let llama = [
        ("/props", 200, text("llamacpp/props")),
        ("/v1/models", 200, text("llamacpp/models")),
        ("/health", 200, text("llamacpp/health")),
        ("", 404, error),
    ];
    check(
        &llama,
        Kind::LlamaCpp,
        Some("SmolLM2-135M-Instruct.Q4_1"),
        Some(2048),
        2,
    );
    let ollama = [
        ("/api/version", 200, text("ollama/version")),
        ("/api/tags", 200, text("ollama/tags")),
        ("/", 200, text("ollama/root")),
        ("", 404, "404 page not found".to_owned()),
    ];
    check(&ollama, Kind::Ollama, Some("smollm2"), None, 4);
    let vllm = [
        ("/v1/models", 200, text("vllm/models")),
        ("/version", 200, text("vllm/version")),
        ("/health", 200, text("vllm/health")),
        missing(),
    ];
    check(&vllm, Kind::Vllm, Some("smollm2"), Some(2048), 4);
    let python = [
        ("/v1/models", 200, text("llama-cpp-python/models")),
        missing(),
    ];
    check(&python, Kind::LlamaCppPython, Some("smollm2"), None, 4);
    let webui = [
        ("/v1/models", 200, text("litellm/models")),
        ("/v1/internal/health", 200, r#"{"status":"ok"}"#.to_owned()),
        missing(),
    ];
    check(&webui, Kind::TextGen, Some("smollm2"), None, 6);
    let studio = r#"{"data":[{"id":"a","state":"not-loaded"},{"id":"b","state":"loaded","loaded_context_length":4096,"max_context_length":8192}]}"#;
    let unexpected = r#"{"error":"Unexpected endpoint or method. (GET /props)"}"#.to_owned();
    let studio = [
        ("/v1/models", 200, text("litellm/models")),
        ("/api/v0/models", 200, studio.to_owned()),
        ("", 200, unexpected),
    ];
    check(&studio, Kind::LmStudio, Some("b"), Some(4096), 7);
    check(
        &[("/v1/models", 200, text("litellm/models")), missing()],
        Kind::OpenAi,
        Some("smollm2"),
        None,
        7,
    );
}

#[test]
fn those_that_name_themselves_elsewhere_are_found_there() {
    let health = |service: &str| {
        let body = format!(r#"{{"status":"healthy","service":"{service}"}}"#);
        ("/health", 200, body)
    };
    let key = r#"{"error":{"message":"API key is required","type":"authentication_error","code":"missing_api_key"}}"#;
    let qolaba = [
        health("qoloba-proxy"),
        ("/v1/models", 401, key.to_owned()),
        missing(),
    ];
    check(&qolaba, Kind::Qolaba, None, None, 5);
    // With its key in hand, it lists its models and still says who it is.
    let qolaba = [
        health("qoloba-proxy"),
        ("/v1/models", 200, text("litellm/models")),
        missing(),
    ];
    check(&qolaba, Kind::Qolaba, Some("smollm2"), None, 5);
    check(
        &[health("llama-chat-web"), missing()],
        Kind::LlamaChat,
        None,
        None,
        5,
    );
    let status = r#"{"ok":true,"online":true,"version":"0.9.1"}"#.to_owned();
    check(
        &[("/status", 200, status), missing()],
        Kind::Jarvis,
        None,
        None,
        6,
    );
}

#[test]
fn a_server_that_hides_what_it_lacks_is_known_by_its_health() {
    let hidden = || ("", 0, String::new());
    let health = ("/health", 200, text("llama-chat/llama-chat-health"));
    check(&[health, hidden()], Kind::LlamaChat, None, None, 2);
    // Whoever else only hides paths is asked on, and nothing twice.
    let health = ("/health", 200, r#"{"status":"ok"}"#.to_owned());
    let models = ("/v1/models", 200, text("vllm/models"));
    check(
        &[health, models, hidden()],
        Kind::Vllm,
        Some("smollm2"),
        Some(2048),
        5,
    );
}

#[test]
fn a_well_known_host_is_asked_nothing() {
    for (host, kind) in [
        ("openrouter.ai", Kind::OpenRouter),
        ("api.openai.com", Kind::OpenAi),
    ] {
        let recogniser = Recogniser::at(host);
        assert_eq!(recogniser.next(), None);
        assert!(
            matches!(recogniser.recognition(), Some(Recognition::Recognised(found)) if found.kind == kind)
        );
    }
    assert!(Recogniser::at("openrouter.ai.example.org").next().is_some());
}

#[test]
fn a_new_koboldcpp_is_not_taken_for_those_that_it_imitates() {
    let kobold = [
        (
            "/api/extra/version",
            200,
            r#"{"result":"KoboldCpp","version":"1.118","protected":false}"#.to_owned(),
        ),
        ("/api/v1/model", 200, text("koboldcpp/model")),
        ("/props", 200, text("llamacpp/props")),
        ("/api/version", 200, text("ollama/version")),
        ("/api/tags", 200, text("ollama/tags")),
    ];
    check(
        &kobold,
        Kind::KoboldCpp,
        Some("SmolLM2-135M-Instruct.Q4_1"),
        None,
        2,
    );
}

#[test]
fn halos_patched_server_is_known_by_how_its_model_is_built() {
    let halo = [
        ("/api/extra/version", 200, text("koboldcpp/version")),
        ("/api/v1/model", 200, text("halo/halo-model")),
        ("", 404, text("koboldcpp/props")),
    ];
    let model = "Qwen2.5-3B-Instruct-Q4_K_M";
    check(&halo, Kind::Halo, Some(model), Some(8192), 2);
}

#[test]
fn a_llama_server_that_loads_or_wants_a_key_is_known_too() {
    let loading =
        r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#.to_owned();
    check(&[("", 503, loading)], Kind::LlamaCpp, None, None, 2);
    let key = r#"{"error":{"message":"Invalid API Key","type":"authentication_error","code":401}}"#
        .to_owned();
    check(
        &[
            ("/v1/models", 200, text("llamacpp/models")),
            ("", 401, key.clone()),
        ],
        Kind::LlamaCpp,
        Some("SmolLM2-135M-Instruct.Q4_1"),
        Some(2048),
        4,
    );
    let (verdict, _) = ask(&[("", 401, key)]);
    assert!(
        matches!(verdict, Recognition::NeedsKey(error) if error.cause == ErrorCause::Auth && error.message == "Invalid API Key")
    );
}

#[test]
fn what_is_no_model_server_is_told_with_few_questions() {
    let (verdict, asked) = ask(&[("", 200, text("scripted/html-instead"))]);
    assert!(
        matches!(verdict, Recognition::NotAModelServer(error) if error.message == "It works & runs")
    );
    assert_eq!(asked, 2);
    assert!(matches!(
        ask(&[missing()]),
        (Recognition::NotAModelServer(_), 6)
    ));
    assert_eq!(ask(&[("", 0, String::new())]), (Recognition::Nothing, 2));
    // LiteLLM without a key: its list fails without a CORS header.
    assert!(matches!(
        ask(&[("/v1/models", 0, String::new()), missing()]),
        (Recognition::NeedsKey(_), 5)
    ));
}
