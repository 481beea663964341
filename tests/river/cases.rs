//! Every fixture, by what it answers.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use rill::dialect::{Kind, read_error, wants_json};

use crate::{show, stream};

/// What a body is the answer to.
#[derive(Debug, Clone, Copy)]
pub enum Asked {
    /// A reply.
    Chat,
    Models,
    Context,
    Count,
    Perf,
    /// Anything; it was answered with this status and Content-Type.
    Refused(u16, &'static str),
    /// What the recogniser asks; `recognised.rs` reads it.
    Recogniser,
    /// A stop, whose answer nobody waits for.
    Stop,
}

use Asked::{Chat, Context, Count, Models, Perf, Recogniser, Refused, Stop};

const JSON: &str = "application/json";

/// Folder and name, the family that reads it, and what it answers.
#[rustfmt::skip]
pub const CASES: &[(&str, Kind, Asked)] = &[
    ("halo/halo-attention-aggregated", Kind::Halo, Chat),
    ("halo/halo-attention-per-layer", Kind::Halo, Chat),
    ("halo/halo-attention-unusable", Kind::Halo, Chat),
    ("halo/halo-cut-before-done", Kind::Halo, Chat),
    ("halo/halo-error-busy", Kind::Halo, Refused(503, JSON)),
    ("halo/halo-error-inside", Kind::Halo, Chat),
    ("halo/halo-error-tokenize", Kind::Halo, Refused(400, JSON)),
    ("halo/halo-model", Kind::Halo, Models),
    ("halo/halo-model-stock", Kind::Halo, Models),
    ("halo/halo-stock-frames", Kind::Halo, Chat),
    ("halo/halo-thinking-has-no-tokens", Kind::Halo, Chat),
    ("halo/halo-tokenize-with-pieces", Kind::Halo, Count),
    ("halo/halo-tokenize-without-pieces", Kind::Halo, Count),
    ("halo/halo-unknown-type", Kind::Halo, Chat),
    ("koboldcpp/abort-wrong-key", Kind::KoboldCpp, Stop),
    ("koboldcpp/check-poll", Kind::KoboldCpp, Chat),
    ("koboldcpp/context", Kind::KoboldCpp, Context),
    ("koboldcpp/error-tokencount", Kind::KoboldCpp, Refused(400, JSON)),
    ("koboldcpp/model", Kind::KoboldCpp, Models),
    ("koboldcpp/models", Kind::KoboldCpp, Models),
    ("koboldcpp/native-stream", Kind::KoboldCpp, Chat),
    ("koboldcpp/native-stream-aborted", Kind::KoboldCpp, Chat),
    ("koboldcpp/openai-chat", Kind::KoboldCpp, Chat),
    ("koboldcpp/perf", Kind::KoboldCpp, Perf),
    ("koboldcpp/props", Kind::KoboldCpp, Refused(404, "text/html")),
    ("koboldcpp/tokencount", Kind::KoboldCpp, Count),
    ("koboldcpp/version", Kind::KoboldCpp, Recogniser),
    ("litellm/chat", Kind::LiteLlm, Chat),
    ("litellm/error-no-key", Kind::LiteLlm, Refused(500, "text/plain")),
    ("litellm/error-no-model", Kind::LiteLlm, Refused(400, JSON)),
    ("litellm/models", Kind::LiteLlm, Models),
    ("llama-chat/llama-chat-abort", Kind::LlamaChat, Chat),
    ("llama-chat/llama-chat-done-without-tokens", Kind::LlamaChat, Chat),
    ("llama-chat/llama-chat-error-after-text", Kind::LlamaChat, Chat),
    ("llama-chat/llama-chat-error-body", Kind::LlamaChat, Refused(400, JSON)),
    ("llama-chat/llama-chat-error-json", Kind::LlamaChat, Chat),
    ("llama-chat/llama-chat-health", Kind::LlamaChat, Recogniser),
    ("llama-chat/llama-chat-model", Kind::LlamaChat, Models),
    ("llama-chat/llama-chat-model-none", Kind::LlamaChat, Models),
    ("llama-chat/llama-chat-socket", Kind::LlamaChat, Chat),
    ("llama-chat/llama-chat-socket-figures", Kind::LlamaChat, Chat),
    ("llama-chat/llama-chat-socket-tools", Kind::LlamaChat, Chat),
    ("llama-chat/llama-chat-stream", Kind::LlamaChat, Chat),
    ("llama-chat/llama-chat-stream-with-types", Kind::LlamaChat, Chat),
    ("llama-chat/llama-chat-unknown-type", Kind::LlamaChat, Chat),
    ("llama-chat/llama-chat-watch-snapshots", Kind::LlamaChat, Chat),
    ("llama-chat/llama-chat-watch-whole-at-once", Kind::LlamaChat, Chat),
    ("llamacpp/chat", Kind::LlamaCpp, Chat),
    ("llamacpp/chat-logprobs", Kind::LlamaCpp, Chat),
    ("llamacpp/chat-progress", Kind::LlamaCpp, Chat),
    ("llamacpp/completion", Kind::LlamaCpp, Chat),
    ("llamacpp/error-too-long", Kind::LlamaCpp, Refused(400, JSON)),
    ("llamacpp/health", Kind::LlamaCpp, Recogniser),
    ("llamacpp/input-tokens", Kind::LlamaCpp, Count),
    ("llamacpp/models", Kind::LlamaCpp, Models),
    ("llamacpp/props", Kind::LlamaCpp, Context),
    ("llamacpp/tokenize", Kind::LlamaCpp, Count),
    ("ollama/chat", Kind::Ollama, Chat),
    ("ollama/error-no-model", Kind::Ollama, Refused(404, JSON)),
    ("ollama/error-origin", Kind::Ollama, Refused(403, "")),
    ("ollama/openai-chat", Kind::OpenAi, Chat),
    ("ollama/ps", Kind::Ollama, Context),
    ("ollama/root", Kind::Ollama, Recogniser),
    ("ollama/tags", Kind::Ollama, Models),
    ("ollama/version", Kind::Ollama, Recogniser),
    ("llama-cpp-python/chat", Kind::LlamaCppPython, Chat),
    ("llama-cpp-python/error-content-type", Kind::LlamaCppPython, Refused(500, JSON)),
    ("llama-cpp-python/models", Kind::LlamaCppPython, Models),
    ("vllm/chat", Kind::Vllm, Chat),
    ("vllm/chat-continuous-usage", Kind::Vllm, Chat),
    ("vllm/error-content-type", Kind::Vllm, Refused(400, JSON)),
    ("vllm/error-no-model", Kind::Vllm, Refused(404, JSON)),
    ("vllm/health", Kind::Vllm, Recogniser),
    ("vllm/models", Kind::Vllm, Models),
    ("vllm/tokenize", Kind::Vllm, Count),
    ("vllm/version", Kind::Vllm, Recogniser),
    // Written by hand, for facts that nobody recorded.
    ("ai4artsed/ai4artsed-blocked", Kind::Ai4ArtsEd, Chat),
    ("ai4artsed/ai4artsed-error", Kind::Ai4ArtsEd, Chat),
    ("ai4artsed/ai4artsed-error-content-type", Kind::Ai4ArtsEd, Refused(415, "text/html; charset=utf-8")),
    ("ai4artsed/ai4artsed-lost-chunks", Kind::Ai4ArtsEd, Chat),
    ("ai4artsed/ai4artsed-only-the-end", Kind::Ai4ArtsEd, Chat),
    ("ai4artsed/ai4artsed-pipeline", Kind::Ai4ArtsEd, Chat),
    ("ai4artsed/ai4artsed-seed", Kind::Ai4ArtsEd, Chat),
    ("jarvis/jarvis-cut", Kind::Jarvis, Chat),
    ("jarvis/jarvis-error-line", Kind::Jarvis, Chat),
    ("jarvis/jarvis-error-session", Kind::Jarvis, Refused(404, JSON)),
    ("jarvis/jarvis-error-stop-plain", Kind::Jarvis, Refused(422, JSON)),
    ("jarvis/jarvis-late-error", Kind::Jarvis, Chat),
    ("jarvis/jarvis-lines", Kind::Jarvis, Chat),
    ("jarvis/jarvis-mix", Kind::Jarvis, Chat),
    ("jarvis/jarvis-models", Kind::Jarvis, Models),
    ("jarvis/jarvis-rendered-differently", Kind::Jarvis, Chat),
    ("jarvis/jarvis-seed", Kind::Jarvis, Chat),
    ("jarvis/jarvis-stopped", Kind::Jarvis, Chat),
    ("jarvis/jarvis-whole-answer", Kind::Jarvis, Chat),
    ("litellm/litellm-error-inside", Kind::LiteLlm, Chat),
    ("litellm/litellm-token-counter", Kind::LiteLlm, Count),
    ("lmstudio/lmstudio-error-then-end", Kind::LmStudio, Chat),
    ("lmstudio/lmstudio-native", Kind::LmStudio, Chat),
    ("lmstudio/lmstudio-older-without-native", Kind::LmStudio, Chat),
    ("lmstudio/lmstudio-tools", Kind::LmStudio, Chat),
    ("lmstudio/lmstudio-v0-models", Kind::LmStudio, Context),
    ("lmstudio/lmstudio-v1-context-overflow", Kind::LmStudio, Chat),
    ("lmstudio/lmstudio-v1-models", Kind::LmStudio, Context),
    ("lmstudio/lmstudio-whole-answer", Kind::LmStudio, Chat),
    ("openrouter/openrouter-error-credits", Kind::OpenRouter, Refused(402, JSON)),
    ("openrouter/openrouter-models", Kind::OpenRouter, Models),
    ("qolaba/qolaba-chat", Kind::Qolaba, Chat),
    ("qolaba/qolaba-error-content-type", Kind::Qolaba, Refused(400, JSON)),
    ("qolaba/qolaba-error-no-key", Kind::Qolaba, Refused(401, JSON)),
    ("qolaba/qolaba-error-validation", Kind::Qolaba, Refused(400, JSON)),
    ("qolaba/qolaba-ids-and-timeout", Kind::Qolaba, Chat),
    ("qolaba/qolaba-models", Kind::Qolaba, Models),
    ("scripted/kobold-logprobs", Kind::KoboldCpp, Chat),
    ("scripted/llamacpp-native-logprobs", Kind::LlamaCpp, Chat),
    ("scripted/ollama-logprobs", Kind::Ollama, Chat),
    ("scripted/openai-older-logprobs", Kind::OpenAi, Chat),
    ("scripted/vllm-logprobs", Kind::Vllm, Chat),
    ("textgen/textgen-error-content-type", Kind::TextGen, Refused(422, JSON)),
    ("textgen/textgen-error-host", Kind::TextGen, Refused(400, JSON)),
    ("textgen/textgen-exception-is-a-cut", Kind::TextGen, Chat),
    ("textgen/textgen-pings", Kind::TextGen, Chat),
    ("textgen/textgen-token-count", Kind::TextGen, Count),
    ("scripted/html-instead", Kind::OpenAi, Chat),
    ("scripted/kobold-done-one-newline", Kind::KoboldCpp, Chat),
    ("scripted/kobold-error-finish", Kind::KoboldCpp, Chat),
    ("scripted/kobold-think-tags", Kind::KoboldCpp, Chat),
    ("scripted/kobold-whole-answer", Kind::KoboldCpp, Chat),
    ("scripted/litellm-error-500", Kind::LiteLlm, Refused(500, "text/event-stream")),
    ("scripted/llamacpp-error-inside", Kind::LlamaCpp, Chat),
    ("scripted/llamacpp-heartbeats", Kind::LlamaCpp, Chat),
    ("scripted/llamacpp-native-limit", Kind::LlamaCpp, Chat),
    ("scripted/llamacpp-stopped-by-delete", Kind::LlamaCpp, Chat),
    ("scripted/ollama-broken-line", Kind::Ollama, Chat),
    ("scripted/ollama-cut", Kind::Ollama, Chat),
    ("scripted/ollama-error-inside", Kind::Ollama, Chat),
    ("scripted/ollama-load", Kind::Ollama, Chat),
    ("scripted/ollama-thinking", Kind::Ollama, Chat),
    ("scripted/ollama-tool", Kind::Ollama, Chat),
    ("scripted/openai-bad-frames", Kind::OpenAi, Chat),
    ("scripted/openai-bom-cr", Kind::OpenAi, Chat),
    ("scripted/openai-crlf", Kind::OpenAi, Chat),
    ("scripted/openai-error-event", Kind::OpenAi, Chat),
    ("scripted/openai-forgiven", Kind::OpenAi, Chat),
    ("scripted/openai-held-at-end", Kind::OpenAi, Chat),
    ("scripted/openai-not-utf8", Kind::OpenAi, Chat),
    ("scripted/openai-only-done", Kind::OpenAi, Chat),
    ("scripted/openai-orphan-think", Kind::OpenAi, Chat),
    ("scripted/openai-parts", Kind::OpenAi, Chat),
    ("scripted/openai-refusal-and-odd-choices", Kind::OpenAi, Chat),
    ("scripted/openai-text-after-end", Kind::OpenAi, Chat),
    ("scripted/openai-think-tags", Kind::OpenAi, Chat),
    ("scripted/openai-tools", Kind::OpenAi, Chat),
    ("scripted/openai-whole-answer", Kind::OpenAi, Chat),
    ("scripted/openrouter-comments", Kind::OpenRouter, Chat),
    ("scripted/openrouter-error-inside", Kind::OpenRouter, Chat),
    ("scripted/vllm-error-inside", Kind::Vllm, Chat),
];

fn place(case: &str, ending: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(format!("{case}.{ending}"))
}

pub fn body(case: &str) -> Vec<u8> {
    fs::read(place(case, "body")).unwrap_or_else(|error| panic!("{case}: {error}"))
}

pub fn text(case: &str) -> String {
    String::from_utf8(body(case)).unwrap()
}

/// What Rill makes of a body; `None` where another test reads it.
fn read(case: &str, kind: Kind, asked: Asked) -> Option<String> {
    let dialect = kind.dialect();
    let number =
        |number: Option<u32>| number.map_or("unknown\n".to_owned(), |number| format!("{number}\n"));
    Some(match asked {
        Chat => show::lines(&stream::events(kind, [&*body(case)])),
        Models => match dialect.models().read(&text(case))? {
            Ok(models) => models
                .iter()
                .map(|model| format!("{} = {:?} {:?}\n", model.id, model.name, model.context))
                .collect(),
            Err(error) => show::error(&error) + "\n",
        },
        Context => number(dialect.context(None)?.read(&text(case))),
        Count => number(dialect.count(&Default::default())?.read(&text(case))),
        Perf => {
            let (usage, timings) = dialect.perf()?.read(&text(case))?;
            format!("{}\n{}\n", show::usage(&usage), show::timings(&timings))
        }
        Refused(status, content_type) => {
            let (error, json) = (
                read_error(status, content_type, &text(case)),
                wants_json(status, &text(case)),
            );
            format!(
                "{}{}\n",
                show::error(&error),
                if json { " wants json" } else { "" }
            )
        }
        Recogniser | Stop => return None,
    })
}

#[test]
fn every_answer_becomes_what_stands_beside_it() {
    let update = std::env::var_os("UPDATE_FIXTURES").is_some();
    let mut wrong = Vec::new();
    for &(case, kind, asked) in CASES {
        let Some(found) = read(case, kind, asked) else {
            continue;
        };
        let expect = place(case, "events");
        if update {
            fs::write(&expect, &found).unwrap();
        } else if fs::read_to_string(&expect).unwrap_or_default() != found {
            wrong.push(format!("{case}:\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_fixture_is_left_out() {
    let mut there = BTreeSet::new();
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    for folder in fs::read_dir(&root).unwrap() {
        let folder = folder.unwrap().file_name().into_string().unwrap();
        // Those are documents, and no server's.
        if folder == "markdown" {
            continue;
        }
        for file in fs::read_dir(root.join(&folder)).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            if let Some(name) = name.strip_suffix(".body") {
                there.insert(format!("{folder}/{name}"));
            }
        }
    }
    let named: BTreeSet<String> = CASES.iter().map(|case| case.0.to_owned()).collect();
    assert_eq!(there, named);
}
