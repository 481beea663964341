//! Whom the page talks to: the hands of [`Link`], which decides.
//!
//! In: what the page's owner, a link or a person asks for. Out: [`LinkState`], and what it takes to come there. It knows no reply.

use futures_channel::oneshot;
use leptos::prelude::*;

use super::{Chat, Choice, LinkState, ToCheck, Trouble};
use crate::address::Address;
use crate::dialect::{Kind, Origins};
use crate::link::{Act, Link, Start};
use crate::options::Options;
use crate::page::net::fetch::Fetch;
use crate::page::ports;
use crate::page::words::say;

impl Chat {
    /// Finds somebody to talk to: what the page asks for, else what was used last, else what runs here, else the demo.
    pub fn start(self) {
        // What is remembered to stand beside the conversation comes with it.
        if self.returning.get_untracked() || self.shared().store.list() {
            self.load_second_half();
        }
        let options = self.options.get_untracked();
        let store = self.shared().store.clone();
        let around = self.around();
        let is_allowed = |origin: &str| store.allows(&leave(around.as_deref(), origin));
        self.change_link(|link| {
            let server = options.server.as_deref();
            let address = server.and_then(|server| link.parse(server).ok());
            link.start(Start {
                server,
                kind: options.kind,
                allowed: address.is_some_and(|address| is_allowed(&address.origin())),
                last: store.last_server().filter(|last| {
                    let address = link.parse(&last.server);
                    around.is_none() || address.is_ok_and(|address| is_allowed(&address.origin()))
                }),
            })
        });
    }

    /// Opens the panel that checks a server, as a link asks for: one that is elsewhere waits for the person's leave. Does nothing
    /// where the page's owner has locked the server.
    pub fn check_from_link(self, server: String) {
        if self.options.with_untracked(|options| options.lock) {
            return;
        }
        let at_once = {
            let shared = self.shared();
            let link = shared.link.borrow();
            let parsed = link.parse(&server);
            parsed.is_ok_and(|address| !link.is_foreign(&address))
        };
        self.check(ToCheck {
            server,
            at_once,
            by_link: true,
        });
    }

    pub(super) fn allow(self, yes: bool) {
        let of_owner = |options: &Options| (options.kind, options.lock);
        let (kind, lock) = self.options.with_untracked(of_owner);
        self.change_link(|link| link.allow(yes, kind, lock));
    }

    pub(super) fn connect(self, choice: Choice) {
        match choice {
            Choice::Found(address, kind) => {
                self.change_link(|link| link.connect(address, None, Some(kind)));
            }
            Choice::Typed {
                address,
                kind,
                key,
                keeps_key,
            } => {
                let parsed = self.shared().link.borrow().parse(&address);
                match parsed {
                    Ok(address) => {
                        let key = key.unwrap_or_default();
                        let store = self.shared().store.clone();
                        store.keep_key(&address.origin(), key.trim(), keeps_key);
                        self.keep_kind(&address, kind);
                        self.change_link(|link| link.connect(address, kind, None));
                    }
                    Err(bad) => self.change_link(|link| link.bad_address(bad)),
                }
            }
        }
    }

    fn keep_kind(self, address: &Address, kind: Option<Kind>) {
        let store = self.shared().store.clone();
        let base = address.to_string();
        if kind != store.kind(&base) {
            store.keep_kind(&base, kind);
            // Another kind has other ways.
            store.keep_transport(&base, None);
        }
    }

    pub(super) fn use_model(self, model: String) {
        self.change_link(|link| link.use_model(model));
    }

    /// Follows the choice of a server that was made in another tab, where the page's owner has made none.
    pub fn follow_server(self) {
        let is_owned = self
            .options
            .with_untracked(|options| options.server.is_some() || options.lock);
        if let Some(last) = self.shared().store.last_server().filter(|_| !is_owned) {
            self.change_link(|link| link.follow(&last));
        }
    }

    /// Takes the size of the context, in tokens, as the server told it.
    pub fn has_context(self, tokens: u32) {
        self.change_link(|link| {
            link.has_context(tokens);
            Vec::new()
        });
    }

    /// Changes the link, shows it, and does what that takes.
    pub(super) fn change_link(self, change: impl FnOnce(&mut Link) -> Vec<Act>) {
        let acts = change(&mut self.shared().link.borrow_mut());
        self.link_changed(acts);
    }

    fn link_changed(self, acts: Vec<Act>) {
        self.show_link();
        for act in acts {
            self.act(act);
        }
    }

    fn show_link(self) {
        let shared = self.shared();
        let (state, found) = {
            let link = shared.link.borrow();
            let is_new = self.link.with_untracked(|shown| shown != link.state());
            let state = is_new.then(|| link.state().clone());
            let is_new = self
                .found
                .with_untracked(|shown| shown.as_deref() != link.servers());
            (state, is_new.then(|| link.servers().map(<[_]>::to_vec)))
        };
        if let Some(found) = found {
            shared.signals.found.set(found);
        }
        if let Some(state) = state {
            shared.signals.link.set(state);
        }
    }

    fn act(self, act: Act) {
        match act {
            Act::Search(number) => self.spawn(async move {
                // The site may have said at once that it has a transport of its own: then nobody is looked for.
                if self.has_site() {
                    return;
                }
                let answering = ports::answering().await;
                // Where nothing answers, the second half is not needed to say so.
                let half = match answering.is_empty() {
                    true => None,
                    false => self.second_half().await,
                };
                let found = match half {
                    Some(half) => (half.recognise)(answering).await,
                    None => Vec::new(),
                };
                self.change_link(|link| link.found(number, found));
            }),
            Act::Connect {
                attempt,
                address,
                said,
                guess,
            } => {
                let store = self.shared().store.clone();
                let remembered = || store.kind(&address.to_string());
                let kind = said.or_else(remembered).or(guess);
                self.get_to_know(attempt, address, kind);
            }
            Act::Remember(server) => {
                let store = &self.shared().store;
                store.keep_server(&server);
                let address = Address::parse(&server.server, None);
                if let (Some(around), Ok(address)) = (self.around(), address) {
                    store.keep_allowed(&leave(Some(&around), &address.origin()));
                }
            }
            Act::Allow(origin) => {
                let around = self.around();
                self.shared()
                    .store
                    .keep_allowed(&leave(around.as_deref(), &origin));
            }
            Act::Settled => {
                self.follow_preferences();
                self.show_way();
                for waiting in self.shared().waiting.take() {
                    let _ = waiting.send(());
                }
            }
        }
    }

    fn get_to_know(self, attempt: u32, address: Address, kind: Option<Kind>) {
        // Another server knows nothing of what this one called it.
        self.shared().names.borrow_mut().1 = None;
        self.spawn(async move {
            if self.has_site() {
                return;
            }
            let known = match self.second_half().await {
                Some(half) => {
                    let known = (half.connect)(self, address, kind).await;
                    known.map_err(Trouble::Verdict)
                }
                None => Err(Trouble::Unloaded),
            };
            match known {
                Ok(server) => {
                    let model = self.options.with_untracked(|options| options.model.clone());
                    let last = self.shared().store.last_server();
                    self.change_link(|link| link.connected(attempt, server, model, last));
                }
                Err(trouble) => self.change_link(|link| link.failed(attempt, kind, trouble)),
            }
        });
    }

    /// Waits until it is known whom to talk to.
    pub async fn settled(self) {
        while self.link.with_untracked(LinkState::is_open) {
            let (sender, turn) = oneshot::channel();
            self.shared().waiting.borrow_mut().push(sender);
            let _ = turn.await;
        }
    }

    /// Returns the network's way to a server, with its key.
    pub fn fetch(self, address: &Address) -> Fetch {
        let origin = address.origin();
        let token = self.token(&origin);
        Fetch {
            address: address.clone(),
            key: token.or_else(|| self.shared().store.key(&origin)),
        }
    }

    /// Returns the server's address, or what stands in its place, in words for people; tracked.
    pub fn server_words(self) -> String {
        self.link.with(|link| match link {
            LinkState::Asking(address) => address.to_string(),
            LinkState::Demo => say!(self, demo),
            LinkState::Site(name) => name.clone(),
            link => match link.address() {
                Some(address) => address.to_string(),
                None => say!(self, no_server),
            },
        })
    }

    /// Returns the start of the setting that lets this page in, where the server's family has a variable of its environment for
    /// it; the family is known by its kind, or by its port. Tracked.
    pub fn origins_variable(self) -> Option<&'static str> {
        self.link.with(|link| {
            let server = link.server()?;
            let mut kinds = Kind::ALL.into_iter().map(Kind::family);
            kinds.find_map(|family| match family.commands.origins {
                Origins::Variable { start, .. }
                    if family.word == server.kind.as_str()
                        || family.ports.contains(&server.address.port()) =>
                {
                    Some(start)
                }
                _ => None,
            })
        })
    }

    /// Returns the size of the context in tokens, where it is known; tracked.
    pub fn context(self) -> Option<u32> {
        self.link.with(|link| match link {
            LinkState::Connected(server) => server.context,
            _ => None,
        })
    }

    /// Returns the address under which preferences and what was learned are kept; empty for the demo. Tracked.
    pub fn base(self) -> String {
        let base = |link: &LinkState| link.address().map(ToString::to_string);
        self.link.with(base).unwrap_or_default()
    }

    /// Returns the origin of the page around the frame that speaks for this element (`frame/embed.js`); `None` where none does.
    fn around(self) -> Option<String> {
        self.shared().host.get_attribute("data-around")
    }

    /// Returns the kind of the server of now; `None` for the demo and for nobody. Tracked.
    pub fn kind(self) -> Option<Kind> {
        self.link
            .with(|link| link.server().map(|server| server.kind))
    }
}

/// Returns the name of the leave for servers of an origin: in a frame, leave is given to the page around as well, since that page hears
/// what is answered.
fn leave(around: Option<&str>, origin: &str) -> String {
    match around {
        Some(around) => format!("{around} {origin}"),
        None => origin.to_owned(),
    }
}
