//! One round with the folder: files that are new or have changed are read, then conversations of which not every word is there are written.
//!
//! In: the folder, the database, the conversation on the page. Out: the same with each other's turns. What a round did not do, because a reply
//! runs or another tab has the conversation on its page, a later one does.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::hands::Folder;
use super::{LEDGER, Stands};
use crate::chat::tree::Tree;
use crate::folder::{Arrived, Ledger, Stamp, Trouble, Unreadable, file, union};
use crate::history::records::list;
use crate::history::{Fault, Head};
use crate::page::clock::sleep;
use crate::page::history::tabs::is_held;
use crate::page::history::unite::Done;
use crate::page::history::{History, of};
use crate::page::words::say;
use crate::tabs::Message;

/// The most times that a file is tried to be written which changes meanwhile.
const TRIES: usize = 3;

/// The end of a round before its end.
enum Stop {
    Folder(Trouble),
    /// The database: what is wrong with it is said elsewhere.
    Store,
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Stop {
        Stop::Folder(trouble)
    }
}

impl From<Fault> for Stop {
    fn from(_: Fault) -> Stop {
        Stop::Store
    }
}

impl History {
    /// Does one round.
    pub(super) async fn exchange_with_folder(&self) {
        let keeper = &self.folder;
        let _pen = keeper.pen.lock().await;
        let Some(folder) = keeper.folder.borrow().clone() else {
            return;
        };
        let looks = keeper.looks.take();
        let done = match folder.is_allowed(false).await {
            true => self.round(&folder, looks).await,
            false => Err(Stop::Folder(Trouble::Denied)),
        };
        // The person may want no more of it meanwhile.
        let is_same = keeper.folder.borrow().as_ref().is_some_and(|now| {
            let (now, folder) = (std::rc::Rc::as_ptr(now), std::rc::Rc::as_ptr(&folder));
            std::ptr::eq(now, folder)
        });
        if !is_same {
            return;
        }
        match done {
            Ok(()) | Err(Stop::Store) => keeper.stands(Stands::Kept),
            Err(Stop::Folder(trouble)) => {
                keeper.looks.set(true);
                keeper.stands(Stands::Troubled(trouble));
            }
        }
    }

    async fn round(&self, folder: &Folder, looks: bool) -> Result<(), Stop> {
        let kept = self.recall_of_folder(LEDGER).await?;
        let mut ledger = Ledger::read(&kept.as_string().unwrap_or_default());
        for (name, (stamp, _)) in self.folder.bad.borrow().iter() {
            ledger.took(name, *stamp, None);
        }
        let before = ledger.clone();
        let done = match looks {
            true => self.read_files(folder, &mut ledger).await,
            false => Ok(()),
        };
        let done = match done {
            Ok(()) => self.write_files(folder, &mut ledger).await,
            Err(stop) => Err(stop),
        };
        if ledger != before && self.folder.folder.borrow().is_some() {
            let text = JsValue::from_str(&ledger.write());
            self.keep_of_folder(&[LEDGER], &text).await?;
        }
        let bad = self.folder.bad.borrow();
        let bad: Vec<(String, Unreadable)> = bad
            .iter()
            .map(|(name, (_, why))| (name.clone(), *why))
            .collect();
        let is_news = |at, known: &[_]| at != ledger.at || known != bad;
        let state = &self.folder.state;
        if state.with_untracked(|state| is_news(state.at, &state.bad)) {
            state.update(|state| (state.at, state.bad) = (ledger.at, bad));
        }
        done
    }

    /// Reads the files that are new or have changed.
    async fn read_files(&self, folder: &Folder, ledger: &mut Ledger) -> Result<(), Stop> {
        let files = folder.list().await?;
        self.folder
            .bad
            .borrow_mut()
            .retain(|name, (stamp, _)| files.contains(&(name.clone(), *stamp)));
        let mut has_news = false;
        for name in ledger.look(&files) {
            let (stamp, bytes) = match folder.read(&name).await {
                Ok(read) => read,
                Err(Trouble::Denied) => return Err(Stop::Folder(Trouble::Denied)),
                // It is gone again, or just being written.
                Err(_) => continue,
            };
            let arrived = match bytes {
                Some(bytes) => file::read(&name, &bytes),
                None => Err(Unreadable::TooBig),
            };
            match arrived {
                Ok(arrived) => has_news |= self.take_file(ledger, &name, stamp, &arrived).await?,
                Err(why) => {
                    ledger.took(&name, stamp, None);
                    self.folder.bad.borrow_mut().insert(name, (stamp, why));
                }
            }
            // Between two files the page may do something else.
            sleep(0.0).await;
        }
        if has_news && let Some(history) = of(self.chat) {
            history.list_changed();
            history.tabs.say(&Message::Listed);
        }
        Ok(())
    }

    /// Adds what a file has beyond what is here, and takes note of it; where that is not possible now, the file is as good as not read. Returns
    /// whether anything was added.
    async fn take_file(
        &self,
        ledger: &mut Ledger,
        name: &str,
        stamp: Stamp,
        arrived: &Arrived,
    ) -> Result<bool, Fault> {
        let Some(united) = self.unite(arrived).await? else {
            self.folder.looks.set(true);
            return Ok(false);
        };
        ledger.took(name, stamp, Some(&arrived.id));
        // Words that stand in a copy alone are written into the conversation's own file too: copies are tidied away.
        if ledger.is_place(&arrived.id, name) && union::holds(&arrived.tree, &united.tree) {
            ledger.is_written(&united.head);
        }
        Ok(!matches!(united.done, Done::Nothing))
    }

    /// Writes the conversations of which not every word is in the folder.
    async fn write_files(&self, folder: &Folder, ledger: &mut Ledger) -> Result<(), Stop> {
        let records = self.db.work(false).await?.heads().await?;
        let heads = list(&records, &[]);
        let due: Vec<Head> = ledger.due(&heads).into_iter().cloned().collect();
        let mut failed = Ok(());
        for head in due {
            match self.write_file(folder, ledger, head).await {
                // One that another program holds is no reason to leave the others.
                Err(Stop::Folder(Trouble::Failed)) => failed = Err(Stop::Folder(Trouble::Failed)),
                done => done?,
            }
        }
        failed
    }

    async fn write_file(
        &self,
        folder: &Folder,
        ledger: &mut Ledger,
        mut head: Head,
    ) -> Result<(), Stop> {
        let untitled = untrack(|| say!(self.chat, conversation_untitled));
        for _ in 0..TRIES {
            let Some(tree) = self.tree_for_file(&head.id).await? else {
                return Ok(());
            };
            let text = file::write(&head, &tree);
            let (name, known) = ledger.place(&head, &untitled);
            if let Some(stamp) = folder.write(&name, &text, known).await? {
                ledger.took(&name, stamp, Some(&head.id));
                ledger.is_written(&head);
                ledger.at = Some(js_sys::Date::now());
                return Ok(());
            }
            // Somebody has changed it: it is read first.
            self.read_files(folder, ledger).await?;
            match self.heads(&head.id).await?.0 {
                Some(newer) => head = newer,
                None => return Ok(()),
            }
        }
        Ok(())
    }

    /// Returns the turns of a conversation; `None` where it is gone, its reply runs, or another tab writes it.
    async fn tree_for_file(&self, id: &str) -> Result<Option<Tree>, Fault> {
        let chat = self.chat;
        let is_here = chat.names().0 == id && !chat.returning.get_untracked();
        if is_here && !self.tabs.follows() {
            let is_still = chat.live.with_untracked(Option::is_none);
            return Ok(is_still.then(|| chat.tree.get_untracked()));
        }
        // The tab that writes it sees to its file.
        if is_held(id).await {
            return Ok(None);
        }
        let known = self.read(id).await?;
        Ok(known
            .filter(|known| known.head.id == id)
            .map(|known| known.tree))
    }
}
