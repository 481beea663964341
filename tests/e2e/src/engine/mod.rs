//! The engines that the suite drives, each by its own protocol, all as one thing: a browser that opens tabs.
//!
//! In: what a case wants of a tab. Out: what became of it. An engine must not know Rill, the lab, or the cases. The map: [`chromium`]
//! over DevTools; [`firefox`] over WebDriver BiDi, whose wire is [`bidi`]; [`webkit`] over WebDriver, whose wire is [`http`].

mod bidi;
pub(crate) mod chromium;
pub(crate) mod firefox;
mod http;
mod keys;
pub(crate) mod webkit;

use crate::browser::Error;
use futures_util::future::BoxFuture;
use serde_json::Value;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What an engine answers, in a while.
pub type Answer<'a, T = ()> = BoxFuture<'a, Result<T, Error>>;

/// How wide and how high a tab is at first, in CSS pixels.
pub const WINDOW: (i64, i64) = (1000, 800);
/// The same of a phone.
pub const PHONE: (i64, i64) = (390, 780);

/// Which engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Over the DevTools protocol.
    Chromium,
    /// Over WebDriver BiDi.
    Firefox,
    /// WebKitGTK, over WebDriver.
    WebKit,
}

impl Kind {
    /// The one that `RILL_ENGINE` names; Chromium, if it names none.
    pub fn wanted() -> Result<Kind, Error> {
        let name = std::env::var("RILL_ENGINE").unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "" | "chromium" => Ok(Kind::Chromium),
            "firefox" => Ok(Kind::Firefox),
            "webkit" => Ok(Kind::WebKit),
            _ => Err(format!("RILL_ENGINE is chromium, firefox or webkit, not {name}").into()),
        }
    }

    /// Whether its protocol has this.
    pub fn has(self, need: Need) -> bool {
        match (self, need) {
            (_, Need::Axe) => crate::access::library().is_some(),
            (Kind::Firefox, Need::Costs | Need::Preflights | Need::Tabs) => false,
            (Kind::Firefox, Need::Forced | Need::Tree | Need::Touch) => false,
            (Kind::Firefox, Need::Network | Need::Media) => true,
            (Kind::Chromium, _) => true,
            (Kind::WebKit, _) => false,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, to)
    }
}

/// What a case needs beyond keys, the mouse, scripts and a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nodes, listeners and bytes are counted.
    Costs,
    /// Files are withheld, or come late.
    Network,
    /// The person's system is dark, or wants less motion.
    Media,
    /// Several tabs have one store, and one of them can crash.
    Tabs,
    /// A preflight lasts until its answer ends; Firefox reads the head and lets go.
    Preflights,
    /// The person has forced colours of their own.
    Forced,
    /// What stands in the accessibility tree is told.
    Tree,
    /// One points with a finger.
    Touch,
    /// The library of rules of access; not the engine has it, but this machine.
    Axe,
}

impl fmt::Display for Need {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Need::Costs => "counts of nodes, listeners and bytes",
            Need::Network => "a network that withholds or delays",
            Need::Media => "the system's darkness and motion",
            Need::Tabs => "several tabs with one store",
            Need::Preflights => "a browser that waits for the end of a preflight",
            Need::Forced => "forced colours",
            Need::Tree => "the accessibility tree",
            Need::Touch => "a finger",
            Need::Axe => "axe-core, which cargo xtask test fetches",
        })
    }
}

/// A browser that runs.
pub trait Engine: Send + Sync {
    /// A blank tab in front, [`WINDOW`] in size, with a store of its own.
    fn tab(&self, complaints: Complaints) -> Answer<'_, Arc<dyn Tab>>;

    /// A blank tab as a phone has it, [`PHONE`] in size, with a store of its own.
    fn phone(&self, complaints: Complaints) -> Answer<'_, Arc<dyn Tab>> {
        Box::pin(async move {
            let tab = self.tab(complaints).await?;
            tab.size(PHONE.0, PHONE.1, 2.0).await?;
            Ok(tab)
        })
    }

    /// A blank tab beside another one, with the same store.
    fn beside<'a>(&'a self, _tab: &'a dyn Tab, _: Complaints) -> Answer<'a, Arc<dyn Tab>> {
        lacks("two tabs with one store")
    }

    /// Ends it, and waits until it has ended.
    fn close(&self) -> BoxFuture<'_, ()>;

    /// Kills its process, which hears nothing of it before.
    fn kill(&self) -> BoxFuture<'_, ()> {
        self.close()
    }
}

/// A tab. What a protocol does not have fails with a sentence.
pub trait Tab: Send + Sync {
    /// Goes to an address, and waits until it is loaded.
    fn goto<'a>(&'a self, url: &'a str) -> Answer<'a>;

    /// Loads the same once more, and waits.
    fn reload(&self) -> Answer<'_>;

    /// Runs a script in every document from now on, before all others.
    fn at_start<'a>(&'a self, script: &'a str) -> Answer<'a>;

    /// The value of an expression, a promise's too; one that changes nothing may be asked `again` where the page is at work.
    fn evaluate<'a>(&'a self, expression: &'a str, again: bool) -> Answer<'a, Value>;

    /// Clicks with the mouse, at a place in CSS pixels.
    fn click(&self, x: f64, y: f64) -> Answer<'_>;

    /// Taps with a finger, at a place in CSS pixels.
    fn tap(&self, x: f64, y: f64) -> Answer<'_>;

    /// Types text where the focus is.
    fn insert<'a>(&'a self, text: &'a str) -> Answer<'a>;

    /// Presses and lets go of a key, by its name in the DOM; modifiers are bits: Alt 1, Control 2, Meta 4, Shift 8.
    fn press<'a>(&'a self, key: &'a str, modifiers: i64) -> Answer<'a>;

    /// The size of the window in CSS pixels, and device pixels per CSS pixel.
    fn size(&self, width: i64, height: i64, scale: f64) -> Answer<'_>;

    /// Light or dark, with motion or with less.
    fn media(&self, dark: bool, still: bool) -> Answer<'_>;

    /// The person's own few colours, with less motion.
    fn forced_colors(&self, _dark: bool) -> Answer<'_> {
        lacks("forced colours")
    }

    /// A picture of what is on screen, as PNG.
    fn screenshot(&self) -> Answer<'_, Vec<u8>>;

    /// Withholds files whose addresses end so; of none, none any more.
    fn block<'a>(&'a self, _endings: &'a [&'a str]) -> Answer<'a> {
        lacks("a network that withholds or delays")
    }

    /// From now on every answer of the network comes so much later.
    fn delay(&self, _by: Duration) -> Answer<'_> {
        lacks("a network that withholds or delays")
    }

    /// Ends its process, so that nothing in it hears of that.
    fn crash(&self) -> Answer<'_> {
        lacks("a tab that crashes")
    }

    /// Closes it, and what it has stored.
    fn close(&self) -> Answer<'_>;

    /// The tab of Chromium, for what no other has.
    fn chromium(&self) -> Option<&chromium::Tab> {
        None
    }
}

fn lacks<'a, T>(what: &'static str) -> Answer<'a, T> {
    Box::pin(async move { Err(format!("this engine is asked for what it has not: {what}").into()) })
}

/// What a tab complained about; cheap to clone, all clones are one list.
#[derive(Clone, Default)]
pub struct Complaints(Arc<Mutex<Vec<String>>>);

impl Complaints {
    /// One more.
    pub fn add(&self, complaint: String) {
        self.list().push(complaint);
    }

    /// All so far.
    pub fn all(&self) -> Vec<String> {
        self.list().clone()
    }

    /// These and no others.
    pub fn set(&self, all: Vec<String>) {
        *self.list() = all;
    }

    fn list(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
