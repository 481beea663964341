//! Claims on what several tabs want: one tab at a time works in the folder, and each says which conversation is on its page (Web Locks).
//!
//! In: names. Out: claims that end when they are dropped, or the tab is gone. It must not know what they are for. A browser without locks
//! has one tab, as far as is known.

use futures_channel::oneshot;
use futures_util::future::select;
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

#[wasm_bindgen]
extern "C" {
    /// Manager of an origin's locks (Web Locks API, section 3.2), whose bindings are not stable.
    type Locks;
    #[wasm_bindgen(method, catch)]
    async fn request(
        this: &Locks,
        name: &str,
        options: &JsValue,
        work: &JsValue,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn query(this: &Locks) -> Result<JsValue, JsValue>;
}

/// The name of the claim on the folder.
const FOLDER: &str = "rill-folder";
/// The beginning of the name of a claim on a conversation.
const HERE: &str = "rill-here-";

fn locks() -> Option<Locks> {
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok()?;
    locks.is_object().then(|| locks.unchecked_into())
}

/// Claim on something that other tabs want too. Dropping it ends the claim, or the wait for it.
pub struct Claim(Option<Function>);

impl Claim {
    /// Waits until no other tab works in the folder.
    pub async fn on_folder() -> Claim {
        let ((told, granted), (ends, ended)) = (oneshot::channel(), oneshot::channel());
        let claim = claim(FOLDER, "exclusive", (told, ends));
        // Where it is refused, or there are no locks, nobody tells.
        select(granted, ended).await;
        claim
    }

    /// Says to other tabs that this one has a conversation on its page.
    pub fn on_conversation(id: &str) -> Claim {
        let nobody = || oneshot::channel().0;
        claim(&format!("{HERE}{id}"), "shared", (nobody(), nobody()))
    }
}

/// Asks for a claim; tells when it is granted, and when it has ended.
fn claim(
    name: &str,
    mode: &str,
    (told, ends): (oneshot::Sender<()>, oneshot::Sender<()>),
) -> Claim {
    let Some(locks) = locks() else {
        return Claim(None);
    };
    let mut free = None;
    let over = Promise::new(&mut |done, _| free = Some(done));
    let work = Closure::once_into_js(move |_lock: JsValue| -> Promise {
        let _ = told.send(());
        over
    });
    let options = Object::new();
    let _ = Reflect::set(&options, &"mode".into(), &mode.into());
    let name = name.to_owned();
    spawn_local(async move {
        // A browser may refuse it, as to a page without an origin: then nobody else has it.
        let _ = locks.request(&name, &options, &work).await;
        drop(ends);
    });
    Claim(free)
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
    let Ok(all) = locks.query().await else {
        return false;
    };
    let held = Reflect::get(&all, &"held".into()).unwrap_or_default();
    let end = format!("-{id}");
    Array::from(&held).iter().any(|lock| {
        let name = Reflect::get(&lock, &"name".into()).ok();
        let name = name.and_then(|name| name.as_string());
        name.is_some_and(|name| name.ends_with(&end))
    })
}
