//! The folder of a person's own, in which every conversation stands as a file.
//!
//! In: what is written to the database, files as they change, what the person wants. Out: files; turns that another device added; a state
//! that can be shown. What is to be read and written, and what of a file is new, is decided in [`crate::folder`]. Where the browser lets no
//! page do so, nothing is done.
//!
//! | file | gives |
//! |---|---|
//! | `hands` | the browser's file system |
//! | `exchange` | one round: files that are new are read, then conversations that are new are written |

mod exchange;
mod hands;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use futures_util::lock::Mutex;
use gloo_events::EventListener;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::{Fault, History, of};
use crate::event::Millis;
use crate::folder::{Stamp, Trouble, Unreadable};
use crate::page::clock::{hidden, sleep};
use crate::page::follow::follow;
use hands::{Folder, Observed};

/// The time from a change to the next round, in milliseconds: what comes together is done together.
const SOON: Millis = 300.0;

/// The names under which the database has the folder, and what is known of it.
const FOLDER: &str = "folder";
const LEDGER: &str = "ledger";

/// State of the folder.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// What the page does with it.
    pub stands: Stands,
    /// Name of the folder; `None` where none is chosen.
    pub name: Option<String>,
    /// Time of the last writing, in milliseconds since 1970; `None` where nothing was written yet.
    pub at: Option<f64>,
    /// Files that cannot be read, each with the reason.
    pub bad: Vec<(String, Unreadable)>,
}

/// What the page does with a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stands {
    /// Nothing: this browser lets no page keep files in a folder.
    #[default]
    Unable,
    /// Nothing: none is chosen.
    Off,
    /// Files are written and read.
    Kept,
    /// Nothing goes on before the person does something.
    Troubled(Trouble),
}

/// Folder of one chat.
#[derive(Default)]
pub struct Keeper {
    /// State of the folder.
    pub state: ArcRwSignal<State>,
    folder: RefCell<Option<Rc<Folder>>>,
    /// Lock of the rounds: one at a time.
    pen: Mutex<()>,
    /// Set while a round is about to begin.
    planned: Cell<bool>,
    /// Set where the next round looks at the files; else it only writes.
    looks: Cell<bool>,
    /// Files that cannot be read, as they were then.
    bad: RefCell<BTreeMap<String, (Stamp, Unreadable)>>,
    observed: RefCell<Option<Observed>>,
}

impl Keeper {
    fn stands(&self, stands: Stands) {
        if self.state.with_untracked(|state| state.stands != stands) {
            self.state.update(|state| state.stands = stands);
        }
    }
}

/// Goes on with the folder that was chosen before. Call it once, under an owner: it ends with it.
pub fn begin(history: &Rc<History>) {
    if !hands::is_able() {
        return;
    }
    history.folder.stands(Stands::Off);
    let chat = history.chat;
    let seen = history.clone();
    let looks = EventListener::new(&document(), "visibilitychange", move |_| {
        if !hidden() {
            seen.look_at_folder();
        }
    });
    StoredValue::new_local(looks);
    let own = history.clone();
    follow(move || {
        chat.conversation.track();
        // A reply that ran has its words in the file at its end.
        if chat.live.with(Option::is_none) {
            own.folder_soon(false);
        }
    });
    history.look_at_folder();
}

impl History {
    /// Lets the person choose a folder, in which all conversations are kept from now on. Call it while a click is fresh.
    pub fn choose_folder(&self) {
        let chat = self.chat;
        chat.spawn(async move {
            let Some(history) = of(chat) else { return };
            match Folder::choose().await {
                Ok(Some(folder)) => history.begin_folder(folder).await,
                Ok(None) => {}
                Err(trouble) => history.folder.stands(Stands::Troubled(trouble)),
            }
        });
    }

    /// Asks the person once more, and goes on. Call it while a click is fresh.
    pub fn allow_folder(&self) {
        let chat = self.chat;
        let folder = self.folder.folder.borrow().clone();
        let Some(folder) = folder else { return };
        chat.spawn(async move {
            let is_allowed = folder.is_allowed(true).await;
            if let Some(history) = of(chat).filter(|_| is_allowed) {
                history.watch_folder(&folder);
                history.folder_soon(true);
            }
        });
    }

    /// Forgets the folder. Its files stay.
    pub fn stop_folder(&self) {
        let keeper = &self.folder;
        keeper.folder.take();
        keeper.observed.take();
        keeper.bad.take();
        self.chat.shared().store.keep_folder(false);
        keeper.state.set(State {
            stands: Stands::Off,
            ..State::default()
        });
        let chat = self.chat;
        chat.spawn(async move {
            if let Some(history) = of(chat) {
                // What could not be forgotten is not asked for again.
                let _ = history
                    .keep_of_folder(&[FOLDER, LEDGER], &JsValue::UNDEFINED)
                    .await;
            }
        });
    }

    /// Begins with a folder of which nothing is known yet.
    async fn begin_folder(&self, folder: Folder) {
        let none = self.keep_of_folder(&[LEDGER], &JsValue::UNDEFINED).await;
        let kept = self.keep_of_folder(&[FOLDER], folder.kept()).await;
        self.folder.bad.take();
        // Where it cannot be kept, it is there until the page is left.
        self.chat
            .shared()
            .store
            .keep_folder(none.is_ok() && kept.is_ok());
        self.enter_folder(Rc::new(folder)).await;
    }

    async fn enter_folder(&self, folder: Rc<Folder>) {
        let keeper = &self.folder;
        keeper.folder.replace(Some(folder.clone()));
        let is_allowed = folder.is_allowed(false).await;
        keeper.state.set(State {
            stands: match is_allowed {
                true => Stands::Kept,
                false => Stands::Troubled(Trouble::Denied),
            },
            name: Some(folder.name()),
            ..State::default()
        });
        if is_allowed {
            self.watch_folder(&folder);
            self.folder_soon(true);
        }
    }

    fn watch_folder(&self, folder: &Folder) {
        let chat = self.chat;
        let observed = folder.observe(move || {
            if let Some(history) = chat.is_mounted().then(|| of(chat)).flatten() {
                history.folder_soon(true);
            }
        });
        self.folder.observed.replace(observed);
    }

    /// Looks at the folder: at one that another tab has chosen too.
    fn look_at_folder(&self) {
        let chat = self.chat;
        let is_chosen = chat.shared().store.folder();
        let is_here = self.folder.folder.borrow().is_some();
        if is_here {
            self.folder_soon(true);
        } else if is_chosen {
            chat.spawn(async move {
                let Some(history) = of(chat) else { return };
                let kept = history.recall_of_folder(FOLDER).await;
                if let Some(kept) = kept.ok().filter(JsValue::is_object) {
                    history.enter_folder(Rc::new(Folder::of(kept))).await;
                }
            });
        }
    }

    /// Plans a round, which looks at the files first where that is wanted, unless one is about to begin.
    pub(super) fn folder_soon(&self, looks: bool) {
        let keeper = &self.folder;
        // While a reply runs, nothing is written but what it says.
        let is_over = || self.chat.live.with_untracked(Option::is_none);
        if keeper.folder.borrow().is_none() || !(looks || is_over()) {
            return;
        }
        keeper.looks.set(keeper.looks.get() || looks);
        if keeper.planned.replace(true) {
            return;
        }
        let chat = self.chat;
        chat.spawn(async move {
            sleep(SOON).await;
            let Some(history) = of(chat) else { return };
            history.folder.planned.set(false);
            history.exchange_with_folder().await;
        });
    }

    async fn recall_of_folder(&self, name: &str) -> Result<JsValue, Fault> {
        self.db.work(false).await?.own(name).await
    }

    async fn keep_of_folder(&self, names: &[&str], value: &JsValue) -> Result<(), Fault> {
        let work = self.db.work(true).await?;
        names.iter().for_each(|name| work.put_own(name, value));
        work.finish().await
    }
}
