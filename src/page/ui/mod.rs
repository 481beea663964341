//! What is seen, one file per thing. Views read the chat's signals and send commands up; they hold no state of their own
//! beyond what is open or typed.
//!
//! A view may name those above it in this table; this file, which puts the first view together, may name what comes at once.
//!
//! | view | comes | shows |
//! |---|---|---|
//! | [`dom`] | at once | elements that are made by hand |
//! | `kit` | at once | what all views are made of |
//! | `coming` | at once | views of the second half, each in its place |
//! | `welcome` | at once | the first screen |
//! | `composer` | at once | the field, Send and Stop, the meter |
//! | `stream` | at once | the column that scrolls |
//! | `shortcuts` | at once | keys that work anywhere on the page |
//! | `sheet` | later | the styles that the first view does without |
//! | [`images`] | later | files that become pictures |
//! | `file` | later | files that are opened and saved |
//! | `folder` | later | the folder on this device, in which conversations stand as files |
//! | `drop` | later | files and folders that are dropped |
//! | `import` | later | files that are brought along, and what is in them |
//! | `boat` | later | a reply on its way, drawn |
//! | [`status`] | later | the line under a reply |
//! | `tokens` | later | the tokens of a reply |
//! | `found` | later | the place that a search leads to |
//! | `spoken` | later | what is read out, not seen |
//! | `actions` | later | what can be done with a turn |
//! | `lens` | later | one word of a reply, and what could have stood there |
//! | `compare` | later | what was written beside what it became |
//! | `next` | later | the one thing to do after an end |
//! | [`aloud`] | later | what reads aloud, and the way to stop it |
//! | [`ruler`] | later | the band that keeps the place |
//! | [`dictate`] | later | the microphone beside the field |
//! | `more` | later | what else can be done with a turn, and the branches |
//! | `said` | later | what a person said |
//! | `hurry` | later | keys and fingers that hurry a reply |
//! | [`queue`] | later | messages that wait, and the way back from a change |
//! | `window` | later | where the window begins, and the summary before it |
//! | [`turn`] | later | one turn |
//! | [`turns`] | later | the turns, in groups |
//! | `room` | later | how much room what is kept takes |
//! | [`notice`] | later | what is wrong with keeping |
//! | [`fields`] | later | what stands beside the prompt |
//! | [`doctor`] | later | the Doctor's region, panel and check |
//! | `beside` | later | the room beside the conversation |
//! | `list` | later | all conversations |
//! | [`dialogs`] | later | servers and how to read, how replies are made, conversations |
//! | [`side`] | later | the list beside the conversation |
//! | [`ask`] | later | what a link may open |
//! | [`leave`] | later | the step before a link of an answer is followed, for young readers |
//! | [`school`] | later | a note, the time that is left, why a message was held back |

mod actions;
pub(crate) mod aloud;
pub(crate) mod ask;
mod beside;
mod boat;
mod coming;
mod compare;
mod composer;
pub(crate) mod dialogs;
pub(crate) mod dictate;
pub(crate) mod doctor;
pub(crate) mod dom;
mod drop;
pub(crate) mod fields;
mod file;
pub(crate) mod folder;
mod found;
mod hurry;
pub(crate) mod images;
pub(crate) mod import;
mod kit;
pub(crate) mod leave;
mod lens;
mod list;
mod more;
mod next;
pub(crate) mod notice;
pub(crate) mod queue;
mod room;
pub(crate) mod ruler;
mod said;
pub(crate) mod school;
mod sheet;
mod shortcuts;
pub(crate) mod side;
mod spoken;
pub(crate) mod status;
mod stream;
mod tokens;
pub(crate) mod turn;
pub(crate) mod turns;
mod welcome;
mod window;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, ShadowRoot};

use self::coming::{Coming, Dialogs};
use self::composer::{Composer, FileCatcher};
use self::kit::{Button, Icon, Show};
use self::stream::Stream;
use super::app::{Chat, Command, LinkState};
use super::clock::media_matches;
use super::panel::{Panel, Tool};
use super::sentences::{link_words, young};
use super::words::{self, say};
use crate::options::Door;
use crate::reading::{Appearance, Setting};

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
    let asked = RwSignal::new(false);
    Effect::new(move || {
        if chat.link.with(|link| matches!(link, LinkState::Asking(_))) {
            asked.set(true);
            chat.load_second_half();
        }
        // Styles of what was chosen come with the second half, and so does what a school shows.
        if chat.panel.with(Option::is_some)
            || chat.appearance.with(Appearance::is_styled)
            || chat.options.with(|options| options.school.is_seen())
            || media_matches("(prefers-contrast: more)")
        {
            chat.load_second_half();
        }
    });
    shortcuts::listen(chat);
    let files = FileCatcher { chat };
    view! {
        <div
            class="rill"
            part="page"
            class:young=move || young(chat)
            class:examined=move || chat.doctor.get()
            lang=move || words::tag(chat.lang.get())
            dir=move || words::direction(chat.lang.get())
            use:show_look=chat
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
                    view=|half| half.doctor
                />
                <Coming chat when=true view=|half| half.notice />
                <Composer chat />
            </footer>
            <div class="below" part="footer">
                <slot name="footer"></slot>
            </div>
            <Dialogs chat />
            <Coming chat when=move || chat.doctor.get() view=|half| half.exam />
            <Coming chat when=asked view=|half| half.ask />
        </div>
    }
}

#[wasm_bindgen(module = "/src/page/element.js")]
extern "C" {
    #[wasm_bindgen(js_name = giveWay)]
    fn give_way(row: Element);
}

/// Gives the page's root the settings that styles follow: before anything is drawn, so that no colour fades in from another.
fn show_look(root: Element, chat: Chat) {
    let show = move || {
        chat.appearance.with(|appearance| {
            for &setting in Setting::ALL {
                if let Some(name) = setting.style() {
                    let _ = root.set_attribute(name, appearance.value(setting));
                }
            }
        });
    };
    untrack(&show);
    Effect::new(show);
}

/// Puts the focus into the field for the message, so that whoever opens a page of its own can write at once: where a finger is
/// not what one points with, and the focus is nowhere else yet.
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

/// The head of the page: whom it talks to, and the buttons for what can be opened.
#[component]
fn Header(chat: Chat) -> impl IntoView {
    let state = move || {
        chat.link.with(|link| match link {
            LinkState::Connected(_) | LinkState::Site(_) => "connected",
            LinkState::Demo => "demo",
            LinkState::Failed { .. } => "failed",
            LinkState::Looking
            | LinkState::Asking(_)
            | LinkState::Nothing
            | LinkState::Connecting(_) => "busy",
        })
    };
    let tools = Panel::ALL.iter().filter_map(|&panel| {
        let Tool { icon, for_young } = panel.tool()?;
        let button = view! {
            <Show when=move || for_young || !young(chat)>
                <HeaderButton
                    shape=icon
                    words=move || panel.title(chat.lang.get())
                    on_click=move || chat.run(Command::Open(panel))
                />
            </Show>
        };
        Some(button.into_any())
    });
    let tools = tools.collect::<Vec<AnyView>>();
    view! {
        <header class="head" part="head" use:give_way>
            <slot name="header">
                <span class="brand" part="title" aria-hidden="true">
                    "Rill"
                </span>
            </slot>
            <div class="link" data-link=state>
                <Show when=move || chat.opens(Door::Reading)>
                    <Button
                        class="quiet"
                        on_click=move || chat.run(Command::Open(Panel::Server))
                    >
                        <Icon shape=icondata_lu::LuServer />
                        <span>{move || say!(chat, server)}</span>
                    </Button>
                </Show>
                <span class="link-name" title=move || link_words(chat)>
                    {move || link_words(chat)}
                </span>
            </div>
            {tools}
            <Show when=move || chat.tree.with(|tree| !tree.is_empty())>
                <HeaderButton
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
fn HeaderButton(
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
