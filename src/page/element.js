// A browser that translates the page puts elements of its own in the place of text. The text that was there is still what the
// views write to: as soon as it has other words, it takes its place back.
const kept = new WeakSet();
export function keepWords(root) {
  // An element that comes back brings its root along.
  if (kept.has(root)) return;
  kept.add(root);
  // What holds a slot says whether the site has put something of its own there (`.own` in the styles).
  root.addEventListener("slotchange", ({ target }) => target.parentNode?.classList.toggle("own", !!target.assignedNodes()[0]));
  const places = new WeakMap();
  const observer = new MutationObserver((changes) => {
    for (const { type, target, addedNodes, removedNodes, previousSibling, nextSibling } of changes) {
      if (type === "characterData") {
        places.get(target)?.replaceWith(target);
        places.delete(target);
        continue;
      }
      for (const text of removedNodes) {
        if (text.nodeType !== Node.TEXT_NODE || text.isConnected) continue;
        const theirs = [...addedNodes, previousSibling, nextSibling].find((node) => node?.localName === "font");
        if (!theirs) continue;
        places.set(text, theirs);
        observer.observe(text, { characterData: true });
      }
    }
  });
  observer.observe(root, { childList: true, subtree: true });
}

// The address of a file that stands beside the page's own; this one lies in a folder below.
export function beside(name) {
  const here = import.meta.url;
  return here.slice(0, here.lastIndexOf("/snippets/") + 1) + name;
}

// A worker, whose file stands beside the page's own. On another site's page a worker must be of that site, so there it is one line
// that imports ours.
let ours = null;
export function startWorker(name, told, failed) {
  const url = beside(name);
  const line = `import ${JSON.stringify(url)};`;
  // A frame may have no origin, though its address has one; Chromium takes no blob for a module there.
  if (origin === "null") ours = `data:text/javascript,${encodeURIComponent(line)}`;
  else ours = new URL(url).origin === origin ? url : URL.createObjectURL(new Blob([line], { type: "text/javascript" }));
  const worker = new Worker(ours, { type: "module" });
  worker.onmessage = (event) => told(event.data);
  worker.onerror = (event) => {
    event.preventDefault();
    failed();
  };
  return worker;
}

// Does work while the browser has nothing better to do, or after so many milliseconds at the latest.
export function whenIdle(work, timeout) {
  if (globalThis.requestIdleCallback) requestIdleCallback((left) => work(left.timeRemaining()), { timeout });
  else setTimeout(work, 20, 5);
}

// Tells once of each watched element when it comes near the window, or near what is seen of `root`.
export function whenNear(seen, root = null, margin = 400) {
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        observer.unobserve(target);
        seen(target);
      }
    },
    { root, rootMargin: `${margin}px`, scrollMargin: `${margin}px` },
  );
  return observer;
}

// Lets the words of a row of buttons give way to their pictures where there is no room for all of them: how much they take, the language
// decides. It ends with the row.
export function giveWay(row) {
  const look = () => {
    row.classList.remove("tight");
    row.classList.toggle("tight", row.scrollWidth > row.clientWidth + 1);
  };
  // In the next frame: a row whose words go may be less high, which is no news.
  new ResizeObserver(() => requestAnimationFrame(look)).observe(row);
  new MutationObserver(look).observe(row, { childList: true, characterData: true, subtree: true });
}

// Whether a person has selected something of an element.
export function isSelected(element) {
  const selection = element.getRootNode().getSelection?.() ?? getSelection();
  return !!selection && !selection.isCollapsed && selection.containsNode(element, true);
}

// A style of one element; in an attribute, it would be an inline style, which a strict policy forbids.
export function setStyle(element, name, value) {
  element.style?.setProperty(name, value);
}

// Under require-trusted-types-for, Leptos' static templates and the icons pass through this policy. It admits markup
// without scripts, handlers, styles or addresses; no model's text ever comes this way (it becomes text nodes). Of scripts, it admits the
// annex, and the worker that keeps the page (offline/register.js).
export function admitTemplates() {
  const factory = globalThis.trustedTypes;
  if (!factory || factory.defaultPolicy) return;
  const bad = /<\s*\/?\s*(?:script|style|iframe|object|embed|base|link|meta|form)\b|[\s"'\/]on\w+\s*=|\b(?:src|srcdoc|href|action|formaction|style)\s*=|javascript:/i;
  try {
    factory.createPolicy("default", { createHTML: (html) => (bad.test(html) ? null : html), createScriptURL: (url) => (url === ours || url === "sw.js" ? url : null) });
  } catch {
    // The page's owner allows no policy of this name: then the owner has one, or none is needed.
  }
}
