//! Work of a chat that is not over.
//!
//! In: futures. Out: nothing of them, once the chat is gone. Work that waits for something, whatever else it holds, does nothing more
//! then, so that it never finds a chat without its signals.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;

use futures_util::future::{AbortHandle, abortable};
use leptos::prelude::*;

use super::Chat;

/// Work of a chat that goes on. Only the chat's owner keeps it.
#[derive(Default)]
pub(super) struct Tasks {
    last: Cell<usize>,
    going: RefCell<Vec<(usize, AbortHandle)>>,
}

impl Tasks {
    /// Notes that work begins; returns its number.
    fn begin(&self, handle: AbortHandle) -> usize {
        let number = self.last.get().wrapping_add(1);
        self.last.set(number);
        self.going.borrow_mut().push((number, handle));
        number
    }

    /// Notes that the work of that number is over.
    fn end(&self, number: usize) {
        self.going.borrow_mut().retain(|(of, _)| *of != number);
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        for (_, task) in self.going.take() {
            task.abort();
        }
    }
}

impl Chat {
    /// Runs work that ends with the chat: what stands behind one of its `await`s finds the chat as it was before it.
    pub fn spawn(self, work: impl Future<Output = ()> + 'static) {
        // Boxed: what aborts and starts it is compiled once, not for every sort of work.
        let work: Pin<Box<dyn Future<Output = ()>>> = Box::pin(work);
        let Some(tasks) = self.tasks.try_get_value() else {
            return;
        };
        let (work, handle) = abortable(work);
        let number = tasks.begin(handle);
        let tasks = Rc::downgrade(&tasks);
        wasm_bindgen_futures::spawn_local(async move {
            let _ = work.await;
            if let Some(tasks) = tasks.upgrade() {
                tasks.end(number);
            }
        });
    }

    /// Counts the chat's pieces of work that are not over.
    pub fn busy(self) -> usize {
        let tasks = self.tasks.try_get_value();
        tasks.map_or(0, |tasks| tasks.going.borrow().len())
    }
}
