//! Bindings of `element.js` that more than one file needs: what a document can do and its Rust bindings cannot.

use wasm_bindgen::prelude::*;
use web_sys::{Element, IntersectionObserver, Worker};

#[wasm_bindgen(module = "/src/page/element.js")]
extern "C" {
    /// Calls `seen` once with each watched element that comes within `margin` pixels of what is seen of `root`, or of the window.
    #[wasm_bindgen(js_name = whenNear)]
    pub fn when_near(seen: &JsValue, root: Option<&Element>, margin: u32) -> IntersectionObserver;
    /// Sets one style of one element; in an attribute it would be an inline style, which a strict policy forbids.
    #[wasm_bindgen(js_name = setStyle)]
    pub fn set_style(element: &Element, name: &str, value: &str);
    /// Starts the worker in the file of this name beside the page's own; `told` hears what it says, `failed` that it cannot go on. Fails
    /// where the browser has no workers, or a policy forbids this one.
    #[wasm_bindgen(js_name = startWorker, catch)]
    pub fn start_worker(name: &str, told: &JsValue, failed: &JsValue) -> Result<Worker, JsValue>;
}

/// Watch that tells once of each watched element when it comes near. Dropping it ends the watch.
pub struct Near {
    observer: IntersectionObserver,
    _seen: Closure<dyn Fn(Element)>,
}

impl Near {
    /// Begins to watch what comes within `margin` pixels of what is seen of `root`, or of the window.
    pub fn new(root: Option<&Element>, margin: u32, seen: impl Fn(Element) + 'static) -> Near {
        let seen = Closure::new(seen);
        Near {
            observer: when_near(seen.as_ref(), root, margin),
            _seen: seen,
        }
    }

    /// Watches one more element.
    pub fn watch(&self, element: &Element) {
        self.observer.observe(element);
    }
}

impl Drop for Near {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
