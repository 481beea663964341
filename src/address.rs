//! Where a server is: the base address that a person typed, or that a link gave.
//!
//! In: text, and the origin of this page. Out: an [`Address`] that gives full URLs, or a [`BadAddress`] that can be worded.
//! Written by hand: a full URL library would weigh more than the rest of the river. It must not know which server it is.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The base address of a server: scheme, host, port and perhaps a path before `/v1` and the like.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    secure: bool,
    host: Host,
    /// `None` where it is the scheme's own.
    port: Option<u16>,
    /// Empty, or `/` and something that does not end in `/`.
    path: String,
}

/// Reasons why a text is no address that Rill can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadAddress {
    /// Nothing, or blanks.
    Empty,
    /// A blank or a control character inside.
    Blank,
    /// Neither `http` nor `https`; the scheme that it is.
    Scheme(String),
    /// A name or a password before the host: keys have their own place.
    Credentials,
    /// A query: keys have their own place.
    Query,
    /// No host in it.
    NoHost,
    /// A host that cannot be one; the host.
    Host(String),
    /// A port that is not between 1 and 65535; the port.
    Port(String),
    /// A text that begins with `/`, while this page has no host of its own.
    NoPage,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Host {
    Name(String),
    Ip(IpAddr),
}

/// The rest of a path when an endpoint is taken off, on a server that is not near.
#[derive(Clone, Copy)]
enum Left {
    /// The part before the endpoint.
    Before,
    /// `/api` too.
    Api,
    /// The whole path: it may be the base itself.
    ApiItself,
    /// The part before the endpoint, near or not, but only where that has a version of its own.
    Versioned,
}

/// Endpoints that people paste behind a base address, longest first. They are taken off, for the dialects add their own.
const ENDPOINTS: [(&str, Left); 22] = [
    ("/api/v1/chat/completions", Left::Api),
    ("/v1/chat/completions", Left::Before),
    ("/v1/completions", Left::Before),
    ("/api/v1/models", Left::Api),
    ("/v1/models", Left::Before),
    ("/api/extra/generate/stream", Left::Before),
    ("/api/extra/version", Left::Before),
    ("/api/extra", Left::Before),
    ("/api/v1/generate", Left::Before),
    ("/api/v1/model", Left::Before),
    ("/api/v1", Left::Api),
    ("/v1", Left::Before),
    ("/api/chat", Left::Before),
    ("/api/generate", Left::Before),
    ("/api/version", Left::Before),
    ("/api/tags", Left::Before),
    ("/api/ps", Left::Before),
    ("/api/v0", Left::Before),
    ("/api", Left::ApiItself),
    ("/health", Left::Before),
    ("/chat/completions", Left::Versioned),
    ("/models", Left::Versioned),
];

impl Address {
    /// Reads what a person typed or a link gave: with or without a scheme, a trailing slash, `/v1` or an endpoint. A value that begins
    /// with `/` is a path on the host of `page`, which is this page's origin (`https://example.org`), if it has one.
    ///
    /// Without a scheme it is `http` for this computer, for the local network and where a port is given, else `https`.
    pub fn parse(input: &str, page: Option<&str>) -> Result<Address, BadAddress> {
        let input = input.trim();
        if input.is_empty() {
            return Err(BadAddress::Empty);
        }
        if input
            .chars()
            .any(|char| char.is_whitespace() || char.is_control())
        {
            return Err(BadAddress::Blank);
        }
        if input.starts_with('/') && !input.starts_with("//") {
            let page = page
                .filter(|page| page.contains("://"))
                .ok_or(BadAddress::NoPage)?;
            let own = Address::parse(page, None).map_err(|_| BadAddress::NoPage)?;
            return Ok(Address {
                path: base_path(input, &own.host)?,
                ..own
            });
        }
        let (secure, rest) = match input.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Some(false), rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Some(true), rest),
            // A "://" further on is part of something else, which the host or the query will refuse.
            Some((scheme, _))
                if scheme
                    .chars()
                    .all(|char| char.is_ascii_alphanumeric() || "+-.".contains(char)) =>
            {
                return Err(BadAddress::Scheme(scheme.to_ascii_lowercase()));
            }
            // `//host` takes the scheme of the page that says so; here that is no scheme.
            _ => (None, input.strip_prefix("//").unwrap_or(input)),
        };
        let at = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(at);
        if authority.contains('@') {
            return Err(BadAddress::Credentials);
        }
        let (host, port) = split_port(authority)?;
        let host = Host::parse(host)?;
        let port = match port {
            None | Some("") => None,
            Some(port) => Some(
                port.parse()
                    .ok()
                    .filter(|&number: &u16| {
                        number > 0 && port.bytes().all(|byte| byte.is_ascii_digit())
                    })
                    .ok_or_else(|| BadAddress::Port(port.to_owned()))?,
            ),
        };
        let near = host.is_loopback() || host.is_private();
        let secure = secure.unwrap_or(match port {
            Some(port) => port == 443,
            None => !near,
        });
        let port = port.filter(|&port| port != if secure { 443 } else { 80 });
        let path = base_path(path, &host)?;
        Ok(Address {
            secure,
            host,
            port,
            path,
        })
    }

    /// The full URL of a path (and query) that begins with `/`. Where the base has a version of its own (`/api/paas/v4`,
    /// `/v1beta/openai`) it stands in the place of the path's `/v1`.
    pub fn url(&self, path: &str) -> String {
        let path = match path.strip_prefix("/v1") {
            Some(rest) if rest.starts_with('/') && has_version(&self.path) => rest,
            _ => path,
        };
        format!("{}{}{path}", self.origin(), self.path)
    }

    /// Scheme, host and port, as browsers write an origin. Keys are kept by it.
    pub fn origin(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        match self.port {
            Some(port) => format!("{scheme}://{}:{port}", self.host),
            None => format!("{scheme}://{}", self.host),
        }
    }

    /// The host, an IPv6 address in brackets.
    pub fn host(&self) -> String {
        self.host.to_string()
    }

    /// The port, the scheme's own where none was given.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(if self.secure { 443 } else { 80 })
    }

    /// Tells whether the scheme is `https`.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// Tells whether the host is this computer.
    pub fn is_loopback(&self) -> bool {
        self.host.is_loopback()
    }

    /// Tells whether the host is another computer of the local network: a private address, a name without a dot or one such as `nas.local`.
    pub fn is_private(&self) -> bool {
        !self.is_loopback() && self.host.is_private()
    }
}

/// The base address itself, which [`Address::parse`] reads as the same.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin(), self.path)
    }
}

impl fmt::Display for BadAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadAddress::Empty => write!(f, "the address is empty"),
            BadAddress::Blank => write!(f, "there is a blank in the address"),
            BadAddress::Scheme(scheme) => {
                write!(f, "an address begins with http or https, not with {scheme}")
            }
            BadAddress::Credentials => write!(f, "a name or key does not belong into the address"),
            BadAddress::Query => write!(f, "a query does not belong into the address"),
            BadAddress::NoHost => write!(f, "the address names no host"),
            BadAddress::Host(host) => write!(f, "{host} cannot be a host"),
            BadAddress::Port(port) => write!(f, "{port} cannot be a port"),
            BadAddress::NoPage => write!(f, "this page has no host that the path could be on"),
        }
    }
}

impl std::error::Error for BadAddress {}

/// Host and port; a port that is given but empty is an empty text.
fn split_port(authority: &str) -> Result<(&str, Option<&str>), BadAddress> {
    if let Some(inside) = authority.strip_prefix('[') {
        let bad = || BadAddress::Host(authority.to_owned());
        let (host, rest) = inside.split_once(']').ok_or_else(bad)?;
        return match rest.strip_prefix(':') {
            _ if host.parse::<Ipv6Addr>().is_err() => Err(bad()),
            Some(port) => Ok((host, Some(port))),
            None if rest.is_empty() => Ok((host, None)),
            None => Err(bad()),
        };
    }
    // An IPv6 address that was typed without its brackets.
    if authority.parse::<Ipv6Addr>().is_ok() {
        return Ok((authority, None));
    }
    Ok(match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    })
}

impl Host {
    fn parse(text: &str) -> Result<Host, BadAddress> {
        if text.is_empty() {
            return Err(BadAddress::NoHost);
        }
        let bad = || BadAddress::Host(text.to_owned());
        if let Ok(ip) = text.parse::<IpAddr>() {
            return Ok(Host::Ip(ip));
        }
        let good = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .chars()
                    .all(|char| char.is_alphanumeric() || char == '-' || char == '_')
        };
        let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        let number = name
            .rsplit('.')
            .next()
            .is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
        // A name whose last label is a number would be read as an IPv4 address by a browser.
        if number || !name.split('.').all(good) {
            return Err(bad());
        }
        Ok(Host::Name(name))
    }

    fn is_loopback(&self) -> bool {
        match self {
            Host::Name(name) => name == "localhost" || name.ends_with(".localhost"),
            // The unspecified address reaches this computer too.
            Host::Ip(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_unspecified(),
            Host::Ip(IpAddr::V6(ip)) => match ip.to_ipv4_mapped() {
                Some(ip) => ip.is_loopback(),
                None => ip.is_loopback() || ip.is_unspecified(),
            },
        }
    }

    fn is_private(&self) -> bool {
        match self {
            Host::Name(name) => {
                !name.contains('.')
                    || [".local", ".lan", ".internal", ".home.arpa"]
                        .iter()
                        .any(|end| name.ends_with(end))
            }
            Host::Ip(IpAddr::V4(ip)) => is_private_v4(ip),
            Host::Ip(IpAddr::V6(ip)) => match ip.to_ipv4_mapped() {
                Some(ip) => is_private_v4(&ip),
                None => ip.is_unique_local() || ip.is_unicast_link_local(),
            },
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Name(name) => write!(f, "{name}"),
            Host::Ip(IpAddr::V4(ip)) => write!(f, "{ip}"),
            Host::Ip(IpAddr::V6(ip)) => write!(f, "[{ip}]"),
        }
    }
}

fn is_private_v4(ip: &Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    // The last one is what carriers and overlay networks share among their own.
    ip.is_private() || ip.is_link_local() || (a == 100 && (64..128).contains(&b))
}

/// The path without what is behind a `#`, without slashes at its end and without an endpoint.
fn base_path(path: &str, host: &Host) -> Result<String, BadAddress> {
    let path = path.split('#').next().unwrap_or_default();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    if !query.is_empty() {
        return Err(BadAddress::Query);
    }
    if path.contains('\\') {
        return Err(BadAddress::Host(path.to_owned()));
    }
    let near = host.is_loopback() || host.is_private();
    let mut path = path.trim_end_matches('/');
    // What is left may end in an endpoint again; a base address does not, or it would be read as another one the next time.
    while let Some(before) = without_endpoint(path, near) {
        path = before.trim_end_matches('/');
    }
    Ok(path.to_owned())
}

/// Tells whether a path ends in a version of its own, or in such an API's name for OpenAI's wire behind one.
fn has_version(path: &str) -> bool {
    let is_version = |part: &str| {
        let number = part.strip_prefix('v').unwrap_or_default();
        let word = number.trim_start_matches(|letter: char| letter.is_ascii_digit());
        number.len() > word.len() && matches!(word, "" | "alpha" | "beta" | "beta1" | "beta2")
    };
    let mut parts = path.rsplit('/');
    match parts.next() {
        // OpenAI's own is taken off, for the dialects add it.
        Some("v1") | None => false,
        Some("openai" | "compat" | "compatible") => parts.any(is_version),
        Some(last) => is_version(last),
    }
}

/// The path without the endpoint at its end; `None` where nothing is to be taken off.
fn without_endpoint(path: &str, near: bool) -> Option<&str> {
    let (before, left) = ENDPOINTS
        .iter()
        .find_map(|(endpoint, left)| Some((path.strip_suffix(endpoint)?, left)))?;
    match left {
        // On a server in the open this is OpenAI's `/v1` below a path (OpenRouter); at home KoboldCpp's or LM Studio's own API.
        Left::Api if !near => path.get(..before.len() + "/api".len()),
        // So this was read from such an address before; at home it is Ollama's.
        Left::ApiItself if !near => None,
        Left::Versioned if !has_version(before) => None,
        _ => Some(before),
    }
}

#[cfg(test)]
mod tests;
