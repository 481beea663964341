//! Stores that earlier versions wrote: what stands in `tests/fixtures/stores` is their own output, of the same conversation.
//!
//! The first form is that of the first version that kept conversations: heads name no writer, and what was left stood in the tab alone,
//! without the version on top of which it belongs. The second names the writer, and has what was left beside the records. The third,
//! today's, has marks as well; other tests write and read it.

use serde_json::Value;

use crate::chat::tree::Tree;
use crate::event::End;
use crate::history::reading::Left;
use crate::history::records::list;
use crate::history::{Conversation, Head, Journal, Marks, Opened, Reading, Unwritten};

/// A store as it was written.
struct Store {
    heads: Vec<(String, String)>,
    turns: Vec<(String, String)>,
    /// The text that was left in the tab.
    tab: Option<String>,
}

fn store(fixture: &str) -> Store {
    let all: Value = serde_json::from_str(fixture).unwrap();
    let pairs = |name: &str| {
        let pairs = all[name].as_array().unwrap().iter();
        pairs
            .map(|pair| {
                let text = |at: usize| pair[at].as_str().unwrap().to_owned();
                (text(0), text(1))
            })
            .collect()
    };
    Store {
        heads: pairs("conversations"),
        turns: pairs("turns"),
        tab: all["left"].as_str().map(str::to_owned),
    }
}

fn first() -> Store {
    let text = include_str!("../../../tests/fixtures/stores/1-first-records.json");
    store(text)
}

fn second() -> Store {
    let text = include_str!("../../../tests/fixtures/stores/2-left-beside-the-records.json");
    store(text)
}

impl Store {
    /// Reads its one conversation as the page does.
    fn read(&self) -> Opened {
        let (id, head) = &self.heads[0];
        let beside = format!("left/{id}");
        let left = Left {
            tab: self.tab.as_deref().and_then(Unwritten::read),
            store: self
                .turns
                .iter()
                .find(|(name, _)| *name == beside)
                .and_then(|(_, text)| Unwritten::read(text)),
            ..Left::default()
        };
        let known = Head::read(head);
        assert!(known.is_some());
        let reading = Reading::begin(id, Ok(known), left, || "copy".to_owned());
        let mut reading = reading.unwrap().unwrap();
        let own = format!("{id}/");
        let records = self.turns.iter().filter(|(name, _)| name.starts_with(&own));
        let records: Vec<String> = records.map(|(_, record)| record.clone()).collect();
        while let Some(from) = reading.next() {
            reading.take(Ok(records.iter().skip(from).cloned().collect()));
        }
        reading.finish().unwrap().unwrap()
    }
}

fn holds_all(tree: &Tree) {
    let turn = |id| tree.turn(id).unwrap();
    assert_eq!(tree.path().collect::<Vec<_>>(), [0, 1, 3, 4]);
    assert_eq!(turn(0).text, "What is a river? Ὁ ποταμός, 河 🌊");
    assert_eq!(turn(0).images[0].media_type, "image/png");
    let (first, second) = (turn(1), turn(2));
    assert_eq!(
        (first.text.as_str(), first.reasoning.as_str()),
        ("Water that *runs*.", "Let me think.")
    );
    let reason = "stop".to_owned();
    assert_eq!(first.end, Some(End::Complete { reason }));
    assert_eq!(second.end, Some(End::Stopped));
    assert_eq!(second.usage.completion_tokens, Some(2));
    assert_eq!(second.timings.predicted_ms, Some(12.5));
    assert_eq!(second.model.as_deref(), Some("river-large"));
    // It ran when its page was left; what was left of it is newer than its record.
    assert_eq!(turn(4).text, "It flows on");
    assert_eq!(turn(4).end, Some(End::Cut { page_closed: true }));
}

#[test]
fn what_the_first_version_wrote_is_read_whole() {
    let opened = first().read();
    holds_all(&opened.tree);
    let called = ("http://127.0.0.1:3000".to_owned(), "chat_1.txt".to_owned());
    assert_eq!(opened.head.called, Some(called));
}

#[test]
fn what_stood_beside_the_records_is_read_with_them() {
    holds_all(&second().read().tree);
}

#[test]
fn conversations_of_all_versions_are_in_one_list() {
    let (first, second) = (first(), second());
    let heads = first.heads.iter().chain(&second.heads);
    let heads: Vec<String> = heads.map(|(_, head)| head.clone()).collect();
    let listed = list(&heads, &[]);
    let ids: Vec<&str> = listed.iter().map(|head| head.id.as_str()).collect();
    // The newest first.
    assert_eq!(ids, ["RILL000000000002", "RILL000000000001"]);
    for head in &listed {
        assert_eq!((head.turns, head.count), (4, 5));
        assert_eq!(head.name(), "What is a river? Ὁ ποταμός, 河 🌊");
        assert_eq!(head.marks, Marks::default());
    }
}

#[test]
fn an_older_conversation_goes_on_under_its_own_name() {
    for store in [first(), second()] {
        let known = Head::read(&store.heads[0].1).unwrap();
        let opened = store.read();
        assert_eq!(opened.head.id, known.id, "no copy");
        let mut journal = Journal::new("page".to_owned());
        journal.opened(&opened);
        let here = Conversation {
            id: &opened.head.id,
            tree: &opened.tree,
            running: None,
            called: None,
        };
        // What was left is written now, on top of what is there.
        let batch = journal.next(Some(&here), 1e13).unwrap();
        assert!(batch.fits(Some(&known)));
        assert_eq!(
            batch.turns.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
            [4]
        );
        assert!(batch.head.version > known.version);
    }
}
