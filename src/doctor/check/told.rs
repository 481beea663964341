//! What the answers of a check mean for its rows, its profile, and the next question.

use super::{Check, Detail, Inquiry, Outcome, Response, Row, RowName, Step};
use crate::dialect::{self, Carrier, Kind, Transport, Via, read_error};
use crate::doctor::{Verdict, judge};
use crate::event::{End, ErrorCause};
use crate::session::{Answer, Media};
use crate::trace::{Fact, Trace};

impl Check {
    pub(super) fn kind_told(&mut self, answer: Option<Answer>) {
        self.recogniser.answer(match answer {
            Some(answer) => dialect::Answer::Got {
                status: answer.status,
                body: answer.body,
            },
            None => dialect::Answer::Failed,
        });
        match self.recogniser.recognition() {
            None => {}
            Some(dialect::Recognition::Recognised(found)) => {
                self.kind = Some(found.kind);
                self.profile.context = found.context;
                self.known();
            }
            Some(dialect::Recognition::NeedsKey(_)) if self.has_key => {
                self.kind = Some(Kind::default());
                self.known();
            }
            Some(dialect::Recognition::NeedsKey(_)) => {
                self.settle(RowName::Cors, Outcome::Yes, Detail::None);
                self.fail(RowName::Key, Verdict::Auth);
            }
            Some(dialect::Recognition::NotAModelServer(_)) => {
                self.settle(RowName::Cors, Outcome::Yes, Detail::None);
                self.fail(RowName::Kind, Verdict::WrongServer);
            }
            Some(dialect::Recognition::Nothing) => {
                self.fail(RowName::Cors, Verdict::CorsRefused);
            }
        }
    }

    /// Takes note of the kind, once it is known, and with it of the kind's transports: they are rows from now on.
    pub(super) fn known(&mut self) {
        let Some(kind) = self.kind else { return };
        self.profile.kind = Some(kind);
        self.settle(
            RowName::Kind,
            Outcome::Yes,
            Detail::Word(kind.name().to_owned()),
        );
        let transports = kind.dialect().transports().iter();
        self.rows
            .extend(transports.map(|transport| Row::open(RowName::Transport(transport.name))));
        self.step = Step::Models;
    }

    pub(super) fn models_told(&mut self, answer: Option<Answer>) {
        let Some(answer) = answer else {
            return self.inquire(RowName::Models, false);
        };
        self.settle(RowName::Cors, Outcome::Yes, Detail::None);
        if self.has_key {
            self.settle(RowName::Preflight, Outcome::Yes, Detail::None);
        }
        if answer.status >= 400 {
            let error = read_error(answer.status, &answer.content_type, &answer.body);
            match error.cause {
                ErrorCause::Auth => return self.fail(RowName::Key, Verdict::Auth),
                // A server without a list may chat all the same.
                _ => self.settle(RowName::Models, Outcome::No, Detail::Words(error.message)),
            }
        } else {
            let models = answer.to(&self.dialect().models());
            let models = models.and_then(Result::ok).unwrap_or_default();
            let outcome = if models.is_empty() {
                Outcome::No
            } else {
                Outcome::Yes
            };
            self.settle(RowName::Models, outcome, Detail::Count(models.len()));
            self.profile.models = models.len();
            if let Some(first) = models.into_iter().next() {
                self.profile.context = first.context.or(self.profile.context);
                self.model = Some(first.id).filter(|id| !id.is_empty());
            }
        }
        self.step = Step::Context;
        if self.context().is_none() {
            self.context_known();
        }
    }

    pub(super) fn context_told(&mut self, answer: Option<Answer>) {
        let told = self.context().and_then(|asked| answer?.to(&asked));
        self.profile.context = told.or(self.profile.context);
        self.context_known();
    }

    fn context_known(&mut self) {
        match self.profile.context {
            Some(context) => {
                self.settle(
                    RowName::Context,
                    Outcome::Yes,
                    Detail::Count(context as usize),
                );
            }
            None => self.settle(RowName::Context, Outcome::NotOffered, Detail::None),
        }
        self.step = Step::Count;
        if self.count().is_none() {
            self.settle(RowName::Count, Outcome::NotOffered, Detail::None);
            self.step = Step::Stream;
        }
    }

    pub(super) fn count_told(&mut self, answer: Option<Answer>) {
        let counted = self.count().and_then(|asked| answer?.to(&asked));
        match counted {
            Some(tokens) => {
                self.settle(RowName::Count, Outcome::Yes, Detail::Count(tokens as usize));
            }
            None => self.settle(RowName::Count, Outcome::No, Detail::None),
        }
        self.profile.counts = counted.is_some();
        self.step = Step::Stream;
    }

    pub(super) fn stream_told(&mut self, trace: &Trace, end: &End, now: f64) {
        let verdict = crate::doctor::verdict(trace, Some(end), now);
        let sent = requests(trace);
        let texts = trace.totals().texts;
        let dialect = self.dialect();
        let last = sent.last().map(|last| last.transport.as_str());
        let transport = dialect.transport(last);
        self.transport = Some(transport);
        if let Some(last) = sent.last() {
            self.media = if last.json { Media::Json } else { Media::Plain };
        }
        if texts > 0 {
            self.media_known(sent.iter().any(|sent| !sent.json));
        }
        self.profile.transport = Some(transport.name.to_owned());
        self.profile.json = self.media == Media::Json;
        self.profile.stream = Some(verdict);
        if unreached(end) && trace.probe().is_none() {
            let had_preflight = sent.last().is_some_and(|sent| sent.json);
            return self.inquire(RowName::Stream, had_preflight);
        }
        let held = matches!(
            verdict,
            Verdict::Buffered | Verdict::NotStreaming | Verdict::PageBehind
        );
        if texts == 0 || !(held || verdict == Verdict::Flowing) {
            return self.fail_with(RowName::Stream, verdict, end);
        }
        let figures = Detail::Reads {
            reads: trace.rhythm.text_reads,
            events: texts,
        };
        self.settle(RowName::Stream, Outcome::Yes, figures);
        let gap = Detail::Gap(crate::doctor::evidence::whole(trace.rhythm.biggest.span));
        if held {
            self.settle(RowName::Gaps, Outcome::No, gap);
            self.row(RowName::Gaps, |row| row.verdict = Some(verdict));
        } else {
            self.settle(RowName::Gaps, Outcome::Yes, gap);
        }
        self.settle_transport(transport, Outcome::Yes, Detail::None);
        self.step = Step::Json;
        // Each preflight costs such a server a connection; one that is not needed is not made.
        let costly = dialect.family().quirks.preflight_costs_a_socket;
        let call = dialect.chat(&self.request(""), transport);
        if self.media == Media::Json || costly || call.via != Via::Http || call.body.is_none() {
            self.skip(RowName::Json);
            self.skip(RowName::Preflight);
            self.step = Step::Stop;
        }
    }

    /// Settles what a reply with text tells by its media type and its key. `plain`: a body that is called `text/plain` was sent
    /// on the way.
    fn media_known(&mut self, plain: bool) {
        match (plain, self.media) {
            (true, Media::Plain) => self.settle(RowName::Plain, Outcome::Yes, Detail::None),
            (true, Media::Json) => self.settle(RowName::Plain, Outcome::No, Detail::None),
            (false, _) => self.settle(RowName::Plain, Outcome::Skipped, Detail::None),
        }
        if self.media == Media::Json {
            self.settle(RowName::Json, Outcome::Yes, Detail::None);
            self.settle(RowName::Preflight, Outcome::Yes, Detail::None);
        }
        // No server opens its replies and not its list; so the key that was sent is the right one.
        let key = if self.has_key {
            Outcome::Yes
        } else {
            Outcome::Skipped
        };
        self.settle(RowName::Key, key, Detail::None);
    }

    pub(super) fn json_told(&mut self, trace: &Trace, end: &End) {
        if trace.totals().texts > 0 {
            self.settle(RowName::Json, Outcome::Yes, Detail::None);
            self.settle(RowName::Preflight, Outcome::Yes, Detail::None);
        } else {
            let unreached = unreached(end) || matches!(end, End::Stalled { .. });
            let row = if unreached {
                RowName::Preflight
            } else {
                RowName::Json
            };
            self.settle(row, Outcome::No, Detail::None);
            if unreached {
                self.row(row, |row| row.verdict = Some(Verdict::PreflightRefused));
            }
            self.skip(RowName::Json);
            self.skip(RowName::Preflight);
        }
        self.step = Step::Stop;
    }

    pub(super) fn stop_told(&mut self, trace: &Trace, end: &End) {
        let answered = trace
            .stamps()
            .iter()
            .rev()
            .find_map(|stamp| match stamp.fact {
                Fact::StopAnswered(yes) => Some(yes),
                _ => None,
            });
        let stopped = *end == End::Stopped;
        let outcome = match (stopped, answered) {
            (true, Some(true)) => (Outcome::Yes, Detail::Confirmed),
            // It has no stop but the closed connection, which every server sees sooner or later.
            (true, None) => (Outcome::Yes, Detail::Closes),
            (true, Some(false)) => (Outcome::No, Detail::None),
            // Over before Stop could be pressed.
            (false, _) => (Outcome::Skipped, Detail::None),
        };
        self.profile.stops = outcome.0 == Outcome::Yes;
        self.settle(RowName::Stop, outcome.0, outcome.1);
        self.next_transport(self.dialect().transports());
    }

    pub(super) fn transport_told(
        &mut self,
        transport: &'static Transport,
        trace: &Trace,
        end: &End,
    ) {
        let stayed = requests(trace)
            .last()
            .is_some_and(|sent| sent.transport == transport.name);
        let works = stayed && trace.totals().texts > 0;
        let outcome = if works { Outcome::Yes } else { Outcome::No };
        let detail = match end.error() {
            Some(error) if !works => Detail::Words(error.message.clone()),
            _ => Detail::None,
        };
        self.settle_transport(transport, outcome, detail);
        let mut rest = self.dialect().transports().iter();
        rest.find(|known| *known == transport);
        self.next_transport(rest.as_slice());
    }

    /// Goes on to the next of these transports that is worth a question; ends the check where there is none.
    fn next_transport(&mut self, rest: &'static [Transport]) {
        let costly = self.dialect().family().quirks.preflight_costs_a_socket;
        for transport in rest {
            if self.transport == Some(transport) {
                continue;
            }
            // After a socket such a server's preflights never end (the connection is lost to all tabs).
            if transport.via == Carrier::Socket && costly {
                self.settle_transport(transport, Outcome::Skipped, Detail::None);
                continue;
            }
            self.step = Step::Transport(transport);
            return;
        }
        self.step = Step::Over;
        self.close();
    }

    /// Begins to look into a failure, for which the row `blamed` is to stand.
    pub(super) fn inquire(&mut self, blamed: RowName, had_preflight: bool) {
        let (kind, key) = (self.kind, self.has_key);
        let inquiry = Inquiry::new(&self.address, kind, key, had_preflight, self.browser);
        self.inquiry = Some(inquiry);
        self.blamed = blamed;
        self.step = Step::Inquire;
    }

    pub(super) fn inquired(&mut self, told: &Response) {
        let Some(inquiry) = &mut self.inquiry else {
            return;
        };
        inquiry.answer(told);
        let Some(probe) = inquiry.probe() else {
            return;
        };
        let verdict = judge::of_probe(probe);
        let row = match verdict {
            Verdict::PreflightRefused => RowName::Preflight,
            _ if self.blamed == RowName::Stream => RowName::Stream,
            Verdict::CorsRefused => RowName::Cors,
            Verdict::Auth => RowName::Key,
            _ => self.blamed,
        };
        self.fail(row, verdict);
    }
}

/// Tells whether a reply broke off before any headers came.
fn unreached(end: &End) -> bool {
    matches!(
        end,
        End::Broken {
            before_headers: true,
            ..
        }
    )
}

/// One request of a reply.
struct Sent {
    transport: String,
    json: bool,
}

fn requests(trace: &Trace) -> Vec<Sent> {
    trace
        .stamps()
        .iter()
        .filter_map(|stamp| match &stamp.fact {
            Fact::Sent {
                transport, json, ..
            } => Some(Sent {
                transport: transport.clone(),
                json: *json,
            }),
            _ => None,
        })
        .collect()
}
