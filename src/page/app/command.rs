//! What a person can ask of the page: all of it, for views have no other way in.

use std::sync::Arc;

use leptos::prelude::*;
use web_sys::File;

use super::{Chat, LinkState, ToCheck};
use crate::address::Address;
use crate::chat::request::Image;
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Gone;
use crate::dialect::Kind;
use crate::link::Link;
use crate::options::Door;
use crate::page::live::Order;
use crate::page::panel::Panel;

/// Commands of a person to the page.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Say something; a reply that runs is superseded.
    Send(String),
    /// End the reply that runs; what arrived stays.
    Stop,
    /// Show all that is here at once.
    Skip,
    /// Show text twice as fast while set.
    Hurry(bool),
    /// Go on where text waits at the end of a page.
    ReadOn,
    /// Wait on past a deadline.
    WaitOn,
    /// Let the model give another answer to the same question, beside this one.
    Retry(TurnId),
    /// Let the model go on from where this answer ended.
    Continue(TurnId),
    /// Let this answer begin as it did up to a token, with this word in the token's place, and the model go on from there.
    Branch(TurnId, usize, String),
    /// Ask the same question in other words, beside this one.
    Edit(TurnId, String),
    /// Show the branch so many places beside this one.
    Switch(TurnId, isize),
    /// Show the path that leads to this turn.
    Reveal(TurnId),
    /// Take a turn away, alone or with all that stands behind it.
    TakeAway(TurnId, Gone),
    /// Send a turn always, however long the conversation is; or no longer.
    Pin(TurnId, bool),
    /// Let the summary behind a turn have these words; empty ones are none.
    SumUp(TurnId, String),
    /// Undo the last [`Command::TakeAway`] or [`Command::SumUp`].
    Undo,
    /// Begin a conversation with all that leads to this turn. A person's own turn is put into the field, to be sent once more.
    MoveOn(TurnId),
    /// Send the message in the field once the reply that runs has ended.
    Queue,
    /// Put a queued message in other words, by its number.
    EditQueued(u32, String),
    /// Drop a queued message, by its number.
    DropQueued(u32),
    /// Send the first of the queued messages now; a reply that runs is superseded.
    SendQueued,
    /// Begin anew.
    Clear,
    /// Put this conversation, from a file, in the place of the one that is there.
    Import(Tree),
    /// Keep this text, which is not sent yet.
    Draft(String),
    /// Add the pictures among these files to the next message.
    AddPictures(Vec<File>),
    /// Take a picture out of the next message.
    RemovePicture(Arc<Image>),
    /// Bring the newest text back into view.
    ToEnd,
    /// Talk to a server.
    Connect(Choice),
    /// Talk to the demo.
    UseDemo,
    /// Try once more to reach the server that the page asks for.
    TryAgain,
    /// Use this model.
    UseModel(String),
    /// Use this transport to the server, and no other; `None` finds out anew which one works.
    UseWay(Option<String>),
    /// Look for servers on this computer.
    FindServers,
    /// Talk to the server that a link or the page names, or do not: the person's answer.
    Allow(bool),
    /// Open a dialog, in the place of the one that is open.
    Open(Panel),
    /// Close a dialog, if it is the one that is open.
    Close(Panel),
    /// Open the panel that checks the server of this address as it is written.
    Check(String),
    /// Open the Doctor's panel, or close it.
    Examine(bool),
}

/// Server that a person chose, and how it was chosen.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// A server among those that were found, as this kind: what is remembered of it counts more.
    Found(Address, Kind),
    /// A server that was typed by hand: what is said now counts from now on.
    Typed {
        /// Address as it was typed.
        address: String,
        /// Kind of the server; `None` is to be found out.
        kind: Option<Kind>,
        /// API key for the server; `None` forgets the one that is known.
        key: Option<String>,
        /// Set where the key is kept on the device, and not for the session alone.
        keeps_key: bool,
    },
}

impl Command {
    /// The door that a command goes through; `None` where it goes through none.
    fn door(&self) -> Option<Door> {
        match self {
            Command::Connect(_)
            | Command::UseDemo
            | Command::UseModel(_)
            | Command::UseWay(_)
            | Command::FindServers
            | Command::Check(_)
            | Command::Open(Panel::Check) => Some(Door::Server),
            Command::Open(Panel::Server) => Some(Door::Reading),
            Command::Open(Panel::Replies) => Some(Door::Replies),
            Command::Examine(true) => Some(Door::Raw),
            _ => None,
        }
    }
}

impl Chat {
    /// Does what a person asks. Commands on a turn do nothing while the conversation is on its way here.
    pub fn run(self, command: Command) {
        // Whatever has asked for it: where the page's owner has closed a door, it stays closed.
        if command
            .door()
            .is_some_and(|door| !untrack(|| self.opens(door)))
        {
            return;
        }
        match command {
            Command::Send(text) => self.send(text),
            Command::Stop => self.stop(),
            Command::Skip => self.order(Order::Skip),
            Command::Hurry(hurried) => self.order(Order::Hurry(hurried)),
            Command::ReadOn => self.order(Order::ReadOn),
            Command::WaitOn => self.order(Order::WaitOn),
            Command::Clear => self.clear(),
            Command::Import(tree) => self.begin_with(tree),
            Command::Draft(text) => self.keep_draft(text),
            Command::AddPictures(files) => self.add_pictures(files),
            Command::RemovePicture(image) => self.remove_picture(&image),
            Command::ToEnd => self.to_end(),
            Command::Connect(choice) => self.connect(choice),
            Command::UseDemo => self.change_link(Link::use_demo),
            Command::TryAgain => self.start(),
            Command::UseModel(model) => self.use_model(model),
            Command::UseWay(name) => self.use_way(name),
            Command::FindServers => self.change_link(Link::search),
            Command::Allow(yes) => self.allow(yes),
            Command::Open(panel) => self.open(panel),
            Command::Close(panel) => {
                if self.panel.get_untracked() == Some(panel) {
                    self.write(|signals| signals.panel.set(None));
                }
            }
            Command::Check(server) => self.check(ToCheck {
                server,
                at_once: true,
                by_link: false,
            }),
            Command::Examine(open) => self.write(|signals| signals.doctor.set(open)),
            // What is said of turns waits for them: a moment later it can be done.
            command => {
                if let Some(half) = self.ready() {
                    (half.on_turns)(self, command);
                }
            }
        }
    }

    /// Tells whether a door is open to the person: the page's owner may have closed it, and where a site's own transport is
    /// connected, there is no server to be chosen. Tracked.
    pub fn opens(self, door: Door) -> bool {
        let is_site = matches!(door, Door::Server | Door::Reading)
            && self.link.with(|link| matches!(link, LinkState::Site(_)));
        !is_site && self.options.with(|options| options.opens(door))
    }

    /// Tells whether this dialog is open; tracked.
    pub fn shows(self, panel: Panel) -> bool {
        self.panel.get() == Some(panel)
    }

    /// Returns the server that the panel is to check.
    pub fn to_check(self) -> ToCheck {
        self.shared().to_check.borrow().clone()
    }

    fn open(self, panel: Panel) {
        self.write(|signals| signals.panel.set(Some(panel)));
    }

    pub(super) fn check(self, what: ToCheck) {
        self.shared().to_check.replace(what);
        self.open(Panel::Check);
    }
}
