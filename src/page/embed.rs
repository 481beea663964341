//! `<rill-chat>`: attributes in, events and methods out. The standalone page is this element too.

use any_spawner::Executor;
use gloo_events::EventListener;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{CssStyleSheet, HtmlElement, ShadowRoot, UrlSearchParams};

use super::app::reading::language_of;
use super::app::second_half::ready;
use super::app::{Chat, Command};
use super::browser::{adopt, sheet};
use super::store::Store;
use super::ui::Page;
use super::ui::dom::Placed;
use super::words::{self, Locale};
use super::{fault, second_half, ui};
use crate::chat::archive;
use crate::options::{self, Options, Storage, TEXTS};

#[wasm_bindgen(module = "/src/page/element.js")]
extern "C" {
    fn define(names: js_sys::Array, mount: &JsValue);
    #[wasm_bindgen(js_name = admitTemplates)]
    fn admit_templates();
}

/// Makes `<rill-chat>` known to the page. Elements that are there already come to life at once.
pub fn start() {
    // What follows a signal runs on the browser's own queue. It can be set once, and nobody was here before.
    let _ = Executor::init_wasm_bindgen();
    admit_templates();
    fault::spread();
    second_half::install();
    let missing: Vec<Locale> = wished()
        .into_iter()
        .filter(|&wish| !words::knows(wish))
        .collect();
    if missing.is_empty() {
        begin();
        return;
    }
    // The first words that anybody sees are those of the own language. Where they cannot be had, it is English.
    wasm_bindgen_futures::spawn_local(async move {
        for locale in missing {
            words::learn(locale).await;
        }
        begin();
    });
}

/// Lists the languages of the elements that are on the page.
fn wished() -> Vec<Locale> {
    let Ok(found) = document().query_selector_all("rill-chat") else {
        return Vec::new();
    };
    let hosts = (0..found.length()).filter_map(|at| found.item(at));
    let hosts = hosts.filter_map(|host| host.dyn_into::<HtmlElement>().ok());
    let language = |host: HtmlElement| {
        let (options, _) = read_options(&host, host.has_attribute("data-standalone"));
        let store = Store::new(options.storage == Storage::Local, &host.id());
        language_of(&options, &store.appearance())
    };
    hosts.map(language).collect()
}

/// Brings the elements to life.
fn begin() {
    let mount = Closure::<dyn Fn(HtmlElement, ShadowRoot) -> Mounted>::new(mount);
    let names = options::names().map(JsValue::from_str).collect();
    define(names, mount.as_ref());
    // The class that holds it lives as long as the page.
    mount.forget();
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

    /// Talks to a transport of the site's own, by this name; `null` ends that.
    pub fn connect(&self, source: JsValue, name: Option<String>) {
        untrack(|| self.chat.use_source(source, name));
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

fn mount(host: HtmlElement, root: ShadowRoot) -> Mounted {
    let standalone = host.has_attribute("data-standalone");
    // The element may have been on the page before, and has its styles then.
    adopt(&root, &SHEET);
    let (options, complaints) = read_options(&host, standalone);
    let from_link = standalone
        && !is_locked(&host)
        && link_parameters().is_some_and(|link| link.get("server").is_some());
    let owner = Owner::new();
    let chat = owner.with(|| {
        let chat = Chat::new(host.clone(), root.clone(), options, complaints);
        let page = view! { <Page chat /> }.into_any();
        // It ends with the owner.
        StoredValue::new_local(Placed::at_end(page, root.unchecked_ref()));
        chat
    });
    if standalone {
        ui::take_focus(&root);
    }
    chat.speak_as_wished();
    chat.start(from_link);
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
