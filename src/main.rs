//! Starts the page.

/// Makes `<rill-chat>` known, in a browser.
#[cfg(target_arch = "wasm32")]
fn main() {
    rill::page::embed::start();
}

/// Tells on the host how to see the page: there is nothing to start.
#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("Rill is a page: run `cargo xtask serve` and open http://127.0.0.1:7455");
}
