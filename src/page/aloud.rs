//! Replies, read aloud by the browser's voices.
//!
//! In: a turn, from a click on; the text that is shown of it by then. Out: one utterance after the other, and the mark of the sentence
//! that is spoken. It decides nothing about sentences and voices: those are [`crate::aloud`]'s.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_channel::oneshot;
use futures_util::future::{Either, select};
use gloo_events::EventListener;
use js_sys::{Array, Reflect};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Element, EventTarget};

use super::app::Chat;
use super::browser::{call, field, make};
use super::clock::sleep;
use super::marks::{Drawn, paint};
use super::words::{self, say};
use crate::aloud::{GAP, Script, Sentence, Step, Voice, Words, best_voice, place};
use crate::chat::tree::TurnId;
use crate::event::Millis;
use crate::reading::{Appearance, Setting};

/// Time from a look at a text that grows to the next, in milliseconds.
const AGAIN: Millis = 150.0;
/// The longest wait for voices that come after the page, in milliseconds.
const VOICES: Millis = 700.0;
/// Time in which an utterance begins, and time for a letter of it at the voice's own pace, in milliseconds: far more than any voice
/// takes. Some never say that they are done.
const PATIENCE: (Millis, Millis) = (10_000.0, 400.0);
/// The name of the mark in style sheets.
const NAME: &str = "rill-spoken";

/// What is read aloud of a chat.
#[derive(Default)]
pub struct Aloud {
    /// Turn that is read; `None` where none is.
    pub turn: ArcRwSignal<Option<TurnId>>,
    /// `true` where the browser could not read the last one.
    pub failed: ArcRwSignal<bool>,
    /// The element of its answer.
    place: RefCell<Option<Element>>,
    /// Number of the reading: what an older one still hears is not for this one.
    number: Cell<u32>,
    /// Utterance that is spoken. Chromium forgets those that nobody holds.
    utterance: RefCell<Option<JsValue>>,
    /// Place in the drawn text behind the last sentence, in bytes.
    at: Cell<usize>,
    /// Whether the last sentence was in view.
    was_seen: Cell<bool>,
}

/// How an utterance ended.
enum Spoken {
    Whole,
    /// Somebody ended it: this page, another tab, the system.
    Ended,
    Failed,
}

/// Tells whether the browser can read aloud.
pub fn is_there() -> bool {
    synthesis().is_some()
}

/// The browser's voices, as far as they have come.
pub fn voices() -> Vec<Voice> {
    raw_voices().into_iter().map(|(_, voice)| voice).collect()
}

/// Hears when voices come or go; `None` where the browser does not tell.
pub fn on_voices(work: impl FnMut() + 'static) -> Option<EventListener> {
    let synthesis = synthesis()?;
    field(&synthesis, "addEventListener")?;
    let target: &EventTarget = synthesis.unchecked_ref();
    let mut work = work;
    Some(EventListener::new(target, "voiceschanged", move |_| work()))
}

/// Reads a turn aloud, in the place of any other.
pub fn start(chat: Chat, id: TurnId) {
    stop(chat);
    let aloud = chat.state::<Aloud>();
    aloud.failed.set(false);
    aloud.turn.set(Some(id));
    let number = aloud.number.get();
    chat.spawn(async move {
        let is_done = read(chat, &aloud, id, number).await;
        if aloud.number.get() == number {
            // Another chat of the page may be speaking by now.
            aloud.rest();
            aloud.failed.set(!is_done);
        }
    });
}

/// Ends the reading, if there is one.
pub fn stop(chat: Chat) {
    if chat.state::<Aloud>().rest()
        && let Some(synthesis) = synthesis()
    {
        let _ = call(&synthesis, "cancel", &[]);
    }
}

impl Aloud {
    /// Notes where the answer stands that is read.
    pub fn stands(&self, answer: Element) {
        self.place.replace(Some(answer));
    }

    /// Forgets the reading; `true` where there was one.
    fn rest(&self) -> bool {
        self.number.set(self.number.get().wrapping_add(1));
        self.at.set(0);
        self.was_seen.set(true);
        self.place.take();
        self.utterance.take();
        let was_there = self.turn.get_untracked().is_some();
        if was_there {
            paint(NAME, &[]);
            self.turn.set(None);
        }
        was_there
    }
}

/// Reads until all is said; `false` where the browser cannot.
async fn read(chat: Chat, aloud: &Rc<Aloud>, id: TurnId, number: u32) -> bool {
    // Firefox and Chromium lose what is said in the moment in which they are told to be quiet.
    sleep(0.0).await;
    await_voices().await;
    let rate = chat.appearance.with_untracked(Appearance::speech_rate);
    let mut script = Script::new(words_of(chat), rate);
    loop {
        if aloud.number.get() != number {
            return true;
        }
        let Some((text, is_whole)) = text_of(chat, id) else {
            return true;
        };
        script.take(&text, is_whole);
        match script.next_step() {
            Step::Over => return true,
            Step::Wait => sleep(AGAIN).await,
            Step::Say(sentence) => {
                mark(chat, aloud, &sentence);
                match speak(chat, aloud, &sentence).await {
                    Spoken::Whole => {}
                    Spoken::Ended => return true,
                    Spoken::Failed => return false,
                }
            }
        }
    }
}

/// The text of a turn that is shown by now, and whether it is all; `None` once the turn is gone.
fn text_of(chat: Chat, id: TurnId) -> Option<(String, bool)> {
    let live = chat.live.get_untracked().filter(|live| live.id() == id);
    if let Some(live) = live {
        return Some((live.shown(), false));
    }
    chat.tree.with_untracked(|tree| {
        let turn = tree.turn(id)?;
        let text = match turn.only_thought() {
            true => &turn.reasoning,
            false => &turn.text,
        };
        Some((text.clone(), true))
    })
}

fn words_of(chat: Chat) -> Words {
    untrack(|| Words {
        code: say!(chat, aloud_code),
        code_in: say!(chat, aloud_code_in, language = GAP.to_string()),
        formula: say!(chat, aloud_formula),
        picture: say!(chat, aloud_picture, name = GAP.to_string()),
    })
}

async fn speak(chat: Chat, aloud: &Aloud, sentence: &Sentence) -> Spoken {
    let made = make(
        "SpeechSynthesisUtterance",
        &[sentence.spoken.as_str().into()],
    );
    let (Some(synthesis), Some(utterance)) = (synthesis(), made) else {
        return Spoken::Failed;
    };
    let set = |name: &str, value: JsValue| {
        let _ = Reflect::set(&utterance, &name.into(), &value);
    };
    let rate = chat.appearance.with_untracked(Appearance::speech_rate);
    set("rate", rate.into());
    let own = untrack(|| words::tag(chat.lang.get()));
    let language = sentence.language.unwrap_or(own);
    set("lang", language.into());
    let all = raw_voices();
    let known: Vec<Voice> = all.iter().map(|(_, voice)| voice.clone()).collect();
    let best = chat.appearance.with_untracked(|appearance| {
        best_voice(
            &known,
            appearance.value(Setting::Voice),
            language,
            &wished(),
        )
    });
    if let Some((raw, voice)) = best.and_then(|at| all.get(at)) {
        set("lang", voice.language.as_str().into());
        set("voice", raw.clone());
    }
    let (done, ended) = oneshot::channel();
    let done = Rc::new(Cell::new(Some(done)));
    let hear = |name: &'static str| {
        let done = done.clone();
        let target: &EventTarget = utterance.unchecked_ref();
        EventListener::once(target, name, move |event| {
            let how = match (name, field(event, "error").and_then(|why| why.as_string())) {
                ("end", _) => Spoken::Whole,
                (_, Some(why)) if why == "canceled" || why == "interrupted" => Spoken::Ended,
                _ => Spoken::Failed,
            };
            if let Some(done) = done.take() {
                let _ = done.send(how);
            }
        })
    };
    let _heard = (hear("end"), hear("error"));
    aloud.utterance.replace(Some(utterance.clone()));
    if call(&synthesis, "speak", std::slice::from_ref(&utterance)).is_err() {
        return Spoken::Failed;
    }
    let (begin, letter) = PATIENCE;
    let letters = sentence.spoken.chars().count() as Millis;
    let late = sleep(begin + letters * letter / rate);
    match select(ended, Box::pin(late)).await {
        Either::Left((how, _)) => how.unwrap_or(Spoken::Ended),
        Either::Right(_) => {
            let _ = call(&synthesis, "cancel", &[]);
            Spoken::Whole
        }
    }
}

/// Marks the sentence in the answer, and keeps it in view as long as the reader does.
fn mark(chat: Chat, aloud: &Aloud, sentence: &Sentence) {
    let Some(answer) = aloud.place.borrow().clone() else {
        return;
    };
    let mut drawn = Drawn::default();
    drawn.gather(&answer);
    let found = place(&drawn.whole, aloud.at.get(), &sentence.shown);
    let range = found.as_ref().and_then(|place| drawn.range(place));
    paint(NAME, range.as_slice());
    if let (Some(found), Some(range)) = (found, range) {
        aloud.at.set(found.end);
        keep_in_view(chat, aloud, &range);
    }
}

fn keep_in_view(chat: Chat, aloud: &Aloud, range: &web_sys::Range) {
    let Some(scroller) = chat.scroller().get_untracked() else {
        return;
    };
    let (seen, found) = (
        scroller.get_bounding_client_rect(),
        range.get_bounding_client_rect(),
    );
    let is_seen = found.top() >= seen.top() && found.bottom() <= seen.bottom();
    // Who has scrolled away looks at something else.
    if !is_seen && aloud.was_seen.get() && !chat.pinned.get_untracked() {
        let to = found.top() - seen.top() - seen.height() / 4.0;
        scroller.set_scroll_top(scroller.scroll_top().saturating_add(to as i32));
        return;
    }
    aloud.was_seen.set(is_seen);
}

/// Waits for voices, where they come after the page.
async fn await_voices() {
    if !raw_voices().is_empty() {
        return;
    }
    let (done, come) = oneshot::channel::<()>();
    let mut done = Some(done);
    let _heard = on_voices(move || drop(done.take()));
    let _ = select(come, Box::pin(sleep(VOICES))).await;
}

fn synthesis() -> Option<JsValue> {
    field(&js_sys::global(), "speechSynthesis")
}

fn raw_voices() -> Vec<(JsValue, Voice)> {
    let all = synthesis().and_then(|synthesis| call(&synthesis, "getVoices", &[]).ok());
    let all = all.map(|all| Array::from(&all)).unwrap_or_default();
    let text = |raw: &JsValue, name| field(raw, name).and_then(|value| value.as_string());
    let holds = |raw: &JsValue, name| field(raw, name).is_some_and(|value| value.is_truthy());
    let read = |raw: JsValue| {
        let voice = Voice {
            name: text(&raw, "name").unwrap_or_default(),
            language: text(&raw, "lang").unwrap_or_default(),
            is_local: holds(&raw, "localService"),
            is_default: holds(&raw, "default"),
        };
        (raw, voice)
    };
    all.iter().map(read).collect()
}

/// The languages that the person prefers, as the browser tells.
fn wished() -> Vec<String> {
    let all = window().navigator().languages();
    all.iter().filter_map(|tag| tag.as_string()).collect()
}
