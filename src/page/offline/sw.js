// Takes back what a shipped page has kept in this browser: for development on the same port, and for a host that gives Rill up.
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(leave()));

async function leave() {
  const kept = (await caches.keys()).filter((name) => name.startsWith(`rill ${new URL("./", location).href} `));
  await Promise.all(kept.map((name) => caches.delete(name)));
  await registration.unregister();
}
