//! Every setting in every family's spelling, pictures, alternatives, and fields of one's own.

use std::collections::BTreeMap;

use rill::chat::request::{ChatRequest, Image, Knob, Message, Role, Sampling};
use rill::dialect::Kind;
use serde_json::{Map, Value, json};

/// A value that tells its knob: whole where it has to be.
fn value(knob: Knob) -> f64 {
    let place = Knob::ALL.iter().position(|other| *other == knob).unwrap() as f64;
    if knob.is_whole() {
        place + 1.0
    } else {
        place + 0.5
    }
}

fn request(sampling: Sampling) -> ChatRequest {
    ChatRequest {
        messages: vec![Message::new(Role::User, "Hi")],
        model: Some("m".to_owned()),
        generation: "RILL7".to_owned(),
        sampling,
        ..ChatRequest::default()
    }
}

fn everything() -> Sampling {
    Sampling {
        knobs: Knob::ALL.iter().map(|&knob| (knob, value(knob))).collect(),
        stop: vec!["END".to_owned()],
        extra: Map::new(),
    }
}

fn body(kind: Kind, rung: usize, request: &ChatRequest) -> Value {
    let call = kind
        .dialect()
        .chat(request, &kind.dialect().transports()[rung]);
    serde_json::from_str(call.body.as_deref().unwrap()).unwrap()
}

/// What setting all knobs adds to the request: these names, in the order of [`Knob::ALL`], `-` where one is not sent, then the stop
/// texts' name. `within` is the object that holds them.
fn check(kind: Kind, rung: usize, within: Option<&str>, names: &str) {
    let inner = |body: Value| match within {
        Some(key) => body.get(key).cloned().unwrap_or_else(|| json!({})),
        None => body,
    };
    let bare = inner(body(kind, rung, &request(Sampling::default())));
    let full = inner(body(kind, rung, &request(everything())));
    let mut names: Vec<&str> = names.split_whitespace().collect();
    let stop = names.pop().unwrap();
    assert_eq!(names.len(), Knob::ALL.len(), "{kind:?}");
    let mut expect = BTreeMap::new();
    for (&knob, name) in Knob::ALL.iter().zip(names) {
        if name != "-" {
            let value = if knob.is_whole() {
                json!(value(knob) as i64)
            } else {
                json!(value(knob))
            };
            expect.insert(name.to_owned(), value);
        }
    }
    let is_new = |name: &String| bare.get(name) != full.get(name);
    let mut found: BTreeMap<String, Value> = full
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| is_new(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if stop != "-" {
        let texts = found.remove(stop).unwrap_or_default();
        let has = texts
            .as_array()
            .is_some_and(|texts| texts.contains(&json!("END")));
        assert!(has, "{kind:?}: {texts}");
    }
    assert_eq!(found, expect, "{kind:?} {rung}");
    let takes = kind.dialect().takes();
    assert_eq!(takes.stop_texts, stop != "-", "{kind:?}");
}

#[test]
fn every_setting_goes_by_each_familys_name_or_not_at_all() {
    let openai = "temperature top_p - - - - presence_penalty frequency_penalty - - - - - - - - seed max_tokens - stop";
    check(Kind::OpenAi, 0, None, openai);
    check(Kind::LiteLlm, 0, None, openai);
    let wide = "temperature top_p top_k min_p - repetition_penalty presence_penalty frequency_penalty - - - - - - - - seed max_tokens - stop";
    for kind in [Kind::Vllm, Kind::OpenRouter] {
        check(kind, 0, None, wide);
    }
    // The native endpoint has no seed, so that the other one is asked.
    check(Kind::LmStudio, 1, None, wide);
    check(
        Kind::TextGen,
        0,
        None,
        "temperature top_p top_k min_p typical_p repetition_penalty presence_penalty frequency_penalty dry_multiplier dry_base \
         dry_allowed_length xtc_probability xtc_threshold mirostat_mode mirostat_tau mirostat_eta seed max_tokens truncation_length stop",
    );
    check(
        Kind::LlamaCpp,
        0,
        None,
        "temperature top_p top_k min_p typical_p repeat_penalty presence_penalty frequency_penalty dry_multiplier dry_base \
         dry_allowed_length xtc_probability xtc_threshold mirostat mirostat_tau mirostat_eta seed max_tokens - stop",
    );
    check(
        Kind::KoboldCpp,
        0,
        None,
        "temperature top_p top_k min_p typical rep_pen presence_penalty frequency_penalty dry_multiplier dry_base \
         dry_allowed_length xtc_probability xtc_threshold mirostat mirostat_tau mirostat_eta seed max_tokens max_context_length stop",
    );
    check(
        Kind::KoboldCpp,
        1,
        None,
        "temperature top_p top_k min_p typical rep_pen presence_penalty - dry_multiplier dry_base \
         dry_allowed_length xtc_probability xtc_threshold mirostat mirostat_tau mirostat_eta sampler_seed max_length max_context_length stop_sequence",
    );
    check(
        Kind::Ollama,
        0,
        Some("options"),
        "temperature top_p top_k min_p typical_p repeat_penalty presence_penalty frequency_penalty - - - - - - - - seed num_predict num_ctx stop",
    );
    check(
        Kind::Qolaba,
        0,
        None,
        "temperature - - - - - - - - - - - - - - - - - - -",
    );
    check(
        Kind::Jarvis,
        0,
        None,
        "- - - - - - - - - - - - - - - - - - - -",
    );
    assert!(Kind::Ai4ArtsEd.dialect().takes().knobs.is_empty());
}

#[test]
fn what_the_page_greys_out_is_what_is_not_sent() {
    for kind in Kind::ALL {
        let known = kind.dialect().takes().knobs;
        for transport in kind.dialect().transports() {
            let call = kind.dialect().chat(&request(everything()), transport);
            let Some(sent) = call.body else {
                assert!(known.is_empty(), "{kind:?}");
                continue;
            };
            // The seed stands for all settings here: its value is in no other field.
            let has_seed = sent.contains(&format!(":{}", value(Knob::Seed) as i64));
            let knows_seed = known.iter().any(|(knob, _)| *knob == Knob::Seed);
            assert!(knows_seed || !has_seed, "{kind:?} {transport:?}: {sent}");
        }
    }
}

#[test]
fn fields_of_ones_own_win_over_all_others() {
    let extra = json!({ "temperature": 1.25, "min_keep": 3, "stream_options": null });
    let sampling = Sampling {
        knobs: BTreeMap::from([(Knob::Temperature, 0.5)]),
        stop: Vec::new(),
        extra: extra.as_object().unwrap().clone(),
    };
    for kind in Kind::ALL
        .into_iter()
        .filter(|kind| *kind != Kind::Ai4ArtsEd)
    {
        let body = body(kind, 0, &request(sampling.clone()));
        assert_eq!(body["temperature"], json!(1.25), "{kind:?}");
        assert_eq!(body["min_keep"], json!(3), "{kind:?}");
    }
}

fn with_picture() -> ChatRequest {
    let mut request = request(Sampling::default());
    request.messages[0].images.push(Image {
        media_type: "image/png".to_owned(),
        base64: "iVBORw0=".to_owned(),
    });
    request
}

#[test]
fn pictures_go_the_way_that_each_family_takes_them() {
    let parts = json!([
        { "type": "text", "text": "Hi" },
        { "type": "image_url", "image_url": { "url": "data:image/png;base64,iVBORw0=" } },
    ]);
    for kind in [
        Kind::OpenAi,
        Kind::LlamaCpp,
        Kind::KoboldCpp,
        Kind::Vllm,
        Kind::LmStudio,
        Kind::OpenRouter,
        Kind::LiteLlm,
        Kind::TextGen,
    ] {
        let body = body(kind, 0, &with_picture());
        assert_eq!(body["messages"][0]["content"], parts, "{kind:?}");
        assert!(kind.dialect().takes().images, "{kind:?}");
    }
    let ollama = body(Kind::Ollama, 0, &with_picture());
    assert_eq!(ollama["messages"][0]["images"], json!(["iVBORw0="]));
    assert_eq!(ollama["messages"][0]["content"], "Hi");
    let native = body(Kind::KoboldCpp, 1, &with_picture());
    assert_eq!(native["images"], json!(["iVBORw0="]));
    // Those that cannot see are told so before: they get the words alone.
    for kind in [Kind::Qolaba, Kind::Ai4ArtsEd] {
        let call = kind
            .dialect()
            .chat(&with_picture(), &kind.dialect().transports()[0]);
        assert!(!call.path.contains("iVBOR"), "{kind:?}");
        assert!(!call.body.unwrap_or_default().contains("iVBOR"), "{kind:?}");
        assert!(!kind.dialect().takes().images, "{kind:?}");
    }
}

#[test]
fn alternatives_are_asked_for_only_where_they_are_wished() {
    let wish = ChatRequest {
        alternatives: 4,
        ..request(Sampling::default())
    };
    for kind in Kind::ALL
        .into_iter()
        .filter(|kind| kind.dialect().takes().alternatives)
    {
        let none = kind
            .dialect()
            .chat(
                &request(Sampling::default()),
                &kind.dialect().transports()[0],
            )
            .body;
        assert!(!none.unwrap_or_default().contains("logprobs"), "{kind:?}");
        let Some(sent) = kind
            .dialect()
            .chat(&wish, &kind.dialect().transports()[0])
            .body
        else {
            continue;
        };
        let sent: Value = serde_json::from_str(&sent).unwrap();
        if sent.get("messages").is_some() {
            assert_eq!(
                (&sent["logprobs"], &sent["top_logprobs"]),
                (&json!(true), &json!(4)),
                "{kind:?}"
            );
        }
    }
}

#[test]
fn koboldcpp_tells_of_its_tokens_when_the_reply_has_ended() {
    let dialect = Kind::KoboldCpp.dialect();
    let asked = dialect.tokens("RILL7").unwrap();
    let call = &asked.call;
    assert_eq!(
        (call.path.as_str(), call.body.as_deref()),
        ("/api/extra/last_logprobs", Some(r#"{"genkey":"RILL7"}"#))
    );
    let body = r#"{"logprobs":{"content":[{"token":"Hi","logprob":-0.5,"top_logprobs":[{"token":"Hi","logprob":-0.5}]}],"tokens":["Hi"]}}"#;
    let tokens = asked.read(body).unwrap();
    assert_eq!(tokens.len(), 1);
    assert_eq!(
        (tokens[0].text.as_str(), tokens[0].logprob),
        ("Hi", Some(-0.5))
    );
    assert!(asked.read(r#"{"logprobs":null}"#).unwrap().is_empty());
}
