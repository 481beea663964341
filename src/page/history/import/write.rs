//! Writes what comes out of files, and takes it back.
//!
//! In: batches of records, as the worker sends them. Out: the database's word. A conversation that has changed since the files were looked
//! at stays as it is.

use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::chat::archive::Marks;
use crate::folder::Arrived;
use crate::history::arrival::tree;
use crate::history::marks::folders;
use crate::history::{Batch, Fault, Head};
use crate::page::browser::made_up;
use crate::page::history::History;
use crate::page::history::db::Deleted;
use crate::page::history::unite::Done;

/// The most conversations that are taken back in one transaction.
const AT_ONCE: usize = 100;

/// A batch that arrives.
pub struct Arriving {
    how: How,
    batch: Batch,
    marks: Marks,
}

/// The way in which a conversation is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    New,
    /// In the place of an older state.
    Newer,
    /// One of Rill's own, united with what is here.
    United,
}

/// What takes back what was written.
#[derive(Default)]
pub struct Undo {
    /// Names of conversations that were not there.
    new: Vec<String>,
    /// Conversations whose place was taken.
    replaced: Vec<Deleted>,
    /// The number of conversations that were on the page, and stay with what was added to them.
    here: usize,
    /// Names of folders that were made.
    folders: Vec<String>,
    /// The conversation that was written last, and whether it was: the rest of it follows it.
    last: Option<(String, bool)>,
}

impl Undo {
    /// Counts the conversations that were written.
    pub fn count(&self) -> usize {
        self.new.len() + self.replaced.len() + self.here
    }

    /// Takes in what was written later.
    pub fn join(&mut self, later: Undo) {
        self.new.extend(later.new);
        self.replaced.extend(later.replaced);
        self.here += later.here;
        self.folders.extend(later.folders);
        self.last = later.last.or(self.last.take());
    }
}

/// Reads a batch from a message: `[how, expect, head, ids, records, marks]`.
pub fn read(message: JsValue) -> Option<Arriving> {
    let message = Array::from(&message);
    let ids = Array::from(&message.get(3));
    let records = Array::from(&message.get(4));
    let turn =
        |(id, record): (JsValue, JsValue)| Some((id.as_f64()? as usize, record.as_string()?));
    Some(Arriving {
        how: match message.get(0).as_f64()? as u32 {
            2 => How::United,
            1 => How::Newer,
            _ => How::New,
        },
        batch: Batch {
            expect: message.get(1).as_f64()? as u64,
            head: Head::read(&message.get(2).as_string()?)?,
            turns: ids.iter().zip(records.iter()).filter_map(turn).collect(),
        },
        marks: Marks::read(&serde_json::from_str(&message.get(5).as_string()?).ok()?),
    })
}

impl History {
    /// Writes batches; notes in `undo` what was. What is to be united waits in `own` for the rest of its conversation.
    pub(super) async fn write_all(
        &self,
        batches: Vec<Arriving>,
        own: &mut Vec<Arriving>,
        undo: &mut Undo,
    ) -> Result<(), Fault> {
        let mut others = Vec::new();
        for arriving in batches {
            if arriving.how != How::United {
                others.push(arriving);
                continue;
            }
            // The first one of a conversation.
            if arriving.batch.expect == 0 {
                self.write_own(own, undo).await?;
            }
            own.push(arriving);
        }
        match others.is_empty() {
            true => Ok(()),
            false => self.write_others(&others, undo).await,
        }
    }

    /// Unites a conversation of Rill's own, of which these are all batches, with what is here.
    pub(super) async fn write_own(
        &self,
        own: &mut Vec<Arriving>,
        undo: &mut Undo,
    ) -> Result<(), Fault> {
        let own = std::mem::take(own).into_iter();
        let (batches, mut marks): (Vec<Batch>, Vec<Marks>) =
            own.map(|arriving| (arriving.batch, arriving.marks)).unzip();
        let Some(Batch { head, .. }) = batches.last() else {
            return Ok(());
        };
        let arrived = Arrived {
            id: head.id.clone(),
            title: Some(head.name().to_owned()),
            updated: Some(head.at as i64),
            tree: tree(&batches),
        };
        // What is busy now is not so for long, and the person may try again.
        let united = self.unite(&arrived).await?.ok_or(Fault::Late)?;
        match united.done {
            Done::Nothing => {}
            Done::New => {
                undo.new.push(arrived.id.clone());
                let marks = marks.pop().unwrap_or_default();
                undo.folders.extend(self.mark(&arrived.id, &marks).await?);
            }
            Done::Added(Some(before)) => undo.replaced.push(before),
            Done::Added(None) => undo.here += 1,
        }
        Ok(())
    }

    /// Gives a conversation the marks that its file has; returns the name of the folder that was made for it.
    async fn mark(&self, id: &str, marks: &Marks) -> Result<Option<String>, Fault> {
        if *marks == Marks::default() {
            return Ok(None);
        }
        let work = self.db.work(true).await?;
        let folders = folders(&work.heads().await?);
        let head = work.head(id).await?;
        let mut made = None;
        if let Some(mut head) = head.and_then(|head| Head::read(&head)) {
            made = head.marks.take_from_file(marks, &folders, made_up);
            if let Some(folder) = &made {
                work.put_folder(&folder.id, Some(&folder.write()));
            }
            work.put_head(id, &head.write());
        }
        work.finish().await?;
        Ok(made.map(|folder| folder.id))
    }

    /// Writes batches, all of them or none. Where only the connection was bad, another one does it.
    async fn write_others(&self, batches: &[Arriving], undo: &mut Undo) -> Result<(), Fault> {
        let last = undo.last.clone();
        let written = match self.try_to_write(batches, last.clone()).await {
            Err(_) => {
                self.db.forget();
                self.try_to_write(batches, last).await?
            }
            Ok(written) => written,
        };
        undo.join(written);
        Ok(())
    }

    async fn try_to_write(
        &self,
        batches: &[Arriving],
        last: Option<(String, bool)>,
    ) -> Result<Undo, Fault> {
        let work = self.db.work(true).await?;
        let mut undo = Undo {
            last,
            ..Undo::default()
        };
        for Arriving { how, batch, .. } in batches {
            let id = &batch.head.id;
            let known = work.head(id).await?;
            let known = known.and_then(|known| Head::read(&known));
            let goes_on = undo.last.as_ref().filter(|(last, _)| last == id);
            let is_written = match (goes_on, &known) {
                (Some((_, is_written)), _) => *is_written,
                (None, None) => {
                    undo.new.push(id.clone());
                    true
                }
                (None, Some(known)) if *how == How::Newer && batch.fits(Some(known)) => {
                    undo.replaced.push(work.delete(id).await?);
                    true
                }
                // Somebody else has brought it, or gone on with it.
                (None, Some(_)) => false,
            };
            if is_written {
                work.put(batch, known.as_ref());
            }
            undo.last = Some((id.clone(), is_written));
        }
        work.finish().await?;
        Ok(undo)
    }

    /// Takes back what was written. What cannot be taken back stays.
    pub(super) async fn take_back(&self, undo: &Undo) {
        let mut failed = false;
        for ids in undo.new.chunks(AT_ONCE) {
            failed |= self.try_to_erase(ids).await.is_err();
        }
        for deleted in &undo.replaced {
            failed |= self.try_to_put_back(deleted).await.is_err();
        }
        failed |= self.try_to_remove(&undo.folders).await.is_err();
        if failed {
            self.db.forget();
        }
    }

    async fn try_to_remove(&self, folders: &[String]) -> Result<(), Fault> {
        let work = self.db.work(true).await?;
        for folder in folders {
            work.put_folder(folder, None);
        }
        work.finish().await
    }

    async fn try_to_erase(&self, ids: &[String]) -> Result<(), Fault> {
        let work = self.db.work(true).await?;
        for id in ids {
            work.erase(id)?;
        }
        work.finish().await
    }

    async fn try_to_put_back(&self, deleted: &Deleted) -> Result<(), Fault> {
        let work = self.db.work(true).await?;
        work.erase(&deleted.of)?;
        work.put_back(deleted, &deleted.of);
        work.finish().await
    }
}
