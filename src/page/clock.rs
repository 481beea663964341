//! The page's clock and its frames.

use std::cell::Cell;
use std::rc::Rc;
use std::thread::LocalKey;

use gloo_render::AnimationFrame;
use gloo_timers::callback::Timeout;
use gloo_timers::future::TimeoutFuture;
use web_sys::{Document, MediaQueryList, Performance, VisibilityState};

use crate::event::Millis;
use crate::session::Clock;

/// Shortest time between two paintings of text that grows, in milliseconds: thirty times a second. Every painting is work for the
/// whole browser, most of it the same for one letter as for a hundred, and nobody reads sixty times a second.
const FRAME: Millis = 33.0;
/// Time that the next frame is about away, in milliseconds: what is due later waits for a timer first. Text is painted in a
/// frame, not by the timer itself: there the browser has told already whether the reader has scrolled.
const AHEAD: Millis = 12.0;

// Asked for at every token or frame: found once.
thread_local! {
    static CLOCK: Option<Performance> = web_sys::window().and_then(|window| window.performance());
    static DOCUMENT: Option<Document> = web_sys::window().and_then(|window| window.document());
    static CALM: Option<MediaQueryList> = media("(prefers-reduced-motion: reduce)");
}

fn ask<T, A>(key: &'static LocalKey<Option<T>>, question: impl FnOnce(&T) -> A) -> Option<A> {
    key.with(|known| known.as_ref().map(question))
}

/// Reads the page's clock, `performance.now()`, in milliseconds.
pub fn now() -> Millis {
    ask(&CLOCK, Performance::now).unwrap_or(0.0)
}

/// Sets a mark in the browser's timeline, for those who measure.
pub fn mark(name: &str) {
    let _ = ask(&CLOCK, |clock| clock.mark(name));
}

/// Clock of the page, as the session sees it.
#[derive(Clone, Copy)]
pub struct PageClock;

impl Clock for PageClock {
    fn now(&self) -> Millis {
        now()
    }

    async fn until(&self, due: Millis) {
        sleep(due - now()).await;
    }
}

/// Waits for `span` milliseconds; a span that is over is waited for not at all, but once round the event loop.
pub async fn sleep(span: Millis) {
    // A browser's timer holds 31 bits: about 24 days.
    TimeoutFuture::new(span.ceil().clamp(0.0, 2_147_483_000.0) as u32).await;
}

/// Pending call of a function, at the next frame or after a while; none at first. Dropping it takes the call back. Calls keep
/// [`FRAME`] from each other.
#[derive(Default)]
pub struct Beat {
    armed: Rc<Cell<bool>>,
    /// Time that calls keep from each other where that is more than [`FRAME`], in milliseconds.
    stride: Millis,
    /// Time of the last call, in milliseconds; `None` where the next need not keep apart from it.
    last: Rc<Cell<Option<Millis>>>,
    /// Time at which the pending call is due, in milliseconds.
    due: Millis,
    frame: Rc<Cell<Option<AnimationFrame>>>,
    timer: Option<Timeout>,
}

impl Beat {
    /// Sets the time, in milliseconds, that the next calls keep from each other, no less than [`FRAME`].
    pub fn set_stride(&mut self, stride: Millis) {
        self.stride = stride;
    }

    /// Calls `work` once, `wait` milliseconds from now or at the next frame where that is about the same, but not too soon
    /// after the last call. A hidden page has no frames: there a timer beats. Does nothing while a call is pending.
    pub fn arm(&mut self, wait: Millis, work: impl FnOnce() + 'static) {
        if self.armed.replace(true) {
            return;
        }
        let (armed, last) = (self.armed.clone(), self.last.clone());
        let run = move || {
            armed.set(false);
            last.set(Some(now()));
            work();
        };
        let wait = self.wait(wait);
        self.due = now() + wait;
        self.frame.take();
        self.timer = None;
        if hidden() {
            self.timer = Some(Timeout::new(wait.min(60_000.0) as u32, run));
        } else if wait > AHEAD {
            let frame = self.frame.clone();
            let wait = (wait - AHEAD).min(60_000.0) as u32;
            self.timer = Some(Timeout::new(wait, move || frame.set(Some(at_frame(run)))));
        } else {
            self.frame.set(Some(at_frame(run)));
        }
    }

    /// Takes a pending timer back where the next `arm` may be sooner. A pending frame stays: nothing is sooner.
    pub fn hasten(&mut self) {
        if self.timer.is_some() && self.due > now() + self.wait(0.0) + AHEAD {
            self.disarm();
        }
    }

    /// Lets the next call come at once, however soon after the last.
    pub fn hurry(&mut self) {
        self.last.set(None);
    }

    /// Takes a pending call back, so that the next `arm` counts anew.
    pub fn disarm(&mut self) {
        self.armed.set(false);
        self.frame.take();
        self.timer = None;
    }

    /// Returns how many milliseconds a call has to wait that is wanted in `wait` milliseconds.
    fn wait(&self, wait: Millis) -> Millis {
        let least = match self.last.get() {
            _ if hidden() => 50.0,
            Some(last) => last + FRAME.max(self.stride) - now(),
            None => 0.0,
        };
        wait.max(least)
    }
}

fn at_frame(work: impl FnOnce() + 'static) -> AnimationFrame {
    gloo_render::request_animation_frame(move |_| work())
}

/// Tells whether nobody can see the page.
pub fn hidden() -> bool {
    ask(&DOCUMENT, Document::visibility_state) == Some(VisibilityState::Hidden)
}

/// Tells whether the reader wants less motion.
pub fn is_calm() -> bool {
    ask(&CALM, MediaQueryList::matches) == Some(true)
}

/// Tells whether a media query matches now.
pub fn media_matches(query: &str) -> bool {
    media(query).is_some_and(|list| list.matches())
}

fn media(query: &str) -> Option<MediaQueryList> {
    web_sys::window()?.match_media(query).ok().flatten()
}
