//! The worker that holds the index of all conversations, and looks through it. What is whole is kept in the browser's database too, for
//! the next page.
//!
//! In: messages from the page. Out: messages to it. `rill::search::Desk` decides; here are the hands.
//!
//! | from the page | answer |
//! |---|---|
//! | `["begin", [id, version, name, at, ...]]`, of all conversations | `["missing", id, ...]`, whose turns are to be handed in |
//! | `["turns", id, [turn, record, ...]]` | none |
//! | `["whole", id, version]`: all turns of that version are handed in | none |
//! | `["mark"]` | `["mark"]`, once all that was said before is done |
//! | `["wrote", id, expect, version, name, at, [turn, record, ...]]` | none |
//! | `["find", number, query, most]` | `["found", number, count, [id, turn, start, end, ...], ...]`, the turn of a title -1 |

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("This searches in a browser, beside the page.");
}

#[cfg(target_arch = "wasm32")]
fn main() {
    worker::start();
}

#[cfg(target_arch = "wasm32")]
mod pieces;
#[cfg(target_arch = "wasm32")]
mod worker;
