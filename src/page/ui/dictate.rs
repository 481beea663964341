//! The microphone beside the field: what is said becomes text at the caret, where the browser can tell words (Chromium, Safari).

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_events::EventListener;
use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;
use web_sys::{Event, EventTarget, HtmlTextAreaElement};

use super::kit::{Button, Icon, Show, Trouble};
use crate::aloud::Dictated;
use crate::page::app::{Chat, Command};
use crate::page::browser::{call, field, make};
use crate::page::words::{self, say};

/// State of the microphone.
#[derive(Clone, PartialEq)]
enum State {
    Off,
    /// The person is told first where the sound may go.
    Asking,
    Listening,
    /// The browser's name for what went wrong.
    Failed(String),
}

/// What stays of it while the page lives: whether the person was told.
#[derive(Default)]
struct Told(Cell<bool>);

/// A dictation that runs; it ends with this.
struct Session {
    recognition: JsValue,
    _heard: [EventListener; 3],
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = call(&self.recognition, "abort", &[]);
    }
}

/// The button that takes dictation, where the browser can and the page's owner and the person let it.
#[component]
pub fn Dictation(chat: Chat) -> impl IntoView {
    let is_there = is_there();
    let is_wished = move || {
        is_there
            && chat.options.with(|options| {
                chat.appearance
                    .with(|appearance| options.dictates(appearance))
            })
    };
    view! {
        <Show when=is_wished>
            <Microphone chat />
        </Show>
    }
}

/// Tells whether the browser can tell words.
pub fn is_there() -> bool {
    let global = js_sys::global();
    NAMES.iter().any(|name| field(&global, name).is_some())
}

/// The browser's class, as it is called and as it was.
const NAMES: [&str; 2] = ["SpeechRecognition", "webkitSpeechRecognition"];

#[component]
fn Microphone(chat: Chat) -> impl IntoView {
    let state = RwSignal::new(State::Off);
    let session = StoredValue::new_local(None::<Session>);
    let end = move || {
        session.set_value(None);
        state.set(State::Off);
    };
    let begin = move || {
        chat.state::<Told>().0.set(true);
        let begun = listen(chat, state);
        state.set(match begun.is_some() {
            true => State::Listening,
            false => State::Failed(String::new()),
        });
        session.set_value(begun);
    };
    let listens = move || state.with(|state| *state == State::Listening);
    let press = move || {
        if listens() || state.with_untracked(|state| *state == State::Asking) {
            end();
        } else if chat.state::<Told>().0.get() {
            begin();
        } else {
            state.set(State::Asking);
        }
    };
    // What is sent is sent: no word comes after it.
    Effect::new(move || {
        if chat.live.with(Option::is_some) {
            end();
        }
    });
    let name = move || match listens() {
        true => say!(chat, dictate_stop),
        false => say!(chat, dictate),
    };
    view! {
        <span class="dictation">
            <button
                type="button"
                class="round dictate"
                aria-label=name
                title=name
                aria-pressed=move || listens().to_string()
                on:click=move |_| press()
            >
                <Icon shape=icondata_lu::LuMic />
            </button>
            <Show when=move || state.with(|state| *state == State::Asking)>
                <div class="dictation-words" role="group" aria-label=move || say!(chat, dictate)>
                    <p>{move || say!(chat, dictate_notice)}</p>
                    <Button class="strong" on_click=begin>
                        {move || say!(chat, dictate_begin)}
                    </Button>
                    <Button class="plain" on_click=end>
                        {move || say!(chat, cancel)}
                    </Button>
                </div>
            </Show>
            <Show when=listens>
                <div class="dictation-words" role="status">
                    <p>{move || say!(chat, dictate_listening)}</p>
                </div>
            </Show>
            <Show when=move || state.with(|state| matches!(state, State::Failed(_)))>
                <div class="dictation-words">
                    <Trouble words=move || trouble(chat, &state.get()) />
                </div>
            </Show>
        </span>
    }
}

fn trouble(chat: Chat, state: &State) -> String {
    let State::Failed(why) = state else {
        return String::new();
    };
    match why.as_str() {
        "not-allowed" | "service-not-allowed" => say!(chat, dictate_denied),
        "audio-capture" => say!(chat, dictate_no_microphone),
        "no-speech" => say!(chat, dictate_no_speech),
        "network" => say!(chat, dictate_network),
        "language-not-supported" => say!(chat, dictate_language),
        _ => say!(chat, dictate_failed),
    }
}

/// Begins to listen; `None` where the browser cannot.
fn listen(chat: Chat, state: RwSignal<State>) -> Option<Session> {
    let recognition = NAMES.iter().find_map(|name| make(name, &[]))?;
    let set = |name: &str, value: JsValue| {
        let _ = Reflect::set(&recognition, &name.into(), &value);
    };
    set("lang", language(chat).into());
    set("continuous", true.into());
    set("interimResults", true.into());
    let message = message(chat)?;
    let from = message.selection_start().ok().flatten().unwrap_or(u32::MAX);
    let to = message.selection_end().ok().flatten().unwrap_or(u32::MAX);
    let dictated = Dictated::new(&message.value(), from as usize, to as usize);
    let dictated = Rc::new(RefCell::new(dictated));
    let target: &EventTarget = recognition.unchecked_ref();
    let heard = [
        EventListener::new(target, "result", move |event| {
            hear(chat, &mut dictated.borrow_mut(), event);
        }),
        EventListener::new(target, "error", move |event| {
            let why = field(event, "error").and_then(|why| why.as_string());
            let why = why.unwrap_or_default();
            if why != "aborted" {
                let _ = state.try_set(State::Failed(why));
            }
        }),
        EventListener::new(target, "end", move |_| {
            if state.try_with_untracked(|state| *state == State::Listening) == Some(true) {
                state.set(State::Off);
            }
        }),
    ];
    let begun = call(&recognition, "start", &[]).is_ok();
    begun.then_some(Session {
        recognition,
        _heard: heard,
    })
}

/// Puts what was heard into the field.
fn hear(chat: Chat, dictated: &mut Dictated, event: &Event) {
    let (Some(results), Some(message)) = (field(event, "results"), message(chat)) else {
        return;
    };
    let (mut heard, mut guess) = (String::new(), String::new());
    let count = field(&results, "length").and_then(|count| count.as_f64());
    for at in 0..count.unwrap_or_default() as u32 {
        let Ok(result) = Reflect::get_u32(&results, at) else {
            continue;
        };
        let best = Reflect::get_u32(&result, 0).ok();
        let words = best.and_then(|best| field(&best, "transcript")?.as_string());
        let stays = field(&result, "isFinal").is_some_and(|stays| stays.is_truthy());
        let into = if stays { &mut heard } else { &mut guess };
        into.push_str(&words.unwrap_or_default());
    }
    let caret = message.selection_end().ok().flatten().unwrap_or_default();
    let (text, caret) = dictated.hear(&message.value(), caret as usize, &heard, &guess);
    message.set_value(&text);
    let caret = caret as u32;
    let _ = message.set_selection_range(caret, caret);
    chat.run(Command::Draft(text));
}

fn message(chat: Chat) -> Option<HtmlTextAreaElement> {
    let field = chat.shared().root.query_selector(".field textarea");
    field.ok().flatten()?.dyn_into().ok()
}

/// The language that is spoken: the page's, with the country that the browser knows of.
fn language(chat: Chat) -> String {
    let own = untrack(|| words::tag(chat.lang.get()));
    let wished = window().navigator().languages();
    let mut wished = wished.iter().filter_map(|tag| tag.as_string());
    let near = wished.find(|tag| tag.split('-').next() == Some(own));
    near.unwrap_or_else(|| own.to_owned())
}
