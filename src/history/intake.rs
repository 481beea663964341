//! One import of several files: what of them is new, and the records of that.
//!
//! In: the heads that the store holds, and each conversation of each file twice: once to look at it ([`Intake::look`]), once to write it
//! ([`Intake::write`]). Out: what was seen in each file ([`Seen`]), and batches of records. It must not know where files and records are,
//! and it keeps no conversation: of each there is a number, its place, and its time.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::arrival::{Number, Standing, batches, name, standing, time, unites};
use super::records::{Batch, Head};
use crate::chat::archive::Marks;
use crate::import::{Conversation, Report, Why};

/// What was seen in a file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Seen {
    /// The account of its reader, with those among what was left behind that are twice in the import, or have no words.
    pub report: Report,
    /// Number of turns of all its conversations, on all branches.
    pub turns: usize,
    /// Number of conversations that are new here.
    pub new: usize,
    /// Number of conversations that take the place of an older state of them.
    pub newer: usize,
    /// Number of conversations that are here already.
    pub known: usize,
    /// Number of conversations of Rill's own that are here in another state: what is missing here is added.
    #[serde(default)]
    pub united: usize,
}

impl Seen {
    /// Tells whether the file has something that may be written.
    pub fn is_news(&self) -> bool {
        self.new + self.newer + self.united > 0
    }
}

/// A conversation that is to be written: the place where it was seen, and what is known of it.
#[derive(Debug, Clone, Copy)]
struct Win {
    file: usize,
    at: usize,
    time: Option<i64>,
    standing: Standing,
}

/// One import. Files are told by their numbers, conversations by their places in them.
#[derive(Debug)]
pub struct Intake {
    known: HashMap<String, Head>,
    wins: HashMap<Number, Win>,
    /// Titles that stand in a file of their own, by the names that their program knows conversations by.
    titles: HashMap<String, String>,
    now: f64,
    /// The file that is looked at.
    file: File,
    files: Vec<File>,
}

/// What was found in one file.
#[derive(Debug, Default)]
struct File {
    /// The conversations, each once.
    wins: HashMap<Number, Win>,
    /// Number of all that came, those without words among them.
    count: usize,
    turns: usize,
    /// Number of those without words, and of titles alone.
    silent: usize,
    titles: usize,
}

impl Intake {
    /// Begins an import. `heads` are the records of all conversations in the store; `now` is the time of conversations that have none, in
    /// milliseconds since 1970.
    pub fn begin<'h>(heads: impl Iterator<Item = &'h str>, now: f64) -> Intake {
        let heads = heads.filter_map(Head::read);
        Intake {
            known: heads.map(|head| (head.id.clone(), head)).collect(),
            wins: HashMap::new(),
            titles: HashMap::new(),
            now,
            file: File::default(),
            files: Vec::new(),
        }
    }

    /// Looks at the next conversation of the file that is read.
    pub fn look(&mut self, arriving: &Conversation) {
        let file = &mut self.file;
        let at = file.count;
        file.count += 1;
        file.turns += arriving.tree.len();
        if arriving.tree.is_empty() {
            match (&arriving.about.id, &arriving.about.title) {
                // Its words stand in another file.
                (Some(id), Some(title)) => {
                    self.titles.insert(id.clone(), title.clone());
                    file.titles += 1;
                }
                // A character without a greeting: a conversation here begins with what somebody says.
                _ => file.silent += 1,
            }
            return;
        }
        let number = Number::of(arriving);
        let win = Win {
            file: self.files.len(),
            at,
            time: time(arriving),
            standing: standing(arriving, self.known.get(&name(arriving))),
        };
        later(&mut file.wins, number, win);
    }

    /// Ends a file; where it is `refused`, nothing of it is taken.
    pub fn end_file(&mut self, refused: bool) {
        let mut file = std::mem::take(&mut self.file);
        let wins = std::mem::take(&mut file.wins);
        if !refused {
            for (number, win) in wins {
                later(&mut self.wins, number, win);
            }
        }
        self.files.push(file);
    }

    /// What was seen in a file, of which this is its reader's account. Call it once all files were looked at: a later one may have a newer
    /// state of a conversation.
    pub fn seen(&self, file: usize, mut report: Report) -> Seen {
        let mut seen = Seen::default();
        for win in self.wins.values().filter(|win| win.file == file) {
            *match win.standing {
                Standing::New => &mut seen.new,
                Standing::Newer => &mut seen.newer,
                Standing::Known => &mut seen.known,
                Standing::United => &mut seen.united,
            } += 1;
        }
        if let Some(File {
            count,
            turns,
            silent,
            titles,
            ..
        }) = self.files.get(file)
        {
            let once = seen.new + seen.newer + seen.known + seen.united;
            let without = silent + titles;
            report.left.add(Why::Silent, *silent);
            let twice = count.saturating_sub(once + without);
            report.left.add(Why::Twice, twice);
            report.conversations = report.conversations.saturating_sub(*titles);
            seen.turns = *turns;
        }
        Seen { report, ..seen }
    }

    /// The records of a conversation, as it is read the second time; `None` where it is not to be written.
    pub fn write(&self, file: usize, at: usize, arriving: &Conversation) -> Option<Written> {
        let win = self.wins.get(&Number::of(arriving))?;
        let is_it = win.file == file && win.at == at && win.standing != Standing::Known;
        let about = &arriving.about;
        let apart = || self.titles.get(about.id.as_ref()?);
        let title = about.title.as_ref().or_else(apart);
        is_it.then(|| Written {
            is_newer: win.standing == Standing::Newer,
            unites: unites(arriving),
            marks: about.marks.clone(),
            batches: batches(arriving, title.map(String::as_str), self.now),
        })
    }
}

/// The records of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// `true` where they take the place of an older state of it.
    pub is_newer: bool,
    /// `true` where they are to be united with what is there by then.
    pub unites: bool,
    /// The marks that it brings along, for one that is new here.
    pub marks: Marks,
    /// The records.
    pub batches: Vec<Batch>,
}

/// Of two with one number the newer is taken, of equal ones the later.
fn later(wins: &mut HashMap<Number, Win>, number: Number, win: Win) {
    let known = wins.entry(number).or_insert(win);
    if win.time >= known.time {
        *known = win;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::chat::turn::Turn;
    use crate::import::About;

    fn conversation(id: &str, text: &str, updated: Option<i64>) -> Conversation {
        let mut conversation = Conversation {
            about: About {
                id: Some(id.to_owned()),
                updated,
                ..About::default()
            },
            ..Conversation::default()
        };
        if !text.is_empty() {
            conversation.tree.add(None, Turn::user(text));
        }
        conversation
    }

    fn look(intake: &mut Intake, file: &[Conversation]) {
        file.iter().for_each(|one| intake.look(one));
        intake.end_file(false);
    }

    fn counts(intake: &Intake, file: usize) -> [usize; 5] {
        let seen = intake.seen(file, Report::default());
        let left = |why| seen.report.left.count(why);
        let (twice, silent) = (left(Why::Twice), left(Why::Silent));
        [seen.new, seen.newer, seen.known, twice, silent]
    }

    #[test]
    fn the_same_file_twice_makes_nothing_double() {
        let file = [
            conversation("a", "x", Some(5)),
            conversation("b", "y", None),
            conversation("c", "", None),
        ];
        let mut intake = Intake::begin(std::iter::empty(), 7.0);
        look(&mut intake, &file);
        look(&mut intake, &file);
        // The later of equal ones.
        assert_eq!(counts(&intake, 0), [0, 0, 0, 2, 1]);
        assert_eq!(counts(&intake, 1), [2, 0, 0, 0, 1]);
        assert_eq!(intake.write(0, 0, &file[0]), None);
        assert_eq!(intake.write(1, 2, &file[2]), None);
        let written = intake.write(1, 0, &file[0]).unwrap();
        assert!(!written.is_newer);
        let other = intake.write(1, 1, &file[1]).unwrap();
        assert_eq!(other.batches[0].head.at, 7.0);

        let heads = [&written, &other].map(|written| written.batches[0].head.write());
        let mut again = Intake::begin(heads.iter().map(String::as_str), 8.0);
        look(&mut again, &file);
        assert_eq!(counts(&again, 0), [0, 0, 2, 0, 1]);
        assert_eq!(again.write(0, 0, &file[0]), None);
        // A newer state of one of them.
        let newer = [conversation("a", "x", Some(6))];
        look(&mut again, &newer);
        assert_eq!(counts(&again, 0), [0, 0, 1, 1, 1]);
        assert_eq!(counts(&again, 1), [0, 1, 0, 0, 0]);
        assert!(again.write(1, 0, &newer[0]).unwrap().is_newer);
    }

    #[test]
    fn two_states_of_one_of_rills_own_are_both_written() {
        let own = |text, updated| {
            let mut own = conversation("RILL1", text, Some(updated));
            own.about.is_own = true;
            own
        };
        let file = [own("x", 5), own("y", 6)];
        let mut intake = Intake::begin(std::iter::empty(), 7.0);
        look(&mut intake, &file);
        look(&mut intake, &file[..1]);
        assert_eq!(counts(&intake, 0), [1, 0, 0, 1, 0]);
        let written = intake.write(0, 1, &file[1]).unwrap();
        assert!(written.unites && !written.is_newer);
        let head = written.batches[0].head.write();
        let mut again = Intake::begin(std::iter::once(head.as_str()), 8.0);
        look(&mut again, &file);
        let seen = again.seen(0, Report::default());
        assert_eq!((seen.known, seen.united, seen.is_news()), (1, 1, true));
        assert!(again.write(0, 0, &file[0]).unwrap().unites);
        assert_eq!(again.write(0, 1, &file[1]), None);
    }

    #[test]
    fn a_title_in_a_file_of_its_own_comes_to_its_conversation() {
        let words = [conversation("a", "x", None)];
        let mut title = conversation("a", "", None);
        title.about.title = Some("Rivers".to_owned());
        let mut intake = Intake::begin(std::iter::empty(), 7.0);
        look(&mut intake, &words);
        look(&mut intake, &[title]);
        let written = intake.write(0, 0, &words[0]).unwrap();
        assert_eq!(written.batches[0].head.name(), "Rivers");
    }

    #[test]
    fn of_a_file_that_is_refused_nothing_is_taken() {
        let good = [conversation("a", "x", Some(5))];
        let mut intake = Intake::begin(std::iter::empty(), 7.0);
        look(&mut intake, &good);
        intake.look(&conversation("a", "x", Some(9)));
        intake.look(&conversation("b", "y", Some(9)));
        intake.end_file(true);
        assert_eq!(counts(&intake, 0), [1, 0, 0, 0, 0]);
        assert_eq!(intake.write(1, 0, &conversation("a", "x", Some(9))), None);
        assert_eq!(intake.write(1, 1, &conversation("b", "y", Some(9))), None);
        assert!(intake.write(0, 0, &good[0]).is_some());
    }
}
