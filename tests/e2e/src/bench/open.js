// What a page tells while a conversation is opened: when its newest turn was seen first, how many turns are there, what scrolling is.
(() => {
  const root = () => document.querySelector("rill-chat")?.shadowRoot;
  const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  const state = { shown: 0 };
  // Looks for the newest turn, once a frame, from a moment on that the page's clock names; at first from the navigation.
  const watch = async (began = 0) => {
    state.shown = 0;
    const newest = () => root()?.querySelector(".turns:last-child > article:last-child")?.textContent.includes("The newest.");
    while (!newest()) await frame();
    await frame();
    state.shown = performance.now() - began;
  };
  const turns = () => root()?.querySelectorAll("article").length ?? 0;
  // Opens the first of the list.
  const open = () => {
    const began = performance.now();
    root().querySelector(".kept button.row").click();
    watch(began);
  };
  // From the end towards the beginning in steps, and back where there is no more.
  const scroll = async (steps, by) => {
    const main = root().querySelector("main");
    let way = -1;
    for (let step = 0; step < steps; step += 1) {
      const before = main.scrollTop;
      main.scrollTop += way * by;
      if (main.scrollTop === before) way = -way;
      await frame();
    }
    return steps;
  };
  const give = (text) => {
    const field = root().querySelector("dialog[open] input[type=file]");
    if (!field) return false;
    const data = new DataTransfer();
    data.items.add(new File([text], "long.json"));
    field.files = data.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  };
  // How many turns are kept.
  const kept = () => new Promise((resolve) => {
    const open = indexedDB.open("rill");
    open.onsuccess = () => {
      const count = open.result.transaction("turns").objectStore("turns").count();
      count.onsuccess = () => {
        open.result.close();
        resolve(count.result);
      };
    };
  });
  watch();
  globalThis.opening = { state, watch, turns, open, scroll, give, kept };
})();
