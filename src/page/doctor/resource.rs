//! What the browser measured of a request (PerformanceResourceTiming).

use wasm_bindgen::JsValue;

use crate::trace::Resource;

/// Reads the newest measurement for a URL, where there is one; spans are in milliseconds. Of another origin that does not allow
/// more, the browser tells little.
pub fn measured(url: &str) -> Option<Resource> {
    let performance = web_sys::window()?.performance()?;
    let found: js_sys::Array = {
        let get = js_sys::Reflect::get(&performance, &"getEntriesByName".into()).ok()?;
        let get: js_sys::Function = get.into();
        let entries = get.call2(&performance, &url.into(), &"resource".into());
        entries.ok()?.into()
    };
    let entry = found.get(found.length().checked_sub(1)?);
    let at = |name: &str| number(&entry, name).filter(|at| *at > 0.0);
    let span = |from: Option<f64>, to: Option<f64>| {
        let span = to? - from?;
        (span >= 0.0).then_some(span as u32)
    };
    let begun = at("startTime").or(at("fetchStart"));
    let request = at("requestStart");
    // A connection that was open already has no time of its own.
    let opened = span(at("domainLookupStart"), at("connectEnd"));
    let before = if opened.is_some_and(|span| span > 0) {
        at("domainLookupStart")
    } else {
        request
    };
    Some(Resource {
        blocked: span(begun, before),
        connect: request.and(opened),
        wait: span(request, at("responseStart")),
        receive: span(at("responseStart"), at("responseEnd")),
        protocol: js_sys::Reflect::get(&entry, &"nextHopProtocol".into())
            .ok()
            .and_then(|protocol| protocol.as_string())
            .unwrap_or_default(),
    })
}

fn number(entry: &JsValue, name: &str) -> Option<f64> {
    js_sys::Reflect::get(entry, &name.into()).ok()?.as_f64()
}
