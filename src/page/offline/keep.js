// Keeps one build of the page in this browser, so that the page starts without its host.
//
// In: BUILD and FILES, which `cargo xtask dist` writes before these lines: the folder of the build's parts, and the hash of each part. Out: the
// page and its parts. All other requests are left alone, as if there were no worker: whatever is neither the page nor in the
// list goes to the network, a model server on this host among it.
//
// No two builds are mixed: a page names parts of its own build alone, and a build is taken whole or not at all. A page stays with the build that
// it was loaded with, whose parts are kept until it is closed; the next load takes the newest. So a new build never has to wait, and comes in no
// reply's way.

const HOME = new URL("./", location).href;
// Several Rills of one origin have caches of their own.
const OURS = `rill ${HOME} `;
const NOTE = `${HOME}open-page/`;
// The files of languages are taken only once they are spoken.
const LANGUAGE = /\/locales\/[^\/]+$/;

addEventListener("install", (event) => event.waitUntil(bring().then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(begin()));
addEventListener("fetch", (event) => {
  const file = fileOf(event.request);
  if (file) event.respondWith(answer(event, file));
});

// The file that is asked for: its address, and the build that has it; nothing, where that is none of the worker's business.
function fileOf({ method, mode, url }) {
  if (method !== "GET" || !url.startsWith(HOME)) return null;
  const path = url.slice(HOME.length);
  if (mode === "navigate") return /^(index\.html)?([?#]|$)/.test(path) ? { build: BUILD, address: HOME } : null;
  const [, build, name] = /^(app-[0-9a-f]{16})\/([^?#]+)$/.exec(path) ?? [];
  // The list of another build, which a page may still be of, stands in its cache.
  return build && (build !== BUILD || Object.hasOwn(FILES, name)) ? { build, address: url } : null;
}

async function answer(event, { build, address }) {
  if (address === HOME) event.waitUntil(tidy());
  const kept = await caches.match(address, { cacheName: OURS + build, ignoreVary: true });
  const given = kept ?? (await fetch(event.request));
  // A language is kept once it is spoken.
  if (!kept && LANGUAGE.test(address) && given.ok) event.waitUntil(keep(build, address, given.clone()));
  if (kept) event.waitUntil(note(build, event.clientId));
  return given;
}

async function keep(build, address, answer) {
  const cache = await caches.open(OURS + build);
  await cache.put(address, answer);
}

// Takes the build, whole; what came stays only where all of it came. The page comes last: where it is, all is.
async function bring() {
  const name = OURS + BUILD;
  if (await caches.match(HOME, { cacheName: name })) return;
  const cache = await caches.open(name);
  try {
    const spoken = await languages();
    const part = ([file, integrity]) => cache.add(new Request(`${HOME}${BUILD}/${file}`, { integrity }));
    const wanted = ([file]) => !LANGUAGE.test(`/${file}`) || spoken.has(file);
    await Promise.all(Object.entries(FILES).filter(wanted).map(part));
    const page = await fetch(HOME, { cache: "no-cache" });
    const text = await page.text();
    if (!page.ok || !text.includes(`${BUILD}/`)) throw new Error(`${HOME} is not of ${BUILD}`);
    // Anew, since a page that a host has led elsewhere answers no navigation.
    await cache.put(HOME, new Response(text, { headers: page.headers }));
  } catch (error) {
    await caches.delete(name);
    throw error;
  }
}

// The files of the languages that other builds have kept: who speaks one goes on speaking it.
async function languages() {
  const spoken = new Set();
  for (const name of await caches.keys()) {
    if (!name.startsWith(OURS)) continue;
    const cache = await caches.open(name);
    for (const { url } of await cache.keys()) {
      if (LANGUAGE.test(url)) spoken.add(url.slice(url.lastIndexOf("/locales/") + 1));
    }
  }
  return spoken;
}

// The page that was loaded from the network a moment ago has its other parts from here too.
async function begin() {
  await tidy();
  const pages = await clients.matchAll({ includeUncontrolled: true });
  await Promise.all(pages.map(({ id }) => note(BUILD, id)));
  await clients.claim();
}

// Notes that a page is of a build, whose parts it may ask for as long as it is open.
const noted = new Set();
async function note(build, page) {
  if (!page || noted.has(build + page)) return;
  noted.add(build + page);
  const cache = await caches.open(OURS + build);
  await cache.put(NOTE + page, new Response());
}

// Gives up the builds that no page is of.
async function tidy() {
  // One that is on its way has no pages yet.
  if (registration.installing || registration.waiting) return;
  for (const name of await caches.keys()) {
    if (!name.startsWith(OURS)) continue;
    const cache = await caches.open(name);
    let used = name === OURS + BUILD;
    for (const { url } of await cache.keys()) {
      if (!url.startsWith(NOTE)) continue;
      if (await clients.get(url.slice(NOTE.length))) used = true;
      else await cache.delete(url);
    }
    if (!used) await caches.delete(name);
  }
}
