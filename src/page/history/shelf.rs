//! All conversations that are kept, and their folders, as the page knows them; and what is done to them.
//!
//! In: what the database holds, what this page writes, changes that a person makes. Out: signals; records. What a change means is
//! decided in [`crate::history::change`].

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::lock::Mutex;
use leptos::prelude::*;

use super::History;
use super::finder::pause;
use crate::chat::archive;
use crate::chat::tree::TurnId;
use crate::history::change::Edit;
use crate::history::list::sort;
use crate::history::marks::{folders, sort_folders};
use crate::history::records::list_of;
use crate::history::{Batch, Change, Fault, Folder, Head};
use crate::page::app::Command;
use crate::page::browser::made_up;
use crate::page::clock::{now, sleep};
use crate::tabs::{Deleted, Message};

/// Number of conversations of whose deletion other tabs are told before the page may do something else.
const TOGETHER: usize = 16;

/// All that is kept, as far as it was read; and what views of it share.
#[derive(Default)]
pub struct Shelf {
    /// Heads of all conversations, in the order of the list; `None` before they are read.
    pub heads: ArcRwSignal<Option<Vec<Head>>>,
    /// Folders, in the order of their names.
    pub folders: ArcRwSignal<Vec<Folder>>,
    /// Folder of the conversation on the page, with that conversation's name; see [`History::project`].
    project: ArcRwSignal<Option<(String, Folder)>>,
    /// `true` while the list stands beside the conversation.
    pub beside: ArcRwSignal<bool>,
    /// Place that somebody looks for in the conversation on the page.
    pub sought: ArcRwSignal<Option<Sought>>,
    /// Lock of the readings of the whole list.
    reading: Mutex<()>,
    /// Set once somebody has asked for the list.
    is_asked: Cell<bool>,
    /// Set while another tab has changed the list, and it was not read since.
    is_stale: Cell<bool>,
    /// Set while the list is being read since another tab has changed it.
    is_read_anew: Cell<bool>,
}

/// Place in a conversation that somebody looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// Number of the conversation on the page.
    pub conversation: u32,
    /// Turn in which the place is.
    pub turn: TurnId,
    /// Words that stand there.
    pub words: String,
}

/// Records of what was deleted, and names of what was put back.
type Made = (Vec<Arc<Deleted>>, Vec<String>);

impl Shelf {
    /// Takes note that the conversation on the page has another name now.
    pub(super) fn renamed(&self, id: &str) {
        if let Some((_, folder)) = self.project.get_untracked() {
            self.project.set(Some((id.to_owned(), folder)));
        }
    }

    /// Puts a head that was written in the place of what is known of its conversation.
    fn take(&self, head: Head) {
        if self.heads.with_untracked(Option::is_none) {
            return;
        }
        self.heads.update(|heads| {
            let heads = heads.get_or_insert_default();
            heads.retain(|known| known.id != head.id);
            heads.push(head);
            sort(heads);
        });
    }
}

impl History {
    /// Reads all heads and folders anew. What waits to be written is written before.
    pub async fn refresh(self: &Rc<Self>) -> Result<(), Fault> {
        self.shelf.is_asked.set(true);
        self.write().await;
        // One after the other: what was read first must not come last.
        let _alone = self.shelf.reading.lock().await;
        let work = self.db.work(false).await?;
        let (records, left) = (work.heads().await?, work.all_left().await?);
        let (mut heads, mut folders) = (Vec::with_capacity(records.len()), Vec::new());
        let mut began = now();
        for record in &records {
            match Head::read(record) {
                Some(head) => heads.push(head),
                None => folders.extend(Folder::read(record)),
            }
            pause(&mut began).await;
        }
        let mut heads = list_of(heads, &left);
        sort(&mut heads);
        sort_folders(&mut folders);
        pause(&mut began).await;
        self.shelf.folders.set(folders);
        self.shelf.heads.set(Some(heads));
        self.find_project();
        Ok(())
    }

    /// Reads the list anew, since another tab has changed it; where nobody has asked for it, only the folder of the conversation on
    /// the page.
    pub(super) fn list_changed(self: &Rc<Self>) {
        self.shelf.is_stale.set(true);
        if self.shelf.is_read_anew.replace(true) {
            return;
        }
        let history = self.clone();
        self.chat.spawn(async move {
            while history.shelf.is_stale.replace(false) {
                // What cannot be read stays as it is.
                let _ = match history.shelf.is_asked.get() {
                    true => history.refresh().await,
                    false => history.enter_anew().await,
                };
            }
            history.shelf.is_read_anew.set(false);
        });
    }

    async fn enter_anew(&self) -> Result<(), Fault> {
        let here = self.chat.names().0;
        let (head, _) = self.heads(&here).await?;
        match head.filter(|_| self.chat.names().0 == here) {
            Some(head) if head.marks.folder.is_none() => self.set_project(""),
            Some(head) => self.enter(head.marks.folder.as_deref()).await,
            None => {}
        }
        Ok(())
    }

    /// Lists all conversations, read anew.
    pub async fn list(self: &Rc<Self>) -> Result<Vec<Head>, Fault> {
        self.refresh().await?;
        Ok(self.shelf.heads.get_untracked().unwrap_or_default())
    }

    /// Makes a change of the list; returns the records of what it deletes. `kept` are those of what it puts back: that comes under
    /// a new name, where another tab has gone on under the old one. The other tabs are told.
    pub async fn apply(
        self: &Rc<Self>,
        change: &Change,
        kept: &[Arc<Deleted>],
    ) -> Result<Vec<Arc<Deleted>>, Fault> {
        if change.gone(true).next().is_some() {
            // It may have been on the page a moment ago.
            self.sit();
        }
        // What of a conversation is still on its way belongs to it.
        self.write().await;
        for id in change.gone(true) {
            self.lock_to_delete(id).await;
        }
        let made = self.make(change, kept).await;
        if let Ok((gone, back)) = &made {
            self.forget(|id| gone.iter().any(|gone| gone.of == id));
            self.tell_change(gone, back).await;
            // It is made: what was deleted can be put back, whether the list can be read or not.
            let _ = self.refresh().await;
            // A file has its conversation's title.
            self.folder_soon(false);
        }
        change.gone(true).for_each(|id| self.unlock(id));
        made.map(|(gone, _)| gone)
    }

    /// Writes a change of the list; returns the records of what it deletes, and the names of what it puts back.
    async fn make(&self, change: &Change, kept: &[Arc<Deleted>]) -> Result<Made, Fault> {
        let work = self.db.work(true).await?;
        for id in change.marked() {
            let record = work.head(id).await?;
            if let Some(record) = record.and_then(|record| change.record(&record)) {
                work.put_head(id, &record);
            }
        }
        if change
            .edits
            .iter()
            .any(|edit| matches!(edit, Edit::Folder(_)))
        {
            let mut folders = folders(&work.heads().await?);
            for (id, folder) in change.put_folders(&mut folders) {
                work.put_folder(&id, folder.map(|folder| folder.write()).as_deref());
            }
        }
        let mut gone = Vec::new();
        for id in change.gone(true) {
            gone.push(Arc::new(work.delete(id).await?));
        }
        let mut back = Vec::new();
        for id in change.gone(false) {
            let Some(deleted) = kept.iter().find(|deleted| deleted.of == id) else {
                continue;
            };
            let id = match work.head(id).await? {
                None => id.to_owned(),
                // Another tab has put it back.
                there if there == deleted.head => continue,
                Some(_) => made_up(),
            };
            work.put_back(deleted, &id);
            back.push(id);
        }
        work.finish().await?;
        Ok((gone, back))
    }

    /// Tells the other tabs of a change of the list.
    async fn tell_change(&self, gone: &[Arc<Deleted>], back: &[String]) {
        for some in gone.chunks(TOGETHER) {
            for deleted in some {
                self.tabs.say(&Message::Deleted(Deleted::clone(deleted)));
            }
            if some.len() == TOGETHER {
                sleep(0.0).await;
            }
        }
        for of in back {
            self.tabs.say(&Message::Restored { of: of.clone() });
        }
        if gone.is_empty() && back.is_empty() {
            self.tabs.say(&Message::Listed);
        }
    }

    /// Deletes all conversations. Folders stay.
    pub async fn clear(&self) -> Result<(), Fault> {
        // Before, so that nobody writes them anew.
        self.tabs.say(&Message::Cleared);
        let work = self.db.work(true).await?;
        let folders = folders(&work.heads().await?);
        work.clear();
        for folder in folders {
            work.put_folder(&folder.id, Some(&folder.write()));
        }
        work.finish().await?;
        self.forget(|_| true);
        self.tabs.say(&Message::Listed);
        Ok(())
    }

    /// Begins a new conversation in a folder.
    pub fn begin_in(&self, folder: &str) {
        self.chat.run(Command::Clear);
        let id = self.chat.names().0;
        self.journal.borrow_mut().begin_in(&id, folder);
        self.set_project(folder);
    }

    /// Returns the folder of the conversation on the page, if it is in one. Tracked.
    pub fn project(&self) -> Option<Folder> {
        self.chat.conversation.track();
        let (id, folder) = self.shelf.project.get()?;
        (id == self.chat.names().0).then_some(folder)
    }

    /// Returns the marks of a conversation of the list, as its file has them.
    pub fn marks(&self, head: &Head) -> archive::Marks {
        let folders = &self.shelf.folders;
        folders.with_untracked(|folders| head.marks.for_file(folders))
    }

    /// Takes note of the folder of the conversation that was put on the page.
    pub(super) async fn enter(&self, folder: Option<&str>) {
        let Some(id) = folder else { return };
        let here = self.chat.names().0;
        // Where it cannot be read, the conversation is as good as in none.
        let record = match self.db.work(false).await {
            Ok(work) => work.folder(id).await.ok().flatten(),
            Err(_) => None,
        };
        let folder = record.and_then(|record| Folder::read(&record));
        self.shelf.project.set(folder.map(|folder| (here, folder)));
    }

    /// Takes note of what was written.
    pub(super) fn took(&self, batch: &Batch, known: Option<&Head>) {
        if let Some(head) = Head::read(&batch.record(known)) {
            self.finder.take(batch, &head);
            self.shelf.take(head);
            self.folder_soon(false);
        }
    }

    /// Finds the folder of the conversation on the page in the list. One that is not written yet is where it began.
    fn find_project(&self) {
        let here = self.chat.names().0;
        let folder = self.shelf.heads.with_untracked(|heads| {
            let head = heads.iter().flatten().find(|head| head.id == here)?;
            Some(head.marks.folder.clone())
        });
        let began = || {
            let project = self.shelf.project.get_untracked();
            let (_, folder) = project.filter(|(id, _)| *id == here)?;
            Some(folder.id)
        };
        self.set_project(&folder.unwrap_or_else(began).unwrap_or_default());
    }

    fn set_project(&self, folder: &str) {
        let here = self.chat.names().0;
        let found = self.shelf.folders.with_untracked(|folders| {
            let mut folders = folders.iter();
            folders.find(|known| known.id == folder).cloned()
        });
        let project = found.map(|folder| (here, folder));
        if self.shelf.project.get_untracked() != project {
            self.shelf.project.set(project);
        }
    }
}
