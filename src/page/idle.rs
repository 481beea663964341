//! Work that may wait: done in small pieces while the browser has nothing better to do.
//!
//! In: work that does one small step at a time. Out: the steps, the newest work first, never for longer than a moment. Dropping the
//! [`Task`] ends its work. It must not know what the work is.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::clock::now;
use crate::event::Millis;

/// Longest time for which steps go on one after another, in milliseconds, where the browser does not have less.
const MOMENT: Millis = 10.0;
/// Longest wait of work that somebody may see soon, in milliseconds; all else waits [`LATE`] at most.
const SOON: u32 = 30;
const LATE: u32 = 1000;

#[wasm_bindgen(module = "/src/page/element.js")]
extern "C" {
    #[wasm_bindgen(js_name = whenIdle)]
    fn when_idle(work: &JsValue, patience: u32);
}

/// Work in steps: does one; `false` where it was the last.
type Work = Box<dyn FnMut() -> bool>;

/// Handle of work that waits, or is over. Dropping it ends the work.
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
    /// Adds work that begins soon; `urgent` where somebody may see it soon.
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

/// Does steps for the `left` milliseconds that the browser has, at most [`MOMENT`] and at least half of it: the newest urgent
/// work first. Asks for another turn where work is left.
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
