//! The page's clock and its frames.

use std::cell::Cell;
use std::rc::Rc;

use gloo_render::AnimationFrame;
use gloo_timers::callback::Timeout;
use gloo_timers::future::TimeoutFuture;

use crate::event::Millis;
use crate::session::Clock;

/// `performance.now()`.
pub fn now() -> Millis {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or(0.0, |performance| performance.now())
}

/// The page's clock as the session sees it.
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

/// One pending call of a function at the next frame, or after a while; none at first. Dropping it takes the call back.
#[derive(Default)]
pub struct Beat {
    armed: Rc<Cell<bool>>,
    frame: Option<AnimationFrame>,
    timer: Option<Timeout>,
}

impl Beat {
    /// Calls `work` once, at the next frame, or after `wait` milliseconds where that is later than a frame or two.
    /// A hidden page has no frames: there a timer beats. Does nothing while a call is pending.
    pub fn arm(&mut self, wait: Millis, work: impl FnOnce() + 'static) {
        if self.armed.replace(true) {
            return;
        }
        let armed = self.armed.clone();
        let run = move || {
            armed.set(false);
            work();
        };
        let hidden = hidden();
        self.frame = None;
        self.timer = None;
        if hidden || wait > 34.0 {
            let wait = if hidden { wait.max(50.0) } else { wait };
            self.timer = Some(Timeout::new(wait.min(60_000.0) as u32, run));
        } else {
            self.frame = Some(gloo_render::request_animation_frame(move |_| run()));
        }
    }

    /// A pending timer gives way, so that the next `arm` may be sooner. A pending frame stays: nothing is sooner.
    pub fn hasten(&mut self) {
        if self.timer.is_some() && !hidden() {
            self.disarm();
        }
    }

    /// Takes a pending call back, so that the next `arm` counts anew.
    pub fn disarm(&mut self) {
        self.armed.set(false);
        self.frame = None;
        self.timer = None;
    }
}

/// Whether nobody can see the page.
pub fn hidden() -> bool {
    web_sys::window()
        .and_then(|window| window.document())
        .is_some_and(|document| document.visibility_state() == web_sys::VisibilityState::Hidden)
}

/// Whether a media query matches now.
pub fn media_matches(query: &str) -> bool {
    web_sys::window()
        .and_then(|window| window.match_media(query).ok().flatten())
        .is_some_and(|list| list.matches())
}
