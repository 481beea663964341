//! The page that was made for one path, and the page in front of a server that allows no page.
//!
//! `RILL_BASED` names a page that was made for `/rill/`, `RILL_XTASK` the program of `cargo xtask`.

use crate::host::{Host, Kind};
use crate::settings;
use e2e::{Chat, Stage};
use lab::{Dialect, Way};
use std::path::PathBuf;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

fn named(variable: &str) -> PathBuf {
    let named = std::env::var_os(variable);
    let named = named.unwrap_or_else(|| panic!("{variable}: `cargo xtask test --hosts` sets it"));
    PathBuf::from(named)
}

#[e2e::case]
async fn a_page_for_one_path_needs_no_slash_and_says_where_it_does_not_belong(stage: Stage) {
    // A host that redirects nothing, answers with the page for what it does not know, and has the same page in another folder too.
    let documented = settings::blocks(Kind::Nginx.mark());
    let redirect = "    return 308 /rill/$is_args$args;\n";
    assert!(documented.contains(redirect));
    let silent = "    root /srv;\n    try_files /rill/index.html =404;\n";
    let elsewhere = "location /chat/ {\n    alias /srv/rill/;\n}\n";
    let some = "location /rill/some/ {\n    root /srv;\n    try_files /rill/index.html =404;\n}\n";
    let settings = documented.replace(redirect, silent) + some + elsewhere;
    let host = Host::start(&stage, Kind::Nginx, &settings, &named("RILL_BASED")).await;
    let page = stage.blank().await;
    for from in ["/rill", "/rill/some/where"] {
        page.goto(&format!("{}{from}?server=demo&pace=instant#x", host.origin))
            .await;
        page.until::<bool>("location.pathname === '/rill/'").await;
    }
    // Before the page went away, the browser may have been given it in the place of a script, and may have said so.
    page.forgive().await;
    let chat = Chat { page, at: 0 };
    chat.page
        .until::<bool>(&format!("!!{}", chat.find("textbox", "Message")))
        .await;
    let asked: String = chat.page.js("location.search + location.hash").await;
    assert_eq!(asked, "?server=demo&pace=instant#x");
    // The worker is that of the path, and has taken the whole page.
    let scope: String = chat
        .page
        .until("navigator.serviceWorker.controller?.scriptURL.slice(location.origin.length)")
        .await;
    assert_eq!(scope, "/rill/sw.js");

    let lost = stage.blank().await;
    lost.goto(&format!("{}/chat/", host.origin)).await;
    let said: String = lost
        .until("document.querySelector('.first')?.innerText.match(/made for the path .*/)?.[0]")
        .await;
    assert!(said.starts_with("made for the path /rill/ "), "{said}");
}

/// `cargo xtask serve --proxy`, as a person starts it; its address. It ends behind its pages.
async fn serve(stage: &Stage, server: &str) -> String {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await;
    let port = listener
        .and_then(|free| free.local_addr())
        .expect("a port")
        .port();
    let child = Command::new(named("RILL_XTASK"))
        .args([
            "serve",
            "--port",
            &port.to_string(),
            "--proxy",
            server,
            "--page",
        ])
        .arg(Stage::dist().expect("a page"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let mut child = child.expect("xtask starts");
    let said = child.stdout.take().expect("its words");
    let mut lines = BufReader::new(said).lines();
    loop {
        let line = lines.next_line().await.expect("its words");
        let line = line.expect("it says where the page is");
        if let Some(address) = line.strip_prefix("Rill is at ") {
            // It has more to say, and ends where nobody reads that.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            stage.keep(child).await;
            return address.to_owned();
        }
    }
}

/// The page as it comes, and what it is asked for in its address.
async fn open(stage: &Stage, address: &str) -> Chat {
    let page = stage.blank().await;
    page.goto(address).await;
    let chat = Chat { page, at: 0 };
    chat.page
        .until::<bool>(&format!("!!{}", chat.find("textbox", "Message")))
        .await;
    chat
}

#[e2e::case]
async fn a_server_that_allows_no_page_is_talked_with_from_the_page_in_front_of_it(stage: Stage) {
    let server = stage
        .lab
        .url(Dialect::Jarvis, "first=0;delay=15;tokens=300");
    let address = serve(&stage, &server).await;
    // Neither address nor kind are said: the page knows the one and finds the other.
    let chat = open(&stage, &format!("{address}?pace=instant")).await;
    let turn = chat.ask("Hello").await;
    assert_eq!(turn.fate(), ("complete", Some("success")), "{turn:?}");
    let region = chat.find("region", "Doctor");
    let verdict: String = chat.page.js(&format!("{region}.dataset.verdict")).await;
    assert_eq!(verdict, "flowing");
    let log = stage.lab.log();
    assert!(!log.is_empty() && log.iter().all(|entry| entry.origin.is_none()));
}

#[e2e::case]
async fn a_socket_goes_through_and_a_reply_that_is_left_ends_at_the_server(stage: Stage) {
    let server = stage
        .lab
        .url(Dialect::LlamaChat, "first=0;delay=20;tokens=20000");
    let address = serve(&stage, &server).await;
    let chat = open(&stage, &format!("{address}?pace=instant&kind=llama-chat")).await;
    chat.send("Hello").await;
    let over_socket = "/ws/chat/stream";
    let asked = stage
        .lab
        .wait_for("words over the socket", |log| {
            let mut log = log.iter();
            log.find(|entry| entry.path == over_socket && entry.sent > 100)
                .map(|entry| entry.id)
        })
        .await;
    chat.page.close().await;
    stage
        .lab
        .wait_for("the server hears that nobody reads", |log| {
            let entry = log.iter().find(|entry| entry.id == asked)?;
            (entry.way? == Way::ClosedByClient).then_some(())
        })
        .await;
}
