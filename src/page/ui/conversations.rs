//! The conversations that are kept: a list to open one from, to delete from; and the way of a conversation into a file and back.
//!
//! Opened on demand: [`conversations`] is the only way in.

use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlDialogElement;

use super::panel::{adopt_style, hint, panel};
use super::part::{Part, after, button, el, icon};
use super::{file, notice};
use crate::chat::archive::{Imported, Unreadable, import};
use crate::history::records::title;
use crate::history::{Fault, Head};
use crate::page::app::{Chat, Command, made_up};
use crate::page::history::db::Deleted;
use crate::page::history::{self, History, file as written};
use crate::page::words::{say, tag, young};

/// What the list shows.
#[derive(Clone, Copy)]
struct List {
    chat: Chat,
    /// `None` before it is read.
    heads: RwSignal<Option<Vec<Head>>>,
    /// What was deleted last, with its title.
    gone: RwSignal<Option<(Rc<Deleted>, String)>, LocalStorage>,
    /// All are about to be deleted.
    asking: RwSignal<bool>,
    /// The list could not be read; or what was asked for could not be done.
    failed: RwSignal<Option<Failed>>,
    /// The file of this name cannot be read.
    bad: RwSignal<Option<(String, Unreadable)>>,
    /// So much of the file of this name was left behind.
    left: RwSignal<Option<(String, usize)>>,
    dialog: StoredValue<Option<HtmlDialogElement>, LocalStorage>,
}

/// What could not be done.
#[derive(Clone, Copy, PartialEq)]
enum Failed {
    Read,
    Change,
}

/// The panel.
pub fn conversations(chat: Chat) -> Part {
    adopt_style(&chat.shared().root);
    let list = List {
        chat,
        heads: RwSignal::new(None),
        gone: RwSignal::new_local(None),
        asking: RwSignal::new(false),
        failed: RwSignal::new(None),
        bad: RwSignal::new(None),
        left: RwSignal::new(None),
        dialog: StoredValue::new_local(None),
    };
    let history = history::of(chat);
    let keeps = history.is_some();
    let trouble = history.as_ref().map(|history| history.trouble.clone());
    let wrong = move || {
        let failed = list.failed.get().map(|failed| match failed {
            Failed::Read => say!(chat, conversations_unread),
            Failed::Change => say!(chat, conversations_failed),
        });
        let trouble = || Some(notice::words(chat, trouble.as_ref()?.get()?));
        failed.or_else(trouble)
    };
    list.refresh();
    let is_open = move || chat.history.get();
    let close = move || chat.history.set(false);
    let is_none = move || {
        list.heads
            .with(|heads| heads.as_ref().is_some_and(Vec::is_empty))
    };
    let words = move || match (keeps, young(chat)) {
        (false, _) => say!(chat, conversations_off),
        (_, true) => say!(chat, conversations_none_young),
        _ => say!(chat, conversations_none),
    };
    let panel = panel(chat, is_open, close, move || say!(chat, conversations));
    list.dialog
        .set_value(Some(panel.element().unchecked_into()));
    panel
        .each(
            move || wrong().into_iter().collect(),
            |words| {
                el("p")
                    .set("class", "hint trouble")
                    .set("role", "alert")
                    .text(words)
            },
        )
        .when(move || is_none() || !keeps, move || hint(words))
        .each(
            move || {
                list.gone
                    .with(|gone| gone.as_ref().map(|(_, title)| title.clone()))
                    .into_iter()
                    .collect()
            },
            move |title| deleted(list, title.clone()),
        )
        .child(el("ul").set("class", "found kept").each(
            move || list.heads.get().unwrap_or_default(),
            move |head| row(list, head),
        ))
        .when(move || !young(chat), move || below(list))
}

/// What can be done with all of them, and with files.
fn below(list: List) -> Part {
    let chat = list.chat;
    let count = move || list.heads.with(|heads| heads.as_ref().map_or(0, Vec::len));
    let open = move |name: String, text: String| match import(&text) {
        Ok(Imported { tree, left }) => {
            chat.turn_to((made_up(), None), tree);
            list.bad.set(None);
            list.left.set((left > 0).then_some((name, left)));
            if left == 0 {
                list.close();
            }
        }
        Err(mistake) => {
            list.left.set(None);
            list.bad.set(Some((name, mistake)));
        }
    };
    let ways = el("div")
        .set("class", "ways")
        .child(file::open(chat, move || say!(chat, file_open), open))
        .child(
            button("plain", move || save(chat))
                .flag("disabled", move || chat.tree.with(|tree| tree.is_empty()))
                .says(move || say!(chat, file_save)),
        )
        .when(
            move || count() > 1 && !list.asking.get(),
            move || {
                button("plain", move || list.asking.set(true))
                    .says(move || say!(chat, conversations_delete_all))
            },
        );
    el("section")
        .child(ways)
        .when(
            move || list.bad.with(Option::is_some),
            move || {
                hint(move || bad_words(list))
                    .set("class", "hint trouble")
                    .set("role", "alert")
            },
        )
        .when(
            move || list.left.with(Option::is_some),
            move || {
                hint(move || {
                    let (name, count) = list.left.get().unwrap_or_default();
                    say!(chat, file_left, name = name, count = count)
                })
                .set("class", "hint")
                .set("role", "status")
            },
        )
        .when(move || list.asking.get(), move || sure(list, count()))
}

/// The conversation becomes a file.
pub fn save(chat: Chat) {
    let name = chat.tree.with_untracked(title);
    let name: String = name.chars().take(40).collect();
    let name = if name.is_empty() { "rill" } else { &name };
    file::save(&format!("{name}.json"), &written(chat));
}

/// All are to be deleted: the question.
fn sure(list: List, count: usize) -> Part {
    let chat = list.chat;
    let delete = move || {
        list.asking.set(false);
        list.gone.set(None);
        chat.run(Command::Clear);
        list.change(async |history| history.clear().await);
    };
    let keep = button("plain", move || list.asking.set(false)).says(move || say!(chat, cancel));
    let element = keep.element();
    after(move || {
        let _ = element.focus();
    });
    el("div")
        .set("role", "alertdialog")
        .attr("aria-label", move || say!(chat, conversations_delete_all))
        .child(hint(move || say!(chat, conversations_sure, count = count)))
        .child(
            el("div")
                .set("class", "ways")
                .child(keep)
                .child(button("strong", delete).says(move || say!(chat, conversations_delete_all))),
        )
}

/// One of them.
fn row(list: List, head: &Head) -> Part {
    let chat = list.chat;
    let (id, at, turns) = (head.id.clone(), head.at, head.turns);
    let is_here = chat.names.with_value(|names| names.0 == id)
        && chat.tree.with_untracked(|tree| !tree.is_empty());
    let named = head.title.clone();
    let name = move || match named.as_str() {
        "" => say!(chat, conversation_untitled),
        named => named.to_owned(),
    };
    let about = move || {
        let when = when(tag(chat.lang.get()), at);
        let turns = say!(chat, conversation_turns, count = turns);
        match is_here {
            true => format!("{} · {when} · {turns}", say!(chat, conversation_here)),
            false => format!("{when} · {turns}"),
        }
    };
    let opened = id.clone();
    let open = move || {
        if is_here {
            return list.close();
        }
        let id = opened.clone();
        list.change(async move |history| {
            if history.open(&id).await? {
                list.close();
            }
            Ok(())
        });
    };
    let title = head.title.clone();
    let delete = move || {
        let (id, title) = (id.clone(), title.clone());
        if is_here {
            chat.run(Command::Clear);
        }
        list.change(async move |history| {
            let deleted = history.delete(&id).await?;
            list.gone.set(Some((Rc::new(deleted), title)));
            Ok(())
        });
    };
    let called = name.clone();
    let part = el("li").child(
        button("row", open)
            .attr_if("aria-current", move || is_here.then(|| "true".to_owned()))
            .child(
                el("span")
                    .set("class", "title")
                    .set("dir", "auto")
                    .says(name),
            )
            .child(el("span").set("class", "hint").says(about)),
    );
    if untrack(|| young(chat)) {
        return part;
    }
    part.child(
        button("round", delete)
            .attr("aria-label", move || {
                say!(chat, conversation_delete, title = called())
            })
            .child(icon(icondata_lu::LuTrash2)),
    )
}

/// What was deleted, and the way back.
fn deleted(list: List, title: String) -> Part {
    let chat = list.chat;
    let undo = move || {
        if let Some((deleted, title)) = list.gone.get_untracked() {
            list.gone.set(None);
            list.change(async move |history| {
                let back = history.put_back(&deleted).await;
                if back.is_err() {
                    // It can still be put back.
                    list.gone.set(Some((deleted, title)));
                }
                back
            });
        }
    };
    let undo = button("plain", undo).says(move || say!(chat, undo));
    let element = undo.element();
    // What had the focus is gone.
    after(move || {
        let _ = element.focus();
    });
    el("div")
        .set("class", "gone")
        .child(
            el("span")
                .set("role", "status")
                .set("dir", "auto")
                .says(move || say!(chat, conversation_deleted, title = title.clone())),
        )
        .child(undo)
}

impl List {
    /// Closes the panel. The browser gives the focus back to what opened it, while the panel is still there.
    fn close(self) {
        if let Some(dialog) = self.dialog.try_get_value().flatten() {
            dialog.close();
        }
    }

    /// Reads the list.
    fn refresh(self) {
        self.change(async |_| Ok(()));
    }

    /// Does something with what is kept, and reads the list anew.
    fn change<F>(self, work: impl FnOnce(Rc<History>) -> F + 'static)
    where
        F: Future<Output = Result<(), Fault>> + 'static,
    {
        let Some(history) = history::of(self.chat) else {
            return;
        };
        self.chat.spawn(async move {
            let done = work(history.clone()).await;
            let heads = history.list().await;
            // The panel may be gone by now. What cannot be read is not said to be nothing.
            let failed = match (done, &heads) {
                (_, Err(_)) => Some(Failed::Read),
                (Err(_), _) => Some(Failed::Change),
                _ => None,
            };
            let _ = self.failed.try_set(failed);
            if let Ok(heads) = heads {
                let _ = self.heads.try_set(Some(heads));
            }
        });
    }
}

fn bad_words(list: List) -> String {
    let chat = list.chat;
    match list.bad.get() {
        Some((name, Unreadable::NotJson)) => say!(chat, file_not_json, name = name),
        Some((name, Unreadable::NotAConversation)) => say!(chat, file_no_conversation, name = name),
        Some((name, Unreadable::Newer)) => say!(chat, file_newer, name = name),
        None => String::new(),
    }
}

/// A day and a time, as the language writes them.
fn when(language: &str, at: f64) -> String {
    let style = js_sys::Object::new();
    for (name, value) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        let _ = js_sys::Reflect::set(&style, &name.into(), &value.into());
    }
    let date = js_sys::Date::new(&JsValue::from(at));
    date.to_locale_string(language, &style).into()
}
