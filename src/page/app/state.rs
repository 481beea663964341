//! What a chat's state is made of: the signals that only this folder writes, and the plain types in them.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;

use super::command::Command;
use super::reading::language_of;
use super::second_half;
use crate::chat::preferences::Preferences;
use crate::chat::request::Image;
use crate::chat::tokens::Tokens;
use crate::chat::tree::{Tree, TurnId};
use crate::dialect::Transport;
use crate::doctor::Verdict;
use crate::link::{Found, LinkState};
use crate::options::{Complaint, Options};
use crate::page::live::Live;
use crate::page::panel::Panel;
use crate::page::store::Store;
use crate::page::words::{self, Locale};
use crate::reading::Appearance;

/// Server that is to be checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToCheck {
    /// Address of the server as it is written.
    pub server: String,
    /// `true` where the check begins at once; else the person starts it.
    pub at_once: bool,
    /// `true` where a link has opened the panel, and not the person.
    pub by_link: bool,
}

/// Part of the context that a conversation takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meter {
    /// Number of tokens.
    pub used: u32,
    /// `true` where the server has counted them; else they are an estimate.
    pub exact: bool,
}

/// Reason why a picture is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The model, or the server, of this name takes none.
    Blind(String),
    /// The file of this name is not a picture.
    NoPicture(String),
    /// The file of this name is too big.
    TooBig(String),
}

/// Tokens of one reply, and the number of them up to which the text is shown.
#[derive(Clone, Default)]
pub struct TokenInsight {
    /// Tokens that have come, all of them.
    pub tokens: Rc<RefCell<Tokens>>,
    /// Number of tokens that may be seen.
    pub shown: ArcRwSignal<usize>,
}

/// Memory that keeps the conversation; see `history`.
pub trait Memory: Any {
    /// Stores what is not kept yet of the conversation, which is about to be left. With `at_once` the page may be gone a moment
    /// later.
    fn keep(&self, at_once: bool);
    /// Notes that the person's notes on a turn are others than before.
    fn noted(&self, id: TurnId);
    /// Tells whether a command has to wait, since another tab writes the conversation; it is run once this one does.
    fn holds(&self, command: &Command) -> bool;
}

/// Writing ends of a chat's signals; [`Chat`](super::Chat) has the reading ones, and says what they are.
#[derive(Clone, Copy)]
pub(super) struct Signals {
    pub(super) options: RwSignal<Options>,
    pub(super) complaints: RwSignal<Vec<Complaint>>,
    pub(super) lang: RwSignal<Locale>,
    pub(super) appearance: RwSignal<Appearance>,
    pub(super) tree: RwSignal<Tree>,
    pub(super) loaded: RwSignal<bool>,
    pub(super) returning: RwSignal<bool>,
    pub(super) live: RwSignal<Option<Rc<dyn Live>>, LocalStorage>,
    pub(super) link: RwSignal<LinkState>,
    pub(super) found: RwSignal<Option<Vec<Found>>>,
    pub(super) meter: RwSignal<Option<Meter>>,
    pub(super) finding: RwSignal<Option<Verdict>>,
    pub(super) doctor: RwSignal<bool>,
    pub(super) panel: RwSignal<Option<Panel>>,
    pub(super) preferences: RwSignal<Preferences>,
    pub(super) way: RwSignal<Option<&'static Transport>>,
    pub(super) draft: RwSignal<String>,
    pub(super) images: RwSignal<Vec<Arc<Image>>>,
    pub(super) refused: RwSignal<Option<Refused>>,
    pub(super) rests: RwSignal<bool>,
    pub(super) pinned: RwSignal<bool>,
    pub(super) conversation: RwSignal<u32>,
    pub(super) starts: RwSignal<Vec<u32>>,
}

impl Signals {
    /// Has these turns drawn anew: another reply of theirs begins, or their words are others.
    pub(super) fn draw_anew(&self, turns: &[TurnId]) {
        if turns.is_empty() {
            return;
        }
        self.starts.update(|starts| {
            for &id in turns {
                if starts.len() <= id {
                    starts.resize(id.saturating_add(1), 0);
                }
                if let Some(count) = starts.get_mut(id) {
                    *count = count.wrapping_add(1);
                }
            }
        });
    }

    /// Makes the state in which a chat begins.
    pub(super) fn new(options: Options, complaints: Vec<Complaint>, store: &Store) -> Signals {
        let chosen = store.appearance();
        let lang = language_of(&options, &chosen);
        Signals {
            complaints: RwSignal::new(complaints),
            // One that is not here yet is fetched (`Chat::speak`).
            lang: RwSignal::new(
                Some(lang)
                    .filter(|lang| words::knows(*lang))
                    .unwrap_or_default(),
            ),
            appearance: RwSignal::new(Appearance::begin(&options.appearance, &chosen)),
            tree: RwSignal::new(Tree::default()),
            loaded: RwSignal::new(second_half::ready().is_some()),
            returning: RwSignal::new(store.session().is_some()),
            live: RwSignal::new_local(None),
            link: RwSignal::new(LinkState::Nothing),
            found: RwSignal::new(None),
            meter: RwSignal::new(None),
            finding: RwSignal::new(None),
            doctor: RwSignal::new(false),
            panel: RwSignal::new(None),
            preferences: RwSignal::new(Preferences::default()),
            way: RwSignal::new(None),
            draft: RwSignal::new(store.draft()),
            images: RwSignal::new(Vec::new()),
            refused: RwSignal::new(None),
            rests: RwSignal::new(false),
            pinned: RwSignal::new(true),
            conversation: RwSignal::new(0),
            starts: RwSignal::new(Vec::new()),
            options: RwSignal::new(options),
        }
    }
}
