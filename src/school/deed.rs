//! The one thing to do after a reply has ended otherwise than it should.
//!
//! In: an end, and whether text came. Out: a deed. It must not know a button.

use crate::event::{End, ErrorCause, ServerError};

/// Things to do after an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Ask the same once more.
    AskAgain,
    /// Let the model go on from where it ended.
    GoOn,
    /// Begin another conversation.
    BeginAnew,
}

/// What to do after an end; `None` where all is well, or where another question is what helps.
pub fn deed(end: &End, has_text: bool) -> Option<Deed> {
    match end {
        End::Complete { .. } if end.can_continue() => Some(Deed::GoOn),
        End::Complete { .. } | End::Stopped | End::Superseded | End::Blocked { .. } => None,
        End::Refused { error, .. } | End::Broken { error, .. } if is_too_long(error) => {
            Some(Deed::BeginAnew)
        }
        end if end.can_continue() && has_text => Some(Deed::GoOn),
        _ => Some(Deed::AskAgain),
    }
}

fn is_too_long(error: &ServerError) -> bool {
    matches!(error.cause, ErrorCause::ContextFull | ErrorCause::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Deadline;

    fn error(cause: ErrorCause) -> ServerError {
        ServerError {
            cause,
            ..ServerError::default()
        }
    }

    #[test]
    fn each_end_has_one_thing_to_do_at_most() {
        let check = |end: End, bare: Option<Deed>, with_text: Option<Deed>| {
            assert_eq!(deed(&end, false), bare, "{end:?}");
            assert_eq!(deed(&end, true), with_text, "{end:?} with text");
        };
        let reason = |reason: &str| reason.to_owned();
        let again = Some(Deed::AskAgain);
        let on = Some(Deed::GoOn);
        let anew = Some(Deed::BeginAnew);
        check(
            End::Complete {
                reason: reason("stop"),
            },
            None,
            None,
        );
        check(
            End::Complete {
                reason: reason("length"),
            },
            on,
            on,
        );
        check(
            End::Empty {
                reason: reason("stop"),
            },
            again,
            again,
        );
        check(End::Stopped, None, None);
        check(End::Superseded, None, None);
        check(
            End::Blocked {
                reason: reason("safety"),
            },
            None,
            None,
        );
        check(End::Cut { page_closed: true }, again, on);
        check(
            End::Stalled {
                clock: Deadline::Silence,
            },
            again,
            on,
        );
        for (cause, expect) in [(ErrorCause::Busy, again), (ErrorCause::ContextFull, anew)] {
            let error = error(cause);
            check(
                End::Refused {
                    status: None,
                    error: error.clone(),
                },
                expect,
                expect,
            );
            let with_text = if expect == anew { anew } else { on };
            check(
                End::Broken {
                    error: error.clone(),
                    before_headers: false,
                },
                expect,
                with_text,
            );
            check(
                End::Broken {
                    error,
                    before_headers: true,
                },
                expect,
                expect,
            );
        }
    }
}
