//! What a school asks of the page: which messages are sent, how long a session takes; and whose words are looked into.
//!
//! In: a message before it is sent, the owner's wishes, the time. Out: the message as it is sent, or why it is not; what is left of the
//! session. It comes with the second half of the page. Which word is refused and what time is left is decided in
//! [`crate::school`].

use std::cell::Cell;

use js_sys::{JsString, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CustomEvent, CustomEventInit};

use super::{Chat, Command};
use crate::chat::lens::beginning;
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;
use crate::event::End;
use crate::options::draft_with_texts;
use crate::page::browser::field;
use crate::page::clock::sleep;
use crate::school::refused;
use crate::school::time::{Left, Session};

/// Reason why a message is held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// This word in it is not sent.
    Word(String),
    /// The page around holds it back, and may say why.
    Host(Option<String>),
    /// The time of the session is over.
    Time,
}

/// State of the page that a school asks for, and of what is looked into.
#[derive(Default)]
pub struct School {
    /// Reason why the text in the field was held back, and that text.
    held: ArcRwSignal<Option<(Why, String)>>,
    left: ArcRwSignal<Left>,
    /// Number of the watch over the time that is on duty.
    watch: Cell<u32>,
    lens: ArcRwSignal<Option<TurnId>>,
    beside: ArcRwSignal<Option<bool>>,
}

impl Chat {
    /// Asks whether a message may be sent: the list of words first, then the page around, which may change it. Gives what is sent;
    /// `None` where it is held back, and stands in the field.
    pub(super) fn permitted(self, text: String, images: usize) -> Option<String> {
        let said = self.judged(&text, images);
        let held = said.as_ref().err().cloned();
        let text = match said {
            Ok(text) => Some(text),
            Err(_) => {
                let draft = self.draft.get_untracked();
                let whole = draft_with_texts(&draft, |name| (name == "text").then(|| text.clone()));
                self.keep_draft(whole.unwrap_or(draft));
                None
            }
        };
        let draft = self.draft.get_untracked();
        let school = self.state::<School>();
        school.held.set(held.map(|why| (why, draft)));
        text
    }

    fn judged(self, text: &str, images: usize) -> Result<String, Why> {
        if self.rests.get_untracked() {
            return Err(Why::Time);
        }
        self.has_no_refused_word(text)?;
        let said = self.ask_the_page_around(text, images)?;
        if said != text {
            self.has_no_refused_word(&said)?;
        }
        Ok(said)
    }

    fn has_no_refused_word(self, text: &str) -> Result<(), Why> {
        let list = self
            .options
            .with_untracked(|options| options.school.refused_words.clone());
        let Some(list) = list else { return Ok(()) };
        // A letter and its mark may be written as one character or as two.
        let (list, text) = (composed(&list), composed(text));
        match refused(&list, &text) {
            Some(word) => Err(Why::Word(word.to_owned())),
            None => Ok(()),
        }
    }

    /// Dispatches `rill-before-send`, which the page around may cancel.
    fn ask_the_page_around(self, text: &str, images: usize) -> Result<String, Why> {
        let detail = Object::new();
        let messages = self.tree.with_untracked(|tree| tree.path().count());
        let known: [(&str, JsValue); 3] = [
            ("text", text.into()),
            ("images", (images as u32).into()),
            ("messages", (messages as u32).into()),
        ];
        for (name, value) in known {
            let _ = Reflect::set(&detail, &name.into(), &value);
        }
        let init = CustomEventInit::new();
        init.set_bubbles(true);
        init.set_composed(true);
        init.set_cancelable(true);
        init.set_detail(&detail);
        let Ok(event) = CustomEvent::new_with_event_init_dict("rill-before-send", &init) else {
            return Ok(text.to_owned());
        };
        let goes = self.shared().host.dispatch_event(&event).unwrap_or(true);
        let told = |name: &str| field(&detail, name).and_then(|value| value.as_string());
        let said = told("text").map(|text| text.trim().to_owned());
        let said = said.unwrap_or_else(|| text.to_owned());
        let is_emptied = said.is_empty() && !text.is_empty();
        if !goes || is_emptied {
            let reason = told("reason").map(|reason| reason.trim().to_owned());
            return Err(Why::Host(reason.filter(|reason| !reason.is_empty())));
        }
        Ok(said)
    }

    /// Why the text that stands in the field was held back; `None` where it was not, or is another by now. Tracked.
    pub fn held(self) -> Option<Why> {
        let draft = self.draft.get();
        let held = self.state::<School>().held.get();
        held.filter(|(_, text)| *text == draft).map(|(why, _)| why)
    }

    /// What is left of the session. Tracked.
    pub fn time_left(self) -> Left {
        self.state::<School>().left.get()
    }

    /// Watches over the time of the session, as long as the owner it is called under lives.
    pub fn watch_time(self) {
        let limit = Memo::new(move |_| self.options.with(|options| options.school.time_limit));
        Effect::new(move || {
            let school = self.state::<School>();
            let watch = school.watch.get().wrapping_add(1);
            school.watch.set(watch);
            match limit.get() {
                None => self.shows_left(Left::Plenty),
                Some(minutes) => {
                    let session = self.session(minutes);
                    self.spawn(async move {
                        while self.state::<School>().watch.get() == watch {
                            let (left, next) = session.left(js_sys::Date::now());
                            self.shows_left(left);
                            let Some(next) = next else { return };
                            sleep(next).await;
                        }
                    });
                }
            }
        });
    }

    /// The session of now, which began when the page was first seen in this tab.
    fn session(self, minutes: u16) -> Session {
        let store = &self.shared().store;
        let kept = store.session_began();
        let session = Session::read(kept.as_deref(), minutes, js_sys::Date::now());
        store.keep_session_began(&session.write());
        session
    }

    fn shows_left(self, left: Left) {
        let shown = self.state::<School>().left.clone();
        if shown.get_untracked() != left {
            shown.set(left);
        }
        let rests = left == Left::Over;
        if self.rests.get_untracked() != rests {
            self.write(|signals| signals.rests.set(rests));
        }
    }

    /// The reply whose words are looked into; `None` where none is. Tracked.
    pub fn under_lens(self) -> Option<TurnId> {
        self.state::<School>().lens.get()
    }

    /// Looks into the words of a reply, or of none. (No [`Command`]: the first view has no lens.)
    pub fn look_into(self, id: Option<TurnId>) {
        self.state::<School>().lens.set(id);
    }

    /// Tells whether what was written stands beside what it became; `None` where nobody has said. Tracked.
    pub fn stands_beside(self) -> Option<bool> {
        self.state::<School>().beside.get()
    }

    /// Puts what was written beside what it became, or no longer. (No [`Command`]: the first view has no replies.)
    pub fn put_beside(self, is_beside: bool) {
        self.state::<School>().beside.set(Some(is_beside));
    }

    /// Lets the reply begin as it did up to a token, with another word in its place, and the model go on from there: a branch beside it.
    pub(super) fn branch(self, id: TurnId, at: usize, word: &str) {
        let begun = {
            let insight = self.insight(id);
            let tokens = insight.tokens.borrow();
            self.with_turn(id, |turn| beginning(&turn.text, &tokens, at, word))
        };
        let (Some((text, tokens)), Some(half)) = (begun, self.ready()) else {
            return;
        };
        self.supersede();
        let parent = self.tree.with_untracked(|tree: &Tree| tree.parent(id));
        let mut turn = Turn::reply();
        turn.text = text;
        turn.end = Some(End::Stopped);
        let branch = self.add(parent, turn);
        let insight = self.insight(branch);
        insight.shown.set(tokens.all().len());
        insight.tokens.replace(tokens);
        self.look_into(Some(branch));
        self.pin();
        (half.begin)(self, branch, true);
    }

    /// Tells whether a command asks for another reply, where the time of the session is over.
    pub(super) fn is_too_late(self, command: &Command) -> bool {
        let asks = matches!(
            command,
            Command::Retry(_)
                | Command::Continue(_)
                | Command::Edit(..)
                | Command::Branch(..)
                | Command::SendQueued
        );
        asks && self.rests.get_untracked()
    }
}

/// The text with each letter and its marks as one character, where there is one.
fn composed(text: &str) -> String {
    let text: JsString = text.into();
    let composed = text.normalize("NFC");
    let composed: &JsValue = composed.unchecked_ref();
    composed.as_string().unwrap_or_default()
}
