//! How the person reads: text, display, voice. The first of it stands beside the choice of a server, too.

use leptos::prelude::*;

use super::pace::PaceField;
use crate::aloud::Voice;
use crate::page::aloud;
use crate::page::app::{Chat, Command};
use crate::page::panel::Panel;
use crate::page::sentences::young;
use crate::page::ui::dictate;
use crate::page::ui::kit::{Button, Choice, Field, Hint, Select, Show, Titled};
use crate::page::words::{self, say};
use crate::reading::{Group, Setting};

/// The panel of all settings of how to read.
#[component]
pub fn ReadingPanel(chat: Chat) -> impl IntoView {
    let group = |&group: &Group| {
        let of = move |setting: &Setting| setting.group() == group && is_there(chat, *setting);
        let settings: Vec<Setting> = Setting::ALL.iter().copied().filter(of).collect();
        let title = move || words::reading_word(chat.lang.get(), &group.word());
        let has_any = !settings.is_empty();
        let fields = settings.into_iter().map(|setting| match setting {
            Setting::Voice => view! { <VoiceField chat /> }.into_any(),
            Setting::Pace => view! { <PaceField chat /> }.into_any(),
            setting => view! { <ReadingField chat setting /> }.into_any(),
        });
        let fields = fields.collect_view();
        has_any.then(|| {
            view! {
                <section class="reading">
                    <h3>{move || title().unwrap_or_default()}</h3>
                    {fields}
                </section>
            }
        })
    };
    let groups = untrack(|| Group::ALL.iter().map(group).collect_view());
    view! {
        <Titled chat panel=Panel::Reading>
            {groups}
            <div class="ways">
                <PanelButton chat panel=Panel::Pace />
                <PanelButton chat panel=Panel::Shortcuts />
            </div>
        </Titled>
    }
}

/// Tells whether the browser can do what a setting is about, and whether it is this person's to choose.
fn is_there(chat: Chat, setting: Setting) -> bool {
    match setting {
        Setting::Aloud | Setting::Voice | Setting::SpeechRate => aloud::is_there(),
        Setting::Dictation => dictate::is_there() && !young(chat),
        _ => true,
    }
}

/// The settings of how to read that stand beside the choice of a server, and the way to all of them.
#[component]
pub fn Basics(chat: Chat) -> impl IntoView {
    let basics = Setting::ALL.iter().filter(|setting| setting.is_basic());
    let fields = basics.map(|&setting| match setting {
        Setting::Pace => view! { <PaceField chat /> }.into_any(),
        setting => view! { <ReadingField chat setting /> }.into_any(),
    });
    view! {
        <section class="reading">
            <h3>{move || say!(chat, reading_title)}</h3>
            {fields.collect_view()}
            <div class="ways">
                <Button class="plain" on_click=move || chat.run(Command::Open(Panel::Reading))>
                    {move || say!(chat, reading_more)}
                </Button>
                <PanelButton chat panel=Panel::Pace />
                <PanelButton chat panel=Panel::Shortcuts />
            </div>
        </section>
    }
}

/// A button that opens another panel, by its title.
#[component]
fn PanelButton(chat: Chat, panel: Panel) -> impl IntoView {
    view! {
        <Button class="plain" on_click=move || chat.run(Command::Open(panel))>
            {move || panel.title(chat.lang.get())}
        </Button>
    }
}

/// One setting of how to read.
#[component]
fn ReadingField(chat: Chat, setting: Setting) -> impl IntoView {
    let value = move || match setting {
        // What is spoken, whatever was wished.
        Setting::Lang => words::tag(chat.lang.get()).to_owned(),
        setting => chat
            .appearance
            .with(|appearance| appearance.value(setting).to_owned()),
    };
    let said = move |choice| words::reading_word(chat.lang.get(), &setting.word(choice));
    let languages = words::locales().map(|locale| {
        view! { <Choice value=words::tag(locale) words=move || words::own_name(locale) /> }
    });
    let choices = setting.choices().iter().map(|&choice| {
        view! { <Choice value=choice words=move || said(Some(choice)).unwrap_or_default() /> }
    });
    let choices = match setting {
        Setting::Lang => languages.collect_view(),
        _ => choices.collect_view(),
    };
    view! {
        <Field name=move || said(None).unwrap_or_default()>
            <Select value on_change=move |value: String| chat.set(setting, &value)>
                {choices}
            </Select>
        </Field>
    }
}

/// The choice of a voice, among those that the browser has. They may come later than the page.
#[component]
fn VoiceField(chat: Chat) -> impl IntoView {
    let voices = RwSignal::new(aloud::voices());
    let heard = aloud::on_voices(move || {
        let _ = voices.try_set(aloud::voices());
    });
    StoredValue::new_local(heard);
    let value = move || {
        chat.appearance
            .with(|appearance| appearance.value(Setting::Voice).to_owned())
    };
    let said = move |choice| words::reading_word(chat.lang.get(), &Setting::Voice.word(choice));
    let select = move || {
        let voices = voices.get().into_iter().map(|voice| {
            let name = voice.name.clone();
            view! { <Choice value=name words=move || title(chat, &voice) /> }
        });
        let voices = voices.collect_view();
        view! {
            <Select value on_change=move |value: String| chat.set(Setting::Voice, &value)>
                <Choice value="auto" words=move || said(Some("auto")).unwrap_or_default() />
                {voices}
            </Select>
        }
    };
    let is_sent = move || voices.with(|voices| voices.iter().any(|voice| !voice.is_local));
    view! {
        <Field name=move || said(None).unwrap_or_default()>{select}</Field>
        <Show when=move || voices.with(Vec::is_empty)>
            <Hint words=move || say!(chat, reading_no_voices) />
        </Show>
        <Show when=is_sent>
            <Hint words=move || say!(chat, reading_voice_hint) />
        </Show>
    }
}

fn title(chat: Chat, voice: &Voice) -> String {
    let name = match voice.language.as_str() {
        "" => voice.name.clone(),
        language => format!("{} · {}", voice.name, language.replace('_', "-")),
    };
    match voice.is_local {
        true => name,
        false => say!(chat, voice_online, name = name),
    }
}
