//! The worker that reads files of other programs: it looks at all of them, then puts what is new into records, and writes these. What is
//! united with a conversation of its name goes to the page, which may have that conversation before the reader.
//!
//! In: messages from the page. Out: messages to it, and records in the browser's database. `rill::history::intake` decides what is new,
//! `rill::import` reads, `rill::database` writes; here are the hands.
//!
//! | from the page | answer |
//! |---|---|
//! | `["look", files, heads, now]` | now and then the number of bytes that are read; at the end a text: JSON, a list of `{"Ok": Seen}` and `{"Err": Refusal}`, one for each file |
//! | `["write", file]` | none; the records of that file are asked for next |
//! | `["next"]` | `[bytes, waits, batches]`: the number of bytes that are read, whether records wait to be written here, and those that the page unites, each batch `[expect, head, ids, records, marks]`; with neither the file is at its end; or a text: JSON, a `Refusal` |
//! | `["put"]` | first `[ids, replaced]`, before anything of it lasts: the names of conversations that were not there, and those in whose place others come, each `[id, records]`, the records as JSON, a `Deleted`; where a second connection has to do it, once more; then a text: JSON, `{"Ok": null}` or `{"Err": Fault}` |
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
#[cfg(target_arch = "wasm32")]
mod write;
