//! The words as pieces of a stream.
//!
//! In: a [`Reply`], a [`Script`], and a [`Voice`] (how one server words one kind of stream). Out: a [`Plan`]: bytes and when to send them.
//! Faults of meaning (no end mark, a bad frame, an error inside) are committed here; faults of bytes in [`crate::play`].

use crate::reply::Reply;
use crate::script::Script;

/// Between two tokens, in milliseconds, where the script says nothing.
const DELAY: f64 = 4.0;

/// How one server words one kind of stream. Every answer is the bytes of whole frames; empty means that it sends nothing there.
pub(crate) trait Voice {
    /// Before everything else.
    fn open(&self) -> Vec<u8> {
        Vec::new()
    }
    /// The prompt has been read up to `done` of `total` tokens.
    fn progress(&self, _done: usize, _total: usize, _ms: f64) -> Vec<u8> {
        Vec::new()
    }
    /// A piece of thinking.
    fn thinking(&self, text: &str) -> Vec<u8>;
    /// A piece of the answer; `count` tokens so far, this one included.
    fn text(&self, text: &str, count: usize) -> Vec<u8>;
    /// The end: the pieces from the finish reason to the last byte.
    fn end(&self, word: &str, reply: &Reply) -> Vec<Vec<u8>>;
    /// The server fails in the middle.
    fn error(&self) -> Vec<u8>;
    /// A frame that is not one.
    fn bad(&self) -> Vec<u8> {
        b"data: {\"choices\":[{\"delta\":{\"content\":\n\n".to_vec()
    }
    /// A sign of life.
    fn comment(&self) -> Vec<u8> {
        b": still here\n\n".to_vec()
    }
    /// Milliseconds before the first token, where the script says nothing.
    fn first(&self) -> f64 {
        0.0
    }
}

/// One piece: what to send, so many milliseconds after the piece before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// Milliseconds.
    pub wait: f64,
    /// Bytes.
    pub bytes: Vec<u8>,
    /// The text of the answer in it, for servers that can be asked what they have so far.
    pub text: String,
}

impl Piece {
    /// A piece without text of the answer.
    pub fn new(wait: f64, bytes: Vec<u8>) -> Piece {
        Piece {
            wait,
            bytes,
            text: String::new(),
        }
    }
}

/// A stream that is to be played.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// In order.
    pub pieces: Vec<Piece>,
    /// The id under which the client can stop it, and what then is sent instead of the rest.
    pub stop: Option<(String, Vec<u8>)>,
}

/// Turns a reply into pieces, as the script wants it.
pub(crate) fn plan(
    voice: &dyn Voice,
    script: &Script,
    reply: &Reply,
    tells_progress: bool,
) -> Plan {
    let mut pieces = Pieces {
        all: Vec::new(),
        crlf: script.crlf,
    };
    if script.recording.is_some() {
        return Plan::default();
    }
    let first = script.first.unwrap_or(voice.first());
    if tells_progress {
        let steps = script.prefill.unwrap_or(1);
        for step in 0..=steps {
            let wait = if step == 0 {
                0.0
            } else {
                first / steps.max(1) as f64
            };
            let done = reply.prompt_tokens * step / steps.max(1);
            pieces.push(
                wait,
                voice.progress(done, reply.prompt_tokens, wait * step as f64),
            );
        }
    } else if let Some(every) = script.comments.filter(|every| *every > 0.0) {
        let mut waited = every;
        while waited < first {
            pieces.push(every, voice.comment());
            waited += every;
        }
        pieces.push((first - (waited - every)).max(0.0), voice.comment());
    } else {
        pieces.push(first, Vec::new());
    }
    pieces.push(0.0, voice.open());
    let delay = script.delay.unwrap_or(DELAY);
    for token in &reply.thinking {
        pieces.push(delay, voice.thinking(token));
    }
    let middle = reply.tokens.len() / 2;
    for (at, token) in reply.tokens.iter().enumerate() {
        if at == middle && script.bad_frame {
            pieces.push(0.0, voice.bad());
        }
        if at == middle && script.error_inside {
            break;
        }
        if at % 10 == 9 && script.comments.is_some() {
            pieces.push(0.0, voice.comment());
        }
        let wait = if at == 0 && reply.thinking.is_empty() {
            0.0
        } else {
            delay
        };
        pieces.push(wait, voice.text(token, at + 1));
        if let Some(last) = pieces.all.last_mut() {
            last.text.clone_from(token);
        }
    }
    if script.error_inside {
        pieces.push(0.0, voice.error());
    } else if !script.no_done {
        for bytes in voice.end(reply.word(), reply) {
            pieces.push(0.0, bytes);
        }
        if script.after_end {
            pieces.push(0.0, voice.text(" AFTER THE END", reply.tokens.len() + 1));
        }
        if let Some(linger) = script.linger {
            pieces.push(linger, Vec::new());
        }
    }
    Plan {
        pieces: pieces.all,
        stop: None,
    }
}

struct Pieces {
    all: Vec<Piece>,
    crlf: bool,
}

impl Pieces {
    fn push(&mut self, wait: f64, mut bytes: Vec<u8>) {
        if self.crlf {
            bytes = bytes
                .into_iter()
                .flat_map(|byte| {
                    if byte == b'\n' {
                        vec![b'\r', b'\n']
                    } else {
                        vec![byte]
                    }
                })
                .collect();
        }
        if wait > 0.0 || !bytes.is_empty() {
            self.all.push(Piece::new(wait, bytes));
        }
    }
}
