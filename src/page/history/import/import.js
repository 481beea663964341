// The worker that reads files: starts its wasm. The page hears "ready" from it, or "failed" from here.
import init from "./rill-import.js";

try {
  await init({ module_or_path: new URL("./rill-import_bg.wasm", import.meta.url) });
} catch {
  postMessage("failed");
}
