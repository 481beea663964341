// What tests see of a page: by role and name, as a screen reader does, through the shadow roots of <rill-chat>.
(() => {
  const violations = [];
  const errors = [];
  document.addEventListener("securitypolicyviolation", (event) =>
    violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
  // What the page has taken care of is no complaint; it may do so behind this listener.
  const note = (event, words) => setTimeout(() => event.defaultPrevented || errors.push(words));
  addEventListener("error", (event) => note(event, `uncaught: ${event.message}`));
  addEventListener("unhandledrejection", (event) => note(event, `unhandled: ${event.reason}`));

  const host = (n = 0) => document.querySelectorAll("rill-chat")[n];
  const root = (n = 0) => host(n)?.shadowRoot ?? host(n);
  const every = (n, selector) => [...(root(n)?.querySelectorAll(selector) ?? [])];
  const visible = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: false }) && element.getClientRects().length > 0;
  const byIds = (element, ids) => ids.split(/\s+/).map((id) => element.getRootNode().getElementById(id)?.textContent ?? "").join(" ");
  const name = (element) => (
    (element.getAttribute("aria-labelledby") && byIds(element, element.getAttribute("aria-labelledby"))) ||
    element.getAttribute("aria-label") ||
    [...(element.labels ?? [])].map((label) => label.textContent).join(" ") ||
    (element.matches("button, a, summary, [role=button], option") && element.textContent) ||
    element.getAttribute("title") || element.getAttribute("placeholder") || "").trim().replace(/\s+/g, " ");
  const roles = {
    button: "button, [role=button], summary",
    textbox: "textarea, input:not([type]), input[type=text], input[type=url], input[type=password], input[type=search], [role=textbox], [contenteditable]",
    dialog: "dialog[open], [role=dialog], [role=alertdialog]",
    region: "section, [role=region]",
    combobox: "select, [role=combobox]",
    link: "a[href]",
  };
  const find = (n, role, wanted) => every(n, roles[role] ?? role)
    .filter(visible)
    .find((element) => name(element) === wanted || (wanted instanceof RegExp && wanted.test(name(element))));
  // Buttons and what is hidden from screen readers do not count as text.
  const text = (element) => {
    if (!element) return "";
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
      node.nodeType === Node.ELEMENT_NODE && node.matches("button, [aria-hidden=true], style, script") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    let out = "";
    while (walker.nextNode()) if (walker.currentNode.nodeType === Node.TEXT_NODE) out += walker.currentNode.data;
    return out;
  };
  const turns = (n, role) => every(n, `article[data-role="${role}"]`);
  const turn = (n, at) => {
    const element = turns(n, "assistant").at(at);
    return element && {
      end: element.dataset.end ?? null,
      reason: element.dataset.reason ?? null,
      text: [...element.querySelectorAll(".answer")].map(text).join(""),
      reasoning: [...element.querySelectorAll(".reasoning")].map(text).join(""),
      all: element.innerText,
    };
  };
  // Pastes what a clipboard would hold into the message, and tells whether the page took it. (Firefox makes such an event with an
  // empty clipboard.)
  const paste = (data, n = 0) => {
    const event = new ClipboardEvent("paste", { bubbles: true, cancelable: true, composed: true });
    Object.defineProperty(event, "clipboardData", { value: data });
    find(n, "textbox", "Message").dispatchEvent(event);
    return event.defaultPrevented;
  };
  // The frames of the browser, whatever a case makes of them.
  const frame = requestAnimationFrame.bind(globalThis);
  // The middle of an element, after bringing it into view, once it stands still and has been drawn there; what never does is taken as it is.
  const middle = async (element) => {
    const show = () => element.scrollIntoView({ block: "nearest", inline: "nearest" });
    show();
    let place = "";
    let x, y;
    for (let looks = 0; looks < 12; looks += 1) {
      const box = element.getBoundingClientRect();
      [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      const now = [x, y, box.width, box.height].join();
      const isSeen = x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
      if (now === place && isSeen) break;
      // What came above it may have pushed it out again.
      if (!isSeen) show();
      place = now;
      await new Promise(frame);
    }
    return { x, y };
  };
  // Whether the button that is pressed next goes down and comes up on this element: where the page has moved meanwhile and it would go
  // down beside it, nothing is pressed; nor is where it comes up beside it, while that is still there. A person would aim again.
  const aim = (element) => {
    const label = element.closest("label");
    let found = null;
    let isClicked = false;
    const kinds = ["pointerdown", "mousedown", "pointerup", "mouseup", "click"];
    const hear = (event) => {
      const path = event.composedPath();
      const isOn = path.includes(element) || (label !== null && path.includes(label));
      found ??= isOn;
      // Only the first click is the person's: a label and a page make more of it.
      if (event.type === "click" && !isClicked) {
        isClicked = true;
        if (!isOn && element.isConnected) found = false;
      }
      if (found) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    for (const kind of kinds) addEventListener(kind, hear, { capture: true });
    aimed = () => {
      for (const kind of kinds) removeEventListener(kind, hear, { capture: true });
      return found;
    };
  };
  let aimed = () => null;
  const active = () => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element;
  };
  // Resolves with the first truthy value, looked at once per frame; null when the time is over.
  const until = (look, ms) => new Promise((resolve) => {
    const began = performance.now();
    const step = async () => {
      let value = null;
      // A promise is as good as what comes of it.
      try { value = await look(); } catch { /* not there yet */ }
      if (value) resolve(value);
      else if (performance.now() - began > ms) resolve(null);
      else requestAnimationFrame(step);
    };
    step();
  });
  // Notes the text of the newest answer at every frame, while it changes.
  const watch = (n = 0) => {
    const seen = [];
    const step = () => {
      const now = turn(n, -1)?.text ?? "";
      if (now !== seen.at(-1)) seen.push(now);
      requestAnimationFrame(step);
    };
    step();
    globalThis.seen = seen;
  };
  globalThis.e2e = { violations, errors, host, root, every, visible, name, find, text, turns, turn, middle, aim, hit: () => aimed(), active, until, watch, paste };
})();
