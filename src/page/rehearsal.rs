//! A reply that nobody sees, once, when the second half has come and the browser has time: a browser compiles each function when it is
//! first called, and the first reply that somebody waits for would wait for a thousand of them.
//!
//! In: a chat. Out: nothing: no request, no turn, no event, nothing that is kept. It must not know who will answer.

use std::cell::Cell;

use futures_channel::mpsc;
use leptos::prelude::*;

use super::app::Chat;
use super::clock::{PageClock, mark, now};
use super::idle::Task;
use super::net::PageWire;
use super::net::demo::{Demo, Script};
use super::numbers;
use super::painter::Painter;
use super::ui::dom::{Placed, el};
use super::ui::turn::Rehearsed;
use crate::chat::request::{ChatRequest, Message, Role};
use crate::chat::tree::TurnId;
use crate::chat::turn::Turn;
use crate::dialect::Kind;
use crate::doctor;
use crate::pacer::Pace;
use crate::reply::Reply;
use crate::session::{Plan, drive};
use crate::trace::Trace;

/// Answer with what answers are made of. Its code names no language and it has no formula: for those the annex would be fetched.
const SCRIPT: &str = "=== all
It thinks.
---8<---
## A *heading*

Words, `code` and **weight**, with a [link](https://example.org/).

- one
- two
  1. within

> said

| a | b |
|---|--:|
| c | d |

```
code
```

The end.";

/// Mark in the browser's timeline where it is over.
const OVER: &str = "rill-rehearsed";

thread_local! {
    static DONE: Cell<bool> = const { Cell::new(false) };
}

/// Has the rehearsal take place soon; one is enough for a page.
pub fn rehearse(chat: Chat) {
    if DONE.replace(true) {
        return;
    }
    let mut act = 0;
    let acts = Task::new(false, move || {
        if !chat.is_mounted() {
            return false;
        }
        act += 1;
        match act {
            1 => numbers::make_ready(chat.lang.get_untracked()),
            2 => turns(chat),
            _ => chat.spawn(reply(chat)),
        }
        act < 3
    });
    // It ends by itself.
    std::mem::forget(acts);
}

/// Has turns drawn on an element that stands on no page, and taken away.
fn turns(chat: Chat) {
    let id = TurnId::MAX;
    let owner = Owner::new();
    owner.with(|| {
        let drawn = view! { <Rehearsed chat id /> }.into_any();
        Placed::at_end(drawn, &el("div", &[])).end();
    });
    owner.cleanup();
    chat.forget_insight(id);
}

/// Has the demo's way of answering run through all rooms, onto an element that stands on no page.
async fn reply(chat: Chat) {
    let wire = PageWire::Demo(Demo {
        script: Script::Here(SCRIPT),
    });
    let request = ChatRequest {
        messages: vec![Message::new(Role::User, "all")],
        ..ChatRequest::default()
    };
    let mut painter = Painter::new(el("div", &[]).into(), chat);
    let mut reply = Reply::begin(now(), Pace::Live, Turn::reply());
    let mut trace = Trace::default();
    let (_controls, heard) = mpsc::unbounded();
    let plan = Plan::new(Kind::default().dialect(), &request);
    drive(plan, &wire, &PageClock, heard, &mut |report| {
        let at = now();
        trace.saw(at, &report);
        reply.on(at, &report);
        reply.advance(at, true);
        while !reply.take_in() {}
        painter.paint(reply.markdown());
        reply.last_letter();
        reply.tell();
        reply.status(at);
        reply.next_due(at);
    })
    .await;
    painter.paint(reply.markdown());
    doctor::verdict(&trace, reply.end(), now());
    mark(OVER);
}
