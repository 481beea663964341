//! A small server of static files, for one person on this machine.
//!
//! In: a folder. Out: its files, and beside them the [`examples`], over HTTP on loopback. One thread per connection, one answer per connection.

use crate::{Failure, Outcome, examples};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

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

/// Serves until the process ends.
pub(crate) fn serve(listener: &TcpListener, folder: &Path) {
    std::thread::scope(|scope| {
        for stream in listener.incoming().flatten() {
            scope.spawn(move || {
                // A browser that went away needs no answer.
                let _ = answer(&stream, folder);
            });
        }
    });
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
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let words = |words: &str| ("text/plain", words.as_bytes().to_vec());
    let (status, (media, body)) = match method {
        "GET" | "HEAD" => {
            match support::static_file(folder, path).or_else(|| examples::file(folder, path)) {
                Some(file) => ("200 OK", (file.media_type, file.bytes)),
                None => ("404 Not Found", words("not found")),
            }
        }
        _ => ("405 Method Not Allowed", words("only GET and HEAD")),
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
