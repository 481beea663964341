//! One text of KoboldAI, as turns.
//!
//! In: the text, and the settings that it was written with. Out: turns that say something, in their order.

use crate::import::rules::order::by_number;
use crate::import::rules::said::Speaker;
use crate::text;

/// A mode of KoboldAI Lite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// One text of the model's.
    Story,
    /// Lines of the person's begin with `>`.
    Adventure,
    /// Lines begin with the name of their speaker.
    Chat,
    /// Tags stand before the turns.
    Instruct,
}

/// Settings that tell turns apart.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The mode.
    pub mode: Mode,
    /// The person's name.
    pub user: String,
    /// Names of the model's characters.
    pub others: Vec<String>,
    /// Tags of their own, each with who speaks behind it; `None` ends a turn.
    pub tags: Vec<(String, Option<Speaker>)>,
}

/// One turn.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Turn {
    /// The speaker.
    pub speaker: Speaker,
    /// The words, trimmed.
    pub text: String,
}

/// Tags that are known without settings.
const TAGS: [(&str, Option<Speaker>); 6] = [
    ("{{[INPUT]}}", Some(Speaker::User)),
    ("{{[OUTPUT]}}", Some(Speaker::Assistant)),
    ("{{[SYSTEM]}}", Some(Speaker::System)),
    ("{{[INPUT_END]}}", None),
    ("{{[OUTPUT_END]}}", None),
    ("{{[SYSTEM_END]}}", None),
];

/// The turns of a text.
pub fn of(text: &str, settings: &Settings) -> Vec<Turn> {
    match settings.mode {
        Mode::Story => gathered([(Speaker::Assistant, text)]),
        Mode::Adventure => adventure(text),
        Mode::Chat => chat(text, settings),
        Mode::Instruct => instruct(text, settings),
    }
}

/// Turns that say something.
fn gathered<'t>(turns: impl IntoIterator<Item = (Speaker, &'t str)>) -> Vec<Turn> {
    let turns = turns.into_iter().map(|(speaker, text)| Turn {
        speaker,
        text: text.trim().to_owned(),
    });
    turns.filter(|turn| !turn.text.is_empty()).collect()
}

fn adventure(text: &str) -> Vec<Turn> {
    let mut turns: Vec<(Speaker, String)> = Vec::new();
    for line in text.split('\n') {
        match (line.strip_prefix('>'), turns.last_mut()) {
            (Some(said), _) => turns.push((Speaker::User, said.to_owned())),
            (None, Some((Speaker::Assistant, text))) => {
                text.push('\n');
                text.push_str(line);
            }
            (None, _) => turns.push((Speaker::Assistant, line.to_owned())),
        }
    }
    gathered(
        turns
            .iter()
            .map(|(speaker, text)| (*speaker, text.as_str())),
    )
}

fn chat(text: &str, settings: &Settings) -> Vec<Turn> {
    let is_group = settings.others.len() > 1;
    let names = settings
        .others
        .iter()
        .map(|name| (name, Speaker::Assistant));
    let names: Vec<(&String, Speaker)> = std::iter::once((&settings.user, Speaker::User))
        .chain(names)
        .collect();
    let named = |line: &str| {
        let begins = |(name, speaker): &(&String, Speaker)| {
            let said = line.strip_prefix(name.as_str())?.strip_prefix(':')?;
            Some(((*name).clone(), *speaker, said.trim_start().to_owned()))
        };
        names.iter().find_map(begins)
    };
    let mut turns: Vec<(Option<String>, Speaker, String)> = Vec::new();
    for line in text.split('\n') {
        match (named(line), turns.last_mut()) {
            (Some((name, speaker, said)), _) => turns.push((Some(name), speaker, said)),
            (None, Some((_, _, text))) => {
                text.push('\n');
                text.push_str(line);
            }
            (None, None) => turns.push((None, Speaker::Assistant, line.to_owned())),
        }
    }
    let mut found = Vec::new();
    for (name, speaker, text) in turns {
        // A name with nothing behind it asks for the next reply.
        let mut turn = gathered([(speaker, text.as_str())]);
        if let (Some(turn), Some(name), true, Speaker::Assistant) =
            (turn.first_mut(), name, is_group, speaker)
        {
            turn.text = format!("{name}: {}", turn.text);
        }
        found.append(&mut turn);
    }
    found
}

fn instruct(from: &str, settings: &Settings) -> Vec<Turn> {
    let own = settings
        .tags
        .iter()
        .map(|(tag, speaker)| (tag.as_str(), *speaker));
    let tags = TAGS
        .into_iter()
        .chain(own)
        .filter(|(tag, _)| !tag.is_empty());
    let mut marks: Vec<(usize, usize, Option<Speaker>)> = Vec::new();
    for (tag, speaker) in tags {
        let places = from.match_indices(tag);
        marks.extend(places.map(|(at, _)| (at, tag.len(), speaker)));
    }
    // Of tags at one place the longest: texts and tags are shorter than these shifts.
    let marks = by_number(marks, |(at, length, _)| {
        ((*at as u64) << 24) + (0x00FF_FFFF - (*length as u64).min(0x00FF_FFFF))
    });
    let mut turns: Vec<(Speaker, String)> = vec![(Speaker::Assistant, String::new())];
    let mut done = 0;
    let add = |turns: &mut Vec<(Speaker, String)>, piece: &str| {
        if let Some((_, text)) = turns.last_mut() {
            text.push_str(piece);
        }
    };
    for (at, length, speaker) in marks {
        if at < done {
            continue;
        }
        add(&mut turns, text::part(from, done..at));
        done = at + length;
        if let Some(speaker) = speaker {
            turns.push((speaker, String::new()));
        }
    }
    add(&mut turns, text::from(from, done));
    gathered(
        turns
            .iter()
            .map(|(speaker, text)| (*speaker, text.as_str())),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        mode: Mode,
        change: impl FnOnce(&mut Settings),
        text: &str,
        expect: &[(Speaker, &str)],
    ) {
        let mut settings = Settings {
            mode,
            user: "You".to_owned(),
            others: vec!["Kira".to_owned()],
            tags: Vec::new(),
        };
        change(&mut settings);
        let found = of(text, &settings);
        let found: Vec<(Speaker, &str)> = found
            .iter()
            .map(|turn| (turn.speaker, turn.text.as_str()))
            .collect();
        assert_eq!(found, expect, "{text}");
    }

    use Speaker::{Assistant, System, User};

    #[test]
    fn each_mode_tells_turns_apart_in_its_way() {
        check(
            Mode::Story,
            |_| {},
            " once\n> upon ",
            &[(Assistant, "once\n> upon")],
        );
        check(
            Mode::Adventure,
            |_| {},
            "A cave.\n\n> go in\n\nDark.\nCold.\n> wait",
            &[
                (Assistant, "A cave."),
                (User, "go in"),
                (Assistant, "Dark.\nCold."),
                (User, "wait"),
            ],
        );
        check(
            Mode::Chat,
            |_| {},
            "x\nYou: a\nb\nKira: c\nYour: d\nYou:\nKira:",
            &[(Assistant, "x"), (User, "a\nb"), (Assistant, "c\nYour: d")],
        );
        check(
            Mode::Chat,
            |settings| settings.others.push("Bo".to_owned()),
            "You: a\nKira: b\nBo: c\nKira:",
            &[(User, "a"), (Assistant, "Kira: b"), (Assistant, "Bo: c")],
        );
    }

    #[test]
    fn tags_of_their_own_count_beside_the_known_ones() {
        let own = |settings: &mut Settings| {
            settings.tags = vec![
                ("### Instruction:".to_owned(), Some(User)),
                ("###".to_owned(), Some(Assistant)),
                ("</s>".to_owned(), None),
                (String::new(), Some(User)),
            ];
        };
        check(
            Mode::Instruct,
            own,
            "before\n### Instruction:\na</s>\n###b{{[OUTPUT_END]}}{{[SYSTEM]}}c{{[INPUT]}}d{{[OUTPUT]}}",
            &[
                (Assistant, "before"),
                (User, "a"),
                (Assistant, "b"),
                (System, "c"),
                (User, "d"),
            ],
        );
    }
}
