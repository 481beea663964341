//! The way of conversations into files: the one that is here, those that were chosen, or all of them; and onto paper.
//!
//! In: the names of conversations. Out: a file, or a ZIP archive of files, in the browser's hands. How they are written is decided in
//! [`crate::export`]. [`Export`] is the only way in.

use std::str::FromStr;

use js_sys::{Array, Date, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::export::zip::Stamp;
use crate::export::{Document, Files, Form, Words};
use crate::history::records::title;
use crate::history::{Fault, Head};
use crate::page::app::Chat;
use crate::page::history;
use crate::page::ui::file::save_as;
use crate::page::ui::kit::{Button, Choice, Field, For, Hint, Select, Show, Trouble};
use crate::page::words::{say, tag};

/// The state of an export. A handle: copies are the same.
#[derive(Clone, Copy)]
struct Saving {
    chat: Chat,
    form: RwSignal<Form>,
    /// The number of the conversation that is being written, and of all that are to be; `None` where none is.
    progress: RwSignal<Option<(usize, usize)>>,
    /// What went wrong last.
    trouble: RwSignal<Option<Wrong>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Wrong {
    Failed,
    /// So many conversations could not be read.
    Missing(usize),
}

/// Buttons that save conversations as files of a form that the person chooses, and print the one that is here.
#[component]
pub fn Export(
    chat: Chat,
    /// Names of the conversations that the person has chosen; while there are some, they are what is saved.
    #[prop(optional, into)]
    chosen: Signal<Vec<String>>,
) -> impl IntoView {
    let saving = Saving {
        chat,
        form: RwSignal::new(Form::Rill),
        progress: RwSignal::new(None),
        trouble: RwSignal::new(None),
    };
    let is_empty = move || chat.tree.with(|tree| tree.is_empty());
    let busy = move || saving.progress.with(Option::is_some);
    let keeps = history::of(chat).is_some();
    let stands_alone = chat.stands_alone();
    let choose = move |word: String| {
        if let Ok(form) = Form::from_str(&word) {
            saving.form.set(form);
        }
    };
    let choices = Form::ALL.iter().map(move |form| {
        let form = *form;
        view! { <Choice value=form.word() words=move || form_words(chat, form) /> }
    });
    let has_chosen = move || chosen.with(|chosen| !chosen.is_empty());
    let count = move || chosen.with(Vec::len);
    view! {
        <section aria-label=move || say!(chat, export)>
            <h3>{move || say!(chat, export)}</h3>
            <Field name=move || say!(chat, export_format)>
                <Select value=move || saving.form.get().word().to_owned() on_change=choose>
                    {choices.collect_view()}
                </Select>
            </Field>
            <div class="ways">
                <Show when=has_chosen>
                    <Button
                        class="plain"
                        on_click=move || saving.save(Some(chosen.get_untracked()))
                        disabled=busy
                    >
                        {move || say!(chat, export_chosen, count = count())}
                    </Button>
                </Show>
                <Show when=move || !has_chosen()>
                    <Button
                        class="plain"
                        on_click=move || saving.save_this()
                        disabled=move || is_empty() || busy()
                    >
                        {move || say!(chat, export_this)}
                    </Button>
                    <Show when=move || keeps>
                        <Button class="plain" on_click=move || saving.save(None) disabled=busy>
                            {move || say!(chat, export_all)}
                        </Button>
                    </Show>
                    <Show when=move || stands_alone>
                        <Button class="plain" on_click=print disabled=is_empty>
                            {move || say!(chat, print)}
                        </Button>
                    </Show>
                </Show>
            </div>
            <Show when=busy>
                <Progress saving />
            </Show>
            <For each=move || saving.trouble.get() key=|wrong| *wrong let:wrong>
                <Trouble words=move || match wrong {
                    Wrong::Failed => say!(chat, export_failed),
                    Wrong::Missing(count) => say!(chat, export_missing, count = count),
                } />
            </For>
        </section>
    }
}

/// How far the export has come, and the way out of it.
#[component]
fn Progress(saving: Saving) -> impl IntoView {
    let chat = saving.chat;
    let words = move || {
        let (at, count) = saving.progress.get().unwrap_or_default();
        say!(chat, export_progress, at = at, count = count)
    };
    view! {
        <Hint role="status" words />
        <Button class="plain" on_click=move || saving.progress.set(None)>
            {move || say!(chat, cancel)}
        </Button>
    }
}

fn form_words(chat: Chat, form: Form) -> String {
    match form {
        Form::Rill => say!(chat, export_rill),
        Form::Markdown => say!(chat, export_markdown),
        Form::Plain => say!(chat, export_plain),
        Form::Html => say!(chat, export_html),
    }
}

/// Prints the conversation; the browser asks the person how.
fn print() {
    let _ = window().print();
}

impl Saving {
    /// Saves the conversation that is here.
    fn save_this(self) {
        let chat = self.chat;
        let tree = history::as_it_is(chat);
        let (id, _) = chat.names();
        let form = self.form.get_untracked();
        self.trouble.set(None);
        // The name that the person gave it stands in its record alone.
        chat.spawn(async move {
            let known = match history::of(chat) {
                Some(history) => history.list().await.unwrap_or_default(),
                None => Vec::new(),
            };
            let head = known.iter().find(|head| head.id == id);
            let own = title(&tree);
            let marks = history::of(chat).zip(head);
            let marks = marks.map(|(history, head)| history.marks(head));
            let document = Document {
                title: head.map_or(&own, Head::name),
                tree: &tree,
                known: head.map(|head| (head.id.as_str(), head.at as i64)),
                marks: marks.as_ref(),
            };
            save_one(chat, form, &document);
        });
    }

    /// Saves conversations, those of these names or all: one as its file, several as an archive of files.
    fn save(self, chosen: Option<Vec<String>>) {
        let form = self.form.get_untracked();
        self.trouble.set(None);
        self.progress.set(Some((0, 0)));
        self.chat.spawn(async move {
            let wrong = match self.write(form, chosen).await {
                Ok(0) => None,
                Ok(missing) => Some(Wrong::Missing(missing)),
                Err(_) => Some(Wrong::Failed),
            };
            // It may be gone by now.
            let _ = self.progress.try_set(None);
            let _ = self.trouble.try_set(wrong);
        });
    }

    /// Writes them, one after the other; gives the number of those that cannot be read. Where the person wants no more, or has gone, nothing
    /// is saved.
    async fn write(self, form: Form, chosen: Option<Vec<String>>) -> Result<usize, Fault> {
        let chat = self.chat;
        let history = history::of(chat).ok_or(Fault::Absent)?;
        let mut heads = history.list().await?;
        if let Some(chosen) = &chosen {
            heads.retain(|head| chosen.contains(&head.id));
        }
        let mut files = untrack(|| Files::new(form, words(chat)));
        let parts = Array::new();
        let mut missing = 0;
        for (at, head) in heads.iter().enumerate() {
            if !self.is_wanted() {
                return Ok(0);
            }
            self.progress.set(Some((at + 1, heads.len())));
            // Of the one that is here the newest words may not be written yet.
            let tree = match chat.names().0 == head.id {
                true => Some(history::as_it_is(chat)),
                false => history
                    .read(&head.id)
                    .await
                    .ok()
                    .flatten()
                    .map(|opened| opened.tree),
            };
            let Some(tree) = tree else {
                missing += 1;
                continue;
            };
            let marks = history.marks(head);
            let document = Document {
                title: head.name(),
                tree: &tree,
                known: Some((&head.id, head.at as i64)),
                marks: Some(&marks),
            };
            if chosen.is_some() && heads.len() == 1 {
                save_one(chat, form, &document);
                return Ok(0);
            }
            let piece = files.pack(&document, stamp(head.at));
            let piece = piece.ok_or(Fault::Full)?;
            // Out of the page's own memory, which is small.
            parts.push(&Uint8Array::from(piece.as_slice()));
        }
        if self.is_wanted() && parts.length() > 0 {
            parts.push(&Uint8Array::from(files.finish().as_slice()));
            save_as(&archive_name(), "application/zip", &parts);
        }
        Ok(missing)
    }

    /// Tells whether somebody still waits for the files.
    fn is_wanted(self) -> bool {
        self.progress.try_get_untracked().flatten().is_some()
    }
}

/// Saves a conversation as a file of its own.
fn save_one(chat: Chat, form: Form, document: &Document) {
    let (name, text) = untrack(|| Files::new(form, words(chat))).write(document);
    save_as(&name, form.media_type(), &Array::of1(&text.into()));
}

/// The words between turns, in the language of the page.
fn words(chat: Chat) -> Words {
    Words {
        language: tag(chat.lang.get()).to_owned(),
        untitled: say!(chat, conversation_untitled),
        person: say!(chat, you),
        model: say!(chat, assistant),
        thinking: say!(chat, thinking_part),
        picture: say!(chat, image),
        unfinished: say!(chat, export_unfinished),
    }
}

/// The time of a conversation as an archive has it, by the clock on this wall.
fn stamp(at: f64) -> Stamp {
    let date = Date::new(&JsValue::from(at));
    let day = [date.get_full_year(), date.get_month() + 1, date.get_date()];
    let time = [date.get_hours(), date.get_minutes(), date.get_seconds()];
    Stamp::new(day, time)
}

fn archive_name() -> String {
    let now = Date::new_0();
    let [year, month, day] = [now.get_full_year(), now.get_month() + 1, now.get_date()];
    format!("Rill {year}-{month:02}-{day:02}.zip")
}
