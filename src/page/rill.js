// The launcher: <script type="module" src="…/rill.js"></script> on any page that holds a <rill-chat>.
//
// In: elements as they come. Out: the page's wasm, once for all of them, when the first of them comes near the window, is opened, or is asked
// for something; until then this file is all that is loaded. Then: each element mounted in it. It must not know what a chat is.

// The scripts of the first view and its wasm with their hashes: `cargo xtask dist` writes them, for pages of other origins.
const HASHES = {};

// The attributes: those that src/options.rs knows, and those of the launcher alone.
const NAMES =
  "server kind model profile age system greeting placeholder storage lock deadlines grace layout refused-words note time-limit lens lang theme pace steps pages shortcuts contrast text-size font line-width line-spacing letter-spacing ruler aloud voice speech-rate dictation loading label open".split(" ");

// A conversation of which nothing is said yet (src/chat/archive.rs).
const NOTHING = '{\n  "rill": 1,\n  "conversation": {\n    "nodes": []\n  }\n}';

// Nothing that the page around inherits to its parts comes in.
const STYLE = `
:host { display: block; block-size: 100%; min-block-size: 20rem; contain: content }
:host([layout="full"]) { position: fixed; inset: 0; z-index: 2147483000; block-size: auto }
:host([hidden]) { display: none !important }
.place { all: initial; font: 1rem/1.4 system-ui, sans-serif; visibility: inherit; pointer-events: inherit; display: contents; color-scheme: light dark }
`;

let sheet, coming, rill, enter, comes, goes;

const make = (name, className = "") => Object.assign(document.createElement(name), { className });
const at = (file) => new URL(file, import.meta.url).href;
const languages = (host) => [host.lang, ...navigator.languages].filter(Boolean).map((tag) => tag.split("-")[0]);

const tell = (host, name, detail) => host.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));

// Fetches a script that will be imported, and takes it only with its hash: `import` has no way to name one.
const check = (file) =>
  new Promise((done, failed) => {
    const link = make("link");
    link.onload = () => done(link.remove());
    link.onerror = () => failed(Error(link.href), link.remove());
    Object.assign(link, { rel: "modulepreload", href: at(file), integrity: HASHES[file], crossOrigin: "anonymous" });
    document.head.append(link);
  });

// Brings the page's wasm.
async function bring() {
  const file = "./rill-page_bg.wasm";
  const wasm = fetch(at(file), { integrity: HASHES[file] });
  // It is awaited further down, if it comes to that.
  wasm.catch(() => {});
  await Promise.all(Object.keys(HASHES).filter((name) => name !== file).map(check));
  const page = await import("./rill-page.js");
  await page.default({ module_or_path: wasm });
  ({ enter, comes, goes } = page.net());
  rill = page;
}

class RillChat extends HTMLElement {
  static observedAttributes = NAMES;
  static #near = new IntersectionObserver((seen) => seen.forEach(({ isIntersecting, target }) => isIntersecting && target.#load()), {
    rootMargin: "400px",
    scrollMargin: "400px",
  });

  #root;
  // Where the chat stands, while the element is on a page; what it floats in; what is alive in the wasm.
  #place;
  #corner;
  #chat;
  #isWanted;
  // Calls that wait for the chat, and what the page has given it.
  #calls = [];
  #given = {};

  connectedCallback() {
    // What was set before there was a class stands in the way of its properties.
    for (const name of [...NAMES.map(property), "context", "token"]) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      this[name] = value;
    }
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE + CORNER);
    }
    if (!this.#root) {
      this.#root = this.attachShadow({ mode: "open" });
      this.#root.adoptedStyleSheets = [sheet];
    }
    this.#place = make("div", "place");
    // Until the chat is there, what stands in the element is seen.
    this.#place.append(make("slot"));
    this.#begin();
  }
  disconnectedCallback() {
    // Everything that this element started ends.
    const chat = this.#chat;
    this.#chat = this.#place = this.#corner = null;
    RillChat.#near.unobserve(this);
    if (chat) {
      goes(this);
      enter(() => chat.unmount());
      // One of its methods may be what removed it.
      queueMicrotask(() => enter(() => chat.free()));
    }
    this.#root.replaceChildren();
  }
  attributeChangedCallback() {
    if (!this.#place) return;
    this.#begin();
    this.#enter((chat) => chat.changed());
  }

  send(text) {
    this.#call((chat) => chat.send(String(text)));
  }
  stop() {
    const stop = (chat) => chat.stop();
    // Where nothing has begun, nothing is loaded to end it.
    if (this.#calls[0]) this.#call(stop);
    else this.#enter(stop);
  }
  clear() {
    this.#call((chat) => chat.clear());
  }
  export() {
    return this.#enter((chat) => chat.export()) ?? NOTHING;
  }
  connect(...given) {
    this.#give("connect", given);
  }
  get context() {
    return this.#given.context;
  }
  set context(value) {
    this.#give("context", value);
  }
  get token() {
    return this.#given.token;
  }
  set token(ask) {
    this.#give("token", ask);
  }
  get ready() {
    return new Promise((done, failed) => this.#call(() => done(this), failed));
  }
  show() {
    this.open = true;
    this.#corner?.focus();
  }
  hide() {
    this.open = false;
  }

  // Takes its shape, and loads: now, once it is near, or where it floats once it is open.
  #begin() {
    if (corner && this.layout === "floating") {
      this.#corner ??= corner(this, this.#place);
      if (this.#corner.follow()) this.#load();
    } else {
      this.#corner = null;
      if (this.#place.parentNode !== this.#root) this.#root.replaceChildren(this.#place);
    }
    if (this.#isWanted || this.loading === "eager") this.#load();
    else if (!this.#corner) RillChat.#near.observe(this);
  }
  #load() {
    RillChat.#near.unobserve(this);
    this.#isWanted = true;
    if (rill) return this.#mount();
    coming ??= bring();
    coming.then(() => this.#mount(), (error) => this.#fail(error));
  }
  #mount(isSpoken) {
    if (this.#chat || !this.#place) return;
    const words = isSpoken ? null : rill.prepare(this);
    if (words) return words.then(() => this.#mount(true));
    this.#place.replaceChildren();
    comes(this);
    this.#chat = enter(() => rill.mount(this, this.#root, this.#place));
    for (const name in this.#given) this.#hand(name);
    for (const [call] of this.#calls.splice(0)) this.#enter(call);
    if (this.#root.activeElement) this.#corner?.focus();
  }
  async #fail(error) {
    // The next one that asks tries it again.
    coming = this.#isWanted = null;
    console.error(error);
    for (const [, failed] of this.#calls.splice(0)) failed?.(error);
    tell(this, "rill-error", { message: error.message, code: "load" });
    const words = await fetch(at("./locales/") + languages(this)[0] + ".json").then((answer) => answer.json()).catch(() => ({}));
    const alert = make("p");
    alert.role = "alert";
    alert.textContent = words.chat_failed ?? "The chat could not be loaded.";
    if (!this.#isWanted) this.#place?.replaceChildren(alert);
  }
  #call(call, failed) {
    if (this.#chat) return this.#enter(call);
    this.#calls.push([call, failed]);
    this.#load();
  }
  #give(name, value) {
    this.#given[name] = value;
    this.#hand(name);
  }
  #hand(name) {
    this.#enter((chat) => chat[name]?.(this.#given[name]));
  }
  #enter(work) {
    const chat = this.#chat;
    return chat && enter(() => work(chat));
  }
}

const property = (name) => name.replace(/-./g, ([, letter]) => letter.toUpperCase());

for (const name of NAMES) {
  const isFlag = ["lock", "lens", "open"].includes(name);
  Object.defineProperty(RillChat.prototype, property(name), {
    configurable: true,
    enumerable: true,
    get() {
      const value = this.getAttribute(name);
      return isFlag ? value !== null && value !== "false" : (value ?? "");
    },
    set(value) {
      if (isFlag) this.toggleAttribute(name, !!value);
      else if (value == null) this.removeAttribute(name);
      else this.setAttribute(name, value);
    },
  });
}

// What an element floats in: a button in the window's corner, and the panel that it opens. The page itself is shipped without it.
// {
// Words for what is there before the wasm: chat_open and close of locales/.
const WORDS = {
  en: ["Open chat", "Close"],
  ar: ["فتح المحادثة", "إغلاق"],
  de: ["Chat öffnen", "Schließen"],
  es: ["Abrir chat", "Cerrar"],
  fr: ["Ouvrir le chat", "Fermer"],
  he: ["פתיחת הצ׳אט", "סגירה"],
  hi: ["चैट खोलें", "बंद करें"],
  it: ["Apri la chat", "Chiudi"],
  ja: ["チャットを開く", "閉じる"],
  ko: ["채팅 열기", "닫기"],
  nl: ["Chat openen", "Sluiten"],
  pl: ["Otwórz czat", "Zamknij"],
  pt: ["Abrir chat", "Fechar"],
  tr: ["Sohbeti aç", "Kapat"],
  uk: ["Відкрити чат", "Закрити"],
  zh: ["打开对话", "关闭"],
};

const CORNER = `
:host([layout="floating"]) { display: contents !important; contain: none }
.corner, .corner-panel { all: initial; position: fixed; z-index: 2147483000; inset-block-end: var(--rill-inset, 1rem); inset-inline-end: var(--rill-inset, 1rem); color-scheme: light dark; font: 1rem/1.4 system-ui, sans-serif; overflow: hidden }
.corner-close { all: unset }
.corner, .corner-close { display: flex; align-items: center; justify-content: center; min-inline-size: 44px; min-block-size: 44px; cursor: pointer }
.corner { gap: 8px; padding: 15px; border: 1px solid transparent; border-radius: 28px; background: var(--rill-accent, #0f6b68); color: var(--rill-accent-text, #fff) }
:host([open]) .corner { visibility: hidden }
.corner-panel { display: none; inline-size: min(var(--rill-width, 26rem), 100vw - 2rem); block-size: min(var(--rill-height, 40rem), 100dvh - 2rem); border: 1px solid #899; border-radius: var(--rill-radius, 10px); background: var(--rill-ground, Canvas); color: var(--rill-text, CanvasText) }
.corner-panel[open] { display: flex; flex-direction: column }
.corner-panel:modal { inset: 0; inline-size: 100%; block-size: 100dvh; border: 0; border-radius: 0 }
.corner-panel .place { display: block; flex: 1; min-block-size: 0; contain: content }
.corner-bar { display: flex; align-items: center; padding-inline-start: 16px }
.corner-bar span { flex: 1 }
.corner span:empty { display: none }
:host([theme="light"]) .corner-panel { color-scheme: light }
:host([theme="dark"]) .corner-panel { color-scheme: dark }
:is(.corner, .corner-close):focus-visible { outline: 2px solid; outline-offset: -4px }
:is(.corner, .corner-close) svg { inline-size: 24px; block-size: 24px; fill: none; stroke: currentColor; stroke-width: 2 }
`;

const corner = (host, place) => {
  const button = draw("corner", "M21 12a8 8 0 0 1-8 8H4l2-3a8 8 0 1 1 15-5z");
  const close = draw("corner-close", "M6 6l12 12M18 6L6 18");
  const panel = make("dialog", "corner-panel");
  const bar = make("div", "corner-bar");
  const title = make("span");
  const name = make("span");
  let isOpen = false;
  button.part = "launcher";
  button.ariaHasPopup = "dialog";
  button.append(name);
  button.onclick = () => host.show();
  close.onclick = () => host.hide();
  bar.append(title, close);
  panel.part = "panel";
  panel.append(bar, place);
  panel.onclose = () => {
    if (panel.open || !place.isConnected || !host.open) return;
    // A person has asked the browser to close it: Firefox then has the focus nowhere.
    host.hide();
    button.focus();
  };
  panel.onkeydown = (event) => {
    // A dialog of the chat's own closes first; a modal panel the browser closes itself.
    const from = event.composedPath()[0].closest("dialog:not(.corner-panel), :modal");
    if (event.key === "Escape" && !from && !event.defaultPrevented) host.hide();
  };
  host.shadowRoot.replaceChildren(button, panel);
  return {
    // Says what it is for, and opens or closes it as the attributes say; whether it is open.
    follow() {
      const { label, open } = host;
      const [say, shut] = WORDS[languages(host).find((tag) => WORDS[tag]) ?? "en"];
      name.textContent = title.textContent = label;
      button.ariaLabel = panel.ariaLabel = label || say;
      close.ariaLabel = shut;
      if (open !== isOpen) {
        isOpen = open;
        const isInside = panel.contains(host.shadowRoot.activeElement);
        // A phone has no room beside it.
        if (!open) panel.close();
        else if (matchMedia("(max-width: 40rem), (max-height: 30rem)").matches) panel.showModal();
        else panel.open = true;
        if (isInside) button.focus();
        tell(host, open ? "rill-open" : "rill-close");
      }
      return open;
    },
    // Whoever opens it wants to write; but a finger would be shown a keyboard that covers half of it.
    focus: () => ((!matchMedia("(pointer: coarse)").matches && place.querySelector("textarea")) || close).focus(),
  };
};

// A button with a drawing.
function draw(className, path) {
  const element = make("button", className);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.append(document.createElementNS(svg.namespaceURI, "path"));
  svg.lastChild.setAttribute("d", path);
  element.type = "button";
  element.append(svg);
  return element;
}
// }

// Another script may have brought it already.
if (!customElements.get("rill-chat")) customElements.define("rill-chat", RillChat);
