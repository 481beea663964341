// Speaks for the chat of embed.html with the page around its frame, by messages (docs/frame.md).
//
// In: the parameters of the address; messages of the one window and the one origin that may speak. Out: attributes and calls of <rill-chat>;
// answers and events, to that origin alone. Whatever goes out passes through `veiled`: no key that the frame knows goes with it.

const VERSION = "0.1.0";

// What of an event goes out; what is not named here stays.
const EVENTS = {
  "rill-ready": [],
  "rill-open": [],
  "rill-close": [],
  "rill-before-send": ["text", "images", "messages"],
  "rill-send": ["text"],
  "rill-delta": ["text"],
  "rill-reasoning": ["text"],
  "rill-replace": ["text"],
  "rill-status": ["phase"],
  "rill-verdict": ["verdict"],
  "rill-connect": ["server", "kind", "model"],
  "rill-end": ["end", "reason", "text", "usage", "timings"],
  "rill-error": ["message", "code"],
};
// What can be called, and how many texts it takes.
const CALLS = { send: 1, stop: 0, clear: 0, export: 0 };
// Attributes that are the frame's own.
const OWN = ["layout", "loading", "label", "open"];
// What can be set where the owner of the file has locked the element: how one reads (`is_free` in src/options/school.rs).
const FREE = [
  "age", "pace", "steps", "pages", "lang", "theme", "shortcuts", "contrast", "text-size", "font", "line-width", "line-spacing",
  "letter-spacing", "ruler", "aloud", "voice", "speech-rate",
];
// How long a message waits for the answer of the page around, in milliseconds.
const PATIENCE = 10_000;
// Letters that a key has at least.
const SHORTEST = 4;

// The chat as the file has it; it comes to life once it is known what attributes there are.
const { content } = document.querySelector("template");
let chat = content.querySelector("rill-chat");
const isLocked = chat.hasAttribute("lock") && chat.getAttribute("lock") !== "false";
const address = new URLSearchParams(location.search);
const host = parent === window ? null : speaker();

// The origin that is spoken with; nothing, where that is nobody.
function speaker() {
  const own = originOf(globalThis.origin);
  const named = address.has("origin") ? originOf(address.get("origin")) : own;
  const list = document.querySelector("meta[name=rill-origins]")?.content.split(/\s+/).map(originOf);
  return !list || named === own || list.includes(named) ? named : null;
}

function originOf(text) {
  try {
    const { origin } = new URL(text);
    return origin === "null" ? null : origin;
  } catch {
    return null;
  }
}

// ---- Keys ----

// What stands in the fields for keys, and what stood there.
const fields = new Map();
const typed = new Set();
let kept = [];

addEventListener("input", (event) => note(event.composedPath()[0]), true);
addEventListener("focusout", (event) => {
  const field = event.composedPath()[0];
  note(field);
  if (fields.has(field)) typed.add(fields.get(field));
}, true);

function note(field) {
  if (field?.type === "password") fields.set(field, field.value);
}

// The texts of the entries in which keys are kept, whatever their form.
function keptKeys() {
  const found = [];
  const gather = (value) => {
    if (typeof value === "string") found.push(value);
    else if (value && typeof value === "object") Object.values(value).forEach(gather);
  };
  for (const name of ["localStorage", "sessionStorage"]) {
    try {
      const store = globalThis[name];
      for (const entry of Object.keys(store)) {
        if (entry.startsWith("rill.key")) gather(JSON.parse(store.getItem(entry)));
      }
    } catch {
      // Without an origin there is no store; and what is no JSON was not written by Rill.
    }
  }
  return found;
}

function keys() {
  // What is pasted along with a key, quotes and blanks, is not of it (src/key.rs).
  const bare = (key) => key.replace(/[^!-~]/g, "").replace(/^["'`<([{]+|["'`>)\]}]+$/g, "");
  const all = new Set([...kept, ...typed, ...fields.values()].map(bare));
  // The longest first: one may be the beginning of another.
  return [...all].filter((key) => key.length >= SHORTEST).sort((one, other) => other.length - one.length);
}

// The same without keys: stars stand in their places.
function veiled(value) {
  if (typeof value === "string") {
    for (const key of keys()) {
      // In JSON, as `export` gives it, some letters are written otherwise.
      for (const form of new Set([key, JSON.stringify(key).slice(1, -1)])) value = value.replaceAll(form, "*".repeat(form.length));
    }
    return value;
  }
  if (Array.isArray(value)) return value.map(veiled);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, veiled(part)]));
  return typeof value === "function" || value === undefined ? null : value;
}

// A text that comes in pieces: a key may be cut between them, so what may be the beginning of one waits for the next piece.
class Flow {
  #waits = "";
  push(piece) {
    const text = veiled(this.#waits + piece);
    let rest = 0;
    for (const key of keys()) {
      for (let length = Math.min(key.length - 1, text.length); length > rest; length -= 1) {
        if (text.endsWith(key.slice(0, length))) rest = length;
      }
    }
    this.#waits = text.slice(text.length - rest);
    return text.slice(0, text.length - rest);
  }
  // What waits still, since nothing follows it.
  end() {
    const text = this.#waits;
    this.#waits = "";
    return text;
  }
}

// ---- Out ----

function tell(message) {
  if (host) parent.postMessage({ rill: 1, ...message }, host);
}

const flows = { "rill-delta": new Flow(), "rill-reasoning": new Flow() };

function flush(name) {
  const text = flows[name].end();
  if (text) tell({ event: name, detail: { text } });
}

function pass(event) {
  const name = event.type;
  const flow = flows[name];
  if (flow) {
    const text = flow.push(String(event.detail?.text ?? ""));
    if (text) tell({ event: name, detail: { text } });
    return;
  }
  kept = keptKeys();
  // A text that comes anew takes the place of the pieces before it.
  if (name === "rill-replace") flows["rill-delta"].end();
  if (name === "rill-end") Object.keys(flows).forEach(flush);
  tell({ event: name, detail: detailOf(event) });
}

function detailOf({ type, detail }) {
  return Object.fromEntries(EVENTS[type].map((field) => [field, veiled(detail?.[field])]));
}

// ---- Messages that wait for the page around ----

let asks = false;
let asked = 0;
let waits = null;
let decided = null;

function beforeSend(event) {
  const { detail } = event;
  const known = decided?.held === detail.text ? decided : null;
  decided = null;
  if (known) {
    if (known.reason !== undefined) detail.reason = known.reason;
    if (known.text !== undefined) detail.text = known.text;
    if (!known.allow) event.preventDefault();
    return;
  }
  kept = keptKeys();
  const told = detailOf(event);
  if (asks) {
    event.preventDefault();
    asked += 1;
    clearTimeout(waits?.timer);
    waits = { number: asked, text: detail.text, timer: setTimeout(() => (waits = null), PATIENCE) };
    told.ask = asked;
  }
  tell({ event: event.type, detail: told });
}

// A message that is changed meanwhile is another.
addEventListener("input", (event) => {
  if (event.composedPath()[0]?.localName === "textarea") waits = null;
}, true);

function answer({ answer, allow, text, reason }) {
  must(typeof allow === "boolean", "An answer has `allow`: true or false.");
  must(text === undefined || typeof text === "string", "The `text` of an answer is a text.");
  must(reason === undefined || typeof reason === "string", "The `reason` of an answer is a text.");
  must(waits?.number === answer, "No message waits for this answer (any more).");
  const held = waits.text;
  clearTimeout(waits.timer);
  waits = null;
  // Sent once more, it is not asked about again.
  decided = { held, allow, text, reason };
  chat.send(held);
}

// ---- In ----

class Refused extends Error {}

function must(holds, words) {
  if (!holds) throw new Refused(words);
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

addEventListener("message", ({ source, origin, data }) => {
  if (!host || source !== parent || origin !== host) return;
  if (isObject(data) && data.rill === 1) hear(data);
});

async function hear(data) {
  const isNamed = ["number", "string"].includes(typeof data.id);
  const name = isNamed ? { id: data.id } : {};
  try {
    must(isNamed || data.id === undefined, "The `id` of a message is a number or a text.");
    const kinds = ["call", "set", "answer"].filter((kind) => data[kind] !== undefined);
    must(kinds.length === 1, "A message has one of `call`, `set` and `answer`.");
    await ready();
    const value = await { call, set, answer }[kinds[0]](data);
    if (isNamed) tell({ ...name, value: value ?? null });
  } catch (error) {
    const words = error instanceof Refused ? error.message : "Rill could not do that.";
    tell({ ...name, error: veiled(words) });
  }
}

async function call({ call, args = [] }) {
  must(typeof call === "string" && Object.hasOwn(CALLS, call), `There is no such call; there are ${Object.keys(CALLS).join(", ")}.`);
  const count = CALLS[call];
  const fits = Array.isArray(args) && args.length === count && args.every((arg) => typeof arg === "string");
  must(fits, count ? `\`args\` of ${call} is a list of one text.` : `${call} takes no \`args\`.`);
  const value = await chat[call](...args);
  kept = keptKeys();
  return veiled(value);
}

function set({ set: wishes }) {
  must(isObject(wishes), "`set` holds names and values.");
  const changes = Object.entries(wishes).map(([name, value]) => changeOf(name, value));
  // All of them, or none.
  for (const change of changes) change();
}

function changeOf(name, value) {
  if (name === "ask") {
    must(typeof value === "boolean", "`ask` is true or false.");
    return () => (asks = value);
  }
  if (name === "context") {
    must("context" in chat, "This Rill knows no `context`.");
    must(value === null || typeof value === "string", "`context` is a text or null.");
    return () => (chat.context = value);
  }
  const attribute = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  must(names().includes(attribute), `There is nothing to set that is called ${name.slice(0, 40)}.`);
  must(!isLocked || FREE.includes(attribute), `${attribute} is not for the page around to set: it is locked.`);
  must(value === null || ["string", "number", "boolean"].includes(typeof value), `The value of ${attribute} is a text, a number, true, false or null.`);
  return () => put(attribute, value);
}

// The names of all attributes that a frame takes.
function names() {
  return customElements.get("rill-chat").observedAttributes.filter((name) => !OWN.includes(name));
}

function put(name, value) {
  if (value === null || value === false) chat.removeAttribute(name);
  else chat.setAttribute(name, value === true ? "" : value);
}

// ---- How high what is shown is ----

function watchSize() {
  const root = chat.shadowRoot;
  const [page, talk] = ["[part~=page], .rill", "[part~=talk], .stream"].map((one) => root?.querySelector(one));
  const column = talk?.firstElementChild;
  if (!page || !column) return;
  let told = 0;
  let isDue = false;
  const look = () => {
    isDue = false;
    // What only screen readers meet takes no room.
    const isIn = (part) => ["static", "relative"].includes(getComputedStyle(part).position) && part.offsetHeight > 0;
    const parts = [...column.children].filter(isIn).map((part) => part.getBoundingClientRect());
    const { paddingBlockStart, paddingBlockEnd } = getComputedStyle(column);
    const inside = parts.length ? parts.at(-1).bottom - parts[0].top : 0;
    const around = page.getBoundingClientRect().height - talk.getBoundingClientRect().height;
    // It does not depend on how high the frame is, so that a frame of that height has the same.
    const height = Math.ceil(inside + parseFloat(paddingBlockStart) + parseFloat(paddingBlockEnd) + around);
    if (height === told) return;
    told = height;
    tell({ event: "rill-size", detail: { height } });
  };
  const soon = () => {
    if (!isDue) requestAnimationFrame(look);
    isDue = true;
  };
  const sizes = new ResizeObserver(soon);
  const watch = () => {
    sizes.disconnect();
    for (const part of [page, talk, column, ...column.children]) sizes.observe(part);
  };
  new MutationObserver(watch).observe(column, { childList: true });
  watch();
}

// ---- The beginning ----

const begun = begin();
// Whoever asks for something hears of it.
begun.catch(() => {});
tell({ event: "rill-frame", detail: { version: VERSION } });

async function begin() {
  const failed = new Promise((_, reject) => {
    for (const script of document.scripts) script.addEventListener("error", reject);
  });
  await Promise.race([customElements.whenDefined("rill-chat"), failed]);
  for (const name of names()) {
    if (address.has(name) && (!isLocked || FREE.includes(name))) put(name, address.get(name));
  }
  // A page of another origin hears what servers answer: leave is given to it too (src/page/app/link.rs).
  if (host && host !== originOf(globalThis.origin)) chat.dataset.around = host;
  chat = document.importNode(chat, true);
  for (const name of Object.keys(EVENTS)) chat.addEventListener(name, name === "rill-before-send" ? beforeSend : pass);
  chat.addEventListener("rill-ready", watchSize, { once: true });
  kept = keptKeys();
  document.body.replaceChildren(chat);
}

// Waits until the chat is there; one that could not be loaded is loaded once more.
async function ready() {
  try {
    await begun;
    await chat.ready;
  } catch {
    throw new Refused("Rill could not be loaded.");
  }
}
