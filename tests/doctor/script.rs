//! A reply as a script: what comes when. It becomes a trace as the page would make it.

use rill::dialect::{Call, Carrier, Transport};
use rill::event::{
    ChatEvent, Deadline, End, ErrorCause, Finish, FinishKind, Millis, Progress, ServerError,
};
use rill::session::{Chunk, Media, Report};
use rill::trace::{Fact, Probe, Trace};

/// A name, a reply, and the verdict that it must get.
pub type Case = (&'static str, Script, &'static str);

/// A reply that is being played.
#[derive(Clone)]
pub struct Script {
    pub trace: Trace,
    pub now: Millis,
    pub end: Option<End>,
    /// Bytes of answer text that have come, and that are shown.
    came: usize,
    /// The page paints each read after so long; `None`: it paints nothing by itself.
    paints: Option<Millis>,
}

/// A reply whose request goes out at 0, on a page that is prompt.
pub fn sent() -> Script {
    sent_as(Media::Plain)
}

/// A stream whose headers came at once.
pub fn streaming() -> Script {
    sent().wait(20.0).headers()
}

pub fn sent_as(media: Media) -> Script {
    let mut script = Script {
        trace: Trace::default(),
        now: 0.0,
        end: None,
        came: 0,
        paints: Some(16.0),
    };
    script.trace.stamp(0.0, Fact::Promise(400.0));
    let body = serde_json::json!({ "stream": true });
    let report = Report::Sent {
        transport: &Transport {
            name: "chat",
            via: Carrier::Stream,
            if_held_back: None,
        },
        call: Call::post("/v1/chat/completions", &body),
        media,
    };
    script.trace.saw(0.0, &report);
    script
}

impl Script {
    /// Time passes.
    pub fn wait(mut self, ms: Millis) -> Script {
        self.now += ms;
        self
    }

    pub fn headers(self) -> Script {
        self.headers_of("text/event-stream", &[])
    }

    pub fn headers_of(mut self, content_type: &str, told: &[(&'static str, &str)]) -> Script {
        let report = Report::Headers {
            status: 200,
            content_type: content_type.to_owned(),
            told: told
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect(),
        };
        self.trace.saw(self.now, &report);
        self
    }

    /// The page promises another pace, and keeps it or not by `paints`.
    pub fn page(mut self, promise: Millis, paints: Option<Millis>) -> Script {
        self.trace.stamp(self.now, Fact::Promise(promise));
        self.paints = paints;
        self
    }

    /// One read that brings so many events with text of five letters each.
    pub fn read(mut self, bytes: usize, events: usize) -> Script {
        self.came += 5 * events;
        let events: Vec<ChatEvent> = (0..events)
            .map(|_| ChatEvent::Text("word ".into()))
            .collect();
        self.events(bytes, events);
        self.paint_after()
    }

    /// One read with these events.
    pub fn read_of(mut self, bytes: usize, events: Vec<ChatEvent>) -> Script {
        for event in &events {
            match event {
                ChatEvent::Text(text) => self.came += text.len(),
                ChatEvent::ReplaceText(text) => self.came = text.len(),
                _ => {}
            }
        }
        self.events(bytes, events);
        self.paint_after()
    }

    fn events(&mut self, bytes: usize, events: Vec<ChatEvent>) {
        let now = self.now;
        self.trace.saw(now, &Report::Read { bytes });
        self.trace
            .saw(now + 0.1, &Report::Decoded(Chunk::Bytes(vec![b'x'; bytes])));
        if !events.is_empty() {
            self.trace.saw(now + 0.1, &Report::Events(events));
        }
    }

    fn paint_after(mut self) -> Script {
        if let Some(wait) = self.paints {
            self.trace.paint(self.now + wait, self.came, 1.0);
        }
        self
    }

    /// All that has come is painted now.
    pub fn painted(mut self) -> Script {
        self.trace.paint(self.now, self.came, 5.0);
        self
    }

    /// So many reads of one event each, at a steady pace.
    pub fn steady(mut self, count: usize, every: Millis) -> Script {
        for _ in 0..count {
            self = self.wait(every).read(280, 1);
        }
        self
    }

    /// So many messages of a socket, one event each, handed over so fast, with a longer rest before the last of every `together`.
    pub fn messages(
        mut self,
        count: usize,
        every: Millis,
        together: usize,
        rest: Millis,
    ) -> Script {
        for message in 1..=count {
            let is_last = message % together == 0;
            self = self.wait(if is_last { rest } else { every }).read(110, 1);
        }
        self
    }

    /// So many bursts of `events` events in one read of `bytes`, with a silence before each.
    pub fn bursts(mut self, count: usize, silence: Millis, bytes: usize, events: usize) -> Script {
        for _ in 0..count {
            self = self.wait(silence).read(bytes, events);
        }
        self
    }

    pub fn signs(mut self, count: usize, every: Millis) -> Script {
        for _ in 0..count {
            self = self.wait(every);
            self.events(16, vec![ChatEvent::Alive]);
        }
        self
    }

    pub fn prompt_progress(mut self, processed: u32, total: u32) -> Script {
        let progress = Progress::ReadingPrompt { processed, total };
        self.events(600, vec![ChatEvent::Progress(progress)]);
        self
    }

    pub fn stamp(mut self, fact: Fact) -> Script {
        self.trace.stamp(self.now, fact);
        self
    }

    pub fn alive(self, alive: bool) -> Script {
        self.stamp(Fact::Alive(alive))
    }

    pub fn asked(self, clock: Deadline) -> Script {
        self.stamp(Fact::Asked(clock))
    }

    pub fn probed(self, probe: Probe) -> Script {
        self.stamp(Fact::Probed(probe))
    }

    /// The end mark, and the end.
    pub fn done(mut self) -> Script {
        let finish = Finish {
            sure: true,
            kind: FinishKind::Natural,
            word: "stop".into(),
        };
        self.events(300, vec![ChatEvent::Done(finish)]);
        self.ends(End::Complete {
            reason: "stop".into(),
        })
    }

    pub fn cut(self) -> Script {
        self.ends(End::Cut { page_closed: false })
    }

    pub fn gone(self) -> Script {
        self.ends(End::Broken {
            error: error(ErrorCause::Server, "Failed to fetch"),
            before_headers: true,
        })
    }

    pub fn torn(self) -> Script {
        self.ends(End::Broken {
            error: error(ErrorCause::Server, "network error"),
            before_headers: false,
        })
    }

    pub fn refused(self, status: u16, cause: ErrorCause, message: &str) -> Script {
        self.ends(End::Refused {
            status: Some(status),
            error: error(cause, message),
        })
    }

    pub fn stalled(self, clock: Deadline) -> Script {
        self.ends(End::Stalled { clock })
    }

    pub fn ends(mut self, end: End) -> Script {
        self.trace.saw(self.now, &Report::End(end.clone()));
        self.end = Some(end);
        self
    }
}

pub fn error(cause: ErrorCause, message: &str) -> ServerError {
    ServerError {
        message: message.to_owned(),
        code: None,
        cause,
    }
}

pub fn text(bytes: usize) -> ChatEvent {
    ChatEvent::Text("x".repeat(bytes))
}
