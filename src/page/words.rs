//! Every word on screen, from `locales/*.json`. A word that one language lacks fails the build.

use leptos::prelude::*;

use super::app::{Chat, LinkState, Trouble};
use super::later;
use crate::doctor::{Verdict, of_error};
use crate::event::{BAD_KEY, Deadline, End, PAGE_FAULT};
use crate::options::Profile;

use leptos_i18n::Locale as _;

pub use rill_locales::{demo_script, i18n::Locale};

/// A word in the chat's language: `say!(chat, send)`, `say!(chat, load_image, host = "…")`.
macro_rules! say {
    ($chat:expr, $($word:tt)+) => {
        leptos_i18n::td_string!(leptos::prelude::Get::get(&$chat.lang), $($word)+).to_string()
    };
}
pub(crate) use say;

/// The locale for language tags, the most wished first; English where none of them is here.
pub fn locale_for<'a>(wished: impl IntoIterator<Item = &'a str>) -> Locale {
    let wished: Vec<&str> = wished.into_iter().collect();
    Locale::find_locale(&wished)
}

/// All locales, English first.
pub fn locales() -> &'static [Locale] {
    Locale::get_all()
}

/// The language tag of a locale (BCP 47).
pub fn tag(locale: Locale) -> &'static str {
    locale.as_str()
}

/// The name that a language has for itself.
pub fn own_name(locale: Locale) -> String {
    leptos_i18n::td_string!(locale, language_name).to_string()
}

/// How a reply ended, in a sentence.
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
        } => super::ui::verdict::why(chat, chat.verdict().unwrap_or(Verdict::Unreachable)),
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

/// A sentence, and what to do.
fn with_advice(chat: Chat, said: String, verdict: Verdict) -> String {
    let said = said.trim_end();
    let stop = if said.ends_with(['.', '!', '?', '…', '。']) {
        ""
    } else {
        "."
    };
    format!("{said}{stop} {}", super::ui::verdict::why(chat, verdict))
}

/// What is wrong with the connection, in a sentence.
pub fn trouble_words(chat: Chat, trouble: &Trouble) -> String {
    use crate::address::BadAddress;
    match trouble {
        // A verdict comes from what is loaded later, so its words are there as well.
        Trouble::Verdict(verdict) => later::ready()
            .map(|later| (later.verdict_why)(chat, *verdict))
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

/// The server in the header, in a few words.
pub fn link_words(chat: Chat) -> String {
    chat.link.with(|link| match link {
        LinkState::Looking => say!(chat, server_looking),
        LinkState::Asking(_) | LinkState::Nothing => say!(chat, no_server),
        LinkState::Connecting(address) => say!(chat, connecting_to, host = address.host()),
        LinkState::Demo => say!(chat, demo),
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

/// Whether the page is laid out for young readers.
pub fn young(chat: Chat) -> bool {
    chat.options
        .with(|options| options.profile == Profile::Young)
}
