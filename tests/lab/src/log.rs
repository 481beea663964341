//! What happened: every request, when it came, how its answer ended.
//!
//! In: notes from the connections. Out: entries for tests to read, and a way to await what a test is after instead of sleeping.

use serde::Serialize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How long [`Log::wait_for`] waits before it gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// It was sent to its end.
    Whole,
    /// The client closed the connection before the end.
    ClosedByClient,
    /// The client's stop request ended it.
    Stopped,
    /// The script had it closed cleanly in the middle.
    Cut,
    /// The script had it reset in the middle.
    Reset,
}

/// One request and its answer. Times are milliseconds since the lab began.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Its number, from 0; it stays the same when the log is cleared.
    pub id: usize,
    /// The number of the connection that it came over.
    pub connection: usize,
    /// When its head and body had been read.
    pub at: f64,
    /// The method.
    pub method: String,
    /// The whole path, with the base path and the query.
    pub target: String,
    /// The name of the emulated server; empty for the lab's own pages.
    pub dialect: String,
    /// The path after the base path, without the query.
    pub path: String,
    /// The query, without `?`.
    pub query: String,
    /// All headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// The `Origin` header.
    pub origin: Option<String>,
    /// The status of the answer, once its head has been sent.
    pub status: Option<u16>,
    /// When the head was sent.
    pub head_at: Option<f64>,
    /// Bytes of the body sent so far, without the framing of chunks.
    pub sent: usize,
    /// When the answer ended.
    pub ended_at: Option<f64>,
    /// How it ended.
    pub way: Option<Way>,
}

impl Entry {
    /// The value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null where it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// Whether the answer is a reply of the model: to a POST, or over a WebSocket that was asked for one.
    pub fn is_chat(&self) -> bool {
        if self.status == Some(101) {
            let sockets = ["/generate/stream/ws", "/ws/chat/stream"];
            return sockets.iter().any(|end| self.path.ends_with(end));
        }
        let ends = [
            "/chat/completions",
            "/api/chat",
            "/api/v1/chat",
            "/api/chat/stream",
            "/generate/stream",
            "/completion",
            "/v1/completions",
            "/api/generate",
        ];
        let by_get = ["/api/text_stream/", "/api/schema/pipeline/"];
        if by_get.iter().any(|begin| self.path.starts_with(begin)) {
            return true;
        }
        self.method == "POST" && ends.iter().any(|end| self.path.ends_with(end))
    }
}

/// All entries, and the news of them.
#[derive(Debug)]
pub struct Log {
    begun: Instant,
    entries: Mutex<Vec<Entry>>,
    next: Mutex<usize>,
    news: watch::Sender<u64>,
}

impl Default for Log {
    fn default() -> Log {
        Log {
            begun: Instant::now(),
            entries: Mutex::default(),
            next: Mutex::default(),
            news: watch::Sender::new(0),
        }
    }
}

impl Log {
    /// Milliseconds since the lab began.
    pub fn now(&self) -> f64 {
        self.begun.elapsed().as_secs_f64() * 1000.0
    }

    /// Adds an entry, and gives it its number and time.
    pub fn add(&self, mut entry: Entry) -> usize {
        let id = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            *next += 1;
            *next - 1
        };
        entry.id = id;
        entry.at = self.now();
        self.lock().push(entry);
        self.tell();
        id
    }

    /// Changes an entry, if it is still there.
    pub fn update(&self, id: usize, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.lock().iter_mut().rev().find(|entry| entry.id == id) {
            change(entry);
        }
        self.tell();
    }

    /// Notes how an answer ended; the first word stays.
    pub fn end(&self, id: usize, way: Way) {
        let now = self.now();
        self.update(id, |entry| {
            entry.way.get_or_insert(way);
            entry.ended_at.get_or_insert(now);
        });
    }

    /// A copy of all entries.
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().clone()
    }

    /// Forgets all entries.
    pub fn clear(&self) {
        self.lock().clear();
        self.tell();
    }

    /// Waits until `find` finds what it looks for. `what` names it in the failure after 20 s.
    ///
    /// # Panics
    /// After 20 s, with the whole log: a test that waits for what never comes must fail and say why.
    pub async fn wait_for<T>(&self, what: &str, find: impl Fn(&[Entry]) -> Option<T>) -> T {
        let mut news = self.news.subscribe();
        let search = async {
            loop {
                if let Some(found) = find(&self.lock()) {
                    return found;
                }
                if news.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        match tokio::time::timeout(PATIENCE, search).await {
            Ok(found) => found,
            Err(_) => panic!(
                "the lab waited in vain for {what}; its log:\n{}",
                self.summary()
            ),
        }
    }

    /// One line per entry, for a person.
    pub fn summary(&self) -> String {
        let line = |entry: &Entry| {
            format!(
                "{:>8.0} ms  {} {}  {}  {} bytes  {:?}\n",
                entry.at,
                entry.method,
                entry.target.chars().take(120).collect::<String>(),
                entry
                    .status
                    .map(|status| status.to_string())
                    .unwrap_or_default(),
                entry.sent,
                entry.way
            )
        };
        self.lock().iter().map(line).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        self.news.send_modify(|count| *count += 1);
    }
}
