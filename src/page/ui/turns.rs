//! The turns of the conversation, in groups: the newest are made at once, the others as the reader comes near or as the browser
//! finds time, so that opening a long conversation costs what opening a short one does.
//!
//! In: the path of the tree. Out: groups of turns; one that is not made yet takes about the room that it will take. In the end all
//! are there, for the browser's search and for screen readers. It must not know what is in a turn.
//!
//! Made by hand, because a list of Leptos makes all its rows, and makes them later: here some are not made yet, and others are made
//! at once, as many as there is time for.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use gloo_events::EventListener;
use leptos::prelude::*;
use web_sys::{CssStyleSheet, Element, HtmlElement};

use super::dom::{Placed, el};
use super::found;
use super::kit::{For, own_heading};
use super::spoken::Spoken;
use super::turn::TurnView;
use super::window::Behind;
use crate::chat::request::Role;
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;
use crate::event::Millis;
use crate::history::records::title;
use crate::page::annex;
use crate::page::app::Chat;
use crate::page::browser::{adopt, sheet};
use crate::page::clock::now;
use crate::page::dom::{Near, set_style};
use crate::page::follow::follow;
use crate::page::history;
use crate::page::history::shelf::Sought;
use crate::page::idle::Task;
use crate::page::window;
use crate::page::words::say;

/// The number of turns that stand together. Where they are out of view they are left out of layout and painting, all at once: a
/// browser that had to watch each turn of a long conversation would be busy with that alone.
const TOGETHER: usize = 32;
/// The number of groups, the last ones, whose turns are wanted at once.
const NEWEST: usize = 2;
// What comes back first is what is made first.
const _: () = assert!(history::END <= NEWEST * TOGETHER);
/// The number of turns that are made before anything else happens; more are made until `MOMENT` has passed.
const AT_ONCE: usize = 4;
/// The time for which turns are made before anything else happens, however many they are, in milliseconds.
const MOMENT: Millis = 12.0;
/// The distance from what is seen, in pixels, within which turns are wanted soon.
const NEAR: u32 = 2000;

thread_local! {
    /// The sheet with the looks of turns, of coloured code and formulas too: the first view has none of them. One that came with the
    /// first code would hold up a long conversation, while the browser finds out what it changes.
    static SHEET: Option<CssStyleSheet> = sheet(concat!(
        include_str!("../../../style/turn.css"),
        include_str!("../../../style/talk.css"),
        include_str!("../../../style/answer.css"),
        include_str!("../../../style/code.css"),
        include_str!("../../../style/looks.css"),
        include_str!("../../../style/print.css"),
    ));
}

/// A turn as it is drawn. A reply that goes on is drawn anew: how often it was begun is part of what it is known by, and so is what
/// stands behind it, and its place among its versions.
type Drawn = (TurnId, u32, Behind, (usize, usize));

/// The turns of the conversation.
#[component]
pub fn Turns(chat: Chat) -> impl IntoView {
    adopt(&chat.shared().root, &SHEET);
    let title = Memo::new(move |_| chat.tree.with(title));
    let heading = move || match title.get() {
        title if title.is_empty() => say!(chat, conversation_untitled),
        title => title,
    };
    // Another conversation is drawn anew, whatever it has in common with the one before.
    view! {
        // What a person said stands right below: the heading is for those who go from heading to heading.
        <h1 class="unseen" dir="auto" use:own_heading=chat>
            {heading}
        </h1>
        <Spoken chat />
        <For each=move || [chat.conversation.get()] key=|number| *number let:_number>
            <div use:pile=chat></div>
        </For>
    }
}

/// Piles the turns up in their place.
fn pile(place: Element, chat: Chat) {
    history::watch(chat);
    window::watch(chat);
    let pile = Rc::new(RefCell::new(Pile {
        chat,
        place,
        // What holds it must not hold what it ends with.
        owner: Owner::new(),
        groups: Vec::new(),
        near: None,
        task: None,
        whole: true,
        sought: None,
        this: Weak::new(),
    }));
    pile.borrow_mut().this = Rc::downgrade(&pile);
    seek(&pile, chat);
    // Paper shows all of it.
    let printed = Rc::downgrade(&pile);
    let prints = EventListener::new(&window(), "beforeprint", move |_| {
        if let Some(pile) = printed.upgrade() {
            while pile.borrow_mut().make(false) {}
        }
    });
    StoredValue::new_local(prints);
    // What follows holds it, and ends with its owner; what it has started ends with it.
    let window = window::of(chat);
    follow(move || {
        let (border, summary) = window.with(|fit| (fit.border, fit.summary));
        let path: Vec<Drawn> = chat.starts.with(|starts| {
            let drawn = |tree: &Tree, id| {
                let behind = Behind {
                    border: border == Some(id),
                    summary: summary == Some(id),
                };
                let begun = starts.get(id).copied().unwrap_or(0);
                (id, begun, behind, tree.branch(id))
            };
            let path = |tree: &Tree| tree.path().map(|id| drawn(tree, id)).collect();
            chat.tree.with(path)
        });
        pile.borrow_mut().update(&path, !chat.returning.get());
    });
}

/// Has the pile show the places that somebody looks for in its conversation.
fn seek(pile: &Rc<RefCell<Pile>>, chat: Chat) {
    let Some(history) = history::of(chat) else {
        return;
    };
    let pile = Rc::downgrade(pile);
    let number = chat.conversation.get_untracked();
    let sought = history.shelf.sought.clone();
    follow(move || {
        let sought = sought.get().filter(|sought| sought.conversation == number);
        if let (Some(sought), Some(pile)) = (sought, pile.upgrade()) {
            let mut pile = pile.borrow_mut();
            pile.sought = Some(sought);
            untrack(|| pile.seek());
        }
    });
}

struct Pile {
    chat: Chat,
    place: Element,
    owner: Owner,
    groups: Vec<Group>,
    near: Option<Near>,
    /// The task that makes what is not made yet.
    task: Option<Task>,
    /// `true` where all turns are here; else only the newest are, and there is room for the others.
    whole: bool,
    /// The place that somebody looks for, until it is there.
    sought: Option<Sought>,
    this: Weak<RefCell<Pile>>,
}

struct Group {
    element: HtmlElement,
    turns: Vec<Drawn>,
    /// Rows that are made, each in the place of its turn.
    rows: Vec<Option<Row>>,
    /// The number of turns that are not made.
    left: usize,
    /// Set once the group has come near.
    near: bool,
    /// `true` while the group is one of the last.
    newest: bool,
    /// The room that the turns of the group take, more or less, in letters' heights.
    room: usize,
    /// An element above what is made, in the place of what is not. It is an element of its own: a browser that keeps the reader's
    /// place while things grow above gives up where the size of what is around that place is set.
    gap: Option<HtmlElement>,
}

struct Row {
    turn: Placed,
    /// Owner of what follows and listens inside the row.
    owner: Owner,
}

impl Pile {
    /// Takes the path as it is now, and makes the turns of it that are wanted at once.
    fn update(&mut self, path: &[Drawn], whole: bool) {
        self.whole = whole;
        let count = path.len().div_ceil(TOGETHER);
        for gone in self.groups.drain(count.min(self.groups.len())..) {
            gone.element.remove();
            gone.rows.into_iter().flatten().for_each(Row::end);
        }
        for (at, turns) in path.chunks(TOGETHER).enumerate() {
            if at == self.groups.len() {
                let element = el("div", &[("class", "turns")]);
                let _ = self.place.append_child(&element);
                self.groups.push(Group::new(element));
            }
            if let Some(group) = self.groups.get_mut(at) {
                group.take(turns);
                group.newest = at + NEWEST >= count;
            }
        }
        let began = now();
        let mut made = 0;
        while (made < AT_ONCE || now() - began < MOMENT) && self.make(true) {
            made += 1;
        }
        if self.groups.iter().any(|group| group.left > 0) {
            self.make_room();
            self.chat.follow();
            self.go_on();
        }
        self.seek();
    }

    /// Makes one turn, the newest of those that are wanted; `false` where there is none.
    fn make(&mut self, only_urgent: bool) -> bool {
        let whole = self.whole;
        let mut waiting = self.groups.iter();
        let urgent = waiting.rposition(|group| group.is_urgent(whole));
        let next = urgent.or_else(|| {
            let mut waiting = self.groups.iter();
            waiting.rposition(|group| group.left > 0 && !only_urgent && whole)
        });
        let Some(group) = next.and_then(|at| self.groups.get_mut(at)) else {
            return false;
        };
        if let Some(at) = group.rows.iter().rposition(Option::is_none) {
            group.make(at, self.chat, &self.owner);
        }
        if group.gap.is_some() {
            self.chat.tree.with_untracked(|tree| group.leave_room(tree));
        }
        true
    }

    /// Makes room for turns that are not made, and watches their groups come near.
    fn make_room(&mut self) {
        let this = self.this.clone();
        let chat = self.chat;
        let near = self.near.get_or_insert_with(|| {
            let seen = move |element: Element| {
                if let Some(pile) = this.upgrade() {
                    pile.borrow_mut().hurry(&element);
                }
            };
            let scroller = chat.scroller().get_untracked();
            Near::new(scroller.as_ref().map(AsRef::as_ref), NEAR, seen)
        });
        for group in self.groups.iter_mut().filter(|group| group.left > 0) {
            if group.gap.is_none() {
                near.watch(&group.element);
            }
            chat.tree.with_untracked(|tree| group.leave_room(tree));
        }
    }

    /// Makes the turn that somebody looks for, if it is on the path, and shows the place.
    fn seek(&mut self) {
        let Some(sought) = self.sought.take_if(|_| self.whole) else {
            return;
        };
        let place = self.groups.iter_mut().find_map(|group| {
            let mut turns = group.turns.iter();
            let at = turns.position(|(id, ..)| *id == sought.turn)?;
            Some((group, at))
        });
        let Some((group, at)) = place else {
            // It may be on its way.
            self.sought = Some(sought);
            return;
        };
        group.near = true;
        if matches!(group.rows.get(at), Some(None)) {
            group.make(at, self.chat, &self.owner);
        }
        if group.gap.is_some() {
            self.chat.tree.with_untracked(|tree| group.leave_room(tree));
        }
        annex::awake(&group.element);
        let row = group.rows.get(at).and_then(Option::as_ref);
        if let Some(turn) = row.and_then(|row| row.turn.element()) {
            found::show(self.chat, turn, sought.words);
        }
        if self.groups.iter().any(|group| group.left > 0) {
            self.go_on();
        }
    }

    /// Takes note that a group is near, and sees to its turns.
    fn hurry(&mut self, element: &Element) {
        let mut groups = self.groups.iter_mut();
        if let Some(group) = groups.find(|group| **group.element == **element) {
            group.near = true;
            annex::awake(element);
            if group.left > 0 {
                self.go_on();
            }
        }
    }

    /// Sees to it that the rest is made, a turn at a time.
    fn go_on(&mut self) {
        let this = self.this.clone();
        let whole = self.whole;
        let urgent = self.groups.iter().any(|group| group.is_urgent(whole));
        let work = move || {
            let Some(pile) = this.upgrade() else {
                return false;
            };
            let mut pile = pile.borrow_mut();
            let made = pile.make(false);
            pile.chat.follow();
            // What is urgent and what is not stand in tasks of their own.
            let more = made && pile.groups.iter().any(|group| group.left > 0);
            let whole = pile.whole;
            let calm = !pile.groups.iter().any(|group| group.is_urgent(whole));
            if more && calm && urgent {
                pile.go_on();
                return false;
            }
            more
        };
        self.task = Some(Task::new(urgent, work));
    }
}

impl Group {
    fn new(element: HtmlElement) -> Group {
        Group {
            element,
            turns: Vec::new(),
            rows: Vec::new(),
            left: 0,
            near: false,
            newest: false,
            room: 0,
            gap: None,
        }
    }

    /// Tells whether somebody may soon see a turn of the group that is not made.
    fn is_urgent(&self, whole: bool) -> bool {
        self.left > 0 && (self.newest || self.near && whole)
    }

    /// Takes the turns that the group has now; those that stay keep what is made of them.
    fn take(&mut self, turns: &[Drawn]) {
        if self.turns == turns {
            return;
        }
        for (at, row) in self.rows.iter_mut().enumerate() {
            if self.turns.get(at) != turns.get(at)
                && let Some(row) = row.take()
            {
                row.end();
            }
        }
        self.rows.resize_with(turns.len(), || None);
        self.turns = turns.to_vec();
        self.left = self.rows.iter().filter(|row| row.is_none()).count();
    }

    /// Makes the turn at this place, which is not made yet.
    fn make(&mut self, at: usize, chat: Chat, owner: &Owner) {
        // As many rows as turns.
        let Some((id, _, behind, _)) = self.turns.get(at).copied() else {
            return;
        };
        let owner = owner.child();
        let next = self.rows.iter().skip(at + 1).flatten().next();
        let next = next.and_then(|row| row.turn.element());
        let draw = || {
            let view = || untrack(|| view! { <TurnView chat id behind /> }.into_any());
            owner.with(|| Placed::before(view(), &self.element, next.as_deref()))
        };
        let turn = match self.near || self.newest {
            true => draw(),
            false => annex::far_away(draw),
        };
        if let Some(row) = self.rows.get_mut(at) {
            *row = Some(Row { turn, owner });
        }
        self.left = self.left.saturating_sub(1);
    }

    /// Makes as much room as the turns of the group will take, more or less.
    fn leave_room(&mut self, tree: &Tree) {
        let (mut all, mut unmade) = (0, 0);
        for ((id, ..), row) in self.turns.iter().zip(&self.rows) {
            let room = tree.turn(*id).map_or(0, room);
            all += room;
            unmade += if row.is_none() { room } else { 0 };
        }
        if std::mem::replace(&mut self.room, all) != all {
            set_style(&self.element, "--room", &format!("{all}em"));
        }
        if self.left == 0 {
            if let Some(gap) = self.gap.take() {
                gap.remove();
            }
            return;
        }
        let gap = self.gap.get_or_insert_with(|| {
            let gap = el("div", &[("class", "gap")]);
            let _ = self.element.prepend_with_node_1(&gap);
            gap
        });
        set_style(gap, "block-size", &format!("{unmade}em"));
    }
}

impl Row {
    fn end(self) {
        self.turn.end();
        self.owner.cleanup();
    }
}

/// A guess at the room that a turn takes, in letters' heights: lines of so many letters, and what stands around the text.
fn room(turn: &Turn) -> usize {
    let (letters, around) = match turn.role {
        Role::Assistant => (58, 6),
        _ => (50, 5),
    };
    around + (turn.text.len() / letters + 1) * 8 / 5 + turn.images.len() * 16
}
