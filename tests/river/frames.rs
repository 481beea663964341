//! Frames that come whole: over a WebSocket, or as the answers of several requests; and what depends on what was asked.

use std::collections::BTreeMap;

use rill::chat::request::{ChatRequest, Knob, Message, Role, Sampling};
use rill::dialect::{Call, Kind, Method, Via};
use rill::event::ChatEvent;
use rill::wire::Frame;
use serde_json::{Value, json};

use crate::{show, stream};

/// A text frame, or the numbers of a binary one.
enum Came<'f> {
    Text(&'f str),
    Numbers(&'f [f32]),
}

use Came::{Numbers, Text};

fn request() -> ChatRequest {
    ChatRequest {
        messages: vec![
            Message::new(Role::System, "Be brief."),
            Message::new(Role::User, "Hi"),
        ],
        generation: "RILL7".to_owned(),
        template: Some("chatml".to_owned()),
        ..ChatRequest::default()
    }
}

fn check(kind: Kind, rung: usize, frames: &[Came<'_>], expect: &[&str]) {
    let dialect = kind.dialect();
    let mut decoder = dialect.decoder(&request(), &dialect.transports()[rung]);
    let mut out: Vec<ChatEvent> = Vec::new();
    for frame in frames {
        match frame {
            Text(text) => decoder.frame(Frame::Json(text), &mut out),
            Numbers(numbers) => {
                let bytes: Vec<u8> = numbers.iter().flat_map(|one| one.to_le_bytes()).collect();
                decoder.frame(Frame::Binary(&bytes), &mut out);
            }
        }
    }
    decoder.finish(&mut out);
    let found: Vec<String> = out.iter().map(show::line).collect();
    assert_eq!(found, expect);
}

fn looked(text: &str, attention: &[f32]) -> String {
    format!(
        "token Token {{ text: {text:?}, logprob: None, alternatives: [], attention: {attention:?} }}"
    )
}

const A: &str = r#"{"type":"token","token_id":1,"text":"A","request_id":"RILL7"}"#;
const RIVER: &str = r#"{"type":"token","token_id":2,"text":" river","request_id":"RILL7"}"#;
const DONE: &str = r#"{"type":"done","finish_reason":"stop","request_id":"RILL7"}"#;

#[test]
fn halos_binary_frame_belongs_to_the_text_before_it() {
    let expect = [
        "text \"A\"",
        &looked("A", &[]),
        "text \" river\"",
        &looked(" river", &[0.25, 0.75]),
        "done Natural stop",
    ];
    let frames = [
        Text(A),
        Numbers(&[]),
        Text(RIVER),
        Numbers(&[0.25, 0.75]),
        Text(DONE),
    ];
    check(Kind::Halo, 1, &frames, &expect);
}

#[test]
fn a_halo_that_sends_no_binary_frames_is_understood_too() {
    let expect = [
        "text \"A\"",
        &looked("A", &[]),
        "text \" river\"",
        &looked(" river", &[]),
        "done Natural stop",
    ];
    check(Kind::Halo, 1, &[Text(A), Text(RIVER), Text(DONE)], &expect);
    // Once that is known, no text waits for one.
    let halo = Kind::Halo.dialect();
    let mut decoder = halo.decoder(&request(), &halo.transports()[1]);
    let mut out = Vec::new();
    decoder.frame(Frame::Json(A), &mut out);
    decoder.frame(Frame::Json(RIVER), &mut out);
    let texts = out
        .iter()
        .filter(|event| matches!(event, ChatEvent::Text(_)));
    assert_eq!(texts.count(), 2);
    // A binary frame that follows no text belongs to nothing.
    let frames = [Numbers(&[1.0]), Text(A), Numbers(&[]), Numbers(&[2.0])];
    let expect = [
        "odd UnknownShape \"4 bytes\"",
        "text \"A\"",
        &looked("A", &[]),
        "odd UnknownShape \"4 bytes\"",
    ];
    check(Kind::Halo, 1, &frames, &expect);
    // A socket that closes behind the text loses nothing of it.
    check(
        Kind::Halo,
        1,
        &[Text(A)],
        &["text \"A\"", &looked("A", &[])],
    );
}

#[test]
fn a_stop_text_that_the_server_lets_through_ends_the_answer() {
    let token = |text: &str| json!({ "type": "token", "token": { "text": text } }).to_string();
    let frames = ["It ends", " <|im", "_end", "|>", "\nand on"].map(token);
    let mut frames: Vec<Came<'_>> = frames.iter().map(|frame| Text(frame)).collect();
    frames.push(Text(DONE));
    let expect = [
        "text \"It ends\"",
        &looked("It ends", &[]),
        "text \" \"",
        &looked(" <|im", &[]),
        "done Natural stop",
    ];
    check(Kind::Halo, 0, &frames, &expect);
    let stock = [
        Text(r#"{"token":"It ends <|im_","finish_reason":null}"#),
        Text(r#"{"token":"end|>","finish_reason":"null"}"#),
        Text(r#"{"token":"","finish_reason":"stop"}"#),
    ];
    let expect = ["text \"It ends \"", "done Natural stop"];
    check(Kind::Halo, 0, &stock, &expect);
    check(Kind::KoboldCpp, 1, &stock, &expect);
    // What only began like one is given back at the end.
    let whole = r#"{"results":[{"text":"a <|im","finish_reason":"length"}]}"#;
    let expect = ["text \"a \"", "mark Length length", "text \"<|im\""];
    check(Kind::KoboldCpp, 3, &[Text(whole)], &expect);
}

#[test]
fn a_polled_reply_grows_by_what_is_new() {
    let frames = [
        Text(r#"{"results":[{"text":""}]}"#),
        Text(r#"{"results":[{"text":"A riv"}]}"#),
        Text(r#"{"results":[{"text":"A riv"}]}"#),
        Text(r#"{"results":[{"text":"A river b"}]}"#),
        Text(r#"{"results":[{"text":"A river begins.","finish_reason":"length"}]}"#),
    ];
    let expect = [
        "alive",
        "text \"A riv\"",
        "text \"er b\"",
        "text \"egins.\"",
        "mark Length length",
    ];
    check(Kind::KoboldCpp, 2, &frames, &expect);
    check(Kind::Halo, 2, &frames, &expect);
    let busy = r#"{"detail":{"msg":"Server is busy; please try again later.","type":"service_unavailable"}}"#;
    let expect =
        ["error Busy code=service_unavailable \"Server is busy; please try again later.\""];
    check(Kind::KoboldCpp, 2, &[Text(busy)], &expect);
    // The whole answer may differ from what was there on the way.
    let frames = [
        Text(r#"{"results":[{"text":"A rivet"}]}"#),
        Text(r#"{"results":[{"text":"A river.","finish_reason":"stop"}]}"#),
    ];
    let expect = [
        "text \"A rivet\"",
        "replace \"A river.\"",
        "mark Natural stop",
    ];
    check(Kind::KoboldCpp, 2, &frames, &expect);
}

fn body(call: &Call) -> Value {
    serde_json::from_str(call.body.as_deref().unwrap()).unwrap()
}

#[test]
fn halo_is_asked_in_its_own_words_over_every_rung() {
    let halo = Kind::Halo.dialect();
    let mut request = request();
    request.sampling = Sampling {
        knobs: BTreeMap::from([(Knob::MaxTokens, 80.0), (Knob::Seed, 7.0)]),
        stop: vec!["END".to_owned()],
        ..Sampling::default()
    };
    request.attention = true;
    let expect = json!({
        "prompt": "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
        "genkey": "RILL7",
        "request_id": "RILL7",
        "stop_sequence": ["<|im_end|>", "<|im_start|>", "END"],
        "trim_stop": true,
        "max_length": 80,
        "sampler_seed": 7,
        "output_attentions": true,
    });
    let rows = [0, 1, 2, 3].map(|rung| {
        let call = halo.chat(&request, &halo.transports()[rung]);
        assert_eq!(body(&call), expect, "rung {rung}");
        (call.path, call.via)
    });
    let stream = "/api/extra/generate/stream";
    assert_eq!(rows[0], (stream.to_owned(), Via::Http));
    assert_eq!(rows[1], (format!("{stream}/ws"), Via::Socket));
    let Via::Poll { check, .. } = &rows[2].1 else {
        panic!("{:?}", rows[2]);
    };
    assert_eq!(
        (rows[2].0.as_str(), check.path.as_str(), body(check)),
        (
            "/api/v1/generate",
            "/api/extra/generate/check",
            json!({ "genkey": "RILL7" })
        )
    );
    assert_eq!(rows[3], ("/api/v1/generate".to_owned(), Via::Whole));
    let count = halo.count(&request).unwrap().call;
    assert_eq!(
        (count.path.as_str(), body(&count)["text"].clone()),
        ("/api/v1/tokenize", expect["prompt"].clone())
    );
    let stop = halo.stop("RILL7", None).unwrap();
    assert_eq!(
        (stop.path.as_str(), body(&stop)),
        (
            "/api/extra/abort",
            json!({ "genkey": "RILL7", "request_id": "RILL7" })
        )
    );
}

#[test]
fn llama_chat_is_sent_one_message_and_its_own_name_of_the_conversation() {
    let dialect = Kind::LlamaChat.dialect();
    let mut request = request();
    let first = dialect.chat(&request, &dialect.transports()[0]);
    assert_eq!(
        (first.path.as_str(), &first.via, body(&first)),
        (
            "/ws/chat/stream",
            &Via::Socket,
            json!({ "message": "Hi", "conversation_id": null })
        )
    );
    request
        .messages
        .push(Message::new(Role::Assistant, "Hello."));
    request.messages.push(Message::new(Role::User, "Go on"));
    request.server_conversation = Some("chat_1.txt".to_owned());
    for (rung, path) in ["/ws/chat/stream", "/api/chat/stream", "/api/chat"]
        .into_iter()
        .enumerate()
    {
        let call = dialect.chat(&request, &dialect.transports()[rung]);
        assert_eq!(
            (call.method, call.path.as_str(), body(&call)),
            (
                Method::Post,
                path,
                json!({ "message": "Go on", "conversation_id": "chat_1.txt" })
            )
        );
    }
    let Via::Watch(watch) = dialect.chat(&request, &dialect.transports()[2]).via else {
        panic!("the last rung watches");
    };
    let watched = |answer: &str| watch.socket(answer);
    assert_eq!(
        watched(r#"{"message":{"content":""},"conversation_id":"chat_1.txt"}"#).as_deref(),
        Some("/ws/conversation/watch/chat_1.txt")
    );
    assert_eq!(watched(r#"{"conversation_id":"../../etc"}"#), None);
    assert_eq!(watched("not JSON"), None);
    assert!(dialect.takes().keeps_history);
}

#[test]
fn attention_over_a_million_bytes_long_is_read_in_any_pieces() {
    // 28 layers of 28 heads, 256 numbers each, all zero: one line of an event.
    let data = "A".repeat(28 * 28 * 256 * 4 / 3 * 4 + 4);
    let token = json!({
        "type": "token",
        "token": { "token_id": 1, "text": "A" },
        "attention": { "format": "per_layer", "shape": [28, 28, 256], "data": data },
    });
    let body = format!("event: message\ndata: {token}\n\n");
    assert!(body.len() > 1_000_000);
    let found = stream::events(Kind::Halo, body.as_bytes().chunks(1460));
    let row = match &found[..] {
        [ChatEvent::Text(text), ChatEvent::Token(token)] if text == "A" => &token.attention,
        other => panic!("{}", show::lines(other)),
    };
    assert_eq!(row, &vec![0.0; 256]);
}
