//! The hands of a conversation that several tabs show: the browser's locks, its channel between tabs, and what it tells of its storage.
//!
//! In: what [`crate::tabs`] decides. Out: that it is done; and signals for the views. Which tab writes, and what the others show, is
//! not decided here.

mod hands;
mod lock;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use futures_channel::oneshot;
use gloo_events::EventListener;
use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Event, MessageEvent, Worker};

use super::History;
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;
use crate::event::{ChatEvent, End, Millis};
use crate::history::{Batch, Unwritten};
use crate::page::app::Command;
use crate::page::browser::{call, field, make};
use crate::page::clock::{PageClock, sleep};
use crate::session::within;
use crate::tabs::{Deleted, GRACE, Message, Tab};
use lock::Locks;
pub(super) use lock::is_held;

/// Name of the channel between tabs.
const CHANNEL: &str = "rill";
/// Longest time that a page waits for a lock, or for the word of who has it, before it shows a conversation, in milliseconds: a page
/// that was reloaded may still be about to let go of it.
const DECIDES: Millis = 500.0;

/// One chat among the tabs.
pub struct Tabs {
    /// `true` while another tab writes the conversation on the page.
    pub follows: ArcRwSignal<bool>,
    /// Conversation that was on the page until another tab has deleted it.
    pub gone: ArcRwSignal<Option<Arc<Deleted>>>,
    tab: RefCell<Tab>,
    locks: Option<Locks>,
    channel: Option<JsValue>,
    /// Command that waits until this tab writes.
    held: RefCell<Option<Command>>,
    /// Conversation that is being read, and whether its lock has come meanwhile.
    brings: RefCell<(String, bool)>,
    /// Set while another tab has chosen a server, and a reply of this one's still runs.
    owes_server: Cell<bool>,
    /// Those who wait for a lock, or with `true` also for the word of who has it; they hear whether it has come.
    waiting: RefCell<Vec<(String, bool, oneshot::Sender<bool>)>>,
    _hears: Closure<dyn Fn(Event)>,
    _remembers: EventListener,
}

impl Drop for Tabs {
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            let _ = call(channel, "close", &[]);
        }
    }
}

impl Tabs {
    /// Makes the hands of the chat of a history that is being made.
    pub(super) fn new(this: &Weak<History>) -> Tabs {
        let listener = this.clone();
        let hears = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            let text = event.unchecked_ref::<MessageEvent>().data().as_string();
            let message = text.and_then(|text| Message::read(&text));
            if let (Some(history), Some(message)) = (listener.upgrade(), message) {
                history.hear(message);
            }
        });
        let channel = make("BroadcastChannel", &[CHANNEL.into()]);
        if let Some(channel) = &channel {
            let _ = Reflect::set(channel, &"onmessage".into(), hears.as_ref());
        }
        let listener = this.clone();
        let locks = channel.as_ref().and_then(|_| {
            Locks::new(Rc::new(move |id, is_here| {
                if let Some(history) = listener.upgrade() {
                    history.lock_changed(&id, is_here);
                }
            }))
        });
        let listener = this.clone();
        let remembers = EventListener::new(&window(), "storage", move |event| {
            if let Some(history) = listener.upgrade() {
                let name = field(event, "key").and_then(|name| name.as_string());
                untrack(|| history.follow_memory(name.as_deref()));
            }
        });
        Tabs {
            follows: ArcRwSignal::new(false),
            gone: ArcRwSignal::new(None),
            tab: RefCell::default(),
            locks,
            channel,
            held: RefCell::default(),
            brings: RefCell::default(),
            owes_server: Cell::new(false),
            waiting: RefCell::default(),
            _hears: hears,
            _remembers: remembers,
        }
    }

    /// Tells whether tabs know nothing of each other: the browser, or a page without https, has no locks or no channel between them.
    pub fn are_apart(&self) -> bool {
        self.locks.is_none()
    }

    /// Tells whether another tab writes the conversation on the page: this one writes nothing of it.
    pub(super) fn follows(&self) -> bool {
        self.tab.borrow().follows()
    }

    pub(super) fn say(&self, message: &Message) {
        if let Some(channel) = &self.channel {
            // Both send in the same way.
            let _ = channel
                .unchecked_ref::<Worker>()
                .post_message(&message.write().into());
        }
    }

    /// Waits for a lock that was asked for, or with `or_word` for the word of who has it; `None` where neither comes in `span`
    /// milliseconds.
    async fn wait(&self, id: &str, or_word: bool, span: Millis) -> Option<bool> {
        let (sender, came) = oneshot::channel();
        self.waiting
            .borrow_mut()
            .push((id.to_owned(), or_word, sender));
        if or_word {
            self.say(&Message::Follow { of: id.to_owned() });
        }
        let became = within(&PageClock, span, came).await;
        self.waiting
            .borrow_mut()
            .retain(|(_, _, sender)| !sender.is_canceled());
        became.and_then(Result::ok)
    }

    /// Tells those who wait that a lock has come, or who has it; `false` where nobody waits.
    fn tell(&self, id: &str, is_here: bool) -> bool {
        let mut waiting = self.waiting.borrow_mut();
        let before = waiting.len();
        let all = std::mem::take(&mut *waiting);
        for (of, or_word, sender) in all {
            if of == id && (is_here || or_word) {
                let _ = sender.send(is_here);
            } else {
                waiting.push((of, or_word, sender));
            }
        }
        waiting.len() < before
    }
}

impl History {
    /// Takes what another tab has written into what this browser remembers, under this name; `None` where all was deleted.
    fn follow_memory(&self, name: Option<&str>) {
        if !self.chat.is_mounted() {
            return;
        }
        let is = |entry: &str| name.is_none_or(|name| name == entry);
        if is("rill.look") {
            self.chat.follow_settings();
        }
        if is("rill.wishes") {
            self.chat.follow_preferences();
        }
        if is("rill.server") {
            self.tabs.owes_server.set(true);
            self.follow_server();
        }
    }

    /// Follows the choice of a server in another tab, but not while a reply of the one before runs.
    pub(super) fn follow_server(&self) {
        if self.chat.live.with_untracked(Option::is_none) && self.tabs.owes_server.take() {
            self.chat.follow_server();
        }
    }

    /// Notes that a reply begins.
    pub fn began(&self, id: TurnId, turn: &Turn) {
        let message = self.tabs.tab.borrow().began(id, turn);
        message.iter().for_each(|message| self.tabs.say(message));
    }

    /// Notes what the reply that runs has just taken; `turn` holds it already.
    pub fn grew(&self, id: TurnId, turn: &Turn, events: &[ChatEvent]) {
        let message = self.tabs.tab.borrow().grew(id, turn, events);
        message.iter().for_each(|message| self.tabs.say(message));
    }

    /// Notes that a reply is over.
    pub fn ended(&self, id: TurnId, turn: &Turn) {
        let message = self.tabs.tab.borrow().ended(id, turn);
        message.iter().for_each(|message| self.tabs.say(message));
    }

    /// Asks the tab that writes to stop the reply that runs.
    pub fn ask_to_stop(&self) {
        let of = self.chat.names().0;
        self.tabs.say(&Message::Stop { of });
    }

    /// Lets this tab write from now on; a reply that another tab makes ends as stopped.
    pub fn continue_here(self: &Rc<Self>) {
        self.take_over(End::Stopped);
    }

    /// Holds a command back where another tab writes the conversation, and takes over; `false` where it can be run at once.
    pub(super) fn hold(self: &Rc<Self>, command: &Command) -> bool {
        let writes = matches!(
            command,
            Command::Send(_)
                | Command::SendQueued
                | Command::Retry(_)
                | Command::Continue(_)
                | Command::Branch(..)
                | Command::Edit(..)
                | Command::TakeAway(..)
                | Command::Pin(..)
                | Command::SumUp(..)
                | Command::Undo
        );
        let holds = writes && self.tabs.follows();
        if holds {
            self.tabs.held.replace(Some(command.clone()));
            self.take_over(End::Superseded);
        }
        holds
    }

    fn take_over(self: &Rc<Self>, end: End) {
        let acts = self.tabs.tab.borrow_mut().take_over(end);
        self.acts(acts);
        let history = self.clone();
        self.chat.spawn(async move {
            sleep(GRACE).await;
            let acts = history.tabs.tab.borrow_mut().overdue();
            history.acts(acts);
        });
    }

    /// Notes that the store has confirmed a batch.
    pub(super) fn wrote(&self, batch: &Batch) {
        let said = self.tabs.tab.borrow_mut().wrote(batch);
        said.iter().for_each(|message| self.tabs.say(message));
    }

    /// Notes that a conversation which nobody else can know is on the page: its lock is asked for, and will come.
    pub(super) fn sit(self: &Rc<Self>) {
        let (id, _) = self.chat.names();
        let is_known = self.tabs.tab.borrow().id() == id;
        if is_known || self.chat.returning.get_untracked() {
            return;
        }
        let locks = self.tabs.locks.as_ref();
        let has_lock = locks.map(|locks| {
            locks.request(&id, false);
            true
        });
        self.shows(&id, has_lock);
    }

    fn shows(self: &Rc<Self>, id: &str, has_lock: Option<bool>) {
        let acts = self.tabs.tab.borrow_mut().shows(id, has_lock);
        self.acts(acts);
    }

    /// Stands in line for the lock of a conversation that is about to be read; tells whether it is here, `None` where there are no
    /// locks.
    pub(super) async fn stand_in_line(&self, id: &str) -> Option<bool> {
        let locks = self.tabs.locks.as_ref()?;
        let is_own = |tab: &Tab| (tab.id() == id).then(|| tab.writes());
        if let Some(writes) = is_own(&self.tabs.tab.borrow()) {
            return Some(writes);
        }
        self.tabs.brings.replace((id.to_owned(), false));
        locks.request(id, false);
        let came = self.tabs.wait(id, true, DECIDES).await;
        if came == Some(false) {
            // What this tab has left is older than what the writer has heard.
            self.forget_left(id);
        }
        Some(came.unwrap_or(false))
    }

    fn forget_left(&self, id: &str) {
        let store = &self.chat.shared().store;
        let left = store.left().and_then(|text| Unwritten::read(&text));
        if left.is_some_and(|left| left.head.id == id) {
            store.keep_left(None);
        }
    }

    /// Notes that a conversation could not be put on the page.
    pub(super) fn step_back(&self, id: &str) {
        self.tabs.brings.take();
        if self.tabs.tab.borrow().id() != id
            && let Some(locks) = &self.tabs.locks
        {
            locks.release(id);
        }
    }

    /// Notes that a conversation was read under the name `of`, and is on the page under the name `id`.
    pub(super) fn seated(
        self: &Rc<Self>,
        of: &str,
        id: &str,
        has_lock: Option<bool>,
        version: u64,
    ) {
        if of != id {
            // A copy, which nobody else can know.
            self.step_back(of);
            return;
        }
        self.shows(id, has_lock);
        let acts = self.tabs.tab.borrow_mut().read(version);
        self.acts(acts);
        let (_, has_come) = self.tabs.brings.take();
        if has_come {
            self.lock_changed(id, true);
        }
    }

    /// Takes the lock of a conversation that is about to be deleted, so that nobody writes it meanwhile.
    pub(super) async fn lock_to_delete(&self, id: &str) {
        let Some(locks) = &self.tabs.locks else {
            return;
        };
        if self.tabs.tab.borrow().id() == id && !self.tabs.follows() {
            return;
        }
        locks.request(id, false);
        let of = id.to_owned();
        let end = End::Stopped;
        self.tabs.say(&Message::Yield { of, end });
        if self.tabs.wait(id, false, GRACE).await.is_none() {
            locks.request(id, true);
            self.tabs.wait(id, false, DECIDES).await;
        }
    }

    /// Lets go of the lock of a conversation that is deleted.
    pub(super) fn unlock(&self, id: &str) {
        if let Some(locks) = &self.tabs.locks {
            locks.release(id);
        }
    }

    fn lock_changed(self: &Rc<Self>, id: &str, is_here: bool) {
        if is_here && self.tabs.tell(id, true) || !self.chat.is_mounted() {
            return;
        }
        let is_brought = self.tabs.brings.borrow().0 == id;
        if is_brought {
            // What is being read may not be all: it is read once more.
            self.tabs.brings.borrow_mut().1 = is_here;
            return;
        }
        let acts = {
            let mut tab = self.tabs.tab.borrow_mut();
            match is_here {
                true => tab.locked(id),
                false => tab.robbed(id),
            }
        };
        self.acts(acts);
    }

    fn hear(self: &Rc<Self>, message: Message) {
        if let Message::Writes { of, .. } | Message::Took { of } = &message {
            self.tabs.tell(of, false);
        }
        if !self.chat.is_mounted() {
            return;
        }
        let turns = self.chat.tree.with_untracked(Tree::len);
        let acts = self.tabs.tab.borrow_mut().heard(message, turns);
        self.acts(acts);
    }
}
