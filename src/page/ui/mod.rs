//! What is seen, one file per thing. Views read the chat's signals and send commands up; they hold no state of their own
//! beyond what is open or typed.

mod actions;
pub(crate) mod ask;
mod composer;
pub(crate) mod conversations;
pub(crate) mod doctor;
pub(crate) mod dom;
pub(crate) mod fields;
mod file;
pub(crate) mod images;
mod kit;
pub(crate) mod notice;
mod said;
pub(crate) mod server;
pub(crate) mod settings;
mod sheet;
pub(crate) mod status;
mod stream;
mod tokens;
pub(crate) mod turn;
pub(crate) mod turns;
pub(crate) mod verdict;
mod welcome;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, ShadowRoot};

use self::composer::{Composer, FileCatcher};
use self::kit::{Button, Icon, Show};
use self::stream::Stream;
use super::app::{Chat, Command, LinkState};
use super::clock::media_matches;
use super::later::{self, Later};
use super::words::{self, say, young};
use crate::options::Theme;

/// The styles of the first view; what comes later brings its own.
pub const STYLE: &str = concat!(
    include_str!("../../../style/tokens.css"),
    include_str!("../../../style/page.css"),
    include_str!("../../../style/composer.css"),
    include_str!("../../../style/panel.css"),
    include_str!("../../../style/young.css"),
);

/// One chat.
#[component]
pub(crate) fn Page(chat: Chat) -> impl IntoView {
    let theme = move || match chat.theme.get() {
        Theme::Auto => "auto",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    // Once opened, the settings stay on the page: the browser gives the focus back to where it was when they close.
    let opened = RwSignal::new(false);
    let asked = RwSignal::new(false);
    Effect::new(move || {
        if chat.panel.get() {
            opened.set(true);
        }
        if chat.link.with(|link| matches!(link, LinkState::Asking(_))) {
            asked.set(true);
            chat.fetch_rest();
        }
        if chat.panel.get() || chat.settings.get() || chat.check.get() || chat.history.get() {
            chat.fetch_rest();
        }
    });
    let files = FileCatcher { chat };
    view! {
        <div
            class="rill"
            class:young=move || young(chat)
            class:examined=move || chat.doctor.get()
            data-theme=theme
            lang=move || words::tag(chat.lang.get())
            dir="auto"
            aria-busy=move || chat.returning.get().then_some("true")
            on:paste=move |event| files.pasted(&event)
            on:drop=move |event| files.dropped(&event)
            on:dragover=move |event| files.dragged(&event)
        >
            <Header chat />
            <Stream chat />
            <footer class="foot">
                // It is there from the first send on.
                <Coming
                    chat
                    when=move || chat.finding.with(Option::is_some)
                    view=|later| later.doctor
                />
                <Coming chat when=true view=|later| later.notice />
                <Composer chat />
            </footer>
            <Coming chat when=move || chat.settings.get() view=|later| later.settings />
            <Coming chat when=move || chat.history.get() view=|later| later.conversations />
            <Coming chat when=opened view=|later| later.panel />
            <Coming chat when=move || chat.doctor.get() view=|later| later.exam />
            <Coming chat when=move || chat.check.get() view=|later| later.check />
            <Coming chat when=asked view=|later| later.ask />
        </div>
    }
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

/// A part of the page that comes later, and is there while `when` says so.
#[component]
fn Coming(
    chat: Chat,
    #[prop(into)] when: Signal<bool>,
    /// Which of the views it is.
    view: fn(&Later) -> fn(Chat) -> AnyView,
) -> impl IntoView {
    view! {
        <Show when=move || {
            when.get() && chat.loaded.get()
        }>{later::ready().map(|later| view(later)(chat))}</Show>
    }
}

/// Whom the page talks to, and what can be opened.
#[component]
fn Header(chat: Chat) -> impl IntoView {
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
    view! {
        <header class="head">
            <span class="brand" aria-hidden="true">
                "Rill"
            </span>
            <div class="link" data-link=state>
                <Button class="quiet" on_click=move || chat.panel.set(true)>
                    <Icon shape=icondata_lu::LuServer />
                    <span>{move || say!(chat, server)}</span>
                </Button>
                <span class="link-name" title=move || words::link_words(chat)>
                    {move || words::link_words(chat)}
                </span>
            </div>
            <Tool
                shape=icondata_lu::LuHistory
                words=move || say!(chat, conversations)
                on_click=move || chat.history.set(true)
            />
            <Show when=move || !young(chat)>
                <Tool
                    shape=icondata_lu::LuSlidersHorizontal
                    words=move || say!(chat, settings)
                    on_click=move || chat.settings.set(true)
                />
            </Show>
            <Show when=move || chat.tree.with(|tree| !tree.is_empty())>
                <Tool
                    shape=icondata_lu::LuPlus
                    words=move || say!(chat, new_chat)
                    on_click=move || chat.run(Command::Clear)
                />
            </Show>
        </header>
    }
}

/// A button of the header, whose word gives way where there is no room for it.
#[component]
fn Tool(
    shape: icondata_core::Icon,
    #[prop(into)] words: Signal<String>,
    #[prop(into)] on_click: Callback<()>,
) -> impl IntoView {
    view! {
        <Button class="quiet narrow" on_click>
            <Icon shape />
            <span>{words}</span>
        </Button>
    }
}
