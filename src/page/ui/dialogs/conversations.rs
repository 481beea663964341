//! The conversations that are kept: a list to open one from, to delete from; and the way of a conversation into a file and back.
//!
//! Opened on demand: [`Conversations`] is the only way in.

use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::history::{Fault, Head};
use crate::import::{self, Reason};
use crate::page::app::{Chat, Command};
use crate::page::history::db;
use crate::page::history::{self, History};
use crate::page::panel::Panel;
use crate::page::sentences::young;
use crate::page::ui::file::{OpenFile, save_conversation};
use crate::page::ui::kit::{Button, For, Hint, Icon, Show, Titled, Trouble};
use crate::page::ui::notice;
use crate::page::ui::room::RoomLine;
use crate::page::ui::sheet::adopt_style;
use crate::page::words::{say, tag};

/// The state of the panel. A handle: copies are the same.
#[derive(Clone, Copy)]
struct List {
    chat: Chat,
    /// Heads of the conversations that are kept; `None` before they are read.
    heads: RwSignal<Option<Vec<Head>>>,
    /// The conversation that was deleted last, with its title.
    gone: RwSignal<Option<(Rc<db::Deleted>, String)>, LocalStorage>,
    /// `true` while the person is asked whether all conversations are to be deleted.
    asking: RwSignal<bool>,
    /// The failure to read the list, or to do what was asked for.
    failed: RwSignal<Option<Failed>>,
    /// The name of a file that cannot be read, and why.
    bad: RwSignal<Option<(String, Reason)>>,
    /// The name of a file that was read in part, and the number of turns and parts of turns that were left behind.
    left: RwSignal<Option<(String, usize)>>,
    dialog: NodeRef<html::Dialog>,
}

/// The thing that could not be done.
#[derive(Clone, Copy, PartialEq)]
enum Failed {
    Read,
    Change,
}

/// The panel of the conversations that are kept.
#[component]
pub fn Conversations(chat: Chat) -> impl IntoView {
    adopt_style(&chat.shared().root);
    let list = List {
        chat,
        heads: RwSignal::new(None),
        gone: RwSignal::new_local(None),
        asking: RwSignal::new(false),
        failed: RwSignal::new(None),
        bad: RwSignal::new(None),
        left: RwSignal::new(None),
        dialog: NodeRef::new(),
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
    if let Some(listed) = history.as_ref().map(|history| history.tabs.listed.clone()) {
        Effect::new(move |before: Option<()>| {
            listed.track();
            // Another tab has changed it.
            if before.is_some() {
                list.refresh();
            }
        });
    }
    let is_none = move || {
        list.heads
            .with(|heads| heads.as_ref().is_some_and(Vec::is_empty))
    };
    let none = move || match (keeps, young(chat)) {
        (false, _) => say!(chat, conversations_off),
        (_, true) => say!(chat, conversations_none_young),
        _ => say!(chat, conversations_none),
    };
    let gone = move || {
        list.gone
            .with(|gone| gone.as_ref().map(|(_, title)| title.clone()))
    };
    let known = |head: &Head| (head.id.clone(), head.title.clone(), head.turns, head.at);
    view! {
        <Titled chat panel=Panel::Conversations node_ref=list.dialog>
            // Another sentence is another line: so it is read out.
            <For each=wrong key=Clone::clone let:words>
                <Trouble words />
            </For>
            <Show when=move || is_none() || !keeps>
                <Hint words=none />
            </Show>
            <For each=gone key=Clone::clone let:title>
                <Deleted list title />
            </For>
            <ul class="found kept">
                <For each=move || list.heads.get().unwrap_or_default() key=known let:head>
                    <Row list head />
                </For>
            </ul>
            <Show when=move || !young(chat)>
                <Below list />
            </Show>
        </Titled>
    }
}

/// Buttons for all conversations at once and for files, with what is said about them.
#[component]
fn Below(list: List) -> impl IntoView {
    let chat = list.chat;
    let count = move || list.heads.with(|heads| heads.as_ref().map_or(0, Vec::len));
    let open = move |(name, text): (String, String)| match import::first(&name, text.as_bytes()) {
        Ok((conversation, left)) => {
            chat.run(Command::Import(conversation.tree));
            list.bad.set(None);
            list.left.set((left > 0).then_some((name, left)));
            if left == 0 {
                list.close();
            }
        }
        Err(refusal) => {
            list.left.set(None);
            list.bad.set(Some((name, refusal.reason)));
        }
    };
    let left = move || {
        let (name, count) = list.left.get().unwrap_or_default();
        say!(chat, file_left, name = name, count = count)
    };
    view! {
        <section>
            <div class="ways">
                <OpenFile chat words=move || say!(chat, file_open) on_open=open />
                <Button
                    class="plain"
                    on_click=move || save_conversation(chat)
                    disabled=move || chat.tree.with(|tree| tree.is_empty())
                >
                    {move || say!(chat, file_save)}
                </Button>
                <Show when={move || count() > 1 && !list.asking.get()}>
                    <Button class="plain" on_click=move || list.asking.set(true)>
                        {move || say!(chat, conversations_delete_all)}
                    </Button>
                </Show>
            </div>
            <Show when=move || list.bad.with(Option::is_some)>
                <Trouble words=move || bad_words(list) />
            </Show>
            <Show when=move || list.left.with(Option::is_some)>
                <Hint role="status" words=left />
            </Show>
            <Show when=move || history::of(chat).is_some()>
                <RoomLine chat />
            </Show>
            <Show when=list.asking>
                <Sure list count=count() />
            </Show>
        </section>
    }
}

/// The question whether all conversations are to be deleted.
#[component]
fn Sure(list: List, count: usize) -> impl IntoView {
    let chat = list.chat;
    let keep = NodeRef::new();
    keep.on_load(focus);
    let delete = move || {
        list.asking.set(false);
        list.gone.set(None);
        chat.run(Command::Clear);
        list.change(async |history| history.clear().await);
    };
    view! {
        <div role="alertdialog" aria-label=move || say!(chat, conversations_delete_all)>
            <Hint words=move || say!(chat, conversations_sure, count = count) />
            <div class="ways">
                <Button class="plain" node_ref=keep on_click=move || list.asking.set(false)>
                    {move || say!(chat, cancel)}
                </Button>
                <Button class="strong" on_click=delete>
                    {move || say!(chat, conversations_delete_all)}
                </Button>
            </div>
        </div>
    }
}

/// One conversation of the list.
#[component]
fn Row(list: List, head: Head) -> impl IntoView {
    let chat = list.chat;
    let Head {
        id,
        title,
        turns,
        at,
        ..
    } = head;
    let is_here = chat.names().0 == id && chat.tree.with_untracked(|tree| !tree.is_empty());
    let known = StoredValue::new((id, title));
    let name = Signal::derive(move || match known.get_value().1 {
        title if title.is_empty() => say!(chat, conversation_untitled),
        title => title,
    });
    let about = move || {
        let when = when(tag(chat.lang.get()), at);
        let turns = say!(chat, conversation_turns, count = turns);
        match is_here {
            true => format!("{} · {when} · {turns}", say!(chat, conversation_here)),
            false => format!("{when} · {turns}"),
        }
    };
    let open = move |_| {
        if is_here {
            return list.close();
        }
        let (id, _) = known.get_value();
        list.change(async move |history| {
            if history.open(&id).await? {
                list.close();
            }
            Ok(())
        });
    };
    let delete = move || {
        let (id, title) = known.get_value();
        if is_here {
            chat.run(Command::Clear);
        }
        list.change(async move |history| {
            let deleted = history.delete(&id).await?;
            list.gone.set(Some((Rc::new(deleted), title)));
            Ok(())
        });
    };
    let delete = move || {
        view! {
            <Button
                class="round"
                on_click=delete
                label=move || say!(chat, conversation_delete, title = name.get())
            >
                <Icon shape=icondata_lu::LuTrash2 />
            </Button>
        }
    };
    view! {
        <li>
            <button type="button" class="row" aria-current=is_here.then_some("true") on:click=open>
                <span class="title" dir="auto">
                    {name}
                </span>
                <span class="hint">{about}</span>
            </button>
            {(!young(chat)).then(delete)}
        </li>
    }
}

/// The title of the conversation that was deleted, and the way back.
#[component]
fn Deleted(list: List, title: String) -> impl IntoView {
    let chat = list.chat;
    let button = NodeRef::new();
    // What had the focus is gone.
    button.on_load(focus);
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
    view! {
        <div class="gone">
            <span role="status" dir="auto">
                {move || say!(chat, conversation_deleted, title = title.clone())}
            </span>
            <Button class="plain" node_ref=button on_click=undo>
                {move || say!(chat, undo)}
            </Button>
        </div>
    }
}

fn focus(button: web_sys::HtmlButtonElement) {
    let _ = button.focus();
}

impl List {
    /// Closes the panel. The browser gives the focus back to what opened it, while the panel is still there.
    fn close(self) {
        if let Some(dialog) = self.dialog.try_get_untracked().flatten() {
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
                // What another tab has put back is not put back twice.
                let is_back = |gone: &Option<(Rc<db::Deleted>, String)>| {
                    gone.as_ref()
                        .is_some_and(|(gone, _)| heads.iter().any(|head| head.id == gone.of))
                };
                if self.gone.try_with_untracked(is_back) == Some(true) {
                    self.gone.set(None);
                }
                let _ = self.heads.try_set(Some(heads));
            }
        });
    }
}

fn bad_words(list: List) -> String {
    let chat = list.chat;
    match list.bad.get() {
        Some((name, Reason::NotJson | Reason::Empty)) => say!(chat, file_not_json, name = name),
        Some((name, Reason::Newer)) => say!(chat, file_newer, name = name),
        Some((name, _)) => say!(chat, file_no_conversation, name = name),
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
