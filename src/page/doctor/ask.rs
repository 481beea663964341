//! Puts the Doctor's questions, one at a time.
//!
//! In: an [`Ask`]. Out: what came of it. Nothing here decides what it means, or what is asked next.

use futures_channel::mpsc;
use wasm_bindgen_futures::JsFuture;

use crate::address::Address;
use crate::dialect::Kind;
use crate::doctor::Probe;
use crate::doctor::check::{Ask, Browser, Inquiry, Response};
use crate::event::End;
use crate::page::browser::page_origin;
use crate::page::clock::{PageClock, now};
use crate::page::net::PageWire;
use crate::page::net::fetch::{Fetch, reach};
use crate::session::{Control, Deadlines, Media, Plan, Report, Wire, drive};
use crate::trace::{Fact, Trace};

/// Reads what the browser tells of requests to this address without being asked to send any: whether the page is a secure one,
/// and whether it is kept from the local network.
pub async fn browser(address: &Address) -> Browser {
    let page = Address::parse(&page_origin(), None).ok();
    // A page of this computer may ask this computer and its network.
    let is_far = page.as_ref().is_some_and(|page| !page.is_loopback());
    Browser {
        page_is_secure: page.is_some_and(|page| page.is_secure()),
        local_network_denied: is_far && local_network_denied(address).await,
    }
}

/// Tells whether the person has denied this page the local network, or the loopback network where the address is one. The
/// permission has a name only in browsers that keep pages from the local network; the first name that is known decides.
async fn local_network_denied(address: &Address) -> bool {
    let name = if address.is_loopback() {
        "loopback-network"
    } else {
        "local-network"
    };
    match permission(name).await {
        Some(state) => state == "denied",
        // Chrome's first name for both.
        None => permission("local-network-access").await.as_deref() == Some("denied"),
    }
}

async fn permission(name: &str) -> Option<String> {
    let navigator = web_sys::window()?.navigator();
    let get = |of: &wasm_bindgen::JsValue, name: &str| js_sys::Reflect::get(of, &name.into()).ok();
    let permissions = get(&navigator, "permissions").filter(|found| found.is_object())?;
    let query: js_sys::Function = get(&permissions, "query")?.into();
    let wish = js_sys::Object::new();
    let _ = js_sys::Reflect::set(&wish, &"name".into(), &name.into());
    let asked: js_sys::Promise = query.call1(&permissions, &wish).ok()?.into();
    let status = JsFuture::from(asked).await.ok()?;
    get(&status, "state")?.as_string()
}

/// Looks into a failure that the browser did not explain: puts the questions of an [`Inquiry`] one after the other, and returns
/// what they showed.
pub async fn inquire(fetch: &Fetch, kind: Option<Kind>, had_preflight: bool) -> Probe {
    let has_key = fetch.key.is_some();
    let browser = browser(&fetch.address).await;
    let mut inquiry = Inquiry::new(&fetch.address, kind, has_key, had_preflight, browser);
    while let Some(ask) = inquiry.next() {
        let told = perform(fetch, kind, None, &ask).await;
        inquiry.answer(&told);
    }
    inquiry.probe().unwrap_or(Probe::NothingThere)
}

/// Puts one question, and returns what came of it. An [`Ask::Reply`] stands under these deadlines (the usual ones where there are
/// none), and nobody is asked whether to wait on.
pub async fn perform(
    fetch: &Fetch,
    kind: Option<Kind>,
    deadlines: Option<Deadlines>,
    ask: &Ask,
) -> Response {
    match ask {
        Ask::Opaque(url) => Response::Opaque(reach(url).await),
        Ask::Small { call, media, key } => {
            let fetch = Fetch {
                key: fetch.key.clone().filter(|_| *key),
                ..fetch.clone()
            };
            // It waits for no other request of this page: those may be what hangs.
            Response::Small(fetch.urgent(call, *media).await.ok())
        }
        Ask::Reply {
            transport,
            media,
            request,
            stop_after,
        } => {
            let mut deadlines = deadlines.unwrap_or_default();
            deadlines.grace = 0.0;
            let dialect = kind.unwrap_or_default().dialect();
            let json = |_: &str| *media == Media::Json;
            let plan = Plan {
                deadlines,
                transport,
                json: &json,
                ..Plan::new(dialect, request)
            };
            reply(fetch, plan, *stop_after).await
        }
    }
}

/// Runs a reply as any other, seen by nobody but its trace. It is stopped once `stop_after` events with text have come.
async fn reply(fetch: &Fetch, plan: Plan<'_>, stop_after: Option<usize>) -> Response {
    let line = PageWire::Net(fetch.clone());
    let (orders, controls) = mpsc::unbounded();
    let mut trace = Trace::default();
    let mut stopped = false;
    drive(plan, &line, &PageClock, controls, &mut |report| {
        trace.saw(now(), &report);
        let enough = stop_after.is_some_and(|most| trace.totals().texts >= most);
        if enough && !stopped && matches!(report, Report::Events(_)) {
            stopped = true;
            // A session that is over listens no more, and needs not.
            let _ = orders.unbounded_send(Control::Stop(End::Stopped));
        }
    })
    .await;
    let end = trace.end().cloned().unwrap_or(End::Stopped);
    Response::Reply(Box::new(trace), end, now())
}

/// Tells whether the last request of the trace was called JSON, so that a preflight came first.
pub fn had_preflight(trace: &Trace) -> bool {
    let sent = trace.last(|fact| match fact {
        Fact::Sent { json, .. } => Some(*json),
        _ => None,
    });
    sent.unwrap_or(false)
}
