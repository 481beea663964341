//! What this browser remembers: small things, in localStorage. Nothing at all with `storage=none`.
//!
//! Keys stand in an entry of their own, by server origin, and leave it only for that origin's requests.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::dialect::Kind;

/// The server that was used last.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LastServer {
    /// Its base address, or `demo`.
    pub server: String,
    /// Its family, as a word.
    #[serde(default)]
    pub kind: Option<String>,
    /// The model that was chosen.
    #[serde(default)]
    pub model: Option<String>,
}

impl LastServer {
    /// The family, if the word is known.
    pub fn kind(&self) -> Option<Kind> {
        self.kind.as_deref().and_then(|kind| kind.parse().ok())
    }
}

/// How the person likes to read.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Look {
    /// `auto`, `light`, `dark`.
    pub theme: Option<String>,
    /// A `pace` value.
    pub pace: Option<String>,
    /// A language tag.
    pub lang: Option<String>,
}

/// The memory. Clones share it.
#[derive(Clone)]
pub struct Store {
    lasting: bool,
    /// Where nothing may last, or the browser refuses to keep it, it is kept for the life of the page.
    passing: Rc<RefCell<BTreeMap<String, String>>>,
    /// Drafts of several chats on one page stand apart.
    chat: String,
}

impl Store {
    /// The memory of the chat of that name (empty where a page has one).
    pub fn new(lasting: bool, chat: &str) -> Store {
        Store {
            lasting,
            passing: Rc::default(),
            chat: chat.to_owned(),
        }
    }

    /// The server that was used last.
    pub fn last_server(&self) -> Option<LastServer> {
        self.get("server")
    }

    /// Keeps the server.
    pub fn keep_server(&self, server: &LastServer) {
        self.set("server", server);
    }

    /// The API key for an origin.
    pub fn key(&self, origin: &str) -> Option<String> {
        self.get::<BTreeMap<String, String>>("keys")?
            .remove(origin)
            .filter(|key| !key.is_empty())
    }

    /// Keeps the key for an origin; an empty one is forgotten.
    pub fn keep_key(&self, origin: &str, key: &str) {
        let mut keys: BTreeMap<String, String> = self.get("keys").unwrap_or_default();
        if key.is_empty() {
            keys.remove(origin);
        } else {
            keys.insert(origin.to_owned(), key.to_owned());
        }
        self.set("keys", &keys);
    }

    /// Whether this URL is known to take nothing but `application/json`.
    pub fn wants_json(&self, url: &str) -> bool {
        self.get::<Vec<String>>("json")
            .is_some_and(|known| known.iter().any(|known| known == url))
    }

    /// Keeps that this URL takes nothing but `application/json`.
    pub fn keep_wants_json(&self, url: &str) {
        let mut known: Vec<String> = self.get("json").unwrap_or_default();
        if !known.iter().any(|known| known == url) {
            known.push(url.to_owned());
            self.set("json", &known);
        }
    }

    /// The rung that worked for the server at this base address.
    pub fn rung(&self, base: &str) -> usize {
        self.get::<BTreeMap<String, usize>>("rungs")
            .and_then(|mut rungs| rungs.remove(base))
            .unwrap_or(0)
    }

    /// Keeps the rung that works.
    pub fn keep_rung(&self, base: &str, rung: usize) {
        let mut rungs: BTreeMap<String, usize> = self.get("rungs").unwrap_or_default();
        rungs.insert(base.to_owned(), rung);
        self.set("rungs", &rungs);
    }

    /// The unsent text.
    pub fn draft(&self) -> String {
        self.get(&format!("draft.{}", self.chat))
            .unwrap_or_default()
    }

    /// Keeps the unsent text.
    pub fn keep_draft(&self, draft: &str) {
        self.set(&format!("draft.{}", self.chat), &draft);
    }

    /// How the person likes to read.
    pub fn look(&self) -> Look {
        self.get("look").unwrap_or_default()
    }

    /// Keeps it.
    pub fn keep_look(&self, look: &Look) {
        self.set("look", look);
    }

    fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let name = format!("rill.{name}");
        let lasting = if self.lasting {
            local().and_then(|local| local.get_item(&name).ok().flatten())
        } else {
            None
        };
        let text = lasting.or_else(|| self.passing.borrow().get(&name).cloned())?;
        serde_json::from_str(&text).ok()
    }

    fn set<T: Serialize>(&self, name: &str, value: &T) {
        let Ok(text) = serde_json::to_string(value) else {
            return;
        };
        let name = format!("rill.{name}");
        let kept =
            self.lasting && local().is_some_and(|local| local.set_item(&name, &text).is_ok());
        if !kept {
            self.passing.borrow_mut().insert(name, text);
        }
    }
}

fn local() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
