//! The search over all conversations: what is found while one types, and the way there.

use std::ops::Range;
use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

use crate::history::{Fault, Head};
use crate::page::app::Chat;
use crate::page::history::shelf::Sought;
use crate::page::history::{self, History};
use crate::page::panel::Panel;
use crate::page::ui::found;
use crate::page::ui::kit::{For, Hint, Show, Titled, Trouble, keys};
use crate::page::ui::sheet::adopt_style;
use crate::page::words::say;
use crate::search::{Hit, Query, excerpt};
use crate::text;

/// The most hits that are shown.
const MOST: usize = 30;
/// The letters of an excerpt, about.
const LETTERS: usize = 140;

/// A hit as it is shown.
#[derive(Debug, Clone, PartialEq)]
struct Shown {
    /// Its place among the hits.
    at: usize,
    conversation: String,
    turn: Option<usize>,
    /// The conversation's name: its parts, each marked or not.
    title: Vec<(String, bool)>,
    /// A few words around the hit; none for a title.
    words: Vec<(String, bool)>,
}

/// The state of the search. A handle: copies are the same.
#[derive(Clone, Copy)]
struct Finding {
    chat: Chat,
    typed: RwSignal<String>,
    shown: RwSignal<Vec<Shown>>,
    /// The number of all hits; `None` before the first look.
    count: RwSignal<Option<usize>>,
    /// The hit that is chosen with the arrow keys.
    chosen: RwSignal<usize>,
    /// The number of looks so far: what is slower than the next one is not shown.
    looks: RwSignal<u32>,
    failed: RwSignal<bool>,
    dialog: NodeRef<html::Dialog>,
}

/// The search over all conversations.
#[component]
pub fn Search(chat: Chat) -> impl IntoView {
    adopt_style(&chat.shared().root);
    found::forget();
    let finding = Finding {
        chat,
        typed: RwSignal::default(),
        shown: RwSignal::default(),
        count: RwSignal::new(None),
        chosen: RwSignal::new(0),
        looks: RwSignal::new(0),
        failed: RwSignal::new(false),
        dialog: NodeRef::new(),
    };
    let history = history::of(chat);
    let keeps = history.is_some();
    let progress = history.map(|history| RwSignal::from(history.finder_progress()));
    finding.begin();
    // More is found while more is taken in.
    Effect::new(move || {
        finding.typed.track();
        if let Some(progress) = progress {
            progress.track();
        }
        untrack(|| finding.look());
    });
    let reading = move || {
        let (done, all) = progress?.get().filter(|(_, all)| *all > 0)?;
        Some(say!(chat, search_reading, done = done, all = all))
    };
    let is_reading = move || progress.is_some_and(|progress| progress.with(Option::is_some));
    let count = move || {
        let (shown, count) = (finding.shown.with(Vec::len), finding.count.get());
        match (finding.typed.with(|typed| typed.trim().is_empty()), count) {
            (true, _) | (_, None) => String::new(),
            (_, Some(0)) => say!(chat, search_none),
            (_, Some(count)) if shown < count => {
                say!(chat, search_first, shown = shown, count = count)
            }
            (_, Some(count)) => say!(chat, search_count, count = count),
        }
    };
    let state = move || reading().map_or_else(count, |reading| format!("{} · {reading}", count()));
    view! {
        <Titled chat panel=Panel::Search node_ref=finding.dialog>
            <Show when=move || !keeps>
                <Hint words=move || say!(chat, conversations_off) />
            </Show>
            <Show when=finding.failed>
                <Trouble words=move || say!(chat, conversations_failed) />
            </Show>
            <SearchField finding />
            <Hint role="status" words=state />
            <ul
                id="rill-hits"
                class="hits"
                role="listbox"
                aria-busy=move || is_reading().to_string()
                aria-label=move || say!(chat, search_title)
            >
                <For each=move || finding.shown.get() key=Clone::clone let:hit>
                    <HitRow finding hit />
                </For>
            </ul>
        </Titled>
    }
}

/// The field for what is looked for.
#[component]
fn SearchField(finding: Finding) -> impl IntoView {
    let chat = finding.chat;
    let field = NodeRef::<html::Input>::new();
    let on_key = keys(move |event: &KeyboardEvent| {
        let last = finding.shown.with_untracked(Vec::len).saturating_sub(1);
        let at = finding.chosen.get_untracked();
        let to = match event.key().as_str() {
            "ArrowDown" if at < last => at + 1,
            "ArrowDown" => 0,
            "ArrowUp" => at.checked_sub(1).unwrap_or(last),
            "Enter" => {
                event.prevent_default();
                return finding.go(at);
            }
            _ => return,
        };
        event.prevent_default();
        finding.chosen.set(to);
    });
    let active = move || {
        let is_any = finding.shown.with(|shown| !shown.is_empty());
        is_any.then(|| hit_id(finding.chosen.get()))
    };
    view! {
        <input
            type="text"
            class="search"
            role="combobox"
            data-first=""
            autocomplete="off"
            spellcheck="false"
            dir="auto"
            aria-label=move || say!(chat, search_title)
            aria-autocomplete="list"
            aria-expanded=move || finding.shown.with(|shown| !shown.is_empty()).to_string()
            aria-controls="rill-hits"
            aria-activedescendant=active
            placeholder=move || say!(chat, search_hint)
            node_ref=field
            on:input:target=move |event| finding.typed.set(event.target().value())
            on:keydown=on_key
        />
    }
}

/// One hit.
#[component]
fn HitRow(finding: Finding, hit: Shown) -> impl IntoView {
    let at = hit.at;
    let is_chosen = move || finding.chosen.get() == at;
    let row = NodeRef::<html::Li>::new();
    Effect::new(move || {
        if let Some(row) = row.get()
            && is_chosen()
            && at > 0
        {
            row.scroll_into_view_with_bool(false);
        }
    });
    let parts = |parts: Vec<(String, bool)>| {
        let part = |(words, is_marked)| match is_marked {
            true => view! { <mark>{words}</mark> }.into_any(),
            false => view! { <span>{words}</span> }.into_any(),
        };
        parts.into_iter().map(part).collect::<Vec<AnyView>>()
    };
    view! {
        <li
            id=hit_id(at)
            role="option"
            aria-selected=move || is_chosen().to_string()
            node_ref=row
            on:click=move |_| finding.go(at)
        >
            <span class="title" dir="auto">
                {parts(hit.title)}
            </span>
            <span class="hint" dir="auto">
                {parts(hit.words)}
            </span>
        </li>
    }
}

fn hit_id(at: usize) -> String {
    format!("rill-hit-{at}")
}

impl Finding {
    /// Has all taken in that is kept.
    fn begin(self) {
        let Some(history) = history::of(self.chat) else {
            return;
        };
        self.chat.spawn(async move {
            if history.index().await.is_err() {
                let _ = self.failed.try_set(true);
            }
        });
    }

    /// Looks for what is typed.
    fn look(self) {
        let Some(history) = history::of(self.chat) else {
            return;
        };
        self.looks.update(|looks| *looks = looks.wrapping_add(1));
        let number = self.looks.get_untracked();
        let words = self.typed.get_untracked();
        if words.trim().is_empty() {
            // Nobody has asked yet.
            self.count.set(None);
            return self.shown.set(Vec::new());
        }
        self.chat.spawn(async move {
            let (hits, count) = history.look_for(&words, MOST).await;
            let query = Query::new(&words);
            let Ok(texts) = history.texts(&hits).await else {
                return;
            };
            // The dialog may be gone by now.
            if self.looks.try_get_untracked() != Some(number) {
                return;
            }
            let shown = shown(&history, hits, texts, &query);
            if self.shown.with_untracked(|before| *before != shown) {
                self.chosen.set(0);
                self.shown.set(shown);
            }
            self.count.set(Some(count));
        });
    }

    /// Goes to a hit.
    fn go(self, at: usize) {
        let hit = self.shown.with_untracked(|shown| shown.get(at).cloned());
        let (Some(history), Some(hit)) = (history::of(self.chat), hit) else {
            return;
        };
        let words = self.typed.get_untracked();
        self.chat.spawn(async move {
            match self.open(&history, &hit).await {
                Ok(true) => {}
                _ => {
                    let _ = self.failed.try_set(true);
                    return;
                }
            }
            if let Some(dialog) = self.dialog.try_get_untracked().flatten() {
                dialog.close();
            }
            if let Some(turn) = hit.turn {
                self.chat.show_turn(turn);
                history.shelf.sought.set(Some(Sought {
                    conversation: self.chat.conversation.get_untracked(),
                    turn,
                    words,
                }));
            }
        });
    }

    async fn open(self, history: &Rc<History>, hit: &Shown) -> Result<bool, Fault> {
        match self.chat.names().0 == hit.conversation {
            true => Ok(true),
            false => history.open(&hit.conversation).await,
        }
    }
}

/// The hits as they are shown.
fn shown(
    history: &History,
    hits: Vec<Hit>,
    texts: Vec<Option<String>>,
    query: &Query,
) -> Vec<Shown> {
    history.shelf.heads.with_untracked(|heads| {
        let name = |id: &str| {
            let mut heads = heads.iter().flatten();
            heads
                .find(|head| head.id == id)
                .map(Head::name)
                .unwrap_or_default()
        };
        let shown = |(at, (hit, text)): (usize, (Hit, Option<String>))| {
            let title = name(&hit.conversation);
            let words = text.map(|text| {
                let part = excerpt(&text, &hit.places, LETTERS);
                let mut words = parts(part.text, &part.places);
                if part.start > 0 {
                    words.insert(0, ("… ".to_owned(), false));
                }
                words
            });
            Shown {
                at,
                turn: hit.turn,
                title: parts(title, &query.places(title)),
                words: words.unwrap_or_default(),
                conversation: hit.conversation,
            }
        };
        hits.into_iter().zip(texts).enumerate().map(shown).collect()
    })
}

/// A text in parts, those at these places marked.
fn parts(whole: &str, places: &[Range<usize>]) -> Vec<(String, bool)> {
    let mut parts = Vec::new();
    let mut at = 0;
    for place in places {
        let before = text::part(whole, at..place.start);
        let marked = text::part(whole, place.clone());
        for (words, is_marked) in [(before, false), (marked, true)] {
            if !words.is_empty() {
                parts.push((words.to_owned(), is_marked));
            }
        }
        at = place.end;
    }
    let rest = text::from(whole, at);
    if !rest.is_empty() {
        parts.push((rest.to_owned(), false));
    }
    parts
}
