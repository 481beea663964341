//! Tabs, the lock and the store that they share, driven by what people and browsers do.
//!
//! The hands of each page are played by [`World`]: it does what `page::history` does. A message goes through its text.

#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;
use crate::chat::archive::record;
use crate::chat::request::Role as Speaker;
use crate::history::records::{mend, title};

const ID: &str = "RILL1";

/// A page in a tab.
#[derive(Debug, Default)]
struct Page {
    tab: Tab,
    tree: Tree,
    /// The reply that is seen to run: made here, or followed.
    live: Option<(TurnId, Turn)>,
    /// The browser has put the tab to sleep: it hears later.
    asleep: Option<Vec<Message>>,
    gone: Option<Deleted>,
    /// Times that what the person wanted was done.
    went_on: usize,
}

#[derive(Debug, Default)]
struct World {
    pages: Vec<Option<Page>>,
    lock: Option<usize>,
    line: VecDeque<usize>,
    store: Option<(u64, Tree)>,
    /// Messages on their way: to whom, and what.
    post: VecDeque<(usize, String)>,
}

impl World {
    /// Opens the conversation in another tab.
    fn open(&mut self) -> usize {
        let at = self.pages.len();
        let has_lock = self.lock.is_none();
        if has_lock {
            self.lock = Some(at);
        } else {
            self.line.push_back(at);
        }
        let mut page = Page::default();
        assert_eq!(page.tab.shows(ID, Some(has_lock)), []);
        self.pages.push(Some(page));
        self.act(at, Act::Read);
        self.settle();
        at
    }

    fn page(&mut self, at: usize) -> Option<&mut Page> {
        self.pages.get_mut(at)?.as_mut()
    }

    fn acts(&mut self, at: usize, acts: Vec<Act>) {
        for act in acts {
            self.act(at, act);
        }
    }

    fn act(&mut self, at: usize, act: Act) {
        match act {
            Act::Request(_) if self.lock.is_none() => self.give(at),
            Act::Request(_) => self.line.push_back(at),
            Act::Steal(_) => {
                let robbed = self.lock.take();
                self.line.retain(|waits| *waits != at);
                let acts = robbed.and_then(|robbed| Some(self.page(robbed)?.tab.robbed(ID)));
                self.give(at);
                if let (Some(robbed), Some(acts)) = (robbed, acts) {
                    self.acts(robbed, acts);
                }
            }
            Act::Release(_) => self.release(at),
            Act::Say(message) => self.say(at, &message),
            Act::SayRunning => {
                let page = self.page(at).unwrap();
                let running = page.live.as_ref();
                let message = running.and_then(|(id, turn)| page.tab.began(*id, turn));
                message
                    .into_iter()
                    .for_each(|message| self.say(at, &message));
            }
            Act::Yield(end) => {
                self.finish(at, end);
                let acts = self.page(at).unwrap().tab.yielded();
                self.acts(at, acts);
            }
            Act::Read => {
                let (version, tree) = self.store.clone().unwrap_or_default();
                let page = self.page(at).unwrap();
                let mut tree = tree.settled();
                let mended = page.tab.mend(&mut tree);
                (page.tree, page.live) = (tree, None);
                let acts = page.tab.read(version);
                self.acts(at, acts);
                let mended: Vec<TurnId> = mended.into_iter().collect();
                if !mended.is_empty() {
                    self.write(at, &mended);
                }
            }
            Act::Amend { turns, aside } => {
                let page = self.page(at).unwrap();
                for (id, record) in turns {
                    amend(&mut page.tree, id, &record);
                }
                aside.iter().for_each(|id| page.tree.show(*id));
            }
            Act::Begin(id, turn) => {
                let page = self.page(at).unwrap();
                page.tree.turn_mut(id).unwrap().end = None;
                page.live = Some((id, *turn));
            }
            Act::Grow(events) => {
                let (_, turn) = self.page(at).unwrap().live.as_mut().unwrap();
                events.iter().for_each(|event| turn.apply(event));
            }
            Act::End(end) => {
                let page = self.page(at).unwrap();
                let (id, mut turn) = page.live.take().unwrap();
                turn.end = Some(end);
                *page.tree.turn_mut(id).unwrap() = turn;
            }
            Act::Stop => self.finish(at, End::Stopped),
            Act::GoOn => self.page(at).unwrap().went_on += 1,
            Act::Gone(deleted) => {
                let page = self.page(at).unwrap();
                page.gone = Some(deleted);
                (page.tree, page.live) = Default::default();
                let acts = page.tab.shows("RILL2", Some(true));
                self.acts(at, acts);
            }
            Act::Back(_) => {
                self.release(at);
                let page = self.page(at).unwrap();
                page.gone = None;
                page.tab.shows(ID, Some(false));
                self.line.push_back(at);
                self.act(at, Act::Read);
                self.next();
            }
            Act::Leave | Act::List => {}
        }
    }

    fn give(&mut self, at: usize) {
        self.lock = Some(at);
        let acts = self.page(at).map(|page| page.tab.locked(ID));
        self.acts(at, acts.unwrap_or_default());
    }

    fn release(&mut self, at: usize) {
        self.line.retain(|waits| *waits != at);
        if self.lock == Some(at) {
            self.lock = None;
            self.next();
        }
    }

    fn next(&mut self) {
        if self.lock.is_none()
            && let Some(next) = self.line.pop_front()
        {
            self.give(next);
        }
    }

    fn say(&mut self, from: usize, message: &Message) {
        for to in (0..self.pages.len()).filter(|to| *to != from) {
            self.post.push_back((to, message.write()));
        }
    }

    /// Delivers all that is said.
    fn settle(&mut self) {
        while let Some((to, text)) = self.post.pop_front() {
            let message = Message::read(&text).unwrap();
            let Some(page) = self.page(to) else { continue };
            if let Some(later) = &mut page.asleep {
                later.push(message);
                continue;
            }
            let turns = page.tree.len();
            let acts = page.tab.heard(message, turns);
            self.acts(to, acts);
        }
    }

    fn wake(&mut self, at: usize) {
        let missed = self.page(at).and_then(|page| page.asleep.take());
        for message in missed.into_iter().flatten() {
            self.post.push_back((at, message.write()));
        }
        self.settle();
    }

    /// Asks something in a tab that writes; a reply begins.
    fn ask(&mut self, at: usize, text: &str) {
        let page = self.page(at).unwrap();
        assert!(page.tab.writes());
        let last = page.tree.last();
        let asked = page.tree.add(last, Turn::user(text));
        let id = page.tree.add(Some(asked), Turn::reply());
        page.live = Some((id, Turn::reply()));
        let message = page.tab.began(id, &Turn::reply());
        message.iter().for_each(|message| self.say(at, message));
        self.settle();
        self.write(at, &[asked, id]);
        self.settle();
    }

    fn grow(&mut self, at: usize, events: &[ChatEvent]) {
        let page = self.page(at).unwrap();
        let Some((id, turn)) = page.live.as_mut().filter(|_| page.tab.writes()) else {
            return;
        };
        events.iter().for_each(|event| turn.apply(event));
        let message = page.tab.grew(*id, turn, events);
        message.iter().for_each(|message| self.say(at, message));
        self.settle();
    }

    fn finish(&mut self, at: usize, end: End) {
        let page = self.page(at).unwrap();
        let Some((id, mut turn)) = page.live.take() else {
            return;
        };
        turn.end = Some(end);
        *page.tree.turn_mut(id).unwrap() = turn.clone();
        let message = page.tab.ended(id, &turn);
        message.iter().for_each(|message| self.say(at, message));
        self.write(at, &[id]);
    }

    /// Writes these turns.
    fn write(&mut self, at: usize, turns: &[TurnId]) {
        let expect = self.store.as_ref().map_or(0, |(version, _)| *version);
        // A tab that was robbed, and does not know, is refused.
        if self.lock.is_some_and(|lock| lock != at) {
            return;
        }
        let page = self.page(at).unwrap();
        let turns = turns.iter().map(|id| {
            let turn = page.tree.turn(*id).unwrap();
            (*id, record(page.tree.parent(*id), turn))
        });
        let turns: Vec<(TurnId, String)> = turns.collect();
        let batch = Batch {
            expect,
            head: Head {
                id: ID.to_owned(),
                title: title(&page.tree),
                count: page.tree.len(),
                version: expect + 1,
                ..Head::default()
            },
            turns: turns.clone(),
        };
        let said = page.tab.wrote(&batch);
        let (version, tree) = self.store.get_or_insert_default();
        *version = expect + 1;
        for (id, record) in &turns {
            amend(tree, *id, record);
        }
        said.iter().for_each(|message| self.say(at, message));
    }

    /// A tab goes, whatever it was about.
    fn kill(&mut self, at: usize) {
        self.pages[at] = None;
        self.release(at);
        self.settle();
    }

    fn take_over(&mut self, at: usize, end: End) {
        let acts = self.page(at).unwrap().tab.take_over(end);
        self.acts(at, acts);
        self.settle();
        let acts = self.page(at).unwrap().tab.overdue();
        self.acts(at, acts);
        self.settle();
    }

    /// What is seen of the last turn: its text, its thinking, and its end.
    fn seen(&mut self, at: usize) -> (String, String, Option<String>) {
        let page = self.page(at).unwrap();
        let last = page.tree.last();
        let turn = match &page.live {
            Some((id, turn)) if Some(*id) == last => turn,
            _ => page.tree.turn(last.unwrap()).unwrap(),
        };
        let end = turn.end.as_ref();
        let end = end.map(|end| end.reason().unwrap_or_else(|| end.word().to_owned()));
        (turn.text.clone(), turn.reasoning.clone(), end)
    }

    fn roles(&mut self) -> Vec<Role> {
        let pages = self.pages.iter().flatten();
        pages.map(|page| page.tab.role()).collect()
    }
}

fn amend(tree: &mut Tree, id: TurnId, record: &str) {
    mend(tree, &[(id, record.to_owned())]);
}

fn text(piece: &str) -> ChatEvent {
    ChatEvent::Text(piece.to_owned())
}

fn complete() -> End {
    End::Complete {
        reason: "stop".to_owned(),
    }
}

fn two() -> World {
    let mut world = World::default();
    assert_eq!((world.open(), world.open()), (0, 1));
    assert_eq!(world.roles(), [Role::Writer, Role::Follower]);
    world
}

#[test]
fn a_follower_sees_each_token_and_the_end_with_its_figures() {
    let mut world = two();
    world.ask(0, "Why?");
    for (piece, seen) in [("Ὁ ", "Ὁ "), ("ποταμός", "Ὁ ποταμός")] {
        world.grow(0, &[text(piece)]);
        assert_eq!(world.seen(1), (seen.to_owned(), String::new(), None));
    }
    world.grow(0, &[ChatEvent::Reasoning("hm".to_owned()), text(".")]);
    world.grow(
        0,
        &[ChatEvent::Usage(crate::event::Usage {
            completion_tokens: Some(3),
            ..Default::default()
        })],
    );
    world.finish(0, complete());
    world.settle();
    assert_eq!(world.seen(1), world.seen(0));
    let trees: Vec<Tree> = world
        .pages
        .iter()
        .flatten()
        .map(|page| page.tree.clone())
        .collect();
    assert_eq!(trees[0], trees[1]);
    assert_eq!(trees[1].turn(1).unwrap().usage.completion_tokens, Some(3));
}

#[test]
fn who_comes_in_the_middle_sees_all_that_came_before() {
    let mut world = World::default();
    world.open();
    world.ask(0, "Why?");
    world.grow(0, &[text("Because ")]);
    world.open();
    assert_eq!(world.seen(1).0, "Because ");
    world.grow(0, &[text("it is.")]);
    assert_eq!(world.seen(1).0, "Because it is.");
    assert_eq!(world.seen(1).2, None);
}

#[test]
fn nothing_is_said_where_nobody_follows() {
    let mut world = World::default();
    world.open();
    world.ask(0, "Why?");
    let page = world.page(0).unwrap();
    let (id, turn) = page.live.clone().unwrap();
    assert_eq!(page.tab.grew(id, &turn, &[text("a")]), None);
    assert_eq!(page.tab.ended(id, &turn), None);
}

#[test]
fn a_text_that_the_server_says_anew_is_shown_anew() {
    let mut world = two();
    world.ask(0, "Why?");
    world.grow(0, &[text("teh")]);
    world.grow(0, &[ChatEvent::ReplaceText("the".to_owned())]);
    assert_eq!(world.seen(1).0, "the");
    world.grow(0, &[ChatEvent::TextWasReasoning, text("a")]);
    assert_eq!(world.seen(1), ("a".to_owned(), "the".to_owned(), None));
}

#[test]
fn what_was_missed_is_asked_for() {
    let mut world = two();
    world.ask(0, "Why?");
    world.page(1).unwrap().asleep = Some(Vec::new());
    world.grow(0, &[text("one ")]);
    // The browser has thrown away what it could not deliver.
    world.page(1).unwrap().asleep = None;
    world.grow(0, &[text("two ")]);
    assert_eq!(world.seen(1).0, "one two ");
    // And records that were missed are read.
    world.page(1).unwrap().asleep = Some(Vec::new());
    world.finish(0, complete());
    world.ask(0, "And?");
    world.page(1).unwrap().asleep = None;
    world.finish(0, complete());
    world.settle();
    assert_eq!(world.page(1).unwrap().tree.len(), 4);
    assert_eq!(world.seen(1), world.seen(0));
}

#[test]
fn a_follower_takes_over_and_what_the_person_wanted_is_done_once() {
    let mut world = two();
    world.ask(0, "Why?");
    world.grow(0, &[text("Because")]);
    world.take_over(1, End::Stopped);
    assert_eq!(world.roles(), [Role::Follower, Role::Writer]);
    assert_eq!(world.seen(1).2.as_deref(), Some("stopped"));
    assert_eq!(world.seen(0), world.seen(1));
    assert_eq!(world.page(1).unwrap().went_on, 1);
    world.ask(1, "And?");
    world.grow(1, &[text("So")]);
    assert_eq!(world.seen(0).0, "So");
    // And back.
    world.take_over(0, End::Superseded);
    assert_eq!(world.roles(), [Role::Writer, Role::Follower]);
    assert_eq!(world.seen(0).2.as_deref(), Some("superseded"));
}

#[test]
fn a_tab_that_only_waits_lets_the_one_go_first_that_has_asked() {
    let mut world = two();
    world.open();
    let acts = world.page(2).unwrap().tab.take_over(End::Stopped);
    world.acts(2, acts);
    world.settle();
    // Nobody was robbed for it.
    assert_eq!(
        world.roles(),
        [Role::Follower, Role::Follower, Role::Writer]
    );
}

#[test]
fn a_stop_in_a_follower_stops_the_writers_reply() {
    let mut world = two();
    world.ask(0, "Why?");
    world.grow(0, &[text("Because")]);
    world.say(1, &Message::Stop { of: ID.to_owned() });
    world.settle();
    assert_eq!(world.seen(1).2.as_deref(), Some("stopped"));
    assert_eq!(world.seen(0).2.as_deref(), Some("stopped"));
}

#[test]
fn where_the_writer_is_gone_the_next_in_line_keeps_all_that_was_heard() {
    let mut world = two();
    world.open();
    world.ask(0, "Why?");
    world.grow(0, &[text("Because ")]);
    world.grow(0, &[text("it is")]);
    // Of this reply the store holds nothing yet.
    assert_eq!(world.store.as_ref().unwrap().1.turn(1).unwrap().text, "");
    world.kill(0);
    assert_eq!(world.roles(), [Role::Writer, Role::Follower]);
    let cut = Some("page-closed".to_owned());
    for at in [1, 2] {
        assert_eq!(
            world.seen(at),
            ("Because it is".to_owned(), String::new(), cut.clone())
        );
    }
    assert_eq!(
        world.store.as_ref().unwrap().1.turn(1).unwrap().text,
        "Because it is"
    );
    world.kill(1);
    assert_eq!(world.roles(), [Role::Writer]);
    assert_eq!(world.seen(2).2, cut);
}

#[test]
fn a_writer_that_sleeps_is_robbed_and_follows_when_it_wakes() {
    let mut world = two();
    world.ask(0, "Why?");
    world.finish(0, complete());
    world.page(0).unwrap().asleep = Some(Vec::new());
    world.take_over(1, End::Stopped);
    assert_eq!(world.page(1).unwrap().tab.role(), Role::Writer);
    world.ask(1, "And?");
    world.finish(1, complete());
    world.wake(0);
    assert_eq!(world.roles(), [Role::Follower, Role::Writer]);
    assert_eq!(world.page(0).unwrap().tree.len(), 4);
}

#[test]
fn what_another_tab_deletes_is_gone_here_and_comes_back() {
    let mut world = two();
    world.ask(0, "Why?");
    world.finish(0, complete());
    world.settle();
    // The second deletes: it takes the lock for it, as one that writes.
    world.take_over(1, End::Stopped);
    let store = world.store.take();
    let deleted = Deleted {
        of: ID.to_owned(),
        ..Deleted::default()
    };
    world.say(1, &Message::Deleted(deleted.clone()));
    world.settle();
    assert_eq!(world.page(0).unwrap().gone, Some(deleted));
    assert!(world.page(0).unwrap().tree.is_empty());
    assert_eq!(world.page(0).unwrap().tab.id(), "RILL2");
    world.store = store;
    world.say(1, &Message::Restored { of: ID.to_owned() });
    world.settle();
    assert_eq!(world.page(0).unwrap().gone, None);
    assert_eq!(world.page(0).unwrap().tree.len(), 2);
}

#[test]
fn without_locks_each_tab_writes_and_hears_of_deletions() {
    let mut tab = Tab::default();
    tab.shows(ID, None);
    assert!(tab.writes() && !tab.follows());
    assert_eq!(tab.take_over(End::Stopped), []);
    assert_eq!(tab.heard(Message::Follow { of: ID.to_owned() }, 2), []);
    let deleted = Deleted {
        of: ID.to_owned(),
        ..Deleted::default()
    };
    let acts = tab.heard(Message::Deleted(deleted.clone()), 2);
    assert_eq!(acts, [Act::List, Act::Gone(deleted)]);
}

#[test]
fn another_conversation_lets_go_of_the_lock_of_the_one_before() {
    let mut tab = Tab::default();
    assert_eq!(tab.shows(ID, Some(true)), []);
    assert_eq!(tab.shows(ID, Some(true)), []);
    let acts = tab.shows("RILL2", Some(true));
    assert_eq!(acts, [Act::Release(ID.to_owned())]);
    // A lock that comes too late is given back.
    assert_eq!(tab.locked(ID), [Act::Release(ID.to_owned())]);
}

#[test]
fn a_writer_that_slept_and_was_robbed_says_nothing_of_its_reply() {
    let mut world = World::default();
    for at in 0..3 {
        world.open();
        if at == 0 {
            world.ask(0, "One");
        }
    }
    world.page(0).unwrap().asleep = Some(Vec::new());
    world.take_over(1, End::Stopped);
    assert_eq!(world.page(1).unwrap().tab.role(), Role::Writer);
    world.wake(0);
    let seen = world.seen(1);
    assert_eq!(seen.2.as_deref(), Some("page-closed"));
    assert_eq!((world.seen(0), world.seen(2)), (seen.clone(), seen));
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Open,
    Ask,
    Grow,
    Replace,
    Finish,
    TakeOver(u8),
    Kill(u8),
    Sleep(u8),
    Wake(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let at = any::<u8>;
    prop_oneof![
        1 => Just(Step::Open),
        3 => Just(Step::Ask),
        8 => Just(Step::Grow),
        1 => Just(Step::Replace),
        3 => Just(Step::Finish),
        2 => at().prop_map(Step::TakeOver),
        1 => at().prop_map(Step::Kill),
        1 => at().prop_map(Step::Sleep),
        1 => at().prop_map(Step::Wake),
    ]
}

impl World {
    fn step(&mut self, step: Step, number: usize) {
        let there: Vec<usize> = (0..self.pages.len())
            .filter(|at| self.pages[*at].is_some())
            .collect();
        let pick = |which: u8| there.get(usize::from(which) % there.len().max(1)).copied();
        let writer = self.lock.filter(|at| there.contains(at));
        let awake = |world: &mut World, at: usize| world.page(at).unwrap().asleep.is_none();
        let writer = writer.filter(|at| awake(self, *at));
        match step {
            Step::Open if there.len() < 4 => drop(self.open()),
            Step::Ask => {
                if let Some(at) = writer {
                    self.finish(at, End::Superseded);
                    self.ask(at, &format!("question {number}"));
                }
            }
            Step::Grow => {
                writer
                    .into_iter()
                    .for_each(|at| self.grow(at, &[text(&format!("{number} "))]));
            }
            Step::Replace => {
                let anew = ChatEvent::ReplaceText(format!("anew {number} "));
                writer
                    .into_iter()
                    .for_each(|at| self.grow(at, std::slice::from_ref(&anew)));
            }
            Step::Finish => writer
                .into_iter()
                .for_each(|at| self.finish(at, complete())),
            Step::TakeOver(which) => {
                if let Some(at) = pick(which).filter(|at| awake(self, *at)) {
                    self.take_over(at, End::Stopped);
                }
            }
            Step::Kill(which) => pick(which).into_iter().for_each(|at| self.kill(at)),
            Step::Sleep(which) => {
                if let Some(page) = pick(which).and_then(|at| self.page(at)) {
                    page.asleep.get_or_insert_default();
                }
            }
            Step::Wake(which) => pick(which).into_iter().for_each(|at| self.wake(at)),
            Step::Open => {}
        }
        self.settle();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_one_writes_and_all_that_are_awake_show_the_same(
        steps in prop::collection::vec(step(), 0..60)
    ) {
        let mut world = World::default();
        world.open();
        for (number, step) in steps.into_iter().enumerate() {
            world.step(step, number);
        }
        for at in 0..world.pages.len() {
            world.wake(at);
        }
        let roles = world.roles();
        let writers = roles.iter().filter(|role| **role == Role::Writer).count();
        prop_assert_eq!(writers, usize::from(!roles.is_empty()), "{:?}", roles);
        // Nothing but writers and followers is left, once all is said.
        prop_assert!(roles.iter().all(|role| matches!(role, Role::Writer | Role::Follower)));
        let there: Vec<usize> = (0..world.pages.len()).filter(|at| world.pages[*at].is_some()).collect();
        if let Some(writer) = world.lock {
            for at in there {
                let (own, other) = (world.page(writer).unwrap().tree.len(), world.page(at).unwrap().tree.len());
                prop_assert_eq!(own, other);
                if own > 0 {
                    prop_assert_eq!(world.seen(at), world.seen(writer));
                }
            }
            let tree = world.page(writer).unwrap().tree.clone();
            let is_over = |id: &TurnId| tree.turn(*id).unwrap().role != Speaker::Assistant || tree.turn(*id).unwrap().end.is_some();
            let running = world.page(writer).unwrap().live.as_ref().map(|(id, _)| *id);
            prop_assert!((0..tree.len()).filter(|id| Some(*id) != running).all(|id| is_over(&id)));
        }
    }
}
