//! Writes what comes out of files.
//!
//! In: batches of records. Out: the database's word, and before it what takes them back. A conversation that has changed since the files were
//! looked at stays as it is.

use js_sys::Array;
use rill::database::{Db, Work};
use rill::history::{Batch, Fault, Head};
use wasm_bindgen::JsValue;

/// A batch that arrives.
pub struct Arriving {
    /// Whether it takes the place of an older state.
    pub is_newer: bool,
    /// The records.
    pub batch: Batch,
}

/// What writes.
#[derive(Default)]
pub struct Pen {
    db: Db,
    /// The conversation that was written last, and whether it was: the rest of it follows it.
    last: Option<(String, bool)>,
}

/// Writes batches, all of them or none; `tell` hears before what takes them back. Where only the connection was bad, another one does it.
pub async fn write(
    pen: &mut Pen,
    batches: &[Arriving],
    tell: &dyn Fn(&JsValue),
) -> Result<(), Fault> {
    let Pen { db, last } = pen;
    *last = match try_to_write(db, batches, last.clone(), tell).await {
        Ok(last) => last,
        Err(_) => {
            db.forget();
            try_to_write(db, batches, last.take(), tell).await?
        }
    };
    Ok(())
}

/// Writes batches; returns the conversation that was written last, and whether it was.
async fn try_to_write(
    db: &Db,
    batches: &[Arriving],
    mut last: Option<(String, bool)>,
    tell: &dyn Fn(&JsValue),
) -> Result<Option<(String, bool)>, Fault> {
    let work = db.work(true).await?;
    let (new, replaced) = (Array::new(), Array::new());
    for Arriving { is_newer, batch } in batches {
        let id = &batch.head.id;
        let known = work.head(id).await?;
        let known = known.and_then(|known| Head::read(&known));
        let goes_on = last.as_ref().filter(|(last, _)| last == id);
        let is_written = match (goes_on, &known) {
            (Some((_, is_written)), _) => *is_written,
            (None, None) => {
                new.push(&id.into());
                true
            }
            (None, Some(known)) if *is_newer && batch.fits(Some(known)) => {
                let records = delete(&work, id).await?;
                replaced.push(&Array::of2(&id.into(), &records));
                true
            }
            // Somebody else has brought it, or gone on with it.
            (None, Some(_)) => false,
        };
        if is_written {
            work.put(batch, known.as_ref());
        }
        last = Some((id.clone(), is_written));
    }
    tell(&Array::of2(&new, &replaced));
    work.finish().await?;
    Ok(last)
}

/// Deletes a conversation; returns its records as JSON.
async fn delete(work: &Work, id: &str) -> Result<JsValue, Fault> {
    let deleted = work.delete(id).await?;
    let text = serde_json::to_string(&deleted).map_err(|_| Fault::Failed)?;
    Ok(text.into())
}
