//! The dialogs: which there are, their titles, and the buttons of the header that open them.
//!
//! In: a dialog, a language. Out: plain values. It must not know what a dialog shows: those who do stand in `ui::dialogs`.

use icondata_core::Icon;

use super::words::{Locale, word};

/// A dialog. One is open at a time; the Doctor's panel stands beside the conversation and is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray)]
pub enum Panel {
    /// Servers and models, and the first of how the person reads.
    Server,
    /// The check of a server.
    Check,
    /// The conversations that are kept.
    Conversations,
    /// Settings of how replies are made.
    Replies,
    /// The search over all conversations.
    Search,
    /// The measure of a person's pace.
    Pace,
    /// The sheet of shortcuts.
    Shortcuts,
    /// How the person reads.
    Reading,
}

/// Button of the header that opens a dialog. It is called as the dialog is.
#[derive(Clone, Copy)]
pub struct Tool {
    /// Picture on the button.
    pub icon: Icon,
    /// `true` where young readers have the button too.
    pub for_young: bool,
}

impl Panel {
    /// Dialogs, all of them; their buttons stand in this order.
    pub const ALL: &'static [Panel] = <Panel as strum::VariantArray>::VARIANTS;

    /// Returns the title of the dialog.
    pub fn title(self, locale: Locale) -> String {
        match self {
            Panel::Server => word!(locale, server_title),
            Panel::Check => word!(locale, check_title),
            Panel::Conversations => word!(locale, conversations),
            Panel::Replies => word!(locale, settings),
            Panel::Search => word!(locale, search_title),
            Panel::Pace => word!(locale, pace_title),
            Panel::Shortcuts => word!(locale, shortcuts_title),
            Panel::Reading => word!(locale, reading_title),
        }
    }

    /// Returns the button of the header; `None` where the dialog is opened from elsewhere, or by a button that shows more.
    pub fn tool(self) -> Option<Tool> {
        let (icon, for_young) = match self {
            Panel::Server | Panel::Check | Panel::Search | Panel::Pace | Panel::Shortcuts => {
                return None;
            }
            Panel::Conversations => (icondata_lu::LuHistory, true),
            Panel::Replies => (icondata_lu::LuSlidersHorizontal, false),
            Panel::Reading => (icondata_lu::LuALargeSmall, true),
        };
        Some(Tool { icon, for_young })
    }

    /// Tells whether the dialog stays on the page once opened, with what was typed: the browser then gives the focus back to
    /// where it was also when another dialog takes its place.
    pub fn stays(self) -> bool {
        self == Panel::Server
    }
}
