// Defines <rill-chat>. A custom element has to be a JavaScript class: this is all of it, the rest is Rust.
export function define(names, mount) {
  if (customElements.get("rill-chat")) return;
  customElements.define(
    "rill-chat",
    class RillChat extends HTMLElement {
      static observedAttributes = names;
      #chat = null;
      connectedCallback() {
        const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
        this.#chat = mount(this, root);
      }
      disconnectedCallback() {
        // Freeing the handle ends everything that this element started.
        const chat = this.#chat;
        this.#chat = null;
        chat?.unmount();
        this.shadowRoot?.replaceChildren();
      }
      attributeChangedCallback() {
        this.#chat?.changed();
      }
      send(text) {
        this.#chat?.send(String(text));
      }
      stop() {
        this.#chat?.stop();
      }
      clear() {
        this.#chat?.clear();
      }
      export() {
        return this.#chat?.export() ?? "";
      }
    },
  );
}

// Under require-trusted-types-for, Leptos' static templates and the icons pass through this policy. It admits markup
// without scripts, handlers, styles or addresses; no model's text ever comes this way (it becomes text nodes).
export function admitTemplates() {
  const factory = globalThis.trustedTypes;
  if (!factory || factory.defaultPolicy) return;
  const bad = /<\s*\/?\s*(?:script|style|iframe|object|embed|base|link|meta|form)\b|[\s"'\/]on\w+\s*=|\b(?:src|srcdoc|href|action|formaction|style)\s*=|javascript:/i;
  try {
    factory.createPolicy("default", { createHTML: (html) => (bad.test(html) ? null : html) });
  } catch {
    // The page's owner allows no policy of this name: then the owner has one, or none is needed.
  }
}
