//! A small server of static files, for one person on this machine, that can lead one path on to a model's server.
//!
//! In: a folder, perhaps an address. Out: its files, and beside them the [`examples`], over HTTP on loopback; what comes from there
//! ([`proxy`](crate::proxy)).

use crate::proxy::{Body, Proxy, words};
use crate::{Failure, Outcome, examples};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use tokio::net::TcpStream;

/// How the page's element begins in its file.
const ELEMENT: &str = "<rill-chat data-standalone";

/// What is served.
#[derive(Debug)]
pub(crate) struct Site {
    folder: PathBuf,
    proxy: Option<Proxy>,
}

/// Takes the port, or says what to do.
pub(crate) fn listen(port: u16) -> Outcome<TcpListener> {
    TcpListener::bind(("127.0.0.1", port)).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => Failure::new(format!(
            "Port {port} is taken, perhaps by a Rill that already runs: look at http://127.0.0.1:{port}/\nor take another one: cargo xtask serve --port {}",
            port.wrapping_add(1).max(1024)
        )),
        _ => Failure::new(format!("Port {port} cannot be had: {error}")),
    })
}

/// Shows it in the person's browser; if that fails, the address on screen is enough.
pub(crate) fn show(address: &str) {
    let (program, first): (&str, &[&str]) = match std::env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("cmd", &["/C", "start"]),
        _ => ("xdg-open", &[]),
    };
    let started = Command::new(program)
        .args(first)
        .arg(address)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if started.is_err() {
        println!("(no browser could be opened)");
    }
}

impl Site {
    /// The files of a folder; with a proxy, its path as well, and a page that talks with it.
    pub(crate) fn new(folder: PathBuf, proxy: Option<Proxy>) -> Site {
        Site { folder, proxy }
    }

    /// Serves until the process ends.
    pub(crate) fn serve(self, listener: TcpListener) -> Outcome {
        listener.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let site = Arc::new(self);
            loop {
                // A browser that is gone before it was let in needs nothing.
                if let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(connection(stream, Arc::clone(&site)));
                }
            }
        })
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        match &self.proxy {
            Some(proxy) if proxy.leads(request.uri().path()) => proxy.pass(request).await,
            _ => self.file(&request),
        }
    }

    fn file(&self, request: &Request<Incoming>) -> Response<Body> {
        if ![Method::GET, Method::HEAD].contains(request.method()) {
            return words(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD");
        }
        let path = request.uri().path();
        let known = support::static_file(&self.folder, path);
        let Some(file) = known.or_else(|| examples::file(&self.folder, path)) else {
            return words(StatusCode::NOT_FOUND, "not found");
        };
        let mut bytes = file.bytes;
        if let Some(proxy) = &self.proxy
            && file.media_type.starts_with("text/html")
        {
            bytes = proxy.preset(bytes, ELEMENT);
        }
        let mut answer = Response::new(
            Full::<Bytes>::from(bytes)
                .map_err(|never| match never {})
                .boxed(),
        );
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.media_type));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        answer
    }
}

async fn connection(stream: TcpStream, site: Arc<Site>) {
    // Without it a short piece waits for the next.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let site = Arc::clone(&site);
        async move { Ok::<_, Infallible>(site.answer(request).await) }
    });
    let server = hyper::server::conn::http1::Builder::new();
    let served = server.serve_connection(TokioIo::new(stream), service);
    // A browser that went away needs no answer.
    let _ = served.with_upgrades().await;
}
