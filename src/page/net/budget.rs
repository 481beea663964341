//! How many connections this page holds to one server. A browser gives six to a host on HTTP/1.1, shared by all tabs;
//! we take four and leave room for Stop, which does not ask here.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};

use futures_channel::oneshot;

const MOST: usize = 4;

#[derive(Default)]
struct Host {
    held: usize,
    waiting: VecDeque<oneshot::Sender<()>>,
}

thread_local! {
    static HOSTS: RefCell<BTreeMap<String, Host>> = RefCell::default();
}

/// The right to hold one connection; dropping it hands it on.
pub struct Permit {
    origin: String,
}

/// Waits for the right to open a connection to `origin`.
pub async fn permit(origin: &str) -> Permit {
    let turn = HOSTS.with_borrow_mut(|hosts| {
        let host = hosts.entry(origin.to_owned()).or_default();
        if host.held < MOST {
            host.held += 1;
            return None;
        }
        let (sender, turn) = oneshot::channel();
        host.waiting.push_back(sender);
        Some(turn)
    });
    if let Some(turn) = turn {
        // The sender lives in the queue until it hands its permit on; it is never dropped unsent.
        let _ = turn.await;
    }
    Permit {
        origin: origin.to_owned(),
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        HOSTS.with_borrow_mut(|hosts| {
            let Some(host) = hosts.get_mut(&self.origin) else {
                return;
            };
            // Whoever has given up waiting is passed over.
            while let Some(next) = host.waiting.pop_front() {
                if next.send(()).is_ok() {
                    return;
                }
            }
            host.held = host.held.saturating_sub(1);
        });
    }
}
