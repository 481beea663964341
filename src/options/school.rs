//! What a school asks for: words that are not sent, a note, a limit of time, the lens. And what stays closed where the page's owner has locked it.
//!
//! In: values as text; whether the page is locked. Out: typed values; which names a link may set. It must not know what is done with them.

use super::{Options, Profile};
use crate::reading::Setting;

/// Names of these options.
pub(super) const NAMES: [&str; 4] = ["refused-words", "note", "time-limit", "lens"];

/// Wishes of a school.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct School {
    /// Words that are not sent, parted by commas, semicolons or lines.
    pub refused_words: Option<String>,
    /// A note that stands above the composer.
    pub note: Option<String>,
    /// Minutes that a session may take.
    pub time_limit: Option<u16>,
    /// `true` where each answer offers to look into its words.
    pub lens: bool,
}

impl School {
    /// Tells whether something of it has to be there from the beginning on.
    pub fn is_seen(&self) -> bool {
        self.note.is_some() || self.time_limit.is_some()
    }
}

/// Tells whether a link may set this option, on a page whose element is locked by its owner: how the person reads. Dictation may send
/// what is said elsewhere, and stays the owner's.
pub fn is_free(name: &str) -> bool {
    let mut settings = Setting::ALL.iter();
    name == "age"
        || settings.any(|setting| setting.name() == name && *setting != Setting::Dictation)
}

/// Doors of the page that a lock may close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Another server, model or key; its check.
    Server,
    /// The dialog of the server; how the person reads has one of its own, which stays open.
    Reading,
    /// Settings of how replies are made.
    Replies,
    /// The Doctor's panel, with the raw data.
    Raw,
}

impl Options {
    /// Tells whether a door is open to the person.
    pub fn opens(&self, door: Door) -> bool {
        let is_young = self.profile == Profile::Young;
        match door {
            Door::Server => !self.lock,
            Door::Reading => !(self.lock && is_young),
            Door::Replies | Door::Raw => !is_young,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_closes_the_server_and_for_young_readers_all_else() {
        let check = |profile, lock, open: &[Door]| {
            let options = Options {
                profile,
                lock,
                ..Options::default()
            };
            for door in [Door::Server, Door::Reading, Door::Replies, Door::Raw] {
                assert_eq!(options.opens(door), open.contains(&door), "{door:?}");
            }
        };
        let all = [Door::Server, Door::Reading, Door::Replies, Door::Raw];
        check(Profile::Standard, false, &all);
        check(Profile::Standard, true, &all[1..]);
        check(Profile::Young, false, &all[..2]);
        check(Profile::Young, true, &[]);
    }

    #[test]
    fn a_link_sets_nothing_on_a_locked_page_but_how_one_reads() {
        let free: Vec<&str> = crate::options::names()
            .filter(|name| is_free(name))
            .collect();
        assert!(
            free.contains(&"lang") && free.contains(&"text-size"),
            "{free:?}"
        );
        for name in [
            "server",
            "kind",
            "profile",
            "lock",
            "storage",
            "system",
            "time-limit",
            "refused-words",
            "dictation",
        ] {
            assert!(!is_free(name), "{name}");
        }
    }

    #[test]
    fn wishes_of_a_school_are_read() {
        let (options, complaints) = Options::read(|name| {
            let value = match name {
                "refused-words" => "one, two",
                "time-limit" => "45",
                "lens" => "",
                "note" => " Be kind. ",
                _ => return None,
            };
            Some(value.to_owned())
        });
        assert!(complaints.is_empty(), "{complaints:?}");
        let expect = School {
            refused_words: Some("one, two".to_owned()),
            note: Some("Be kind.".to_owned()),
            time_limit: Some(45),
            lens: true,
        };
        assert_eq!(options.school, expect);
        for bad in ["0", "soon", "-5", "1.5"] {
            let (options, complaints) =
                Options::read(|name| (name == "time-limit").then(|| bad.to_owned()));
            assert_eq!(options.school.time_limit, None, "{bad}");
            assert_eq!(complaints.len(), 1, "{bad}");
        }
    }
}
