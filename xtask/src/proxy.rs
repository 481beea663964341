//! A path of the page's own host that leads on to a model's server, so that a server which allows no page can be talked with.
//!
//! In: the server's address, requests of the page. Out: the server's answers as they come, event streams, lines and WebSockets too; a
//! page that goes away is told to the server by a closed connection. Only the page itself is let through: the server trusts what comes
//! from this machine, and a page of somebody else's shall not come in by this door.

use crate::{Failure, Outcome};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Frame, Incoming, SizeHint};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_TYPE, COOKIE, HOST, HeaderMap, HeaderName, HeaderValue,
    ORIGIN, REFERER, UPGRADE,
};
use hyper::{Request, Response, StatusCode, Uri, upgrade};
use hyper_util::rt::TokioIo;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// The path that leads to the server.
pub(crate) const PATH: &str = "/llm";

/// What concerns one connection alone (RFC 9110, 7.6.1), beside what the connection itself names.
const OF_THE_CONNECTION: [&str; 7] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "transfer-encoding",
];

/// The body of an answer.
pub(crate) type Body = BoxBody<Bytes, hyper::Error>;

/// Where the path leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proxy {
    host: String,
    port: u16,
    base: String,
}

/// An answer in words.
pub(crate) fn words(status: StatusCode, words: &str) -> Response<Body> {
    let body = Full::<Bytes>::from(words.to_owned()).map_err(|never| match never {});
    let mut answer = Response::new(body.boxed());
    *answer.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, plain);
    answer
}

impl Proxy {
    /// From the address that a person gives; in words why not.
    pub(crate) fn to(address: &str) -> Outcome<Proxy> {
        let refused = |why: &str| {
            Failure::new(format!(
                "--proxy {address}: {why}; it wants an address such as http://127.0.0.1:8000"
            ))
        };
        let uri: Uri = address.parse().map_err(|_| refused("this is no address"))?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => {
                return Err(refused("only http is led on, to servers nearby"));
            }
            _ => return Err(refused("it does not begin with http://")),
        }
        let authority = uri.authority().ok_or_else(|| refused("it has no host"))?;
        if authority.as_str().contains('@') || uri.query().is_some() {
            return Err(refused("it holds more than a host and a path"));
        }
        Ok(Proxy {
            host: authority.host().to_owned(),
            port: authority.port_u16().unwrap_or(80),
            base: uri.path().trim_end_matches('/').to_owned(),
        })
    }

    /// Whether a path is the proxy's business.
    pub(crate) fn leads(&self, path: &str) -> bool {
        let rest = path.strip_prefix(PATH);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The page, whose element says that its server is behind the path.
    pub(crate) fn preset(&self, page: Vec<u8>, element: &str) -> Vec<u8> {
        let Ok(text) = std::str::from_utf8(&page) else {
            return page;
        };
        text.replacen(element, &format!("{element} server=\"{PATH}\""), 1)
            .into_bytes()
    }

    /// Passes a request on, and gives the server's answer as it comes.
    pub(crate) async fn pass(&self, mut request: Request<Incoming>) -> Response<Body> {
        if !is_of_the_page(request.headers()) {
            let why = "Only the page of this address is led on to the model's server.";
            return words(StatusCode::FORBIDDEN, why);
        }
        let ours = upgrade::on(&mut request);
        match self.answer(request).await {
            Ok((answer, line)) => passed_back(answer, line, ours),
            Err(Failure(error)) => {
                let why = format!("Nothing answers at {}: {error}", self.authority());
                words(StatusCode::BAD_GATEWAY, &why)
            }
        }
    }

    fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    async fn answer(&self, request: Request<Incoming>) -> Outcome<(Response<Incoming>, Line)> {
        let stream = TcpStream::connect(self.authority()).await?;
        stream.set_nodelay(true)?;
        let told = |error: hyper::Error| Failure::new(error.to_string());
        let (mut sender, connection): (SendRequest<Incoming>, _) =
            handshake(TokioIo::new(stream)).await.map_err(told)?;
        let line = Line(tokio::spawn(async move {
            // What breaks here is told by the body that breaks with it.
            let _ = connection.with_upgrades().await;
        }));
        let request = self.led_on(request)?;
        let answer = sender.send_request(request).await.map_err(told)?;
        Ok((answer, line))
    }

    /// The request as the server gets it: from this machine, to its own host, of no page.
    fn led_on(&self, request: Request<Incoming>) -> Outcome<Request<Incoming>> {
        let (mut parts, body) = request.into_parts();
        let asked = parts
            .uri
            .path_and_query()
            .map_or("", |asked| asked.as_str());
        let rest = asked.strip_prefix(PATH).unwrap_or_default();
        let slash = if rest.starts_with('/') || !self.base.is_empty() {
            ""
        } else {
            "/"
        };
        let target = format!("{}{slash}{rest}", self.base);
        let unreadable = |_| Failure::new(format!("{target} is no path"));
        parts.uri = target.parse().map_err(unreadable)?;
        of_this_connection(&mut parts.headers);
        let host = HeaderValue::from_str(&self.authority());
        let host = host.map_err(|_| Failure::new("its name is no host"))?;
        parts.headers.insert(HOST, host);
        // Compressed pieces are gathered, and cookies of other servers on this machine are none of its business.
        for name in [ORIGIN, REFERER, COOKIE, ACCEPT_ENCODING] {
            parts.headers.remove(name);
        }
        let about_the_page = parts
            .headers
            .keys()
            .filter(|name| name.as_str().starts_with("sec-fetch-"));
        let about_the_page: Vec<HeaderName> = about_the_page.cloned().collect();
        for name in about_the_page {
            parts.headers.remove(name);
        }
        Ok(Request::from_parts(parts, body))
    }
}

/// Whether a request comes from the page that is served here, or from no page at all: its host is this machine by one of the names that no
/// stranger can point elsewhere, and the browser does not say that another page asks.
fn is_of_the_page(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(host) = text(HOST) else {
        return false;
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let is_here = ["127.0.0.1", "localhost", "[::1]"].contains(&name);
    let is_own = match headers.get(ORIGIN) {
        Some(origin) => origin.as_bytes() == format!("http://{host}").as_bytes(),
        None => true,
    };
    let site = text(HeaderName::from_static("sec-fetch-site"));
    is_here && is_own && site.is_none_or(|site| ["same-origin", "none"].contains(&site))
}

/// Takes away what concerned the connection on which this came; where it asks for another protocol, that is asked for anew.
fn of_this_connection(headers: &mut HeaderMap) {
    let named = headers.get_all(CONNECTION).iter();
    let named = named.filter_map(|value| value.to_str().ok());
    let named: Vec<String> = named
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let upgrade = headers.remove(UPGRADE);
    let wants = named.iter().any(|name| name == "upgrade");
    for name in named.iter().map(String::as_str).chain(OF_THE_CONNECTION) {
        headers.remove(name);
    }
    if let Some(upgrade) = upgrade.filter(|_| wants) {
        headers.insert(UPGRADE, upgrade);
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    }
}

/// The answer as the page gets it; after a change of protocol, bytes both ways.
fn passed_back(
    mut answer: Response<Incoming>,
    line: Line,
    ours: upgrade::OnUpgrade,
) -> Response<Body> {
    of_this_connection(answer.headers_mut());
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        return answer.map(|body| Passed { body, _line: line }.boxed());
    }
    let theirs = upgrade::on(&mut answer);
    tokio::spawn(async move {
        if let (Ok(ours), Ok(theirs)) = (ours.await, theirs.await) {
            let _ =
                tokio::io::copy_bidirectional(&mut TokioIo::new(ours), &mut TokioIo::new(theirs))
                    .await;
        }
        drop(line);
    });
    answer.map(|_| {
        Full::<Bytes>::default()
            .map_err(|never| match never {})
            .boxed()
    })
}

/// The connection to the server: it closes when nobody wants the answer any more.
#[derive(Debug)]
struct Line(JoinHandle<()>);

impl Drop for Line {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A body that owns the connection on which it comes.
struct Passed {
    body: Incoming,
    _line: Line,
}

impl hyper::body::Body for Passed {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests;
