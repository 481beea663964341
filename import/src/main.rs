//! The worker that reads files of other programs: it looks at all of them, and then puts what is new into records, as fast as the page
//! writes them.
//!
//! In: messages from the page. Out: messages to it. `rill::history::intake` decides what is new, `rill::import` reads; here are the
//! hands.
//!
//! | from the page | answer |
//! |---|---|
//! | `["look", files, heads, now]` | now and then the number of bytes that are read; at the end a text: JSON, a list of `{"Ok": Seen}` and `{"Err": Refusal}`, one for each file |
//! | `["write", file]` | none; the records of that file are asked for next |
//! | `["next"]` | `[bytes, batches]`, each batch `[how, expect, head, ids, records]`, `how` 0 for one that is new, 1 for one that takes the place of an older state, 2 for one that is united with what is there; none of them is the end of the file; or a text: JSON, a `Refusal` |
//!
//! A file is read a piece at a time from where it is; nothing of it is kept.

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("This reads files in a browser, beside the page.");
}

#[cfg(target_arch = "wasm32")]
fn main() {
    worker::start();
}

#[cfg(target_arch = "wasm32")]
mod blob;
#[cfg(target_arch = "wasm32")]
mod worker;
