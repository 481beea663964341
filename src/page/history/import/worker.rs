//! The page's side of the worker that reads files and writes what is new of them.
//!
//! In: files, and what is wanted of them. Out: events in one queue, together with what the person wants meanwhile. What the worker
//! understands is said in `import/src/main.rs`.

use futures_channel::mpsc::UnboundedSender;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::File;

use crate::page::dom::start_worker;

/// An event of an import.
pub enum Event {
    /// The worker says something.
    Said(JsValue),
    /// The worker cannot go on.
    Failed,
    /// The person wants what is new to be written.
    Write,
    /// The person wants no more of it.
    Cancel,
}

/// A worker that reads files and writes. It ends with this.
pub struct Worker {
    worker: web_sys::Worker,
    _told: Closure<dyn Fn(JsValue)>,
    _failed: Closure<dyn Fn()>,
}

impl Worker {
    /// Starts a worker, which says "ready" once it can be asked; `None` where it cannot be had.
    pub fn start(events: &UnboundedSender<Event>) -> Option<Worker> {
        let hears = events.clone();
        let told = Closure::<dyn Fn(JsValue)>::new(move |said: JsValue| {
            let _ = hears.unbounded_send(match said.as_string().as_deref() {
                Some("failed") => Event::Failed,
                _ => Event::Said(said),
            });
        });
        let hears = events.clone();
        let failed = Closure::<dyn Fn()>::new(move || {
            let _ = hears.unbounded_send(Event::Failed);
        });
        let worker = start_worker("import.js", told.as_ref(), failed.as_ref()).ok()?;
        Some(Worker {
            worker,
            _told: told,
            _failed: failed,
        })
    }

    /// Asks what is in files, where the store holds these heads.
    pub fn look(&self, files: &[File], heads: &[String]) {
        let files: Array = files.iter().collect();
        let heads: Array = heads.iter().map(|head| JsValue::from_str(head)).collect();
        let now = js_sys::Date::now().into();
        self.ask(&Array::of4(&"look".into(), &files, &heads, &now));
    }

    /// Begins with the records of a file.
    pub fn write(&self, file: usize) {
        self.ask(&Array::of2(&"write".into(), &(file as f64).into()));
    }

    /// Asks for the next records.
    pub fn next(&self) {
        self.ask(&Array::of1(&"next".into()));
    }

    /// Has it write what is new of those.
    pub fn put(&self) {
        self.ask(&Array::of1(&"put".into()));
    }

    fn ask(&self, question: &Array) {
        let _ = self.worker.post_message(question);
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
