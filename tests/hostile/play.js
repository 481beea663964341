// Plays hostile answers to a chat, and notes whatever of them is more than text. It runs in every document of a tab, before all others.
(() => {
  const traps = [];
  for (const name of ["alert", "confirm", "prompt", "print", "open"]) {
    globalThis[name] = () => {
      traps.push(name);
      return null;
    };
  }
  for (const name of ["write", "writeln"]) document[name] = () => traps.push(name);
  Object.defineProperty(globalThis, "owned", { set: () => traps.push("owned"), get: () => undefined });
  performance.setResourceTimingBufferSize(20000);

  const NAMES = new Set(
    "p h2 h3 h4 h5 h6 blockquote ol ul li pre code em strong del sub sup kbd mark a span button figure figcaption table thead tbody tr td div aside hr br input img".split(" "),
  );
  const ATTRIBUTES = new Set(
    "class dir href target rel title type disabled checked id tabindex role translate start alt src referrerpolicy loading lang aria-label aria-labelledby aria-hidden data-copy data-draw data-image data-alt data-tight data-align".split(" "),
  );
  const MATHML = "http://www.w3.org/1998/Math/MathML";
  const HTML = "http://www.w3.org/1999/xhtml";
  const isLink = /^(?:https?:\/\/|mailto:)/i;
  const isPicture = /^data:image\/(?:png|jpeg|gif|webp|avif);base64,[\w+/=]+$/i;

  function flaws(element) {
    const { localName, namespaceURI } = element;
    const found = [];
    const isMath = namespaceURI === MATHML && !["annotation-xml", "mglyph", "maction"].includes(localName);
    if (!isMath && !(namespaceURI === HTML && NAMES.has(localName))) found.push("element");
    for (const { name, value } of element.attributes) {
      if (/^on|^style$|href$|^src/.test(name) && isMath) found.push(name);
      if (!isMath && !ATTRIBUTES.has(name)) found.push(name);
      if (name === "href" && !isLink.test(value)) found.push(`to ${value}`);
      if (name === "src" && !isPicture.test(value)) found.push(`from ${value}`);
    }
    if (localName === "a" && !element.rel.includes("noopener")) found.push("opener");
    return found.length ? [`${found.join(", ")}: ${element.outerHTML.slice(0, 200)}`] : [];
  }

  // What is wrong with turns as they are drawn.
  const examine = (turns) => turns.flatMap((turn) =>
    [...turn.querySelectorAll(".answer, .said")].flatMap((place) => [...place.querySelectorAll("*")].flatMap(flaws)));

  // What is there of the page around, and where it is.
  const around = (page) => [page.document.documentElement.outerHTML, page.document.title, page.location.href, page.document.scripts.length];

  // What is wrong with a page after the answers were played to the chat in it; nothing, where all is well.
  async function play(page, answers, allowed) {
    const chat = page.document.querySelector("rill-chat");
    const turns = () => [...chat.shadowRoot.querySelectorAll("article")];
    const before = around(page);
    const wrong = [];
    for (const [name, text] of answers) {
      const ended = new Promise((done) => chat.addEventListener("rill-end", (event) => done(event.detail), { once: true }));
      chat.send(text);
      const { end } = await ended;
      if (end !== "complete" && end !== "empty") wrong.push(`${name} ended as ${end}`);
      for (const flaw of examine(turns().slice(-2))) wrong.push(`${name}: ${flaw}`);
      for (const trap of page.hostile.traps.splice(0)) wrong.push(`${name}: ${trap}`);
    }
    // Colours and formulas come later than the text.
    await new Promise((done) => page.setTimeout(done, 100));
    wrong.push(...examine(turns()), ...page.hostile.traps);
    const after = around(page);
    before.forEach((one, at) => one === after[at] || wrong.push(`changed: ${one} to ${after[at]}`));
    if (page.Object.prototype.polluted !== undefined || "polluted" in {}) wrong.push("polluted");
    if (chat.shadowRoot.querySelector("dialog[open], iframe, script, object, embed")) wrong.push("it opened something");
    const places = page.performance.getEntriesByType("resource").map(({ name }) => new URL(name));
    const far = places.filter(({ protocol, origin }) => protocol.startsWith("http") && !allowed.includes(origin));
    wrong.push(...far.map((place) => `asked for ${place}`));
    if (!turns().length) wrong.push("nothing was played");
    chat.clear();
    return wrong;
  }

  globalThis.hostile = { traps, play };
})();
