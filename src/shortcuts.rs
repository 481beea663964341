//! The keys that the page hears: every one of them, for the sheet that lists them. `tests/shortcuts.rs` holds the list against the code.
//!
//! In: nothing. Out: [`Shortcut`]s, by the place where they are heard. It must not know a word for people, nor what a key does.

/// Place where keys are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray)]
pub enum Place {
    /// Wherever the focus is on the page.
    Page,
    /// The field for the message.
    Message,
    /// A reply that is shown at a pace.
    Reply,
    /// A field in which something is put in other words: a message, a name.
    Editor,
    /// The list of conversations.
    List,
    /// The search over all conversations.
    Search,
    /// The tokens of an answer.
    Tokens,
    /// Dialogs, and the panel beside the conversation.
    Panel,
}

/// Key, by its name in the DOM's `KeyboardEvent.key`, with what is held while it is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keys {
    /// The key that is held; `None` where it is pressed alone.
    pub held: Option<Held>,
    /// The key that is pressed.
    pub key: &'static str,
}

/// Key that is held while another is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Control; Command on Apple's keyboards.
    Control,
    /// Shift.
    Shift,
    /// Alt; Option on Apple's keyboards.
    Alt,
}

impl Keys {
    const fn of(key: &'static str) -> Keys {
        Keys { held: None, key }
    }

    const fn with(held: Held, key: &'static str) -> Keys {
        Keys {
            held: Some(held),
            key,
        }
    }

    /// Tells whether this is a letter, a figure or a sign alone: such a key must be one that can be switched off (WCAG 2.2, 2.1.4),
    /// for who speaks to a computer types without meaning to. Space is none: a browser has a use for it everywhere.
    pub fn is_single(self) -> bool {
        self.held.is_none() && self.key != " " && self.key.chars().count() == 1
    }
}

/// Something that keys do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray)]
pub enum Shortcut {
    /// Opens the search over all conversations.
    Search,
    /// Opens the sheet of shortcuts.
    Sheet,
    /// Moves the reading ruler by a line.
    Ruler,
    /// Sends the message.
    Send,
    /// Begins a new line.
    Line,
    /// Lets the message wait for the end of the reply that runs.
    Queue,
    /// Stops the reply that runs.
    Stop,
    /// Shows twice as much of a reply, as long as it is held.
    Hurry,
    /// Shows the next page of a reply.
    ReadOn,
    /// Keeps what was edited.
    Save,
    /// Leaves it as it was.
    Cancel,
    /// Goes from row to row of the list.
    Rows,
    /// Goes from button to button of a row.
    Buttons,
    /// Gives a conversation a name.
    Rename,
    /// Deletes a conversation.
    Delete,
    /// Chooses among what was found.
    Hits,
    /// Opens what is chosen.
    Open,
    /// Goes from token to token.
    Tokens,
    /// Does with what is typed what the field is for.
    Confirm,
    /// Closes a dialog or a panel.
    Close,
}

impl Place {
    /// All places, in the order of the sheet.
    pub const ALL: &'static [Place] = <Place as strum::VariantArray>::VARIANTS;

    /// Returns what can be done there.
    pub fn shortcuts(self) -> impl Iterator<Item = Shortcut> {
        let all = Shortcut::ALL.iter().copied();
        all.filter(move |shortcut| shortcut.place() == self)
    }
}

impl Shortcut {
    /// All shortcuts, in the order of the sheet.
    pub const ALL: &'static [Shortcut] = <Shortcut as strum::VariantArray>::VARIANTS;

    /// Returns the place where its keys are heard.
    pub fn place(self) -> Place {
        match self {
            Shortcut::Search | Shortcut::Sheet | Shortcut::Ruler => Place::Page,
            Shortcut::Send | Shortcut::Line | Shortcut::Queue | Shortcut::Stop => Place::Message,
            Shortcut::Hurry | Shortcut::ReadOn => Place::Reply,
            Shortcut::Save | Shortcut::Cancel => Place::Editor,
            Shortcut::Rows | Shortcut::Buttons | Shortcut::Rename | Shortcut::Delete => Place::List,
            Shortcut::Hits | Shortcut::Open => Place::Search,
            Shortcut::Tokens => Place::Tokens,
            Shortcut::Confirm | Shortcut::Close => Place::Panel,
        }
    }

    /// Returns the keys that do it: any of them.
    pub fn keys(self) -> &'static [Keys] {
        const SEARCH: &[Keys] = &[Keys::with(Held::Control, "k")];
        const SHEET: &[Keys] = &[Keys::of("?"), Keys::with(Held::Control, "/")];
        const RULER: &[Keys] = &[
            Keys::with(Held::Alt, "ArrowUp"),
            Keys::with(Held::Alt, "ArrowDown"),
        ];
        const ENTER: &[Keys] = &[Keys::of("Enter")];
        const LINE: &[Keys] = &[Keys::with(Held::Shift, "Enter")];
        const QUEUE: &[Keys] = &[Keys::with(Held::Alt, "Enter")];
        const ESCAPE: &[Keys] = &[Keys::of("Escape")];
        const RENAME: &[Keys] = &[Keys::of("F2")];
        const DELETE: &[Keys] = &[Keys::of("Delete")];
        const ACROSS: &[Keys] = &[Keys::of("ArrowLeft"), Keys::of("ArrowRight")];
        const RIGHT: &[Keys] = &[Keys::of("ArrowRight")];
        const SPACE: &[Keys] = &[Keys::of(" ")];
        const ALONG: &[Keys] = &[Keys::of("ArrowUp"), Keys::of("ArrowDown")];
        const ROWS: &[Keys] = &[
            Keys::of("ArrowUp"),
            Keys::of("ArrowDown"),
            Keys::of("Home"),
            Keys::of("End"),
        ];
        const TOKENS: &[Keys] = &[
            Keys::of("ArrowLeft"),
            Keys::of("ArrowRight"),
            Keys::of("ArrowUp"),
            Keys::of("ArrowDown"),
            Keys::of("Home"),
            Keys::of("End"),
        ];
        match self {
            Shortcut::Search => SEARCH,
            Shortcut::Sheet => SHEET,
            Shortcut::Ruler => RULER,
            Shortcut::Send | Shortcut::Save | Shortcut::Open | Shortcut::Confirm => ENTER,
            Shortcut::Line => LINE,
            Shortcut::Queue => QUEUE,
            Shortcut::Stop | Shortcut::Cancel | Shortcut::Close => ESCAPE,
            Shortcut::Hurry => RIGHT,
            Shortcut::ReadOn => SPACE,
            Shortcut::Rows => ROWS,
            Shortcut::Buttons => ACROSS,
            Shortcut::Rename => RENAME,
            Shortcut::Delete => DELETE,
            Shortcut::Hits => ALONG,
            Shortcut::Tokens => TOKENS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_alone_is_heard_in_no_more_than_one_way_in_a_place() {
        for &place in Place::ALL {
            let keys: Vec<Keys> = place
                .shortcuts()
                .flat_map(|shortcut| shortcut.keys().iter().copied())
                .collect();
            assert!(!keys.is_empty(), "{place:?}");
            for (at, key) in keys.iter().enumerate() {
                assert!(!keys[..at].contains(key), "{place:?}: {key:?}");
            }
        }
    }

    #[test]
    fn only_the_sheet_is_opened_by_a_sign_alone() {
        let single: Vec<Shortcut> = Shortcut::ALL
            .iter()
            .copied()
            .filter(|shortcut| shortcut.keys().iter().any(|keys| keys.is_single()))
            .collect();
        assert_eq!(single, [Shortcut::Sheet]);
    }
}
