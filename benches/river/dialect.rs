//! Bytes to events: a reply of 200,000 tokens in three dialects, each token in the words of its server.

use criterion::Criterion;
use rill::chat::request::ChatRequest;
use rill::dialect::Kind;
use rill::wire::Framer;
use std::hint::black_box;

use crate::inputs::{each, tokens};
use crate::sse::READ;

const COUNT: usize = 200_000;

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("dialect");
    group.sample_size(10);
    let write = |before: &str, after: &str| {
        let mut out = String::new();
        for token in tokens(COUNT) {
            out.push_str(before);
            out.push_str(&serde_json::Value::from(token).to_string());
            out.push_str(after);
        }
        out
    };
    let bodies = [
        (
            "openai",
            Kind::OpenAi,
            write(
                "data: {\"id\":\"chatcmpl-123\",\"object\":\"chat.completion.chunk\",\"created\":1694268190,\"model\":\"gpt-oss\",\"choices\":[{\"index\":0,\"delta\":{\"content\":",
                "},\"logprobs\":null,\"finish_reason\":null}]}\n\n",
            ),
        ),
        (
            "llamacpp",
            Kind::LlamaCpp,
            write(
                "data: {\"choices\":[{\"finish_reason\":null,\"index\":0,\"delta\":{\"content\":",
                "}}],\"created\":1763731000,\"id\":\"chatcmpl-Xq\",\"model\":\"m.gguf\",\"system_fingerprint\":\"b7000\",\"object\":\"chat.completion.chunk\"}\n\n",
            ),
        ),
        (
            "ollama",
            Kind::Ollama,
            write(
                "{\"model\":\"llama3.2\",\"created_at\":\"2026-08-04T08:52:19.385406Z\",\"message\":{\"role\":\"assistant\",\"content\":",
                "},\"done\":false}\n",
            ),
        ),
    ];
    for (name, kind, body) in &bodies {
        group.throughput(each(COUNT, body.len()));
        group.bench_function(*name, |bencher| {
            bencher.iter(|| {
                let mut framer = Framer::new();
                let dialect = kind.dialect();
                let first = dialect.transport(None);
                let mut decoder = dialect.decoder(&ChatRequest::default(), first);
                let mut out = Vec::new();
                let mut count = 0;
                for piece in body.as_bytes().chunks(READ) {
                    framer.feed(black_box(piece), &mut |frame| {
                        decoder.frame(frame, &mut out)
                    });
                    // The page takes the events of each read.
                    count += out.drain(..).count();
                }
                framer.finish(&mut |frame| decoder.frame(frame, &mut out));
                decoder.finish(&mut out);
                assert!(count + out.len() >= COUNT);
            })
        });
    }
    group.finish();
}
