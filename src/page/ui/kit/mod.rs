//! What the views are made of, each compiled once for all of them: [`Show`] and [`For`], panels, fields, choices, buttons, sentences.
//!
//! In: props that follow signals. Out: views. It must not know what a chat is about, beyond the language of its words.
//!
//! [`Show`] and [`For`] have the names and props of Leptos' own, which are compiled anew for every condition and every list; with
//! these the first view is 7 KB smaller. So they are imported from here, never taken from the prelude.

mod button;
mod field;
mod flow;
mod panel;
mod words;

pub use button::{Button, Icon};
pub use field::{Choice, Field, Select, TextArea, TextField, keys};
pub use flow::{For, Show};
pub use panel::{Dialog, Titled};
pub use words::{Hint, Trouble, own_heading};
