//! What some kinds of server have beside the prompt: a task, and fields of their own.

use leptos::prelude::*;

use super::kit::{Choice, Field, For, Select, Show, TextField};
use crate::dialect::TASK;
use crate::page::app::Chat;
use crate::page::words::say;

/// Fields beside the prompt, all that the server of now has.
#[component]
pub fn Fields(chat: Chat) -> impl IntoView {
    view! {
        <div class="fields">
            <Show when=move || !chat.takes().tasks.is_empty()>
                <Tasks chat />
            </Show>
            <For each=move || chat.takes().fields.to_vec() key=|name| *name let:name>
                <OwnField chat name />
            </For>
        </div>
    }
}

/// The choice of what is to be done with the prompt.
#[component]
fn Tasks(chat: Chat) -> impl IntoView {
    let words = move |task: &str| match task {
        "stage1" => say!(chat, task_stage1),
        "stage2" => say!(chat, task_stage2),
        "stage3" => say!(chat, task_stage3),
        "stage4" => say!(chat, task_stage4),
        "optimize" => say!(chat, task_optimize),
        other => other.to_owned(),
    };
    let tasks = chat.takes().tasks;
    let first = tasks.first().copied().unwrap_or_default();
    let wished = move || {
        let wished = chat
            .preferences
            .with(|preferences| preferences.fields.get(TASK).cloned());
        wished.unwrap_or_else(|| first.to_owned())
    };
    let choose = move |task| {
        chat.set_preferences(|preferences| {
            preferences.fields.insert(TASK.to_owned(), task);
        });
    };
    let choices = tasks
        .iter()
        .map(move |task| view! { <Choice value=*task words=move || words(task) /> });
    view! {
        <Field name=move || say!(chat, field_task)>
            <Select value=wished on_change=choose>
                {choices.collect_view()}
            </Select>
        </Field>
    }
}

/// A field that the server's kind has beside the prompt.
#[component]
fn OwnField(chat: Chat, name: &'static str) -> impl IntoView {
    let words = move || match name {
        "context" => say!(chat, field_context),
        "style" => say!(chat, field_style),
        other => other.to_owned(),
    };
    let value = move || {
        chat.preferences
            .with(|preferences| preferences.fields.get(name).cloned().unwrap_or_default())
    };
    let write = move |typed: String| {
        chat.set_preferences(|preferences| {
            if typed.is_empty() {
                preferences.fields.remove(name);
            } else {
                preferences.fields.insert(name.to_owned(), typed);
            }
        });
    };
    view! {
        <Field name=words>
            <TextField dir="auto" value on_input=write />
        </Field>
    }
}
