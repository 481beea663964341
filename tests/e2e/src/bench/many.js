// What a page tells where very many conversations are kept: when the list is there, what a key stroke of the search costs.
(() => {
  const root = () => document.querySelector("rill-chat")?.shadowRoot;
  const every = (selector) => [...(root()?.querySelectorAll(selector) ?? [])];
  const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  const opened = () => new Promise((resolve, reject) => {
    const open = indexedDB.open("rill", 1);
    open.onupgradeneeded = () => ["conversations", "turns"].forEach((store) => open.result.createObjectStore(store));
    open.onerror = () => reject(open.error);
    open.onsuccess = () => resolve(open.result);
  });
  // Writes so many conversations of so many turns, of words that are different enough.
  const seed = async (conversations, turns) => {
    const words = Array.from({ length: 4000 }, (_, at) => `${["riv", "str", "fl", "br", "sp"][at % 5]}${(at * 7919 % 4001).toString(36)}${["er", "eam", "ow", "ook", "ring"][at % 5]}`);
    let random = 7;
    const next = () => (random = (random * 48271) % 2147483647);
    const text = (count) => Array.from({ length: count }, () => words[next() % (next() % 4000 + 1)]).join(" ");
    const database = await opened();
    for (let conversation = 0; conversation < conversations; conversation += 1) {
      const id = `many${conversation}`;
      const work = database.transaction(["conversations", "turns"], "readwrite");
      const at = Date.now() - conversation * 3600000;
      const head = { id, title: text(5), turns, count: turns, at, version: at, aside: [], server: null, called: null, by: "seed" };
      work.objectStore("conversations").put(JSON.stringify(head), id);
      for (let turn = 0; turn < turns; turn += 1) {
        const said = turn % 2
          ? { role: "assistant", text: text(140), end: { end: "complete", reason: "stop" } }
          : { role: "user", text: text(14) };
        work.objectStore("turns").put(JSON.stringify({ parent: turn ? turn - 1 : null, turn: said }), `${id}/${String(turn).padStart(8, "0")}`);
      }
      await new Promise((resolve) => (work.oncomplete = resolve));
    }
    database.close();
    return true;
  };
  // From a press of the button to the frame that shows the first rows.
  const list = async (button) => {
    const began = performance.now();
    button.click();
    while (every(".kept button.row").length < 10) await frame();
    await frame();
    return performance.now() - began;
  };
  // From a key stroke to the frame that shows what is found by it.
  const type = async (typed) => {
    const field = every("input.search")[0];
    const changed = new Promise((resolve) => {
      const watch = new MutationObserver(() => (watch.disconnect(), resolve()));
      watch.observe(every("dialog[open]")[0], { subtree: true, childList: true, characterData: true });
      setTimeout(resolve, 3000);
    });
    const began = performance.now();
    field.value = typed;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await changed;
    await frame();
    return performance.now() - began;
  };
  globalThis.many = { seed, list, type };
})();
