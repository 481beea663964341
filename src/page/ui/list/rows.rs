//! The conversations of the list under their headings: the first ones at once, more as one scrolls.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::row::Row;
use super::{List, PAGE};
use crate::history::Head;
use crate::history::list::{Heading, Now, groups, page};
use crate::page::dom::Near;
use crate::page::numbers;
use crate::page::ui::kit::{For, keys};
use crate::page::words::say;

/// The distance from the end of what is shown within which more is shown, in pixels.
const SOON: u32 = 600;

/// The conversations under their headings.
#[component]
pub(super) fn Rows(list: List) -> impl IntoView {
    let groups = Memo::new(move |_| {
        let shown = list.shown();
        let groups = groups(&shown, now());
        let owned = groups.into_iter().map(|group| {
            let heads: Vec<Head> = group.heads.into_iter().cloned().collect();
            (group.heading, heads)
        });
        owned.collect::<Vec<(Heading, Vec<Head>)>>()
    });
    let headings = move || {
        groups.with(|groups| {
            let headings = groups.iter().map(|(heading, _)| *heading);
            headings.collect::<Vec<Heading>>()
        })
    };
    let of = move |heading| {
        groups.with(|groups| {
            let mut groups = groups.iter();
            let group = groups.find(|(known, _)| *known == heading);
            group.map(|(_, heads)| heads.clone()).unwrap_or_default()
        })
    };
    // All that a row shows and does not read anew.
    let key = |head: &Head| {
        let title = head.title.clone();
        (head.id.clone(), title, head.turns, head.marks.clone())
    };
    let more = move || list.has_more().then(|| list.most.get());
    view! {
        <div class="kept" on:keydown=keys(move |event| pressed(list, event))>
            <For each=headings key=|heading| *heading let:heading>
                <h3>{move || heading_words(list, heading)}</h3>
                <ul class="found">
                    <For each=move || of(heading) key=key let:head>
                        <Row list head />
                    </For>
                </ul>
            </For>
            // Each time another one, that is watched anew.
            <For each=more key=|most| *most let:_most>
                <div class="more" use:show_more=list></div>
            </For>
        </div>
    }
}

/// Shows more of the list once the reader comes near its end.
fn show_more(place: Element, list: List) {
    let near = Near::new(None, SOON, move |_| {
        let _ = list
            .most
            .try_update(|most| *most = most.saturating_add(PAGE));
    });
    near.watch(&place);
    // It ends with its place.
    StoredValue::new_local(near);
}

impl List {
    /// The heads of the conversations that are shown. Tracked.
    pub(super) fn shown(self) -> Vec<Head> {
        self.with_page(self.most.get(), |page| page.into_iter().cloned().collect())
    }

    /// Tells whether there are more conversations than are shown. Tracked.
    fn has_more(self) -> bool {
        let most = self.most.get();
        self.with_page(most.saturating_add(1), |page| page.len() > most)
    }

    fn with_page<T>(self, most: usize, look: impl FnOnce(Vec<&Head>) -> T) -> T {
        self.part.with(|part| {
            self.heads.with(|heads| {
                let heads = heads.as_deref().unwrap_or_default();
                look(page(heads, part, None, most))
            })
        })
    }
}

fn now() -> Now {
    let date = js_sys::Date::new_0();
    Now {
        at: date.get_time(),
        offset: -date.get_timezone_offset() as i32,
    }
}

fn heading_words(list: List, heading: Heading) -> String {
    let chat = list.chat;
    match heading {
        Heading::Pinned => say!(chat, list_pinned),
        Heading::Today => say!(chat, list_today),
        Heading::Yesterday => say!(chat, list_yesterday),
        Heading::Week => say!(chat, list_week),
        Heading::Month { year, month } => numbers::month(chat.lang.get(), year, month),
    }
}

/// Moves the focus along the list, as keys ask: up and down from row to row, aside within one.
fn pressed(list: List, event: &KeyboardEvent) {
    let target = event.target().and_then(|target| target.dyn_into().ok());
    let Some(target): Option<Element> = target.filter(is_button) else {
        return;
    };
    let (Some(rows), Some(own)) = (
        target.closest(".kept").ok().flatten(),
        target.closest("li").ok().flatten(),
    ) else {
        return;
    };
    let key = event.key();
    let to = match key.as_str() {
        "ArrowDown" | "ArrowUp" | "Home" | "End" => {
            beside(&rows, ".row", &|row| own.contains(Some(row)), &key)
        }
        "ArrowRight" | "ArrowLeft" => beside(
            &own,
            "button:not(.commands *)",
            &|button| *button == target,
            &key,
        ),
        "F2" | "Delete" => own.query_selector(".row").ok().flatten(),
        _ => return,
    };
    event.prevent_default();
    let Some(to) = to.and_then(|to| to.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let head = to.get_attribute("data-id").and_then(|id| list.head(&id));
    match (key.as_str(), head) {
        ("F2", Some(head)) => list.rename(&head),
        ("Delete", Some(head)) => list.delete(&head),
        ("F2" | "Delete", None) => {}
        _ => {
            let _ = to.focus();
        }
    }
}

fn is_button(element: &Element) -> bool {
    element.tag_name() == "BUTTON"
}

/// The element of this sort to which a key leads from the one that `is_here`.
fn beside(
    within: &Element,
    sort: &str,
    is_here: &dyn Fn(&Element) -> bool,
    key: &str,
) -> Option<Element> {
    let all = within.query_selector_all(sort).ok()?;
    let at = |at: u32| all.get(at).and_then(|one| one.dyn_into::<Element>().ok());
    let last = all.length().checked_sub(1)?;
    let here = (0..=last).find(|here| at(*here).is_some_and(|one| is_here(&one)))?;
    at(match key {
        "Home" => 0,
        "End" => last,
        "ArrowUp" | "ArrowLeft" => here.saturating_sub(1),
        _ => here.saturating_add(1).min(last),
    })
}
