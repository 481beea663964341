//! The public surface: what attributes of `<rill-chat>`, or URL parameters of the standalone page, ask for.
//!
//! In: names and values as text. Out: [`Options`], and a [`Complaint`] for each value that cannot be used (its default stays). Settings of
//! how to read are no names of this file: it takes them as [`reading`](crate::reading) has them.

mod age;
mod layout;
mod school;

use std::num::NonZeroU16;
use std::str::FromStr;

pub use age::Age;
pub use layout::Layout;
pub use school::{Door, School, is_free};

use crate::dialect::Kind;
use crate::pacer::{Manner, Pace, Steps};
use crate::reading::{Appearance, Setting};
use crate::session::Deadlines;

/// The names beside the settings of how to read.
const NAMES: [&str; 13] = [
    "server",
    "kind",
    "model",
    "profile",
    "age",
    "system",
    "greeting",
    "placeholder",
    "storage",
    "lock",
    "deadlines",
    "grace",
    "layout",
];

/// Names of the URL parameters whose text begins the next message: that of a link, and those that a system hands over with what a person
/// shares (`share_target` in `style/icons/rill.webmanifest`).
pub const TEXTS: [&str; 4] = ["q", "title", "text", "url"];

/// Returns the draft with the text that the page's address brings, read through `get`; `None` where it brings none. What was written
/// before stays above it.
pub fn draft_with_texts(draft: &str, get: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut texts: Vec<String> = Vec::new();
    for text in TEXTS.into_iter().filter_map(get) {
        let text = text.trim();
        // Programs put the address into the text as well.
        let is_there = texts.iter().any(|known| known.contains(text));
        if !text.is_empty() && !is_there {
            texts.push(text.to_owned());
        }
    }
    let text = texts.join("\n");
    match draft.trim_end() {
        _ if text.is_empty() => None,
        "" => Some(text),
        draft if draft.contains(&text) => Some(draft.to_owned()),
        draft => Some(format!("{draft}\n\n{text}")),
    }
}

/// Returns the names of all options, as attributes and as URL parameters.
pub fn names() -> impl Iterator<Item = &'static str> {
    let settings = Setting::ALL.iter().map(|setting| setting.name());
    NAMES.into_iter().chain(school::NAMES).chain(settings)
}

/// Wishes of the page's owner, or of a link. `None`: not said.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Options {
    /// Base address of the server, as written; `demo` for the built-in demo.
    pub server: Option<String>,
    /// The server's family; `None` finds it out.
    pub kind: Option<Kind>,
    /// A model's id.
    pub model: Option<String>,
    /// Readers for whom the page is laid out.
    pub profile: Profile,
    /// Age of young readers, which sets their pace.
    pub age: Option<Age>,
    /// System prompt.
    pub system: Option<String>,
    /// The first screen's heading.
    pub greeting: Option<String>,
    /// The empty composer's text.
    pub placeholder: Option<String>,
    /// Settings of how the page is read.
    pub appearance: Appearance,
    /// The place where things are kept.
    pub storage: Storage,
    /// `true` if the visitor cannot change server, model or profile.
    pub lock: bool,
    /// Spans that a reply may take.
    pub deadlines: Deadlines,
    /// Shape of the element on its page.
    pub layout: Layout,
    /// Wishes of a school.
    pub school: School,
}

/// Readers for whom the page can be laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, strum::EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum Profile {
    /// Everybody.
    #[default]
    Standard,
    /// Readers of 8 to 17.
    Young,
}

/// Places where things can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, strum::EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum Storage {
    /// This browser.
    #[default]
    Local,
    /// Nowhere.
    None,
}

/// A value that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The attribute.
    pub name: &'static str,
    /// The attribute's value.
    pub value: String,
}

impl Options {
    /// Reads every name through `get`; an absent attribute is `None`.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> (Options, Vec<Complaint>) {
        let mut complaints = Vec::new();
        let text = |name: &str| get(name).filter(|value| !value.trim().is_empty());
        let mut options = Options {
            server: text("server").map(|server| server.trim().to_owned()),
            model: text("model"),
            system: text("system"),
            greeting: text("greeting"),
            placeholder: text("placeholder"),
            lock: get("lock").is_some_and(|value| value != "false"),
            school: School {
                refused_words: text("refused-words"),
                note: text("note").map(|note| note.trim().to_owned()),
                time_limit: None,
                lens: get("lens").is_some_and(|value| value != "false"),
            },
            ..Options::default()
        };
        let mut bad =
            |name: &'static str, value: String| complaints.push(Complaint { name, value });
        let kind = text("kind").filter(|value| value != "auto");
        options.kind = parsed("kind", kind, &mut bad);
        options.profile = parsed("profile", text("profile"), &mut bad).unwrap_or_default();
        options.age = parsed("age", text("age"), &mut bad);
        options.storage = parsed("storage", text("storage"), &mut bad).unwrap_or_default();
        options.layout = parsed("layout", text("layout"), &mut bad).unwrap_or_default();
        let limit = parsed("time-limit", text("time-limit"), &mut bad);
        options.school.time_limit = limit.map(NonZeroU16::get);
        for &setting in Setting::ALL {
            if let Some(value) = text(setting.name())
                && !options.appearance.set(setting, &value)
            {
                bad(setting.name(), value);
            }
        }
        if let Some(value) = text("deadlines") {
            match Deadlines::parse(&value) {
                Ok(deadlines) => options.deadlines = deadlines,
                Err(_) => bad("deadlines", value),
            }
        }
        if let Some(value) = text("grace") {
            match options.deadlines.with_grace(&value) {
                Ok(deadlines) => options.deadlines = deadlines,
                Err(_) => bad("grace", value),
            }
        }
        (options, complaints)
    }

    /// The pace that is in force: what was asked for, else the age's, else that of the server's own system, else the profile's.
    pub fn pace(&self) -> Pace {
        let is_young = self.profile == Profile::Young;
        let wished = self.appearance.pace();
        wished.unwrap_or(match (self.age.filter(|_| is_young), self.kind) {
            (Some(age), _) => Pace::Words(age.words()),
            (None, kind) => match kind.and_then(|kind| kind.family().quirks.own_pace) {
                Some(ms) => Pace::PerCharacter(ms.into()),
                None if is_young => Pace::Words(Age::Years(12).words()),
                None => Pace::Live,
            },
        })
    }

    /// The manner in which text is shown to a person who reads by these settings, where each of them counts before the page's own.
    pub fn manner(&self, person: &Appearance) -> Manner {
        let pace = person.pace().unwrap_or_else(|| self.pace());
        let own = match (self.profile, pace) {
            (Profile::Young, Pace::Words(_)) => Steps::Words,
            _ => Steps::Letters,
        };
        let steps = person.steps().or(self.appearance.steps());
        Manner {
            pace,
            steps: steps.unwrap_or(own),
        }
    }

    /// Tells whether a message can be dictated, where the person chose so. For the young it takes the owner's word, for a browser may
    /// send what is said to its maker; and where the owner says no, it is no.
    pub fn dictates(&self, chosen: &Appearance) -> bool {
        let owner = self.appearance.get(Setting::Dictation);
        match self.profile {
            Profile::Young => owner == Some("on"),
            Profile::Standard => owner != Some("off") && chosen.is_on(Setting::Dictation),
        }
    }
}

/// A value, if it is there and can be used.
fn parsed<T: FromStr>(
    name: &'static str,
    value: Option<String>,
    bad: &mut impl FnMut(&'static str, String),
) -> Option<T> {
    let value = value?;
    let parsed = value.parse().ok();
    if parsed.is_none() {
        bad(name, value);
    }
    parsed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> (Options, Vec<Complaint>) {
        Options::read(|name| {
            pairs
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn nothing_said_gives_the_documented_defaults() {
        let (options, complaints) = read(&[]);
        assert_eq!((options.clone(), complaints), (Options::default(), vec![]));
        assert_eq!(options.pace(), Pace::Live);
    }

    #[test]
    fn the_young_profile_brings_the_pace_of_its_age_unless_one_is_asked_for() {
        let check = |pairs: &[(&str, &str)], expect: Pace| {
            let pairs = [&[("profile", "young")], pairs].concat();
            let (options, complaints) = read(&pairs);
            assert_eq!((options.pace(), complaints), (expect, vec![]), "{pairs:?}");
        };
        check(&[], Pace::Words(190.0));
        check(&[("pace", "instant"), ("age", "9")], Pace::Instant);
        let ages = [
            ("8", 155.0),
            ("10", 155.0),
            ("11", 190.0),
            ("13", 190.0),
            ("14", 225.0),
            ("17", 225.0),
            ("adult", 250.0),
        ];
        for (age, words) in ages {
            check(&[("age", age)], Pace::Words(words));
            check(&[("age", age), ("kind", "ai4artsed")], Pace::Words(words));
        }
        check(&[("kind", "ai4artsed")], Pace::PerCharacter(30.0));
        check(
            &[("kind", "ai4artsed"), ("pace", "160wpm")],
            Pace::Words(160.0),
        );
        // Elsewhere an age sets nothing.
        assert_eq!(read(&[("age", "9")]).0.pace(), Pace::Live);
        let (options, _) = read(&[("age", "9"), ("kind", "ai4artsed")]);
        assert_eq!(options.pace(), Pace::PerCharacter(30.0));
    }

    #[test]
    fn words_appear_whole_to_young_readers_unless_somebody_wishes_letters() {
        let steps = |owner: &[(&str, &str)], person: &[(&str, &str)]| {
            let (owner, person) = (read(owner).0, read(person).0);
            owner.manner(&person.appearance).steps
        };
        let young = ("profile", "young");
        assert_eq!(steps(&[], &[("pace", "160wpm")]), Steps::Letters);
        assert_eq!(steps(&[young], &[]), Steps::Words);
        assert_eq!(steps(&[young], &[("pace", "30")]), Steps::Letters);
        assert_eq!(steps(&[young, ("steps", "letters")], &[]), Steps::Letters);
        let (letters, words) = (("steps", "letters"), ("steps", "words"));
        assert_eq!(steps(&[young, letters], &[words]), Steps::Words);
        assert_eq!(steps(&[young], &[letters]), Steps::Letters);
    }

    #[test]
    fn dictation_is_for_the_young_where_the_owner_says_so_and_for_nobody_where_he_says_no() {
        let dictates = |pairs: &[(&str, &str)], chosen: &str| {
            let mut own = Appearance::default();
            own.set(Setting::Dictation, chosen);
            read(pairs).0.dictates(&own)
        };
        assert!(dictates(&[], ""));
        assert!(!dictates(&[], "off"));
        assert!(!dictates(&[("dictation", "off")], "on"));
        assert!(!dictates(&[("profile", "young")], "on"));
        assert!(dictates(&[("profile", "young"), ("dictation", "on")], ""));
    }

    #[test]
    fn a_bad_value_keeps_the_default_and_is_named() {
        let check = |name: &'static str, value: &str| {
            let (options, complaints) = read(&[(name, value)]);
            assert_eq!(options, Options::default(), "{name}");
            assert_eq!(
                complaints,
                [Complaint {
                    name,
                    value: value.to_owned()
                }]
            );
        };
        check("kind", "abacus");
        check("profile", "old");
        check("pace", "fast");
        check("pace", "wpm");
        check("age", "7");
        check("age", "18");
        check("age", "grown");
        check("steps", "jumps");
        check("pages", "two");
        check("theme", "pink");
        check("storage", "cloud");
        check("layout", "sideways");
        check("deadlines", "connect:soon");
        check("deadlines", "lunch:5");
        check("grace", "-1");
    }

    #[test]
    fn deadlines_are_seconds_and_zero_is_none() {
        let (options, _) = read(&[("deadlines", "connect:2, silence:0"), ("grace", "0.5")]);
        let expect = Deadlines {
            connect: Some(2000.0),
            silence: None,
            grace: 500.0,
            ..Deadlines::default()
        };
        assert_eq!(options.deadlines, expect);
    }

    #[test]
    fn every_word_of_the_table_is_understood() {
        let words = [
            ("profile", "standard"),
            ("storage", "local"),
            ("kind", "auto"),
        ];
        assert_eq!(read(&words), (Options::default(), vec![]));
        let (options, _) = read(&[("profile", "young"), ("storage", "none")]);
        assert_eq!(
            (options.profile, options.storage),
            (Profile::Young, Storage::None)
        );
    }

    #[test]
    fn settings_of_how_to_read_are_names_too() {
        let words = [
            ("theme", "dark"),
            ("lang", "de"),
            ("pace", "instant"),
            ("steps", "words"),
            ("pages", "on"),
        ];
        for (name, value) in words {
            assert!(names().any(|known| known == name), "{name}");
            let (options, complaints) = read(&[(name, value)]);
            let mut all = Setting::ALL.iter();
            let setting = all.find(|setting| setting.name() == name).copied();
            assert_eq!(
                setting.and_then(|it| options.appearance.get(it)),
                Some(value)
            );
            assert!(complaints.is_empty());
        }
    }

    #[test]
    fn a_text_of_the_address_is_added_to_what_was_written() {
        let check = |draft: &str, address: &[(&str, &str)], expect: Option<&str>| {
            let get = |name: &str| {
                let mut pairs = address.iter();
                let found = pairs.find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            let draft = draft_with_texts(draft, get);
            assert_eq!(draft.as_deref(), expect, "{address:?}");
        };
        check("", &[], None);
        check("said", &[("q", " \n")], None);
        check("", &[("q", " Why? ")], Some("Why?"));
        check("said\n", &[("q", "Why?")], Some("said\n\nWhy?"));
        // A page that was loaded anew.
        check("Why? Because", &[("q", "Why?")], Some("Why? Because"));
        let shared = [
            ("title", "Rivers"),
            ("text", "Look: https://a.test/x"),
            ("url", "https://a.test/x"),
        ];
        check("", &shared, Some("Rivers\nLook: https://a.test/x"));
        let shared = [("text", ""), ("url", "https://a.test"), ("title", "A")];
        check("", &shared, Some("A\nhttps://a.test"));
    }

    #[test]
    fn lock_is_present_or_absent() {
        assert!(read(&[("lock", "")]).0.lock);
        assert!(!read(&[]).0.lock);
    }
}
