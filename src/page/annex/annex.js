// The annex's worker: starts its wasm. The page hears "ready" from it, or "failed" from here.
import init from "./rill-annex.js";

try {
  await init({ module_or_path: new URL("./rill-annex_bg.wasm", import.meta.url) });
} catch {
  postMessage("failed");
}
