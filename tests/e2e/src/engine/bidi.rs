//! The wire of WebDriver BiDi: commands with their answers, and events, over one WebSocket.
//!
//! In: commands by name. Out: results, and the events of a context to whoever listens to it. It must not know what they mean.

use crate::browser::Error;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::Message;

/// The most that a command may take.
const LIMIT: Duration = Duration::from_secs(180);

/// What happened in a context.
pub(super) struct Event {
    /// Its name: `log.entryAdded`.
    pub method: String,
    /// What it tells.
    pub params: Value,
}

type Reply = Result<Value, String>;

#[derive(Default)]
struct Shared {
    // None, once the connection is closed.
    waiting: Option<HashMap<u64, oneshot::Sender<Reply>>>,
    listeners: HashMap<String, mpsc::UnboundedSender<Event>>,
}

/// A connection; it ends when it is dropped.
pub(super) struct Client {
    out: mpsc::UnboundedSender<Message>,
    shared: Arc<Mutex<Shared>>,
    number: AtomicU64,
}

impl Client {
    /// Connects to `ws://...`.
    pub(super) async fn connect(url: &str) -> Result<Client, Error> {
        let (socket, _) = tokio_tungstenite::connect_async(url).await?;
        let (mut to, mut from) = socket.split();
        let (out, mut commands) = mpsc::unbounded_channel();
        let shared = Arc::new(Mutex::new(Shared {
            waiting: Some(HashMap::new()),
            listeners: HashMap::new(),
        }));
        let told = Arc::clone(&shared);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    command = commands.recv() => match command {
                        Some(command) => if to.send(command).await.is_err() { break },
                        None => break,
                    },
                    message = from.next() => match message {
                        Some(Ok(Message::Text(text))) => take(&told, &text),
                        Some(Ok(_)) => {}
                        Some(Err(_)) | None => break,
                    },
                }
            }
            // Whoever waits hears that nothing will come.
            let mut shared = lock(&told);
            shared.waiting = None;
            shared.listeners.clear();
        });
        Ok(Client {
            out,
            shared,
            number: AtomicU64::new(1),
        })
    }

    /// Sends a command, and waits for its result.
    pub(super) async fn call(&self, method: &str, params: Value) -> Result<Value, Error> {
        let id = self.number.fetch_add(1, Ordering::Relaxed);
        let (reply, answer) = oneshot::channel();
        match &mut lock(&self.shared).waiting {
            Some(waiting) => waiting.insert(id, reply),
            None => return Err(format!("{method}: the browser is gone").into()),
        };
        let command = json!({ "id": id, "method": method, "params": params }).to_string();
        // If it cannot be sent, the answer tells.
        let _ = self.out.send(Message::text(command));
        match tokio::time::timeout(LIMIT, answer).await {
            Ok(Ok(reply)) => Ok(reply.map_err(|why| format!("{method}: {why}"))?),
            Ok(Err(_)) => Err(format!("{method}: the browser is gone").into()),
            Err(_) => Err(format!("{method}: no answer within {} s", LIMIT.as_secs()).into()),
        }
    }

    /// The events of a context from now on, instead of to whoever listened before.
    pub(super) fn listen(&self, context: &str) -> mpsc::UnboundedReceiver<Event> {
        let (to, events) = mpsc::unbounded_channel();
        lock(&self.shared).listeners.insert(context.to_owned(), to);
        events
    }

    /// Ends the events of a context.
    pub(super) fn deafen(&self, context: &str) {
        lock(&self.shared).listeners.remove(context);
    }
}

fn take(shared: &Mutex<Shared>, text: &str) {
    let Ok(mut message) = serde_json::from_str::<Value>(text) else {
        return;
    };
    if let Some(id) = message["id"].as_u64() {
        let waiting = lock(shared)
            .waiting
            .as_mut()
            .and_then(|all| all.remove(&id));
        let reply = match message["type"].as_str() {
            Some("success") => Ok(message["result"].take()),
            _ => Err(format!("{}: {}", message["error"], message["message"])),
        };
        if let Some(waiting) = waiting {
            // Nobody may wait for it any more.
            let _ = waiting.send(reply);
        }
        return;
    }
    let params = message["params"].take();
    let context = params["context"]
        .as_str()
        .or(params["source"]["context"].as_str());
    let listener = context.and_then(|context| lock(shared).listeners.get(context).cloned());
    if let (Some(listener), Some(method)) = (listener, message["method"].as_str()) {
        let _ = listener.send(Event {
            method: method.to_owned(),
            params,
        });
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
