//! Whether the newest text is followed, and the element that scrolls.

use leptos::html;
use leptos::prelude::*;

use super::Chat;

impl Chat {
    /// Returns the element in which the conversation scrolls; empty before there is a view.
    pub fn scroller(self) -> NodeRef<html::Main> {
        self.shared().scroller
    }

    /// Notes that the reader has scrolled: to the newest text, or away from it.
    pub fn scrolled(self, to_end: bool) {
        if self.pinned.get_untracked() != to_end {
            self.write(|signals| signals.pinned.set(to_end));
        }
    }

    /// Scrolls to the newest text, if that was in view. Writes only and reads nothing, so that the browser lays out once, when it
    /// paints.
    pub fn follow(self) {
        if self.pinned.get_untracked() {
            self.scroll_down();
        }
    }

    /// Brings the newest text back into view.
    pub(super) fn to_end(self) {
        self.pin();
        self.scroll_down();
    }

    /// Follows the newest text from now on.
    pub(super) fn pin(self) {
        self.write(|signals| signals.pinned.set(true));
    }

    fn scroll_down(self) {
        let shared = self.shared.try_get_value();
        let scroller = shared.and_then(|shared| shared.scroller.try_get_untracked().flatten());
        if let Some(scroller) = scroller {
            // Beyond any length: the browser stops at the end.
            scroller.set_scroll_top(i32::MAX);
        }
    }
}
