//! A trace and an end become a named cause.
//!
//! In: [`Trace`], [`End`], what a probe of the server found. Out: a [`Verdict`]; the words for it are the page's.
//! This is the part that reads ends and failures; it does not yet read the rhythm of the reads.

use crate::event::{Deadline, End, ErrorCause};
use crate::trace::{EventName, Fact, Trace};

/// Causes that a person can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Text arrives as it is made.
    Flowing,
    /// The server is alive and still reads the prompt.
    SlowPrefill,
    /// Nothing arrives, no life signs.
    Silent,
    /// It ended in the middle.
    Cut,
    /// Nothing listens there.
    Unreachable,
    /// The server is there and refuses this page's origin.
    CorsRefused,
    /// A secure page may not call this plain-http address.
    MixedContent,
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
    /// Busy, or the rate is limited.
    Busy,
    /// The conversation is longer than the model's context.
    ContextFull,
}

impl Verdict {
    /// The value of `data-verdict`.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Flowing => "flowing",
            Verdict::SlowPrefill => "slow-prefill",
            Verdict::Silent => "silent",
            Verdict::Cut => "cut",
            Verdict::Unreachable => "unreachable",
            Verdict::CorsRefused => "cors-refused",
            Verdict::MixedContent => "mixed-content",
            Verdict::PreflightRefused => "preflight-refused",
            Verdict::Auth => "auth",
            Verdict::WrongServer => "wrong-server",
            Verdict::ModelMissing => "model-missing",
            Verdict::ServerError => "server-error",
            Verdict::Busy => "busy",
            Verdict::ContextFull => "context-full",
        }
    }
}

/// What further requests found out about a server that a request could not reach.
/// A browser reports every such failure with the same words, so they have to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// Not even an opaque answer came: nothing listens there.
    NothingThere,
    /// An opaque answer came, but none that this page may read.
    RefusesPage,
    /// A simple GET may be read; the preflighted request may not.
    RefusesPreflight,
    /// The browser does not let a secure page ask.
    MixedContent,
}

/// The cause, as far as it can be told now.
pub fn verdict(trace: &Trace, end: Option<&End>, probe: Option<Probe>) -> Verdict {
    match end {
        None => while_running(trace),
        Some(End::Refused { status, error }) => of_error(error.cause, *status),
        Some(End::Broken {
            before_headers: true,
            ..
        }) => match probe {
            Some(Probe::RefusesPage) => Verdict::CorsRefused,
            Some(Probe::RefusesPreflight) => Verdict::PreflightRefused,
            Some(Probe::MixedContent) => Verdict::MixedContent,
            Some(Probe::NothingThere) | None => Verdict::Unreachable,
        },
        // An error that the server itself reported names its cause; a torn connection does not.
        Some(End::Broken { error, .. }) => {
            let said = trace
                .stamps()
                .any(|stamp| stamp.fact == Fact::Event(EventName::Error));
            if said {
                of_error(error.cause, None)
            } else {
                Verdict::Cut
            }
        }
        Some(End::Cut { .. }) => Verdict::Cut,
        Some(End::Stalled {
            clock: Deadline::Connect,
        }) => Verdict::Unreachable,
        Some(End::Stalled { .. }) => Verdict::Silent,
        Some(
            End::Complete { .. }
            | End::Empty { .. }
            | End::Stopped
            | End::Superseded
            | End::Blocked { .. },
        ) => Verdict::Flowing,
    }
}

fn while_running(trace: &Trace) -> Verdict {
    let mut verdict = Verdict::Flowing;
    for stamp in trace.stamps() {
        match &stamp.fact {
            Fact::FirstToken => return Verdict::Flowing,
            Fact::Alive(true) | Fact::Event(EventName::Progress) => verdict = Verdict::SlowPrefill,
            Fact::Asked(_) => verdict = Verdict::Silent,
            _ => {}
        }
    }
    verdict
}

fn of_error(cause: ErrorCause, status: Option<u16>) -> Verdict {
    match cause {
        ErrorCause::Auth => Verdict::Auth,
        ErrorCause::ModelMissing => Verdict::ModelMissing,
        ErrorCause::Busy | ErrorCause::Loading => Verdict::Busy,
        ErrorCause::ContextFull => Verdict::ContextFull,
        ErrorCause::NotAModelServer | ErrorCause::NoEndpoint => Verdict::WrongServer,
        ErrorCause::Server | ErrorCause::ContentType => match status {
            Some(429 | 503) => Verdict::Busy,
            _ => Verdict::ServerError,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{ChatEvent, Progress, ServerError};

    fn error(cause: ErrorCause) -> ServerError {
        ServerError {
            cause,
            ..ServerError::default()
        }
    }

    #[test]
    fn every_end_has_its_cause() {
        let check = |end: End, probe: Option<Probe>, expect: &str| {
            assert_eq!(
                verdict(&Trace::default(), Some(&end), probe).word(),
                expect,
                "{end:?} {probe:?}"
            );
        };
        let gone = || End::Broken {
            error: error(ErrorCause::Server),
            before_headers: true,
        };
        let refused = |status, cause| End::Refused {
            status,
            error: error(cause),
        };
        check(gone(), None, "unreachable");
        check(gone(), Some(Probe::NothingThere), "unreachable");
        check(gone(), Some(Probe::RefusesPage), "cors-refused");
        check(gone(), Some(Probe::RefusesPreflight), "preflight-refused");
        check(gone(), Some(Probe::MixedContent), "mixed-content");
        check(
            End::Broken {
                error: error(ErrorCause::Server),
                before_headers: false,
            },
            None,
            "cut",
        );
        check(End::Cut { page_closed: false }, None, "cut");
        check(
            End::Stalled {
                clock: Deadline::Connect,
            },
            None,
            "unreachable",
        );
        check(
            End::Stalled {
                clock: Deadline::Silence,
            },
            None,
            "silent",
        );
        check(refused(Some(401), ErrorCause::Auth), None, "auth");
        check(
            refused(Some(404), ErrorCause::ModelMissing),
            None,
            "model-missing",
        );
        check(
            refused(Some(404), ErrorCause::NoEndpoint),
            None,
            "wrong-server",
        );
        check(
            refused(None, ErrorCause::NotAModelServer),
            None,
            "wrong-server",
        );
        check(refused(Some(503), ErrorCause::Server), None, "busy");
        check(refused(Some(500), ErrorCause::Server), None, "server-error");
        check(
            refused(Some(400), ErrorCause::ContextFull),
            None,
            "context-full",
        );
        check(
            End::Complete {
                reason: "stop".into(),
            },
            None,
            "flowing",
        );
    }

    #[test]
    fn a_server_that_says_why_it_failed_in_the_middle_is_believed() {
        let mut trace = Trace::default();
        let failed = error(ErrorCause::Server);
        trace.event(1.0, &ChatEvent::Error(failed.clone()));
        let end = End::Broken {
            error: failed,
            before_headers: false,
        };
        assert_eq!(verdict(&trace, Some(&end), None), Verdict::ServerError);
    }

    #[test]
    fn a_prompt_that_is_being_read_is_slow_and_not_silent_until_text_comes() {
        let mut trace = Trace::default();
        trace.event(
            1.0,
            &ChatEvent::Progress(Progress::ReadingPrompt {
                processed: 1,
                total: 2,
            }),
        );
        assert_eq!(verdict(&trace, None, None), Verdict::SlowPrefill);
        trace.event(2.0, &ChatEvent::Text("a".into()));
        assert_eq!(verdict(&trace, None, None), Verdict::Flowing);
    }
}
