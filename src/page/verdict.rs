//! The Doctor's verdicts in words: a phrase, and what to do about it.

use crate::doctor::Verdict;
use crate::page::app::Chat;
use crate::page::browser::page_origin;
use crate::page::words::say;

/// Says a verdict in a few words.
pub fn words(chat: Chat, verdict: Verdict) -> String {
    match verdict {
        Verdict::Flowing => say!(chat, verdict_flowing),
        Verdict::Buffered => say!(chat, verdict_buffered),
        Verdict::NotStreaming => say!(chat, verdict_not_streaming),
        Verdict::LocalNetworkDenied => say!(chat, verdict_local_network_denied),
        Verdict::SocketsExhausted => say!(chat, verdict_sockets_exhausted),
        Verdict::PageBehind => say!(chat, verdict_page_behind),
        Verdict::SlowPrefill => say!(chat, verdict_slow_prefill),
        Verdict::Silent => say!(chat, verdict_silent),
        Verdict::Cut => say!(chat, verdict_cut),
        Verdict::Unreachable => say!(chat, verdict_unreachable),
        Verdict::CorsRefused => say!(chat, verdict_cors_refused),
        Verdict::MixedContent => say!(chat, verdict_mixed_content),
        Verdict::PreflightRefused => say!(chat, verdict_preflight_refused),
        Verdict::Auth => say!(chat, verdict_auth),
        Verdict::WrongServer => say!(chat, verdict_wrong_server),
        Verdict::ModelMissing => say!(chat, verdict_model_missing),
        Verdict::ServerError => say!(chat, verdict_server_error),
        Verdict::Busy => say!(chat, verdict_busy),
        Verdict::ContextFull => say!(chat, verdict_context_full),
    }
}

/// Says what to do about a verdict; empty where nothing is to be done.
pub fn why(chat: Chat, verdict: Verdict) -> String {
    let server = chat.server_words();
    let origin = page_origin();
    match verdict {
        Verdict::Flowing | Verdict::SlowPrefill => String::new(),
        Verdict::Silent => say!(chat, why_silent),
        Verdict::Buffered => say!(chat, why_buffered, server = server),
        Verdict::NotStreaming => say!(chat, why_not_streaming, server = server),
        Verdict::LocalNetworkDenied => say!(chat, why_local_network_denied, server = server),
        Verdict::SocketsExhausted => say!(chat, why_sockets_exhausted, server = server),
        Verdict::PageBehind => say!(chat, why_page_behind),
        Verdict::Cut => say!(chat, why_cut),
        Verdict::Unreachable => say!(chat, why_unreachable, server = server),
        Verdict::CorsRefused if chat.origins_variable().is_some() => {
            say!(chat, why_cors_ollama, server = server, origin = origin)
        }
        Verdict::CorsRefused => say!(chat, why_cors_refused, server = server, origin = origin),
        Verdict::MixedContent => say!(chat, why_mixed_content, server = server),
        Verdict::PreflightRefused => say!(chat, why_preflight_refused, server = server),
        Verdict::Auth => say!(chat, why_auth),
        Verdict::WrongServer => say!(chat, why_wrong_server, server = server),
        Verdict::ModelMissing => say!(chat, why_model_missing),
        Verdict::ServerError => say!(chat, why_server_error),
        Verdict::Busy => say!(chat, why_busy),
        Verdict::ContextFull => say!(chat, why_context_full),
    }
}
