//! The Doctor's findings in words: evidence, remedies, what the picture shows.
//!
//! In: data of `doctor`. Out: sentences in the chat's language; commands and settings stay as they are.

use leptos::prelude::Get;

use crate::doctor::{Advice, Confidence, Evidence, MarkName, Probe, Remedy, Row};
use crate::page::app::Chat;
use crate::page::numbers;
use crate::page::words::say;
use crate::trace::BadTrace;

/// Words on how sure the Doctor is.
pub fn confidence_words(chat: Chat, confidence: Confidence) -> String {
    match confidence {
        Confidence::Sure => say!(chat, doctor_sure),
        Confidence::Likely => say!(chat, doctor_likely),
        Confidence::Guess => say!(chat, doctor_guess),
    }
}

/// A span of time: `320 ms`, `7.5 sec`, as the language writes it.
pub fn time(chat: Chat, ms: u32) -> String {
    numbers::span(chat.lang.get(), ms)
}

/// Words on one piece of evidence.
pub fn evidence_words(chat: Chat, evidence: &Evidence) -> String {
    let span = |ms: &u32| time(chat, *ms);
    match evidence {
        Evidence::Reads { reads, events, ms } => say!(
            chat,
            seen_reads,
            reads = *reads,
            events = *events,
            time = span(ms)
        ),
        Evidence::Bursts {
            bursts,
            events,
            silence_ms,
        } => say!(
            chat,
            seen_bursts,
            bursts = *bursts,
            events = *events,
            time = span(silence_ms)
        ),
        Evidence::BufferSize { bytes, bursts } => {
            say!(chat, seen_buffer_size, bytes = *bytes, bursts = *bursts)
        }
        Evidence::AtOnce {
            events,
            ms,
            silence_ms,
        } => say!(
            chat,
            seen_at_once,
            events = *events,
            time = span(ms),
            silence = span(silence_ms)
        ),
        Evidence::OneEvent { bytes } => say!(chat, seen_one_event, bytes = *bytes),
        Evidence::ContentType(value) => say!(chat, seen_content_type, value = value.clone()),
        Evidence::Header { name, value } => header_words(chat, name.clone(), value.clone()),
        Evidence::HeadersOnly { ms, since_ms } => say!(
            chat,
            seen_headers_only,
            time = span(ms),
            since = span(since_ms)
        ),
        Evidence::NoHeaders { ms } => say!(chat, seen_no_headers, time = span(ms)),
        Evidence::FirstText { ms } => say!(chat, seen_first_text, time = span(ms)),
        Evidence::BiggestGap { ms, at_ms } => {
            say!(chat, seen_biggest_gap, time = span(ms), at = span(at_ms))
        }
        Evidence::Signs(count) => say!(chat, seen_signs, count = *count),
        Evidence::Alive(true) => say!(chat, seen_alive),
        Evidence::Alive(false) => say!(chat, seen_not_alive),
        Evidence::Quiet { ms } => say!(chat, seen_quiet, time = span(ms)),
        Evidence::NoEndMark => say!(chat, seen_no_end_mark),
        Evidence::AtLimit {
            seconds,
            since_last_read,
        } => limit_words(chat, *seconds, *since_last_read),
        Evidence::Probed(probe) => probe_words(chat, *probe),
        Evidence::Preflighted => say!(chat, seen_preflighted),
        Evidence::Said { status, message } => said_words(chat, *status, message.clone()),
        Evidence::Late { ms, percent } => {
            say!(chat, seen_late, time = span(ms), percent = *percent)
        }
        Evidence::Drawing {
            percent,
            longest_ms,
        } => say!(
            chat,
            seen_drawing,
            percent = *percent,
            time = span(longest_ms)
        ),
        Evidence::HeldUp { ms } => say!(chat, seen_held_up, time = span(ms)),
        Evidence::Blocked { ms } => say!(chat, seen_blocked, time = span(ms)),
        Evidence::Odd(count) => say!(chat, seen_odd, count = *count),
    }
}

/// Words on a header that tells about the way.
fn header_words(chat: Chat, name: String, value: String) -> String {
    say!(chat, seen_header, name = name, value = value)
}

/// Words on a limit of servers and proxies, and what it counts from.
fn limit_words(chat: Chat, seconds: u32, since_last_read: bool) -> String {
    if since_last_read {
        say!(chat, seen_limit_quiet, seconds = seconds)
    } else {
        say!(chat, seen_limit_total, seconds = seconds)
    }
}

/// The server's own words, and its status if it had one.
fn said_words(chat: Chat, status: Option<u16>, message: String) -> String {
    match status {
        Some(status) => say!(chat, seen_said_status, status = status, message = message),
        None => say!(chat, seen_said, message = message),
    }
}

/// Words on what a probe found.
pub fn probe_words(chat: Chat, probe: Probe) -> String {
    match probe {
        Probe::NothingThere => say!(chat, seen_nothing_there),
        Probe::RefusesPage => say!(chat, seen_refuses_page),
        Probe::RefusesPreflight => say!(chat, seen_refuses_preflight),
        Probe::HidesRefusal => say!(chat, seen_hides_refusal),
        Probe::MixedContent => say!(chat, seen_mixed_content),
        Probe::LocalNetworkDenied => say!(chat, seen_local_network_denied),
        Probe::SocketsExhausted => say!(chat, seen_sockets_exhausted),
        Probe::Hangs => say!(chat, seen_hangs),
        Probe::DropsRequest => say!(chat, seen_drops_request),
    }
}

/// Words on what to do. The line to copy stands in the remedy itself.
pub fn remedy_words(chat: Chat, remedy: &Remedy) -> String {
    match remedy.advice {
        Advice::CheckAddress if remedy.line.is_some() => say!(chat, do_check_address_usual),
        Advice::TryCurl => say!(chat, do_try_curl),
        Advice::SendHeaders => say!(chat, do_send_headers),
        Advice::NginxBuffering => say!(chat, do_nginx_buffering),
        Advice::ApacheBuffering => say!(chat, do_apache_buffering),
        Advice::CaddyBuffering => say!(chat, do_caddy_buffering),
        Advice::ViteProxy => say!(chat, do_vite_proxy),
        Advice::Waitress => say!(chat, do_waitress),
        Advice::NoCompression => say!(chat, do_no_compression),
        Advice::Tunnel => say!(chat, do_tunnel),
        Advice::StarvedSender => say!(chat, do_starved_sender),
        Advice::MakesWholeFirst => say!(chat, do_makes_whole_first),
        Advice::AskForStream => say!(chat, do_ask_for_stream),
        Advice::ShorterPrompt => say!(chat, do_shorter_prompt),
        Advice::KeepLoaded => say!(chat, do_keep_loaded),
        Advice::UseGpu => say!(chat, do_use_gpu),
        Advice::ServerLog => say!(chat, do_server_log),
        Advice::NginxTimeout => say!(chat, do_nginx_timeout),
        Advice::ApacheTimeout => say!(chat, do_apache_timeout),
        Advice::CloudflareLimit => say!(chat, do_cloudflare_limit),
        Advice::OwnTimers => say!(chat, do_own_timers),
        Advice::GoOn => say!(chat, do_go_on),
        Advice::OwnLanguage => say!(chat, do_own_language),
        Advice::StartServer => say!(chat, do_start_server),
        Advice::ListenAll => say!(chat, do_listen_all),
        Advice::OtherPort => say!(chat, do_other_port),
        Advice::OtherName => say!(chat, do_other_name),
        Advice::AllowOrigin => say!(chat, do_allow_origin),
        Advice::AllowOriginService => say!(chat, do_allow_origin_service),
        Advice::SwitchCors => say!(chat, do_switch_cors),
        Advice::ServeProxy => say!(chat, do_serve_proxy),
        Advice::SamePath => say!(chat, do_same_path),
        Advice::OpenFromHere => say!(chat, do_open_from_here),
        Advice::GiveHttps => say!(chat, do_give_https),
        Advice::AllowLocalNetwork => say!(chat, do_allow_local_network),
        Advice::RemoveKey => say!(chat, do_remove_key),
        Advice::EnterKey => say!(chat, do_enter_key),
        Advice::FindKey => say!(chat, do_find_key),
        Advice::CheckAddress => say!(chat, do_check_address),
        Advice::ChooseModel => say!(chat, do_choose_model),
        Advice::FetchModel => say!(chat, do_fetch_model),
        Advice::BodySize => say!(chat, do_body_size),
        Advice::GatewayDown => say!(chat, do_gateway_down),
        Advice::TryLater => say!(chat, do_try_later),
        Advice::Parallel => say!(chat, do_parallel),
        Advice::Shorten => say!(chat, do_shorten),
        Advice::MoreContext => say!(chat, do_more_context),
        Advice::FreeSockets => say!(chat, do_free_sockets),
        Advice::FasterPace => say!(chat, do_faster_pace),
        Advice::LessLoad => say!(chat, do_less_load),
    }
}

/// Words of a row of the table: when, and what. Where a row has no time, the first is empty.
pub fn row_words(chat: Chat, row: &Row) -> (String, String) {
    match row {
        Row::Mark(mark) => (time(chat, mark.at), mark_words(chat, mark.name)),
        Row::Gap(pause, longest) => {
            let name = if *longest {
                say!(chat, row_longest_gap)
            } else {
                say!(chat, row_gap)
            };
            (
                time(chat, pause.at),
                format!("{name}: {}", time(chat, pause.ms)),
            )
        }
        Row::Counts { reads, events } => (
            String::new(),
            say!(chat, row_counts, reads = *reads, events = *events),
        ),
        Row::Rate { at, to, tenths } => (
            format!("{} – {}", time(chat, *at), time(chat, *to)),
            say!(chat, row_rate, rate = tenth(chat, *tenths)),
        ),
        Row::GapsBetween(under, edge, count) => {
            let name = match edge {
                Some(edge) => say!(chat, row_gaps_between, under = *under, edge = *edge),
                None => say!(chat, row_gaps_longer, under = *under),
            };
            (String::new(), format!("{name}: {count}"))
        }
    }
}

/// A rate with one decimal place, from tenths; a large one without.
pub fn tenth(chat: Chat, rate: u32) -> String {
    let places = if rate < 1000 { 1 } else { 0 };
    numbers::decimal(chat.lang.get(), f64::from(rate) / 10.0, places)
}

/// Words for the meaning of a mark.
pub fn mark_words(chat: Chat, name: MarkName) -> String {
    match name {
        MarkName::Sent => say!(chat, mark_sent),
        MarkName::Headers => say!(chat, mark_headers),
        MarkName::FirstByte => say!(chat, mark_first_byte),
        MarkName::FirstText => say!(chat, mark_first_text),
        MarkName::Asked => say!(chat, mark_asked),
        MarkName::Deadline => say!(chat, mark_deadline),
        MarkName::Stop => say!(chat, mark_stop),
        MarkName::LastText => say!(chat, mark_last_text),
        MarkName::End => say!(chat, mark_end),
    }
}

/// Words on why a file is no recording that can be played.
pub fn bad_trace_words(chat: Chat, bad: BadTrace) -> String {
    match bad {
        BadTrace::TooLarge => say!(chat, bad_trace_too_large),
        BadTrace::NotJson => say!(chat, bad_trace_not_json),
        BadTrace::NotATrace => say!(chat, bad_trace_not_a_trace),
        BadTrace::OtherVersion(version) => say!(chat, bad_trace_other_version, version = version),
    }
}
