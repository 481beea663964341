//! A small server of static files, for one person on this machine.
//!
//! In: a folder. Out: its files over HTTP on loopback. One thread per connection, one answer per connection.

use crate::{Failure, Outcome};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Takes the port, or says what to do.
pub fn listen(port: u16) -> Outcome<TcpListener> {
    TcpListener::bind(("127.0.0.1", port)).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => Failure::new(format!(
            "Port {port} is taken, perhaps by a Rill that already runs: look at http://127.0.0.1:{port}/\nor take another one: cargo xtask serve --port {}",
            port.wrapping_add(1).max(1024)
        )),
        _ => Failure::new(format!("Port {port} cannot be had: {error}")),
    })
}

/// Serves until the process ends.
pub fn serve(listener: &TcpListener, folder: &Path) {
    std::thread::scope(|scope| {
        for stream in listener.incoming().flatten() {
            scope.spawn(move || {
                // A browser that went away needs no answer.
                let _ = answer(&stream, folder);
            });
        }
    });
}

/// Opens the person's browser; if that fails, the address on screen is enough.
pub fn open(address: &str) {
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

fn answer(mut stream: &TcpStream, folder: &Path) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut head = BufReader::new(stream.take(64 << 10));
    let mut first = String::new();
    head.read_line(&mut first)?;
    let mut line = String::new();
    while head.read_line(&mut line)? > 2 {
        line.clear();
    }
    let mut words = first.split(' ');
    let (method, target) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let (status, media, body) = match method {
        "GET" | "HEAD" => read(folder, target),
        _ => (
            "405 Method Not Allowed",
            "text/plain",
            b"only GET and HEAD".to_vec(),
        ),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {media}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    if method != "HEAD" {
        stream.write_all(&body)?;
    }
    stream.shutdown(std::net::Shutdown::Write)
}

fn read(folder: &Path, target: &str) -> (&'static str, &'static str, Vec<u8>) {
    let path = target
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .trim_start_matches('/');
    let path = Path::new(if path.is_empty() { "index.html" } else { path });
    let inside = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    match std::fs::read(folder.join(path)) {
        Ok(bytes) if inside => ("200 OK", media_type(path), bytes),
        _ => ("404 Not Found", "text/plain", b"not found".to_vec()),
    }
}

fn media_type(path: &Path) -> &'static str {
    match path
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default()
    {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "txt" | "md" => "text/plain; charset=utf-8",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_served_and_nothing_outside_of_the_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let check = |target: &str, status: &str| {
            assert!(read(folder, target).0.starts_with(status), "{target}")
        };
        check("/Cargo.toml?server=demo", "200");
        check("/src/main.rs", "200");
        check("/../Cargo.toml", "404");
        check("//etc/passwd", "404");
        check("/", "404");
        assert_eq!(media_type(Path::new("rill_bg.wasm")), "application/wasm");
    }
}
