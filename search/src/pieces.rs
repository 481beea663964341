//! The pieces of the index in the browser's database, so that the next page need not read every turn anew.
//!
//! In: pieces, by the names of their conversations. Out: all of them. They stand in the store of the turns, which the page owns, and go with
//! their conversation (`rill::database`). What cannot be read or written is as good as not there.

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DedicatedWorkerGlobalScope, IdbDatabase, IdbKeyRange, IdbObjectStore, IdbOpenDbRequest,
    IdbRequest, IdbTransactionMode,
};

const NAME: &str = "rill";
const CONVERSATIONS: &str = "conversations";
const TURNS: &str = "turns";
/// The beginning of the names of pieces, and what stands behind all of them.
const PIECES: (&str, &str) = ("piece/", "piece0");
/// The number of pieces that are read at once.
const TOGETHER: u32 = 64;

/// The database, opened.
pub struct Pieces(IdbDatabase);

impl Pieces {
    /// Opens the database; `None` where the page has made none, or the browser gives none to a worker.
    pub async fn open(scope: &DedicatedWorkerGlobalScope) -> Option<Pieces> {
        let request = scope.indexed_db().ok()??.open(NAME).ok()?;
        // One that is not there is not made here: the page knows how.
        let gives_up = Closure::<dyn Fn(web_sys::Event)>::new(|event: web_sys::Event| {
            let request = event.target().and_then(|target| target.dyn_into().ok());
            if let Some(made) = request.and_then(|request: IdbOpenDbRequest| request.transaction())
            {
                let _ = made.abort();
            }
        });
        request.set_onupgradeneeded(Some(gives_up.as_ref().unchecked_ref()));
        let database: IdbDatabase = end(&request).await?.dyn_into().ok()?;
        // Another page wants to delete it, or to make a newer one of it.
        let known = database.clone();
        let gives_way = Closure::<dyn Fn()>::new(move || known.close());
        database.set_onversionchange(Some(gives_way.as_ref().unchecked_ref()));
        gives_way.forget();
        Some(Pieces(database))
    }

    /// Reads all pieces, one after the other.
    pub async fn read(&self, mut take: impl FnMut(&[u8])) -> Option<()> {
        let (mut first, last) = (JsValue::from(PIECES.0), JsValue::from(PIECES.1));
        loop {
            let range = IdbKeyRange::bound_with_lower_open(&first, &last, true).ok()?;
            let (turns, _) = self.stores(IdbTransactionMode::Readonly)?;
            let keys = turns
                .get_all_keys_with_key_and_limit(&range, TOGETHER)
                .ok()?;
            let pieces = turns.get_all_with_key_and_limit(&range, TOGETHER).ok()?;
            let keys = Array::from(&end(&keys).await?);
            let pieces = Array::from(&end(&pieces).await?);
            for piece in pieces.iter().filter(JsValue::is_object) {
                take(&Uint8Array::new(&piece).to_vec());
            }
            if keys.length() < TOGETHER {
                return Some(());
            }
            first = keys.get(keys.length().saturating_sub(1));
        }
    }

    /// Writes the piece of a conversation, where that is still there.
    pub async fn write(&self, id: &str, piece: &[u8]) -> Option<()> {
        let (turns, heads) = self.stores(IdbTransactionMode::Readwrite)?;
        let is_there = end(&heads.get(&id.into()).ok()?).await?.is_string();
        if is_there {
            let bytes = Uint8Array::from(piece);
            let asked = turns.put_with_key(&bytes, &name(id).into()).ok()?;
            end(&asked).await?;
        }
        Some(())
    }

    /// Deletes the piece of a conversation.
    pub fn delete(&self, id: &str) {
        if let Some((turns, _)) = self.stores(IdbTransactionMode::Readwrite) {
            let _ = turns.delete(&name(id).into());
        }
    }

    fn stores(&self, mode: IdbTransactionMode) -> Option<(IdbObjectStore, IdbObjectStore)> {
        let names = Array::of2(&TURNS.into(), &CONVERSATIONS.into());
        let work = self.0.transaction_with_str_sequence_and_mode(&names, mode);
        let work = work.ok()?;
        Some((
            work.object_store(TURNS).ok()?,
            work.object_store(CONVERSATIONS).ok()?,
        ))
    }
}

fn name(id: &str) -> String {
    format!("{}{id}", PIECES.0)
}

/// Waits until a request is over; gives its result.
async fn end(request: &IdbRequest) -> Option<JsValue> {
    let promise = Promise::new(&mut |done: Function, failed: Function| {
        request.set_onsuccess(Some(&done));
        request.set_onerror(Some(&failed));
    });
    JsFuture::from(promise).await.ok()?;
    request.result().ok()
}
