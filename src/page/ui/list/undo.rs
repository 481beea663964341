//! What was done with the list last, and the way back.

use std::sync::Arc;

use leptos::prelude::*;
use web_sys::HtmlButtonElement;

use super::{List, row};
use crate::history::Change;
use crate::history::change::Edit;
use crate::page::ui::kit::{Button, For};
use crate::page::words::say;
use crate::tabs::Deleted;

/// The thing that was done last.
#[derive(Clone)]
pub(super) struct Done {
    pub(super) change: Change,
    /// Records of the conversations that were deleted.
    pub(super) deleted: Vec<Arc<Deleted>>,
    /// Words on what was done.
    pub(super) words: String,
    /// The conversation that keeps the focus.
    pub(super) at: Option<String>,
}

/// The line on what was done, and the way back.
#[component]
pub(super) fn Undo(list: List) -> impl IntoView {
    let words = move || {
        list.done
            .with(|done| done.as_ref().map(|done| done.words.clone()))
    };
    view! {
        <For each=words key=Clone::clone let:words>
            <Line list words />
        </For>
    }
}

#[component]
fn Line(list: List, words: String) -> impl IntoView {
    let chat = list.chat;
    let button = NodeRef::new();
    button.on_load(move |button| keep_focus(list, &button));
    let undo = move || {
        let Some(done) = list.done.get_untracked() else {
            return;
        };
        list.done.set(None);
        list.work(async move |history| {
            let back = done.change.clone().inverse();
            let undone = history.apply(&back, &done.deleted).await;
            match undone {
                Ok(_) => {
                    if let Some(at) = done.at {
                        row::focus_soon(list, at);
                    }
                    Ok(())
                }
                Err(fault) => {
                    // It can still be undone.
                    let _ = list.done.try_set(Some(done));
                    Err(fault)
                }
            }
        });
    };
    view! {
        <div class="gone">
            <span role="status" dir="auto">
                {words}
            </span>
            <Button class="plain" node_ref=button on_click=undo>
                {move || say!(chat, undo)}
            </Button>
        </div>
    }
}

impl List {
    /// Forgets of what was deleted that which is there again: another tab has put it back. Tracked.
    pub(super) fn forget_what_is_back(self) {
        let is_back = |id: &str| {
            self.heads
                .with(|heads| heads.iter().flatten().any(|head| head.id == id))
        };
        self.heads.track();
        let Some(mut done) = self.done.get_untracked() else {
            return;
        };
        let count = done.deleted.len();
        done.deleted.retain(|deleted| !is_back(&deleted.of));
        if done.deleted.len() < count {
            let is_over = |edit: &Edit| matches!(edit, Edit::Presence(of) if is_back(&of.id));
            done.change.edits.retain(|edit| !is_over(edit));
            self.done
                .set(Some(done).filter(|done| !done.change.is_empty()));
        }
    }
}

/// Puts the focus somewhere, where what had it is gone: into the row that was changed, if it is still there, else onto the way
/// back.
fn keep_focus(list: List, button: &HtmlButtonElement) {
    let focused = list.chat.shared().root.active_element();
    if focused.is_some_and(|focused| focused.tag_name() != "DIALOG") {
        return;
    }
    let at = list.done.with_untracked(|done| done.as_ref()?.at.clone());
    if !at.is_some_and(|at| row::focus(list, &at)) {
        let _ = button.focus();
    }
}
