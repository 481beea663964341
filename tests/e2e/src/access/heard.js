// What a screen reader is told while nobody moves: the live regions of the page, as they change. What is added to a log is read by
// itself; any other region is read whole. A region that is hidden says nothing, and an alert is read where it appears.
(() => {
  const live = "[aria-live]:not([aria-live=off]), [role=status], [role=log], [role=alert]";
  const heard = [];
  const note = (region, text) => {
    const words = text.trim().replace(/[ \t]+/g, " ");
    if (!words || !region.checkVisibility({ visibilityProperty: true })) return;
    const kind = region.getAttribute("role") ?? region.getAttribute("aria-live");
    heard.push({ at: performance.now(), kind, words });
  };
  const known = new WeakMap();
  const whole = (region) => {
    const text = region.textContent;
    if (known.get(region) === text) return;
    known.set(region, text);
    note(region, text);
  };
  const elements = (node) => (node.nodeType === Node.ELEMENT_NODE ? [node, ...node.querySelectorAll("*")] : []);
  const hear = (records) => {
    const changed = new Set();
    for (const { target, addedNodes } of records) {
      const element = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
      const region = element?.closest(live);
      if (region?.getAttribute("role") === "log") for (const added of addedNodes) note(region, added.textContent);
      else if (region) changed.add(region);
      if (!region)
        for (const added of addedNodes) for (const one of elements(added)) if (one.matches("[role=alert]")) changed.add(one);
    }
    changed.forEach(whole);
  };
  const all = { subtree: true, childList: true, characterData: true };
  for (const host of document.querySelectorAll("rill-chat")) {
    const root = host.shadowRoot ?? host;
    for (const region of root.querySelectorAll(live)) known.set(region, region.textContent);
    new MutationObserver(hear).observe(root, all);
  }
  globalThis.heard = heard;
})();
