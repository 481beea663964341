// A site that drives the element, as TypeScript reads it. What must be refused stands below `@ts-expect-error`: where it is taken, the
// check fails.
import type { RillChat, RillChunk, RillRequest, RillVerdict } from "../../package/rill.js";

const chat: RillChat = document.createElement("rill-chat");
const found: RillChat | null = document.querySelector("rill-chat");
found?.remove();

chat.server = "/llm";
chat.kind = "ollama";
chat.textSize = "125";
chat.textSize = 125;
chat.note = null;
const size: string = chat.textSize;
chat.pace = "160wpm";
chat.lock = true;
chat.layout = "floating";
// @ts-expect-error: no such kind
chat.kind = "abacus";
// @ts-expect-error: a flag is no text
chat.lock = "yes";
// @ts-expect-error: it is read only
chat.ready = Promise.resolve(chat);

let text = "";
let verdict: RillVerdict = "flowing";
chat.addEventListener("rill-delta", (event) => {
  text += event.detail.text;
});
chat.addEventListener("rill-before-send", (event) => {
  if (event.detail.messages >= 40) {
    event.detail.reason = "Enough for one lesson.";
    event.preventDefault();
  }
});
chat.addEventListener("rill-end", (event) => {
  const { end, reason, usage, timings } = event.detail;
  if (end === "complete") console.log(reason?.length, usage.completion_tokens, timings.server.prompt_ms);
  // @ts-expect-error: no reply ends so
  if (end === "exploded") text = "";
});
chat.addEventListener("rill-verdict", (event) => {
  verdict = event.detail.verdict;
});
chat.addEventListener("rill-status", ({ detail }) => detail.phase === "writing");
chat.addEventListener("rill-connect", ({ detail }) => console.log(detail.server.length, detail.kind, detail.model));
chat.addEventListener("keydown", (event) => event.key);
chat.addEventListener("an-event-of-the-site", (event) => event.type);

async function* transport({ messages, signal }: RillRequest): AsyncGenerator<RillChunk> {
  const answer = await fetch("/ask", { method: "POST", body: JSON.stringify(messages), signal });
  yield { reasoning: "Hm." };
  yield await answer.text();
  yield { end: "stop" };
}
chat.connect(transport);
chat.connect((request) => fetch("/ask", { signal: request.signal }));
chat.connect(null);
// @ts-expect-error: a number is no reply
chat.connect(() => 7);
chat.token = async ({ server }) => `key for ${server}`;
chat.context = () => "Opening hours: 9 to 17.";
chat.ready.then((same) => same.send("Hello"));
const kept: string = chat.export();
chat.show();
chat.hide();
chat.stop();
chat.clear();
export { kept, size, text, verdict };
