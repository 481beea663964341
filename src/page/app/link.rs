//! Whom the page talks to: found, allowed, connected, and what is known of it.
//!
//! In: addresses, from the options, a link or a person. Out: [`LinkState`]. It knows no reply.

use futures_channel::oneshot;
use leptos::prelude::*;

use crate::address::Address;
use crate::dialect::Kind;
use crate::doctor::Verdict;
use crate::page::browser::page_origin;
use crate::page::net::fetch::Fetch;
use crate::page::servers::{self, Server};
use crate::page::store::LastServer;
use crate::page::words::say;

use super::{Chat, LinkState, Trouble};

impl Chat {
    /// Finds somebody to talk to: what the page asks for, else what was used last, else what runs here, else the demo.
    pub fn start(self, from_link: bool) {
        if self.returning.get_untracked() {
            self.load_second_half();
        }
        let (server, kind) = self
            .options
            .with_untracked(|options| (options.server.clone(), options.kind));
        if let Some(server) = server {
            if server == "demo" {
                return self.settle(LinkState::Demo);
            }
            return match Address::parse(&server, Some(&page_origin())) {
                Ok(address) if from_link && self.is_foreign(&address) => {
                    self.settle(LinkState::Asking(address))
                }
                Ok(address) => self.connect(address, kind),
                Err(bad) => self.settle(LinkState::Failed {
                    server: None,
                    trouble: Trouble::Address(bad),
                }),
            };
        }
        let last = self.shared().store.last_server();
        match last {
            Some(last) if last.server != "demo" => {
                match Address::parse(&last.server, Some(&page_origin())) {
                    Ok(address) => self.connect(address, kind.or(last.kind())),
                    Err(_) => self.look(true),
                }
            }
            _ if page_is_local() => self.look(true),
            _ => self.settle(LinkState::Demo),
        }
    }

    /// A link asks for a server to be checked: one that is elsewhere waits for the person's leave.
    pub fn check_from_link(self, server: String) {
        if self.options.with_untracked(|options| options.lock) {
            return;
        }
        let parsed = Address::parse(&server, Some(&page_origin()));
        let at_once = parsed.is_ok_and(|address| !self.is_foreign(&address));
        self.shared().by_link.set(true);
        self.check_server(server, at_once);
    }

    /// Opens the panel that checks a server.
    pub fn check_server(self, server: String, at_once: bool) {
        self.shared().to_check.replace((server, at_once));
        self.check.set(true);
    }

    /// A server that is neither this page's own host nor this computer.
    pub(super) fn is_foreign(self, address: &Address) -> bool {
        let own = Address::parse(&page_origin(), None);
        !address.is_loopback() && own.is_ok_and(|own| own.host() != address.host())
    }

    pub(super) fn allow(self, yes: bool) {
        let LinkState::Asking(address) = self.link.get_untracked() else {
            return;
        };
        if yes {
            let kind = self.options.with_untracked(|options| options.kind);
            self.connect(address, kind);
        } else if page_is_local() {
            self.look(true);
        } else {
            self.settle(LinkState::Demo);
        }
    }

    pub(super) fn connect_typed(self, typed: &str, kind: Option<Kind>, key: Option<String>) {
        match Address::parse(typed, Some(&page_origin())) {
            Ok(address) => {
                let store = self.shared().store.clone();
                let base = address.to_string();
                let known = store.kind(&base);
                let kind = match key {
                    // By hand: what is said now counts from now on.
                    Some(key) => {
                        store.keep_key(&address.origin(), key.trim());
                        if kind != known {
                            store.keep_kind(&base, kind);
                            // Another kind has other ways.
                            store.keep_rung(&base, None);
                        }
                        kind
                    }
                    // Found: what was said before counts more than a guess.
                    None => known.or(kind),
                };
                self.connect(address, kind);
            }
            Err(bad) => self.settle(LinkState::Failed {
                server: None,
                trouble: Trouble::Address(bad),
            }),
        }
    }

    pub(super) fn connect(self, address: Address, kind: Option<Kind>) {
        // What the person said of this server, unless something else is said now.
        let kind = kind.or_else(|| self.shared().store.kind(&address.to_string()));
        // Another server knows nothing of what this one called it.
        self.names.update_value(|names| names.1 = None);
        self.link.set(LinkState::Connecting(address.clone()));
        self.spawn(async move {
            let fetch = self.fetch(&address);
            let result = match self.second_half().await {
                Some(half) => (half.connect)(fetch, kind).await.map_err(Trouble::Verdict),
                None => Err(Trouble::Unloaded),
            };
            if self.link.get_untracked() != LinkState::Connecting(address.clone()) {
                return;
            }
            let state = match result {
                Ok(mut server) => {
                    let wished = self.options.with_untracked(|options| options.model.clone());
                    let last = self
                        .shared()
                        .store
                        .last_server()
                        .filter(|last| last.server == address.to_string());
                    server.model = wished.or_else(|| {
                        let model = last.and_then(|last| last.model)?;
                        server
                            .models
                            .iter()
                            .any(|known| known.id == model)
                            .then_some(model)
                    });
                    self.keep_server(&server);
                    if server.models.is_empty() && server.kind == Kind::Ollama {
                        LinkState::Failed {
                            server: Some(server),
                            trouble: Trouble::NoModels,
                        }
                    } else {
                        LinkState::Connected(server)
                    }
                }
                Err(trouble) => {
                    let server = Server::unknown(address, kind.unwrap_or(Kind::OpenAi));
                    LinkState::Failed {
                        server: Some(server),
                        trouble,
                    }
                }
            };
            self.settle(state);
        });
    }

    /// Looks for servers on this computer; with `connect`, talks to the first, or to the demo where there is none.
    pub(super) fn look(self, connect: bool) {
        let before = self.link.get_untracked();
        if connect {
            self.link.set(LinkState::Looking);
        }
        self.found.set(None);
        self.spawn(async move {
            let found = servers::look_around().await;
            let first = found.first().cloned();
            self.found.set(Some(found));
            let still = self.link.get_untracked();
            let nobody = matches!(still, LinkState::Looking)
                || (still == before && before == LinkState::Demo);
            match first {
                Some(first)
                    if (connect || nobody)
                        && (matches!(still, LinkState::Looking) || still == before) =>
                {
                    let known = self.shared().store.kind(&first.address.to_string());
                    self.connect(first.address, known.or(Some(first.found.kind)));
                }
                None if matches!(still, LinkState::Looking) => self.settle(LinkState::Demo),
                _ => {}
            }
        });
    }

    pub(super) fn settle(self, state: LinkState) {
        self.link.set(state);
        let base = untrack(|| self.base());
        self.wishes.set(self.shared().store.wishes(&base));
        self.show_way();
        for waiting in self.shared().waiting.borrow_mut().drain(..) {
            let _ = waiting.send(());
        }
    }

    /// Waits until it is known whom to talk to.
    pub async fn settled(self) {
        loop {
            let busy = matches!(
                self.link.get_untracked(),
                LinkState::Looking
                    | LinkState::Connecting(_)
                    | LinkState::Asking(_)
                    | LinkState::Nothing
            );
            if !busy {
                return;
            }
            let (sender, turn) = oneshot::channel();
            self.shared().waiting.borrow_mut().push(sender);
            let _ = turn.await;
        }
    }

    /// The network's way to a server, with its key.
    pub fn fetch(self, address: &Address) -> Fetch {
        Fetch {
            address: address.clone(),
            key: self.shared().store.key(&address.origin()),
        }
    }

    pub(super) fn use_model(self, model: String) {
        self.link.update(|link| {
            if let LinkState::Connected(server) = link {
                server.context = server
                    .models
                    .iter()
                    .find(|known| known.id == model)
                    .and_then(|known| known.context)
                    .or(server.context);
                server.model = Some(model);
            }
        });
        if let LinkState::Connected(server) = self.link.get_untracked() {
            self.keep_server(&server);
        }
    }

    pub(super) fn keep_server(self, server: &Server) {
        self.shared().store.keep_server(&LastServer {
            server: server.address.to_string(),
            kind: Some(server.kind.as_str().to_owned()),
            model: server.model.clone(),
        });
    }

    /// The server's address for people; tracked.
    pub fn server_words(self) -> String {
        self.link.with(|link| match link {
            LinkState::Connecting(address) | LinkState::Asking(address) => address.to_string(),
            LinkState::Connected(server)
            | LinkState::Failed {
                server: Some(server),
                ..
            } => server.address.to_string(),
            LinkState::Demo => say!(self, demo),
            LinkState::Failed { server: None, .. } | LinkState::Looking | LinkState::Nothing => {
                say!(self, no_server)
            }
        })
    }

    /// Whether the server is Ollama, by its kind or by its port.
    pub fn is_ollama(self) -> bool {
        self.link.with(|link| match link {
            LinkState::Connected(server)
            | LinkState::Failed {
                server: Some(server),
                ..
            } => server.kind == Kind::Ollama || server.address.port() == 11434,
            _ => false,
        })
    }

    /// The size of the context, where it is known; tracked.
    pub fn context(self) -> Option<u32> {
        self.link.with(|link| match link {
            LinkState::Connected(server) => server.context,
            _ => None,
        })
    }

    /// The server told how much fits.
    pub fn has_context(self, tokens: u32) {
        let is_new = self.link.with_untracked(
            |link| matches!(link, LinkState::Connected(server) if server.context != Some(tokens)),
        );
        if is_new {
            self.link.update(|link| {
                if let LinkState::Connected(server) = link {
                    server.context = Some(tokens);
                }
            });
        }
    }

    /// The Doctor's word; tracked.
    pub fn verdict(self) -> Option<Verdict> {
        self.finding.get()
    }
}

/// Whether this page was served from the reader's own computer.
pub(super) fn page_is_local() -> bool {
    Address::parse(&page_origin(), None).is_ok_and(|page| page.is_loopback())
}
