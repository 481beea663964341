//! A half-written block as its writer most likely means it.
//!
//! In: the open part of a text, which begins where a block begins. Out: the same with its open marks closed, for showing only.
//! It must not know the tree; what it makes is parsed like any text and forgotten with the next token.

use std::borrow::Cow;

pub(super) struct Mended<'a> {
    pub(super) text: Cow<'a, str>,
    /// Something at the end is hidden, so letters that follow may not be what they seem.
    pub(super) cut: bool,
}

pub(super) fn mend(text: &str) -> Mended<'_> {
    Mended {
        text: Cow::Borrowed(text),
        cut: false,
    }
}
