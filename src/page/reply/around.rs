//! What the page around is asked for before a reply: a key, a context.
//!
//! In: work that waits for the site's code. Out: what it gave; or the end of the reply. It must not know what is asked for.

use std::pin::pin;
use std::rc::Rc;

use futures_channel::mpsc;
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use leptos::prelude::*;

use crate::event::{Deadline, End, ErrorCause, ServerError};
use crate::page::clock::PageClock;
use crate::session::{Control, Report, within};

use super::Reply;

/// Waits for something that the site is asked for, under the deadline of a connection; `None` where the reply has ended meanwhile. What
/// the site throws refuses it, with this code.
pub(super) async fn heard<T>(
    reply: &Rc<Reply>,
    controls: &mut mpsc::UnboundedReceiver<Control>,
    asked: impl Future<Output = Result<T, String>>,
    code: Option<&str>,
) -> Option<T> {
    let deadlines = reply
        .chat
        .options
        .with_untracked(|options| options.deadlines);
    let span = deadlines.connect.unwrap_or(f64::MAX);
    let mut asked = pin!(within(&PageClock, span, asked));
    let end = loop {
        break match select(asked.as_mut(), controls.next()).await {
            Either::Left((Some(Ok(given)), _)) => return Some(given),
            Either::Left((Some(Err(message)), _)) => End::Refused {
                status: None,
                error: ServerError {
                    message,
                    code: code.map(str::to_owned),
                    cause: match code {
                        Some(_) => ErrorCause::Auth,
                        None => ErrorCause::Server,
                    },
                },
            },
            Either::Left((None, _)) => End::Stalled {
                clock: Deadline::Connect,
            },
            Either::Right((Some(Control::Stop(end)), _)) => end,
            Either::Right((Some(Control::WaitOn), _)) => continue,
            Either::Right((None, _)) => End::Stopped,
        };
    };
    reply.on(Report::End(end));
    None
}
