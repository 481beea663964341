//! A conversation's records, in the database and out of it.
//!
//! In: what is to be written. Out: whether it is. What stands in the records is known to [`crate::chat::records`].

use super::db::{Db, Fault, Work};
use crate::chat::records::{Batch, Head, add};
use crate::chat::tree::Tree;

/// So many turns are read at once.
pub(super) const PIECE: u32 = 250;

pub(super) enum Written {
    Yes,
    /// The conversation has another version by now; and whether it is there at all.
    Otherwise(bool),
    Failed(Fault),
}

/// All turns of a conversation.
pub(super) async fn all(db: &Db, id: &str) -> Result<Tree, Fault> {
    let mut tree = Tree::default();
    loop {
        // Between two pieces the page may do something else.
        let records = db.work(false).await?.turns(id, tree.len(), PIECE).await;
        let records = records.ok_or(Fault::Failed)?;
        if records.is_empty() {
            return Ok(tree);
        }
        records.iter().for_each(|record| add(&mut tree, record));
    }
}

/// Writes a batch. Where only the connection was bad, another one does it.
pub(super) async fn write(db: &Db, batch: &Batch) -> Written {
    match try_to_write(db, batch).await {
        Ok(written) => written,
        Err(_) => {
            db.forget();
            try_to_write(db, batch)
                .await
                .unwrap_or_else(Written::Failed)
        }
    }
}

async fn try_to_write(db: &Db, batch: &Batch) -> Result<Written, Fault> {
    let work = db.work(true).await?;
    if batch.expect.is_some() {
        let known = work.head(&batch.head.id).await.ok_or(Fault::Failed)?;
        let known = Head::read(&known);
        if !batch.fits(known.as_ref()) {
            return Ok(Written::Otherwise(known.is_some()));
        }
    }
    put(&work, batch);
    work.finish().await.map(|()| Written::Yes)
}

pub(super) fn put(work: &Work, batch: &Batch) {
    for (turn, record) in &batch.turns {
        work.put_turn(&batch.head.id, *turn, record);
    }
    work.put_head(&batch.head.id, &batch.head.write());
}
