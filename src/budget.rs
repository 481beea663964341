//! How many connections this page holds to one server. A browser gives six to a host on HTTP/1.1, shared by all tabs;
//! we take four and leave room for Stop, which does not ask here.
//!
//! In: origins, and who wants to speak to them. Out: a [`Permit`] each, in the order in which they asked. It must not know what a
//! connection is, nor wait for anything but a permit that is given back.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};

use futures_channel::oneshot;

/// The number of connections that are given for one origin at a time.
pub const MOST: usize = 4;

#[derive(Default)]
struct Host {
    held: usize,
    waiting: VecDeque<oneshot::Sender<Permit>>,
}

thread_local! {
    static HOSTS: RefCell<BTreeMap<String, Host>> = RefCell::default();
}

/// The right to hold one connection; dropping it hands it on.
#[derive(Debug)]
pub struct Permit {
    /// `None`: it was handed on already.
    origin: Option<String>,
}

/// Waits for the right to open a connection to `origin`. Whoever gives up waiting, even in the moment in which the right was on
/// its way, holds none: what is on its way is the permit itself, and goes on to the next where it is dropped.
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
    let permit = match turn {
        // The sender lives in the queue until it hands a permit on; it is never dropped unsent while anybody can wait.
        Some(turn) => turn.await.ok(),
        None => Some(Permit {
            origin: Some(origin.to_owned()),
        }),
    };
    permit.unwrap_or(Permit { origin: None })
}

impl Drop for Permit {
    fn drop(&mut self) {
        let Some(mut origin) = self.origin.take() else {
            return;
        };
        loop {
            // Handed on outside of the table: a permit that nobody takes comes back here.
            let next = HOSTS.with_borrow_mut(|hosts| {
                let host = hosts.get_mut(&origin)?;
                let next = host.waiting.pop_front();
                if next.is_none() {
                    host.held = host.held.saturating_sub(1);
                    if host.held == 0 {
                        hosts.remove(&origin);
                    }
                }
                next
            });
            let Some(next) = next else { return };
            let permit = Permit {
                origin: Some(origin),
            };
            match next.send(permit) {
                Ok(()) => return,
                // Whoever has given up waiting is passed over.
                Err(mut back) => match back.origin.take() {
                    Some(again) => origin = again,
                    None => return,
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use futures_util::FutureExt;
    use std::pin::Pin;

    type Waiting = Pin<Box<dyn Future<Output = Permit>>>;

    fn waits(origin: &'static str) -> Waiting {
        let mut waiting: Waiting = Box::pin(permit(origin));
        assert!(waiting.as_mut().now_or_never().is_none(), "none is free");
        waiting
    }

    fn all(origin: &str) -> Vec<Permit> {
        (0..MOST)
            .map(|_| permit(origin).now_or_never().unwrap())
            .collect()
    }

    #[test]
    fn a_fifth_waits_until_one_is_free_and_another_server_has_room_of_its_own() {
        let mut held = all("a");
        let mut fifth = waits("a");
        assert!(permit("b").now_or_never().is_some());
        held.pop();
        assert!(fifth.as_mut().now_or_never().is_some());
        drop(held);
        all("a");
    }

    #[test]
    fn whoever_gives_up_waiting_is_passed_over() {
        let mut held = all("a");
        let gone = waits("a");
        let mut next = waits("a");
        drop(gone);
        held.pop();
        assert!(next.as_mut().now_or_never().is_some());
    }

    #[test]
    fn a_permit_on_its_way_to_somebody_who_gives_up_goes_on_to_the_next() {
        let mut held = all("a");
        let gone = waits("a");
        let mut next = waits("a");
        // It is sent, and never looked at.
        held.pop();
        drop(gone);
        assert!(next.as_mut().now_or_never().is_some());
        drop(held);
        all("a");
    }

    #[test]
    fn four_who_gave_up_do_not_close_the_server() {
        let held = all("a");
        let waiting: Vec<_> = (0..MOST).map(|_| waits("a")).collect();
        drop(held);
        drop(waiting);
        all("a");
        assert!(HOSTS.with_borrow(BTreeMap::is_empty), "nothing is left");
    }
}
