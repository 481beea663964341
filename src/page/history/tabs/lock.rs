//! The browser's locks, as far as conversations need them (Web Locks, section 2).
//!
//! In: names of conversations. Out: word that the lock of one has come, or was taken away. A lock ends with its page, however that
//! ends.
//!
//! A page that is not in a secure context (plain http at an address of the local network) has no locks.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::page::browser::{call, field};

/// News of a lock: the conversation, and whether its lock has come or was taken away.
pub type Hears = Rc<dyn Fn(String, bool)>;

/// Locks of one chat, those that it has and those that it waits for.
pub struct Locks {
    manager: JsValue,
    hears: Hears,
    requests: RefCell<Vec<(String, Rc<Request>)>>,
}

/// Request for one lock. Dropping it lets go of the lock, or of the place in its line.
struct Request {
    /// Lets go of the lock; `None` before the lock is here.
    end: RefCell<Option<Function>>,
    is_over: Cell<bool>,
    /// Holds the method that the browser calls when the lock is here.
    _then: Closure<dyn Fn(JsValue)>,
}

impl Locks {
    /// Returns the locks of this browser; `None` where it has none.
    pub fn new(hears: Hears) -> Option<Locks> {
        let manager = field(&leptos::prelude::window().navigator(), "locks")?;
        Some(Locks {
            manager,
            hears,
            requests: RefCell::default(),
        })
    }

    /// Stands in line for the lock of a conversation, in vain where that is done already; with `steal`, takes it at once.
    pub fn request(&self, id: &str, steal: bool) {
        if steal {
            self.release(id);
        } else if self.requests.borrow().iter().any(|(of, _)| of == id) {
            return;
        }
        // A browser keeps a lock for as long as the promise of the callback: here an object whose `then` is our own, which is
        // called with what ends it.
        let kept: Rc<RefCell<Option<Rc<Request>>>> = Rc::default();
        let (known, hears, name) = (kept.clone(), self.hears.clone(), id.to_owned());
        let then = Closure::<dyn Fn(JsValue)>::new(move |end: JsValue| {
            let end: Function = end.unchecked_into();
            match known.borrow().as_ref().filter(|known| !known.is_over.get()) {
                Some(known) => {
                    known.end.replace(Some(end));
                    // Whoever hears it may let go of it at once.
                    let (hears, name) = (hears.clone(), name.clone());
                    spawn_local(async move { hears(name, true) });
                }
                None => drop(end.call1(&JsValue::UNDEFINED, &JsValue::UNDEFINED)),
            }
        });
        let thenable = Object::new();
        let _ = Reflect::set(&thenable, &"then".into(), then.as_ref());
        let request = Rc::new(Request {
            end: RefCell::default(),
            is_over: Cell::new(false),
            _then: then,
        });
        kept.replace(Some(request.clone()));
        self.requests
            .borrow_mut()
            .push((id.to_owned(), request.clone()));
        let options = Object::new();
        let _ = Reflect::set(&options, &"steal".into(), &steal.into());
        // What gives back the object itself.
        let gives = field(&thenable, "valueOf").unwrap_or_default();
        let gives = call(&gives, "bind", &[thenable.into()]).unwrap_or_default();
        let asked = call(
            &self.manager,
            "request",
            &[name_of(id).into(), options.into(), gives],
        );
        let (hears, id) = (self.hears.clone(), id.to_owned());
        spawn_local(async move {
            let Ok(promise) = asked else { return };
            let became = JsFuture::from(promise.unchecked_into::<Promise>()).await;
            // It was taken away.
            if became.is_err() && request.end.take().is_some() && !request.is_over.get() {
                hears(id, false);
            }
            // Only now nobody calls it any more.
            kept.take();
        });
    }

    /// Lets go of the lock of a conversation, or of the place in its line.
    pub fn release(&self, id: &str) {
        self.requests.borrow_mut().retain(|(of, request)| {
            if of == id {
                request.let_go();
            }
            of != id
        });
    }
}

impl Drop for Locks {
    fn drop(&mut self) {
        for (_, request) in self.requests.take() {
            request.let_go();
        }
    }
}

impl Request {
    fn let_go(&self) {
        self.is_over.set(true);
        if let Some(end) = self.end.take() {
            let _ = end.call1(&JsValue::UNDEFINED, &JsValue::UNDEFINED);
        }
    }
}

/// Tells whether some tab has the lock of a conversation.
pub async fn is_held(id: &str) -> bool {
    let manager = field(&leptos::prelude::window().navigator(), "locks");
    let asked = manager.and_then(|manager| call(&manager, "query", &[]).ok());
    let Some(asked) = asked else { return false };
    let Ok(all) = JsFuture::from(asked.unchecked_into::<Promise>()).await else {
        return false;
    };
    let held = field(&all, "held").filter(JsValue::is_object);
    let held = held.map(|held| Array::from(&held)).unwrap_or_default();
    let wanted = JsValue::from(name_of(id));
    held.iter()
        .any(|lock| field(&lock, "name").as_ref() == Some(&wanted))
}

fn name_of(id: &str) -> String {
    format!("rill.{id}")
}
