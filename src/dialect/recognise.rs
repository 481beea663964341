//! Which server answers at an address, found out with as few simple GETs as it takes.
//!
//! In: what each GET answered. Out: the next GET, or the [`Recognition`]. No I/O, no clock; it knows no family by name, only the
//! [`Sign`]s that each has in its own file.
//!
//! The order matters: those that imitate others come first, then those that have a question of their own, then the list of models and
//! `/health`, where many name themselves; the rest is asked once those two have not told who it is. A failure of the first GET is
//! believed once `/health` has failed too: nothing listens there, or it refuses this page, and more requests would only cost sockets.
//! (llama_chat_web tells that a path is missing without a CORS header, and its health with one.)

use std::collections::VecDeque;

use serde_json::Value;

use super::read::{count, short_name, text};
use super::{Call, Heard, Kind, Known, Probe, Seen, Sign, Stage, read_error};
use crate::event::{ErrorCause, ServerError};
use crate::json;

/// Answer to a GET.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The server answered.
    Got {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: String,
    },
    /// No answer that this page may read.
    Failed,
}

/// Facts that are known of a server.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognised {
    /// Family of the server.
    pub kind: Kind,
    /// Name that people use for the model that the server has ready, or else for its first; `None` if it did not say.
    pub model: Option<String>,
    /// Tokens that fit into the model's context, if the server said that in passing.
    pub context: Option<u32>,
}

/// Result of the questions.
#[derive(Debug, Clone, PartialEq)]
pub enum Recognition {
    /// A server that Rill can talk to.
    Recognised(Recognised),
    /// A server that does not say what it is without a key.
    NeedsKey(ServerError),
    /// Something answers, but not a language-model server; what it said.
    NotAModelServer(ServerError),
    /// No answer that this page may read.
    Nothing,
}

/// The questions to one address.
#[derive(Debug)]
pub struct Recogniser {
    step: Step,
    /// Questions of families' own that follow, before the next step.
    own: VecDeque<(Kind, &'static Probe)>,
    /// `true` while nothing is answered yet.
    is_first: bool,
    found: Option<Recognised>,
    /// Somebody asked for a key on the way.
    refused: Option<ServerError>,
    /// Error read from the answer that came in place of a list of models.
    unlisted: Option<ServerError>,
    /// The answer of `/health`, where that was asked already.
    health: Option<Value>,
    recognition: Option<Recognition>,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    /// A family's own question.
    Own(Kind, &'static Probe),
    /// The list of models.
    Models,
    /// Question for `/health`, where some name themselves; others say only that they live.
    Health,
    /// Question for `/health` before all others: the first one failed.
    EarlyHealth,
}

/// The questions of some stages, in their order.
fn own(stages: &[Stage]) -> VecDeque<(Kind, &'static Probe)> {
    let of = |stage: &Stage| {
        let stage = *stage;
        Kind::ALL.into_iter().flat_map(move |kind| {
            let signs = kind.family().signs.iter();
            signs.filter_map(move |sign| match sign {
                Sign::Asked(when, probe) if *when == stage => Some((kind, probe)),
                _ => None,
            })
        })
    };
    stages.iter().flat_map(of).collect()
}

impl Default for Recogniser {
    fn default() -> Recogniser {
        Recogniser::new()
    }
}

impl Recogniser {
    /// Questions to a server of which nothing is known yet.
    pub fn new() -> Recogniser {
        let mut recogniser = Recogniser {
            step: Step::Models,
            own: own(&[Stage::Imitates, Stage::First]),
            is_first: true,
            found: None,
            refused: None,
            unlisted: None,
            health: None,
            recognition: None,
        };
        recogniser.next_own();
        recogniser
    }

    /// The questions to a host of that name: a well-known one needs none.
    pub fn at(host: &str) -> Recogniser {
        let mut recogniser = Recogniser::new();
        if let Some(kind) =
            Kind::with_sign(|sign| matches!(sign, Sign::Host(name) if *name == host))
        {
            recogniser.found(kind, Known::default());
            recogniser.close();
        }
        recogniser
    }

    /// The next question; `None` once there is a recognition.
    pub fn next(&self) -> Option<Call> {
        if self.recognition.is_some() {
            return None;
        }
        Some(Call::get(match self.step {
            Step::Own(_, probe) => probe.path,
            Step::Models => "/v1/models",
            Step::Health | Step::EarlyHealth => "/health",
        }))
    }

    /// The recognition, once there is one.
    pub fn recognition(&self) -> Option<&Recognition> {
        self.recognition.as_ref()
    }

    /// Takes the answer to [`Recogniser::next`].
    pub fn answer(&mut self, answer: Answer) {
        if self.recognition.is_some() {
            return;
        }
        let is_first = std::mem::take(&mut self.is_first);
        let (status, body) = match answer {
            Answer::Got { status, body } => (status, body),
            Answer::Failed if is_first => {
                self.step = Step::EarlyHealth;
                return;
            }
            Answer::Failed if matches!(self.step, Step::EarlyHealth) => {
                self.recognition = Some(Recognition::Nothing);
                return;
            }
            // A later one may be refused where the first was not (LiteLLM without a key): that is an answer too.
            Answer::Failed => (0, String::new()),
        };
        let good = (200..300).contains(&status);
        if matches!(status, 401 | 403) && self.refused.is_none() {
            self.refused = Some(read_error(status, "", &body));
        }
        let value = json::value(&body).filter(|_| good).unwrap_or_default();
        match self.step {
            Step::Own(kind, probe) => {
                let heard = Heard {
                    status,
                    value: &value,
                    body: &body,
                };
                match (probe.read)(&heard) {
                    Seen::Yes(known) => self.is(kind, known, &value),
                    Seen::Ask(probe) => self.step = Step::Own(kind, probe),
                    // A page for every path: only the list of models can still tell it from a mere website.
                    Seen::No if is_first && good && body.trim_start().starts_with('<') => {
                        self.own.clear();
                        self.next_own();
                    }
                    Seen::No => self.next_own(),
                }
            }
            Step::Models => self.models(status, &value, &body),
            Step::Health => self.health(&value),
            Step::EarlyHealth => match service(&value) {
                Some(kind) => {
                    self.found(kind, Known::default());
                    self.close();
                }
                None => {
                    self.health = Some(value);
                    self.next_own();
                }
            },
        }
    }

    /// Takes an answer by which a family has recognised its server, or that of a variant.
    fn is(&mut self, kind: Kind, known: Known, value: &Value) {
        self.found(kind, known);
        let told = |variant: Kind| {
            variant.family().signs.iter().find_map(|sign| match sign {
                Sign::VariantOf(of, tells) if *of == kind => tells(value),
                _ => None,
            })
        };
        let mut variants = Kind::ALL.into_iter();
        if let Some((variant, more)) = variants.find_map(|variant| Some((variant, told(variant)?)))
        {
            self.found(variant, more);
        }
        self.close();
    }

    /// Moves on to the next question of a family's own; behind the last one to the next step.
    fn next_own(&mut self) {
        if let Some((kind, probe)) = self.own.pop_front() {
            self.step = Step::Own(kind, probe);
        } else if self.found.is_some() {
            self.close();
        } else if self.unlisted.is_some() {
            self.give_up();
        } else {
            self.step = Step::Models;
        }
    }

    fn models(&mut self, status: u16, value: &Value, body: &str) {
        let Some(models) = value.get("data").and_then(Value::as_array) else {
            self.unlisted = Some(read_error(if status == 0 { 401 } else { status }, "", body));
            let is_page = (200..300).contains(&status) && body.trim_start().starts_with('<');
            if is_page {
                self.give_up();
            } else {
                self.ask_health();
            }
            return;
        };
        let first = models.first();
        let known = Known {
            model: first.and_then(|model| text(model, "id")).map(short_name),
            context: first.and_then(|model| {
                count(model, "max_model_len")
                    .or_else(|| model.get("meta").and_then(|meta| count(meta, "n_ctx")))
            }),
        };
        let owner = first.and_then(|model| text(model, "owned_by"));
        let kind = owner.and_then(|owner| {
            Kind::with_sign(|sign| matches!(sign, Sign::Owner(name) if *name == owner))
        });
        self.found(kind.unwrap_or_default(), known);
        match kind {
            Some(_) => self.close(),
            None => self.ask_health(),
        }
    }

    /// Asks for the server's health, unless that is known.
    fn ask_health(&mut self) {
        match self.health.take() {
            Some(value) => self.health(&value),
            None => self.step = Step::Health,
        }
    }

    fn health(&mut self, value: &Value) {
        match service(value) {
            Some(kind) => {
                self.found(kind, Known::default());
                self.close();
            }
            None if self.found.is_none() && self.wants_key() => self.give_up(),
            None => {
                self.own = match self.found {
                    Some(_) => own(&[Stage::Listed, Stage::ListedLast]),
                    None => own(&[Stage::Unlisted]),
                };
                self.next_own();
            }
        }
    }

    fn wants_key(&self) -> bool {
        let unlisted = self.unlisted.as_ref();
        self.refused.is_some() || unlisted.is_some_and(|error| error.cause == ErrorCause::Auth)
    }

    /// Gives up: nobody that we know. Either the server does not say who it is without a key, or it is something else.
    fn give_up(&mut self) {
        let needs_key = self.wants_key();
        let error = self.unlisted.take().unwrap_or_default();
        self.recognition = Some(if needs_key {
            Recognition::NeedsKey(self.refused.take().unwrap_or(error))
        } else {
            Recognition::NotAModelServer(ServerError {
                cause: ErrorCause::NotAModelServer,
                ..error
            })
        });
    }

    /// Notes that the server is of this kind; what was known of its model before stays, where no more is known now.
    fn found(&mut self, kind: Kind, known: Known) {
        let before = self.found.take();
        let (model, context) = before.map_or((None, None), |found| (found.model, found.context));
        self.found = Some(Recognised {
            kind,
            model: known.model.or(model),
            context: known.context.or(context),
        });
    }

    fn close(&mut self) {
        self.recognition = self.found.take().map(Recognition::Recognised);
    }
}

/// The kind that names itself so at `/health`.
fn service(value: &Value) -> Option<Kind> {
    let service = text(value, "service")?;
    Kind::with_sign(|sign| matches!(sign, Sign::Service(name) if *name == service))
}
