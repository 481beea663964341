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
