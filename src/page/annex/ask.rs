//! The worker: starts when it is first needed, is asked one thing at a time, and is ended when it does not answer.
//!
//! In: questions. Out: [`Answer`], handed to the room above. It must not know what is asked.

use gloo_timers::callback::Timeout;
use js_sys::Array;
use wasm_bindgen::prelude::*;

/// Its wasm is a megabyte, and some lines are slow.
const PATIENCE_TO_START: u32 = 60_000;
/// A piece of code takes a few milliseconds; a grammar may be slow on odd lines, and a machine busy.
const PATIENCE: u32 = 20_000;
/// After so many failures it is left alone.
const MOST_FAILURES: u8 = 3;

#[wasm_bindgen(module = "/src/page/element.js")]
extern "C" {
    #[wasm_bindgen(js_name = startAnnex, catch)]
    fn start_annex(told: &JsValue, failed: &JsValue) -> Result<web_sys::Worker, JsValue>;
}

/// What the worker has to say.
pub enum Answer {
    /// It can be asked now.
    Ready,
    /// It failed, or was too slow, perhaps on the question of this number.
    Failed(Option<u32>),
    /// The answer to the question of this number.
    Said(u32, JsValue),
}

/// The worker, if it runs.
#[derive(Default)]
pub struct Worker {
    running: Option<Running>,
    failures: u8,
}

struct Running {
    worker: web_sys::Worker,
    ready: bool,
    asked: Option<u32>,
    patience: Option<Timeout>,
    /// What hears it.
    _told: Closure<dyn Fn(JsValue)>,
    _failed: Closure<dyn Fn()>,
}

impl Worker {
    /// It has failed too often, or cannot be had at all.
    pub fn is_hopeless(&self) -> bool {
        self.failures >= MOST_FAILURES
    }

    /// Whether it was started.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Whether it can be asked now; starts it where it does not run.
    pub fn is_free(&mut self) -> bool {
        if self.running.is_none() && !self.is_hopeless() {
            self.start();
        }
        self.running
            .as_ref()
            .is_some_and(|running| running.ready && running.asked.is_none())
    }

    /// Whether it is busy with the question of this number.
    pub fn answers(&self, number: u32) -> bool {
        self.running
            .as_ref()
            .is_some_and(|running| running.asked == Some(number))
    }

    /// Asks. It must be free.
    pub fn ask(&mut self, number: u32, question: &Array) {
        if let Some(running) = &mut self.running {
            running.asked = Some(number);
            running.patience = Some(Timeout::new(PATIENCE, failed));
            let _ = running.worker.post_message(question);
        }
    }

    fn start(&mut self) {
        let hear = Closure::<dyn Fn(JsValue)>::new(told);
        let fail = Closure::<dyn Fn()>::new(failed);
        match start_annex(hear.as_ref(), fail.as_ref()) {
            Ok(worker) => {
                self.running = Some(Running {
                    worker,
                    ready: false,
                    asked: None,
                    patience: Some(Timeout::new(PATIENCE_TO_START, failed)),
                    _told: hear,
                    _failed: fail,
                });
            }
            // A policy forbids it, or the browser is too old.
            Err(_) => self.failures = MOST_FAILURES,
        }
    }

    fn hear(&mut self, said: JsValue) -> Option<Answer> {
        let running = self.running.as_mut()?;
        running.patience = None;
        match said.as_string().as_deref() {
            Some("ready") => {
                running.ready = true;
                Some(Answer::Ready)
            }
            Some(_) => Some(self.fail()),
            None => Some(Answer::Said(running.asked.take()?, said)),
        }
    }

    /// It is ended; the next need starts it anew, but where it never came to be.
    fn fail(&mut self) -> Answer {
        let gone = self.running.take();
        let came = gone.as_ref().is_some_and(|running| running.ready);
        self.failures = if came {
            self.failures + 1
        } else {
            MOST_FAILURES
        };
        Answer::Failed(gone.and_then(|running| running.asked))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
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

fn failed() {
    let answer = super::with(|annex| annex.worker.fail());
    super::told(answer);
}
