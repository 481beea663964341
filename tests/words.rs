//! Words that others keep: `data-*` and attributes of the public surface, exports, settings in a browser's store. They are made from the
//! names of variants, so that a new name must not change them unseen.

#![allow(missing_docs, clippy::unwrap_used)]

use rill::chat::preferences::Overflow;
use rill::chat::request::{Knob, Role};
use rill::doctor::{Confidence, Verdict};
use rill::event::Deadline;
use rill::export::Form;
use rill::reading::{Setting, Theme};
use rill::trace::{EventName, Probe};
use std::fmt::Debug;
use std::str::FromStr;

/// All values in order have these words, and those that are read are read back.
fn check<T: Copy>(all: &[T], word: fn(T) -> &'static str, expect: &str) {
    let words: Vec<&str> = all.iter().map(|value| word(*value)).collect();
    assert_eq!(words.join(" "), expect);
}

fn check_read<T: Copy + Debug + PartialEq + FromStr>(
    all: &[T],
    word: fn(T) -> &'static str,
    expect: &str,
) {
    check(all, word, expect);
    for value in all {
        assert_eq!(word(*value).parse().ok(), Some(*value));
    }
    assert!("nothing".parse::<T>().is_err());
}

#[test]
fn words_of_the_public_surface_stay() {
    check_read(
        Verdict::ALL,
        Verdict::word,
        "flowing buffered not-streaming slow-prefill silent cut unreachable cors-refused mixed-content local-network-denied \
         preflight-refused auth wrong-server model-missing server-error busy context-full sockets-exhausted page-behind",
    );
    check_read(
        &[
            Deadline::Connect,
            Deadline::FirstToken,
            Deadline::Silence,
            Deadline::Total,
        ],
        Deadline::word,
        "connect first-token silence total",
    );
    check_read(
        &[Theme::Auto, Theme::Light, Theme::Dark],
        Theme::word,
        "auto light dark",
    );
    check_read(Overflow::ALL, Overflow::word, "unpinned oldest summary");
    check(
        &[Role::System, Role::User, Role::Assistant],
        Role::word,
        "system user assistant",
    );
}

#[test]
fn words_in_files_and_in_the_store_stay() {
    check_read(
        Probe::ALL,
        Probe::word,
        "nothing-there refuses-page refuses-preflight hides-refusal mixed-content local-network-denied sockets-exhausted hangs \
         drops-request",
    );
    check_read(
        EventName::ALL,
        EventName::word,
        "text replace reasoning token tool-call progress alive usage timings id model done blocked error odd",
    );
    check_read(Form::ALL, Form::word, "rill markdown plain html");
    check(
        &[Confidence::Guess, Confidence::Likely, Confidence::Sure],
        Confidence::word,
        "guess likely sure",
    );
    check(
        Knob::ALL,
        Knob::word,
        "temperature top-p top-k min-p typical-p repeat-penalty presence-penalty frequency-penalty dry-multiplier dry-base \
         dry-allowed-length xtc-probability xtc-threshold mirostat mirostat-tau mirostat-eta seed max-tokens context",
    );
}

#[test]
fn every_setting_of_how_to_read_has_its_words() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/locales/en.json");
    let words: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let names = Setting::ALL.iter().flat_map(|setting| {
        let choices = setting.choices().iter().map(|choice| Some(*choice));
        let all = std::iter::once(None).chain(choices);
        all.map(|choice| setting.word(choice))
    });
    let missing: Vec<String> = names.filter(|name| words.get(name).is_none()).collect();
    assert!(missing.is_empty(), "{missing:?} of locales/*.json");
}
