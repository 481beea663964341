//! What is seen, one file per thing. Views read the chat's signals and send commands up; they hold no state of their own
//! beyond what is open or typed.

mod composer;
mod doctor;
mod icon;
mod server;
mod status;
mod stream;
mod turn;
mod welcome;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use self::composer::Composer;
use self::doctor::Doctor;
use self::icon::Icon;
use self::server::{AskFirst, ServerPanel};
use self::stream::Stream;
use super::app::{Chat, Command, LinkState};
use super::words::{self, say, young};
use crate::options::Theme;

/// All styles of the element.
pub const STYLE: &str = concat!(
    include_str!("../../../style/tokens.css"),
    include_str!("../../../style/page.css"),
    include_str!("../../../style/turn.css"),
    include_str!("../../../style/answer.css"),
    include_str!("../../../style/composer.css"),
    include_str!("../../../style/panel.css"),
    include_str!("../../../style/young.css"),
);

/// One chat.
#[component]
pub fn Page(
    /// The chat.
    chat: Chat,
) -> impl IntoView {
    let theme = move || match chat.theme.get() {
        Theme::Auto => "auto",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    view! {
        <div
            class="rill"
            class:young=move || young(chat)
            data-theme=theme
            lang=move || words::tag(chat.lang.get())
            dir="auto"
        >
            <Header chat=chat/>
            <Stream chat=chat/>
            <footer class="foot">
                <Doctor chat=chat/>
                <Composer chat=chat/>
            </footer>
            <ServerPanel chat=chat/>
            <AskFirst chat=chat/>
        </div>
    }
}

#[component]
fn Header(chat: Chat) -> impl IntoView {
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
    view! {
        <header class="head">
            <span class="brand" aria-hidden="true">"Rill"</span>
            <div class="link" data-link=state>
                <button type="button" class="quiet" on:click=move |_| chat.panel.set(true)>
                    <Icon icon=icondata_lu::LuServer/>
                    <span>{move || say!(chat, server)}</span>
                </button>
                <span class="link-name" title=move || words::link_words(chat)>
                    {move || words::link_words(chat)}
                </span>
            </div>
            <Show when=has_turns>
                <button type="button" class="quiet new" on:click=move |_| chat.run(Command::Clear)>
                    <Icon icon=icondata_lu::LuPlus/>
                    <span>{move || say!(chat, new_chat)}</span>
                </button>
            </Show>
        </header>
    }
}

/// Puts text on the clipboard.
pub fn copy(chat: Chat, text: &str) {
    let Some(window) = web_sys::window() else {
        return;
    };
    // Only secure pages have a clipboard; 127.0.0.1 counts as one.
    let has_clipboard = js_sys::Reflect::get(&window.navigator(), &"clipboard".into())
        .is_ok_and(|clipboard| clipboard.is_truthy());
    if has_clipboard {
        let written = window.navigator().clipboard().write_text(text);
        chat.spawn(async move {
            // A refusal by the browser leaves the clipboard as it was; there is nothing to undo.
            let _ = wasm_bindgen_futures::JsFuture::from(written).await;
        });
    }
}

/// The element of a node reference, as plain DOM.
fn element_of<E>(reference: NodeRef<E>) -> Option<web_sys::Element>
where
    E: html::ElementType + 'static,
    E::Output: JsCast + Clone + 'static,
{
    reference
        .get_untracked()
        .and_then(|element| element.dyn_into().ok())
}
