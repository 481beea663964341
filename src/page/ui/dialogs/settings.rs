//! The settings of replies, kept for each server: what the model is told before, how it picks its words, and all else that a
//! request may carry. What a kind of server does not take is greyed out and says so.
//!
//! Fields are filled once, when they are made: what is typed is never changed under the person's hands.

use leptos::prelude::*;

use crate::chat::preferences::{Mistake, Preferences, fields, number, setting};
use crate::chat::request::Knob;
use crate::dialect::{Takes, templates};
use crate::page::app::{Chat, LinkState};
use crate::page::panel::Panel;
use crate::page::sentences::link_words;
use crate::page::ui::kit::{
    Button, Choice, Field, For, Hint, Select, Show, TextArea, TextField, Titled, Trouble,
};
use crate::page::ui::sheet::adopt_style;
use crate::page::ui::window::Rules;
use crate::page::words::say;

/// The settings that most people come for; the rest waits behind a word.
const FIRST: [Knob; 4] = [Knob::Temperature, Knob::TopP, Knob::MaxTokens, Knob::Seed];

/// The panel of how replies are made.
#[component]
pub fn Settings(chat: Chat) -> impl IntoView {
    let made = RwSignal::new(0);
    let reset = move || {
        chat.set_preferences(|preferences| *preferences = Preferences::default());
        made.update(|made| *made += 1);
    };
    let is_demo = move || chat.link.with(|link| *link == LinkState::Demo);
    let whose = move || match chat.kind() {
        Some(kind) => say!(chat, settings_for, name = kind.name()),
        None if is_demo() => say!(chat, settings_demo),
        None => link_words(chat),
    };
    // Made anew after a reset and for another server; not there while nobody knows what it takes.
    let forms = move || {
        let known = chat.kind().is_some() || is_demo();
        known.then(|| (made.get(), chat.base(), chat.kind()))
    };
    let is_unset = move || {
        chat.preferences
            .with(|preferences| *preferences == Preferences::default())
    };
    view! {
        <Titled chat panel=Panel::Replies>
            <p class="now">{whose}</p>
            <For each=forms key=Clone::clone let:_form>
                <Form chat />
            </For>
            <div class="ways">
                <Button class="plain" on_click=reset disabled=is_unset>
                    {move || say!(chat, settings_reset)}
                </Button>
            </div>
        </Titled>
    }
}

#[component]
fn Form(chat: Chat) -> impl IntoView {
    let takes = chat.takes();
    view! {
        <div>
            <Instructions chat takes />
            <Words chat takes />
            <LeftOut chat takes />
            <Insight chat takes />
            <Extra chat />
        </div>
    }
}

/// The reason why a field is greyed out.
#[component]
fn NotTaken(chat: Chat) -> impl IntoView {
    let words = move || match chat.kind() {
        Some(kind) => say!(chat, settings_not_taken, name = kind.name()),
        None => say!(chat, settings_not_taken_demo),
    };
    view! { <Hint words /> }
}

/// The system prompt, and the template that carries it.
#[component]
fn Instructions(chat: Chat, takes: Takes) -> impl IntoView {
    let preferences = chat.preferences.get_untracked();
    let own = move || {
        chat.options
            .with(|options| options.system.clone())
            .unwrap_or_default()
    };
    // Where the page's owner has chosen all, his words to the model are not the visitor's to change.
    let fixed = chat
        .options
        .with_untracked(|options| options.lock && options.system.is_some());
    let muted = takes.deaf_to_system;
    let tell = move |typed| chat.set_preferences(|preferences| preferences.system = typed);
    let choose = move |name: String| {
        chat.set_preferences(|preferences| {
            preferences.template = Some(name).filter(|name| !name.is_empty())
        });
    };
    let template = preferences.template.unwrap_or_default();
    let templates = move || {
        let choice = |template: &'static templates::Template| {
            view! { <Choice value=template.name words=move || template.title.to_owned() /> }
        };
        view! {
            <Field name=move || say!(chat, settings_template)>
                <Select value=template.clone() on_change=choose>
                    <Choice value="" words=move || say!(chat, settings_template_own) />
                    {templates::ALL.iter().map(choice).collect_view()}
                </Select>
            </Field>
        }
    };
    view! {
        <section>
            <div class="setting">
                <Field name=move || say!(chat, settings_system)>
                    <TextArea
                        rows="3"
                        value=preferences.system
                        placeholder=own
                        disabled=muted || fixed
                        on_input=tell
                    />
                </Field>
                {muted.then(|| view! { <NotTaken chat /> })}
                <Show when=move || !fixed && chat.tree.with(|tree| tree.system.is_some())>
                    <OwnSystem chat />
                </Show>
            </div>
            {takes.templates.then(templates)}
        </section>
    }
}

/// The system prompt that a conversation brought along, and the way to do without it.
#[component]
fn OwnSystem(chat: Chat) -> impl IntoView {
    adopt_style(&chat.shared().root);
    let text = move || chat.tree.with(|tree| tree.system.clone());
    let leave_out = move || {
        let mut tree = chat.tree.get_untracked();
        tree.system = None;
        chat.fill(tree);
    };
    view! {
        <Hint words=move || say!(chat, settings_system_of_this) />
        <blockquote class="hint of-this" dir="auto">
            {text}
        </blockquote>
        <Button class="plain" on_click=leave_out>
            {move || say!(chat, settings_system_leave_out)}
        </Button>
    }
}

/// The rule by which turns are left out of a conversation that is longer than the context.
#[component]
fn LeftOut(chat: Chat, takes: Takes) -> impl IntoView {
    let rule = chat
        .preferences
        .with_untracked(|preferences| preferences.overflow().word());
    let rules = move || {
        view! {
            <section>
                <h3>{move || say!(chat, settings_long)}</h3>
                <div class="setting">
                    <Rules chat rule=rule.to_owned() />
                    <Hint words=move || say!(chat, settings_long_hint) />
                </div>
            </section>
        }
    };
    (!takes.keeps_history).then(rules)
}

/// Settings of how the model picks its words, and where it ends.
#[component]
fn Words(chat: Chat, takes: Takes) -> impl IntoView {
    let sampling = chat
        .preferences
        .with_untracked(|preferences| preferences.sampling.clone());
    let stop = move |typed: String| {
        let texts = typed.lines().filter(|text| !text.is_empty());
        let texts = texts.map(str::to_owned).collect();
        chat.set_preferences(|preferences| preferences.sampling.stop = texts);
    };
    let below = if takes.stop_texts {
        view! { <Hint words=move || say!(chat, settings_stop_hint) /> }.into_any()
    } else {
        view! { <NotTaken chat /> }.into_any()
    };
    let rest = |knob: &Knob| !FIRST.contains(knob);
    // Something that is set must not be out of sight.
    let is_set = sampling.knobs.keys().any(rest) || !sampling.stop.is_empty();
    let setting = move |knob| view! { <Setting chat knob takes /> };
    view! {
        <section>
            <h3>{move || say!(chat, settings_words)}</h3>
            <div class="knobs">{FIRST.into_iter().map(setting).collect_view()}</div>
            <details open=is_set>
                <summary>{move || say!(chat, settings_more)}</summary>
                <div class="knobs">
                    {Knob::ALL.iter().copied().filter(rest).map(setting).collect_view()}
                </div>
                <div class="setting">
                    <Field name=move || say!(chat, settings_stop)>
                        <TextArea
                            rows="2"
                            value=sampling.stop.join("\n")
                            disabled=!takes.stop_texts
                            on_input=stop
                        />
                    </Field>
                    {below}
                </div>
            </details>
        </section>
    }
}

/// One of the settings that are numbers.
#[component]
fn Setting(chat: Chat, knob: Knob, takes: Takes) -> impl IntoView {
    let wrong = RwSignal::new(false);
    let taken = takes.knobs.iter().any(|(known, _)| *known == knob);
    let value = chat
        .preferences
        .with_untracked(|preferences| preferences.sampling.knobs.get(&knob).copied().map(number));
    let own = move || match chat.kind() {
        Some(_) => say!(chat, settings_own),
        None => String::new(),
    };
    let read = move |typed: String| {
        let typed = setting(knob, &typed);
        wrong.set(typed.is_err());
        // What cannot be is as good as not said.
        chat.set_preferences(|preferences| preferences.set(knob, typed.unwrap_or(None)));
    };
    let span = move || {
        let (least, most) = knob.span();
        let (least, most) = (number(least), number(most));
        if knob.is_whole() {
            say!(chat, settings_span_whole, least = least, most = most)
        } else {
            say!(chat, settings_span, least = least, most = most)
        }
    };
    view! {
        <div class="setting">
            <Field name=move || knob_words(chat, knob)>
                <TextField
                    inputmode="decimal"
                    exact=true
                    dir="ltr"
                    placeholder=own
                    value=value.unwrap_or_default()
                    disabled=!taken
                    invalid=wrong
                    on_input=read
                />
            </Field>
            {(!taken).then(|| view! { <NotTaken chat /> })}
            <Show when=wrong>
                <Trouble words=span />
            </Show>
        </div>
    }
}

/// The switch that has the tokens of replies looked into.
#[component]
fn Insight(chat: Chat, takes: Takes) -> impl IntoView {
    let can = takes.alternatives || takes.attention;
    let on = chat
        .preferences
        .with_untracked(|preferences| preferences.tokens)
        && can;
    let below = if can {
        view! { <Hint words=move || say!(chat, settings_tokens_hint) /> }.into_any()
    } else {
        view! { <NotTaken chat /> }.into_any()
    };
    view! {
        <section>
            <label class="switch">
                <input
                    type="checkbox"
                    role="switch"
                    disabled=!can
                    checked=on
                    on:change:target=move |event| {
                        let on = event.target().checked();
                        chat.set_preferences(|preferences| preferences.tokens = on);
                    }
                />
                <span>{move || say!(chat, settings_tokens)}</span>
            </label>
            {below}
        </section>
    }
}

/// Any other fields of the request.
#[component]
fn Extra(chat: Chat) -> impl IntoView {
    let typed = chat
        .preferences
        .with_untracked(|preferences| preferences.typed.clone());
    let mistake = RwSignal::new(fields(&typed).err());
    let is_wrong = move || mistake.get().is_some();
    let read = move |typed| {
        chat.set_preferences(|preferences| mistake.set(preferences.set_extra(typed).err()))
    };
    let words = move || match mistake.get() {
        Some(Mistake::NotJson { line, column }) => {
            say!(chat, settings_not_json, line = line, column = column)
        }
        Some(Mistake::NotFields) => say!(chat, settings_not_fields),
        None => String::new(),
    };
    view! {
        <section>
            <div class="setting">
                <Field name=move || say!(chat, settings_extra)>
                    <TextArea
                        rows="4"
                        class="json"
                        dir="ltr"
                        exact=true
                        placeholder="{ \"min_keep\": 1 }"
                        value=typed
                        invalid=is_wrong
                        on_input=read
                    />
                </Field>
                <Hint words=move || say!(chat, settings_extra_hint) />
            </div>
            <Show when=is_wrong>
                <Trouble words />
            </Show>
        </section>
    }
}

fn knob_words(chat: Chat, knob: Knob) -> String {
    match knob {
        Knob::Temperature => say!(chat, knob_temperature),
        Knob::TopP => say!(chat, knob_top_p),
        Knob::TopK => say!(chat, knob_top_k),
        Knob::MinP => say!(chat, knob_min_p),
        Knob::TypicalP => say!(chat, knob_typical_p),
        Knob::RepeatPenalty => say!(chat, knob_repeat_penalty),
        Knob::PresencePenalty => say!(chat, knob_presence_penalty),
        Knob::FrequencyPenalty => say!(chat, knob_frequency_penalty),
        Knob::DryMultiplier => say!(chat, knob_dry_multiplier),
        Knob::DryBase => say!(chat, knob_dry_base),
        Knob::DryAllowedLength => say!(chat, knob_dry_allowed_length),
        Knob::XtcProbability => say!(chat, knob_xtc_probability),
        Knob::XtcThreshold => say!(chat, knob_xtc_threshold),
        Knob::Mirostat => say!(chat, knob_mirostat),
        Knob::MirostatTau => say!(chat, knob_mirostat_tau),
        Knob::MirostatEta => say!(chat, knob_mirostat_eta),
        Knob::Seed => say!(chat, knob_seed),
        Knob::MaxTokens => say!(chat, knob_max_tokens),
        Knob::Context => say!(chat, knob_context),
    }
}
