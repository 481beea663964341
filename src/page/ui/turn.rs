//! One turn: a person's words, or a reply with its thinking, its status and what can be done with it.

use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;

use super::icon::Icon;
use super::status::StatusLine;
use super::{copy, element_of};
use crate::chat::request::Role;
use crate::chat::tree::TurnId;
use crate::chat::turn::Turn;
use crate::event::End;
use crate::markdown::Markdown;
use crate::page::app::{Chat, Command};
use crate::page::painter::Painter;
use crate::page::reply::Reply;
use crate::page::words::{say, young};

/// One turn.
#[component]
pub fn TurnView(chat: Chat, id: TurnId) -> impl IntoView {
    let role = chat
        .tree
        .with_untracked(|tree| tree.turn(id).map(|turn| turn.role));
    match role {
        Some(Role::Assistant) => view! { <ReplyView chat=chat id=id/> }.into_any(),
        _ => view! { <UserView chat=chat id=id/> }.into_any(),
    }
}

#[component]
fn UserView(chat: Chat, id: TurnId) -> impl IntoView {
    let text = chat
        .tree
        .with_untracked(|tree| tree.turn(id).map(|turn| turn.text.clone()))
        .unwrap_or_default();
    let editing = RwSignal::new(false);
    let field = NodeRef::<html::Textarea>::new();
    let original = StoredValue::new(text.clone());
    let save = move || {
        if let Some(field) = field.get_untracked() {
            editing.set(false);
            chat.run(Command::Edit(id, field.value()));
        }
    };
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    view! {
        <article class="turn user" data-role="user" aria-label=move || say!(chat, you)>
            <Show
                when=move || editing.get()
                fallback=move || view! { <div class="said" dir="auto">{original.get_value()}</div> }
            >
                <textarea
                    class="edit"
                    dir="auto"
                    node_ref=field
                    aria-label=move || say!(chat, edit)
                    prop:value=original.get_value()
                    on:keydown=move |event| match event.key().as_str() {
                        "Escape" => editing.set(false),
                        "Enter" if !event.shift_key() && !event.is_composing() => {
                            event.prevent_default();
                            save();
                        }
                        _ => {}
                    }
                ></textarea>
                <div class="actions shown">
                    <button type="button" on:click=move |_| save()>{move || say!(chat, save_edit)}</button>
                    <button type="button" on:click=move |_| editing.set(false)>{move || say!(chat, cancel)}</button>
                </div>
            </Show>
            <Show when=move || !editing.get()>
                <div class="actions">
                    <Branches chat=chat id=id/>
                    <CopyButton chat=chat text=Callback::new(move |()| original.get_value())/>
                    <button type="button" on:click=move |_| editing.set(true)>
                        <Icon icon=icondata_lu::LuPencil/>
                        <span>{move || say!(chat, edit)}</span>
                    </button>
                </div>
            </Show>
        </article>
    }
}

#[component]
fn ReplyView(chat: Chat, id: TurnId) -> impl IntoView {
    let live: Option<Rc<Reply>> = chat
        .live
        .with_untracked(|live| live.clone())
        .filter(|live| live.id == id);
    let kept = chat
        .tree
        .with_untracked(|tree| tree.turn(id).cloned())
        .unwrap_or_else(Turn::reply);
    let turn = Memo::new(move |_| {
        chat.tree
            .with(|tree| tree.turn(id).map(Figures::of))
            .unwrap_or_default()
    });
    let end: Signal<Option<End>> = match &live {
        Some(live) => live.end.clone().into(),
        None => Signal::stored(kept.end.clone()),
    };
    let thinks: Signal<bool> = match &live {
        Some(live) => live.thinks.clone().into(),
        None => Signal::stored(!kept.reasoning.is_empty()),
    };
    let answer = NodeRef::<html::Div>::new();
    let reasoning = NodeRef::<html::Div>::new();
    let drawn = live.clone();
    Effect::new(move |done: Option<bool>| {
        if done == Some(true) {
            return true;
        }
        let (Some(_), Some(_)) = (answer.get(), reasoning.get()) else {
            return false;
        };
        let (Some(answer), Some(reasoning)) = (element_of(answer), element_of(reasoning)) else {
            return false;
        };
        let thought = document().create_text_node("");
        let _ = reasoning.append_child(&thought);
        match &drawn {
            Some(live) => live.attach(&answer, thought),
            None => {
                thought.set_data(&kept.reasoning);
                let mut markdown = Markdown::new();
                markdown.append(&kept.text);
                markdown.finish();
                Painter::new(answer, chat).paint(&mut markdown);
            }
        }
        true
    });
    let word = move || end.with(|end| end.as_ref().map_or("running", End::word));
    let reason = move || end.with(|end| end.as_ref().and_then(End::reason));
    let running = move || end.with(Option::is_none);
    let behind: Signal<bool> = match &live {
        Some(live) => live.behind.clone().into(),
        None => Signal::stored(false),
    };
    let text_now = Callback::new(move |()| {
        chat.tree
            .with_untracked(|tree| tree.turn(id).map(|turn| turn.text.clone()))
            .unwrap_or_default()
    });
    view! {
        <article
            class="turn reply"
            data-role="assistant"
            data-end=word
            data-reason=reason
            aria-label=move || say!(chat, assistant)
            aria-busy=move || if running() { "true" } else { "false" }
        >
            <details class="thinking" class:none=move || !thinks.get() || young(chat)>
                <summary>
                    {move || if running() && turn.with(|turn| turn.text_len == 0) && !behind.get() {
                        say!(chat, thinking_so_far)
                    } else {
                        say!(chat, thinking_part)
                    }}
                </summary>
                <div class="reasoning" dir="auto" node_ref=reasoning></div>
            </details>
            <div
                class="answer"
                dir="auto"
                node_ref=answer
                on:click=move |_| {
                    // A click on text that is being paced shows the rest of what is here; a selection is no click.
                    if behind.get_untracked() && !has_selection() {
                        chat.run(Command::Skip);
                    }
                }
            ></div>
            <For each=move || turn.with(|turn| turn.tools.clone()) key=|tool| tool.clone() let:tool>
                <p class="tool">{let name = tool.clone(); move || say!(chat, tool_call, name = name.clone())}</p>
            </For>
            <StatusLine chat=chat live=live.clone() end=end figures=turn/>
            <Show when=move || !running()>
                <div class="actions">
                    <Branches chat=chat id=id/>
                    <CopyButton chat=chat text=text_now/>
                    <button type="button" on:click=move |_| chat.run(Command::Retry(id))>
                        <Icon icon=icondata_lu::LuRotateCcw/>
                        <span>{move || say!(chat, retry)}</span>
                    </button>
                    <Show when=move || end.with(|end| end.as_ref().is_some_and(End::can_continue)) && is_last(chat, id) && turn.with(|turn| turn.text_len > 0)>
                        <button type="button" on:click=move |_| chat.run(Command::Continue(id))>
                            <Icon icon=icondata_lu::LuPlay/>
                            <span>{move || say!(chat, go_on)}</span>
                        </button>
                    </Show>
                </div>
            </Show>
        </article>
    }
}

/// What of a turn is shown beside its text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Figures {
    /// Bytes of the answer.
    pub text_len: usize,
    /// Tokens of the reply, by the server's count.
    pub tokens: Option<u32>,
    /// Tokens per second, by the server's clock.
    pub speed: Option<f64>,
    /// The tools that the model asks for.
    pub tools: Vec<String>,
}

impl Figures {
    fn of(turn: &Turn) -> Figures {
        let speed = turn.timings.predicted_per_second.or_else(|| {
            let seconds = turn.timings.predicted_ms? / 1000.0;
            (seconds > 0.0).then(|| f64::from(turn.usage.completion_tokens.unwrap_or(0)) / seconds)
        });
        Figures {
            text_len: turn.text.len(),
            tokens: turn.usage.completion_tokens,
            speed: speed.filter(|speed| *speed > 0.0),
            tools: turn
                .tools
                .iter()
                .map(|tool| tool.name.clone().unwrap_or_default())
                .collect(),
        }
    }
}

/// Which of several versions is shown, and the way to the others.
#[component]
fn Branches(chat: Chat, id: TurnId) -> impl IntoView {
    let branch = Memo::new(move |_| chat.tree.with(|tree| tree.branch(id)));
    view! {
        <Show when=move || { branch.get().1 > 1 }>
            <span class="branches">
                <button
                    type="button"
                    aria-label=move || say!(chat, earlier_version)
                    disabled=move || branch.get().0 == 0
                    on:click=move |_| chat.run(Command::Switch(id, -1))
                >
                    <Icon icon=icondata_lu::LuChevronLeft/>
                </button>
                <span>
                    {move || {
                        let (at, count) = branch.get();
                        say!(chat, version, at = at + 1, count = count)
                    }}
                </span>
                <button
                    type="button"
                    aria-label=move || say!(chat, later_version)
                    disabled=move || { let (at, count) = branch.get(); at + 1 == count }
                    on:click=move |_| chat.run(Command::Switch(id, 1))
                >
                    <Icon icon=icondata_lu::LuChevronRight/>
                </button>
            </span>
        </Show>
    }
}

#[component]
fn CopyButton(chat: Chat, text: Callback<(), String>) -> impl IntoView {
    let copied = RwSignal::new(false);
    view! {
        <button
            type="button"
            on:click=move |_| {
                copy(chat, &text.run(()));
                copied.set(true);
            }
            on:blur=move |_| copied.set(false)
        >
            <Show when=move || copied.get() fallback=|| view! { <Icon icon=icondata_lu::LuCopy/> }>
                <Icon icon=icondata_lu::LuCheck/>
            </Show>
            <span>{move || if copied.get() { say!(chat, copied) } else { say!(chat, copy) }}</span>
        </button>
    }
}

fn is_last(chat: Chat, id: TurnId) -> bool {
    chat.tree.with(|tree| tree.last() == Some(id))
}

fn has_selection() -> bool {
    let selection = window().get_selection().ok().flatten();
    selection.is_some_and(|selection| !selection.is_collapsed())
}
