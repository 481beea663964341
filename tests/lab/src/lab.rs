//! The lab itself: sockets, connections, and who answers what.
//!
//! In: TCP connections. Out: answers of the emulated servers, the log. Everything that it starts ends when it is dropped.

use crate::http::{Answer, Framing, Request, head, read_request};
use crate::kept::Kept;
use crate::log::{Entry, Log, Way};
use crate::play::{After, play};
use crate::script::Script;
use crate::server::{self, Ask, Dialect};
use crate::socket::{self, Opening, Socket};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// A running lab: one port of loopback.
#[derive(Debug)]
pub struct Lab {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    log: Log,
    stops: Stops,
    memory: Memory,
    kept: Kept,
    root: Option<(Dialect, Script)>,
}

impl Lab {
    /// Starts a lab on a free port; all dialects live under base paths.
    pub async fn start() -> io::Result<Lab> {
        Lab::bind(0, None).await
    }

    /// The same, on a port of one's choice (0 is any).
    pub async fn start_on(port: u16) -> io::Result<Lab> {
        Lab::bind(port, None).await
    }

    /// Starts one server at the root of its own port (0 is any), with the options of a base path.
    pub async fn start_root(dialect: Dialect, options: &str, port: u16) -> io::Result<Lab> {
        Lab::bind(port, Some((dialect, Script::parse(options)))).await
    }

    async fn bind(port: u16, root: Option<(Dialect, Script)>) -> io::Result<Lab> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            log: Log::default(),
            stops: Stops::default(),
            memory: Memory::default(),
            kept: Kept::default(),
            root,
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Lab {
            address,
            shared,
            accepting,
        })
    }

    /// The base address of a server: `lab.url(Dialect::Ollama, "tokens=200;delay=20")`. It has no slash at its end.
    pub fn url(&self, dialect: Dialect, options: &str) -> String {
        let joint = if options.is_empty() { "" } else { ";" };
        format!("{}/{}{joint}{options}", self.origin(), dialect.word())
    }

    /// `http://127.0.0.1:PORT`: the base address of a lab that was started with [`Lab::start_root`].
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// What happened so far.
    pub fn log(&self) -> Vec<Entry> {
        self.shared.log.entries()
    }

    /// The log itself: to clear it, or to wait for something.
    pub fn logbook(&self) -> &Log {
        &self.shared.log
    }

    /// Waits until `find` finds what it looks for in the log; `what` names it if it never comes.
    ///
    /// # Panics
    /// After 20 s, with the whole log.
    pub async fn wait_for<T>(&self, what: &str, find: impl Fn(&[Entry]) -> Option<T>) -> T {
        self.shared.log.wait_for(what, find).await
    }

    /// An address of loopback where nothing listens.
    pub async fn nowhere() -> io::Result<String> {
        // The port was just free, and the kernel does not hand it out again soon.
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        Ok(format!("http://{}", listener.local_addr()?))
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Takes connections until it is dropped; all of them end with it.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    let count = AtomicUsize::new(0);
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    let number = count.fetch_add(1, Ordering::Relaxed);
                    let shared = Arc::clone(&shared);
                    connections.spawn(async move {
                        // A connection that fails has nobody left to tell; the log has what came of it.
                        let _ = connection(stream, &shared, number).await;
                    });
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(mut stream: TcpStream, shared: &Shared, number: usize) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut kept = Vec::new();
    loop {
        let Some(request) = read_request(&mut stream, &mut kept).await? else {
            return Ok(());
        };
        let place = Place::of(&request.target, shared);
        if let Place::Lab(path) = &place {
            let bytes = own_page(&request, path, &shared.log);
            stream.write_all(&bytes).await?;
            continue;
        }
        let id = shared.log.add(entry(&request, &place, number));
        if let Some(opening) = opens(&request, &place, shared) {
            return converse(stream, kept, request, &place, shared, (id, opening)).await;
        }
        let (mut from, mut to) = stream.split();
        let after = tokio::select! {
            biased;
            () = gone(&mut from, &mut kept) => {
                shared.log.end(id, Way::ClosedByClient);
                return Ok(());
            }
            after = serve(&mut to, &request, &place, shared, id) => after,
        };
        let Ok(after) = after else {
            shared.log.end(id, Way::ClosedByClient);
            return Ok(());
        };
        match after {
            After::Keep => {}
            After::Close => return stream.shutdown().await,
            After::Reset => return stream.set_zero_linger(),
        }
    }
}

/// Where a path leads.
enum Place {
    /// An emulated server: its script, and the path and query after the base path.
    Server {
        dialect: Dialect,
        script: Box<Script>,
        path: String,
        query: String,
    },
    /// The lab's own pages.
    Lab(String),
}

impl Place {
    fn of(target: &str, shared: &Shared) -> Place {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let server = |dialect, script, path: &str| {
            let path = if path.is_empty() { "/" } else { path };
            Place::Server {
                dialect,
                script: Box::new(script),
                path: path.to_owned(),
                query: query.to_owned(),
            }
        };
        if let Some((dialect, script)) = &shared.root {
            return server(*dialect, script.clone(), path);
        }
        let inner = path.strip_prefix('/').unwrap_or(path);
        let (base, rest) = inner
            .find('/')
            .map_or((inner, ""), |slash| inner.split_at(slash));
        let (word, options) = base.split_once(';').unwrap_or((base, ""));
        match Dialect::from_word(word) {
            Some(dialect) => server(dialect, Script::parse(options), rest),
            None => Place::Lab(path.to_owned()),
        }
    }
}

fn entry(request: &Request, place: &Place, connection: usize) -> Entry {
    let (dialect, path, query) = match place {
        Place::Server {
            dialect,
            path,
            query,
            ..
        } => (dialect.word(), path.clone(), query.clone()),
        Place::Lab(path) => ("", path.clone(), String::new()),
    };
    Entry {
        id: 0,
        connection,
        at: 0.0,
        method: request.method.clone(),
        target: request.target.clone(),
        dialect: dialect.to_owned(),
        path,
        query,
        origin: request.header("origin").map(str::to_owned),
        headers: request.headers.clone(),
        body: String::from_utf8_lossy(&request.body).into_owned(),
        status: None,
        head_at: None,
        sent: 0,
        ended_at: None,
        way: None,
    }
}

async fn serve<W: tokio::io::AsyncWrite + Unpin>(
    to: &mut W,
    request: &Request,
    place: &Place,
    shared: &Shared,
    id: usize,
) -> io::Result<After> {
    let Place::Server {
        dialect,
        script,
        path,
        ..
    } = place
    else {
        return Ok(After::Keep);
    };
    let (ms, answer) = {
        let ask = shared.ask(request, path, script);
        let chat = server::is_chat(&request.method, path);
        let held = script.headers.filter(|_| chat || script.all).unwrap_or(0.0);
        (held, server::answer(*dialect, &ask))
    };
    if ms > 0.0 {
        tokio::time::sleep(std::time::Duration::from_secs_f64(ms / 1000.0)).await;
    }
    play(
        to,
        answer,
        script,
        dialect.http10(),
        &shared.log,
        id,
        &shared.stops,
    )
    .await
}

/// Who speaks first, where this request opens a WebSocket.
fn opens(request: &Request, place: &Place, shared: &Shared) -> Option<Opening> {
    let Place::Server {
        dialect,
        script,
        path,
        ..
    } = place
    else {
        return None;
    };
    if !socket::is_upgrade(request) {
        return None;
    }
    server::opens(*dialect, &shared.ask(request, path, script))
}

/// One WebSocket, from the upgrade to its end.
async fn converse(
    stream: TcpStream,
    kept: Vec<u8>,
    mut request: Request,
    place: &Place,
    shared: &Shared,
    (id, opening): (usize, Opening),
) -> io::Result<()> {
    let Place::Server {
        dialect,
        script,
        path,
        ..
    } = place
    else {
        return Ok(());
    };
    if let Some(ms) = script.headers {
        tokio::time::sleep(std::time::Duration::from_secs_f64(ms / 1000.0)).await;
    }
    let mut socket = Socket::accept(stream, kept, &request).await?;
    let now = shared.log.now();
    shared.log.update(id, |entry| {
        entry.status = Some(101);
        entry.head_at = Some(now);
    });
    if opening == Opening::Asked {
        let Some(asked) = socket.asked().await else {
            shared.log.end(id, Way::ClosedByClient);
            return Ok(());
        };
        request.body = asked.clone().into_bytes();
        shared.log.update(id, |entry| entry.body = asked);
    }
    let talk = server::talk(*dialect, &shared.ask(&request, path, script));
    let way = socket.talk(talk, script, &shared.log, id).await;
    shared.log.end(id, way);
    Ok(())
}

/// Returns when the client has closed the connection. What it sends meanwhile is kept.
async fn gone<R: AsyncRead + Unpin>(from: &mut R, kept: &mut Vec<u8>) {
    while matches!(from.read_buf(kept).await, Ok(read) if read > 0) {}
}

/// `GET /log`, `DELETE /log`, and a page that lists the servers.
fn own_page(request: &Request, path: &str, log: &Log) -> Vec<u8> {
    let mut answer = match (request.method.as_str(), path) {
        ("GET", "/log") => Answer::json(200, &json!(log.entries())),
        ("DELETE", "/log") => {
            log.clear();
            Answer::new(204, "text/plain", "")
        }
        ("OPTIONS", _) => {
            Answer::new(200, "text/plain", "").header("Access-Control-Allow-Methods", "GET, DELETE")
        }
        ("GET", "/") => Answer::new(
            200,
            "text/plain",
            Dialect::ALL
                .map(|dialect| format!("/{}\n", dialect.word()))
                .concat(),
        ),
        _ => Answer::new(404, "text/plain", "not one of the lab's servers\n"),
    };
    answer = answer.header("Access-Control-Allow-Origin", "*");
    let crate::http::Body::Whole(body) = answer.body else {
        return Vec::new();
    };
    let framing = if answer.status == 204 {
        Framing::Untold
    } else {
        Framing::Length(body.len())
    };
    let mut bytes = head(answer.status, &answer.headers, framing, false);
    bytes.extend_from_slice(&body);
    bytes
}

impl Shared {
    fn ask<'a>(&'a self, request: &'a Request, path: &'a str, script: &'a Script) -> Ask<'a> {
        Ask {
            request,
            path,
            script,
            json: serde_json::from_slice(&request.body).ok(),
            stops: &self.stops,
            memory: &self.memory,
            kept: &self.kept,
            now: self.log.now(),
        }
    }
}

/// What the servers of a lab remember from one request to the next, by names of their own.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<HashMap<String, Value>>);

impl Memory {
    /// What is remembered under a name; null if nothing.
    pub(crate) fn get(&self, name: &str) -> Value {
        lock(&self.0).get(name).cloned().unwrap_or_default()
    }

    /// Remembers something, in place of what was there.
    pub(crate) fn set(&self, name: &str, value: Value) {
        lock(&self.0).insert(name.to_owned(), value);
    }
}

/// The replies that run under an id of the client's, and can be stopped by it.
#[derive(Debug, Default)]
pub(crate) struct Stops {
    running: Mutex<HashMap<String, Arc<Run>>>,
    last: Mutex<Option<usize>>,
}

#[derive(Debug)]
struct Run {
    text: Mutex<(String, usize)>,
    stopped: watch::Sender<bool>,
}

/// A reply that runs; it is forgotten when this is dropped.
#[derive(Debug)]
pub(crate) struct Running<'a> {
    stops: &'a Stops,
    key: String,
    run: Arc<Run>,
}

impl Stops {
    /// A reply begins under this id.
    pub(crate) fn begin(&self, key: &str) -> Running<'_> {
        let run = Arc::new(Run {
            text: Mutex::default(),
            stopped: watch::Sender::new(false),
        });
        lock(&self.running).insert(key.to_owned(), Arc::clone(&run));
        Running {
            stops: self,
            key: key.to_owned(),
            run,
        }
    }

    /// Stops the reply of this id; whether there was one.
    pub(crate) fn stop(&self, key: &str) -> bool {
        let run = lock(&self.running).get(key).cloned();
        run.is_some_and(|run| !run.stopped.send_replace(true))
    }

    /// What the reply of this id has said so far.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        lock(&self.running)
            .get(key)
            .map(|run| lock(&run.text).0.clone())
    }

    /// How many tokens the last reply had.
    pub(crate) fn last_count(&self) -> Option<usize> {
        *lock(&self.last)
    }
}

impl Running<'_> {
    /// Returns when it has been stopped.
    pub(crate) async fn stopped(&self) {
        let mut news = self.run.stopped.subscribe();
        if news.wait_for(|stopped| *stopped).await.is_err() {
            std::future::pending().await
        }
    }

    /// Notes a token.
    pub(crate) fn said(&self, text: &str) {
        if !text.is_empty() {
            let mut said = lock(&self.run.text);
            said.0.push_str(text);
            said.1 += 1;
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        *lock(&self.stops.last) = Some(lock(&self.run.text).1);
        let mut running = lock(&self.stops.running);
        // A newer reply may have taken the same id.
        if running
            .get(&self.key)
            .is_some_and(|run| Arc::ptr_eq(run, &self.run))
        {
            running.remove(&self.key);
        }
    }
}

/// Locks a mutex, whoever panicked with it.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
