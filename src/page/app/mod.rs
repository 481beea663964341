//! The state of one chat, and the commands that change it.
//!
//! Data flows down from here to `ui`; only [`Command`]s come up. Finished turns are plain data in the tree;
//! only the reply that runs is alive (`reply`). [`talk`] is what a person does to the conversation, [`link`] whom the page talks to,
//! [`rest`] what comes after the first view.

mod link;
mod rest;
mod talk;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use futures_channel::oneshot;
use futures_util::future::{AbortHandle, abortable};
use leptos::prelude::*;
use web_sys::{HtmlElement, ShadowRoot};

use crate::address::{Address, BadAddress};
use crate::chat::request::Image;
use crate::chat::tokens::Tokens;
use crate::chat::tree::{Tree, TurnId};
use crate::chat::wishes::Wishes;
use crate::dialect::Kind;
use crate::doctor::Verdict;
use crate::options::{Complaint, Options, Storage, Theme};
use crate::pacer::Pace;
use crate::page::doctor::Patient;
use crate::page::later;
use crate::page::live::{Live, Order};
use crate::page::servers::{Found, Server};
use crate::page::store::{LastServer, Look, Store};
use crate::page::ways::Way;
use crate::page::words::{self, Locale};

/// What a person can ask of the page.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Say something; a reply that runs is superseded.
    Send(String),
    /// End the reply that runs; what arrived stays.
    Stop,
    /// Show all that is here at once.
    Skip,
    /// Wait on past a deadline.
    WaitOn,
    /// Another answer to the same question, beside this one.
    Retry(TurnId),
    /// Let the model go on from where this answer ended.
    Continue(TurnId),
    /// The same question in other words, beside this one.
    Edit(TurnId, String),
    /// Show the branch so many places beside this one.
    Switch(TurnId, isize),
    /// Begin anew.
    Clear,
    /// Talk to the server at this address as typed.
    Connect {
        /// As typed.
        address: String,
        /// `None`: find out.
        kind: Option<Kind>,
        /// A key, empty for none; `None` keeps what is known.
        key: Option<String>,
    },
    /// Talk to the demo.
    UseDemo,
    /// Use this model.
    UseModel(String),
    /// Look for servers on this computer.
    Look,
    /// The person said yes, or no, to a link's server.
    Allow(bool),
    /// Show text at this pace; `None`: as the page's owner says.
    SetPace(Option<Pace>),
    /// Light or dark.
    SetTheme(Theme),
    /// Another language.
    SetLanguage(Locale),
}

/// Whom the page talks to.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkState {
    /// Servers are being looked for.
    Looking,
    /// A link's server waits for the person's leave.
    Asking(Address),
    /// Nobody yet.
    Nothing,
    /// Getting to know a server.
    Connecting(Address),
    /// The demo.
    Demo,
    /// A server.
    Connected(Server),
    /// A server that could not be reached; a send tries all the same.
    Failed {
        /// As far as it is known; `None` where the address itself is no address.
        server: Option<Server>,
        /// What is wrong.
        trouble: Trouble,
    },
}

/// What is wrong with a connection.
#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    /// A named cause.
    Verdict(Verdict),
    /// The server has no model.
    NoModels,
    /// A part of this page could not be loaded.
    Unloaded,
    /// What was typed is no address.
    Address(BadAddress),
}

/// What a conversation takes of the context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meter {
    /// Tokens.
    pub used: u32,
    /// Counted by the server; else an estimate.
    pub exact: bool,
}

/// One chat. A handle: copies are the same chat.
#[derive(Clone, Copy)]
pub struct Chat {
    shared: StoredValue<Rc<Shared>, LocalStorage>,
    tasks: StoredValue<Rc<Tasks>, LocalStorage>,
    /// What the page's owner asks for.
    pub options: RwSignal<Options>,
    /// Values among them that cannot be used.
    pub complaints: RwSignal<Vec<Complaint>>,
    /// The language of the words.
    pub lang: RwSignal<Locale>,
    /// Light or dark.
    pub theme: RwSignal<Theme>,
    /// The pace that the person chose, if any.
    pub pace: RwSignal<Option<Pace>>,
    /// The conversation, but for the text of the reply that runs.
    pub tree: RwSignal<Tree>,
    /// Whether the rest of the page is here, see [`later`]; and whether it is on its way.
    pub loaded: RwSignal<bool>,
    loading: RwSignal<bool>,
    /// A message waits for the rest of the page.
    waits: StoredValue<bool>,
    /// A conversation is on its way here: this tab's own, which comes back with the rest of the page, or one from the list.
    /// Its end may be on the page already.
    pub returning: RwSignal<bool>,
    /// The reply that runs.
    pub live: RwSignal<Option<Rc<dyn Live>>, LocalStorage>,
    /// Whom the page talks to.
    pub link: RwSignal<LinkState>,
    /// The servers that were found on this computer; `None` before a look.
    pub found: RwSignal<Option<Vec<Found>>>,
    /// What the conversation takes of the context.
    pub meter: RwSignal<Option<Meter>>,
    /// The Doctor's word on the latest reply; `None` before the first send.
    pub finding: RwSignal<Option<Verdict>>,
    /// Whether the Doctor's panel is open.
    pub doctor: RwSignal<bool>,
    /// It beats whenever there is more to see of the patient, and its panel is open.
    pub pulse: RwSignal<bool>,
    /// Whether the server's settings are open.
    pub panel: RwSignal<bool>,
    /// Whether the panel that checks a server is open.
    pub check: RwSignal<bool>,
    /// Whether the list of conversations is open.
    pub history: RwSignal<bool>,
    /// Whether the settings of replies are open.
    pub settings: RwSignal<bool>,
    /// What the person wishes of replies from the server of now.
    pub wishes: RwSignal<Wishes>,
    /// The rung that is in use there.
    pub way: RwSignal<Option<Way>>,
    /// The unsent text.
    pub draft: RwSignal<String>,
    /// The unsent pictures.
    pub images: RwSignal<Vec<Arc<Image>>>,
    /// Why a picture was not taken.
    pub refused: RwSignal<Option<Refused>>,
    /// Whether the newest text is in view and followed.
    pub pinned: RwSignal<bool>,
    /// Grows with every conversation that takes the place of another.
    pub conversation: RwSignal<u32>,
    /// How often each reply was begun, by its turn: one that goes on begins again.
    pub starts: RwSignal<Vec<u32>>,
    /// What is known of the tokens of replies, for as long as the page lives.
    looks: StoredValue<BTreeMap<TurnId, Looks>, LocalStorage>,
    /// The element that scrolls.
    pub scroller: StoredValue<Option<HtmlElement>, LocalStorage>,
    /// What the conversation is called: by this page, and by a server that keeps it itself.
    pub names: StoredValue<(String, Option<String>)>,
}

/// Why a picture is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The model, or the server, of this name takes none.
    Blind(String),
    /// The file of this name is none.
    NoPicture(String),
    /// The file of this name is too big.
    TooBig(String),
}

/// The tokens of one reply, and how many of them the text is shown up to.
#[derive(Clone, Default)]
pub struct Looks {
    /// All that came.
    pub tokens: Rc<RefCell<Tokens>>,
    /// How many of them may be seen.
    pub shown: ArcRwSignal<usize>,
}

/// What the handle's copies share beside the signals.
pub struct Shared {
    /// The element.
    pub host: HtmlElement,
    /// Its shadow.
    pub root: ShadowRoot,
    /// What this browser remembers.
    pub store: Store,
    /// The reply that the Doctor looks at: the latest, or one from a file.
    pub patient: RefCell<Option<Rc<dyn Patient>>>,
    /// The server to be checked, as it is written, and whether that begins at once.
    pub to_check: RefCell<(String, bool)>,
    /// The panel that checks a server is opened by a link, and not by the person.
    pub by_link: Cell<bool>,
    /// What keeps the conversation, if anything does.
    pub memory: RefCell<Option<Rc<dyn Memory>>>,
    waiting: RefCell<Vec<oneshot::Sender<()>>>,
    /// Those who wait for the conversation to return; none before it is asked for.
    returns: RefCell<Option<Vec<oneshot::Sender<()>>>>,
}

/// What keeps the conversation; see [`history`](super::history).
pub trait Memory {
    /// The conversation is about to be left. With `at_once` the page may be gone a moment later.
    fn keep(&self, at_once: bool);
    /// Itself, for the part of the page that knows it.
    fn itself(self: Rc<Self>) -> Rc<dyn std::any::Any>;
}

/// The work of a chat that is not over. Only the chat's owner keeps it: work that waits for something, whatever else it holds,
/// does nothing more once the owner is gone, so that it never finds a chat without its signals.
#[derive(Default)]
struct Tasks {
    last: Cell<usize>,
    going: RefCell<Vec<(usize, AbortHandle)>>,
}

impl Tasks {
    /// Work begins; gives its number.
    fn begin(&self, handle: AbortHandle) -> usize {
        let number = self.last.get().wrapping_add(1);
        self.last.set(number);
        self.going.borrow_mut().push((number, handle));
        number
    }

    /// The work of that number is over.
    fn end(&self, number: usize) {
        self.going.borrow_mut().retain(|(of, _)| *of != number);
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        for (_, task) in self.going.take() {
            task.abort();
        }
    }
}

/// Where this page came from, as servers see it.
pub fn page_origin() -> String {
    web_sys::window()
        .and_then(|window| window.location().origin().ok())
        .unwrap_or_default()
}

impl Chat {
    /// A chat in an element. Call it under an owner: everything ends with it.
    pub fn new(
        host: HtmlElement,
        root: ShadowRoot,
        options: Options,
        complaints: Vec<Complaint>,
    ) -> Chat {
        let store = Store::new(options.storage == Storage::Local, &host.id());
        let look = store.look();
        let theme = options
            .theme
            .or_else(|| theme_of(look.theme.as_deref()))
            .unwrap_or(Theme::Auto);
        let pace = look.pace.and_then(|pace| pace.parse().ok());
        let lang = language(&options, look.lang.as_deref());
        let draft = store.draft();
        let returning = store.session().is_some();
        let shared = Shared {
            host,
            root,
            store,
            patient: RefCell::default(),
            to_check: RefCell::default(),
            by_link: Cell::new(false),
            memory: RefCell::default(),
            waiting: RefCell::default(),
            returns: RefCell::default(),
        };
        Chat {
            shared: StoredValue::new_local(Rc::new(shared)),
            tasks: StoredValue::new_local(Rc::default()),
            options: RwSignal::new(options),
            complaints: RwSignal::new(complaints),
            lang: RwSignal::new(lang),
            theme: RwSignal::new(theme),
            pace: RwSignal::new(pace),
            tree: RwSignal::new(Tree::default()),
            loaded: RwSignal::new(later::ready().is_some()),
            loading: RwSignal::new(false),
            waits: StoredValue::new(false),
            returning: RwSignal::new(returning),
            live: RwSignal::new_local(None),
            link: RwSignal::new(LinkState::Nothing),
            found: RwSignal::new(None),
            meter: RwSignal::new(None),
            finding: RwSignal::new(None),
            doctor: RwSignal::new(false),
            pulse: RwSignal::new(false),
            panel: RwSignal::new(false),
            check: RwSignal::new(false),
            history: RwSignal::new(false),
            settings: RwSignal::new(false),
            wishes: RwSignal::new(Wishes::default()),
            way: RwSignal::new(None),
            draft: RwSignal::new(draft),
            images: RwSignal::new(Vec::new()),
            refused: RwSignal::new(None),
            pinned: RwSignal::new(true),
            conversation: RwSignal::new(0),
            starts: RwSignal::new(Vec::new()),
            looks: StoredValue::new_local(BTreeMap::new()),
            scroller: StoredValue::new_local(None),
            names: StoredValue::new((made_up(), None)),
        }
    }

    /// The element, its shadow, its memory.
    pub fn shared(self) -> Rc<Shared> {
        self.shared.get_value()
    }

    /// Whether the chat's element is still on a page.
    pub fn is_mounted(self) -> bool {
        self.shared.try_with_value(|_| ()).is_some()
    }

    /// Does what a person asks.
    pub fn run(self, command: Command) {
        let is_whole = !self.returning.get_untracked();
        match command {
            // A moment later these can be done.
            Command::Retry(_) | Command::Continue(_) | Command::Edit(..) | Command::Switch(..)
                if !is_whole => {}
            Command::Send(text) => self.send(text),
            Command::Stop => self.stop(),
            Command::Skip => self.order(Order::Skip),
            Command::WaitOn => self.order(Order::WaitOn),
            Command::Retry(id) => self.retry(id),
            Command::Continue(id) => self.go_on(id),
            Command::Edit(id, text) => self.edit(id, text),
            Command::Switch(id, step) => self.tree.update(|tree| tree.switch(id, step)),
            Command::Clear => self.clear(),
            Command::Connect { address, kind, key } => self.connect_typed(&address, kind, key),
            Command::UseDemo => {
                self.shared().store.keep_server(&LastServer {
                    server: "demo".to_owned(),
                    ..LastServer::default()
                });
                self.settle(LinkState::Demo);
            }
            Command::UseModel(model) => self.use_model(model),
            Command::Look => self.look(false),
            Command::Allow(yes) => self.allow(yes),
            Command::SetPace(pace) => {
                self.pace.set(pace);
                self.order(Order::Pace(self.current_pace()));
                self.keep_look();
            }
            Command::SetTheme(theme) => {
                self.theme.set(theme);
                self.keep_look();
            }
            Command::SetLanguage(locale) => {
                self.lang.set(locale);
                self.keep_look();
            }
        }
    }

    /// Runs work that ends with the chat: what stands behind one of its `await`s finds the chat as it was before it.
    pub fn spawn(self, work: impl Future<Output = ()> + 'static) {
        // Boxed: what aborts and starts it is compiled once, not for every sort of work.
        let work: Pin<Box<dyn Future<Output = ()>>> = Box::pin(work);
        let Some(tasks) = self.tasks.try_get_value() else {
            return;
        };
        let (work, handle) = abortable(work);
        let number = tasks.begin(handle);
        let tasks = Rc::downgrade(&tasks);
        wasm_bindgen_futures::spawn_local(async move {
            let _ = work.await;
            if let Some(tasks) = tasks.upgrade() {
                tasks.end(number);
            }
        });
    }

    /// How much of its work is not over.
    pub fn busy(self) -> usize {
        let tasks = self.tasks.try_get_value();
        tasks.map_or(0, |tasks| tasks.going.borrow().len())
    }

    /// What is known of the tokens of a reply.
    pub fn looks(self, id: TurnId) -> Looks {
        let find = |looks: &mut BTreeMap<TurnId, Looks>| looks.entry(id).or_default().clone();
        self.looks.try_update_value(find).unwrap_or_default()
    }

    /// Keeps the newest text in view, if it was. It writes and does not read: the browser lays out once, when it paints.
    pub fn follow(self) {
        if self.pinned.get_untracked() {
            self.scroll_down();
        }
    }

    /// Brings the newest text back into view.
    pub fn to_end(self) {
        self.pinned.set(true);
        self.scroll_down();
    }

    fn scroll_down(self) {
        let scroller = self.scroller.try_get_value().flatten();
        if let Some(scroller) = scroller {
            // Beyond any length: the browser stops at the end.
            scroller.set_scroll_top(i32::MAX);
        }
    }

    /// The pace that is in force.
    pub fn current_pace(self) -> Pace {
        self.pace
            .get_untracked()
            .unwrap_or_else(|| self.options.with_untracked(Options::pace))
    }

    /// Dispatches an event of the public surface on the element.
    pub fn tell(self, name: &str, detail: &[(&str, &wasm_bindgen::JsValue)]) {
        let object = js_sys::Object::new();
        for (key, value) in detail {
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

    /// The attributes changed.
    pub fn reconfigure(self, options: Options, complaints: Vec<Complaint>) {
        let before = self.options.get_untracked();
        if let Some(theme) = options.theme {
            self.theme.set(theme);
        }
        if options.lang != before.lang {
            self.lang.set(language(&options, None));
        }
        let moved = options.server != before.server || options.kind != before.kind;
        let model = options
            .model
            .clone()
            .filter(|_| options.model != before.model);
        self.options.set(options);
        self.complaints.set(complaints);
        if moved {
            self.start(false);
        } else if let Some(model) = model {
            self.use_model(model);
        }
    }

    fn keep_look(self) {
        self.shared().store.keep_look(&Look {
            theme: Some(self.theme.get_untracked().word().to_owned()),
            pace: self.pace.get_untracked().map(|pace| pace.to_string()),
            lang: Some(words::tag(self.lang.get_untracked()).to_owned()),
        });
    }
}

fn theme_of(word: Option<&str>) -> Option<Theme> {
    [Theme::Auto, Theme::Light, Theme::Dark]
        .into_iter()
        .find(|theme| Some(theme.word()) == word)
}

/// The language: what the owner asks for, else what the person chose, else what the browser wishes.
fn language(options: &Options, chosen: Option<&str>) -> Locale {
    let browser = web_sys::window()
        .map(|window| window.navigator().languages())
        .unwrap_or_default();
    let browser: Vec<String> = browser.iter().filter_map(|tag| tag.as_string()).collect();
    let wished = options
        .lang
        .as_deref()
        .into_iter()
        .chain(chosen)
        .chain(browser.iter().map(String::as_str));
    words::locale_for(wished)
}

/// A name that nobody else will have made up: `RILL` and twelve digits.
pub fn made_up() -> String {
    let digits = (js_sys::Math::random() * 1e12) as u64;
    format!("RILL{digits:012}")
}
