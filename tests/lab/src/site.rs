//! A static file server on a port of its own: the host of the built page in tests.
//!
//! In: a directory, extra pages, extra headers, paths that lead elsewhere. Out: files with the right media types, and what comes from
//! there. It knows no emulated server.

use crate::http::{Answer, Body, Framing, head, read_request};
use crate::proxy::Target;
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// What is to be served; [`StaticSite::start`] starts it.
#[derive(Debug, Clone, Default)]
pub struct SiteBuilder {
    directory: PathBuf,
    prefix: String,
    port: u16,
    headers: Vec<(String, String)>,
    pages: HashMap<String, (String, String)>,
    folders: Vec<(String, PathBuf)>,
    proxies: Arc<Mutex<HashMap<String, Target>>>,
}

/// A running static site.
#[derive(Debug)]
pub struct StaticSite {
    address: SocketAddr,
    prefix: String,
    asked: Arc<Mutex<Vec<String>>>,
    proxies: Arc<Mutex<HashMap<String, Target>>>,
    accepting: JoinHandle<()>,
}

impl StaticSite {
    /// Serves the files of a directory.
    pub fn of(directory: impl Into<PathBuf>) -> SiteBuilder {
        SiteBuilder {
            directory: directory.into(),
            prefix: "/".into(),
            ..SiteBuilder::default()
        }
    }

    /// Serves the files of a directory at the root of a free port.
    pub async fn start(directory: impl Into<PathBuf>) -> io::Result<StaticSite> {
        StaticSite::of(directory).start().await
    }

    /// `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address of a file, or of the index page where `path` is empty.
    pub fn url(&self, path: &str) -> String {
        format!(
            "{}{}{}",
            self.origin(),
            self.prefix,
            path.trim_start_matches('/')
        )
    }

    /// Everything under this path (`/jarvis`) comes from the server at `address` from now on, streamed through.
    pub fn proxy(&self, path: &str, address: &str) {
        let path = format!("/{}", path.trim_matches('/'));
        let mut proxies = self.proxies.lock().unwrap_or_else(PoisonError::into_inner);
        proxies.insert(path, Target::of(address));
    }

    /// The paths that were asked for, with their queries.
    pub fn asked(&self) -> Vec<String> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for StaticSite {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl SiteBuilder {
    /// The files live under this path (`/chat/`).
    pub fn under(mut self, prefix: &str) -> SiteBuilder {
        self.prefix = format!("/{}/", prefix.trim_matches('/')).replace("//", "/");
        self
    }

    /// On this port; 0 is any.
    pub fn port(mut self, port: u16) -> SiteBuilder {
        self.port = port;
        self
    }

    /// A header on every answer.
    pub fn header(mut self, name: &str, value: &str) -> SiteBuilder {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A page that is not in the directory (`two.html`); its media type follows from its name.
    pub fn page(mut self, path: &str, text: impl Into<String>) -> SiteBuilder {
        let path = path.trim_start_matches('/').to_owned();
        self.pages.insert(
            path.clone(),
            (
                support::media_type(Path::new(&path)).to_owned(),
                text.into(),
            ),
        );
        self
    }

    /// Another directory, whose files live in this folder of the site (`chat/`).
    pub fn folder(mut self, name: &str, directory: impl Into<PathBuf>) -> SiteBuilder {
        let name = format!("{}/", name.trim_matches('/'));
        self.folders.push((name, directory.into()));
        self
    }

    /// Starts it.
    pub async fn start(self) -> io::Result<StaticSite> {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await?;
        let address = listener.local_addr()?;
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (prefix, proxies) = (self.prefix.clone(), Arc::clone(&self.proxies));
        let accepting = tokio::spawn(accept(listener, Arc::new(self), Arc::clone(&asked)));
        Ok(StaticSite {
            address,
            prefix,
            asked,
            proxies,
            accepting,
        })
    }

    /// Where a path leads, if it does, and the rest of the path.
    fn elsewhere<'t>(&self, target: &'t str) -> Option<(Target, &'t str)> {
        let proxies = self.proxies.lock().unwrap_or_else(PoisonError::into_inner);
        proxies.iter().find_map(|(path, to)| {
            let rest = target.strip_prefix(path.as_str())?;
            (rest.is_empty() || rest.starts_with(['/', '?'])).then(|| (to.clone(), rest))
        })
    }

    fn answer(&self, target: &str) -> Answer {
        let path = target.split(['?', '#']).next().unwrap_or_default();
        let Some(inner) = path.strip_prefix(self.prefix.as_str()) else {
            return missing();
        };
        let inner = crate::script::percent_decode(if inner.is_empty() {
            "index.html"
        } else {
            inner
        });
        if let Some((media_type, text)) = self.pages.get(&inner) {
            return Answer::new(200, media_type, text.as_str());
        }
        let elsewhere = self.folders.iter().find_map(|(name, directory)| {
            let rest = inner.strip_prefix(name.as_str())?;
            support::static_file(directory, rest)
        });
        match elsewhere.or_else(|| support::static_file(&self.directory, &inner)) {
            Some(file) => Answer::new(200, file.media_type, file.bytes),
            None => missing(),
        }
    }
}

fn missing() -> Answer {
    Answer::new(404, "text/plain", "not found")
}

async fn accept(listener: TcpListener, site: Arc<SiteBuilder>, asked: Arc<Mutex<Vec<String>>>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    let (site, asked) = (Arc::clone(&site), Arc::clone(&asked));
                    connections.spawn(async move {
                        // A browser that went away needs no answer.
                        let _ = connection(stream, &site, &asked).await;
                    });
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(
    mut stream: TcpStream,
    site: &SiteBuilder,
    asked: &Mutex<Vec<String>>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut kept = Vec::new();
    while let Some(request) = read_request(&mut stream, &mut kept).await? {
        asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(request.target.clone());
        if let Some((to, path)) = site.elsewhere(&request.target) {
            if to.pass(&mut stream, &request, path).await? {
                continue;
            }
            return Ok(());
        }
        let mut answer = match request.method.as_str() {
            "GET" | "HEAD" => site.answer(&request.target),
            _ => Answer::new(405, "text/plain", "this is a static site"),
        };
        for (name, value) in &site.headers {
            answer = answer.header(name, value.as_str());
        }
        let Body::Whole(body) = answer.body else {
            continue;
        };
        let mut bytes = head(
            answer.status,
            &answer.headers,
            Framing::Length(body.len()),
            false,
        );
        if request.method != "HEAD" {
            bytes.extend_from_slice(&body);
        }
        stream.write_all(&bytes).await?;
    }
    Ok(())
}
