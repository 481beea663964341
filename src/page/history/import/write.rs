//! Writes what comes out of files, and takes it back.
//!
//! In: batches of records, as the worker sends them. Out: the database's word. A conversation that has changed since the files were looked
//! at stays as it is.

use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::history::{Batch, Fault, Head};
use crate::page::history::History;
use crate::page::history::db::Deleted;

/// The most conversations that are taken back in one transaction.
const AT_ONCE: usize = 100;

/// A batch that arrives.
pub struct Arriving {
    is_newer: bool,
    batch: Batch,
}

/// What takes back what was written.
#[derive(Default)]
pub struct Undo {
    /// Names of conversations that were not there.
    new: Vec<String>,
    /// Conversations whose place was taken.
    replaced: Vec<Deleted>,
    /// The conversation that was written last, and whether it was: the rest of it follows it.
    last: Option<(String, bool)>,
}

impl Undo {
    /// Counts the conversations that were written.
    pub fn count(&self) -> usize {
        self.new.len() + self.replaced.len()
    }

    /// Takes in what was written later.
    pub fn join(&mut self, later: Undo) {
        self.new.extend(later.new);
        self.replaced.extend(later.replaced);
        self.last = later.last.or(self.last.take());
    }
}

/// Reads a batch from a message: `[is_newer, expect, head, ids, records]`.
pub fn read(message: JsValue) -> Option<Arriving> {
    let message = Array::from(&message);
    let ids = Array::from(&message.get(3));
    let records = Array::from(&message.get(4));
    let turn =
        |(id, record): (JsValue, JsValue)| Some((id.as_f64()? as usize, record.as_string()?));
    Some(Arriving {
        is_newer: message.get(0).is_truthy(),
        batch: Batch {
            expect: message.get(1).as_f64()? as u64,
            head: Head::read(&message.get(2).as_string()?)?,
            turns: ids.iter().zip(records.iter()).filter_map(turn).collect(),
        },
    })
}

impl History {
    /// Writes batches, all of them or none; notes in `undo` what was. Where only the connection was bad, another one does it.
    pub(super) async fn write_all(
        &self,
        batches: &[Arriving],
        undo: &mut Undo,
    ) -> Result<(), Fault> {
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
        for Arriving { is_newer, batch } in batches {
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
                (None, Some(known)) if *is_newer && batch.fits(Some(known)) => {
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
        if failed {
            self.db.forget();
        }
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
