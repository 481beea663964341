//! The second half of the page, as its first half knows it: a table of functions that comes when it is first needed.
//!
//! In: whoever [installs](install) the way to it. Out: [`SecondHalf`]. The first view needs none of it, so a release build cuts
//! it off into a wasm file of its own. It must not know what stands behind the table: whatever is named here, or in anything that the
//! first view does, comes back into the first file.

use std::cell::Cell;
use std::pin::Pin;

use leptos::prelude::AnyView;
use web_sys::{Element, File};

use super::{Chat, Command, Trouble};
use crate::address::Address;
use crate::chat::tree::TurnId;
use crate::dialect::{Kind, Takes};
use crate::doctor::Verdict;
use crate::link::{Found, Server};
use crate::page::panel::Panel;

/// Table of the functions of the second half.
pub struct SecondHalf {
    /// Says a text, with the pictures of the next message.
    pub send: fn(Chat, String),
    /// Begins the reply of a turn; with `true`, from where it ended.
    pub begin: fn(Chat, TurnId, bool),
    /// Does what a person asks of the turns that are there.
    pub on_turns: fn(Chat, Command),
    /// Shows the reply of a turn that another tab makes.
    pub follow: fn(Chat, TurnId),
    /// Finds out at which of these addresses a server answers that Rill can talk to.
    pub recognise: fn(Vec<Address>) -> Recognising,
    /// Gets to know a server: its kind, its models, its context. Fails with the Doctor's verdict.
    pub connect: fn(Chat, Address, Option<Kind>) -> Connecting,
    /// Returns what a kind of server understands beside words.
    pub takes: fn(Kind) -> Takes,
    /// Shows which transport the next reply takes.
    pub show_way: fn(Chat),
    /// Reads files: adds the pictures among them to the next message, and brings cards and all others along.
    pub files: fn(Chat, Vec<File>),
    /// Has what the first reply needs compiled, when the browser has time.
    pub rehearse: fn(Chat),
    /// Draws the pictures of the next message.
    pub previews: fn(Chat) -> AnyView,
    /// Draws the button that chooses pictures.
    pub picker: fn(Chat) -> AnyView,
    /// Draws the button that takes dictation.
    pub dictation: fn(Chat) -> AnyView,
    /// Draws the turns of the conversation.
    pub turns: fn(Chat) -> AnyView,
    /// Handles a click somewhere in the conversation; `true` where it did something.
    pub clicked: fn(Chat, &Element) -> bool,
    /// Puts the text of the page's address, if there is one, into the field for the message.
    pub take_texts: fn(Chat),
    /// Brings the conversation of this tab back.
    pub restore: fn(Chat) -> Pin<Box<dyn Future<Output = ()>>>,
    /// Writes the conversation as a file.
    pub file: fn(Chat) -> String,
    /// Draws what a dialog shows.
    pub dialog: fn(Chat, Panel) -> AnyView,
    /// Draws the fields beside the prompt, for kinds of servers that have such.
    pub fields: fn(Chat) -> AnyView,
    /// Draws the Doctor's region.
    pub doctor: fn(Chat) -> AnyView,
    /// Draws all that the Doctor knows of a reply.
    pub exam: fn(Chat) -> AnyView,
    /// Draws the question whether a link's server may be spoken to.
    pub ask: fn(Chat) -> AnyView,
    /// Draws what is there from the beginning of the second half on: the notice of what is wrong with keeping the conversation,
    /// the list beside it; and the import, once there is one.
    pub notice: fn(Chat) -> AnyView,
    /// Says to young readers what is wrong with the connection.
    pub trouble: fn(Chat, &Trouble) -> String,
    /// Says in a sentence what to do about a verdict; empty where nothing is to be done.
    pub verdict_why: fn(Chat, Verdict) -> String,
}

/// Future of the servers that are being asked who they are.
pub type Recognising = Pin<Box<dyn Future<Output = Vec<Found>>>>;

/// Future of a server that is being got to know.
pub type Connecting = Pin<Box<dyn Future<Output = Result<Server, Verdict>>>>;

/// Future of the second half, on its way.
pub type Loading = Pin<Box<dyn Future<Output = Result<&'static SecondHalf, Unloaded>>>>;

/// Error of a second half whose file could not be had: the network is gone, or the host has another version by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unloaded;

thread_local! {
    static LOADER: Cell<Option<fn() -> Loading>> = const { Cell::new(None) };
    static LOADED: Cell<Option<&'static SecondHalf>> = const { Cell::new(None) };
}

/// Tells how the second half is loaded. Call it before the first chat.
pub fn install(loader: fn() -> Loading) {
    LOADER.set(Some(loader));
}

/// Returns the second half, if it is here.
pub fn ready() -> Option<&'static SecondHalf> {
    LOADED.get()
}

/// Fetches the second half, if it is not here. A failure is not kept: the next call tries again.
pub async fn load() -> Result<&'static SecondHalf, Unloaded> {
    if let Some(half) = ready() {
        return Ok(half);
    }
    let loader = LOADER.get().ok_or(Unloaded)?;
    let half = loader().await?;
    LOADED.set(Some(half));
    Ok(half)
}
