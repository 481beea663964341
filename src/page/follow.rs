//! Work that follows signals, boxed: a closure's type would be compiled anew for every element of the page.
//!
//! In: closures that read signals. Out: their work, at once and again, until the owner under which it began ends. It must not know
//! what a chat is.

use leptos::prelude::*;
use leptos::reactive::effect::RenderEffect;

/// Does something at once, and again whenever what it read has changed.
pub fn follow(work: impl FnMut() + 'static) {
    fn boxed(mut work: Box<dyn FnMut()>) {
        let effect = RenderEffect::new(move |_: Option<()>| work());
        // The owner keeps it running, and ends it.
        StoredValue::new_local(effect);
    }
    boxed(Box::new(work));
}
