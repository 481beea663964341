//! Claims by which tabs know of each other which conversations are on their pages (Web Locks).
//!
//! In: names of conversations. Out: claims that end when they are dropped, or the tab is gone. It must not know what they are for. A browser
//! without locks has one tab, as far as is known.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::hands::{ask, call, get};

/// The beginning of the name of a claim on a conversation.
const HERE: &str = "rill-here-";

fn locks() -> Option<JsValue> {
    let navigator = web_sys::window()?.navigator();
    let locks = get(&navigator, "locks");
    locks.is_object().then_some(locks)
}

/// Claim on a conversation. Dropping it ends the claim.
pub struct Claim(Option<Function>);

impl Claim {
    /// Says to other tabs that this one has a conversation on its page.
    pub fn on_conversation(id: &str) -> Claim {
        let mut free = None;
        if let (Some(window), Some(locks)) = (web_sys::window(), locks()) {
            let over = Promise::new(&mut |done, _| free = Some(done)).into();
            let class = get(&window, "Promise");
            let resolve = get(&class, "resolve");
            // A function that gives the promise which ends with the claim.
            let name = JsValue::from(format!("{HERE}{id}"));
            if let Ok(work) = call(&resolve, "bind", &[&class, &over]) {
                spawn_local(async move {
                    // A browser may refuse it, as to a page without an origin: then nobody else has it.
                    let _ = ask(&locks, "request", &[&name, &work]).await;
                });
            }
        }
        Claim(free)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(free) = &self.0 {
            let _ = free.call0(&JsValue::UNDEFINED);
        }
    }
}

/// Tells whether a tab says that it has a conversation on its page: some claim has its name at its end.
pub async fn is_shown(id: &str) -> bool {
    let Some(locks) = locks() else { return false };
    let Ok(all) = ask(&locks, "query", &[]).await else {
        return false;
    };
    let end = format!("-{id}");
    let held = get(&all, "held");
    held.is_object()
        && Array::from(&held).iter().any(|lock| {
            let name = get(&lock, "name").as_string();
            name.is_some_and(|name| name.ends_with(&end))
        })
}
