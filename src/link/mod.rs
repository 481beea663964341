//! Whom the page talks to: looked for, asked about, connected, found, failed, remembered.
//!
//! In: what the page asks for, what the person does, and what came of each [`Act`]. Out: a [`LinkState`], and the acts that it takes.
//! It must not know the network, the browser or the clock; the page is its hands.
//!
//! - One attempt to connect counts, the newest: what an older one or an older search brings changes nothing.
//! - A server that a link or the page's owner names, and that is neither the page's own host nor this computer, is not contacted before
//!   the person has given leave. Whom the person has chosen needs none.
//! - While a site's own transport is connected, nothing but the site's word ends that.
//! - While the state [is open](LinkState::is_open), something is on its way, or the person is asked.

mod server;
#[cfg(test)]
mod tests;

pub use server::{DEMO, Found, LastServer, Server};

use crate::address::{Address, BadAddress};
use crate::dialect::Kind;
use crate::doctor::Verdict;

/// The server, demo, site or nobody that the page talks to.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkState {
    /// Search for servers, which goes on.
    Looking,
    /// A server that a link or the page's owner names waits for the person's leave.
    Asking(Address),
    /// Nobody yet.
    Nothing,
    /// An attempt to get to know a server.
    Connecting(Address),
    /// The demo.
    Demo,
    /// A transport of the site's own, by the name that the site gives it.
    Site(String),
    /// A server.
    Connected(Server),
    /// A server that could not be reached; a send tries all the same.
    Failed {
        /// The server as far as it is known; `None` where the address itself is no address.
        server: Option<Server>,
        /// The fault.
        trouble: Trouble,
    },
}

/// A fault of a connection.
#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    /// A named cause.
    Verdict(Verdict),
    /// The server has no model.
    NoModels,
    /// Part of this page that could not be loaded.
    Unloaded,
    /// Text that was typed for an address and is none.
    Address(BadAddress),
}

/// An act that the link asks the page to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Search for servers on this computer; what was found goes to [`Link::found`] with this number.
    Search(u32),
    /// Attempt to get to know a server; what came of it goes to [`Link::connected`] or [`Link::failed`] with this number.
    Connect {
        /// The number of the attempt.
        attempt: u32,
        /// The server's base address.
        address: Address,
        /// The server's kind, where somebody has said so; else what is remembered of it counts.
        said: Option<Kind>,
        /// The server's kind as it was found, where nothing is remembered.
        guess: Option<Kind>,
    },
    /// Note of the server, to be remembered for the next time.
    Remember(LastServer),
    /// Note of the leave that the person has given for servers of this origin.
    Allow(String),
    /// Word that the page knows whom to talk to, or that it has failed: who waits for that goes on.
    Settled,
}

/// Wishes of the page when it starts.
#[derive(Debug, Clone, Default)]
pub struct Start<'a> {
    /// A server as it was written, or [`DEMO`]; `None`: whoever there is.
    pub server: Option<&'a str>,
    /// The server's kind; `None`: to be found out.
    pub kind: Option<Kind>,
    /// Set where the person has given leave for the server before.
    pub allowed: bool,
    /// The server that was used last.
    pub last: Option<LastServer>,
}

/// The link of one chat.
#[derive(Debug)]
pub struct Link {
    /// The page's origin.
    page: String,
    state: LinkState,
    /// The servers of this computer; `None` before they were looked for.
    found: Option<Vec<Found>>,
    /// The number of the newest attempt.
    attempt: u32,
    /// The number of the newest search.
    search: u32,
    /// `true` while a server that is found may be connected: nobody has chosen another since the search began.
    chooses: bool,
    /// The origins that this link has talked to: the person has chosen them, or given leave.
    chosen: Vec<String>,
}

impl LinkState {
    /// The server that requests go to, known well or hardly; `None` for the demo, for nobody, and while there is none yet.
    pub fn server(&self) -> Option<&Server> {
        match self {
            LinkState::Connected(server)
            | LinkState::Failed {
                server: Some(server),
                ..
            } => Some(server),
            _ => None,
        }
    }

    /// The address that the page talks to, or is about to.
    pub fn address(&self) -> Option<&Address> {
        match self {
            LinkState::Connecting(address) => Some(address),
            state => state.server().map(|server| &server.address),
        }
    }

    /// Tells whether it is still open whom to talk to: the page looks, asks, connects, or has nobody yet.
    pub fn is_open(&self) -> bool {
        matches!(
            self,
            LinkState::Looking
                | LinkState::Connecting(_)
                | LinkState::Asking(_)
                | LinkState::Nothing
        )
    }
}

impl Link {
    /// Makes the link of a chat on a page of this origin.
    pub fn new(page: String) -> Link {
        Link {
            page,
            state: LinkState::Nothing,
            found: None,
            attempt: 0,
            search: 0,
            chooses: false,
            chosen: Vec::new(),
        }
    }

    /// State of the link: whom the page talks to.
    pub fn state(&self) -> &LinkState {
        &self.state
    }

    /// The servers that were found on this computer; `None` before they were looked for.
    pub fn servers(&self) -> Option<&[Found]> {
        self.found.as_deref()
    }

    /// Reads an address as it was typed; one that begins with a slash is on the page's own host.
    ///
    /// # Errors
    ///
    /// The mistake in what was typed, where that is no address.
    pub fn parse(&self, typed: &str) -> Result<Address, BadAddress> {
        Address::parse(typed, Some(&self.page))
    }

    /// Tells whether a server is neither the page's own host nor this computer. A page without a host has no server of its own.
    pub fn is_foreign(&self, address: &Address) -> bool {
        let own = Address::parse(&self.page, None);
        let is_own = own.is_ok_and(|own| own.host() == address.host());
        !address.is_loopback() && !is_own
    }

    /// Talks to a transport of the site's own, of this name; nothing of it is remembered.
    pub fn use_site(&mut self, name: String) -> Vec<Act> {
        self.settle(LinkState::Site(name))
    }

    /// Lets go of the site's own transport: whoever starts the link anew finds somebody else.
    pub fn leave_site(&mut self) -> Vec<Act> {
        if self.is_site() {
            self.void();
            self.state = LinkState::Nothing;
        }
        Vec::new()
    }

    fn is_site(&self) -> bool {
        matches!(self.state, LinkState::Site(_))
    }

    /// Finds somebody to talk to: whom the page asks for, else who was used last, else who runs here, else the demo.
    pub fn start(&mut self, start: Start<'_>) -> Vec<Act> {
        if self.is_site() {
            return Vec::new();
        }
        let Start {
            server,
            kind,
            allowed,
            last,
        } = start;
        match (server, last) {
            (Some(DEMO), _) => self.settle(LinkState::Demo),
            (Some(server), _) => match self.parse(server) {
                Ok(address) if self.needs_leave(&address, allowed) => {
                    self.void();
                    self.state = LinkState::Asking(address);
                    Vec::new()
                }
                Ok(address) => self.connect(address, kind, None),
                Err(bad) => self.bad_address(bad),
            },
            (None, Some(last)) if last.server != DEMO => match self.parse(&last.server) {
                Ok(address) => self.connect(address, kind.or(last.kind), None),
                Err(_) => self.find(),
            },
            _ => self.find_if_local(),
        }
    }

    /// Takes the person's answer to the question whether a server may be spoken to. Where it may not, somebody else is found; with
    /// `lock`, where the page's owner lets nobody choose another server, it is the demo.
    pub fn allow(&mut self, yes: bool, kind: Option<Kind>, lock: bool) -> Vec<Act> {
        match &self.state {
            LinkState::Asking(address) if yes => {
                let address = address.clone();
                let mut acts = vec![Act::Allow(address.origin())];
                acts.extend(self.connect(address, kind, None));
                acts
            }
            LinkState::Asking(_) if lock => self.settle(LinkState::Demo),
            LinkState::Asking(_) => self.find_if_local(),
            _ => Vec::new(),
        }
    }

    /// Connects to the server at this address: as of the kind that was said, else of the one that is remembered, else of the one
    /// guessed.
    pub fn connect(
        &mut self,
        address: Address,
        said: Option<Kind>,
        guess: Option<Kind>,
    ) -> Vec<Act> {
        self.void();
        let origin = address.origin();
        if !self.chosen.contains(&origin) {
            self.chosen.push(origin);
        }
        self.state = LinkState::Connecting(address.clone());
        vec![Act::Connect {
            attempt: self.attempt,
            address,
            said,
            guess,
        }]
    }

    /// Settles on a failure: what was typed is no address.
    pub fn bad_address(&mut self, bad: BadAddress) -> Vec<Act> {
        self.settle(LinkState::Failed {
            server: None,
            trouble: Trouble::Address(bad),
        })
    }

    /// Talks to the demo, and remembers that.
    pub fn use_demo(&mut self) -> Vec<Act> {
        let mut acts = vec![Act::Remember(LastServer::demo())];
        acts.extend(self.settle(LinkState::Demo));
        acts
    }

    /// Looks for servers on this computer. Who talks to a server goes on with that; else the first that is found is connected.
    pub fn search(&mut self) -> Vec<Act> {
        self.chooses = matches!(self.state, LinkState::Looking | LinkState::Demo);
        self.found = None;
        self.search = self.search.wrapping_add(1);
        vec![Act::Search(self.search)]
    }

    /// Takes the servers that the search of this number has found, the best first.
    pub fn found(&mut self, search: u32, found: Vec<Found>) -> Vec<Act> {
        if search != self.search || self.found.is_some() {
            return Vec::new();
        }
        let first = found.first().cloned();
        self.found = Some(found);
        match first {
            Some(first) if self.chooses => {
                self.connect(first.address, None, Some(first.found.kind))
            }
            None if self.state == LinkState::Looking => self.settle(LinkState::Demo),
            _ => Vec::new(),
        }
    }

    /// Takes a server that the attempt of this number has got to know. Its model is the one that is wished for, else the one that
    /// was used there last, if the server still has that.
    pub fn connected(
        &mut self,
        attempt: u32,
        mut server: Server,
        model: Option<String>,
        last: Option<LastServer>,
    ) -> Vec<Act> {
        if !self.waits_for(attempt) {
            return Vec::new();
        }
        let address = server.address.to_string();
        let last = last.filter(|last| last.server == address);
        let last = last.and_then(|last| last.model);
        let has = |id: &String| server.models.iter().any(|known| known.id == *id);
        server.model = model.or(last.filter(has));
        let mut acts = vec![Act::Remember(server.last())];
        let has_nothing = server.models.is_empty() && server.kind.family().quirks.may_lack_models;
        acts.extend(self.settle(if has_nothing {
            LinkState::Failed {
                server: Some(server),
                trouble: Trouble::NoModels,
            }
        } else {
            LinkState::Connected(server)
        }));
        acts
    }

    /// Takes the failure of the attempt of this number, at a server of that kind.
    pub fn failed(&mut self, attempt: u32, kind: Option<Kind>, trouble: Trouble) -> Vec<Act> {
        match &self.state {
            LinkState::Connecting(address) if self.waits_for(attempt) => {
                let kind = kind.unwrap_or_default();
                let server = Some(Server::unknown(address.clone(), kind));
                self.settle(LinkState::Failed { server, trouble })
            }
            _ => Vec::new(),
        }
    }

    /// Settles on a failure: a part of the page that is needed to talk to anybody cannot be had.
    pub fn unloaded(&mut self) -> Vec<Act> {
        let server = self.state.server().cloned();
        self.settle(LinkState::Failed {
            server,
            trouble: Trouble::Unloaded,
        })
    }

    /// Takes the model that the person chooses.
    pub fn use_model(&mut self, model: String) -> Vec<Act> {
        match &mut self.state {
            LinkState::Connected(server) => {
                server.use_model(model);
                vec![Act::Remember(server.last())]
            }
            _ => Vec::new(),
        }
    }

    /// Follows what the person chose in another tab: the server that was used last is `last` by now. A question that is open here
    /// stays open.
    pub fn follow(&mut self, last: &LastServer) -> Vec<Act> {
        let is_asking = matches!(self.state, LinkState::Asking(_));
        let is_demo = last.server == DEMO;
        if is_asking || self.is_site() || is_demo && self.state == LinkState::Demo {
            return Vec::new();
        }
        if is_demo {
            return self.settle(LinkState::Demo);
        }
        let Ok(address) = self.parse(&last.server) else {
            return Vec::new();
        };
        match &mut self.state {
            LinkState::Connecting(same) if *same == address => Vec::new(),
            LinkState::Connected(server)
                if server.address == address
                    && last.kind.is_none_or(|kind| kind == server.kind) =>
            {
                let model = last.model.clone();
                model.into_iter().for_each(|model| server.use_model(model));
                Vec::new()
            }
            _ => self.connect(address, last.kind, None),
        }
    }

    /// Takes the number of tokens that fit into the context, as the server told it.
    pub fn has_context(&mut self, tokens: u32) {
        if let LinkState::Connected(server) = &mut self.state {
            server.context = Some(tokens);
        }
    }

    /// Tells whether the person is asked before an address is contacted.
    fn needs_leave(&self, address: &Address, allowed: bool) -> bool {
        !allowed && self.is_foreign(address) && !self.chosen.contains(&address.origin())
    }

    fn waits_for(&self, attempt: u32) -> bool {
        attempt == self.attempt && matches!(self.state, LinkState::Connecting(_))
    }

    /// Looks for whoever runs on this computer, if the page does; else settles on the demo.
    fn find_if_local(&mut self) -> Vec<Act> {
        if Address::parse(&self.page, None).is_ok_and(|page| page.is_loopback()) {
            self.find()
        } else {
            self.settle(LinkState::Demo)
        }
    }

    fn find(&mut self) -> Vec<Act> {
        self.void();
        self.state = LinkState::Looking;
        self.search()
    }

    fn settle(&mut self, state: LinkState) -> Vec<Act> {
        self.void();
        self.state = state;
        vec![Act::Settled]
    }

    /// Makes void what is on its way: it chooses nobody any more.
    fn void(&mut self) {
        self.attempt = self.attempt.wrapping_add(1);
        self.chooses = false;
    }
}
