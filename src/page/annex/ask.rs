//! The worker: starts when it is first needed, is asked one thing at a time, and is ended when it does not answer. A grammar may
//! never come back from a line, and nothing inside the worker can end it: then a new one does without what the old one hung on.
//!
//! In: questions, each with the kind of what is asked. Out: [`Answer`], handed to the room above.

use std::cell::RefCell;

use gloo_timers::callback::Timeout;
use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::page::clock::now;
use crate::page::dom::start_worker;
use crate::patience::Patience;

/// Longest time that a worker may take to start, in milliseconds: its wasm is a megabyte.
const PATIENCE_TO_START: u32 = 60_000;
/// Grace that a worker has after its time, in milliseconds: what it has said already may wait behind this page's own work.
const GRACE: u32 = 250;

thread_local! {
    /// Patience with the workers. It outlives every one of them, and the conversation that it was lost with.
    static PATIENCE: RefCell<Patience> = RefCell::default();
}

/// Message from the worker.
pub enum Answer {
    /// The worker can be asked now.
    Ready,
    /// The worker failed, or was too slow, perhaps on the question of this number.
    Failed(Option<u32>),
    /// The answer to the question of this number.
    Said(u32, JsValue),
}

/// Worker of the annex, if it runs.
#[derive(Default)]
pub struct Worker {
    running: Option<Running>,
    hopeless: bool,
}

struct Running {
    worker: web_sys::Worker,
    ready: bool,
    asked: Option<u32>,
    patience: Option<Timeout>,
    /// Set once the worker's time is over, and the grace has begun.
    late: bool,
    /// Closures that hear the worker.
    _told: Closure<dyn Fn(JsValue)>,
    _failed: Closure<dyn Fn()>,
}

impl Worker {
    /// Tells whether the worker cannot be had at all.
    pub fn is_hopeless(&self) -> bool {
        self.hopeless
    }

    /// Tells whether the worker was started.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Tells whether the worker can be asked now; starts it where it does not run.
    pub fn is_free(&mut self) -> bool {
        if self.running.is_none() && !self.is_hopeless() {
            self.start();
        }
        self.running
            .as_ref()
            .is_some_and(|running| running.ready && running.asked.is_none())
    }

    /// Tells whether the worker is busy with the question of this number.
    pub fn answers(&self, number: u32) -> bool {
        self.running
            .as_ref()
            .is_some_and(|running| running.asked == Some(number))
    }

    /// Puts a question to the worker, which must be free, about something of a kind that [is asked for](asks_for).
    pub fn ask(&mut self, number: u32, kind: &str, question: &Array) {
        if let Some(running) = &mut self.running {
            running.asked = Some(number);
            PATIENCE.with_borrow_mut(|patience| patience.asks(kind, now()));
            running.wait();
            let _ = running.worker.post_message(question);
        }
    }

    fn start(&mut self) {
        let hear = Closure::<dyn Fn(JsValue)>::new(told);
        let fail = Closure::<dyn Fn()>::new(failed);
        match start_worker("annex.js", hear.as_ref(), fail.as_ref()) {
            Ok(worker) => {
                self.running = Some(Running {
                    worker,
                    ready: false,
                    asked: None,
                    late: false,
                    patience: Some(Timeout::new(PATIENCE_TO_START, failed)),
                    _told: hear,
                    _failed: fail,
                });
            }
            // A policy forbids it, or the browser is too old.
            Err(_) => self.hopeless = true,
        }
    }

    fn hear(&mut self, said: JsValue) -> Option<Answer> {
        let running = self.running.as_mut()?;
        running.patience = None;
        // A number alone: it is still at work on that.
        if said.as_f64().is_some() {
            PATIENCE.with_borrow_mut(|patience| patience.hears(now()));
            running.wait();
            return None;
        }
        match said.as_string().as_deref() {
            Some("ready") => {
                running.ready = true;
                Some(Answer::Ready)
            }
            Some(_) => Some(self.fail()),
            None => {
                PATIENCE.with_borrow_mut(|patience| patience.answered(now()));
                Some(Answer::Said(running.asked.take()?, said))
            }
        }
    }

    /// Ends the worker, if its time is over, and the grace, and it has said nothing since; else waits on.
    fn look(&mut self) -> Option<Answer> {
        let running = self.running.as_mut()?;
        let left = PATIENCE.with_borrow(|patience| patience.left(now()))?;
        if left > 0.0 || !running.late {
            running.late = left <= 0.0;
            running.wait();
            return None;
        }
        Some(self.fail())
    }

    /// Ends the worker; the next need starts it anew, but where it never came to be. What it was asked is given up.
    fn fail(&mut self) -> Answer {
        let gone = self.running.take();
        self.hopeless |= !gone.as_ref().is_some_and(|running| running.ready);
        PATIENCE.with_borrow_mut(Patience::gives_up);
        Answer::Failed(gone.and_then(|running| running.asked))
    }
}

impl Running {
    /// Looks at the worker again when its time is over.
    fn wait(&mut self) {
        let left = PATIENCE.with_borrow(|patience| patience.left(now()));
        let wait = match left {
            Some(left) if left > 0.0 => {
                self.late = false;
                left.ceil() as u32
            }
            _ => GRACE,
        };
        self.patience = Some(Timeout::new(wait, look));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        PATIENCE.with_borrow_mut(Patience::ended);
        // What it has said already and nobody has heard yet must not come to closures that are gone.
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

fn told(said: JsValue) {
    if let Some(answer) = super::with(|annex| annex.worker.hear(said)) {
        super::told(answer);
    }
}

/// Tells whether things of this kind are asked at all.
pub fn asks_for(kind: &str) -> bool {
    PATIENCE.with_borrow(|patience| patience.asks_for(kind))
}

fn look() {
    if let Some(answer) = super::with(|annex| annex.worker.look()) {
        super::told(answer);
    }
}

fn failed() {
    let answer = super::with(|annex| annex.worker.fail());
    super::told(answer);
}
