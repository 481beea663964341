//! What is seen, one file per thing. Views read the chat's signals and send commands up; they hold no state of their own
//! beyond what is open or typed.
//!
//! A view may name those above it in this table; this file, which puts the first view together, may name what comes at once.
//!
//! | view | comes | shows |
//! |---|---|---|
//! | `coming` | at once | the place of a view that comes later |
//! | `welcome` | at once | the first screen |
//! | `composer` | at once | the field, Send and Stop, the meter |
//! | `stream` | at once | the column that scrolls |
//! | `panel` | later | what all dialogs are made of |
//! | [`images`] | later | files that become pictures |
//! | `file` | later | files that are opened and saved |
//! | [`status`] | later | the line under a reply |
//! | `tokens` | later | the tokens of a reply |
//! | [`turn`] | later | one turn |
//! | [`turns`] | later | the turns, in groups |
//! | [`notice`] | later | what is wrong with keeping |
//! | [`conversations`] | later | the list of conversations |
//! | [`fields`] | later | what stands beside the prompt |
//! | [`settings`] | later | how replies are made |
//! | [`server`] | later | servers, models, how to read |
//! | [`doctor`] | later | the Doctor's region, panel and check |
//! | [`ask`] | later | what a link may open |

pub mod ask;
mod coming;
mod composer;
pub mod conversations;
pub mod doctor;
pub mod fields;
mod file;
pub mod images;
pub mod notice;
mod panel;
pub mod part;
pub mod server;
pub mod settings;
pub mod status;
mod stream;
mod tokens;
pub mod turn;
pub mod turns;
mod welcome;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, ShadowRoot};

use self::coming::coming;
use self::part::{Part, button, el, follow, icon};
use super::app::{Chat, Command, LinkState, Panel, second_half};
use super::clock::media_matches;
use super::sentences::{link_words, young};
use super::words::{self, say};

/// The styles of the first view; what comes later brings its own.
pub const STYLE: &str = concat!(
    include_str!("../../../style/tokens.css"),
    include_str!("../../../style/page.css"),
    include_str!("../../../style/composer.css"),
    include_str!("../../../style/panel.css"),
    include_str!("../../../style/young.css"),
);

/// One chat.
pub fn page(chat: Chat) -> Part {
    // Once opened, the settings stay on the page: the browser gives the focus back to where it was when they close.
    let opened = RwSignal::new(false);
    let asked = RwSignal::new(false);
    follow(move || {
        if chat.shows(Panel::Server) {
            opened.set(true);
        }
        if chat.link.with(|link| matches!(link, LinkState::Asking(_))) {
            asked.set(true);
            chat.load_second_half();
        }
        if chat.panel.with(Option::is_some) {
            chat.load_second_half();
        }
    });
    let foot = el("footer")
        .set("class", "foot")
        // It is there from the first send on.
        .when(
            move || chat.loaded.get() && chat.finding.with(Option::is_some),
            move || coming(second_half::ready().map(|half| half.doctor), chat),
        )
        .when(
            move || chat.loaded.get(),
            move || coming(second_half::ready().map(|half| half.notice), chat),
        )
        .add(|part| composer::composer(part, chat));
    el("div")
        .set("class", "rill")
        .class("young", move || young(chat))
        .class("examined", move || chat.doctor.get())
        .attr("data-theme", move || chat.theme.get().word().to_owned())
        .attr("lang", move || words::tag(chat.lang.get()).to_owned())
        .set("dir", "auto")
        .attr_if("aria-busy", move || {
            chat.returning.get().then(|| "true".to_owned())
        })
        .add(|part| composer::catch_files(part, chat))
        .child(header(chat))
        .add(|part| stream::stream(part, chat))
        .child(foot)
        .when(
            move || chat.shows(Panel::Replies) && chat.loaded.get(),
            move || coming(second_half::ready().map(|half| half.settings), chat),
        )
        .when(
            move || chat.shows(Panel::Conversations) && chat.loaded.get(),
            move || coming(second_half::ready().map(|half| half.conversations), chat),
        )
        .when(
            move || opened.get() && chat.loaded.get(),
            move || coming(second_half::ready().map(|half| half.panel), chat),
        )
        .when(
            move || chat.doctor.get() && chat.loaded.get(),
            move || coming(second_half::ready().map(|half| half.exam), chat),
        )
        .when(
            move || chat.shows(Panel::Check) && chat.loaded.get(),
            move || coming(second_half::ready().map(|half| half.check), chat),
        )
        .when(
            move || asked.get() && chat.loaded.get(),
            move || coming(second_half::ready().map(|half| half.ask), chat),
        )
}

/// Whoever opens a page of its own can write at once: where a finger is not what one points with, and the focus is nowhere else yet.
pub fn take_focus(root: &ShadowRoot) {
    let Some(window) = web_sys::window() else {
        return;
    };
    let is_own = window.parent().ok().flatten().as_ref() == Some(&window);
    let document = window.document();
    let body = document.as_ref().and_then(|document| document.body());
    let focused = document.as_ref().and_then(|page| page.active_element());
    let is_free = focused.is_none_or(|focused| body.is_some_and(|body| *body == focused));
    // A finger would be shown a keyboard that covers half of what it has not read yet.
    if is_own
        && is_free
        && !media_matches("(pointer: coarse)")
        && let Ok(Some(field)) = root.query_selector("textarea")
    {
        let field: HtmlElement = field.unchecked_into();
        let _ = field.focus();
    }
}

fn header(chat: Chat) -> Part {
    let has_turns = move || chat.tree.with(|tree| !tree.is_empty());
    let state = move || {
        chat.link.with(|link| match link {
            LinkState::Connected(_) => "connected",
            LinkState::Demo => "demo",
            LinkState::Failed { .. } => "failed",
            LinkState::Looking
            | LinkState::Asking(_)
            | LinkState::Nothing
            | LinkState::Connecting(_) => "busy",
        })
    };
    let brand = el("span")
        .set("class", "brand")
        .set("aria-hidden", "true")
        .text("Rill");
    let link = el("div")
        .set("class", "link")
        .attr("data-link", move || state().to_owned())
        .child(
            button("quiet", move || chat.run(Command::Open(Panel::Server)))
                .child(icon(icondata_lu::LuServer))
                .child(el("span").says(move || say!(chat, server))),
        )
        .child(
            el("span")
                .set("class", "link-name")
                .attr("title", move || link_words(chat))
                .says(move || link_words(chat)),
        );
    el("header")
        .set("class", "head")
        .child(brand)
        .child(link)
        .child(tool(
            icondata_lu::LuHistory,
            move || say!(chat, conversations),
            move || chat.run(Command::Open(Panel::Conversations)),
        ))
        .when(
            move || !young(chat),
            move || {
                tool(
                    icondata_lu::LuSlidersHorizontal,
                    move || say!(chat, settings),
                    move || chat.run(Command::Open(Panel::Replies)),
                )
            },
        )
        .when(has_turns, move || {
            tool(
                icondata_lu::LuPlus,
                move || say!(chat, new_chat),
                move || chat.run(Command::Clear),
            )
        })
}

/// A button of the header, whose word gives way where there is no room for it.
fn tool(
    shape: icondata_core::Icon,
    words: impl Fn() -> String + 'static,
    press: impl FnMut() + 'static,
) -> Part {
    button("quiet narrow", press)
        .child(icon(shape))
        .child(el("span").says(words))
}
