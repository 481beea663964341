//! The panel in which a person finds their own pace: three short lines, and a tap when each has been read.
//!
//! In: taps and their times. Out: the setting of the pace. Nothing else is kept of it.

use leptos::prelude::*;

use crate::event::Millis;
use crate::pacer::{Pace, measured};
use crate::page::app::{Chat, Command};
use crate::page::clock::now;
use crate::page::panel::Panel;
use crate::page::ui::kit::{Button, Choice, Field, For, Hint, Select, Show, Titled};
use crate::page::ui::sheet::adopt_style;
use crate::page::words::{self, say};
use crate::reading::Setting;

/// The number of lines.
const LINES: usize = 3;

/// A measure that is being made. A handle: copies are the same.
#[derive(Clone, Copy)]
struct Measure {
    chat: Chat,
    /// The line that is being read, 1 to [`LINES`]; 0 before the first, more behind the last.
    line: RwSignal<usize>,
    /// The words a minute that came out; `None` where nobody can have read so fast.
    found: RwSignal<Option<f64>>,
    since: StoredValue<Millis>,
    took: StoredValue<Vec<Millis>>,
}

impl Measure {
    fn words(self, line: usize) -> String {
        match line {
            1 => say!(self.chat, pace_line_1),
            2 => say!(self.chat, pace_line_2),
            _ => say!(self.chat, pace_line_3),
        }
    }

    fn begin(self) {
        self.took.set_value(Vec::new());
        self.since.set_value(now());
        self.line.set(1);
    }

    /// The line has been read; or the first is wished.
    fn tap(self) {
        let line = self.line.get_untracked();
        if line == 0 {
            return self.begin();
        }
        let at = now();
        self.took
            .update_value(|took| took.push(at - self.since.get_value()));
        self.since.set_value(at);
        if line == LINES {
            let lines: Vec<String> = untrack(|| (1..=LINES).map(|line| self.words(line)).collect());
            let took = self.took.get_value();
            let read = lines.iter().map(String::as_str).zip(took);
            self.found.set(measured(&read.collect::<Vec<_>>()));
        }
        self.line.set(line + 1);
    }

    fn is_reading(self) -> bool {
        (1..=LINES).contains(&self.line.get())
    }

    fn is_over(self) -> bool {
        self.line.get() > LINES
    }

    fn take(self) {
        if let Some(words) = self.found.get_untracked() {
            self.chat
                .set(Setting::Pace, &Pace::Words(words).to_string());
        }
        self.chat.run(Command::Close(Panel::Pace));
    }
}

/// The panel that finds a person's pace.
#[component]
pub fn PacePanel(chat: Chat) -> impl IntoView {
    adopt_style(&chat.shared().root);
    let measure = Measure {
        chat,
        line: RwSignal::new(0),
        found: RwSignal::new(None),
        since: StoredValue::new(0.0),
        took: StoredValue::default(),
    };
    let result = move || match measure.found.get() {
        Some(words) => say!(chat, pace_found, wpm = words as u32),
        None => say!(chat, pace_quick),
    };
    let text = move || match measure.line.get() {
        0 => say!(chat, pace_intro),
        line if line <= LINES => measure.words(line),
        _ => result(),
    };
    let button = move || match measure.is_reading() {
        true => say!(chat, pace_read),
        false => say!(chat, pace_start),
    };
    let step = move || say!(chat, pace_step, at = measure.line.get(), count = LINES);
    view! {
        <Titled chat panel=Panel::Pace>
            <section class="own-pace">
                <Show when=move || measure.is_reading()>
                    <Hint words=step />
                </Show>
                <p class="line" class:read=move || measure.is_reading() role="status">
                    {text}
                </p>
                <div class="ways">
                    <Show when=move || !measure.is_over()>
                        <Button class="strong" on_click=move || measure.tap()>
                            {button}
                        </Button>
                    </Show>
                    <Show when={move || measure.is_over() && measure.found.get().is_some()}>
                        <Button class="strong" on_click=move || measure.take()>
                            {move || say!(chat, pace_use)}
                        </Button>
                    </Show>
                    <Show when=move || measure.is_over()>
                        <Button class="plain" on_click=move || measure.begin()>
                            {move || say!(chat, pace_again)}
                        </Button>
                    </Show>
                </div>
            </section>
        </Titled>
    }
}

/// The pace, with one of the person's own among its choices: measured, or of an older page.
#[component]
pub fn PaceField(chat: Chat) -> impl IntoView {
    let setting = Setting::Pace;
    let said = move |choice| words::reading_word(chat.lang.get(), &setting.word(choice));
    let value = move || {
        chat.appearance
            .with(|appearance| appearance.value(setting).to_owned())
    };
    // It stays among the choices when another is taken.
    let own = Memo::new(move |before: Option<&String>| {
        let value = value();
        match setting.choices().contains(&value.as_str()) {
            true => before.cloned().unwrap_or_default(),
            false => value,
        }
    });
    let own_words = move |own: &str| match own.parse() {
        Ok(Pace::Words(words)) => say!(chat, pace_mine, wpm = words.round() as u32),
        Ok(Pace::PerCharacter(ms)) => say!(chat, pace_letter, ms = ms.round() as u32),
        _ => String::new(),
    };
    let field = move |own: String| {
        let all = setting.choices().iter().map(|&choice| {
            view! { <Choice value=choice words=move || said(Some(choice)).unwrap_or_default() /> }
        });
        let all = all.collect_view();
        let own = (!own.is_empty()).then(|| {
            view! { <Choice value=own.clone() words=move || own_words(&own) /> }
        });
        view! {
            <Field name=move || said(None).unwrap_or_default()>
                <Select value on_change=move |value: String| chat.set(setting, &value)>
                    {all}
                    {own}
                </Select>
            </Field>
        }
    };
    // A choice takes only values that it has: with another one of the person's own it is made anew.
    view! {
        <For each=move || Some(own.get()) key=Clone::clone let:own>
            {field(own)}
        </For>
    }
}
