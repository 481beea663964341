// The net under the page. Should the wasm stop, the reader is told, what arrived is kept, and a click loads the page anew.
// It knows of a reply what Rust has told it while it ran: the wasm is never asked again, nor let run.

import { wordOf } from "./languages.js";

// What is said; the two buttons; the report is on the clipboard: by their names in locales/.
const WORDS = ["fault_said", "fault_reload", "fault_report", "copied"];
// Where the wasm and what calls it come from.
const home = import.meta.url.split("snippets/")[0];
const chats = new Map();
let table, made, english, report;

// Watches over a wasm by the table of its functions; the words are the English ones.
export function guard(functions, version, words) {
  [table, made, english] = [functions, version, words];
  const hear = (event, error) => {
    if (!isOurs(error)) return;
    // The first one is for the console as well.
    if (report) event.preventDefault();
    fault(error);
  };
  addEventListener("error", (event) => hear(event, event.error));
  addEventListener("unhandledrejection", (event) => hear(event, event.reason));
}

// What the launcher takes: it is there before the wasm, and imports nothing.
export const doors = () => ({ comes, goes, enter });

// Does something that enters the wasm, on behalf of the page around it.
function enter(work) {
  if (report) return;
  try {
    return work();
  } catch (error) {
    if (!isOurs(error)) throw error;
    console.error(error);
    fault(error);
  }
}

// An element is on a page, or no longer.
function comes(host) {
  chats.set(host, { facts: [] });
  if (report) tell(host);
}
function goes(host) {
  chats.delete(host);
}

// A reply begins: the conversation that keeps it (empty where nothing may be kept), and the records of the question and of itself.
export function begins(host, name, asked, question, id, record) {
  const chat = chats.get(host);
  if (!chat) return;
  // What was said a moment ago may not be written either.
  const before = chat.name === name ? chat.turns.filter(([at]) => at !== asked && at !== id).slice(-6) : [];
  const turns = [...before, [asked, question], [id, record]].filter(([at]) => at >= 0);
  Object.assign(chat, { name, turns, facts: [], text: null, thinking: "", over: false });
}
// More of it, or the whole text anew.
export function grows(host, anew, text, thinking) {
  const chat = chats.get(host);
  if (!chat) return;
  chat.text = anew ? text : (chat.text ?? "") + text;
  chat.thinking += thinking;
}
// What is known of it in a word, for the report.
export function notes(host, word) {
  const chat = chats.get(host);
  if (!chat) return;
  chat.facts.push(`${performance.now().toFixed()} ${word}`);
  if (chat.facts.length > 40) chat.facts.splice(9, 1);
}
// It is over, and this is its record.
export function ends(host, record) {
  const chat = chats.get(host);
  if (chat?.turns) [chat.turns.at(-1)[1], chat.over] = [record, true];
}

// The lines of a stack that are no message: a message may hold anything.
const frames = (stack) => stack.split("\n").filter((line) => /^\s*at |@/.test(line));

// Whether an error was made in the wasm, or in what it calls; what listeners of another page throw inside of it was not.
function isOurs(error) {
  const stack = String(error?.stack);
  const top = frames(stack)[0] ?? "";
  return /\.wasm|wasm-function|\[wasm code\]/.test(stack) && stack.includes(home) && (top.includes(home) || /wasm:\/\/|\[wasm code\]/.test(top));
}

function fault(error) {
  if (report) return;
  const words = error instanceof WebAssembly.RuntimeError ? `: ${error.message}` : "";
  const lines = [`Rill ${made}`, new Date().toISOString(), navigator.userAgent, error.name + words];
  report = lines.concat(frames(String(error.stack)).slice(0, 16)).join("\n").replaceAll(home, "");
  // Without its functions nothing can enter it: timers and listeners fail before they have touched anything.
  for (let at = table.length; at--; ) table.set(at, null);
  for (const [host, chat] of chats) {
    tell(host);
    if (chat.name) keep(host, chat);
  }
}

// Says it, inside the element.
function tell(host) {
  const root = host.shadowRoot;
  const page = root.querySelector(".rill") ?? root.appendChild(document.createElement("div"));
  page.classList.add("rill");
  for (const turn of root.querySelectorAll("[data-end=running]")) {
    turn.dataset.end = "broken";
    turn.dataset.reason = "page-fault";
    turn.ariaBusy = "false";
  }
  for (const field of root.querySelectorAll("textarea")) field.readOnly = true;
  const [said, anew, copy, copied] = WORDS.map((name, at) => wordOf(page.lang, name) ?? english[at]);
  const make = (name, kind, text) => Object.assign(document.createElement(name), { className: kind, textContent: text });
  const box = make("div", "fault", "");
  box.setAttribute("role", "alert");
  const [load, take] = [make("button", "strong", anew), make("button", "plain", copy)];
  load.onclick = () => location.reload();
  take.onclick = () => {
    const field = make("textarea", "", [report, ...(chats.get(host)?.facts ?? [])].join("\n"));
    field.readOnly = true;
    box.querySelector("textarea")?.remove();
    box.append(field);
    field.select();
    if (document.execCommand("copy")) take.textContent = copied;
  };
  box.append(make("p", "", said), load, take);
  page.append(box);
}

// Writes what is not in the store for certain; in the form that is read there (history/).
function keep(host, chat) {
  const place = `rill.conversation.${host.id}`;
  const places = Object.keys(sessionStorage).filter((key) => key.startsWith(place) && sessionStorage[key] === chat.name);
  const mine = places[0] ?? place;
  // By now it may be called otherwise.
  const id = (sessionStorage[mine] ||= chat.name);
  const [turn, record] = chat.turns.at(-1);
  const reply = JSON.parse(record);
  if (!chat.over) {
    reply.turn.text = chat.text ?? reply.turn.text;
    reply.turn.reasoning = (reply.turn.reasoning ?? "") + chat.thinking;
    reply.turn.end = { end: "broken", error: { message: "", code: "page-fault", cause: "Server" }, before_headers: false };
  }
  const turns = [...chat.turns.slice(0, -1), [turn, JSON.stringify(reply)]].sort(([one], [other]) => one - other);
  const title = JSON.parse(turns[0][1]).turn.text.split(/\s+/).join(" ").slice(0, 90);
  const first = { id, title, turns: turns.length, count: 0, version: 0 };
  const headOf = (known) => {
    const head = known ? JSON.parse(known) : first;
    return JSON.stringify({ ...head, count: Math.max(head.count, turn + 1), at: Date.now(), version: head.version + 1 });
  };
  // What a page that stops can write at once is this; it gives way to what the database takes.
  const left = `${mine}.left`;
  const leave = (known) => {
    try {
      sessionStorage[left] = JSON.stringify({ head: headOf(known), turns });
    } catch {
      // Too long for it; the database has room.
    }
  };
  leave();
  const open = indexedDB.open("rill", 1);
  open.onupgradeneeded = () => ["conversations", "turns"].forEach((name) => open.result.createObjectStore(name));
  open.onsuccess = () => {
    const work = open.result.transaction(["conversations", "turns"], "readwrite");
    const heads = work.objectStore("conversations");
    const known = heads.get(id);
    known.onsuccess = () => {
      leave(known.result);
      heads.put(headOf(known.result), id);
      for (const [at, record] of turns) work.objectStore("turns").put(record, `${id}/${String(at).padStart(8, "0")}`);
    };
    work.oncomplete = () => sessionStorage.removeItem(left);
    // Once that is done: a newer page may have to change the database.
    open.result.close();
  };
}
