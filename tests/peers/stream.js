// What all of them share: a reply read as plain.html reads it, following the newest text, and the word that it is over.

export const query = new URLSearchParams(location.search);
/// Where the lab streams, and what it is asked.
export const url = `${query.get("server")}/v1/chat/completions`;
export const question = { stream: true, messages: [{ role: "user", content: "Tell me about rivers." }] };

/// The text of each read.
export async function* pieces() {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(question) });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    const texts = lines
      .filter((line) => line.startsWith("data: {"))
      .map((line) => JSON.parse(line.slice(6)).choices[0]?.delta?.content ?? "");
    yield texts.join("");
  }
}

let following = false;

/// The newest text stays in sight, once a frame.
export const follow = () => {
  if (following) return;
  following = true;
  requestAnimationFrame(() => {
    following = false;
    document.querySelector("main").scrollTop = 1e9;
  });
};

// The last word that a reader sees: not in the target of a link, nor the language of a fence.
const lastWord = (text) =>
  text
    .slice(-400)
    .replace(/\]\([^)]*\)?/g, " ")
    .replace(/```\w*/g, " ")
    .match(/[a-z]{2,}/gi)
    ?.pop();

/// Says that the reply is over; its last word must be at the end of `shown` then.
export const over = (text, shown) => {
  const word = lastWord(text);
  const end = shown.textContent.slice(-200);
  if (!end.includes(word)) throw new Error(`"${word}" is not on screen, but: ${end}`);
  dispatchEvent(new Event("rill-end"));
};
