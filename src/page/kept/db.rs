//! The browser's database, as far as conversations need it: two stores of texts by name.
//!
//! `conversations` holds one record for each conversation, `turns` one for each turn, named by its conversation and its number. What
//! stands in them is not known here. Everything may fail, and then it is `None`: a private window has no database, a full disk no
//! room. A wrapper of our own: the kept crates for IndexedDB cost a reader 20 KB, this one two.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    IdbDatabase, IdbKeyRange, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction,
    IdbTransactionMode,
};

/// The database's name; one for all elements of an origin.
const NAME: &str = "rill";
const CONVERSATIONS: &str = "conversations";
const TURNS: &str = "turns";

#[wasm_bindgen]
extern "C" {
    /// What a transaction can do that its binding does not know.
    type Whole;
    #[wasm_bindgen(method, catch)]
    fn commit(this: &Whole) -> Result<(), JsValue>;
}

/// A conversation as it stands in the database, to be put back as it was.
pub struct Taken {
    id: String,
    head: JsValue,
    keys: Array,
    turns: Array,
}

/// The open database.
#[derive(Clone)]
pub struct Db(IdbDatabase);

/// A transaction over both stores.
pub struct Work {
    transaction: IdbTransaction,
    heads: IdbObjectStore,
    turns: IdbObjectStore,
}

/// Opens it; makes it, where it is not there.
pub async fn open() -> Option<Db> {
    let factory = web_sys::window()?.indexed_db().ok()??;
    let request = factory.open_with_u32(NAME, 1).ok()?;
    let make = Closure::<dyn Fn(web_sys::Event)>::new(|event: web_sys::Event| {
        let request = event.target().and_then(|target| target.dyn_into().ok());
        let database: Option<IdbDatabase> = request
            .and_then(|request: IdbOpenDbRequest| request.result().ok())
            .and_then(|database| database.dyn_into().ok());
        if let Some(database) = database {
            let _ = database.create_object_store(CONVERSATIONS);
            let _ = database.create_object_store(TURNS);
        }
    });
    request.set_onupgradeneeded(Some(make.as_ref().unchecked_ref()));
    let database = done(&request).await?;
    Some(Db(database.unchecked_into()))
}

impl Db {
    /// Begins to read, or to write.
    pub fn work(&self, writes: bool) -> Option<Work> {
        let mode = match writes {
            true => IdbTransactionMode::Readwrite,
            false => IdbTransactionMode::Readonly,
        };
        let stores = Array::of2(&CONVERSATIONS.into(), &TURNS.into());
        let transaction = self
            .0
            .transaction_with_str_sequence_and_mode(&stores, mode)
            .ok()?;
        Some(Work {
            heads: transaction.object_store(CONVERSATIONS).ok()?,
            turns: transaction.object_store(TURNS).ok()?,
            transaction,
        })
    }
}

impl Work {
    /// The record of a conversation; empty where there is none.
    pub async fn head(&self, id: &str) -> Option<String> {
        let head = done(&self.heads.get(&id.into()).ok()?).await?;
        Some(head.as_string().unwrap_or_default())
    }

    /// The records of all conversations.
    pub async fn heads(&self) -> Option<Vec<String>> {
        texts(&self.heads.get_all().ok()?).await
    }

    /// The records of a conversation's turns, from one number on, at most so many.
    pub async fn turns(&self, id: &str, from: usize, most: u32) -> Option<Vec<String>> {
        let turns = self
            .turns
            .get_all_with_key_and_limit(&range(id, from)?.into(), most);
        texts(&turns.ok()?).await
    }

    /// Writes a conversation's record. It is written when the work is finished.
    pub fn put_head(&self, id: &str, head: &str) {
        let _ = self.heads.put_with_key(&head.into(), &id.into());
    }

    /// Writes a turn's record.
    pub fn put_turn(&self, id: &str, turn: usize, record: &str) {
        let _ = self
            .turns
            .put_with_key(&record.into(), &name(id, turn).into());
    }

    /// Takes a conversation out; gives what was there.
    pub async fn take(&self, id: &str) -> Option<Taken> {
        let range = range(id, 0)?;
        let head = self.heads.get(&id.into()).ok()?;
        let keys = self.turns.get_all_keys_with_key(&range).ok()?;
        let turns = self.turns.get_all_with_key(&range).ok()?;
        self.heads.delete(&id.into()).ok()?;
        self.turns.delete(&range).ok()?;
        Some(Taken {
            id: id.to_owned(),
            head: done(&head).await?,
            keys: done(&keys).await?.unchecked_into(),
            turns: done(&turns).await?.unchecked_into(),
        })
    }

    /// Puts back what was taken.
    pub fn put_back(&self, taken: &Taken) {
        let _ = self
            .heads
            .put_with_key(&taken.head, &taken.id.as_str().into());
        for (at, key) in taken.keys.iter().enumerate() {
            let _ = self.turns.put_with_key(&taken.turns.get(at as u32), &key);
        }
    }

    /// Takes everything out.
    pub fn clear(&self) {
        let _ = self.heads.clear();
        let _ = self.turns.clear();
    }

    /// All is asked for: it is done at once, even where the page is about to go.
    pub fn commit(&self) {
        // Where a browser does not know this, it does so by itself a little later.
        let _ = self.transaction.unchecked_ref::<Whole>().commit();
    }

    /// Waits until it is written; `None` where it is not.
    pub async fn finish(self) -> Option<()> {
        let transaction = &self.transaction;
        let promise = Promise::new(&mut |done: Function, failed: Function| {
            transaction.set_oncomplete(Some(&done));
            transaction.set_onerror(Some(&failed));
            transaction.set_onabort(Some(&failed));
        });
        self.commit();
        JsFuture::from(promise).await.ok().map(drop)
    }
}

/// The name of a turn's record: the names of one conversation stand together, in order.
fn name(id: &str, turn: usize) -> String {
    format!("{id}/{turn:08}")
}

fn range(id: &str, from: usize) -> Option<IdbKeyRange> {
    // The sign behind the slash.
    let (first, last) = (name(id, from), format!("{id}0"));
    IdbKeyRange::bound(&first.into(), &last.into()).ok()
}

/// What a request gives.
async fn done(request: &IdbRequest) -> Option<JsValue> {
    let promise = Promise::new(&mut |done: Function, failed: Function| {
        request.set_onsuccess(Some(&done));
        request.set_onerror(Some(&failed));
    });
    JsFuture::from(promise).await.ok()?;
    request.result().ok()
}

async fn texts(request: &IdbRequest) -> Option<Vec<String>> {
    let all: Array = done(request).await?.unchecked_into();
    Some(all.iter().filter_map(|one| one.as_string()).collect())
}
