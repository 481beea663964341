//! The list of all conversations, wherever it stands: beside the conversation, or in a dialog where there is no room.
//!
//! In: what is kept, and what a person does with it. Out: views, and changes for [`History`]. What stands under which heading, and
//! what a change means, is decided in [`crate::history::list`] and [`crate::history::change`].
//!
//! | file | shows |
//! |---|---|
//! | `tools` | what can be done with the whole list, and where in it one is |
//! | `folder` | folders, and the fields of one |
//! | `rows` | the conversations under their headings |
//! | `row` | one conversation |
//! | `commands` | what can be done with one or several |
//! | `undo` | what was done, and the way back |

mod commands;
mod folder;
mod row;
mod rows;
mod tools;
mod undo;

use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;

use self::folder::{FolderFields, Folders};
use self::rows::Rows;
use self::tools::{Selected, Tools, Where};
use self::undo::{Done, Undo};
use super::kit::{For, Hint, Show, Trouble};
use super::notice;
use crate::history::list::{Part, Selection};
use crate::history::{Change, Fault, Folder, Head};
use crate::import::Reason;
use crate::page::app::{Chat, Command};
use crate::page::history::{self, History};
use crate::page::sentences::young;
use crate::page::words::say;

/// The number of conversations that are shown first, and of those that are added as one scrolls.
const PAGE: usize = 20;

/// The state of one list. A handle: copies are the same.
#[derive(Clone, Copy)]
pub struct List {
    /// The chat that the list belongs to.
    pub chat: Chat,
    /// Heads of the conversations that are kept; `None` before they are read.
    pub heads: RwSignal<Option<Vec<Head>>>,
    folders: RwSignal<Vec<Folder>>,
    /// The part of the conversations that is shown.
    part: RwSignal<Part>,
    /// The most conversations that are shown.
    most: RwSignal<usize>,
    /// `true` while each conversation has a box to select it.
    selecting: RwSignal<bool>,
    selection: RwSignal<Selection>,
    /// The name of the conversation whose commands are shown.
    opened: RwSignal<Option<String>>,
    /// The name of the conversation that is being renamed.
    renaming: RwSignal<Option<String>>,
    /// The folder that is being made or changed.
    editing: RwSignal<Option<Folder>>,
    /// What was done last, and can be undone.
    done: RwSignal<Option<Done>, LocalStorage>,
    /// `true` while the person is asked whether all conversations are to be deleted.
    pub asking: RwSignal<bool>,
    /// The failure to read the list, or to do what was asked for.
    failed: RwSignal<Option<Failed>>,
    /// The name of a file that cannot be read, and why.
    pub bad: RwSignal<Option<(String, Reason)>>,
    /// The name of a file that was read in part, and the number of turns and parts of turns that were left behind.
    pub left: RwSignal<Option<(String, usize)>>,
    /// The dialog that the list stands in; empty beside the conversation.
    pub dialog: NodeRef<html::Dialog>,
}

/// The thing that could not be done.
#[derive(Clone, Copy, PartialEq)]
enum Failed {
    Read,
    Change,
}

/// All that is kept, with what can be done with it.
#[component]
pub fn ListView(list: List) -> impl IntoView {
    let chat = list.chat;
    let history = history::of(chat);
    let keeps = history.is_some();
    let trouble = history.map(|history| RwSignal::from(history.trouble.clone()));
    let wrong = move || {
        let failed = list.failed.get().map(|failed| match failed {
            Failed::Read => say!(chat, conversations_unread),
            Failed::Change => say!(chat, conversations_failed),
        });
        let trouble = || Some(notice::words(chat, trouble?.get()?));
        failed.or_else(trouble)
    };
    let is_none = move || {
        list.heads
            .with(|heads| heads.as_ref().is_some_and(Vec::is_empty))
    };
    let none = move || match (keeps, young(chat)) {
        (false, _) => say!(chat, conversations_off),
        (_, true) => say!(chat, conversations_none_young),
        _ => say!(chat, conversations_none),
    };
    let has_tools = move || keeps && !young(chat);
    view! {
        // Another sentence is another line: so it is read out.
        <For each=wrong key=Clone::clone let:words>
            <Trouble words />
        </For>
        <Show when=has_tools>
            <Tools list />
        </Show>
        <Show when=move || is_none() || !keeps>
            <Hint words=none />
        </Show>
        <Undo list />
        <For each={move || list.editing.get()} key={|folder| folder.id.clone()} let:folder>
            <FolderFields list folder />
        </For>
        <Show when=has_tools>
            <Where list />
            <Folders list />
        </Show>
        <Show when=list.selecting>
            <Selected list />
        </Show>
        <Rows list />
    }
}

impl List {
    /// Makes the state of a list, and reads what is kept.
    pub fn new(chat: Chat) -> List {
        let history = history::of(chat);
        let shelf = history.as_ref().map(|history| &history.shelf);
        let heads = shelf.map(|shelf| RwSignal::from(shelf.heads.clone()));
        let folders = shelf.map(|shelf| RwSignal::from(shelf.folders.clone()));
        let list = List {
            chat,
            heads: heads.unwrap_or_default(),
            folders: folders.unwrap_or_default(),
            part: RwSignal::default(),
            most: RwSignal::new(PAGE),
            selecting: RwSignal::new(false),
            selection: RwSignal::default(),
            opened: RwSignal::new(None),
            renaming: RwSignal::new(None),
            editing: RwSignal::new(None),
            done: RwSignal::new_local(None),
            asking: RwSignal::new(false),
            failed: RwSignal::new(None),
            bad: RwSignal::new(None),
            left: RwSignal::new(None),
            dialog: NodeRef::new(),
        };
        list.refresh();
        Effect::new(move || list.forget_what_is_back());
        list
    }

    /// Names of the conversations that are selected. Tracked.
    pub fn chosen(self) -> Vec<String> {
        match self.selecting.get() {
            true => self.selection.with(Selection::ids),
            false => Vec::new(),
        }
    }

    /// Closes the dialog that the list stands in. The browser gives the focus back to what opened it, while the dialog is still
    /// there.
    pub fn close(self) {
        if let Some(dialog) = self.dialog.try_get_untracked().flatten() {
            dialog.close();
        }
    }

    /// Reads what is kept.
    pub fn refresh(self) {
        self.work(async |_| Ok(()));
    }

    /// Does something with what is kept, and reads it anew.
    pub fn work<F>(self, work: impl FnOnce(Rc<History>) -> F + 'static)
    where
        F: Future<Output = Result<(), Fault>> + 'static,
    {
        let Some(history) = history::of(self.chat) else {
            return;
        };
        self.chat.spawn(async move {
            let done = work(history.clone()).await;
            // The list may be gone by now. What cannot be read is not said to be nothing.
            let failed = match (done, history.refresh().await) {
                (_, Err(_)) => Some(Failed::Read),
                (Err(_), _) => Some(Failed::Change),
                _ => None,
            };
            let _ = self.failed.try_set(failed);
        });
    }

    /// Makes a change, of which these are the words, and offers the way back. `at` is the conversation that keeps the focus.
    fn apply(self, change: Change, words: String, at: Option<String>) {
        if change.is_empty() {
            return;
        }
        let here = self.chat.names().0;
        if change.gone(true).any(|id| id == here) {
            self.chat.run(Command::Clear);
        }
        self.work(async move |history| {
            let deleted = history.apply(&change, &[]).await?;
            let done = Done {
                change,
                deleted,
                words,
                at,
            };
            let _ = self.done.try_set(Some(done));
            let _ = self.opened.try_set(None);
            Ok(())
        });
    }

    /// Forgets what was done: it cannot be undone any more.
    pub fn forget(self) {
        self.done.set(None);
        self.stop_selecting();
    }

    /// Opens a conversation.
    fn open(self, id: String) {
        self.work(async move |history| {
            if history.open(&id).await? {
                self.close();
            }
            Ok(())
        });
    }

    /// Shows another part of what is kept.
    fn show(self, part: Part) {
        self.most.set(PAGE);
        self.stop_selecting();
        self.part.set(part);
    }

    fn stop_selecting(self) {
        self.selecting.set(false);
        self.selection.set(Selection::default());
    }

    /// The head of a conversation.
    fn head(self, id: &str) -> Option<Head> {
        let is_it = |head: &&Head| head.id == id;
        self.heads
            .with_untracked(|heads| heads.iter().flatten().find(is_it).cloned())
    }

    /// The heads of the conversations that are selected. Tracked.
    fn selected(self) -> Vec<Head> {
        self.selection.with(|selection| {
            self.heads.with(|heads| {
                let heads = heads.iter().flatten();
                heads
                    .filter(|head| selection.holds(&head.id))
                    .cloned()
                    .collect()
            })
        })
    }

    /// The name of a conversation, for people. Tracked.
    fn name(self, head: &Head) -> String {
        match head.name() {
            "" => say!(self.chat, conversation_untitled),
            name => name.to_owned(),
        }
    }

    /// The name of one conversation, or the number of several. Tracked.
    fn names(self, heads: &[Head]) -> String {
        match heads {
            [head] => self.name(head),
            heads => say!(self.chat, list_several, count = heads.len()),
        }
    }
}
