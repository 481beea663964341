// The page's own way to an answer: no address, no key. It is called for each message, with the conversation so far and a signal that
// fires when the person presses Stop.
const chat = document.querySelector("rill-chat");

chat.connect(async function* ({ messages, signal }) {
  const said = messages.at(-1).content.split(/\s+/);
  yield { reasoning: "The last word comes first." };
  for (const word of said.reverse()) {
    if (signal.aborted) return;
    yield `${word} `;
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
});
