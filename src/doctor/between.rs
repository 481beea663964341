//! What stands between the page and the server, as far as headers and addresses tell.
//!
//! In: the trace, the place. Out: names of proxies and tunnels. It must not know what to do about them.

use super::Place;
use crate::trace::{Fact, Trace};

/// Proxies and tunnels, and what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Between {
    Nginx,
    Apache,
    Caddy,
    Cloudflare,
    Tunnel,
    Vite,
    Waitress,
    Compression,
}

/// Names everything that is found between page and server, as far as headers and the address tell.
pub(super) fn between(trace: &Trace, place: &Place<'_>) -> Vec<Between> {
    let mut found = Vec::new();
    let headers = trace.stamps().iter().filter_map(|stamp| match &stamp.fact {
        Fact::Headers { told, .. } => Some(told),
        _ => None,
    });
    for (name, value) in headers.flatten() {
        let value = value.to_ascii_lowercase();
        let named = [
            ("nginx", Between::Nginx),
            ("openresty", Between::Nginx),
            ("apache", Between::Apache),
            ("caddy", Between::Caddy),
            ("cloudflare", Between::Cloudflare),
            ("waitress", Between::Waitress),
        ];
        for (word, who) in named {
            if matches!(name.as_str(), "server" | "via") && value.contains(word) {
                found.push(who);
            }
        }
        match name.as_str() {
            "cf-ray" => found.push(Between::Cloudflare),
            "content-encoding" if !value.is_empty() && value != "identity" => {
                found.push(Between::Compression);
            }
            _ => {}
        }
    }
    if let Some(server) = place.server {
        let host = server.host();
        let host = host.split(':').next().unwrap_or_default();
        const TUNNELS: [&str; 8] = [
            ".trycloudflare.com",
            ".ngrok-free.app",
            ".ngrok-free.dev",
            ".ngrok.app",
            ".ngrok.io",
            ".loca.lt",
            ".serveo.net",
            ".devtunnels.ms",
        ];
        if TUNNELS.iter().any(|end| host.ends_with(end)) {
            found.push(Between::Tunnel);
        }
        let own = server.origin() == place.page;
        if own && matches!(server.port(), 5173 | 4173) {
            found.push(Between::Vite);
        }
    }
    found.dedup();
    found
}

/// Tells whether the page asks the model server itself, as far as its port tells: another origin than the page's, without https,
/// at a usual port of the server's family.
pub(super) fn asks_directly(place: &Place<'_>) -> bool {
    place.server.is_some_and(|server| {
        server.origin() != place.page
            && !server.is_secure()
            && place.family().ports.contains(&server.port())
    })
}
