//! Conversations that another program kept, on their way into a store.
//!
//! In: a conversation as it was read from a file, and the head of the one that the store holds under its name. Out: how the two stand to
//! each other, and batches of records. It must not know the store. The name is made of what the conversation is, so that the same file
//! brings nothing twice; and what a person has gone on with is never replaced.

use super::progress::{Conversation, Progress};
use super::reading::Opened;
use super::records::{Batch, Head, add, title};
use crate::chat::tree::Tree;
use crate::import;

/// The beginning of the names of all conversations that came from files.
pub const NAMES: &str = "import-";

/// The writer of records that came from a file.
const BY: &str = "import";

/// How a conversation that arrives stands to what the store holds under its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is there.
    New,
    /// An older one came from a file before, and nobody has gone on with it: this one takes its place.
    Newer,
    /// The same is there already, or somebody has gone on with it.
    Known,
    /// One of Rill's own is there in another state: what it lacks is added.
    United,
}

/// Tells whether a store takes a name from a file for a conversation: it stands among no other records.
pub fn is_name(id: &str) -> bool {
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || c == b'-';
    (4..=80).contains(&id.len()) && id.bytes().all(is_plain) && !["left", "folder"].contains(&id)
}

/// The name in the store of a conversation that arrives: that of Rill's own is the one that it always had.
pub fn name(arriving: &import::Conversation) -> String {
    match own(arriving) {
        Some(id) => id.to_owned(),
        None => Number::of(arriving).name(),
    }
}

/// The name that a conversation of Rill's own brings along.
fn own(arriving: &import::Conversation) -> Option<&str> {
    let about = &arriving.about;
    let id = about.id.as_deref().filter(|_| about.is_own);
    id.filter(|id| is_name(id))
}

/// The number of a conversation: the same for the same one, in whichever file it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Number(u64, u64);

impl Number {
    /// The number of a conversation that arrives.
    pub fn of(arriving: &import::Conversation) -> Number {
        let tree = &arriving.tree;
        let mut sum = Sum::default();
        if let Some(id) = own(arriving) {
            // Of two states of it each may have what the other lacks.
            sum.take(id);
        } else if let Some(id) = &arriving.about.id {
            // Some programs count from one: what was said first stays the same while a conversation grows.
            sum.take(id);
            sum.take(tree.turn(0).map_or("", |turn| &turn.text));
            return sum.number();
        }
        for id in 0..tree.len() {
            let parent = tree.parent(id);
            sum.take(&parent.map_or_else(String::new, |parent| parent.to_string()));
            if let Some(turn) = tree.turn(id) {
                sum.take(turn.role.word());
                sum.take(&turn.reasoning);
                sum.take(&turn.text);
            }
        }
        sum.number()
    }

    /// The number of texts, in order.
    pub fn of_texts(texts: &[&str]) -> Number {
        let mut sum = Sum::default();
        texts.iter().for_each(|text| sum.take(text));
        sum.number()
    }

    /// The conversation's name in the store.
    pub fn name(self) -> String {
        format!("{NAMES}{}", self.hex())
    }

    /// The number in 32 hexadecimal digits.
    pub fn hex(self) -> String {
        format!("{:016x}{:016x}", self.0, self.1)
    }
}

/// The time of a conversation's last change, in milliseconds since 1970; `None` where its file tells none.
pub fn time(arriving: &import::Conversation) -> Option<i64> {
    let about = &arriving.about;
    let last = || arriving.times.iter().flatten().max().copied();
    about.updated.or_else(last).or(about.created)
}

/// How a conversation that arrives stands to `known`, the head that the store holds under its name.
pub fn standing(arriving: &import::Conversation, known: Option<&Head>) -> Standing {
    let Some(known) = known else {
        return Standing::New;
    };
    let at = time(arriving).map(|time| time as f64);
    if own(arriving).is_some() {
        return match at == Some(known.at) && arriving.tree.len() == known.count {
            true => Standing::Known,
            false => Standing::United,
        };
    }
    match at.is_some_and(|at| at > known.at) && known.by == BY {
        true => Standing::Newer,
        false => Standing::Known,
    }
}

/// Puts a conversation that arrives into records; none for one in which nobody says anything. `given` is its title, if it has one; `now`
/// is the time of a conversation that has none, in milliseconds since 1970.
pub fn batches(arriving: &import::Conversation, given: Option<&str>, now: f64) -> Vec<Batch> {
    let at = time(arriving).map_or(now, |time| time as f64);
    let id = name(arriving);
    brought(&id, &arriving.tree, given, BY, at)
}

/// Puts the turns into records that a person's own folder has added to a conversation: `known` is the conversation as the store has it, `tree`
/// as it is now. `by` is a name that no other writer has; `at` is the time of the last change in the folder, in milliseconds since 1970.
pub fn added(known: &Opened, tree: &Tree, by: &str, at: f64) -> Vec<Batch> {
    let called = known.head.called.as_ref();
    let of = Conversation {
        id: &known.head.id,
        tree,
        running: None,
        called: called.map(|(of, name)| (of.as_str(), name.as_str())),
    };
    all(Progress::of(known), &of, by, known.head.at.max(at))
}

/// Puts a conversation into records that a person's own folder brings under this name. `given` is its title, if it has one; `by` and `at`
/// are those of [`added`].
pub fn brought(id: &str, tree: &Tree, given: Option<&str>, by: &str, at: f64) -> Vec<Batch> {
    let mut progress = Progress::begin(id);
    progress.name_it(given.filter(|given| *given != title(tree)));
    let of = Conversation {
        id,
        tree,
        running: None,
        called: None,
    };
    all(progress, &of, by, at)
}

/// Tells whether records of a conversation that arrives are to be united with what is there by then.
pub fn unites(arriving: &import::Conversation) -> bool {
    own(arriving).is_some()
}

/// The conversation that batches of records hold together.
pub fn tree(batches: &[Batch]) -> Tree {
    let mut tree = Tree::default();
    for (_, record) in batches.iter().flat_map(|batch| &batch.turns) {
        add(&mut tree, record);
    }
    if let Some(last) = batches.last() {
        last.head.aside.iter().for_each(|id| tree.show(*id));
        tree.system.clone_from(&last.head.system);
    }
    tree
}

fn all(mut progress: Progress, of: &Conversation, by: &str, at: f64) -> Vec<Batch> {
    std::iter::from_fn(|| progress.batch(of, by, at)).collect()
}

/// A sum of texts, the same on every machine and in every version: FNV-1a, twice, for 128 bits.
struct Sum([u64; 2]);

impl Default for Sum {
    fn default() -> Sum {
        Sum([0xcbf2_9ce4_8422_2325, 0x6c62_272e_07bb_0142])
    }
}

impl Sum {
    fn take(&mut self, text: &str) {
        // A length before each text: two texts are not one.
        let length = (text.len() as u64).to_le_bytes();
        for byte in length.iter().chain(text.as_bytes()) {
            for sum in &mut self.0 {
                *sum = (*sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }

    fn number(&self) -> Number {
        let [a, b] = self.0;
        Number(a, b)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::chat::turn::Turn;
    use crate::history::reading::{Left, Reading};
    use crate::import::About;

    fn arriving(id: Option<&str>, texts: &[&str], updated: Option<i64>) -> import::Conversation {
        let mut conversation = import::Conversation {
            about: About {
                id: id.map(str::to_owned),
                title: Some("Rivers".to_owned()),
                updated,
                ..About::default()
            },
            ..import::Conversation::default()
        };
        for text in texts {
            let last = conversation.tree.last();
            conversation.tree.add(last, Turn::user(*text));
        }
        conversation
    }

    #[test]
    fn what_is_written_is_read_again_with_title_time_and_branches() {
        let mut one = arriving(Some("a"), &["Ὁ ποταμός", "河"], Some(1_700_000_000_000));
        one.tree.add(Some(0), Turn::user("the other branch"));
        one.tree.show(1);
        one.tree.system = Some("Be a river.".to_owned());
        one.tree.turn_mut(0).unwrap().time = Some(1_600_000_000_000);
        let written = batches(&one, Some("Rivers"), 5.0);
        let head = Head::read(&written[0].head.write()).unwrap();
        assert_eq!((head.name(), head.at), ("Rivers", 1_700_000_000_000.0));
        let records: Vec<String> = written
            .iter()
            .flat_map(|batch| batch.turns.iter().map(|(_, record)| record.clone()))
            .collect();
        let mut reading = Reading::begin(&head.id.clone(), Ok(Some(head)), Left::default(), || {
            "x".to_owned()
        })
        .unwrap()
        .unwrap();
        reading.take(Ok(records));
        reading.take(Ok(Vec::new()));
        let opened = reading.finish().unwrap().unwrap();
        assert_eq!(opened.tree, one.tree);
    }

    #[test]
    fn what_a_folder_adds_is_written_on_top_of_what_is_there() {
        let one = arriving(None, &["x", "y"], None);
        let head = brought("RILL1", &one.tree, None, "a page", 5.0)
            .remove(0)
            .head;
        let known = Opened {
            of: head.id.clone(),
            version: head.version,
            written: one.tree.len(),
            is_unwritten: false,
            touched: Vec::new(),
            lost: Vec::new(),
            was_left: false,
            is_damaged: false,
            tree: one.tree.clone(),
            head: Head {
                called: Some(("http://a".to_owned(), "7".to_owned())),
                ..head
            },
        };
        let mut tree = one.tree;
        assert_eq!(added(&known, &tree, "a folder", 9.0), []);
        tree.add(Some(1), Turn::user("z"));
        let batches = added(&known, &tree, "a folder", 9.0);
        let batch = &batches[0];
        assert_eq!((batches.len(), batch.expect), (1, known.version));
        assert_eq!(
            batch.turns.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
            [2]
        );
        assert_eq!((batch.head.at, batch.head.count), (9.0, 3));
        assert_eq!(batch.head.called, known.head.called);
        // Another writer's words in between are not written over.
        let other = Head {
            version: known.version + 1,
            ..known.head.clone()
        };
        assert!(batch.fits(Some(&known.head)) && !batch.fits(Some(&other)));
    }

    #[test]
    fn a_long_one_is_written_in_parts() {
        let texts: Vec<String> = (0..300).map(|n| format!("{n} ").repeat(200)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let written = batches(&arriving(None, &texts, None), None, 5.0);
        assert!(written.len() > 2, "{}", written.len());
        let turns: Vec<usize> = written
            .iter()
            .flat_map(|batch| batch.turns.iter().map(|(id, _)| *id))
            .collect();
        assert_eq!(turns, (0..300).collect::<Vec<_>>());
        assert!(written.iter().all(|batch| batch.head.at == 5.0));
    }

    #[test]
    fn the_same_comes_once_and_what_somebody_has_gone_on_with_stays() {
        let one = arriving(Some("a"), &["x"], Some(100));
        assert_eq!(standing(&one, None), Standing::New);
        let head = batches(&one, None, 5.0).remove(0).head;
        assert_eq!(standing(&one, Some(&head)), Standing::Known);
        let newer = arriving(Some("a"), &["x", "y"], Some(101));
        assert_eq!(standing(&newer, Some(&head)), Standing::Newer);
        let gone_on = Head {
            by: "a page".to_owned(),
            ..head.clone()
        };
        assert_eq!(standing(&newer, Some(&gone_on)), Standing::Known);
        // Without a time nothing is newer.
        let timeless = arriving(Some("a"), &["x", "y"], None);
        assert_eq!(standing(&timeless, Some(&head)), Standing::Known);
    }

    #[test]
    fn one_of_rills_own_keeps_its_name_and_is_united_with_another_state_of_it() {
        let own = |id, texts: &[&str], updated| {
            let mut own = arriving(Some(id), texts, updated);
            own.about.is_own = true;
            own
        };
        let one = own("RILL000000000007", &["x"], Some(100));
        assert_eq!(name(&one), "RILL000000000007");
        assert_eq!(standing(&one, None), Standing::New);
        let head = batches(&one, None, 5.0).remove(0).head;
        assert_eq!(head.id, "RILL000000000007");
        assert_eq!(standing(&one, Some(&head)), Standing::Known);
        // An older one may have turns on a branch that is not here.
        for (texts, at) in [(&["y"], Some(99)), (&["y"], Some(101)), (&["x"], None)] {
            let other = own("RILL000000000007", texts, at);
            assert_eq!(standing(&other, Some(&head)), Standing::United);
        }
        let other = own("RILL000000000007", &["y"], Some(100));
        assert_ne!(Number::of(&one), Number::of(&other), "both are written");
        // A name that no store takes is as good as another program's.
        let odd = own("folder/1", &["x"], None);
        assert!(name(&odd).starts_with(NAMES) && !unites(&odd));
        assert!(unites(&one) && !unites(&arriving(Some("RILL1"), &["x"], None)));
    }

    #[test]
    fn batches_together_are_the_conversation() {
        let texts: Vec<String> = (0..100).map(|n| n.to_string()).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let mut one = arriving(None, &texts, None).tree;
        one.add(Some(3), Turn::user("aside"));
        one.show(4);
        one.system = Some("Be a river.".to_owned());
        let batches = brought("RILL1", &one, None, "a", 5.0);
        assert!(batches.len() > 1);
        assert_eq!(tree(&batches), one);
    }

    #[test]
    fn a_name_is_made_of_the_id_else_of_all_turns() {
        let of = |id, texts: &[&str]| Number::of(&arriving(id, texts, None)).name();
        assert_eq!(of(Some("a"), &["x"]), of(Some("a"), &["x", "y"]));
        assert_ne!(of(Some("a"), &["x"]), of(Some("b"), &["x"]));
        assert_ne!(of(Some("a"), &["x"]), of(Some("a"), &["y"]));
        assert_eq!(of(None, &["x", "y"]), of(None, &["x", "y"]));
        assert_ne!(of(None, &["x", "y"]), of(None, &["xy"]));
        assert_ne!(of(None, &["x", "y"]), of(None, &["x", "z"]));
        // It must not change: what was brought before would come twice.
        assert_eq!(
            of(Some("a"), &[]),
            "import-ffd80a178d19199fa017d1dd3e917f66"
        );
    }
}
