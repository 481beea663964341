//! Starts the page.

/// In a browser: makes `<rill-chat>` known.
#[cfg(target_arch = "wasm32")]
fn main() {
    rill::page::embed::start();
}

/// On the host there is nothing to start.
#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("Rill is a page: run `cargo xtask serve` and open http://127.0.0.1:7455");
}
