//! What this browser remembers: small things, in localStorage. Nothing at all with `storage=none`.
//!
//! Keys stand in an entry of their own, by server origin, and leave it only for that origin's requests: in the session of the tab, or
//! where the person wishes that, in localStorage.
//!
//! Entries are read as plain JSON: what is missing or of another type is as good as not there.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};
use std::str::FromStr;

use serde_json::{Map, Value, json};

use crate::chat::preferences::Preferences;
use crate::dialect::{Kind, Transport};
use crate::doctor::check::Profile;
use crate::link::LastServer;
use crate::reading::Appearance;
use crate::session::Refusals;

/// Memory of this browser. Clones share it.
#[derive(Clone)]
pub struct Store {
    lasting: bool,
    /// Entries for the life of the page, by name: those that may not last, or that the browser refuses to keep.
    passing: Rc<RefCell<BTreeMap<String, String>>>,
    /// Name of the chat, by which drafts of several chats on one page stand apart.
    chat: String,
    /// Name under which the session of this tab holds the chat's conversation.
    place: Rc<str>,
}

/// Name of the entry that holds keys in the session of the tab.
const KEYS: &str = "rill.keys";
/// Name of the same where the tab keeps nothing; `rill.keys` is there what would be kept on the device.
const PASSING_KEYS: &str = "rill.session-keys";

thread_local! {
    /// Places that are taken on this page.
    static PLACES: RefCell<Vec<Weak<str>>> = RefCell::default();
    /// Origins that the person has allowed since the page is there, on any of its chats.
    static ALLOWED: RefCell<Vec<String>> = RefCell::default();
}

/// Takes a place of that name; where another chat on the page has it already, one of that name and a mark.
fn place(chat: &str) -> Rc<str> {
    PLACES.with_borrow_mut(|places| {
        places.retain(|place| place.strong_count() > 0);
        let taken = |name: &str| {
            let mut places = places.iter().filter_map(Weak::upgrade);
            places.any(|place| *place == *name)
        };
        let mut name = format!("rill.conversation.{chat}");
        while taken(&name) {
            name.push('+');
        }
        let place: Rc<str> = name.into();
        places.push(Rc::downgrade(&place));
        place
    })
}

impl Store {
    /// Makes the memory of the chat of that name (empty where a page has one). With `lasting` it is kept in the browser, else for
    /// the life of the page.
    pub fn new(lasting: bool, chat: &str) -> Store {
        Store {
            lasting,
            passing: Rc::default(),
            chat: chat.to_owned(),
            place: place(chat),
        }
    }

    /// Frees the chat's place for another of that name, since the chat is about to go.
    pub fn leave(&self) {
        PLACES.with_borrow_mut(|places| {
            places.retain(|place| !Weak::ptr_eq(place, &Rc::downgrade(&self.place)));
        });
    }

    /// Reads the server that was used last.
    pub fn last_server(&self) -> Option<LastServer> {
        let kept = self.get("server");
        Some(LastServer {
            server: word(&kept, "server")?,
            kind: said(&kept, "kind"),
            model: word(&kept, "model"),
        })
    }

    /// Writes the server that was used last.
    pub fn keep_server(&self, server: &LastServer) {
        let LastServer {
            server,
            kind,
            model,
        } = server;
        self.set(
            "server",
            &json!({ "server": server, "kind": kind.map(Kind::as_str), "model": model }),
        );
    }

    /// Reads the API key for an origin: the one of this session, else the one that is kept on the device.
    pub fn key(&self, origin: &str) -> Option<String> {
        let of = |keys: &Value| word(keys, origin).filter(|key| !key.is_empty());
        of(&self.session_keys()).or_else(|| of(&self.get("keys")))
    }

    /// Tells whether the key for an origin is kept on the device, and not for the session alone.
    pub fn keeps_key(&self, origin: &str) -> bool {
        let kept = word(&self.get("keys"), origin);
        self.lasting && kept.is_some() && kept == self.key(origin)
    }

    /// Writes the key for an origin: for the session of this tab, or with `lasting` on the device; it stands nowhere else then. An
    /// empty one is forgotten.
    pub fn keep_key(&self, origin: &str, key: &str, lasting: bool) {
        let key = Some(key).filter(|key| !key.is_empty()).map(Value::from);
        let (kept, passing) = match lasting {
            true => (key, None),
            false => (None, key),
        };
        // An entry that never was is not made to say that nothing is in it.
        if kept.is_some() || self.get("keys").get(origin).is_some() {
            self.keep_in("keys", origin, kept);
        }
        let keys = with(self.session_keys(), origin, passing).to_string();
        let tab = self.tab();
        let is_kept = tab.is_some_and(|tab| tab.set_item(KEYS, &keys).is_ok());
        if !is_kept {
            self.passing
                .borrow_mut()
                .insert(PASSING_KEYS.to_owned(), keys);
        }
    }

    /// Reads the keys of this session, by origin.
    fn session_keys(&self) -> Value {
        let tab = self.tab();
        let kept = tab.and_then(|tab| tab.get_item(KEYS).ok().flatten());
        kept.or_else(|| self.passing.borrow().get(PASSING_KEYS).cloned())
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default()
    }

    /// Tells whether the person has given leave for this page to talk to an origin.
    pub fn allows(&self, origin: &str) -> bool {
        let kept = self.get("allowed");
        let mut kept = kept.as_array().into_iter().flatten();
        ALLOWED.with_borrow(|all| all.iter().any(|one| one == origin))
            || kept.any(|one| one == origin)
    }

    /// Writes that the person has given leave for this page to talk to an origin: for the life of the page, and where anything may be
    /// kept, for the next time.
    pub fn keep_allowed(&self, origin: &str) {
        if self.allows(origin) {
            return;
        }
        if self.lasting {
            let mut kept = match self.get("allowed") {
                Value::Array(kept) => kept,
                _ => Vec::new(),
            };
            kept.push(Value::from(origin));
            self.set("allowed", &Value::Array(kept));
        }
        ALLOWED.with_borrow_mut(|all| all.push(origin.to_owned()));
    }

    /// Tells whether this URL is known to take nothing but `application/json`.
    pub fn wants_json(&self, url: &str) -> bool {
        let known = self.get("json");
        known
            .as_array()
            .is_some_and(|known| known.iter().any(|known| known == url))
    }

    /// Writes that this URL takes nothing but `application/json`.
    pub fn keep_wants_json(&self, url: &str) {
        if self.wants_json(url) {
            return;
        }
        let mut known = match self.get("json") {
            Value::Array(known) => known,
            _ => Vec::new(),
        };
        known.push(Value::from(url));
        self.set("json", &Value::Array(known));
    }

    /// Reads the kind that the person said the server at this base address is of.
    pub fn kind(&self, base: &str) -> Option<Kind> {
        said(&self.get("kinds"), base)
    }

    /// Writes the kind that the person said; `None` is to be found out.
    pub fn keep_kind(&self, base: &str, kind: Option<Kind>) {
        self.keep_in("kinds", base, kind.map(|kind| Value::from(kind.as_str())));
    }

    /// Reads the transport that worked for the server at this base address, of those of its kind; the first where none of them
    /// did.
    pub fn transport(&self, base: &str, all: &'static [Transport]) -> Option<&'static Transport> {
        let kept = self.get("rungs");
        let kept = kept.get(base).unwrap_or(&Value::Null);
        // It was kept as a place before, in a list that may have been another.
        let place = || all.get(usize::try_from(kept.as_u64()?).ok()?);
        let named = kept
            .as_str()
            .map(|name| all.iter().find(|transport| transport.name == name));
        named.unwrap_or_else(place).or(all.first())
    }

    /// Writes the name of the transport that works; `None` is to be found out.
    pub fn keep_transport(&self, base: &str, name: Option<&str>) {
        self.keep_in("rungs", base, name.map(Value::from));
    }

    /// Reads what the server at this base address has refused of requests.
    pub fn refusals(&self, base: &str) -> Refusals {
        Refusals::read(self.get("refusals").get(base).unwrap_or(&Value::Null))
    }

    /// Writes what the server at this base address has refused: those requests are not made again.
    pub fn keep_refusals(&self, base: &str, refusals: &Refusals) {
        self.keep_in("refusals", base, Some(refusals.write()));
    }

    /// Writes what a check has learned of the server at this base address.
    pub fn keep_profile(&self, base: &str, profile: &Profile) {
        self.keep_in("profiles", base, Some(profile.write()));
    }

    /// Reads the person's preferences for replies from the server at this base address.
    pub fn preferences(&self, base: &str) -> Preferences {
        Preferences::read(self.get("wishes").get(base).unwrap_or(&Value::Null))
    }

    /// Writes the preferences; where all are as they were at first, they are forgotten.
    pub fn keep_preferences(&self, base: &str, preferences: &Preferences) {
        let kept = (*preferences != Preferences::default()).then(|| preferences.write());
        self.keep_in("wishes", base, kept);
    }

    /// Tells whether anything may be kept.
    pub fn lasts(&self) -> bool {
        self.lasting
    }

    /// Returns the session storage of this tab, where anything may be kept.
    fn tab(&self) -> Option<web_sys::Storage> {
        let window = web_sys::window().filter(|_| self.lasting)?;
        window.session_storage().ok().flatten()
    }

    /// Reads the name of this tab's conversation, if it has one.
    pub fn session(&self) -> Option<String> {
        self.tab()?.get_item(&self.place).ok()?
    }

    /// Writes the name of this tab's conversation, so that a reload brings it back; `None` forgets it.
    pub fn keep_session(&self, name: Option<&str>) {
        if let Some(session) = self.tab() {
            // A browser that keeps nothing brings nothing back.
            let _ = match name {
                Some(name) => session.set_item(&self.place, name),
                None => session.remove_item(&self.place),
            };
        }
    }

    /// Reads what could not be written any more when the page was left.
    pub fn left(&self) -> Option<String> {
        self.in_tab("left")
    }

    /// Writes what could not be written any more: of all that a page can write when it goes, this alone is there for certain.
    /// `None` forgets it.
    pub fn keep_left(&self, left: Option<&str>) {
        self.keep_in_tab("left", left);
    }

    /// Reads the note on the reply that ran when the page was left.
    pub fn running(&self) -> Option<String> {
        self.in_tab("running")
    }

    /// Writes the note on the reply that runs; `None` where none does.
    pub fn keep_running(&self, note: Option<&str>) {
        self.keep_in_tab("running", note);
    }

    /// Reads when the session began.
    pub fn session_began(&self) -> Option<String> {
        self.in_tab("began")
    }

    /// Writes when the session began, so that a reload does not begin it anew.
    pub fn keep_session_began(&self, began: &str) {
        self.keep_in_tab("began", Some(began));
    }

    /// Reads what this tab holds beside its conversation's name.
    fn in_tab(&self, name: &str) -> Option<String> {
        let place = format!("{}.{name}", self.place);
        self.tab()?.get_item(&place).ok()?
    }

    /// Writes what this tab holds beside its conversation's name; `None` forgets it.
    fn keep_in_tab(&self, name: &str, value: Option<&str>) {
        if let Some(session) = self.tab() {
            let place = format!("{}.{name}", self.place);
            // Where it is too much, the database may have it all the same.
            let _ = match value {
                Some(value) => session.set_item(&place, value),
                None => session.remove_item(&place),
            };
        }
    }

    /// Reads the unsent text; empty where there is none.
    pub fn draft(&self) -> String {
        let kept = self.get(&self.draft_name());
        kept.as_str().unwrap_or_default().to_owned()
    }

    /// Writes the unsent text.
    pub fn keep_draft(&self, draft: &str) {
        self.set(&self.draft_name(), &Value::from(draft));
    }

    fn draft_name(&self) -> String {
        format!("draft.{}", self.chat)
    }

    /// Tells whether the list of conversations stands beside the conversation.
    pub fn list(&self) -> bool {
        self.get("list") == true
    }

    /// Writes whether the list of conversations stands beside the conversation.
    pub fn keep_list(&self, stands: bool) {
        self.set("list", &Value::from(stands));
    }

    /// Tells whether the browser was asked before to delete nothing of what is kept.
    pub fn has_asked_to_last(&self) -> bool {
        self.get("lasts") == true
    }

    /// Writes that the browser was asked to delete nothing of what is kept.
    pub fn keep_asked_to_last(&self) {
        self.set("lasts", &Value::from(true));
    }

    /// Tells whether conversations are kept in a folder of the person's own.
    pub fn folder(&self) -> bool {
        self.get("folder") == true
    }

    /// Writes whether conversations are kept in a folder of the person's own.
    pub fn keep_folder(&self, is_kept: bool) {
        self.set("folder", &Value::from(is_kept));
    }

    /// Reads how the person likes to read.
    pub fn appearance(&self) -> Appearance {
        Appearance::read(&self.get("look"))
    }

    /// Writes how the person likes to read.
    pub fn keep_appearance(&self, appearance: &Appearance) {
        self.set("look", &appearance.write());
    }

    /// Writes one value of an entry that holds several, by its key; `None` forgets it.
    fn keep_in(&self, name: &str, key: &str, value: Option<Value>) {
        self.set(name, &with(self.get(name), key, value));
    }

    /// Reads an entry; null where there is none, or none that can be read.
    fn get(&self, name: &str) -> Value {
        let name = format!("rill.{name}");
        let lasting = if self.lasting {
            local().and_then(|local| local.get_item(&name).ok().flatten())
        } else {
            None
        };
        lasting
            .or_else(|| self.passing.borrow().get(&name).cloned())
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default()
    }

    fn set(&self, name: &str, value: &Value) {
        let text = value.to_string();
        let name = format!("rill.{name}");
        let kept =
            self.lasting && local().is_some_and(|local| local.set_item(&name, &text).is_ok());
        if !kept {
            self.passing.borrow_mut().insert(name, text);
        }
    }
}

/// Returns an entry that holds several values with another one of that key, or without it.
fn with(entry: Value, key: &str, value: Option<Value>) -> Value {
    let mut all = match entry {
        Value::Object(all) => all,
        _ => Map::new(),
    };
    match value {
        Some(value) => all.insert(key.to_owned(), value),
        None => all.remove(key),
    };
    Value::Object(all)
}

/// Returns the text of that name in an object.
fn word(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}

/// Reads the value that the text of that name says, if it says one.
fn said<T: FromStr>(value: &Value, name: &str) -> Option<T> {
    word(value, name)?.parse().ok()
}

fn local() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
