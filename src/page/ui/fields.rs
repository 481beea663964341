//! What some kinds of server have beside the prompt: a task, and fields of their own.

use leptos::prelude::*;

use super::panel::choice;
use super::part::{Part, el};
use crate::dialect::TASK;
use crate::page::app::Chat;
use crate::page::words::say;

/// All of them, for the server of now.
pub fn fields(chat: Chat) -> Part {
    el("div")
        .set("class", "fields")
        .when(move || !chat.takes().tasks.is_empty(), move || tasks(chat))
        .each(
            move || chat.takes().fields.to_vec(),
            move |name| own_field(chat, name),
        )
}

/// What is to be done with the prompt.
fn tasks(chat: Chat) -> Part {
    let words = move |task: &str| match task {
        "stage1" => say!(chat, task_stage1),
        "stage2" => say!(chat, task_stage2),
        "stage3" => say!(chat, task_stage3),
        "stage4" => say!(chat, task_stage4),
        "optimize" => say!(chat, task_optimize),
        other => other.to_owned(),
    };
    let first = chat.takes().tasks.first().copied().unwrap_or_default();
    let wished = move || {
        let wished = chat.wishes.with(|wishes| wishes.fields.get(TASK).cloned());
        wished.unwrap_or_else(|| first.to_owned())
    };
    let select = el("select")
        .children(
            chat.takes()
                .tasks
                .iter()
                .map(|task| choice(task, move || words(task))),
        )
        .value(wished)
        .on("change", move |event| {
            let task = event_target_value(event);
            chat.wish(|wishes| {
                wishes.fields.insert(TASK.to_owned(), task);
            });
        });
    el("label")
        .child(el("span").says(move || say!(chat, field_task)))
        .child(select)
}

/// A field that the server's kind has beside the prompt.
fn own_field(chat: Chat, name: &'static str) -> Part {
    let words = move || match name {
        "context" => say!(chat, field_context),
        "style" => say!(chat, field_style),
        other => other.to_owned(),
    };
    let value = move || {
        chat.wishes
            .with(|wishes| wishes.fields.get(name).cloned().unwrap_or_default())
    };
    let field = el("input")
        .set("type", "text")
        .set("dir", "auto")
        .value(value)
        .on("input", move |event| {
            let typed = event_target_value(event);
            chat.wish(|wishes| {
                if typed.is_empty() {
                    wishes.fields.remove(name);
                } else {
                    wishes.fields.insert(name.to_owned(), typed);
                }
            });
        });
    el("label").child(el("span").says(words)).child(field)
}
