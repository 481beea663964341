//! Replies that a server makes and keeps, whether or not anybody reads them: the connection may break, and the rest be asked for.
//!
//! In: a [`Plan`] and a name. Out: its bytes from any place on, as they are made, and its text so far. It knows no server's words.

use crate::lab::lock;
use crate::plan::Plan;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until};

/// All replies that are kept, by their names.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<HashMap<String, Arc<Making>>>);

/// One reply, as it is made.
#[derive(Debug)]
pub(crate) struct Making {
    made: Mutex<Made>,
    news: watch::Sender<()>,
    work: Mutex<Option<AbortHandle>>,
}

#[derive(Debug, Default)]
struct Made {
    bytes: Vec<u8>,
    text: String,
    /// It is over.
    done: bool,
    /// It came to its own end.
    whole: bool,
}

impl Kept {
    /// Begins to make a reply under a name.
    pub(crate) fn begin(&self, name: &str, plan: Plan) -> Arc<Making> {
        let making = Arc::new(Making {
            made: Mutex::default(),
            news: watch::Sender::new(()),
            work: Mutex::default(),
        });
        let work = tokio::spawn(make(Arc::downgrade(&making), plan));
        *lock(&making.work) = Some(work.abort_handle());
        lock(&self.0).insert(name.to_owned(), Arc::clone(&making));
        making
    }

    /// The reply of that name.
    pub(crate) fn get(&self, name: &str) -> Option<Arc<Making>> {
        lock(&self.0).get(name).cloned()
    }

    /// Whether one of them is not over.
    pub(crate) fn works(&self) -> bool {
        lock(&self.0).values().any(|making| !making.is_done())
    }

    /// Whether all that are over came to their own end.
    pub(crate) fn all_whole(&self) -> bool {
        lock(&self.0)
            .values()
            .all(|making| lock(&making.made).whole)
    }
}

impl Making {
    /// The text so far.
    pub(crate) fn text(&self) -> String {
        lock(&self.made).text.clone()
    }

    /// Bytes so far.
    pub(crate) fn total(&self) -> usize {
        lock(&self.made).bytes.len()
    }

    /// Whether it is over.
    pub(crate) fn is_done(&self) -> bool {
        lock(&self.made).done
    }

    /// Ends it; whether it ran.
    pub(crate) fn stop(&self) -> bool {
        if let Some(work) = &*lock(&self.work) {
            work.abort();
        }
        let ran = !std::mem::replace(&mut lock(&self.made).done, true);
        self.news.send_replace(());
        ran
    }

    /// The bytes from there on, once there are any; `None` at the end.
    pub(crate) async fn from(&self, at: usize) -> Option<Vec<u8>> {
        let mut news = self.news.subscribe();
        loop {
            {
                let made = lock(&self.made);
                match made.bytes.get(at..) {
                    Some(bytes) if !bytes.is_empty() => return Some(bytes.to_vec()),
                    _ if made.done => return None,
                    _ => {}
                }
            }
            news.changed().await.ok()?;
        }
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        if let Some(work) = lock(&self.work).take() {
            work.abort();
        }
    }
}

async fn make(making: std::sync::Weak<Making>, plan: Plan) {
    let mut due = Instant::now();
    for piece in plan.pieces {
        due += Duration::from_secs_f64(piece.wait.max(0.0) / 1000.0);
        sleep_until(due).await;
        let Some(making) = making.upgrade() else {
            return;
        };
        let mut made = lock(&making.made);
        made.bytes.extend_from_slice(&piece.bytes);
        made.text.push_str(&piece.text);
        drop(made);
        making.news.send_replace(());
    }
    if let Some(making) = making.upgrade() {
        let mut made = lock(&making.made);
        (made.done, made.whole) = (true, true);
        drop(made);
        making.news.send_replace(());
    }
}
