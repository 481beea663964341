//! Unites what comes out of files with what is here, and takes back what was written, by the worker or here.
//!
//! In: batches of records, as the worker sends them. Out: the database's word.

use std::mem::take;

use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::chat::archive::Marks;
use crate::folder::Arrived;
use crate::history::arrival::tree;
use crate::history::marks::folders;
use crate::history::{Batch, Fault, Head};
use crate::page::browser::made_up;
use crate::page::history::History;
use crate::page::history::unite::Done;
use crate::tabs::Deleted;

/// The most conversations that are taken back in one transaction.
const AT_ONCE: usize = 100;

/// A batch that arrives, with the marks of its conversation.
pub type Arriving = (Batch, Marks);

/// What takes back what was written.
#[derive(Default)]
pub struct Undo {
    /// Names of conversations that were not there.
    new: Vec<String>,
    /// Conversations whose place was taken, each with its records as JSON, as the worker gives them: most are never wanted.
    replaced: Vec<(String, JsValue)>,
    /// The number of conversations that were on the page, and stay with what was added to them.
    here: usize,
    /// Names of folders that were made.
    folders: Vec<String>,
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
    }

    /// Takes in what the worker is about to write: `[ids, replaced]`. It may say so twice: what it said first was there before.
    pub fn hear(&mut self, before: &Array) {
        for id in Array::from(&before.get(0)).iter() {
            let id = id.as_string().unwrap_or_default();
            if !self.new.contains(&id) {
                self.new.push(id);
            }
        }
        for replaced in Array::from(&before.get(1)).iter() {
            let replaced = Array::from(&replaced);
            let id = replaced.get(0).as_string().unwrap_or_default();
            let is_known = |(known, _): &(String, JsValue)| *known == id;
            if !self.new.contains(&id) && !self.replaced.iter().any(is_known) {
                self.replaced.push((id, replaced.get(1)));
            }
        }
    }
}

/// Reads a batch from a message: `[expect, head, ids, records, marks]`.
pub fn read(message: JsValue) -> Option<Arriving> {
    let message = Array::from(&message);
    let ids = Array::from(&message.get(2));
    let records = Array::from(&message.get(3));
    let turn =
        |(id, record): (JsValue, JsValue)| Some((id.as_f64()? as usize, record.as_string()?));
    let batch = Batch {
        expect: message.get(0).as_f64()? as u64,
        head: Head::read(&message.get(1).as_string()?)?,
        turns: ids.iter().zip(records.iter()).filter_map(turn).collect(),
    };
    let marks = serde_json::from_str(&message.get(4).as_string()?).ok()?;
    Some((batch, Marks::read(&marks)))
}

impl History {
    /// Unites what arrives with what is here; notes in `undo` what was. It waits in `own` for the rest of its conversation.
    pub(super) async fn unite_all(
        &self,
        batches: Vec<Arriving>,
        own: &mut Vec<Arriving>,
        undo: &mut Undo,
    ) -> Result<(), Fault> {
        for arriving in batches {
            // The first one of a conversation.
            if arriving.0.expect == 0 {
                self.write_own(own, undo).await?;
            }
            own.push(arriving);
        }
        Ok(())
    }

    /// Unites a conversation of Rill's own, of which these are all batches, with what is here.
    pub(super) async fn write_own(
        &self,
        own: &mut Vec<Arriving>,
        undo: &mut Undo,
    ) -> Result<(), Fault> {
        let (batches, mut marks): (Vec<Batch>, Vec<Marks>) = take(own).into_iter().unzip();
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
            Done::Added(Some(before)) => {
                let records = serde_json::to_string(&before).map_err(|_| Fault::Failed)?;
                undo.replaced.push((before.of, records.into()));
            }
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

    /// Takes back what was written. What cannot be taken back stays.
    pub(super) async fn take_back(&self, undo: &Undo) {
        let mut failed = false;
        for ids in undo.new.chunks(AT_ONCE) {
            failed |= self.try_to_erase(ids).await.is_err();
        }
        for (_, records) in &undo.replaced {
            failed |= self.try_to_put_back(records).await.is_err();
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

    async fn try_to_put_back(&self, records: &JsValue) -> Result<(), Fault> {
        let records = records.as_string().unwrap_or_default();
        let deleted: Deleted = serde_json::from_str(&records).map_err(|_| Fault::Failed)?;
        let work = self.db.work(true).await?;
        work.erase(&deleted.of)?;
        work.put_back(&deleted, &deleted.of);
        work.finish().await
    }
}
