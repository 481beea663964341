//! The types that the surface speaks of by a name.
//!
//! In: ends, verdicts, kinds, figures, as the house has them. Out: their declarations.

use super::union;
use crate::dialect::Kind;
use crate::doctor::Verdict;
use crate::event::End;

/// A type with a name.
#[derive(Debug, Clone)]
pub struct Type {
    /// Its name.
    pub name: &'static str,
    /// What it is made of.
    pub shape: Shape,
    /// What it is.
    pub words: &'static str,
}

/// What a type is made of.
#[derive(Debug, Clone)]
pub enum Shape {
    /// Another type, in TypeScript.
    Alias(String),
    /// An object: names (with `?` where they may be missing) and types.
    Object(Vec<(&'static str, &'static str)>),
}

/// Stages of a reply, as `data-phase` of the line under it has them.
const PHASES: [&str; 8] = [
    "connecting",
    "waiting",
    "reading",
    "thinking",
    "writing",
    "showing",
    "asking",
    "ended",
];

/// Returns every type, each behind those that it names.
pub fn types() -> Vec<Type> {
    let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    let verdicts: Vec<&str> = Verdict::ALL.iter().map(|verdict| verdict.word()).collect();
    let mut all = vec![
        alias("RillKind", &union(&kinds), "A kind of server."),
        alias("RillEnd", &union(End::WORDS), "How a reply ended."),
        alias("RillVerdict", &union(&verdicts), "What the Doctor finds."),
        alias("RillPhase", &union(&PHASES), "Where a reply is on its way."),
    ];
    all.extend(figures());
    all.extend(bridge());
    all
}

fn alias(name: &'static str, of: &str, words: &'static str) -> Type {
    Type {
        name,
        shape: Shape::Alias(of.to_owned()),
        words,
    }
}

fn object(
    name: &'static str,
    fields: &[(&'static str, &'static str)],
    words: &'static str,
) -> Type {
    Type {
        name,
        shape: Shape::Object(fields.to_vec()),
        words,
    }
}

/// Figures of a reply.
fn figures() -> [Type; 3] {
    [
        object(
            "RillUsage",
            &[
                ("prompt_tokens", "number | null"),
                ("completion_tokens", "number | null"),
                ("cached_tokens", "number | null"),
            ],
            "Tokens, as the server counts them.",
        ),
        object(
            "RillServerTimings",
            &[
                ("load_ms", "number | null"),
                ("prompt_ms", "number | null"),
                ("predicted_ms", "number | null"),
                ("predicted_per_second", "number | null"),
            ],
            "Times, as the server measures them.",
        ),
        object(
            "RillTimings",
            &[
                ("first_text_ms", "number | null"),
                ("total_ms", "number"),
                ("server", "RillServerTimings"),
            ],
            "Times of a reply, from its request on.",
        ),
    ]
}

/// What passes between the chat and a site's own code.
fn bridge() -> [Type; 8] {
    [
        object(
            "RillMessage",
            &[
                ("role", "\"system\" | \"user\" | \"assistant\""),
                ("content", "string"),
            ],
            "A message of the conversation.",
        ),
        object(
            "RillRequest",
            &[
                ("messages", "RillMessage[]"),
                ("model", "string | null"),
                ("context", "string | null"),
                ("signal", "AbortSignal"),
            ],
            "What is asked of a transport of the page's own.",
        ),
        object(
            "RillPiece",
            &[
                ("text?", "string"),
                ("reasoning?", "string"),
                ("end?", "string"),
                ("error?", "string"),
            ],
            "A piece of a reply that says what it is.",
        ),
        alias(
            "RillChunk",
            "string | RillPiece | Uint8Array | ArrayBuffer | object",
            "A piece of a reply: text of the answer, bytes cut anywhere; with `kind`, an event of that server's wire.",
        ),
        alias(
            "RillReply",
            "AsyncIterable<RillChunk> | Iterable<RillChunk> | ReadableStream<RillChunk> | Response",
            "What a reply is read from.",
        ),
        alias(
            "RillSource",
            "((request: RillRequest) => RillReply | Promise<RillReply>) | RillReply",
            "A transport of the page's own: called for each message, or the next reply itself.",
        ),
        alias(
            "RillContext",
            "string | (() => string | null | Promise<string | null>) | null | undefined",
            "Something for the model beside the system prompt.",
        ),
        alias(
            "RillToken",
            "((asked: { server: string }) => string | null | Promise<string | null>) | null | undefined",
            "Gives a key for a server, named by its origin.",
        ),
    ]
}
