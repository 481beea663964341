//! A page that is away: without a network, or out of sight, where a browser lets it sleep.
//!
//! In: what the browser says. Out: whether it is so, and the moment at which it is over. It must not know who waits.

use futures_channel::mpsc;
use futures_util::StreamExt;
use gloo_events::EventListener;
use leptos::prelude::{document, window};

use crate::page::clock::hidden;

/// Tells whether there is no network, or nobody can see the page.
pub fn is_away() -> bool {
    hidden() || !window().navigator().on_line()
}

/// Waits until there is a network again, or somebody sees the page again.
pub async fn back() {
    let (sender, mut news) = mpsc::unbounded();
    let seen = sender.clone();
    // Nobody listens where the wait is over already.
    let _online = EventListener::new(&window(), "online", move |_| {
        let _ = sender.unbounded_send(());
    });
    let _sight = EventListener::new(&document(), "visibilitychange", move |_| {
        if !hidden() {
            let _ = seen.unbounded_send(());
        }
    });
    news.next().await;
}
