//! State in words: how a reply ended and what it is doing, what is wrong with a connection, what carries a reply.
//!
//! In: a state, the chat whose language is spoken. Out: a sentence, or a few words. It must not know where they are shown.

use leptos::prelude::*;

use super::app::{Chat, LinkState, Trouble, second_half};
use super::friendly;
use super::verdict;
use super::words::say;
use crate::dialect::Carrier;
use crate::dialect::Transport;
use crate::doctor::{Verdict, of_error};
use crate::event::{BAD_KEY, Deadline, End, NO_TOKEN, PAGE_FAULT, Progress};
use crate::options::Profile;
use crate::reply::Status;

/// Says in a sentence how a reply ended.
pub fn end_words(chat: Chat, end: &End) -> String {
    match end {
        End::Complete { reason } => match reason.as_str() {
            "length" | "limit" | "max_tokens" => say!(chat, end_length),
            "tool_calls" | "function_call" => say!(chat, end_tool),
            "content_filter" => say!(chat, end_filter),
            _ => say!(chat, end_complete),
        },
        End::Empty { .. } => say!(chat, end_empty),
        End::Stopped => say!(chat, end_stopped),
        End::Superseded => say!(chat, end_superseded),
        End::Blocked { reason } if reason.trim().is_empty() => say!(chat, end_blocked_bare),
        End::Blocked { reason } => say!(chat, end_blocked, reason = reason.clone()),
        End::Cut { page_closed: false } => say!(chat, end_cut),
        End::Cut { page_closed: true } => say!(chat, end_page_closed),
        End::Stalled { clock } => match clock {
            Deadline::Connect => say!(chat, end_stalled_connect),
            Deadline::FirstToken => say!(chat, end_stalled_first_token),
            Deadline::Silence => say!(chat, end_stalled_silence),
            Deadline::Total => say!(chat, end_stalled_total),
        },
        End::Refused { error, .. } if error.code.as_deref() == Some(BAD_KEY) => {
            say!(chat, bad_key, letter = error.message.clone())
        }
        End::Refused { error, .. } if error.code.as_deref() == Some(NO_TOKEN) => {
            say!(chat, no_token, message = error.message.clone())
        }
        // What to do stands beside what happened: nowhere else is it told.
        End::Refused { error, status } => {
            let said = if error.message.trim().is_empty() {
                say!(chat, end_refused_bare)
            } else {
                say!(chat, end_refused, message = error.message.clone())
            };
            with_advice(chat, said, of_error(error.cause, *status))
        }
        // A browser's "Failed to fetch" helps nobody: the Doctor's sentence stands in its place.
        End::Broken {
            before_headers: true,
            ..
        } => verdict::why(chat, chat.verdict().unwrap_or(Verdict::Unreachable)),
        End::Broken { error, .. } if error.code.as_deref() == Some(PAGE_FAULT) => {
            say!(chat, end_page_fault)
        }
        End::Broken { error, .. } if error.message.trim().is_empty() => {
            say!(chat, end_broken_bare)
        }
        End::Broken { error, .. } if error.code.is_some() => {
            let said = say!(chat, end_broken_error, message = error.message.clone());
            with_advice(chat, said, of_error(error.cause, None))
        }
        End::Broken { error, .. } => say!(chat, end_broken, message = error.message.clone()),
    }
}

/// Puts what to do about a verdict behind a sentence.
fn with_advice(chat: Chat, said: String, verdict: Verdict) -> String {
    let said = said.trim_end();
    let stop = if said.ends_with(['.', '!', '?', '…', '。']) {
        ""
    } else {
        "."
    };
    format!("{said}{stop} {}", verdict::why(chat, verdict))
}

/// Says in a sentence what is wrong with the connection.
pub fn trouble_words(chat: Chat, trouble: &Trouble) -> String {
    use crate::address::BadAddress;
    if young(chat)
        && let Some(half) = second_half::ready()
    {
        return (half.trouble)(chat, trouble);
    }
    match trouble {
        // A verdict comes from what is loaded later, so its words are there as well.
        Trouble::Verdict(verdict) => second_half::ready()
            .map(|half| (half.verdict_why)(chat, *verdict))
            .unwrap_or_default(),
        Trouble::Unloaded => say!(chat, page_part_missing),
        Trouble::NoModels => say!(chat, why_rejected_no_models, server = chat.server_words()),
        Trouble::Address(bad) => match bad {
            BadAddress::Empty => say!(chat, bad_address_empty),
            BadAddress::Scheme(scheme) => say!(chat, bad_address_scheme, scheme = scheme.clone()),
            BadAddress::Credentials | BadAddress::Query => say!(chat, bad_address_user),
            BadAddress::NoHost => say!(chat, bad_address_host),
            BadAddress::Port(_) => say!(chat, bad_address_port),
            BadAddress::Blank | BadAddress::Host(_) | BadAddress::NoPage => {
                say!(chat, bad_address_other)
            }
        },
    }
}

/// Names the server in the header, in a few words.
pub fn link_words(chat: Chat) -> String {
    chat.link.with(|link| match link {
        LinkState::Looking => say!(chat, server_looking),
        LinkState::Asking(_) | LinkState::Nothing => say!(chat, no_server),
        LinkState::Connecting(address) => say!(chat, connecting_to, host = address.host()),
        LinkState::Demo => say!(chat, demo),
        LinkState::Site(name) => name.clone(),
        // The state alone: what is wrong stands where the person is, with what to do.
        LinkState::Failed { trouble, .. } => match trouble {
            Trouble::Unloaded => trouble_words(chat, trouble),
            _ => say!(chat, not_connected),
        },
        LinkState::Connected(server) => {
            let model = server.model_name();
            if model.is_empty() {
                server.name()
            } else {
                model
            }
        }
    })
}

/// Tells whether the page is laid out for young readers.
pub fn young(chat: Chat) -> bool {
    chat.options
        .with(|options| options.profile == Profile::Young)
}

/// Says what a reply that runs is doing; empty once it has ended.
pub fn running(chat: Chat, status: &Status) -> String {
    let percent = |part: f64| (part * 100.0).round().clamp(0.0, 100.0) as u32;
    match status {
        status if young(chat) => friendly::running(chat, status),
        Status::Connecting => say!(chat, status_connecting),
        Status::Waiting => say!(chat, status_waiting),
        Status::Slow => say!(chat, status_slow),
        Status::Progress(Progress::Queued(_)) => say!(chat, status_queued),
        Status::Progress(Progress::LoadingModel(None)) => say!(chat, status_loading),
        Status::Progress(Progress::LoadingModel(Some(part))) => {
            say!(
                chat,
                status_loading_percent,
                percent = percent(f64::from(*part))
            )
        }
        Status::Progress(Progress::ReadingPrompt { processed, total }) => {
            let part = f64::from(*processed) / f64::from((*total).max(1));
            say!(chat, status_reading, percent = percent(part))
        }
        Status::Progress(Progress::Stage(stage)) => say!(chat, status_stage, stage = stage.clone()),
        Status::Thinking => say!(chat, status_thinking),
        Status::Writing(None) => say!(chat, status_writing),
        Status::Writing(Some((speed, true))) => say!(chat, status_writing_speed, speed = *speed),
        Status::Writing(Some((speed, false))) => say!(chat, status_writing_about, speed = *speed),
        Status::Showing => say!(chat, status_showing),
        Status::Asking(clock) => match clock {
            Deadline::Connect => say!(chat, asking_connect),
            Deadline::FirstToken => say!(chat, asking_first_token),
            Deadline::Silence => say!(chat, asking_silence),
            Deadline::Total => say!(chat, asking_total),
        },
        Status::Ended => String::new(),
    }
}

/// Says how a reply ended. Of one in which there is nothing to read but what the model thought, the sentence says where that
/// stands.
pub fn how_ended(chat: Chat, end: &End, only_thought: bool) -> String {
    match end {
        end if young(chat) => friendly::ended(chat, end, only_thought),
        End::Empty { .. } if only_thought => say!(chat, end_only_thought),
        end => end_words(chat, end),
    }
}

/// Says in a few words what carries replies.
pub fn way_words(chat: Chat, way: &'static Transport) -> String {
    match way.via {
        Carrier::Stream => say!(chat, way_stream),
        Carrier::Events => say!(chat, way_events),
        Carrier::Socket => say!(chat, way_socket),
        Carrier::Poll => say!(chat, way_poll),
        Carrier::Watch => say!(chat, way_watch),
        Carrier::Whole => say!(chat, way_whole),
    }
}

/// Names a transport in words, with its path.
pub fn way_title(chat: Chat, way: &'static Transport) -> String {
    format!("{} · {}", way_words(chat, way), way.name)
}
