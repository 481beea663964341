//! The second half of the page: talking to servers, replies and their turns, the settings.
//!
//! In: nothing. Out: the table that [`app::second_half`] describes, and the way to it. This file alone knows
//! both halves. A release build cuts here (`--cfg rill_split`; the cut is made by `xtask`): what only the table names goes into a
//! wasm file of its own, in the same memory, so that signals, handles and closures go to and fro as ever. Every other build has
//! it at once.

use leptos::prelude::*;

use super::app::Chat;
use super::app::second_half::{self, Connecting, Loading, SecondHalf, Unloaded};
use super::ui::aloud::Speaking;
use super::ui::ask::AskFirst;
use super::ui::dialogs::dialog;
use super::ui::dictate::Dictation;
use super::ui::doctor::Doctor;
use super::ui::doctor::exam::Exam;
use super::ui::fields::Fields;
use super::ui::folder::FolderNotice;
use super::ui::images::{Picker, Previews};
use super::ui::import::ImportDialog;
use super::ui::leave::Leave;
use super::ui::notice::Notice;
use super::ui::queue::{Undo, Waiting};
use super::ui::ruler::Ruler;
use super::ui::school::School;
use super::ui::side::Beside;
use super::ui::turns::Turns;
use super::{app, friendly, history, painter, rehearsal, reply, servers, ui, verdict};
use crate::address::Address;
use crate::dialect::Kind;
use crate::doctor::Verdict;

/// Tells chats how the second half is loaded.
pub fn install() {
    second_half::install(load);
}

fn load() -> Loading {
    Box::pin(rest::table())
}

fn connect(chat: Chat, address: Address, kind: Option<Kind>) -> Connecting {
    Box::pin(async move {
        let mut is_anew = false;
        loop {
            let fetch = chat.way_to(&address, is_anew).await;
            let fetch = fetch.map_err(|_| Verdict::Auth)?;
            let known = servers::connect(&fetch, kind).await;
            // A key that the site gave is asked for once more where it is refused.
            if is_anew || !chat.asks_site() || !matches!(known, Err(Verdict::Auth)) {
                return known;
            }
            is_anew = true;
        }
    })
}

static TABLE: SecondHalf = SecondHalf {
    send: app::say::send,
    begin: reply::begin,
    on_turns: app::turns::on_turns,
    follow: reply::follow,
    recognise: |addresses| Box::pin(servers::recognise(addresses)),
    connect,
    takes: |kind| kind.dialect().takes(),
    show_way: app::ways::show_way,
    files: ui::import::take,
    rehearse: rehearsal::rehearse,
    previews: |chat| view! { <Previews chat /> }.into_any(),
    picker: |chat| view! { <Picker chat /> }.into_any(),
    dictation: |chat| view! { <Dictation chat /> }.into_any(),
    turns: |chat| view! { <Turns chat /> }.into_any(),
    clicked: painter::clicked,
    take_texts: app::texts::take_texts,
    restore: reply::restore,
    file: history::file,
    dialog,
    fields: |chat| view! { <Fields chat /> }.into_any(),
    doctor: |chat| view! { <Doctor chat /> }.into_any(),
    exam: |chat| view! { <Exam chat /> }.into_any(),
    ask: |chat| view! { <AskFirst chat /> }.into_any(),
    notice: |chat| {
        app::bridge::watch(chat);
        view! {
            <Notice chat />
            <FolderNotice chat />
            <Beside chat />
            <ImportDialog chat />
            <Undo chat />
            <Waiting chat />
            <Speaking chat />
            <Ruler chat />
            <School chat />
            <Leave chat />
        }
        .into_any()
    },
    trouble: friendly::trouble,
    verdict_why: verdict::why,
};

#[cfg(not(rill_split))]
mod rest {
    use super::{SecondHalf, TABLE, Unloaded};

    pub async fn table() -> Result<&'static SecondHalf, Unloaded> {
        Ok(&TABLE)
    }
}

/// Place where a wasm file ends and the next begins, the only one; the macro writes the `extern` functions of the cut.
#[cfg(rill_split)]
#[allow(unsafe_code, missing_docs)]
mod rest {
    use super::{SecondHalf, TABLE, Unloaded};
    use wasm_split_helpers::{SplitLoaderError, wasm_split};

    impl From<SplitLoaderError> for Unloaded {
        fn from(_: SplitLoaderError) -> Unloaded {
            Unloaded
        }
    }

    #[wasm_split(later, fallible)]
    pub fn table() -> Result<&'static SecondHalf, Unloaded> {
        Ok(&TABLE)
    }
}
