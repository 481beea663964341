//! The rest of a reply that ran in the page before this one: its server is asked for it, once.
//!
//! In: the note that the tab holds. Out: a reply that goes on where the last page stopped; where nothing comes, it is cut as before.

use std::pin::Pin;
use std::rc::Rc;

use futures_channel::mpsc;
use leptos::prelude::*;

use crate::chat::request::ChatRequest;
use crate::event::{End, Millis};
use crate::history::running::Running;
use crate::page::app::Chat;
use crate::page::clock::{PageClock, now};
use crate::page::history;
use crate::page::net::PageWire;
use crate::session::{Control, Plan, Report, take_up};

use super::ask::{origin, wire_of};
use super::{Reply, Source, start};

/// Time between two notes on a reply that runs, in milliseconds.
const EVERY: Millis = 10_000.0;

/// Brings the conversation of this tab back, and the rest of the reply that ran in it.
pub fn restore(chat: Chat) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(async move {
        history::restore(chat).await;
        let store = chat.shared().store.clone();
        let Some(note) = store.running() else { return };
        let kept = Running::read(&note).filter(|kept| is_wanted(chat, kept));
        let Some(kept) = kept else {
            return store.keep_running(None);
        };
        chat.spawn(async move {
            chat.settled().await;
            let base = untrack(|| chat.base());
            let is_free = chat.live.with_untracked(Option::is_none);
            if is_free && base == kept.server && is_wanted(chat, &kept) {
                start(chat, kept.turn, Source::Before(Box::new(kept)));
            }
        });
    })
}

/// Tells whether a note is of the last turn on the page, which ended with its page.
fn is_wanted(chat: Chat, kept: &Running) -> bool {
    let follows = history::of(chat).is_none_or(|history| history.tabs.follows.get_untracked());
    let is_last = chat
        .tree
        .with_untracked(|tree| tree.path().last() == Some(kept.turn));
    !follows
        && is_last
        && chat.names().0 == kept.conversation
        && kept.is_fresh(js_sys::Date::now())
        && chat.with_turn(kept.turn, |turn| turn.end == Some(CLOSED))
}

/// End of a reply whose page was closed.
const CLOSED: End = End::Cut { page_closed: true };

/// Asks for the rest of a reply of which the page before this one has left a note.
pub(super) async fn run(
    chat: Chat,
    reply: Rc<Reply>,
    controls: mpsc::UnboundedReceiver<Control>,
    kept: Running,
) {
    let (wire, dialect, server) = wire_of(chat);
    let origin = origin(&wire, server.as_ref(), None);
    let has_key = origin.key.is_some();
    *reply.origin.borrow_mut() = origin;
    reply.core.borrow_mut().stop = server.map(|server| {
        let generation = kept.generation.clone();
        (server.address, server.kind, generation)
    });
    let store = chat.shared().store.clone();
    let request = ChatRequest {
        generation: kept.generation.clone(),
        free_headers: kept.free_headers,
        ..ChatRequest::default()
    };
    let known = kept.part_of(reply.core.borrow().reply.turn());
    let plan = Plan {
        transport: dialect.transport(Some(&kept.transport)),
        json: &|path| has_key || store.wants_json(&format!("{}{path}", kept.server)),
        ..Plan::new(dialect, &request)
    };
    let ways = (&wire, &PageClock);
    take_up(plan, known, ways, controls, &mut |report| match report {
        // Whatever else went wrong by now: it ended with its page.
        Report::End(End::Cut { .. } | End::Broken { .. }) => reply.on(Report::End(CLOSED)),
        report => reply.on(report),
    })
    .await;
}

/// Tells whether headers of our own make no preflight that would not be there anyway.
pub(super) fn has_free_headers(chat: Chat) -> bool {
    let PageWire::Net(net) = untrack(|| wire_of(chat)).0 else {
        return false;
    };
    let has_key = net.key.is_some_and(|key| !key.trim().is_empty());
    has_key || net.address.origin() == crate::page::browser::page_origin()
}

impl Reply {
    /// Leaves a note on the reply in the tab, for the page that comes after this one.
    pub(super) fn leave_a_note(&self) {
        let way = self.way.get_untracked();
        let at = now();
        if self.follows || at - self.noted.get() < EVERY {
            return;
        }
        let core = self.core.borrow();
        let (Some(way), Some((address, kind, generation))) = (way, &core.stop) else {
            return;
        };
        let request = ChatRequest {
            generation: generation.clone(),
            free_headers: has_free_headers(self.chat),
            ..ChatRequest::default()
        };
        if core.reply.is_over() || kind.dialect().resume(&request, way).is_none() {
            return;
        }
        self.noted.set(at);
        let note = Running {
            conversation: self.chat.names().0,
            turn: self.id,
            server: address.to_string(),
            transport: way.name.to_owned(),
            generation: request.generation,
            free_headers: request.free_headers,
            before: self.before,
            at: js_sys::Date::now(),
        };
        self.chat.shared().store.keep_running(Some(&note.write()));
    }
}
