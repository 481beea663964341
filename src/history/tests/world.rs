//! Two tabs and the store that they share, driven by any sequence of what people, browsers and networks do.
//!
//! Each turn says who it is and how often it has changed, so that whatever is read can be told apart: `7.0003` is the third change
//! of the seventh turn that anybody said. The hand of the page is played by [`World`]: it does what `page::history` does.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use proptest::prelude::*;

use crate::chat::request::Role;
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;
use crate::event::End;
use crate::history::reading::{Left, PIECE};
use crate::history::records::list;
use crate::history::{
    Batch, Conversation, Fault, Head, Journal, Opened, Outcome, Reading, Then, Trouble, Unwritten,
};

/// What happens to a tab.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// A question, below turn so many or at the end, and a reply that begins.
    Say(Option<u8>),
    /// The running reply says more, or something else of the same length.
    Grow(bool),
    /// It ends.
    End,
    /// A turn goes on.
    Continue(u8),
    /// Another branch is shown.
    Switch(u8),
    /// The reply's clock ticks.
    Tick,
    /// A write begins, or what is being written ends so.
    Write(Fate),
    /// The tab goes out of sight; whether its own store and the common one take something then.
    Hide(bool, bool),
    /// The page dies, and comes again; whether it can read the store then.
    Reload(bool),
    /// A new conversation begins.
    New,
    /// The conversation so many places down the list is opened.
    Open(u8),
    /// It is deleted.
    Delete(u8),
    /// What was deleted last is put back.
    Undo,
    /// The browser makes a copy of this tab.
    Twin,
}

/// What becomes of a write.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Well,
    Fails,
    /// It is said to have failed, and has not.
    FailsAndIsDone,
}

fn step() -> impl Strategy<Value = Step> {
    let fate = prop_oneof![
        6 => Just(Fate::Well),
        2 => Just(Fate::Fails),
        1 => Just(Fate::FailsAndIsDone),
    ];
    prop_oneof![
        4 => Just(Step::Say(None)),
        2 => any::<u8>().prop_map(|at| Step::Say(Some(at))),
        6 => any::<bool>().prop_map(Step::Grow),
        3 => Just(Step::End),
        1 => any::<u8>().prop_map(Step::Continue),
        1 => any::<u8>().prop_map(Step::Switch),
        3 => Just(Step::Tick),
        12 => fate.prop_map(Step::Write),
        2 => any::<(bool, bool)>().prop_map(|(tab, store)| Step::Hide(tab, store)),
        2 => prop::bool::weighted(0.8).prop_map(Step::Reload),
        1 => Just(Step::New),
        2 => any::<u8>().prop_map(Step::Open),
        1 => any::<u8>().prop_map(Step::Delete),
        1 => Just(Step::Undo),
        1 => Just(Step::Twin),
    ]
}

/// A database: a write is done as a whole or not at all.
#[derive(Debug, Default)]
struct Store {
    heads: BTreeMap<String, String>,
    turns: BTreeMap<(String, TurnId), String>,
    left: BTreeMap<String, String>,
    late: VecDeque<Rc<Batch>>,
}

/// The records of a deleted conversation.
#[derive(Debug)]
struct Deleted {
    id: String,
    head: Option<String>,
    turns: Vec<((String, TurnId), String)>,
    left: Option<String>,
    confirmed: BTreeMap<u32, u32>,
}

impl Store {
    /// What was said to have failed is done before anything else.
    fn settle(&mut self) {
        while let Some(batch) = self.late.pop_front() {
            self.put(&batch);
        }
    }

    fn head(&self, id: &str) -> Option<Head> {
        Head::read(self.heads.get(id)?)
    }

    fn put(&mut self, batch: &Batch) -> Outcome {
        let id = &batch.head.id;
        let known = self.head(id);
        if !batch.fits(known.as_ref()) {
            return Outcome::Diverged {
                is_there: known.is_some(),
            };
        }
        for (turn, record) in &batch.turns {
            self.turns.insert((id.clone(), *turn), record.clone());
        }
        self.heads.insert(id.clone(), batch.record(known.as_ref()));
        self.left.remove(id);
        Outcome::Done
    }

    fn records(&self, id: &str, from: usize, most: usize) -> Vec<String> {
        let all = self.turns.range((id.to_owned(), from)..);
        let all = all.take_while(|((of, _), _)| of == id).take(most);
        all.map(|(_, record)| record.clone()).collect()
    }

    /// Reads a conversation as the page does.
    fn read(&self, id: &str, left: Left, fresh: &str) -> Result<Option<Opened>, Fault> {
        let left = Left {
            store: self.left.get(id).and_then(|text| Unwritten::read(text)),
            ..left
        };
        let Some(mut reading) = Reading::begin(id, Ok(self.head(id)), left, || fresh.to_owned())?
        else {
            return Ok(None);
        };
        while let Some(from) = reading.next() {
            reading.take(Ok(self.records(id, from, PIECE as usize)));
        }
        reading.finish()
    }
}

/// A tab, and the page in it.
#[derive(Debug)]
struct Tab {
    journal: Journal,
    page: String,
    id: String,
    tree: Tree,
    running: Option<(TurnId, Turn)>,
    going: Option<Rc<Batch>>,
    /// Another conversation is on its way to the page.
    is_leaving: bool,
    /// The tab's own store: the name of its conversation, and what was left of it.
    session: Option<String>,
    left: Option<String>,
    /// What must be there after a reload.
    told: BTreeMap<u32, u32>,
}

impl Tab {
    fn new(page: String, id: String) -> Tab {
        Tab {
            journal: Journal::new(page.clone()),
            page,
            id,
            tree: Tree::default(),
            running: None,
            going: None,
            is_leaving: false,
            session: None,
            left: None,
            told: BTreeMap::new(),
        }
    }

    /// Something with the journal and the conversation on the page.
    fn here<R>(&mut self, work: impl FnOnce(&mut Journal, Option<&Conversation>) -> R) -> R {
        let here = Conversation {
            id: &self.id,
            tree: &self.tree,
            running: self.running.as_ref().map(|(id, turn)| (*id, turn)),
            called: None,
        };
        let here = Some(&here).filter(|_| !self.is_leaving);
        let done = work(&mut self.journal, here);
        if let Some(id) = self.journal.begun() {
            self.session = Some(id);
        }
        done
    }

    /// The conversation as a person sees it.
    fn seen(&self) -> Tree {
        let mut tree = self.tree.clone();
        if let Some((id, turn)) = &self.running {
            *tree.turn_mut(*id).unwrap() = turn.clone();
        }
        tree.settled()
    }

    fn end(&mut self, end: End) {
        if let Some((id, mut turn)) = self.running.take() {
            turn.end = Some(end);
            *self.tree.turn_mut(id).unwrap() = turn;
        }
    }

    fn changed(&mut self) {
        let running = self.running.as_ref().map(|(id, _)| *id);
        self.journal.changed(running);
    }
}

/// Which turn this is, and after which change.
fn who(turn: &Turn) -> (u32, u32) {
    let (who, change) = turn.text.trim_end_matches('…').split_once('.').unwrap();
    (who.parse().unwrap(), change.parse().unwrap())
}

/// A tree in a few words.
fn shape(tree: &Tree) -> String {
    let turns = (0..tree.len()).filter_map(|id| Some((tree.turn(id)?, tree.parent(id))));
    let turns = turns.map(|(turn, parent)| format!("{}<{parent:?} {:?}", turn.text, turn.end));
    let path: Vec<TurnId> = tree.path().collect();
    format!("{} {path:?}", turns.collect::<Vec<_>>().join(", "))
}

/// The turns of a tree, and their changes.
fn turns(tree: &Tree) -> BTreeMap<u32, u32> {
    let turns = (0..tree.len()).filter_map(|id| tree.turn(id));
    turns.map(who).collect()
}

/// Everything.
#[derive(Debug)]
struct World {
    store: Store,
    tabs: Vec<Tab>,
    names: u32,
    now: f64,
    /// Of each turn that anybody said, the one before it, and how often it has changed.
    said: Vec<(Option<u32>, u32)>,
    /// What was told as written under each name.
    confirmed: BTreeMap<String, BTreeMap<u32, u32>>,
    deleted: Option<Deleted>,
    /// All names under which something was deleted.
    gone: BTreeSet<String>,
}

fn name(names: &mut u32) -> String {
    *names += 1;
    format!("n{names}")
}

impl World {
    fn new() -> World {
        let mut world = World {
            store: Store::default(),
            tabs: Vec::new(),
            names: 0,
            now: 0.0,
            said: Vec::new(),
            confirmed: BTreeMap::new(),
            deleted: None,
            gone: BTreeSet::new(),
        };
        for _ in 0..2 {
            let (page, id) = (world.name(), world.name());
            world.tabs.push(Tab::new(page, id));
        }
        world
    }

    fn name(&mut self) -> String {
        name(&mut self.names)
    }

    fn text(&mut self, who: u32, is_longer: bool) -> String {
        let change = &mut self.said[who as usize].1;
        *change += 1;
        let more = if is_longer { "…" } else { "" };
        format!("{who}.{change:04}{more}")
    }

    fn utter(&mut self, before: Option<u32>) -> String {
        self.said.push((before, 0));
        self.text(self.said.len() as u32 - 1, false)
    }

    fn step(&mut self, at: usize, step: Step) {
        self.now += 700.0;
        match step {
            Step::Say(below) => self.say(at, below),
            Step::Grow(is_longer) => {
                if let Some((id, mut turn)) = self.tabs[at].running.take() {
                    turn.text = self.text(who(&turn).0, is_longer);
                    self.tabs[at].running = Some((id, turn));
                }
            }
            Step::End => {
                self.tabs[at].end(End::Stopped);
                self.tabs[at].changed();
            }
            Step::Continue(which) => self.go_on(at, which),
            Step::Switch(which) => {
                let tab = &mut self.tabs[at];
                if let Some(id) = (which as usize).checked_rem(tab.tree.len()) {
                    tab.tree.switch(id, if which % 2 == 0 { -1 } else { 1 });
                    tab.changed();
                }
            }
            Step::Tick => {
                let tab = &mut self.tabs[at];
                if let Some((id, turn)) = &tab.running {
                    tab.journal.is_due(self.now, (*id, turn));
                }
            }
            Step::Write(fate) => {
                self.write(at, fate);
            }
            Step::Hide(tab, store) => self.hide(at, tab, store),
            Step::Reload(reads) => self.reload(at, reads),
            Step::New => {
                self.leave(at);
                let id = self.name();
                let tab = &mut self.tabs[at];
                (tab.id, tab.tree, tab.session) = (id, Tree::default(), None);
                tab.told.clear();
                tab.changed();
            }
            Step::Open(which) => {
                let Some(id) = self.listed(which) else { return };
                self.leave(at);
                self.tabs[at].is_leaving = true;
                self.drain(at);
                let left = self.tabs[at].journal.unwritten(&id);
                self.bring(at, &id, left);
                self.tabs[at].is_leaving = false;
            }
            Step::Delete(which) => self.delete(at, which),
            Step::Undo => self.put_back(),
            Step::Twin => self.twin(at),
        }
    }

    fn say(&mut self, at: usize, below: Option<u8>) {
        self.tabs[at].end(End::Superseded);
        let tree = &self.tabs[at].tree;
        let below = match below {
            // Below nobody, a first question.
            Some(below) => (below as usize).checked_rem(tree.len() + 1),
            None => tree.last(),
        };
        let below = below.filter(|id| *id < tree.len());
        let before = below.and_then(|id| tree.turn(id)).map(|turn| who(turn).0);
        let question = Turn::user(self.utter(before));
        let asked = who(&question).0;
        let mut reply = Turn::reply();
        reply.text = self.utter(Some(asked));
        let tab = &mut self.tabs[at];
        let asked = tab.tree.add(below, question);
        let mut empty = reply.clone();
        // What the tree holds of a reply that runs is older.
        empty.text = format!("{}.0000", who(&reply).0);
        let id = tab.tree.add(Some(asked), empty);
        tab.running = Some((id, reply));
        tab.changed();
    }

    fn go_on(&mut self, at: usize, which: u8) {
        let tree = &self.tabs[at].tree;
        let Some(id) = (which as usize).checked_rem(tree.len()) else {
            return;
        };
        if tree.turn(id).unwrap().role == Role::User {
            return;
        }
        self.tabs[at].end(End::Superseded);
        let mut turn = self.tabs[at].tree.turn(id).unwrap().clone();
        turn.end = None;
        turn.text = self.text(who(&turn).0, false);
        let tab = &mut self.tabs[at];
        tab.running = Some((id, turn));
        tab.changed();
    }

    /// A write begins, or ends; `false` where there is none.
    fn write(&mut self, at: usize, fate: Fate) -> bool {
        let now = self.now;
        let Some(batch) = self.tabs[at].going.take() else {
            let tab = &mut self.tabs[at];
            let mut left = tab.left.take();
            tab.here(|journal, here| {
                journal.inherit(here, now, |inherited| {
                    left = inherited.map(Unwritten::write)
                });
            });
            tab.left = left;
            tab.going = tab.here(|journal, here| journal.next(here, now));
            if tab.going.is_none() && tab.journal.is_settled() {
                tab.left = None;
            }
            return tab.going.is_some();
        };
        self.store.settle();
        let outcome = match fate {
            Fate::Well => self.store.put(&batch),
            Fate::Fails => Outcome::Failed(Fault::Failed),
            Fate::FailsAndIsDone => {
                self.store.late.push_back(batch.clone());
                Outcome::Failed(Fault::Late)
            }
        };
        if outcome == Outcome::Done {
            self.confirm(at, &batch);
        }
        let names = &mut self.names;
        let tab = &mut self.tabs[at];
        let here = Some(tab.id.as_str()).filter(|_| !tab.is_leaving);
        let then = tab.journal.written(outcome, here, || name(names));
        match then {
            Then::Next | Then::Wait => {}
            Then::Renamed(id) => {
                tab.id = id;
                tab.told.clear();
            }
            Then::Copy(unwritten) => {
                let left = Left {
                    waiting: Some(*unwritten.clone()),
                    ..Left::default()
                };
                let fresh = name(names);
                let read = match fate {
                    Fate::Fails => Err(Fault::Closed),
                    _ => self.store.read(&unwritten.head.id, left, &fresh),
                };
                tab.journal.copy(read, now);
            }
        }
        true
    }

    fn confirm(&mut self, at: usize, batch: &Batch) {
        let id = batch.head.id.clone();
        let is_here = self.tabs[at].id == id;
        let all = self.confirmed.entry(id).or_default();
        for (_, record) in &batch.turns {
            let mut one = Tree::default();
            assert!(crate::chat::archive::add_record(&mut one, record));
            let (who, change) = who(one.turn(0).unwrap());
            all.insert(who, change);
            if is_here {
                self.tabs[at].told.insert(who, change);
            }
        }
    }

    /// All that waits is written.
    fn drain(&mut self, at: usize) {
        for _ in 0..1000 {
            if !self.write(at, Fate::Well) {
                return;
            }
        }
        panic!("it never ends: {:?}", self.tabs[at].journal);
    }

    /// The conversation is about to be left.
    fn leave(&mut self, at: usize) {
        let now = self.now;
        let tab = &mut self.tabs[at];
        tab.end(End::Superseded);
        tab.here(|journal, here| journal.leave(here, now));
    }

    fn hide(&mut self, at: usize, in_tab: bool, in_store: bool) {
        let now = self.now;
        let tab = &mut self.tabs[at];
        tab.here(|journal, here| journal.leave(here, now));
        let left = tab.journal.left();
        if in_tab && let Some(last) = left.last() {
            tab.left = Some(last.write());
            if last.head.id == tab.id {
                tab.told = turns(&tab.seen());
            }
        }
        if in_store {
            self.store.settle();
            for left in left {
                self.store.left.insert(left.head.id.clone(), left.write());
            }
        }
    }

    fn reload(&mut self, at: usize, reads: bool) {
        // What was on its way may still be done, or not.
        let going = self.tabs[at].going.take();
        self.store.late.extend(going.filter(|_| reads));
        self.store.settle();
        let (page, id) = (self.name(), self.name());
        let old = std::mem::replace(&mut self.tabs[at], Tab::new(page, id));
        let tab = &mut self.tabs[at];
        (tab.session, tab.left) = (old.session, old.left);
        let Some(id) = tab.session.clone() else {
            return;
        };
        if !reads {
            tab.journal.unread();
            return;
        }
        self.bring(at, &id, None);
        let (tab, told) = (&self.tabs[at], old.told);
        let is_deleted = !self.store.heads.contains_key(&id);
        if old.id == id && !is_deleted {
            contains(&turns(&tab.tree), &told, "after a reload");
        }
    }

    /// A conversation is put on the page.
    fn bring(&mut self, at: usize, id: &str, waiting: Option<Unwritten>) {
        let tab = &self.tabs[at];
        let left = Left {
            waiting,
            tab: tab.left.as_ref().and_then(|text| Unwritten::read(text)),
            store: None,
        };
        let fresh = name(&mut self.names);
        self.store.settle();
        let opened = self.store.read(id, left, &fresh).unwrap();
        let tab = &mut self.tabs[at];
        let Some(opened) = opened else {
            tab.session = None;
            return;
        };
        tab.id = opened.head.id.clone();
        tab.tree = opened.tree.clone();
        tab.running = None;
        tab.session = Some(tab.id.clone());
        tab.journal.opened(&opened);
        tab.told = self.confirmed.get(&tab.id).cloned().unwrap_or_default();
        tab.changed();
    }

    /// The name of a conversation in the list.
    fn listed(&mut self, which: u8) -> Option<String> {
        self.store.settle();
        let heads: Vec<String> = self.store.heads.values().cloned().collect();
        let left: Vec<String> = self.store.left.values().cloned().collect();
        let all = list(&heads, &left);
        for (id, told) in &self.confirmed {
            assert!(told.is_empty() || all.iter().any(|head| head.id == *id));
        }
        let at = (which as usize).checked_rem(all.len())?;
        Some(all.into_iter().nth(at)?.id)
    }

    fn delete(&mut self, at: usize, which: u8) {
        let Some(id) = self.listed(which) else { return };
        if self.tabs[at].id == id {
            self.step(at, Step::New);
        }
        self.drain(at);
        let of_it = |(of, _): &(String, TurnId)| *of == id;
        let turns = self.store.turns.clone().into_iter();
        self.deleted = Some(Deleted {
            head: self.store.heads.remove(&id),
            turns: turns.filter(|(key, _)| of_it(key)).collect(),
            left: self.store.left.remove(&id),
            confirmed: self.confirmed.remove(&id).unwrap_or_default(),
            id: id.clone(),
        });
        self.store.turns.retain(|key, _| !of_it(key));
        self.gone.insert(id.clone());
        self.tabs[at].journal.forget(|of| of == id);
    }

    fn put_back(&mut self) {
        self.store.settle();
        if let Some(deleted) = self.deleted.take() {
            let id = match self.store.heads.contains_key(&deleted.id) {
                true => self.name(),
                false => deleted.id,
            };
            let head = deleted.head.and_then(|head| Head::renamed(&head, &id));
            let left = deleted.left.and_then(|left| Unwritten::renamed(&left, &id));
            let turns = deleted.turns.into_iter();
            let turns = turns.map(|((_, turn), record)| ((id.clone(), turn), record));
            self.store.turns.extend(turns);
            self.store.heads.extend(head.map(|head| (id.clone(), head)));
            self.store.left.extend(left.map(|left| (id.clone(), left)));
            self.confirmed.insert(id, deleted.confirmed);
        }
    }

    fn twin(&mut self, at: usize) {
        let other = 1 - at;
        let (session, left) = (self.tabs[at].session.clone(), self.tabs[at].left.clone());
        let (page, id) = (self.name(), self.name());
        self.tabs[other] = Tab::new(page, id);
        (self.tabs[other].session, self.tabs[other].left) = (session, left);
        self.reload(other, true);
    }

    /// Whatever has happened: what was told as written is there, and each conversation holds nothing but its own.
    fn check(&mut self) {
        self.store.settle();
        let ids: Vec<String> = self.store.heads.keys().cloned().collect();
        for id in ids.iter().chain(self.confirmed.keys()) {
            let Some(read) = self.store.read(id, Left::default(), "copy").unwrap() else {
                assert!(self.confirmed.get(id).is_none_or(BTreeMap::is_empty));
                continue;
            };
            if let Some(told) = self.confirmed.get(id) {
                contains(&turns(&read.tree), told, id);
            }
            self.is_one(&read.tree);
        }
        for tab in &self.tabs {
            self.is_one(&tab.tree);
        }
    }

    /// Each turn stands behind the one that it was said behind.
    fn is_one(&self, tree: &Tree) {
        for id in 0..tree.len() {
            let (who_it_is, _) = who(tree.turn(id).unwrap());
            let before = tree
                .parent(id)
                .and_then(|id| tree.turn(id))
                .map(|turn| who(turn).0);
            assert_eq!(
                self.said[who_it_is as usize].0, before,
                "behind whom {who_it_is} was said"
            );
        }
    }

    /// Nothing goes wrong any more, and there is time: all is written.
    fn rest(&mut self) {
        for at in [0, 1, 0, 1] {
            // What has grown while something else was written is seen at the next tick.
            self.drain(at);
            self.step(at, Step::Tick);
            self.drain(at);
        }
        self.check();
        for tab in &self.tabs {
            let trouble = tab.journal.trouble();
            assert!(
                !matches!(trouble, Some(Trouble::Unwritten(_))),
                "{trouble:?}"
            );
            let Some(head) = self.store.head(&tab.id) else {
                let is_gone = self.gone.contains(&tab.id);
                assert!(
                    is_gone || tab.tree.is_empty(),
                    "{} was never written",
                    tab.id
                );
                continue;
            };
            let read = self.store.read(&tab.id, Left::default(), "copy");
            let read = read.unwrap().unwrap().tree;
            if head.by == tab.page {
                let (is, should) = (shape(&read), shape(&tab.seen()));
                assert!(read == tab.seen(), "{is} instead of {should}");
                assert_eq!(head.count, read.len());
            } else {
                // Another tab has gone on with it.
                contains(&turns(&read), &turns(&tab.tree), &tab.id);
            }
        }
    }
}

/// All of these turns are among them, as they were or later.
fn contains(all: &BTreeMap<u32, u32>, told: &BTreeMap<u32, u32>, of: &str) {
    for (who, change) in told {
        let read = all.get(who);
        assert!(
            read.is_some_and(|read| read >= change),
            "{of}: {who}.{change} was told as written, and {read:?} is there"
        );
    }
}

proptest! {

    #[test]
    fn whatever_fails_and_whoever_goes_nothing_is_lost_and_nothing_is_mixed(
        steps in prop::collection::vec((0..2_usize, step()), 1..80),
    ) {
        go(&steps);
    }
}

/// Goes these steps, and looks after each.
fn go(steps: &[(usize, Step)]) {
    let mut world = World::new();
    for (at, step) in steps {
        world.step(*at, *step);
        world.check();
    }
    world.rest();
}

#[test]
fn a_copy_of_a_tab_that_goes_on_under_its_name_comes_back_as_it_was_written() {
    go(&[
        (0, Step::Say(None)),
        (0, Step::Hide(true, false)),
        (0, Step::Twin),
        (0, Step::Say(None)),
        (1, Step::Say(None)),
        (1, Step::Write(Fate::Well)),
        (1, Step::Write(Fate::Well)),
        (1, Step::Reload(true)),
    ]);
}

#[test]
fn what_one_tab_has_deleted_and_another_brought_back_is_not_what_it_was() {
    go(&[
        (1, Step::Say(None)),
        (1, Step::Write(Fate::Well)),
        (1, Step::Hide(true, false)),
        (1, Step::Write(Fate::Well)),
        (1, Step::Twin),
        (1, Step::Delete(0)),
        (0, Step::Twin),
        (1, Step::Say(None)),
        (1, Step::Write(Fate::Well)),
        (1, Step::Write(Fate::Well)),
    ]);
}

#[test]
fn what_a_page_before_the_last_has_left_is_nobodys_words() {
    go(&[
        (0, Step::Say(None)),
        (0, Step::Hide(true, false)),
        (0, Step::Write(Fate::Well)),
        (0, Step::Write(Fate::Fails)),
        (0, Step::End),
        (0, Step::Write(Fate::Well)),
        (0, Step::Write(Fate::Well)),
        (0, Step::Write(Fate::Well)),
        (0, Step::Reload(true)),
        (0, Step::Say(None)),
        (0, Step::Write(Fate::Well)),
        (0, Step::Say(None)),
        (0, Step::Say(None)),
        (0, Step::Write(Fate::Well)),
        (0, Step::Reload(true)),
    ]);
}

#[test]
fn what_is_put_back_takes_the_place_of_nothing() {
    go(&[
        (1, Step::Say(None)),
        (1, Step::Hide(false, true)),
        (1, Step::Say(None)),
        (1, Step::Twin),
        (0, Step::Say(None)),
        (0, Step::Delete(0)),
        (1, Step::Write(Fate::Well)),
        (1, Step::Write(Fate::Well)),
        (1, Step::Write(Fate::Well)),
        (1, Step::Write(Fate::Well)),
        (0, Step::Undo),
        (0, Step::Say(None)),
    ]);
}
