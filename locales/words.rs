//! Every word on screen, from the `*.json` beside this file, as typed keys (`td_string!(locale, send)`), and the demo's text from
//! the `demo.*.md`. Words of the settings of how to read have a function that takes their name.

#[cfg(target_arch = "wasm32")]
#[allow(
    missing_docs,
    unused,
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/words.rs"));
}

#[cfg(target_arch = "wasm32")]
pub use generated::{demo_script, i18n, reading_word};
#[cfg(target_arch = "wasm32")]
pub use leptos_i18n::td_string;
