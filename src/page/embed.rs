//! `<rill-chat>`: attributes in, events and methods out. The standalone page is this element too.

use any_spawner::Executor;
use gloo_events::EventListener;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{CssStyleSheet, Element, HtmlElement, ShadowRoot, UrlSearchParams};

use super::app::reading::language_of;
use super::app::second_half::ready;
use super::app::{Chat, Command};
use super::browser::{adopt, sheet};
use super::store::Store;
use super::ui::Page;
use super::ui::dom::Placed;
use super::{fault, second_half, ui, words};
use crate::chat::archive;
use crate::options::{self, Options, Storage, TEXTS};

#[wasm_bindgen(module = "/src/page/element.js")]
extern "C" {
    #[wasm_bindgen(js_name = keepWords)]
    fn keep_words(root: &ShadowRoot);
    #[wasm_bindgen(js_name = admitTemplates)]
    fn admit_templates();
}

/// Makes the page's wasm ready for the elements that the launcher (`rill.js`) mounts in it.
pub fn start() {
    // What follows a signal runs on the browser's own queue. It can be set once, and nobody was here before.
    let _ = Executor::init_wasm_bindgen();
    admit_templates();
    fault::spread();
    second_half::install();
}

/// Returns the functions by which the launcher enters the wasm, so that an element whose wasm stops falls into the net.
#[wasm_bindgen]
pub fn net() -> JsValue {
    fault::doors()
}

/// Fetches the words of the element's language: the first that anybody sees are those of the own language. Returns what is to be
/// awaited before it is mounted; `None` where the words are here. Where they cannot be had, it is English.
#[wasm_bindgen]
pub fn prepare(host: &HtmlElement) -> Option<js_sys::Promise> {
    let (options, _) = read_options(host, host.has_attribute("data-standalone"));
    let store = Store::new(options.storage == Storage::Local, &host.id());
    let locale = language_of(&options, &store.appearance());
    (!words::knows(locale)).then(|| {
        wasm_bindgen_futures::future_to_promise(async move {
            words::learn(locale).await;
            Ok(JsValue::UNDEFINED)
        })
    })
}

/// Element `<rill-chat>` on a page. Dropping it ends everything that the element started.
#[wasm_bindgen]
pub struct Mounted {
    chat: Chat,
    host: HtmlElement,
    standalone: bool,
    /// Owner of every signal and every task of the chat.
    owner: Owner,
    _leaving: EventListener,
}

#[wasm_bindgen]
impl Mounted {
    /// Sends a message; a reply that runs is superseded.
    pub fn send(&self, text: String) {
        self.run(Command::Send(text));
    }

    /// Ends the reply that runs.
    pub fn stop(&self) {
        self.run(Command::Stop);
    }

    /// Begins a new conversation.
    pub fn clear(&self) {
        self.run(Command::Clear);
    }

    /// Talks to a transport of the site's own, the first of what is given; the `name` of the second is what it is called. `null` ends that.
    pub fn connect(&self, given: &js_sys::Array) {
        let name = js_sys::Reflect::get(&given.get(1), &"name".into());
        let name = name.ok().and_then(|name| name.as_string());
        untrack(|| self.chat.use_source(given.get(0), name));
    }

    /// Sets the context for the model: a text, or a function that gives one.
    pub fn context(&self, context: JsValue) {
        untrack(|| self.chat.use_context(context));
    }

    /// Sets the function that gives keys for servers.
    pub fn token(&self, ask: JsValue) {
        untrack(|| self.chat.use_token(ask));
    }

    /// Returns the conversation as JSON text.
    pub fn export(&self) -> String {
        // Before the second half of the page is here nothing was said.
        ready().map_or_else(
            || archive::NOTHING.to_owned(),
            |half| untrack(|| (half.file)(self.chat)),
        )
    }

    /// Takes the attributes anew, after some have changed.
    pub fn changed(&self) {
        let (options, complaints) = read_options(&self.host, self.standalone);
        untrack(|| self.chat.reconfigure(options, complaints));
    }

    /// Ends the chat, since the element has left the page. What made it leave may be a listener that the chat itself has told
    /// something: all ends once that is over, and before anything else happens.
    pub fn unmount(&self) {
        self.chat.leave();
        // It may come back at once, elsewhere on the page.
        self.chat.shared().store.leave();
        let owner = self.owner.clone();
        wasm_bindgen_futures::spawn_local(async move { owner.cleanup() });
    }
}

impl Mounted {
    fn run(&self, command: Command) {
        untrack(|| self.chat.run(command));
    }
}

/// Brings an element to life: its view stands at the end of `place`, which is somewhere in the element's shadow root.
#[wasm_bindgen]
pub fn mount(host: HtmlElement, root: ShadowRoot, place: Element) -> Mounted {
    keep_words(&root);
    let standalone = host.has_attribute("data-standalone");
    // The element may have been on the page before, and has its styles then.
    adopt(&root, &SHEET);
    let (options, complaints) = read_options(&host, standalone);
    let owner = Owner::new();
    let chat = owner.with(|| {
        let chat = Chat::new(host.clone(), root.clone(), options, complaints);
        let page = view! { <Page chat /> }.into_any();
        // It ends with the owner.
        StoredValue::new_local(Placed::at_end(page, &place));
        chat
    });
    if standalone {
        ui::take_focus(&root);
    }
    chat.speak_as_wished();
    chat.start();
    if let Some(link) = link_parameters().filter(|_| standalone) {
        if let Some(server) = link.get("check") {
            chat.check_from_link(server);
        }
        if TEXTS.iter().any(|name| link.get(name).is_some()) {
            // It knows what to do with them.
            chat.load_second_half();
        }
    }
    chat.tell("rill-ready", &[]);
    let leaving = EventListener::new(&window(), "pagehide", move |_| {
        if chat.is_mounted() {
            chat.leave();
        }
    });
    Mounted {
        chat,
        host,
        standalone,
        owner,
        _leaving: leaving,
    }
}

/// Reads the attributes, and on the standalone page the URL's parameters before them; returns the settings, and the values among
/// them that cannot be used.
fn read_options(host: &HtmlElement, standalone: bool) -> (Options, Vec<crate::options::Complaint>) {
    let link = if standalone { link_parameters() } else { None };
    // What an owner has locked in the page itself, no address opens.
    let is_locked = is_locked(host);
    Options::read(|name| {
        link.as_ref()
            .filter(|_| !is_locked || options::is_free(name))
            .and_then(|link| link.get(name))
            .or_else(|| host.get_attribute(name))
    })
}

/// Tells whether the page's owner has locked the element itself.
fn is_locked(host: &HtmlElement) -> bool {
    let lock = host.get_attribute("lock");
    lock.is_some_and(|value| value != "false")
}

fn link_parameters() -> Option<UrlSearchParams> {
    let search = window().location().search().ok()?;
    UrlSearchParams::new_with_str(&search).ok()
}

thread_local! {
    static SHEET: Option<CssStyleSheet> = sheet(super::ui::STYLE);
}
