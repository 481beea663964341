//! What the page loads only when it is first needed: talking to servers, replies and their turns, the settings.
//!
//! In: nothing. Out: [`Later`], a table of functions. The first view needs none of it, so a release build cuts it off into a
//! wasm file of its own (`--cfg rill_split`; the cut is made by `xtask`), in the same memory: signals, handles and closures
//! go to and fro as ever. Every other build has it at once. Nothing that the first view does may name what stands behind
//! these functions, or it comes back into the first file.

use std::cell::Cell;
use std::pin::Pin;

use web_sys::{Element, File};

use super::app::Chat;
use super::net::fetch::Fetch;
use super::servers::{self, Server};
use super::ui::part::Part;
use super::ui::verdict;
use super::{history, painter, reply, ui, ways};
use crate::chat::tree::TurnId;
use crate::dialect::{Kind, Takes};
use crate::doctor::Verdict;

/// The functions that come later.
pub struct Later {
    /// Begins the reply of a turn; with `true`, from where it ended.
    pub begin: fn(Chat, TurnId, bool),
    /// Gets to know a server.
    pub connect: fn(Fetch, Option<Kind>) -> Connecting,
    /// What a kind of server understands beside words.
    pub takes: fn(Kind) -> Takes,
    /// Shows which rung the next reply takes.
    pub show_way: fn(Chat),
    /// Reads files, and adds the pictures among them to the next message.
    pub pictures: fn(Chat, Vec<File>),
    /// The turns of the conversation.
    pub turns: fn(Chat) -> Part,
    /// A click somewhere in the conversation; `true` where it did something.
    pub clicked: fn(Chat, &Element) -> bool,
    /// Brings the conversation of this tab back.
    pub restore: fn(Chat) -> Pin<Box<dyn Future<Output = ()>>>,
    /// The conversation as a file.
    pub file: fn(Chat) -> String,
    /// The conversations that are kept.
    pub conversations: fn(Chat) -> Part,
    /// How replies are made.
    pub settings: fn(Chat) -> Part,
    /// What stands beside the prompt, for kinds that have such.
    pub fields: fn(Chat) -> Part,
    /// Servers, models, and how to read.
    pub panel: fn(Chat) -> Part,
    /// The Doctor's region.
    pub doctor: fn(Chat) -> Part,
    /// All that the Doctor knows of a reply.
    pub exam: fn(Chat) -> Part,
    /// A server is checked.
    pub check: fn(Chat) -> Part,
    /// The question whether a link's server may be spoken to.
    pub ask: fn(Chat) -> Part,
    /// What is wrong with keeping the conversation.
    pub notice: fn(Chat) -> Part,
    /// A verdict in a few words.
    pub verdict_words: fn(Chat, Verdict) -> String,
    /// A verdict in a sentence.
    pub verdict_why: fn(Chat, Verdict) -> String,
}

/// A server that is being made friends with.
pub type Connecting = Pin<Box<dyn Future<Output = Result<Server, Verdict>>>>;

/// The file could not be had: the network is gone, or the host has another version by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unloaded;

thread_local! {
    static LOADED: Cell<Option<&'static Later>> = const { Cell::new(None) };
}

/// The functions, if they are here.
pub fn ready() -> Option<&'static Later> {
    LOADED.get()
}

/// The functions, which are fetched if they are not here. A failure is not kept: the next call tries again.
pub async fn load() -> Result<&'static Later, Unloaded> {
    if let Some(later) = ready() {
        return Ok(later);
    }
    let later = rest::later().await?;
    LOADED.set(Some(later));
    Ok(later)
}

fn connect(fetch: Fetch, kind: Option<Kind>) -> Connecting {
    Box::pin(async move { servers::connect(&fetch, kind).await })
}

static LATER: Later = Later {
    begin: reply::begin,
    connect,
    takes: |kind| kind.dialect().takes(),
    show_way: ways::show_way,
    pictures: ui::images::take,
    turns: ui::turns::turns,
    clicked: painter::clicked,
    restore: history::restore,
    file: history::file,
    conversations: ui::conversations::conversations,
    settings: ui::settings::open,
    fields: ui::fields::fields,
    panel: ui::server::server_panel,
    doctor: ui::doctor::doctor,
    exam: ui::doctor::exam::exam,
    check: ui::ask::check,
    ask: ui::ask::ask_first,
    notice: ui::notice::notice,
    verdict_words: verdict::words,
    verdict_why: verdict::why,
};

#[cfg(not(rill_split))]
mod rest {
    use super::{LATER, Later, Unloaded};

    pub async fn later() -> Result<&'static Later, Unloaded> {
        Ok(&LATER)
    }
}

/// The one place where a wasm file ends and the next begins; the macro writes the `extern` functions of the cut.
#[cfg(rill_split)]
#[allow(unsafe_code, missing_docs)]
mod rest {
    use super::{LATER, Later, Unloaded};
    use wasm_split_helpers::{SplitLoaderError, wasm_split};

    impl From<SplitLoaderError> for Unloaded {
        fn from(_: SplitLoaderError) -> Unloaded {
            Unloaded
        }
    }

    #[wasm_split(later, fallible)]
    pub fn later() -> Result<&'static Later, Unloaded> {
        Ok(&LATER)
    }
}
