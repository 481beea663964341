//! The shape of the element on its page.
//!
//! In: the attribute's value. Out: one of three. It must not know how they are drawn: the launcher (`src/page/rill.js`) draws them before there is any wasm.

/// Shapes of the element on its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, strum::EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum Layout {
    /// A box among others.
    #[default]
    Inline,
    /// A button in the window's corner, and a panel that it opens.
    Floating,
    /// The whole window.
    Full,
}
