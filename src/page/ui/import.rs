//! Files that are brought along: the buttons that choose them, and the dialog that says what is in them before anything is written.
//!
//! In: files, chosen or dropped anywhere on the page. Out: an import, begun, wanted or given up.

use std::sync::Arc;

use js_sys::Uint8Array;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, File, HtmlInputElement};

use super::composer::all_of;
use super::drop;
use super::kit::{Button, Dialog, For, Hint, Icon, Show, Trouble};
use super::sheet::adopt_style;
use crate::history::Fault;
use crate::history::intake::Seen;
use crate::import::png::card_in_png;
use crate::import::{Format, Reason, Refusal, Why};
use crate::page::app::{Chat, Command};
use crate::page::history;
use crate::page::history::import::{Done, Failed, Found, State};
use crate::page::panel::Panel;
use crate::page::words::{listed, say};

/// The most bytes of a picture that may be a character card.
const LONGEST_CARD: f64 = 64e6;

/// Reads files that were dropped or pasted: pictures go to the next message, character cards and all others are brought along. Where
/// nothing may be kept, all are taken for pictures, which says why they are none.
pub fn take(chat: Chat, files: Vec<File>) {
    let keeps = history::of(chat).is_some();
    let is_picture = |file: &File| !keeps || file.type_().starts_with("image/");
    let (pictures, others): (Vec<File>, Vec<File>) = files.into_iter().partition(is_picture);
    match keeps {
        true => sort(chat, pictures, others),
        false => super::images::take(chat, pictures),
    }
}

/// Adds pictures to the next message, and brings the cards among them along with the other files.
fn sort(chat: Chat, pictures: Vec<File>, mut others: Vec<File>) {
    chat.spawn(async move {
        let mut shown = Vec::new();
        for picture in pictures {
            match is_card(&picture).await {
                true => others.push(picture),
                false => shown.push(picture),
            }
        }
        if !shown.is_empty() {
            super::images::take(chat, shown);
        }
        begin(chat, others);
    });
}

/// Tells whether a picture is a PNG with a character card in it.
async fn is_card(picture: &File) -> bool {
    if picture.type_() != "image/png" || picture.size() > LONGEST_CARD {
        return false;
    }
    let bytes = JsFuture::from(picture.array_buffer()).await;
    bytes.is_ok_and(|bytes| card_in_png(&Uint8Array::new(&bytes).to_vec()).is_some())
}

/// Begins to look at files.
pub fn begin(chat: Chat, files: Vec<File>) {
    if let Some(history) = history::of(chat) {
        history.import(files);
    }
}

/// The buttons that choose files, or a folder; nothing where nothing may be kept.
#[component]
pub fn ImportButtons(chat: Chat) -> impl IntoView {
    let folder = NodeRef::<html::Input>::new();
    folder.on_load(|field| {
        let _ = field.set_attribute("webkitdirectory", "");
    });
    let buttons = move || {
        view! {
            <label class="file">
                <span>{move || say!(chat, import_files)}</span>
                <input type="file" multiple on:change=move |event| chosen(chat, &event) />
            </label>
            <label class="file">
                <span>{move || say!(chat, import_folder)}</span>
                <input type="file" node_ref=folder on:change=move |event| chosen(chat, &event) />
            </label>
        }
    };
    history::of(chat).is_some().then(buttons)
}

fn chosen(chat: Chat, event: &Event) {
    let field: HtmlInputElement = event_target(event);
    if let Some(files) = field.files() {
        begin(chat, all_of(&files));
    }
    // The same file may be chosen again.
    field.set_value("");
}

/// The dialog of an import, and the ears for files that are dropped; nothing where nothing may be kept.
#[component]
pub fn ImportDialog(chat: Chat) -> impl IntoView {
    let history = history::of(chat)?;
    drop::watch(chat, sort);
    let state = RwSignal::from(history.import.state.clone());
    let open = Memo::new(move |_| state.with(|state| *state != State::Idle));
    let begun = move || {
        open.get().then(|| {
            adopt_style(&chat.shared().root);
            view! { <Begun chat state /> }
        })
    };
    Some(view! { {begun} })
}

/// The dialog of an import that is there.
#[component]
fn Begun(chat: Chat, state: RwSignal<State>) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let give_up = move || {
        if let Some(history) = history::of(chat) {
            history.import.cancel();
        }
    };
    let part = move || match state.get() {
        State::Reading(part) | State::Writing(part) => Some(part),
        State::Idle | State::Seen(_) | State::Done(_) => None,
    };
    let part = Memo::new(move |_| part());
    let sentence = move || match state.get() {
        State::Writing(part) => say!(chat, import_writing, part = part),
        _ => say!(chat, import_reading, part = part.get().unwrap_or_default()),
    };
    let found = move || match state.get() {
        State::Seen(found) => Some(found),
        _ => None,
    };
    let done = move || match state.get() {
        State::Done(done) => Some(done),
        _ => None,
    };
    let title = Signal::derive(move || say!(chat, import_title));
    view! {
        <Dialog class="panel import" open=true on_close=give_up label=title node_ref=dialog>
            <div class="panel-head">
                <h2>{title}</h2>
                <Button class="round" label=move || say!(chat, close) on_click=close>
                    <Icon shape=icondata_lu::LuX />
                </Button>
            </div>
            <Show when=move || part.get().is_some()>
                <progress
                    max="100"
                    prop:value=move || f64::from(part.get().unwrap_or_default())
                    aria-label=sentence
                ></progress>
                <Hint words=sentence />
                <div class="ways">
                    <Button class="plain" on_click=close>
                        {move || say!(chat, cancel)}
                    </Button>
                </div>
            </Show>
            <For each=found key=Clone::clone let:found>
                <Preview chat found close />
            </For>
            <For each=done key=Clone::clone let:done>
                <Over chat done close />
            </For>
        </Dialog>
    }
}

/// What is in the files, and the question whether what is new is to be written.
#[component]
fn Preview(chat: Chat, found: Arc<Vec<Found>>, #[prop(into)] close: Callback<()>) -> impl IntoView {
    let is_new = |found: &Found| found.seen.as_ref().is_ok_and(Seen::is_news);
    let any = found.iter().any(is_new);
    let button = NodeRef::<html::Button>::new();
    button.on_load(|button| {
        let _ = button.focus();
    });
    let go = move || {
        if let Some(history) = history::of(chat) {
            history.import.write();
        }
    };
    let files = found.iter().cloned().map(|found| match found.seen {
        Ok(seen) => view! { <FileSeen chat name=found.name seen /> }.into_any(),
        Err(refusal) => view! { <Refused chat refusal /> }.into_any(),
    });
    let files = files.collect::<Vec<AnyView>>();
    view! {
        <ul class="brought">{files}</ul>
        {(!any).then(|| view! { <Hint role="status" words=move || say!(chat, import_nothing) /> })}
        <div class="ways">
            <Button class="plain" on_click=close>
                {move || if any { say!(chat, cancel) } else { say!(chat, close) }}
            </Button>
            {any
                .then(|| {
                    view! {
                        <Button class="strong" node_ref=button on_click=go>
                            {move || say!(chat, import_go)}
                        </Button>
                    }
                })}
        </div>
    }
}

/// What is in one file.
#[component]
fn FileSeen(chat: Chat, name: String, seen: Seen) -> impl IntoView {
    let seen = StoredValue::new(seen);
    let counts = move || {
        seen.with_value(|seen| {
            say!(
                chat,
                import_counts,
                program = program(chat, seen.report.format),
                conversations = seen.report.conversations,
                turns = seen.turns
            )
        })
    };
    let news = move || seen.with_value(|seen| news(chat, seen));
    let left = move || seen.with_value(|seen| left(chat, seen));
    let format = seen.with_value(|seen| seen.report.format.map(Format::word));
    let is_less = seen.with_value(|seen| seen.report.left.all() + seen.report.skipped > 0);
    view! {
        <li data-import="seen" data-format=format>
            <strong class="title" dir="auto">
                {name}
            </strong>
            <Hint words=counts />
            <Hint words=news />
            {is_less.then(|| view! { <Hint words=left /> })}
        </li>
    }
}

/// A file of which nothing is taken, and why.
#[component]
fn Refused(chat: Chat, refusal: Refusal) -> impl IntoView {
    let words = move || refused_words(chat, &refusal);
    view! {
        <li data-import="refused">
            <Trouble words />
        </li>
    }
}

/// What became of an import.
#[component]
fn Over(chat: Chat, done: Arc<Done>, #[prop(into)] close: Callback<()>) -> impl IntoView {
    let written = done.written;
    let failed = done.failed.clone();
    let failed = failed.into_iter().map(|failed| {
        let words = move || match &failed {
            Failed::Refused(refusal) => refused_words(chat, refusal),
            Failed::Unwritten(name, Fault::Full) => say!(chat, import_full, name = name.clone()),
            Failed::Unwritten(name, _) => say!(chat, import_unwritten, name = name.clone()),
            Failed::Stopped => say!(chat, import_stopped),
        };
        view! { <Trouble words /> }.into_any()
    });
    let failed = failed.collect::<Vec<AnyView>>();
    let list = move || {
        close.run(());
        chat.run(Command::Open(Panel::Conversations));
    };
    let button = NodeRef::<html::Button>::new();
    button.on_load(|button| {
        let _ = button.focus();
    });
    view! {
        {failed}
        <p role="status" data-import="done">
            {move || say!(chat, import_done, count = written)}
        </p>
        <div class="ways">
            <Button class="strong" node_ref=button on_click=list>
                {move || say!(chat, conversations)}
            </Button>
            <Button class="plain" on_click=close>
                {move || say!(chat, close)}
            </Button>
        </div>
    }
}

fn program(chat: Chat, format: Option<Format>) -> String {
    match format.map(Format::program) {
        Some(Some(name)) => name.to_owned(),
        Some(None) => say!(chat, import_card),
        None => say!(chat, import_several),
    }
}

/// What of a file is new, and what is here already.
fn news(chat: Chat, seen: &Seen) -> String {
    let mut words = Vec::new();
    if seen.new > 0 || seen.newer + seen.known + seen.united == 0 {
        words.push(say!(chat, import_new, count = seen.new));
    }
    if seen.newer > 0 {
        words.push(say!(chat, import_newer, count = seen.newer));
    }
    if seen.known > 0 {
        words.push(say!(chat, import_known, count = seen.known));
    }
    if seen.united > 0 {
        words.push(say!(chat, import_united, count = seen.united));
    }
    words.join(" · ")
}

/// What of a file is left behind, and why.
fn left(chat: Chat, seen: &Seen) -> String {
    let mut words: Vec<String> = seen
        .report
        .left
        .each()
        .map(|(why, count)| why_words(chat, why, count))
        .collect();
    if seen.report.skipped > 0 {
        words.push(say!(chat, left_skipped, count = seen.report.skipped));
    }
    say!(chat, import_left, what = listed(chat.lang.get(), words))
}

fn why_words(chat: Chat, why: Why, count: usize) -> String {
    match why {
        Why::Picture => say!(chat, left_picture, count = count),
        Why::File => say!(chat, left_file, count = count),
        Why::Tool => say!(chat, left_tool, count = count),
        Why::System => say!(chat, left_system, count = count),
        Why::Message => say!(chat, left_message, count = count),
        Why::Part => say!(chat, left_part, count = count),
        Why::Lorebook => say!(chat, left_lorebook, count = count),
        Why::Greeting => say!(chat, left_greeting, count = count),
        Why::Twice => say!(chat, left_twice, count = count),
        Why::Silent => say!(chat, left_silent, count = count),
    }
}

fn refused_words(chat: Chat, refusal: &Refusal) -> String {
    let mut reason = match refusal.reason {
        Reason::Empty => say!(chat, refused_empty),
        Reason::NotJson => say!(chat, refused_not_json),
        Reason::Unknown => say!(chat, refused_unknown),
        Reason::Silent => say!(chat, refused_silent),
        Reason::Newer => say!(chat, refused_newer),
        Reason::FlashBackup => say!(chat, refused_flash_backup),
        Reason::NoCard => say!(chat, refused_no_card),
        Reason::NoConversations => say!(chat, refused_no_conversations),
        Reason::BadZip => say!(chat, refused_bad_zip),
        Reason::LockedZip => say!(chat, refused_locked_zip),
        Reason::TooLong => say!(chat, refused_too_long),
        Reason::Unreadable | Reason::Cancelled => say!(chat, refused_unreadable),
    };
    if let Some(place) = refusal.place {
        reason = say!(chat, import_place, reason = reason, place = place);
    }
    say!(
        chat,
        import_refused,
        name = refusal.file.clone(),
        reason = reason
    )
}
