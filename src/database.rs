//! The browser's database, as far as conversations need it: two stores of texts by name.
//!
//! `conversations` holds one record for each conversation, and for each folder of them; `turns` one for each turn, named by its
//! conversation and its number, one for what a page left unwritten of a conversation when it went, the search's piece of it, and what belongs to no conversation
//! ([`Work::own`]). What stands in them is not known here. Everything may fail, and says so: a private window has no database, a full disk no room, and a browser closes the
//! connection of a page that was away.
//! A wrapper of our own: the kept crates for IndexedDB cost a reader 20 KB, this one two. A page has it, and so has a worker.

mod names;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    IdbDatabase, IdbFactory, IdbKeyRange, IdbObjectStore, IdbOpenDbRequest, IdbRequest,
    IdbTransaction, IdbTransactionMode,
};

use crate::history::{Batch, Fault, Head};
use crate::session::before;
use crate::tabs::Deleted;
use names::{all_left, between, folder, left, name, own, range};

/// Name of the database; one for all elements of an origin.
const NAME: &str = "rill";
const CONVERSATIONS: &str = "conversations";
const TURNS: &str = "turns";

#[wasm_bindgen]
extern "C" {
    /// Transaction with the method `commit`, which its binding does not know.
    type Whole;
    #[wasm_bindgen(method, catch)]
    fn commit(this: &Whole) -> Result<(), JsValue>;
}

/// Database of the conversations: a connection that is opened when it is first needed, and anew where the browser has closed it.
#[derive(Clone, Default)]
pub struct Db(Rc<RefCell<Option<IdbDatabase>>>);

/// Transaction over both stores.
pub struct Work {
    transaction: IdbTransaction,
    heads: IdbObjectStore,
    turns: IdbObjectStore,
    /// Error with which the browser refused to take a request of the transaction; the transaction is given up then.
    refused: Cell<Option<Fault>>,
}

/// Longest time that the browser may take to open the database, in milliseconds.
const OPENING: u32 = 5000;
/// Longest time that the browser may take to write, in milliseconds.
const WRITING: u32 = 20_000;
/// The number of conversations whose records are read at once: of thousands, a page may do something else in between.
const TOGETHER: u32 = 256;

/// Opens the database; makes it, where it is not there. Fails where the browser has none, or takes longer than `OPENING`.
async fn open() -> Result<IdbDatabase, Fault> {
    // A worker has it as well as a window.
    let factory = Reflect::get(&js_sys::global(), &"indexedDB".into()).ok();
    let factory = factory.and_then(|factory| factory.dyn_into::<IdbFactory>().ok());
    let request = factory.and_then(|factory| factory.open_with_u32(NAME, 1).ok());
    let request = request.ok_or(Fault::Absent)?;
    MAKE.with(|make| request.set_onupgradeneeded(Some(make.as_ref().unchecked_ref())));
    let database = before(TimeoutFuture::new(OPENING), request_end(&request)).await;
    let database = match database.ok_or(Fault::Late)? {
        true => request.result().map_err(|error| thrown(&error))?,
        false => return Err(Fault::at_opening(&reason(&request))),
    };
    let database: IdbDatabase = database.unchecked_into();
    // Another page wants to delete it, or to make a newer one of it: whoever holds it open keeps that page waiting.
    GIVE_WAY.with(|give_way| database.set_onversionchange(Some(give_way.as_ref().unchecked_ref())));
    Ok(database)
}

type Hears = Closure<dyn Fn(web_sys::Event)>;

thread_local! {
    // They outlive every request: one that is given up may still be answered.
    static MAKE: Hears = Closure::new(|event: web_sys::Event| {
        if let Some(database) = opened(&event) {
            let _ = database.create_object_store(CONVERSATIONS);
            let _ = database.create_object_store(TURNS);
        }
    });
    static GIVE_WAY: Hears = Closure::new(|event: web_sys::Event| {
        let database = event.target().and_then(|target| target.dyn_into().ok());
        if let Some(database) = database {
            IdbDatabase::close(&database);
        }
    });
}

/// Returns the database that is being opened.
fn opened(event: &web_sys::Event) -> Option<IdbDatabase> {
    let request: IdbOpenDbRequest = event.target()?.dyn_into().ok()?;
    request.result().ok()?.dyn_into().ok()
}

/// Reads why a request, or a transaction, failed: the name of its error.
fn reason(of: &JsValue) -> String {
    let error = Reflect::get(of, &"error".into());
    error.map(|error| name_of(&error)).unwrap_or_default()
}

fn name_of(error: &JsValue) -> String {
    let name = Reflect::get(error, &"name".into()).ok();
    name.and_then(|name| name.as_string()).unwrap_or_default()
}

/// Returns the meaning of an error that was thrown.
fn thrown(error: &JsValue) -> Fault {
    Fault::at_work(&name_of(error))
}

impl Db {
    /// Begins a transaction, to read or with `writes` to write as well. Opens a connection where there is none that is of use.
    pub async fn work(&self, writes: bool) -> Result<Work, Fault> {
        if let Some(work) = self.work_at_once(writes) {
            return Ok(work);
        }
        let opened = open().await?;
        self.forget();
        self.0.replace(Some(opened));
        self.work_at_once(writes).ok_or(Fault::Closed)
    }

    /// Begins a transaction without waiting; `None` where there is no connection that is of use.
    pub fn work_at_once(&self, writes: bool) -> Option<Work> {
        let known = self.0.borrow().clone()?;
        let work = begin(&known, writes);
        if work.is_none() {
            // The browser has closed it.
            self.forget();
        }
        work
    }

    /// Closes the connection, which is not to be trusted: the next work opens another one.
    pub fn forget(&self) {
        if let Some(known) = self.0.take() {
            known.close();
        }
    }
}

fn begin(database: &IdbDatabase, writes: bool) -> Option<Work> {
    let mode = match writes {
        true => IdbTransactionMode::Readwrite,
        false => IdbTransactionMode::Readonly,
    };
    let stores = Array::of2(&CONVERSATIONS.into(), &TURNS.into());
    let transaction = database
        .transaction_with_str_sequence_and_mode(&stores, mode)
        .ok()?;
    Some(Work {
        heads: transaction.object_store(CONVERSATIONS).ok()?,
        turns: transaction.object_store(TURNS).ok()?,
        transaction,
        refused: Cell::new(None),
    })
}

impl Work {
    /// Reads the record of a conversation; `None` where there is none.
    pub async fn head(&self, id: &str) -> Result<Option<String>, Fault> {
        let head = done(self.heads.get(&id.into())).await?;
        Ok(head.as_string())
    }

    /// Reads the records of all conversations, and of all folders; in the place of one that is damaged, one that names the
    /// conversation.
    pub async fn heads(&self) -> Result<Vec<String>, Fault> {
        let folders = folder("");
        let mend = |(id, record): (JsValue, JsValue)| {
            let record = record.as_string().unwrap_or_default();
            let id = id.as_string().filter(|id| !id.starts_with(&folders));
            match id {
                Some(id) => Head::mended(&id, record),
                None => record,
            }
        };
        let mut all = Vec::new();
        let mut behind = JsValue::from_str("");
        loop {
            let range = IdbKeyRange::lower_bound_with_open(&behind, true)
                .map_err(|error| thrown(&error))?;
            let keys = self.heads.get_all_keys_with_key_and_limit(&range, TOGETHER);
            let heads = self.heads.get_all_with_key_and_limit(&range, TOGETHER);
            let (keys, heads) = (done(keys).await?, done(heads).await?);
            let (keys, heads): (Array, Array) = (keys.unchecked_into(), heads.unchecked_into());
            all.extend(keys.iter().zip(heads.iter()).map(mend));
            if keys.length() < TOGETHER {
                return Ok(all);
            }
            behind = keys.get(TOGETHER - 1);
        }
    }

    /// Reads the records of a conversation's turns, from the number `from` on, at most `most` of them.
    pub async fn turns(&self, id: &str, from: usize, most: u32) -> Result<Vec<String>, Fault> {
        let range = range(id, from)?;
        let turns = self.turns.get_all_with_key_and_limit(&range.into(), most);
        texts(turns).await
    }

    /// Counts a conversation's records of turns.
    pub async fn count(&self, id: &str) -> Result<usize, Fault> {
        let count = done(self.turns.count_with_key(&range(id, 0)?.into())).await?;
        let count = count.as_f64().ok_or(Fault::Failed)?;
        Ok(count as usize)
    }

    /// Reads the records of single turns, each named by its conversation and its number; `None` in the place of one that is not
    /// there.
    pub async fn single(&self, turns: &[(&str, usize)]) -> Result<Vec<Option<String>>, Fault> {
        let ask = |(id, turn): &(&str, usize)| self.turns.get(&name(id, *turn).into());
        // All are asked for before the first is here.
        let asked: Vec<_> = turns.iter().map(ask).collect();
        let mut records = Vec::new();
        for one in asked {
            records.push(done(one).await?.as_string());
        }
        Ok(records)
    }

    /// Writes the record of a conversation, whose turns stay as they are.
    pub fn put_head(&self, id: &str, record: &str) {
        self.note(self.heads.put_with_key(&record.into(), &id.into()));
    }

    /// Reads the record of a folder; `None` where there is none.
    pub async fn folder(&self, id: &str) -> Result<Option<String>, Fault> {
        self.head(&folder(id)).await
    }

    /// Writes the record of a folder; deletes it with `None`.
    pub fn put_folder(&self, id: &str, record: Option<&str>) {
        let name = folder(id).into();
        self.note(match record {
            Some(record) => self.heads.put_with_key(&record.into(), &name),
            None => self.heads.delete(&name),
        });
    }

    /// Reads the record of what was left unwritten of a conversation; `None` where nothing was.
    pub async fn left(&self, id: &str) -> Result<Option<String>, Fault> {
        let left = done(self.turns.get(&left(id).into())).await?;
        Ok(left.as_string())
    }

    /// Reads the records of all that was left unwritten.
    pub async fn all_left(&self) -> Result<Vec<String>, Fault> {
        texts(self.turns.get_all_with_key(&all_left()?.into())).await
    }

    /// Writes records on top of `known`, the head that the database holds, and drops what was left unwritten of the conversation.
    /// They are written once the work is [finished](Work::finish).
    pub fn put(&self, batch: &Batch, known: Option<&Head>) {
        let id = batch.head.id.as_str();
        for (turn, record) in &batch.turns {
            let name = name(id, *turn).into();
            self.note(self.turns.put_with_key(&record.into(), &name));
        }
        let head = batch.record(known).into();
        self.note(self.heads.put_with_key(&head, &id.into()));
        self.note(self.turns.delete(&left(id).into()));
    }

    /// Writes the record of what is left unwritten of a conversation.
    pub fn put_left(&self, id: &str, record: &str) {
        self.note(self.turns.put_with_key(&record.into(), &left(id).into()));
    }

    /// Notes whether the browser takes a request. What it does not take is not written: then nothing of the work is.
    fn note(&self, asked: Result<IdbRequest, JsValue>) {
        if let Err(error) = asked {
            self.refused.set(Some(thrown(&error)));
        }
    }

    /// Deletes a conversation; returns the records that were there.
    pub async fn delete(&self, id: &str) -> Result<Deleted, Fault> {
        self.records(id, true).await
    }

    /// Reads all records of a conversation, to be put back if they change.
    pub async fn copy(&self, id: &str) -> Result<Deleted, Fault> {
        self.records(id, false).await
    }

    async fn records(&self, id: &str, erases: bool) -> Result<Deleted, Fault> {
        let range = range(id, 0)?;
        let left = left(id).into();
        let gone = [
            self.heads.get(&id.into()),
            self.turns.get_all_keys_with_key(&range),
            self.turns.get_all_with_key(&range),
            self.turns.get(&left),
        ];
        if erases {
            self.erase(id)?;
        }
        let [head, keys, turns, left] = gone;
        let head = done(head).await?.as_string();
        let (keys, turns) = (texts(keys).await?, texts(turns).await?);
        Ok(Deleted {
            of: id.to_owned(),
            head,
            turns: keys.into_iter().zip(turns).collect(),
            left: done(left).await?.as_string(),
        })
    }

    /// Deletes a conversation.
    pub fn erase(&self, id: &str) -> Result<(), Fault> {
        self.note(self.heads.delete(&id.into()));
        self.note(self.turns.delete(&range(id, 0)?.into()));
        self.note(self.turns.delete(&left(id).into()));
        // The search's own state of it (search/src/pieces.rs).
        self.note(self.turns.delete(&format!("piece/{id}").into()));
        Ok(())
    }

    /// Puts back what was deleted, under its own name or under another one.
    pub fn put_back(&self, deleted: &Deleted, id: &str) {
        let Deleted {
            head, turns, left, ..
        } = deleted.clone().renamed(id);
        if let Some(head) = head {
            self.note(self.heads.put_with_key(&head.into(), &id.into()));
        }
        for (key, turn) in turns {
            self.note(self.turns.put_with_key(&turn.into(), &key.into()));
        }
        if let Some(text) = left {
            self.put_left(id, &text);
        }
    }

    /// Deletes everything but what belongs to no conversation.
    pub fn clear(&self) {
        self.note(self.heads.clear());
        for (first, last) in [("", own("").as_str()), ("own0", "\u{ffff}")] {
            match between(first, last) {
                Ok(range) => self.note(self.turns.delete(&range.into())),
                Err(fault) => self.refused.set(Some(fault)),
            }
        }
    }

    /// Reads a value that belongs to no conversation; undefined where there is none.
    pub async fn own(&self, name: &str) -> Result<JsValue, Fault> {
        done(self.turns.get(&own(name).into())).await
    }

    /// Writes a value that belongs to no conversation; undefined deletes it.
    pub fn put_own(&self, name: &str, value: &JsValue) {
        let name = own(name).into();
        self.note(match value.is_undefined() {
            true => self.turns.delete(&name),
            false => self.turns.put_with_key(value, &name),
        });
    }

    /// Commits the transaction, since all is asked for: it is written at once, even where the page is about to go.
    pub fn commit(&self) {
        // Where a browser does not know this, it does so by itself a little later.
        let _ = self.transaction.unchecked_ref::<Whole>().commit();
    }

    /// Waits until the work is written. Fails where the browser refused a part of it, or takes longer than `WRITING`; then
    /// nothing of it is known to be written.
    pub async fn finish(self) -> Result<(), Fault> {
        let transaction = &self.transaction;
        if let Some(fault) = self.refused.get() {
            let _ = transaction.abort();
            return Err(fault);
        }
        let promise = Promise::new(&mut |done: Function, failed: Function| {
            transaction.set_oncomplete(Some(&done));
            // It ends with this, whatever failed in it; only then the reason is known.
            transaction.set_onabort(Some(&failed));
        });
        self.commit();
        match before(TimeoutFuture::new(WRITING), JsFuture::from(promise)).await {
            Some(Ok(_)) => Ok(()),
            Some(Err(_)) => Err(Fault::at_work(&reason(transaction))),
            None => Err(Fault::Late),
        }
    }
}

/// Waits until a request is over; tells whether it was successful.
async fn request_end(request: &IdbRequest) -> bool {
    let promise = Promise::new(&mut |done: Function, failed: Function| {
        request.set_onsuccess(Some(&done));
        request.set_onerror(Some(&failed));
    });
    JsFuture::from(promise).await.is_ok()
}

/// Waits for the result of a request.
async fn done(asked: Result<IdbRequest, JsValue>) -> Result<JsValue, Fault> {
    let request = asked.map_err(|error| thrown(&error))?;
    match request_end(&request).await {
        true => request.result().map_err(|error| thrown(&error)),
        false => Err(Fault::at_work(&reason(&request))),
    }
}

async fn texts(asked: Result<IdbRequest, JsValue>) -> Result<Vec<String>, Fault> {
    let all: Array = done(asked).await?.unchecked_into();
    Ok(all.iter().filter_map(|one| one.as_string()).collect())
}
