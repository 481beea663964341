//! A page that is being left: Firefox breaks its connections before it takes the page away, and what breaks then has not failed.
//!
//! In: what became of a connection. Out: the same, but not while the page goes away: there a reply runs until it is gone, and is
//! kept as one that ran.

use std::cell::Cell;
use std::rc::Rc;

use gloo_events::EventListener;

use crate::event::Millis;
use crate::page::clock::{now, sleep};
use crate::session::{Body, Chunk, Failure};

/// Time after which a page that was about to be left and is still here was not left, in milliseconds: the browser fetched a file,
/// or opened a mail.
const STAYS: Millis = 5_000.0;

/// Listener for one connection that hears when the page is about to be left. Some browsers keep no page for the way back that
/// listens to this: so nobody listens for longer than the connection is open.
pub struct Leaving {
    // When the page was last about to be left.
    left: Rc<Cell<Option<Millis>>>,
    _listener: EventListener,
}

impl Leaving {
    /// Begins to listen for the page being left.
    pub fn watch() -> Leaving {
        let left = Rc::new(Cell::new(None));
        let heard = Rc::clone(&left);
        let window = leptos::prelude::window();
        Leaving {
            left,
            _listener: EventListener::new(&window, "beforeunload", move |_| heard.set(Some(now()))),
        }
    }

    /// Hands on what became of the connection. An end, or a failure, that comes after the page was about to be left is held back
    /// until it is sure that the page stays.
    pub async fn spare<T>(&self, became: Result<T, Failure>, ended: bool) -> Result<T, Failure> {
        if (ended || became.is_err())
            && let Some(left) = self.left.take()
        {
            sleep(left + STAYS - now()).await;
        }
        became
    }
}

/// Body whose end is held back while the page is left. Without a `Leaving` it ends by itself, as what comes from inside the page
/// does.
pub struct Spared<B> {
    body: B,
    leaving: Option<Leaving>,
}

impl<B: Body> Spared<B> {
    /// Puts a body under the watch of `leaving`, where there is one.
    pub fn new(body: B, leaving: Option<Leaving>) -> Spared<B> {
        Spared { body, leaving }
    }
}

impl<B: Body> Body for Spared<B> {
    async fn next(&mut self) -> Result<Option<Chunk>, Failure> {
        let next = self.body.next().await;
        let ended = matches!(next, Ok(None));
        match &self.leaving {
            Some(leaving) => leaving.spare(next, ended).await,
            None => next,
        }
    }
}
