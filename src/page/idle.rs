//! Work that may wait: done in small pieces while the browser has nothing better to do.
//!
//! In: work that does one small step at a time. Out: the steps, the newest work first, never for longer than a moment. Dropping the
//! [`Task`] ends its work. It must not know what the work is.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::clock::now;
use crate::event::Millis;

/// So long steps go on one after another, in milliseconds, where the browser does not have less time.
const MOMENT: Millis = 10.0;
/// What somebody may see soon waits so many milliseconds at most; all else so many.
const SOON: u32 = 30;
const LATE: u32 = 1000;

#[wasm_bindgen(module = "/src/page/element.js")]
extern "C" {
    #[wasm_bindgen(js_name = whenIdle)]
    fn when_idle(work: &JsValue, patience: u32);
}

/// Does one step; `false` where it was the last.
type Work = Box<dyn FnMut() -> bool>;

/// Work that waits, or is over.
pub struct Task(Rc<Slot>);

struct Slot {
    work: RefCell<Option<Work>>,
    urgent: Cell<bool>,
    gone: Cell<bool>,
}

thread_local! {
    static WAITING: RefCell<Vec<Rc<Slot>>> = RefCell::default();
    static CALL: JsValue = Closure::<dyn Fn(f64)>::new(run).into_js_value();
}

impl Task {
    /// Work that begins soon.
    pub fn new(urgent: bool, work: impl FnMut() -> bool + 'static) -> Task {
        let slot = Rc::new(Slot {
            work: RefCell::new(Some(Box::new(work))),
            urgent: Cell::new(urgent),
            gone: Cell::new(false),
        });
        WAITING.with_borrow_mut(|waiting| waiting.push(slot.clone()));
        call(urgent);
        Task(slot)
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.gone.set(true);
        // While a step is done the work is not here, and is dropped after it.
        let work = self
            .0
            .work
            .try_borrow_mut()
            .ok()
            .and_then(|mut work| work.take());
        drop(work);
    }
}

fn call(urgent: bool) {
    let patience = if urgent { SOON } else { LATE };
    CALL.with(|call| when_idle(call, patience));
}

/// The browser has so many milliseconds.
fn run(left: f64) {
    let due = now() + left.clamp(MOMENT / 2.0, MOMENT);
    loop {
        let next = WAITING.with_borrow_mut(|waiting| {
            waiting.retain(|slot| !slot.gone.get());
            let urgent = waiting.iter().rev().find(|slot| slot.urgent.get());
            urgent.or(waiting.last()).cloned()
        });
        let Some(slot) = next else { return };
        let work = slot.work.borrow_mut().take();
        let more = work.map(|mut work| {
            let more = work();
            (more, work)
        });
        match more {
            Some((true, work)) if !slot.gone.get() => *slot.work.borrow_mut() = Some(work),
            _ => slot.gone.set(true),
        }
        if now() >= due {
            break;
        }
    }
    let left = WAITING.with_borrow(|waiting| {
        let mut left = waiting.iter().filter(|slot| !slot.gone.get()).peekable();
        left.peek()?;
        Some(left.any(|slot| slot.urgent.get()))
    });
    if let Some(urgent) = left {
        call(urgent);
    }
}
