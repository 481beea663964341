// Starts Rill: <script type="module" src="…/rill.js"></script> on any page that holds a <rill-chat>.
import init from "./rill-page.js";

await init({ module_or_path: new URL("./rill-page_bg.wasm", import.meta.url) });
