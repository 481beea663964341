// Methods go in, events come out; nothing of the chat's inside is touched.
const chat = document.querySelector("rill-chat");
const words = document.getElementById("words");
const heard = document.getElementById("heard");

for (const button of document.querySelectorAll("[data-ask]")) {
  button.addEventListener("click", () => chat.send(button.dataset.ask));
}
for (const button of document.querySelectorAll("[data-call]")) {
  button.addEventListener("click", () => chat[button.dataset.call]());
}

document.getElementById("save").addEventListener("click", () => {
  const file = new Blob([chat.export()], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = "conversation.json";
  link.click();
  URL.revokeObjectURL(link.href);
});

// Attributes are live: what is set while a reply runs counts at once.
document.getElementById("dark").addEventListener("change", (event) => {
  chat.setAttribute("theme", event.target.checked ? "dark" : "light");
});

// What is sent may be changed on its way, or held back with a reason.
chat.addEventListener("rill-before-send", (event) => {
  if (event.detail.text.length > 2000) {
    event.detail.reason = "Please ask in fewer words.";
    event.preventDefault();
  } else {
    event.detail.text = event.detail.text.replaceAll(/\d{6,}/g, "…");
  }
});

// The reply's text at every moment: a delta goes behind what is here, a replacement in its place.
let text = "";
const count = () => {
  words.value = text.split(/\s+/).filter(Boolean).length;
};
chat.addEventListener("rill-delta", (event) => {
  text += event.detail.text;
  count();
});
chat.addEventListener("rill-replace", (event) => {
  text = event.detail.text;
  count();
});

for (const name of ["rill-ready", "rill-send", "rill-end", "rill-error"]) {
  chat.addEventListener(name, (event) => {
    const line = document.createElement("li");
    const { end, text: said } = event.detail ?? {};
    line.textContent = [name, end ?? said].filter(Boolean).join(": ");
    heard.append(line);
    if (name === "rill-end") text = "";
  });
}
