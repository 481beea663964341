//! Conversations that another program kept, on their way into a store.
//!
//! In: a conversation as it was read from a file, and the head of the one that the store holds under its name. Out: batches of records, or
//! that it is here already. It must not know the store. The name is made of what the conversation is, so that the same file brings
//! nothing twice; and what a person has gone on with is never replaced.

use super::progress::{Conversation, Progress};
use super::records::{Batch, Head};
use crate::chat::request::Role;
use crate::import;

/// The writer of records that came from a file.
const BY: &str = "import";

/// What becomes of a conversation that arrives.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrival {
    /// It is new: these are its records.
    New(Vec<Batch>),
    /// An older one came from a file before, and nobody has gone on with it: these records take its place.
    Newer(Vec<Batch>),
    /// It is here already, or somebody has gone on with it.
    Known,
}

/// Returns the name of a conversation in the store.
pub fn name(arriving: &import::Conversation) -> String {
    let mut sum = Sum::default();
    match &arriving.about.id {
        // Some programs count from one: what was said first stays the same while a conversation grows.
        Some(id) => {
            sum.take(id);
            sum.take(arriving.tree.turn(0).map_or("", |turn| &turn.text));
        }
        None => {
            for id in 0..arriving.tree.len() {
                let parent = arriving.tree.parent(id);
                sum.take(&parent.map_or_else(String::new, |parent| parent.to_string()));
                if let Some(turn) = arriving.tree.turn(id) {
                    sum.take(if turn.role == Role::User {
                        "user"
                    } else {
                        "assistant"
                    });
                    sum.take(&turn.reasoning);
                    sum.take(&turn.text);
                }
            }
        }
    }
    sum.name()
}

/// Decides what becomes of a conversation that arrives, and puts it into records. `known` is the head that the store holds under its
/// [`name`]; `now` is the time of a conversation that has none, in milliseconds since 1970.
pub fn arrive(arriving: &import::Conversation, known: Option<&Head>, now: f64) -> Arrival {
    let about = &arriving.about;
    let last = arriving.times.iter().flatten().max();
    let time = about.updated.as_ref().or(last).or(about.created.as_ref());
    let at = time.map_or(now, |time| *time as f64);
    let is_newer = time.is_some() && known.is_some_and(|known| known.by == BY && at > known.at);
    if known.is_some() && !is_newer {
        return Arrival::Known;
    }
    let mut progress = Progress::begin(&name(arriving));
    progress.name_it(about.title.as_deref());
    let of = Conversation {
        id: &progress.id.clone(),
        tree: &arriving.tree,
        running: None,
        called: None,
    };
    let batches = std::iter::from_fn(|| progress.batch(&of, BY, at)).collect();
    match known {
        None => Arrival::New(batches),
        Some(_) => Arrival::Newer(batches),
    }
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
        let length = text.len().to_le_bytes();
        for byte in length.iter().chain(text.as_bytes()) {
            for sum in &mut self.0 {
                *sum = (*sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }

    fn name(&self) -> String {
        let [a, b] = self.0;
        format!("import-{a:016x}{b:016x}")
    }
}

#[cfg(test)]
mod tests {
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

    fn batches(arrival: Arrival) -> Vec<Batch> {
        match arrival {
            Arrival::New(batches) | Arrival::Newer(batches) => batches,
            Arrival::Known => Vec::new(),
        }
    }

    #[test]
    fn what_is_written_is_read_again_with_title_time_and_branches() {
        let mut one = arriving(Some("a"), &["Ὁ ποταμός", "河"], Some(1_700_000_000_000));
        one.tree.add(Some(0), Turn::user("the other branch"));
        one.tree.show(1);
        let written = batches(arrive(&one, None, 5.0));
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
    fn a_long_one_is_written_in_parts() {
        let texts: Vec<String> = (0..300).map(|n| format!("{n} ").repeat(200)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let written = batches(arrive(&arriving(None, &texts, None), None, 5.0));
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
        let head = batches(arrive(&one, None, 5.0)).remove(0).head;
        assert_eq!(arrive(&one, Some(&head), 5.0), Arrival::Known);
        let newer = arriving(Some("a"), &["x", "y"], Some(101));
        assert!(matches!(
            arrive(&newer, Some(&head), 5.0),
            Arrival::Newer(_)
        ));
        let gone_on = Head {
            by: "a page".to_owned(),
            ..head.clone()
        };
        assert_eq!(arrive(&newer, Some(&gone_on), 5.0), Arrival::Known);
        // Without a time nothing is newer.
        let timeless = arriving(Some("a"), &["x", "y"], None);
        assert_eq!(arrive(&timeless, Some(&head), 1e15), Arrival::Known);
    }

    #[test]
    fn a_name_is_made_of_the_id_else_of_all_turns() {
        let of = |id, texts: &[&str]| name(&arriving(id, texts, None));
        assert_eq!(of(Some("a"), &["x"]), of(Some("a"), &["x", "y"]));
        assert_ne!(of(Some("a"), &["x"]), of(Some("b"), &["x"]));
        assert_ne!(of(Some("a"), &["x"]), of(Some("a"), &["y"]));
        assert_eq!(of(None, &["x", "y"]), of(None, &["x", "y"]));
        assert_ne!(of(None, &["x", "y"]), of(None, &["xy"]));
        assert_ne!(of(None, &["x", "y"]), of(None, &["x", "z"]));
        // It must not change: what was brought before would come twice.
        assert_eq!(
            of(Some("a"), &[]),
            "import-82f53b07dc2929c1fa5a2b6a5ef4bdd2"
        );
    }
}
