//! A trace becomes a named cause, with evidence and a remedy.
//!
//! In: [`Trace`], the [`End`] if there is one, the time, and what the page knows of the [`Place`]. Out: a [`Finding`].
//! Pure data: the words are the page's, in the reader's language; commands and settings are the same in every language.
//! It may be asked at any time while a reply runs: [`verdict`] looks at figures that the trace keeps, never at every read.

mod advice;
mod between;
pub mod check;
mod drawing;
mod evidence;
mod figures;
mod judge;
mod remedy;
mod settings;
mod take_away;

pub use crate::trace::Probe;
pub use advice::{Advice, Remedy};
pub use evidence::{Evidence, KNOWN_LIMITS};
pub use figures::{COLUMNS, Column, Figures, GAPS, Mark, MarkName, Pause, Row, figures};
pub use judge::{of_error, of_probe};
pub use take_away::{Report, curl};

use crate::address::Address;
use crate::dialect::{Commands, Family, Kind, Quirks};
use crate::event::{End, Millis};
use crate::trace::Trace;

/// Causes that a person can act on.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray, strum::IntoStaticStr, strum::EnumString,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Verdict {
    /// Text arrives as it is made.
    Flowing,
    /// The server streams; something on the way holds it back and lets go in bursts.
    Buffered,
    /// One whole answer came where a stream was asked for.
    NotStreaming,
    /// The server is alive and still reads the prompt.
    SlowPrefill,
    /// Silence: nothing arrives, and no signs of life.
    Silent,
    /// A reply that ended in the middle.
    Cut,
    /// An address at which nothing listens.
    Unreachable,
    /// The server is there and refuses this page's origin.
    CorsRefused,
    /// A secure page may not call this plain-http address.
    MixedContent,
    /// The browser keeps this page from the local network.
    LocalNetworkDenied,
    /// The server answers simple requests but not the preflight that a key or JSON needs.
    PreflightRefused,
    /// A key is missing or wrong.
    Auth,
    /// Something answers, but not a language-model server.
    WrongServer,
    /// The server does not have this model.
    ModelMissing,
    /// The server says that it failed.
    ServerError,
    /// Too much for the server now: it is busy, or the rate is limited.
    Busy,
    /// The conversation is longer than the model's context.
    ContextFull,
    /// The browser has no free connection left to this server.
    SocketsExhausted,
    /// The text is here and this page is late in showing it.
    PageBehind,
}

/// The sureness of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Confidence {
    /// A guess: nothing speaks against it, little for it.
    Guess,
    /// A cause that explains what was seen; something else might too.
    Likely,
    /// A certainty: the server, the browser or the figures say so.
    Sure,
}

/// Facts that the page knows beside the trace.
#[derive(Debug, Clone, Default)]
pub struct Place<'a> {
    /// This page's origin, as the browser sends it: `https://example.org`, or `null`.
    pub page: &'a str,
    /// The server's address; `None` for the demo.
    pub server: Option<&'a Address>,
    /// The server's kind, where that is known.
    pub kind: Option<Kind>,
    /// The model that was asked for.
    pub model: Option<&'a str>,
    /// Set where a key goes along with requests.
    pub has_key: bool,
}

impl Place<'_> {
    /// Facts about the server's family; about the usual one where nobody knows which it is.
    fn family(&self) -> &'static Family {
        self.kind.unwrap_or_default().family()
    }

    fn commands(&self) -> Commands {
        self.family().commands
    }

    fn quirks(&self) -> Quirks {
        self.family().quirks
    }
}

/// Findings of the Doctor on one reply.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The cause.
    pub verdict: Verdict,
    /// The sureness of the verdict.
    pub confidence: Confidence,
    /// Evidence for the verdict, the strongest first.
    pub evidence: Vec<Evidence>,
    /// Remedies, the likeliest first. Empty where nothing is to be done.
    pub remedies: Vec<Remedy>,
}

impl Verdict {
    /// Every verdict, in the order of the public table.
    pub const ALL: &'static [Verdict] = <Verdict as strum::VariantArray>::VARIANTS;

    /// The value of `data-verdict`.
    pub fn word(self) -> &'static str {
        self.into()
    }

    /// Tells whether all is well: text flows, or the server is visibly at work on it.
    pub fn is_well(self) -> bool {
        matches!(self, Verdict::Flowing | Verdict::SlowPrefill)
    }
}

impl Confidence {
    /// The confidence's name in an export.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// Finds the cause, as far as it can be told now. Cheap enough to be asked at every read.
pub fn verdict(trace: &Trace, end: Option<&End>, now: Millis) -> Verdict {
    judge::judge(trace, end, now).0
}

/// Finds the cause, with its evidence and its remedies.
pub fn diagnose(trace: &Trace, end: Option<&End>, now: Millis, place: &Place<'_>) -> Finding {
    let (verdict, confidence) = judge::judge(trace, end, now);
    Finding {
        verdict,
        confidence,
        evidence: evidence::evidence(verdict, trace, end, now, place),
        remedies: remedy::remedies(verdict, trace, end, place),
    }
}
