//! The browser's own answers: where this page came from, a name that is made up, a style sheet that needs no leave.
//!
//! In: nothing of a chat. Out: plain values. It must not know what they are for.

use std::thread::LocalKey;

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{CssStyleSheet, ShadowRoot};

/// Returns the origin that this page came from, as servers see it.
pub fn page_origin() -> String {
    web_sys::window()
        .and_then(|window| window.location().origin().ok())
        .unwrap_or_default()
}

/// Makes up a name that nobody else will have made up: `RILL` and twelve digits.
pub fn made_up() -> String {
    let digits = (js_sys::Math::random() * 1e12) as u64;
    format!("RILL{digits:012}")
}

/// Constructs a style sheet, which needs no leave from a Content-Security-Policy; `None` where the browser has no such thing.
pub fn sheet(style: &str) -> Option<CssStyleSheet> {
    let sheet = CssStyleSheet::new().ok()?;
    sheet.replace_sync(style).ok()?;
    Some(sheet)
}

/// Gives an element one more style sheet, once: all elements of a page share it.
pub fn adopt(root: &ShadowRoot, sheet: &'static LocalKey<Option<CssStyleSheet>>) {
    sheet.with(|sheet| {
        let sheets = root.adopted_style_sheets();
        if let Some(sheet) = sheet
            && !sheets.includes(sheet, 0)
        {
            root.set_adopted_style_sheets(&sheets.concat(&js_sys::Array::of1(sheet)));
        }
    });
}

/// Reads what stands under a name in an object; `None` where nothing does.
pub fn field(object: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(object, &name.into()).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

/// Calls a method by its name; fails where the object has none. For what few browsers have or few readers need: a binding of its
/// own for each would stand in the first file that everybody loads.
pub fn call(object: &JsValue, method: &str, with: &[JsValue]) -> Result<JsValue, JsValue> {
    let method: Function = Reflect::get(object, &method.into())?.dyn_into()?;
    let apply: Function = Reflect::get(&method, &"apply".into())?.dyn_into()?;
    apply.call2(&method, object, &with.iter().collect::<Array>())
}

/// Makes an object of a class of the browser, by the class's name; `None` where the browser has none.
pub fn make(class: &str, with: &[JsValue]) -> Option<JsValue> {
    let global = js_sys::global();
    let class = field(&global, class)?;
    let with = with.iter().collect::<Array>();
    call(
        &field(&global, "Reflect")?,
        "construct",
        &[class, with.into()],
    )
    .ok()
}
