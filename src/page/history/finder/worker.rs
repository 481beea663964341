//! The page's side of the worker that searches.
//!
//! In: heads and records; queries. Out: answers, each to whoever asked. What the worker understands is said in `search/src/main.rs`.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use futures_channel::oneshot::{Receiver, Sender, channel};
use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::page::dom::start_worker;
use crate::search::{Hit, Stored};

/// What is found: the best hits, and the number of all.
pub type Answer = (Vec<Hit>, usize);

/// A worker that searches. It ends with this.
pub struct Worker {
    worker: web_sys::Worker,
    asked: Rc<Asked>,
    _told: Closure<dyn Fn(JsValue)>,
    _failed: Closure<dyn Fn()>,
}

/// Those who wait for an answer.
#[derive(Default)]
struct Asked {
    ready: RefCell<Option<Sender<()>>>,
    missing: RefCell<Option<Sender<Vec<String>>>>,
    mark: RefCell<Option<Sender<()>>>,
    found: RefCell<HashMap<u32, Sender<Answer>>>,
    number: Cell<u32>,
    has_failed: Cell<bool>,
}

impl Worker {
    /// Starts a worker; `None` where it cannot be had.
    pub async fn start() -> Option<Worker> {
        let asked: Rc<Asked> = Rc::default();
        let (tell, ready) = channel();
        asked.ready.replace(Some(tell));
        let hears = asked.clone();
        let told = Closure::<dyn Fn(JsValue)>::new(move |said: JsValue| hears.hear(&said));
        let hears = asked.clone();
        let failed = Closure::<dyn Fn()>::new(move || hears.fail());
        let worker = start_worker("search.js", told.as_ref(), failed.as_ref()).ok()?;
        let worker = Worker {
            worker,
            asked,
            _told: told,
            _failed: failed,
        };
        ready.await.is_ok().then_some(worker)
    }

    /// Hands in what the store holds; gives the names of the conversations whose turns are missing, `None` where the worker has failed.
    pub async fn begin(&self, stored: &[Stored]) -> Option<Vec<String>> {
        let all = Array::new();
        for one in stored {
            all.push(&one.id.as_str().into());
            all.push(&(one.version as f64).into());
            all.push(&one.name.as_str().into());
            all.push(&one.at.into());
        }
        let missing = self.wait(&self.asked.missing)?;
        self.say(&[&"begin".into(), &all]);
        missing.await.ok()
    }

    /// Hands in records of turns of a conversation, of which this is the number of the first.
    pub fn turns(&self, id: &str, first: usize, records: &[String]) {
        let records = records.iter().enumerate();
        let records = records.map(|(at, record)| (first.saturating_add(at), record.as_str()));
        self.say(&[&"turns".into(), &id.into(), &told(records)]);
    }

    /// Says that all turns of this version of a conversation are handed in.
    pub fn whole(&self, id: &str, version: u64) {
        self.say(&[&"whole".into(), &id.into(), &(version as f64).into()]);
    }

    /// Waits until the worker has taken in all that it was told so far; `None` where it has failed.
    pub async fn catch_up(&self) -> Option<()> {
        let mark = self.wait(&self.asked.mark)?;
        self.say(&[&"mark".into()]);
        mark.await.ok()
    }

    /// Says what was written of a conversation on top of the version `expect`.
    pub fn wrote(&self, head: &Stored, expect: u64, turns: &[(usize, String)]) {
        let turns = turns.iter();
        let turns = turns.map(|(turn, record)| (*turn, record.as_str()));
        self.say(&[
            &"wrote".into(),
            &head.id.as_str().into(),
            &(expect as f64).into(),
            &(head.version as f64).into(),
            &head.name.as_str().into(),
            &head.at.into(),
            &told(turns),
        ]);
    }

    /// Looks for what somebody typed; `None` where the worker has failed.
    pub async fn find(&self, words: &str, most: usize) -> Option<Answer> {
        if self.asked.has_failed.get() {
            return None;
        }
        let number = self.asked.number.get().wrapping_add(1);
        self.asked.number.set(number);
        let (tell, found) = channel();
        self.asked.found.borrow_mut().insert(number, tell);
        self.say(&[
            &"find".into(),
            &number.into(),
            &words.into(),
            &(most as f64).into(),
        ]);
        found.await.ok()
    }

    fn wait<T>(&self, place: &RefCell<Option<Sender<T>>>) -> Option<Receiver<T>> {
        let (tell, told) = channel();
        let waits = !self.asked.has_failed.get();
        waits.then(|| {
            place.replace(Some(tell));
            told
        })
    }

    fn say(&self, words: &[&JsValue]) {
        let message: Array = words.iter().copied().collect();
        if self.worker.post_message(&message).is_err() {
            self.asked.fail();
        }
    }
}

impl Asked {
    fn hear(&self, said: &JsValue) {
        match said.as_string().as_deref() {
            Some("ready") => {
                let _ = self.ready.take().map(|ready| ready.send(()));
            }
            Some(_) => self.fail(),
            None => self.answer(&Array::from(said)),
        }
    }

    fn answer(&self, said: &Array) {
        let number = |at| said.get(at).as_f64().unwrap_or_default();
        let rest = |from: usize| said.iter().skip(from);
        match said.get(0).as_string().as_deref() {
            Some("missing") => {
                let ids = rest(1).filter_map(|id| id.as_string()).collect();
                let _ = self.missing.take().map(|missing| missing.send(ids));
            }
            Some("mark") => {
                let _ = self.mark.take().map(|mark| mark.send(()));
            }
            _ => {
                let waits = self.found.borrow_mut().remove(&(number(1) as u32));
                let hits = rest(3).map(|one| hit(&Array::from(&one))).collect();
                let _ = waits.map(|waits| waits.send((hits, number(2) as usize)));
            }
        }
    }

    /// Whoever waits does so in vain.
    fn fail(&self) {
        self.has_failed.set(true);
        self.ready.take();
        self.missing.take();
        self.mark.take();
        self.found.take();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // What it has said already must not come to closures that are gone.
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

fn told<'a>(records: impl Iterator<Item = (usize, &'a str)>) -> JsValue {
    let all = Array::new();
    for (turn, record) in records {
        all.push(&(turn as f64).into());
        all.push(&record.into());
    }
    all.into()
}

fn hit(told: &Array) -> Hit {
    let numbers: Vec<f64> = told.iter().skip(1).filter_map(|one| one.as_f64()).collect();
    let (turn, places) = numbers.split_first().unwrap_or((&-1.0, &[]));
    let place = |place: &[f64]| match place {
        [start, end] => Some(*start as usize..*end as usize),
        _ => None,
    };
    Hit {
        conversation: told.get(0).as_string().unwrap_or_default(),
        turn: (*turn >= 0.0).then_some(*turn as usize),
        places: places.chunks(2).filter_map(place).collect(),
    }
}
