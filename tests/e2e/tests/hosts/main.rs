//! The built page behind web servers that people have, which also lead to the model's server, with the settings of
//! `docs/hosting.md`. `cargo xtask test --hosts` fetches the servers and names them.
//!
//! The map: [`settings`] what the document says; [`host`] servers that are started with it; [`facts`] what they have to say over HTTP;
//! [`near`] the page for one path, and `cargo xtask serve --proxy`.

mod facts;
mod host;
mod near;
mod settings;

use e2e::{Chat, Stage};
use host::{Host, Kind};
use lab::Dialect;
use std::sync::Arc;

fn main() -> std::process::ExitCode {
    e2e::suite::main()
}

/// The host, with the settings of the document.
async fn documented(kind: Kind, stage: &Stage) -> Arc<Host> {
    let dist = Stage::dist().expect("a page");
    Host::start(stage, kind, &settings::blocks(kind.mark()), &dist).await
}

/// One reply through it, and the verdict on it.
async fn reply(host: &Host, stage: &Stage) -> (Chat, String) {
    let page = stage.blank().await;
    let server = lab::percent_encode(&format!(
        "/llm/{};first=0;delay=15;tokens=300",
        Dialect::OpenAi.word()
    ));
    let query = format!(
        "{}/rill/?server={server}&kind=openai&pace=instant",
        host.origin
    );
    page.goto(&query).await;
    let chat = Chat { page, at: 0 };
    chat.page
        .until::<bool>(&format!("!!{}", chat.find("textbox", "Message")))
        .await;
    let turn = chat.ask("Hello").await;
    assert_eq!(turn.fate(), ("complete", Some("stop")), "{turn:?}");
    let region = chat.find("region", "Doctor");
    let verdict = chat.page.js(&format!("{region}.dataset.verdict")).await;
    (chat, verdict)
}

/// All that a host has to do: what it says over HTTP, a reply that flows, and each part with the hash that the page's worker knows.
async fn serves(kind: Kind, stage: Stage) {
    let host = documented(kind, &stage).await;
    facts::check(kind, &host, &Stage::dist().expect("a page")).await;
    facts::socket(&host).await;
    let (chat, verdict) = reply(&host, &stage).await;
    assert_eq!(verdict, "flowing", "{kind:?}");
    chat.page
        .until::<bool>("!!navigator.serviceWorker.controller")
        .await;
    hides_the_page(kind, &stage).await;
}

/// The header by which servers refuse pages is passed on, and is not where the document's line stands.
async fn hides_the_page(kind: Kind, stage: &Stage) {
    let dist = Stage::dist().expect("a page");
    let documented = settings::blocks(kind.mark());
    for settings in [
        documented.clone(),
        settings::without_origin(kind, &documented),
    ] {
        let host = Host::start(stage, kind, &settings, &dist).await;
        facts::ask_as_a_page(&host, "/llm/openai/v1/models?of=a-page").await;
    }
    let log = stage.lab.log();
    let models = log.iter().filter(|entry| entry.query == "of=a-page");
    let origins: Vec<Option<&str>> = models.map(|entry| entry.origin.as_deref()).collect();
    assert_eq!(origins, [Some(facts::PAGE), None], "{kind:?}");
}

#[e2e::case]
async fn nginx_serves_the_page_and_leads_to_the_model(stage: Stage) {
    serves(Kind::Nginx, stage).await;
}

#[e2e::case]
async fn caddy_serves_the_page_and_leads_to_the_model(stage: Stage) {
    serves(Kind::Caddy, stage).await;
}

#[e2e::case]
async fn apache_serves_the_page_and_leads_to_the_model(stage: Stage) {
    serves(Kind::Apache, stage).await;
}

#[e2e::case]
async fn lighttpd_serves_the_page_and_leads_to_the_model(stage: Stage) {
    serves(Kind::Lighttpd, stage).await;
}

#[e2e::case]
async fn the_containers_settings_serve_the_page_and_lead_to_the_model(stage: Stage) {
    let dist = Stage::dist().expect("a page");
    let file = support::root().join("docs/Caddyfile");
    let settings = std::fs::read_to_string(file).expect("docs/Caddyfile");
    let server = [("RILL_SERVER", stage.lab.origin())];
    let host = Host::start_with(&stage, Kind::Caddy, &settings, &dist, &server).await;
    facts::check(Kind::Caddy, &host, &dist).await;
    let (_, verdict) = reply(&host, &stage).await;
    assert_eq!(verdict, "flowing");
}

/// Buffering alone passes small reads on as soon as no more is there (nginx 1.22, measured); with compression it holds back all
/// until the end.
const HOLDS: &str = "proxy_buffering on; gzip on; gzip_types text/event-stream; gzip_proxied any;";

/// nginx's settings of the document, with these in the place of what lets the text through.
fn nginx_with(instead: &str) -> String {
    let documented = settings::blocks(Kind::Nginx.mark());
    let free = ["proxy_buffering off;", "    gzip off;"];
    free.iter().fold(documented, |text, free| {
        assert!(text.contains(free), "{free}");
        let (before, after) = text.split_once(free).unwrap_or_default();
        let put = if free.starts_with("proxy") {
            instead
        } else {
            ""
        };
        format!("{before}{put}{after}")
    })
}

#[e2e::case]
async fn a_proxy_that_buffers_is_named_and_the_remedy_cures_it(stage: Stage) {
    let dist = Stage::dist().expect("a page");
    let behind =
        async |settings: &str| Host::start(&stage, Kind::Nginx, &nginx_with(settings), &dist).await;
    let held = behind(HOLDS).await;
    let (chat, verdict) = reply(&held, &stage).await;
    assert_eq!(verdict, "buffered");
    chat.button("Details").await;
    // What to put into the settings stands there, to be copied.
    let remedy = "e2e.every(0, 'aside li').find((one) => one.innerText.includes('In nginx'))?.querySelector('code').innerText";
    let remedy: String = chat.page.until(remedy).await;
    assert!(remedy.contains("proxy_buffering off;"), "{remedy}");
    let compression = "gzip_types text/event-stream; gzip_proxied any;";
    let cured = behind(&format!("{remedy} {compression}")).await;
    let (_, verdict) = reply(&cured, &stage).await;
    assert_eq!(verdict, "flowing");
}
