// deep-chat: its own element and its own reader of event streams (`connect`), with two interceptors that speak OpenAI's language;
// with `fed` in the query a handler of ours gives it the text of each read. It follows the newest text by itself.

import "deep-chat/dist/deepChat.bundle.js";
import { over, pieces, query, question, url } from "./stream.js";

const chat = document.createElement("deep-chat");
let text = "";
let rendered = false;
const isOver = () => over(text, chat.shadowRoot.querySelector("#messages"));
chat.style.cssText = "display: block; width: 100%; height: 100%; border: 0; font: 16px/1.6 system-ui, sans-serif";
chat.messageStyles = { default: { shared: { bubble: { maxWidth: "68ch" } } } };
if (query.has("fed")) {
  const handler = async (_, signals) => {
    signals.onOpen();
    for await (const piece of pieces()) {
      text += piece;
      if (piece) await signals.onResponse({ text: piece });
    }
    signals.onClose();
    isOver();
  };
  chat.connect = { stream: true, handler };
} else {
  chat.connect = { url, stream: true };
  chat.requestInterceptor = (request) => ({ ...request, body: question });
  chat.responseInterceptor = (event) => {
    const piece = event.choices?.[0]?.delta?.content ?? "";
    text += piece;
    return { text: piece };
  };
  chat.onMessage = ({ message }) => {
    if (message.role === "ai") isOver();
  };
}
chat.onComponentRender = () => {
  rendered = true;
};
document.querySelector("article").replaceWith(chat);

globalThis.page = {
  ready: () => rendered,
  send: () => chat.submitUserMessage({ text: question.messages[0].content }),
};
