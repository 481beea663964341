//! One turn: a person's words, or a reply with its thinking, its status and what can be done with it.

use std::rc::Rc;

use leptos::prelude::*;
use web_sys::Element;

use super::composer::{enter_key, sends};
use super::part::{Part, after, button, el, follow, icon};
use super::status::{Figures, status_line};
use super::tokens;
use crate::chat::request::{Image, Role};
use crate::chat::tree::TurnId;
use crate::chat::turn::Turn;
use crate::event::End;
use crate::markdown::{Markdown, piece_of};
use crate::page::annex;
use crate::page::app::{Chat, Command};
use crate::page::clipboard;
use crate::page::idle::Task;
use crate::page::live::{Live, Order};
use crate::page::painter::Painter;
use crate::page::sentences::young;
use crate::page::words::say;
use crate::text;

/// So many bytes of a settled answer are drawn at a time.
const PIECE: usize = 4096;

/// One turn.
pub fn turn(chat: Chat, id: TurnId) -> Part {
    let on_screen = annex::Turn::on_screen();
    on_cleanup(move || drop(on_screen));
    let role = chat
        .tree
        .with_untracked(|tree| tree.turn(id).map(|turn| turn.role));
    match role {
        Some(Role::Assistant) => reply(chat, id),
        _ => said(chat, id),
    }
}

/// What the person said.
fn said(chat: Chat, id: TurnId) -> Part {
    let text = move || with_turn(chat, id, |turn| turn.text.clone());
    let editing = RwSignal::new(false);
    // What is being typed in place of it.
    let typed = RwSignal::new(String::new());
    let save = move || {
        editing.set(false);
        chat.run(Command::Edit(id, typed.get_untracked()));
    };
    let edit = move || {
        typed.set(text());
        editing.set(true);
    };
    el("article")
        .set("class", "turn user")
        .set("data-role", "user")
        .attr("aria-label", move || say!(chat, you))
        .when(
            move || !editing.get(),
            move || {
                el("div")
                    .set("class", "said")
                    .set("dir", "auto")
                    .add(|part| pictures(part, chat, id))
                    .text(&text())
            },
        )
        .when(
            move || editing.get(),
            move || editor(chat, typed, editing, save),
        )
        .when(
            move || editing.get(),
            move || {
                el("div")
                    .set("class", "actions shown")
                    .child(button("", save).says(move || say!(chat, save_edit)))
                    .child(button("", move || editing.set(false)).says(move || say!(chat, cancel)))
            },
        )
        .when(
            move || !editing.get(),
            move || {
                actions()
                    .add(|part| branches(part, chat, id))
                    .child(copy_button(chat, "", move || say!(chat, copy), text))
                    .child(labelled(
                        icondata_lu::LuPencil,
                        move || say!(chat, edit),
                        edit,
                    ))
            },
        )
}

/// What a person showed.
fn pictures(part: Part, chat: Chat, id: TurnId) -> Part {
    let urls: Vec<String> = chat.tree.with_untracked(|tree| {
        let images = tree.turn(id).map_or(&[][..], |turn| &turn.images);
        images.iter().map(Image::url).collect()
    });
    if urls.is_empty() {
        return part;
    }
    let picture = |url: &String| {
        el("img")
            .set("src", url)
            .attr("alt", move || say!(chat, image))
    };
    part.child(
        el("div")
            .set("class", "pictures")
            .children(urls.iter().map(picture)),
    )
}

/// The field in which a turn is put in other words.
fn editor(
    chat: Chat,
    typed: RwSignal<String>,
    editing: RwSignal<bool>,
    save: impl Fn() + 'static,
) -> Part {
    let field = el("textarea")
        .set("class", "edit")
        .set("dir", "auto")
        .attr("aria-label", move || say!(chat, edit))
        .value(move || typed.get())
        .on("input", move |event| typed.set(event_target_value(event)))
        .on_key(move |event| {
            if sends(event) {
                event.prevent_default();
                save();
            } else if event.key() == "Escape" {
                editing.set(false);
            }
        });
    let field = enter_key(field);
    let element = field.element();
    after(move || {
        let _ = element.focus();
    });
    field
}

/// A reply: its thinking, its text, its status, and what can be done with it.
fn reply(chat: Chat, id: TurnId) -> Part {
    let live: Option<Rc<dyn Live>> = chat
        .live
        .with_untracked(|live| live.clone())
        .filter(|live| live.id() == id);
    let seen = live.as_ref().map(|live| live.seen());
    let (end, thinks, behind) = match &seen {
        Some(seen) => (seen.end, seen.thinks, seen.behind),
        None => {
            let (end, thinks) = with_turn(chat, id, |turn| {
                (turn.end.clone(), !turn.reasoning.is_empty())
            });
            (
                RwSignal::new(end).read_only(),
                RwSignal::new(thinks).read_only(),
                RwSignal::new(false).read_only(),
            )
        }
    };
    // What a turn holds changes at its end alone: it follows that, and not the whole conversation.
    let figures = move || {
        end.track();
        with_turn(chat, id, Figures::of)
    };
    let running = move || end.with(Option::is_none);
    // It is over, and all that there is to read is what the model thought.
    let only_thought = move || !running() && figures().only_thought;
    let thinking = move || {
        if running() && figures().text_len == 0 && !behind.get() {
            say!(chat, thinking_so_far)
        } else {
            say!(chat, thinking_part)
        }
    };
    let looks = chat.looks(id);
    let has_looks = RwSignal::from(looks.shown.clone());
    let reasoning = el("div")
        .set("class", "reasoning")
        .set("dir", "auto")
        .attr_if("translate", move || running().then(|| "no".to_owned()));
    let answer = el("div")
        .set("class", "answer")
        .set("dir", "auto")
        .on("click", move |_| {
            // A click on text that is being paced shows the rest of what is here; a selection is no click.
            if behind.get_untracked() && !has_selection() {
                chat.run(Command::Skip);
            }
        });
    let thought = document().create_text_node("");
    let _ = reasoning.element().append_child(&thought);
    let place: Element = answer.element().into();
    match live {
        // Once: what is drawn is not drawn anew in another language.
        Some(live) => after(move || {
            untrack(|| {
                live.clone()
                    .order(Order::Attach(place.clone(), thought.clone()))
            });
        }),
        None => {
            thought.set_data(&with_turn(chat, id, |turn| turn.reasoning.clone()));
            settled(chat, id, place);
        }
    }
    let text = move || {
        with_turn(chat, id, |turn| match only_thought() {
            true => turn.reasoning.clone(),
            false => turn.text.clone(),
        })
    };
    let details = el("details").set("class", "thinking");
    let thinks_in = details.element();
    // The person may close it then; and whoever has opened it before finds it open.
    follow(move || {
        if only_thought() {
            let _ = thinks_in.set_attribute("open", "");
        }
    });
    let can_continue = move || {
        end.with(|end| end.as_ref().is_some_and(End::can_continue)) && figures().text_len > 0
    };
    el("article")
        .set("class", "turn reply")
        .set("data-role", "assistant")
        .attr("data-end", move || {
            end.with(|end| end.as_ref().map_or("running", End::word).to_owned())
        })
        .attr_if("data-reason", move || {
            end.with(|end| end.as_ref().and_then(End::reason))
        })
        .attr("aria-label", move || say!(chat, assistant))
        .attr("aria-busy", move || running().to_string())
        .child(
            details
                .class("none", move || {
                    !thinks.get() || young(chat) && !only_thought()
                })
                .child(el("summary").says(thinking))
                .child(reasoning),
        )
        .child(answer)
        .when(
            move || has_looks.get() > 0 && chat.wishes.with(|wishes| wishes.tokens),
            move || tokens::open(chat, looks.clone()),
        )
        .each(
            move || figures().tools,
            move |tool| {
                let name = tool.clone();
                el("p")
                    .set("class", "tool")
                    .says(move || say!(chat, tool_call, name = name.clone()))
            },
        )
        .child(status_line(chat, seen, end, figures))
        .when(
            move || !running(),
            move || {
                actions()
                    .add(|part| branches(part, chat, id))
                    .child(copy_button(chat, "", move || say!(chat, copy), text))
                    .child(labelled(
                        icondata_lu::LuRotateCcw,
                        move || say!(chat, retry),
                        move || chat.run(Command::Retry(id)),
                    ))
                    .when(can_continue, move || {
                        labelled(
                            icondata_lu::LuPlay,
                            move || say!(chat, go_on),
                            move || chat.run(Command::Continue(id)),
                        )
                        // Only the last of all replies can go on: the style hides it elsewhere.
                        .set("class", "go-on")
                    })
            },
        )
}

/// Draws an answer that grows no more: its beginning at once, the rest of a long one as the browser finds time.
fn settled(chat: Chat, id: TurnId, place: Element) {
    let text = with_turn(chat, id, |turn| turn.text.clone());
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

/// What is asked of a turn; of none, where it is gone.
fn with_turn<T>(chat: Chat, id: TurnId, look: impl FnOnce(&Turn) -> T) -> T {
    chat.tree.with_untracked(|tree| match tree.turn(id) {
        Some(turn) => look(turn),
        None => look(&Turn::reply()),
    })
}

fn actions() -> Part {
    el("div").set("class", "actions")
}

/// A button with an icon and a word.
fn labelled(
    shape: icondata_core::Icon,
    words: impl Fn() -> String + 'static,
    press: impl FnMut() + 'static,
) -> Part {
    button("", press)
        .child(icon(shape))
        .child(el("span").says(words))
}

/// Which of several versions is shown, and the way to the others. Another version is another turn: nothing here changes.
fn branches(part: Part, chat: Chat, id: TurnId) -> Part {
    let (at, count) = chat.tree.with_untracked(|tree| tree.branch(id));
    if count < 2 {
        return part;
    }
    part.child(
        el("span")
            .set("class", "branches")
            .child(
                button("", move || chat.run(Command::Switch(id, -1)))
                    .attr("aria-label", move || say!(chat, earlier_version))
                    .flag("disabled", move || at == 0)
                    .child(icon(icondata_lu::LuChevronLeft)),
            )
            .child(el("span").says(move || say!(chat, version, at = at + 1, count = count)))
            .child(
                button("", move || chat.run(Command::Switch(id, 1)))
                    .attr("aria-label", move || say!(chat, later_version))
                    .flag("disabled", move || at + 1 == count)
                    .child(icon(icondata_lu::LuChevronRight)),
            ),
    )
}

/// A button that puts a text on the clipboard, and says whether it did.
pub fn copy_button(
    chat: Chat,
    class: &str,
    name: impl Fn() -> String + 'static,
    text: impl Fn() -> String + 'static,
) -> Part {
    // Whether it went well, once that is known.
    let copied = RwSignal::new(None);
    let press = move || {
        clipboard::put(chat, text(), None, move |went| {
            let _ = copied.try_set(Some(went));
        });
    };
    let word = Rc::new(move |copied| match copied {
        Some(true) => say!(chat, copied),
        Some(false) => say!(chat, not_copied),
        None => name(),
    });
    let other = word.clone();
    button(class, press)
        .on("blur", move |_| copied.set(None))
        .each(
            move || vec![copied.get()],
            |copied| {
                icon(match copied {
                    Some(true) => icondata_lu::LuCheck,
                    Some(false) => icondata_lu::LuX,
                    None => icondata_lu::LuCopy,
                })
            },
        )
        // Both words keep their room: what stands beside the button is not moved away from under a finger.
        .child(
            el("span")
                .set("class", "swap")
                .attr("data-other", move || {
                    other(copied.get().is_none().then_some(true))
                })
                .says(move || word(copied.get())),
        )
}

fn has_selection() -> bool {
    let selection = window().get_selection().ok().flatten();
    selection.is_some_and(|selection| !selection.is_collapsed())
}
