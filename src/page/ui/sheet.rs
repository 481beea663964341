//! The styles that the first view does without.

use web_sys::{CssStyleSheet, ShadowRoot};

use crate::page::browser::{adopt, sheet};

thread_local! {
    static SHEET: Option<CssStyleSheet> = sheet(concat!(
        include_str!("../../../style/doctor.css"),
        include_str!("../../../style/conversations.css"),
        include_str!("../../../style/pace.css"),
        include_str!("../../../style/aids.css"),
    ));
}

/// Gives the chat the styles of the Doctor, of the list of conversations and of a few dialogs, once.
pub fn adopt_style(root: &ShadowRoot) {
    adopt(root, &SHEET);
}
