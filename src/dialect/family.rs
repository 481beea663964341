//! The shape of what is known of a server family beside its language: names, ports, signs, commands, quirks.
//!
//! Data only, and nothing here points to a dialect's code: the page's first file holds this, its second file the dialects.

use serde_json::Value;

use super::Kind;

/// Everything that is known of a server family but how it is spoken to, which is its [`Dialect`](super::Dialect).
#[derive(Debug, Clone, Copy)]
pub struct Family {
    /// The word of the `kind` attribute.
    pub word: &'static str,
    /// Name that people use for the family: a proper name, the same in every language.
    pub name: &'static str,
    /// Ports on which such a server listens by itself, the usual one first.
    pub ports: &'static [u16],
    /// Signs by which it gives itself away to simple GETs.
    pub signs: &'static [Sign],
    /// A path that a live server shows at once, key or not; `None` where only its list of models tells that it lives.
    pub alive: Option<&'static str>,
    /// Commands and settings to be copied.
    pub commands: Commands,
    /// Habits that others do not have.
    pub quirks: Quirks,
}

impl Family {
    /// A family of which nothing is known: what a family's own file does not say is as here.
    pub const UNKNOWN: Family = Family {
        word: "",
        name: "",
        ports: &[],
        signs: &[],
        alive: None,
        commands: Commands::NONE,
        quirks: Quirks::NONE,
    };

    /// The port of such a server that is not this one, where it has more than one.
    pub fn other_port(&self, port: u16) -> Option<u16> {
        let others = self.ports.iter().rev().filter(|_| self.ports.len() > 1);
        others.copied().find(|other| *other != port)
    }
}

/// Signs by which a server gives itself away to simple GETs.
#[derive(Debug, Clone, Copy)]
pub enum Sign {
    /// Owner of the models in the server's list: `owned_by` at `/v1/models`.
    Owner(&'static str),
    /// The `service` at `/health`.
    Service(&'static str),
    /// The name of a well-known host, which needs no question.
    Host(&'static str),
    /// A question of its own.
    Asked(Stage, Probe),
    /// A variant of that other family, with the same answers; the last of them holds more, which only this one tells.
    VariantOf(Kind, fn(&Value) -> Option<Known>),
}

/// Moments at which a family's own question is asked. Those of one stage are asked in the order of [`Kind::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Before all others, for it answers like other families as well.
    Imitates,
    /// Before the list of models.
    First,
    /// Behind a list of models that names nobody.
    Listed,
    /// Behind such a list too, for a server that answers every path with a good status: after those that do not.
    ListedLast,
    /// Behind the answer that there is no list of models at all.
    Unlisted,
}

/// A question of a family's own, and what its answer means.
#[derive(Debug, Clone, Copy)]
pub struct Probe {
    /// The path of a GET.
    pub path: &'static str,
    /// Reads the answer.
    pub read: fn(&Heard<'_>) -> Seen,
}

/// An answer to a [`Probe`].
#[derive(Debug, Clone, Copy)]
pub struct Heard<'a> {
    /// The HTTP status; 0 where no answer came that this page may read.
    pub status: u16,
    /// The JSON of a good answer, else null.
    pub value: &'a Value,
    /// The body.
    pub body: &'a str,
}

/// Meanings of an answer: whose it is.
#[derive(Debug, Clone)]
pub enum Seen {
    /// Another family.
    No,
    /// This family.
    Yes(Known),
    /// Perhaps this family: this question decides.
    Ask(&'static Probe),
}

impl Seen {
    /// [`Seen::Yes`] with nothing more known, if `yes`.
    pub(super) fn just(yes: bool) -> Seen {
        if yes {
            Seen::Yes(Known::default())
        } else {
            Seen::No
        }
    }
}

/// Facts about the model that an answer tells in passing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    /// Name that people use for the model that is ready, or else for the first.
    pub model: Option<String>,
    /// Tokens that fit into its context.
    pub context: Option<u32>,
}

/// Commands and settings, the same in every language, to be copied; `None` where no fact is known. `{page}` stands for the origin
/// of this page, `{model}` for the name of a model.
#[derive(Debug, Clone, Copy)]
pub struct Commands {
    /// Starts the server.
    pub start: Option<&'static str>,
    /// Lets other computers in.
    pub listen_all: Option<&'static str>,
    /// Makes the context larger.
    pub more_context: Option<&'static str>,
    /// Answers several requests at once.
    pub parallel: Option<&'static str>,
    /// Holds the model in memory between replies.
    pub keep_loaded: Option<&'static str>,
    /// Puts the model on the graphics card.
    pub use_gpu: Option<&'static str>,
    /// Sets the key, or tells where it comes from.
    pub key: Option<&'static str>,
    /// Fetches the model `{model}`.
    pub fetch_model: Option<&'static str>,
    /// Lets pages of another origin read the answers.
    pub origins: Origins,
}

impl Commands {
    /// No commands.
    pub const NONE: Commands = Commands {
        start: None,
        listen_all: None,
        more_context: None,
        parallel: None,
        keep_loaded: None,
        use_gpu: None,
        key: None,
        fetch_model: None,
        origins: Origins::Header,
    };
}

/// Ways in which a server is made to let pages of another origin read its answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origins {
    /// A header that whoever runs it has to make it send.
    Header,
    /// A command that names the origin.
    Command(&'static str),
    /// A variable of its environment that names the origin, for which the page has words of its own.
    Variable {
        /// The command for a start by hand.
        start: &'static str,
        /// The setting for a server that runs as a service; several lines are several systems.
        service: &'static str,
    },
    /// A switch in the program's window, or this command.
    Switch(&'static str),
    /// Refusal of names that the server does not know as its own, before it says anything about pages: another name helps, or
    /// listening to all.
    KnownNames,
    /// No way at all: only a path of the page's own host helps.
    Never,
}

/// Habits that others do not have, and that decide what the page and the Doctor do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quirks {
    /// Makes the whole answer before it sends any of it.
    pub makes_whole: bool,
    /// A preflight costs it a connection for good, once a socket was opened.
    pub preflight_costs_a_socket: bool,
    /// A proxy with timers of its own, which end replies.
    pub own_timers: bool,
    /// Starves its sender while the model computes: the text comes all at once.
    pub starves_its_sender: bool,
    /// Runs without a model until somebody fetches one.
    pub may_lack_models: bool,
    /// Swallows errors in mid-stream on its OpenAI side; in its own language it does not.
    pub swallows_errors_as_openai: bool,
    /// None of its answers names it: nobody looks for it on this computer.
    pub nameless: bool,
    /// Pace of its own page, in milliseconds for a letter: that is how its readers know it.
    pub own_pace: Option<u16>,
}

impl Quirks {
    /// No quirks.
    pub const NONE: Quirks = Quirks {
        makes_whole: false,
        preflight_costs_a_socket: false,
        own_timers: false,
        starves_its_sender: false,
        may_lack_models: false,
        swallows_errors_as_openai: false,
        nameless: false,
        own_pace: None,
    };
}
