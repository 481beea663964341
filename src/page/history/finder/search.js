// The worker that searches: starts its wasm. The page hears "ready" from it, or "failed" from here.
import init from "./rill-search.js";

try {
  await init({ module_or_path: new URL("./rill-search_bg.wasm", import.meta.url) });
} catch {
  postMessage("failed");
}
