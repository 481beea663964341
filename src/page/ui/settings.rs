//! The settings of replies, kept for each server: what the model is told before, how it picks its words, and all else that a
//! request may carry. What a kind of server does not take is greyed out and says so.
//!
//! Opened on demand: [`open`] is the only way in. Fields are filled once, when they are made: what is typed is never changed
//! under the person's hands.

use leptos::prelude::*;

use super::panel::{choice, field, hint, panel};
use super::part::{Part, button, el};
use crate::chat::request::Knob;
use crate::chat::wishes::{Mistake, Wishes, fields, number, setting};
use crate::dialect::{Takes, templates};
use crate::page::app::{Chat, LinkState};
use crate::page::words::{link_words, say};

/// The settings that most people come for; the rest waits behind a word.
const FIRST: [Knob; 4] = [Knob::Temperature, Knob::TopP, Knob::MaxTokens, Knob::Seed];

/// The panel.
pub fn open(chat: Chat) -> Part {
    let made = RwSignal::new(0);
    let reset = move || {
        chat.wish(|wishes| *wishes = Wishes::default());
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
        let form = (made.get(), chat.base(), chat.kind());
        if known { vec![form] } else { Vec::new() }
    };
    let is_open = move || chat.settings.get();
    let close = move || chat.settings.set(false);
    panel(chat, is_open, close, move || say!(chat, settings))
        .child(el("p").set("class", "now").says(whose))
        .each(forms, move |_| form(chat))
        .child(
            el("div").set("class", "ways").child(
                button("plain", reset)
                    .flag("disabled", move || {
                        chat.wishes.with(|wishes| *wishes == Wishes::default())
                    })
                    .says(move || say!(chat, settings_reset)),
            ),
        )
}

fn form(chat: Chat) -> Part {
    let takes = chat.takes();
    el("div")
        .child(told_before(chat, &takes))
        .child(words(chat, &takes))
        .child(insight(chat, &takes))
        .child(extra(chat))
}

/// Why a field is greyed out.
fn not_taken(chat: Chat) -> Part {
    hint(move || match chat.kind() {
        Some(kind) => say!(chat, settings_not_taken, name = kind.name()),
        None => say!(chat, settings_not_taken_demo),
    })
}

/// A field that may be greyed out, with a sentence below where there is something to say.
fn with_words(name: impl Fn() -> String + 'static, input: Part, below: Option<Part>) -> Part {
    let part = el("div").set("class", "setting").child(field(name, input));
    match below {
        Some(below) => part.child(below),
        None => part,
    }
}

/// A field of several lines.
fn area(rows: &str, value: String, change: impl Fn(String) + 'static) -> Part {
    el("textarea")
        .set("rows", rows)
        .set("dir", "auto")
        .value(move || value.clone())
        .on("input", move |event| change(event_target_value(event)))
}

/// The system prompt, and the template that carries it.
fn told_before(chat: Chat, takes: &Takes) -> Part {
    let wishes = chat.wishes.get_untracked();
    let own = move || {
        chat.options
            .with(|options| options.system.clone())
            .unwrap_or_default()
    };
    // Where the page's owner has chosen all, his words to the model are not the visitor's to change.
    let fixed = chat
        .options
        .with_untracked(|options| options.lock && options.system.is_some());
    let deaf = takes.deaf_to_system;
    let system = area("3", wishes.system, move |typed| {
        chat.wish(|wishes| wishes.system = typed);
    })
    .attr("placeholder", own)
    .flag("disabled", move || deaf || fixed);
    let part = el("section").child(with_words(
        move || say!(chat, settings_system),
        system,
        deaf.then(|| not_taken(chat)),
    ));
    if !takes.templates {
        return part;
    }
    let template = el("select")
        .child(choice("", move || say!(chat, settings_template_own)))
        .children(
            templates::ALL
                .iter()
                .map(|template| choice(template.name, || template.title.to_owned())),
        )
        .value(move || wishes.template.clone().unwrap_or_default())
        .on("change", move |event| {
            let name = event_target_value(event);
            chat.wish(|wishes| wishes.template = Some(name).filter(|name| !name.is_empty()));
        });
    part.child(field(move || say!(chat, settings_template), template))
}

/// How the model picks its words, and where it ends.
fn words(chat: Chat, takes: &Takes) -> Part {
    let grid = |knobs: &mut dyn Iterator<Item = Knob>| {
        let takes = *takes;
        el("div")
            .set("class", "knobs")
            .children(knobs.map(move |knob| setting_field(chat, knob, &takes)))
    };
    let wishes = chat.wishes.get_untracked();
    let stops = area(
        "2",
        wishes.sampling.stop.join("\n"),
        move |typed: String| {
            let texts = typed.lines().filter(|text| !text.is_empty());
            let texts = texts.map(str::to_owned).collect();
            chat.wish(|wishes| wishes.sampling.stop = texts);
        },
    );
    let takes_stops = takes.stop_texts;
    let stops = with_words(
        move || say!(chat, settings_stop),
        stops.flag("disabled", move || !takes_stops),
        Some(if takes_stops {
            hint(move || say!(chat, settings_stop_hint))
        } else {
            not_taken(chat)
        }),
    );
    let rest = |knob: &Knob| !FIRST.contains(knob);
    // Something that is set must not be out of sight.
    let is_set = wishes.sampling.knobs.keys().any(rest) || !wishes.sampling.stop.is_empty();
    let more = el("details").child(el("summary").says(move || say!(chat, settings_more)));
    let more = if is_set { more.set("open", "") } else { more };
    el("section")
        .child(el("h3").says(move || say!(chat, settings_words)))
        .child(grid(&mut FIRST.into_iter()))
        .child(
            more.child(grid(&mut Knob::ALL.iter().copied().filter(rest)))
                .child(stops),
        )
}

fn setting_field(chat: Chat, knob: Knob, takes: &Takes) -> Part {
    let wrong = RwSignal::new(false);
    let taken = takes.knobs.iter().any(|(known, _)| *known == knob);
    let value = chat
        .wishes
        .with_untracked(|wishes| wishes.sampling.knobs.get(&knob).copied().map(number));
    let input = el("input")
        .set("type", "text")
        .set("inputmode", "decimal")
        .set("autocomplete", "off")
        .set("dir", "ltr")
        .attr("placeholder", move || match chat.kind() {
            Some(_) => say!(chat, settings_own),
            None => String::new(),
        })
        .value(move || value.clone().unwrap_or_default())
        .flag("disabled", move || !taken)
        .attr_if("aria-invalid", move || {
            wrong.get().then(|| "true".to_owned())
        })
        .on("input", move |event| {
            let typed = setting(knob, &event_target_value(event));
            wrong.set(typed.is_err());
            // What cannot be is as good as not said.
            chat.wish(|wishes| wishes.set(knob, typed.unwrap_or(None)));
        });
    let part = with_words(
        move || knob_words(chat, knob),
        input,
        (!taken).then(|| not_taken(chat)),
    );
    part.when(
        move || wrong.get(),
        move || {
            let (least, most) = knob.span();
            let (least, most) = (number(least), number(most));
            hint(move || {
                let (least, most) = (least.clone(), most.clone());
                if knob.is_whole() {
                    say!(chat, settings_span_whole, least = least, most = most)
                } else {
                    say!(chat, settings_span, least = least, most = most)
                }
            })
            .set("class", "hint trouble")
            .set("role", "alert")
        },
    )
}

/// Whether the tokens of replies are looked into.
fn insight(chat: Chat, takes: &Takes) -> Part {
    let can = takes.alternatives || takes.attention;
    let on = chat.wishes.with_untracked(|wishes| wishes.tokens) && can;
    let switch = el("input")
        .set("type", "checkbox")
        .set("role", "switch")
        .flag("disabled", move || !can)
        .flag("checked", move || on)
        .on("change", move |event| {
            let on = event_target_checked(event);
            chat.wish(|wishes| wishes.tokens = on);
        });
    let label = el("label")
        .set("class", "switch")
        .child(switch)
        .child(el("span").says(move || say!(chat, settings_tokens)));
    let part = el("section").child(label);
    if can {
        part.child(hint(move || say!(chat, settings_tokens_hint)))
    } else {
        part.child(not_taken(chat))
    }
}

/// Any other fields of the request.
fn extra(chat: Chat) -> Part {
    let typed = chat.wishes.with_untracked(|wishes| wishes.typed.clone());
    let mistake = RwSignal::new(fields(&typed).err());
    let input = area("4", typed, move |typed| {
        chat.wish(|wishes| mistake.set(wishes.set_extra(typed).err()));
    })
    .set("dir", "ltr")
    .set("spellcheck", "false")
    .set("class", "json")
    .set("placeholder", "{ \"min_keep\": 1 }")
    .attr_if("aria-invalid", move || {
        mistake.get().map(|_| "true".to_owned())
    });
    el("section")
        .child(with_words(
            move || say!(chat, settings_extra),
            input,
            Some(hint(move || say!(chat, settings_extra_hint))),
        ))
        .when(
            move || mistake.get().is_some(),
            move || {
                hint(move || match mistake.get() {
                    Some(Mistake::NotJson { line, column }) => {
                        say!(chat, settings_not_json, line = line, column = column)
                    }
                    Some(Mistake::NotFields) => say!(chat, settings_not_fields),
                    None => String::new(),
                })
                .set("class", "hint trouble")
                .set("role", "alert")
            },
        )
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
