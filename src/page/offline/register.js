// Lets the browser keep the page, so that it starts without its host. Only a page that `cargo xtask dist` made for itself names this file: one
// that is served for development shows what was changed, and an element on somebody's site leaves that site alone.

// A page that was made for one path (`cargo xtask dist --base`) goes there from its address without the slash, and from those that a host answers
// with it; in any other folder it says so.
const { base, elsewhere } = document.documentElement.dataset;
const { pathname, search, hash } = location;
if (base && ![base, `${base}index.html`].includes(pathname)) {
  if (`${pathname}/`.startsWith(base)) location.replace(base + search + hash);
  else document.querySelector(".first").textContent = elsewhere;
  // A worker that is registered from here would be another's.
  await new Promise(() => {});
}

// The policy that admits the worker's address comes with the page's wasm.
await customElements.whenDefined("rill-chat");
await document.querySelector("rill-chat").ready;
// The language came before there was a worker: asked for again, it is kept, and costs nothing.
navigator.serviceWorker?.addEventListener("controllerchange", () => {
  const spoken = performance.getEntriesByType("resource").filter(({ name }) => name.includes("/locales/"));
  for (const { name } of spoken) fetch(name).catch(() => {});
});
// Over plain http there is no such thing, and a private window may refuse.
navigator.serviceWorker?.register("sw.js", { updateViaCache: "none" }).catch(() => {});
