//! One turn: a person's words, or a reply with its thinking, its status and what can be done with it.

use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Text};

use super::actions::{Action, Branches, CopyButton};
use super::aloud::{ReadAloud, stands_here};
use super::compare::{BesideButton, Mine, is_beside};
use super::hurry::by_hand;
use super::kit::{For, Show};
use super::lens::{Lens, LensButton, is_offered};
use super::more::More;
use super::next::Next;
use super::said::Said;
use super::status::{Figures, StatusLine};
use super::tokens::Tokens;
use super::window::{Behind, Between};
use crate::chat::request::Role;
use crate::chat::tree::TurnId;
use crate::event::End;
use crate::markdown::{Markdown, piece_of};
use crate::page::annex;
use crate::page::app::{Chat, Command};
use crate::page::idle::Task;
use crate::page::live::{Live, Order, Seen};
use crate::page::painter::Painter;
use crate::page::sentences::young;
use crate::page::words::say;
use crate::school::deed;
use crate::text;

/// The number of bytes of a settled answer that are drawn at a time.
const PIECE: usize = 4096;

/// One turn, and what stands between it and the next one.
#[component]
pub fn TurnView(chat: Chat, id: TurnId, behind: Behind) -> impl IntoView {
    let on_screen = annex::InUse::on_screen();
    on_cleanup(move || drop(on_screen));
    let role = chat
        .tree
        .with_untracked(|tree| tree.turn(id).map(|turn| turn.role));
    let turn = match role {
        Some(Role::Assistant) => view! { <Reply chat id /> }.into_any(),
        _ => view! { <Said chat id /> }.into_any(),
    };
    match behind == Behind::default() {
        true => turn,
        false => view! {
            {turn}
            <Between chat id behind />
        }
        .into_any(),
    }
}

/// A question and its answer that are in no conversation, to have drawn once what turns are made of.
#[component]
pub fn Rehearsed(chat: Chat, id: TurnId) -> impl IntoView {
    let course = Course::of(chat, id, None);
    let figures = Signal::derive(move || chat.with_turn(id, Figures::of));
    view! {
        <Said chat id />
        <Reply chat id />
        <ReplyActions chat id course figures />
    }
}

/// Signs of a reply beside its text: of one that runs they change, of one that is over they do not.
#[derive(Clone, Copy)]
struct Course {
    seen: Option<Seen>,
    end: ReadSignal<Option<End>>,
    thinks: ReadSignal<bool>,
    behind: ReadSignal<bool>,
}

impl Course {
    fn of(chat: Chat, id: TurnId, live: Option<&dyn Live>) -> Course {
        if let Some(seen) = live.map(Live::seen) {
            return Course {
                seen: Some(seen),
                end: seen.end,
                thinks: seen.thinks,
                behind: seen.behind,
            };
        }
        let (end, thinks) =
            chat.with_turn(id, |turn| (turn.end.clone(), !turn.reasoning.is_empty()));
        Course {
            seen: None,
            end: RwSignal::new(end).read_only(),
            thinks: RwSignal::new(thinks).read_only(),
            behind: RwSignal::new(false).read_only(),
        }
    }

    fn runs(self) -> bool {
        self.end.with(Option::is_none)
    }
}

/// A reply: its thinking, its text, its status, and what can be done with it.
#[component]
fn Reply(chat: Chat, id: TurnId) -> impl IntoView {
    let live: Option<Rc<dyn Live>> = chat
        .live
        .with_untracked(|live| live.clone())
        .filter(|live| live.id() == id);
    let course = Course::of(chat, id, live.as_deref());
    let Course { seen, end, .. } = course;
    // What a turn holds changes at its end alone: it follows that, and not the whole conversation.
    let figures = Signal::derive(move || {
        end.track();
        chat.with_turn(id, Figures::of)
    });
    let insight = chat.insight(id);
    let has_insight = RwSignal::from(insight.shown.clone());
    let insight = StoredValue::new_local(insight);
    let shows_tokens =
        move || has_insight.get() > 0 && chat.preferences.with(|preferences| preferences.tokens);
    let obstacle = move || {
        let has_text = figures.get().text_len > 0;
        let is_asked = young(chat) && !chat.rests.get();
        end.with(|end| deed(end.as_ref()?, has_text))
            .filter(|_| is_asked)
    };
    let runs = Signal::derive(move || course.runs());
    let settled = live.is_none().then_some((chat, id));
    let (thought, answer) = (NodeRef::<html::Div>::new(), NodeRef::<html::Div>::new());
    if let Some(live) = live {
        attach(live, thought, answer);
    }
    stands_here(chat, id, answer);
    let hurried = seen.map(|seen| (chat, seen));
    let paced = move || course.runs() && chat.current_manner().pace.is_fixed();
    view! {
        <article
            class="turn reply"
            part="turn assistant"
            data-role="assistant"
            data-end=move || end.with(|end| end.as_ref().map_or("running", End::word))
            data-reason=move || end.with(|end| end.as_ref().and_then(End::reason))
            aria-label=move || say!(chat, assistant)
            aria-busy=move || course.runs().to_string()
            class:compared=move || is_beside(chat)
        >
            <Thinking chat id course figures place=thought />
            <Show when=move || is_beside(chat)>
                <Mine chat id runs />
            </Show>
            <div
                class="answer"
                part="answer"
                class:paced=paced
                dir="auto"
                node_ref=answer
                use:settle=settled
                use:by_hand=hurried
            ></div>
            <Show when=shows_tokens>
                <Tokens chat insight=insight.get_value() />
            </Show>
            <For each=move || figures.get().tools key=Clone::clone let:name>
                <p class="tool">{move || say!(chat, tool_call, name = name.clone())}</p>
            </For>
            <StatusLine chat seen end figures />
            <Show when=move || obstacle().is_some()>
                <Next chat id end deed=obstacle />
            </Show>
            <Show when=move || !course.runs() && obstacle().is_none()>
                <ReplyActions chat id course figures />
            </Show>
            <Show when=move || is_offered(chat) && chat.under_lens() == Some(id)>
                <Lens chat id insight=insight.get_value() runs />
            </Show>
        </article>
    }
}

/// Tells the reply that runs where it is drawn, once its places stand on the page.
fn attach(live: Rc<dyn Live>, thought: NodeRef<html::Div>, answer: NodeRef<html::Div>) {
    Effect::new(move || {
        let (Some(thought), Some(answer)) = (thought.get(), answer.get()) else {
            return;
        };
        let thought = thought
            .first_child()
            .and_then(|text| text.dyn_into::<Text>().ok());
        if let Some(thought) = thought {
            // Once: what is drawn is not drawn anew in another language.
            untrack(|| live.clone().order(Order::Attach(answer.into(), thought)));
        }
    });
}

/// The thoughts of the model; while they come, those it has had so far.
#[component]
fn Thinking(
    chat: Chat,
    id: TurnId,
    course: Course,
    figures: Signal<Figures>,
    place: NodeRef<html::Div>,
) -> impl IntoView {
    // It is over, and all that there is to read is what the model thought.
    let only_thought = move || !course.runs() && figures.get().only_thought;
    let title = move || {
        if course.runs() && figures.get().text_len == 0 && !course.behind.get() {
            say!(chat, thinking_so_far)
        } else {
            say!(chat, thinking_part)
        }
    };
    // A reply that runs writes into this text by itself.
    let text = match course.seen {
        Some(_) => String::new(),
        None => chat.with_turn(id, |turn| turn.reasoning.clone()),
    };
    let details = NodeRef::<html::Details>::new();
    // The person may close it then; and whoever has opened it before finds it open.
    Effect::new(move || {
        if let Some(details) = details.get()
            && only_thought()
        {
            details.set_open(true);
        }
    });
    view! {
        <details
            class="thinking"
            class:none=move || !course.thinks.get() || young(chat)
            node_ref=details
        >
            <summary>{title}</summary>
            <div
                class="reasoning"
                dir="auto"
                translate=move || course.runs().then_some("no")
                node_ref=place
            >
                {text}
            </div>
        </details>
    }
}

/// Buttons for what can be done with a reply that is over.
#[component]
fn ReplyActions(chat: Chat, id: TurnId, course: Course, figures: Signal<Figures>) -> impl IntoView {
    let text = move || {
        chat.with_turn(id, |turn| match turn.only_thought() {
            true => turn.reasoning.clone(),
            false => turn.text.clone(),
        })
    };
    let can_continue = move || {
        let end = course.end;
        end.with(|end| end.as_ref().is_some_and(End::can_continue)) && figures.get().text_len > 0
    };
    view! {
        <div class="actions">
            <Branches chat id />
            <CopyButton chat name=move || say!(chat, copy) text=text />
            <ReadAloud chat id />
            <Show when=move || !chat.rests.get()>
                <Action
                    shape=icondata_lu::LuRotateCcw
                    words=move || say!(chat, retry)
                    on_click=move || chat.run(Command::Retry(id))
                />
            </Show>
            <Show when=move || is_offered(chat) && figures.get().text_len != 0>
                <LensButton chat id />
            </Show>
            <Show when=move || chat.takes().two_steps>
                <BesideButton chat />
            </Show>
            <Show when=move || can_continue() && !chat.rests.get()>
                // Only the last of all replies can go on: the style hides it elsewhere.
                <Action
                    class="go-on"
                    shape=icondata_lu::LuPlay
                    words=move || say!(chat, go_on)
                    on_click=move || chat.run(Command::Continue(id))
                />
            </Show>
            <More chat id />
        </div>
    }
}

/// Draws an answer that grows no more: its beginning at once, the rest of a long one as the browser finds time.
fn settle(place: Element, turn: Option<(Chat, TurnId)>) {
    let Some((chat, id)) = turn else { return };
    let text = chat.with_turn(id, |turn| turn.text.clone());
    let mut painter = Painter::new(place, chat);
    let mut markdown = Markdown::new();
    let mut at = 0;
    let mut step = move || {
        let piece = piece_of(text::from(&text, at), PIECE);
        at += piece.len();
        markdown.append(piece);
        let more = at < text.len();
        if !more {
            markdown.finish();
        }
        untrack(|| painter.paint(&mut markdown));
        chat.follow();
        more
    };
    if step() {
        let is_newest = chat.tree.with_untracked(|tree| tree.last() == Some(id));
        // It ends with the turn.
        StoredValue::new_local(Task::new(is_newest, step));
    }
}
