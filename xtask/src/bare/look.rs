//! Asks a host for the page and for all that it names.
//!
//! In: an address. Out: that every file is there and is what it should be.

use crate::{Failure, Outcome};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// How files are named in the page and in what it loads.
const NAMES: [(&str, char); 3] = [("href=\"", '"'), ("src=\"", '"'), ("\"./", '"')];

/// Asks for the page, and for each file that it leads to.
pub(crate) fn all_is_there(address: &str) -> Outcome {
    let page = get(address, "/")?;
    let mut names = named(&page.text());
    names.extend(named(&get(address, "/rill.js")?.text()));
    for wanted in ["rill-page.js", "rill-page_bg.wasm"] {
        if !names.iter().any(|name| name == wanted) {
            return Err(Failure::new(format!("the page does not lead to {wanted}")));
        }
    }
    for name in names {
        let file = get(address, &format!("/{name}"))?;
        if name.ends_with(".wasm")
            && !(file.media == "application/wasm" && file.body.starts_with(b"\0asm"))
        {
            return Err(Failure::new(format!("{name} is no wasm: {}", file.media)));
        }
    }
    Ok(())
}

/// The files that a text names; what a line of comment names is an example.
fn named(text: &str) -> Vec<String> {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let names = lines.flat_map(|line| NAMES.iter().map(move |name| (line, name)));
    let names = names.flat_map(|(line, (before, after))| {
        let parts = line.split(before).skip(1);
        parts.filter_map(|part| Some(part.split_once(*after)?.0.to_owned()))
    });
    // What ends in a slash is a folder: what is asked for there is made up when it is.
    let mut names: Vec<String> = names.filter(|name| !name.ends_with('/')).collect();
    names.sort();
    names.dedup();
    names
}

struct File {
    media: String,
    body: Vec<u8>,
}

impl File {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

fn get(address: &str, path: &str) -> Outcome<File> {
    let host = address.trim_start_matches("http://").trim_end_matches('/');
    let wrong = |why: &str| Failure::new(format!("GET {path} from {host}: {why}"));
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n").as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = answer.split_at(end.ok_or_else(|| wrong("no answer"))? + 4);
    let head = String::from_utf8_lossy(head);
    if head.split(' ').nth(1) != Some("200") {
        return Err(wrong(head.lines().next().unwrap_or_default()));
    }
    // Names of headers mean the same in any case.
    let head = head.to_ascii_lowercase();
    let media = head
        .lines()
        .find_map(|line| line.strip_prefix("content-type: "));
    Ok(File {
        media: media.unwrap_or_default().to_owned(),
        body: body.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_page_leads_to_its_files() {
        let page = "<link href=\"first.css\"><script src=\"rill.js\"></script>";
        assert_eq!(named(page), ["first.css", "rill.js"]);
        let script = "// <script src=\"…/rill.js\">\nimport init from \"./rill-page.js\"; new URL(\"./rill-page_bg.wasm\", 1); at(\"./locales/\") + tag";
        assert_eq!(named(script), ["rill-page.js", "rill-page_bg.wasm"]);
    }

    #[test]
    fn a_page_of_which_something_is_missing_is_not_there() {
        let folder = std::env::temp_dir().join(format!("rill-look-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).unwrap();
        write("index.html", b"<script src=\"rill.js\"></script>");
        write(
            "rill.js",
            b"import init from \"./rill-page.js\"; new URL(\"./rill-page_bg.wasm\")",
        );
        write("rill-page.js", b"");
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let site = crate::serve::Site::new(folder.clone(), None);
        // It ends with the process.
        std::thread::spawn(move || site.serve(listener));
        let missing = all_is_there(&address).unwrap_err();
        assert!(missing.0.contains("rill-page_bg.wasm"), "{missing:?}");
        write("rill-page_bg.wasm", b"<html>");
        assert!(all_is_there(&address).unwrap_err().0.contains("no wasm"));
        write("rill-page_bg.wasm", b"\0asm\x01\0\0\0");
        all_is_there(&address).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
