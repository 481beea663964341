//! Which server answers at an address, found out with as few simple GETs as it takes.
//!
//! In: what each GET answered. Out: the next GET, or the [`Verdict`]. No I/O, no clock.
//!
//! The order matters: KoboldCpp comes first, for newer ones answer like llama.cpp and Ollama as well; llama.cpp comes before Ollama,
//! for its list of models looks like Ollama's too. Those that name themselves elsewhere are asked once the list of models has not told
//! who they are. A failure of the first GET is believed once `/health` has failed too: nothing listens there, or it refuses this page,
//! and more requests would only cost sockets. (llama_chat_web tells that a path is missing without a CORS header, and its health with one.)

use serde_json::Value;

use super::read::{count, short_name, text};
use super::{Call, Kind, read_error};
use crate::event::{ErrorCause, ServerError};
use crate::json;

/// Ports on this computer on which such servers listen by themselves, in the order in which to try them.
pub const PORTS: [u16; 9] = [5001, 8080, 9931, 11434, 8000, 1234, 4000, 5000, 3000];

/// What a GET brought.
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

/// What is known of a server.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognised {
    /// Its family.
    pub kind: Kind,
    /// What people call the model that it has ready, or its first; `None` if it did not say.
    pub model: Option<String>,
    /// Tokens that fit into its context, if it said that in passing.
    pub context: Option<u32>,
}

/// What was found out.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
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
    found: Option<Recognised>,
    /// Somebody asked for a key on the way.
    refused: Option<ServerError>,
    /// What the list of models said in place of a list.
    unlisted: Option<ServerError>,
    /// What it says of its health, where that was asked already.
    health: Option<Value>,
    verdict: Option<Verdict>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    KoboldVersion,
    KoboldModel,
    LlamaProps,
    OllamaVersion,
    OllamaTags,
    Models,
    Health,
    /// The same question before all others: the first one failed.
    EarlyHealth,
    TextGenHealth,
    StudioModels,
    JarvisStatus,
}

impl Default for Recogniser {
    fn default() -> Recogniser {
        Recogniser::new()
    }
}

impl Recogniser {
    /// Nothing is known yet.
    pub fn new() -> Recogniser {
        Recogniser {
            step: Step::KoboldVersion,
            found: None,
            refused: None,
            unlisted: None,
            health: None,
            verdict: None,
        }
    }

    /// The questions to a host of that name: a well-known one needs none.
    pub fn at(host: &str) -> Recogniser {
        let mut recogniser = Recogniser::new();
        if let Some(kind) = Kind::of_host(host) {
            recogniser.found(kind, None, None);
            recogniser.close();
        }
        recogniser
    }

    /// What to ask next; `None` once there is a verdict.
    pub fn next(&self) -> Option<Call> {
        if self.verdict.is_some() {
            return None;
        }
        Some(Call::get(match self.step {
            Step::KoboldVersion => "/api/extra/version",
            Step::KoboldModel => "/api/v1/model",
            Step::LlamaProps => "/props",
            Step::OllamaVersion => "/api/version",
            Step::OllamaTags => "/api/tags",
            Step::Models => "/v1/models",
            Step::Health | Step::EarlyHealth => "/health",
            Step::JarvisStatus => "/status",
            Step::TextGenHealth => "/v1/internal/health",
            Step::StudioModels => "/api/v0/models",
        }))
    }

    /// What was found out, once it is.
    pub fn verdict(&self) -> Option<&Verdict> {
        self.verdict.as_ref()
    }

    /// The answer to [`Recogniser::next`].
    pub fn answer(&mut self, answer: Answer) {
        if self.verdict.is_some() {
            return;
        }
        let (status, body) = match answer {
            Answer::Got { status, body } => (status, body),
            Answer::Failed if self.step == Step::KoboldVersion => {
                self.step = Step::EarlyHealth;
                return;
            }
            Answer::Failed if self.step == Step::EarlyHealth => {
                self.verdict = Some(Verdict::Nothing);
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
            Step::KoboldVersion
                if text(&value, "result")
                    .is_some_and(|name| name.eq_ignore_ascii_case("koboldcpp")) =>
            {
                self.found(Kind::KoboldCpp, None, None);
                self.step = Step::KoboldModel;
            }
            // A page for every path: only the list of models can still tell it from a mere website.
            Step::KoboldVersion if good && body.trim_start().starts_with('<') => {
                self.step = Step::Models
            }
            Step::KoboldVersion => self.step = Step::LlamaProps,
            Step::KoboldModel => {
                let model = text(&value, "result").map(short_name);
                // Only Halo's patched server tells how its model is built.
                if value.get("num_layers").is_some() {
                    let model = text(&value, "model_name").map(short_name).or(model);
                    let context = count(&value, "max_context_length").filter(|&size| size > 0);
                    self.found(Kind::Halo, model, context);
                    self.close();
                } else {
                    self.close_with(model);
                }
            }
            Step::LlamaProps => self.llama_props(status, &value, &body),
            Step::OllamaVersion if text(&value, "version").is_some() => {
                self.step = Step::OllamaTags
            }
            Step::OllamaVersion => self.step = Step::Models,
            Step::OllamaTags => match value.get("models").and_then(Value::as_array) {
                Some(models) => {
                    let model = models
                        .first()
                        .and_then(|model| text(model, "name"))
                        .map(short_name);
                    self.found(Kind::Ollama, model, None);
                    self.close();
                }
                None => self.step = Step::Models,
            },
            Step::Models => self.models(status, &value, &body),
            Step::Health => self.health(&value),
            Step::EarlyHealth => match text(&value, "service").and_then(Kind::of_service) {
                Some(kind) => {
                    self.found(kind, None, None);
                    self.close();
                }
                None => {
                    self.health = Some(value);
                    self.step = Step::LlamaProps;
                }
            },
            Step::JarvisStatus => {
                let is_jarvis = value.get("online").is_some() && text(&value, "version").is_some();
                if is_jarvis {
                    self.found(Kind::Jarvis, None, None);
                    self.close();
                } else {
                    self.give_up();
                }
            }
            Step::TextGenHealth if text(&value, "status").is_some() => self.close_as(Kind::TextGen),
            Step::TextGenHealth => self.step = Step::StudioModels,
            Step::StudioModels => {
                let models = value.get("data").and_then(Value::as_array);
                let states = models.map(|models| {
                    models
                        .iter()
                        .filter(|model| text(model, "state").is_some())
                        .collect::<Vec<_>>()
                });
                match states {
                    Some(states) if !states.is_empty() => {
                        let loaded = states
                            .iter()
                            .find(|model| text(model, "state") == Some("loaded"))
                            .or(states.first())
                            .copied()
                            .unwrap_or(&Value::Null);
                        let context = count(loaded, "loaded_context_length");
                        self.found(Kind::LmStudio, text(loaded, "id").map(short_name), context);
                        self.close();
                    }
                    _ => self.close(),
                }
            }
        }
    }

    fn llama_props(&mut self, status: u16, value: &Value, body: &str) {
        let settings = value
            .get("default_generation_settings")
            .filter(|settings| settings.is_object());
        if settings.is_some() || text(value, "build_info").is_some() {
            let model = text(value, "model_alias")
                .or_else(|| text(value, "model_path"))
                .map(short_name);
            let context = settings
                .and_then(|settings| count(settings, "n_ctx"))
                .filter(|&context| context > 0);
            self.found(Kind::LlamaCpp, model, context);
            self.close();
        } else if status == 503 && read_error(status, "", body).cause == ErrorCause::Loading {
            self.found(Kind::LlamaCpp, None, None);
            self.close();
        } else {
            self.step = Step::OllamaVersion;
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
        let model = first.and_then(|model| text(model, "id")).map(short_name);
        let context = first.and_then(|model| {
            count(model, "max_model_len")
                .or_else(|| model.get("meta").and_then(|meta| count(meta, "n_ctx")))
        });
        let kind = first
            .and_then(|model| text(model, "owned_by"))
            .and_then(Kind::of_owner);
        self.found(kind.unwrap_or(Kind::OpenAi), model, context);
        match kind {
            Some(_) => self.close(),
            None => self.ask_health(),
        }
    }

    /// Asks for its health, unless that is known.
    fn ask_health(&mut self) {
        match self.health.take() {
            Some(value) => self.health(&value),
            None => self.step = Step::Health,
        }
    }

    /// Some name themselves here; others say only that they live.
    fn health(&mut self, value: &Value) {
        match text(value, "service").and_then(Kind::of_service) {
            Some(kind) if self.found.is_some() => self.close_as(kind),
            Some(kind) => {
                self.found(kind, None, None);
                self.close();
            }
            None if self.found.is_some() => self.step = Step::TextGenHealth,
            None if self.wants_key() => self.give_up(),
            None => self.step = Step::JarvisStatus,
        }
    }

    fn wants_key(&self) -> bool {
        let unlisted = self.unlisted.as_ref();
        self.refused.is_some() || unlisted.is_some_and(|error| error.cause == ErrorCause::Auth)
    }

    /// Nobody that we know: either it does not say without a key, or it is something else.
    fn give_up(&mut self) {
        let needs_key = self.wants_key();
        let error = self.unlisted.take().unwrap_or_default();
        self.verdict = Some(if needs_key {
            Verdict::NeedsKey(self.refused.take().unwrap_or(error))
        } else {
            Verdict::NotAModelServer(ServerError {
                cause: ErrorCause::NotAModelServer,
                ..error
            })
        });
    }

    fn found(&mut self, kind: Kind, model: Option<String>, context: Option<u32>) {
        self.found = Some(Recognised {
            kind,
            model,
            context,
        });
    }

    fn close(&mut self) {
        self.verdict = self.found.take().map(Verdict::Recognised);
    }

    fn close_with(&mut self, model: Option<String>) {
        if let Some(found) = &mut self.found {
            found.model = model;
        }
        self.close();
    }

    fn close_as(&mut self, kind: Kind) {
        if let Some(found) = &mut self.found {
            found.kind = kind;
        }
        self.close();
    }
}
