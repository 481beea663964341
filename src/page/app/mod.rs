//! The state of one chat, and the only door to it.
//!
//! In: a person's [`Command`]s, from the views; what the hands of replies and of what is kept report, by methods that say so. Out:
//! signals that can be read. Nothing outside of this folder writes one of them. Finished turns are plain data in the tree; only the
//! reply that runs is alive (`reply`).
//!
//! [`command`] is what a person can ask, [`talk`] what that does to the conversation, [`say`] what is sent, [`link`] whom the page talks to, [`running`]
//! what is told of replies, [`turns`] what a person does with turns that are there, [`queue`] messages that wait for a reply to end,
//! [`pictures`], [`reading`], [`scroll`] and [`preferences`] the rest of a person's business, [`school`] what a school asks of the page, [`ways`] the ladder to
//! a server, [`texts`] what the page's address begins a message with, [`tasks`] work that ends with the chat, [`loading`] what comes after the first view, [`second_half`] what that is, [`bridge`] what the code
//! of the page around sets.

pub mod bridge;
mod command;
mod link;
mod loading;
mod pictures;
mod preferences;
pub mod queue;
pub mod reading;
mod running;
pub mod say;
pub mod school;
mod scroll;
pub mod second_half;
mod state;
mod talk;
mod tasks;
pub mod texts;
pub mod turns;
pub mod ways;

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use futures_channel::oneshot;
use leptos::html;
use leptos::prelude::*;
use web_sys::{HtmlElement, ShadowRoot};

use crate::chat::preferences::Preferences;
use crate::chat::request::Image;
use crate::chat::tree::{Tree, TurnId};
use crate::dialect::Transport;
use crate::doctor::Verdict;
use crate::link::{Found, Link};
use crate::options::{Complaint, Options, Storage};
use crate::page::browser::{made_up, page_origin};
use crate::page::doctor::Inspect;
use crate::page::live::Live;
use crate::page::panel::Panel;
use crate::page::store::Store;
use crate::page::words::Locale;
use crate::reading::Appearance;

pub use crate::link::{LinkState, Trouble};
pub use command::{Choice, Command};
use state::Signals;
pub use state::{Memory, Meter, Refused, ToCheck, TokenInsight};
use tasks::Tasks;

/// Handle of one chat: copies are the same chat.
#[derive(Clone, Copy)]
pub struct Chat {
    shared: StoredValue<Rc<Shared>, LocalStorage>,
    tasks: StoredValue<Rc<Tasks>, LocalStorage>,
    patient_changes: Trigger,
    /// Settings that the page's owner asks for.
    pub options: ReadSignal<Options>,
    /// Values among the owner's settings that cannot be used.
    pub complaints: ReadSignal<Vec<Complaint>>,
    /// Language of the words.
    pub lang: ReadSignal<Locale>,
    /// Settings by which the person reads.
    pub appearance: ReadSignal<Appearance>,
    /// The conversation, but for the text of the reply that runs.
    pub tree: ReadSignal<Tree>,
    /// `true` once the second half of the page is here, see [`second_half`].
    pub loaded: ReadSignal<bool>,
    /// `true` while a conversation is on its way here: this tab's own, which comes back with the second half of the page, or one
    /// from the list. Its end may be on the page already.
    pub returning: ReadSignal<bool>,
    /// Reply that runs; `None` where none does.
    pub live: ReadSignal<Option<Rc<dyn Live>>, LocalStorage>,
    /// State of the link: the server that the page talks to, or is about to.
    pub link: ReadSignal<LinkState>,
    /// The servers that were found on this computer; `None` before a look.
    pub found: ReadSignal<Option<Vec<Found>>>,
    /// Tokens of the context that the conversation takes; `None` before they are known.
    pub meter: ReadSignal<Option<Meter>>,
    /// The Doctor's word on the latest reply; `None` before the first send.
    pub finding: ReadSignal<Option<Verdict>>,
    /// `true` while the Doctor's panel is open, beside the conversation.
    pub doctor: ReadSignal<bool>,
    /// Dialog that is open; `None` where none is.
    pub panel: ReadSignal<Option<Panel>>,
    /// The person's preferences for replies from the server of now.
    pub preferences: ReadSignal<Preferences>,
    /// Transport that is in use to the server of now.
    pub way: ReadSignal<Option<&'static Transport>>,
    /// The unsent text.
    pub draft: ReadSignal<String>,
    /// The unsent pictures.
    pub images: ReadSignal<Vec<Arc<Image>>>,
    /// Reason why a picture was not taken; `None` where there is nothing to say.
    pub refused: ReadSignal<Option<Refused>>,
    /// `true` once the time of the session is over, so that nothing more is sent.
    pub rests: ReadSignal<bool>,
    /// `true` while the newest text is in view and followed.
    pub pinned: ReadSignal<bool>,
    /// Number that grows with every conversation that takes the place of another.
    pub conversation: ReadSignal<u32>,
    /// Number of times that each reply was begun, by its turn: one that goes on begins again.
    pub starts: ReadSignal<Vec<u32>>,
}

/// State that the copies of a chat's handle share, beside what can be read of the chat.
pub struct Shared {
    /// Element `<rill-chat>` of the chat.
    pub host: HtmlElement,
    /// Shadow root of the element.
    pub root: ShadowRoot,
    /// Store of what this browser remembers.
    pub store: Store,
    signals: Signals,
    link: RefCell<Link>,
    /// Reply that the Doctor looks at: the latest, or one from a file.
    inspected: RefCell<Option<Rc<dyn Inspect>>>,
    to_check: RefCell<ToCheck>,
    /// Memory that keeps the conversation, if there is one.
    memory: RefCell<Option<Rc<dyn Memory>>>,
    /// State of the second half, each sort of it once.
    states: RefCell<Vec<Rc<dyn Any>>>,
    /// Tasks that wait until it is known whom to talk to.
    waiting: RefCell<Vec<oneshot::Sender<()>>>,
    /// Tasks that wait for the conversation to return; `None` before it is asked for.
    returns: RefCell<Option<Vec<oneshot::Sender<()>>>>,
    /// Set while the second half of the page is on its way.
    is_loading: Cell<bool>,
    /// Set while a message waits for the second half of the page.
    waits: Cell<bool>,
    /// Tokens of replies and what is known of them, by turn, for as long as the conversation is on the page.
    insights: RefCell<BTreeMap<TurnId, TokenInsight>>,
    /// The element that scrolls.
    scroller: NodeRef<html::Main>,
    /// Names of the conversation: the one this page gives it, and that of a server that keeps it itself.
    names: RefCell<(String, Option<String>)>,
}

impl Chat {
    /// Makes a chat in an element. Call it under an owner: everything ends with it.
    pub fn new(
        host: HtmlElement,
        root: ShadowRoot,
        options: Options,
        complaints: Vec<Complaint>,
    ) -> Chat {
        let store = Store::new(options.storage == Storage::Local, &host.id());
        let signals = Signals::new(options, complaints, &store);
        let shared = Shared {
            host,
            root,
            store,
            signals,
            link: RefCell::new(Link::new(page_origin())),
            inspected: RefCell::default(),
            to_check: RefCell::default(),
            memory: RefCell::default(),
            states: RefCell::default(),
            waiting: RefCell::default(),
            returns: RefCell::default(),
            is_loading: Cell::default(),
            waits: Cell::default(),
            insights: RefCell::default(),
            scroller: NodeRef::new(),
            names: RefCell::new((made_up(), None)),
        };
        Chat {
            shared: StoredValue::new_local(Rc::new(shared)),
            tasks: StoredValue::new_local(Rc::default()),
            patient_changes: Trigger::new(),
            options: signals.options.read_only(),
            complaints: signals.complaints.read_only(),
            lang: signals.lang.read_only(),
            appearance: signals.appearance.read_only(),
            tree: signals.tree.read_only(),
            loaded: signals.loaded.read_only(),
            returning: signals.returning.read_only(),
            live: signals.live.read_only(),
            link: signals.link.read_only(),
            found: signals.found.read_only(),
            meter: signals.meter.read_only(),
            finding: signals.finding.read_only(),
            doctor: signals.doctor.read_only(),
            panel: signals.panel.read_only(),
            preferences: signals.preferences.read_only(),
            way: signals.way.read_only(),
            draft: signals.draft.read_only(),
            images: signals.images.read_only(),
            refused: signals.refused.read_only(),
            rests: signals.rests.read_only(),
            pinned: signals.pinned.read_only(),
            conversation: signals.conversation.read_only(),
            starts: signals.starts.read_only(),
        }
    }

    /// Returns what the copies of the handle share: the element, its shadow, the store.
    pub fn shared(self) -> Rc<Shared> {
        self.shared.get_value()
    }

    /// Returns the chat's state of this type, made at the first call: state that the first view does without.
    pub fn state<T: Any + Default>(self) -> Rc<T> {
        let shared = self.shared();
        let mut states = shared.states.borrow_mut();
        let known = states
            .iter()
            .find_map(|state| state.clone().downcast::<T>().ok());
        known.unwrap_or_else(|| {
            let made = Rc::<T>::default();
            states.push(made.clone());
            made
        })
    }

    /// Tells whether the chat is a page of its own, and not a part of somebody's.
    pub fn stands_alone(self) -> bool {
        self.shared().host.has_attribute("data-standalone")
    }

    /// Tells whether the chat's element is still on a page.
    pub fn is_mounted(self) -> bool {
        self.shared.try_with_value(|_| ()).is_some()
    }

    /// Changes what can be read of the chat; does nothing once it is gone.
    fn write(self, change: impl FnOnce(&Signals)) {
        if let Some(shared) = self.shared.try_get_value() {
            change(&shared.signals);
        }
    }

    /// Dispatches an event of the public surface on the element; what is not there is null in its detail.
    pub fn tell(self, name: &str, detail: &[(&str, &wasm_bindgen::JsValue)]) {
        let object = js_sys::Object::new();
        for (key, value) in detail {
            let nothing = &wasm_bindgen::JsValue::NULL;
            let value = if value.is_undefined() { nothing } else { value };
            let _ = js_sys::Reflect::set(&object, &(*key).into(), value);
        }
        let init = web_sys::CustomEventInit::new();
        init.set_bubbles(true);
        init.set_composed(true);
        init.set_detail(&object);
        if let Ok(event) = web_sys::CustomEvent::new_with_event_init_dict(name, &init) {
            let _ = self.shared().host.dispatch_event(&event);
        }
    }
}
