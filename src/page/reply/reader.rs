//! What the reader does to a reply that runs: shows the rest, hurries it, sets another pace, reads it page by page.
//!
//! In: orders, and how high the answer is on the page. Out: what the pacer is told, and what of it is seen beside the text. A page is what
//! has come since the last one ended; it ends before its beginning leaves the window.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::prelude::*;
use web_sys::Element;

use crate::event::Millis;
use crate::pacer::Manner;
use crate::page::app::Command;
use crate::page::clock::{hidden, is_calm, now};
use crate::page::live::Left;
use crate::reading::Appearance;
use crate::trace::Fact;

use super::Reply;

/// Room that is left above a page, in pixels: a line of what was read before.
const LINE: i32 = 28;
/// The part of the window that a page has at least, whatever stands below the text.
const LEAST: i32 = 3;
/// Shortest time between two looks at the time that is left, in milliseconds.
const TELL_EVERY: Millis = 1000.0;
/// Height that says: a page begins with the next look, wherever the text ends then.
const ANEW: i32 = i32::MAX;

/// Pages of a reply, and the time that is left.
#[derive(Default)]
pub(super) struct Pages {
    pub(super) held: ArcRwSignal<bool>,
    pub(super) left: ArcRwSignal<Option<Left>>,
    /// Element of the answer.
    answer: RefCell<Option<Element>>,
    /// Height of the answer at which the page began, in pixels.
    from: Cell<i32>,
    /// Time of the last look at the time that is left, in milliseconds.
    told: Cell<Millis>,
}

impl Pages {
    /// Begins with the answer's element.
    pub(super) fn begin(&self, answer: &Element) {
        self.answer.replace(Some(answer.clone()));
        self.from.set(0);
    }

    fn height(&self) -> i32 {
        let answer = self.answer.borrow();
        answer.as_ref().map_or(0, Element::client_height)
    }

    /// Height of a page: what the window shows of the answer once it is scrolled to its end, but for a line.
    fn room(&self, window: &Element) -> i32 {
        let end = window.scroll_height() - window.scroll_top();
        let end = window.get_bounding_client_rect().top() + f64::from(end);
        let answer = self.answer.borrow();
        let bottom = answer
            .as_ref()
            .map_or(end, |answer| answer.get_bounding_client_rect().bottom());
        let below = (end - bottom).max(0.0) as i32;
        let height = window.client_height();
        (height - below - LINE).max(height / LEAST)
    }

    fn set_held(&self, held: bool) {
        if self.held.get_untracked() != held {
            self.held.set(held);
        }
    }
}

impl Reply {
    /// Shows all that has arrived, at once.
    pub(super) fn skip(self: &Rc<Self>) {
        self.go_on();
        self.pages.from.set(ANEW);
        self.core.borrow_mut().reply.skip();
        self.arm(0.0);
    }

    /// Shows the text in another manner from now on.
    pub(super) fn set_pace(self: &Rc<Self>, manner: Manner) {
        let at = now();
        let mut core = self.core.borrow_mut();
        core.reply.set_pace(at, manner);
        core.trace.stamp(at, Fact::Promise(manner.pace.lag()));
        drop(core);
        self.pages.told.set(0.0);
        self.arm(0.0);
    }

    /// Shows the text twice as fast, or no longer.
    pub(super) fn hurry(self: &Rc<Self>, hurried: bool) {
        self.core.borrow_mut().reply.hurry(now(), hurried);
        self.arm(0.0);
    }

    /// Goes on where the text waits at the end of a page.
    pub(super) fn read_on(self: &Rc<Self>) {
        if self.go_on() {
            self.chat.run(Command::ToEnd);
            self.arm(0.0);
        }
    }

    /// Begins another page; `false` where the text did not wait for that.
    fn go_on(&self) -> bool {
        let is_held = self.pages.held.get_untracked();
        if is_held {
            self.core.borrow_mut().reply.hold(now(), false);
            self.pages.from.set(self.pages.height());
            self.pages.set_held(false);
        }
        is_held
    }

    /// Looks at what a frame has painted: holds the text where the page is full, and tells how much time is left.
    pub(super) fn look_at_page(&self, at: Millis) {
        let core = self.core.borrow();
        if at - self.pages.told.get() >= TELL_EVERY || !core.reply.is_behind() {
            self.pages.told.set(at);
            let left = core.reply.left();
            if self.pages.left.get_untracked() != left {
                self.pages.left.set(left);
            }
        }
        drop(core);
        // Where all is shown at once there is nothing to hold.
        if hidden() || is_calm() {
            self.go_on();
            self.pages.from.set(ANEW);
            return;
        }
        let has_pages = self.chat.appearance.with_untracked(Appearance::pages);
        let is_paced = untrack(|| self.chat.current_manner()).pace.is_fixed();
        if !has_pages || !is_paced || self.pages.held.get_untracked() {
            return;
        }
        let Some(window) = self.chat.scroller().get_untracked() else {
            return;
        };
        let height = self.pages.height();
        if self.pages.from.get() == ANEW {
            self.pages.from.set(height);
        }
        if height - self.pages.from.get() < self.pages.room(&window) {
            return;
        }
        self.core.borrow_mut().reply.hold(at, true);
        self.pages.set_held(true);
    }
}
