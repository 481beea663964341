//! A server is checked from end to end: which question next, given what the earlier ones gave. And the few questions after a failure.
//!
//! In: an address, what the browser tells, and what came of each [`Ask`]. Out: the next [`Ask`], and [`Row`]s that fill as it goes;
//! at the end a [`Profile`]. Sans I/O: the page asks, one question at a time. Simple GETs come first; a question that needs a
//! preflight comes late, and not at all where it could cost a connection.

mod ask;
mod inquiry;
mod profile;
mod row;
mod told;

pub use ask::{Ask, Browser, Reach, Response};
pub use inquiry::Inquiry;
pub(super) use inquiry::other_name;
pub use profile::Profile;
pub use row::{Detail, Outcome, Row, RowName};

use super::{Verdict, judge};
use crate::address::Address;
use crate::chat::request::{ChatRequest, Knob, Message, Role};
use crate::dialect::{self, Dialect, Kind, Question, Recogniser, Transport};
use crate::event::End;
use crate::session::{Media, media_for};

/// Question that is long enough in its answer to see a rhythm, and soon over.
const COUNT_TO_FORTY: &str =
    "Count from 1 to 40, with a blank between the numbers and no other words.";
/// Question whose answer is long enough to be stopped in the middle.
const LONG_STORY: &str = "Tell a long story about a river.";
/// The most tokens of a reply of the check.
const MOST_TOKENS: f64 = 160.0;
/// Number of events with text after which Stop is pressed.
const STOP_AFTER: usize = 8;
/// Number of events with text that show that a transport works; then its reply is stopped.
const SOME: usize = 3;

/// A check that runs.
pub struct Check {
    address: Address,
    has_key: bool,
    step: Step,
    recogniser: Recogniser,
    kind: Option<Kind>,
    /// Questions on why the server could not be reached or read.
    inquiry: Option<Inquiry>,
    /// The row that is blamed for the failure that is inquired into.
    blamed: RowName,
    browser: Browser,
    rows: Vec<Row>,
    profile: Profile,
    model: Option<String>,
    /// The Content-Type that the first reply was asked with; plain text before it.
    media: Media,
    /// The transport that the first reply came over; `None` before it.
    transport: Option<&'static Transport>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Reach,
    Kind,
    Models,
    Context,
    Count,
    Stream,
    Json,
    Stop,
    Transport(&'static Transport),
    /// A failure is being looked into.
    Inquire,
    Over,
}

impl Check {
    /// Begins a check of the server at this address; a known `kind` spares the guessing.
    pub fn new(address: &Address, kind: Option<Kind>, has_key: bool, browser: Browser) -> Check {
        let mut check = Check {
            address: address.clone(),
            has_key,
            step: Step::Reach,
            recogniser: Recogniser::at(&address.host()),
            kind,
            inquiry: None,
            blamed: RowName::Reachable,
            browser,
            rows: RowName::ALL.into_iter().map(Row::open).collect(),
            profile: Profile::default(),
            model: None,
            media: Media::Plain,
            transport: None,
        };
        if let Some(probe) = inquiry::forbidden(address, browser) {
            check.fail(RowName::Reachable, judge::of_probe(probe));
        }
        check
    }

    /// The table, in its order. Rows of transports are there once the kind is known.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Number of rows that are settled, and of all rows there are by now.
    pub fn progress(&self) -> (usize, usize) {
        let open = |row: &&Row| row.outcome == Outcome::Open;
        (
            self.rows.iter().filter(|row| !open(row)).count(),
            self.rows.len(),
        )
    }

    /// Profile of what was learned; complete once nothing is left to ask.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The server's kind, once it is known.
    pub fn kind(&self) -> Option<Kind> {
        self.kind
    }

    /// Returns the next question; `None` once all is known.
    pub fn next(&self) -> Option<Ask> {
        let dialect = self.dialect();
        let transport = self.transport.unwrap_or_else(|| dialect.transport(None));
        let small = |call: dialect::Call| Ask::Small {
            media: media_for(&call, &|_| self.media == Media::Json),
            call,
            key: self.has_key,
        };
        let reply = |transport, text: &str, stop_after: Option<usize>| Ask::Reply {
            transport,
            media: self.media,
            request: Box::new(self.request(text)),
            stop_after,
        };
        Some(match self.step {
            Step::Reach => Ask::Opaque(self.address.url("/v1/models")),
            // Without the key: a simple request, and no stranger is shown a key.
            Step::Kind => Ask::Small {
                call: self.recogniser.next()?,
                media: Media::Plain,
                key: false,
            },
            Step::Models => small(dialect.models().call),
            Step::Context => small(self.context()?.call),
            Step::Count => small(self.count()?.call),
            Step::Stream => reply(transport, COUNT_TO_FORTY, None),
            Step::Json => Ask::Reply {
                transport,
                media: Media::Json,
                request: Box::new(self.request(COUNT_TO_FORTY)),
                stop_after: Some(SOME),
            },
            Step::Stop => reply(transport, LONG_STORY, Some(STOP_AFTER)),
            Step::Transport(transport) => reply(transport, COUNT_TO_FORTY, Some(SOME)),
            Step::Inquire => self.inquiry.as_ref()?.next()?,
            Step::Over => return None,
        })
    }

    /// Takes the response to the question of [`Check::next`], and fills the rows.
    pub fn answer(&mut self, told: Response) {
        match (self.step, told) {
            (Step::Reach, Response::Opaque(Reach::Came)) => {
                self.settle(RowName::Reachable, Outcome::Yes, Detail::None);
                self.step = Step::Kind;
                if self.kind.is_some() {
                    self.known();
                }
            }
            (Step::Reach, told) => {
                self.inquire(RowName::Reachable, false);
                self.inquired(&told);
            }
            (Step::Kind, Response::Small(answer)) => self.kind_told(answer),
            (Step::Models, Response::Small(answer)) => self.models_told(answer),
            (Step::Context, Response::Small(answer)) => self.context_told(answer),
            (Step::Count, Response::Small(answer)) => self.count_told(answer),
            (Step::Stream, Response::Reply(trace, end, now)) => self.stream_told(&trace, &end, now),
            (Step::Json, Response::Reply(trace, end, _)) => self.json_told(&trace, &end),
            (Step::Stop, Response::Reply(trace, end, _)) => self.stop_told(&trace, &end),
            (Step::Transport(transport), Response::Reply(trace, end, _)) => {
                self.transport_told(transport, &trace, &end);
            }
            (Step::Inquire, told) => self.inquired(&told),
            // An answer to another question: the same one is asked again.
            _ => {}
        }
    }

    fn request(&self, text: &str) -> ChatRequest {
        let mut request = ChatRequest {
            messages: vec![Message::new(Role::User, text)],
            model: self.model.clone(),
            generation: "RILL7455".to_owned(),
            conversation: "rill-check".to_owned(),
            ..ChatRequest::default()
        };
        request.sampling.knobs.insert(Knob::MaxTokens, MOST_TOKENS);
        request
    }

    fn dialect(&self) -> &'static dyn Dialect {
        self.kind.unwrap_or_default().dialect()
    }

    fn context(&self) -> Option<Question<u32>> {
        self.dialect().context(self.model.as_deref())
    }

    fn count(&self) -> Option<Question<u32>> {
        self.dialect().count(&self.request(COUNT_TO_FORTY))
    }

    // --- rows ------------------------------------------------------------------------------------------------------------

    fn row(&mut self, name: RowName, change: impl FnOnce(&mut Row)) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.name == name) {
            change(row);
        }
    }

    /// Settles a row that is still open: the first word stands.
    fn settle(&mut self, name: RowName, outcome: Outcome, detail: Detail) {
        self.row(name, |row| {
            if row.outcome == Outcome::Open {
                row.outcome = outcome;
                row.detail = detail;
            }
        });
    }

    fn settle_transport(
        &mut self,
        transport: &'static Transport,
        outcome: Outcome,
        detail: Detail,
    ) {
        self.settle(RowName::Transport(transport.name), outcome, detail);
    }

    fn skip(&mut self, name: RowName) {
        self.settle(name, Outcome::Skipped, Detail::None);
    }

    /// Settles a row as failed, for the cause `verdict`, and ends the check: nothing after the failure can be told.
    fn fail(&mut self, name: RowName, verdict: Verdict) {
        self.settle(name, Outcome::No, Detail::None);
        self.row(name, |row| row.verdict = Some(verdict));
        self.profile.stream.get_or_insert(verdict);
        self.step = Step::Over;
        self.close();
    }

    fn fail_with(&mut self, name: RowName, verdict: Verdict, end: &End) {
        if let Some(error) = end.error() {
            self.settle(name, Outcome::No, Detail::Words(error.message.clone()));
        }
        self.fail(name, verdict);
    }

    fn close(&mut self) {
        for row in &mut self.rows {
            if row.outcome == Outcome::Open {
                row.outcome = Outcome::Skipped;
            }
        }
    }
}
