//! Whether the newest text is followed, and the element that scrolls.

use leptos::prelude::*;
use web_sys::HtmlElement;

use super::Chat;

impl Chat {
    /// The conversation scrolls in this element.
    pub fn scrolls_in(self, element: HtmlElement) {
        self.shared().scroller.replace(Some(element));
    }

    /// The element that scrolls; `None` before there is a view.
    pub fn scroller(self) -> Option<HtmlElement> {
        self.shared().scroller.borrow().clone()
    }

    /// The reader has scrolled: to the newest text, or away from it.
    pub fn scrolled(self, to_end: bool) {
        if self.pinned.get_untracked() != to_end {
            self.write(|signals| signals.pinned.set(to_end));
        }
    }

    /// Keeps the newest text in view, if it was. It writes and does not read: the browser lays out once, when it paints.
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

    /// The newest text is followed from now on.
    pub(super) fn pin(self) {
        self.write(|signals| signals.pinned.set(true));
    }

    fn scroll_down(self) {
        let shared = self.shared.try_get_value();
        if let Some(scroller) = shared.and_then(|shared| shared.scroller.borrow().clone()) {
            // Beyond any length: the browser stops at the end.
            scroller.set_scroll_top(i32::MAX);
        }
    }
}
