//! A recorded reply once more, at its own pace: a [`Wire`] that gives the recorded reads at their recorded times.
//!
//! In: a trace and a clock. Out: what the session saw then. Where the texts were left out, stand-ins of the same length play: framing,
//! events and gaps are the same, the words are not. What a person did (a stop) is not replayed: there the stream just closes.

use std::collections::VecDeque;
use std::rc::Rc;

use super::{Carried, Fact, Trace};
use crate::dialect::Call;
use crate::event::{End, Millis};
use crate::session::{Answer, Body, Chunk, Clock, Failure, Media, Opened, TELLING, Wire};

/// A server that gives the same reply again.
pub struct Replay<C> {
    clock: C,
    tape: Rc<Tape>,
}

/// A recorded reply. Its times count from the request that was answered.
struct Tape {
    /// Headers; `None` where they never came.
    headers: Option<Head>,
    pieces: Vec<(Millis, Chunk)>,
    close: (Millis, Close),
    alive: bool,
}

#[derive(Clone)]
struct Head {
    after: Millis,
    status: u16,
    content_type: String,
    told: Vec<(&'static str, String)>,
}

#[derive(Clone)]
enum Close {
    Cleanly,
    Failing(String),
    /// No end: the stream stays open, and the session's own deadlines end it, as they did then.
    Never,
}

/// The body of a replayed reply.
pub struct ReplayBody<C> {
    clock: C,
    begun: Millis,
    pieces: VecDeque<(Millis, Chunk)>,
    close: (Millis, Close),
}

impl<C: Clock + Clone> Replay<C> {
    /// Takes a trace, its own or an imported one.
    pub fn new(trace: &Trace, clock: C) -> Replay<C> {
        let stamps = trace.stamps();
        let sent = stamps
            .iter()
            .rev()
            .find(|stamp| matches!(stamp.fact, Fact::Sent { .. }))
            .map_or(0.0, |stamp| stamp.at);
        let headers = stamps.iter().rev().find_map(|stamp| match &stamp.fact {
            Fact::Headers {
                status,
                content_type,
                told,
            } => {
                let told = TELLING.into_iter().filter_map(|known| {
                    let (_, value) = told.iter().find(|(name, _)| name == known)?;
                    Some((known, value.clone()))
                });
                Some(Head {
                    after: stamp.at - sent,
                    status: *status,
                    content_type: content_type.clone(),
                    told: told.collect(),
                })
            }
            _ => None,
        });
        let pieces = trace
            .raw
            .pieces()
            .map(|(piece, bytes)| (piece.at - sent, chunk(piece.carried, bytes)))
            .collect();
        let close = match trace.end() {
            Some(End::Broken { error, .. }) => Close::Failing(error.message.clone()),
            Some(End::Stalled { .. }) | None => Close::Never,
            _ => Close::Cleanly,
        };
        let ended = trace.totals().ended.unwrap_or(sent);
        let alive = !stamps.iter().any(|stamp| stamp.fact == Fact::Alive(false));
        Replay {
            clock,
            tape: Rc::new(Tape {
                headers,
                pieces,
                close: (ended - sent, close),
                alive,
            }),
        }
    }
}

impl<C: Clock + Clone> Wire for Replay<C> {
    type Body = ReplayBody<C>;

    async fn open(&self, _call: &Call, _media: Media) -> Result<Opened<ReplayBody<C>>, Failure> {
        let begun = self.clock.now();
        let (closes, close) = self.tape.close.clone();
        let Some(head) = self.tape.headers.clone() else {
            self.clock.until(begun + closes).await;
            return match close {
                Close::Failing(message) => Err(Failure::new(message)),
                Close::Cleanly => Err(Failure::new("no headers came")),
                Close::Never => std::future::pending().await,
            };
        };
        self.clock.until(begun + head.after).await;
        Ok(Opened {
            status: head.status,
            content_type: head.content_type,
            told: head.told,
            body: ReplayBody {
                clock: self.clock.clone(),
                begun,
                pieces: self.tape.pieces.clone().into(),
                close: (closes, close),
            },
        })
    }

    async fn small(&self, _call: &Call, _media: Media) -> Result<Answer, Failure> {
        if !self.tape.alive {
            return Err(Failure::new("no answer"));
        }
        Ok(Answer {
            status: 200,
            content_type: String::new(),
            body: "{}".to_owned(),
        })
    }
}

impl<C: Clock> Body for ReplayBody<C> {
    async fn next(&mut self) -> Result<Option<Chunk>, Failure> {
        // What is not handed out yet stays, should the wait for it be dropped.
        if let Some((at, _)) = self.pieces.front() {
            self.clock.until(self.begun + at).await;
            return Ok(self.pieces.pop_front().map(|(_, chunk)| chunk));
        }
        let (at, close) = self.close.clone();
        match close {
            Close::Never => std::future::pending().await,
            Close::Cleanly => {
                self.clock.until(self.begun + at).await;
                Ok(None)
            }
            Close::Failing(message) => {
                self.clock.until(self.begun + at).await;
                Err(Failure::new(message))
            }
        }
    }
}

fn chunk(carried: Carried, bytes: &[u8]) -> Chunk {
    match carried {
        Carried::Bytes => Chunk::Bytes(bytes.to_vec()),
        Carried::Text => Chunk::Text(String::from_utf8_lossy(bytes).into_owned()),
        Carried::Binary => Chunk::Binary(bytes.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::VecDeque;
    use std::pin::pin;

    use futures_channel::mpsc;

    use super::super::{Export, Imported, VERSION};
    use super::*;
    use crate::chat::request::ChatRequest;
    use crate::dialect::{Kind, Transport};
    use crate::doctor::verdict;
    use crate::session::drive_tests::{Jumping, jump_through};
    use crate::session::{Deadlines, Plan, Report, drive};

    /// Recorded answers, with the place of the transport that they belong to.
    const RECORDED: [(Kind, usize, &str); 14] = [
        (Kind::LlamaCpp, 0, "llamacpp/chat"),
        (Kind::LlamaCpp, 0, "llamacpp/chat-progress"),
        (Kind::LlamaCpp, 0, "llamacpp/chat-logprobs"),
        (Kind::KoboldCpp, 1, "koboldcpp/native-stream"),
        (Kind::KoboldCpp, 0, "koboldcpp/openai-chat"),
        (Kind::Ollama, 0, "ollama/chat"),
        (Kind::Vllm, 0, "vllm/chat-continuous-usage"),
        (Kind::LiteLlm, 0, "litellm/chat"),
        (Kind::Halo, 0, "halo/halo-attention-aggregated"),
        (Kind::Halo, 0, "halo/halo-error-inside"),
        (Kind::Jarvis, 0, "jarvis/jarvis-mix"),
        (Kind::Jarvis, 0, "jarvis/jarvis-seed"),
        (Kind::Ai4ArtsEd, 0, "ai4artsed/ai4artsed-seed"),
        (Kind::Qolaba, 0, "qolaba/qolaba-chat"),
    ];

    /// A trace as a recording would have left it: cut into reads of 97 bytes, 13 ms apart, and in the middle a long gap.
    fn recorded(kind: Kind, place: usize, case: &str) -> Trace {
        let root = env!("CARGO_MANIFEST_DIR");
        let body = std::fs::read(format!("{root}/tests/fixtures/{case}.body")).unwrap();
        let mut trace = Trace::default();
        let transport = &kind.dialect().transports()[place];
        let call = kind.dialect().chat(&ChatRequest::default(), transport);
        trace.sent(5.0, transport.name, &call, Media::Plain);
        trace.stamp(
            30.0,
            Fact::Headers {
                status: 200,
                content_type: "text/event-stream".into(),
                told: vec![("server".into(), "nginx".into())],
            },
        );
        let half = body.len() / 97 / 2;
        for (index, piece) in body.chunks(97).enumerate() {
            let gap = if index > half { 700.0 } else { 0.0 };
            let at = 250.0 + 13.0 * index as f64 + gap;
            trace.read(at, piece.len());
            trace.raw.push(at, piece, Carried::Bytes);
        }
        let last = trace.rhythm.last().unwrap_or(0.0);
        trace.stamp(last + 2.0, Fact::End(End::Cut { page_closed: false }));
        trace
    }

    /// Plays it through the session, and gives the trace of that.
    fn play(trace: &Trace, kind: Kind, transport: &'static Transport) -> Trace {
        let clock = Jumping::default();
        let wire = Replay::new(trace, clock.clone());
        let dialect = kind.dialect();
        let request = ChatRequest::default();
        let plan = Plan {
            deadlines: Deadlines::parse("connect:1,first-token:60,silence:5").unwrap(),
            transport,
            ..Plan::new(dialect, &request)
        };
        let (sender, controls) = mpsc::unbounded();
        let mut seen = Trace::default();
        {
            let at = clock.clone();
            let mut report = |report: Report| seen.saw(at.now(), &report);
            let work = pin!(drive(plan, &wire, &clock, controls, &mut report));
            jump_through(&clock, work, &mut VecDeque::new(), &sender);
        }
        seen
    }

    fn events(trace: &Trace) -> Vec<(&'static str, u16)> {
        trace
            .events()
            .iter()
            .map(|event| (event.name.word(), event.count))
            .collect()
    }

    fn gaps(trace: &Trace) -> Vec<i64> {
        let reads = trace.reads();
        let gaps = reads.iter().zip(reads.iter().skip(1));
        gaps.map(|(before, after)| ((after.at - before.at) * 10.0).round() as i64)
            .collect()
    }

    #[test]
    fn an_export_without_texts_replays_with_the_same_events_at_the_same_pace() {
        for (kind, place, case) in RECORDED {
            let transport = &kind.dialect().transports()[place];
            let first = play(&recorded(kind, place, case), kind, transport);
            assert!(first.totals().texts > 0, "{case}");
            let export = Export {
                kind: Some(kind),
                ..Export::default()
            };
            let file = export.write(&first, 0.0);
            let imported = Imported::read(&file).unwrap();
            assert_eq!(
                (imported.kind, imported.transport()),
                (Some(kind), transport),
                "{case}"
            );
            assert!(!imported.texts);
            let again = play(&imported.trace, kind, imported.transport());
            assert_eq!(events(&again), events(&first), "{case}");
            assert_eq!(gaps(&again), gaps(&first), "{case}");
            let end = |trace: &Trace| trace.end().map(|end| (end.word(), end.reason()));
            assert_eq!(end(&again), end(&first), "{case}");
            assert_eq!(again.raw.bytes().len(), first.raw.bytes().len(), "{case}");
            let told = |trace: &Trace| verdict(trace, trace.end(), 0.0);
            assert_eq!(told(&again), told(&first), "{case}");
            assert_eq!(told(&imported.trace), told(&first), "{case}");
        }
    }

    #[test]
    fn with_texts_the_very_bytes_play() {
        let trace = play(
            &recorded(Kind::Ollama, 0, "ollama/chat"),
            Kind::Ollama,
            Kind::Ollama.dialect().transport(None),
        );
        let export = Export {
            texts: true,
            ..Export::default()
        };
        let imported = Imported::read(&export.write(&trace, 0.0)).unwrap();
        assert_eq!(imported.trace.raw.bytes(), trace.raw.bytes());
        assert_eq!(imported.trace.request(), trace.request());
    }

    #[test]
    fn frames_of_a_socket_play_as_frames_and_broken_letters_as_they_are() {
        let mut trace = Trace::default();
        trace.raw.push(1.0, b"{\"a\":1}", Carried::Text);
        trace.raw.push(2.0, &[0, 255, 200], Carried::Binary);
        trace.raw.push(3.0, b"\xf0\x9f", Carried::Bytes);
        for texts in [true, false] {
            let export = Export {
                texts,
                ..Export::default()
            };
            let imported = Imported::read(&export.write(&trace, 0.0)).unwrap();
            let carried = |trace: &Trace| -> Vec<(f64, Carried, usize)> {
                let pieces = trace.raw.pieces();
                pieces
                    .map(|(piece, bytes)| (piece.at, piece.carried, bytes.len()))
                    .collect()
            };
            assert_eq!(carried(&imported.trace), carried(&trace));
            if texts {
                assert_eq!(imported.trace.raw.bytes(), trace.raw.bytes());
            }
        }
    }

    #[test]
    fn a_stalled_reply_stalls_again_by_the_deadlines_of_today() {
        let mut trace = recorded(Kind::LlamaCpp, 0, "llamacpp/chat");
        // Cut off before the end mark: all that is left is silence.
        let mut short = Trace::default();
        for stamp in trace.stamps() {
            if !matches!(stamp.fact, Fact::End(_)) {
                short.stamp(stamp.at, stamp.fact.clone());
            }
        }
        for (piece, bytes) in trace.raw.pieces().take(12) {
            short.raw.push(piece.at, bytes, piece.carried);
        }
        short.stamp(
            90_000.0,
            Fact::End(End::Stalled {
                clock: crate::event::Deadline::Silence,
            }),
        );
        trace = play(
            &short,
            Kind::LlamaCpp,
            Kind::LlamaCpp.dialect().transport(None),
        );
        assert_eq!(trace.end().map(End::word), Some("stalled"));
        assert_eq!(verdict(&trace, trace.end(), 0.0).word(), "silent");
    }

    #[test]
    fn other_files_get_a_clear_refusal() {
        use super::super::BadTrace;
        let check = |file: &str, expect| {
            assert_eq!(Imported::read(file).err(), Some(expect), "{file}");
        };
        check("hello", BadTrace::NotJson);
        check("[]", BadTrace::NotATrace);
        check("{\"version\":1}", BadTrace::NotATrace);
        check("{\"rill_trace\":2}", BadTrace::OtherVersion(2));
        // Unknown fields and facts, and missing ones, are no trouble.
        let odd = "{\"rill_trace\":1,\"new\":{},\"facts\":[{\"fact\":\"aurora\"},7],\"reads\":[[],[1,2,3]],\"events\":[[1,\"x\"]],\"raw\":{\"pieces\":[[1,99999,0]],\"text\":\"a\"}}";
        let imported = Imported::read(odd).unwrap();
        assert_eq!(imported.trace.reads().len(), 2);
        assert_eq!(VERSION, 1);
    }

    #[test]
    fn neither_key_nor_text_is_in_a_file() {
        let mut trace = Trace::default();
        let request = ChatRequest {
            messages: vec![crate::chat::request::Message::new(
                crate::chat::request::Role::User,
                "my diary",
            )],
            ..ChatRequest::default()
        };
        for kind in Kind::ALL {
            for transport in kind.dialect().transports() {
                let call = kind.dialect().chat(&request, transport);
                trace.sent(0.0, "x", &call, Media::Plain);
                let export = Export {
                    secrets: &["key-4711"],
                    ..Export::default()
                };
                trace.stamp(
                    1.0,
                    Fact::End(End::Refused {
                        status: Some(401),
                        error: crate::event::ServerError {
                            message: "wrong key key-4711".into(),
                            ..Default::default()
                        },
                    }),
                );
                let file = export.write(&trace, 0.0);
                for private in ["diary", "key-4711"] {
                    assert!(!file.contains(private), "{kind:?} {transport:?}: {file}");
                }
            }
        }
    }
}
