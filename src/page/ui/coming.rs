//! The place of a view that comes with the second half of the page.

use super::part::{Part, el};
use crate::page::app::Chat;

/// A view of the second half; nothing where that is not here.
pub fn coming(view: Option<fn(Chat) -> Part>, chat: Chat) -> Part {
    view.map_or_else(|| el("div"), |view| view(chat))
}
