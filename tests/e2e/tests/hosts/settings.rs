//! The settings of `docs/hosting.md`, as they stand there.
//!
//! In: the document. Out: what it says for each host, its policy, and each with the placeholders of the document replaced.

use crate::host::Kind;
use std::path::Path;

/// The port of the model server in the document.
const MODEL: &str = "127.0.0.1:8080";

/// All code blocks of the document that are marked so, in their order.
pub fn blocks(mark: &str) -> String {
    let file = support::root().join("docs/hosting.md");
    let text = std::fs::read_to_string(file).expect("docs/hosting.md");
    let mut found = String::new();
    // The mark of the block in which a line stands.
    let mut block: Option<&str> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), block) {
            (Some(word), None) => block = Some(word),
            (Some(_), Some(_)) => block = None,
            (None, Some(word)) if word == mark => found = found + line + "\n",
            (None, _) => {}
        }
    }
    assert!(
        !found.is_empty(),
        "docs/hosting.md has no block of `{mark}`"
    );
    found
}

/// The strict policy of the chapter on headers.
pub fn policy() -> String {
    let policies = blocks("");
    let strict = policies.lines().find(|line| {
        line.starts_with("default-src 'none'") && line.contains("connect-src 'self';")
    });
    strict.expect("a strict policy").to_owned()
}

/// Settings in which the folder of the page and the model server are these. A placeholder that is not there fails.
pub fn placed(settings: &str, srv: &Path, model: &str) -> String {
    assert!(settings.contains("/srv"), "{settings}");
    let (host, port) = model.split_once(':').expect("host and port");
    let apart = "\"host\" => \"127.0.0.1\", \"port\" => 8080";
    assert!(
        [MODEL, apart, "{$RILL_SERVER}"]
            .iter()
            .any(|one| settings.contains(one)),
        "{settings}"
    );
    settings
        .replace("/srv", &srv.display().to_string())
        .replace(MODEL, model)
        .replace(
            apart,
            &format!("\"host\" => \"{host}\", \"port\" => {port}"),
        )
}

/// The settings with what the document's table says against the page's origin, where it says.
pub fn without_origin(kind: Kind, settings: &str) -> String {
    let file = support::root().join("docs/hosting.md");
    let text = std::fs::read_to_string(file).expect("docs/hosting.md");
    let (name, before) = match kind {
        Kind::Nginx => ("nginx", "proxy_buffering off;"),
        Kind::Caddy => ("Caddy", "flush_interval -1"),
        Kind::Apache => ("Apache", ""),
        Kind::Lighttpd => ("lighttpd", "server.max-read-idle = 600"),
    };
    let row = text
        .lines()
        .find_map(|line| line.strip_prefix(&format!("| {name} | `")));
    let (line, _) = row.and_then(|row| row.split_once('`')).expect("a row");
    if kind == Kind::Apache {
        return format!("{settings}<Location \"/llm/\">\n{line}\n</Location>\n");
    }
    assert!(settings.contains(before), "{settings}");
    settings.replacen(before, &format!("{before}\n{line}\n"), 1)
}
