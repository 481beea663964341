//! The bridge to the page around: a transport of its own, keys for servers, a context for the model, and news of what has changed.
//!
//! In: what the site's code sets. Out: whom the page talks to, a key, a text; events. None of it is ever written anywhere. What stands
//! first comes with the first view; what asks the site's code, and what tells it, comes with the second half.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use js_sys::{Function, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use super::{Chat, LinkState};
use crate::address::Address;
use crate::dialect::Kind;
use crate::link::Link;
use crate::page::browser::page_origin;
use crate::page::follow::follow;
use crate::page::net::fetch::Fetch;
use crate::page::net::host::{settled, words};

/// What the site's code has set.
#[derive(Default)]
pub struct Bridge {
    /// Transport of the site's own.
    source: RefCell<JsValue>,
    /// Context for the model: a text, or a function that gives one.
    context: RefCell<JsValue>,
    /// Text of the context, as it was last told.
    told: ArcRwSignal<Option<String>>,
    /// Function that gives a key for a server.
    token: RefCell<Option<Function>>,
    /// Keys that it gave, by the server's origin, until one is refused.
    keys: RefCell<BTreeMap<String, String>>,
}

impl Chat {
    /// Talks to a transport of the site's own, which the header calls by this name, else by that of the page's host; `null` ends that.
    pub fn use_source(self, source: JsValue, name: Option<String>) {
        let is_none = source.is_null() || source.is_undefined();
        self.state::<Bridge>().source.replace(source);
        if !is_none {
            self.load_second_half();
            let name = name.filter(|name| !name.trim().is_empty());
            let name = name.unwrap_or_else(|| {
                let origin = page_origin();
                let host = origin.split_once("//").map(|(_, host)| host.to_owned());
                host.unwrap_or(origin)
            });
            self.change_link(|link| link.use_site(name));
        } else if self.has_site() {
            self.change_link(Link::leave_site);
            self.start();
        }
    }

    /// Sets the context for the model from now on.
    pub fn use_context(self, context: JsValue) {
        let bridge = self.state::<Bridge>();
        bridge.told.set(context.as_string());
        bridge.context.replace(context);
    }

    /// Sets the function that gives keys from now on; anything else is none. A server that could not be reached is tried again.
    pub fn use_token(self, ask: JsValue) {
        let bridge = self.state::<Bridge>();
        bridge.token.replace(ask.dyn_into().ok());
        bridge.keys.take();
        let failed = |link: &LinkState| matches!(link, LinkState::Failed { .. });
        if self.link.with_untracked(failed) {
            self.start();
        }
    }

    /// Tells whether a transport of the site's own is connected.
    pub(super) fn has_site(self) -> bool {
        let is_site = |link: &LinkState| matches!(link, LinkState::Site(_));
        self.link.with_untracked(is_site)
    }

    /// Returns the key that the site gave for a server of this origin, if it gave one.
    pub(super) fn token(self, origin: &str) -> Option<String> {
        self.state::<Bridge>().keys.borrow().get(origin).cloned()
    }

    /// Returns the transport of the site's own, where that is connected.
    pub fn source(self) -> Option<JsValue> {
        let source = || self.state::<Bridge>().source.borrow().clone();
        self.has_site().then(source)
    }

    /// Tells whether the site is asked for keys.
    pub fn asks_site(self) -> bool {
        self.state::<Bridge>().token.borrow().is_some()
    }

    /// Returns the network's way to a server, with the key that the site gives for it; with `anew`, with another one than before.
    /// Fails with the site's words.
    pub async fn way_to(self, address: &Address, anew: bool) -> Result<Fetch, String> {
        let bridge = self.state::<Bridge>();
        let origin = address.origin();
        if anew {
            bridge.keys.borrow_mut().remove(&origin);
        }
        let is_known = bridge.keys.borrow().contains_key(&origin);
        let ask = bridge.token.borrow().clone().filter(|_| !is_known);
        if let Some(ask) = ask {
            let given = ask_for_key(&ask, &origin).await;
            let key = given.map_err(|error| words(&error))?.as_string();
            let key = key.filter(|key| !key.trim().is_empty());
            // The site may have set another function meanwhile: this key is none of that one's.
            let is_same = bridge.token.borrow().clone().map(JsValue::from) == Some(ask.into());
            if let Some(key) = key.filter(|_| is_same) {
                bridge.keys.borrow_mut().insert(origin, key);
            }
        }
        Ok(self.fetch(address))
    }

    /// Asks the site for the context for the model, as it is now; `None` where there is none. Fails with the site's words.
    pub async fn context_now(self) -> Result<Option<String>, String> {
        let bridge = self.state::<Bridge>();
        let context = bridge.context.borrow().clone();
        if context.is_undefined() {
            return Ok(None);
        }
        let given = match context.dyn_ref::<Function>() {
            Some(ask) => ask.call0(&JsValue::UNDEFINED),
            None => Ok(context),
        };
        let text = match given {
            Ok(given) => settled(given).await,
            error => error,
        };
        let text = text.map_err(|error| words(&error))?.as_string();
        let text = text.filter(|text| !text.trim().is_empty());
        if bridge.told.with_untracked(|told| *told != text) {
            bridge.told.set(text.clone());
        }
        Ok(text)
    }

    /// Returns the context for the model as it was last told. Tracked.
    pub fn told_context(self) -> Option<String> {
        self.state::<Bridge>().told.get()
    }
}

async fn ask_for_key(ask: &Function, origin: &str) -> Result<JsValue, JsValue> {
    let about = JsValue::from(Object::new());
    Reflect::set(&about, &"server".into(), &origin.into())?;
    settled(ask.call1(&JsValue::UNDEFINED, &about)?).await
}

/// Tells the page around whenever the Doctor's verdict is another one, and whenever another server answers, or another model. Call it
/// under an owner: it ends with it.
pub fn watch(chat: Chat) {
    let verdict = Cell::new("");
    follow(move || {
        let now = chat.finding.get().map_or("", |verdict| verdict.word());
        if verdict.replace(now) != now && !now.is_empty() {
            tell_soon(chat, "rill-verdict", vec![("verdict", now.into())]);
        }
    });
    let connection = RefCell::new(None);
    follow(move || {
        let wished = || {
            chat.options
                .with(|options| (options.kind, options.model.clone()))
        };
        let now = chat.link.with(|link| match link {
            LinkState::Connected(server) => Some((
                server.address.origin(),
                Some(server.kind),
                server.model_id(),
            )),
            LinkState::Site(_) => {
                let (kind, model) = wished();
                Some(("site".to_owned(), kind, model))
            }
            LinkState::Demo => Some((crate::link::DEMO.to_owned(), None, None)),
            _ => None,
        });
        let before = connection.replace(now.clone());
        if let Some((server, kind, model)) = now.filter(|now| before.as_ref() != Some(now)) {
            let detail = vec![
                ("server", server.into()),
                ("kind", kind.map(Kind::as_str).into()),
                ("model", model.into()),
            ];
            tell_soon(chat, "rill-connect", detail);
        }
    });
}

/// Tells the page around of something once what is going on is over: whoever hears it may do anything with the chat.
fn tell_soon(chat: Chat, name: &'static str, detail: Vec<(&'static str, JsValue)>) {
    chat.spawn(async move {
        let detail: Vec<(&str, &JsValue)> =
            detail.iter().map(|(key, value)| (*key, value)).collect();
        untrack(|| chat.tell(name, &detail));
    });
}
