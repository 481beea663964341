//! Exact lines to be copied, the same in every language: a family's own commands, with what stands in for their holes, and what proxies
//! need.
//!
//! In: the [`Place`]. Out: lines. It names no family: their commands stand in their own files.

use super::Place;

/// The address of the model server as a proxy beside it would call it.
fn upstream(place: &Place<'_>) -> String {
    let ports = place.family().ports;
    let port = ports
        .first()
        .copied()
        .or_else(|| place.server.map(|server| server.port()))
        .unwrap_or(8080);
    match place.server {
        Some(server) if server.origin() != place.page && server.is_loopback() => server.origin(),
        _ => format!("http://127.0.0.1:{port}"),
    }
}

/// A command with the page's origin in its place.
pub(super) fn for_page(command: &str, page: &str) -> String {
    command.replace("{page}", page)
}

/// The command that fetches the model; `None` where the family has none, or the model's name could bring something along.
pub(super) fn fetch_model(place: &Place<'_>) -> Option<String> {
    let model = place.model.filter(|model| is_plain(model))?;
    let command = place.commands().fetch_model?;
    Some(command.replace("{model}", model))
}

/// Tells whether a name may stand in a command: it came from a link or a server, and shall bring nothing along.
fn is_plain(model: &str) -> bool {
    !model.is_empty()
        && !model.starts_with('-')
        && model
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_./:@".contains(&byte))
}

/// The address at which such a server usually is; `None` where its family has no usual port.
pub(super) fn usual_address(place: &Place<'_>) -> Option<String> {
    let port = place.family().ports.first()?;
    Some(format!("http://127.0.0.1:{port}"))
}

/// The same host at the other port of such a server, which has moved.
pub(super) fn other_port(place: &Place<'_>) -> Option<String> {
    let server = place.server?;
    let other = place.family().other_port(server.port())?;
    let origin = server.origin();
    let host = origin
        .strip_suffix(&format!(":{}", server.port()))
        .unwrap_or(&origin);
    Some(format!("{host}:{other}"))
}

/// The other name of this computer: servers often listen under one of them alone, and a browser counts connections per name.
pub(super) fn other_name(place: &Place<'_>) -> Option<String> {
    super::check::other_name(place.server?)
}

/// The name by which every server of this computer knows itself.
pub(super) fn known_name(place: &Place<'_>) -> Option<String> {
    Some(format!("http://127.0.0.1:{}", place.server?.port()))
}

/// The command that serves the page in front of the server; `None` where it does not lead there: https, or an address that could bring
/// something along.
pub(super) fn serve_proxy(place: &Place<'_>) -> Option<String> {
    let address = place.server?.to_string();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:[]".contains(&byte);
    let leads = address.starts_with("http://") && address.bytes().all(is_plain);
    leads.then(|| format!("cargo xtask serve --proxy {address}"))
}

/// The nginx setting for a path of the page's own host that leads to the server.
pub(super) fn same_path(place: &Place<'_>) -> String {
    format!(
        "location /llm/ {{ proxy_pass {}/; proxy_buffering off; }}",
        upstream(place)
    )
}

/// The command that gives https to a server that has none, with Caddy before it.
pub(super) fn https(place: &Place<'_>) -> String {
    format!(
        "caddy reverse-proxy --from llm.example.org --to {}",
        upstream(place)
    )
}

/// The Apache setting that flushes each packet: its proxy module does so when told to.
pub(super) fn apache(place: &Place<'_>) -> String {
    format!("ProxyPass /llm/ {}/ flushpackets=on", upstream(place))
}

/// The Caddy setting that makes its proxy flush at once.
pub(super) fn caddy(place: &Place<'_>) -> String {
    format!("reverse_proxy {} {{ flush_interval -1 }}", upstream(place))
}

/// The setting that has Vite's development proxy ask for no compression.
pub(super) fn vite(place: &Place<'_>) -> String {
    format!(
        "server: {{ proxy: {{ '/llm': {{ target: '{}', headers: {{ 'Accept-Encoding': 'identity' }} }} }} }}",
        upstream(place)
    )
}
