//! State in words for young readers: what a reply is doing, how it ended, what is wrong. One sentence each, without a foreign word.
//!
//! In: a state, the chat whose language is spoken. Out: a sentence. It must not know where it is shown; what there is to do about it is
//! decided in [`crate::school`].

use super::app::{Chat, Trouble};
use super::verdict;
use super::words::say;
use crate::doctor::{Verdict, of_error};
use crate::event::{Deadline, End, ErrorCause, PAGE_FAULT, Progress};
use crate::reply::Status;
use crate::school::Station;

/// Says what a reply is doing; empty once it has ended.
pub fn running(chat: Chat, status: &Status) -> String {
    let percent = Station::part(status).map(|part| (part * 100.0).round() as u32);
    match status {
        Status::Connecting => say!(chat, young_connecting),
        Status::Waiting => say!(chat, young_waiting),
        Status::Slow => say!(chat, young_slow),
        Status::Progress(Progress::Queued(_)) => say!(chat, young_queued),
        Status::Progress(Progress::LoadingModel(_)) => match percent {
            Some(percent) => say!(chat, young_loading_percent, percent = percent),
            None => say!(chat, young_loading),
        },
        Status::Progress(Progress::ReadingPrompt { .. }) => match percent {
            Some(percent) => say!(chat, young_reading_percent, percent = percent),
            None => say!(chat, young_reading),
        },
        Status::Progress(Progress::Stage(stage)) if stage.trim().is_empty() => {
            say!(chat, young_thinking)
        }
        Status::Progress(Progress::Stage(stage)) => say!(chat, young_stage, stage = stage.clone()),
        Status::Thinking => say!(chat, young_thinking),
        Status::Writing(_) => say!(chat, young_writing),
        Status::Showing => say!(chat, young_showing),
        Status::Asking(_) => say!(chat, asking_young),
        Status::Ended => String::new(),
    }
}

/// Says how a reply ended.
pub fn ended(chat: Chat, end: &End, only_thought: bool) -> String {
    match end {
        End::Complete { reason } => match reason.as_str() {
            "length" | "limit" | "max_tokens" => say!(chat, end_length_young),
            "tool_calls" | "function_call" => say!(chat, end_tool_young),
            "content_filter" => say!(chat, end_filter_young),
            _ => say!(chat, end_complete_young),
        },
        End::Empty { .. } if only_thought => say!(chat, end_only_thought_young),
        End::Empty { .. } => say!(chat, end_empty_young),
        End::Stopped => say!(chat, end_stopped_young),
        End::Superseded => say!(chat, end_superseded_young),
        End::Blocked { .. } => say!(chat, end_blocked_young),
        End::Cut { page_closed: false } => say!(chat, end_cut_young),
        End::Cut { page_closed: true } => say!(chat, end_page_closed_young),
        End::Stalled { clock } => match clock {
            Deadline::Connect => say!(chat, end_stalled_connect_young),
            Deadline::FirstToken => say!(chat, end_stalled_first_token_young),
            Deadline::Silence => say!(chat, end_stalled_silence_young),
            Deadline::Total => say!(chat, end_stalled_total_young),
        },
        End::Broken { error, .. } if error.code.as_deref() == Some(PAGE_FAULT) => {
            say!(chat, end_page_fault_young)
        }
        End::Refused { error, .. } if error.cause == ErrorCause::Server => {
            say!(chat, end_refused_young)
        }
        end => match cause(chat, end) {
            Some(cause) => verdict_words(chat, cause),
            None => say!(chat, end_broken_young),
        },
    }
}

/// The cause of an end, where it has one that is worth more words than the end itself.
pub fn cause(chat: Chat, end: &End) -> Option<Verdict> {
    match end {
        End::Refused { error, status } => Some(of_error(error.cause, *status)),
        End::Broken {
            before_headers: true,
            ..
        } => Some(chat.verdict().unwrap_or(Verdict::Unreachable)),
        End::Broken { error, .. } if error.code.as_deref() == Some(PAGE_FAULT) => None,
        End::Broken { error, .. } if error.code.is_some() => Some(of_error(error.cause, None)),
        _ => None,
    }
}

/// Says in one sentence what a verdict means; empty where nothing is wrong.
pub fn verdict_words(chat: Chat, verdict: Verdict) -> String {
    match verdict {
        Verdict::Flowing => String::new(),
        Verdict::SlowPrefill => say!(chat, young_slow),
        Verdict::Buffered => say!(chat, trouble_buffered_young),
        Verdict::NotStreaming => say!(chat, trouble_not_streaming_young),
        Verdict::Silent => say!(chat, trouble_silent_young),
        Verdict::Cut => say!(chat, trouble_cut_young),
        Verdict::Unreachable => say!(chat, trouble_unreachable_young),
        Verdict::CorsRefused => say!(chat, trouble_cors_refused_young),
        Verdict::MixedContent => say!(chat, trouble_mixed_content_young),
        Verdict::LocalNetworkDenied => say!(chat, trouble_local_network_denied_young),
        Verdict::PreflightRefused => say!(chat, trouble_preflight_refused_young),
        Verdict::Auth => say!(chat, trouble_auth_young),
        Verdict::WrongServer => say!(chat, trouble_wrong_server_young),
        Verdict::ModelMissing => say!(chat, trouble_model_missing_young),
        Verdict::ServerError => say!(chat, trouble_server_error_young),
        Verdict::Busy => say!(chat, trouble_busy_young),
        Verdict::ContextFull => say!(chat, trouble_context_full_young),
        Verdict::SocketsExhausted => say!(chat, trouble_sockets_exhausted_young),
        Verdict::PageBehind => say!(chat, trouble_page_behind_young),
    }
}

/// Names a verdict for the grown-up who is called; empty where a child can do what there is to do.
pub fn for_grown_up(chat: Chat, verdict: Verdict) -> String {
    match verdict {
        Verdict::Unreachable
        | Verdict::CorsRefused
        | Verdict::MixedContent
        | Verdict::LocalNetworkDenied
        | Verdict::PreflightRefused
        | Verdict::Auth
        | Verdict::WrongServer
        | Verdict::ModelMissing
        | Verdict::ServerError
        | Verdict::SocketsExhausted => {
            let words = verdict::words(chat, verdict);
            say!(chat, for_grown_up, words = words)
        }
        _ => String::new(),
    }
}

/// Says what is wrong with the connection, and names it for a grown-up.
pub fn trouble(chat: Chat, trouble: &Trouble) -> String {
    match trouble {
        Trouble::Verdict(verdict) => {
            let words = verdict_words(chat, *verdict);
            let more = for_grown_up(chat, *verdict);
            format!("{words} {more}").trim().to_owned()
        }
        Trouble::Unloaded => say!(chat, trouble_unloaded_young),
        Trouble::NoModels => say!(chat, trouble_no_models_young),
        Trouble::Address(_) => say!(chat, trouble_address_young),
    }
}
