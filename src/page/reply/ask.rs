//! From a turn to a request, and through the session to the server; or from a recording, and to nobody.
//!
//! In: the conversation, the preferences, the server. Out: [`Report`]s for the reply, and what was learned of the server.

use std::rc::Rc;

use futures_channel::mpsc;
use leptos::prelude::*;

use crate::address::Address;
use crate::chat::request::{ChatRequest, Message, Role};
use crate::dialect::{Dialect, Kind, Takes, bridge};
use crate::event::{BAD_KEY, End, ErrorCause, NO_TOKEN, ServerError, Timings, Token, Usage};
use crate::history::Folder;
use crate::key::spelled;
use crate::link::Server;
use crate::page::app::Chat;
use crate::page::browser::made_up;
use crate::page::clock::{PageClock, now};
use crate::page::doctor::Origin;
use crate::page::history;
use crate::page::net::PageWire;
use crate::page::net::demo::{Demo, Script};
use crate::page::net::host::Host;
use crate::page::store::Store;
use crate::session::{Control, Learned, Plan, Report, ask, drive};
use crate::trace::{Fact, Imported, Replay};

use super::Reply;
use super::around::heard;
use super::fit::{Asking, Sending};
use super::rest::has_free_headers;

/// Number of alternatives to each token that are asked for, where tokens are looked into. OpenAI's limit is 20, others' is 5.
const ALTERNATIVES: u8 = 5;

/// Runs a recorded reply. Nothing is asked of any server, and nothing is remembered of it.
pub(super) async fn play(
    reply: &Rc<Reply>,
    controls: mpsc::UnboundedReceiver<Control>,
    recorded: Imported,
) {
    let chat = reply.chat;
    let kind = recorded.kind.unwrap_or_default();
    let probe = recorded.trace.probe();
    *reply.origin.borrow_mut() = Origin {
        server: Address::parse(&recorded.server, None).ok(),
        kind: recorded.kind,
        model: None,
        key: None,
        page: Some(recorded.page.clone()),
    };
    let transport = recorded.transport();
    let dialect: &dyn Dialect = match transport.name == bridge::TRANSPORT.name {
        true => bridge::of(recorded.kind),
        false => kind.dialect(),
    };
    let wire = PageWire::Replay(Replay::new(&recorded.trace, PageClock));
    let request = ChatRequest {
        generation: made_up(),
        ..ChatRequest::default()
    };
    let plan = Plan {
        deadlines: chat.options.with_untracked(|options| options.deadlines),
        transport,
        fixed: true,
        ..Plan::new(dialect, &request)
    };
    drive(plan, &wire, &PageClock, controls, &mut |report| {
        if let (Report::End(_), Some(probe)) = (&report, probe) {
            let mut core = reply.core.borrow_mut();
            core.trace.stamp(now(), Fact::Probed(probe));
        }
        reply.on(report);
    })
    .await;
}

pub(super) async fn run(
    chat: Chat,
    reply: Rc<Reply>,
    mut controls: mpsc::UnboundedReceiver<Control>,
    continues: bool,
) {
    chat.settled().await;
    let context = heard(&reply, &mut controls, chat.context_now(), None).await;
    let Some(context) = context else { return };
    let mut may_renew = false;
    loop {
        let server = chat.link.with_untracked(|link| link.server().cloned());
        if let Some(server) = server {
            let way = chat.way_to(&server.address, may_renew);
            let way = heard(&reply, &mut controls, way, Some(NO_TOKEN)).await;
            if way.is_none() {
                return;
            }
        }
        // Asked once more, a key that is refused is refused.
        may_renew = !may_renew && chat.asks_site();
        if attempt(&reply, controls, continues, context.clone(), may_renew).await {
            return;
        }
        controls = reply.listen();
    }
}

/// Asks the server once; `false` where it refuses the key, and another may do.
async fn attempt(
    reply: &Rc<Reply>,
    mut controls: mpsc::UnboundedReceiver<Control>,
    continues: bool,
    context: Option<String>,
    may_renew: bool,
) -> bool {
    let chat = reply.chat;
    let (wire, dialect, server) = wire_of(chat);
    let own = project(chat).and_then(|project| project.model);
    let model = server.as_ref().and_then(|server| {
        // Another server may not have the folder's model.
        let is_known = |id: &String| server.models.iter().any(|model| model.id == *id);
        own.filter(is_known).or_else(|| server.model_id())
    });
    let wished = || chat.options.with_untracked(|options| options.model.clone());
    let model = model.or_else(|| chat.source().and_then(|_| wished()));
    let base = untrack(|| chat.base());
    let store = chat.shared().store.clone();
    let origin = origin(&wire, server.as_ref(), model.clone());
    let has_key = origin.key.is_some();
    *reply.origin.borrow_mut() = origin;
    if let Some(end) = bad_key(&wire) {
        reply.on(Report::End(end));
        return true;
    }
    // With a key the preflight comes anyway; then the body may as well be called what it is.
    let json = |path: &str| has_key || store.wants_json(&format!("{base}{path}"));
    let (transport, fixed) = chat.transport(dialect);
    let asking = Asking {
        reply,
        continues,
        model,
        context,
        may_renew,
        dialect,
        wire: &wire,
        json: &json,
        transport,
        fixed,
    };
    let Some(sending) = asking.begin(&mut controls).await else {
        return true;
    };
    let sent = send(&asking, sending, controls, server.as_ref(), (&store, &base)).await;
    let Some(request) = sent else { return false };
    if let PageWire::Net(net) = &wire {
        reply.find_out_why(net).await;
        reply.measured(net);
    }
    if !fixed {
        reply.leave_what_holds_back(dialect, &store, &base);
    }
    reply.ask_late(dialect, &wire, &request, &json).await;
    true
}

/// Sends a request, and once more with less where the server says that it is too long; gives the request that had the last word, `None`
/// where another key may do.
async fn send(
    asking: &Asking<'_>,
    mut sending: Sending,
    mut controls: mpsc::UnboundedReceiver<Control>,
    server: Option<&Server>,
    (store, base): (&Store, &str),
) -> Option<ChatRequest> {
    let reply = asking.reply;
    let deadlines = reply
        .chat
        .options
        .with_untracked(|options| options.deadlines);
    loop {
        reply.core.borrow_mut().stop = server.map(|server| {
            let generation = sending.request.generation.clone();
            (server.address.clone(), server.kind, generation)
        });
        let plan = Plan {
            dialect: asking.dialect,
            request: &sending.request,
            deadlines,
            transport: asking.transport,
            fixed: asking.fixed,
            json: asking.json,
            refusals: store.refusals(base),
        };
        let (mut too_long, mut is_refused) = (None, false);
        drive(
            plan,
            asking.wire,
            &PageClock,
            controls,
            &mut |report| match report {
                Report::Learned(learned) => keep(store, base, learned),
                Report::End(end) if sending.may_shrink(&end) => too_long = Some(end),
                Report::End(End::Refused {
                    status: Some(401), ..
                }) if asking.may_renew => is_refused = true,
                Report::End(
                    end @ End::Broken {
                        before_headers: true,
                        ..
                    },
                ) => reply.wait_for_a_reason(end),
                report => reply.on(report),
            },
        )
        .await;
        let Some(end) = too_long else {
            return (!is_refused).then_some(sending.request);
        };
        // Nobody hears what is said to the attempt that is over.
        controls = reply.listen();
        match asking.again(&sending, &end) {
            Some(next) => sending = next,
            None => {
                reply.on(Report::End(end));
                return Some(sending.request);
            }
        }
    }
}

/// Keeps what was learned of a server for the next request to it.
fn keep(store: &Store, base: &str, learned: Learned) {
    // Of what is no server, nothing is remembered.
    if base.is_empty() {
        return;
    }
    match learned {
        Learned::WantsJson(path) => store.keep_wants_json(&format!("{base}{path}")),
        Learned::Refusals(refusals) => store.keep_refusals(base, &refusals),
        Learned::Transport(transport) => store.keep_transport(base, Some(transport.name)),
    }
}

/// Makes the origin of a reply, for the Doctor.
pub(super) fn origin(wire: &PageWire, server: Option<&Server>, model: Option<String>) -> Origin {
    Origin {
        server: server.map(|server| server.address.clone()),
        kind: match wire {
            PageWire::Host(host) => host.kind,
            _ => server.map(|server| server.kind),
        },
        model,
        key: match wire {
            PageWire::Net(net) => net.key.clone(),
            _ => None,
        },
        page: None,
    }
}

/// Returns the end of a reply whose key no header can hold, since nothing can be sent with it; `None` where the key is good.
fn bad_key(wire: &PageWire) -> Option<End> {
    let PageWire::Net(net) = wire else {
        return None;
    };
    Some(End::Refused {
        status: None,
        error: ServerError {
            message: spelled(net.bad_key()?),
            code: Some(BAD_KEY.to_owned()),
            cause: ErrorCause::Auth,
        },
    })
}

/// Asks the server what it knows of the tokens, where the stream did not tell; empty where they are not wished, or the server
/// does not tell.
pub(super) async fn late_tokens(
    dialect: &dyn Dialect,
    wire: &PageWire,
    request: &ChatRequest,
    json: &dyn Fn(&str) -> bool,
) -> Vec<Token> {
    let asked = Some(request).filter(|request| request.alternatives > 0);
    let Some(asked) = asked.and_then(|request| dialect.tokens(&request.generation)) else {
        return Vec::new();
    };
    ask(wire, &asked, json).await.unwrap_or_default()
}

pub(super) async fn figures(
    dialect: &dyn Dialect,
    wire: &PageWire,
    json: &dyn Fn(&str) -> bool,
) -> Option<(Usage, Timings)> {
    ask(wire, &dialect.perf()?, json).await
}

/// Returns the way to the server, its dialect, and the server itself (`None` for the demo).
pub(super) fn wire_of(chat: Chat) -> (PageWire, &'static dyn Dialect, Option<Server>) {
    let server = chat.link.with_untracked(|link| link.server().cloned());
    match (server, chat.source()) {
        (Some(server), _) => (
            PageWire::Net(chat.fetch(&server.address)),
            server.kind.dialect(),
            Some(server),
        ),
        (None, Some(source)) => {
            let kind = chat.options.with_untracked(|options| options.kind);
            let host = PageWire::Host(Host { source, kind });
            (host, bridge::of(kind), None)
        }
        (None, None) => {
            let script = Script::Of(chat.lang.get_untracked());
            (
                PageWire::Demo(Demo { script }),
                Kind::default().dialect(),
                None,
            )
        }
    }
}

/// The folder that the conversation is in.
fn project(chat: Chat) -> Option<Folder> {
    let history = history::of(chat)?;
    untrack(|| history.project())
}

/// Makes a request of these messages.
pub(super) fn request(
    chat: Chat,
    mut messages: Vec<Message>,
    continues: bool,
    system: Option<String>,
    model: Option<String>,
    takes: &Takes,
) -> ChatRequest {
    let continues = continues
        && messages
            .last()
            .is_some_and(|message| message.role == Role::Assistant);
    if untrack(|| chat.blind()).is_some() {
        // Said before to somebody who could see.
        for message in &mut messages {
            message.images.clear();
        }
    }
    if let Some(system) = system {
        messages.insert(0, Message::new(Role::System, system));
    }
    let preferences = chat.preferences.get_untracked();
    let lens = chat.options.with_untracked(|options| options.school.lens);
    let (conversation, server_conversation) = chat.names();
    ChatRequest {
        messages,
        context: None,
        model,
        continues,
        generation: made_up(),
        conversation,
        server_conversation,
        sampling: preferences.sampling,
        alternatives: if (preferences.tokens || lens) && takes.alternatives {
            ALTERNATIVES
        } else {
            0
        },
        attention: preferences.tokens && takes.attention,
        template: preferences.template.filter(|_| takes.templates),
        fields: preferences.fields,
        free_headers: has_free_headers(chat),
    }
}

impl Reply {
    /// Takes the next transport for the next reply, where something on the way held this one back.
    fn leave_what_holds_back(&self, dialect: &dyn Dialect, store: &Store, base: &str) {
        if !self.core.borrow().reply.was_held_back() {
            return;
        }
        let way = self.way.get_untracked();
        if let Some(next) = way.and_then(|way| way.if_held_back) {
            store.keep_transport(base, Some(next));
            self.chat.show_way();
            self.next_way.set(Some(dialect.transport(Some(next))));
        }
    }

    /// Asks for what the stream did not tell: figures, and tokens where they are wished.
    async fn ask_late(
        self: &Rc<Self>,
        dialect: &dyn Dialect,
        wire: &PageWire,
        request: &ChatRequest,
        json: &dyn Fn(&str) -> bool,
    ) {
        if let Some((usage, timings)) = figures(dialect, wire, json).await {
            self.late_figures(&usage, &timings);
        }
        if self.insight.tokens.borrow().all().len() <= self.known {
            let tokens = late_tokens(dialect, wire, request, json).await;
            self.late_tokens(tokens);
        }
    }

    pub(super) fn late_figures(&self, usage: &Usage, timings: &Timings) {
        let mut core = self.core.borrow_mut();
        core.reply.late_figures(usage, timings);
        let turn = core.reply.turn().clone();
        let is_over = core.reply.is_over();
        drop(core);
        if is_over && self.chat.is_mounted() {
            self.measure(&turn);
            self.chat.late_figures(self.id, turn.usage, turn.timings);
        }
    }

    pub(super) fn late_tokens(self: &Rc<Self>, tokens: Vec<Token>) {
        let mut known = self.insight.tokens.borrow_mut();
        for token in tokens {
            known.push(token, 0);
        }
        let count = known.all().len();
        drop(known);
        if self.chat.is_mounted() && count > 0 {
            self.insight.shown.set(count);
        }
    }
}
